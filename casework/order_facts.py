"""What DT-10 looks at before it says which level supervises: facts about a case, a request or a city, frozen.

Source: REFERENCE DT-10 with its derived inputs (6.13), 3.6.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import answers, cases, enterprises, escalations, facts, ladder, orders, territories
from casework.case_tables import LIGHTS, LIVING_ITEM, Case, Plan
from casework.issue_tables import Issue
from casework.light_tables import LightLog
from casework.tables import Enterprise
from engine import history
from engine.calendars import calendar, local_day
from engine.tables import Instance, UserTask

FALSE_DATA: Final = "integrity"
"""The flag of an enterprise whose false data was confirmed (integrity decision on record)."""


def of_matter(db: Session, given: Mapping[str, Any], *, instance: Instance, by: str, now: datetime) -> dict[str, Any]:
    """What DT-10 looks at, frozen; the run carries territory, enterprise and number of its matter from now on.

    `given` is what the message said. `level` is the level that holds the supervision now (county at first), `overdue_wd` the working
    days by which the oldest open deadline of the case has passed, `yellow_count` how often it turned yellow in this quarter.

    Returns:
        `facts`; `held`: the highest level that holds an order on the matter, -1 for none; `byHand`; `orderId`.
    """
    order = orders.get(db, int(str(given["orderId"]))) if given.get("orderId") else None
    case_id, issue_id = answers.whole(given.get("caseId")), answers.whole(given.get("issueId"))
    case = cases.get(db, case_id) if case_id else None
    issue = db.get_one(Issue, issue_id) if issue_id else None
    kind = "request" if issue is not None else str(given.get("subjectKind") or "case")
    scope = case.scope if case else issue.scope if issue else str(given.get("territory") or territories.REGION)
    matter = orders.of_matter(db, kind=kind, case_id=case_id, issue_id=issue_id, scope=scope)
    held = max((one.level for one in matter), default=-1)
    period = str(given.get("period") or "")
    living = [item for item in case.items if item.state in LIVING_ITEM] if case else []
    enterprise_id = case.enterprise_id if case else issue.enterprise_id if issue else None
    enterprise = db.get(Enterprise, enterprise_id) if enterprise_id else None
    log = _log(db, given, case)
    values: dict[str, Any] = {
        "subject": kind,
        "city_red_quarters": escalations.red_quarters(db, scope, period) if kind == "city" and period else 0,
        "level": _level(held, issue, kind),
        "light": _light(given, case),
        "relapse_count": max((item.relapse_count for item in living), default=0),
        "false_data_confirmed": any(str(flag.get("code")) == FALSE_DATA for flag in enterprise.flags)
        if enterprise
        else False,
        "l1_or_l2": any(item.list_type in {"L1", "L2"} for item in living),
        "overdue_wd": _days_overdue(db, case, now=now) if case else 0,
        "yellow_count": _yellow_count(db, case, local_day(now)) if case else 0,
        "case_id": case.id if case else None,
        "item_id": answers.whole(given.get("itemId")),
        "issue_id": issue_id,
        "scope": scope,
        "day": local_day(now),
        "rule": log.rule if log else str(given.get("rule") or ""),
        "rule_en": log.rule_en if log else "",
        "cause": str(given.get("cause") or ""),
        "cause_params": dict(answers.context(given.get("causeParams"))),
        "requirement": str(given.get("requirement") or ""),
    }
    values = history.plain(values)
    instance.scope = scope
    instance.subject = enterprises.subject(enterprise_id) if enterprise_id else f"{kind}:{scope}"
    instance.business_key = case.case_no if case else issue.number if issue else territories.tree(db).name(scope)
    facts.freeze(db, instance.subject, "escalation", values, by=by, now=now)
    return {"facts": values, "held": held, "byHand": order is not None, "orderId": order.id if order else None}


def _level(held: int, issue: Issue | None, kind: str) -> str:
    own = ladder.held_at(held) if held >= 0 else "city" if kind == "city" else "county"
    if issue is None:
        return own
    asked = {"county": "county", "city": "city"}.get(issue.level, "region")
    return max(own, asked, key=("county", "city", "region").index)


def _light(given: Mapping[str, Any], case: Case | None) -> str:
    """The light that is judged; who asks for supervision without naming a colour gets at least yellow."""
    if given.get("new"):
        return str(given["new"])
    said = str(given.get("color") or "yellow")
    return max(said, case.light if case else "green", key=LIGHTS.index)


def _days_overdue(db: Session, case: Case, *, now: datetime) -> int:
    subject = enterprises.subject(case.enterprise_id)
    oldest = db.scalars(
        select(func.min(UserTask.due_at)).where(
            UserTask.subject == subject, UserTask.status == "open", UserTask.process_key != "escalate"
        )
    ).one()
    plan = cases.approved_plan(db, case)
    dates = [local_day(oldest)] if oldest is not None else []
    dates += [plan.ends_on, *_pending(plan)] if plan else []
    late = min(dates, default=local_day(now))
    return max(0, calendar(db).between(late, local_day(now)))


def _pending(plan: Plan) -> list[date]:
    return [measure.due_on for measure in plan.measures if measure.state in {"not_started", "ongoing"}]


def _yellow_count(db: Session, case: Case, day: date) -> int:
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    wanted = select(func.count()).select_from(LightLog)
    wanted = wanted.where(LightLog.about == f"case:{case.id}", LightLog.light == "yellow", LightLog.day >= first)
    return db.scalars(wanted.where(LightLog.previous != "yellow")).one()


def _log(db: Session, given: Mapping[str, Any], case: Case | None) -> LightLog | None:
    """The change of light that a message speaks of, else the last one of the case."""
    number = answers.whole(given.get("lightLogId"))
    if number or case is None:
        return db.get(LightLog, number) if number else None
    query = select(LightLog).where(LightLog.about == f"case:{case.id}").order_by(LightLog.id.desc())
    return db.scalars(query.limit(1)).one_or_none()
