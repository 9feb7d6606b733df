"""The clock stood still for thirty days: what the calendar asked for meanwhile happens once, in order."""

from collections import Counter
from datetime import date

from sqlalchemy import select

from casework.tables import QuarterReport
from engine.tables import Job
from tests.world import World


def rounds_done(world: World) -> list[str]:
    """The rounds of the calendar that were done, in the order in which they were."""
    with world.database.reading() as db:
        query = select(Job.element_id, Job.status).where(Job.kind == "round").order_by(Job.due_at, Job.id)
        return [name for name, status in db.execute(query) if status == "done"]


def test_after_thirty_days_down_a_quarter_is_opened_once_and_the_nights_are_taken_together(world: World) -> None:
    world.planned_case(list="L1")
    world.keeps()
    world.looks_at_agenda()
    world.run()
    before = Counter(rounds_done(world))

    world.leaps_to(date(2026, 7, 30))
    world.looks_at_agenda()
    world.run()

    done = rounds_done(world)[sum(before.values()) :]
    assert Counter(done).most_common(1)[0][1] == 1, "each occasion once, however many days it fell due on"
    assert {"visits", "quarters", "escalations", "open-issues", "lights", "visit-reminders"} <= set(done)
    assert done.index("visits") < done.index("quarters") < done.index("escalations") < done.index("lights")
    with world.database.reading() as db:
        assert list(db.scalars(select(QuarterReport.period))) == ["2026Q2"]
    world.is_well()


def test_the_first_look_of_a_house_makes_up_for_nothing_of_the_past(world: World) -> None:
    world.planned_case(list="L1")
    world.keeps()
    world.looks_at_agenda()
    world.run()
    assert set(rounds_done(world)) <= {
        *("lights", "chores", "relapses", "visit-reminders", "red-visits", "files", "preregistered", "filing-renewals"),
    }
    with world.database.reading() as db:
        assert list(db.scalars(select(QuarterReport.id))) == []
