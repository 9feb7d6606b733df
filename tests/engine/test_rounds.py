"""A round is done once, in portions, and a crash costs the portion it fell into."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import jobs, rounds, verify
from engine.db import Database
from engine.tables import Job

NOW = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)


class Walk:
    """Goes over seven rows, three at a time, and may stumble."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int]] = []
        self.stumbles: Iterator[BaseException | None] = iter(())

    def __call__(self, db: Session, key: str, *, after: int, now: datetime) -> int:
        del db, now
        stumble = next(self.stumbles, None)
        if stumble is not None:
            raise stumble
        last = min(after + 3, 7)
        self.seen += [(key, number) for number in range(after + 1, last + 1)]
        return last if last < 7 else 0


@pytest.fixture
def walk(database: Database) -> Walk:
    made = Walk()
    database.info["rounds"] = {"walk": made}
    return made


def ask(database: Database, key: str, due: datetime = NOW) -> bool:
    with database.transaction() as db:
        return rounds.ask(db, "walk", key, due_at=due, now=NOW)


def test_a_round_is_done_in_portions_once_and_in_the_order_of_their_days(database: Database, walk: Walk) -> None:
    assert ask(database, "b", NOW + timedelta(days=1))
    assert ask(database, "a")
    assert not ask(database, "a"), "asking again adds nothing"

    assert jobs.run_due(database, NOW + timedelta(days=30)) == 6

    assert walk.seen == [("a", n) for n in range(1, 8)] + [("b", n) for n in range(1, 8)]
    assert not ask(database, "a"), "nor when it was done"
    with database.reading() as db:
        assert {job.status for job in db.execute(select(Job)).scalars()} == {"done"}
        assert verify.check(db) == []


def test_a_crash_undoes_one_portion_and_the_rest_goes_on_from_there(database: Database, walk: Walk) -> None:
    walk.stumbles = iter([None, KeyboardInterrupt()])
    ask(database, "a")
    with pytest.raises(KeyboardInterrupt):
        jobs.run_due(database, NOW)
    assert walk.seen == [("a", 1), ("a", 2), ("a", 3)]

    assert jobs.run_due(database, NOW) == 2
    assert walk.seen == [("a", n) for n in range(1, 8)]


def test_a_round_that_fails_is_tried_later_and_then_is_an_incident(database: Database, walk: Walk) -> None:
    walk.stumbles = iter([ValueError("the figures of the year are missing")] * 3)
    ask(database, "a")
    for hours in range(0, 6, 2):
        jobs.run_due(database, NOW + timedelta(hours=hours))
    with database.transaction() as db:
        job = db.execute(select(Job)).scalar_one()
        assert (job.status, job.error_params["reason"]) == ("failed", "the figures of the year are missing")
        jobs.retry(db, job.id, by="sup", now=NOW + timedelta(days=1))
    assert jobs.run_due(database, NOW + timedelta(days=1)) == 3
    assert walk.seen[-1] == ("a", 7)


def test_a_newer_round_takes_the_place_of_those_that_wait(database: Database, walk: Walk) -> None:
    for key in ("2026-06-29", "2026-06-30", "2026-07-01"):
        ask(database, key)
    with database.transaction() as db:
        rounds.skip_older(db, "walk", "2026-07-01", now=NOW)
    jobs.run_due(database, NOW)
    assert {key for key, _number in walk.seen} == {"2026-07-01"}


def test_a_round_that_nobody_knows_says_so(database: Database) -> None:
    ask(database, "a")
    jobs.run_due(database, NOW)
    with database.reading() as db:
        job = db.execute(select(Job)).scalar_one()
        assert job.error == "expected a round named {name}, but there is none"
        assert job.status == "waiting"


def test_a_whole_is_kept_or_undone_as_one(database: Database, walk: Walk) -> None:
    with database.whole() as whole:
        with whole.transaction() as db:
            rounds.ask(db, "walk", "kept", due_at=NOW, now=NOW)
        with pytest.raises(ZeroDivisionError), whole.transaction() as db:
            rounds.ask(db, "walk", "undone", due_at=NOW, now=NOW)
            raise ZeroDivisionError
        jobs.run_due(whole, NOW)
        with whole.reading() as db:
            assert db.execute(select(Job.key, Job.status)).one() == ("round:walk:kept", "done")
    with database.reading() as db:
        assert db.execute(select(Job.key)).scalars().all() == ["round:walk:kept"]
    with pytest.raises(ZeroDivisionError), database.whole() as whole:
        with whole.transaction() as db:
            rounds.ask(db, "walk", "gone", due_at=NOW, now=NOW)
        raise ZeroDivisionError
    with database.reading() as db:
        assert db.execute(select(Job.key)).scalars().all() == ["round:walk:kept"]
    assert {key for key, _number in walk.seen} == {"kept"}


def test_two_nodes_do_every_portion_once(database: Database, walk: Walk) -> None:
    for number in range(5):
        ask(database, f"key {number}")
    begin = Barrier(2)

    def node() -> None:
        begin.wait()
        while jobs.run_due(database, NOW):
            pass

    nodes = [Thread(target=node) for _ in range(2)]
    for one in nodes:
        one.start()
    for one in nodes:
        one.join()
    assert sorted(walk.seen) == sorted((f"key {number}", row) for number in range(5) for row in range(1, 8))
    with database.reading() as db:
        assert set(db.execute(select(Job.status)).scalars()) == {"done"}
