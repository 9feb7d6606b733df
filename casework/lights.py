"""Lights: how a task, an item and a case stand today, and by which rule.

Source: REFERENCE 3.1, DT-2, DECISIONS part two 10. A task's light follows its deadline only (decision `task-light`). An item's is
DT-2 (decision `light`) over the figures of the item and its case; a case shows the worst of its items and of those tasks that have no
figure in DT-2 of their own (decision `task-counts`). Every change is kept with the rule that fired and the figures it saw, so a light
can be explained years later; a case that changes is told to whoever listens (`light_changed`, or its orders look again).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from casework import answers, light_figures, people
from casework.case_tables import LIGHTS, LIVING_CASE, LIVING_ITEM, Case, Item
from casework.light_figures import DECIDING, NO_ITEM, Figures, days_left, days_overdue
from casework.light_tables import CurrentLight, LightLog
from engine import decisions, history, messages
from engine.calendars import calendar, local_day
from engine.tables import Instance

__all__ = ["Light", "assess", "assess_all", "assess_many", "days_left", "days_overdue", "of_case", "of_deadline", "why"]

_MEMO = "casework.lights"


@dataclass(frozen=True, slots=True)
class Light:
    """A light with the rule that fired: its number (`DT-2.7`, `3.1.2`), its words in both languages, and the figures."""

    light: str
    number: str = ""
    rule: str = ""
    rule_en: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def rank(self) -> tuple[int, int]:
        """How much this light counts among others: the colour, then DT-2 before a task, and its severe rules before the others."""
        scheme, _, row = self.number.rpartition(".")
        return LIGHTS.index(self.light), -int(row) if scheme == "DT-2" and row.isdigit() else -99


GREEN = Light("green")


def worst(lights: Iterable[Light]) -> Light:
    """The most serious of several lights, of equal ones the one whose rule comes first in DT-2; green by no rule when there is none."""
    return max(lights, key=lambda light: light.rank, default=GREEN)


def of_deadline(db: Session, due_at: datetime | None, *, now: datetime) -> Light:
    """The light of a single task, by its deadline alone (3.1)."""
    if due_at is None:
        return GREEN
    days = calendar(db)
    inputs = {"days_overdue": days_overdue(days, due_at, now), "due_in": days_left(days, due_at, now)}
    return _decide(db, "task-light", inputs, {**inputs, "due": local_day(due_at).isoformat()}, now=now)


def of_case(db: Session, case: Case, *, now: datetime) -> dict[str, Light]:
    """The lights of a case and its items as they would be now, by `case:<id>` and `item:<id>`; nothing is written."""
    return _lights(db, case, light_figures.of(db, [case], now=now)[case.id], now=now)


def assess(db: Session, case: Case, *, now: datetime) -> Light:
    """Works out the light of a case and of all it consists of now, keeps what changed, and gives the case's light."""
    return assess_many(db, [case], now=now)[case.id]


def assess_many(db: Session, found: Sequence[Case], *, now: datetime) -> dict[int, Light]:
    """Assesses several cases with as many statements as one needs; gives the light of each by its id."""
    from casework import cases

    known = light_figures.of(db, found, now=now)
    current = {
        row.about: row
        for row in db.execute(
            select(CurrentLight.about, CurrentLight.light, CurrentLight.number, CurrentLight.rule).where(
                CurrentLight.case_id.in_([case.id for case in found])
            )
        )
    }
    shown: dict[int, Light] = {}
    changed: list[_Change] = []
    for case in found:
        for about, light in _lights(db, case, known[case.id], now=now).items():
            before = current.get(about)
            was, rule = (before.light, before.rule) if before is not None else ("green", "")
            if was != light.light or (light.light != "green" and rule != light.rule):
                changed.append(_Change(about, case, was, light, before is None))
            if about == f"case:{case.id}":
                shown[case.id] = light
    _keep(db, changed, known, now=now)
    for case in found:
        figures = known[case.id]
        case.light = shown[case.id].light
        case.stage = cases.stage_of(
            case,
            left=figures.left,
            is_closing=figures.is_closing,
            has_result=figures.has_result,
            has_begun=figures.has_begun,
        )
    db.flush()
    _tell(db, [change for change in changed if change.about.startswith("case:")], now=now)
    return shown


def assess_all(db: Session, *, now: datetime, after: int = 0, limit: int = 500) -> int:
    """Assesses living cases in the order of their ids, `limit` at a time; gives the last id, 0 when none is left after it.

    A nightly ring calls it until it gives 0, each time in a transaction of its own.
    """
    found = db.scalars(
        select(Case).where(Case.state.in_(LIVING_CASE), Case.id > after).order_by(Case.id).limit(limit)
    ).all()
    if found:
        assess_many(db, found, now=now)
    return found[-1].id if len(found) == limit else 0


def why(db: Session, about: str) -> LightLog | None:
    """The last change of a light with its reason; `about` is `item:<id>` or `case:<id>`."""
    return db.scalars(
        select(LightLog).where(LightLog.about == about).order_by(LightLog.id.desc()).limit(1)
    ).one_or_none()


@dataclass(frozen=True, slots=True)
class _Change:
    """A light that is not what it was. `is_first`: nothing is kept about it yet."""

    about: str
    case: Case
    was: str
    light: Light
    is_first: bool


def _lights(db: Session, case: Case, figures: Figures, *, now: datetime) -> dict[str, Light]:
    """The lights of a case's items and of the case itself. In a suspended case the clocks stand still: only open tasks count."""
    found: dict[str, Light] = {}
    own: list[tuple[Mapping[str, Any], str]] = []
    for item in figures.items:
        if item.state in LIVING_ITEM and item.state != "suspended" and case.state != "suspended":
            own.append((item.own, f"item:{item.id}"))
        elif item.light != "green":
            found[f"item:{item.id}"] = GREEN
    if not own and case.state != "suspended":
        own.append((NO_ITEM, ""))
    parts: list[Light] = []
    for values, about in own:
        seen = {**figures.shared, **values}
        light = _decide(db, "light", {name: seen[name] for name in DECIDING}, seen, now=now)
        if about:
            found[about] = light
        parts.append(light)
    for task in figures.tasks:
        if task.counts:
            light = of_deadline(db, task.due_at, now=now)
            parts.append(_with(light, task=task.name, element=task.element_id))
    found[f"case:{case.id}"] = worst(parts)
    return found


def _with(light: Light, **whose: object) -> Light:
    return Light(light.light, light.number, light.rule, light.rule_en, {**light.figures, **whose})


def _decide(
    db: Session, decision_id: str, inputs: Mapping[str, Any], figures: Mapping[str, Any], *, now: datetime
) -> Light:
    # Thousands of cases share a few sets of figures: each set is decided once per session.
    memo = cast(dict[object, Light], db.info.setdefault(_MEMO, {}))
    key = (decision_id, local_day(now), tuple(inputs.values()))
    known = memo.get(key)
    if known is None:
        row = answers.context(decisions.value(db, decision_id, {"facts": dict(inputs)}, now=now))
        light, number, rule, rule_en = (str(row.get(name) or "") for name in ("light", "number", "rule", "ruleEn"))
        known = memo[key] = Light(light or "green", number, rule, rule_en)
    return Light(known.light, known.number, known.rule, known.rule_en, figures)


def _keep(db: Session, changed: Sequence[_Change], known: Mapping[int, Figures], *, now: datetime) -> None:
    """Writes what changed: the log, what is shown now, and the light of the items."""
    if not changed:
        return
    rows = [
        {
            "about": change.about,
            "case_id": change.case.id,
            "light": change.light.light,
            "number": change.light.number,
            "rule": change.light.rule,
        }
        for change in changed
    ]
    db.execute(
        insert(LightLog),
        [
            {
                **row,
                "day": local_day(now),
                "at": now,
                "previous": change.was,
                "rule_en": change.light.rule_en,
                "figures": history.plain(dict(change.light.figures)),
            }
            for row, change in zip(rows, changed, strict=True)
        ],
    )
    fresh = [row for row, change in zip(rows, changed, strict=True) if change.is_first]
    kept = [row for row, change in zip(rows, changed, strict=True) if not change.is_first]
    if fresh:
        db.execute(insert(CurrentLight), fresh)
    if kept:
        db.execute(update(CurrentLight), kept)
    lights = {
        int(change.about.removeprefix("item:")): change.light.light
        for change in changed
        if change.about.startswith("item:")
    }
    if lights:
        for item in db.scalars(select(Item).where(Item.id.in_(lights))):
            item.light = lights[item.id]


def _tell(db: Session, changed: Sequence[_Change], *, now: datetime) -> None:
    """A case that got worse says so (`light_changed`); one that got better has its orders look whether they are met (4.c)."""
    if not changed:
        return
    from casework import orders

    last = {row.about: row.id for row in db.execute(_last([change.about for change in changed], now))}
    runs = [change.case.instance_id for change in changed if change.case.instance_id is not None]
    senders = {run.id: run for run in db.scalars(select(Instance).where(Instance.id.in_(runs)))}
    for change in changed:
        case, light = change.case, change.light
        order = LIGHTS.index(light.light) - LIGHTS.index(change.was)
        if order > 0:
            log_id = last[change.about]
            messages.publish(
                db,
                "light_changed",
                f"{case.id}:{log_id}",
                {
                    "caseId": case.id,
                    "caseNo": case.case_no,
                    "enterpriseId": case.enterprise_id,
                    "old": change.was,
                    "new": light.light,
                    "rule": light.rule,
                    "number": light.number,
                    "lightLogId": log_id,
                },
                key=f"light_changed:{case.id}:{log_id}",
                sender=senders.get(case.instance_id or 0),
                by=people.SYSTEM,
                now=now,
            )
        elif order < 0:
            orders.requirement_met(db, case, now=now)


def _last(abouts: Sequence[str], now: datetime) -> Any:
    return (
        select(LightLog.about, func.max(LightLog.id).label("id"))
        .where(LightLog.about.in_(abouts), LightLog.day == local_day(now))
        .group_by(LightLog.about)
    )
