"""Errors become words once: the kind decides the status, the sentence is said in the reader's language, nothing else leaks."""

import logging
from collections.abc import Mapping

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from engine.errors import Conflict, ExecutionFailed, Forbidden, Invalid, NotFound, Problem, Undeployable
from web import language

STATUS: Mapping[type[Problem], int] = {
    NotFound: 404,
    Forbidden: 403,
    Invalid: 422,
    Undeployable: 422,
    Conflict: 409,
    ExecutionFailed: 500,
    Problem: 500,
}
log = logging.getLogger("xiaohao.web")


def init_app(app: Flask) -> None:
    """Answer every error with a page, or with JSON where the caller asked for it."""
    app.register_error_handler(Problem, on_problem)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(CSRFError, on_csrf)
    app.register_error_handler(Exception, on_surprise)


def status_of(problem: Problem) -> int:
    """The HTTP status of a problem, by its nearest kind."""
    return next((status for kind, status in STATUS.items() if isinstance(problem, kind)), 500)


def wants_json() -> bool:
    """Whether the caller is a script rather than a person."""
    accepts = request.accept_mimetypes
    return accepts.best_match(["text/html", "application/json"]) == "application/json" or request.is_json


def on_problem(problem: Problem) -> tuple[Response | str, int]:
    """A problem of the house."""
    status = status_of(problem)
    if status >= 500:
        log.error("%s %s: %s", request.method, request.path, problem, exc_info=problem)
    fields = language.say_fields(problem.fields) if isinstance(problem, Invalid) else {}
    findings = (
        [{"element": one.element_id, "rule": one.rule, "text": language.say(one.sentence)} for one in problem.findings]
        if isinstance(problem, Undeployable)
        else []
    )
    return answer(status, language.say(problem.sentence), fields=fields, findings=findings)


def on_csrf(_error: CSRFError) -> tuple[Response | str, int]:
    """The page was open too long, or the request came from elsewhere."""
    return answer(400, gettext("This page was open for too long. Reload it and send again; what you typed is kept."))


def on_http(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
    """What Flask itself refuses: an unknown address, a method, a size."""
    sentences = {
        404: gettext("There is nothing at this address, or you may not see it."),
        405: gettext("This address does not take such a request."),
        413: gettext("This is too large; send at most 25 MB."),
        429: gettext("Too many requests from your address. Wait some minutes and send again; nothing else is wrong."),
    }
    if error.code is None or error.code < 400:
        return error
    return answer(error.code, sentences.get(error.code, error.description or ""))


def on_surprise(error: Exception) -> tuple[Response | str, int]:
    """Something nobody foresaw: logged with its trace, told without it."""
    log.error("%s %s", request.method, request.path, exc_info=error)
    return answer(500, gettext("Something went wrong on our side. Nothing was changed; please try again."))


def answer(
    status: int,
    sentence: str,
    *,
    fields: Mapping[str, list[str]] | None = None,
    findings: list[dict[str, str]] | None = None,
) -> tuple[Response | str, int]:
    """The answer in the form the caller reads."""
    if wants_json():
        return jsonify({"message": sentence, "fields": fields or {}, "findings": findings or []}), status
    titles = {
        400: gettext("Please send again"),
        401: gettext("Please log in"),
        403: gettext("Not yours to do"),
        404: gettext("Not found"),
        409: gettext("Somebody was faster"),
        413: gettext("Too large"),
        429: gettext("A little later, please"),
        422: gettext("Another look is needed"),
    }
    page = render_template(
        "entry/error.html",
        status=status,
        heading=titles.get(status, gettext("This did not work")),
        sentence=sentence,
        fields=fields or {},
        findings=findings or [],
    )
    return page, status
