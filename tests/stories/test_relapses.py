"""Signs of a relapse: data open a check of the city, a person decides, and the same sign is never looked into twice."""

from datetime import date

import pytest
from sqlalchemy import select

from casework import lookbacks, relapses
from casework.case_tables import Item, Lookback
from casework.filing_tables import RdInstitution
from casework.tables import Enterprise
from engine.errors import Conflict, Invalid
from tests.stories.test_lookback import closed_case
from tests.world import World


def looks(world: World) -> int:
    """The house looks at the enterprise of the case after news about it; gives how many checks were opened."""
    with world.database.transaction() as db:
        opened = len(relapses.look(db, world.get(db).enterprise_id, now=world.now))
    world.run()
    return opened


def without_rd(world: World) -> None:
    """Two quarters after the closing without any R&D expense."""
    world.quarter_confirmed("2026Q3", rd=95)
    world.quarter_confirmed("2026Q4", rd=95)


def test_two_quarters_without_rd_bring_the_city_to_check_and_its_word_reopens_the_item(world: World) -> None:
    closed_case(world)
    world.quarter_confirmed("2026Q3", rd=95)
    assert looks(world) == 0, "one quarter is not two"
    world.quarter_confirmed("2026Q4", rd=95)
    assert looks(world) == 1
    assert looks(world) == 0, "the same sign is looked into once"
    assert world.waiting() == ["check_trigger"]
    assert world.item().state == "closed_awaiting_statistics", "no figure reopens an item by itself"
    assert not world.cg.may_complete("check_trigger"), "who verified does not check"
    checker = world.hires("cg2", "CG", "45/4508")
    checker.completes("check_trigger", relapse=True, cause="停止研发", conclusion="项目组已解散,无研发支出。")
    assert world.item().state == "relapsed"
    assert world.item().relapse_gap == "activity"
    assert any("fell back" in said for said in world.told("region")), "L1: the region is informed"
    assert world.lookback().state == "relapsed"
    assert world.lookback().evidence["signatories"] == ["cg", "rg", "rk", "rs", "xk"]
    assert world.active_runs("lookback") == 0, "the regular look-back on the same closure ends"
    assert world.active_runs("statistics") == 0, "nobody waits for the statistics to confirm it any more"
    world.is_well()


def test_a_sign_that_was_dismissed_stays_dismissed_and_another_one_is_looked_into(world: World) -> None:
    closed_case(world)
    without_rd(world)
    assert looks(world) == 1
    checker = world.hires("cg2", "CG", "45/4508")
    checker.completes("check_trigger")
    assert world.item().state == "closed_awaiting_statistics"
    assert looks(world) == 0
    with world.database.transaction() as db:
        for filing in db.scalars(select(RdInstitution)):
            filing.state = "revoked"
    assert looks(world) == 1
    assert world.waiting() == ["check_trigger"]
    world.is_well()


def test_a_filing_that_runs_out_is_noticed_by_the_daily_look(world: World) -> None:
    closed_case(world)
    with world.database.transaction() as db:
        for filing in db.scalars(select(RdInstitution)):
            filing.valid_until = date(2026, 12, 31)
    for day, checks in ((date(2026, 12, 31), 0), (date(2027, 1, 4), 1)):
        world.leaps_to(day)
        with world.database.transaction() as db:
            after = relapses.look_all(db, day.isoformat(), after=0, now=world.now)
            assert relapses.look_all(db, day.isoformat(), after=after, now=world.now) == 0
        world.run()
        with world.database.reading() as db:
            assert len(db.scalars(select(Lookback).where(Lookback.kind == "triggered")).all()) == checks
    assert "check_trigger" in world.waiting()
    world.is_well()


def test_several_signs_on_one_closure_are_one_check(world: World) -> None:
    closed_case(world)
    without_rd(world)
    assert looks(world) == 1
    with world.database.transaction() as db:
        for filing in db.scalars(select(RdInstitution)):
            filing.state = "revoked"
    assert looks(world) == 0
    assert world.waiting() == ["check_trigger"]
    assert [one["cause"] for one in world.lookback().evidence["signs"]] == ["rd_zero", "filing"]
    world.hires("cg2", "CG", "45/4508").completes(
        "check_trigger", relapse=True, cause="停产", conclusion="研发机构已撤销。"
    )
    assert world.item().relapse_gap == "", "of two gaps neither is taken for granted"
    world.is_well()


def test_false_data_put_a_flag_on_the_enterprise_and_every_closed_item_under_check(world: World) -> None:
    closed_case(world)
    with world.database.transaction() as db:
        case = world.get(db)
        with pytest.raises(Invalid):
            relapses.false_data(db, case, "假", by="cg", now=world.now)
        assert len(relapses.false_data(db, case, "辅助账系事后补造。", by="cg", now=world.now)) == 1
        with pytest.raises(Conflict):
            relapses.false_data(db, case, "辅助账系事后补造。", by="cg", now=world.now)
        flags = db.get_one(Enterprise, case.enterprise_id).flags
        assert [flag["code"] for flag in flags] == ["integrity"]
    world.run()
    assert world.waiting() == ["check_trigger"]
    world.is_well()


def test_a_lost_certificate_and_a_lost_place_in_the_roster_are_signs_too(world: World) -> None:
    case = world.open_case("L4", "L5")
    with world.database.transaction() as db:
        from casework.case_tables import Closure

        for item in db.scalars(select(Item).where(Item.case_id == case)):
            item.state, item.closed_at, item.closure_no = "closed", world.now, f"XH-{item.list_type}"
            closure = Closure(
                item_id=item.id, case_id=case, state="passed", request={}, requested_by="lo", requested_at=world.now,
                closure_no=item.closure_no, decided_at=world.now,
            )  # fmt: skip
            db.add(closure)
        firm = db.get_one(Enterprise, world.get(db).enterprise_id)
        firm.is_scale, firm.scale_since = True, "2026-05"
    with world.database.reading() as db:
        assert relapses.signs(db, [world.get(db).enterprise_id], day=date(2027, 12, 31)) == []
        late = relapses.signs(db, [world.get(db).enterprise_id], day=date(2028, 1, 1))
        assert [(sign.item.list_type, sign.cause) for sign in late] == [("L5", "certificate")]
        firm = db.get_one(Enterprise, world.get(db).enterprise_id)
        firm.is_scale, firm.scale_left = False, "2026-12"
        left = relapses.signs(db, [firm.id], day=date(2027, 1, 1))
        assert [(sign.item.list_type, sign.cause) for sign in left] == [("L4", "roster")]


def test_the_relapse_rate_counts_looks_and_not_what_was_never_drawn(world: World) -> None:
    closed_case(world)
    without_rd(world)
    with world.database.reading() as db:
        assert lookbacks.outcome(db, ["45"]).rate is None
    looks(world)
    checker = world.hires("cg2", "CG", "45/4508")
    checker.completes("check_trigger", relapse=True, cause="停止研发", conclusion="项目组已解散。")
    with world.database.reading() as db:
        found = lookbacks.outcome(db, ["45/4508"])
        assert (found.looked, found.relapsed, found.rate) == (1, 1, 100.0)
        assert lookbacks.outcome(db, ["45/4502"]).looked == 0
