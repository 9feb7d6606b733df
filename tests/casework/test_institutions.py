"""The register of institutions: entered with a number, upgraded, renewed, expiring, ended, with everything that happened to it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from casework import facts, filing_staff, institutions, territories
from casework.filing_tables import Filing, RdInstitution
from casework.institution_tables import InstitutionChange, InstitutionReview, Revocation
from casework.tables import Enterprise
from engine import definitions
from engine.db import Database
from engine.errors import Conflict, NotFound, Problem
from tests.casework import registry
from tests.casework.registry import NOW, TODAY
from tests.filings import DECLARED, application
from tests.workflows.player import WORKFLOWS


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        territories.load_guangxi(session)
        files = {"filing-terms.dmn": (WORKFLOWS / "filing-terms.dmn").read_bytes()}
        definitions.deploy(session, files, name="备案", source="test", by="des", now=NOW)
        yield session


def filed(
    db: Session, enterprise: Enterprise, number: str, *, now: datetime = NOW, **columns: object
) -> tuple[Filing, RdInstitution]:
    filing = application(db, enterprise, number=number, state="filed", decided_on=now.date(), **columns)
    filing_staff.keep(db, filing, filing.declared)
    return filing, institutions.register(db, filing, authority="贵港市工业和信息化局", by="system", now=now)


def test_a_number_brings_an_institution_into_the_register_with_its_figures_and_term(db: Session) -> None:
    firm = registry.enterprise(db)
    filing, entry = filed(db, firm, "GXYF-S-4508-2026-00001")
    assert (entry.filing_no, entry.level, entry.filed_on) == ("GXYF-S-4508-2026-00001", "city", TODAY)
    assert (entry.valid_until, entry.scope, entry.line) == (date(2029, 6, 29), firm.path, "industry")
    assert (entry.staff_fulltime, entry.staff_master_phd, entry.site_area) == (12, 1, Decimal(120))
    assert (filing.institution_id, filing.valid_until, entry.filing_id) == (entry.id, date(2029, 6, 29), filing.id)
    assert {row.institution_id for row in filing.staff} == {entry.id}
    assert institutions.by_number(db, " GXYF-S-4508-2026-00001 ") is entry
    assert facts.grades_of(db, [firm.id], day=TODAY)[firm.id][1]


def test_a_filing_without_a_number_is_not_entered(db: Session) -> None:
    with pytest.raises(Problem, match="have a number"):
        institutions.register(db, application(db, registry.enterprise(db)), authority="市局", by="system", now=NOW)


def test_one_name_at_one_site_is_entered_once_and_another_name_is_another_institution(db: Session) -> None:
    firm = registry.enterprise(db)
    filed(db, firm, "GXYF-S-4508-2026-00001")
    with pytest.raises(Conflict, match="filed already under GXYF-S-4508-2026-00001"):
        filed(db, firm, "GXYF-S-4508-2026-00002")
    filed(db, firm, "GXYF-S-4508-2026-00003", name="桂示中试基地")
    assert [row.name for row in institutions.of_enterprise(db, firm.id)] == ["桂示中试基地", "桂示研发部"]


def test_an_upgrade_gives_the_same_institution_the_number_of_the_region(db: Session) -> None:
    firm = registry.enterprise(db)
    city, entry = filed(db, firm, "GXYF-S-4508-2026-00001")
    later = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
    region, same = filed(
        db,
        firm,
        "GXYF-Q-4508-2027-00001",
        now=later,
        level="region",
        kind="upgrade",
        predecessor_id=city.id,
        institution_id=entry.id,
    )
    assert same is entry
    assert (entry.level, entry.filing_no, entry.filing_id) == ("region", "GXYF-Q-4508-2027-00001", region.id)
    assert (city.state, city.number, entry.valid_until) == ("filed", "GXYF-S-4508-2026-00001", date(2030, 2, 28))


def test_a_renewal_goes_on_from_the_end_of_the_term_and_ends_the_filing_before(db: Session) -> None:
    firm = registry.enterprise(db)
    first, entry = filed(db, firm, "GXYF-S-4508-2026-00001")
    early = datetime(2029, 5, 2, 2, 0, tzinfo=UTC)
    second, same = filed(db, firm, "GXYF-S-4508-2029-00001", now=early, kind="renewal", institution_id=entry.id)
    assert same is entry
    assert (entry.valid_until, first.state, second.state) == (date(2032, 6, 29), "expired", "filed")


def test_a_renewal_that_comes_late_begins_on_its_day(db: Session) -> None:
    firm = registry.enterprise(db)
    _, entry = filed(db, firm, "GXYF-S-4508-2026-00001")
    entry.state = "expired"
    late = datetime(2029, 8, 1, 2, 0, tzinfo=UTC)
    filed(db, firm, "GXYF-S-4508-2029-00001", now=late, kind="renewal", institution_id=entry.id)
    assert (entry.state, entry.valid_until) == ("filed", date(2032, 7, 31))


def test_a_term_ends_three_months_after_it_may_be_renewed_and_is_over_the_day_after(db: Session) -> None:
    firm = registry.enterprise(db)
    _, entry = filed(db, firm, "GXYF-S-4508-2026-00001")
    assert institutions.renewal_from(db, entry, now=NOW) == date(2029, 3, 29)

    def at(day: date) -> tuple[list[int], list[int], bool]:
        now = datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC)
        soon = [row.id for row in institutions.expiring(db, now=now)]
        return soon, [row.id for row in institutions.expired(db, now=now)], institutions.is_valid(entry, day)

    assert at(date(2029, 3, 28)) == ([], [], True)
    assert at(date(2029, 3, 29)) == ([entry.id], [], True)
    assert at(date(2029, 6, 29)) == ([entry.id], [], True)
    assert at(date(2029, 6, 30)) == ([], [entry.id], False)
    now = datetime(2029, 6, 29, 2, 0, tzinfo=UTC)
    assert institutions.expiring(db, now=now, after=entry.id) == []


def test_a_filing_ends_once_and_with_it_every_number_of_the_institution(db: Session) -> None:
    firm = registry.enterprise(db)
    filing, entry = filed(db, firm, "GXYF-S-4508-2026-00001")
    institutions.end(db, entry, "revoked", by="cl", now=NOW)
    assert (entry.state, filing.state) == ("revoked", "revoked")
    assert not facts.grades_of(db, [firm.id], day=TODAY)[firm.id][1]
    with pytest.raises(Conflict, match="over already"):
        institutions.end(db, entry, "expired", by="system", now=NOW)
    with pytest.raises(Problem):
        institutions.end(db, entry, "filed", by="system", now=NOW)
    # The name and the place are free again.
    filed(db, firm, "GXYF-S-4508-2026-00009")


def test_the_history_of_an_institution_tells_everything_in_order(db: Session) -> None:
    firm = registry.enterprise(db)
    _, entry = filed(db, firm, "GXYF-S-4508-2026-00001")
    later = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
    change = InstitutionChange(
        institution_id=entry.id, scope=firm.path, kind="director", state="done", asked_by="ent", asked_at=later
    )
    review = InstitutionReview(institution_id=entry.id, scope=firm.path, year=2027, result="qualified", opened_at=later)
    notice = Revocation(institution_id=entry.id, scope=firm.path, trigger="request", opened_by="ent", opened_at=later)
    db.add_all([change, review, notice])
    db.flush()
    told = institutions.happenings(db, entry)
    assert [(one.day, one.what, one.detail) for one in told] == [
        (TODAY, "applied", "new"),
        (TODAY, "filed", "city"),
        (date(2027, 3, 1), "change", "done"),
        (date(2027, 3, 1), "review", "qualified"),
        (date(2027, 3, 1), "revocation", "proposed"),
    ]


def test_a_number_recorded_by_hand_has_a_history_too(db: Session) -> None:
    firm = registry.enterprise(db)
    entry = RdInstitution(
        enterprise_id=firm.id,
        name="桂示研发部",
        filing_no="桂备 2024-1",
        level="city",
        authority="贵港市科技局",
        filed_on=date(2024, 5, 6),
        recorded_by="lo",
        recorded_at=NOW,
    )
    db.add(entry)
    db.flush()
    (line,) = institutions.happenings(db, entry)
    assert (line.what, line.number, line.by) == ("filed", "桂备 2024-1", "lo")
    assert institutions.renewal_from(db, entry, now=NOW) is None
    assert institutions.is_valid(entry, TODAY)


def test_what_is_not_there_is_said_to_be_missing(db: Session) -> None:
    with pytest.raises(NotFound, match="no institution 7"):
        institutions.get(db, 7)
    with pytest.raises(NotFound, match="compare it with the certificate"):
        institutions.by_number(db, "GXYF-S-4508-2026-99999")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 3, 31), -1, date(2027, 2, 28)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
        (date(2026, 1, 31), -2, date(2025, 11, 30)),
    ],
)
def test_months_end_on_the_last_day_there_is(day: date, months: int, expected: date) -> None:
    assert institutions.add_months(day, months) == expected


def test_a_term_that_begins_on_a_leap_day_ends_on_the_last_of_february() -> None:
    assert institutions.end_of_term(date(2028, 2, 29), 3) == date(2031, 2, 28)
    assert institutions.end_of_term(date(2026, 1, 1), 3) == date(2028, 12, 31)
    assert DECLARED["name"] == "桂示研发部"
