"""Processes that race, and processes that die at any moment: nothing is done twice, nothing acknowledged is lost."""

import multiprocessing
import random
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from engine import instances, jobs, verify
from engine.db import Database
from engine.tables import HistoryEntry, IdempotencyKey, Job
from tests.engine.chaos import workers
from tests.engine.office import START, Office

FORK = multiprocessing.get_context("fork")
RACES = 1000
KILLS = 50
SECONDS = 120.0


def healthy(database: Database) -> list[str]:
    with database.reading() as db:
        return [str(fault) for fault in verify.check(db)]


@pytest.mark.slow
def test_two_processes_complete_the_same_task_at_the_same_moment_a_thousand_times(database_url: str) -> None:
    database = Database(database_url)
    office = Office(database, services=dict(workers.SERVICES))
    office.deploy(one_bpmn=workers.ONE)
    with database.transaction() as db:
        for _ in range(RACES):
            instances.start(db, "one", {}, by="anna", now=START)
    task_ids = [task.id for task in office.tasks("only")]
    database.close()
    barrier, results = FORK.Barrier(2), FORK.Queue()
    racers = [
        FORK.Process(target=workers.racer, args=(database_url, name, task_ids, barrier, results)) for name in "ab"
    ]
    for one in racers:
        one.start()
    won = dict(results.get(timeout=300) for _ in racers)
    for one in racers:
        one.join(30)
    assert Counter([*won["a"], *won["b"]]) == Counter(task_ids)
    assert won["a"], "one process never won: they did not race"
    assert won["b"], "one process never won: they did not race"
    assert healthy(database) == []
    database.close()


@pytest.mark.slow
def test_killed_at_any_moment_under_load_nothing_is_lost_and_nothing_happens_twice(
    database_url: str, tmp_path: Path
) -> None:
    seed = 20260302
    choose = random.Random(seed)
    database = Database(database_url)
    office = Office(database, services=dict(workers.SERVICES))
    office.deploy(busy_bpmn=workers.BUSY, one_bpmn=workers.ONE)
    for _ in range(10):
        office.start("busy")
    database.close()
    clock: Any = FORK.Value("q", 0)
    acknowledged = tmp_path / "acknowledged"
    acknowledged.touch()

    def begin(kind: str) -> Any:
        number = choose.randrange(1 << 30)
        arguments = (database_url, clock, acknowledged, number) if kind == "officer" else (database_url, clock, number)
        target = workers.officer if kind == "officer" else workers.clock_worker
        process = FORK.Process(target=target, args=arguments, daemon=True)
        process.start()
        return process

    living = {kind: begin(kind) for kind in ("officer", "clock")}
    killed = 0
    deadline = time.monotonic() + SECONDS
    while killed < KILLS and time.monotonic() < deadline:
        for kind, process in living.items():
            process.join(choose.uniform(0.0, 0.4))
            if process.is_alive() and choose.random() < 0.15:
                process.kill()
                process.join()
            if not process.is_alive():
                killed += 1
                living[kind] = begin(kind)
    for process in living.values():
        process.kill()
        process.join()
    assert killed >= KILLS, f"only {killed} processes died in {SECONDS} s"
    assert healthy(database) == []
    office.now = START + timedelta(seconds=clock.value + 60)
    jobs.run_due(database, office.now, limit=5_000)
    assert healthy(database) == []
    acknowledgements = Counter(int(line) for line in acknowledged.read_text().split())
    assert acknowledgements, "nothing was acknowledged: there was no load"
    with database.reading() as db:
        done = select(HistoryEntry.reference).where(HistoryEntry.fact == "task_completed")
        completed = set(db.execute(done).scalars())
        assert {f"task:{one}" for one in acknowledgements} <= completed
        assert set(acknowledgements.values()) == {1}
        assert db.execute(select(func.count()).select_from(IdempotencyKey)).scalar_one() <= len(completed)
        assert db.execute(select(func.count()).where(Job.status == "failed")).scalar_one() == 0
    database.close()
