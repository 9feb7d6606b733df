"""Cases: finding one, its file with the drawing it stands in, and progress on its measures."""

from typing import Any, cast

from flask import Blueprint, Flask, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from casework import (
    casefile,
    enterprises,
    lights,
    measure_runs,
    measures,
    officers,
    people,
    permissions,
    plans,
    proofs,
    statuses,
    stuck,
    territories,
    visit_figures,
    worklist,
)
from casework.case_tables import LIGHTS, LISTS, LIVING_CASE, STAGES, Case, Evidence, Measure, Plan
from engine import forms, submissions, versions
from engine.errors import Invalid, NotFound
from web import counter, schemas, words
from web.auth import person, scope
from web.worklist import enterprise_card

blueprint = Blueprint("cases", __name__, url_prefix="/cases")
FORM = "measure"


def init_app(app: Flask) -> None:
    """Mount the pages; what each person sees is decided by `permissions`."""
    app.register_blueprint(blueprint)


@blueprint.get("/")
def index() -> str:
    """The cases I may read, narrowed by what the address says."""
    asked = {name: request.args.get(name, "").strip() for name in ("text", "path", "list", "stage", "light", "state")}
    after = request.args.get("after", "")
    db = counter.db()
    page = casefile.search(
        db,
        scope(),
        text=asked["text"],
        path=asked["path"],
        list_type=asked["list"],
        stage=asked["stage"],
        light="" if scope().is_enterprise else asked["light"],
        state=asked["state"],
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0,
    )
    following = url_for("cases.index", **{**_given(asked), "after": page.next_after}) if page.next_after else ""
    return render_template(
        "cases/index.html",
        page=page,
        asked=asked,
        total=casefile.count(db, scope()),
        following=following,
        tree=territories.tree(db),
        stages=words.STAGES,
        lists=LISTS,
        lights=LIGHTS,
        states=words.CASE_STATES,
    )


@blueprint.get("/<int:case_id>")
def show(case_id: int) -> str:
    """The file of a case."""
    db = counter.db()
    case = casefile.get(db, scope(), case_id)
    enterprise = enterprises.get(db, case.enterprise_id)
    plan = case.plans[-1] if case.plans else None
    assignment = officers.of_case(db, case.id)
    acting = officers.acting_for(db, assignment) if assignment else None
    waiting = casefile.open_tasks(db, case)
    found = db.scalars(select(Evidence).where(Evidence.case_id == case.id, Evidence.withdrawn_at.is_(None))).all()
    return render_template(
        "cases/show.html",
        case=case,
        enterprise=enterprise,
        card=enterprise_card(enterprise),
        territory=territories.tree(db).full_name(case.scope),
        light=lights.why(db, f"case:{case.id}"),
        officer=assignment.officer if assignment else None,
        acting=acting if acting and assignment and acting.id != assignment.officer_id else None,
        tasks=worklist.of(db, waiting, now=counter.now()).rows,
        plan=plan,
        progress=(plans.actual_progress(plan), plans.expected_progress(db, plan, scope().day))
        if plan and plan.state == "approved"
        else None,
        proofs=found,
        stuck=stuck.of_case(db, case, now=counter.now()),
        timeline=casefile.timeline(db, case),
        drawings=casefile.drawings(db, case),
        may_record=_may_record(case),
        checkable={one.id for one in found if permissions.can(scope(), proofs.verb(one, enterprise), case.scope)},
        may_report=permissions.can(scope(), "report_status", case.scope) and case.state in LIVING_CASE,
        status=statuses.open_report(db, case),
        visits=[one for one in visit_figures.of_case(db, case.id) if not scope().is_enterprise or one.result != "void"],
        may_plan_visit=case.state in LIVING_CASE
        and permissions.can_plan_visit(db, scope(), case.enterprise_id, case.scope),
        others=_other_officers(case, assignment.officer_id if assignment else None),
        scope_name=scope().username,
        name_of=lambda username: people.name_of(db, username),
        posts=words.posts,
        stages=STAGES,
        measure_lights=_lights_of(plan),
    )


def _other_officers(case: Case, officer_id: int | None) -> list[tuple[str, str]]:
    """Who could look after the case instead, for those who manage officers: (id, name with load)."""
    if not permissions.can(scope(), "manage_officers", case.scope) or case.state not in LIVING_CASE:
        return []
    loads = officers.loads(counter.db(), case.scope)
    return [
        (str(load.officer.id), f"{load.officer.person.name} ({load.cases}/{load.officer.capacity})")
        for load in loads
        if load.officer.id != officer_id and load.free > 0
    ]


@blueprint.get("/measures/<int:measure_id>")
def measure(measure_id: int) -> str:
    """The form for progress and proofs of one measure."""
    row, case = _measure(measure_id)
    form = _form()
    return render_template(
        "cases/measure.html",
        measure=row,
        case=case,
        enterprise=enterprises.get(counter.db(), case.enterprise_id),
        schema=schemas.said(form.schema),
        data={"measure": {"type": row.type, "progress": row.progress}},
        may_record=_may_record(case) and row.plan.state == "approved",
    )


@blueprint.post("/measures/<int:measure_id>")
def record(measure_id: int) -> Response:
    """Enter progress and proofs."""
    row, case = _measure(measure_id)
    permissions.check_record(counter.db(), scope(), case.enterprise_id, case.scope)
    given: object = request.get_json(silent=True)
    submission = cast(dict[str, Any], given).get("submission") if isinstance(given, dict) else None
    if not isinstance(submission, dict):
        raise Invalid("nothing was sent; reload the page, what you typed is kept")
    form = _form()
    shown = {"measure": {"type": row.type, "progress": row.progress}}
    answers = submissions.check(form, cast(dict[str, Any], submission), shown, now=counter.now())
    measures.record(counter.db(), row.id, answers.get("measure", {}), by=person().username, now=counter.now())
    words.tell("the progress was entered")
    return jsonify({"next": url_for("cases.show", case_id=case.id), "message": gettext("Done")})


@blueprint.post("/proofs/<int:evidence_id>/check")
def check_proof(evidence_id: int) -> BaseResponse:
    """I looked at this proof and it is good: it counts as verified."""
    db = counter.db()
    proof = db.get(Evidence, evidence_id)
    if proof is None or proof.case_id is None:
        raise NotFound("there is no proof {id}", id=evidence_id)
    case = casefile.get(db, scope(), proof.case_id)
    permissions.check(scope(), proofs.verb(proof, enterprises.get(db, case.enterprise_id)), case.scope)
    measures.check_proof(db, proof.id, by=person().username, now=counter.now())
    words.tell("the proof counts as verified now")
    return redirect(url_for("cases.show", case_id=case.id), 303)


def _lights_of(plan: Plan | None) -> dict[int, str]:
    """The light of every measure that is worked on, for those who see lights."""
    if plan is None or plan.state != "approved" or scope().is_enterprise:
        return {}
    pending = [one for one in plan.measures if one.state in measure_runs.PENDING]
    return {one.id: measure_runs.light(counter.db(), one, now=counter.now()).light for one in pending}


def _form() -> forms.Form:
    newest = versions.newest(counter.db(), "form", FORM)
    return versions.form(counter.db(), newest.id)


def _measure(measure_id: int) -> tuple[Measure, Case]:
    row = measures.get(counter.db(), measure_id)
    return row, casefile.get(counter.db(), scope(), row.case_id)


def _may_record(case: Case) -> bool:
    return permissions.can_record(counter.db(), scope(), case.enterprise_id, case.scope)


def _given(asked: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value}
