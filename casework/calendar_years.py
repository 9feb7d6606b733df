"""Years of the calendar that nobody has entered: an administrator is told, and entering the notice moves what rested on it.

Source: REFERENCE 2.9, scenario 16; DECISIONS part two 14. A date from an unpublished year is provisional (暂定) and says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import notices
from casework.case_tables import Notice
from casework.territories import REGION
from engine import calendars, history, user_tasks
from engine.calendars import Calendar, calendar, local_day
from engine.tables import UserTask

CHAIN = "calendar"


@dataclass(frozen=True, slots=True)
class Moved:
    """One deadline that entering a notice moved."""

    user_task_id: int
    before: datetime
    after: datetime


def raise_chores(db: Session, *, now: datetime) -> list[Notice]:
    """Asks the administrator for every year that open deadlines rest on and nobody has entered; once per year."""
    days = calendar(db)
    query = select(UserTask.created_at, UserTask.due_at).where(
        UserTask.status == "open", UserTask.provisional.is_(True)
    )
    years = {
        year
        for created, due in db.execute(query)
        if due is not None
        for year in range(local_day(created).year, local_day(due).year + 1)
        if year not in days.published
    }
    return [
        notices.send(
            db,
            key=f"calendar:{year}",
            addressee=f"post:ADM@{REGION}",
            level="administrator",
            kind="chore",
            template="the working days of {year} are not entered: deadlines in it are provisional",
            params={"year": year},
            scope=REGION,
            now=now,
        )
        for year in sorted(years)
    ]


def enter_year(
    db: Session,
    year: int,
    *,
    source: str,
    holidays: Iterable[date] = (),
    workdays: Iterable[date] = (),
    extent: str = "state",
    synthetic: bool = False,
    by: str,
    now: datetime,
) -> list[Moved]:
    """Enters the notice of a year and counts every open deadline again that touches it.

    Each deadline keeps its number of working days; what moved, moves with its reminders and timers, and leaves a trace. The
    administrator's chore for the year is done.

    Raises:
        Invalid, NotFound: as `engine.calendars.enter_notice`.
    """
    before = calendar(db)
    calendars.enter_notice(
        db,
        year,
        source=source,
        holidays=holidays,
        workdays=workdays,
        extent=extent,
        synthetic=synthetic,
        by=by,
        now=now,
    )
    after = calendar(db)
    moved: list[Moved] = []
    for task in db.scalars(
        select(UserTask).where(UserTask.status == "open", UserTask.due_at.is_not(None)).order_by(UserTask.id)
    ).all():
        assert task.due_at is not None
        if local_day(task.due_at).year < year or local_day(task.created_at).year > year:
            continue
        was, now_due = task.due_at, recounted(before, after, task.created_at, task.due_at)
        if now_due != was:
            user_tasks.extend(db, task.id, now_due, why=f"{source} ({year})", by=by, now=now)
            moved.append(Moved(task.id, was, now_due))
        task.provisional = after.is_provisional(local_day(task.created_at), local_day(now_due))
    chore = db.scalars(select(Notice).where(Notice.key == f"calendar:{year}", Notice.done_at.is_(None))).one_or_none()
    if chore is not None and extent == "state":
        notices.finish_chore(db, chore.id, by=by, now=now)
    history.write(
        db,
        chain=CHAIN,
        fact="calendar_entered",
        by=by,
        now=now,
        data={
            "year": year,
            "extent": extent,
            "source": source,
            "moved": [{"task": m.user_task_id, "before": m.before, "after": m.after} for m in moved],
        },
    )
    return moved


def recounted(before: Calendar, after: Calendar, start: datetime, due_at: datetime) -> datetime:
    """The deadline with as many working days after `start` by the calendar `after` as it had by `before`.

    A deadline that is not the end of a working day (`before`) was not counted in working days and stays.
    """
    day = local_day(due_at)
    if due_at != calendars.end_of_business(day) or not before.is_working(day):
        return due_at
    return after.due(start, before.between(before.day_zero(start), day))
