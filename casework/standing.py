"""What happens to all runs of a case at once: their clocks stop, go on, or they move to another territory.

A case is many runs (case, items, measures, visits, closures, orders), and no transaction locks two of them. So each is a portion of a
round of its own on the table of jobs. Source: REFERENCE 4.a a25, DECISIONS part two, 2 and 15.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from casework import enterprises, people
from casework.case_tables import Case
from engine import history, rounds, steps, user_tasks
from engine.rounds import Round
from engine.tables import Instance, Job, UserTask

GOES_ON: Final = ("recheck",)
"""Elements whose clock does not stop while a case is suspended: the timer that asks for the next look."""


def pause(db: Session, case: Case, mark: str, *, now: datetime) -> None:
    """Stops the clocks of all runs of a case. `mark` tells this pause from other ones."""
    rounds.ask(db, "case_pause", f"{case.id}:{mark}", scope=case.scope, due_at=now, now=now)


def resume(db: Session, case: Case, mark: str, *, now: datetime) -> None:
    """Lets the clocks of all runs of a case go on; due dates move by the working days of the pause."""
    rounds.ask(db, "case_resume", f"{case.id}:{mark}", scope=case.scope, due_at=now, now=now)


def move(db: Session, case: Case, mark: str, *, now: datetime) -> None:
    """Gives all runs of a case, with what they wait for, the territory that the case has now."""
    rounds.ask(db, "case_move", f"{case.id}:{mark}", scope=case.scope, due_at=now, now=now)


def pause_next(db: Session, key: str, *, after: int, now: datetime) -> int:
    """Stops the clocks of the next run of a case; a round."""
    run_id = _next(db, key, after)
    if run_id:
        user_tasks.pause_run(db, run_id, but=GOES_ON, why="suspended", whose="enterprise", by=people.SYSTEM, now=now)
    return run_id


def resume_next(db: Session, key: str, *, after: int, now: datetime) -> int:
    """Lets the clocks of the next run of a case go on; a round."""
    run_id = _next(db, key, after)
    if run_id:
        user_tasks.resume_run(db, run_id, by=people.SYSTEM, now=now)
    return run_id


def move_next(db: Session, key: str, *, after: int, now: datetime) -> int:
    """Moves the next run of the enterprise to the territory of its case; a round."""
    subject = enterprises.subject(_case(db, key).enterprise_id)
    query = select(Instance.id).where(Instance.subject == subject, Instance.status == "active", Instance.id > after)
    run_id = db.scalars(query.order_by(Instance.id).limit(1)).one_or_none() or 0
    if not run_id:
        return 0
    run = steps.lock(db, run_id)
    case = _case(db, key)
    if run is not None and run.status == "active" and run.scope != case.scope:
        before, run.scope = run.scope, case.scope
        waiting = ("waiting", "failed", "paused")
        for table, states in ((UserTask, ("open", "held")), (Job, waiting)):
            db.execute(
                update(table)
                .where(table.instance_id == run_id, table.status.in_(states))
                .values(scope=case.scope)
                .execution_options(synchronize_session=False)
            )
        data = {"from": before, "to": case.scope}
        history.write(db, instance=run, fact="moved", by=people.SYSTEM, now=now, data=data)
    return run_id


ROUNDS: Final[Mapping[str, Round]] = {
    "case_pause": pause_next,
    "case_resume": resume_next,
    "case_move": move_next,
}
"""The rounds of this room, for the composition root."""


def _case(db: Session, key: str) -> Case:
    return db.get_one(Case, int(key.partition(":")[0]))


def _next(db: Session, key: str, after: int) -> int:
    """The next active run under the root of a case; 0 when there is none."""
    query = select(Instance.id).where(
        Instance.root_id == _case(db, key).instance_id, Instance.status == "active", Instance.id > after
    )
    return db.scalars(query.order_by(Instance.id).limit(1)).one_or_none() or 0
