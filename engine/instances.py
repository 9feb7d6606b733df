"""Runs of processes: start one, push it, cancel it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from engine.tables import Instance


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

    Raises:
        NotFound: no such process is deployed, or it has no plain start event.
        ExecutionFailed: the drawing could not go on; nothing was started.
    """
    raise NotImplementedError


def cancel(db: Session, instance_id: int, *, why: str, by: str, now: datetime) -> Instance:
    """Cancels a run with everything it waits for; runs that it called are cancelled by jobs.

    Raises:
        NotFound: there is no such run.
        Conflict: it has ended.
    """
    raise NotImplementedError


def variables(db: Session, instance_id: int, *, now: datetime) -> dict[str, object]:
    """The variables of a run's root scope as they stand."""
    raise NotImplementedError
