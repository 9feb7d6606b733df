"""The supervisor's board: how many cases stand where, what is stuck and why, and the verbs that unstick."""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework import board as boards
from casework import people, permissions, stuck, territories
from casework.case_tables import LIGHTS, LISTS, STAGES
from engine import jobs, user_tasks
from engine.errors import Conflict, NotFound
from engine.tables import Job
from web import counter, words
from web.auth import person, scope

blueprint = Blueprint("supervisor", __name__, url_prefix="/board")
SHOWN = 100
"""How much of what is stuck one page shows; a kind or a territory shows the rest."""


def init_app(app: Flask) -> None:
    """Mount the pages; only officials see the board, the verbs ask for themselves."""
    app.register_blueprint(blueprint)


@blueprint.get("/")
def board() -> str:
    """Counts by territory and stage, and what is stuck, for one of my territories or a part of it."""
    permissions.check(scope(), "board")
    db = counter.db()
    mine = scope().paths(permissions.OFFICIALS)
    path = request.args.get("path", "") or mine[0]
    permissions.check(scope(), "board", path)
    lines = boards.lines(db, path)
    tree = territories.tree(db)
    kind = request.args.get("kind", "")
    kind = kind if kind in stuck.KINDS else ""
    survey = stuck.survey(db, scope=path, now=counter.now())
    behind = survey.of(kind)
    return render_template(
        "supervisor/board.html",
        path=path,
        above=[(one, tree.name(one)) for one in territories.lineage(path) if permissions.can(scope(), "board", one)],
        mine=[(one, tree.full_name(one)) for one in mine],
        lines=[line for line in lines if line.cases or line.archived or line.left or line.closed] or lines[:1],
        total=boards.total(territories.get(db, path), lines),
        stuck=stuck.named(db, behind[:SHOWN]),
        stuck_count=len(survey.found),
        stuck_left=len(behind[SHOWN:]),
        stuck_in=boards.stuck_behind(survey, lines),
        kinds=survey.counts,
        kind=kind,
        stages=STAGES,
        lights=LIGHTS,
        lists=LISTS,
        names=tree,
        posts=words.posts,
        may_retry=permissions.can(scope(), "retry", path),
    )


@blueprint.post("/jobs/<int:job_id>/retry")
def retry(job_id: int) -> Response:
    """Run a step again that had given up."""
    db = counter.db()
    job = db.get(Job, job_id)
    if job is None:
        raise NotFound("there is no step {id}", id=job_id)
    permissions.check(scope(), "retry", job.scope)
    jobs.retry(db, job.id, by=person().username, now=counter.now())
    words.tell("the step will run again at once")
    if not permissions.can(scope(), "board"):
        return redirect(url_for("worklist.index"), 303)
    return redirect(url_for("supervisor.board", path=job.scope or None), 303)


@blueprint.post("/tasks/<int:task_id>/assign")
def assign(task_id: int) -> Response:
    """Hand a task to a person who may do it."""
    db = counter.db()
    task = user_tasks.get(db, task_id)
    permissions.check_manage_task(scope(), task)
    to = people.get(db, request.form.get("to", ""))
    if to.username not in permissions.candidates(db, task, scope().day):
        raise Conflict("{name} may not do {task}", name=to.name, task=task.name)
    user_tasks.assign(
        db, task.id, to.username, why=request.form.get("why", ""), by=person().username, now=counter.now()
    )
    words.tell("{task} is with {name} now", task=task.name, name=to.name)
    return redirect(url_for("worklist.show", task_id=task.id), 303)
