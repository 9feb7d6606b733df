"""Reading boxed expressions: the logic of decisions and knowledge models (DMN 1.5, chapter 10.2, and 8)."""

from typing import TYPE_CHECKING, get_args

from engine.dmn.model import (
    Aggregation,
    Box,
    Cell,
    Column,
    Conditional,
    ContextBox,
    Entry,
    FilterBox,
    FunctionBox,
    HitPolicy,
    Invocation,
    Iteration,
    ListBox,
    Output,
    Parameter,
    Relation,
    Rule,
    Table,
    Text,
)
from engine.dmn.xml import Element, is_model, kid, kids, local, text_of
from engine.feel.expression import parse_node
from engine.feel.syntax import FeelSyntaxError, Node, UnaryTests

if TYPE_CHECKING:
    from engine.dmn.reader import Reader

_FEEL = ("", "feel", "FEEL")
_CAMUNDA_7 = "{http://camunda.org/schema/1.0/dmn}"


class BoxReader:
    """Reads the boxes of one file."""

    def __init__(self, reader: "Reader") -> None:
        self.reader = reader

    def only_box(self, element: Element | None) -> Box | None:
        """The boxed expression directly inside an element, if any."""
        if element is None:
            return None
        for child in element:
            if is_model(child) and local(child) in _READERS:
                return self.box(child)
        return None

    def box(self, element: Element) -> Box:
        return _READERS[local(element)](self, element)

    def text(self, element: Element) -> Text:
        """A literal expression."""
        reader = self.reader
        language = element.get("expressionLanguage", "")
        text = text_of(kid(element, "text")) if kid(element, "text") is not None else ""
        node: Node | None = None
        if language not in _FEEL and "FEEL" not in language:
            reader.find(
                "expression-language", element, "expressions are written in FEEL, not in {language}", language=language
            )
        elif text.strip():
            try:
                node = parse_node(text, reader.names)
            except FeelSyntaxError as problem:
                reader.syntax(problem, element)
        elif local(element) == "literalExpression":
            if kid(element, "importedValues") is not None:
                reader.find("imported-values", element, "imported values are not supported")
            reader.find("empty-expression", element, "the expression is empty", severity="warning")
        return Text(element.get("id", ""), reader.type_of(element), text.strip(), node)

    def context(self, element: Element) -> Box:
        entries: list[Entry] = []
        for child in kids(element, "contextEntry"):
            variable = kid(child, "variable")
            name = " ".join(variable.get("name", "").split()) if variable is not None else ""
            type_ref = self.reader.type_of(variable) if variable is not None else ""
            entries.append(Entry(name, type_ref, self.only_box(child)))
        return ContextBox(element.get("id", ""), self.reader.type_of(element), tuple(entries))

    def invocation(self, element: Element) -> Box:
        bindings: list[Entry] = []
        for child in kids(element, "binding"):
            parameter = kid(child, "parameter")
            name = " ".join(parameter.get("name", "").split()) if parameter is not None else ""
            bindings.append(Entry(name, "", self.only_box(child)))
        return Invocation(element.get("id", ""), self.reader.type_of(element), self.only_box(element), tuple(bindings))

    def list(self, element: Element) -> Box:
        items = tuple(self.box(child) for child in kids(element) if local(child) in _READERS)
        return ListBox(element.get("id", ""), self.reader.type_of(element), items)

    def relation(self, element: Element) -> Box:
        columns = tuple(
            Entry(" ".join(child.get("name", "").split()), self.reader.type_of(child), None)
            for child in kids(element, "column")
        )
        rows: list[tuple[Box | None, ...]] = []
        for row in kids(element, "row"):
            cells = tuple(self.box(child) for child in kids(row) if local(child) in _READERS)
            if len(cells) != len(columns):
                self.reader.find(
                    "ragged-row", row, "the row has {cells} cells, but there are {columns} columns",
                    cells=len(cells), columns=len(columns),
                )  # fmt: skip
            rows.append(cells)
        return Relation(element.get("id", ""), self.reader.type_of(element), columns, tuple(rows))

    def function(self, element: Element) -> Box:
        parameters = tuple(
            Parameter(" ".join(child.get("name", "").split()), self.reader.type_of(child))
            for child in kids(element, "formalParameter")
        )
        kind = element.get("kind", "FEEL")
        if kind != "FEEL":
            self.reader.find(
                "external-function",
                element,
                "functions in {kind} do not run here; draw a service task instead",
                kind=kind,
            )
        # Inside, a parameter may be named like a path (`Person.Age`).
        outer = self.reader.names
        self.reader.names = outer | {parameter.name for parameter in parameters if "." in parameter.name}
        body = self.only_box(element)
        self.reader.names = outer
        return FunctionBox(element.get("id", ""), self.reader.type_of(element), parameters, body, kind)

    def conditional(self, element: Element) -> Box:
        return Conditional(
            element.get("id", ""),
            self.reader.type_of(element),
            self.only_box(kid(element, "if")),
            self.only_box(kid(element, "then")),
            self.only_box(kid(element, "else")),
        )

    def filter(self, element: Element) -> Box:
        return FilterBox(
            element.get("id", ""),
            self.reader.type_of(element),
            self.only_box(kid(element, "in")),
            self.only_box(kid(element, "match")),
        )

    def iteration(self, element: Element) -> Box:
        kind = local(element)
        return Iteration(
            element.get("id", ""),
            self.reader.type_of(element),
            kind,
            " ".join(element.get("iteratorVariable", "").split()),
            self.only_box(kid(element, "in")),
            self.only_box(kid(element, "return" if kind == "for" else "satisfies")),
        )

    # --- decision tables ---

    def table(self, element: Element) -> Box:
        reader = self.reader
        policy: HitPolicy = "UNIQUE"
        written = element.get("hitPolicy", "UNIQUE")
        if written in get_args(HitPolicy):
            policy = written  # pyright: ignore[reportAssignmentType]
        else:
            reader.find("hit-policy", element, "the hit policy {policy} is not known", policy=written)
        aggregation: Aggregation = ""
        asked = element.get("aggregation", "")
        if asked in get_args(Aggregation):
            aggregation = asked  # pyright: ignore[reportAssignmentType]
        else:
            reader.find("aggregation", element, "the aggregation {aggregation} is not known", aggregation=asked)
        columns = tuple(self.column(child) for child in kids(element, "input"))
        outputs = tuple(self.output(child) for child in kids(element, "output"))
        if not outputs:
            reader.find("no-output", element, "the decision table has no output")
        if aggregation and policy != "COLLECT":
            reader.find("aggregation", element, "only the hit policy COLLECT aggregates")
        if aggregation in ("SUM", "MIN", "MAX") and len(outputs) > 1:
            reader.find("aggregation", element, "{aggregation} needs exactly one output", aggregation=aggregation)
        if policy in ("PRIORITY", "OUTPUT ORDER") and not any(output.values for output in outputs):
            reader.find(
                "no-priorities", element, "the hit policy {policy} needs output values in their order", policy=policy,
                severity="warning",
            )  # fmt: skip
        names = [output.name for output in outputs]
        if len(outputs) > 1 and (len(set(names)) < len(names) or "" in names):
            reader.find("output-names", element, "several outputs need different names")
        rules = tuple(
            self.rule(child, number, len(columns), len(outputs))
            for number, child in enumerate(kids(element, "rule"), 1)
        )
        return Table(
            element.get("id", ""),
            reader.type_of(element),
            policy,
            aggregation,
            columns,
            outputs,
            rules,
            tuple(child.get("name", "") for child in kids(element, "annotation")),
        )

    def column(self, element: Element) -> Column:
        expression = kid(element, "inputExpression")
        values = kid(element, "inputValues")
        label = element.get("label", "")
        if expression is None or not text_of(kid(expression, "text")).strip():
            self.reader.find("empty-input", element, "the input {label} has no expression", label=label or "?")
        text = self.text(expression) if expression is not None else Text("", "", "", None)
        allowed_text = text_of(values).strip() if values is not None else ""
        return Column(
            element.get("id", ""),
            label or text.text,
            text,
            text.type_ref,
            self.reader.tests(allowed_text, element) if allowed_text else None,
            allowed_text,
            element.get(f"{_CAMUNDA_7}inputVariable", ""),
        )

    def output(self, element: Element) -> Output:
        values, default = kid(element, "outputValues"), kid(element, "defaultOutputEntry")
        text = text_of(values).strip() if values is not None else ""
        return Output(
            element.get("id", ""),
            " ".join(element.get("name", "").split()),
            element.get("label", ""),
            self.reader.type_of(element),
            self.reader.tests(text, element) if text else None,
            text,
            self.text(default) if default is not None else None,
        )

    def rule(self, element: Element, number: int, columns: int, outputs: int) -> Rule:
        inputs, results = kids(element, "inputEntry"), kids(element, "outputEntry")
        if len(inputs) != columns or len(results) != outputs:
            self.reader.find(
                "ragged-rule", element,
                "rule {number} has {inputs} inputs and {outputs} outputs, but the table {columns} and {results}",
                number=number, inputs=len(inputs), outputs=len(results), columns=columns, results=outputs,
            )  # fmt: skip
        return Rule(
            element.get("id", ""),
            number,
            text_of(kid(element, "description")).strip(),
            tuple(self.cell(child, number) for child in inputs),
            tuple(self.result(child) for child in results),
            tuple(text_of(child).strip() for child in kids(element, "annotationEntry")),
        )

    def result(self, element: Element) -> Text:
        # A dash where a value is wanted means none.
        text = self.text(element) if text_of(kid(element, "text")).strip() != "-" else None
        return text or Text(element.get("id", ""), "", "", None)

    def cell(self, element: Element, number: int) -> Cell:
        language = element.get("expressionLanguage", "")
        if language not in _FEEL and "FEEL" not in language:
            self.reader.find(
                "expression-language", element, "expressions are written in FEEL, not in {language}", language=language
            )
            return Cell(element.get("id", ""), text_of(element).strip(), None)
        text = text_of(kid(element, "text")).strip()
        tests = self.reader.tests(text, element) if text else UnaryTests((0, 0), (), False)
        return Cell(element.get("id", ""), text or "-", tests)


_READERS = {
    "literalExpression": BoxReader.text,
    "decisionTable": BoxReader.table,
    "context": BoxReader.context,
    "invocation": BoxReader.invocation,
    "list": BoxReader.list,
    "relation": BoxReader.relation,
    "functionDefinition": BoxReader.function,
    "conditional": BoxReader.conditional,
    "filter": BoxReader.filter,
    "for": BoxReader.iteration,
    "some": BoxReader.iteration,
    "every": BoxReader.iteration,
}
