"""The pipeline of filing: what stands on which desk, how old and how late, down from the region to one application."""

from datetime import date

from flask import Blueprint, Flask, render_template, request

from casework import filing_figures, filing_pipeline, permissions, territories
from engine.calendars import local_day
from web import counter
from web.auth import scope

blueprint = Blueprint("filing_pipeline", __name__, url_prefix="/filings/pipeline")


def init_app(app: Flask) -> None:
    """Mount the page; officials see it for their territory."""
    app.register_blueprint(blueprint)


@blueprint.get("/")
def index() -> str:
    """Desks and territories below one of mine; every number leads to the applications behind it."""
    permissions.check(scope(), "board")
    db, now = counter.db(), counter.now()
    mine = scope().paths(permissions.OFFICIALS)
    path = request.args.get("path", "") or mine[0]
    permissions.check(scope(), "board", path)
    tree = territories.tree(db)
    desks = filing_pipeline.desks(db, path, now=now)
    today = local_day(now)
    since, until = _day("since", date(today.year, 1, 1)), _day("until", today)
    figures = filing_figures.of(db, path, since=since, until=until)
    return render_template(
        "filings/pipeline.html",
        path=path,
        above=[(one, tree.name(one)) for one in territories.lineage(path) if permissions.can(scope(), "board", one)],
        mine=[(one, tree.full_name(one)) for one in mine],
        desks=desks,
        places=filing_pipeline.places(db, path, now=now),
        running=sum(one.count for one in desks),
        late=sum(one.late for one in desks),
        theirs=filing_pipeline.ENTERPRISES,
        total=figures.total,
        lines={line.path: line for line in figures.lines},
        times=[desk for desk in figures.desks if desk.count],
        since=since.isoformat(),
        until=until.isoformat(),
    )


def _day(name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise
