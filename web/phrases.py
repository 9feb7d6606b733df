"""My standard phrases: what I write again and again, kept and removed."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework import phrases
from engine.errors import Forbidden, Invalid
from web import counter, language, words
from web.auth import person, scope

blueprint = Blueprint("phrases", __name__, url_prefix="/phrases")


def init_app(app: Flask) -> None:
    """Mount the pages; whoever writes opinions has phrases, an enterprise has none."""
    app.register_blueprint(blueprint)


@blueprint.before_request
def _check() -> None:
    if scope().is_enterprise:
        raise Forbidden("standard phrases are for those who write opinions")


@blueprint.get("/")
def index() -> str:
    """My phrases, and those that everybody has."""
    return _page({})


@blueprint.post("/")
def add() -> Response | tuple[str, int]:
    """Keep a phrase; from the page of a task one comes back to it."""
    form = request.form
    try:
        phrases.keep(counter.db(), person().id, form.get("text", ""), kind=form.get("kind", ""), now=counter.now())
    except Invalid as refused:
        return _page(language.say_fields(refused.fields)), 422
    words.tell("the phrase is kept")
    task = form.get("task", "")
    if task.isascii() and task.isdigit() and len(task) < 19:
        return redirect(url_for("worklist.show", task_id=int(task)), 303)
    return redirect(url_for("phrases.index"), 303)


@blueprint.post("/<int:phrase_id>/remove")
def remove(phrase_id: int) -> Response:
    """Remove one of my phrases."""
    phrases.remove(counter.db(), person().id, phrase_id)
    words.tell("the phrase is gone")
    return redirect(url_for("phrases.index"), 303)


def _page(errors: dict[str, list[str]]) -> str:
    return render_template(
        "filings/phrases.html",
        own=phrases.own(counter.db(), person().id),
        built_in=phrases.BUILT_IN,
        errors=errors,
        values=request.form,
    )
