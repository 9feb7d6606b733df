"""The clock of a user task: extended, paused, resumed, recomputed, with its reminders and boundary timers."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from engine import calendars, user_tasks
from engine.calendars import SHANGHAI
from engine.db import Database
from engine.errors import Conflict
from engine.services import Call
from tests.diagrams import sketch
from tests.engine.office import Office

GROUPS = sketch.z("assignmentDefinition", candidateGroups="XK")
DUE = sketch.z("taskSchedule", dueDate="=working days after(now(), 10)")
DRAWING = sketch.draw(
    "planning",
    [
        sketch.start(),
        sketch.user("write", GROUPS + DUE),
        sketch.boundary("late", "write", sketch.timer("date", "=working days after(now(), 15)"), interrupting=False),
        sketch.boundary(
            "statute",
            "write",
            sketch.timer("date", "2026-12-31"),
            interrupting=False,
            extensions=sketch.z("properties", sketch.z("property", name="movesWithDueDate", value="false")),
        ),
        sketch.user("explain", GROUPS),
        sketch.end(),
    ],
    "start -> write -> end\nlate -> explain -> end\nstatute -> end",
)
TABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="http://camunda.org/schema/1.0/dmn">
  <decision id="reminders" name="reminders"><decisionTable id="t" hitPolicy="RULE ORDER">
    <input id="i"><inputExpression id="ie" typeRef="string"><text>element</text></inputExpression></input>
    <output id="o1" name="offset" typeRef="number"/><output id="o2" name="to" typeRef="string"/>
    <rule id="r1"><inputEntry id="a1"><text>-</text></inputEntry><outputEntry id="b1"><text>-2</text></outputEntry>
      <outputEntry id="c1"><text>"owner"</text></outputEntry></rule>
    <rule id="r2"><inputEntry id="a2"><text>"write"</text></inputEntry><outputEntry id="b2"><text>1</text></outputEntry>
      <outputEntry id="c2"><text>"superior"</text></outputEntry></rule>
  </decisionTable></decision>
</definitions>"""


@pytest.fixture
def office(database: Database) -> Office:
    made = Office(database)
    made.publish_calendar(holidays=(date(2026, 4, 6),))
    made.deploy(planning_bpmn=DRAWING, reminders_dmn=TABLE)
    made.start("planning")
    return made


def day(moment: datetime | None) -> str:
    assert moment is not None
    return moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def agenda(office: Office, *status: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for job in office.jobs():
        if job.status in (status or ("waiting",)):
            found.setdefault(job.kind if job.kind == "reminder" else job.element_id, []).append(day(job.due_at))
    return found


def test_reminders_ring_around_the_due_date_and_push_no_run(office: Office) -> None:
    told: list[tuple[str, object]] = []

    def remind(db: Session, call: Call) -> Mapping[str, object]:
        row, task = call.inputs["row"], call.inputs["task"]
        assert isinstance(row, Mapping)
        assert isinstance(task, Mapping)
        told.append((str(row["to"]), task["elementId"]))
        return {}

    office.services["registry.remind"] = remind
    assert day(office.task("write").due_at) == "03-16 17:30"
    assert agenda(office)["reminder"] == ["03-12 09:00", "03-17 09:00"]
    revision = office.instances()[0].revision
    office.until(datetime(2026, 3, 18, tzinfo=UTC))
    assert told == [("owner", "write"), ("superior", "write")]
    assert office.instances()[0].revision == revision
    assert office.facts(1).count("reminded") == 2


def test_an_extension_moves_reminders_and_the_timers_that_hang_on_the_due_date(office: Office) -> None:
    office.until(datetime(2026, 3, 12, 2, tzinfo=UTC))
    with office.database.transaction() as db:
        due = calendars.calendar(db).due(datetime(2026, 3, 16, 1, tzinfo=UTC), 20)
        user_tasks.extend(db, office.task("write").id, due, why="the expert is ill", by="leader", now=office.now)
    assert day(office.task("write").due_at) == "04-14 17:30"
    assert agenda(office) == {
        "reminder": ["04-10 09:00", "04-15 09:00"],
        "late": ["04-21 17:30"],
        "statute": ["12-31 00:00"],
    }
    assert "task_extended" in office.facts(1)
    office.complete("write")
    assert agenda(office) == {}


def test_a_pause_moves_everything_by_its_working_days_and_the_ledger_has_no_gaps(office: Office) -> None:
    task = office.task("write")
    office.until(datetime(2026, 3, 4, 2, tzinfo=UTC))
    with office.database.transaction() as db:
        user_tasks.pause(db, task.id, why="papers are missing", whose="ENT", by="anna", now=office.now)
    assert agenda(office) == {"statute": ["12-31 00:00"]}
    with pytest.raises(Conflict), office.database.transaction() as db:
        user_tasks.pause(db, task.id, why="again", whose="ENT", by="anna", now=office.now)
    office.until(datetime(2026, 3, 11, 2, tzinfo=UTC))
    with office.database.transaction() as db:
        user_tasks.resume(db, task.id, by="anna", now=office.now)
    assert day(office.task("write").due_at) == "03-23 17:30"
    assert agenda(office)["late"] == ["03-30 17:30"]
    assert agenda(office)["reminder"] == ["03-19 09:00", "03-24 09:00"]
    office.until(datetime(2026, 3, 12, 2, tzinfo=UTC))
    office.complete("write")
    with office.database.reading() as db:
        ended = user_tasks.get(db, task.id)
        ledger = user_tasks.stretches(db, ended)
        assert [(one.kind, one.whose) for one in ledger] == [("running", "XK"), ("paused", "ENT"), ("running", "XK")]
        assert ledger[-1].ended_at == ended.ended_at
        assert user_tasks.working_days(db, ended, now=office.now) == 3


def test_a_due_date_in_an_unpublished_year_is_provisional_and_recomputed_when_the_notice_is_entered(
    office: Office,
) -> None:
    office.now = datetime(2026, 12, 28, 1, tzinfo=UTC)
    office.start("planning")
    task = office.tasks("write")[-1]
    assert task.provisional
    assert day(task.due_at) == "01-12 17:30"
    with office.database.transaction() as db:
        before = calendars.calendar(db)
        calendars.enter_notice(
            db, 2027, source="a notice", holidays=[date(2027, 1, 1), date(2027, 1, 4)], by="admin", now=office.now
        )
        moved = user_tasks.recompute(db, before, by="admin", now=office.now)
        assert [one.id for one in moved] == [task.id]
    task = office.tasks("write")[-1]
    assert not task.provisional
    assert day(task.due_at) == "01-13 17:30"
    assert office.facts(task.instance_id)[-1] == "task_recomputed"


def test_a_claimed_task_is_refused_to_others_until_it_is_returned(office: Office) -> None:
    task = office.task("write")
    with office.database.transaction() as db:
        user_tasks.claim(db, task.id, by="anna", now=office.now)
        user_tasks.claim(db, task.id, by="anna", now=office.now)
    with pytest.raises(Conflict, match="anna"), office.database.transaction() as db:
        user_tasks.claim(db, task.id, by="bo", now=office.now)
    with office.database.transaction() as db:
        user_tasks.unclaim(db, task.id, by="anna", now=office.now)
        user_tasks.assign(db, task.id, "bo", why="holiday", by="leader", now=office.now)
    assert office.task("write").assignee == "bo"
    assert office.facts(1)[-3:] == ["task_claimed", "task_returned", "task_assigned"]


def test_a_draft_belongs_to_one_person_and_goes_when_the_task_is_completed(office: Office) -> None:
    task = office.task("write")
    with office.database.transaction() as db:
        user_tasks.save_draft(db, task.id, {"a": 1}, by="anna", now=office.now)
        user_tasks.save_draft(db, task.id, {"a": 2}, by="anna", now=office.now)
        assert user_tasks.draft(db, task.id, by="anna") == {"a": 2}
        assert user_tasks.draft(db, task.id, by="bo") == {}
    office.complete("write")
    with office.database.reading() as db:
        assert user_tasks.draft(db, task.id, by="anna") == {}


def test_all_clocks_of_a_run_stop_and_go_on_but_those_that_are_named(office: Office) -> None:
    office.until(datetime(2026, 3, 4, 2, tzinfo=UTC))
    with office.database.transaction() as db:
        stopped = user_tasks.pause_run(db, 1, but=["statute"], why="suspended", whose="ENT", by="anna", now=office.now)
        assert stopped == 1
        assert user_tasks.pause_run(db, 1, but=["statute"], why="again", whose="ENT", by="anna", now=office.now) == 0
    assert agenda(office) == {"statute": ["12-31 00:00"]}
    with office.database.transaction() as db:
        assert user_tasks.pause_run(db, 1, why="all of it", whose="ENT", by="anna", now=office.now) == 1
    assert agenda(office) == {}
    office.until(datetime(2026, 3, 11, 2, tzinfo=UTC))
    with office.database.transaction() as db:
        user_tasks.resume_run(db, 1, by="anna", now=office.now)
        assert user_tasks.resume_run(db, 1, by="anna", now=office.now) == 0
    assert day(office.task("write").due_at) == "03-23 17:30"
    assert agenda(office)["late"] == ["03-30 17:30"]
    assert agenda(office)["statute"] == ["01-08 00:00"]
    office.complete("write")
    with office.database.transaction() as db:
        assert user_tasks.pause_run(db, 1, why="over", whose="ENT", by="anna", now=office.now) == 0
