"""What is asked for about an institution on file: by its enterprise, and by the departments; and the calls for recognition."""

from datetime import date
from typing import Final

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework import (
    filing_changes,
    institution_list,
    permissions,
    recognitions,
    renewals,
    revocations,
    territories,
    whitelist,
)
from casework.filing_tables import RdInstitution
from casework.permissions import Held
from engine.errors import Invalid, NotFound
from web import counter, institutions, language, words
from web.auth import person, scope

blueprint = Blueprint("institution_acts", __name__, url_prefix="/institutions")
BY_ENTERPRISE: Final = ("change", "upgrade", "renewal", "cancellation", "recognition")
BY_OFFICIALS: Final = {
    "invite_upgrade": "invite_filing",
    "revocation": "revoke_filings",
    "list_on": "keep_whitelist",
    "list_off": "keep_whitelist",
}
"""What officials ask for, and the verb of `permissions` that allows it."""


def init_app(app: Flask) -> None:
    """Mount the acts, and tell the page of an institution which of them are open to the one who looks."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(acts_of=acts_of, calls_for=_calls_for)
    app.jinja_env.globals["may_see_recognitions"] = lambda: permissions.can(scope(), "board")


@blueprint.post("/<int:institution_id>/ask/<act>")
def ask(institution_id: int, act: str) -> Response | tuple[str, int]:
    """Ask for something; what is to be filled in appears among the tasks of whoever has to."""
    institution = institution_list.get(counter.db(), scope(), institution_id)
    _check(institution, act)
    try:
        _ask(institution, act)
    except Invalid as refused:
        return institutions.page(institution, language.say_fields(refused.fields)), 422
    words.tell("it was asked for; what is to be filled in appears among the tasks in a moment")
    return redirect(url_for("institutions.show", institution_id=institution.id), 303)


@blueprint.get("/recognitions")
def calls() -> str:
    """The calls for graded recognition of my territories, and a form for a new one."""
    permissions.check(scope(), "board")
    return _calls({})


@blueprint.post("/recognitions")
def call() -> Response | tuple[str, int]:
    """A department calls for applications; its post says level, line and territory."""
    permissions.check(scope(), "call_recognition")
    form = request.form
    held = next((one for one in _callers() if f"{one.post}:{one.path}" == form.get("post", "")), _callers()[0])
    places = form.get("places", "")
    try:
        made = recognitions.call(
            counter.db(),
            level="region" if held.post.startswith("R") else "city",
            path=held.path,
            line="industry" if held.post.endswith("G") else "science",
            title=form.get("title", "")[:200],
            closes_on=_day(form.get("closes_on", "")),
            places=int(places) if places.isascii() and places.isdigit() and len(places) < 5 else 0,
            by=person().username,
            now=counter.now(),
        )
    except Invalid as refused:
        return _calls(language.say_fields(refused.fields)), 422
    words.tell("the call {number} is open", number=made.number)
    return redirect(url_for("institution_acts.calls"), 303)


def acts_of(institution: RdInstitution) -> list[str]:
    """What may be asked for now by the one who looks; nothing once the filing is over."""
    if institution.state != "filed":
        return ["list_off"] if _is_listed(institution) and _allowed(institution, "list_off") else []
    db = counter.db()
    found: list[str] = []
    if _speaks_for(institution):
        found.append("change" if filing_changes.running(db, institution.id) is None else "")
        if renewals.open_application(db, institution) is None:
            found += ["upgrade" if institution.level == "city" else "", "renewal" if institution.valid_until else ""]
        if institution.enterprise_id in scope().enterprise_ids:
            found.append("cancellation")
    if _allowed(institution, "invite_upgrade") and institution.level == "city":
        found.append("invite_upgrade")
    if _allowed(institution, "revocation"):
        found.append("revocation")
    if _allowed(institution, "list_on") and institution.level == "region":
        found.append("list_off" if _is_listed(institution) else "list_on")
    return [one for one in found if one]


def _ask(institution: RdInstitution, act: str) -> None:
    db, by, now = counter.db(), person().username, counter.now()
    reason = request.form.get("reason", "")[:1000]
    match act:
        case "change":
            filing_changes.ask(db, institution, by=by, now=now)
        case "upgrade":
            renewals.ask_upgrade(db, institution, by=by, now=now)
        case "renewal":
            renewals.ask_renewal(db, institution, by=by, now=now)
        case "cancellation":
            revocations.ask_cancellation(db, institution, reason, by=by, now=now)
        case "recognition":
            number = request.form.get("call", "")
            chosen = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
            recognitions.apply(db, chosen, institution, by=by, now=now)
        case "invite_upgrade":
            renewals.invite_upgrade(db, institution, by=by, now=now)
        case "revocation":
            revocations.propose(db, institution, request.form.get("trigger", ""), reason, by=by, now=now)
        case _:
            whitelist.ask(db, institution, act.removeprefix("list_"), reason, by=by, now=now)


def _check(institution: RdInstitution, act: str) -> None:
    if act in BY_OFFICIALS:
        permissions.check(scope(), BY_OFFICIALS[act], institution.scope)
    elif act not in BY_ENTERPRISE:
        raise NotFound("there is nothing at this address")
    elif act == "cancellation":
        permissions.check_enterprise(scope(), institution.enterprise_id)
    elif not _speaks_for(institution):
        permissions.check_record(counter.db(), scope(), institution.enterprise_id, institution.scope)


def _speaks_for(institution: RdInstitution) -> bool:
    own = institution.enterprise_id in scope().enterprise_ids
    return own or permissions.can_record(counter.db(), scope(), institution.enterprise_id, institution.scope)


def _allowed(institution: RdInstitution, act: str) -> bool:
    return permissions.can(scope(), BY_OFFICIALS[act], institution.scope)


def _is_listed(institution: RdInstitution) -> bool:
    return whitelist.entry_of(counter.db(), institution) is not None


def _calls_for(institution: RdInstitution) -> list[tuple[str, str]]:
    """The calls that an institution may apply to now, for whoever speaks for it: (id, title)."""
    if institution.state != "filed" or not _speaks_for(institution):
        return []
    db = counter.db()
    applied = {one.batch for one in institution_list.life(db, institution).recognitions}
    found = recognitions.open_for(db, institution, now=counter.now())
    return [(str(one.id), f"{one.number} {one.title}") for one in found if one.number not in applied]


def _calls(errors: dict[str, list[str]]) -> str:
    db = counter.db()
    found = institution_list.calls(db, scope().paths(permissions.OFFICIALS))
    tree = territories.tree(db)
    return render_template(
        "institutions/recognitions.html",
        found=[(one, recognitions.of_call(db, one)) for one in found],
        names=institution_list.names(db, [one.number for one in found]),
        errors=errors,
        values=request.form,
        callers=[
            (f"{one.post}:{one.path}", f"{words.word(one.post, 'post')} · {tree.full_name(one.path)}")
            for one in _callers()
        ],
        tree=tree,
    )


def _callers() -> list[Held]:
    return [one for one in scope().held if one.post in permissions.VERBS["call_recognition"]]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min
