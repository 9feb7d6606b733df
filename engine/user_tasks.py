"""What waits for a person: claim, hand over, save a draft, complete, pause, extend, withdraw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from engine.tables import Draft, UserTask


@dataclass(frozen=True, slots=True)
class Completion:
    """What became of a submission: `completed`, or `held` (kept; the drawing failed; a supervisor has been told)."""

    user_task_id: int
    instance_id: int
    status: Literal["completed", "held"]
    next_task_ids: tuple[int, ...] = ()
    instance_ended: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a user task's clock; `ended_at` is None while it lasts."""

    kind: Literal["running", "paused"]
    whose: str
    why: str
    started_at: datetime
    ended_at: datetime | None


def get(db: Session, user_task_id: int) -> UserTask:
    """The user task; raises NotFound."""
    raise NotImplementedError


def variables(db: Session, task: UserTask, *, now: datetime) -> dict[str, object]:
    """What the form of an open user task shows: the variables of its run and, over them, its own local ones."""
    raise NotImplementedError


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

    Raises:
        NotFound, Conflict (no longer open, or the key was used for another request), Invalid (with the fields).
    """
    raise NotImplementedError


def claim(db: Session, user_task_id: int, *, by: str, now: datetime) -> UserTask:
    """Takes an unassigned user task. Raises Conflict when somebody else has it."""
    raise NotImplementedError


def unclaim(db: Session, user_task_id: int, *, by: str, now: datetime) -> UserTask:
    """Gives a user task back to its candidates."""
    raise NotImplementedError


def assign(db: Session, user_task_id: int, to: str, *, why: str = "", by: str, now: datetime) -> UserTask:
    """Hands a user task to a person, whoever has it."""
    raise NotImplementedError


def save_draft(db: Session, user_task_id: int, data: Mapping[str, object], *, by: str, now: datetime) -> Draft:
    """Keeps what a person has typed and not yet sent."""
    raise NotImplementedError


def draft(db: Session, user_task_id: int, *, by: str) -> dict[str, object]:
    """What this person has typed so far; empty without a draft."""
    raise NotImplementedError


def extend(db: Session, user_task_id: int, due_at: datetime, *, why: str, by: str, now: datetime) -> UserTask:
    """Moves the due date, and with it every reminder and every boundary timer that hangs on it."""
    raise NotImplementedError


def pause(db: Session, user_task_id: int, *, why: str, whose: str, by: str, now: datetime) -> UserTask:
    """Stops the clock of a user task: `whose` is the party whose time it is now."""
    raise NotImplementedError


def resume(db: Session, user_task_id: int, *, by: str, now: datetime) -> UserTask:
    """Lets the clock run again: everything moves by the working days of the pause."""
    raise NotImplementedError


def stretches(db: Session, task: UserTask) -> Sequence[Stretch]:
    """The clock ledger of a user task, from its creation on, without gaps."""
    raise NotImplementedError


def working_time(db: Session, task: UserTask, *, now: datetime) -> timedelta:
    """How long the clock of a user task has run, pauses left out."""
    raise NotImplementedError


def withdraw(db: Session, user_task_id: int, *, why: str, by: str, now: datetime) -> UserTask:
    """Withdraws a user task that nobody shall complete any more; its run is cancelled with it.

    A user task leaves its run by the drawing alone (boundary event, event sub-process); this is the supervisor's last resort.
    """
    raise NotImplementedError
