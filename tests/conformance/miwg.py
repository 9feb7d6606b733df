"""The reference models of the BPMN Model Interchange Working Group that are meant to run, run (CC BY 3.0).

They were drawn with other tools for other engines. `prepared` fills in exactly what a model leaves to its engine and changes nothing
else: `FILLED_IN` says what. A clerk answers user tasks as the play says, services and decisions answer what it says, and a run
counts when it has come to the ends that the play names and nothing waits any more.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from lxml import etree

from engine.bpmn.outcome import MessageWait, ThrownMessage
from engine.errors import Problem, Undeployable
from tests.conformance.stage import BpmnError, Stage, UserTaskWait
from tests.conformance.suites import Answer

SUITE: Final = "miwg-executable"
_BPMN: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_ZEEBE: Final = "{http://camunda.org/schema/zeebe/1.0}"
_ACTIVITI: Final = "{http://activiti.org/bpmn}"

FILLED_IN: Final[Mapping[str, str]] = {
    "C.1.0": "forms in JSF, fields of a Java delegate and resource roles taken away",
    "C.1.1": "as C.1.0; XPath over data objects (`bpmn:getDataObject('x')`) written as FEEL (`x`)",
    "C.3.0": (
        "no conditions are drawn but one, so the names of the flows become conditions; the collapsed sub-process without content becomes"
        " a task; the first task takes one token, not two, because only one ever comes; the message has a key; a duration is not XPath"
    ),
    "C.8.1": "variables whose names have blanks get underscores; a resource role taken away",
    "C.9.0": "what the called check decides is handed back, which is switched off in the drawing (run with C.9.1 and C.9.2, which it calls)",
    "C.9.1": "the topic of Camunda 7 beside the job type of Camunda 8 taken away",
    "C.9.2": "nothing (run together with C.9.1, which it calls)",
}
"""What a model leaves to its engine."""


@dataclass(frozen=True)
class Play:
    """One way through a model. `answers` are given to a user task one after another, the last one again and again. What is said
    from outside and the time that passes come after the tasks of `first`, before all others."""

    model: str
    name: str
    ends: frozenset[str]
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    answers: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict[str, Sequence[Mapping[str, Any]]])
    services: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    fails: Mapping[str, str] = field(default_factory=dict[str, str])
    decided: Mapping[str, object] = field(default_factory=dict[str, object])
    says: Sequence[str] = ()
    waits: timedelta = timedelta()
    first: Sequence[str] = ()
    beside: Sequence[str] = ()


_APPROVER = {"assignApprover": [{"approver": "anna"}], "prepareBankTransfer": [{}]}
_CUSTOMER = {"applicant": {"name": "Li", "age": 40, "email": "li@example.org"}, "corporation": "C", "product": "P",
             "applicationNumber": "7", "documents": ["a", "b"], "fraudSuspectedId": "f"}  # fmt: skip
_YELLOW = {"risk_check": {"riskLevel": ["yellow"], "risk": ["age"]}}
_PARTS = ("C.9.1", "C.9.2")
_ANALYSE, _STANDARD, _PREMIUM, _REPLACE, _EMERGENCY = (
    "_c73a5f4a-72f1-4e11-bb40-2f98da75fb9a", "_d034722f-751d-4f37-a3d7-47993822e979", "_6a34496f-8cf7-42e5-88a9-d1af98cc3cba",
    "_a92069f7-377b-4dbd-a1fd-1da071aabf6d", "_cd6f230f-13c3-4027-aa3e-57de601a1ab2",
)  # fmt: skip
_REPAIRED, _REPLACED, _EMERGENCY_DONE = (
    "_dcee5c64-3010-4ee5-b480-bce856e6f29c", "_177bd313-c6c9-4df5-8f82-313beb30d2eb", "_b3dc1906-d4d3-40c5-aaf6-5a74148ae887",
)  # fmt: skip
_VACATION = {"http": {"body": {"value": [{"name": "Li", "email": "li@example.org", "days": 9}]}}}
_ASKED = {"Employee_Badge_Number": 7, "From": "2026-07-01", "To": "2026-07-02", "Reason": ""}


def _invoice(model: str) -> Iterator[Play]:
    yield Play(
        model,
        "approved",
        frozenset({"invoiceProcessed"}),
        answers={**_APPROVER, "approveInvoice": [{"approved": True}]},
    )
    again = {
        **_APPROVER,
        "approveInvoice": [{"approved": False}, {"approved": True}],
        "reviewInvoice": [{"clarified": "yes"}],
    }
    yield Play(model, "clarified, then approved", frozenset({"invoiceProcessed"}), answers=again)
    never = {**_APPROVER, "approveInvoice": [{"approved": False}], "reviewInvoice": [{"clarified": "no"}]}
    yield Play(model, "not clarified", frozenset({"invoiceNotProcessed"}), answers=never)


def _fridge() -> Iterator[Play]:
    def play(name: str, ends: str, wait: timedelta = timedelta(), says: Sequence[str] = (), **asked: object) -> Play:
        return Play("C.3.0", name, frozenset({ends}), {"key": "k"}, {_ANALYSE: [asked]}, says=says, waits=wait,
                    first=(_ANALYSE,))  # fmt: skip

    yield play("warranty", _REPLACED, flow="Warranty")
    yield play("emergency, repaired", _EMERGENCY_DONE, flow="Emergency service", done="yes")
    yield play("emergency, in vain", _REPLACED, flow="Emergency service", done="no")
    yield play("standard", _REPAIRED, flow="Regular repair service", level="Standard")
    yield play("premium", _REPAIRED, flow="Regular repair service", level="Premium")
    yield play(
        "premium, too late",
        _EMERGENCY_DONE,
        timedelta(hours=3),
        flow="Regular repair service",
        level="Premium",
        done="yes",
    )
    yield play(
        "standard, then premium", _REPAIRED, says=("Service Level",), flow="Regular repair service", level="Standard"
    )


def _vacation() -> Iterator[Play]:
    def play(name: str, ends: str, status: str, clerk: str = "", fails: bool = False) -> Play:
        decided = {"Vacation_Approval_Status": {"Approval": status, "Reason": "busy"}}
        manual = {"_79523269-7444-4b01-90e9-e23957a9d020": [{"Vacation_Approval": clerk}]}
        return Play("C.8.1", name, frozenset({ends}), _ASKED, manual, {**_VACATION, "DMN": decided},
                    {"http": "404"} if fails else {})  # fmt: skip

    yield play("approved at once", "_6677ef80-82df-4951-919d-1f36123b681b", "Approved")
    yield play("refused at once", "_1688f604-5edf-4187-ad9e-18f74bfede53", "Refused")
    yield play(
        "approved by the manager", "_1cd5fe29-b3ec-4f21-a1aa-57773f0729ca", "Manual Validation Required", "Approved"
    )
    yield play(
        "refused by the manager", "_3ae826ca-5f38-43c4-be3a-35d1157aa27f", "Manual Validation Required", "Refused"
    )
    yield play("nobody of that number", "_b4d636eb-b501-4462-93c8-04652db10307", "", fails=True)


def _onboarding() -> Iterator[Play]:
    def play(name: str, *ends: str, **more: Any) -> Play:
        return Play("C.9.0", name, frozenset(ends), _CUSTOMER, beside=_PARTS, **more)

    yield play("no risk", "EndEvent_ApplicationIssued", decided={"risk_check": {"riskLevel": ["green"], "risk": []}})
    yield play(
        "severe risk", "EndEvent_ApplicationRejected", decided={"risk_check": {"riskLevel": ["red"], "risk": ["age"]}}
    )
    decide = "UserTask_DecideOnApplication"
    yield play("decided by a clerk", "EndEvent_ManuallyDecided", "EndEvent_ApplicationIssued", decided=_YELLOW,
               answers={decide: [{"approved": True}]})  # fmt: skip
    yield play("declined by a clerk", "EndEvent_ManuallyDecided", "EndEvent_ApplicationRejected", decided=_YELLOW,
               answers={decide: [{"approved": False}]})  # fmt: skip
    yield play("fraud", "TerminateEvent_ApplicationCanceledFraud", decided=_YELLOW, says=("Message_FraudSuspected",),
               answers={"UserTask_CheckForFraud": [{"fraud": True}], decide: []})  # fmt: skip
    yield play("no fraud", "EndEvent_FraudNoDetected", "EndEvent_ApplicationIssued", decided=_YELLOW, says=("Message_FraudSuspected",),
               answers={"UserTask_CheckForFraud": [{"fraud": False}], decide: [{"approved": True}]})  # fmt: skip
    yield play("cancelled meanwhile", "EndMessageEvent_InformCustomer", "EndMessageEvent_InformOperations", decided=_YELLOW,
               says=("Message_CancellationRequested",), answers={decide: []})  # fmt: skip


def plays() -> Iterator[Play]:
    """Every way that is walked through every model."""
    yield from _invoice("C.1.0")
    yield from _invoice("C.1.1")
    yield from _fridge()
    yield from _vacation()
    yield from _onboarding()
    yield Play(
        "C.9.1",
        "answered",
        frozenset({"EndEvent_GotDocument"}),
        {"documentReferenceId": "d"},
        says=("MESSAGE_documentReceived",),
    )
    week = {"EndEvent_ReminderSent", "EndEvent_TalkedToCustomer"}
    yield Play("C.9.1", "a week of reminders", frozenset(week), {"documentReferenceId": "d"}, waits=timedelta(days=8))
    given = {**_CUSTOMER, "risks": ["age"], "documentReferenceId": "d"}
    clerk = {"UserTask_DecideOnApplication": [{"approved": True}]}
    yield Play("C.9.2", "decided", frozenset({"EndEvent_ManuallyDecided"}), given, clerk, beside=("C.9.1",))
    asked = {"EndEvent_DocumentReceived", "EndEvent_ManuallyDecided"}
    says = ("Message_DocumentRequested", "MESSAGE_documentReceived", "MESSAGE_documentReceived")
    yield Play("C.9.2", "two documents asked for", frozenset(asked), given, clerk, says=says, beside=("C.9.1",))


def answers(folder: Path) -> Iterator[Answer]:
    """One answer per way through a model."""
    for play in plays():
        got = _played(folder / "reference", play)
        wanted = "ends at " + ", ".join(sorted(play.ends))
        yield Answer(SUITE, play.model, f"{play.model}: {play.name}", play.name, got == wanted, True, got, wanted)


def _played(folder: Path, play: Play) -> str:
    try:
        stage = Stage(prepared(folder, play.model), resource=f"{play.model}.bpmn")
        for other in play.beside:
            stage.learn(prepared(folder, other), resource=f"{other}.bpmn")
    except Undeployable as refused:
        return "; ".join(str(one) for one in refused.findings if one.severity == "error")[:300]
    stage.services, stage.decided = _Services(play), dict(play.decided)
    process = next(iter(stage.processes.values()))
    begins = [start.element_id for start in process.model.message_starts] if not process.spec.root.starts else []
    try:
        stage.start(process.id, play.variables, element=begins[0] if begins else None)
        _work(stage, play, only=play.first)
        for name in play.says:
            _say(stage, name)
        if play.waits:
            stage.pass_time(play.waits)
        _work(stage, play)
    except Problem as problem:
        return str(problem)
    left = sorted({wait.element_id for _, wait in stage.waits()})
    if left or stage.errors:
        return f"waits at {', '.join(left)}" if left else f"error {stage.errors[0].code}"
    return "ends at " + ", ".join(sorted(play.ends & set(stage.visited)))


def _work(stage: Stage, play: Play, *, only: Sequence[str] | None = None) -> None:
    """The clerk completes what is open until nothing is; a task without answers in the play stays."""
    given: dict[str, int] = {}
    for _ in range(50):
        for number, wait in stage.waits():
            known = play.answers.get(wait.element_id, [{}])
            if isinstance(wait, UserTaskWait) and known and (only is None or wait.element_id in only):
                turn = given.get(wait.element_id, 0)
                given[wait.element_id] = turn + 1
                place, answer = wait.element_instance_id, known[min(turn, len(known) - 1)]
                stage.push(number, lambda e, p=place, a=answer: e.complete_user_task(p, a))
                stage.settle()
                break
        else:
            return


def _say(stage: Stage, name: str) -> None:
    """A message from outside, to whoever waits for it."""
    hearing = [wait for _, wait in stage.waits() if isinstance(wait, MessageWait) and wait.message_name == name]
    stage.publish(ThrownMessage("", "", name, hearing[0].correlation_key if hearing else "", {}))


class _Services(dict[str, Any]):
    """Every service there is: what the play says, nothing otherwise."""

    def __init__(self, play: Play) -> None:
        super().__init__()
        self.play = play

    def get(self, job_type: str, default: object = None) -> Any:
        def serve(_: Mapping[str, object]) -> Mapping[str, object]:
            if job_type in self.play.fails:
                raise BpmnError(self.play.fails[job_type])
            return self.play.services.get(job_type, {})

        return serve


# --- what the models leave to their engines -------------------------------------------------------------------------------


def prepared(folder: Path, model: str) -> bytes:
    """A model with what `FILLED_IN` says."""
    root = etree.parse(folder / f"{model}.bpmn").getroot()
    for node in [*root.iter(f"{_BPMN}potentialOwner")]:
        _away(node)
    match model:
        case "C.1.0" | "C.1.1":
            _invoice_drawing(root)
        case "C.3.0":
            _fridge_drawing(root)
        case "C.8.1":
            return _without_blanks(etree.tostring(root).decode())
        case "C.9.0":
            for node in root.iter(f"{_ZEEBE}calledElement"):
                node.set("propagateAllChildVariables", "true")
        case "C.9.1":
            for node in root.iter(f"{_BPMN}sendTask"):
                for name in [name for name in node.attrib if str(name).endswith(("}type", "}topic"))]:
                    del node.attrib[name]
        case _:
            pass
    return etree.tostring(root)


def _away(node: Any) -> None:
    around = node.getparent()
    assert around is not None
    around.remove(node)


def _invoice_drawing(root: Any) -> None:
    for node in root.iter(etree.Element):
        for name in [name for name in node.attrib if str(name) == f"{_ACTIVITI}formKey"]:
            del node.attrib[name]
    for node in [*root.iter(f"{_ACTIVITI}field")]:
        _away(node)
    for node in root.iter(f"{_BPMN}conditionExpression"):
        text = (node.text or "").strip()
        if "getDataObject" in text:
            node.text = "=" + re.sub(r"bpmn:getDataObject\('(\w+)'\)", r"\1", text).replace("'", '"')


def _fridge_drawing(root: Any) -> None:
    gateways = {"_604be023-654c-44df-a64c-365254a100cd": "flow", "_2b6bc88e-d3be-4704-87d1-c264bf704589": "level",
                "_936c0bfa-5ebf-4546-8d1a-cce556148788": "done"}  # fmt: skip
    for flow in root.iter(f"{_BPMN}sequenceFlow"):
        variable = gateways.get(flow.get("sourceRef") or "")
        if variable is not None:
            for drawn in flow.findall(f"{_BPMN}conditionExpression"):
                flow.remove(drawn)
            etree.SubElement(flow, f"{_BPMN}conditionExpression").text = f'={variable} = "{flow.get("name")}"'
    for node in root.iter(f"{_BPMN}userTask"):
        for name in ("startQuantity", "completionQuantity"):
            node.attrib.pop(name, None)
    for node in root.iter(f"{_BPMN}timeDuration"):
        node.attrib.pop("language", None)
    for node in [*root.iter(f"{_BPMN}subProcess")]:
        node.tag = f"{_BPMN}task"
        node.attrib.pop("triggeredByEvent", None)
    for node in root.iter(f"{_BPMN}message"):
        holder = node.find(f"{_BPMN}extensionElements")
        if holder is None:
            holder = etree.SubElement(node, f"{_BPMN}extensionElements")
        etree.SubElement(holder, f"{_ZEEBE}subscription", correlationKey="=key")


def _without_blanks(text: str) -> bytes:
    """Names of variables with underscores."""
    for name in ("Current Vacation Status", "Vacation Approval Status", "Vacation Approval", "Employee Badge Number"):
        text = re.sub(rf'(?<!name="){name}', name.replace(" ", "_"), text)
    return text.encode()
