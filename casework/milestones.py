"""Milestones: every change of where a case, an item, a visit, an order, a problem or a report stands, written to history.

Whoever changes such a row need not think of it: the rows are watched, and the door through which the change came (a service of a
drawing, a request) writes what changed in one entry, with who and when. From these entries alone the figures of any day can be
counted again (casework.recount).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, Final, cast

from sqlalchemy import event, inspect
from sqlalchemy.orm import Mapper, Session, object_session

from casework.case_tables import Case, Item, Visit
from casework.filing_tables import Filing, RdInstitution
from casework.issue_tables import Issue
from casework.order_tables import SupervisionOrder
from casework.tables import QuarterReport
from engine import history
from engine.services import Call, Service
from engine.tables import Instance

FACT: Final = "registry_changed"
CHAIN: Final = "registry"
WATCHED: Final[dict[type[Any], tuple[str, tuple[str, ...], tuple[str, ...]]]] = {
    Case: ("case", ("state", "scope"), ("enterprise_id",)),
    Item: ("item", ("state",), ("case_id", "list_type", "base")),
    Visit: ("visit", ("result",), ("case_id",)),
    SupervisionOrder: ("order", ("state", "color", "scope"), ("case_id",)),
    Issue: ("issue", ("state", "scope"), ("case_id",)),
    QuarterReport: ("report", ("state", "late"), ("enterprise_id", "period")),
    Filing: ("filing", ("state", "level", "scope"), ("enterprise_id",)),
    RdInstitution: ("institution", ("state", "level", "scope"), ("enterprise_id",)),
}
"""What is watched: the word in history, the columns whose change is a milestone, and those that say whose it is."""
_PENDING: Final = "casework.milestones"


def noted(service: Service) -> Service:
    """The same service; what it changed in the registry is written to the chain of the run that called it."""

    @wraps(service)
    def serve(db: Session, call: Call) -> Mapping[str, object]:
        pending = _pending(db)
        before = len(pending)
        try:
            result = service(db, call)
            db.flush()
        except BaseException:
            del pending[before:]
            raise
        write(db, instance=call.instance, by=call.by, now=call.now)
        return result

    return serve


def write(db: Session, *, instance: Instance | None = None, by: str, now: datetime) -> int:
    """Writes what has changed since the last time, in one entry of the run's chain or of the registry's; answers how many."""
    pending = _pending(db)
    if not pending:
        return 0
    data = {"changes": list(pending)}
    count = len(pending)
    pending.clear()
    history.write(db, instance=instance, chain="" if instance else CHAIN, fact=FACT, by=by, now=now, data=data)
    return count


def forget(db: Session) -> None:
    """Forgets what was changed and not written, because it was undone by a savepoint."""
    _pending(db).clear()


def _pending(db: Session) -> list[dict[str, object]]:
    return cast(list[dict[str, object]], db.info.setdefault(_PENDING, []))


def _inserted(word: str, columns: Sequence[str], said: Sequence[str]) -> Callable[..., None]:
    def keep(mapper: Mapper[Any], connection: object, row: Any) -> None:
        db = object_session(row)
        if db is not None:
            now = {name: getattr(row, name) for name in columns}
            _pending(db).append(
                {"what": word, "id": row.id, **{n: getattr(row, n) for n in said}, "to": now, "new": True}
            )

    return keep


def _changed(word: str, columns: Sequence[str], said: Sequence[str]) -> Callable[..., None]:
    def keep(mapper: Mapper[Any], connection: object, row: Any) -> None:
        db = object_session(row)
        attrs = inspect(row).attrs
        changed = [name for name in columns if attrs[name].history.has_changes()]
        if db is not None and changed:
            now = {name: getattr(row, name) for name in changed}
            _pending(db).append({"what": word, "id": row.id, **{n: getattr(row, n) for n in said}, "to": now})

    return keep


def _listen(kind: type[Any]) -> None:
    word, columns, said = WATCHED[kind]
    event.listen(kind, "after_insert", _inserted(word, columns, said))
    event.listen(kind, "before_update", _changed(word, columns, said))


for _kind in tuple(WATCHED):
    _listen(_kind)
