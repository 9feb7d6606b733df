"""Visits and baselines: enterprises that are silent, refuse, or find the record wrong."""

from tests.world import World


def test_a_silent_enterprise_leaves_the_record_unconfirmed_and_the_county_confirms_the_baseline(world: World) -> None:
    world.open_case(list="L1")
    world.xg.completes("assign_officer")
    world.lo.completes("arrange")
    world.lo.completes("record_visit")
    world.working_days_pass(4)
    assert world.waiting() == ["baseline"]
    world.lo.completes("baseline")
    world.working_days_pass(6)
    assert world.waiting() == ["county_confirms_baseline"]
    assert not world.lo.may_complete("county_confirms_baseline")
    world.xk.completes("county_confirms_baseline")
    with world.database.reading() as db:
        from casework.case_tables import Baseline, Visit

        assert db.query(Visit).one().confirm_state == "unconfirmed"
        baseline = db.query(Baseline).one()
        assert (baseline.confirm_state, baseline.confirmed_by) == ("unconfirmed", "xk")
    assert world.waiting() == ["write_plan"]
    world.is_well()


def test_an_enterprise_that_refuses_twice_is_visited_by_the_county_leader(world: World) -> None:
    world.open_case(list="L1")
    world.xg.completes("assign_officer")
    world.lo.completes("arrange")
    world.lo.completes("record_visit", result="refused", reason="负责人外出不便接待")
    if "arrange" in world.waiting():
        world.lo.completes("arrange")
    world.lo.completes("record_visit", result="refused", reason="企业拒绝走访")
    assert world.waiting() == ["leader_visit"]
    world.xl.completes("leader_visit", result="refused", reason="企业再次拒绝走访")
    assert world.waiting() == ["write_plan"], "the case goes on with what is known"
    with world.database.reading() as db:
        from casework.case_tables import Visit

        visit = db.query(Visit).one()
        assert (visit.result, visit.refusals) == ("not_visited", 3)
    world.is_well()
