"""What the registry of the demonstration holds beside the rosters: what they do not say, who works where, and firms below scale."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import credit_codes, enterprises, officers, people, territories
from casework.case_tables import Case
from casework.demo import fortunes
from casework.demo.made_rosters import Book
from casework.tables import Enterprise, ListEntry, Officer, Person, Post
from engine.calendars import local_day

BY: Final = people.SYSTEM
SINCE: Final = date(2025, 1, 1)
BELOW_SCALE: Final = 12
_REGION: Final = {
    "rk": ("RK", "自治区科技厅"), "rk2": ("RK", "自治区科技厅"), "rg": ("RG", "自治区工信厅"), "rg2": ("RG", "自治区工信厅"),
    "rs": ("RS", "自治区国资委"), "rs2": ("RS", "自治区国资委"), "rl": ("RL", "自治区科技厅"), "jm": ("JM", "联席机制办公室"),
    "sup": ("SUP", "督查室"), "des": ("DES", "流程设计"), "adm": ("ADM", "系统管理"), "sw": ("SW", "自治区税务局"),
    "jr": ("JR", "自治区金融办"), "sj": ("SJ", "自治区市场监管局"), "cz": ("CZ", "自治区财政厅"), "rh": ("RH", "自治区人社厅"),
    "zz": ("ZZ", "自治区党委组织部"), "ex1": ("EX", "高校专家"), "ex2": ("EX", "院所专家"), "ex3": ("EX", "行业专家"),
    "ex4": ("EX", "财务专家"), "ex5": ("EX", "高校专家"),
}  # fmt: skip
_CITY: Final = {
    "ck": ("CK", "科技局"), "ckb": ("CK", "科技局"), "cg": ("CG", "工信局"), "cgb": ("CG", "工信局"), "cs": ("CS", "国资委"),
    "csb": ("CS", "国资委"), "cl": ("CL", "分管领导"),
}  # fmt: skip
_COUNTY: Final = {"xk": ("XK", "科技局"), "xg": ("XG", "工信局"), "xl": ("XL", "分管领导")}
"""In a county the person of the science bureau looks after state-owned enterprises as well, as it often is."""


def supplement(db: Session, book: Book, now: datetime) -> str:
    """What the rosters do not say: patents, technicians, the year before, who supervises, some firms below scale (L4).

    Gives the path of the county that waits for the visitor.
    """
    day = local_day(now)
    for firm in db.execute(select(Enterprise).order_by(Enterprise.id)).scalars():
        describe(db, firm, day, now)
    tree = territories.tree(db)
    counties = tree.under(territories.REGION, "county")
    dice = Random("below scale")  # noqa: S311 - fictional
    for number in range(BELOW_SCALE):
        place = counties[dice.randrange(len(counties))]
        certified = dice.randint(2023, 2024)
        values: dict[str, Any] = {
            "uscc": credit_codes.make(place.code, f"MADM9{number:03d}"),
            "name": f"桂示新{'锐恒科创智成达远'[number % 8]}{number:02d}科技有限公司",
            "path": place.path,
            "industry_code": dice.choice(("C3990", "C2740", "C3525", "C3670")),
            "staff_total": dice.randint(20, 90),
            "hitech_no": f"GR{certified}4590{number:04d}",
            "patents_invention_valid": dice.randint(1, 5),
        }
        start = date(certified, 12, 1)
        values |= {"hitech_from": start, "hitech_to": start.replace(year=start.year + 3)}
        firm = enterprises.enter(db, None, values, origin="系统", day=day, by=BY, now=now)
        db.flush()
        revenue = Decimal(dice.randint(1100, 2600))
        figures = {"revenue": revenue, "rd_expense": revenue / 20, "has_activity": True, "has_inst": False}
        _year(db, firm, day.year - 1, figures, day, now)
    return next(
        place.path
        for place in counties
        if place.name == book.home[1] and tree.name(territories.city_of(place.path)) == book.home[0]
    )


def describe(db: Session, firm: Enterprise, day: date, now: datetime) -> None:
    """What the roster does not say about one enterprise."""
    dice = Random(firm.uscc)  # noqa: S311 - the same fictional firm in every demo
    year = enterprises.year(db, firm.id, day.year - 1)
    active = bool(year and year.rd_expense_acct)
    staff = firm.staff_total or 100
    values: dict[str, Any] = {
        "patents_invention_valid": dice.choice((0, 1, 1, 2, 4)) if active else dice.choice((0, 0, 0, 1)),
        "staff_tech": int(staff * dice.uniform(0.02, 0.14)),
        "univ_cooperation": dice.random() < 0.45,
        "legal_rep": f"示例{dice.choice('韦黄覃莫蒙陆')}总",
    }
    if active and dice.random() < 0.5:
        met = dice.sample(range(1, 9), dice.choice((5, 6, 6, 7)))
        values["hitech_precheck"] = {str(number): "met" if number in met else "not_met" for number in range(1, 9)}
    if firm.is_soe:
        values["supervisor_level"] = dice.choice(("央企", "区属", "区属", "市属", "市属", "县属"))
    enterprises.enter(db, firm, values, origin="系统", day=day, by=BY, now=now)
    if year is not None and year.revenue is not None and enterprises.year(db, firm.id, day.year - 2) is None:
        before = year.revenue * Decimal(dice.randint(80, 110)) / 100
        _year(db, firm, day.year - 2, {"revenue": before}, day, now)


def populate(db: Session, home: str, now: datetime) -> None:
    """Officials in every county, zone and city that has enterprises, those of the region, and liaison officers."""
    tree = territories.tree(db)
    firms = list(db.execute(select(Enterprise).order_by(Enterprise.id)).scalars())
    for username, (post, unit) in _REGION.items():
        if post in people.POSTS:
            _person(db, username, f"示例{unit}", unit, post, territories.REGION, now)
    paths = sorted({home, *(firm.path for firm in firms)})
    for city in sorted({territories.city_of(path) for path in paths}):
        for short, (post, unit) in _CITY.items():
            name = f"{tree.name(city)}{unit}"
            _person(db, f"{short}{city.split('/')[1]}", f"示例{name}", name, post, city, now)
    staffed = set(db.execute(select(Officer.path)).scalars())
    for path in paths:
        settle(db, path, now, with_officer=path not in staffed)


def settle(db: Session, path: str, now: datetime, *, with_officer: bool) -> None:
    """The people of one county or zone."""
    tree = territories.tree(db)
    code = path.rsplit("/", 1)[-1].lower()
    for short, (post, unit) in _COUNTY.items():
        name = f"{tree.name(path)}{unit}"
        person = _person(db, f"{short}{code}", f"示例{name}", name, post, path, now)
        if post == "XK":
            people.appoint(db, person, "XS", path, since=SINCE, by=BY, now=now)
    if with_officer:
        _officer(db, path, f"lo{code}-1", f"示例员{tree.name(path)}", SINCE, now)


def colleague(db: Session, path: str, now: datetime) -> None:
    """One more liaison officer comes to a county or zone."""
    code, day = path.rsplit("/", 1)[-1].lower(), local_day(now)
    _officer(db, path, f"lo{code}-{day:%y%m}", f"示例员{territories.tree(db).name(path)}{day:%y%m}", day, now)


def staff_enterprises(db: Session, now: datetime) -> None:
    """An enterprise gets its person when its case is opened, or when its entry is held back and waits for the visitor."""
    held = select(ListEntry.enterprise_id).where(ListEntry.state == "暂缓")
    staffed = select(Post.enterprise_id).where(Post.post == "ENT", Post.enterprise_id.is_not(None))
    query = select(Enterprise).where(
        Enterprise.id.in_(select(Case.enterprise_id).union(held)), Enterprise.id.not_in(staffed)
    )
    for firm in list(db.execute(query.order_by(Enterprise.id)).scalars()):
        _staff(db, firm, now)


def staff_applicant(db: Session, firm: Enterprise, now: datetime) -> None:
    """An enterprise that applies for something has a person who does it."""
    if people.find(db, f"ent{firm.id}") is None:
        _staff(db, firm, now)


def _staff(db: Session, firm: Enterprise, now: datetime) -> None:
    person = people.add(db, f"ent{firm.id}", f"{firm.name}填报员", unit=firm.name, by=BY, now=now)
    since = min(SINCE, local_day(now))
    people.appoint(db, person, "ENT", firm.path, enterprise_id=firm.id, since=since, by=BY, now=now)


def new_year(db: Session, now: datetime) -> None:
    """What the figures of a new year leave open, for firms that were not in the roster before and for those below scale."""
    day = local_day(now)
    ruled = set(db.execute(select(Post.path).where(Post.post == "XG")).scalars())
    staffed = set(db.execute(select(Officer.path)).scalars())
    for firm in db.execute(select(Enterprise).order_by(Enterprise.id)).scalars().all():
        if not firm.legal_rep:
            describe(db, firm, day, now)
            if firm.path not in ruled:
                settle(db, firm.path, now, with_officer=firm.path not in staffed)
                ruled.add(firm.path)
        year = enterprises.year(db, firm.id, day.year - 1)
        if year is None or year.revenue is None:
            before = enterprises.year(db, firm.id, day.year - 2)
            revenue = (before.revenue if before and before.revenue else Decimal(1500)) * Decimal("1.15")
            fate = fortunes.of(firm.uscc)
            figures = {"revenue": revenue, "rd_expense": revenue / 20, "has_activity": True, "has_inst": fate.grows}
            _year(db, firm, day.year - 1, figures, day, now)


def _year(db: Session, firm: Enterprise, year: int, values: Mapping[str, Any], day: date, now: datetime) -> None:
    known = enterprises.year(db, firm.id, year)
    enterprises.enter_year(db, firm.id, year, values, known=known, reported={}, origin="系统", day=day, by=BY, now=now)


def _officer(db: Session, path: str, username: str, name: str, since: date, now: datetime) -> None:
    unit = f"{territories.tree(db).name(path)}工信局"
    person = people.add(db, username, name, unit=unit, by=BY, now=now)
    officers.create(db, person, path, title="科员", lines=["工信"], since=since, by=BY, now=now)


def _person(db: Session, username: str, name: str, unit: str, post: str, path: str, now: datetime) -> Person:
    person = people.add(db, username, name, unit=unit, by=BY, now=now)
    people.appoint(db, person, post, path, since=SINCE, by=BY, now=now)
    return person
