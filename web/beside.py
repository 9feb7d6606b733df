"""What stands beside the form of a task. The drawing says which panel: the property `beside` of the user task names one of `PANELS`.

`filing`: what a reviewer compares. `six-haves`: what an applicant still misses, drawn again while he types. A panel changes nothing.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from casework import filing_desk, filing_list, filing_versions, people, permissions, phrases, six_haves
from casework.filing_versions import Difference
from engine import user_tasks
from engine.errors import Invalid
from engine.tables import Definition, UserTask
from web import counter, language, schemas, words
from web.auth import person, scope

blueprint = Blueprint("beside", __name__)
Answers = Mapping[str, Any]
EMPTY: Final = Markup("")
KINDS: Final[Mapping[str, str]] = {
    "onsite_check": "onsite",
    "explain_refusal": "refusal",
    "city_sign": "sign",
    "city_cosign": "sign",
    "city_recommend": "sign",
    "region_sign": "sign",
    "region_cosign": "sign",
}
"""Which standard phrases belong to a user task whose drawing does not say so itself (property `phrases`)."""


def init_app(app: Flask) -> None:
    """Mount the panel's address and give the page of a task its desk."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["desk_of"] = desk_of


@blueprint.post("/tasks/<int:task_id>/beside")
@counter.outside
def draw(task_id: int) -> str:
    """The panel for what stands in the form now; only for whoever may do the task."""
    task = user_tasks.get(counter.db(), task_id)
    permissions.check_complete_task(counter.db(), scope(), task)
    given: object = request.get_json(silent=True)
    answers = cast("dict[str, Any]", given).get("submission") if isinstance(given, dict) else None
    if not isinstance(answers, dict):
        raise Invalid("nothing was sent; reload the page, what you typed is kept")
    return _panel(task, cast(Answers, answers))


@blueprint.get("/tasks/<int:task_id>/neighbour")
def neighbour(task_id: int) -> Response:
    """The next of my tasks in their order, or with `?back=1` the one before; the list when there is none."""
    mine = [task.id for task in permissions.my_tasks(counter.db(), scope())]
    step = -1 if request.args.get("back") else 1
    at = mine.index(task_id) + step if task_id in mine else 0
    if 0 <= at < len(mine):
        return redirect(url_for("worklist.show", task_id=mine[at]))
    return redirect(url_for("worklist.index"))


def desk_of(task: UserTask, answers: Answers, *, may_do: bool) -> dict[str, Any]:
    """What the page of a task shows around its form: panel, its address while one types, phrases, neighbours, steps.

    `answers` is what stands in the form when the page is drawn (a draft, or what is known).
    """
    inside = not scope().is_enterprise
    kind = str(task.properties.get("phrases") or "") or KINDS.get(task.element_id, "review")
    is_live = may_do and _named(task) == "six-haves"
    own = phrases.offered(counter.db(), person().id, kind) if inside and may_do else []
    return {
        "panel": _panel(task, answers),
        "live": url_for("beside.draw", task_id=task.id) if is_live else "",
        "phrases": [*(one.text for one in own), *(language.say(one) for one in phrases.BUILT_IN.get(kind, ()))]
        if inside and may_do
        else [],
        "kind": kind,
        "previous": url_for("beside.neighbour", task_id=task.id, back=1),
        "next": url_for("beside.neighbour", task_id=task.id),
        "steps": str(task.properties.get("present") or "") == "steps",
        "officials": inside,
    }


def _named(task: UserTask) -> str:
    return str(task.properties.get("beside") or "")


def _panel(task: UserTask, answers: Answers) -> Markup:
    panel = PANELS.get(_named(task))
    return panel(task, answers) if panel else EMPTY


def _self_check(task: UserTask, answers: Answers) -> Markup:
    filing = filing_desk.of_task(counter.db(), task)
    if filing is None:
        return EMPTY
    declared = {**filing.declared, **filing_versions.answers_of(answers)}
    check, lines = filing_desk.self_check(counter.db(), filing, declared, now=counter.now())
    sent = filing_versions.versions(counter.db(), filing)
    changes = filing_versions.differences(sent[-1].data, declared) if sent and task.status == "open" else []
    return Markup(  # noqa: S704 - a rendered template, escaped by Jinja
        render_template(
            "filings/self_check.html",
            filing=filing,
            check=check,
            lines=lines,
            changes=_told(changes, sent[-1].form_definition_id if sent else None),
            shown=six_haves.shown,
        )
    )


def _review(task: UserTask, _answers: Answers) -> Markup:
    if scope().is_enterprise:
        return EMPTY
    db = counter.db()
    filing = filing_desk.of_task(db, task)
    if filing is None:
        return EMPTY
    desk = filing_desk.desk(db, filing, now=counter.now())
    form = desk.version.form_definition_id if desk.version else None
    return Markup(  # noqa: S704 - a rendered template, escaped by Jinja
        render_template(
            "filings/beside.html",
            desk=desk,
            filing=filing,
            sees=filing_list.sees(db, scope(), filing),
            changes=_told(desk.changes, form),
            opinions=filing.opinions,
            shown=six_haves.shown,
            posts=words.posts,
            name_of=lambda username: people.name_of(db, username),
        )
    )


PANELS: Final[Mapping[str, Callable[[UserTask, Answers], Markup]]] = {"filing": _review, "six-haves": _self_check}


def _told(changes: Any, form_definition_id: int | None) -> list[dict[str, str]]:
    """Differences as people read them: the label of the field, what stood there, what stands there."""
    labels = _labels(form_definition_id)
    found: list[dict[str, str]] = []
    for one in cast("list[Difference]", list(changes)):
        field, *rest = one.path
        row, column = (rest[0] if rest else ""), (rest[1] if len(rest) > 1 else "")
        name = labels.get((field, ""), (field, {}))[0]
        label, known = labels.get((field, column), (column or field, {}))
        where = " · ".join(part for part in (name, row, label if column else "") if part)
        mark = "added" if one.before is None else "removed" if one.after is None else ""
        if isinstance(one.before, Mapping) or isinstance(one.after, Mapping):
            found.append({"where": where, "before": "", "after": "", "mark": mark or "replaced"})
        else:
            before, after = _say(one.before, known), _say(one.after, known)
            found.append({"where": where, "before": before, "after": after, "mark": mark})
    return found


def _say(value: object, known: Mapping[str, str]) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return "、".join(_say(one, known) for one in cast("list[object]", value))
    return known.get(str(value), str(value))


def _labels(form_definition_id: int | None) -> dict[tuple[str, str], tuple[str, Mapping[str, str]]]:
    """Of every field of a form, by name and column of a list of rows: its label, and the labels of its options."""
    form = counter.db().get(Definition, form_definition_id) if form_definition_id else None
    found: dict[tuple[str, str], tuple[str, Mapping[str, str]]] = {}
    if form is None:
        return found

    def walk(component: Mapping[str, Any], group: str) -> None:
        for part in cast("list[Mapping[str, Any]]", component.get("components") or []):
            name = str(part.get("key") or part.get("path") or "").rsplit(".", 1)[-1]
            options = {str(one.get("value")): str(one.get("label")) for one in part.get("values") or []}
            label = str(part.get("label") or part.get("dateLabel") or name)
            if name:
                found[(group, name) if group else (name, "")] = (label, options)
            walk(part, name if part.get("type") == "dynamiclist" else group)

    walk(schemas.said(json.loads(form.source)), "")
    return found
