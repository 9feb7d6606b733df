"""The demonstration as a whole: what it is made of, whether it is there, and who there is to log in as.

Everything in it is made up (credit codes with the body MADM, names beginning with 桂示 or 示例) and happened: rosters were imported,
lists drafted, checked and signed, cases opened and worked on by people of different diligence. It pretends that the policy began on
2 January 2025, a year and a half before its today. Passwords are made by whoever starts the house.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import enterprises, importing, lights, milestones, people, published_years, territories
from casework.demo import living, made_rosters, registry
from casework.tables import ListEntry, Officer, Post, Setting
from engine import calendars, instances, jobs
from engine.calendars import SHANGHAI
from engine.db import Database
from engine.tables import UserTask

BEGIN: Final = datetime(2025, 1, 2, 9, 0, tzinfo=SHANGHAI)
TODAY: Final = datetime(2026, 6, 30, 9, 0, tzinfo=SHANGHAI)
"""The demo's today, unless told otherwise."""
ENTERPRISES: Final = 200
SEEDED: Final = "demo"
_FIRMS: Final = 5
BY: Final = people.SYSTEM


@dataclass(frozen=True, slots=True)
class LogIn:
    """A person to show the demo with."""

    username: str
    name: str
    role: str
    place: str


def is_seeded(db: Session) -> bool:
    """Whether this database holds the demonstration, perhaps unfinished."""
    return db.get(Setting, SEEDED) is not None


def is_finished(db: Session) -> bool:
    """Whether the demonstration was filled to the end; one that was interrupted has to be made again."""
    row = db.get(Setting, SEEDED)
    return row is not None and "until" in row.value


def home(db: Session) -> str:
    """The county that waits for the visitor: the one with the most enterprises."""
    row = db.get(Setting, SEEDED)
    return str(row.value.get("home", "")) if row is not None else ""


def seed(
    database: Database,
    rosters: Path,
    say: Callable[[str], None] = lambda _said: None,
    *,
    number: int = ENTERPRISES,
    until: datetime = TODAY,
) -> None:
    """Fills an empty database with `number` enterprises (some of them newcomers of the second year) and lives it up to `until`. The drawings must be deployed, the services known.

    `rosters` is the folder with the rosters that the import shows. `say` is told what is being done, and every day that begins.
    """
    start = BEGIN
    say("territories, calendars, rosters")
    book = made_rosters.make(rosters, number - registry.BELOW_SCALE)
    with database.transaction() as db:
        db.add(Setting(key=SEEDED, value={}, updated_by=BY, updated_at=start))
        published_years.enter(db, by=BY, now=start)
        calendars.enter_notice(
            db, 2027, source="synthetic: the demo's next year", synthetic=True, holidays=[], by=BY, now=start
        )
        territories.load_guangxi(db)
        bring_in(db, book.first, year=2024, now=start)
        officers = rosters / "联络专员名单.csv"
        reading = importing.read(db, officers.name, officers.read_bytes(), now=start)
        importing.apply(db, importing.keep(db, reading, by=BY, now=start).id, by=BY, now=start)
        path = registry.supplement(db, book, start)
        db.get_one(Setting, SEEDED).value = {"home": path, "enterprises": number}
    say("people")
    with database.transaction() as db:
        registry.populate(db, home(db), start)
    say("the five lists")
    with database.transaction() as db:
        instances.start(db, "lists", {"kind": "年度"}, scope=territories.REGION, by="jm", now=start)
    life = living.Life(database, book, say)
    life.live(start, until)
    with database.transaction() as db:
        after = 0
        while after := lights.assess_all(db, now=until, after=after, limit=200):
            pass
        milestones.write(db, by=BY, now=until)
        row = db.get_one(Setting, SEEDED)
        row.value = {**row.value, "until": until.isoformat()}
    while jobs.run_due(database, until, 10_000):
        pass


def bring_in(db: Session, file: made_rosters.File, *, year: int, now: datetime) -> None:
    """Imports a roster as an office would."""
    options = importing.Options(year=year)
    reading = importing.read(db, file.name, file.content, kind="enterprises", options=options, now=now)
    importing.apply(db, importing.keep(db, reading, by=BY, now=now).id, by=BY, now=now)


def _firms(db: Session, path: str) -> list[int]:
    """The enterprises of a county of which something is asked, then those whose entry is held back; five at most."""
    asked = select(UserTask).where(UserTask.scope == path, UserTask.status == "open").order_by(UserTask.id)
    found = [
        enterprises.id_of(task.subject)
        for task in db.execute(asked).scalars()
        if "ENT" in task.candidate_groups and task.process_key != "handover"
    ]
    held = select(ListEntry.enterprise_id).where(ListEntry.state == "暂缓", ListEntry.path == path)
    found += db.execute(held.order_by(ListEntry.id)).scalars().all()
    return [number for number in dict.fromkeys(found) if number is not None][:_FIRMS]


def log_ins(db: Session) -> list[LogIn]:
    """People worth logging in as: those of the county that waits for the visitor, of its city, of the region, and one of each kind."""
    path = home(db)
    if not path:
        return []
    code, city = path.rsplit("/", 1)[-1].lower(), path.split("/")[1]
    at_work = select(Officer).where(Officer.path == path, Officer.state == "在岗").order_by(Officer.id)
    officer = db.execute(at_work).scalars().first()
    firms = _firms(db, path)
    wanted = {officer.person.username if officer else "": "LO", f"xk{code}": "XK", f"xg{code}": "XG", f"xl{code}": "XL"}
    wanted |= {f"ent{number}": "ENT" for number in firms}
    wanted |= {f"ck{city}": "CK", f"cs{city}": "CS", f"cg{city}": "CG", f"cl{city}": "CL"}
    wanted |= {"rk": "RK", "rg": "RG", "rs": "RS", "jm": "JM", "sup": "SUP", "des": "DES", "adm": "ADM"}
    tree = territories.tree(db)
    found: list[LogIn] = []
    for username, post in wanted.items():
        person = people.find(db, username)
        if person is not None:
            running = db.execute(select(Post).where(Post.person_id == person.id, Post.post == post)).scalars().first()
            found.append(LogIn(username, person.name, post, tree.full_name(running.path) if running else ""))
    return found
