"""What a drawing must be for the machine to run it as it reads: every rule refuses what would otherwise be misread."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from engine.bpmn import drawn_listeners, texts, timers, vocabulary
from engine.bpmn.expressions import is_feel, is_juel
from engine.bpmn.model import Element, Model, ProcessModel
from engine.bpmn.xml import Findings

MOST_ELEMENTS = 5_000
MOST_INCLUSIVE_JOINS = 200

Rule = Callable[["Checked", Element], None]


class Checked:
    """One process under the rules."""

    def __init__(self, process: ProcessModel, findings: Findings, names: tuple[str, ...]) -> None:
        self.process = process
        self.findings = findings
        self.names = names
        self._scopes: dict[str, list[Element]] = {}
        for element in process.elements.values():
            self._scopes.setdefault(element.scope, []).append(element)
        links = (e for e in process.elements.values() if e.event == "link" and e.kind == "intermediateCatchEvent")
        self.handlers = {e.handler for e in process.elements.values() if e.kind == "boundaryEvent" and e.handler}
        self.landings = Counter((e.scope, e.link) for e in links)
        self.catchers = Counter(key for e in process.elements.values() if (key := self.catches(e)))

    def error(self, rule: str, element: Element, template: str, **params: object) -> None:
        """Refuse an element."""
        self.findings.error(rule, element.id, template, line=element.line, **params)

    def catches(self, element: Element) -> tuple[str, str, str | None, str | None] | None:
        """Which error or escalation an element catches where; two elements with the same answer exclude each other."""
        if element.event not in {"error", "escalation"}:
            return None
        if element.kind == "boundaryEvent":
            place = f"at {element.attached_to}"
        elif element.kind == "startEvent" and (around := self.around(element)):
            place = f"in {around.scope}"
        else:
            return None
        return place, element.event, element.error_code, element.escalation_code

    def inside(self, scope: str) -> list[Element]:
        """The elements directly inside a scope."""
        return self._scopes.get(scope, [])

    def around(self, element: Element) -> Element | None:
        """The sub-process around an element."""
        return self.process.elements.get(element.scope)


def check(model: Model, findings: Findings, *, names: tuple[str, ...]) -> None:
    """Check a model as it was read; `names` are FEEL functions with spaces in their names."""
    if not any(process.is_executable for process in model.processes):
        findings.error("no-process", "", "the file holds no executable process with elements")
    for process in model.processes:
        findings.softened = not process.is_executable
        if not _within_limits(process, findings):
            continue
        checked = Checked(process, findings, names)
        _flows(checked)
        _starts(checked, process.id)
        _process_listeners(checked)
        for element in process.elements.values():
            for rule in _RULES:
                rule(checked, element)
    findings.softened = False


def _within_limits(process: ProcessModel, findings: Findings) -> bool:
    """Larger drawings are refused before anything is asked about them: some questions take time that grows with the square."""
    joins = sum(e.kind == "inclusiveGateway" and len(e.incoming) > 1 for e in process.elements.values())
    if len(process.elements) > MOST_ELEMENTS:
        findings.error("too-many", process.id, "the process has {count} elements; at most {most} are read",
                       count=len(process.elements), most=MOST_ELEMENTS, line=process.line)  # fmt: skip
    elif joins > MOST_INCLUSIVE_JOINS:
        findings.error("too-many", process.id, "the process has {count} inclusive joins; at most {most} are read",
                       count=joins, most=MOST_INCLUSIVE_JOINS, line=process.line)  # fmt: skip
    else:
        return True
    return False


# --- flows ------------------------------------------------------------------------------------------------------------


def _flows(checked: Checked) -> None:
    elements = checked.process.elements
    for flow in checked.process.flows.values():
        for end in (flow.source, flow.target):
            if end not in elements:
                checked.findings.error(
                    "loose-flow", flow.id, "the flow {id} ends at {end}, which is not an element of the process",
                    id=flow.id, end=end or "nothing", line=flow.line,
                )  # fmt: skip
        if flow.source not in elements or flow.target not in elements:
            continue
        source, target = elements[flow.source], elements[flow.target]
        if source.scope != target.scope:
            checked.findings.error(
                "loose-flow", flow.id, "the flow {id} crosses the border of a sub-process", id=flow.id, line=flow.line
            )
        if flow.condition is not None and source.kind == "parallelGateway":
            checked.findings.warning(
                "condition", flow.id, "a parallel gateway takes every flow; the condition of {id} says nothing",
                id=flow.id, line=flow.line,
            )  # fmt: skip
        if flow.condition is not None and source.kind in {"eventBasedGateway", "startEvent"}:
            checked.findings.error(
                "condition", flow.id, "a condition behind a {kind} is not executed", kind=source.kind, line=flow.line
            )
        if flow.condition is not None and flow.id == source.default_flow:
            checked.findings.error(
                "condition", flow.id, "the default flow needs no condition; take it away", line=flow.line
            )


def _endings(checked: Checked, element: Element) -> None:
    """Which elements may have flows."""
    sub_process_by_event = element.kind == "subProcess" and element.triggered_by_event
    no_incoming = element.kind in {"startEvent", "boundaryEvent"} or sub_process_by_event
    no_incoming = no_incoming or (element.kind == "intermediateCatchEvent" and element.event == "link")
    no_outgoing = element.kind == "endEvent" or sub_process_by_event
    no_outgoing = no_outgoing or (element.kind == "intermediateThrowEvent" and element.event == "link")
    if element.incoming and no_incoming:
        checked.error("loose-flow", element, "no flow may lead to {id}", id=element.id)
    if element.outgoing and no_outgoing:
        checked.error("loose-flow", element, "no flow may leave {id}", id=element.id)


def _default_flow(checked: Checked, element: Element) -> None:
    if element.default_flow is None:
        return
    if element.default_flow not in element.outgoing:
        checked.error("default-flow", element, "the default flow {flow} does not leave {id}", flow=element.default_flow,
                      id=element.id)  # fmt: skip
    if element.kind in {"parallelGateway", "eventBasedGateway"} or element.kind in vocabulary.EVENTS:
        checked.error("default-flow", element, "a {kind} has no default flow", kind=element.kind)


def _conditions(checked: Checked, element: Element) -> None:
    if element.kind not in {"exclusiveGateway", "inclusiveGateway", "complexGateway"} or len(element.outgoing) < 2:
        return
    for flow_id in element.outgoing:
        flow = checked.process.flows[flow_id]
        if flow.condition is None and flow_id != element.default_flow:
            checked.findings.error(
                "condition", flow_id, "the flow {id} needs a condition, or must be the default flow", id=flow_id,
                line=flow.line,
            )  # fmt: skip


# --- starts and ends --------------------------------------------------------------------------------------------------


def _starts(checked: Checked, scope: str) -> None:
    """How a process or an embedded sub-process begins."""
    inside = checked.inside(scope)
    starts = [element for element in inside if element.kind == "startEvent"]
    plain = [element for element in starts if element.event == "none"]
    for surplus in plain[1:]:
        checked.error(
            "several-starts", surplus, "there may be only one plain start event here; draw a parallel gateway"
        )
    if scope == checked.process.id:
        if not starts and inside and not any(_begins_by_itself(element) for element in inside):
            checked.findings.error("no-start", scope, "the process has no start", line=checked.process.line)
        return
    around = checked.process.elements[scope]
    if not starts and not any(_begins_by_itself(element) for element in inside):
        checked.error("no-start", around, "the sub-process {id} has no start", id=scope)


def _begins_by_itself(element: Element) -> bool:
    return (
        not element.incoming
        and element.kind not in {"boundaryEvent", "startEvent"}
        and element.link is None
        and not element.triggered_by_event
        and not element.for_compensation
    ) or element.instantiates


def _sub_process(checked: Checked, element: Element) -> None:
    if element.kind not in {"subProcess", "transaction"}:
        return
    starts = [inner for inner in checked.inside(element.id) if inner.kind == "startEvent"]
    if not element.triggered_by_event:
        _starts(checked, element.id)
        return
    if len(starts) != 1 or starts[0].event == "none":
        checked.error("event-sub-process", element, "an event sub-process needs exactly one start event with a trigger")
    if element.multi_instance is not None or element.loop is not None:
        checked.error("event-sub-process", element, "an event sub-process cannot be multi-instance")
    if element.inputs or element.outputs:
        checked.error("event-sub-process", element, "an event sub-process has no mappings; map at its start event")


def _ad_hoc(checked: Checked, element: Element) -> None:
    if element.kind != "adHocSubProcess":
        return
    if element.ad_hoc is None:
        checked.error(
            "missing-definition", element, "an ad-hoc sub-process needs the collection of its active elements"
        )
    inside = [inner for inner in checked.inside(element.id) if not inner.triggered_by_event]
    for inner in inside:
        if inner.kind in {"startEvent", "endEvent"}:
            checked.error("event", inner, "an ad-hoc sub-process holds no start and end events")
    if not any(_begins_by_itself(inner) for inner in inside):
        checked.error("no-start", element, "the sub-process {id} has no start", id=element.id)


def _events(checked: Checked, element: Element) -> None:
    if element.kind not in vocabulary.EVENTS:
        return
    place, around = element.kind, checked.around(element)
    if element.kind == "startEvent" and around is not None:
        if around.triggered_by_event:
            place = "eventSubProcessStart"
        elif element.event != "none":
            checked.error("event", element, "a sub-process starts with a plain start event")
            return
    if element.event == "none" and place == "eventSubProcessStart":
        return
    allowed = vocabulary.EXECUTED_EVENTS[place]
    if element.event not in allowed:
        checked.error(
            "event", element, "{event} is not executed at a {kind}; executed are {allowed}", event=str(element.event),
            kind=element.kind, allowed=", ".join(sorted(allowed)),
        )  # fmt: skip
    if element.event == "compensation" and element.kind == "startEvent" and not element.interrupting:
        checked.error("event", element, "what undoes work does not run beside it; make the event interrupting")
    if element.event == "error" and not element.interrupting and element.kind != "endEvent":
        checked.error("event", element, "an error always interrupts; make the event interrupting")
    if element.kind == "endEvent" and element.event == "error" and element.error_code is None:
        checked.error("event", element, "an error end event needs an error with a code")
    throws = element.kind in {"endEvent", "intermediateThrowEvent"}
    if throws and element.event == "escalation" and element.escalation_code is None:
        checked.error("event", element, "an escalation that is thrown needs a code")
    if element.event == "conditional" and element.condition is None:
        checked.error("event", element, "a conditional event needs a condition")
    if element.event == "cancel" and not _of_transaction(checked, element):
        checked.error("event", element, "only a transaction can be cancelled; put the cancel event into or on one")
    if element.event == "signal" and not element.signal:
        checked.error("event", element, "a signal event needs a signal with a name")


def _of_transaction(checked: Checked, element: Element) -> bool:
    place = element.attached_to if element.kind == "boundaryEvent" else element.scope
    around = checked.process.elements.get(place or "")
    return around is not None and around.kind == "transaction"


_MANY: Mapping[str, frozenset[str]] = {
    "intermediateCatchEvent": frozenset({"message", "timer", "signal", "conditional"}),
    "boundaryEvent": frozenset({"message", "timer", "signal", "conditional"}),
    "intermediateThrowEvent": frozenset({"message", "signal", "escalation"}),
    "endEvent": frozenset({"message", "signal", "escalation"}),
}
"""Where an event may have several definitions, and of which kinds."""


def _several(checked: Checked, element: Element) -> None:
    """An event with several definitions: each of them under the rules, and where they are executed."""
    if not element.more:
        return
    kinds = {element.event, *(one.event for one in element.more)}
    allowed = _MANY.get(element.kind, frozenset())
    if not kinds <= allowed or element.job_type is not None:
        checked.error(
            "several-triggers", element, "an event with several triggers is not executed here; draw one event for each"
        )
    if element.needs_all and element.kind != "intermediateCatchEvent":
        checked.error("several-triggers", element, "only an intermediate event can wait for all of its triggers")
    for one in element.more:
        for rule in (_events, _messages, _timers, texts.expressions):
            rule(checked, one)


def _repetition(checked: Checked, element: Element) -> None:
    loop = element.loop
    if loop is not None and loop.condition is None and loop.maximum is None:
        checked.error("loop", element, "a loop needs a condition or a maximum, or it never ends")
    if loop is not None and element.multi_instance is not None:
        checked.error("loop", element, "an activity is a loop or multi-instance, not both")
    many = element.start_quantity > 1 or element.completion_quantity > 1
    if many and (element.kind not in vocabulary.ACTIVITIES or element.kind == "receiveTask"):
        checked.error("bad-value", element, "only activities other than receive tasks take or give several tokens")


def _complex(checked: Checked, element: Element) -> None:
    if element.kind != "complexGateway":
        return
    if len(element.incoming) > 1 and element.activation_condition is None:
        checked.error(
            "complex-gateway", element,
            "a complex gateway at which flows meet needs an activation condition, like =activationCount >= 2",
        )  # fmt: skip
    if len(element.incoming) <= 1 and element.activation_condition is not None:
        checked.error("complex-gateway", element, "nothing meets here; take the activation condition away")


def _instantiate(checked: Checked, element: Element) -> None:
    if element.instantiates and (element.incoming or element.scope != checked.process.id):
        checked.error(
            "event", element, "a receive task that begins a run stands at the beginning of the process itself"
        )


def _boundary(checked: Checked, element: Element) -> None:
    if element.kind != "boundaryEvent":
        return
    host = checked.process.elements.get(element.attached_to or "")
    if host is None or host.kind not in vocabulary.ACTIVITIES or host.scope != element.scope or host.triggered_by_event:
        checked.error("boundary", element, "the boundary event {id} is not attached to an activity", id=element.id)
    if not element.outgoing and element.event != "compensation":
        checked.findings.warning(
            "boundary", element.id, "nothing follows the boundary event {id}", id=element.id, line=element.line
        )


def _one_catcher(checked: Checked, element: Element) -> None:
    """Two events that would catch the same error or escalation at one place: nobody could say which does."""
    key = checked.catches(element)
    if key is not None and checked.catchers[key] > 1:
        checked.error("event", element, "{id} is not alone in catching this {event} here", id=element.id,
                      event=str(element.event))  # fmt: skip


def _compensation(checked: Checked, element: Element) -> None:
    if element.kind == "startEvent":
        return
    if element.triggered_by_event:
        return
    if element.for_compensation and (element.incoming or element.outgoing):
        checked.error("compensation", element, "no flow may lead to or leave {id}, which undoes another", id=element.id)
    if element.for_compensation and element.id not in checked.handlers:
        checked.error("compensation", element, "nothing leads to {id}; connect it with a compensation boundary event",
                      id=element.id)  # fmt: skip
    if element.event != "compensation":
        return
    if element.kind == "boundaryEvent":
        handler = checked.process.elements.get(element.handler or "")
        if handler is None or not handler.for_compensation or handler.scope != element.scope:
            checked.error(
                "compensation", element, "a compensation event needs an association with what undoes the work"
            )
        if element.outgoing:
            checked.error("loose-flow", element, "no flow may leave {id}", id=element.id)
    elif element.compensates is not None:
        undone = checked.process.elements.get(element.compensates)
        if undone is None or undone.scope != element.scope:
            checked.error("compensation", element, "{activity} is not an activity beside this event",
                          activity=element.compensates)  # fmt: skip


def _links(checked: Checked, element: Element) -> None:
    if element.event != "link":
        return
    if element.link is None:
        checked.error("link", element, "a link event needs a name")
    elif element.kind == "intermediateThrowEvent" and checked.landings[element.scope, element.link] != 1:
        checked.error("link", element, "the link {name} needs exactly one catching link event", name=element.link)


def _event_gateway(checked: Checked, element: Element) -> None:
    if element.kind != "eventBasedGateway":
        return
    if not element.outgoing:
        checked.error("event-gateway", element, "an event-based gateway needs events behind it")
    for flow_id in element.outgoing:
        target = checked.process.elements.get(checked.process.flows[flow_id].target)
        if target is None:
            continue
        expected = {"message", "timer", "signal", "conditional"}
        catches = target.kind == "intermediateCatchEvent" and target.event in expected and not target.more
        if not catches or len(target.incoming) != 1:
            checked.error(
                "event-gateway", element,
                "only message, timer, signal and conditional events without other incoming flows may follow; {target} may not",
                target=target.id,
            )  # fmt: skip


def _process_listeners(checked: Checked) -> None:
    process = checked.process
    if process.listeners:
        whole = Element(process.id, "process", "", listeners=process.listeners, line=process.line)
        drawn_listeners.rule(checked, whole)
        texts.expressions(checked, whole)
        texts.fixed_values(checked, whole)


# --- what elements need -----------------------------------------------------------------------------------------------


def _needs(checked: Checked, element: Element) -> None:
    kind = element.kind
    if kind in {"serviceTask", "sendTask"} and element.job_type is None:
        checked.error("missing-definition", element, "a {kind} needs a job type (zeebe:taskDefinition)", kind=kind)
    if kind == "scriptTask" and element.script is None and element.job_type is None:
        checked.error("missing-definition", element, "a script task needs a FEEL expression and a result variable")
    if kind == "businessRuleTask" and element.decision is None and element.job_type is None:
        checked.error("missing-definition", element, "a business rule task needs a called decision")
    if kind == "callActivity" and element.called is None:
        checked.error("missing-definition", element, "a call activity needs the id of the called process")
    if element.script is not None and element.job_type is not None:
        checked.error("missing-definition", element, "a script task has an expression or a job type, not both")
    if element.decision is not None and element.job_type is not None:
        checked.error("missing-definition", element, "a business rule task has a decision or a job type, not both")
    if kind == "sendTask" and element.publish is not None:
        checked.error("missing-definition", element, "a send task needs a job type; publish with a message event")


def _messages(checked: Checked, element: Element) -> None:
    is_event = element.kind in vocabulary.EVENTS and element.event == "message"
    if not is_event and element.kind != "receiveTask":
        if element.publish is not None and element.kind != "sendTask":
            checked.error("message", element, "only a message event publishes a message")
        return
    if element.kind in {"endEvent", "intermediateThrowEvent"}:
        if (element.job_type is None) == (element.publish is None):
            checked.error(
                "message", element,
                "a message that is thrown needs a job type (zeebe:taskDefinition) or zeebe:publishMessage",
            )  # fmt: skip
        if element.publish is not None and (element.message is None or not element.message.name):
            checked.error("message", element, "a message event needs a message with a name")
        if element.publish is not None and element.publish.correlation_key is None:
            checked.error("message", element, "zeebe:publishMessage needs a correlation key")
        return
    if element.message is None or not element.message.name:
        checked.error("message", element, "a message event needs a message with a name")
    elif element.message.correlation_key is None and not _starts_the_process(checked, element):
        checked.error("message", element, "the message {name} needs a correlation key", name=element.message.name)
    elif _starts_the_process(checked, element) and is_feel(element.message.name):
        checked.error("message", element, "the message that starts a process needs a fixed name")


def _job_type_of_events(checked: Checked, element: Element) -> None:
    throws = element.kind in {"endEvent", "intermediateThrowEvent"}
    if throws and element.event != "message" and (element.job_type is not None or element.headers):
        checked.error("misplaced-extension", element, "only a message event that is thrown has a job type")


def _starts_the_process(checked: Checked, element: Element) -> bool:
    return (element.kind == "startEvent" and element.scope == checked.process.id) or element.instantiates


def _timers(checked: Checked, element: Element) -> None:
    timer = element.timer
    if timer is None:
        return
    repeats = element.kind in {"startEvent", "boundaryEvent"} and not element.interrupting
    if _starts_the_process(checked, element):
        if timer.kind == "duration":
            checked.error("timer", element, "a process is started by a date or a cycle, not by a duration")
    elif timer.kind == "cycle" and not repeats:
        checked.error("timer", element, "a cycle is executed only where the event does not interrupt; use a duration")
    if not timer.expression:
        checked.error("timer", element, "the timer is empty")
    elif not is_feel(timer.expression) and not is_juel(timer.expression):
        try:
            timers.check(timer.kind, timer.expression)
        except timers.NotATime as error:
            checked.error("timer", element, "the timer cannot be read: {reason}", reason=error.sentence)


_RULES: Iterable[Rule] = (
    _endings, _default_flow, _conditions, _sub_process, _ad_hoc, _events, _several, _repetition, _complex, _instantiate, _boundary, _one_catcher, _compensation, _links, _event_gateway, _needs, _messages,
    _job_type_of_events, _timers, drawn_listeners.rule, texts.expressions, texts.fixed_values,
)  # fmt: skip
