"""Institutions for stories: filed here in one stroke, with everything a number brings; the way to the number is told in `test_filing`."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from casework import filing_facts, filing_numbers, filing_staff, institutions, six_haves
from casework.filing_tables import Filing, RdInstitution
from casework.tables import Enterprise
from engine.calendars import local_day
from tests import filing_answers
from tests.stories.test_lookback import closed_case
from tests.world import Actor, World


def files(
    world: World,
    firm: int = 0,
    *,
    level: str = "city",
    name: str = "",
    site: str = "",
    number: str = "",
    on: date | None = None,
    promise: str = "",
    **declared: Any,
) -> int:
    """An institution of an enterprise (a new one unless said) that was filed on a day; gives the id of the institution.

    `promise` is the have that was nearly met; `declared` replaces single figures of F07.
    """
    firm = firm or world.enterprise_on("L3")
    day = on or local_day(world.now)
    with world.database.transaction() as db:
        enterprise = db.get_one(Enterprise, firm)
        told = filing_answers.application({"enterpriseId": firm, "level": level}, day)
        told |= {"sitePath": enterprise.path, **({"name": name} if name else {}), **declared}
        told |= {"siteAddress": site} if site else {}
        filing = Filing(
            ref_no=filing_numbers.reference(db, enterprise.path, now=world.now),
            enterprise_id=firm,
            scope=enterprise.path,
            level=level,
            line="industry",
            state="filed",
            name=told["name"],
            declared=told,
            created_by="adm",
            created_at=world.now,
            updated_at=world.now,
            applied_at=world.now,
            decided_on=day,
        )
        db.add(filing)
        db.flush()
        filing.number = number or filing_numbers.number(db, filing, now=world.now)
        filing.voucher_code = filing_numbers.voucher_code()
        if promise:
            six_haves.keep(db, filing, told, by="adm", now=world.now)
            days = int(filing_facts.terms(db, level, now=world.now)["promise_days"])
            filing.promise_item, filing.promise_state = promise, "open"
            filing.promise_due = day + timedelta(days=days)
        filing_staff.keep(db, filing, told)
        if number:
            known = db.scalars(select(RdInstitution).where(RdInstitution.filing_no == number)).one()
            filing.institution_id = known.id
        made = institutions.register(db, filing, authority="贵港市工业和信息化局", by="adm", now=world.now)
        made.filed_on = day
        made.valid_until = institutions.end_of_term(day, 3)
        return made.id


def of(world: World, institution_id: int) -> RdInstitution:
    """The institution as it stands, detached."""
    with world.database.reading() as db:
        found = institutions.get(db, institution_id)
        db.expunge_all()
        return found


def filing_of(world: World, institution_id: int) -> Filing:
    """The filing in force of an institution, detached."""
    with world.database.reading() as db:
        found = db.get_one(Filing, institutions.get(db, institution_id).filing_id)
        db.expunge_all()
        return found


def enterprise(world: World, institution_id: int) -> Actor:
    """The person of its enterprise."""
    return world.actor(f"ent{of(world, institution_id).enterprise_id}")


def does(world: World, act: Callable[..., Any], institution_id: int, *more: Any, by: str, **how: Any) -> Any:
    """Somebody calls a function of the domain about an institution, and what follows happens."""
    with world.database.transaction() as db:
        found = act(db, institutions.get(db, institution_id), *more, by=by, now=world.now, **how)
        number = getattr(found, "id", None)
    world.run()
    return number


def rows(world: World, table: type[Any], institution_id: int) -> list[Any]:
    """What a table holds about an institution, oldest first, detached."""
    with world.database.reading() as db:
        found = list(db.scalars(select(table).where(table.institution_id == institution_id).order_by(table.id)))
        db.expunge_all()
        return found


def letters(world: World, institution_id: int) -> list[str]:
    """What the enterprise of an institution was told, oldest first."""
    from casework.case_tables import Notice

    with world.database.reading() as db:
        to = f"enterprise:{institutions.get(db, institution_id).enterprise_id}"
        found = db.scalars(select(Notice).where(Notice.addressee == to).order_by(Notice.id))
        return [notice.template.format(**notice.params) for notice in found]


def rests_on(world: World) -> int:
    """A closed case whose institution is filed here; gives the id of the institution."""
    closed_case(world)
    with world.database.reading() as db:
        known = db.scalars(select(RdInstitution)).one()
        firm, number = known.enterprise_id, known.filing_no
    return files(world, firm, number=number)
