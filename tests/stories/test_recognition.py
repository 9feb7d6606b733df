"""Graded recognition: by score, a filing comes first in a tie only; nobody examines and scores; calls without candidates."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework import (
    institutions,
    recognitions,
)
from casework.institution_tables import Recognition
from casework.recognition_tables import RecognitionCall
from engine.calendars import local_day
from engine.errors import Conflict, Invalid
from tests.stories.institutions import files, letters
from tests.world import World


def called(world: World, *, places: int = 1, level: str = "city") -> int:
    with world.database.transaction() as db:
        number = recognitions.call(
            db,
            level=level,
            path="45/4508",
            line="industry",
            title="2026 年市级研发平台认定",
            closes_on=local_day(world.now) + timedelta(days=20),
            places=places,
            by="cg",
            now=world.now,
        ).id
    world.run()
    return number


def results(world: World, call_id: int) -> list[tuple[int, str, int | None]]:
    with world.database.reading() as db:
        found = recognitions.of_call(db, db.get_one(RecognitionCall, call_id))
        return [(row.institution_id, row.result, row.rank) for row in found]


def test_institutions_are_recognised_by_score_and_in_a_tie_the_region_filing_comes_first(world: World) -> None:
    city, region, late = files(world), files(world, level="region"), files(world)
    call = called(world, level="region", places=1)
    assert any("may apply" in said for said in letters(world, city))
    for one in (city, region):
        with world.database.transaction() as db:
            recognitions.apply(db, call, institutions.get(db, one), by="ent", now=world.now)
    with world.database.transaction() as db, pytest.raises(Conflict):
        recognitions.apply(db, call, institutions.get(db, city), by="ent", now=world.now)
    world.sleeps_until(date(2026, 7, 22))
    with world.database.transaction() as db, pytest.raises(Conflict):
        recognitions.apply(db, call, institutions.get(db, late), by="ent", now=world.now)
    world.rg.completes("examine")
    assert not world.rg.may_complete("assess"), "who examined does not enter the scores"
    world.hires("rg2", "RG", "45").completes("assess")
    world.rl.completes("decide")
    world.working_days_pass(6)
    assert results(world, call) == [(region, "recognised", 1), (city, "reserve", 2)]
    assert "予以认定" in letters(world, region)[-1]
    world.is_well()


def test_a_better_score_beats_the_filing_that_comes_first(world: World) -> None:
    city, region = files(world), files(world, level="region")
    call = called(world, level="region")
    with world.database.transaction() as db:
        ids = {
            one: recognitions.apply(db, call, institutions.get(db, one), by="ent", now=world.now).id
            for one in (city, region)
        }
    world.sleeps_until(date(2026, 7, 22))
    with pytest.raises(Invalid):
        world.rg.completes("examine", admitted=[str(ids[city])])
    world.rg.completes("examine")
    scores = [{"candidate": str(ids[city]), "score": 81}, {"candidate": str(ids[region]), "score": 80}]
    with pytest.raises(Invalid):
        world.hires("rg2", "RG", "45").completes("assess", scores=scores[:1])
    world.actor("rg2").completes("assess", scores=scores)
    world.rl.completes("decide")
    world.working_days_pass(6)
    assert [one for one, _result, _rank in results(world, call)] == [city, region]
    with world.database.reading() as db:
        assert [row.priority for row in db.scalars(select(Recognition).order_by(Recognition.id))] == [False, True]
    world.is_well()


def test_a_call_that_nobody_answers_ends(world: World) -> None:
    files(world)
    call = called(world)
    world.sleeps_until(date(2026, 7, 22))
    with world.database.reading() as db:
        assert db.get_one(RecognitionCall, call).state == "empty"
    world.is_well()
