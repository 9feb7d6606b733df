"""Drawing up the five lists: the classification decision (DT-1) over 11,000 enterprises, with the facts it saw frozen.

The enterprises are made by the recipe of the demonstration and imported with their figures. One edition is drafted in one transaction
on embedded SQLite: facts of every enterprise, eleven rules with COLLECT each, a frozen record and a row per membership. How the
decision engine by itself compares with SpiffWorkflow's is said under “FEEL and decisions”. Times are CPU of the thread.
"""

import tempfile
from pathlib import Path

from sqlalchemy import event, func, select

from bench.imports import NOW, ROSTERS, opened, timed
from casework import facts, importing, lists
from casework.demo import made_rosters
from casework.services import all_services
from casework.tables import Enterprise, ListEntry
from engine import decisions, definitions
from engine.calendars import local_day

ENTERPRISES = 11_000
WORKFLOWS = Path(__file__).parent.parent / "workflows"


def measure(enterprises: int = ENTERPRISES) -> str:
    """A section of docs/performance.md."""
    file = made_rosters.make(ROSTERS, enterprises).second
    statements = 0

    def count(*_arguments: object) -> None:
        nonlocal statements
        statements += 1

    with tempfile.TemporaryDirectory() as folder:
        database = opened(Path(folder))
        database.info["services"] = all_services()
        try:
            with database.transaction() as db:
                files = {path.name: path.read_bytes() for path in WORKFLOWS.glob("*.*") if path.suffix != ".md"}
                definitions.deploy(db, files, name="policy", source="folder", by="des", now=NOW)
                options = importing.Options(year=2025)
                reading = importing.read(db, file.name, file.content, kind="enterprises", options=options, now=NOW)
                importing.apply(db, importing.keep(db, reading, by="adm", now=NOW).id, by="adm", now=NOW)
            with database.transaction() as db:
                rows = list(db.execute(select(Enterprise)).scalars())
                known, of_facts = timed(lambda: facts.facts_of(db, rows, day=local_day(NOW)))
                _decided, of_decision = timed(
                    lambda: [decisions.evaluate(db, "classify", {"facts": known[row.id]}, now=NOW) for row in rows]
                )
            event.listen(database.engine, "before_cursor_execute", count)
            with database.transaction() as db:
                version, whole = timed(lambda: lists.draft(db, "年度", by="jm", now=NOW))
                entries = db.execute(
                    select(func.count(ListEntry.id)).where(ListEntry.version_id == version.id)
                ).scalar_one()
        finally:
            database.close()
    return "\n".join(
        [
            f"## Classifying {enterprises:,} enterprises",
            "",
            (__doc__ or "").split("\n\n", 1)[1].strip(),
            "",
            "| | s | ms per enterprise |",
            "|---|---|---|",
            f"| Facts of all enterprises | {of_facts:.1f} | {1000 * of_facts / len(rows):.3f} |",
            f"| The decision alone | {of_decision:.1f} | {1000 * of_decision / len(rows):.3f} |",
            f"| The whole draft ({entries:,} entries, {statements:,} statements) | {whole:.1f} | {1000 * whole / len(rows):.3f} |",
        ]
    )
