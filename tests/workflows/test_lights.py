"""DT-2 at every border of its own table: each rule just met, and each of its thresholds just missed (REFERENCE section 5)."""

import itertools
import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from casework.light_figures import DECIDING
from tests.workflows.player import WORKFLOWS, decide

CALM: dict[str, Any] = {
    "false_data_confirmed": False,
    "relapse_count": 0,
    "days_overdue_plan": 0,
    "lag": 0,
    "overdue_measures": 0,
    "yellow_unresolved": 0,
    "list": "L3",
    "months_to_target": None,
    "has_activity": False,
    "has_inst": False,
    "report_missing_quarters": 0,
    "closed_activity_item": False,
    "rd_ytd": None,
    "quarter": None,
    "has_activity_base": False,
    "rd_ytd_last_year": None,
    "gap_activity": False,
    "visit_overdue_days": 0,
    "issue_overdue": 0,
    "blue_count_quarter": 0,
    "due_within_wd": None,
    "hitech_expire_months": None,
}
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"


def by_reference(facts: Mapping[str, Any]) -> tuple[str, int]:
    """DT-2 as the reference writes it, from severe to harmless: the light and the number of the row."""
    f = {**CALM, **facts}
    rd, quarter, last = f["rd_ytd"], f["quarter"], f["rd_ytd_last_year"]
    zero = rd is not None and rd == 0
    later = quarter is not None and quarter >= 2
    covered = f["has_activity"] and f["has_inst"]
    rows: list[tuple[bool, str]] = [
        (f["false_data_confirmed"] or f["relapse_count"] >= 2, "red"),
        (
            f["days_overdue_plan"] > 5 or f["lag"] < -30 or f["overdue_measures"] >= 3 or f["yellow_unresolved"] >= 2,
            "red",
        ),
        (
            f["list"] in {"L1", "L2"}
            and f["months_to_target"] is not None
            and f["months_to_target"] <= 6
            and not covered,
            "red",
        ),
        (f["report_missing_quarters"] >= 2, "red"),
        (f["closed_activity_item"] and zero and later, "yellow"),
        (f["relapse_count"] == 1, "yellow"),
        (f["lag"] < -15 or 1 <= f["days_overdue_plan"] <= 5 or f["overdue_measures"] >= 1, "yellow"),
        (
            later and f["has_activity_base"] and rd is not None and last is not None and rd < Decimal("0.7") * last,
            "yellow",
        ),
        (quarter is not None and quarter >= 3 and f["gap_activity"] and zero, "yellow"),
        (f["report_missing_quarters"] == 1 or f["visit_overdue_days"] > 15 or f["issue_overdue"] >= 1, "yellow"),
        (f["blue_count_quarter"] >= 2, "yellow"),
        (
            (f["due_within_wd"] is not None and f["due_within_wd"] <= 5)
            or f["lag"] < -5
            or (quarter == 2 and f["gap_activity"] and zero),
            "blue",
        ),
        (f["hitech_expire_months"] is not None and f["hitech_expire_months"] <= 6, "blue"),
        (True, "green"),
    ]
    number, light = next((n, light) for n, (met, light) in enumerate(rows, 1) if met)
    return light, number


def decided(facts: Mapping[str, Any]) -> tuple[str, int]:
    found = decide("light", "light", {**CALM, **facts})
    return found["light"], int(found["number"].removeprefix("DT-2.") or 14)


def rules() -> list[dict[str, str]]:
    """Every rule of the table as {input expression: cell}, without the cells that are open."""
    root = etree.fromstring((WORKFLOWS / "light.dmn").read_bytes())
    table = next(one for one in root.iter(f"{DMN}decisionTable") if one.get("id") == "light_table")
    names = [one.findtext(f"{DMN}inputExpression/{DMN}text") or "" for one in table.findall(f"{DMN}input")]
    return [
        {
            name: cell.findtext(f"{DMN}text") or ""
            for name, cell in zip(names, rule.findall(f"{DMN}inputEntry"), strict=True)
            if cell.findtext(f"{DMN}text") != "-"
        }
        for rule in table.findall(f"{DMN}rule")
    ]


def around(cell: str) -> list[Any]:
    """The values next to the borders of a cell: on the border, one below and one above."""
    if cell in {"true", "false"}:
        return [True, False]
    if cell.startswith('"'):
        return [*re.findall(r'"(\w+)"', cell), "L3"]
    if "rd_ytd_last_year" in cell:
        return [Decimal("69.99"), Decimal(70), Decimal("70.01"), Decimal(0)]
    borders = [int(number) for number in re.findall(r"-?\d+", cell)]
    return [*sorted({border + step for border in borders for step in (-1, 0, 1)}), None]


def field(expression: str) -> str:
    return re.findall(r"facts\.(\w+)", expression)[0]


CASES = [
    pytest.param(rule, id=f"rule {number}: {'; '.join(f'{field(e)} {c}' for e, c in rule.items()) or 'else'}")
    for number, rule in enumerate(rules(), 1)
]


@pytest.mark.parametrize("rule", CASES)
def test_every_rule_of_dt_2_holds_at_its_own_borders(rule: dict[str, str]) -> None:
    names = [field(expression) for expression in rule]
    counts = {
        "relapse_count",
        "days_overdue_plan",
        "lag",
        "overdue_measures",
        "yellow_unresolved",
        "blue_count_quarter",
    }
    counts |= {"report_missing_quarters", "visit_overdue_days", "issue_overdue"}
    last = {"rd_ytd_last_year": Decimal(100)} if any("rd_ytd_last_year" in cell for cell in rule.values()) else {}
    seen: set[tuple[str, int]] = set()
    for values in itertools.product(*(around(cell) for cell in rule.values())):
        facts = {**last, **dict(zip(names, values, strict=True))}
        if any(facts[name] is None for name in counts & set(names)):
            continue
        if "has_activity" in facts:
            facts["has_inst"] = facts["has_activity"]
        assert decided(facts) == by_reference(facts), facts
        seen.add(decided(facts))
    assert len(seen) > (1 if rule else 0), "the borders of a rule lie on both of its sides"


def test_any_two_rules_together_show_the_severe_one() -> None:
    """FIRST, from severe to harmless: of two rules that are both met the earlier one speaks."""
    met: list[dict[str, Any]] = []
    for rule in rules()[:-1]:
        facts = {field(expression): _satisfying(cell) for expression, cell in rule.items()}
        last = {"rd_ytd_last_year": Decimal(100)} if any("rd_ytd_last_year" in cell for cell in rule.values()) else {}
        assert decided({**last, **facts}) == by_reference({**last, **facts}) != ("green", 14)
        met.append({**last, **facts})
    for one, other in itertools.combinations(met, 2):
        both = {**other, **one}
        assert decided(both) == by_reference(both), both


def _satisfying(cell: str) -> Any:
    if cell in {"true", "false"}:
        return cell == "true"
    if cell.startswith('"'):
        return "L1"
    if "rd_ytd_last_year" in cell:
        return Decimal(0)
    number = int(re.findall(r"-?\d+", cell)[0])
    return number + 1 if cell.startswith("> ") else number - 1 if cell.startswith("< ") else number


def test_the_first_quarter_without_expense_is_no_worse_than_green() -> None:
    first = {"rd_ytd": Decimal(0), "quarter": 1, "rd_ytd_last_year": Decimal(50)}
    for changes in itertools.product((True, False), repeat=3):
        facts = {
            **first,
            **dict(zip(("gap_activity", "has_activity_base", "closed_activity_item"), changes, strict=True)),
        }
        assert decided(facts) == ("green", 14)


def test_the_decision_sees_what_the_house_collects() -> None:
    text = (WORKFLOWS / "light.dmn").read_text(encoding="utf-8")
    table = text[text.index('<decision id="light"') : text.index('<decision id="task-light"')]
    assert set(re.findall(r"facts\.(\w+)", table)) == set(DECIDING) == set(CALM)


def test_every_rule_that_is_not_green_says_its_number_and_its_words_in_both_languages() -> None:
    root = etree.fromstring((WORKFLOWS / "light.dmn").read_bytes())
    for rule in root.iterfind(f".//{DMN}rule"):
        said = [cell.findtext(f"{DMN}text") or "" for cell in rule.findall(f"{DMN}outputEntry")]
        if len(said) == 4 and said[0] != '"green"':
            assert re.fullmatch(r'"(DT-2\.\d+|3\.1\.\d)"', said[1])
            assert re.search(r"[\u4e00-\u9fff]", said[2])
            assert re.fullmatch(r'"[ -~]+"', said[3])


@pytest.mark.parametrize(
    ("overdue", "due_in", "light"),
    [(6, -6, "red"), (5, -5, "yellow"), (1, -1, "yellow"), (0, 0, "blue"), (0, 5, "blue"), (0, 6, "green")],
)
def test_the_light_of_a_task_follows_its_deadline(overdue: int, due_in: int, light: str) -> None:
    assert decide("light", "task-light", {"days_overdue": overdue, "due_in": due_in})["light"] == light


@pytest.mark.parametrize(
    ("matter", "term", "counts"),
    [
        ("case", 15, (True, True)),
        ("case", 6, (True, True)),
        ("case", 5, (True, False)),
        ("visit-first", 10, (True, True)),
        ("visit", 10, (False, False)),
        ("measure", 60, (False, False)),
        ("issue", 7, (False, False)),
        ("quarter", 10, (False, False)),
        ("escalate", 5, (False, False)),
    ],
)
def test_what_dt_2_counts_by_itself_is_not_counted_twice(matter: str, term: int, counts: tuple[bool, bool]) -> None:
    found = decide("light", "task-counts", {"matter": matter, "term": term})
    assert (found["light"], found["due"]) == counts


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.dmn")), ids=lambda path: path.stem)
def test_an_id_stands_once_in_a_file_of_decisions(path: Path) -> None:
    """Camunda Modeler leaves out a table whose id the file has already given away."""
    ids = [one.get("id") for one in etree.parse(path).iter() if one.get("id")]
    assert [one for one, count in Counter(ids).items() if count > 1] == []
