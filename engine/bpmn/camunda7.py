"""Camunda 7's flavour read as Camunda 8's: what can be said in both is rewritten in the tree before anybody reads it.

Only what means the same is rewritten; it disappears from the tree, so whatever is left is found by the reader and refused with
what to draw instead. Classes, scripts of other languages, listeners and calls of methods always stay.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from engine.bpmn import generated_forms, juel, timers
from engine.bpmn.model import Form
from engine.bpmn.xml import BPMN, CAMUNDA, ZEEBE, Findings, attribute, child, children, content, line_of, split

_HERE: Final = f"{{{CAMUNDA}}}"
_ACTIVITI: Final = "http://activiti.org/bpmn"
_ASSIGNMENT: Final[Mapping[str, tuple[str, str]]] = {
    "assignee": ("assignmentDefinition", "assignee"),
    "candidateGroups": ("assignmentDefinition", "candidateGroups"),
    "candidateUsers": ("assignmentDefinition", "candidateUsers"),
    "dueDate": ("taskSchedule", "dueDate"),
    "followUpDate": ("taskSchedule", "followUpDate"),
    "priority": ("priorityDefinition", "priority"),
}
_OF_NO_MEANING: Final = frozenset({
    "async", "asyncBefore", "asyncAfter", "exclusive", "jobPriority", "taskPriority", "calledElementTenantId",
    "decisionRefTenantId", "failedJobRetryTimeCycle",
})  # fmt: skip
"""Attributes that only say when Camunda 7 stores a run or in what order it works: remarked, because the order may differ."""
_BINDINGS: Final = {"latest": "latest", "deployment": "deployment", "versionTag": "versionTag", "version": "version"}
_JOBS: Final = frozenset({"serviceTask", "sendTask", "businessRuleTask", "endEvent", "intermediateThrowEvent"})


def translate(root: etree._Element, findings: Findings) -> Mapping[str, Form]:
    """Rewrite what a file says in Camunda 7's words, in place. Answers the forms that Camunda 8 has no words for, by element id."""
    for node in root.iter(etree.Element):
        _renamed(node)
    if CAMUNDA not in (root.nsmap or {}).values() and not any(
        split(name)[0] == CAMUNDA for node in root.iter() for name in (node.tag, *node.attrib)
    ):
        return {}
    forms: dict[str, Form] = {}
    for node in list(root.iter(f"{{{BPMN}}}*")):
        _Element(node, findings, forms).translate()
    return forms


def _renamed(node: etree._Element) -> None:
    """Camunda 7 reads the words of Activiti, from which it comes, as its own."""
    namespace, local = split(node.tag)
    if namespace == _ACTIVITI:
        node.tag = _HERE + local
    for name in [name for name in node.attrib if str(name).startswith(f"{{{_ACTIVITI}}}")]:
        node.set(_HERE + split(str(name))[1], str(node.attrib.pop(name)))


class _Element:
    """One BPMN element on its way from one flavour to the other."""

    def __init__(self, node: etree._Element, findings: Findings, forms: dict[str, Form]) -> None:
        self.node = node
        self.findings = findings
        self.forms = forms
        self.local = split(node.tag)[1]
        self.owner = attribute(node, "id") or attribute(self._around(), "id") or ""

    def translate(self) -> None:
        """Everything this element says in Camunda 7's words that Camunda 8's have too."""
        match self.local:
            case "conditionExpression" | "condition" | "loopCardinality" | "completionCondition" | "loopCondition":
                self._text()
            case "timeDate" | "timeDuration" | "timeCycle":
                self._text()
            case "userTask":
                self._person()
                self._form()
            case "startEvent":
                self._form()
            case "callActivity":
                self._call()
            case "multiInstanceLoopCharacteristics":
                self._collection()
            case "scriptTask":
                self._script()
            case "errorEventDefinition":
                self._error()
            case _:
                pass
        if self.local == "businessRuleTask":
            self._decision()
        if self.local in _JOBS:
            self._job(self.node)
        if self.local == "messageEventDefinition" and split(self._around().tag)[1] in _JOBS:
            self._job(self._around())
        self._mappings()
        self._properties()
        for name in _OF_NO_MEANING:
            if self._take(name) is not None:
                self.findings.warning(
                    "camunda-7", self.owner, "camunda:{name} says when and in what order Camunda 7 works; it says nothing here",
                    name=name, line=line_of(self.node),
                )  # fmt: skip

    # --- reading and writing ------------------------------------------------------------------------------------------

    def _around(self) -> etree._Element:
        around = self.node.getparent()
        return self.node if around is None else around

    def _peek(self, name: str) -> str | None:
        return attribute(self.node, _HERE + name)

    def _take(self, name: str) -> str | None:
        value = self._peek(name)
        if _HERE + name in self.node.attrib:
            del self.node.attrib[_HERE + name]
        return value

    def _feel(self, text: str) -> str | None:
        """A text in FEEL; what cannot be said is a finding, and None."""
        try:
            return juel.to_feel(text)
        except juel.NotTranslated as reason:
            self.findings.error(
                "juel", self.owner, "{source} cannot be said in FEEL: {reason}", source=text[:100],
                reason=reason.sentence, line=line_of(self.node),
            )  # fmt: skip
            return None

    def _holder(self, node: etree._Element | None = None) -> etree._Element:
        """The extensionElements of an element, made where there are none."""
        at = self.node if node is None else node
        holder = child(at, "extensionElements")
        if holder is None:
            holder = etree.Element(f"{{{BPMN}}}extensionElements")
            at.insert(0, holder)
        return holder

    def _say(
        self, local: str, attributes: Mapping[str, str | None], node: etree._Element | None = None
    ) -> etree._Element:
        """Add to a zeebe: element, made where there is none."""
        holder = self._holder(node)
        found = child(holder, local, ZEEBE)
        if found is None:
            found = etree.SubElement(holder, f"{{{ZEEBE}}}{local}")
        for name, value in attributes.items():
            if value is not None:
                found.set(name, value)
        return found

    def _extensions(self, local: str) -> Iterator[etree._Element]:
        """The camunda: elements of this name inside the element's own extensionElements."""
        holder = child(self.node, "extensionElements")
        if holder is not None:
            yield from [each for name, each in children(holder, CAMUNDA) if name == local]

    def _gone(self, extension: etree._Element) -> None:
        around = extension.getparent()
        if around is not None:
            around.remove(extension)

    # --- one element each ---------------------------------------------------------------------------------------------

    def _text(self) -> None:
        text = content(self.node)
        if ("${" in text or "#{" in text) and not attribute(self.node, "language"):
            written = self._feel(text)
            if written is not None:
                self.node.text = written

    def _person(self) -> None:
        for name, (local, target) in _ASSIGNMENT.items():
            if (given := self._peek(name)) is not None and (written := self._feel(given)) is not None:
                self._take(name)
                self._say(local, {target: _from_now(written) if target.endswith("Date") else written})
        if child(self._holder(), "userTask", ZEEBE) is None:
            self._say("userTask", {})

    def _form(self) -> None:
        """A form by its id, by the name of its file, or asked field by field in the drawing itself."""
        form, binding = self._peek("formRef"), self._peek("formRefBinding") or "latest"
        known = binding in {"latest", "deployment"} or (binding == "version" and self._peek("formRefVersion"))
        if form is not None and known and (written := self._feel(form)) is not None:
            self._take("formRef")
            self._take("formRefBinding")
            said = {"formId": written, "bindingType": binding, "versionTag": self._take("formRefVersion")}
            self._say("formDefinition", said)
        key, line = self._take("formKey"), line_of(self.node)
        if key is not None and (file := generated_forms.file_of(key, self.owner, self.findings, line)) is not None:
            self.forms[self.owner] = Form(binding="deployment", resource=file)
        for data in generated_forms.data_of(self.node):
            process = next((each.get("id") for each in self.node.iterancestors(f"{{{BPMN}}}process")), None)
            form_id = f"{process or ''}.{self.owner}"
            schema = generated_forms.schema(data, form_id, self.owner, self.findings)
            if schema is not None:
                if self.owner in self.forms or form is not None:
                    self.findings.error("camunda-7", self.owner, "{id} has form fields and a form as well; leave one", id=self.owner,
                                        line=line)  # fmt: skip
                self.forms[self.owner] = Form(form_id, "deployment", schema=schema)
            self._gone(data)

    def _job(self, target: etree._Element) -> None:
        """An external task becomes a job of its topic, a delegate expression that names a bean a job of that name."""
        topic, delegate = self._peek("topic"), self._peek("delegateExpression")
        if self._peek("type") == "external" and topic is not None and (written := self._feel(topic)) is not None:
            self._take("type")
            self._take("topic")
            self._say("taskDefinition", {"type": written}, target)
        elif delegate is not None and (written := self._feel(delegate)) is not None:
            name = written.removeprefix("=").strip()
            if name.replace("_", "").isalnum():
                self._take("delegateExpression")
                self._say("taskDefinition", {"type": name}, target)

    def _decision(self) -> None:
        reference, how = self._peek("decisionRef"), self._peek("mapDecisionResult") or "resultList"
        binding = self._peek("decisionRefBinding") or "latest"
        variable = self._peek("resultVariable")
        if reference is None or variable is None or binding not in {"latest", "deployment", "versionTag"}:
            return
        if how not in {"singleEntry", "collectEntries"}:
            self.findings.error(
                "camunda-7", self.owner,
                "a decision gives its value here, not a list of rows: choose singleEntry or collectEntries, not {how}",
                how=how, line=line_of(self.node),
            )  # fmt: skip
            return
        written = self._feel(reference)
        if written is not None:
            tag = self._take("decisionRefVersionTag")
            for name in ("decisionRef", "decisionRefBinding", "mapDecisionResult", "resultVariable"):
                self._take(name)
            said = {"decisionId": written, "resultVariable": variable, "bindingType": binding, "versionTag": tag}
            self._say("calledDecision", said)

    def _call(self) -> None:
        called = attribute(self.node, "calledElement")
        binding = self._peek("calledElementBinding") or "latest"
        if called is None or binding not in _BINDINGS or child(self._holder(), "calledElement", ZEEBE) is not None:
            return
        written = self._feel(called)
        if written is None:
            return
        self.node.attrib.pop("calledElement")
        self._take("calledElementBinding")
        tag = self._take("calledElementVersionTag") or self._take("calledElementVersion")
        whole = {"in": False, "out": False}
        for local, target in (("in", "input"), ("out", "output")):
            for extension in self._extensions(local):
                whole[local] |= self._variable(extension, target)
        self._say(
            "calledElement",
            {
                "processId": written,
                "bindingType": binding,
                "versionTag": tag,
                "propagateAllParentVariables": str(whole["in"]).lower(),
                "propagateAllChildVariables": str(whole["out"]).lower(),
            },
        )

    def _variable(self, extension: etree._Element, target: str) -> bool:
        """One camunda:in or camunda:out; True when it hands over everything."""
        given = dict(extension.attrib)
        if given == {"variables": "all"}:
            self._gone(extension)
            return True
        if set(given) == {"businessKey"}:
            key = str(given["businessKey"])
            # A called run carries the number of its caller here anyway.
            written = "" if key[1:] == "{execution.processBusinessKey}" else self._feel(key)
            if written is not None:
                self._say("calledElement", {"businessKey": written or None})
                self._gone(extension)
            return False
        if set(given) == {"source", "target"}:
            self._map(target, f"={given['source']}", str(given["target"]))
            self._gone(extension)
        elif set(given) == {"sourceExpression", "target"}:
            written = self._feel(str(given["sourceExpression"]))
            if written is not None:
                self._map(target, written, str(given["target"]))
                self._gone(extension)
        return False

    def _collection(self) -> None:
        collection = self._peek("collection")
        if collection is None:
            return
        written = self._feel(collection)
        if written is not None:
            self._take("collection")
            written = written if written.startswith("=") else f"={written}"
            said = {"inputCollection": written, "inputElement": self._take("elementVariable")}
            self._say("loopCharacteristics", said)

    def _script(self) -> None:
        language = (attribute(self.node, "scriptFormat") or "").lower()
        script, variable = child(self.node, "script"), self._peek("resultVariable")
        if script is None or variable is None or language not in {"feel", "juel"}:
            return
        text = content(script)
        written = self._feel(text) if language == "juel" else f"={text.removeprefix('=')}"
        if written is not None:
            self._take("resultVariable")
            self.node.attrib.pop("scriptFormat")
            self.node.remove(script)
            self._say("script", {"expression": written, "resultVariable": variable})

    def _error(self) -> None:
        """The variables that receive the code and the message of a caught error stand as attributes of our own reading."""
        for name in ("errorCodeVariable", "errorMessageVariable"):
            if (value := self._take(name)) is not None:
                self.node.set(name, value)

    def _mappings(self) -> None:
        for extension in self._extensions("inputOutput"):
            for local, target in (("inputParameter", "input"), ("outputParameter", "output")):
                for parameter in [each for name, each in children(extension, CAMUNDA) if name == local]:
                    written = self._parameter(parameter)
                    if written is not None:
                        self._map(target, written, attribute(parameter, "name") or "")
                        extension.remove(parameter)
                        if target == "output":
                            self.findings.warning(
                                "camunda-7", self.owner,
                                "with output parameters only what they name leaves {id}; what was submitted beside them stays inside",
                                id=self.owner, line=line_of(self.node),
                            )  # fmt: skip
            if not len(extension):
                self._gone(extension)

    def _parameter(self, parameter: etree._Element) -> str | None:
        inner = list(children(parameter, CAMUNDA))
        if not inner:
            return self._feel(content(parameter))
        if len(inner) > 1:
            return None
        local, node = inner[0]
        entries = [(attribute(each, "key"), self._feel(content(each))) for _, each in children(node, CAMUNDA)]
        if any(written is None for _, written in entries):
            return None
        values = [(key, _value(written or "")) for key, written in entries]
        if local == "list":
            return f"=[{', '.join(value for _, value in values)}]"
        if local == "map":
            return "={" + ", ".join(f'"{key}": {value}' for key, value in values) + "}"
        return None

    def _map(self, target: str, source: str, name: str) -> None:
        mapping = self._say("ioMapping", {})
        etree.SubElement(mapping, f"{{{ZEEBE}}}{target}", {"source": source, "target": name})

    def _properties(self) -> None:
        for extension in self._extensions("properties"):
            holder = self._say("properties", {})
            for local, each in list(children(extension, CAMUNDA)):
                if local == "property" and set(each.attrib) <= {"name", "value", "id"}:
                    said = {"name": attribute(each, "name") or "", "value": attribute(each, "value") or ""}
                    etree.SubElement(holder, f"{{{ZEEBE}}}property", said)
                    extension.remove(each)
            if not len(extension):
                self._gone(extension)


def _from_now(text: str) -> str:
    """A due date that is a duration counts from the creation of the task, as in Camunda 7."""
    try:
        timers.duration(text)
    except timers.NotATime:
        return text
    return f'=now() + duration("{text}")'


def _value(text: str) -> str:
    """A static text or FEEL as a part of a larger FEEL expression."""
    if text.startswith("="):
        return f"({text[1:]})"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
