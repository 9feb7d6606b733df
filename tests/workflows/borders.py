"""Cases at the borders of decision tables, made from the tables themselves: change a cell and the cases change.

Beside the engine stands a small reader of cells (numbers, intervals, comparisons, texts, lists, `not`), so that what is expected does not
come from what is tested.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final

from lxml import etree

from engine import dmn, feel
from engine.dmn import Decision, Decisions
from engine.dmn.model import Rule, Table
from tests.workflows.player import NOW, WORKFLOWS

STEP: Final = Decimal("0.0001")
"""How far beside a border the next value lies."""
_DMN: Final = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
NUMBER: Final = r"-?\d+(?:\.\d+)?"
Value = Decimal | bool | str | None


@cache
def read(name: str) -> Decisions:
    """A file of `workflows/`, read."""
    return dmn.read(source(name), resource=f"{name}.dmn")


def source(name: str) -> bytes:
    """A file of `workflows/` as it stands there."""
    return (WORKFLOWS / f"{name}.dmn").read_bytes()


def table(decisions: Decisions, decision_id: str) -> Table:
    """The table of a decision."""
    logic = decisions.decisions[decision_id].logic
    assert isinstance(logic, Table), decision_id
    return logic


def with_tables(decisions: Decisions) -> list[Decision]:
    """The decisions of a file that are tables."""
    return [one for one in decisions.decisions.values() if isinstance(one.logic, Table)]


def changed(content: bytes, cell_id: str, text: str) -> bytes:
    """The same file with another text in one cell: of a rule by `<rule id>_out_<n>` or `<rule id>_in_<n>`."""
    root = etree.fromstring(content)
    rule_id, kind, number = re.fullmatch(r"(.+)_(in|out)_(\d+)", cell_id).groups()  # type: ignore[union-attr]
    (rule,) = [one for one in root.iter(f"{_DMN}rule") if one.get("id") == rule_id]
    entry = rule.findall(f"{_DMN}{'inputEntry' if kind == 'in' else 'outputEntry'}")[int(number) - 1]
    found = entry.find(f"{_DMN}text")
    assert found is not None
    found.text = text
    return etree.tostring(root)


def alone(content: bytes, decision_id: str, named: Mapping[str, str]) -> Decisions:
    """A file with this table only; its n-th input is the fact `c<n>`. `named` are expressions in cells, with what they stand for."""
    root = etree.fromstring(content)
    for one in list(root):
        if (one.tag == f"{_DMN}decision" and one.get("id") != decision_id) or not one.tag.startswith(_DMN):
            root.remove(one)
    (decision,) = root.findall(f"{_DMN}decision")
    for requirement in decision.findall(f"{_DMN}informationRequirement"):
        if requirement.find(f"{_DMN}requiredDecision") is not None:
            decision.remove(requirement)
    if decision.find(f"{_DMN}informationRequirement") is None:
        requirement = etree.Element(f"{_DMN}informationRequirement", {"id": "alone"})
        etree.SubElement(requirement, f"{_DMN}requiredInput", {"href": "#facts"})
        logic = decision.find(f"{_DMN}decisionTable")
        assert logic is not None
        decision.insert(list(decision).index(logic), requirement)
    for number, column in enumerate(decision.iter(f"{_DMN}inputExpression"), start=1):
        text = column.find(f"{_DMN}text")
        assert text is not None
        text.text = f"facts.c{number}"
    for text in decision.iter(f"{_DMN}text"):
        for expression, stands_for in named.items():
            text.text = (text.text or "").replace(expression, stands_for)
    return dmn.read(etree.tostring(root), resource="alone.dmn")


def decide(decisions: Decisions, decision_id: str, facts: Mapping[str, Any]) -> Any:
    """The plain value of a decision over `facts`."""
    value = dmn.evaluate_value(decisions, decision_id, {"facts": dict(facts)}, now=NOW, functions={})
    return feel.to_json(value)


def meets(cell: str, value: Value) -> bool:
    """Whether a value passes the test of a cell, read without the engine."""
    cell = cell.strip()
    if cell == "-":
        return True
    if negated := re.fullmatch(r"not\((.*)\)", cell):
        return not meets(negated.group(1), value)
    if value is None:
        return False
    if interval := re.fullmatch(rf"([\[(])({NUMBER})\.\.({NUMBER})([\])])", cell):
        opened, low, high, closed = interval.groups()
        number = Decimal(str(value))
        above = number >= Decimal(low) if opened == "[" else number > Decimal(low)
        return above and (number <= Decimal(high) if closed == "]" else number < Decimal(high))
    if comparison := re.fullmatch(rf"(<=|>=|<|>)\s*({NUMBER})", cell):
        sign, bound = comparison.groups()
        number, limit = Decimal(str(value)), Decimal(bound)
        return {"<": number < limit, "<=": number <= limit, ">": number > limit, ">=": number >= limit}[sign]
    if "," in cell:
        return any(meets(one, value) for one in cell.split(","))
    return literal(cell) == value


def literal(text: str) -> Value:
    """The value of a cell that is a number, a text, true, false or null."""
    text = text.strip()
    if text in {"true", "false"}:
        return text == "true"
    if text == "null":
        return None
    if re.fullmatch(NUMBER, text):
        return Decimal(text)
    quoted = re.fullmatch(r'"([^"]*)"', text)
    assert quoted, f"no literal: {text}"
    return quoted.group(1)


def is_literal(text: str) -> bool:
    """Whether a cell is a plain value."""
    return bool(re.fullmatch(rf'\s*(true|false|null|{NUMBER}|"[^"]*")\s*', text))


def domain(cells: Sequence[str]) -> Sequence[Value]:
    """What a column is tried with: every border with the values just beside it, every text and another, true and false, nothing."""
    found: dict[Value, None] = {}
    for cell in cells:
        for number in re.findall(NUMBER, re.sub(r'"[^"]*"', "", cell)):
            bound = Decimal(number)
            found |= dict.fromkeys((bound - STEP, bound, bound + STEP))
        found |= dict.fromkeys(re.findall(r'"([^"]*)"', cell))
        if cell in {"true", "false"}:
            # A list, because True is 1 where both are keys.
            return [True, False]
    numbers = [one for one in found if isinstance(one, Decimal)]
    texts = [one for one in found if isinstance(one, str)]
    if numbers:
        return sorted(numbers)
    return [*texts, "sonst"] if texts else [None]


@dataclass(frozen=True)
class Grid:
    """A table with everything that its columns are tried with."""

    table: Table
    decisions: Decisions
    decision_id: str
    cells: Mapping[int, tuple[str, ...]]
    """The texts of the tests of every rule, by its number, references resolved."""

    def points(self) -> Iterator[tuple[Value, ...]]:
        """Every combination of values."""
        columns = [[rule[n] for rule in self.cells.values()] for n in range(len(self.table.columns))]
        yield from itertools.product(*map(domain, columns))

    def hits(self, point: Sequence[Value]) -> list[Rule]:
        """The rules whose tests a point passes, read without the engine; of a FIRST table the first only."""
        found = [
            rule
            for rule in self.table.rules
            if all(meets(cell, value) for cell, value in zip(self.cells[rule.number], point, strict=True))
        ]
        return found[:1] if self.table.hit_policy == "FIRST" else found

    def answer(self, point: Sequence[Value]) -> Any:
        """What the engine says about a point."""
        facts = {f"c{number}": value for number, value in enumerate(point, start=1)}
        return decide(self.decisions, self.decision_id, facts)

    def expected(self, rules: Sequence[Rule]) -> Any:
        """What the outputs of these rules are, as far as they are plain values."""
        names = [output.name for output in self.table.outputs]
        found: list[Any] = []
        for rule in rules:
            said = {
                name: plain(literal(cell.text))
                for name, cell in zip(names, rule.outputs, strict=True)
                if is_literal(cell.text)
            }
            found.append(said if len(names) > 1 else next(iter(said.values()), None))
        if self.table.hit_policy == "FIRST":
            return found[0] if found else None
        return found or None


def grid(content: bytes, decision_id: str, named: Mapping[str, str]) -> Grid:
    """The table of a decision with the points that it is tried with."""
    decisions = alone(content, decision_id, named)
    found = table(decisions, decision_id)
    cells = {rule.number: tuple(cell.text.strip() for cell in rule.cells) for rule in found.rules}
    return Grid(found, decisions, decision_id, cells)


def plain(value: Value) -> Any:
    """A value as the engine hands it out."""
    return feel.to_json(value)
