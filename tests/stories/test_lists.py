"""The joint lists: drafted, checked by counties and cities, signed by three departments, published; disputes are held back."""

import pytest
from sqlalchemy import select

from casework import lists, reconciliation, removals
from casework.case_tables import Case
from casework.tables import ListEntry, ListReview, ListSignature
from engine import instances
from tests.world import World


def draft(world: World, *firms: int) -> int:
    """The joint office starts an edition of the lists; gives the id of the edition."""
    assert firms
    with world.database.transaction() as db:
        instances.start(db, "lists", {"kind": "年度"}, by="jm", now=world.now)
    world.run()
    with world.database.reading() as db:
        return lists.editions(db)[0].id


def reviewed(world: World, *firms: int) -> int:
    """An edition that county, city and leading departments have checked: the signatures are left."""
    version = draft(world, *firms)
    world.xk.completes("county_check")
    world.ck.completes("city_check")
    for username in ("rk", "rg", "rs"):
        world.actor(username).completes(f"lead_review_{username}")
    return version


def test_an_edition_passes_county_city_and_three_departments_and_opens_the_cases(world: World) -> None:
    firm = world.enterprise_on("L1")
    version = draft(world, firm)
    assert world.waiting() == ["county_check"]
    world.xk.completes("county_check")
    assert world.waiting() == ["city_check"]
    world.ck.completes("city_check")
    assert world.waiting() == ["lead_review_rg", "lead_review_rk", "lead_review_rs"]
    for username in ("rk", "rg", "rs"):
        world.actor(username).completes(f"lead_review_{username}")
    assert world.waiting() == ["sign_rg", "sign_rk", "sign_rs"]
    world.rk.completes("sign_rk")
    world.rg.completes("sign_rg")
    with world.database.reading() as db:
        assert lists.get(db, version).state != "冻结", "two signatures are not three"
        assert db.scalars(select(Case)).all() == []
    world.rs.completes("sign_rs")

    with world.database.reading() as db:
        assert lists.get(db, version).state == "冻结"
        assert {row.post for row in db.scalars(select(ListSignature))} == {"RK", "RG", "RS"}
        case = db.scalars(select(Case)).one()
        assert case.enterprise_id == firm
        assert case.case_no == "AJ-4508-2026-00001"
        assert "L1" in {item.list_type for item in case.items}
        world.speaks_of(case.id)
    assert world.waiting() == ["assign_officer"]
    world.is_well()


def test_a_disputed_enterprise_is_held_back_and_the_rest_is_not_delayed(world: World) -> None:
    agreed, disputed = world.enterprise_on("L1"), world.enterprise_on("L1")
    version = reviewed(world, agreed, disputed)
    with world.database.reading() as db:
        entries = db.scalars(
            select(ListEntry.id).where(
                ListEntry.version_id == version, ListEntry.enterprise_id == disputed, ListEntry.opens_item
            )
        ).all()
    world.rk.completes("sign_rk")
    world.rg.completes("sign_rg", disputed=list(entries), reason="营收口径有争议。")
    world.rs.completes("sign_rs")

    with world.database.reading() as db:
        assert lists.get(db, version).state == "冻结"
        assert {case.enterprise_id for case in db.scalars(select(Case))} == {agreed}
        held = db.scalars(select(ListEntry).where(ListEntry.id.in_(entries))).all()
        assert {entry.state for entry in held} == {"暂缓"}
        assert {tuple(entry.disputed_by) for entry in held} == {("RG",)}
    world.is_well()


def test_a_silent_county_is_marked_unchecked_and_the_city_checks_itself(world: World) -> None:
    draft(world, world.enterprise_on("L1"))
    world.working_days_pass(16)
    assert world.waiting() == ["city_check"]
    with world.database.reading() as db:
        assert db.scalars(select(ListReview)).one().county == "县未核"
    world.working_days_pass(16)
    assert world.waiting() == ["lead_review_rg", "lead_review_rk", "lead_review_rs"]
    with world.database.reading() as db:
        assert db.scalars(select(ListReview)).one().city == "市未核"
    world.is_well()


def test_what_county_and_leading_department_drop_is_on_no_list_and_both_words_are_kept(world: World) -> None:
    kept, dropped = world.enterprise_on("L1"), world.enterprise_on("L1")
    version = draft(world, kept, dropped)
    with world.database.reading() as db:
        query = select(ListEntry.id).where(ListEntry.version_id == version, ListEntry.enterprise_id == dropped)
        entries = list(db.scalars(query.where(ListEntry.opens_item)))
    world.xk.completes("county_check", dropped=entries, reason="已停产")
    world.ck.completes("city_check")
    world.rk.completes("lead_review_rk")
    world.rg.completes("lead_review_rg", dropped=entries, reason="县级意见属实")
    world.rs.completes("lead_review_rs")
    for username in ("rk", "rg", "rs"):
        world.actor(username).completes(f"sign_{username}")
    with world.database.reading() as db:
        assert {case.enterprise_id for case in db.scalars(select(Case))} == {kept}
        entry = db.scalars(select(ListEntry).where(ListEntry.id.in_(entries))).one()
        assert (entry.county_answer, entry.county_remark, entry.city_answer) == ("剔除", "已停产", "确认")
        assert (entry.state, entry.lead_remark) == ("剔除", "县级意见属实")
    world.is_well()


def adjusted(world: World, *, drop: bool) -> int:
    """A quarterly edition is drafted and signed; `drop` says that the leading department keeps what was to leave. Gives its id."""
    with world.database.transaction() as db:
        instances.start(db, "lists", {"kind": "季度"}, by="jm", now=world.now)
    world.case_id = 0
    world.run()
    with world.database.reading() as db:
        version = lists.editions(db)[0].id
        query = select(ListEntry.id).where(ListEntry.version_id == version, ListEntry.change == "调出")
        leaving = list(db.scalars(query)) if drop else []
    world.xk.completes("county_check")
    world.ck.completes("city_check")
    for username in ("rk", "rg", "rs"):
        dropped = {"dropped": leaving, "reason": "仍在生产。"} if leaving and username == "rg" else {}
        world.actor(username).completes(f"lead_review_{username}", **dropped)
    for username in ("rk", "rg", "rs"):
        world.actor(username).completes(f"sign_{username}")
    return version


@pytest.mark.parametrize(("drop", "state"), [(False, "removed"), (True, "open")])
def test_a_quarterly_edition_takes_out_what_all_agree_on_and_keeps_what_the_lead_drops(
    world: World, drop: bool, state: str
) -> None:
    case = world.open_case(list="L1")
    with world.database.transaction() as db:
        removals.propose(db, world.get(db), {"code": "halted", "reason": "停产满一年"}, by="cg", now=world.now)
    assert world.item_states() == {"L1": "pending_removal"}, "no level takes it off alone"
    version = adjusted(world, drop=drop)
    world.speaks_of(case)
    assert world.item_states() == {"L1": state}
    assert (world.state(case) == "removed") == (not drop), "a case without items is over"
    with world.database.reading() as db:
        entry = db.scalars(select(ListEntry).where(ListEntry.version_id == version, ListEntry.change == "调出")).one()
        assert (entry.removal_code, entry.state) == ("halted", "剔除" if drop else "确立")
        total = reconciliation.total(reconciliation.by_list(db, "45"))
        assert total.balances
        assert (total.base, total.left, total.open) == ((1, 0, 1) if drop else (1, 1, 0))
        assert removals.pending(db) == []
    world.is_well()
