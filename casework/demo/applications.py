"""Who applies for a filing in the demonstration, and what else happens to applications and institutions besides tasks.

Two of three measures for an institution go through the real filing, of the third the number was given elsewhere and is recorded by the
officer. Other enterprises apply by themselves, most of them in the last months, so that something stands on every desk on the last day.
"""

from collections.abc import Callable
from datetime import date, datetime
from random import Random
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import (
    cases,
    enterprises,
    filing_changes,
    filing_publicity,
    filings,
    measures,
    milestones,
    people,
    renewals,
    revocations,
)
from casework.demo import registry
from casework.filing_tables import Filing, RdInstitution
from casework.tables import Enterprise, Setting
from engine.calendars import calendar, local_day
from engine.errors import Problem

BY_THEMSELVES: Final = 42
"""How many enterprises apply without a case that asks for it."""
LAST_DAYS: Final = 24
"""How many of them apply in the last working days, one a day."""
_UNTIL: Final = date(2026, 6, 29)
_FROM: Final = date(2025, 2, 17)
_SPARSE: Final = 15
"""Before that, one in so many working days."""
_OBJECTED: Final = 5
_FOUND: Final = "两年无研发支出,机构场地已改作他用。"
_LAST_OBJECTION: Final = date(2026, 6, 24)
"""Whatever is published from this day on meets an objection: one is being looked into on the last day."""


def happen(db: Session, day: date, now: datetime) -> None:
    """The morning of a working day: somebody applies, somebody objects, somebody asks for more or gives up."""
    _apply(db, day, now)
    _object(db, day, now)
    for moment, act in _ACTS.items():
        if moment == day:
            act(db, now)


def is_filed_here(measure_id: int) -> bool:
    """Whether the institution of this measure goes through the real filing."""
    return measure_id % 3 != 0


def apply_for(db: Session, measure_id: int, username: str, now: datetime) -> None:
    """The officer helps the enterprise to begin the application that a measure asks for, unless one is under way; one that came to nothing is tried again."""
    measure, last = measures.get(db, measure_id), filings.of_measure(db, measure_id)
    day = local_day(now)
    if last is None or (last.state in {"withdrawn", "refused"} and (last.reapply_from or day) <= day):
        firm = _firm_of(db, measure.case_id)
        _tried(
            db,
            lambda: filings.open_filing(
                db, firm.id, source="measure", level="city", measure=measure, by=username, now=now
            ),
            username,
            now,
        )


def _apply(db: Session, day: date, now: datetime) -> None:
    place = _place(db, day)
    if place is None:
        return
    firms = db.scalars(
        select(Enterprise).where(Enterprise.is_scale.is_(True)).order_by(Enterprise.uscc.desc()).limit(BY_THEMSELVES)
    ).all()
    if place >= len(firms):
        return
    firm = firms[place]
    dice = Random(f"applies {firm.uscc}")  # noqa: S311 - the same story in every demo
    level = "region" if dice.random() < 0.3 else "city"
    source = "invitation" if dice.random() < 0.15 else "self"
    registry.staff_applicant(db, firm, now)
    by = f"ent{firm.id}" if source == "self" else "jm"
    _tried(db, lambda: filings.open_filing(db, firm.id, source=source, level=level, by=by, now=now), by, now)


def _place(db: Session, day: date) -> int | None:
    """Which of the applicants has his day today: one in some weeks at first, one a day at the end."""
    days = calendar(db)
    if day < _FROM or day > _UNTIL:
        return None
    left = days.between(day, _UNTIL)
    if left < LAST_DAYS:
        return LAST_DAYS - 1 - left
    passed = days.between(_FROM, day)
    return LAST_DAYS + passed // _SPARSE if passed % _SPARSE == 0 else None


def _object(db: Session, day: date, now: datetime) -> None:
    yesterday = calendar(db).add(day, -1)
    query = select(Filing).where(Filing.state == "publicity", Filing.publicity_from == yesterday).order_by(Filing.id)
    for filing in db.scalars(query).all():
        if filing.id % _OBJECTED == 0 or day >= _LAST_OBJECTION:
            said = "据了解该机构研发人员多为车间工人,请核实。"
            filing_publicity.object_to(db, filing, name="群众来信", contact="0771-0000000", text=said, now=now)


def _upgrade(db: Session, now: datetime) -> None:
    """An institution of the city is to be filed with the region: the application is under way on the last day."""
    for institution in _of_city(db)[1:3]:
        by = f"ent{institution.enterprise_id}"
        _tried(db, lambda one=institution, who=by: renewals.ask_upgrade(db, one, by=who, now=now), by, now)


def _propose(db: Session, now: datetime) -> None:
    """The city looks into an institution in which nothing has happened for two years, and takes its number back."""
    for institution in _of_city(db)[:1]:
        _tried(
            db, lambda one=institution: revocations.propose(db, one, "inactive", _FOUND, by="rg", now=now), "rg", now
        )


def _at_home(db: Session, now: datetime) -> None:
    """An enterprise of the county that waits for the visitor begins an application: its form is for the visitor to fill in."""
    home = str(db.get_one(Setting, "demo").value.get("home", ""))
    query = select(Enterprise).where(Enterprise.path == home, Enterprise.is_scale.is_(True))
    query = query.where(Enterprise.id.not_in(select(Filing.enterprise_id))).order_by(Enterprise.uscc).limit(1)
    for firm in db.scalars(query).all():
        registry.staff_applicant(db, firm, now)
        by = f"ent{firm.id}"
        _tried(
            db,
            lambda one=firm, who=by: filings.open_filing(db, one.id, source="self", level="city", by=who, now=now),
            by,
            now,
        )


def _change(db: Session, now: datetime) -> None:
    """A director retires."""
    for institution in _of_city(db)[-1:]:
        by = f"ent{institution.enterprise_id}"
        _tried(db, lambda one=institution, who=by: filing_changes.ask(db, one, by=who, now=now), by, now)


_ACTS: Final = {
    date(2025, 11, 17): _change,
    date(2026, 3, 30): _propose,
    date(2026, 5, 18): _upgrade,
    date(2026, 6, 23): _change,
    date(2026, 6, 29): _at_home,
}


def _of_city(db: Session) -> list[RdInstitution]:
    """The institutions that went through the filing of their city and are in force, the oldest first."""
    query = select(RdInstitution).where(
        RdInstitution.filing_id.is_not(None), RdInstitution.state == "filed", RdInstitution.level == "city"
    )
    return list(db.scalars(query.order_by(RdInstitution.id)))


def _firm_of(db: Session, case_id: int) -> Enterprise:
    return enterprises.get(db, cases.get(db, case_id).enterprise_id)


def _tried(db: Session, act: Callable[[], object], by: str, now: datetime) -> None:
    """Does it, unless it may not be done; then it is as if it had not been tried."""
    try:
        with db.begin_nested():
            act()
            db.flush()
            milestones.write(db, by=by or people.SYSTEM, now=now)
    except Problem:
        milestones.forget(db)
