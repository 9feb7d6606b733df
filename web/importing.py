"""Bringing rosters in: upload, look at every finding, correct the mapping, import all or nothing, take the annotated copy."""

from typing import Any

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from casework import annotating, importing, permissions, rosters
from casework.importing import Options, Reading
from casework.tables import Import
from engine.errors import Invalid, NotFound, Sentence
from web import counter, language, words
from web.auth import person, scope

blueprint = Blueprint("importing", __name__, url_prefix="/import")
SHOWN = 300
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {
    "enterprises": Sentence("Enterprises"),
    "quarter": Sentence("Quarterly figures"),
    "officers": Sentence("Liaison officers"),
}


def init_app(app: Flask) -> None:
    """Mount the pages; only those who may import see them."""
    blueprint.before_request(_check)
    app.register_blueprint(blueprint)


def _check() -> None:
    permissions.check(scope(), "import")


@blueprint.get("/")
def index() -> str:
    """Where a file is chosen, and what came in before."""
    rows = counter.db().execute(select(Import).order_by(Import.id.desc()).limit(20)).scalars().all()
    return render_template("importing/index.html", rows=rows, kinds=KINDS, errors={})


@blueprint.post("/")
def upload() -> BaseResponse | tuple[str, int]:
    """Read a file without writing anything of it, and show what was found."""
    given = request.files.get("file")
    db = counter.db()
    try:
        if given is None or not given.filename:
            raise Invalid("choose a file first", fields={"file": [Sentence("choose a file first")]})
        reading = importing.read(db, given.filename, given.read(), now=counter.now())
    except Invalid as refused:
        rows = db.execute(select(Import).order_by(Import.id.desc()).limit(20)).scalars().all()
        errors = {"file": [language.say(refused.sentence)]}
        return render_template("importing/index.html", rows=rows, kinds=KINDS, errors=errors), 422
    row = importing.keep(db, reading, by=person().username, now=counter.now())
    return redirect(url_for("importing.show", import_id=row.id), 303)


@blueprint.get("/<int:import_id>")
def show(import_id: int) -> str:
    """Everything found in one file, row by row, with its mapping."""
    return _page(import_id, importing.again(counter.db(), import_id, now=counter.now()), {})


@blueprint.post("/<int:import_id>/mapping")
def change(import_id: int) -> BaseResponse | tuple[str, int]:
    """Another mapping of columns, or another unit: read again."""
    mapping = {
        name[4:]: int(value) for name, value in request.form.items() if name.startswith("col-") and value.isdigit()
    }
    form = request.form
    year = form.get("year", "")
    options = Options(
        form.get("unit", ""), int(year) if year.isdigit() else 0, form.get("period", ""), form.get("grade", "g1")
    )
    try:
        importing.change(counter.db(), import_id, mapping, options, now=counter.now())
    except Invalid as refused:
        reading = importing.again(counter.db(), import_id, now=counter.now())
        return _page(import_id, reading, language.say_fields(refused.fields)), 422
    return redirect(url_for("importing.show", import_id=import_id), 303)


@blueprint.post("/<int:import_id>/apply")
def apply(import_id: int) -> BaseResponse:
    """Write all rows that are not refused, in one transaction."""
    reading = importing.apply(counter.db(), import_id, by=person().username, now=counter.now())
    count = len(reading.records) - len(reading.refused)
    words.tell("{count} rows came in, {refused} were refused", count=count, refused=len(reading.refused))
    return redirect(url_for("importing.show", import_id=import_id), 303)


@blueprint.get("/<int:import_id>/annotated.xlsx")
def annotated(import_id: int) -> Response:
    """The user's own sheet with the remarks beside the cells."""
    reading = importing.again(counter.db(), import_id, now=counter.now())
    response = Response(annotating.annotate(reading, language.say), content_type=XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=f"xiaohao-import-{import_id}.xlsx")
    return response


def _page(import_id: int, reading: Reading, errors: dict[str, list[str]]) -> str:
    row = counter.db().get(Import, import_id)
    if row is None:
        raise NotFound("there is no import {id}", id=import_id)
    marked = [record for record in reading.records if record.remarks]
    worst = sorted(marked, key=lambda record: (not record.refused, record.row))
    columns: list[dict[str, Any]] = [
        {
            "key": known.key,
            "label": known.label,
            "required": known.required,
            "column": reading.mapping.get(known.key, 0),
            "unit": reading.units.get(known.key, ""),
        }
        for known in rosters.FIELDS[reading.kind]
    ]
    return render_template(
        "importing/show.html",
        row=row,
        reading=reading,
        records=worst[:SHOWN],
        more=max(0, len(worst) - SHOWN),
        columns=columns,
        headers=list(enumerate(reading.sheet.headers, 1)),
        kind=KINDS[reading.kind],
        errors=errors,
    )
