"""Timers, services after the commit and called processes: every push is a job, and a job that fails stops nobody."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from engine import instances, jobs
from engine.db import Database
from engine.errors import Conflict, Invalid
from engine.services import BpmnError, Call
from tests.diagrams import sketch
from tests.engine.office import START, Office

GROUPS = sketch.z("assignmentDefinition", candidateGroups="XK")


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def plain(process_id: str, *middle: str, flows: str = "", top: tuple[str, ...] = ()) -> bytes:
    return sketch.draw(process_id, [sketch.start(), *middle, sketch.end()], flows, top)


LATE = plain(
    "late",
    sketch.user("write", GROUPS),
    sketch.boundary("overdue", "write", sketch.timer("duration", "P5D")),
    sketch.user("explain", GROUPS),
    flows="start -> write -> end\noverdue -> explain -> end",
)


def test_a_timer_that_falls_due_withdraws_the_task_it_interrupts(office: Office) -> None:
    office.deploy(late_bpmn=LATE)
    run = office.start("late")
    assert office.passes(days=4) == 0
    assert office.passes(days=1) == 1
    assert office.task().element_id == "explain"
    assert office.task("write", status="withdrawn").ended_at == START + timedelta(days=5)
    assert office.facts(run) == ["started", "task_created", "timer_fired", "task_withdrawn", "task_created"]


def test_a_completed_task_takes_its_timer_off_the_agenda(office: Office) -> None:
    office.deploy(late_bpmn=LATE)
    office.start("late")
    office.complete("write")
    assert [job.status for job in office.jobs("timer")] == ["withdrawn"]
    assert office.passes(days=30) == 0


def test_after_a_long_standstill_a_cycle_rings_once_and_goes_on(office: Office) -> None:
    office.deploy(
        ring_bpmn=plain(
            "ring",
            sketch.user("wait", GROUPS),
            sketch.boundary("daily", "wait", sketch.timer("cycle", "R/P1D"), interrupting=False),
            sketch.user("ask", GROUPS),
            sketch.end("asked"),
            flows="start -> wait -> end\ndaily -> ask -> asked",
        )
    )
    office.start("ring")
    office.now += timedelta(days=10)
    assert office.run() == 1
    assert len(office.tasks("ask")) == 1
    office.passes(days=2)
    assert len(office.tasks("ask")) == 3


def test_what_leaves_the_machine_is_called_after_the_commit(office: Office) -> None:
    calls: list[Call] = []

    def letter(db: Session, call: Call) -> Mapping[str, object]:
        calls.append(call)
        return {"sent": True}

    office.services["send.letter"] = letter
    office.deploy(
        tell_bpmn=plain(
            "telling",
            sketch.service("tell", "send.letter", sketch.io({"to": "=name"})),
            sketch.user("answer", GROUPS),
            flows="start -> tell -> answer -> end",
        )
    )
    office.start("telling", {"name": "Anna"}, scope="45")
    assert calls == []
    assert [job.scope for job in office.jobs("service")] == ["45"]
    office.run()
    assert calls[0].inputs["to"] == "Anna"
    assert office.task().element_id == "answer"


def test_a_failing_service_is_tried_three_times_and_then_waits_for_a_supervisor(office: Office) -> None:
    works = False

    def letter(db: Session, call: Call) -> Mapping[str, object]:
        if not works:
            raise ValueError("no paper")
        return {}

    office.services["send.letter"] = letter
    office.services["send.note"] = lambda db, call: {}
    office.deploy(
        tell_bpmn=plain("telling", sketch.service("tell", "send.letter"), flows="start -> tell -> end"),
        note_bpmn=plain("noting", sketch.service("tell", "send.note"), flows="start -> tell -> end"),
    )
    broken, fine = office.start("telling"), office.start("noting")
    office.run()
    assert office.instance(fine).status == "completed"
    office.passes(hours=3)
    (job,) = [job for job in office.jobs("service") if job.instance_id == broken]
    assert (job.status, job.attempts) == ("failed", 3)
    assert job.error_params["reason"] == "no paper"
    assert office.facts(broken) == ["started", "job_failed"]
    works = True
    with office.database.transaction() as db:
        jobs.retry(db, job.id, by="boss", now=office.now)
    office.run()
    assert office.instance(broken).status == "completed"
    with pytest.raises(Conflict), office.database.transaction() as db:
        jobs.retry(db, job.id, by="boss", now=office.now)


def test_a_conflict_is_tried_again_and_does_not_count(office: Office) -> None:
    tries = 0

    def letter(db: Session, call: Call) -> Mapping[str, object]:
        nonlocal tries
        tries += 1
        if tries < 10:
            raise Conflict
        return {}

    office.services["send.letter"] = letter
    office.deploy(tell_bpmn=plain("telling", sketch.service("tell", "send.letter"), flows="start -> tell -> end"))
    run = office.start("telling")
    office.passes(hours=1)
    assert office.instance(run).status == "completed"
    assert [job.attempts for job in office.jobs("service")] == [0]


def test_a_service_may_throw_what_the_drawing_catches(office: Office) -> None:
    def letter(db: Session, call: Call) -> Mapping[str, object]:
        raise BpmnError("moved", "moved away", {"since": 2025})

    office.services["send.letter"] = letter
    office.services["registry.letter"] = letter
    top = (sketch.an_error("moved"),)
    for kind in ("send", "registry"):
        office.deploy(
            **{
                f"{kind}_bpmn": plain(
                    f"tell_{kind}",
                    sketch.service("tell", f"{kind}.letter"),
                    sketch.boundary("gone", "tell", sketch.error("moved")),
                    sketch.user("search", GROUPS),
                    flows="start -> tell -> end\ngone -> search -> end",
                    top=top,
                )
            }
        )
        run = office.start(f"tell_{kind}")
        office.run()
        assert [task.instance_id for task in office.tasks("search")][-1] == run


CALLER = plain(
    "caller",
    sketch.node("callActivity", "visit", "", sketch.z("calledElement", processId="visit", bindingType="deployment")),
    sketch.user("after", GROUPS),
    flows="start -> visit -> after -> end",
)
CALLED = plain("visit", sketch.user("look", GROUPS), flows="start -> look -> end")


def test_a_called_process_is_a_run_of_its_own_under_the_same_root(office: Office) -> None:
    office.deploy(caller_bpmn=CALLER, visit_bpmn=CALLED)
    run = office.start("caller", {"enterprise": 7}, scope="45/4508", subject="enterprise:7", business_key="C-1")
    assert office.tasks() == []
    office.run()
    look = office.task("look")
    child = office.instance(look.instance_id)
    assert (child.parent_id, child.root_id, look.root_id) == (run, run, run)
    assert (look.scope, look.subject, look.business_key) == ("45/4508", "enterprise:7", "C-1")
    office.complete("look", {"seen": True})
    office.run()
    assert office.task().element_id == "after"
    with office.database.reading() as db:
        assert instances.variables(db, run, now=office.now) == {"enterprise": 7, "seen": True}


def test_a_cancelled_caller_takes_the_called_run_along(office: Office) -> None:
    office.deploy(caller_bpmn=CALLER, visit_bpmn=CALLED)
    run = office.start("caller")
    office.run()
    child = office.task("look").instance_id
    with pytest.raises(Conflict, match="waits for it"), office.database.transaction() as db:
        instances.cancel(db, child, why="a mistake", by="boss", now=office.now)
    with office.database.transaction() as db:
        instances.cancel(db, run, why="a mistake", by="boss", now=office.now)
    office.run()
    assert office.instance(child).status == "cancelled"
    assert office.tasks() == []


def test_an_error_that_a_called_run_does_not_catch_reaches_its_caller(office: Office) -> None:
    top = (sketch.an_error("lost"),)
    office.deploy(
        visit_bpmn=sketch.draw(
            "visit",
            [sketch.start(), sketch.user("look", GROUPS), sketch.end("end", sketch.error("lost"))],
            "start -> look -> end",
            top,
        ),
        caller_bpmn=plain(
            "caller",
            sketch.node("callActivity", "visit", "", sketch.z("calledElement", processId="visit")),
            sketch.boundary("failed", "visit", sketch.error("lost")),
            sketch.user("search", GROUPS),
            flows="start -> visit -> end\nfailed -> search -> end",
            top=top,
        ),
    )
    office.start("caller")
    office.run()
    office.complete("look")
    office.run()
    assert office.task().element_id == "search"


def test_an_error_that_nothing_catches_is_an_incident_and_loses_nothing(office: Office) -> None:
    top = (sketch.an_error("lost"),)
    office.deploy(
        visit_bpmn=sketch.draw(
            "visit",
            [sketch.start(), sketch.user("look", GROUPS), sketch.end("end", sketch.error("lost"))],
            "start -> look -> end",
            top,
        )
    )
    run = office.start("visit")
    assert office.complete("look").status == "held"
    assert office.instance(run).status == "active"
    assert office.jobs("submission", "failed")[0].error_params["code"] == "lost"


def test_a_refusing_service_refuses_the_person_and_changes_nothing(office: Office) -> None:
    def check(db: Session, call: Call) -> Mapping[str, object]:
        call.instance.scope = "changed"
        raise Invalid("the officer has forty cases already")

    office.services["registry.check"] = check
    office.deploy(
        plan_bpmn=plain(
            "plan",
            sketch.user("write", GROUPS),
            sketch.service("check", "registry.check"),
            flows="start -> write -> check -> end",
        )
    )
    run = office.start("plan", scope="45")
    with pytest.raises(Invalid, match="forty"):
        office.complete("write")
    assert office.task("write").status == "open"
    assert office.instance(run).scope == "45"


def test_a_drawing_that_starts_by_the_clock_starts_once_per_period(office: Office) -> None:
    drawing = sketch.draw(
        "quarter",
        [
            sketch.start("start", sketch.timer("cycle", "R/2026-03-31T00:00:00+08:00/P3M")),
            sketch.user("report", GROUPS),
            sketch.end(),
        ],
        "start -> report -> end",
    )
    office.deploy(quarter_bpmn=drawing)
    office.passes(days=300)
    assert [task.created_at.date().isoformat() for task in office.tasks("report")] == [
        "2026-03-30",
        "2026-06-29",
        "2026-09-29",
        "2026-12-30",
    ][: len(office.tasks("report"))]
    assert len(office.tasks("report")) == 3
    office.deploy(quarter_bpmn=drawing.replace(b'name="report"', b'name="Report"'))
    assert len(office.jobs("timer", "waiting")) == 1


def test_a_called_run_that_ends_after_its_caller_left_the_call_tells_nobody(office: Office) -> None:
    office.deploy(
        visit_bpmn=CALLED,
        caller_bpmn=plain(
            "caller",
            sketch.node("callActivity", "visit", "", sketch.z("calledElement", processId="visit")),
            sketch.boundary("too_long", "visit", sketch.timer("duration", "P1D")),
            sketch.user("go_on", GROUPS),
            flows="start -> visit -> go_on -> end\ntoo_long -> go_on",
        ),
    )
    office.start("caller")
    office.run()
    office.now += timedelta(days=2)
    office.complete("look")
    timer = office.jobs("timer", "waiting")[0]
    with office.database.transaction() as db:
        claimed = jobs.claim(db, timer.id, office.now)
        assert claimed is not None
        jobs.run(db, claimed, office.now)
    office.run()
    assert office.task().element_id == "go_on"
    assert [job.status for job in office.jobs("child")] == ["withdrawn"]


def test_what_a_run_waits_for_cannot_be_left_out(office: Office) -> None:
    def letter(db: Session, call: Call) -> Mapping[str, object]:
        raise ValueError("no paper")

    office.services["send.letter"] = letter
    office.deploy(tell_bpmn=plain("telling", sketch.service("tell", "send.letter"), flows="start -> tell -> end"))
    office.start("telling")
    office.passes(hours=3)
    with pytest.raises(Conflict, match="cancel the run"), office.database.transaction() as db:
        jobs.withdraw(db, office.jobs("service", "failed")[0].id, why="no", by="boss", now=office.now)


def test_a_withdrawn_submission_opens_its_task_again(office: Office) -> None:
    def check(db: Session, call: Call) -> Mapping[str, object]:
        raise ValueError("broken")

    office.services["registry.check"] = check
    office.deploy(
        plan_bpmn=plain(
            "plan",
            sketch.user("write", GROUPS),
            sketch.service("check", "registry.check"),
            flows="start -> write -> check -> end",
        )
    )
    office.start("plan")
    office.complete("write")
    with office.database.transaction() as db:
        jobs.withdraw(db, office.jobs("submission")[0].id, why="sent by mistake", by="boss", now=office.now)
    assert office.task("write").status == "open"
