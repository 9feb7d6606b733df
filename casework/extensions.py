"""More time for a plan (F26, a18): asked for from ten to three working days before its end, granted at most twice, 90 days each.

Refused, asked too late, or both used: no further extension. Then supervision is asked for and a new plan, approved one level higher
(DT-11); the item is never dropped.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from casework import answers, cases, items, lights, notices, orders, plans
from casework.case_tables import Case, Extension, Item, Plan
from engine.calendars import calendar
from engine.errors import Conflict, Invalid, NotFound, Sentence

LONGEST: Final = timedelta(days=90)
MOST: Final = 2
CAUSES: Final = {
    "refused": Sentence("the extension of the plan of {case_no} was refused"),
    "late": Sentence("no extension of the plan of {case_no} was asked for in time"),
    "used": Sentence("the plan of {case_no} has ended and both extensions are used"),
}
"""Why there is no further extension, in words."""


def watch(db: Session, item: Item) -> dict[str, object]:
    """What an item's run has to know about the term of its plan (a17, a17a); how many days before its end is drawn in `item`.

    Returns:
        `planEnd` (ISO day), `mayExtend`, `exhausted` (a new plan is wanted), `extensions` (granted so far).
    """
    plan = cases.approved_plan(db, cases.get(db, item.case_id))
    if plan is None:
        raise NotFound("expected an approved plan for item {item}, but there is none", item=item.id)
    return {
        "planEnd": plan.ends_on.isoformat(),
        "mayExtend": not plan.exhausted and plan.extension_count < MOST,
        "exhausted": plan.exhausted,
        "extensions": plan.extension_count,
    }


def check(db: Session, case: Case, extension: Mapping[str, Any]) -> date:
    """The new end that an extension asks for, when it may be granted (a18).

    Raises:
        NotFound: no plan is in force.
        Invalid: the new end is no working day, not later than the present one, or more than 90 days later.
        Conflict: two extensions were granted already, or none may be granted any more.
    """
    plan = _plan(db, case)
    if plan.extension_count >= MOST or plan.exhausted:
        raise Conflict("the plan of {case_no} cannot be extended any more: write a new one", case_no=case.case_no)
    new_end = answers.day(extension.get("newEnd"))
    if new_end is None or new_end <= plan.ends_on:
        problem = Sentence("the new end must be later than {end}", {"end": plan.ends_on.isoformat()})
    elif new_end - plan.ends_on > LONGEST:
        problem = Sentence("an extension may be at most {days} days", {"days": LONGEST.days})
    elif not calendar(db).is_working(new_end):
        problem = Sentence("{day} is not a working day", {"day": new_end.isoformat()})
    else:
        return new_end
    raise Invalid(fields={"extension.newEnd": [problem]})


def grant(
    db: Session, case: Case, item: Item | None, extension: Mapping[str, Any], *, asked_by: str, by: str, now: datetime
) -> Plan:
    """Moves the end of the plan (a18), with every measure that was to end with it; the other items of the case look again.

    Raises:
        NotFound, Invalid, Conflict: as `check`.
    """
    new_end = check(db, case, extension)
    plan = _plan(db, case)
    kept = _record(db, plan, item, new_end, extension, asked_by, decision="granted", by=by, now=now)
    for measure in plan.measures:
        if measure.due_on == plan.ends_on and measure.state in {"not_started", "ongoing"}:
            measure.due_on = new_end
    plan.ends_on = new_end
    plan.extension_count += 1
    db.flush()
    lights.assess(db, case, now=now)
    items.data_arrived(db, case.enterprise_id, "extension", key=f"extension:{kept.id}", by=by, now=now)
    return plan


def refuse(
    db: Session,
    case: Case,
    item: Item | None,
    extension: Mapping[str, Any],
    cause: str,
    opinion: str,
    *,
    asked_by: str,
    by: str,
    now: datetime,
) -> None:
    """Keeps that an extension was refused or not asked for in time (`cause`: refused, late); the plan is not extended any more."""
    plan = _plan(db, case)
    if extension:
        new_end = answers.day(extension.get("newEnd")) or plan.ends_on
        _record(db, plan, item, new_end, extension, asked_by, decision="refused", by=by, now=now)
    notices.letter(
        db,
        case,
        ["officer"],
        "no more time for the plan of {case_no}: {reason}",
        {"reason": opinion or CAUSES[cause].template.format(case_no=case.case_no)},
        key=f"extension_refused:{plan.id}:{item.id if item else 0}",
        now=now,
    )
    exhaust(db, case, item, cause, by=by, now=now)


def exhaust(db: Session, case: Case, item: Item | None, cause: str, *, by: str, now: datetime) -> None:
    """No further extension (a18): supervision is asked for, and a new plan approved one level higher. Once per plan.

    `cause` is one of `CAUSES`.
    """
    plan = _plan(db, case)
    if plan.exhausted:
        return
    plan.exhausted = True
    db.flush()
    lights.assess(db, case, now=now)
    orders.request(
        db,
        {
            "subjectKind": "case",
            "caseId": case.id,
            "itemId": item.id if item else None,
            "cause": CAUSES[cause].template,
            "causeParams": {"case_no": case.case_no},
        },
        key=f"extension:{plan.id}",
        case=case,
        by=by,
        now=now,
    )
    plans.ask_amendment(db, case, "extension", by=by, now=now)


def _plan(db: Session, case: Case) -> Plan:
    plan = cases.approved_plan(db, case)
    if plan is None:
        raise NotFound("expected an approved plan of case {case_no}, but there is none", case_no=case.case_no)
    return plan


def _record(
    db: Session,
    plan: Plan,
    item: Item | None,
    new_end: date,
    extension: Mapping[str, Any],
    asked_by: str,
    *,
    decision: str,
    by: str,
    now: datetime,
) -> Extension:
    row = Extension(
        case_id=plan.case_id,
        plan_id=plan.id,
        item_id=item.id if item else None,
        old_end=plan.ends_on,
        new_end=new_end,
        reason=str(extension.get("reason") or ""),
        asked_by=asked_by,
        decided_by=by,
        decision=decision,
        at=now,
    )
    db.add(row)
    db.flush()
    return row
