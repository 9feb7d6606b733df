"""The plan of a case (一企一策, F03): prepared from the lists, submitted, approved level by level, extended at most twice.

Source: REFERENCE 4.a a10–a18, 4.a.1, 6.8, DT-11.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import answers, cases, facts, items
from casework.case_tables import LIVING_ITEM, Case, Extension, Item, Measure, Plan
from casework.facts import enterprise_facts
from engine import decisions, history
from engine.calendars import calendar, local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence
from engine.tables import Instance, Submission, UserTask

MEASURE_TYPES = (
    "AUX_LEDGER", "PROJECT", "INSTITUTION", "DIAGNOSIS", "POLICY", "POOL", "HITECH_APPLY", "SXG", "STAT_FILL", "TALENT", "COOP",
    "FINANCE", "OTHER",
)  # fmt: skip
"""The kinds of measures (4.a13a)."""
LONGEST_EXTENSION = timedelta(days=90)
MOST_EXTENSIONS = 2
_LEVELS = {
    "approve_county": "county",
    "approve_amendment": "county",
    "approve_city": "city",
    "approve_region": "region",
    "plan_meeting": "meeting",
}


def prepare(db: Session, case: Case, *, now: datetime) -> dict[str, Any]:
    """The plan form filled in as far as the lists say it (4.a.1): goals and measures by the decision `plan-measures`.

    A case that already has a plan gets that plan to go on from, with what later items add, so nobody types anything twice.
    """
    day = local_day(now)
    latest = db.scalars(
        select(Plan).where(Plan.case_id == case.id).order_by(Plan.version.desc()).limit(1)
    ).one_or_none()
    plan: dict[str, Any] = dict(latest.data) if latest else {"causes": [], "goals": [], "measures": []}
    ends = min([item.target_date for item in _living(case) if item.target_date] or [day + timedelta(days=365)])
    ends = max(latest.ends_on, day) if latest else ends
    owner = cases.enterprise_of(db, case).name
    dates = {"start": day.isoformat(), "due": ends.isoformat()}
    known = {str(row.get("type")) for row in answers.rows(plan.get("measures"))}
    measures = [
        {**measure, "owner": owner, **dates}
        for measure in mandatory_measures(db, case, now=now)
        if measure["type"] not in known
    ]
    aims = {str(row.get("type")) for row in answers.rows(plan.get("goals"))}
    goals = [{"type": goal, "date": ends.isoformat()} for goal in _goals(case) if goal not in aims]
    return {
        **plan,
        "starts": plan.get("starts") or day.isoformat(),
        "ends": ends.isoformat(),
        "goals": [*answers.rows(plan.get("goals")), *goals],
        "measures": [*answers.rows(plan.get("measures")), *measures],
    }


def mandatory_measures(db: Session, case: Case, *, now: datetime) -> list[dict[str, str]]:
    """The measures that the lists of this case demand (4.a.1), each type once, with the text a form begins with."""
    enterprise = enterprise_facts(db, cases.enterprise_of(db, case), day=local_day(now))
    found: dict[str, dict[str, str]] = {}
    for item in _living(case):
        values = {
            "list": item.list_type,
            "gap_activity": items.gap_activity(item),
            "gap_inst": items.gap_institution(item),
            "aux_ledger": bool(enterprise.get("aux_ledger")),
        }
        decided = decisions.evaluate(db, "plan-measures", {"facts": values}, now=now)
        for row in answers.rows(decided.value):
            found.setdefault(str(row["type"]), {"type": str(row["type"]), "content": str(row["content"])})
    return list(found.values())


def submit(db: Session, case: Case, submission: Mapping[str, Any], *, by: str, now: datetime) -> Plan:
    """Keeps what was written as the next version of the plan, with its measures.

    Raises:
        Invalid: the plan ends before it begins, a measure lies outside it, or its type is unknown.
    """
    day = local_day(now)
    starts = answers.day(submission.get("starts")) or day
    rows = answers.rows(submission.get("measures"))
    ends = answers.day(submission.get("ends")) or max([answers.day(row.get("due")) or day for row in rows], default=day)
    _check(starts, ends, rows)
    for earlier in case.plans:
        if earlier.state in {"submitted", "returned"}:
            earlier.state = "superseded"
    version = db.scalars(select(func.coalesce(func.max(Plan.version), 0)).where(Plan.case_id == case.id)).one() + 1
    plan = Plan(
        case_id=case.id,
        version=version,
        author=by,
        submitted_at=now,
        starts_on=starts,
        ends_on=ends,
        causes=[str(cause) for cause in answers.several(submission.get("causes"))],
        goals=history.plain(answers.several(submission.get("goals"))),
        data=history.plain(submission),
        extension_count=sum(earlier.extension_count for earlier in case.plans if earlier.state == "approved"),
    )
    db.add(plan)
    db.flush()
    db.add_all(
        Measure(
            plan_id=plan.id,
            case_id=case.id,
            type=str(row.get("type")),
            content=str(row.get("content") or ""),
            owner=str(row.get("owner") or ""),
            support_org=str(row.get("support") or ""),
            starts_on=answers.day(row.get("start")) or starts,
            due_on=answers.day(row.get("due")) or ends,
            budget=answers.amount(row.get("budget")),
        )
        for row in rows
    )
    db.flush()
    db.refresh(case, ["plans"])
    cases.refresh_stage(db, case)
    return plan


def approval_facts(db: Session, case: Case, *, by: str, now: datetime) -> dict[str, Any]:
    """What DT-11 looks at, frozen as a `Facts` record with purpose `plan-approval`."""
    enterprise = enterprise_facts(db, cases.enterprise_of(db, case), day=local_day(now))
    earlier = cases.approved_plan(db, case)
    values = history.plain(
        {
            "lists": sorted({item.list_type for item in _living(case)}),
            "light": case.light,
            "revenue_yi": enterprise.get("revenue_yi"),
            "is_soe": enterprise.get("is_soe"),
            "supervisor_level": enterprise.get("supervisor_level") or "",
            "reopened": case.reopen_count > 0,
            "extensions_used": bool(earlier and earlier.extension_count >= MOST_EXTENSIONS),
            "previous_levels": sorted({str(row["level"]) for row in earlier.approvals}) if earlier else [],
        }
    )
    facts.freeze(db, f"case:{case.id}", "plan-approval", values, by=by, now=now)
    return values


def approve(db: Session, case: Case, *, instance: Instance | None, now: datetime) -> Plan:
    """Puts the submitted plan in force and keeps who approved it; the plan before is superseded, its done measures stay done.

    Raises:
        NotFound: no plan waits for approval.
    """
    plan = db.scalars(
        select(Plan).where(Plan.case_id == case.id, Plan.state == "submitted").order_by(Plan.version.desc()).limit(1)
    ).one_or_none()
    if plan is None:
        raise NotFound("expected a submitted plan of case {case_no}, but there is none", case_no=case.case_no)
    before = cases.approved_plan(db, case)
    if before is not None:
        before.state = "superseded"
        _carry_over(before, plan)
    plan.state, plan.approved_at = "approved", now
    plan.approvals = _approvals(db, instance, since=plan.submitted_at) if instance else []
    db.flush()
    cases.refresh_stage(db, case)
    return plan


def check_extension(db: Session, case: Case, extension: Mapping[str, Any]) -> date:
    """The new end that an extension asks for, when it may be granted (a18).

    Raises:
        NotFound: no plan is in force.
        Invalid: the new end is no working day, not later than the present one, or more than 90 days later.
        Conflict: two extensions were granted already.
    """
    plan = cases.approved_plan(db, case)
    if plan is None:
        raise NotFound("expected an approved plan of case {case_no}, but there is none", case_no=case.case_no)
    if plan.extension_count >= MOST_EXTENSIONS:
        raise Conflict(
            "the plan of {case_no} was extended {count} times already", case_no=case.case_no, count=MOST_EXTENSIONS
        )
    new_end = answers.day(extension.get("newEnd"))
    if new_end is None or new_end <= plan.ends_on:
        problem = Sentence("the new end must be later than {end}", {"end": plan.ends_on.isoformat()})
    elif new_end - plan.ends_on > LONGEST_EXTENSION:
        problem = Sentence("an extension may be at most {days} days", {"days": LONGEST_EXTENSION.days})
    elif not calendar(db).is_working(new_end):
        problem = Sentence("{day} is not a working day", {"day": new_end.isoformat()})
    else:
        return new_end
    raise Invalid(fields={"extension.newEnd": [problem]})


def extend(
    db: Session, case: Case, item: Item | None, extension: Mapping[str, Any], *, asked_by: str, by: str, now: datetime
) -> Plan:
    """Moves the end of the plan (a18), with every measure that was to end with it.

    Raises:
        NotFound, Invalid, Conflict: as `check_extension`.
    """
    new_end = check_extension(db, case, extension)
    plan = cases.approved_plan(db, case)
    assert plan is not None
    _record_extension(db, plan, item, new_end, extension, asked_by, decision="granted", by=by, now=now)
    for measure in plan.measures:
        if measure.due_on == plan.ends_on and measure.state in {"not_started", "ongoing"}:
            measure.due_on = new_end
    plan.ends_on = new_end
    plan.extension_count += 1
    return plan


def refuse_extension(
    db: Session, case: Case, item: Item | None, extension: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    """Keeps that an extension was asked for and refused."""
    plan = cases.approved_plan(db, case)
    if plan is not None:
        new_end = answers.day(extension.get("newEnd")) or plan.ends_on
        _record_extension(db, plan, item, new_end, extension, "", decision="refused", by=by, now=now)


def last_author(db: Session, instance: Instance) -> str:
    """Who wrote the last plan or amendment in this run; empty when nobody did."""
    return (
        db.scalars(
            select(UserTask.completed_by)
            .where(UserTask.instance_id == instance.id, UserTask.element_id.in_(("write_plan", "amend_plan")))
            .where(UserTask.status == "completed")
            .order_by(UserTask.id.desc())
            .limit(1)
        ).one_or_none()
        or ""
    )


def last_day_to_ask(db: Session, plan: Plan) -> date:
    """An extension is asked for at least three working days before the end of the plan (3.7)."""
    return calendar(db).add(plan.ends_on, -3)


def expected_progress(db: Session, plan: Plan, day: date) -> int:
    """序时进度: elapsed working days of the plan, in per cent of all of them (3.1)."""
    total = calendar(db).between(plan.starts_on, plan.ends_on)
    passed = calendar(db).between(plan.starts_on, min(max(day, plan.starts_on), plan.ends_on))
    return 100 if total <= 0 else round(100 * passed / total)


def actual_progress(plan: Plan) -> int:
    """The mean progress of the plan's measures, weighted if the plan says so, in per cent."""
    counted = [measure for measure in plan.measures if measure.state != "cancelled"]
    weight = sum(measure.weight for measure in counted)
    return round(sum(measure.progress * measure.weight for measure in counted) / weight) if weight else 0


def _living(case: Case) -> list[Item]:
    return [item for item in case.items if item.state in LIVING_ITEM]


def _goals(case: Case) -> list[str]:
    wanted: list[str] = []
    for item in _living(case):
        if items.gap_activity(item):
            wanted.append("activity")
        if items.gap_institution(item):
            wanted.append("institution")
        wanted += {"L4": ["scale"], "L5": ["hitech"], "RENEW": ["hitech"]}.get(item.list_type, [])
    return list(dict.fromkeys(wanted))


def _check(starts: date, ends: date, rows: list[Mapping[str, Any]]) -> None:
    problems: dict[str, list[Sentence]] = {}
    if ends <= starts:
        problems["plan.ends"] = [Sentence("a plan must end after it begins on {start}", {"start": starts.isoformat()})]
    for number, row in enumerate(rows):
        if row.get("type") not in MEASURE_TYPES:
            problems[f"plan.measures[{number}].type"] = [
                Sentence("expected a kind of measure, but got {value}", {"value": str(row.get("type"))})
            ]
        if (due := answers.day(row.get("due"))) is not None and due > ends:
            problems[f"plan.measures[{number}].due"] = [
                Sentence("a measure must end by the end of the plan, {end}", {"end": ends.isoformat()})
            ]
    if not rows:
        problems["plan.measures"] = [Sentence("a plan needs at least one measure")]
    if problems:
        raise Invalid(fields=problems)


def _carry_over(before: Plan, plan: Plan) -> None:
    """What was already done for the plan before counts for the new one: same kind, same content."""
    for measure in plan.measures:
        for old in before.measures:
            if (old.type, old.content) == (measure.type, measure.content) and old.progress > measure.progress:
                measure.progress, measure.state, measure.done_at = old.progress, old.state, old.done_at


def _approvals(db: Session, instance: Instance, *, since: datetime) -> list[dict[str, Any]]:
    rows = db.execute(
        select(UserTask.element_id, Submission.by, Submission.on_behalf_of, Submission.at, Submission.data)
        .join(Submission, Submission.user_task_id == UserTask.id)
        .where(UserTask.instance_id == instance.id, UserTask.element_id.in_(_LEVELS), Submission.at >= since)
        .order_by(Submission.id)
    )
    return [
        {
            "level": _LEVELS[row.element_id],
            "by": row.by,
            "on_behalf_of": row.on_behalf_of,
            "at": row.at.isoformat(),
            "answer": row.data,
        }
        for row in rows
    ]


def _record_extension(
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
) -> None:
    db.add(
        Extension(
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
    )
