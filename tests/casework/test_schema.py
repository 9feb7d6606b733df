"""The revisions make the same tables as the code, and take them away again."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from alembic import command
from sqlalchemy import JSON, Column, MetaData, func, insert, inspect, select, text
from sqlalchemy.dialects import postgresql

from casework.schema import revising
from engine.db import Database


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    database = Database(empty_database_url)
    try:
        yield database
    finally:
        database.close()


def test_the_revisions_make_exactly_the_tables_of_the_code(empty: Database) -> None:
    revising.upgrade(empty)
    assert revising.differences(empty) == []


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    revising.upgrade(empty)
    revising.upgrade(empty)
    with empty.engine.connect() as connection:
        assert revising.current(connection) == revising.newest()


def test_every_revision_can_be_taken_back(empty: Database) -> None:
    revising.upgrade(empty)
    revising.downgrade(empty, "base")
    assert set(inspect(empty.engine).get_table_names()) <= {"alembic_version"}


def test_rows_of_the_first_version_live_on_in_the_newest(empty: Database) -> None:
    with empty.engine.connect() as connection:
        command.upgrade(revising.config(connection), "0001")
        connection.commit()
    tables = MetaData()
    tables.reflect(empty.engine)
    filled = [table for table in tables.sorted_tables if table.name != "alembic_version"]
    with empty.engine.connect() as connection:
        # One row in every table that stands there alone; what rows refer to does not matter here.
        if empty.is_sqlite:
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")
        else:
            connection.execute(text("SET session_replication_role=replica"))
        for table in filled:
            connection.execute(insert(table).values({column.name: _anything(column) for column in table.columns}))
        if not empty.is_sqlite:
            connection.execute(text("SET session_replication_role=origin"))
        connection.commit()
    revising.upgrade(empty)
    with empty.engine.connect() as connection:
        for table in filled:
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 1, table.name
        scope = connection.execute(text("SELECT scope FROM rd_institution")).scalar_one()
        assert scope == connection.execute(text("SELECT path FROM enterprise")).scalar_one()
    assert revising.differences(empty) == []


def _anything(column: Column[Any]) -> object:
    if isinstance(column.type, JSON | postgresql.JSONB):
        return []
    given = {bool: False, int: 1, float: 1.0, bytes: b"x", Decimal: Decimal(1), date: date(2026, 1, 1)}
    given[datetime] = datetime(2026, 1, 1, tzinfo=UTC)
    return given.get(column.type.python_type, "x")
