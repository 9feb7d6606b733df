"""What is known about an enterprise on a day, under the names that the decisions use (REFERENCE 6.13), and frozen for ever.

A decision never reads the registry itself: it gets this record, and the record is kept, so that any list, light or refusal can
be explained years later. The figures are those of the last complete year; amounts are 万元.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.enterprises import CONFIRMED, is_industry
from casework.filing_tables import RdInstitution
from casework.tables import Enterprise, EnterpriseYear, Facts, QuarterReport
from engine import history

_PLATFORM_LEVELS: Final = ("国", "区", "市")
"""Q8: a platform recognised at city level or above counts, or a filed institution."""
_CONDITIONS: Final = 8
_Row = TypeVar("_Row")


@dataclass(slots=True)
class _Known:
    """The rows behind the facts of one enterprise."""

    years: dict[int, EnterpriseYear] = field(default_factory=dict[int, EnterpriseYear])
    quarters: list[QuarterReport] = field(default_factory=list[QuarterReport])
    institutions: list[RdInstitution] = field(default_factory=list[RdInstitution])


def enterprise_facts(db: Session, enterprise: Enterprise, *, day: date) -> dict[str, Any]:
    """The facts about one enterprise on `day`; see `facts_of`."""
    return facts_of(db, [enterprise], day=day)[enterprise.id]


def facts_of(db: Session, enterprises: Sequence[Enterprise], *, day: date) -> dict[int, dict[str, Any]]:
    """The facts about enterprises on `day`, by id: plain values (`Decimal`, `bool`, `str`, `int`, None).

    Keys: year, is_scale, scale_since, is_industry, is_soe, supervisor_level, status, operating, revenue_wan, revenue_yi,
    rd_expense_acct, rd_intensity (%), revenue_growth (%), has_activity, activity_known, has_inst, inst_known, is_hitech_valid,
    hitech_expire_months, patents_invention_valid, patents_valid, is_sme_tech, is_zjtx, tech_share (%), has_platform,
    univ_cooperation, willingness, missing_count, pool_ok, gap_count_hitech, unconfirmed (the fields a county has to confirm).
    """
    known = {enterprise.id: _Known() for enterprise in enterprises}
    for year in _rows(db, EnterpriseYear, EnterpriseYear.enterprise_id, known):
        known[year.enterprise_id].years[year.year] = year
    for report in _rows(db, QuarterReport, QuarterReport.enterprise_id, known):
        known[report.enterprise_id].quarters.append(report)
    for institution in _rows(db, RdInstitution, RdInstitution.enterprise_id, known):
        known[institution.enterprise_id].institutions.append(institution)
    return {enterprise.id: _facts(enterprise, known[enterprise.id], day) for enterprise in enterprises}


def freeze(db: Session, subject: str, purpose: str, values: Mapping[str, object], *, by: str, now: datetime) -> Facts:
    """Keeps a record of facts as it was given to a decision. Never changed afterwards."""
    row = Facts(subject=subject, purpose=purpose, values=history.plain(dict(values)), at=now, by=by)
    db.add(row)
    db.flush()
    return row


def grades_of(db: Session, enterprise_ids: Iterable[int], *, day: date) -> dict[int, tuple[bool, bool]]:
    """Whether enterprises have R&D activity and an R&D institution on `day` (2.2), by id; unknown is no. Three statements."""
    known = {enterprise_id: _Known() for enterprise_id in enterprise_ids}
    if not known:
        return {}
    years = select(
        EnterpriseYear.enterprise_id,
        EnterpriseYear.year,
        EnterpriseYear.has_activity_g1,
        EnterpriseYear.has_activity_g2,
        EnterpriseYear.has_inst_g1,
        EnterpriseYear.has_inst_g2,
        EnterpriseYear.g2_date,
    ).where(EnterpriseYear.enterprise_id.in_(known), EnterpriseYear.year < day.year)
    for row in db.execute(years):
        known[row.enterprise_id].years[row.year] = cast(EnterpriseYear, row)
    quarters = select(
        QuarterReport.enterprise_id,
        QuarterReport.period,
        QuarterReport.state,
        QuarterReport.rd_expense_ytd,
        QuarterReport.projects_ongoing,
        QuarterReport.aux_ledger_checked_at,
    ).where(QuarterReport.enterprise_id.in_(known), QuarterReport.period.startswith(str(day.year)))
    for row in db.execute(quarters):
        known[row.enterprise_id].quarters.append(cast(QuarterReport, row))
    institutions = select(
        RdInstitution.enterprise_id, RdInstitution.state, RdInstitution.filed_on, RdInstitution.valid_until
    ).where(RdInstitution.enterprise_id.in_(known))
    for row in db.execute(institutions):
        known[row.enterprise_id].institutions.append(cast(RdInstitution, row))
    return {
        enterprise_id: (
            bool(_activity(rows.years.get(max(rows.years, default=0)), rows, day)),
            bool(_institution(rows.years.get(max(rows.years, default=0)), rows, day)),
        )
        for enterprise_id, rows in known.items()
    }


def full_months(first: date, last: date) -> int:
    """Full months from `first` to `last`; negative when `last` comes first."""
    if last < first:
        return -full_months(last, first)
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


def _rows(db: Session, table: type[_Row], column: Any, ids: Iterable[int]) -> list[_Row]:
    wanted, found = sorted(ids), list[_Row]()
    for start in range(0, len(wanted), 500):
        found += db.execute(select(table).where(column.in_(wanted[start : start + 500]))).scalars()
    return found


def _facts(enterprise: Enterprise, known: _Known, day: date) -> dict[str, Any]:
    complete = max((year for year in known.years if year < day.year), default=day.year - 1)
    year = known.years.get(complete)
    before = known.years.get(complete - 1)
    revenue = year.revenue if year else None
    expense = year.rd_expense_acct if year else None
    activity = _activity(year, known, day)
    institution = _institution(year, known, day)
    months = None
    if enterprise.hitech_to is not None and enterprise.hitech_from is not None:
        valid = enterprise.hitech_from <= day <= enterprise.hitech_to
        months = full_months(day, enterprise.hitech_to) if valid else None
    filed = any(_is_valid(row, day) for row in known.institutions)
    platform = filed or any(row.get("level") in _PLATFORM_LEVELS for row in enterprise.platforms)
    intensity = _share(expense, revenue)
    patents = enterprise.patents_invention_valid
    missing = sum((intensity is None or intensity < 1, patents < 1, not platform))
    return {
        "year": complete,
        "is_scale": enterprise.is_scale,
        "scale_since": enterprise.scale_since,
        "is_industry": is_industry(enterprise),
        "is_soe": enterprise.is_soe,
        "supervisor_level": (enterprise.supervisor_level or "其他") if enterprise.is_soe else "",
        "status": enterprise.status,
        "operating": enterprise.status in {"存续", "半停产"},
        "revenue_wan": revenue,
        "revenue_yi": None if revenue is None else revenue / 10000,
        "rd_expense_acct": expense,
        "rd_intensity": intensity,
        "revenue_growth": _growth(revenue, before.revenue if before else None),
        "has_activity": bool(activity),
        "activity_known": activity is not None,
        "has_inst": bool(institution),
        "inst_known": institution is not None,
        "is_hitech_valid": months is not None,
        "hitech_expire_months": months,
        "patents_invention_valid": patents,
        "valid_invention_patents": patents,
        "patents_valid": patents + enterprise.patents_utility + enterprise.designs,
        "is_sme_tech": enterprise.sme_tech_year == day.year,
        "is_zjtx": enterprise.zjtx not in {"", "无"},
        "tech_share": _share(enterprise.staff_tech, enterprise.staff_total),
        "has_platform": platform,
        "univ_cooperation": enterprise.univ_cooperation,
        "willingness": enterprise.willingness or 0,
        "missing_count": missing,
        "pool_ok": enterprise.is_scale and months is None and missing == 0,
        "gap_count_hitech": _CONDITIONS - sum(answer == "met" for answer in enterprise.hitech_precheck.values()),
        "unconfirmed": sorted(
            flag["code"].removeprefix("confirm:") for flag in enterprise.flags if flag["code"].startswith("confirm:")
        ),
    }


def _activity(year: EnterpriseYear | None, known: _Known, day: date) -> bool | None:
    """Has R&D activity (2.2): a verified quarter of this year beats the verified answer, which beats the official one if newer."""
    for report in known.quarters:
        if (
            report.period[:4] == str(day.year)
            and report.state in CONFIRMED
            and (report.rd_expense_ytd or 0) > 0
            and (report.projects_ongoing or 0) > 0
            and report.aux_ledger_checked_at is not None
        ):
            return True
    if year is None:
        return None
    return _graded(year.has_activity_g1, year.has_activity_g2, year)


def _institution(year: EnterpriseYear | None, known: _Known, day: date) -> bool | None:
    """Has an R&D institution (2.2): a valid filing, else the newer of the verified and the official answer."""
    if any(_is_valid(row, day) for row in known.institutions):
        return True
    return None if year is None else _graded(year.has_inst_g1, year.has_inst_g2, year)


def _graded(official: bool | None, verified: bool | None, year: EnterpriseYear) -> bool | None:
    newer = year.g2_date is not None and year.g2_date > date(year.year, 12, 31)
    if verified is not None and (newer or official is None):
        return verified
    return official


def _is_valid(row: RdInstitution, day: date) -> bool:
    return row.state == "filed" and row.filed_on <= day and (row.valid_until is None or row.valid_until >= day)


def _share(part: Decimal | int | None, whole: Decimal | int | None) -> Decimal | None:
    if part is None or not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"))


def _growth(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    if now is None or not before:
        return None
    return ((now - before) * 100 / before).quantize(Decimal("0.01"))
