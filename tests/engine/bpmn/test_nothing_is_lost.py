"""Zero silent loss: whatever is changed in what a drawing says is seen in the model, or named in a finding."""

import copy

import pytest
from lxml import etree

from engine.bpmn import reader
from engine.errors import Undeployable
from tests.engine.bpmn.play import DIAGRAMS

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
# The largest one says nothing that the others do not.
DRAWINGS = sorted(set(DIAGRAMS.glob("*.bpmn")) - {DIAGRAMS / "looping-case.bpmn"})

ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
# What is said a second time.
TWICE = {f"{BPMN}incoming", f"{BPMN}outgoing", f"{BPMN}documentation"}


def seen(root: etree._Element) -> object:
    """All that is remembered of a file: its model, or its findings. Lines are left out."""
    try:
        model = reader.read(etree.tostring(root), resource="x.bpmn")
    except Undeployable as refusal:
        return [str(finding) for finding in refusal.findings]
    return repr(model)


def spoken(root: etree._Element) -> list[etree._Element]:
    """Every XML element of the processes and what they refer to, without the layout."""
    return [
        node
        for node in root.iter()
        if node is not root and not any("DI}" in str(each.tag) for each in (node, *node.iterancestors()))
    ]


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_a_changed_attribute_is_seen(path):
    root = etree.fromstring(path.read_bytes())
    before = seen(root)
    for number, node in enumerate(spoken(root)):
        for name in node.attrib:
            # Names of errors and escalations are for people: their codes are what counts.
            if node.tag == f"{BPMN}association" and name == "id":
                continue
            if str(name).endswith("}type") or (name == "name" and node.tag in {f"{BPMN}error", f"{BPMN}escalation"}):
                continue
            changed = copy.deepcopy(root)
            spoken(changed)[number].set(name, "changed")
            assert seen(changed) != before, (node.tag, node.get("id"), name)


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_an_attribute_or_element_of_camunda_that_nobody_knows_is_seen(path):
    root = etree.fromstring(path.read_bytes())
    before = seen(root)
    for number, node in enumerate(spoken(root)):
        zeebe = node.tag.startswith(ZEEBE)
        changed = copy.deepcopy(root)
        target = spoken(changed)[number]
        name = "unheardOf" if zeebe else "{http://camunda.org/schema/1.0/bpmn}unheardOf"
        if target.tag != f"{BPMN}extensionElements":
            target.set(name, "x")
            assert seen(changed) != before, (node.tag, node.get("id"))
        if node.tag == f"{BPMN}extensionElements":
            changed = copy.deepcopy(root)
            etree.SubElement(spoken(changed)[number], f"{ZEEBE}unheardOf")
            assert seen(changed) != before, node.tag


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_a_missing_part_is_seen(path):
    root = etree.fromstring(path.read_bytes())
    before = seen(root)
    for number, node in enumerate(spoken(root)):
        # The mark of a Camunda user task changes nothing here: every user task is one.
        if node.tag in TWICE | {f"{ZEEBE}userTask"}:
            continue
        if node.tag == f"{BPMN}extensionElements" and [child.tag for child in node] == [f"{ZEEBE}userTask"]:
            continue
        changed = copy.deepcopy(root)
        lost = spoken(changed)[number]
        parent = lost.getparent()
        assert parent is not None
        parent.remove(lost)
        assert seen(changed) != before, (node.tag, node.get("id"), parent.get("id"))
