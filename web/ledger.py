"""The ledger (台账) on the page and as a workbook, in the columns and the order that every office keeps (REFERENCE 3.2)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO, Final
from urllib.parse import urlencode

import xlsxwriter
from flask import Blueprint, Flask, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import Select
from werkzeug.wrappers import Response

from casework import ledger, permissions, territories
from casework.case_tables import CLOSED_ITEM, LISTS
from casework.ledger import COLUMNS, Group, Row
from engine.errors import Forbidden, Sentence
from web import counter, language, words
from web.auth import scope

blueprint = Blueprint("ledger", __name__)
SHOWN: Final = 100
GROUPS: Final[Mapping[Group, Sentence]] = {
    "": Sentence("all"),
    "open": Sentence("in work"),
    "closed": Sentence("struck off"),
    "left": Sentence("left without being struck off"),
}
HEADINGS: Final[Mapping[str, Sentence]] = {
    "number": Sentence("No."),
    "city": Sentence("Prefecture city"),
    "county": Sentence("County (district)"),
    "enterprise": Sentence("Name of the enterprise"),
    "uscc": Sentence("Unified social credit code"),
    "industry": Sentence("Sector"),
    "revenue": Sentence("Revenue of last year (10,000 yuan)"),
    "list": Sentence("Kind of list"),
    "gap": Sentence("What is missing"),
    "measures": Sentence("Measures of improvement"),
    "lead": Sentence("Leading unit"),
    "responsible": Sentence("Responsible unit"),
    "contact": Sentence("Responsible person and phone"),
    "officer": Sentence("Liaison officer of the case"),
    "due": Sentence("To be done by"),
    "expected": Sentence("Progress by time"),
    "progress": Sentence("Progress so far"),
    "light": Sentence("Light colour"),
    "evidence": Sentence("Supporting proofs"),
    "struck_off": Sentence("Struck off or not"),
    "struck_off_on": Sentence("Struck off on"),
    "remarks": Sentence("Further remarks"),
}
_LIGHTS: Final[Mapping[str, Sentence]] = {
    "green": Sentence("Green"),
    "blue": Sentence("Blue"),
    "yellow": Sentence("Yellow"),
    "red": Sentence("Red"),
}
_WIDTHS: Final = (7, 9, 12, 32, 21, 18, 12, 12, 9, 30, 20, 22, 18, 10, 11, 9, 18, 6, 26, 8, 11, 34)


def init_app(app: Flask) -> None:
    """Mount the page and the file; an enterprise has neither."""
    app.register_blueprint(blueprint)


@blueprint.before_request
def _check() -> None:
    if scope().is_enterprise or not scope().has(*permissions.OFFICIALS, "LO"):
        raise Forbidden("the ledger is for the offices; your own case is under Cases")


@blueprint.get("/ledger")
def index() -> str:
    """The first rows of the ledger as asked for, with the file behind the button."""
    asked, wanted = _asked()
    db = counter.db()
    return render_template(
        "ledger/index.html",
        rows=[
            (row, [*map(_shown, cells(row))])
            for row in islice(ledger.rows(db, wanted.limit(SHOWN), day=scope().day), SHOWN)
        ],
        total=ledger.count(db, wanted),
        asked=asked,
        file=f"{url_for('ledger.workbook')}?{urlencode({name: value for name, value in asked.items() if value})}",
        headings=[language.say(HEADINGS[column]) for column in COLUMNS],
        lists=LISTS,
        groups=[(name, language.say(word)) for name, word in GROUPS.items()],
        tree=territories.tree(db),
        mine=scope().paths(permissions.OFFICIALS),
    )


@blueprint.get("/ledger.xlsx")
def workbook() -> Response:
    """The whole ledger as asked for, as a workbook with the title, the unit and the date that such a paper has."""
    asked, wanted = _asked()
    db = counter.db()
    own = sorted(scope().paths(permissions.OFFICIALS), key=len)
    unit = territories.tree(db).full_name(asked["path"] or (own[0] if own else territories.REGION))
    stream = BytesIO()
    write(stream, ledger.rows(db, wanted, day=scope().day), unit=unit, day=scope().day)
    response = Response(stream.getvalue(), mimetype=MIME)
    response.headers.set("Content-Disposition", "attachment", filename=f"xiaohao-ledger-{scope().day.isoformat()}.xlsx")
    return response


MIME: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write(stream: BinaryIO, rows: Iterable[Row], *, unit: str, day: date) -> int:
    """Writes a ledger row by row (constant memory); answers how many rows. Nothing in it is ever a formula."""
    book = xlsxwriter.Workbook(
        stream, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(gettext("ledger"))
    last = len(COLUMNS) - 1
    title = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
    small = book.add_format({"valign": "vcenter"})
    right = book.add_format({"align": "right", "valign": "vcenter"})
    head = book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True})
    cell = book.add_format({"border": 1, "valign": "top", "text_wrap": True})
    money = book.add_format({"border": 1, "valign": "top", "num_format": "#,##0.00##"})
    when = book.add_format({"border": 1, "valign": "top", "num_format": "yyyy-mm-dd"})
    percent = book.add_format({"border": 1, "valign": "top", "num_format": '0"%"'})
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 30)
    sheet.merge_range(
        0, 0, 0, last, gettext("Ledger of the dual cultivation, dual clearing, dual uplift campaign"), title
    )
    sheet.merge_range(1, 0, 1, 10, gettext("Unit: %(unit)s", unit=unit), small)
    said = gettext("As of %(day)s; amounts in 10,000 yuan", day=day.isoformat())
    sheet.merge_range(1, 11, 1, last, said, right)
    for column, key in enumerate(COLUMNS):
        sheet.write_string(2, column, language.say(HEADINGS[key]), head)
    sheet.freeze_panes(3, 4)
    sheet.repeat_rows(0, 2)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    line = 2
    for line, row in enumerate(rows, 3):
        for column, (key, value) in enumerate(zip(COLUMNS, cells(row), strict=True)):
            if isinstance(value, date):
                sheet.write_datetime(line, column, datetime.combine(value, time()), when)
            elif isinstance(value, int | Decimal):
                style = money if key == "revenue" else percent if key == "expected" else cell
                sheet.write_number(line, column, float(value), style)
            else:
                sheet.write_string(line, column, value, cell)
    sheet.autofilter(2, 0, max(line, 2), last)
    book.close()
    return line - 2


def cells(row: Row) -> Sequence[str | int | Decimal | date]:
    """The cells of a row in the order of `COLUMNS`, in the reader's language; what is not known is an empty text."""
    return (
        row.number,
        row.city,
        row.county,
        row.enterprise,
        row.uscc,
        row.industry,
        _or_empty(row.revenue),
        words.word(row.list, "list"),
        row.gap,
        words.listed(row.measures, "measure"),
        row.lead,
        row.responsible,
        row.contact,
        row.officer,
        _or_empty(row.due),
        _or_empty(row.expected),
        _progress(row),
        language.say(_LIGHTS[row.light]) if row.light in _LIGHTS else "",
        words.listed(row.evidence, "proof"),
        gettext("yes") if row.state in CLOSED_ITEM else gettext("no"),
        _or_empty(row.struck_off_on if row.state in CLOSED_ITEM else None),
        "；".join(_remarks(row)),
    )


def _asked() -> tuple[dict[str, str], Select[Any]]:
    given = {name: request.args.get(name, "").strip() for name in ("path", "list", "group", "base", "state")}
    group: Group = given["group"] if given["group"] in GROUPS else ""  # type: ignore[assignment]
    wanted = ledger.query(
        scope(), path=given["path"], list_type=given["list"], group=group, base=given["base"], state=given["state"]
    )
    return given, wanted


def _progress(row: Row) -> str:
    if row.done is None:
        return words.word(row.state, "item")
    done = gettext(
        "%(done)s%% · %(count)s of %(all)s measures done",
        done=row.done,
        count=row.measures_done,
        all=row.measures_count,
    )
    return f"{words.word(row.state, 'item')} · {done}"


def _remarks(row: Row) -> Iterable[str]:
    yield row.base
    yield row.case_no
    if row.closure_no:
        yield row.closure_no
    if row.stat_confirm in words.STATISTICS:
        yield words.word(row.stat_confirm, "statistics")
    if row.relapses:
        yield gettext("relapsed %(count)s times", count=row.relapses)
    if row.state == "removed" and row.reason:
        yield row.reason


def _shown(cell: str | int | Decimal | date) -> str:
    return f"{cell:,.2f}" if isinstance(cell, Decimal) else str(cell)


def _or_empty(value: Decimal | int | date | None) -> str | int | Decimal | date:
    return "" if value is None else value
