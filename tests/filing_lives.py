"""How stories speak of a filing: who applies, how it stands, what was registered, told and said about it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from casework import filing_publicity, filings
from casework.case_tables import Notice
from casework.filing_tables import Filing, FilingOpinion, RdInstitution
from casework.tables import Enterprise
from engine.tables import UserTask
from tests.world import Actor, World

CITY = ("county_check", "city_review", "form_team", "onsite_check", "city_cosign", "city_sign")
REGION = (*CITY[:4], "city_recommend", "region_review", "region_cosign", "region_sign")


def applies(world: World, *, level: str = "city", source: str = "self", **how: Any) -> int:
    """A new enterprise above scale begins an application; gives the id of the filing."""
    return begins(world, world.enterprise_on("L1", **how), level=level, source=source)


def begins(world: World, firm: int, *, level: str = "city", source: str = "self", **more: Any) -> int:
    """An enterprise begins an application."""
    with world.database.transaction() as db:
        number = filings.open_filing(db, firm, source=source, level=level, by=f"ent{firm}", now=world.now, **more).id
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


def registered(world: World, filing_id: int) -> RdInstitution | None:
    """The entry of the register that a filing brought."""
    with world.database.reading() as db:
        found = db.scalars(select(RdInstitution).where(RdInstitution.filing_id == filing_id)).one_or_none()
        db.expunge_all()
        return found


def changes(world: World, filing_id: int, change: Mapping[str, Any]) -> None:
    """What stands on the row of the enterprise of a filing changes."""
    with world.database.transaction() as db:
        enterprise = db.get_one(Enterprise, filings.get(db, filing_id).enterprise_id)
        for name, value in change.items():
            setattr(enterprise, name, value)


def told(world: World, who: str) -> list[str]:
    """The letters to an addressee (`enterprise:1`, `post:CL@…`) or a level, in order."""
    with world.database.reading() as db:
        query = select(Notice).where((Notice.addressee == who) | (Notice.level == who)).where(Notice.kind == "letter")
        return [notice.template.format(**notice.params) for notice in db.scalars(query.order_by(Notice.id))]


def objects(world: World, filing_id: int, name: str = "李先生") -> None:
    """A stranger objects to a published filing."""
    with world.database.transaction() as db:
        filing = filings.get(db, filing_id)
        filing_publicity.object_to(
            db, filing, name=name, contact="0775-1234567", text="该机构人员名单与实际不符,请核查。", now=world.now
        )
    world.run()


def opinions(world: World, filing_id: int) -> list[tuple[str, str]]:
    """(element, decision) of what the desks said."""
    with world.database.reading() as db:
        query = select(FilingOpinion).where(FilingOpinion.filing_id == filing_id).order_by(FilingOpinion.id)
        return [(one.element_id, one.decision) for one in db.scalars(query)]


def own(world: World, name: str) -> list[int]:
    """The ids of the user tasks that a person has taken or was given."""
    with world.database.reading() as db:
        return list(db.scalars(select(UserTask.id).where(UserTask.status == "open", UserTask.assignee == name)))
