"""The promise of a filing: proven within sixty days and kept, or broken after thirty more."""

from datetime import date

import pytest

from casework import (
    filing_promises,
)
from casework.filing_tables import Filing
from casework.institution_tables import Revocation
from engine.errors import Invalid
from tests.stories.institutions import enterprise, files, filing_of, letters, of, rows
from tests.world import World


def promised(world: World) -> int:
    """An institution that was filed with a promise: 290 instead of 300 万元 of equipment."""
    one = files(world, promise="equipment", equipValue=290)
    with world.database.transaction() as db:
        filing = db.get_one(Filing, of(world, one).filing_id)
        filing_promises.open_promise(db, filing, by="adm", now=world.now)
    world.run()
    return one


def test_a_promise_is_proven_within_sixty_days_and_kept(world: World) -> None:
    one = promised(world)
    with pytest.raises(Invalid) as caught:
        enterprise(world, one).completes("prove", value=295)
    assert list(caught.value.fields) == ["proof.value"]
    enterprise(world, one).completes("prove", value=310)
    world.cg.completes("check")
    assert filing_of(world, one).promise_state == "kept"
    world.is_well()


def test_a_promise_broken_is_proposed_for_revocation_after_thirty_days_more(world: World) -> None:
    one = promised(world)
    world.sleeps_until(date(2026, 9, 1))
    assert world.waiting() == ["prove_again"]
    assert any("Meet it by" in said for said in letters(world, one))
    world.sleeps_until(date(2026, 10, 9))
    assert filing_of(world, one).promise_state == "broken"
    assert rows(world, Revocation, one)[0].trigger == "promise"
    assert of(world, one).state == "filed"
    world.is_well()
