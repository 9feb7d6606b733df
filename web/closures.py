"""Striking off: what waits for my department's signature (signed in batches), what is published, what the statistics say."""

from typing import Final

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from casework import (
    cases,
    closures,
    joint,
    lookbacks,
    people,
    permissions,
    reconciliation,
    relapses,
    statistics,
    territories,
)
from casework.case_tables import Case, Lookback
from casework.tables import Enterprise
from web import counter, language, words
from web.auth import person, scope

blueprint = Blueprint("closures", __name__, url_prefix="/closures")
SHOWN: Final = 200


def init_app(app: Flask) -> None:
    """Mount the pages; only officials see them."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["may_confirm_false_data"] = lambda path: permissions.can(scope(), "confirm_false_data", path)


@blueprint.before_request
def _check() -> None:
    permissions.check(scope(), "board")


@blueprint.get("/")
def index() -> str:
    """The items that wait for a signature of my departments, with the evidence and what the levels said."""
    db = counter.db()
    return render_template(
        "closures/index.html",
        waiting=joint.waiting(db, scope()),
        names=territories.tree(db),
        name_of=lambda username: people.name_of(db, username),
        steps=words.CLOSURE_STEPS,
    )


@blueprint.post("/sign")
@counter.outside
def sign() -> Response:
    """Agree to several items with one opinion; each is an act of its own, and what could not be signed says why."""
    ticked = [int(number) for number in request.form.getlist("task") if number.isascii() and number.isdigit()]
    opinion = request.form.get("opinion", "")
    done = joint.sign(counter.this().database, person().username, ticked, opinion, now=counter.now())
    signed = [one for one in done if one.against is None]
    if signed:
        words.tell("{count} items signed", count=len(signed))
    for one in done:
        if one.against is not None:
            said = language.say(one.against)
            words.tell("{what} was not signed: {reason}", "warning", what=one.what, reason=said)
    return redirect(url_for("closures.index"), 303)


@blueprint.get("/published")
def published() -> str:
    """What stands on the internal board of my territories until when, and the objections to it."""
    db = counter.db()
    found = closures.published(db, scope().paths(permissions.OFFICIALS), now=counter.now(), limit=SHOWN)
    firms = _firms([one.case_id for one in found])
    return render_template(
        "closures/published.html",
        found=[(one, *firms[one.case_id], closures.objections(db, one)) for one in found],
        names=territories.tree(db),
        name_of=lambda username: people.name_of(db, username),
    )


@blueprint.post("/<int:closure_id>/objections")
def object_to(closure_id: int) -> Response:
    """Object to a published closure, with a reason; somebody who has not worked on it investigates."""
    db = counter.db()
    closure = closures.get(db, closure_id)
    permissions.check(scope(), "board", cases.get(db, closure.case_id).scope)
    reason = request.form.get("reason", "")
    closures.object_to(db, closure, reason, by=person().username, now=counter.now())
    words.tell(
        "the objection is on record; somebody who has not worked on the item investigates it within ten working days"
    )
    return redirect(url_for("closures.published"), 303)


@blueprint.get("/watched")
def watched() -> str:
    """What is looked at after the closing: signs of a relapse, and items that the statistics denied or never confirmed."""
    db = counter.db()
    mine = scope().paths(permissions.OFFICIALS)
    query = select(Lookback).join(Case, Case.id == Lookback.case_id).where(Lookback.kind == "triggered")
    query = query.where(territories.under(Case.scope, mine)).order_by(Lookback.id.desc()).limit(SHOWN)
    checks = db.scalars(query).all()
    missing = statistics.unconfirmed(db, mine, limit=SHOWN)
    firms = _firms([*(one.case_id for one in checks), *(item.case_id for item in missing)])
    home = sorted(mine, key=len)[0]
    return render_template(
        "closures/watched.html",
        home=home,
        total=reconciliation.total(reconciliation.by_list(db, home)),
        outcome=lookbacks.outcome(db, mine),
        checks=[(one, *firms[one.case_id]) for one in checks],
        missing=[(item, *firms[item.case_id]) for item in missing],
        names=territories.tree(db),
    )


@blueprint.post("/cases/<int:case_id>/integrity")
def integrity(case_id: int) -> Response:
    """The city or the region found false data: the enterprise carries the integrity flag, and its closed items are checked."""
    db = counter.db()
    case = cases.get(db, case_id)
    permissions.check(scope(), "confirm_false_data", case.scope)
    found = relapses.false_data(db, case, request.form.get("reason", ""), by=person().username, now=counter.now())
    words.tell("the integrity flag is set; {count} closed items are checked", count=len(found))
    return redirect(url_for("cases.show", case_id=case.id), 303)


def _firms(case_ids: list[int]) -> dict[int, tuple[Case, Enterprise]]:
    rows = counter.db().execute(
        select(Case, Enterprise).join(Enterprise, Enterprise.id == Case.enterprise_id).where(Case.id.in_(case_ids))
    )
    return {case.id: (case, enterprise) for case, enterprise in rows}
