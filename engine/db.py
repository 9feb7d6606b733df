"""The database: connecting, and the only commit in the house."""

import json
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Numeric,
    String,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from engine.errors import Conflict, Problem


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC. A naive datetime is refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise Problem("expected a time with a zone, but {value} has none", value=str(value))
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Money(TypeDecorator[Decimal]):
    """An exact amount D(18,4); in the domain the unit is 万元 (10,000 yuan). SQLite keeps it as text so nothing is rounded."""

    impl = Numeric(18, 4)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(24))
        return dialect.type_descriptor(Numeric(18, 4))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        exact = Decimal(value).quantize(Decimal("0.0001"))
        return str(exact) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Base(DeclarativeBase):
    """The registry of all tables; constraint names are fixed so that revisions can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: UtcDateTime,
        Decimal: Money,
        dict[str, Any]: JSON().with_variant(JSONB(), "postgresql"),
        list[Any]: JSON().with_variant(JSONB(), "postgresql"),
        list[str]: JSON().with_variant(JSONB(), "postgresql"),
    }


class _WriterGate:
    """Lets one writer of this process in at a time, people before background work (SQLite has one writer and no fairness)."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._busy = False
        self._people_waiting = 0

    @contextmanager
    def enter(self, *, background: bool) -> Generator[None]:
        with self._condition:
            self._people_waiting += not background
            try:
                self._condition.wait_for(lambda: not self._busy and not (background and self._people_waiting))
            finally:
                self._people_waiting -= not background
            self._busy = True
        try:
            yield
        finally:
            with self._condition:
                self._busy = False
                self._condition.notify_all()


RETRIES = 5
_RETRYABLE = {"25P03", "55P03", "40001", "40P01", "57P01", "08000", "08003", "08006"}


def is_passing(error: BaseException) -> bool:
    """Whether the whole unit of work may simply be tried again: a deadlock, a lock waited for too long, a busy database."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return state in _RETRYABLE or (isinstance(error, OperationalError) and "database is locked" in str(error.orig))


class Database:
    """One database and the sessions on it.

    `url` is an SQLAlchemy URL (`sqlite:////var/lib/xiaohao/xiaohao.db`, `postgresql+psycopg://…`). `info` is handed to every
    session as `session.info`: the composition root puts the services there that a drawing may name.
    """

    def __init__(self, url: str, *, info: Mapping[str, Any] | None = None, echo: bool = False) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # The two memories are shared by all sessions of this database: each session gets a copy of `info`, not of them.
        self.info: dict[str, Any] = {"engine.calendars": {}, "engine.definitions": {}, **(info or {})}
        self.engine: Engine = _sqlite(url, echo) if self.is_sqlite else _postgresql(url, echo)
        _plain_savepoints(self.engine)
        self._gate = _WriterGate()
        self._sessions = sessionmaker(self.engine, info=self.info)

    @contextmanager
    def transaction(self, *, background: bool = False) -> Generator[Session]:
        """A session whose work is committed when the block ends, and undone when it raises.

        On SQLite the writers of this process queue up, people first; `background` work lets them pass.

        Raises:
            Conflict: the database stayed busy; nothing was written, try again.
        """
        gate = self._gate.enter(background=background) if self.is_sqlite else nullcontext()
        with gate, self._sessions() as session:
            try:
                if self.is_sqlite:
                    session.connection(execution_options={"xiaohao_write": True})
                yield session
                session.commit()
            except DBAPIError as error:
                session.rollback()
                if is_passing(error):
                    raise Conflict("the database is busy; nothing was changed, please try again") from error
                raise
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def reading(self) -> Generator[Session]:
        """A session that only reads; whatever it changes is thrown away."""
        with self._sessions() as session:
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def whole(self) -> Generator["Database"]:
        """This database as one transaction: what is done through the one handed out is kept when the block ends, or all undone.

        Its transactions are savepoints of the one, and one session remembers what it has read. For doing very much at once.
        """
        with self.transaction(background=True) as session:
            yield _Whole(self, session)

    def now(self) -> datetime:
        """The database's clock (PostgreSQL), or this machine's (SQLite, which has no other)."""
        if self.is_sqlite:
            return datetime.fromtimestamp(time.time(), UTC)
        with self.reading() as session:
            return session.execute(text("SELECT clock_timestamp()")).scalar_one().astimezone(UTC)

    def check(self) -> list[str]:
        """The settings that would lose acknowledged work, as sentences; empty when all is well (RELIABILITY F9, 2.4)."""
        found: list[str] = []
        with self.reading() as session:
            if self.is_sqlite:
                if session.execute(text("PRAGMA journal_mode")).scalar_one() != "wal":
                    found.append("SQLite is not in WAL mode")
                if session.execute(text("PRAGMA synchronous")).scalar_one() != 2:
                    found.append("SQLite does not flush every commit (synchronous=FULL)")
                return found
            if int(session.execute(text("SHOW server_version_num")).scalar_one()) < 150000:
                found.append("PostgreSQL is older than 15")
            found.extend(
                f"PostgreSQL has {name} switched off"
                for name in ("synchronous_commit", "fsync", "full_page_writes")
                if session.execute(text(f"SHOW {name}")).scalar_one() != "on"
            )
        return found

    def close(self) -> None:
        """Gives all connections back."""
        self.engine.dispose()


class _Whole(Database):
    """A database within one transaction."""

    def __init__(self, outer: Database, session: Session) -> None:
        self.__dict__.update(outer.__dict__)
        self._session = session

    @contextmanager
    def transaction(self, *, background: bool = False) -> Generator[Session]:
        if background:
            # What runs by itself guards its own work (engine.jobs.run); whatever else goes wrong there ends the whole.
            yield self._session
            self._session.flush()
            return
        with self._session.begin_nested():
            yield self._session

    @contextmanager
    def reading(self) -> Generator[Session]:
        yield self._session

    @contextmanager
    def whole(self) -> Generator[Database]:
        yield self

    def close(self) -> None:
        """The transaction around it ends by itself."""


def _plain_savepoints(engine: Engine) -> None:
    """Savepoints are sent as they are: every step has some, and compiling a statement for each name is never worth keeping."""

    def sends(words: str) -> Callable[[Connection, str], None]:
        def send(connection: Connection, name: str) -> None:
            connection.exec_driver_sql(f"{words} {name}")

        return send

    dialect = engine.dialect
    dialect.do_savepoint = sends("SAVEPOINT")  # type: ignore[method-assign]
    dialect.do_rollback_to_savepoint = sends("ROLLBACK TO SAVEPOINT")  # type: ignore[method-assign]
    dialect.do_release_savepoint = sends("RELEASE SAVEPOINT")  # type: ignore[method-assign]


def _json(value: object) -> str:
    """Variables as JSON text: exact numbers where a double holds them, dates as ISO 8601."""
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    raise Problem("expected a plain value, but found {kind}", kind=type(value).__name__)


def _sqlite(url: str, echo: bool) -> Engine:
    engine = create_engine(url, echo=echo, json_serializer=_json, connect_args={"timeout": 30, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=30000",
            "foreign_keys=ON",
            "wal_autocheckpoint=1000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        write = connection.get_execution_options().get("xiaohao_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _postgresql(url: str, echo: bool) -> Engine:
    keepalives = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10000}
    options = (
        "-c idle_in_transaction_session_timeout=10s -c statement_timeout=60s -c lock_timeout=5s "
        "-c client_connection_check_interval=2s -c timezone=UTC"
    )
    return create_engine(
        url,
        echo=echo,
        json_serializer=_json,
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=8,
        connect_args={**keepalives, "options": options},
    )
