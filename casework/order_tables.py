"""Supervision orders (督办单, F17) as rows, and how a city or county stood in a quarter.

Source: REFERENCE 3.1, 3.6, 4.c "Escalation subprocess", 6.11 notice. Instants are UTC, `scope` is a territory path.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base
from engine.tables import BigId

OPEN_ORDER = ("drafted", "issued", "replied", "returned", "accepted")
"""States in which a level holds the supervision: nobody else of that level is asked about the same matter."""
UNANSWERED_ORDER = ("issued", "replied", "returned")
"""States without an accepted reply: a red one keeps an item from being struck off (DT-3), yellow ones make the light worse (DT-2)."""


class SupervisionOrder(Base):
    """One supervision order: who asks whom for what until when, what was answered, and how it ended (F17, one matter one number).

    `number` is `DB-〔2026〕12` (`year` and `serial` in one), None until it is issued. `color`: blue, yellow, red. `subject_kind`: case, request, county, city.
    `level` is the level that supervises: it signs and judges the reply (L0–L6 of 3.6: 0 officer … 6 joint office); `addressee_level`
    the one that answers. `supervisor_post` and `addressee_post` name the posts, separated by blanks. `cause` is the template of a
    sentence with `cause_params`, `matter` what the paper says. `state`: drafted → issued → replied → accepted → met; also returned (asked to answer again), raised
    (the next level took over), meeting (a point of the next 专题协调会), withdrawn. `reply` is what was answered the last time,
    `review` accept, return or empty. `met_at` is when the requirement was met, which may be before the reply is accepted. `first_due_at` is
    the deadline as it was signed (K13). `story` says what happened: `[{at, by, what, text, data}]`, `what` a state or `replied` again.
    """

    __tablename__ = "supervision_order"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("year", "serial"),
        Index(None, "scope", "state"),
        Index(None, "case_id", "state"),
        Index(None, "issue_id"),
        Index(None, "enterprise_id"),
        Index(None, "state", "due_at"),
        Index(None, "instance_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str | None] = mapped_column(String(30))
    year: Mapped[int | None]
    serial: Mapped[int | None]
    color: Mapped[str] = mapped_column(String(6))
    subject_kind: Mapped[str] = mapped_column(String(8))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("case_item.id"))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"))
    scope: Mapped[str] = mapped_column(String(200))
    level: Mapped[int]
    supervisor_post: Mapped[str] = mapped_column(String(40))
    addressee_level: Mapped[int]
    addressee_post: Mapped[str] = mapped_column(String(40))
    addressee_path: Mapped[str] = mapped_column(String(200))
    cause: Mapped[str] = mapped_column(String(400))
    cause_params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    matter: Mapped[str] = mapped_column(Text, default="")
    basis: Mapped[str] = mapped_column(Text, default="")
    requirement: Mapped[str] = mapped_column(Text, default="")
    copies: Mapped[list[str]] = mapped_column(default=list)
    due_at: Mapped[datetime | None]
    first_due_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(10), default="drafted")
    drafted_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(120), default="")
    issued_at: Mapped[datetime | None]
    reply: Mapped[dict[str, Any]] = mapped_column(default=dict)
    replied_by: Mapped[str] = mapped_column(String(120), default="")
    replied_at: Mapped[datetime | None]
    first_replied_at: Mapped[datetime | None]
    review: Mapped[str] = mapped_column(String(8), default="")
    review_opinion: Mapped[str] = mapped_column(Text, default="")
    reviewed_by: Mapped[str] = mapped_column(String(120), default="")
    reviewed_at: Mapped[datetime | None]
    returns: Mapped[int] = mapped_column(default=0)
    met_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(String(120), default="")
    close_reason: Mapped[str] = mapped_column(String(400), default="")
    minutes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    story: Mapped[list[Any]] = mapped_column(default=list)
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_order.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    by_hand: Mapped[bool] = mapped_column(default=False)


class TerritoryLight(Base):
    """The light of a city or county for one quarter (`2026Q2`), as the joint office recorded it (DT-13, 4.c c12).

    `score` is the quarterly score of DT-13 where one was computed. Two red quarters of a city in a row lead to a talk (DT-10 no. 1).
    """

    __tablename__ = "territory_light"
    __table_args__ = (UniqueConstraint("path", "period"), Index(None, "period", "light"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    path: Mapped[str] = mapped_column(ForeignKey("territory.path"))
    period: Mapped[str] = mapped_column(String(6))
    light: Mapped[str] = mapped_column(String(6))
    score: Mapped[Decimal | None]
    reason: Mapped[str] = mapped_column(String(400), default="")
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
