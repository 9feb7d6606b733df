"""What designers read and take home: the rules of drawings with their examples, and the kit for Camunda Modeler."""

from importlib.metadata import version
from pathlib import Path
from typing import Final

from flask import Blueprint, Flask, Response, render_template, request

from casework import permissions
from engine import services, versions
from engine.errors import NotFound, Sentence
from engine.lint.catalogue import RULES
from engine.lint.wording import Language
from web import counter, language, modeler_kit
from web.auth import scope

blueprint = Blueprint("modelling", __name__, url_prefix="/designer")
DRAWINGS: Final = Path(__file__).resolve().parent.parent / "docs" / "rules" / "drawings"
ABOUT: Final = {
    "files": Sentence("Files"),
    "bpmn": Sentence("Processes"),
    "form": Sentence("Forms"),
    "dmn": Sentence("Decisions"),
}


def init_app(app: Flask) -> None:
    """Mount the pages; they are for designers."""
    app.register_blueprint(blueprint)


@blueprint.before_request
def _check() -> None:
    permissions.check(scope(), "deploy")


@blueprint.get("/rules/")
def rules() -> str:
    """Every rule in one line, by the kind of file it looks at."""
    groups = {about: [one for one in RULES.values() if one.about == about] for about in ABOUT}
    return render_template("modelling/rules.html", groups=groups, about=ABOUT, language=_language())


@blueprint.get("/rules/<name>")
def rule(name: str) -> str:
    """One rule: what is wrong, what to draw instead, a bad and a good drawing."""
    page = RULES.get(name)
    if page is None:
        raise NotFound("there is no rule {name}", name=name)
    return render_template(
        "modelling/rule.html",
        rule=page,
        about=ABOUT,
        words=page.words(_language()),
        bad=_drawing(name, "bad"),
        good=_drawing(name, "good"),
    )


@blueprint.get("/kit.zip")
def kit() -> Response:
    """The kit for Camunda Modeler, made from the drawings in force and the services of the house."""
    db = counter.db()
    newest = {key: versions.newest(db, "process", key) for kind, key in versions.shelf(db).by_key if kind == "process"}
    made = modeler_kit.build(
        (versions.model(db, newest[key].id) for key in sorted(newest)),
        services.of(db),
        product=version("xiaohao"),
        site=request.url_root.rstrip("/"),
    )
    response = Response(made.content, content_type="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=made.name)
    return response


def _language() -> Language:
    return "en" if language.locale_name() == "en" else "zh-CN"


def _drawing(name: str, which: str) -> str:
    """The XML of an example; empty where it is no drawing that can be shown."""
    path = DRAWINGS / f"{name}.{which}.bpmn"
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
