"""Quarterly reports: who has reported what in a territory, the reports behind each number, an enterprise's quarters, doubts."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from casework import (
    enterprises,
    people,
    permissions,
    quarter_checks,
    quarter_desk,
    quarter_figures,
    quarters,
    rosters,
    territories,
)
from casework.quarter_tables import QuarterReport
from casework.tables import Enterprise
from engine.calendars import local_day
from engine.errors import NotFound, Sentence
from engine.tables import UserTask
from web import counter, language, words
from web.auth import person, scope

blueprint = Blueprint("quarters", __name__, url_prefix="/quarters")
STATES: Final[Mapping[str, Sentence]] = {
    "草稿": Sentence("asked, not reported yet"),
    "已报": Sentence("reported"),
    "县退": Sentence("returned by the county"),
    "县核": Sentence("confirmed"),
    "市核": Sentence("confirmed by the city"),
    "锁定": Sentence("final"),
    "未报": Sentence("not reported"),
}
WHAT: Final[Mapping[str, Sentence]] = {
    "asked": Sentence("Asked"),
    "reported": Sentence("Reported"),
    "on_time": Sentence("Reported on time"),
    "late": Sentence("Reported late"),
    "waiting": Sentence("Still to come"),
    "missing": Sentence("Not reported"),
    "returned": Sentence("Returned"),
    "corrected": Sentence("Corrected once or more"),
    "unusual": Sentence("Unusual"),
    "confirmed": Sentence("Confirmed"),
    "by_county": Sentence("Checked by the county"),
    "unchecked": Sentence("Not checked in time"),
    "clean": Sentence("Clean, to be confirmed"),
    "with_rd": Sentence("With R&D expense"),
}
CHASES: Final[Mapping[str, Sentence]] = {
    "halted": Sentence("halted or half halted"),
    "staff": Sentence("the person who reports has changed"),
    "not_booked": Sentence("expenses not booked yet"),
    "system": Sentence("trouble with the system"),
    "group": Sentence("the group reports"),
    "unreachable": Sentence("out of reach"),
    "refused": Sentence("refuses to report"),
    "other": Sentence("another reason"),
}
ANOMALIES: Final[Mapping[str, Sentence]] = {
    "zero_to_positive": Sentence("R&D expense from zero to something"),
    "positive_to_zero": Sentence("R&D expense in the last quarter, none in this one"),
    "change": Sentence("R&D expense more than doubled"),
    "share": Sentence("R&D is more than 15 % of the revenue"),
    "above_revenue": Sentence("R&D is more than the revenue"),
    "no_project": Sentence("R&D expense, but no project"),
    "same_text": Sentence("the same text as in the last quarter"),
    "same_figure": Sentence("exactly the figure of the last quarter"),
    "ledger": Sentence("the R&D ledger was not looked at this year"),
    "explained": Sentence("findings that the enterprise has explained"),
    "halted": Sentence("the enterprise says it is halted"),
    "not_corrected": Sentence("returned and not corrected"),
    "doubts": Sentence("imported figures in doubt"),
    "by_hand": Sentence("the county wants to look at it by hand"),
}
COLUMNS: Final = ("asked", "on_time", "late", "waiting", "missing", "unusual", "confirmed", "unchecked")
"""The columns of the table by territory."""


def init_app(app: Flask) -> None:
    """Mount the pages; `permissions` decides what each person sees, an enterprise sees its own reports only."""
    app.register_blueprint(blueprint)
    app.jinja_env.filters.update(quarter_word=quarter_word, quarter=title_of, quarter_field=field_name)


def quarter_word(code: str, about: str) -> str:
    """A code of a report in words: `about` is state, what, chase or anomaly; a code that nobody named stays as it is."""
    known = {"state": STATES, "what": WHAT, "chase": CHASES, "anomaly": ANOMALIES}[about]
    return language.say(known[code]) if code in known else code


def field_name(key: str, labels: Mapping[str, str]) -> str:
    """What a roster calls the column of a field."""
    return labels.get(key, key)


@blueprint.get("/")
def index() -> str | Response:
    """The figures of a quarter for one of my territories; who watches no territory goes to the reports he may read."""
    if not permissions.can(scope(), "board"):
        own = scope().enterprise_ids
        if own:
            return redirect(url_for("quarters.of_enterprise", enterprise_id=own[0]))
        return redirect(url_for("quarters.reports", period=_period()))
    db = counter.db()
    mine = scope().paths(permissions.OFFICIALS)
    path = request.args.get("path", "") or mine[0]
    permissions.check(scope(), "board", path)
    period = _period()
    lines = quarter_figures.lines(db, path, period)
    node = territories.get(db, path)
    tree = territories.tree(db)
    return render_template(
        "quarters/index.html",
        period=period,
        periods=_periods(),
        path=path,
        above=[(one, tree.name(one)) for one in territories.lineage(path) if permissions.can(scope(), "board", one)],
        mine=[(one, tree.full_name(one)) for one in mine],
        lines=[line for line in lines if any(line.counts.values())],
        total=quarter_figures.total(node, lines),
        columns_shown=COLUMNS,
        time_progress=quarter_figures.time_progress(period),
        doubts=len(quarter_figures.doubtful(db, permissions.sees_enterprises(scope())))
        if permissions.can(scope(), "confirm_figures")
        else 0,
    )


@blueprint.get("/reports")
def reports() -> str:
    """The reports behind a number, of enterprises that I may see."""
    db = counter.db()
    asked = {name: request.args.get(name, "").strip() for name in ("path", "what")}
    what = asked["what"] if asked["what"] in WHAT else ""
    after = request.args.get("after", "")
    period = _period()
    # What is unusual about others, and who is late, is no business of an enterprise (6.12 no. 7).
    page = quarter_figures.behind(
        db,
        permissions.sees_enterprises(scope()),
        period,
        path=asked["path"],
        what="" if scope().is_enterprise else what,
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0,
    )
    following = ""
    if page.next_after:
        given: dict[str, Any] = {name: value for name, value in asked.items() if value}
        following = url_for("quarters.reports", **given, period=period, after=page.next_after)
    may_confirm = what == "clean" and permissions.can(scope(), "confirm_figures")
    return render_template(
        "quarters/reports.html",
        period=period,
        what=what,
        path=asked["path"],
        page=page,
        following=following,
        may_confirm=may_confirm,
        tree=territories.tree(db),
    )


@blueprint.post("/confirm")
def confirm() -> Response:
    """Confirm clean reports of my county together, or say that I want to look at some of them by hand."""
    db = counter.db()
    permissions.check(scope(), "confirm_figures")
    chosen = [int(one) for one in request.form.getlist("report") if one.isascii() and one.isdigit() and len(one) < 19]
    found = db.execute(
        select(QuarterReport.id, Enterprise.path)
        .join(Enterprise, Enterprise.id == QuarterReport.enterprise_id)
        .where(QuarterReport.id.in_(chosen))
    ).all()
    for one in found:
        permissions.check(scope(), "confirm_figures", one[1])
    ids = [one[0] for one in found]
    if request.form.get("what") == "doubt":
        words.tell(
            "{count} reports are tasks of the county now",
            count=quarter_desk.doubt(db, ids, by=person().username, now=counter.now()),
        )
        return redirect(url_for("quarters.reports", period=request.form.get("period", ""), what="clean"), 303)
    left = quarter_desk.confirm_clean(db, ids, by=person().username, now=counter.now())
    words.tell("{count} reports are confirmed", count=len(found) - len(left))
    for sentence in left[:20]:
        words.tell(sentence.template, "warning", **sentence.params)
    period = request.form.get("period", "")
    return redirect(url_for("quarters.reports", period=period, what="clean"), 303)


@blueprint.get("/enterprises/<int:enterprise_id>")
def of_enterprise(enterprise_id: int) -> str:
    """All quarters of one enterprise side by side: the year so far, the quarter alone, and the same quarter of the year before."""
    db = counter.db()
    firm = _firm(enterprise_id)
    found = {one.period: one for one in firm.reports}
    rows = [_row(one, found) for one in sorted(found.values(), key=lambda one: one.period, reverse=True)]
    waiting = db.scalars(
        select(UserTask)
        .where(
            UserTask.subject == enterprises.subject(firm.id),
            UserTask.process_key == quarters.PROCESS,
            UserTask.status == "open",
        )
        .order_by(UserTask.id)
    ).all()
    return render_template(
        "quarters/enterprise.html",
        enterprise=firm,
        territory=territories.tree(db).full_name(firm.path),
        rows=rows,
        waiting=[one for one in waiting if permissions.can_complete_task(db, scope(), one)],
        name_of=lambda username: people.name_of(db, username),
    )


@blueprint.get("/doubts")
def doubts() -> str:
    """Doubtful figures of imported rosters, which a county officer confirms as they stand."""
    db = counter.db()
    permissions.check(scope(), "confirm_figures")
    visible = permissions.sees_enterprises(scope())
    flagged = enterprises.in_doubt(db, visible)
    labels = {one.key: one.label for fields in rosters.FIELDS.values() for one in fields}
    return render_template(
        "quarters/doubts.html",
        reports=quarter_figures.doubtful(db, visible),
        flagged=flagged,
        labels=labels,
        doubt=enterprises.DOUBT,
        tree=territories.tree(db),
    )


@blueprint.post("/doubts/<int:report_id>")
def confirm_report(report_id: int) -> Response:
    """These imported figures are right."""
    db = counter.db()
    report = quarters.get(db, report_id)
    permissions.check(scope(), "confirm_figures", enterprises.get(db, report.enterprise_id).path)
    quarter_desk.confirm_doubts(db, report_id, by=person().username, now=counter.now())
    words.tell("the figures count as confirmed now")
    return redirect(url_for("quarters.doubts"), 303)


@blueprint.post("/figures/<int:enterprise_id>")
def confirm_figure(enterprise_id: int) -> Response:
    """This doubtful figure of the registry is right."""
    db = counter.db()
    permissions.check(scope(), "confirm_figures", enterprises.get(db, enterprise_id).path)
    field = request.form.get("field", "")
    enterprises.confirm(db, enterprise_id, field, by=person().username, now=counter.now())
    words.tell("the figure counts as confirmed now")
    return redirect(url_for("quarters.doubts"), 303)


def _row(report: QuarterReport, found: Mapping[str, QuarterReport]) -> dict[str, Any]:
    before = found.get(quarter_checks.period_before(report.period))
    same_year = before if before is not None and before.period[:4] == report.period[:4] else None
    last_year = found.get(quarter_checks.a_year_ago(report.period))
    return {
        "report": report,
        "own": quarter_checks.rd_of_quarter(report, same_year),
        "last_year": last_year.rd_expense_ytd if last_year else None,
    }


def _firm(enterprise_id: int) -> Enterprise:
    db = counter.db()
    seen = select(Enterprise).where(Enterprise.id == enterprise_id, permissions.sees_enterprises(scope()))
    firm = db.scalars(seen).one_or_none()
    if firm is None:
        raise NotFound("there is no enterprise {id}, or you may not see it", id=enterprise_id)
    return firm


def _period() -> str:
    """The quarter that is asked for, else the newest with reports, else the one that ended last."""
    given = request.args.get("period", "")
    known = _periods()
    if given in known:
        return given
    return known[0]


def _periods() -> list[str]:
    today: date = local_day(counter.now())
    return quarter_figures.periods(counter.db()) or [quarters.period_ended(today)]


def title_of(period: str) -> str:
    """`2026Q2` as people say it."""
    return str(gettext("%(year)s quarter %(quarter)s", year=period[:4], quarter=period[5:]))
