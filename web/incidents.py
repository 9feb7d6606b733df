"""Steps that have given up: what an administrator looks at after a fault, and runs again."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework import incidents, permissions, territories
from engine import jobs
from web import counter, words
from web.auth import person, scope

blueprint = Blueprint("incidents", __name__, url_prefix="/incidents")


def init_app(app: Flask) -> None:
    """Mount the page; it takes the verb `retry`."""
    app.register_blueprint(blueprint)


@blueprint.before_request
def _check() -> None:
    permissions.check(scope(), "retry")


@blueprint.get("/")
def index() -> str:
    """Every step that has given up, by process, with its reason."""
    process, after = request.args.get("process", ""), request.args.get("after", "")
    at = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    db = counter.db()
    page = incidents.search(db, scope(), process=process, after=at)
    return render_template(
        "incidents/index.html",
        page=page,
        process=process,
        processes=incidents.by_process(db, scope()),
        following=url_for("incidents.index", process=process or None, after=page.next_after) if page.next_after else "",
        tree=territories.tree(db),
    )


@blueprint.post("/<int:job_id>/retry")
def retry(job_id: int) -> Response:
    """Run one step again."""
    db = counter.db()
    job = incidents.get(db, scope(), job_id)
    jobs.retry(db, job.id, by=person().username, now=counter.now())
    words.tell("the step will run again at once")
    return redirect(url_for("incidents.index"), 303)


@blueprint.post("/retry")
def retry_all() -> Response:
    """Run all of them again, a few hundred at a time."""
    process = request.form.get("process", "")
    count = incidents.retry_all(counter.db(), scope(), process=process, by=person().username, now=counter.now())
    words.tell("{count} steps will run again at once", count=count)
    return redirect(url_for("incidents.index", process=process or None), 303)
