"""Decision tables: every hit policy, defaults, types, and why nothing matched."""

import json
from decimal import Decimal
from typing import Any

import pytest

from engine import dmn
from tests.engine.dmn import drawn

LIGHTS = [["> 20", '"red"'], ["> 10", '"yellow"'], ["> 0", '"blue"']]


def answer(xml: str, **inputs: Any) -> Any:
    decisions = drawn.read(xml)
    decided = dmn.evaluate(decisions, "d", inputs)
    json.dumps(decided.explanation, ensure_ascii=False)
    assert dmn.evaluate_value(decisions, "d", inputs) == decided.value
    return decided.value


def test_unique_answers_with_the_one_rule_that_matches() -> None:
    table = drawn.table(
        ["list", "lag"], ["light"], [['"L1"', "< 0", '"green"'], ['"L1"', ">= 0", '"red"'], ['"L2"', "-", '"blue"']]
    )
    assert answer(table, list="L1", lag=-1) == "green"
    assert answer(table, list="L2", lag=5) == "blue"
    assert answer(table, list="L3", lag=5) is None


def test_unique_answers_nothing_and_says_so_when_two_rules_match() -> None:
    decisions = drawn.read(drawn.table(["lag"], ["light"], LIGHTS))
    decided = dmn.evaluate(decisions, "d", {"lag": 15})
    assert decided.value is None
    assert decided.explanation["problem"] == {
        "template": "the hit policy UNIQUE allows one rule, but these match: {rules}",
        "params": {"rules": "2, 3"},
    }


@pytest.mark.parametrize(
    ("policy", "aggregation", "lag", "wanted"),
    [
        ("FIRST", "", 25, "red"),
        ("FIRST", "", 5, "blue"),
        ("FIRST", "", -5, None),
        ("RULE ORDER", "", 15, ["yellow", "blue"]),
        ("COLLECT", "", 25, ["red", "yellow", "blue"]),
        ("COLLECT", "COUNT", 25, 3),
        ("COLLECT", "COUNT", -5, 0),
        ("COLLECT", "MIN", 25, "blue"),
        ("COLLECT", "MAX", 25, "yellow"),
        ("PRIORITY", "", 25, "yellow"),
        ("OUTPUT ORDER", "", 25, ["yellow", "red", "blue"]),
    ],
)
def test_the_other_hit_policies(policy: str, aggregation: str, lag: int, wanted: Any) -> None:
    table = drawn.table(
        ["lag"], ["light"], LIGHTS, policy=policy, aggregation=aggregation, values=['"yellow", "red", "blue"']
    )
    assert answer(table, lag=lag) == wanted


def test_sums_are_exact() -> None:
    table = drawn.table(
        ["n"], ["p"], [["> 0", "0.1"], ["> 1", "0.2"], ["> 2", "n / 10"]], policy="COLLECT", aggregation="SUM"
    )
    assert answer(table, n=3) == Decimal("0.6")


def test_any_wants_equal_outputs() -> None:
    table = drawn.table(["a", "b"], ["x"], [["1", "-", '"p"'], ["-", "1", '"p"'], ["-", "2", '"q"']], policy="ANY")
    assert answer(table, a=1, b=1) == "p"
    assert answer(table, a=1, b=2) is None


def test_several_outputs_are_a_context() -> None:
    table = drawn.table(["lag"], ["light", "days"], [["> 0", '"red"', "lag * 2"], ["<= 0", '"green"', "0"]])
    assert answer(table, lag=4) == {"light": "red", "days": 8}


def test_priorities_of_several_outputs_go_from_left_to_right() -> None:
    rules = [["-", '"b"', "1"], ["-", '"a"', "2"], ["-", '"a"', "1"]]
    table = drawn.table(["x"], ["p", "q"], rules, policy="OUTPUT ORDER", values=['"a", "b"', "1, 2"])
    assert answer(table, x=0) == [{"p": "a", "q": 1}, {"p": "a", "q": 2}, {"p": "b", "q": 1}]


def test_a_default_answers_when_no_rule_does() -> None:
    table = drawn.table(["lag"], ["light"], LIGHTS, policy="FIRST", defaults=['"green"'])
    assert answer(table, lag=-1) == "green"
    assert dmn.evaluate(drawn.read(table), "d", {"lag": -1}).explanation["default"] is True


def test_texts_are_read_as_the_dates_and_durations_that_an_input_declares() -> None:
    table = drawn.table(
        ["due"], ["late"], [['< date("2026-06-30")', "true"], ['>= date("2026-06-30")', "false"]], types=["date"]
    )
    assert answer(table, due="2026-06-29") is True
    assert answer(table, due="2026-06-30") is False


def test_a_value_that_is_not_allowed_or_of_another_type_is_null_with_a_remark() -> None:
    table = drawn.table(["list"], ["n"], [["-", "list"]], types=["string"], allowed=['"L1", "L2"'])
    decided = dmn.evaluate(drawn.read(table), "d", {"list": "L9"})
    assert "is not allowed" in str(decided.explanation["warnings"])
    decided = dmn.evaluate(drawn.read(table), "d", {"list": 3})
    assert "expected {wanted} in input {input}" in str(decided.explanation["warnings"])


def test_an_explanation_names_rules_annotations_and_inputs() -> None:
    table = drawn.table(["企业.营收", "list"], ["x"], [["> 2000", '"L1"', "1", "第三条"], ["-", '"L2"', "2", "第四条"]])
    explanation = dmn.evaluate(drawn.read(table), "d", {"企业": {"营收": 2500}, "list": "L1"}).explanation
    assert explanation["inputs"] == [
        {"label": "企业.营收", "expression": "企业.营收", "value": 2500},
        {"label": "list", "expression": "list", "value": "L1"},
    ]
    assert explanation["matched"] == [
        {
            "rule": 1,
            "id": "rule1",
            "description": "",
            "annotations": [{"name": "依据", "text": "第三条"}],
            "tests": ["> 2000", '"L1"'],
            "outputs": ["1"],
        }
    ]


def test_an_explanation_says_which_rules_came_nearest_and_what_failed() -> None:
    rules = [["> 2000", '"L1"', '"a"', "1"], ["> 3000", '"L2"', '"a"', "2"], ["-", '"L9"', '"z"', "3"]]
    table = drawn.table(["money", "list", "kind"], ["x"], rules)
    explanation = dmn.evaluate(drawn.read(table), "d", {"money": 2500, "list": "L2", "kind": "a"}).explanation
    assert explanation["matched"] == []
    assert explanation["nearest"] == [
        {"rule": 1, "id": "rule1", "failed": [{"label": "list", "test": '"L1"'}]},
        {"rule": 2, "id": "rule2", "failed": [{"label": "money", "test": "> 3000"}]},
        {"rule": 3, "id": "rule3", "failed": [{"label": "list", "test": '"L9"'}, {"label": "kind", "test": '"z"'}]},
    ]
