"""Bringing a database to the newest revision, and asking where it stands."""

from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from casework.schema import metadata
from engine.db import Database
from engine.errors import Problem

HERE: Final = Path(__file__).parent
_LOCK: Final = 7_003_001


def upgrade(database: Database) -> None:
    """Brings the database to the newest revision; does nothing where it is already. One process at a time does it.

    Raises:
        Problem: the database was made by a newer version of the house.
    """
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            connection.commit()
        try:
            if current(connection) not in {None, *_known()}:
                raise Problem("this database was made by a newer version; update the program, not the database")
            _referring(connection, database, on=False)
            command.upgrade(config(connection), "head")
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            _referring(connection, database, on=True)
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
                connection.commit()


def downgrade(database: Database, revision: str) -> None:
    """Takes the database back to an older revision (`base`: no tables). What the newer tables held is lost."""
    with database.engine.connect() as connection:
        command.downgrade(config(connection), revision)
        connection.commit()


def _referring(connection: Connection, database: Database, *, on: bool) -> None:
    """SQLite changes a table by making it anew; meanwhile nobody minds what refers to it. It is asked outside a transaction."""
    if database.is_sqlite:
        raw: Any = connection.connection.driver_connection
        raw.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def newest() -> str:
    """The newest revision that this version of the house knows."""
    head = _scripts().get_current_head()
    assert head is not None
    return head


def current(connection: Connection) -> str | None:
    """The revision of a database, None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def differences(database: Database) -> list[str]:
    """How the tables of a database differ from what the code says; empty when they agree."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": metadata.compare_type, "include_object": metadata.include_object}
        )
        return [str(one) for one in compare_metadata(context, metadata.METADATA)]


def config(connection: Connection | None = None, *, batch: bool = False) -> Config:
    """What Alembic has to know. With `batch` a new revision changes tables in the way that SQLite can."""
    made = Config()
    made.set_main_option("script_location", str(HERE))
    made.set_main_option("version_locations", str(HERE / "revisions"))
    made.set_main_option("path_separator", "os")
    made.attributes.update(connection=connection, batch=batch)
    return made


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


def _known() -> set[str]:
    return {script.revision for script in _scripts().walk_revisions()}
