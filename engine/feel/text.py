"""How values are written: by `string()`, in messages, and in the source of an expression."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import json
from datetime import date, datetime
from decimal import Decimal

from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.temporal import FarDate, FarDateTime, Time, datetime_text, zone_text
from engine.feel.values import Function, Range, Value

__all__ = ["number_text", "quoted", "value_text", "zone_text"]


def number_text(value: Decimal) -> str:
    """A number without exponent and without idle zeros: `100`, `0.5`."""
    if value == 0:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def value_text(value: Value) -> str:
    """The text that `string(value)` gives; a string without its quotes."""
    if isinstance(value, str):
        return value
    return _nested_text(value, 0)


def _nested_text(value: Value, depth: int) -> str:
    if depth > 100:
        return "…"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, datetime | FarDateTime):
        return datetime_text(value)
    if isinstance(value, date | FarDate | Time | YearsMonthsDuration | DaysTimeDuration):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(_nested_text(item, depth + 1) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {_nested_text(item, depth + 1)}" for key, item in value.items()) + "}"
    if isinstance(value, Range):
        return _range_text(value, depth)
    if isinstance(value, Function):
        return f"function({', '.join(value.parameters)})"
    return str(value)


def _range_text(value: Range, depth: int) -> str:
    if value.operator:
        bound = value.high if value.operator.startswith("<") else value.low
        return f"{value.operator}{_nested_text(bound, depth + 1)}"
    low, high = _nested_text(value.low, depth + 1), _nested_text(value.high, depth + 1)
    return f"{'[' if value.low_included else '('}{low}..{high}{']' if value.high_included else ')'}"


def is_plain_name(name: str) -> bool:
    """Whether the name is made of words only, so that it can be written without quotes."""
    return bool(name) and all(part.isidentifier() for part in name.split(" "))


def _key(key: str) -> str:
    return key if is_plain_name(key) else quoted(key)


def quoted(text: str) -> str:
    """The text as a FEEL string literal."""
    return json.dumps(text, ensure_ascii=False)
