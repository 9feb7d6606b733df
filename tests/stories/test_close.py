"""Closures: refused, returned, settled, four eyes, and lifted when nobody else is left."""

from casework import people, stuck
from tests.world import World


def test_a_refused_closure_opens_the_item_again_and_the_officer_reads_why(world: World) -> None:
    world.eligible_case(list="L1")
    world.lo.completes("propose_closure")
    world.enterprise.completes("promise")
    world.xk.completes("county_check")
    world.cg.completes("city_check", decision="refuse", opinion="辅助账与项目不一致。")
    assert world.closure().state == "refused"
    assert world.item().state == "open"
    assert world.item().eligible_since is None
    assert any("辅助账与项目不一致" in said for said in world.told("officer"))
    assert world.waiting() == ["amend_plan"], "the plan is amended for the reasons of the refusal"
    world.quarter_confirmed("2026Q3", rd=150)
    assert "propose_closure" in world.waiting(), "new evidence makes the item look again"
    world.is_well()


def test_a_returned_closure_is_supplemented_and_the_third_return_is_settled_from_above(world: World) -> None:
    world.eligible_case(list="L1")
    world.lo.completes("propose_closure")
    for _round in range(3):
        world.enterprise.completes("promise")
        world.xk.completes("county_check", decision="return", opinion="缺少照片。")
        if "supplement" in world.waiting():
            world.lo.completes("supplement")
    assert world.waiting() == ["settle"]
    world.jm.completes("settle")
    world.working_days_pass(6)
    assert world.item().state == "closed_awaiting_statistics"
    world.is_well()


def test_one_department_that_objects_brings_the_joint_office_in(world: World) -> None:
    world.eligible_case(list="L1")
    world.lo.completes("propose_closure")
    world.enterprise.completes("promise")
    world.xk.completes("county_check")
    world.cg.completes("city_check")
    world.rg.completes("accept_lead")
    world.rk.completes("joint_science", decision="refuse", opinion="项目不属研发。")
    assert world.waiting() == ["joint_state"], "nobody's silence counts as consent"
    world.rs.completes("joint_state")
    assert world.waiting() == ["settle"]
    world.jm.completes("settle", decision="refuse", opinion="不予销号。")
    assert world.closure().state == "refused"
    world.is_well()


def test_whoever_proposed_or_visited_does_not_check(world: World) -> None:
    world.eligible_case(list="L1")
    with world.database.transaction() as db:
        county = "45/4508/450803"
        people.appoint(db, people.get(db, "lo"), "XK", county, since=_day(), by="adm", now=world.now)
    world.lo.completes("propose_closure")
    world.enterprise.completes("promise")
    assert not world.lo.may_complete("county_check")
    assert "county_check" not in world.lo.tasks()
    world.xk.completes("county_check")
    assert not world.xk.may_complete("city_check")
    world.is_well()


def test_in_a_county_where_nobody_else_is_left_the_check_is_lifted_to_the_city(world: World) -> None:
    world.eligible_case(list="L1")
    with world.database.transaction() as db:
        county = "45/4508/450803"
        people.appoint(db, people.get(db, "lo"), "XG", county, since=_day(), by="adm", now=world.now)
    world.dismisses("xk", "xg", "xs")
    world.lo.completes("propose_closure")
    world.enterprise.completes("promise")
    assert world.waiting() == ["county_check"]
    assert not world.lo.may_complete("county_check")
    with world.database.reading() as db:
        assert stuck.of_kind(db, "unstaffed", now=world.now) == []
    world.cg.completes("county_check")
    world.hires("cg2", "CG", "45/4508").completes("city_check")
    assert world.waiting() == ["accept_lead"]
    world.is_well()


def test_an_enterprise_that_does_not_promise_in_time_is_refused(world: World) -> None:
    world.eligible_case(list="L1")
    world.lo.completes("propose_closure")
    world.working_days_pass(14)
    assert world.closure().state == "refused"
    assert world.item().state == "open"
    world.is_well()


def _day():
    from datetime import date

    return date(2026, 1, 1)
