"""Logging in and out: who somebody is. What they may do is decided in `permissions`.

Five failures in fifteen minutes from one address close that name for that address only, so nobody can lock a colleague out.
A session ends after `IDLE` without a request and after `LONGEST` at the latest (GB/T 22239-2019, 8.1.4.1 b).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from casework.access_tables import Account, LoginFailure, LoginSession
from casework.tables import Person
from engine import history
from engine.errors import Invalid, NotFound, Sentence

IDLE: Final = timedelta(hours=1)
LONGEST: Final = timedelta(hours=8)
SEEN_EVERY: Final = timedelta(minutes=5)
FAILURES: Final = 5
FAILURES_WITHIN: Final = timedelta(minutes=15)
SHORTEST_PASSWORD: Final = 12
CHAIN: Final = "access"

# OWASP's floor for argon2id: 24 ms a check on two cores, where the library's default takes 206 ms.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY: Final = _HASHER.hash(secrets.token_urlsafe())


@dataclass(frozen=True)
class Login:
    """The answer to an attempt: a `token` for the browser, or the sentence that says why not."""

    token: str = ""
    refused: Sentence | None = None


def set_password(db: Session, username: str, password: str, *, by: str, now: datetime) -> None:
    """Gives a person a password and ends all sessions opened with the old one.

    Raises:
        NotFound: nobody has this user name.
        Invalid: the password is too short, too plain, or contains the name.
    """
    person = db.execute(select(Person).where(Person.username == username)).scalar_one_or_none()
    if person is None:
        raise NotFound("nobody is called {username}", username=username)
    kinds = sum(any(kind(letter) for letter in password) for kind in (str.isalpha, str.isdigit, _is_sign))
    if len(password) < SHORTEST_PASSWORD or kinds < 2 or username.casefold() in password.casefold():
        sentence = Sentence(
            "use at least {least} characters, letters and digits or signs, without the user name",
            {"least": SHORTEST_PASSWORD},
        )
        raise Invalid("this password is too easy to guess", fields={"password": [sentence]})
    account = db.execute(select(Account).where(Account.person_id == person.id)).scalar_one_or_none()
    if account is None:
        account = Account(person_id=person.id)
        db.add(account)
    account.password_hash, account.password_set_at = _HASHER.hash(password), now
    end_sessions(db, person.id, now=now)
    history.write(db, chain=CHAIN, fact="password_set", by=by, now=now, data={"username": username})


def log_in(db: Session, username: str, password: str, *, address: str, agent: str, now: datetime) -> Login:
    """Opens a session for the right password. A wrong one is counted, so the caller commits either way.

    An unknown name, a closed account and a wrong password get the same answer after the same time.
    """
    since = now - FAILURES_WITHIN
    same = (LoginFailure.username == username[:60], LoginFailure.address == address)
    failures = db.execute(select(func.count()).where(*same, LoginFailure.at > since)).scalar_one()
    if failures >= FAILURES:
        minutes = int(FAILURES_WITHIN.total_seconds() // 60)
        return Login(refused=Sentence("too many attempts; try again in {minutes} minutes", {"minutes": minutes}))
    account = db.execute(
        select(Account).join(Person).where(Person.username == username, Person.active.is_(True))
    ).scalar_one_or_none()
    if not _is_right(account.password_hash if account else _NOBODY, password) or account is None:
        db.add(LoginFailure(username=username[:60], address=address, at=now))
        history.write(db, chain=CHAIN, fact="login_failed", by=username[:60], now=now, data={"address": address})
        return Login(refused=Sentence("the user name or the password is wrong"))
    if _HASHER.check_needs_rehash(account.password_hash):
        account.password_hash = _HASHER.hash(password)
    db.execute(delete(LoginFailure).where(*same))
    token = secrets.token_urlsafe(32)
    db.add(
        LoginSession(
            person_id=account.person_id,
            token_hash=_digest(token),
            opened_at=now,
            seen_at=now,
            address=address,
            agent=agent[:200],
        )
    )
    history.write(db, chain=CHAIN, fact="logged_in", by=username, now=now, data={"address": address})
    return Login(token)


def session(db: Session, token: str, *, now: datetime) -> LoginSession | None:
    """The open session of a browser's token, or None when it has ended, idled away, or its person was closed."""
    if not token:
        return None
    found = db.execute(
        select(LoginSession).join(Person).where(LoginSession.token_hash == _digest(token), Person.active.is_(True))
    ).scalar_one_or_none()
    if found is None or found.ended_at is not None:
        return None
    return found if now < found.seen_at + IDLE and now < found.opened_at + LONGEST else None


def touch(db: Session, session_id: int, *, now: datetime) -> None:
    """Notes that the session is in use."""
    found = db.get(LoginSession, session_id)
    if found is not None:
        found.seen_at = now


def log_out(db: Session, token: str, *, now: datetime) -> None:
    """Ends the session of this token; a second time does nothing."""
    found = session(db, token, now=now)
    if found is not None:
        found.ended_at = now
        history.write(db, chain=CHAIN, fact="logged_out", by=found.person.username, now=now, data={})


def end_sessions(db: Session, person_id: int, *, now: datetime) -> None:
    """Ends all open sessions of a person."""
    open_ones = select(LoginSession).where(LoginSession.person_id == person_id, LoginSession.ended_at.is_(None))
    for found in db.execute(open_ones).scalars():
        found.ended_at = now


def _is_right(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


def _is_sign(letter: str) -> bool:
    return not letter.isalnum()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
