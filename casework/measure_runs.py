"""A measure while it runs: opened by its plan or added on the way, late and explained, put off, dropped, ended.

Source: REFERENCE 4.a a13, 4.a.1, modelling advice 2: every measure has a small run of its own (`measure.bpmn`), because officers add
and drop measures every week. Progress and proofs are entered through `measures.record`.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy.orm import Session

from casework import answers, cases, enterprises, items, lights, notices, plans
from casework.case_tables import Case, Measure, Plan, ProgressEntry
from engine import history, messages
from engine.calendars import calendar, end_of_business, local_day
from engine.errors import Conflict, Forbidden, Invalid, Sentence
from engine.tables import Instance

PENDING: Final = ("not_started", "ongoing")
"""States of a measure that is still worked on."""
GAPS: Final[Mapping[str, tuple[str, ...]]] = {
    "PROJECT": ("activity", "project"),
    "AUX_LEDGER": ("aux_ledger",),
    "INSTITUTION": ("institution",),
    "STAT_FILL": ("stat_fill",),
    "SXG": ("roster",),
    "HITECH_APPLY": ("certificate",),
}
"""What DT-3 misses while the gap that a mandatory measure closes is open, by its kind."""
_PATIENCE: Final = timedelta(days=365)


def replace(db: Session, case: Case, before: Plan | None, plan: Plan, *, by: str, now: datetime) -> None:
    """A plan comes into force: the runs of the plan before end, every measure of the new one that is not done gets a run."""
    if before is not None:
        finish(db, (measure for measure in before.measures if measure.state in PENDING), "replaced", by=by, now=now)
    for measure in plan.measures:
        if measure.state in PENDING:
            _open(db, case, measure, by=by, now=now)


def start(db: Session, measure: Measure, *, instance: Instance, now: datetime) -> dict[str, object]:
    """The run of a measure begins: it carries the territory, the enterprise and the number of its case.

    One that is to bring an institution invites the enterprise to file it (b01); nobody is made to begin an application.

    Returns:
        `caseId`, `lateOn` (the day after the due date, ISO).
    """
    case = cases.get(db, measure.case_id)
    instance.scope, instance.subject = case.scope, enterprises.subject(case.enterprise_id)
    instance.business_key = case.case_no
    measure.instance_id = instance.id
    if measure.type == "INSTITUTION" and measure.state in PENDING:
        notices.letter(
            db,
            case,
            ["enterprise", "officer"],
            "{case_no}: please file your R&D institution; filing is a registration, free of charge, and its page begins the "
            "application with what is known",
            {},
            key=f"file_institution:{measure.id}",
            now=now,
        )
    return {"caseId": case.id, "lateOn": _late_on(measure)}


def late(measure: Measure, *, now: datetime) -> dict[str, object]:
    """Whether a measure is really late on the day its timer rang; the plan may have been extended meanwhile."""
    return {
        "late": measure.state in PENDING and local_day(now) > measure.due_on,
        "lateOn": max(_late_on(measure), local_day(now).isoformat()),
    }


def add(db: Session, case: Case, submission: Mapping[str, Any], *, by: str, now: datetime) -> Measure:
    """Adds a measure to the plan in force while it runs. `submission`: the answers of the form `measure-new` without their prefix.

    Raises:
        Conflict: no plan is in force.
        Invalid: its kind is unknown, or its dates do not lie within the plan.
    """
    plan = _in_force(db, case)
    starts = answers.day(submission.get("start")) or local_day(now)
    due = answers.day(submission.get("due"))
    problems: dict[str, list[Sentence]] = {}
    if submission.get("type") not in plans.MEASURE_TYPES:
        said = Sentence("expected a kind of measure, but got {value}", {"value": str(submission.get("type"))})
        problems["measure.type"] = [said]
    if due is None or due < starts:
        problems["measure.due"] = [Sentence("a measure ends after it begins")]
    elif (problem := _against_due(db, plan, due, now=now)) is not None:
        problems["measure.due"] = [problem]
    if problems or due is None:
        raise Invalid(fields=problems)
    measure = Measure(
        plan_id=plan.id,
        case_id=case.id,
        type=str(submission["type"]),
        content=str(submission.get("content") or ""),
        owner=str(submission.get("owner") or ""),
        support_org=str(submission.get("support") or ""),
        starts_on=starts,
        due_on=due,
        budget=answers.amount(submission.get("budget")),
    )
    plan.measures.append(measure)
    db.flush()
    _write(db, case, "measure_added", measure, by=by, now=now, reason=str(submission.get("reason") or ""))
    _open(db, case, measure, by=by, now=now)
    lights.assess(db, case, now=now)
    return measure


def ask_drop(db: Session, measure: Measure, reason: str, *, by: str, now: datetime) -> None:
    """Asks that a measure be dropped (`drop_asked`); the county leader decides.

    Raises:
        Conflict: it is done or dropped already, or mandatory while its gap is open.
        Invalid: no reason was given.
    """
    case = cases.get(db, measure.case_id)
    if measure.state not in PENDING or measure.plan.state != "approved":
        raise Conflict("this measure is not worked on any more, so it cannot be dropped")
    if not reason.strip():
        raise Invalid(fields={"drop.reason": [Sentence("say why it shall be dropped")]})
    _check_droppable(db, case, measure, now=now)
    _write(db, case, "measure_drop_asked", measure, by=by, now=now, reason=reason)
    messages.publish(
        db,
        "drop_asked",
        str(measure.id),
        {"askedBy": by, "dropReason": reason[:400]},
        key=f"drop_asked:{measure.id}:{now.isoformat()}",
        by=by,
        now=now,
    )


def check_delay(db: Session, measure: Measure, answer: Mapping[str, Any], *, now: datetime) -> None:
    """What an officer says about a late measure: a new date within the plan, or the wish to drop it.

    Raises:
        Invalid: the new date is no working day, has passed, or lies after the plan.
        Conflict: a mandatory measure cannot be dropped while its gap is open.
    """
    if answer.get("choice") == "drop":
        _check_droppable(db, cases.get(db, measure.case_id), measure, now=now)
        return
    due = answers.day(answer.get("newDue"))
    problem = Sentence("give the new date") if due is None else _against_due(db, measure.plan, due, now=now)
    if problem is not None:
        raise Invalid(fields={"delay.newDue": [problem]})


def postpone(db: Session, measure: Measure, answer: Mapping[str, Any], *, by: str, now: datetime) -> str:
    """Moves the due date of a late measure and keeps why; answers the day after it (ISO)."""
    check_delay(db, measure, {**answer, "choice": "later"}, now=now)
    due = answers.day(answer.get("newDue"))
    assert due is not None
    entry = {
        "from": measure.due_on.isoformat(),
        "to": due.isoformat(),
        "reason": str(answer.get("reason") or ""),
        "by": by,
        "at": now.isoformat(),
    }
    measure.delays = [*measure.delays, entry]
    measure.due_on = due
    db.flush()
    lights.assess(db, cases.get(db, measure.case_id), now=now)
    return _late_on(measure)


def drop(db: Session, measure: Measure, reason: str, *, asked_by: str, by: str, now: datetime) -> None:
    """The county leader agreed: the measure is dropped and does not count any more.

    Raises:
        Forbidden: who asked for it cannot decide it.
        Conflict: it became mandatory meanwhile.
    """
    if asked_by and asked_by == by:
        raise Forbidden("who asked to drop a measure does not decide on it")
    case = cases.get(db, measure.case_id)
    _check_droppable(db, case, measure, now=now)
    measure.state, measure.end_reason, measure.done_at = "cancelled", reason[:400], now
    db.flush()
    cases.refresh_stage(db, case)
    lights.assess(db, case, now=now)
    items.data_arrived(db, case.enterprise_id, f"measure {measure.type}", key=f"dropped:{measure.id}", by=by, now=now)


def keep(db: Session, measure: Measure, opinion: str, *, key: str, now: datetime) -> str:
    """The county leader refused to drop it: the officer reads why. Answers when a late measure is to be explained again (ISO)."""
    case = cases.get(db, measure.case_id)
    notices.letter(
        db,
        case,
        ["officer"],
        "a measure of {case_no} may not be dropped: {reason}",
        {"reason": opinion},
        key=f"measure_kept:{key}",
        now=now,
    )
    if measure.due_on < local_day(now):
        return calendar(db).add(local_day(now), 5).isoformat()
    return _late_on(measure)


def filed(
    db: Session, measure: Measure, number: str, *, filing_id: int, instance: Instance, by: str, now: datetime
) -> None:
    """The institution of this measure is filed (`filing_approved`, b22): it is done, with the number as its progress entry."""
    if measure.state not in PENDING:
        return
    case = cases.get(db, measure.case_id)
    measure.progress, measure.state, measure.done_at = 100, "done", now
    data = {"filingId": filing_id, "number": number}
    db.add(ProgressEntry(measure_id=measure.id, progress=100, note=number, data=data, by=by, at=now))
    db.flush()
    said = {"measure": measure.id, "type": measure.type, "progress": 100, **data}
    history.write(db, instance=instance, fact="measure_progress", by=by, now=now, data=said)
    lights.assess(db, case, now=now)
    key = f"filed:{measure.id}:{filing_id}"
    items.data_arrived(db, case.enterprise_id, f"measure {measure.type}", key=key, by=by, now=now)


def not_filed(db: Session, measure: Measure, reason: str, *, filing_id: int, now: datetime) -> None:
    """The application of this measure came to nothing (`filing_rejected`, b20): the officer reads why; the measure goes on."""
    notices.letter(
        db,
        cases.get(db, measure.case_id),
        ["officer"],
        "the institution of {case_no} was not filed: {reason}; agree with the enterprise what to mend, then apply again",
        {"reason": reason},
        key=f"not_filed:{filing_id}",
        now=now,
    )


def finish(
    db: Session, found: Iterable[Measure], how: Literal["done", "replaced", "over"], *, by: str, now: datetime
) -> None:
    """Ends the runs of these measures (`measure_done`)."""
    for measure in found:
        if measure.instance_id is None:
            continue
        messages.publish(
            db,
            "measure_done",
            str(measure.id),
            {"measureEnd": how},
            key=f"measure_done:{measure.id}:{measure.instance_id}",
            by=by,
            now=now,
        )


def again(db: Session, measure: Measure, *, by: str, now: datetime) -> None:
    """A measure that was done is worked on again, because its progress went back: it gets a new run."""
    _open(db, cases.get(db, measure.case_id), measure, by=by, now=now)


def light(db: Session, measure: Measure, *, now: datetime) -> lights.Light:
    """The light of a measure: its deadline alone (3.1); green when it is done or dropped."""
    if measure.state not in PENDING:
        return lights.GREEN
    return lights.of_deadline(db, end_of_business(measure.due_on), now=now)


def is_mandatory(db: Session, case: Case, measure: Measure, *, now: datetime) -> bool:
    """Whether the lists demand this measure (4.a.1), it is the only one of its kind, and the gap it closes is open."""
    if measure.type not in {row["type"] for row in plans.mandatory_measures(db, case, now=now)}:
        return False
    others = [one for one in measure.plan.measures if one.type == measure.type and one.id != measure.id]
    if any(one.state != "cancelled" for one in others):
        return False
    gaps = GAPS.get(measure.type)
    missing = {code for item in case.items if item.state in cases.LIVING_ITEM for code in item.missing}
    return gaps is None or bool(missing & set(gaps))


def _open(db: Session, case: Case, measure: Measure, *, by: str, now: datetime) -> None:
    sender = db.get(Instance, case.instance_id) if case.instance_id else None
    if sender is None:
        return
    messages.publish(
        db,
        "measure_opened",
        str(measure.id),
        {"measureId": measure.id},
        key=f"measure_opened:{measure.id}:{measure.instance_id or 0}",
        sender=sender,
        time_to_live=_PATIENCE,
        by=by,
        now=now,
    )


def _check_droppable(db: Session, case: Case, measure: Measure, *, now: datetime) -> None:
    if is_mandatory(db, case, measure, now=now):
        raise Conflict("the lists demand this measure; it cannot be dropped while its gap is open")


def _against_due(db: Session, plan: Plan, due: date, *, now: datetime) -> Sentence | None:
    if due > plan.ends_on:
        return Sentence("a measure must end by the end of the plan, {end}", {"end": plan.ends_on.isoformat()})
    if due <= local_day(now):
        return Sentence("{day} has passed already", {"day": due.isoformat()})
    if not calendar(db).is_working(due):
        return Sentence("{day} is not a working day", {"day": due.isoformat()})
    return None


def _in_force(db: Session, case: Case) -> Plan:
    plan = cases.approved_plan(db, case)
    if plan is None:
        raise Conflict("no plan is in force, so there is nothing to add a measure to")
    return plan


def _late_on(measure: Measure) -> str:
    return (measure.due_on + timedelta(days=1)).isoformat()


def _write(db: Session, case: Case, fact: str, measure: Measure, *, by: str, now: datetime, reason: str) -> None:
    if case.instance_id is None:
        return
    history.write(
        db,
        instance=db.get_one(Instance, case.instance_id, with_for_update=True),
        fact=fact,
        by=by,
        now=now,
        data={"measure": measure.id, "type": measure.type, "content": measure.content, "reason": reason},
    )
