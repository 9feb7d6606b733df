"""The lists side by side, from the opening of a case to its end: the demonstration scenarios of the domain reference."""

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import select

from casework import measures
from casework.case_tables import Evidence
from engine import user_tasks
from engine.calendars import SHANGHAI, local_day
from engine.db import Database
from tests import answers
from tests.world import World

CLOSING = (
    "propose_closure",
    "promise",
    "county_check",
    "city_check",
    "accept_lead",
    "joint_science",
    "joint_industry",
    "joint_state",
)


def test_a_firm_whose_group_does_the_rd_elsewhere_is_refused_the_exception_and_builds_its_own(world: World) -> None:
    world.open_case(list="L1")
    world.xg.completes("assign_officer")
    for element in ("arrange", "record_visit"):
        world.lo.completes(element)
    world.enterprise.completes("confirm_visit")
    world.lo.completes("baseline", causes=["elsewhere"])
    world.enterprise.completes("confirm_baseline")
    world.lo.completes("write_plan", causes=["elsewhere"])
    assert "COOP" in world.measure_types(), "the plan asks for an agreement to do R&D here (4.a.1)"
    world.xl.completes("approve_county")
    world.cg.completes("approve_city")

    world.lo.records("INSTITUTION", **answers.FILING)
    world.lo.records(
        "COOP", progress=50, groupName="广东示例集团", groupPlace="outside", agreement="集团内部研发分工说明。"
    )
    assert world.waiting() == [], "R&D outside Guangxi is no exception (DT-3)"
    assert "activity" in world.item().missing
    world.lo.records(
        "COOP", groupName="广东示例集团", groupPlace="inside", agreement="南宁研究院承担研发,协议 2026-8。"
    )
    world.lo.completes("propose_closure", exception=True, exceptionReason="研发由集团在桂研究院承担。")
    world.everybody_does("promise", "county_check", "city_check")
    assert world.waiting() == ["accept_lead"], "every exception is decided by the region"
    world.rg.completes("accept_lead", decision="refuse", opinion="研究院未在广西实际开展研发。")
    assert world.item().state == "open"
    assert world.waiting() == ["amend_plan"]

    world.lo.completes("amend_plan")
    world.everybody_does("approve_county", "approve_city", "approve_region")
    world.lo.records("PROJECT", projectName="板材胶合工艺", projectStart="2026-07-01")
    world.lo.records("AUX_LEDGER", ledgerChecked=True)
    world.lo.records("STAT_FILL")
    world.quarter_confirmed("2026Q1", rd=40)
    world.quarter_confirmed("2026Q2", rd=95)
    assert world.waiting() == ["propose_closure"]
    world.everybody_does(*CLOSING)
    world.working_days_pass(6)
    assert world.item().state == "closed_awaiting_statistics"
    world.is_well()


def test_a_company_of_the_region_on_three_lists_has_one_case_led_by_its_supervisor(world: World) -> None:
    case = _on_three_lists(world)
    with world.database.reading() as db:
        row = world.get(db, case)
        assert row.lead == "国资"
        assert {item.list_type: item.lead for item in row.items} == {"L1": "工信", "L2": "国资", "L5": "科技"}
    assert [approval["level"] for approval in world.plan().approvals] == ["county", "city", "region"]
    world.evidence_comes_in()
    assert world.waiting() == ["propose_closure"], "L2 still waits for the figures of its supervisor"
    world.lo.records("OTHER", soePeriod="2026Q2", soeRevenue=31_000, soeRd=120)
    _rs_confirms(world)
    assert world.waiting() == ["propose_closure"], "120 differs from the 95 reported by more than a tenth"
    world.lo.records("OTHER", soePeriod="2026Q2", soeRevenue=31_000, soeRd=96)
    _rs_confirms(world)
    assert world.waiting() == ["propose_closure", "propose_closure"]
    world.everybody_does(*CLOSING)
    world.working_days_pass(6)
    closed = {"L1": "closed_awaiting_statistics", "L2": "closed_awaiting_statistics", "L5": "open"}
    assert world.item_states() == closed
    assert world.state() == "open"
    assert world.active_runs("item") == 1
    world.is_well()


def test_a_subsidiary_of_a_central_company_is_led_by_the_territory_and_the_science_line(world: World) -> None:
    case = world.open_case(list="L2", supervisor_level="央企", subtype="缺机构")
    with world.database.reading() as db:
        row = world.get(db, case)
        assert (row.lead, row.items[0].lead) == ("科技", "科技")
        assert world.open_task(db, "assign_officer").candidate_groups[0] == "XK"
    world.xk.completes("assign_officer")
    for element in ("arrange", "record_visit"):
        world.lo.completes(element)
    world.enterprise.completes("confirm_visit")
    world.lo.completes("baseline")
    world.enterprise.completes("confirm_baseline")
    world.lo.completes("write_plan")
    world.xl.completes("approve_county")
    world.ck.completes("approve_city")
    assert not world.rs.may_complete("approve_region"), "the commission supervises only its own"
    world.rk.completes("approve_region")
    world.evidence_comes_in()
    world.lo.records("OTHER", soePeriod="2026Q2", soeRevenue=31_000, soeRd=95)
    with world.database.transaction() as db:
        proof = db.scalars(select(Evidence).where(Evidence.kind == "soe_sheet")).one()
        measures.check_proof(db, proof.id, by="xk", now=world.now)
    world.run()
    world.lo.completes("propose_closure")
    world.everybody_does("promise", "county_check", "city_check")
    with world.database.reading() as db:
        assert world.open_task(db, "accept_lead").candidate_groups == ["RK"]
    world.is_well()


def test_who_falls_back_twice_is_red_the_region_knows_and_only_new_evidence_counts(world: World) -> None:
    world.eligible_case(list="L3", subtype="缺活动")
    world.closes("L3")
    assert world.state() == "observing"
    world.falls_back("L3")
    assert (world.item().state, world.item().relapse_count, world.state()) == ("relapsed", 1, "open")
    assert world.assessed() == "yellow"
    assert "amend_plan" in world.waiting()
    assert any("fell back" in said for said in world.told("city"))
    assert not any("fell back" in said for said in world.told("region"))
    world.lo.completes("amend_plan")
    world.everybody_does("approve_county", "approve_city", "approve_region")
    levels = [row["level"] for row in world.plan().approvals]
    assert levels[:2] == ["county", "city"], "one level higher than before (DT-11)"
    assert "propose_closure" not in world.waiting(), "the quarters before the relapse prove nothing any more"
    assert set(world.item().missing) >= {"activity"}

    world.sleeps_until(date(2027, 1, 25))
    world.quarter_confirmed("2026Q3", rd=120)
    assert "propose_closure" not in world.waiting()
    world.quarter_confirmed("2026Q4", rd=160)
    assert "propose_closure" in world.waiting()
    world.closes("L3")
    world.falls_back("L3", "再次连续两季研发费用为 0")
    assert world.item().relapse_count == 2
    assert world.assessed() == "red"
    assert any("fell back" in said for said in world.told("region"))
    with world.database.reading() as db:
        assert world.get(db).reopen_count == 2
    world.is_well()


def test_an_item_that_falls_back_while_another_one_is_open_runs_again_beside_it(world: World) -> None:
    world.planned_case(list="L1")
    world.lists_change(added=["L5"])
    world.lo.completes("amend_plan")
    world.everybody_does("approve_county", "approve_city", "approve_region")
    world.lo.records(
        "HITECH_APPLY", certificateNo="GR202645000123", certificateFrom="2026-06-30", certificateTo="2029-06-29"
    )
    world.everybody_does(*CLOSING)
    world.working_days_pass(6)
    assert world.item_states() == {"L1": "open", "L5": "closed"}
    world.falls_back("L5", "证书被撤销", gap="certificate")
    assert world.item_states() == {"L1": "open", "L5": "relapsed"}
    world.lo.completes("amend_plan")
    world.everybody_does("approve_county", "approve_city", "approve_region")
    assert world.active_runs("item") == 2
    assert world.state() == "open"
    world.is_well()


def test_a_small_electronics_firm_is_refused_in_october_accepted_in_december_and_struck_off(world: World) -> None:
    world.planned_case(list="L4", subtype="A", revenue=1_850)
    assert "SXG" in world.measure_types()
    world.sleeps_until(date(2026, 9, 15))
    world.lo.records("SXG", progress=50, forecastYear=2026, forecastRevenue=2_150)
    world.sleeps_until(date(2026, 10, 20))
    world.lo.records(
        "SXG", progress=70, rosterResult="refused", rosterDate="2026-10-19", rosterProof="桂统函〔2026〕示例1号"
    )
    assert "propose_closure" not in world.waiting()
    assert world.item().missing == ["roster"]
    world.sleeps_until(date(2026, 12, 21))
    world.lo.records(
        "SXG",
        rosterResult="accepted",
        rosterDate="2026-12-18",
        rosterSince="2026-12",
        rosterProof="桂统函〔2026〕示例2号",
    )
    assert "propose_closure" in world.waiting()
    world.everybody_does(*CLOSING)
    world.working_days_pass(6)
    assert (world.item().state, world.state()) == ("closed", "observing")
    assert world.evidence() == ["forecast", "roster", "roster"]
    world.is_well()


def test_a_plan_that_ends_after_the_national_day_is_extended_and_every_date_moves_with_it(database: Database) -> None:
    world = World(database, start=datetime(2026, 8, 24, 9, 0, tzinfo=SHANGHAI))
    _planned_until(world, "2026-10-12")
    # Ten working days before 12 October: 10 October (a Saturday) is worked, 1–7 October and 25–27 September are off.
    world.sleeps_until(date(2026, 9, 21))
    assert "ask_extension" not in world.waiting()
    world.sleeps_until(date(2026, 9, 22))
    assert local_day(world.due("ask_extension")) == date(2026, 10, 8)
    world.lo.completes("ask_extension", newEnd="2026-11-20")
    world.xl.completes("decide_extension")
    world.ck.completes("decide_extension_city")
    assert world.plan().ends_on == date(2026, 11, 20)
    assert _dues(world) == {date(2026, 11, 20)}
    world.sleeps_until(date(2026, 11, 6))
    assert "ask_extension" not in world.waiting()
    assert "explain_delay" not in world.waiting()
    world.sleeps_until(date(2026, 11, 7))
    assert local_day(world.due("ask_extension")) == date(2026, 11, 17)
    assert world.reminder_days("ask_extension")[-1] > date(2026, 11, 17)
    world.is_well()


def test_a_plan_that_ends_after_the_third_of_march_counts_the_days_off_of_guangxi(database: Database) -> None:
    world = World(database, start=datetime(2026, 2, 25, 9, 0, tzinfo=SHANGHAI))
    _planned_until(world, "2026-04-24")
    # 20 and 21 April are off in Guangxi (三月三), 4–6 April everywhere (清明).
    world.sleeps_until(date(2026, 4, 9))
    assert local_day(world.due("ask_extension")) == date(2026, 4, 17)
    world.lo.completes("ask_extension", newEnd="2026-06-12")
    world.xl.completes("decide_extension", decision="refuse", opinion="措施尚未启动。")
    assert world.plan().exhausted
    world.is_well()


def _on_three_lists(world: World) -> int:
    case = world.open_case("L1", "L2", "L5", supervisor_level="区属")
    world.xs.completes("assign_officer")
    for element in ("arrange", "record_visit"):
        world.lo.completes(element)
    world.enterprise.completes("confirm_visit")
    world.lo.completes("baseline")
    world.enterprise.completes("confirm_baseline")
    world.lo.completes("write_plan")
    world.xl.completes("approve_county")
    world.cs.completes("approve_city")
    world.rs.completes("approve_region")
    return case


def _rs_confirms(world: World) -> None:
    with world.database.transaction() as db:
        proof = db.scalars(select(Evidence).where(Evidence.kind == "soe_sheet").order_by(Evidence.id.desc())).first()
        assert proof is not None
        measures.check_proof(db, proof.id, by="rs", now=world.now)
    world.run()


def _planned_until(world: World, end: str) -> None:
    world.visited_case(list="L3", subtype="缺活动")
    with world.database.reading() as db:
        shown = cast(dict[str, Any], user_tasks.variables(db, world.open_task(db, "write_plan"), now=world.now))
    rows = [{**row, "due": end} for row in shown["plan"]["measures"]]
    goals = [{**row, "date": end} for row in shown["plan"]["goals"]]
    world.lo.completes("write_plan", ends=end, measures=rows, goals=goals)
    world.xl.completes("approve_county")
    assert world.plan().ends_on.isoformat() == end


def _dues(world: World) -> set[date]:
    with world.database.reading() as db:
        return {measure.due_on for measure in world.get(db).plans[-1].measures}
