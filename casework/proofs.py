"""Proofs of what was done (2.2): a filing number, a checked ledger, a project, official tables, a certificate, F24, the roster.

What the form `measure` asks becomes evidence with its grade: G1 official, G2 verified, G3 self-reported. A filing made elsewhere is
recorded by its number. Source: REFERENCE 2.2, DT-3, 4.a.1.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, cases
from casework.case_tables import Case, Evidence, Measure
from casework.filing_tables import RdInstitution
from casework.tables import Enterprise, EnterpriseYear, QuarterReport
from engine import history
from engine.calendars import local_day
from engine.errors import Conflict, Invalid, Sentence

_LEVELS = {"city", "region"}
TOLERANCE: Final = Decimal("0.10")
"""By how much the figures of F24 may differ from the reports (DT-3 L2)."""


def keep(
    db: Session, case: Case, measure: Measure, submission: Mapping[str, Any], *, by: str, now: datetime
) -> list[Evidence]:
    """Keeps every proof that goes with an entry on a measure. `submission`: as for `measures.record`.

    Raises:
        Invalid: a proof is incomplete.
        Conflict: the filing number belongs to another enterprise.
    """
    enterprise = cases.enterprise_of(db, case)
    kept: list[Evidence] = []

    def keep_one(kind: str, grade: str, **data: object) -> Evidence:
        proof = Evidence(
            enterprise_id=enterprise.id,
            case_id=case.id,
            measure_id=measure.id,
            kind=kind,
            grade=grade,
            data=history.plain(data),
            recorded_by=by,
            recorded_at=now,
        )
        db.add(proof)
        kept.append(proof)
        return proof

    if submission.get("filingNo"):
        institution = _record_filing(db, enterprise, submission, by=by, now=now)
        keep_one("filing", "G2", number=institution.filing_no, level=institution.level, authority=institution.authority)
    if submission.get("projectName"):
        keep_one("project", "G2", name=submission.get("projectName"), start=submission.get("projectStart"))
    if submission.get("ledger") or submission.get("ledgerChecked"):
        proof = keep_one("aux_ledger", "G2" if submission.get("ledgerChecked") else "G3")
        if submission.get("ledgerChecked"):
            # The officer saw the ledger at the enterprise, which recorded it; that is the check of 2.2.
            proof.checked_by, proof.checked_at = by, now
    if submission.get("annualYear"):
        year = _record_annual_table(db, enterprise, submission, by=by, now=now)
        keep_one("annual_table", "G1", year=year.year, expenditure=year.rd_expenditure_stat)
    if submission.get("certificateNo"):
        _record_certificate(enterprise, submission, by=by, now=now)
        keep_one("certificate", "G2", number=submission.get("certificateNo"))
    if submission.get("groupName"):
        keep_one("group_agreement", "G2", **_agreement(submission))
    if submission.get("soePeriod"):
        keep_one("soe_sheet", "G3", **_soe_figures(submission))
    if submission.get("forecastYear"):
        keep_one("forecast", "G3", **_forecast(submission))
    if submission.get("rosterResult"):
        keep_one("roster", "G2", **_record_roster(enterprise, submission, by=by, now=now))
    return kept


def is_consistent(proof: Evidence, reports: Iterable[QuarterReport], years: Mapping[int, Decimal | None]) -> bool:
    """Whether the R&D expense of F24 differs from the confirmed report of the same period by at most `TOLERANCE` (DT-3 L2).

    `years`: the R&D expense by year as the annual tables have it, in 万元.
    """
    period, given = str(proof.data.get("period") or ""), answers.amount(proof.data.get("rd"))
    known = next((report.rd_expense_ytd for report in reports if report.period == period), None)
    if known is None and len(period) == 4:
        known = years.get(int(period))
    if known is None or given is None:
        return False
    return abs(given - known) <= TOLERANCE * max(known, given)


def verb(proof: Evidence, enterprise: Enterprise) -> str:
    """The verb of `permissions` with which a proof is verified: F24 by the commission that supervises, for others its group's word
    through the science line (DT-3 L2), all else by the county."""
    if proof.kind != "soe_sheet":
        return "confirm_figures"
    levels = {"区属": "confirm_soe_district", "市属": "confirm_soe_city", "县属": "confirm_soe_county"}
    return levels.get(enterprise.supervisor_level, "confirm_soe_group")


def newer(found: Sequence[Evidence], since: date | None) -> list[Evidence]:
    """The proofs recorded after a day; all of them without one."""
    return [proof for proof in found if since is None or local_day(proof.recorded_at) > since]


def _agreement(submission: Mapping[str, Any]) -> dict[str, object]:
    if submission.get("groupPlace") not in {"inside", "outside"}:
        raise Invalid(fields={"measure.groupPlace": [Sentence("say where the group does its R&D")]})
    return {
        "group": submission.get("groupName"),
        "inside": submission.get("groupPlace") == "inside",
        "agreement": submission.get("agreement"),
    }


def _soe_figures(submission: Mapping[str, Any]) -> dict[str, object]:
    revenue, spent = answers.amount(submission.get("soeRevenue")), answers.amount(submission.get("soeRd"))
    if revenue is None or spent is None or spent < 0:
        raise Invalid(fields={"measure.soeRd": [Sentence("give the revenue and the R&D expense of F24")]})
    if spent > revenue:
        raise Invalid(fields={"measure.soeRd": [Sentence("R&D expense cannot be above revenue")]})
    return {"period": submission.get("soePeriod"), "revenue": revenue, "rd": spent}


def _forecast(submission: Mapping[str, Any]) -> dict[str, object]:
    year, revenue = answers.whole(submission.get("forecastYear")), answers.amount(submission.get("forecastRevenue"))
    if year is None or revenue is None or revenue < 0:
        raise Invalid(fields={"measure.forecastRevenue": [Sentence("give the year and the revenue expected")]})
    return {"year": year, "revenue": revenue}


def _record_roster(
    enterprise: Enterprise, submission: Mapping[str, Any], *, by: str, now: datetime
) -> dict[str, object]:
    result, day = str(submission.get("rosterResult")), answers.day(submission.get("rosterDate"))
    since = str(submission.get("rosterSince") or "")
    if day is None or day > local_day(now):
        raise Invalid(fields={"measure.rosterDate": [Sentence("give the day, not later than today")]})
    if result == "accepted":
        if len(since) != len("2026-12"):
            raise Invalid(fields={"measure.rosterSince": [Sentence("give the month of entry")]})
        enterprise.is_scale, enterprise.scale_since, enterprise.scale_left = True, since, ""
        enterprise.updated_by, enterprise.updated_at = by, now
    return {"result": result, "day": day, "since": since, "proof": submission.get("rosterProof")}


def _record_filing(
    db: Session, enterprise: Enterprise, submission: Mapping[str, Any], *, by: str, now: datetime
) -> RdInstitution:
    number = str(submission["filingNo"]).strip()
    filed_on = answers.day(submission.get("filedOn"))
    problems: dict[str, list[Sentence]] = {}
    if submission.get("filingLevel") not in _LEVELS:
        problems["measure.filingLevel"] = [Sentence("say at which level it was filed")]
    if not str(submission.get("filingAuthority") or "").strip():
        problems["measure.filingAuthority"] = [Sentence("name the authority that filed it")]
    if filed_on is None or filed_on > local_day(now):
        problems["measure.filedOn"] = [Sentence("give the day of the filing, not later than today")]
    if problems or filed_on is None:
        raise Invalid(fields=problems)
    known = db.scalars(select(RdInstitution).where(RdInstitution.filing_no == number)).one_or_none()
    if known is not None and known.enterprise_id != enterprise.id:
        raise Conflict("filing number {number} belongs to another enterprise", number=number)
    if known is None:
        known = RdInstitution(
            enterprise_id=enterprise.id,
            scope=enterprise.path,
            name=str(submission.get("filingName") or enterprise.name),
            filing_no=number,
            level=str(submission["filingLevel"]),
            authority=str(submission["filingAuthority"]).strip(),
            filed_on=filed_on,
            recorded_by=by,
            recorded_at=now,
        )
        db.add(known)
    return known


def _record_annual_table(
    db: Session, enterprise: Enterprise, submission: Mapping[str, Any], *, by: str, now: datetime
) -> EnterpriseYear:
    number = answers.whole(submission["annualYear"])
    spent = answers.amount(submission.get("annualExpenditure"))
    if number is None or spent is None or spent < 0 or not 2000 <= number <= local_day(now).year:
        raise Invalid(
            fields={"measure.annualExpenditure": [Sentence("give the year and the R&D expenditure of table 107-2")]}
        )
    year = db.scalars(
        select(EnterpriseYear).where(EnterpriseYear.enterprise_id == enterprise.id, EnterpriseYear.year == number)
    ).one_or_none()
    if year is None:
        year = EnterpriseYear(enterprise_id=enterprise.id, year=number, updated_by=by, updated_at=now, origin="联络员")
        db.add(year)
    year.rd_expenditure_stat, year.has_activity_g1 = spent, spent > 0
    year.updated_by, year.updated_at = by, now
    return year


def _record_certificate(enterprise: Enterprise, submission: Mapping[str, Any], *, by: str, now: datetime) -> None:
    first = answers.day(submission.get("certificateFrom"))
    if first is None:
        raise Invalid(fields={"measure.certificateFrom": [Sentence("give the day of the certificate")]})
    enterprise.hitech_no = str(submission["certificateNo"]).strip()
    enterprise.hitech_from = first
    enterprise.hitech_to = answers.day(submission.get("certificateTo")) or _three_years_after(first)
    enterprise.updated_by, enterprise.updated_at = by, now


def _three_years_after(day: date) -> date:
    """A 高企 certificate is valid three years; of 29 February the day before counts."""
    return day.replace(year=day.year + 3, day=28 if (day.month, day.day) == (2, 29) else day.day)
