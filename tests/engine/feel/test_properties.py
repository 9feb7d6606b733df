"""Laws that hold for every expression, range and duration."""

import dataclasses
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import feel
from engine.errors import Problem
from engine.feel.expression import parse_node
from engine.feel.operators import equal, in_range, order
from engine.feel.printing import source
from engine.feel.syntax import Node
from engine.feel.temporal import add_months, at_instant, day_number, from_day_number, instant
from engine.feel.values import adopt
from tests.engine.feel.expressions import contexts, expressions

NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)
numbers = st.integers(-20, 20).map(Decimal)


def bare(node: Any) -> Any:
    """The syntax without its positions."""
    if isinstance(node, tuple):
        return tuple(bare(part) for part in node)
    if dataclasses.is_dataclass(node) and not isinstance(node, type) and type(node).__module__.endswith("syntax"):
        parts = [bare(getattr(node, field.name)) for field in dataclasses.fields(node) if field.name != "where"]
        return (type(node).__name__, *parts)
    return repr(node) if isinstance(node, bool | Decimal) else node


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(expressions)
def test_what_is_printed_is_read_as_what_it_was(node: Node) -> None:
    text = source(node)
    assert bare(parse_node(text)) == bare(parse_node(source(parse_node(text))))
    assert source(parse_node(text)) == text


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(expressions, contexts)
def test_every_expression_has_a_value_or_a_problem_of_ours_and_always_the_same(
    node: Node, context: dict[str, Any]
) -> None:
    budget = feel.Budget(steps=20_000, string=5_000, list=2_000)
    before = repr(context)
    results: list[str] = []
    for _ in range(2):
        try:
            found = feel.evaluate_with_warnings(source(node), context, now=NOW, budget=budget)
            results.append(f"{feel.value_text(found.value)} {found.steps} {len(found.warnings)}")
            assert adopt(found.value) is found.value, "the value is made of FEEL values only"
            feel.to_json(found.value)
        except Problem as problem:
            results.append(str(problem))
    assert results[0] == results[1]
    assert repr(context) == before, "the context is not changed"


@given(numbers, numbers, numbers, st.booleans(), st.booleans())
def test_a_number_is_in_a_range_exactly_when_its_comparisons_say_so(
    low: Decimal, high: Decimal, value: Decimal, low_in: bool, high_in: bool
) -> None:
    if low > high:
        low, high = high, low
    wanted = (low < value or (low_in and low == value)) and (value < high or (high_in and value == high))
    assert in_range(value, feel.Range(low, high, low_in, high_in)) is wanted
    text = f"{'[' if low_in else '('}{low}..{high}{']' if high_in else ')'}"
    assert feel.evaluate(f"v in {text}", {"v": value}) is wanted
    assert feel.unary_test(text, value) is wanted


RANGES = (
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.booleans(), st.booleans())
    .map(lambda parts: feel.Range(Decimal(min(parts[:2])), Decimal(max(parts[:2])), parts[2], parts[3]))
    .filter(lambda found: found.low < found.high or (found.low_included and found.high_included))
)
POINTS = [Decimal(half) / 2 for half in range(-2, 15)]


def ask(function: str, *values: Any) -> Any:
    names = ["x", "y"][: len(values)]
    return feel.evaluate(f"{function}({', '.join(names)})", dict(zip(names, values, strict=True)))


@given(RANGES, RANGES)
def test_the_relations_of_ranges_are_those_of_their_points(x: feel.Range, y: feel.Range) -> None:
    # Half points stand for all points between, as all ends are whole.
    inside_x = {point for point in POINTS if in_range(point, x)}
    inside_y = {point for point in POINTS if in_range(point, y)}
    assert ask("overlaps", x, y) == bool(inside_x & inside_y)
    assert ask("before", x, y) == (max(inside_x) < min(inside_y))
    assert ask("after", x, y) == ask("before", y, x)
    assert ask("includes", x, y) == (inside_y <= inside_x)
    assert ask("during", x, y) == ask("includes", y, x)
    assert ask("coincides", x, y) == (inside_x == inside_y)
    assert ask("meets", x, y) == ask("met by", y, x)
    assert ask("starts", x, y) == ask("started by", y, x)
    assert ask("finishes", x, y) == ask("finished by", y, x)
    assert [ask("before", x, y), ask("overlaps", x, y), ask("after", x, y)].count(True) == 1


@given(st.integers(-500_000_000, 500_000_000))
def test_days_are_counted_forth_and_back_over_all_years(number: int) -> None:
    day = from_day_number(number)
    assert day is not None
    assert day_number(day) == number
    following = from_day_number(number + 1)
    assert following is not None
    assert order(day, following) == -1


@given(st.datetimes(datetime(1600, 1, 1), datetime(2600, 1, 1)), st.integers(-(10**9), 10**9))  # noqa: DTZ001
def test_a_duration_added_and_taken_away_leaves_the_moment(moment: datetime, seconds: int) -> None:
    aware = moment.replace(tzinfo=UTC)
    span = feel.DaysTimeDuration.of(timedelta(seconds=seconds))
    for value in (moment, aware):
        assert feel.evaluate("(m + d) - d = m", {"m": value, "d": span}) is True
        assert feel.evaluate("(m + d) - m = d", {"m": value, "d": span}) is True
    assert at_instant(instant(aware), UTC) == aware


@given(st.dates(), st.integers(-2000, 2000))
def test_months_are_added_to_the_end_of_shorter_months(day: Any, months: int) -> None:
    found = add_months(day, months)
    assert found is not None
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found.day < day.day and found.day >= 28)


@given(st.integers(-(10**6), 10**6), st.integers(-(10**15), 10**15))
def test_durations_are_written_and_read_alike(months: int, nanoseconds: int) -> None:
    for value in (feel.YearsMonthsDuration(months), feel.DaysTimeDuration(nanoseconds)):
        assert feel.parse_duration(str(value)) == value


@given(st.lists(numbers | st.text(max_size=2) | st.none() | st.booleans(), max_size=8))
def test_lists_without_duplicates_hold_each_value_once(items: list[Any]) -> None:
    found = feel.evaluate("distinct values(xs)", {"xs": items})
    for at, item in enumerate(found):
        assert all(equal(item, other) is not True or type(item) is not type(other) for other in found[at + 1 :])
    assert all(any(type(item) is type(other) and equal(item, other) for other in found) for item in items)


@given(st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=4)
    | st.floats(allow_nan=False, allow_infinity=False, width=32),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=8,
))  # fmt: skip
def test_json_values_come_back_as_they_went_in(value: Any) -> None:
    assert feel.to_json(feel.from_json(value)) == value


@pytest.mark.parametrize("text", ["a b", "a-b", "a + b", "profit and loss", "增加值/营业收入", "working days between"])
def test_names_that_are_known_are_read_whole(text: str) -> None:
    assert feel.evaluate(f"{text} + 1", {text: 2}) == 3
    assert feel.parse(f"{text} * 2", names=[text]).variables == {text}


def test_a_built_in_type_ends_where_an_operator_begins() -> None:
    for text in ("1 instance of number - false", "x instance of date and time - y", "x instance of date - number"):
        assert source(parse_node(text)) == text
        assert " - " in source(parse_node(text))
