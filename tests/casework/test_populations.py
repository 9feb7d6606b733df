"""What another version of a decision would change, for whom, before it is deployed."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from casework import institutions, populations, six_haves, territories
from casework.filing_tables import Filing
from engine import definitions, dmn
from engine.db import Database
from tests.casework import registry
from tests.casework.registry import NOW
from tests.filings import DECLARED, application
from tests.workflows import borders

FILES = ("six-haves", "filing-authority", "filing-onsite", "filing-terms")


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        territories.load_guangxi(session)
        files = {f"{name}.dmn": borders.source(name) for name in FILES}
        definitions.deploy(session, files, name="备案", source="test", by="des", now=NOW)
        yield session


def stricter(figure: str, tier: str, value: int) -> dict[str, bytes]:
    """The six haves with another threshold for a figure of a tier."""
    table = borders.table(borders.read("six-haves"), "six-haves-standard")
    (rule,) = [
        rule
        for rule in table.rules
        if rule.cells[0].text == "-" and rule.cells[1].text == f'"{tier}"' and rule.outputs[1].text == f'"{figure}"'
    ]
    return {"six-haves.dmn": borders.changed(borders.source("six-haves"), f"{rule.id}_out_4", str(value))}


def population(db: Session, filed: int, running: int) -> list[Filing]:
    made: list[Filing] = []
    for number in range(1, filed + running + 1):
        firm = registry.enterprise(db, revenue=62_000)
        declared = {**DECLARED, "siteArea": 80 + number, "name": f"研发部{number}"}
        columns = {"declared": declared, "name": declared["name"]}
        if number <= filed:
            filing = application(
                db,
                firm,
                state="filed",
                number=f"GXYF-S-4508-2026-{number:05d}",
                decided_on=date(2026, 6, 30),
                **columns,
            )
            institutions.register(db, filing, authority="市局", by="system", now=NOW)
        else:
            filing = application(db, firm, state="city", **columns)
        made.append(filing)
    return made


def test_a_higher_threshold_says_how_many_would_no_longer_pass_and_why(db: Session) -> None:
    population(db, filed=6, running=4)
    of_filed, of_running = populations.effects(db, stricter("site_area", "L", 100), now=NOW)
    assert (of_filed.group, of_filed.total, of_filed.looked) == ("institutions", 6, 6)
    assert [(one.member.number, one.before, one.after) for one in of_filed.worse] == [
        (f"GXYF-S-4508-2026-{number:05d}", "OK", "OK_WITH_PROMISE" if number >= 10 else "NOT_OK")
        for number in (6, 5, 4, 3, 2, 1)
    ]
    assert (of_filed.reasons, of_filed.better) == ([("site", 6)], [])
    assert (of_running.group, of_running.total) == ("applications", 4)
    assert [one.after for one in of_running.worse] == ["OK_WITH_PROMISE", "NOT_OK", "NOT_OK", "NOT_OK"]


def test_a_lower_threshold_says_who_would_pass_now(db: Session) -> None:
    (filing,) = population(db, filed=0, running=1)
    filing.declared = {**filing.declared, "equipValue": 200}
    db.flush()
    _, running = populations.effects(db, stricter("equip_value", "L", 200), now=NOW)
    assert [(one.member.id, one.before, one.after) for one in running.better] == [(filing.id, "NOT_OK", "OK")]
    assert running.worse == []


def test_the_same_file_has_no_effect_and_an_unknown_decision_no_population(db: Session) -> None:
    population(db, filed=1, running=0)
    assert populations.effects(db, {"six-haves.dmn": borders.source("six-haves")}, now=NOW) == []
    assert populations.effects(db, {"filing-terms.dmn": borders.source("filing-terms") + b"\n"}, now=NOW) == []
    assert populations.effects(db, {"visit.form": b"{}"}, now=NOW) == []
    assert not populations.has_population("filing-terms")


def test_nothing_that_is_valid_changes_when_only_a_word_changes(db: Session) -> None:
    population(db, filed=2, running=1)
    found = populations.effects(db, {"six-haves.dmn": borders.source("six-haves") + b"\n"}, now=NOW)
    assert [(one.total, one.shifts) for one in found] == [(2, ()), (1, ())]


def test_another_share_of_the_lot_says_which_applications_would_be_looked_at(db: Session) -> None:
    made = population(db, filed=0, running=30)
    for filing in made:
        filing.six_haves = {"margin": 50}
    db.flush()
    table = borders.table(borders.read("filing-onsite"), "filing-onsite")
    (rule,) = [rule for rule in table.rules if rule.cells[5].text != "-"]
    content = borders.changed(borders.source("filing-onsite"), f"{rule.id}_in_6", "< 100")
    (found,) = populations.effects(db, {"filing-onsite.dmn": content}, now=NOW)
    assert found.total == 30
    assert {one.after for one in found.shifts} == {"required"}
    assert 15 <= len(found.other) <= 30


def test_who_files_is_tried_on_running_applications_and_on_everybody_who_may_apply(db: Session) -> None:
    population(db, filed=0, running=2)
    table = borders.table(borders.read("filing-authority"), "filing-authority")
    rule = table.rules[8]
    number = [output.name for output in table.outputs].index("cosign") + 1
    content = borders.changed(borders.source("filing-authority"), f"{rule.id}_out_{number}", '"inform"')
    running, firms = populations.effects(db, {"filing-authority.dmn": content}, now=NOW)
    assert (running.group, len(running.other), firms.group, len(firms.other)) == ("applications", 2, "enterprises", 2)
    assert "inform" in running.other[0].after
    assert "yes" in running.other[0].before


def test_a_table_that_cannot_answer_fails_everybody_and_breaks_nothing(db: Session) -> None:
    population(db, filed=1, running=0)
    broken = borders.source("six-haves").replace(b"for one in", b"for one in nothing, one in", 1)
    before = borders.read("six-haves")
    found, _ = populations.between(db, "six-haves", before, dmn.read(broken, resource="six-haves.dmn"), now=NOW)
    assert [one.after for one in found.worse] == ["NOT_OK"]


def test_the_work_grows_by_portions_and_has_a_limit(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    population(db, filed=7, running=0)
    monkeypatch.setattr(populations, "PORTION", 2)
    monkeypatch.setattr(populations, "LARGEST", 4)
    statements: list[str] = []
    db.flush()
    event.listen(db.get_bind(), "before_cursor_execute", lambda *given: statements.append(given[2]))
    found, _ = populations.effects(db, stricter("site_area", "L", 500), now=NOW)
    assert (found.total, found.looked) == (7, 4)
    assert len([one for one in statements if "FROM rd_institution" in one]) == 3
    assert len([one for one in statements if "FROM enterprise_year" in one]) == 2


def test_the_figures_are_those_of_the_day_they_were_declared(db: Session) -> None:
    (filing,) = population(db, filed=1, running=0)
    later = NOW.replace(year=2029)
    found, _ = populations.effects(db, stricter("site_area", "L", 500), now=later)
    assert [one.before for one in found.shifts] == ["OK"]
    assert six_haves.check(db, filing, filing.declared, now=later).items["projects"] == "fail"
    assert filing.declared["equipValue"] == Decimal(300)
