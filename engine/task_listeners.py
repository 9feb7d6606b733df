"""Listeners of a user task that is open: asked when it is handed to somebody or changed, before it happens.

What they answer is engine.bpmn.verdicts: corrections take the place of what was asked for, a denial leaves everything as it was and
is told to the person with its reason.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Literal, cast

from sqlalchemy.orm import Session

from engine import feel, history, instances, services, versions, working_days
from engine.bpmn.model import Listener
from engine.bpmn.outcome import BpmnError
from engine.bpmn.verdicts import HEADER, Attributes, corrections
from engine.errors import ExecutionFailed
from engine.tables import Instance, UserTask

Event = Literal["assigning", "updating"]

_NAMES: Final = {
    "assignee": "assignee",
    "candidateGroups": "candidate_groups",
    "candidateUsers": "candidate_users",
    "dueDate": "due_date",
    "followUpDate": "follow_up_date",
    "priority": "priority",
}


def of(task: UserTask) -> Attributes:
    """What a user task is like now."""
    return Attributes(
        task.assignee,
        tuple(task.candidate_groups),
        tuple(task.candidate_users),
        _iso(task.due_at),
        _iso(task.follow_up_at),
        task.priority,
    )


def ask(
    db: Session,
    task: UserTask,
    instance: Instance,
    event: Event,
    wanted: Attributes,
    *,
    action: str,
    by: str,
    now: datetime,
) -> Attributes:
    """What a locked user task shall be like, once its listeners have been asked about what is `wanted`.

    Raises:
        Invalid: a listener denies it; its reason is in the sentence.
        ExecutionFailed: a listener is no service that answers at once, or answers what none may.
    """
    element = versions.model(db, instance.definition_id).elements[task.element_id]
    drawn = [one for one in element.listeners if one.event == event]
    if not drawn:
        return wanted
    seen = {**instances.variables(db, instance.id, now=now), **task.variables}
    before, shall = of(task), wanted
    for one in drawn:
        changed = [name for name, field in _NAMES.items() if getattr(shall, field) != getattr(before, field)]
        headers = {
            **element.headers,
            **one.headers,
            **shall.headers(event, action),
            f"{HEADER}userTaskKey": str(task.id),
            f"{HEADER}changedAttributes": ",".join(changed),
        }
        answer = _answer(db, task, instance, one, headers, seen, by=by, now=now)
        # Pairs of field and value; lists become tuples, so that what is unchanged compares as unchanged.
        corrected = corrections(task.element_id, event, answer).items()
        shall = replace(
            shall, **{name: tuple(cast("list[str]", v)) if isinstance(v, list) else v for name, v in corrected}
        )  # type: ignore[arg-type]
    if before.due_date and not shall.due_date:
        raise ExecutionFailed(
            "a listener of {element} takes the due date away; of an open user task it can only be moved",
            element_id=task.element_id,
            element=task.element_id,
        )
    if shall != wanted:
        said = {
            name: getattr(shall, field)
            for name, field in _NAMES.items()
            if getattr(shall, field) != getattr(wanted, field)
        }
        history.write(
            db,
            instance=instance,
            fact="task_corrected",
            by="",
            now=now,
            data={"task": task.id, "event": event, "corrections": said},
            element_id=task.element_id,
            element_instance_id=task.element_instance_id,
        )
    return shall


def settle(task: UserTask, shall: Attributes) -> datetime | None:
    """Writes what a user task shall be like, all but its due date; answers that, for whoever moves what hangs on it."""
    task.assignee, task.priority = shall.assignee, shall.priority
    task.candidate_groups, task.candidate_users = list(shall.candidate_groups), list(shall.candidate_users)
    task.follow_up_at = _moment(shall.follow_up_date)
    return _moment(shall.due_date)


def _answer(
    db: Session,
    task: UserTask,
    instance: Instance,
    one: Listener,
    headers: dict[str, str],
    seen: dict[str, object],
    *,
    by: str,
    now: datetime,
) -> dict[str, object]:
    job_type = one.job_type
    if job_type.startswith("="):
        job_type = str(feel.to_json(feel.evaluate(job_type[1:], seen, functions=working_days.of(db), now=now)))
    if not services.is_immediate(job_type):
        raise ExecutionFailed(
            "the listener {type} of the event {event} at {element} is not a service that answers at once",
            element_id=task.element_id,
            element=task.element_id,
            type=job_type,
            event=one.event,
        )
    call = services.Call(instance, task.element_id, task.element_instance_id, job_type, headers, seen, by, now)
    try:
        return dict(services.serve(db, call))
    except BpmnError as error:
        raise ExecutionFailed(
            "the listener {type} of {element} threw the error {code}; a listener cannot throw what the drawing catches",
            element_id=task.element_id,
            element=task.element_id,
            type=job_type,
            code=error.code,
        ) from error


def _iso(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat()


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
