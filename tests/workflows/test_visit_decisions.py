"""DT-9 and the rules of visiting, row by row."""

from typing import Any

import pytest

from tests.workflows.player import decide

CALM: dict[str, Any] = {
    "light": "green",
    "l1_without_plan": False,
    "open_l4": False,
    "open_l5": False,
    "open_item": True,
    "observing": False,
    "month": 3,
    "day_of_year": 60,
    "revenue_yi": 2,
    "open_issues": 0,
}
GOOD: dict[str, Any] = {
    "mode": "site",
    "minutes": 30,
    "people": 1,
    "matters": 1,
    "class": "C",
    "similarity": 10,
    "explained": False,
    "located": True,
}


@pytest.mark.parametrize(
    ("changed", "class_", "allowed"),
    [
        ({"light": "red"}, "A", 30),
        ({"light": "red", "open_item": False, "observing": True}, "A", 30),
        ({"l1_without_plan": True}, "A", 30),
        ({"open_l4": True, "month": 9}, "B", 30),
        ({"open_l4": True, "month": 8}, "C", 90),
        ({"open_l5": True, "day_of_year": 106}, "B", 30),
        ({"open_l5": True, "day_of_year": 105}, "C", 90),
        ({"open_l5": True, "day_of_year": 300}, "C", 90),
        ({"light": "yellow"}, "B", 60),
        ({"revenue_yi": 20}, "B", 60),
        ({"open_issues": 1}, "B", 60),
        ({"revenue_yi": None}, "C", 90),
        ({"light": "blue"}, "C", 90),
        ({"open_item": False, "observing": True}, "D", 180),
        ({"open_item": False, "observing": True, "light": "yellow"}, "D", 180),
        ({"open_item": False}, "E", 365),
    ],
)
def test_the_class_and_how_often(changed: dict[str, Any], class_: str, allowed: int) -> None:
    answer = decide("visit-priority", "visit-priority", {**CALM, **changed})
    assert (answer["class"], answer["allowed"]) == (class_, allowed)


@pytest.mark.parametrize(
    ("facts", "score"),
    [
        ({"days": 30, "allowed": 30, "light_rank": 3, "revenue_wan": 1_000_000, "open_issues": 0}, 150),
        ({"days": 0, "allowed": 90, "light_rank": 0, "revenue_wan": None, "open_issues": 9}, 30),
        ({"days": 45, "allowed": 90, "light_rank": 1, "revenue_wan": 1, "open_issues": 1}, 60),
    ],
)
def test_the_score_that_orders_a_class(facts: dict[str, Any], score: float) -> None:
    assert float(decide("visit-priority", "visit-score", facts)) == pytest.approx(score)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, []),
        ({"minutes": 19}, [("minutes", "refuse", "too_short")]),
        ({"minutes": None}, [("minutes", "refuse", "too_short")]),
        ({"minutes": 20}, []),
        ({"people": 0}, [("people", "refuse", "nobody_met")]),
        ({"matters": 0}, [("progress", "refuse", "nothing_said")]),
        ({"mode": "phone"}, [("mode", "refuse", "not_on_site")]),
        ({"mode": "phone", "class": "E", "minutes": 3}, []),
        ({"similarity": 90}, []),
        ({"similarity": 91}, [("sameReason", "refuse", "same_text")]),
        ({"similarity": 91, "explained": True}, [("content", "flag", "same_text")]),
        ({"located": False}, [("location", "flag", "no_location")]),
    ],
)
def test_what_a_record_must_have(changed: dict[str, Any], found: list[tuple[str, str, str]]) -> None:
    rows = decide("visit-priority", "visit-quality", {**GOOD, **changed})
    assert [(row["field"], row["what"], row["code"]) for row in rows or []] == found


@pytest.mark.parametrize(
    ("class_", "rows"),
    [
        ("A", [(-7, "officer"), (-2, "officer"), (1, "county"), (16, "leader")]),
        ("F", [(-7, "officer"), (-2, "officer"), (1, "county"), (1, "leader")]),
    ],
)
def test_when_a_visit_is_reminded_of(class_: str, rows: list[tuple[int, str]]) -> None:
    found = decide("visit-priority", "visit-reminders", {"class": class_})
    assert [(row["offset"], row["to"]) for row in found] == rows
