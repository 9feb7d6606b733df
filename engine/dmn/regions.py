"""The values of one input, cut into regions in which every test of its column answers alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from functools import cmp_to_key

from engine.dmn.model import Table
from engine.dmn.types import Types
from engine.feel.compiler import Compiler
from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.evaluation import Env, Null, Run
from engine.feel.operators import OPERATORS, order
from engine.feel.syntax import Call, Literal, Node, RangeNode, UnaryTests
from engine.feel.text import quoted, value_text
from engine.feel.types import Type
from engine.feel.unary import compile_tests
from engine.feel.values import Value, kind_of
from engine.feel.walk import children, free_names

_ORDERED = frozenset({"number", "date", "time", "date and time", "years and months duration", "days and time duration"})
_WHOLE = ("integer", "long", "int")
_OTHER = "\ufffdany other text\ufffd"


@dataclass(frozen=True, slots=True)
class Region:
    """A value, or everything strictly between two (None: no end). `probe` is a value inside, on which tests are tried."""

    probe: Value
    low: Value = None
    high: Value = None
    is_point: bool = True


@dataclass(frozen=True, slots=True)
class Axis:
    """An input: its regions, and per rule which of them its cell admits, as bits; None for a cell that depends on more."""

    label: str
    kind: str
    regions: tuple[Region, ...]
    admitted: tuple[int | None, ...]

    @property
    def everything(self) -> int:
        """The bits of all regions."""
        return (1 << len(self.regions)) - 1

    def text(self, bits: int) -> str:
        """The regions in FEEL, as a designer would write the cell."""
        if bits == self.everything:
            return "-"
        parts: list[str] = []
        at = 0
        while at < len(self.regions):
            if not bits >> at & 1:
                at += 1
                continue
            end = at
            while self.kind in _ORDERED and end + 1 < len(self.regions) and bits >> (end + 1) & 1:
                end += 1
            parts.append(self.span(at, end))
            at = end + 1
        return ", ".join(parts)

    def span(self, first: int, last: int) -> str:
        low, high = self.regions[first], self.regions[last]
        if low is high and low.is_point:
            return _literal(low.probe)
        start = low.probe if low.is_point else low.low
        end = high.probe if high.is_point else high.high
        if start is None or end is None:
            if start is None and end is None:
                return "-"
            if start is None:
                return f"{'<=' if high.is_point else '<'} {_literal(end)}"
            return f"{'>=' if low.is_point else '>'} {_literal(start)}"
        return f"{'[' if low.is_point else '('}{_literal(start)}..{_literal(end)}{']' if high.is_point else ')'}"


def _literal(value: Value) -> str:
    if isinstance(value, str):
        return "any other text" if value == _OTHER else quoted(value)
    if value is None or isinstance(value, bool | Decimal):
        return value_text(value)
    return f"@{quoted(value_text(value))}"


def literals(node: Node) -> list[Value]:
    """The values written in a test."""
    found: list[Value] = []
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Literal):
            found.append(part.value)
        if not isinstance(part, Call):
            waiting.extend(children(part))
        elif _is_value(part):
            # What stands inside a call is not what is compared: date("2026-06-30") is a date.
            found.append(Compiler().compile(part)(Env({}, None, Run({}))))
    return found


def axis(table: Table, index: int, types: Types) -> Axis:
    """Cut the values of one input of a table."""
    column = table.columns[index]
    cells = [rule.cells[index].tests if index < len(rule.cells) else None for rule in table.rules]
    known = [cell for cell in cells if cell is not None and is_closed(cell)]
    constants = [value for cell in known for value in _constants(cell)]
    if column.allowed is not None and is_closed(column.allowed):
        constants += _constants(column.allowed)
    wanted = types.of(column.type_ref)
    kind = _kind(constants, wanted)
    regions = _regions(constants, kind, whole=column.type_ref in _WHOLE)
    run = Run({})
    env = Env({}, None, run)
    compiler = Compiler(types.all())
    if column.allowed is not None and is_closed(column.allowed):
        allowed = compile_tests(compiler, column.allowed)
        regions = [region for region in regions if allowed(region.probe, env)]
    if wanted.shape is not None:
        regions = [region for region in regions if region.probe is None or wanted.accepts(region.probe)]
    admitted: list[int | None] = []
    for cell in cells:
        if cell is None or not is_closed(cell):
            admitted.append(None)
            continue
        test = compile_tests(compiler, cell)
        admitted.append(sum(1 << at for at, region in enumerate(regions) if test(region.probe, env)))
    return Axis(column.label, kind, tuple(regions), tuple(admitted))


def is_closed(tests: UnaryTests) -> bool:
    """Whether the tests compare with values written in them, and with nothing else."""
    return all(_is_simple(test) for test in tests.tests)


def _is_simple(node: Node) -> bool:
    if isinstance(node, RangeNode):
        return all(end is None or _is_value(end) for end in (node.low, node.high))
    return _is_value(node)


def _is_value(node: Node) -> bool:
    if isinstance(node, Literal):
        return True
    # A call like date("2026-06-30") is a value, too; whatever has a name from outside is not.
    return type(node).__name__ in ("Call", "ListNode", "Negate") and not (free_names(node) - _BUILT)


_BUILT = frozenset({"date", "time", "date and time", "duration"})


def _constants(tests: UnaryTests) -> list[Value]:
    found: list[Value] = []
    compiler = Compiler()
    env = Env({}, None, Run({}))
    for test in tests.tests:
        ends = [end for end in (test.low, test.high) if end is not None] if isinstance(test, RangeNode) else [test]
        for end in ends:
            value = compiler.compile(end)(env)
            found += value if isinstance(value, list) else [value]
    return found


def _kind(constants: Iterable[Value], wanted: Type) -> str:
    kinds = {kind_of(value) for value in constants if value is not None}
    if wanted.name in _ORDERED or wanted.name in ("string", "boolean"):
        return wanted.name
    return kinds.pop() if len(kinds) == 1 else "Any"


def _regions(constants: Sequence[Value], kind: str, *, whole: bool) -> list[Region]:
    values = [value for value in constants if value is not None and (kind == "Any" or kind_of(value) == kind)]
    regions: list[Region]
    if kind == "boolean":
        regions = [Region(True), Region(False)]
    elif kind in _ORDERED:
        regions = _ordered(values, whole=whole)
    else:
        seen: list[Value] = []
        for value in values:
            if not any(type(value) is type(other) and value == other for other in seen):
                seen.append(value)
        regions = [Region(value) for value in seen] + [Region(_OTHER)]
    if any(value is None for value in constants):
        regions.append(Region(None))
    return regions


def _ordered(values: Sequence[Value], *, whole: bool) -> list[Region]:
    points: list[Value] = []
    for value in sorted(values, key=cmp_to_key(lambda left, right: order(left, right) or 0)):
        if not points or order(points[-1], value) != 0:
            points.append(value)
    if not points:
        return [Region(_OTHER, is_point=False)]
    regions = [Region(_beside(points[0], -1), None, points[0], False)]
    for at, point in enumerate(points):
        regions.append(Region(point))
        following = points[at + 1] if at + 1 < len(points) else None
        probe = _beside(point, 1) if following is None else _between(point, following, whole=whole)
        if probe is not None:
            regions.append(Region(probe, point, following, False))
    return [region for region in regions if region.probe is not None]


def _beside(value: Value, sign: int) -> Value:
    step: Value = Decimal(1)
    if kind_of(value) in ("date", "date and time", "days and time duration"):
        step = DaysTimeDuration(86400 * 10**9)
    elif kind_of(value) == "years and months duration":
        step = YearsMonthsDuration(1)
    elif kind_of(value) == "time":
        step = DaysTimeDuration(10**9)
    try:
        found = OPERATORS["+" if sign > 0 else "-"](value, step)
    except Null:
        return None
    placed = order(found, value)
    return found if placed is not None and placed * sign > 0 else None


def _between(low: Value, high: Value, *, whole: bool) -> Value:
    """A value strictly between two, or None where there is none (two days in a row, two whole numbers in a row)."""
    try:
        half: Value
        if isinstance(low, YearsMonthsDuration):
            half = YearsMonthsDuration((low.months + high.months) // 2)
        else:
            gap = OPERATORS["-"](high, low)
            half = OPERATORS["+"](low, OPERATORS["/"](gap, Decimal(2)))
    except Null:
        return None
    if whole and isinstance(half, Decimal):
        half = half.to_integral_value(ROUND_FLOOR)
    if isinstance(low, date) and kind_of(low) == "date" and order(half, low) == 0:
        return None
    after, before = order(half, low), order(half, high)
    return half if after is not None and before is not None and after > 0 > before else None
