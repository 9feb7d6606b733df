"""Stuck in general (4.0): what failed, waits for nothing, has nobody, was returned again and again, or lies where it is.

Each kind asks a number of questions that does not depend on how many cases there are.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from casework import answers, enterprises, people, territories
from casework.case_tables import LIVING_CASE, Case
from casework.stuck_rows import Place, Stuck
from casework.tables import Assignment, Officer, Person, Post
from engine.errors import Sentence
from engine.tables import Definition, Draft, HistoryEntry, Instance, Job, Submission, Subscription, UserTask

_COUNTY = ("XK", "XG", "XS")
_ENTERPRISE = ["ENT"]


def failed(db: Session, place: Place) -> Iterator[Stuck]:
    """Jobs that gave up: the drawing or a service could not go on."""
    query = (
        select(Job, Instance, UserTask)
        .outerjoin(Instance, Instance.id == Job.instance_id)
        .outerjoin(UserTask, UserTask.id == Job.user_task_id)
        .where(Job.status == "failed", place.under(Job.scope, Job.subject))
        .order_by(Job.id)
    )
    for job, run, task in db.execute(query):
        yield Stuck(
            "failed",
            Sentence(
                "{element} could not go on: {error}",
                {"element": task.name if task else job.element_id, "error": Sentence(job.error, job.error_params)},
            ),
            "ADM",
            job.ended_at or job.created_at,
            Sentence("put the cause right and run the step again; what was sent is kept"),
            job.scope,
            job.subject,
            run.business_key if run else "",
            user_task_id=job.user_task_id,
            job_id=job.id,
            instance_id=job.instance_id,
            covers=(job.user_task_id,) if job.user_task_id else (),
        )


def silent(db: Session, place: Place) -> Iterator[Stuck]:
    """Active runs that wait for nothing at all: no task, no job, no message, no run that they called."""
    called = aliased(Instance)
    columns = (Instance.id, Instance.started_at, Instance.scope, Instance.subject, Instance.business_key)
    query = (
        select(*columns)
        .where(
            # The index on runs begins with their definition.
            Instance.definition_id.in_(select(Definition.id).where(Definition.kind == "process")),
            Instance.status == "active",
            place.under(Instance.scope, Instance.subject),
            ~exists().where(UserTask.instance_id == Instance.id, UserTask.status.in_(("open", "held"))),
            ~exists().where(Job.instance_id == Instance.id, Job.status.in_(("waiting", "running", "failed", "paused"))),
            ~exists().where(Subscription.instance_id == Instance.id),
            ~exists()
            .where(called.parent_id == Instance.id, called.status == "active")
            .where(called.parent_element_instance_id.is_not(None)),
        )
        .order_by(Instance.id)
    )
    for run in db.execute(query):
        yield Stuck(
            "silent",
            Sentence("the run waits for nothing and will not go on by itself"),
            "ADM",
            run.started_at,
            Sentence("look at the drawing where it stands, and move or end the run"),
            run.scope,
            run.subject,
            run.business_key,
            instance_id=run.id,
        )


def unstaffed(db: Session, place: Place) -> Iterator[Stuck]:
    """Open tasks that no living person may do: the officer of the case or whoever acts, a user of the enterprise, a post."""
    text = cast(UserTask.candidate_groups, String)
    kinds = db.execute(select(text, UserTask.scope).where(place.tasks()).group_by(text, UserTask.scope)).all()
    seats = _seats(db, place)
    empty = [(groups, scope) for groups, scope in kinds if not _has_seat(json.loads(groups), scope, seats)]
    own = {groups for groups, _ in empty if "ENT" in json.loads(groups)}
    others = [pair for pair in empty if pair[0] not in own]
    found: list[Any] = []
    columns = (
        UserTask.id, UserTask.name, UserTask.candidate_groups, UserTask.scope, UserTask.subject, UserTask.business_key,
        UserTask.created_at, UserTask.instance_id, UserTask.assignee,
    )  # fmt: skip
    query = select(*columns).where(place.tasks()).order_by(UserTask.id)
    if own:
        users = _enterprises_with_users(db, place)
        found += [
            task for task in db.execute(query.where(text.in_(own))) if enterprises.id_of(task.subject) not in users
        ]
    for start in range(0, len(others), 200):
        found += db.execute(query.where(tuple_(text, UserTask.scope).in_(others[start : start + 200]))).all()
    if not found:
        return
    living = _living_people(db, place)
    officers = _cases_with_officer(db, place)
    for task in found:
        groups = [str(group) for group in task.candidate_groups]
        if task.assignee in living or ("LO" in groups and task.subject in officers):
            continue
        yield Stuck(
            "unstaffed",
            Sentence(
                "nobody may do {task}: no living person holds {posts} here",
                {"task": task.name, "posts": ", ".join(groups)},
            ),
            ", ".join(groups),
            task.created_at,
            Sentence("appoint somebody to this post, or name who acts")
            if groups != _ENTERPRISE
            else Sentence("give the enterprise a log-in, or record on its behalf"),
            task.scope,
            task.subject,
            task.business_key,
            user_task_id=task.id,
            instance_id=task.instance_id,
            covers=(task.id,),
        )


def returned(db: Session, place: Place) -> Iterator[Stuck]:
    """Open tasks that have come round again after three returns (退回)."""
    limit = place.limit(db, "returned")
    before = aliased(UserTask)
    rounds = (
        select(func.count())
        .where(
            before.instance_id == UserTask.instance_id,
            before.status == "completed",
            before.element_id == UserTask.element_id,
        )
        .scalar_subquery()
    )
    if limit is None:
        return
    for task in db.scalars(select(UserTask).where(place.tasks(), rounds >= limit).order_by(UserTask.id)):
        count, since = _returns(db, task)
        if count >= limit:
            yield Stuck(
                "returned",
                Sentence("{task} was returned {count} times", {"task": task.name, "count": count}),
                _owner(task.assignee, task.candidate_groups),
                since,
                Sentence("sit down together: both levels decide what is missing, and record it"),
                task.scope,
                task.subject,
                task.business_key,
                user_task_id=task.id,
                instance_id=task.instance_id,
                covers=(task.id,),
            )


def overdue(db: Session, place: Place) -> Iterator[Stuck]:
    """Open tasks whose deadline has passed, with the working days since."""
    for task in db.execute(_told(place).where(UserTask.due_at < place.now).order_by(UserTask.due_at)):
        owner = _owner(task.assignee, task.candidate_groups)
        yield _of_task(
            "overdue",
            task,
            Sentence(
                "{task} is {days} working days overdue", {"task": task.name, "days": max(1, place.waited(task.due_at))}
            ),
            task.due_at,
            Sentence("remind {owner}, extend the deadline with a reason, or hand the task over", {"owner": owner}),
        )


def external(db: Session, place: Place) -> Iterator[Stuck]:
    """Tasks of the enterprise (or another party outside the offices) that have waited for more than 20 working days."""
    limit = place.limit(db, "external")
    if limit is None:
        return
    text = cast(UserTask.candidate_groups, String)
    query = _told(place).where(UserTask.created_at < place.before(limit), text == '["ENT"]')
    for task in db.execute(query.order_by(UserTask.created_at)):
        if (waited := place.waited(task.created_at)) > limit:
            yield _of_task(
                "external",
                task,
                Sentence(
                    "{task} has waited {days} working days for the enterprise", {"task": task.name, "days": waited}
                ),
                task.created_at,
                Sentence("telephone the enterprise, or record on its behalf"),
            )


def untouched(db: Session, place: Place) -> Iterator[Stuck]:
    """Open tasks in time on which nobody has done anything for ten working days: no draft, no claim, no word."""
    processes = db.scalars(select(UserTask.process_key).where(UserTask.status == "open").distinct()).all()
    limits = {one: limit for one in processes if (limit := place.limit(db, "untouched", one)) is not None}
    if not limits:
        return
    start = place.before(min(limits.values()))
    query = _told(place).where(
        UserTask.process_key.in_(limits),
        UserTask.created_at < start,
        or_(UserTask.due_at.is_(None), UserTask.due_at >= place.now),
        or_(UserTask.follow_up_at.is_(None), UserTask.follow_up_at < place.now),
    )
    found = db.execute(query.order_by(UserTask.created_at)).all()
    acts = _last_acts(db, found, start)
    for task in found:
        since = max(acts.get(task.id, task.created_at), task.created_at)
        limit, waited = limits[task.process_key], place.waited(since)
        if waited > limit:
            yield _of_task(
                "untouched",
                task,
                Sentence("nobody has touched {task} for {days} working days", {"task": task.name, "days": waited}),
                since,
                Sentence(
                    "ask {owner} what holds it up, or hand the task over",
                    {"owner": _owner(task.assignee, task.candidate_groups)},
                ),
            )


def _told(place: Place) -> Any:
    """The columns of a task that a reader is told."""
    return select(
        UserTask.id, UserTask.name, UserTask.process_key, UserTask.candidate_groups, UserTask.scope, UserTask.subject,
        UserTask.business_key, UserTask.created_at, UserTask.due_at, UserTask.instance_id, UserTask.element_instance_id,
        UserTask.assignee,
    ).where(place.tasks())  # fmt: skip


def _of_task(kind: str, task: Any, why: Sentence, since: datetime, what_helps: Sentence) -> Stuck:
    return Stuck(
        kind,
        why,
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


def _owner(assignee: str, groups: Sequence[object]) -> str:
    """Whose turn a task is: `@name` for one person, else the posts."""
    return f"@{assignee}" if assignee else ", ".join(str(group) for group in groups)


def _seats(db: Session, place: Place) -> frozenset[tuple[str, str]]:
    """Which posts of officials are held by somebody living, and where."""
    query = (
        select(Post.post, Post.path)
        .join(Person)
        .where(Person.active, people.running(place.today), Post.post.not_in(("ENT", "LO")))
        .distinct()
    )
    return frozenset((row.post, row.path) for row in db.execute(query))


def _has_seat(groups: Sequence[str], scope: str, seats: frozenset[tuple[str, str]]) -> bool:
    # Without an officer the county officers act for him (4.l).
    wanted = [*groups, *(_COUNTY if "LO" in groups else ())]
    return any((group, path) in seats for group in wanted for path in territories.lineage(scope))


def _enterprises_with_users(db: Session, place: Place) -> frozenset[int]:
    query = (
        select(Post.enterprise_id)
        .join(Person)
        .where(Post.post == "ENT", Post.enterprise_id.is_not(None), Person.active, people.running(place.today))
    )
    return frozenset(one for one in db.scalars(query) if one is not None)


def _living_people(db: Session, place: Place) -> frozenset[str]:
    query = select(Person.username).join(Post).where(Person.active, people.running(place.today)).distinct()
    return frozenset(db.scalars(query))


def _cases_with_officer(db: Session, place: Place) -> frozenset[str]:
    """The subjects of cases that an officer, or whoever acts for him, looks after."""
    acting = aliased(Officer)
    person, deputy = aliased(Person), aliased(Person)
    query = (
        select(Case.enterprise_id)
        .join(Assignment, (Assignment.case_id == Case.id) & Assignment.until.is_(None))
        .join(Officer, Officer.id == Assignment.officer_id)
        .join(person, person.id == Officer.person_id)
        .outerjoin(acting, acting.id == Officer.acting_officer_id)
        .outerjoin(deputy, deputy.id == acting.person_id)
        .where(Case.state.in_(LIVING_CASE), place.cases())
        .where(or_((Officer.state == "在岗") & person.active, (acting.state == "在岗") & deputy.active))
    )
    return frozenset(enterprises.subject(one) for one in db.scalars(query))


def _returns(db: Session, task: UserTask) -> tuple[int, datetime]:
    """How often in a row the loop of a task was returned up to now, and since when."""
    query = (
        select(UserTask.element_id, UserTask.ended_at, Submission.data)
        .join(Submission, Submission.user_task_id == UserTask.id)
        .where(UserTask.instance_id == task.instance_id, UserTask.status == "completed")
        .order_by(UserTask.ended_at.desc(), UserTask.id.desc())
    )
    count, since, was_returned = 0, task.created_at, False
    for row in db.execute(query):
        was_returned = was_returned or _is_return(row.data)
        if row.element_id == task.element_id:
            if not was_returned:
                break
            count, since, was_returned = count + 1, row.ended_at or since, False
    return count, since


def _is_return(data: object) -> bool:
    """Whether an answer says `return` (退回补正)."""
    given = answers.context(data)
    return given.get("decision") == "return" or any(_is_return(value) for value in given.values())


def _last_acts(db: Session, tasks: Sequence[Any], since: datetime) -> dict[int, datetime]:
    """When a person last did something with each of these tasks, from `since` on: saved a draft, or left a trace in history."""
    found: dict[int, datetime] = {}
    places = {(f"i{task.instance_id}", task.element_instance_id): task.id for task in tasks}
    for start in range(0, len(tasks), 500):
        some = tasks[start : start + 500]
        drafts = select(Draft.user_task_id, func.max(Draft.saved_at)).where(
            Draft.user_task_id.in_([task.id for task in some]), Draft.saved_at >= since
        )
        found.update({row[0]: row[1] for row in db.execute(drafts.group_by(Draft.user_task_id))})
        acts = select(HistoryEntry.chain, HistoryEntry.element_instance_id, func.max(HistoryEntry.at)).where(
            HistoryEntry.chain.in_({f"i{task.instance_id}" for task in some}),
            HistoryEntry.at >= since,
            HistoryEntry.by.not_in(("", people.SYSTEM)),
        )
        for chain, element, moment in db.execute(acts.group_by(HistoryEntry.chain, HistoryEntry.element_instance_id)):
            if (task_id := places.get((chain, element))) is not None:
                found[task_id] = max(moment, found.get(task_id, moment))
    return found
