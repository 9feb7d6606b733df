"""My tasks: what waits for me, one task with its form, and what came in as notices."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from flask import Blueprint, Flask, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from casework import cases, enterprises, lights, notices, people, permissions, worklist
from casework.tables import Enterprise
from engine import user_tasks
from engine.errors import Forbidden, Invalid, NotFound, Sentence
from engine.tables import UserTask
from web import counter, filters, schemas, words
from web.auth import person, scope

blueprint = Blueprint("worklist", __name__)


def init_app(app: Flask) -> None:
    """Mount the pages; everybody who is logged in has tasks."""
    app.register_blueprint(blueprint)


@blueprint.get("/")
def index() -> str:
    """What I can do today, the most urgent first."""
    mine = permissions.my_tasks(counter.db(), scope())
    found = worklist.of(counter.db(), mine, now=counter.now())
    unread = [one for one in _inbox() if one.read_at is None]
    return render_template("worklist/index.html", found=found, groups=words.GROUPS, unread=unread)


@blueprint.get("/tasks/<int:task_id>")
def show(task_id: int) -> str:
    """One task: its form, why I may not do it if so, and the enterprise it is about."""
    db, task = counter.db(), _seen(task_id)
    why_not: Sentence | None = None
    try:
        permissions.check_complete_task(db, scope(), task)
    except Forbidden as refused:
        why_not = refused.sentence
    is_open = task.status == "open"
    kept = user_tasks.draft(db, task.id, by=person().username) if is_open and not why_not else {}
    enterprise = _enterprise(task)
    row = worklist.of(db, [task], now=counter.now()).rows[0]
    return render_template(
        "worklist/task.html",
        task=task,
        row=row,
        why_not=why_not,
        schema=schemas.said(json.loads(task.form.source)) if task.form else None,
        data=_asked(task, user_tasks.variables(db, task, now=counter.now()) if is_open else task.variables),
        draft={"submission": kept} if kept else None,
        enterprise=enterprise,
        card=enterprise_card(enterprise) if enterprise else [],
        case=cases.living(db, enterprise.id) if enterprise else None,
        light=lights.of_deadline(db, task.due_at, now=counter.now()),
        colleagues=_colleagues(task) if is_open else [],
        may_take=is_open and not why_not and len(task.candidate_groups) > 0,
    )


@blueprint.post("/tasks/<int:task_id>")
def complete(task_id: int) -> Response:
    """Take a submission. It is kept whatever happens; the answer says what became of it and where to go next."""
    db, task = counter.db(), _get(task_id)
    done = worklist.complete(db, task, _submission(), scope=scope(), now=counter.now(), idempotency_key=_key())
    if done.status == "held":
        text = gettext("Received and kept. The case could not go on by itself; a supervisor has been told.")
        return jsonify({"next": url_for("worklist.index"), "message": text})
    words.tell("{task}: done", task=schemas.name_of(task))
    return jsonify({"next": _next(done.next_task_ids), "message": gettext("Done")})


@blueprint.put("/tasks/<int:task_id>/draft")
def keep(task_id: int) -> Response:
    """Keep what was typed and not yet sent."""
    db, task = counter.db(), _get(task_id)
    permissions.check_complete_task(db, scope(), task)
    draft = user_tasks.save_draft(db, task.id, _submission(), by=person().username, now=counter.now())
    saved: datetime = draft.saved_at
    return jsonify({"saved_at": filters.clock(saved)})


@blueprint.post("/tasks/<int:task_id>/take")
def take(task_id: int) -> BaseResponse:
    """Take the task for myself, so that no colleague does the same work."""
    task = _get(task_id)
    permissions.check_complete_task(counter.db(), scope(), task)
    user_tasks.claim(counter.db(), task.id, by=person().username, now=counter.now())
    return redirect(url_for("worklist.show", task_id=task.id), 303)


@blueprint.post("/tasks/<int:task_id>/give-back")
def give_back(task_id: int) -> BaseResponse:
    """Give the task back to everybody who may do it."""
    task = _get(task_id)
    permissions.check_complete_task(counter.db(), scope(), task)
    user_tasks.unclaim(counter.db(), task.id, by=person().username, now=counter.now())
    return redirect(url_for("worklist.show", task_id=task.id), 303)


@blueprint.get("/notices")
def inbox() -> str:
    """Letters, reminders and warnings to me, to my post or to my enterprise."""
    return render_template("worklist/notices.html", notices=_inbox())


@blueprint.post("/notices/<int:notice_id>/read")
def read(notice_id: int) -> BaseResponse:
    """I have seen it; go to what it is about."""
    if notice_id not in {one.id for one in _inbox()}:
        raise NotFound("there is no notice {id} for you", id=notice_id)
    notice = notices.mark_read(counter.db(), notice_id, now=counter.now())
    if notice.user_task_id is not None:
        return redirect(url_for("worklist.show", task_id=notice.user_task_id), 303)
    if notice.case_id is not None:
        return redirect(url_for("cases.show", case_id=notice.case_id), 303)
    return redirect(url_for("worklist.inbox"), 303)


def _colleagues(task: UserTask) -> list[tuple[str, str]]:
    """To whom I may hand the task over: (user name, name) of everybody who may do it and does not have it."""
    if not permissions.can(scope(), "assign_task", task.scope):
        return []
    able = permissions.candidates(counter.db(), task, scope().day)
    return [(one, people.name_of(counter.db(), one)) for one in able if one != task.assignee]


def enterprise_card(enterprise: Enterprise) -> list[tuple[str, Any]]:
    """What one wants to see of an enterprise beside a form: (label, value). Every figure says its unit, year and caliber."""
    years = enterprises.years(counter.db(), enterprise.id)
    last = years[0] if years else None
    return [
        (gettext("Credit code"), enterprise.uscc),
        (gettext("Industry"), f"{enterprise.industry_code} {enterprise.industry_name}".strip()),
        (gettext("State"), enterprise.status),
        (gettext("Revenue %(year)s", year=last.year), filters.wan(last.revenue)) if last else ("", ""),
        (gettext("R&D expense %(year)s (accounting)", year=last.year), filters.wan(last.rd_expense_acct))
        if last
        else ("", ""),
        (gettext("High-tech certificate"), _certificate(enterprise)),
        (gettext("State-owned"), enterprise.supervisor_level if enterprise.is_soe else gettext("no")),
        (gettext("Contact"), enterprise.contact),
        (gettext("Telephone"), enterprise.phone),
        (gettext("Address"), enterprise.biz_address),
    ]


def _certificate(enterprise: Enterprise) -> str:
    if not enterprise.hitech_no:
        return gettext("none")
    return gettext("%(number)s until %(day)s", number=enterprise.hitech_no, day=filters.day(enterprise.hitech_to))


def _enterprise(task: UserTask) -> Enterprise | None:
    enterprise_id = enterprises.id_of(task.subject)
    return enterprises.get(counter.db(), enterprise_id) if enterprise_id is not None else None


def _next(ids: tuple[int, ...]) -> str:
    """The next task of the same case if it is mine, else my most urgent one, else the empty list."""
    db = counter.db()
    for task_id in ids:
        task = user_tasks.get(db, task_id)
        if permissions.can_complete_task(db, scope(), task):
            return url_for("worklist.show", task_id=task_id)
    return url_for("worklist.index")


def _submission() -> dict[str, Any]:
    given: object = request.get_json(silent=True)
    if request.files or request.form:
        try:
            given = {"submission": json.loads(request.form.get("submission", ""))}
        except ValueError:
            given = None
    found = cast(dict[str, Any], given).get("submission") if isinstance(given, dict) else None
    if not isinstance(found, dict):
        raise Invalid("nothing was sent; reload the page, what you typed is kept")
    return cast(dict[str, Any], found)


def _key() -> str:
    """The key of a submission belongs to its person: nobody can be given the answer of somebody else."""
    key = request.headers.get("Idempotency-Key", "")[:80]
    return f"{person().username}:{key}" if key else ""


def _asked(task: UserTask, data: Mapping[str, object]) -> dict[str, object]:
    """Of the variables of a run only those that the form names: what it does not show does not leave the house."""
    words_of_form = set(re.findall(r"[A-Za-z_]\w*", task.form.source.decode())) if task.form else set[str]()
    return {name: value for name, value in data.items() if name in words_of_form}


def _seen(task_id: int) -> UserTask:
    """The task, for whoever may read it or do it. An enterprise reads what it is asked, not what officials write about it."""
    task = _get(task_id)
    db = counter.db()
    theirs = not scope().is_enterprise or "ENT" in task.candidate_groups
    if theirs and (
        permissions.sees_subject(db, scope(), task.scope, task.subject)
        or permissions.can_complete_task(db, scope(), task)
    ):
        return task
    raise NotFound("there is no task {id}, or you may not see it", id=task_id)


def _get(task_id: int) -> UserTask:
    return user_tasks.get(counter.db(), task_id)


def _inbox() -> list[notices.Notice]:
    return notices.inbox(counter.db(), person(), day=scope().day)
