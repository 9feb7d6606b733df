"""What a drawing says is compared with what the machine holds: a second look, by another way than the reading.

The reader refuses what it does not know. Should it ever forget something that it knows, this says so, by element and kind, and
the deployment is refused: nothing is lost silently.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from engine.bpmn import vocabulary
from engine.bpmn.model import Element, Flow, Model
from engine.bpmn.xml import BPMN, ZEEBE, attribute, child, children, content, split


@dataclass(frozen=True, slots=True)
class Lost:
    """Something that stands in the file and not in the model: its `kind` is one of `KINDS`."""

    kind: str
    element_id: str


_Count = Callable[[etree._Element], int]
_Holds = Callable[[Element], int]


def _extension(node: etree._Element, name: str) -> etree._Element | None:
    holder = child(node, "extensionElements")
    return None if holder is None else child(holder, name, ZEEBE)


def _entries(name: str, entry: str) -> _Count:
    """How many entries of this name stand in an extension."""

    def count(node: etree._Element) -> int:
        found = _extension(node, name)
        return 0 if found is None else sum(local == entry for local, _ in children(found, ZEEBE))

    return count


def _attributes(name: str, *wanted: str) -> _Count:
    """How many of these attributes an extension has."""

    def count(node: etree._Element) -> int:
        found = _extension(node, name)
        return 0 if found is None else sum(attribute(found, one) is not None for one in wanted)

    return count


def _inside(*names: str) -> _Count:
    """How many children of these names an element has."""

    def count(node: etree._Element) -> int:
        return sum(local in names for local, _ in children(node))

    return count


def _given(*values: object) -> int:
    return sum(value is not None for value in values)


_OF_ELEMENTS: Final[Mapping[str, tuple[_Count, _Holds]]] = {
    "input": (_entries("ioMapping", "input"), lambda one: len(one.inputs)),
    "output": (_entries("ioMapping", "output"), lambda one: len(one.outputs)),
    "header": (_entries("taskHeaders", "header"), lambda one: len(one.headers)),
    "property": (_entries("properties", "property"), lambda one: len(one.properties)),
    "execution listener": (
        _entries("executionListeners", "executionListener"),
        lambda one: sum(each.event in {"start", "end"} for each in one.listeners),
    ),
    "task listener": (
        _entries("taskListeners", "taskListener"),
        lambda one: sum(each.event not in {"start", "end"} for each in one.listeners),
    ),
    "form": (_attributes("formDefinition", "formId", "externalReference"), lambda one: _given(one.form)),
    "assignment": (
        _attributes("assignmentDefinition", "assignee", "candidateGroups", "candidateUsers"),
        lambda one: _given(one.assignee, one.candidate_groups, one.candidate_users),
    ),
    "schedule": (
        _attributes("taskSchedule", "dueDate", "followUpDate"),
        lambda one: _given(one.due_date, one.follow_up_date),
    ),
    "priority": (_attributes("priorityDefinition", "priority"), lambda one: _given(one.priority)),
    "job type": (_attributes("taskDefinition", "type", "retries"), lambda one: _given(one.job_type, one.retries)),
    "decision": (_attributes("calledDecision", "decisionId"), lambda one: _given(one.decision)),
    "called process": (_attributes("calledElement", "processId"), lambda one: _given(one.called)),
    "script": (_attributes("script", "expression"), lambda one: _given(one.script)),
    "message to publish": (_attributes("publishMessage", "correlationKey"), lambda one: _given(one.publish)),
    "active elements": (_attributes("adHoc", "activeElementsCollection"), lambda one: _given(one.ad_hoc)),
    "repetition": (
        _inside("multiInstanceLoopCharacteristics", "standardLoopCharacteristics"),
        lambda one: _given(one.multi_instance, one.loop),
    ),
    "trigger": (
        _inside(*vocabulary.EVENT_DEFINITIONS, "eventDefinitionRef"),
        lambda one: (one.event not in {None, "none"}) + len(one.more),
    ),
    "default flow": (lambda node: attribute(node, "default") is not None, lambda one: _given(one.default_flow)),
    "edge": (lambda node: attribute(node, "attachedToRef") is not None, lambda one: _given(one.attached_to)),
}
"""What stands at an element: how often the file says it, and how often the model holds it."""

_OF_FLOWS: Final[Mapping[str, Callable[[etree._Element, Flow], bool]]] = {
    "ends of a flow": lambda node, flow: (
        (attribute(node, "sourceRef"), attribute(node, "targetRef")) != (flow.source, flow.target)
    ),
    "condition": lambda node, flow: bool(content(child(node, "conditionExpression"))) and flow.condition is None,
}

KINDS: Final = ("element", "flow", *_OF_ELEMENTS, *_OF_FLOWS)
"""Every kind of loss that is looked for."""


def lost(root: etree._Element, model: Model) -> Iterator[Lost]:
    """What the executable processes of a file say and the model does not hold."""
    drawn = {process.id: process for process in model.processes if process.is_executable}
    for node in root:
        process = drawn.get(attribute(node, "id") or "")
        if process is None or split(node.tag) != (BPMN, "process"):
            continue
        flows = dict(process.flows)
        for each in node.iter(f"{{{BPMN}}}*"):
            local, identity = split(each.tag)[1], attribute(each, "id") or ""
            if local in vocabulary.FLOW_NODES:
                yield from _of_element(each, local, identity, process.elements)
            elif local == "sequenceFlow":
                yield from _of_flow(each, identity, flows)


def _of_element(node: etree._Element, local: str, identity: str, elements: Mapping[str, Element]) -> Iterator[Lost]:
    held = elements.get(identity)
    if held is None or held.kind != local:
        yield Lost("element", identity)
        return
    for kind, (count, holds) in _OF_ELEMENTS.items():
        if int(count(node)) > holds(held):
            yield Lost(kind, identity)


def _of_flow(node: etree._Element, identity: str, flows: dict[str, Flow]) -> Iterator[Lost]:
    if not identity:
        # A flow without an id is known by what it connects; each counts once.
        ends = attribute(node, "sourceRef") or "", attribute(node, "targetRef") or ""
        identity = next((key for key, flow in flows.items() if (flow.source, flow.target) == ends), "")
    held = flows.pop(identity, None)
    if held is None:
        yield Lost("flow", identity)
        return
    for kind, is_lost in _OF_FLOWS.items():
        if is_lost(node, held):
            yield Lost(kind, identity)
