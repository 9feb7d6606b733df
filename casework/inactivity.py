"""Institutions that do nothing any more: two years without R&D, or an enterprise that is gone, are proposed for revocation (4.b *revoke*).

What counts as two years is said by the decision `filing-activity`; a person decides in `filing_revoke`.
"""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, facts, items, people, revocations
from casework.filing_tables import RdInstitution
from casework.institution_tables import Revocation
from casework.quarter_tables import QuarterReport
from engine import decisions
from engine.calendars import local_day

QUARTERS: Final = 8
"""How many of the latest quarters are looked at."""


def look_all(db: Session, key: str, *, after: int, limit: int = 200, now: datetime) -> int:
    """The monthly look at the institutions filed here, in portions by id; gives where it ended, 0 at the end. `key` is the month.

    The same number of statements for every portion, whatever its size. Who is being looked into, or was kept within a year, is left out.
    """
    day = local_day(now)
    # A filing younger than the quarters that are looked at cannot have been idle for as long.
    query = select(RdInstitution).where(
        RdInstitution.id > after,
        RdInstitution.state == "filed",
        RdInstitution.filing_id.is_not(None),
        RdInstitution.filed_on <= day.replace(year=day.year - 1, day=min(day.day, 28)),
    )
    found = list(db.scalars(query.order_by(RdInstitution.id).limit(limit)))
    spent = _quarters(db, [one.enterprise_id for one in found], periods_before(key))
    known = _looked_into(db, [one.id for one in found], now)
    for institution in found:
        if institution.id in known:
            continue
        quarters = spent.get(institution.enterprise_id, {})
        values: dict[str, Any] = {
            "quarters_known": len(quarters),
            "quarters_with_rd": sum(own > 0 for own in quarters.values()),
            "months_filed": facts.full_months(institution.filed_on, day),
        }
        answer = answers.context(decisions.value(db, "filing-activity", {"facts": values}, now=now))
        if answers.agrees(answer.get("inactive")):
            reason = f"{min(quarters)}—{max(quarters)} 各季度核定研发费用均为 0"
            facts.freeze(db, f"institution:{institution.id}", "filing-activity", values, by=people.SYSTEM, now=now)
            revocations.propose(db, institution, "inactive", reason, by=people.SYSTEM, now=now)
    return found[-1].id if len(found) == limit else 0


def enterprise_gone(db: Session, enterprise_id: int, reason: str, *, by: str, now: datetime) -> None:
    """The enterprise was cancelled or left Guangxi: its filings in force are proposed for cancellation."""
    query = select(RdInstitution).where(
        RdInstitution.enterprise_id == enterprise_id,
        RdInstitution.state == "filed",
        RdInstitution.filing_id.is_not(None),
    )
    for institution in db.scalars(query.order_by(RdInstitution.id)):
        said = reason or "企业已不存续"
        revocations.propose(db, institution, "enterprise_cancelled", said, by=by or people.SYSTEM, now=now)


def periods_before(month: str) -> list[str]:
    """The eight quarters that ended before a month (`2026-07` → 2024Q3 … 2026Q2), the oldest first."""
    year, number = int(month[:4]), int(month[5:7])
    quarter = (number - 1) // 3
    period = f"{year}Q{quarter}" if quarter else f"{year - 1}Q4"
    found = [period]
    while len(found) < QUARTERS:
        found.insert(0, items.quarter_before(found[0]))
    return found


def _quarters(db: Session, enterprise_ids: list[int], periods: list[str]) -> dict[int, dict[str, Decimal]]:
    """The confirmed R&D expense of each of these quarters alone, by enterprise and period; what is not known is left out."""
    before = items.quarter_before(periods[0])
    query = select(QuarterReport.enterprise_id, QuarterReport.period, QuarterReport.rd_expense_ytd).where(
        QuarterReport.enterprise_id.in_(enterprise_ids),
        QuarterReport.period.in_([before, *periods]),
        QuarterReport.state.in_(items.CONFIRMED),
    )
    ytd: dict[int, dict[str, Decimal | None]] = defaultdict(dict)
    for enterprise_id, period, amount in db.execute(query):
        ytd[enterprise_id][period] = amount
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for enterprise_id, reports in ytd.items():
        for period in periods:
            amount = reports.get(period)
            earlier = Decimal(0) if period.endswith("Q1") else reports.get(items.quarter_before(period))
            if amount is not None and earlier is not None:
                found[enterprise_id][period] = amount - earlier
    return found


def _looked_into(db: Session, ids: list[int], now: datetime) -> set[int]:
    day = local_day(now)
    since = day.replace(year=day.year - 1, day=min(day.day, 28))
    query = select(Revocation.institution_id, Revocation.state, Revocation.opened_at).where(
        Revocation.institution_id.in_(ids)
    )
    return {number for number, state, at in db.execute(query) if state in revocations.OPEN or local_day(at) > since}
