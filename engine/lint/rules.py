"""The rules for processes. Each function looks at one process and yields a remark per element that breaks its rule.

A function's name is the rule's name (`gateway_without_default` → `gateway-without-default`); its docstring says what is wrong,
why it matters, and what to draw instead. `ERRORS` lists the rules that refuse a deployment; the others only remark.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from engine.bpmn.model import Element, ProcessModel
from engine.errors import Sentence

_WAITS: Final = frozenset({"userTask", "receiveTask", "callActivity", "eventBasedGateway", "manualTask"})
_CONDITIONAL: Final = frozenset({"exclusiveGateway", "inclusiveGateway"})
_ENDS: Final = frozenset({"endEvent", "boundaryEvent"})
_NAMED: Final = frozenset({"userTask", "exclusiveGateway", "inclusiveGateway", "callActivity", "subProcess"})


@dataclass(frozen=True)
class Known:
    """What exists beside the drawing: ids of forms, decisions and processes, and the job types a service task may name."""

    forms: Collection[str] = field(default_factory=frozenset[str])
    decisions: Collection[str] = field(default_factory=frozenset[str])
    processes: Collection[str] = field(default_factory=frozenset[str])
    job_types: Collection[str] = field(default_factory=frozenset[str])


@dataclass(frozen=True)
class Remark:
    """What a rule says about one element (empty id: the process)."""

    element_id: str
    sentence: Sentence
    line: int = 0


Rule = Callable[[ProcessModel, Known], Iterator[Remark]]


def nobody_assigned(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A user task names neither an assignee nor candidate groups or users, so it would appear in nobody's list.

    Draw instead: set *Candidate groups* under *Assignment* to the posts that may do it.
    """
    for one in _of(process, "userTask"):
        if not (one.assignee or one.candidate_groups or one.candidate_users):
            yield _remark(one, "nobody would see this task; name its candidate groups under Assignment")


def form_missing(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A user task shows a form that is neither among the deployed files nor deployed already.

    Draw instead: deploy the form together with the drawing, or correct the form id.
    """
    for one in process.elements.values():
        form = one.form_id
        if form and not form.startswith("=") and form not in known.forms:
            yield _remark(one, "there is no form {id}{hint}; deploy it together with this drawing", known.forms, form)


def form_absent(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A user task has no form: it can only be marked as done, and nothing is asked.

    Draw instead: link a form under *Form*.
    """
    for one in _of(process, "userTask"):
        if one.form is None:
            yield _remark(one, "this task has no form, so nothing is asked; link one under Form")


def decision_missing(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A business rule task calls a decision that is neither among the deployed files nor deployed already.

    Draw instead: deploy the decision together with the drawing, or correct its id.
    """
    for one in process.elements.values():
        decision = one.decision.decision_id if one.decision else ""
        if decision and not decision.startswith("=") and decision not in known.decisions:
            text = "there is no decision {id}{hint}; deploy it together with this drawing"
            yield _remark(one, text, known.decisions, decision)


def called_process_missing(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A call activity calls a process that is neither among the deployed files nor deployed already.

    Draw instead: deploy the called process together with this one, or correct its id.
    """
    for one in process.elements.values():
        called = one.called.process_id if one.called else ""
        if called and not called.startswith("=") and called not in known.processes:
            text = "there is no process {id}{hint}; deploy it together with this drawing"
            yield _remark(one, text, known.processes, called)


def service_unknown(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A service task names a job type for which there is no service, so the case would stop there as an incident.

    Draw instead: choose one of the services from the element templates.
    """
    for one in process.elements.values():
        job_type = one.job_type or ""
        if job_type and not job_type.startswith("=") and job_type not in known.job_types:
            text = "there is no service {id}{hint}; choose one of the element templates"
            yield _remark(one, text, known.job_types, job_type)


def flow_without_condition(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A flow out of a deciding gateway has no condition and is not the default flow, so it is unclear when it is taken.

    Draw instead: write its condition, or mark it as the default flow.
    """
    for gateway in _deciding(process):
        for flow_id in gateway.outgoing:
            flow = process.flows[flow_id]
            if flow.condition is None and flow_id != gateway.default_flow:
                sentence = Sentence("it is unclear when this flow is taken; write a condition or make it the default")
                yield Remark(flow_id, sentence, flow.line)


def gateway_without_default(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A deciding gateway has a condition on every flow and no default flow: when none is true, the case stops there.

    Draw instead: mark the flow for "otherwise" as the default flow.
    """
    for gateway in _deciding(process):
        if gateway.default_flow is None:
            yield _remark(gateway, "when no condition is true the case stops here; mark one flow as the default")


def message_without_key(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """An element waits for a message without a correlation key, so a message could not find its case.

    Draw instead: set the *Subscription correlation key* of the message.
    """
    starts = {start.element_id for start in process.message_starts}
    for one in process.elements.values():
        waits = one.kind in {"receiveTask", "intermediateCatchEvent", "boundaryEvent", "startEvent"}
        if waits and one.message and one.id not in starts and not one.message.correlation_key:
            yield _remark(one, "a message could not find its case; set the subscription correlation key")


def start_missing(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """The process has no start event, so nothing could start it.

    Draw instead: begin with a start event.
    """
    if not any(one.kind == "startEvent" and one.scope == process.id for one in process.elements.values()):
        yield Remark(process.id, Sentence("nothing could start this process; begin with a start event"), process.line)


def unreachable(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """No flow leads to an element, so it would never be reached.

    Draw instead: connect it, or delete it.
    """
    for one in process.elements.values():
        enters = one.kind in {"startEvent", "boundaryEvent"} or one.triggered_by_event or one.event == "link"
        enters = enters or one.for_compensation
        inside = process.elements.get(one.scope)
        ad_hoc = inside is not None and inside.kind == "adHocSubProcess"
        if not enters and not ad_hoc and not one.incoming and not one.kind.startswith("data"):
            yield _remark(one, "no flow leads here; connect it or delete it")


def loop_without_wait(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A loop passes no element that waits (for a person, a message, a timer), so it could run on without end.

    Draw instead: put a wait into the loop, or count its rounds in the condition that leaves it.
    """
    for one in _loops(process):
        yield _remark(one, "this loop passes nothing that waits; make sure that its rounds are counted")


def name_missing(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """An element that people see has no name: their lists, the diagram and the history would show its id.

    Draw instead: give it the name that officers use.
    """
    for one in process.elements.values():
        decides = one.kind not in _CONDITIONAL or len(one.outgoing) > 1
        if one.kind in _NAMED and decides and not one.name.strip() and not one.triggered_by_event:
            yield _remark(one, "people would see only the id of this element; give it a name")


ERRORS: Final[tuple[Rule, ...]] = (
    nobody_assigned,
    form_missing,
    decision_missing,
    called_process_missing,
    service_unknown,
    flow_without_condition,
    message_without_key,
    start_missing,
)
WARNINGS: Final[tuple[Rule, ...]] = (
    form_absent,
    gateway_without_default,
    unreachable,
    loop_without_wait,
    name_missing,
)


def _of(process: ProcessModel, kind: str) -> Iterator[Element]:
    return (one for one in process.elements.values() if one.kind == kind)


def _deciding(process: ProcessModel) -> Iterator[Element]:
    return (one for one in process.elements.values() if one.kind in _CONDITIONAL and len(one.outgoing) > 1)


def _remark(one: Element, template: str, known: Collection[str] = (), name: str = "") -> Remark:
    if not name:
        return Remark(one.id, Sentence(template), one.line)
    near = get_close_matches(name, list(known), n=1)
    return Remark(one.id, Sentence(template, {"id": name, "hint": f" ({near[0]}?)" if near else ""}), one.line)


def _waits(one: Element) -> bool:
    catches = one.kind == "intermediateCatchEvent" and one.event != "link"
    leaves = one.job_type is not None and not one.job_type.startswith("registry.")
    return one.kind in _WAITS or catches or leaves


def _loops(process: ProcessModel) -> Iterator[Element]:
    """One element of every loop that consists of automatic elements only."""
    automatic = {one.id for one in process.elements.values() if not _waits(one)}
    after = {
        one.id: [process.flows[flow].target for flow in one.outgoing if process.flows[flow].target in automatic]
        for one in process.elements.values()
        if one.id in automatic
    }
    done: set[str] = set()
    for first in after:
        if first in done:
            continue
        trail: list[str] = []
        on_trail: set[str] = set()
        stack: list[tuple[str, int]] = [(first, 0)]
        while stack:
            here, branch = stack.pop()
            if branch == 0:
                trail.append(here)
                on_trail.add(here)
            targets = after[here]
            if branch < len(targets):
                stack.append((here, branch + 1))
                target = targets[branch]
                if target in on_trail:
                    yield process.elements[target]
                elif target not in done:
                    stack.append((target, 0))
            else:
                done.add(here)
                on_trail.discard(here)
                trail.pop()
