"""The versions of an application and what changed between them: nobody reads the same forty fields twice after a correction (8).

Every F07 that was sent is kept as it was sent; a version is one of them. Differences are told field by field, rows of a list (people,
devices, projects) by their name, files by their name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.filing_tables import Filing
from engine.tables import Submission, UserTask

WRITTEN_AT: Final = ("apply", "correct", "rectify")
"""The user tasks of `filing` at which an application is written."""
WORD: Final = "application"
"""The word under which the form keeps its answers."""
_NAMES: Final = ("name", "id", "kind")


@dataclass(frozen=True, slots=True)
class Version:
    """One F07 as it was sent: `number` counts from 1; `on_behalf_of` names the enterprise when somebody filled it in for it."""

    number: int
    element_id: str
    by: str
    on_behalf_of: str
    at: datetime
    data: Mapping[str, Any]
    form_definition_id: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that changed: where (`staff`, name of the row, `title`), what stood there, what stands there; None: nothing."""

    path: tuple[str, ...]
    before: object
    after: object


def versions(db: Session, filing: Filing) -> list[Version]:
    """All versions of an application, the first one first; one statement."""
    if filing.instance_id is None:
        return []
    query = (
        select(Submission, UserTask.element_id)
        .join(UserTask, UserTask.id == Submission.user_task_id)
        .where(UserTask.instance_id == filing.instance_id, UserTask.element_id.in_(WRITTEN_AT))
        .order_by(Submission.id)
    )
    return [
        Version(number, element_id, sent.by, sent.on_behalf_of, sent.at, answers_of(sent.data), sent.form_definition_id)
        for number, (sent, element_id) in enumerate(db.execute(query), start=1)
    ]


def answers_of(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answers of an application within what was sent."""
    found: object = data.get(WORD)
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else data


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What changed from one version to another, in the order of the later one's fields."""
    names = list(dict.fromkeys([*after, *before]))
    return [one for name in names for one in _compare((name,), before.get(name), after.get(name))]


def _compare(path: tuple[str, ...], before: object, after: object) -> Iterable[Difference]:
    # A box that was never touched and one that is not ticked say the same.
    if _plain(before) == _plain(after) or (before is None and after is False):
        return
    if _is_rows(before) or _is_rows(after):
        yield from _compare_rows(path, _rows(before), _rows(after))
        return
    yield Difference(path, _plain(before), _plain(after))


def _compare_rows(
    path: tuple[str, ...], before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> Iterable[Difference]:
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            yield Difference((*path, name), None if old is None else dict(old), None if new is None else dict(new))
        elif "sha256" in new:
            if old.get("sha256") != new.get("sha256"):
                yield Difference((*path, name), dict(old), dict(new))
        else:
            for column in dict.fromkeys([*new, *old]):
                if _plain(old.get(column)) != _plain(new.get(column)):
                    yield Difference((*path, name, column), _plain(old.get(column)), _plain(new.get(column)))


def _rows(value: object) -> dict[str, Mapping[str, Any]]:
    """Rows by their name; of several of one name each has its number behind it."""
    found: dict[str, Mapping[str, Any]] = {}
    for row in cast("list[Mapping[str, Any]]", value if isinstance(value, list) else []):
        base = next((str(row[key]) for key in _NAMES if row.get(key)), "–")
        name, number = base, 2
        while name in found:
            name, number = f"{base} ({number})", number + 1
        found[name] = row
    return found


def _is_rows(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(cast("list[object]", value))
        and all(isinstance(one, Mapping) for one in cast("list[object]", value))
    )


def _plain(value: object) -> object:
    return None if value in ("", [], {}) else value
