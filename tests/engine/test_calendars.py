"""Working days by the published notices of 2025 and 2026 (REFERENCE 2.9)."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from sqlalchemy.orm import Session

from engine import calendars
from engine.calendars import SHANGHAI, Calendar, days_from
from engine.errors import Invalid, NotFound

NOW = datetime(2026, 1, 5, 1, tzinfo=UTC)
HOLIDAYS_2026 = [
    *days_from(date(2026, 1, 1), date(2026, 1, 3)),
    *days_from(date(2026, 2, 15), date(2026, 2, 23)),
    *days_from(date(2026, 4, 4), date(2026, 4, 6)),
    *days_from(date(2026, 5, 1), date(2026, 5, 5)),
    *days_from(date(2026, 6, 19), date(2026, 6, 21)),
    *days_from(date(2026, 9, 25), date(2026, 9, 27)),
    *days_from(date(2026, 10, 1), date(2026, 10, 7)),
]
WORKDAYS_2026 = [date(2026, m, d) for m, d in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))]


def publish_2026(db: Session) -> None:
    calendars.enter_notice(
        db, 2026, source="国办 2025-11-04", holidays=HOLIDAYS_2026, workdays=WORKDAYS_2026, by="admin", now=NOW
    )


@pytest.mark.parametrize(
    ("start", "working_days", "expected"),
    [
        (date(2026, 2, 10), 5, date(2026, 2, 24)),
        (date(2026, 9, 17), 2, date(2026, 9, 20)),
        (date(2026, 9, 28), 5, date(2026, 10, 10)),
        (date(2026, 4, 15), 5, date(2026, 4, 22)),
        (date(2026, 3, 31), 10, date(2026, 4, 15)),
        (date(2026, 6, 30), 10, date(2026, 7, 14)),
        (date(2026, 9, 30), 20, date(2026, 11, 3)),
    ],
)
def test_the_published_year_gives_the_days_of_the_reference(
    db: Session, start: date, working_days: int, expected: date
) -> None:
    publish_2026(db)
    assert calendars.calendar(db).add(start, working_days) == expected
    assert calendars.calendar(db).between(start, expected) == working_days


def test_a_year_has_the_working_days_of_the_reference_month_by_month(db: Session) -> None:
    publish_2026(db)
    known = calendars.calendar(db)
    first = [date(2026, month, 1) for month in range(1, 13)] + [date(2027, 1, 1)]
    counts = [sum(known.is_working(day) for day in days_from(a, b)[:-1]) for a, b in pairwise(first)]
    assert counts == [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]


def test_san_yue_san_moves_a_deadline_by_its_two_days(db: Session) -> None:
    publish_2026(db)
    calendars.enter_notice(
        db,
        2026,
        source="自治区人民政府令第98号",
        holidays=[date(2026, 4, 20), date(2026, 4, 21)],
        extent="region",
        by="admin",
        now=NOW,
    )
    assert calendars.calendar(db).add(date(2026, 4, 15), 5) == date(2026, 4, 24)
    assert calendars.calendar(db, extents=["state"]).add(date(2026, 4, 15), 5) == date(2026, 4, 22)


def test_a_deadline_is_the_end_of_business_and_lateness_costs_a_day(db: Session) -> None:
    publish_2026(db)
    known = calendars.calendar(db)
    in_time = datetime(2026, 6, 30, 17, 30, tzinfo=SHANGHAI)
    too_late = datetime(2026, 6, 30, 17, 31, tzinfo=SHANGHAI)
    assert known.due(in_time, 3) == datetime(2026, 7, 3, 17, 30, tzinfo=SHANGHAI)
    assert known.due(too_late, 3) == datetime(2026, 7, 6, 17, 30, tzinfo=SHANGHAI)
    on_a_sunday = datetime(2026, 7, 5, 9, 0, tzinfo=SHANGHAI)
    assert known.due(on_a_sunday, 1) == datetime(2026, 7, 7, 17, 30, tzinfo=SHANGHAI)


def test_a_year_without_a_notice_is_counted_provisionally_and_says_so(db: Session) -> None:
    publish_2026(db)
    before = calendars.calendar(db)
    assert before.is_provisional(date(2026, 12, 30), date(2027, 1, 4))
    assert not before.is_provisional(date(2026, 12, 30))
    assert before.add(date(2026, 12, 31), 1) == date(2027, 1, 4)
    calendars.enter_notice(
        db, 2027, source="test", holidays=days_from(date(2027, 1, 1), date(2027, 1, 5)), by="admin", now=NOW
    )
    after = calendars.calendar(db)
    assert after.add(date(2026, 12, 31), 1) == date(2027, 1, 6)
    assert not after.is_provisional(date(2027, 1, 4))


def test_a_notice_that_cannot_be_right_is_refused_in_words(db: Session) -> None:
    with pytest.raises(Invalid) as refused:
        calendars.enter_notice(
            db, 2026, source=" ", holidays=[date(2025, 1, 1)], workdays=[date(2025, 1, 1)], by="admin", now=NOW
        )
    assert [str(sentence) for sentence in refused.value.fields["days"]] == [
        "name the notice that published these days",
        "2025-01-01 does not lie in 2026",
        "2025-01-01 cannot be a day off and a working day",
    ]
    with pytest.raises(NotFound):
        calendars.enter_notice(db, 2028, source="三月三", holidays=[], extent="region", by="admin", now=NOW)


def test_counting_forth_and_back_agrees_over_many_years() -> None:
    known = Calendar(frozenset(), {})
    start = date(2024, 2, 29)
    for count in (1, 2, 10, 99, 1000):
        end = known.add(start, count)
        assert known.between(start, end) == count
        assert known.between(end, start) == -count
        assert known.add(end, -count) == known.add(start, 0)
