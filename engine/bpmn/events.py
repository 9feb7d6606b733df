"""Events: start, catch, event-based gateway, boundary, throw, end."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.bpmn import compensation, listeners, timers, triggers
from engine.bpmn.elements import ElementSpec, Outgoing, cancel_others
from engine.bpmn.expressions import Locals, Text, fail, plain_variables
from engine.bpmn.outcome import ThrownMessage, ThrownSignal, Wait
from engine.bpmn.services import JobElement
from engine.bpmn.throwing import cancel_transaction, throw_error, throw_escalation
from engine.bpmn.tree import ElementInstance, Tree

if TYPE_CHECKING:
    from engine.bpmn.scopes import EventSubProcess


def payload_of(instance: ElementInstance) -> Locals:
    """What the trigger brought along, taken out of the instance's memory."""
    payload = instance.internal_data.pop("payload", None)
    return payload if isinstance(payload, dict) else {}


class Event(ElementSpec):
    """An event that may be armed: `trigger` is `None` for none, error, escalation and link events."""

    trigger: triggers.Trigger | None = None
    code: str | None = None

    def subscribe(self, parent: ElementInstance) -> ElementInstance | None:
        """Open a subscription under an instance; events without a trigger need none."""
        if self.trigger is None:
            return None
        subscription = parent._add_child(self, TaskState.WAITING)
        subscription.internal_data = self.trigger.arm(subscription)
        return subscription

    def wait(self, instance: ElementInstance) -> Wait | None:
        return triggers.waits_for(instance, interrupting=self.element.interrupting)

    def catches(self, code: str) -> bool:
        """Whether an error or escalation of this code is meant; without a code, every one is."""
        return self.code is None or self.code == code

    def told(self, variables: Locals, detail: Locals) -> Locals:
        """What a caught error brings along: its variables, and its code and message where the drawing names variables for them."""
        code, message = self.element.error_code_variable, self.element.error_message_variable
        said = {name: detail.get(key) for name, key in ((code, "error"), (message, "message")) if name}
        return {**variables, **said}

    def happen(self, instance: ElementInstance, payload: Locals, detail: Mapping[str, object]) -> None:
        """The trigger came for this armed instance."""
        raise NotImplementedError

    def ask_condition(self, instance: ElementInstance) -> None:
        assert isinstance(self.trigger, triggers.ConditionTrigger)
        if self.trigger.comes(instance):
            self.happen(instance, {}, {"trigger": "condition"})

    def repeat(self, subscription: ElementInstance) -> int:
        """Arm a subscription that does not interrupt again, or drop it after its last firing; how many firings were missed."""
        if "due" not in subscription.internal_data:
            return 0
        tree = subscription.workflow
        fired = timers.fire(triggers.armed(subscription.internal_data), now=tree.now)
        if fired.following is None:
            tree.drop(subscription)
        else:
            subscription.internal_data = triggers.remembered(fired.following)
        return fired.missed


class StartEvent(Event):
    """A start event; inside an event sub-process it is armed while the scope around is open."""

    event_sub_process: "EventSubProcess | None" = None

    def behave(self, instance: ElementInstance) -> bool | None:
        return self.done(instance, payload_of(instance))

    def keeps_scope(self, instance: ElementInstance) -> bool:
        return not instance.is_waiting

    def happen(self, instance: ElementInstance, payload: Locals, detail: Mapping[str, object]) -> None:
        assert self.event_sub_process is not None
        scope, tree = instance.above, instance.workflow
        detail = dict(detail)
        if self.element.interrupting:
            tree.drop(instance)
        elif missed := self.repeat(instance):
            detail["missed"] = missed
        self.event_sub_process.open_in(scope, payload, detail)


def hear(tree: Tree, name: str, variables: Mapping[str, object]) -> None:
    """A signal reaches every event of this instance that listens for it now. One that hears it first may interrupt another."""

    def listens(instance: ElementInstance) -> bool:
        return isinstance(instance.task_spec, Event) and instance.internal_data.get("signal") == name

    for instance in [one for one in tree.live() if listens(one)]:
        if instance.id in tree.tasks and listens(instance):
            spec = instance.task_spec
            assert isinstance(spec, Event)
            spec.happen(instance, plain_variables(variables), {"trigger": "signal"})


class CatchEvent(Event):
    """An intermediate catch event or receive task: waits where it stands, or armed by an event-based gateway."""

    def behave(self, instance: ElementInstance) -> bool | None:
        if "payload" in instance.internal_data:
            return self.done(instance, payload_of(instance))
        assert self.trigger is not None
        instance.internal_data = self.trigger.arm(instance)
        return None

    def happen(self, instance: ElementInstance, payload: Locals, detail: Mapping[str, object]) -> None:
        if instance.is_waiting:
            gateway = instance.above
            assert isinstance(gateway.task_spec, EventBasedGateway)
            gateway.task_spec.choose(gateway, instance)
            instance.workflow.note(instance, "entered")
            self.map_inputs(instance)
            instance._set_state(TaskState.STARTED)
            if "start" in self.listening:
                instance.internal_data = {"detail": dict(detail), "payload": payload}
                if listeners.asked(instance, "start"):
                    self.listened(instance, "start")
                return
        instance.internal_data = {"detail": dict(detail)} if detail else {}
        self.finish(instance, payload)


class SeveralCatchEvent(ElementSpec):
    """An intermediate catch event with several definitions: the first to come is enough, or all of them have to come."""

    parts: tuple["PartEvent", ...] = ()

    def behave(self, instance: ElementInstance) -> bool | None:
        for part in self.parts:
            part.subscribe(instance)
        return None

    def came(self, instance: ElementInstance, part: ElementInstance, payload: Locals) -> None:
        """One of the definitions has come."""
        instance.workflow.drop(part)
        brought = instance.internal_data.setdefault("brought", {})
        assert isinstance(brought, dict)
        brought.update(payload)
        if not self.element.needs_all or not instance._children:
            self.finish(instance, brought)


class PartEvent(Event):
    """One definition of an event that has several."""

    def keeps_scope(self, instance: ElementInstance) -> bool:
        return False

    def happen(self, instance: ElementInstance, payload: Locals, detail: Mapping[str, object]) -> None:
        around = instance.above
        assert isinstance(around.task_spec, SeveralCatchEvent)
        around.internal_data["detail"] = dict(detail)
        around.task_spec.came(around, instance, payload)


class EventBasedGateway(ElementSpec):
    """Arms every event that follows; the first to come takes its flow, the others are forgotten."""

    def behave(self, instance: ElementInstance) -> bool | None:
        for outgoing in self.flows:
            assert isinstance(outgoing.target, CatchEvent)
            outgoing.target.subscribe(instance)
        return None

    def choose(self, instance: ElementInstance, event: ElementInstance) -> None:
        """This event came first: the gateway is done and the event's instance takes its place."""
        tree = instance.workflow
        cancel_others(tree, instance, event)
        flows = [outgoing.flow_id for outgoing in self.flows if outgoing.target is event.task_spec]
        tree.note(instance, "completed", {"flows": flows})
        instance._set_state(TaskState.COMPLETED)
        tree._task_completed_notify(instance)


class BoundaryEvent(Event):
    """A boundary event, armed while its activity is open. One that does not interrupt may happen again and again."""

    def attach(self, host: ElementInstance) -> None:
        """Arm this event on an activity that has just been entered."""
        self.subscribe(host)

    def keeps_scope(self, instance: ElementInstance) -> bool:
        return not instance.is_waiting

    def behave(self, instance: ElementInstance) -> bool | None:
        return self.done(instance, payload_of(instance))

    def happen(self, instance: ElementInstance, payload: Locals, detail: Mapping[str, object]) -> None:
        host, detail = instance.above, dict(detail)
        if not self.element.interrupting and (missed := self.repeat(instance)):
            detail["missed"] = missed
        self.strike(host, payload, detail)

    def strike(self, host: ElementInstance, payload: Locals, detail: Mapping[str, object]) -> None:
        """The event happens to its activity: interrupt it or not, and go on after the event."""
        tree, scope = host.workflow, host.above
        if self.element.interrupting:
            tree.end(host, {"interrupted_by": self.element_id})
        event = scope._add_child(self)
        event.internal_data = {"payload": payload}
        if detail:
            event.internal_data["detail"] = dict(detail)
        tree.enter(event)


class ThrowEvent(JobElement):
    """An intermediate throw event or an end event."""

    code: str = ""
    message_name: Text | None = None
    message_key: Text | None = None
    message_id: Text | None = None
    time_to_live: Text | None = None
    signal_name: Text | None = None
    parts: "tuple[ThrowEvent, ...]" = ()

    def behave(self, instance: ElementInstance) -> bool | None:
        if self.element.event == "message" and self.element.job_type is not None:
            return self.serve(instance)
        for part in (self, *self.parts):
            if not part.throw(instance):
                return None
        return self.done(instance, {})

    def throw(self, instance: ElementInstance) -> bool:
        """Throw what this definition says; False when the event itself is over or has to wait."""
        tree, event = instance.workflow, self.element.event
        if event == "message":
            tree.messages.append(self._message(instance))
        elif event == "signal" and self.signal_name is not None:
            return self._signal(instance, self.signal_name)
        elif event == "error":
            throw_error(instance, self.code, "", dict(instance.data))
            return False
        elif event == "compensation":
            return not compensation.begin(instance, self.element.compensates)
        elif event == "cancel":
            cancel_others(tree, instance.above, instance)
            if not compensation.begin(instance, None):
                cancel_transaction(instance)
            return False
        elif event == "escalation":
            throw_escalation(instance, self.code, dict(instance.data))
            return bool(instance._state & TaskState.NOT_FINISHED_MASK)
        return True

    def finish(self, instance: ElementInstance, variables: Mapping[str, object]) -> None:
        """What was to be undone is undone: a cancelled transaction ends now, anything else goes on."""
        if self.element.event == "cancel":
            cancel_transaction(instance)
        else:
            super().finish(instance, variables)

    def _signal(self, instance: ElementInstance, drawn: Text) -> bool:
        tree = instance.workflow
        name = tree.string(
            drawn, instance, "the signal name of {element} must be a text, but {expression} gives {value}"
        )
        variables = dict(instance.data)
        tree.signals.append(ThrownSignal(self.element_id, instance.id, name, variables))
        if self.kind == "endEvent":
            # Nothing follows, and the scope may end with this event: it is heard before.
            hear(tree, name, variables)
        else:
            # What is ready already comes first, so that whoever is about to listen hears it; what follows comes after.
            tree.ready.append(lambda: hear(tree, name, variables))
        return bool(instance._state & TaskState.NOT_FINISHED_MASK)

    def _message(self, instance: ElementInstance) -> ThrownMessage:
        tree = instance.workflow
        assert self.message_name is not None
        time_to_live = None
        if self.time_to_live is not None:
            text = tree.string(
                self.time_to_live,
                instance,
                "the time to live of {element} must be a text, but {expression} gives {value}",
            )
            try:
                time_to_live = timers.duration(text).after(tree.now) - tree.now
            except timers.NotATime as error:
                fail(self.element_id, "the time to live of {element} cannot be read: {reason}", reason=error.sentence)
        return ThrownMessage(
            self.element_id,
            instance.id,
            tree.string(
                self.message_name,
                instance,
                "the message name of {element} must be a text, but {expression} gives {value}",
            ),
            tree.string(
                self.message_key,
                instance,
                "the correlation key of {element} must be a text, but {expression} gives {value}",
            )
            if self.message_key
            else "",
            dict(instance.data),
            tree.string(
                self.message_id, instance, "the message id of {element} must be a text, but {expression} gives {value}"
            )
            if self.message_id
            else None,
            time_to_live,
        )

    def take(self, instance: ElementInstance) -> tuple[Outgoing, ...]:
        return () if self.kind == "endEvent" else super().take(instance)

    def _on_complete_hook(self, my_task: ElementInstance) -> None:
        if self.element.event == "terminate":
            cancel_others(my_task.workflow, my_task.above, my_task)
