"""Fixtures every test may use: `database_url`, `database`, `db`, each on SQLite and on PostgreSQL.

`database_url`         a database with all tables, empty; every connection to it may commit
`database`             an `engine.db.Database` on it
`db`                   a session in a transaction of `database` that is rolled back after the test
`empty_database_url`   a database without any table, for schema revisions
"""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from engine.db import Database
from tests import databases

# A busy machine is no fault of the code: the number of examples is limited, not their time.
hypothesis.settings.register_profile("house", deadline=None, print_blob=True)
hypothesis.settings.load_profile("house")


class _RolledBack(Exception):
    """Ends the transaction of a test so that nothing of it stays."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--without-postgresql", action="store_true", help="run on SQLite alone, where no server is installed"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs every test that touches a database once per backend; `@pytest.mark.parametrize("backend", …)` narrows it."""
    if "backend" not in metafunc.fixturenames or any(
        "backend" in str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize")
    ):
        return
    left_out = metafunc.config.getoption("--without-postgresql")
    metafunc.parametrize("backend", databases.BACKENDS[:1] if left_out else databases.BACKENDS, scope="session")


@pytest.fixture(scope="session")
def memory_directory() -> Iterator[Path]:
    directory = databases.memory_directory()
    # The server runs as another user where we are root, and must be able to pass through.
    directory.chmod(0o711)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_files(memory_directory: Path) -> databases.SqliteFiles:
    return databases.SqliteFiles(memory_directory)


@pytest.fixture(scope="session")
def postgresql(memory_directory: Path) -> Iterator[databases.PostgresqlCluster]:
    """The PostgreSQL of this test run, started by the first test that asks for it."""
    with databases.postgresql_cluster(memory_directory / "postgresql") as cluster:
        yield cluster


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database with all tables, empty again after the test."""
    with _databases(backend, request).with_tables() as url:
        yield url


@pytest.fixture
def empty_database_url(backend: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database without any table, dropped after the test."""
    with _databases(backend, request).without_tables() as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    if not opened.is_sqlite:
        # In production a session that thinks for ten seconds within a transaction is cut off; here the machine may be busy.
        event.listen(opened.engine, "connect", _have_patience)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    """A session on which the test may do anything but commit."""
    with contextlib.suppress(_RolledBack), database.transaction() as session:
        yield session
        raise _RolledBack


def _have_patience(connection: psycopg.Connection, _record: object) -> None:
    connection.execute("SET idle_in_transaction_session_timeout = '120s'")
    connection.commit()


def _databases(backend: str, request: pytest.FixtureRequest) -> databases.SqliteFiles | databases.PostgresqlCluster:
    # Asked for by name, so that a run on SQLite alone never starts a server.
    return request.getfixturevalue("sqlite_files" if backend == "sqlite" else "postgresql")
