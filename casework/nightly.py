"""What is done every night: lights of all living cases, and chores about the calendar; each piece in a transaction of its own."""

from dataclasses import dataclass
from datetime import datetime

from casework import calendar_years, lights
from engine.db import Database


@dataclass(frozen=True, slots=True)
class Night:
    """What a night did."""

    chores: int


def run(database: Database, *, now: datetime) -> Night:
    """Does the work of a night. Doing it twice does nothing twice: only what changed is written."""
    last = 0
    while True:
        with database.transaction(background=True) as db:
            last = lights.assess_all(db, now=now, after=last, limit=100)
        if not last:
            break
    with database.transaction(background=True) as db:
        chores = calendar_years.raise_chores(db, now=now)
    return Night(len(chores))
