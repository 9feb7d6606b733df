"""Syntax written back as FEEL text: what is parsed from it is the same syntax, but for positions."""

from decimal import Decimal

from engine.feel.syntax import (
    And,
    Arithmetic,
    BadLiteral,
    Between,
    Call,
    Compare,
    ContextNode,
    Filter,
    For,
    FunctionDefinition,
    If,
    In,
    InstanceOf,
    Iterator,
    ListNode,
    Literal,
    Name,
    Negate,
    Node,
    Or,
    Path,
    Quantified,
    RangeNode,
    TypeRef,
    UnaryTests,
)
from engine.feel.text import is_plain_name, number_text, quoted, value_text

# How tightly a node binds; an operand that binds less is put in parentheses.
_LOOSE, _OR, _AND, _COMPARE, _SUM, _PRODUCT, _POWER, _INSTANCE, _UNARY, _TIGHT = range(10)
_CHAIN = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER}


def source(node: Node) -> str:
    """The text of an expression or of unary tests."""
    if isinstance(node, UnaryTests):
        if not node.tests:
            return "-"
        tests = ", ".join(source(test) for test in node.tests)
        return f"not({tests})" if node.negated else tests
    return _text(node)[0]


def _inside(node: Node, level: int) -> str:
    text, own = _text(node)
    return text if own >= level else f"({text})"


def _text(node: Node) -> tuple[str, int]:
    """The text of a node and how tightly it binds."""
    if isinstance(node, Literal):
        return _literal(node)
    if isinstance(node, BadLiteral):
        return f"@{quoted(node.text)}", _TIGHT
    if isinstance(node, Name):
        return node.name, _TIGHT
    if isinstance(node, Path):
        return f"{_inside(node.source, _TIGHT)}.{node.name}", _TIGHT
    if isinstance(node, Filter):
        return f"{_inside(node.source, _TIGHT)}[{source(node.condition)}]", _TIGHT
    if isinstance(node, Call):
        return _call(node), _TIGHT
    if isinstance(node, Negate):
        # A space keeps `-(1)` and `--x` apart from a negative number.
        operand = _inside(node.operand, _TIGHT)
        is_number = isinstance(node.operand, Literal) and isinstance(node.operand.value, Decimal)
        return (f"-({operand})" if is_number else f"- {operand}"), _UNARY
    if isinstance(node, Arithmetic):
        level = _CHAIN[node.rest[0][0]]
        parts = [_inside(node.first, level + 1)]
        parts += [f"{sign} {_inside(operand, level + 1)}" for sign, operand in node.rest]
        return " ".join(parts), level
    if isinstance(node, InstanceOf):
        return f"{_inside(node.value, _UNARY)} instance of {type_source(node.type)}", _INSTANCE
    if isinstance(node, Compare | Between | In | And | Or):
        return _logic(node)
    if isinstance(node, ListNode):
        return f"[{', '.join(source(item) for item in node.items)}]", _TIGHT
    if isinstance(node, ContextNode):
        return "{" + ", ".join(f"{_key(key)}: {source(entry)}" for key, entry in node.entries) + "}", _TIGHT
    if isinstance(node, RangeNode):
        return _range(node)
    return _worded(node), _LOOSE


def _literal(node: Literal) -> tuple[str, int]:
    value = node.value
    if value is None or isinstance(value, bool):
        return value_text(value), _TIGHT
    if isinstance(value, Decimal):
        return number_text(value), _TIGHT if value >= 0 and not value.is_signed() else _UNARY
    if isinstance(value, str):
        return quoted(value), _TIGHT
    return f"@{quoted(value_text(value))}", _TIGHT


def _call(node: Call) -> str:
    if node.names:
        inner = ", ".join(f"{name}: {source(one)}" for name, one in zip(node.names, node.arguments, strict=True))
    else:
        inner = ", ".join(source(one) for one in node.arguments)
    return f"{_inside(node.function, _TIGHT)}({inner})"


def _logic(node: Node) -> tuple[str, int]:
    if isinstance(node, Compare):
        return f"{_inside(node.left, _COMPARE)} {node.operator} {_inside(node.right, _SUM)}", _COMPARE
    if isinstance(node, Between):
        low, high = _inside(node.low, _SUM), _inside(node.high, _SUM)
        return f"{_inside(node.value, _COMPARE)} between {low} and {high}", _COMPARE
    if isinstance(node, In):
        if len(node.tests) == 1:
            return f"{_inside(node.value, _COMPARE)} in {_inside(node.tests[0], _SUM)}", _COMPARE
        return f"{_inside(node.value, _COMPARE)} in ({', '.join(source(test) for test in node.tests)})", _COMPARE
    if isinstance(node, And):
        return " and ".join(_inside(operand, _COMPARE) for operand in node.operands), _AND
    assert isinstance(node, Or)
    return " or ".join(_inside(operand, _AND) for operand in node.operands), _OR


def _range(node: RangeNode) -> tuple[str, int]:
    if node.operator:
        bound = node.high if node.operator.startswith("<") else node.low
        assert bound is not None, "a comparison has something to compare with"
        return f"{node.operator} {_inside(bound, _SUM)}", _LOOSE
    assert node.low is not None, "an interval has two ends"
    assert node.high is not None, "an interval has two ends"
    low, high = _inside(node.low, _SUM), _inside(node.high, _SUM)
    return f"{'[' if node.low_included else '('}{low}..{high}{']' if node.high_included else ')'}", _TIGHT


def _iterators(iterators: tuple[Iterator, ...]) -> str:
    return ", ".join(
        f"{one.name} in {source(one.source)}" + (f"..{source(one.last)}" if one.last is not None else "")
        for one in iterators
    )


def _worded(node: Node) -> str:
    if isinstance(node, If):
        return f"if {source(node.condition)} then {source(node.then)} else {source(node.otherwise)}"
    if isinstance(node, For):
        return f"for {_iterators(node.iterators)} return {source(node.result)}"
    if isinstance(node, Quantified):
        return f"{node.quantifier} {_iterators(node.iterators)} satisfies {source(node.condition)}"
    if isinstance(node, FunctionDefinition):
        names = ", ".join(
            one.name + (f": {type_source(one.type)}" if one.type is not None else "") for one in node.parameters
        )
        return f"function({names}) {'external ' if node.is_external else ''}{source(node.body)}"
    raise TypeError(f"expected syntax, but found {type(node).__name__}")


def type_source(node: TypeRef) -> str:
    """The text of a type."""
    if not node.parts and node.result is None:
        return node.name
    parts = ", ".join(f"{name}: {type_source(part)}" if name else type_source(part) for name, part in node.parts)
    return f"{node.name}<{parts}>" + (f"->{type_source(node.result)}" if node.result is not None else "")


def _key(key: str) -> str:
    return key if is_plain_name(key) else quoted(key)
