"""What every way of being stuck shares: the place that is asked about, the limit of the decision `stuck-limits`, and the answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from casework import answers, enterprises, territories
from casework.case_tables import Case
from engine import decisions
from engine.calendars import SHANGHAI, Calendar, calendar, local_day
from engine.errors import Sentence
from engine.tables import UserTask


@dataclass(frozen=True, slots=True)
class Stuck:
    """One thing that does not move. `whose` is whose turn it is, in posts or names; ids are None where they do not apply.

    `covers` are the open tasks that this explains: no other kind accuses them again.
    """

    kind: str
    why: Sentence
    whose: str
    since: datetime
    help: Sentence
    scope: str
    subject: str
    business_key: str
    user_task_id: int | None = None
    job_id: int | None = None
    instance_id: int | None = None
    case_id: int | None = None
    order_id: int | None = None
    officer_id: int | None = None
    covers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when the question is asked: at and under a territory, or (with `case`) about one case alone."""

    scope: str
    now: datetime
    days: Calendar
    case: Case | None = None
    limits: dict[tuple[str, str], int | None] = field(default_factory=dict[tuple[str, str], int | None])

    @property
    def today(self) -> date:
        """The Shanghai day."""
        return local_day(self.now)

    @property
    def subject(self) -> str:
        """What the engine calls the enterprise of the case; empty when a territory is asked about."""
        return enterprises.subject(self.case.enterprise_id) if self.case is not None else ""

    def under(
        self, scope: InstrumentedAttribute[str], subject: InstrumentedAttribute[str] | None = None
    ) -> ColumnElement[bool]:
        """The criterion on a column of paths, or on one of subjects for a single case. The whole region also shows what has no place."""
        if self.case is not None and subject is not None:
            return subject == self.subject
        if self.scope == territories.REGION:
            return or_(scope == "", territories.under(scope, [self.scope]))
        return territories.under(scope, [self.scope])

    def cases(self) -> ColumnElement[bool]:
        """The criterion on cases."""
        return Case.id == self.case.id if self.case is not None else self.under(Case.scope)

    def tasks(self) -> ColumnElement[bool]:
        """The criterion on user tasks that are open with a running clock."""
        return (UserTask.status == "open") & UserTask.paused_at.is_(None) & self.under(UserTask.scope, UserTask.subject)

    def limit(self, db: Session, kind: str, process: str = "") -> int | None:
        """The limit of a kind (for a process) by the decision `stuck-limits`; None where it does not apply."""
        if (kind, process) not in self.limits:
            value = decisions.value(db, "stuck-limits", {"facts": {"kind": kind, "process": process}}, now=self.now)
            self.limits[kind, process] = answers.whole(answers.context(value).get("limit"))
        return self.limits[kind, process]

    def before(self, working_days: int) -> datetime:
        """An instant before which lies all that has waited for more than so many working days (and perhaps a little else)."""
        return datetime.combine(self.days.add(self.today, -working_days), time(), SHANGHAI).astimezone(UTC)

    def waited(self, since: datetime) -> int:
        """Working days since an instant."""
        return self.days.between(local_day(since), self.today)


def at(db: Session, scope: str, *, now: datetime, case: Case | None = None) -> Place:
    """The place of a question."""
    return Place(scope, now, calendar(db), case)


def midnight(day: date) -> datetime:
    """The beginning of a day in Shanghai, as an instant."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def days_ago(now: datetime, days: int) -> datetime:
    """The instant so many calendar days ago."""
    return now - timedelta(days=days)


def grouped(rows: Iterable[Any], name: str) -> dict[int, list[Any]]:
    """Rows by the whole number in one of their columns."""
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, name) or 0, []).append(row)
    return found
