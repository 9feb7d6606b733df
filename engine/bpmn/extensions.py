"""Camunda's extension elements and attributes on one BPMN element: read what is executed, refuse what is not."""

import re
from collections.abc import Iterator, Mapping
from typing import TypedDict

from lxml import etree

from engine.bpmn import drawn_listeners, vocabulary
from engine.bpmn.embedded_forms import EmbeddedForms
from engine.bpmn.model import AdHoc, Binding, Called, Decision, Form, IoMapping, Listener, Publish, Script
from engine.bpmn.xml import (
    BPMN,
    CAMUNDA,
    MODELER,
    ZEEBE,
    Findings,
    attribute,
    child,
    children,
    line_of,
    split,
)

_TARGET = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "formDefinition": frozenset({"formId", "formKey", "externalReference", "bindingType", "versionTag"}),
    "assignmentDefinition": frozenset({"assignee", "candidateGroups", "candidateUsers"}),
    "taskSchedule": frozenset({"dueDate", "followUpDate"}),
    "priorityDefinition": frozenset({"priority"}),
    "taskDefinition": frozenset({"type", "retries"}),
    "calledDecision": frozenset({"decisionId", "resultVariable", "bindingType", "versionTag"}),
    "calledElement": frozenset({
        "processId", "propagateAllChildVariables", "propagateAllParentVariables", "bindingType", "versionTag", "businessKey",
    }),
    "script": frozenset({"expression", "resultVariable"}),
    "publishMessage": frozenset({"correlationKey", "messageId", "timeToLive"}),
    "loopCharacteristics": frozenset({"inputCollection", "inputElement", "outputCollection", "outputElement"}),
    "subscription": frozenset({"correlationKey"}),
    "versionTag": frozenset({"value"}),
    "adHoc": frozenset({"activeElementsCollection"}),
    "userTask": frozenset(),
    "userTaskForm": frozenset({"id"}),
    "properties": frozenset(),
    "property": frozenset({"name", "value"}),
    "taskHeaders": frozenset(),
    "header": frozenset({"key", "value"}),
    "ioMapping": frozenset(),
    "executionListeners": frozenset(),
    "taskListeners": frozenset(),
    "executionListener": frozenset({"eventType", "type", "retries"}),
    "taskListener": frozenset({"eventType", "type", "retries"}),
    "input": frozenset({"source", "target"}),
    "output": frozenset({"source", "target"}),
}  # fmt: skip


class Extended(TypedDict, total=False):
    """Fields of `Element` that come from extensions."""

    properties: dict[str, str]
    headers: dict[str, str]
    inputs: tuple[IoMapping, ...]
    outputs: tuple[IoMapping, ...]
    form: Form
    assignee: str | None
    candidate_groups: str | None
    candidate_users: str | None
    due_date: str | None
    follow_up_date: str | None
    priority: str | None
    job_type: str
    retries: str | None
    listeners: tuple[Listener, ...]
    publish: Publish
    decision: Decision
    script: Script
    called: Called
    ad_hoc: AdHoc


class Extensions:
    """Reads the extensions of the elements of one file."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.embedded = EmbeddedForms(findings)

    def attributes(self, node: etree._Element, owner: str) -> None:
        """Check the attributes of a BPMN element that no reader asks for."""
        for name in node.attrib:
            namespace, local = split(name)
            line = line_of(node)
            if namespace == CAMUNDA and local not in vocabulary.CAMUNDA_HARMLESS:
                self._camunda(owner, local, line)
            elif namespace == ZEEBE and local not in vocabulary.ZEEBE_ATTRIBUTES:
                self.findings.error(
                    "unknown-extension", owner, "the attribute zeebe:{name} is not executed", name=local, line=line
                )
            elif not namespace and local in vocabulary.REFUSED_ATTRIBUTES:
                self.findings.error(
                    "unsupported-attribute", owner, "the attribute {name} is not executed; {instead}", name=local,
                    instead=vocabulary.REFUSED_ATTRIBUTES[local], line=line,
                )  # fmt: skip
            elif not namespace and local not in vocabulary.HARMLESS:
                self.findings.warning(
                    "unknown-attribute", owner, "the attribute {name} is not part of BPMN and says nothing here",
                    name=local, line=line,
                )  # fmt: skip
            elif not namespace and local in vocabulary.ONLY:
                allowed, instead = vocabulary.ONLY[local]
                value = node.get(name)
                if value not in allowed:
                    self.findings.error(
                        "unsupported-attribute", owner, "{name}={value} is not executed; {instead}", name=local,
                        value=str(value), instead=instead, line=line,
                    )  # fmt: skip

    def read(self, node: etree._Element, kind: str, owner: str) -> Extended:
        """The extensions of one element; `kind` decides which are executed."""
        result: Extended = {}
        for local, extension in self._extensions(node, owner):
            if local not in vocabulary.zeebe_here(kind):
                self._misplaced(local, owner, kind, line_of(extension))
                continue
            self.check_attributes(extension, local, owner)
            self._one(local, extension, owner, result)
        return result

    def _extensions(self, node: etree._Element, owner: str) -> Iterator[tuple[str, etree._Element]]:
        seen: set[str] = set()
        for local, holder in children(node):
            if local != "extensionElements":
                continue
            for extension in holder:
                namespace, name = split(extension.tag)
                line = line_of(extension)
                if namespace == ZEEBE:
                    if name in seen and name != "userTaskForm":
                        self.findings.error(
                            "extension-twice", owner, "zeebe:{name} stands here twice; leave one", name=name, line=line
                        )
                    seen.add(name)
                    yield name, extension
                elif namespace == CAMUNDA:
                    if name not in vocabulary.CAMUNDA_HARMLESS:
                        self._camunda(owner, name, line)
                elif namespace == BPMN:
                    self.findings.error(
                        "unsupported-element", owner, "{name} inside extensionElements is not executed", name=name,
                        line=line,
                    )  # fmt: skip
                elif namespace != MODELER:
                    self.findings.warning(
                        "foreign-extension", owner, "the extension {name} of another tool is not executed", name=name,
                        line=line,
                    )  # fmt: skip

    def language(self, node: etree._Element, owner: str) -> None:
        """Check that an expression is meant to be FEEL."""
        language = attribute(node, "language")
        if language is not None and "feel" not in language.lower():
            self.findings.error(
                "language", owner, "expressions in {language} are not executed; write FEEL", language=language,
                line=line_of(node),
            )  # fmt: skip
        self.attributes(node, owner)

    def misplaced(self, node: etree._Element, owner: str) -> None:
        """A child of a BPMN element that is not of BPMN: extensions stand inside extensionElements."""
        namespace, local = split(node.tag)
        if namespace in {ZEEBE, CAMUNDA}:
            self.findings.error(
                "misplaced-extension", owner, "{name} must stand inside extensionElements", name=local,
                line=line_of(node),
            )  # fmt: skip
        elif namespace != BPMN:
            self.findings.warning(
                "foreign-extension", owner, "the extension {name} of another tool is not executed", name=local,
                line=line_of(node),
            )  # fmt: skip

    def _camunda(self, owner: str, name: str, line: int) -> None:
        instead = vocabulary.CAMUNDA_INSTEAD.get(name, vocabulary.WHAT_CAMUNDA_8_HAS)
        self.findings.error(
            "camunda-7", owner, "camunda:{name} belongs to Camunda 7 and is not executed; use {instead}", name=name,
            instead=instead, line=line,
        )  # fmt: skip

    def _misplaced(self, local: str, owner: str, kind: str, line: int) -> None:
        instead = vocabulary.ZEEBE_INSTEAD.get(local)
        if instead and not any(local in places for places in vocabulary.ZEEBE_HERE.values()):
            self.findings.error(
                "unsupported-extension", owner, "zeebe:{name} is not executed; {instead}", name=local, instead=instead,
                line=line,
            )  # fmt: skip
            return
        self.findings.error(
            "misplaced-extension", owner, "zeebe:{name} is not executed at a {kind}", name=local, kind=kind, line=line
        )

    def check_attributes(self, extension: etree._Element, local: str, owner: str) -> None:
        """Check that nothing stands at a zeebe: element that is not executed."""
        known = _ATTRIBUTES.get(local)
        if known is None:
            return
        for name in extension.attrib:
            namespace, attribute_name = split(name)
            if namespace or attribute_name not in known:
                self.findings.error(
                    "unknown-extension", owner, "the attribute {name} of zeebe:{extension} is not executed",
                    name=attribute_name, extension=local, line=line_of(extension),
                )  # fmt: skip

    def _one(self, local: str, extension: etree._Element, owner: str, result: Extended) -> None:
        match local:
            case "properties":
                result["properties"] = self.pairs(extension, "property", "name", owner)
            case "taskHeaders":
                result["headers"] = self.pairs(extension, "header", "key", owner)
            case "ioMapping":
                result["inputs"] = self._mappings(extension, "input", owner)
                result["outputs"] = self._mappings(extension, "output", owner)
                self.only_children(extension, {"input", "output"}, owner)
            case "formDefinition":
                self._form(extension, owner, result)
            case "assignmentDefinition" | "taskSchedule" | "priorityDefinition":
                self._person(extension, result)
            case "taskDefinition":
                if job_type := self.required(extension, "type", owner):
                    result["job_type"] = job_type
                result["retries"] = attribute(extension, "retries")
            case "executionListeners" | "taskListeners":
                found = drawn_listeners.read(self, extension, local, owner)
                result["listeners"] = (*result.get("listeners", ()), *found)
            case "publishMessage":
                result["publish"] = Publish(
                    attribute(extension, "correlationKey"),
                    attribute(extension, "messageId"),
                    attribute(extension, "timeToLive"),
                )
            case "calledDecision":
                self._decision(extension, owner, result)
            case "script":
                self._script(extension, owner, result)
            case "adHoc":
                if active := self.required(extension, "activeElementsCollection", owner):
                    result["ad_hoc"] = AdHoc(active)
            case "calledElement":
                self._called(extension, owner, result)
            case "userTaskForm":
                self.embedded.read(extension, owner)
            case _:
                pass

    def _person(self, extension: etree._Element, result: Extended) -> None:
        match split(extension.tag)[1]:
            case "assignmentDefinition":
                result["assignee"] = attribute(extension, "assignee")
                result["candidate_groups"] = attribute(extension, "candidateGroups")
                result["candidate_users"] = attribute(extension, "candidateUsers")
            case "taskSchedule":
                result["due_date"] = attribute(extension, "dueDate")
                result["follow_up_date"] = attribute(extension, "followUpDate")
            case _:
                result["priority"] = attribute(extension, "priority")

    def _form(self, extension: etree._Element, owner: str, result: Extended) -> None:
        form_id = attribute(extension, "formId")
        external = attribute(extension, "externalReference")
        key = attribute(extension, "formKey")
        if key and form_id is None and external is None and (embedded := self.embedded.shown(key)):
            result["form"] = embedded
        elif key:
            self.findings.error(
                "form-key", owner, "a form key is not executed; deploy the form and link it by its form id",
                line=line_of(extension),
            )  # fmt: skip
        elif (form_id is None) == (external is None):
            self.findings.error(
                "form-id", owner, "a form definition needs a form id or an external reference",
                line=line_of(extension),
            )  # fmt: skip
        else:
            binding, version_tag = self._binding(extension, owner)
            result["form"] = Form(form_id, binding, version_tag, external)

    def _decision(self, extension: etree._Element, owner: str, result: Extended) -> None:
        decision_id = self.required(extension, "decisionId", owner)
        variable = self.required(extension, "resultVariable", owner)
        if decision_id and variable:
            result["decision"] = Decision(decision_id, variable, *self._binding(extension, owner))

    def _script(self, extension: etree._Element, owner: str, result: Extended) -> None:
        expression = self.required(extension, "expression", owner)
        variable = self.required(extension, "resultVariable", owner)
        if expression and variable:
            result["script"] = Script(expression, variable)

    def _called(self, extension: etree._Element, owner: str, result: Extended) -> None:
        process_id = self.required(extension, "processId", owner)
        child_variables = self._boolean(extension, "propagateAllChildVariables", owner)
        parent_variables = self._boolean(extension, "propagateAllParentVariables", owner)
        if process_id:
            binding, version_tag = self._binding(extension, owner)
            key = attribute(extension, "businessKey")
            result["called"] = Called(process_id, binding, version_tag, child_variables, parent_variables, key)

    def required(self, extension: etree._Element, name: str, owner: str) -> str | None:
        """An attribute that must be there; without it there is a finding, and None."""
        value = attribute(extension, name)
        if value is None:
            self.findings.error(
                "missing-attribute", owner, "zeebe:{extension} needs {name}", extension=split(extension.tag)[1],
                name=name, line=line_of(extension),
            )  # fmt: skip
        return value

    def _boolean(self, extension: etree._Element, name: str, owner: str) -> bool:
        value = attribute(extension, name)
        if value not in {None, "true", "false"}:
            self.findings.error(
                "bad-value", owner, "{name} must be true or false, not {value}", name=name, value=str(value),
                line=line_of(extension),
            )  # fmt: skip
        return value != "false"

    def _binding(self, extension: etree._Element, owner: str) -> tuple[Binding, str | None]:
        value, tag = attribute(extension, "bindingType") or "latest", attribute(extension, "versionTag")
        names: dict[str, Binding] = {
            "latest": "latest",
            "deployment": "deployment",
            "versionTag": "versionTag",
            "version": "version",
        }
        if value not in names:
            self.findings.error(
                "bad-value", owner, "the binding {value} is none of latest, deployment, versionTag", value=value,
                line=line_of(extension),
            )  # fmt: skip
            return "latest", tag
        if value == "version" and not (tag or "").isdecimal():
            self.findings.error(
                "missing-attribute", owner, "the binding version needs the number of a version", line=line_of(extension)
            )
        if value == "versionTag" and tag is None:
            self.findings.error(
                "missing-attribute", owner, "the binding versionTag needs a version tag", line=line_of(extension)
            )
        return names[value], tag

    def pairs(self, holder: etree._Element, local: str, key: str, owner: str) -> dict[str, str]:
        """Entries of a key and a value, like headers."""
        self.only_children(holder, {local}, owner)
        found: dict[str, str] = {}
        for name, each in children(holder, ZEEBE):
            if name != local:
                continue
            self.check_attributes(each, local, owner)
            text = attribute(each, key)
            if text is None:
                continue
            if text in found:
                self.findings.error(
                    "entry-twice", owner, "{name} is given twice; leave one", name=text, line=line_of(each)
                )
            found[text] = each.get("value") or ""
        return found

    def only_children(self, holder: etree._Element, allowed: set[str], owner: str) -> None:
        """Refuse what stands inside a zeebe: element beside what is read there."""
        for each in holder:
            namespace, local = split(each.tag)
            if namespace != ZEEBE or local not in allowed:
                self.findings.error(
                    "unknown-extension", owner, "{name} inside zeebe:{holder} is not executed", name=local,
                    holder=split(holder.tag)[1], line=line_of(each),
                )  # fmt: skip

    def _mappings(self, holder: etree._Element, local: str, owner: str) -> tuple[IoMapping, ...]:
        found: list[IoMapping] = []
        for name, each in children(holder, ZEEBE):
            if name != local:
                continue
            self.check_attributes(each, local, owner)
            source, target = attribute(each, "source"), attribute(each, "target")
            if target is None or not _TARGET.fullmatch(target):
                self.findings.error(
                    "mapping-target", owner, "the target {target} of a mapping is not the name of a variable",
                    target=str(target), line=line_of(each),
                )  # fmt: skip
            else:
                # Camunda Modeler writes an empty source for "nothing".
                found.append(IoMapping(source or "=null", target))
        return tuple(found)


def loop_extension(node: etree._Element) -> etree._Element | None:
    """The zeebe:loopCharacteristics inside multiInstanceLoopCharacteristics."""
    holder = child(node, "extensionElements")
    return None if holder is None else child(holder, "loopCharacteristics", ZEEBE)
