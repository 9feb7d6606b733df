"""The rows of logging in: what a person's password hashes to, and which sessions are open."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework.tables import Person
from engine.db import Base
from engine.tables import BigId


class Account(Base):
    """How a person proves to be that person. `password_hash` is argon2id in PHC notation; empty: no password was set."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    password_set_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class LoginSession(Base):
    """An open session. The browser holds the token, the row only its SHA-256. `ended_at` is set at log-out or revocation."""

    __tablename__ = "login_session"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "person_id", "ended_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(60), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")

    person: Mapped[Person] = relationship()


class LoginFailure(Base):
    """One attempt that failed, by the name typed and the address it came from."""

    __tablename__ = "login_failure"
    __table_args__ = (Index(None, "username", "address", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    username: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class AccessToken(Base):
    """A key that a person's tool (Camunda Modeler, a script) shows instead of a password. The row holds only its SHA-256.

    `name` says where it is used, `hint` its first letters. It ends at `ends_at`, or when its owner takes it back.
    """

    __tablename__ = "access_token"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(80))
    hint: Mapped[str] = mapped_column(String(12))
    token_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
