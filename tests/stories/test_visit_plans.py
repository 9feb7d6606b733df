"""Visits through the year: the plan of a month by DT-9, merging, another day, silence, missing, and checks by telephone."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from casework import visit_plans, visit_reminders
from casework.case_tables import Case, Notice, Visit
from casework.issue_tables import Issue
from casework.visit_plan_tables import VisitPlan
from engine.errors import Conflict, Invalid
from tests.world import World


def the_month_begins(world: World, month: str) -> None:
    """The visits of a month are planned, as the agenda does on its first working day."""
    after = -1
    while after:
        with world.database.transaction() as db:
            after = visit_plans.make(db, month, after=max(after, 0), now=world.now)
    world.run()


def the_morning_rings(world: World, day: date) -> None:
    """Half past eight of a day: reminders of visits."""
    after = -1
    while after:
        with world.database.transaction() as db:
            after = visit_reminders.remind(db, day.isoformat(), after=max(after, 0), now=world.now)
    world.run()


def owed(world: World) -> VisitPlan:
    """The visit that is owed to the case last spoken of."""
    with world.database.reading() as db:
        plan = visit_plans.owed(db, world.case_id)
        assert plan is not None, "nothing is owed"
        db.expunge_all()
        return plan


def plans(world: World) -> list[tuple[str, str, str]]:
    """(month, class, state) of every plan of the case."""
    with world.database.reading() as db:
        query = select(VisitPlan).where(VisitPlan.case_id == world.case_id).order_by(VisitPlan.id)
        return [(plan.month, plan.class_, plan.state) for plan in db.scalars(query)]


def last_visit(world: World) -> Visit:
    with world.database.reading() as db:
        visit = db.scalars(select(Visit).where(Visit.case_id == world.case_id).order_by(Visit.id.desc()).limit(1)).one()
        db.expunge_all()
        return visit


def letters(world: World, words: str) -> list[str]:
    """To whom a letter that begins like this went."""
    with world.database.reading() as db:
        return [one.level for one in db.scalars(select(Notice).order_by(Notice.id)) if one.template.startswith(words)]


def changes(world: World, **values: Any) -> None:
    with world.database.transaction() as db:
        case = db.get_one(Case, world.case_id)
        for name, value in values.items():
            setattr(case, name, value)


def test_a_first_visit_is_owed_within_ten_working_days_and_done_when_it_is_recorded(world: World) -> None:
    world.open_case(list="L1")
    world.xg.completes("assign_officer")
    assert (owed(world).class_, owed(world).due_on) == ("F", date(2026, 7, 14))
    world.lo.completes("arrange")
    world.lo.completes("record_visit")
    assert plans(world) == [("2026-07", "F", "visited")]


def test_the_month_brings_a_visit_to_whom_the_last_one_was_too_long_ago_and_to_nobody_else(world: World) -> None:
    world.visited_case(list="L1")
    the_month_begins(world, "2026-07")
    plan = owed(world)
    assert (plan.class_, plan.allowed_days, plan.due_on) == ("A", 30, date(2026, 7, 30)), "L1 without an approved plan"
    assert plan.score == Decimal("17.31"), "one day of thirty, and 62,000 of revenue"
    assert "arrange" in world.waiting()
    the_month_begins(world, "2026-07")
    assert len(plans(world)) == 2, "planning twice plans nothing twice"
    world.goes_to(date(2026, 7, 27))
    world.lo.completes("arrange")
    world.lo.completes("record_visit")
    world.enterprise.completes("confirm_visit")
    assert "baseline" not in world.waiting(), "only the first visit has a baseline"
    assert plans(world)[-1] == ("2026-07", "A", "visited")
    the_month_begins(world, "2026-08")
    assert owed(world).due_on == date(2026, 8, 26)
    world.is_well()


@pytest.mark.parametrize(
    ("changed", "lists", "revenue", "class_", "allowed"),
    [
        ({"light": "red"}, "L3", 20_000, "A", 30),
        ({"light": "yellow"}, "L3", 20_000, "B", 60),
        ({}, "L3", 210_000, "B", 60),
        ({}, "L3", 20_000, "C", 90),
        ({"state": "observing"}, "L3", 20_000, "C", 90),
    ],
)
def test_the_class_follows_light_and_revenue(
    world: World, changed: dict[str, str], lists: str, revenue: float, class_: str, allowed: int
) -> None:
    world.planned_case(list=lists, subtype="缺活动", revenue=revenue)
    changes(world, **changed)
    world.sleeps_until(date(2026, 9, 21))
    changes(world, **{"light": "green", **changed})
    world.now = world.now.replace(month=10, day=8)
    the_month_begins(world, "2026-10")
    assert (owed(world).class_, owed(world).allowed_days) == (class_, allowed)


def test_departments_that_want_to_go_too_go_along(world: World) -> None:
    world.visited_case(list="L1")
    the_month_begins(world, "2026-07")
    with world.database.transaction() as db:
        case = db.get_one(Case, world.case_id)
        merged = visit_plans.plan_visit(
            db,
            case,
            "by_hand",
            department="市科技局",
            topics=["policy"],
            due_on=date(2026, 7, 20),
            by="ck",
            now=world.now,
        )
        assert merged.state == "merged"
    plan = owed(world)
    assert (plan.due_on, plan.topics) == (date(2026, 7, 20), ["policy"])
    assert last_visit(world).is_joint
    assert world.waiting().count("arrange") == 1, "one visit for both"
    assert letters(world, "one visit serves both") == ["officer"]
    world.is_well()


def test_the_enterprise_may_propose_another_day_once_and_silence_is_consent(world: World) -> None:
    from casework import visits

    world.open_case(list="L1")
    world.xg.completes("assign_officer")
    world.lo.completes("arrange", date="2026-07-06")
    assert letters(world, "a visit is arranged") == ["enterprise"]
    with world.database.transaction() as db:
        visit = visits.get(db, last_visit(world).id)
        visits.propose_date(db, visit, date(2026, 7, 8), "负责人出差", by=world.enterprise_user(), now=world.now)
    world.run()
    assert world.waiting() == ["arrange"], "the officer arranges it again"
    world.lo.completes("arrange", date="2026-07-08")
    assert world.waiting() == ["record_visit"]
    with world.database.transaction() as db, pytest.raises(Conflict, match="already"):
        visit = visits.get(db, last_visit(world).id)
        visits.propose_date(db, visit, date(2026, 7, 9), "再改一次吧", by=world.enterprise_user(), now=world.now)
    world.lo.completes("record_visit")
    world.working_days_pass(4)
    assert last_visit(world).confirm_state == "unconfirmed"
    world.is_well()


def test_a_day_off_a_day_past_and_a_day_too_soon_come_back_at_the_field(world: World) -> None:
    world.open_case(list="L1")
    world.xg.completes("assign_officer")
    for day, says in (("2026-07-11", "no working day"), ("2026-06-29", "past"), ("2026-07-01", "3 days")):
        with pytest.raises(Invalid) as refused:
            world.lo.completes("arrange", date=day, agreed=False)
        assert says in str(refused.value.fields["arrange.date"][0])
    with pytest.raises(Invalid) as quiet:
        world.lo.completes("arrange", date="2026-07-03", agreed=False)
    assert "nobody disturbs" in str(quiet.value.fields["arrange.date"][0])
    world.lo.completes("arrange", date="2026-07-03", agreed=True)


def test_a_record_that_is_too_short_says_nothing_or_repeats_the_last_one_comes_back(world: World) -> None:
    world.visited_case(list="L1")
    the_month_begins(world, "2026-07")
    world.lo.completes("arrange")
    thin: tuple[tuple[dict[str, Any], str], ...] = (
        ({"minutes": 10}, "visit.minutes"),
        ({"people": []}, "visit.people"),
        ({"progress": ""}, "visit.progress"),
        ({"mode": "phone"}, "visit.mode"),
        ({"sameReason": ""}, "visit.sameReason"),
    )
    for changed, field in thin:
        with pytest.raises(Invalid) as refused:
            world.lo.completes("record_visit", **changed)
        assert field in refused.value.fields, changed
    world.lo.completes("record_visit", noLocation=None)
    assert last_visit(world).flags == ["same_text", "no_location"]
    world.is_well()


def test_problems_wishes_and_changed_data_of_a_visit_go_on_their_way(world: World) -> None:
    world.visited_case(list="L1")
    the_month_begins(world, "2026-07")
    world.lo.completes("arrange")
    world.lo.completes(
        "record_visit",
        issues=[{"category": "finance", "title": "流动资金不足", "description": "银行续贷未批", "urgency": "normal"}],
        policyWish="研发费用加计扣除",
        dataChange="联系人改为李工",
    )
    world.enterprise.completes("confirm_visit")
    with world.database.reading() as db:
        issue = db.scalars(select(Issue)).one()
        assert (issue.title, issue.source, issue.visit_id) == ("流动资金不足", "visit", last_visit(world).id)
    assert letters(world, "the enterprise wishes for a policy") == ["county"]
    assert letters(world, "data of the enterprise changed") == ["county"]
    world.is_well()


def test_reminders_go_to_the_officer_then_to_the_county_then_to_the_leader_each_once(world: World) -> None:
    world.visited_case(list="L1")
    the_month_begins(world, "2026-07")
    due = owed(world).due_on
    assert due == date(2026, 7, 30)
    for day in (date(2026, 7, 22), date(2026, 7, 23), date(2026, 7, 24), date(2026, 7, 28), date(2026, 7, 31)):
        the_morning_rings(world, day)
        the_morning_rings(world, day)
    assert letters(world, "the visit of") == ["officer", "officer", "county"]
    the_morning_rings(world, date(2026, 8, 15))
    assert letters(world, "the visit of")[-1] == "county leader"
    with world.database.reading() as db:
        assert visit_plans.overdue_days(db, [world.case_id], date(2026, 8, 15)) == {world.case_id: 16}


def test_after_thirty_silent_days_the_officer_is_reminded_once(world: World) -> None:
    world.visited_case(list="L1")
    the_month_begins(world, "2026-07")
    the_morning_rings(world, date(2026, 8, 20))
    assert letters(world, "the visit of") == ["officer", "county", "county leader"]


def test_a_missed_visit_is_owed_since_the_first_day_and_two_in_a_row_propose_another_officer(world: World) -> None:
    world.visited_case(list="L1")
    the_month_begins(world, "2026-07")
    world.sleeps_until(date(2026, 8, 3))
    the_month_begins(world, "2026-08")
    assert [state for _month, _class, state in plans(world)] == ["visited", "missed", "started"]
    assert (owed(world).due_on, owed(world).missed_before) == (date(2026, 7, 30), 1)
    assert world.waiting().count("arrange") == 1, "the run goes on"
    world.sleeps_until(date(2026, 9, 1))
    the_month_begins(world, "2026-09")
    assert owed(world).missed_before == 2
    assert letters(world, "{officer} missed") == ["county"]
    world.lo.completes("arrange")
    world.lo.completes("record_visit")
    assert plans(world)[-1] == ("2026-09", "A", "visited")
    world.is_well()


def test_a_visit_owed_to_a_case_that_is_over_is_cancelled(world: World) -> None:
    world.visited_case(list="L1")
    the_month_begins(world, "2026-07")
    changes(world, state="archived")
    the_morning_rings(world, date(2026, 7, 2))
    assert plans(world)[-1][2] == "cancelled"
    assert "arrange" not in world.waiting()
    assert last_visit(world).result == "not_visited"


def test_a_red_light_brings_a_visit_at_once_unless_one_is_owed(world: World) -> None:
    world.visited_case(list="L1")
    world.sleeps_until(date(2026, 8, 10))
    changes(world, light="red")
    for _again in range(2):
        with world.database.transaction() as db:
            assert visit_plans.visit_red(db, "2026-08-10", after=0, now=world.now) == world.case_id
        world.run()
    assert plans(world)[1:] == [("2026-08", "A", "started")]
    assert owed(world).cause == "red"
    assert owed(world).due_on == date(2026, 8, 17)
    assert not world.trouble()
