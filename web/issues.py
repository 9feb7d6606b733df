"""Problems of enterprises: told in one field, followed like a parcel, dealt with by the 13710 rule, merged where many have the same."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from casework import (
    enterprises,
    issue_list,
    issue_progress,
    issues,
    merging,
    people,
    permissions,
    territories,
    worklist,
)
from casework.issue_tables import CATEGORIES, ENDED, PENDING, SOURCES, Issue
from casework.order_tables import SupervisionOrder
from casework.tables import Enterprise
from engine.errors import Forbidden, Invalid, Sentence
from engine.tables import UserTask
from web import counter, filters, issue_words, language, words
from web.auth import person, scope

blueprint = Blueprint("issues", __name__, url_prefix="/issues")
ASKED = ("text", "path", "category", "state", "level", "light", "only", "month")
BY_OFFICIALS = ("hotline", "meeting", "diagnosis")
SHOWN = 300
_STEPS = (("registered",), ("accepted",), ("handling", "raised"), ("answered", "rated"), ENDED)
"""The states that belong to each of the five steps of `_way`."""


def init_app(app: Flask) -> None:
    """Mount the pages; what each person sees is decided by `permissions`."""
    app.register_blueprint(blueprint)


@blueprint.get("/")
def index() -> str:
    """The problems I may read, narrowed by what the address says, and for officials the figures of K12."""
    asked = {name: request.args.get(name, "").strip() for name in ASKED}
    if scope().is_enterprise:
        asked = {name: value if name in {"text", "state"} else "" for name, value in asked.items()}
        asked["state"] = asked["state"] or "all"
    before = request.args.get("before", "")
    at = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    db = counter.db()
    page = issue_list.search(db, scope(), asked=asked, before=at, now=counter.now())
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return render_template(
        "issues/index.html",
        page=page,
        asked=asked,
        following=url_for("issues.index", **given, before=page.next_before) if page.next_before else "",
        figures=None if scope().is_enterprise else issue_list.figures(db, scope(), asked=asked, now=counter.now()),
        kept={name: given[name] for name in ("path", "category", "month") if name in given},
        tree=territories.tree(db),
        places=_places(),
        categories=CATEGORIES,
        states=issue_words.STATES,
        levels=issue_words.LEVELS,
        only=issue_words.ONLY,
        may_open=_may_open(),
        may_merge=permissions.can(scope(), "merge_issues"),
    )


@blueprint.get("/new")
def new() -> str:
    """One field, and what it is about; officials say whose problem it is and how they heard of it."""
    _check_open()
    return _new({"uscc": _uscc(request.args.get("enterprise", ""))}, {})


@blueprint.post("/")
def create() -> Response | tuple[str, int]:
    """Register a problem: the enterprise its own, an official on behalf of one."""
    _check_open()
    form = request.form
    try:
        issue = issues.open_issue(
            counter.db(),
            _enterprise().id,
            source="portal" if scope().is_enterprise else form.get("source", ""),
            category=form.get("category", ""),
            description=form.get("description", ""),
            urgency=form.get("urgency", ""),
            by=person().username,
            now=counter.now(),
        )
    except Invalid as refused:
        return _new(form, language.say_fields(refused.fields)), 422
    words.tell("{number} is registered; you can follow it here", number=issue.number)
    return redirect(url_for("issues.show", issue_id=issue.id), 303)


@blueprint.get("/<int:issue_id>")
def show(issue_id: int) -> str:
    """One problem: where it is, what was done; for the enterprise what was said to it, like the way of a parcel."""
    return _show(issue_list.get(counter.db(), scope(), issue_id), {})


@blueprint.post("/<int:issue_id>/progress")
def note(issue_id: int) -> Response | tuple[str, int]:
    """Enter progress: what stays inside, and what the enterprise reads."""
    db = counter.db()
    issue = issue_list.get(db, scope(), issue_id)
    if not _may_note(issue):
        raise Forbidden("whoever deals with the problem or looks after the enterprise enters its progress")
    text, said = request.form.get("text", "")[:2000], request.form.get("said", "")[:2000]
    try:
        issues.note(db, issue, text, said, by=person().username, now=counter.now())
    except Invalid as refused:
        return _show(issue, language.say_fields(refused.fields)), 422
    words.tell("the progress was entered")
    return redirect(url_for("issues.show", issue_id=issue.id), 303)


@blueprint.get("/merge")
def merge() -> str:
    """Where enough enterprises wait for the same kind of thing, and the problems of one category to choose from."""
    permissions.check(scope(), "merge_issues")
    return _merge({}, {})


@blueprint.post("/merge")
def merged() -> Response | tuple[str, int]:
    """Make one common problem of those that were ticked."""
    permissions.check(scope(), "merge_issues")
    db, form = counter.db(), request.form
    ticked = [int(one) for one in form.getlist("issue") if one.isascii() and one.isdigit() and len(one) < 19]
    chosen = [issue_list.get(db, scope(), one) for one in dict.fromkeys(ticked)]
    title, description = form.get("title", ""), form.get("description", "")
    try:
        common = merging.merge(
            db, chosen, title=title, description=description, by=person().username, now=counter.now()
        )
    except Invalid as refused:
        return _merge(form, language.say_fields(refused.fields)), 422
    words.tell("{number} carries {count} problems now", number=common.number, count=len(chosen))
    return redirect(url_for("issues.show", issue_id=common.id), 303)


def _places() -> list[tuple[str, str]]:
    """The territories that I may narrow the list to: (path, name)."""
    mine, tree = scope().paths(permissions.OFFICIALS), territories.tree(counter.db())
    return [
        (path, tree.full_name(path))
        for path in sorted(tree.nodes)
        if any(territories.covers(one, path) for one in mine)
    ]


def _new(values: Any, errors: dict[str, list[str]]) -> str:
    return render_template(
        "issues/new.html",
        values=values,
        errors=errors,
        categories=CATEGORIES,
        sources=[one for one in SOURCES if one in BY_OFFICIALS],
        own=_own(),
    )


def _show(issue: Issue, errors: dict[str, list[str]]) -> str:
    db = counter.db()
    inside = not scope().is_enterprise
    lines = issue_progress.lines(issue) if inside else issue_progress.lines_for_enterprise(issue)
    tasks = _tasks(issue)
    common = issues.get(db, issue.merged_into_id) if issue.merged_into_id else None
    sees_common = common is not None and permissions.can(scope(), "board", common.scope)
    return render_template(
        "issues/show.html",
        issue=issue,
        enterprise=enterprises.get(db, issue.enterprise_id) if issue.enterprise_id else None,
        territory=territories.tree(db).full_name(issue.scope),
        light=issue_list.light_of(db, issue, now=counter.now()),
        way=_way(issue),
        limit=issue_list.limit_of(issue),
        days_left=issue_list.days_left(db, issue, now=counter.now()),
        lines=[
            {
                "at": filters.moment(datetime.fromisoformat(str(line["at"]))),
                "title": words.word(line["kind"], "issue_step"),
                "who": people.name_of(db, str(line["by"])) if line["by"] and line["by"] != people.SYSTEM else "",
                "text": " · ".join(part for part in (str(line["said"]), str(line["text"])) if part),
                "icon": "check",
                "tone": "",
            }
            for line in reversed(lines)
        ],
        tasks=worklist.of(db, tasks, now=counter.now()).rows,
        members=merging.members(db, issue) if inside and issue.enterprise_id is None else [],
        common=common,
        sees_common=sees_common,
        orders=db.scalars(select(SupervisionOrder).where(SupervisionOrder.issue_id == issue.id)).all()
        if inside
        else [],
        may_note=_may_note(issue),
        over=issue.state in ENDED,
        errors=errors,
        values=request.form,
        posts=words.posts,
        name_of=lambda username: people.name_of(db, username),
    )


def _way(issue: Issue) -> list[tuple[str, str]]:
    """The way of a problem as five steps: (name, `done`, `now` or empty)."""
    at = next(step for step, states in enumerate(_STEPS) if issue.state in states)
    last = issue.state if issue.state in ENDED else "closed"
    return [
        (words.word(name, "issue_way"), "done" if step < at or issue.state in ENDED else "now" if step == at else "")
        for step, name in enumerate(("registered", "accepted", "handling", "answered", last))
    ]


def _merge(values: Any, errors: dict[str, list[str]]) -> str:
    db = counter.db()
    seen = permissions.sees_issues(scope())
    groups = merging.suggestions(db, seen, now=counter.now())
    category = request.values.get("category", "")
    if category not in CATEGORIES and groups:
        category = groups[0].category
    query = (
        select(Issue, Enterprise)
        .join(Enterprise, Enterprise.id == Issue.enterprise_id)
        .where(seen, Issue.state.in_(PENDING), Issue.category == category)
        .order_by(Issue.id.desc())
        .limit(SHOWN)
    )
    return render_template(
        "issues/merge.html",
        groups=groups,
        category=category,
        rows=db.execute(query).all(),
        tree=territories.tree(db),
        values=values,
        ticked=set(request.form.getlist("issue")),
        errors=errors,
    )


def _tasks(issue: Issue) -> list[UserTask]:
    """What waits for a person in the run of a problem; an enterprise sees only what it is asked itself."""
    query = select(UserTask).where(UserTask.instance_id == issue.instance_id, UserTask.status.in_(("open", "held")))
    found = counter.db().scalars(query.order_by(UserTask.id)).all()
    return [task for task in found if not scope().is_enterprise or "ENT" in task.candidate_groups]


def _may_note(issue: Issue) -> bool:
    if scope().is_enterprise or issue.state in ENDED:
        return False
    db = counter.db()
    looks_after = issue.enterprise_id is not None and permissions.can_record(
        db, scope(), issue.enterprise_id, issue.scope
    )
    return looks_after or any(permissions.can_complete_task(db, scope(), task) for task in _tasks(issue))


def _may_open() -> bool:
    return scope().is_enterprise or permissions.can(scope(), "open_issue")


def _check_open() -> None:
    if not _may_open():
        permissions.check(scope(), "open_issue")


def _own() -> list[tuple[int, str]]:
    """The enterprises that somebody speaks for: (id, name)."""
    ids = scope().enterprise_ids if scope().is_enterprise else ()
    return [(one, enterprises.get(counter.db(), one).name) for one in ids]


def _enterprise() -> Enterprise:
    """Whose problem it is; an enterprise speaks for itself alone."""
    db = counter.db()
    if scope().is_enterprise:
        own = [one for one, _ in _own()]
        given = request.form.get("enterprise", "")
        return enterprises.get(db, int(given) if given.isascii() and given.isdigit() and int(given) in own else own[0])
    uscc = request.form.get("uscc", "").strip().upper()
    query = select(Enterprise).where(Enterprise.uscc == uscc, permissions.sees_enterprises(scope()))
    found = db.scalars(query).one_or_none()
    if found is None:
        raise Invalid(fields={"uscc": [Sentence("no enterprise of yours has this credit code")]})
    return found


def _uscc(given: str) -> str:
    """The credit code of an enterprise that I may read, by its number in the address of the page."""
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return ""
    query = select(Enterprise.uscc).where(Enterprise.id == int(given), permissions.sees_enterprises(scope()))
    return counter.db().scalars(query).one_or_none() or ""
