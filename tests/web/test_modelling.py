"""The designers' pages of rules and the download of the kit."""

import io
import json
import re
import zipfile

import pytest
from sqlalchemy import select

from engine.lint.catalogue import RULES
from engine.tables import Definition
from tests.diagrams.sketch import draw, end, node, start, z
from tests.web.visitors import Door


def test_every_rule_stands_on_the_list_and_leads_to_its_page(door: Door) -> None:
    page = door.knock("DES", "GET", "/designer/rules/").text
    assert all(f'href="/designer/rules/{name}"' in page for name in RULES)
    assert RULES["unreachable"].zh.what in page


@pytest.mark.parametrize("name", ["event", "form-pattern", "table-gap", "too-large"])
def test_a_page_says_what_is_wrong_and_what_to_draw_instead(door: Door, name: str) -> None:
    page = door.knock("DES", "GET", f"/designer/rules/{name}").text
    assert RULES[name].zh.what in page
    assert RULES[name].zh.instead in page
    assert page.count("<bpmn-diagram") == (2 if name == "event" else 0)


def test_a_rule_that_nobody_wrote_is_not_found(door: Door) -> None:
    assert door.knock("DES", "GET", "/designer/rules/nonsense").status_code == 404


def test_a_finding_of_a_deployment_leads_to_the_page_of_its_rule(door: Door) -> None:
    refused = door.knock(
        "DES", "POST", "/designer/deploy", data={"files": (io.BytesIO(b"<html/>"), "x.bpmn"), "name": "try"}
    )
    assert refused.status_code == 422
    assert 'href="/designer/rules/not-bpmn"' in refused.text


def test_the_kit_is_downloaded_under_a_name_with_its_version(door: Door) -> None:
    assert 'href="/designer/kit.zip"' in door.knock("DES", "GET", "/designer/").text
    answer = door.knock("DES", "GET", "/designer/kit.zip")
    assert answer.status_code == 200
    assert "xiaohao-modeler-kit-" in answer.headers["Content-Disposition"]
    packed = zipfile.ZipFile(io.BytesIO(answer.data))
    assert json.loads(packed.read("resources/element-templates/xiaohao-services.json"))


def test_a_drawing_without_a_layout_is_shown_with_one_and_kept_as_it_came(door: Door) -> None:
    task = node("userTask", "look", "", z("assignmentDefinition", candidateGroups="DES"))
    drawn = draw("plainly", [start(), task, end()], "start -> look -> end")
    source = re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", drawn, flags=re.DOTALL)
    assert b"BPMNShape" not in source
    answer = door.knock(
        "DES", "POST", "/designer/deploy", data={"files": (io.BytesIO(source), "plain.bpmn"), "name": "try"}
    )
    assert answer.status_code == 303
    with door.database.reading() as db:
        made = db.scalars(select(Definition.id).where(Definition.key == "plainly")).one()
    assert b"BPMNShape" in door.knock("DES", "GET", f"/drawings/{made}").data
    assert door.knock("DES", "GET", f"/designer/{made}/source").data == source
