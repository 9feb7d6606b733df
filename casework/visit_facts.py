"""What DT-9 asks about several cases, read in a fixed number of statements: light, lists, plan, revenue, problems, the last visit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from casework.case_tables import LIGHTS, LIVING_ITEM, Case, Item, Plan, Visit
from casework.issue_tables import Issue
from casework.tables import Assignment, EnterpriseYear
from casework.visit_plan_tables import OWED, VisitPlan
from engine.calendars import local_day

ENDED_ISSUE = ("closed", "unsolvable", "merged")
"""States of a problem that asks for nothing any more."""
_YEARS = 3


@dataclass(frozen=True, slots=True)
class Known:
    """By case id: `last` (the day of the last visit on site), `promised` (the next one agreed then), `owed`, `officers`, `lists`.

    `planned`: the cases that have their plan of the month. `with_plan`: those with an approved plan. By enterprise id: `revenue` of
    the last year known (万元), `issues` (open problems).
    """

    day: date
    last: Mapping[int, date]
    promised: Mapping[int, date]
    owed: Mapping[int, VisitPlan]
    planned: frozenset[int]
    officers: Mapping[int, int]
    lists: Mapping[int, frozenset[str]]
    with_plan: frozenset[int]
    revenue: Mapping[int, Decimal]
    issues: Mapping[int, int]
    decided: dict[object, Mapping[str, Any]] = field(default_factory=dict[object, Mapping[str, Any]])

    def facts_of(self, case: Case) -> dict[str, Any]:
        """What the decision `visit-priority` looks at; the revenue in 亿元, without more digits than it asks for."""
        lists = self.lists.get(case.id, frozenset())
        revenue = self.revenue.get(case.enterprise_id)
        return {
            "light": case.light,
            "l1_without_plan": "L1" in lists and case.id not in self.with_plan,
            "open_l4": "L4" in lists,
            "open_l5": "L5" in lists,
            "open_item": bool(lists),
            "observing": case.state == "observing",
            "month": self.day.month,
            "day_of_year": self.day.timetuple().tm_yday,
            "revenue_yi": None if revenue is None else int(revenue // 10_000),
            "open_issues": min(self.issues.get(case.enterprise_id, 0), 3),
        }

    def score_of(self, case: Case, *, days: int, allowed: int) -> dict[str, Any]:
        """What the decision `visit-score` looks at."""
        return {
            "days": days,
            "allowed": allowed,
            "light_rank": LIGHTS.index(case.light),
            "revenue_wan": self.revenue.get(case.enterprise_id),
            "open_issues": self.issues.get(case.enterprise_id, 0),
        }


def of(db: Session, found: Sequence[Case], *, month: str, day: date) -> Known:
    """What is known about these cases on `day`; `month` (`2026-07`) is the month that is being planned."""
    ids = [case.id for case in found]
    firms = [case.enterprise_id for case in found]
    last, promised = _visits(db, ids)
    plans = list(
        db.scalars(
            select(VisitPlan)
            .where(VisitPlan.case_id.in_(ids))
            .where(or_(VisitPlan.state.in_(OWED), VisitPlan.month == month))
            .order_by(VisitPlan.id)
        )
    )
    lists: dict[int, set[str]] = {}
    living = select(Item.case_id, Item.list_type).where(Item.case_id.in_(ids), Item.state.in_(LIVING_ITEM))
    for case_id, list_type in db.execute(living):
        lists.setdefault(case_id, set()).add(list_type)
    return Known(
        day=day,
        last=last,
        promised=promised,
        owed={plan.case_id: plan for plan in plans if plan.state in OWED},
        planned=frozenset(
            plan.case_id for plan in plans if plan.month == month and plan.cause in {"monthly", "missed"}
        ),
        officers={
            case_id: officer
            for case_id, officer in db.execute(
                select(Assignment.case_id, Assignment.officer_id).where(
                    Assignment.case_id.in_(ids), Assignment.until.is_(None)
                )
            )
            if officer is not None
        },
        lists={case_id: frozenset(names) for case_id, names in lists.items()},
        with_plan=frozenset(
            db.scalars(select(Plan.case_id).where(Plan.case_id.in_(ids), Plan.approved_at.is_not(None)))
        ),
        revenue=_revenue(db, firms, day),
        issues={
            firm: count
            for firm, count in db.execute(
                select(Issue.enterprise_id, func.count())
                .where(Issue.enterprise_id.in_(firms), Issue.state.not_in(ENDED_ISSUE))
                .group_by(Issue.enterprise_id)
            )
            if firm is not None
        },
    )


def _visits(db: Session, ids: Sequence[int]) -> tuple[dict[int, date], dict[int, date]]:
    """The last visit that counts: on site, or the end of a first visit that was refused; and the next one that was agreed."""
    latest = select(func.max(Visit.id)).where(Visit.case_id.in_(ids), Visit.result == "visited").group_by(Visit.case_id)
    last: dict[int, date] = {}
    promised: dict[int, date] = {}
    for visit in db.scalars(select(Visit).where(Visit.id.in_(latest))):
        if visit.visited_on is not None:
            last[visit.case_id] = visit.visited_on
            if visit.next_visit_on is not None:
                promised[visit.case_id] = visit.next_visit_on
    refused = (
        select(Visit.case_id, func.max(Visit.recorded_at))
        .where(Visit.case_id.in_(ids), Visit.result.in_(("not_visited", "void")))
        .group_by(Visit.case_id)
    )
    for case_id, at in db.execute(refused):
        if at is not None and case_id not in last:
            last[case_id] = local_day(at)
    return last, promised


def _revenue(db: Session, firms: Sequence[int], day: date) -> dict[int, Decimal]:
    query = (
        select(EnterpriseYear.enterprise_id, EnterpriseYear.revenue)
        .where(EnterpriseYear.enterprise_id.in_(firms), EnterpriseYear.revenue.is_not(None))
        .where(EnterpriseYear.year.between(day.year - _YEARS, day.year - 1))
        .order_by(EnterpriseYear.year)
    )
    return {firm: revenue for firm, revenue in db.execute(query) if revenue is not None}
