"""Lights: how a task, an item and a case stand today, and by which rule.

Source: REFERENCE 3.1, DT-2, DECISIONS part two 10. A task's light follows its deadline only (decision `task-light`), an item's its
measures, its progress and its relapses (decision `item-light`); a case shows the worst of its tasks and items. Every change is
kept with the rule that fired and the figures it saw, so a light can be explained years later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from casework import answers, cases, enterprises, plans
from casework.case_tables import LIGHTS, LIVING_CASE, LIVING_ITEM, Baseline, Case, Closure, Item, LightLog, Plan
from engine import decisions, history
from engine.calendars import Calendar, calendar, end_of_business, local_day
from engine.tables import UserTask

_MEMO = "casework.lights"


@dataclass(frozen=True, slots=True)
class Light:
    """A light with the rule that fired and the figures it looked at."""

    light: str
    rule: str
    figures: Mapping[str, Any]


def worst(lights: Iterable[Light]) -> Light:
    """The most serious of several lights; green by no rule when there is none."""
    return max(lights, key=lambda light: LIGHTS.index(light.light), default=Light("green", "", {}))


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


def of_deadline(db: Session, due_at: datetime | None, *, now: datetime) -> Light:
    """The light of a single task, by its deadline alone (3.1)."""
    if due_at is None:
        return Light("green", "", {})
    days = calendar(db)
    figures = {
        "days_overdue": days_overdue(days, due_at, now),
        "due_in": days_left(days, due_at, now),
        "due": local_day(due_at),
    }
    inputs = {"days_overdue": figures["days_overdue"], "due_in": figures["due_in"]}
    return _decide(db, "task-light", inputs, figures, now=now)


def of_item(db: Session, item: Item, plan: Plan | None, *, now: datetime) -> Light:
    """The light of an item: its relapses, the measures that are late, and how far progress lags behind time (in points).

    `plan` is the plan in force, None before there is one.
    """
    day, days = local_day(now), calendar(db)
    pending = [m for m in plan.measures if m.state in {"not_started", "ongoing"}] if plan else []
    overdue = [days_overdue(days, end_of_business(measure.due_on), now) for measure in pending]
    due_in = [days_left(days, end_of_business(m.due_on), now) for m in pending if m.due_on >= day]
    expected = plans.expected_progress(db, plan, day) if plan else 0
    actual = plans.actual_progress(plan) if plan else 0
    figures = {
        "relapse_count": item.relapse_count,
        "overdue_measures": sum(late > 0 for late in overdue),
        "days_overdue": max(overdue, default=0),
        "days_overdue_plan": days_overdue(days, end_of_business(plan.ends_on), now) if plan else 0,
        "due_in": min(due_in, default=999),
        "expected": expected,
        "actual": actual,
        "lag": actual - expected,
    }
    return _decide(db, "item-light", figures, figures, now=now)


def assess(db: Session, case: Case, *, now: datetime) -> Light:
    """Works out the light of a case and of all it consists of today, keeps what changed, and gives the case's light."""
    return assess_many(db, [case], now=now)[case.id]


def assess_many(db: Session, found: Sequence[Case], *, now: datetime) -> dict[int, Light]:
    """Assesses several cases with as many statements as one needs; gives the light of each by its id."""
    known = _load(db, [case.id for case in found], [enterprises.subject(case.enterprise_id) for case in found])
    lights: dict[int, Light] = {}
    for case in found:
        parts: list[Light] = []
        plan = known.plans.get(case.id)
        for task in known.tasks.get(enterprises.subject(case.enterprise_id), []):
            light = of_deadline(db, task.due_at, now=now)
            _keep(db, f"task:{task.id}", case, light, known, now=now)
            parts.append(_named(light, task=task.name, element=task.element_id))
        for item in known.items.get(case.id, []):
            if item.state in LIVING_ITEM:
                light = of_item(db, item, plan, now=now)
                _keep(db, f"item:{item.id}", case, light, known, now=now)
                item.light = light.light
                parts.append(_named(light, item=item.list_type))
            else:
                item.light = "green"
        light = lights[case.id] = worst(parts)
        _keep(db, f"case:{case.id}", case, light, known, now=now)
        case.light = light.light
        case.stage = cases.stage_of(
            case,
            left=sum(item.state in LIVING_ITEM for item in known.items.get(case.id, [])),
            is_closing=case.id in known.closing,
            has_result=any(measure.state == "done" for measure in plan.measures) if plan else False,
            has_begun=case.id in known.begun,
        )
    db.flush()
    return lights


def assess_all(db: Session, *, now: datetime, after: int = 0, limit: int = 500) -> int:
    """Assesses living cases in the order of their ids, `limit` at a time; gives the last id, 0 when none is left.

    A nightly ring calls it until it gives 0, each time in a transaction of its own.
    """
    found = db.scalars(
        select(Case).where(Case.state.in_(LIVING_CASE), Case.id > after).order_by(Case.id).limit(limit)
    ).all()
    if found:
        assess_many(db, found, now=now)
    return found[-1].id if found else 0


def why(db: Session, about: str) -> LightLog | None:
    """The last change of a light with its reason; `about` is `task:<id>`, `item:<id>` or `case:<id>`."""
    return db.scalars(
        select(LightLog).where(LightLog.about == about).order_by(LightLog.id.desc()).limit(1)
    ).one_or_none()


def _named(light: Light, **whose: object) -> Light:
    return Light(light.light, light.rule, {**light.figures, **whose})


def _decide(
    db: Session, decision_id: str, inputs: Mapping[str, Any], figures: Mapping[str, Any], *, now: datetime
) -> Light:
    # Thousands of tasks share a few pairs of figures: each pair is decided once per session.
    memo = cast(dict[object, Light], db.info.setdefault(_MEMO, {}))
    key = (decision_id, local_day(now), tuple(sorted(inputs.items())))
    known = memo.get(key)
    if known is None:
        value = decisions.evaluate(db, decision_id, {"facts": dict(inputs)}, now=now).value
        row = answers.context(value)
        known = memo[key] = Light(str(row.get("light") or "green"), str(row.get("rule") or ""), {})
    return Light(known.light, known.rule, figures)


def _keep(db: Session, about: str, case: Case, light: Light, known: "_Known", *, now: datetime) -> None:
    before, rule = known.logged.get(about, ("green", ""))
    if before == light.light and (rule == light.rule or light.light == "green"):
        return
    db.add(
        LightLog(
            about=about,
            case_id=case.id,
            day=local_day(now),
            light=light.light,
            previous=before,
            rule=light.rule,
            figures=history.plain(light.figures),
            at=now,
        )
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rows say about several cases: by case id, tasks by subject, the last logged light and rule by what it is about."""

    tasks: Mapping[str, list[UserTask]]
    items: Mapping[int, list[Item]]
    plans: Mapping[int, Plan]
    closing: frozenset[int]
    begun: frozenset[int]
    logged: Mapping[str, tuple[str, str]]


def _load(db: Session, ids: Sequence[int], subjects: Sequence[str]) -> _Known:
    db.flush()
    tasks: dict[str, list[UserTask]] = {}
    for task in db.scalars(
        select(UserTask)
        .where(UserTask.subject.in_(subjects), UserTask.status.in_(("open", "held")))
        .order_by(UserTask.id)
    ):
        tasks.setdefault(task.subject, []).append(task)
    items: dict[int, list[Item]] = {}
    for item in db.scalars(select(Item).where(Item.case_id.in_(ids)).order_by(Item.id)):
        items.setdefault(item.case_id, []).append(item)
    approved = select(Plan).where(Plan.case_id.in_(ids), Plan.state == "approved").order_by(Plan.version)
    latest = select(func.max(LightLog.id)).where(LightLog.case_id.in_(ids)).group_by(LightLog.about)
    return _Known(
        tasks=tasks,
        items=items,
        plans={plan.case_id: plan for plan in db.scalars(approved.options(selectinload(Plan.measures)))},
        closing=frozenset(db.scalars(select(Closure.case_id).where(Closure.case_id.in_(ids), Closure.state == "open"))),
        begun=frozenset(
            [
                *db.scalars(select(Baseline.case_id).where(Baseline.case_id.in_(ids))),
                *db.scalars(select(Plan.case_id).where(Plan.case_id.in_(ids))),
            ]
        ),
        logged={
            row.about: (row.light, row.rule) for row in db.scalars(select(LightLog).where(LightLog.id.in_(latest)))
        },
    )
