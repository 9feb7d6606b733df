"""What the operators of FEEL mean (DMN 1.5, 10.3.2.12 to 10.3.2.15): equality, order, membership, arithmetic."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal, DecimalException

from engine.errors import Sentence
from engine.feel.durations import DAY, MOST_MONTHS, MOST_NANOSECONDS, DaysTimeDuration, YearsMonthsDuration
from engine.feel.evaluation import Null
from engine.feel.temporal import (
    AnyDate,
    FarDate,
    FarDateTime,
    Time,
    add_months,
    at_instant,
    day_number,
    from_day_number,
    instant,
    make_datetime,
    offset_seconds,
    pieces,
    time_instant,
    time_offset,
)
from engine.feel.values import NUMBERS, Function, Range, Value, kind_of

_DIRECT = frozenset({Decimal, str, bool, date, FarDate, YearsMonthsDuration, DaysTimeDuration})
_DATETIMES = (datetime, FarDateTime)


Spend = Callable[[int], None]


def equal(left: Value, right: Value, spend: Spend | None = None) -> bool | None:
    """`=`: true, false, or None for values of different kinds. `spend` is told how many parts were looked at."""
    kind = type(left)
    if kind is type(right):
        if kind in _DIRECT:
            return left == right
        if kind is list:
            return _equal_lists(left, right, spend)
        if kind is dict:
            return _equal_contexts(left, right, spend)
    if left is None or right is None:
        return left is right
    if kind is list and type(right) is not list:
        return equal(left[0], right, spend) if len(left) == 1 else None
    if type(right) is list and kind is not list:
        return equal(left, right[0], spend) if len(right) == 1 else None
    return _equal_others(left, right)


def _equal_lists(left: list[Value], right: list[Value], spend: Spend | None) -> bool | None:
    if len(left) != len(right):
        return False
    if spend is not None:
        spend(len(left) + 1)
    unknown = False
    for mine, other in zip(left, right, strict=True):
        same = equal(mine, other, spend)
        if same is False:
            return False
        unknown = unknown or same is None
    return None if unknown else True


def _equal_contexts(left: dict[str, Value], right: dict[str, Value], spend: Spend | None) -> bool | None:
    if left.keys() != right.keys():
        return False
    if spend is not None:
        spend(len(left) + 1)
    unknown = False
    for key, mine in left.items():
        same = equal(mine, right[key], spend)
        if same is False:
            return False
        unknown = unknown or same is None
    return None if unknown else True


def _equal_others(left: Value, right: Value) -> bool | None:
    if isinstance(left, Time) and isinstance(right, Time):
        # Times are equal when hour, minute, second and offset are; the fraction is no property of a time (table 53).
        if (left.zone is None) != (right.zone is None):
            return False
        return time_instant(left) // 10**9 == time_instant(right) // 10**9
    if isinstance(left, _DATETIMES) and isinstance(right, _DATETIMES):
        if (pieces(left)[2] is None) != (pieces(right)[2] is None):
            return False
        return instant(left) // 10**9 == instant(right) // 10**9
    if isinstance(left, Range) and isinstance(right, Range):
        return _equal_ranges(left, right)
    if isinstance(left, Function) and isinstance(right, Function):
        return left is right
    if isinstance(left, date | FarDate) and isinstance(right, date | FarDate) and kind_of(left) == kind_of(right):
        return left == right
    return None


def _equal_ranges(left: Range, right: Range) -> bool:
    if left.operator != right.operator:
        return False
    if (left.low_included, left.high_included) != (right.low_included, right.high_included):
        return False
    return equal(left.low, right.low) is True and equal(left.high, right.high) is True


def order(left: Value, right: Value) -> int | None:
    """Negative, zero or positive as `left` stands before, with or after `right`; None when they have no order."""
    kind = type(left)
    if kind is type(right) and kind in _DIRECT and kind is not bool and kind is not FarDate:
        return -1 if left < right else (1 if right < left else 0)
    if isinstance(left, _DATETIMES) and isinstance(right, _DATETIMES):
        if (pieces(left)[2] is None) != (pieces(right)[2] is None):
            return None
        return _sign(instant(left) - instant(right))
    if isinstance(left, Time) and isinstance(right, Time):
        if (left.zone is None) != (right.zone is None):
            return None
        return _sign(time_instant(left) - time_instant(right))
    if kind_of(left) == "date" and kind_of(right) == "date":
        return _sign(day_number(_day_of(left)) - day_number(_day_of(right)))
    return None


def _sign(difference: int) -> int:
    return (difference > 0) - (difference < 0)


def in_range(value: Value, interval: Range) -> bool | None:
    """Whether the value lies in the range; None when they cannot be compared."""
    if interval.operator == "=":
        return equal(value, interval.low)
    if interval.operator == "!=":
        same = equal(value, interval.low)
        return None if same is None else not same
    above: bool | None = True
    if not interval.operator.startswith("<"):
        found = order(value, interval.low)
        above = None if found is None else found > 0 or (found == 0 and interval.low_included)
    if above is False:
        return False
    below: bool | None = True
    if not interval.operator.startswith(">"):
        found = order(value, interval.high)
        below = None if found is None else found < 0 or (found == 0 and interval.high_included)
    if below is False:
        return False
    return None if above is None or below is None else True


def includes(value: Value, test: Value, spend: Spend | None = None) -> bool | None:
    """`value in test` for a test already evaluated: a range, a list (of values or ranges), or a value to equal."""
    kind = type(test)
    if kind is Range:
        return in_range(value, test)
    if kind is list:
        if spend is not None:
            spend(len(test))
        unknown = False
        for item in test:
            found = in_range(value, item) if type(item) is Range else equal(value, item, spend)
            if found:
                return True
            unknown = unknown or (found is None and type(item) is Range)
        if type(value) is list and equal(value, test, spend):
            return True
        return None if unknown else False
    if test is None:
        return True if value is None else None
    return equal(value, test, spend)


# --- arithmetic ---

_ADDED = Sentence("expected values that can be added, but found {left} and {right}").template
_SUBTRACTED = Sentence("expected values that can be subtracted, but found {left} and {right}").template


def _misfit(template: str, left: Value, right: Value) -> Null:
    return Null(template, left=kind_of(left), right=kind_of(right))


def add(left: Value, right: Value) -> Value:
    """`+`; raises Null for values that cannot be added."""
    if type(left) is Decimal and type(right) is Decimal:
        return numeric(NUMBERS.add, left, right)
    if type(left) is str and type(right) is str:
        return left + right
    if isinstance(left, YearsMonthsDuration | DaysTimeDuration):
        if type(left) is type(right):
            return _add_durations(left, right, 1)
        left, right = right, left
    if isinstance(right, YearsMonthsDuration | DaysTimeDuration):
        return shift(left, right, 1)
    raise _misfit(_ADDED, left, right)


def subtract(left: Value, right: Value) -> Value:
    """`-`; raises Null for values that cannot be subtracted."""
    if type(left) is Decimal and type(right) is Decimal:
        return numeric(NUMBERS.subtract, left, right)
    if isinstance(right, YearsMonthsDuration | DaysTimeDuration):
        if type(left) is type(right):
            return _add_durations(left, right, -1)
        return shift(left, right, -1)
    if isinstance(left, Time) and isinstance(right, Time):
        if (left.zone is None) != (right.zone is None):
            raise Null("a time with a zone and a time without one have no difference")
        return DaysTimeDuration(time_instant(left) - time_instant(right))
    if kind_of(left) in _DAYS and kind_of(right) in _DAYS:
        return _difference(left, right)
    raise _misfit(_SUBTRACTED, left, right)


_DAYS = ("date", "date and time")


def _difference(left: Value, right: Value) -> DaysTimeDuration:
    zones = [pieces(side)[2] if isinstance(side, _DATETIMES) else None for side in (left, right)]
    are_dates = [not isinstance(side, _DATETIMES) for side in (left, right)]
    # A date stands for its midnight in UTC, so that it has no difference to a local date and time (10.3.2.3.5).
    if not all(are_dates) and (zones[0] is None and not are_dates[0]) != (zones[1] is None and not are_dates[1]):
        raise Null("a date and time with a zone and one without have no difference")
    return DaysTimeDuration(_moment(left) - _moment(right))


def _moment(value: Value) -> int:
    return instant(value) if isinstance(value, _DATETIMES) else day_number(value) * DAY


def _add_durations(left: Value, right: Value, sign: int) -> Value:
    if isinstance(left, YearsMonthsDuration):
        return _months(left.months + sign * right.months)
    return _span(left.nanoseconds + sign * right.nanoseconds)


def _months(months: int) -> YearsMonthsDuration:
    if abs(months) > MOST_MONTHS:
        raise Null("the duration is too long")
    return YearsMonthsDuration(months)


def _span(nanoseconds: int) -> DaysTimeDuration:
    if abs(nanoseconds) > MOST_NANOSECONDS:
        raise Null("the duration is too long")
    return DaysTimeDuration(nanoseconds)


def shift(value: Value, duration: Value, sign: int) -> Value:
    """A date, time or date and time moved by a duration; Null for anything else."""
    moved: Value = None
    if isinstance(value, _DATETIMES):
        day, nanosecond, zone = pieces(value)
        if isinstance(duration, YearsMonthsDuration):
            target = add_months(day, sign * duration.months)
            moved = None if target is None else make_datetime(target, nanosecond, zone)
        elif isinstance(value, datetime) and zone is None and duration.nanoseconds % 1000 == 0:
            try:
                return value + sign * timedelta(microseconds=duration.nanoseconds // 1000)
            except OverflowError:
                moved = at_instant(instant(value) + sign * duration.nanoseconds, zone)
        else:
            moved = at_instant(instant(value) + sign * duration.nanoseconds, zone)
    elif isinstance(value, date | FarDate):
        if isinstance(duration, YearsMonthsDuration):
            moved = add_months(value, sign * duration.months)
        else:
            moved = from_day_number((day_number(value) * DAY + sign * duration.nanoseconds) // DAY)
    elif isinstance(value, Time) and isinstance(duration, DaysTimeDuration):
        return Time((value.nanosecond_of_day + sign * duration.nanoseconds) % DAY, value.zone)
    else:
        raise _misfit(_ADDED if sign > 0 else _SUBTRACTED, value, duration)
    if moved is None:
        raise Null("the date lies beyond the calendar")
    return moved


def multiply(left: Value, right: Value) -> Value:
    """`*` of numbers, or of a duration and a number."""
    if type(left) is Decimal:
        if type(right) is Decimal:
            return numeric(NUMBERS.multiply, left, right)
        left, right = right, left
    if type(right) is Decimal:
        if isinstance(left, YearsMonthsDuration):
            return _months(_whole(numeric(NUMBERS.multiply, Decimal(left.months), right)))
        if isinstance(left, DaysTimeDuration):
            return _span(_whole(numeric(NUMBERS.multiply, NUMBERS.create_decimal(left.nanoseconds), right)))
    raise _misfit("expected values that can be multiplied, but found {left} and {right}", left, right)


def divide(left: Value, right: Value) -> Value:
    """`/` of numbers, of a duration by a number, or of two durations of one kind."""
    if type(right) is Decimal:
        if right == 0:
            raise Null("division by zero")
        if type(left) is Decimal:
            return numeric(NUMBERS.divide, left, right)
        if isinstance(left, YearsMonthsDuration):
            return _months(_whole(numeric(NUMBERS.divide, Decimal(left.months), right)))
        if isinstance(left, DaysTimeDuration):
            return _span(_whole(numeric(NUMBERS.divide, NUMBERS.create_decimal(left.nanoseconds), right)))
    if isinstance(left, YearsMonthsDuration) and isinstance(right, YearsMonthsDuration):
        return divide(Decimal(left.months), Decimal(right.months))
    if isinstance(left, DaysTimeDuration) and isinstance(right, DaysTimeDuration):
        return divide(NUMBERS.create_decimal(left.nanoseconds), NUMBERS.create_decimal(right.nanoseconds))
    raise _misfit("expected values that can be divided, but found {left} and {right}", left, right)


def _whole(number: Decimal) -> int:
    # Cut towards zero, as a duration of months or nanoseconds has no fraction.
    if number.adjusted() > 30:
        raise Null("the duration is too long")
    return int(number)


def power(left: Value, right: Value) -> Value:
    """`**` of numbers."""
    if type(left) is Decimal and type(right) is Decimal:
        if left == 0 and right == 0:
            return Decimal(1)
        return numeric(NUMBERS.power, left, right)
    raise _misfit("expected values that can be raised to a power, but found {left} and {right}", left, right)


def negate(value: Value) -> Value:
    """`-` before a number or a duration."""
    if type(value) is Decimal:
        return NUMBERS.minus(value)
    if isinstance(value, YearsMonthsDuration):
        return YearsMonthsDuration(-value.months)
    if isinstance(value, DaysTimeDuration):
        return DaysTimeDuration(-value.nanoseconds)
    raise Null("expected a number or a duration after the minus sign, but found {kind}", kind=kind_of(value))


def numeric(operation: Callable[..., Decimal], *operands: Decimal) -> Decimal:
    """The result of an operation of decimal128, or Null where it has none (overflow, root of a negative number, …)."""
    try:
        return operation(*operands)
    except DecimalException:
        raise Null("the calculation has no result as a number") from None


OPERATORS: dict[str, Callable[[Value, Value], Value]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}


# --- properties ---


def get_property(value: Value, name: str) -> Value:
    """`value.name` of a temporal, a duration or a range (tables 53 to 57); Null where there is no such property."""
    found = _PROPERTIES.get(kind_of(value), {}).get(name)
    if found is None:
        raise Null("{kind} has no property {name}", kind=kind_of(value), name=name)
    return found(value)


def _offset(value: Value) -> Value:
    if isinstance(value, Time):
        return None if value.zone is None else DaysTimeDuration(time_offset(value) * 10**9)
    day, nanosecond, zone = pieces(value)
    return None if zone is None else DaysTimeDuration(offset_seconds(day, nanosecond, zone) * 10**9)


def _zone_name(value: Value) -> str | None:
    zone = value.zone if isinstance(value, Time) else pieces(value)[2]
    key = getattr(zone, "key", None)
    return key if isinstance(key, str) else None


def _day_of(value: Value) -> AnyDate:
    return pieces(value)[0] if isinstance(value, _DATETIMES) else value


def _clock_of(value: Value) -> Time:
    if isinstance(value, Time):
        return value
    _, nanosecond, zone = pieces(value)
    return Time(nanosecond, zone)


def _part(count: Callable[[int], int]) -> Callable[[Value], Decimal]:
    def part(value: DaysTimeDuration) -> Decimal:
        number = count(abs(value.nanoseconds) // 10**9)
        return Decimal(-number if value.nanoseconds < 0 else number)

    return part


def _month_part(value: YearsMonthsDuration, *, is_year: bool) -> Decimal:
    years, months = divmod(abs(value.months), 12)
    number = years if is_year else months
    return Decimal(-number if value.months < 0 else number)


_DATE_PROPERTIES: dict[str, Callable[[Value], Value]] = {
    "year": lambda value: Decimal(_day_of(value).year),
    "month": lambda value: Decimal(_day_of(value).month),
    "day": lambda value: Decimal(_day_of(value).day),
    "weekday": lambda value: Decimal((day_number(_day_of(value)) + 3) % 7 + 1),
}
_TIME_PROPERTIES: dict[str, Callable[[Value], Value]] = {
    "hour": lambda value: Decimal(_clock_of(value).hour),
    "minute": lambda value: Decimal(_clock_of(value).minute),
    "second": lambda value: Decimal(_clock_of(value).second),
    "time offset": _offset,
    "timezone": _zone_name,
}
_PROPERTIES: dict[str, dict[str, Callable[[Value], Value]]] = {
    "date": _DATE_PROPERTIES,
    "time": _TIME_PROPERTIES,
    "date and time": {**_DATE_PROPERTIES, **_TIME_PROPERTIES},
    "years and months duration": {
        "years": lambda value: _month_part(value, is_year=True),
        "months": lambda value: _month_part(value, is_year=False),
    },
    "days and time duration": {
        "days": _part(lambda seconds: seconds // 86400),
        "hours": _part(lambda seconds: seconds // 3600 % 24),
        "minutes": _part(lambda seconds: seconds // 60 % 60),
        "seconds": _part(lambda seconds: seconds % 60),
    },
    "range": {
        "start": lambda value: value.low,
        "end": lambda value: value.high,
        "start included": lambda value: value.low_included,
        "end included": lambda value: value.high_included,
    },
}


def months_between(first: Value, last: Value) -> YearsMonthsDuration:
    """Whole months from one day to another, negative backwards (10.3.2.7, `years and months duration`)."""
    start, end = _day_of(first), _day_of(last)
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonthsDuration(months)
