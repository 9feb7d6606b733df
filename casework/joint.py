"""The joint confirmation in batches (g09): a department sees all items that wait for its signature and signs several at once.

Every signature is still an act of its own: its own task, its own four eyes, its own place in the chain of its closure, its own
transaction. What cannot be signed is told with the reason and stops none of the others. Objections are raised one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import batches, closures, foureyes, permissions
from casework.batches import Signed
from casework.case_tables import Case, Closure, Item
from casework.permissions import Scope
from casework.tables import Enterprise
from engine.db import Database
from engine.errors import Sentence
from engine.tables import UserTask

STEPS: Final = (
    "joint_science", "joint_industry", "joint_state", "leader_science", "leader_industry", "leader_state",
)  # fmt: skip
LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that waits for a signature: its task, closure, item, case and enterprise, what the levels said so far.

    `against` says why this person may not sign it; None when he may.
    """

    task: UserTask
    closure: Closure
    item: Item
    case: Case
    enterprise: Enterprise
    said: Sequence[Mapping[str, Any]]
    against: Sentence | None


def waiting(db: Session, scope: Scope) -> list[Waiting]:
    """What waits for the signature of this person's departments, what is due first on top; a fixed number of statements."""
    query = (
        select(UserTask, Closure, Item, Case, Enterprise)
        .join(Closure, Closure.instance_id == UserTask.instance_id)
        .join(Item, Item.id == Closure.item_id)
        .join(Case, Case.id == Closure.case_id)
        .join(Enterprise, Enterprise.id == Case.enterprise_id)
        .where(UserTask.process_key == "close", UserTask.element_id.in_(STEPS), UserTask.status == "open")
        .where(permissions.addressed(scope))
    )
    rows = list(db.execute(query.order_by(UserTask.due_at, UserTask.id).limit(LIMIT)))
    said = closures.opinions_of(db, [task.instance_id for task, *_ in rows])
    past = foureyes.past(db, [task for task, *_ in rows], scope.day)
    return [
        Waiting(*row, said=said[row[0].instance_id], against=foureyes.reason(scope.username, row[0], past))
        for row in rows
    ]


def sign(database: Database, username: str, task_ids: Sequence[int], opinion: str, *, now: datetime) -> list[Signed]:
    """Agrees to several items with one opinion, each in a transaction of its own; gives what became of each, in their order.

    Raises:
        Invalid: nothing is ticked, or the opinion is missing.
    """
    return batches.sign(database, username, task_ids, opinion, _find, now=now)


def _find(db: Session, task_id: int, opinion: str) -> batches.Wanted | None:
    found = db.execute(
        select(UserTask, Item.list_type)
        .join(Closure, Closure.instance_id == UserTask.instance_id)
        .join(Item, Item.id == Closure.item_id)
        .where(UserTask.id == task_id, UserTask.process_key == "close", UserTask.element_id.in_(STEPS))
    ).one_or_none()
    if found is None:
        return None
    task, list_type = found
    answer = {"review": {"decision": "agree", "opinion": opinion}}
    return batches.Wanted(task, f"{task.business_key} {list_type}".strip(), answer)
