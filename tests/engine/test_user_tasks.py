"""A person completes a user task: once, under the lock of its run, and never in vain."""

from collections.abc import Mapping

import pytest
from sqlalchemy.orm import Session

from engine import history, jobs, user_tasks
from engine.db import Database
from engine.errors import Conflict, Invalid, NotFound
from engine.services import Call
from engine.tables import Submission
from tests.diagrams import sketch
from tests.engine.office import Office

GROUPS = sketch.z("assignmentDefinition", candidateGroups="XK, XG")
TWO = sketch.draw(
    "two",
    [
        sketch.start(),
        sketch.user("write", GROUPS),
        sketch.service("record", "registry.record"),
        sketch.user("check", GROUPS),
        sketch.end(),
    ],
    "start -> write -> record -> check -> end",
)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_a_completed_task_leads_to_the_next_one(office: Office) -> None:
    office.services["registry.record"] = lambda db, call: {"noted": call.inputs["text"]}
    office.deploy(two_bpmn=TWO)
    run = office.start("two", scope="45/4508", subject="enterprise:1")
    first = office.task("write")
    assert first.candidate_groups == ["XK", "XG"]
    assert (first.scope, first.subject, first.root_id) == ("45/4508", "enterprise:1", run)
    done = office.complete("write", {"text": "x"})
    assert done.status == "completed"
    assert done.next_task_ids == (office.task("check").id,)
    last = office.complete("check")
    assert last.instance_ended
    assert office.instance(run).status == "completed"
    assert office.facts(run) == [
        "started",
        "task_created",
        "task_completed",
        "task_created",
        "task_completed",
        "completed",
    ]
    with office.database.reading() as db:
        assert history.verify(db, f"i{run}") == []


def test_the_second_of_two_people_is_told_who_was_first(office: Office) -> None:
    office.services["registry.record"] = lambda db, call: {}
    office.deploy(two_bpmn=TWO)
    office.start("two")
    task = office.task("write")
    office.complete("write", by="anna")
    with pytest.raises(Conflict, match="anna has completed it"), office.database.transaction() as db:
        user_tasks.complete(db, task.id, {}, by="bo", now=office.now)
    with pytest.raises(NotFound), office.database.transaction() as db:
        user_tasks.complete(db, 999, {}, by="bo", now=office.now)


def test_a_submission_is_kept_when_the_drawing_fails_and_a_supervisor_completes_it_later(office: Office) -> None:
    broken = True

    def record(db: Session, call: Call) -> Mapping[str, object]:
        if broken:
            raise KeyError("no such row")
        return {}

    office.services["registry.record"] = record
    office.deploy(two_bpmn=TWO)
    run = office.start("two")
    assert office.complete("write", {"text": "worth keeping"}).status == "held"
    held = office.task("write", status="held")
    with office.database.reading() as db:
        assert db.get_one(Submission, 1).data == {"text": "worth keeping"}
    with pytest.raises(Conflict, match="held"), office.database.transaction() as db:
        user_tasks.complete(db, held.id, {}, by="bo", now=office.now)
    incident = office.jobs("submission", "failed")[0]
    assert "no such row" in incident.error_params["reason"]
    broken = False
    with office.database.transaction() as db:
        jobs.retry(db, incident.id, by="boss", now=office.now)
    office.run()
    assert office.task("check").status == "open"
    assert office.tasks(status="completed")[0].completed_by == "anna"
    assert "task_held" in office.facts(run)
    with office.database.reading() as db:
        assert history.verify(db, f"i{run}") == []


def test_the_same_request_with_the_same_key_gets_the_same_answer(office: Office) -> None:
    office.services["registry.record"] = lambda db, call: {}
    office.deploy(two_bpmn=TWO)
    office.start("two")
    task = office.task("write")

    def send(answers: dict[str, object], key: str, by: str = "anna") -> user_tasks.Completion:
        with office.database.transaction() as db:
            return user_tasks.complete(db, task.id, answers, by=by, now=office.now, idempotency_key=key)

    first = send({"text": "x"}, "k1")
    again = send({"text": "x"}, "k1")
    assert (again.user_task_id, again.status) == (first.user_task_id, "completed")
    assert len(office.tasks("check")) == 1
    with pytest.raises(Conflict, match="another request"):
        send({"text": "y"}, "k1")
    with pytest.raises(Conflict, match="another request"):
        send({"text": "x"}, "k1", by="bo")
    with pytest.raises(Conflict, match="anna has completed it"):
        send({"text": "x"}, "k2")


def test_a_key_whose_request_was_refused_may_be_used_again(office: Office) -> None:
    refuses = True

    def record(db: Session, call: Call) -> Mapping[str, object]:
        if refuses:
            raise Conflict
        return {}

    office.services["registry.record"] = record
    office.deploy(two_bpmn=TWO)
    office.start("two")
    with pytest.raises(Conflict):
        office.complete("write", idempotency_key="k1")
    refuses = False
    assert office.complete("write", idempotency_key="k1").status == "completed"


def test_text_that_no_database_keeps_is_refused_with_its_field(office: Office) -> None:
    office.services["registry.record"] = lambda db, call: {}
    office.deploy(two_bpmn=TWO)
    office.start("two")
    for text in ("a\x00b", "half \ud83d"):
        with pytest.raises(Invalid) as refused:
            office.complete("write", {"note": text})
        assert list(refused.value.fields) == ["note"]
    assert office.task("write").status == "open"
