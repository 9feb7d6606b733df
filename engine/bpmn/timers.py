"""When a timer fires: ISO 8601 dates, durations and cycles, computed on the Shanghai calendar, stored in UTC.

Months and years are calendar months and years: the day is kept and clamped to the last day of a shorter month, counted from
the anchor each time, so that a cycle never drifts (2026-01-31 + P1M = 2026-02-28, + P2M = 2026-03-31). Weeks and days are
calendar days, hours and below are exact. A time without a zone, and a date (its first moment), are meant in Asia/Shanghai.

A cycle is one of ISO 8601 or a cron expression (engine.bpmn.cron), which is without end. A cycle that could not fire in time (a
stopped machine) fires once for all the times it missed; these count as used.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.bpmn import cron
from engine.bpmn.model import TimerKind
from engine.errors import Sentence

SHANGHAI = ZoneInfo("Asia/Shanghai")
_ANY = datetime(2026, 1, 1, tzinfo=UTC)
"""Some moment, for asking whether a cron expression ever comes."""
_MOST_COUNTED = 1_000

_DURATION = re.compile(
    r"(?P<sign>[-+])?P(?!$)(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,5})M)?(?:(?P<weeks>\d{1,5})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?!$)(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,10})(?:\.(?P<fraction>\d{1,9}))?S)?)?",
    re.ASCII,
)
_CYCLE = re.compile(
    r"R(?P<count>\d{0,6})/(?:(?P<start>[^/P]+)/)?(?P<period>[-+]?P[^/]+)(?:/(?P<end>[^/P]+))?", re.ASCII
)
_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII)
_DATE_TIME = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})T(?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?P<zone>Z|[-+]\d{2}(?::?\d{2})?(?::?\d{2})?)?(?:[@\[](?P<place>[A-Za-z_+\-/0-9]{1,50})\]?)?",
    re.ASCII,
)


class NotATime(ValueError):
    """A text that is no date, duration or cycle of ISO 8601, or one beyond the calendar's end; `sentence` says which."""

    def __init__(self, template: str, text: str) -> None:
        self.sentence = Sentence(template, {"text": text[:60]})
        super().__init__(str(self.sentence))


@dataclass(frozen=True, slots=True)
class Period:
    """An ISO 8601 duration: whole calendar months, whole calendar days, an exact rest."""

    months: int
    days: int
    rest: timedelta

    def after(self, anchor: datetime, times: int = 1) -> datetime:
        """The moment `times` periods after an aware `anchor`, in UTC."""
        try:
            local = anchor.astimezone(SHANGHAI)
            if self.months:
                year, month = divmod(local.year * 12 + local.month - 1 + self.months * times, 12)
                last = calendar.monthrange(year, month + 1)[1]
                local = local.replace(year=year, month=month + 1, day=min(local.day, last))
            local += timedelta(days=self.days * times)
            return local.astimezone(UTC) + self.rest * times
        except (ValueError, OverflowError, calendar.IllegalMonthError) as error:
            raise NotATime("{text} plus this duration lies beyond the calendar", anchor.isoformat()) from error


@dataclass(frozen=True, slots=True)
class Armed:
    """A timer that will fire at `due_at` (UTC).

    `remaining` counts the firings to come, this one included; `None` is without end. A cycle keeps its `anchor`, the text of
    its `period` (or its cron expression) and the number of the coming firing, all else follows.
    """

    due_at: datetime
    remaining: int | None = 1
    anchor: datetime | None = None
    period: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Fired:
    """What follows a firing: the next arming (`None`: the last one) and how many firings passed unheard."""

    following: Armed | None
    missed: int


def duration(text: str) -> Period:
    """Read `P1Y2M3W4DT5H6M7.8S`; a leading minus makes all parts negative. Raises `NotATime`."""
    found = _DURATION.fullmatch(text.strip())
    if not found:
        raise NotATime("{text} is not an ISO 8601 duration", text)
    part = {name: int(value or 0) for name, value in found.groupdict().items() if name not in {"sign", "fraction"}}
    sign = -1 if found["sign"] == "-" else 1
    micro = int(((found["fraction"] or "") + "000000")[:6])
    rest = timedelta(hours=part["hours"], minutes=part["minutes"], seconds=part["seconds"], microseconds=micro)
    return Period(sign * (part["years"] * 12 + part["months"]), sign * (part["weeks"] * 7 + part["days"]), sign * rest)


def moment(text: str, *, end_of_day: bool = False) -> datetime:
    """Read an ISO 8601 date or date-time as a moment in UTC. Raises `NotATime`.

    A date alone is its first moment in Shanghai, or with `end_of_day` (due dates) its last second.
    """
    text = text.strip()
    try:
        if _DATE.fullmatch(text):
            clock = time(23, 59, 59) if end_of_day else time()
            return datetime.combine(date.fromisoformat(text), clock, SHANGHAI).astimezone(UTC)
        found = _DATE_TIME.fullmatch(text)
        if not found:
            raise NotATime("{text} is not an ISO 8601 date and time", text)
        micro = int(((found["fraction"] or "") + "000000")[:6])
        day = date.fromisoformat(found["date"])
        hour = int(found["hour"])
        if hour == 24 and int(found["minute"]) == 0 and int(found["second"] or 0) == 0 and micro == 0:
            day, hour = day + timedelta(days=1), 0
        clock = time(hour, int(found["minute"]), int(found["second"] or 0), micro)
        zone = found["zone"]
        if zone:
            shift = "+00:00" if zone == "Z" else zone
            return datetime.fromisoformat(f"{day.isoformat()}T{clock.isoformat()}{shift}").astimezone(UTC)
        place = ZoneInfo(found["place"]) if found["place"] else SHANGHAI
        return datetime.combine(day, clock, place).astimezone(UTC)
    except NotATime:
        raise
    except (ValueError, OverflowError, ZoneInfoNotFoundError) as error:
        raise NotATime("{text} is not a date and time of the calendar", text) from error


def _cycle(text: str) -> tuple[int | None, str | None, str]:
    """Count (`None` = without end), start and period of `R3/2026-01-01T00:00Z/P3M`."""
    found = _CYCLE.fullmatch(text.strip())
    if not found or found["end"]:
        raise NotATime("{text} is not a cycle like R3/P1M or R/2026-01-01T00:00:00+08:00/P3M", text)
    count = int(found["count"]) if found["count"] else None
    if count == 0:
        raise NotATime("{text} repeats never; leave the timer out instead", text)
    return count, found["start"], found["period"]


def _next(text: str, moment: datetime) -> datetime:
    """The first time of a cron expression behind an aware moment."""
    try:
        found = cron.parse(text).after(moment)
    except cron.NotCron as error:
        raise NotATime("{text} is not a cron expression of six fields like 0 0 9-17 * * MON-FRI", text) from error
    if found is None:
        raise NotATime("{text} never comes; no day is meant by it", text)
    return found


def check(kind: TimerKind, text: str) -> None:
    """Check a static text of a drawing without knowing the time. Raises `NotATime`."""
    if kind == "date":
        moment(text)
    elif kind == "duration":
        duration(text)
    elif cron.is_cron(text):
        _next(text, _ANY)
    else:
        _, start, period = _cycle(text)
        if start:
            moment(start)
        _positive(period)


def _positive(text: str) -> Period:
    """A period that leads forward; any other would fire for ever at once."""
    period = duration(text)
    if min(period.months, period.days, period.rest / timedelta(seconds=1)) < 0 or period == Period(0, 0, timedelta()):
        raise NotATime("{text} does not lead forward", text)
    return period


def arm(kind: TimerKind, text: str, *, now: datetime) -> Armed:
    """Arm a timer at the aware moment `now`. Raises `NotATime`.

    A date in the past is due at once. A cycle's first firing is one period after `now`, or at its start; of a start in the
    past, at the first of its times that is not.
    """
    if kind == "date":
        return Armed(moment(text))
    if kind == "duration":
        return Armed(duration(text).after(now))
    if cron.is_cron(text):
        return Armed(_next(text, now), None, now.astimezone(UTC), text, 1)
    count, start, period_text = _cycle(text)
    period = _positive(period_text)
    if start is None:
        return Armed(period.after(now), count, now.astimezone(UTC), period_text, 1)
    anchor = moment(start)
    number = 0 if anchor >= now else _first_after(anchor, period, 0, now, included=True)
    return Armed(period.after(anchor, number), count, anchor, period_text, number)


def fire(armed: Armed, *, now: datetime) -> Fired:
    """What follows when this timer fires at the aware moment `now` (at or after its due time)."""
    if armed.anchor is None:
        return Fired(None, 0)
    if cron.is_cron(armed.period):
        return _fire_cron(armed, now=now)
    period = duration(armed.period)
    number = _first_after(armed.anchor, period, armed.number, now, included=False)
    number = max(number, armed.number + 1)
    missed = number - armed.number - 1
    if armed.remaining is not None:
        missed = min(missed, armed.remaining - 1)
        if armed.remaining - 1 - missed <= 0:
            return Fired(None, missed)
    left = None if armed.remaining is None else armed.remaining - 1 - missed
    return Fired(Armed(period.after(armed.anchor, number), left, armed.anchor, armed.period, number), missed)


def _fire_cron(armed: Armed, *, now: datetime) -> Fired:
    """The next time of a cron expression behind now, and how many passed since it was due (counted up to a thousand)."""
    missed, passed = 0, _next(armed.period, armed.due_at)
    while passed <= now and missed < _MOST_COUNTED:
        missed, passed = missed + 1, _next(armed.period, passed)
    following = passed if passed > now else _next(armed.period, now)
    return Fired(Armed(following, None, armed.anchor, armed.period, armed.number + 1 + missed), missed)


def _first_after(anchor: datetime, period: Period, number: int, now: datetime, *, included: bool) -> int:
    """The smallest firing number above `number` (from `number` on when nothing has passed) whose time is not past."""

    def past(candidate: int) -> bool:
        due = period.after(anchor, candidate)
        return due < now if included else due <= now

    if not past(number):
        return number
    low, step = number, 1
    while past(low + step):
        low, step = low + step, step * 2
    high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if past(middle) else (low, middle)
    return high
