"""Bringing rosters in: upload, look at every finding, correct the mapping, import all or nothing, take the annotated copy."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from casework import annotating, enterprises, importing, permissions, rosters, territories
from casework.importing import Options, Reading
from casework.tables import Import
from engine.errors import Forbidden, Invalid, NotFound, Sentence
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
    app.register_blueprint(blueprint)


@blueprint.before_request
def _check() -> None:
    permissions.check(scope(), "import")


@blueprint.get("/")
def index() -> str:
    """Where a file is chosen, and what came in before."""
    return _index({}, {})


@blueprint.post("/")
def upload() -> BaseResponse | tuple[str, int]:
    """Read a file without writing anything of it, and show what was found."""
    given = request.files.get("file")
    db = counter.db()
    try:
        if given is None or not given.filename:
            raise Invalid("choose a file first")
        reading = importing.read(db, given.filename, given.read(), options=_options(), now=counter.now())
    except Invalid as refused:
        errors = {"file": [language.say(refused.sentence)], **language.say_fields(refused.fields)}
        return _index(errors, request.form), 422
    row = importing.keep(db, reading, by=person().username, now=counter.now())
    return redirect(url_for("importing.show", import_id=row.id), 303)


@blueprint.get("/<int:import_id>")
def show(import_id: int) -> str:
    """Everything found in one file, row by row, with its mapping."""
    _get(import_id)
    return _page(import_id, importing.again(counter.db(), import_id, now=counter.now()), {})


@blueprint.post("/<int:import_id>/mapping")
def change(import_id: int) -> BaseResponse | tuple[str, int]:
    """Another mapping of columns, or another unit: read again."""
    mapping = {
        name[4:]: int(value) for name, value in request.form.items() if name.startswith("col-") and value.isdigit()
    }
    _get(import_id)
    try:
        importing.change(counter.db(), import_id, mapping, _options(), now=counter.now())
    except Invalid as refused:
        reading = importing.again(counter.db(), import_id, now=counter.now())
        return _page(import_id, reading, language.say_fields(refused.fields)), 422
    return redirect(url_for("importing.show", import_id=import_id), 303)


@blueprint.post("/<int:import_id>/apply")
def apply(import_id: int) -> BaseResponse:
    """Write all rows that are not refused, in one transaction."""
    _get(import_id)
    _check_territory(importing.again(counter.db(), import_id, now=counter.now()))
    reading = importing.apply(counter.db(), import_id, by=person().username, now=counter.now())
    count = len(reading.records) - len(reading.refused)
    words.tell("{count} rows came in, {refused} were refused", count=count, refused=len(reading.refused))
    return redirect(url_for("importing.show", import_id=import_id), 303)


@blueprint.get("/<int:import_id>/annotated.xlsx")
def annotated(import_id: int) -> Response:
    """The user's own sheet with the remarks beside the cells."""
    _get(import_id)
    reading = importing.again(counter.db(), import_id, now=counter.now())
    response = Response(annotating.annotate(reading, language.say), content_type=XLSX)
    response.headers.set("Content-Disposition", "attachment", filename=f"xiaohao-import-{import_id}.xlsx")
    return response


def _options() -> Options:
    form = request.form
    year = form.get("year", "").strip()
    return Options(
        form.get("unit", ""),
        int(year) if year.isascii() and year.isdigit() else 0,
        form.get("period", "").strip(),
        form.get("grade", "g1"),
    )


def _visible(row: Import) -> bool:
    """A file that was read is shown to whoever brought it, and to those who import for the whole region."""
    return row.by == person().username or permissions.can(scope(), "import", territories.REGION)


def _get(import_id: int) -> Import:
    row = counter.db().get(Import, import_id)
    if row is None or not _visible(row):
        raise NotFound("there is no import {id}", id=import_id)
    return row


def _check_territory(reading: Reading) -> None:
    """Nobody imports into a territory that is not his.

    Raises:
        Forbidden: names the first row that lies elsewhere.
    """
    if permissions.can(scope(), "import", territories.REGION):
        return
    db = counter.db()
    tree = territories.tree(db)
    known = enterprises.by_codes(db, (record.values.get("uscc", "") for record in reading.records))
    for record in reading.records:
        enterprise = known.get(record.values.get("uscc", ""))
        paths = {record.values.get("path") or "", enterprise.path if enterprise else ""} - {""}
        elsewhere = [path for path in sorted(paths) if not permissions.can(scope(), "import", path)]
        if not record.refused and elsewhere:
            raise Forbidden(
                "row {row} belongs to {territory}, which is not yours; leave it out",
                row=record.row,
                territory=tree.full_name(elsewhere[0]),
            )


def _index(errors: Mapping[str, list[str]], values: Mapping[str, str]) -> str:
    found = counter.db().execute(select(Import).order_by(Import.id.desc()).limit(200)).scalars()
    rows = [row for row in found if _visible(row)][:20]
    return render_template("importing/index.html", rows=rows, kinds=KINDS, errors=errors, values=values)


def _page(import_id: int, reading: Reading, errors: dict[str, list[str]]) -> str:
    row = _get(import_id)
    unused = [
        name
        for column, name in enumerate(reading.sheet.headers, 1)
        if name.strip() and column not in reading.mapping.values()
    ]
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
        unused=unused,
        errors=errors,
    )
