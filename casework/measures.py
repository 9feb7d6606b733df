"""Measures of a plan: progress is entered on the case page at any time, with the proof that goes with it.

Source: REFERENCE 4.a a13, 2.2, 6.8. What the form `measure` asks becomes evidence: a filing number, a checked ledger, a started
project, a copy of the annual table 107-2, a certificate. A filing made elsewhere is recorded here by its number.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, cases, items, lights
from casework.case_tables import Case, Evidence, Measure, ProgressEntry, RdInstitution
from casework.tables import Enterprise, EnterpriseYear
from engine import history
from engine.calendars import local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence
from engine.tables import Instance

_LEVELS = {"city", "region"}


def get(db: Session, measure_id: int) -> Measure:
    """The measure with this id.

    Raises:
        NotFound: there is none.
    """
    measure = db.get(Measure, measure_id)
    if measure is None:
        raise NotFound("expected measure {measure}, but there is none", measure=measure_id)
    return measure


def record(db: Session, measure_id: int, submission: Mapping[str, Any], *, by: str, now: datetime) -> ProgressEntry:
    """Enters progress on a measure, keeps its proofs and tells the items of the case to look again.

    `submission` holds the answers of the form `measure` without their prefix: `progress` (0–100), `note`, and what proves it:
    `filingNo, filingName, filingLevel, filingAuthority, filedOn` · `ledger, ledgerChecked` · `projectName, projectStart` ·
    `annualYear, annualExpenditure` (万元, 107-2) · `certificateNo, certificateFrom, certificateTo`.

    Raises:
        NotFound: there is no such measure.
        Conflict: its plan is not in force, or the filing number belongs to another enterprise.
        Invalid: progress is not 0–100 or went back without a note, or a proof is incomplete.
    """
    measure = get(db, measure_id)
    case = cases.get(db, measure.case_id)
    if measure.plan.state != "approved":
        raise Conflict("this measure belongs to a plan that is not in force")
    progress = _progress(measure, submission)
    entry = ProgressEntry(
        measure_id=measure.id,
        progress=progress,
        note=str(submission.get("note") or ""),
        data=history.plain(submission),
        by=by,
        at=now,
    )
    db.add(entry)
    measure.progress = progress
    measure.state = "done" if progress == 100 else "ongoing" if progress else measure.state
    measure.done_at = now if progress == 100 else None
    _keep_proofs(db, case, measure, submission, by=by, now=now)
    db.flush()
    if case.instance_id is not None:
        history.write(
            db,
            instance=db.get_one(Instance, case.instance_id, with_for_update=True),
            fact="measure_progress",
            by=by,
            now=now,
            data={"measure": measure.id, "type": measure.type, "progress": progress},
        )
    lights.assess(db, case, now=now)
    items.data_arrived(db, case.enterprise_id, f"measure {measure.type}", key=f"entry:{entry.id}", by=by, now=now)
    return entry


def check_proof(db: Session, evidence_id: int, *, by: str, now: datetime) -> Evidence:
    """Somebody else than the recorder looked at a proof and found it good: it becomes verified (G2).

    Raises:
        NotFound: there is no such proof, or it was withdrawn.
        Conflict: the recorder wants to check his own proof.
    """
    proof = db.get(Evidence, evidence_id)
    if proof is None or proof.withdrawn_at is not None:
        raise NotFound("expected proof {proof}, but there is none", proof=evidence_id)
    if proof.recorded_by == by:
        raise Conflict("nobody checks what he recorded himself")
    proof.checked_by, proof.checked_at, proof.grade = by, now, "G2"
    items.data_arrived(db, proof.enterprise_id, f"proof {proof.kind}", key=f"checked:{proof.id}", by=by, now=now)
    return proof


def _progress(measure: Measure, submission: Mapping[str, Any]) -> int:
    progress = answers.whole(submission.get("progress"))
    if progress is None or not 0 <= progress <= 100:
        raise Invalid(fields={"measure.progress": [Sentence("progress is a whole number from 0 to 100")]})
    if progress < measure.progress and not str(submission.get("note") or "").strip():
        raise Invalid(
            fields={
                "measure.note": [Sentence("say why progress went back from {before} %", {"before": measure.progress})]
            }
        )
    return progress


def _keep_proofs(
    db: Session, case: Case, measure: Measure, submission: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    enterprise = cases.enterprise_of(db, case)

    def keep(kind: str, grade: str, **data: object) -> Evidence:
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
        return proof

    if submission.get("filingNo"):
        institution = _record_filing(db, enterprise, submission, by=by, now=now)
        keep("filing", "G2", number=institution.filing_no, level=institution.level, authority=institution.authority)
    if submission.get("projectName"):
        keep("project", "G2", name=submission.get("projectName"), start=submission.get("projectStart"))
    if submission.get("ledger") or submission.get("ledgerChecked"):
        proof = keep("aux_ledger", "G2" if submission.get("ledgerChecked") else "G3")
        if submission.get("ledgerChecked"):
            # The officer saw the ledger at the enterprise, which recorded it; that is the check of 2.2.
            proof.checked_by, proof.checked_at = by, now
    if submission.get("annualYear"):
        year = _record_annual_table(db, enterprise, submission, by=by, now=now)
        keep("annual_table", "G1", year=year.year, expenditure=year.rd_expenditure_stat)
    if submission.get("certificateNo"):
        _record_certificate(enterprise, submission, by=by, now=now)
        keep("certificate", "G2", number=submission.get("certificateNo"))


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
