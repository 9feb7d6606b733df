"""The word of the statistics on what was struck off: yes, no, never, and figures that say nothing about it."""

from datetime import date

from casework import statistics
from casework.tables import EnterpriseYear
from tests.stories.test_lookback import closed_case
from tests.world import World


def figures_come_in(world: World, year: int, *, activity: bool | None, institution: bool | None) -> int:
    """The yearly figures of the enterprise come in with the official answers; gives how many waits were told."""
    with world.database.transaction() as db:
        firm = world.get(db).enterprise_id
        row = EnterpriseYear(
            enterprise_id=firm, year=year, has_activity_g1=activity, has_inst_g1=institution, updated_by="adm",
            updated_at=world.now,
        )  # fmt: skip
        db.add(row)
        db.flush()
        told = statistics.arrived(db, [firm], year, by="adm", now=world.now)
    world.run()
    return told


def test_the_official_figures_confirm_what_was_struck_off(world: World) -> None:
    closed_case(world)
    assert world.item().stat_confirm == "waiting"
    assert figures_come_in(world, 2026, activity=True, institution=True) == 1
    assert (world.item().state, world.item().stat_confirm) == ("closed", "yes")
    assert world.active_runs("statistics") == 0
    world.is_well()


def test_a_no_of_the_statistics_is_looked_into_by_the_city_and_may_end_as_a_relapse(world: World) -> None:
    closed_case(world)
    assert figures_come_in(world, 2026, activity=True, institution=False) == 1
    assert world.item().stat_confirm == "no"
    assert world.waiting() == ["check_trigger"]
    with world.database.reading() as db:
        assert [item.stat_confirm for item in statistics.unconfirmed(db, ["45"])] == ["no"]
    checker = world.hires("cg2", "CG", "45/4508")
    checker.completes("check_trigger", relapse=True, cause="机构已撤销", conclusion="研发机构已撤销,人员离岗。")
    assert world.item().state == "relapsed"
    world.is_well()


def test_without_a_word_until_the_end_of_the_next_year_the_item_is_in_the_data_quality_list(world: World) -> None:
    closed_case(world)
    world.sleeps_until(date(2027, 12, 31))
    assert world.item().stat_confirm == "waiting"
    world.sleeps_until(date(2028, 1, 3))
    assert world.item().stat_confirm == "missing"
    with world.database.reading() as db:
        assert [item.id for item in statistics.unconfirmed(db, ["45/4508"])] == [world.item().id]
        assert statistics.unconfirmed(db, ["45/4502"]) == []
    assert any("never confirmed" in said for said in world.told("city"))


def test_figures_of_years_before_the_closing_and_unknown_answers_say_nothing(world: World) -> None:
    closed_case(world)
    assert figures_come_in(world, 2024, activity=False, institution=False) == 0
    assert figures_come_in(world, 2026, activity=True, institution=None) == 0
    assert world.item().stat_confirm == "waiting"
    world.is_well()
