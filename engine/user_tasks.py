"""What waits for a person: claim, hand over, save a draft, complete, pause, extend.

A completed user task is completed once, whatever happens: the run is locked first, and what is open is asked under that lock. If
the drawing fails after the answers were accepted, they are kept, the task is held, and a supervisor tries again.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import files, history, instances, pushes, steps, submissions, versions, waits
from engine.clocks import (
    Stretch,
    extend,
    hand,
    locked,
    not_open,
    pause,
    pause_run,
    recompute,
    resume,
    resume_run,
    stretches,
    working_days,
    working_time,
)
from engine.errors import Conflict, ExecutionFailed, Invalid, NotFound, Sentence
from engine.steps import Step
from engine.tables import Draft, IdempotencyKey, Instance, Job, Submission, UserTask
from engine.working_days import of as calendar_functions

__all__ = [
    "Completion",
    "Stretch",
    "assign",
    "claim",
    "complete",
    "draft",
    "extend",
    "get",
    "pause",
    "pause_run",
    "recompute",
    "resume",
    "resume_run",
    "save_draft",
    "stretches",
    "unclaim",
    "variables",
    "withdraw",
    "working_days",
    "working_time",
]


@dataclass(frozen=True, slots=True)
class Completion:
    """What became of a submission: `completed`, or `held` (kept; the drawing failed; a supervisor has been told).

    `next_task_ids` are the user tasks that the same step made; empty in the answer to a repeated request.
    """

    user_task_id: int
    instance_id: int
    status: Literal["completed", "held"]
    next_task_ids: tuple[int, ...] = ()
    instance_ended: bool = False


def get(db: Session, user_task_id: int) -> UserTask:
    """The user task. Raises NotFound."""
    found = db.get(UserTask, user_task_id)
    if found is None:
        raise NotFound("expected user task {id}, but there is none", id=user_task_id)
    return found


def variables(db: Session, task: UserTask, *, now: datetime) -> dict[str, object]:
    """What the form of a user task shows: the variables of its run and, over them, its own local ones."""
    return {**instances.variables(db, task.instance_id, now=now), **task.variables}


def complete(
    db: Session,
    user_task_id: int,
    submission: Mapping[str, object],
    *,
    by: str,
    on_behalf_of: str = "",
    now: datetime,
    idempotency_key: str = "",
) -> Completion:
    """Completes a user task with what was answered, and walks its run to the next wait states.

    Who may do it is not asked here. With an `idempotency_key` the same request gets the same answer again.

    Raises:
        NotFound: there is no such user task.
        Conflict: it is no longer open, or the key was used for another request.
        Invalid: `fields` says which answers need another look.
    """
    if idempotency_key and not _is_first(
        db, idempotency_key, user_task_id, submission, by=by, on_behalf_of=on_behalf_of, now=now
    ):
        return _answer_again(db, user_task_id)
    task = get(db, user_task_id)
    step = _begin(db, task, "complete", by=by, on_behalf_of=on_behalf_of, now=now)
    answers = _checked(db, step, task, submission, by, now)
    kept = Submission(
        user_task_id=task.id,
        form_definition_id=task.form_definition_id,
        data=dict(submission),
        by=by,
        on_behalf_of=on_behalf_of,
        at=now,
    )
    db.add(kept)
    db.flush()
    try:
        advanced = pushes.complete(step, task, answers, by=by, on_behalf_of=on_behalf_of, submission=kept)
    except ExecutionFailed as failed:
        _hold(db, task, kept, answers, failed, by=by, now=now)
        return Completion(task.id, task.instance_id, "held")
    return Completion(task.id, task.instance_id, "completed", advanced.user_task_ids, advanced.ended)


def claim(db: Session, user_task_id: int, *, by: str, now: datetime) -> UserTask:
    """Takes an unassigned user task. Raises NotFound, Conflict when somebody else has it or it is not open, or
    Invalid when a listener of the task denies it."""
    task, instance = locked(db, user_task_id, "claim")
    if task.assignee == by:
        return task
    if task.assignee:
        raise Conflict("expected to claim user task {id}, but {person} has it", id=task.id, person=task.assignee)
    hand(db, task, instance, by, action="claim", by=by, now=now)
    _note(db, task, instance, "task_claimed", by=by, now=now)
    return task


def unclaim(db: Session, user_task_id: int, *, by: str, now: datetime) -> UserTask:
    """Gives a user task back to its candidates. Raises NotFound, Conflict when it is not open, Invalid when a listener denies it."""
    task, instance = locked(db, user_task_id, "return")
    before = task.assignee
    hand(db, task, instance, "", action="unassign", by=by, now=now)
    _note(db, task, instance, "task_returned", by=by, now=now, data={"from": before})
    return task


def assign(db: Session, user_task_id: int, to: str, *, why: str = "", by: str, now: datetime) -> UserTask:
    """Hands a user task to a person, whoever has it. Raises NotFound, Conflict when it is not open, Invalid when a listener denies it."""
    task, instance = locked(db, user_task_id, "assign")
    before = task.assignee
    hand(db, task, instance, to, action="assign", by=by, now=now)
    _note(db, task, instance, "task_assigned", by=by, now=now, data={"from": before, "to": task.assignee, "why": why})
    return task


def save_draft(db: Session, user_task_id: int, data: Mapping[str, object], *, by: str, now: datetime) -> Draft:
    """Keeps what a person has typed and not yet sent. Raises NotFound, or Conflict when the task is not open."""
    task = get(db, user_task_id)
    if task.status != "open":
        raise not_open(task, "save a draft of")
    _refuse_unstorable(data)
    found = _draft(db, user_task_id, by)
    if found is None:
        found = Draft(user_task_id=user_task_id, by=by, data={}, saved_at=now)
        db.add(found)
    found.data, found.saved_at = dict(data), now
    db.flush()
    return found


def draft(db: Session, user_task_id: int, *, by: str) -> dict[str, Any]:
    """What this person has typed so far; empty without a draft."""
    found = _draft(db, user_task_id, by)
    return dict(found.data) if found else {}


def withdraw(db: Session, user_task_id: int, *, why: str, by: str, now: datetime) -> UserTask:
    """Withdraws a user task by cancelling its run: the supervisor's last resort.

    Otherwise a user task is withdrawn by the drawing (a boundary event, an event sub-process).

    Raises:
        NotFound: there is no such user task.
        Conflict: it is not open, or another run waits for its run.
    """
    task, _instance = locked(db, user_task_id, "withdraw")
    instances.cancel(db, task.instance_id, why=why, by=by, now=now)
    db.refresh(task)
    return task


def _begin(db: Session, task: UserTask, verb: str, *, by: str, on_behalf_of: str, now: datetime) -> Step:
    """Locks the run, asks under the lock whether the task is open, and brings the run into memory."""
    instance = steps.lock(db, task.instance_id)
    if instance is None or instance.status != "active":
        db.refresh(task)
        raise not_open(task, verb)
    rows = waits.live_rows(db, instance.id)
    if not any(row.table == "task" and row.id == task.id and row.kind == "open" for row in rows):
        db.refresh(task)
        raise not_open(task, verb)
    return steps.begin(db, instance, by=by, on_behalf_of=on_behalf_of, now=now, rows=rows)


def _checked(
    db: Session, step: Step, task: UserTask, submission: Mapping[str, object], by: str, now: datetime
) -> dict[str, object]:
    """The answers as the form accepts them, their files kept from now on; without a form, as they were sent."""
    _refuse_unstorable(submission)
    if task.form_definition_id is None:
        return dict(submission)
    shown = {**instances.walker(step).outcome.variables, **task.variables}
    form = versions.form(db, task.form_definition_id)
    keeper = files.keeper(db)
    brought = set[str]()

    def known(ids: Collection[str]) -> Mapping[str, files.Reference]:
        if keeper is None:
            return {}
        found = keeper.known(db, ids, by=by, user_task_id=task.id)
        brought.update(found)
        return found

    answers = submissions.check(form, submission, shown, now=now, functions=calendar_functions(db), brought=known)
    if keeper is not None and brought:
        used = brought & files.found_in(answers).keys()
        keeper.accepted(db, used, user_task_id=task.id, now=now)
    return answers


def _hold(
    db: Session,
    task: UserTask,
    kept: Submission,
    answers: dict[str, object],
    failed: ExecutionFailed,
    *,
    by: str,
    now: datetime,
) -> None:
    """Keeps the submission as a job that has given up, for a supervisor to try again."""
    task.status = "held"
    instance = db.get_one(Instance, task.instance_id)
    values = waits.job_values(
        f"submission:{kept.id}",
        "submission",
        task.instance_id,
        payload={"submission": kept.id, "answers": answers},
        due_at=now,
        now=now,
        scope=task.scope,
        subject=task.subject,
        retries=1,
    )
    element = failed.element_id or task.element_id
    job = Job(
        **{
            **values,
            "element_id": task.element_id,
            "element_instance_id": task.element_instance_id,
            "user_task_id": task.id,
            "status": "failed",
            "attempts": 1,
            "error": failed.template,
            "error_params": history.plain({**failed.params, "element": element}),
        }
    )
    db.add(job)
    db.flush()
    _note(db, task, instance, "task_held", by=by, now=now, data={"job": job.id, "error": str(failed)})
    db.flush()


def _draft(db: Session, user_task_id: int, by: str) -> Draft | None:
    return db.execute(select(Draft).where(Draft.user_task_id == user_task_id, Draft.by == by)).scalar_one_or_none()


def _is_first(
    db: Session,
    key: str,
    user_task_id: int,
    submission: Mapping[str, object],
    *,
    by: str,
    on_behalf_of: str,
    now: datetime,
) -> bool:
    """Takes the key, which is the first lock of all. False when this very request was answered before."""
    asked = json.dumps([user_task_id, history.plain(submission), on_behalf_of], sort_keys=True, ensure_ascii=True)
    digest = hashlib.sha256(asked.encode()).hexdigest()
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    taken = db.execute(
        dialect.insert(IdempotencyKey)
        .values(key=key, request_hash=digest, response={"user_task": user_task_id}, by=by, at=now)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(IdempotencyKey.key)
    ).scalar_one_or_none()
    if taken is not None:
        return True
    known = db.get_one(IdempotencyKey, key)
    if known.request_hash != digest or known.by != by:
        raise Conflict("the key {key} was used for another request", key=key)
    return False


def _answer_again(db: Session, user_task_id: int) -> Completion:
    task = get(db, user_task_id)
    instance = db.get_one(Instance, task.instance_id)
    status: Literal["completed", "held"] = "held" if task.status == "held" else "completed"
    return Completion(task.id, task.instance_id, status, (), instance.status != "active")


def _refuse_unstorable(data: object) -> None:
    """Text that no database keeps (a zero character, half a character) is refused with the field it stands in."""
    for name, value in cast(Mapping[str, object], data).items():
        text = json.dumps(history.plain({name: value}), ensure_ascii=False)
        if "\\u0000" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise Invalid(fields={str(name): [Sentence("this text has characters that cannot be kept")]})


def _note(
    db: Session,
    task: UserTask,
    instance: Instance,
    fact: str,
    *,
    by: str,
    now: datetime,
    data: Mapping[str, object] | None = None,
) -> None:
    history.write(
        db,
        instance=instance,
        fact=fact,
        by=by,
        now=now,
        data={"task": task.id, **(data or {})},
        element_id=task.element_id,
        element_instance_id=task.element_instance_id,
    )
    db.flush()
