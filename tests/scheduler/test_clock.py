"""The clock rings, and holds nothing: what the machine's time does, and who may ring."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue

import pytest
from sqlalchemy import select

from casework import agenda, published_years
from engine.calendars import SHANGHAI
from engine.db import Database
from engine.tables import Job
from scheduler import clock, ticks
from scheduler.clock import DatabaseClock, DemoClock, Leap, LockFile, Ringer

WALL = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
DEMO = datetime(2026, 6, 30, 1, 0, tzinfo=UTC)


class Wall:
    """A machine's time that the test moves."""

    def __init__(self) -> None:
        self.at = WALL

    def __call__(self) -> datetime:
        return self.at


def test_the_demo_clock_runs_on_from_where_it_was_set(database: Database) -> None:
    wall = Wall()
    demo = DemoClock(database, wall=wall)
    assert not demo.is_set()
    assert demo.now() == WALL

    demo.set(DEMO, by="adm")
    assert demo.is_set()
    assert demo.now() == DEMO
    wall.at += timedelta(minutes=5)
    assert demo.now() == DEMO + timedelta(minutes=5)
    assert DemoClock(database, wall=wall).now() == DEMO + timedelta(minutes=5), "another process tells the same time"


def test_without_a_demo_the_database_tells_the_time(database: Database) -> None:
    now = DatabaseClock(database).now()
    assert now.tzinfo is not None
    assert abs(now - clock.wall_now()) < timedelta(minutes=5)


def test_one_process_at_a_time_rings(tmp_path: Path) -> None:
    first, second = LockFile(tmp_path / "x.clock"), LockFile(tmp_path / "x.clock")
    assert first.take()
    assert first.take()
    assert not second.take()
    first.give_back()
    assert second.take()


def test_a_clock_that_was_set_back_is_noticed_and_one_set_forward_needs_no_help() -> None:
    wall, seconds = Wall(), [100.0]
    leap = Leap(wall, lambda: seconds[0])

    def pass_by(machine: timedelta) -> bool:
        seconds[0] += 5
        wall.at += machine
        return leap.happened()

    assert not pass_by(timedelta(seconds=5))
    assert not pass_by(timedelta(days=3)), "forward: everything is due, each job once"
    assert not pass_by(timedelta(seconds=4))
    assert pass_by(timedelta(hours=-1))
    assert not pass_by(timedelta(seconds=5))


class Watched(LockFile):
    """A lock that tells the test each time somebody tried to take it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.tries: Queue[bool] = Queue()

    def take(self) -> bool:
        taken = super().take()
        self.tries.put(taken)
        return taken


def test_a_ring_runs_what_is_due_and_a_broken_ring_does_not_stop_the_next(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rings: Queue[datetime] = Queue()

    def tick(_database: Database, now: datetime) -> int:
        rings.put(now)
        raise OSError("the disk was away for a moment")

    monkeypatch.setattr(ticks, "run_due_jobs", tick)
    monkeypatch.setattr(ticks, "look_at_agenda", lambda _database, _now: 0)
    ringer = Ringer(database, DemoClock(database, wall=Wall()), LockFile(tmp_path / "x.clock"))
    ringer.start()
    try:
        assert rings.get(timeout=20) == WALL
        ringer.ring_at_once()
        assert rings.get(timeout=20) == WALL
    finally:
        ringer.stop()


def test_who_does_not_hold_the_lock_does_not_ring_and_takes_over_when_it_is_free(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rings: Queue[datetime] = Queue()
    monkeypatch.setattr(ticks, "run_due_jobs", lambda _database, now: rings.put(now))
    monkeypatch.setattr(ticks, "look_at_agenda", lambda _database, _now: 0)
    somebody, lock = LockFile(tmp_path / "x.clock"), Watched(tmp_path / "x.clock")
    assert somebody.take()
    ringer = Ringer(database, DatabaseClock(database), lock)
    ringer.start()
    try:
        assert lock.tries.get(timeout=20) is False
        assert rings.empty()
        somebody.give_back()
        assert rings.get(timeout=20) is not None
    finally:
        ringer.stop()


def waiting(database: Database, key: str, due: datetime) -> None:
    with database.transaction() as db:
        db.add(Job(key=key, kind="reminder", payload={}, due_at=due, created_at=DEMO))


def test_moving_the_demo_does_what_falls_due_when_it_falls_due(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    at: dict[str, datetime] = {}

    def run_due(base: Database, now: datetime, _limit: int) -> int:
        with base.transaction() as db:
            due = [job for job in db.query(Job).filter(Job.status == "waiting") if job.due_at <= now]
            for job in due:
                job.status = "done"
            at.update({job.key: now for job in due})
        return len(due)

    monkeypatch.setattr("engine.jobs.run_due", run_due)
    demo = DemoClock(database, wall=Wall())
    demo.set(DEMO, by="adm")
    first, second = DEMO + timedelta(hours=3), DEMO + timedelta(days=2)
    waiting(database, "a", first)
    waiting(database, "b", second)
    waiting(database, "late", DEMO - timedelta(days=1))

    ran = ticks.advance(database, demo, DEMO + timedelta(days=3), by="adm")

    assert (at["late"], at["a"], at["b"]) == (DEMO, first, second)
    with database.reading() as db:
        nights = db.execute(select(Job.key).where(Job.element_id == "lights").order_by(Job.id)).scalars().all()
    assert nights == [
        "round:lights:2026-06-30",
        "round:lights:2026-07-01",
        "round:lights:2026-07-02",
        "round:lights:2026-07-03",
    ]
    assert ran == len(at)
    assert demo.now() == DEMO + timedelta(days=3)


def test_the_machine_clock_rings_for_every_occasion_in_shanghai(database: Database, tmp_path: Path) -> None:
    ringer = Ringer(database, DatabaseClock(database), LockFile(tmp_path / "x.clock"))
    rings = {job.id: job.trigger for job in ringer.jobs()}
    assert {f"agenda:{occasion.name}" for occasion in agenda.OCCASIONS} <= set(rings)
    before = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
    for occasion in agenda.OCCASIONS:
        following = rings[f"agenda:{occasion.name}"].get_next_fire_time(None, before)
        assert following is not None
        assert following.astimezone(SHANGHAI).time() == occasion.at, occasion.name


def test_the_published_years_are_entered_with_their_source(database: Database) -> None:
    with database.transaction() as db:
        assert published_years.enter(db, by="adm", now=DEMO) == [2025, 2026]
