"""The designers' access tokens: make one for Camunda Modeler, see which there are, take one back."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework import permissions, tokens
from web import counter, words
from web.auth import person, scope

blueprint = Blueprint("access_tokens", __name__, url_prefix="/designer/tokens")


def init_app(app: Flask) -> None:
    """Mount the pages; whoever may deploy may have a token, for the door that deploys."""
    app.register_blueprint(blueprint)


@blueprint.before_request
def _check() -> None:
    permissions.check(scope(), "deploy")


@blueprint.get("/")
def index() -> str:
    """My tokens."""
    return _page("")


@blueprint.post("/")
def make() -> str:
    """A new token, shown this once."""
    wall = counter.this().settings.wall()
    name = request.form.get("name", "")
    return _page(tokens.make(counter.db(), person(), name, by=person().username, now=wall))


@blueprint.post("/<int:token_id>/revoke")
def revoke(token_id: int) -> Response:
    """Take a token back."""
    row = tokens.revoke(counter.db(), person(), token_id, by=person().username, now=counter.this().settings.wall())
    words.tell("the token {name} opens nothing any more", name=row.name)
    return redirect(url_for("access_tokens.index"), 303)


def _page(made: str) -> str:
    wall = counter.this().settings.wall()
    rows = [(row, tokens.is_valid(row, now=wall)) for row in tokens.of(counter.db(), person())]
    base = request.host_url.rstrip("/")
    return render_template("designer/tokens.html", made=made, rows=rows, base=base)
