"""Working days: an administered table of published years, never a guess.

A year is known once its notice is entered. A year that nobody has entered is counted provisionally (暂定: weekends and the
statutory days with a fixed date) and every date that touches it says so, until the notice is entered.

Counting rule: the start day is not counted; a deadline is the end of business (17:30, Asia/Shanghai) of the n-th working day;
what arrives after office hours or on a day off counts as arrived on the next working day. A date without a time (the end of a
period) is day 0 whatever day it is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import Invalid, NotFound, Sentence
from engine.tables import CalendarDay, CalendarYear

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
END_OF_BUSINESS: Final = time(17, 30)
_FIXED_STATUTORY_DAYS: Final = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
_CACHE: Final = "engine.calendars"


@dataclass(frozen=True)
class Calendar:
    """The working days of all years. Immutable: `published` names the years that are known, `exceptions` the odd days."""

    published: frozenset[int]
    exceptions: Mapping[date, str]
    _years: dict[int, tuple[int, ...]] = field(default_factory=dict[int, tuple[int, ...]], repr=False, compare=False)

    def is_working(self, day: date) -> bool:
        """Whether `day` is a working day."""
        kind = self.exceptions.get(day)
        if kind is not None:
            return kind == "workday"
        if day.year not in self.published and (day.month, day.day) in _FIXED_STATUTORY_DAYS:
            return False
        return day.weekday() < 5

    def is_provisional(self, first: date, last: date | None = None) -> bool:
        """Whether a count that touches the days from `first` to `last` rests on a year that nobody has entered (暂定)."""
        years = range(first.year, (last or first).year + 1)
        return any(year not in self.published for year in years)

    def add(self, day: date, working_days: int) -> date:
        """The n-th working day after `day` (n > 0), before it (n < 0), or the first one from `day` on (n = 0)."""
        ordinal, year = day.toordinal(), day.year
        days = self._working_days_of(year)
        if working_days > 0:
            index = bisect_right(days, ordinal) + working_days - 1
        elif working_days < 0:
            index = bisect_left(days, ordinal) + working_days
        else:
            index = bisect_left(days, ordinal)
        while index >= len(days):
            index -= len(days)
            year += 1
            days = self._working_days_of(year)
        while index < 0:
            year -= 1
            days = self._working_days_of(year)
            index += len(days)
        return date.fromordinal(days[index])

    def between(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`; negative when `last` comes first."""
        if last < first:
            return -self.between(last, first)
        count = 0
        for year in range(first.year, last.year + 1):
            days = self._working_days_of(year)
            low = bisect_right(days, first.toordinal()) if year == first.year else 0
            high = bisect_right(days, last.toordinal()) if year == last.year else len(days)
            count += high - low
        return count

    def day_zero(self, start: datetime) -> date:
        """The working day on which something that arrived at `start` counts as arrived."""
        local = start.astimezone(SHANGHAI)
        if self.is_working(local.date()) and local.time() <= END_OF_BUSINESS:
            return local.date()
        return self.add(local.date(), 1)

    def due(self, start: datetime | date, working_days: int) -> datetime:
        """The end of business of the n-th working day after `start`, in UTC. `start` is aware, or a plain date (day 0)."""
        zero = self.day_zero(start) if isinstance(start, datetime) else start
        return end_of_business(self.add(zero, working_days))

    def _working_days_of(self, year: int) -> tuple[int, ...]:
        known = self._years.get(year)
        if known is None:
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            known = tuple(n for n in range(first, last + 1) if self.is_working(date.fromordinal(n)))
            self._years[year] = known
        return known


def end_of_business(day: date) -> datetime:
    """17:30 of `day` in Asia/Shanghai, in UTC."""
    return datetime.combine(day, END_OF_BUSINESS, SHANGHAI).astimezone(UTC)


def local_day(moment: datetime) -> date:
    """The calendar day of an aware instant in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def calendar(db: Session, *, extents: Iterable[str] = ("state", "region")) -> Calendar:
    """The calendar as entered. Read at most once per session, and again only when a notice was entered since."""
    wanted = tuple(extents)
    key = f"{_CACHE}:{','.join(wanted)}"
    known = cast(Calendar | None, db.info.get(key))
    if known is not None:
        return known
    shared = cast(dict[str, tuple[object, Calendar]], db.info.setdefault(_CACHE, {}))
    days = select(func.count(CalendarDay.day)).scalar_subquery()
    stamp = tuple(db.execute(select(func.count(CalendarYear.year), func.max(CalendarYear.entered_at), days)).one())
    if key not in shared or shared[key][0] != stamp:
        rows = db.execute(select(CalendarDay).where(CalendarDay.extent.in_(wanted))).scalars().all()
        exceptions = {row.day: row.kind for row in sorted(rows, key=lambda row: row.extent == "region")}
        shared[key] = (stamp, Calendar(frozenset(db.execute(select(CalendarYear.year)).scalars()), exceptions))
    db.info[key] = shared[key][1]
    return shared[key][1]


def enter_notice(
    db: Session,
    year: int,
    *,
    source: str,
    holidays: Iterable[date] = (),
    workdays: Iterable[date] = (),
    extent: str = "state",
    synthetic: bool = False,
    by: str,
    now: datetime,
) -> None:
    """Enters the notice of a year: days off (放假) and make-up working days (调休上班). Entering again replaces that extent.

    The year counts as published once its state notice is entered; a regional notice (三月三) only adds days.

    Raises:
        Invalid: no source was named, a day lies outside the year, or is both a day off and a working day.
    """
    off, on = set(holidays), set(workdays)
    problems: list[Sentence] = []
    if not source.strip():
        problems.append(Sentence("name the notice that published these days"))
    problems += [
        Sentence("{day} does not lie in {year}", {"day": day.isoformat(), "year": year})
        for day in sorted(off | on)
        if day.year != year
    ]
    problems += [
        Sentence("{day} cannot be a day off and a working day", {"day": day.isoformat()}) for day in sorted(off & on)
    ]
    if problems:
        raise Invalid("the notice of {year} needs another look", fields={"days": problems}, year=year)
    for row in db.execute(select(CalendarDay).where(CalendarDay.extent == extent)).scalars().all():
        if row.day.year == year:
            db.delete(row)
    db.flush()
    db.add_all(
        CalendarDay(day=day, extent=extent, kind="holiday" if day in off else "workday", source=source)
        for day in sorted(off | on)
    )
    known = db.get(CalendarYear, year)
    if known is None and extent == "state":
        db.add(CalendarYear(year=year, source=source, synthetic=synthetic, entered_by=by, entered_at=now))
    elif known is not None:
        known.entered_at = now
        if extent == "state":
            known.source, known.synthetic, known.entered_by = source, synthetic, by
    elif extent != "state":
        raise NotFound("the state calendar of {year} has to be entered first", year=year)
    db.flush()
    for key in [key for key in db.info if str(key).startswith(_CACHE)]:
        if key == _CACHE:
            cast(dict[str, object], db.info[key]).clear()
        else:
            del db.info[key]


def days_from(first: date, last: date) -> list[date]:
    """All days from `first` to `last`, both included: the way a notice writes them (2/15–2/23)."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
