"""Broken, hostile and foreign files: every one ends in findings, never in another exception, never in silence."""

import itertools
import random
import re

import pytest

from engine.bpmn import parser, reader
from engine.errors import Undeployable
from tests.diagrams.sketch import (
    HEAD,
    a_message,
    boundary,
    catch,
    compensation,
    draw,
    each,
    end,
    error,
    io,
    link,
    message,
    node,
    script,
    sequence,
    service,
    some,
    start,
    sub,
    throw,
    timer,
    user,
    xor,
    z,
)
from tests.engine.bpmn.play import DIAGRAMS

PLAIN = draw("p", [start(), user("a"), end()], "start -> a -> end")


def refused(source: bytes) -> set[tuple[str, str]]:
    """The rules and element ids of the errors."""
    with pytest.raises(Undeployable) as caught:
        reader.read(source, resource="x.bpmn")
    assert all(finding.resource == "x.bpmn" and str(finding.sentence) for finding in caught.value.findings)
    return {(finding.rule, finding.element_id) for finding in caught.value.findings if finding.severity == "error"}


def drawn(*elements: str, flows: str = "", top: tuple[str, ...] = (), extra: str = "") -> bytes:
    return draw("p", [start(), *elements, end()], flows, top, extra)


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        (b"", "not-xml"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "not-xml"),
        (b"<html><body>404</body></html>", "not-bpmn"),
        (b"<definitions/>", "not-bpmn"),
        (PLAIN[:-30], "not-xml"),
        (PLAIN.replace(b'encoding="UTF-8"', b'encoding="UTF-16"'), "not-xml"),
        (PLAIN.replace(b'encoding="UTF-8"', b'encoding="klingon"'), "not-xml"),
        (PLAIN.replace(b'name="a"', 'name="南宁"'.encode("gbk")), "not-xml"),
        (PLAIN.replace(b'name="a"', b'name="\x00"'), "not-xml"),
        (HEAD.encode() + b"</bpmn:definitions>", "no-process"),
        (PLAIN.replace(b'isExecutable="true"', b'isExecutable="false"'), "no-process"),
        (b"<a>" * 300 + b"</a>" * 300, "not-xml"),
        (b" " * 4_000_001, "too-large"),
    ],
)
def test_what_is_no_drawing_is_refused_with_a_finding(source, rule):
    assert rule in {found for found, _ in refused(source)}


def test_a_file_nested_three_hundred_deep_is_refused():
    inner = "<zeebe:x>" * 300 + "</zeebe:x>" * 300
    assert refused(drawn(user("a", inner), flows="start -> a -> end"))
    deep = user("a")
    for depth in range(99):
        deep = sub(f"s{depth}", start(f"b{depth}") + deep, f"b{depth} -> {f's{depth - 1}' if depth else 'a'}")
    assert ("too-deep", "") in refused(drawn(deep, flows="start -> s98 -> end"))


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
    ],
)
def test_entities_and_document_types_are_refused_and_nothing_is_fetched(declared):
    text = PLAIN.decode().replace("?>\n", f"?>\n{declared}\n", 1)
    assert {rule for rule, _ in refused(text.encode())} <= {"doctype", "not-xml"}
    body = re.sub('name="a"', 'name="&b;"', text)
    assert {rule for rule, _ in refused(body.encode())} <= {"doctype", "not-xml"}


def test_a_bomb_of_entities_is_refused_at_once():
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = PLAIN.decode().replace("?>\n", f'?>\n<!DOCTYPE x [<!ENTITY e0 "ha">{levels}]>\n', 1)
    assert refused(bomb.replace('name="a"', 'name="&e11;"').encode())


def test_too_many_elements_are_refused():
    many = "<bpmn:task/>" * 60_000
    assert ("too-many", "") in refused(PLAIN.replace(b"</bpmn:process>", f"{many}</bpmn:process>".encode()))


def test_ten_thousand_elements_and_hundreds_of_inclusive_joins_are_refused():
    many = "".join(f'<bpmn:task id="t{number}"/>' for number in range(10_000))
    assert ("too-many", "p") in refused(PLAIN.replace(b"</bpmn:process>", f"{many}</bpmn:process>".encode()))
    names = [f"j{number}" for number in range(300)]
    flows = " -> ".join(["start", *names]) + "\n" + "\n".join(f"start -> {name}" for name in names)
    assert ("too-many", "p") in refused(drawn(*(some(name) for name in names), flows=flows))


def test_a_file_with_thousands_of_faults_is_told_the_first_thousand():
    many = "".join(f'<bpmn:serviceTask id="t{number}" isForCompensation="true"/>' for number in range(4_000))
    with pytest.raises(Undeployable) as caught:
        reader.read(PLAIN.replace(b"</bpmn:process>", f"{many}</bpmn:process>".encode()), resource="x.bpmn")
    assert len(caught.value.findings) == 1_001


def test_a_chain_of_a_thousand_tasks_is_read_and_compiled():
    names = [f"t{number}" for number in range(1_000)]
    source = drawn(*(node("task", name) for name in names), flows=" -> ".join(["start", *names, "end"]))
    assert len(parser.compile(reader.read(source, resource="x.bpmn"), "p").model.elements) == 1_002


@pytest.mark.parametrize(
    ("elements", "found"),
    [
        ([node("choreographyTask", "x")], ("unsupported-element", "x")),
        ([node("transaction", "x")], ("no-start", "x")),
        (
            [node("complexGateway", "x", "<bpmn:activationCondition>=true</bpmn:activationCondition>")],
            ("complex-gateway", "x"),
        ),
        ([node("adHocSubProcess", "x")], ("missing-definition", "x")),
        ([user("x", "", "<bpmn:standardLoopCharacteristics/>")], ("loop", "x")),
        ([user("x", "", '<bpmn:standardLoopCharacteristics loopMaximum="0"/>')], ("bad-value", "x")),
        ([user("x", "", "<bpmn:potentialOwner/>")], ("unsupported-element", "x")),
        ([user("x", "", "<bpmn:multiInstanceLoopCharacteristics/>")], ("missing-attribute", "x")),
        ([node("scriptTask", "x", "<bpmn:script>import os</bpmn:script>", scriptFormat="python")], ("language", "x")),
        ([node("scriptTask", "x", "<bpmn:script>1</bpmn:script>")], ("unsupported-element", "x")),
        ([node("serviceTask", "x")], ("missing-definition", "x")),
        ([node("sendTask", "x")], ("missing-definition", "x")),
        ([node("businessRuleTask", "x")], ("missing-definition", "x")),
        ([node("callActivity", "x")], ("missing-definition", "x")),
        ([node("callActivity", "x", calledElement="other")], ("camunda-7", "x")),
        ([node("receiveTask", "x")], ("message", "x")),
        ([user("x", z("executionListeners", z("script")))], ("unknown-extension", "x")),
        ([node("task", "x", "", z("taskListeners"))], ("misplaced-extension", "x")),
        ([user("x", z("calledDecision", decisionId="d", resultVariable="r"))], ("misplaced-extension", "x")),
        ([user("x", z("assignmentDefinition", assignee="a", lane="b"))], ("unknown-extension", "x")),
        ([user("x", z("formDefinition", formKey="camunda-forms:bpmn:f"))], ("form-key", "x")),
        ([user("x", z("formDefinition"))], ("form-id", "x")),
        ([user("x", z("priorityDefinition", priority="high"))], ("priority", "x")),
        ([user("x", z("taskSchedule", dueDate="soon"))], ("due-date", "x")),
        ([user("x", z("ioMapping", z("input", source="=1", target="a b")))], ("mapping-target", "x")),
        ([user("x", io({"a": "=1 +"}))], ("feel-syntax", "x")),
        ([user("x", startQuantity="0")], ("bad-value", "x")),
        ([catch("s", timer("duration", "P1D")), node("receiveTask", "x", startQuantity="2")], ("bad-value", "x")),
        ([node("receiveTask", "x", instantiate="maybe")], ("unsupported-attribute", "x")),
        ([node("exclusiveGateway", "x", completionQuantity="2")], ("bad-value", "x")),
        ([user("x", isForCompensation="true")], ("compensation", "x")),
        ([user("x", "", each("items", "item"))], ("not-feel", "x")),
        ([catch("x", timer("duration", "3 days"))], ("timer", "x")),
        ([catch("x", timer("cycle", "R3/P1D"))], ("timer", "x")),
        ([catch("x", "<bpmn:timerEventDefinition/>")], ("timer", "x")),
        ([catch("x", "<bpmn:conditionalEventDefinition/>")], ("event", "x")),
        ([catch("x", "<bpmn:compensateEventDefinition/>")], ("event", "x")),
        ([catch("x", message("nobody"))], ("unknown-reference", "x")),
        ([catch("x", "")], ("event", "x")),
        ([catch("x", timer("duration", "P1D") + link("l"))], ("several-triggers", "x")),
        ([start("x", timer("date", "2026-01-01T00:00:00Z") + timer("cycle", "R/P1D"))], ("several-triggers", "x")),
        ([catch("x", "<bpmn:eventDefinitionRef>nobody</bpmn:eventDefinitionRef>")], ("unknown-reference", "x")),
        (
            [
                catch(
                    "x",
                    "<bpmn:conditionalEventDefinition><bpmn:condition>a > 1</bpmn:condition></bpmn:conditionalEventDefinition>",
                )
            ],
            ("not-feel", "x"),
        ),
        ([end("x", "<bpmn:cancelEventDefinition/>")], ("event", "x")),
        ([throw("x", compensation("nobody"))], ("compensation", "x")),
        ([user("h"), boundary("x", "h", compensation())], ("compensation", "x")),
        ([throw("x", link("nowhere"))], ("link", "x")),
        ([end("x", error())], ("event", "x")),
        ([user("h"), boundary("x", "h", "<bpmn:cancelEventDefinition/>")], ("event", "x")),
        ([user("h"), boundary("x", "h", error()), boundary("y", "h", error())], ("event", "y")),
        ([throw("x", link("l")), catch("y", link("l")), catch("z", link("l"))], ("link", "x")),
        ([user("h"), boundary("x", "gone", timer("duration", "P1D"))], ("boundary", "x")),
        ([user("h"), boundary("x", "h", error(), interrupting=False)], ("event", "x")),
        ([user("h"), boundary("x", "h", timer("cycle", "R/P1D"))], ("timer", "x")),
        ([sub("x", user("inside") + start("s", timer("duration", "P1D")))], ("event", "s")),
        ([sub("x", "")], ("no-start", "x")),
        ([sub("x", start("s") + end("e"), "s -> e", by_event=True)], ("event-sub-process", "x")),
        ([start("x")], ("several-starts", "x")),
        ([node("subProcess", "x", start("s1") + start("s2"))], ("several-starts", "s2")),
    ],
)
def test_what_would_be_misread_is_refused_by_element(elements, found):
    assert found in refused(drawn(*elements))


@pytest.mark.parametrize(
    ("elements", "flows", "found"),
    [
        ([xor("x"), user("a"), user("b")], "start -> x -> a\nx -> b", ("condition", "x_a")),
        ([xor("x"), user("a"), user("b")], "start -> x -[x > 5]-> a\nx -[=true]-> b", ("not-feel", "x")),
        ([xor("x"), user("a"), user("b")], "start -> x -[${x > 5}]-> a\nx -[=true]-> b", ("juel", "x")),
        ([xor("x"), user("a")], "start -> x -[=x >]-> a", ("feel-syntax", "x")),
        (
            [node("eventBasedGateway", "x"), catch("a", timer("duration", "P1D"))],
            "start -> x -[=true]-> a",
            ("condition", "x_a"),
        ),
        ([xor("x", "x_nowhere"), user("a")], "start -> x -> a", ("default-flow", "x")),
        ([some("x", "x_a"), user("a"), user("b")], "start -> x -[=true]-> a\nx -> b", ("condition", "x_b")),
        ([user("a")], "start -> a -> ghost", ("loose-flow", "a_ghost")),
        ([user("a")], "a -> start", ("loose-flow", "start")),
        ([user("a")], "end -> a", ("loose-flow", "end")),
        ([sub("s", start("i") + user("j"), "i -> j"), user("a")], "start -> s\nj -> a", ("loose-flow", "j_a")),
        ([node("eventBasedGateway", "g"), user("a")], "start -> g -> a", ("event-gateway", "g")),
        ([node("eventBasedGateway", "g")], "start -> g", ("event-gateway", "g")),
    ],
)
def test_flows_that_would_be_misread_are_refused(elements, flows, found):
    assert found in refused(drawn(*elements, flows=flows))


def test_ids_must_be_names_and_unique():
    assert ("duplicate-id", "a") in refused(drawn(user("a"), user("a")))
    assert ("bad-id", "1a") in refused(drawn(user("1a")))
    assert ("bad-id", "a' or '1'='1") in refused(drawn(user("a' or '1'='1")))


def test_camunda_seven_is_named_and_told_what_to_use():
    seven = PLAIN.replace(b"<bpmn:definitions", b'<bpmn:definitions xmlns:camunda="http://camunda.org/schema/1.0/bpmn"')
    seven = seven.replace(b'name="a"', b'name="a" camunda:assignee="${user}" camunda:formKey="x" camunda:resource="y"')
    with pytest.raises(Undeployable) as caught:
        reader.read(seven, resource="x.bpmn")
    assert {str(finding.sentence) for finding in caught.value.findings} == {
        "camunda:resource belongs to Camunda 7 and is not executed; use what Camunda 8 has for it",
        "the form x is a page of another application and is not shown here; draw it as a Camunda form, deploy it and link it by its form id",
    }


def test_data_objects_nested_in_sub_processes_are_decoration_and_hang_nothing():
    inner = sub(
        "inner",
        start("i")
        + user(
            "j",
            "",
            '<bpmn:dataInputAssociation id="d"><bpmn:sourceRef>ref</bpmn:sourceRef></bpmn:dataInputAssociation>',
        )
        + '<bpmn:dataObjectReference id="ref" dataObjectRef="data"/><bpmn:dataObject id="data"/>',
        "i -> j",
    )
    source = drawn(sub("outer", start("o") + inner, "o -> inner"), flows="start -> outer -> end")
    assert reader.read(source, resource="x.bpmn").findings == ()


def test_black_box_pools_lanes_notes_and_foreign_extensions_are_no_obstacle():
    source = drawn(
        user("a", '<x:colour xmlns:x="http://other.example/tool">red</x:colour>'),
        '<bpmn:textAnnotation id="note"><bpmn:text>hello</bpmn:text></bpmn:textAnnotation>',
        flows="start -> a -> end",
        top=(
            '<bpmn:collaboration id="c"><bpmn:participant id="us" processRef="p"/><bpmn:participant id="x"/></bpmn:collaboration>',
        ),
        extra='<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="county"><bpmn:childLaneSet id="cls"><bpmn:lane id="l2" '
        'name="liaison"><bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane></bpmn:childLaneSet></bpmn:lane></bpmn:laneSet>',
    )
    model = reader.read(source, resource="x.bpmn")
    assert [finding.rule for finding in model.findings] == ["foreign-extension"]
    task = model.process("p").elements["a"]
    assert (task.lane, task.lane_path) == ("liaison", ("county", "liaison"))


def test_flows_without_ids_and_references_are_read():
    source = re.sub(rb'<bpmn:sequenceFlow id="[^"]+"', b"<bpmn:sequenceFlow", PLAIN)
    process = reader.read(source, resource="x.bpmn").process("p")
    assert process.elements["a"].incoming == ("start-a-1",)


PYTHON = "__import__('os').system('touch planted')"
PLANTED = (PYTHON, f"={PYTHON}", "=().__class__.__base__.__subclasses__()", "${" + PYTHON + "}", "#{9**9**9}")


def _planted(text: str) -> list[bytes]:
    """The text in every place where a drawing holds an expression."""
    task, hook = "start -> x -> end", "start -> h -> end"
    return [
        drawn(user("x", z("assignmentDefinition", assignee=text)), flows=task),
        drawn(user("x", z("assignmentDefinition", candidateGroups=text, candidateUsers=text)), flows=task),
        drawn(user("x", z("taskSchedule", dueDate=text, followUpDate=text)), flows=task),
        drawn(user("x", z("priorityDefinition", priority=text)), flows=task),
        drawn(user("x", io({"a": text})), flows=task),
        drawn(user("x", io(None, {"a": text})), flows=task),
        drawn(service("x", text), flows=task),
        drawn(node("serviceTask", "x", "", z("taskDefinition", type="t", retries=text)), flows=task),
        drawn(script("x", text, "r"), flows=task),
        drawn(node("scriptTask", "x", f"<bpmn:script>{text}</bpmn:script>", scriptFormat="python"), flows=task),
        drawn(node("businessRuleTask", "x", "", z("calledDecision", decisionId=text, resultVariable="r")), flows=task),
        drawn(node("callActivity", "x", "", z("calledElement", processId=text)), flows=task),
        drawn(user("x", "", each(text, "i", outputCollection="o", outputElement=text)), flows=task),
        drawn(user("x", "", each("=[1]", "i", condition=text)), flows=task),
        *(drawn(catch("x", timer(kind, text)), flows=task) for kind in ("date", "duration")),
        drawn(user("h"), boundary("x", "h", timer("cycle", text), interrupting=False), flows=hook),
        drawn(catch("x", message("m")), top=(a_message("m", text, text),), flows=task),
        drawn(throw("x", message("m"), z("publishMessage", correlationKey=text, messageId=text, timeToLive=text)),
              top=(a_message("m", text),), flows=task),
        drawn(xor("x"), user("a"), flows=f"start -> x -[{text}]-> a"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", PLANTED)
def test_python_in_any_place_of_a_drawing_is_never_run(text, monkeypatch, tmp_path):
    from engine.errors import Problem
    from tests.engine.bpmn.play import Play

    monkeypatch.chdir(tmp_path)

    def caught(*_: object, **__: object) -> None:
        raise AssertionError("a drawing reached Python")

    for name in ("eval", "exec", "compile", "__import__"):
        monkeypatch.setattr(f"SpiffWorkflow.bpmn.script_engine.python_environment.{name}", caught, raising=False)
    monkeypatch.setattr("SpiffWorkflow.bpmn.script_engine.python_engine.PythonScriptEngine.__init__", caught)
    for source in _planted(text):
        try:
            play = Play(source)
            while play.outcome.waits and not play.outcome.completed:
                if not hasattr(play.outcome.waits[0], "assignee"):
                    break
                play.complete(play.outcome.waits[0].element_id)
        except Problem:
            continue
    assert not list(tmp_path.iterdir())


def test_no_mutant_of_a_drawing_brings_anything_but_findings():
    luck = random.Random(7)
    sources = [path.read_bytes() for path in sorted(DIAGRAMS.glob("*.bpmn"))]
    accepted = 0
    for source, _ in zip(itertools.cycle(sources), range(600), strict=False):
        mutant = bytearray(source)
        for _ in range(luck.randint(1, 4)):
            at, size = luck.randrange(len(mutant)), luck.randint(1, 30)
            change = luck.randrange(3)
            if change == 0:
                del mutant[at : at + size]
            elif change == 1:
                mutant[at:at] = mutant[at : at + size]
            else:
                mutant[at] = luck.randrange(32, 127)
        try:
            model = reader.read(bytes(mutant), resource="mutant.bpmn")
            for process in model.processes:
                parser.compile(model, process.id)
            accepted += 1
        except Undeployable:
            continue
    assert 0 < accepted < 600


def test_every_drawing_of_the_tests_is_read_without_a_remark():
    for path in DIAGRAMS.glob("*.bpmn"):
        assert reader.read(path.read_bytes(), resource=path.name).findings == (), path.name


def test_what_is_never_executed_only_warns():
    other = '<bpmn:process id="sketch" isExecutable="false">' + node("choreographyTask", "x") + "</bpmn:process>"
    model = reader.read(drawn(user("a"), flows="start -> a -> end", top=(other,)), resource="x.bpmn")
    assert [(finding.rule, finding.severity) for finding in model.findings] == [("unsupported-element", "warning")]


def test_a_flow_text_is_escaped_by_the_pencil():
    assert "&lt;" in sequence("a -[=x < 5]-> b")
