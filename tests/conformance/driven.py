"""bpmn-driven-testing: 83 cases inside models that were made in Camunda Modeler for Camunda 7 (Apache licence 2.0).

A case says what happens at which element and which elements have to be passed. Delegates in Java become services, what the test
decides (which flow is taken, when a timer fires) becomes a variable or a push; nothing else is changed.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from engine.bpmn.model import ProcessModel
from engine.bpmn.outcome import (
    CallWait,
    JobWait,
    MessageWait,
    SignalWait,
    TimerWait,
    UserTaskWait,
    Wait,
)
from engine.errors import Problem, Undeployable
from tests.conformance.betsy import extend, strip
from tests.conformance.stage import Stage
from tests.conformance.suites import Answer

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
_CHOOSING = ("exclusiveGateway", "inclusiveGateway")
_TASKS = ("serviceTask", "sendTask", "businessRuleTask")
_BY_JAVA = ("class", "delegateExpression", "expression", "variableMappingDelegateExpression", "variableMappingClass")


class Everything(dict[str, timedelta]):
    """Every job but those of Java is done when the case says so."""

    def __contains__(self, job_type: object) -> bool:
        return not str(job_type).startswith("registry.")

    def __missing__(self, _: str) -> timedelta:
        return timedelta(days=3_650)


def answers(folder: Path) -> Iterator[Answer]:
    """Every case, answered."""
    for case in json.loads((folder / "scenarios.json").read_text(encoding="utf-8")):
        expected = next(step["expect"] for step in case["steps"] if step["op"] == "expect")
        got, wanted = _played(folder / case["model"], case), f"{', '.join(expected['path'])} ({expected['state']})"
        yield Answer(
            "bpmn-driven-testing", case["group"], case["id"], case["model"], got == "", True, got or wanted, wanted
        )


def _played(path: Path, case: Mapping[str, Any]) -> str:
    """What went wrong with a case; empty when it went as it should."""
    try:
        stage = Stage(prepared(path), resource=path.name, slow=Everything())
    except Undeployable as refused:
        return "; ".join(str(one) for one in refused.findings if one.severity == "error")[:300]
    taken = {f"take_{flow}": True for step in case["steps"] if step["op"] == "take" for flow in step["flows"]}
    model = stage.processes[case["process"]].model
    choices = {f"take_{flow}": False for flow in model.flows} | {f"cond_{element}": False for element in model.elements}
    try:
        triggers = [step for step in case["steps"] if step["op"] == "trigger"]
        for step, following in zip(triggers, [*triggers[1:], None], strict=True):
            if not _is_interrupted(model, step, following):
                _trigger(stage, case, step, {**choices, **taken})
    except Problem as problem:
        return str(problem)
    expected = next(step["expect"] for step in case["steps"] if step["op"] == "expect")
    passed = Counter([*stage.visited, *(error.element_id for error in stage.errors)])
    missing = Counter(expected["path"]) - passed
    if missing:
        return f"not passed: {', '.join(missing)}"
    state = "waiting" if stage.runs else "completed"
    return "" if expected.get("state") in {None, state} else f"{state}, not {expected['state']}"


def _is_interrupted(model: ProcessModel, step: Mapping[str, Any], following: Mapping[str, Any] | None) -> bool:
    """An element that the case passes without a word of its own, because an event of the scope around it comes next."""
    if following is None or not step.get("optional"):
        return False
    after = model.elements[following["element"]]
    return after.attached_to is not None and after.attached_to == model.elements[step["element"]].scope


def _trigger(stage: Stage, case: Mapping[str, Any], step: Mapping[str, Any], choices: Mapping[str, object]) -> None:
    element_id, process = step["element"], stage.processes[case["process"]]
    element = process.model.elements[element_id]
    if not stage.runs and not stage.visited:
        plain = element_id in process.model.none_starts
        lists = {name: [1, 2, 3] for name in ("list", "collection", "items", "elements")}
        stage.start(process.id, {**lists, **choices}, element=None if plain else element_id)
        return
    happened = False
    while waiting := [(number, wait) for number, wait in stage.waits() if wait.element_id == element_id]:
        _happens(stage, *waiting[0])
        happened = True
        if not step.get("all"):
            break
    if happened:
        return
    if element.event in {"error", "escalation"} and element.attached_to:
        host = next(((n, w) for n, w in stage.waits() if w.element_id == element.attached_to), None)
        if host is not None:
            code = element.error_code or element.escalation_code or "any"
            number, place = host[0], host[1].element_instance_id
            if element.event == "error":
                stage.push(number, lambda execution: execution.throw_error(place, code))
            else:
                stage.push(number, lambda execution: execution.throw_escalation(place, code))
            stage.settle()
    elif element.event == "conditional":
        for number in list(stage.runs):
            stage.push(number, lambda execution: execution.set_variables({f"cond_{element_id}": True}))
        stage.settle()


def _happens(stage: Stage, number: int, wait: Wait) -> None:
    """What a wait waits for comes."""
    place = wait.element_instance_id
    match wait:
        case UserTaskWait():
            stage.push(number, lambda execution: execution.complete_user_task(place, {}))
        case JobWait() | CallWait():
            stage.push(number, lambda execution: execution.complete_job(place, {}))
        case TimerWait():
            stage.push(number, lambda execution: execution.fire_timer(place))
        case MessageWait():
            stage.push(number, lambda execution: execution.deliver_message(place, {}))
        case SignalWait(signal_name=name):
            stage.push(number, lambda execution: execution.broadcast_signal(name, {}))
        case _:
            stage.push(number, lambda execution: execution.set_variables({f"cond_{wait.element_id}": True}))
    stage.settle()


def prepared(path: Path) -> bytes:
    """A model of the suite with what the case decides as variables, and with names where its drawing leaves them empty."""
    root = etree.parse(path).getroot()
    for node in [node for name in _CHOOSING for node in root.iter(_BPMN + name)]:
        flows = [flow for flow in root.iter(f"{_BPMN}sequenceFlow") if flow.get("sourceRef") == node.get("id")]
        for flow in flows if len(flows) > 1 else []:
            for condition in flow.findall(f"{_BPMN}conditionExpression"):
                flow.remove(condition)
            if node.get("default") != flow.get("id"):
                etree.SubElement(flow, f"{_BPMN}conditionExpression").text = f"=take_{flow.get('id')}"
    for node in [*root.iter(f"{_BPMN}timerEventDefinition")]:
        if not len(node):
            around = node.getparent()
            beside = around is not None and around.get("cancelActivity") == "false"
            etree.SubElement(node, _BPMN + ("timeCycle" if beside else "timeDuration")).text = (
                "R/PT99H" if beside else "PT99H"
            )
    for node in [*root.iter(f"{_BPMN}conditionalEventDefinition")]:
        around = node.getparent()
        assert around is not None
        for condition in node.findall(f"{_BPMN}condition"):
            node.remove(condition)
        etree.SubElement(node, f"{_BPMN}condition").text = f"=cond_{around.get('id')}"
    _messages(root)
    for node in [node for name in _TASKS for node in root.iter(_BPMN + name)]:
        if node.get(f"{_CAMUNDA}type") != "external":
            for name in _BY_JAVA:
                strip(node, _CAMUNDA + name)
            extend(node, "taskDefinition", type="registry.java")
    for node in root.iter(f"{_BPMN}callActivity"):
        for name in _BY_JAVA:
            strip(node, _CAMUNDA + name)
        node.set("calledElement", node.get("calledElement") or "elsewhere")
    for node in root.iter(f"{_BPMN}scriptTask"):
        for script in node.findall(f"{_BPMN}script"):
            node.remove(script)
        strip(node, "scriptFormat")
        extend(node, "taskDefinition", type="registry.java")
    for node in root.iter(f"{_CAMUNDA}inputParameter"):
        # A function of a Java library that makes JSON of a text.
        node.text = re.sub(r'\$\{S\("\{\}"\)\}', "", node.text or "")
    for node in root.iter(f"{_BPMN}multiInstanceLoopCharacteristics"):
        if node.find(f"{_BPMN}loopCardinality") is None and not node.get(f"{_CAMUNDA}collection"):
            etree.SubElement(node, f"{_BPMN}loopCardinality").text = "3"
    return etree.tostring(root)


def _messages(root: Any) -> None:
    for node in root.iter(f"{_BPMN}message"):
        extend(node, "subscription", correlationKey='="k"')
        node.set("name", node.get("name") or node.get("id"))
    for number, node in enumerate([*root.iter(f"{_BPMN}messageEventDefinition"), *root.iter(f"{_BPMN}receiveTask")]):
        around = node.getparent() if str(node.tag).endswith("Definition") else node
        throws = str(around.tag).endswith(("intermediateThrowEvent", "endEvent"))
        if node.get("messageRef") is None and not throws:
            message = etree.SubElement(root, f"{_BPMN}message", id=f"message_{number}", name=f"message_{number}")
            extend(message, "subscription", correlationKey='="k"')
            node.set("messageRef", f"message_{number}")
        if throws and node.get(f"{_CAMUNDA}type") != "external":
            for name in _BY_JAVA:
                strip(node, _CAMUNDA + name)
            extend(around, "taskDefinition", type="registry.java")
    for node in root.iter(f"{_BPMN}signalEventDefinition"):
        if node.get("signalRef") is None:
            if root.find(f"{_BPMN}signal[@id='any_signal']") is None:
                etree.SubElement(root, f"{_BPMN}signal", id="any_signal", name="any")
            node.set("signalRef", "any_signal")
    for local, attribute in (("error", "errorCode"), ("escalation", "escalationCode"), ("signal", "name")):
        for node in root.iter(_BPMN + local):
            node.set(attribute, node.get(attribute) or node.get("id"))
    for local, reference, attribute in (
        ("errorEventDefinition", "errorRef", "errorCode"),
        ("escalationEventDefinition", "escalationRef", "escalationCode"),
    ):
        for node in [*root.iter(_BPMN + local)]:
            throws = str(node.getparent().tag).endswith(("intermediateThrowEvent", "endEvent"))
            if throws and node.get(reference) is None:
                kind = reference.removesuffix("Ref")
                etree.SubElement(root, _BPMN + kind, {"id": f"any_{kind}", attribute: "any"})
                node.set(reference, f"any_{kind}")
