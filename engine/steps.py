"""One step of a run: lock it, push it, let it walk to its next wait states, save it, and make the rows say where it rests.

The order of every step is that of the locks: the row of the run first, then the rows of what it waits for. Until the walk has
succeeded nothing is written but what services write, and that under a savepoint: when the drawing fails, all is as before.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import (
    Integer,
    String,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.orm.exc import StaleDataError

from engine import calendars, decisions, feel, history, messages, reminders, services, versions, working_days
from engine.bpmn.execution import Execution
from engine.bpmn.model import Binding, ProcessModel
from engine.bpmn.outcome import (
    CallWait,
    Decided,
    JobWait,
    MessageWait,
    Outcome,
    SignalWait,
    TimerWait,
    TrailEntry,
    UserTaskWait,
    Variables,
)
from engine.db import is_passing
from engine.errors import Conflict, ExecutionFailed, Forbidden, Invalid, NotFound
from engine.tables import Deployment, Draft, Instance, Interval, Job, Subscription, UserTask
from engine.versions import Version

_LIVE_JOBS: Final = ("waiting", "failed", "paused")
_OPEN_TASKS: Final = ("open", "held")
_WHAT: Final = {"entered": "+", "completed": "-", "cancelled": "x"}


@dataclass(frozen=True, slots=True)
class Row:
    """One live row of a run: `table` is task, job, subscription, draft or interval; `kind` its status or kind."""

    table: str
    id: int
    element_instance_id: str
    user_task_id: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class Advanced:
    """Where a step led: the user tasks it made, and whether the run has ended."""

    instance: Instance
    user_task_ids: tuple[int, ...] = ()
    ended: bool = False


def lock(db: Session, instance_id: int, *, skip_locked: bool = False) -> Instance | None:
    """The row of a run, locked until the end of the transaction and read anew. None when there is none, or, with
    `skip_locked`, when somebody else holds it."""
    newest = select(func.max(Deployment.id)).scalar_subquery()
    found = db.execute(
        select(Instance, newest)
        .where(Instance.id == instance_id)
        # Rows that refer to this one may be inserted meanwhile: its key does not change.
        .with_for_update(of=Instance, key_share=True, skip_locked=skip_locked)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        return None
    versions.generation_is(db, found[1])
    return found[0]


def live_rows(db: Session, instance_id: int) -> list[Row]:
    """Everything that a run waits for, in one statement."""
    return [Row(*row) for row in db.execute(_LIVE_ROWS, {"instance": instance_id})]


@dataclass
class Step:
    """One step of a locked run. Use once: `begin`, then `push`."""

    db: Session
    instance: Instance
    version: Version
    model: ProcessModel
    by: str
    now: datetime
    on_behalf_of: str = ""
    rows: Sequence[Row] = ()
    execution: Execution | None = None
    _savepoint: SessionTransaction | None = None
    _drafts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _before: tuple[int, str, str, str, str] = (0, "", "", "", "")

    # --- the host of the walk (engine.bpmn.outcome.Host) -------------------------------------------------------------

    @property
    def functions(self) -> Mapping[str, feel.FeelFunction]:
        """The working-day calendar, read only when an expression asks for it."""
        return working_days.of(self.db)

    def decide(
        self, decision_id: str, binding: Binding, version_tag: str | None, variables: Variables, *, element_id: str
    ) -> Decided:
        """Evaluates the decision of a business rule task."""
        try:
            return decisions.evaluate_bound(
                self.db,
                decision_id,
                variables,
                binding=binding,
                version_tag=version_tag,
                deployment_id=self.version.deployment_id,
                now=self.now,
            )
        except NotFound as missing:
            raise ExecutionFailed(missing.template, element_id=element_id, **missing.params) from missing

    def is_immediate(self, job_type: str) -> bool:
        """Whether a job is served inside the step."""
        return services.is_immediate(job_type)

    def call_service(
        self, job_type: str, headers: Mapping[str, str], inputs: Variables, *, element_id: str, element_instance_id: str
    ) -> Variables:
        """Serves an immediate job under the savepoint of the step."""
        if self._savepoint is None:
            self._savepoint = self.db.begin_nested()
        call = services.Call(
            self.instance, element_id, element_instance_id, job_type, headers, inputs, self.by, self.now
        )
        return services.serve(self.db, call)

    # --- the step ----------------------------------------------------------------------------------------------------

    def push(
        self,
        action: Callable[["Step"], Outcome],
        *,
        fact: str,
        data: Mapping[str, object] | None = None,
        reference: str | None = None,
        element_id: str = "",
        element_instance_id: str = "",
    ) -> Advanced:
        """Pushes the run, and writes where it rests now. `fact` is what pushed it, the first entry of history.

        Raises:
            ExecutionFailed: the drawing or a service failed; the run and everything around it are as before.
            Conflict, NotFound, Forbidden, Invalid: a service or the run refused; likewise.
        """
        instance = self.instance
        self._before = (
            instance.sequence,
            instance.head,
            instance.scope,
            instance.subject,
            instance.business_key,
        )
        self._note(fact, data=data, reference=reference, element_id=element_id, element_instance_id=element_instance_id)
        try:
            outcome = action(self)
            if outcome.error is not None and instance.parent_element_instance_id is None:
                raise ExecutionFailed(
                    "nothing in the drawing catches the error {code}",
                    element_id=outcome.error.element_id,
                    code=outcome.error.code,
                )
            plan = self._plan(outcome)
        except (Conflict, NotFound, Forbidden, Invalid, ExecutionFailed):
            self._undo()
            raise
        except DBAPIError as error:
            if error.connection_invalidated or is_passing(error):
                raise
            self._undo()
            raise ExecutionFailed(
                "the database refused what a service wrote: {reason}", reason=str(error.orig)
            ) from error
        except Exception as error:
            self._undo()
            raise ExecutionFailed("{kind}: {reason}", kind=type(error).__name__, reason=str(error)) from error
        return self._save(outcome, plan)

    def _undo(self) -> None:
        if self._savepoint is not None:
            if self._savepoint.is_active:
                self._savepoint.rollback()
            self._savepoint = None
        self._drafts.clear()
        one = self.instance
        one.sequence, one.head, one.scope, one.subject, one.business_key = self._before

    def _note(
        self,
        fact: str,
        *,
        data: Mapping[str, object] | None = None,
        reference: str | None = None,
        element_id: str = "",
        element_instance_id: str = "",
    ) -> None:
        self._drafts.append(
            history.draft(
                self.instance,
                fact=fact,
                by=self.by,
                now=self.now,
                data=data,
                reference=reference,
                element_id=element_id,
                element_instance_id=element_instance_id,
                on_behalf_of=self.on_behalf_of,
            )
        )

    def _plan(self, outcome: Outcome) -> "_Plan":
        """What has to change in the rows; everything that can fail is found out here, before anything is written."""
        open_tasks = {row.element_instance_id: row for row in self.rows if row.table == "task"}
        jobs = {(row.kind, row.element_instance_id) for row in self.rows if row.table == "job"}
        listening = {row.element_instance_id for row in self.rows if row.table == "subscription"}
        entered = {one.element_instance_id for one in outcome.trail if one.what == "entered"}
        plan = _Plan()
        present: set[str] = set()
        for wait in outcome.waits:
            place = wait.element_instance_id
            present.add(place)
            match wait:
                case UserTaskWait():
                    if place not in open_tasks:
                        task = self._task(wait)
                        plan.tasks.append((task, reminders.derive(self.db, task, now=self.now)))
                case TimerWait():
                    if ("timer", place) not in jobs:
                        plan.jobs.append(self._job("timer", wait.element_id, place, due_at=wait.due_at))
                case JobWait():
                    if ("service", place) not in jobs:
                        payload = {
                            "type": wait.job_type,
                            "headers": dict(wait.headers),
                            "variables": dict(wait.variables),
                        }
                        plan.jobs.append(
                            self._job("service", wait.element_id, place, payload=payload, retries=wait.retries)
                        )
                case CallWait():
                    if place in entered:
                        plan.jobs.append(self._job("call", wait.element_id, place, payload=self._called(wait)))
                case MessageWait():
                    if place not in listening:
                        plan.opened.append(("message", wait.message_name, wait.correlation_key, wait.element_id, place))
                case SignalWait():
                    if place not in listening:
                        plan.opened.append(("signal", wait.signal_name, "", wait.element_id, place))
        self._plan_ends(plan, present, outcome.trail)
        return plan

    def _plan_ends(self, plan: "_Plan", present: set[str], trail: Iterable[TrailEntry]) -> None:
        ended: set[int | None] = set()
        for row in self.rows:
            if row.table == "task" and row.element_instance_id not in present:
                plan.ended_tasks.append(row)
                ended.add(row.id)
        for row in self.rows:
            if row.table == "job" and row.element_instance_id and row.element_instance_id not in present:
                plan.ended_jobs.append(row)
            elif row.table == "subscription" and row.element_instance_id not in present:
                plan.ended_subscriptions.append(row.id)
            elif row.table == "draft" and row.user_task_id in ended:
                plan.ended_drafts.append(row.id)
            elif row.table == "interval" and row.user_task_id in ended:
                plan.ended_intervals.append(row.id)
        for one in trail:
            if one.what == "cancelled" and one.kind == "callActivity":
                place = one.element_instance_id
                payload = {"parent": self.instance.id, "place": place}
                job = self._job("cancel", one.element_id, place, payload=payload)
                plan.jobs.append({**job, "instance_id": None, "element_instance_id": ""})

    def _save(self, outcome: Outcome, plan: "_Plan") -> Advanced:
        db, instance = self.db, self.instance
        has_ended = outcome.completed or outcome.cancelled
        with db.no_autoflush:
            task_ids = self._insert_tasks(plan)
            self._remember(outcome, plan, task_ids)
            self._end_rows(plan)
            if plan.jobs:
                db.execute(insert(Job), plan.jobs)
            if has_ended:
                self._end(outcome)
            for message in outcome.messages:
                messages.publish(
                    db,
                    message.name,
                    message.correlation_key,
                    message.variables,
                    key=(
                        f"said:{message.name}:{message.correlation_key}:{message.message_id}"
                        if message.message_id
                        else f"said:{instance.id}:{message.element_instance_id}:{instance.revision}"
                    ),
                    sender=instance,
                    time_to_live=message.time_to_live if message.time_to_live is not None else messages.HOUR,
                    by=self.by,
                    now=self.now,
                )
            for signal in outcome.signals:
                key = f"{instance.id}:{signal.element_instance_id}:{instance.revision}"
                messages.broadcast(db, signal.name, signal.variables, key=key, sender=instance, now=self.now)
            history.insert_all(db, self._drafts)
            assert self.execution is not None
            instance.state = self.execution.dump()
            instance.revision += 1
        try:
            db.flush()
        except StaleDataError as error:
            raise Conflict from error
        self._listen(plan)
        if self._savepoint is not None:
            self._savepoint.commit()
        if has_ended and instance.correlation_key:
            messages.ended(db, instance, now=self.now)
        return Advanced(instance, tuple(task_ids), has_ended)

    def _insert_tasks(self, plan: "_Plan") -> list[int]:
        if not plan.tasks:
            return []
        columns = [{name: getattr(task, name) for name in _TASK_COLUMNS} for task, _ in plan.tasks]
        ids = list(
            self.db.execute(insert(UserTask).returning(UserTask.id, sort_by_parameter_order=True), columns).scalars()
        )
        for (task, rings), task_id in zip(plan.tasks, ids, strict=True):
            task.id = task_id
            plan.jobs += [reminder_job(task, ring, now=self.now) for ring in rings]
        return ids

    def _remember(self, outcome: Outcome, plan: "_Plan", task_ids: Sequence[int]) -> None:
        """Facts of their own for what people ask about; the whole walk, element by element, in one entry."""
        made = {task.element_instance_id: task for task, _ in plan.tasks}
        gone = {row.element_instance_id: row for row in plan.ended_tasks}
        path: list[object] = []
        for one in outcome.trail:
            path.append([_WHAT[one.what], one.element_id, one.element_instance_id, *_flows(one)])
            note = partial(self._note, element_id=one.element_id, element_instance_id=one.element_instance_id)
            if one.what == "completed" and one.kind == "businessRuleTask":
                note("decided", data=one.detail)
            elif one.what == "cancelled" and one.element_instance_id in gone:
                row = gone[one.element_instance_id]
                note("task_withdrawn", reference=f"task:{row.id}")
            elif one.what == "entered" and one.element_instance_id in made:
                task = made[one.element_instance_id]
                data = {"name": task.name, "groups": task.candidate_groups, "due": task.due_at}
                note("task_created", reference=f"task:{task.id}", data=data)
        if path:
            self._note("walked", data={"path": path})
        if outcome.completed or outcome.cancelled:
            fact = "completed" if outcome.completed else "cancelled"
            self._note(fact, reference=f"instance:{self.instance.id}")

    def _end_rows(self, plan: "_Plan") -> None:
        db = self.db
        withdrawn = [row.id for row in plan.ended_tasks if row.id != self._completing]
        if withdrawn:
            values = {"status": "withdrawn", "ended_at": self.now, "paused_at": None}
            change(db, UserTask, withdrawn, values)
        if plan.ended_jobs:
            change(db, Job, [row.id for row in plan.ended_jobs], {"status": "withdrawn", "ended_at": self.now})
            unheard = [row.id for row in plan.ended_jobs if row.kind == "message"]
            for job in db.execute(select(Job).where(Job.id.in_(unheard))).scalars() if unheard else ():
                messages.say_again(db, job, now=self.now)
        if plan.ended_subscriptions:
            db.execute(
                delete(Subscription).where(Subscription.id.in_(plan.ended_subscriptions)), execution_options=_PLAIN
            )
        if plan.ended_drafts:
            db.execute(delete(Draft).where(Draft.id.in_(plan.ended_drafts)), execution_options=_PLAIN)
        if plan.ended_intervals:
            change(db, Interval, plan.ended_intervals, {"ended_at": self.now})
        if plan.opened:
            db.execute(
                insert(Subscription),
                [
                    {
                        "kind": kind,
                        "name": name,
                        "correlation_key": key,
                        "instance_id": self.instance.id,
                        "element_id": element_id,
                        "element_instance_id": place,
                        "created_at": self.now,
                    }
                    for kind, name, key, element_id, place in plan.opened
                ],
            )

    _completing: int | None = None

    def completes(self, user_task_id: int) -> None:
        """This user task is being completed by the push: it is not withdrawn when it ends."""
        self._completing = user_task_id

    def _end(self, outcome: Outcome) -> None:
        """A run that has ended tells the one that called it."""
        instance = self.instance
        instance.status = "completed" if outcome.completed else "cancelled"
        instance.ended_at = self.now
        if instance.parent_element_instance_id is None or instance.parent_id is None:
            return
        payload: dict[str, object] = {"variables": dict(outcome.variables), "child": instance.id}
        if outcome.error is not None:
            error = outcome.error
            payload["error"] = {"code": error.code, "message": error.message, "variables": dict(error.variables)}
        elif outcome.cancelled:
            return
        values = job_values(
            f"child:{instance.id}",
            "child",
            instance.parent_id,
            payload=payload,
            due_at=self.now,
            now=self.now,
            scope=instance.scope,
            subject=instance.subject,
        )
        values["element_instance_id"] = instance.parent_element_instance_id
        self.db.execute(insert(Job), [values])

    def _listen(self, plan: "_Plan") -> None:
        subscriptions = [
            messages.Opened(element_id, place, name, key)
            for kind, name, key, element_id, place in plan.opened
            if kind == "message"
        ]
        messages.opened(self.db, self.instance, subscriptions, now=self.now)

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
        if form is None or not form.form_id:
            return None
        found = self._bound("form", form.form_id, form.binding, form.version_tag)
        if found is None:
            raise ExecutionFailed(
                "expected a form named {form}, but none is deployed", element_id=wait.element_id, form=form.form_id
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
        return {"definition": found.id, "variables": dict(wait.variables)}

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
        element_id: str,
        place: str,
        *,
        payload: Mapping[str, object] | None = None,
        due_at: datetime | None = None,
        retries: int = 3,
    ) -> dict[str, Any]:
        instance = self.instance
        values = job_values(
            f"{kind}:{instance.id}:{place}:{instance.revision}",
            kind,
            instance.id,
            payload=payload or {},
            due_at=due_at or self.now,
            now=self.now,
            scope=instance.scope,
            subject=instance.subject,
            retries=retries,
        )
        return {**values, "element_id": element_id, "element_instance_id": place}


@dataclass
class _Plan:
    """What a step changes in the rows."""

    tasks: list[tuple[UserTask, Sequence[reminders.Reminder]]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    opened: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    ended_tasks: list[Row] = field(default_factory=list)
    ended_jobs: list[Row] = field(default_factory=list)
    ended_subscriptions: list[int] = field(default_factory=list)
    ended_drafts: list[int] = field(default_factory=list)
    ended_intervals: list[int] = field(default_factory=list)


def begin(
    db: Session,
    instance: Instance,
    *,
    by: str,
    on_behalf_of: str = "",
    now: datetime,
    rows: Sequence[Row] | None = None,
) -> Step:
    """Brings a locked, active run back into memory, with the rows of what it waits for (`rows` when they were just read)."""
    step = fresh(db, instance, by=by, on_behalf_of=on_behalf_of, now=now)
    step.rows = live_rows(db, instance.id) if rows is None else rows
    step.execution = Execution.load(versions.process(db, instance.definition_id), instance.state, host=step, now=now)
    return step


def fresh(db: Session, instance: Instance, *, by: str, on_behalf_of: str = "", now: datetime) -> Step:
    """A step of a run that has not walked yet."""
    version = versions.version(db, instance.definition_id)
    return Step(db, instance, version, versions.model(db, version.id), by, now, on_behalf_of)


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


def change(
    db: Session, table: type[UserTask] | type[Job] | type[Interval], ids: Sequence[int], values: Mapping[str, Any]
) -> None:
    """Changes rows in one statement; what this session knows of them is read again when it is asked for."""
    db.execute(update(table).where(table.id.in_(ids)).values(**values), execution_options=_PLAIN)
    for one in [one for one in db.identity_map.values() if isinstance(one, table) and one.id in ids]:
        db.expire(one)


def _flows(entry: TrailEntry) -> Sequence[object]:
    flows = entry.detail.get("flows")
    return [flows] if flows else []


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
