"""Two versions of a drawing compared: what a run could notice, in the words of the model."""

from engine.bpmn import reader
from engine.bpmn.differences import Change, Detail, between
from engine.bpmn.model import ProcessModel

DRAWING = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="file" targetNamespace="house">
  <bpmn:process id="visit" name="走访" isExecutable="true">
    <bpmn:startEvent id="begin"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="go" />
    <bpmn:userTask id="go" name="走访">
      <bpmn:extensionElements><zeebe:userTask /><zeebe:assignmentDefinition candidateGroups="LO" /><zeebe:taskSchedule dueDate="=working days after(now(), 10)" /></bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="f2" sourceRef="go" targetRef="done" />
    <bpmn:endEvent id="done"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>"""


def read(text: str) -> ProcessModel:
    return reader.read(text.encode(), resource="visit.bpmn").processes[0]


def test_a_longer_deadline_is_named_with_both_values() -> None:
    (change,) = between(read(DRAWING), read(DRAWING.replace(", 10)", ", 15)")))
    days = Detail("due_date", "=working days after(now(), 10)", "=working days after(now(), 15)")
    assert change == Change("changed", "go", "走访", "userTask", (days,))


def test_what_comes_and_what_goes_is_named() -> None:
    other = DRAWING.replace('id="done"', 'id="finished"').replace('targetRef="done"', 'targetRef="finished"')
    found = [(change.kind, change.element_id) for change in between(read(DRAWING), read(other))]
    assert found == [("added", "finished"), ("removed", "done"), ("changed", "f2")]


def test_layout_and_line_breaks_are_no_difference() -> None:
    assert between(read(DRAWING), read(DRAWING.replace("\n", "\n\n"))) == ()


def test_the_first_version_differs_from_nothing() -> None:
    assert between(None, read(DRAWING)) == ()
