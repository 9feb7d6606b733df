"""Who did what, when, on whose behalf, to which element of which run: append-only and hash-chained."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from engine.tables import HistoryEntry, Instance


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
    """Appends one entry to the chain of a run (`instance`, whose row the caller has locked) or to a named `chain`."""
    raise NotImplementedError


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
    """Entries in the order they were written, of one run, of all runs under a root, of a named chain, or of a subject."""
    raise NotImplementedError


def verify(db: Session, chain: str) -> list[str]:
    """What is wrong with a chain, as sentences; empty when every hash and every number follows."""
    raise NotImplementedError
