"""How values are written: by `string()`, in messages, and in the source of an expression."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import re
from datetime import datetime
from decimal import Decimal

from engine.feel.evaluation import BudgetExceeded
from engine.feel.temporal import FarDateTime, datetime_text, zone_text
from engine.feel.values import Function, Range, Value

_HIDDEN = re.compile(r'[\\"\x00-\x1f\x7f]')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}

__all__ = ["number_text", "quoted", "shortened", "value_text", "zone_text"]


def number_text(value: Decimal) -> str:
    """A number without exponent and without idle zeros: `100`, `0.5`."""
    if value == 0:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class _Full(Exception):
    """The text has become longer than wanted."""


def value_text(value: Value, most: int = 1_000_000) -> str:
    """The text that `string(value)` gives; a string without its quotes. BudgetExceeded beyond `most` characters."""
    if isinstance(value, str):
        return value
    writer = _Writer(most)
    try:
        writer.write(value, 0)
    except _Full:
        raise BudgetExceeded("string", most) from None
    return "".join(writer.parts)


def shortened(value: Value, most: int = 80) -> str:
    """The beginning of the value's text, for a message."""
    if isinstance(value, str):
        return value if len(value) <= most else value[:most] + "…"
    writer = _Writer(most)
    try:
        writer.write(value, 0)
    except _Full:
        return "".join(writer.parts)[:most] + "…"
    return "".join(writer.parts)


class _Writer:
    def __init__(self, most: int) -> None:
        self.parts: list[str] = []
        self.left = most

    def put(self, text: str) -> None:
        self.parts.append(text)
        self.left -= len(text)
        if self.left < 0:
            raise _Full

    def write(self, value: Value, depth: int) -> None:
        if depth > 100:
            self.put("…")
        elif isinstance(value, list):
            self.items("[", value, "]", depth)
        elif isinstance(value, dict):
            self.put("{")
            for at, (key, item) in enumerate(value.items()):
                self.put(f"{', ' if at else ''}{_key(key)}: ")
                self.write(item, depth + 1)
            self.put("}")
        elif isinstance(value, Range):
            self.range(value, depth)
        else:
            self.put(_simple_text(value))

    def items(self, first: str, items: list[Value], last: str, depth: int) -> None:
        self.put(first)
        for at, item in enumerate(items):
            if at:
                self.put(", ")
            self.write(item, depth + 1)
        self.put(last)

    def range(self, value: Range, depth: int) -> None:
        if value.operator:
            self.put(value.operator)
            self.write(value.high if value.operator.startswith("<") else value.low, depth + 1)
            return
        self.put("[" if value.low_included else "(")
        self.write(value.low, depth + 1)
        self.put("..")
        self.write(value.high, depth + 1)
        self.put("]" if value.high_included else ")")


def _simple_text(value: Value) -> str:
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
    if isinstance(value, Function):
        return f"function({', '.join(value.parameters)})"
    return str(value)


def is_plain_name(name: str) -> bool:
    """Whether the name is made of words only, so that it can be written without quotes."""
    return bool(name) and all(part.isidentifier() for part in name.split(" "))


def _key(key: str) -> str:
    return key if is_plain_name(key) else quoted(key)


def quoted(text: str) -> str:
    """The text as a FEEL string literal."""
    return '"' + _HIDDEN.sub(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}"
