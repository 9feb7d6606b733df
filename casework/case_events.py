"""The milestones of a case for its timeline: visits, plans, measures added or dropped, changes of state, supervision orders (a15)."""

from collections.abc import Iterable
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import casefile, people
from casework.case_tables import Case, Extension, Measure, Plan, Visit
from casework.order_tables import SupervisionOrder
from casework.status_tables import StatusReport
from engine.calendars import SHANGHAI
from engine.errors import Sentence
from engine.tables import HistoryEntry

OUTCOMES = {
    "continue": Sentence("the state of the enterprise was looked into; the case goes on"),
    "suspend": Sentence("the case was suspended"),
    "transfer": Sentence("the case moved to another territory"),
    "below_scale": Sentence("the enterprise left the roster; items wait to be taken off their lists"),
    "terminate": Sentence("the enterprise is gone; the case ends"),
}
"""What became of a report on the state of the enterprise."""
MEASURE_FACTS = {
    "measure_added": Sentence("a measure was added"),
    "measure_drop_asked": Sentence("it was asked to drop a measure"),
}


def of(db: Session, case: Case) -> Iterable["casefile.Entry"]:
    """All milestones of a case, in no order; a fixed number of statements."""
    yield from _visits(db, case)
    yield from _plans(db, case)
    yield from _measures(db, case)
    yield from _reports(db, case)
    yield from _orders(db, case)


def _visits(db: Session, case: Case) -> Iterable["casefile.Entry"]:
    for visit in db.scalars(select(Visit).where(Visit.case_id == case.id, Visit.result == "visited")):
        if visit.visited_on is not None:
            at = visit.recorded_at or datetime.combine(visit.visited_on, time(12), SHANGHAI)
            what = Sentence("the enterprise was visited on {day}", {"day": visit.visited_on.isoformat()})
            yield casefile.Entry(at, people.name_of(db, visit.recorded_by), what)


def _plans(db: Session, case: Case) -> Iterable["casefile.Entry"]:
    for plan in case.plans:
        if plan.approved_at is not None:
            what = Sentence("version {version} of the plan came into force", {"version": plan.version})
            yield casefile.Entry(plan.approved_at, people.name_of(db, plan.author), what)
    query = select(Extension).join(Plan, Plan.id == Extension.plan_id).where(Extension.case_id == case.id)
    for one in db.scalars(query):
        said = (
            Sentence("the plan was extended to {day}", {"day": one.new_end.isoformat()})
            if one.decision == "granted"
            else Sentence("more time for the plan was refused")
        )
        yield casefile.Entry(one.at, people.name_of(db, one.decided_by), said, detail=one.reason)


def _measures(db: Session, case: Case) -> Iterable["casefile.Entry"]:
    if case.instance_id is None:
        return
    query = select(HistoryEntry).where(
        HistoryEntry.root_id == case.instance_id, HistoryEntry.fact.in_(list(MEASURE_FACTS))
    )
    for entry in db.scalars(query):
        detail = f"{entry.data.get('content', '')} {entry.data.get('reason', '')}".strip()
        yield casefile.Entry(entry.at, people.name_of(db, entry.by), MEASURE_FACTS[entry.fact], detail=detail)
    dropped = select(Measure).where(Measure.case_id == case.id, Measure.state == "cancelled")
    for measure in db.scalars(dropped):
        if measure.plan.approved_at is not None and measure.done_at is not None:
            yield casefile.Entry(measure.done_at, "", Sentence("a measure was dropped"), detail=measure.end_reason)


def _reports(db: Session, case: Case) -> Iterable["casefile.Entry"]:
    for report in db.scalars(select(StatusReport).where(StatusReport.case_id == case.id)):
        who = people.name_of(db, report.reported_by)
        yield casefile.Entry(
            report.reported_at,
            who,
            Sentence("a change in the state of the enterprise was reported"),
            detail=report.proof,
        )
        if report.decided_at is not None and report.outcome in OUTCOMES:
            by = people.name_of(db, report.decided_by)
            yield casefile.Entry(report.decided_at, by, OUTCOMES[report.outcome], detail=report.reason)


def _orders(db: Session, case: Case) -> Iterable["casefile.Entry"]:
    query = select(SupervisionOrder).where(SupervisionOrder.case_id == case.id, SupervisionOrder.number.is_not(None))
    for order in db.scalars(query):
        if order.issued_at is not None:
            what = Sentence("supervision order {number} was issued", {"number": order.number or ""})
            yield casefile.Entry(order.issued_at, people.name_of(db, order.issued_by), what, light=order.color)
        if order.replied_at is not None:
            what = Sentence("supervision order {number} was answered", {"number": order.number or ""})
            yield casefile.Entry(order.replied_at, people.name_of(db, order.replied_by), what)
