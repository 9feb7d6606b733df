"""The decisions that the services of cases ask: who checks and signs a closure, which measures a list demands."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine import dmn

WORKFLOWS = Path(__file__).parents[2] / "workflows"
NOW = datetime(2026, 6, 30, 1, 0, tzinfo=UTC)


def decide(resource: str, decision: str, facts: dict[str, Any]) -> Any:
    read = dmn.read((WORKFLOWS / resource).read_bytes(), resource=resource)
    return dmn.evaluate(read, decision, {"facts": facts}, now=NOW).value


@pytest.mark.parametrize(
    ("list_type", "supervisor", "is_soe", "exceptional", "expected"),
    [
        ("L1", "", False, False, ("CG", "RG", "RK", "", "RS", True, 100)),
        ("L1", "区属", True, False, ("CG", "RG", "RK", "", "RS", True, 100)),
        ("L2", "区属", True, False, ("CS", "RS", "RK", "RG", "", True, 100)),
        ("L2", "市属", True, False, ("CK", "CS", "RK", "RG", "RS", True, 100)),
        ("L2", "县属", True, False, ("CK", "CS", "RK", "RG", "RS", True, 100)),
        ("L2", "央企", True, False, ("CK", "RK", "", "RG", "RS", True, 100)),
        ("L2", "市属", True, True, ("CK", "RS", "RK", "RG", "", True, 100)),
        ("L3", "", False, False, ("CK", "", "", "CG", "", False, 20)),
        ("L3", "市属", True, False, ("CK", "", "", "CG", "CS", False, 20)),
        ("L3", "", False, True, ("CK", "RK", "", "CG", "", False, 20)),
        ("L4", "", False, False, ("CG", "", "CK", "", "", False, 20)),
        ("L5", "", False, False, ("CK", "", "", "CG", "", False, 20)),
        ("RENEW", "", False, False, ("CK", "", "", "CG", "", False, 20)),
    ],
)
def test_who_checks_accepts_and_signs(
    list_type: str, supervisor: str, is_soe: bool, exceptional: bool, expected: tuple[object, ...]
) -> None:
    facts = {"list": list_type, "supervisor_level": supervisor, "is_soe": is_soe, "exceptional": exceptional}
    value = decide("closure-route.dmn", "closure-route", facts)
    names = ("city", "accept", "science", "industry", "state", "publicity", "sample")
    assert tuple(value[name] for name in names) == expected


@pytest.mark.parametrize(
    ("list_type", "activity", "institution", "ledger", "expected"),
    [
        ("L1", True, True, False, ["PROJECT", "AUX_LEDGER", "INSTITUTION", "STAT_FILL", "POLICY"]),
        ("L1", True, False, True, ["PROJECT", "AUX_LEDGER", "STAT_FILL", "POLICY"]),
        ("L1", False, True, True, ["INSTITUTION", "STAT_FILL", "POLICY"]),
        ("L2", False, True, False, ["AUX_LEDGER", "INSTITUTION", "STAT_FILL", "POLICY", "OTHER"]),
        ("L4", False, False, False, ["SXG", "POLICY"]),
        ("L5", False, False, False, ["HITECH_APPLY", "POLICY"]),
        ("L5", False, True, False, ["HITECH_APPLY", "POLICY", "INSTITUTION"]),
    ],
)
def test_the_measures_that_a_list_demands(
    list_type: str, activity: bool, institution: bool, ledger: bool, expected: list[str]
) -> None:
    facts = {"list": list_type, "gap_activity": activity, "gap_inst": institution, "aux_ledger": ledger}
    rows = decide("plan-measures.dmn", "plan-measures", facts)
    assert [row["type"] for row in rows] == expected
    assert all(row["content"] for row in rows)
