"""Models that other tools and people drew: each is read without loss, or refused with a finding. What is lost silently is counted.

The reference models and exports of the BPMN Model Interchange Working Group (CC BY 3.0), the samples that Camunda Modeler ships (MIT)
and Camunda's examples (Apache licence 2.0). Processes that are not marked as executable are read as if they were: nothing may be
excused by that.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from engine.bpmn import reader
from engine.bpmn.model import Element, Model
from engine.errors import Undeployable
from tests.conformance.suites import Answer

SUITES = ("miwg", "camunda-modeler", "camunda-bpm-examples")
_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_RELEVANT = ("{http://camunda.org/schema/1.0/bpmn}", "{http://camunda.org/schema/zeebe/1.0}")
_NODES = frozenset({
    "task", "manualTask", "userTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask", "subProcess",
    "adHocSubProcess", "transaction", "callActivity", "exclusiveGateway", "parallelGateway", "inclusiveGateway",
    "eventBasedGateway", "complexGateway", "startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent",
    "intermediateThrowEvent",
})  # fmt: skip
_DEFINITIONS = {
    "messageEventDefinition": "message", "timerEventDefinition": "timer", "signalEventDefinition": "signal",
    "errorEventDefinition": "error", "escalationEventDefinition": "escalation", "terminateEventDefinition": "terminate",
    "linkEventDefinition": "link", "conditionalEventDefinition": "conditional", "compensateEventDefinition": "compensation",
    "cancelEventDefinition": "cancel",
}  # fmt: skip
_OF_THE_TOOL = (
    "modelerTemplate",
    "modelerTemplateIcon",
    "modelerTemplateVersion",
    "historyTimeToLive",
    "isStartableInTasklist",
    "diagramRelationId",
    "versionTag",
)
"""What tools keep for themselves, and how long Camunda 7 keeps its history."""


def answers(folder: Path) -> Iterator[Answer]:
    """One answer per file: `read` or `refused`, with what was lost silently (nothing, or the case has failed)."""
    for path in sorted(folder.rglob("*.bpmn")):
        source = executable(path)
        outcome, lost = (f"not XML: {source}", []) if isinstance(source, str) else _look(source, path.name)
        name = path.relative_to(folder).as_posix()
        yield Answer(
            folder.name,
            name,
            name,
            name,
            not lost,
            True,
            f"{outcome}{': lost ' if lost else ''}{'; '.join(lost)}",
            "nothing lost",
        )


def executable(path: Path) -> bytes | str:
    """The file with every process executable; or why it is no XML."""
    try:
        root = etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError as error:
        return str(error)
    for process in root.iter(f"{_BPMN}process"):
        process.set("isExecutable", "true")
    return etree.tostring(root)


def _look(source: bytes, resource: str) -> tuple[str, list[str]]:
    try:
        model = reader.read(source, resource=resource)
    except Undeployable as refused:
        reasons = [finding for finding in refused.findings if finding.severity == "error"]
        return f"refused ({len(reasons)} findings)", [] if reasons else ["refused without a reason"]
    lost = list(missing(source, model))
    return "read", [*lost, *_unseen(source, resource, repr(model))]


def missing(source: bytes, model: Model) -> Iterator[str]:
    """What the file says about flow nodes, flows, conditions and events that the model does not hold and no remark names."""
    named = {finding.element_id for finding in model.findings}
    elements = {e.id: e for process in model.processes for e in process.elements.values()}
    flows = {f.id: f for process in model.processes for f in process.flows.values()}
    between = {(f.source, f.target) for f in flows.values()}
    for node in etree.fromstring(source).iter(f"{_BPMN}*"):
        local, node_id = etree.QName(node).localname, node.get("id") or ""
        if local in _NODES and node_id not in named:
            found = elements.get(node_id)
            if found is None or found.kind != local:
                yield f"{local} {node_id}"
                continue
            yield from _events_missing(node, found)
        elif local == "sequenceFlow" and node_id not in named:
            ends = (node.get("sourceRef") or "", node.get("targetRef") or "")
            if ends not in between:
                yield f"flow {node_id}"
            drawn = node.find(f"{_BPMN}conditionExpression")
            kept = flows.get(node_id)
            if (
                drawn is not None
                and "".join(map(str, drawn.itertext())).strip()
                and kept is not None
                and kept.condition is None
            ):
                yield f"condition of {node_id}"


def _events_missing(node: Any, element: Element) -> Iterator[str]:
    drawn = [_DEFINITIONS[name] for child in node if (name := str(child.tag).rpartition("}")[2]) in _DEFINITIONS]
    kept = [str(one.event) for one in (element, *element.more)]
    for kind in drawn:
        if kind not in kept:
            yield f"{kind} of {element.id}"


def _unseen(source: bytes, resource: str, before: str) -> Iterator[str]:
    """Extensions of Camunda whose absence nobody would notice: neither the model nor a remark changes without them."""
    count = sum(1 for _ in _extensions(etree.fromstring(source)))
    for number in range(count):
        root = etree.fromstring(source)
        node, attribute = list(_extensions(root))[number]
        where = f"{etree.QName(attribute or node.tag).localname} of {_owner(node)}"
        if attribute:
            del node.attrib[attribute]
        else:
            node.getparent().remove(node)
        try:
            after = repr(reader.read(etree.tostring(root), resource=resource))
        except Undeployable:
            continue
        if after == before:
            yield where


def _extensions(root: Any) -> Iterator[tuple[Any, str]]:
    for node in root.iter(etree.Element):
        if str(node.tag).startswith(_RELEVANT) and not str(node.tag).endswith(("}userTask", *_OF_THE_TOOL)):
            yield node, ""
        for attribute in node.attrib:
            if str(attribute).startswith(_RELEVANT) and not str(attribute).endswith(_OF_THE_TOOL):
                yield node, str(attribute)


def _owner(node: Any) -> str:
    while node is not None and not (node.get("id") and str(node.tag).startswith(_BPMN)):
        node = node.getparent()
    return "" if node is None else str(node.get("id"))
