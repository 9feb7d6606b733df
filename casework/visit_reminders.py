"""Reminding of visits that are owed (4.d d08): the officer before, the county and its leader after, each once, by calendar days.

A portion asks a fixed number of questions. What is owed to a case that is over is cancelled on the way.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework import answers, cases, notices, staff, visit_plans
from casework.case_tables import LIVING_CASE, Case, Notice
from casework.staff import Staff
from casework.visit_plan_tables import OWED, VisitPlan
from engine import decisions, history
from engine.calendars import local_day
from engine.errors import Sentence

PORTION: Final = 200
_SOON: Final = Sentence("the visit of {case_no} is due on {due}")
_LATE: Final = Sentence("the visit of {case_no} was due on {due} and is {days} days overdue")


def remind(db: Session, day: str, *, after: int, now: datetime) -> int:
    """Reminds of the next 200 owed visits with an id above `after`; gives the last id, 0 at the end. `day`: `2026-07-01`.

    Every row of the decision `visit-reminders` is served once per plan; of several reminders to the officer that were missed only
    the last is sent.
    """
    today = date.fromisoformat(day)
    soon = today + timedelta(days=-min(int(row["offset"]) for row in _rows(db, "A", now=now)))
    query = (
        select(VisitPlan, Case)
        .join(Case, Case.id == VisitPlan.case_id)
        .where(VisitPlan.state.in_(OWED), VisitPlan.id > after)
        .where(or_(VisitPlan.due_on <= soon, Case.state.not_in(LIVING_CASE)))
        .order_by(VisitPlan.id)
        .limit(PORTION)
    )
    found = [(row[0], row[1]) for row in db.execute(query)]
    known = staff.of(db, {case.scope for _plan, case in found}, {case.enterprise_id for _plan, case in found}, today)
    letters: list[Notice] = []
    for plan, case in found:
        if case.state not in LIVING_CASE:
            visit_plans.cancel(db, plan, "the case is over", by="system", now=now)
        elif case.state != "suspended":
            letters += _letters(db, plan, case, known, today, now=now)
    _send(db, letters)
    return found[-1][0].id if len(found) == PORTION else 0


def _letters(db: Session, plan: VisitPlan, case: Case, known: Staff, today: date, *, now: datetime) -> list[Notice]:
    rows = _rows(db, plan.class_, now=now)
    reached = [
        (number, row)
        for number, row in enumerate(rows, start=1)
        if number > plan.reminded and plan.due_on + timedelta(days=int(row["offset"])) <= today
    ]
    latest = max((number for number, row in reached if row["to"] == "officer"), default=0)
    made: list[Notice] = []
    for number, row in reached:
        to = str(row["to"])
        if to == "officer" and number != latest:
            continue
        addressee, level = _address(db, case, to, known)
        said = _SOON if int(row["offset"]) <= 0 else _LATE
        params = {"case_no": case.case_no, "due": plan.due_on, "days": (today - plan.due_on).days}
        made.append(
            Notice(
                key=f"visit_reminder:{plan.id}:{number}:{to}",
                kind="reminder" if said is _SOON else "warning",
                addressee=addressee,
                level=level,
                template=said.template,
                params=history.plain(params),
                case_id=case.id,
                scope=case.scope,
                sent_at=now,
            )
        )
    plan.reminded = reached[-1][0] if reached else plan.reminded
    return made


def _address(db: Session, case: Case, to: str, known: Staff) -> tuple[str, str]:
    """Where it goes; the officer who acts was read for the whole portion, the county is told where there is none."""
    if to == "leader":
        return notices.address(db, case, "XL")
    acting = known.acting.get(case.enterprise_id, "") if to == "officer" else ""
    return (f"person:{acting}", "officer") if acting else notices.address(db, case, cases.groups(case, "county")[0])


def _send(db: Session, letters: Sequence[Notice]) -> None:
    """Keeps those that were not sent before; a plan that followed a missed one goes on where that stood."""
    keys = [one.key for one in letters]
    sent: set[str] = set(db.scalars(select(Notice.key).where(Notice.key.in_(keys)))) if keys else set()
    db.add_all(one for one in letters if one.key not in sent)
    db.flush()


def _rows(db: Session, class_: str, *, now: datetime) -> list[Mapping[str, Any]]:
    memo = cast(dict[object, list[Mapping[str, Any]]], db.info.setdefault("casework.visit_reminders", {}))
    key = (class_, local_day(now))
    if key not in memo:
        value = decisions.value(db, "visit-reminders", {"facts": {"class": class_}}, now=now)
        memo[key] = sorted(answers.rows(value), key=lambda row: int(row["offset"]))
    return memo[key]
