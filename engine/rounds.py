"""Work that goes over many rows and belongs to no run: asked for once under a key, done in portions, each in a transaction of its own.

A round is a job like any other: the table of jobs says that it is due, exactly one process does a portion, a crash undoes the portion
it fell into and nothing else, and a round that gives up is an incident.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol, cast

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.errors import ExecutionFailed
from engine.tables import Job

KIND: Final = "round"


class Round(Protocol):
    """Does the next portion: the rows after the id `after` (0 at first), and answers the last id it did; 0 when none is left.

    `key` says what the round is about (`2026Q2`, `2026-07-01`). A portion that is done twice must do no harm.
    """

    def __call__(self, db: Session, key: str, /, *, after: int, now: datetime) -> int: ...


def of(db: Session) -> Mapping[str, Round]:
    """The rounds that the composition root put into `Database(info={"rounds": …})`."""
    return cast(Mapping[str, Round], db.info.get("rounds", {}))


def ask(db: Session, name: str, key: str, *, scope: str = "", due_at: datetime, now: datetime) -> bool:
    """Puts a round on the agenda. False when it was asked for under this key before, done or not."""
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    asked = db.execute(
        dialect.insert(Job)
        .values(
            key=f"{KIND}:{name}:{key}",
            kind=KIND,
            element_id=name,
            payload={"round": name, "key": key, "after": 0},
            due_at=due_at,
            created_at=now,
            scope=scope,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Job.id)
    ).scalar_one_or_none()
    return asked is not None


def skip_older(db: Session, name: str, key: str, *, now: datetime) -> None:
    """Takes the rounds of this name off the agenda that wait and are older than the one under `key`: it does their work."""
    db.execute(
        update(Job)
        .where(Job.kind == KIND, Job.status.in_(("waiting", "failed")), Job.element_id == name)
        .where(Job.key < f"{KIND}:{name}:{key}")
        .values(status="withdrawn", ended_at=now)
        .execution_options(synchronize_session=False)
    )


def do_portion(db: Session, job: Job, *, now: datetime) -> None:
    """Does the next portion of a claimed round; while rows are left, its job waits again from where it stands.

    Raises:
        ExecutionFailed: nobody knows a round of this name.
    """
    name, key = str(job.payload["round"]), str(job.payload["key"])
    known = of(db).get(name)
    if known is None:
        raise ExecutionFailed("expected a round named {name}, but there is none", name=name)
    after = known(db, key, after=int(job.payload.get("after", 0)), now=now)
    if after:
        job.payload = {**job.payload, "after": after}
        job.status, job.attempts = "waiting", 0
