"""Built-in conversions to numbers, strings and ranges (DMN 1.5, table 73)."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import base64
import json
import re
from datetime import datetime
from decimal import Decimal, DecimalException
from zoneinfo import ZoneInfo

from engine.feel.evaluation import Null, Run
from engine.feel.registry import builtin
from engine.feel.text import value_text
from engine.feel.values import NUMBERS, Range, Value, kind_of

_DEEPEST = 100
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
    "to json(value: Any): string",
    "The value as JSON text; dates, times and durations as ISO 8601 texts.",
    "转为 JSON 文本；日期、时刻、时长写成 ISO 8601 文本。",
    source="Camunda 8 FEEL",
    examples=[
        ("to json({a: 1, b: [true, null]})", '"{\\"a\\":1,\\"b\\":[true,null]}"'),
        ('to json(@"2023-06-14")', '"\\"2023-06-14\\""'),
    ],
)
def _to_json(run: Run, value: Value) -> Value:
    run.weigh(value)
    text = "".join(_json_parts(run, value, 0, [0]))
    run.check_string(len(text))
    return text


def _json_parts(run: Run, value: Value, depth: int, length: list[int]) -> list[str]:
    if depth > _DEEPEST:
        raise Null("the value is nested too deeply for JSON")
    if isinstance(value, list):
        parts = ["["]
        for at, item in enumerate(value):
            parts += [","] * (at > 0) + _json_parts(run, item, depth + 1, length)
        return [*parts, "]"]
    if isinstance(value, dict):
        parts = ["{"]
        for at, (key, item) in enumerate(value.items()):
            parts += (
                [","] * (at > 0)
                + [json.dumps(key, ensure_ascii=False), ":"]
                + _json_parts(run, item, depth + 1, length)
            )
        return [*parts, "}"]
    if value is None or isinstance(value, bool | Decimal):
        return [value_text(value)]
    if isinstance(value, str):
        text = value
    elif isinstance(value, datetime) and isinstance(value.tzinfo, ZoneInfo):
        # Java's notation, which other tools read: the offset, and the zone in brackets.
        text = f"{value.isoformat()}[{value.tzinfo.key}]"
    else:
        text = value_text(value)
    run.spend(len(text) >> 6)
    length[0] += len(text)
    run.bound_string(length[0])
    return [json.dumps(text, ensure_ascii=False)]


@builtin(
    "from json(value: string): Any",
    "The value that a JSON text writes; null when it is none. Texts stay texts.",
    "解析 JSON 文本；不是 JSON 时得 null。",
    source="Camunda 8 FEEL",
    examples=[('from json("{\\"a\\": 1, \\"b\\": 2.50}")', "{a: 1, b: 2.5}"), ('from json("{")', "null")],
)
def _from_json(run: Run, text: str) -> Value:
    run.spend(len(text) >> 2)
    try:
        found = json.loads(
            text, parse_float=NUMBERS.create_decimal, parse_int=NUMBERS.create_decimal, parse_constant=_no_number
        )
    except (ValueError, DecimalException, RecursionError):
        raise Null('"{text}" is no JSON', text=text[:60]) from None
    run.weigh(found)
    return found


def _no_number(text: str) -> Value:
    raise ValueError(text)


@builtin(
    "to base64(value: string): string",
    "The text's UTF-8 bytes in Base64.",
    "文本的 Base64 编码。",
    source="Camunda 8 FEEL",
    examples=[('to base64("FEEL")', '"RkVFTA=="')],
)
def _to_base64(run: Run, value: str) -> Value:
    run.spend(len(value) >> 4)
    text = base64.b64encode(value.encode("utf-8", "replace")).decode("ascii")
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
