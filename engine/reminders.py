"""Reminders of user tasks: one decision says when, whom and how; the jobs follow the due date and push no run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Final, cast

from sqlalchemy.orm import Session

from engine import calendars, decisions
from engine.calendars import SHANGHAI, Calendar, local_day
from engine.errors import ExecutionFailed
from engine.history import plain
from engine.tables import UserTask

DEFAULT: Final = "reminders"
START_OF_BUSINESS: Final = time(9, 0)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One ring: when, and the row of the decision that asked for it (`offset`, `to`, `how`, `light`, `raise`, …)."""

    due_at: datetime
    number: int
    row: Mapping[str, Any]


def derive(db: Session, task: UserTask, *, now: datetime) -> Sequence[Reminder]:
    """The reminders of a user task that are still to come, from its present due date.

    The decision is named by the task's property `reminders` (`reminders` without one, `none` for no reminders) and gets
    `process`, `element`, `stage`, `lane`, `priority`, `candidateGroups` and `properties`. Each row's `offset` counts working
    days from the due date; the ring is at 09:00 (Asia/Shanghai) of that day.

    Raises:
        ExecutionFailed: the decision gave something else than rows with a whole `offset`.
    """
    decision_id = str(task.properties.get("reminders", DEFAULT))
    if task.due_at is None or task.paused_at is not None or decision_id == "none":
        return ()
    if not decisions.is_deployed(db, decision_id):
        return ()
    decided = decisions.value(db, decision_id, _inputs(task), now=now)
    rows = cast(list[Any], decided if isinstance(decided, list) else [decided])
    calendar = calendars.calendar(db)
    found: list[Reminder] = []
    for number, row in enumerate(rows):
        if row is None:
            continue
        ring = Reminder(_moment(calendar, task, row), number, cast(Mapping[str, Any], plain(row)))
        if ring.due_at > now:
            found.append(ring)
    return found


def key(task: UserTask, reminder: Reminder) -> str:
    """The key of a reminder's job: the same ring of the same due date is one job."""
    return f"reminder:{task.id}:{reminder.number}:{reminder.due_at.astimezone(UTC).isoformat()}"


def say(task: UserTask) -> dict[str, object]:
    """What a reminder tells about its user task, as plain values."""
    return {
        "id": task.id,
        "name": task.name,
        "processKey": task.process_key,
        "elementId": task.element_id,
        "candidateGroups": task.candidate_groups,
        "assignee": task.assignee,
        "dueAt": task.due_at.astimezone(SHANGHAI).isoformat() if task.due_at else None,
        "scope": task.scope,
        "subject": task.subject,
        "businessKey": task.business_key,
        "stage": task.properties.get("stage", ""),
        "instanceId": task.instance_id,
        "rootId": task.root_id,
    }


def _inputs(task: UserTask) -> dict[str, object]:
    return {
        "process": task.process_key,
        "element": task.element_id,
        "stage": task.properties.get("stage"),
        "lane": task.lane,
        "priority": task.priority,
        "candidateGroups": task.candidate_groups,
        "properties": task.properties,
    }


def _moment(calendar: Calendar, task: UserTask, row: object) -> datetime:
    offset = cast(Mapping[str, object], row).get("offset") if isinstance(row, Mapping) else None
    if offset is None or isinstance(offset, bool | str) or task.due_at is None:
        raise ExecutionFailed(
            "expected rows with a whole offset from the decision about reminders", element_id=task.element_id
        )
    days = int(cast(int, offset))
    due_day = local_day(task.due_at)
    day = calendar.add(due_day, days) if days else due_day
    return datetime.combine(day, START_OF_BUSINESS, SHANGHAI).astimezone(UTC)
