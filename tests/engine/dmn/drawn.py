"""Decision tables drawn in a line of code, as the XML that Camunda Modeler writes."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from engine import dmn

HEAD = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="file" name="file"'
    ' namespace="http://camunda.org/schema/1.0/dmn">'
)


def text(tag: str, content: str, **attributes: str) -> str:
    """An element with a `text` child."""
    written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<{tag}{written}><text>{escape(content)}</text></{tag}>"


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    *,
    policy: str = "UNIQUE",
    aggregation: str = "",
    types: Sequence[str] = (),
    values: Sequence[str] = (),
    allowed: Sequence[str] = (),
    defaults: Sequence[str] = (),
) -> str:
    """A decision table. A rule is its input cells, its output cells and, if there is one more, an annotation."""
    kinds = (*types, *[""] * len(inputs))
    parts = [
        f'<decisionTable id="table" hitPolicy="{policy}"'
        + (f' aggregation="{aggregation}"' if aggregation else "")
        + ">"
    ]
    for at, expression in enumerate(inputs):
        kind = {"typeRef": kinds[at]} if kinds[at] else {}
        limits = text("inputValues", allowed[at]) if at < len(allowed) and allowed[at] else ""
        parts.append(f'<input id="in{at + 1}">' + text("inputExpression", expression, **kind) + limits + "</input>")
    for at, name in enumerate(outputs):
        limits = text("outputValues", values[at]) if at < len(values) and values[at] else ""
        default = text("defaultOutputEntry", defaults[at]) if at < len(defaults) and defaults[at] else ""
        parts.append(f'<output id="out{at + 1}" name={quoteattr(name)}>{limits}{default}</output>')
    parts.append('<annotation name="依据" />')
    for number, rule in enumerate(rules, 1):
        cells = [text("inputEntry", cell) for cell in rule[: len(inputs)]]
        cells += [text("outputEntry", cell) for cell in rule[len(inputs) : len(inputs) + len(outputs)]]
        cells += [text("annotationEntry", cell) for cell in rule[len(inputs) + len(outputs) :]]
        parts.append(f'<rule id="rule{number}">{"".join(cells)}</rule>')
    return "".join(parts) + "</decisionTable>"


def decision(key: str, logic: str, *, requires: Sequence[str] = (), type_ref: str = "") -> str:
    """A decision with its logic, requiring other decisions."""
    needs = "".join(
        f'<informationRequirement id="{key}-{need}"><requiredDecision href="#{need}"/></informationRequirement>'
        for need in requires
    )
    kind = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<decision id="{key}" name="{key}"><variable name="{key}"{kind}/>{needs}{logic}</decision>'


def expression(content: str) -> str:
    """A literal expression."""
    return text("literalExpression", content)


def file(*parts: str) -> bytes:
    """A whole file."""
    return f"{HEAD}{''.join(parts)}</definitions>".encode()


def read(*parts: str) -> dmn.Decisions:
    """A whole file, read; a bare table becomes the decision `d`."""
    wrapped = [
        decision("d", part) if part.startswith(("<decisionTable", "<literalExpression")) else part for part in parts
    ]
    return dmn.read(file(*wrapped), resource="test.dmn")
