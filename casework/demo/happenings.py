"""What happens in the demonstration besides tasks: measures are carried through, firms stop and move, new rosters and editions come."""

from datetime import date, datetime
from random import Random
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import importing, measures, people, territories
from casework.case_tables import LIVING_CASE, Case, Measure, Plan
from casework.demo import fortunes, personas, registry
from casework.demo.made_rosters import Book
from casework.tables import Assignment, Enterprise, Officer, Person
from engine import instances
from engine.calendars import calendar, local_day
from engine.errors import Problem

NEXT_ROSTER: Final = date(2026, 3, 20)
NEXT_EDITION: Final = date(2026, 6, 24)
"""When an edition is begun between two quarters; its checks in one county are left to the visitor."""


def happen(db: Session, book: Book, day: date, now: datetime) -> None:
    """The morning of a working day."""
    if day == NEXT_ROSTER:
        _new_roster(db, book, now)
    if day == NEXT_EDITION:
        instances.start(db, "lists", {"kind": "季度"}, scope=territories.REGION, by="jm", now=now)
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
        if progress == 0 and lain >= half:
            data: dict[str, Any] = {"progress": dice.choice((30, 40, 50)), "note": "已启动,正按计划推进。"}
        elif lain >= whole:
            data = proof(kind, f"{case_no}-{measure_id}", day)
        else:
            continue
        try:
            with db.begin_nested():
                measures.record(db, measure_id, data, by=username, now=now)
        except Problem:
            continue


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
    }
    return {"progress": 100, "note": "已落实到位。", **known.get(measure_type, {})}


def _new_roster(db: Session, book: Book, now: datetime) -> None:
    """The roster of the next year comes in: newcomers, new figures, and the official answers of the year that ended."""
    options = importing.Options(year=2025)
    file = book.second
    reading = importing.read(db, file.name, file.content, kind="enterprises", options=options, now=now)
    importing.apply(db, importing.keep(db, reading, by=people.SYSTEM, now=now).id, by=people.SYSTEM, now=now)
    registry.new_year(db, now)
