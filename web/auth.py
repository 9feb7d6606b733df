"""Logging in: the cookie holds a token, `casework.access` knows whose it is. Every page but a few asks for a person."""

from collections.abc import Callable
from typing import TypeVar, cast

from flask import Blueprint, Flask, g, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from casework import access, permissions
from casework.permissions import Scope
from casework.tables import Person
from engine.errors import Sentence
from web import counter, errors

TOKEN = "token"  # noqa: S105 - the name of a place in the cookie, not a secret
blueprint = Blueprint("auth", __name__)
View = TypeVar("View", bound=Callable[..., object])


def init_app(app: Flask) -> None:
    """Know who asks before any view runs, and send strangers to the log-in page."""
    app.register_blueprint(blueprint)
    app.before_request(recognise)
    if isinstance(app, counter.Counter):
        app.recalls = (*app.recalls, recall)


def open_to_all(view: View) -> View:
    """Marks a view that needs no log-in."""
    view.is_open = True  # type: ignore[attr-defined]
    return view


def person() -> Person:
    """The person of this request. Only for views that ask for one."""
    return cast(Person, g.person)


def scope() -> Scope:
    """What the person of this request may do today; worked out once per request."""
    if g.get("scope") is None:
        g.scope = permissions.scope_of(counter.db(), person().username, now=counter.now())
    return cast(Scope, g.scope)


def recognise() -> Response | None:
    """Find the person behind the token; a stranger is asked to log in and comes back to where he wanted to go."""
    wall = counter.this().settings.wall()
    found = access.session(counter.db(), session.get(TOKEN, ""), now=wall)
    g.person = found.person if found else None
    g.person_id = found.person_id if found else None
    if found and wall - found.seen_at > access.SEEN_EVERY:
        _touch(found.id)
    view = counter.this().view_functions.get(request.endpoint or "")
    is_open = view is None or getattr(view, "is_open", False) or request.endpoint in OPEN_ENDPOINTS
    if found or is_open:
        return None
    if errors.wants_json():
        return make_response(errors.answer(401, str(Sentence("Please log in"))))
    target = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(url_for("auth.login", next=target or None))


def recall() -> None:
    """Load the person of this request again, in the session of the error page."""
    known = g.get("person_id")
    g.person = counter.db().get(Person, known) if known else None
    g.scope = None


OPEN_ENDPOINTS = frozenset({"static", "assets.file", "language.messages", "language.change"})


@blueprint.get("/login")
@open_to_all
def login() -> str | Response:
    """The log-in page."""
    if g.person:
        return redirect(_back())
    return render_template("entry/login.html", username="", refused="", next=request.args.get("next", ""))


@blueprint.post("/login")
@open_to_all
def log_in() -> str | Response | tuple[str, int]:
    """Check the password; on success a fresh session, and on to where the person wanted to go."""
    username = request.form.get("username", "").strip()
    result = access.log_in(
        counter.db(),
        username,
        request.form.get("password", ""),
        address=request.remote_addr or "",
        agent=request.user_agent.string,
        now=counter.this().settings.wall(),
    )
    if result.refused:
        page = render_template(
            "entry/login.html", username=username, refused=result.refused, next=request.form.get("next", "")
        )
        return page, 401
    chosen = session.get("language")
    session.clear()
    session[TOKEN] = result.token
    if chosen:
        session["language"] = chosen
        session.permanent = True
    return redirect(_back())


@blueprint.post("/logout")
@open_to_all
def log_out() -> Response:
    """End the session here and on the server."""
    access.log_out(counter.db(), session.get(TOKEN, ""), now=counter.this().settings.wall())
    session.pop(TOKEN, None)
    return redirect(url_for("auth.login"))


def _touch(session_id: int) -> None:
    """A read-only request has no transaction of its own to note the time in; a busy database may skip it."""
    if request.method == "GET":
        with counter.this().database.transaction() as db:
            access.touch(db, session_id, now=counter.this().settings.wall())
    else:
        access.touch(counter.db(), session_id, now=counter.this().settings.wall())


def _back() -> str:
    wanted = request.values.get("next", "")
    # Only a path of this site: no other host, and no `//host` that a browser would read as one.
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else "/"
