"""The nouns of a case as rows: case, item, plan, measure, visit, baseline, closure, look-back, notice, light.

Codes are English words that a door translates. Persons are the strings that the engine's `by` carries. Instants are UTC,
dates are Shanghai dates, money is 万元. `scope` is the territory path (`45/4508/450803`), `subject` is `enterprise:<id>`.
Sources: REFERENCE 6.4, 6.6, 6.8, 6.9, 6.11.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.db import Base
from engine.tables import BigId

LISTS = ("L1", "L2", "L3", "L4", "L5", "RENEW")
LIVING_CASE = ("open", "observing", "suspended")
"""States of a case that is not over; an enterprise has at most one such case (6.12 no. 11)."""
LIVING_ITEM = ("open", "pending_closure", "pending_removal", "relapsed", "suspended")
"""States of an item that is still to be worked on; a case has at most one such item per list (6.12 no. 11)."""
CLOSED_ITEM = ("closed_awaiting_statistics", "closed")
STAGES = ("monitor", "warn", "coach", "improve", "close")
"""监测, 预警, 辅导, 提升, 销号: in the order of a case's life."""
LIGHTS = ("green", "blue", "yellow", "red")
"""From harmless to serious; the worst is the last."""


class Case(Base):
    """One enterprise, one liaison officer, one case (一企一员一案), REFERENCE 6.9.

    `state`: open → observing → archived; also suspended, removed, terminated. `stage`: one of `STAGES`. `lead`: the line
    that leads the case (科技, 工信, 国资). Who looks after it is the running `Assignment` (casework.tables). `amend_reasons`: why its
    plan has to be amended, in words, until it is prepared again.
    """

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("case_no"),
        Index(
            "ix_case_one_open_per_enterprise",
            "enterprise_id",
            unique=True,
            sqlite_where=text("state IN ('open', 'observing', 'suspended')"),
            postgresql_where=text("state IN ('open', 'observing', 'suspended')"),
        ),
        Index(None, "scope", "state"),
        Index(None, "instance_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_no: Mapped[str] = mapped_column(String(40))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    list_version_id: Mapped[int | None] = mapped_column(ForeignKey("list_version.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    predecessor_case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    scope: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(12), default="open")
    stage: Mapped[str] = mapped_column(String(8), default="monitor")
    light: Mapped[str] = mapped_column(String(6), default="green")
    lead: Mapped[str] = mapped_column(String(8))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(String(400), default="")
    reopen_count: Mapped[int] = mapped_column(default=0)
    archive_no: Mapped[str] = mapped_column(String(40), default="")
    amend_reasons: Mapped[list[str]] = mapped_column(default=list)

    items: Mapped[list["Item"]] = relationship(back_populates="case", order_by="Item.id")
    plans: Mapped[list["Plan"]] = relationship(back_populates="case", order_by="Plan.version")


class Item(Base):
    """The membership of a case in one list (6.9). The gap it names must be closed before it is struck off.

    `subtype` is the sub-type of DT-1 (缺活动, 缺机构, 双缺, A–D …). `missing`: the codes of what DT-3 still
    misses. `stat_confirm`: waiting, yes, no, missing (未获统计确认), none (not asked for).
    """

    __tablename__ = "case_item"
    __table_args__ = (
        Index(
            "ix_case_item_one_open_per_list",
            "case_id",
            "list_type",
            unique=True,
            sqlite_where=text("state IN ('open', 'pending_closure', 'pending_removal', 'relapsed', 'suspended')"),
            postgresql_where=text("state IN ('open', 'pending_closure', 'pending_removal', 'relapsed', 'suspended')"),
        ),
        Index(None, "instance_id"),
        UniqueConstraint("closure_no"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    list_entry_id: Mapped[int | None] = mapped_column(ForeignKey("list_entry.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    list_type: Mapped[str] = mapped_column(String(5))
    subtype: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(String(400), default="")
    lead: Mapped[str] = mapped_column(String(8))
    base: Mapped[str] = mapped_column(String(4), default="存量")
    baseline: Mapped[dict[str, Any]] = mapped_column(default=dict)
    target_date: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(26), default="open")
    light: Mapped[str] = mapped_column(String(6), default="green")
    relapse_count: Mapped[int] = mapped_column(default=0)
    relapsed_on: Mapped[date | None]
    relapse_gap: Mapped[str] = mapped_column(String(12), default="")
    eligible_since: Mapped[datetime | None]
    missing: Mapped[list[str]] = mapped_column(default=list)
    closure_no: Mapped[str | None] = mapped_column(String(40))
    accepted_by: Mapped[str] = mapped_column(String(120), default="")
    closed_at: Mapped[datetime | None]
    stat_confirm: Mapped[str] = mapped_column(String(8), default="none")

    case: Mapped[Case] = relationship(back_populates="items")


class Plan(Base):
    """One version of the plan of a case (一企一策, F03). `state`: submitted → approved, returned; superseded by a later one.

    `data` is what was submitted, `approvals` what each level said: `[{level, by, at, decision, opinion}]`. `exhausted`: no further
    extension is given (refused, asked too late, or both used), a new plan is wanted (a18).
    """

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("case_id", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="submitted")
    author: Mapped[str] = mapped_column(String(120))
    submitted_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    causes: Mapped[list[str]]
    goals: Mapped[list[Any]]
    data: Mapped[dict[str, Any]]
    approvals: Mapped[list[Any]] = mapped_column(default=list)
    extension_count: Mapped[int] = mapped_column(default=0)
    exhausted: Mapped[bool] = mapped_column(default=False)

    case: Mapped[Case] = relationship(back_populates="plans")
    measures: Mapped[list["Measure"]] = relationship(back_populates="plan", order_by="Measure.id")


class Measure(Base):
    """One measure of a plan (4.a13a): `type` PROJECT, AUX_LEDGER, INSTITUTION, STAT_FILL …; `progress` is 0–100 per cent.

    `state`: not_started, ongoing, done, cancelled. `weight` counts in the mean of the case's progress. `delays`: how often its due
    date was moved after it had passed, with the reasons `[{from, to, reason, by, at}]`; `end_reason` why it was dropped; `done_at` when it
    was done or dropped.
    """

    __tablename__ = "measure"
    __table_args__ = (Index(None, "case_id", "state"), Index(None, "plan_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    type: Mapped[str] = mapped_column(String(20))
    content: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str] = mapped_column(String(200), default="")
    support_org: Mapped[str] = mapped_column(String(200), default="")
    starts_on: Mapped[date]
    due_on: Mapped[date]
    budget: Mapped[Decimal | None]
    weight: Mapped[int] = mapped_column(default=1)
    progress: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(12), default="not_started")
    done_at: Mapped[datetime | None]
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    delays: Mapped[list[Any]] = mapped_column(default=list)
    end_reason: Mapped[str] = mapped_column(String(400), default="")

    plan: Mapped[Plan] = relationship(back_populates="measures")


class ProgressEntry(Base):
    """One entry on a measure: who reported what, with the evidence as it was typed (`data`, the form `measure`). Append-only."""

    __tablename__ = "progress_entry"
    __table_args__ = (Index(None, "measure_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"))
    progress: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]


class Evidence(Base):
    """A proof on record (2.2). `kind`: filing, aux_ledger, project, annual_table, certificate, roster, note.

    `grade`: G1 official, G2 verified, G3 self-reported. `checked_by` is empty until somebody else than the recorder checked it.
    """

    __tablename__ = "evidence"
    __table_args__ = (Index(None, "enterprise_id", "kind"), Index(None, "case_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    measure_id: Mapped[int | None] = mapped_column(ForeignKey("measure.id"))
    kind: Mapped[str] = mapped_column(String(20))
    grade: Mapped[str] = mapped_column(String(2))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    recorded_by: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[datetime]
    checked_by: Mapped[str] = mapped_column(String(120), default="")
    checked_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class Visit(Base):
    """A visit to an enterprise (6.6, F04). `result`: planned, arranged, visited, refused, not_visited, void (found not real, d09).

    `type`: first, routine, topic, return, lookback. `confirm_state`: waiting, confirmed, unconfirmed (企业未确认), disputed. `data` is
    what was submitted. `flags`: same_text (more than nine tenths of the record before), no_location. `is_joint`: it serves several departments.
    """

    __tablename__ = "visit"
    __table_args__ = (Index(None, "case_id"), Index(None, "visited_on"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    type: Mapped[str] = mapped_column(String(12))
    due_at: Mapped[datetime]
    planned_for: Mapped[datetime | None]
    visited_on: Mapped[date | None]
    mode: Mapped[str] = mapped_column(String(10), default="")
    result: Mapped[str] = mapped_column(String(12), default="planned")
    refusals: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(400), default="")
    content: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    recorded_by: Mapped[str] = mapped_column(String(120), default="")
    recorded_at: Mapped[datetime | None]
    confirm_state: Mapped[str] = mapped_column(String(12), default="waiting")
    confirmed_by: Mapped[str] = mapped_column(String(120), default="")
    score: Mapped[int | None]
    next_visit_on: Mapped[date | None]
    is_joint: Mapped[bool] = mapped_column(default=False)
    flags: Mapped[list[str]] = mapped_column(default=list)


class Baseline(Base):
    """What was found at the first visit (摸底核实, F01). `conclusion`: true, wrong, stopped."""

    __tablename__ = "baseline"
    __table_args__ = (Index(None, "case_id"), UniqueConstraint("visit_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    conclusion: Mapped[str] = mapped_column(String(10))
    data: Mapped[dict[str, Any]]
    recorded_by: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[datetime]
    confirm_state: Mapped[str] = mapped_column(String(12), default="waiting")
    confirmed_by: Mapped[str] = mapped_column(String(120), default="")
    confirmed_at: Mapped[datetime | None]


class Closure(Base):
    """One request to strike an item off (F22). `state`: open → passed, refused, withdrawn.

    `checklist` is the evidence by rule as it stood, `opinions` what every level said: `[{level, by, at, decision, opinion}]`,
    `joint` the signatures of the three lines. `onsite`: the city has to look on site (g05). `published_from`, `published_until`: when it
    stands on the internal board of its territory (g11).
    """

    __tablename__ = "closure"
    __table_args__ = (
        Index(None, "item_id"),
        Index(None, "case_id", "state"),
        Index(None, "state", "published_until"),
        UniqueConstraint("closure_no"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("case_item.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    state: Mapped[str] = mapped_column(String(10), default="open")
    exceptional: Mapped[bool] = mapped_column(default=False)
    request: Mapped[dict[str, Any]]
    requested_by: Mapped[str] = mapped_column(String(120))
    requested_at: Mapped[datetime]
    checklist: Mapped[list[Any]] = mapped_column(default=list)
    opinions: Mapped[list[Any]] = mapped_column(default=list)
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    closure_no: Mapped[str | None] = mapped_column(String(40))
    onsite: Mapped[bool] = mapped_column(default=False)
    published_from: Mapped[datetime | None]
    published_until: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]

    item: Mapped[Item] = relationship()


class Lookback(Base):
    """A look-back on a closed item (g13–g15, F23). `sample`: all, risk (flagged, looked at anyway), random, none (not drawn).

    `kind`: regular (at 6 and 12 months, one per closure) or triggered (something came in that looks like a relapse). `trigger` names
    what set it off, once (`regular:<closure>`, `rd_zero:2027Q2:<closure>`); `cause` is its code, `evidence` what it looked like.
    `state`: planned → done, relapsed, dropped (the closure does not stand any more). `checks`: `[{month, by, at, relapse, conditions, conclusion}]`.
    """

    __tablename__ = "lookback"
    __table_args__ = (
        UniqueConstraint("trigger"),
        Index(None, "closure_id"),
        Index(None, "item_id"),
        Index(None, "case_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    closure_id: Mapped[int] = mapped_column(ForeignKey("closure.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("case_item.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    kind: Mapped[str] = mapped_column(String(10), default="regular")
    trigger: Mapped[str] = mapped_column(String(80))
    cause: Mapped[str] = mapped_column(String(20), default="")
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sample: Mapped[str] = mapped_column(String(6))
    state: Mapped[str] = mapped_column(String(8), default="planned")
    checks: Mapped[list[Any]] = mapped_column(default=list)
    planned_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Extension(Base):
    """A request to move the end of a plan (F26). `decision`: empty while open, granted, refused. At most two are granted, each ≤ 90 days."""

    __tablename__ = "extension"
    __table_args__ = (Index(None, "plan_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("case_item.id"))
    old_end: Mapped[date]
    new_end: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(120))
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decision: Mapped[str] = mapped_column(String(8), default="")
    at: Mapped[datetime]


class Notice(Base):
    """A message in the house, to one addressee: `person:<name>`, `post:<group>@<territory path>` or `enterprise:<id>`.

    `template` is the English sentence (the key of the catalogue), `params` its values. `kind`: letter, reminder, warning, chore
    (an administrator's matter that stays until `done_at`). `level`: to whom it went in words of the house (officer, county,
    city, region, enterprise, administrator). `key` makes sending it twice harmless.
    """

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("key"), Index(None, "addressee", "read_at"), Index(None, "case_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    addressee: Mapped[str] = mapped_column(String(260))
    level: Mapped[str] = mapped_column(String(14))
    template: Mapped[str] = mapped_column(String(400))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    user_task_id: Mapped[int | None] = mapped_column(ForeignKey("user_task.id"))
    scope: Mapped[str] = mapped_column(String(200), default="")
    sent_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(String(120), default="")
