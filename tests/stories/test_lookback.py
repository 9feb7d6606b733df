"""The look-back: nobody who checked looks back, and what fell back is opened again."""

from datetime import date

from tests.world import World


def closed_case(world: World) -> int:
    case = world.eligible_case(list="L1")
    world.lo.completes("propose_closure")
    world.enterprise.completes("promise")
    world.xk.completes("county_check")
    world.cg.completes("city_check")
    world.rg.completes("accept_lead")
    world.rk.completes("joint_science")
    world.rs.completes("joint_state")
    world.working_days_pass(6)
    return case


def test_who_accepted_does_not_look_back(world: World) -> None:
    closed_case(world)
    world.sleeps_until(date(2027, 1, 15))
    assert world.waiting() == ["check_6"]
    assert not world.rg.may_complete("check_6")
    world.hires("rg2", "RG", "45").completes("check_6")
    assert world.lookback().checks[0]["by"] == "rg2"
    world.is_well()


def test_a_relapse_opens_the_item_again_with_a_yellow_light_and_a_new_plan(world: World) -> None:
    closed_case(world)
    world.sleeps_until(date(2027, 1, 15))
    world.hires("rg2", "RG", "45").completes(
        "check_6", relapse=True, cause="停止研发", conclusion="连续两个季度无研发支出。"
    )
    assert world.item_states() == {"L1": "relapsed"}
    assert world.item().relapse_count == 1
    assert world.state() == "open"
    assert world.lookback().state == "relapsed"
    assert world.waiting() == ["write_plan"]
    assert world.assessed() == "yellow"
    assert any("fell back" in said for said in world.told("region"))
    world.is_well()
