"""Handing over: fourteen cases at once, an officer who is gone or silent, a successor with too many, refusals and complaints."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from casework import handovers, officers, stuck
from casework.case_tables import Notice
from casework.tables import Assignment, Handover
from engine.errors import Conflict, Invalid
from tests.casework import registry
from tests.world import World


def assigned(world: World, count: int) -> list[int]:
    """Cases that `lo` looks after and has not yet visited."""
    cases = [world.open_case(list="L3", subtype="缺活动") for _number in range(count)]
    for case in cases:
        world.speaks_of(case)
        world.xk.completes("assign_officer")
    return cases


def opens(world: World, successor: str = "", **how: Any) -> int:
    """The county opens a handover of `lo`; from then on the world speaks of no case."""
    with world.database.transaction() as db:
        number = handovers.open_handover(
            db,
            world.officer_id("lo"),
            world.officer_id(successor) if successor else None,
            **{"reason": "轮岗", **how},
            by="xk",
            now=world.now,
        ).id
    world.run()
    world.speaks_of(0)
    return number


def officers_of(world: World, cases: Sequence[int]) -> set[str]:
    """Who looks after these cases; empty stands for the county."""
    with world.database.reading() as db:
        rows = db.scalars(select(Assignment).where(Assignment.until.is_(None), Assignment.case_id.in_(cases)))
        found = {row.case_id: row.officer.person.username if row.officer else "" for row in rows}
    assert set(found) == set(cases), "a case is vacant"
    return set(found.values())


def somebody_acts(world: World) -> None:
    """Every open task has somebody who can do it."""
    with world.database.reading() as db:
        assert stuck.of_kind(db, "unstaffed", now=world.now) == []


def state(world: World, number: int) -> Handover:
    with world.database.reading() as db:
        found = db.get_one(Handover, number)
        db.expunge_all()
        return found


def test_fourteen_open_cases_are_handed_over_and_none_is_ever_without_somebody(world: World) -> None:
    cases = assigned(world, 14)
    successor = world.hires_officer("lo2")
    assert len(world.lo.tasks()) == 14
    number = opens(world)
    somebody_acts(world)
    assert len(world.xk.tasks()) == 14 + 1, "until both have signed, the county officers act"
    world.xk.completes("name_successor")
    assert len(state(world, number).matters) == 14
    assert state(world, number).matters[0]["tasks"] == ["约定走访日程"]
    somebody_acts(world)
    world.lo.completes("predecessor_signs")
    assert successor.tasks() == ["successor_signs"]
    successor.completes("successor_signs")
    assert officers_of(world, cases) == {"lo2"}
    assert len(successor.tasks()) == 14
    assert world.xk.tasks() == []
    done = state(world, number)
    assert (done.state, done.predecessor_signed_by, done.successor_signed_by) == ("done", "lo", "lo2")
    with world.database.reading() as db:
        told = [
            notice for notice in db.scalars(select(Notice)) if notice.template.startswith("{officer} is your liaison")
        ]
        assert len({notice.addressee for notice in told}) == 14
    world.speaks_of(cases[0])
    successor.completes("arrange")
    world.is_well()


def test_a_silent_predecessor_is_signed_for_by_the_county(world: World) -> None:
    cases = assigned(world, 2)
    successor = world.hires_officer("lo2")
    number = opens(world, "lo2")
    successor.completes("successor_signs")
    world.working_days_pass(6)
    assert "county_signs" in world.waiting()
    world.xg.completes("county_signs")
    assert state(world, number).predecessor_signed_by == "xg"
    assert officers_of(world, cases) == {"lo2"}
    world.is_well()


def test_for_an_officer_who_is_gone_the_county_signs_at_once(world: World) -> None:
    assigned(world, 1)
    world.hires_officer("lo2")
    world.dismisses("lo")
    opens(world, "lo2")
    assert sorted(task for task in world.waiting() if "signs" in task) == ["county_signs", "successor_signs"]
    world.is_well()


def test_a_successor_who_refuses_or_is_silent_is_replaced_and_the_predecessor_signs_once(world: World) -> None:
    cases = assigned(world, 1)
    second = world.hires_officer("lo2")
    third = world.hires_officer("lo3")
    opens(world, "lo2")
    world.lo.completes("predecessor_signs")
    second.completes("successor_signs", agree=False, reason="手上企业太多")
    assert "name_successor" in world.waiting()
    world.xk.completes("name_successor", officer=world.officer_id("lo3"))
    assert [task for task in world.waiting() if "signs" in task] == ["successor_signs"]
    world.working_days_pass(6)
    assert "name_successor" in world.waiting(), "silence is no consent"
    world.xk.completes("name_successor", officer=world.officer_id("lo3"))
    third.completes("successor_signs")
    assert officers_of(world, cases) == {"lo3"}
    world.is_well()


def test_when_the_county_names_nobody_the_officer_with_the_lowest_load_is_asked(world: World) -> None:
    assigned(world, 1)
    lightest = world.hires_officer("lo2")
    opens(world)
    world.working_days_pass(5)
    world.working_days_pass(1)
    assert "successor_signs" in lightest.tasks()
    world.is_well()


def test_when_nobody_could_take_over_the_county_leader_leaves_the_cases_with_the_county(world: World) -> None:
    cases = assigned(world, 1)
    number = opens(world)
    world.working_days_pass(6)
    assert "leader_names" in world.waiting()
    world.xl.completes("leader_names")
    assert officers_of(world, cases) == {""}
    assert state(world, number).state == "withdrawn"
    world.speaks_of(cases[0])
    assert world.xk.may_complete("arrange")
    world.is_well()


def test_a_successor_above_the_cap_or_of_elsewhere_is_neither_offered_nor_taken(world: World) -> None:
    world.hires_officer("lo2", capacity=30)
    world.hires_officer("lo3", county="450802")
    full = world.officer_id("lo2")
    with world.database.transaction() as db:
        path = officers.get(db, full).path
        for _number in range(28):
            case = registry.case(db, registry.enterprise(db, path))
            officers.assign(db, case.id, full, by="xk", now=world.now)
    assigned(world, 3)
    fourth = world.hires_officer("lo4")
    opens(world)
    for username in ("lo2", "lo3"):
        with pytest.raises(Invalid) as refused:
            world.xk.completes("name_successor", officer=world.officer_id(username))
        assert "successor.officer" in refused.value.fields
    assert "name_successor" in world.waiting(), "a refused answer changes nothing"
    world.xk.completes("name_successor")
    assert fourth.tasks() == ["successor_signs"], "only who can take all of them is offered"


def test_an_officer_who_left_can_neither_hand_over_again_nor_take_over(world: World) -> None:
    assigned(world, 1)
    successor = world.hires_officer("lo2")
    opens(world, "lo2")
    with pytest.raises(Conflict, match="has left"):
        opens(world, "lo2")
    world.lo.completes("predecessor_signs")
    successor.completes("successor_signs")
    with world.database.transaction() as db, pytest.raises(Invalid) as refused:
        handovers.open_handover(
            db, world.officer_id("lo2"), world.officer_id("lo"), reason="调离", by="xk", now=world.now
        )
    assert "not on duty" in str(refused.value.fields["successor"][0])


def test_after_a_complaint_the_county_acts_at_once_and_only_that_case_moves(world: World) -> None:
    first, second = assigned(world, 2)
    successor = world.hires_officer("lo2")
    opens(world, "lo2", kind="complaint", case_ids=[first], reason="企业反映服务态度")
    assert officers_of(world, [first]) == {""}
    assert officers_of(world, [second]) == {"lo"}
    assert "arrange" in world.lo.tasks(), "he goes on with the other enterprises"
    world.lo.completes("predecessor_signs")
    successor.completes("successor_signs")
    assert officers_of(world, [first]) == {"lo2"}
    assert officers_of(world, [second]) == {"lo"}
    world.is_well()


def test_what_the_predecessor_had_taken_for_himself_is_free_for_whoever_acts(world: World) -> None:
    from engine import user_tasks

    (case,) = assigned(world, 1)
    world.speaks_of(case)
    with world.database.transaction() as db:
        user_tasks.claim(db, world.open_task(db, "arrange").id, by="lo", now=world.now)
    opens(world)
    world.speaks_of(case)
    assert world.xk.may_complete("arrange")
    world.xk.completes("arrange")
    world.is_well()
