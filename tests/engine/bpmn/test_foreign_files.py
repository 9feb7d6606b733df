"""Files of other tools: ids that machines like, encodings of other offices, flows without ids, black boxes."""

import re

import pytest

from engine.bpmn import reader
from engine.errors import Undeployable
from tests.diagrams.sketch import boundary, draw, end, error, node, start, sub, timer, user
from tests.engine.bpmn.play import Play

NAMED = draw("p", [start(), user("a", name="走访桂示一"), end()], "start -> a -> end").decode()


@pytest.mark.parametrize(
    ("first", "task", "last"),
    [
        ("Start", "Task", "End"),
        ("Root", "root", "end"),
        ("start_1.BoundaryEventSplit", "x.BoundaryEventSplit", "x.EndJoin"),
        ("p.EndJoin", "Start", "p_loop"),
        ("constructor", "__class__", "__proto__"),
        ("_1", "a-b.c", "终"),
    ],
)
def test_ids_that_mean_something_to_machines_are_ids_like_others(first: str, task: str, last: str) -> None:
    play = Play(draw("p", [start(first), user(task), end(last)], f"{first} -> {task} -> {last}"))
    assert play.at == [task]
    play.complete(task)
    assert play.outcome.completed
    assert play.path == [first, task, last, "p"]


def test_an_embedded_process_called_start_with_an_edge_called_end_runs() -> None:
    inner = sub("Start", start("Root") + user("a") + end("End"), "Root -> a -> End")
    edge = boundary("EndJoin", "Start", timer("duration", "P1D"))
    drawn = draw("p", [start(), inner, edge, user("late"), end()], "start -> Start -> end\nEndJoin -> late")
    play = Play(drawn)
    play.fire("EndJoin")
    assert play.at == ["late"]
    assert "Start" in play.cancelled


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("GB18030", "gb18030"),
        ("GBK", "gbk"),
        ("GB2312", "gb2312"),
        ("Big5", "big5"),
        ("UTF-16", "utf-16"),
        ("UTF-16LE", "utf-16-le"),
        ("UTF-8", "utf-8-sig"),
        ("utf-8", "utf-8"),
    ],
)
def test_what_another_office_wrote_in_its_encoding_is_read(declared: str, encoding: str) -> None:
    name = "走訪" if encoding == "big5" else "走访桂示一"
    text = NAMED.replace("走访桂示一", name).replace('encoding="UTF-8"', f'encoding="{declared}"')
    model = reader.read(text.encode(encoding), resource="x.bpmn")
    assert model.process("p").elements["a"].name == name


@pytest.mark.parametrize("declared", ["UTF-16", "klingon", "GB18030"])
def test_a_wrong_encoding_is_a_finding_and_never_a_garbled_name(declared: str) -> None:
    # 0xFF stands in no text of UTF-8 or GB18030, and no text of UTF-16 begins like this.
    text = NAMED.replace('encoding="UTF-8"', f'encoding="{declared}"').encode().replace("走".encode(), b"\xff\xff")
    with pytest.raises(Undeployable) as refused:
        reader.read(text, resource="x.bpmn")
    assert {one.rule for one in refused.value.findings} == {"not-xml"}


@pytest.mark.parametrize("declared", ["ISO-8859-1", "windows-1252", "US-ASCII"])
def test_chinese_under_a_western_name_is_not_read_as_gibberish(declared: str) -> None:
    text = NAMED.replace('encoding="UTF-8"', f'encoding="{declared}"').encode()
    with pytest.raises(Undeployable) as refused:
        reader.read(text, resource="x.bpmn")
    assert {one.rule for one in refused.value.findings} == {"not-xml"}
    plain = NAMED.replace("走访桂示一", "visit").replace('encoding="UTF-8"', f'encoding="{declared}"')
    assert reader.read(plain.encode(), resource="x.bpmn").process("p").elements["a"].name == "visit"


def test_flows_without_ids_between_the_same_two_are_two_flows() -> None:
    drawn = draw("p", [start(), node("parallelGateway", "f"), user("a"), end()], "start -> f -> a -> end\nf -> a")
    bare = re.sub(rb'<bpmn:sequenceFlow id="[^"]+"', b"<bpmn:sequenceFlow", drawn)
    play = Play(re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", bare, flags=re.DOTALL))
    assert play.at == ["a", "a"]


def test_a_pool_without_a_process_and_a_process_without_a_pool_are_no_obstacle() -> None:
    pools = (
        (
            '<bpmn:collaboration id="c"><bpmn:participant id="us" processRef="p"/><bpmn:participant id="they" name="bank"/>'
            '<bpmn:participant id="gone" processRef="nobody"/><bpmn:messageFlow id="mf" sourceRef="they" targetRef="a"/>'
            "</bpmn:collaboration>"
        ),
        '<bpmn:process id="empty" isExecutable="false"/>',
    )
    play = Play(draw("p", [start(), user("a"), end()], "start -> a -> end", pools))
    assert play.at == ["a"]


def test_an_error_without_a_code_is_told_and_not_caught_in_silence() -> None:
    drawn = draw("p", [start(), end("e", error())], "start -> e")
    with pytest.raises(Undeployable):
        reader.read(drawn, resource="x.bpmn")
