"""Figures of a quarter by territory, and the reports behind each: asked, on time, late, missing, unusual, checked (K8, K19).

Source: REFERENCE 7. Every figure is counted from the rows of the reports at the moment it is asked for; amounts are 万元 of the year
so far, accounting caliber. An enterprise counts where it belongs today.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from casework import territories
from casework.enterprises import CONFIRMED
from casework.quarter_tables import QuarterReport
from casework.tables import Enterprise, EnterpriseYear, Territory

_REPORTED: Final = QuarterReport.state.in_(("已报", "县退", *CONFIRMED))
WHAT: Final[Mapping[str, ColumnElement[bool]]] = {
    "asked": QuarterReport.asked_at.is_not(None),
    "reported": _REPORTED,
    "on_time": and_(_REPORTED, QuarterReport.late.is_(False)),
    "late": and_(_REPORTED, QuarterReport.late.is_(True)),
    "waiting": QuarterReport.state == "草稿",
    "missing": QuarterReport.state == "未报",
    "returned": QuarterReport.state == "县退",
    "corrected": and_(_REPORTED, QuarterReport.returns > 0),
    "unusual": and_(_REPORTED, QuarterReport.unusual > 0),
    "confirmed": QuarterReport.state.in_(CONFIRMED),
    "by_county": and_(QuarterReport.state.in_(CONFIRMED), QuarterReport.checked_by != ""),
    "unchecked": QuarterReport.county_mark != "",
    "clean": and_(QuarterReport.state == "已报", QuarterReport.unusual == 0, QuarterReport.asked_at.is_not(None)),
    "with_rd": and_(_REPORTED, QuarterReport.rd_expense_ytd > 0),
}
"""What a number counts: name → criterion on the report."""
SMALLEST: Final = 10
"""Below so many enterprises a share says nothing and is not shown (REFERENCE 8)."""


@dataclass(slots=True)
class Line:
    """The figures of one territory in one quarter. `counts` by the names of `WHAT`; amounts in 万元.

    `plan` is the R&D expense planned for the year by those whose plan is known, `rd_planned` what these have spent so far.
    `data_date` is when the last report came in.
    """

    territory: Territory
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WHAT, 0))
    rd: Decimal = Decimal(0)
    rd_confirmed: Decimal = Decimal(0)
    revenue: Decimal = Decimal(0)
    plan: Decimal = Decimal(0)
    rd_planned: Decimal = Decimal(0)
    data_date: datetime | None = None

    @property
    def on_time_rate(self) -> Decimal | None:
        """K19: reported on time, in per cent of those asked; None where they are too few."""
        return self.share("on_time", "asked")

    @property
    def plan_progress(self) -> Decimal | None:
        """K8: R&D expense so far in per cent of the year's plan; None without a plan."""
        return (self.rd_planned * 100 / self.plan).quantize(Decimal("0.1")) if self.plan else None

    def share(self, part: str, whole: str) -> Decimal | None:
        """One count in per cent of another; None where the whole is too small to say anything."""
        if self.counts[whole] < SMALLEST:
            return None
        return (Decimal(self.counts[part]) * 100 / self.counts[whole]).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the reports behind a number, with their enterprises; `next_after` is 0 on the last page."""

    rows: list[tuple[QuarterReport, Enterprise]]
    total: int
    next_after: int


def periods(db: Session) -> list[str]:
    """The quarters that there are reports of, the newest first."""
    return list(db.scalars(select(QuarterReport.period).distinct().order_by(QuarterReport.period.desc())))


def time_progress(period: str) -> int:
    """How much of the year has passed at the end of a quarter, in per cent (K8)."""
    return int(period[5]) * 25


def lines(db: Session, path: str, period: str) -> list[Line]:
    """The territories right under `path` (a county: itself) with their figures, in one statement."""
    below = [node for node in territories.tree(db).under(path) if node.parent_path == path]
    found = {node.path: Line(node) for node in below or [territories.get(db, path)]}
    query = (
        select(
            Enterprise.path,
            func.sum(case((_REPORTED, QuarterReport.rd_expense_ytd), else_=0)),
            func.sum(case((QuarterReport.state.in_(CONFIRMED), QuarterReport.rd_expense_ytd), else_=0)),
            func.sum(case((_REPORTED, QuarterReport.revenue_ytd), else_=0)),
            func.sum(EnterpriseYear.rd_plan_year),
            func.sum(case((and_(_REPORTED, EnterpriseYear.rd_plan_year > 0), QuarterReport.rd_expense_ytd), else_=0)),
            func.max(QuarterReport.submitted_at),
            *(func.sum(case((criterion, 1), else_=0)) for criterion in WHAT.values()),
        )
        .join(QuarterReport, QuarterReport.enterprise_id == Enterprise.id)
        .outerjoin(
            EnterpriseYear,
            and_(EnterpriseYear.enterprise_id == Enterprise.id, EnterpriseYear.year == int(period[:4])),
        )
        .where(QuarterReport.period == period, territories.under(Enterprise.path, [path]))
        .group_by(Enterprise.path)
    )
    for one in db.execute(query):
        row: list[Any] = list(one)
        home = next((part for part in territories.lineage(row[0]) if part in found), path)
        line = found.setdefault(home, Line(territories.get(db, home)))
        for column, value in zip(_SUMS, row[1:6], strict=True):
            setattr(line, column, getattr(line, column) + Decimal(value or 0))
        line.data_date = max((moment for moment in (line.data_date, row[6]) if moment is not None), default=None)
        for name, value in zip(WHAT, row[7:], strict=True):
            line.counts[name] += int(value or 0)
    return list(found.values())


def total(node: Territory, rows: Iterable[Line]) -> Line:
    """The sum of several lines under the name of the territory they lie in."""
    whole = Line(node)
    for row in rows:
        for column in _SUMS:
            setattr(whole, column, getattr(whole, column) + getattr(row, column))
        for name, count in row.counts.items():
            whole.counts[name] += count
        known = [moment for moment in (whole.data_date, row.data_date) if moment is not None]
        whole.data_date = max(known, default=None)
    return whole


def behind(
    db: Session,
    visible: ColumnElement[bool],
    period: str,
    *,
    path: str = "",
    what: str = "asked",
    after: int = 0,
    limit: int = 50,
) -> Page:
    """The reports behind a number, of enterprises that a person may see (`visible` from permissions), in the order of their ids."""
    query = (
        select(QuarterReport, Enterprise)
        .join(Enterprise, Enterprise.id == QuarterReport.enterprise_id)
        .where(QuarterReport.period == period, visible)
    )
    if what in WHAT:
        query = query.where(WHAT[what])
    if path:
        query = query.where(territories.under(Enterprise.path, [path]))
    count = db.execute(
        select(func.count()).select_from(query.with_only_columns(QuarterReport.id).subquery())
    ).scalar_one()
    found: Any = db.execute(query.where(QuarterReport.id > after).order_by(QuarterReport.id).limit(limit + 1)).all()
    rows = [(row[0], row[1]) for row in found[:limit]]
    return Page(rows, count, rows[-1][0].id if len(found) > limit else 0)


def doubtful(db: Session, visible: ColumnElement[bool], *, limit: int = 200) -> list[tuple[QuarterReport, Enterprise]]:
    """Imported reports with doubtful figures that no run asks about, the oldest first: a county officer confirms them."""
    query = (
        select(QuarterReport, Enterprise)
        .join(Enterprise, Enterprise.id == QuarterReport.enterprise_id)
        .where(
            visible, QuarterReport.state == "已报", or_(QuarterReport.asked_at.is_(None), QuarterReport.unusual == 0)
        )
        .where(QuarterReport.origin == "导入")
        .order_by(QuarterReport.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in db.execute(query) if row[0].findings]


_SUMS: Final = tuple(one.name for one in fields(Line) if one.type in {Decimal, "Decimal"})
