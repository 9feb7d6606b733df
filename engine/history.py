"""Who did what, when, on whose behalf, to which element of which run: append-only and hash-chained.

Every run has a chain of its own, whose head stands in its row and grows under that row's lock; what belongs to no run goes to a
named chain. An entry's hash covers all it says and the hash before it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, cast

from sqlalchemy import Select, Table, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from engine.errors import Invalid, Sentence
from engine.tables import Chain, HistoryEntry, Instance


def write(
    db: Session,
    *,
    instance: Instance | None = None,
    chain: str = "",
    fact: str,
    by: str,
    now: datetime,
    data: Mapping[str, object] | None = None,
    reference: str | None = None,
    element_id: str = "",
    element_instance_id: str = "",
    on_behalf_of: str = "",
    subject: str = "",
) -> HistoryEntry:
    """Appends one entry to the chain of a run (`instance`, whose row the caller has locked) or to a named `chain`.

    `data` are plain JSON values. `reference` marks a fact that may happen only once: the database refuses the second.
    """
    values = draft(
        instance,
        fact=fact,
        by=by,
        now=now,
        data=data,
        reference=reference,
        element_id=element_id,
        element_instance_id=element_instance_id,
        on_behalf_of=on_behalf_of,
        subject=subject,
    )
    if instance is None:
        head = _lock_chain(db, chain)
        head.sequence, head.head = _link(values, chain, head.sequence, head.head)
    entry = HistoryEntry(**values)
    db.add(entry)
    return entry


def draft(
    instance: Instance | None,
    *,
    fact: str,
    by: str,
    now: datetime,
    data: Mapping[str, object] | None = None,
    reference: str | None = None,
    element_id: str = "",
    element_instance_id: str = "",
    on_behalf_of: str = "",
    subject: str = "",
) -> dict[str, Any]:
    """The columns of an entry. With an `instance` it is linked to that chain at once; the caller inserts all of them together."""
    values: dict[str, Any] = {
        "instance_id": instance.id if instance else None,
        "root_id": instance.root_id if instance else None,
        "at": now,
        "by": by,
        "on_behalf_of": on_behalf_of,
        "fact": fact,
        "reference": reference,
        "element_id": element_id,
        "element_instance_id": element_instance_id,
        "subject": subject or (instance.subject if instance else ""),
        "data": plain(dict(data or {})),
    }
    if instance is not None:
        instance.sequence, instance.head = _link(values, chain_of(instance.id), instance.sequence, instance.head)
    return values


def end_is(instance: Instance, sequence: int, head: str) -> None:
    """Sets the end of a run's chain for this step without an UPDATE of its own: the step saves the run when it ends."""
    set_committed_value(instance, "sequence", sequence)
    set_committed_value(instance, "head", head)


def insert_all(db: Session, drafts: Sequence[Mapping[str, Any]]) -> None:
    """Inserts linked drafts in one statement."""
    if drafts:
        with db.no_autoflush:
            db.execute(insert(_ENTRIES), [dict(d) for d in drafts])


def chain_of(instance_id: int) -> str:
    """The name of the chain of a run."""
    return f"i{instance_id}"


def entries(
    db: Session,
    *,
    instance_id: int | None = None,
    root_id: int | None = None,
    chain: str = "",
    subject: str = "",
    facts: Sequence[str] = (),
    after: int = 0,
    limit: int = 1000,
) -> list[HistoryEntry]:
    """Entries in the order they were written, of one run, of all runs under a root, of a named chain, or of a subject.

    `after` is the id of the last entry already seen.
    """
    query: Select[HistoryEntry] = select(HistoryEntry).where(HistoryEntry.id > after)
    if instance_id is not None:
        query = query.where(HistoryEntry.chain == chain_of(instance_id))
    if root_id is not None:
        query = query.where(HistoryEntry.root_id == root_id)
    if chain:
        query = query.where(HistoryEntry.chain == chain)
    if subject:
        query = query.where(HistoryEntry.subject == subject)
    if facts:
        query = query.where(HistoryEntry.fact.in_(facts))
    return list(db.execute(query.order_by(HistoryEntry.id).limit(limit)).scalars())


def verify(db: Session, chain: str, *, sequence: int | None = None, head: str | None = None) -> list[Sentence]:
    """What is wrong with a chain, as sentences; empty when every number and every hash follows.

    `sequence` and `head` are what the row that owns the chain says about its end.
    """
    found: list[Sentence] = []
    expected, previous = 0, ""
    for entry in _in_order(db, chain):
        expected += 1
        place = {"number": entry.sequence, "chain": chain}
        if entry.sequence != expected:
            found.append(
                Sentence(
                    "expected entry {expected} of chain {chain}, but found {number}",
                    {"expected": expected, "chain": chain, "number": entry.sequence},
                )
            )
            expected = entry.sequence
        if entry.previous != previous:
            found.append(Sentence("entry {number} of chain {chain} does not follow the one before it", place))
        if entry.hash != _hash({name: getattr(entry, name) for name in _SAID}, chain, entry.sequence, entry.previous):
            found.append(Sentence("entry {number} of chain {chain} was changed after it was written", place))
        previous = entry.hash
    if sequence is not None and sequence != expected:
        said = {"wanted": sequence, "chain": chain, "found": expected}
        found.append(Sentence("expected {wanted} entries in chain {chain}, but found {found}", said))
    if head is not None and head != previous:
        found.append(Sentence("the last entry of chain {chain} is not the one its owner names", {"chain": chain}))
    return found


def plain(value: object) -> Any:
    """The value as JSON that reads back the same from every database: exact numbers, ISO dates, lists and mappings.

    Anything else stands there as its text: a step does not fail because of how it is remembered.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return _number(Decimal(repr(value)))
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in cast(Mapping[object, object], value).items()}
    if isinstance(value, Sequence | set | frozenset):
        return [plain(item) for item in cast(Sequence[object], value)]
    return str(value)


def _number(value: Decimal) -> int | float | str:
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value() and value.adjusted() < 300:
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else str(value)


_ENTRIES: Final = cast(Table, HistoryEntry.__table__)
_SAID: Final = (
    "instance_id",
    "root_id",
    "at",
    "by",
    "on_behalf_of",
    "fact",
    "reference",
    "element_id",
    "element_instance_id",
    "subject",
    "data",
)


def _link(values: dict[str, Any], chain: str, sequence: int, head: str) -> tuple[int, str]:
    """Gives an entry its place after the head of its chain; answers the new end."""
    digest = _hash(values, chain, sequence + 1, head)
    values.update(chain=chain, sequence=sequence + 1, previous=head, hash=digest)
    return sequence + 1, digest


def _hash(values: Mapping[str, Any], chain: str, sequence: int, previous: str) -> str:
    said = {name: values[name] for name in _SAID if name not in {"at", "data"}}
    said.update(chain=chain, sequence=sequence, at=values["at"].astimezone(UTC).isoformat(), data=plain(values["data"]))
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous.encode() + text.encode("utf-8", "surrogatepass")).hexdigest()


def _lock_chain(db: Session, name: str) -> Chain:
    if not name:
        raise Invalid("expected a run or the name of a chain, but found neither")
    query = select(Chain).where(Chain.name == name).with_for_update().execution_options(populate_existing=True)
    db.flush()
    known = db.execute(query).scalar_one_or_none()
    if known is None:
        try:
            with db.begin_nested():
                db.add(Chain(name=name, sequence=0, head=""))
        except IntegrityError:
            pass  # Somebody else began this chain a moment ago; theirs is the one to continue.
        known = db.execute(query).scalar_one()
    return known


def _in_order(db: Session, chain: str) -> Iterator[HistoryEntry]:
    after = 0
    while True:
        query = select(HistoryEntry).where(HistoryEntry.chain == chain, HistoryEntry.sequence > after)
        page = db.execute(query.order_by(HistoryEntry.sequence).limit(500)).scalars().all()
        yield from page
        if len(page) < 500:
            return
        after = page[-1].sequence
