"""Signing several filings with one opinion, where their drawing allows it."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework import filing_batch, people, permissions, phrases, territories
from engine.errors import Invalid
from web import counter, language, words
from web.auth import person, scope

blueprint = Blueprint("filing_batch", __name__, url_prefix="/filings/batch")


def init_app(app: Flask) -> None:
    """Mount the page and give the tabs of filing their question."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["may_batch_filings"] = lambda: permissions.can(scope(), "sign_filings")


@blueprint.before_request
def _check() -> None:
    permissions.check(scope(), "sign_filings")


@blueprint.get("/")
def index() -> str:
    """What waits for my signature: clean ones can be ticked, the others say why not."""
    return _page({})


@blueprint.post("/")
@counter.outside
def sign() -> Response | tuple[str, int]:
    """Agree to the ticked filings; each is an act of its own, and what could not be signed says why."""
    ticked = [int(one) for one in request.form.getlist("task") if one.isascii() and one.isdigit() and len(one) < 19]
    opinion = request.form.get("opinion", "")[:1000]
    try:
        done = filing_batch.sign(counter.this().database, person().username, ticked, opinion, now=counter.now())
    except Invalid as refused:
        return _page(language.say_fields(refused.fields), language.say(refused.sentence)), 422
    signed = [one for one in done if one.against is None]
    if signed:
        words.tell("{count} filings signed", count=len(signed))
    for one in done:
        if one.against is not None:
            said = language.say(one.against)
            words.tell("{what} was not signed: {reason}", "warning", what=one.what, reason=said)
    return redirect(url_for("filing_batch.index"), 303)


def _page(errors: dict[str, list[str]], why: str = "") -> str:
    db = counter.db()
    return render_template(
        "filings/batch.html",
        waiting=filing_batch.waiting(db, scope(), now=counter.now()),
        names=territories.tree(db),
        name_of=lambda username: people.name_of(db, username),
        posts=words.posts,
        phrases=[*(one.text for one in phrases.offered(db, person().id, "sign")), *phrases.BUILT_IN["sign"][:2]],
        errors=errors,
        why=why,
        ticked=set(request.form.getlist("task")),
        opinion=request.form.get("opinion", ""),
    )
