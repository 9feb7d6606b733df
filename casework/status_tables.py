"""What is said about the state of an enterprise while its case runs, and what became of it (F27, REFERENCE 4.a a08, a25)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base
from engine.tables import BigId

KINDS = ("halted", "half_halted", "cancelled", "moved", "moved_inside", "below_scale", "merged", "resumed")
"""停产, 半停产, 注销, 迁出广西, 迁往区内其他市县, 退规, 被合并, 恢复."""
OUTCOMES = ("continue", "suspend", "transfer", "below_scale", "terminate")


class StatusReport(Base):
    """A change in the state of an enterprise (停产, 注销, 迁出, 退规, 恢复) that a county has to look into.

    `kind`: one of `KINDS`. `state`: open → decided. `outcome`: one of `OUTCOMES`, empty while open. `to_path`: where it moves
    inside Guangxi. `data`: what has to be remembered for the way back, `{items: {id: state}, matters: […], handover: {…}}`.
    """

    __tablename__ = "status_report"
    __table_args__ = (Index(None, "case_id", "state"), Index(None, "scope", "state"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    scope: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(12))
    day: Mapped[date]
    proof: Mapped[str] = mapped_column(Text, default="")
    to_path: Mapped[str] = mapped_column(String(200), default="")
    reported_by: Mapped[str] = mapped_column(String(120))
    reported_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), default="open")
    outcome: Mapped[str] = mapped_column(String(12), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Removal(Base):
    """An item that shall leave its list (F27): asked for by the levels (a08) or because the enterprise left the roster (a25).

    `state`: pending (in the next batch of k10) → removed, kept. `code`: the reason code of F27.
    """

    __tablename__ = "removal"
    __table_args__ = (Index(None, "item_id"), Index(None, "state", "scope"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("case_item.id"))
    scope: Mapped[str] = mapped_column(String(200))
    code: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    proof: Mapped[str] = mapped_column(Text, default="")
    before: Mapped[str] = mapped_column(String(26))
    proposed_by: Mapped[str] = mapped_column(String(120))
    proposed_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), default="pending")
    settled_by: Mapped[str] = mapped_column(String(120), default="")
    settled_at: Mapped[datetime | None]
    settled_reason: Mapped[str] = mapped_column(Text, default="")
