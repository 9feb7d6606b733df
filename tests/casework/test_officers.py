"""Liaison officers: the cap, who acts, and handing over without a vacant case."""

import pytest
from sqlalchemy.orm import Session

from casework import officers, territories
from casework.tables import Assignment
from engine.errors import Invalid
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
