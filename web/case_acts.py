"""What an officer does to a case beside its tasks: add a measure, ask to drop one, report a change of state."""

from collections.abc import Mapping
from typing import Any, cast

from flask import Blueprint, Flask, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from casework import (
    answers,
    casefile,
    cases,
    enterprises,
    measure_runs,
    measures,
    people,
    permissions,
    statuses,
    territories,
)
from casework.case_tables import LIVING_CASE, Case, Measure
from casework.status_tables import KINDS
from engine import submissions, versions
from engine.errors import Conflict, Invalid, Sentence
from web import counter, language, schemas, words
from web.auth import person, scope

blueprint = Blueprint("acts", __name__, url_prefix="/cases")


def init_app(app: Flask) -> None:
    """Mount the pages; what each person may do is decided by `permissions`."""
    app.register_blueprint(blueprint)


@blueprint.get("/<int:case_id>/measures/new")
def new_measure(case_id: int) -> str:
    """The form of a measure that is added while the plan runs."""
    case = _recordable(case_id)
    plan = cases.approved_plan(counter.db(), case)
    if plan is None:
        raise Conflict("no plan is in force, so there is nothing to add a measure to")
    day = scope().day.isoformat()
    return render_template(
        "cases/measure_new.html",
        case=case,
        enterprise=enterprises.get(counter.db(), case.enterprise_id),
        plan=plan,
        schema=_schema("measure-new"),
        data={"measure": {"start": day, "due": plan.ends_on.isoformat()}},
    )


@blueprint.post("/<int:case_id>/measures/new")
def add_measure(case_id: int) -> Response:
    """Add a measure to the plan in force."""
    case = _recordable(case_id)
    given = _submitted("measure-new", {})
    measure_runs.add(counter.db(), case, given.get("measure", {}), by=person().username, now=counter.now())
    words.tell("the measure was added")
    return jsonify({"next": url_for("cases.show", case_id=case.id), "message": gettext("Done")})


@blueprint.get("/measures/<int:measure_id>/drop")
def drop(measure_id: int) -> str:
    """The form with which dropping a measure is asked for, and who decides."""
    measure, case = _measure(measure_id)
    db = counter.db()
    return render_template(
        "cases/measure_drop.html",
        measure=measure,
        case=case,
        enterprise=enterprises.get(db, case.enterprise_id),
        schema=_schema("measure-drop"),
        mandatory=measure_runs.is_mandatory(db, case, measure, now=counter.now()),
        deciders=[one.name for one in people.holders(db, ["XL"], case.scope, scope().day)],
    )


@blueprint.post("/measures/<int:measure_id>/drop")
def ask_drop(measure_id: int) -> Response:
    """Ask that a measure be dropped."""
    measure, case = _measure(measure_id)
    given = _submitted("measure-drop", {})
    reason = str(answers.context(given.get("drop")).get("reason") or "")
    measure_runs.ask_drop(counter.db(), measure, reason, by=person().username, now=counter.now())
    words.tell("the county leader was asked")
    return jsonify({"next": url_for("cases.show", case_id=case.id), "message": gettext("Done")})


@blueprint.get("/<int:case_id>/status")
def status(case_id: int) -> str:
    """The form with which a change of state is reported, and what was reported before."""
    return _status_page(_reportable(case_id), {"kind": "halted", "day": scope().day.isoformat()}, {})


@blueprint.post("/<int:case_id>/status")
def report_status(case_id: int) -> BaseResponse | tuple[str, int]:
    """Report that the enterprise halted, was cancelled, moved, left the roster or resumed."""
    case = _reportable(case_id)
    given = {name: request.form.get(name, "").strip() for name in ("kind", "day", "to", "proof")}
    day = answers.day(given["day"])
    wrong: dict[str, list[Sentence]] = {}
    if given["kind"] not in KINDS:
        wrong["kind"] = [Sentence("choose what happened")]
    if day is None or day > scope().day:
        wrong["day"] = [Sentence("give the day, not later than today")]
    if not given["proof"]:
        wrong["proof"] = [Sentence("say where this is known from")]
    if given["kind"] == "moved_inside" and given["to"] in {"", case.scope}:
        wrong["to"] = [Sentence("choose the county or zone it moves to")]
    if wrong or day is None:
        return _status_page(case, given, wrong), 422
    statuses.report(
        counter.db(),
        case,
        given["kind"],
        day=day,
        proof=given["proof"],
        to_path=given["to"],
        by=person().username,
        now=counter.now(),
    )
    words.tell("the county was asked to look into it")
    return redirect(url_for("cases.show", case_id=case.id), 303)


def _status_page(case: Case, given: Mapping[str, str], wrong: Mapping[str, list[Sentence]]) -> str:
    db = counter.db()
    tree = territories.tree(db)
    nodes = tree.under(territories.REGION, "county", "zone")
    return render_template(
        "cases/status.html",
        case=case,
        enterprise=enterprises.get(db, case.enterprise_id),
        kinds=KINDS,
        given={"kind": "", "day": "", "to": "", "proof": "", **given},
        errors={name: [language.say(one) for one in found] for name, found in wrong.items()},
        territories=[(node.path, tree.full_name(node.path)) for node in nodes],
        reports=statuses.of_case(db, case),
        name_of=lambda username: people.name_of(db, username),
    )


def _recordable(case_id: int) -> Case:
    case = casefile.get(counter.db(), scope(), case_id)
    permissions.check_record(counter.db(), scope(), case.enterprise_id, case.scope)
    return case


def _reportable(case_id: int) -> Case:
    case = casefile.get(counter.db(), scope(), case_id)
    permissions.check(scope(), "report_status", case.scope)
    if case.state not in LIVING_CASE:
        raise Conflict("the case {case_no} is over", case_no=case.case_no)
    return case


def _measure(measure_id: int) -> tuple[Measure, Case]:
    row = measures.get(counter.db(), measure_id)
    return row, _recordable(row.case_id)


def _schema(name: str) -> Any:
    db = counter.db()
    return schemas.said(versions.form(db, versions.newest(db, "form", name).id).schema)


def _submitted(name: str, shown: Mapping[str, object]) -> dict[str, Any]:
    given: object = request.get_json(silent=True)
    submission = cast(dict[str, Any], given).get("submission") if isinstance(given, dict) else None
    if not isinstance(submission, dict):
        raise Invalid("nothing was sent; reload the page, what you typed is kept")
    db = counter.db()
    form = versions.form(db, versions.newest(db, "form", name).id)
    return dict(submissions.check(form, cast(dict[str, Any], submission), shown, now=counter.now()))
