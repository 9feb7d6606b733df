"""What happens to a case when its enterprise stops, moves, leaves the roster or is gone (a25), and after the archive."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework import board, cases, permissions, statuses
from casework.case_tables import Case, Item
from casework.status_tables import Removal, StatusReport
from casework.tables import Assignment, Enterprise
from engine.calendars import calendar, local_day
from engine.errors import Forbidden, Invalid
from engine.tables import Instance, Job, UserTask
from tests.world import World

LIUZHOU, LAIBIN = "450203", "451302"
"""柳州市鱼峰区, 来宾市兴宾区."""


def test_a_halted_enterprise_is_suspended_its_clocks_stop_and_go_on_by_the_working_days_of_the_pause(
    world: World,
) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    world.evidence_comes_in()
    due = world.due("propose_closure")
    world.is_reported("halted")
    world.xk.completes("status_check", kind="halted", outcome="suspend", reason="订单不足,全面停产。")
    world.ck.completes("status_city")
    assert (world.state(), world.item_states()) == ("suspended", {"L3": "suspended"})
    with world.database.reading() as db:
        task = world.open_task(db, "propose_closure")
        assert task.paused_at is not None
        officer = permissions.scope_of(db, world.lo.username, now=world.now)
        with pytest.raises(Forbidden, match="suspended"):
            permissions.check_complete_task(db, officer, task)
        timers = db.scalars(select(Job.status).where(Job.kind == "timer", Job.element_id == "measure_late"))
        assert set(timers) <= {"paused", "withdrawn", "done"}
    assert any("suspended" in said for said in world.told("enterprise"))

    world.working_days_pass(10)
    assert world.told("officer").count("propose_closure due") == 0
    world.is_reported("resumed", proof="企业复产报告")
    world.xk.completes("status_check", kind="normal", outcome="continue", reason="已全面复产。")
    assert (world.state(), world.item_states()) == ("open", {"L3": "open"})
    with world.database.reading() as db:
        assert world.open_task(db, "propose_closure").paused_at is None
        later = world.due("propose_closure")
        assert calendar(db).between(local_day(due), local_day(later)) == 10
        paused = list(db.scalars(select(Job).where(Job.status == "paused")))
        assert paused == []
        assert db.get_one(Enterprise, world.get(db).enterprise_id).status == "存续"
    world.is_well()


def test_a_suspended_case_is_looked_at_every_six_months(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    world.is_reported("halted")
    world.xk.completes("status_check", kind="halted", outcome="suspend", reason="全面停产。")
    world.ck.completes("status_city")
    start = local_day(world.now)
    world.sleeps_until(start + timedelta(days=170))
    assert world.waiting() == []
    world.sleeps_until(start + timedelta(days=190))
    assert world.waiting() == ["status_check"]
    world.xk.completes("status_check", kind="halted", outcome="suspend", reason="仍未复产。")
    world.ck.completes("status_city")
    assert world.state() == "suspended"
    with world.database.reading() as db:
        assert [row.outcome for row in statuses.of_case(db, world.get(db))] == ["suspend", "suspend"]
    world.is_well()


def test_a_city_that_does_not_agree_lets_the_case_go_on(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    world.is_reported("halted")
    world.xk.completes("status_check", kind="halted", outcome="suspend", reason="全面停产。")
    assert not world.xk.may_complete("status_city")
    world.ck.completes("status_city", decision="refuse", opinion="企业仅为季节性停产。")
    assert world.state() == "open"
    with world.database.reading() as db:
        (report,) = statuses.of_case(db, world.get(db))
        assert (report.outcome, report.reason) == ("continue", "企业仅为季节性停产。")
    world.is_well()


def test_an_enterprise_that_moves_takes_its_case_with_it_and_both_boards_agree(world: World) -> None:
    world.hires("xk2", "XK", f"45/4513/{LAIBIN}")
    world.hires("xk1", "XK", f"45/4502/{LIUZHOU}")
    for username, post, path in (
        ("ck1", "CK", "45/4502"),
        ("ck2", "CK", "45/4513"),
        ("xl1", "XL", f"45/4502/{LIUZHOU}"),
    ):
        world.hires(username, post, path)
    world.hires_officer("lo1", county=LIUZHOU)
    world.hires_officer("lo9", county=LAIBIN)
    case = world.open_case(list="L3", county=LIUZHOU, subtype="缺活动")
    world.actor("xk1").completes("assign_officer")
    for element in ("arrange", "record_visit"):
        world.actor("lo1").completes(element)
    world.enterprise.completes("confirm_visit")
    world.actor("lo1").completes("baseline")
    world.enterprise.completes("confirm_baseline")
    world.actor("lo1").completes("write_plan")
    world.actor("xl1").completes("approve_county")
    number = _number(world)
    before = _boards(world)

    world.is_reported("moved_inside", to_path=f"45/4513/{LAIBIN}")
    with pytest.raises(Invalid) as refused:
        world.actor("xk1").completes(
            "status_check", kind="moved_inside", outcome="transfer", toCode=LIUZHOU, reason="迁往来宾。"
        )
    assert "status.toCode" in refused.value.fields
    world.actor("xk1").completes(
        "status_check", kind="moved_inside", outcome="transfer", toCode=LAIBIN, reason="迁往来宾。"
    )
    world.actor("ck1").completes("status_city")
    world.actor("lo1").completes("hand_over_case")
    world.actor("xk2").completes("assign_moved")

    assert _number(world) == number
    assert _boards(world) == (before[0] - 1, before[1] + 1, before[2])
    path = f"45/4513/{LAIBIN}"
    with world.database.reading() as db:
        row = world.get(db, case)
        assert row.scope == db.get_one(Enterprise, row.enterprise_id).path == path
        subject = f"enterprise:{row.enterprise_id}"
        assert set(
            db.scalars(select(Instance.scope).where(Instance.subject == subject, Instance.status == "active"))
        ) == {path}
        assert set(
            db.scalars(select(UserTask.scope).where(UserTask.subject == subject, UserTask.status == "open"))
        ) <= {path}
        running = db.scalars(select(Assignment).where(Assignment.case_id == case, Assignment.until.is_(None))).one()
        assert running.officer is not None
        assert running.officer.person.username == "lo9"
        (report,) = statuses.of_case(db, row)
        assert report.data["handover"]["state"] == "方案执行过半,资料齐全。"
        assert report.data["officer"] == "lo1"
    world.actor("lo9").records("PROJECT", projectName="板材胶合工艺", projectStart="2026-07-01")
    world.is_well()


def test_a_county_that_is_late_with_the_handover_and_the_new_officer_does_not_stop_the_move(world: World) -> None:
    world.hires("xk2", "XK", f"45/4513/{LAIBIN}")
    world.hires_officer("lo9", county=LAIBIN)
    world.planned_case(list="L3", subtype="缺活动")
    world.is_reported("moved_inside", to_path=f"45/4513/{LAIBIN}")
    world.xk.completes("status_check", kind="moved_inside", outcome="transfer", toCode=LAIBIN, reason="迁往来宾。")
    world.ck.completes("status_city")
    assert world.waiting() == ["hand_over_case"]
    world.sleeps_until(local_day(world.now) + timedelta(days=9))
    assert world.waiting() == ["assign_moved"]
    world.sleeps_until(local_day(world.now) + timedelta(days=9))
    assert world.waiting() == []
    with world.database.reading() as db:
        assert world.get(db).scope == f"45/4513/{LAIBIN}"
        running = db.scalars(select(Assignment).where(Assignment.case_id == world.case_id, Assignment.until.is_(None)))
        assert [row.officer.person.username for row in running if row.officer] == ["lo9"]
    world.is_well()


def test_an_enterprise_that_left_the_roster_waits_for_the_three_departments_and_is_proposed_for_l4(
    world: World,
) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    with world.database.transaction() as db:
        firm = db.get_one(Enterprise, world.get(db).enterprise_id)
        firm.hitech_no, firm.hitech_from, firm.hitech_to = "GR202545000009", date(2025, 1, 1), date(2027, 12, 31)
    world.is_reported("below_scale")
    world.xk.completes("status_check", kind="below_scale", outcome="below_scale", reason="营收低于 2000 万元。")
    world.ck.completes("status_city")
    assert world.item_states() == {"L3": "pending_removal"}
    with world.database.reading() as db:
        firm = db.get_one(Enterprise, world.get(db).enterprise_id)
        assert not firm.is_scale
        assert [flag["code"] for flag in firm.flags if flag["code"].startswith("propose")] == ["propose:L4"]
        assert [row.code for row in db.scalars(select(Removal))] == ["below_scale"]
    world.lists_change(removed=["L3"])
    assert world.state() == "removed"
    assert world.active_runs("item") == world.active_runs("measure") == world.active_runs("case") == 0
    world.is_well()


def test_an_enterprise_that_is_gone_ends_its_case_wherever_it_stands(world: World) -> None:
    world.planned_case(list="L1")
    world.is_reported("cancelled")
    with pytest.raises(Invalid):
        world.xg.completes("status_check", kind="normal", outcome="terminate", reason="企业正常经营。")
    world.xg.completes("status_check", kind="cancelled", outcome="terminate", reason="企业已注销。")
    world.cg.completes("status_city")
    world.rg.completes("status_region")
    assert world.state() == "terminated"
    assert world.item_states() == {"L1": "removed"}
    assert world.waiting() == []
    assert [key for key in world.active_processes() if key in {"case", "item", "measure", "visit", "close"}] == []
    world.is_well()


def test_a_halt_found_at_the_first_visit_is_looked_into_before_there_is_a_plan(world: World) -> None:
    world.open_case(list="L3", subtype="缺活动")
    world.xg.completes("assign_officer")
    world.lo.completes("arrange")
    world.lo.completes("record_visit")
    world.enterprise.completes("confirm_visit")
    world.lo.completes("baseline", conclusion="stopped", status="停产", remark="已停产三个月")
    world.enterprise.completes("confirm_baseline")
    assert world.waiting() == ["status_check"]
    world.xk.completes("status_check")
    assert world.waiting() == ["write_plan"]
    with world.database.reading() as db:
        assert [row.kind for row in db.scalars(select(StatusReport))] == ["halted"]
    world.is_well()


def test_a_second_report_joins_the_one_that_is_looked_into(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    world.is_reported("halted")
    world.is_reported("cancelled", proof="登记机关")
    assert world.waiting() == ["status_check"]
    with world.database.reading() as db:
        (report,) = statuses.of_case(db, world.get(db))
        assert (report.kind, report.proof) == ("cancelled", "县级走访; 登记机关")
    world.is_well()


def test_a_roster_that_says_otherwise_is_looked_into_before_the_registry_changes(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    said = {"status": "停产", "path": f"45/4513/{LAIBIN}", "name": "改名公司"}
    with world.database.transaction() as db:
        firm = db.get_one(Enterprise, world.get(db).enterprise_id)
        other = {"status": "存续", "path": firm.path}
        assert statuses.keep_back(db, [(firm, said), (firm, other)], by="adm", now=world.now) == 1
        assert said == {"status": "存续", "path": firm.path, "name": "改名公司"}
    world.run()
    assert world.waiting() == ["status_check"]
    with world.database.reading() as db:
        (report,) = statuses.of_case(db, world.get(db))
        assert (report.kind, report.to_path, report.proof) == ("halted", f"45/4513/{LAIBIN}", "roster")
    world.is_well()


def test_a_relapse_after_the_archive_is_a_new_case_that_knows_the_one_before(world: World) -> None:
    first = world.eligible_case(list="L3", subtype="缺活动")
    world.closes("L3")
    with world.database.transaction() as db:
        case = world.get(db)
        cases.archive(db, case, now=world.now)
        cases.say_over(db, case, "removed", instance=None, by="test", now=world.now)
    world.run()
    world.falls_back("L3")
    with world.database.reading() as db:
        old = world.get(db, first)
        new = db.scalars(select(Case).where(Case.predecessor_case_id == first)).one()
        item = db.scalars(select(Item).where(Item.case_id == new.id)).one()
        assert (old.state, old.items[0].state) == ("archived", "reopened")
        assert new.case_no != old.case_no
        assert new.reopen_count == 1
        assert (item.state, item.relapse_count, item.relapse_gap) == ("relapsed", 1, "activity")
        world.speaks_of(new.id)
    assert world.waiting() == ["assign_officer"]
    assert world.assessed() in {"yellow", "red"}
    world.is_well()


def _number(world: World) -> str:
    with world.database.reading() as db:
        return world.get(db).case_no


def _boards(world: World) -> tuple[int, int, int]:
    """The living cases on the boards of 柳州 and 来宾 and of the whole region."""
    with world.database.reading() as db:
        by_city = {line.territory.path: line for line in board.lines(db, "45")}
        for path in ("45/4502", "45/4513"):
            counties = board.lines(db, path)
            assert by_city[path].cases == sum(line.cases for line in counties)
            assert by_city[path].left == board.total(by_city[path].territory, counties).left
        return by_city["45/4502"].cases, by_city["45/4513"].cases, sum(line.cases for line in by_city.values())
