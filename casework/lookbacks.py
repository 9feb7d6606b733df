"""The look-back (回头看) on a closed item at 6 and 12 months: by others than those who checked it.

Source: REFERENCE 4.g g13–g15, 3.3 no. 7. L1 and L2 are all looked at, of the others a share drawn from the closure number, so
that the draw can be repeated and nobody can choose.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, cases, closures, notices
from casework.case_tables import Closure, Item, Lookback
from engine import history, messages
from engine.errors import NotFound
from engine.tables import Instance


def get(db: Session, lookback_id: int) -> Lookback:
    """The look-back with this id.

    Raises:
        NotFound: there is none.
    """
    lookback = db.get(Lookback, lookback_id)
    if lookback is None:
        raise NotFound("expected look-back {lookback}, but there is none", lookback=lookback_id)
    return lookback


def plan(db: Session, closure: Closure, *, instance: Instance | None, now: datetime) -> Lookback:
    """Opens the look-back of a closure and draws whether it is looked at; its run carries territory, enterprise and case number."""
    case = cases.get(db, closure.case_id)
    if instance is not None:
        instance.scope, instance.subject = case.scope, f"enterprise:{case.enterprise_id}"
        instance.business_key = case.case_no
    share = closures.route(db, closure, now=now)["sample"]
    lookback = Lookback(
        closure_id=closure.id,
        item_id=closure.item_id,
        case_id=case.id,
        instance_id=instance.id if instance else None,
        sample="all" if share >= 100 else "random" if is_drawn(closure.closure_no or "", share) else "none",
        planned_at=now,
    )
    db.add(lookback)
    db.flush()
    return lookback


def is_drawn(closure_no: str, share: int) -> bool:
    """Whether this closure is in the sample: its number decides, evenly and repeatably. `share` is in per cent."""
    return int.from_bytes(hashlib.sha256(closure_no.encode()).digest()[:4]) % 100 < share


def groups(db: Session, lookback: Lookback) -> list[str]:
    """Who looks back: the leading line of the item, at the region for L1 and L2, else at the city."""
    item = db.get_one(Item, lookback.item_id)
    letter = cases.LINES[item.lead]
    return [f"R{letter}" if item.list_type in {"L1", "L2"} else f"C{letter}"]


def record(db: Session, lookback: Lookback, month: int, answer: Mapping[str, Any], *, by: str, now: datetime) -> bool:
    """Keeps one look (F23). Gives whether the item relapsed."""
    relapse = answers.agrees(answer.get("relapse"))
    entry = {"month": month, "by": by, "at": now.isoformat(), "answer": history.plain(answer), "relapse": relapse}
    lookback.checks = [*lookback.checks, entry]
    return relapse


def relapse(db: Session, lookback: Lookback, cause: str, *, instance: Instance | None, by: str, now: datetime) -> Item:
    """The item fell back (g14): it is open again, its case is told, and so are the levels above."""
    item = db.get_one(Item, lookback.item_id)
    case = cases.get(db, lookback.case_id)
    lookback.state, lookback.ended_at = "relapsed", now
    cases.reopen(db, case, item)
    receivers = ["officer", f"C{cases.LINES[item.lead]}"]
    if item.list_type in {"L1", "L2"}:
        receivers.append(f"R{cases.LINES[item.lead]}")
    notices.letter(
        db,
        case,
        receivers,
        "{list} of {case_no} fell back after it was struck off; it is open again",
        {"list": item.list_type},
        key=f"relapse:{lookback.id}",
        now=now,
    )
    messages.publish(
        db, "relapse", str(case.id), {"itemId": item.id, "caseId": case.id, "cause": cause}, key=f"relapse:{lookback.id}", sender=instance,
        by=by, now=now,
    )  # fmt: skip
    return item


def finish(db: Session, lookback: Lookback, *, instance: Instance | None, by: str, now: datetime) -> None:
    """The look-back is over without a relapse; the case is told (`lookback_done`)."""
    lookback.state, lookback.ended_at = "done", now
    messages.publish(
        db,
        "lookback_done",
        str(lookback.case_id),
        {"itemId": lookback.item_id, "caseId": lookback.case_id},
        key=f"lookback_done:{lookback.id}",
        sender=instance,
        by=by,
        now=now,
    )


def of_item(db: Session, item: Item) -> list[Lookback]:
    """The look-backs of an item, the oldest first."""
    return list(db.scalars(select(Lookback).where(Lookback.item_id == item.id).order_by(Lookback.id)))
