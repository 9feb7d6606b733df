"""Values of other people's suites as FEEL values, and when two of them count as the same answer."""

from datetime import date
from decimal import Decimal
from typing import Any

from engine import feel
from engine.feel.durations import parse_duration
from engine.feel.operators import order
from engine.feel.temporal import parse_date, parse_datetime, parse_time
from engine.feel.text import value_text
from engine.feel.values import kind_of

ERROR = object()


def from_suite(value: Any) -> Any:
    """Tagged JSON of the suites (`{"@type": "date", "value": …}`) as a FEEL value."""
    if isinstance(value, dict):
        if "@type" in value:
            return tagged(value["@type"], value["value"])
        if "@error" in value:
            return ERROR
        return {key: from_suite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_suite(item) for item in value]
    return feel.from_json(value)


def tagged(kind: str, text: str) -> Any:
    """A typed text of a suite."""
    readers: dict[str, Any] = {
        "date": parse_date,
        "time": parse_time,
        "dateTime": parse_datetime,
        "duration": parse_duration,
    }
    return readers[kind](text)


def same(got: Any, want: Any) -> bool:
    """Equal numbers to 1e-7, equal texts of everything temporal, element by element."""
    if want is ERROR:
        return got is None
    if isinstance(got, bool) or isinstance(want, bool) or got is None or want is None:
        return got is want
    if isinstance(got, Decimal) and isinstance(want, Decimal):
        return got == want or abs(got - want) <= Decimal("1e-7") * max(1, abs(got), abs(want))
    if isinstance(got, list) and isinstance(want, list):
        return len(got) == len(want) and all(same(mine, other) for mine, other in zip(got, want, strict=True))
    if isinstance(got, dict) and isinstance(want, dict):
        return got.keys() == want.keys() and all(same(got[key], want[key]) for key in got)
    if kind_of(got) != kind_of(want):
        return False
    if isinstance(got, str | date) or kind_of(got) in ("time", "date and time"):
        return value_text(got) == value_text(want)
    return order(got, want) == 0
