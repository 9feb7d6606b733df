"""What expressions mean, beside what other people's suites ask."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine import feel
from engine.errors import Conflict

NOW = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)


def test_now_and_today_are_those_of_shanghai() -> None:
    assert feel.value_text(feel.evaluate("now()", now=NOW)) == "2026-07-01T07:30:00@Asia/Shanghai"
    assert feel.evaluate("today()", now=NOW) == date(2026, 7, 1)


def test_numbers_are_decimals_of_34_digits() -> None:
    assert feel.evaluate("0.1 + 0.2") == Decimal("0.3")
    assert feel.evaluate("x + 0.2", {"x": 0.1}) == Decimal("0.3")
    assert feel.evaluate("1 / 3") == Decimal("0.3333333333333333333333333333333333")
    assert feel.evaluate("100 * 1.10") == 110
    assert feel.evaluate("string(100 * 1.10)") == "110"


def test_no_digit_is_lost_on_the_way() -> None:
    # Python's own operators round to 28 digits; none of them may be used on numbers.
    digits = "1.234567890123456789012345678901234"
    for text in (
        digits,
        f"-(-{digits})",
        f"abs(-{digits})",
        f"modulo({digits}, 2)",
        f"decimal({digits}, 33)",
        f"max(1, {digits})",
    ):
        assert feel.evaluate(text) == Decimal(digits), text
    assert feel.evaluate(f"modulo(-{digits}, 2) + {digits}") == 2
    assert feel.evaluate(f"sum([{digits}, 0]) = {digits}") is True


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (1, "number"),
        (1.5, "number"),
        (Decimal(1), "number"),
        (True, "boolean"),
        (None, "null"),
        ("a", "string"),
        ((1, 2), "list"),
        ({"a": 1}, "context"),
        (date(2026, 1, 1), "date"),
        (time(12), "time"),
        (NOW, "date and time"),
        (timedelta(days=1), "days and time duration"),
    ],
)
def test_plain_values_are_taken_as_they_come(given: Any, kind: str) -> None:
    if kind == "null":
        assert feel.evaluate("x = null", {"x": given}) is True
    else:
        assert feel.evaluate(f"x instance of {kind}", {"x": given}) is True
        assert feel.evaluate(f"f.y instance of {kind}", {"f": {"y": given}}) is True
        assert feel.evaluate(f"xs[1] instance of {kind} or count(xs) = 2", {"xs": [given]}) is True


def test_floats_that_are_no_numbers_are_null() -> None:
    assert feel.evaluate("[x, y]", {"x": float("nan"), "y": float("inf")}) == [None, None]


def test_names_may_be_chinese_and_have_spaces() -> None:
    facts = {"企业": {"营业 收入": 2500, "研发投入": 30}}
    assert feel.evaluate("企业.研发投入 / 企业.营业 收入 * 100 < 3", facts) is True
    assert feel.parse("企业.研发投入 > 阈值").variables == {"企业", "阈值"}


def test_a_variable_hides_a_function_of_its_name() -> None:
    assert feel.evaluate('date("2026-06-30")') == date(2026, 6, 30)
    assert feel.evaluate('date("2026-06-30")', {"date": "13-11-1996"}) is None
    assert feel.evaluate("count", {"count": 3}) == 3


def test_a_list_is_filtered_by_entries_of_its_items_or_by_item() -> None:
    measures = [{"status": "done", "n": 1}, {"status": "open", "n": 2}, {"n": 3}]
    assert feel.evaluate('measures[status = "done"].n', {"measures": measures}) == [1]
    assert feel.evaluate("measures[item.n > 1].n", {"measures": measures}) == [2, 3]
    assert feel.evaluate("measures[n > limit].n", {"measures": measures, "limit": 2}) == [3]
    assert feel.evaluate("count(measures[status = null])", {"measures": measures}) == 1


def test_lists_of_scopes_see_what_is_around_them() -> None:
    text = "for x in xs return for y in ys return {p: x * y, q: p + base}.q"
    assert feel.evaluate(text, {"xs": [1, 2], "ys": [10], "base": 1}) == [[11], [21]]
    assert feel.evaluate("for i in 1..5 return if i = 1 then 1 else i * partial[-1]") == [1, 2, 6, 24, 120]
    assert feel.evaluate("{a: 1, f: function(b) a + b, g: f(2)}.g") == 3
    assert feel.evaluate("(for x in [1, 2] return function(y) x + y)[2](10)") == 12


def test_functions_may_call_themselves_when_they_are_handed_themselves() -> None:
    assert (
        feel.evaluate("{f: function(f, n) if n = 0 then 1 else n * f(f, n - 1), x: f(f, 20)}.x") == 2432902008176640000
    )


def test_logic_has_three_values() -> None:
    table = {("true", "null"): (None, True), ("false", "null"): (False, None), ("null", "null"): (None, None)}
    for (left, right), (both, either) in table.items():
        assert feel.evaluate(f"{left} and {right}") is both
        assert feel.evaluate(f"{right} and {left}") is both
        assert feel.evaluate(f"{left} or {right}") is either
        assert feel.evaluate(f"{left} and {left} and {right}") is both


TESTS: list[tuple[str, Any, bool | None]] = [
    ("-", None, True),
    ("5", 5, True),
    ('"L1", "L2"', "L2", True),
    ('"L1", "L2"', None, False),
    ('not("L1", null)', "L2", True),
    ("< 5", 4, True),
    ("< 5", None, False),
    ("< 5", "a", None),
    ("[1..3), > 10", 11, True),
    ("? > 3 and ? < 5", 4, True),
    ('contains(?, "销")', "销号", True),
    ("true", True, True),
    ("false", True, False),
    ("null", None, True),
    ("limit", 7, True),
    ("> limit", 8, True),
    ("[2, 7]", 7, True),
    ('< date("2026-07-01")', date(2026, 6, 30), True),
    ("list contains([1, 2], ?)", 2, True),
]


@pytest.mark.parametrize(("test", "value", "wanted"), TESTS)
def test_a_cell_of_a_decision_table(test: str, value: Any, wanted: bool | None) -> None:
    assert feel.unary_test(test, value, {"limit": 7}) is wanted
    assert feel.unary(feel.parse_unary_tests(test), value, {"limit": 7}) is wanted


# --- functions lent by the caller ---


def lent() -> dict[str, feel.FeelFunction]:
    def after(start: date, count: Decimal) -> date:
        if count > 100:
            raise ValueError("too far")
        return start + timedelta(days=int(count))

    def taken(name: str) -> str:
        raise Conflict("{name} is taken", name=name)

    functions = [
        feel.FeelFunction("working days after", ["from: date", "n: number"], after),
        feel.FeelFunction(
            "limit of", ["list: string", "default: number = null"], lambda name, default=None: default or 5
        ),
        feel.FeelFunction("taken", ["name: string"], taken),
    ]
    return {function.name: function for function in functions}


def test_functions_lent_by_the_caller_are_called_by_position_and_by_name() -> None:
    functions = lent()
    text = 'working days after(@"2026-06-30", 2)'
    assert feel.evaluate(text, functions=functions) == date(2026, 7, 2)
    expression = feel.parse('working days after(n: 2, from: date("2026-06-30"))', names=functions)
    assert feel.evaluate(expression, functions=functions) == date(2026, 7, 2)
    assert feel.evaluate('limit of("L1") + limit of("L1", 2)', functions=functions) == 7


def test_a_lent_function_that_has_no_answer_gives_null_and_says_why() -> None:
    found = feel.evaluate_with_warnings('working days after(@"2026-06-30", 200)', functions=lent())
    assert found.value is None
    assert str(found.warnings[0]) == "the function working days after has no answer: too far"
    found = feel.evaluate_with_warnings('working days after("x", 2)', functions=lent())
    assert str(found.warnings[0]) == "expected date as from of working days after, but found string"


def test_a_problem_of_a_lent_function_is_the_callers() -> None:
    with pytest.raises(Conflict, match="甲 is taken"):
        feel.evaluate('taken("甲")', functions=lent())


def test_an_assertion_stops_the_evaluation() -> None:
    with pytest.raises(Exception, match="the expression stops: no territory"):
        feel.evaluate('assert(x, x != null, "no territory")', {"x": None})


# --- values as JSON ---


@pytest.mark.parametrize(
    ("text", "json"),
    [
        ("1", 1),
        ("1.5", 1.5),
        ("0.1 + 0.2", 0.3),
        ("1 / 3", Decimal("0.3333333333333333333333333333333333")),
        ("9007199254740993", Decimal("9007199254740993")),
        ('@"2026-06-30"', "2026-06-30"),
        ('@"12:00:00@Asia/Shanghai"', "12:00:00@Asia/Shanghai"),
        ('@"2026-06-30T12:00:00+08:00"', "2026-06-30T12:00:00+08:00"),
        ('@"P1Y"', "P1Y"),
        ("[1..3]", "[1..3]"),
        ("{a: [1, null, true]}", {"a": [1, None, True]}),
        ("function(x) x", None),
    ],
)
def test_values_as_json(text: str, json: Any) -> None:
    found = feel.to_json(feel.evaluate(text))
    assert found == json
    assert type(found) is type(json)


def test_a_date_and_time_is_pythons_own_where_python_can_hold_it() -> None:
    assert feel.evaluate('@"2026-06-30T12:00:00@Asia/Shanghai"') == datetime(
        2026, 6, 30, 12, tzinfo=ZoneInfo("Asia/Shanghai")
    )
    assert isinstance(feel.evaluate('@"2026-06-30T12:00:00.000000001"'), feel.FarDateTime)
    assert isinstance(feel.evaluate('@"-0044-03-15"'), feel.FarDate)
    assert feel.evaluate('@"-0044-03-15" < @"2026-06-30"') is True


def test_a_constant_list_is_made_anew_for_every_caller() -> None:
    expression = feel.parse("[1, [2], {a: [3]}]")
    first = feel.evaluate(expression)
    first[1].append(9)
    first[2]["a"].append(9)
    assert feel.evaluate(expression) == [1, [2], {"a": [3]}]
