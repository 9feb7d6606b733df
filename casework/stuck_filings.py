"""Filings that are stuck (4.b): an office far behind, mended again and again, a co-signature missing, no team, no number after publicity."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import enterprises
from casework.filing_tables import Filing
from casework.stuck_rows import Place, Stuck, midnight
from engine.errors import Sentence
from engine.tables import UserTask

_COSIGN: Final = ("city_cosign", "region_cosign")
_LOOPING: Final = ("county", "correction", "city")


def returned(db: Session, place: Place) -> Iterator[Stuck]:
    """Applications that were sent back to be mended twice or more and still stand there."""
    limit = place.limit(db, "filing_returned")
    if limit is None:
        return
    query = select(Filing).where(Filing.state.in_(_LOOPING), Filing.corrections >= limit, _here(place))
    found = list(db.scalars(query.order_by(Filing.id)))
    tasks = _tasks_of(db, [one.instance_id for one in found if one.instance_id is not None])
    for filing in found:
        waiting = tasks.get(filing.instance_id or 0, [])
        yield _of_filing(
            "filing_returned",
            filing,
            Sentence("the application {ref} went back to be mended {count} times", {"count": filing.corrections}),
            waiting,
            Sentence("visit the enterprise and mend it together, with the first list in hand"),
            since=min((task.created_at for task in waiting), default=filing.updated_at),
        )


def cosign(db: Session, place: Place) -> Iterator[Stuck]:
    """Co-signatures that are missing long after their time; silence is never consent."""
    limit = place.limit(db, "filing_cosign")
    if limit is None:
        return
    query = _told(place).where(UserTask.element_id.in_(_COSIGN), UserTask.due_at < place.before(limit))
    for task in db.execute(query.order_by(UserTask.due_at)):
        if (late := place.waited(task.due_at)) > limit:
            yield _of_task(
                "filing_cosign",
                task,
                Sentence("{task} of a filing has been missing for {days} working days", {"days": late}),
                task.due_at,
                Sentence("the leader presses for it; nobody agrees by silence"),
            )


def onsite(db: Session, place: Place) -> Iterator[Stuck]:
    """Checks on site for which nobody has formed a team in ten working days."""
    limit = place.limit(db, "filing_onsite")
    if limit is None:
        return
    query = _told(place).where(UserTask.element_id == "form_team", UserTask.created_at < place.before(limit))
    for task in db.execute(query.order_by(UserTask.created_at)):
        if (waited := place.waited(task.created_at)) > limit:
            yield _of_task(
                "filing_onsite",
                task,
                Sentence("{task}: no check on site is planned after {days} working days", {"days": waited}),
                task.created_at,
                Sentence("form a team of two, from the counties as well, and set the day"),
            )


def late(db: Session, place: Place) -> Iterator[Stuck]:
    """Applications that have lain in one office ten working days longer than its limit."""
    limit = place.limit(db, "filing_late")
    if limit is None:
        return
    query = _told(place).where(UserTask.due_at < place.before(limit))
    for task in db.execute(query.order_by(UserTask.due_at)):
        if task.candidate_groups != ["ENT"] and (days := place.waited(task.due_at)) > limit:
            yield _of_task(
                "filing_late",
                task,
                Sentence("{task} of a filing is {days} working days overdue", {"days": days}),
                task.due_at,
                Sentence("the leader of that office decides, or hands the task over"),
            )


def number(db: Session, place: Place) -> Iterator[Stuck]:
    """Filings whose publicity is over and that have no number after three working days."""
    limit = place.limit(db, "filing_number")
    if limit is None:
        return
    last = place.days.add(place.today, -limit)
    query = select(Filing).where(Filing.state == "publicity", Filing.publicity_until < last, _here(place))
    for filing in db.scalars(query.order_by(Filing.publicity_until, Filing.id)):
        since = midnight(filing.publicity_until or place.today) + timedelta(hours=12)
        if (waited := place.waited(since)) > limit:
            yield _of_filing(
                "filing_number",
                filing,
                Sentence("the publicity of {ref} ended {days} working days ago and it has no number", {"days": waited}),
                [],
                Sentence("look at the run: a step after the publicity could not go on"),
                since=since,
            )


def _here(place: Place) -> Any:
    if place.case is not None:
        return Filing.enterprise_id == place.case.enterprise_id
    return place.under(Filing.scope)


def _told(place: Place) -> Any:
    return select(
        UserTask.id, UserTask.name, UserTask.candidate_groups, UserTask.assignee, UserTask.scope, UserTask.subject,
        UserTask.business_key, UserTask.created_at, UserTask.due_at, UserTask.instance_id,
    ).where(place.tasks(), UserTask.process_key == "filing")  # fmt: skip


def _tasks_of(db: Session, runs: Sequence[int]) -> dict[int, list[UserTask]]:
    found: dict[int, list[UserTask]] = {}
    for start in range(0, len(runs), 500):
        query = select(UserTask).where(UserTask.instance_id.in_(runs[start : start + 500]), UserTask.status == "open")
        for task in db.scalars(query.order_by(UserTask.id)):
            found.setdefault(task.instance_id, []).append(task)
    return found


def _owner(assignee: str, groups: Sequence[object]) -> str:
    return f"@{assignee}" if assignee else ", ".join(str(group) for group in groups)


def _of_task(kind: str, task: Any, why: Sentence, since: Any, what_helps: Sentence) -> Stuck:
    return Stuck(
        kind,
        Sentence(why.template, {"task": task.name, **why.params}),
        _owner(task.assignee, task.candidate_groups),
        since,
        what_helps,
        task.scope,
        task.subject,
        task.business_key,
        user_task_id=task.id,
        instance_id=task.instance_id,
        covers=(task.id,),
    )


def _of_filing(
    kind: str, filing: Filing, why: Sentence, tasks: Sequence[UserTask], what_helps: Sentence, *, since: Any
) -> Stuck:
    first = tasks[0] if tasks else None
    return Stuck(
        kind,
        Sentence(why.template, {"ref": filing.ref_no, **why.params}),
        _owner(first.assignee, first.candidate_groups) if first else "ADM",
        since,
        what_helps,
        filing.scope,
        enterprises.subject(filing.enterprise_id),
        filing.ref_no,
        user_task_id=first.id if first else None,
        instance_id=filing.instance_id,
        covers=tuple(task.id for task in tasks),
    )
