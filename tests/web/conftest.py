"""A house to knock at without a browser: one filled database file, copied for every test, and a client for every person."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.db import Database
from tests.databases import SqliteFiles
from tests.web.visitors import Door, Ids, filled


@pytest.fixture(scope="session")
def filled_house(sqlite_files: SqliteFiles, memory_directory: Path) -> tuple[Path, Ids, dict[str, str]]:
    """The file, the ids of what is in it, and a session token for everybody."""
    path = memory_directory / "web.sqlite3"
    with sqlite_files.with_tables() as url:
        database = Database(url)
        try:
            ids, tokens = filled(database)
        finally:
            database.close()
        shutil.copyfile(url.removeprefix("sqlite:///"), path)
    return path, ids, tokens


@pytest.fixture
def door(filled_house: tuple[Path, Ids, dict[str, str]], memory_directory: Path) -> Iterator[Door]:
    """The app on a copy of its own."""
    template, ids, tokens = filled_house
    copy = memory_directory / "knocked.sqlite3"
    for suffix in ("-wal", "-shm"):
        copy.with_name(copy.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(template, copy)
    database = Database(f"sqlite:///{copy}")
    try:
        yield Door(database, ids, tokens)
    finally:
        database.close()
