"""The command: starts the doors together, deploys, imports, verifies. It imports everything and is imported by nobody."""

import argparse
import logging
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from casework import access, agenda, annotating, attachments, importing, people, published_years, territories
from casework.demo import province, watching
from casework.schema import revising
from casework.services import all_services
from engine import calendars, definitions, versions, working_days
from engine.calendars import SHANGHAI, calendar, end_of_business, local_day
from engine.db import Database
from engine.dmn import commands
from engine.errors import Invalid, Problem, Undeployable
from scheduler import ticks
from scheduler.clock import DatabaseClock, DemoClock, LockFile, Ringer, wall_now

ROOT: Final = Path(__file__).resolve().parent
WORKFLOWS: Final = ROOT / "workflows"
ROSTERS: Final = ROOT / "tests" / "data" / "rosters"
DRAWINGS: Final = {".bpmn", ".dmn", ".form"}
CONSOLE: Final = Console(highlight=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; answers the exit code."""
    given = _parser().parse_args(arguments)
    try:
        return int(given.command(given) or 0)
    except Undeployable as refused:
        _say_findings(refused.findings)
        CONSOLE.print(f"[red]{refused}[/]")
    except Invalid as refused:
        CONSOLE.print(f"[red]{refused}[/]")
        for key, sentences in refused.fields.items():
            for sentence in sentences:
                CONSOLE.print(f"  {key or '—'}: {sentence}")
    except Problem as problem:
        CONSOLE.print(f"[red]{problem}[/]")
    except KeyboardInterrupt:
        CONSOLE.print("stopped")
        return 130
    return 1


def run(given: argparse.Namespace) -> int:
    """Makes or updates the database, deploys the drawings, loads the demo, serves pages and clock until it is stopped."""
    # A ring that is still being answered when the next one comes is no news: they are taken together.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    if not given.only_prepare and not _is_free(given.host, given.port):
        CONSOLE.print(f"[red]port {given.port} of {given.host} is in use; choose another one with --port[/]")
        return 1
    began = time.monotonic()
    database = _open(given)
    _forget_unfinished_demo(database)
    _step(f"database {database.url.render_as_string(hide_password=True)}", lambda: _prepare(database))
    clock = DemoClock(database)
    with database.reading() as db:
        known = province.is_seeded(db)
        empty = not territories.tree(db).nodes
    wants_demo = given.demo and (known or empty)
    now = province.BEGIN if wants_demo and not known else clock.now()
    _step("drawings", lambda: _deploy_folder(database, WORKFLOWS, "system", now))
    if wants_demo and not known:
        watching.live(database, ROSTERS, given.enterprises, CONSOLE)
        clock.set(province.TODAY, by="system")
        CONSOLE.print(f"  the demo province lives, today is {province.TODAY:%Y-%m-%d}")
    elif empty:
        _step("territories and published calendars", lambda: _first_rows(database, clock.now()))
    if wants_demo:
        _print_log_ins(database)
    CONSOLE.print(
        f"[green]ready in {time.monotonic() - began:.1f} s:[/] http://{given.host}:{given.port}  (Ctrl+C stops it)"
    )
    if given.only_prepare:
        return 0
    database.close()
    _serve(given, is_demo=wants_demo)
    return 0


def _serve(given: argparse.Namespace, *, is_demo: bool) -> None:
    """Pages and clock in one process: one writer, people first."""
    from web import server
    from web.app import create_app
    from web.counter import Counter, Settings

    ringers: list[Ringer] = []

    def load() -> Counter:
        database = _open(given)
        clock = DemoClock(database) if is_demo else DatabaseClock(database)
        settings = Settings(
            secret_key=_secret_key(),
            clock=clock.now,
            wall=wall_now,
            demo=is_demo,
            secure_cookies=os.environ.get("XIAOHAO_SECURE_COOKIES", "") == "1",
            advance=_mover(database, clock) if isinstance(clock, DemoClock) else None,
            scanner=os.environ.get("XIAOHAO_SCANNER", ""),
            papers=Path(os.environ["XIAOHAO_PAPERS"]) if os.environ.get("XIAOHAO_PAPERS") else None,
            public_url=os.environ.get("XIAOHAO_PUBLIC_URL", "").rstrip("/"),
        )
        ringers.append(Ringer(database, clock, _lock_file(database)))
        return create_app(database, settings)

    def begin(_app: Counter) -> None:
        for ringer in ringers:
            ringer.start()

    def end() -> None:
        for ringer in ringers:
            ringer.stop()

    server.serve(f"{given.host}:{given.port}", load, begin=begin, end=end)


def _forget_unfinished_demo(database: Database) -> None:
    """A demo whose making was interrupted is made again; there is nothing in it but made-up data."""
    with database.engine.connect() as connection:
        begun = connection.dialect.has_table(connection, "setting")
    if not begun:
        return
    with database.reading() as db:
        unfinished = province.is_seeded(db) and not province.is_finished(db)
    if unfinished and database.is_sqlite and database.url.database:
        CONSOLE.print("  the demo was interrupted while it was made; it is made again")
        database.close()
        for suffix in ("", "-wal", "-shm"):
            Path(database.url.database + suffix).unlink(missing_ok=True)
    elif unfinished:
        raise Problem("the demo was interrupted while it was made; give an empty database")


def _prepare(database: Database) -> None:
    revising.upgrade(database)
    wrong = database.check()
    if wrong:
        raise Problem("this database could lose acknowledged work: {reasons}", reasons="; ".join(wrong))


def _first_rows(database: Database, now: datetime) -> None:
    with database.transaction() as db:
        territories.load_guangxi(db)
        published_years.enter(db, by=people.SYSTEM, now=now)


def _print_log_ins(database: Database) -> None:
    """One fresh password for the people of the demo, made at every start and kept nowhere."""
    password = f"xh-{secrets.token_hex(3)}-{secrets.token_hex(3)}"
    with database.transaction() as db:
        shown = province.log_ins(db)
        for one in shown:
            access.set_password(db, one.username, password, by=people.SYSTEM, now=wall_now())
    table = Table("user name", "post", "who", "where", title=f"log in with the password [bold]{password}[/]")
    for one in shown:
        table.add_row(one.username, one.role, one.name, one.place)
    CONSOLE.print(table)


def deploy(given: argparse.Namespace) -> int:
    """Publishes drawings, decisions and forms together."""
    database = _prepared(given)
    files = _files(given.files or [str(WORKFLOWS)])
    now = _clock(database).now()
    with database.transaction() as db:
        done = definitions.deploy(db, files, name=given.name, source="command", by=given.by, now=now)
    _say_findings(done.findings)
    for one in done.definitions:
        CONSOLE.print(f"  {one.kind:9} {one.key} version {one.version}{' (new)' if one.is_new else ''}")
    return 0


def check(given: argparse.Namespace) -> int:
    """Reads and lints files as a deployment would and publishes nothing; 0: they can be deployed, 1: refused, 2: not there."""
    from web import checking

    deployed = None
    if given.database or os.environ.get("XIAOHAO_DATABASE_URL"):
        with _prepared(given).reading() as db:
            deployed = definitions.deployed(db)
    try:
        checked = checking.check(given.files or [str(WORKFLOWS)], deployed=deployed)
    except Invalid as problem:
        CONSOLE.print(f"[red]{problem}[/]")
        return 2
    _show(checking.report(checked, given.format, given.language, version=version("xiaohao"), site=given.site))
    return 1 if not checked.is_deployable or (given.strict and checked.findings) else 0


def bring_in(given: argparse.Namespace) -> int:
    """Reads a roster and says what there is to say; with --apply it is imported, with --copy the sheet comes back annotated."""
    database = _prepared(given)
    now = _clock(database).now()
    path = Path(given.file)
    options = importing.Options(unit=given.unit, year=given.year, period=given.period, grade=given.grade)
    with database.transaction() as db:
        reading = importing.read(db, path.name, path.read_bytes(), kind=given.kind, options=options, now=now)
        if given.apply:
            kept = importing.keep(db, reading, by=given.by, now=now)
            reading = importing.apply(db, kept.id, by=given.by, now=now)
    table = Table("row", "column", "", "what")
    colours = {"refused": "red", "warning": "yellow", "repaired": "blue"}
    for one in reading.remarks:
        column = reading.sheet.headers[one.column - 1] if one.column else ""
        table.add_row(str(one.row), column, f"[{colours[one.severity]}]{one.severity}[/]", str(one.sentence))
    CONSOLE.print(table)
    CONSOLE.print(
        f"{len(reading.records)} rows: {len(reading.refused)} refused, {len(reading.remarked)} with a remark, "
        f"{reading.clean} without; {'imported' if given.apply else 'nothing was written (use --apply)'}"
    )
    if given.copy:
        Path(given.copy).write_bytes(annotating.annotate(reading))
        CONSOLE.print(f"annotated copy: {given.copy}")
    return 0


def verify(given: argparse.Namespace) -> int:
    """Checks the invariants of the house on the whole database."""
    from casework import light_checks
    from engine import verify as invariants

    database = _prepared(given)
    with database.reading() as db:
        faults = [*invariants.check(db), *light_checks.check(db)]
    for fault in faults:
        CONSOLE.print(f"[red]{fault}[/]")
    CONSOLE.print("no fault was found" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


def evaluate(given: argparse.Namespace) -> int:
    """Evaluates a FEEL expression: `xiaohao feel "a + b" a=1 b=2`; more: `xiaohao feel` alone."""
    words, database = _words_and_database(given)
    with database.reading() as db:
        functions = working_days.functions(lambda: calendar(db))
        _show(commands.feel_command(words, now=_clock(database).now(), functions=functions))
    return 0


def decide(given: argparse.Namespace) -> int:
    """Evaluates a decision of a file, or a deployed one: `xiaohao decide FILE revenue=6000 --why`; more: `xiaohao decide` alone."""
    words, database = _words_and_database(given)
    with database.reading() as db:

        def source(name: str) -> tuple[str, bytes]:
            if Path(name).suffix.lower() == ".dmn" or Path(name).exists():
                return commands.read_file(name)
            known = versions.newest(db, "decision", name)
            return known.resource, versions.source(db, known.id)

        functions = working_days.functions(lambda: calendar(db))
        _show(commands.decide_command(words, now=_clock(database).now(), functions=functions, source=source))
    return 0


def tell_time(given: argparse.Namespace) -> int:
    """Shows the domain's time; `advance 5wd` (3d, 2h) moves the demo's clock and does what falls due on the way."""
    database = _prepared(given)
    clock = _clock(database)
    if given.verb == "advance":
        if not isinstance(clock, DemoClock):
            raise Invalid("only the clock of the demo can be moved")
        CONSOLE.print(f"{_mover(database, clock)(given.by_how_much, given.by)} jobs ran on the way")
    told = clock.now().astimezone(SHANGHAI)
    CONSOLE.print(f"{told:%Y-%m-%d %H:%M} (+08:00){', demo' if isinstance(clock, DemoClock) else ''}")
    return 0


def password(given: argparse.Namespace) -> int:
    """Gives a person a new password, shown once; with --name and --post the person is added first (the first administrator)."""
    database = _prepared(given)
    now = _clock(database).now()
    fresh = secrets.token_urlsafe(12)
    with database.transaction() as db:
        if not territories.tree(db).nodes:
            territories.load_guangxi(db)
            published_years.enter(db, by=given.by, now=now)
        if given.name:
            person = people.add(db, given.username, given.name, by=given.by, now=now)
            since = local_day(now)
            for post in given.post or ["ADM"]:
                people.appoint(db, person, post, given.territory, since=since, by=given.by, now=now)
        access.set_password(db, given.username, fresh, by=given.by, now=wall_now())
    CONSOLE.print(f"{given.username}: {fresh}")
    return 0


def story(given: argparse.Namespace) -> int:
    """Runs the stories of one process, or of all."""
    import pytest

    folder = ROOT / "tests" / "stories"
    target = folder / f"test_{given.process}.py" if given.process else folder
    if not target.exists():
        raise Invalid(
            "there are no stories of {process}; known are {known}",
            process=given.process,
            known=", ".join(sorted(path.stem.removeprefix("test_") for path in folder.glob("test_*.py"))),
        )
    return int(pytest.main(["-v", "-p", "no:cacheprovider", "--without-postgresql", str(target)]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xiaohao", description="销号: cases of enterprises, from the list to striking off"
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--database", default="", help="SQLAlchemy URL; default: XIAOHAO_DATABASE_URL, else data/xiaohao.db"
    )
    shared.add_argument("--by", default=people.SYSTEM, help="who does it, for the history")
    verbs = parser.add_subparsers(required=True, metavar="command")

    def verb(name: str, command: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        words = (command.__doc__ or "").strip()
        made = verbs.add_parser(name, parents=[shared], help=words, description=words)
        made.set_defaults(command=command)
        return made

    one = verb("run", run)
    one.add_argument("--host", default="127.0.0.1")
    one.add_argument("--port", type=int, default=8000)
    one.add_argument(
        "--no-demo", dest="demo", action="store_false", help="begin empty instead of with the demo province"
    )
    one.add_argument(
        "--enterprises", type=int, default=province.ENTERPRISES, help="how many enterprises the demo province has"
    )
    one.add_argument("--only-prepare", action="store_true", help="prepare everything and stop before serving")
    one = verb("deploy", deploy)
    one.add_argument("files", nargs="*", help="files or folders; default: workflows/")
    one.add_argument("--name", default="policy")
    one = verb("check", check)
    one.add_argument("files", nargs="*", help="files or folders; default: workflows/")
    one.add_argument("--format", default="text", choices=["text", "json", "sarif"])
    one.add_argument("--language", default="zh-CN", choices=["zh-CN", "en"])
    one.add_argument("--site", default="", metavar="URL", help="a running house whose pages the rules link to")
    one.add_argument("--strict", action="store_true", help="remarks refuse as well")
    one = verb("import", bring_in)
    one.add_argument("file")
    one.add_argument("--apply", action="store_true", help="write it; without, it is a dry run")
    one.add_argument("--copy", default="", metavar="XLSX", help="where to put the annotated copy of the sheet")
    one.add_argument("--kind", default="", choices=["", "enterprises", "quarter", "officers"])
    one.add_argument("--unit", default="", help="千元, 万元, 亿元, 元: when the sheet names none")
    one.add_argument("--year", type=int, default=0)
    one.add_argument("--period", default="", help="like 2026Q1")
    one.add_argument("--grade", default="g1", choices=["g1", "g2", "g3"], help="official, verified, self-reported")
    verb("verify", verify)
    verb("feel", evaluate).add_argument("words", nargs=argparse.REMAINDER)
    verb("decide", decide).add_argument("words", nargs=argparse.REMAINDER)
    one = verb("clock", tell_time)
    one.add_argument("verb", nargs="?", default="show", choices=["show", "advance"])
    one.add_argument("by_how_much", nargs="?", default="1wd", help="5wd working days, 3d days, 2h hours")
    one = verb("password", password)
    one.add_argument("username")
    one.add_argument("--name", default="", help="add this person first")
    one.add_argument("--post", action="append", default=None, help="a post of the new person; default: ADM")
    one.add_argument("--territory", default=territories.REGION, help="territory path of the post")
    verb("story", story).add_argument("process", nargs="?", default="")
    return parser


def _open(given: argparse.Namespace) -> Database:
    url = given.database or os.environ.get("XIAOHAO_DATABASE_URL", "")
    if not url:
        folder = _data()
        folder.mkdir(exist_ok=True)
        url = f"sqlite:///{folder / 'xiaohao.db'}"
    info = {"services": all_services(), "rounds": agenda.rounds_of_the_house(), "files": attachments.Kept()}
    return Database(url, info=info)


def _words_and_database(given: argparse.Namespace) -> tuple[list[str], Database]:
    """The words of a command that reads its own options, without `--database URL` among them."""
    words = list(given.words)
    if "--database" in words[:-1]:
        place = words.index("--database")
        given.database = words[place + 1]
        del words[place : place + 2]
    return words, _prepared(given)


def _prepared(given: argparse.Namespace) -> Database:
    database = _open(given)
    _prepare(database)
    return database


def _clock(database: Database) -> DemoClock | DatabaseClock:
    with database.reading() as db:
        return DemoClock(database) if province.is_seeded(db) else DatabaseClock(database)


def _data() -> Path:
    return ROOT / "data"


def _lock_file(database: Database) -> LockFile:
    name = database.url.database or "xiaohao"
    path = Path(name).with_suffix(".clock") if database.is_sqlite else _data() / f"{name}.clock"
    return LockFile(path)


def _secret_key() -> str:
    """The key of the session cookies: from the environment, else made once and kept beside the data."""
    given = os.environ.get("XIAOHAO_SECRET_KEY", "")
    if given:
        return given
    path = _data() / "secret_key"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_hex(32))
    return path.read_text().strip()


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _step(what: str, do: Callable[[], object]) -> None:
    began = time.monotonic()
    with CONSOLE.status(what):
        do()
    CONSOLE.print(f"  {what} [dim]{time.monotonic() - began:.1f} s[/]")


def _deploy_folder(database: Database, folder: Path, by: str, now: datetime) -> None:
    with database.transaction() as db:
        definitions.deploy(db, _files([str(folder)]), name=folder.name, source="folder", by=by, now=now)


def _files(names: Sequence[str]) -> dict[str, bytes]:
    paths: list[Path] = []
    for name in names:
        path = Path(name)
        paths += sorted(one for one in path.iterdir() if one.suffix in DRAWINGS) if path.is_dir() else [path]
    missing = [str(path) for path in paths if not path.is_file()]
    if missing or not paths:
        raise Invalid("there is no such file: {names}", names=", ".join(missing) or ", ".join(names))
    return {path.name: path.read_bytes() for path in paths}


def _later(days: calendars.Calendar, now: datetime, how_much: str) -> datetime:
    """The time `5wd`, `3d` or `2h` from now; working days end at the close of business."""
    for unit in ("wd", "d", "h"):
        number = how_much.removesuffix(unit)
        if how_much.endswith(unit) and number.isdigit():
            if unit == "wd":
                return end_of_business(days.add(local_day(now), int(number))) + timedelta(minutes=1)
            return now.astimezone(UTC) + (timedelta(days=int(number)) if unit == "d" else timedelta(hours=int(number)))
    raise Invalid("{how_much} is no stretch of time; write 5wd, 3d or 2h", how_much=how_much)


def _mover(database: Database, clock: DemoClock) -> Callable[[str, str], int]:
    """Moves the demo's clock: by `5wd`, in somebody's name."""

    def move(how_much: str, by: str) -> int:
        with database.reading() as db:
            to = _later(calendar(db), clock.now(), how_much)
        return ticks.advance(database, clock, to, by=by)

    return move


def _show(text: str) -> None:
    CONSOLE.print(text, markup=False, highlight=False, soft_wrap=True)


def _say_findings(findings: Sequence[Any]) -> None:
    for finding in findings:
        colour = "red" if finding.severity == "error" else "yellow"
        CONSOLE.print(f"  [{colour}]{finding.severity}[/] {finding}")


if __name__ == "__main__":
    sys.exit(main())
