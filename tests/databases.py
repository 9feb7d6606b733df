"""Throw-away databases: an SQLite file copied from a template, a PostgreSQL cluster that lives as long as the test run.

Both live in memory where the machine offers it, so that every commit is flushed as in production and still costs little.
"""

import contextlib
import importlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

BACKENDS = ("sqlite", "postgresql")
"""The databases on which the house must behave the same."""

_PREFIX = "xiaohao-tests-"

HOW_TO_INSTALL = (
    "expected the PostgreSQL server programs (initdb, postgres), but found none: run scripts/system-packages.sh, "
    "or leave that database out with `pytest --without-postgresql`"
)

# What RELIABILITY 2.4 demands of a server, so that the tests meet the settings that offices run with.
_SERVER_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "client_connection_check_interval": "2s",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "autovacuum": "off",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}

# Empties every table that has rows and starts its counters again; reading beats truncating where there is nothing.
_EMPTY_TABLES = """
DO $$
DECLARE name text; found boolean; filled text := '';
BEGIN
  FOR name IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
              WHERE schemaname NOT IN ('pg_catalog', 'information_schema') LOOP
    EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || name || ')' INTO found;
    IF found THEN filled := filled || ',' || name; END IF;
  END LOOP;
  IF filled <> '' THEN EXECUTE 'TRUNCATE ' || substr(filled, 2) || ' RESTART IDENTITY CASCADE'; END IF;
END $$
"""


def import_tables() -> None:
    """Makes the registry of tables complete: it knows only those whose module (`tables`, `…_tables`) has been imported."""
    root = Path(__file__).resolve().parent.parent
    for path in sorted([*root.glob("engine/*tables.py"), *root.glob("casework/*tables.py")]):
        importlib.import_module(f"{path.parent.name}.{path.stem}")


def make_tables(url: str) -> None:
    """Creates every table of the house in the empty database at `url`."""
    from engine.db import Base, Database

    import_tables()
    database = Database(url)
    try:
        Base.metadata.create_all(database.engine)
    finally:
        database.close()


def memory_directory() -> Path:
    """A folder of its own in memory, or on disk where memory offers less than 1 GB. The caller removes it.

    What a killed test run left behind is removed on the way.
    """
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1_000_000_000
    parent = memory if usable else Path(tempfile.gettempdir())
    for left in parent.glob(f"{_PREFIX}*"):
        number = left.name.removeprefix(_PREFIX).split("-")[0]
        if number.isdigit() and left.stat().st_uid == os.getuid() and not _lives(int(number)):
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))


def _lives(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@dataclass(slots=True)
class SqliteFiles:
    """SQLite databases made by copying one file that already has all tables."""

    directory: Path
    _template: Path | None = None
    _count: int = 0

    @contextlib.contextmanager
    def with_tables(self) -> Iterator[str]:
        """The URL of a database whose tables are empty."""
        if self._template is None:
            template = self.directory / "template.sqlite3"
            make_tables(f"sqlite:///{template}")
            self._template = template
        with self.without_tables() as url:
            shutil.copyfile(self._template, url.removeprefix("sqlite:///"))
            yield url

    @contextlib.contextmanager
    def without_tables(self) -> Iterator[str]:
        """The URL of a database without any table."""
        self._count += 1
        path = self.directory / f"{self._count}.sqlite3"
        try:
            yield f"sqlite:///{path}"
        finally:
            for suffix in ("", "-wal", "-shm", "-journal"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)


@dataclass(slots=True)
class PostgresqlCluster:
    """A running PostgreSQL of our own on a free port of the loopback interface."""

    port: int
    password: str
    _has_tables: bool = False
    _count: int = 0

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of the database called `name`."""
        return f"postgresql+psycopg://xiaohao:{self.password}@127.0.0.1:{self.port}/{name}"

    @contextlib.contextmanager
    def with_tables(self) -> Iterator[str]:
        """The URL of a database whose tables are empty; the same database for one test after another."""
        if not self._has_tables:
            self._create("house")
            make_tables(self.url("house"))
            self._has_tables = True
        try:
            yield self.url("house")
        finally:
            self._empty("house")

    @contextlib.contextmanager
    def without_tables(self) -> Iterator[str]:
        """The URL of a database without any table."""
        self._count += 1
        name = f"empty_{self._count}"
        self._create(name)
        try:
            yield self.url(name)
        finally:
            with self.connect("postgres") as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def connect(self, name: str) -> psycopg.Connection:
        """A connection that commits every statement by itself."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=name, user="xiaohao", password=self.password, autocommit=True
        )

    def _create(self, name: str) -> None:
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))

    def _empty(self, name: str) -> None:
        with self.connect(name) as connection:
            # A connection that a test forgot may hold a lock that would keep us waiting for ever.
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                (name,),
            )
            connection.execute(_EMPTY_TABLES)


def postgresql_programs() -> Path:
    """The folder with `initdb` and `postgres`, the newest there is.

    Raises:
        LookupError: no server is installed.
    """
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    for folder in [*debian, *([Path(on_path).resolve().parent] if on_path else [])]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise LookupError(HOW_TO_INSTALL)


@contextlib.contextmanager
def postgresql_cluster(directory: Path) -> Iterator[PostgresqlCluster]:
    """Starts a PostgreSQL whose files lie in `directory` and stops it at the end.

    PostgreSQL refuses to run as root; then it runs as the user `postgres` that its Debian package makes.

    Raises:
        LookupError: no server is installed, or root has no other user to run it.
        RuntimeError: the server did not start; the message holds its last words.
    """
    programs = postgresql_programs()
    user = _unprivileged_user()
    password = secrets.token_hex(16)
    data, password_file, log = directory / "data", directory / "password", directory / "log"
    for folder in (directory, data):
        folder.mkdir(exist_ok=True, mode=0o700)
    password_file.write_text(password)
    log.touch()
    if user:
        for path in (directory, data, password_file, log):
            shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
    _run(
        [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "xiaohao",
            "--pwfile",
            password_file,
            "--auth",
            "password",
            "--encoding",
            "UTF8",
            "--locale",
            "C.UTF-8",
            "--data-checksums",
            "--no-sync",
        ],
        user,
        directory,
    )
    with (data / "postgresql.conf").open("a") as settings:
        settings.writelines(f"{name} = '{value}'\n" for name, value in _SERVER_SETTINGS.items())
    with _started(programs, data, log, user) as port:
        yield PostgresqlCluster(port, password)


@contextlib.contextmanager
def _started(programs: Path, data: Path, log: Path, user: str | None) -> Iterator[int]:
    # A port that was free a moment ago may be taken by now: then another one is tried.
    for _attempt in range(5):
        port = _free_port()
        command: list[str | Path] = [programs / "postgres", "-D", data, "-p", str(port)]
        if setpriv := shutil.which("setpriv"):
            # Should the tests be killed, the kernel stops the server for them.
            command = [setpriv, "--pdeathsig", "INT", "--", *command]
        with log.open("ab") as out:
            process = subprocess.Popen[bytes](command, stdout=out, stderr=out, cwd=data.parent, **_identity(user))
        try:
            if _answers(process, programs / "pg_isready", port):
                yield port
                return
        finally:
            # SIGINT is PostgreSQL's fast shutdown: it disconnects everybody and leaves clean files.
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait(timeout=20)
    raise RuntimeError(f"expected PostgreSQL to start, but it said: {log.read_text(errors='replace')[-2000:]}")


def _answers(process: subprocess.Popen[bytes], pg_isready: Path, port: int) -> bool:
    """Waits until the server answers (True) or has ended (False), at most half a minute."""
    for _look in range(600):
        ready = subprocess.run([pg_isready, "-q", "-h", "127.0.0.1", "-p", str(port)], check=False)
        if ready.returncode == 0:
            return True
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.05)
            return False
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged_user() -> str | None:
    """Who runs the server: None for ourselves, `postgres` where we are root."""
    if os.getuid() != 0:
        return None
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        raise LookupError("expected a user `postgres`, because PostgreSQL refuses root, but there is none") from None
    return "postgres"


def _identity(user: str | None) -> dict[str, Any]:
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


def _run(command: list[str | Path], user: str | None, directory: Path) -> None:
    done = subprocess.run(
        command, cwd=directory, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **_identity(user)
    )
    if done.returncode:
        raise RuntimeError(f"expected {command[0]} to succeed, but it said: {done.stdout.decode(errors='replace')}")
