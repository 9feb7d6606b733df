"""The databases that tests get are whole, empty and alike."""

from datetime import UTC, datetime

import pytest
from psycopg import OperationalError
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from engine.db import Base, Database
from engine.tables import Deployment
from tests.databases import BACKENDS, PostgresqlCluster


def _publish(db: Session) -> None:
    db.add(
        Deployment(
            name="first", source="page", deployed_by="designer", deployed_at=datetime(2026, 6, 30, 4, tzinfo=UTC)
        )
    )
    db.flush()


def test_a_database_of_a_test_has_every_table_of_the_house(database: Database):
    assert set(inspect(database.engine).get_table_names()) >= set(Base.metadata.tables)


@pytest.mark.parametrize("run", ["first", "second"])
def test_what_one_test_commits_the_next_does_not_find(database: Database, run: str):
    with database.reading() as db:
        assert db.query(Deployment).count() == 0
    with database.transaction() as db:
        _publish(db)
    with database.reading() as db:
        assert [row.id for row in db.query(Deployment)] == [1], "counters start again as well"


@pytest.mark.parametrize("run", ["first", "second"])
def test_what_one_test_writes_through_its_session_is_rolled_back(db: Session, run: str):
    assert db.query(Deployment).count() == 0
    _publish(db)
    assert db.query(Deployment).count() == 1


def test_a_database_of_a_test_flushes_every_commit_as_in_production(database: Database):
    assert database.check() == []


def test_an_empty_database_has_no_table(empty_database_url: str):
    database = Database(empty_database_url)
    try:
        assert inspect(database.engine).get_table_names() == []
    finally:
        database.close()


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_forgotten_connection_does_not_stop_the_next_test(postgresql: PostgresqlCluster, backend: str):
    with postgresql.with_tables():
        forgotten = postgresql.connect("house")
        forgotten.autocommit = False
        forgotten.execute("LOCK TABLE deployment IN ACCESS EXCLUSIVE MODE")
    with pytest.raises(OperationalError):
        forgotten.execute("SELECT 1")
    forgotten.close()


def test_every_backend_is_tried():
    assert BACKENDS == ("sqlite", "postgresql")
