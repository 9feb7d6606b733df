"""From the city to the region: asked for, invited, explained, and lived through to the number of the region."""

from typing import Any

from casework import (
    institutions,
    renewals,
)
from engine.calendars import local_day
from tests.stories.institutions import does, enterprise, files, letters, of
from tests.world import World


def test_an_upgrade_is_asked_for_by_the_enterprise_or_upon_an_invitation(world: World) -> None:
    one = files(world)
    does(world, renewals.invite_upgrade, one, by="cg")
    assert world.waiting() == ["answer"]
    enterprise(world, one).completes("answer", apply=False)
    world.working_days_pass(1)
    does(world, renewals.ask_upgrade, one, by=enterprise(world, one).username)
    with world.database.reading() as db:
        filing = renewals.open_application(db, institutions.get(db, one))
        assert filing is not None
        assert (filing.kind, filing.level, filing.declared["name"]) == ("upgrade", "region", of(world, one).name)
    world.working_days_pass(1)
    does(world, renewals.ask_upgrade, one, by=enterprise(world, one).username)
    assert "已有在办的备案申请" in letters(world, one)[-1]
    region = files(world, level="region")
    does(world, renewals.ask_upgrade, region, by=enterprise(world, region).username)
    assert "已是自治区级备案" in letters(world, region)[-1]
    world.is_well()


def test_an_upgrade_lived_through_gives_the_institution_the_number_of_the_region(world: World) -> None:
    one = files(world)
    city = of(world, one).filing_no
    does(world, renewals.ask_upgrade, one, by=enterprise(world, one).username)
    who = enterprise(world, one)
    fresh = files_of_region(world, one)
    who.completes("apply", **fresh)
    desks = (
        *(("xg", "county_check"), ("cg", "city_review"), ("cg", "form_team"), ("cg", "onsite_check")),
        *(("cl", "city_recommend"), ("rg", "region_review"), ("rk", "region_cosign"), ("rl", "region_sign")),
    )
    for username, desk in desks:
        if desk in world.waiting():
            world.actor(username).completes(desk)
    world.working_days_pass(6)
    found = of(world, one)
    assert found.level == "region", world.waiting()
    assert found.filing_no.startswith("GXYF-Q-4508-2026-")
    assert found.filing_no != city
    world.is_well()


def files_of_region(world: World, institution_id: int) -> dict[str, Any]:
    """The figures of F07 that the standard of the region asks for."""
    from tests import filing_answers

    firm = of(world, institution_id).enterprise_id
    return filing_answers.application({"enterpriseId": firm, "level": "region"}, local_day(world.now)) | {
        "name": of(world, institution_id).name,
        "sitePath": of(world, institution_id).site_path,
    }
