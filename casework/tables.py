"""The rows of the registry: territories, people, enterprises and their figures, officers, lists, imports.

Words that officials use (`缺活动`, `央企`, `停产`) are stored as the official documents write them; the doors translate them.
Money is 万元 unless a column says otherwise. A person is known to the engine by `Person.username` (its `by`), an enterprise
by `enterprise:<id>` (its `subject`), a territory by its path (its `scope`). `origin` is 导入, 企业, 联络员, 接口 or 系统.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework.quarter_tables import QuarterReport
from engine.db import Base
from engine.tables import BigId


class Territory(Base):
    """A node of the territory tree: region, city, county or functional zone (功能区).

    `path` is the way from the root (`45/4508/450803`, zones `45/4502/Z45020001`). `code` is the six-digit code of GB/T 2260, or a
    `Z…` code for zones, which have none. `host` is the path of the county on whose ground a zone lies, where known.
    """

    __tablename__ = "territory"
    __table_args__ = (UniqueConstraint("code"), Index(None, "parent_path"))

    path: Mapped[str] = mapped_column(String(60), primary_key=True)
    code: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(8))
    parent_path: Mapped[str | None] = mapped_column(ForeignKey("territory.path"))
    host: Mapped[str | None] = mapped_column(String(60))
    former_names: Mapped[list[str]] = mapped_column(default=list)


class Person(Base):
    """Somebody who may log in. `username` is the `by` of every act. A person without a running post may do nothing."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("username"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    username: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(60))
    unit: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(120), default="")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    posts: Mapped[list["Post"]] = relationship(back_populates="person")


class Post(Base):
    """A post (lane) that a person holds over a territory; `ENT` holds it for one enterprise. `until` is the first day without it.

    `post` is one of REFERENCE 4.0: LO XK XG XS XL CK CG CS CL RK RG RS RL JM ENT SUP DES ADM.
    """

    __tablename__ = "post"
    __table_args__ = (Index(None, "person_id"), Index(None, "post", "path"), Index(None, "enterprise_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    post: Mapped[str] = mapped_column(String(4))
    path: Mapped[str] = mapped_column(ForeignKey("territory.path"))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"))
    since: Mapped[date]
    until: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="posts")


class Enterprise(Base):
    """An enterprise (REFERENCE 6.1). `path` is the territory that is responsible for it; it is never derived from the code.

    `status`: 存续 停产 半停产 注销 吊销 迁出. `supervisor_level`: 央企 区属 市属 县属 其他, empty when not state-owned. `is_scale` comes
    from the roster only, `scale_since` is its first month there. `platforms` holds `{name, level: 国|区|市|县, kind, date}`.
    `hitech_precheck` maps the conditions 1–8 of the 高企 test to met, not_met or unknown. `flags` are the WATCH flags of DT-1
    and remarks of imports (`R&D above revenue`), each `{code, since, reason}`.
    """

    __tablename__ = "enterprise"
    __table_args__ = (UniqueConstraint("uscc"), Index(None, "path"), Index(None, "name"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uscc: Mapped[str] = mapped_column(String(18))
    name: Mapped[str] = mapped_column(String(200))
    name_history: Mapped[list[str]] = mapped_column(default=list)
    path: Mapped[str] = mapped_column(ForeignKey("territory.path"))
    stat_path: Mapped[str | None] = mapped_column(ForeignKey("territory.path"))
    reg_address: Mapped[str] = mapped_column(String(300), default="")
    biz_address: Mapped[str] = mapped_column(String(300), default="")
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    industry_code: Mapped[str] = mapped_column(String(5), default="")
    industry_name: Mapped[str] = mapped_column(String(120), default="")
    industry_chain: Mapped[str] = mapped_column(String(60), default="")
    size_class: Mapped[str] = mapped_column(String(4), default="")
    is_scale: Mapped[bool] = mapped_column(default=False)
    scale_since: Mapped[str] = mapped_column(String(7), default="")
    scale_left: Mapped[str] = mapped_column(String(7), default="")
    reg_date: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(8), default="存续")
    ownership: Mapped[str] = mapped_column(String(20), default="")
    is_soe: Mapped[bool] = mapped_column(default=False)
    supervisor_level: Mapped[str] = mapped_column(String(8), default="")
    group_name: Mapped[str] = mapped_column(String(200), default="")
    legal_rep: Mapped[str] = mapped_column(String(60), default="")
    contact: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    staff_total: Mapped[int | None]
    staff_tech: Mapped[int | None]
    staff_rd: Mapped[int | None]
    hitech_no: Mapped[str] = mapped_column(String(20), default="")
    hitech_from: Mapped[date | None]
    hitech_to: Mapped[date | None]
    hitech_field: Mapped[str] = mapped_column(String(60), default="")
    sme_tech_no: Mapped[str] = mapped_column(String(40), default="")
    sme_tech_year: Mapped[int | None]
    gazelle_year: Mapped[int | None]
    leader_type: Mapped[str] = mapped_column(String(8), default="")
    zjtx: Mapped[str] = mapped_column(String(12), default="")
    patents_invention_valid: Mapped[int] = mapped_column(default=0)
    patents_utility: Mapped[int] = mapped_column(default=0)
    designs: Mapped[int] = mapped_column(default=0)
    software: Mapped[int] = mapped_column(default=0)
    platforms: Mapped[list[Any]] = mapped_column(default=list)
    univ_cooperation: Mapped[bool] = mapped_column(default=False)
    willingness: Mapped[int | None]
    hitech_precheck: Mapped[dict[str, Any]] = mapped_column(default=dict)
    region_direct: Mapped[bool] = mapped_column(default=False)
    flags: Mapped[list[Any]] = mapped_column(default=list)
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
    origin: Mapped[str] = mapped_column(String(8), default="导入")
    data_date: Mapped[date | None]
    confirm_status: Mapped[str] = mapped_column(String(4), default="自报")
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(String(120))
    updated_at: Mapped[datetime]

    territory: Mapped[Territory] = relationship(foreign_keys=[path])
    reports: Mapped[list[QuarterReport]] = relationship(order_by=QuarterReport.period, viewonly=True)


class EnterpriseYear(Base):
    """The figures of one enterprise for one year, in 万元, each R&D figure in a column that names its caliber (REFERENCE 6.2, 2.3).

    `acct` accounting, `hitech` 高企, `tax` 加计扣除, `stat` statistics. `g1` official, `g2` verified, `g3` self-reported answers to
    "has R&D activity / institution"; None is unknown. `as_reported` keeps the cells as they came, with their unit.
    """

    __tablename__ = "enterprise_year"
    __table_args__ = (UniqueConstraint("enterprise_id", "year"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    year: Mapped[int]
    revenue: Mapped[Decimal | None]
    main_revenue: Mapped[Decimal | None]
    industrial_output: Mapped[Decimal | None]
    profit: Mapped[Decimal | None]
    tax_paid: Mapped[Decimal | None]
    total_assets: Mapped[Decimal | None]
    net_assets: Mapped[Decimal | None]
    fixed_assets: Mapped[Decimal | None]
    rd_expense_acct: Mapped[Decimal | None]
    rd_expense_hitech: Mapped[Decimal | None]
    rd_expense_tax: Mapped[Decimal | None]
    rd_expenditure_stat: Mapped[Decimal | None]
    rd_basic: Mapped[Decimal | None]
    rd_applied: Mapped[Decimal | None]
    rd_experimental: Mapped[Decimal | None]
    rd_capital: Mapped[Decimal | None]
    rd_external: Mapped[Decimal | None]
    rd_plan_year: Mapped[Decimal | None]
    rd_staff_fte: Mapped[Decimal | None]
    hitech_product_revenue: Mapped[Decimal | None]
    new_product_revenue: Mapped[Decimal | None]
    projects_count: Mapped[int | None]
    inst_count_stat: Mapped[int | None]
    has_activity_g1: Mapped[bool | None]
    has_activity_g2: Mapped[bool | None]
    has_activity_g3: Mapped[bool | None]
    has_inst_g1: Mapped[bool | None]
    has_inst_g2: Mapped[bool | None]
    has_inst_g3: Mapped[bool | None]
    g2_date: Mapped[date | None]
    as_reported: Mapped[dict[str, Any]] = mapped_column(default=dict)
    origin: Mapped[str] = mapped_column(String(8), default="导入")
    data_date: Mapped[date | None]
    confirm_status: Mapped[str] = mapped_column(String(4), default="自报")
    updated_by: Mapped[str] = mapped_column(String(120))
    updated_at: Mapped[datetime]


class Officer(Base):
    """A liaison officer (联络专员, REFERENCE 6.5): a person who looks after enterprises of a territory. `state`: 在岗 请假 离岗.

    `lines` are 科技, 工信, 国资. `capacity` is the number of enterprises he may have (default 15, at most 30). `acting_officer_id`
    acts for him while he is away; without one, the county officers do.
    """

    __tablename__ = "officer"
    __table_args__ = (UniqueConstraint("person_id"), Index(None, "path", "state"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit: Mapped[str] = mapped_column(String(120), default="")
    title: Mapped[str] = mapped_column(String(40), default="")
    path: Mapped[str] = mapped_column(ForeignKey("territory.path"))
    lines: Mapped[list[str]] = mapped_column(default=list)
    capacity: Mapped[int] = mapped_column(default=15)
    state: Mapped[str] = mapped_column(String(4), default="在岗")
    acting_officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    away_since: Mapped[date | None]
    since: Mapped[date]
    until: Mapped[date | None]
    trained: Mapped[list[Any]] = mapped_column(default=list)

    person: Mapped[Person] = relationship()


class Assignment(Base):
    """Which officer looks after which case, from when to when. At most one running assignment per case; the past stays.

    `case_id` is the case's id (casework.case_tables). `how`: assigned, automatic, handover. An assignment without officer
    (`officer_id` is None) says that the county officer acts until somebody takes over.
    """

    __tablename__ = "assignment"
    __table_args__ = (Index(None, "case_id", "until"), Index(None, "officer_id", "until"), Index(None, "enterprise_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    how: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(String(400), default="")

    officer: Mapped[Officer | None] = relationship()


class Handover(Base):
    """One officer hands open cases to another (4.l, F02). `state`: open → done, withdrawn. While it is open somebody acts for every case.

    `kind`: transfer (he leaves the post), leave, load, complaint; the last two concern only the cases in `matters`, and he stays.
    `matters` lists what was open on the day: `{case_id, enterprise_id, enterprise, tasks: [name, …]}`.
    """

    __tablename__ = "handover"
    __table_args__ = (Index(None, "state"), Index(None, "predecessor_id"), Index(None, "instance_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    predecessor_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    kind: Mapped[str] = mapped_column(String(10), default="transfer")
    reason: Mapped[str] = mapped_column(String(200))
    notes: Mapped[str] = mapped_column(Text, default="")
    matters: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(String(10), default="open")
    predecessor_signed_by: Mapped[str] = mapped_column(String(120), default="")
    successor_signed_by: Mapped[str] = mapped_column(String(120), default="")
    opened_by: Mapped[str] = mapped_column(String(120))
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Facts(Base):
    """A frozen record of what was known about a subject when a decision was asked (REFERENCE 6.13). Never changed."""

    __tablename__ = "facts"
    __table_args__ = (Index(None, "subject", "purpose", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(String(60))
    values: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(120))


class ListVersion(Base):
    """One edition of the five lists (`LIST-2026-1`). `kind`: 年度, 季度. `state`: 草案 → 会签 → 冻结.

    `base_date` is the day of the figures. The first frozen yearly edition is the base of K3: its entries are 存量.
    """

    __tablename__ = "list_version"
    __table_args__ = (UniqueConstraint("number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(4))
    base_date: Mapped[date]
    state: Mapped[str] = mapped_column(String(4), default="草案")
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("list_version.id"))
    decision_definition_id: Mapped[int | None] = mapped_column(ForeignKey("definition.id"))
    drafted_by: Mapped[str] = mapped_column(String(120))
    drafted_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]


class ListEntry(Base):
    """An enterprise on a list of one edition, with the reason and the facts behind it.

    `list_type`: L1–L5, `L3-pool`, or a flag `WATCH-…`. `opens_item` is false for covered L2 rows, the L3 pool and flags. `subtype`: 缺活动
    缺机构 双缺 巩固 A–D pool near … . `lead`: 工信 科技 国资 县. `change`: 新增 保留 调出. `base`: 存量 增量. `state`: 候选 → 确立 | 暂缓
    (disputed, held for the next edition) | 剔除. `county_answer`, `city_answer`: 确认 更正 剔除, or empty; the remark says why.
    """

    __tablename__ = "list_entry"
    __table_args__ = (
        UniqueConstraint("version_id", "enterprise_id", "list_type"),
        Index(None, "enterprise_id"),
        Index(None, "version_id", "path"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("list_version.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    path: Mapped[str] = mapped_column(String(60))
    list_type: Mapped[str] = mapped_column(String(20))
    subtype: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(300), default="")
    lead: Mapped[str] = mapped_column(String(8), default="")
    opens_item: Mapped[bool] = mapped_column(default=True)
    change: Mapped[str] = mapped_column(String(4), default="新增")
    base: Mapped[str] = mapped_column(String(4), default="存量")
    state: Mapped[str] = mapped_column(String(4), default="候选")
    facts_id: Mapped[int | None] = mapped_column(ForeignKey("facts.id"))
    county_answer: Mapped[str] = mapped_column(String(4), default="")
    county_remark: Mapped[str] = mapped_column(String(300), default="")
    city_answer: Mapped[str] = mapped_column(String(4), default="")
    city_remark: Mapped[str] = mapped_column(String(300), default="")
    lead_remark: Mapped[str] = mapped_column(String(300), default="")
    disputed_by: Mapped[list[str]] = mapped_column(default=list)
    removal_code: Mapped[str] = mapped_column(String(12), default="")

    enterprise: Mapped[Enterprise] = relationship()


class ListReview(Base):
    """The check of one county's (or zone's) part of an edition. `county`, `city`: empty, 已核, 县未核 or 市未核."""

    __tablename__ = "list_review"
    __table_args__ = (UniqueConstraint("version_id", "path"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("list_version.id"))
    path: Mapped[str] = mapped_column(String(60))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    county: Mapped[str] = mapped_column(String(4), default="")
    county_by: Mapped[str] = mapped_column(String(120), default="")
    county_at: Mapped[datetime | None]
    city: Mapped[str] = mapped_column(String(4), default="")
    city_by: Mapped[str] = mapped_column(String(120), default="")
    city_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class ListSignature(Base):
    """The joint signature of one department (RK, RG, RS) under an edition. No silent consent: no row, no signature."""

    __tablename__ = "list_signature"
    __table_args__ = (UniqueConstraint("version_id", "post"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("list_version.id"))
    post: Mapped[str] = mapped_column(String(4))
    agree: Mapped[bool]
    disputed: Mapped[list[Any]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(String(400), default="")
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]


class Import(Base):
    """One file that was brought in, or tried (`applied_at` is None). The file itself is kept, so the findings can be made again.

    `kind`: enterprises, quarter, officers. `mapping` maps fields to column numbers, `options` holds unit, year, header rows.
    `accepted`, `repaired`, `warned`, `refused` count rows. `findings` are `{row, column, field, severity, template, params}`.
    """

    __tablename__ = "import"
    __table_args__ = (Index(None, "digest"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    file_name: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    accepted: Mapped[int] = mapped_column(default=0)
    repaired: Mapped[int] = mapped_column(default=0)
    warned: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    findings: Mapped[list[Any]] = mapped_column(default=list)
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class Setting(Base):
    """A value that the house keeps about itself: `demo_now` (the demo's clock), `demo` (this is a demonstration)."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[dict[str, Any]]
    updated_by: Mapped[str] = mapped_column(String(120))
    updated_at: Mapped[datetime]
