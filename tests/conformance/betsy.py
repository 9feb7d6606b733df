"""betsy: 210 cases on 136 models of gateways, activities, events, errors, data and workflow patterns (LGPL-3).

The suite writes scripts and conditions in a language of its own and leaves correlation, message names and job types to the engine;
`prepared` fills in exactly that and changes nothing else.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from engine.errors import Problem, Undeployable
from tests.conformance.stage import BpmnError, Stage
from tests.conformance.suites import Answer

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
_EXPRESSIONS = (
    "conditionExpression",
    "loopCondition",
    "condition",
    "loopCardinality",
    "completionCondition",
    "activationCondition",
)
_SLOW = {
    f"registry.{name}": timedelta(seconds=10)
    for name in ("WAIT_TEN_SECONDS", "CREATE_TIMESTAMP_LOG_1", "CREATE_TIMESTAMP_LOG_2")
}
_SILENT = frozenset({"", "CREATE_LOG_FILE", "WAIT_TEN_SECONDS"})
_ENDLESS = timedelta(seconds=90)
"""The suite's scripts take their time; everything that is due soon after is played as well."""


def answers(folder: Path) -> Iterator[Answer]:
    """Every case, answered."""
    for case in json.loads((folder / "scenarios.json").read_text(encoding="utf-8")):
        got, note = _played(folder / case["model"], case)
        expected = case["expect"]
        if "deploy" in expected:
            wanted = ["deployed" if expected["deploy"] else "refused"]
            got = ["refused" if got is None else "deployed"]
        else:
            wanted = sorted(expected["tokens"])
            got = _as_betsy_counts(got, wanted)
        yield Answer(
            "betsy", case["group"], case["id"], str(case.get("feature", "")), sorted(got) == wanted, "ERROR" not in str(wanted),
            f"{', '.join(sorted(got)) or 'nothing'} {note}".strip(), ", ".join(wanted) or "nothing",
        )  # fmt: skip


def _as_betsy_counts(got: list[str] | None, wanted: list[str]) -> list[str]:
    tokens = ["ERROR_deployment"] if got is None else got
    if "MARKER_exists" not in wanted:
        tokens = [token for token in tokens if token != "MARKER_exists"]
    if "ERROR" in wanted:
        tokens = ["ERROR" if token in {"ERROR_deployment", "ERROR_runtime"} else token for token in tokens]
    return tokens


def _played(path: Path, case: Mapping[str, Any]) -> tuple[list[str] | None, str]:
    """The tokens that a case logs (None: the model is refused), and what went wrong in words."""
    try:
        stage = Stage(prepared(path), resource=path.name, slow=_SLOW)
    except Undeployable as refused:
        return None, "; ".join(str(one) for one in refused.findings if one.severity == "error")[:300]
    _serve(stage)
    note = ""
    try:
        for step in case["steps"]:
            if step["op"] == "start":
                _start(stage, step)
            elif step["op"] == "advance":
                stage.pass_time(max(timedelta(seconds=step["seconds"]), _ENDLESS))
    except Problem as problem:
        stage.log.append("ERROR_runtime")
        note = f"({problem})"
    for error in stage.errors:
        thrown = any(
            _is_error_end(process.model.elements.get(error.element_id)) for process in stage.processes.values()
        )
        stage.log.append("ERROR_thrownErrorEvent" if thrown else "ERROR_runtime")
    return stage.log, note


def _start(stage: Stage, step: Mapping[str, Any]) -> None:
    wanted = step["process"]
    process_id = wanted if wanted in stage.processes else next(iter(stage.processes))
    root = stage.processes[process_id].spec.root
    starts = [
        e.id
        for e in stage.processes[process_id].model.elements.values()
        if e.kind == "startEvent" and e.scope == process_id
    ]
    stage.start(process_id, step.get("variables", {}), element=None if root.starts or not starts else starts[0])


def _is_error_end(element: Any) -> bool:
    return element is not None and element.kind == "endEvent" and element.event == "error"


# --- what the suite's scripts do ----------------------------------------------------------------------------------------


def _serve(stage: Stage) -> None:
    marks: dict[str, object] = {}

    def serve(token: str, variables: Mapping[str, object]) -> Mapping[str, object]:
        if token in _SILENT:
            return {}
        if token == "CREATE_MARKER_FILE":
            stage.log.append("MARKER_exists")
        elif token.startswith("INCREMENT_INTEGER_VARIABLE"):
            if token.endswith("LOG"):
                stage.log.append("INCREMENT_correct")
            return {"integerVariable": int(str(variables["integerVariable"])) + 1}
        elif token == "SET_STRING_DATA":
            return {"data": "String"}
        elif token == "LOG_DATA":
            stage.log += ["DATA_correct"] if variables.get("data") == "String" else []
        elif token == "THROW_ERROR":
            raise BpmnError("ERR_CODE")
        elif token.startswith("CREATE_TIMESTAMP_LOG"):
            # Both scripts take ten seconds: when they end at the same moment, they ran side by side.
            marks[token] = stage.now
            if len(marks) == 2 and len(set(marks.values())) == 1:
                stage.log.append("EXECUTION_parallel")
        elif token.startswith("send:"):
            stage.say(token.removeprefix("send:"))
        else:
            stage.log.append(token)
        return {}

    class Services(dict[str, Any]):
        def get(self, job_type: str, default: object = None) -> Any:
            return lambda variables: serve(job_type.removeprefix("registry."), variables)

    stage.services = Services()


# --- what the suite leaves to the engine ----------------------------------------------------------------------------------


def prepared(path: Path) -> bytes:
    """A model of the suite with its conditions in FEEL, its scripts as services, and names and keys where it has none."""
    root = etree.parse(path).getroot()
    names = {message.get("id"): message.get("name") or message.get("id") for message in root.iter(f"{_BPMN}message")}
    for process in root.iter(f"{_BPMN}process"):
        process.set("isExecutable", "true")
    for local in _EXPRESSIONS:
        for node in root.iter(_BPMN + local):
            if (node.text or "").strip():
                node.text = feel(node.text or "")
    for node in [*root.iter(f"{_BPMN}scriptTask"), *root.iter(f"{_BPMN}globalScriptTask")]:
        scripts = node.findall(f"{_BPMN}script")
        token = (scripts[0].text or "").strip() if scripts else ""
        for script in scripts:
            node.remove(script)
        for attribute in ("scriptFormat", "scriptLanguage"):
            strip(node, attribute)
        extend(node, "taskDefinition", type=f"registry.{token}")
    for local, attribute in (
        ("message", "name"),
        ("signal", "name"),
        ("error", "errorCode"),
        ("escalation", "escalationCode"),
    ):
        for node in root.iter(_BPMN + local):
            if not node.get(attribute):
                node.set(attribute, node.get("id") or "")
            if local == "message":
                extend(node, "subscription", correlationKey='="k"')
    for node in root.iter(f"{_BPMN}messageEventDefinition"):
        event = node.getparent()
        if etree.QName(event).localname in {"intermediateThrowEvent", "endEvent"}:
            extend(event, "publishMessage", correlationKey='="k"')
        if node.get("messageRef") is None and names:
            node.set("messageRef", str(next(iter(names))))
    for node in root.iter(f"{_BPMN}sendTask"):
        extend(node, "taskDefinition", type=f"registry.send:{names.get(node.get('messageRef'), '')}")
    for node in root.iter(f"{_BPMN}serviceTask"):
        extend(node, "taskDefinition", type="registry.")
    for node in root.iter(f"{_BPMN}callActivity"):
        called = str(node.get("calledElement") or "")
        strip(node, "calledElement")
        if called:
            extend(node, "calledElement", processId=called.rpartition(":")[2])
    for node in root.iter(f"{_BPMN}adHocSubProcess"):
        # BPMN leaves to the performer which of its elements run; the suite means all of them.
        ids = [child.get("id") for child in node if child.get("id") and not str(child.tag).endswith("}sequenceFlow")]
        extend(node, "adHoc", activeElementsCollection=f"={json.dumps(ids)}")
    return etree.tostring(root)


def feel(text: str) -> str:
    """A condition of the suite in FEEL: numbers stand for themselves."""
    plain = re.sub(r"\s+", " ", re.sub(r"^[$#]\{(.*)\}$", r"\1", text.strip(), flags=re.DOTALL)).strip()
    found = re.fullmatch(r'(!?)\s*(\w+)\.contains\("(\w+)"\)', plain)
    if found:
        asked = f'contains({found[2]}, "{found[3]}")'
        return f"=not({asked})" if found[1] else f"={asked}"
    return plain if re.fullmatch(r"-?\d+", plain) else f"={plain}"


def strip(node: Any, attribute: str) -> None:
    if attribute in node.attrib:
        del node.attrib[attribute]


def extend(node: Any, local: str, **attributes: str) -> None:
    holder = node.find(f"{_BPMN}extensionElements")
    if holder is None:
        holder = etree.Element(f"{_BPMN}extensionElements")
        node.insert(0, holder)
    etree.SubElement(holder, _ZEEBE + local, attributes)
