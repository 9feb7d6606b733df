"""What happens to a filed institution after its number, as rows: change, yearly review, revocation, recognition, white list.

Codes are English words that a door translates; the rest is as in `casework.filing_tables`. Sources: REFERENCE 4.b sub-processes, 6.11.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base
from engine.tables import BigId


class InstitutionChange(Base):
    """A change of a filed institution: name, director, address, merger, split. `state`: draft, county, city → done, refused, withdrawn.

    `before` and `after` hold the fields that change under the names of `RdInstitution`; `opinions` `[{level, by, at, decision, text}]`.
    """

    __tablename__ = "institution_change"
    __table_args__ = (Index(None, "institution_id"), Index(None, "scope", "state"), Index(None, "instance_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("rd_institution.id"))
    filing_id: Mapped[int | None] = mapped_column(ForeignKey("filing.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    scope: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(9), default="draft")
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(Text, default="")
    opinions: Mapped[list[Any]] = mapped_column(default=list)
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None]


class InstitutionReview(Base):
    """The yearly review of an institution (F13). `state`: asked, submitted, city, region, rectify → passed, failed, revoking.

    `data` is the latest F13, `six_haves` its check. `result`: qualified, rectified, revoked, empty while it is open. `sampled`: the region
    looks at it as well.
    """

    __tablename__ = "institution_review"
    __table_args__ = (
        UniqueConstraint("institution_id", "year"),
        Index(None, "scope", "state"),
        Index(None, "year", "state"),
        Index(None, "instance_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("rd_institution.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    scope: Mapped[str] = mapped_column(String(200))
    year: Mapped[int]
    state: Mapped[str] = mapped_column(String(9), default="asked")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    six_haves: Mapped[dict[str, Any]] = mapped_column(default=dict)
    opinions: Mapped[list[Any]] = mapped_column(default=list)
    sampled: Mapped[bool] = mapped_column(default=False)
    result: Mapped[str] = mapped_column(String(9), default="")
    due: Mapped[date | None]
    opened_at: Mapped[datetime]
    submitted_by: Mapped[str] = mapped_column(String(120), default="")
    submitted_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None]


class Revocation(Base):
    """Taking a filing back (撤销, 注销, 到期): notice, statement and hearing, decision. `state`: proposed, noticed → revoked, kept, withdrawn.

    `trigger`: request, enterprise_cancelled, merged, rectification, false_data, inactive, promise, review, expiry. `facts` are sentences
    that the notice tells.
    """

    __tablename__ = "revocation"
    __table_args__ = (
        Index(None, "institution_id"),
        Index(None, "filing_id"),
        Index(None, "scope", "state"),
        Index(None, "instance_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("rd_institution.id"))
    filing_id: Mapped[int | None] = mapped_column(ForeignKey("filing.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    scope: Mapped[str] = mapped_column(String(200))
    trigger: Mapped[str] = mapped_column(String(20))
    facts: Mapped[str] = mapped_column(Text, default="")
    noticed_at: Mapped[datetime | None]
    noticed_by: Mapped[str] = mapped_column(String(120), default="")
    statement: Mapped[str] = mapped_column(Text, default="")
    stated_at: Mapped[datetime | None]
    hearing: Mapped[dict[str, Any]] = mapped_column(default=dict)
    decision: Mapped[str] = mapped_column(String(10), default="")
    decision_text: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(9), default="proposed")
    opened_by: Mapped[str] = mapped_column(String(120), default="")
    opened_at: Mapped[datetime]


class Recognition(Base):
    """The result of an institution in a call of graded recognition (分级认定). Not part of filing; `priority` only breaks a tie."""

    __tablename__ = "recognition"
    __table_args__ = (UniqueConstraint("institution_id", "level", "batch"), Index(None, "batch"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("rd_institution.id"))
    level: Mapped[str] = mapped_column(String(6))
    batch: Mapped[str] = mapped_column(String(40))
    score: Mapped[int | None]
    priority: Mapped[bool] = mapped_column(default=False)
    rank: Mapped[int | None]
    result: Mapped[str] = mapped_column(String(10), default="")
    day: Mapped[date]
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(400), default="")


class WhitelistEntry(Base):
    """An institution on the white list (白名单). `result`: candidate, listed, removed."""

    __tablename__ = "whitelist_entry"
    __table_args__ = (UniqueConstraint("institution_id", "batch"), Index(None, "result"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("rd_institution.id"))
    level: Mapped[str] = mapped_column(String(6), default="region")
    batch: Mapped[str] = mapped_column(String(40))
    result: Mapped[str] = mapped_column(String(10), default="candidate")
    day: Mapped[date]
    reason: Mapped[str] = mapped_column(String(400), default="")
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
