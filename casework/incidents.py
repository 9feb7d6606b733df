"""Steps that have given up (incidents) in all processes: which run, which element, why, since when; run again, one or all.

Source: RELIABILITY "a failed step is kept and seen"; the stuck page shows the same to those who supervise the cases.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from casework import permissions, territories
from casework.permissions import Scope
from engine import jobs
from engine.errors import NotFound, Sentence
from engine.tables import Definition, Instance, Job

PAGE = 50
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One step that has given up: its job, the run it pushes (None for a round or a letter) and what that run is called."""

    job: Job
    run: Instance | None
    process: str
    why: Sentence


@dataclass(frozen=True, slots=True)
class Page:
    """A page of steps, the oldest first; `next_after` is the id to go on with, 0 at the end."""

    rows: list[Row] = field(default_factory=list[Row])
    total: int = 0
    next_after: int = 0


def search(db: Session, scope: Scope, *, process: str = "", after: int = 0) -> Page:
    """The steps that have given up where this person may run them again, of one process or of all."""
    criteria = _criteria(scope, process)
    named = select(Job, Instance, Definition.name).outerjoin(Instance, Instance.id == Job.instance_id)
    named = named.outerjoin(Definition, Definition.id == Instance.definition_id).where(*criteria)
    found = list(db.execute(named.where(Job.id > after).order_by(Job.id).limit(PAGE + 1)))
    rows = [Row(job, run, name or job.kind, Sentence(job.error, job.error_params)) for job, run, name in found[:PAGE]]
    counted = select(func.count(Job.id)).outerjoin(Instance, Instance.id == Job.instance_id).where(*criteria)
    return Page(rows, db.scalars(counted).one(), rows[-1].job.id if len(found) > PAGE else 0)


def by_process(db: Session, scope: Scope) -> dict[str, int]:
    """How many steps have given up by the key of their process; empty key: those that push no run."""
    key = func.coalesce(Instance.process_key, "")
    query = select(key, func.count(Job.id)).outerjoin(Instance, Instance.id == Job.instance_id)
    return {row[0]: row[1] for row in db.execute(query.where(*_criteria(scope, "")).group_by(key).order_by(key))}


def get(db: Session, scope: Scope, job_id: int) -> Job:
    """The job of a step, if this person may run it again.

    Raises:
        NotFound: there is none, or it lies outside what the person looks after; the two are not told apart.
    """
    job = db.scalars(select(Job).where(Job.id == job_id, _under(scope))).one_or_none()
    if job is None:
        raise NotFound("there is no step {id}", id=job_id)
    return job


def retry_all(db: Session, scope: Scope, *, process: str = "", by: str, now: datetime) -> int:
    """Runs the oldest steps that gave up again, at most `AT_ONCE`; answers how many."""
    found = select(Job.id).outerjoin(Instance, Instance.id == Job.instance_id).where(*_criteria(scope, process))
    ids = db.scalars(found.order_by(Job.id).limit(AT_ONCE)).all()
    for job_id in ids:
        jobs.retry(db, job_id, by=by, now=now)
    return len(ids)


def _criteria(scope: Scope, process: str) -> list[ColumnElement[bool]]:
    asked = [Job.status == "failed", _under(scope)]
    return [*asked, Instance.process_key == process] if process else asked


def _under(scope: Scope) -> ColumnElement[bool]:
    """What lies under a territory of this person; what has none belongs to those of the region."""
    paths = scope.paths(permissions.VERBS["retry"])
    inside = territories.under(Job.scope, paths)
    return or_(inside, Job.scope == "") if territories.REGION in paths else inside
