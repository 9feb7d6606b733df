"""Visits: opened, arranged, recorded, confirmed, followed up, and the baseline found at the first one.

Source: REFERENCE 4.d, 4.a a05–a07, 6.6. A visit counts only when on site, with people met and something said (3.5); two refusals
bring the county leader, and then the case goes on with what is known (未成访).
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from difflib import SequenceMatcher
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, cases, issues, notices, officers, visit_plans
from casework.case_tables import Baseline, Case, Visit
from casework.facts import enterprise_facts
from casework.visit_plan_tables import OWED, VisitPlan
from engine import decisions, history, messages
from engine.calendars import SHANGHAI, calendar, end_of_business, local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence
from engine.tables import Instance

FIRST_VISIT_DAYS = 10
"""Working days for the first visit, counted from the assignment of the officer (3.7)."""
SHORTEST_REASON: Final = 4
COMPARED: Final = 1500
"""Characters of a record that are compared with the one before."""
WISHES: Final[Mapping[str, Sentence]] = {
    "policyWish": Sentence("the enterprise wishes for a policy: {wish}"),
    "dataChange": Sentence("data of the enterprise changed: {wish}"),
}
"""What the county is told about an answer of the record."""
NO_DAY: Final = Sentence("name the day")
QUALITY: Final[Mapping[str, Sentence]] = {
    "not_on_site": Sentence("only a visit on site counts; note a telephone call as progress on a measure"),
    "too_short": Sentence("a visit takes at least 20 minutes on site"),
    "nobody_met": Sentence("name at least one person whom you met, with the position"),
    "nothing_said": Sentence("fill in at least one of progress, problems and policies"),
    "same_text": Sentence("more than nine tenths are the same as last time; say why"),
}
"""What the codes of the decision `visit-quality` mean to a person."""


def get(db: Session, visit_id: int) -> Visit:
    """The visit with this id.

    Raises:
        NotFound: there is none.
    """
    visit = db.get(Visit, visit_id)
    if visit is None:
        raise NotFound("expected visit {visit}, but there is none", visit=visit_id)
    return visit


def open_visit(
    db: Session, case: Case, visit_type: str, *, plan: VisitPlan | None, instance: Instance | None, now: datetime
) -> Visit:
    """Begins a visit; its run carries the territory, the enterprise and the number of the case.

    Without a `plan` it is the first visit of the case: it is owed within ten working days, and its own plan says so.
    """
    if instance is not None:
        instance.scope, instance.subject = case.scope, f"enterprise:{case.enterprise_id}"
        instance.business_key = case.case_no
    due_at = end_of_business(plan.due_on) if plan else calendar(db).due(now, FIRST_VISIT_DAYS)
    visit = Visit(
        case_id=case.id, instance_id=instance.id if instance else None, type=visit_type, due_at=due_at, is_joint=False
    )
    db.add(visit)
    db.flush()
    if plan is None:
        plan = VisitPlan(
            key=f"first:{visit.id}",
            case_id=case.id,
            enterprise_id=case.enterprise_id,
            scope=case.scope,
            month=local_day(due_at).isoformat()[:7],
            class_="F",
            type=visit_type,
            cause="first",
            allowed_days=(local_day(due_at) - local_day(now)).days,
            due_on=local_day(due_at),
            created_by="system",
            created_at=now,
        )
        assignment = officers.of_case(db, case.id)
        plan.officer_id = assignment.officer_id if assignment else None
        db.add(plan)
    plan.state, plan.visit_id = "started", visit.id
    merged = select(VisitPlan).where(VisitPlan.merged_into_id == plan.id)
    for other in db.scalars(merged).all() if plan.id else ():
        other.visit_id = visit.id
        visit.is_joint = visit.is_joint or bool(other.department)
    db.flush()
    return visit


def schedule(db: Session, visit: Visit, *, now: datetime) -> dict[str, Any]:
    """What the officer sees when he arranges a visit (d02): due day, why, what stands in the way, the day the enterprise proposed."""
    plan, limits = visit_plans.of_visit(db, visit.id), visit_plans.limits(db, now=now)
    notes = [f"每月 {limits['quietFrom']}—{limits['quietTo']} 日为“无事不扰”日。"]
    if plan is not None:
        others = db.scalars(select(VisitPlan).where(VisitPlan.merged_into_id == plan.id).order_by(VisitPlan.id))
        notes += [f"合并走访:{other.department or other.reason}(议题:{'、'.join(other.topics)})。" for other in others]
        busy = _busy_days(db, plan, now=now)
        notes += [f"您已安排的走访:{'、'.join(busy)}。"] if busy else []
    return {
        "due": local_day(visit.due_at).isoformat(),
        "reason": plan.reason if plan and plan.reason else "首次走访" if visit.type == "first" else "",
        "class": plan.class_ if plan else "",
        "notes": "\n\n".join(notes),
        "proposal": visit.data.get("proposal"),
    }


def last_record(db: Session, visit: Visit) -> dict[str, Any] | None:
    """The record of the visit before this one, to be copied from and to be compared with: `{date, content}`; None for the first."""
    before = _previous(db, visit)
    if before is None:
        return None
    return {"date": before.visited_on.isoformat() if before.visited_on else "", "content": before.content}


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


def arrange(db: Session, visit: Visit, arrangement: Mapping[str, Any], *, now: datetime) -> None:
    """Keeps the day agreed with the enterprise (F04, d02, d03).

    Raises:
        Invalid: the day is past, no working day, less than three days ahead, or a day on which nobody disturbs, and the enterprise
            did not agree (`fields["arrange.date"]`).
    """
    day = answers.day(arrangement.get("date"))
    if day is not None:
        wrong = _reason_against(db, day, answers.agrees(arrangement.get("agreed")), now=now)
        if wrong is not None:
            raise Invalid("choose another day for the visit", fields={"arrange.date": [wrong]})
    visit.planned_for = datetime.combine(day, time(9), SHANGHAI).astimezone(UTC) if day else None
    visit.result = "arranged"
    visit.is_joint = visit.is_joint or bool(str(arrangement.get("companions") or "").strip())
    visit.data = {**visit.data, "arrangement": history.plain(arrangement)}


def announce(db: Session, visit: Visit, *, key: str, now: datetime) -> None:
    """Tells the enterprise the day, what to prepare, and that it may propose another day once (d03); silence is consent."""
    case, arranged = cases.get(db, visit.case_id), answers.context(visit.data.get("arrangement"))
    params = {
        "date": local_day(visit.planned_for).isoformat() if visit.planned_for else "",
        "materials": str(arranged.get("materials") or "").strip()[:300] or "—",
    }
    template = (
        "a visit is arranged for {case_no} on {date}; please prepare: {materials}; you may propose another day once"
    )
    notices.letter(db, case, ["enterprise"], template, params, key=f"visit:{visit.id}:{key}", now=now)


def propose_date(db: Session, visit: Visit, day: date, reason: str, *, by: str, now: datetime) -> None:
    """The enterprise proposes another day for an arranged visit, once (d03); the officer arranges it again.

    Raises:
        Conflict: nothing is arranged, the visit took place, or another day was proposed before.
        Invalid: the day is past or no working day (`fields["day"]`).
    """
    if visit.result != "arranged":
        raise Conflict("there is no arranged visit to be moved")
    if visit.data.get("proposal"):
        raise Conflict("another day was proposed already; please call your liaison officer")
    if day <= local_day(now) or not calendar(db).is_working(day):
        raise Invalid(fields={"day": [Sentence("choose a working day after today")]})
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(fields={"reason": [Sentence("say in a few words why")]})
    proposal = {"day": day.isoformat(), "reason": reason.strip()[:400]}
    visit.data = {**visit.data, "proposal": proposal}
    key = f"date_proposed:{visit.id}"
    messages.publish(db, "date_proposed", str(visit.id), proposal, key=key, by=by, now=now)


def record(db: Session, visit: Visit, submission: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """Keeps the record of a visit, or of a refusal. What a record must have is the decision `visit-quality`.

    Raises:
        Invalid: too short, nobody met, nothing said, not on site, or like the record before without a reason (by field).
    """
    if submission.get("result") == "refused":
        visit.recorded_by, visit.recorded_at = by, now
        visit.data = {**visit.data, "visit": history.plain(submission)}
        visit.result, visit.refusals = "refused", visit.refusals + 1
        visit.reason = str(submission.get("reason") or "")[:400]
    else:
        visit.flags = _quality(db, visit, submission, now=now)
        visit.recorded_by, visit.recorded_at = by, now
        visit.data = {**visit.data, "visit": history.plain(submission)}
        visit.result = "visited"
        visit.visited_on = answers.day(submission.get("date")) or local_day(now)
        visit.mode = str(submission.get("mode") or "site")
        visit.content = str(submission.get("content") or "")
        visit.next_visit_on = answers.day(submission.get("next"))
        visit_plans.fulfil(db, visit, "visited", on=visit.visited_on)
    cases.refresh_stage(db, cases.get(db, visit.case_id))


def confirm(db: Session, visit: Visit, confirmation: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """The enterprise says that the record is right, or disputes it (the county hears it), and how content it is (1–5)."""
    visit.confirm_state = "confirmed" if answers.agrees(confirmation.get("agree")) else "disputed"
    visit.confirmed_by = by
    visit.score = answers.whole(confirmation.get("score"))
    visit.data = {**visit.data, "confirmation": history.plain(confirmation)}
    if visit.confirm_state == "disputed":
        case = cases.get(db, visit.case_id)
        params = {"date": visit.visited_on, "remark": str(confirmation.get("remark") or "")[:200]}
        notices.letter(
            db,
            case,
            cases.groups(case, "county")[:1],
            "the enterprise disputes the record of the visit of {date} for {case_no}: {remark}",
            params,
            key=f"disputed:{visit.id}",
            now=now,
        )


def mark_unconfirmed(visit: Visit) -> None:
    """The enterprise said nothing in time: the record stays, marked 企业未确认."""
    visit.confirm_state = "unconfirmed"


def follow_up(db: Session, visit: Visit, *, now: datetime) -> list[str]:
    """Opens a problem for each that the record names (d06, F05), and keeps wishes and changed data as notes; gives the numbers."""
    said = answers.context(visit.data.get("visit"))
    case = cases.get(db, visit.case_id)
    opened: list[str] = []
    for row in answers.rows(said.get("issues")):
        title = str(row.get("title") or row.get("description") or "").strip()
        if title:
            issue = issues.open_issue(
                db,
                case.enterprise_id,
                source="visit",
                category=str(row.get("category") or "other"),
                title=title,
                description=str(row.get("description") or title),
                urgency=str(row.get("urgency") or "normal"),
                case=case,
                visit_id=visit.id,
                by=visit.recorded_by,
                now=now,
            )
            opened.append(issue.number)
    for name, wished in WISHES.items():
        wish = str(said.get(name) or "").strip()
        if wish:
            to = cases.groups(case, "county")[:1]
            notices.letter(db, case, to, wished.template, {"wish": wish[:300]}, key=f"{name}:{visit.id}", now=now)
    return opened


def cancel(visit: Visit, reason: str) -> None:
    """The visit is not wanted any more, because its case is over."""
    visit.result, visit.reason = "not_visited", reason[:400]


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
        visit_plans.fulfil(db, visit, "missed", reason=visit.reason)
    if baseline is not None and confirmed_by:
        baseline.confirm_state = "confirmed" if confirmed_by == "enterprise" else "unconfirmed"
        baseline.confirmed_by, baseline.confirmed_at = by, now
    db.flush()
    cases.refresh_stage(db, case)
    if baseline is None:
        return {"conclusion": "unvisited" if outcome == "unvisited" else "true", "baseline": None}
    return {"conclusion": baseline.conclusion, "baseline": dict(baseline.data)}


def similarity(one: str, other: str) -> int:
    """How much of two texts is the same, in per cent; of long ones the beginning is compared."""
    if not one.strip() or not other.strip():
        return 0
    return round(100 * SequenceMatcher(None, one[:COMPARED], other[:COMPARED], autojunk=False).ratio())


def _quality(db: Session, visit: Visit, submission: Mapping[str, Any], *, now: datetime) -> list[str]:
    """The flags of a record; raises Invalid with what is refused."""
    before, plan = _previous(db, visit), visit_plans.of_visit(db, visit.id)
    facts = {
        "mode": str(submission.get("mode") or "site"),
        "minutes": answers.whole(submission.get("minutes")),
        "people": len(answers.rows(submission.get("people"))),
        "matters": sum(bool(submission.get(name)) for name in ("progress", "problems", "issues", "policies")),
        "class": plan.class_ if plan else "F",
        "similarity": similarity(_words(submission), _words(answers.context(before.data.get("visit"))))
        if before
        else 0,
        "explained": bool(str(submission.get("sameReason") or "").strip()),
        "located": bool(submission.get("location") or submission.get("noLocation")),
    }
    rows = answers.rows(decisions.value(db, "visit-quality", {"facts": facts}, now=now))
    wrong = {f"visit.{row['field']}": [QUALITY[str(row["code"])]] for row in rows if row["what"] == "refuse"}
    if wrong:
        raise Invalid("the record of the visit needs another look", fields=wrong)
    return [str(row["code"]) for row in rows if row["what"] == "flag"]


def _words(submission: Mapping[str, Any]) -> str:
    return "\n".join(str(submission.get(name) or "") for name in ("content", "progress", "problems"))


def _previous(db: Session, visit: Visit) -> Visit | None:
    query = select(Visit).where(Visit.case_id == visit.case_id, Visit.id < visit.id, Visit.result == "visited")
    return db.scalars(query.order_by(Visit.id.desc()).limit(1)).one_or_none()


def _reason_against(db: Session, day: date, agreed: bool, *, now: datetime) -> Sentence | None:
    today, limits = local_day(now), visit_plans.limits(db, now=now)
    if day < today:
        return Sentence("this day is past")
    if not calendar(db).is_working(day):
        return Sentence("this is no working day")
    if not agreed and (day - today).days < limits["notice"]:
        return Sentence(
            "tell the enterprise at least {days} days ahead, or tick that it agreed", {"days": limits["notice"]}
        )
    if not agreed and limits["quietFrom"] <= day.day <= limits["quietTo"]:
        return Sentence("nobody disturbs on this day; choose another, or tick that the enterprise agreed")
    return None


def _busy_days(db: Session, plan: VisitPlan, *, now: datetime) -> list[str]:
    """The days from today on that the officer has already given to other enterprises."""
    query = (
        select(Visit.planned_for)
        .join(VisitPlan, VisitPlan.visit_id == Visit.id)
        .where(VisitPlan.officer_id == plan.officer_id, VisitPlan.state.in_(OWED), VisitPlan.id != plan.id)
        .where(Visit.planned_for.is_not(None), Visit.planned_for >= now)
        .order_by(Visit.planned_for)
        .limit(20)
    )
    return [local_day(moment).isoformat() for moment in db.scalars(query) if moment is not None]


def _baseline(db: Session, visit: Visit) -> Baseline | None:
    return db.scalars(select(Baseline).where(Baseline.visit_id == visit.id)).one_or_none()
