"""The revisions make the same tables as the code, and take them away again."""

from collections.abc import Iterator

import pytest
from sqlalchemy import inspect

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
