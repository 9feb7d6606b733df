"""Filings and institutions as rows, for pages that only read them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from casework.case_tables import Case
from casework.filing_tables import Filing, FilingObjection, FilingOpinion, OnsiteCheck, RdInstitution
from casework.institution_tables import InstitutionChange, InstitutionReview, Revocation
from tests.world import START

DECLARED: Final[dict[str, Any]] = {
    "name": "桂示木业胶合工艺研发中心", "kind": "技术中心", "type": "own", "foundedOn": "2024-03-01", "director": "示例研0",
    "directorTitle": "senior", "siteArea": 320, "siteAddress": "港南区工业园 8 号", "sitePath": "45/4508/450803",
    "staff": [
        {"name": f"示例研{number}", "last4": f"10{number:02}", "title": "senior" if number < 3 else "none",
         "education": "bachelor", "fullTime": True, "isDirector": number == 0}
        for number in range(11)
    ],
    "equipValue": 360, "equipCount": 12, "fixedAssets": 5200, "softwareUnit": False, "revenue": 62000, "rdInput": 980,
    "projects": [
        {"name": f"胶合工艺项目{number}", "start": "2026-01-05", "end": "2026-12-20", "budget": 120, "source": "self"}
        for number in range(3)
    ],
    "rules": ["management", "accounting", "incentive", "results"], "ipCount": 3, "inventionCount": 1, "certified": True,
    "signer": "示例韦工",
}  # fmt: skip
"""An F07 that meets everything at city level in tier L."""


def filing(db: Session, case_id: int, **columns: Any) -> Filing:
    """A filing of the enterprise of a case; at city level with the city unless `columns` say otherwise."""
    case = db.get_one(Case, case_id)
    count = len(list(db.query(Filing.id)))
    row = Filing(
        ref_no=f"SB-450803-2026-{count + 1:05}",
        enterprise_id=case.enterprise_id,
        case_id=case.id,
        scope=case.scope,
        created_by="firm",
        created_at=START,
        updated_at=START,
        **{
            "state": "city", "line": "industry", "name": DECLARED["name"], "declared": DECLARED, "version": 1, "verdict": "OK",
            "applied_at": START, "applied_by": "firm", **columns,
        },
    )  # fmt: skip
    db.add(row)
    db.flush()
    return row


def published(db: Session, case_id: int, **columns: Any) -> Filing:
    """A filing in its publicity, which began yesterday."""
    day = START.date()
    return filing(
        db, case_id, state="publicity", publicity_from=day - timedelta(days=1), publicity_until=day + timedelta(days=6), **columns
    )  # fmt: skip


def opinion(db: Session, of: Filing, text: str, **columns: Any) -> FilingOpinion:
    """What the county said about a filing."""
    said = {
        "element_id": "county_check",
        "step": "b05",
        "level": "county",
        "post": "XG",
        "by": "xg",
        "decision": "agree",
    }
    row = FilingOpinion(filing_id=of.id, text=text, reasons=[], at=START, **{**said, **columns})
    db.add(row)
    db.flush()
    return row


def objection(db: Session, of: Filing, text: str) -> FilingObjection:
    """An objection of a stranger to a filing."""
    row = FilingObjection(filing_id=of.id, received_at=START, name="热心市民", contact="13900001234", text=text)
    db.add(row)
    db.flush()
    return row


def onsite(db: Session, of: Filing) -> OnsiteCheck:
    """A look on site that found less equipment than declared."""
    row = OnsiteCheck(
        filing_id=of.id,
        round=1,
        planned_on=START.date(),
        team=["示例核查甲", "示例核查乙"],
        conflict_free=True,
        rows=[
            {"item": "site", "declared": 320, "verified": 320, "consistent": True, "note": ""},
            {"item": "equipment", "declared": 360, "verified": 310, "consistent": False, "note": "两台设备为租赁"},
        ],
        conclusion="partly",
        note="设备原值与台账不符。",
        signed_by_enterprise="示例韦工",
        by="cg",
        at=START,
    )
    db.add(row)
    db.flush()
    return row


def institution(db: Session, case_id: int, **columns: Any) -> RdInstitution:
    """An institution on file at city level until the middle of 2029."""
    case = db.get_one(Case, case_id)
    row = RdInstitution(
        **{
            "enterprise_id": case.enterprise_id, "name": DECLARED["name"], "kind": "技术中心",
            "filing_no": "GXYF-S-4508-2026-00001", "level": "city", "authority": "贵港市工业和信息化局",
            "filed_on": date(2026, 6, 15), "valid_until": date(2029, 6, 14), "recorded_by": "system", "recorded_at": START,
            "scope": case.scope, "line": "industry", "type": "own", "director": "示例韦工", "site_area": Decimal(320),
            "site_address": "港南区工业园 8 号", "staff_fulltime": 11, "equip_value": Decimal(360), "rd_input": Decimal(980),
            "projects_count": 3, "ip_count": 3, **columns,
        }
    )  # fmt: skip
    db.add(row)
    db.flush()
    return row


def life(db: Session, of: RdInstitution) -> None:
    """A review, a change and a notice of revocation of an institution."""
    change = {
        "asked_by": "firm",
        "asked_at": START,
        "before": {"director": "示例韦工"},
        "after": {"director": "示例莫工"},
    }
    db.add_all(
        [
            InstitutionReview(
                institution_id=of.id, scope=of.scope, year=2025, state="passed", sampled=True, opened_at=START
            ),
            InstitutionChange(institution_id=of.id, scope=of.scope, kind="director", state="done", **change),
            Revocation(
                institution_id=of.id,
                scope=of.scope,
                trigger="inactive",
                facts="两年无研发活动",
                opened_by="cg",
                opened_at=START,
                noticed_at=START,
            ),
        ]
    )
    db.flush()
