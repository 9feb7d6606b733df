"""Items that shall leave their list (F27): proposed by the levels, pending until the three departments agree in the next batch.

Source: REFERENCE 4.a a08, a25, 4.k k10, WP-3.1: the five lists are fixed jointly, so no level takes an enterprise off them alone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, cases, plans, territories
from casework.case_tables import LIVING_ITEM, Case, Item
from casework.status_tables import Removal
from engine.errors import Conflict, Invalid, Sentence
from engine.tables import Instance


def propose(db: Session, case: Case, removal: Mapping[str, Any], *, by: str, now: datetime) -> int:
    """Every level agreed (a08): the items named wait for the next batch (待调出). Gives how many others are still worked on.

    `removal`: the answers of F27 without their prefix (`lists`, `code`, `reason`, `proof`); without `lists` all items are meant.

    Raises:
        Invalid: it names lists on which the case has no item.
    """
    living = [item for item in case.items if item.state in LIVING_ITEM]
    named = {str(name) for name in answers.several(removal.get("lists"))}
    unknown = sorted(named - {item.list_type for item in living})
    if unknown:
        said = Sentence("the case has no item on {lists}", {"lists": ", ".join(unknown)})
        raise Invalid(fields={"removal.lists": [said]})
    for item in living:
        if not named or item.list_type in named:
            _pend(db, case, item, removal, by=by, now=now)
    cases.refresh_stage(db, case)
    return sum(item.state in LIVING_ITEM and item.state != "pending_removal" for item in case.items)


def propose_items(
    db: Session, case: Case, found: Sequence[Item], code: str, reason: str, proof: str, *, by: str, now: datetime
) -> None:
    """These items shall leave their lists for a reason code of F27 (a25: below_scale)."""
    for item in found:
        _pend(db, case, item, {"code": code, "reason": reason, "proof": proof}, by=by, now=now)
    cases.refresh_stage(db, case)


def pending(db: Session, path: str = "") -> list[Removal]:
    """What waits for the next batch of k10, in a territory or everywhere, the oldest first."""
    query = select(Removal).where(Removal.state == "pending")
    if path:
        query = query.where(territories.under(Removal.scope, [path]))
    return list(db.scalars(query.order_by(Removal.id)))


def settle(
    db: Session,
    item: Item,
    agreed: bool,
    reason: str,
    *,
    instance: Instance | None = None,
    by: str,
    now: datetime,
) -> None:
    """The three departments decided in a batch (k10). Agreed: the item leaves its list, and a case without items is over.

    Not agreed: the item goes on as before, and its plan is looked at again.

    Raises:
        Conflict: the item does not wait for that.
    """
    if item.state != "pending_removal":
        raise Conflict("expected an item that waits to be taken off its list, but it is {state}", state=item.state)
    case = cases.get(db, item.case_id)
    if agreed:
        cases.take_away(db, case, item, reason, instance=instance, by=by, now=now)
        if all(one.state == "removed" for one in case.items):
            cases.end(db, case, "removed", reason, now=now)
            cases.say_over(db, case, "removed", instance=instance, by=by, now=now)
        cases.refresh_stage(db, case)
        return
    before = db.scalars(
        select(Removal.before).where(Removal.item_id == item.id).order_by(Removal.id.desc()).limit(1)
    ).one_or_none()
    item.state = before or "open"
    note_settled(db, item, False, reason, by=by, now=now)
    cases.refresh_stage(db, case)
    plans.ask_amendment(db, case, "kept", by=by, now=now)


def note_settled(db: Session, item: Item, agreed: bool, reason: str, *, by: str, now: datetime) -> None:
    """Keeps on the request for removal what became of it, if there was one."""
    for row in db.scalars(select(Removal).where(Removal.item_id == item.id, Removal.state == "pending")):
        row.state = "removed" if agreed else "kept"
        row.settled_by, row.settled_at, row.settled_reason = by, now, reason


def _pend(db: Session, case: Case, item: Item, removal: Mapping[str, Any], *, by: str, now: datetime) -> None:
    if item.state == "pending_removal":
        return
    db.add(
        Removal(
            case_id=case.id,
            item_id=item.id,
            scope=case.scope,
            code=str(removal.get("code") or "wrong_data")[:20],
            reason=str(removal.get("reason") or ""),
            proof=str(removal.get("proof") or ""),
            before=item.state,
            proposed_by=by,
            proposed_at=now,
        )
    )
    item.state = "pending_removal"
    db.flush()
