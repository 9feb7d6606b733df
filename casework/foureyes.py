"""Nobody checks himself: who took part in a case, whom a user task therefore bars, and to whom it is lifted.

A drawing says it on the user task: `differentFrom` (a comma list of `process.element`, or `*` for everybody who acted) and
`notConsecutive` (not the actor of the level before). All actors of the whole case count, also of runs that have ended.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import enterprises
from casework.tables import Assignment, Officer, Person
from engine.errors import Sentence
from engine.tables import UserTask

_LIFT: Final[Mapping[str, str]] = {
    "XK": "CK", "XG": "CG", "XS": "CS", "XL": "CL", "CK": "RK", "CG": "RG", "CS": "RS", "CL": "RL",
}  # fmt: skip
"""One level up on the same line."""


@dataclass(frozen=True, slots=True)
class Act:
    """A user task that was completed: where in the drawing, when (by id), by whom."""

    task_id: int
    instance_id: int
    element: str
    groups: frozenset[str]
    by: str


Actors = Mapping[int, list[Act]]
"""What was done under each root, in order."""


def actors(db: Session, roots: Iterable[int]) -> Actors:
    """Who completed which user task under these roots."""
    found: dict[int, list[Act]] = {root: [] for root in roots}
    wanted = sorted(found)
    for start in range(0, len(wanted), 500):
        query = select(UserTask).where(
            UserTask.root_id.in_(wanted[start : start + 500]),
            UserTask.status == "completed",
            UserTask.completed_by != "",
        )
        for task in db.execute(query.order_by(UserTask.ended_at, UserTask.id)).scalars():
            element = f"{task.process_key}.{task.element_id}"
            act = Act(task.id, task.instance_id, element, frozenset(task.candidate_groups), task.completed_by)
            found[task.root_id].append(act)
    return found


def barred(db: Session, task: UserTask, known: Actors) -> set[str]:
    """The user names that four eyes keep from completing a task."""
    return set(_reasons(db, task, known))


def reason(db: Session, username: str, task: UserTask, known: Actors) -> Sentence | None:
    """Why four eyes keep this person from completing a task; None when they do not."""
    return _reasons(db, task, known).get(username)


def ladder(posts: Iterable[str]) -> list[frozenset[str]]:
    """These posts, and level by level those to whom a task is lifted when nobody else is left."""
    level = frozenset(posts)
    steps: list[frozenset[str]] = []
    while level:
        steps.append(level)
        level = frozenset(_LIFT[post] for post in level if post in _LIFT)
    return steps


def below(post: str) -> list[str]:
    """The posts of the same line on all lower levels."""
    found: list[str] = []
    for lower, higher in _LIFT.items():
        if higher == post:
            found += [lower, *below(lower)]
    return found


def _reasons(db: Session, task: UserTask, known: Actors) -> dict[str, Sentence]:
    acts = known.get(task.root_id, [])
    found: dict[str, Sentence] = {}
    different = [part.strip() for part in str(task.properties.get("differentFrom") or "").split(",") if part.strip()]
    if different:
        wanted = {ref if "." in ref else f"{task.process_key}.{ref}" for ref in different}
        for act in acts:
            if "*" in different or act.element in wanted:
                found[act.by] = Sentence("you took part in this case before; somebody else has to check it")
        for username in _officers(db, task):
            found.setdefault(username, Sentence("the liaison officer of the enterprise does not check his own case"))
    if str(task.properties.get("notConsecutive") or "").lower() == "true":
        here = f"{task.process_key}.{task.element_id}"
        before = [
            act
            for act in acts
            if act.instance_id == task.instance_id and act.element != here and act.groups - {"LO", "ENT"}
        ]
        if before:
            said = Sentence("you decided at the level before; the same person never decides at two consecutive levels")
            found.setdefault(before[-1].by, said)
    return found


def _officers(db: Session, task: UserTask) -> list[str]:
    """The liaison officer of the enterprise and whoever acts for him now."""
    enterprise_id = enterprises.id_of(task.subject)
    if enterprise_id is None:
        return []
    query = select(Officer).join(Assignment, Assignment.officer_id == Officer.id)
    running = query.where(Assignment.enterprise_id == enterprise_id, Assignment.until.is_(None))
    ids: list[int] = []
    for officer in db.execute(running).scalars():
        ids.append(officer.person_id)
        if officer.state == "请假" and officer.acting_officer_id:
            ids.append(db.get_one(Officer, officer.acting_officer_id).person_id)
    return list(db.execute(select(Person.username).where(Person.id.in_(ids))).scalars())
