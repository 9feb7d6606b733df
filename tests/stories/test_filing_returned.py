"""Filings that do not walk straight on: mended, late, forwarded, looked at again, refused, given up (4.b; scenario 6)."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from casework import filings
from casework.filing_tables import FilingObjection, OnsiteCheck
from casework.tables import Enterprise
from engine.errors import Conflict, Invalid
from tests.filing_lives import CITY, REGION, applies, begins, ent, objects, opinions, registered, row, told
from tests.world import World


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
