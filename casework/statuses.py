"""Changes in the state of an enterprise while its case runs: halted, cancelled, moved, left the roster, resumed (a25, F27).

A report asks the county to look into it (`status_changed`); what the levels decide happens here: go on, suspend, move to another
territory, take items off their lists, end the case.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import (
    answers,
    cases,
    enterprises,
    filing_changes,
    filings,
    inactivity,
    lights,
    notices,
    officers,
    orders,
    removals,
    standing,
)
from casework.case_tables import LIVING_CASE, LIVING_ITEM, Case
from casework.issue_tables import ENDED, STATES, Issue
from casework.status_tables import KINDS, Removal, StatusReport
from casework.tables import Enterprise, Territory
from casework.visit_plan_tables import OWED, VisitPlan
from engine import history, messages
from engine.calendars import local_day
from engine.errors import Conflict, Invalid, NotFound, Problem, Sentence
from engine.tables import Instance, UserTask

OFF_ROSTER: Final = ("L1", "L2", "L3", "L5")
"""Lists whose enterprises are above scale: who leaves the roster leaves them (6.12 no. 1)."""
STATUS_OF: Final[Mapping[str, str]] = {
    "halted": "停产", "half_halted": "半停产", "cancelled": "注销", "merged": "注销", "moved": "迁出", "normal": "存续",
    "resumed": "存续",
}  # fmt: skip
"""What the registry says of an enterprise for what was found (6.1)."""
_FROM_ROSTER: Final[Mapping[str, str]] = {
    "停产": "halted", "半停产": "half_halted", "注销": "cancelled", "吊销": "cancelled", "迁出": "moved", "存续": "resumed",
}  # fmt: skip
_PORTION: Final = 500


def report(
    db: Session,
    case: Case,
    kind: str,
    *,
    day: date,
    proof: str = "",
    to_path: str = "",
    by: str,
    now: datetime,
) -> StatusReport:
    """Somebody, a roster or a registry says that the state of an enterprise changed: the county looks into it.

    While a report is being looked into the next one is added to it. `to_path`: where it moves inside Guangxi.

    Raises:
        Conflict: the case is over.
        Problem: there is no such kind.
    """
    if kind not in KINDS:
        raise Problem("expected a change of state, but got {kind}", kind=kind)
    if case.state not in LIVING_CASE:
        raise Conflict("the case {case_no} is over", case_no=case.case_no)
    found = open_report(db, case)
    if found is not None:
        found.kind, found.day, found.to_path = kind, day, to_path or found.to_path
        found.proof = "; ".join(part for part in (found.proof, proof) if part)
        return found
    row = StatusReport(
        case_id=case.id,
        scope=case.scope,
        kind=kind,
        day=day,
        proof=proof,
        to_path=to_path,
        reported_by=by,
        reported_at=now,
        data={},
    )
    db.add(row)
    db.flush()
    said = {"kind": kind, "day": day.isoformat(), "proof": proof, "toCode": to_path.rsplit("/", 1)[-1]}
    is_suspended = case.state == "suspended"
    messages.publish(
        db,
        "status_news" if is_suspended else "status_changed",
        str(case.id) if is_suspended else cases.enterprise_of(db, case).uscc,
        {"statusReport": said},
        key=f"status_changed:{row.id}",
        by=by,
        now=now,
    )
    return row


def keep_back(db: Session, found: Iterable[tuple[Enterprise, dict[str, Any]]], *, by: str, now: datetime) -> int:
    """A roster says that enterprises stopped, are gone, work again or moved: where a case runs, its county looks into it first.

    `found`: the known enterprises with the values of the roster. What is held back is taken out of these values (`status`, `path`),
    because the registry follows the decision. Gives how many reports were opened; a fixed number of statements besides.
    """
    changed = [
        (firm, values)
        for firm, values in found
        if (values.get("status") and _FROM_ROSTER.get(values["status"]) and values["status"] != firm.status)
        or (values.get("path") and values["path"] != firm.path)
    ]
    ids = sorted({firm.id for firm, _ in changed})
    living: dict[int, Case] = {}
    for start in range(0, len(ids), _PORTION):
        query = select(Case).where(Case.enterprise_id.in_(ids[start : start + _PORTION]), Case.state.in_(LIVING_CASE))
        living |= {case.enterprise_id: case for case in db.scalars(query)}
    reports = 0
    for firm, values in changed:
        case = living.get(firm.id)
        if case is None:
            continue
        status, path = str(values.get("status") or firm.status), str(values.get("path") or firm.path)
        kind = _FROM_ROSTER.get(status, "halted") if status != firm.status else "moved_inside"
        to_path = path if path != firm.path else ""
        report(db, case, kind, day=local_day(now), proof="roster", to_path=to_path, by=by, now=now)
        values.update(status=firm.status, path=firm.path)
        reports += 1
    return reports


def open_report(db: Session, case: Case) -> StatusReport | None:
    """The report that is being looked into, if any."""
    query = select(StatusReport).where(StatusReport.case_id == case.id, StatusReport.state == "open")
    return db.scalars(query.order_by(StatusReport.id).limit(1)).one_or_none()


def of_case(db: Session, case: Case) -> list[StatusReport]:
    """All reports about a case, the newest first."""
    query = select(StatusReport).where(StatusReport.case_id == case.id)
    return list(db.scalars(query.order_by(StatusReport.id.desc())))


def found_at_visit(db: Session, case: Case, baseline: Mapping[str, Any], *, by: str, now: datetime) -> StatusReport:
    """The first visit found an enterprise that does not operate (a07)."""
    words = {"停产": "halted", "半停产": "half_halted", "注销": "cancelled", "迁出": "moved", "退规": "below_scale"}
    kind = words.get(str(baseline.get("status") or ""), "halted")
    return report(db, case, kind, day=local_day(now), proof=str(baseline.get("remark") or ""), by=by, now=now)


def check(db: Session, case: Case, status: Mapping[str, Any]) -> None:
    """Whether what a county proposes can be done.

    Raises:
        Invalid: the new county is none, or its own; who left the roster is still on it; who is suspended is suspended again.
    """
    outcome = str(status.get("outcome") or "")
    problems: dict[str, list[Sentence]] = {}
    if outcome == "transfer":
        path = _path_of(db, str(status.get("toCode") or ""))
        if path is None:
            problems["status.toCode"] = [Sentence("there is no county or zone with this code in Guangxi")]
        elif path == case.scope:
            problems["status.toCode"] = [Sentence("the case is in this territory already")]
    if outcome == "below_scale" and not any(_leaves_roster(item.list_type, item.state) for item in case.items):
        problems["status.outcome"] = [Sentence("the case has no item that asks for an enterprise above scale")]
    if outcome == "terminate" and status.get("kind") in {"normal", "half_halted", "below_scale", "moved_inside"}:
        problems["status.outcome"] = [Sentence("a case ends only when the enterprise is gone from Guangxi")]
    if problems:
        raise Invalid(fields=problems)


def suspend(db: Session, case: Case, status: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """The case is suspended (中止): the clocks of all its runs stand still, and every six months somebody looks again."""
    row = _decide(db, case, "suspend", status, by=by, now=now)
    _note_status(db, case, status, by=by, now=now)
    if case.state == "suspended":
        return
    row.data = {**row.data, "items": {str(item.id): item.state for item in case.items if item.state in LIVING_ITEM}}
    case.state = "suspended"
    for item in case.items:
        if item.state in {"open", "relapsed"}:
            item.state = "suspended"
    db.flush()
    standing.pause(db, case, str(row.id), now=now)
    _tell(db, case, "the case {case_no} is suspended: {reason}", status, row, now=now)
    lights.assess(db, case, now=now)


def go_on(
    db: Session,
    case: Case,
    status: Mapping[str, Any],
    review: Mapping[str, Any],
    *,
    instance: Instance | None,
    by: str,
    now: datetime,
) -> None:
    """The case goes on, suspended or not: clocks run again, due dates have moved, and whoever waited for the answer hears it."""
    row = open_report(db, case)
    if row is not None:
        row = _decide(db, case, "continue", review if review.get("decision") == "refuse" else status, by=by, now=now)
        _note_status(db, case, status if review.get("decision") != "refuse" else {}, by=by, now=now)
    if case.state == "suspended":
        before = db.scalars(
            select(StatusReport)
            .where(StatusReport.case_id == case.id, StatusReport.outcome == "suspend")
            .order_by(StatusReport.id)
        ).all()
        remembered = next((answers.context(one.data["items"]) for one in reversed(before) if "items" in one.data), None)
        case.state = "open"
        for item in case.items:
            if item.state == "suspended":
                item.state = str((remembered or {}).get(str(item.id)) or "open")
        cases.observe(case)
        db.flush()
        standing.resume(db, case, str(row.id if row else before[-1].id), now=now)
        lights.assess(db, case, now=now)
    cases.refresh_stage(db, case)
    messages.publish(
        db,
        "status_settled",
        str(case.id),
        {},
        key=f"status_settled:{case.id}:{row.id if row else now.isoformat()}",
        sender=instance,
        by=by,
        now=now,
    )


def transfer(
    db: Session, case: Case, status: Mapping[str, Any], handover: Mapping[str, Any], *, by: str, now: datetime
) -> str:
    """The enterprise moved inside Guangxi: the same case and number go on in the new territory; gives its path.

    Runs, open tasks, jobs, orders, problems and planned visits move with it; the officer before is free of it, what was open is kept
    with his notes (F02); the enterprise and both counties are told (`enterprise_moved`).
    """
    row = _decide(db, case, "transfer", status, by=by, now=now)
    path = _path_of(db, str(status.get("toCode") or "")) or row.to_path
    if not path or path == case.scope:
        raise NotFound("there is no county or zone with this code in Guangxi")
    before = case.scope
    assignment = officers.of_case(db, case.id)
    enterprise = cases.enterprise_of(db, case)
    subject = enterprises.subject(enterprise.id)
    tasks = select(UserTask.name).where(UserTask.subject == subject, UserTask.status == "open").order_by(UserTask.id)
    officer = assignment.officer.person.username if assignment and assignment.officer else ""
    row.data = {
        **row.data,
        "from": before,
        "to": path,
        "officer": officer,
        "handover": history.plain(dict(handover)),
        "matters": list(db.scalars(tasks)),
    }
    notices.letter(
        db,
        case,
        ["officer", cases.groups(case, "county")[0]],
        "the case {case_no} has moved to another territory",
        {},
        key=f"moved_from:{row.id}",
        now=now,
    )
    officers.release(db, case.id, by=by, now=now)
    enterprise.path, enterprise.updated_by, enterprise.updated_at = path, by, now
    case.scope = path
    db.flush()
    orders.move(db, case)
    for table, states in (
        (Issue, tuple(state for state in STATES if state not in ENDED)),
        (VisitPlan, OWED),
        (Removal, ("pending",)),
        (StatusReport, ("open",)),
    ):
        for one in db.scalars(select(table).where(table.case_id == case.id, table.state.in_(states))):
            one.scope = path
    standing.move(db, case, str(row.id), now=now)
    filing_changes.follow_enterprise(db, enterprise.id, path, by=by, now=now)
    filings.follow_enterprise(db, enterprise.id, path, now=now)
    notices.letter(
        db,
        case,
        ["enterprise", cases.groups(case, "county")[0]],
        "the case {case_no} has moved here; its number stays",
        {},
        key=f"moved_to:{row.id}",
        now=now,
    )
    messages.publish(
        db,
        "enterprise_moved",
        enterprise.uscc,
        {"caseId": case.id, "from": before, "to": path, "day": local_day(now).isoformat()},
        key=f"enterprise_moved:{row.id}",
        by=by,
        now=now,
    )
    if case.instance_id is not None:
        run = db.get_one(Instance, case.instance_id, with_for_update=True)
        data = {"case": case.case_no, "from": before, "to": path, "officer": officer}
        history.write(db, instance=run, fact="case_transferred", by=by, now=now, data=data)
    return path


def leave_roster(db: Session, case: Case, status: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """The enterprise left the roster (退规): its items that ask for an enterprise above scale wait to be taken off (k10).

    One with a valid certificate is proposed for L4.
    """
    row = _decide(db, case, "below_scale", status, by=by, now=now)
    enterprise = cases.enterprise_of(db, case)
    day = answers.day(status.get("date")) or local_day(now)
    enterprise.is_scale, enterprise.scale_left = False, f"{day.year}-{day.month:02d}"
    enterprise.updated_by, enterprise.updated_at = by, now
    found = [item for item in case.items if _leaves_roster(item.list_type, item.state)]
    reason, proof = str(status.get("reason") or ""), str(status.get("proof") or row.proof)
    removals.propose_items(db, case, found, "below_scale", reason, proof, by=by, now=now)
    today = local_day(now)
    if enterprise.hitech_from and enterprise.hitech_to and enterprise.hitech_from <= today <= enterprise.hitech_to:
        enterprises.set_flag(enterprise, "propose:L4", reason, today)


def terminate(
    db: Session, case: Case, status: Mapping[str, Any], *, instance: Instance | None, by: str, now: datetime
) -> None:
    """The enterprise is gone (cancelled, merged, moved out of Guangxi): its items leave, and the case ends (终止)."""
    row = _decide(db, case, "terminate", status, by=by, now=now)
    _note_status(db, case, status, by=by, now=now)
    reason = str(status.get("reason") or row.proof)
    _tell(db, case, "the case {case_no} has ended: {reason}", status, row, now=now)
    for item in case.items:
        if item.state in LIVING_ITEM:
            cases.take_away(db, case, item, reason, instance=instance, by=by, now=now)
    inactivity.enterprise_gone(db, case.enterprise_id, reason, by=by, now=now)
    filings.enterprise_gone(db, case.enterprise_id, reason, by=by, now=now)
    cases.end(db, case, "terminated", reason, now=now)
    cases.say_over(db, case, "terminated", instance=instance, by=by, now=now)


def _decide(
    db: Session, case: Case, outcome: str, status: Mapping[str, Any], *, by: str, now: datetime
) -> StatusReport:
    """Keeps on the open report what was decided; a look after six months, which nobody reported, gets a row of its own."""
    row = open_report(db, case)
    if row is None:
        kind = str(status.get("kind") or "halted")
        row = StatusReport(
            case_id=case.id,
            scope=case.scope,
            kind=kind if kind in KINDS else "resumed",
            day=local_day(now),
            reported_by=by,
            reported_at=now,
            data={},
        )
        db.add(row)
    row.state, row.outcome, row.decided_by, row.decided_at = "decided", outcome, by, now
    row.reason = str(status.get("reason") or status.get("opinion") or "")
    row.proof = row.proof or str(status.get("proof") or "")
    db.flush()
    return row


def _note_status(db: Session, case: Case, status: Mapping[str, Any], *, by: str, now: datetime) -> None:
    word = STATUS_OF.get(str(status.get("kind") or ""))
    enterprise = cases.enterprise_of(db, case)
    if word is not None and enterprise.status != word:
        enterprise.status, enterprise.updated_by, enterprise.updated_at = word, by, now


def _tell(
    db: Session, case: Case, template: str, status: Mapping[str, Any], row: StatusReport, *, now: datetime
) -> None:
    reason = {"reason": str(status.get("reason") or "")}
    receivers = ["enterprise", "officer", cases.groups(case, "county")[0], "XL"]
    notices.letter(db, case, receivers, template, reason, key=f"status:{row.id}", now=now)


def _leaves_roster(list_type: str, state: str) -> bool:
    return list_type in OFF_ROSTER and state in LIVING_ITEM and state != "pending_removal"


def _path_of(db: Session, code: str) -> str | None:
    return db.scalars(
        select(Territory.path).where(Territory.code == code, Territory.kind.in_(("county", "zone")))
    ).one_or_none()
