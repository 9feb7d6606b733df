"""The working-day calendar as FEEL functions that drawings, decisions and forms may call."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final, cast

from sqlalchemy.orm import Session

from engine import calendars
from engine.calendars import SHANGHAI, Calendar, end_of_business, local_day
from engine.feel import FeelFunction

_KEY: Final = "engine.working_days"


def of(db: Session) -> Mapping[str, FeelFunction]:
    """The functions by name, counting by the calendar of this session's database."""
    found = cast(Mapping[str, FeelFunction] | None, db.info.get(_KEY))
    if found is None:
        found = functions(lambda: calendars.calendar(db))
        db.info[_KEY] = found
    return found


def functions(calendar: Callable[[], Calendar]) -> Mapping[str, FeelFunction]:
    """The functions by name. `calendar` is asked only when one is called.

    Dates are FEEL dates, dates and times, or their ISO 8601 text, as variables carry them. Results are in Asia/Shanghai.
    """

    def after(start: object, count: Decimal) -> datetime:
        return calendar().due(_moment(start), int(count)).astimezone(SHANGHAI)

    def before(day: object, count: Decimal) -> datetime:
        return end_of_business(calendar().add(_day(day), -int(count))).astimezone(SHANGHAI)

    def between(first: object, last: object) -> Decimal:
        return Decimal(calendar().between(_day(first), _day(last)))

    def is_working(day: object) -> bool:
        return calendar().is_working(_day(day))

    return {
        one.name: one
        for one in (
            FeelFunction(
                "working days after",
                ("from", "n: number"),
                after,
                doc="The end of business (17:30, Asia/Shanghai) of the n-th working day after a moment or a day; the start day "
                "is not counted, and what comes after 17:30 or on a day off counts as the next working day.",
                doc_zh="某时刻或某日之后第 n 个工作日的下班时刻(17:30);起始日不计入,17:30 之后或休息日视为下一工作日。",
                result="date and time",
                source="engine.calendars",
            ),
            FeelFunction(
                "working days before",
                ("date", "n: number"),
                before,
                doc="The end of business (17:30, Asia/Shanghai) of the n-th working day before a day.",
                doc_zh="某日之前第 n 个工作日的下班时刻(17:30)。",
                result="date and time",
                source="engine.calendars",
            ),
            FeelFunction(
                "working days between",
                ("from", "to"),
                between,
                doc="The working days after one day up to and including another; negative when the second comes first.",
                doc_zh="自前一日之后至后一日(含)的工作日数;次序颠倒时为负数。",
                result="number",
                source="engine.calendars",
            ),
            FeelFunction(
                "is working day",
                ("date",),
                is_working,
                doc="Whether a day is a working day of the administered calendar.",
                doc_zh="某日是否为工作日。",
                result="boolean",
                source="engine.calendars",
            ),
        )
    }


def _moment(value: object) -> datetime | date:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    if isinstance(value, date):
        return value
    raise ValueError("expected a date, or a date and time")


def _day(value: object) -> date:
    moment = _moment(value)
    return local_day(moment) if isinstance(moment, datetime) else moment
