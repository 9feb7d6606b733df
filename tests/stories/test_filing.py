"""The filing of an R&D institution, lived through from the application to the number (4.b; scenarios 1 and 7)."""

from datetime import date

import pytest
from sqlalchemy import select

from casework import filings
from casework.case_tables import Measure
from casework.tables import Enterprise
from engine.calendars import local_day
from engine.errors import Invalid
from tests import filing_answers
from tests.filing_lives import CITY, REGION, applies, begins, changes, ent, opinions, own, registered, row, told
from tests.world import World


def test_a_filing_with_the_city_walks_its_desks_and_gets_its_number(world: World) -> None:
    filing = applies(world)
    assert world.waiting() == ["apply"]
    ent(world, filing).completes("apply")
    assert (row(world, filing).state, row(world, filing).verdict) == ("county", "OK")
    world.xg.completes("county_check")
    assert row(world, filing).accepted_on == local_day(world.now)
    world.cg.completes("city_review")
    world.everybody_does("form_team", "onsite_check")
    assert row(world, filing).state == "cosign"
    assert not world.cg.may_complete("city_cosign"), "the line that reviews does not co-sign"
    world.ck.completes("city_cosign")
    world.cl.completes("city_sign")
    assert row(world, filing).state == "publicity"
    world.working_days_pass(6)
    found = row(world, filing)
    assert (found.state, found.number, found.first_pass) == ("filed", "GXYF-S-4508-2026-00001", True)
    assert found.flags == ["resource_preference", "priority_city_platform"]
    assert found.voucher_code
    entry = registered(world, filing)
    assert entry is not None
    assert (entry.filing_no, entry.state, entry.staff_fulltime) == (found.number, "filed", 12)
    assert any("is filed under number" in said for said in told(world, f"enterprise:{found.enterprise_id}"))
    assert ("city_cosign", "agree") in opinions(world, filing)
    world.is_well()


def test_a_firm_of_the_first_list_is_filed_with_one_correction_closed_and_found_well_after_six_months(
    world: World,
) -> None:
    """Scenario 1, whole."""
    case = world.planned_case(list="L1", revenue=62_000)
    with world.database.transaction() as db:
        measure = db.scalars(select(Measure).where(Measure.type == "INSTITUTION")).one()
        firm = world.get(db, case).enterprise_id
        filing = filings.open_filing(
            db, firm, source="measure", level="city", measure=measure, by="lo", now=world.now
        ).id
    world.run()
    assert row(world, filing).case_id == case
    assert any("invited to file" in said for said in told(world, f"enterprise:{firm}"))
    world.lo.completes("apply")
    assert world.waiting() == ["confirm_promise"], "what the officer filled in, the enterprise confirms"
    world.enterprise.completes("confirm_promise")
    assert row(world, filing).six_haves["tier"] == "L"
    world.xg.completes("county_check", decision="return", defects=["equipment"], opinion="补充设备发票。")
    assert (row(world, filing).state, row(world, filing).corrections) == ("correction", 1)
    world.working_days_pass(2)
    world.enterprise.completes("correct")
    world.everybody_does(*CITY)
    world.working_days_pass(6)
    found = row(world, filing)
    assert (found.state, found.version, found.first_pass) == ("filed", 2, False)
    with world.database.reading() as db:
        kept = db.get_one(Measure, found.measure_id)
        assert (kept.state, kept.progress) == ("done", 100)
    assert "filing" in world.evidence()
    assert "measure" in world.active_processes(), "other measures go on"
    world.lo.records("PROJECT", projectName="板材胶合工艺", projectStart="2026-07-01")
    world.lo.records("AUX_LEDGER", ledgerChecked=True)
    world.lo.records("STAT_FILL")
    world.quarter_confirmed("2026Q1", rd=40)
    world.quarter_confirmed("2026Q2", rd=95)
    assert "propose_closure" in world.waiting()
    world.everybody_does(
        "propose_closure", "promise", "county_check", "city_check", "accept_lead", "joint_science", "joint_industry",
        "joint_state",
    )  # fmt: skip
    world.working_days_pass(6)
    assert world.item().state == "closed_awaiting_statistics"
    world.sleeps_until(date(2027, 2, 26))
    assert "check_6" in world.waiting()
    world.hires("rg2", "RG", "45").completes("check_6")
    assert len(world.lookback().checks) == 1
    assert world.state() == "observing"
    world.is_well()


def test_experts_decide_by_two_thirds_and_each_votes_once(world: World) -> None:
    names = ["ex1", "ex2", "ex3"]
    for name in names:
        world.hires(name, "EX", "45")
    filing = applies(world, level="region")
    ent(world, filing).completes("apply")
    world.everybody_does(*REGION[:5])
    with pytest.raises(Invalid) as refused:
        world.rg.completes("region_review", decision="experts", experts=names[:2])
    assert set(refused.value.fields) == {"review.experts"}
    world.rg.completes("region_review", decision="experts", experts=names)
    assert world.waiting() == ["expert_opinion"] * 3
    for name, decision in zip(names, ("pass", "pass", "fail"), strict=True):
        (task,) = own(world, name)
        world.actor(name).completes_task(task, decision=decision)
    assert world.waiting() == ["region_review"]
    assert not world.cl.may_complete("region_review")
    world.rg.completes("region_review")
    world.everybody_does("region_cosign", "region_sign")
    world.working_days_pass(6)
    assert row(world, filing).state == "filed"
    world.is_well()


def test_experts_who_say_no_bind_the_region(world: World) -> None:
    names = ["ex1", "ex2", "ex3"]
    for name in names:
        world.hires(name, "EX", "45")
    filing = applies(world, level="region")
    ent(world, filing).completes("apply")
    world.everybody_does(*REGION[:5])
    world.rg.completes("region_review", decision="experts", experts=names)
    for name in names:
        (task,) = own(world, name)
        world.actor(name).completes_task(task, decision="fail")
    world.rg.completes("region_review")
    assert world.waiting() == ["explain_refusal"]
    assert row(world, filing).number is None


def test_two_departments_that_disagree_settle_it_or_the_joint_mechanism_decides(world: World) -> None:
    filing = applies(world, level="region")
    ent(world, filing).completes("apply")
    world.everybody_does(*REGION[:6])
    world.rk.completes("region_cosign", decision="refuse", opinion="研发投入口径存疑。")
    assert world.waiting() == ["settle_cosign"]
    world.rg.completes("settle_cosign", decision="unsettled", opinion="两部门意见不一致,协商不成。")
    assert world.waiting() == ["joint_decide"]
    world.jm.completes("joint_decide")
    world.rl.completes("region_sign")
    world.working_days_pass(6)
    assert row(world, filing).state == "filed"

    late = applies(world)
    ent(world, late).completes("apply")
    world.everybody_does(*CITY[:4])
    world.ck.completes("city_cosign", decision="refuse", opinion="不同意。")
    world.working_days_pass(6)
    assert world.waiting() == ["joint_decide"], "five working days have passed"
    world.jm.completes("joint_decide", decision="refuse", opinion="不予备案,理由成立。")
    assert world.waiting() == ["explain_refusal"]
    world.is_well()


def test_a_recognised_platform_goes_the_short_way_within_five_working_days(world: World) -> None:
    firm = world.enterprise_on("L1")
    with world.database.transaction() as db:
        platform = {"name": "自治区企业技术中心", "level": "区", "kind": "技术中心", "date": "2024-01-01"}
        db.get_one(Enterprise, firm).platforms = [platform]
    filing = begins(world, firm)
    world.actor(f"ent{firm}").completes("apply")
    assert row(world, filing).fast_track
    world.xg.completes("county_check")
    assert world.waiting() == ["city_cosign"], "neither reviewed again nor looked at on site"
    assert world.due("city_cosign").date() == date(2026, 7, 7)
    world.ck.completes("city_cosign")
    assert world.due("city_sign").date() == date(2026, 7, 7)
    world.cl.completes("city_sign")
    world.working_days_pass(6)
    assert row(world, filing).state == "filed"
    world.is_well()


def test_a_high_tech_firm_below_scale_is_pre_registered_and_goes_on_when_it_enters_the_roster(world: World) -> None:
    world.keeps("preregistered")
    filing = applies(world)
    firm = row(world, filing).enterprise_id
    with world.database.transaction() as db:
        filings.withdraw(db, filings.get(db, filing), "换个名称再报", by=f"ent{firm}", now=world.now)
    world.run()
    assert row(world, filing).state == "withdrawn"
    high_tech = {
        "is_scale": False,
        "hitech_no": "GR1",
        "hitech_from": date(2025, 1, 1),
        "hitech_to": date(2027, 12, 31),
    }
    changes(world, filing, high_tech)
    second = begins(world, firm)
    assert row(world, second).state == "preregistered"
    assert row(world, second).number is None
    assert world.waiting() == []
    world.working_days_pass(1)
    assert world.waiting() == []
    changes(world, filing, {"is_scale": True, "scale_since": "2026-07"})
    world.working_days_pass(1)
    assert world.waiting() == ["apply"]
    world.actor(f"ent{firm}").completes("apply")
    assert row(world, second).state == "county"
    world.is_well()


def test_who_wrote_it_does_not_check_it_and_nobody_decides_twice_in_a_row(world: World) -> None:
    world.hires("both", "CG", "45/4508")
    filing = applies(world)
    ent(world, filing).completes("apply")
    world.dismisses("xg")
    assert world.actor("both").may_complete("county_check"), "nobody is left in the county: the city does it"
    world.actor("both").completes("county_check")
    assert not world.actor("both").may_complete("city_review")
    world.cg.completes("city_review")
    world.is_well()


def test_a_firm_of_services_is_filed_by_the_science_line_without_a_co_signature(world: World) -> None:
    firm = world.enterprise_on("L1")
    with world.database.transaction() as db:
        db.get_one(Enterprise, firm).industry_code = "I6510"
    filing = begins(world, firm)
    world.actor(f"ent{firm}").completes("apply")
    world.xk.completes("county_check")
    world.ck.completes("city_review")
    world.everybody_does("form_team", "onsite_check")
    assert world.waiting() == ["city_sign"]
    world.cl.completes("city_sign")
    world.working_days_pass(6)
    entry = registered(world, filing)
    assert entry is not None
    assert entry.authority.endswith("科学技术局")
    world.is_well()


def test_usual_answers_meet_the_standard_of_the_region() -> None:
    given = filing_answers.application({"level": "region", "enterpriseId": 7}, date(2026, 6, 30))
    assert len(given["staff"]) > 15
    assert sum(one["title"] == "senior" for one in given["staff"]) == 3
