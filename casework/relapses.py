"""What looks like a relapse (反弹): data that speak against a closed item open a check task of the city; a person decides.

Source: REFERENCE 4.g "Relapse triggers", g14, DT-2 rows 1 and 5. No figure reopens an item by itself. The same sign is never
looked into twice, and of several signs on one closure there is one check.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework import enterprises, items
from casework.answers import day as as_day
from casework.case_tables import CLOSED_ITEM, Case, Closure, Item, Lookback
from casework.filing_tables import RdInstitution
from casework.tables import Enterprise, QuarterReport
from engine import history, messages
from engine.calendars import local_day
from engine.errors import Conflict, Invalid, Sentence
from engine.tables import Instance

CAUSES: Final = ("rd_zero", "filing", "certificate", "roster", "statistics", "integrity")
"""R&D expense zero in two consecutive quarters; filing revoked or expired; certificate lost; left the roster; the official
figures say no; false evidence found."""
PORTION: Final = 200
_QUARTERS: Final = 2
_PATIENCE: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of a relapse on a closed item: its cause, a key that makes it once, and the figures behind it."""

    item: Item
    closure: Closure
    cause: str
    key: str
    figures: Mapping[str, Any]


def look(db: Session, enterprise_id: int, *, by: str = "system", now: datetime) -> list[Lookback]:
    """Looks at the closed items of an enterprise after news about it. Gives the checks that were opened."""
    return look_at(db, [enterprise_id], by=by, now=now)


def look_at(db: Session, ids: Sequence[int], *, by: str = "system", now: datetime) -> list[Lookback]:
    """Looks at the closed items of several enterprises with a fixed number of statements; opens a check for every new sign."""
    return _open(db, signs(db, ids, day=local_day(now)), by=by, now=now)


def look_all(db: Session, key: str, *, after: int, now: datetime) -> int:
    """The daily look at what a date alone changes: filings and certificates that have run out. A portion; gives where it ended.

    `key` is the day (`2026-07-01`); enterprises with an id above `after` are looked at. 0: none is left.
    """
    day = as_day(key) or local_day(now)
    expired = select(RdInstitution.enterprise_id).where(RdInstitution.valid_until < day)
    query = (
        select(Enterprise.id)
        .join(Case, Case.enterprise_id == Enterprise.id)
        .join(Item, Item.case_id == Case.id)
        .where(Enterprise.id > after, Item.state.in_(CLOSED_ITEM))
        .where(or_(Enterprise.hitech_to < day, Enterprise.id.in_(expired)))
    )
    ids = list(db.scalars(query.distinct().order_by(Enterprise.id).limit(PORTION)))
    look_at(db, ids, now=now)
    return ids[-1] if len(ids) == PORTION else 0


def signs(db: Session, ids: Iterable[int], *, day: date) -> list[Sign]:
    """What speaks against the closed items of these enterprises on a day, known or not; a fixed number of statements."""
    wanted = list(ids)
    closed = list(
        db.execute(
            select(Item, Closure, Enterprise)
            .join(Closure, Closure.item_id == Item.id)
            .join(Case, Case.id == Item.case_id)
            .join(Enterprise, Enterprise.id == Case.enterprise_id)
            .where(Enterprise.id.in_(wanted), Item.state.in_(CLOSED_ITEM), Closure.closure_no == Item.closure_no)
            .order_by(Item.id)
        )
    )
    if not closed:
        return []
    reports: dict[int, dict[str, QuarterReport]] = defaultdict(dict)
    for report in db.scalars(
        select(QuarterReport).where(QuarterReport.enterprise_id.in_(wanted), QuarterReport.state.in_(items.CONFIRMED))
    ):
        reports[report.enterprise_id][report.period] = report
    filings: dict[int, list[RdInstitution]] = defaultdict(list)
    for filing in db.scalars(select(RdInstitution).where(RdInstitution.enterprise_id.in_(wanted))):
        filings[filing.enterprise_id].append(filing)
    found: list[Sign] = []
    for item, closure, enterprise in closed:
        found += _of(item, closure, enterprise, reports[enterprise.id], filings[enterprise.id], day)
    return found


def open_check(
    db: Session,
    item: Item,
    closure: Closure,
    cause: str,
    key: str,
    figures: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
) -> list[Lookback]:
    """Opens the check of one sign that something else than the data brought up (the statistics, an integrity decision)."""
    return _open(db, [Sign(item, closure, cause, f"{cause}:{key}:{closure.id}", figures)], by=by, now=now)


def false_data(db: Session, case: Case, reason: str, *, by: str, now: datetime) -> list[Lookback]:
    """False evidence was found: the enterprise carries the integrity flag (DT-2 row 1), and every closed item of it is checked.

    Raises:
        Invalid: the reason is missing.
        Conflict: the flag is there already.
    """
    said = reason.strip()
    if len(said) < 5:
        sentence = Sentence("say which data were false and how that was found")
        raise Invalid(sentence.template, fields={"reason": [sentence]})
    enterprise = db.get_one(Enterprise, case.enterprise_id)
    if any(flag.get("code") == "integrity" for flag in enterprise.flags):
        raise Conflict("{enterprise} carries the integrity flag already", enterprise=enterprise.name)
    day = local_day(now)
    enterprises.set_flag(enterprise, "integrity", said, day)
    data = {"enterprise": enterprise.uscc, "case": case.case_no, "reason": said}
    subject = enterprises.subject(enterprise.id)
    history.write(db, chain="registry", fact="false_data_confirmed", by=by, now=now, data=data, subject=subject)
    closed = db.execute(
        select(Item, Closure)
        .join(Closure, Closure.closure_no == Item.closure_no)
        .join(Case, Case.id == Item.case_id)
        .where(Case.enterprise_id == enterprise.id, Item.state.in_(CLOSED_ITEM))
        .order_by(Item.id)
    )
    found = [
        Sign(item, closure, "integrity", f"integrity:{day.isoformat()}:{closure.id}", {"reason": said})
        for item, closure in closed
    ]
    return _open(db, found, by=by, now=now)


def _of(
    item: Item,
    closure: Closure,
    enterprise: Enterprise,
    reports: Mapping[str, QuarterReport],
    filings: Sequence[RdInstitution],
    day: date,
) -> list[Sign]:
    def sign(cause: str, key: object, **figures: object) -> Sign:
        return Sign(item, closure, cause, f"{cause}:{key}:{closure.id}", history.plain(figures))

    found: list[Sign] = []
    has_institution = item.list_type in {"L1", "L2"} or (item.list_type == "L3" and items.gap_institution(item))
    if item.list_type in {"L1", "L2", "L3"} and items.gap_activity(item):
        zero = zero_quarters(reports, closed_on=local_day(item.closed_at) if item.closed_at else day)
        if zero:
            found.append(sign("rd_zero", zero[-1], quarters=zero))
    if has_institution and not _has_institution(enterprise, filings, day):
        last = max(filings, key=lambda one: (one.valid_until or one.filed_on, one.id), default=None)
        figures: dict[str, object] = {"filing": last.filing_no, "valid_until": last.valid_until} if last else {}
        found.append(sign("filing", last.id if last else 0, **figures))
    if item.list_type in {"L5", "RENEW"} and not (
        enterprise.hitech_from and enterprise.hitech_to and enterprise.hitech_from <= day <= enterprise.hitech_to
    ):
        number, until = enterprise.hitech_no, enterprise.hitech_to
        found.append(sign("certificate", until, certificate=number, valid_until=until))
    if item.list_type == "L4" and not (enterprise.is_scale and enterprise.scale_since):
        found.append(sign("roster", enterprise.scale_left, left=enterprise.scale_left))
    return found


def zero_quarters(reports: Mapping[str, QuarterReport], *, closed_on: date) -> list[str]:
    """The two latest confirmed quarters when both began after the closing and have no R&D expense of their own; else none.

    `reports` are the confirmed reports by period. A quarter whose figure of its own is unknown is not zero.
    """
    if not reports:
        return []
    period = max(reports)
    zero: list[str] = []
    while len(zero) < _QUARTERS and period in reports and _ended(period) > closed_on:
        own = _own_rd(reports, period)
        if own is None or own > 0:
            return []
        zero.insert(0, period)
        period = items.quarter_before(period)
    return zero if len(zero) == _QUARTERS else []


def _ended(period: str) -> date:
    year, quarter = int(period[:4]), int(period[5])
    return date(year + quarter // 4, quarter % 4 * 3 + 1, 1) - timedelta(days=1)


def _own_rd(reports: Mapping[str, QuarterReport], period: str) -> Decimal | None:
    ytd = reports[period].rd_expense_ytd
    if period.endswith("Q1") or ytd is None:
        return ytd
    before = reports.get(items.quarter_before(period))
    return None if before is None or before.rd_expense_ytd is None else ytd - before.rd_expense_ytd


def _has_institution(enterprise: Enterprise, filings: Sequence[RdInstitution], day: date) -> bool:
    filed = any(
        one.state == "filed" and one.filed_on <= day and (one.valid_until is None or one.valid_until >= day)
        for one in filings
    )
    return filed or any(str(platform.get("level")) in {"国", "区", "市"} for platform in enterprise.platforms)


def _open(db: Session, found: Sequence[Sign], *, by: str, now: datetime) -> list[Lookback]:
    if not found:
        return []
    rows: dict[int, list[Lookback]] = defaultdict(list)
    of_these = Lookback.closure_id.in_({sign.closure.id for sign in found})
    for row in db.scalars(select(Lookback).where(of_these, Lookback.kind == "triggered").order_by(Lookback.id)):
        rows[row.closure_id].append(row)
    opened: list[Lookback] = []
    for sign in found:
        before = rows[sign.closure.id]
        if any(sign.key in {str(one["key"]) for one in row.evidence.get("signs", [])} for row in before):
            continue
        entry = {"cause": sign.cause, "key": sign.key, "on": local_day(now).isoformat(), "figures": dict(sign.figures)}
        running = next((row for row in before if row.state == "planned"), None)
        if running is not None:
            running.evidence = {**running.evidence, "signs": [*running.evidence["signs"], entry]}
            continue
        lookback = Lookback(
            closure_id=sign.closure.id,
            item_id=sign.item.id,
            case_id=sign.item.case_id,
            kind="triggered",
            trigger=sign.key,
            cause=sign.cause,
            evidence={"signs": [entry]},
            sample="all",
            planned_at=now,
        )
        db.add(lookback)
        db.flush()
        rows[sign.closure.id].append(lookback)
        opened.append(lookback)
        history.write(
            db,
            chain="registry",
            fact="relapse_suspected",
            by=by,
            now=now,
            data={"lookback": lookback.id, "item": sign.item.id, "closure": sign.closure.closure_no, **entry},
        )
        messages.publish(
            db,
            "lookback_opened",
            f"{sign.item.id}:{lookback.id}",
            {
                "itemId": sign.item.id,
                "caseId": sign.item.case_id,
                "closureId": sign.closure.id,
                "kind": "triggered",
                "lookbackId": lookback.id,
            },
            key=f"lookback_opened:triggered:{lookback.id}",
            sender=_run_of(db, sign.item.case_id),
            time_to_live=_PATIENCE,
            by=by,
            now=now,
        )
    return opened


def _run_of(db: Session, case_id: int) -> Instance | None:
    # Under the root of the case, so that whoever acted in it is known to four eyes.
    case = db.get_one(Case, case_id)
    return db.get(Instance, case.instance_id) if case.instance_id else None
