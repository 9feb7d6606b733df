"""Publication list and register as workbooks, with the title, the unit, the caliber and the day that such papers have."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any, BinaryIO, Final

import xlsxwriter
from flask import Blueprint, Flask, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from casework import filing_sheets, permissions, territories
from casework.filing_sheets import Cell, Line
from engine.errors import Forbidden, Invalid, Sentence
from web import counter, language, words
from web.auth import scope

blueprint = Blueprint("filing_sheets", __name__)
MIME: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS: Final[Mapping[str, Sentence]] = {
    "number": Sentence("No."),
    "filing_no": Sentence("Filing number"),
    "institution": Sentence("Name of the institution"),
    "type": Sentence("Type"),
    "level": Sentence("Level"),
    "line": Sentence("Line"),
    "enterprise": Sentence("Name of the enterprise"),
    "uscc": Sentence("Unified social credit code"),
    "city": Sentence("Prefecture city"),
    "county": Sentence("County (district)"),
    "director": Sentence("Director"),
    "site_address": Sentence("Address of the site"),
    "site_area": Sentence("Site (㎡)"),
    "staff_fulltime": Sentence("Full-time R&D staff"),
    "equip_value": Sentence("Equipment, original value (10,000 yuan)"),
    "rd_input": Sentence("R&D input of last year, accounting (10,000 yuan)"),
    "projects": Sentence("Projects"),
    "ip": Sentence("Intellectual property"),
    "inventions": Sentence("of these invention patents"),
    "filed_on": Sentence("Filed on"),
    "valid_until": Sentence("Valid until"),
    "state": Sentence("State"),
}
_WORDS: Final = {
    "level": "filing_level",
    "line": "filing_line",
    "type": "institution_type",
    "state": "institution_state",
}
_WIDTHS: Final = {"number": 6, "filing_no": 25, "institution": 30, "enterprise": 30, "uscc": 21, "site_address": 32}


def init_app(app: Flask) -> None:
    """Mount the two files; they are for the offices."""
    app.register_blueprint(blueprint)


@blueprint.before_request
def _check() -> None:
    if scope().is_enterprise or not permissions.can(scope(), "board"):
        raise Forbidden("these lists are for the offices; your own institutions are under Filing")


@blueprint.get("/filings/publication.xlsx")
def publication() -> Response:
    """What was filed between `since` and `until` (this month unless asked otherwise), to be published."""
    day = scope().day
    since, until = _day("since", day.replace(day=1)), _day("until", day)
    if since > until:
        raise Invalid(fields={"since": [Sentence("the first day lies behind the last one")]})
    path = request.args.get("path", "")
    lines = filing_sheets.publication(counter.db(), scope(), path=path, since=since, until=until)
    stream = BytesIO()
    write(
        stream,
        lines,
        filing_sheets.PUBLICATION,
        title=gettext("Institutions of enterprises that were filed"),
        left=gettext("Unit: %(unit)s", unit=_unit(path)),
        right=gettext(
            "Filed from %(since)s to %(until)s; filing is a registration, not a licence", since=since, until=until
        ),
        sheet_name=gettext("publication list"),
    )
    return _file(stream, f"filing-publication-{since}-{until}.xlsx")


@blueprint.get("/institutions/register.xlsx")
def register() -> Response:
    """The register as of today; `path` and `state` narrow it."""
    path, state = request.args.get("path", ""), request.args.get("state", "")
    stream = BytesIO()
    write(
        stream,
        filing_sheets.register(counter.db(), scope(), path=path, state=state),
        filing_sheets.REGISTER,
        title=gettext("Register of filed R&D institutions"),
        left=gettext("Unit: %(unit)s", unit=_unit(path)),
        right=gettext("As of %(day)s; amounts in 10,000 yuan, as declared", day=scope().day.isoformat()),
        sheet_name=gettext("register"),
    )
    return _file(stream, f"institution-register-{scope().day.isoformat()}.xlsx")


def write(
    stream: BinaryIO,
    lines: Iterable[Line],
    columns: Sequence[str],
    *,
    title: str,
    left: str,
    right: str,
    sheet_name: str,
) -> int:
    """Writes a list row by row (constant memory); answers how many rows. Nothing in it is ever a formula."""
    book = xlsxwriter.Workbook(
        stream, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(sheet_name)
    last, half = len(columns) - 1, len(columns) // 2
    head = book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True})
    cell = book.add_format({"border": 1, "valign": "top", "text_wrap": True})
    amount = book.add_format({"border": 1, "valign": "top", "num_format": "#,##0.##"})
    when = book.add_format({"border": 1, "valign": "top", "num_format": "yyyy-mm-dd"})
    for column, key in enumerate(columns):
        sheet.set_column(column, column, _WIDTHS.get(key, 12))
    sheet.set_row(0, 30)
    large = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
    sheet.merge_range(0, 0, 0, last, title, large)
    sheet.merge_range(1, 0, 1, half, left, book.add_format({"valign": "vcenter"}))
    sheet.merge_range(1, half + 1, 1, last, right, book.add_format({"align": "right", "valign": "vcenter"}))
    for column, key in enumerate(columns):
        sheet.write_string(2, column, language.say(HEADINGS[key]), head)
    sheet.freeze_panes(3, 3)
    sheet.repeat_rows(0, 2)
    sheet.set_landscape()
    sheet.set_paper(8 if len(columns) > 12 else 9)
    sheet.fit_to_pages(1, 0)
    row = 2
    for row, line in enumerate(lines, 3):
        for column, key in enumerate(columns):
            value = _said(key, line.cells[key])
            if isinstance(value, date):
                sheet.write_datetime(row, column, datetime.combine(value, time()), when)
            elif isinstance(value, int | Decimal):
                sheet.write_number(row, column, float(value), amount)
            else:
                sheet.write_string(row, column, value or "", cell)
    sheet.autofilter(2, 0, max(row, 2), last)
    book.close()
    return row - 2


def _said(key: str, value: Cell) -> Any:
    return words.word(str(value), _WORDS[key]) if key in _WORDS and value else value


def _day(name: str, usual: date) -> date:
    given = request.args.get(name, "").strip()
    if not given:
        return usual
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Invalid(fields={name: [Sentence("write the day as 2026-06-30")]}) from None


def _unit(path: str) -> str:
    own = sorted(scope().paths(permissions.OFFICIALS), key=len)
    return territories.tree(counter.db()).full_name(path or (own[0] if own else territories.REGION))


def _file(stream: BytesIO, name: str) -> Response:
    response = Response(stream.getvalue(), mimetype=MIME)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
