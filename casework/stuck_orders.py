"""Orders and closures that are stuck (4.a, 4.c, 4.g): no reply, no answer to a request, a level or the joint confirmation that waits."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import enterprises
from casework.order_tables import SupervisionOrder
from casework.stuck_rows import Place, Stuck, grouped
from engine.errors import Sentence
from engine.tables import UserTask

_JOINT = ("joint_science", "joint_industry", "joint_state", "leader_science", "leader_industry", "leader_state")


def warning(db: Session, place: Place) -> Iterator[Stuck]:
    """Supervision orders about a case that nobody has answered for ten working days."""
    limit = place.limit(db, "warning")
    if limit is None:
        return
    for order, waited, covers in _unanswered(db, place, "case", limit):
        yield _of_order(
            "warning",
            order,
            Sentence(
                "order {number} has had no reply for {days} working days", {"number": order.number, "days": waited}
            ),
            Sentence("reply with proofs, or the level above takes the matter over"),
            covers,
        )


def request(db: Session, place: Place) -> Iterator[Stuck]:
    """Requests to a higher level without an answer for 15 working days."""
    limit = place.limit(db, "request")
    if limit is None:
        return
    for order, waited, covers in _unanswered(db, place, "request", limit):
        yield _of_order(
            "request",
            order,
            Sentence(
                "request {number} has had no answer for {days} working days", {"number": order.number, "days": waited}
            ),
            Sentence("answer it, or put it on the agenda of the next meeting"),
            covers,
        )


def closure_late(db: Session, place: Place) -> Iterator[Stuck]:
    """Levels that are more than ten working days late with a request to strike off."""
    limit = place.limit(db, "closure_late")
    if limit is None:
        return
    query = _tasks_of_closures(place).where(UserTask.due_at < place.before(limit)).order_by(UserTask.due_at)
    for task in db.execute(query):
        if (late := place.waited(task.due_at)) > limit:
            yield _of_closure(
                "closure_late",
                task,
                Sentence(
                    "{task} of the striking off is {days} working days overdue", {"task": task.name, "days": late}
                ),
                [task],
                task.due_at,
                Sentence("the leader of that office decides, or hands the task over"),
            )


def joint_open(db: Session, place: Place) -> Iterator[Stuck]:
    """Joint confirmations that have been incomplete for 15 working days."""
    limit = place.limit(db, "joint_open")
    if limit is None:
        return
    waiting = db.execute(_tasks_of_closures(place).where(UserTask.element_id.in_(_JOINT)).order_by(UserTask.id)).all()
    by_run = grouped(waiting, "instance_id")
    begun = _joint_begun(db, list(by_run))
    for run, tasks in by_run.items():
        since = begun.get(run, tasks[0].created_at)
        if (waited := place.waited(since)) > limit:
            yield _of_closure(
                "joint_open",
                tasks[0],
                Sentence(
                    "the joint confirmation has been incomplete for {days} working days: {missing} is missing",
                    {"days": waited, "missing": "、".join(task.name for task in tasks)},
                ),
                tasks,
                since,
                Sentence("nobody agrees by silence: remind the leader of that department"),
            )


def _unanswered(
    db: Session, place: Place, kind: str, limit: int
) -> Iterator[tuple[SupervisionOrder, int, Sequence[int]]]:
    query = select(SupervisionOrder).where(
        SupervisionOrder.state == "issued",
        SupervisionOrder.subject_kind == kind,
        SupervisionOrder.issued_at < place.before(limit),
        SupervisionOrder.case_id == place.case.id if place.case is not None else place.under(SupervisionOrder.scope),
    )
    orders = db.scalars(query.order_by(SupervisionOrder.issued_at)).all()
    runs = [order.instance_id for order in orders if order.instance_id is not None]
    tasks = select(UserTask.id, UserTask.instance_id).where(UserTask.instance_id.in_(runs), UserTask.status == "open")
    covers = grouped(db.execute(tasks.order_by(UserTask.id)), "instance_id") if runs else {}
    for order in orders:
        assert order.issued_at is not None
        if (waited := place.waited(order.issued_at)) > limit:
            yield order, waited, [task.id for task in covers.get(order.instance_id or 0, ())]


def _of_order(kind: str, order: SupervisionOrder, why: Sentence, what_helps: Sentence, covers: Sequence[int]) -> Stuck:
    assert order.issued_at is not None
    return Stuck(
        kind,
        why,
        ", ".join(order.addressee_post.split()),
        order.issued_at,
        what_helps,
        order.scope,
        enterprises.subject(order.enterprise_id) if order.enterprise_id is not None else "",
        order.number or "",
        user_task_id=covers[0] if covers else None,
        instance_id=order.instance_id,
        case_id=order.case_id,
        order_id=order.id,
        covers=tuple(covers),
    )


def _tasks_of_closures(place: Place) -> Any:
    return select(
        UserTask.id, UserTask.name, UserTask.element_id, UserTask.candidate_groups, UserTask.assignee, UserTask.scope,
        UserTask.subject, UserTask.business_key, UserTask.created_at, UserTask.due_at, UserTask.instance_id,
    ).where(place.tasks(), UserTask.process_key == "close")  # fmt: skip


def _joint_begun(db: Session, runs: Sequence[int]) -> dict[int, Any]:
    """When the joint confirmation of these runs began for the last time: with its first task after the last supplement."""
    query = select(UserTask.instance_id, UserTask.element_id, UserTask.created_at).where(
        UserTask.instance_id.in_(runs), UserTask.element_id.in_((*_JOINT, "supplement"))
    )
    found: dict[int, Any] = {}
    for task in db.execute(query.order_by(UserTask.id)) if runs else ():
        if task.element_id == "supplement":
            found.pop(task.instance_id, None)
        else:
            found.setdefault(task.instance_id, task.created_at)
    return found


def _of_closure(kind: str, task: Any, why: Sentence, tasks: Sequence[Any], since: Any, what_helps: Sentence) -> Stuck:
    groups = [str(group) for one in tasks for group in one.candidate_groups]
    return Stuck(
        kind,
        why,
        f"@{task.assignee}" if task.assignee and len(tasks) == 1 else ", ".join(dict.fromkeys(groups)),
        since,
        what_helps,
        task.scope,
        task.subject,
        task.business_key,
        user_task_id=task.id,
        instance_id=task.instance_id,
        covers=tuple(one.id for one in tasks),
    )
