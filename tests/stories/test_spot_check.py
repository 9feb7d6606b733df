"""Visits that are checked by telephone: real, not real, real after all, and checks that nobody makes."""

from datetime import date

from sqlalchemy import select

from casework import spot_checks
from casework.visit_plan_tables import SpotCheck
from tests.stories.test_visit_plans import last_visit, letters, owed
from tests.world import World


def drawn(world: World, month: str) -> SpotCheck:
    """The visits of the month before are drawn; gives the check of the case."""
    with world.database.transaction() as db:
        while after := spot_checks.draw(db, month, after=0, now=world.now):
            if not spot_checks.draw(db, month, after=after, now=world.now):
                break
    world.run()
    with world.database.reading() as db:
        check = db.scalars(select(SpotCheck).where(SpotCheck.case_id == world.case_id)).one()
        db.expunge_all()
        return check


def checked(world: World) -> SpotCheck:
    with world.database.reading() as db:
        check = db.scalars(select(SpotCheck).where(SpotCheck.case_id == world.case_id)).one()
        db.expunge_all()
        return check


def test_a_real_visit_is_confirmed_by_telephone_by_somebody_else(world: World) -> None:
    world.visited_case(list="L1")
    world.sleeps_until(date(2026, 7, 1))
    check = drawn(world, "2026-07")
    assert drawn(world, "2026-07").id == check.id, "drawing again draws the same"
    assert not world.lo.may_complete("phone_check")
    world.xk.completes("phone_check")
    assert (checked(world).state, checked(world).checked_by) == ("real", "xk")
    world.is_well()


def test_a_visit_that_was_not_real_is_void_and_has_to_be_made(world: World) -> None:
    world.visited_case(list="L1")
    world.sleeps_until(date(2026, 7, 1))
    drawn(world, "2026-07")
    world.sup.completes("phone_check", result="false", finding="企业称无人到访")
    assert last_visit(world).result == "void"
    assert sorted(letters(world, "the visit of {date} by")) == ["county leader", "region"]
    world.xl.completes("decide_false_visit")
    assert (checked(world).state, checked(world).settled, checked(world).settled_by) == ("false", "revisit", "xl")
    assert (owed(world).cause, owed(world).due_on) == ("revisit", date(2026, 7, 15))
    assert "arrange" in world.waiting()
    world.is_well()


def test_a_visit_that_was_real_after_all_counts_again(world: World) -> None:
    world.visited_case(list="L1")
    world.sleeps_until(date(2026, 7, 1))
    drawn(world, "2026-07")
    world.xk.completes("phone_check", result="false", finding="接电话的人不知情")
    assert not world.xk.may_complete("decide_false_visit")
    world.xl.completes("decide_false_visit", decision="dismissed", opinion="门卫登记可证")
    assert last_visit(world).result == "visited"
    assert checked(world).state == "real"


def test_a_check_that_nobody_makes_ends_with_a_word_to_the_supervisors(world: World) -> None:
    world.visited_case(list="L1")
    world.sleeps_until(date(2026, 7, 1))
    drawn(world, "2026-07")
    world.working_days_pass(21)
    assert checked(world).state == "unchecked"
    assert letters(world, "nobody checked the visit") == ["region"]
    world.is_well()
