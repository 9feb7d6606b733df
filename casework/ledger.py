"""The ledger (台账): one row per item with a number that never changes, in the columns every office keeps.

Source: REFERENCE 3.2, 8. Rows are read in portions with a fixed number of statements each, so that 11,000 of them neither fill
the memory nor ask one by one. Phone numbers are masked, because the ledger is a list (6.1).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session, selectinload

from casework import permissions, progress, territories
from casework.case_tables import CLOSED_ITEM, LIVING_ITEM, Case, Evidence, Item, Plan
from casework.permissions import Scope
from casework.tables import Assignment, Enterprise, EnterpriseYear, Officer, Person
from engine.calendars import Calendar, calendar, local_day

PORTION: Final = 500
REPLACED: Final = "reopened"
"""An item of an archived case that fell back: the new case has it again under its list, and it counts there alone."""
Group = Literal["", "open", "closed", "left"]
COLUMNS: Final = (
    "number", "city", "county", "enterprise", "uscc", "industry", "revenue", "list", "gap", "measures", "lead", "responsible",
    "contact", "officer", "due", "expected", "progress", "light", "evidence", "struck_off", "struck_off_on", "remarks",
)  # fmt: skip
"""The columns of 3.2 in their order."""
_UNITS: Final = {"工信": ("自治区工业和信息化厅", "工业和信息化局"), "科技": ("自治区科学技术厅", "科学技术局"), "国资": ("自治区国资委", "国资委")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One item as the ledger shows it. Words of the domain (list, light, evidence) are codes; the door translates them.

    `revenue` is last year's in 万元, `expected` and `done` are per cent, None without a plan in force.
    """

    number: int
    case_id: int
    case_no: str
    city: str
    county: str
    enterprise: str
    uscc: str
    industry: str
    revenue: Decimal | None
    list: str
    gap: str
    measures: tuple[str, ...]
    lead: str
    responsible: str
    contact: str
    officer: str
    due: date | None
    expected: int | None
    done: int | None
    measures_done: int
    measures_count: int
    state: str
    light: str
    evidence: tuple[str, ...]
    struck_off_on: date | None
    closure_no: str
    stat_confirm: str
    relapses: int
    base: str
    reason: str


def query(
    scope: Scope,
    *,
    path: str = "",
    list_type: str = "",
    group: Group = "",
    base: str = "",
    state: str = "",
) -> Select[int]:
    """The ids of the items that this person may read and asked for, in the order of the ledger: territory, enterprise, item.

    `group`: open, closed, or left (taken off without being struck off).
    """
    asked: list[ColumnElement[bool]] = [
        permissions.sees_enterprises(scope),
        territories.under(Case.scope, [path]) if path else true(),
        Item.list_type == list_type if list_type else true(),
        Item.base == base if base else true(),
        Item.state == state if state else true(),
    ]
    if group == "open":
        asked.append(Item.state.in_(LIVING_ITEM))
    elif group == "closed":
        asked.append(Item.state.in_(CLOSED_ITEM))
    elif group == "left":
        asked.append(Item.state.not_in((*LIVING_ITEM, *CLOSED_ITEM)))
    asked.append(Item.state != REPLACED)
    found = select(Item.id).join(Case, Case.id == Item.case_id).join(Enterprise, Enterprise.id == Case.enterprise_id)
    return found.where(*asked).order_by(Case.scope, Case.enterprise_id, Item.id)


def count(db: Session, wanted: Select[int]) -> int:
    """How many rows a query of `query` gives."""
    return db.scalars(select(func.count()).select_from(wanted.order_by(None).subquery())).one()


def rows(db: Session, wanted: Select[int], *, day: date) -> Iterator[Row]:
    """The rows of a query as of `day`, portion by portion."""
    ids = list(db.scalars(wanted))
    names, days = territories.tree(db), calendar(db)
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        known = _load(db, portion, day)
        for number in portion:
            item, case, enterprise = known.items[number]
            yield _row(item, case, enterprise, known, names, days, day)


def mask(phone: str) -> str:
    """`13812345678` → `138****5678`; what is shorter than seven characters is hidden whole."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else "*" * len(phone)


@dataclass(frozen=True, slots=True)
class _Known:
    items: Mapping[int, tuple[Item, Case, Enterprise]]
    revenue: Mapping[int, Decimal]
    plans: Mapping[int, Plan]
    officers: Mapping[int, str]
    evidence: Mapping[int, tuple[str, ...]]


def _load(db: Session, ids: Sequence[int], day: date) -> _Known:
    found = {
        item.id: (item, case, enterprise)
        for item, case, enterprise in db.execute(
            select(Item, Case, Enterprise)
            .join(Case, Case.id == Item.case_id)
            .join(Enterprise, Enterprise.id == Case.enterprise_id)
            .where(Item.id.in_(ids))
        )
    }
    cases = {case.id for _, case, _ in found.values()}
    firms = {enterprise.id for _, _, enterprise in found.values()}
    years = select(EnterpriseYear.enterprise_id, EnterpriseYear.revenue).where(
        EnterpriseYear.enterprise_id.in_(firms), EnterpriseYear.year < day.year, EnterpriseYear.revenue.is_not(None)
    )
    plans = select(Plan).where(Plan.case_id.in_(cases), Plan.state == "approved").order_by(Plan.version)
    officers = (
        select(Assignment.case_id, Person.name)
        .join(Officer, Officer.id == Assignment.officer_id)
        .join(Person, Person.id == Officer.person_id)
        .where(Assignment.case_id.in_(cases), Assignment.until.is_(None))
    )
    kinds: dict[int, set[str]] = defaultdict(set)
    proofs = select(Evidence.enterprise_id, Evidence.kind).where(
        Evidence.enterprise_id.in_(firms), Evidence.withdrawn_at.is_(None)
    )
    for enterprise_id, kind in db.execute(proofs):
        kinds[enterprise_id].add(kind)
    revenue = {
        enterprise_id: amount
        for enterprise_id, amount in db.execute(years.order_by(EnterpriseYear.year))
        if amount is not None
    }
    return _Known(
        items=found,
        revenue=revenue,
        plans={plan.case_id: plan for plan in db.scalars(plans.options(selectinload(Plan.measures)))},
        officers=dict(db.execute(officers).all()),
        evidence={number: tuple(sorted(names)) for number, names in kinds.items()},
    )


def _row(
    item: Item, case: Case, enterprise: Enterprise, known: _Known, names: territories.Tree, days: Calendar, day: date
) -> Row:
    plan = known.plans.get(case.id)
    measures = [measure for measure in plan.measures if measure.state != "cancelled"] if plan else []
    city = territories.city_of(case.scope)
    region_unit, bureau = _UNITS.get(item.lead, ("", ""))
    at_region = item.list_type in {"L1", "L2"} and enterprise.supervisor_level not in {"市属", "县属"}
    return Row(
        number=item.id,
        case_id=case.id,
        case_no=case.case_no,
        city=names.name(city),
        county=names.name(case.scope) if case.scope != city else "",
        enterprise=enterprise.name,
        uscc=enterprise.uscc,
        industry=enterprise.industry_name or enterprise.industry_code,
        revenue=known.revenue.get(enterprise.id),
        list=item.list_type,
        gap=item.subtype,
        measures=tuple(dict.fromkeys(measure.type for measure in measures)),
        lead=region_unit if at_region else f"{names.name(city)}{bureau}",
        responsible=f"{names.name(case.scope)}{bureau}",
        contact=" ".join(part for part in (enterprise.contact or enterprise.legal_rep, mask(enterprise.phone)) if part),
        officer=known.officers.get(case.id, ""),
        due=item.target_date or (plan.ends_on if plan else None),
        expected=progress.expected(days, plan.starts_on, plan.ends_on, day) if plan else None,
        done=progress.actual([(one.state, one.progress, one.weight) for one in measures]) if plan else None,
        measures_done=sum(one.state == "done" for one in measures),
        measures_count=len(measures),
        state=item.state,
        light=item.light if item.state in LIVING_ITEM else "",
        evidence=known.evidence.get(enterprise.id, ()),
        struck_off_on=local_day(item.closed_at) if item.closed_at else None,
        closure_no=item.closure_no or "",
        stat_confirm=item.stat_confirm,
        relapses=item.relapse_count,
        base=item.base,
        reason=item.reason,
    )
