"""Filing of R&D institutions: beginning an application, following it, the list of officials, and one filing with all that was said."""

from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from casework import (
    enterprises,
    filing_list,
    filing_publicity,
    filing_versions,
    filing_way,
    filings,
    people,
    permissions,
    territories,
    worklist,
)
from casework.filing_tables import (
    FILING_LEVELS,
    LINES,
    OPEN_FILING,
    Filing,
    FilingObjection,
    FilingOpinion,
    OnsiteCheck,
    RdInstitution,
)
from casework.filing_versions import Version
from casework.tables import Enterprise
from engine.errors import Conflict, Invalid, Sentence
from engine.tables import UserTask
from web import counter, filing_words, filters, language, words
from web.auth import person, scope

blueprint = Blueprint("filings", __name__, url_prefix="/filings")
ASKED: Final = ("text", "path", "level", "line", "state", "only", "since", "until", "k10")
TONES: Final = {
    "agree": "green", "accept": "green", "pass": "green", "consistent": "green", "return": "yellow", "correct": "yellow",
    "partly": "yellow", "refuse": "red", "reject": "red", "false": "red", "fail": "red",
}  # fmt: skip


def init_app(app: Flask) -> None:
    """Mount the pages; what each person sees is decided by `permissions`."""
    app.register_blueprint(blueprint)
    app.jinja_env.filters["member"] = member
    app.jinja_env.globals["may_see_pipeline"] = lambda: permissions.can(scope(), "board")


@blueprint.get("/")
def index() -> str:
    """For an enterprise what filing is, its applications and institutions; for officials the filings they may read."""
    return _own({}) if scope().is_enterprise else _list({})


@blueprint.post("/")
def create() -> Response | tuple[str, int]:
    """Begin an application: the enterprise for itself, its officer on behalf of it, an official by invitation."""
    db = counter.db()
    if not scope().is_enterprise and not _may_begin():
        permissions.check(scope(), "invite_filing")
    try:
        enterprise = _enterprise()
        permissions.check_open_filing(db, scope(), enterprise.id, enterprise.path)
        invited = not scope().is_enterprise and not permissions.can_record(db, scope(), enterprise.id, enterprise.path)
        filing = filings.open_filing(
            db,
            enterprise.id,
            source="invitation" if invited else "self",
            level=request.form.get("level", ""),
            by=person().username,
            now=counter.now(),
        )
    except Invalid as refused:
        errors = language.say_fields(refused.fields)
        return (_own(errors) if scope().is_enterprise else _list(errors)), 422
    words.tell("the application {number} was begun; its form appears among the tasks in a moment", number=filing.ref_no)
    return redirect(url_for("filings.show", filing_id=filing.id), 303)


@blueprint.get("/<int:filing_id>")
def show(filing_id: int) -> str:
    """One application: where it is and whose turn; for officials also versions, opinions, site checks and objections."""
    return _show(filing_list.get(counter.db(), scope(), filing_id))


@blueprint.post("/<int:filing_id>/withdraw")
def withdraw(filing_id: int) -> Response:
    """The enterprise gives its application up; nothing is held against it."""
    db = counter.db()
    filing = filing_list.get(db, scope(), filing_id)
    if not _may_withdraw(filing):
        permissions.check_enterprise(scope(), filing.enterprise_id)
        raise Conflict("this application is over already; it cannot be withdrawn")
    filings.withdraw(db, filing, request.form.get("reason", ""), by=person().username, now=counter.now())
    words.tell("{number} is being given up; you may apply again at any time", number=filing.ref_no)
    return redirect(url_for("filings.show", filing_id=filing.id), 303)


@blueprint.get("/published")
def published() -> str:
    """For officials: what stands in the public list of my territories, with the objections to it."""
    permissions.check(scope(), "board")
    db = counter.db()
    found = filing_publicity.published(db, scope().paths(permissions.OFFICIALS), now=counter.now())
    return render_template(
        "filings/published.html",
        found=found,
        objections=filing_publicity.objections(db, [one.filing.id for one in found]),
        tree=territories.tree(db),
        masked=filing_publicity.masked,
        name_of=lambda username: people.name_of(db, username),
    )


def _own(errors: dict[str, list[str]]) -> str:
    db = counter.db()
    mine = list(scope().enterprise_ids)
    firms = {one: enterprises.get(db, one) for one in mine}
    found = list(db.scalars(select(Filing).where(Filing.enterprise_id.in_(mine)).order_by(Filing.id.desc())))
    places = select(RdInstitution).where(RdInstitution.enterprise_id.in_(mine)).order_by(RdInstitution.id.desc())
    tasks = filing_list.tasks_of(db, found)
    return render_template(
        "filings/own.html",
        errors=errors,
        firms=firms,
        found=[(one, _turn(tasks.get(one.instance_id or 0, []))) for one in found],
        open_states=OPEN_FILING,
        institutions=list(db.scalars(places)),
        levels=FILING_LEVELS,
        asked_level=request.form.get("level", "city"),
    )


def _list(errors: dict[str, list[str]]) -> str:
    db = counter.db()
    asked = {name: request.args.get(name, "").strip() for name in ASKED}
    before = request.args.get("before", "")
    at = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    page = filing_list.search(db, scope(), asked=asked, before=at, now=counter.now())
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    counts = filing_list.counts(db, scope(), path=asked["path"])
    return render_template(
        "filings/index.html",
        page=page,
        asked=asked,
        errors=errors,
        values=request.form,
        counts=counts,
        running=sum(number for state, number in counts.items() if state in OPEN_FILING),
        kept={"path": asked["path"]} if asked["path"] else {},
        following=url_for("filings.index", **given, before=page.next_before) if page.next_before else "",
        tree=territories.tree(db),
        places=places(),
        levels=FILING_LEVELS,
        lines=LINES,
        states=filing_list.STATES,
        only=filing_words.ONLY,
        may_open=_may_begin(),
        posts=words.posts,
    )


def _show(filing: Filing) -> str:
    db = counter.db()
    inside = not scope().is_enterprise
    waiting = filing_list.tasks_of(db, [filing]).get(filing.instance_id or 0, [])
    seen = [task for task in waiting if inside or "ENT" in task.candidate_groups]
    versions = filing_versions.versions(db, filing)
    checks = list(db.scalars(select(OnsiteCheck).where(OnsiteCheck.filing_id == filing.id).order_by(OnsiteCheck.round)))
    objections = filing_publicity.objections(db, [filing.id])[filing.id]
    return render_template(
        "filings/show.html",
        filing=filing,
        enterprise=enterprises.get(db, filing.enterprise_id),
        territory=territories.tree(db).full_name(filing.scope),
        institution=db.get(RdInstitution, filing.institution_id) if filing.institution_id else None,
        predecessor=filings.get(db, filing.predecessor_id) if filing.predecessor_id else None,
        way=filing_way.way(db, filing),
        tasks=worklist.of(db, seen, now=counter.now()).rows,
        turn=_turn(waiting),
        is_over=filing.state not in OPEN_FILING,
        may_withdraw=_may_withdraw(filing),
        versions=versions,
        checks=checks if inside else [],
        objections=objections if inside else [],
        events=_events(filing, versions, checks, objections) if inside else _own_events(versions),
        masked=filing_publicity.masked,
        name_of=lambda username: people.name_of(db, username),
        posts=words.posts,
    )


def _may_begin() -> bool:
    return scope().has("LO") or permissions.can(scope(), "invite_filing")


def _turn(tasks: list[UserTask]) -> dict[str, Any]:
    """Whose turn it is and until when, of what waits: the first that is due. Nobody's name, only the office."""
    if not tasks:
        return {}
    task = min(tasks, key=lambda one: (one.due_at is None, one.due_at or one.created_at))
    groups = [group for group in task.candidate_groups if group not in {"LO", "EX"}] or task.candidate_groups
    return {
        "whose": words.posts(",".join(groups)),
        "is_own": "ENT" in task.candidate_groups,
        "task": task,
        "due": task.due_at,
        "paused": task.paused_at is not None,
    }


def _events(
    filing: Filing, versions: list[Version], checks: list[OnsiteCheck], objections: list[FilingObjection]
) -> list[dict[str, Any]]:
    """Everything that was sent, said, seen and objected, the newest first."""
    db = counter.db()
    found: list[tuple[datetime, dict[str, Any]]] = [(one.at, _sent(one)) for one in versions]
    found += [(said.at, _said(said)) for said in filing.opinions]
    for check in checks:
        if check.at is not None:
            title = Sentence("Looked at on site, round {round}", {"round": check.round})
            result = words.word(check.conclusion, "filing_decision")
            event = {
                "title": f"{language.say(title)}：{result}",
                "who": people.name_of(db, check.by),
                "text": check.note,
            }
            found.append((check.at, {**event, "icon": "map-pin", "tone": TONES.get(check.conclusion, "")}))
    for one in objections:
        event = {"title": language.say(Sentence("An objection was received")), "who": filing_publicity.masked(one.name)}
        found.append((one.received_at, {**event, "text": one.text, "icon": "flag", "tone": "yellow"}))
    found.sort(key=lambda pair: pair[0])
    found.reverse()
    return [{"at": filters.moment(at), **event} for at, event in found]


def _said(opinion: FilingOpinion) -> dict[str, Any]:
    return {
        "title": f"{words.posts(opinion.post)}：{words.word(opinion.decision, 'filing_decision')}",
        "who": people.name_of(counter.db(), opinion.by),
        "text": opinion.text,
        "icon": "check" if TONES.get(opinion.decision) == "green" else "message",
        "tone": TONES.get(opinion.decision, ""),
    }


def _own_events(versions: list[Version]) -> list[dict[str, Any]]:
    return [{"at": filters.moment(one.at), **_sent(one)} for one in reversed(versions)]


def _sent(version: Version) -> dict[str, Any]:
    said = Sentence("Version {number} of the application was sent", {"number": version.number})
    who = people.name_of(counter.db(), version.by)
    helped = language.say(Sentence("on behalf of the enterprise")) if version.on_behalf_of else ""
    return {
        "title": language.say(said),
        "who": f"{who}（{helped}）" if helped else who,
        "icon": "file-text",
        "tone": "blue",
    }


def _may_withdraw(filing: Filing) -> bool:
    return filing.enterprise_id in scope().enterprise_ids and filing.state in OPEN_FILING


def member(of_team: Any) -> str:
    """A member of a team on site by name: a user name, a name, or a row with one."""
    named = of_team.get("name") or of_team.get("username") or "" if isinstance(of_team, dict) else of_team
    return people.name_of(counter.db(), str(named))


def places() -> list[tuple[str, str]]:
    """The territories that I may narrow a list to: (path, name)."""
    mine, tree = scope().paths(permissions.OFFICIALS), territories.tree(counter.db())
    return [
        (path, tree.full_name(path))
        for path in sorted(tree.nodes)
        if any(territories.covers(one, path) for one in mine)
    ]


def _enterprise() -> Enterprise:
    """Whose institution it is; an enterprise applies for itself alone."""
    db = counter.db()
    if scope().is_enterprise:
        own = scope().enterprise_ids
        given = request.form.get("enterprise", "")
        return enterprises.get(db, int(given) if given.isascii() and given.isdigit() and int(given) in own else own[0])
    uscc = request.form.get("uscc", "").strip().upper()
    query = select(Enterprise).where(Enterprise.uscc == uscc, permissions.sees_enterprises(scope()))
    found = db.scalars(query).one_or_none()
    if found is None:
        raise Invalid(fields={"uscc": [Sentence("no enterprise of yours has this credit code")]})
    return found
