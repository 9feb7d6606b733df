"""Reading DMN 1.1 to 1.5, as Camunda Modeler and others write it, into the model; everything odd becomes a finding."""

from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar

from engine.dmn.boxes import BoxReader
from engine.dmn.model import (
    Box,
    Decision,
    Decisions,
    FunctionBox,
    Import,
    InputData,
    ItemDefinition,
    KnowledgeModel,
    Parameter,
    Requirement,
    Service,
)
from engine.dmn.xml import Element, is_model, kid, kids, line_of, local, parse, text_of
from engine.errors import Finding, Sentence, Undeployable
from engine.feel.expression import parse_tests_node, special
from engine.feel.syntax import FeelSyntaxError, UnaryTests

_KNOWN = frozenset(
    {
        "import", "itemDefinition", "decision", "inputData", "businessKnowledgeModel", "decisionService",
        "knowledgeSource", "elementCollection", "performanceIndicator", "organizationUnit", "association",
        "textAnnotation", "group", "businessContextElement", "description", "extensionElements", "artifact",
    }
)  # fmt: skip
Part = TypeVar("Part", Decision, KnowledgeModel, InputData, Service)


def read(source: bytes, *, resource: str, imports: Iterable[Decisions] = (), names: Iterable[str] = ()) -> Decisions:
    """Read a decision file; `imports` are the files it may import from, already read.

    `names` are variables and lent functions with operators or keywords in their names, as for `feel.parse`.

    Raises Undeployable, with a finding per element, when anything in it would be misread or cannot run.
    """
    decisions = inspect(source, resource=resource, imports=imports, names=names)
    errors = [finding for finding in decisions.findings if finding.severity == "error"]
    if errors:
        raise Undeployable(decisions.findings)
    return decisions


def inspect(source: bytes, *, resource: str, imports: Iterable[Decisions] = (), names: Iterable[str] = ()) -> Decisions:
    """Read a decision file and keep the findings beside what could be read; Undeployable only for what is no DMN at all."""
    root = parse(source, resource)
    return Reader(root, resource, {one.namespace: one for one in imports}, special(names)).decisions()


class Reader:
    """One pass over one file."""

    def __init__(
        self, root: Element, resource: str, imported: Mapping[str, Decisions], names: frozenset[str] = frozenset()
    ) -> None:
        self.root = root
        self.resource = resource
        self.imported = imported
        self.findings: list[Finding] = []
        self.names = self.all_names() | names
        # Cells of a table are often written alike.
        self.cells: dict[tuple[str, frozenset[str]], UnaryTests] = {}
        self.boxes = BoxReader(self)

    # --- findings ---

    def find(
        self,
        rule: str,
        element: Element,
        template: str,
        *,
        severity: Literal["error", "warning"] = "error",
        **params: object,
    ) -> None:
        """Remark something about an element."""
        owner: Element | None = element
        while owner is not None and not owner.get("id"):
            owner = owner.getparent()
        element_id = owner.get("id", "") if owner is not None else ""
        self.findings.append(
            Finding(rule, element_id, Sentence(template, params), severity, self.resource, line_of(element))
        )

    def all_names(self) -> frozenset[str]:
        """Every name that an expression of the file may mention, since names may contain operators."""
        found: set[str] = set()
        for element in self.root.iter():
            if is_model(element):
                for attribute in ("name", "iteratorVariable"):
                    name = element.get(attribute)
                    if name:
                        found.add(" ".join(name.split()))
        for one in self.imported.values():
            found |= set(_exported(one))
        # A dot is a path in an expression, even where some element is named like one.
        return frozenset(name for name in found if not name.isalnum() and "." not in name)

    def tests(self, text: str, element: Element) -> UnaryTests | None:
        """The parsed cell; None with a finding when it is no FEEL."""
        known = self.cells.get((text, self.names))
        if known is None:
            try:
                known = self.cells[text, self.names] = parse_tests_node(text, self.names)
            except FeelSyntaxError as problem:
                self.syntax(problem, element)
        return known

    def syntax(self, problem: FeelSyntaxError, element: Element) -> None:
        self.find(
            "feel-syntax",
            element,
            '"{text}" is no FEEL: {reason}',
            text=problem.text.strip()[:200],
            reason=problem.sentence,
        )

    # --- the file ---

    def decisions(self) -> Decisions:
        root = self.root
        for child in root:
            if is_model(child) and local(child) not in _KNOWN:
                self.find("unknown-element", child, "the element {tag} is not known", tag=local(child))
        imports = tuple(
            Import(child.get("name", ""), child.get("namespace", ""), child.get("importType", ""))
            for child in kids(root, "import")
        )
        for child in kids(root, "import"):
            if child.get("namespace", "") not in self.imported:
                self.find(
                    "missing-import", child, "the file imports {namespace}, which is not there",
                    namespace=child.get("namespace", ""),
                )  # fmt: skip
        decisions = self.unique(self.decision(child) for child in kids(root, "decision"))
        knowledge = self.unique(self.knowledge_model(child) for child in kids(root, "businessKnowledgeModel"))
        inputs = self.unique(self.input_data(child) for child in kids(root, "inputData"))
        services = self.unique(self.service(child) for child in kids(root, "decisionService"))
        items = tuple(self.item(child) for child in kids(root, "itemDefinition"))
        if not decisions and not knowledge and not services and not items:
            self.find("no-decision", root, "the file has no decision")
        self.check_references(decisions, knowledge, services, inputs)
        return Decisions(
            root.get("id", ""),
            root.get("name", ""),
            root.get("namespace", ""),
            self.resource,
            decisions,
            inputs,
            knowledge,
            services,
            items,
            imports,
            {one.namespace: self.imported[one.namespace] for one in imports if one.namespace in self.imported},
            tuple(self.findings),
        )

    def unique(self, made: Iterable[Part]) -> dict[str, Part]:
        found: dict[str, Part] = {}
        for one in made:
            if one.id in found:
                self.find("duplicate-id", self.root, "two elements have the id {id}", id=one.id)
            found[one.id] = one
        return found

    def identity(self, element: Element) -> str:
        """The id; a finding and a made-up one when there is none."""
        found = element.get("id", "").strip()
        if not found:
            found = element.get("name", "").strip()
            self.find(
                "missing-id", element, "the {tag} {name} has no id", severity="warning",
                tag=local(element), name=found or "?",
            )  # fmt: skip
        return found

    def name_of(self, element: Element) -> str:
        return " ".join((element.get("name") or element.get("id") or "").split())

    def variable_of(self, element: Element) -> tuple[str, str]:
        """Name and type of the element's variable."""
        variable = kid(element, "variable")
        if variable is None:
            return self.name_of(element), ""
        return " ".join(variable.get("name", "").split()) or self.name_of(element), self.type_of(variable)

    def type_of(self, element: Element) -> str:
        """The declared type: attribute `typeRef`, or a child in older files; prefixes of FEEL's namespace dropped."""
        found = (element.get("typeRef") or text_of(kid(element, "typeRef"))).strip()
        if found.startswith("{"):
            found = found.rpartition("}")[2]
        prefix, colon, rest = found.partition(":")
        return rest if colon and prefix in element.nsmap else found

    # --- its parts ---

    def decision(self, element: Element) -> Decision:
        variable, type_ref = self.variable_of(element)
        requires: list[Requirement] = []
        inputs: list[Requirement] = []
        for requirement in kids(element, "informationRequirement"):
            for kind, target in (("requiredDecision", requires), ("requiredInput", inputs)):
                for reference in kids(requirement, kind):
                    target.append(self.reference(reference))
        logic = self.boxes.only_box(element)
        if logic is None:
            self.find(
                "no-logic", element, "the decision {name} has no logic; its value is taken from the variables",
                severity="warning", name=self.name_of(element),
            )  # fmt: skip
        return Decision(
            self.identity(element),
            self.name_of(element),
            variable,
            type_ref,
            text_of(kid(element, "question")).strip(),
            text_of(kid(element, "description")).strip(),
            _version_tag(element),
            tuple(requires),
            tuple(inputs),
            self.knowledge_of(element),
            logic,
        )

    def knowledge_of(self, element: Element) -> tuple[Requirement, ...]:
        return tuple(
            self.reference(reference)
            for requirement in kids(element, "knowledgeRequirement")
            for reference in kids(requirement, "requiredKnowledge")
        )

    def reference(self, element: Element) -> Requirement:
        namespace, mark, identifier = element.get("href", "").strip().rpartition("#")
        if not mark:
            self.find("bad-reference", element, "the reference {href} has no #", href=identifier)
        return Requirement("" if namespace == self.root.get("namespace") else namespace, identifier)

    def knowledge_model(self, element: Element) -> KnowledgeModel:
        name, type_ref = self.variable_of(element)
        logic = kid(element, "encapsulatedLogic")
        function: FunctionBox | None = None
        if logic is not None:
            box: Box | None = self.boxes.function(logic)
            function = box if isinstance(box, FunctionBox) else None
        return KnowledgeModel(self.identity(element), name, type_ref, self.knowledge_of(element), function)

    def input_data(self, element: Element) -> InputData:
        name, type_ref = self.variable_of(element)
        return InputData(self.identity(element), name, type_ref)

    def service(self, element: Element) -> Service:
        name, type_ref = self.variable_of(element)

        def references(kind: str) -> tuple[Requirement, ...]:
            return tuple(self.reference(child) for child in kids(element, kind))

        return Service(
            self.identity(element),
            name,
            type_ref,
            references("outputDecision"),
            references("encapsulatedDecision"),
            references("inputDecision"),
            references("inputData"),
        )

    def item(self, element: Element) -> ItemDefinition:
        function = kid(element, "functionItem")
        return ItemDefinition(
            self.name_of(element),
            self.type_of(element),
            element.get("isCollection") in ("true", "1"),
            self.allowed(element, "allowedValues"),
            self.allowed(element, "typeConstraint"),
            tuple(self.item(child) for child in kids(element, "itemComponent")),
            None if function is None else function.get("outputTypeRef", "Any"),
            ()
            if function is None
            else tuple(Parameter(self.name_of(child), self.type_of(child)) for child in kids(function, "parameters")),
        )

    def allowed(self, element: Element, kind: str) -> UnaryTests | None:
        child = kid(element, kind)
        text = text_of(child).strip()
        return self.tests(text, element) if text and child is not None else None

    # --- references ---

    def check_references(
        self,
        decisions: Mapping[str, Decision],
        knowledge: Mapping[str, KnowledgeModel],
        services: Mapping[str, Service],
        inputs: Mapping[str, InputData],
    ) -> None:
        elements = {child.get("id"): child for child in self.root if is_model(child)}

        def check(owner: str, references: Iterable[Requirement], *known: Mapping[str, object]) -> None:
            for reference in references:
                if reference.namespace:
                    if reference.namespace not in self.imported:
                        self.find(
                            "missing-import", elements.get(owner, self.root),
                            "the file imports {namespace}, which is not there", namespace=reference.namespace,
                        )  # fmt: skip
                elif not any(reference.id in table for table in known):
                    self.find(
                        "bad-reference", elements.get(owner, self.root), "the required element {id} is not there",
                        id=reference.id,
                    )  # fmt: skip

        for one in decisions.values():
            check(one.id, one.requires, decisions)
            check(one.id, one.inputs, inputs)
            check(one.id, one.knowledge, knowledge, services)
        for model in knowledge.values():
            check(model.id, model.knowledge, knowledge, services)
        for service in services.values():
            check(service.id, (*service.outputs, *service.encapsulated, *service.input_decisions), decisions)
            check(service.id, service.inputs, inputs)
        for circle in _circles(
            {one.id: [need.id for need in one.requires if not need.namespace] for one in decisions.values()}
        ):
            self.find(
                "cyclic-requirement", elements.get(circle, self.root), "the decision {id} requires itself", id=circle
            )


def _circles(edges: Mapping[str, list[str]]) -> list[str]:
    """The nodes that lie on a cycle, found without recursion."""
    remaining = {node: {need for need in needs if need in edges} for node, needs in edges.items()}
    changed = True
    while changed:
        free = [node for node, needs in remaining.items() if not needs & remaining.keys()]
        changed = bool(free)
        for node in free:
            del remaining[node]
    # What is left lies on a cycle or leads into one; the former are reachable from themselves.
    found: list[str] = []
    for node, needs in remaining.items():
        seen: set[str] = set()
        waiting = list(needs)
        while waiting:
            other = waiting.pop()
            if other in remaining and other not in seen:
                seen.add(other)
                waiting.extend(remaining[other])
        if node in seen:
            found.append(node)
    return found


def _version_tag(element: Element) -> str:
    for child in element.iter():
        if local(child) == "versionTag":
            return child.get("value", "")
    return element.get("{http://camunda.org/schema/1.0/dmn}versionTag", "")


def _exported(decisions: Decisions) -> Iterable[str]:
    for table in (decisions.decisions, decisions.inputs, decisions.knowledge, decisions.services):
        for one in table.values():
            yield one.name
    waiting = list(decisions.items)
    while waiting:
        item = waiting.pop()
        yield item.name
        waiting.extend(item.components)
