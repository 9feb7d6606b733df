"""The designers' room: what is deployed, every version with its drawing, and deploying with findings."""

from pathlib import PurePosixPath

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response as BaseResponse

from casework import permissions
from engine import definitions
from engine.errors import NotFound, Sentence, Undeployable
from engine.tables import Definition, Deployment, Instance
from web import counter, words
from web.auth import person, scope

blueprint = Blueprint("designer", __name__, url_prefix="/designer")
KINDS = {"process": Sentence("Processes"), "decision": Sentence("Decisions"), "form": Sentence("Forms")}
LARGEST_SHOWN = 2_000_000


def init_app(app: Flask) -> None:
    """Mount the pages; looking and deploying are for designers."""
    app.register_blueprint(blueprint)
    app.add_url_rule("/drawings/<int:definition_id>", "drawing", drawing)


@blueprint.before_request
def _check() -> None:
    permissions.check(scope(), "deploy")


@blueprint.get("/")
def index() -> str:
    """The newest version of everything, with how many runs it has."""
    db = counter.db()
    newest = (
        select(Definition.kind, Definition.key, func.max(Definition.version).label("version"))
        .group_by(Definition.kind, Definition.key)
        .subquery()
    )
    rows = db.execute(
        select(Definition)
        .join(newest, (Definition.kind == newest.c.kind) & (Definition.key == newest.c.key))
        .where(Definition.version == newest.c.version)
        .order_by(Definition.key)
    ).scalars()
    groups: dict[str, list[Definition]] = {kind: [] for kind in KINDS}
    for row in rows:
        groups[row.kind].append(row)
    return render_template("designer/index.html", groups=groups, kinds=KINDS, running=_running_by_key())


@blueprint.get("/<int:definition_id>")
def show(definition_id: int) -> str:
    """One version: its drawing, table or form, and the other versions."""
    row = _get(definition_id)
    db = counter.db()
    versions = db.execute(
        select(Definition, Deployment)
        .join(Deployment)
        .where(Definition.kind == row.kind, Definition.key == row.key)
        .order_by(Definition.version.desc())
    ).all()
    running = dict(
        db.execute(
            select(Instance.definition_id, func.count())
            .where(Instance.status == "active", Instance.definition_id.in_([one.id for one, _ in versions]))
            .group_by(Instance.definition_id)
        ).all()
    )
    schema = row.source.decode() if row.kind == "form" else ""
    return render_template(
        "designer/show.html", row=row, versions=versions, running=running, schema=schema, kinds=KINDS
    )


@blueprint.get("/<int:definition_id>/source")
def source(definition_id: int) -> Response:
    """The file as it was deployed."""
    row = _get(definition_id)
    response = Response(row.source, content_type="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=row.resource)
    return response


@blueprint.post("/deploy")
def deploy() -> BaseResponse | tuple[str, int]:
    """Publish the chosen files together, or show what stands against it."""
    files = {
        PurePosixPath(given.filename).name: given.read() for given in request.files.getlist("files") if given.filename
    }
    if not files:
        words.tell("choose a file first", "error")
        return redirect(url_for("designer.index"), 303)
    try:
        result = definitions.deploy(
            counter.db(),
            files,
            name=request.form.get("name", "").strip() or "、".join(files),
            source="page",
            by=person().username,
            now=counter.now(),
        )
    except Undeployable as refused:
        texts = {
            name: content.decode(errors="replace") for name, content in files.items() if len(content) < LARGEST_SHOWN
        }
        page = render_template("designer/refused.html", findings=refused.findings, texts=texts)
        return page, 422
    return render_template("designer/deployed.html", result=result, kinds=KINDS, running=_running_by_key()), 200


def drawing(definition_id: int) -> Response:
    """The XML of a process or decision, for whoever may look at a case that runs in it."""
    permissions.check(scope(), "see_drawings")
    row = _get(definition_id)
    if row.kind == "form":
        raise NotFound("there is no drawing {id}", id=definition_id)
    response = Response(row.source, content_type="application/xml; charset=utf-8")
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def _running_by_key() -> dict[str, int]:
    """Active runs by process key, whatever their version."""
    return dict(
        counter.db()
        .execute(
            select(Definition.key, func.count())
            .join(Instance, Instance.definition_id == Definition.id)
            .where(Instance.status == "active")
            .group_by(Definition.key)
        )
        .all()
    )


def _get(definition_id: int) -> Definition:
    row = counter.db().get(Definition, definition_id)
    if row is None:
        raise NotFound("there is no drawing {id}", id=definition_id)
    return row
