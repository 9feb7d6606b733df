"""Tasks and call activities."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NoReturn

from engine import feel
from engine.bpmn import listeners, timers, verdicts
from engine.bpmn.calls import at, results
from engine.bpmn.elements import ElementSpec
from engine.bpmn.events import CatchEvent
from engine.bpmn.expressions import Locals, Text, fail, plain_variables
from engine.bpmn.outcome import CallWait, UserTaskWait, Wait
from engine.bpmn.services import JobElement
from engine.bpmn.tree import ElementInstance
from engine.errors import ExecutionFailed, Invalid

_MEMORY: Final[Mapping[str, str]] = {
    "assignee": "assignee",
    "candidate_groups": "groups",
    "candidate_users": "users",
    "due_date": "due",
    "follow_up_date": "follow_up",
    "priority": "priority",
}
"""Under which name a user task remembers what a listener may correct."""
_ACTIONS: Final[Mapping[str, str]] = {"creating": "create", "assigning": "assign", "completing": "complete"}


class PlainTask(ElementSpec):
    """An undefined or manual task: nothing for the machine to do, it is passed at once, as in Camunda."""


class ServiceTask(JobElement):
    """A service or send task."""


class ReceiveTask(CatchEvent):
    """A task that waits for a message."""


class UserTask(ElementSpec):
    """Waits for a person. Who, until when and how urgent is evaluated once, when the task is entered."""

    assignee: Text | None = None
    candidate_groups: Text | None = None
    candidate_users: Text | None = None
    due_date: Text | None = None
    follow_up_date: Text | None = None
    priority: Text | None = None

    def behave(self, instance: ElementInstance) -> bool | None:
        task: Locals = {}
        if assignee := self._who(instance):
            task["assignee"] = assignee
        if groups := self._names(
            instance,
            self.candidate_groups,
            "the candidate groups of {element} must be texts, but {expression} gives {value}",
        ):
            task["groups"] = groups
        if users := self._names(
            instance,
            self.candidate_users,
            "the candidate users of {element} must be texts, but {expression} gives {value}",
        ):
            task["users"] = users
        if due := self._moment(
            instance, self.due_date, "the due date of {element} cannot be read: {expression} gives {value}"
        ):
            task["due"] = due.isoformat()
        if follow_up := self._moment(
            instance, self.follow_up_date, "the follow-up date of {element} cannot be read: {expression} gives {value}"
        ):
            task["follow_up"] = follow_up.isoformat()
        if self.priority is not None:
            task["priority"] = self._priority(instance, self.priority)
        instance.internal_data = task
        if "creating" not in self.listening or listeners.asked(instance, "creating"):
            self._assigned(instance, drawn="assignee" in task)
        return None

    # --- listeners of the task ----------------------------------------------------------------------------------------

    def heard(self, instance: ElementInstance, event: str, given: Locals) -> None:
        if event in {"start", "end"}:
            super().heard(instance, event, given)
            return
        memory, corrected = instance.internal_data, verdicts.corrections(self.element_id, event, given)
        if event == "creating" and "assignee" in corrected and self.assignee is not None and "assignee" in memory:
            fail(self.element_id, "a creating listener of {element} cannot replace the assignee that the drawing names")
        for field, value in corrected.items():
            name = _MEMORY[field]
            if value in ("", []):
                memory.pop(name, None)
            else:
                memory[name] = value

    def listened(self, instance: ElementInstance, event: str) -> None:
        if event == "creating":
            self._assigned(instance, drawn=self._who(instance) is not None)
        else:
            super().listened(instance, event)

    def _assigned(self, instance: ElementInstance, *, drawn: bool) -> None:
        """The drawing has given the task to somebody: listeners may correct that, or deny it; then it is nobody's."""
        if not drawn or "assigning" not in self.listening:
            return
        before = dict(instance.internal_data)
        try:
            listeners.asked_at_once(instance, "assigning", instance.sees())
        except Invalid:
            before.pop("assignee", None)
            instance.internal_data = before

    def told_to_listeners(self, instance: ElementInstance, event: str) -> Mapping[str, str]:
        if event in {"start", "end"}:
            return {}
        memory = instance.internal_data
        known = verdicts.Attributes(
            str(memory.get("assignee", "")),
            _strings(memory.get("groups")),
            _strings(memory.get("users")),
            str(memory.get("due", "")),
            str(memory.get("follow_up", "")),
            int(str(memory.get("priority", 50))),
        )
        return known.headers(event, _ACTIONS.get(event, ""))

    def withdrawn(self, instance: ElementInstance) -> None:
        if "canceling" in self.listening:
            listeners.asked_at_once(instance, "canceling", instance.sees())

    def finish(self, instance: ElementInstance, variables: Mapping[str, object]) -> None:
        """Listeners see what was submitted, and may deny."""
        if "completing" in self.listening:
            listeners.asked_at_once(instance, "completing", {**instance.sees(), **variables})
        super().finish(instance, variables)

    # --- what the drawing says about it -------------------------------------------------------------------------------

    def wait(self, instance: ElementInstance) -> Wait | None:
        task, drawn = instance.internal_data, self.element
        due, follow_up, assignee = task.get("due"), task.get("follow_up"), task.get("assignee")
        return UserTaskWait(
            instance.id,
            self.element_id,
            str(assignee) if assignee else None,
            _strings(task.get("groups")),
            _strings(task.get("users")),
            datetime.fromisoformat(str(due)) if due else None,
            datetime.fromisoformat(str(follow_up)) if follow_up else None,
            int(str(task.get("priority", 50))),
            drawn.form,
            drawn.properties,
            plain_variables(instance.data),
        )

    def _who(self, instance: ElementInstance) -> str | None:
        if self.assignee is None:
            return None
        value = instance.workflow.json(self.assignee, instance)
        if value is None or isinstance(value, str):
            return value or None
        if isinstance(value, dict | list | bool):
            template = "the assignee of {element} must be a text, but {expression} gives {value}"
            self._refuse(template, self.assignee, value)
        return str(value)

    def _names(self, instance: ElementInstance, text: Text | None, template: str) -> list[object]:
        """Static text is a comma-separated list; FEEL gives a list of texts, one text, or null."""
        if text is None:
            return []
        value = instance.workflow.json(text, instance)
        if text.is_static or isinstance(value, str):
            return [name.strip() for name in str(value).split(",") if name.strip()]
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            self._refuse(template, text, value)
        return value

    def _moment(self, instance: ElementInstance, text: Text | None, template: str) -> datetime | None:
        """A date alone is meant until its end in Shanghai."""
        if text is None:
            return None
        value = instance.workflow.json(text, instance)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self._refuse(template, text, value)
        try:
            return timers.moment(value, end_of_day=True)
        except timers.NotATime:
            self._refuse(template, text, value)

    def _priority(self, instance: ElementInstance, text: Text) -> int:
        value = instance.workflow.json(text, instance)
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
            template = "the priority of {element} must be a whole number from 0 to 100, but {expression} gives {value}"
            self._refuse(template, text, value)
        return value

    def _refuse(self, template: str, text: Text, value: object) -> NoReturn:
        fail(self.element_id, template, expression=text.source, value=str(value)[:100])


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(name) for name in value) if isinstance(value, list) else ()


class ScriptTask(ElementSpec):
    """A FEEL script: one expression, one result variable."""

    expression: Text
    result_variable: str

    def behave(self, instance: ElementInstance) -> bool | None:
        return self.done(instance, {self.result_variable: instance.workflow.json(self.expression, instance)})


class BusinessRuleTask(ElementSpec):
    """Asks a decision; the explanation goes into the trail."""

    decision_id: Text

    def behave(self, instance: ElementInstance) -> bool | None:
        tree, drawn = instance.workflow, self.element.decision
        assert drawn is not None
        decision_id = tree.string(
            self.decision_id, instance, "the decision of {element} must be a text, but {expression} gives {value}"
        )
        try:
            decided = tree.host.decide(
                decision_id,
                drawn.binding,
                drawn.version_tag,
                plain_variables(instance.sees()),
                element_id=self.element_id,
            )
        except ExecutionFailed as failure:
            raise at(self.element_id, failure) from failure.__cause__
        instance.internal_data["detail"] = {"decision": decision_id, "explanation": dict(decided.explanation)}
        return self.done(instance, results(self.element_id, {drawn.result_variable: feel.to_json(decided.value)}))


class CallActivity(ElementSpec):
    """Calls a process, which runs as an instance of its own."""

    process_id: Text
    business_key: Text | None = None

    def behave(self, instance: ElementInstance) -> bool | None:
        called = instance.workflow.string(
            self.process_id, instance, "the called process of {element} must be a text, but {expression} gives {value}"
        )
        instance.internal_data = {"called": called}
        instance.workflow.called.add(instance.id)
        if self.business_key is not None:
            instance.internal_data["key"] = instance.workflow.string(
                self.business_key,
                instance,
                "the business key of {element} must be a text, but {expression} gives {value}",
            )
        return None

    def wait(self, instance: ElementInstance) -> Wait | None:
        drawn = self.element.called
        assert drawn is not None
        seen = instance.sees() if drawn.propagate_all_parent_variables else instance.data
        return CallWait(
            instance.id,
            self.element_id,
            str(instance.internal_data["called"]),
            drawn.binding,
            drawn.version_tag,
            plain_variables(seen),
            str(instance.internal_data["key"]) if "key" in instance.internal_data else None,
        )

    def finish(self, instance: ElementInstance, variables: Mapping[str, object]) -> None:
        """Without propagation only what the output mappings take goes out."""
        drawn = self.element.called
        assert drawn is not None
        if not drawn.propagate_all_child_variables and not self.outputs_mapped:
            variables = {}
        super().finish(instance, variables)
