"""Whether a whole database keeps its promises: invariants over all rows, and every live state against its rows.

| | holds when |
|---|---|
| I1 | a user task was completed at most once |
| I2 | completed user tasks are exactly those whose completion history tells |
| I3 | the entries of a run are numbered without gap up to the number its row names |
| I4 | a timer fired at most once, and only one that is done |
| I5 | every timer is exactly one of pending, fired, withdrawn |
| I6 | every user task is exactly one of open, completed, withdrawn, and history tells the same |
| I7 | an active run waits for something: a task, a job, a message, a run that it called |
| I8 | every message that was said had its look-out for hearers |
| I10 | rows agree with the stored state: the same waits, and ended when it has ended |
| I11 | every hash chain is whole |
| I13 | the revision of a run is the number of its steps |
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import feel, history, versions
from engine.bpmn.execution import Execution
from engine.bpmn.model import Binding
from engine.bpmn.outcome import (
    CallWait,
    ConditionWait,
    Decided,
    JobWait,
    MessageWait,
    SignalWait,
    TimerWait,
    UserTaskWait,
    Variables,
)
from engine.errors import ExecutionFailed, Problem, Sentence
from engine.tables import Chain, HistoryEntry, Instance, Job, Message, Subscription, UserTask

CHUNK: Final = 200
_STEPS: Final = (
    "started",
    "task_completed",
    "timer_fired",
    "message_delivered",
    "signal_delivered",
    "child_ended",
    "served",
    "cancel_asked",
    "migrated",
)
_TOLD: Final = (*_STEPS, "task_created", "task_withdrawn", "completed", "cancelled")


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken promise: `invariant` (`I7`), the row it was found at (`instance 12`), and what is wrong."""

    invariant: str
    row: str
    sentence: Sentence

    def __str__(self) -> str:
        return f"{self.invariant} {self.row}: {self.sentence}"


def check(db: Session) -> list[Fault]:
    """Every fault of a database, in the order of its runs; empty when all promises hold. Reads only, in chunks."""
    found: list[Fault] = []
    last = 0
    while True:
        query = select(Instance).where(Instance.id > last).order_by(Instance.id).limit(CHUNK)
        instances = list(db.execute(query).scalars())
        if not instances:
            break
        last = instances[-1].id
        found += _chunk(db, instances)
        db.expunge_all()
    found += _timers_to_start(db)
    found += _messages(db)
    for chain in db.execute(select(Chain)).scalars():
        for sentence in history.verify(db, chain.name, sequence=chain.sequence, head=chain.head):
            found.append(Fault("I11", f"chain {chain.name}", sentence))
    return found


@dataclass(frozen=True)
class _Rows:
    """All rows of one run that an invariant looks at."""

    tasks: Sequence[UserTask]
    jobs: Sequence[Job]
    subscriptions: Sequence[Subscription]
    entries: Sequence[Any]
    children: int


def _chunk(db: Session, instances: Sequence[Instance]) -> Iterator[Fault]:
    ids = [one.id for one in instances]
    tasks = _by_instance(db.execute(select(UserTask).where(UserTask.instance_id.in_(ids))).scalars())
    jobs = _by_instance(db.execute(select(Job).where(Job.instance_id.in_(ids))).scalars())
    subscriptions = _by_instance(db.execute(select(Subscription).where(Subscription.instance_id.in_(ids))).scalars())
    entries = _by_instance(
        db.execute(
            select(
                HistoryEntry.instance_id, HistoryEntry.fact, HistoryEntry.reference, HistoryEntry.element_instance_id
            ).where(HistoryEntry.instance_id.in_(ids), HistoryEntry.fact.in_(_TOLD))
        )
    )
    children = Counter(
        db.execute(
            select(Instance.parent_id).where(
                Instance.parent_id.in_(ids),
                Instance.status == "active",
                Instance.parent_element_instance_id.is_not(None),
            )
        ).scalars()
    )
    for one in instances:
        rows = _Rows(
            tasks.get(one.id, ()),
            jobs.get(one.id, ()),
            subscriptions.get(one.id, ()),
            entries.get(one.id, ()),
            children[one.id],
        )
        yield from _completions(one, rows)
        yield from _chain(db, one)
        yield from _timers(rows)
        yield from _tasks(rows)
        yield from _stranded(one, rows)
        yield from _state(db, one, rows)
        steps = sum(entry.fact in _STEPS for entry in rows.entries)
        if steps != one.revision:
            yield _fault("I13", f"instance {one.id}", "its revision is {revision}, but it made {steps} steps",
                         revision=one.revision, steps=steps)  # fmt: skip


def _completions(instance: Instance, rows: _Rows) -> Iterator[Fault]:
    told = Counter(entry.reference for entry in rows.entries if entry.fact == "task_completed")
    places = Counter(entry.element_instance_id for entry in rows.entries if entry.fact == "task_completed")
    for place, times in places.items():
        if times > 1:
            yield _fault("I1", f"instance {instance.id}", "element instance {place} was completed {times} times",
                         place=place, times=times)  # fmt: skip
    done = {f"task:{task.id}" for task in rows.tasks if task.status == "completed"}
    for reference in sorted(done - set(told)):
        yield _fault("I2", reference, "it is completed, but history does not tell who did it")
    for reference in sorted(str(one) for one in set(told) - done):
        yield _fault("I2", reference, "history tells that it was completed, but it is not")


def _chain(db: Session, instance: Instance) -> Iterator[Fault]:
    count, last = db.execute(
        select(func.count(), func.max(HistoryEntry.sequence)).where(HistoryEntry.chain == history.chain_of(instance.id))
    ).one()
    if not count == (last or 0) == instance.sequence:
        yield _fault("I3", f"instance {instance.id}", "it names {named} entries, but there are {count} up to number {last}",
                     named=instance.sequence, count=count, last=last or 0)  # fmt: skip
    chain = history.chain_of(instance.id)
    for sentence in history.verify(db, chain, sequence=instance.sequence, head=instance.head):
        yield Fault("I11", f"instance {instance.id}", sentence)


def _timers(rows: _Rows) -> Iterator[Fault]:
    fired = Counter(entry.reference for entry in rows.entries if entry.fact == "timer_fired")
    jobs = {f"timer:{job.id}": job for job in rows.jobs if job.kind == "timer"}
    for reference, times in fired.items():
        job = jobs.get(str(reference))
        if times > 1 or job is None or job.status != "done":
            status = job.status if job else "missing"
            yield _fault("I4", str(reference), "history tells {times} times that it fired, but it is {status}",
                         times=times, status=status)  # fmt: skip
    for reference, job in jobs.items():
        known = job.status in {"waiting", "failed", "paused", "done", "withdrawn"}
        if not known or (job.status == "done" and reference not in fired):
            yield _fault("I5", reference, "it is {status}, but history does not tell that it fired", status=job.status)


def _tasks(rows: _Rows) -> Iterator[Fault]:
    told: dict[str, set[str]] = {}
    for entry in rows.entries:
        if entry.fact.startswith("task_"):
            told.setdefault(str(entry.reference), set()).add(entry.fact)
    for task in rows.tasks:
        facts = told.get(f"task:{task.id}", set())
        ends = {"completed": "task_completed", "withdrawn": "task_withdrawn"}
        is_open = task.status in {"open", "held"}
        expected = {"task_created", *([ends[task.status]] if task.status in ends else [])}
        if not is_open and task.status not in ends:
            yield _fault("I6", f"task:{task.id}", "it is {status}, which is no state of a task", status=task.status)
        elif "task_created" not in facts or facts - {"task_completed"} != expected - {"task_completed"}:
            yield _fault("I6", f"task:{task.id}", "it is {status}, but history tells {facts}",
                         status=task.status, facts=", ".join(sorted(facts)) or "nothing")  # fmt: skip
        elif is_open != (task.ended_at is None):
            yield _fault("I6", f"task:{task.id}", "it is {status}, but the time of its end does not fit",
                         status=task.status)  # fmt: skip


def _stranded(instance: Instance, rows: _Rows) -> Iterator[Fault]:
    if instance.status != "active":
        return
    waits = (
        any(task.status in {"open", "held"} for task in rows.tasks)
        or any(job.status in {"waiting", "failed", "paused"} and job.kind != "reminder" for job in rows.jobs)
        or bool(rows.subscriptions)
        or rows.children > 0
    )
    if not waits:
        yield _fault("I7", f"instance {instance.id}", "it is active, but waits for nothing")


def _state(db: Session, instance: Instance, rows: _Rows) -> Iterator[Fault]:
    row = f"instance {instance.id}"
    if instance.status != "active":
        if any(task.status in {"open", "held"} for task in rows.tasks) or rows.subscriptions:
            yield _fault("I10", row, "it has ended, but something still waits for it")
        return
    try:
        process = versions.process(db, instance.definition_id)
        outcome = Execution.load(process, instance.state, host=_Nobody(), now=instance.started_at).outcome
    except Problem as problem:
        yield _fault("I10", row, "its state cannot be read: {reason}", reason=str(problem))
        return
    if outcome.completed or outcome.cancelled:
        yield _fault("I10", row, "it is active, but its state has ended")
        return
    in_state: set[tuple[str, str]] = set()
    for wait in outcome.waits:
        match wait:
            case UserTaskWait():
                in_state.add(("task", wait.element_instance_id))
            case TimerWait():
                in_state.add(("timer", wait.element_instance_id))
            case MessageWait() | SignalWait() | ConditionWait():
                in_state.add(("subscription", wait.element_instance_id))
            case JobWait():
                in_state.add(("service", wait.element_instance_id))
            case CallWait():
                in_state.add(("call", wait.element_instance_id))
    live = {"waiting", "failed", "paused", "running"}
    in_rows = {("task", task.element_instance_id) for task in rows.tasks if task.status in {"open", "held"}}
    in_rows |= {("subscription", one.element_instance_id) for one in rows.subscriptions}
    in_rows |= {
        (job.kind, job.element_instance_id)
        for job in rows.jobs
        if job.kind in {"timer", "service"} and job.status in live
    }
    calls = {job.element_instance_id for job in rows.jobs if job.kind == "call" and job.status != "withdrawn"}
    in_rows |= {one for one in in_state if one[0] == "call" and one[1] in calls}
    for kind, place in sorted(in_state - in_rows):
        yield _fault("I10", row, "its state waits at {place} ({kind}), but there is no row", place=place, kind=kind)
    for kind, place in sorted(in_rows - in_state):
        yield _fault("I10", row, "a row waits at {place} ({kind}), but the state does not", place=place, kind=kind)


def _timers_to_start(db: Session) -> Iterator[Fault]:
    query = select(Job).where(Job.kind == "timer", Job.instance_id.is_(None), Job.status == "running")
    for job in db.execute(query).scalars():
        yield _fault("I5", f"timer:{job.id}", "it is running, though nothing runs it")


def _messages(db: Session) -> Iterator[Fault]:
    """Messages whose own job is missing: nobody has looked for their hearers."""
    last = 0
    while True:
        ids = list(db.execute(select(Message.id).where(Message.id > last).order_by(Message.id).limit(CHUNK)).scalars())
        if not ids:
            return
        last = ids[-1]
        keys = [f"message:{one}" for one in ids]
        known = set(db.execute(select(Job.key).where(Job.key.in_(keys))).scalars())
        for one in ids:
            if f"message:{one}" not in known:
                yield _fault("I8", f"message {one}", "it was said, but nobody looked for its hearers")


def _by_instance(rows: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.instance_id, []).append(row)
    return found


def _fault(invariant: str, row: str, template: str, **params: object) -> Fault:
    return Fault(invariant, row, Sentence(template, params))


class _Nobody:
    """A host for looking at a state: nothing may walk."""

    @property
    def functions(self) -> Mapping[str, feel.FeelFunction]:
        return {}

    def decide(
        self, decision_id: str, binding: Binding, version_tag: str | None, variables: Variables, *, element_id: str
    ) -> Decided:
        raise ExecutionFailed("a state is only looked at", element_id=element_id)

    def is_immediate(self, job_type: str) -> bool:
        return False

    def call_service(
        self, job_type: str, headers: Mapping[str, str], inputs: Variables, *, element_id: str, element_instance_id: str
    ) -> Variables:
        raise ExecutionFailed("a state is only looked at", element_id=element_id)
