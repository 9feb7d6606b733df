"""Liaison officers: who carries how much (K20), who is away and who acts, handing over, and cases without an officer."""

from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from casework import answers, cases, enterprises, handovers, officers, people, permissions, territories, visit_figures
from casework.case_tables import Case
from casework.tables import Assignment, Enterprise, Handover, Officer
from engine.calendars import local_day
from engine.errors import Invalid
from engine.tables import UserTask
from web import counter, language, words
from web.auth import person, scope

blueprint = Blueprint("officers", __name__, url_prefix="/officers")


def init_app(app: Flask) -> None:
    """Mount the pages; officials read, who manages officers acts."""
    app.register_blueprint(blueprint)


@blueprint.before_request
def _check() -> None:
    permissions.check(scope(), "see_officers")


@blueprint.get("/")
def index() -> str:
    """All officers of my territories with their load, visits in time, satisfaction; vacant cases, which must be none."""
    db = counter.db()
    mine = scope().paths(permissions.VERBS["see_officers"])
    path = request.args.get("path", "") or mine[0]
    permissions.check(scope(), "see_officers", path)
    tree, today = territories.tree(db), local_day(counter.now())
    loads = visit_figures.loads(db, [path], today)
    below = [node for node in tree.under(path) if node.parent_path == path]
    return render_template(
        "officers/index.html",
        path=path,
        mine=[(one, tree.full_name(one)) for one in mine],
        above=[
            (one, tree.name(one)) for one in territories.lineage(path) if permissions.can(scope(), "see_officers", one)
        ],
        below=[(node, sum(territories.covers(node.path, load.officer.path) for load in loads)) for node in below],
        loads=loads[: visit_figures.SHOWN],
        total=len(loads),
        cases=sum(load.cases for load in loads),
        full=sum(load.cases >= load.officer.capacity for load in loads),
        away=sum(load.officer.state != "在岗" for load in loads),
        open_handovers=[load for load in loads if load.handover is not None],
        vacant=_with_names(visit_figures.vacant(db, [path])),
        by_county=_with_names(visit_figures.by_county(db, [path])),
        largest=officers.LARGEST_CAPACITY,
        tree=tree,
    )


@blueprint.get("/<int:officer_id>")
def show(officer_id: int) -> str:
    """One officer: his cases, leave, and the form that starts a handover."""
    return _show(_officer(officer_id), {}, {})


@blueprint.post("/<int:officer_id>/leave")
def leave(officer_id: int) -> Response | tuple[str, int]:
    """The officer is away; somebody acts for him, else the county does."""
    officer = _managed(officer_id)
    acting = answers.whole(request.form.get("acting"))
    try:
        officers.go_away(counter.db(), officer.id, acting, by=person().username, now=counter.now())
    except Invalid as refused:
        return _show(officer, request.form, language.say_fields(refused.fields)), 422
    words.tell("{name} is on leave; his cases are looked after", name=officer.person.name)
    return redirect(url_for("officers.show", officer_id=officer.id), 303)


@blueprint.post("/<int:officer_id>/back")
def back(officer_id: int) -> Response:
    """The officer is on duty again."""
    officer = _managed(officer_id)
    officers.come_back(counter.db(), officer.id, by=person().username, now=counter.now())
    words.tell("{name} is on duty again", name=officer.person.name)
    return redirect(url_for("officers.show", officer_id=officer.id), 303)


@blueprint.post("/<int:officer_id>/handover")
def hand_over(officer_id: int) -> Response | tuple[str, int]:
    """Start a handover: all his cases, or those that were ticked."""
    officer, form = _managed(officer_id), request.form
    ticked = [number for one in form.getlist("cases") if (number := answers.whole(one)) is not None]
    try:
        handover = handovers.open_handover(
            counter.db(),
            officer.id,
            answers.whole(form.get("successor")),
            kind=form.get("kind", "transfer"),
            case_ids=ticked,
            reason=form.get("reason", ""),
            notes=form.get("notes", "")[:2000],
            by=person().username,
            now=counter.now(),
        )
    except Invalid as refused:
        return _show(officer, form, language.say_fields(refused.fields)), 422
    words.tell("the handover has begun; until both have signed the cases are looked after")
    return redirect(url_for("officers.handover", handover_id=handover.id), 303)


@blueprint.get("/handovers/<int:handover_id>")
def handover(handover_id: int) -> str:
    """One handover: who to whom, why, what was open, who signed."""
    db = counter.db()
    row = handovers.get(db, handover_id)
    officer = _officer(row.predecessor_id)
    waiting = db.scalars(
        select(UserTask).where(UserTask.instance_id == row.instance_id, UserTask.status == "open").order_by(UserTask.id)
    ).all()
    return render_template(
        "officers/handover.html",
        handover=row,
        officer=officer,
        successor=officers.get(db, row.successor_id) if row.successor_id else None,
        waiting=waiting if row.instance_id else [],
        name_of=lambda username: people.name_of(db, username) if username else "",
    )


@blueprint.post("/cases/<int:case_id>")
def reassign(case_id: int) -> Response:
    """Give one case to another officer at once."""
    db = counter.db()
    case = cases.get(db, case_id)
    permissions.check(scope(), "manage_officers", case.scope)
    chosen, reason = answers.whole(request.form.get("officer")), request.form.get("reason", "")
    if chosen is None:
        raise Invalid(fields={"officer": [officers.NOBODY]})
    row = handovers.reassign(db, case.id, chosen, reason=reason, by=person().username, now=counter.now())
    words.tell(
        "{case_no} is with {name} now", case_no=case.case_no, name=row.officer.person.name if row.officer else ""
    )
    return redirect(url_for("cases.show", case_id=case.id), 303)


def _show(officer: Officer, typed: Any, wrong: Any) -> str:
    db = counter.db()
    rows = db.execute(
        select(Case, Enterprise, Assignment)
        .join(Assignment, Assignment.case_id == Case.id)
        .join(Enterprise, Enterprise.id == Case.enterprise_id)
        .where(Assignment.officer_id == officer.id, Assignment.until.is_(None))
        .order_by(Case.id)
    ).all()
    past = db.scalars(select(Handover).where(Handover.predecessor_id == officer.id).order_by(Handover.id.desc())).all()
    others = [load for load in officers.loads(db, officer.path) if load.officer.id != officer.id]
    labels = [
        (str(one.officer.id), f"{one.officer.person.name} ({one.cases}/{one.officer.capacity})") for one in others
    ]
    return render_template(
        "officers/show.html",
        officer=officer,
        load=next(
            (
                one
                for one in visit_figures.loads(db, [officer.path], local_day(counter.now()))
                if one.officer.id == officer.id
            ),
            None,
        ),
        rows=rows,
        past=past,
        successors=labels,
        place=territories.tree(db).full_name(officer.path),
        may=permissions.can(scope(), "manage_officers", officer.path),
        acting=officers.get(db, officer.acting_officer_id) if officer.acting_officer_id else None,
        typed=typed,
        wrong=wrong,
        largest=officers.LARGEST_CAPACITY,
    )


def _officer(officer_id: int) -> Officer:
    officer = officers.get(counter.db(), officer_id)
    permissions.check(scope(), "see_officers", officer.path)
    return officer


def _managed(officer_id: int) -> Officer:
    officer = officers.get(counter.db(), officer_id)
    permissions.check(scope(), "manage_officers", officer.path)
    return officer


def _with_names(found: list[Case]) -> list[tuple[Case, Enterprise]]:
    return [(case, enterprises.get(counter.db(), case.enterprise_id)) for case in found]
