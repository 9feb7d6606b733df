"""Signatures under filings in batches: only where the drawing allows it (property `batch`), only for what needs no second thought (8).

Every signature is an act of its own (`casework.batches`). What is not clean — a have that is not met, a desk that was late, an objection
— is told with its reason and answered by itself. Agreement only: to send back or to refuse, one opens the task.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from casework import batches, foureyes, permissions
from casework.batches import Signed, Wanted
from casework.filing_tables import Filing, FilingObjection, FilingOpinion
from casework.permissions import Scope
from casework.tables import Enterprise
from engine.db import Database
from engine.errors import Sentence
from engine.tables import Definition, UserTask

PROCESS: Final = "filing"
LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """A filing that waits for a signature: its task, the filing, its enterprise, what was said; `against`: why it cannot be ticked."""

    task: UserTask
    filing: Filing
    enterprise: Enterprise
    said: Sequence[FilingOpinion]
    against: Sentence | None


def waiting(db: Session, scope: Scope, *, now: datetime) -> list[Waiting]:
    """What waits for a signature of this person, what is due first on top; a fixed number of statements."""
    query = (
        select(UserTask, Filing, Enterprise, _objected())
        .join(Filing, Filing.instance_id == UserTask.instance_id)
        .join(Enterprise, Enterprise.id == Filing.enterprise_id)
        .where(UserTask.process_key == PROCESS, UserTask.status == "open", permissions.addressed(scope))
        .order_by(UserTask.due_at, UserTask.id)
    )
    rows = [row for row in db.execute(query) if is_batch(row[0])][:LIMIT]
    past = foureyes.past(db, [row[0] for row in rows], scope.day)
    said = _said(db, [row[1].id for row in rows])
    found: list[Waiting] = []
    for task, filing, enterprise, objected in rows:
        against = _against(task, filing, objected=objected, now=now) or foureyes.reason(scope.username, task, past)
        if against is None and task.assignee not in {"", scope.username}:
            against = Sentence("a colleague has taken this task")
        found.append(Waiting(task, filing, enterprise, said[filing.id], against))
    return found


def sign(database: Database, username: str, task_ids: Sequence[int], opinion: str, *, now: datetime) -> list[Signed]:
    """Agrees to several filings with one opinion, each in a transaction of its own; gives what became of each, in their order.

    Raises:
        Invalid: nothing is ticked, or the opinion is missing.
    """

    def find(db: Session, task_id: int, words: str) -> Wanted | None:
        return _find(db, task_id, words, now=now)

    return batches.sign(database, username, task_ids, opinion, find, now=now)


def is_batch(task: UserTask) -> bool:
    """Whether the drawing allows this user task in batches."""
    return str(task.properties.get("batch") or "").lower() == "true"


def _find(db: Session, task_id: int, opinion: str, *, now: datetime) -> Wanted | None:
    query = (
        select(UserTask, Filing, _objected())
        .join(Filing, Filing.instance_id == UserTask.instance_id)
        .where(UserTask.id == task_id, UserTask.process_key == PROCESS)
    )
    found = db.execute(query).one_or_none()
    if found is None or not is_batch(found[0]):
        return None
    task, filing, objected = found
    # Of a task that is over the act itself says what became of it.
    against = _against(task, filing, objected=objected, now=now) if task.status == "open" else None
    return Wanted(task, f"{filing.ref_no} {filing.name}".strip(), agreement(task.form, opinion), against)


def agreement(form: Definition | None, opinion: str) -> dict[str, Any]:
    """The answer to a form of opinion that agrees: its question `decision` with `agree`, its text `opinion`."""
    answer: dict[str, Any] = {}
    for key in _keys(json.loads(form.source)) if form is not None else ():
        *groups, name = key.split(".")
        if name in {"decision", "opinion"}:
            place = answer
            for group in groups:
                place = cast("dict[str, Any]", place.setdefault(group, {}))
            place[name] = "agree" if name == "decision" else opinion
    return answer


def _keys(component: Mapping[str, Any]) -> list[str]:
    found = [str(component["key"])] if component.get("key") else []
    parts = cast("list[Mapping[str, Any]]", component.get("components") or [])
    return found + [key for part in parts for key in _keys(part)]


def _against(task: UserTask, filing: Filing, *, objected: bool, now: datetime) -> Sentence | None:
    if filing.verdict != "OK":
        return Sentence("not everything is met without a promise; look at this one by itself")
    if filing.overdue or (task.due_at is not None and task.due_at < now):
        return Sentence("a term has passed; look at this one by itself")
    if objected:
        return Sentence("an objection is open; look at this one by itself")
    return None


def _objected() -> Any:
    return exists().where(FilingObjection.filing_id == Filing.id, FilingObjection.state == "open")


def _said(db: Session, filing_ids: Sequence[int]) -> dict[int, list[FilingOpinion]]:
    found: dict[int, list[FilingOpinion]] = {number: [] for number in filing_ids}
    query = select(FilingOpinion).where(FilingOpinion.filing_id.in_(filing_ids)).order_by(FilingOpinion.id)
    for row in db.scalars(query):
        found[row.filing_id].append(row)
    return found
