"""The lights of a night over 10,000 cases, and what is stuck among them, on both databases.

The province is written in bulk (tests/province.py): every case has an enterprise, an officer, a plan in time with three measures, two
runs, four quarterly reports, a visit that is owed; every third a task, every tenth a problem, every twentieth an order. First a night in
which nothing changes; then thirty quiet nights later, when plans have fallen behind and visits are due and the lights of nearly all
cases change at once; then the same night again. The board asks what is stuck in the whole region. The CPU seconds are those of the
house; a PostgreSQL server has its own.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select

from casework import board, lights, stuck
from casework.light_tables import LightLog
from engine.db import Base, Database
from tests import databases, province
from tests.world import World

CASES = 10_000
AIM = 60


class Asked:
    """Counts the statements of a database."""

    def __init__(self, database: Database) -> None:
        self.number = 0
        event.listen(database.engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self.number += 1


def measure() -> str:
    """The section of docs/performance.md, as Markdown."""
    lines = [f"## A night over {CASES:,} cases", "", (__doc__ or "").strip(), ""]
    lines += ["| | database | seconds | CPU seconds | statements | lights changed |", "|---|---|---|---|---|---|"]
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        Path(folder).chmod(0o711)
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'nights.sqlite3'}"}
        cluster = stack.enter_context(databases.postgresql_cluster(Path(folder) / "postgresql"))
        urls["PostgreSQL"] = stack.enter_context(cluster.without_tables())
        for name, url in urls.items():
            database = Database(url)
            databases.import_tables()
            Base.metadata.create_all(database.engine)
            for what, row in _one(database).items():
                lines.append(f"| {what} | {name} | {row[0]:.2f} | {row[1]:.2f} | {row[2]:,} | {row[3]} |")
                slowest = max(slowest, row[1])
            database.close()
    lines += ["", f"* The slowest of these took {slowest:.1f} s of CPU (aim: below {AIM} s on one core).", ""]
    return "\n".join(lines)


def _one(database: Database) -> dict[str, tuple[float, float, int, str]]:
    world = World(database)
    province.build(database, CASES, now=world.now)
    asked = Asked(database)
    later = world.now + timedelta(days=30)
    acts: dict[str, Callable[[], object]] = {
        "a quiet night": lambda: _night(database, world.now),
        "a night in which nearly all change": lambda: _night(database, later),
        "the same night again": lambda: _night(database, later),
        "what is stuck, a healthy region": lambda: _survey(database, world.now),
        "what is stuck, a month later": lambda: _survey(database, later),
        "the counts of the board": lambda: _lines(database),
    }
    found: dict[str, tuple[float, float, int, str]] = {}
    for what, act in acts.items():
        changed, asked.number = _changes(database), 0
        wall, cpu = time.perf_counter(), time.process_time()
        said = act()
        took = (time.perf_counter() - wall, time.process_time() - cpu)
        found[what] = (*took, asked.number, str(said or f"{_changes(database) - changed:,}"))
        print(f"  {what}: {took[0]:.2f} s, {asked.number} statements")
    return found


def _night(database: Database, now: datetime) -> None:
    last = 0
    while True:
        with database.transaction(background=True) as db:
            last = lights.assess_all(db, now=now, after=last)
        if not last:
            return


def _survey(database: Database, now: datetime) -> str:
    with database.reading() as db:
        survey = stuck.survey(db, now=now)
        stuck.named(db, survey.found[:100])
        return f"{len(survey.found):,} found"


def _lines(database: Database) -> str:
    with database.reading() as db:
        return f"{sum(line.cases for line in board.lines(db, '45')):,} cases"


def _changes(database: Database) -> Any:
    with database.reading() as db:
        return db.execute(select(func.count(LightLog.id)).where(LightLog.about.startswith("case:"))).scalar_one()
