"""The clock: what time it is for the domain, and the rings of APScheduler. It holds nothing of a case; the job table does.

Rings are taken by one process at a time, guarded by a lock file, so that commands may run beside the house and the next process
takes over when the first one ends.
"""

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.job import Job
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from casework import agenda
from casework.tables import Setting
from engine.calendars import SHANGHAI
from engine.db import Database
from engine.errors import Problem
from scheduler import ticks

DEMO_NOW: Final = "demo_now"
_LOG: Final = logging.getLogger(__name__)
_LEAP: Final = timedelta(seconds=2)


class Clock(Protocol):
    """Tells what time it is for the domain (aware)."""

    def now(self) -> datetime:
        """The time at this moment."""
        ...


class DatabaseClock:
    """The database's clock (PostgreSQL) or this machine's (SQLite): every node of a house tells the same time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> datetime:
        """The time at this moment."""
        return self._database.now()


class DemoClock:
    """A clock that was set once and runs on from there: the demo's today. It is kept in the settings, so all processes agree.

    The row `demo_now` holds `at` (the demo's time) and `set` (the machine's time when it was set); it is read again every second.
    """

    def __init__(self, database: Database, *, wall: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._wall = wall or wall_now
        self._lock = threading.Lock()
        self._known: tuple[float, datetime, datetime] | None = None

    def now(self) -> datetime:
        """The demo's time at this moment; the machine's time where no demo time was set."""
        with self._lock:
            if self._known is None or time.monotonic() - self._known[0] > 1:
                self._known = self._read()
            _, at, since = self._known
        return at + (self._wall() - since)

    def set(self, at: datetime, *, by: str) -> None:
        """Sets the demo's time; it runs on from there."""
        wall = self._wall()
        value = {"at": at.isoformat(), "set": wall.isoformat()}
        with self._database.transaction() as db:
            row = db.get(Setting, DEMO_NOW)
            if row is None:
                db.add(Setting(key=DEMO_NOW, value=value, updated_by=by, updated_at=wall))
            else:
                row.value, row.updated_by, row.updated_at = value, by, wall
        with self._lock:
            self._known = None

    def is_set(self) -> bool:
        """Whether a demo time was ever set in this database."""
        with self._database.reading() as db:
            return db.execute(select(Setting.key).where(Setting.key == DEMO_NOW)).first() is not None

    def _read(self) -> tuple[float, datetime, datetime]:
        with self._database.reading() as db:
            value = db.execute(select(Setting.value).where(Setting.key == DEMO_NOW)).scalar_one_or_none()
        if value is None:
            wall = self._wall()
            return time.monotonic(), wall, wall
        return time.monotonic(), datetime.fromisoformat(value["at"]), datetime.fromisoformat(value["set"])


class LockFile:
    """Held by at most one process; the kernel takes it back when that process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self) -> bool:
        """Takes the lock, or says that somebody else holds it. Taking it again is free."""
        if self._handle is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def give_back(self) -> None:
        """Lets somebody else take it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


class Leap:
    """Notices that the machine's clock was set back, which would keep a scheduler waiting for a time that comes again."""

    def __init__(self, wall: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._offset = self._measure()

    def happened(self) -> bool:
        """Whether the clock was set back since the last time this was asked."""
        offset = self._measure()
        fell = offset < self._offset - _LEAP
        self._offset = offset
        return fell

    def _measure(self) -> timedelta:
        return timedelta(seconds=self._wall().timestamp() - self._monotonic())


class Ringer:
    """Rings every second for due jobs, and for each occasion of the agenda at its time, while this process holds the lock.

    The agenda is looked at every half minute as well: the demo's clock runs apart from the machine's, and a process that takes over
    from another one takes up what that one missed.
    """

    def __init__(self, database: Database, clock: Clock, lock: LockFile) -> None:
        self._database, self._clock, self._lock = database, clock, lock
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(2)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        first = wall_now()
        self._scheduler.add_job(self._ring_jobs, "interval", seconds=1, id="jobs", next_run_time=first)
        self._scheduler.add_job(self._ring_agenda, "interval", seconds=30, id="agenda", next_run_time=first)
        for occasion in agenda.OCCASIONS:
            trigger = CronTrigger(**occasion.cron, timezone=SHANGHAI)
            self._scheduler.add_job(self._ring_agenda, trigger, id=f"agenda:{occasion.name}")
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._watch_for_leaps, name="leaps", daemon=True)

    def start(self) -> None:
        """Begins to ring. What fell due while nothing rang is done at once, each job once."""
        self._scheduler.start()
        self._watch.start()

    def stop(self) -> None:
        """Stops ringing; a ring that is being answered is waited for."""
        self._stopping.set()
        self._scheduler.shutdown(wait=True)
        self._lock.give_back()

    def jobs(self) -> list[Job]:
        """What rings, and when."""
        return self._scheduler.get_jobs()

    def ring_at_once(self) -> None:
        """Lets every ring come now, whatever the machine's clock says."""
        now = wall_now()
        for job in self._scheduler.get_jobs():
            self._scheduler.modify_job(job.id, next_run_time=now)

    def _ring_jobs(self) -> None:
        self._answer(lambda: ticks.run_due_jobs(self._database, self._clock.now()))

    def _ring_agenda(self) -> None:
        self._answer(lambda: ticks.look_at_agenda(self._database, self._clock.now()))

    def _answer(self, tick: Callable[[], Any]) -> None:
        # Whatever goes wrong in one ring, the next one comes; the reason is kept where the administrator looks.
        if not self._lock.take():
            return
        try:
            tick()
        except (Problem, SQLAlchemyError, OSError):
            _LOG.exception("a ring of the clock failed; the next one tries again")

    def _watch_for_leaps(self) -> None:
        leap = Leap(wall_now, time.monotonic)
        while not self._stopping.wait(5):
            if leap.happened():
                _LOG.warning("the machine's clock was set back; ringing at once")
                with suppress(LookupError):
                    self.ring_at_once()


def wall_now() -> datetime:
    """This machine's time."""
    return datetime.now(UTC)
