"""The life of an institution after its number: changed, its promise checked, renewed, upgraded, expired, moved, recognised, white-listed."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from casework import (
    filing_changes,
    filing_promises,
    filings,
    institutions,
    recognitions,
    renewals,
    whitelist,
)
from casework.case_tables import Notice
from casework.filing_tables import Filing, RdInstitution
from casework.institution_tables import InstitutionChange, Recognition, Revocation
from casework.recognition_tables import RecognitionCall
from engine.calendars import local_day
from engine.errors import Conflict, Invalid
from tests.stories.institutions import does, enterprise, files, filing_of, letters, of, rows
from tests.stories.test_filing_revoke import rests_on
from tests.world import World

# --- changes --------------------------------------------------------------------------------------------------------------


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


# --- the promise ----------------------------------------------------------------------------------------------------------


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


# --- renewal, expiry, upgrade ---------------------------------------------------------------------------------------------


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


# --- recognition and white list -------------------------------------------------------------------------------------------


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


def test_a_region_filing_is_put_on_the_white_list_and_taken_off(world: World) -> None:
    one, city = files(world, level="region"), files(world)
    with world.database.reading() as db:
        assert [found.id for found in whitelist.candidates(db)] == [one]
    with pytest.raises(Conflict):
        does(world, whitelist.ask, city, "on", "优先推荐。", by="rk")
    does(world, whitelist.ask, one, "on", "自治区级备案,产出突出。", by="rk")
    world.jm.completes("confirm")
    with world.database.reading() as db:
        assert [found.id for _entry, found in whitelist.listed(db)] == [one]
        assert whitelist.candidates(db) == []
    does(world, whitelist.ask, one, "off", "平台已停止运行。", by="jm")
    with pytest.raises(Invalid):
        world.jm.completes("confirm")
    world.hires("jm2", "JM", "45").completes("confirm")
    with world.database.reading() as db:
        assert whitelist.listed(db) == []
    world.working_days_pass(1)
    does(world, whitelist.ask, one, "on", "恢复运行。", by="rk")
    world.jm.completes("confirm", decision="refuse", opinion="待观察。")
    with world.database.reading() as db:
        assert whitelist.entry_of(db, institutions.get(db, one)) is None
        assert db.scalars(select(RdInstitution.state).where(RdInstitution.id == one)).one() == "filed"
        assert db.scalars(select(Notice.id)).all()
    world.is_well()
