"""The figures that decide about lights (DT-2, 6.13): for many cases at once, with a number of statements that does not depend on them.

Every figure that is a state of a day or a quarter carries it beside it (`rd_period`, `due_on`, `visit_due_on` …), so that a light says
what it looked at. Amounts are 万元 by the accounting caliber (会计).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeAlias, cast

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import Session

from casework import answers, enterprises, progress
from casework.case_tables import CLOSED_ITEM, LIVING_ITEM, Baseline, Case, Closure, Item, Measure, Plan, Visit
from casework.enterprises import CONFIRMED
from casework.facts import full_months, grades_of
from casework.issue_tables import PENDING, Issue
from casework.light_tables import LightLog
from casework.order_tables import UNANSWERED_ORDER, SupervisionOrder
from casework.tables import Enterprise, QuarterReport
from casework.visit_plan_tables import OWED, VisitPlan
from engine import decisions
from engine.calendars import Calendar, calendar, end_of_business, local_day
from engine.tables import UserTask

FALSE_DATA: Final = "integrity"
"""The flag of an enterprise that says that false data are confirmed."""
DECIDING: Final = (
    "false_data_confirmed", "relapse_count", "days_overdue_plan", "lag", "overdue_measures", "yellow_unresolved", "list",
    "months_to_target", "has_activity", "has_inst", "report_missing_quarters", "closed_activity_item", "rd_ytd", "quarter",
    "has_activity_base", "rd_ytd_last_year", "gap_activity", "visit_overdue_days", "issue_overdue", "blue_count_quarter",
    "due_within_wd", "hitech_expire_months",
)  # fmt: skip
"""What the decision `light` looks at; the other figures only say of which day, quarter or thing they are."""
_PLAN_TASKS: Final = frozenset({"write_plan", "amend_plan"})
_PENDING_MEASURE: Final = ("not_started", "ongoing")
_MEMO: Final = "casework.light_figures"
_Row: TypeAlias = Any
"""A row of the columns that a statement names."""


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """One open task of a case with a deadline. `counts` says whether its own light is one of the case's."""

    name: str
    element_id: str
    due_at: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One item: its state, the light it has, and the figures of its own."""

    id: int
    list_type: str
    state: str
    light: str
    own: Mapping[str, Any]


@dataclass(slots=True)
class Figures:
    """All that is known about a case for its light. `shared` are the figures of the case, which count for each of its items."""

    shared: dict[str, Any] = field(default_factory=dict[str, Any])
    items: list[ItemFigures] = field(default_factory=list[ItemFigures])
    tasks: list[TaskFigures] = field(default_factory=list[TaskFigures])
    is_closing: bool = False
    has_result: bool = False
    has_begun: bool = False

    @property
    def left(self) -> int:
        """How many items are still to be worked on."""
        return sum(item.state in LIVING_ITEM for item in self.items)


NO_ITEM: Final[Mapping[str, Any]] = {
    "list": "", "relapse_count": 0, "months_to_target": None, "has_activity_base": False, "gap_activity": False,
}  # fmt: skip
"""The figures of its own that a case without a living item has."""


def of(db: Session, cases: Sequence[Case], *, now: datetime) -> dict[int, Figures]:
    """The figures of cases on the day of `now`, by case id. About twenty statements however many cases there are."""
    db.flush()
    day, days = local_day(now), calendar(db)
    ids = [case.id for case in cases]
    firms = [case.enterprise_id for case in cases]
    found = {case.id: Figures() for case in cases}
    rows = _Rows.read(db, ids, firms, day)
    tasks = _tasks(db, firms)
    counts = _counting(db, now=now)
    grades = grades_of(db, {case.enterprise_id for case in cases if rows.needs_grades(case.id)}, day=day)
    for case in cases:
        figures, firm = found[case.id], rows.firms[case.enterprise_id]
        figures.items = [_item(item, day) for item in rows.items.get(case.id, ())]
        figures.is_closing = case.id in rows.closing
        figures.has_begun = case.id in rows.begun
        plan = rows.plans.get(case.id)
        measures = rows.measures.get(plan.id, ()) if plan is not None else ()
        figures.has_result = any(measure.state == "done" for measure in measures)
        due: list[_Due] = []
        late_plan = _plan_late(figures, plan, days, now)
        for task, matter in tasks.get(case.enterprise_id, ()):
            term = days.between(local_day(task.created_at), local_day(task.due_at))
            says, is_due = counts(matter, term)
            figures.tasks.append(TaskFigures(task.name, task.element_id, task.due_at, says))
            if task.element_id in _PLAN_TASKS:
                late_plan = max(late_plan, days_overdue(days, task.due_at, now))
            if is_due and task.due_at >= now:
                due.append(_Due(local_day(task.due_at), task.name, ""))
        pending = [measure for measure in measures if measure.state in _PENDING_MEASURE]
        overdue = [measure for measure in pending if end_of_business(measure.due_on) < now]
        due += [_Due(measure.due_on, measure.content[:60], "measure") for measure in pending if measure not in overdue]
        if plan is not None and plan.ends_on >= day and figures.left:
            due.append(_Due(plan.ends_on, "", "plan"))
        problems = rows.issues.get(case.enterprise_id, ())
        due += [_Due(issue.due_on, issue.title, "issue") for issue in problems if issue.due_on >= day]
        visits = rows.visits.get(case.id, ())
        due += [_Due(on, "", "visit") for on in visits if on >= day]
        figures.shared = {
            "day": day.isoformat(),
            "false_data_confirmed": any(flag.get("code") == FALSE_DATA for flag in firm.flags),
            "days_overdue_plan": late_plan,
            "plan_ends": plan.ends_on.isoformat() if plan is not None else None,
            **_progress(plan, measures, days, day),
            "overdue_measures": len(overdue),
            "yellow_unresolved": rows.orders.get(case.id, 0),
            "has_activity": grades.get(case.enterprise_id, (False, False))[0],
            "has_inst": grades.get(case.enterprise_id, (False, False))[1],
            **reporting(rows.reports.get(case.enterprise_id, ())),
            "closed_activity_item": any(
                item.state in CLOSED_ITEM and item.list_type in {"L1", "L2", "L3"} and item.own["gap_activity"]
                for item in figures.items
            ),
            "visit_overdue_days": max([(day - on).days for on in visits], default=0) if visits else 0,
            "visit_due_on": min(visits).isoformat() if visits else None,
            "issue_overdue": sum(issue.due_on < day for issue in problems),
            **_turns(rows.turns.get(case.id, ())),
            **_nearest(due, days, day),
            "hitech_expire_months": _months_of_certificate(firm, day),
            "hitech_to": firm.hitech_to.isoformat() if firm.hitech_to else None,
        }
    return found


def days_overdue(days: Calendar, due_at: datetime, now: datetime) -> int:
    """Working days by which a deadline has passed; 0 until the end of its day, at least 1 from then on."""
    if now <= due_at:
        return 0
    return max(1, days.between(local_day(due_at), local_day(now)))


def days_left(days: Calendar, due_at: datetime, now: datetime) -> int:
    """Working days from today to the day of a deadline: 0 on the day itself, negative after it."""
    if now <= due_at:
        return max(0, days.between(local_day(now), local_day(due_at)))
    return -days_overdue(days, due_at, now)


def reporting(reports: Sequence[_Row]) -> dict[str, Any]:
    """The figures of the quarterly reports of an enterprise, given in the order of their periods.

    `rd_ytd` and `quarter` are those of the latest confirmed one, `rd_ytd_last_year` those of the same quarter a year before (None
    without one); `report_missing_quarters` counts the latest quarters in a row that are 未报. A report that is still being waited for
    (草稿) is no missing one.
    """
    confirmed = {report.period: report.rd_expense_ytd for report in reports if report.state in CONFIRMED}
    latest = max(confirmed, default="")
    before = f"{int(latest[:4]) - 1}{latest[4:]}" if latest else ""
    missing: list[str] = []
    for report in reversed(reports):
        if report.state == "未报":
            missing.append(report.period)
        elif missing or report.state != "草稿":
            break
    return {
        "rd_ytd": confirmed.get(latest),
        "rd_period": latest or None,
        "quarter": int(latest[5]) if latest else None,
        "rd_ytd_last_year": confirmed.get(before),
        "report_missing_quarters": len(missing),
        "missing_periods": "、".join(reversed(missing)),
    }


_CASES: Final[BindParameter[list[int]]] = bindparam("cases", expanding=True)
_OF_FIRMS: Final[BindParameter[list[int]]] = bindparam("firms", expanding=True)
# Built once: they run every night, and whenever anything happens in a case.
_FIRMS: Final = select(Enterprise.id, Enterprise.hitech_from, Enterprise.hitech_to, Enterprise.flags).where(
    Enterprise.id.in_(_OF_FIRMS)
)
_ITEMS: Final = (
    select(
        Item.id, Item.case_id, Item.list_type, Item.subtype, Item.state, Item.light, Item.relapse_count, Item.target_date,
        Item.baseline["has_activity"].as_boolean().label("had_activity"),
    )
    .where(Item.case_id.in_(_CASES))
    .order_by(Item.id)
)  # fmt: skip
_PLANS: Final = (
    select(Plan.id, Plan.case_id, Plan.starts_on, Plan.ends_on)
    .where(Plan.state == "approved", Plan.case_id.in_(_CASES))
    .order_by(Plan.version)
)
_MEASURES: Final = select(
    Measure.plan_id, Measure.state, Measure.progress, Measure.weight, Measure.due_on, Measure.content
).where(Measure.plan_id.in_(bindparam("plans", expanding=True)))
_CLOSING: Final = select(Closure.case_id).where(Closure.case_id.in_(_CASES), Closure.state == "open")
_WITH_BASELINE: Final = select(Baseline.case_id).where(Baseline.case_id.in_(_CASES))
_WITH_PLAN: Final = select(Plan.case_id).where(Plan.case_id.in_(_CASES))
_ORDERS: Final = (
    select(SupervisionOrder.case_id, func.count())
    .where(
        SupervisionOrder.case_id.in_(_CASES),
        SupervisionOrder.state.in_(UNANSWERED_ORDER),
        SupervisionOrder.color == "yellow",
    )
    .group_by(SupervisionOrder.case_id)
)
_REPORTS: Final = (
    select(QuarterReport.enterprise_id, QuarterReport.period, QuarterReport.state, QuarterReport.rd_expense_ytd)
    .where(QuarterReport.enterprise_id.in_(_OF_FIRMS), QuarterReport.period >= bindparam("since"))
    .order_by(QuarterReport.period)
)
_ISSUES: Final = select(Issue.enterprise_id, Issue.title, Issue.due_on).where(
    Issue.enterprise_id.in_(_OF_FIRMS), Issue.state.in_(PENDING), Issue.due_on.is_not(None)
)
_VISITS: Final = select(VisitPlan.case_id, VisitPlan.due_on).where(
    VisitPlan.case_id.in_(_CASES), VisitPlan.state.in_(OWED)
)
_TURNS: Final = (
    select(LightLog.case_id, LightLog.light, LightLog.previous, LightLog.number, LightLog.day)
    .where(
        LightLog.about.in_(bindparam("abouts", expanding=True)),
        LightLog.case_id.in_(_CASES),
        LightLog.day >= bindparam("first"),
        LightLog.day < bindparam("today"),
        LightLog.light.in_(("blue", "yellow")),
    )
    .order_by(LightLog.id)
)
_OPEN_TASKS: Final = (
    select(
        UserTask.subject, UserTask.instance_id, UserTask.process_key, UserTask.element_id, UserTask.name,
        UserTask.created_at, UserTask.due_at,
    )
    .where(
        UserTask.subject.in_(bindparam("subjects", expanding=True)),
        UserTask.status.in_(("open", "held")),
        UserTask.due_at.is_not(None),
        UserTask.paused_at.is_(None),
    )
    .order_by(UserTask.id)
)  # fmt: skip
_FIRST_VISITS: Final = select(Visit.instance_id).where(
    Visit.instance_id.in_(bindparam("runs", expanding=True)), Visit.type == "first"
)


@dataclass(frozen=True, slots=True)
class _Due:
    """Something that is due: on which day, what it is called, and of which kind (empty for a task)."""

    on: date
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows behind the figures, by case or enterprise."""

    firms: Mapping[int, _Row]
    items: Mapping[int, list[_Row]]
    plans: Mapping[int, _Row]
    measures: Mapping[int, list[_Row]]
    closing: frozenset[int]
    begun: frozenset[int]
    orders: Mapping[int, int]
    reports: Mapping[int, list[_Row]]
    issues: Mapping[int, list[_Row]]
    visits: Mapping[int, list[date]]
    turns: Mapping[int, list[_Row]]

    @classmethod
    def read(cls, db: Session, ids: Sequence[int], firms: Sequence[int], day: date) -> "_Rows":
        """Reads all of them, one statement per noun."""
        said = {"cases": list(ids), "firms": list(firms), "since": f"{day.year - 2}Q1"}
        plans = {row.case_id: row for row in db.execute(_PLANS, said)}
        return cls(
            firms={row.id: row for row in db.execute(_FIRMS, said)},
            items=_by(db.execute(_ITEMS, said), "case_id"),
            plans=plans,
            measures=_by(db.execute(_MEASURES, {"plans": [row.id for row in plans.values()]}), "plan_id"),
            closing=frozenset(db.scalars(_CLOSING, said)),
            begun=frozenset([*db.scalars(_WITH_BASELINE, said), *db.scalars(_WITH_PLAN, said)]),
            orders={row[0] or 0: row[1] for row in db.execute(_ORDERS, said)},
            reports=_by(db.execute(_REPORTS, said), "enterprise_id"),
            issues=_by(db.execute(_ISSUES, said), "enterprise_id"),
            visits={
                case: [row.due_on for row in rows] for case, rows in _by(db.execute(_VISITS, said), "case_id").items()
            },
            turns=turns(db, ids, day=day),
        )

    def needs_grades(self, case_id: int) -> bool:
        """Whether activity and institution matter for the light: an open L1 or L2 item has a target date (DT-2 no. 3)."""
        return any(
            row.target_date is not None and row.list_type in {"L1", "L2"} and row.state in LIVING_ITEM
            for row in self.items.get(case_id, ())
        )


def turns(db: Session, ids: Iterable[int], *, day: date) -> dict[int, list[_Row]]:
    """The changes for the worse of the lights of cases in the quarter of `day`, by case id. Today's do not count yet.

    So a night that is repeated changes nothing: what turned today counts from tomorrow.
    """
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    cases = list(ids)
    said = {"cases": cases, "abouts": [f"case:{one}" for one in cases], "first": first, "today": day}
    return _by(db.execute(_TURNS, said), "case_id")


def _turns(rows: Sequence[_Row]) -> dict[str, Any]:
    blue = [row.day.isoformat() for row in rows if _is_reminder(row)]
    yellow = [row.day for row in rows if row.light == "yellow" and row.previous in {"green", "blue"}]
    return {"blue_count_quarter": len(blue), "blue_days": "、".join(blue), "yellow_count_quarter": len(yellow)}


def _is_reminder(row: _Row) -> bool:
    """Whether a light turned blue by DT-2 itself: that a task with a term of some days is in its last days is no reminder."""
    return row.light == "blue" and row.previous == "green" and str(row.number).startswith("DT-2.")


def _tasks(db: Session, firms: Sequence[int]) -> dict[int, list[tuple[_Row, str]]]:
    """The open tasks with a running deadline, by enterprise, each with the matter it belongs to: its process, or `visit-first`."""
    rows = list(db.execute(_OPEN_TASKS, {"subjects": [enterprises.subject(one) for one in firms]}))
    runs = [row.instance_id for row in rows if row.process_key == "visit"]
    first = frozenset(db.scalars(_FIRST_VISITS, {"runs": runs})) if runs else frozenset[int]()
    found: dict[int, list[tuple[_Row, str]]] = {}
    for row in rows:
        matter = "visit-first" if row.instance_id in first else str(row.process_key)
        found.setdefault(enterprises.id_of(row.subject) or 0, []).append((row, matter))
    return found


def _counting(db: Session, *, now: datetime) -> Callable[[str, int], tuple[bool, bool]]:
    """How a task of a matter with a term in working days counts for its case: its light, its deadline (decision `task-counts`)."""
    memo = cast(dict[object, tuple[bool, bool]], db.info.setdefault(_MEMO, {}))
    day = local_day(now)

    def counts(matter: str, term: int) -> tuple[bool, bool]:
        key = (day, matter, term)
        if key not in memo:
            facts = {"matter": matter, "term": term}
            answer = answers.context(decisions.value(db, "task-counts", {"facts": facts}, now=now))
            memo[key] = (bool(answer.get("light")), bool(answer.get("due")))
        return memo[key]

    return counts


def _item(row: _Row, day: date) -> ItemFigures:
    return ItemFigures(
        row.id,
        row.list_type,
        row.state,
        row.light,
        {
            "list": row.list_type,
            "relapse_count": row.relapse_count,
            "months_to_target": full_months(day, row.target_date) if row.target_date else None,
            "target_date": row.target_date.isoformat() if row.target_date else None,
            "has_activity_base": bool(row.had_activity),
            "gap_activity": "活动" in row.subtype or row.subtype == "双缺",
        },
    )


def _plan_late(figures: Figures, plan: _Row | None, days: Calendar, now: datetime) -> int:
    """Working days by which the end of the plan has passed, while an item is still worked on and not asked to be struck off."""
    if plan is None or not any(item.state in {"open", "relapsed"} for item in figures.items):
        return 0
    return days_overdue(days, end_of_business(plan.ends_on), now)


def _progress(plan: _Row | None, measures: Sequence[_Row], days: Calendar, day: date) -> dict[str, int]:
    if plan is None:
        return {"expected": 0, "actual": 0, "lag": 0}
    expected = progress.expected(days, plan.starts_on, plan.ends_on, day)
    actual = progress.actual((one.state, one.progress, one.weight) for one in measures)
    return {"expected": expected, "actual": actual, "lag": actual - expected}


def _nearest(due: Sequence[_Due], days: Calendar, day: date) -> dict[str, Any]:
    first = min(due, key=lambda one: one.on, default=None)
    if first is None:
        return {"due_within_wd": None, "due_on": None, "due_name": "", "due_kind": ""}
    return {
        "due_within_wd": days.between(day, first.on),
        "due_on": first.on.isoformat(),
        "due_name": first.name,
        "due_kind": first.kind,
    }


def _months_of_certificate(firm: _Row, day: date) -> int | None:
    if firm.hitech_from is None or firm.hitech_to is None or not firm.hitech_from <= day <= firm.hitech_to:
        return None
    return full_months(day, firm.hitech_to)


def _by(rows: Iterable[_Row], name: str) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return found
