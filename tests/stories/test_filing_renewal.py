"""The end of a validity: invited, renewed, expired with what rested on it, prolonged while an office still looks."""

from datetime import date
from typing import Any

import pytest

from casework import (
    filings,
    institutions,
    renewals,
)
from casework.institution_tables import Revocation
from engine.calendars import local_day
from engine.errors import Conflict
from tests.stories.institutions import does, enterprise, files, filing_of, letters, of, rests_on, rows
from tests.world import World


def old(world: World, firm: int = 0, **how: Any) -> int:
    """An institution whose validity of three years ends on 30 September 2026."""
    one = files(world, firm, **how)
    with world.database.transaction() as db:
        found = institutions.get(db, one)
        found.filed_on, found.valid_until = date(2023, 10, 1), date(2026, 9, 30)
    return one


def invites(world: World) -> None:
    with world.database.transaction() as db:
        assert renewals.invite(db, local_day(world.now).isoformat(), after=0, now=world.now) == 0
    world.run()


def test_three_months_before_the_end_the_enterprise_is_invited_once_and_the_renewal_keeps_the_institution(
    world: World,
) -> None:
    one = old(world)
    number = of(world, one).filing_no
    for _again in range(2):
        invites(world)
    assert world.waiting() == ["answer"]
    assert any("valid until 2026-09-30" in said for said in letters(world, one))
    enterprise(world, one).completes("answer")
    with world.database.reading() as db:
        filing = filings.of_enterprise(db, of(world, one).enterprise_id)[0]
        assert (filing.kind, filing.level, filing.institution_id) == ("renewal", "city", one)
        assert filing.declared["name"] == of(world, one).name
    enterprise(world, one).completes("apply", revenue=62_000, rdInput=1_500)
    for username, desk in (("xg", "county_check"), ("cg", "city_review"), ("cg", "form_team"), ("cg", "onsite_check")):
        if desk in world.waiting():
            world.actor(username).completes(desk)
    world.ck.completes("city_cosign")
    world.cl.completes("city_sign")
    world.working_days_pass(6)
    found = of(world, one)
    assert found.filing_no != number
    assert found.valid_until == date(2029, 9, 30), "it goes on from the end of the term before"
    assert "filing_renewal" not in world.active_processes()
    assert len(rows(world, Revocation, one)) == 0
    world.is_well()


def test_a_filing_that_nobody_renews_ends_on_its_day_and_the_closed_item_that_rested_on_it_falls_back(
    world: World,
) -> None:
    one = rests_on(world)
    with world.database.transaction() as db:
        institutions.get(db, one).valid_until = date(2026, 9, 30)
    invites(world)
    world.enterprise.completes("answer", renew=False)
    world.sleeps_until(date(2026, 9, 30))
    assert of(world, one).state == "filed"
    world.sleeps_until(date(2026, 10, 9))
    assert (of(world, one).state, filing_of(world, one).state) == ("expired", "expired")
    assert rows(world, Revocation, one)[0].trigger == "expiry"
    assert world.item().state == "relapsed"
    assert world.item().relapse_gap == "institution"
    world.is_well()


def test_a_renewal_still_looked_at_keeps_the_filing_in_force(world: World) -> None:
    one = old(world)
    does(world, renewals.ask_renewal, one, by=enterprise(world, one).username)
    with pytest.raises(Conflict):
        does(world, renewals.ask_renewal, one, by=enterprise(world, one).username)
    enterprise(world, one).completes("apply", revenue=62_000, rdInput=1_500)
    with world.database.transaction() as db:
        filing = renewals.open_application(db, institutions.get(db, one))
        assert filing is not None
        filing.applied_at = world.now
    world.sleeps_until(date(2026, 10, 9))
    assert of(world, one).state == "filed"
    prolonged = of(world, one).valid_until
    assert prolonged is not None
    assert prolonged > date(2026, 10, 9)
    assert any("stays in force until" in said for said in letters(world, one))
    world.is_well()
