"""A user task whose form stands in its drawing: shown in the page, checked by the server, denied by a listener with its reason."""

from engine import definitions, instances
from engine.tables import Instance, UserTask
from tests.diagrams import sketch
from tests.engine.bpmn.play import DIAGRAMS
from tests.engine.office import START
from tests.web.visitors import Door

VISIT = b'{"id": "visit-report", "components": [{"type": "textfield", "id": "F", "key": "seen"}]}'


def begun(door: Door, source: bytes, process: str, **beside: bytes) -> int:
    """Deploys a drawing and starts it for the enterprise of the filled house; the id of its first task."""
    files = {"drawn.bpmn": source, **{".".join(name.rsplit("_", 1)): content for name, content in beside.items()}}
    with door.database.transaction() as db:
        known = db.get_one(UserTask, door.ids.task)
        definitions.deploy(db, files, name="drawn", source="page", by="designer", now=START)
        like = db.get_one(Instance, known.instance_id)
        run = instances.start(
            db, process, {"number": "7"}, scope=like.scope, subject=like.subject, by="anna", now=START
        )
        db.flush()
        task_id: int = db.query(UserTask).filter_by(instance_id=run.id).one().id
    return task_id


def test_form_fields_of_camunda_7_are_asked_in_the_page_and_checked_by_the_server(door: Door) -> None:
    drawing = (DIAGRAMS / "form-fields.bpmn").read_bytes().replace(b'"XK"', b'"XG"')
    task = begun(door, drawing, "form-fields", visit_form=VISIT)
    page = door.knock("XG", "GET", f"/tasks/{task}").get_data(as_text=True)
    for label in ("Summary", "Staff", "Agreed", "Of its own"):
        assert label in page
    refused = door.knock("XG", "POST", f"/tasks/{task}", json={"submission": {"summary": "no", "staff": 3}})
    assert refused.status_code == 422
    assert set(refused.get_json()["fields"]) == {"summary"}
    sent = door.knock(
        "XG", "POST", f"/tasks/{task}", json={"submission": {"summary": "all done", "staff": 3, "kind": "own"}}
    )
    assert sent.status_code < 400


def test_who_is_denied_by_a_listener_reads_its_reason(door: Door) -> None:
    services = dict(door.database.info["services"])
    services["registry.judge"] = lambda db, call: {"denied": True, "deniedReason": "缺少日期"}
    door.database.info["services"] = services
    task = sketch.user(
        "ask",
        sketch.z("assignmentDefinition", candidateGroups="XG") + sketch.task_listeners("completing registry.judge"),
    )
    task_id = begun(door, sketch.draw("judged", [sketch.start(), task, sketch.end()], "start -> ask -> end"), "judged")
    answer = door.knock("XG", "POST", f"/tasks/{task_id}", json={"submission": {}})
    assert answer.status_code == 422
    assert "缺少日期" in answer.get_json()["message"]
    with door.database.reading() as db:
        assert db.get_one(UserTask, task_id).status == "open"
