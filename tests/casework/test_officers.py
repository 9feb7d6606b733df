"""Liaison officers: the cap, who acts, and handing over without a vacant case."""

import pytest
from sqlalchemy.orm import Session

from casework import officers, territories
from casework.tables import Assignment
from engine.errors import Conflict, Invalid
from tests.casework import registry
from tests.casework.registry import GANGBEI, NOW


@pytest.fixture
def guangxi(db: Session) -> Session:
    territories.load_guangxi(db)
    return db


def cases(db: Session, count: int) -> list[int]:
    return [registry.case(db, registry.enterprise(db)).id for _ in range(count)]


def who(assignment: Assignment | None) -> str | None:
    assert assignment is not None
    return assignment.officer.person.username if assignment.officer else None


def test_nobody_gets_more_enterprises_than_his_cap(guangxi: Session) -> None:
    lo = registry.officer(guangxi, "lo", capacity=2)
    first, second, third = cases(guangxi, 3)
    for case in (first, second):
        officers.assign(guangxi, case, lo.id, by="xg", now=NOW)
    assert officers.assign(guangxi, first, lo.id, by="xg", now=NOW).case_id == first, "again changes nothing"
    with pytest.raises(Invalid) as full:
        officers.assign(guangxi, third, lo.id, by="xg", now=NOW)
    assert "limit" in str(full.value.fields["assignment.officer"][0])

    officers.release(guangxi, first, by="xg", now=NOW)
    assert who(officers.assign(guangxi, third, lo.id, by="xg", now=NOW)) == "lo"


def test_an_officer_of_another_county_or_on_leave_is_refused(guangxi: Session) -> None:
    other, away = registry.officer(guangxi, "other", GANGBEI), registry.officer(guangxi, "away")
    officers.go_away(guangxi, away.id, None, by="xg", now=NOW)
    [case] = cases(guangxi, 1)
    for officer, says in ((other, "another territory"), (away, "not on duty")):
        with pytest.raises(Invalid) as refused:
            officers.assign(guangxi, case, officer.id, by="xg", now=NOW)
        assert says in str(refused.value.fields["assignment.officer"][0])


def test_the_lightest_officer_is_taken_automatically_and_with_nobody_free_the_county_acts(guangxi: Session) -> None:
    first, second = registry.officer(guangxi, "a", capacity=2), registry.officer(guangxi, "b", capacity=1)
    taken = [who(officers.auto_assign(guangxi, case, by="system", now=NOW)) for case in cases(guangxi, 4)]
    assert taken == ["a", "b", "a", None]
    assert [load.free for load in officers.loads(guangxi, first.path)] == [0, 0]
    assert second.capacity == 1


def test_fourteen_cases_are_handed_over_and_none_is_ever_vacant(guangxi: Session) -> None:
    leaving, next_one = registry.officer(guangxi, "leaving"), registry.officer(guangxi, "next")
    open_cases = cases(guangxi, 14)
    for case in open_cases:
        officers.assign(guangxi, case, leaving.id, by="xg", now=NOW)

    handover = officers.open_handover(guangxi, leaving.id, None, reason="调离", by="xg", now=NOW)
    assert len(handover.matters) == 14
    running = [officers.of_case(guangxi, case) for case in open_cases]
    assert all(row is not None and officers.acting_for(guangxi, row) is None for row in running), "the county acts"
    with pytest.raises(Conflict, match="name the successor"):
        officers.sign_handover(guangxi, handover.id, by="next", now=NOW)
    with pytest.raises(Conflict, match="open already"):
        officers.open_handover(guangxi, leaving.id, None, reason="again", by="xg", now=NOW)

    officers.name_successor(guangxi, handover.id, next_one.id, by="xg", now=NOW)
    officers.sign_handover(guangxi, handover.id, by="next", now=NOW)
    assert handover.state == "open"
    officers.sign_handover(guangxi, handover.id, by="xg", now=NOW)

    assert handover.state == "done"
    assert {who(officers.of_case(guangxi, case)) for case in open_cases} == {"next"}
    assert officers.running_assignments(guangxi, leaving.id) == []
    with pytest.raises(Conflict, match="done already"):
        officers.sign_handover(guangxi, handover.id, by="xg", now=NOW)


def test_a_successor_must_be_able_to_take_everything(guangxi: Session) -> None:
    leaving, other = registry.officer(guangxi, "leaving"), registry.officer(guangxi, "other", GANGBEI)
    with pytest.raises(Invalid) as elsewhere:
        officers.open_handover(guangxi, leaving.id, other.id, reason="x", by="xg", now=NOW)
    assert "another territory" in str(elsewhere.value.fields["successor"][0])
    with pytest.raises(Invalid):
        officers.open_handover(guangxi, leaving.id, leaving.id, reason="x", by="xg", now=NOW)
    assert leaving.state == "在岗", "a refused handover changes nothing"
