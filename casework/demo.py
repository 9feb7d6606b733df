"""The demonstration: a fictional Guangxi with people in every county that has enterprises, and some weeks of its life.

Everything here is made up (credit codes with the body MADM, names beginning with 桂示 or 示例) and lives through the same public
functions as a real office: rosters are imported, lists drafted, checked and signed, cases opened and worked on by people of
different diligence. Passwords are made by whoever starts the house.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import (
    credit_codes,
    demo_answers,
    enterprises,
    importing,
    measures,
    nightly,
    officers,
    people,
    permissions,
    published_years,
    territories,
)
from casework.case_tables import Case, Measure, Plan
from casework.tables import Enterprise, ListEntry, Officer, Person, Post, Setting
from engine import instances, jobs, user_tasks
from engine.calendars import SHANGHAI, calendar, local_day
from engine.db import Database
from engine.errors import Problem
from engine.tables import UserTask

TODAY: Final = datetime(2026, 6, 30, 9, 0, tzinfo=SHANGHAI)
"""The demo's today, unless told otherwise."""
BEGIN: Final = datetime(2026, 4, 27, 9, 0, tzinfo=SHANGHAI)
NEXT_EDITION: Final = datetime(2026, 6, 24, 9, 0, tzinfo=SHANGHAI)
"""When the second edition of the lists is begun; its checks are left to the visitor."""
SEEDED: Final = "demo"
BY: Final = people.SYSTEM
_SINCE: Final = date(2026, 1, 1)
_REGION: Final = {
    "rk": ("RK", "自治区科技厅"), "rg": ("RG", "自治区工信厅"), "rs": ("RS", "自治区国资委"), "rl": ("RL", "自治区科技厅"),
    "jm": ("JM", "联席机制办公室"), "sup": ("SUP", "督查室"), "des": ("DES", "流程设计"), "adm": ("ADM", "系统管理"),
}  # fmt: skip
_CITY: Final = {"ck": ("CK", "科技局"), "cg": ("CG", "工信局"), "cs": ("CS", "国资委"), "cl": ("CL", "分管领导")}
_COUNTY: Final = {"xk": ("XK", "科技局"), "xg": ("XG", "工信局"), "xl": ("XL", "分管领导")}
"""In a county the person of the science bureau looks after state-owned enterprises as well, as it often is."""
_DILIGENCE: Final = (0, 1, 1, 2, 3, 4, 6, 12)
"""How many working days somebody lets a task lie; the last one is late with nearly everything."""


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
    """The county that waits for the visitor: the one with the most items on the first edition of the lists."""
    row = db.get(Setting, SEEDED)
    return str(row.value.get("home", "")) if row is not None else ""


def seed(
    database: Database,
    rosters: Path,
    say: Callable[[str], None] = lambda _said: None,
    *,
    until: datetime = TODAY,
    next_edition: datetime = NEXT_EDITION,
) -> None:
    """Fills an empty database and lives it up to `until`. The drawings must be deployed, the services known.

    `rosters` is the folder with the three rosters. `say` is told what is being done. At `next_edition` the second edition of the
    lists is begun.
    """
    start = BEGIN
    say("territories, calendars, rosters")
    with database.transaction() as db:
        db.add(Setting(key=SEEDED, value={}, updated_by=BY, updated_at=start))
        published_years.enter(db, by=BY, now=start)
        territories.load_guangxi(db)
        for path in sorted(rosters.iterdir(), key=lambda path: (path.suffix == ".csv", "季度" in path.name)):
            if path.suffix in {".xlsx", ".csv"}:
                reading = importing.read(db, path.name, path.read_bytes(), now=start)
                importing.apply(db, importing.keep(db, reading, by=BY, now=start).id, by=BY, now=start)
        _supplement(db, start)
    say("people")
    with database.transaction() as db:
        _populate(db, start)
    say("the five lists")
    with database.transaction() as db:
        instances.start(db, "lists", {"kind": "年度"}, scope=territories.REGION, by="jm", now=start)
    _run(database, start)
    _live(database, start, next_edition, say)
    with database.transaction() as db:
        # What was held back in the first edition is asked again: the visitor's county has it on the desk.
        instances.start(db, "lists", {"kind": "季度"}, scope=territories.REGION, by="jm", now=next_edition)
    _run(database, next_edition)
    _live(database, next_edition, until, say)
    nightly.run(database, now=until)
    with database.transaction() as db:
        row = db.get_one(Setting, SEEDED)
        row.value = {**row.value, "until": until.isoformat()}


def log_ins(db: Session) -> list[LogIn]:
    """People worth logging in as: those of the county that waits for the visitor, of its city, of the region, and one of each kind."""
    path = home(db)
    if not path:
        return []
    code, city = path.rsplit("/", 1)[-1].lower(), path.split("/")[1]
    officer = db.execute(select(Officer).where(Officer.path == path).order_by(Officer.id)).scalars().first()
    held = (
        select(ListEntry.enterprise_id).where(ListEntry.state == "暂缓", ListEntry.path == path).order_by(ListEntry.id)
    )
    firms = db.execute(held).scalars().all()
    wanted = {officer.person.username if officer else "": "LO", f"xk{code}": "XK", f"xg{code}": "XG", f"xl{code}": "XL"}
    wanted |= {f"ent{number}": "ENT" for number in firms}
    wanted |= {f"ck{city}": "CK", f"cs{city}": "CS", f"cg{city}": "CG", f"cl{city}": "CL"}
    wanted |= {"rk": "RK", "rg": "RG", "rs": "RS", "jm": "JM", "sup": "SUP", "des": "DES", "adm": "ADM"}
    tree = territories.tree(db)
    found: list[LogIn] = []
    for username, post in wanted.items():
        person = people.find(db, username)
        if person is not None:
            held = db.execute(select(Post).where(Post.person_id == person.id, Post.post == post)).scalars().first()
            found.append(LogIn(username, person.name, post, tree.full_name(held.path) if held else ""))
    return found


def _choose_home(db: Session) -> str:
    """The county (no zone) with the most items on the draft; kept, so that it stays the same."""
    row = db.get_one(Setting, SEEDED)
    if "home" not in row.value:
        count = func.count(ListEntry.id)
        query = select(ListEntry.path).where(ListEntry.opens_item, ~ListEntry.path.contains("/Z"))
        path = db.execute(query.group_by(ListEntry.path).order_by(count.desc(), ListEntry.path)).scalars().first()
        row.value = {**row.value, "home": path or ""}
    return str(row.value["home"])


def _supplement(db: Session, now: datetime) -> None:
    """What the rosters do not say: patents, technicians, the year before, who supervises, and some firms below scale (L4)."""
    day = local_day(now)
    for firm in db.execute(select(Enterprise).order_by(Enterprise.id)).scalars():
        dice = Random(firm.uscc)  # noqa: S311 - the same fictional firm in every demo
        year = enterprises.year(db, firm.id, 2025)
        active = bool(year and year.rd_expense_acct)
        staff = firm.staff_total or 100
        values: dict[str, Any] = {
            "patents_invention_valid": dice.choice((0, 0, 1, 2, 4)) if active else dice.choice((0, 0, 0, 0, 1)),
            "staff_tech": int(staff * dice.uniform(0.01, 0.12)),
            "univ_cooperation": dice.random() < 0.25,
            "legal_rep": f"示例{dice.choice('韦黄覃莫蒙陆')}总",
        }
        if firm.is_soe:
            values["supervisor_level"] = dice.choice(("央企", "区属", "区属", "市属", "市属", "县属"))
        enterprises.enter(db, firm, values, origin="系统", day=day, by=BY, now=now)
        if year is not None and year.revenue is not None:
            _year(db, firm, 2024, {"revenue": year.revenue * Decimal(dice.randint(80, 110)) / 100}, day, now)
    tree = territories.tree(db)
    counties = tree.under(territories.REGION, "county")
    dice = Random("below scale")  # noqa: S311 - fictional
    for number in range(16):
        place = counties[dice.randrange(len(counties))]
        values = {
            "uscc": credit_codes.make(place.code, f"MADM9{number:03d}"),
            "name": f"桂示新{'锐恒科创智成达远'[number % 8]}{number:02d}科技有限公司",
            "path": place.path,
            "industry_code": dice.choice(("C3990", "C2740", "C3525", "C3670")),
            "staff_total": dice.randint(20, 90),
            "hitech_no": f"GR202{dice.randint(3, 5)}4590{number:04d}",
            "patents_invention_valid": dice.randint(1, 5),
        }
        start = date(int(values["hitech_no"][2:6]), 12, 1)
        values |= {"hitech_from": start, "hitech_to": start.replace(year=start.year + 3)}
        firm = enterprises.enter(db, None, values, origin="系统", day=day, by=BY, now=now)
        db.flush()
        revenue = Decimal(dice.randint(900, 2600))
        figures = {"revenue": revenue, "rd_expense": revenue / 20, "has_activity": True, "has_inst": False}
        _year(db, firm, 2025, figures, day, now)


def _year(db: Session, firm: Enterprise, year: int, values: Mapping[str, Any], day: date, now: datetime) -> None:
    enterprises.enter_year(db, firm.id, year, values, known=None, reported={}, origin="系统", day=day, by=BY, now=now)


def _populate(db: Session, now: datetime) -> None:
    """Officials in every county, zone and city that has enterprises, those of the region, and liaison officers."""
    tree = territories.tree(db)
    firms = list(db.execute(select(Enterprise).order_by(Enterprise.id)).scalars())
    for username, (post, unit) in _REGION.items():
        _person(db, username, f"示例{unit}", unit, post, territories.REGION, now)
    paths = sorted({firm.path for firm in firms})
    for city in sorted({territories.city_of(path) for path in paths}):
        for short, (post, unit) in _CITY.items():
            name = f"{tree.name(city)}{unit}"
            _person(db, f"{short}{city.split('/')[1]}", f"示例{name}", name, post, city, now)
    staffed = set(db.execute(select(Officer.path)).scalars())
    for path in paths:
        code = path.rsplit("/", 1)[-1].lower()
        for short, (post, unit) in _COUNTY.items():
            name = f"{tree.name(path)}{unit}"
            person = _person(db, f"{short}{code}", f"示例{name}", name, post, path, now)
            if post == "XK":
                people.appoint(db, person, "XS", path, since=_SINCE, by=BY, now=now)
        if path not in staffed:
            person = people.add(
                db, f"lo{code}-1", f"示例员{tree.name(path)}", unit=f"{tree.name(path)}工信局", by=BY, now=now
            )
            officers.create(db, person, path, title="科员", lines=["工信"], since=_SINCE, by=BY, now=now)


def _staff_enterprises(db: Session, now: datetime) -> None:
    """An enterprise gets its person when its case is opened, or when its entry is held back and waits for the visitor."""
    known = set(db.execute(select(Post.enterprise_id).where(Post.post == "ENT")).scalars())
    held = select(ListEntry.enterprise_id).where(ListEntry.state == "暂缓")
    wanted = {*db.execute(select(Case.enterprise_id)).scalars(), *db.execute(held).scalars()}
    for enterprise_id in sorted(wanted - known):
        firm = enterprises.get(db, enterprise_id)
        person = people.add(db, f"ent{firm.id}", f"{firm.name}填报员", unit=firm.name, by=BY, now=now)
        people.appoint(db, person, "ENT", firm.path, enterprise_id=firm.id, since=_SINCE, by=BY, now=now)


def _person(db: Session, username: str, name: str, unit: str, post: str, path: str, now: datetime) -> Person:
    person = people.add(db, username, name, unit=unit, by=BY, now=now)
    people.appoint(db, person, post, path, since=_SINCE, by=BY, now=now)
    return person


def _live(database: Database, start: datetime, until: datetime, say: Callable[[str], None]) -> None:
    """Every working day at ten people do what they feel like; evenings and nights go by on the way."""
    with database.reading() as db:
        days = calendar(db)
    day = start.date()
    while day <= until.date():
        morning = datetime(day.year, day.month, day.day, 10, 0, tzinfo=SHANGHAI)
        if days.is_working(day) and morning < until:
            say(day.isoformat())
            # A county's check leads to the city's on the same day, and so on: three rounds make a busy day.
            for round_ in range(3):
                at = morning + timedelta(hours=2 * round_)
                if not _act(database, at):
                    break
                _run(database, at)
        evening = min(morning.replace(hour=23), until)
        _run(database, evening)
        day += timedelta(days=1)


def _act(database: Database, now: datetime) -> int:
    """Lets everybody complete what has lain long enough; answers how many tasks were done. A step that fails is left lying."""
    done = 0
    with database.transaction(background=True) as db:
        days, waits = calendar(db), home(db)
        _staff_enterprises(db, now)
        _record_measures(db, now)
        open_tasks = list(db.execute(select(UserTask).where(UserTask.status == "open").order_by(UserTask.id)).scalars())
        for task in open_tasks:
            if days.between(local_day(task.created_at), local_day(now)) < _patience(task, waits):
                continue
            username = next(iter(permissions.candidates(db, task, local_day(now))), "")
            if not username or task.assignee not in {"", username}:
                continue
            shown = user_tasks.variables(db, task, now=now)
            answer = demo_answers.answer(task, shown, local_day(now))
            if task.element_id == "sign_rk":
                answer = _sign_with_doubts(db, shown)
            if answer is None:
                continue
            try:
                with db.begin_nested():
                    user_tasks.complete(db, task.id, answer, by=username, now=now)
                done += 1
            except Problem:
                continue
    return done


def _sign_with_doubts(db: Session, shown: Mapping[str, Any]) -> dict[str, Any]:
    """The science department holds three enterprises of the visitor's county back for the next edition."""
    path, offered = _choose_home(db), {int(entry["id"]) for entry in shown.get("entries") or ()}
    query = select(ListEntry.id).where(ListEntry.path == path, ListEntry.id.in_(offered), ListEntry.list_type != "L4")
    held = list(db.execute(query.order_by(ListEntry.list_type, ListEntry.id).limit(3)).scalars())
    return {"sign": {"agree": True, "disputed": held, "reason": "研发数据需县级进一步核实,暂缓至下一批。"}}


def _record_measures(db: Session, now: datetime) -> None:
    """The most diligent officers carry their measures through within some weeks of the approval and enter what proves it."""
    days = calendar(db)
    query = (
        select(Measure, Plan.approved_at, Case.enterprise_id, Case.case_no)
        .join(Plan, Plan.id == Measure.plan_id)
        .join(Case, Case.id == Measure.case_id)
        .where(Plan.state == "approved", Measure.state != "done")
    )
    for measure, approved_at, enterprise_id, case_no in list(db.execute(query.order_by(Measure.id))):
        lain = days.between(local_day(approved_at or now), local_day(now))
        if lain < 4 + measure.id % 9 or _house(enterprises.subject(enterprise_id)) > 1:
            continue
        assignment = officers.of_case(db, measure.case_id)
        acting = officers.acting_for(db, assignment) if assignment is not None else None
        if acting is None:
            continue
        proof = demo_answers.proof(measure.type, f"{case_no}-{measure.id}", local_day(now))
        try:
            with db.begin_nested():
                measures.record(db, measure.id, proof, by=acting.person.username, now=now)
        except Problem:
            continue


def _house(subject: str) -> int:
    return Random(subject).choice(_DILIGENCE)  # noqa: S311 - the same story in every demo


def _patience(task: UserTask, waits: str) -> int:
    """How many working days this task is let lie.

    The lists are dealt with at once, but of the second edition the part of the county that waits for the visitor is left.
    """
    if task.process_key in {"lists", "list_review"}:
        return 999 if _is_second(task) and task.scope in {waits, territories.REGION} else 0
    dice = Random(f"{task.subject}:{task.element_id}")  # noqa: S311 - the same story in every demo
    house = _house(task.subject)
    return house + dice.choice((0, 0, 1, 2)) if house < 12 else 60


def _is_second(task: UserTask) -> bool:
    return task.business_key.endswith("-2")


def _run(database: Database, now: datetime) -> None:
    while jobs.run_due(database, now, 10_000):
        pass
