"""Every push on a run: claim it, run it, retry it, give up.

The table of jobs is the only agenda. A claim is a lock of the running transaction and dies with it: there is no lease, and a
killed worker leaves nothing behind. Locks are taken in the order of every step, the run before its job.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from engine import history, instances, messages, pushes, reminders, rounds, services, steps
from engine.db import Database, is_passing
from engine.errors import Conflict, ExecutionFailed, NotFound, Problem
from engine.tables import Instance, Job, UserTask

BACKOFF: Final = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
_CONFLICTED: Final = timedelta(seconds=5)
_MOST_CONFLICTS: Final = 50
_IS_DUE: Final = (
    Job.id == bindparam("job"),
    Job.status == "waiting",
    Job.due_at <= bindparam("now", type_=Job.due_at.type),
)
# Built once: these two run for every job there is.
_WAITS: Final = select(Job.kind, Job.instance_id).where(*_IS_DUE)
_RUNS: Final = (
    update(Job)
    .where(*_IS_DUE)
    .values(status="running")
    .returning(Job)
    .execution_options(synchronize_session=False, populate_existing=True)
)
_WITHDRAWABLE: Final = ("submission", "message", "signal", "reminder", "round")
_WITHOUT_RUN: Final = ("call",)


def due(db: Session, now: datetime, limit: int) -> list[int]:
    """The ids of jobs that may run now, the longest due first. Nothing is claimed."""
    query = select(Job.id).where(Job.status == "waiting", Job.due_at <= now).order_by(Job.due_at, Job.id).limit(limit)
    return list(db.execute(query).scalars())


def claim(db: Session, job_id: int, now: datetime) -> Job | None:
    """Claims one job for this transaction; None when it is not due any more, or somebody else holds it or its run."""
    asked = {"job": job_id, "now": now}
    if db.get_bind().dialect.name == "sqlite":
        # There is one writer at a time, and it is this one: nobody else holds a job or a run.
        return db.execute(_RUNS, asked).scalar_one_or_none()
    known = db.execute(_WAITS, asked).one_or_none()
    if known is None:
        return None
    if known.instance_id is not None and known.kind not in _WITHOUT_RUN:
        if steps.lock(db, known.instance_id, skip_locked=True) is None:
            return None
    elif not _lock_job(db, job_id):
        return None
    return db.execute(_RUNS, asked).scalar_one_or_none()


def run(db: Session, job: Job, now: datetime) -> Job:
    """Runs a claimed job. A failure is kept in the job: later again, or given up after its retries (an incident).

    A conflict (somebody else was first) is tried again and does not count.
    """
    try:
        with db.begin_nested():
            _HANDLERS[job.kind](db, job, now)
            if job.status == "running":
                job.status = "done"
            job.ended_at = None if job.status == "waiting" else now
    except Conflict as conflict:
        _later(db, job, conflict, now)
    except DBAPIError as error:
        if error.connection_invalidated or (is_passing(error) and not isinstance(error, IntegrityError)):
            raise
        _failed(db, job, ExecutionFailed("the database refused it: {reason}", reason=str(error.orig)), now)
    except Problem as problem:
        _failed(db, job, problem, now)
    except Exception as error:  # noqa: BLE001 - a job that fails must never stop the others
        _failed(db, job, ExecutionFailed("{kind}: {reason}", kind=type(error).__name__, reason=str(error)), now)
    db.flush()
    return job


def run_due(database: Database, now: datetime, limit: int = 1000) -> int:
    """Runs what is due, each job in its own transaction, until nothing is due or `limit` ran. Answers how many ran.

    What others hold is passed over; what a job makes due at `now` runs as well. A job that cannot run stops no other.
    """
    ran = 0
    passed: set[int] = set()
    while ran < limit:
        with database.reading() as db:
            wanted = [one for one in due(db, now, min(limit - ran, 100) + len(passed)) if one not in passed]
        if not wanted:
            break
        for job_id in wanted[: limit - ran]:
            try:
                with database.transaction(background=True) as db:
                    job = claim(db, job_id, now)
                    if job is None:
                        passed.add(job_id)
                        continue
                    goes_on = run(db, job, now).status == "waiting" and job.due_at <= now
                ran += 1
                if goes_on:
                    # A round has portions left; what comes after it in order waits for them.
                    break
            except Conflict:
                passed.add(job_id)
            except DBAPIError as error:
                if not is_passing(error):
                    raise
                passed.add(job_id)
    return ran


def retry(db: Session, job_id: int, *, by: str, now: datetime) -> Job:
    """Lets a job that has given up be tried again at once. The supervisor's button.

    Raises:
        NotFound: there is no such job.
        Conflict: it has not given up.
    """
    job = _failed_job(db, job_id)
    job.status, job.due_at = "waiting", now
    job.retries = job.attempts + 1
    _note(db, job, "job_retried", by=by, now=now)
    db.flush()
    return job


def withdraw(db: Session, job_id: int, *, why: str, by: str, now: datetime) -> Job:
    """Takes a job that has given up off the agenda; a held user task is open again.

    Raises:
        NotFound: there is no such job.
        Conflict: it has not given up, or its run waits for it: try it again, or cancel the run.
    """
    job = _failed_job(db, job_id)
    if job.kind not in _WITHDRAWABLE:
        raise Conflict("job {id} cannot be left out: its run waits for it; try it again, or cancel the run", id=job_id)
    job.status, job.ended_at = "withdrawn", now
    if job.kind == "submission":
        task = db.get_one(UserTask, job.user_task_id)
        task.status = "open"
    _note(db, job, "job_withdrawn", by=by, now=now, data={"why": why})
    db.flush()
    return job


def _failed_job(db: Session, job_id: int) -> Job:
    job = db.get(Job, job_id)
    if job is None:
        raise NotFound("expected job {id}, but there is none", id=job_id)
    if job.instance_id is not None:
        steps.lock(db, job.instance_id)
    db.refresh(job, with_for_update=True)
    if job.status != "failed":
        raise Conflict("expected job {id} to have given up, but it is {status}", id=job_id, status=job.status)
    return job


def _lock_job(db: Session, job_id: int) -> bool:
    query = select(Job.id).where(Job.id == job_id, Job.status == "waiting").with_for_update(skip_locked=True)
    return db.execute(query).scalar_one_or_none() is not None


def _later(db: Session, job: Job, conflict: Conflict, now: datetime) -> None:
    """Somebody else was first: soon again, then less and less often, and after many times it counts as a failure."""
    times = int(job.error_params.get("conflicts", 0)) + 1
    if times > _MOST_CONFLICTS:
        _failed(db, job, conflict, now)
        return
    job.status, job.ended_at = "waiting", None
    job.due_at = now + min(_CONFLICTED * 2 ** (times - 1), BACKOFF[2])
    job.error, job.error_params = conflict.template, {**history.plain(conflict.params), "conflicts": times}


def _failed(db: Session, job: Job, problem: Problem, now: datetime) -> None:
    """Writes down why a job failed: tried again later, or an incident after its last try."""
    job.attempts += 1
    job.error = problem.template
    element = {"element": problem.element_id} if isinstance(problem, ExecutionFailed) and problem.element_id else {}
    job.error_params = history.plain({**problem.params, **element})
    job.ended_at = None
    if job.attempts < job.retries:
        job.status = "waiting"
        job.due_at = now + BACKOFF[min(job.attempts, len(BACKOFF)) - 1]
        return
    job.status = "failed"
    _note(db, job, "job_failed", by="", now=now, data={"error": str(problem), "kind": job.kind})


def _note(
    db: Session, job: Job, fact: str, *, by: str, now: datetime, data: Mapping[str, object] | None = None
) -> None:
    """Into the history of the job's run, where it has one and this transaction holds it."""
    if job.instance_id is None or job.kind in _WITHOUT_RUN:
        history.write(db, chain="jobs", fact=fact, by=by, now=now, data={"job": job.id, **(data or {})})
        return
    history.write(
        db,
        instance=db.get_one(Instance, job.instance_id),
        fact=fact,
        by=by,
        now=now,
        data={"job": job.id, **(data or {})},
        element_id=job.element_id,
        element_instance_id=job.element_instance_id,
    )


def _submission(db: Session, job: Job, now: datetime) -> None:
    pushes.complete_held(db, job, now=now)


def _timer(db: Session, job: Job, now: datetime) -> None:
    if job.instance_id is None:
        pushes.start_by_timer(db, job, now=now)
        return
    pushes.fire_timer(db, job, now=now)


def _message(db: Session, job: Job, now: datetime) -> None:
    said = job.payload
    if job.instance_id is not None:
        pushes.deliver(db, job, now=now)
    elif "definition" in said:
        pushes.start_by_message(db, job, now=now)
    else:
        messages.correlate(
            db, said["message"], attempt=job.id, by=said["by"], now=now, process_key=said.get("process", "")
        )


def _signal(db: Session, job: Job, now: datetime) -> None:
    if "hearer" not in job.payload:
        messages.spread(db, job, now=now)
    else:
        pushes.signal(db, job, now=now)


def _call(db: Session, job: Job, now: datetime) -> None:
    pushes.call(db, job, now=now)


def _child(db: Session, job: Job, now: datetime) -> None:
    pushes.child_ended(db, job, now=now)


def _cancel(db: Session, job: Job, now: datetime) -> None:
    """The caller of a run has gone; the run follows, unless it has ended or was never started."""
    query = select(Instance.id).where(
        Instance.parent_id == job.payload["parent"], Instance.parent_element_instance_id == job.payload["place"]
    )
    child_id = db.execute(query).scalar_one_or_none()
    if child_id is None:
        return
    child = steps.lock(db, child_id)
    if child is not None and child.status == "active":
        instances.cancel_locked(db, child, why="its caller has gone", by="", now=now)


def _service(db: Session, job: Job, now: datetime) -> None:
    pushes.serve(db, job, now=now)


def _reminder(db: Session, job: Job, now: datetime) -> None:
    """Rings: a service of the domain says it to people. No run moves."""
    task = db.get_one(UserTask, job.user_task_id)
    instance = db.get_one(Instance, task.instance_id)
    if task.status not in {"open", "held"}:
        job.status = "withdrawn"
        return
    told = {"task": reminders.say(task), "row": job.payload["row"]}
    call = services.Call(instance, task.element_id, task.element_instance_id, "registry.remind", {}, told, "", now)
    if "registry.remind" in services.of(db):
        services.serve(db, call)
    history.write(
        db,
        instance=instance,
        fact="reminded",
        by="",
        now=now,
        data={"task": task.id, "row": job.payload["row"]},
        reference=f"reminder:{job.id}",
        element_id=task.element_id,
        element_instance_id=task.element_instance_id,
    )


def _round(db: Session, job: Job, now: datetime) -> None:
    rounds.do_portion(db, job, now=now)


_HANDLERS: Final = {
    "submission": _submission,
    "timer": _timer,
    "message": _message,
    "signal": _signal,
    "call": _call,
    "child": _child,
    "cancel": _cancel,
    "service": _service,
    "reminder": _reminder,
    "round": _round,
}
