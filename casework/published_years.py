"""The working calendars that have been published, as rows with their source: the years a new house begins with.

Source: REFERENCE 2.9. A year that is not here is provisional until an administrator enters its notice.
"""

from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from engine import calendars
from engine.calendars import days_from

_Spans = tuple[tuple[tuple[int, int], tuple[int, int]], ...]
_STATE: Final[dict[int, tuple[str, _Spans, tuple[tuple[int, int], ...]]]] = {
    2025: (
        "国办发明电〔2024〕12号",
        (
            ((1, 1), (1, 1)), ((1, 28), (2, 4)), ((4, 4), (4, 6)), ((5, 1), (5, 5)), ((5, 31), (6, 2)), ((10, 1), (10, 8)),
        ),
        ((1, 26), (2, 8), (4, 27), (9, 28), (10, 11)),
    ),
    2026: (
        "国务院办公厅关于2026年部分节假日安排的通知(2025-11-04)",
        (
            ((1, 1), (1, 3)), ((2, 15), (2, 23)), ((4, 4), (4, 6)), ((5, 1), (5, 5)), ((6, 19), (6, 21)),
            ((9, 25), (9, 27)), ((10, 1), (10, 7)),
        ),
        ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)),
    ),
}  # fmt: skip
_REGION: Final[dict[int, tuple[str, _Spans]]] = {
    2025: ("广西壮族自治区人民政府办公厅2025年“三月三”放假通知", (((3, 31), (4, 1)),)),
}


def enter(db: Session, *, by: str, now: datetime) -> list[int]:
    """Enters the published years into an empty calendar; answers which."""
    for year, (source, off, on) in _STATE.items():
        calendars.enter_notice(
            db,
            year,
            source=source,
            holidays=_days(year, off),
            workdays=[date(year, month, day) for month, day in on],
            by=by,
            now=now,
        )
    for year, (source, off) in _REGION.items():
        calendars.enter_notice(db, year, source=source, holidays=_days(year, off), extent="region", by=by, now=now)
    return list(_STATE)


def _days(year: int, spans: _Spans) -> list[date]:
    return [day for first, last in spans for day in days_from(date(year, *first), date(year, *last))]
