"""A province that has lived for a year and a half: it keeps its promises, and every page says what history alone says.

It lives on SQLite alone, where a virtual day is one transaction of one writer; the stories of each process run on both databases.
"""

import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from casework import (
    agenda,
    board,
    filing_figures,
    filing_recount,
    issue_list,
    ledger,
    order_list,
    permissions,
    quarter_figures,
    reconciliation,
    recount,
    territories,
)
from casework.case_tables import LIVING_CASE, Case, Closure, Item, Measure, Visit
from casework.demo import province
from casework.filing_tables import Filing, FilingObjection, RdInstitution
from casework.institution_tables import InstitutionReview
from casework.issue_tables import Issue
from casework.order_tables import SupervisionOrder
from casework.services import all_services
from casework.tables import ListVersion, QuarterReport
from engine import definitions, verify
from engine.calendars import local_day
from engine.db import Database
from engine.tables import Job
from tests import databases
from web import ledger as ledger_page
from web.app import create_app
from web.counter import Settings

ROOT = Path(__file__).parents[2]
ENTERPRISES = 200
PERIODS = ("2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1")


@pytest.fixture(scope="module")
def lived(sqlite_files: databases.SqliteFiles) -> Iterator[Database]:
    """The demonstration, lived to its end; read by every test of this module, changed by none."""
    with sqlite_files.with_tables() as url:
        database = Database(url, info={"services": all_services(), "rounds": agenda.rounds_of_the_house()})
        files = {p.name: p.read_bytes() for p in (ROOT / "workflows").iterdir() if p.suffix != ".md"}
        with database.transaction() as db:
            definitions.deploy(db, files, name="policy", source="folder", by="system", now=province.BEGIN)
        province.seed(database, ROOT / "tests" / "data" / "rosters", number=ENTERPRISES)
        yield database
        database.close()


@pytest.mark.slow
def test_nothing_broke_in_a_year_and_a_half(lived: Database) -> None:
    with lived.reading() as db:
        assert verify.check(db) == []
        failed = db.execute(select(Job.kind, Job.element_id, Job.error).where(Job.status == "failed")).all()
        assert failed == []


@pytest.mark.slow
def test_every_list_light_stage_and_queue_is_populated_by_having_happened(lived: Database) -> None:
    with lived.reading() as db:
        states = Counter(db.scalars(select(Case.state)))
        assert states["open"] > 12
        assert states["observing"] > 0
        stages = set(db.scalars(select(Case.stage).where(Case.state.in_(LIVING_CASE))))
        assert {"coach", "improve", "close"} <= stages
        assert {"green", "yellow", "red"} <= set(db.scalars(select(Case.light).where(Case.state.in_(LIVING_CASE))))
        items = list(db.execute(select(Item.list_type, Item.state, Item.relapse_count)))
        assert {"L1", "L2", "L3", "L4", "L5"} <= {list_type for list_type, _state, _relapses in items}
        assert any(relapses for _list, _state, relapses in items), "somebody fell back"
        assert sum(state.startswith("closed") for _list, state, _relapses in items) > 5
        assert set(db.scalars(select(QuarterReport.period))) >= set(PERIODS)
        assert {"solved", "met"} & set(db.scalars(select(SupervisionOrder.state)))
        assert len(db.scalars(select(Issue.id)).all()) > 20
        editions = list(db.execute(select(ListVersion.kind, ListVersion.state).order_by(ListVersion.id)))
        assert [kind for kind, _state in editions].count("年度") == 3, "the first one, and that of every April"
        assert editions[-1][1] == "会签", "the last edition waits for the visitor"


@pytest.mark.slow
def test_counts_on_every_page_and_in_the_ledger_equal_a_recount_from_history(lived: Database) -> None:
    now = province.TODAY
    with lived.reading() as db:
        told = recount.of(db)
        everything = permissions.scope_of(db, "jm", now=now)

        rows = board.lines(db, territories.REGION)
        whole = board.total(territories.get(db, territories.REGION), rows)
        assert whole.cases == told.open_cases == len(told.living)
        assert sum(whole.stages.values()) == sum(whole.lights.values()) == whole.cases
        for light, count in whole.lights.items():
            assert len(board.cases_behind(db, territories.REGION, light=light)) == count

        lines = reconciliation.by_list(db, territories.REGION)
        for line in lines:
            assert line.balances
            assert (line.base, line.new) == (told.all_items(line.key, "存量"), told.all_items(line.key, "增量"))
            assert (line.open, line.closed) == (told.open_items(line.key), told.closed_items(line.key))
            assert line.left == told.left_items(line.key)
        by_place = reconciliation.total(reconciliation.by_territory(db, territories.REGION))
        assert (by_place.open, by_place.closed) == (told.open_items(), told.closed_items())

        for period in quarter_figures.periods(db):
            found = quarter_figures.total(
                territories.get(db, territories.REGION), quarter_figures.lines(db, territories.REGION, period)
            )
            states = {state: count for (of, state), count in told.reports.items() if of == period}
            assert found.counts["asked"] <= sum(states.values())
            assert found.counts["missing"] == states.get("未报", 0)
            assert found.counts["waiting"] == states.get("草稿", 0)
            assert found.counts["returned"] == states.get("县退", 0)

        assert Counter(db.scalars(select(SupervisionOrder.state))) == told.orders
        assert order_list.search(db, everything, asked={"view": "all"}, now=now).total == sum(told.orders.values())
        assert Counter(db.scalars(select(Issue.state))) == told.issues
        assert issue_list.search(db, everything, asked={"state": "all"}, now=now).total == sum(told.issues.values())
        assert Counter(db.scalars(select(Visit.result))) == told.visits
        passed = db.scalar(select(func.count(Closure.id)).where(Closure.state == "passed"))
        assert passed is not None
        assert passed >= told.closed_items()

        wanted = ledger.query(everything)
        assert ledger.count(db, wanted) == len(told.item_ids)
        assert {row.number for row in ledger.rows(db, wanted, day=everything.day)} == told.item_ids


@pytest.mark.slow
def test_something_of_every_kind_has_happened_to_filings_and_their_figures_equal_a_recount(lived: Database) -> None:
    with lived.reading() as db:
        states = Counter(db.scalars(select(Filing.state)))
        assert states["filed"] > 15
        assert {"draft", "publicity", "refused", "withdrawn"} <= set(states)
        assert len({"county", "correction", "city", "onsite", "city_sign", "region", "cosign"} & set(states)) >= 3
        assert {"city", "region"} <= set(db.scalars(select(RdInstitution.level)))
        assert {"self", "measure", "invitation"} <= set(db.scalars(select(Filing.source)))
        assert "revoked" in set(db.scalars(select(RdInstitution.state)))
        assert db.scalar(select(func.count(InstitutionReview.id)).where(InstitutionReview.year == 2026))
        assert set(db.scalars(select(FilingObjection.state))) >= {"open", "dismissed"}
        assert db.scalar(select(func.count(Filing.id)).where(Filing.kind == "upgrade"))
        measures = select(func.count(Measure.id)).join(Filing, Filing.measure_id == Measure.id)
        assert db.scalar(measures.where(Filing.state == "filed", Measure.state == "done")), "a number ends its measure"

        since, until = local_day(province.BEGIN), local_day(province.TODAY)
        paths = {
            "/".join(scope.split("/")[:depth]) for scope in db.scalars(select(Filing.scope)) for depth in (1, 2, 3)
        }
        for path in sorted(paths):
            told = filing_recount.of(db, path, since=since, until=until)
            assert filing_figures.of(db, path, since=since, until=until) == told, path
        counted = recount.of(db)
        assert (
            Counter((row.level, row.state) for row in db.execute(select(Filing.level, Filing.state))) == counted.filings
        )
        registered = db.execute(select(RdInstitution.level, RdInstitution.state))
        assert Counter((row.level, row.state) for row in registered) == counted.institutions


@pytest.mark.slow
def test_the_excel_ledger_has_a_row_for_every_item(lived: Database) -> None:
    app = create_app(lived, Settings(secret_key="test", clock=lambda: province.TODAY, wall=lambda: province.TODAY))
    stream = io.BytesIO()
    with app.test_request_context(), lived.reading() as db:
        everything = permissions.scope_of(db, "jm", now=province.TODAY)
        told = recount.of(db)
        rows = ledger.rows(db, ledger.query(everything), day=everything.day)
        count = ledger_page.write(stream, rows, unit="广西", day=everything.day)
    sheet = load_workbook(stream).worksheets[0]
    numbers = [row[0] for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]
    assert count == len(numbers) == len(told.item_ids)
