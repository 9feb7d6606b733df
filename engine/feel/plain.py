"""FEEL values as plain JSON values, and back."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from decimal import Decimal
from typing import Any

from engine.feel.evaluation import BudgetExceeded
from engine.feel.parser import at_value
from engine.feel.text import value_text
from engine.feel.values import PLAIN, Function, Value, adopt

_MOST_EXACT = 2**53
_MOST_DEPTH = 100
_MOST_PARTS = 1_000_000


def to_json(value: Value) -> Any:
    """A FEEL value made of None, bool, int, float, Decimal, str, list and dict only.

    A whole number up to 2**53 becomes an int; a number that a float holds exactly as written becomes a float; any other stays a
    Decimal, so that nothing is lost before the caller's serialiser. Dates, times and durations become their ISO 8601 texts,
    ranges their FEEL text. A function has no JSON: null. BudgetExceeded beyond a million parts.
    """
    return _to_json(value, 0, [_MOST_PARTS])


def _to_json(value: Any, depth: int, left: list[int]) -> Any:
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is Decimal:
        return _number(value)
    if kind is list or kind is dict:
        left[0] -= len(value) + 1
        if left[0] < 0 or depth > _MOST_DEPTH:
            raise BudgetExceeded("list", _MOST_PARTS)
        if kind is list:
            return [_to_json(item, depth + 1, left) for item in value]
        return {key: _to_json(item, depth + 1, left) for key, item in value.items()}
    if kind is Function:
        return None
    if kind in PLAIN:
        return value_text(value)
    return _to_json(adopt(value), depth + 1, left)


def _number(value: Decimal) -> int | float | Decimal:
    if not value.is_finite():
        raise ValueError("expected a finite number")
    if value.adjusted() < 17 and value == value.to_integral_value() and abs(value) <= _MOST_EXACT:
        return int(value)
    if len(value.as_tuple().digits) <= 17:
        near = float(value)
        if Decimal(repr(near)) == value:
            return near
    return value


def from_json(value: Any) -> Value:
    """The FEEL value of plain JSON values. Texts stay texts; use `@"…"`, `date(…)` or a declared type to make them dates."""
    return adopt(value)


def temporal(text: str) -> Value:
    """The date, time, date and time or duration that an ISO 8601 text writes; None when it is none."""
    return at_value(text)
