"""Expressions that are wrong, hostile or endless: a finding or a null with a remark, and nothing over its budget."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import feel
from engine.errors import Invalid

NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)

WRONG = [
    ("1 +", 3, "a value is missing"),
    ("1 + + 2", 4, "found +"),
    ("(1 + 2", 6, "expected )"),
    ("[1, 2", 5, "expected , or ]"),
    ("{a: 1", 5, "expected , or }"),
    ("{a 1}", 4, "expected :"),
    ('"abc', 0, "not closed"),
    ("1 # 2", 2, "did not expect #"),
    ("/* x", 0, "comment is not closed"),
    ("if a then b", 11, "expected else"),
    ("for x return x", 6, "the word in"),
    ("some x in y", 11, "expected satisfies"),
    ("f(1, b: 2)", 8, "either all arguments have names"),
    ("x.", 2, "name after the dot"),
    ("1..2", 1, "did not expect .."),
    ("[1..2", 5, "at the end of the range"),
    ("a between 1", 11, "expected and"),
    ("9e99999", 0, "too large"),
    ("", 0, "a value is missing"),
    ("金额 > ", 5, "a value is missing"),
]


@pytest.mark.parametrize(("text", "position", "word"), WRONG)
def test_a_mistake_is_pointed_at(text: str, position: int, word: str) -> None:
    with pytest.raises(feel.FeelSyntaxError) as found:
        feel.parse(text)
    assert found.value.position == position
    assert word in str(found.value)
    assert isinstance(found.value, Invalid)


def test_the_caret_stands_below_the_character_also_behind_chinese() -> None:
    with pytest.raises(feel.FeelSyntaxError) as found:
        feel.parse('状态 = "开"\nand 金额 + * 5')
    assert found.value.pointed == "and 金额 + * 5\n           ^"
    assert found.value.params["line"] == 2
    assert found.value.params["column"] == 10


DEEP = [
    "(" * 10_000 + "1" + ")" * 10_000,
    "[" * 10_000 + "]" * 10_000,
    "{a:" * 10_000 + "1" + "}" * 10_000,
    "-" * 9_999 + "1",
    "a" + ".b" * 10_000,
    "a" + "[1]" * 10_000,
    "f(" * 10_000 + ")" * 10_000,
    "if true then 1 else " * 2_000 + "1",
    "1 in (" * 5_000 + "1" + ")" * 5_000,
    "not(" * 10_000 + "true" + ")" * 10_000,
    "]1.." * 5_000,
    "function(a) " * 3_000 + "1",
    "1 between " * 4_000 + "2",
    "x instance of " + "list<" * 5_000 + "number" + ">" * 5_000,
    "1 < " * 10_000 + "1",
    "2 ** " * 5_000 + "1",
    "1 + " * 12_000 + "1",
    "true and " * 5_000 + "true",
    '"a" + ' * 8_000 + '"a"',
    "1" + ",1" * 20_000,
]


@pytest.mark.parametrize("text", DEEP, ids=[text[:12] for text in DEEP])
@pytest.mark.parametrize("read", [feel.parse, feel.parse_unary_tests])
def test_ten_thousand_levels_are_a_finding_or_a_value(text: str, read: object) -> None:
    with contextlib.suppress(feel.FeelSyntaxError, feel.BudgetExceeded):
        if read is feel.parse:
            feel.evaluate(text, {"a": {"b": 1}})
        else:
            feel.unary_test(text, 1, {"a": {"b": 1}})


ENDLESS = [
    "count(for a in 1..100000, b in 1..100000 return 1)",
    "count(for a in 1..1000, b in 1..1000, c in 1..1000 return 1)",
    "some a in 1..100000, b in 1..100000 satisfies a + b < 0",
    "{f: function(f, n) f(f, n), x: f(f, 1)}.x",
    "{f: function(f, n) n + f(f, n - 1), x: f(f, 1000000)}.x",
    "{f: function(f, n) f(f, n - 1) + f(f, n - 1), x: f(f, 100)}.x",
    "for i in 1..100 return partial",
    "for i in 1..1000000 return 1",
    "for i in 1..1000000000000000000000000 return 1",
    'for d in date("0001-01-01")..date("9999-12-31") return d',
    '{d: function(d, s) d(d, s + s), x: d(d, "a")}.x',
    '{a: "aaaaaaaaaa", b: string join(for i in 1..10000 return a, a), c: b + b + b, d: c + c + c + c}.d',
    "sort(for i in 1..100000 return -i)",
    "{l: for i in 1..50000 return i, m: concatenate(l, l, l, l)}.m",
    "flatten(for i in 1..1000 return for j in 1..1000 return j)",
    'replace("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "(a*)*b", "x")',
    'matches(string join(for i in 1..5000 return "a"), "(a+)+b")',
    'matches(string join(for i in 1..5000 return "a"), "^(a|aa)+$")',
    'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "(a?){30}a{30}")',
    'replace(string join(for i in 1..10000 return "a"), "a", string join(for i in 1..100 return "b"))',
    "10 ** 6000 * 10 ** 6000",
    "9 ** 9 ** 9 ** 9",
    "exp(100000)",
    "distinct values(for i in 1..20000 return {a: i})",
    "{a: for i in 1..300 return for j in 1..300 return i, b: a = a, c: for i in 1..100 return a = a}.c",
    (
        "{a: [1, 2], b: [a, a], c: [b, b], d: [c, c], e: [d, d], f: [e, e], g: [f, f, f, f], h: [g, g, g, g], i: [h, h, h, h],"
        " j: [i, i, i, i], k: [j, j, j, j], l: string(k), m: k = k, n: k instance of list<list<list<list<list<list<list<number>>>>>>>}.n"
    ),
    "for i in 1..300 return string(for j in 1..30000 return j)",
]


@pytest.mark.parametrize("text", ENDLESS)
def test_what_would_never_end_ends_with_a_budget_or_a_value(text: str) -> None:
    with contextlib.suppress(feel.BudgetExceeded):
        value = feel.evaluate(text, now=NOW)
        assert feel.value_text(value, 1_000_000) is not None


def test_a_budget_is_counted_and_always_ends_at_the_same_step() -> None:
    used = feel.evaluate_with_warnings("for x in 1..100 return x * 2").steps
    assert 100 < used < 2_000
    feel.evaluate("for x in 1..100 return x * 2", budget=feel.Budget(steps=used))
    with pytest.raises(feel.BudgetExceeded):
        feel.evaluate("for x in 1..100 return x * 2", budget=feel.Budget(steps=used - 1))


MIXED = [
    ("1 + true", "expected values that can be added, but found number and boolean"),
    ('"a" - 1', "expected values that can be subtracted, but found string and number"),
    ("1 / 0", "division by zero"),
    ('1 < "a"', "number cannot be compared with string"),
    ("missing + 1", "there is nothing named missing here"),
    ("{a: 1}.b", "the context has no entry b"),
    ("missing(1)", "there is no function missing"),
    ("abs(1, 2)", "the function abs cannot be called with 2 arguments"),
    ("abs(nothing: 1)", "the function abs has no such parameters: nothing"),
    ('date("2026-02-30")', 'there is no date "2026-02-30"'),
    ("[1, 2][3]", "the list has 2 items, none has the number 3"),
    ("if 1 then 2 else 3", "expected true or false after if, but found number"),
    ('@"yesterday"', 'expected a date, time, date and time or duration, but found "yesterday"'),
    ('matches("a", "[")', '"[" is no regular expression'),
    ("[3..1]", "the range ends before it begins"),
    ('function(x) external {java: {class: "java.lang.Runtime"}}', "external functions are not supported"),
]


@pytest.mark.parametrize(("text", "remark"), MIXED)
def test_what_cannot_be_answered_is_null_with_a_remark_at_its_place(text: str, remark: str) -> None:
    found = feel.evaluate_with_warnings(text)
    assert found.value is None or text.startswith("if")
    assert any(remark in str(warning) for warning in found.warnings)
    for warning in found.warnings:
        assert 0 <= warning.start < warning.end <= len(text)


def test_now_without_a_time_given_is_null_with_a_remark() -> None:
    found = feel.evaluate_with_warnings("today()")
    assert found.value is None
    assert "no time was given" in str(found.warnings[0])


ESCAPES = [
    "__import__('os')",
    "a.__class__",
    "a.__class__.__mro__",
    '"".__class__',
    "a.keys()",
    'get value(a, "__class__")',
    "[].append",
    "f.__globals__",
    "string.__doc__",
    "a.real",
    'eval("1")',
    'exec("1")',
    "print(1)",
    "lambda: 1",
    'open("/etc/passwd")',
]


@pytest.mark.parametrize("text", ESCAPES)
def test_nothing_of_python_can_be_reached(text: str) -> None:
    context = {"a": {"x": 1}, "f": 1}
    with contextlib.suppress(feel.FeelSyntaxError):
        assert feel.evaluate(text, context) in (None, [])


def test_an_object_of_python_is_no_feel_value() -> None:
    with pytest.raises(feel.NotAValue, match="expected a FEEL value, but a PosixPath was given"):
        feel.evaluate("x", {"x": Path("a")})
