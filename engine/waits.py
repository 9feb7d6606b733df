"""What a run waits for, as rows: reading them in one statement, and working out what a step changes in them.

Everything that can fail is found out while the change is worked out; only then is anything written.
"""

import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Integer, String, Table, bindparam, cast, delete, insert, literal, null, select, union_all, update
from sqlalchemy.orm import Session

from engine import calendars, history, messages, reminders, versions
from engine.bpmn.model import Binding, ProcessModel
from engine.bpmn.outcome import (
    CallWait,
    ConditionWait,
    JobWait,
    MessageWait,
    Outcome,
    SignalWait,
    TimerWait,
    TrailEntry,
    UserTaskWait,
    Wait,
)
from engine.errors import ExecutionFailed
from engine.tables import Draft, Instance, Interval, Job, Subscription, UserTask
from engine.versions import Version

_LIVE_JOBS: Final = ("waiting", "failed", "paused")
_OPEN_TASKS: Final = ("open", "held")


@dataclass(frozen=True, slots=True)
class Row:
    """One live row of a run: `table` is task, job, subscription, draft or interval; `kind` its status or kind."""

    table: str
    id: int
    element_instance_id: str
    user_task_id: int | None
    kind: str


def live_rows(db: Session, instance_id: int) -> list[Row]:
    """Everything that a run waits for, in one statement."""
    return [Row(*row) for row in db.execute(_LIVE_ROWS, {"instance": instance_id})]


@dataclass
class Change:
    """What a step changes in the rows of its run."""

    tasks: list[tuple[UserTask, Sequence[reminders.Reminder]]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    opened: list[tuple[str, messages.Opened]] = field(default_factory=list)
    ended_tasks: list[Row] = field(default_factory=list)
    ended_jobs: list[Row] = field(default_factory=list)
    ended_subscriptions: list[int] = field(default_factory=list)
    ended_drafts: list[int] = field(default_factory=list)
    ended_intervals: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where rows are made: the run, the version it runs in, and the time."""

    db: Session
    instance: Instance
    version: Version
    model: ProcessModel
    now: datetime

    def compare(self, rows: Sequence[Row], outcome: Outcome) -> Change:
        """What has to change in `rows` so that they say where the run rests after `outcome`.

        Raises:
            ExecutionFailed: a form or called process is not deployed, or the decision about reminders is wrong.
        """
        tasks = {row.element_instance_id for row in rows if row.table == "task"}
        jobs = {(row.kind, row.element_instance_id) for row in rows if row.table == "job"}
        listening = {row.element_instance_id for row in rows if row.table == "subscription"}
        change = Change()
        for wait in outcome.waits:
            place = wait.element_instance_id
            match wait:
                case UserTaskWait() if place not in tasks:
                    task = self._task(wait)
                    change.tasks.append((task, reminders.derive(self.db, task, now=self.now)))
                case TimerWait() if ("timer", place) not in jobs:
                    change.jobs.append(self._job("timer", wait, due_at=wait.due_at))
                case JobWait() if ("service", place) not in jobs:
                    payload = {
                        "type": wait.job_type,
                        "headers": dict(wait.headers),
                        "variables": dict(wait.variables),
                    }
                    change.jobs.append(self._job("service", wait, payload=payload, retries=wait.retries))
                case CallWait() if place in outcome.called:
                    change.jobs.append(self._job("call", wait, payload=self._called(wait)))
                case MessageWait() if place not in listening:
                    opened = messages.Opened(
                        wait.element_id, place, wait.message_name, wait.correlation_key, wait.interrupting
                    )
                    change.opened.append(("message", opened))
                case SignalWait() if place not in listening:
                    change.opened.append(("signal", messages.Opened(wait.element_id, place, wait.signal_name, "")))
                case ConditionWait() if place not in listening:
                    change.opened.append(("change", messages.Opened(wait.element_id, place, "", "")))
                case _:
                    pass
        self._ends(change, rows, outcome.waits, outcome.trail)
        return change

    def _ends(self, change: Change, rows: Sequence[Row], waits: Sequence[Wait], trail: Iterable[TrailEntry]) -> None:
        present = {wait.element_instance_id for wait in waits}
        # An element that waits for a listener waits for nothing else.
        heard = {wait.element_instance_id for wait in waits if isinstance(wait, JobWait) and wait.listener}
        gone = [
            row
            for row in rows
            if row.element_instance_id not in present or (row.element_instance_id in heard and row.kind != "service")
        ]
        change.ended_tasks += [row for row in gone if row.table == "task"]
        change.ended_jobs += [row for row in gone if row.table == "job" and row.element_instance_id]
        change.ended_subscriptions += [row.id for row in gone if row.table == "subscription"]
        ended = {row.id for row in change.ended_tasks}
        change.ended_drafts += [row.id for row in gone if row.table == "draft" and row.user_task_id in ended]
        change.ended_intervals += [row.id for row in gone if row.table == "interval" and row.user_task_id in ended]
        for one in trail:
            if one.what == "cancelled" and one.kind == "callActivity":
                payload = {"parent": self.instance.id, "place": one.element_instance_id}
                change.jobs.append({**self._job("cancel", one, payload=payload), **_OF_NO_RUN})

    def _task(self, wait: UserTaskWait) -> UserTask:
        """The row of a new user task, not yet in the session."""
        element, instance = self.model.elements[wait.element_id], self.instance
        provisional = False
        if wait.due_date is not None:
            calendar = calendars.calendar(self.db)
            provisional = calendar.is_provisional(calendars.local_day(self.now), calendars.local_day(wait.due_date))
        return UserTask(
            instance_id=instance.id,
            root_id=instance.root_id,
            process_key=instance.process_key,
            element_id=wait.element_id,
            element_instance_id=wait.element_instance_id,
            name=element.name or wait.element_id,
            lane=element.lane or "",
            form_definition_id=self._form(wait),
            candidate_groups=list(wait.candidate_groups),
            candidate_users=list(wait.candidate_users),
            assignee=wait.assignee or "",
            priority=wait.priority,
            created_at=self.now,
            due_at=wait.due_date,
            follow_up_at=wait.follow_up_date,
            provisional=provisional,
            scope=instance.scope,
            subject=instance.subject,
            business_key=instance.business_key,
            properties=dict(wait.properties),
            variables=history.plain(wait.variables),
        )

    def _form(self, wait: UserTaskWait) -> int | None:
        form = wait.form
        if form is None or not (form.form_id or form.resource):
            return None
        if form.resource:
            found = versions.shelf(self.db).form_of_file(form.resource, deployment_id=self.version.deployment_id)
        else:
            found = self._bound("form", form.form_id or "", form.binding, form.version_tag)
        if found is None:
            name = form.form_id or form.resource
            raise ExecutionFailed(
                "expected a form named {form}, but none is deployed", element_id=wait.element_id, form=name
            )
        return found.id

    def _called(self, wait: CallWait) -> dict[str, object]:
        found = self._bound("process", wait.called_process_id, wait.binding, wait.version_tag)
        if found is None:
            raise ExecutionFailed(
                "expected a process named {process}, but none is deployed",
                element_id=wait.element_id,
                process=wait.called_process_id,
            )
        said: dict[str, object] = {"definition": found.id, "variables": dict(wait.variables)}
        return said if wait.business_key is None else {**said, "business_key": wait.business_key}

    def _bound(self, kind: versions.Kind, key: str, binding: Binding, version_tag: str | None) -> Version | None:
        return versions.shelf(self.db).bound(
            kind,
            key,
            binding=binding,
            version_tag=version_tag,
            deployment_id=self.version.deployment_id,
            day=calendars.local_day(self.now),
        )

    def _job(
        self,
        kind: str,
        at: Wait | TrailEntry,
        *,
        payload: Mapping[str, object] | None = None,
        due_at: datetime | None = None,
        retries: int = 3,
    ) -> dict[str, Any]:
        instance = self.instance
        values = job_values(
            f"{kind}:{instance.id}:{at.element_instance_id}:{instance.revision}",
            kind,
            instance.id,
            payload=payload or {},
            due_at=due_at or self.now,
            now=self.now,
            scope=instance.scope,
            subject=instance.subject,
            retries=retries,
        )
        return {**values, "element_id": at.element_id, "element_instance_id": at.element_instance_id}


def insert_tasks(db: Session, change: Change, *, now: datetime) -> list[int]:
    """Writes the new user tasks, and adds the jobs of their reminders to the change; answers their ids."""
    if not change.tasks:
        return []
    columns = [{name: getattr(task, name) for name in _TASK_COLUMNS} for task, _ in change.tasks]
    made = db.execute(insert(_TASKS).returning(_TASKS.c.element_instance_id, _TASKS.c.id), columns)
    ids: dict[str, int] = {row[0]: row[1] for row in made}
    for task, rings in change.tasks:
        task.id = ids[task.element_instance_id]
        change.jobs += [reminder_job(task, ring, now=now) for ring in rings]
    return [task.id for task, _ in change.tasks]


def write(db: Session, instance: Instance, change: Change, *, completing: int | None, now: datetime) -> None:
    """Ends the rows that nothing waits for any more, and writes the new ones. `completing` is the user task that was not
    withdrawn but completed."""
    withdrawn = [row.id for row in change.ended_tasks if row.id != completing]
    if withdrawn:
        update_rows(db, UserTask, withdrawn, {"status": "withdrawn", "ended_at": now, "paused_at": None})
    if change.ended_jobs:
        update_rows(db, Job, [row.id for row in change.ended_jobs], {"status": "withdrawn", "ended_at": now})
        unheard = [row.id for row in change.ended_jobs if row.kind == "message"]
        for job in db.execute(select(Job).where(Job.id.in_(unheard))).scalars() if unheard else ():
            messages.say_again(db, job, now=now)
    if change.ended_subscriptions:
        ended = delete(Subscription).where(Subscription.id.in_(change.ended_subscriptions))
        db.execute(ended, execution_options=_PLAIN)
    if change.ended_drafts:
        db.execute(delete(Draft).where(Draft.id.in_(change.ended_drafts)), execution_options=_PLAIN)
    if change.ended_intervals:
        update_rows(db, Interval, change.ended_intervals, {"ended_at": now})
    if change.opened:
        opened = [
            {
                "kind": kind,
                "name": one.name,
                "correlation_key": one.correlation_key,
                "instance_id": instance.id,
                "element_id": one.element_id,
                "element_instance_id": one.element_instance_id,
                "created_at": now,
            }
            for kind, one in change.opened
        ]
        db.execute(insert(_SUBSCRIPTIONS), opened)
    if change.jobs:
        db.execute(insert(_JOBS), change.jobs)


def job_values(
    key: str,
    kind: str,
    instance_id: int | None,
    *,
    payload: Mapping[str, object],
    due_at: datetime,
    now: datetime,
    scope: str,
    subject: str,
    retries: int = 3,
) -> dict[str, Any]:
    """The columns of a new job; every job has the same ones, so that many go in one statement."""
    return {
        "key": key,
        "kind": kind,
        "instance_id": instance_id,
        "element_id": "",
        "element_instance_id": "",
        "user_task_id": None,
        "payload": history.plain(payload),
        "due_at": due_at,
        "status": "waiting",
        "attempts": 0,
        "retries": retries,
        "created_at": now,
        "scope": scope,
        "subject": subject,
    }


def reminder_job(task: UserTask, ring: reminders.Reminder, *, now: datetime) -> dict[str, Any]:
    """The job of a reminder."""
    values = job_values(
        reminders.key(task, ring),
        "reminder",
        task.instance_id,
        payload={"row": ring.row},
        due_at=ring.due_at,
        now=now,
        scope=task.scope,
        subject=task.subject,
    )
    return {
        **values,
        "element_id": task.element_id,
        "element_instance_id": task.element_instance_id,
        "user_task_id": task.id,
    }


def update_rows(
    db: Session, table: type[UserTask] | type[Job] | type[Interval], ids: Sequence[int], values: Mapping[str, Any]
) -> None:
    """Changes rows in one statement; what this session knows of them is read again when it is asked for."""
    db.execute(update(table).where(table.id.in_(ids)).values(**values), execution_options=_PLAIN)
    for one in [one for one in db.identity_map.values() if isinstance(one, table) and one.id in ids]:
        db.expire(one)


_TASKS: Final = typing.cast(Table, UserTask.__table__)
_JOBS: Final = typing.cast(Table, Job.__table__)
_SUBSCRIPTIONS: Final = typing.cast(Table, Subscription.__table__)
_OF_NO_RUN: Final = {"instance_id": None, "element_instance_id": ""}
_PLAIN: Final = {"synchronize_session": False}
_TASK_COLUMNS: Final = (
    "instance_id",
    "root_id",
    "process_key",
    "element_id",
    "element_instance_id",
    "name",
    "lane",
    "form_definition_id",
    "candidate_groups",
    "candidate_users",
    "assignee",
    "priority",
    "created_at",
    "due_at",
    "follow_up_at",
    "provisional",
    "scope",
    "subject",
    "business_key",
    "properties",
    "variables",
)
_NONE: Final = cast(null(), Integer)
_LIVE_ROWS: Final = union_all(
    select(literal("task"), UserTask.id, UserTask.element_instance_id, _NONE, UserTask.status).where(
        UserTask.instance_id == bindparam("instance", type_=Integer), UserTask.status.in_(_OPEN_TASKS)
    ),
    select(literal("job"), Job.id, Job.element_instance_id, Job.user_task_id, Job.kind).where(
        Job.instance_id == bindparam("instance", type_=Integer), Job.status.in_(_LIVE_JOBS)
    ),
    select(literal("subscription"), Subscription.id, Subscription.element_instance_id, _NONE, Subscription.kind).where(
        Subscription.instance_id == bindparam("instance", type_=Integer)
    ),
    select(literal("draft"), Draft.id, cast(literal(""), String), Draft.user_task_id, literal(""))
    .join(UserTask, UserTask.id == Draft.user_task_id)
    .where(UserTask.instance_id == bindparam("instance", type_=Integer), UserTask.status.in_(_OPEN_TASKS)),
    select(literal("interval"), Interval.id, cast(literal(""), String), Interval.user_task_id, Interval.kind)
    .join(UserTask, UserTask.id == Interval.user_task_id)
    .where(
        UserTask.instance_id == bindparam("instance", type_=Integer),
        UserTask.status.in_(_OPEN_TASKS),
        Interval.ended_at.is_(None),
    ),
)
