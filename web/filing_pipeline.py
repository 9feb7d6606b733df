"""The pipeline of filing: what stands on which desk, how old and how late, down from the region to one application."""

from flask import Blueprint, Flask, render_template, request

from casework import filing_pipeline, permissions, territories
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
    )
