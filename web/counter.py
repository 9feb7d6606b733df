"""One request: its session, its time, and the application it belongs to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from casework import milestones
from engine.db import Database

READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Settings:
    """What the composition root decides. `clock` tells the domain's time, `wall` the time of sessions and cookies (aware).

    `demo` says that enterprises and people are made up and shows the banner. `secure_cookies`: only over TLS. `advance` moves the
    demonstration's clock by `5wd`, `3d` or `2h` in somebody's name and answers how many jobs ran on the way. `scanner` is the command of
    the office's virus scanner (it reads a file from its standard input), `papers` the folder with the office's own templates of papers,
    `public_url` where strangers reach this house (`https://…`), for what is printed; empty takes it from the request.
    """

    secret_key: str
    clock: Callable[[], datetime]
    wall: Callable[[], datetime]
    demo: bool = False
    secure_cookies: bool = False
    testing: bool = False
    advance: Callable[[str, str], int] | None = None
    scanner: str = ""
    papers: Path | None = None
    public_url: str = ""


class Counter(Flask):
    """Opens the transaction of a request before anything else and commits it before anything is sent."""

    database: Database
    settings: Settings
    recalls: tuple[Callable[[], None], ...] = ()
    """Run before an error page is made: its session is a new one, so what the request had loaded is loaded again."""

    def full_dispatch_request(self) -> Response:
        """One request: read-only in a session that is thrown away, anything else in one transaction.

        A view that raises leaves nothing behind; the page that says so is made in a session of its own.
        """
        self._got_first_request = True
        try:
            answer = self._answer()
        except Exception as error:  # noqa: BLE001 - every error becomes a page; Flask decides which one
            with self.database.reading() as g.db:
                for recall in self.recalls:
                    recall()
                answer = self.finalize_request(self.handle_user_exception(error))
        return answer

    def _answer(self) -> Response:
        outside = getattr(self.view_functions.get(request.endpoint or ""), "is_outside", False)
        opened = self.database.reading() if outside or request.method in READS else self.database.transaction()
        with opened as g.db:
            g.now = self.settings.clock()
            answer = self.preprocess_request()
            if answer is None:
                answer = self.dispatch_request()
            if "person" in g and g.person is not None:
                milestones.write(g.db, by=g.person.username, now=g.now)
            return self.finalize_request(answer)


View = TypeVar("View", bound=Callable[..., object])


def outside(view: View) -> View:
    """Marks a view that writes in transactions of others (the clock's): its request holds none, so none has to wait for it."""
    view.is_outside = True  # type: ignore[attr-defined]
    return view


def this() -> Counter:
    """The application of this request."""
    return cast(Counter, cast(Any, current_app)._get_current_object())


def db() -> Session:
    """The session of this request."""
    return cast(Session, g.db)


def now() -> datetime:
    """The domain's time of this request, read once."""
    return cast(datetime, g.now)
