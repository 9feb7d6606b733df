"""Items: waiting for evidence, asking for more time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.calendars import calendar, local_day
from engine.errors import Invalid
from engine.tables import UserTask
from tests.world import World


def test_an_extension_moves_the_end_of_the_plan_and_is_asked_for_again_only_near_the_new_end(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    end = world.plan().ends_on
    with world.database.reading() as db:
        ask_on = calendar(db).add(end, -10)
    world.sleeps_until(ask_on + timedelta(days=1))
    assert world.waiting() == ["ask_extension"]
    with world.database.reading() as db:
        later = calendar(db).add(end, 40)
    world.lo.completes("ask_extension", newEnd=later.isoformat())
    assert not world.lo.may_complete("decide_extension")
    world.xl.completes("decide_extension")
    assert world.plan().ends_on == end, "the city decides as well"
    world.ck.completes("decide_extension_city")
    assert world.plan().ends_on == later
    assert world.plan().extension_count == 1
    assert "ask_extension" not in world.waiting()
    world.sleeps_until(end + timedelta(days=5))
    assert "ask_extension" not in world.waiting()
    with world.database.reading() as db:
        again = calendar(db).add(later, -10)
    world.sleeps_until(again + timedelta(days=1))
    assert "ask_extension" in world.waiting()
    world.is_well()


def test_a_refused_extension_leaves_the_end_and_the_officer_reads_why(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    end = world.plan().ends_on
    with world.database.reading() as db:
        ask_on = calendar(db).add(end, -10)
    world.sleeps_until(ask_on + timedelta(days=1))
    with world.database.reading() as db:
        later = calendar(db).add(end, 20)
    world.lo.completes("ask_extension", newEnd=later.isoformat())
    world.xl.completes("decide_extension", decision="refuse", opinion="措施尚未启动。")
    assert world.plan().ends_on == end
    assert any("措施尚未启动" in said for said in world.told("officer"))
    assert world.plan().exhausted
    assert "amend_plan" in world.waiting(), "a new plan, approved one level higher"
    assert world.active_runs("escalate") >= 1
    world.lo.completes("amend_plan")
    world.xl.completes("approve_county")
    assert "approve_city" in world.waiting(), "DT-11: the county alone is not enough any more"
    world.ck.completes("approve_city")
    if "approve_region" in world.waiting():
        world.rk.completes("approve_region")
    plan = world.plan()
    assert (plan.version, plan.state, plan.extension_count, plan.exhausted) == (2, "approved", 2, False)
    assert plan.ends_on > end
    world.is_well()


def test_an_extension_that_is_not_asked_for_in_time_is_not_given_and_the_item_is_not_dropped(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    end = world.plan().ends_on
    world.sleeps_until(end)
    assert "ask_extension" not in world.waiting()
    assert "amend_plan" in world.waiting()
    assert world.plan().exhausted
    assert world.item_states() == {"L3": "open"}
    assert any("no extension of the plan" in said for said in world.told("officer"))
    world.is_well()


def test_the_second_extension_needs_the_region_and_a_third_there_is_not(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    for number in range(2):
        end = world.plan().ends_on
        with world.database.reading() as db:
            days = calendar(db)
            ask_on, later = days.add(end, -10), days.add(end, 30)
        world.sleeps_until(ask_on + timedelta(days=1))
        world.lo.completes("ask_extension", newEnd=later.isoformat())
        world.xl.completes("decide_extension")
        world.ck.completes("decide_extension_city")
        if number:
            world.rk.completes("decide_extension_region")
        assert (world.plan().ends_on, world.plan().extension_count) == (later, number + 1)
    world.sleeps_until(world.plan().ends_on + timedelta(days=5))
    assert world.plan().exhausted
    assert "ask_extension" not in world.waiting()
    assert "amend_plan" in world.waiting()
    world.is_well()


def test_one_item_of_two_asks_for_the_extension_and_the_other_one_has_it_too(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    world.lists_change(added=["L5"])
    world.lo.completes("amend_plan")
    world.xl.completes("approve_county")
    assert world.active_runs("item") == 2
    end = world.plan().ends_on
    with world.database.reading() as db:
        ask_on, later = calendar(db).add(end, -10), calendar(db).add(end, 30)
    world.sleeps_until(ask_on + timedelta(days=1))
    assert world.waiting().count("ask_extension") == 2
    with world.database.reading() as db:
        open_now = select(UserTask.id).where(UserTask.element_id == "ask_extension").order_by(UserTask.id)
        first = db.scalars(open_now.limit(1)).one()
    world.lo.completes_task(first, newEnd=later.isoformat())
    world.xl.completes("decide_extension")
    world.ck.completes("decide_extension_city")
    assert world.plan().extension_count == 1
    assert "ask_extension" not in world.waiting()
    world.is_well()


def test_three_items_of_one_enterprise_run_and_end_by_themselves(world: World) -> None:
    world.open_case("L1", "L5")
    world.xg.completes("assign_officer")
    world.lo.completes("arrange")
    world.lo.completes("record_visit")
    world.enterprise.completes("confirm_visit")
    world.lo.completes("baseline")
    world.enterprise.completes("confirm_baseline")
    world.lo.completes("write_plan")
    world.xl.completes("approve_county")
    world.cg.completes("approve_city")
    world.lo.records(
        "HITECH_APPLY", certificateNo="GR202645000123", certificateFrom="2026-06-30", certificateTo="2029-06-29"
    )
    assert world.waiting() == ["propose_closure"]
    world.lo.completes("propose_closure")
    world.enterprise.completes("promise")
    world.xk.completes("county_check")
    world.ck.completes("city_check")
    world.cg.completes("joint_industry")
    assert world.item_states() == {"L1": "open", "L5": "closed"}
    assert world.state() == "open"
    world.sleeps_until(world.plan().starts_on + timedelta(days=20))
    assert world.state() == "open"
    world.is_well()


def test_an_extension_is_asked_for_by_the_third_working_day_before_the_end_of_the_plan(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    end = world.plan().ends_on
    with world.database.reading() as db:
        last, lapsed = calendar(db).add(end, -3), calendar(db).add(end, -2)
    world.sleeps_until(last)
    assert local_day(world.due("ask_extension")) == last
    world.sleeps_until(lapsed)
    assert "ask_extension" not in world.waiting()
    world.is_well()


def test_a_list_added_to_an_open_case_becomes_an_item_of_the_same_case_with_an_amended_plan(world: World) -> None:
    case = world.planned_case(list="L1", subtype="缺活动")
    world.lists_change(added=["L5"])
    assert world.item_states(case) == {"L1": "open", "L5": "open"}
    assert world.waiting() == ["amend_plan"]
    world.lo.completes("amend_plan")
    assert not world.lo.may_complete("approve_county")
    world.xl.completes("approve_county")
    world.cg.completes("approve_city")
    assert world.plan().version == 2
    assert world.plan().author == "lo"
    assert "HITECH_APPLY" in world.measure_types()
    world.lo.records(
        "HITECH_APPLY", certificateNo="GR202645000123", certificateFrom="2026-06-30", certificateTo="2029-06-29"
    )
    assert world.waiting() == ["propose_closure"]
    world.is_well()


def test_an_item_that_leaves_its_list_ends_with_its_run_and_the_other_goes_on(world: World) -> None:
    case = world.open_case("L1", "L5")
    world.xg.completes("assign_officer")
    world.lo.completes("arrange")
    world.lo.completes("record_visit")
    world.enterprise.completes("confirm_visit")
    world.lo.completes("baseline")
    world.enterprise.completes("confirm_baseline")
    world.lo.completes("write_plan")
    world.xl.completes("approve_county")
    world.cg.completes("approve_city")
    assert world.active_runs("item") == 2
    world.lists_change(removed=["L5"])
    assert world.item_states(case) == {"L1": "open", "L5": "removed"}
    assert world.active_runs("item") == 1
    world.is_well()


def test_an_extension_that_may_not_be_granted_comes_back_to_whoever_asks(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    end = world.plan().ends_on
    with world.database.reading() as db:
        ask_on, too_late = calendar(db).add(end, -10), calendar(db).add(end, 80)
    world.sleeps_until(ask_on + timedelta(days=1))
    with pytest.raises(Invalid) as error:
        world.lo.completes("ask_extension", newEnd=too_late.isoformat())
    assert [str(said) for said in error.value.fields["extension.newEnd"]] == ["an extension may be at most 90 days"]
    with pytest.raises(Invalid):
        world.lo.completes("ask_extension", newEnd=end.isoformat())
    assert world.waiting() == ["ask_extension"]
    world.is_well()
