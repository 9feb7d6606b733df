"""The file of a case as one reads it: where it stands, what happened, and the drawings it runs in.

Source: REFERENCE 8 (drill path to the timeline and the evidence). Everything is read from rows; nothing is kept twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from casework import case_events, enterprises, light_words, people, permissions
from casework.case_tables import LIVING_CASE, Case, Closure, Item, Visit
from casework.issue_tables import Issue
from casework.light_tables import LightLog
from casework.permissions import Scope
from casework.tables import Enterprise
from engine import versions
from engine.errors import NotFound, Sentence
from engine.tables import Definition, HistoryEntry, Instance, Job, Subscription, UserTask

PAGE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. `figures` and `detail` (as written) are what is behind it.

    `light` is set where a light changed, with the words of its `rule` (Chinese) and `rule_en`.
    """

    at: datetime
    who: str
    what: Sentence
    on_behalf_of: str = ""
    light: str = ""
    rule: str = ""
    rule_en: str = ""
    detail: str = ""
    figures: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """One run of the case and where it stands in its drawing."""

    instance_id: int
    definition_id: int
    name: str
    status: str
    current: tuple[str, ...]
    done: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One case of a list."""

    case: Case
    enterprise: Enterprise
    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of cases in the order of their numbers; `next_after` is the id to go on with, 0 at the end."""

    rows: list[Row] = field(default_factory=list[Row])
    next_after: int = 0


def get(db: Session, scope: Scope, case_id: int) -> Case:
    """The case, if this person may read it.

    Raises:
        NotFound: it does not exist, or lies outside what the person may see; the two are not told apart.
    """
    case = db.get(Case, case_id)
    seen = case is not None and permissions.sees_subject(db, scope, case.scope, enterprises.subject(case.enterprise_id))
    if case is None or not seen:
        raise NotFound("there is no case {id}, or you may not see it", id=case_id)
    return case


def search(
    db: Session,
    scope: Scope,
    *,
    text: str = "",
    path: str = "",
    list_type: str = "",
    stage: str = "",
    light: str = "",
    state: str = "",
    after: int = 0,
    limit: int = PAGE,
) -> Page:
    """The cases this person may read, narrowed by what is given: a piece of the name, the code or the number, a territory …

    `state` is one state of a case, or empty for all living ones, or `all`.
    """
    criteria: list[ColumnElement[bool]] = [permissions.sees_enterprises(scope), Case.id > after]
    if text.strip():
        like = f"%{text.strip()}%"
        criteria.append(or_(Enterprise.name.like(like), Enterprise.uscc.like(like), Case.case_no.like(like)))
    if path:
        criteria.append(or_(Case.scope == path, Case.scope.startswith(path + "/")))
    if stage:
        criteria.append(Case.stage == stage)
    if light:
        criteria.append(Case.light == light)
    if state != "all":
        criteria.append(Case.state == state if state else Case.state.in_(LIVING_CASE))
    if list_type:
        criteria.append(Case.id.in_(select(Item.case_id).where(Item.list_type == list_type)))
    query: Select[Case, Enterprise] = (
        select(Case, Enterprise)
        .join(Enterprise, Enterprise.id == Case.enterprise_id)
        .where(*criteria)
        .order_by(Case.id)
        .limit(limit + 1)
    )
    found = db.execute(query).all()
    lists = _lists(db, [case.id for case, _ in found])
    rows = [Row(case, enterprise, lists.get(case.id, ())) for case, enterprise in found[:limit]]
    return Page(rows, rows[-1].case.id if len(found) > limit else 0)


def count(db: Session, scope: Scope) -> int:
    """How many living cases this person may read."""
    return db.execute(
        select(func.count(Case.id))
        .join(Enterprise, Enterprise.id == Case.enterprise_id)
        .where(permissions.sees_enterprises(scope), Case.state.in_(LIVING_CASE))
    ).scalar_one()


def timeline(db: Session, case: Case, *, limit: int = 200) -> list[Entry]:
    """What happened, newest first: tasks done, lights changed, visits, decisions on closures, problems."""
    found = [*_tasks_done(db, case, limit), *_lights(db, case, limit), *_closures(db, case), *_refused_visits(db, case)]
    found += _issues(db, case, limit)
    found += case_events.of(db, case)
    found.append(Entry(case.opened_at, "", Sentence("the case was opened")))
    if case.closed_at is not None:
        found.append(Entry(case.closed_at, "", Sentence("the case was ended"), detail=case.end_reason))
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:limit]


def open_tasks(db: Session, case: Case) -> list[UserTask]:
    """What waits for a person in this case, the most urgent first."""
    query = select(UserTask).where(UserTask.root_id == case.instance_id, UserTask.status.in_(("open", "held")))
    return sorted(db.scalars(query), key=lambda task: (task.due_at is None, task.due_at or task.created_at))


def drawings(db: Session, case: Case) -> list[Drawing]:
    """The runs of the case, living ones first, each with the elements where it waits and those it has passed."""
    return drawings_under(db, case.instance_id) if case.instance_id else []


def drawings_under(db: Session, root_id: int) -> list[Drawing]:
    """The runs under a root run and itself, living ones first."""
    runs = db.execute(
        select(Instance, Definition)
        .join(Definition, Definition.id == Instance.definition_id)
        .where(Instance.root_id == root_id)
        .order_by((Instance.status != "active"), Instance.id)
        .limit(PAGE)
    ).all()
    ids = [run.id for run, _ in runs]
    waiting, passed = _waiting(db, ids), _passed(db, ids)
    return [
        Drawing(
            run.id,
            definition.id,
            definition.name or definition.key,
            run.status,
            _without_listeners(db, definition.id, waiting.get(run.id, set())),
            tuple(sorted(passed.get(run.id, set()) - waiting.get(run.id, set()))),
        )
        for run, definition in runs
    ]


def _without_listeners(db: Session, definition_id: int, waiting: set[str]) -> tuple[str, ...]:
    """Where a run waits, without the start events of event sub-processes, which listen all the time."""
    elements = versions.model(db, definition_id).elements
    return tuple(sorted(one for one in waiting if one not in elements or elements[one].kind != "startEvent"))


def _passed(db: Session, ids: list[int]) -> dict[int, set[str]]:
    """What each run has completed, as its history has it."""
    query = select(HistoryEntry.instance_id, HistoryEntry.data).where(
        HistoryEntry.instance_id.in_(ids), HistoryEntry.fact == "walked"
    )
    found: dict[int, set[str]] = {}
    for instance_id, data in db.execute(query):
        done = (step for step in data["path"] if step[0] == "-")
        found.setdefault(instance_id or 0, set()).update(str(step[1]) for step in done)
    return found


def _waiting(db: Session, ids: list[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for query in (
        select(UserTask.instance_id, UserTask.element_id).where(
            UserTask.instance_id.in_(ids), UserTask.status.in_(("open", "held"))
        ),
        select(Job.instance_id, Job.element_id).where(
            Job.instance_id.in_(ids), Job.status.in_(("waiting", "running", "failed")), Job.kind != "reminder"
        ),
        select(Subscription.instance_id, Subscription.element_id).where(Subscription.instance_id.in_(ids)),
        select(Job.instance_id, Job.element_id)
        .join(
            Instance,
            (Instance.parent_id == Job.instance_id) & (Instance.parent_element_instance_id == Job.element_instance_id),
        )
        .where(Job.instance_id.in_(ids), Job.kind == "call", Instance.status == "active"),
    ):
        for instance_id, element_id in db.execute(query):
            if instance_id is not None and element_id:
                found.setdefault(instance_id, set()).add(element_id)
    return found


def _tasks_done(db: Session, case: Case, limit: int) -> Iterable[Entry]:
    query = (
        select(UserTask)
        .where(UserTask.root_id == case.instance_id, UserTask.status == "completed")
        .order_by(UserTask.id.desc())
        .limit(limit)
    )
    for task in db.scalars(query):
        if task.ended_at is not None:
            behalf = "" if not task.on_behalf_of else enterprises.get(db, case.enterprise_id).name
            yield Entry(
                task.ended_at,
                people.name_of(db, task.completed_by),
                Sentence("{task}: done", {"task": task.name}),
                on_behalf_of=behalf,
            )


def _lights(db: Session, case: Case, limit: int) -> Iterable[Entry]:
    query = select(LightLog).where(LightLog.about == f"case:{case.id}").order_by(LightLog.id.desc()).limit(limit)
    for row in db.scalars(query):
        yield Entry(
            row.at,
            "",
            Sentence("the light changed"),
            light=row.light,
            rule=row.rule,
            rule_en=row.rule_en,
            figures=light_words.said(row.number, row.figures),
        )


def _closures(db: Session, case: Case) -> Iterable[Entry]:
    for closure in db.scalars(select(Closure).where(Closure.case_id == case.id)):
        if closure.decided_at is None:
            continue
        if closure.state == "passed":
            what = Sentence(
                "{list} was struck off as {number}",
                {"list": closure.item.list_type, "number": closure.closure_no or ""},
            )
        else:
            what = Sentence("striking off {list} was refused", {"list": closure.item.list_type})
        yield Entry(closure.decided_at, "", what, detail="；".join(map(str, closure.reasons)))


def _refused_visits(db: Session, case: Case) -> Iterable[Entry]:
    query = select(Visit).where(Visit.case_id == case.id, Visit.result == "refused")
    for visit in db.scalars(query):
        if visit.recorded_at is not None:
            who = people.name_of(db, visit.recorded_by)
            yield Entry(visit.recorded_at, who, Sentence("the visit was refused"), detail=visit.reason)


def _issues(db: Session, case: Case, limit: int) -> Iterable[Entry]:
    query = select(Issue).where(Issue.case_id == case.id).order_by(Issue.id.desc()).limit(limit)
    for issue in db.scalars(query):
        params = {"number": issue.number, "title": issue.title}
        who = people.name_of(db, issue.opened_by)
        yield Entry(issue.received_at, who, Sentence("problem {number} was registered: {title}", params))
        if issue.closed_at is not None and issue.state == "unsolvable":
            yield Entry(issue.closed_at, "", Sentence("problem {number} cannot be solved: {title}", params))
        elif issue.closed_at is not None:
            yield Entry(issue.closed_at, "", Sentence("problem {number} was struck off: {title}", params))


def _lists(db: Session, case_ids: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    query = select(Item.case_id, Item.list_type).where(Item.case_id.in_(case_ids)).order_by(Item.list_type)
    for case_id, list_type in db.execute(query):
        found[case_id] = (*found.get(case_id, ()), list_type)
    return found
