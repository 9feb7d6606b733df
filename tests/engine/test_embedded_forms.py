"""Forms that stand in the drawing itself: deployed with it, asked and checked like any other; what none shows is remarked."""

import pytest

from engine import versions
from engine.bpmn import reader
from engine.db import Database
from engine.errors import Invalid, Undeployable
from tests.diagrams import sketch
from tests.engine.bpmn.play import DIAGRAMS
from tests.engine.office import Office

DRAWING = (DIAGRAMS / "embedded-form.bpmn").read_bytes()


def test_a_form_in_the_drawing_is_deployed_with_it_and_checks_what_is_answered(database: Database) -> None:
    office = Office(database)
    office.deploy(ask_bpmn=DRAWING)
    run = office.start("embedded-form")
    task = office.task("ask")
    assert task.form_definition_id is not None
    with database.reading() as db:
        assert versions.form(db, task.form_definition_id).id == "embedded-form.question"
    with pytest.raises(Invalid) as caught:
        office.complete("ask", {"answer": ""})
    assert set(caught.value.fields) == {"answer"}
    office.complete("ask", {"answer": "yes"})
    assert office.instance(run).status == "completed"


def told(form: str, key: str) -> set[tuple[str, str]]:
    """The rules that a drawing breaks whose user task shows a form by this key, with their severities."""
    extra = f"<bpmn:extensionElements>{form}</bpmn:extensionElements>"
    task = sketch.user("ask", sketch.z("formDefinition", formKey=key))
    source = sketch.draw("p", [sketch.start(), task, sketch.end()], "start -> ask -> end", extra=extra)
    try:
        findings = reader.read(source, resource="x.bpmn").findings
    except Undeployable as refused:
        findings = tuple(refused.findings)
    return {(one.rule, one.severity) for one in findings}


def test_a_form_that_nobody_shows_is_remarked_and_one_that_is_not_there_is_refused() -> None:
    form = sketch.z("userTaskForm", '{"components": []}', id="f")
    other = sketch.z("userTaskForm", '{"components": []}', id="g")
    assert told(form, "camunda-forms:bpmn:f") == set()
    assert told(form + other, "camunda-forms:bpmn:f") == {("not-executed", "warning")}
    assert told(form, "camunda-forms:bpmn:g") == {("form-key", "error"), ("not-executed", "warning")}
    assert told(sketch.z("userTaskForm", "[]", id="f"), "camunda-forms:bpmn:f") == {("form-key", "error")}
    assert told(sketch.z("userTaskForm", '{"components": []}'), "camunda-forms:bpmn:f") == {("form-key", "error")}
