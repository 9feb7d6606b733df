"""Filings are signed in batches where the drawing allows it: each an act of its own, and only what needs no second thought."""

from sqlalchemy import select

from casework import filing_batch, permissions
from casework.filing_tables import Filing, FilingObjection, FilingOpinion
from engine.tables import HistoryEntry, UserTask
from tests.stories.test_filing import applies, ent, row
from tests.world import World


def test_a_leader_signs_what_is_clean_at_once_and_the_rest_by_itself(world: World) -> None:
    clean, late, promised = (to_the_leader(world) for _ in range(3))
    with world.database.transaction() as db:
        db.get_one(Filing, late).overdue = True
        db.get_one(Filing, promised).verdict = "OK_WITH_PROMISE"
    assert waiting(world, "cl") == {
        clean: "",
        late: "a term has passed; look at this one by itself",
        promised: "not everything is met without a promise; look at this one by itself",
    }
    ticked = [task(world, one, "city_sign") for one in (clean, late, promised)]
    done = filing_batch.sign(world.database, "cl", [*ticked, 999_999], "同意审核意见。", now=world.now)
    assert [one.against is None for one in done] == [True, False, False, False]
    world.run()
    assert [row(world, one).state for one in (clean, late, promised)] == ["publicity", "city_sign", "city_sign"]
    with world.database.reading() as db:
        said = db.scalars(select(FilingOpinion).where(FilingOpinion.by == "cl")).all()
        assert [(one.filing_id, one.decision, one.text) for one in said] == [(clean, "agree", "同意审核意见。")]
        acts = db.scalars(select(HistoryEntry).where(HistoryEntry.fact == "task_completed", HistoryEntry.by == "cl"))
        assert len(acts.all()) == 1
    world.is_well()


def test_who_reviewed_does_not_co_sign_and_reviews_are_not_signed_in_batches(world: World) -> None:
    filing = to_the_leader(world, stop="city_review")
    review = task(world, filing, "city_review")
    assert not waiting(world, "cg"), "a review is looked at, not signed"
    refused = filing_batch.sign(world.database, "cg", [review], "同意。", now=world.now)
    assert str(refused[0].against) == "this is no signature that can be given here"
    world.cg.completes("city_review")
    onsite(world, filing)
    assert waiting(world, "ck") == {filing: ""}
    assert not waiting(world, "cg")
    refused = filing_batch.sign(world.database, "cg", [task(world, filing, "city_cosign")], "同意。", now=world.now)
    assert refused[0].against is not None
    world.is_well()


def test_an_open_objection_keeps_a_filing_out_of_the_batch(world: World) -> None:
    filing = to_the_leader(world)
    with world.database.transaction() as db:
        db.add(FilingObjection(filing_id=filing, received_at=world.now, name="覃先生", contact="电话", text="设备不实"))
    assert waiting(world, "cl") == {filing: "an objection is open; look at this one by itself"}
    done = filing_batch.sign(world.database, "cl", [task(world, filing, "city_sign")], "同意。", now=world.now)
    assert done[0].what.startswith(row(world, filing).ref_no)
    assert done[0].against is not None
    assert row(world, filing).state == "city_sign"


def to_the_leader(world: World, *, stop: str = "city_sign") -> int:
    """An application that waits for its signature (or for another desk); gives its id."""
    filing = applies(world)
    ent(world, filing).completes_task(task(world, filing, "apply"))
    for actor, element in ((world.xg, "county_check"), (world.cg, "city_review"), (world.ck, "city_cosign")):
        if stop == element:
            break
        actor.completes_task(task(world, filing, element))
        if element == "city_review":
            onsite(world, filing)
    return filing


def onsite(world: World, filing: int) -> None:
    """The site is looked at where it is asked for."""
    if row(world, filing).state == "onsite":
        world.cg.completes_task(task(world, filing, "form_team"))
        world.cg.completes_task(task(world, filing, "onsite_check"))


def task(world: World, filing: int, element: str) -> int:
    """The open user task of an element in the run of a filing."""
    with world.database.reading() as db:
        query = select(UserTask.id).where(UserTask.instance_id == db.get_one(Filing, filing).instance_id)
        return db.scalars(query.where(UserTask.element_id == element, UserTask.status == "open")).one()


def waiting(world: World, username: str) -> dict[int, str]:
    """What waits for somebody's signature: filing → what speaks against ticking it, empty for nothing."""
    with world.database.reading() as db:
        scope = permissions.scope_of(db, username, now=world.now)
        found = filing_batch.waiting(db, scope, now=world.now)
        return {one.filing.id: str(one.against or "") for one in found}
