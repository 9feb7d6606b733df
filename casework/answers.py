"""Reading what people answered in forms: days, whole numbers and amounts; what is none of them is None, never an error."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from engine.calendars import local_day


def day(value: object) -> date | None:
    """The calendar day that a form gave, as a date, an instant or ISO text."""
    if isinstance(value, datetime):
        return local_day(value)
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def whole(value: object) -> int | None:
    """A whole number."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return int(number) if number.is_finite() and number == number.to_integral_value() else None


def amount(value: object) -> Decimal | None:
    """An amount in 万元."""
    try:
        number = Decimal(str(value)) if value not in {None, ""} else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def agrees(value: object) -> bool:
    """Whether an answer means yes: a ticked box, `yes` or `agree`."""
    return value is True or str(value).lower() in {"true", "yes", "agree", "1"}
