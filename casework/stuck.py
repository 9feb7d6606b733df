"""Which cases do not move by themselves, why, whose turn it is, since when, and what would help.

Source: REFERENCE 4.0 ("stuck"), 4.a, HOUSE 4. Every question is asked on rows alone: failed jobs, runs that wait for nothing,
deadlines that passed, tasks that nobody living may do, items that could be struck off and are not, measures without progress.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from casework import enterprises, notices, officers, people, territories
from casework.case_tables import LIVING_CASE, Case, Item, Measure, Plan, ProgressEntry
from casework.tables import Enterprise, Person, Post
from engine.calendars import calendar, local_day
from engine.errors import Sentence
from engine.tables import Instance, Job, Subscription, UserTask

KINDS: Final = ("failed", "silent", "unstaffed", "overdue", "eligible", "idle")
"""From what only an administrator can help with to what a reminder may help with."""
ELIGIBLE_DAYS: Final = 20
"""Working days after which an item that could be struck off and is not counts as stuck (4.a)."""
IDLE: Final = timedelta(days=60)
"""Calendar days without an entry on any measure after which a case counts as stuck (4.a)."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """One thing that does not move. `whose` is whose turn it is, in posts or names; ids are None where they do not apply."""

    kind: str
    why: Sentence
    whose: str
    since: datetime
    help: Sentence
    scope: str
    subject: str
    business_key: str
    user_task_id: int | None = None
    job_id: int | None = None
    instance_id: int | None = None
    case_id: int | None = None


def stuck_cases(db: Session, *, scope: str = territories.REGION, now: datetime, limit: int = 500) -> list[Stuck]:
    """Everything that is stuck at or under a territory, the worst kind first, in each the oldest first."""
    found = [
        *failed(db, scope, limit),
        *silent(db, scope, limit),
        *unstaffed(db, scope, limit, now=now),
        *overdue(db, scope, limit, now=now),
        *eligible(db, scope, limit, now=now),
        *idle(db, scope, limit, now=now),
    ]
    return sorted(found, key=lambda stuck: (KINDS.index(stuck.kind), stuck.since))[:limit]


def failed(db: Session, scope: str, limit: int) -> Iterator[Stuck]:
    """Jobs that gave up: the drawing or a service could not go on."""
    query = (
        select(Job, Instance, UserTask)
        .outerjoin(Instance, Instance.id == Job.instance_id)
        .outerjoin(UserTask, UserTask.id == Job.user_task_id)
        .where(Job.status == "failed", _under(Job.scope, scope))
        .order_by(Job.id)
        .limit(limit)
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
        )


def silent(db: Session, scope: str, limit: int) -> Iterator[Stuck]:
    """Active runs that wait for nothing at all: no task, no job, no message, no run that they called."""
    called = aliased(Instance)
    query = (
        select(Instance)
        .where(
            Instance.status == "active",
            _under(Instance.scope, scope),
            ~exists().where(UserTask.instance_id == Instance.id, UserTask.status.in_(("open", "held"))),
            ~exists().where(Job.instance_id == Instance.id, Job.status.in_(("waiting", "running", "failed"))),
            ~exists().where(Subscription.instance_id == Instance.id),
            ~exists()
            .where(called.parent_id == Instance.id, called.status == "active")
            .where(called.parent_element_instance_id.is_not(None)),
        )
        .order_by(Instance.id)
        .limit(limit)
    )
    for run in db.scalars(query):
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


def unstaffed(db: Session, scope: str, limit: int, *, now: datetime) -> Iterator[Stuck]:
    """Open tasks that no living person may do."""
    known: dict[tuple[str, ...], bool] = {}
    query = select(UserTask).where(UserTask.status == "open", _under(UserTask.scope, scope)).order_by(UserTask.id)
    count = 0
    for task in db.scalars(query.execution_options(yield_per=500)):
        groups = [str(group) for group in task.candidate_groups]
        key = (*groups, task.scope, task.subject if {"LO", "ENT"} & set(groups) else "", task.assignee)
        if key not in known:
            known[key] = has_staff(db, task, now=now)
        if known[key]:
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
            if groups != ["ENT"]
            else Sentence("give the enterprise a log-in, or record on its behalf"),
            task.scope,
            task.subject,
            task.business_key,
            user_task_id=task.id,
            instance_id=task.instance_id,
        )
        count += 1
        if count >= limit:
            return


def has_staff(db: Session, task: UserTask, *, now: datetime) -> bool:
    """Whether a living person may do this task: the officer of the case or whoever acts, a user of the enterprise, a post."""
    day = local_day(now)
    if task.assignee:
        person = people.find(db, task.assignee)
        if person is not None and person.active and people.of(db, person, day):
            return True
    groups = [str(group) for group in task.candidate_groups]
    enterprise_id = enterprises.id_of(task.subject)
    if "ENT" in groups and enterprise_id is not None:
        users = (
            select(func.count())
            .select_from(Post)
            .join(Person)
            .where(Post.enterprise_id == enterprise_id, Post.post == "ENT", Person.active, people.running(day))
        )
        if db.scalars(users).one():
            return True
    if "LO" in groups:
        case = _case_of(db, enterprise_id)
        if case is not None and notices.officer_of(db, case):
            return True
        # Without an officer the county officers act for him (4.l).
        groups += ["XK", "XG", "XS"]
    wanted = [group for group in groups if group not in {"ENT", "LO"}]
    return bool(wanted) and bool(people.holders(db, wanted, task.scope, day))


def overdue(db: Session, scope: str, limit: int, *, now: datetime) -> Iterator[Stuck]:
    """Open tasks whose deadline has passed, with the working days since."""
    days = calendar(db)
    query = (
        select(UserTask)
        .where(UserTask.status == "open", UserTask.due_at < now, _under(UserTask.scope, scope))
        .order_by(UserTask.due_at)
        .limit(limit)
    )
    for task in db.scalars(query):
        assert task.due_at is not None
        late = max(1, days.between(local_day(task.due_at), local_day(now)))
        owner = whose_turn(db, task)
        yield Stuck(
            "overdue",
            Sentence("{task} is {days} working days overdue", {"task": task.name, "days": late}),
            owner,
            task.due_at,
            Sentence("remind {owner}, extend the deadline with a reason, or hand the task over", {"owner": owner}),
            task.scope,
            task.subject,
            task.business_key,
            user_task_id=task.id,
            instance_id=task.instance_id,
        )


def eligible(db: Session, scope: str, limit: int, *, now: datetime) -> Iterator[Stuck]:
    """Items that could be struck off for more than 20 working days and for which nobody asked."""
    days, today = calendar(db), local_day(now)
    query = (
        select(Item, Case)
        .join(Case)
        .where(Item.state.in_(("open", "relapsed")), Item.eligible_since.is_not(None), _under(Case.scope, scope))
        .order_by(Item.eligible_since)
        .limit(limit)
    )
    for item, case in db.execute(query):
        assert item.eligible_since is not None
        waited = days.between(local_day(item.eligible_since), today)
        if waited > ELIGIBLE_DAYS:
            yield Stuck(
                "eligible",
                Sentence(
                    "{list} could be struck off for {days} working days", {"list": item.list_type, "days": waited}
                ),
                notices.officer_of(db, case) or "LO",
                item.eligible_since,
                Sentence("ask for the closure"),
                case.scope,
                enterprises.subject(case.enterprise_id),
                case.case_no,
                case_id=case.id,
            )


def idle(db: Session, scope: str, limit: int, *, now: datetime) -> Iterator[Stuck]:
    """Cases with a plan in force and pending measures on which nothing was entered for 60 days."""
    last = (
        select(func.max(ProgressEntry.at))
        .join(Measure, Measure.id == ProgressEntry.measure_id)
        .where(Measure.case_id == Case.id)
        .scalar_subquery()
    )
    since = func.coalesce(last, Plan.approved_at)
    pending = exists().where(Measure.plan_id == Plan.id, Measure.state.in_(("not_started", "ongoing")))
    query: Select[Case, Plan] = (
        select(Case, Plan)
        .join(Plan, (Plan.case_id == Case.id) & (Plan.state == "approved"))
        .where(Case.state.in_(LIVING_CASE), _under(Case.scope, scope), pending, since < now - IDLE)
        .order_by(Case.id)
        .limit(limit)
    )
    for case, plan in db.execute(query):
        entered = db.scalars(
            select(func.max(ProgressEntry.at)).join(Measure).where(Measure.case_id == case.id)
        ).one_or_none()
        moment = entered or plan.approved_at or plan.submitted_at
        yield Stuck(
            "idle",
            Sentence("nothing was entered on any measure for {days} days", {"days": (now - moment).days}),
            notices.officer_of(db, case) or "LO",
            moment,
            Sentence("visit the enterprise and enter where the measures stand"),
            case.scope,
            enterprises.subject(case.enterprise_id),
            case.case_no,
            case_id=case.id,
        )


def whose_turn(db: Session, task: UserTask) -> str:
    """Whose turn it is: a name where there is one person, else the posts."""
    if task.assignee:
        return people.name_of(db, task.assignee)
    if "LO" in task.candidate_groups:
        case = _case_of(db, enterprises.id_of(task.subject))
        assignment = officers.of_case(db, case.id) if case else None
        officer = officers.acting_for(db, assignment) if assignment else None
        if officer is not None:
            return officer.person.name
    enterprise_id = enterprises.id_of(task.subject)
    if task.candidate_groups == ["ENT"] and enterprise_id is not None:
        known = db.get(Enterprise, enterprise_id)
        return known.name if known else "ENT"
    return ", ".join(str(group) for group in task.candidate_groups)


def _case_of(db: Session, enterprise_id: int | None) -> Case | None:
    if enterprise_id is None:
        return None
    return db.scalars(
        select(Case).where(Case.enterprise_id == enterprise_id, Case.state.in_(LIVING_CASE))
    ).one_or_none()


def _under(column: InstrumentedAttribute[str], scope: str) -> ColumnElement[bool]:
    """At or under a territory; the whole region also shows what has no territory yet."""
    inside = territories.under(column, [scope])
    return or_(column == "", inside) if scope == territories.REGION else inside
