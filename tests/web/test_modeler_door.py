"""Camunda Modeler 5.50 talks to the house, request by request as its source says (FRONTEND 4.1 and 4.2), in both dialects."""

import base64
import io
import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from casework import people, tokens
from engine.tables import Definition, Instance, UserTask
from tests.web.visitors import HOME_VISIT, Door
from tests.world import START

LATER = HOME_VISIT.replace("电话预约".encode(), "上门预约".encode())
"""The same drawing with another name of its task."""
JAVA = HOME_VISIT.replace(b'<bpmn:userTask id="call"', b'<bpmn:scriptTask id="call" scriptFormat="groovy"').replace(
    b"</bpmn:userTask>", b"<bpmn:script>Runtime.exec</bpmn:script></bpmn:scriptTask>"
)


def token(door: Door, username: str = "des") -> str:
    with door.database.transaction() as db:
        return tokens.make(db, people.get(db, username), "Modeler on a desk", by=username, now=START)


def ask(door: Door, method: str, path: str, authorization: str = "", **how: Any) -> TestResponse:
    """One request as the window of Camunda Modeler sends it."""
    headers = {"Accept": "application/json", "Origin": "file://"}
    if authorization:
        headers["Authorization"] = authorization
    return door.app.test_client().open(path, method=method, headers=headers, **how)


def deploys(door: Door, shown: str, name: str = "走访 帮扶.bpmn", content: bytes = HOME_VISIT) -> TestResponse:
    form = {
        "deployment-name": "走访 帮扶",
        "deployment-source": "Camunda Modeler",
        "enable-duplicate-filtering": "true",
        name: (io.BytesIO(content), name),
    }
    return ask(door, "POST", "/engine-rest/deployment/create", f"Bearer {shown}", data=form)


def test_the_camunda_7_conversation_ends_with_a_running_instance(door: Door) -> None:
    # While the address is typed the tool asks without a token, and shows the fields for one.
    assert ask(door, "GET", "/engine-rest/deployment?maxResults=0").status_code == 401
    shown = token(door)
    assert ask(door, "GET", "/engine-rest/deployment?maxResults=0", f"Bearer {shown}").status_code == 200
    assert ask(door, "GET", "/engine-rest/version", f"Bearer {shown}").get_json() == {"version": "7.24.0"}

    deployed = deploys(door, shown, content=LATER).get_json()
    (definition_id,) = deployed["deployedProcessDefinitions"]
    assert definition_id.startswith("home_visit:2:")
    assert deployed["deployedProcessDefinitions"][definition_id]["resource"] == "走访 帮扶.bpmn"

    links = ask(door, "GET", "/.well-known/camunda-automation-platform/webapps").get_json()
    base = links["cockpitUrl"].removeprefix("http://localhost")
    query = json.dumps([{"type": "id", "operator": "eq", "value": deployed["id"]}])
    page = door.client("DES").get(f"{base}repository?deploymentsQuery={query}", follow_redirects=True)
    assert "上门预约" in page.text, "the page says what has changed"
    assert "第 1 版 → 第 2 版" in page.text

    variables = {"amount": {"value": "12", "type": "Integer"}, "urgent": {"value": "true", "type": "Boolean"}}
    started = ask(
        door,
        "POST",
        f"/engine-rest/process-definition/{definition_id}/start",
        f"Bearer {shown}",
        json={"businessKey": "家访-1", "variables": variables},
    ).get_json()
    with door.database.reading() as db:
        run = db.get_one(Instance, int(started["id"]))
        assert (run.status, run.business_key, run.process_key) == ("active", "家访-1", "home_visit")
        assert [task.name for task in db.query(UserTask).filter_by(instance_id=run.id)] == ["上门预约"]
    shown_run = door.client("DES").get(f"{base}process-instance/{started['id']}", follow_redirects=True)
    assert "上门预约" in shown_run.text


def test_the_camunda_8_conversation_ends_with_a_running_instance(door: Door) -> None:
    shown = "Basic " + base64.b64encode(f"des:{token(door)}".encode()).decode()
    assert ask(door, "GET", "/v2/topology").status_code == 401
    assert ask(door, "GET", "/v2/topology", shown).get_json()["gatewayVersion"] == "8.8.0"

    form = {"tenantId": "<default>", "resources": (io.BytesIO(LATER), "home_visit.bpmn")}
    deployed = ask(door, "POST", "/v2/deployments", shown, data=form).get_json()
    process = deployed["deployments"][0]["processDefinition"]
    assert (process["processDefinitionId"], process["processDefinitionVersion"]) == ("home_visit", 2)
    assert process["processDefinitionKey"].isdigit()

    body = {"processDefinitionKey": process["processDefinitionKey"], "variables": {"n": 1}, "tenantId": "<default>"}
    started = ask(door, "POST", "/v2/process-instances", shown, json=body).get_json()
    assert started["processDefinitionVersion"] == 2
    newest = ask(door, "POST", "/v2/process-instances", shown, json={"processDefinitionId": "home_visit"}).get_json()
    assert newest["processDefinitionKey"] == process["processDefinitionKey"]
    with door.database.reading() as db:
        assert db.get_one(Instance, int(started["processInstanceKey"])).status == "active"


def test_an_unchanged_file_makes_no_version_and_still_answers_with_the_one_in_force(door: Door) -> None:
    shown = token(door)
    first = deploys(door, shown, "home_visit.bpmn").get_json()
    second = deploys(door, shown, "home_visit.bpmn").get_json()
    assert list(first["deployedProcessDefinitions"]) == list(second["deployedProcessDefinitions"])
    with door.database.reading() as db:
        assert db.query(Definition).filter_by(key="home_visit").count() == 1


def test_what_would_be_misread_is_refused_with_the_element_in_the_words_of_the_tool(door: Door) -> None:
    refused = deploys(door, token(door), content=JAVA)
    assert refused.status_code == 400
    said = refused.get_json()
    assert said["message"].startswith("ENGINE-09005 Could not parse BPMN process.")
    assert "call" in said["message"]
    form = {"resources": (io.BytesIO(JAVA), "java.bpmn")}
    problem = ask(door, "POST", "/v2/deployments", f"Bearer {token(door)}", data=form)
    assert problem.status_code == 400
    assert problem.content_type == "application/problem+json"
    assert "call" in problem.get_json()["detail"]


@pytest.mark.parametrize("path", ["/engine-rest/deployment", "/v2/topology"])
@pytest.mark.parametrize("authorization", ["", "Bearer xh_made-up", "Basic ???", "Basic ZGVz"])
def test_a_stranger_is_told_so_and_never_sent_to_a_page(door: Door, path: str, authorization: str) -> None:
    answer = ask(door, "GET", path, authorization)
    assert answer.status_code == 401
    assert answer.is_json or "json" in answer.content_type


def test_a_token_opens_no_more_than_its_owner_may(door: Door) -> None:
    answer = deploys(door, token(door, "xg"))
    assert answer.status_code == 403


def test_a_token_that_was_taken_back_or_has_ended_opens_nothing(door: Door) -> None:
    shown = token(door)
    with door.database.transaction() as db:
        owner = people.get(db, "des")
        assert tokens.owner(db, shown, now=START) is not None
        assert tokens.owner(db, shown, now=START + tokens.LONGEST) is None
        tokens.revoke(db, owner, tokens.of(db, owner)[0].id, by="des", now=START)
    assert ask(door, "GET", "/engine-rest/deployment", f"Bearer {shown}").status_code == 401


def test_the_token_is_shown_once_and_kept_nowhere(door: Door) -> None:
    client = door.client("DES")
    made = client.post("/designer/tokens/", data={"name": "桌面"})
    shown = made.text.split('text-break">')[1].split("<")[0]
    assert ask(door, "GET", "/engine-rest/version", f"Bearer {shown}").status_code == 200
    assert shown not in client.get("/designer/tokens/").text


def test_no_other_site_can_use_the_door_from_a_browser(door: Door) -> None:
    answer = door.app.test_client().options("/engine-rest/deployment", headers={"Origin": "https://elsewhere.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers
    desktop = door.app.test_client().options("/engine-rest/deployment", headers={"Origin": "file://"})
    assert (desktop.status_code, desktop.headers["Access-Control-Allow-Origin"]) == (204, "file://")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/engine-rest/process-definition/home_visit:1:999999/start", {}, 404),
        ("/engine-rest/process-definition/nothing/start", {}, 404),
        ("/engine-rest/process-definition/{definition}/start", {}, 404),
        ("/v2/process-instances", {"processDefinitionId": "unknown"}, 404),
        ("/v2/process-instances", {"processDefinitionKey": "x"}, 404),
        (
            "/v2/process-instances",
            {"processDefinitionId": "home_visit", "startInstructions": [{"elementId": "call"}]},
            422,
        ),
        ("/v2/process-instances", [1], 422),
    ],
)
def test_what_cannot_be_started_is_refused_in_words(door: Door, path: str, body: Any, status: int) -> None:
    path = path.format_map(vars(door.ids))
    answer = ask(door, "POST", path, f"Bearer {token(door)}", json=body)
    assert answer.status_code == status, answer.text
    said = answer.get_json()
    assert said.get("message") or said.get("detail")
