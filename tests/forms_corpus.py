"""Forms and what people type into them: every component of form-js, its rules, conditions, expressions, rows and dates.

Each goes through the real form-js in a browser and through the server. They must agree, or the form must be refused before it is
deployed.
"""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.feel.library import BUILTINS

Component = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A form, what its task shows, and what is typed (laid over it by key, as a restored draft is)."""

    name: str
    components: tuple[Component, ...]
    typed: Mapping[str, Any]
    shown: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def schema(self) -> dict[str, Any]:
        return {"id": "agreed", "type": "default", "schemaVersion": 19, "components": list(self.components)}

    @property
    def source(self) -> bytes:
        return json.dumps(self.schema, ensure_ascii=False).encode()


_numbers = itertools.count(1)


def one(kind: str, key: str = "a", **more: Any) -> Component:
    """One component; its id is made up."""
    keyed = (
        {}
        if kind in {"group", "dynamiclist", "text", "html", "image", "separator", "spacer", "button", "table"}
        else {"key": key}
    )
    return {"type": kind, "id": f"Field_{key.replace('.', '_')}_{next(_numbers)}", "label": key, **keyed, **more}


def rows(*components: Component, path: str = "rows", **more: Any) -> Component:
    return one("dynamiclist", path, path=path, components=list(components), **more)


def group(*components: Component, **more: Any) -> Component:
    return one("group", "group", components=list(components), **more)


CHOICES = [
    {"label": "自主", "value": "own"},
    {"label": "合作", "value": "joint"},
    {"label": "数", "value": 5},
    {"label": "否", "value": False},
]
PEOPLE = {"people": [{"label": "甲", "value": "p1"}, {"label": "乙", "value": "p2"}]}


def cases() -> list[Case]:
    """Every case, by a name of its own."""
    return [
        Case(f"{number:03} {one_case.name}", one_case.components, one_case.typed, one_case.shown)
        for number, one_case in enumerate(
            (*_texts(), *_numbers_cases(), *_choices(), *_moments(), *_conditions(), *_rows(), *_rest())
        )
    ]


def _each(name: str, component: Component, *values: Any, **shown: Any) -> Iterator[Case]:
    for value in values:
        typed = {} if value is None else {component["key"]: value}
        yield Case(f"{name}: {json.dumps(value, ensure_ascii=False)[:40]}", (component,), typed, shown)


def _texts() -> Iterator[Case]:
    for kind in ("textfield", "textarea"):
        yield from _each(kind, one(kind), "有研发项目", "", None, "  ", "R&D <b>\n二行")
        yield from _each(f"{kind} required", one(kind, validate={"required": True}), "x", "", None, "  ")
        yield from _each(
            f"{kind} least 3", one(kind, validate={"minLength": 3}), "ab", "abc", "南宁市", "😀a", "😀😀", "  ab ", ""
        )
        yield from _each(
            f"{kind} most 3", one(kind, validate={"maxLength": 3}), "abcd", "abc", "南宁市区", "😀a", "😀😀", " abc "
        )
    patterns = {
        r"^GR\d{12}$": ("GR202445000001", "GR２０２４45000001", "GR1", "GR202445000001\n"),
        r"^\w+$": ("abc_1", "南宁", "é"),
        r"\s": (" ", "\u00a0", "\u3000", "\ufeff", "x"),
        r"^.{2}$": ("ab", "a\u2028", "😀", "南宁"),
        r"^[一-龥]{2,4}$": ("南宁", "南宁市桂林", "ab"),
        r"^(\+86)?1[3-9]\d{9}$": ("13800138000", "+8613800138000", "12800138000"),
        r"(?:a|b)+?c": ("abac", "cab"),
        r"[^\d\s]": ("1", "x", "南"),
        r"^a$": ("a", "a\n", "b\na"),
        r"\bR&D\b": ("do R&D now", "R&DD"),
        r"[.+*]": ("+", "a"),
        "\\u5357\\x41": ("南A", "A"),
        r"^(?!0)\d+$": ("10", "01"),
    }  # fmt: skip
    for pattern, values in patterns.items():
        yield from _each(f"pattern {pattern}", one("textfield", validate={"pattern": pattern}), *values, "")
    told = {"pattern": "^G", "patternErrorMessage": "从 G 开始"}
    yield from _each("pattern with words", one("textfield", validate=told), "G1", "R")
    mails = ("a@b.cn", "nobody", "a@b", "a b@c.cn", "张@b.cn", "a@-b.cn", "a@b..cn", "o'neil+x@b-c.com.cn")
    yield from _each("email", one("textfield", validate={"validationType": "email"}), *mails, "")
    phones = (
        "+4930664040900",
        "+8613800138000",
        "13800138000",
        "0771-5612345",
        "+86 138 0013 8000",
        "call me",
        "008613800138000",
        "x+8613800138000",
    )
    yield from _each("phone", one("textfield", validate={"validationType": "phone"}), *phones, "")
    yield from _each(
        "length by expression",
        one("textfield", validate={"minLength": "=least", "maxLength": "=least + 1"}),
        "ab",
        "abc",
        "abcde",
        least=3,
    )
    yield from _each("read-only", one("textfield", readonly=True, validate={"required": True}), None, a="shown")
    yield from _each("read-only and missing", one("textfield", readonly=True, validate={"required": True}), None)
    yield from _each("read-only by expression", one("textfield", readonly="=locked"), None, a="shown", locked=True)
    yield from _each(
        "not read-only by expression", one("textfield", readonly="=locked"), "typed", a="shown", locked=False
    )
    yield from _each("disabled", one("textfield", disabled=True, validate={"required": True}), None)
    yield Case("default value", (one("textfield", defaultValue="given"),), {})
    yield Case("default value and typed", (one("textfield", defaultValue="given"),), {"a": "typed"})


def _numbers_cases() -> Iterator[Case]:
    yield from _each("number", one("number"), 0, 1, -1, 12.5, 0.1, 1e21, 123456789012, None)
    yield from _each("number required", one("number", validate={"required": True}), 0, 1, None)
    yield from _each("number from 1 to 10", one("number", validate={"min": 1, "max": 10}), 0, 1, 10, 10.01, -5)
    yield from _each("number from 0", one("number", validate={"min": 0}), -0.01, 0)
    yield from _each(
        "number by expression", one("number", validate={"min": "=limit - 5", "max": "=limit"}), 4, 5, 10, 11, limit=10
    )
    yield from _each("whole numbers", one("number", decimalDigits=0), 1, 1.5, 100, None)
    yield from _each("two decimals", one("number", decimalDigits=2), 1.23, 1.234, 1, 1.2, 0.1, 100.10)
    yield from _each("steps of 0.1", one("number", increment="0.1"), 0.3, 0.7, 1.15, 12.3, 0)
    yield from _each("steps of 0.5", one("number", increment=0.5), 0.5, 0.7, 3)
    yield from _each("a number as text", one("number", serializeToString=True, decimalDigits=2), "12.30", "12.345", "0")
    yield from _each("a long number as text", one("number", serializeToString=True), "12345678901234567890.12")
    yield Case("default number", (one("number", defaultValue=7),), {})


def _choices() -> Iterator[Case]:
    yield from _each("checkbox", one("checkbox"), True, False, None)
    yield from _each("checkbox required", one("checkbox", validate={"required": True}), True, False, None)
    for kind in ("radio", "select"):
        yield from _each(kind, one(kind, values=CHOICES), "own", 5, False, None)
        yield from _each(f"{kind} required", one(kind, values=CHOICES, validate={"required": True}), "own", 5, None)
        yield from _each(f"{kind} from a variable", one(kind, valuesKey="people"), "p1", "p2", None, **PEOPLE)
        yield from _each(
            f"{kind} from an expression", one(kind, valuesExpression='=people[value != "p2"]'), "p1", None, **PEOPLE
        )
        yield from _each(f"{kind} from texts", one(kind, valuesKey="towns"), "南宁", towns=["南宁", "桂林"])
    yield from _each("searchable select", one("select", values=CHOICES, searchable=True), "joint", None)
    for kind in ("checklist", "taglist"):
        yield from _each(kind, one(kind, values=CHOICES), ["own"], ["own", "joint"], ["joint", "own"], [], None)
        yield from _each(f"{kind} required", one(kind, values=CHOICES, validate={"required": True}), ["own"], [], None)
        yield from _each(f"{kind} from a variable", one(kind, valuesKey="people"), ["p1", "p2"], [], **PEOPLE)
        yield from _each(
            f"{kind} from an expression",
            one(kind, valuesExpression="=for p in people return p.value"),
            ["p1"],
            **PEOPLE,
        )
        yield from _each(
            f"{kind} from an expression over an answer",
            one(kind, valuesExpression="=for p in people return p.value"),
            ["p2"],
            **PEOPLE,
        )
    yield Case("default choice", (one("radio", values=CHOICES, defaultValue="own"),), {})


def _moments() -> Iterator[Case]:
    date = one("datetime", subtype="date", dateLabel="day")
    yield from _each("date", date, "2026-06-30", None)
    yield from _each("date required", {**date, "validate": {"required": True}}, "2026-06-30", None)
    for how, value in (("utc_offset", "09:30+08:00"), ("utc_normalized", "01:30Z"), ("no_timezone", "09:30")):
        yield from _each(
            f"time {how}", one("datetime", subtype="time", timeLabel="t", timeSerializingFormat=how), value, None
        )
        moment = f"2026-06-30T{value}"
        both = one("datetime", subtype="datetime", dateLabel="d", timeLabel="t", timeSerializingFormat=how)
        yield from _each(f"date and time {how}", both, moment, None)
        yield from _each(f"date and time {how} required", {**both, "validate": {"required": True}}, None, moment)


def _conditions() -> Iterator[Case]:
    kind = one("select", "kind", values=CHOICES)
    why = one("textfield", "why", validate={"required": True}, conditional={"hide": '=kind != "joint"'})
    for typed in (
        {"kind": "own"},
        {"kind": "joint"},
        {"kind": "joint", "why": "x"},
        {"kind": "own", "why": "typed before"},
        {},
    ):
        yield Case(f"hidden unless joint {typed}", (kind, why), typed)
    within = group(
        one("number", "amount", validate={"min": 1}), one("textfield", "note"), conditional={"hide": "=not(big)"}
    )
    for typed in ({"big": True, "amount": 0}, {"big": False, "amount": 0}, {"big": True, "amount": 5, "note": "n"}, {}):
        yield Case(f"hidden group {typed}", (one("checkbox", "big"), within), typed)
    for hide in (
        "=x > 5",
        "=missing",
        "=not(missing)",
        "=count(missing) = 0",
        "=missing.deep > 1",
        '=kind = "own" and missing',
        "=null",
        "=1",
    ):
        asked = one("textfield", validate={"required": True}, conditional={"hide": hide})
        yield Case(f"hidden by {hide}", (kind, asked), {"kind": "own"})
        yield Case(f"hidden by {hide}, x is 9", (asked,), {}, {"x": 9, "missing": None})
    chained = (
        one("checkbox", "one"),
        one("checkbox", "two", conditional={"hide": "=one != true"}),
        one("textfield", "three", validate={"required": True}, conditional={"hide": "=two != true"}),
    )
    for typed in ({"one": True, "two": True}, {"one": False, "two": True}, {"one": True, "two": True, "three": "x"}):
        yield Case(f"a condition over a hidden field {typed}", chained, typed)
    yield Case(
        "hidden by what is shown",
        (one("textfield", conditional={"hide": "=closed"}, validate={"required": True}),),
        {},
        {"closed": True},
    )
    yield Case(
        "hidden by what is not there",
        (one("textfield", conditional={"hide": "=nobody.knows"}, validate={"required": True}),),
        {},
    )
    expressions = {
        "sum": "=x + y", "product": "=x * y", "share": "=x / 4", "words": '="共 " + string(x) + " 项"', "if": 'if x > 2 then "大" else "小"',
        "count": "=count(items)", "total": "=sum(for i in items return i.n)", "filter": "=items[n > 1].n", "missing": "=nothing",
        "context": "={a: x, b: [x, y]}", "some": "=some i in items satisfies i.n > 2", "length": "=string length(text)",
        "upper": "=upper case(text)", "in": "=x in [1..5]", "date": '=string(date("2026-06-30") + duration("P5D"))', "null": "=x + null",
    }  # fmt: skip
    shown = {"x": 3, "y": 4, "text": "r&d 南宁", "items": [{"n": 1}, {"n": 2}, {"n": 3}]}
    for name, expression in expressions.items():
        written = expression if expression.startswith("=") else f"={expression}"
        yield Case(f"expression {name}", (one("expression", "result", expression=written),), {}, shown)
    both = (one("number", "x"), one("expression", "twice", expression="=x * 2", computeOn="change"))
    yield Case("an expression over an answer", both, {"x": 21})
    hidden = (one("number", "x", conditional={"hide": "=off"}), one("expression", "twice", expression="=x * 2"))
    yield Case("an expression over a hidden answer", hidden, {"x": 21}, {"off": True})


def _rows() -> Iterator[Case]:
    name, amount = one("textfield", "name", validate={"required": True}), one("number", "amount", validate={"min": 1})
    listed = rows(name, amount, isRepeating=True, allowAddRemove=True)
    for value in ([{"name": "甲", "amount": 2}], [{"name": "", "amount": 0}], [{"name": "甲"}, {"amount": 5}], []):
        yield Case(f"rows {json.dumps(value, ensure_ascii=False)}", (listed,), {"rows": value})
    yield Case("two rows of their own", (rows(name, amount, isRepeating=True, defaultRepetitions=2),), {})
    this = one("textfield", "why", validate={"required": True}, conditional={"hide": "=this.amount < 10"})
    yield Case(
        "a condition over the row", (rows(amount, this, isRepeating=True),), {"rows": [{"amount": 5}, {"amount": 12}]}
    )
    computed = one("expression", "twice", expression="=this.amount * 2")
    yield Case(
        "an expression over the row",
        (rows(amount, computed, isRepeating=True),),
        {"rows": [{"amount": 5}, {"amount": 12}]},
    )
    numbered = one("expression", "number", expression="=i[1]")
    yield Case(
        "the number of the row", (rows(amount, numbered, isRepeating=True),), {"rows": [{"amount": 5}, {"amount": 12}]}
    )
    outer = one("expression", "share", expression="=parent.rate * this.amount")
    yield Case(
        "the scope around the row",
        (one("number", "rate"), rows(amount, outer, isRepeating=True)),
        {"rate": 3, "rows": [{"amount": 5}]},
    )
    total = one("expression", "total", expression="=sum(for r in rows return r.amount)")
    yield Case(
        "a sum over the rows", (listed, total), {"rows": [{"name": "a", "amount": 5}, {"name": "b", "amount": 6}]}
    )
    inner = rows(amount, path="parts", isRepeating=True)
    yield Case(
        "rows in rows",
        (rows(name, inner, isRepeating=True),),
        {"rows": [{"name": "a", "parts": [{"amount": 0}, {"amount": 3}]}]},
    )
    yield Case(
        "a group in rows", (rows(group(name), amount, isRepeating=True),), {"rows": [{"name": "a", "amount": 2}]}
    )
    yield Case(
        "rows hidden",
        (rows(name, isRepeating=True, conditional={"hide": "=off"}),),
        {"rows": [{"name": ""}]},
        {"off": True},
    )
    picked = one("select", "who", valuesKey="people", validate={"required": True})
    yield Case("a choice in rows", (rows(picked, isRepeating=True),), {"rows": [{"who": "p1"}, {}]}, PEOPLE)
    yield Case(
        "rows in a group with a path",
        (one("group", "plan", path="plan", components=[listed]),),
        {"plan": {"rows": [{"name": "甲", "amount": 2}]}},
    )


def _rest() -> Iterator[Case]:
    dotted = (one("textfield", "plan.goal", validate={"required": True}), one("textfield", "plan.note"))
    yield Case("keys with points", dotted, {"plan": {"goal": "x"}})
    yield Case("keys with points, empty", dotted, {"plan": {}})
    placed = one("group", "site", path="site", components=[one("textfield", "place", validate={"required": True})])
    yield Case("a group with a path", (placed,), {"site": {"place": "yard"}})
    yield Case("a group with a path, empty", (placed,), {})
    quiet = (
        one("text", text="# {{name}}"), one("html", content="<b>x</b>"), one("separator"), one("spacer"), one("image", source="=picture"),
        one("table", dataSource="=items", columns=[{"key": "n", "label": "n"}]), one("button", action="submit"),
        one("table", dataSource="=items", columnsExpression='=[{"key": "n", "label": "n"}]', rowCount=5),
    )  # fmt: skip
    yield Case("what is only shown", (*quiet, one("textfield")), {"a": "x"}, {"name": "南宁", "items": [{"n": 1}]})
    yield Case("nothing to fill in", quiet[:1], {})


def feel_examples() -> Case:
    """Every example of every function, computed by the form: one field each, on its own."""
    components: list[Component] = []
    for builtin in BUILTINS.values():
        for number, (asked, _answer) in enumerate(builtin.examples):
            key = f"{builtin.name.replace(' ', '_')}_{number}"
            components.append(one("expression", key, expression=f"={asked}"))
    return Case("every function", tuple(components), {})
