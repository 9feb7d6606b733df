"""What Camunda Modeler wrote becomes one checked, normalised model, or findings that say what to draw instead."""

import re
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace

from lxml import etree

from engine.bpmn import camunda7, checks, completeness, vocabulary
from engine.bpmn.event_definitions import EventDefinitions
from engine.bpmn.extensions import Extensions
from engine.bpmn.model import (
    Element,
    Flow,
    Form,
    Lane,
    Message,
    Model,
    ProcessModel,
)
from engine.bpmn.repetitions import Repetitions
from engine.bpmn.xml import (
    BPMN,
    CAMUNDA,
    MODELER,
    ZEEBE,
    Findings,
    attribute,
    child,
    children,
    content,
    line_of,
    parse,
    split,
)
from engine.errors import Undeployable

_CONDITIONS = ("conditionExpression", "condition", "completionCondition", "loopCondition", "activationCondition")
_NCNAME = re.compile(r"[^\W\d][\w.\-]{0,254}")


def read(source: bytes, *, resource: str, names: Iterable[str] = ()) -> Model:
    """Read one BPMN file.

    `names` are the names of the host's FEEL functions that contain spaces. Raises `Undeployable` with every finding when
    anything in the file would be misread; the warnings of a file that is accepted stand in `Model.findings`.
    """
    findings = Findings(resource)
    root = parse(source, findings)
    _as_feel(root)
    forms = camunda7.translate(root, findings)
    reader = _Reader(root, findings, forms)
    try:
        model = reader.model(resource)
    except RecursionError as error:
        findings.error("too-deep", "", "the file is nested too deeply")
        raise Undeployable(findings.found) from error
    checks.check(model, findings, names=tuple(names))
    findings.refuse()
    for one in completeness.lost(root, model):
        findings.error("lost", one.element_id, "the reader lost this: {kind}; tell whoever maintains it", kind=one.kind)
    findings.refuse()
    return replace(model, findings=tuple(findings.found))


@dataclass(slots=True)
class _Inside:
    """What has been read of one process so far."""

    process_id: str
    elements: dict[str, Element] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    drawn_outgoing: dict[str, list[str]] = field(default_factory=dict)
    drawn_incoming: dict[str, list[str]] = field(default_factory=dict)
    lanes: list[Lane] = field(default_factory=list)
    associated: dict[str, str] = field(default_factory=dict)
    """From where to where associations lead, in either order of drawing."""


class _Reader:
    def __init__(self, root: etree._Element, findings: Findings, forms: Mapping[str, Form]) -> None:
        self.root = root
        self.findings = findings
        self.forms = forms
        self.extensions = Extensions(findings)
        self.events = EventDefinitions(findings, self.extensions)
        self.repetitions = Repetitions(findings, self.extensions)

    def model(self, resource: str) -> Model:
        namespace, local = split(self.root.tag)
        if (namespace, local) != (BPMN, "definitions"):
            self.findings.error("not-bpmn", "", "the file is not a BPMN 2.0 file; its root is {name}", name=local)
            self.findings.refuse()
        self._unique_ids()
        for name, node in children(self.root):
            self._root_element(name, node)
        processes = [self._process(node) for name, node in children(self.root) if name == "process"]
        processes += [
            self._global_task(vocabulary.GLOBAL_TASKS[name], node)
            for name, node in children(self.root)
            if name in vocabulary.GLOBAL_TASKS
        ]
        drawn = [process for process in processes if process.elements]
        return Model(
            resource,
            tuple(drawn),
            tuple(self.events.messages.values()),
            self.events.signals,
            self.events.errors,
            self.events.escalations,
            self.root.get(f"{{{MODELER}}}executionPlatform"),
        )

    def _unique_ids(self) -> None:
        seen: set[str] = set()
        for node in self.root.iter(f"{{{BPMN}}}*"):
            given = node.get("id")
            if given is None:
                continue
            if not _NCNAME.fullmatch(given):
                self.findings.error(
                    "bad-id", given[:80], "the id {id} is not a name of XML (letters, digits, . - _)", id=given[:80],
                    line=line_of(node),
                )  # fmt: skip
            if given in seen:
                self.findings.error("duplicate-id", given, "the id {id} is given twice", id=given, line=line_of(node))
            seen.add(given)

    def _root_element(self, local: str, node: etree._Element) -> None:
        owner = attribute(node, "id") or ""
        if local == "message":
            self.events.messages[owner] = Message(
                owner, attribute(node, "name") or "", self._correlation_key(node, owner)
            )
        elif local == "signal":
            self.events.signals[owner] = attribute(node, "name") or ""
        elif local == "error":
            self.events.errors[owner] = attribute(node, "errorCode") or ""
        elif local == "escalation":
            self.events.escalations[owner] = attribute(node, "escalationCode") or ""
        elif local in vocabulary.EVENT_DEFINITIONS:
            self.events.shared[owner] = (local, node)
        elif local == "extension" and node.get("mustUnderstand") == "true":
            self.findings.error(
                "not-executed", owner, "an extension that must be understood is not", line=line_of(node)
            )
        elif local not in vocabulary.TOP_DECORATION | vocabulary.GLOBAL_TASKS.keys() | {"process"}:
            self.findings.warning("not-executed", owner, "{name} is not executed", name=local, line=line_of(node))
        if local in {"message", "signal", "error", "escalation"}:
            self.extensions.attributes(node, owner)
        if local in {"signal", "error", "escalation"}:
            self.extensions.read(node, local, owner)

    def _correlation_key(self, node: etree._Element, owner: str) -> str | None:
        self.extensions.read(node, "message", owner)
        holder = child(node, "extensionElements")
        subscription = None if holder is None else child(holder, "subscription", ZEEBE)
        return None if subscription is None else attribute(subscription, "correlationKey")

    # --- a process ----------------------------------------------------------------------------------------------------

    def _process(self, node: etree._Element) -> ProcessModel:
        process_id = attribute(node, "id") or ""
        executable = node.get("isExecutable") == "true"
        # What is never executed cannot be misread.
        self.findings.softened = not executable
        if not process_id:
            self.findings.error("missing-id", "", "a process has no id", line=line_of(node))
        self.extensions.attributes(node, process_id)
        extended = self.extensions.read(node, "process", process_id)
        inside = _Inside(process_id)
        self._scope(node, process_id, inside)
        self._lanes(node, (), inside)
        self.extensions.embedded.remark_unshown()
        model = ProcessModel(
            process_id,
            attribute(node, "name") or "",
            executable,
            self._wired(inside),
            inside.flows,
            tuple(inside.lanes),
            self._version_tag(node),
            content(child(node, "documentation")),
            extended.get("properties", {}),
            extended.get("listeners", ()),
            line_of(node),
        )
        self.findings.softened = False
        return model

    def _global_task(self, kind: str, node: etree._Element) -> ProcessModel:
        """A task beside the processes that call activities call: a process of this one task."""
        process_id = attribute(node, "id") or ""
        inside = _Inside(process_id)
        task = copy(node)
        task.set("id", f"{process_id}.task")
        self._flow_node(kind, task, process_id, inside)
        name = attribute(node, "name") or ""
        return ProcessModel(process_id, name, True, self._wired(inside), inside.flows, line=line_of(node))

    def _version_tag(self, node: etree._Element) -> str | None:
        holder = child(node, "extensionElements")
        tag = None if holder is None else child(holder, "versionTag", ZEEBE)
        return node.get(f"{{{CAMUNDA}}}versionTag") if tag is None else attribute(tag, "value")

    def _lanes(self, node: etree._Element, path: tuple[str, ...], inside: _Inside) -> None:
        for local, lane_set in children(node):
            if local not in {"laneSet", "childLaneSet"}:
                continue
            for name, lane in children(lane_set):
                if name != "lane":
                    continue
                label = attribute(lane, "name") or attribute(lane, "id") or ""
                members = tuple(content(each) for each_name, each in children(lane) if each_name == "flowNodeRef")
                inside.lanes.append(Lane(attribute(lane, "id") or "", label, (*path, label), members))
                self._lanes(lane, (*path, label), inside)

    def _wired(self, inside: _Inside) -> dict[str, Element]:
        """Give every element its flows in the drawn order and its innermost lane (a sub-process's content: its lane)."""
        outgoing: dict[str, list[str]] = {element_id: [] for element_id in inside.elements}
        incoming: dict[str, list[str]] = {element_id: [] for element_id in inside.elements}
        for flow in inside.flows.values():
            outgoing.setdefault(flow.source, []).append(flow.id)
            incoming.setdefault(flow.target, []).append(flow.id)
        lanes: dict[str, Lane] = {}
        for lane in inside.lanes:
            for member in lane.elements:
                if member not in lanes or len(lane.path) > len(lanes[member].path):
                    lanes[member] = lane
        wired: dict[str, Element] = {}
        for element_id, element in inside.elements.items():
            lane = lanes.get(element_id)
            if lane is None and element.scope in wired:
                around = wired[element.scope]
                name, path = around.lane, around.lane_path
            else:
                name, path = (lane.name, lane.path) if lane else (None, ())
            wired[element_id] = replace(
                element,
                lane=name,
                lane_path=path,
                handler=inside.associated.get(element_id) if element.event == "compensation" else None,
                outgoing=_ordered(outgoing[element_id], inside.drawn_outgoing.get(element_id, [])),
                incoming=_ordered(incoming[element_id], inside.drawn_incoming.get(element_id, [])),
            )
        return wired

    # --- flow elements ------------------------------------------------------------------------------------------------

    def _scope(self, node: etree._Element, scope: str, inside: _Inside) -> None:
        for each in node:
            namespace, local = split(each.tag)
            if namespace == BPMN and local in vocabulary.FLOW_NODES:
                self._flow_node(local, each, scope, inside)
            elif namespace == BPMN and local == "sequenceFlow":
                self._flow(each, inside)
            elif namespace == BPMN and local == "association":
                source, target = attribute(each, "sourceRef") or "", attribute(each, "targetRef") or ""
                inside.associated |= {source: target, target: source}
                self.extensions.attributes(each, source)
            elif namespace == BPMN and local in vocabulary.REFUSED_NODES:
                self.findings.error(
                    "unsupported-element", attribute(each, "id") or "", "{name} is not executed; {instead}", name=local,
                    instead=vocabulary.REFUSED_NODES[local], line=line_of(each),
                )  # fmt: skip
            elif namespace == BPMN:
                if not _is_read_elsewhere(local, split(node.tag)[1]):
                    self._other(local, each, scope)
            else:
                self.extensions.misplaced(each, scope)

    def _other(self, local: str, node: etree._Element, owner: str) -> None:
        """A child of a process or activity that is no flow element."""
        known = vocabulary.DECORATION | {
            "multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "conditionExpression",
        }  # fmt: skip
        if local in known or local in vocabulary.EVENT_DEFINITIONS:
            return
        if local == "ioSpecification":
            self.findings.warning(
                "not-executed", owner, "ioSpecification is not executed; map variables with zeebe:ioMapping",
                line=line_of(node),
            )  # fmt: skip
            return
        instead = vocabulary.INSTEAD_OF_CHILDREN.get(local, vocabulary.LEAVE_OUT)
        self.findings.error(
            "unsupported-element", owner, "{name} is not executed; {instead}", name=local,
            instead=instead, line=line_of(node),
        )  # fmt: skip

    def _flow(self, node: etree._Element, inside: _Inside) -> None:
        source, target = attribute(node, "sourceRef") or "", attribute(node, "targetRef") or ""
        # Other tools write flows without ids; what they connect names them.
        flow_id = attribute(node, "id") or f"{source}-{target}-{len(inside.flows) + 1}"
        self.extensions.attributes(node, flow_id)
        self.extensions.read(node, "sequenceFlow", flow_id)
        condition = child(node, "conditionExpression")
        text = None if condition is None else content(condition)
        if condition is not None:
            self.extensions.language(condition, flow_id)
        name = attribute(node, "name") or ""
        inside.flows[flow_id] = Flow(flow_id, name, source, target, text or None, line_of(node))

    def _flow_node(self, local: str, node: etree._Element, scope: str, inside: _Inside) -> None:
        element_id = attribute(node, "id")
        if element_id is None:
            self.findings.error("missing-id", scope, "a {kind} has no id", kind=local, line=line_of(node))
            return
        if element_id in inside.elements:
            return
        self.extensions.attributes(node, element_id)
        extended = self.extensions.read(node, local, element_id)
        element = Element(
            id=element_id,
            kind=local,
            scope=scope,
            name=attribute(node, "name") or "",
            documentation=content(child(node, "documentation")),
            default_flow=attribute(node, "default"),
            event="none" if local in vocabulary.EVENTS else None,
            interrupting=(node.get("cancelActivity") or node.get("isInterrupting") or "true") in {"true", "1"},
            attached_to=attribute(node, "attachedToRef"),
            triggered_by_event=(node.get("triggeredByEvent") or "false") in {"true", "1"},
            multi_instance=self.repetitions.multi_instance(node, element_id),
            loop=self.repetitions.loop(node, element_id),
            start_quantity=self.repetitions.quantity(node, "startQuantity", element_id),
            completion_quantity=self.repetitions.quantity(node, "completionQuantity", element_id),
            instantiates=local == "receiveTask" and node.get("instantiate") in {"true", "1"},
            for_compensation=(node.get("isForCompensation") or "false") in {"true", "1"},
            line=line_of(node),
            **extended,
        )
        if element_id in self.forms:
            element = replace(element, form=self.forms[element_id])
        if local in vocabulary.EVENTS:
            element = self.events.read(node, element)
        if local == "receiveTask":
            element = replace(element, message=self.events.message(node, element_id))
        if local == "complexGateway":
            element = replace(element, activation_condition=self.repetitions.activation(node, element_id))
        if element.ad_hoc is not None:
            element = replace(element, ad_hoc=self.repetitions.ad_hoc(node, element.ad_hoc, element_id))
        called = attribute(node, "calledElement") if local == "callActivity" else None
        if called is not None and not (element.called and element.called.process_id == called):
            self.findings.error(
                "camunda-7", element_id, "calledElement is not executed; use zeebe:calledElement", line=line_of(node)
            )
        if attribute(node, "scriptFormat"):
            self.findings.error(
                "language", element_id, "scripts in {language} are not executed; use zeebe:script with FEEL",
                language=str(node.get("scriptFormat")), line=line_of(node),
            )  # fmt: skip
        inside.elements[element_id] = element
        inside.drawn_outgoing[element_id] = [content(each) for name, each in children(node) if name == "outgoing"]
        inside.drawn_incoming[element_id] = [content(each) for name, each in children(node) if name == "incoming"]
        if local in vocabulary.SUB_PROCESSES:
            self._scope(node, element_id, inside)
            return
        for each in node:
            namespace, name = split(each.tag)
            if namespace == BPMN:
                if not _is_read_elsewhere(name, local):
                    self._other(name, each, element_id)
            else:
                self.extensions.misplaced(each, element_id)


def _as_feel(root: etree._Element) -> None:
    """Conditions that say themselves that they are FEEL, or whose file says so, need no leading equals sign."""
    of_file = root.get("expressionLanguage") or ""
    for local in _CONDITIONS:
        for node in root.iter(f"{{{BPMN}}}{local}"):
            text = content(node)
            if "feel" in (node.get("language") or of_file).lower() and text and not text.startswith("="):
                node.text = f"={text}"


def _is_read_elsewhere(local: str, kind: str) -> bool:
    """A child that says something about its own element and is read there."""
    return (local == "completionCondition" and kind == "adHocSubProcess") or (
        local == "activationCondition" and kind == "complexGateway"
    )


def _ordered(flows: list[str], drawn: list[str]) -> tuple[str, ...]:
    """The flows that exist, first in the order of the references in the element, then in that of the file."""
    first = [flow for flow in dict.fromkeys(drawn) if flow in flows]
    return tuple(first + [flow for flow in flows if flow not in first])
