"""What happens in the demonstration besides tasks: measures are carried through, firms stop and move, new rosters and editions come."""

import zlib
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import handovers, importing, measures, milestones, people, statuses, territories
from casework.case_tables import LIVING_CASE, Case, Measure, Plan
from casework.demo import applications, fortunes, personas, registry
from casework.demo.made_rosters import Book
from casework.tables import Assignment, Enterprise, Officer, Person, Setting
from engine import instances
from engine.calendars import calendar, local_day
from engine.errors import Problem

NEXT_ROSTER: Final = date(2026, 3, 20)
NEXT_EDITION: Final = date(2026, 6, 24)
"""When an edition is begun between two quarters; its checks in one county are left to the visitor."""

_TRANSFERS: Final = (date(2025, 6, 16), date(2025, 12, 15), date(2026, 5, 25))


def happen(db: Session, book: Book, day: date, now: datetime) -> None:
    """The morning of a working day."""
    if day == NEXT_ROSTER:
        _new_roster(db, book, now)
    if day == NEXT_EDITION:
        instances.start(db, "lists", {"kind": "季度"}, scope=territories.REGION, by="jm", now=now)
    _fates(db, day, now)
    _officers(db, day, now)
    applications.happen(db, day, now)
    record_measures(db, day, now)


def record_measures(db: Session, day: date, now: datetime) -> None:
    """Officers enter how their measures go: half-way first, then finished with what proves it, where the enterprise moves at all."""
    days = calendar(db)
    query = (
        select(
            Measure.id, Measure.type, Measure.progress, Plan.approved_at, Enterprise.uscc, Case.case_no, Person.username
        )
        .join(Plan, Plan.id == Measure.plan_id)
        .join(Case, Case.id == Measure.case_id)
        .join(Enterprise, Enterprise.id == Case.enterprise_id)
        .join(Assignment, (Assignment.case_id == Case.id) & Assignment.until.is_(None))
        .join(Officer, Officer.id == Assignment.officer_id)
        .join(Person, Person.id == Officer.person_id)
        .where(Plan.state == "approved", Measure.state.in_(("not_started", "ongoing")), Case.state.in_(LIVING_CASE))
        .where(Officer.state == "在岗", Person.active)
    )
    for measure_id, kind, progress, approved_at, uscc, case_no, username in list(
        db.execute(query.order_by(Measure.id))
    ):
        fortune, who = fortunes.of(uscc), personas.of(username)
        lain = days.between(local_day(approved_at or now), day)
        dice = Random(f"measure {measure_id}")  # noqa: S311 - the same story in every demo
        half = 10 + dice.randrange(25) + who.slowest
        whole = half + 20 + dice.randrange(60) + 2 * who.slowest + 50 * max(0, fortune.begins - 1)
        if not fortune.grows:
            whole += 400
        if kind == "INSTITUTION" and applications.is_filed_here(measure_id):
            # The number comes from the filing, which finishes the measure.
            if lain >= half and fortune.grows:
                applications.apply_for(db, measure_id, username, now)
            continue
        if progress == 0 and lain >= half:
            data: dict[str, Any] = {"progress": dice.choice((30, 40, 50)), "note": "已启动,正按计划推进。"}
        elif lain >= whole:
            data = proof(kind, f"{case_no}-{measure_id}", day)
        else:
            continue
        try:
            with db.begin_nested():
                measures.record(db, measure_id, data, by=username, now=now)
                db.flush()
                milestones.write(db, by=username, now=now)
        except Problem:
            milestones.forget(db)


def proof(measure_type: str, number: str, today: date) -> dict[str, Any]:
    """What an officer enters when a measure is carried through."""
    known: dict[str, dict[str, Any]] = {
        "PROJECT": {"projectName": "智能化生产工艺研究", "projectStart": today.isoformat()},
        "AUX_LEDGER": {"ledger": True, "ledgerChecked": True},
        "INSTITUTION": {
            "filingNo": f"BA-{number}",
            "filingName": "企业技术中心",
            "filingLevel": "city",
            "filingAuthority": "市工业和信息化局",
            "filedOn": today.isoformat(),
        },
        "STAT_FILL": {"annualYear": today.year - 1, "annualExpenditure": 120},
        "HITECH_APPLY": {
            "certificateNo": f"GR{today.year}45{zlib.crc32(number.encode()) % 1_000_000:06d}",
            "certificateFrom": today.isoformat(),
            "certificateTo": today.replace(year=today.year + 3, day=1).isoformat(),
        },
        "SXG": {
            "rosterResult": "accepted",
            "rosterDate": today.isoformat(),
            "rosterSince": f"{today.year}-{today.month:02d}",
            "rosterProof": "统计部门入库确认",
        },
    }
    return {"progress": 100, "note": "已落实到位。", **known.get(measure_type, {})}


def _new_roster(db: Session, book: Book, now: datetime) -> None:
    """The roster of the next year comes in: newcomers, new figures, and the official answers of the year that ended."""
    options = importing.Options(year=2025)
    file = book.second
    reading = importing.read(db, file.name, file.content, kind="enterprises", options=options, now=now)
    importing.apply(db, importing.keep(db, reading, by=people.SYSTEM, now=now).id, by=people.SYSTEM, now=now)
    registry.new_year(db, now)


def _fates(db: Session, day: date, now: datetime) -> None:
    """Whom it befalls today: an enterprise stops, or moves to another county."""
    query = select(Case, Enterprise.uscc).join(Enterprise, Enterprise.id == Case.enterprise_id)
    for case, uscc in list(db.execute(query.where(Case.state == "open").order_by(Case.id))):
        fate = fortunes.of(uscc)
        if fate.event_on is None or not timedelta(0) <= day - fate.event_on < timedelta(7):
            continue
        if statuses.of_case(db, case):
            continue
        to_path, kind = "", "halted"
        if fate.kind == "mover":
            counties = [place.path for place in territories.tree(db).under(territories.REGION, "county")]
            staffed = set(db.execute(select(Officer.path).where(Officer.state == "在岗")).scalars())
            able = [path for path in counties if path in staffed and path != case.scope]
            to_path, kind = Random(uscc).choice(able), "moved_inside"  # noqa: S311 - the same story in every demo
        proof = "市场监管部门变更登记" if to_path else "供电部门用电量数据"
        statuses.report(db, case, kind, day=day, proof=proof, to_path=to_path, by=people.SYSTEM, now=now)


def _officers(db: Session, day: date, now: datetime) -> None:
    """Twice a year somebody is moved to another post and hands his cases over to a colleague; the last one had none."""
    if day not in _TRANSFERS:
        return
    home = str(db.get_one(Setting, "demo").value.get("home", ""))
    query = select(Officer).join(Assignment, Officer.id == Assignment.officer_id)
    query = query.where(Assignment.until.is_(None), Officer.state == "在岗", Officer.path != home).group_by(Officer.id)
    query = query.order_by(func.count(Assignment.id).desc(), Officer.id).limit(1)
    officer = db.execute(query).scalars().one_or_none()
    if officer is None:
        return
    if day != _TRANSFERS[-1]:
        registry.colleague(db, officer.path, now)
    handovers.open_handover(db, officer.id, None, reason="岗位调整", by=people.SYSTEM, now=now)
