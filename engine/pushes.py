"""What each kind of job does to its run: complete, fire, deliver, start, answer a call, serve."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import Session

from engine import definitions, instances, messages, services, steps, versions
from engine.bpmn import timers
from engine.bpmn.outcome import BpmnError, CallWait, Outcome
from engine.errors import ExecutionFailed
from engine.steps import Advanced, Step
from engine.tables import Instance, Job, Message, Submission, UserTask


def complete(
    step: Step, task: UserTask, answers: dict[str, object], *, by: str, on_behalf_of: str, submission: Submission
) -> Advanced:
    """Completes a user task of a begun step with checked answers. Services in the walk see it completed."""
    before = task.status
    task.status, task.completed_by, task.on_behalf_of = "completed", by, on_behalf_of
    task.ended_at, task.paused_at = step.now, None
    step.completes(task.id)

    def push(running: Step) -> Outcome:
        return instances.walker(running).complete_user_task(task.element_instance_id, answers)

    try:
        return step.push(
            push,
            fact="task_completed",
            data={"task": task.id, "submission": submission.id, "form": submission.form_definition_id},
            reference=f"task:{task.id}",
            element_id=task.element_id,
            element_instance_id=task.element_instance_id,
        )
    except Exception:
        task.status, task.completed_by, task.on_behalf_of = before, "", ""
        task.ended_at = None
        raise


def complete_held(db: Session, job: Job, *, now: datetime) -> None:
    """Tries a kept submission again."""
    task = db.get_one(UserTask, job.user_task_id, populate_existing=True)
    if task.status != "held":
        job.status = "withdrawn"
        return
    submission = db.get_one(Submission, job.payload["submission"])
    step = _begin(db, job, by=submission.by, on_behalf_of=submission.on_behalf_of, now=now)
    answers = cast(dict[str, object], job.payload["answers"])
    complete(step, task, answers, by=submission.by, on_behalf_of=submission.on_behalf_of, submission=submission)


def fire_timer(db: Session, job: Job, *, now: datetime) -> None:
    """Fires exactly this timer."""

    def push(step: Step) -> Outcome:
        return instances.walker(step).fire_timer(job.element_instance_id)

    _push(db, job, push, fact="timer_fired", reference=f"timer:{job.id}", data={"due": job.due_at}, by="", now=now)


def deliver(db: Session, job: Job, *, now: datetime) -> None:
    """Delivers a message to the run that waits for it; if that has gone, the message looks for another hearer."""
    message = db.get_one(Message, job.payload["message"])

    def push(step: Step) -> Outcome:
        return instances.walker(step).deliver_message(job.element_instance_id, message.variables)

    step = _begin(db, job, by=job.payload["by"], now=now)
    if not any(row.table == "subscription" and row.element_instance_id == job.element_instance_id for row in step.rows):
        job.status = "withdrawn"
        messages.say_again(db, job, now=now)
        return
    step.push(
        push,
        fact="message_delivered",
        reference=f"message:{message.id}:{job.payload['process']}",
        data={"message": message.id, "name": message.name, "sender": message.sender_instance_id},
        element_id=job.element_id,
        element_instance_id=job.element_instance_id,
    )


def start_by_message(db: Session, job: Job, *, now: datetime) -> None:
    """Starts a run by a message, unless one with the same key is active: then the message waits for its end."""
    if not messages.may_start(db, job):
        job.status = "withdrawn"
        return
    message = db.get_one(Message, job.payload["message"])
    sender = db.get(Instance, message.sender_instance_id) if message.sender_instance_id else None
    instances.start_at(
        db,
        job.payload["definition"],
        job.payload["start"],
        message.variables,
        parent=sender,
        correlation_key=message.correlation_key,
        trigger={"message": message.id, "name": message.name, "key": message.correlation_key},
        by=job.payload["by"],
        now=now,
    )


def signal(db: Session, job: Job, *, now: datetime) -> None:
    """Delivers a signal to one hearer, or starts a run by it."""
    said = job.payload
    if job.instance_id is None:
        trigger = {"signal": said["signal"]}
        instances.start_at(db, said["definition"], said["start"], said["variables"], trigger=trigger, by="", now=now)
        return

    def push(step: Step) -> Outcome:
        return instances.walker(step).broadcast_signal(said["signal"], said["variables"])

    _push(
        db,
        job,
        push,
        fact="signal_delivered",
        reference=f"signal:{job.id}",
        data={"name": said["signal"]},
        by="",
        now=now,
    )


def call(db: Session, job: Job, *, now: datetime) -> None:
    """Starts the run that a call activity waits for."""
    parent = db.get_one(Instance, job.instance_id)
    instances.start_called(
        db,
        job.payload["definition"],
        job.payload["variables"],
        parent=parent,
        parent_element_instance_id=job.element_instance_id,
        business_key=job.payload.get("business_key"),
        by=parent.started_by,
        now=now,
    )


def child_ended(db: Session, job: Job, *, now: datetime) -> None:
    """Gives the caller what the run that it called came to; a caller that no longer waits for it is not told."""
    said = job.payload
    error = said.get("error")

    def push(step: Step) -> Outcome:
        run = instances.walker(step)
        if error is not None:
            return run.throw_error(job.element_instance_id, error["code"], error["message"], error["variables"])
        return run.complete_job(job.element_instance_id, said["variables"])

    caller = db.get_one(Instance, job.instance_id)
    step = steps.begin(db, caller, by="", now=now) if caller.status == "active" else None
    if step is None or not any(
        isinstance(wait, CallWait) and wait.element_instance_id == job.element_instance_id
        for wait in instances.walker(step).outcome.waits
    ):
        job.status = "withdrawn"
        return
    step.push(
        push,
        fact="child_ended",
        reference=f"child:{said['child']}",
        data={"child": said["child"]},
        element_id=job.element_id,
        element_instance_id=job.element_instance_id,
    )


def serve(db: Session, job: Job, *, now: datetime) -> None:
    """Calls a service after the commit of the step that asked for it, and gives its answer to the run."""
    said = job.payload
    instance = db.get_one(Instance, job.instance_id)
    who = services.Call(
        instance, job.element_id, job.element_instance_id, said["type"], said["headers"], said["variables"], "", now
    )

    def push(step: Step) -> Outcome:
        run = instances.walker(step)
        try:
            with db.begin_nested():
                answer = services.serve(db, who)
        except BpmnError as error:
            return run.throw_error(job.element_instance_id, error.code, error.message, error.variables)
        return run.complete_job(job.element_instance_id, answer)

    _push(db, job, push, fact="served", reference=f"service:{job.id}", data={"type": said["type"]}, by="", now=now)


def start_by_timer(db: Session, job: Job, *, now: datetime) -> None:
    """Starts a run by a timer start event, and arms the event again when it is a cycle."""
    said = job.payload
    newest = versions.shelf(db).newest("process", versions.version(db, said["definition"]).key)
    if newest is None or newest.id != said["definition"]:
        job.status = "withdrawn"
        return
    instances.start_at(db, said["definition"], said["start"], {}, trigger={"timer": job.id}, by="", now=now)
    following = timers.fire(definitions.armed_of(job), now=now).following
    if following is not None:
        db.add(definitions.start_timer(said["definition"], said["start"], following, now=now))


def _begin(db: Session, job: Job, *, by: str, on_behalf_of: str = "", now: datetime) -> Step:
    instance = db.get_one(Instance, job.instance_id)
    if instance.status != "active":
        raise ExecutionFailed(
            "expected run {id} to be active, but it is {status}", id=instance.id, status=instance.status
        )
    return steps.begin(db, instance, by=by, on_behalf_of=on_behalf_of, now=now)


def _push(
    db: Session, job: Job, action: Any, *, fact: str, reference: str, data: dict[str, object], by: str, now: datetime
) -> None:
    _begin(db, job, by=by, now=now).push(
        action,
        fact=fact,
        reference=reference,
        data=data,
        element_id=job.element_id,
        element_instance_id=job.element_instance_id,
    )
