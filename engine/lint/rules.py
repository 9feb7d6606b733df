"""The rules for processes. Each function looks at one process and yields a remark per element that breaks its rule.

A function's name is the rule's name (`gateway_without_default` → `gateway-without-default`); its docstring is its page: what is
wrong and why it matters, and what to draw instead, in both languages. `ERRORS` lists the rules that refuse a deployment; the
others only remark.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Final

from engine.bpmn.model import Element, ProcessModel
from engine.errors import Sentence

_WAITS: Final = frozenset({"userTask", "receiveTask", "callActivity", "eventBasedGateway", "manualTask"})
_CONDITIONAL: Final = frozenset({"exclusiveGateway", "inclusiveGateway"})
_ENDS: Final = frozenset({"endEvent", "boundaryEvent"})
_NAMED: Final = frozenset({"userTask", "exclusiveGateway", "inclusiveGateway", "callActivity", "subProcess"})


@dataclass(frozen=True)
class Known:
    """What exists beside the drawing: forms (ids and names of their files), ids of decisions and processes, and the job types that
    a service task or listener may name."""

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

    用户任务既没有写办理人，也没有写候选组或候选人，谁的列表里都不会出现。

    改法：在 Assignment 的 Candidate groups 中填写可以办理的岗位。
    """
    for one in _of(process, "userTask"):
        if not (one.assignee or one.candidate_groups or one.candidate_users):
            yield _remark(one, "nobody would see this task; name its candidate groups under Assignment")


def form_missing(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A user task shows a form that is neither among the deployed files nor deployed already.

    Draw instead: deploy the form together with the drawing, or correct the form id.

    用户任务引用的表单既不在这次部署的文件里，也没有部署过。

    改法：把表单与流程图一起部署，或者改正表单 id。
    """
    for one in process.elements.values():
        named = PurePosixPath(one.form.resource).name if one.form and one.form.resource else ""
        form = one.form_id or named
        if form and not form.startswith("=") and form not in known.forms:
            yield _remark(one, "there is no form {id}{hint}; deploy it together with this drawing", known.forms, form)


def form_absent(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A user task has no form: it can only be marked as done, and nothing is asked.

    Draw instead: link a form under *Form*.

    用户任务没有表单：只能标记为办完，什么都不问。

    改法：在 Form 中关联一个表单。
    """
    for one in _of(process, "userTask"):
        if one.form is None:
            yield _remark(one, "this task has no form, so nothing is asked; link one under Form")


def decision_missing(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A business rule task calls a decision that is neither among the deployed files nor deployed already.

    Draw instead: deploy the decision together with the drawing, or correct its id.

    业务规则任务调用的判定既不在这次部署的文件里，也没有部署过。

    改法：把判定与流程图一起部署，或者改正判定 id。
    """
    for one in process.elements.values():
        decision = one.decision.decision_id if one.decision else ""
        if decision and not decision.startswith("=") and decision not in known.decisions:
            text = "there is no decision {id}{hint}; deploy it together with this drawing"
            yield _remark(one, text, known.decisions, decision)


def called_process_missing(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A call activity calls a process that is neither among the deployed files nor deployed already.

    Draw instead: deploy the called process together with this one, or correct its id.

    调用活动调用的流程既不在这次部署的文件里，也没有部署过。

    改法：把被调用的流程一起部署，或者改正流程 id。
    """
    for one in process.elements.values():
        called = one.called.process_id if one.called else ""
        if called and not called.startswith("=") and called not in known.processes:
            text = "there is no process {id}{hint}; deploy it together with this drawing"
            yield _remark(one, text, known.processes, called)


def service_unknown(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A service task or listener names a job type for which there is no service, so the case would stop there as an incident.

    Draw instead: choose one of the services from the element templates.

    服务任务或监听器写的作业类型没有对应的服务，案件会在这里停下来，成为异常。

    改法：从工具包的元素模板中选择一个服务。
    """
    text = "there is no service {id}{hint}; choose one of the element templates"
    whole = Element(process.id, "process", "", listeners=process.listeners, line=process.line)
    for one in (whole, *process.elements.values()):
        for job_type in (one.job_type or "", *(listener.job_type for listener in one.listeners)):
            if job_type and not job_type.startswith("=") and job_type not in known.job_types:
                yield _remark(one, text, known.job_types, job_type)


def gateway_without_default(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A deciding gateway has a condition on every flow and no default flow: when none is true, the case stops there.

    Draw instead: mark the flow for "otherwise" as the default flow.

    判断网关的每条流都有条件而没有默认流：一个条件都不成立时，案件就停在这里。

    改法：把“其余情况”的那条流设为默认流。
    """
    for gateway in _deciding(process):
        if gateway.default_flow is None:
            yield _remark(gateway, "when no condition is true the case stops here; mark one flow as the default")


def start_missing(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """The process has no start event. It begins with what no flow leads to, but who looks at it sees neither where nor by whom.

    Draw instead: begin with a start event.

    流程没有开始事件。它从没有流入的元素开始；但看图的人看不出从哪里、由谁开始。

    改法：用开始事件开头。
    """
    if not any(one.kind == "startEvent" and one.scope == process.id for one in process.elements.values()):
        yield Remark(
            process.id,
            Sentence("this process begins without a start event; draw one, so that everybody sees where"),
            process.line,
        )


def unreachable(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """No flow leads to an element, so it would never be reached.

    Draw instead: connect it, or delete it.

    没有流通向这个元素，永远走不到。

    改法：接上它，或者删去它。
    """
    begun = {one.scope for one in process.elements.values() if one.kind == "startEvent"}
    for one in process.elements.values():
        enters = one.kind in {"startEvent", "boundaryEvent"} or one.triggered_by_event or one.event == "link"
        # Without a start event what no flow leads to is the beginning; so are the elements of an ad-hoc sub-process.
        enters = enters or one.for_compensation or one.instantiates or one.scope not in begun
        if not enters and not one.incoming and not one.kind.startswith("data"):
            yield _remark(one, "no flow leads here; connect it or delete it")


def loop_without_wait(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """A loop passes no element that waits (for a person, a message, a timer), so it could run on without end.

    Draw instead: put a wait into the loop, or count its rounds in the condition that leaves it.

    循环经过的元素都不等待（人、消息、定时），可能一直转下去。

    改法：在循环里放一个等待，或者在离开循环的条件里数次数。
    """
    for one in _loops(process):
        yield _remark(one, "this loop passes nothing that waits; make sure that its rounds are counted")


def name_missing(process: ProcessModel, known: Known) -> Iterator[Remark]:
    """An element that people see has no name: their lists, the diagram and the history would show its id.

    Draw instead: give it the name that officers use.

    给人看的元素没有名称：列表、图和历史里只会显示它的 id。

    改法：写上办事人员用的名称。
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
)
WARNINGS: Final[tuple[Rule, ...]] = (
    start_missing,
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
