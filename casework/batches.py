"""Several signatures with one opinion: each an act of its own, in a transaction of its own, with its own four eyes (8).

What cannot be signed is told with the reason and stops none of the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from casework import permissions, worklist
from engine.db import Database
from engine.errors import Invalid, Problem, Sentence
from engine.tables import UserTask


@dataclass(frozen=True, slots=True)
class Wanted:
    """One ticked signature: its task, what people call it, the answer that signs it, and what speaks against it (None: nothing)."""

    task: UserTask
    what: str
    answer: Mapping[str, Any]
    against: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """What became of one ticked row: what it was, and why it was not signed (None: it was)."""

    task_id: int
    what: str
    against: Sentence | None


Find = Callable[[Session, int, str], Wanted | None]
"""Finds what a ticked task id and an opinion mean; None: nothing that is signed in this batch."""


def sign(
    database: Database, username: str, task_ids: Sequence[int], opinion: str, find: Find, *, now: datetime
) -> list[Signed]:
    """Signs what is ticked with one opinion; gives what became of each, in their order.

    Raises:
        Invalid: nothing is ticked, or the opinion is missing.
    """
    words = opinion.strip()
    if not task_ids:
        raise Invalid("tick at least one item; nothing was signed")
    if len(words) < 2:
        sentence = Sentence("write the opinion that stands under every signature")
        raise Invalid(sentence.template, fields={"opinion": [sentence]})
    return [_sign(database, username, number, words, find, now=now) for number in dict.fromkeys(task_ids)]


def _sign(database: Database, username: str, task_id: int, opinion: str, find: Find, *, now: datetime) -> Signed:
    what = ""
    try:
        with database.transaction() as db:
            wanted = find(db, task_id, opinion)
            if wanted is None:
                return Signed(task_id, "", Sentence("this is no signature that can be given here"))
            what = wanted.what
            if wanted.against is not None:
                return Signed(task_id, what, wanted.against)
            scope = permissions.scope_of(db, username, now=now)
            worklist.complete(db, wanted.task, wanted.answer, scope=scope, now=now)
    except Problem as problem:
        return Signed(task_id, what, problem.sentence)
    return Signed(task_id, what, None)
