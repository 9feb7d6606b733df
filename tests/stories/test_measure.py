"""Measures while they run: added, late and explained, put off, dropped or kept, done."""

from datetime import date, timedelta

import pytest

from casework import measure_runs, measures
from casework.case_tables import Measure
from engine.calendars import calendar, local_day
from engine.errors import Conflict, Invalid
from tests.world import World


def test_every_measure_of_an_approved_plan_has_a_run_that_ends_when_it_is_done(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    types = world.measure_types()
    assert world.active_runs("measure") == len(types)
    world.lo.records("PROJECT", projectName="板材胶合工艺", projectStart="2026-07-01")
    assert world.active_runs("measure") == len(types) - 1
    world.lo.records("PROJECT", progress=80, note="样机返工。")
    assert world.active_runs("measure") == len(types), "what went back is worked on again"
    world.is_well()


def test_a_measure_is_added_while_the_plan_runs_and_counts_from_then_on(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    before = world.active_runs("measure")
    with world.database.transaction() as db:
        due = calendar(db).add(world.plan().starts_on, 60)
        measure_runs.add(
            db,
            world.get(db),
            {
                "type": "TALENT",
                "content": "对接科技特派员",
                "owner": "企业",
                "due": due.isoformat(),
                "reason": "缺人才",
            },
            by="lo",
            now=world.now,
        )
    world.run()
    assert world.active_runs("measure") == before + 1
    assert "TALENT" in world.measure_types()
    assert ("measure_added", "") in world.history()
    world.lists_change(added=["L5"])
    world.lo.completes("amend_plan")
    world.xl.completes("approve_county")
    assert "TALENT" in world.measure_types(), "an amended plan keeps what was added"
    assert world.active_runs("measure") == len(world.measure_types())
    world.is_well()


def test_a_measure_that_lies_outside_the_plan_is_not_added(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    given = {"type": "TALENT", "content": "对接科技特派员", "owner": "企业"}
    with world.database.transaction() as db:
        for wrong in ({"due": "2029-01-05"}, {"due": "2026-10-03"}, {"due": ""}, {"due": "2026-08-31", "type": "X"}):
            with pytest.raises(Invalid):
                measure_runs.add(db, world.get(db), {**given, **wrong}, by="lo", now=world.now)
    world.is_well()


def test_a_late_measure_is_explained_and_put_off_within_the_plan(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    due = _due(world, "PROJECT", date(2026, 9, 30))
    world.sleeps_until(due + timedelta(days=1))
    assert "explain_delay" in world.waiting()
    with pytest.raises(Invalid) as error:
        world.lo.completes("explain_delay", newDue="2029-01-05")
    assert "delay.newDue" in error.value.fields
    world.lo.completes("explain_delay")
    assert "explain_delay" not in world.waiting()
    with world.database.reading() as db:
        measure = _measure(db, world, "PROJECT")
        assert measure.due_on > due
        assert [one["reason"] for one in measure.delays] == ["设备到货推迟,正在补做。"]
    world.is_well()


def test_a_measure_that_ends_with_the_plan_is_not_late_when_the_plan_was_extended(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    end = world.plan().ends_on
    with world.database.reading() as db:
        ask_on, later = calendar(db).add(end, -10), calendar(db).add(end, 30)
    world.sleeps_until(ask_on + timedelta(days=1))
    world.lo.completes("ask_extension", newEnd=later.isoformat())
    world.xl.completes("decide_extension")
    world.ck.completes("decide_extension_city")
    world.sleeps_until(end + timedelta(days=3))
    assert "explain_delay" not in world.waiting()
    world.sleeps_until(later + timedelta(days=3))
    assert "explain_delay" in world.waiting()
    world.is_well()


def test_a_measure_is_dropped_when_the_county_leader_agrees_and_kept_when_he_does_not(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    for decision in ("refuse", "agree"):
        world.sleeps_until(local_day(world.now) + timedelta(days=1))
        with world.database.transaction() as db:
            measure = _measure(db, world, "POLICY")
            measure.type = "FINANCE"
            measure_runs.ask_drop(db, measure, "企业资金充足,不再需要。", by="lo", now=world.now)
        world.run()
        assert "decide_drop" in world.waiting()
        assert not world.lo.may_complete("decide_drop")
        world.xl.completes("decide_drop", decision=decision, opinion="仍需推进。")
        with world.database.transaction() as db:
            measure = _measure(db, world, "FINANCE")
            assert measure.state == ("cancelled" if decision == "agree" else "not_started")
            measure.type = "POLICY"
    assert any("仍需推进" in said for said in world.told("officer"))
    with world.database.transaction() as db, pytest.raises(Conflict):
        measures.record(db, _measure(db, world, "POLICY").id, {"progress": 10}, by="lo", now=world.now)
    world.is_well()


def test_a_measure_that_the_lists_demand_is_not_dropped_while_its_gap_is_open(world: World) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    with world.database.transaction() as db:
        measure = _measure(db, world, "PROJECT")
        assert measure_runs.is_mandatory(db, world.get(db), measure, now=world.now)
        with pytest.raises(Conflict) as refused:
            measure_runs.ask_drop(db, measure, "不想做了。", by="lo", now=world.now)
    assert "cannot be dropped while its gap is open" in str(refused.value)
    _due(world, "PROJECT", date(2026, 9, 30))
    world.sleeps_until(date(2026, 10, 9))
    with pytest.raises(Conflict):
        world.lo.completes("explain_delay", choice="drop", newDue=None)
    assert "explain_delay" in world.waiting()
    world.is_well()


def _measure(db: object, world: World, kind: str) -> Measure:
    plan = world.get(db).plans[-1]
    return next(one for one in plan.measures if one.type == kind)


def _due(world: World, kind: str, day: date) -> date:
    """This measure falls due on a day: its run waits for it."""
    with world.database.transaction() as db:
        measure = _measure(db, world, kind)
        measure_runs.finish(db, [measure], "replaced", by="lo", now=world.now)
    world.run()
    with world.database.transaction() as db:
        measure = _measure(db, world, kind)
        measure.due_on = day
        measure_runs.again(db, measure, by="lo", now=world.now)
    world.run()
    return day
