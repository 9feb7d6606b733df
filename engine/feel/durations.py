"""The two durations of FEEL (DMN 1.5, 10.3.2.3.7): years and months, days and time."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import total_ordering

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_ISO = re.compile(
    r"(?P<sign>-)?P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?:\.(?P<fraction>\d*))?S)?)?",
    re.ASCII,
)
_WEEKS = re.compile(r"(?P<sign>-)?P(?P<weeks>\d+)W", re.ASCII)
# A duration text longer than this holds no duration that any calendar knows.
_LONGEST = 200
# Calendars end at a year of nine digits; a duration that crosses that twice is refused as out of range.
MOST_MONTHS = 2_000_000_000 * 12
MOST_NANOSECONDS = 2_000_000_000 * 366 * DAY


@total_ordering
@dataclass(frozen=True, slots=True)
class YearsMonthsDuration:
    """A duration of calendar months; `months` is signed."""

    months: int

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, YearsMonthsDuration):
            return NotImplemented
        return self.months < other.months

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return ("-" if self.months < 0 else "") + "P" + text


@total_ordering
@dataclass(frozen=True, slots=True)
class DaysTimeDuration:
    """An exact span of time; `nanoseconds` is signed."""

    nanoseconds: int

    @classmethod
    def of(cls, span: timedelta) -> "DaysTimeDuration":
        """The FEEL duration of a Python timedelta."""
        return cls(span.days * DAY + span.seconds * SECOND + span.microseconds * 1000)

    @property
    def timedelta(self) -> timedelta:
        """The Python span, cut to microseconds; OverflowError beyond what Python can hold."""
        return timedelta(microseconds=int(self.nanoseconds / 1000) if abs(self.nanoseconds) < 1000 else _cut(self))

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, DaysTimeDuration):
            return NotImplemented
        return self.nanoseconds < other.nanoseconds

    def __str__(self) -> str:
        days, rest = divmod(abs(self.nanoseconds), DAY)
        hours, rest = divmod(rest, HOUR)
        minutes, rest = divmod(rest, MINUTE)
        seconds, nanoseconds = divmod(rest, SECOND)
        text = f"{days}D" if days else ""
        clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        if nanoseconds:
            clock += f"{seconds}.{nanoseconds:09d}".rstrip("0") + "S"
        elif seconds or not (text or clock):
            clock += f"{seconds}S"
        return ("-" if self.nanoseconds < 0 else "") + "P" + text + ("T" + clock if clock else "")


def _cut(span: DaysTimeDuration) -> int:
    microseconds = abs(span.nanoseconds) // 1000
    return -microseconds if span.nanoseconds < 0 else microseconds


def parse_duration(text: str) -> YearsMonthsDuration | DaysTimeDuration | None:
    """Read `P1Y2M` or `P1DT2H3M4.5S`; None when the text is neither (also when it mixes both kinds).

    Weeks (`P2W`) are ISO 8601 but no lexical form of XML Schema, to which DMN refers; they are refused here.
    """
    if len(text) > _LONGEST:
        return None
    found = _ISO.fullmatch(text)
    if found is None or text[-1] in "PT":
        return None
    part = found.groupdict()
    years, months = part["years"], part["months"]
    sign = -1 if part["sign"] else 1
    clock = [part[name] for name in ("days", "hours", "minutes", "seconds")]
    if years is not None or months is not None:
        if any(piece is not None for piece in clock):
            return None
        total = int(years or 0) * 12 + int(months or 0)
        return YearsMonthsDuration(sign * total) if total <= MOST_MONTHS else None
    days, hours, minutes, seconds = (int(piece or 0) for piece in clock)
    fraction = int(((part["fraction"] or "") + "000000000")[:9])
    total = days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND + fraction
    return DaysTimeDuration(sign * total) if total <= MOST_NANOSECONDS else None
