"""Two pushes on one run, the first stopped between its last statement and its commit: one of them wins, the other is told so."""

import itertools
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances, jobs, messages, user_tasks, verify
from engine.db import Database
from engine.errors import Conflict
from engine.tables import Job, UserTask
from tests.diagrams import sketch
from tests.engine.office import START, Office

GROUPS = sketch.z("assignmentDefinition", candidateGroups="XK")
DRAWING = sketch.draw(
    "contested",
    [
        sketch.start(),
        sketch.user("write", GROUPS),
        sketch.boundary("late", "write", sketch.timer("duration", "P1D")),
        sketch.boundary("told", "write", sketch.message("m")),
        sketch.end(),
    ],
    "start -> write -> end\nlate -> end\ntold -> end",
    [sketch.a_message("m", "stop", '="7"')],
)
LATER = START + timedelta(days=2)
PUSHES = {"task_completed", "timer_fired", "message_delivered", "cancel_asked"}

Verb = Callable[[Session], None]


def _task(db: Session) -> int:
    return db.execute(select(UserTask.id).where(UserTask.element_id == "write")).scalar_one()


def complete(db: Session) -> None:
    user_tasks.complete(db, _task(db), {}, by="anna", now=LATER)


def claim(db: Session) -> None:
    user_tasks.claim(db, _task(db), by="bo", now=LATER)


def cancel(db: Session) -> None:
    instances.cancel(db, 1, why="a mistake", by="boss", now=LATER)


def fire(db: Session) -> None:
    _run(db, "timer")


def correlate(db: Session) -> None:
    _run(db, "message")


def _run(db: Session, kind: str) -> None:
    query = select(Job.id).where(Job.kind == kind, Job.instance_id == 1)
    job = jobs.claim(db, db.execute(query).scalar_one(), LATER)
    if job is None:
        raise Conflict("somebody else holds it")
    jobs.run(db, job, LATER)


VERBS: dict[str, Verb] = {
    "complete": complete,
    "claim": claim,
    "cancel": cancel,
    "fire": fire,
    "correlate": correlate,
}


@pytest.fixture
def office(database: Database) -> Office:
    made = Office(database)
    made.deploy(contested_bpmn=DRAWING)
    made.start("contested")
    with database.transaction() as db:
        messages.publish(db, "stop", "7", {}, key="stop", by="anna", now=made.now)
    with database.transaction() as db:
        messages.correlate(db, 1, attempt=1, by="anna", now=made.now)
        db.execute(select(Job).where(Job.key == "message:1")).scalar_one().status = "done"
    return made


@pytest.mark.parametrize(("first", "second"), list(itertools.product(VERBS, VERBS)))
def test_one_of_two_wins(office: Office, first: str, second: str) -> None:
    reached, may_commit = threading.Event(), threading.Event()
    outcomes: dict[str, str] = {}
    other = Database(office.database.url.render_as_string(hide_password=False))

    def stopped_before_commit() -> None:
        try:
            with office.database.transaction() as db:
                VERBS[first](db)
                db.flush()
                reached.set()
                may_commit.wait(30)
            outcomes["first"] = "won"
        except Conflict:
            outcomes["first"] = "refused"
        finally:
            reached.set()

    def meanwhile() -> None:
        try:
            with other.transaction() as db:
                VERBS[second](db)
            outcomes["second"] = "won"
        except Conflict:
            outcomes["second"] = "refused"

    threads = [threading.Thread(target=stopped_before_commit), threading.Thread(target=meanwhile)]
    threads[0].start()
    assert reached.wait(30)
    threads[1].start()
    may_commit.set()
    for thread in threads:
        thread.join(60)
    other.close()
    assert outcomes["first"] == "won"
    office.now = LATER
    office.run()
    facts = [fact for fact in office.facts(1) if fact in PUSHES]
    if {first, second} - {"claim"}:
        assert len(facts) == 1, f"{outcomes}: {facts}"
    with office.database.reading() as db:
        assert [str(fault) for fault in verify.check(db)] == []
