"""Which enterprises are owed a visit: the plan of a month, visits for a reason, merging, and reminding (4.d d01, d02, d08; DT-9).

A month is planned in portions; each portion asks a fixed number of questions, whatever the number and age of the cases. How often
an enterprise is to be visited is the decision `visit-priority`, the order `visit-score`, the reminders `visit-reminders`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import answers, enterprises, notices, visit_facts
from casework.case_tables import LIVING_CASE, Case, Visit
from casework.tables import Assignment
from casework.visit_facts import Known
from casework.visit_plan_tables import OWED, VisitPlan
from engine import decisions, history, messages
from engine.calendars import Calendar, calendar, local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence
from engine.tables import Instance

PORTION: Final = 200
TYPES: Final = ("routine", "topic", "return", "lookback")
"""例行, 专题, 回访, 回头看: what may be planned; a first visit is opened by its case."""
CAUSES: Final = ("monthly", "first", "red", "request", "anomaly", "missed", "revisit", "by_hand")
CHAIN: Final = "visits"


def get(db: Session, plan_id: int) -> VisitPlan:
    """The plan; raises NotFound."""
    plan = db.get(VisitPlan, plan_id)
    if plan is None:
        raise NotFound("expected visit plan {plan}, but there is none", plan=plan_id)
    return plan


def make(db: Session, month: str, *, after: int, now: datetime) -> int:
    """Plans the visits of a month (`2026-07`) for the next 200 living cases with an id above `after`; gives the last id, 0 at the end.

    Doing it twice plans nothing twice. A visit that is still owed from an earlier month is missed: the plan that follows takes over
    its run and the day on which it was due first; after the second one in a row another officer is proposed (d08).
    """
    query = select(Case).where(Case.state.in_(("open", "observing")), Case.id > after).order_by(Case.id).limit(PORTION)
    found = list(db.scalars(query))
    if not found:
        return 0
    first = date.fromisoformat(f"{month}-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    known = visit_facts.of(db, found, month=month, day=max(first, local_day(now)))
    days, made = calendar(db), list[VisitPlan]()
    for case in found:
        plan = _plan_of(db, case, known, days, month, first, last, now=now)
        if plan is not None:
            made.append(plan)
    _begin(db, found, made, by="system", now=now)
    return found[-1].id


def plan_visit(
    db: Session,
    case: Case,
    cause: str,
    *,
    kind: str = "topic",
    reason: str = "",
    department: str = "",
    topics: Sequence[str] = (),
    due_on: date,
    key: str = "",
    by: str,
    now: datetime,
) -> VisitPlan:
    """Plans a visit outside the monthly plan: a red light, a request, odd figures, another department.

    Where a visit to the enterprise is planned already, the new one is merged into it (无事不扰): one visit, all topics, the earlier day.
    `key` makes the plan once.

    Raises:
        Invalid: the day is no working day, or is past.
        Conflict: the case is over.
    """
    known = db.scalars(select(VisitPlan).where(VisitPlan.key == key)).one_or_none() if key else None
    if known is not None:
        return known
    if case.state not in LIVING_CASE:
        raise Conflict("the case {case_no} is over", case_no=case.case_no)
    days, today = calendar(db), local_day(now)
    if due_on < today or not days.is_working(due_on):
        raise Invalid(fields={"due_on": [Sentence("choose a working day from today on")]})
    plan = VisitPlan(
        key=key or f"{cause}:{case.id}:{uuid4().hex}",
        case_id=case.id,
        enterprise_id=case.enterprise_id,
        scope=case.scope,
        month=due_on.isoformat()[:7],
        class_="A" if case.light == "red" else "B",
        type=kind,
        cause=cause,
        reason=reason[:300],
        department=department[:120],
        topics=list(topics),
        allowed_days=max(1, (due_on - today).days),
        due_on=due_on,
        officer_id=_officer_of(db, case),
        created_by=by,
        created_at=now,
    )
    other = owed(db, case.id)
    data = {"case": case.case_no, "cause": cause, "due": due_on.isoformat(), "department": department}
    history.write(
        db,
        chain=CHAIN,
        fact="visit_planned",
        by=by,
        now=now,
        data=data,
        subject=enterprises.subject(case.enterprise_id),
    )
    if other is not None:
        return _merge(db, case, plan, other, now=now)
    _begin(db, [case], [plan], by=by, now=now)
    return plan


def visit_red(db: Session, day: str, *, after: int, now: datetime) -> int:
    """Plans a visit to every enterprise whose light is red and to whom none is owed, if the last one is longer ago than DT-9 allows.

    The next 200 red cases with an id above `after`; gives the last id, 0 at the end. `day` is the Shanghai date (`2026-07-01`).
    """
    query = (
        select(Case).where(Case.state == "open", Case.light == "red", Case.id > after).order_by(Case.id).limit(PORTION)
    )
    found = list(db.scalars(query))
    if not found:
        return 0
    today = date.fromisoformat(day)
    known = visit_facts.of(db, found, month=day[:7], day=today)
    days, made = calendar(db), list[VisitPlan]()
    for case in found:
        base = known.last.get(case.id)
        if base is None or case.id in known.owed or case.id in known.planned:
            continue
        row = _priority(db, case, known, now=now)
        if (today - base).days >= int(row["allowed"]):
            _ask_leader(db, case, now=now)
            due = _working_day(days, today + timedelta(days=int(row["lead"])))
            made.append(_new(db, case, known, row, due, today.isoformat()[:7], cause="red", now=now))
    _begin(db, found, made, by="system", now=now)
    return found[-1].id


def cancel(db: Session, plan: VisitPlan, reason: str, *, by: str, now: datetime) -> None:
    """A visit is not owed any more; its run, if it has one, hears `visit_cancelled`."""
    plan.state = "cancelled"
    begun = plan.id
    if plan.visit_id is not None:
        # The run listens under the plan that started it, whatever plans came after a missed one.
        begun = db.scalars(select(func.min(VisitPlan.id)).where(VisitPlan.visit_id == plan.visit_id)).one() or plan.id
    key = f"visit_cancelled:{begun}"
    messages.publish(db, "visit_cancelled", str(begun), {"reason": reason}, key=key, by=by, now=now)


def owed(db: Session, case_id: int) -> VisitPlan | None:
    """The visit that is owed to a case, if any; there is at most one."""
    query = select(VisitPlan).where(VisitPlan.case_id == case_id, VisitPlan.state.in_(OWED)).order_by(VisitPlan.id)
    return db.scalars(query.limit(1)).one_or_none()


def of_visit(db: Session, visit_id: int) -> VisitPlan | None:
    """The plan that a visit serves, not those merged into it; None for a visit of before there were plans."""
    query = select(VisitPlan).where(VisitPlan.visit_id == visit_id, VisitPlan.state != "merged")
    return db.scalars(query.order_by(VisitPlan.id.desc()).limit(1)).one_or_none()


def fulfil(db: Session, visit: Visit, state: str, *, on: date | None = None, reason: str = "") -> None:
    """The visit took place (`visited`), or ended without one (`missed`): nothing is owed any more."""
    plan = of_visit(db, visit.id)
    if plan is not None:
        plan.state, plan.visited_on = state, on
        plan.reason = reason[:300] or plan.reason


def overdue_days(db: Session, case_ids: Sequence[int], day: date) -> dict[int, int]:
    """Calendar days since the oldest visit that is owed fell due, by case (DT-2 row 10); cases in time are left out."""
    query = (
        select(VisitPlan.case_id, func.min(VisitPlan.due_on))
        .where(VisitPlan.case_id.in_(case_ids), VisitPlan.state.in_(OWED), VisitPlan.due_on < day)
        .group_by(VisitPlan.case_id)
    )
    return {case_id: (day - due).days for case_id, due in db.execute(query)}


def limits(db: Session, *, now: datetime) -> Mapping[str, int]:
    """The numbers of the decision `visit-limits`: share (%), missed, notice (days), quietFrom, quietTo (days of the month)."""
    return {
        name: int(value) for name, value in answers.context(decisions.value(db, "visit-limits", {}, now=now)).items()
    }


def _plan_of(
    db: Session,
    case: Case,
    known: Known,
    days: Calendar,
    month: str,
    first: date,
    last: date,
    *,
    now: datetime,
) -> VisitPlan | None:
    base, open_plan = known.last.get(case.id), known.owed.get(case.id)
    if base is None or case.id in known.planned or (open_plan is not None and open_plan.due_on >= first):
        return None
    row = _priority(db, case, known, now=now)
    if open_plan is not None:
        return _after_missed(db, case, open_plan, known, row, month, now=now)
    due = base + timedelta(days=int(row["allowed"]))
    promised = known.promised.get(case.id)
    if promised is not None and promised >= first:
        due = min(due, promised)
    if due > last:
        return None
    _ask_leader(db, case, now=now)
    due = _working_day(days, max(due, max(first, local_day(now)) + timedelta(days=int(row["lead"]))))
    return _new(db, case, known, row, due, month, cause="monthly", now=now)


def _after_missed(
    db: Session, case: Case, missed: VisitPlan, known: Known, row: Mapping[str, Any], month: str, *, now: datetime
) -> VisitPlan:
    plan = _new(db, case, known, row, missed.due_on, month, cause="missed", now=now)
    plan.missed_before, plan.visit_id, plan.state = missed.missed_before + 1, missed.visit_id, missed.state
    plan.reminded, plan.type, plan.topics = missed.reminded, missed.type, missed.topics
    missed.state = "missed"
    if plan.missed_before == limits(db, now=now)["missed"]:
        notices.letter(
            db,
            case,
            _county(case),
            "{officer} missed {count} visits in a row for {case_no}; propose another officer",
            {"officer": notices.officer_of(db, case), "count": plan.missed_before},
            key=f"reassign:{missed.id}",
            now=now,
        )
    return plan


def _ask_leader(db: Session, case: Case, *, now: datetime) -> None:
    """While the light is red the county leader goes along once (DT-9 row 1)."""
    if case.light == "red":
        notices.letter(
            db,
            case,
            ["XL"],
            "the light of {case_no} is red; go along to one of its visits",
            {},
            key=f"leader_goes_along:{case.id}:{case.reopen_count}",
            now=now,
        )


def _new(
    db: Session, case: Case, known: Known, row: Mapping[str, Any], due: date, month: str, *, cause: str, now: datetime
) -> VisitPlan:
    base = known.last[case.id]
    facts = known.score_of(case, days=(known.day - base).days, allowed=int(row["allowed"]))
    score = decisions.value(db, "visit-score", {"facts": facts}, now=now)
    return VisitPlan(
        key=f"{month}:{cause}:{case.id}" if cause != "missed" else f"{month}:monthly:{case.id}",
        case_id=case.id,
        enterprise_id=case.enterprise_id,
        scope=case.scope,
        month=month,
        class_=str(row["class"]),
        cause=cause,
        score=Decimal(str(score)).quantize(Decimal("0.01")),
        reason=str(row["reason"]),
        allowed_days=int(row["allowed"]),
        due_on=due,
        officer_id=known.officers.get(case.id),
        state="planned",
        missed_before=0,
        reminded=0,
        created_by="system",
        created_at=now,
    )


def _priority(db: Session, case: Case, known: Known, *, now: datetime) -> Mapping[str, Any]:
    facts = known.facts_of(case)
    key = tuple(sorted((name, str(value)) for name, value in facts.items()))
    if key not in known.decided:
        known.decided[key] = answers.context(decisions.value(db, "visit-priority", {"facts": facts}, now=now))
    return known.decided[key]


def _begin(db: Session, found: Sequence[Case], made: Sequence[VisitPlan], *, by: str, now: datetime) -> None:
    """Keeps the plans and starts the runs of those that have none yet."""
    db.add_all(made)
    db.flush()
    runs = {case.id: case.instance_id for case in found}
    wanted = [runs[plan.case_id] for plan in made if runs[plan.case_id] is not None]
    senders = {run.id: run for run in db.scalars(select(Instance).where(Instance.id.in_(wanted)))} if wanted else {}
    starting = [
        messages.Said(
            "visit_planned",
            str(plan.id),
            {"visitPlanId": plan.id, "caseId": plan.case_id, "visitType": plan.type},
            f"visit_planned:{plan.id}",
            senders.get(runs[plan.case_id] or 0),
        )
        for plan in made
        if plan.visit_id is None and plan.state == "planned"
    ]
    messages.publish_all(db, starting, by=by, now=now)


def _merge(db: Session, case: Case, plan: VisitPlan, other: VisitPlan, *, now: datetime) -> VisitPlan:
    plan.state, plan.visit_id = "merged", other.visit_id
    plan.merged_into_id, plan.officer_id = other.id, other.officer_id
    db.add(plan)
    other.topics = [*other.topics, *(topic for topic in plan.topics if topic not in other.topics)]
    other.due_on = min(other.due_on, plan.due_on)
    if other.visit_id is not None:
        visit = db.get_one(Visit, other.visit_id)
        visit.is_joint = visit.is_joint or bool(plan.department)
    db.flush()
    notices.letter(
        db,
        case,
        ["officer"],
        "one visit serves both: {department} joins the visit of {case_no}, which is due on {due}",
        {"department": plan.department or plan.reason, "due": other.due_on},
        key=f"visit_merged:{plan.id}",
        now=now,
    )
    return plan


def _working_day(days: Calendar, day: date) -> date:
    """This day, or the last working day before it."""
    return day if days.is_working(day) else days.add(day, -1)


def _county(case: Case) -> list[str]:
    from casework import cases

    return cases.groups(case, "county")[:1]


def _officer_of(db: Session, case: Case) -> int | None:
    query = select(Assignment.officer_id).where(Assignment.case_id == case.id, Assignment.until.is_(None))
    return db.scalars(query).one_or_none()
