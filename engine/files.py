"""References to files: what an answer holds instead of bytes. Whose files they are and where they lie, the domain knows.

The value of a file field is a list of references `{"id": "…", "name": "…", "type": "image/jpeg", "size": 1234, "sha256": "…"}`. What a
browser sends is believed only for its `id`; the rest is laid over it by the keeper that the composition root names.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, TypeAlias, cast

from sqlalchemy.orm import Session

Reference: TypeAlias = Mapping[str, Any]
_MOST_FILES: Final = 20
_WHOLE_FAMILIES: Final = frozenset({"image/*", "video/*", "audio/*"})


class Keeper(Protocol):
    """Keeps files; the composition root puts one into `Database(info={"files": …})`."""

    def known(self, db: Session, ids: Collection[str], *, by: str, user_task_id: int) -> Mapping[str, Reference]:
        """The references, by id, of those files that `by` brought for this user task and that nobody has accepted yet."""
        ...

    def accepted(self, db: Session, ids: Collection[str], *, user_task_id: int, now: datetime) -> None:
        """A submission with these files was accepted; from now on they are kept."""
        ...


def keeper(db: Session) -> Keeper | None:
    """The keeper of files, or None where nobody keeps any."""
    return cast("Keeper | None", db.info.get("files"))


def found_in(value: object) -> dict[str, Reference]:
    """Every reference to a file anywhere inside a value, by its id."""
    found: dict[str, Reference] = {}
    waiting: list[object] = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            inner = cast(Mapping[str, Any], each)
            if is_reference(inner):
                found[str(inner["id"])] = inner
            else:
                waiting.extend(inner.values())
        elif isinstance(each, (list, tuple)):
            waiting.extend(cast(Sequence[object], each))
    return found


def is_reference(value: object) -> bool:
    """Whether a value is a reference that the keeper has made (it says the hash of the content)."""
    if not isinstance(value, Mapping):
        return False
    inner = cast(Mapping[str, Any], value)
    return isinstance(inner.get("id"), str) and isinstance(inner.get("sha256"), str)


def most(field: Mapping[str, Any]) -> int:
    """How many files a file field takes: one, or with `multiple` its property `maxFiles` (20 where it says nothing)."""
    if field.get("multiple") is not True:
        return 1
    said = cast(Mapping[str, Any], field.get("properties") or {}).get("maxFiles", "")
    return int(said) if str(said).isdecimal() else _MOST_FILES


def fits(field: Mapping[str, Any], reference: Reference) -> bool:
    """Whether a field's `accept` (as in HTML: `.pdf`, `image/*`, `image/png`) names the file; an expression is not judged."""
    accept = field.get("accept")
    if not isinstance(accept, str) or not accept.strip() or accept.startswith("="):
        return True
    name, kind = str(reference.get("name", "")).lower(), str(reference.get("type", "")).lower()
    for part in (each.strip().lower() for each in accept.split(",")):
        if part in _WHOLE_FAMILIES and kind.startswith(part[:-1]):
            return True
        if part == kind or (part.startswith(".") and name.endswith(part)):
            return True
    return False


def ids_in(value: object) -> set[str]:
    """Every text under a key `id` anywhere in what was sent: what might be a file."""
    found: set[str] = set()
    waiting: list[object] = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            inner = cast(Mapping[str, object], each)
            own = inner.get("id")
            if isinstance(own, str):
                found.add(own)
            waiting.extend(inner.values())
        elif isinstance(each, (list, tuple)):
            waiting.extend(cast(Sequence[object], each))
    return found
