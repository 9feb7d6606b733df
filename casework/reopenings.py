"""Items that fall back after they were struck off (反弹, REFERENCE 4.a a15b, a22, a23, 4.g g14).

While the case lives, the item is worked on again and the plan is amended, approved one level higher (DT-11). After the archive a
new case begins that knows its predecessor (modelling advice 3).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import cases, lights, notices, plans
from casework.case_tables import CLOSED_ITEM, LIVING_CASE, Case, Item
from casework.tables import ListEntry
from engine import messages
from engine.calendars import local_day
from engine.errors import Problem
from engine.tables import Instance

GAPS = ("", "activity", "institution", "certificate", "roster")
"""What has to be proven anew after a relapse; empty: everything."""


def fall_back(
    db: Session,
    item: Item,
    cause: str,
    *,
    gap: str = "",
    key: str,
    instance: Instance | None = None,
    by: str,
    now: datetime,
) -> Item:
    """A closed item fell back: it is open again, its case is told (`relapse`), and so are the officer and the levels above.

    `cause` in words, `gap` one of `GAPS`, `key` makes it once. An item that is open already stays as it is. When the case is in the
    archive a new one is opened by `list_confirmed`; the item of the old case is `reopened`, which is neither closed nor worked on.
    """
    if gap not in GAPS:
        raise Problem("expected a gap that can open again, but got {gap}", gap=gap)
    case = cases.get(db, item.case_id)
    if item.state not in CLOSED_ITEM:
        return item
    item.relapse_count += 1
    item.relapsed_on, item.relapse_gap = local_day(now), gap
    item.eligible_since, item.stat_confirm = None, "none"
    case.reopen_count += 1
    _tell(db, case, item, cause, key=key, now=now)
    if case.state in LIVING_CASE:
        item.state, item.closed_at = "relapsed", None
        case.state = "open" if case.state == "observing" else case.state
        db.flush()
        cases.refresh_stage(db, case)
        lights.assess(db, case, now=now)
        messages.publish(
            db,
            "relapse",
            cases.enterprise_of(db, case).uscc,
            {"itemId": item.id, "caseId": case.id, "cause": cause},
            key=f"relapse:{key}",
            sender=instance,
            by=by,
            now=now,
        )
        return item
    item.state = "reopened"
    db.flush()
    _open_again(db, case, item, key=key, by=by, now=now)
    return item


def reopened(db: Session, case: Case, *, by: str, now: datetime) -> None:
    """The run of the case heard of a relapse (a23): its plan is amended, one level higher."""
    plans.ask_amendment(db, case, "relapse", by=by, now=now)


def adopt(db: Session, case: Case, relapsed: Sequence[int]) -> None:
    """A case opened by a relapse takes over what is known about the items of its predecessor that fell back."""
    fallen = {item.list_type: item for item in db.scalars(select(Item).where(Item.id.in_(relapsed)))}
    for item in db.scalars(select(Item).where(Item.case_id == case.id)):
        if (old := fallen.get(item.list_type)) is not None:
            item.relapse_count, item.relapsed_on, item.relapse_gap = old.relapse_count, old.relapsed_on, old.relapse_gap
            item.base, item.reason, item.state = old.base, old.reason, "relapsed"
    db.flush()


def _open_again(db: Session, case: Case, item: Item, *, key: str, by: str, now: datetime) -> None:
    living = cases.living(db, case.enterprise_id)
    entry = db.get(ListEntry, item.list_entry_id) if item.list_entry_id else None
    version = entry.version_id if entry else case.list_version_id
    enterprise = cases.enterprise_of(db, case)
    if living is not None:
        # The enterprise has a new case already: the item joins it.
        entries = select(ListEntry.id).where(ListEntry.id == item.list_entry_id)
        messages.publish(
            db,
            "items_changed",
            enterprise.uscc,
            {"added": list(db.scalars(entries)), "removed": [], "reason": item.reason},
            key=f"items_changed:relapse:{key}",
            by=by,
            now=now,
        )
        return
    messages.publish(
        db,
        "list_confirmed",
        enterprise.uscc,
        {"enterpriseId": enterprise.id, "uscc": enterprise.uscc, "listVersion": version, "relapsed": [item.id]},
        key=f"list_confirmed:relapse:{key}",
        by=by,
        now=now,
    )


def _tell(db: Session, case: Case, item: Item, cause: str, *, key: str, now: datetime) -> None:
    letter = cases.LINES[item.lead]
    receivers = ["officer", cases.groups(case, "county")[0], f"C{letter}"]
    if item.list_type in {"L1", "L2"} or item.relapse_count > 1:
        receivers.append(f"R{letter}")
    notices.letter(
        db,
        case,
        receivers,
        "{list} of {case_no} fell back after it was struck off; it is open again: {cause}",
        {"list": item.list_type, "cause": cause},
        key=f"relapse:{key}",
        now=now,
    )
