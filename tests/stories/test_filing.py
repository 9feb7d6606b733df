"""The filing of an R&D institution, lived through from the application to the number or the refusal (4.b)."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from casework import enterprises, filing_publicity, filings
from casework.case_tables import Notice
from casework.filing_tables import Filing, FilingOpinion, OnsiteCheck, RdInstitution
from casework.tables import Enterprise
from engine.calendars import local_day
from tests import answers
from tests.world import Actor, World

DESKS = ("county_check", "city_review", "city_cosign", "city_sign")


def applies(world: World, *, level: str = "city", source: str = "self", **how: Any) -> int:
    """A new enterprise above scale that has begun an application; gives the id of the filing."""
    firm = world.enterprise_on("L1", **how)
    return begins(world, firm, level=level, source=source)


def begins(world: World, firm: int, *, level: str = "city", source: str = "self", **more: Any) -> int:
    """An enterprise begins an application."""
    with world.database.transaction() as db:
        filing = filings.open_filing(db, firm, source=source, level=level, by=f"ent{firm}", now=world.now, **more)
        number = filing.id
    world.run()
    return number


def ent(world: World, filing_id: int) -> Actor:
    """The person of the enterprise."""
    return world.actor(f"ent{row(world, filing_id).enterprise_id}")


def row(world: World, filing_id: int) -> Filing:
    """The filing as it stands, detached."""
    with world.database.reading() as db:
        found = filings.get(db, filing_id)
        db.expunge_all()
        return found


def institution(world: World, filing_id: int) -> RdInstitution | None:
    """The entry of the register that a filing brought."""
    with world.database.reading() as db:
        found = db.scalars(select(RdInstitution).where(RdInstitution.filing_id == filing_id)).one_or_none()
        db.expunge_all()
        return found


def test_a_filing_with_the_city_walks_its_desks_and_gets_its_number(world: World) -> None:
    filing = applies(world)
    assert world.waiting() == ["apply"]
    ent(world, filing).completes("apply")
    assert (row(world, filing).state, row(world, filing).verdict) == ("county", "OK")
    world.xg.completes("county_check")
    world.cg.completes("city_review")
    if row(world, filing).onsite_required:
        world.cg.completes("form_team")
        world.cg.completes("onsite_check")
    assert not world.cg.may_complete("city_cosign"), "the line that reviews does not co-sign"
    world.ck.completes("city_cosign")
    world.cl.completes("city_sign")
    assert row(world, filing).state == "publicity"
    world.working_days_pass(6)
    found = row(world, filing)
    assert found.state == "filed"
    assert found.number == "GXYF-S-4508-2026-00001"
    assert found.flags == ["resource_preference", "priority_city_platform"]
    entry = institution(world, filing)
    assert entry is not None
    assert (entry.filing_no, entry.state) == (found.number, "filed")
    world.is_well()
