"""Files are published together, keep their version while nothing changes, and are refused as a whole."""

import json

import pytest

from engine import versions
from engine.db import Database
from engine.errors import Invalid, Undeployable
from tests.diagrams import sketch
from tests.engine.office import Office

GROUPS = sketch.z("assignmentDefinition", candidateGroups="XK")
FORM = sketch.z("formDefinition", formId="plan", bindingType="deployment")
DRAWING = sketch.draw(
    "planning", [sketch.start(), sketch.user("write", GROUPS + FORM), sketch.end()], "start -> write -> end"
)


def form(label: str = "Goal") -> bytes:
    field = {"type": "textfield", "id": "goal", "key": "plan.goal", "label": label, "validate": {"required": True}}
    return json.dumps({"id": "plan", "type": "default", "components": [field]}).encode()


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_an_unchanged_file_makes_no_new_version(office: Office) -> None:
    first = office.deploy(planning_bpmn=DRAWING, plan_form=form())
    assert [(one.kind, one.key, one.version, one.is_new) for one in first.definitions] == [
        ("form", "plan", 1, True),
        ("process", "planning", 1, True),
    ]
    again = office.deploy(planning_bpmn=DRAWING, plan_form=form())
    assert again.deployment_id is None
    assert [one.version for one in again.definitions] == [1, 1]


def test_a_drawing_whose_bound_form_changed_has_a_new_version_and_live_runs_keep_the_old_form(office: Office) -> None:
    office.deploy(planning_bpmn=DRAWING, plan_form=form())
    office.start("planning")
    changed = office.deploy(planning_bpmn=DRAWING, plan_form=form("Aim"))
    assert [(one.key, one.version) for one in changed.definitions if one.is_new] == [("plan", 2), ("planning", 2)]
    office.start("planning")
    with office.database.reading() as db:
        labels = [versions.form(db, task.form_definition_id or 0).fields[0].label for task in office.tasks("write")]
    assert labels == ["Goal", "Aim"]


def test_answers_are_checked_against_the_form_of_the_task(office: Office) -> None:
    office.deploy(planning_bpmn=DRAWING, plan_form=form())
    office.start("planning")
    with pytest.raises(Invalid) as refused:
        office.complete("write", {"plan": {"goal": ""}})
    assert list(refused.value.fields) == ["plan.goal"]
    office.complete("write", {"plan": {"goal": "R&D"}})
    assert office.tasks() == []


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_published(office: Office) -> None:
    with pytest.raises(Undeployable) as refused:
        office.deploy(planning_bpmn=DRAWING, broken_bpmn=b"<xml", plan_form=b"{}", picture_png=b"x")
    assert {finding.resource for finding in refused.value.findings} >= {"broken.bpmn", "plan.form", "picture.png"}
    with office.database.reading() as db:
        assert versions.shelf(db).by_id == {}


def test_the_same_process_in_two_files_is_refused(office: Office) -> None:
    with pytest.raises(Undeployable) as refused:
        office.deploy(a_bpmn=DRAWING, b_bpmn=DRAWING, plan_form=form())
    assert [finding.rule for finding in refused.value.findings] == ["defined-twice"]


def test_the_file_is_given_back_as_it_was_deployed(office: Office) -> None:
    placed = office.deploy(planning_bpmn=DRAWING, plan_form=form()).definitions[1]
    with office.database.reading() as db:
        assert versions.source(db, placed.definition_id) == DRAWING
        assert versions.newest(db, "process", "planning").version == 1
