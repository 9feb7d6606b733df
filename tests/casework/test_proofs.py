"""Proofs: what is recorded is complete, and only what fits or is newer counts."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from casework import items, proofs
from casework.case_tables import Evidence, Item
from casework.tables import Enterprise, QuarterReport
from engine.errors import Invalid
from tests.world import World


@pytest.fixture
def world(database: Any) -> World:
    return World(database)


def _sheet(period: str, rd: str) -> Evidence:
    return Evidence(kind="soe_sheet", data={"period": period, "rd": rd})


def _report(period: str, ytd: str) -> QuarterReport:
    return QuarterReport(period=period, rd_expense_ytd=Decimal(ytd), state="县核")


@pytest.mark.parametrize(
    ("given", "fits"), [("90", True), ("89.9", False), ("111", True), ("111.2", False), ("x", False)]
)
def test_the_figures_of_f24_may_differ_from_the_report_by_a_tenth(given: str, fits: bool) -> None:
    assert proofs.is_consistent(_sheet("2026Q2", given), [_report("2026Q2", "100")], {}) is fits
    assert proofs.is_consistent(_sheet("2025", given), [], {2025: Decimal(100)}) is fits
    assert not proofs.is_consistent(_sheet("2026Q3", given), [_report("2026Q2", "100")], {2025: Decimal(100)})


def test_f24_is_verified_by_whoever_supervises() -> None:
    sheet = _sheet("2026Q2", "90")
    found = {
        level: proofs.verb(sheet, Enterprise(supervisor_level=level)) for level in ("区属", "市属", "县属", "央企")
    }
    assert list(found.values()) == [
        "confirm_soe_district",
        "confirm_soe_city",
        "confirm_soe_county",
        "confirm_soe_group",
    ]
    assert proofs.verb(Evidence(kind="aux_ledger"), Enterprise(supervisor_level="区属")) == "confirm_figures"


def test_only_quarters_that_ended_after_a_relapse_count() -> None:
    reports = [_report("2026Q1", "40"), _report("2026Q2", "95"), _report("2026Q3", "120")]
    assert items.consecutive_quarters_with_rd(reports) == 3
    assert items.consecutive_quarters_with_rd(reports, since=date(2026, 6, 29)) == 2
    assert items.consecutive_quarters_with_rd(reports, since=date(2026, 6, 30)) == 1
    assert items.consecutive_quarters_with_rd(reports, since=date(2026, 9, 30)) == 0
    assert items.end_of_quarter("2026Q4") == date(2026, 12, 31)


def test_a_relapse_asks_anew_only_for_the_gap_that_opened() -> None:
    day = date(2026, 7, 1)
    assert items.relapsed_since(Item(relapsed_on=day, relapse_gap="activity"), "institution") is None
    assert items.relapsed_since(Item(relapsed_on=day, relapse_gap="activity"), "activity") == day
    assert items.relapsed_since(Item(relapsed_on=day, relapse_gap=""), "institution") == day
    old = Evidence(recorded_at=datetime(2026, 6, 30, tzinfo=UTC))
    new = Evidence(recorded_at=datetime(2026, 7, 2, tzinfo=UTC))
    assert proofs.newer([old, new], day) == [new]
    assert proofs.newer([old, new], None) == [old, new]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"groupName": "集团"}, "measure.groupPlace"),
        ({"soePeriod": "2026Q2", "soeRevenue": 10, "soeRd": 11}, "measure.soeRd"),
        ({"soePeriod": "2026Q2", "soeRevenue": 10}, "measure.soeRd"),
        ({"forecastYear": 2026, "forecastRevenue": "much"}, "measure.forecastRevenue"),
        ({"rosterResult": "accepted", "rosterDate": "2026-06-01"}, "measure.rosterSince"),
        ({"rosterResult": "refused", "rosterDate": "2027-06-01"}, "measure.rosterDate"),
    ],
)
def test_an_incomplete_proof_comes_back_with_its_field(world: World, given: dict[str, Any], field: str) -> None:
    world.planned_case(list="L3", subtype="缺活动")
    with pytest.raises(Invalid) as error:
        world.lo.records("POLICY", **given)
    assert field in error.value.fields
