"""What is done at each ring: due jobs, and a look at the agenda. Each unit of work has its own transaction."""

from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import func, select

from casework import agenda
from engine import jobs
from engine.db import Database
from engine.tables import Job

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


def look_at_agenda(database: Database, now: datetime) -> int:
    """Puts what the calendar asks for on the table of jobs; gives how many occasions. Doing it twice, or on two nodes, adds nothing."""
    with database.reading() as db:
        if not agenda.is_due(db, now):
            return 0
    with database.transaction(background=True) as db:
        return agenda.note(db, now)


def advance(database: Database, clock: Settable, to: datetime, *, by: str) -> int:
    """Moves the demo's clock forward to `to`, doing on the way what falls due when it falls due. Answers how many jobs ran."""
    ran = 0
    for _leap in range(_LEAPS):
        now = clock.now()
        if now >= to:
            break
        with database.reading() as db:
            due = db.execute(select(func.min(Job.due_at)).where(Job.status == "waiting")).scalar_one_or_none()
        at = min(to, agenda.next_look(now), *([max(due, now)] if due is not None else []))
        if at > now:
            clock.set(at, by=by)
        look_at_agenda(database, at)
        done = jobs.run_due(database, at, 100_000)
        ran += done
        if at == now and not done:
            # What is due and cannot run (a busy run) is left to the next ring; the clock goes on all the same.
            clock.set(min(to, now + timedelta(minutes=1)), by=by)
    return ran
