"""One step of a run: lock it, push it, let it walk to its next wait states, save it, and make the rows say where it rests.

The order of every step is that of the locks: the row of the run first, then the rows of what it waits for. Until the walk has
succeeded nothing is written but what services write, and that under a savepoint: when the drawing fails, all is as before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from engine import decisions, feel, history, messages, services, versions, waits, working_days
from engine.bpmn.execution import Execution
from engine.bpmn.model import Binding, ProcessModel
from engine.bpmn.outcome import Decided, Outcome, TrailEntry, Variables
from engine.db import is_passing
from engine.errors import Conflict, ExecutionFailed, Forbidden, Invalid, NotFound
from engine.tables import Deployment, Instance, Job, UserTask
from engine.versions import Version

_WHAT: Final = {"entered": "+", "completed": "-", "cancelled": "x"}


def _lock(*, skip_locked: bool) -> Select[Instance, int]:
    newest = select(func.max(Deployment.id)).scalar_subquery()
    return (
        select(Instance, newest)
        .where(Instance.id == bindparam("instance"))
        # Rows that refer to this one may be inserted meanwhile: its key does not change.
        .with_for_update(of=Instance, key_share=True, skip_locked=skip_locked)
        .execution_options(populate_existing=True)
    )


# Built once: every step begins with one of them.
_LOCKED: Final = _lock(skip_locked=False)
_FREE: Final = _lock(skip_locked=True)


@dataclass(frozen=True, slots=True)
class Advanced:
    """Where a step led: the user tasks it made, and whether the run has ended."""

    instance: Instance
    user_task_ids: tuple[int, ...] = ()
    ended: bool = False


def lock(db: Session, instance_id: int, *, skip_locked: bool = False) -> Instance | None:
    """The row of a run, locked until the end of the transaction and read anew. None when there is none, or, with
    `skip_locked`, when somebody else holds it."""
    found = db.execute(_FREE if skip_locked else _LOCKED, {"instance": instance_id}).one_or_none()
    if found is None:
        return None
    versions.generation_is(db, found[1])
    return found[0]


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
    rows: Sequence[waits.Row] = ()
    execution: Execution | None = None
    _savepoint: SessionTransaction | None = None
    _drafts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _completing: int | None = None
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
        history.end_is(instance, instance.sequence, instance.head)
        try:
            outcome = action(self)
            if outcome.error is not None and instance.parent_element_instance_id is None:
                raise ExecutionFailed(
                    "nothing in the drawing catches the error {code}",
                    element_id=outcome.error.element_id,
                    code=outcome.error.code,
                )
            place = waits.Place(self.db, instance, self.version, self.model, self.now)
            change = place.compare(self.rows, outcome)
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
        return self._save(outcome, change)

    def _undo(self) -> None:
        if self._savepoint is not None:
            if self._savepoint.is_active:
                self._savepoint.rollback()
            self._savepoint = None
        self._drafts.clear()
        one = self.instance
        sequence, head, one.scope, one.subject, one.business_key = self._before
        history.end_is(one, sequence, head)

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

    def _save(self, outcome: Outcome, change: waits.Change) -> Advanced:
        db, instance = self.db, self.instance
        has_ended = outcome.completed or outcome.cancelled
        with db.no_autoflush:
            task_ids = waits.insert_tasks(db, change, now=self.now)
            self._remember(outcome, change)
            waits.write(db, instance, change, completing=self._completing, now=self.now)
            if has_ended:
                self._end(outcome)
            self._say(outcome)
            history.insert_all(db, self._drafts)
            assert self.execution is not None
            instance.state = self.execution.dump()
            instance.revision += 1
            flag_modified(instance, "sequence")
            flag_modified(instance, "head")
        try:
            db.flush()
        except StaleDataError as error:
            raise Conflict from error
        heard = [one for kind, one in change.opened if kind == "message"]
        messages.opened(db, instance, heard, now=self.now)
        if self._savepoint is not None:
            self._savepoint.commit()
        if has_ended and instance.correlation_key:
            messages.ended(db, instance, now=self.now)
        return Advanced(instance, tuple(task_ids), has_ended)

    def _say(self, outcome: Outcome) -> None:
        """Publishes what throwing events said."""
        db, instance = self.db, self.instance
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

    def _remember(self, outcome: Outcome, change: waits.Change) -> None:
        """Facts of their own for what people ask about; the whole walk, element by element, in one entry."""
        made = {task.element_instance_id: task for task, _ in change.tasks}
        gone = {row.element_instance_id: row for row in change.ended_tasks}
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
                self._note_created(made.pop(one.element_instance_id))
        for task in made.values():
            # Its element was entered in an earlier step and has waited for a listener since.
            self._note_created(task)
        if path:
            self._note("walked", data={"path": path})
        if outcome.completed or outcome.cancelled:
            fact = "completed" if outcome.completed else "cancelled"
            self._note(fact, reference=f"instance:{self.instance.id}")

    def _note_created(self, task: UserTask) -> None:
        self._note(
            "task_created",
            reference=f"task:{task.id}",
            data={"name": task.name, "groups": task.candidate_groups, "due": task.due_at},
            element_id=task.element_id,
            element_instance_id=task.element_instance_id,
        )

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
        values = waits.job_values(
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


def begin(
    db: Session,
    instance: Instance,
    *,
    by: str,
    on_behalf_of: str = "",
    now: datetime,
    rows: Sequence[waits.Row] | None = None,
) -> Step:
    """Brings a locked, active run back into memory, with the rows of what it waits for (`rows` when they were just read)."""
    step = fresh(db, instance, by=by, on_behalf_of=on_behalf_of, now=now)
    step.rows = waits.live_rows(db, instance.id) if rows is None else rows
    step.execution = Execution.load(versions.process(db, instance.definition_id), instance.state, host=step, now=now)
    return step


def fresh(db: Session, instance: Instance, *, by: str, on_behalf_of: str = "", now: datetime) -> Step:
    """A step of a run that has not walked yet."""
    version = versions.version(db, instance.definition_id)
    return Step(db, instance, version, versions.model(db, version.id), by, now, on_behalf_of)


def _flows(entry: TrailEntry) -> Sequence[object]:
    flows = entry.detail.get("flows")
    return [flows] if flows else []
