"""Planning in bulk: as many questions for sixty cases as for three, and numbers that agree with the lists behind them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from casework import permissions, territories, visit_facts, visit_figures, visit_plans, visits
from casework.case_tables import Case, Item, Visit
from casework.visit_plan_tables import VisitPlan
from tests.casework import registry
from tests.casework.registry import GANGNAN, GUIGANG, NOW, TODAY


@pytest.fixture
def guangxi(db: Session) -> Session:
    territories.load_guangxi(db)
    return db


def visited_cases(db: Session, count: int, *, days_ago: int = 100) -> list[Case]:
    """Open cases with an item and a last visit that long ago."""
    found: list[Case] = []
    for _number in range(count):
        case = registry.case(db, registry.enterprise(db))
        db.add(Item(case_id=case.id, list_type="L3", lead="科技"))
        day = TODAY - timedelta(days=days_ago)
        db.add(Visit(case_id=case.id, type="first", due_at=NOW, result="visited", visited_on=day, mode="site", score=4))
        found.append(case)
    db.flush()
    return found


@contextmanager
def questions(db: Session) -> Iterator[list[str]]:
    """The SELECT statements that are sent meanwhile."""
    sent: list[str] = []

    def keep(connection: object, cursor: object, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            sent.append(statement)

    engine = db.get_bind()
    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def test_sixty_cases_take_as_many_questions_as_three(guangxi: Session) -> None:
    counts: list[int] = []
    for size in (3, 60):
        found = visited_cases(guangxi, size)
        with questions(guangxi) as sent:
            known = visit_facts.of(guangxi, found, month="2026-07", day=date(2026, 7, 1))
        assert len(known.last) == size
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 8


def plan(
    db: Session, case: Case, state: str, *, due: date, visited: date | None = None, cause: str = "monthly"
) -> VisitPlan:
    row = VisitPlan(
        key=f"{case.id}:{state}:{due}:{cause}",
        case_id=case.id,
        enterprise_id=case.enterprise_id,
        scope=case.scope,
        month=due.isoformat()[:7],
        class_="C",
        cause=cause,
        allowed_days=90,
        due_on=due,
        state=state,
        visited_on=visited,
        created_at=NOW,
    )
    db.add(row)
    db.flush()
    return row


def test_every_number_of_a_month_is_as_long_as_the_list_behind_it(guangxi: Session) -> None:
    official = registry.person(guangxi, "cg", ("CG", GUIGANG))
    first, second, third, fourth, fifth = visited_cases(guangxi, 5, days_ago=10)
    june = date(2026, 6, 15)
    plan(guangxi, first, "visited", due=june, visited=date(2026, 6, 10))
    plan(guangxi, second, "visited", due=june, visited=date(2026, 6, 20))
    plan(guangxi, third, "missed", due=june)
    plan(guangxi, fourth, "started", due=june)
    plan(guangxi, fourth, "merged", due=june, cause="by_hand")
    plan(guangxi, fifth, "cancelled", due=june)
    scope = permissions.scope_of(guangxi, official.username, now=NOW)
    (line,) = [one for one in visit_figures.lines(guangxi, GUIGANG, "2026-06", TODAY) if one.planned]
    counted = {"planned": 4, "done": 2, "on_time": 1, "missed": 1, "overdue": 1}
    assert {name: getattr(line, name) for name in counted} == counted
    assert line.rate == 50
    for kind, number in {**counted, "late": 1, "merged": 1}.items():
        rows = visit_figures.plans(guangxi, scope, TODAY, month="2026-06", path=GANGNAN, kind=kind)
        assert len(rows) == number, kind


def test_who_was_not_visited_for_a_quarter_is_counted_once_and_new_cases_are_not(guangxi: Session) -> None:
    old, fresh = visited_cases(guangxi, 1, days_ago=93), visited_cases(guangxi, 1, days_ago=92)
    for case in [*old, *fresh]:
        case.opened_at = NOW - timedelta(days=200)
    visited_cases(guangxi, 1, days_ago=93)
    guangxi.flush()
    assert [case.id for case, _firm, _last in visit_figures.unvisited_cases(guangxi, GUIGANG, TODAY)] == [old[0].id]
    assert sum(line.unvisited for line in visit_figures.lines(guangxi, GUIGANG, "2026-06", TODAY)) == 1


def test_overdue_days_count_from_the_oldest_visit_that_is_owed(guangxi: Session) -> None:
    first, second = visited_cases(guangxi, 2)
    plan(guangxi, first, "started", due=date(2026, 6, 1))
    plan(guangxi, first, "missed", due=date(2026, 5, 1))
    plan(guangxi, second, "planned", due=TODAY)
    assert visit_plans.overdue_days(guangxi, [first.id, second.id], TODAY) == {first.id: 29}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("查看车间和实验室,了解研发情况", "查看车间和实验室,了解研发情况", 100),
        ("查看车间和实验室,了解研发情况", "", 0),
        ("甲乙丙丁戊己庚辛壬癸", "甲乙丙丁戊己庚辛壬子", 90),
    ],
)
def test_how_much_of_two_records_is_the_same(one: str, other: str, same: int) -> None:
    assert visits.similarity(one, other) == same
