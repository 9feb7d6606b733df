"""Every push on a run: claim it, run it, retry it, give up."""

from datetime import datetime

from sqlalchemy.orm import Session

from engine.db import Database
from engine.tables import Job


def claim_due(db: Session, now: datetime, limit: int = 1) -> list[Job]:
    """Claims jobs that are due for this transaction; the claim ends with it. What others hold is passed over."""
    raise NotImplementedError


def run(db: Session, job: Job, now: datetime) -> Job:
    """Runs a claimed job. A failure is kept in the job: later again, or given up after its retries (an incident)."""
    raise NotImplementedError


def run_due(database: Database, now: datetime, limit: int = 1000) -> int:
    """Runs what is due, each job in its own transaction, until nothing is due or `limit` ran. Answers how many ran."""
    raise NotImplementedError


def retry(db: Session, job_id: int, *, by: str, now: datetime) -> Job:
    """Lets a job that has given up be tried again at once. The supervisor's button."""
    raise NotImplementedError


def withdraw(db: Session, job_id: int, *, why: str, by: str, now: datetime) -> Job:
    """Takes a job that has given up off the agenda; a held user task is open again."""
    raise NotImplementedError
