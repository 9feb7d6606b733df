"""A loss planted into the model is found, whatever kind it is; without one, nothing is said to be lost."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from engine.bpmn import completeness, reader
from engine.bpmn.completeness import KINDS, Lost
from engine.bpmn.model import Element, Flow, Model
from engine.errors import Undeployable
from tests.engine.bpmn.play import DIAGRAMS
from tests.modelling import guide

DRAWINGS = [*sorted(DIAGRAMS.glob("*.bpmn")), *sorted((DIAGRAMS.parents[1] / "workflows").glob("*.bpmn"))]
# Which field of an element or flow is emptied to lose what.
PLANTS: dict[str, tuple[str, Any]] = {
    "input": ("inputs", ()),
    "output": ("outputs", ()),
    "header": ("headers", {}),
    "property": ("properties", {}),
    "execution listener": ("listeners", ()),
    "task listener": ("listeners", ()),
    "form": ("form", None),
    "assignment": ("candidate_groups", None),
    "schedule": ("due_date", None),
    "priority": ("priority", None),
    "job type": ("job_type", None),
    "decision": ("decision", None),
    "called process": ("called", None),
    "script": ("script", None),
    "message to publish": ("publish", None),
    "active elements": ("ad_hoc", None),
    "repetition": ("multi_instance", None),
    "trigger": ("event", "none"),
    "default flow": ("default_flow", None),
    "edge": ("attached_to", None),
    "condition": ("condition", None),
    "ends of a flow": ("target", "elsewhere"),
}


def without(model: Model, change: Callable[[dict[str, Element], dict[str, Flow]], None]) -> Model:
    process = model.processes[0]
    elements, flows = dict(process.elements), dict(process.flows)
    change(elements, flows)
    return replace(model, processes=(replace(process, elements=elements, flows=flows), *model.processes[1:]))


def read(name: str) -> tuple[etree._Element, Model]:
    path = DIAGRAMS / f"{name}.bpmn"
    return etree.fromstring(path.read_bytes()), reader.read(path.read_bytes(), resource=path.name)


def planted(kind: str) -> set[Lost]:
    """What is found after a loss of this kind in the first drawing of the tests that has it."""
    name, empty = PLANTS[kind]
    for path in DRAWINGS:
        source = path.read_bytes()
        root, model = etree.fromstring(source), reader.read(source, resource=path.name)
        for table in ("elements", "flows"):
            for key, one in getattr(model.processes[0], table).items():
                if not hasattr(one, name) or getattr(one, name) in (empty, None):
                    continue
                if kind in {"condition", "ends of a flow"} and table != "flows":
                    continue
                lossy = without(
                    model,
                    lambda *tables, t=table, k=key, o=one: tables[t == "flows"].update(
                        {k: replace(o, **{name: empty})}
                    ),
                )
                found = set(completeness.lost(root, lossy))
                if Lost(kind, key) in found:
                    return found
    return set()


def test_nothing_is_lost_in_the_drawings_of_the_house_and_of_the_tests() -> None:
    for path in [*DRAWINGS, *sorted(guide.OWN.glob("*.bpmn"))]:
        if b"http://camunda.org/schema/1.0/bpmn" in path.read_bytes():
            continue
        source = path.read_bytes()
        assert list(completeness.lost(etree.fromstring(source), reader.read(source, resource=path.name))) == [], (
            path.name
        )


def test_every_kind_that_is_looked_for_can_be_planted() -> None:
    assert {"element", "flow", *PLANTS} == set(KINDS)


@pytest.mark.parametrize("kind", list(PLANTS))
def test_a_planted_loss_is_found_by_element_and_kind(kind: str) -> None:
    assert [one.kind for one in planted(kind)] == [kind]


def test_a_lost_element_and_a_lost_flow_are_found() -> None:
    root, model = read("user-task")

    def forget(elements: dict[str, Element], flows: dict[str, Flow]) -> None:
        del elements["check"]
        flows.popitem()

    lossy = without(model, forget)
    assert {one.kind for one in completeness.lost(root, lossy)} == {"element", "flow"}
    other = without(model, lambda elements, _: elements.update(check=replace(elements["check"], kind="manualTask")))
    assert list(completeness.lost(root, other)) == [Lost("element", "check")]


def test_a_loss_refuses_the_deployment_with_the_element(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader._Reader, "_version_tag", lambda *_: None)
    whole = reader._Reader.model

    def forgetful(self: Any, resource: str) -> Model:
        return without(
            whole(self, resource), lambda elements, _: elements.update(check=replace(elements["check"], form=None))
        )

    monkeypatch.setattr(reader._Reader, "model", forgetful)
    with pytest.raises(Undeployable) as refused:
        read("user-task")
    assert [(one.rule, one.element_id, one.sentence.params["kind"]) for one in refused.value.findings] == [
        ("lost", "check", "form")
    ]
