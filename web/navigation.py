"""What the frame of every page shows: which rooms a person may enter, who is logged in, what day the demonstration has."""

from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import gettext

from casework.tables import Person
from engine.calendars import local_day
from web import counter

COUNTY, CITY, REGION = (
    frozenset({"XK", "XG", "XS", "XL"}),
    frozenset({"CK", "CG", "CS", "CL"}),
    frozenset({"RK", "RG", "RS", "RL"}),
)
SUPERVISORS = COUNTY | CITY | REGION | {"JM", "SUP"}


def init_app(app: Flask) -> None:
    """Hand the frame its contents."""
    app.context_processor(frame)


def posts_of(person: Person | None) -> frozenset[str]:
    """The posts a person holds today."""
    if person is None:
        return frozenset()
    today = local_day(g.now)
    return frozenset(
        post.post for post in person.posts if post.since <= today and (post.until is None or today < post.until)
    )


def frame() -> dict[str, Any]:
    """The variables that base.html documents."""
    person: Person | None = g.get("person")
    demo = {"today": local_day(g.now).isoformat()} if counter.this().settings.demo and "now" in g else None
    urls = {"home": "/", "login": url_for("auth.login"), "logout": url_for("auth.log_out")}
    if person is None:
        return {"nav": [], "me": None, "urls": urls, "demo": demo}
    posts = posts_of(person)
    me = {"key": person.username, "name": person.name, "post": person.unit}
    return {"nav": rooms(posts), "me": me, "urls": urls, "demo": demo}


def rooms(posts: frozenset[str]) -> list[dict[str, Any]]:
    """The rooms for these posts, in the order of the work: [{label, url, icon, active, phone}]."""
    offered: list[tuple[str, str, str, bool, bool]] = [
        ("worklist.index", gettext("My tasks"), "checklist", True, True),
        ("cases.index", gettext("Cases"), "briefcase", bool(posts - {"DES", "ADM"}), True),
        ("supervisor.board", gettext("Board"), "layout-dashboard", bool(posts & SUPERVISORS), True),
        ("lists.index", gettext("Lists"), "list-details", bool(posts & (SUPERVISORS | {"ADM"})), False),
        (
            "importing.index",
            gettext("Import"),
            "file-import",
            bool(posts & (REGION | CITY | COUNTY | {"JM", "ADM"})),
            False,
        ),
        ("designer.index", gettext("Drawings"), "sitemap", bool(posts & {"DES", "ADM"}), True),
        ("admin.calendar", gettext("Calendar"), "calendar", bool(posts & {"ADM"}), False),
    ]
    known = counter.this().view_functions
    return [
        {
            "label": label,
            "url": url_for(endpoint),
            "icon": icon,
            "active": (request.endpoint or "").split(".")[0] == endpoint.split(".")[0],
            "phone": phone,
        }
        for endpoint, label, icon, allowed, phone in offered
        if allowed and endpoint in known
    ]
