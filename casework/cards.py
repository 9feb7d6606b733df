"""The card of an enterprise: what everybody who works on it wants to see beside the form."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import enterprises, territories
from casework.tables import Enterprise, EnterpriseYear
from engine.errors import Sentence


def of(db: Session, enterprise: Enterprise, *, day: date) -> tuple[tuple[Sentence, object], ...]:
    """Label and value, in the order to be shown; amounts in 万元, each with its caliber in the label. Unknown values are left out."""
    year = db.scalars(
        select(EnterpriseYear)
        .where(EnterpriseYear.enterprise_id == enterprise.id, EnterpriseYear.year <= day.year)
        .order_by(EnterpriseYear.year.desc())
        .limit(1)
    ).one_or_none()
    rows: list[tuple[Sentence, object]] = [
        (Sentence("name"), enterprise.name),
        (Sentence("credit code"), enterprise.uscc),
        (Sentence("territory"), territories.tree(db).full_name(enterprise.path)),
        (Sentence("industry"), f"{enterprise.industry_code} {enterprise.industry_name}".strip()),
        (Sentence("state"), enterprise.status),
        (Sentence("above scale since"), enterprise.scale_since if enterprise.is_scale else ""),
        (Sentence("state-owned, supervised by"), enterprise.supervisor_level if enterprise.is_soe else ""),
    ]
    if year is not None:
        number = {"year": year.year}
        rows += [
            (Sentence("revenue {year} (万元)", number), year.revenue),
            (Sentence("R&D expense {year} (万元, accounting)", number), year.rd_expense_acct),
            (Sentence("R&D expenditure {year} (万元, statistics)", number), year.rd_expenditure_stat),
        ]
    reports = enterprises.quarters(db, enterprise.id)
    if reports:
        latest = max(reports, key=lambda report: report.period)
        period = {"period": latest.period}
        rows.append((Sentence("R&D expense to {period} (万元, accounting)", period), latest.rd_expense_ytd))
    rows += [
        (Sentence("R&D staff"), enterprise.staff_rd),
        (Sentence("high-tech certificate valid until"), enterprise.hitech_to),
        (Sentence("contact"), enterprise.contact),
        (Sentence("telephone"), enterprise.phone),
    ]
    return tuple((label, value) for label, value in rows if value not in {None, ""})
