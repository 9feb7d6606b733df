"""Visits and the baseline found at the first one.

Source: REFERENCE 4.d, 4.a a05–a07, 6.6. A visit counts only when on site, with people met and something said (3.5); two refusals
bring the county leader, and then the case goes on with what is known (未成访).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, cases
from casework.case_tables import Baseline, Case, Visit
from casework.facts import enterprise_facts
from engine import history
from engine.calendars import SHANGHAI, calendar, local_day
from engine.errors import NotFound
from engine.tables import Instance

FIRST_VISIT_DAYS = 10
"""Working days for the first visit, counted from the assignment of the officer (3.7)."""


def get(db: Session, visit_id: int) -> Visit:
    """The visit with this id.

    Raises:
        NotFound: there is none.
    """
    visit = db.get(Visit, visit_id)
    if visit is None:
        raise NotFound("expected visit {visit}, but there is none", visit=visit_id)
    return visit


def open_visit(db: Session, case: Case, visit_type: str, *, instance: Instance | None, now: datetime) -> Visit:
    """Begins a visit; its run carries the territory, the enterprise and the number of the case."""
    if instance is not None:
        instance.scope, instance.subject = case.scope, f"enterprise:{case.enterprise_id}"
        instance.business_key = case.case_no
    visit = Visit(
        case_id=case.id,
        instance_id=instance.id if instance else None,
        type=visit_type,
        due_at=calendar(db).due(now, FIRST_VISIT_DAYS),
    )
    db.add(visit)
    db.flush()
    return visit


def prefilled_baseline(db: Session, case: Case, *, now: datetime) -> dict[str, Any]:
    """What the registry already knows of F01, so that nobody types it again (一数一源)."""
    enterprise = cases.enterprise_of(db, case)
    known = enterprise_facts(db, enterprise, day=local_day(now))
    wanted = {
        "status": enterprise.status,
        "revenue": known.get("revenue_wan"),
        "scaleSince": enterprise.scale_since,
        "isSoe": enterprise.is_soe,
        "supervisorLevel": enterprise.supervisor_level,
        "staffTotal": enterprise.staff_total,
        "staffRd": enterprise.staff_rd,
        "hasActivity": known.get("has_activity"),
        "hasInstitution": known.get("has_inst"),
        "patentsInvention": enterprise.patents_invention_valid,
        "hitechNo": enterprise.hitech_no,
        "hitechTo": enterprise.hitech_to,
    }
    return history.plain(wanted)


def arrange(visit: Visit, arrangement: Mapping[str, Any]) -> None:
    """Keeps the day agreed with the enterprise (F04)."""
    day = answers.day(arrangement.get("date"))
    visit.planned_for = datetime.combine(day, time(9), SHANGHAI).astimezone(UTC) if day else None
    visit.result = "arranged"
    visit.data = {**visit.data, "arrangement": history.plain(arrangement)}


def record(db: Session, visit: Visit, submission: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """Keeps the record of a visit, or of a refusal.

    The data wishes of the enterprise stay in the submission; a problem named there is one for a process of its own.
    """
    visit.recorded_by, visit.recorded_at = by, now
    visit.data = {**visit.data, "visit": history.plain(submission)}
    if submission.get("result") == "refused":
        visit.result, visit.refusals = "refused", visit.refusals + 1
        visit.reason = str(submission.get("reason") or "")[:400]
    else:
        visit.result = "visited"
        visit.visited_on = answers.day(submission.get("date")) or local_day(now)
        visit.mode = str(submission.get("mode") or "site")
        visit.content = str(submission.get("content") or "")
        visit.next_visit_on = answers.day(submission.get("next"))
    cases.refresh_stage(db, cases.get(db, visit.case_id))


def confirm(visit: Visit, confirmation: Mapping[str, Any], *, by: str) -> None:
    """The enterprise says that the record is right, or disputes it, and how content it is (1–5)."""
    visit.confirm_state = "confirmed" if answers.agrees(confirmation.get("agree")) else "disputed"
    visit.confirmed_by = by
    visit.score = answers.whole(confirmation.get("score"))
    visit.data = {**visit.data, "confirmation": history.plain(confirmation)}


def mark_unconfirmed(visit: Visit) -> None:
    """The enterprise said nothing in time: the record stays, marked 企业未确认."""
    visit.confirm_state = "unconfirmed"


def keep_baseline(db: Session, visit: Visit, submission: Mapping[str, Any], *, by: str, now: datetime) -> Baseline:
    """Keeps what was found at the enterprise (F01); filling it in again replaces it."""
    known = _baseline(db, visit)
    if known is None:
        known = Baseline(case_id=visit.case_id, visit_id=visit.id)
        db.add(known)
    known.conclusion = str(submission.get("conclusion") or "true")
    known.data = history.plain(submission)
    known.recorded_by, known.recorded_at, known.confirm_state = by, now, "waiting"
    if (willingness := answers.whole(submission.get("willingness"))) is not None:
        cases.enterprise_of(db, cases.get(db, visit.case_id)).willingness = willingness
    db.flush()
    return known


def conclude(
    db: Session, visit: Visit, outcome: str, confirmed_by: str, *, by: str, now: datetime
) -> dict[str, object]:
    """Ends the visit: `{conclusion: true|wrong|stopped|unvisited, baseline}`.

    `outcome` is visited or unvisited; `confirmed_by` enterprise, county or empty.
    """
    case = cases.get(db, visit.case_id)
    baseline = _baseline(db, visit)
    if outcome == "unvisited":
        visit.result = "not_visited"
    if baseline is not None and confirmed_by:
        baseline.confirm_state = "confirmed" if confirmed_by == "enterprise" else "unconfirmed"
        baseline.confirmed_by, baseline.confirmed_at = by, now
    db.flush()
    cases.refresh_stage(db, case)
    if baseline is None:
        return {"conclusion": "unvisited" if outcome == "unvisited" else "true", "baseline": None}
    return {"conclusion": baseline.conclusion, "baseline": dict(baseline.data)}


def _baseline(db: Session, visit: Visit) -> Baseline | None:
    return db.scalars(select(Baseline).where(Baseline.visit_id == visit.id)).one_or_none()
