"""Applications for tests: a declaration that passes everything of tier L at the city, and filings as rows."""

from collections.abc import Mapping
from itertools import count
from typing import Any, Final

from sqlalchemy.orm import Session

from casework.filing_tables import Filing
from casework.tables import Enterprise
from tests.casework.registry import GANGNAN, NOW

_NUMERALS: Final = "一二三四五六七八九十"
_numbers = count(1)


def staff(number: int, first: int = 1) -> list[dict[str, Any]]:
    """So many full-time people: 研一, 研二 …"""
    return [
        {
            "name": f"研{_numeral(n)}",
            "last4": f"{1000 + n}",
            "title": "middle",
            "education": "bachelor",
            "fullTime": True,
        }
        for n in range(first, first + number)
    ]


def _numeral(number: int) -> str:
    tens, ones = divmod(number - 1, 10)
    return _NUMERALS[ones] if tens == 0 else f"{_NUMERALS[tens - 1]}十{_NUMERALS[ones]}"


DECLARED: Final[Mapping[str, Any]] = {
    "name": "桂示研发部",
    "kind": "研发部",
    "type": "own",
    "foundedOn": "2025-03-01",
    "director": "研一",
    "directorTitle": "总工程师",
    "siteArea": 120,
    "siteAddress": "港南区示范路 1 号",
    "sitePath": GANGNAN,
    "staff": [{**staff(1)[0], "education": "master"}, *staff(11, 2)],
    "equipValue": 300,
    "equipCount": 20,
    "fixedAssets": 9000,
    "softwareUnit": False,
    "revenue": 62_000,
    "rdInput": 700,
    "projects": [
        {"name": f"项目{n}", "start": "2025-06-01", "end": "2026-12-31", "budget": 100, "source": "self"}
        for n in (1, 2, 3)
    ],
    "rules": ["management", "accounting", "incentive", "results"],
    "ipCount": 2,
    "inventionCount": 0,
}


def application(db: Session, enterprise: Enterprise, **columns: Any) -> Filing:
    """An application as a row, without a run."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "ref_no": f"SB-450803-2026-{number:05d}",
        "enterprise_id": enterprise.id,
        "scope": enterprise.path,
        "level": "city",
        "line": "industry",
        "name": DECLARED["name"],
        "declared": dict(DECLARED),
        "version": 1,
        "applied_at": NOW,
        "created_by": "ent",
        "created_at": NOW,
        "updated_at": NOW,
    }
    filing = Filing(**{**values, **columns})
    db.add(filing)
    db.flush()
    return filing
