"""The values of FEEL beside numbers, strings and temporals: ranges and functions; what a caller may hand in."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Clamped, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any, Final

from engine.errors import Problem
from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.temporal import FarDate, FarDateTime, Time

Value = Any
"""A FEEL value: Decimal, str, bool, None, list, dict, date, Time, datetime (or their Far… twins), a duration, Range, Function."""

NUMBERS: Final = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[DivisionByZero, InvalidOperation, Overflow]
)
"""IEEE 754-2008 decimal128: 34 digits, half even (DMN 1.5, 10.3.2.3.1)."""
NUMBERS.traps[Clamped] = False


@dataclass(frozen=True, slots=True)
class Range:
    """An interval, or a comparison used as a value.

    `low`/`high` None with the included flag False is an open side (`> 5`). `operator` is empty for an interval written
    with brackets, else one of `< <= > >= = !=`; `=` and `!=` compare with `low`.
    """

    low: Value
    high: Value
    low_included: bool
    high_included: bool
    operator: str = ""


class Function:
    """A function value: `call(run, arguments)` with the arguments in the order of `parameters`."""

    __slots__ = ("call", "is_variadic", "name", "parameters", "required", "result_type", "types")

    def __init__(
        self,
        name: str,
        parameters: Sequence[str],
        call: Callable[[Any, Sequence[Value]], Value],
        *,
        types: Sequence[Any] | None = None,
        required: int | None = None,
        is_variadic: bool = False,
        result_type: Any = None,
    ) -> None:
        self.name = name
        self.parameters = tuple(parameters)
        self.call = call
        self.types = tuple(types) if types is not None else (None,) * len(self.parameters)
        self.required = len(self.parameters) if required is None else required
        self.is_variadic = is_variadic
        self.result_type = result_type

    def __repr__(self) -> str:
        return f"Function({self.name or 'anonymous'}({', '.join(self.parameters)}))"


@dataclass(frozen=True, slots=True)
class FeelFunction:
    """A function that the caller lends to expressions.

    `name` may contain spaces. `parameters` are written `"name: type"` in FEEL's types, `"name"` for any value, with `?` after
    the type for one that may be null, and `= null` after it for one that may be left out. `implementation` gets the values in
    that order, already checked, and returns a FEEL value (int, float and timedelta are accepted). A `Problem` it raises goes
    to the caller of the evaluation; a ValueError, TypeError, LookupError or ArithmeticError becomes null with a warning.
    `examples` are pairs of an expression and the FEEL text of its value, shown in `docs/feel.md`.
    """

    name: str
    parameters: Sequence[str]
    implementation: Callable[..., Any]
    doc: str = ""
    doc_zh: str = ""
    result: str = "Any"
    source: str = ""
    examples: Sequence[tuple[str, str]] = field(default=())
    # What the registry makes of it when it is first called; it lives as long as the function itself.
    made: list[Any] = field(default_factory=list[Any], init=False, repr=False, compare=False)


class NotAValue(Problem):
    """expected a FEEL value, but a {kind} was given"""

    def __init__(self, kind: str) -> None:
        super().__init__("expected a FEEL value, but a {kind} was given", kind=kind)


PLAIN: Final[frozenset[type]] = frozenset(
    {Decimal, str, bool, type(None), date, datetime, Time, FarDate, FarDateTime, YearsMonthsDuration, DaysTimeDuration}
    | {Range, Function}
)
"""The types that are FEEL values as they stand; the other two are list and dict."""

_MOST_DEPTH = 100
_LARGE: Final = 10**33
_INTEGERS: Final[set[type]] = {int}


def adopt(value: Any, depth: int = 0, seen: dict[int, Any] | None = None) -> Value:
    """The FEEL value of a Python value; the same object when nothing in it has to be changed.

    int, float, tuple, timedelta, time and other mappings are converted; a float that is no number becomes null.
    """
    kind = type(value)
    if kind in PLAIN:
        if kind is Decimal and not value.is_finite():
            return None
        return value
    if kind is int:
        return Decimal(value) if -_LARGE < value < _LARGE else _large(value)
    if kind is float:
        return NUMBERS.create_decimal(repr(value)) if math.isfinite(value) else None
    if depth > _MOST_DEPTH:
        raise NotAValue("deeply nested value")
    # A part that occurs twice is converted once, or values made of shared parts would take for ever.
    seen = {} if seen is None else seen
    known = seen.get(id(value))
    if known is None:
        known = seen[id(value)] = _adopt_container(value, kind, depth + 1, seen)
    return known


def _adopt_container(value: Any, kind: type, depth: int, seen: dict[int, Any]) -> Value:
    if kind is list:
        kinds = set(map(type, value))
        if kinds <= PLAIN:
            return value
        if kinds == _INTEGERS and min(value) > -_LARGE and max(value) < _LARGE:
            return list(map(Decimal, value))
        made = [
            item
            if type(item) in PLAIN
            else Decimal(item)
            if type(item) is int and -_LARGE < item < _LARGE
            else adopt(item, depth, seen)
            for item in value
        ]
        # A list of lists that are FEEL's already stays as it is.
        return made if any(map(operator.is_not, made, value)) else value
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                return {str(name): adopt(rest, depth, seen) for name, rest in value.items()}
            if type(item) not in PLAIN:
                adopted = adopt(item, depth, seen)
                if adopted is not item:
                    return {name: adopt(rest, depth, seen) for name, rest in value.items()}
        return value
    return _adopt_other(value, depth, seen)


def _adopt_other(value: Any, depth: int, seen: dict[int, Any]) -> Value:
    if isinstance(value, Decimal):
        return Decimal(value) if value.is_finite() else None
    if isinstance(value, bool | type(None)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return adopt(int(value))
    if isinstance(value, float):
        return adopt(float(value))
    if isinstance(value, datetime):
        return datetime.combine(value.date(), value.timetz())
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if isinstance(value, time):
        return Time.of(value)
    if isinstance(value, timedelta):
        return DaysTimeDuration.of(value)
    if isinstance(value, Mapping):
        return {str(name): adopt(item, depth, seen) for name, item in value.items()}
    if isinstance(value, Sequence | frozenset | set) and not isinstance(value, bytes | bytearray | memoryview):
        return [adopt(item, depth, seen) for item in value]
    raise NotAValue(type(value).__name__)


def _large(value: int) -> Decimal | None:
    # Python refuses to print integers of thousands of digits; a number that far away is no FEEL number anyway.
    if value.bit_length() > 20_000:
        return None
    try:
        return NUMBERS.create_decimal(value)
    except (InvalidOperation, Overflow):
        return None


def kind_of(value: Value) -> str:
    """The FEEL name of the value's type, as it is said in warnings and by `instance of`."""
    name = _KINDS.get(type(value))
    return name if name is not None else "Any"


_KINDS: Final[dict[type, str]] = {
    Decimal: "number",
    str: "string",
    bool: "boolean",
    type(None): "null",
    list: "list",
    dict: "context",
    date: "date",
    FarDate: "date",
    datetime: "date and time",
    FarDateTime: "date and time",
    Time: "time",
    YearsMonthsDuration: "years and months duration",
    DaysTimeDuration: "days and time duration",
    Range: "range",
    Function: "function",
}
