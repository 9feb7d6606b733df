"""Built-in conversions to numbers, strings and ranges (DMN 1.5, table 73)."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import re
from decimal import Decimal, DecimalException

from engine.feel.evaluation import Null, Run
from engine.feel.registry import builtin
from engine.feel.text import value_text
from engine.feel.values import NUMBERS, Range, Value, kind_of

_TABLE = "DMN 1.5, table 73"
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def _separator(value: Value, allowed: tuple[str, ...], name: str) -> str | None:
    if value is None or value in allowed:
        return value
    raise Null(
        "expected one of {allowed} as {parameter}", allowed=" ".join(repr(mark) for mark in allowed), parameter=name
    )


@builtin(
    "number(from: Any, grouping separator: Any = null, decimal separator: Any = null): number",
    "The number written in a text, with the separators used in it.",
    "由文本得到数值；可指定千分位与小数分隔符。",
    source=_TABLE,
    examples=[
        ('number("1 000,0", " ", ",")', "1000"),
        ('number("1,000.5", ",", ".")', "1000.5"),
        ('number("abc")', "null"),
    ],
)
def _number(run: Run, value: Value, grouping: Value = None, decimal: Value = None) -> Value:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if type(value) is Decimal and grouping is None and decimal is None:
        return value
    if not isinstance(value, str):
        raise Null("expected a text, but found {kind}", kind=kind_of(value))
    grouping = _separator(grouping, (" ", ",", "."), "grouping separator")
    decimal = _separator(decimal, (".", ","), "decimal separator")
    if grouping is not None and grouping == decimal:
        raise Null("grouping separator and decimal separator are the same")
    text = value
    if grouping:
        text = text.replace(grouping, "")
    if decimal:
        text = text.replace(decimal, ".")
    if len(text) > 7000 or not _NUMBER.fullmatch(text):
        raise Null('"{text}" is no number', text=value[:60])
    try:
        return NUMBERS.create_decimal(text)
    except DecimalException:
        raise Null('"{text}" is no number', text=value[:60]) from None


@builtin(
    "string(from: Any): string",
    "The value written as text; null of null.",
    "将任意值转为文本。",
    source=_TABLE,
    examples=[("string(1.1)", '"1.1"'), ("string(null)", "null"), ('string([1, "a"])', '"[1, \\"a\\"]"')],
)
def _string(run: Run, value: Value) -> Value:
    if value is None:
        return None
    return _text(run, value)


def _text(run: Run, value: Value) -> str:
    most = run.meter.budget.string
    run.weigh(value)
    text = value_text(value, most)
    run.check_string(len(text))
    return text


@builtin(
    "string format(template: string, value: Any): string",
    "The template with each `{name}` replaced by that entry of the context; `{{` and `}}` are braces.",
    "以上下文的条目替换模板中的 {名称}。",
    source="Camunda 8 FEEL",
    examples=[('string format("{name}: {n}", {name: "甲", n: 3})', '"甲: 3"')],
)
def _string_format(run: Run, template: str, value: Value) -> Value:
    def entry(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        name = found[1].strip()
        if not isinstance(value, dict) or name not in value:
            raise Null("the context has no entry {name}", name=name)
        nonlocal length
        text = _text(run, value[name])
        length += len(text)
        run.check_string(length)
        return text

    length = len(template)
    text = re.sub(r"\{\{|\}\}|\{([^{}]*)\}", entry, template)
    run.check_string(len(text))
    return text


@builtin(
    "range(from: string): range",
    "The range written in a text, with literal ends.",
    "由文本得到区间。",
    source=_TABLE,
    examples=[('range("[1..10]")', "[1..10]"), ('range("(@\\"P1D\\"..@\\"P5D\\")")', '(@"P1D"..@"P5D")')],
)
def _range(run: Run, text: str) -> Value:
    from engine.feel.expression import range_from_text

    found = range_from_text(text)
    if not isinstance(found, Range):
        raise Null('"{text}" is no range', text=text[:60])
    return found
