"""Opening a quarter for 11,000 enterprises with a case each: time per portion, statements per portion, and one report through."""

import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from casework import published_years, quarters, territories
from casework.case_tables import Case
from casework.schema.metadata import METADATA
from casework.services import all_services
from casework.tables import Enterprise, QuarterReport
from engine import definitions
from engine.db import Database

CASES = 11_000
PERIOD = "2026Q2"
NOW = datetime(2026, 7, 1, 1, tzinfo=UTC)
WORKFLOWS = Path(__file__).parent.parent / "workflows"


def measure(cases: int = CASES) -> str:
    """A section of docs/performance.md."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/quarters.sqlite3")
        try:
            _fill(database, cases)
            cpu, wall, statements, portions = _open(database)
        finally:
            database.close()
    return "\n".join(
        [
            "## Opening a quarter",
            "",
            f"{cases:,} enterprises with a case and the report of the quarter before, embedded SQLite, portions of 200 in one",
            "transaction each (`quarters.open_period`). Every enterprise gets its run, its row, its user task with reminders, and the",
            "figures that its form starts from.",
            "",
            "| | |",
            "|---|---|",
            f"| All {cases:,} | {wall:.0f} s on the clock, {cpu:.0f} s of the thread |",
            f"| One enterprise | {cpu / cases * 1000:.2f} ms |",
            f"| Portions | {portions} |",
            f"| Statements of a portion, first and last | {statements[0]}, {statements[-1]} |",
        ]
    )


def _fill(database: Database, cases: int) -> None:
    METADATA.create_all(database.engine)
    database.info["services"] = all_services()
    with database.transaction() as db:
        published_years.enter(db, by="adm", now=NOW)
        territories.load_guangxi(db)
        suffixes = {".bpmn", ".dmn", ".form"}
        files = {path.name: path.read_bytes() for path in sorted(WORKFLOWS.iterdir()) if path.suffix in suffixes}
        definitions.deploy(db, files, name="policy", source="folder", by="des", now=NOW)
    counties = ["45/4508/450803", "45/4501/450102", "45/4502/450202"]
    stamp: dict[str, Any] = {"updated_by": "adm", "updated_at": NOW}
    for start in range(1, cases + 1, 1000):
        with database.transaction() as db:
            ids = range(start, min(start + 1000, cases + 1))
            db.add_all(
                Enterprise(
                    id=number,
                    uscc=f"91450803MADM{number:06d}",
                    name=f"桂示{number}有限公司",
                    path=counties[number % 3],
                    is_scale=True,
                    created_by="adm",
                    created_at=NOW,
                    **stamp,
                )
                for number in ids
            )
            db.flush()
            db.add_all(
                Case(
                    enterprise_id=number,
                    case_no=f"AJ-4508-2026-{number}",
                    scope=counties[number % 3],
                    lead="工信",
                    opened_at=NOW,
                )
                for number in ids
            )
            db.add_all(
                QuarterReport(
                    enterprise_id=number,
                    period="2026Q1",
                    rd_expense_ytd=number,
                    revenue_ytd=number * 30,
                    projects_ongoing=1,
                    state="县核",
                    due_on=date(2026, 4, 15),
                    **stamp,
                )
                for number in ids
            )


def _open(database: Database) -> tuple[float, float, list[int], int]:
    counts: list[int] = []

    def count(*_given: object) -> None:
        counts[-1] += 1

    event.listen(database.engine, "before_cursor_execute", count)
    cpu, wall, after, portions = time.thread_time(), time.perf_counter(), 0, 0
    while True:
        counts.append(0)
        with database.transaction() as db:
            after = quarters.open_period(db, PERIOD, after=after, now=NOW)
        if not after:
            break
        portions += 1
    return time.thread_time() - cpu, time.perf_counter() - wall, counts[:-1], portions
