"""Figures agree everywhere: the reconciliation, the ledger and the board say what history alone says."""

from sqlalchemy import select

from casework import board, ledger, milestones, permissions, reconciliation, recount, removals, reopenings
from casework.case_tables import LIVING_CASE, Case, Item, Visit
from tests.stories.test_lookback import closed_case
from tests.world import World


def lived(world: World) -> None:
    """Three cases: one struck off and fallen back, one in work with two items, one whose item leaves its list."""
    closed_case(world)
    with world.database.transaction() as db:
        (item,) = world.get(db).items
        reopenings.fall_back(db, item, "连续两季研发费用为 0", gap="activity", key="figures", by="ck", now=world.now)
        milestones.write(db, by="ck", now=world.now)
    world.run()
    world.open_case("L2", "L5", supervisor_level="市属")
    world.xg.completes("assign_officer")
    world.open_case("L3", revenue=30_000)
    with world.database.transaction() as db:
        removals.propose(db, world.get(db), {"code": "wrong_data", "reason": "营收有误"}, by="ck", now=world.now)
        milestones.write(db, by="ck", now=world.now)
    world.run()


def test_what_history_says_is_what_the_pages_say(world: World) -> None:
    closed_case(world)
    closed_on = world.closure().decided_at
    assert closed_on is not None
    with world.database.reading() as db:
        then = recount.of(db)
        assert (then.closed_items("L1"), then.open_items(), then.cases["observing"]) == (1, 0, 1)
    lived(world)
    with world.database.reading() as db:
        told = recount.of(db)
        lines = reconciliation.by_list(db, "45")
        for line in lines:
            assert line.balances
            assert (line.base, line.new) == (told.all_items(line.key, "存量"), told.all_items(line.key, "增量"))
            assert line.open == told.open_items(line.key)
            assert line.closed == told.closed_items(line.key)
            assert line.left == told.left_items(line.key)
        whole = reconciliation.total(reconciliation.by_territory(db, "45"))
        assert (whole.open, whole.closed) == (told.open_items(), told.closed_items())
        assert set(db.scalars(select(Item.id))) == told.item_ids
        assert set(db.scalars(select(Case.id).where(Case.state.in_(LIVING_CASE)))) == told.living
        seen = board.total(board.lines(db, "45")[0].territory, board.lines(db, "45"))
        assert seen.cases == told.open_cases
        assert len(db.scalars(select(Visit)).all()) == sum(told.visits.values())
        city = recount.of(db, path="45/4502")
        assert (city.open_cases, city.item_ids) == (0, set())
        before = recount.of(db, until=closed_on.date().replace(year=2025))
        assert before.item_ids == set()
    world.is_well()


def test_the_ledger_has_every_item_once_under_a_number_that_never_changes(world: World) -> None:
    lived(world)
    with world.database.reading() as db:
        scope = permissions.scope_of(db, "rk", now=world.now)
        rows = list(ledger.rows(db, ledger.query(scope), day=scope.day))
        assert {row.number for row in rows} == set(db.scalars(select(Item.id)))
        assert ledger.count(db, ledger.query(scope)) == len(rows) == 4
        first = next(row for row in rows if row.list == "L1")
        assert (first.city, first.county, first.officer) == ("贵港市", "港南区", "联络专员甲")
        assert (first.lead, first.responsible) == ("自治区工业和信息化厅", "港南区工业和信息化局")
        assert first.revenue == 62_000
        assert (first.relapses, first.state, first.light) == (1, "relapsed", "yellow")
        assert {"filing", "project"} <= set(first.evidence)
        state_owned = next(row for row in rows if row.list == "L2")
        assert state_owned.lead == "贵港市国资委"
        elsewhere = permissions.scope_of(db, "lo", now=world.now)
        assert {row.list for row in ledger.rows(db, ledger.query(elsewhere), day=scope.day)} == {"L1", "L2", "L5"}
        for group, lists in (("open", {"L1", "L2", "L3", "L5"}), ("closed", set()), ("left", set())):
            wanted = ledger.query(scope, group=group)  # type: ignore[arg-type]
            assert {row.list for row in ledger.rows(db, wanted, day=scope.day)} == lists
    world.is_well()


def test_phone_numbers_are_masked() -> None:
    assert ledger.mask("13812345678") == "138****5678"
    assert ledger.mask("12345") == "*****"
    assert ledger.mask("") == ""
