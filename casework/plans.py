"""The plan of a case (一企一策, F03): prepared from the lists, submitted, approved level by level, amended.

Source: REFERENCE 4.a a10–a12, a20, a23, 4.a.1, 6.8, DT-11.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import answers, cases, extensions, facts, items, measure_runs, progress
from casework.case_tables import LIVING_CASE, LIVING_ITEM, Baseline, Case, Item, Measure, Plan
from casework.facts import enterprise_facts
from engine import decisions, history, messages
from engine.calendars import calendar, local_day
from engine.errors import Invalid, NotFound, Problem, Sentence
from engine.tables import Instance, Submission, UserTask

MEASURE_TYPES = (
    "AUX_LEDGER", "PROJECT", "INSTITUTION", "DIAGNOSIS", "POLICY", "POOL", "HITECH_APPLY", "SXG", "STAT_FILL", "TALENT", "COOP",
    "FINANCE", "OTHER",
)  # fmt: skip
"""The kinds of measures (4.a13a)."""
AMEND_CODES = ("order", "relapse", "extension", "closure", "added", "kept", "other")
"""Why a plan has to be amended: a supervision order, a relapse, no further extension, a refused closure, an added item, a removal that
was not agreed to (a10, a14, a15a, a18, a20, a23)."""
PATIENCE = timedelta(days=3650)
"""How long the wish to amend a plan waits for its case to be ready."""
_LEVELS = {
    "approve_county": "county",
    "approve_city": "city",
    "approve_region": "region",
    "plan_meeting": "meeting",
}


def prepare(db: Session, case: Case, *, now: datetime) -> dict[str, Any]:
    """The plan form filled in as far as the lists say it (4.a.1): goals and measures by the decision `plan-measures`.

    A case that already has a plan gets that plan to go on from, with what later items add, so nobody types anything twice. A plan
    that has ended, or may not be extended any more, begins today.
    """
    day = local_day(now)
    case.amend_reasons = []
    latest = db.scalars(
        select(Plan).where(Plan.case_id == case.id).order_by(Plan.version.desc()).limit(1)
    ).one_or_none()
    plan: dict[str, Any] = dict(latest.data) if latest else {"causes": [], "goals": [], "measures": []}
    ends = min([item.target_date for item in _living(case) if item.target_date] or [day + timedelta(days=365)])
    is_over = latest is not None and (latest.exhausted or latest.ends_on <= day)
    if latest is not None:
        ends = _new_end(db, day, latest) if is_over else latest.ends_on
    owner = cases.enterprise_of(db, case).name
    dates = {"start": day.isoformat(), "due": ends.isoformat()}
    known = {str(row.get("type")) for row in _kept(case, latest, plan)}
    measures = [
        {**measure, "owner": owner, **dates}
        for measure in mandatory_measures(db, case, now=now)
        if measure["type"] not in known
    ]
    aims = {str(row.get("type")) for row in answers.rows(plan.get("goals"))}
    goals = [{"type": goal, "date": ends.isoformat()} for goal in _goals(case) if goal not in aims]
    return {
        **plan,
        "starts": day.isoformat() if is_over else plan.get("starts") or day.isoformat(),
        "ends": ends.isoformat(),
        "goals": [*answers.rows(plan.get("goals")), *goals],
        "measures": [*[_reaching(row, ends) for row in _kept(case, latest, plan)], *measures],
    }


def ask_amendment(db: Session, case: Case, code: str, *, by: str, now: datetime) -> None:
    """Wants the plan of a case amended (`plan_to_amend`), for one of `AMEND_CODES`; several wishes until it is prepared are one.

    A case that is over, or has not planned yet, has no plan to amend.
    """
    if code not in AMEND_CODES:
        raise Problem("expected a reason to amend a plan, but got {code}", code=code)
    if case.state not in LIVING_CASE or (not case.plans and code != "kept"):
        return
    if not case.amend_reasons:
        messages.publish(
            db,
            "plan_to_amend",
            str(case.id),
            {"caseId": case.id},
            key=f"plan_to_amend:{case.id}:{now.isoformat()}",
            time_to_live=PATIENCE,
            by=by,
            now=now,
        )
    case.amend_reasons = [*case.amend_reasons, *([code] if code not in case.amend_reasons else [])]


def mandatory_measures(db: Session, case: Case, *, now: datetime) -> list[dict[str, str]]:
    """The measures that the lists of this case demand (4.a.1), each type once, with the text a form begins with."""
    enterprise = enterprise_facts(db, cases.enterprise_of(db, case), day=local_day(now))
    causes = _causes(db, case)
    found: dict[str, dict[str, str]] = {}
    for item in _living(case):
        values = {
            "list": item.list_type,
            "gap_activity": items.gap_activity(item),
            "gap_inst": items.gap_institution(item),
            "aux_ledger": bool(enterprise.get("aux_ledger")),
            "elsewhere": "elsewhere" in causes,
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
        extension_count=_extensions_used(cases.approved_plan(db, case)),
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
    before = earlier or _of_predecessor(db, case)
    values = history.plain(
        {
            "lists": sorted({item.list_type for item in _living(case)}),
            "light": case.light,
            "revenue_yi": enterprise.get("revenue_yi"),
            "is_soe": enterprise.get("is_soe"),
            "supervisor_level": enterprise.get("supervisor_level") or "",
            "reopened": _fell_back_since(case, earlier),
            "extensions_used": bool(earlier and earlier.exhausted),
            "previous_levels": sorted({str(row["level"]) for row in before.approvals}) if before else [],
        }
    )
    facts.freeze(db, f"case:{case.id}", "plan-approval", values, by=by, now=now)
    return values


def approve(db: Session, case: Case, *, instance: Instance | None, by: str, now: datetime) -> Plan:
    """Puts the submitted plan in force and keeps who approved it; the plan before is superseded, its done measures stay done.

    Every measure that is not done gets a run of its own, and the items look again, because their term may have moved.

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
    measure_runs.replace(db, case, before, plan, by=by, now=now)
    items.data_arrived(db, case.enterprise_id, f"plan {plan.version}", key=f"plan:{plan.id}", by=by, now=now)
    cases.refresh_stage(db, case)
    return plan


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


def expected_progress(db: Session, plan: Plan, day: date) -> int:
    """序时进度: elapsed working days of the plan, in per cent of all of them (3.1)."""
    return progress.expected(calendar(db), plan.starts_on, plan.ends_on, day)


def actual_progress(plan: Plan) -> int:
    """The mean progress of the plan's measures, weighted if the plan says so, in per cent."""
    return progress.actual((one.state, one.progress, one.weight) for one in plan.measures)


def _living(case: Case) -> list[Item]:
    return [item for item in case.items if item.state in LIVING_ITEM]


def _fell_back_since(case: Case, plan: Plan | None) -> bool:
    """Whether an item of the case fell back after its plan was approved, or the case was opened by a relapse."""
    since = local_day(plan.approved_at) if plan and plan.approved_at else None
    return any(item.relapsed_on and (since is None or item.relapsed_on >= since) for item in _living(case))


def _of_predecessor(db: Session, case: Case) -> Plan | None:
    """The plan in force at the end of the case before this one."""
    return cases.approved_plan(db, cases.get(db, case.predecessor_case_id)) if case.predecessor_case_id else None


def _new_end(db: Session, day: date, before: Plan) -> date:
    """The end of a plan that begins anew: as long as the one before, on a working day."""
    length = max(before.ends_on - before.starts_on, timedelta(days=90))
    end = day + min(length, timedelta(days=365))
    return end if calendar(db).is_working(end) else calendar(db).add(end, -1)


def _kept(case: Case, latest: Plan | None, plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The measures of the plan before as the form asks for them; dropped ones are gone, added ones are there."""
    if latest is None or latest.state != "approved":
        return answers.rows(plan.get("measures"))
    return [
        {
            "type": one.type,
            "content": one.content,
            "owner": one.owner,
            "support": one.support_org,
            "start": one.starts_on.isoformat(),
            "due": one.due_on.isoformat(),
            **({"budget": one.budget} if one.budget is not None else {}),
        }
        for one in latest.measures
        if one.state != "cancelled"
    ]


def _reaching(row: Mapping[str, Any], ends: date) -> dict[str, Any]:
    """A measure of the plan before: what was to end after the new end ends with it."""
    due = answers.day(row.get("due"))
    return {**row, "due": min(due, ends).isoformat() if due else ends.isoformat()}


def _extensions_used(before: Plan | None) -> int:
    """How many extensions a new plan has behind it: those of the plan before, all of them where it may not be extended any more."""
    if before is None:
        return 0
    return extensions.MOST if before.exhausted else before.extension_count


def _causes(db: Session, case: Case) -> set[str]:
    """Why there is no R&D, as the last baseline found it (F01)."""
    latest = select(Baseline.data).where(Baseline.case_id == case.id).order_by(Baseline.id.desc()).limit(1)
    return {str(cause) for cause in answers.several((db.scalars(latest).one_or_none() or {}).get("causes"))}


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
