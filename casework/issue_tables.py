"""The problem or need of an enterprise as a row: who has it, by when it is answered, what was done about it.

Codes are English words that a door translates. `scope` is the territory path (`45/4508/450803`, the region for a common problem).
Limits are calendar days (13710), moved to the next working day. Sources: REFERENCE 4.j, 6.7, DT-12, F05.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base
from engine.tables import BigId

SOURCES = ("visit", "portal", "hotline", "diagnosis", "meeting", "common")
"""走访, 企业自报, 热线, 诊断, 会议, and 共性问题 made of several others."""
CATEGORIES = (
    "statistics", "tax", "institution", "hitech", "technology", "finance", "talent", "property", "resources", "roster",
    "soe", "payment", "obstacle", "other",
)  # fmt: skip
"""The categories of DT-12 in its order."""
LEVELS = ("county", "city", "region", "joint")
STATES = (
    "registered", "accepted", "handling", "raised", "answered", "rated", "closed", "unsolvable", "merged",
)  # fmt: skip
"""登记, 受理, 办理, 上报, 已答复, 评价 (not satisfied, the supervisor decides), 销号, 无法解决, 合并."""
ENDED = ("closed", "unsolvable", "merged")
PENDING = ("registered", "accepted", "handling", "raised")
"""States in which the enterprise still waits for its answer: past `due_on` they are overdue."""
REASONS = ("policy", "money", "powers", "enterprise")
"""Why a problem cannot be solved: 政策限制, 资金, 超出权限, 企业自身."""
SATISFACTION = ("satisfied", "mostly", "dissatisfied")
"""满意, 基本满意, 不满意."""


class Issue(Base):
    """One problem or need (WT-yyyymm-5), REFERENCE 6.7.

    `class_`: general, complex, policy. `level`: who deals with it now, one of `LEVELS`. `lead_post` is the code of the leading
    department (K, G, S for the three lines, SW JR SJ CZ RH ZZ, JM), `co_posts` those of the others that are needed. `progress`:
    `[{at, by, kind, text, public}]`, of which the enterprise sees what is public. `answered_at` (on the day `answered_on`) is the last answer in substance,
    `first_answered_at` the first answer of any kind. A common problem has no enterprise; its members name it in `merged_into_id`.
    """

    __tablename__ = "issue"
    __table_args__ = (
        UniqueConstraint("number"),
        Index(None, "scope", "state"),
        Index(None, "enterprise_id", "state"),
        Index(None, "case_id"),
        Index(None, "category", "state"),
        Index(None, "state", "due_on"),
        Index(None, "merged_into_id"),
        Index(None, "instance_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(9))
    category: Mapped[str] = mapped_column(String(11))
    title: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text)
    class_: Mapped[str] = mapped_column("class", String(7), default="general")
    urgency: Mapped[str] = mapped_column(String(6), default="normal")
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    scope: Mapped[str] = mapped_column(String(200))
    level: Mapped[str] = mapped_column(String(6), default="county")
    lead_post: Mapped[str] = mapped_column(String(4), default="")
    co_posts: Mapped[list[str]] = mapped_column(default=list)
    received_at: Mapped[datetime]
    first_answer_due: Mapped[datetime | None]
    due_on: Mapped[date | None]
    first_answered_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(10), default="registered")
    progress: Mapped[list[Any]] = mapped_column(default=list)
    result: Mapped[str] = mapped_column(Text, default="")
    reason_code: Mapped[str] = mapped_column(String(10), default="")
    satisfaction: Mapped[str] = mapped_column(String(12), default="")
    returns: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    opened_by: Mapped[str] = mapped_column(String(120))
    closed_at: Mapped[datetime | None]


__all__ = [
    "CATEGORIES",
    "ENDED",
    "LEVELS",
    "PENDING",
    "REASONS",
    "SATISFACTION",
    "SOURCES",
    "STATES",
    "Issue",
]
