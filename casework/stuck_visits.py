"""Visits and officers that are stuck (4.d): an enterprise that refuses, an officer who is away and has handed nothing over."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from casework import enterprises
from casework.case_tables import LIVING_CASE, Case, Visit
from casework.stuck_rows import Place, Stuck, midnight
from casework.tables import Assignment, Handover, Officer, Person
from engine.errors import Sentence
from engine.tables import Instance, UserTask


def visit_refused(db: Session, place: Place) -> Iterator[Stuck]:
    """Visits that the enterprise has refused twice and that are still owed."""
    limit = place.limit(db, "visit_refused")
    if limit is None:
        return
    query = (
        select(
            Visit.instance_id, Visit.refusals, Visit.recorded_at, Visit.due_at, Case.id, Case.case_no, Case.scope, Case.enterprise_id
        )
        .join(Case, Case.id == Visit.case_id)
        .join(Instance, Instance.id == Visit.instance_id)
        .where(Visit.refusals >= limit, Instance.status == "active", Case.state.in_(LIVING_CASE), place.cases())
    )  # fmt: skip
    rows = db.execute(query.order_by(Visit.id)).all()
    runs = [row.instance_id for row in rows]
    tasks: dict[int, list[int]] = {}
    open_tasks = select(UserTask.instance_id, UserTask.id).where(
        UserTask.instance_id.in_(runs), UserTask.status == "open"
    )
    for task in db.execute(open_tasks.order_by(UserTask.id)) if runs else ():
        tasks.setdefault(task.instance_id, []).append(task.id)
    for row in rows:
        covers = tasks.get(row.instance_id or 0, [])
        yield Stuck(
            "visit_refused",
            Sentence("the enterprise refused the visit {count} times", {"count": row.refusals}),
            "XL",
            row.recorded_at or row.due_at,
            Sentence("the county leader visits; refused again, the case goes on with what is known"),
            row.scope,
            enterprises.subject(row.enterprise_id),
            row.case_no,
            user_task_id=covers[0] if covers else None,
            instance_id=row.instance_id,
            case_id=row.id,
            covers=tuple(covers),
        )


def officer_away(db: Session, place: Place) -> Iterator[Stuck]:
    """Officers with cases who have been away for more than 15 working days without a handover."""
    limit = place.limit(db, "officer_away")
    if limit is None:
        return
    running = (Assignment.officer_id == Officer.id) & Assignment.until.is_(None)
    start = place.days.add(place.today, -limit)
    query = (
        select(Officer.id, Officer.path, Officer.away_since, Person.name, func.count(Assignment.id).label("cases"))
        .join(Person, Person.id == Officer.person_id)
        .join(Assignment, running)
        .where(or_(Officer.state != "在岗", ~Person.active), Officer.away_since < start)
        .where(~exists().where(Handover.predecessor_id == Officer.id, Handover.state == "open"))
        .group_by(Officer.id, Officer.path, Officer.away_since, Person.name)
        .order_by(Officer.away_since)
    )
    query = (
        query.where(Assignment.case_id == place.case.id)
        if place.case is not None
        else query.where(place.under(Officer.path))
    )
    for row in db.execute(query):
        since = midnight(row.away_since or place.today)
        if (waited := place.waited(since + timedelta(hours=12))) > limit:
            yield Stuck(
                "officer_away",
                Sentence(
                    "{name} has been away for {days} working days and nobody took over {count} cases",
                    {"name": row.name, "days": waited, "count": row.cases},
                ),
                "XK, XG, XS",
                since,
                Sentence("begin the handover and name who follows"),
                row.path,
                place.subject,
                place.case.case_no if place.case is not None else "",
                officer_id=row.id,
                case_id=place.case.id if place.case is not None else None,
            )
