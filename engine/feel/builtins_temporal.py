"""Built-in functions on dates, times and durations (DMN 1.5, tables 73, 78 and 82)."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal

from engine.feel.durations import HOUR, MINUTE, SECOND, DaysTimeDuration, YearsMonthsDuration, parse_duration
from engine.feel.evaluation import LOCAL, Null, Run
from engine.feel.operators import months_between
from engine.feel.registry import builtin
from engine.feel.temporal import (
    AnyDate,
    AnyDateTime,
    FarDate,
    FarDateTime,
    Time,
    day_number,
    days_in_month,
    fixed_zone,
    from_day_number,
    make_date,
    make_datetime,
    named_zone,
    parse_date,
    parse_datetime,
    parse_time,
    pieces,
)
from engine.feel.values import Value, kind_of

_CONVERSION = "DMN 1.5, table 73"
_TEMPORAL = "DMN 1.5, table 78"
_CAMUNDA = "Camunda 8 FEEL"
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DATETIME = (datetime, FarDateTime)


def _item(value: Value) -> Value:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _is_date(value: Value) -> bool:
    return kind_of(value) == "date"


def _int(value: Value, name: str, *, most: int = 10**9) -> int:
    value = _item(value)
    if type(value) is not Decimal or value != value.to_integral_value() or abs(value) > most:
        raise Null("expected a whole number as {parameter}", parameter=name)
    return int(value)


@builtin(
    "date(from: Any): date",
    "The date written in a text, or the date of a date and time.",
    "由文本或日期时间得到日期。",
    source=_CONVERSION,
    examples=[
        ('date("2012-12-25")', '@"2012-12-25"'),
        ('date(date and time("2012-12-25T11:00:00Z"))', '@"2012-12-25"'),
    ],
)
def _date_from(run: Run, value: Value) -> Value:
    value = _item(value)
    if isinstance(value, str):
        found = parse_date(value)
        if found is None:
            raise Null('there is no date "{text}"', text=value[:60])
        return found
    if isinstance(value, _DATETIME):
        return pieces(value)[0]
    if _is_date(value):
        return value
    raise Null("expected a text or a date and time, but found {kind}", kind=kind_of(value))


@builtin(
    "date(year: number, month: number, day: number): date",
    "",
    "",
    source=_CONVERSION,
    examples=[("date(2012, 12, 25)", '@"2012-12-25"'), ("date(2021, 2, 29)", "null")],
)
def _date_of(run: Run, year: Decimal, month: Decimal, day: Decimal) -> Value:
    found = make_date(_int(year, "year"), _int(month, "month"), _int(day, "day"))
    if found is None:
        raise Null("there is no such date")
    return found


@builtin(
    "time(from: Any): time",
    "The time written in a text, or the time of a date and time.",
    "由文本或日期时间得到时刻。",
    source=_CONVERSION,
    examples=[('time("23:59:00z")', '@"23:59:00Z"'), ('time(date and time("2012-12-25T11:00:00Z"))', '@"11:00:00Z"')],
)
def _time_from(run: Run, value: Value) -> Value:
    value = _item(value)
    if isinstance(value, str):
        found = parse_time(value)
        if found is None:
            raise Null('there is no time "{text}"', text=value[:60])
        return found
    if isinstance(value, _DATETIME):
        _, nanosecond, zone = pieces(value)
        return Time(nanosecond, zone)
    if isinstance(value, Time):
        return value
    if _is_date(value):
        return Time(0, UTC)
    raise Null("expected a text or a date and time, but found {kind}", kind=kind_of(value))


@builtin(
    "time(hour: number, minute: number, second: number, offset: days and time duration? = null): time",
    "",
    "",
    source=_CONVERSION,
    examples=[('time(23, 59, 0, duration("PT0H"))', '@"23:59:00Z"'), ("time(14, 30, 0)", '@"14:30:00"')],
)
def _time_of(
    run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTimeDuration | None = None
) -> Value:
    hours, minutes = _int(hour, "hour"), _int(minute, "minute")
    if not (0 <= hours <= 23 and 0 <= minutes <= 59 and 0 <= second < 60):
        raise Null("there is no such time")
    return Time(hours * HOUR + minutes * MINUTE + int(second * SECOND), _zone_of(offset))


def _zone_of(offset: DaysTimeDuration | None) -> tzinfo | None:
    if offset is None:
        return None
    zone = fixed_zone(offset.nanoseconds // SECOND) if offset.nanoseconds % SECOND == 0 else None
    if zone is None:
        raise Null("there is no zone with the offset {offset}", offset=str(offset))
    return zone


@builtin(
    "date and time(from: Any): date and time",
    "The date and time written in a text; a date and a time put together; a date and time shown in another zone.",
    "由文本得到日期时间；或合并日期与时刻；或转换到另一时区。",
    source=_CONVERSION,
    examples=[
        ('date and time("2012-12-24T23:59:00")', '@"2012-12-24T23:59:00"'),
        ('date and time("2012-12-25")', '@"2012-12-25T00:00:00"'),
    ],
)
def _datetime_from(run: Run, value: Value) -> Value:
    value = _item(value)
    if isinstance(value, str):
        found = parse_datetime(value)
        if found is None:
            raise Null('there is no date and time "{text}"', text=value[:60])
        return found
    if isinstance(value, _DATETIME):
        return value
    if _is_date(value):
        return make_datetime(value, 0, UTC)
    raise Null("expected a text, but found {kind}", kind=kind_of(value))


@builtin(
    "date and time(date: Any, time: Any): date and time",
    "",
    "",
    source=_CONVERSION,
    examples=[
        ('date and time(date("2012-12-24"), time("23:59:00"))', '@"2012-12-24T23:59:00"'),
        (
            'date and time(@"2020-07-31T14:27:30@Europe/Berlin", "America/Los_Angeles")',
            '@"2020-07-31T05:27:30@America/Los_Angeles"',
        ),
    ],
)
def _datetime_of(run: Run, day: Value, clock: Value) -> Value:
    day, clock = _item(day), _item(clock)
    if isinstance(day, _DATETIME):
        if isinstance(clock, str):
            return _in_zone(day, clock)
        day = pieces(day)[0]
    if not _is_date(day) or not isinstance(clock, Time):
        raise Null("expected a date and a time, but found {date} and {time}", date=kind_of(day), time=kind_of(clock))
    return make_datetime(day, clock.nanosecond_of_day, clock.zone)


@builtin("date and time(from: Any, timezone: string): date and time", "", "", source=_CAMUNDA)
def _datetime_in_zone(run: Run, value: Value, zone: str) -> Value:
    if not isinstance(value, _DATETIME):
        raise Null("expected a date and time, but found {kind}", kind=kind_of(value))
    return _in_zone(value, zone)


def _in_zone(value: AnyDateTime, name: str) -> AnyDateTime:
    zone = named_zone(name)
    if zone is None:
        raise Null('there is no zone "{name}"', name=name[:60])
    if isinstance(value, datetime):
        try:
            return value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(zone)
        except OverflowError:
            pass
    raise Null("the date lies beyond the calendar")


@builtin(
    "date and time(year: number, month: number, day: number, hour: number, minute: number, second: number,"
    " offset: Any = null): date and time",
    "",
    "",
    source=_CONVERSION,
    examples=[("date and time(2012, 12, 24, 23, 59, 0)", '@"2012-12-24T23:59:00"')],
)
def _datetime_parts(
    run: Run,
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    offset: Value = None,
) -> Value:
    whole_day: AnyDate = _date_of(run, year, month, day)
    zone = named_zone(offset) if isinstance(offset, str) else None
    if isinstance(offset, str) and zone is None:
        raise Null('there is no zone "{name}"', name=offset[:60])
    clock = _time_of(run, hour, minute, second, None if isinstance(offset, str) else offset)
    return make_datetime(whole_day, clock.nanosecond_of_day, zone or clock.zone)


@builtin(
    "duration(from: Any): duration",
    "The duration written in a text.",
    "由文本得到时长。",
    source=_CONVERSION,
    examples=[('duration("P5Y")', '@"P5Y"'), ('duration("-PT36H")', '@"-P1DT12H"'), ('duration("P1Y2D")', "null")],
)
def _duration(run: Run, value: Value) -> Value:
    value = _item(value)
    if isinstance(value, str):
        found = parse_duration(value)
        if found is None:
            raise Null('there is no duration "{text}"', text=value[:60])
        return found
    if isinstance(value, YearsMonthsDuration | DaysTimeDuration):
        return value
    raise Null("expected a text, but found {kind}", kind=kind_of(value))


@builtin(
    "years and months duration(from: date or date and time, to: date or date and time): years and months duration",
    "Whole months from one day to another.",
    "两日期之间的整年月。",
    source=_CONVERSION,
    examples=[('years and months duration(date("2011-12-22"), date("2013-08-24"))', '@"P1Y8M"')],
)
def _years_and_months(run: Run, start: Value, end: Value) -> Value:
    return months_between(start, end)


@builtin(
    "now(): date and time",
    "This moment, in Asia/Shanghai: the time handed to the evaluation, which does not pass while it runs.",
    "当前时刻（北京时间）。",
    source="DMN 1.5, table 82",
    pure=False,
)
def _now(run: Run) -> Value:
    return run.now


@builtin("today(): date", "The date of `now()`.", "今天（北京时间）。", source="DMN 1.5, table 82", pure=False)
def _today(run: Run) -> Value:
    return run.now.date()


def _python_day(value: Value) -> AnyDate:
    return pieces(value)[0] if isinstance(value, _DATETIME) else value


@builtin(
    "day of year(date: date or date and time): number",
    "The number of the day in its year.",
    "一年中的第几天。",
    source=_TEMPORAL,
    examples=[("day of year(date(2019, 9, 17))", "260")],
)
def _day_of_year(run: Run, value: Value) -> Value:
    day = _python_day(value)
    return Decimal(day.day + sum(days_in_month(day.year, month) for month in range(1, day.month)))


@builtin(
    "day of week(date: date or date and time): string",
    "The English name of the weekday.",
    "星期几（英文名）。",
    source=_TEMPORAL,
    examples=[("day of week(date(2019, 9, 17))", '"Tuesday"')],
)
def _day_of_week(run: Run, value: Value) -> Value:
    return _WEEKDAYS[(day_number(_python_day(value)) + 3) % 7]


@builtin(
    "month of year(date: date or date and time): string",
    "The English name of the month.",
    "月份（英文名）。",
    source=_TEMPORAL,
    examples=[("month of year(date(2019, 9, 17))", '"September"')],
)
def _month_of_year(run: Run, value: Value) -> Value:
    return _MONTHS[_python_day(value).month - 1]


@builtin(
    "week of year(date: date or date and time): number",
    "The ISO 8601 week.",
    "ISO 周数。",
    source=_TEMPORAL,
    examples=[("week of year(date(2019, 9, 17))", "38"), ("week of year(date(2003, 12, 29))", "1")],
)
def _week_of_year(run: Run, value: Value) -> Value:
    day = _python_day(value)
    if isinstance(day, FarDate):
        # The calendar of weeks repeats every 400 years.
        day = date(2000 + day.year % 400, day.month, day.day)
    return Decimal(day.isocalendar().week)


@builtin(
    "last day of month(date: date or date and time): date",
    "The last day of the month.",
    "当月最后一天。",
    source=_CAMUNDA,
    examples=[('last day of month(date("2024-02-01"))', '@"2024-02-29"')],
)
def _last_day_of_month(run: Run, value: Value) -> Value:
    day = _python_day(value)
    last = days_in_month(day.year, day.month)
    return make_date(day.year, day.month, last)


@builtin(
    "from unix timestamp(timestamp: number): date and time",
    "The moment so many milliseconds after 1970, in Asia/Shanghai.",
    "由毫秒时间戳得到日期时间（北京时间）。",
    source="ours",
    examples=[("from unix timestamp(0)", '@"1970-01-01T08:00:00@Asia/Shanghai"')],
)
def _from_unix_timestamp(run: Run, timestamp: Decimal) -> Value:
    milliseconds = _int(timestamp, "timestamp", most=250_000_000_000_000)
    day = from_day_number(milliseconds // 86_400_000)
    if day is None or isinstance(day, FarDate):
        raise Null("the date lies beyond the calendar")
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)).astimezone(LOCAL)
