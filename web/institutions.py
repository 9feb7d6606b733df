"""The register of R&D institutions (备案名册): looking one up, its validity and history, and what its enterprise may ask for."""

from typing import Any, Final

from flask import Blueprint, Flask, render_template, request, url_for

from casework import enterprises, institution_list, people, six_haves, territories
from casework.filing_tables import FILING_LEVELS, INSTITUTION_TYPES, LINES, RdInstitution
from engine.calendars import local_day
from web import counter, filing_words
from web.auth import scope
from web.filings import places

blueprint = Blueprint("institutions", __name__, url_prefix="/institutions")
ASKED: Final = ("text", "path", "level", "line", "type", "validity")
TRIGGERS: Final = ("false_data", "inactive", "rectification", "promise", "enterprise_cancelled")
"""Why an official may propose to take a filing back."""


def init_app(app: Flask) -> None:
    """Mount the pages; what each person sees is decided by `permissions`."""
    app.register_blueprint(blueprint)


@blueprint.get("/")
def index() -> str:
    """The institutions I may read, narrowed by what the address says."""
    asked = {name: request.args.get(name, "").strip() for name in ASKED}
    before = request.args.get("before", "")
    at = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    db = counter.db()
    day = local_day(counter.now())
    page = institution_list.search(db, scope(), asked=asked, before=at, now=counter.now())
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return render_template(
        "institutions/index.html",
        page=page,
        asked=asked,
        counts=institution_list.counts(db, scope(), path=asked["path"], now=counter.now()),
        kept={"path": asked["path"]} if asked["path"] else {},
        following=url_for("institutions.index", **given, before=page.next_before) if page.next_before else "",
        tree=territories.tree(db),
        places=places(),
        levels=FILING_LEVELS,
        lines=LINES,
        types=INSTITUTION_TYPES,
        validity=filing_words.VALIDITY,
        validity_of=lambda one: institution_list.validity(one, day),
    )


@blueprint.get("/<int:institution_id>")
def show(institution_id: int) -> str:
    """One institution: what is on file, until when, and everything that happened to it."""
    return page(institution_list.get(counter.db(), scope(), institution_id), {})


def page(institution: RdInstitution, errors: dict[str, list[str]]) -> str:
    """The page of an institution; `errors` is what was wrong with what was asked for last."""
    db = counter.db()
    return render_template(
        "institutions/show.html",
        institution=institution,
        enterprise=enterprises.get(db, institution.enterprise_id),
        territory=territories.tree(db).full_name(institution.scope) if institution.scope else "",
        validity=institution_list.validity(institution, local_day(counter.now())),
        life=institution_list.life(db, institution),
        errors=errors,
        values=request.form,
        triggers=TRIGGERS,
        shown=six_haves.shown,
        name_of=lambda username: people.name_of(db, username),
    )
