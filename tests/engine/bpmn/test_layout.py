"""A drawing without a layout gets one that can be looked at: everything placed, nothing on top of anything else, flows attached."""

import itertools
import re
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn import layout, reader
from engine.bpmn.layout import DC, DD, DI
from tests.diagrams.sketch import draw, end, node, start, user, xor
from tests.engine.bpmn.play import DIAGRAMS

DRAWINGS = [
    *sorted(DIAGRAMS.glob("*.bpmn")),
    *(DIAGRAMS.parents[1] / "workflows" / f"{name}.bpmn" for name in ("case", "close", "visit")),
]


def bare(source: bytes) -> bytes:
    """The drawing without its layout."""
    found = re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", source, flags=re.DOTALL)
    assert found != source
    return found


def boxes(root: etree._Element) -> dict[str, tuple[float, float, float, float]]:
    found: dict[str, tuple[float, float, float, float]] = {}
    for shape in root.iter(f"{{{DI}}}BPMNShape"):
        bounds = shape.find(f"{{{DC}}}Bounds")
        assert bounds is not None
        x, y, width, height = (float(bounds.get(name) or 0) for name in ("x", "y", "width", "height"))
        found[shape.get("bpmnElement") or ""] = (x, y, x + width, y + height)
    return found


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_everything_is_placed_apart_and_the_drawing_says_the_same(path: Path) -> None:
    source = bare(path.read_bytes())
    made = layout.placed(source)
    before, after = reader.read(source, resource="x.bpmn"), reader.read(made, resource="x.bpmn")
    assert re.sub(r"line=\d+", "", repr(after)) == re.sub(r"line=\d+", "", repr(before))
    places = boxes(etree.fromstring(made))
    # Tasks beside the processes have no place.
    process = before.processes[0]
    assert process.elements.keys() <= places.keys()
    for one, other in itertools.combinations(process.elements.values(), 2):
        if one.scope == other.scope and "boundaryEvent" not in (one.kind, other.kind):
            assert not overlap(places[one.id], places[other.id]), (one.id, other.id)
    for one in process.elements.values():
        if one.scope in process.elements and one.kind != "boundaryEvent":
            inner, outer = places[one.id], places[one.scope]
            assert outer[0] <= inner[0]
            assert outer[1] <= inner[1]
            assert inner[2] <= outer[2]
            assert inner[3] <= outer[3]


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_every_flow_begins_and_ends_at_its_elements(path: Path) -> None:
    source = bare(path.read_bytes())
    root = etree.fromstring(layout.placed(source))
    places = boxes(root)
    lines = {edge.get("bpmnElement"): edge.findall(f"{{{DD}}}waypoint") for edge in root.iter(f"{{{DI}}}BPMNEdge")}
    for flow in reader.read(source, resource="x.bpmn").processes[0].flows.values():
        points = [(float(point.get("x") or 0), float(point.get("y") or 0)) for point in lines[flow.id]]
        for (x, y), box in ((points[0], places[flow.source]), (points[-1], places[flow.target])):
            assert box[0] <= x <= box[2], flow.id
            assert box[1] <= y <= box[3], flow.id
        assert all(here[0] == there[0] or here[1] == there[1] for here, there in itertools.pairwise(points)), flow.id


def test_pools_stand_below_each_other_and_a_black_box_is_a_band() -> None:
    pools = (
        '<bpmn:collaboration id="c"><bpmn:participant id="us" processRef="p"/><bpmn:participant id="they" name="enterprise"/>'
        '<bpmn:messageFlow id="mf" sourceRef="they" targetRef="a"/></bpmn:collaboration>'
    )
    source = bare(draw("p", [start(), user("a"), end()], "start -> a -> end", (pools,)))
    places = boxes(etree.fromstring(layout.placed(source)))
    assert {"us", "they", "start", "a", "end"} == places.keys()
    assert not overlap(places["us"], places["they"])
    assert overlap(places["us"], places["a"])
    assert reader.read(layout.placed(source), resource="x.bpmn").findings == ()


def test_a_backward_flow_goes_below_everything() -> None:
    drawn = [start(), user("a"), xor("x", "x_end"), end()]
    root = etree.fromstring(layout.placed(bare(draw("p", drawn, "start -> a -> x -> end\nx -[=again]-> a"))))
    lowest = max(box[3] for box in boxes(root).values())
    edge = next(one for one in root.iter(f"{{{DI}}}BPMNEdge") if one.get("bpmnElement") == "x_a")
    assert max(float(point.get("y") or 0) for point in edge.iter(f"{{{DD}}}waypoint")) > lowest


def test_what_has_a_layout_or_is_no_drawing_stays_as_it_is() -> None:
    drawn = (DIAGRAMS / "user-task.bpmn").read_bytes()
    for source in (drawn, b"<html/>", b"", b"\x89PNG", b"<definitions/>"):
        assert layout.placed(source) is source


def test_a_thousand_tasks_in_a_row_are_placed_without_recursion() -> None:
    names = [f"t{number}" for number in range(1_000)]
    source = bare(
        draw("p", [start(), *(node("task", name) for name in names), end()], " -> ".join(["start", *names, "end"]))
    )
    assert len(boxes(etree.fromstring(layout.placed(source)))) == 1_002
