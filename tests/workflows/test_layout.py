"""Every drawing of workflows/ is complete to look at: each shape and flow has its place, and nothing lies on something else."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from tests.workflows.player import WORKFLOWS, drawings

NS = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "di": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "way": "http://www.omg.org/spec/DD/20100524/DI",
}
DMN = {"dmn": "https://www.omg.org/spec/DMN/20191111/MODEL/", "di": "https://www.omg.org/spec/DMN/20191111/DMNDI/"}
CONTAINERS = frozenset(["participant", "lane", "subProcess"])


@dataclass(frozen=True)
class Box:
    id: str
    kind: str
    x: float
    y: float
    width: float
    height: float

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height

    def contains(self, other: "Box") -> bool:
        return self.holds(other.x, other.y) and self.holds(other.x + other.width, other.y + other.height)

    def overlaps(self, other: "Box") -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


def tree(name: str) -> etree._Element:
    return etree.parse(str(WORKFLOWS / f"{name}.bpmn")).getroot()


def boxes(root: etree._Element) -> dict[str, Box]:
    kinds = {one.get("id"): etree.QName(one).localname for one in root.iter() if isinstance(one.tag, str)}
    found: dict[str, Box] = {}
    for shape in root.iterfind(".//di:BPMNShape", NS):
        bounds = shape.find("dc:Bounds", NS)
        assert bounds is not None
        name = str(shape.get("bpmnElement"))
        found[name] = Box(name, kinds[name], *(float(str(bounds.get(k))) for k in ("x", "y", "width", "height")))
    return found


def edges(root: etree._Element) -> dict[str, list[tuple[float, float]]]:
    return {
        str(edge.get("bpmnElement")): [
            (float(str(p.get("x"))), float(str(p.get("y")))) for p in edge.iterfind("way:waypoint", NS)
        ]
        for edge in root.iterfind(".//di:BPMNEdge", NS)
    }


@pytest.mark.parametrize("name", drawings())
def test_every_element_and_every_flow_has_its_place(name: str) -> None:
    root = tree(name)
    placed, drawn = boxes(root), edges(root)
    for one in root.iter():
        if not isinstance(one.tag, str) or etree.QName(one).namespace != NS["bpmn"]:
            continue
        kind = etree.QName(one).localname
        if kind in {"sequenceFlow", "messageFlow"}:
            assert len(drawn[str(one.get("id"))]) >= 2
        elif kind.endswith(("Task", "Event", "Gateway")) or kind in {"task", "callActivity", *CONTAINERS}:
            assert str(one.get("id")) in placed


@pytest.mark.parametrize("name", drawings())
def test_no_shape_lies_on_another(name: str) -> None:
    root = tree(name)
    attached = {one.get("id") for one in root.iterfind(".//bpmn:boundaryEvent", NS)}
    shapes = [box for box in boxes(root).values() if box.kind not in CONTAINERS and box.id not in attached]
    for number, one in enumerate(shapes):
        for other in shapes[number + 1 :]:
            assert not one.overlaps(other), f"{one.id} lies on {other.id}"


@pytest.mark.parametrize("name", drawings())
def test_a_lane_holds_what_it_names_and_lanes_fill_their_pool(name: str) -> None:
    root = tree(name)
    placed = boxes(root)
    for lane in root.iterfind(".//bpmn:lane", NS):
        box = placed[str(lane.get("id"))]
        for reference in lane.iterfind("bpmn:flowNodeRef", NS):
            inner = placed[str(reference.text)]
            assert box.holds(inner.x + inner.width / 2, inner.y + inner.height / 2), f"{inner.id} is outside {box.id}"
    for process in root.iterfind("bpmn:process", NS):
        lanes = [placed[str(lane.get("id"))] for lane in process.iterfind(".//bpmn:lane", NS)]
        pool = next(
            placed[str(p.get("id"))]
            for p in root.iterfind(".//bpmn:participant", NS)
            if p.get("processRef") == process.get("id")
        )
        assert sum(lane.height for lane in lanes) == pool.height
        assert all(pool.contains(lane) for lane in lanes)


@pytest.mark.parametrize("name", drawings())
def test_a_flow_runs_square_between_its_two_shapes_and_through_no_other(name: str) -> None:
    root = tree(name)
    placed, drawn = boxes(root), edges(root)
    shapes = [box for box in placed.values() if box.kind not in CONTAINERS | {"boundaryEvent"}]
    for flow in root.iterfind(".//bpmn:sequenceFlow", NS):
        points = drawn[str(flow.get("id"))]
        ends = (placed[str(flow.get("sourceRef"))], placed[str(flow.get("targetRef"))])
        for end, point in zip(ends, (points[0], points[-1]), strict=True):
            assert end.holds(*point), f"{flow.get('id')} does not touch {end.id}"
        for (x1, y1), (x2, y2) in pairwise(points):
            assert abs(x1 - x2) < 3 or abs(y1 - y2) < 3, f"{flow.get('id')} runs aslant"
            line = Box("", "", min(x1, x2), min(y1, y2), abs(x1 - x2) or 1, abs(y1 - y2) or 1)
            for shape in shapes:
                if shape not in ends:
                    assert not line.overlaps(shape), f"{flow.get('id')} runs through {shape.id}"


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.dmn")), ids=lambda path: path.stem)
def test_every_decision_has_its_place_in_the_requirements_diagram(path: Path) -> None:
    root = etree.parse(str(path)).getroot()
    placed = {one.get("dmnElementRef") for one in root.iterfind(".//di:DMNShape", DMN)}
    drawn = {one.get("dmnElementRef") for one in root.iterfind(".//di:DMNEdge", DMN)}
    for one in (*root.iterfind("dmn:decision", DMN), *root.iterfind("dmn:inputData", DMN)):
        assert one.get("id") in placed
    for one in root.iterfind(".//dmn:informationRequirement", DMN):
        assert one.get("id") in drawn
