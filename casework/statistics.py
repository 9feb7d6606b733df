"""The word of the official statistics on a closed item (g15): yes, no, or never within the year after the closing.

Source: REFERENCE 4.g g15, 2.2. An item of L1, L2 or L3 stays 待统计确认 until the yearly figures (107-1, 107-2, grade G1) of the year
of its closing or a later one speak; a no is looked into by the city (g14), silence ends in the data-quality list.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import cases, closures, enterprises, items, notices, relapses, territories
from casework.case_tables import Case, Closure, Item
from casework.tables import EnterpriseYear
from engine import messages
from engine.calendars import SHANGHAI, local_day
from engine.tables import Instance

_PATIENCE: Final = timedelta(days=800)


def open_wait(db: Session, closure: Closure, *, instance: Instance | None) -> datetime:
    """The wait for the statistics begins; its run carries territory, enterprise and number. Gives until when it lasts."""
    case = cases.get(db, closure.case_id)
    if instance is not None:
        instance.scope, instance.subject = case.scope, enterprises.subject(case.enterprise_id)
        instance.business_key = case.case_no
    closed = local_day(closure.decided_at) if closure.decided_at else date.min
    return datetime.combine(date(closed.year + 1, 12, 31), time(23, 59), SHANGHAI)


def arrived(db: Session, ids: Iterable[int], year: int, *, by: str, now: datetime) -> int:
    """The official figures of a year came in for these enterprises: every wait that they can end is told. Gives how many.

    Figures of years before the closing say nothing about it; an unknown answer says nothing either.
    """
    told = 0
    wanted = list(ids)
    for start in range(0, len(wanted), 500):
        rows = db.execute(
            select(Item, Closure, EnterpriseYear)
            .join(Closure, Closure.closure_no == Item.closure_no)
            .join(Case, Case.id == Item.case_id)
            .join(EnterpriseYear, EnterpriseYear.enterprise_id == Case.enterprise_id)
            .where(Case.enterprise_id.in_(wanted[start : start + 500]), EnterpriseYear.year == year)
            .where(Item.state == "closed_awaiting_statistics", Item.stat_confirm == "waiting")
        )
        for item, closure, figures in rows:
            answer = confirms(item, figures)
            if answer is None or item.closed_at is None or year < local_day(item.closed_at).year:
                continue
            messages.publish(
                db,
                "stat_confirmed",
                str(closure.id),
                {"year": year, "yes": answer},
                key=f"stat_confirmed:{closure.id}:{year}:{answer}",
                time_to_live=_PATIENCE,
                by=by,
                now=now,
            )
            told += 1
    return told


def confirms(item: Item, figures: EnterpriseYear) -> bool | None:
    """Whether the official answers of a year confirm that the gap of an item is gone; None where they are silent."""
    asked: list[bool | None] = []
    if items.gap_activity(item):
        asked.append(figures.has_activity_g1)
    if items.gap_institution(item):
        asked.append(figures.has_inst_g1)
    if False in asked:
        return False
    return None if None in asked or not asked else True


def confirm(db: Session, closure: Closure) -> None:
    """The statistics say yes: what waited for them is closed for good."""
    item = closure.item
    if _stands(item, closure):
        item.stat_confirm, item.state = "yes", "closed"


def deny(db: Session, closure: Closure, year: int, *, by: str, now: datetime) -> None:
    """The statistics say no: the city looks into it (g14); only its word reopens the item."""
    item = closure.item
    if _stands(item, closure):
        item.stat_confirm = "no"
        relapses.open_check(db, item, closure, "statistics", str(year), {"year": year}, by=by, now=now)


def expire(db: Session, closure: Closure, *, now: datetime) -> None:
    """The year after the closing is over without a word: the item goes to the data-quality list (未获统计确认), and the city is told."""
    item = closure.item
    if _stands(item, closure):
        item.stat_confirm = "missing"
        notices.letter(
            db,
            cases.get(db, closure.case_id),
            [f"C{cases.LINES[item.lead]}"],
            "the official figures never confirmed {list} of {case_no}, struck off under {number}; check the enterprise's annual report",
            {"list": item.list_type, "number": closure.closure_no},
            key=f"statistics_missing:{closure.id}",
            now=now,
        )


def unconfirmed(db: Session, paths: Sequence[str], *, limit: int = 500) -> list[Item]:
    """The data-quality list: closed items in these territories that the statistics denied or never confirmed."""
    query = select(Item).join(Case).where(Item.stat_confirm.in_(("missing", "no")))
    query = query.where(territories.under(Case.scope, list(paths)))
    return list(db.scalars(query.order_by(Item.closed_at, Item.id).limit(limit)))


def _stands(item: Item, closure: Closure) -> bool:
    return item.closure_no == closure.closure_no and item.state in closures.AWAITING
