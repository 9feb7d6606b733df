"""The five lists: starting an edition, watching its checks and signatures, and every entry with its reason."""

from collections import Counter as Tally

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from casework import lists, people, permissions, territories
from casework import reconciliation as reconciling
from casework.tables import Enterprise, ListEntry, ListReview, ListSignature
from engine import instances
from web import counter, words
from web.auth import person, scope

blueprint = Blueprint("lists", __name__, url_prefix="/lists")
PROCESS = "lists"
SHOWN = 200


def init_app(app: Flask) -> None:
    """Mount the pages; only officials see them."""
    app.register_blueprint(blueprint)


@blueprint.before_request
def _check() -> None:
    permissions.check(scope(), "board")


@blueprint.get("/")
def index() -> str:
    """All editions, and the button that starts the next one."""
    return render_template(
        "lists/index.html", editions=lists.editions(counter.db()), may_start=permissions.can(scope(), "start_lists")
    )


@blueprint.post("/")
def start() -> Response:
    """Start an edition: the enterprises of the registry are classified and every county is asked."""
    permissions.check(scope(), "start_lists")
    kind = "季度" if request.form.get("kind") == "季度" else "年度"
    instances.start(
        counter.db(),
        PROCESS,
        {"kind": kind},
        scope=territories.REGION,
        by=person().username,
        now=counter.now(),
    )
    words.tell("the enterprises were classified and the counties are asked")
    return redirect(url_for("lists.index"), 303)


@blueprint.get("/reconciliation")
def reconciliation() -> str:
    """Base + new − struck off − left = open, per list and per territory; every number leads to the rows behind it."""
    db = counter.db()
    mine = sorted(scope().paths(permissions.OFFICIALS), key=lambda path: (path.count("/"), path))
    path = request.args.get("path", "") or mine[0]
    permissions.check(scope(), "board", path)
    list_type = request.args.get("list", "")
    by_list = reconciling.by_list(db, path)
    by_territory = reconciling.by_territory(db, path, list_type)
    tree = territories.tree(db)
    return render_template(
        "lists/reconciliation.html",
        path=path,
        above=[(one, tree.name(one)) for one in territories.lineage(path) if permissions.can(scope(), "board", one)],
        by_list=[*by_list, reconciling.total(by_list)],
        by_territory=[*(line for line in by_territory if line.base or line.new), reconciling.total(by_territory)],
        list_type=list_type,
    )


@blueprint.get("/<int:version_id>")
def show(version_id: int) -> str:
    """One edition: figures, checks by county, signatures, and the entries I may read."""
    db = counter.db()
    version = lists.get(db, version_id)
    asked = {name: request.args.get(name, "") for name in ("list", "path", "state", "change")}
    mine = scope().paths(permissions.OFFICIALS)
    seen = select(ListEntry, Enterprise).join(Enterprise).where(ListEntry.version_id == version_id)
    seen = seen.where(territories.under(ListEntry.path, mine))
    found = list(db.execute(seen.order_by(ListEntry.list_type, ListEntry.path, ListEntry.id)))
    rows = [
        (entry, enterprise)
        for entry, enterprise in found
        if (not asked["list"] or entry.list_type == asked["list"])
        and (not asked["path"] or territories.covers(asked["path"], entry.path))
        and (not asked["state"] or entry.state == asked["state"])
        and (not asked["change"] or entry.change == asked["change"])
    ]
    reviews = db.scalars(
        select(ListReview)
        .where(ListReview.version_id == version_id, territories.under(ListReview.path, mine))
        .order_by(ListReview.path)
    ).all()
    return render_template(
        "lists/show.html",
        version=version,
        figures=Tally((entry.list_type, entry.state) for entry, _ in found),
        changes=Tally((entry.list_type, entry.change) for entry, _ in found if entry.opens_item),
        kinds=sorted({entry.list_type for entry, _ in found}),
        states=sorted({entry.state for entry, _ in found}),
        rows=rows[:SHOWN],
        total=len(rows),
        asked=asked,
        reviews=reviews,
        signatures=db.scalars(select(ListSignature).where(ListSignature.version_id == version_id)).all(),
        tree=territories.tree(db),
        name_of=lambda username: people.name_of(db, username),
    )
