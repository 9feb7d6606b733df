"""The demonstration, shortened: it lives through public functions and leaves nothing broken behind."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from casework import demo, permissions
from casework.case_tables import Case
from casework.services import all_services
from casework.tables import Enterprise, ListEntry, ListVersion
from engine import definitions
from engine.calendars import SHANGHAI
from engine.db import Database
from engine.tables import Job

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"], scope="session")
def test_the_demo_draws_up_a_list_and_opens_cases_and_nothing_gives_up(database: Database, backend: str) -> None:
    database.info["services"] = all_services()
    files = {p.name: p.read_bytes() for p in (ROOT / "workflows").iterdir() if p.suffix in {".bpmn", ".dmn", ".form"}}
    with database.transaction() as db:
        definitions.deploy(db, files, name="policy", source="folder", by="system", now=demo.BEGIN)
    until = datetime(2026, 4, 30, 9, 0, tzinfo=SHANGHAI)
    demo.seed(database, ROOT / "tests" / "data" / "rosters", until=until, next_edition=until)

    with database.reading() as db:
        assert demo.is_finished(db)
        assert db.execute(select(func.count(Enterprise.id))).scalar_one() == 398 + 16
        editions = list(db.execute(select(ListVersion).order_by(ListVersion.id)).scalars())
        assert [(row.number, row.kind, row.state) for row in editions] == [
            ("LIST-2026-1", "年度", "冻结"),
            ("LIST-2026-2", "季度", "会签"),
        ]
        lists = set(db.execute(select(ListEntry.list_type).where(ListEntry.state == "确立")).scalars())
        assert {"L1", "L2", "L3", "L4"} <= lists
        held = list(db.execute(select(ListEntry).where(ListEntry.state == "暂缓")).scalars())
        assert len(held) == 3
        assert {row.path for row in held} == {demo.home(db)}
        assert db.execute(select(func.count(Case.id))).scalar_one() > 50
        assert db.execute(select(Job.error).where(Job.status == "failed")).scalars().all() == []
        shown = demo.log_ins(db)
        assert {"LO", "XK", "XG", "XL", "CG", "RK", "RG", "RS", "JM", "SUP", "DES", "ADM"} <= {
            one.role for one in shown
        }
        county = permissions.scope_of(db, next(one.username for one in shown if one.role == "XK"), now=until)
        assert "county_check" in {task.element_id for task in permissions.my_tasks(db, county)}
