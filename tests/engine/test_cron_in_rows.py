"""Cron expressions where work is done: a process that starts by itself, and a timer that comes again, on the agenda."""

from datetime import timedelta

import pytest

from engine.db import Database
from tests.engine.bpmn.play import DIAGRAMS
from tests.engine.office import Office


@pytest.fixture
def office(database: Database) -> Office:
    made = Office(database)
    made.deploy(cron_bpmn=(DIAGRAMS / "cron.bpmn").read_bytes().replace(b"=each", b"@daily"))
    return made


def test_a_process_starts_every_monday_at_eight_and_its_cycles_come_again(office: Office) -> None:
    (start,) = office.jobs("timer", "waiting")
    assert start.due_at == office.now + timedelta(days=7, hours=-1), "it is nine o'clock on Monday already"
    office.passes(days=7)
    assert len(office.instances()) == 1
    due = {job.element_id: job.due_at - office.now for job in office.jobs("timer", "waiting")}
    assert due == {
        "start": timedelta(days=7, hours=-1),
        "remind": timedelta(hours=4),
        "daily": timedelta(hours=15),
    }
    assert office.tasks("work")
    office.passes(days=21)
    assert len(office.instances()) == 4


def test_a_machine_that_stood_still_starts_one_run_for_all_the_mondays_it_missed(office: Office) -> None:
    office.now += timedelta(days=30)
    office.run()
    assert len(office.instances()) == 1
    office.passes(days=5)
    assert len(office.instances()) == 2
