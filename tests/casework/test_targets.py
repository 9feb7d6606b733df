"""Target dates of items: tranches drawn from the credit code, terms from the day of opening (4.a.1)."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from casework import targets
from casework.tables import Enterprise
from engine.calendars import SHANGHAI
from engine.db import Database
from tests.workflows.player import decide
from tests.world import World


def target(list_type: str, share: int, opened: str, hitech_to: str | None = None) -> str:
    return decide(
        "item-target", "item-target", {"list": list_type, "share": share, "opened": opened, "hitech_to": hitech_to}
    )


@pytest.mark.parametrize(
    ("list_type", "share", "day"),
    [
        ("L1", 0, "2026-12-31"),
        ("L1", 29, "2026-12-31"),
        ("L1", 30, "2027-12-31"),
        ("L1", 69, "2027-12-31"),
        ("L1", 70, "2028-06-30"),
        ("L1", 99, "2028-06-30"),
        ("L2", 49, "2026-12-31"),
        ("L2", 50, "2027-12-31"),
        ("L2", 84, "2027-12-31"),
        ("L2", 85, "2028-06-30"),
    ],
)
def test_l1_and_l2_come_in_tranches(list_type: str, share: int, day: str) -> None:
    assert target(list_type, share, "2026-05-06") == day


@pytest.mark.parametrize(
    ("list_type", "opened", "day"),
    [
        ("L1", "2026-09-30", "2026-12-31"),
        ("L1", "2026-10-01", "2027-12-31"),
        ("L1", "2027-10-01", "2028-06-30"),
        ("L1", "2028-04-01", "2029-04-01"),
        ("L2", "2026-10-01", "2027-12-31"),
        ("L3", "2026-05-06", "2027-05-06"),
        ("L4", "2028-02-29", "2029-02-28"),
        ("L5", "2026-06-30", "2026-09-30"),
        ("L5", "2026-07-01", "2027-06-30"),
        ("L5", "2026-10-01", "2027-09-30"),
        ("RENEW", "2026-05-06", "2027-05-06"),
    ],
)
def test_whoever_comes_too_late_for_a_tranche_or_season_gets_the_next(list_type: str, opened: str, day: str) -> None:
    assert target(list_type, 0, opened) == day


def test_a_certificate_is_renewed_before_it_ends() -> None:
    assert target("RENEW", 0, "2026-05-06", "2026-11-20") == "2026-11-20"


def test_the_draw_is_even_and_repeatable() -> None:
    codes = [f"91{450100 + county}MADM{number:06d}" for county in range(20) for number in range(100)]
    drawn = [targets.share(code) for code in codes]
    assert drawn == [targets.share(code) for code in codes]
    tranches = Counter("2026" if one < 30 else "2027" if one < 70 else "2028" for one in drawn)
    assert {name: round(count / len(codes), 1) for name, count in tranches.items()} == {
        "2026": 0.3,
        "2027": 0.4,
        "2028": 0.3,
    }


def test_a_target_falls_on_a_working_day(database: Database) -> None:
    world = World(database)
    world.enterprise_on("L3")
    with database.reading() as db:
        firm = db.scalars(select(Enterprise)).one()
        for days in range(40):
            day = targets.of_item(db, firm, "L3", now=world.now + timedelta(days=days))
            assert day is not None
            assert day.weekday() < 5
        # 2027-07-03 is a Saturday; the Friday before it is the target.
        assert targets.of_item(db, firm, "L3", now=datetime(2026, 7, 3, 9, tzinfo=SHANGHAI)) == date(2027, 7, 2)
