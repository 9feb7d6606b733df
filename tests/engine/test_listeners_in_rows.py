"""Listeners where work is done: jobs that an element waits for, and services that correct or deny what people do with a task."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine import messages, user_tasks, verify
from engine.db import Database
from engine.errors import ExecutionFailed, Invalid, Undeployable
from engine.services import BpmnError, Call
from engine.tables import UserTask
from tests.diagrams import sketch
from tests.engine.bpmn.play import DIAGRAMS
from tests.engine.office import Office

JOBS = (DIAGRAMS / "listeners-as-jobs.bpmn").read_bytes()
TASK = (DIAGRAMS / "task-listeners.bpmn").read_bytes()
OTHER = sketch.draw("other", [sketch.start(), sketch.script("a", "=1", "b"), sketch.end()], "start -> a -> end")
CALLED = ("opened", "prepare", "look", "after", "meet", "before-answer", "answered", "before-other", "closed")
HEARD = ("creating", "creating-too", "assigning", "updating", "completing", "canceling")


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def sound(office: Office) -> None:
    with office.database.reading() as db:
        assert [str(fault) for fault in verify.check(db)] == []


def test_a_run_waits_for_the_jobs_of_its_listeners_to_its_end(office: Office) -> None:
    heard: list[str] = []

    def serve(db: Session, call: Call) -> Mapping[str, object]:
        heard.append(f"{call.element_id} {call.job_type}")
        return {}

    for name in CALLED:
        office.services[f"call.{name}"] = serve
    office.deploy(jobs_bpmn=JOBS, other_bpmn=OTHER)
    run = office.start("listeners-as-jobs", {"key": "k", "due": None})
    assert not office.tasks()
    sound(office)
    office.run()
    office.complete("check", {"answer": 1})
    sound(office)
    assert [job.status for job in office.jobs("timer")] == ["withdrawn"], "its boundary event is over"
    office.run()
    with office.database.transaction() as db:
        messages.publish(db, "answer", "k", {"said": "yes"}, key="a", by="anna", now=office.now)
    office.run()
    sound(office)
    assert heard == [
        "listeners-as-jobs call.opened", "check call.prepare", "check call.look", "check call.after", "either call.meet",
        "answer call.before-answer", "answer call.answered", "other call.before-other", "listeners-as-jobs call.closed",
    ]  # fmt: skip
    assert office.instance(run).status == "completed"


def test_a_listener_that_fails_is_tried_again_and_only_it(office: Office) -> None:
    heard: list[str] = []

    def serve(db: Session, call: Call) -> Mapping[str, object]:
        heard.append(call.job_type)
        if call.job_type == "call.look" and heard.count("call.look") == 1:
            raise BpmnError("E", "nobody is there")
        return {}

    for name in CALLED:
        office.services[f"call.{name}"] = serve
    office.deploy(jobs_bpmn=JOBS, other_bpmn=OTHER)
    office.start("listeners-as-jobs", {"key": "k", "due": None})
    office.run()
    (failed,) = office.jobs("service", "waiting")
    assert "a listener cannot throw what the drawing catches" in failed.error
    assert failed.retries == 3
    office.passes(minutes=5)
    assert heard == ["call.opened", "call.prepare", "call.look", "call.look"]
    assert office.task("check")


def test_a_listener_that_names_no_service_is_refused_when_it_is_deployed(office: Office) -> None:
    office.services["call.look"] = lambda db, call: {}
    with pytest.raises(Undeployable) as caught:
        office.deploy(jobs_bpmn=JOBS, other_bpmn=OTHER)
    unknown = [
        (one.element_id, one.sentence.params["id"]) for one in caught.value.findings if one.rule == "service-unknown"
    ]
    assert ("check", "call.prepare") in unknown
    assert ("listeners-as-jobs", "call.opened") in unknown
    assert ("check", "call.look") not in unknown


# --- what people do with a task -----------------------------------------------------------------------------------------


class Listening:
    """The services of the task's listeners: what they were told, and what they answer."""

    def __init__(self, office: Office) -> None:
        self.told: list[tuple[str, Mapping[str, str], Mapping[str, object]]] = []
        self.answers: dict[str, Mapping[str, object]] = {}
        for name in HEARD:
            office.services[f"registry.{name}"] = self.serve
        office.services["call.creating"] = lambda db, call: {}

    def serve(self, db: Session, call: Call) -> Mapping[str, object]:
        name = call.job_type.removeprefix("registry.")
        self.told.append((name, call.headers, call.inputs))
        return self.answers.get(name, {})


@pytest.fixture
def ears(office: Office) -> Listening:
    made = Listening(office)
    office.publish_calendar()
    office.deploy(task_bpmn=TASK)
    office.start("task-listeners", {"who": None, "key": "k"})
    made.told.clear()
    return made


def does(office: Office, verb: Callable[..., Any], *said: object, **more: object) -> UserTask:
    with office.database.transaction() as db:
        verb(db, office.task("plan").id, *said, **more, by="anna", now=office.now)
    return office.task("plan")


def test_an_assigning_listener_is_asked_when_a_task_is_taken_handed_over_and_given_back(
    office: Office, ears: Listening
) -> None:
    assert does(office, user_tasks.claim).assignee == "anna"
    assert does(office, user_tasks.assign, "bo").assignee == "bo"
    assert does(office, user_tasks.unclaim).assignee == ""
    said = [headers for name, headers, _ in ears.told]
    assert [(one["io.camunda.zeebe:action"], one.get("io.camunda.zeebe:assignee")) for one in said] == [
        ("claim", "anna"), ("assign", "bo"), ("unassign", None),
    ]  # fmt: skip
    assert {one["io.camunda.zeebe:changedAttributes"] for one in said} == {"assignee"}
    assert said[0]["io.camunda.zeebe:userTaskKey"] == str(office.task("plan").id)
    assert said[0]["page"] == "7"
    assert ears.told[0][2]["key"] == "k"


def test_what_an_assigning_listener_corrects_is_what_happens_and_is_in_history(office: Office, ears: Listening) -> None:
    ears.answers["assigning"] = {"corrections": {"assignee": "li", "priority": 90, "candidateUsers": ["li"]}}
    task = does(office, user_tasks.claim)
    assert (task.assignee, task.priority, task.candidate_users) == ("li", 90, ["li"])
    assert office.facts(1)[-2:] == ["task_corrected", "task_claimed"]


def test_who_is_denied_a_task_is_told_why_and_nothing_has_changed(office: Office, ears: Listening) -> None:
    ears.answers["assigning"] = {"denied": True, "deniedReason": "she is away"}
    facts = office.facts(1)
    with pytest.raises(Invalid, match="this was not accepted: she is away"):
        does(office, user_tasks.assign, "anna")
    assert office.task("plan").assignee == ""
    assert office.facts(1) == facts


def test_an_updating_listener_sees_the_new_due_date_and_may_move_it(office: Office, ears: Listening) -> None:
    wanted = datetime(2026, 4, 1, 15, 59, 59, tzinfo=UTC)
    assert does(office, user_tasks.extend, wanted, why="more time").due_at == wanted
    assert ears.told[-1][0] == "updating"
    assert ears.told[-1][1]["io.camunda.zeebe:dueDate"] == "2026-04-01T15:59:59+00:00"
    assert ears.told[-1][1]["io.camunda.zeebe:changedAttributes"] == "dueDate"
    ears.answers["updating"] = {"corrections": {"dueDate": "2026-04-20"}}
    assert does(office, user_tasks.extend, wanted + timedelta(days=3), why="more").due_at == datetime(
        2026, 4, 20, 15, 59, 59, tzinfo=UTC
    )
    ears.answers["updating"] = {"denied": True}
    with pytest.raises(Invalid, match="this was not accepted"):
        does(office, user_tasks.extend, wanted, why="back")
    ears.answers["updating"] = {"corrections": {"dueDate": ""}}
    with pytest.raises(ExecutionFailed, match="it can only be moved"):
        does(office, user_tasks.extend, wanted, why="away with it")


def test_a_completion_that_a_listener_denies_leaves_the_task_open_and_tells_the_reason(
    office: Office, ears: Listening
) -> None:
    ears.answers["completing"] = {"denied": True, "deniedReason": "the plan has no date"}
    with pytest.raises(Invalid, match="the plan has no date"):
        office.complete("plan", {"plan": 1})
    assert office.task("plan").status == "open"
    assert ears.told[-1][2]["plan"] == 1
    ears.answers.clear()
    assert office.complete("plan", {"plan": 2}).status == "completed"
    assert not office.tasks("next"), "its creating listener is a job"
    office.services["call.creating"] = lambda db, call: {"corrections": {"assignee": "li", "priority": 10}}
    office.run()
    assert (office.task("next").assignee, office.task("next").priority) == ("li", 10)
    sound(office)


def test_a_canceling_listener_is_heard_when_the_run_is_cancelled(office: Office, ears: Listening) -> None:
    with office.database.transaction() as db:
        user_tasks.withdraw(db, office.task("plan").id, why="a mistake", by="anna", now=office.now)
    assert [name for name, _, _ in ears.told] == ["canceling"]
