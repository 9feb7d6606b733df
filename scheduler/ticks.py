"""What is done at each ring: due jobs, and once a day the work of the night. Each unit of work has its own transaction."""

from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import nightly
from casework.tables import Setting
from engine import jobs
from engine.calendars import SHANGHAI, local_day
from engine.db import Database
from engine.tables import Job

LAST_DAILY: Final = "last_daily"
BY: Final = "system"
MORNING: Final = 6
"""The hour before office hours at which the lights of the day are assessed."""
_PORTION: Final = 200
_LEAPS: Final = 100_000


class Settable(Protocol):
    """A clock that can be set: the demo's."""

    def now(self) -> datetime:
        """The time at this moment."""
        ...

    def set(self, at: datetime, *, by: str) -> None:
        """Sets the time."""
        ...


def run_due_jobs(database: Database, now: datetime) -> int:
    """Runs what is due, in portions, so that people are let in between. Answers how many jobs ran."""
    return jobs.run_due(database, now, _PORTION)


def run_daily(database: Database, now: datetime) -> bool:
    """Does the work of the night once a day, from six in the morning (Shanghai) on. Answers whether it was done now.

    The day is noted first, so of two processes exactly one does it. What a crash leaves undone is done the next night: it
    depends on the state of the cases alone.
    """
    if now.astimezone(SHANGHAI).hour < MORNING:
        return False
    with database.transaction(background=True) as db:
        if not _begin(db, local_day(now), now):
            return False
    nightly.run(database, now=now)
    return True


def advance(database: Database, clock: Settable, to: datetime, *, by: str) -> int:
    """Moves the demo's clock forward to `to`, doing on the way what falls due when it falls due. Answers how many jobs ran."""
    ran = 0
    for _leap in range(_LEAPS):
        now = clock.now()
        if now >= to:
            break
        morning = now.astimezone(SHANGHAI).replace(hour=MORNING, minute=0, second=0, microsecond=0).astimezone(UTC)
        morning += timedelta(days=1 if morning <= now else 0)
        with database.reading() as db:
            due = db.execute(select(func.min(Job.due_at)).where(Job.status == "waiting")).scalar_one_or_none()
        at = min(to, morning, *([max(due, now)] if due is not None else []))
        if at > now:
            clock.set(at, by=by)
        done = jobs.run_due(database, at, 100_000)
        ran += done
        run_daily(database, at)
        if at == now and not done:
            # What is due and cannot run (a busy run) is left to the next ring; the clock goes on all the same.
            clock.set(min(to, now + timedelta(minutes=1)), by=by)
    return ran


def _begin(db: Session, today: date, now: datetime) -> bool:
    row = db.get(Setting, LAST_DAILY, with_for_update=True)
    if row is None:
        db.add(Setting(key=LAST_DAILY, value={"day": today.isoformat()}, updated_by=BY, updated_at=now))
        return True
    if row.value["day"] >= today.isoformat():
        return False
    row.value, row.updated_at = {"day": today.isoformat()}, now
    return True
