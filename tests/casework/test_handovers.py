"""Handing cases over, act by act: who acts, who signs, what moves."""

import pytest
from sqlalchemy.orm import Session

from casework import handovers, officers, territories
from casework.tables import Assignment
from engine.errors import Conflict, Invalid
from tests.casework import registry
from tests.casework.registry import GANGBEI, NOW


@pytest.fixture
def guangxi(db: Session) -> Session:
    territories.load_guangxi(db)
    return db


def cases_of(db: Session, username: str, count: int) -> list[int]:
    """An officer with this many cases."""
    officer = registry.officer(db, username)
    found = [registry.case(db, registry.enterprise(db)).id for _ in range(count)]
    for case in found:
        officers.assign(db, case, officer.id, by="xg", now=NOW)
    return found


def officer_id(db: Session, username: str) -> int:
    return next(
        load.officer.id for load in officers.loads(db, registry.GANGNAN) if load.officer.person.username == username
    )


def who(assignment: Assignment | None) -> str | None:
    assert assignment is not None
    return assignment.officer.person.username if assignment.officer else None


def test_cases_go_over_only_with_both_signatures(guangxi: Session) -> None:
    found = cases_of(guangxi, "leaving", 3)
    successor = registry.officer(guangxi, "next")
    leaving = officer_id(guangxi, "leaving")
    handover = handovers.open_handover(guangxi, leaving, None, reason="调离", by="xg", now=NOW)
    acting = [officers.of_case(guangxi, case) for case in found]
    assert all(row is not None and officers.acting_for(guangxi, row) is None for row in acting), "the county acts"
    with pytest.raises(Conflict, match="name the successor"):
        handovers.sign(guangxi, handover.id, "predecessor", by="leaving", now=NOW)
    with pytest.raises(Conflict, match="has left"):
        handovers.open_handover(guangxi, leaving, None, reason="again", by="xg", now=NOW)

    handovers.name_successor(guangxi, handover.id, successor.id, by="xg", now=NOW)
    with pytest.raises(Conflict, match="only the successor"):
        handovers.sign(guangxi, handover.id, "successor", by="xg", now=NOW)
    handovers.sign(guangxi, handover.id, "successor", by="next", now=NOW)
    with pytest.raises(Conflict, match="both have to sign"):
        handovers.transfer(guangxi, handover.id, by="system", now=NOW)
    handovers.sign(guangxi, handover.id, "predecessor", notes="都介绍过了", by="xg", now=NOW)
    assert handovers.transfer(guangxi, handover.id, by="system", now=NOW) == 3
    assert {who(officers.of_case(guangxi, case)) for case in found} == {"next"}
    assert handovers.tell_enterprises(guangxi, handover, now=NOW) == 3
    with pytest.raises(Conflict, match="done already"):
        handovers.transfer(guangxi, handover.id, by="system", now=NOW)


def test_a_refused_handover_changes_nothing(guangxi: Session) -> None:
    cases_of(guangxi, "leaving", 1)
    other = registry.officer(guangxi, "other", GANGBEI)
    leaving = officer_id(guangxi, "leaving")
    for wrong, says in (
        ({"successor_id": other.id, "reason": "调离"}, "successor"),
        ({"successor_id": leaving, "reason": "调离"}, "successor"),
        ({"successor_id": None, "reason": " "}, "reason"),
        ({"successor_id": None, "reason": "太忙", "kind": "load"}, "cases"),
        ({"successor_id": None, "reason": "太忙", "kind": "load", "case_ids": [999]}, "cases"),
    ):
        with pytest.raises(Invalid) as refused:
            handovers.open_handover(guangxi, leaving, **wrong, by="xg", now=NOW)
        assert says in refused.value.fields
    assert officers.get(guangxi, leaving).state == "在岗"
    assert handovers.open_of(guangxi, leaving) is None


def test_nobody_takes_over_more_than_thirty_enterprises(guangxi: Session) -> None:
    cases_of(guangxi, "full", 14)
    full = officer_id(guangxi, "full")
    officers.get(guangxi, full).capacity = officers.LARGEST_CAPACITY
    for _number in range(3):
        officers.assign(guangxi, registry.case(guangxi, registry.enterprise(guangxi)).id, full, by="xg", now=NOW)
    cases_of(guangxi, "leaving", 14)
    leaving = officer_id(guangxi, "leaving")
    with pytest.raises(Invalid) as refused:
        handovers.open_handover(guangxi, leaving, full, reason="调离", by="xg", now=NOW)
    assert "more than 30 enterprises" in str(refused.value.fields["successor"][0])
    handover = handovers.open_handover(guangxi, leaving, None, reason="调离", by="xg", now=NOW)
    assert handovers.choices(guangxi, handover) == []
    assert handovers.suggest(guangxi, handover) is None
    assert handovers.keep(guangxi, handover.id, "暂无人选", by="xl", now=NOW) == 14


def test_on_leave_whoever_acts_goes_on_acting_until_the_successor_has_signed(guangxi: Session) -> None:
    (case,) = cases_of(guangxi, "away", 1)
    acting = registry.officer(guangxi, "acting")
    away = officer_id(guangxi, "away")
    officers.go_away(guangxi, away, acting.id, by="xg", now=NOW)
    handovers.open_handover(guangxi, away, None, kind="leave", reason="产假", by="xg", now=NOW)
    row = officers.of_case(guangxi, case)
    assert row is not None
    assert officers.acting_for(guangxi, row) is acting


def test_for_load_the_officer_goes_on_until_the_chosen_cases_are_taken_over(guangxi: Session) -> None:
    first, second = cases_of(guangxi, "busy", 2)
    successor = registry.officer(guangxi, "next")
    busy = officer_id(guangxi, "busy")
    handover = handovers.open_handover(
        guangxi, busy, successor.id, kind="load", case_ids=[second], reason="负荷过重", by="xg", now=NOW
    )
    assert [row["case_id"] for row in handover.matters] == [second]
    assert who(officers.of_case(guangxi, second)) == "busy"
    handovers.sign(guangxi, handover.id, "predecessor", by="busy", now=NOW)
    handovers.sign(guangxi, handover.id, "successor", by="next", now=NOW)
    handovers.transfer(guangxi, handover.id, by="system", now=NOW)
    assert (who(officers.of_case(guangxi, first)), who(officers.of_case(guangxi, second))) == ("busy", "next")
    assert officers.get(guangxi, busy).state == "在岗"


def test_a_single_case_is_given_to_another_officer_and_the_enterprise_is_told(guangxi: Session) -> None:
    from casework.case_tables import Notice

    (case,) = cases_of(guangxi, "late", 1)
    other = registry.officer(guangxi, "other")
    row = handovers.reassign(guangxi, case, other.id, reason="连续两次未走访", by="xg", now=NOW)
    assert (who(row), row.note) == ("other", "连续两次未走访")
    letters = guangxi.query(Notice).filter(Notice.case_id == case).all()
    assert [letter.level for letter in letters] == ["enterprise"]
    assert handovers.reassign(guangxi, case, other.id, reason="again", by="xg", now=NOW) is row
