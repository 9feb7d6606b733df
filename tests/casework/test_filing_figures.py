"""Figures of filing (K10) from single turns and courses: what is late, whose days they are, and which shares say something."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from casework import filing_clock, filing_figures, published_years, territories
from casework.filing_clock import Turn
from casework.filing_figures import Course, Desk, Line
from engine.calendars import SHANGHAI, calendar

MONDAY = datetime(2026, 6, 1, 9, 0, tzinfo=SHANGHAI)


def turn(element: str, first: int, last: int, *, due: int | None = None, completed: bool = True) -> Turn:
    """A turn from one day of June 2026 to another, at nine in the morning; due at the end of a day."""
    limit = None if due is None else datetime(2026, 6, due, 9, 30, tzinfo=UTC)
    return Turn(1, element, MONDAY.replace(day=first), MONDAY.replace(day=last), limit, completed)


def course(scope: str, **changes: object) -> Course:
    """An application that was filed with the city at the first go, in twelve working days."""
    values: dict[str, object] = {
        "id": 1, "scope": scope, "level": "city", "outcome": "filed", "office_days": 12, "own_days": 0, "returned": False,
        "first_pass": True, "overdue": False,
    }  # fmt: skip
    return Course(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def place(db: Session) -> Session:
    """A session on a province with its territories and calendars."""
    territories.load_guangxi(db)
    published_years.enter(db, by="adm", now=MONDAY)
    return db


def test_an_office_is_late_when_it_answers_after_its_term_or_lets_it_run_out() -> None:
    assert not turn("county_check", 1, 8, due=8).is_late
    assert turn("county_check", 1, 9, due=8).is_late
    assert turn("county_check", 1, 9, due=8, completed=False).is_late
    assert not turn("county_check", 1, 5, due=8, completed=False).is_late, "the enterprise gave up before"
    assert not turn("county_check", 1, 9).is_late, "no term, no lateness"


def test_the_enterprise_is_never_an_office_that_is_late() -> None:
    assert not turn("correct", 1, 30, due=15, completed=False).is_late
    assert set(filing_clock.DESKS) & filing_clock.OWN == set()


def test_the_days_of_the_enterprise_are_not_those_of_the_offices(place: Session) -> None:
    days = calendar(place)
    turns = [turn("county_check", 1, 2), turn("correct", 2, 9), turn("city_review", 9, 11)]
    own = filing_clock.own_days(turns, days, since=date(2026, 6, 1))
    assert own == days.between(date(2026, 6, 2), date(2026, 6, 9))
    whole = days.between(date(2026, 6, 1), date(2026, 6, 11))
    assert filing_figures.office_days(date(2026, 6, 1), date(2026, 6, 11), turns, days) == whole - own
    assert filing_figures.office_days(None, date(2026, 6, 11), turns, days) is None, "it was never accepted"


def test_days_before_the_acceptance_count_for_nobody(place: Session) -> None:
    days = calendar(place)
    turns = [turn("correct", 1, 9)]
    assert filing_clock.own_days(turns, days, since=date(2026, 6, 5)) == 2
    assert filing_clock.own_days(turns, days, since=date(2026, 6, 9)) == 0


def test_a_county_counts_in_its_city_and_its_region_and_desks_have_their_days(place: Session) -> None:
    county = territories.path_of_code("450803")
    found = [
        course(county),
        course(county, level="region", returned=True, first_pass=False, overdue=True, office_days=31, own_days=4),
        course(county, outcome="refused", first_pass=False, office_days=None),
        course(county, outcome="withdrawn", office_days=None),
    ]
    turns = [turn("county_check", 1, 2, due=8), turn("county_check", 1, 9, due=8), turn("correct", 2, 9)]
    figures = filing_figures.summed(place, territories.city_of(county), found, turns, {county: 3})
    line = next(one for one in figures.lines if one.path == county)
    for one in (figures.total, line):
        assert (one.filed, one.refused, one.withdrawn, one.running) == ({"city": 1, "region": 1}, 1, 1, 3)
        assert (one.decided, one.returned, one.first_pass, one.overdue) == (3, 1, 1, 1)
        assert (one.median_days, one.median_own) == (Decimal("21.5"), Decimal("0.0"))
    assert all(one.decided == 0 for one in figures.lines if one.path != county)
    desk = next(one for one in figures.desks if one.key == "county")
    assert (desk.count, desk.days, desk.late, desk.median_days) == (2, [1, 6], 1, Decimal("3.5"))


def test_a_share_of_few_says_nothing() -> None:
    line = Line("45", filed={"city": 3, "region": 1}, first_pass=2)
    assert line.first_pass_rate is None
    line.refused = 1
    assert line.first_pass_rate == Decimal("40.0")
    assert Line("45").median_days is None
    assert Desk("county", [1, 2, 9], 1).median_days == Decimal("2.0")
