"""What the decisions of filing are told: who applies, what is declared, who is counted elsewhere, the lot."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from casework import filing_facts, filing_staff, six_haves, territories
from casework.filing_tables import Filing
from casework.tables import Enterprise
from engine import definitions
from engine.db import Database
from tests.casework import registry
from tests.casework.registry import GANGNAN, NOW, TODAY
from tests.filings import DECLARED, application, staff
from tests.workflows.player import WORKFLOWS


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        territories.load_guangxi(session)
        names = ("six-haves", "filing-authority", "filing-onsite", "filing-terms")
        files = {f"{name}.dmn": (WORKFLOWS / f"{name}.dmn").read_bytes() for name in names}
        definitions.deploy(session, files, name="备案", source="test", by="des", now=NOW)
        yield session


def facts(db: Session, enterprise: Enterprise, declared: dict[str, Any], **changes: Any) -> dict[str, Any]:
    known = filing_facts.beside(db, enterprise, declared, day=TODAY)
    said = {"level": "city", "fast_track": False, "day": TODAY, **changes}
    return filing_facts.declared_facts(declared, known, **said)


def test_an_applicant_is_known_by_place_roster_trade_and_certificate(db: Session) -> None:
    firm = registry.enterprise(db, hitech_from=date(2024, 1, 1), hitech_to=TODAY, is_soe=True, supervisor_level="市属")
    firm.platforms = [{"name": "市级技术中心", "level": "市"}]
    assert filing_facts.of_applicant(firm, "region", day=TODAY) == {
        "of_guangxi": True,
        "registered": True,
        "is_scale": True,
        "is_industry": True,
        "is_hitech_valid": True,
        "recognised": True,
        "is_soe": True,
        "supervisor_level": "市属",
        "level": "region",
    }
    firm.platforms, firm.status = [{"name": "县级", "level": "县"}], "迁出"
    gone = filing_facts.of_applicant(firm, "city", day=date(2026, 7, 1))
    assert (gone["of_guangxi"], gone["is_hitech_valid"], gone["recognised"]) == (False, False, False)


def test_a_full_declaration_passes_without_a_finding(db: Session) -> None:
    firm = registry.enterprise(db, revenue=62_000)
    found = six_haves.check(db, firm, DECLARED, now=NOW)
    assert (found.verdict, found.tier, found.findings, found.flags) == ("OK", "L", {}, {})
    assert set(found.items.values()) == {"pass"}


def test_a_revenue_that_was_not_declared_is_taken_from_the_year_on_record(db: Session) -> None:
    firm = registry.enterprise(db, revenue=4_000)
    values = facts(db, firm, {**DECLARED, "revenue": None})
    assert values["revenue_wan"] == Decimal(4_000)
    assert six_haves.check(db, firm, {**DECLARED, "revenue": None, "fixedAssets": 9000}, now=NOW).tier == "S"


def test_only_full_time_people_named_once_are_counted(db: Session) -> None:
    firm = registry.enterprise(db, revenue=62_000)
    people = [*staff(9), {"name": "李兼职", "last4": "0001", "fullTime": False, "education": "doctor"}, staff(1)[0]]
    values = facts(db, firm, {**DECLARED, "staff": people})
    assert (values["staff_fulltime"], values["staff_senior"], values["repeated_staff"]) == (9, 0, 1)
    found = six_haves.check(db, firm, {**DECLARED, "staff": people}, now=NOW)
    assert (found.verdict, found.near) == ("OK_WITH_PROMISE", "staff")
    assert [str(one) for one in found.findings["staff"]] == [
        "1 persons are on the list more than once; name everybody once"
    ]


def test_whoever_stands_on_the_list_of_another_living_filing_is_not_counted_twice(db: Session) -> None:
    first, second = registry.enterprise(db, revenue=62_000), registry.enterprise(db, revenue=62_000)
    other = application(db, first, state="county")
    filing_staff.keep(db, other, DECLARED)
    found = six_haves.check(db, second, {**DECLARED, "staff": staff(12)}, now=NOW)
    assert "研一、研二" in str(found.findings["staff"][0])
    other.state = "refused"
    assert six_haves.check(db, second, DECLARED, now=NOW).findings == {}


def test_the_people_of_an_institution_may_be_named_again_when_it_is_upgraded(db: Session) -> None:
    firm = registry.enterprise(db, revenue=62_000)
    first = application(db, firm, state="filed")
    filing_staff.keep(db, first, DECLARED)
    again = application(db, firm, state="county", kind="upgrade", predecessor_id=first.id)
    assert filing_staff.elsewhere(db, [row.key for row in filing_staff.declared_rows(DECLARED)], again) == {}


def test_the_staff_list_is_replaced_and_keeps_four_digits_only(db: Session) -> None:
    filing = application(db, registry.enterprise(db), state="county")
    filing_staff.keep(db, filing, DECLARED)
    kept = filing_staff.keep(db, filing, {**DECLARED, "staff": staff(2)})
    assert [row.key for row in filing.staff] == [row.key for row in kept] == ["研一|1001", "研二|1002"]
    assert [row.is_director for row in kept] == [True, False]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"sitePath": "45/4502/450203"}, "sitePath", "outside the city"),
        ({"sitePath": "440103"}, "sitePath", "outside the city"),
        ({"rdInput": 62_000.01}, "rdInput", "cannot be above the revenue of 62000"),
        ({"equipValue": 9_000.01}, "equipValue", "cannot be worth more than the fixed assets"),
        ({"director": "无名氏"}, "director", "must be on the staff list"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field(
    db: Session, changes: dict[str, Any], field: str, words: str
) -> None:
    firm = registry.enterprise(db, revenue=62_000)
    found = six_haves.check(db, firm, {**DECLARED, **changes}, now=NOW)
    assert list(found.findings) == [field]
    assert words in str(found.findings[field][0])


def test_equipment_is_held_against_the_assets_on_record_when_none_are_declared(db: Session) -> None:
    firm = registry.enterprise(db, revenue=62_000)
    year = filing_facts.last_years(db, [firm.id], day=TODAY)[firm.id]
    declared = {**DECLARED, "fixedAssets": None}
    assert six_haves.check(db, firm, declared, now=NOW).findings == {}
    year.total_assets = Decimal(299)
    assert list(six_haves.check(db, firm, declared, now=NOW).findings) == ["equipValue"]
    year.fixed_assets = Decimal(500)
    assert six_haves.check(db, firm, declared, now=NOW).findings == {}


def test_projects_outside_the_window_and_a_revenue_that_differs_are_told_to_the_reviewer(db: Session) -> None:
    firm = registry.enterprise(db, revenue=50_000)
    projects = [
        *DECLARED["projects"],
        {"name": "旧项目", "start": "2022-01-01", "end": "2024-12-29", "source": "self"},
        {"name": "未开始", "start": "2026-07-01", "end": "2027-12-29", "source": "self"},
    ]
    found = six_haves.check(db, firm, {**DECLARED, "projects": projects}, now=NOW)
    assert found.verdict == "OK"
    assert "2 projects lie outside" in str(found.flags["projects"][0])
    assert "50000" in str(found.flags["revenue"][0])
    assert found.codes == ("projects_outside", "revenue_differs")


def test_a_contract_counts_while_it_runs_to_its_last_day(db: Session) -> None:
    firm = registry.enterprise(db, revenue=62_000)

    def months(first: str, last: str) -> Any:
        partner = {"name": "桂示大学", "start": first, "end": last}
        return facts(db, firm, {**DECLARED, "type": "joint", "partners": [partner]})["joint_months"]

    assert months("2025-01-01", "2026-12-31") == 24
    assert months("2025-01-01", "2026-12-30") == 23
    assert months("2024-07-01", "2026-06-30") == 24
    assert months("2024-06-30", "2026-06-29") is None


def test_one_name_at_one_site_is_applied_for_once(db: Session) -> None:
    firm = registry.enterprise(db, revenue=62_000)
    running = application(db, firm, state="county")
    found = six_haves.check(db, firm, DECLARED, now=NOW)
    assert list(found.findings) == ["name"]
    assert six_haves.check(db, firm, {**DECLARED, "siteAddress": "港南区示范路 2 号"}, now=NOW).findings == {}
    assert six_haves.check(db, running, DECLARED, now=NOW).findings == {}


def test_what_an_officer_verified_counts_instead_of_what_was_declared(db: Session) -> None:
    filing = application(db, registry.enterprise(db, revenue=62_000), state="onsite")
    declared = {**DECLARED, "verified": {"site_area": 60, "projects": 2, "staff_fulltime": 9}}
    found = six_haves.check(db, filing, declared, now=NOW)
    assert (found.verdict, found.items["site"], found.items["projects"], found.items["staff"]) == (
        "NOT_OK",
        "fail",
        "fail",
        "near",
    )


def test_a_check_is_kept_with_its_facts_and_can_be_read_again(db: Session) -> None:
    filing = application(db, registry.enterprise(db, revenue=62_000), state="county")
    found = six_haves.keep(db, filing, {**DECLARED, "siteArea": 75}, by="ent", now=NOW)
    assert (filing.verdict, filing.promise_item, found.near) == ("OK_WITH_PROMISE", "site", "site")
    assert (filing.six_haves["decision"], filing.six_haves["items"]["site"]) == ("six-haves", "near")
    again = six_haves.read(filing.six_haves)
    assert again.rows == found.rows
    (site,) = [row for row in again.rows if row.item == "site"]
    assert (site.gap, site.field) == (Decimal(5), "siteArea")
    assert str(site.hint).startswith("5 ㎡ of research site are missing (75 of 80)")


def test_who_misses_much_is_told_what_else_there_is(db: Session) -> None:
    firm = registry.enterprise(db, revenue=62_000)
    found = six_haves.check(db, firm, {"name": "研发部"}, now=NOW)
    assert found.verdict == "NOT_OK"
    assert "cloud" in str(found.advice[0])
    near = six_haves.check(db, firm, {**DECLARED, "siteArea": 75}, now=NOW)
    assert "60 days" in str(near.advice[0])


def test_the_lot_of_an_application_is_the_same_however_often_it_is_drawn_and_evenly_spread(db: Session) -> None:
    lots = [filing_facts.draw(Filing(id=number, ref_no=f"SB-450803-2026-{number:05d}")) for number in range(2000)]
    assert lots[7] == filing_facts.draw(Filing(id=7, ref_no="SB-450803-2026-00007"))
    assert all(0 <= lot < 100 for lot in lots)
    assert 340 < sum(lot < 20 for lot in lots) < 460


def test_the_look_at_the_site_is_asked_about_margin_risk_promise_and_lot(db: Session) -> None:
    filing = application(db, registry.enterprise(db, revenue=62_000), state="city")
    six_haves.keep(db, filing, {**DECLARED, "siteArea": 75, "revenue": 40_000}, by="ent", now=NOW)
    asked = filing_facts.onsite(db, filing, now=NOW)
    assert asked == {
        "level": "city",
        "fast_track": False,
        "margin": Decimal(0),
        "risk": True,
        "first_with_promise": True,
        "draw": filing_facts.draw(filing),
    }


def test_the_terms_of_a_level_come_from_their_decision(db: Session) -> None:
    terms = filing_facts.terms(db, "region", now=NOW)
    assert (terms["validity_years"], terms["promise_days"], terms["publicity_days"]) == (3, 60, 5)
    assert DECLARED["sitePath"] == GANGNAN
