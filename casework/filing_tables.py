"""The nouns of filing as rows: institution, filing, its staff, opinions, objections and on-site checks.

A filing (备案) is a registration, not a licence (1.5 Q12, 2.11 no. 4). Codes are English words that a door translates. Persons are the
strings that the engine's `by` carries. Instants are UTC, dates are Shanghai dates, money is 万元. `scope` is the territory path
(`45/4508/450803`). What happens to an institution after its number is in `casework.institution_tables`. Sources: REFERENCE 4.b, 6.4.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.db import Base
from engine.tables import BigId

FILING_LEVELS = ("city", "region")
"""市级, 自治区级."""
LINES = ("industry", "science")
"""工信, 科技: the departments that file."""
INSTITUTION_TYPES = ("own", "joint", "cloud")
"""自建, 共建, 云上."""
INSTITUTION_STATES = ("filed", "revoked", "expired", "cancelled")
"""已备案, 撤销, 到期, 注销."""
FILING_STATES = (
    "preregistered", "draft", "county", "correction", "city", "onsite", "rectify", "city_sign", "region", "cosign",
    "region_sign", "publicity", "objection", "filed", "refused", "withdrawn", "revoked", "cancelled", "expired",
    "out_of_scope",
)  # fmt: skip
"""预登记, 草稿, 待县审, 补正, 市审, 核查, 整改, 市签, 区审, 会签, 区签, 公示, 异议核查, 已备案, 不予, 撤回, 撤销, 注销, 到期, 不属范围 (6.4)."""
OPEN_FILING = (
    "draft", "county", "correction", "city", "onsite", "rectify", "city_sign", "region", "cosign", "region_sign",
    "publicity", "objection",
)  # fmt: skip
"""States of an application that is still under way."""
VERDICTS = ("OK", "OK_WITH_PROMISE", "NOT_OK")
"""What the self-check of the six haves says (DT-5)."""


class RdInstitution(Base):
    """An R&D institution of an enterprise with its filing in force (6.4): the entry of the register (备案名册).

    It comes into being with its number. `level`: city, region. `state`: one of `INSTITUTION_STATES`. `type`: one of
    `INSTITUTION_TYPES`, empty where the filing was made elsewhere and only recorded here (`filing_id` is None then). `kind` is 技术中心,
    工程研究中心 …, `rules` are `[{kind, day}]`, `partners` are `[{name, contract_from, contract_until}]`. Site in ㎡, money in 万元.
    """

    __tablename__ = "rd_institution"
    __table_args__ = (
        UniqueConstraint("filing_no"),
        Index(None, "enterprise_id"),
        Index(None, "scope", "state"),
        Index(None, "state", "valid_until"),
        Index(None, "filing_id"),
        Index(
            "ix_rd_institution_one_per_name_and_site",
            "enterprise_id",
            "name",
            "site_address",
            unique=True,
            sqlite_where=text("state = 'filed' AND filing_id IS NOT NULL"),
            postgresql_where=text("state = 'filed' AND filing_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40), default="")
    filing_no: Mapped[str] = mapped_column(String(60))
    level: Mapped[str] = mapped_column(String(10))
    authority: Mapped[str] = mapped_column(String(120))
    filed_on: Mapped[date]
    valid_until: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(10), default="filed")
    recorded_by: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[datetime]
    scope: Mapped[str] = mapped_column(String(200), default="")
    line: Mapped[str] = mapped_column(String(8), default="")
    type: Mapped[str] = mapped_column(String(6), default="")
    founded_on: Mapped[date | None]
    director: Mapped[str] = mapped_column(String(60), default="")
    director_title: Mapped[str] = mapped_column(String(60), default="")
    site_area: Mapped[Decimal | None]
    site_path: Mapped[str] = mapped_column(String(60), default="")
    site_address: Mapped[str] = mapped_column(String(300), default="")
    staff_fulltime: Mapped[int | None]
    staff_senior: Mapped[int | None]
    staff_master_phd: Mapped[int | None]
    equip_value: Mapped[Decimal | None]
    equip_count: Mapped[int | None]
    rd_input: Mapped[Decimal | None]
    projects_count: Mapped[int | None]
    ip_count: Mapped[int | None]
    invention_count: Mapped[int | None]
    rules: Mapped[list[Any]] = mapped_column(default=list)
    partners: Mapped[list[Any]] = mapped_column(default=list)
    filing_id: Mapped[int | None] = mapped_column(ForeignKey("filing.id", use_alter=True))
    updated_by: Mapped[str] = mapped_column(String(120), default="")
    updated_at: Mapped[datetime | None]


class Filing(Base):
    """One application for a filing from its beginning to its end (4.b). `state`: one of `FILING_STATES`.

    `ref_no` is `SB-<county6>-<yyyy>-<5>`, given when it is opened; `number` is `GXYF-<S|Q>-<city4>-<yyyy>-<5>`, given at the end (b21).
    `kind`: new, upgrade, renewal. `source`: self, measure, invitation. `declared` is the latest F07 and `version` counts them.
    `six_haves` is the last check (`casework.six_haves`), `verdict` its word, `promise_item` the one have promised and `promise_state`
    open, kept or broken. `copies` are the posts that get a copy (DT-4), `flags` what a number brings (b22). `valid_until` is that of the
    number. `first_pass`: filed or refused without a correction or a rectification; `overdue`: one of its desks was late (K10).
    """

    __tablename__ = "filing"
    __table_args__ = (
        UniqueConstraint("ref_no"),
        UniqueConstraint("number"),
        UniqueConstraint("voucher_code"),
        Index(None, "scope", "state"),
        Index(None, "state", "publicity_until"),
        Index(None, "state", "decided_on"),
        Index(None, "enterprise_id"),
        Index(None, "institution_id"),
        Index(None, "case_id"),
        Index(None, "measure_id"),
        Index(None, "instance_id"),
        Index(None, "promise_state", "promise_due"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref_no: Mapped[str] = mapped_column(String(40))
    number: Mapped[str | None] = mapped_column(String(60))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("rd_institution.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    measure_id: Mapped[int | None] = mapped_column(ForeignKey("measure.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("filing.id"))
    scope: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(8), default="new")
    source: Mapped[str] = mapped_column(String(10), default="self")
    level: Mapped[str] = mapped_column(String(6), default="city")
    line: Mapped[str] = mapped_column(String(8), default="")
    state: Mapped[str] = mapped_column(String(13), default="draft")
    fast_track: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(200), default="")
    declared: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=0)
    six_haves: Mapped[dict[str, Any]] = mapped_column(default=dict)
    verdict: Mapped[str] = mapped_column(String(15), default="")
    promise_item: Mapped[str] = mapped_column(String(12), default="")
    promise_due: Mapped[date | None]
    promise_state: Mapped[str] = mapped_column(String(6), default="")
    onsite_required: Mapped[bool | None]
    onsite_reason: Mapped[str] = mapped_column(String(200), default="")
    applied_at: Mapped[datetime | None]
    applied_by: Mapped[str] = mapped_column(String(120), default="")
    accepted_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    corrections: Mapped[int] = mapped_column(default=0)
    rectifications: Mapped[int] = mapped_column(default=0)
    publicity_from: Mapped[date | None]
    publicity_until: Mapped[date | None]
    refuse_code: Mapped[str] = mapped_column(String(20), default="")
    refuse_reason: Mapped[str] = mapped_column(Text, default="")
    reapply_from: Mapped[date | None]
    flags: Mapped[list[str]] = mapped_column(default=list)
    copies: Mapped[list[str]] = mapped_column(default=list)
    voucher_code: Mapped[str | None] = mapped_column(String(40))
    first_pass: Mapped[bool | None]
    overdue: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    staff: Mapped[list["FilingStaff"]] = relationship(back_populates="filing", order_by="FilingStaff.id")
    opinions: Mapped[list["FilingOpinion"]] = relationship(order_by="FilingOpinion.id")


class FilingStaff(Base):
    """One person of the staff list of a filing. `key` is `name|last four of the id number`; more of the number is not kept (2.11 no. 3)."""

    __tablename__ = "filing_staff"
    __table_args__ = (Index(None, "filing_id"), Index(None, "key"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("rd_institution.id"))
    key: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(60), default="")
    education: Mapped[str] = mapped_column(String(20), default="")
    full_time: Mapped[bool] = mapped_column(default=True)
    is_director: Mapped[bool] = mapped_column(default=False)

    filing: Mapped[Filing] = relationship(back_populates="staff")


class FilingOpinion(Base):
    """What one desk said about a filing (F10): review, signature, co-signature, expert vote. Append-only.

    `element_id` is the user task, `step` its step of the reference (`b08`), `decision` agree, return, refuse, forward, consult.
    `reasons` are codes of the reason list, `score` an expert's points.
    """

    __tablename__ = "filing_opinion"
    __table_args__ = (Index(None, "filing_id"), Index(None, "by"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"))
    element_id: Mapped[str] = mapped_column(String(80))
    step: Mapped[str] = mapped_column(String(10), default="")
    level: Mapped[str] = mapped_column(String(6))
    post: Mapped[str] = mapped_column(String(4), default="")
    by: Mapped[str] = mapped_column(String(120))
    decision: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text, default="")
    reasons: Mapped[list[str]] = mapped_column(default=list)
    score: Mapped[Decimal | None]
    at: Mapped[datetime]


class FilingObjection(Base):
    """An objection against a filing in its publicity (F11, b19). `state`: open → upheld, dismissed. `contact` is masked when shown."""

    __tablename__ = "filing_objection"
    __table_args__ = (Index(None, "filing_id"), Index(None, "state"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"))
    received_at: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(60), default="")
    contact: Mapped[str] = mapped_column(String(120), default="")
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(9), default="open")
    investigator: Mapped[str] = mapped_column(String(120), default="")
    finding: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]


class OnsiteCheck(Base):
    """One look at the site (F09, b10). `rows` per have: `{item, declared, verified, consistent, note}`; `team` are usernames or names.

    `conclusion`: consistent, partly, false; empty until the team has been there.
    """

    __tablename__ = "onsite_check"
    __table_args__ = (UniqueConstraint("filing_id", "round"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"))
    round: Mapped[int] = mapped_column(default=1)
    planned_on: Mapped[date | None]
    team: Mapped[list[Any]] = mapped_column(default=list)
    conflict_free: Mapped[bool] = mapped_column(default=False)
    rows: Mapped[list[Any]] = mapped_column(default=list)
    conclusion: Mapped[str] = mapped_column(String(10), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    signed_by_enterprise: Mapped[str] = mapped_column(String(60), default="")
    by: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime | None]


__all__ = [
    "FILING_LEVELS",
    "FILING_STATES",
    "INSTITUTION_STATES",
    "INSTITUTION_TYPES",
    "LINES",
    "OPEN_FILING",
    "VERDICTS",
    "Filing",
    "FilingObjection",
    "FilingOpinion",
    "FilingStaff",
    "OnsiteCheck",
    "RdInstitution",
]
