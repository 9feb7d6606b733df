"""Reading what people answered in forms: days, whole numbers and amounts; what is none of them is None, never an error."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

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
        number = Decimal(str(value)) if value not in (None, "") else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def agrees(value: object) -> bool:
    """Whether an answer means yes: a ticked box, `yes` or `agree`."""
    return value is True or str(value).lower() in {"true", "yes", "agree", "1"}


def context(value: object) -> Mapping[str, Any]:
    """A group of answers, or what a decision gave; empty when it is none."""
    return cast(Mapping[str, Any], value) if isinstance(value, Mapping) else {}


def several(value: object) -> list[object]:
    """The answers of a list; empty when it is none."""
    return list(cast(list[object], value)) if isinstance(value, list) else []


def rows(value: object) -> list[Mapping[str, Any]]:
    """The rows of a dynamic list; what is no row, or empty, is left out."""
    return [row for row in map(context, several(value)) if row]
