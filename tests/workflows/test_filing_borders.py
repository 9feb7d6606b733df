"""Every cell of DT-4, DT-5, the look at the site and the terms at its borders; the cases are made from the tables themselves."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytest

from tests.workflows import borders
from tests.workflows.borders import STEP, Grid

FILES = ("filing-authority", "filing-onsite", "filing-terms", "six-haves")
TABLES = [(name, one.id) for name in FILES for one in borders.with_tables(borders.read(name))]
NAMES = [decision_id for _, decision_id in TABLES]


def limits() -> Mapping[str, str]:
    """What `界线.…` in a cell stands for: the cell of the last rule of its table."""
    table = borders.table(borders.read("six-haves"), "six-haves-limits")
    rule = table.rules[-1]
    return {f"界线.{output.name}": cell.text.strip() for output, cell in zip(table.outputs, rule.outputs, strict=True)}


@cache
def grid(name: str, decision_id: str) -> Grid:
    return borders.grid(borders.source(name), decision_id, limits())


@pytest.mark.parametrize(("name", "decision_id"), TABLES, ids=NAMES)
def test_a_table_says_what_its_cells_say_at_every_border(name: str, decision_id: str) -> None:
    tried = grid(name, decision_id)
    count = 0
    for point in tried.points():
        expected = tried.expected(tried.hits(point))
        assert _plain_part(tried.answer(point), expected) == expected, point
        count += 1
    assert count >= len(tried.table.rules)


@pytest.mark.parametrize(("name", "decision_id"), TABLES, ids=NAMES)
def test_every_cell_decides_and_turns_exactly_at_its_border(name: str, decision_id: str) -> None:
    tried = grid(name, decision_id)
    hit: dict[int, list[tuple[Any, ...]]] = {rule.number: [] for rule in tried.table.rules}
    for point in tried.points():
        for rule in tried.hits(point):
            hit[rule.number].append(point)
    columns = [[cells[n] for cells in tried.cells.values()] for n in range(len(tried.table.columns))]
    domains = [borders.domain(column) for column in columns]
    for rule in tried.table.rules:
        points = set(hit[rule.number])
        assert points, f"rule {rule.number} of {decision_id} is never met"
        for column, cell in enumerate(tried.cells[rule.number]):
            if cell == "-":
                continue
            assert any(
                (*point[:column], other, *point[column + 1 :]) not in points
                for point in points
                for other in _beside(point[column], domains[column])
            ), f"rule {rule.number} of {decision_id}: {cell} decides nothing"


@pytest.mark.parametrize(("name", "decision_id"), TABLES, ids=NAMES)
def test_another_number_in_a_cell_makes_other_cases_by_itself(name: str, decision_id: str) -> None:
    table = borders.table(borders.read(name), decision_id)
    for rule in table.rules:
        for number, cell in enumerate(rule.cells, start=1):
            bound = re.search(borders.NUMBER, re.sub(r'"[^"]*"', "", cell.text))
            if bound is None or '"' in cell.text:
                continue
            other = cell.text.replace(bound.group(), str(int(bound.group()) + 7), 1)
            source = borders.changed(borders.source(name), f"{rule.id}_in_{number}", other)
            moved = borders.grid(source, decision_id, limits())
            still = grid(name, decision_id)
            for point in moved.points():
                expected = moved.expected(moved.hits(point))
                assert _plain_part(moved.answer(point), expected) == expected, point
            # Some point is judged otherwise than before: a border that is not where the cell says would be found.
            points = {*moved.points(), *still.points()}
            assert any(_numbers(still, point) != _numbers(moved, point) for point in points)


def _numbers(tried: Grid, point: tuple[Any, ...]) -> list[int]:
    return [rule.number for rule in tried.hits(point)]


def _beside(value: Any, domain: Sequence[Any]) -> list[Any]:
    """The values next to this one: of a number those one step away, of anything else all others."""
    if isinstance(value, bool | str) or value is None:
        return [one for one in domain if one != value]
    return [one for one in domain if abs(one - value) == STEP]


def _plain_part(answer: Any, expected: Any) -> Any:
    """The answer without what is worked out in an output cell, where only plain values are expected."""
    if isinstance(answer, list) and isinstance(expected, list) and len(answer) == len(expected):
        return [_plain_part(one, other) for one, other in zip(answer, expected, strict=True)]
    if isinstance(answer, dict) and isinstance(expected, dict):
        return {name: answer[name] for name in expected}
    return answer
