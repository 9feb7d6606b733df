"""The nouns of visiting as rows: what is owed to an enterprise each month, and which visits were checked afterwards (4.d, 6.6).

Codes are English words that a door translates. Dates are Shanghai dates, instants UTC. Sources: REFERENCE 4.d, DT-9.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base
from engine.tables import BigId

OWED = ("planned", "started")
"""States of a plan whose visit is still owed: `visit_overdue_days` counts from the oldest `due_on` among them."""


class VisitPlan(Base):
    """One visit that is owed to an enterprise (d01). `state`: planned → started → visited; missed, merged, cancelled.

    `class_` is A–E of DT-9, or F for the first visit of a case. `cause`: monthly, first, red, request, anomaly, missed, revisit, by_hand.
    `due_on` is the last day in time; the plan that follows a missed one keeps the day on which the visit was due first.
    `missed_before` counts the missed plans in a row before this one. A merged plan points to the visit that serves it
    (`merged_into_id`, `visit_id`). `key` makes a plan once. `reminded` is how far the reminders of d08 have come.
    """

    __tablename__ = "visit_plan"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(None, "case_id", "state"),
        Index(None, "state", "due_on"),
        Index(None, "month", "scope"),
        Index(None, "officer_id", "month"),
        Index(None, "visit_id"),
        Index(None, "enterprise_id", "month"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    scope: Mapped[str] = mapped_column(String(200))
    month: Mapped[str] = mapped_column(String(7))
    class_: Mapped[str] = mapped_column("class", String(1))
    type: Mapped[str] = mapped_column(String(12), default="routine")
    cause: Mapped[str] = mapped_column(String(12), default="monthly")
    score: Mapped[Decimal] = mapped_column(default=Decimal(0))
    reason: Mapped[str] = mapped_column(String(300), default="")
    department: Mapped[str] = mapped_column(String(120), default="")
    topics: Mapped[list[str]] = mapped_column(default=list)
    allowed_days: Mapped[int]
    due_on: Mapped[date]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("visit_plan.id"))
    state: Mapped[str] = mapped_column(String(10), default="planned")
    missed_before: Mapped[int] = mapped_column(default=0)
    reminded: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[str] = mapped_column(String(120), default="system")
    created_at: Mapped[datetime]
    visited_on: Mapped[date | None]


class SpotCheck(Base):
    """A visit that was drawn to be checked by telephone (d09). `state`: drawn → real, false, unreached, unchecked.

    `settled`: what was decided about a visit that was not real: revisit, reassign, dismissed; empty while open.
    """

    __tablename__ = "spot_check"
    __table_args__ = (
        UniqueConstraint("visit_id"),
        Index(None, "month", "scope"),
        Index(None, "state", "scope"),
        Index(None, "case_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    scope: Mapped[str] = mapped_column(String(200))
    month: Mapped[str] = mapped_column(String(7))
    state: Mapped[str] = mapped_column(String(10), default="drawn")
    finding: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    checked_by: Mapped[str] = mapped_column(String(120), default="")
    checked_at: Mapped[datetime | None]
    settled: Mapped[str] = mapped_column(String(10), default="")
    settled_by: Mapped[str] = mapped_column(String(120), default="")
    drawn_at: Mapped[datetime]
