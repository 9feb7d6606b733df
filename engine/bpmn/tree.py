"""SpiffWorkflow's task tree, tamed: only what is alive, element instances counted, variables in scopes, steps budgeted.

The tree's shape is the nesting of scopes. Under a scope hang the element instances that are alive in it; when one
completes, SpiffWorkflow makes its successors its children, and they take its place under the scope at once. So the tree is
never deeper than the drawing is nested, a step costs the same at any age of the instance, and nothing is left to prune.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine import feel
from engine.bpmn import listeners
from engine.bpmn.expressions import Locals, Text, Visible, fail
from engine.bpmn.outcome import Host, ThrownMessage, ThrownSignal, TrailEntry, UnhandledError, UnheardEscalation
from engine.errors import ExecutionFailed, Problem

if TYPE_CHECKING:
    from engine.bpmn.elements import ElementSpec
    from engine.bpmn.scopes import ProcessSpec

DEEPEST = 300


class NoScripts:
    """Stands where SpiffWorkflow keeps its Python: drawings contain no code, so nothing is ever asked of it."""

    def __getattr__(self, name: str) -> object:
        raise Problem("a drawing asked for a script engine ({name}); there is none", name=name)


class ElementInstance(Task):
    """One visit to an element, or one armed subscription of an event. `data` holds its local variables only."""

    id: str
    workflow: "Tree"
    task_spec: "ElementSpec"
    data: Locals
    internal_data: Locals
    level: int

    def __init__(
        self,
        workflow: "Tree",
        task_spec: "ElementSpec",
        parent: "ElementInstance | None" = None,
        state: int = TaskState.FUTURE,
        id: str | None = None,  # noqa: A002 - SpiffWorkflow's own signature
    ) -> None:
        # SpiffWorkflow's constructor draws a random UUID and reads the clock; an instance must come out the same every time.
        self.id = id or workflow.next_id()
        self.workflow = workflow
        self.task_spec = task_spec
        self._parent = parent.id if parent is not None else None
        self._children = []
        self._state = state
        self.triggered = False
        self.thread_id = 0
        self.data = {}
        self.internal_data = {}
        self.last_state_change = 0.0
        self.level = parent.level + 1 if parent is not None else 0
        if self.level > DEEPEST:
            fail(task_spec.name, "the drawing is nested more than {depth} levels deep at {element}", depth=DEEPEST)
        workflow.tasks[self.id] = self
        if parent is not None:
            parent._child_added_notify(self)

    def _set_state(self, value: int) -> None:
        # What was cancelled while it ran stays cancelled.
        if self._state != TaskState.CANCELLED:
            self._state = value

    def _add_child(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, task_spec: "ElementSpec", state: int = TaskState.FUTURE
    ) -> "ElementInstance":
        return ElementInstance(self.workflow, task_spec, self, state)

    def complete(self) -> None:
        """The work of the element is done: its end listeners are heard, then it is left. SpiffWorkflow calls this as well."""
        if "end" in self.task_spec.listening:
            for subscription in self.below:
                self.workflow.drop(subscription)
            if not listeners.asked(self, "end"):
                return
        super().complete()

    def leave(self) -> None:
        """The last end listener was waited for and has answered."""
        super().complete()

    @property
    def above(self) -> "ElementInstance":
        """The instance around this one; only the process itself has none."""
        return self.workflow.tasks[self._parent]

    @property
    def below(self) -> "list[ElementInstance]":
        """What hangs under this instance, in order."""
        tasks = self.workflow.tasks
        return [tasks[child] for child in self._children]

    @property
    def is_waiting(self) -> bool:
        """Whether this is an armed subscription, or a token waiting at a join."""
        return self._state == TaskState.WAITING

    @property
    def is_running(self) -> bool:
        """Whether the element was entered and has not ended."""
        return self._state == TaskState.STARTED

    def scopes(self) -> list[Locals]:
        """Local variables from here outwards; the last one is the process's."""
        found: list[Locals] = []
        at: ElementInstance | None = self
        tasks = self.workflow.tasks
        while at is not None:
            if at.data or at._parent is None:
                found.append(at.data)
            at = tasks.get(at._parent)
        return found

    def sees(self) -> Locals:
        """All variables that this instance sees, inner ones before outer ones."""
        seen: Locals = {}
        for scope in reversed(self.scopes()):
            seen.update(scope)
        return seen

    def merge(self, variables: Mapping[str, object]) -> None:
        """Set each variable in the nearest scope that has it, from here outwards, else in the process's (Zeebe's rule)."""
        scopes = self.scopes()
        for name, value in variables.items():
            next((scope for scope in scopes if name in scope), scopes[-1])[name] = value


class Tree(BpmnWorkflow):
    """One instance in SpiffWorkflow's terms."""

    spec: "ProcessSpec"
    tasks: dict[str | None, ElementInstance]
    task_tree: ElementInstance

    def __init__(self, spec: "ProcessSpec", *, host: Host, now: datetime, counter: int, budget: int) -> None:
        super().__init__(spec, script_engine=NoScripts(), deserializing=True)
        self.host = host
        self.now = now
        self.counter = counter
        self.budget = budget
        self.steps = 0
        self.ready: deque[ElementInstance | Callable[[], None]] = deque()
        self.trail: list[TrailEntry] = []
        self.messages: list[ThrownMessage] = []
        self.signals: list[ThrownSignal] = []
        self.escalations: list[UnheardEscalation] = []
        self.error: UnhandledError | None = None
        self.called: set[str] = set()
        self.cancelled = False

    def next_id(self) -> str:
        """The next identifier; the counter is part of the state, so that a reloaded instance counts on."""
        self.counter += 1
        return str(self.counter)

    @property
    def root(self) -> ElementInstance:
        """The instance of the process itself."""
        return self.task_tree

    def note(
        self,
        instance: ElementInstance,
        what: Literal["entered", "completed", "cancelled"],
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Write into the trail."""
        spec = instance.task_spec
        self.trail.append(TrailEntry(spec.element_id, instance.id, spec.kind, what, detail or {}))

    # --- running ------------------------------------------------------------------------------------------------------

    def run_ready(self) -> None:
        """Run everything that is ready, first come first, until only waits are left. Raises when the budget is used up."""
        self._ask_conditions()
        while self.ready:
            instance = self.ready.popleft()
            if not isinstance(instance, ElementInstance):
                instance()
                continue
            if instance._state != TaskState.READY:
                continue
            self.steps += 1
            if self.steps > self.budget:
                fail(
                    instance.task_spec.element_id,
                    "stopped at {element} after {steps} elements in one step; the drawing runs in a circle without waiting",
                    steps=self.budget,
                )
            instance.run()
            self._ask_conditions()

    def _ask_conditions(self) -> None:
        """Let conditional events happen whose condition has become true. Drawings without any are not slowed down."""
        if not self.spec.has_conditions or self.completed:
            return
        for instance in self.live():
            if "condition" in instance.internal_data and instance.id in self.tasks:
                instance.task_spec.ask_condition(instance)

    def enter(self, instance: ElementInstance) -> None:
        """Bring a new instance to life: SpiffWorkflow makes it ready, or lets it wait for others."""
        instance.task_spec._update(instance)

    def _task_completed_notify(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, task: ElementInstance
    ) -> None:
        # The successors take the place of what completed; nothing finished stays in the tree.
        self.last_task = task
        parent = self.tasks.get(task._parent)
        if parent is None:
            self.completed = True
            return
        place = parent._children.index(task.id)
        parent._children[place : place + 1] = task._children
        for child in task.below:
            child._parent = parent.id
            child.level = parent.level + 1
        task._children = []
        del self.tasks[task.id]

    def drop(self, instance: ElementInstance) -> None:
        """Take an instance and all below it out of the tree without a word (subscriptions, tokens at a join)."""
        for child in instance.below:
            self.drop(child)
        instance._set_state(TaskState.CANCELLED)
        self._unhang(instance)

    def end(self, instance: ElementInstance, detail: Mapping[str, object] | None = None) -> None:
        """Cancel an instance and all below it, innermost first."""
        for child in instance.below:
            self.end(child, detail)
        was_running = instance.is_running
        if was_running:
            instance.task_spec.withdrawn(instance)
        instance.cancel()
        if was_running:
            self.note(instance, "cancelled", detail)
        self._unhang(instance)

    def swallow(self, instance: ElementInstance) -> None:
        """Take a token out of the tree; the scope around it may be done with that."""
        if instance.id not in self.tasks:
            return
        scope = instance.above
        self.drop(instance)
        scope.task_spec.child_left(scope)

    def _unhang(self, instance: ElementInstance) -> None:
        parent = self.tasks.get(instance._parent)
        if parent is not None:
            parent._children.remove(instance.id)
            del self.tasks[instance.id]

    def cancel_all(self, detail: Mapping[str, object] | None = None) -> None:
        """Cancel the whole instance."""
        self.end(self.root, detail)
        self.ready.clear()
        self.cancelled = self.completed = True

    def live(self) -> "Iterable[ElementInstance]":
        """All instances in order of their identifiers."""
        return sorted(self.tasks.values(), key=lambda instance: int(instance.id))

    # --- expressions --------------------------------------------------------------------------------------------------

    def value(self, text: Text, instance: ElementInstance, extra: Mapping[str, object] | None = None) -> object:
        """What a text means here, as a FEEL value (static text: a string). `extra` lies over the variables."""
        if text.expression is None:
            return text.source
        scopes = instance.scopes()
        if extra:
            scopes.insert(0, dict(extra))
        try:
            return feel.evaluate(text.expression, Visible(scopes), functions=self.host.functions, now=self.now)
        except ExecutionFailed as error:
            error.element_id = error.element_id or instance.task_spec.element_id
            raise

    def json(self, text: Text, instance: ElementInstance, extra: Mapping[str, object] | None = None) -> object:
        """What a text means here, as a plain JSON value."""
        value = self.value(text, instance, extra)
        return value if text.expression is None else feel.to_json(value)

    def truth(self, text: Text, instance: ElementInstance, extra: Mapping[str, object] | None = None) -> bool:
        """A condition; neither true nor false is an incident, as in Camunda."""
        value = self.value(text, instance, extra)
        if not isinstance(value, bool):
            fail(
                instance.task_spec.element_id,
                "expected the condition {condition} at {element} to be true or false, but it is {value}",
                condition=text.source,
                value=str(feel.to_json(value)),
            )
        return value

    def string(self, text: Text, instance: ElementInstance, template: str) -> str:
        """A text that must be there and be a string (a number is written out); `template` says what is wrong otherwise."""
        value = self.json(text, instance)
        if isinstance(value, str) and value:
            return value
        if value is None or isinstance(value, bool | dict | list | str):
            element_id = instance.task_spec.element_id
            fail(element_id, template, expression=text.source, value=str(value)[:100])
        return str(value)
