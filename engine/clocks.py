"""The clock of a user task: its due date moves, stands still, and takes reminders and boundary timers along.

A boundary timer of the user task keeps its distance in working days to the due date, and its time of day: a consequence drawn five
working days after the deadline stays five working days after it. One that shall stay has the property `movesWithDueDate` = `false`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal, cast

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine import calendars, history, reminders, steps, task_listeners, versions, waits
from engine.calendars import SHANGHAI, Calendar, local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence
from engine.tables import Instance, Interval, Job, UserTask

Shift = Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a user task's clock, and whose time it is; `ended_at` is None while it lasts."""

    kind: Literal["running", "paused"]
    whose: str
    why: str
    started_at: datetime
    ended_at: datetime | None


def extend(db: Session, user_task_id: int, due_at: datetime, *, why: str, by: str, now: datetime) -> UserTask:
    """Moves the due date, and with it every reminder and every boundary timer that hangs on it.

    Raises:
        NotFound: there is no such user task.
        Conflict: it is not open.
        Invalid: it has no due date to move, the new one has passed, or a listener of the task denies it.
    """
    task, instance = locked(db, user_task_id, "extend")
    if task.due_at is None:
        raise Invalid("user task {id} has no due date that could be moved", id=task.id)
    if due_at <= now:
        raise Invalid(fields={"due_at": [Sentence("the new due date has passed already")]})
    before = task.due_at
    wanted = replace(task_listeners.of(task), due_date=due_at.astimezone(UTC).isoformat())
    shall = task_listeners.ask(db, task, instance, "updating", wanted, action="update", by=by, now=now)
    due_at = task_listeners.settle(task, shall) or due_at
    calendar = calendars.calendar(db)
    _move(db, task, due_at, _keeping_distance(calendar, before, calendar, due_at), now=now)
    task.provisional = calendar.is_provisional(local_day(now), local_day(due_at))
    _note(db, task, instance, "task_extended", by=by, now=now, data={"from": before, "to": due_at, "why": why})
    return task


def hand(db: Session, task: UserTask, instance: Instance, to: str, *, action: str, by: str, now: datetime) -> None:
    """Gives a locked user task to somebody (an empty name: to nobody), as its listeners see fit.

    Raises Invalid when one of them denies it.
    """
    wanted = replace(task_listeners.of(task), assignee=to)
    shall = task_listeners.ask(db, task, instance, "assigning", wanted, action=action, by=by, now=now)
    before, due_at = task.due_at, task_listeners.settle(task, shall)
    if due_at is not None and before is not None and due_at != before:
        calendar = calendars.calendar(db)
        _move(db, task, due_at, _keeping_distance(calendar, before, calendar, due_at), now=now)
        task.provisional = calendar.is_provisional(local_day(now), local_day(due_at))


def pause(db: Session, user_task_id: int, *, why: str, whose: str, by: str, now: datetime) -> UserTask:
    """Stops the clock of a user task: `whose` is the party whose time it is now. Reminders and boundary timers stand still.

    Raises NotFound, or Conflict when it is not open or paused already.
    """
    task, instance = locked(db, user_task_id, "pause")
    if task.paused_at is not None:
        raise Conflict("expected to pause user task {id}, but it is paused already", id=task.id)
    running = _open_interval(db, task)
    if running is None:
        running = Interval(user_task_id=task.id, kind="running", whose=_owner(task), started_at=task.created_at)
        db.add(running)
    running.ended_at = now
    db.add(Interval(user_task_id=task.id, kind="paused", whose=whose, why=why, started_at=now))
    task.paused_at = now
    _withdraw_reminders(db, task, now=now)
    for timer in _timers(db, task, "waiting"):
        timer.status = "paused"
    _note(db, task, instance, "task_paused", by=by, now=now, data={"why": why, "whose": whose})
    return task


def resume(db: Session, user_task_id: int, *, by: str, now: datetime) -> UserTask:
    """Lets the clock run again: the due date and what hangs on it move by the working days of the pause.

    Raises NotFound, or Conflict when it is not open or not paused.
    """
    task, instance = locked(db, user_task_id, "resume")
    paused = _open_interval(db, task)
    if task.paused_at is None or paused is None:
        raise Conflict("expected to resume user task {id}, but it is not paused", id=task.id)
    paused.ended_at = now
    db.add(Interval(user_task_id=task.id, kind="running", whose=_owner(task), started_at=now))
    calendar = calendars.calendar(db)
    days = calendar.between(local_day(task.paused_at), local_day(now))
    task.paused_at = None
    for timer in _timers(db, task, "paused"):
        timer.status = "waiting"
    db.flush()
    if task.due_at is not None:
        before = task.due_at
        due_at = _shifted(calendar, before, days)
        _move(db, task, due_at, _keeping_distance(calendar, before, calendar, due_at), now=now)
        task.provisional = calendar.is_provisional(local_day(now), local_day(due_at))
    else:
        for timer in _timers(db, task, "waiting"):
            timer.due_at = _shifted(calendar, timer.due_at, days)
    _note(db, task, instance, "task_resumed", by=by, now=now, data={"days": days, "due": task.due_at})
    return task


def pause_run(
    db: Session, instance_id: int, *, but: Collection[str] = (), why: str, whose: str, by: str, now: datetime
) -> int:
    """Stops every clock of one run: its open user tasks, and every timer it waits for. Answers how many stopped.

    The elements named in `but` go on. A run that has ended has no clock.
    """
    instance = steps.lock(db, instance_id)
    if instance is None or instance.status != "active":
        return 0
    tasks = select(UserTask.id).where(
        UserTask.instance_id == instance_id,
        UserTask.status == "open",
        UserTask.paused_at.is_(None),
        UserTask.element_id.not_in(list(but)),
    )
    ids = list(db.execute(tasks.order_by(UserTask.id)).scalars())
    for task_id in ids:
        pause(db, task_id, why=why, whose=whose, by=by, now=now)
    timers = list(_run_timers(db, instance_id, "waiting", but))
    for timer in timers:
        timer.status, timer.payload = "paused", {**timer.payload, "paused_at": now.isoformat()}
    db.flush()
    return len(ids) + len(timers)


def resume_run(db: Session, instance_id: int, *, by: str, now: datetime) -> int:
    """Lets every clock of one run go on: due dates and timers move by the working days of the pause. Answers how many go on."""
    instance = steps.lock(db, instance_id)
    if instance is None or instance.status != "active":
        return 0
    calendar = calendars.calendar(db)
    timers = [timer for timer in _run_timers(db, instance_id, "paused", ()) if "paused_at" in timer.payload]
    for timer in timers:
        since = datetime.fromisoformat(str(timer.payload["paused_at"]))
        timer.due_at = _shifted(calendar, timer.due_at, calendar.between(local_day(since), local_day(now)))
        timer.status = "waiting"
        timer.payload = {name: value for name, value in timer.payload.items() if name != "paused_at"}
    tasks = select(UserTask.id).where(
        UserTask.instance_id == instance_id, UserTask.status == "open", UserTask.paused_at.is_not(None)
    )
    ids = list(db.execute(tasks.order_by(UserTask.id)).scalars())
    for task_id in ids:
        resume(db, task_id, by=by, now=now)
    db.flush()
    return len(ids) + len(timers)


def recompute(db: Session, before: Calendar, *, by: str, now: datetime) -> list[UserTask]:
    """After a notice was entered: computes every provisional (暂定) due date of an open user task anew.

    `before` is the calendar by which they were computed: each date keeps its number of working days from the task's creation,
    counted by the present calendar. Answers the tasks whose due date moved; each has the trace in its history.
    """
    after = calendars.calendar(db)
    query = select(UserTask.id).where(
        UserTask.status.in_(("open", "held")), UserTask.provisional, UserTask.due_at.is_not(None)
    )
    moved: list[UserTask] = []
    for task_id in list(db.execute(query.order_by(UserTask.instance_id, UserTask.id)).scalars()):
        task = db.get_one(UserTask, task_id)
        instance = steps.lock(db, task.instance_id)
        db.refresh(task)
        if instance is None or task.due_at is None or not task.provisional or task.status not in {"open", "held"}:
            continue
        old = task.due_at
        days = before.between(before.day_zero(task.created_at), local_day(old))
        due_at = _at_same_time(old, after.add(after.day_zero(task.created_at), days)) if days > 0 else old
        task.provisional = after.is_provisional(local_day(task.created_at), local_day(due_at))
        if due_at != old:
            _move(db, task, due_at, _keeping_distance(before, old, after, due_at), now=now)
            moved.append(task)
        data = {"from": old, "to": due_at, "working_days": days, "provisional": task.provisional}
        _note(db, task, instance, "task_recomputed", by=by, now=now, data=data)
    return moved


def stretches(db: Session, task: UserTask) -> Sequence[Stretch]:
    """The clock ledger of a user task, from its creation on, without gaps."""
    query = select(Interval).where(Interval.user_task_id == task.id).order_by(Interval.started_at, Interval.id)
    found = [
        Stretch(cast(Literal["running", "paused"], one.kind), one.whose, one.why, one.started_at, one.ended_at)
        for one in db.execute(query).scalars()
    ]
    return found or [Stretch("running", _owner(task), "", task.created_at, task.ended_at)]


def working_time(db: Session, task: UserTask, *, now: datetime) -> timedelta:
    """How long the clock of a user task has run until `now` or its end, pauses left out."""
    running = [one for one in stretches(db, task) if one.kind == "running"]
    return sum(((one.ended_at or task.ended_at or now) - one.started_at for one in running), timedelta())


def working_days(db: Session, task: UserTask, *, now: datetime) -> int:
    """How many working days the clock of a user task has run until `now` or its end, pauses left out."""
    calendar = calendars.calendar(db)
    running = [one for one in stretches(db, task) if one.kind == "running"]
    return sum(
        calendar.between(local_day(one.started_at), local_day(one.ended_at or task.ended_at or now)) for one in running
    )


def locked(db: Session, user_task_id: int, verb: str) -> tuple[UserTask, Instance]:
    """An open user task and its run, both locked and read anew. `verb` is what was to happen, for the refusal.

    Raises NotFound, or Conflict when the task is not open.
    """
    task = db.get(UserTask, user_task_id)
    if task is None:
        raise NotFound("expected user task {id}, but there is none", id=user_task_id)
    instance = steps.lock(db, task.instance_id)
    db.refresh(task)
    if task.status != "open" or instance is None:
        raise not_open(task, verb)
    return task, instance


def not_open(task: UserTask, verb: str) -> Conflict:
    """The refusal of a verb that needs an open user task."""
    if task.status == "completed":
        return Conflict(
            "expected to {verb} user task {id}, but {person} has completed it",
            verb=verb,
            id=task.id,
            person=task.completed_by,
        )
    return Conflict("expected to {verb} user task {id}, but it is {status}", verb=verb, id=task.id, status=task.status)


def _move(db: Session, task: UserTask, due_at: datetime, shift: Shift, *, now: datetime) -> None:
    """Sets the due date; moves the boundary timers by `shift`; asks for the reminders of the new date."""
    for timer in [*_timers(db, task, "waiting"), *_timers(db, task, "paused")]:
        timer.due_at = shift(timer.due_at)
    task.due_at = due_at
    db.flush()
    rings = reminders.derive(db, task, now=now)
    kept = {reminders.key(task, ring) for ring in rings}
    _withdraw_reminders(db, task, now=now, but=kept)
    known = set(db.execute(select(Job.key).where(Job.user_task_id == task.id, Job.kind == "reminder")).scalars())
    fresh = [waits.reminder_job(task, ring, now=now) for ring in rings if reminders.key(task, ring) not in known]
    if fresh:
        db.execute(insert(Job), fresh)
    back = kept & known
    if back:
        db.execute(
            update(Job)
            .where(Job.key.in_(back), Job.status == "withdrawn")
            .values(status="waiting", ended_at=None)
            .execution_options(synchronize_session=False)
        )


def _withdraw_reminders(db: Session, task: UserTask, *, now: datetime, but: Collection[str] = ()) -> None:
    db.execute(
        update(Job)
        .where(
            Job.user_task_id == task.id,
            Job.kind == "reminder",
            Job.status.in_(("waiting", "failed")),
            Job.key.not_in(list(but)),
        )
        .values(status="withdrawn", ended_at=now)
        .execution_options(synchronize_session=False)
    )


def _timers(db: Session, task: UserTask, status: str) -> list[Job]:
    """The jobs of the boundary timers of a user task that move with its due date."""
    model = versions.model(db, db.get_one(Instance, task.instance_id).definition_id)
    attached = [
        element.id
        for element in model.elements.values()
        if element.attached_to == task.element_id
        and element.timer is not None
        and element.properties.get("movesWithDueDate") != "false"
    ]
    if not attached:
        return []
    query = select(Job).where(
        Job.instance_id == task.instance_id, Job.kind == "timer", Job.status == status, Job.element_id.in_(attached)
    )
    return list(db.execute(query.order_by(Job.id)).scalars())


def _run_timers(db: Session, instance_id: int, status: str, but: Collection[str]) -> list[Job]:
    query = select(Job).where(
        Job.instance_id == instance_id,
        Job.kind == "timer",
        Job.status == status,
        Job.element_id.not_in(list(but)),
    )
    return list(db.execute(query.order_by(Job.id)).scalars())


def _keeping_distance(before: Calendar, old: datetime, after: Calendar, new: datetime) -> Shift:
    """Moves a time so that it keeps its working days from the due date, which moves from `old` to `new`."""

    def shift(moment: datetime) -> datetime:
        days = before.between(local_day(old), local_day(moment))
        day = after.add(local_day(new), days) if days else local_day(new)
        return _at_same_time(moment, day)

    return shift


def _shifted(calendar: Calendar, moment: datetime, days: int) -> datetime:
    return _at_same_time(moment, calendar.add(local_day(moment), days)) if days else moment


def _at_same_time(moment: datetime, day: date) -> datetime:
    return datetime.combine(day, moment.astimezone(SHANGHAI).timetz()).astimezone(UTC)


def _open_interval(db: Session, task: UserTask) -> Interval | None:
    query = select(Interval).where(Interval.user_task_id == task.id, Interval.ended_at.is_(None))
    return db.execute(query).scalar_one_or_none()


def _owner(task: UserTask) -> str:
    return (task.lane or ",".join(task.candidate_groups))[:120]


def _note(
    db: Session, task: UserTask, instance: Instance, fact: str, *, by: str, now: datetime, data: Mapping[str, object]
) -> None:
    history.write(
        db,
        instance=instance,
        fact=fact,
        by=by,
        now=now,
        data={"task": task.id, **data},
        element_id=task.element_id,
        element_instance_id=task.element_instance_id,
    )
    db.flush()
