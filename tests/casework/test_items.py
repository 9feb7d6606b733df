"""The facts of an item: which quarters count as R&D, and which gap a sub-type names."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from casework import items
from casework.case_tables import Case, Item
from casework.tables import Enterprise, QuarterReport


def reports(**ytd: float | None) -> list[QuarterReport]:
    """Confirmed reports by period (`Q2025_4=100`), R&D expense of the year so far."""
    return [
        QuarterReport(
            period=f"{name[1:5]}Q{name[6]}", rd_expense_ytd=None if value is None else Decimal(str(value)), state="县核"
        )
        for name, value in sorted(ytd.items())
    ]


@pytest.mark.parametrize(
    ("ytd", "expected"),
    [
        ({}, 0),
        ({"Q2026_1": 40}, 1),
        ({"Q2026_1": 40, "Q2026_2": 95}, 2),
        ({"Q2026_1": 40, "Q2026_2": 40}, 0),
        ({"Q2025_3": 10, "Q2025_4": 30, "Q2026_1": 5}, 2),
        ({"Q2025_4": 30, "Q2026_1": 5}, 1),
        ({"Q2026_1": 0, "Q2026_2": 20, "Q2026_3": 50}, 2),
        ({"Q2026_1": 40, "Q2026_3": 90}, 0),
        ({"Q2026_1": 40, "Q2026_2": None}, 0),
    ],
)
def test_only_quarters_with_expense_of_their_own_count_and_only_without_a_gap(
    ytd: dict[str, float | None], expected: int
) -> None:
    assert items.consecutive_quarters_with_rd(reports(**ytd)) == expected


@pytest.mark.parametrize(
    ("subtype", "activity", "institution"),
    [("双缺", True, True), ("缺活动", True, False), ("缺机构", False, True), ("A", False, False), ("", False, False)],
)
def test_a_subtype_names_the_gap(subtype: str, activity: bool, institution: bool) -> None:
    item = Item(list_type="L1", subtype=subtype, lead="工信")
    assert (items.gap_activity(item), items.gap_institution(item)) == (activity, institution)


@pytest.mark.parametrize(
    ("list_type", "given", "until", "expected"),
    [
        ("L5", date(2024, 1, 1), date(2026, 12, 31), True),
        ("L5", date(2023, 1, 1), date(2025, 12, 31), False),
        ("L5", None, None, False),
        ("RENEW", date(2023, 10, 1), date(2026, 9, 30), False),
        ("RENEW", date(2026, 6, 1), date(2029, 5, 31), True),
    ],
)
def test_a_renewal_is_a_certificate_given_after_the_case_was_opened(
    list_type: str, given: date | None, until: date | None, expected: bool
) -> None:
    case = Case(opened_at=datetime(2026, 3, 2, 1, tzinfo=UTC))
    firm = Enterprise(hitech_from=given, hitech_to=until)
    assert items.has_certificate(Item(list_type=list_type), case, firm, date(2026, 6, 30)) is expected
