"""The administrator's room: the notices that make a year's working days known, and the demonstration's clock."""

import re
from collections.abc import Mapping
from datetime import date

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from casework import calendar_years, permissions
from engine.calendars import days_from
from engine.errors import Conflict, Invalid, Sentence
from engine.tables import CalendarDay, CalendarYear
from web import counter, language, words
from web.auth import person, scope

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
STEPS: Mapping[str, Sentence] = {
    "1wd": Sentence("one working day"),
    "5wd": Sentence("five working days"),
    "20wd": Sentence("twenty working days"),
    "91d": Sentence("a quarter"),
}
"""How far the demonstration's clock can be moved at once."""
_DAY = re.compile(r"^(?:(\d{4})[-/.])?(\d{1,2})[-/.](\d{1,2})$")


def init_app(app: Flask) -> None:
    """Mount the pages; only administrators see them."""
    app.register_blueprint(blueprint)


@blueprint.before_request
def _check() -> None:
    permissions.check(scope(), "manage_calendar")


@blueprint.get("/calendar")
def calendar() -> str:
    """The years that are known, and the form for the next notice."""
    return _page({}, {})


@blueprint.post("/calendar")
def enter() -> Response | tuple[str, int]:
    """Enter a notice; every date that was provisional because of it is counted again."""
    form = request.form
    wrong: dict[str, list[Sentence]] = {}
    year = int(form["year"]) if form.get("year", "").isdigit() and 2000 < int(form["year"]) < 2200 else 0
    if not year:
        wrong["year"] = [Sentence("expected a year such as 2027")]
    days: dict[str, list[date]] = {}
    for name in ("holidays", "workdays"):
        try:
            days[name] = read_days(form.get(name, ""), year or 2000)
        except Invalid as refused:
            wrong[name] = [refused.sentence]
    try:
        if wrong:
            raise Invalid("some answers need another look", fields=wrong)
        calendar_years.enter_year(
            counter.db(),
            year,
            source=form.get("source", ""),
            holidays=days["holidays"],
            workdays=days["workdays"],
            extent=form.get("extent", "state"),
            by=person().username,
            now=counter.now(),
        )
    except Invalid as refused:
        errors = language.say_fields(refused.fields)
        errors.setdefault("holidays", []).extend(errors.pop("days", []))
        return _page({name: texts for name, texts in errors.items() if texts}, form.to_dict()), 422
    words.tell("the working days of {year} are known now", year=year)
    return redirect(url_for("admin.calendar"), 303)


@blueprint.get("/demo")
def demo() -> str:
    """What day the demonstration has, and buttons that move it forward."""
    permissions.check(scope(), "move_clock")
    return render_template("admin/demo.html", steps=STEPS)


@blueprint.post("/demo")
@counter.outside
def advance() -> Response:
    """Let time pass: what falls due on the way is done when it falls due."""
    permissions.check(scope(), "move_clock")
    move, how_much = counter.this().settings.advance, request.form.get("by", "")
    if move is None or how_much not in STEPS:
        raise Conflict("only the clock of the demonstration can be moved")
    words.tell("{count} things fell due on the way", count=move(how_much, person().username))
    return redirect(url_for("admin.demo"), 303)


def read_days(text: str, year: int) -> list[date]:
    """The days of a notice as people write them: `1/1-1/3, 2/15–2/23；4/4`. Ranges include both ends.

    Raises:
        Invalid: a part is not a day or a range of days.
    """
    found: list[date] = []
    for part in re.split(r"[,，;；、\s]+", text.replace("–", "~").replace("—", "~").replace("至", "~").strip()):
        if not part:
            continue
        ends = part.split("~") if "~" in part else _split_range(part)
        days = [_day(end, year) for end in ends]
        if len(days) > 2 or any(each is None for each in days):
            raise Invalid("{part} is not a day; write days like 10/1 or 10/1~10/7", part=part)
        first, last = days[0], days[-1]
        assert first is not None
        assert last is not None
        found += days_from(first, last)
    return found


def _split_range(part: str) -> list[str]:
    """`1/1-1/3` is a range, `2027-01-01` is a day."""
    if _DAY.match(part):
        return [part]
    middle = part.find("-", part.find("/"))
    return [part[:middle], part[middle + 1 :]] if "/" in part and middle > 0 else [part]


def _day(text: str, year: int) -> date | None:
    match = _DAY.match(text.strip())
    if not match:
        return None
    try:
        return date(int(match[1] or year), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _page(errors: dict[str, list[str]], values: dict[str, str]) -> str:
    db = counter.db()
    years = db.execute(select(CalendarYear).order_by(CalendarYear.year.desc())).scalars().all()
    days: dict[int, list[CalendarDay]] = {}
    for row in db.execute(select(CalendarDay).order_by(CalendarDay.day)).scalars():
        days.setdefault(row.day.year, []).append(row)
    return render_template("admin/calendar.html", years=years, days=days, errors=errors, values=values)
