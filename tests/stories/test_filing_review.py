"""The yearly review of institutions: passed, sampled, rectified, never filled in, stopped; opened in portions on 1 March."""

from datetime import date

import pytest
from sqlalchemy import event, select

from casework import filing_reviews
from casework.institution_tables import InstitutionReview, Revocation
from engine.errors import Invalid
from tests.stories.institutions import does, enterprise, files, filing_of, letters, of, rows
from tests.world import World

MARCH = date(2027, 3, 1)


def opened(world: World, institution_id: int) -> None:
    """The review of 2027 begins."""
    world.leaps_to(MARCH)
    with world.database.transaction() as db:
        after = filing_reviews.open_year(db, "2027", after=0, now=world.now)
        assert after == 0
    world.run()
    with world.database.transaction() as db:
        found = db.scalars(select(InstitutionReview).where(InstitutionReview.institution_id == institution_id)).one()
        assert found.state == "asked"


def review(world: World, institution_id: int) -> InstitutionReview:
    found: InstitutionReview = rows(world, InstitutionReview, institution_id)[-1]
    return found


def never(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lot of the region falls on nobody."""
    monkeypatch.setattr(filing_reviews, "is_sampled", lambda *_a, **_k: False)


def test_a_review_in_order_is_passed_and_the_register_takes_the_figures_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    never(monkeypatch)
    one = files(world)
    opened(world, one)
    assert world.waiting() == ["submit"]
    enterprise(world, one).completes("submit", siteArea=410, ipCount=9)
    assert review(world, one).state == "city"
    assert review(world, one).six_haves["verdict"] == "OK"
    assert not enterprise(world, one).may_complete("city_review")
    world.cg.completes("city_review")
    found = review(world, one)
    assert (found.state, found.result) == ("passed", "qualified")
    assert (of(world, one).site_area, of(world, one).ip_count) == (410, 9)
    assert "qualified" in letters(world, one)[-1]
    world.is_well()


def test_what_cannot_be_is_said_at_its_field_and_nothing_is_lost(world: World) -> None:
    one = files(world)
    other = files(world)
    opened(world, one)
    with pytest.raises(Invalid) as caught:
        enterprise(world, one).completes_task(
            open_of(world, one, "submit"), staff=filing_of(world, other).declared["staff"], equipValue=50_000
        )
    assert set(caught.value.fields) == {"review.staff", "review.equipValue"}
    assert review(world, one).state == "asked"
    world.is_well()


def open_of(world: World, institution_id: int, element_id: str) -> int:
    """The open user task of an element for the enterprise of an institution."""
    from engine.tables import UserTask

    with world.database.reading() as db:
        subject = f"enterprise:{of(world, institution_id).enterprise_id}"
        query = select(UserTask.id).where(
            UserTask.element_id == element_id, UserTask.status == "open", UserTask.subject == subject
        )
        return db.scalars(query).one()


def test_the_region_looks_at_the_tenth_that_is_drawn_and_anybody_can_draw_again(world: World) -> None:
    lots = [filing_reviews.lot(2027, number) for number in range(1, 2001)]
    assert 160 < sum(one < 10 for one in lots) < 240
    assert lots == [filing_reviews.lot(2027, number) for number in range(1, 2001)]
    assert lots != [filing_reviews.lot(2028, number) for number in range(1, 2001)]


def test_a_drawn_review_is_decided_by_the_region(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing_reviews, "is_sampled", lambda *_a, **_k: True)
    one = files(world)
    opened(world, one)
    enterprise(world, one).completes("submit")
    world.cg.completes("city_review")
    assert (review(world, one).state, review(world, one).sampled) == ("region", True)
    assert not world.cg.may_complete("region_check"), "the same person never decides at two consecutive levels"
    world.rg.completes("region_check")
    assert review(world, one).result == "qualified"
    assert [said["level"] for said in review(world, one).opinions] == ["city", "region"]
    world.is_well()


def test_a_review_is_rectified_in_sixty_days(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    never(monkeypatch)
    one = files(world)
    opened(world, one)
    enterprise(world, one).completes("submit", equipValue=120)
    assert review(world, one).six_haves["items"]["equipment"] == "fail"
    world.cg.completes("city_review", decision="rectify", opinion="设备原值不足,补齐台账。")
    assert review(world, one).state == "rectify"
    assert any("补齐台账" in said for said in letters(world, one))
    enterprise(world, one).completes("rectify", equipValue=650)
    world.cg.completes("recheck")
    assert (review(world, one).state, review(world, one).result) == ("passed", "rectified")
    assert of(world, one).state == "filed"
    world.is_well()


def test_who_does_not_rectify_in_time_loses_the_filing_after_the_procedure(world: World) -> None:
    one = files(world)
    opened(world, one)
    enterprise(world, one).completes("submit")
    world.cg.completes("city_review", decision="rectify", opinion="场地已搬空。")
    world.sleeps_until(date(2027, 5, 12))
    assert review(world, one).state == "revoking"
    assert of(world, one).state == "filed", "nothing is revoked that was not told beforehand"
    assert rows(world, Revocation, one)[0].trigger == "rectification"
    world.cg.completes("prepare_notice")
    world.sleeps_until(date(2027, 5, 24))
    world.cl.completes("decide")
    assert of(world, one).state == "revoked"
    world.is_well()


def test_a_review_never_filled_in_is_reminded_twice_and_then_proposed_for_revocation(world: World) -> None:
    one = files(world)
    opened(world, one)
    world.sleeps_until(date(2027, 5, 20))
    reminders = [said for said in letters(world, one) if "two reminders" in said]
    assert len(reminders) == 2
    assert "2027-04-30" in reminders[0]
    assert world.waiting() == ["submit"]
    world.sleeps_until(date(2027, 7, 1))
    assert world.waiting() == ["prepare_notice"]
    assert rows(world, Revocation, one)[0].trigger == "review"
    world.is_well()


def test_a_review_stops_when_its_institution_ends(world: World) -> None:
    from casework import revocations

    one = files(world)
    opened(world, one)
    does(world, revocations.ask_cancellation, one, "研发业务整体转出。", by=enterprise(world, one).username)
    world.cg.completes("confirm_cancellation")
    assert of(world, one).state == "cancelled"
    assert review(world, one).state == "failed"
    assert world.active_processes() == []
    world.is_well()


def test_the_calendar_opens_the_reviews_of_what_was_filed_before_the_year(world: World) -> None:
    world.keeps("filing-reviews")
    old = files(world)
    world.leaps_to(date(2027, 1, 11))
    young = files(world)
    world.goes_to(date(2027, 1, 12))
    world.leaps_to(MARCH)
    assert world.active_processes() == ["filing_review"]
    assert rows(world, InstitutionReview, young) == []
    assert review(world, old).year == 2027
    world.is_well()


def test_a_larger_portion_of_reviews_reads_no_more_often(world: World) -> None:
    for _number in range(9):
        files(world)
    world.leaps_to(MARCH)
    reads: list[int] = []

    def count(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        reads[-1] += statement.startswith("SELECT") and "institution_review" in statement
        reads[-1] += statement.startswith("SELECT") and ("enterprise" in statement or "filing" in statement)

    after = 0
    event.listen(world.database.engine, "before_cursor_execute", count)
    try:
        for limit in (2, 6):
            reads.append(0)
            with world.database.transaction() as db:
                after = filing_reviews.open_year(db, "2027", after=after, limit=limit, now=world.now)
    finally:
        event.remove(world.database.engine, "before_cursor_execute", count)
    assert reads[0] == reads[1], reads
    with world.database.reading() as db:
        assert len(db.scalars(select(InstitutionReview.id)).all()) == 8
