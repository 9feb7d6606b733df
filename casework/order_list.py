"""Supervision orders as one looks them up: what waits for me, what is late, what ended how, and K13 with the list behind it.

Source: REFERENCE 7 K13 and standard view 9 (my supervision notices), 3.6.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from statistics import median

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from casework import permissions, territories
from casework.case_tables import Case
from casework.order_tables import OPEN_ORDER, UNANSWERED_ORDER, SupervisionOrder
from casework.permissions import Scope
from casework.tables import Enterprise
from engine.calendars import SHANGHAI, calendar, local_day
from engine.errors import NotFound
from engine.tables import UserTask

PAGE = 50
VIEWS = ("open", "answer", "judge", "late", "meeting", "closed", "all")
"""未办结, 待我回复, 待我签发或认可, 超期未复, 待上会, 已结, 全部."""
_MINE = {"answer": ("reply_order",), "judge": ("issue_order", "review_reply", "talk")}


@dataclass(frozen=True, slots=True)
class Row:
    """One order of a list. `days_left`: working days to the answer, negative when late, None when none is awaited; `task_id`: my turn."""

    order: SupervisionOrder
    enterprise: Enterprise | None
    case: Case | None
    days_left: int | None
    task_id: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of orders, the newest first; `next_before` is the id to go on with, 0 at the end."""

    rows: list[Row] = field(default_factory=list[Row])
    total: int = 0
    next_before: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """K13 of what somebody may see: how many orders stand where, and how quickly this quarter's were answered.

    `answered_in_time` of `answered`; `response`: the median of working days from issue to the first answer, None without one.
    """

    views: Mapping[str, int]
    colors: Mapping[str, int]
    answered: int
    answered_in_time: int
    response: float | None


def get(db: Session, scope: Scope, order_id: int) -> SupervisionOrder:
    """The order, if this person may read it.

    Raises:
        NotFound: it does not exist, or lies outside what the person may see; the two are not told apart.
    """
    query = select(SupervisionOrder).where(SupervisionOrder.id == order_id, permissions.sees_orders(scope))
    order = db.scalars(query).one_or_none()
    if order is None:
        raise NotFound("there is no supervision order {id}, or you may not see it", id=order_id)
    return order


def search(
    db: Session, scope: Scope, *, asked: Mapping[str, str], before: int = 0, limit: int = PAGE, now: datetime
) -> Page:
    """The orders this person may read, narrowed by `asked`: view (one of `VIEWS`), text, path, color, level."""
    mine = _tasks(db, scope)
    criteria = [permissions.sees_orders(scope), *_criteria(asked, mine, now=now)]
    query = select(SupervisionOrder, Enterprise, Case).outerjoin(
        Enterprise, Enterprise.id == SupervisionOrder.enterprise_id
    )
    query = query.outerjoin(Case, Case.id == SupervisionOrder.case_id).where(*criteria)
    total = db.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    if before:
        query = query.where(SupervisionOrder.id < before)
    found = list(db.execute(query.order_by(SupervisionOrder.id.desc()).limit(limit + 1)))
    tasks = {task.instance_id: task for task in mine}
    rows: list[Row] = []
    for order, enterprise, its_case in found[:limit]:
        task = tasks.get(order.instance_id or 0) if order.state in OPEN_ORDER else None
        rows.append(Row(order, enterprise, its_case, days_left(db, order, now=now), task.id if task else None))
    return Page(rows, total, found[limit - 1][0].id if len(found) > limit else 0)


def figures(db: Session, scope: Scope, *, path: str = "", now: datetime) -> Figures:
    """How many orders stand where, by view and colour of the open ones, and K13 of those issued in this quarter."""
    seen = [permissions.sees_orders(scope), *([territories.under(SupervisionOrder.scope, [path])] if path else [])]
    mine = _tasks(db, scope)
    counted = {view: _view(view, mine, now=now) for view in VIEWS}
    columns = [func.count(case((criterion, 1))) for criterion in counted.values()]
    is_open = SupervisionOrder.state.in_(OPEN_ORDER)
    colors = {
        name: func.count(case((and_(is_open, SupervisionOrder.color == name), 1))) for name in ("red", "yellow", "blue")
    }
    got = db.execute(select(*columns, *colors.values()).where(*seen)).one()
    day = local_day(now)
    since = datetime.combine(date(day.year, (day.month - 1) // 3 * 3 + 1, 1), time.min, SHANGHAI).astimezone(UTC)
    issued = select(SupervisionOrder.issued_at, SupervisionOrder.first_replied_at, SupervisionOrder.first_due_at)
    issued = issued.where(*seen, SupervisionOrder.first_replied_at.is_not(None), SupervisionOrder.issued_at >= since)
    answered = list(db.execute(issued))
    days = calendar(db)
    taken = [days.between(local_day(at), local_day(first)) for at, first, _ in answered if at and first]
    return Figures(
        views=dict(zip(counted, got[: len(counted)], strict=True)),
        colors=dict(zip(colors, got[len(counted) :], strict=True)),
        answered=len(answered),
        answered_in_time=sum(bool(first and due and first <= due) for _, first, due in answered),
        response=float(median(taken)) if taken else None,
    )


def days_left(db: Session, order: SupervisionOrder, *, now: datetime) -> int | None:
    """Working days until an answer is due, negative when it is late; None when no answer is awaited."""
    if order.state not in {"issued", "returned"} or order.due_at is None:
        return None
    left = calendar(db).between(local_day(now), local_day(order.due_at))
    return left if now <= order.due_at else min(left, -1)


def chain(db: Session, scope: Scope, order: SupervisionOrder) -> list[SupervisionOrder]:
    """The orders on the same matter that this one came from and led to, in order, as far as this person may read them."""
    query = select(SupervisionOrder).where(
        permissions.sees_orders(scope),
        SupervisionOrder.id != order.id,
        or_(
            SupervisionOrder.id == (order.predecessor_id or 0),
            SupervisionOrder.predecessor_id == order.id,
            and_(SupervisionOrder.instance_id == order.instance_id, SupervisionOrder.instance_id.is_not(None)),
        ),
    )
    return list(db.scalars(query.order_by(SupervisionOrder.id)))


def task_of(db: Session, order: SupervisionOrder) -> UserTask | None:
    """The user task that waits for somebody because of an open order."""
    if order.instance_id is None or order.state not in OPEN_ORDER:
        return None
    query = select(UserTask).where(UserTask.instance_id == order.instance_id, UserTask.status == "open")
    return db.scalars(query.order_by(UserTask.id.desc()).limit(1)).one_or_none()


def _tasks(db: Session, scope: Scope) -> list[UserTask]:
    return permissions.my_tasks(db, scope, process_key="escalate")


def _criteria(asked: Mapping[str, str], mine: Sequence[UserTask], *, now: datetime) -> list[ColumnElement[bool]]:
    found = [_view(asked.get("view") or "open", mine, now=now)]
    if text := asked.get("text", ""):
        like = f"%{text.replace('%', '').replace('_', '')}%"
        found.append(
            or_(SupervisionOrder.number.like(like), Enterprise.name.like(like), SupervisionOrder.matter.like(like))
        )
    if path := asked.get("path", ""):
        found.append(territories.under(SupervisionOrder.scope, [path]))
    if color := asked.get("color", ""):
        found.append(SupervisionOrder.color == color)
    if (level := asked.get("level", "")).isdigit():
        found.append(SupervisionOrder.level == int(level[:2]))
    return found


def _view(view: str, mine: Sequence[UserTask], *, now: datetime) -> ColumnElement[bool]:
    is_open = SupervisionOrder.state.in_(OPEN_ORDER)
    if view in _MINE:
        runs = [task.instance_id for task in mine if task.element_id in _MINE[view]]
        return and_(is_open, SupervisionOrder.instance_id.in_(runs))
    if view == "late":
        unanswered = SupervisionOrder.state.in_([state for state in UNANSWERED_ORDER if state != "replied"])
        return and_(unanswered, SupervisionOrder.due_at < now)
    if view == "meeting":
        return and_(SupervisionOrder.state == "meeting", SupervisionOrder.closed_at.is_(None))
    if view == "closed":
        return SupervisionOrder.closed_at.is_not(None)
    return is_open if view == "open" else SupervisionOrder.id > 0
