"""An institution on file changes: name, director, address, merger, split; returned, refused, late, moved with its enterprise."""

from typing import Any

import pytest

from casework import (
    filing_changes,
    institutions,
)
from casework.institution_tables import InstitutionChange
from engine.errors import Conflict, Invalid
from tests.stories.institutions import does, enterprise, files, letters, of, rows
from tests.world import World


def changes(world: World, institution_id: int, **answer: Any) -> InstitutionChange:
    """The enterprise asks for a change and describes it; both desks agree as soon as they may."""
    who = enterprise(world, institution_id)
    does(world, filing_changes.ask, institution_id, by=who.username)
    who.completes("describe", **answer)
    world.xg.completes("county_check")
    world.cg.completes("city_check")
    return change(world, institution_id)


def change(world: World, institution_id: int) -> InstitutionChange:
    found: InstitutionChange = rows(world, InstitutionChange, institution_id)[-1]
    return found


def test_name_and_director_change_and_what_was_before_is_kept(world: World) -> None:
    one = files(world)
    before = of(world, one)
    assert changes(world, one, kind="name", name="桂示木业技术中心").state == "done"
    assert changes(world, one, kind="director", director="覃总工", directorTitle="总工程师").state == "done"
    after = of(world, one)
    assert (after.name, after.director) == ("桂示木业技术中心", "覃总工")
    kept = rows(world, InstitutionChange, one)
    assert [row.before for row in kept] == [
        {"name": before.name},
        {"director": before.director, "director_title": before.director_title},
    ]
    with world.database.reading() as db:
        told = [one.what for one in institutions.happenings(db, institutions.get(db, one))]
    assert told.count("change") == 2
    world.is_well()


def test_a_new_address_in_another_county_moves_the_institution_and_another_city_is_refused_at_its_field(
    world: World,
) -> None:
    one = files(world)
    who = enterprise(world, one)
    does(world, filing_changes.ask, one, by=who.username)
    new = {"kind": "address", "siteAddress": "港北区创新路 8 号", "siteArea": 300}
    with pytest.raises(Invalid) as caught:
        who.completes("describe", **new, sitePath="45/4502/450202")
    assert list(caught.value.fields) == ["change.sitePath"]
    who.completes("describe", **new, sitePath="45/4508/450802")
    world.xg.completes("county_check")
    world.cg.completes("city_check")
    found = of(world, one)
    assert (found.scope, found.site_path, found.site_area) == ("45/4508/450802", "45/4508/450802", 300)
    world.is_well()


def test_a_merger_ends_the_institution_that_is_absorbed(world: World) -> None:
    firm = world.enterprise_on("L3")
    one = files(world, firm, name="研发一中心", site="一号楼")
    two = files(world, firm, name="研发二中心", site="二号楼", staff=[])
    foreign = files(world)
    who = enterprise(world, one)
    does(world, filing_changes.ask, one, by=who.username)
    for number in ("GXYF-S-4508-2026-99999", of(world, one).filing_no, of(world, foreign).filing_no):
        with pytest.raises(Invalid) as caught:
            who.completes("describe", kind="merger", name="研发总中心", absorbed=number)
        assert list(caught.value.fields) == ["change.absorbed"]
    who.completes("describe", kind="merger", name="研发总中心", absorbed=of(world, two).filing_no)
    world.xg.completes("county_check")
    world.cg.completes("city_check")
    assert (of(world, one).name, of(world, two).state) == ("研发总中心", "cancelled")
    world.is_well()


def test_a_split_takes_its_figures_and_the_part_split_off_files_for_itself(world: World) -> None:
    one = files(world)
    done = changes(
        world, one, kind="split", name="研发中心", siteArea=200, staffFulltime=10, equipValue=400, splitOff="检测中心"
    )
    assert done.after["split_off"] == "检测中心"
    assert (of(world, one).staff_fulltime, of(world, one).equip_value) == (10, 400)
    assert "files for itself" in letters(world, one)[-1]
    world.is_well()


def test_a_change_is_returned_refused_or_counts_as_withdrawn(world: World) -> None:
    one = files(world)
    who = enterprise(world, one)
    does(world, filing_changes.ask, one, by=who.username)
    with pytest.raises(Conflict):
        does(world, filing_changes.ask, one, by=who.username)
    who.completes("describe")
    world.xg.completes("county_check", decision="return", opinion="缺任命文件。")
    assert any("缺任命文件" in said for said in letters(world, one))
    who.completes("describe")
    world.xg.completes("county_check")
    world.cg.completes("city_check", decision="refuse", opinion="负责人不在名单。")
    assert change(world, one).state == "refused"
    assert [said["level"] for said in change(world, one).opinions] == ["county", "county", "city"]
    does(world, filing_changes.ask, one, by=who.username)
    world.working_days_pass(11)
    assert change(world, one).state == "withdrawn"
    world.is_well()


def test_nobody_changes_anything_by_saying_the_same(world: World) -> None:
    one = files(world)
    who = enterprise(world, one)
    does(world, filing_changes.ask, one, by=who.username)
    with pytest.raises(Invalid) as caught:
        who.completes("describe", kind="name", name=of(world, one).name)
    assert list(caught.value.fields) == ["change.kind"]


def test_a_late_county_is_passed_over_with_a_mark_and_four_eyes_hold(world: World) -> None:
    one = files(world)
    who = enterprise(world, one)
    does(world, filing_changes.ask, one, by=who.username)
    who.completes("describe")
    world.working_days_pass(9)
    assert world.waiting() == ["city_check"]
    world.cg.completes("city_check")
    assert change(world, one).opinions[0]["text"] == "县级超期未核"
    world.is_well()


def test_an_institution_moves_with_its_enterprise(world: World) -> None:
    world.planned_case(list="L3")
    with world.database.reading() as db:
        firm = world.get(db).enterprise_id
    one = files(world, firm)
    with world.database.transaction() as db:
        filing_changes.follow_enterprise(db, firm, "45/4502/450202", by="xk", now=world.now)
    assert of(world, one).scope == "45/4502/450202"
    world.is_well()
