"""Filings as one looks them up: one of them, the list narrowed by desk, level, territory and time, and whose turn it is.

Source: REFERENCE 4.b, 6.4, 7 standard view 5, 8. Who reads which filing is said in `permissions` alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from casework import filing_figures, lights, permissions, territories
from casework.filing_tables import FILING_LEVELS, FILING_STATES, LINES, OPEN_FILING, Filing, FilingObjection
from casework.permissions import Scope
from casework.tables import Enterprise
from engine.calendars import calendar, local_day
from engine.errors import NotFound
from engine.tables import UserTask

PAGE: Final = 50
STATES: Final = FILING_STATES
K10: Final = ("decided", "filed", "city", "region", "refused", "withdrawn", "returned", "first_pass", "overdue")
"""What `filing_figures.behind` counts in a period."""
ONLY: Final = ("mine", "late", "corrected", "objection", "promise", "fast", "first")
"""轮到我, 已超期, 补正过, 有异议, 有承诺, 快速通道, 一次通过."""


@dataclass(frozen=True, slots=True)
class Row:
    """One filing of a list with its enterprise and what waits: the task, the working days left, whether I may do it."""

    filing: Filing
    enterprise: Enterprise
    task: UserTask | None
    days_left: int | None
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page of filings, the newest first; `next_before` is the id to go on with, 0 at the end."""

    rows: list[Row] = field(default_factory=list[Row])
    total: int = 0
    next_before: int = 0


def get(db: Session, scope: Scope, filing_id: int) -> Filing:
    """The filing, if this person may read it.

    Raises:
        NotFound: it does not exist, or lies outside what the person may see; the two are not told apart.
    """
    query = select(Filing).where(Filing.id == filing_id, permissions.sees_filings(scope))
    filing = db.scalars(query).one_or_none()
    if filing is None:
        raise NotFound("there is no filing {id}, or you may not see it", id=filing_id)
    return filing


def sees(db: Session, scope: Scope, filing: Filing) -> bool:
    """Whether this person may read the page of a filing (who is asked for one opinion may see the desk and not the page)."""
    return db.scalar(select(Filing.id).where(Filing.id == filing.id, permissions.sees_filings(scope))) is not None


def search(
    db: Session, scope: Scope, *, asked: Mapping[str, str], before: int = 0, limit: int = PAGE, now: datetime
) -> Page:
    """The filings this person may read, narrowed by `asked`.

    `asked`: text (number, name or enterprise), path, level, line, state (a state, `open`, `all`), only (one of `ONLY`), since and
    until (days between which it was decided), k10 (what a figure of that period counts, one of `K10`).
    """
    criteria = [permissions.sees_filings(scope), *_criteria(db, scope, asked, now=now)]
    query = select(Filing, Enterprise).join(Enterprise, Enterprise.id == Filing.enterprise_id).where(*criteria)
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    if before:
        query = query.where(Filing.id < before)
    found = list(db.execute(query.order_by(Filing.id.desc()).limit(limit + 1)))
    waiting = tasks_of(db, [filing for filing, _ in found[:limit]])
    mine = set[int]() if scope.is_enterprise else {task.id for task in _mine(db, scope)}
    rows: list[Row] = []
    for filing, enterprise in found[:limit]:
        task = _shown(waiting.get(filing.instance_id or 0, []), scope)
        left = lights.days_left(calendar(db), task.due_at, now) if task is not None and task.due_at else None
        rows.append(Row(filing, enterprise, task, left, task is not None and (task.id in mine or _is_own(task, scope))))
    return Page(rows, total, found[limit - 1][0].id if len(found) > limit else 0)


def of_enterprise(db: Session, enterprise_id: int) -> list[Filing]:
    """All filings of an enterprise, the newest first."""
    return list(db.scalars(select(Filing).where(Filing.enterprise_id == enterprise_id).order_by(Filing.id.desc())))


def tasks_of(db: Session, filings: Sequence[Filing]) -> dict[int, list[UserTask]]:
    """What waits for a person in the runs of these filings, by the id of the run; one statement."""
    ids = [one.instance_id for one in filings if one.instance_id is not None]
    found: dict[int, list[UserTask]] = {}
    if ids:
        query = select(UserTask).where(UserTask.instance_id.in_(ids), UserTask.status.in_(("open", "held")))
        for task in db.scalars(query.order_by(UserTask.id)):
            found.setdefault(task.instance_id, []).append(task)
    return found


def counts(db: Session, scope: Scope, *, path: str = "") -> dict[str, int]:
    """How many filings stand in which state, of those this person may read; states without any are left out."""
    query = (
        select(Filing.state, func.count()).where(permissions.sees_filings(scope), *_within(path)).group_by(Filing.state)
    )
    return {row[0]: row[1] for row in db.execute(query)}


def late(now: datetime) -> ColumnElement[bool]:
    """The criterion on `Filing` for one whose present desk has let its due date pass."""
    waits = aliased(UserTask)
    return exists().where(
        waits.instance_id == Filing.instance_id,
        waits.status == "open",
        waits.due_at < now,
        waits.paused_at.is_(None),
    )


def _criteria(db: Session, scope: Scope, asked: Mapping[str, str], *, now: datetime) -> list[ColumnElement[bool]]:
    found = [*_within(asked.get("path", ""))]
    if text := asked.get("text", ""):
        found.append(
            or_(
                Filing.ref_no.contains(text, autoescape=True),
                Filing.number.contains(text, autoescape=True),
                Filing.name.contains(text, autoescape=True),
                Enterprise.name.contains(text, autoescape=True),
                Enterprise.uscc == text.upper(),
            )
        )
    if (level := asked.get("level", "")) in FILING_LEVELS:
        found.append(Filing.level == level)
    if (line := asked.get("line", "")) in LINES:
        found.append(Filing.line == line)
    if (counted := asked.get("k10", "")) in K10:
        since, until = _day(asked, "since"), _day(asked, "until")
        path = asked.get("path", "") or territories.REGION
        return [*found, filing_figures.behind(path, counted, since=since or date.min, until=until or local_day(now))]
    state = asked.get("state", "") or "open"
    if state in STATES:
        found.append(Filing.state == state)
    elif state != "all":
        found.append(Filing.state.in_(OPEN_FILING))
    if since := _day(asked, "since"):
        found.append(Filing.decided_on >= since)
    if until := _day(asked, "until"):
        found.append(Filing.decided_on <= until)
    return found + _only(db, scope, asked.get("only", ""), now=now)


def _only(db: Session, scope: Scope, only: str, *, now: datetime) -> list[ColumnElement[bool]]:
    match only:
        case "mine":
            return [Filing.instance_id.in_(sorted({task.instance_id for task in _mine(db, scope)}))]
        case "late":
            return [or_(late(now), and_(Filing.overdue, Filing.state.not_in(OPEN_FILING)))]
        case "corrected":
            return [Filing.corrections > 0]
        case "objection":
            return [exists().where(FilingObjection.filing_id == Filing.id)]
        case "promise":
            return [Filing.promise_state == "open"]
        case "fast":
            return [Filing.fast_track.is_(True)]
        case "first":
            return [Filing.first_pass.is_(True)]
        case _:
            return []


def _mine(db: Session, scope: Scope) -> list[UserTask]:
    return permissions.my_tasks(db, scope, process_key="filing")


def _within(path: str) -> list[ColumnElement[bool]]:
    return [territories.under(Filing.scope, [path])] if path else []


def _day(asked: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(asked.get(name, ""))
    except ValueError:
        return None


def _shown(tasks: Sequence[UserTask], scope: Scope) -> UserTask | None:
    """What the list names as waiting: for an enterprise what it is asked itself, else the first of what waits."""
    if scope.is_enterprise:
        tasks = [task for task in tasks if "ENT" in task.candidate_groups]
    return tasks[0] if tasks else None


def _is_own(task: UserTask, scope: Scope) -> bool:
    return scope.is_enterprise and "ENT" in task.candidate_groups
