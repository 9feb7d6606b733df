"""The drawing of the quarterly monitoring walks its ways, and its decisions draw the line where the reference does."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from tests.answers import QUARTER
from tests.workflows.player import Player, Service, decide, form

OPEN: dict[str, Service] = {
    "registry.quarters.open": {
        "reportId": 7,
        "countyGroups": ["XG", "XK", "XS"],
        "reported": False,
        "report": {},
        "last": {"period": "2026Q1"},
        "limits": {"typesDiffer": 1, "shareOfRevenue": 50, "yearDiffer": 20},
    }
}
CLEAN: dict[str, Any] = {"rd_q": 320, "rd_before": 300, "change": 6.7, "rd_share": 2, "explained": 0, "doubts": 0}
AGREE = {"check": {"decision": "agree", "opinion": "属实。"}}


def quarter(facts: Mapping[str, Any] = CLEAN, services: Mapping[str, Service] | None = None) -> Player:
    answers: dict[str, Service] = {"registry.quarters.facts": {"facts": dict(facts), "report": {}, "last": {}}}
    given = {"enterpriseId": 3, "caseId": 1, "period": "2026Q2", "quarterEnd": "2026-06-30"}
    return Player("quarter", given, {**OPEN, **answers, **(services or {})})


def test_a_clean_report_is_confirmed_on_d13_or_by_the_county_before() -> None:
    played = quarter()
    assert (played.due("report"), played.due("chase_due")) == (date(2026, 7, 14), date(2026, 7, 16))
    played.complete("report", {"report": QUARTER})
    assert played.tasks == []
    assert played.due("clean_due") == date(2026, 7, 17)
    played.fire("clean_due")
    assert played.outcome.completed
    assert played.called[-1][0] == "registry.quarters.confirm"
    sooner = quarter()
    sooner.complete("report", {"report": QUARTER})
    sooner.hear("quarter_checked", "7", {"check": {"decision": "agree"}})
    assert sooner.outcome.completed


def test_a_county_may_ask_for_a_clean_report() -> None:
    played = quarter()
    played.complete("report", {"report": QUARTER})
    played.hear("quarter_doubted", "7", {"anomalies": [{"code": "by_hand", "why": "县级要求逐户核实"}]})
    assert played.tasks == ["county_check"]
    played.complete("county_check", AGREE)
    assert played.outcome.completed


def test_what_is_unusual_is_checked_returned_and_checked_again() -> None:
    played = quarter({**CLEAN, "no_project": True})
    played.complete("report", {"report": QUARTER})
    task = played.task("county_check")
    assert task.candidate_groups == ("XG", "XK", "XS")
    returned = {"check": {"decision": "return", "opinion": "请补项目。", "defects": ["projects"]}}
    played.complete("county_check", returned)
    assert played.gave("registry.quarters.return_report", reportId=7)
    assert played.tasks == ["correct"]
    played.complete("correct", {"report": QUARTER})
    played.complete("county_check", AGREE)
    assert played.outcome.completed
    assert played.called[-1][0] == "registry.quarters.confirm"


def test_nobody_reports_and_the_quarter_is_archived() -> None:
    played = quarter()
    played.fire("chase_due")
    assert played.tasks == ["chase", "late_report"]
    assert played.called[-1][0] == "registry.quarters.mark_missing"
    played.complete("chase", {"chase": {"reason": "unreachable", "note": "三次未接。"}})
    assert played.due("closed") == date(2026, 8, 11)
    played.fire("closed")
    assert played.outcome.completed
    assert "missing" in played.path


def test_a_late_report_withdraws_the_chase_by_its_message() -> None:
    played = quarter()
    played.fire("chase_due")
    played.complete("late_report", {"report": QUARTER})
    played.hear("quarter_answered", "7")
    assert played.tasks == []
    assert played.due("clean_due") == date(2026, 7, 17)


@pytest.mark.parametrize("before", ["report", "late_report", "correct"])
def test_an_imported_roster_counts_as_the_report_wherever_the_run_stands(before: str) -> None:
    played = quarter({**CLEAN, "same_text": True})
    if before == "late_report":
        played.fire("chase_due")
    elif before == "correct":
        played.complete("report", {"report": QUARTER})
        returned = {"check": {"decision": "return", "opinion": "请核。", "defects": ["rd"]}}
        played.complete("county_check", returned)
    assert before in played.tasks
    played.hear("quarter_imported", "7")
    assert "county_check" in played.tasks
    assert before not in played.tasks


def test_a_county_that_is_late_leaves_a_mark_and_one_that_never_comes_ends_the_run() -> None:
    played = quarter({**CLEAN, "no_project": True})
    played.complete("report", {"report": QUARTER})
    played.fire("check_late")
    assert played.called[-1][0] == "registry.quarters.mark_unchecked"
    assert played.tasks == ["county_check"]
    played.fire("check_over")
    assert played.outcome.completed


def test_figures_that_the_county_does_not_believe_count_as_not_reported() -> None:
    played = quarter({**CLEAN, "no_project": True})
    played.complete("report", {"report": QUARTER})
    played.complete("county_check", {"check": {"decision": "refuse", "opinion": "无账可查。"}})
    assert played.outcome.completed
    assert played.called[-1][0] == "registry.quarters.refuse"


def test_what_was_imported_before_the_opening_goes_straight_to_the_check() -> None:
    known: Any = OPEN["registry.quarters.open"]
    played = quarter({**CLEAN, "doubts": 1}, {"registry.quarters.open": {**known, "reported": True}})
    assert played.tasks == ["county_check"]


FACTS: dict[str, Any] = {
    "negative": False, "revenue_falls": False, "rd_falls": False, "types_gap": None, "rd_share": 2,
    "zero_without_reason": False, "year_gap": None, "no_project": False, "same_text": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "value", "expected"),
    [
        ("negative", True, ("negative", "hard")),
        ("revenue_falls", True, ("revenue_falls", "explain")),
        ("rd_falls", True, ("rd_falls", "explain")),
        ("types_gap", 1, None),
        ("types_gap", 1.01, ("types_gap", "hard")),
        ("rd_share", 50, None),
        ("rd_share", 50.1, ("rd_share", "explain")),
        ("zero_without_reason", True, ("zero_without_reason", "hard")),
        ("year_gap", 20, None),
        ("year_gap", 20.1, ("year_gap", "explain")),
        ("no_project", True, ("no_project", "explain")),
        ("same_text", True, ("same_text", "explain")),
    ],
)
def test_the_logic_checks_at_their_borders(fact: str, value: object, expected: tuple[str, str] | None) -> None:
    found = decide("quarter-checks", "quarter-checks", {**FACTS, fact: value}) or []
    assert [(row["code"], row["severity"]) for row in found] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"rd_before": 0, "rd_q": 1}, ["zero_to_positive"]),
        ({"rd_before": 5, "rd_q": 0}, ["positive_to_zero"]),
        ({"change": 100}, []),
        ({"change": 100.1}, ["change"]),
        ({"rd_share": 15}, []),
        ({"rd_share": 15.1}, ["share"]),
        ({"rd_share": 100.1}, ["above_revenue"]),
        ({"ledger_unchecked": True, "explained": 2}, ["ledger", "explained"]),
        ({"zero_reason": "halted"}, ["halted"]),
        ({"same_figure": True}, ["same_figure"]),
    ],
)
def test_the_county_looks_at_anomalies_only(facts: dict[str, Any], expected: list[str]) -> None:
    found = decide("quarter-anomalies", "quarter-anomalies", {**CLEAN, **facts}) or []
    assert [row["code"] for row in found] == expected


def test_the_forms_ask_under_their_own_words() -> None:
    for name, word in (("quarter-report", "report"), ("quarter-check", "check"), ("quarter-chase", "chase")):
        assert {one.path[0] for one in form(name).fields if one.path} <= {word}
