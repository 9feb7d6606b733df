"""The door that Camunda Modeler deploys and starts through: its Camunda 7 dialect under `/engine-rest`, Camunda 8 REST under `/v2`.

Both do what the designers' page does, with the same permissions. A person is known by an access token: `Bearer <token>`, or Basic
with the token as password. Answers are JSON in the dialect's own shape, never a log-in page (FRONTEND 4.1, 4.2).
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final, cast

from flask import Blueprint, Flask, Response, g, jsonify, make_response, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from casework import permissions, tokens
from engine import definitions, instances, trial, versions
from engine.calendars import SHANGHAI
from engine.definitions import Deployed, Placed
from engine.errors import Invalid, NotFound, Problem, Sentence, Undeployable
from engine.tables import Definition, Deployment
from web import auth, counter, errors, language

camunda7 = Blueprint("camunda7", __name__, url_prefix="/engine-rest")
camunda8 = Blueprint("camunda8", __name__, url_prefix="/v2")
landing = Blueprint("from_modeler", __name__)

VERSION_7: Final = "7.24.0"
"""The last minor of Camunda 7, whose dialect this is."""
VERSION_8: Final = "8.8.0"
_DESKTOP: Final = frozenset({"file://", "null"})
"""The origins of Camunda Modeler's window; a browser's page has another one and is not let in."""
_SAFE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
_NUMBERS: Final = frozenset({"integer", "long", "short", "double", "number"})


def init_app(app: Flask) -> None:
    """Open both dialects. They carry a token instead of a cookie, so no other site can make a browser speak for somebody."""
    protection = cast(CSRFProtect, app.extensions["csrf"])
    for dialect in (camunda7, camunda8):
        protection.exempt(dialect)
        app.register_blueprint(dialect)
    app.register_blueprint(landing)


@camunda7.before_request
@camunda8.before_request
def _recognise() -> BaseResponse | None:
    """Who shows the token, and whether he may deploy."""
    if request.method == "OPTIONS":
        return make_response("", 204)
    person = tokens.owner(counter.db(), _shown(), now=counter.this().settings.wall())
    if person is None:
        said = Sentence("show an access token: make one on the designers' page under access tokens")
        return _refused(401, language.say(said))
    g.person, g.person_id, g.scope = person, person.id, None
    permissions.check(auth.scope(), "deploy")
    return None


@camunda7.after_request
@camunda8.after_request
def _open_to_the_desktop(response: Response) -> Response:
    origin = request.headers.get("Origin", "")
    if origin in _DESKTOP:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Headers"] = "authorization, content-type, accept"
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Vary"] = "Origin"
    return response


@camunda7.errorhandler(Problem)
@camunda8.errorhandler(Problem)
def _on_problem(problem: Problem) -> BaseResponse:
    """A problem of the house in the dialect: a drawing that is refused comes with every finding."""
    status = errors.status_of(problem)
    findings = problem.findings if isinstance(problem, Undeployable) else []
    if findings:
        status = 400
    lines = [f"{one.resource} {one.element_id}: {language.say(one.sentence)} [{one.rule}]".strip() for one in findings]
    details = {
        one.resource: {
            "errors": [
                {"message": language.say(other.sentence), "mainElementId": other.element_id, "line": 0, "column": 0}
                for other in findings
                if other.resource == one.resource
            ],
            "warnings": [],
        }
        for one in findings
    }
    return _refused(status, language.say(problem.sentence), lines=lines, details=details)


@camunda7.errorhandler(HTTPException)
@camunda8.errorhandler(HTTPException)
def _on_http(error: HTTPException) -> BaseResponse:
    return _refused(error.code or 500, error.description or "")


@camunda7.get("/deployment")
@auth.open_to_all
def deployments() -> Response:
    """How the tool finds out whether somebody is there and whether the token is good; it reads the status alone."""
    return jsonify([])


@camunda7.get("/version")
@auth.open_to_all
def version() -> Response:
    """The dialect's version."""
    return jsonify({"version": VERSION_7})


@camunda7.post("/deployment/create")
@auth.open_to_all
def create_deployment() -> Response:
    """Deploy the files of the request together. Files that are in force already answer with the version in force."""
    files = _files()
    result = _deploy(files, request.form.get("deployment-name", ""))
    row = _deployment(result)
    placed = {kind: [one for one in result.definitions if one.kind == kind] for kind in ("process", "decision")}
    rows = {one.definition_id: counter.db().get_one(Definition, one.definition_id) for one in result.definitions}
    return jsonify(
        {
            "links": [],
            "id": str(row.id),
            "name": row.name,
            "source": request.form.get("deployment-source") or row.source,
            "deploymentTime": _moment(row.deployed_at),
            "tenantId": None,
            "deployedProcessDefinitions": _by_id(placed["process"], rows),
            "deployedDecisionDefinitions": _by_id(placed["decision"], rows),
            "deployedDecisionRequirementsDefinitions": None,
            "deployedCaseDefinitions": None,
        }
    )


@camunda7.post("/process-definition/<definition>/start")
@auth.open_to_all
def start_7(definition: str) -> Response:
    """Start this version of a process; `variables` are typed as Camunda 7 types them."""
    given = _body()
    typed = cast(Mapping[str, Any], given.get("variables") or {})
    run = instances.start_version(
        counter.db(),
        _number(definition.rpartition(":")[2]),
        {name: _value(name, one) for name, one in typed.items()},
        business_key=str(given.get("businessKey") or ""),
        by=auth.person().username,
        now=counter.now(),
    )
    return jsonify(
        {
            "links": [],
            "id": str(run.id),
            "definitionId": definition,
            "businessKey": run.business_key or None,
            "ended": run.status != "active",
            "suspended": False,
            "tenantId": None,
        }
    )


@camunda8.get("/topology")
@auth.open_to_all
def topology() -> Response:
    """One node with one partition: the tool asks only whether somebody is there."""
    partition = {"partitionId": 1, "role": "leader", "health": "healthy"}
    host, port = request.host.partition(":")[::2]
    broker = {"nodeId": 0, "host": host, "port": int(port or 80), "version": VERSION_8, "partitions": [partition]}
    return jsonify(
        {
            "brokers": [broker],
            "clusterSize": 1,
            "partitionsCount": 1,
            "replicationFactor": 1,
            "gatewayVersion": VERSION_8,
            "lastCompletedChangeId": "0",
        }
    )


@camunda8.post("/deployments")
@auth.open_to_all
def deploy_8() -> Response:
    """Deploy the `resources` together."""
    result = _deploy(_files(), "")
    row = _deployment(result)
    tenant = {"tenantId": "<default>"}
    listed: list[dict[str, Any]] = []
    for one in result.definitions:
        key, resource = str(one.definition_id), {"resourceName": one.resource, **tenant}
        if one.kind == "process":
            said = {"processDefinitionId": one.key, "processDefinitionVersion": one.version}
            listed.append({"processDefinition": {**said, "processDefinitionKey": key, **resource}})
        elif one.kind == "decision":
            said = {"decisionDefinitionId": one.key, "version": one.version, "decisionDefinitionKey": key, **tenant}
            name = counter.db().get_one(Definition, one.definition_id).name
            more = {"name": name, "decisionRequirementsId": one.key, "decisionRequirementsKey": key}
            listed.append({"decisionDefinition": {**said, **more}})
        else:
            listed.append({"form": {"formId": one.key, "version": one.version, "formKey": key, **resource}})
    return jsonify({"deploymentKey": str(row.id), **tenant, "deployments": listed})


@camunda8.post("/process-instances")
@auth.open_to_all
def start_8() -> Response:
    """Start a process by the key of its definition, or by its id and version (the newest without one)."""
    given = _body()
    for asked in ("startInstructions", "runtimeInstructions"):
        if given.get(asked):
            raise Invalid(
                "a run cannot be started in the middle of its drawing", fields={asked: [Sentence("leave this out")]}
            )
    if given.get("processDefinitionKey"):
        definition_id = _number(str(given["processDefinitionKey"]))
    else:
        definition_id = _by_version(str(given.get("processDefinitionId") or ""), given.get("processDefinitionVersion"))
    variables = cast(Mapping[str, Any], given.get("variables") or {})
    run = instances.start_version(
        counter.db(),
        definition_id,
        variables,
        business_key=str(given.get("businessId") or ""),
        by=auth.person().username,
        now=counter.now(),
    )
    known = versions.version(counter.db(), definition_id)
    return jsonify(
        {
            "processInstanceKey": str(run.id),
            "processDefinitionKey": str(definition_id),
            "processDefinitionId": known.key,
            "processDefinitionVersion": known.version,
            "tenantId": "<default>",
            "variables": variables,
        }
    )


@landing.get("/.well-known/camunda-automation-platform/webapps")
@auth.open_to_all
def webapps() -> Response:
    """Where the tool's links lead after a deployment: to the designers' pages."""
    base = url_for("from_modeler.home", _external=True)
    return jsonify({"cockpitUrl": base, "adminUrl": base, "tasklistUrl": url_for("worklist.index", _external=True)})


@landing.get("/from-modeler/")
def home() -> BaseResponse:
    """The designers' page."""
    return redirect(url_for("designer.index"))


@landing.get("/from-modeler/repository")
def repository() -> BaseResponse:
    """The deployment that the tool has just made: `deploymentsQuery=[{"type":"id","operator":"eq","value":"12"}]`."""
    try:
        asked = cast(list[Mapping[str, str]], json.loads(request.args.get("deploymentsQuery") or "[]"))
        number = next((str(one["value"]) for one in asked if one.get("type") == "id"), "")
    except (ValueError, TypeError, KeyError, AttributeError):
        number = ""
    if not number:
        return redirect(url_for("designer.index"))
    return redirect(url_for("designer.deployment", deployment_id=_number(number)))


@landing.get("/from-modeler/process-instance/<int:instance_id>")
def process_instance(instance_id: int) -> BaseResponse:
    """The run that the tool has just started."""
    return redirect(url_for("designer.run", instance_id=instance_id))


def _shown() -> str:
    """The token of this request: `Bearer <token>`, or the password of Basic."""
    kind, _, rest = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return rest.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def _files() -> dict[str, bytes]:
    """The files of the request by their own names; folders in a name are left out."""
    found: dict[str, bytes] = {}
    for part, given in request.files.items(multi=True):
        name = PurePosixPath((given.filename or part).replace("\\", "/")).name
        found[name] = given.read()
    if not found:
        raise Invalid("there is no file in this request", fields={"resources": [Sentence("choose a file first")]})
    return found


def _deploy(files: Mapping[str, bytes], name: str) -> Deployed:
    trial.check(files)
    return definitions.deploy(
        counter.db(),
        files,
        name=name.strip() or "、".join(files),
        source="camunda-modeler",
        by=auth.person().username,
        now=counter.now(),
    )


def _deployment(result: Deployed) -> Deployment:
    """The deployment that was made, or the one that the files in force came with."""
    db = counter.db()
    known = result.deployment_id
    if known is None:
        known = max(db.get_one(Definition, one.definition_id).deployment_id for one in result.definitions)
    return db.get_one(Deployment, known)


def _by_id(placed: list[Placed], rows: Mapping[int, Definition]) -> dict[str, dict[str, Any]] | None:
    """Definitions as Camunda 7 lists them, by an id that stands in an address unescaped."""
    found: dict[str, dict[str, Any]] = {}
    for one in placed:
        row = rows[one.definition_id]
        key = "".join(letter for letter in one.key if letter in _SAFE) or one.kind
        number = f"{key}:{one.version}:{one.definition_id}"
        found[number] = {
            "id": number,
            "key": one.key,
            "category": None,
            "description": None,
            "name": row.name,
            "version": one.version,
            "versionTag": row.version_tag or None,
            "resource": one.resource,
            "deploymentId": str(row.deployment_id),
            "diagram": None,
            "suspended": False,
            "tenantId": None,
            "historyTimeToLive": None,
            "startableInTasklist": True,
        }
    return found or None


def _body() -> Mapping[str, Any]:
    given = request.get_json(silent=True)
    if given is None and not request.get_data():
        return {}
    if not isinstance(given, Mapping):
        raise Invalid("expected a JSON object", fields={})
    return cast(Mapping[str, Any], given)


def _value(name: str, typed: object) -> object:
    """A variable as Camunda 7 sends it: `{value, type}`; a text that is JSON becomes what it says."""
    if not isinstance(typed, Mapping):
        return typed
    one = cast(Mapping[str, Any], typed)
    value, kind = one.get("value"), str(one.get("type") or "").lower()
    wrong = Sentence("expected a value of type {type}, but got {value}", {"type": kind, "value": str(value)})
    try:
        if value is None or kind == "null":
            return None
        if kind == "boolean":
            return value if isinstance(value, bool) else {"true": True, "false": False}[str(value).strip().lower()]
        if kind in _NUMBERS:
            return value if isinstance(value, int | float) and not isinstance(value, bool) else json.loads(str(value))
        if kind in {"json", "object"} and isinstance(value, str):
            return json.loads(value)
        if kind == "date":
            return datetime.strptime(str(value), "%Y-%m-%dT%H:%M:%S.%f%z").isoformat()
    except (ValueError, KeyError):
        raise Invalid(fields={f"variables.{name}": [wrong]}) from None
    return value


def _by_version(key: str, number: object) -> int:
    known = versions.shelf(counter.db()).versions("process", key)
    wanted = [one for one in known if number in (None, -1, one.version)]
    if not wanted:
        raise NotFound("no process {process} is deployed", process=key)
    return wanted[-1].id


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound("there is nothing under {id}", id=text)
    return int(text)


def _moment(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"


def _refused(
    status: int, sentence: str, *, lines: list[str] | None = None, details: Mapping[str, Any] | None = None
) -> BaseResponse:
    """The refusal in the shape of the dialect: `{type, message, details}` for 7, a problem document for 8."""
    text = "\n".join([sentence, *(f"* {line}" for line in lines or [])])
    if request.blueprint == camunda8.name:
        said = {"type": "about:blank", "title": "INVALID_ARGUMENT", "status": status, "detail": text}
        response = make_response(jsonify({**said, "instance": request.path}), status)
        response.content_type = "application/problem+json"
        return response
    prefix = "ENGINE-09005 Could not parse BPMN process. " if lines else ""
    kind = "ParseException" if lines else "RestException"
    return make_response(jsonify({"type": kind, "message": prefix + text, "details": details or {}, "code": 0}), status)
