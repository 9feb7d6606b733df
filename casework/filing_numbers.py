"""Numbers of filings: the reference of an application, and the number that a filed institution keeps for ever (b21, 6.4)."""

import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from casework import territories
from casework.filing_tables import Filing
from casework.tables import Territory
from engine.calendars import local_day

_LETTER: Final = {"city": "S", "region": "Q"}


def reference(db: Session, path: str, *, now: datetime) -> str:
    """`SB-<county6>-<yyyy>-<5>` for an application made now; a functional zone counts by its own code."""
    territory = territories.get(db, path)
    return _next(db, Filing.ref_no, f"SB-{territory.code}-{local_day(now).year}-", path)


def number(db: Session, filing: Filing, *, now: datetime) -> str:
    """`GXYF-<S|Q>-<city4>-<yyyy>-<5>`: S filed by a city, Q by the region; the serial counts per level, city and year."""
    city = territories.city_of(filing.scope).rsplit("/", 1)[-1]
    return _next(db, Filing.number, f"GXYF-{_LETTER[filing.level]}-{city}-{local_day(now).year}-", filing.scope)


def voucher_code() -> str:
    """What the QR code of a certificate carries: nobody can guess it or count through it."""
    return secrets.token_urlsafe(18)


def _next(
    db: Session, column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], prefix: str, path: str
) -> str:
    # The row of the city is locked, so that two that are numbered at once do not ask for the same.
    city = territories.city_of(path)
    db.execute(select(Territory.path).where(Territory.path == city).with_for_update())
    last = db.scalars(select(func.max(column)).where(column.startswith(prefix))).one()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:05d}"
