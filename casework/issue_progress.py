"""The progress of a problem, line by line, and the letters about it: what stays inside, and what the enterprise reads.

Source: REFERENCE 4.j, F05, 6.12 no. 7. A line has `text`, which stays inside, and `said`, which the enterprise reads.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy.orm import Session

from casework import notices
from casework.case_tables import Case
from casework.issue_tables import Issue
from engine.errors import Sentence

PUBLIC: Final = frozenset(
    {"registered", "routed", "raised", "answered", "rated", "redo", "closed", "unsolvable", "merged"}
)
"""Kinds of progress that an enterprise sees as a step even where nothing was said to it."""


def step(issue: Issue, kind: str, *, text: str = "", said: str = "", task_id: int = 0, by: str, now: datetime) -> None:
    """Adds one line to the progress of a problem; `task_id` is the user task that it comes from, where that matters."""
    entry = {"at": now.isoformat(), "by": by, "kind": kind, "text": text, "said": said, "level": issue.level}
    if task_id:
        entry["task"] = str(task_id)
    issue.progress = [*(issue.progress or []), entry]


def opinion(issue: Issue, task_id: int, text: str, *, by: str, now: datetime) -> None:
    """Adds what another department said when it was asked by this task; without `by` it said nothing in time. Stays inside."""
    step(issue, "opinion" if by else "silent", text=text, task_id=task_id, by=by, now=now)


def lines(issue: Issue) -> list[Mapping[str, Any]]:
    """The progress of a problem, oldest first, as it was entered: `{at, by, kind, text, said, level}`."""
    return [cast(Mapping[str, Any], one) for one in issue.progress]


def lines_for_enterprise(issue: Issue) -> list[Mapping[str, Any]]:
    """What the enterprise sees of the progress: the steps, and what was said to it; never a remark or a name of officials."""
    shown = (one for one in lines(issue) if one.get("kind") in PUBLIC or str(one.get("said") or ""))
    return [{**one, "text": "", "by": ""} for one in shown]


def tell_enterprise(db: Session, issue: Issue, said: Sentence, *, key: str, now: datetime) -> None:
    """A letter to the enterprise of a problem; a common problem has none. `key` makes it once per problem."""
    if issue.enterprise_id is not None:
        letter(db, issue, f"enterprise:{issue.enterprise_id}", "enterprise", said, key=key, now=now)


def letter(
    db: Session, issue: Issue, addressee: str, level: str, said: Sentence, *, key: str = "letter", now: datetime
) -> None:
    """A letter about a problem to an addressee as `notices` writes them; it knows `{number}` and `{title}`."""
    notices.send(
        db,
        key=f"issue:{issue.id}:{key}:{addressee}",
        addressee=addressee,
        level=level,
        kind="letter",
        template=said.template,
        params={"number": issue.number, "title": issue.title, **said.params},
        case=db.get(Case, issue.case_id) if issue.case_id else None,
        scope=issue.scope,
        now=now,
    )
