"""Five hundred applications for a filing, lived through by personas: what the page of K10 says is what history alone says.

Enterprises of every city apply over some weeks, at both levels and on both lines; desks are exemplary, busy, late or careless as people
are. On SQLite there are five hundred, on PostgreSQL forty: what differs there is the database, not the number.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from casework import (
    agenda,
    enterprises,
    filing_figures,
    filing_publicity,
    filing_recount,
    filings,
    milestones,
    people,
    published_years,
    recount,
    territories,
)
from casework.demo import answers_filings, made_rosters, province, registry
from casework.demo.acting import People
from casework.filing_tables import OPEN_FILING, Filing, FilingObjection, RdInstitution
from casework.services import all_services
from casework.tables import Enterprise
from engine import definitions, jobs, verify
from engine.calendars import SHANGHAI, calendar
from engine.db import Database
from engine.tables import Instance, Job, UserTask
from tests import databases

ROOT = Path(__file__).parents[2]
BEGIN, LAST = date(2026, 3, 2), date(2026, 8, 31)
FEW, MANY = 40, 500
DAYS_OF_ARRIVAL = 20
REPLAYED = 24
ROUNDS = (time(10), time(13), time(16))


@dataclass
class Season:
    """A season of filing in a province of its own."""

    database: Database
    number: int
    arrivals: dict[date, list[int]]

    def lives(self) -> None:
        """Every day some apply, everybody does what is his turn, and somebody objects; until nothing is under way any more."""
        crowd, day = People(), BEGIN
        with self.database.reading() as db:
            days = calendar(db)
        while day <= LAST:
            with self.database.whole() as whole:
                if days.is_working(day):
                    self._morning(whole, day)
                    for moment in ROUNDS:
                        now = datetime.combine(day, moment, SHANGHAI)
                        done = crowd.act(whole, now)
                        self._jobs(whole, now)
                        if not done:
                            break
                self._jobs(whole, datetime.combine(day, time(23), SHANGHAI))
            day += timedelta(days=1)
            if day > max(self.arrivals) and not self._under_way():
                return

    def _morning(self, database: Database, day: date) -> None:
        now = datetime.combine(day, time(9), SHANGHAI)
        with database.transaction() as db:
            for enterprise_id in self.arrivals.get(day, ()):
                dice = Random(f"applies {enterprise_id}")
                level = "region" if dice.random() < 0.2 else "city"
                source = "invitation" if dice.random() < 0.1 else "self"
                by = f"ent{enterprise_id}" if source == "self" else "jm"
                filings.open_filing(db, enterprise_id, source=source, level=level, by=by, now=now)
            yesterday = calendar(db).add(day, -1)
            published = db.scalars(
                select(Filing).where(Filing.state == "publicity", Filing.publicity_from == yesterday)
            )
            for filing in published.all():
                if filing.id % 25 == 0:
                    said = "据了解该机构场地与另一企业共用,请核实。"
                    filing_publicity.object_to(db, filing, name="群众", contact="0771-0000000", text=said, now=now)
            db.flush()
            milestones.write(db, by=people.SYSTEM, now=now)
        self._jobs(database, now)

    @staticmethod
    def _jobs(database: Database, now: datetime) -> None:
        while jobs.run_due(database, now, 100_000):
            pass

    def _under_way(self) -> bool:
        with self.database.reading() as db:
            return db.scalar(select(func.count(Filing.id)).where(Filing.state.in_(OPEN_FILING))) != 0


def season_of(database: Database, number: int) -> Season:
    """A province of `number` enterprises above scale, everybody in his post, and some firms below scale."""
    database.info.update({"services": all_services(), "rounds": agenda.rounds_of_the_house()})
    now = datetime.combine(BEGIN, time(8), SHANGHAI)
    files = {p.name: p.read_bytes() for p in (ROOT / "workflows").iterdir() if p.suffix in {".bpmn", ".dmn", ".form"}}
    with database.transaction() as db:
        definitions.deploy(db, files, name="policy", source="folder", by="des", now=now)
        published_years.enter(db, by="adm", now=now)
        territories.load_guangxi(db)
        book = made_rosters.make(ROOT / "tests" / "data" / "rosters", number)
        province.bring_in(db, book.second, year=2025, now=now)
        path = registry.supplement(db, book, now)
        for firm in db.scalars(select(Enterprise).where(Enterprise.is_scale.is_(True))).all():
            if firm.id % 12 == 0:
                # Services of software, not industry: they are filed on the line of science (DT-4 row 6).
                enterprises.enter(db, firm, {"industry_code": "I6513"}, origin="系统", day=BEGIN, by="adm", now=now)
    with database.transaction() as db:
        registry.populate(db, path, now)
    return Season(database, number, _arrivals(database, number, now))


def _arrivals(database: Database, number: int, now: datetime) -> dict[date, list[int]]:
    """Which enterprises apply on which working day; each gets the person who applies for it."""
    with database.transaction() as db:
        days = calendar(db)
        found: dict[date, list[int]] = {}
        firms = db.scalars(select(Enterprise).order_by(Enterprise.id.desc()).limit(number)).all()
        for place, firm in enumerate(firms):
            person = people.add(db, f"ent{firm.id}", f"{firm.name}填报员", unit=firm.name, by="adm", now=now)
            people.appoint(
                db, person, "ENT", firm.path, enterprise_id=firm.id, since=date(2025, 1, 1), by="adm", now=now
            )
            found.setdefault(days.add(BEGIN, place % DAYS_OF_ARRIVAL), []).append(firm.id)
        return found


@pytest.fixture(scope="module")
def lived(sqlite_files: databases.SqliteFiles) -> Iterator[Season]:
    """The season on SQLite, lived to its end; read by every test of this module, changed by none."""
    with sqlite_files.with_tables() as url:
        database = Database(url)
        season = season_of(database, MANY)
        season.lives()
        yield season
        database.close()


def agree(db: Session, *, since: date = BEGIN, until: date = LAST) -> None:
    """K10 of the region, of every city and of some counties equals the recount, for which all of history is replayed each time."""
    scopes = set(db.scalars(select(Filing.scope).distinct()))
    paths = {"/".join(scope.split("/")[:depth]) for scope in scopes for depth in (1, 2, 3)}
    for path in sorted(paths, key=lambda path: (path.count("/"), path))[:REPLAYED]:
        shown = filing_figures.of(db, path, since=since, until=until)
        told = filing_recount.of(db, path, since=since, until=until)
        assert shown == told, path
        states = Counter(db.scalars(select(Filing.state).where(territories.under(Filing.scope, [path]))))
        assert recount.of(db, path=path).filings.total() == states.total()


@pytest.mark.slow
def test_nothing_is_under_way_or_broken_at_the_end_of_the_season(lived: Season) -> None:
    with lived.database.reading() as db:
        assert verify.check(db) == []
        failed = db.execute(select(Job.kind, Job.element_id, Job.error).where(Job.status == "failed")).all()
        assert failed == []
        assert db.scalar(select(func.count(Filing.id))) == MANY
        states = Counter(db.scalars(select(Filing.state)))
        assert not set(states) & set(OPEN_FILING), states
        waits = db.execute(
            select(UserTask.element_id, UserTask.business_key)
            .join(Instance, Instance.id == UserTask.instance_id)
            .where(UserTask.status.in_(("open", "held")), Instance.process_key == "filing")
        ).all()
        assert waits == []


@pytest.mark.slow
def test_every_way_that_an_application_can_go_was_gone(lived: Season) -> None:
    with lived.database.reading() as db:
        ended = Counter((row.state, row.level) for row in db.execute(select(Filing.state, Filing.level)))
        assert ended["filed", "city"] > 250
        assert ended["filed", "region"] > 50
        assert ended["refused", "city"] > 10
        assert ended["withdrawn", "city"] > 5
        assert ended["preregistered", "city"] + ended["preregistered", "region"] > 5
        assert {"industry", "science"} <= set(db.scalars(select(Filing.line)))
        assert {"self", "invitation"} <= set(db.scalars(select(Filing.source)))
        filed = Filing.state == "filed"
        for way in (
            Filing.corrections > 0,
            Filing.rectifications > 0,
            Filing.promise_state == "kept",
            Filing.overdue.is_(True),
            Filing.onsite_required.is_(True),
            Filing.onsite_required.is_(False),
        ):
            assert db.scalar(select(func.count(Filing.id)).where(filed, way)), str(way)
        assert db.scalar(select(func.count(FilingObjection.id)).where(FilingObjection.state == "dismissed"))
        elements = set(db.scalars(select(UserTask.element_id).distinct()))
        assert {
            "joint_decide",
            "expert_opinion",
            "rectify",
            "investigate",
            "region_cosign",
            "confirm_promise",
        } <= elements
        numbers = db.scalars(select(Filing.number).where(filed)).all()
        assert len(numbers) == len(set(numbers)) == db.scalar(select(func.count(RdInstitution.id)))


@pytest.mark.slow
def test_the_figures_of_region_cities_and_counties_equal_a_recount_from_history(lived: Season) -> None:
    with lived.database.reading() as db:
        agree(db)
        agree(db, since=date(2026, 4, 1), until=date(2026, 4, 30))
        total = filing_figures.of(db, territories.REGION, since=BEGIN, until=LAST).total
        assert total.filed_in_all == db.scalar(select(func.count(Filing.id)).where(Filing.state == "filed"))
        assert total.median_days is not None
        assert 8 <= total.median_days <= 40
        for rate in (total.overdue_rate, total.return_rate, total.first_pass_rate):
            assert rate is not None
            assert 1 < rate < 99
        told = recount.of(db)
        assert Counter((row.level, row.state) for row in db.execute(select(Filing.level, Filing.state))) == told.filings
        assert (
            Counter((row.level, row.state) for row in db.execute(select(RdInstitution.level, RdInstitution.state)))
            == told.institutions
        )


@pytest.mark.slow
def test_the_figures_of_many_filings_cost_as_many_statements_as_those_of_few(lived: Season) -> None:
    asked: Counter[str] = Counter()

    def count(*_arguments: object) -> None:
        asked[path] += 1

    with lived.database.reading() as db:
        county = db.scalars(select(Filing.scope).order_by(Filing.id)).first()
        assert county is not None
        territories.tree(db)
        calendar(db)
        event.listen(lived.database.engine, "before_cursor_execute", count)
        try:
            for path in (territories.REGION, county):
                filing_figures.of(db, path, since=BEGIN, until=LAST)
        finally:
            event.remove(lived.database.engine, "before_cursor_execute", count)
    assert asked[territories.REGION] == asked[county] <= 5


@pytest.mark.slow
def test_a_number_links_to_just_the_filings_it_counts(lived: Season) -> None:
    with lived.database.reading() as db:
        total = filing_figures.of(db, territories.REGION, since=BEGIN, until=LAST).total
        counts = {
            "filed": total.filed_in_all,
            "city": total.filed["city"],
            "region": total.filed["region"],
            "refused": total.refused,
            "withdrawn": total.withdrawn,
            "decided": total.decided,
            "returned": total.returned,
            "first_pass": total.first_pass,
            "overdue": total.overdue,
            "running": total.running,
        }
        for what, count in counts.items():
            behind = filing_figures.behind(territories.REGION, what, since=BEGIN, until=LAST)
            assert db.scalar(select(func.count(Filing.id)).where(behind)) == count, what


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["postgresql"], scope="session")
def test_fewer_on_postgresql_say_the_same(database: Database, backend: str) -> None:
    season = season_of(database, FEW)
    season.lives()
    with database.reading() as db:
        assert verify.check(db) == []
        assert db.scalar(select(func.count(Filing.id)).where(Filing.state == "filed"))
        agree(db)


def test_applications_have_every_fate() -> None:
    fates = Counter(answers_filings.fate(f"SB-450803-2026-{number:05d}") for number in range(400))
    assert set(fates) == set(answers_filings.FATES)
