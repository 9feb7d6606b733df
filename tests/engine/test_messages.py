"""A message is said once, kept until heard or expired, and heard once per process."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from engine import messages, user_tasks
from engine.db import Database
from tests.diagrams import sketch
from tests.engine.office import Office

GROUPS = sketch.z("assignmentDefinition", candidateGroups="XK")


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def waiting(process_id: str, name: str = "paid") -> bytes:
    return sketch.draw(
        process_id,
        [
            sketch.start(),
            sketch.user("before", GROUPS),
            sketch.catch("hear", sketch.message("m")),
            sketch.user("after", GROUPS),
            sketch.end(),
        ],
        "start -> before -> hear -> after -> end",
        [sketch.a_message("m", name, "=string(number)")],
    )


def started(process_id: str = "item", name: str = "opened") -> bytes:
    return sketch.draw(
        process_id,
        [sketch.start("start", sketch.message("m")), sketch.user("work", GROUPS), sketch.end()],
        "start -> work -> end",
        [sketch.a_message("m", name)],
    )


def say(office: Office, name: str, key: str, *, once: str = "", **more: Any) -> int:
    with office.database.transaction() as db:
        variables = more.pop("variables", {})
        said = messages.publish(
            db, name, key, variables, key=once or f"{name}:{key}:{office.now}", by="anna", now=office.now, **more
        )
        return said.id


def test_a_waiting_run_hears_the_message_with_its_key(office: Office) -> None:
    office.deploy(bill_bpmn=waiting("bill"))
    office.start("bill", {"number": 1})
    other = office.start("bill", {"number": 2})
    for task in office.tasks("before"):
        with office.database.transaction() as db:
            user_tasks.complete(db, task.id, {}, by="anna", now=office.now)
    say(office, "paid", "2", variables={"amount": 5})
    office.run()
    assert office.task("after").instance_id == other
    assert "message_delivered" in office.facts(other)


def test_a_message_said_too_early_waits_until_somebody_listens(office: Office) -> None:
    office.deploy(bill_bpmn=waiting("bill"))
    office.start("bill", {"number": 1})
    say(office, "paid", "1")
    office.run()
    office.complete("before")
    office.run()
    assert office.task().element_id == "after"


def test_a_message_that_nobody_hears_in_time_is_forgotten(office: Office) -> None:
    office.deploy(bill_bpmn=waiting("bill"))
    office.start("bill", {"number": 1})
    say(office, "paid", "1", time_to_live=timedelta(minutes=10))
    office.passes(minutes=11)
    office.complete("before")
    office.run()
    assert office.tasks("after") == []
    with office.database.transaction() as db:
        assert messages.forget_expired(db, now=office.now) == 1


def test_saying_it_twice_with_the_same_key_is_saying_it_once(office: Office) -> None:
    office.deploy(item_bpmn=started())
    assert say(office, "opened", "7", once="a") == say(office, "opened", "7", once="a")
    office.run()
    assert len(office.instances()) == 1


def test_a_message_is_heard_once_in_each_process(office: Office) -> None:
    office.deploy(bill_bpmn=waiting("bill"), dunning_bpmn=waiting("dunning"))
    for process in ("bill", "bill", "dunning"):
        office.start(process, {"number": 1})
    for task in office.tasks("before"):
        with office.database.transaction() as db:
            user_tasks.complete(db, task.id, {}, by="anna", now=office.now)
    say(office, "paid", "1")
    office.run()
    assert sorted(task.process_key for task in office.tasks("after")) == ["bill", "dunning"]
    say(office, "paid", "1", once="again")
    office.run()
    assert sorted(task.process_key for task in office.tasks("after")) == ["bill", "bill", "dunning"]


def test_a_run_that_another_one_asks_for_belongs_under_its_root(office: Office) -> None:
    office.services["registry.open"] = lambda db, call: {
        "said": messages.publish(
            db, "opened", "7", {"item": 7}, key="open:7", sender=call.instance, by=call.by, now=call.now
        ).id
    }
    office.deploy(
        item_bpmn=started(),
        case_bpmn=sketch.draw(
            "case",
            [sketch.start(), sketch.service("open", "registry.open"), sketch.user("hold", GROUPS), sketch.end()],
            "start -> open -> hold -> end",
        ),
    )
    run = office.start("case", scope="45/4508")
    office.run()
    child = office.instance(office.task("work").instance_id)
    assert (child.parent_id, child.root_id, child.scope) == (run, run, "45/4508")
    assert child.parent_element_instance_id is None


def test_one_active_run_per_key_and_the_next_message_waits_for_its_end(office: Office) -> None:
    office.deploy(item_bpmn=started())
    say(office, "opened", "7", once="a")
    say(office, "opened", "7", once="b")
    say(office, "opened", "8", once="c")
    office.run()
    assert len(office.tasks("work")) == 2
    first = office.tasks("work")[0]
    with office.database.transaction() as db:
        user_tasks.complete(db, first.id, {}, by="anna", now=office.now)
    office.run()
    assert len(office.tasks("work")) == 2
    assert len(office.instances()) == 3


def test_a_message_starts_the_newest_version(office: Office) -> None:
    office.deploy(item_bpmn=started())
    office.deploy(item_bpmn=started().replace(b'name="work"', b'name="Work"'))
    say(office, "opened", "7")
    office.run()
    assert office.task().name == "Work"


def test_a_signal_reaches_everybody_who_waits_for_it(office: Office) -> None:
    signal = sketch.a_signal("alarm")
    office.deploy(
        listen_bpmn=sketch.draw(
            "listen",
            [sketch.start(), sketch.catch("hear", sketch.signal("alarm")), sketch.user("run", GROUPS), sketch.end()],
            "start -> hear -> run -> end",
            [signal],
        ),
        begin_bpmn=sketch.draw(
            "begin",
            [sketch.start("start", sketch.signal("alarm")), sketch.user("help", GROUPS), sketch.end()],
            "start -> help -> end",
            [signal],
        ),
        shout_bpmn=sketch.draw(
            "shout",
            [sketch.start(), sketch.throw("cry", sketch.signal("alarm")), sketch.end()],
            "start -> cry -> end",
            [signal],
        ),
    )
    office.start("listen")
    office.start("listen")
    office.start("shout")
    office.run()
    assert sorted(task.element_id for task in office.tasks()) == ["help", "run", "run"]


def test_an_ear_that_stays_open_hears_everything_that_was_said_before_it_opened(office: Office) -> None:
    office.deploy(
        desk_bpmn=sketch.draw(
            "desk",
            [
                sketch.start(),
                sketch.user("before", GROUPS),
                sketch.user("sit", GROUPS),
                sketch.boundary("call", "sit", sketch.message("m"), interrupting=False),
                sketch.user("answer", GROUPS),
                sketch.end(),
            ],
            "start -> before -> sit -> end\ncall -> answer -> end",
            [sketch.a_message("m", "ring", "=string(number)")],
        )
    )
    office.start("desk", {"number": 1})
    for once in "ab":
        say(office, "ring", "1", once=once)
    office.run()
    office.complete("before")
    office.run()
    assert len(office.tasks("answer")) == 2
    say(office, "ring", "1", once="c")
    office.run()
    assert len(office.tasks("answer")) == 3


@pytest.mark.parametrize("backend", ["sqlite"], scope="session")
def test_finding_a_hearer_reads_no_more_rows_however_many_runs_and_messages_there_are(office: Office) -> None:
    """Every look of a message goes by an index over all that it asks for: what it costs does not grow with the house."""
    office.deploy(item_bpmn=started(), bill_bpmn=waiting("bill"))
    asked: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(office.database.engine, "before_cursor_execute", keep)
    try:
        office.start("bill", {"number": 1})
        office.complete("before")
        say(office, "paid", "1")
        say(office, "opened", "7")
        office.run()
        office.complete("work")
    finally:
        event.remove(office.database.engine, "before_cursor_execute", keep)
    plans: set[str] = set()
    with office.database.reading() as db:
        for statement, parameters in asked:
            plan = db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans |= {str(row[3]) for row in plan}
    assert not [plan for plan in plans if plan.startswith(("SCAN instance", "SCAN message", "SCAN subscription"))]
    assert (
        "SEARCH message USING INDEX ix_message_status_name_correlation_key (status=? AND name=? AND correlation_key=?)"
        in plans
    )
    assert not [plan for plan in plans if "ix_message_status_expires_at" in plan]
