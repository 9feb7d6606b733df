"""The file of a case says where it stands in its drawings, and what happened, in words."""

from casework import casefile
from engine.db import Database
from tests.world import World


def test_a_case_stands_where_somebody_or_another_run_is_waited_for(database: Database) -> None:
    world = World(database)
    world.open_case()
    world.xg.completes("assign_officer")
    with world.database.reading() as db:
        case, visit = casefile.drawings(db, world.get(db))
        assert case.current == ("first_visit",)
        assert {"list_confirmed", "assign_officer", "assign"} <= set(case.done)
        assert visit.current == ("arrange",)
        assert not set(case.done) & set(case.current)


def test_a_light_says_its_figures_in_words(database: Database) -> None:
    world = World(database)
    world.visited_case()
    world.working_days_pass(17)
    with world.database.reading() as db:
        entries = [entry for entry in casefile.timeline(db, world.get(db)) if entry.light]
        assert entries[0].light == "yellow"
        assert "plan overdue by 1 working days" in [str(figure) for figure in entries[0].figures]
