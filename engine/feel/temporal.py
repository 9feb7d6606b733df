"""Dates, times and date-times of FEEL: what Python's types hold is kept in them, what they cannot hold in ours.

A date is a `datetime.date`, a date and time is a `datetime.datetime` (naive: FEEL's local date-time; aware: with an offset
or a zone). Years outside 1…9999 and fractions finer than a microsecond, which FEEL has and Python has not, live in
`FarDate` and `FarDateTime`. A time of day is always our `Time`, because Python's cannot say `12:00@Asia/Shanghai`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from engine.feel.durations import DAY, HOUR, MINUTE, SECOND

LARGEST_YEAR = 999_999_999
_DATE = re.compile(r"(-?)(\d{4,9})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(
    r"T?(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:(Z|z)|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([A-Za-z0-9_+\-/]+))?", re.ASCII
)
_EPOCH = 719_163  # date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day: `nanosecond` counts from midnight, `zone` is None (local), an offset or a named zone."""

    nanosecond_of_day: int
    zone: tzinfo | None = None

    @classmethod
    def of(cls, value: time) -> "Time":
        """The FEEL time of a Python time."""
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return cls(seconds * SECOND + value.microsecond * 1000, value.tzinfo)

    @property
    def hour(self) -> int:
        return self.nanosecond_of_day // HOUR

    @property
    def minute(self) -> int:
        return self.nanosecond_of_day // MINUTE % 60

    @property
    def second(self) -> int:
        return self.nanosecond_of_day // SECOND % 60

    @property
    def nanosecond(self) -> int:
        return self.nanosecond_of_day % SECOND

    @property
    def python(self) -> time:
        """The Python time, cut to microseconds."""
        return time(self.hour, self.minute, self.second, self.nanosecond // 1000, tzinfo=self.zone)

    def __str__(self) -> str:
        return _clock_text(self.nanosecond_of_day) + zone_text(self.zone)


@dataclass(frozen=True, slots=True)
class FarDate:
    """A date whose year Python cannot hold."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        return f"{'-' if self.year < 0 else ''}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class FarDateTime:
    """A date and time beyond Python's years or finer than its microseconds."""

    day: date | FarDate
    nanosecond_of_day: int
    zone: tzinfo | None = None

    def __str__(self) -> str:
        return f"{self.day}T{_clock_text(self.nanosecond_of_day)}{zone_text(self.zone)}"


AnyDate = date | FarDate
AnyDateTime = datetime | FarDateTime


def _clock_text(nanosecond_of_day: int) -> str:
    seconds, nanoseconds = divmod(nanosecond_of_day, SECOND)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return text + (f".{nanoseconds:09d}".rstrip("0") if nanoseconds else "")


def zone_text(zone: tzinfo | None) -> str:
    """`Z`, `+08:00`, `@Asia/Shanghai` or nothing, as FEEL writes a zone after a time."""
    if zone is None:
        return ""
    key = getattr(zone, "key", None)
    if isinstance(key, str):
        return "@" + key
    span = zone.utcoffset(None)
    if span is None:
        return ""
    seconds = span.days * 86400 + span.seconds
    if seconds == 0:
        return "Z"
    sign = "-" if seconds < 0 else "+"
    seconds = abs(seconds)
    text = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return text + (f":{seconds % 60:02d}" if seconds % 60 else "")


def datetime_text(value: AnyDateTime) -> str:
    """ISO 8601 with FEEL's `@Zone`; fractions only where there are any."""
    day, nanosecond, zone = pieces(value)
    return f"{day}T{_clock_text(nanosecond)}{zone_text(zone)}"


def pieces(value: AnyDateTime) -> tuple[AnyDate, int, tzinfo | None]:
    """The date, the nanosecond of the day and the zone of a date-time."""
    if isinstance(value, FarDateTime):
        return value.day, value.nanosecond_of_day, value.zone
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return value.date(), seconds * SECOND + value.microsecond * 1000, value.tzinfo


def make_datetime(day: AnyDate, nanosecond_of_day: int, zone: tzinfo | None) -> AnyDateTime:
    """Put a date-time together, in Python's type where that holds it."""
    if isinstance(day, FarDate) or nanosecond_of_day % 1000:
        return FarDateTime(day, nanosecond_of_day, zone)
    seconds, rest = divmod(nanosecond_of_day, SECOND)
    return datetime(
        day.year, day.month, day.day, seconds // 3600, seconds // 60 % 60, seconds % 60, rest // 1000, tzinfo=zone
    )


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """How many days the month has, in the proleptic Gregorian calendar."""
    if month == 2:
        return 29 if _leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def make_date(year: int, month: int, day: int) -> AnyDate | None:
    """A date, or None when the calendar has no such day."""
    if not 1 <= month <= 12 or not 1 <= day <= days_in_month(year, month):
        return None
    if 1 <= year <= 9999:
        return date(year, month, day)
    return FarDate(year, month, day) if abs(year) <= LARGEST_YEAR else None


def day_number(day: AnyDate) -> int:
    """Days since 1970-01-01."""
    if isinstance(day, date):
        return day.toordinal() - _EPOCH
    # Shift by whole 400-year eras into the years that Python counts.
    eras, year = divmod(day.year - 1, 400)
    return date(year + 1, day.month, day.day).toordinal() + eras * 146_097 - _EPOCH


def from_day_number(number: int) -> AnyDate | None:
    """The date so many days after 1970-01-01, or None beyond the calendar's nine-digit years."""
    ordinal = number + _EPOCH
    if 1 <= ordinal <= 3_652_059:
        return date.fromordinal(ordinal)
    eras, rest = divmod(ordinal - 1, 146_097)
    near = date.fromordinal(rest + 1)
    return make_date(near.year + eras * 400, near.month, near.day)


def add_months(day: AnyDate, months: int) -> AnyDate | None:
    """The same day of another month, clamped to that month's end (DMN 1.5, 10.3.2.5)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return make_date(year, month + 1, min(day.day, days_in_month(year, month + 1)))


def offset_seconds(day: AnyDate, nanosecond_of_day: int, zone: tzinfo) -> int:
    """The offset from UTC that the zone has at that local time."""
    span = zone.utcoffset(None)
    if span is None:
        near = day if isinstance(day, date) else date(9000 + day.year % 400, day.month, min(day.day, 28))
        seconds, rest = divmod(nanosecond_of_day, SECOND)
        moment = datetime(  # noqa: DTZ001  (a local time, asked for its offset)
            near.year, near.month, near.day, seconds // 3600, seconds // 60 % 60, seconds % 60, rest // 1000
        )
        span = zone.utcoffset(moment) or timedelta(0)
    return span.days * 86400 + span.seconds


def instant(value: AnyDateTime, default: tzinfo | None = None) -> int:
    """Nanoseconds since the epoch; a local date-time is taken to be in `default`, or in UTC."""
    day, nanosecond, zone = pieces(value)
    zone = zone or default
    offset = offset_seconds(day, nanosecond, zone) if zone else 0
    return day_number(day) * DAY + nanosecond - offset * SECOND


def at_instant(nanoseconds: int, zone: tzinfo | None) -> AnyDateTime | None:
    """The date-time at that instant, shown in that zone (local: as if UTC)."""
    if zone is not None:
        fixed = zone.utcoffset(None)
        if fixed is None:
            day = from_day_number(nanoseconds // DAY)
            if day is None:
                return None
            near = day if isinstance(day, date) and 1 < day.year < 9999 else date(9000 + day.year % 400, day.month, 28)
            seconds = nanoseconds % DAY // SECOND
            moment = datetime(near.year, near.month, near.day, tzinfo=UTC) + timedelta(seconds=seconds)
            fixed = moment.astimezone(zone).utcoffset() or timedelta(0)
        nanoseconds += (fixed.days * 86400 + fixed.seconds) * SECOND
    day = from_day_number(nanoseconds // DAY)
    return None if day is None else make_datetime(day, nanoseconds % DAY, zone)


def time_instant(value: Time) -> int:
    """A nanosecond of the day in UTC by which times with a zone are compared; a local time is taken as it is."""
    if value.zone is None:
        return value.nanosecond_of_day
    return value.nanosecond_of_day - time_offset(value) * SECOND


def time_offset(value: Time) -> int:
    """The offset in seconds of a time with a zone; a named zone's standard offset, since a time has no day."""
    zone = value.zone
    if zone is None:
        return 0
    span = zone.utcoffset(None)
    if span is None:
        span = _standard_offset(zone)
    return span.days * 86400 + span.seconds


@lru_cache(maxsize=256)
def _standard_offset(zone: tzinfo) -> timedelta:
    # One of the two solstices is without daylight saving, on either hemisphere.
    for month in (1, 7):
        moment = datetime(2021, month, 1, tzinfo=zone)
        if not moment.dst():
            return moment.utcoffset() or timedelta(0)
    return datetime(2021, 1, 1, tzinfo=zone).utcoffset() or timedelta(0)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=512)
def named_zone(name: str) -> tzinfo | None:
    """The zone of that name in the IANA table, or None."""
    return ZoneInfo(name) if name in _zones() else None


def fixed_zone(seconds: int) -> tzinfo | None:
    """A fixed offset of at most 18 hours, as ISO 8601 and Java know it; None beyond."""
    if seconds == 0:
        return UTC
    return timezone(timedelta(seconds=seconds)) if abs(seconds) <= 18 * 3600 else None


def parse_date(text: str) -> AnyDate | None:
    """Read `2026-06-30`, `-0044-03-15`, `123456-01-01`; None when it is no date."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    sign, year, month, day = found.groups()
    if len(year) > 4 and year[0] == "0":
        return None
    return make_date(-int(year) if sign else int(year), int(month), int(day))


def parse_time(text: str) -> Time | None:
    """Read `12:30`, `12:30:00.5`, `12:30:00+08:00`, `12:30:00@Asia/Shanghai`; None when it is no time."""
    if len(text) > 100:
        return None
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute, second, fraction, zulu, sign, zone_hour, zone_minute, zone_second, name = found.groups()
    hours, minutes, seconds = int(hour), int(minute), int(second or 0)
    nanoseconds = int((fraction + "000000000")[:9]) if fraction else 0
    if hours == 24 and not (minutes or seconds or nanoseconds):
        hours = 0
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    zone: tzinfo | None = None
    if zulu:
        zone = UTC
    elif sign:
        if int(zone_minute) > 59 or int(zone_second or 0) > 59:
            return None
        span = int(zone_hour) * 3600 + int(zone_minute) * 60 + int(zone_second or 0)
        zone = fixed_zone(-span if sign == "-" else span)
        if zone is None:
            return None
    elif name:
        zone = named_zone(name)
        if zone is None:
            return None
    return Time(((hours * 60 + minutes) * 60 + seconds) * SECOND + nanoseconds, zone)


def parse_datetime(text: str) -> AnyDateTime | None:
    """Read `2026-06-30T12:00:00@Asia/Shanghai`; a date alone is its midnight; None when it is no date-time."""
    head, mark, tail = text.partition("T")
    day = parse_date(head)
    if day is None:
        return None
    if not mark:
        return make_datetime(day, 0, None)
    clock = parse_time(tail) if not tail.startswith("T") else None
    if clock is None:
        return None
    if tail.startswith("24:"):
        following = from_day_number(day_number(day) + 1)
        return None if following is None else make_datetime(following, 0, clock.zone)
    return make_datetime(day, clock.nanosecond_of_day, clock.zone)
