"""Decisions that require others; services; imports; boxed expressions beyond tables."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from engine import dmn, feel
from engine.errors import NotFound
from tests.engine.dmn import drawn

NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)


def test_a_decision_sees_what_it_requires_and_the_explanation_holds_both() -> None:
    decisions = drawn.read(
        drawn.decision("lag", drawn.expression("actual - expected")),
        drawn.decision("light", drawn.table(["lag"], ["x"], [["< 0", '"red"'], [">= 0", '"green"']]), requires=["lag"]),
    )
    decided = dmn.evaluate(decisions, "light", {"actual": 30, "expected": 50})
    assert decided.value == "red"
    assert decided.explanation["requires"]["lag"]["value"] == -20  # pyright: ignore[reportIndexIssue]
    assert decided.explanation["requires"]["lag"]["inputs"] == [  # pyright: ignore[reportIndexIssue]
        {"label": "actual", "value": 30},
        {"label": "expected", "value": 50},
    ]


def test_a_decision_that_two_others_require_is_decided_once() -> None:
    asked: list[str] = []
    counting = feel.FeelFunction("counted", ["x"], lambda x: asked.append("asked") or x)
    decisions = drawn.read(
        drawn.decision("a", drawn.expression("counted(1)")),
        drawn.decision("b", drawn.expression("a + 1"), requires=["a"]),
        drawn.decision("c", drawn.expression("a + 2"), requires=["a"]),
        drawn.decision("d", drawn.expression("b + c"), requires=["b", "c"]),
    )
    assert dmn.evaluate(decisions, "d", {}, functions={"counted": counting}).value == 5
    assert asked == ["asked"]


def test_functions_with_keywords_in_their_names_are_read() -> None:
    between = feel.FeelFunction("working days between", ["from", "to"], lambda first, last: 7)
    decisions = drawn.read(drawn.expression("working days between(a, b) > 5 and a between 1 and 3"))
    assert dmn.evaluate(decisions, "d", {"a": 1, "b": 2}, functions={between.name: between}).value is True
    ours = feel.FeelFunction("days in and out", [], lambda: 3)
    source = drawn.file(drawn.decision("d", drawn.expression("days in and out() + 1")))
    decisions = dmn.read(source, resource="x.dmn", names=[ours.name])
    assert dmn.evaluate(decisions, "d", {}, functions={ours.name: ours}).value == 4


def test_today_is_the_day_that_was_given() -> None:
    decisions = drawn.read(drawn.expression("today()"))
    assert dmn.evaluate(decisions, "d", {}, now=NOW).value == date(2026, 6, 30)


def test_a_knowledge_model_is_a_function_and_a_service_answers_for_its_decisions() -> None:
    decisions = dmn.read(
        drawn.file(
            '<inputData id="i" name="income"><variable name="income" typeRef="number"/></inputData>',
            '<businessKnowledgeModel id="k" name="rate"><variable name="rate"/><encapsulatedLogic>'
            '<formalParameter name="x" typeRef="number"/><literalExpression><text>x * 0.1</text></literalExpression>'
            "</encapsulatedLogic></businessKnowledgeModel>",
            '<decision id="tax" name="tax"><variable name="tax"/>'
            '<informationRequirement><requiredInput href="#i"/></informationRequirement>'
            '<knowledgeRequirement><requiredKnowledge href="#k"/></knowledgeRequirement>'
            "<literalExpression><text>rate(income)</text></literalExpression></decision>",
            '<decisionService id="s" name="taxes"><variable name="taxes"/><outputDecision href="#tax"/>'
            '<inputData href="#i"/></decisionService>',
        ),
        resource="tax.dmn",
    )
    assert dmn.evaluate(decisions, "tax", {"income": 50}).value == 5
    assert dmn.evaluate_service(decisions, "taxes", {"income": 70}).value == 7
    with pytest.raises(NotFound, match="expected a decision service named nothing"):
        dmn.evaluate_service(decisions, "nothing", {})
    with pytest.raises(NotFound, match=r"expected a decision named nothing in tax\.dmn"):
        dmn.evaluate(decisions, "nothing", {})


def test_a_typed_result_is_made_to_fit() -> None:
    assert dmn.evaluate(drawn.read(drawn.decision("d", drawn.expression("[5]"), type_ref="number")), "d", {}).value == 5
    decided = dmn.evaluate(drawn.read(drawn.decision("d", drawn.expression('"5"'), type_ref="number")), "d", {})
    assert decided.value is None
    assert "expected {wanted}" in str(decided.explanation["warnings"])


def test_a_decision_that_needs_too_much_is_stopped() -> None:
    decisions = drawn.read(drawn.expression("for a in 1..1000, b in 1..1000 return a"))
    with pytest.raises(feel.BudgetExceeded):
        dmn.evaluate(decisions, "d", {})
    assert dmn.evaluate_value(drawn.read(drawn.expression("1 + 1")), "d", {}, budget=feel.Budget(steps=10)) == Decimal(
        2
    )


def test_a_chain_of_a_hundred_decisions_is_decided_or_stopped() -> None:
    parts = [drawn.decision("d0", drawn.expression("1"))]
    parts += [drawn.decision(f"d{n}", drawn.expression(f"d{n - 1} + 1"), requires=[f"d{n - 1}"]) for n in range(1, 100)]
    decisions = drawn.read(*parts)
    assert dmn.evaluate(decisions, "d10", {}).value == 11
    with pytest.raises(feel.BudgetExceeded, match="levels deep"):
        dmn.evaluate(decisions, "d99", {})
