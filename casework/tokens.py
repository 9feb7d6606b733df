"""Access tokens: what a person's tool shows instead of a password, such as Camunda Modeler when it deploys.

A token is shown once, ends after a year at the latest, and can be taken back at any time (RELIABILITY 4.4).
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.access_tables import AccessToken
from casework.tables import Person
from engine import history
from engine.errors import Conflict, Invalid, NotFound, Sentence

CHAIN: Final = "access"
LONGEST: Final = timedelta(days=365)
MOST: Final = 20
_PREFIX: Final = "xh_"


def make(db: Session, person: Person, name: str, *, by: str, now: datetime) -> str:
    """Makes a token for a person and gives it; it is not kept and cannot be shown again.

    Raises:
        Invalid: it has no name.
        Conflict: the person has twenty tokens that still work.
    """
    called = name.strip()[:80]
    if not called:
        raise Invalid(fields={"name": [Sentence("say where the token will be used")]})
    if sum(is_valid(row, now=now) for row in of(db, person)) >= MOST:
        raise Conflict("take back a token that is no longer used first; there are {count}", count=MOST)
    token = _PREFIX + secrets.token_urlsafe(32)
    row = AccessToken(
        person_id=person.id, name=called, hint=token[:8], token_hash=_digest(token), made_at=now, ends_at=now + LONGEST
    )
    db.add(row)
    history.write(db, chain=CHAIN, fact="token_made", by=by, now=now, data={"person": person.username, "name": called})
    return token


def of(db: Session, person: Person) -> list[AccessToken]:
    """The tokens of a person, the newest first, those that ended too."""
    query = select(AccessToken).where(AccessToken.person_id == person.id)
    return list(db.scalars(query.order_by(AccessToken.id.desc())))


def is_valid(row: AccessToken, *, now: datetime) -> bool:
    """Whether this token opens a door today."""
    return row.revoked_at is None and now < row.ends_at


def owner(db: Session, token: str, *, now: datetime) -> Person | None:
    """Whose token this is, or None when it is unknown, has ended, was taken back, or its owner was closed."""
    row = db.scalars(select(AccessToken).where(AccessToken.token_hash == _digest(token))).one_or_none()
    if row is None or not is_valid(row, now=now) or not row.person.active:
        return None
    return row.person


def revoke(db: Session, person: Person, token_id: int, *, by: str, now: datetime) -> AccessToken:
    """Takes a token back. Doing it twice does nothing twice.

    Raises:
        NotFound: this person has no such token.
    """
    row = db.get(AccessToken, token_id)
    if row is None or row.person_id != person.id:
        raise NotFound("there is no token {id}", id=token_id)
    if row.revoked_at is None:
        row.revoked_at = now
        data = {"person": person.username, "name": row.name}
        history.write(db, chain=CHAIN, fact="token_revoked", by=by, now=now, data=data)
    return row


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
