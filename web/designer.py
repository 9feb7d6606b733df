"""The designers' room: what is deployed, every version with its drawing, and deploying with findings."""

from dataclasses import dataclass

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response as BaseResponse

from casework import casefile, permissions
from engine import definitions, trial, versions
from engine.bpmn import layout
from engine.bpmn.differences import Change, between
from engine.errors import NotFound, Sentence, Undeployable
from engine.tables import Definition, Deployment, HistoryEntry, Instance, Job, UserTask
from web import counter, effects, words
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
@counter.outside
def deploy() -> BaseResponse | tuple[str, int]:
    """Publish the chosen files together, or show what stands against it; whom they concern is shown before.

    Nobody waits while files are read and tried: only the publishing itself writes.
    """
    files = effects.files_given()
    if not files:
        words.tell("choose a file first", "error")
        return redirect(url_for("designer.index"), 303)
    try:
        trial.check(files)
        if page := effects.page_before(files):
            return page, 200
        with counter.this().database.transaction() as db:
            result = definitions.deploy(
                db,
                files,
                name=request.form.get("name", "").strip() or "、".join(files),
                source="page",
                by=person().username,
                now=counter.now(),
            )
    except Undeployable as refused:
        texts = {
            name: layout.placed(content).decode(errors="replace")
            for name, content in files.items()
            if len(content) < LARGEST_SHOWN
        }
        page = render_template("designer/refused.html", findings=refused.findings, texts=texts)
        return page, 422
    if result.deployment_id is not None:
        return redirect(url_for("designer.deployment", deployment_id=result.deployment_id), 303)
    return render_template("designer/unchanged.html", result=result, kinds=KINDS), 200


@blueprint.get("/deployments/<int:deployment_id>")
def deployment(deployment_id: int) -> str:
    """What a deployment led to: every new version, what it changed in words and on the drawing, remarks, and who still runs the old one."""
    db = counter.db()
    made = db.get(Deployment, deployment_id)
    if made is None:
        raise NotFound("there is no deployment {id}", id=deployment_id)
    rows = db.scalars(select(Definition).where(Definition.deployment_id == made.id).order_by(Definition.id)).all()
    return render_template(
        "designer/deployment.html",
        made=made,
        parts=[_part(row) for row in rows],
        findings=definitions.remarks(db, {row.resource: row.source for row in rows}),
        kinds=KINDS,
    )


@blueprint.get("/runs/<int:instance_id>")
def run(instance_id: int) -> str:
    """One run as its designer sees it: where it stands, what it waits for, what failed. Runs of enterprises are shown with their case."""
    db = counter.db()
    one = db.get(Instance, instance_id)
    if one is None or one.subject or one.scope:
        raise NotFound("there is no run {id} that belongs to no case", id=instance_id)
    root = one.root_id or one.id
    open_tasks = db.scalars(
        select(UserTask).where(UserTask.root_id == root, UserTask.status.in_(("open", "held"))).order_by(UserTask.id)
    )
    return render_template(
        "designer/run.html",
        run=one,
        version=versions.version(db, one.definition_id),
        drawings=casefile.drawings_under(db, root),
        tasks=open_tasks.all(),
        failed=db.scalars(select(Job).where(Job.instance_id == one.id, Job.status == "failed")).all(),
        entries=db.scalars(
            select(HistoryEntry).where(HistoryEntry.instance_id == one.id).order_by(HistoryEntry.id.desc()).limit(100)
        ).all(),
    )


def drawing(definition_id: int) -> Response:
    """The XML of a process or decision, for whoever may look at a case that runs in it."""
    permissions.check(scope(), "see_drawings")
    row = _get(definition_id)
    if row.kind == "form":
        raise NotFound("there is no drawing {id}", id=definition_id)
    shown = layout.placed(row.source) if row.kind == "process" else row.source
    response = Response(shown, content_type="application/xml")
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response


@dataclass(frozen=True, slots=True)
class Part:
    """One definition of a deployment: the version before it, what changed, how many runs go by older versions, whom it concerns."""

    row: Definition
    before: Definition | None
    changes: tuple[Change, ...]
    running: int
    effects: list[effects.Told]


def _part(row: Definition) -> Part:
    db = counter.db()
    older = select(Definition).where(
        Definition.kind == row.kind, Definition.key == row.key, Definition.version < row.version
    )
    before = db.scalars(older.order_by(Definition.version.desc()).limit(1)).one_or_none()
    changes: tuple[Change, ...] = ()
    running = 0
    if row.kind == "process" and before is not None:
        changes = between(versions.model(db, before.id), versions.model(db, row.id))
        running = db.scalars(
            select(func.count())
            .select_from(Instance)
            .where(Instance.status == "active", Instance.definition_id.in_([one.id for one in db.scalars(older)]))
        ).one()
    return Part(row, before, changes, running, effects.of_version(row, before))


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
