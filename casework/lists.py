"""The five lists (4.k): drafted by the classification decision, checked by counties and cities, signed jointly, published, announced.

An edition is frozen when it is published. A later edition adds; it takes away only what has a reason code (F27): an item whose
gap has gone is closed by its own process, never by the difference of two editions.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from casework import enterprises, facts, removals
from casework.case_tables import LIVING_CASE, LIVING_ITEM, Case, Item
from casework.tables import Enterprise, ListEntry, ListReview, ListSignature, ListVersion
from engine import decisions, history, messages
from engine.calendars import local_day
from engine.errors import Conflict, NotFound
from engine.tables import Instance

CHAIN: Final = "registry"
LISTS: Final = ("L1", "L2", "L3", "L4", "L5")
SIGNATORIES: Final = ("RK", "RG", "RS")
"""WP-3.1: 科技厅, 工信厅 and 国资委 fix the five lists together."""
_GONE: Final = ("注销", "吊销", "迁出")
_PATIENCE: Final = timedelta(days=400)


def get(db: Session, version_id: int) -> ListVersion:
    """The edition; raises NotFound."""
    row = db.get(ListVersion, version_id)
    if row is None:
        raise NotFound("there is no edition {id} of the lists", id=version_id)
    return row


def editions(db: Session) -> list[ListVersion]:
    """All editions, the newest first."""
    return list(db.execute(select(ListVersion).order_by(ListVersion.id.desc())).scalars())


def last_frozen(db: Session) -> ListVersion | None:
    """The edition in force, or None before the first."""
    query = select(ListVersion).where(ListVersion.state == "冻结").order_by(ListVersion.id.desc()).limit(1)
    return db.execute(query).scalar_one_or_none()


def draft(db: Session, kind: str, *, instance: Instance | None = None, by: str, now: datetime) -> ListVersion:
    """Drafts an edition (`年度` or `季度`): the classification decision over every enterprise of the registry (DT-1).

    Every enterprise that lands on a list gets its facts frozen. With `instance`, the run is told its scope and subject.

    Raises:
        Conflict: another edition is being worked on.
    """
    if db.execute(select(ListVersion.id).where(ListVersion.state != "冻结")).first() is not None:
        raise Conflict("another edition of the lists is being worked on; it has to be published first")
    day, previous = local_day(now), last_frozen(db)
    version = ListVersion(
        number=_number(db, day.year),
        kind=kind if kind in {"年度", "季度"} else "年度",
        base_date=day,
        previous_id=previous.id if previous else None,
        drafted_by=by,
        drafted_at=now,
    )
    db.add(version)
    db.flush()
    before = _confirmed(db, previous)
    items = _living_items(db)
    codes = {removal.item_id: removal.code for removal in removals.pending(db)}
    rows = list(db.execute(select(Enterprise).where(Enterprise.status.not_in(_GONE)).order_by(Enterprise.id)).scalars())
    known = facts.facts_of(db, rows, day=day)
    for enterprise in rows:
        values = known[enterprise.id]
        decided = decisions.evaluate(db, "classify", {"facts": values}, now=now)
        version.decision_definition_id = cast(int | None, decided.explanation.get("definition"))
        found = _found(decided.value)
        for list_type, item in items.get(enterprise.id, {}).items():
            if list_type not in found and list_type in LISTS:
                found[list_type] = {"subtype": item.subtype, "lead": item.lead, "reason": "在办事项,由销号办结"}
        if not found:
            continue
        frozen = facts.freeze(db, enterprises.subject(enterprise.id), f"list:{version.number}", values, by=by, now=now)
        for list_type, answer in found.items():
            earlier = before.get((enterprise.id, list_type))
            change, removal = _change(earlier, items.get(enterprise.id, {}).get(list_type), codes)
            subtype = str(answer.get("subtype") or "")[:20]
            db.add(
                ListEntry(
                    version_id=version.id,
                    enterprise_id=enterprise.id,
                    path=enterprise.path,
                    list_type=list_type,
                    subtype=subtype,
                    reason=_reason(answer, values),
                    lead=str(answer.get("lead") or "")[:8],
                    opens_item=list_type in LISTS and subtype != "巩固",
                    change=change,
                    base=earlier.base if earlier is not None else "存量" if previous is None else "增量",
                    facts_id=frozen.id,
                    disputed_by=[],
                    removal_code=removal,
                )
            )
    db.flush()
    count = db.execute(select(func.count(ListEntry.id)).where(ListEntry.version_id == version.id)).scalar_one()
    data = {"edition": version.number, "enterprises": len(rows), "entries": count}
    history.write(db, chain=CHAIN, fact="list_drafted", by=by, now=now, data=data)
    if instance is not None:
        instance.scope, instance.subject, instance.business_key = "45", f"list:{version.id}", version.number
    return version


def open_reviews(db: Session, version_id: int, *, sender: Instance | None, by: str, now: datetime) -> list[ListReview]:
    """Opens the check of every county and zone that has enterprises on the draft (k04); without any the checks are done at once.

    A quarterly edition asks only where something changes; what is kept was checked when it came.
    """
    version = get(db, version_id)
    query = select(ListEntry.path).where(ListEntry.version_id == version_id, ListEntry.opens_item, _asked(version))
    reviews: list[ListReview] = []
    for path in sorted(set(db.execute(query).scalars())):
        review = ListReview(version_id=version_id, path=path)
        db.add(review)
        reviews.append(review)
        messages.publish(
            db,
            "list_review_opened",
            f"{version_id}:{path}",
            {
                "listVersion": version_id,
                "territory": path,
                "territoryPath": path,
                "cityPath": "/".join(path.split("/")[:2]),
            },
            key=f"list_review_opened:{version_id}:{path}",
            sender=sender,
            time_to_live=_PATIENCE,
            by=by,
            now=now,
        )
    version.state = "会签"
    db.flush()
    if not reviews:
        tell_reviews_done(db, version_id, sender=sender, by=by, now=now)
    return reviews


def tell_reviews_done(db: Session, version_id: int, *, sender: Instance | None, by: str, now: datetime) -> None:
    """Says once that every county's check has ended."""
    messages.publish(
        db,
        "list_reviews_done",
        str(version_id),
        {},
        key=f"list_reviews_done:{version_id}",
        sender=sender,
        time_to_live=_PATIENCE,
        by=by,
        now=now,
    )


def entries(db: Session, version_id: int, *, path: str = "", leads: Sequence[str] = ()) -> list[ListEntry]:
    """The entries of an edition that are to be checked and signed: those that open an item and are not dropped.

    Of a territory, of the leading departments; of a quarterly edition only what changes.
    """
    query = select(ListEntry).where(
        ListEntry.version_id == version_id,
        ListEntry.opens_item,
        ListEntry.state.in_(("候选", "确立")),
        _asked(get(db, version_id)),
    )
    if path:
        query = query.where(ListEntry.path == path)
    if leads:
        query = query.where(ListEntry.lead.in_(list(leads)))
    return list(db.execute(query.order_by(ListEntry.path, ListEntry.list_type, ListEntry.id)).scalars())


def publish(db: Session, version_id: int, *, by: str, now: datetime) -> ListVersion:
    """Freezes an edition that all three departments have signed (k08). Entries held back stay for the next one.

    Items that were to leave (待调出) leave with the joint agreement, or go on where the entry was dropped (k10); what is held back waits.

    Raises:
        Conflict: a signature is missing (there is no silent consent), or it is frozen already.
    """
    version = get(db, version_id)
    if version.state == "冻结":
        raise Conflict("this edition is published already")
    signed = select(ListSignature.post).where(ListSignature.version_id == version_id, ListSignature.agree)
    missing = sorted(set(SIGNATORIES) - set(db.execute(signed).scalars()))
    if missing:
        raise Conflict("the signature of {posts} is missing; there is no silent consent", posts=", ".join(missing))
    query = select(ListEntry).where(ListEntry.version_id == version_id, ListEntry.state == "候选")
    confirmed = list(db.execute(query).scalars())
    for entry in confirmed:
        entry.state = "确立"
        if entry.list_type.startswith("WATCH"):
            enterprises.set_flag(entry.enterprise, entry.list_type, entry.reason, version.base_date)
    version.state, version.frozen_at = "冻结", now
    left, kept = _settle_removals(db, version, by=by, now=now)
    data = {"edition": version.number, "entries": len(confirmed), "left": left, "kept": kept}
    history.write(db, chain=CHAIN, fact="list_published", by=by, now=now, data=data)
    return version


def announce(db: Session, version_id: int, *, by: str, now: datetime) -> int:
    """Tells every enterprise's case once (k09): a new case is opened, or the items of the living one change. Answers how many.

    The messages have no sender: every case is its own root.
    """
    version = get(db, version_id)
    query = select(ListEntry).where(
        ListEntry.version_id == version_id, ListEntry.state == "确立", ListEntry.opens_item, ListEntry.change != "保留"
    )
    by_enterprise: dict[int, list[ListEntry]] = defaultdict(list)
    for entry in db.execute(query.order_by(ListEntry.enterprise_id, ListEntry.id)).scalars():
        by_enterprise[entry.enterprise_id].append(entry)
    living = set(db.execute(select(Case.enterprise_id).where(Case.state.in_(LIVING_CASE))).scalars())
    codes = {row.id: row.uscc for row in db.execute(select(Enterprise)).scalars() if row.id in by_enterprise}
    told = 0
    for enterprise_id, found in by_enterprise.items():
        added = [entry.id for entry in found if entry.change == "新增"]
        variables: dict[str, object] = {
            "enterpriseId": enterprise_id,
            "uscc": codes[enterprise_id],
            "listVersion": version_id,
        }
        name = "list_confirmed"
        if not added:
            continue
        if enterprise_id in living:
            name = "items_changed"
            variables |= {"added": added, "removed": [], "reason": version.number}
        messages.publish(
            db,
            name,
            codes[enterprise_id],
            variables,
            key=f"{name}:{version_id}:{enterprise_id}",
            time_to_live=_PATIENCE,
            by=by,
            now=now,
        )
        told += 1
    return told


def _settle_removals(db: Session, version: ListVersion, *, by: str, now: datetime) -> tuple[int, int]:
    """How many items left their list with this edition, and how many of those that were to leave were kept."""
    left = kept = 0
    query = (
        select(ListEntry, Item)
        .join(Case, Case.enterprise_id == ListEntry.enterprise_id)
        .join(Item, (Item.case_id == Case.id) & (Item.list_type == ListEntry.list_type))
        .where(ListEntry.version_id == version.id, ListEntry.change == "调出", Item.state == "pending_removal")
        .order_by(Item.id)
    )
    for entry, item in db.execute(query).all():
        if entry.state == "确立":
            removals.settle(db, item, True, f"{version.number} {entry.removal_code}", by=by, now=now)
            left += 1
        elif entry.state == "剔除":
            reason = entry.lead_remark or entry.city_remark or entry.county_remark or version.number
            removals.settle(db, item, False, reason, by=by, now=now)
            kept += 1
    return left, kept


def _asked(version: ListVersion) -> ColumnElement[bool]:
    return ListEntry.change != "保留" if version.kind == "季度" else true()


def _number(db: Session, year: int) -> str:
    taken = db.execute(
        select(func.count(ListVersion.id)).where(ListVersion.number.startswith(f"LIST-{year}-"))
    ).scalar_one()
    return f"LIST-{year}-{taken + 1}"


def _confirmed(db: Session, previous: ListVersion | None) -> dict[tuple[int, str], ListEntry]:
    if previous is None:
        return {}
    query = select(ListEntry).where(ListEntry.version_id == previous.id, ListEntry.state == "确立")
    return {(row.enterprise_id, row.list_type): row for row in db.execute(query).scalars()}


def _living_items(db: Session) -> dict[int, dict[str, Item]]:
    query = select(Case.enterprise_id, Item).join(Item, Item.case_id == Case.id)
    found: dict[int, dict[str, Item]] = defaultdict(dict)
    for enterprise_id, item in db.execute(query.where(Item.state.in_(LIVING_ITEM))):
        found[enterprise_id][item.list_type] = item
    return found


def _found(value: object) -> dict[str, Mapping[str, Any]]:
    """The answers of the decision by list; the first one of a list counts."""
    answers = cast(list[Mapping[str, Any]], value if isinstance(value, list) else [value] if value else [])
    found: dict[str, Mapping[str, Any]] = {}
    for answer in answers:
        found.setdefault(str(answer["list"]), answer)
    return found


def _change(earlier: ListEntry | None, item: Item | None, codes: Mapping[int, str]) -> tuple[str, str]:
    """新增, 保留 or 调出, and the reason code of the latter. An open item is kept until its own process closes it."""
    if item is not None and item.state == "pending_removal":
        return "调出", codes.get(item.id, "")[:12]
    return ("新增" if earlier is None and item is None else "保留"), ""


def _reason(answer: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    doubts = list(values["unconfirmed"])
    doubts += [] if values["activity_known"] and values["inst_known"] else ["待核实"]
    return (str(answer.get("reason") or "") + (f"(待县核:{'、'.join(doubts)})" if doubts else ""))[:300]
