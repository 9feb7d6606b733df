"""Visits that are checked by telephone: drawn each month so that it can be drawn again, found real or not, and what follows (4.d d09)."""

import hashlib
import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, cases, notices, people, visit_plans, visits
from casework.case_tables import Case, Visit
from casework.visit_plan_tables import SpotCheck, VisitPlan
from engine import messages
from engine.calendars import calendar, local_day
from engine.errors import NotFound
from engine.tables import Instance

PORTION = 200
REVISIT_DAYS = 10
"""Working days for the visit that replaces one that was not real."""


def get(db: Session, check_id: int) -> SpotCheck:
    """The check; raises NotFound."""
    check = db.get(SpotCheck, check_id)
    if check is None:
        raise NotFound("expected spot check {check}, but there is none", check=check_id)
    return check


def draw(db: Session, month: str, *, after: int, now: datetime) -> int:
    """Draws the visits of the month before `month` (`2026-07`) that are checked; the next 200 with an id above `after`, 0 at the end.

    Of all visits of the month the share of `visit-limits` (5 %, rounded up) is drawn by a number that follows from the month and the
    visit alone, so that anybody who draws again draws the same.
    """
    chosen = [row for row in drawn(db, month, now=now) if row[0] > after][:PORTION]
    if not chosen:
        return 0
    ids = [visit_id for visit_id, _case_id in chosen]
    known = set(db.scalars(select(SpotCheck.visit_id).where(SpotCheck.visit_id.in_(ids))))
    of_case = {
        case.id: (case, run)
        for case, run in db.execute(
            select(Case, Instance)
            .outerjoin(Instance, Instance.id == Case.instance_id)
            .where(Case.id.in_([case_id for _visit_id, case_id in chosen]))
        )
    }
    made = [
        SpotCheck(
            visit_id=visit_id,
            case_id=case_id,
            enterprise_id=of_case[case_id][0].enterprise_id,
            scope=of_case[case_id][0].scope,
            month=month,
            drawn_at=now,
        )
        for visit_id, case_id in chosen
        if visit_id not in known
    ]
    db.add_all(made)
    db.flush()
    for check in made:
        messages.publish(
            db,
            "spot_check_drawn",
            str(check.id),
            {"spotCheckId": check.id, "caseId": check.case_id},
            key=f"spot_check_drawn:{check.id}",
            sender=of_case[check.case_id][1],
            by=people.SYSTEM,
            now=now,
        )
    return ids[-1]


def drawn(db: Session, month: str, *, now: datetime) -> list[tuple[int, int]]:
    """Which visits of the month before are checked: (visit id, case id) in the order of the ids."""
    first = date.fromisoformat(f"{month}-01")
    before = (first - timedelta(days=1)).replace(day=1)
    query = select(Visit.id, Visit.case_id).where(
        Visit.visited_on >= before, Visit.visited_on < first, Visit.result.in_(("visited", "void"))
    )
    lots = sorted(
        (hashlib.sha256(f"{month}:{visit_id}".encode()).hexdigest(), visit_id, case_id)
        for visit_id, case_id in db.execute(query)
    )
    share = visit_plans.limits(db, now=now)["share"]
    return sorted((visit_id, case_id) for _lot, visit_id, case_id in lots[: math.ceil(len(lots) * share / 100)])


def opened(db: Session, check: SpotCheck, *, instance: Instance) -> dict[str, object]:
    """Begins a check: `{spotCheckId, checked, groups}`; `checked` is what the visitor wrote."""
    case, visit = cases.get(db, check.case_id), visits.get(db, check.visit_id)
    instance.scope, instance.subject = check.scope, f"enterprise:{check.enterprise_id}"
    instance.business_key = case.case_no
    check.instance_id = instance.id
    met = answers.rows(answers.context(visit.data.get("visit")).get("people"))
    return {
        "spotCheckId": check.id,
        "groups": [*cases.groups(case, "county"), "SUP"],
        "checked": {
            "date": visit.visited_on.isoformat() if visit.visited_on else "",
            "by": people.name_of(db, visit.recorded_by),
            "people": "、".join(f"{row.get('name')}({row.get('post')})" for row in met),
            "content": visit.content[:1000],
        },
    }


def record(db: Session, check: SpotCheck, answer: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """Keeps what the enterprise said; a visit that was not real is void and its plan missed, and the leader and the supervisors hear it."""
    result = str(answer.get("result") or "unreached")
    check.state = result if result in {"real", "false", "unreached"} else "unreached"
    check.finding, check.data = str(answer.get("finding") or ""), dict(answer)
    check.checked_by, check.checked_at = by, now
    if check.state != "false":
        return
    visit, case = visits.get(db, check.visit_id), cases.get(db, check.case_id)
    visit.result = "void"
    _set_plan(db, visit, "missed")
    params = {
        "date": visit.visited_on,
        "officer": people.name_of(db, visit.recorded_by),
        "finding": check.finding[:200],
    }
    notices.letter(
        db,
        case,
        ["XL", "SUP"],
        "the visit of {date} by {officer} for {case_no} was not real: {finding}",
        params,
        key=f"spot_check:{check.id}",
        now=now,
    )


def mark_unchecked(db: Session, check: SpotCheck, *, now: datetime) -> None:
    """Nobody telephoned in time; the supervisors hear it."""
    check.state = "unchecked"
    case = cases.get(db, check.case_id)
    notices.letter(
        db,
        case,
        ["SUP"],
        "nobody checked the visit for {case_no} that was drawn in {month}",
        {"month": check.month},
        key=f"unchecked:{check.id}",
        now=now,
    )


def settle(db: Session, check: SpotCheck, answer: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """What follows from a visit that was not real: another one within ten working days, another officer, or it counts after all."""
    check.settled, check.settled_by = str(answer.get("decision") or "revisit"), by
    case, visit = cases.get(db, check.case_id), visits.get(db, check.visit_id)
    if check.settled == "dismissed":
        visit.result, check.state = "visited", "real"
        _set_plan(db, visit, "visited")
        return
    if check.settled == "reassign":
        notices.letter(
            db,
            case,
            cases.groups(case, "county")[:1],
            "the county leader asks for another officer for {case_no}",
            {},
            key=f"spot_reassign:{check.id}",
            now=now,
        )
    due_on = local_day(calendar(db).due(now, REVISIT_DAYS))
    reason = str(answer.get("opinion") or "")
    visit_plans.plan_visit(
        db, case, "revisit", kind="return", reason=reason, due_on=due_on, key=f"revisit:{check.id}", by=by, now=now
    )


def _set_plan(db: Session, visit: Visit, state: str) -> None:
    plan: VisitPlan | None = visit_plans.of_visit(db, visit.id)
    if plan is not None:
        plan.state = state
