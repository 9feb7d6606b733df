"""The invariants of a whole database: a healthy one has no fault, and every planted fault is found by its number."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from engine import messages, verify
from engine.db import Database
from engine.tables import HistoryEntry, Instance, Job, Message, Subscription, UserTask
from tests.diagrams import sketch
from tests.engine.office import Office

GROUPS = sketch.z("assignmentDefinition", candidateGroups="XK")
DRAWING = sketch.draw(
    "everything",
    [
        sketch.start(),
        sketch.user("first", GROUPS),
        sketch.both("fork"),
        sketch.user("second", GROUPS),
        sketch.boundary("daily", "second", sketch.timer("cycle", "R/P1D"), interrupting=False),
        sketch.user("extra", GROUPS),
        sketch.catch("hear", sketch.message("m")),
        sketch.service("tell", "send.letter"),
        sketch.both("join"),
        sketch.end("done"),
        sketch.end(),
    ],
    "start -> first -> fork -> second -> join -> end\nfork -> hear -> join\nfork -> tell -> join\ndaily -> extra -> done",
    [sketch.a_message("m", "paid", "=string(number)")],
)


@pytest.fixture
def office(database: Database) -> Office:
    made = Office(database)
    made.services["send.letter"] = lambda db, call: {}
    made.deploy(everything_bpmn=DRAWING)
    for number in range(3):
        made.start("everything", {"number": number})
        with database.transaction() as db:
            messages.publish(db, "paid", str(number), {}, key=f"paid:{number}", by="anna", now=made.now)
    made.complete_all("first")
    made.run()
    made.passes(days=1)
    made.complete_all("extra")
    for task in made.tasks("second")[:1]:
        made.complete_task(task.id)
    made.run()
    return made


def faults(office: Office) -> list[verify.Fault]:
    with office.database.reading() as db:
        return verify.check(db)


def test_a_healthy_database_has_no_fault(office: Office) -> None:
    assert [str(fault) for fault in faults(office)] == []
    assert sorted(one.status for one in office.instances()) == ["active", "active", "completed"]


def an_entry(db: Session, **changed: object) -> None:
    """A copy of the last entry of run 1, forged in places and put at its end without its chain."""
    entry = db.query(HistoryEntry).filter_by(chain="i2").order_by(HistoryEntry.sequence.desc()).first()
    assert entry is not None
    values = {column.key: getattr(entry, column.key) for column in HistoryEntry.__table__.columns if column.key != "id"}
    db.add(HistoryEntry(**{**values, "sequence": entry.sequence + 1, "reference": None, **changed}))


def completed_twice(db: Session) -> None:
    first = db.query(HistoryEntry).filter_by(chain="i2", fact="task_completed").first()
    assert first is not None
    an_entry(db, fact="task_completed", reference="task:999", element_instance_id=first.element_instance_id)


def completed_without_a_word(db: Session) -> None:
    db.execute(update(UserTask).where(UserTask.element_id == "second").values(status="completed"))


def an_entry_is_gone(db: Session) -> None:
    db.execute(delete(HistoryEntry).where(HistoryEntry.chain == "i2", HistoryEntry.sequence == 2))


def fired_too_early(db: Session) -> None:
    job = db.query(Job).filter_by(kind="timer", status="waiting").first()
    assert job is not None
    an_entry(db, fact="timer_fired", reference=f"timer:{job.id}", instance_id=job.instance_id)


def fired_without_a_word(db: Session) -> None:
    db.execute(update(Job).where(Job.kind == "timer", Job.status == "waiting").values(status="done"))


def a_task_in_no_state(db: Session) -> None:
    db.execute(update(UserTask).where(UserTask.element_id == "second", UserTask.status == "open").values(status="lost"))


def waiting_for_nothing(db: Session) -> None:
    db.execute(delete(Subscription))
    db.execute(update(UserTask).where(UserTask.status == "open").values(status="withdrawn"))
    db.execute(update(Job).where(Job.status == "waiting").values(status="withdrawn"))


def a_message_nobody_looked_for(db: Session) -> None:
    first = db.query(Message).first()
    assert first is not None
    db.execute(delete(Job).where(Job.key == f"message:{first.id}"))


def a_state_without_its_row(db: Session) -> None:
    db.execute(update(Job).where(Job.kind == "timer", Job.status == "waiting").values(status="withdrawn"))


def a_case_that_looks_closed(db: Session) -> None:
    db.execute(update(Instance).where(Instance.id == 2).values(status="completed"))


def an_entry_was_changed(db: Session) -> None:
    db.execute(update(HistoryEntry).where(HistoryEntry.chain == "i2", HistoryEntry.sequence == 2).values(by="mallory"))


def a_lost_step(db: Session) -> None:
    db.execute(update(Instance).where(Instance.id == 2).values(revision=Instance.revision + 1))


@pytest.mark.parametrize(
    ("plant", "invariant"),
    [
        (completed_twice, "I1"),
        (completed_without_a_word, "I2"),
        (an_entry_is_gone, "I3"),
        (fired_too_early, "I4"),
        (fired_without_a_word, "I5"),
        (a_task_in_no_state, "I6"),
        (waiting_for_nothing, "I7"),
        (a_message_nobody_looked_for, "I8"),
        (a_state_without_its_row, "I10"),
        (a_case_that_looks_closed, "I10"),
        (an_entry_was_changed, "I11"),
        (a_lost_step, "I13"),
    ],
)
def test_a_planted_fault_is_found(office: Office, plant: Callable[[Session], None], invariant: str) -> None:
    with office.database.transaction() as db:
        plant(db)
    assert invariant in {fault.invariant for fault in faults(office)}
