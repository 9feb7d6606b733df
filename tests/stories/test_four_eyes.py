"""Nobody checks himself: the same person on two levels, who wrote or visited, a checker who accepted, an officer who left."""

from datetime import date

import pytest

from casework import people
from engine.errors import Forbidden
from tests.world import World


def test_the_same_person_does_not_decide_on_two_consecutive_levels(world: World) -> None:
    world.visited_case(list="L1", revenue=250_000)
    _also(world, "cg", "RG", "45")
    world.lo.completes("write_plan")
    world.xl.completes("approve_county")
    world.cg.completes("approve_city")
    assert not world.cg.may_complete("approve_region")
    with pytest.raises(Forbidden) as refused:
        world.cg.completes("approve_region")
    assert "two consecutive levels" in str(refused.value)
    world.rg.completes("approve_region")
    world.is_well()


def test_the_same_person_does_not_decide_on_an_extension_twice(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    _also(world, "xl", "CK", "45/4508")
    world.sleeps_until(world.plan().ends_on.replace(day=18))
    world.lo.completes("ask_extension", newEnd="2027-08-25")
    world.xl.completes("decide_extension")
    with pytest.raises(Forbidden):
        world.xl.completes("decide_extension_city")
    world.ck.completes("decide_extension_city")
    assert world.plan().extension_count == 1
    world.is_well()


def test_who_looked_into_the_state_of_an_enterprise_does_not_review_it(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    _also(world, "xk", "CK", "45/4508")
    world.is_reported("halted")
    world.xk.completes("status_check", kind="halted", outcome="suspend", reason="全面停产。")
    with pytest.raises(Forbidden) as refused:
        world.xk.completes("status_city")
    assert "somebody else has to check it" in str(refused.value)
    world.ck.completes("status_city")
    assert world.state() == "suspended"
    world.is_well()


def test_who_verified_or_accepted_does_not_sign_for_the_next_department(world: World) -> None:
    world.eligible_case(list="L3", subtype="缺活动")
    _also(world, "ck", "CG", "45/4508")
    world.lo.completes("propose_closure")
    world.enterprise.completes("promise")
    world.xk.completes("county_check")
    world.ck.completes("city_check")
    assert world.waiting() == ["joint_industry"]
    assert not world.ck.may_complete("joint_industry")
    with pytest.raises(Forbidden):
        world.ck.completes("joint_industry")
    world.cg.completes("joint_industry")
    world.is_well()


def test_an_officer_who_left_can_do_nothing_and_the_county_acts(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    world.evidence_comes_in()
    world.dismisses("lo")
    with pytest.raises(Forbidden) as refused:
        world.lo.completes("propose_closure")
    assert "may not do anything here" in str(refused.value)
    world.xk.completes("propose_closure")
    world.enterprise.completes("promise")
    assert not world.xk.may_complete("county_check"), "who acted as the officer does not check"
    world.xg.completes("county_check")
    world.is_well()


def _also(world: World, username: str, post: str, path: str) -> None:
    """This person holds one more post."""
    with world.database.transaction() as db:
        who = people.get(db, username)
        people.appoint(db, who, post, path, since=date(2026, 1, 1), by="adm", now=world.now)
