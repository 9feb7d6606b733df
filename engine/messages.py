"""Messages between runs: said once, kept until heard or expired, heard once per process at most.

Saying a message writes it down, with a job that looks for its hearers. Each hearer gets a job of its own and advances in its own
transaction, so that two runs are never locked in one. A run that begins to listen looks at what was said before. Both look under
a lock on the message's name and key, taken last and in order, so that neither misses the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import BindParameter, bindparam, delete, func, or_, select, text, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import versions
from engine.tables import Hearing, Instance, Job, Message, Subscription

HOUR: Final = timedelta(hours=1)
_LIVE: Final = ("waiting", "delivered")
_ADVISORY: Final = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM (SELECT unnest(CAST(:names AS text[])) AS name ORDER BY 1) q"
)


_IS_LIVE: Final = (
    Message.status.in_(_LIVE),
    # Not by the index on this column: of what was said in the last hour there may be very much, under one name and key little.
    func.coalesce(Message.expires_at, Message.said_at) > bindparam("now", type_=Message.expires_at.type),
)
# Built once: these run for every message there is, or at the end of every step.
_BY_KEY: Final = select(Message).where(Message.key == bindparam("key"))
_KEY: Final[BindParameter[str]] = bindparam("key")
_HEARD: Final = select(Hearing.message_id, Hearing.process_key).where(
    Hearing.message_id.in_(bindparam("messages", expanding=True))
)
_HEARERS: Final = (
    select(Subscription, Instance)
    .outerjoin(Instance, Instance.id == Subscription.instance_id)
    .where(
        Subscription.kind == "message",
        Subscription.name == bindparam("name"),
        # What starts a run hears every key, and has none itself.
        Subscription.correlation_key.in_((_KEY, "")),
        or_(Subscription.correlation_key == _KEY, Subscription.instance_id.is_(None)),
    )
    .order_by(Subscription.id)
)
_ACTIVE: Final = (
    select(Instance.id)
    .where(
        Instance.process_key == bindparam("process"),
        Instance.correlation_key == bindparam("key"),
        # As the partial index says it: SQLite uses the index only then.
        text("status = 'active' AND correlation_key <> ''"),
    )
    .limit(1)
)
_WAITING: Final = (
    select(Message)
    .where(
        *_IS_LIVE,
        # The columns apart find the rows by the index, the pairs those that are meant.
        Message.name.in_(bindparam("names", expanding=True)),
        Message.correlation_key.in_(bindparam("keys", expanding=True)),
        tuple_(Message.name, Message.correlation_key).in_(bindparam("pairs", expanding=True)),
    )
    .order_by(Message.id)
)
_MAY_START: Final = (
    select(Message)
    .where(
        *_IS_LIVE,
        Message.correlation_key == bindparam("key"),
        Message.name.in_(
            select(Subscription.name).where(
                Subscription.kind == "message",
                Subscription.definition_id.is_not(None),
                Subscription.instance_id.is_(None),
            )
        ),
    )
    .order_by(Message.id)
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A subscription that a run has just opened."""

    element_id: str
    element_instance_id: str
    name: str
    correlation_key: str
    interrupting: bool = True
    """Whether it hears one message only; a subscription that does not interrupt stays and hears every one."""


@dataclass(frozen=True, slots=True)
class Said:
    """One of many messages that are said at once; as the arguments of `publish`."""

    name: str
    correlation_key: str
    variables: Mapping[str, object]
    key: str
    sender: Instance | None = None


def publish(
    db: Session,
    name: str,
    correlation_key: str,
    variables: Mapping[str, object],
    *,
    key: str,
    sender: Instance | None = None,
    time_to_live: timedelta = HOUR,
    by: str,
    now: datetime,
) -> Message:
    """Says a message. `key` makes it once: saying it again gives back the first. The hearer advances in its own transaction.

    A run that it starts has `sender` as its parent; without one it is its own root.
    """
    statement = (postgresql if _is_postgresql(db) else sqlite).insert(Message)
    inserted = db.execute(
        statement.values(
            key=key,
            name=name,
            correlation_key=correlation_key,
            variables=dict(variables),
            sender_instance_id=sender.id if sender else None,
            status="waiting",
            said_at=now,
            expires_at=now + time_to_live,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Message.id)
    ).scalar_one_or_none()
    message = db.execute(_BY_KEY, {"key": key}).scalar_one()
    if inserted is not None:
        db.add(_job(f"message:{message.id}", None, {"message": message.id, "by": by}, now, _from(sender)))
    return message


def publish_all(db: Session, said: Sequence[Said], *, time_to_live: timedelta = HOUR, by: str, now: datetime) -> int:
    """Says many messages in a fixed number of statements; those whose key was said before are left out. Gives how many are new."""
    if not said:
        return 0
    statement = (postgresql if _is_postgresql(db) else sqlite).insert(Message)
    rows = [
        {
            "key": one.key,
            "name": one.name,
            "correlation_key": one.correlation_key,
            "variables": dict(one.variables),
            "sender_instance_id": one.sender.id if one.sender else None,
            "status": "waiting",
            "said_at": now,
            "expires_at": now + time_to_live,
        }
        for one in said
    ]
    fresh = statement.values(rows).on_conflict_do_nothing(index_elements=["key"]).returning(Message.id, Message.key)
    ids = {row[1]: row[0] for row in db.execute(fresh)}
    senders = {one.key: one.sender for one in said}
    db.add_all(
        _job(f"message:{number}", None, {"message": number, "by": by}, now, _from(senders[key]))
        for key, number in ids.items()
    )
    return len(ids)


def correlate(db: Session, message_id: int, *, attempt: int, by: str, now: datetime, process_key: str = "") -> int:
    """Finds the hearers of a message and gives each a job; answers how many. Called by the message's own job, `attempt`.

    One hearer per process: a run that waits for it, else a start event (unless a run with this key is active there).
    `process_key` looks again in one process only.
    """
    message = db.get_one(Message, message_id)
    _lock(db, [(message.name, message.correlation_key)])
    if message.status == "expired":
        return 0
    heard = _heard(db, [message.id])
    found = 0
    for process, job in _hearers(db, message, attempt, by=by, now=now):
        if (message.id, process) in heard or (process_key and process != process_key):
            continue
        db.add_all([Hearing(message_id=message.id, process_key=process), job])
        found += 1
    if found:
        message.status = "delivered"
    db.flush()
    return found


def opened(db: Session, instance: Instance, subscriptions: Sequence[Opened], *, now: datetime) -> None:
    """Looks whether what a run has just begun to wait for was said before. The last thing that a step does."""
    if not subscriptions:
        return
    pairs = sorted({(one.name, one.correlation_key) for one in subscriptions})
    _lock(db, pairs)
    names, keys = (sorted({pair[place] for pair in pairs}) for place in (0, 1))
    messages = list(db.execute(_WAITING, {"now": now, "pairs": pairs, "names": names, "keys": keys}).scalars())
    if not messages:
        return
    heard = _heard(db, [one.id for one in messages])
    taken: set[str] = set()
    for message in messages:
        if (message.id, instance.process_key) in heard:
            continue
        for one in subscriptions:
            same = (one.name, one.correlation_key) == (message.name, message.correlation_key)
            if same and one.element_instance_id not in taken:
                if one.interrupting:
                    taken.add(one.element_instance_id)
                db.add(Hearing(message_id=message.id, process_key=instance.process_key))
                db.add(_delivery(message, instance, one.element_id, one.element_instance_id, by="", now=now))
                message.status = "delivered"
                break
    db.flush()


def ended(db: Session, instance: Instance, *, now: datetime) -> None:
    """After a run that a message started has ended: the next message with its key may start the next one."""
    waiting = db.execute(_MAY_START, {"now": now, "key": instance.correlation_key}).scalars()
    for message in waiting:
        key = f"message:{message.id}:after:{instance.id}"
        payload = {"message": message.id, "by": "", "process": instance.process_key}
        db.add(_job(key, None, payload, now, _from(instance)))


def say_again(db: Session, job: Job, *, now: datetime) -> None:
    """The hearer that `job` meant is gone: the message looks for another one in that process."""
    _release(db, job)
    payload = {"message": job.payload["message"], "by": job.payload.get("by", ""), "process": job.payload["process"]}
    db.add(_job(f"message:{job.payload['message']}:again:{job.id}", None, payload, now, (job.scope, job.subject)))


def may_start(db: Session, job: Job) -> bool:
    """Whether the run that `job` is to start may start now. If another one with this key is active there, the message waits."""
    message = db.get_one(Message, job.payload["message"])
    _lock(db, [(message.name, message.correlation_key)])
    if _is_active(db, job.payload["process"], message.correlation_key):
        _release(db, job)
        return False
    return True


def _release(db: Session, job: Job) -> None:
    message_id, process = job.payload["message"], job.payload["process"]
    db.execute(delete(Hearing).where(Hearing.message_id == message_id, Hearing.process_key == process))


def forget_expired(db: Session, *, now: datetime) -> int:
    """Marks messages that nobody heard in time; answers how many."""
    done = db.execute(
        update(Message).where(Message.status == "waiting", Message.expires_at <= now).values(status="expired")
    )
    return cast(Any, done).rowcount


def broadcast(
    db: Session, name: str, variables: Mapping[str, object], *, key: str, sender: Instance, now: datetime
) -> None:
    """Says a signal: every run that waits for it at this moment, and every start event, gets a job of its own."""
    payload = {"signal": name, "variables": dict(variables), "sender": sender.id}
    db.add(_job(f"signal:{key}", None, payload, now, _from(sender), kind="signal"))


def spread(db: Session, job: Job, *, now: datetime) -> int:
    """Gives each hearer of a signal its job; answers how many. Called by the signal's own job."""
    # Whoever said it has heard it itself, before it went on.
    others = or_(Subscription.instance_id.is_(None), Subscription.instance_id != job.payload["sender"])
    hearers = db.execute(
        select(Subscription).where(Subscription.kind == "signal", Subscription.name == job.payload["signal"], others)
    ).scalars()
    found = 0
    for one in hearers:
        payload = {**job.payload, "hearer": True}
        if one.instance_id is None:
            payload.update(definition=one.definition_id, start=one.element_id)
        key = f"{job.key}:{one.instance_id or ''}:{one.element_instance_id or one.element_id}"
        made = _job(key, one.instance_id, payload, now, (job.scope, job.subject), kind="signal")
        made.element_id, made.element_instance_id = one.element_id, one.element_instance_id
        db.add(made)
        found += 1
    db.flush()
    return found


def _hearers(db: Session, message: Message, attempt: int, *, by: str, now: datetime) -> Iterable[tuple[str, Job]]:
    """One job per process that hears this message: its oldest waiting run first, else its start event."""
    rows: Any = db.execute(_HEARERS, {"name": message.name, "key": message.correlation_key}).all()
    seen: set[str] = set()
    for subscription, instance in rows:
        if instance is not None and instance.process_key not in seen:
            seen.add(instance.process_key)
            element, place = subscription.element_id, subscription.element_instance_id
            yield instance.process_key, _delivery(message, instance, element, place, by=by, now=now)
    for subscription, instance in rows:
        if instance is not None:
            continue
        process = versions.version(db, subscription.definition_id).key
        if process in seen or _is_active(db, process, message.correlation_key):
            continue
        seen.add(process)
        payload = {
            "message": message.id,
            "process": process,
            "definition": subscription.definition_id,
            "start": subscription.element_id,
            "by": by,
        }
        job = _job(f"message:{message.id}:start:{process}:{attempt}", None, payload, now, ("", ""))
        job.element_id = subscription.element_id
        yield process, job


def _delivery(
    message: Message, instance: Instance, element_id: str, element_instance_id: str, *, by: str, now: datetime
) -> Job:
    payload = {"message": message.id, "process": instance.process_key, "by": by}
    key = f"message:{message.id}:{instance.id}:{element_instance_id}"
    job = _job(key, instance.id, payload, now, _from(instance))
    job.element_id, job.element_instance_id = element_id, element_instance_id
    return job


def _is_active(db: Session, process_key: str, correlation_key: str) -> bool:
    if not correlation_key:
        return False
    return db.execute(_ACTIVE, {"process": process_key, "key": correlation_key}).scalar() is not None


def _heard(db: Session, message_ids: Sequence[int]) -> set[tuple[int, str]]:
    """Which message was or will be heard in which process."""
    return {(row[0], row[1]) for row in db.execute(_HEARD, {"messages": list(message_ids)})}


def _job(
    key: str,
    instance_id: int | None,
    payload: dict[str, Any],
    now: datetime,
    place: tuple[str, str],
    *,
    kind: str = "message",
) -> Job:
    return Job(
        key=key,
        kind=kind,
        instance_id=instance_id,
        payload=payload,
        due_at=now,
        created_at=now,
        scope=place[0],
        subject=place[1],
    )


def _from(instance: Instance | None) -> tuple[str, str]:
    return (instance.scope, instance.subject) if instance else ("", "")


def _lock(db: Session, pairs: Sequence[tuple[str, str]]) -> None:
    """One lock per name and key until the end of the transaction. SQLite has one writer and needs none."""
    if _is_postgresql(db):
        db.execute(_ADVISORY, {"names": [f"{name}\n{key}" for name, key in pairs]})


def _is_postgresql(db: Session) -> bool:
    return db.get_bind().dialect.name == "postgresql"
