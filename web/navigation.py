"""What the frame of every page shows: which rooms a person may enter, who is logged in, what day the demonstration has."""

from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import gettext

from casework import permissions
from casework.permissions import Scope
from casework.tables import Person
from engine.calendars import local_day
from web import auth, counter


def init_app(app: Flask) -> None:
    """Hand the frame its contents."""
    app.context_processor(frame)


def frame() -> dict[str, Any]:
    """The variables that base.html documents; `inside`: an official reads, who may see lights (an enterprise may not, 6.12 no. 7)."""
    person: Person | None = g.get("person")
    demo = {"today": local_day(g.now).isoformat()} if counter.this().settings.demo and "now" in g else None
    urls = {"home": "/", "login": url_for("auth.login"), "logout": url_for("auth.log_out")}
    if person is None:
        return {"nav": [], "me": None, "urls": urls, "demo": demo, "inside": False}
    me = {"key": person.username, "name": person.name, "post": person.unit}
    inside = not auth.scope().is_enterprise
    return {"nav": rooms(auth.scope()), "me": me, "urls": urls, "demo": demo, "inside": inside}


def rooms(scope: Scope) -> list[dict[str, Any]]:
    """The rooms for this person, in the order of the work: [{label, url, icon, active, phone}]."""

    def can(verb: str) -> bool:
        return permissions.can(scope, verb)

    has_business = any(held.post not in {"DES", "ADM"} for held in scope.held)
    offered: list[tuple[str, str, str, bool, bool]] = [
        ("worklist.index", gettext("My tasks"), "checklist", True, True),
        ("cases.index", gettext("Cases"), "briefcase", has_business, True),
        ("orders.index", gettext("Supervision"), "alert-triangle", can("board") or scope.has("LO"), False),
        ("issues.index", gettext("Problems"), "message", has_business, scope.is_enterprise),
        ("filings.index", gettext("Filing"), "certificate", has_business, scope.is_enterprise),
        ("supervisor.board", gettext("Board"), "layout-dashboard", can("board"), True),
        ("quarters.index", gettext("Quarters"), "report-analytics", has_business, scope.is_enterprise),
        ("visits.index", gettext("Visits"), "route", has_business, scope.has("LO")),
        ("officers.index", gettext("Officers"), "users", can("see_officers"), False),
        ("worklist.inbox", gettext("Notices"), "bell", True, not can("board")),
        ("closures.index", gettext("Striking off"), "clipboard-check", can("board"), False),
        ("lists.index", gettext("Lists"), "list-details", can("board"), False),
        ("importing.index", gettext("Import"), "file-import", can("import"), False),
        ("designer.index", gettext("Drawings"), "sitemap", can("deploy"), True),
        ("incidents.index", gettext("Failed steps"), "alert-octagon", scope.has("ADM"), True),
        ("admin.calendar", gettext("Calendar"), "calendar", can("manage_calendar"), False),
        ("admin.demo", gettext("Demonstration"), "clock", can("move_clock") and counter.this().settings.demo, False),
    ]
    known = counter.this().view_functions
    return [
        {
            "label": label,
            "url": url_for(endpoint),
            "icon": icon,
            "active": request.endpoint == endpoint or _same_room(endpoint),
            "phone": phone,
        }
        for endpoint, label, icon, allowed, phone in offered
        if allowed and endpoint in known
    ]


def _same_room(endpoint: str) -> bool:
    """The pages of a room light up its door; the worklist's notices have a door of their own."""
    here = request.endpoint or ""
    if endpoint == "filings.index" and here.split(".")[0] in _FILING:
        return True
    if here in {"worklist.inbox", "admin.demo", "admin.calendar"}:
        return False
    return here.split(".")[0] == endpoint.split(".", maxsplit=1)[0] and endpoint not in {"worklist.inbox", "admin.demo"}


_FILING = frozenset({"filing_batch", "filing_pipeline", "institutions", "institution_acts"})
"""Rooms behind the door of filing."""
