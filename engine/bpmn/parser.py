"""A checked model becomes a compiled process: compiled once, shared by all instances and threads, never changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from engine import feel
from engine.bpmn import activities, events, gateways, loops, scopes, services, triggers
from engine.bpmn.elements import ElementSpec, Mapped, Outgoing
from engine.bpmn.expressions import Text, text
from engine.bpmn.listeners import Listening
from engine.bpmn.model import Element, IoMapping, Listener, Model, ProcessModel
from engine.errors import Finding, Undeployable

_CLASSES: Mapping[str, type[ElementSpec]] = {
    "task": activities.PlainTask,
    "manualTask": activities.PlainTask,
    "userTask": activities.UserTask,
    "serviceTask": activities.ServiceTask,
    "sendTask": activities.ServiceTask,
    "receiveTask": activities.ReceiveTask,
    "scriptTask": activities.ScriptTask,
    "businessRuleTask": activities.BusinessRuleTask,
    "callActivity": activities.CallActivity,
    "subProcess": scopes.SubProcess,
    "transaction": scopes.SubProcess,
    "adHocSubProcess": scopes.AdHocSubProcess,
    "exclusiveGateway": gateways.ExclusiveGateway,
    "parallelGateway": gateways.ParallelGateway,
    "inclusiveGateway": gateways.InclusiveGateway,
    "complexGateway": gateways.ComplexGateway,
    "eventBasedGateway": events.EventBasedGateway,
    "startEvent": events.StartEvent,
    "intermediateCatchEvent": events.CatchEvent,
    "intermediateThrowEvent": events.ThrowEvent,
    "endEvent": events.ThrowEvent,
    "boundaryEvent": events.BoundaryEvent,
}

Part = TypeVar("Part", bound=events.Event | events.ThrowEvent)

EACH = "[each]"
"""Follows the element id in the name of the spec of one run inside a multi-instance body."""


@dataclass(frozen=True, slots=True)
class Process:
    """A compiled process. `model` is what was drawn; `spec` is SpiffWorkflow's side and concerns only this room."""

    model: ProcessModel
    resource: str
    spec: scopes.ProcessSpec

    @property
    def id(self) -> str:
        """The process id."""
        return self.model.id


def compile(model: Model, process_id: str, *, names: Iterable[str] = ()) -> Process:
    """Compile one process of a model that `reader.read` gave.

    `names` are the names of the host's FEEL functions that contain spaces. Raises `Undeployable` for FEEL that does not
    parse, `KeyError` for an unknown process.
    """
    process = model.process(process_id)
    return Process(process, model.resource, _Compiler(model.resource, process, tuple(names)).compiled())


class _Compiler:
    def __init__(self, resource: str, process: ProcessModel, names: tuple[str, ...]) -> None:
        self.resource = resource
        self.process = process
        self.names = names
        self.spec = scopes.ProcessSpec(process.id)
        self.root = scopes.RootSpec(self.spec, Element(process.id, "process", "", process.name))
        self.root.listening = self.listening(process.listeners, self.root.element)
        self.spec.root = self.root
        self.started = {element.scope for element in process.elements.values() if element.kind == "startEvent"}
        self.landings = {
            (e.scope, e.link): e.id for e in process.elements.values() if e.kind == "intermediateCatchEvent"
        }
        self.outer: dict[str, ElementSpec] = {}
        self.inner: dict[str, ElementSpec] = {process.id: self.root}

    def compiled(self) -> scopes.ProcessSpec:
        elements = self.process.elements.values()
        for element in elements:
            self.make(element)
        for element in elements:
            self.connect(element)
        for element in elements:
            self.place(element)
        self.join()
        return self.spec

    def text(self, source: str, element: Element) -> Text:
        try:
            return text(source, names=self.names)
        except feel.FeelSyntaxError as error:
            finding = Finding("feel-syntax", element.id, error.sentence, resource=self.resource, line=element.line)
            raise Undeployable([finding]) from error

    def maybe(self, source: str | None, element: Element) -> Text | None:
        return None if source is None else self.text(source, element)

    # --- one element --------------------------------------------------------------------------------------------------

    def make(self, element: Element) -> None:
        drawn, loop = element.multi_instance, element.loop
        made = self.behaviour(element)(self.spec, element, name=element.id + EACH if drawn or loop else "")
        self.inner[element.id] = made
        made.inputs_mapped = self.mapped(element.inputs, element)
        made.outputs_mapped = self.mapped(element.outputs, element)
        self.fill(made, element)
        if loop is not None:
            made.is_inner = True
            turns = loops.LoopBody(self.spec, element, loop)
            turns.inner, turns.condition = made, self.maybe(loop.condition, element)
            turns.connect(made)
            self.outer[element.id] = turns
            return
        if drawn is None:
            self.outer[element.id] = made
            return
        made.is_inner = True
        body = scopes.MultiInstanceBody(self.spec, element, drawn)
        body.inner = made
        body.collection = self.text(drawn.input_collection, element)
        body.cardinality = self.maybe(drawn.cardinality, element)
        body.condition = self.maybe(drawn.completion_condition, element)
        body.output_element = self.maybe(drawn.output_element, element)
        body.connect(made)
        self.outer[element.id] = body

    def behaviour(self, element: Element) -> type[ElementSpec]:
        """What kind of thing this element is at run time."""
        if element.kind == "subProcess" and element.triggered_by_event:
            return scopes.EventSubProcess
        if element.kind in {"businessRuleTask", "scriptTask"} and element.job_type is not None:
            return activities.ServiceTask
        if element.kind == "intermediateCatchEvent" and element.event == "link":
            return activities.PlainTask
        if element.kind == "intermediateCatchEvent" and element.more:
            return events.SeveralCatchEvent
        return _CLASSES[element.kind]

    def mapped(self, mappings: Iterable[IoMapping], element: Element) -> tuple[Mapped, ...]:
        return tuple(Mapped(tuple(each.target.split(".")), self.text(each.source, element)) for each in mappings)

    def listening(self, drawn: Iterable[Listener], element: Element) -> Mapping[str, tuple[Listening, ...]]:
        """Compiled listeners by their event, each event's in their drawn order."""
        found: dict[str, tuple[Listening, ...]] = {}
        for one in drawn:
            compiled = Listening(self.text(one.job_type, element), self.text(one.retries or "3", element), one.headers)
            found[one.event] = (*found.get(one.event, ()), compiled)
        return found

    def fill(self, made: ElementSpec, element: Element) -> None:
        if element.listeners:
            made.listening = self.listening(element.listeners, element)
        if isinstance(made, events.Event):
            made.trigger = self.trigger(element)
            made.code = element.error_code if element.event == "error" else element.escalation_code
        if isinstance(made, services.JobElement) and element.job_type is not None:
            made.job_type = self.text(element.job_type, element)
            made.retries = self.text(element.retries or "3", element)
        if isinstance(made, events.ThrowEvent):
            self.fill_throw(made, element)
            made.parts = tuple(self.part(events.ThrowEvent, one, n) for n, one in enumerate(element.more))
        elif isinstance(made, events.SeveralCatchEvent):
            every = (replace(element, more=()), *element.more)
            made.parts = tuple(self.part(events.PartEvent, one, n) for n, one in enumerate(every))
        elif isinstance(made, gateways.ComplexGateway):
            made.condition = self.maybe(element.activation_condition, element)
        elif isinstance(made, activities.UserTask):
            made.assignee = self.maybe(element.assignee, element)
            made.candidate_groups = self.maybe(element.candidate_groups, element)
            made.candidate_users = self.maybe(element.candidate_users, element)
            made.due_date = self.maybe(element.due_date, element)
            made.follow_up_date = self.maybe(element.follow_up_date, element)
            made.priority = self.maybe(element.priority, element)
        elif isinstance(made, activities.ScriptTask) and element.script:
            made.expression = self.text(element.script.expression, element)
            made.result_variable = element.script.result_variable
        elif isinstance(made, activities.BusinessRuleTask) and element.decision:
            made.decision_id = self.text(element.decision.decision_id, element)
        elif isinstance(made, scopes.AdHocSubProcess) and element.ad_hoc:
            made.active_elements = self.text(element.ad_hoc.active_elements, element)
            made.condition = self.maybe(element.ad_hoc.completion_condition, element)
        elif isinstance(made, activities.CallActivity) and element.called:
            made.process_id = self.text(element.called.process_id, element)
            made.business_key = self.maybe(element.called.business_key, element)

    def part(self, kind: type[Part], element: Element, number: int) -> Part:
        """One definition of an event that has several."""
        made = kind(self.spec, element, name=f"{element.id}[{number + 1}]")
        self.fill(made, element)
        return made

    def fill_throw(self, made: events.ThrowEvent, element: Element) -> None:
        made.code = element.error_code or element.escalation_code or ""
        made.signal_name = self.maybe(element.signal, element)
        if element.message is not None and element.job_type is None:
            made.message_name = self.text(element.message.name, element)
        if element.publish is not None:
            made.message_key = self.maybe(element.publish.correlation_key, element)
            made.message_id = self.maybe(element.publish.message_id, element)
            made.time_to_live = self.maybe(element.publish.time_to_live, element)

    def trigger(self, element: Element) -> triggers.Trigger | None:
        if element.timer is not None:
            return triggers.TimerTrigger(element.timer.kind, self.text(element.timer.expression, element))
        if element.message is not None and element.message.correlation_key is not None:
            key = self.text(element.message.correlation_key, element)
            return triggers.MessageTrigger(self.text(element.message.name, element), key)
        if element.signal is not None:
            return triggers.SignalTrigger(self.text(element.signal, element))
        if element.condition is not None:
            self.spec.has_conditions = True
            return triggers.ConditionTrigger(self.text(element.condition, element))
        return None

    # --- between elements ---------------------------------------------------------------------------------------------

    def connect(self, element: Element) -> None:
        source = self.outer[element.id]
        found: list[Outgoing] = []
        for flow_id in element.outgoing:
            flow = self.process.flows[flow_id]
            outgoing = Outgoing(flow_id, self.outer[flow.target], self.maybe(flow.condition, element))
            found.append(outgoing)
            if flow_id == element.default_flow:
                source.default_flow = outgoing
            source.connect(outgoing.target)
        if element.kind == "intermediateThrowEvent" and element.event == "link":
            target = self.outer[self.landings[element.scope, element.link]]
            found.append(Outgoing("", target))
            source.connect(target)
        source.flows = tuple(found)
        source.is_conditional = source.default_flow is not None or any(outgoing.condition for outgoing in found)

    def place(self, element: Element) -> None:
        """Hang an element into its scope, a boundary event on its activity."""
        made = self.outer[element.id]
        scope = self.inner[element.scope]
        assert isinstance(scope, scopes.ScopeSpec)
        if isinstance(made, events.BoundaryEvent) and element.attached_to is not None:
            host = self.outer[element.attached_to]
            host.boundaries += (made,)
            for number, one in enumerate(element.more):
                another = self.part(events.BoundaryEvent, one, number + 1)
                another.flows = made.flows
                for outgoing in made.flows:
                    another.connect(outgoing.target)
                host.boundaries += (another,)
            if element.event == "compensation" and element.handler is not None:
                host.undone_by = self.outer[element.handler].name
        elif isinstance(made, scopes.EventSubProcess):
            scope.event_sub_processes += (made,)
        elif isinstance(made, events.StartEvent) and isinstance(scope, scopes.EventSubProcess):
            scope.start = made
            made.event_sub_process = scope
            if element.event == "compensation":
                around = self.inner[scope.element.scope]
                around.undone_inside = scope.name
        elif self.begins(element):
            scope.starts += (made,)

    def begins(self, element: Element) -> bool:
        """Whether a plain start of the scope leads here: at a none start event, or where nothing comes in without one."""
        if element.kind == "startEvent":
            return element.event == "none"
        if element.for_compensation or element.instantiates:
            return False
        return element.scope not in self.started and not element.incoming and element.link is None

    def join(self) -> None:
        behind: dict[str, list[str]] = {}
        for element_id, spec in self.outer.items():
            for after in (*(outgoing.target for outgoing in spec.flows), *spec.boundaries):
                behind.setdefault(after.element_id, []).append(element_id)
        for element in self.process.elements.values():
            made = self.outer[element.id]
            if isinstance(made, gateways.JoiningGateway):
                made.incoming = element.incoming
                made.joins = len(element.incoming) > 1
            if isinstance(made, gateways.ComplexGateway) and made.joins:
                self.spec.complex_joins += (made,)
            elif isinstance(made, gateways.InclusiveGateway) and made.joins:
                self.spec.has_inclusive_joins = True
            if isinstance(made, gateways.InclusiveGateway) and made.joins:
                made.reaching = {flow: self.reaching(element, flow, behind) for flow in element.incoming}

    def reaching(self, join: Element, flow_id: str, behind: Mapping[str, list[str]]) -> frozenset[str]:
        """The element ids from which this flow into a join can be reached without passing the join."""
        found: set[str] = set()
        open_ends = [self.process.flows[flow_id].source]
        while open_ends:
            at = open_ends.pop()
            if at in found or at == join.id:
                continue
            found.add(at)
            open_ends.extend(behind.get(at, ()))
        return frozenset(found)
