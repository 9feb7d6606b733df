"""The filing of an R&D institution, lived through from the application to the number or the refusal (4.b)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from casework import filing_publicity, filings
from casework.case_tables import Measure, Notice
from casework.filing_tables import Filing, FilingObjection, FilingOpinion, OnsiteCheck, RdInstitution
from casework.tables import Enterprise
from engine.calendars import local_day
from engine.errors import Conflict, Invalid
from tests import filing_answers
from tests.world import Actor, World

CITY = ("county_check", "city_review", "form_team", "onsite_check", "city_cosign", "city_sign")
REGION = (*CITY[:4], "city_recommend", "region_review", "region_cosign", "region_sign")


def applies(world: World, *, level: str = "city", source: str = "self", **how: Any) -> int:
    """A new enterprise above scale begins an application; gives the id of the filing."""
    return begins(world, world.enterprise_on("L1", **how), level=level, source=source)


def begins(world: World, firm: int, *, level: str = "city", source: str = "self", **more: Any) -> int:
    """An enterprise begins an application."""
    with world.database.transaction() as db:
        number = filings.open_filing(db, firm, source=source, level=level, by=f"ent{firm}", now=world.now, **more).id
    world.run()
    return number


def ent(world: World, filing_id: int) -> Actor:
    """The person of the enterprise."""
    return world.actor(f"ent{row(world, filing_id).enterprise_id}")


def row(world: World, filing_id: int) -> Filing:
    """The filing as it stands, detached."""
    with world.database.reading() as db:
        found = filings.get(db, filing_id)
        db.expunge_all()
        return found


def registered(world: World, filing_id: int) -> RdInstitution | None:
    """The entry of the register that a filing brought."""
    with world.database.reading() as db:
        found = db.scalars(select(RdInstitution).where(RdInstitution.filing_id == filing_id)).one_or_none()
        db.expunge_all()
        return found


def changes(world: World, filing_id: int, change: Mapping[str, Any]) -> None:
    """What stands on the row of the enterprise of a filing changes."""
    with world.database.transaction() as db:
        enterprise = db.get_one(Enterprise, filings.get(db, filing_id).enterprise_id)
        for name, value in change.items():
            setattr(enterprise, name, value)


def told(world: World, who: str) -> list[str]:
    """The letters to an addressee (`enterprise:1`, `post:CL@…`) or a level, in order."""
    with world.database.reading() as db:
        query = select(Notice).where((Notice.addressee == who) | (Notice.level == who)).where(Notice.kind == "letter")
        return [notice.template.format(**notice.params) for notice in db.scalars(query.order_by(Notice.id))]


def objects(world: World, filing_id: int, name: str = "李先生") -> None:
    """A stranger objects to a published filing."""
    with world.database.transaction() as db:
        filing = filings.get(db, filing_id)
        filing_publicity.object_to(
            db, filing, name=name, contact="0775-1234567", text="该机构人员名单与实际不符,请核查。", now=world.now
        )
    world.run()


def opinions(world: World, filing_id: int) -> list[tuple[str, str]]:
    """(element, decision) of what the desks said."""
    with world.database.reading() as db:
        query = select(FilingOpinion).where(FilingOpinion.filing_id == filing_id).order_by(FilingOpinion.id)
        return [(one.element_id, one.decision) for one in db.scalars(query)]


def to_publicity(world: World, *elements: str) -> None:
    """Whoever can agrees at every desk, until the filing is published."""
    world.everybody_does(*elements)


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


def test_a_false_staff_list_is_found_on_site_refused_proposed_for_the_record_and_barred_for_a_year(
    world: World,
) -> None:
    """Scenario 6."""
    filing = applies(world)
    firm = row(world, filing).enterprise_id
    ent(world, filing).completes("apply")
    world.xg.completes("county_check")
    world.cg.completes("city_review", risk=True)
    assert row(world, filing).onsite_required is True
    with pytest.raises(Invalid) as refused:
        world.cg.completes("form_team", members=["ck", "cs"], conflicted=["ck"])
    assert set(refused.value.fields) == {"team.members"}
    world.cg.completes("form_team", members=["ck", "cs"])
    with pytest.raises(Invalid) as refused:
        world.cg.completes("onsite_check", staffConsistent=False, staffVerified=3)
    assert set(refused.value.fields) == {"onsite.conclusion"}
    world.cg.completes(
        "onsite_check", staffConsistent=False, staffVerified=3, conclusion="false", note="名单中九人不在该企业工作。"
    )
    assert world.waiting() == ["explain_refusal"]
    world.cg.completes("explain_refusal")
    found = row(world, filing)
    assert (found.state, found.refuse_code, found.reapply_from) == ("refused", "false", date(2027, 6, 30))
    assert any("integrity record" in said for said in told(world, "city leader"))
    assert any("may be applied for again from 2027-06-30" in said for said in told(world, f"enterprise:{firm}"))
    with world.database.transaction() as db, pytest.raises(Conflict):
        filings.open_filing(db, firm, source="self", level="city", by="x", now=world.now)
    world.goes_to(date(2026, 7, 2))
    world.sleeps_until(date(2027, 7, 1))
    assert begins(world, firm)
    world.is_well()


def test_a_late_co_signature_of_the_region_is_pressed_never_assumed_and_an_objection_is_looked_into_by_another(
    world: World,
) -> None:
    """Scenario 7."""
    filing = applies(world, level="region")
    ent(world, filing).completes("apply")
    world.xg.completes("county_check")
    world.cg.completes("city_review")
    assert row(world, filing).onsite_required is True, "the region has every site looked at"
    world.everybody_does("form_team", "onsite_check")
    world.cl.completes("city_recommend")
    world.rg.completes("region_review")
    assert world.waiting() == ["region_cosign"]
    world.working_days_pass(12)
    assert world.waiting() == ["region_cosign"], "silence is not consent"
    assert any("co-signature" in said for said in told(world, "region"))
    world.rk.completes("region_cosign")
    world.rl.completes("region_sign")
    assert row(world, filing).state == "publicity"
    objects(world, filing)
    assert world.waiting() == ["investigate"]
    assert row(world, filing).state == "objection"
    assert not world.rg.may_complete("investigate")
    assert not world.rk.may_complete("investigate")
    world.rs.completes("investigate")
    assert row(world, filing).state == "publicity"
    world.working_days_pass(7)
    found = row(world, filing)
    assert found.number == "GXYF-Q-4508-2026-00001"
    assert "whitelist_candidate" in found.flags
    with world.database.reading() as db:
        assert db.scalars(select(FilingObjection.state)).all() == ["dismissed"]
    world.is_well()


def test_an_objection_that_is_upheld_ends_in_a_refusal(world: World) -> None:
    filing = applies(world)
    ent(world, filing).completes("apply")
    world.everybody_does(*CITY)
    objects(world, filing)
    world.cs.completes("investigate", upheld=True, finding="经核查,场地为他人所有,异议成立。")
    assert world.waiting() == ["explain_refusal"]
    world.everybody_does("explain_refusal")
    found = row(world, filing)
    assert (found.state, found.refuse_code, found.number) == ("refused", "objection", None)
    assert registered(world, filing) is None
    world.is_well()


def test_an_objection_that_comes_in_while_another_is_looked_into_is_looked_into_as_well(world: World) -> None:
    filing = applies(world)
    ent(world, filing).completes("apply")
    world.everybody_does(*CITY)
    objects(world, filing)
    objects(world, filing, name="黄女士")
    world.working_days_pass(2)
    world.cs.completes("investigate")
    assert world.waiting() == [], "the publicity goes on"
    world.working_days_pass(5)
    assert (world.waiting(), row(world, filing).number) == (["investigate"], None), (
        "no number before every word is settled"
    )
    world.hires("cs2", "CS", "45/4508").completes("investigate")
    with world.database.reading() as db:
        settled = [(one.state, one.investigator) for one in db.scalars(select(FilingObjection))]
        assert settled == [("dismissed", "cs"), ("dismissed", "cs2")]
    world.run()
    assert row(world, filing).state == "filed"
    world.is_well()


def test_the_clock_of_the_county_stands_still_while_the_applicant_mends(world: World) -> None:
    filing = applies(world)
    ent(world, filing).completes("apply")
    assert world.due("county_check").date() == date(2026, 7, 7)
    world.working_days_pass(3)
    world.xg.completes("county_check", decision="return", defects=["site"], opinion="补租赁合同。")
    assert world.due("correct").date() == date(2026, 7, 17)
    world.working_days_pass(4)
    ent(world, filing).completes("correct")
    assert world.due("county_check").date() == date(2026, 7, 13), "two working days were left"
    with pytest.raises(Invalid) as refused:
        world.xg.completes("county_check", decision="return", defects=["staff"], opinion="再补人员名单。")
    assert set(refused.value.fields) == {"check.defects"}, "what is missing is told once"
    world.xg.completes("county_check", decision="return", defects=["site"], opinion="租赁合同仍缺签章。")
    assert row(world, filing).corrections == 2
    world.is_well()


def test_who_does_not_mend_in_time_counts_as_withdrawn_and_may_apply_again(world: World) -> None:
    filing = applies(world)
    firm = row(world, filing).enterprise_id
    ent(world, filing).completes("apply")
    world.xg.completes("county_check", decision="return", defects=["site"], opinion="补租赁合同。")
    world.working_days_pass(11)
    assert row(world, filing).state == "withdrawn"
    assert world.active_runs("filing") == 0
    assert any("counts as withdrawn" in said for said in told(world, f"enterprise:{firm}"))
    assert any("counts as withdrawn" in said for said in told(world, "county")), "no officer: the county is told"
    assert row(world, begins(world, firm)).state == "draft"
    world.is_well()


def test_a_draft_that_nobody_touches_is_recalled_after_ten_days_and_lapses_after_ninety(world: World) -> None:
    filing = applies(world)
    world.working_days_pass(11)
    assert any("has not sent its application" in said for said in told(world, "county"))
    assert row(world, filing).state == "draft"
    world.sleeps_until(date(2026, 10, 9))
    assert row(world, filing).state == "withdrawn"
    world.is_well()


def test_what_the_county_does_not_look_at_in_time_goes_on_to_the_city_with_a_mark(world: World) -> None:
    filing = applies(world)
    ent(world, filing).completes("apply")
    world.working_days_pass(6)
    assert world.waiting() == ["city_review"]
    assert row(world, filing).overdue
    assert any("in time" in said for said in told(world, "county leader"))
    world.everybody_does(*CITY)
    world.working_days_pass(6)
    assert row(world, filing).state == "filed"
    world.is_well()


def test_every_level_can_refuse_and_says_why(world: World) -> None:
    no: dict[str, Any] = {"decision": "refuse", "code": "evidence", "opinion": "佐证材料不足。"}
    first = applies(world)
    ent(world, first).completes("apply")
    world.xg.completes("county_check", **no)
    assert (row(world, first).state, row(world, first).refuse_reason) == ("refused", "佐证材料不足。")
    assert world.waiting() == []

    second = applies(world)
    ent(world, second).completes("apply")
    world.xg.completes("county_check")
    world.cg.completes("city_review", **no)
    world.cg.completes("explain_refusal")
    assert (row(world, second).state, row(world, second).refuse_code) == ("refused", "evidence")

    third = applies(world)
    ent(world, third).completes("apply")
    world.everybody_does(*CITY[:5])
    world.cl.completes("city_sign", decision="refuse", opinion="不同意。")
    world.working_days_pass(14)
    assert row(world, third).state == "refused", "an unwritten letter does not keep the enterprise waiting"

    fourth = applies(world, level="region")
    ent(world, fourth).completes("apply")
    world.everybody_does(*REGION[:6])
    assert world.waiting() == ["region_cosign"]
    world.everybody_does("region_cosign")
    world.rl.completes("region_sign", decision="refuse", opinion="不同意。")
    world.rg.completes("explain_refusal")
    assert row(world, fourth).state == "refused"
    world.is_well()


def test_who_is_not_recommended_to_the_region_can_be_filed_with_the_city(world: World) -> None:
    filing = applies(world, level="region")
    ent(world, filing).completes("apply")
    world.everybody_does(*REGION[:4])
    world.cl.completes("city_recommend", decision="refuse", opinion="规模尚小,建议先按市级备案。")
    assert world.waiting() == ["offer_city"]
    ent(world, filing).completes("offer_city")
    assert row(world, filing).level == "city"
    world.everybody_does("city_cosign")
    assert not world.cl.may_complete("city_sign") or world.waiting() == ["city_sign"]
    world.everybody_does("city_sign")
    world.working_days_pass(6)
    assert str(row(world, filing).number).startswith("GXYF-S-")
    world.is_well()


def test_what_differs_in_part_on_site_is_rectified_and_looked_at_again(world: World) -> None:
    filing = applies(world)
    ent(world, filing).completes("apply")
    world.xg.completes("county_check")
    world.cg.completes("city_review", risk=True)
    world.everybody_does("form_team")
    partly: dict[str, Any] = {
        "equipmentConsistent": False,
        "equipmentVerified": 700,
        "conclusion": "partly",
        "note": "两台设备未到位。",
    }
    world.cg.completes("onsite_check", **partly)
    assert (world.waiting(), row(world, filing).rectifications) == (["rectify"], 1)
    ent(world, filing).completes("rectify", equipValue=700)
    world.everybody_does("form_team", "onsite_check")
    with world.database.reading() as db:
        checks = db.scalars(select(OnsiteCheck).order_by(OnsiteCheck.id)).all()
        assert [(one.round, one.conclusion) for one in checks] == [(1, "partly"), (2, "consistent")]
    world.everybody_does("city_cosign", "city_sign")
    world.working_days_pass(6)
    assert (row(world, filing).state, row(world, filing).first_pass) == ("filed", False)
    world.is_well()


def test_whoever_has_not_put_it_right_after_two_rounds_or_in_time_is_refused(world: World) -> None:
    partly: dict[str, Any] = {
        "siteConsistent": False,
        "siteVerified": 200,
        "conclusion": "partly",
        "note": "场地与申报不符。",
    }
    filing = applies(world)
    ent(world, filing).completes("apply")
    world.xg.completes("county_check")
    world.cg.completes("city_review", risk=True)
    for _ in range(2):
        world.everybody_does("form_team")
        world.cg.completes("onsite_check", **partly)
        ent(world, filing).completes("rectify")
    world.everybody_does("form_team")
    world.cg.completes("onsite_check", **partly)
    assert world.waiting() == ["explain_refusal"]
    world.everybody_does("explain_refusal")
    assert row(world, filing).refuse_code == "rectify"

    late = applies(world)
    ent(world, late).completes("apply")
    world.xg.completes("county_check")
    world.cg.completes("city_review", risk=True)
    world.everybody_does("form_team")
    world.cg.completes("onsite_check", **partly)
    world.working_days_pass(11)
    assert world.waiting() == ["explain_refusal"]
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


def own(world: World, name: str) -> list[int]:
    """The ids of the user tasks that a person has taken or was given."""
    from engine.tables import UserTask

    with world.database.reading() as db:
        return list(db.scalars(select(UserTask.id).where(UserTask.status == "open", UserTask.assignee == name)))


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


def test_other_firms_below_scale_read_in_clear_words_that_they_are_out_of_scope(world: World) -> None:
    firm = world.enterprise_on("L1")
    with world.database.transaction() as db:
        db.get_one(Enterprise, firm).is_scale = False
    filing = begins(world, firm)
    assert row(world, filing).state == "out_of_scope"
    assert any("out of scope" in said for said in told(world, f"enterprise:{firm}"))
    assert world.active_runs("filing") == 0
    world.is_well()


def test_an_application_in_the_wrong_county_is_forwarded_to_the_right_one(world: World) -> None:
    other = "45/4508/450802"
    world.hires("xg2", "XG", other)
    filing = applies(world)
    ent(world, filing).completes("apply")
    with pytest.raises(Invalid) as refused:
        world.xg.completes("county_check", decision="forward", forwardTo="45/4508/450803", opinion="不属本县。")
    assert set(refused.value.fields) == {"check.forwardTo"}
    world.xg.completes("county_check", decision="forward", forwardTo=other, opinion="场地在港北区。")
    assert row(world, filing).scope == other
    assert not world.xg.may_complete("county_check")
    world.actor("xg2").completes("county_check")
    assert world.waiting() == ["city_review"]
    world.is_well()


def test_another_department_is_asked_and_the_clock_of_the_desk_stands_still(world: World) -> None:
    filing = applies(world)
    ent(world, filing).completes("apply")
    world.xg.completes("county_check")
    world.working_days_pass(4)
    world.cg.completes("city_review", decision="consult", consult=["K", "S"], opinion="请核实人员和项目。")
    assert world.waiting() == ["advise", "advise"]
    world.everybody_does("advise")
    assert world.waiting() == ["city_review"]
    assert world.due("city_review").date() == date(2026, 7, 14), "six working days were left"
    assert len([1 for element, _ in opinions(world, filing) if element == "advise"]) == 2
    world.is_well()


def test_one_nearly_met_item_is_promised_and_a_clear_gap_is_shown_instead_of_sent_on(world: World) -> None:
    filing = applies(world)
    ent(world, filing).completes("apply", siteArea=20)
    assert world.waiting() == ["apply"], "the gap is listed, nothing goes to the county"
    assert row(world, filing).verdict == "NOT_OK"
    ent(world, filing).completes("apply", siteArea=76)
    assert world.waiting() == ["confirm_promise"]
    ent(world, filing).completes("confirm_promise")
    world.everybody_does(*CITY)
    with world.database.reading() as db:
        assert db.scalars(select(OnsiteCheck)).all(), "the first filing with a promise is looked at on site"
    world.working_days_pass(6)
    found = row(world, filing)
    assert (found.state, found.promise_state, found.promise_item) == ("filed", "open", "site")
    assert found.promise_due == (found.decided_on or date.min) + timedelta(days=60)


def test_what_cannot_be_right_is_said_at_its_field_and_nothing_is_lost(world: World) -> None:
    first = applies(world)
    ent(world, first).completes("apply")
    second = applies(world)
    shared: list[dict[str, Any]] = [dict(one) for one in row(world, first).declared["staff"]]
    with pytest.raises(Invalid) as refused:
        ent(world, second).completes("apply", staff=shared, director=shared[0]["name"])
    assert "application.staff" in refused.value.fields
    with pytest.raises(Invalid) as refused:
        ent(world, second).completes("apply", rdInput=70_000)
    assert "application.rdInput" in refused.value.fields
    with pytest.raises(Invalid) as refused:
        ent(world, second).completes("apply", equipValue=30_000)
    assert "application.equipValue" in refused.value.fields
    with pytest.raises(Invalid) as refused:
        ent(world, second).completes("apply", sitePath="45/4501/450103")
    assert refused.value.fields
    assert row(world, second).version == 0
    ent(world, second).completes("apply")
    assert row(world, second).version == 1
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


def test_an_enterprise_gives_its_application_up_at_any_desk(world: World) -> None:
    filing = applies(world)
    ent(world, filing).completes("apply")
    world.xg.completes("county_check")
    with world.database.transaction() as db:
        filings.withdraw(db, filings.get(db, filing), "项目调整", by="x", now=world.now)
    world.run()
    assert (row(world, filing).state, world.waiting()) == ("withdrawn", [])
    with world.database.transaction() as db, pytest.raises(Conflict):
        filings.withdraw(db, filings.get(db, filing), "再次", by="x", now=world.now)
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


def test_an_application_follows_its_enterprise_to_another_county_and_ends_with_it(world: World) -> None:
    other = "45/4508/450802"
    world.planned_case(list="L1")
    with world.database.reading() as db:
        firm = world.get(db).enterprise_id
    filing = begins(world, firm)
    assert row(world, filing).measure_id, "it belongs to the measure that waits for an institution"
    world.enterprise.completes("apply")
    world.is_reported("moved_inside", to_path=other)
    moved: dict[str, Any] = {
        "kind": "moved_inside",
        "outcome": "transfer",
        "toCode": "450802",
        "reason": "迁往港北区。",
    }
    world.xg.completes("status_check", **moved)
    world.cg.completes("status_city")
    world.rg.completes("status_region")
    world.lo.completes("hand_over_case")
    assert row(world, filing).scope == other
    assert not world.xg.may_complete("county_check")
    assert world.hires("xg2", "XG", other).may_complete("county_check")
    world.is_reported("cancelled")
    world.actor("xg2").completes("status_check", kind="cancelled", outcome="terminate", reason="企业已注销。")
    world.cg.completes("status_city")
    world.rg.completes("status_region")
    assert row(world, filing).state == "withdrawn"
    assert world.active_runs("filing") == 0
    world.is_well()
