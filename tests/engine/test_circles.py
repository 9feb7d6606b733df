"""Processes that call each other in a circle end in an incident, whoever drew the circle."""

import pytest

from engine.db import Database
from engine.instances import DEEPEST_CALL
from tests.diagrams.sketch import draw, end, node, start, z
from tests.engine.office import Office


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def calls(me: str, other: str) -> bytes:
    return draw(
        me,
        [start(), node("callActivity", "call", "", z("calledElement", processId=other)), end()],
        "start -> call -> end",
    )


@pytest.mark.parametrize(
    "drawn",
    [{"a": "a"}, {"a": "b", "b": "a"}, {"a": "b", "b": "c", "c": "a"}],
    ids=["itself", "each other", "three in a row"],
)
def test_a_circle_of_calls_ends_in_an_incident(office: Office, drawn: dict[str, str]) -> None:
    office.deploy(**{f"{me}_bpmn": calls(me, other) for me, other in drawn.items()})
    office.start("a")
    office.passes(days=30)
    [failed] = office.jobs(status="failed")
    assert failed.kind == "call"
    assert "call each other more than" in str(failed.error)
    assert len(office.instances()) == DEEPEST_CALL + 1


def test_calls_that_end_are_no_circle(office: Office) -> None:
    deep = {f"p{number}": f"p{number + 1}" for number in range(10)}
    drawn = {f"{me}_bpmn": calls(me, other) for me, other in deep.items()}
    office.deploy(**drawn, p10_bpmn=draw("p10", [start(), end()], "start -> end"))
    first = office.start("p0")
    office.run()
    assert office.instance(first).status == "completed"
