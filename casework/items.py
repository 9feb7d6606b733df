"""The item of a case: one membership in one list, from its opening to its closure.

The facts of an item are what DT-3 looks at (REFERENCE DT-3, 6.13): evidence of grade G2 or G1 only, never what somebody ticked.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import cases, facts, orders, plans, proofs
from casework.case_tables import LIVING_ITEM, Case, Evidence, Item, Measure
from casework.closing_tables import Objection
from casework.filing_tables import RdInstitution
from casework.tables import Enterprise, EnterpriseYear, QuarterReport
from engine import history, messages
from engine.calendars import local_day
from engine.errors import NotFound
from engine.tables import Instance

CONFIRMED = ("县核", "市核", "锁定")
"""States of a quarterly report whose figures count (6.3)."""
_RECOGNISED = {"国", "区", "市"}


def get(db: Session, item_id: int) -> Item:
    """The item with this id.

    Raises:
        NotFound: there is none.
    """
    item = db.get(Item, item_id)
    if item is None:
        raise NotFound("expected item {item}, but there is none", item=item_id)
    return item


def start(db: Session, item: Item, *, instance: Instance) -> dict[str, object]:
    """The item's run begins: it carries the territory, the enterprise and the number of its case from now on."""
    case = cases.get(db, item.case_id)
    enterprise = cases.enterprise_of(db, case)
    item.instance_id = instance.id
    instance.scope, instance.subject, instance.business_key = case.scope, f"enterprise:{enterprise.id}", case.case_no
    letter = cases.LINES[item.lead]
    return {
        "list": item.list_type,
        "subtype": item.subtype,
        "uscc": enterprise.uscc,
        "cityGroups": [f"C{letter}"],
        "regionGroups": [f"R{letter}"],
    }


def gap_activity(item: Item) -> bool:
    """Whether the item was opened because R&D activity is missing."""
    return "活动" in item.subtype or item.subtype == "双缺"


def gap_institution(item: Item) -> bool:
    """Whether the item was opened because an R&D institution is missing."""
    return "机构" in item.subtype or item.subtype == "双缺"


def eligibility_facts(db: Session, item: Item, *, by: str, now: datetime) -> dict[str, Any]:
    """What is known today about the conditions of DT-3, frozen as a `Facts` record with purpose `closure-eligibility`.

    `rd_quarters` is the run of consecutive confirmed quarters with R&D expense of the quarter alone > 0 that ends with the
    latest confirmed one; `annual_rd` the R&D expenditure of the latest annual table on record, in 万元, None if unknown. After a
    relapse only what is newer counts for the gap that opened again: quarters that end after it, proofs recorded after it, an annual
    table of its year or later.
    """
    case = cases.get(db, item.case_id)
    enterprise = cases.enterprise_of(db, case)
    day = local_day(now)
    of_activity, of_institution = relapsed_since(item, "activity"), relapsed_since(item, "institution")
    all_reports = _confirmed_reports(db, enterprise)
    reports = [one for one in all_reports if of_activity is None or end_of_quarter(one.period) > of_activity]
    latest = reports[-1] if reports else None
    known = _proofs(db, case)
    active = {kind: proofs.newer(found, of_activity) for kind, found in known.items()}
    years = _annual_rd(db, enterprise)
    values: dict[str, Any] = {
        "list": item.list_type,
        "subtype": item.subtype,
        "gap_activity": gap_activity(item),
        "gap_inst": gap_institution(item),
        "rd_quarters": consecutive_quarters_with_rd(all_reports, since=of_activity),
        "annual_rd": next((spent for year, spent in years if of_activity is None or year >= of_activity.year), None),
        "projects_in_execution": max(
            (latest.projects_ongoing or 0) + (latest.projects_new or 0) if latest else 0,
            len(active.get("project", [])),
        ),
        "aux_ledger": bool(latest and latest.aux_ledger) or bool(active.get("aux_ledger")),
        "aux_ledger_checked": bool(latest and latest.aux_ledger_checked_by)
        or any(proof.checked_by for proof in active.get("aux_ledger", [])),
        "inst_filed": has_filed_institution(db, enterprise, day=day, since=of_institution),
        "stat_fill_done": _is_done(db, case, "STAT_FILL"),
        "soe_figures_consistent": any(
            proof.checked_by and proofs.is_consistent(proof, reports, dict(years))
            for proof in known.get("soe_sheet", [])
        ),
        "soe_confirmed": any(proof.checked_by for proof in known.get("soe_sheet", [])),
        "in_roster": enterprise.is_scale and bool(enterprise.scale_since),
        "hitech_valid": has_certificate(item, case, enterprise, day),
        "hitech_listed": "certificate" in known,
        "red_notices": orders.unanswered(db, case.id, "red"),
        "objections": _open_objections(db, case),
        "operating": enterprise.status == "存续",
        "group_agreement": any(bool(proof.data.get("inside")) for proof in known.get("group_agreement", [])),
    }
    values = history.plain(values)
    facts.freeze(db, f"item:{item.id}", "closure-eligibility", values, by=by, now=now)
    return values


def has_certificate(item: Item, case: Case, enterprise: Enterprise, day: date) -> bool:
    """Whether a high-tech certificate is valid on `day`; for RENEW a new one, given after the case was opened (DT-3)."""
    if enterprise.hitech_from is None or enterprise.hitech_to is None:
        return False
    is_new = item.list_type != "RENEW" or enterprise.hitech_from > local_day(case.opened_at)
    return is_new and enterprise.hitech_from <= day <= enterprise.hitech_to


def note_eligibility(db: Session, item: Item, result: str, missing: Sequence[str], *, now: datetime) -> None:
    """Keeps since when the item could be struck off (DT-3 says ELIGIBLE), or what it still misses."""
    item.missing = [str(code) for code in missing]
    if result == "ELIGIBLE":
        item.eligible_since = item.eligible_since or now
    else:
        item.eligible_since = None
    case = cases.get(db, item.case_id)
    cases.refresh_stage(db, case)
    if item.eligible_since is not None:
        orders.requirement_met(db, case, item, now=now)


def closure_refused(db: Session, item: Item, *, by: str, now: datetime) -> None:
    """A closure was refused (a20): the measures go on, and the plan is amended with the reasons."""
    plans.ask_amendment(db, cases.get(db, item.case_id), "closure", by=by, now=now)


def end(db: Session, item: Item, *, instance: Instance, by: str, now: datetime) -> None:
    """The item's run is over: its case is told (`item_ended`)."""
    case = cases.get(db, item.case_id)
    cases.observe(case)
    cases.refresh_stage(db, case)
    messages.publish(
        db,
        "item_ended",
        str(case.id),
        {"itemId": item.id, "left": cases.items_left(case)},
        key=f"item_ended:{item.id}:{instance.id}",
        sender=instance,
        by=by,
        now=now,
    )


def data_arrived(db: Session, enterprise_id: int, what: str, *, key: str, by: str, now: datetime) -> int:
    """New figures or proofs of an enterprise: every living item of its case looks again (`evidence_recorded`).

    `what` says what arrived (`quarter 2026Q2`), `key` makes saying it twice harmless. Gives the number of items told.
    """
    case = cases.living(db, enterprise_id)
    told = [item for item in case.items if item.state in LIVING_ITEM] if case else []
    for item in told:
        messages.publish(
            db,
            "evidence_recorded",
            str(item.id),
            {"arrived": what},
            key=f"evidence:{item.id}:{key}",
            sender=None,
            by=by,
            now=now,
        )
    return len(told)


def relapsed_since(item: Item, gap: str) -> date | None:
    """The day of the relapse after which this gap (activity, institution) has to be proven anew; None when it has not to be."""
    return item.relapsed_on if item.relapse_gap in {"", gap} else None


def end_of_quarter(period: str) -> date:
    """The last day of a quarter: `2026Q2` → 30 June 2026."""
    year, quarter = int(period[:4]), int(period[5])
    return (date(year, 12, 31) if quarter == 4 else date(year, quarter * 3 + 1, 1)) - timedelta(days=quarter != 4)


def consecutive_quarters_with_rd(reports: Sequence[QuarterReport], *, since: date | None = None) -> int:
    """How many consecutive confirmed quarters up to the latest have R&D expense of their own > 0 (DT-3, `rd_q` of 6.13).

    `reports` are the confirmed reports in order. A quarter whose predecessor in the same year is missing has no figure of
    its own and ends the run, and so does a gap between quarters, or one that ended before or on `since`.
    """
    by_period = {report.period: report for report in reports}
    run = 0
    period = reports[-1].period if reports else ""
    while (
        period in by_period
        and (since is None or end_of_quarter(period) > since)
        and (own := _own_rd(by_period, period)) is not None
        and own > 0
    ):
        run += 1
        period = quarter_before(period)
    return run


def quarter_before(period: str) -> str:
    """`2026Q1` → `2025Q4`."""
    year, quarter = int(period[:4]), int(period[5])
    return f"{year}Q{quarter - 1}" if quarter > 1 else f"{year - 1}Q4"


def has_filed_institution(db: Session, enterprise: Enterprise, *, day: date, since: date | None = None) -> bool:
    """Whether a filing is valid on `day`, or a platform is recognised at city level or above (2.2, grade G2).

    With `since` only a filing after that day counts.
    """
    filed = db.scalars(
        select(func.count())
        .select_from(RdInstitution)
        .where(
            RdInstitution.enterprise_id == enterprise.id,
            RdInstitution.state == "filed",
            RdInstitution.filed_on <= day,
            RdInstitution.filed_on > (since or date.min),
            (RdInstitution.valid_until.is_(None)) | (RdInstitution.valid_until >= day),
        )
    ).one()
    if since is not None:
        return filed > 0
    return filed > 0 or any(str(platform.get("level")) in _RECOGNISED for platform in enterprise.platforms)


def _own_rd(by_period: Mapping[str, QuarterReport], period: str) -> Decimal | None:
    ytd = by_period[period].rd_expense_ytd
    if period.endswith("Q1") or ytd is None:
        return ytd
    before = by_period.get(quarter_before(period))
    return None if before is None or before.rd_expense_ytd is None else ytd - before.rd_expense_ytd


def _confirmed_reports(db: Session, enterprise: Enterprise) -> list[QuarterReport]:
    return list(
        db.scalars(
            select(QuarterReport)
            .where(QuarterReport.enterprise_id == enterprise.id, QuarterReport.state.in_(CONFIRMED))
            .order_by(QuarterReport.period)
        )
    )


def _annual_rd(db: Session, enterprise: Enterprise) -> list[tuple[int, Decimal | None]]:
    """The R&D expenditure of each annual table on record (107-2, 万元), the newest first."""
    rows = db.execute(
        select(EnterpriseYear.year, EnterpriseYear.rd_expenditure_stat)
        .where(EnterpriseYear.enterprise_id == enterprise.id, EnterpriseYear.rd_expenditure_stat.is_not(None))
        .order_by(EnterpriseYear.year.desc())
    )
    return [(year, spent) for year, spent in rows]


def _proofs(db: Session, case: Case) -> dict[str, list[Evidence]]:
    found: dict[str, list[Evidence]] = {}
    for proof in db.scalars(
        select(Evidence)
        .where(Evidence.enterprise_id == case.enterprise_id, Evidence.withdrawn_at.is_(None))
        .order_by(Evidence.id)
    ):
        found.setdefault(proof.kind, []).append(proof)
    return found


def _is_done(db: Session, case: Case, measure_type: str) -> bool:
    wanted = select(func.count()).select_from(Measure)
    wanted = wanted.where(Measure.case_id == case.id, Measure.type == measure_type, Measure.state == "done")
    return db.scalars(wanted).one() > 0


def _open_objections(db: Session, case: Case) -> int:
    """Objections to closures of this case that nobody has settled yet (DT-3, row "any")."""
    wanted = select(func.count()).select_from(Objection)
    return db.scalars(wanted.where(Objection.case_id == case.id, Objection.state == "open")).one()
