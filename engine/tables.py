"""The nouns of the engine as rows.

Every row of a run carries `scope` and `subject`: opaque strings that the domain fills (a territory path, an enterprise) and
the engine only hands on, so that a list can be filtered and a database sharded without a join. Instants are UTC.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.db import Base

BigId = BigInteger().with_variant(Integer(), "sqlite")


class Deployment(Base):
    """One act of publishing files together. `source`: page, command, folder, camunda-modeler."""

    __tablename__ = "deployment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(40))
    deployed_by: Mapped[str] = mapped_column(String(120))
    deployed_at: Mapped[datetime]

    definitions: Mapped[list["Definition"]] = relationship(back_populates="deployment")


class Definition(Base):
    """One version of one process, decision or form.

    `kind`: process, decision, form. `key` is the id inside the file, `version` counts from 1 per kind and key. `digest` is the
    SHA-256 of the source and, for a process, of what is bound to it by deployment (its forms, the processes it calls): when all
    of that is unchanged there is no new version. A decision is valid from `valid_from` (a Shanghai date; None: always).
    `source` is loaded only when asked for.
    """

    __tablename__ = "definition"
    __table_args__ = (UniqueConstraint("kind", "key", "version"), Index(None, "deployment_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"))
    kind: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    version_tag: Mapped[str] = mapped_column(String(100), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    resource: Mapped[str] = mapped_column(String(255))
    source: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str] = mapped_column(String(64))
    valid_from: Mapped[date | None]

    deployment: Mapped[Deployment] = relationship(back_populates="definitions")


_ACTIVE_CORRELATION = "status = 'active' AND correlation_key <> ''"


class Instance(Base):
    """One run of a process. `state` is its live part (engine.bpmn.state), `revision` counts its steps.

    `status`: active → completed, cancelled. `parent_element_instance_id` names the call activity that waits for this run.
    `correlation_key` is that of the message which started it: one active run per process and key. `revision` is compared at
    every save. `sequence` is the number of its history entries, `head` the hash of the last one.
    """

    __tablename__ = "instance"
    __table_args__ = (
        Index(None, "root_id"),
        Index(None, "business_key"),
        Index(None, "subject"),
        Index(None, "definition_id", "status"),
        Index(None, "parent_id"),
        Index(
            "uq_instance_active_correlation",
            "process_key",
            "correlation_key",
            unique=True,
            sqlite_where=text(_ACTIVE_CORRELATION),
            postgresql_where=text(_ACTIVE_CORRELATION),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("definition.id"))
    process_key: Mapped[str] = mapped_column(String(200))
    correlation_key: Mapped[str] = mapped_column(String(200), default="")
    business_key: Mapped[str] = mapped_column(String(120), default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    parent_element_instance_id: Mapped[str | None] = mapped_column(String(60))
    root_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    status: Mapped[str] = mapped_column(String(12), default="active")
    state: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(default=0)
    sequence: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default="")
    scope: Mapped[str] = mapped_column(String(200), default="")
    subject: Mapped[str] = mapped_column(String(80), default="")
    started_by: Mapped[str] = mapped_column(String(120))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    definition: Mapped[Definition] = relationship()

    __mapper_args__ = {"version_id_col": revision, "version_id_generator": False}  # noqa: RUF012


class UserTask(Base):
    """An element instance waiting for a person; carries everything a list needs.

    `status`: open → completed, withdrawn; `held`: a submission was accepted but the drawing failed, nobody else may complete it.
    `candidate_groups` are posts (lanes) as the drawing names them. `due_at` is the end of the last working day; `provisional`
    says that an unpublished calendar year was used (暂定); `paused_at` says since when its clock stands still. `properties` are
    the zeebe:properties of the drawing, `variables` its own local variables.
    """

    __tablename__ = "user_task"
    __table_args__ = (
        UniqueConstraint("instance_id", "element_instance_id"),
        Index(None, "instance_id", "status"),
        Index(None, "status", "due_at", "id"),
        Index(None, "status", "scope", "due_at"),
        Index(None, "root_id"),
        Index(None, "subject"),
        Index(None, "assignee", "status"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    root_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    process_key: Mapped[str] = mapped_column(String(200))
    element_id: Mapped[str] = mapped_column(String(200))
    element_instance_id: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))
    lane: Mapped[str] = mapped_column(String(200), default="")
    form_definition_id: Mapped[int | None] = mapped_column(ForeignKey("definition.id"))
    candidate_groups: Mapped[list[str]]
    candidate_users: Mapped[list[str]]
    assignee: Mapped[str] = mapped_column(String(120), default="")
    priority: Mapped[int] = mapped_column(default=50)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    provisional: Mapped[bool] = mapped_column(default=False)
    paused_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(12), default="open")
    completed_by: Mapped[str] = mapped_column(String(120), default="")
    on_behalf_of: Mapped[str] = mapped_column(String(120), default="")
    ended_at: Mapped[datetime | None]
    scope: Mapped[str] = mapped_column(String(200), default="")
    subject: Mapped[str] = mapped_column(String(80), default="")
    business_key: Mapped[str] = mapped_column(String(120), default="")
    properties: Mapped[dict[str, Any]] = mapped_column(default=dict)
    variables: Mapped[dict[str, Any]] = mapped_column(default=dict)

    instance: Mapped[Instance] = relationship(foreign_keys=[instance_id])
    form: Mapped[Definition | None] = relationship()


class Draft(Base):
    """What a person has typed into the form of a user task and not yet sent. One per task and person."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("user_task_id", "by"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    by: Mapped[str] = mapped_column(String(120))
    data: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class Submission(Base):
    """What was sent for a user task, kept for ever as it was sent, with the version of its form."""

    __tablename__ = "submission"
    __table_args__ = (Index(None, "user_task_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    form_definition_id: Mapped[int | None] = mapped_column(ForeignKey("definition.id"))
    data: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(String(120))
    on_behalf_of: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime]


class Interval(Base):
    """A stretch of a user task's clock: `running` or `paused`, whose time it is (a post or a party), and why. Append-only.

    `ended_at` is set once. A task whose clock never stood still has no rows: it has run since it was created.
    """

    __tablename__ = "interval"
    __table_args__ = (Index(None, "user_task_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    kind: Mapped[str] = mapped_column(String(8))
    whose: Mapped[str] = mapped_column(String(120))
    why: Mapped[str] = mapped_column(String(400), default="")
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Job(Base):
    """A push on an instance, or a ring that pushes none (reminder, round).

    `kind`: submission, timer, message, service, call (start a called process), child (a called process has ended), cancel (the
    caller of a run has gone), signal, migration, reminder, round (many rows, in portions). `status`: waiting → running → done; failed ⇄ waiting; waiting ⇄
    paused; withdrawn. An incident is a failed job: it has given up after `retries` attempts and waits for a supervisor. `due_at`
    is when it may run.
    """

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(None, "status", "due_at", "id"),
        Index(None, "instance_id", "status"),
        Index(None, "user_task_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(12))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    element_id: Mapped[str] = mapped_column(String(200), default="")
    element_instance_id: Mapped[str] = mapped_column(String(60), default="")
    user_task_id: Mapped[int | None] = mapped_column(ForeignKey("user_task.id"))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    due_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    retries: Mapped[int] = mapped_column(default=3)
    error: Mapped[str] = mapped_column(Text, default="")
    error_params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    scope: Mapped[str] = mapped_column(String(200), default="")
    subject: Mapped[str] = mapped_column(String(80), default="")


class Subscription(Base):
    """What a run, or the start event of a process, waits to hear. A start subscription has no instance.

    `kind`: message, signal, change (a conditional event, which looks at the run's own variables and has no name).
    """

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("instance_id", "element_instance_id"),
        Index(None, "kind", "name", "correlation_key"),
        Index(None, "definition_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), default="message")
    name: Mapped[str] = mapped_column(String(200))
    correlation_key: Mapped[str] = mapped_column(String(200), default="")
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("definition.id"))
    element_id: Mapped[str] = mapped_column(String(200))
    element_instance_id: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime]


class Message(Base):
    """What was said. It waits for a hearer until `expires_at`, and is heard once per process at most.

    `key` makes saying it twice harmless. `status`: waiting → delivered, expired.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(None, "status", "name", "correlation_key"),
        Index(None, "status", "expires_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    correlation_key: Mapped[str] = mapped_column(String(200), default="")
    variables: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sender_instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    status: Mapped[str] = mapped_column(String(10), default="waiting")
    said_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Hearing(Base):
    """That a message was promised to a hearer in a process: the database itself refuses the second there."""

    __tablename__ = "hearing"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    process_key: Mapped[str] = mapped_column(String(200), primary_key=True)


class HistoryEntry(Base):
    """Who did what, when, on whose behalf, to which element of which run. Append-only, hash-chained per run (or per `chain`).

    `chain`: `i<instance id>` for a run, else a named chain (`access`, `registry`). `fact` is a stable verb: started,
    task_created, task_completed, timer_fired, message_delivered, decided, … `reference` makes a fact unique that may happen
    only once (`task:12`, `timer:7`): the database itself refuses the second.
    """

    __tablename__ = "history_entry"
    __table_args__ = (
        UniqueConstraint("chain", "sequence"),
        UniqueConstraint("fact", "reference"),
        Index(None, "root_id", "id"),
        Index(None, "subject", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    chain: Mapped[str] = mapped_column(String(40))
    sequence: Mapped[int]
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    root_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(120))
    on_behalf_of: Mapped[str] = mapped_column(String(120), default="")
    fact: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str | None] = mapped_column(String(120))
    element_id: Mapped[str] = mapped_column(String(200), default="")
    element_instance_id: Mapped[str] = mapped_column(String(60), default="")
    subject: Mapped[str] = mapped_column(String(80), default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    previous: Mapped[str] = mapped_column(String(64), default="")
    hash: Mapped[str] = mapped_column(String(64))


class Chain(Base):
    """The head of a named history chain that belongs to no run."""

    __tablename__ = "chain"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    sequence: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default="")


class IdempotencyKey(Base):
    """An answer already given: the same key with the same request gets it again."""

    __tablename__ = "idempotency_key"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    response: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]


class CalendarYear(Base):
    """A year whose working days are known, with the notice that published them. `synthetic`: made for a test or the demo."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(300))
    synthetic: Mapped[bool] = mapped_column(default=False)
    entered_by: Mapped[str] = mapped_column(String(120))
    entered_at: Mapped[datetime]


class CalendarDay(Base):
    """A day that is not what its weekday says. `kind`: holiday (放假), workday (调休上班). `extent`: state, region (三月三)."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    extent: Mapped[str] = mapped_column(String(10), primary_key=True, default="state")
    kind: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(300))
