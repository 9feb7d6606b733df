"""Form fields and form keys of Camunda 7 where work is done: deployed as forms, shown, checked, and deployed anew when they change."""

import json

import pytest

from engine import versions
from engine.db import Database
from engine.errors import Invalid, Undeployable
from tests.engine.bpmn.play import DIAGRAMS
from tests.engine.office import Office

DRAWING = (DIAGRAMS / "form-fields.bpmn").read_bytes()


def visit(label: str = "Seen") -> bytes:
    return json.dumps(
        {"id": "visit-report", "components": [{"type": "textfield", "id": "F1", "key": "seen", "label": label}]}
    ).encode()


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_what_a_drawing_asks_field_by_field_is_shown_checked_and_kept(office: Office) -> None:
    office.deploy(fields_bpmn=DRAWING, visit_form=visit())
    run = office.start("form-fields", {"number": "7"})
    task = office.task("write")
    assert task.form_definition_id is not None
    with office.database.reading() as db:
        form = versions.form(db, task.form_definition_id)
    assert [one.label for one in form.inputs()] == ["Summary", "Staff", "Agreed", "day", "Kind", "Number"]
    with pytest.raises(Invalid) as caught:
        office.complete("write", {"summary": "no", "staff": 501, "kind": "third", "day": "soon", "number": "8"})
    assert set(caught.value.fields) == {"summary", "staff", "kind", "day"}
    office.complete(
        "write", {"summary": "done", "staff": 3, "agreed": False, "kind": "joint", "day": "2026-03-02", "number": "8"}
    )
    check = office.task("check")
    assert check.form_definition_id is not None
    office.complete("check", {"seen": "all"})
    assert office.instance(run).status == "completed"
    with office.database.reading() as db:
        assert versions.form(db, check.form_definition_id).id == "visit-report"


def test_a_changed_field_or_a_changed_form_file_makes_a_new_version_of_the_process(office: Office) -> None:
    first = office.deploy(fields_bpmn=DRAWING, visit_form=visit())
    assert {(one.kind, one.key) for one in first.definitions} == {
        ("process", "form-fields"), ("form", "form-fields.write"), ("form", "visit-report"),
    }  # fmt: skip
    assert office.deploy(fields_bpmn=DRAWING, visit_form=visit()).deployment_id is None
    fields = office.deploy(fields_bpmn=DRAWING.replace(b'label="Staff"', b'label="People"'), visit_form=visit())
    assert {one.key: one.version for one in fields.definitions if one.is_new} == {
        "form-fields": 2,
        "form-fields.write": 2,
    }
    files = office.deploy(
        fields_bpmn=DRAWING.replace(b'label="Staff"', b'label="People"'), visit_form=visit("Looked at")
    )
    assert {one.key: one.version for one in files.definitions if one.is_new} == {"form-fields": 3, "visit-report": 2}
    office.start("form-fields")
    office.complete("write", {"summary": "done"})
    task = office.task("check")
    assert task.form_definition_id is not None
    with office.database.reading() as db:
        assert next(versions.form(db, task.form_definition_id).inputs()).label == "Looked at"


def test_a_form_key_without_its_file_is_refused(office: Office) -> None:
    with pytest.raises(Undeployable) as caught:
        office.deploy(fields_bpmn=DRAWING)
    assert {(one.rule, one.element_id) for one in caught.value.findings if one.severity == "error"} == {
        ("form-missing", "check")
    }
