"""What anybody may read without logging in: the filings that are published now, and a form to object to one of them."""

from typing import Any, Final

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework import filing_publicity, territories
from engine.errors import Conflict, Invalid
from web import counter, language
from web.auth import open_to_all
from web.throttle import Throttle

blueprint = Blueprint("public", __name__, url_prefix="/public")
READING: Final = (120, 60.0)
OBJECTING: Final = (5, 600.0)
"""How often one address may read and object: so many times within so many seconds."""


def init_app(app: Flask) -> None:
    """Mount the pages; every application counts visits of its own."""
    app.register_blueprint(blueprint)
    app.extensions["public"] = {"read": Throttle(*READING), "object": Throttle(*OBJECTING)}


@blueprint.get("/filings")
@open_to_all
def filings() -> str:
    """The filings that are published now, until when, without figures or people."""
    _throttle("read")
    db = counter.db()
    return render_template(
        "public/filings.html",
        found=filing_publicity.published(db, [territories.REGION], now=counter.now()),
        tree=territories.tree(db),
    )


@blueprint.get("/filings/<int:filing_id>")
@open_to_all
def filing(filing_id: int) -> str:
    """One published filing with the form to object; after the term what one can do instead."""
    _throttle("read")
    return _filing(filing_id, {}, {})


@blueprint.post("/filings/<int:filing_id>")
@open_to_all
def object_to(filing_id: int) -> Response | tuple[str, int]:
    """Take in an objection. Who sends the hidden field is a machine: it is thanked and not heard."""
    _throttle("object")
    db, form = counter.db(), request.form
    found = filing_publicity.find(db, filing_id, now=counter.now())
    if form.get("website"):
        return redirect(url_for("public.thanks"), 303)
    given = {name: form.get(name, "")[: filing_publicity.LONGEST + 1] for name in ("name", "contact", "text")}
    try:
        filing_publicity.object_to(db, found.filing, **given, now=counter.now())
    except Invalid as refused:
        return _filing(filing_id, given, language.say_fields(refused.fields)), 422
    except Conflict as refused:
        return _filing(filing_id, given, {}, language.say(refused.sentence)), 409
    return redirect(url_for("public.thanks"), 303)


@blueprint.get("/thanks")
@open_to_all
def thanks() -> str:
    """The objection is there; what happens to it."""
    return render_template("public/thanks.html")


def _filing(filing_id: int, values: dict[str, Any], errors: dict[str, list[str]], why: str = "") -> str:
    db = counter.db()
    return render_template(
        "public/filing.html",
        one=filing_publicity.find(db, filing_id, now=counter.now()),
        tree=territories.tree(db),
        values=values,
        errors=errors,
        why=why,
        most=filing_publicity.LONGEST,
    )


def _throttle(name: str) -> None:
    throttles: dict[str, Throttle] = counter.this().extensions["public"]
    throttles[name].check()
