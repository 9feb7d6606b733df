"""Elements that hold others: the process itself, sub-processes, event sub-processes, multi-instance bodies."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.specs import WorkflowSpec

from engine.bpmn import listeners
from engine.bpmn.elements import ElementSpec, cancel_others
from engine.bpmn.events import StartEvent, payload_of
from engine.bpmn.expressions import Locals, Text, fail, plain
from engine.bpmn.model import Element, MultiInstance
from engine.bpmn.tree import ElementInstance, Tree

if TYPE_CHECKING:
    from engine.bpmn.gateways import ComplexGateway

MOST_RUNS = 1_000
"""How often an activity with a drawn number of runs may run."""
_PATH = re.compile(r"=\s*([^\W\d]\w*)(?:\.\w+)*\s*")


class ProcessSpec(BpmnProcessSpec):
    """A compiled process as SpiffWorkflow knows it: all its elements, sub-processes included, by name."""

    task_specs: dict[str, ElementSpec]
    root: "RootSpec"
    has_inclusive_joins = False
    has_conditions = False
    complex_joins: "tuple[ComplexGateway, ...]" = ()

    def __init__(self, name: str) -> None:
        # SpiffWorkflow's constructor adds Start, EndJoin and End, which are names that a drawing may use.
        WorkflowSpec.__init__(self, name=name)
        self.svg = None
        self.io_specification = None
        self.data_objects: dict[str, object] = {}
        self.data_stores: dict[str, object] = {}
        self.correlation_keys: dict[str, object] = {}
        self.bpmn_start_events: list[ElementSpec] = []


class ScopeSpec(ElementSpec):
    """An element with elements inside. It is done when nothing alive is left in it."""

    def __init__(self, process: ProcessSpec, element: Element, *, name: str = "") -> None:
        super().__init__(process, element, name=name)
        self.starts: tuple[ElementSpec, ...] = ()
        self.event_sub_processes: tuple[EventSubProcess, ...] = ()

    def behave(self, instance: ElementInstance) -> bool | None:
        self.arm(instance)
        for start in self.starts:
            instance.workflow.enter(instance._add_child(start))
        return None

    def arm(self, instance: ElementInstance) -> None:
        """Open the subscriptions of the event sub-processes inside."""
        for event_sub_process in self.event_sub_processes:
            event_sub_process.start.subscribe(instance)

    def catching_sub_process(self, kind: str, code: str) -> "EventSubProcess | None":
        """The event sub-process that catches an error or escalation thrown inside."""
        found = [e for e in self.event_sub_processes if e.start.element.event == kind and e.start.catches(code)]
        return min(found, key=lambda each: each.start.code is None, default=None)

    def child_left(self, instance: ElementInstance) -> None:
        if any(child.task_spec.keeps_scope(child) for child in instance.below):
            return
        self.finish(instance, {})


class RootSpec(ScopeSpec):
    """The process itself."""

    def begin(self, tree: Tree, start: ElementSpec | None, variables: Locals) -> None:
        """Start the instance at its own start, or at one event with the variables that came with it."""
        root = tree.task_tree
        tree.note(root, "entered")
        # With output mappings at the start event only what they map becomes a variable of the instance.
        if start is None or not start.outputs_mapped:
            root.data, variables = variables, {}
        if start is not None:
            root.internal_data["start"] = start.name
            root.internal_data["payload"] = variables
        if listeners.asked(root, "start"):
            self.begun(root)

    def begun(self, instance: ElementInstance) -> bool | None:
        """The start listeners of the process were heard."""
        name = instance.internal_data.pop("start", None)
        if name is None:
            return self.behave(instance)
        self.arm(instance)
        event = instance._add_child(instance.workflow.spec.task_specs[str(name)])
        event.internal_data["payload"] = payload_of(instance)
        instance.workflow.enter(event)
        return None


class SubProcess(ScopeSpec):
    """An embedded sub-process, or a transaction."""


class AdHocSubProcess(ScopeSpec):
    """A sub-process of which an expression says what is started; `starts` are the elements that it may name."""

    active_elements: Text
    condition: Text | None = None

    def behave(self, instance: ElementInstance) -> bool | None:
        tree = instance.workflow
        named = tree.json(self.active_elements, instance)
        known = {start.element_id: start for start in self.starts}
        chosen = (
            [known.get(each) if isinstance(each, str) else None for each in named] if isinstance(named, list) else []
        )
        if not isinstance(named, list) or None in chosen:
            fail(
                self.element_id,
                "expected the active elements of {element} to be among {known}, but {expression} gives {value}",
                known=", ".join(known),
                expression=self.active_elements.source,
                value=str(named)[:100],
            )
        if not chosen:
            return self.done(instance, {})
        self.arm(instance)
        drawn = self.element.ad_hoc
        if drawn is not None and drawn.sequential:
            chosen, later = chosen[:1], chosen[1:]
            instance.internal_data["later"] = [each.element_id for each in later if each is not None]
        for start in chosen:
            if start is not None:
                tree.enter(instance._add_child(start))
        return None

    def child_left(self, instance: ElementInstance) -> None:
        drawn = self.element.ad_hoc
        if self._next_one(instance):
            return
        if self.condition is None or drawn is None or instance.internal_data.get("enough"):
            super().child_left(instance)
            return
        if instance.workflow.truth(self.condition, instance):
            instance.internal_data["enough"] = True
            if drawn.cancel_remaining:
                cancel_others(instance.workflow, instance, None)
            super().child_left(instance)
        elif not any(child.task_spec.keeps_scope(child) for child in instance.below):
            fail(
                self.element_id,
                "everything in {element} has ended, but {condition} is still false",
                condition=self.condition.source,
            )

    def _next_one(self, instance: ElementInstance) -> bool:
        """In a sequential one: start what comes next, once nothing runs and enough is not done yet."""
        later = instance.internal_data.get("later")
        running = any(child.task_spec.keeps_scope(child) for child in instance.below)
        if not isinstance(later, list) or not later or running or instance.internal_data.get("enough"):
            return False
        if self.condition is not None and instance.workflow.truth(self.condition, instance):
            return False
        start = next(start for start in self.starts if start.element_id == later[0])
        instance.internal_data["later"] = later[1:]
        instance.workflow.enter(instance._add_child(start))
        return True


class EventSubProcess(ScopeSpec):
    """A sub-process that an event starts; `start` is its only start event."""

    start: StartEvent

    @property
    def handles_compensation(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether it undoes the scope around it."""
        return self.start.element.event == "compensation"

    def open_in(self, scope: ElementInstance, payload: Locals, detail: Mapping[str, object]) -> None:
        """The event has happened in the scope around: interrupt that or not, and run."""
        tree = scope.workflow
        if self.start.element.interrupting:
            cancel_others(tree, scope, None)
            scope.internal_data["interrupted"] = True
        instance = scope._add_child(self)
        instance.internal_data["payload"] = payload
        if detail:
            instance.internal_data["detail"] = dict(detail)
        tree.enter(instance)

    def behave(self, instance: ElementInstance) -> bool | None:
        self.arm(instance)
        event = instance._add_child(self.start)
        event.internal_data["payload"] = payload_of(instance)
        if detail := instance.internal_data.pop("detail", None):
            event.internal_data["detail"] = detail
        instance.workflow.enter(event)
        return None


class MultiInstanceBody(ElementSpec):
    """Runs an activity once per item of a collection, side by side or one after another."""

    inner: ElementSpec
    collection: Text
    cardinality: Text | None = None
    condition: Text | None = None
    output_element: Text | None = None

    def __init__(self, process: ProcessSpec, element: Element, drawn: MultiInstance) -> None:
        super().__init__(process, element)
        self.kind = "multiInstanceBody"
        self.drawn = drawn

    def behave(self, instance: ElementInstance) -> bool | None:
        items = self._numbered(instance) if self.cardinality else instance.workflow.json(self.collection, instance)
        if not isinstance(items, list):
            fail(
                self.element_id,
                "expected the input collection of {element} to be a list, but {expression} gives {value}",
                expression=self.collection.source,
                value=str(items)[:100],
            )
        if self.drawn.output_collection:
            instance.data[self.drawn.output_collection] = [None] * len(items)
        if not items:
            return self.gathered(instance)
        instance.internal_data["next"] = 0
        instance.internal_data["items"] = plain(items)
        self._spawn(instance, 1 if self.drawn.sequential else len(items))
        return None

    def _numbered(self, instance: ElementInstance) -> list[object]:
        """As many items as the drawn number says."""
        assert self.cardinality is not None
        number = instance.workflow.json(self.cardinality, instance)
        if isinstance(number, str) and number.isdecimal():
            number = int(number)
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= MOST_RUNS:
            fail(
                self.element_id,
                "expected the number of runs of {element} to be a whole number from 0 to {most}, but {expression} gives {value}",
                expression=self.cardinality.source,
                most=MOST_RUNS,
                value=str(number)[:100],
            )
        return list(range(1, number + 1))

    def _spawn(self, body: ElementInstance, count: int) -> None:
        items, first = body.internal_data["items"], body.internal_data["next"]
        assert isinstance(items, list)
        assert isinstance(first, int)
        for index in range(first, min(first + count, len(items))):
            inner = body._add_child(self.inner)
            inner.data["loopCounter"] = index + 1
            if self.drawn.input_element:
                inner.data[self.drawn.input_element] = plain(items[index])
            if self.drawn.output_element and (path := _PATH.fullmatch(self.drawn.output_element)):
                inner.data.setdefault(path[1], None)
            body.workflow.enter(inner)
        body.internal_data["next"] = first + count
        if not self.drawn.sequential:
            # All items have gone out: their number is enough from here on.
            body.internal_data["items"] = len(items)

    def inner_completed(self, body: ElementInstance, inner: ElementInstance) -> None:
        tree, memory = body.workflow, body.internal_data
        completed = int(str(memory.get("completed", 0))) + 1
        memory["completed"] = completed
        if self.output_element is not None and self.drawn.output_collection:
            gathered = body.data[self.drawn.output_collection]
            number = inner.data["loopCounter"]
            assert isinstance(gathered, list)
            assert isinstance(number, int)
            gathered[number - 1] = tree.json(self.output_element, inner)
        if self.condition is None:
            return
        items = memory["items"]
        total = len(items) if isinstance(items, list) else items
        active = sum(child.task_spec is self.inner for child in body.below) - 1
        counts = {
            "numberOfInstances": total,
            "numberOfActiveInstances": active,
            "numberOfCompletedInstances": completed,
            "numberOfTerminatedInstances": 0,
        }
        if tree.truth(self.condition, inner, counts):
            memory["enough"] = True
            for child in body.below:
                if child is not inner and child.task_spec is self.inner:
                    tree.end(child)

    def child_left(self, instance: ElementInstance) -> None:
        memory = instance.internal_data
        if any(child.task_spec.keeps_scope(child) for child in instance.below):
            return
        items = memory["items"]
        if self.drawn.sequential and not memory.get("enough"):
            assert isinstance(items, list)
            assert isinstance(memory["next"], int)
            if memory["next"] < len(items):
                self._spawn(instance, 1)
                return
        self.gathered(instance)
        instance.complete()

    def gathered(self, instance: ElementInstance) -> bool:
        """Hand the collected outputs to the scope around."""
        name = self.drawn.output_collection
        if name:
            instance.above.merge({name: instance.data[name]})
        return True
