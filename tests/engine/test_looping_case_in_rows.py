"""A case that goes round for years, in rows: right in every turn, small, and as cheap in the last turn as in the second."""

from engine import verify
from engine.db import Database
from tests.engine.looping import TURN, Looping
from tests.engine.office import Office

TURNS = 12


def test_every_turn_costs_the_same_and_leaves_the_same_trace(database: Database) -> None:
    looping = Looping(Office(database))
    office = looping.office
    traces: list[list[tuple[str, str]]] = []
    seen = 0
    for _ in range(TURNS):
        looping.turn()
        told = office.history(looping.run)
        traces.append([(entry.fact, entry.element_id) for entry in told[seen:]])
        seen = len(told)
        assert len(office.instance(looping.run).state.encode()) < 4_000
    assert all(trace == traces[1] for trace in traces[2:])
    for element, counts in looping.statements.items():
        assert len(set(counts[1:])) == 1, f"{element}: {counts}"
        assert max(counts[1:]) <= 12, f"{element}: {counts}"
    with database.reading() as db:
        assert [str(fault) for fault in verify.check(db)] == []


def test_the_case_closes_and_nothing_waits_for_it_any_more(database: Database) -> None:
    looping = Looping(Office(database))
    looping.turn()
    for element, answers in TURN:
        looping.step(element, {**answers, "reached": True} if element == "coach" else answers)
    looping.step("approve", {"yes": True})
    office = looping.office
    assert office.instance(looping.run).status == "completed"
    assert office.tasks() == []
    assert office.jobs(status="waiting") == []
    assert office.passes(days=400) == 0
