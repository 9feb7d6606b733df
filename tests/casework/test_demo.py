"""The demonstration, shortened: it lives through public functions, and what it is made of is the same every time."""

from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from casework import agenda, credit_codes, permissions
from casework.case_tables import Case
from casework.demo import fortunes, made_rosters, personas, province, registry
from casework.services import all_services
from casework.tables import Enterprise, ListEntry, ListVersion
from engine import definitions, verify
from engine.calendars import SHANGHAI
from engine.db import Database
from engine.tables import Job

ROOT = Path(__file__).parents[2]
REVENUE = Decimal(60_000)
"""A year's revenue in 万元."""
ROSTERS = ROOT / "tests" / "data" / "rosters"


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"], scope="session")
def test_the_demo_draws_up_a_list_and_opens_cases_and_nothing_gives_up(database: Database, backend: str) -> None:
    database.info.update({"services": all_services(), "rounds": agenda.rounds_of_the_house()})
    files = {p.name: p.read_bytes() for p in (ROOT / "workflows").iterdir() if p.suffix in {".bpmn", ".dmn", ".form"}}
    with database.transaction() as db:
        definitions.deploy(db, files, name="policy", source="folder", by="system", now=province.BEGIN)
    until = datetime(2025, 1, 17, 9, 0, tzinfo=SHANGHAI)
    said: list[str] = []
    province.seed(database, ROSTERS, said.append, number=90, until=until)

    with database.reading() as db:
        assert province.is_finished(db)
        newcomers = len(made_rosters.make(ROSTERS, 90 - registry.BELOW_SCALE).newcomers)
        assert db.execute(select(func.count(Enterprise.id))).scalar_one() == 90 - newcomers
        editions = list(db.execute(select(ListVersion).order_by(ListVersion.id)).scalars())
        assert [(row.number, row.kind, row.state) for row in editions] == [("LIST-2025-1", "年度", "冻结")]
        lists = set(db.execute(select(ListEntry.list_type).where(ListEntry.state == "确立")).scalars())
        assert {"L1", "L2", "L3", "L4", "L5"} <= lists
        assert db.execute(select(func.count(Case.id))).scalar_one() > 20
        assert db.execute(select(Job.error).where(Job.status == "failed")).scalars().all() == []
        assert verify.check(db) == []
        shown = province.log_ins(db)
        assert {"LO", "XK", "XG", "XL", "CG", "RK", "RG", "RS", "JM", "SUP", "DES", "ADM"} <= {
            one.role for one in shown
        }
        officer = permissions.scope_of(db, next(one.username for one in shown if one.role == "XG"), now=until)
        assert permissions.my_tasks(db, officer)
    assert said[-1] == "2025-01-17"


def test_the_rosters_of_two_years_are_the_same_every_time_and_the_first_lacks_the_newcomers() -> None:
    book = made_rosters.make(ROSTERS, 200)
    assert book == made_rosters.make(ROSTERS, 200)
    first, second = (file.content.decode("utf-8-sig").splitlines()[1:] for file in (book.first, book.second))
    assert len(second) == 200
    assert {row.split(",")[3] for row in second} - {row.split(",")[3] for row in first} == book.newcomers
    at_home = [row for row in second if row.split(",")[1] == book.home[1] and row.split(",")[3] in book.newcomers]
    assert len(at_home) >= 3, "what the visitor's county has to check in the last edition"


def test_more_enterprises_than_the_rosters_have_are_made_by_the_recipe() -> None:
    rows = made_rosters.make(ROSTERS, 32_000).second.content.decode("utf-8-sig").splitlines()[1:]
    codes = [row.split(",")[3] for row in rows]
    assert len(set(codes)) == 32_000
    assert all(credit_codes.read(code).value == code and "MADM" in code for code in codes[::50])
    made = [row.split(",") for row in rows if "C2021" in row or ",D4411," in row]
    assert len(made) > 3_000, "wood and power have their weight"


def test_people_and_enterprises_are_of_every_kind() -> None:
    kinds = Counter(personas.of(f"xg4508{number}").name for number in range(400))
    assert set(kinds) == {"exemplary", "steady", "busy", "late", "careless"}
    ends = Counter(fortunes.of(f"91450000MADM{number:05d}").kind for number in range(400))
    assert set(ends) == {"steady", "riser", "sleeper", "relapser", "mover", "stopper"}


def test_the_figures_of_a_year_grow_and_those_who_fall_back_stop() -> None:
    fortune = next(
        found for number in range(400) if (found := fortunes.of(f"91450000MADM{number:05d}")).kind == "relapser"
    )
    to_date = [fortune.rd_of_the_year_to(f"2025Q{quarter}", REVENUE) for quarter in (1, 2, 3, 4)]
    assert to_date == sorted(to_date)
    assert to_date[0] > 0
    assert fortune.rd_of_the_year_to("2026Q2", REVENUE) == 0
