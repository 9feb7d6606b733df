"""Importing a roster of 50,000 enterprises: reading the sheet, checking every row, writing all of it in one transaction.

The sheet is a workbook as an office keeps it (title, unit, header; 万元), made by the recipe of the demonstration. Reading it is
measured beside openpyxl, which only turns the same file into cells. Embedded SQLite; times are CPU of the thread.
"""

import csv
import io
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import xlsxwriter
from openpyxl import load_workbook

from casework import importing, published_years, rosters, sheets, territories
from casework.demo import made_rosters
from casework.schema import metadata
from engine.db import Base, Database

ROWS = 50_000
NOW = datetime(2026, 6, 30, 1, tzinfo=UTC)
ROSTERS = Path(__file__).parent.parent / "tests" / "data" / "rosters"
Result = TypeVar("Result")


def measure(rows: int = ROWS) -> str:
    """A section of docs/performance.md."""
    content = workbook(rows)
    with tempfile.TemporaryDirectory() as folder:
        database = opened(Path(folder))
        try:
            _sheet, ours = timed(lambda: sheets.read("名册.xlsx", content, rosters.labels()))
            _cells, theirs = timed(lambda: _with_openpyxl(content))
            with database.transaction() as db:
                options = importing.Options(unit="万元", year=2025)
                reading, checking = timed(lambda: importing.read(db, "名册.xlsx", content, options=options, now=NOW))
                kept = importing.keep(db, reading, by="adm", now=NOW)
                _reading, writing = timed(lambda: importing.apply(db, kept.id, by="adm", now=NOW))
        finally:
            database.close()
    return "\n".join(
        [
            f"## Importing {rows:,} rows",
            "",
            (__doc__ or "").split("\n\n", 1)[1].strip(),
            "",
            f"| | s | ms per row | ({len(content) / 1e6:.1f} MB, {len(reading.refused):,} rows refused) |",
            "|---|---|---|---|",
            _row("Cells of the sheet, openpyxl (read-only)", theirs, rows, "the peer"),
            _row("Cells, header and kind of roster found, ours", ours, rows, ""),
            _row("The dry run: read, and every row checked", checking, rows, "against itself, the file, the registry"),
            _row("The import: read and checked again, and written", writing, rows, "one transaction, all or nothing"),
        ]
    )


def workbook(rows: int) -> bytes:
    """A roster of that many enterprises as a workbook."""
    text = made_rosters.make(ROSTERS, rows).second.content.decode("utf-8-sig")
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet("名册")
    sheet.write_row(0, 0, ["2025年规上工业企业名册"])
    sheet.write_row(1, 0, ["单位:万元"])
    for number, cells in enumerate(csv.reader(io.StringIO(text)), 2):
        money = (6, 7) if number > 2 else ()
        sheet.write_row(
            number, 0, [float(cell) if place in money and cell else cell for place, cell in enumerate(cells)]
        )
    book.close()
    return out.getvalue()


def opened(folder: Path) -> Database:
    """A database with all tables, the territories of Guangxi and the published years."""
    assert metadata is not None
    database = Database(f"sqlite:///{folder}/bench.sqlite3")
    Base.metadata.create_all(database.engine)
    with database.transaction() as db:
        published_years.enter(db, by="adm", now=NOW)
        territories.load_guangxi(db)
    return database


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """What a piece of work gave, and its seconds of CPU."""
    begun = time.thread_time()
    return work(), time.thread_time() - begun


def _with_openpyxl(content: bytes) -> int:
    book: Any = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    return sum(1 for _row in book.worksheets[0].iter_rows(values_only=True))


def _row(name: str, seconds: float, rows: int, note: str) -> str:
    return f"| {name} | {seconds:.1f} | {1000 * seconds / rows:.3f} | {note} |"
