"""Measures of a plan: progress is entered on the case page at any time, with the proof that goes with it.

Source: REFERENCE 4.a a13, 2.2, 6.8. What the form `measure` asks becomes evidence: a filing number, a checked ledger, a started
project, a copy of the annual table 107-2, a certificate. A filing made elsewhere is recorded here by its number.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from casework import answers, cases, items, lights, measure_runs, proofs
from casework.case_tables import Evidence, Measure, ProgressEntry
from engine import history
from engine.errors import Conflict, Invalid, NotFound, Sentence
from engine.tables import Instance


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
    `annualYear, annualExpenditure` (万元, 107-2) · `certificateNo, certificateFrom, certificateTo` ·
    `groupName, groupPlace (inside, outside Guangxi), agreement` · `soePeriod, soeRevenue, soeRd` (万元, F24) ·
    `forecastYear, forecastRevenue` (万元) · `rosterResult (filed, refused, accepted), rosterDate, rosterSince, rosterProof`.

    Raises:
        NotFound: there is no such measure.
        Conflict: its plan is not in force, it was dropped, or the filing number belongs to another enterprise.
        Invalid: progress is not 0–100 or went back without a note, or a proof is incomplete.
    """
    measure = get(db, measure_id)
    case = cases.get(db, measure.case_id)
    if measure.plan.state != "approved":
        raise Conflict("this measure belongs to a plan that is not in force")
    if measure.state == "cancelled":
        raise Conflict("this measure was dropped")
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
    was_pending = measure.state in measure_runs.PENDING
    measure.progress = progress
    measure.state = "done" if progress == 100 else "ongoing" if progress or measure.state == "done" else measure.state
    measure.done_at = now if progress == 100 else None
    proofs.keep(db, case, measure, submission, by=by, now=now)
    db.flush()
    if was_pending and measure.state == "done":
        measure_runs.finish(db, [measure], "done", by=by, now=now)
    elif not was_pending and measure.state in measure_runs.PENDING:
        measure_runs.again(db, measure, by=by, now=now)
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
