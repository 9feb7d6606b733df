"""Counting deadlines again when the notice of a year is entered."""

from datetime import date, datetime

from casework import calendar_years
from engine.calendars import SHANGHAI, Calendar, end_of_business

BEFORE = Calendar(frozenset({2026}), {})
AFTER = Calendar(frozenset({2026, 2027}), {date(2027, 1, day): "holiday" for day in (1, 4, 5)})
START = datetime(2026, 12, 28, 9, 0, tzinfo=SHANGHAI)


def test_a_deadline_keeps_its_number_of_working_days() -> None:
    due = BEFORE.due(START, 5)
    assert due == end_of_business(date(2027, 1, 5))
    assert calendar_years.recounted(BEFORE, AFTER, START, due) == end_of_business(date(2027, 1, 7))


def test_what_was_not_counted_in_working_days_stays() -> None:
    noon = datetime(2027, 1, 5, 12, 0, tzinfo=SHANGHAI)
    sunday = end_of_business(date(2027, 1, 3))
    assert calendar_years.recounted(BEFORE, AFTER, START, noon) == noon
    assert calendar_years.recounted(BEFORE, AFTER, START, sunday) == sunday


def test_a_deadline_before_the_new_days_off_stays() -> None:
    due = BEFORE.due(START, 3)
    assert calendar_years.recounted(BEFORE, AFTER, START, due) == due == end_of_business(date(2026, 12, 31))
