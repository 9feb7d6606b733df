"""My tasks: what waits for a person today, in the four groups that officers think in, with the working days left.

Source: REFERENCE 8 (one list of today across lists and departments), 3.1. Who sees which task is said in `permissions` alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import cases, enterprises, lights, permissions, territories
from casework.case_tables import LIVING_CASE, Case
from casework.permissions import Scope
from casework.tables import Enterprise
from engine import user_tasks
from engine.calendars import calendar, local_day
from engine.tables import UserTask
from engine.user_tasks import Completion

GROUPS = ("overdue", "today", "week", "later")
"""已超期, 今天, 本周, 之后."""


@dataclass(frozen=True, slots=True)
class Row:
    """One task of a list. `days_left` counts working days, 0 today, negative when overdue, None without a deadline.

    `provisional` says that the deadline rests on a year nobody has entered (暂定).
    """

    task: UserTask
    group: str
    due_on: date | None
    days_left: int | None
    light: str
    rule: str
    rule_en: str
    provisional: bool
    enterprise: Enterprise | None
    case: Case | None
    territory: str


@dataclass(frozen=True, slots=True)
class Worklist:
    """The tasks of a person in groups; `rows` gives them in the order to be worked on."""

    overdue: list[Row] = field(default_factory=list[Row])
    today: list[Row] = field(default_factory=list[Row])
    week: list[Row] = field(default_factory=list[Row])
    later: list[Row] = field(default_factory=list[Row])

    @property
    def rows(self) -> list[Row]:
        """All tasks, the most urgent first."""
        return [*self.overdue, *self.today, *self.week, *self.later]

    def group(self, name: str) -> list[Row]:
        """One of the four groups."""
        return {"overdue": self.overdue, "today": self.today, "week": self.week, "later": self.later}[name]


def complete(
    db: Session,
    task: UserTask,
    submission: Mapping[str, Any],
    *,
    scope: Scope,
    now: datetime,
    idempotency_key: str = "",
) -> Completion:
    """Completes a task as the person of `scope`: for the enterprise where an official fills in for it, and with the case's light.

    Raises:
        Forbidden: post, territory, officer of the case, four eyes, or somebody else has taken it.
        NotFound, Conflict, Invalid: as `user_tasks.complete`.
    """
    # Of a task that is over the engine says what became of it, or gives the answer it gave before.
    is_open = task.status == "open"
    on_behalf_of = permissions.check_complete_task(db, scope, task) if is_open else task.on_behalf_of
    done = user_tasks.complete(
        db,
        task.id,
        submission,
        by=scope.username,
        on_behalf_of=on_behalf_of,
        now=now,
        idempotency_key=idempotency_key,
    )
    enterprise_id = enterprises.id_of(task.subject)
    case = cases.living(db, enterprise_id) if is_open and enterprise_id is not None else None
    if case is not None:
        lights.assess(db, case, now=now)
    return done


def of(db: Session, tasks: Iterable[UserTask], *, now: datetime) -> Worklist:
    """Puts tasks (those that `permissions` lets a person see) in their groups, with light, enterprise and case beside them."""
    found = sorted(tasks, key=lambda task: (task.due_at is None, task.due_at or now, -task.priority, task.id))
    names = territories.tree(db)
    firms, open_cases = _enterprises(db, found), _cases(db, found)
    worklist = Worklist()
    for task in found:
        enterprise_id = enterprises.id_of(task.subject) or 0
        light = lights.of_deadline(db, task.due_at, now=now)
        row = Row(
            task=task,
            group=group_of(task.due_at, now=now),
            due_on=local_day(task.due_at) if task.due_at else None,
            days_left=lights.days_left(calendar(db), task.due_at, now) if task.due_at else None,
            light=light.light,
            rule=light.rule,
            rule_en=light.rule_en,
            provisional=task.provisional,
            enterprise=firms.get(enterprise_id),
            case=open_cases.get(enterprise_id),
            territory=names.full_name(task.scope) if task.scope else "",
        )
        worklist.group(row.group).append(row)
    return worklist


def group_of(due_at: datetime | None, *, now: datetime) -> str:
    """In which of the four groups a deadline falls; the week ends on Sunday, because make-up days may lie on it."""
    if due_at is None:
        return "later"
    if due_at < now:
        return "overdue"
    today, due = local_day(now), local_day(due_at)
    if due == today:
        return "today"
    return "week" if due <= today + timedelta(days=6 - today.weekday()) else "later"


def _enterprises(db: Session, tasks: Iterable[UserTask]) -> dict[int, Enterprise]:
    ids = {found for task in tasks if (found := enterprises.id_of(task.subject)) is not None}
    if not ids:
        return {}
    return {row.id: row for row in db.scalars(select(Enterprise).where(Enterprise.id.in_(ids)))}


def _cases(db: Session, tasks: Iterable[UserTask]) -> dict[int, Case]:
    ids = {found for task in tasks if (found := enterprises.id_of(task.subject)) is not None}
    query = select(Case).where(Case.enterprise_id.in_(ids), Case.state.in_(LIVING_CASE))
    return {row.enterprise_id: row for row in db.scalars(query)} if ids else {}
