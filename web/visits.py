"""Visits: what an officer owes this month, how a territory does (K11), a single visit, and a visit that is planned by hand."""

import re
from typing import Any, Final

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from casework import (
    answers,
    cases,
    enterprises,
    officers,
    people,
    permissions,
    territories,
    visit_figures,
    visit_plans,
    visits,
)
from casework.case_tables import LIVING_CASE, Visit
from casework.issue_tables import Issue
from casework.visit_plan_tables import SpotCheck, VisitPlan
from engine.calendars import calendar, local_day
from engine.errors import Invalid, NotFound
from engine.tables import UserTask
from web import counter, language, visit_words, words
from web.auth import person, scope

blueprint = Blueprint("visits", __name__, url_prefix="/visits")
DAYS_AHEAD: Final = 10
"""Working days that the form for a visit planned by hand offers."""


def init_app(app: Flask) -> None:
    """Mount the pages; what each person sees is decided by `permissions`."""
    visit_words.init_app(app)
    app.register_blueprint(blueprint)


@blueprint.get("/")
def index() -> str:
    """What I owe (an officer), how my territories do in a month (an official), or our own visits (an enterprise)."""
    db, today = counter.db(), local_day(counter.now())
    month = _month()
    mine = visit_figures.of_officers(db, scope()) if scope().officer_ids else []
    given: dict[str, Any] = {
        "month": month,
        "months": _months(),
        "mine": mine,
        "today": today,
        "tasks": _tasks(mine),
    }
    if scope().is_enterprise:
        given["own"] = visit_figures.of_enterprises(db, scope().enterprise_ids)
        return render_template("visits/own.html", **given)
    paths = scope().paths(permissions.OFFICIALS)
    if not paths:
        return render_template("visits/index.html", lines=[], path="", **given)
    path = request.args.get("path", "") or paths[0]
    permissions.check(scope(), "board", path)
    lines, tree = visit_figures.lines(db, path, month, today), territories.tree(db)
    return render_template(
        "visits/index.html",
        lines=[line for line in lines if line.planned or line.unvisited],
        total=visit_figures.total(territories.get(db, path), lines),
        checks=visit_figures.spot_checks(db, path, month),
        proposals=visit_figures.missed_in_a_row(db, path, visit_plans.limits(db, now=counter.now())["missed"]),
        path=path,
        above=[(one, tree.name(one)) for one in territories.lineage(path) if permissions.can(scope(), "board", one)],
        mine_paths=[(one, tree.full_name(one)) for one in paths],
        **given,
    )


@blueprint.get("/list")
def behind() -> str:
    """The visits behind a number: by month, territory, kind, class, officer; without a month those that are owed now."""
    db = counter.db()
    asked = {name: request.args.get(name, "") for name in ("month", "path", "kind", "class", "officer")}
    officer = answers.whole(asked["officer"]) or 0
    if scope().is_enterprise:
        raise NotFound("there is no list of visits for you; your own are on the page of visits")
    rows = visit_figures.plans(
        db,
        scope(),
        local_day(counter.now()),
        month=asked["month"],
        path=asked["path"],
        kind=asked["kind"],
        class_=asked["class"],
        officer=officer,
    )
    return render_template(
        "visits/list.html",
        rows=rows,
        asked=asked,
        place=territories.tree(db).full_name(asked["path"]) if asked["path"] else "",
        officer=officers.get(db, officer) if officer else None,
        months=_months(),
        today=local_day(counter.now()),
    )


@blueprint.get("/unvisited")
def unvisited() -> str:
    """The cases that nobody visited for a quarter."""
    path = request.args.get("path", "") or next(iter(scope().paths(permissions.OFFICIALS)), territories.REGION)
    permissions.check(scope(), "board", path)
    db, today = counter.db(), local_day(counter.now())
    return render_template(
        "visits/unvisited.html",
        rows=visit_figures.unvisited_cases(db, path, today),
        place=territories.tree(db).full_name(path),
        today=today,
    )


@blueprint.get("/<int:visit_id>")
def show(visit_id: int) -> str:
    """One visit: when, whom, what was said, what the enterprise answered. The enterprise can propose another day here."""
    return _show(_visit(visit_id), {}, {})


@blueprint.post("/<int:visit_id>/day")
def propose(visit_id: int) -> Response | tuple[str, int]:
    """The enterprise proposes another day, once."""
    db, visit, form = counter.db(), _visit(visit_id), request.form
    case = cases.get(db, visit.case_id)
    permissions.check_enterprise(scope(), case.enterprise_id)
    day = answers.day(form.get("day"))
    try:
        if day is None:
            raise Invalid(fields={"day": [visits.NO_DAY]})
        visits.propose_date(db, visit, day, form.get("reason", ""), by=person().username, now=counter.now())
    except Invalid as refused:
        return _show(visit, form, language.say_fields(refused.fields)), 422
    words.tell("your liaison officer was told; you will get a new appointment")
    return redirect(url_for("visits.show", visit_id=visit.id), 303)


@blueprint.get("/plan/<int:case_id>")
def plan(case_id: int) -> str:
    """Where a visit to the enterprise of a case is planned by hand."""
    _check_plan(case_id)
    return _plan(case_id, {}, {})


@blueprint.post("/plan/<int:case_id>")
def planned(case_id: int) -> Response | tuple[str, int]:
    """Plan a visit by hand; where one is owed already, it goes along with that."""
    _check_plan(case_id)
    db, form = counter.db(), request.form
    due, case = answers.day(form.get("due_on")), cases.get(db, case_id)
    kind, cause = form.get("type", "topic"), form.get("cause", "by_hand")
    try:
        if due is None:
            raise Invalid(fields={"due_on": [visits.NO_DAY]})
        made = visit_plans.plan_visit(
            db,
            case,
            cause if cause in visit_plans.CAUSES else "by_hand",
            kind=kind if kind in visit_plans.TYPES else "topic",
            reason=form.get("reason", "").strip(),
            department=person().unit or person().name,
            topics=[one for one in form.getlist("topics") if one in visit_words.several("topic")],
            due_on=due,
            by=person().username,
            now=counter.now(),
        )
    except Invalid as refused:
        return _plan(case_id, form, language.say_fields(refused.fields)), 422
    if made.state == "merged":
        words.tell("a visit was planned already; yours goes along with it")
    else:
        words.tell("the visit is planned; the liaison officer arranges it")
    return redirect(url_for("cases.show", case_id=case_id), 303)


def _show(visit: Visit, typed: Any, wrong: Any) -> str:
    db = counter.db()
    case = cases.get(db, visit.case_id)
    inside = not scope().is_enterprise
    own = scope().is_enterprise and case.enterprise_id in scope().enterprise_ids
    said = answers.context(visit.data.get("visit"))
    return render_template(
        "visits/show.html",
        visit=visit,
        case=case,
        enterprise=enterprises.get(db, case.enterprise_id),
        arranged=answers.context(visit.data.get("arrangement")),
        said=said,
        people_met=answers.rows(said.get("people")),
        proposal=answers.context(visit.data.get("proposal")),
        plan=visit_plans.of_visit(db, visit.id) if inside else None,
        merged=db.scalars(select(VisitPlan).where(VisitPlan.visit_id == visit.id, VisitPlan.state == "merged")).all(),
        check=db.scalars(select(SpotCheck).where(SpotCheck.visit_id == visit.id)).one_or_none() if inside else None,
        problems=db.scalars(select(Issue).where(Issue.visit_id == visit.id).order_by(Issue.id)).all(),
        recorder=people.name_of(db, visit.recorded_by) if visit.recorded_by else "",
        tasks=db.scalars(
            select(UserTask).where(UserTask.instance_id == visit.instance_id, UserTask.status == "open")
        ).all()
        if inside and visit.instance_id
        else [],
        may_propose=own and visit.result == "arranged" and not visit.data.get("proposal"),
        typed=typed,
        wrong=wrong,
    )


def _plan(case_id: int, typed: Any, wrong: Any) -> str:
    db = counter.db()
    case = cases.get(db, case_id)
    days, today = calendar(db), local_day(counter.now())
    return render_template(
        "visits/plan.html",
        case=case,
        enterprise=enterprises.get(db, case.enterprise_id),
        owed=visit_plans.owed(db, case_id),
        typed=typed,
        wrong=wrong,
        usual=days.add(today, DAYS_AHEAD),
        causes=("by_hand", "request", "anomaly", "red"),
        types=visit_plans.TYPES,
    )


def _visit(visit_id: int) -> Visit:
    """A visit that I may read."""
    db = counter.db()
    visit = visits.get(db, visit_id)
    case = cases.get(db, visit.case_id)
    if not permissions.sees_subject(db, scope(), case.scope, enterprises.subject(case.enterprise_id)):
        raise NotFound("expected visit {visit}, but there is none", visit=visit_id)
    return visit


def _check_plan(case_id: int) -> None:
    case = cases.get(counter.db(), case_id)
    if case.state not in LIVING_CASE:
        raise NotFound("expected a case that is not over")
    permissions.check_plan_visit(counter.db(), scope(), case.enterprise_id, case.scope)


def _month() -> str:
    asked = request.args.get("month", "")
    return asked if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", asked) else local_day(counter.now()).isoformat()[:7]


def _months() -> list[tuple[str, str]]:
    """The months to choose from: next month, this one and the eleven before it, and the one that was asked for."""
    today = local_day(counter.now())
    this = today.year * 12 + today.month - 1
    found = [f"{number // 12}-{number % 12 + 1:02d}" for number in range(this + 1, this - 12, -1)]
    return [(one, one) for one in sorted({*found, _month()}, reverse=True)]


def _tasks(rows: list[visit_figures.Row]) -> dict[int, UserTask]:
    """The open task of each visit in the list, by the visit's run."""
    runs = [row.visit.instance_id for row in rows if row.visit is not None and row.visit.instance_id is not None]
    query = select(UserTask).where(UserTask.instance_id.in_(runs), UserTask.status == "open")
    return {task.instance_id: task for task in counter.db().scalars(query)} if runs else {}
