"""What waits, what is stuck, what the board counts, and who is told: the read models of cases on a living world."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from casework import board, lights, measures, nightly, notices, people, permissions, stuck, territories, worklist
from casework.case_tables import Evidence, Item, Measure, Notice
from casework.filing_tables import RdInstitution
from casework.light_tables import LightLog
from engine import services
from engine.calendars import SHANGHAI, calendar
from engine.db import Database
from engine.errors import Conflict, Invalid
from engine.tables import Instance, Job, Subscription
from tests import answers
from tests.world import World


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def test_my_tasks_stand_in_groups_with_working_days_left(world: World) -> None:
    world.visited_case(list="L1")
    with world.database.reading() as db:
        scope = permissions.scope_of(db, "lo", now=world.now)
        (row,) = worklist.of(db, permissions.my_tasks(db, scope), now=world.now).rows
        assert (row.task.element_id, row.group, row.days_left, row.light) == ("write_plan", "later", 15, "green")
        assert row.enterprise is not None
        assert row.enterprise.name.startswith("桂示")
        assert row.case is not None
        assert row.case.case_no == "AJ-4508-2026-00001"
    world.working_days_pass(16)
    with world.database.reading() as db:
        (row,) = worklist.of(db, permissions.my_tasks(db, scope), now=world.now).rows
        assert (row.group, row.days_left, row.light) == ("overdue", -1, "yellow")


@pytest.mark.parametrize(
    ("due", "group"),
    [
        (None, "later"),
        (datetime(2026, 6, 29, 17, 30, tzinfo=SHANGHAI), "overdue"),
        (datetime(2026, 6, 30, 17, 30, tzinfo=SHANGHAI), "today"),
        (datetime(2026, 7, 3, 17, 30, tzinfo=SHANGHAI), "week"),
        (datetime(2026, 7, 5, 17, 30, tzinfo=SHANGHAI), "week"),
        (datetime(2026, 7, 6, 17, 30, tzinfo=SHANGHAI), "later"),
    ],
)
def test_a_deadline_falls_in_one_group(due: datetime | None, group: str) -> None:
    assert worklist.group_of(due, now=datetime(2026, 6, 30, 9, 0, tzinfo=SHANGHAI)) == group


@pytest.mark.parametrize(
    ("days", "light"),
    [(-10, "green"), (-6, "green"), (-5, "blue"), (0, "blue"), (1, "yellow"), (5, "yellow"), (6, "red")],
)
def test_the_light_of_a_task_follows_its_deadline_alone(world: World, days: int, light: str) -> None:
    with world.database.reading() as db:
        due = calendar(db).due(world.now, 20)
        on = calendar(db).add(due.astimezone(SHANGHAI).date(), days)
        now = datetime(on.year, on.month, on.day, 9, 0, tzinfo=SHANGHAI)
        assert lights.of_deadline(db, due, now=now).light == light


def test_a_light_is_logged_when_it_changes_and_only_then(world: World) -> None:
    world.visited_case(list="L1")
    world.working_days_pass(12)
    with world.database.reading() as db:
        before = len(db.scalars(select(LightLog)).all())
        assert before
    nightly.run(world.database, now=world.now)
    nightly.run(world.database, now=world.now)
    with world.database.reading() as db:
        assert len(db.scalars(select(LightLog)).all()) == before


def test_the_board_counts_cases_where_they_are(world: World) -> None:
    world.visited_case(list="L1")
    world.open_case(list="L3", subtype="缺活动")
    with world.database.reading() as db:
        lines = {line.territory.path: line for line in board.lines(db, "45")}
        assert len(lines) == 14
        assert (lines["45/4508"].cases, lines["45/4502"].cases) == (2, 0)
        assert lines["45/4508"].stages["coach"] == 1
        assert lines["45/4508"].left == {"L1": 1, "L3": 1}
        assert len(board.cases_behind(db, "45/4508", stage="coach")) == 1
        city = territories.get(db, "45/4508")
        assert board.total(city, board.lines(db, "45/4508")).cases == 2


def test_a_task_that_nobody_living_may_do_is_unstaffed(world: World) -> None:
    world.open_case(list="L1")
    world.dismisses("xk", "xg", "xs")
    with world.database.reading() as db:
        (found,) = stuck.of_kind(db, "unstaffed", now=world.now)
        assert (found.kind, found.whose) == ("unstaffed", "XG, XK, XS")
        assert "nobody may do 指派联络专员" in str(found.why)


def test_an_overdue_task_is_stuck_with_a_name_and_a_number_of_days(world: World) -> None:
    world.visited_case(list="L1")
    world.working_days_pass(18)
    with world.database.reading() as db:
        (found,) = [one for one in stuck.what_is_stuck(db, now=world.now) if one.kind == "overdue"]
        assert str(found.why) == "制定一企一策方案 is 3 working days overdue"
        assert found.whose == "联络专员甲"
        assert stuck.what_is_stuck(db, scope="45/4502", now=world.now) == []


def test_a_failed_step_is_stuck_until_somebody_tries_it_again(world: World) -> None:
    world.visited_case(list="L1")
    whole = world.database.info["services"]

    def broken(_db: object, _call: services.Call) -> dict[str, object]:
        raise LookupError("the registry is away")

    world.database.info["services"] = {**whole, "registry.plans.submit": broken}
    world.lo.completes("write_plan")
    assert world.completions[-1].status == "held"
    with world.database.reading() as db:
        found = [one for one in stuck.what_is_stuck(db, now=world.now) if one.kind == "failed"]
        assert len(found) == 1
        assert "制定一企一策方案 could not go on: LookupError: the registry is away" in str(found[0].why)
        assert found[0].business_key == "AJ-4508-2026-00001"
        job_id = found[0].job_id
    world.database.info["services"] = whole
    from engine import jobs

    assert job_id is not None
    with world.database.transaction() as db:
        jobs.retry(db, job_id, by="sup", now=world.now)
    world.run()
    assert world.waiting() == ["approve_county"]
    world.is_well()


def test_a_run_that_waits_for_nothing_is_silent(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    with world.database.transaction() as db:
        run = db.scalars(select(Item.instance_id)).one()
        for job in db.scalars(select(Job).where(Job.instance_id == run, Job.status == "waiting")):
            job.status = "withdrawn"
        for subscription in db.scalars(select(Subscription).where(Subscription.instance_id == run)):
            db.delete(subscription)
    with world.database.reading() as db:
        (found,) = stuck.of_kind(db, "silent", now=world.now)
        assert found.instance_id == run
        assert db.get_one(Instance, run).status == "active"


def test_an_item_that_could_be_struck_off_for_twenty_days_is_stuck(world: World) -> None:
    world.eligible_case(list="L3", subtype="缺活动")
    world.working_days_pass(21)
    with world.database.reading() as db:
        found = stuck.of_kind(db, "eligible", now=world.now)
        assert [str(one.why) for one in found] == ["L3 could be struck off for 21 working days"]


def test_sixty_days_without_an_entry_are_idle(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    with world.database.reading() as db:
        assert stuck.of_kind(db, "idle", now=world.now + timedelta(days=59)) == []
        (found,) = stuck.of_kind(db, "idle", now=world.now + timedelta(days=61))
        assert str(found.why) == "nothing was entered on any measure for 61 days"


def test_a_filing_number_belongs_to_one_enterprise(world: World) -> None:
    world.planned_case(list="L1")
    world.lo.records("INSTITUTION", **answers.FILING)
    with world.database.reading() as db:
        filed = db.scalars(select(RdInstitution)).one()
        assert (filed.filing_no, filed.level, filed.authority) == ("GG-2026-0001", "city", "贵港市科学技术局")
    world.planned_case(list="L1")
    with pytest.raises(Conflict, match="belongs to another enterprise"):
        world.lo.records("INSTITUTION", **answers.FILING)


@pytest.mark.parametrize(
    ("submission", "field"),
    [
        ({"progress": 120}, "measure.progress"),
        ({"progress": "half"}, "measure.progress"),
        ({"progress": 50, "filingNo": "X"}, "measure.filingLevel"),
        ({"progress": 50, "annualYear": 2030, "annualExpenditure": 5}, "measure.annualExpenditure"),
        ({"progress": 50, "certificateNo": "GR202645000001"}, "measure.certificateFrom"),
    ],
)
def test_an_incomplete_entry_names_its_field(world: World, submission: dict[str, object], field: str) -> None:
    world.planned_case(list="L1")
    with world.database.transaction() as db:
        measure = db.scalars(select(Measure.id)).first()
        assert measure is not None
        with pytest.raises(Invalid) as error:
            measures.record(db, measure, submission, by="lo", now=world.now)
        assert field in error.value.fields


def test_progress_goes_back_only_with_a_reason(world: World) -> None:
    world.planned_case(list="L1")
    world.lo.records("PROJECT", progress=60)
    with pytest.raises(Invalid):
        world.lo.records("PROJECT", progress=40)
    world.lo.records("PROJECT", progress=40, note="任务书被退回")


def test_nobody_checks_what_he_recorded_himself(world: World) -> None:
    world.planned_case(list="L1")
    world.lo.records("AUX_LEDGER", ledger=True)
    with world.database.transaction() as db:
        proof = db.scalars(select(Evidence)).one()
        assert proof.grade == "G3"
        with pytest.raises(Conflict):
            measures.check_proof(db, proof.id, by="lo", now=world.now)
        assert measures.check_proof(db, proof.id, by="xk", now=world.now).grade == "G2"


def test_a_notice_reaches_the_post_that_sits_at_the_place(world: World) -> None:
    world.visited_case(list="L1")
    world.working_days_pass(16)
    with world.database.transaction() as db:
        day = date(2026, 7, 22)
        found = notices.inbox(db, people.get(db, "xg"), day=day)
        assert any(notice.params.get("element") == "write_plan" for notice in found)
        assert notices.inbox(db, people.get(db, "ck"), day=day) == []
        notices.mark_read(db, found[0].id, now=world.now)
    with world.database.reading() as db:
        assert db.scalars(select(Notice).where(Notice.read_at.is_not(None))).one().addressee == "post:XG@45/4508/450803"
