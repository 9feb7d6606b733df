"""Striking off with many at once: signatures in batches, the silent replaced by their leaders, objections to what is published."""

from datetime import date

import pytest
from sqlalchemy import select

from casework import closures, joint, people, permissions
from casework.case_tables import Closure
from engine import user_tasks
from engine.errors import Conflict, Invalid
from engine.tables import HistoryEntry
from tests.world import World


def at_the_joint_confirmation(world: World) -> int:
    """A case of L1 that waits for the signatures of science and state assets; gives its id."""
    case = world.eligible_case(list="L1")
    world.lo.completes("propose_closure")
    world.enterprise.completes("promise")
    world.xk.completes("county_check")
    world.cg.completes("city_check")
    world.rg.completes("accept_lead")
    return case


def published(world: World) -> Closure:
    """A case of L1 whose closure stands on the internal board."""
    at_the_joint_confirmation(world)
    world.rk.completes("joint_science")
    world.rs.completes("joint_state")
    return world.closure()


def test_a_department_signs_several_items_at_once_and_is_told_which_could_not_be_signed(world: World) -> None:
    first = at_the_joint_confirmation(world)
    second = at_the_joint_confirmation(world)
    third = at_the_joint_confirmation(world)
    with world.database.transaction() as db:
        people.appoint(db, people.get(db, "xk"), "RK", "45", since=date(2026, 1, 1), by="adm", now=world.now)
    with world.database.reading() as db:
        waiting = {one.case.id: one for one in joint.waiting(db, permissions.scope_of(db, "rk", now=world.now))}
        assert set(waiting) == {first, second, third}
        assert [word["step"] for word in waiting[first].said] == [
            "promise",
            "county_check",
            "city_check",
            "accept_lead",
        ]
        barred = joint.waiting(db, permissions.scope_of(db, "xk", now=world.now))
        assert all(one.against is not None for one in barred), "who checked in the county does not sign for the region"
        tasks = {case: one.task.id for case, one in waiting.items()}
    world.speaks_of(second)
    world.rk.completes("joint_science")  # A colleague was quicker with this one.

    done = joint.sign(
        world.database, "rk", [tasks[first], tasks[second], tasks[third]], "材料齐全,同意。", now=world.now
    )
    assert [one.against is None for one in done] == [True, False, True]
    assert "completed" in str(done[1].against)
    with world.database.reading() as db:
        acts = select(HistoryEntry).where(HistoryEntry.fact == "task_completed", HistoryEntry.by == "rk")
        signed = db.scalars(acts.where(HistoryEntry.element_id == "joint_science")).all()
        assert len({act.chain for act in signed}) == 3, "every signature is an act in the chain of its own closure"
    refused = joint.sign(world.database, "xk", [tasks[first]], "同意。", now=world.now)
    assert refused[0].against is not None
    with pytest.raises(Invalid):
        joint.sign(world.database, "rs", [], "同意。", now=world.now)
    with pytest.raises(Invalid):
        joint.sign(world.database, "rs", [tasks[first]], " ", now=world.now)
    world.is_well()


def test_who_does_not_sign_within_ten_working_days_is_replaced_by_his_leader(world: World) -> None:
    at_the_joint_confirmation(world)
    world.rs.completes("joint_state")
    world.working_days_pass(11)
    assert "leader_science" in world.waiting()
    assert "joint_science" not in world.waiting()
    assert world.closure().state == "open", "silence is no consent"
    world.hires("rl2", "RL", "45").completes("leader_science")
    world.working_days_pass(6)
    assert world.item().state == "closed_awaiting_statistics"
    world.is_well()


def test_an_objection_that_is_upheld_ends_the_closure_and_one_that_is_not_delays_it_only(world: World) -> None:
    for upheld, state in ((True, "refused"), (False, "passed")):
        closure = published(world)
        with world.database.reading() as db:
            board = closures.published(db, ["45/4508"], now=world.now)
            assert [one.id for one in board] == [closure.id]
            assert closures.published(db, ["45/4502"], now=world.now) == [], "elsewhere it is not published"
        with world.database.transaction() as db:
            with pytest.raises(Invalid):
                closures.object_to(db, closures.get(db, closure.id), "  ", by="xs", now=world.now)
            closures.object_to(db, closures.get(db, closure.id), "项目人员与实际不符。", by="xs", now=world.now)
        world.run()
        assert "investigate" in world.waiting()
        assert not world.cg.may_complete("investigate"), "who verified does not investigate"
        other = world.hires(f"cg-{upheld}", "CG", "45/4508")
        other.completes("investigate", upheld=upheld, finding="已到现场核对项目人员名单。")
        assert world.closure().state == state
        with world.database.reading() as db:
            (objection,) = closures.objections(db, db.get_one(Closure, closure.id))
            assert (objection.state, objection.settled_by) == ("upheld" if upheld else "dismissed", f"cg-{upheld}")
    world.is_well()


def test_what_is_not_published_any_more_cannot_be_objected_to(world: World) -> None:
    closure = published(world)
    world.working_days_pass(6)
    with world.database.transaction() as db, pytest.raises(Conflict):
        closures.object_to(db, closures.get(db, closure.id), "公示期已过的异议。", by="xs", now=world.now)
    world.is_well()


def test_the_on_site_check_is_drawn_repeatably_and_all_of_l1_are_seen(world: World) -> None:
    assert sum(closures.is_drawn(f"AJ-4508-2026-{number:05d}/L3", 20) for number in range(5000)) in range(900, 1100)
    assert closures.is_drawn("AJ-4508-2026-00001/L3", 100)
    at_the_joint_confirmation(world)
    assert world.closure().onsite
    world.eligible_case(list="L3", revenue=30_000)
    world.lo.completes("propose_closure")
    closure = world.closure()
    with world.database.reading() as db:
        drawn = closures.is_drawn(f"{world.get(db).case_no}/L3", 20)
        assert closure.onsite == drawn
    world.enterprise.completes("promise")
    world.xk.completes("county_check")
    with world.database.reading() as db:
        shown = user_tasks.variables(db, world.open_task(db, "city_check"), now=world.now)
        assert shown["mustVisit"] == drawn
    world.is_well()
