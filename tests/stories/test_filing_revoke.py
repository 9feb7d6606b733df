"""Filings that are taken back: false data with a hearing, on request, a gone enterprise, two idle years; and what rested on them."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from casework import inactivity, revocations
from casework.case_tables import Notice
from casework.institution_tables import Revocation
from casework.quarter_tables import QuarterReport
from casework.tables import Enterprise
from engine.errors import Conflict, Invalid
from engine.tables import Message
from tests.stories.institutions import does, enterprise, files, filing_of, letters, of, rests_on, rows
from tests.world import World


def proposed(
    world: World, institution_id: int, trigger: str = "false_data", facts: str = "研发人员名单系虚构。"
) -> int:
    """An official proposes to take a filing back; gives the id of the revocation."""
    number: int = does(world, revocations.propose, institution_id, trigger, facts, by="cg")
    return number


def revocation(world: World, institution_id: int) -> Revocation:
    found: Revocation = rows(world, Revocation, institution_id)[-1]
    return found


def test_false_data_end_a_filing_after_notice_hearing_and_decision_and_the_closed_item_falls_back(world: World) -> None:
    one = rests_on(world)
    proposed(world, one)
    assert world.waiting() == ["prepare_notice"]
    world.cg.completes("prepare_notice")
    assert any("hearing within 5 working days" in said for said in letters(world, one))
    world.enterprise.completes("state", stance="object", text="名单属实,请求听证。", hearing=True)
    assert not world.cg.may_complete("hold_hearing"), "whoever prepared the notice does not hold the hearing"
    world.hires("cg2", "CG", "45/4508").completes("hold_hearing")
    assert not world.cg.may_complete("decide")
    world.cl.completes("decide")
    found, entry = revocation(world, one), of(world, one)
    assert (found.state, entry.state) == ("revoked", "revoked")
    assert found.published_at is not None
    assert filing_of(world, one).state == "revoked"
    assert filing_of(world, one).reapply_from == date(2027, 7, 8)
    assert world.item().state == "relapsed"
    assert world.item().relapse_gap == "institution"
    assert any("fell back" in said for said in world.told("region"))
    with world.database.reading() as db:
        said = db.scalars(select(Message).where(Message.name == "filing_revoked")).one()
        assert said.variables["number"] == entry.filing_no
        templates = list(db.scalars(select(Notice.template)))
    assert any("integrity record" in one for one in templates), "the record of integrity is proposed, not written"
    world.is_well()


def test_nothing_is_revoked_that_was_not_told_beforehand_or_whose_hearing_was_not_held(world: World) -> None:
    one = files(world)
    proposed(world, one)
    world.cg.completes("prepare_notice", decision="drop", reason="经核对名单属实。")
    with pytest.raises(Invalid) as caught:
        world.cl.completes("decide")
    assert list(caught.value.fields) == ["decision.decision"]
    world.cl.completes("decide", decision="return", opinion="事实不清,重新调查后告知。")
    world.cg.completes("prepare_notice")
    enterprise(world, one).completes("state", stance="object", text="不认可。", hearing=True)
    world.working_days_pass(21)
    assert world.waiting() == ["decide"], "nobody held the hearing in time"
    with pytest.raises(Invalid):
        world.cl.completes("decide")
    world.cl.completes("decide", decision="keep", opinion="未举行听证,维持备案。")
    assert (revocation(world, one).state, of(world, one).state) == ("kept", "filed")
    assert "stays in force" in letters(world, one)[-1]
    world.is_well()


def test_silence_to_the_notice_gives_up_the_right_and_a_late_officer_is_replaced(world: World) -> None:
    one = files(world)
    proposed(world, one, "rectification", "限期整改不到位。")
    world.working_days_pass(16)
    assert world.waiting() == ["leader_notice"]
    world.cl.completes("leader_notice")
    world.working_days_pass(6)
    assert world.waiting() == ["decide"]
    assert not world.cl.may_complete("decide"), "who prepared it does not decide: it is lifted to the region"
    world.rl.completes("decide")
    assert of(world, one).state == "revoked"
    assert filing_of(world, one).reapply_from is None, "only false data bar a new application"
    world.is_well()


def test_a_region_filing_is_taken_back_by_the_region(world: World) -> None:
    one = files(world, level="region")
    proposed(world, one)
    assert not world.cg.may_complete("prepare_notice")
    world.rg.completes("prepare_notice")
    enterprise(world, one).completes("state")
    assert not world.cl.may_complete("decide")
    world.rl.completes("decide")
    assert of(world, one).state == "revoked"
    world.is_well()


def test_an_enterprise_gives_its_filing_up(world: World) -> None:
    one = files(world)
    with pytest.raises(Invalid):
        does(world, revocations.ask_cancellation, one, "", by=enterprise(world, one).username)
    does(world, revocations.ask_cancellation, one, "研发业务转出。", by=enterprise(world, one).username)
    world.cg.completes("confirm_cancellation", decision="refuse", opinion="申请人未经授权。")
    assert of(world, one).state == "filed"
    does(world, revocations.ask_cancellation, one, "研发业务转出,已授权。", by=enterprise(world, one).username)
    world.cg.completes("confirm_cancellation")
    assert (of(world, one).state, filing_of(world, one).state) == ("cancelled", "cancelled")
    assert "file again at any time" in letters(world, one)[-1]
    with pytest.raises(Conflict):
        proposed(world, one)
    world.is_well()


def test_a_cancellation_that_lies_too_long_is_decided_by_the_leader(world: World) -> None:
    one = files(world)
    does(world, revocations.ask_cancellation, one, "研发业务转出。", by=enterprise(world, one).username)
    world.working_days_pass(16)
    assert world.waiting() == ["decide"]
    world.cl.completes("decide", decision="return", opinion="请先核对授权书。")
    assert world.waiting() == ["confirm_cancellation"], "it goes back to where a cancellation begins"
    world.working_days_pass(16)
    world.cl.completes("decide", opinion="企业自愿注销,予以注销。")
    assert (of(world, one).state, revocation(world, one).decision) == ("cancelled", "cancel")
    world.is_well()


def test_new_grounds_join_what_is_being_looked_into(world: World) -> None:
    one = files(world)
    first = proposed(world, one)
    assert proposed(world, one, "review", "年度复核未报。") == first
    assert "年度复核未报" in revocation(world, one).facts
    assert world.active_processes() == ["filing_revoke"]
    world.is_well()


def test_a_filing_falls_with_its_enterprise(world: World) -> None:
    world.planned_case(list="L3")
    with world.database.reading() as db:
        firm = world.get(db).enterprise_id
    one = files(world, firm)
    world.is_reported("cancelled", proof="市场监管部门注销公告")
    world.xk.completes("status_check", kind="cancelled", outcome="terminate", proof="注销公告", reason="企业已注销")
    for username, element_id in (("ck", "status_city"), ("rk", "status_region")):
        if element_id in world.waiting():
            world.actor(username).completes(element_id)
    assert "confirm_cancellation" in world.waiting(), world.waiting()
    assert revocation(world, one).trigger == "enterprise_cancelled"
    world.cg.completes("confirm_cancellation")
    assert of(world, one).state == "cancelled"
    world.is_well()


def idle(world: World, firm: int, *, spent: int = 0) -> None:
    """Eight confirmed quarters before July 2028 with so much R&D expense altogether (万元), all of it in the last one."""
    with world.database.transaction() as db:
        for period in inactivity.periods_before("2028-07"):
            last = period == "2028Q2"
            db.add(
                QuarterReport(
                    enterprise_id=firm,
                    period=period,
                    rd_expense_ytd=Decimal(spent if last else 0),
                    state="县核",
                    updated_by="xk",
                    updated_at=world.now,
                )
            )
        before = db.get_one(Enterprise, firm)
        db.add(
            QuarterReport(
                enterprise_id=before.id,
                period="2026Q2",
                rd_expense_ytd=Decimal(0),
                state="县核",
                updated_by="xk",
                updated_at=world.now,
            )
        )


def test_two_years_without_activity_are_proposed_once_and_a_person_decides(world: World) -> None:
    one = files(world, on=date(2026, 3, 2))
    busy = files(world, on=date(2026, 3, 2))
    idle(world, of(world, one).enterprise_id)
    idle(world, of(world, busy).enterprise_id, spent=20)
    world.leaps_to(date(2028, 7, 3))
    for _again in range(2):
        with world.database.transaction() as db:
            assert inactivity.look_all(db, "2028-07", after=0, now=world.now) == 0
        world.run()
    assert [row.trigger for row in rows(world, Revocation, one)] == ["inactive"]
    assert rows(world, Revocation, busy) == []
    assert "2026Q3" in revocation(world, one).facts
    assert of(world, one).state == "filed", "no figure ends a filing by itself"
    world.is_well()


def test_what_was_taken_back_is_published(world: World) -> None:
    one = files(world)
    does(world, revocations.ask_cancellation, one, "业务转出。", by=enterprise(world, one).username)
    world.cg.completes("confirm_cancellation")
    with world.database.reading() as db:
        published = [(row.decision, institution.filing_no) for row, institution in revocations.published(db)]
    assert published == [("cancel", of(world, one).filing_no)]
