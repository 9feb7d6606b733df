"""The one commit of the house: what a busy database says, and who goes first."""

import threading

import pytest
from sqlalchemy import select, text

from engine import steps
from engine.db import Database
from engine.errors import Conflict
from engine.tables import Chain
from tests.diagrams import sketch
from tests.engine.office import Office

ONE = sketch.draw(
    "one",
    [sketch.start(), sketch.user("only", sketch.z("assignmentDefinition", candidateGroups="XK")), sketch.end()],
    "start -> only -> end",
)


def test_a_raising_block_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(ValueError, match="no"), database.transaction() as db:
        db.add(Chain(name="x"))
        db.flush()
        raise ValueError("no")
    with database.reading() as db:
        assert db.execute(select(Chain)).scalars().all() == []


def test_what_a_reader_changes_is_thrown_away(database: Database) -> None:
    with database.reading() as db:
        db.add(Chain(name="x"))
    with database.reading() as db:
        assert db.execute(select(Chain)).scalars().all() == []


def test_the_settings_that_keep_acknowledged_work_are_checked(database: Database) -> None:
    assert database.check() == []


@pytest.mark.parametrize("backend", ["postgresql"])
def test_whoever_waits_too_long_for_a_run_is_told_to_try_again(database: Database, backend: str) -> None:
    office = Office(database)
    office.deploy(one_bpmn=ONE)
    run = office.start("one")
    held, release = threading.Event(), threading.Event()

    def holder() -> None:
        with database.transaction() as db:
            steps.lock(db, run)
            held.set()
            release.wait(30)

    thread = threading.Thread(target=holder)
    thread.start()
    assert held.wait(30)
    with pytest.raises(Conflict, match="try again"), database.transaction() as db:
        db.execute(text("SET LOCAL lock_timeout = '100ms'"))
        steps.lock(db, run)
    with database.transaction() as db:
        assert steps.lock(db, run, skip_locked=True) is None
    release.set()
    thread.join(30)
