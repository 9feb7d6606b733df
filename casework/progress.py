"""How far a plan is and how far it should be by now (序时进度, 3.1; DECISIONS part two, 10), in per cent."""

from collections.abc import Iterable
from datetime import date

from engine.calendars import Calendar


def expected(days: Calendar, starts_on: date, ends_on: date, day: date) -> int:
    """Elapsed working days of a plan on `day`, in per cent of all of them."""
    total = days.between(starts_on, ends_on)
    passed = days.between(starts_on, min(max(day, starts_on), ends_on))
    return 100 if total <= 0 else round(100 * passed / total)


def actual(measures: Iterable[tuple[str, int, int]]) -> int:
    """The mean progress of measures, each as (state, progress, weight); what was cancelled does not count."""
    counted = [(progress, weight) for state, progress, weight in measures if state != "cancelled"]
    whole = sum(weight for _, weight in counted)
    return round(sum(progress * weight for progress, weight in counted) / whole) if whole else 0
