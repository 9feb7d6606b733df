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
        "check_6", relapse=True, activity="lost", cause="停止研发", conclusion="连续两个季度无研发支出。"
    )
    assert world.item_states() == {"L1": "relapsed"}
    assert world.item().relapse_count == 1
    assert world.state() == "open"
    assert world.lookback().state == "relapsed"
    assert "amend_plan" in world.waiting()
    assert world.assessed() == "yellow"
    assert any("fell back" in said for said in world.told("region"))
    assert world.lookback().evidence["signatories"] == ["cg", "rg", "rk", "rs", "xk"], "who had signed is noted"
    world.is_well()


def test_what_fell_back_needs_a_plan_approved_one_level_higher_and_can_be_struck_off_again(world: World) -> None:
    closed_case(world)
    world.sleeps_until(date(2027, 1, 15))
    world.hires("rg2", "RG", "45").completes(
        "check_6", relapse=True, activity="lost", cause="停止研发", conclusion="连续两个季度无研发支出。"
    )
    world.lo.completes("amend_plan", starts="2027-01-15", ends="2027-12-31", measures=[_measure()])
    world.xl.completes("approve_county")
    world.cg.completes("approve_city")
    world.rg.completes("approve_region")
    assert [row["level"] for row in world.plan().approvals] == ["county", "city", "region"]
    assert "propose_closure" not in world.waiting(), "what was proven before the relapse proves nothing any more"
    world.lo.records("PROJECT", projectName="板材胶合工艺二期", projectStart="2027-02-01")
    for period, rd in (("2027Q1", 40), ("2027Q2", 95), ("2027Q3", 150)):
        world.quarter_confirmed(period, rd=rd)
    assert "propose_closure" in world.waiting(), world.item().missing
    first = world.item().closure_no
    world.lo.completes("propose_closure")
    world.enterprise.completes("promise")
    world.xk.completes("county_check")
    world.cg.completes("city_check")
    world.rg.completes("accept_lead")
    world.rk.completes("joint_science")
    world.rs.completes("joint_state")
    world.working_days_pass(6)
    assert world.item().state == "closed_awaiting_statistics"
    assert world.item().closure_no != first
    assert world.item().relapse_count == 1
    world.is_well()


def _measure() -> dict[str, str]:
    return {
        "type": "PROJECT",
        "content": "重新立项并归集研发支出",
        "owner": "桂示木业有限公司",
        "start": "2027-01-15",
        "due": "2027-12-31",
    }
