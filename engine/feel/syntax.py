"""The abstract syntax of FEEL: what the parser makes and the compiler reads. Positions are character offsets."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.errors import Invalid, Sentence

Where = tuple[int, int]
NOWHERE: Where = (0, 0)


class FeelSyntaxError(Invalid):
    """An expression that is no FEEL: `text` is the source, `position` the offset of the character that does not fit.

    `str()` says what was expected; `pointed` shows the line with a caret below the character.
    """

    text: str
    position: int

    def __init__(self, template: str, text: str, position: int, **params: object) -> None:
        self.text = text
        self.position = position
        line = text.count("\n", 0, position) + 1
        column = position - (text.rfind("\n", 0, position) + 1) + 1
        # The reason is a sentence of its own, so that the catalogue knows it wherever it was found.
        found = Sentence(
            "{reason} (line {line}, column {column})",
            {"reason": Sentence(template, params), "line": line, "column": column},
        )
        super().__init__(found.template, fields={"": [found]}, **found.params)

    @property
    def pointed(self) -> str:
        """The line of the expression and, below it, a caret under the character."""
        start = self.text.rfind("\n", 0, self.position) + 1
        end = self.text.find("\n", self.position)
        line = self.text[start : end if end >= 0 else len(self.text)]
        # A Chinese character is two columns wide in a terminal.
        before = sum(2 if ord(character) > 0x2E7F else 1 for character in self.text[start : self.position])
        return f"{line}\n{' ' * before}^"


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression and where it stands."""

    where: Where


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A value known while parsing: number, string, boolean, null, or an `@"…"` temporal."""

    value: Any


@dataclass(frozen=True, slots=True)
class BadLiteral(Node):
    """`@"…"` with a text that is neither date, time, date and time nor duration: null."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`source.name`."""

    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """An invocation; `names` has one name per argument, or is empty for positional arguments."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Negate(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`first` and then operators with their operands, evaluated from the left: `+ -` together, `* /` together, `**` alone."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`= != < <= > >=`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`value in test` or `value in (test, test)`."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class And(Node):
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iterator(Node):
    """`name in source`, or `name in source..last`."""

    name: str
    source: Node
    last: Node | None


@dataclass(frozen=True, slots=True)
class For(Node):
    iterators: tuple[Iterator, ...]
    result: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some` or `every` … `satisfies`."""

    quantifier: str
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class TypeRef(Node):
    """A type: a name (`number`, `tPerson`), or list/context/function/range with its parts."""

    name: str
    parts: tuple[tuple[str, "TypeRef"], ...] = ()
    result: "TypeRef | None" = None


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    value: Node
    type: TypeRef


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: TypeRef | None


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Node):
    parameters: tuple[Parameter, ...]
    body: Node
    is_external: bool


@dataclass(frozen=True, slots=True)
class ListNode(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextNode(Node):
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeNode(Node):
    """An interval with brackets, or a comparison without a left side (`operator` not empty, compared with `low`)."""

    low: Node | None
    high: Node | None
    low_included: bool
    high_included: bool
    operator: str = ""


@dataclass(frozen=True, slots=True)
class UnaryTests(Node):
    """The cell of a decision table: any of `tests` (none of them with `negated`); no tests at all is `-`."""

    tests: tuple[Node, ...]
    negated: bool


def is_number(node: Node) -> bool:
    """Whether the node is a number written down."""
    return isinstance(node, Literal) and type(node.value) is Decimal
