"""The ledger (台账): one row per item with a number that never changes, in the columns every office keeps.

Source: REFERENCE 3.2, 8. Rows are read in portions with a fixed number of statements each, so that 11,000 of them neither fill
the memory nor ask one by one. Phone numbers are masked, because the ledger is a list (6.1).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session

from casework import permissions, progress, territories
from casework.case_tables import CLOSED_ITEM, LIVING_ITEM, Case, Evidence, Item, Measure, Plan
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
            yield _row(known.items[number], known, names, days, day)


def mask(phone: str) -> str:
    """`13812345678` → `138****5678`; what is shorter than seven characters is hidden whole."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else "*" * len(phone)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rows of a portion say. Columns are read, not whole entities: a ledger of 11,000 items has 100,000 rows behind it."""

    items: Mapping[int, Any]
    revenue: Mapping[int, Decimal]
    plans: Mapping[int, Any]
    measures: Mapping[int, Sequence[Any]]
    officers: Mapping[int, str]
    evidence: Mapping[int, tuple[str, ...]]


_COLUMNS: Final = (
    Item.id, Item.case_id, Item.list_type, Item.subtype, Item.reason, Item.lead, Item.base, Item.target_date, Item.state,
    Item.light, Item.relapse_count, Item.closure_no, Item.closed_at, Item.stat_confirm, Case.case_no, Case.scope,
    Case.enterprise_id, Enterprise.name, Enterprise.uscc, Enterprise.industry_name, Enterprise.industry_code,
    Enterprise.contact, Enterprise.legal_rep, Enterprise.phone, Enterprise.supervisor_level,
)  # fmt: skip


def _load(db: Session, ids: Sequence[int], day: date) -> _Known:
    asked = select(*_COLUMNS).join(Case, Case.id == Item.case_id).join(Enterprise, Enterprise.id == Case.enterprise_id)
    items: dict[int, Any] = {row[0]: row for row in db.execute(asked.where(Item.id.in_(ids)))}
    cases = {row.case_id for row in items.values()}
    firms = {row.enterprise_id for row in items.values()}
    years = select(EnterpriseYear.enterprise_id, EnterpriseYear.revenue).where(
        EnterpriseYear.enterprise_id.in_(firms), EnterpriseYear.year < day.year, EnterpriseYear.revenue.is_not(None)
    )
    found = select(Plan.id, Plan.case_id, Plan.starts_on, Plan.ends_on).where(
        Plan.case_id.in_(cases), Plan.state == "approved"
    )
    plans: dict[int, Any] = {row.case_id: row for row in db.execute(found.order_by(Plan.version))}
    of_plans = select(Measure.plan_id, Measure.type, Measure.state, Measure.progress, Measure.weight).where(
        Measure.plan_id.in_([plan.id for plan in plans.values()]), Measure.state != "cancelled"
    )
    measures: dict[int, list[Any]] = defaultdict(list)
    for measure in db.execute(of_plans.order_by(Measure.id)):
        measures[measure.plan_id].append(measure)
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
        items=items,
        revenue=revenue,
        plans=plans,
        measures=measures,
        officers={case_id: name for case_id, name in db.execute(officers)},  # noqa: C416 - rows are no pairs to dict()
        evidence={number: tuple(sorted(names)) for number, names in kinds.items()},
    )


def _row(item: Any, known: _Known, names: territories.Tree, days: Calendar, day: date) -> Row:
    plan = known.plans.get(item.case_id)
    measures = known.measures.get(plan.id, ()) if plan else ()
    city = territories.city_of(item.scope)
    region_unit, bureau = _UNITS.get(item.lead, ("", ""))
    at_region = item.list_type in {"L1", "L2"} and item.supervisor_level not in {"市属", "县属"}
    return Row(
        number=item.id,
        case_id=item.case_id,
        case_no=item.case_no,
        city=names.name(city),
        county=names.name(item.scope) if item.scope != city else "",
        enterprise=item.name,
        uscc=item.uscc,
        industry=item.industry_name or item.industry_code,
        revenue=known.revenue.get(item.enterprise_id),
        list=item.list_type,
        gap=item.subtype,
        measures=tuple(dict.fromkeys(measure.type for measure in measures)),
        lead=region_unit if at_region else f"{names.name(city)}{bureau}",
        responsible=f"{names.name(item.scope)}{bureau}",
        contact=" ".join(part for part in (item.contact or item.legal_rep, mask(item.phone)) if part),
        officer=known.officers.get(item.case_id, ""),
        due=item.target_date or (plan.ends_on if plan else None),
        expected=progress.expected(days, plan.starts_on, plan.ends_on, day) if plan else None,
        done=progress.actual([(one.state, one.progress, one.weight) for one in measures]) if plan else None,
        measures_done=sum(one.state == "done" for one in measures),
        measures_count=len(measures),
        state=item.state,
        light=item.light if item.state in LIVING_ITEM else "",
        evidence=known.evidence.get(item.enterprise_id, ()),
        struck_off_on=local_day(item.closed_at) if item.closed_at else None,
        closure_no=item.closure_no or "",
        stat_confirm=item.stat_confirm,
        relapses=item.relapse_count,
        base=item.base,
        reason=item.reason,
    )
