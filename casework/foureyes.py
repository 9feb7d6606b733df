"""Nobody checks himself: who took part in a case, whom a user task therefore bars, and to whom it is lifted.

A drawing says it on the user task: `differentFrom` (a comma list of `process.element`, or `*` for everybody who acted) and
`notConsecutive` (not the actor of the level before). All actors of the whole case count, also of runs that have ended.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import enterprises, staff
from casework.staff import Staff
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


@dataclass(frozen=True, slots=True)
class Past:
    """What was done under each root, in order, and the staff of today."""

    acts: Mapping[int, list[Act]]
    staff: Staff


def past(db: Session, tasks: Iterable[UserTask], day: date) -> Past:
    """Who completed which user task in the cases of these tasks, and who could act today; a fixed number of statements.

    Only cases in which one of these tasks bars anybody are looked into.
    """
    asked = list(tasks)
    ids = (enterprises.id_of(task.subject) for task in asked)
    known = staff.of(db, {task.scope for task in asked}, {number for number in ids if number is not None}, day)
    found: dict[int, list[Act]] = {task.root_id: [] for task in asked if _bars(task)}
    wanted = sorted(found)
    for start in range(0, len(wanted), 500):
        query = select(
            UserTask.root_id,
            UserTask.id,
            UserTask.instance_id,
            UserTask.process_key,
            UserTask.element_id,
            UserTask.candidate_groups,
            UserTask.completed_by,
        ).where(
            UserTask.root_id.in_(wanted[start : start + 500]),
            UserTask.status == "completed",
            UserTask.completed_by != "",
        )
        for root_id, task_id, instance_id, process, element, groups, by in db.execute(
            query.order_by(UserTask.ended_at, UserTask.id)
        ):
            found[root_id].append(Act(task_id, instance_id, f"{process}.{element}", frozenset(groups), by))
    return Past(found, known)


def barred(task: UserTask, known: Past) -> set[str]:
    """The user names that four eyes keep from completing a task."""
    return set(_reasons(task, known))


def reason(username: str, task: UserTask, known: Past) -> Sentence | None:
    """Why four eyes keep this person from completing a task; None when they do not."""
    return _reasons(task, known).get(username)


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


def _bars(task: UserTask) -> bool:
    """Whether the drawing keeps anybody from this user task because of what he did before."""
    return bool(_different(task)) or _is_consecutive_barred(task)


def _different(task: UserTask) -> list[str]:
    return [part.strip() for part in str(task.properties.get("differentFrom") or "").split(",") if part.strip()]


def _is_consecutive_barred(task: UserTask) -> bool:
    return str(task.properties.get("notConsecutive") or "").lower() == "true"


def _reasons(task: UserTask, known: Past) -> dict[str, Sentence]:
    acts = known.acts.get(task.root_id, [])
    found: dict[str, Sentence] = {}
    different = _different(task)
    if different:
        wanted = {ref if "." in ref else f"{task.process_key}.{ref}" for ref in different}
        for act in acts:
            if "*" in different or act.element in wanted:
                found[act.by] = Sentence("you took part in this case before; somebody else has to check it")
        for username in known.staff.involved.get(enterprises.id_of(task.subject) or 0, ()):
            found.setdefault(username, Sentence("the liaison officer of the enterprise does not check his own case"))
    if _is_consecutive_barred(task):
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
