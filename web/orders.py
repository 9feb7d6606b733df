"""Supervision orders: what I answer and what I judge, one order with its whole story and its paper, ordering by hand, withdrawing."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from casework import (
    answers,
    casefile,
    enterprises,
    escalations,
    ladder,
    order_list,
    orders,
    people,
    permissions,
    territories,
)
from casework.case_tables import LIGHTS, Case
from casework.issue_tables import Issue
from casework.order_tables import OPEN_ORDER, SupervisionOrder, TerritoryLight
from casework.tables import Enterprise
from engine.calendars import local_day
from engine.errors import Invalid, Sentence
from web import counter, filters, language, order_words, words
from web.auth import person, scope

blueprint = Blueprint("orders", __name__, url_prefix="/orders")
ASKED = ("view", "text", "path", "color", "level")
SHOWN = 200


def init_app(app: Flask) -> None:
    """Mount the pages, and give the page of a case its orders."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        orders_of_case=_of_case, may_issue_order=lambda path: permissions.can(scope(), "issue_order", path)
    )
    app.jinja_env.filters.update(order_cause=_cause)


@blueprint.get("/")
def index() -> str:
    """The orders I may read, narrowed by what the address says, with the figures of K13."""
    _check_inside()
    asked = {name: request.args.get(name, "").strip() for name in ASKED}
    asked["view"] = asked["view"] if asked["view"] in order_list.VIEWS else "open"
    before = request.args.get("before", "")
    at = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    db = counter.db()
    page = order_list.search(db, scope(), asked=asked, before=at, now=counter.now())
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return render_template(
        "orders/index.html",
        page=page,
        asked=asked,
        figures=order_list.figures(db, scope(), path=asked["path"], now=counter.now()),
        following=url_for("orders.index", **given, before=page.next_before) if page.next_before else "",
        kept={"path": asked["path"]} if asked["path"] else {},
        tree=territories.tree(db),
        places=_places(),
        views=order_words.VIEWS,
        colors=order_words.COLORS,
        levels=order_words.LEVELS,
        may_order=permissions.can(scope(), "issue_order"),
        may_note=permissions.can(scope(), "note_territory"),
    )


@blueprint.get("/<int:order_id>")
def show(order_id: int) -> str:
    """One order: what it asks, what was answered, who judged it, what it came from and led to."""
    return _show(order_list.get(counter.db(), scope(), order_id), {})


@blueprint.get("/<int:order_id>/paper")
def paper(order_id: int) -> str:
    """The order as an official paper with its reply slip (F17), to be printed."""
    db = counter.db()
    order = order_list.get(db, scope(), order_id)
    return render_template("orders/paper.html", order=order, signer=_signer(order), **_around(order))


@blueprint.post("/<int:order_id>/withdraw")
def withdraw(order_id: int) -> Response | tuple[str, int]:
    """The level that holds an order withdraws it."""
    db = counter.db()
    order = order_list.get(db, scope(), order_id)
    permissions.check_holds_order(scope(), order)
    try:
        orders.withdraw(db, order, request.form.get("reason", ""), by=person().username, now=counter.now())
    except Invalid as refused:
        return _show(order, language.say_fields(refused.fields)), 422
    words.tell("{number} is being withdrawn; those who were to answer are free of it", number=order.number or order.id)
    return redirect(url_for("orders.index"), 303)


@blueprint.get("/new")
def new() -> str:
    """Ordering something by hand, over a case or a territory."""
    permissions.check(scope(), "issue_order")
    return _new(request.args, {})


@blueprint.post("/")
def create() -> Response | tuple[str, int]:
    """Sign and issue an order by hand."""
    permissions.check(scope(), "issue_order")
    form = request.values
    db = counter.db()
    try:
        case, path = _matter(form)
        post = _post(path)
        wanted = orders.Wanted(
            form.get("color", ""),
            _level(form.get("addressee", "")),
            form.get("matter", "")[:2000],
            form.get("basis", "")[:2000],
            form.get("requirement", "")[:2000],
            answers.day(form.get("due")),
        )
        order = orders.issue_by_hand(
            db, wanted, post=post, case=case, territory="" if case else path, by=person().username, now=counter.now()
        )
    except Invalid as refused:
        return _new(form, language.say_fields(refused.fields)), 422
    words.tell("{number} was issued", number=order.number)
    return redirect(url_for("orders.show", order_id=order.id), 303)


@blueprint.get("/territories")
def places() -> str:
    """How the cities stood in each quarter (DT-13), and a form to record it."""
    permissions.check(scope(), "board")
    return _cities(request.args, {})


@blueprint.post("/territories")
def note_place() -> Response | tuple[str, int]:
    """The joint office records how a city stood in a quarter."""
    permissions.check(scope(), "note_territory")
    form = request.form
    try:
        escalations.note_territory(
            counter.db(),
            form.get("path", ""),
            form.get("period", "").strip(),
            form.get("light", ""),
            form.get("reason", ""),
            by=person().username,
            now=counter.now(),
        )
    except Invalid as refused:
        return _cities(form, language.say_fields(refused.fields)), 422
    words.tell("the light of {place} was recorded", place=territories.tree(counter.db()).name(form["path"]))
    return redirect(url_for("orders.places"), 303)


def _check_inside() -> None:
    if not scope().has("LO"):
        permissions.check(scope(), "board")


def _show(order: SupervisionOrder, errors: dict[str, list[str]]) -> str:
    db = counter.db()
    task = order_list.task_of(db, order)
    return render_template(
        "orders/show.html",
        order=order,
        errors=errors,
        task=task,
        may_act=task is not None and permissions.can_complete_task(db, scope(), task),
        days_left=order_list.days_left(db, order, now=counter.now()),
        chain=order_list.chain(db, scope(), order),
        may_withdraw=order.state in OPEN_ORDER and permissions.holds_order(scope(), order),
        lines=_lines(order),
        posts=words.posts,
        **_around(order),
    )


def _around(order: SupervisionOrder) -> dict[str, Any]:
    """What stands around an order: case, enterprise, problem, territory, and people by name."""
    db = counter.db()
    return {
        "case": db.get(Case, order.case_id) if order.case_id else None,
        "enterprise": db.get(Enterprise, order.enterprise_id) if order.enterprise_id else None,
        "issue": db.get(Issue, order.issue_id) if order.issue_id else None,
        "territory": territories.tree(db).full_name(order.scope),
        "seats": {
            "supervisor": territories.tree(db).full_name(ladder.seat(order.level, order.scope)),
            "addressee": territories.tree(db).full_name(order.addressee_path),
        },
        "titles": ladder.titles,
        "name_of": lambda username: people.name_of(db, username),
    }


def _signer(order: SupervisionOrder) -> str:
    """The office that signed: of the posts that supervise the one that the signer held."""
    db = counter.db()
    posts = order.supervisor_post.split(" ")
    who = people.find(db, order.issued_by) if order.issued_at else None
    if who is None or order.issued_at is None:
        return ladder.titles(posts)
    held = [row.post for row in people.of(db, who, local_day(order.issued_at)) if row.post in posts]
    return ladder.titles(held[:1] or posts)


def _lines(order: SupervisionOrder) -> list[dict[str, str]]:
    db = counter.db()
    tones = {"met": "green", "issued": order.color, "returned": "yellow", "raised": "red"}
    said = {name: words.word(name, "order_reply") for name in order_words.REPLY}
    return [
        {
            "at": filters.moment(datetime.fromisoformat(one["at"])),
            "title": words.word(one["what"], "order_step"),
            "who": people.name_of(db, one["by"]) if one["by"] != people.SYSTEM else "",
            "text": " · ".join(
                [one["text"]] * bool(one["text"])
                + [f"{label}：{one['data'][name]}" for name, label in said.items() if one["data"].get(name)]
            ),
            "icon": "check",
            "tone": tones.get(one["what"], ""),
        }
        for one in reversed(order.story)
    ]


def _new(values: Any, errors: dict[str, list[str]]) -> str:
    db = counter.db()
    case, path = _matter(values)
    level = ladder.level_of(_post(path)) or 0
    below = range(ladder.lowest(path), level)
    return render_template(
        "orders/new.html",
        values=values,
        errors=errors,
        case=case,
        path=path,
        enterprise=enterprises.get(db, case.enterprise_id) if case else None,
        territory=territories.tree(db).full_name(path),
        places=_places(),
        post=_post(path),
        addressees=[(str(one), words.word(str(one), "order_level")) for one in reversed(below)],
        colors=order_words.COLORS,
    )


def _matter(values: Any) -> tuple[Case | None, str]:
    """The case or the territory that an order is about; without either, the first territory of this person."""
    number = answers.whole(values.get("case"))
    if number:
        case = casefile.get(counter.db(), scope(), number)
        return case, case.scope
    path = values.get("path", "") or scope().paths(permissions.OFFICIALS)[0]
    permissions.check(scope(), "issue_order", path)
    return None, path


def _post(path: str) -> str:
    """The post with which this person supervises over a territory: the highest that is held there."""
    held = [one.post for one in scope().held if territories.covers(one.path, path) and ladder.level_of(one.post)]
    if not held:
        raise Invalid(fields={"addressee": [Sentence("none of your posts supervises anybody there")]})
    return max(held, key=lambda post: ladder.level_of(post) or 0)


def _level(text: str) -> int:
    return int(text) if text in order_words.LEVELS else -1


def _places() -> list[tuple[str, str]]:
    """The territories that I may narrow the list to or order something over: (path, name)."""
    mine, tree = scope().paths(permissions.OFFICIALS), territories.tree(counter.db())
    return [
        (path, tree.full_name(path))
        for path in sorted(tree.nodes)
        if any(territories.covers(one, path) for one in mine)
    ]


def _cities(values: Any, errors: dict[str, list[str]]) -> str:
    db = counter.db()
    seen = territories.under(TerritoryLight.path, scope().paths(permissions.OFFICIALS))
    query = select(TerritoryLight).where(seen).order_by(TerritoryLight.period.desc(), TerritoryLight.path)
    tree = territories.tree(db)
    return render_template(
        "orders/places.html",
        rows=list(db.scalars(query.limit(SHOWN))),
        values=values,
        errors=errors,
        cities=[(node.path, node.name) for node in tree.under(territories.REGION, "city")],
        lights=LIGHTS,
        tree=tree,
        may_note=permissions.can(scope(), "note_territory"),
        name_of=lambda username: people.name_of(db, username),
    )


def _cause(order: SupervisionOrder) -> str:
    """Why there is an order, in the reader's language."""
    params = dict(order.cause_params)
    if language.locale_name() == "en" and params.get("rule_en"):
        params["rule"] = params["rule_en"]
    return language.say(Sentence(order.cause, params))


def _of_case(case: Case) -> list[SupervisionOrder]:
    return orders.of_case(counter.db(), case.id)
