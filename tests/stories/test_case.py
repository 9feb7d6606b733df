"""The life of a case as prose: from the confirmed list to the archive, and what happens when people are late, leave or disagree."""

from datetime import date, datetime, timedelta

import pytest

from casework import officers, removals
from casework.calendar_years import enter_year
from engine import user_tasks
from engine.calendars import SHANGHAI, days_from, local_day
from engine.db import Database
from engine.errors import Forbidden, Invalid
from tests import answers
from tests.world import World


def test_a_firm_without_activity_and_institution_is_followed_until_it_is_struck_off_and_archived(world: World) -> None:
    case = world.open_case(list="L1", county="450803", revenue=62_000)
    assert world.waiting() == ["assign_officer"]
    assert world.stage() == "monitor"

    world.xg.completes("assign_officer")
    assert world.told("enterprise") != []
    world.lo.completes("arrange")
    world.lo.completes("record_visit")
    world.enterprise.completes("confirm_visit")
    world.lo.completes("baseline")
    world.enterprise.completes("confirm_baseline")
    assert world.waiting() == ["write_plan"]
    assert world.stage() == "coach"

    world.lo.completes("write_plan")
    assert world.measure_types() == ["PROJECT", "AUX_LEDGER", "INSTITUTION", "STAT_FILL", "POLICY"]
    world.xl.completes("approve_county")
    world.cg.completes("approve_city")
    assert world.waiting() == []
    assert [row["level"] for row in world.plan().approvals] == ["county", "city"]

    world.lo.records("PROJECT", projectName="板材胶合工艺", projectStart="2026-07-01")
    world.lo.records("AUX_LEDGER", ledgerChecked=True)
    world.lo.records("INSTITUTION", **answers.FILING)
    world.lo.records("STAT_FILL")
    assert world.stage() == "improve"
    assert world.evidence() == ["project", "aux_ledger", "filing"]
    world.quarter_confirmed("2026Q1", rd=40)
    assert world.waiting() == []
    world.quarter_confirmed("2026Q2", rd=95)
    assert world.waiting() == ["propose_closure"]

    world.lo.completes("propose_closure")
    assert world.stage() == "close"
    world.enterprise.completes("promise")
    world.xk.completes("county_check")
    world.cg.completes("city_check")
    world.rg.completes("accept_lead")
    assert world.waiting() == ["joint_science", "joint_state"]
    world.rk.completes("joint_science")
    world.rs.completes("joint_state")
    assert world.waiting() == []
    world.working_days_pass(6)

    item = world.item()
    assert item.state == "closed_awaiting_statistics"
    assert item.closure_no == "XH-4508-2026-00001"
    assert world.state() == "observing"
    assert world.closure().state == "passed"
    assert [said["step"] for said in world.closure().opinions] == [
        "promise",
        "county_check",
        "city_check",
        "accept_lead",
        "joint_science",
        "joint_state",
    ]

    world.sleeps_until(date(2027, 1, 15))
    assert world.waiting() == ["check_6"]
    world.hires("rg2", "RG", "45").completes("check_6")
    world.sleeps_until(date(2027, 7, 16))
    assert world.waiting() == ["check_12"]
    world.hires("rg3", "RG", "45").completes("check_12")
    world.goes_to(date(2027, 7, 20))
    assert world.lookback().state == "done"
    assert world.state(case) == "archived"
    assert world.active_processes() == ["statistics"], "only the official figures are still waited for"
    world.is_well()


def test_a_late_plan_turns_the_case_yellow_and_tells_the_county_and_red_in_the_end(world: World) -> None:
    world.visited_case(list="L1")
    world.working_days_pass(9)
    assert world.light() == "green"
    world.working_days_pass(2)
    assert world.light() == "blue"
    assert world.told("county") == []
    world.working_days_pass(5)
    assert world.light() == "yellow"
    assert "write_plan overdue" in world.told("county")
    world.working_days_pass(5)
    assert world.light() == "red"
    assert [change.light for change in world.light_log()][-4:] == ["green", "blue", "yellow", "red"]
    last = world.light_log()[-1]
    assert (last.number, last.rule) == ("DT-2.2", "方案逾期超过5个工作日")
    assert last.figures["days_overdue_plan"] == 6
    world.lo.completes("write_plan")
    assert world.light() == "blue", "the light follows at once: the county has five working days"
    world.is_well()


def test_nobody_assigned_in_five_working_days_is_assigned_by_the_lowest_load(world: World) -> None:
    world.open_case(list="L3", subtype="缺活动")
    world.working_days_pass(6)
    assert world.waiting() == ["arrange"]
    assert "arrange" in world.lo.tasks()
    assert any("nobody was assigned" in said for said in world.told("county leader") + world.told("county"))
    world.is_well()


def test_an_approved_plan_needs_only_the_county_for_the_third_list(world: World) -> None:
    world.visited_case(list="L3", subtype="缺活动", revenue=30_000)
    world.lo.completes("write_plan")
    world.xl.completes("approve_county")
    assert [row["level"] for row in world.plan().approvals] == ["county"]
    assert world.plan().state == "approved"
    world.is_well()


def test_a_large_enterprise_needs_three_levels(world: World) -> None:
    world.visited_case(list="L1", revenue=250_000)
    world.lo.completes("write_plan")
    world.xl.completes("approve_county")
    world.cg.completes("approve_city")
    world.rg.completes("approve_region")
    assert [row["level"] for row in world.plan().approvals] == ["county", "city", "region"]
    world.is_well()


def test_a_plan_returned_three_times_is_decided_in_a_meeting_that_binds(world: World) -> None:
    world.visited_case(list="L3", subtype="缺活动")
    for _round in range(3):
        world.lo.completes("write_plan")
        world.xl.completes("approve_county", decision="return", opinion="措施不具体。")
    assert world.waiting() == ["plan_meeting"]
    world.cl.completes("plan_meeting")
    assert world.plan().state == "approved"
    assert world.plan().version == 3
    world.is_well()


def test_who_wrote_the_plan_does_not_approve_it(world: World) -> None:
    world.visited_case(list="L3", subtype="缺活动")
    world.lo.completes("write_plan")
    with world.database.transaction() as db:
        from casework import people

        lo = people.get(db, "lo")
        people.appoint(db, lo, "XL", "45/4508/450803", since=date(2026, 1, 1), by="adm", now=world.now)
    assert not world.lo.may_complete("approve_county")
    with pytest.raises(Forbidden):
        world.lo.completes("approve_county")
    world.xl.completes("approve_county")
    world.is_well()


def test_an_enterprise_that_should_not_be_on_the_list_leaves_it_by_all_levels(world: World) -> None:
    world.open_case(list="L3", subtype="缺活动")
    world.xg.completes("assign_officer")
    world.lo.completes("arrange")
    world.lo.completes("record_visit")
    world.enterprise.completes("confirm_visit")
    world.lo.completes("baseline", conclusion="wrong", remark="统计口径不符")
    world.enterprise.completes("confirm_baseline")
    world.xk.completes("removal_county")
    world.ck.completes("removal_city")
    assert world.item_states() == {"L3": "pending_removal"}
    assert (world.state(), world.waiting()) == ("open", []), "the three departments decide jointly in the next batch"
    world.lists_change(removed=["L3"])
    assert world.item_states() == {"L3": "removed"}
    assert world.state() == "removed"
    assert world.active_runs("case") == 0
    world.is_well()


def test_a_removal_to_which_the_three_departments_do_not_agree_goes_on_with_the_plan(world: World) -> None:
    world.open_case(list="L3", subtype="缺活动")
    world.xg.completes("assign_officer")
    world.lo.completes("arrange")
    world.lo.completes("record_visit")
    world.enterprise.completes("confirm_visit")
    world.lo.completes("baseline", conclusion="wrong", remark="统计口径不符")
    world.enterprise.completes("confirm_baseline")
    world.xk.completes("removal_county")
    world.ck.completes("removal_city")
    with world.database.transaction() as db:
        (waiting,) = removals.pending(db, "45/4508")
        assert (waiting.code, waiting.proposed_by) == ("wrong_data", "ck")
        item = world.get(db).items[0]
        removals.settle(db, item, False, "企业仍在列。", by="jm", now=world.now)
    world.run()
    assert world.item_states() == {"L3": "open"}
    assert world.waiting() == ["write_plan"]
    with world.database.reading() as db:
        assert removals.pending(db) == []
    world.is_well()


def test_a_county_that_wants_to_keep_the_enterprise_on_the_list_goes_on_with_the_plan(world: World) -> None:
    world.open_case(list="L3", subtype="缺活动")
    world.xg.completes("assign_officer")
    world.lo.completes("arrange")
    world.lo.completes("record_visit")
    world.enterprise.completes("confirm_visit")
    world.lo.completes("baseline", conclusion="wrong", remark="统计口径不符")
    world.enterprise.completes("confirm_baseline")
    world.xk.completes("removal_county", decision="refuse", code=None, proof=None)
    assert world.waiting() == ["write_plan"]
    assert world.item_states() == {"L3": "open"}
    world.is_well()


def test_while_an_officer_is_away_somebody_acts_for_him(world: World) -> None:
    world.open_case(list="L3", subtype="缺活动")
    world.xk.completes("assign_officer")
    acting = world.hires_officer("lo2")
    with world.database.transaction() as db:
        officers.go_away(db, world.officer_id("lo"), world.officer_id("lo2"), by="xk", now=world.now)
    assert world.lo.tasks() == []
    acting.completes("arrange")
    with world.database.transaction() as db:
        officers.come_back(db, world.officer_id("lo"), by="xk", now=world.now)
    world.lo.completes("record_visit")
    assert world.completed()[-2:] == [("arrange", "lo2"), ("record_visit", "lo")]
    world.is_well()


def test_a_deadline_across_the_national_day_counts_make_up_days_and_an_extension_moves_its_reminders(
    database: Database,
) -> None:
    world = World(database, start=datetime(2026, 9, 22, 9, 0, tzinfo=SHANGHAI))
    world.visited_case(list="L1")
    # 15 working days from 22 September: 25–27 September and 1–7 October are off, 10 October (a Saturday) is worked.
    assert world.due("write_plan") == datetime(2026, 10, 20, 17, 30, tzinfo=SHANGHAI)
    before = world.reminder_days("write_plan")
    assert before[:3] == [date(2026, 10, 13), date(2026, 10, 16), date(2026, 10, 21)]

    world.goes_to(date(2026, 10, 12))
    with world.database.transaction() as db:
        task = world.open_task(db, "write_plan")
        later = datetime(2026, 10, 30, 17, 30, tzinfo=SHANGHAI)
        user_tasks.extend(db, task.id, later, why="设备到货推迟", by="xl", now=world.now)
    assert world.due("write_plan") == later
    assert world.reminder_days("write_plan")[:3] == [date(2026, 10, 23), date(2026, 10, 28), date(2026, 11, 2)]
    world.goes_to(date(2026, 10, 22))
    assert world.told("officer").count("write_plan due") == 0
    assert world.light() == "green"
    world.goes_to(date(2026, 11, 3))
    assert world.told_at("officer", "write_plan due") == [date(2026, 10, 23), date(2026, 10, 28)]
    assert world.told_at("county", "write_plan overdue") == [date(2026, 11, 2)]
    assert world.light() == "yellow"
    world.is_well()


def test_a_deadline_across_the_third_of_march_leaves_out_the_days_of_guangxi(database: Database) -> None:
    world = World(database, start=datetime(2026, 4, 15, 9, 0, tzinfo=SHANGHAI))
    world.open_case(list="L1")
    world.xg.completes("assign_officer")
    # 20 and 21 April 2026 are days off in Guangxi (三月三).
    assert world.due("arrange") == datetime(2026, 4, 24, 17, 30, tzinfo=SHANGHAI)
    world.is_well()


def test_a_year_nobody_has_entered_is_counted_provisionally_until_the_notice_is_entered(database: Database) -> None:
    world = World(database, start=datetime(2026, 12, 22, 9, 0, tzinfo=SHANGHAI), synthetic_years=())
    world.visited_case(list="L1")
    assert world.due("write_plan") == datetime(2027, 1, 13, 17, 30, tzinfo=SHANGHAI)
    with world.database.reading() as db:
        assert world.open_task(db, "write_plan").provisional
    world.working_days_pass(1)
    assert world.chores() == ["the working days of 2027 are not entered: deadlines in it are provisional"]
    assert world.reminder_days("write_plan")[:2] == [date(2027, 1, 6), date(2027, 1, 11)]

    with world.database.transaction() as db:
        moved = enter_year(
            db,
            2027,
            source="国办发明电〔2026〕示例",
            holidays=[*days_from(date(2027, 1, 1), date(2027, 1, 3)), date(2027, 1, 4)],
            workdays=[date(2027, 1, 9)],
            by="adm",
            now=world.now,
        )
        assert [local_day(one.after) - local_day(one.before) for one in moved] == [timedelta(0)] * len(moved) or moved
    assert world.due("write_plan") == datetime(2027, 1, 13, 17, 30, tzinfo=SHANGHAI)
    with world.database.reading() as db:
        assert not world.open_task(db, "write_plan").provisional
    assert world.chores() == []
    world.is_well()


def test_entering_the_notice_moves_a_provisional_deadline_with_its_reminders(database: Database) -> None:
    world = World(database, start=datetime(2026, 12, 22, 9, 0, tzinfo=SHANGHAI), synthetic_years=())
    world.visited_case(list="L1")
    with world.database.transaction() as db:
        moved = enter_year(
            db,
            2027,
            source="国办发明电〔2026〕示例",
            holidays=days_from(date(2027, 1, 1), date(2027, 1, 5)),
            by="adm",
            now=world.now,
        )
        assert [one.before.astimezone(SHANGHAI).day for one in moved] == [13]
    assert world.due("write_plan") == datetime(2027, 1, 15, 17, 30, tzinfo=SHANGHAI)
    assert world.reminder_days("write_plan")[:2] == [date(2027, 1, 8), date(2027, 1, 13)]
    world.is_well()


def test_a_plan_that_ends_before_it_begins_comes_back_with_its_field_and_nothing_is_kept(world: World) -> None:
    world.visited_case(list="L1")
    with pytest.raises(Invalid) as error:
        world.lo.completes("write_plan", ends="2026-01-01")
    assert "plan.ends" in error.value.fields
    assert world.waiting() == ["write_plan"]
    world.lo.completes("write_plan")
    assert world.plan().version == 1
    world.is_well()
