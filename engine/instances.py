"""Runs of processes: start one, push it, cancel it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import steps, versions
from engine.bpmn.execution import Execution
from engine.bpmn.outcome import Outcome
from engine.errors import Conflict, ExecutionFailed, NotFound
from engine.steps import Advanced
from engine.tables import Instance
from engine.versions import Version

DEEPEST_CALL: Final = 50
"""How deep runs may call each other; a circle of calls ends here, as an incident."""


def start(
    db: Session,
    process_key: str,
    variables: Mapping[str, object],
    *,
    business_key: str = "",
    scope: str = "",
    subject: str = "",
    parent: Instance | None = None,
    by: str,
    now: datetime,
) -> Instance:
    """Starts the newest version of a process at its plain start event and walks to its first wait states.

    With a `parent` the run belongs under the same root.

    Raises:
        NotFound: no such process is deployed, or it has no plain start event.
        ExecutionFailed: the drawing could not go on; the caller's transaction must not be committed.
    """
    version = versions.newest(db, "process", process_key)
    instance = _new_at_plain_start(db, version, parent, by=by, now=now)
    instance.business_key = business_key or instance.business_key
    instance.scope = scope or instance.scope
    instance.subject = subject or instance.subject
    return _walk(db, instance, variables, None, data={}, by=by, now=now)


def start_version(
    db: Session, definition_id: int, variables: Mapping[str, object], *, business_key: str = "", by: str, now: datetime
) -> Instance:
    """Starts this very version of a process at its plain start event, even when a newer one is in force.

    Raises:
        NotFound: there is no such process, or it has no plain start event.
        ExecutionFailed: the drawing could not go on; the caller's transaction must not be committed.
    """
    version = versions.version(db, definition_id)
    if version.kind != "process":
        raise NotFound("expected process {id}, but there is none", id=definition_id)
    instance = _new_at_plain_start(db, version, None, by=by, now=now)
    instance.business_key = business_key
    return _walk(db, instance, variables, None, data={}, by=by, now=now)


def start_at(
    db: Session,
    definition_id: int,
    element_id: str,
    variables: Mapping[str, object],
    *,
    parent: Instance | None = None,
    correlation_key: str = "",
    trigger: Mapping[str, object],
    by: str,
    now: datetime,
) -> Instance:
    """Starts a run at a start event that a message, a timer or a signal opened; `trigger` says which, for history."""
    version = versions.version(db, definition_id)
    instance = _new(db, version, parent, by=by, now=now)
    instance.correlation_key = correlation_key
    return _walk(db, instance, variables, element_id, data={"trigger": trigger}, by=by, now=now)


def start_called(
    db: Session,
    definition_id: int,
    variables: Mapping[str, object],
    *,
    parent: Instance,
    parent_element_instance_id: str,
    business_key: str | None = None,
    by: str,
    now: datetime,
) -> Instance:
    """Starts a run that a call activity of `parent` waits for; without a `business_key` it carries its caller's.

    Raises:
        ExecutionFailed: it would be called too deeply, because processes call each other in a circle.
    """
    _refuse_too_deep(db, parent)
    instance = _new(db, versions.version(db, definition_id), parent, by=by, now=now)
    instance.parent_element_instance_id = parent_element_instance_id
    if business_key is not None:
        instance.business_key = business_key
    return _walk(db, instance, variables, None, data={"caller": parent.id}, by=by, now=now)


def _refuse_too_deep(db: Session, parent: Instance) -> None:
    depth, above, called = 1, parent.parent_id, parent.parent_element_instance_id is not None
    while called and above is not None:
        depth += 1
        if depth > DEEPEST_CALL:
            raise ExecutionFailed(
                "processes call each other more than {most} deep; draw a circle of calls as a loop in one process",
                most=DEEPEST_CALL,
            )
        row = db.execute(
            select(Instance.parent_id, Instance.parent_element_instance_id).where(Instance.id == above)
        ).one()
        above, called = row.parent_id, row.parent_element_instance_id is not None


def cancel(db: Session, instance_id: int, *, why: str, by: str, now: datetime) -> Instance:
    """Cancels a run with everything it waits for; runs that it called are cancelled by jobs.

    Raises:
        NotFound: there is no such run.
        Conflict: it has ended, or another run waits for it: that one has to be cancelled.
    """
    instance = locked(db, instance_id)
    if instance.parent_element_instance_id is not None:
        raise Conflict(
            "run {id} was called by run {parent}, which waits for it; cancel that one",
            id=instance_id,
            parent=instance.parent_id,
        )
    return cancel_locked(db, instance, why=why, by=by, now=now)


def cancel_locked(db: Session, instance: Instance, *, why: str, by: str, now: datetime) -> Instance:
    """Cancels a locked run, whoever called it."""

    def push(step: steps.Step) -> Outcome:
        return walker(step).cancel()

    step = steps.begin(db, instance, by=by, now=now)
    step.push(push, fact="cancel_asked", data={"why": why})
    return instance


def locked(db: Session, instance_id: int) -> Instance:
    """An active run, locked. Raises NotFound, or Conflict when it has ended."""
    instance = steps.lock(db, instance_id)
    if instance is None:
        raise NotFound("expected run {id}, but there is none", id=instance_id)
    if instance.status != "active":
        raise Conflict("expected run {id} to be active, but it is {status}", id=instance_id, status=instance.status)
    return instance


def variables(db: Session, instance_id: int, *, now: datetime) -> dict[str, object]:
    """The variables of a run's root scope as they stand. Raises NotFound."""
    instance = db.get(Instance, instance_id)
    if instance is None:
        raise NotFound("expected run {id}, but there is none", id=instance_id)
    step = steps.fresh(db, instance, by="", now=now)
    process = versions.process(db, instance.definition_id)
    return dict(Execution.load(process, instance.state, host=step, now=now).outcome.variables)


def walker(step: steps.Step) -> Execution:
    """The run in memory of a step that has begun."""
    assert step.execution is not None, "expected a step that has begun"
    return step.execution


def _new_at_plain_start(db: Session, version: Version, parent: Instance | None, *, by: str, now: datetime) -> Instance:
    if not versions.model(db, version.id).none_starts:
        raise NotFound("expected a plain start event in {process}, but there is none", process=version.key)
    return _new(db, version, parent, by=by, now=now)


def _new(db: Session, version: Version, parent: Instance | None, *, by: str, now: datetime) -> Instance:
    instance = Instance(
        definition_id=version.id,
        process_key=version.key,
        correlation_key="",
        business_key=parent.business_key if parent else "",
        parent_id=parent.id if parent else None,
        status="active",
        state="",
        revision=0,
        sequence=0,
        head="",
        scope=parent.scope if parent else "",
        subject=parent.subject if parent else "",
        started_by=by,
        started_at=now,
    )
    db.add(instance)
    db.flush()
    instance.root_id = parent.root_id if parent else instance.id
    return instance


def _walk(
    db: Session,
    instance: Instance,
    given: Mapping[str, object],
    start_element: str | None,
    *,
    data: Mapping[str, object],
    by: str,
    now: datetime,
) -> Instance:
    step = steps.fresh(db, instance, by=by, now=now)
    said = {"process": step.version.key, "version": step.version.version, "variables": sorted(given), **data}

    def push(running: steps.Step) -> Outcome:
        process = versions.process(db, instance.definition_id)
        running.execution = Execution.start(process, given, host=running, now=now, start_element=start_element)
        return running.execution.outcome

    advanced: Advanced = step.push(push, fact="started", data=said, reference=f"instance:{instance.id}")
    return advanced.instance


__all__ = [
    "Advanced",
    "cancel",
    "cancel_locked",
    "locked",
    "start",
    "start_at",
    "start_called",
    "start_version",
    "variables",
    "walker",
]
