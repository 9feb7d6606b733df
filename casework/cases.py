"""The case of an enterprise: opened by a list, kept while its items are worked on, archived after the last look-back.

Source: REFERENCE 4.a, 6.9. Every function is called inside the transaction of the step that needs it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import BindParameter, bindparam, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from casework import plans, reopenings, targets, territories
from casework.case_tables import (
    CLOSED_ITEM,
    LIVING_CASE,
    LIVING_ITEM,
    Baseline,
    Case,
    Closure,
    Item,
    Lookback,
    Measure,
    Plan,
)
from casework.facts import enterprise_facts
from casework.tables import Enterprise, ListEntry, Territory
from engine import history, messages
from engine.calendars import local_day
from engine.errors import Conflict, NotFound
from engine.tables import Instance

LINES = {"科技": "K", "工信": "G", "国资": "S"}
"""The lines of departments and their letter in the posts XK … RS (REFERENCE 4.0)."""
_ORDER = ("工信", "科技", "国资")


_CASE: Final[BindParameter[int]] = bindparam("case")
# Built once: asked whenever anything happens in a case.
_ON_THE_WAY: Final = select(
    exists().where(Closure.case_id == _CASE, Closure.state == "open"),
    exists()
    .where(Measure.plan_id == Plan.id, Measure.case_id == _CASE, Measure.state == "done", Plan.state == "approved")
    .correlate(None),
    exists().where(Baseline.case_id == _CASE) | exists().where(Plan.case_id == _CASE),
)


def get(db: Session, case_id: int) -> Case:
    """The case with this id.

    Raises:
        NotFound: there is none.
    """
    case = db.get(Case, case_id)
    if case is None:
        raise NotFound("expected case {case}, but there is none", case=case_id)
    return case


def living(db: Session, enterprise_id: int) -> Case | None:
    """The case of this enterprise that is not over, if any; there is at most one (6.12 no. 11)."""
    return db.scalars(
        select(Case).where(Case.enterprise_id == enterprise_id, Case.state.in_(LIVING_CASE))
    ).one_or_none()


def enterprise_of(db: Session, case: Case) -> Enterprise:
    """The enterprise of a case."""
    return db.get_one(Enterprise, case.enterprise_id)


def open_case(
    db: Session,
    enterprise_id: int,
    list_version_id: int,
    *,
    relapsed: Sequence[int] = (),
    instance: Instance | None,
    by: str,
    now: datetime,
) -> Case:
    """Opens the case of an enterprise for its entries on a frozen list, with one item per entry (a01, a02).

    A case without an item that opens (covered rows, flags) is refused, and so is a second case beside a living one. `relapsed` are
    items of an archived case that fell back: the new case has these alone, and takes over what is known about them.

    Raises:
        NotFound: the enterprise is unknown, or not on that list.
        Conflict: it already has a living case.
    """
    enterprise = db.get(Enterprise, enterprise_id)
    if enterprise is None:
        raise NotFound("expected enterprise {enterprise}, but there is none", enterprise=enterprise_id)
    if (other := living(db, enterprise_id)) is not None:
        raise Conflict(
            "{enterprise} already has the open case {case_no}", enterprise=enterprise.name, case_no=other.case_no
        )
    entries = _entries(db, enterprise_id, list_version_id)
    if relapsed:
        fallen = set(db.scalars(select(Item.list_entry_id).where(Item.id.in_(relapsed))))
        entries = [entry for entry in entries if entry.id in fallen]
    if not entries:
        raise NotFound("{enterprise} has no entry on this list that opens an item", enterprise=enterprise.name)
    predecessor = db.scalars(
        select(Case).where(Case.enterprise_id == enterprise_id).order_by(Case.id.desc()).limit(1)
    ).one_or_none()
    case = Case(
        case_no=next_number(db, "AJ", Case.case_no, enterprise.path, now=now),
        enterprise_id=enterprise.id,
        list_version_id=list_version_id,
        instance_id=instance.id if instance else None,
        predecessor_case_id=predecessor.id if predecessor else None,
        reopen_count=predecessor.reopen_count if predecessor else 0,
        scope=enterprise.path,
        lead=primary_lead([(entry.list_type, entry.lead) for entry in entries]),
        opened_at=now,
    )
    db.add(case)
    db.flush()
    for entry in entries:
        add_item(db, case, entry, now=now)
    if relapsed:
        reopenings.adopt(db, case, relapsed)
    if instance is not None:
        instance.scope, instance.subject, instance.business_key = (
            case.scope,
            f"enterprise:{enterprise.id}",
            case.case_no,
        )
    return case


def primary_lead(entries: Sequence[tuple[str, str]]) -> str:
    """Which line leads a case with these (list, lead) pairs (a02): 国资 where it leads an L2 item, else 工信 for L1 and L4, else 科技."""
    if ("L2", "国资") in entries:
        return "国资"
    return "工信" if any(list_type in {"L1", "L4"} for list_type, _lead in entries) else "科技"


def add_item(db: Session, case: Case, entry: ListEntry, *, now: datetime) -> Item:
    """Adds the item of a list entry, with what is known about the enterprise today as its frozen baseline."""
    facts = enterprise_facts(db, enterprise_of(db, case), day=local_day(now))
    item = Item(
        case_id=case.id,
        list_entry_id=entry.id,
        list_type=entry.list_type,
        subtype=entry.subtype,
        reason=entry.reason,
        lead=entry.lead if entry.lead in LINES else case.lead,
        base=entry.base,
        baseline=history.plain(facts),
        target_date=targets.of_item(db, enterprise_of(db, case), entry.list_type, now=now),
    )
    db.add(item)
    db.flush()
    return item


def groups(case: Case, level: str) -> list[str]:
    """The posts that act for a case at `county`, `city` or `region`.

    In a county the officers of all three lines may act, the leading line first, because in a small county one bureau holds
    them all; higher up it is the leading line alone.
    """
    if level == "county":
        return [f"X{LINES[line]}" for line in sorted(_ORDER, key=lambda line: line != case.lead)]
    return [f"{'C' if level == 'city' else 'R'}{LINES[case.lead]}"]


def open_items(db: Session, case: Case, *, instance: Instance | None, by: str, now: datetime) -> list[Item]:
    """Tells every living item that has no run of its own yet to start (`item_opened`), and gives those items back."""
    plan = approved_plan(db, case)
    enterprise = enterprise_of(db, case)
    started: list[Item] = []
    for item in case.items:
        if item.state not in {"open", "relapsed"} or (item.instance_id is not None and not _has_ended(db, item)):
            continue
        variables = {
            "caseId": case.id,
            "itemId": item.id,
            "uscc": enterprise.uscc,
            "list": item.list_type,
            "subtype": item.subtype,
            "planEnd": plan.ends_on.isoformat() if plan else None,
        }
        messages.publish(
            db,
            "item_opened",
            str(item.id),
            variables,
            key=f"item_opened:{item.id}:{item.relapse_count}:{plan.version if plan else 0}",
            sender=instance,
            by=by,
            now=now,
        )
        started.append(item)
    return started


def items_left(case: Case) -> int:
    """How many items are still to be worked on."""
    return sum(item.state in LIVING_ITEM for item in case.items)


def observe(case: Case) -> None:
    """The last item is closed: the case is observed for a year (a22)."""
    if case.state == "open" and not items_left(case) and any(item.state in CLOSED_ITEM for item in case.items):
        case.state = "observing"


def archive(db: Session, case: Case, *, now: datetime) -> str:
    """Closes the books (a24) and gives the archive number."""
    case.archive_no = f"DA-{case.case_no.removeprefix('AJ-')}"
    end(db, case, "archived", "", now=now)
    return case.archive_no


def end(db: Session, case: Case, state: str, reason: str, *, now: datetime) -> None:
    """Ends a case; whoever looked after it is free of it, and what was ordered because of it is withdrawn."""
    from casework import measure_runs, officers, orders, people

    case.state, case.closed_at, case.end_reason = state, now, reason[:400]
    officers.release(db, case.id, by="system", now=now)
    orders.release(db, case, reason, now=now)
    plan = approved_plan(db, case)
    pending = [measure for measure in plan.measures if measure.state in measure_runs.PENDING] if plan else []
    measure_runs.finish(db, pending, "over", by=people.SYSTEM, now=now)
    refresh_stage(db, case)


def say_over(db: Session, case: Case, ending: str, *, instance: Instance | None, by: str, now: datetime) -> None:
    """Tells the run of a case that it is over (`case_over`): everything that is still open in it stops."""
    messages.publish(
        db,
        "case_over",
        enterprise_of(db, case).uscc,
        {"ending": ending},
        key=f"case_over:{case.id}",
        sender=instance,
        by=by,
        now=now,
    )


def change_items(
    db: Session,
    case: Case,
    added: Sequence[int],
    removed: Sequence[int],
    reason: str,
    *,
    instance: Instance | None,
    by: str,
    now: datetime,
) -> int:
    """A later edition of the lists adds entries to a living case or takes some away (a15a). Gives the number of added items.

    `added` and `removed` are ids of list entries. A list that the case already has open is not added twice. The plan is amended for
    what is added; a case that has no item any more and never closed one is over (已剔除).
    """
    additions = 0
    for entry in db.scalars(select(ListEntry).where(ListEntry.id.in_([int(i) for i in added]))):
        if any(item.list_type == entry.list_type and item.state in LIVING_ITEM for item in case.items):
            continue
        case.items.append(add_item(db, case, entry, now=now))
        additions += 1
    gone = set(db.scalars(select(ListEntry.list_type).where(ListEntry.id.in_([int(i) for i in removed]))).all())
    for item in case.items:
        if item.list_type in gone and item.state in LIVING_ITEM:
            take_away(db, case, item, reason, instance=instance, by=by, now=now)
    if additions:
        if case.state == "observing":
            case.state = "open"
        plans.ask_amendment(db, case, "added", by=by, now=now)
    if case.items and all(item.state == "removed" for item in case.items):
        end(db, case, "removed", reason, now=now)
        say_over(db, case, "removed", instance=instance, by=by, now=now)
    refresh_stage(db, case)
    return additions


def lookbacks_left(db: Session, case: Case) -> int:
    """How many look-backs of this case are still to be done."""
    wanted = select(func.count()).select_from(Lookback).where(Lookback.case_id == case.id, Lookback.state == "planned")
    return db.scalars(wanted).one()


def approved_plan(db: Session, case: Case) -> Plan | None:
    """The plan in force: the latest approved one."""
    return db.scalars(
        select(Plan).where(Plan.case_id == case.id, Plan.state == "approved").order_by(Plan.version.desc()).limit(1)
    ).one_or_none()


def stage_of(case: Case, *, left: int, is_closing: bool, has_result: bool, has_begun: bool) -> str:
    """The stage that users see (4.a).

    销号: an item waits for its closure, or none is `left` to work on. 提升: a measure of the plan in force is done. 辅导: the
    baseline was found or a plan written. 预警: the light is not green. 监测: all else.
    """
    if is_closing or (not left and case.state in {"observing", "archived"}):
        return "close"
    if has_result:
        return "improve"
    if has_begun:
        return "coach"
    return "monitor" if case.light == "green" else "warn"


def next_number(
    db: Session,
    word: str,
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    path: str,
    *,
    now: datetime,
) -> str:
    """`<word>-<city>-<year>-<serial>`: the serial counts per city and year (a02), and a number never changes.

    `column` holds the numbers given so far. The row of the city is locked, so that two that are numbered at once do not ask for
    the same.
    """
    city = territories.city_of(path)
    db.execute(select(Territory.path).where(Territory.path == city).with_for_update())
    prefix = f"{word}-{city.rsplit('/', 1)[-1]}-{local_day(now).year}-"
    last = db.scalars(select(func.max(column)).where(column.startswith(prefix))).one()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:05d}"


def refresh_stage(db: Session, case: Case) -> str:
    """Works out the stage of a case from the rows, keeps it on the case and gives it back."""
    db.flush()
    closing, done, begun = db.execute(_ON_THE_WAY, {"case": case.id}).one()
    case.stage = stage_of(
        case,
        left=items_left(case),
        is_closing=bool(closing),
        has_result=bool(done),
        has_begun=bool(begun),
    )
    return case.stage


def take_away(
    db: Session, case: Case, item: Item, reason: str, *, instance: Instance | None, by: str, now: datetime
) -> None:
    """An item leaves its list: its own run ends (`item_removed`), an open request to strike it off with it; the case counts again."""
    from casework import removals

    item.state, item.reason = "removed", reason[:400]
    removals.note_settled(db, item, True, reason, by=by, now=now)
    for closure in db.scalars(select(Closure).where(Closure.item_id == item.id, Closure.state == "open")):
        closure.state, closure.decided_at = "withdrawn", now
    for name, key in (("item_removed", str(item.id)), ("item_ended", str(case.id))):
        messages.publish(
            db, name, key, {"itemId": item.id}, key=f"{name}:{item.id}:removed", sender=instance, by=by, now=now
        )


def _entries(db: Session, enterprise_id: int, list_version_id: int) -> list[ListEntry]:
    return list(
        db.scalars(
            select(ListEntry)
            .where(
                ListEntry.version_id == list_version_id,
                ListEntry.enterprise_id == enterprise_id,
                ListEntry.opens_item.is_(True),
                ListEntry.state == "确立",
            )
            .order_by(ListEntry.list_type)
        )
    )


def _has_ended(db: Session, item: Item) -> bool:
    run = db.get(Instance, item.instance_id) if item.instance_id else None
    return run is None or run.status != "active"
