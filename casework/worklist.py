"""My tasks: what waits for a person today, in the groups that officers think in, and one task with all its page shows.

Source: REFERENCE 8 (one list of today across lists and departments), 3.1. Who sees and does what is said in `permissions` alone.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import cards, enterprises, lights, permissions, territories
from casework.case_tables import LIVING_CASE, LIVING_ITEM, Case, Item, Notice
from casework.tables import Enterprise, Person
from engine import user_tasks
from engine.calendars import calendar, local_day
from engine.errors import Forbidden, NotFound, Sentence
from engine.tables import Definition, Draft, Interval, UserTask
from engine.user_tasks import Completion

GROUPS = ("overdue", "today", "week", "later", "none")
"""已超期, 今天, 本周, 之后, 无期限."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task of a list. `days_left` counts working days, 0 today, negative when overdue, None without a deadline.

    `provisional`: the deadline rests on a year nobody has entered (暂定). `lists` are the open lists of the case.
    """

    id: int
    name: str
    element_id: str
    process_key: str
    business_key: str
    enterprise_id: int | None
    enterprise: str
    territory: str
    lists: tuple[str, ...]
    stage: str
    group: str
    light: str
    rule: str
    due_at: datetime | None
    days_left: int | None
    provisional: bool
    paused: bool
    status: str
    assignee: str
    case_id: int | None
    instance_id: int
    may_complete: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The tasks of one of `GROUPS`, the most urgent first."""

    key: str
    rows: tuple[TaskRow, ...]


@dataclass(frozen=True, slots=True)
class Worklist:
    """The tasks of a person in groups."""

    groups: tuple[Group, ...]

    @property
    def total(self) -> int:
        """How many tasks there are."""
        return sum(len(group.rows) for group in self.groups)

    @property
    def rows(self) -> tuple[TaskRow, ...]:
        """All tasks in the order to be worked on."""
        return tuple(row for group in self.groups for row in group.rows)


@dataclass(frozen=True, slots=True)
class Told:
    """A reminder or warning about a task: when, to which level, in which words."""

    at: datetime
    level: str
    what: Sentence


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with all its page shows.

    `schema` is the form (form-js JSON; empty without one), `data` what it shows, `draft` what this person typed and did not
    send. `why_not` says why this person cannot complete it. `on_behalf_of` is filled when an official fills in for an enterprise.
    """

    row: TaskRow
    schema: Mapping[str, Any]
    data: Mapping[str, Any]
    draft: Mapping[str, Any]
    why_not: Sentence | None
    on_behalf_of: str
    card: tuple[tuple[Sentence, object], ...]
    reminders: tuple[Told, ...] = ()
    stretches: tuple[user_tasks.Stretch, ...] = field(default=())


def tasks(db: Session, person: Person, *, now: datetime) -> Worklist:
    """What this person can complete today, grouped and in order."""
    scope = permissions.scope_of(db, person.username, now=now)
    rows = rows_of(db, permissions.my_tasks(db, scope), now=now, may_complete=True)
    return Worklist(tuple(Group(key, tuple(row for row in rows if row.group == key)) for key in GROUPS))


def task(db: Session, task_id: int, person: Person, *, now: datetime) -> TaskView:
    """One task for its page.

    Raises:
        NotFound: there is none, or this person may not see it.
    """
    scope = permissions.scope_of(db, person.username, now=now)
    found = user_tasks.get(db, task_id)
    why_not, on_behalf_of = _reason(db, scope, found)
    if why_not is not None and not permissions.sees_subject(db, scope, found.scope, found.subject):
        raise NotFound("this does not exist, or you may not see it")
    is_open = found.status in {"open", "held"}
    form = db.get(Definition, found.form_definition_id) if found.form_definition_id else None
    enterprise_id = enterprises.id_of(found.subject)
    firm = db.get(Enterprise, enterprise_id) if enterprise_id is not None else None
    return TaskView(
        row=rows_of(db, [found], now=now, may_complete=why_not is None)[0],
        schema=json.loads(form.source) if form else {},
        data=user_tasks.variables(db, found, now=now) if is_open else {},
        draft=user_tasks.draft(db, task_id, by=person.username) if is_open else {},
        why_not=why_not,
        on_behalf_of=on_behalf_of,
        card=cards.of(db, firm, day=local_day(now)) if firm else (),
        reminders=tuple(_told(db, found)),
        stretches=tuple(user_tasks.stretches(db, found)),
    )


def complete(
    db: Session,
    task_id: int,
    submission: Mapping[str, Any],
    *,
    person: Person,
    now: datetime,
    idempotency_key: str = "",
) -> Completion:
    """Completes a task as this person, for the enterprise where an official fills in for it.

    Raises:
        Forbidden: post, territory, officer of the case, four eyes, or somebody else has taken it.
        NotFound, Conflict, Invalid: as `user_tasks.complete`.
    """
    found = user_tasks.get(db, task_id)
    scope = permissions.scope_of(db, person.username, now=now)
    # A task that is gone is told by the engine; permission is asked only while it can be given.
    on_behalf_of = permissions.check_complete_task(db, scope, found) if found.status == "open" else ""
    return user_tasks.complete(
        db,
        task_id,
        submission,
        by=person.username,
        on_behalf_of=on_behalf_of,
        now=now,
        idempotency_key=idempotency_key,
    )


def claim(db: Session, task_id: int, *, person: Person, now: datetime) -> UserTask:
    """Takes a task for oneself."""
    _check(db, task_id, person, now)
    return user_tasks.claim(db, task_id, by=person.username, now=now)


def unclaim(db: Session, task_id: int, *, person: Person, now: datetime) -> UserTask:
    """Gives a task back."""
    _check(db, task_id, person, now)
    return user_tasks.unclaim(db, task_id, by=person.username, now=now)


def save_draft(db: Session, task_id: int, data: Mapping[str, Any], *, person: Person, now: datetime) -> Draft:
    """Keeps what this person typed and did not send."""
    _check(db, task_id, person, now)
    return user_tasks.save_draft(db, task_id, data, by=person.username, now=now)


def rows_of(db: Session, found: Sequence[UserTask], *, now: datetime, may_complete: bool) -> list[TaskRow]:
    """Tasks as rows of a list, the most urgent first, those without a deadline last."""
    ordered = sorted(found, key=lambda one: (one.due_at is None, one.due_at or now, -one.priority, one.id))
    names, days = territories.tree(db), calendar(db)
    firms, open_cases = _enterprises(db, ordered), _cases(db, ordered)
    lists, paused = _lists(db, open_cases.values()), _paused(db, ordered)
    rows: list[TaskRow] = []
    for one in ordered:
        enterprise_id = enterprises.id_of(one.subject)
        firm = firms.get(enterprise_id or 0)
        case = open_cases.get(enterprise_id or 0)
        light = lights.of_deadline(db, one.due_at, now=now)
        rows.append(
            TaskRow(
                id=one.id,
                name=one.name,
                element_id=one.element_id,
                process_key=one.process_key,
                business_key=one.business_key,
                enterprise_id=enterprise_id,
                enterprise=firm.name if firm else "",
                territory=names.full_name(one.scope) if one.scope else "",
                lists=lists.get(case.id, ()) if case else (),
                stage=case.stage if case else "",
                group=group_of(one.due_at, now=now),
                light=light.light,
                rule=light.rule,
                due_at=one.due_at,
                days_left=lights.days_left(days, one.due_at, now) if one.due_at else None,
                provisional=one.provisional,
                paused=one.id in paused,
                status=one.status,
                assignee=one.assignee,
                case_id=case.id if case else None,
                instance_id=one.instance_id,
                may_complete=may_complete and one.status == "open",
            )
        )
    return rows


def group_of(due_at: datetime | None, *, now: datetime) -> str:
    """In which group a deadline falls; the week ends on Sunday, because make-up days may lie on it."""
    if due_at is None:
        return "none"
    if due_at < now:
        return "overdue"
    today, due = local_day(now), local_day(due_at)
    if due == today:
        return "today"
    return "week" if due <= today + timedelta(days=6 - today.weekday()) else "later"


def _reason(db: Session, scope: permissions.Scope, found: UserTask) -> tuple[Sentence | None, str]:
    if found.status != "open":
        return Sentence("this task is {status}", {"status": found.status}), ""
    try:
        return None, permissions.check_complete_task(db, scope, found)
    except Forbidden as error:
        return error.sentence, ""


def _check(db: Session, task_id: int, person: Person, now: datetime) -> None:
    scope = permissions.scope_of(db, person.username, now=now)
    found = user_tasks.get(db, task_id)
    if found.status == "open":
        permissions.check_complete_task(db, scope, found)


def _told(db: Session, found: UserTask) -> Iterable[Told]:
    for notice in db.scalars(select(Notice).where(Notice.user_task_id == found.id).order_by(Notice.id)):
        yield Told(notice.sent_at, notice.level, Sentence(notice.template, notice.params))


def _ids(found: Iterable[UserTask]) -> set[int]:
    return {number for one in found if (number := enterprises.id_of(one.subject)) is not None}


def _enterprises(db: Session, found: Iterable[UserTask]) -> dict[int, Enterprise]:
    ids = _ids(found)
    return {row.id: row for row in db.scalars(select(Enterprise).where(Enterprise.id.in_(ids)))} if ids else {}


def _cases(db: Session, found: Iterable[UserTask]) -> dict[int, Case]:
    ids = _ids(found)
    query = select(Case).where(Case.enterprise_id.in_(ids), Case.state.in_(LIVING_CASE))
    return {row.enterprise_id: row for row in db.scalars(query)} if ids else {}


def _lists(db: Session, found: Iterable[Case]) -> dict[int, tuple[str, ...]]:
    ids = [case.id for case in found]
    query = select(Item.case_id, Item.list_type).where(Item.case_id.in_(ids), Item.state.in_(LIVING_ITEM))
    lists: dict[int, tuple[str, ...]] = {}
    for case_id, list_type in db.execute(query.order_by(Item.list_type)).tuples() if ids else []:
        lists[case_id] = (*lists.get(case_id, ()), list_type)
    return lists


def _paused(db: Session, found: Iterable[UserTask]) -> set[int]:
    ids = [one.id for one in found]
    query = select(Interval.user_task_id).where(
        Interval.user_task_id.in_(ids), Interval.kind == "paused", Interval.ended_at.is_(None)
    )
    return set(db.scalars(query)) if ids else set()
