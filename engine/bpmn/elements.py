"""How every element lives: entered, inputs mapped, boundary events armed, outputs mapped, flows taken.

These are SpiffWorkflow task specs: SpiffWorkflow calls `_update_hook` (may it go?), `_run_hook` (do it; True = done, None =
it waits) and `_on_complete` (what follows). Compiled once, shared by all instances, never changed by one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import compensation, listeners
from engine.bpmn.expressions import Locals, Text, fail, plain_variables
from engine.bpmn.model import Element
from engine.bpmn.outcome import Wait
from engine.bpmn.tree import ElementInstance, Tree

if TYPE_CHECKING:
    from engine.bpmn.events import BoundaryEvent
    from engine.bpmn.listeners import Listening
    from engine.bpmn.scopes import EventSubProcess, ProcessSpec


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A sequence flow as its source sees it; a link has no flow id."""

    flow_id: str
    target: "ElementSpec"
    condition: Text | None = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """One compiled mapping: where to (`a.b` as a path) and from what."""

    path: tuple[str, ...]
    source: Text


class ElementSpec(BpmnTaskSpec):
    """An element of the drawing. The compiler fills the attributes; afterwards they stand still."""

    joins = False
    handles_compensation = False

    def __init__(self, process: "ProcessSpec", element: Element, *, name: str = "") -> None:
        super().__init__(process, name or element.id, lane=element.lane, documentation=element.documentation or None)
        self.bpmn_id = element.id
        self.bpmn_name = element.name
        self.element = element
        self.element_id = element.id
        self.kind = element.kind
        self.flows: tuple[Outgoing, ...] = ()
        self.default_flow: Outgoing | None = None
        self.inputs_mapped: tuple[Mapped, ...] = ()
        self.outputs_mapped: tuple[Mapped, ...] = ()
        self.boundaries: tuple[BoundaryEvent, ...] = ()
        self.listening: Mapping[str, tuple[Listening, ...]] = {}
        self.undone_by: str | None = None
        self.is_conditional = False
        self.is_inner = False
        self.undone_inside: str | None = None

    # --- what SpiffWorkflow calls -------------------------------------------------------------------------------------

    def test(self) -> None:
        """Nothing to test at run time: the reader and the compiler have."""

    def _predict(self, my_task: ElementInstance, *_: object, **__: object) -> None:
        # Predicted tasks grow exponentially with parallel blocks and tell nothing that the drawing does not.
        pass

    def _update_hook(self, my_task: ElementInstance) -> bool | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        quantity = self.element.start_quantity
        if quantity == 1 or self.is_inner:
            return True
        # Tokens wait beside each other until there are enough; the oldest goes on for all of them.
        my_task._set_state(TaskState.WAITING)
        waiting = [child for child in my_task.above.below if child.task_spec is self and child.is_waiting]
        if len(waiting) >= quantity:
            for token in waiting[1:quantity]:
                my_task.workflow.drop(token)
            waiting[0]._ready()
        return None

    def _on_ready_hook(self, my_task: ElementInstance) -> None:
        my_task.workflow.ready.append(my_task)

    def _on_cancel(self, my_task: ElementInstance) -> None:
        pass

    def _on_error(self, my_task: ElementInstance) -> None:
        pass

    def _run_hook(self, my_task: ElementInstance) -> bool | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        my_task._set_state(TaskState.STARTED)
        my_task.workflow.note(my_task, "entered")
        self.map_inputs(my_task)
        if "start" in self.listening and not listeners.asked(my_task, "start"):
            return None
        return self.begun(my_task)

    def _on_complete(self, my_task: ElementInstance) -> None:
        tree = my_task.workflow
        for subscription in my_task.below:
            tree.drop(subscription)
        taken = () if self.is_inner else self.take(my_task) * self.element.completion_quantity
        ids = [outgoing.flow_id for outgoing in taken if outgoing.flow_id]
        detail: Locals = dict(self.detail(my_task))
        if ids:
            detail["flows"] = ids
        tree.note(my_task, "completed", detail)
        for outgoing in taken:
            child = my_task._add_child(outgoing.target)
            if outgoing.target.joins:
                child.internal_data["via"] = outgoing.flow_id
        compensation.remember(my_task)
        self._on_complete_hook(my_task)
        children = my_task.below
        parent = my_task.above if my_task._parent else None
        tree._task_completed_notify(my_task)
        for child in children:
            tree.enter(child)
        if parent is not None and not compensation.goes_on(parent):
            parent.task_spec.child_left(parent)

    def _on_complete_hook(self, my_task: ElementInstance) -> None:
        if self.is_inner:
            my_task.above.task_spec.inner_completed(my_task.above, my_task)

    def begun(self, instance: ElementInstance) -> bool | None:
        """Inputs are mapped and start listeners were heard: now the element does its work."""
        for boundary in self.boundaries:
            boundary.attach(instance)
        return self.behave(instance)

    # --- listeners ----------------------------------------------------------------------------------------------------

    def heard(self, instance: ElementInstance, event: str, given: Locals) -> None:
        """What a listener gave: local to the element at its start, for the scope around at its end."""
        if event == "start":
            instance.data.update(given)
        else:
            (instance.above if instance._parent else instance).merge(given)

    def listened(self, instance: ElementInstance, event: str) -> None:
        """The last listener of an event was waited for and has answered: go on."""
        if event == "end":
            instance.leave()
        elif self.begun(instance):
            instance.complete()

    def told_to_listeners(self, instance: ElementInstance, event: str) -> Mapping[str, str]:
        """What listeners are told in headers beside those of the drawing."""
        return {}

    def withdrawn(self, instance: ElementInstance) -> None:
        """The instance is about to be cancelled while it runs."""

    # --- what elements say for themselves -----------------------------------------------------------------------------

    def behave(self, instance: ElementInstance) -> bool | None:
        """Do what this element does. True: it is done (its outputs are written); None: it waits."""
        return self.done(instance, {})

    def take(self, instance: ElementInstance) -> tuple[Outgoing, ...]:
        """The flows that are taken on completion: all without a condition, those whose condition is true, else the default."""
        return self.chosen(instance) if self.is_conditional else self.flows

    def chosen(self, instance: ElementInstance) -> tuple[Outgoing, ...]:
        tree = instance.workflow
        taken = tuple(
            outgoing
            for outgoing in self.flows
            if outgoing is not self.default_flow
            and (outgoing.condition is None or tree.truth(outgoing.condition, instance))
        )
        if not any(outgoing.condition for outgoing in taken) and self.default_flow is not None:
            taken += (self.default_flow,)
        if not taken:
            no_way_out(self, instance)
        return taken

    def wait(self, instance: ElementInstance) -> Wait | None:
        """What this instance waits for, if it is something that the outside can push."""
        return None

    def detail(self, instance: ElementInstance) -> Mapping[str, object]:
        """What the trail says about a completed instance beyond the flows taken."""
        detail = instance.internal_data.get("detail")
        return detail if isinstance(detail, dict) else {}

    def keeps_scope(self, instance: ElementInstance) -> bool:
        """Whether the scope around must stay open because of this instance."""
        return True

    def child_left(self, instance: ElementInstance) -> None:
        """Something in the scope `instance` has ended; scopes look whether they are done."""

    def inner_completed(self, body: ElementInstance, inner: ElementInstance) -> None:
        """One instance of a multi-instance body has completed."""

    def catcher(self, instance: ElementInstance, kind: str, code: str) -> "BoundaryEvent | None":
        """The boundary event that catches an error or escalation: the one of that code before the one for any."""
        found = [b for b in self.boundaries if b.element.event == kind and b.catches(code)]
        return min(found, key=lambda boundary: boundary.code is None, default=None)

    def ask_condition(self, instance: ElementInstance) -> None:
        """Let an armed conditional event look at the variables; only events are ever armed."""

    def catching_sub_process(self, kind: str, code: str) -> "EventSubProcess | None":
        """The event sub-process inside that catches an error or escalation; only scopes have some."""
        return None

    # --- variables ----------------------------------------------------------------------------------------------------

    def map_inputs(self, instance: ElementInstance) -> None:
        """Evaluate the input mappings in order into local variables; a later one sees the earlier ones."""
        for mapped in self.inputs_mapped:
            put(instance.data, mapped.path, instance.workflow.json(mapped.source, instance))

    def done(self, instance: ElementInstance, variables: Mapping[str, object]) -> bool:
        """Write the results where they belong and say that the element is done.

        Without output mappings each result goes to the nearest scope that has the variable, else to the process's; with
        output mappings results stay local and only what is mapped goes out.
        """
        if not self.outputs_mapped:
            if variables:
                instance.merge(variables)
            return True
        instance.data.update(variables)
        tree = instance.workflow
        outside = instance.above if instance._parent else instance
        built: Locals = {}
        for mapped in self.outputs_mapped:
            value = tree.json(mapped.source, instance, built)
            name = mapped.path[0]
            if len(mapped.path) > 1 and name not in built:
                present = next((scope[name] for scope in outside.scopes() if name in scope), None)
                built[name] = plain_variables(present) if isinstance(present, dict) else {}
            put(built, mapped.path, value)
        outside.merge(built)
        return True

    def finish(self, instance: ElementInstance, variables: Mapping[str, object]) -> None:
        """Complete a waiting instance with these results."""
        self.done(instance, variables)
        instance.complete()


def put(variables: Locals, path: tuple[str, ...], value: object) -> None:
    """Set `a.b.c`; what lies on the way and is no context is replaced by one."""
    for name in path[:-1]:
        inner = variables.get(name)
        if not isinstance(inner, dict):
            inner = {}
            variables[name] = inner
        variables = inner
    variables[path[-1]] = value


def no_way_out(spec: ElementSpec, instance: ElementInstance) -> NoReturn:
    """No condition holds and there is no default flow: an incident, as in Camunda."""
    fail(
        instance.task_spec.element_id,
        "expected a condition after {element} to be true or a default flow, but {conditions} are all false",
        conditions=", ".join(f"{flow.flow_id} ({flow.condition.source})" for flow in spec.flows if flow.condition),
    )


def cancel_others(tree: Tree, scope: ElementInstance, keep: ElementInstance | None) -> None:
    """End everything inside a scope but one instance. The boundary events of the scope itself stay armed."""
    for child in scope.below:
        if child is not keep and child.task_spec.element.attached_to != scope.task_spec.element_id:
            tree.end(child)
