"""Who deals with an institution after its number, how it is told, and what ends it: the pieces that the stories take for granted."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import filing_changes, inactivity, institution_desks, institution_ends, renewals, territories
from casework.case_tables import Notice
from casework.filing_tables import RdInstitution
from casework.tables import Enterprise
from engine import definitions
from engine.db import Database
from engine.errors import Conflict, Problem
from engine.tables import Message
from tests.casework import registry
from tests.casework.registry import GANGBEI, NOW
from tests.workflows.player import WORKFLOWS

FILES = ("filing-terms.dmn", "filing-authority.dmn")


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        territories.load_guangxi(session)
        files = {name: (WORKFLOWS / name).read_bytes() for name in FILES}
        definitions.deploy(session, files, name="备案", source="test", by="des", now=NOW)
        yield session


def recorded(db: Session, firm: Enterprise, *, level: str = "city", **columns: object) -> RdInstitution:
    """An institution that was filed elsewhere and is recorded here."""
    row = RdInstitution(
        enterprise_id=firm.id,
        name="桂示研发部",
        filing_no=f"GG-{firm.id}",
        level=level,
        authority="贵港市工业和信息化局",
        filed_on=date(2026, 1, 5),
        recorded_by="lo",
        recorded_at=NOW,
    )
    for name, value in columns.items():
        setattr(row, name, value)
    db.add(row)
    db.flush()
    return row


def test_the_posts_are_those_that_the_decision_names_for_the_enterprise(db: Session) -> None:
    made = institution_desks.desks(db, recorded(db, registry.enterprise(db)), now=NOW)
    assert (made.county, made.city, made.region, made.filing, made.leader) == (["XG"], ["CG"], ["RG"], ["CG"], ["CL"])
    service = recorded(db, registry.enterprise(db, industry_code="I6510"), level="region")
    other = institution_desks.desks(db, service, now=NOW)
    assert (other.county, other.filing, other.leader) == (["XK"], ["RK"], ["RL"])


def test_an_enterprise_that_left_the_roster_keeps_the_posts_of_its_line(db: Session) -> None:
    firm = registry.enterprise(db, is_scale=False, scale_since="")
    assert institution_desks.desks(db, recorded(db, firm, line="science"), now=NOW).city == ["CK"]
    assert institution_desks.desks(db, recorded(db, registry.enterprise(db, is_scale=False)), now=NOW).city == ["CG"]


def test_a_letter_goes_out_once_and_without_an_officer_the_county_reads_it(db: Session) -> None:
    one = recorded(db, registry.enterprise(db))
    for _again in range(2):
        institution_desks.tell(db, one, ["enterprise", "officer", "CG"], "{name} {number}", {}, key="k", now=NOW)
    found = {notice.addressee for notice in db.scalars(select(Notice))}
    assert found == {f"enterprise:{one.enterprise_id}", "post:XG@45/4508/450803", "post:CG@45/4508"}
    assert one.scope == "45/4508/450803", "it belongs to where its enterprise sits"


def test_an_end_is_said_once_and_nothing_else_is_an_end(db: Session) -> None:
    one = recorded(db, registry.enterprise(db))
    with pytest.raises(Problem):
        institution_ends.end(db, one, "filed", "…", by="cl", now=NOW)
    for _again in range(2):
        institution_ends.end(db, one, "revoked", "数据虚假", by="cl", now=NOW)
    assert one.state == "revoked"
    said = [message.name for message in db.scalars(select(Message).order_by(Message.id))]
    assert sorted(said) == ["filing_revoked", "institution_ended"]
    with pytest.raises(Conflict):
        filing_changes.ask(db, one, by="ent", now=NOW)
    with pytest.raises(Conflict):
        renewals.ask_upgrade(db, one, by="ent", now=NOW)


def test_a_filing_made_elsewhere_is_not_invited_to_renew_here(db: Session) -> None:
    one = recorded(db, registry.enterprise(db), valid_until=date(2026, 8, 1))
    assert renewals.invite(db, "2026-06-30", after=0, now=NOW) == 0
    assert renewals.run_of(db, one) is None
    with pytest.raises(Conflict):
        renewals.ask_renewal(db, recorded(db, registry.enterprise(db)), by="ent", now=NOW)


def test_an_institution_moves_with_its_enterprise_and_the_old_county_is_told(db: Session) -> None:
    one = recorded(db, registry.enterprise(db))
    filing_changes.follow_enterprise(db, one.enterprise_id, GANGBEI, by="xk", now=NOW)
    assert one.scope == GANGBEI
    assert len(list(db.scalars(select(Notice)))) == 1
    filing_changes.follow_enterprise(db, one.enterprise_id, GANGBEI, by="xk", now=NOW)
    assert len(list(db.scalars(select(Notice)))) == 1, "it is there already"


def test_the_eight_quarters_before_a_month() -> None:
    found = inactivity.periods_before("2028-07")
    assert (len(found), found[0], found[-1]) == (8, "2026Q3", "2028Q2")
    assert inactivity.periods_before("2028-01")[-1] == "2027Q4"
