"""Cron expressions as Camunda 8 reads them: six fields from the second on, in Asia/Shanghai, or a nickname like `@daily`.

`second minute hour day-of-month month day-of-week`, after Spring's cron expressions: `*`, `?` (of a day), `a`, `a-b`, `a,b`, `*/n`, `a/n`, `a-b/n`,
names (`MON`, `JAN`), Sunday as 0 or 7, `L` and `L-n` (the last day of the month, n days before it), `15W` and `LW` (the working day
Monday to Friday nearest to it), `FRIL` or `5L` (the last Friday), `MON#2` (the second Monday). Both days have to match.
"""

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_YEARS: Final = 41
"""Within so many years every possible date has come: a 29 February falls on each weekday at least once."""

NICKNAMES: Final[Mapping[str, str]] = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_MONTHS: Final = {name: str(number) for number, name in enumerate(
    ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), 1)}  # fmt: skip
_WEEKDAYS: Final = {
    name: str(number) for number, name in enumerate(("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"), 1)
}
_PART: Final = re.compile(r"(?:(?P<all>\*)|(?P<low>\d{1,2})(?:-(?P<high>\d{1,2}))?)(?:/(?P<step>\d{1,2}))?", re.ASCII)

Day = Callable[[date], bool]


class NotCron(ValueError):
    """A text that is no cron expression."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression. `of_month` and `of_week` say whether a day is meant; months and times are sorted numbers."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    of_month: Day
    of_week: Day

    def after(self, moment: datetime) -> datetime | None:
        """The first of its times behind an aware moment, in UTC; `None` when none comes any more."""
        local = moment.astimezone(_SHANGHAI)
        today = local.date()
        earliest = self._time(local.time().replace(microsecond=0, tzinfo=None))
        if earliest is not None and self._means(today):
            return self._at(today, earliest)
        for day in _days(today):
            if day.month in self.months and self._means(day):
                return self._at(day, time(self.hours[0], self.minutes[0], self.seconds[0]))
        return None

    def _means(self, day: date) -> bool:
        return day.month in self.months and self.of_month(day) and self.of_week(day)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, _SHANGHAI).astimezone(UTC)

    def _time(self, now: time) -> time | None:
        """The first time of a day behind `now`."""
        for hour in self.hours:
            if hour < now.hour:
                continue
            for minute in self.minutes:
                if (hour, minute) < (now.hour, now.minute):
                    continue
                for second in self.seconds:
                    if (hour, minute, second) > (now.hour, now.minute, now.second):
                        return time(hour, minute, second)
        return None


def is_cron(text: str) -> bool:
    """Whether a cycle is meant as a cron expression: a nickname, or several fields."""
    return text.strip().startswith("@") or len(text.split()) > 1


@lru_cache(maxsize=1_000)
def parse(text: str) -> Cron:
    """Read a cron expression. Raises `NotCron`."""
    fields = NICKNAMES.get(text.strip().lower(), text).upper().split()
    if len(fields) != 6:
        raise NotCron(text)
    return Cron(
        _numbers(fields[0], 0, 59),
        _numbers(fields[1], 0, 59),
        _numbers(fields[2], 0, 23),
        frozenset(_numbers(fields[4], 1, 12, _MONTHS)),
        _of_month(fields[3]),
        _of_week(fields[5]),
    )


def _days(today: date) -> Iterator[date]:
    """Every day behind today, as far as the calendar and all repetitions of dates reach."""
    for number in range(1, _YEARS * 366):
        try:
            yield today + timedelta(days=number)
        except OverflowError:
            return


def _numbers(field: str, least: int, most: int, names: Mapping[str, str] | None = None) -> tuple[int, ...]:
    found: set[int] = set()
    for name, number in (names or {}).items():
        field = re.sub(rf"\b{name}\b", number, field)
    for part in field.split(","):
        read = _PART.fullmatch(part)
        if not read:
            raise NotCron(field)
        step = int(read["step"] or 1)
        low = least if read["all"] else int(read["low"])
        # `a/n` goes on to the end of the range, `a` alone is itself.
        high = most if read["all"] or (read["step"] and not read["high"]) else int(read["high"] or low)
        if not (least <= low <= high <= most and step > 0):
            raise NotCron(field)
        found.update(range(low, high + 1, step))
    return tuple(sorted(found))


def _any_of(parts: list[Day]) -> Day:
    return lambda day: any(part(day) for part in parts)


def _of_month(field: str) -> Day:
    if field in {"*", "?"}:
        return lambda day: True
    return _any_of([_month_part(part) for part in field.split(",")])


def _month_part(part: str) -> Day:
    last = re.fullmatch(r"L(?:-(\d{1,2}))?", part, re.ASCII)
    if last:
        before = int(last[1] or 0)
        return lambda day: day.day == _last(day) - before
    if part == "LW":
        return lambda day: day == _nearest(day.replace(day=_last(day)))
    near = re.fullmatch(r"(\d{1,2})W", part, re.ASCII)
    if near and 1 <= int(near[1]) <= 31:
        wanted = int(near[1])
        return lambda day: wanted <= _last(day) and day == _nearest(day.replace(day=wanted))
    days = frozenset(_numbers(part, 1, 31))
    return lambda day: day.day in days


def _of_week(field: str) -> Day:
    if field in {"*", "?"}:
        return lambda day: True
    for name, number in _WEEKDAYS.items():
        field = re.sub(rf"\b{name}(?=\b|L)", number, field)
    return _any_of([_week_part(part) for part in field.split(",")])


def _week_part(part: str) -> Day:
    last = re.fullmatch(r"([0-7])L", part, re.ASCII)
    if last:
        weekday = _iso(int(last[1]))
        return lambda day: day.isoweekday() == weekday and day.day + 7 > _last(day)
    numbered = re.fullmatch(r"([0-7])#([1-5])", part, re.ASCII)
    if numbered:
        weekday, week = _iso(int(numbered[1])), int(numbered[2])
        return lambda day: day.isoweekday() == weekday and (day.day - 1) // 7 + 1 == week
    if part.startswith("7-"):
        part = "0" + part[1:]
    days = frozenset(_iso(number) for number in _numbers(part, 0, 7))
    return lambda day: day.isoweekday() in days


def _iso(number: int) -> int:
    """Sunday is 0 or 7 in cron, 7 in ISO 8601."""
    return number or 7


def _last(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _nearest(day: date) -> date:
    """The day from Monday to Friday that is nearest, in the same month."""
    if day.isoweekday() == 6:
        return day - timedelta(days=1) if day.day > 1 else day + timedelta(days=2)
    if day.isoweekday() == 7:
        return day + timedelta(days=1) if day.day < _last(day) else day - timedelta(days=2)
    return day
