"""The quarterly report of an enterprise as a row (F06)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base
from engine.tables import BigId


class QuarterReport(Base):
    """One quarterly report (F06) of an enterprise; `period` is `2026Q1`, amounts are year-to-date in 万元 (REFERENCE 6.3).

    `state`: 草稿 (asked, not reported) 已报 县退 县核 市核 锁定 未报 (the time is over, c03). From 县核 on it counts as confirmed.
    `asked_at` is empty where nobody asked for it (figures of a roster outside an open quarter). `late` is 迟报. `filled_by` is who
    sent it, `helped` says that an official did so for the enterprise. `county_mark` 县未核: the county's day passed and the figures go
    on without it (c04). `checked_by` is who confirmed it, empty where nothing was unusual and the machine did. `anomalies` are
    `{code, why}` of the decision `quarter-anomalies`, `unusual` how many. `explanation` is what the sender said about findings of the
    logic checks (their codes in `explained`), `chase_reason` the code of the county's telephone call (c03).
    """

    __tablename__ = "quarter_report"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "period"),
        Index(None, "period", "state"),
        Index(None, "instance_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    period: Mapped[str] = mapped_column(String(6))
    revenue_ytd: Mapped[Decimal | None]
    rd_expense_ytd: Mapped[Decimal | None]
    rd_basic: Mapped[Decimal | None]
    rd_applied: Mapped[Decimal | None]
    rd_experimental: Mapped[Decimal | None]
    rd_labor: Mapped[Decimal | None]
    rd_material: Mapped[Decimal | None]
    rd_depreciation: Mapped[Decimal | None]
    rd_outsourced: Mapped[Decimal | None]
    rd_other: Mapped[Decimal | None]
    rd_equipment_purchase: Mapped[Decimal | None]
    caliber: Mapped[str] = mapped_column(String(8), default="会计")
    aux_ledger: Mapped[bool] = mapped_column(default=False)
    aux_ledger_checked_by: Mapped[str] = mapped_column(String(120), default="")
    aux_ledger_checked_at: Mapped[datetime | None]
    rd_staff: Mapped[int | None]
    projects_new: Mapped[int | None]
    projects_ongoing: Mapped[int | None]
    projects_finished: Mapped[int | None]
    projects: Mapped[list[Any]] = mapped_column(default=list)
    inst_state: Mapped[str] = mapped_column(String(12), default="")
    patents_applied: Mapped[int | None]
    patents_granted: Mapped[int | None]
    next_quarter_plan: Mapped[Decimal | None]
    zero_reason: Mapped[str] = mapped_column(String(200), default="")
    explanation: Mapped[str] = mapped_column(String(1000), default="")
    explained: Mapped[list[str]] = mapped_column(default=list)
    remark: Mapped[str] = mapped_column(String(300), default="")
    certifier: Mapped[str] = mapped_column(String(60), default="")
    submitted_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(4), default="草稿")
    findings: Mapped[list[Any]] = mapped_column(default=list)
    anomalies: Mapped[list[Any]] = mapped_column(default=list)
    unusual: Mapped[int] = mapped_column(default=0)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    asked_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    filled_by: Mapped[str] = mapped_column(String(120), default="")
    helped: Mapped[bool] = mapped_column(default=False)
    returns: Mapped[int] = mapped_column(default=0)
    return_reason: Mapped[str] = mapped_column(String(1000), default="")
    chase_reason: Mapped[str] = mapped_column(String(20), default="")
    chase_note: Mapped[str] = mapped_column(String(400), default="")
    chased_by: Mapped[str] = mapped_column(String(120), default="")
    chased_at: Mapped[datetime | None]
    county_mark: Mapped[str] = mapped_column(String(8), default="")
    checked_by: Mapped[str] = mapped_column(String(120), default="")
    checked_at: Mapped[datetime | None]
    as_reported: Mapped[dict[str, Any]] = mapped_column(default=dict)
    origin: Mapped[str] = mapped_column(String(8), default="企业")
    updated_by: Mapped[str] = mapped_column(String(120))
    updated_at: Mapped[datetime]
