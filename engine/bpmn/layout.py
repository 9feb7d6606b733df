"""A layout for drawings that have none: other tools export what runs without where it stands, and people want to look at it.

What stands in the file is left as it is; only a file in which no shape is placed gets places. Elements go from left to right by
the longest way that leads to them, branches below each other, flows at right angles, backward flows below everything.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from lxml import etree

from engine.bpmn import vocabulary
from engine.bpmn.xml import BPMN, Findings, parse, split
from engine.errors import Undeployable

DI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
DD: Final = "http://www.omg.org/spec/DD/20100524/DI"
_GAP_X: Final = 60
_GAP_Y: Final = 50
_PAD: Final = 40
_POOL: Final = 40
_BLACK_BOX: Final = 60

Point = tuple[int, int]


@dataclass(slots=True)
class _Box:
    """Where one element stands."""

    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


@dataclass(slots=True)
class _Plan:
    """Boxes by element id and waypoints by flow id, within one scope; the top left corner is (0, 0)."""

    boxes: dict[str, _Box] = field(default_factory=dict[str, _Box])
    lines: dict[str, list[Point]] = field(default_factory=dict[str, list[Point]])
    open_boxes: set[str] = field(default_factory=set[str])

    def moved(self, x: int, y: int) -> "_Plan":
        boxes = {key: _Box(box.x + x, box.y + y, box.width, box.height) for key, box in self.boxes.items()}
        lines = {key: [(at + x, down + y) for at, down in points] for key, points in self.lines.items()}
        return _Plan(boxes, lines, set(self.open_boxes))

    @property
    def size(self) -> Point:
        right = max((box.x + box.width for box in self.boxes.values()), default=0)
        low = max((box.y + box.height for box in self.boxes.values()), default=0)
        for points in self.lines.values():
            right = max(right, *(at for at, _ in points))
            low = max(low, *(down for _, down in points))
        return right, low


def placed(source: bytes) -> bytes:
    """The drawing with a layout; the very same bytes when it has one, or cannot be read."""
    try:
        root = parse(source, Findings(""))
    except Undeployable:
        return source
    if any(True for _ in root.iter(f"{{{DI}}}BPMNShape")):
        return source
    processes = [node for node in root if split(node.tag) == (BPMN, "process")]
    drawn = [node for node in processes if any(True for _ in _nodes(node))]
    if not drawn:
        return source
    for old in [node for node in root if split(node.tag) == (DI, "BPMNDiagram")]:
        root.remove(old)
    collaboration = next((node for node in root if split(node.tag) == (BPMN, "collaboration")), None)
    if collaboration is None or not collaboration.get("id"):
        plan, of = _scope(drawn[0]).moved(160, 80), drawn[0].get("id") or ""
    else:
        plan, of = _pools(collaboration, {node.get("id") or "": node for node in drawn}), collaboration.get("id") or ""
    _write(root, plan, of)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


# --- one scope --------------------------------------------------------------------------------------------------------


def _nodes(scope: etree._Element) -> Iterator[etree._Element]:
    for node in scope:
        if split(node.tag)[0] == BPMN and split(node.tag)[1] in vocabulary.FLOW_NODES and node.get("id"):
            yield node


def _scope(scope: etree._Element) -> _Plan:
    """The plan of a process or sub-process."""
    nodes = {node.get("id") or "": node for node in _nodes(scope)}
    edges = {
        key: node.get("attachedToRef") or "" for key, node in nodes.items() if split(node.tag)[1] == "boundaryEvent"
    }
    edges = {key: host for key, host in edges.items() if host in nodes and host not in edges}
    flows = [
        (node.get("id") or "", node.get("sourceRef") or "", node.get("targetRef") or "")
        for node in scope
        if split(node.tag) == (BPMN, "sequenceFlow")
    ]
    flows = [(key, source, target) for key, source, target in flows if source in nodes and target in nodes]
    after: dict[str, list[str]] = {key: [] for key in nodes if key not in edges}
    for _, source, target in flows:
        # What leaves the edge of an activity leads on from the activity.
        here, there = edges.get(source, source), edges.get(target, target)
        if here != there:
            after[here].append(there)
    back = _backward(after)
    rank = _ranks(after, back)
    row = _rows(after, back, rank)
    plan = _Plan()
    inner = {key: _scope(nodes[key]) for key in after if split(nodes[key].tag)[1] in vocabulary.SUB_PROCESSES}
    sizes = {key: _size(nodes[key], inner.get(key)) for key in after}
    lefts = _starts(rank, {key: size[0] for key, size in sizes.items()}, _GAP_X)
    tops = _starts(row, {key: size[1] for key, size in sizes.items()}, _GAP_Y)
    for key, (width, height) in sizes.items():
        column, line = lefts[rank[key]], tops[row[key]]
        box = _Box(column[0] + (column[1] - width) // 2, line[0] + (line[1] - height) // 2, width, height)
        plan.boxes[key] = box
        if key in inner:
            plan.open_boxes.add(key)
            inside = inner[key].moved(box.x + _PAD, box.y + _PAD)
            plan.boxes |= inside.boxes
            plan.lines |= inside.lines
            plan.open_boxes |= inside.open_boxes
    for number, (key, host) in enumerate(edges.items()):
        on = plan.boxes[host]
        before = sum(other == host for other in list(edges.values())[:number])
        plan.boxes[key] = _Box(on.x + on.width - 36 - 46 * before, on.y + on.height - 18, 36, 36)
    own = {key: plan.boxes[key] for key in after}
    below = {key: sum(tops[row[edges.get(key, key)]]) for key in nodes}
    _connect(plan, flows, edges, own, below)
    return plan


def _backward(after: Mapping[str, list[str]]) -> set[tuple[str, str]]:
    """The flows that close a circle, found by walking from what nothing leads to; without recursion."""
    reached = {target for targets in after.values() for target in targets}
    begins = [key for key in after if key not in reached] + list(after)
    back: set[tuple[str, str]] = set()
    state: dict[str, int] = {}
    for first in begins:
        if first in state:
            continue
        stack = [(first, 0)]
        state[first] = 1
        while stack:
            here, number = stack.pop()
            if number == len(after[here]):
                state[here] = 2
                continue
            stack.append((here, number + 1))
            target = after[here][number]
            if state.get(target) == 1:
                back.add((here, target))
            elif target not in state:
                state[target] = 1
                stack.append((target, 0))
    return back


def _ranks(after: Mapping[str, list[str]], back: set[tuple[str, str]]) -> dict[str, int]:
    """How many steps the longest way to each element has."""
    waits = dict.fromkeys(after, 0)
    for source, targets in after.items():
        for target in targets:
            waits[target] += (source, target) not in back
    rank = dict.fromkeys(after, 0)
    ready = [key for key, count in waits.items() if not count]
    while ready:
        here = ready.pop()
        for target in after[here]:
            if (here, target) in back:
                continue
            rank[target] = max(rank[target], rank[here] + 1)
            waits[target] -= 1
            if not waits[target]:
                ready.append(target)
    return rank


def _rows(after: Mapping[str, list[str]], back: set[tuple[str, str]], rank: Mapping[str, int]) -> dict[str, int]:
    """A line for each element: the first way on keeps the line, others take the next free one in their column."""
    taken: set[Point] = set()
    row: dict[str, int] = {}
    for key in sorted(after, key=lambda one: rank[one]):
        wanted = row.get(key, 0)
        while (rank[key], wanted) in taken:
            wanted += 1
        row[key] = wanted
        taken.add((rank[key], wanted))
        for number, target in enumerate(target for target in after[key] if (key, target) not in back):
            row.setdefault(target, wanted + number)
    return row


def _size(node: etree._Element, inner: _Plan | None) -> Point:
    local = split(node.tag)[1]
    if inner is not None:
        width, height = inner.size
        return max(width + 2 * _PAD, 140), max(height + 2 * _PAD, 100)
    if local in vocabulary.EVENTS:
        return 36, 36
    return (50, 50) if local in vocabulary.GATEWAYS else (100, 80)


def _starts(place: Mapping[str, int], sizes: Mapping[str, int], gap: int) -> dict[int, Point]:
    """Where each column or line begins, and how wide it is."""
    widest: dict[int, int] = {}
    for key, number in place.items():
        widest[number] = max(widest.get(number, 0), sizes[key])
    found: dict[int, Point] = {}
    at = 0
    for number in sorted(widest):
        found[number] = (at, widest[number])
        at += widest[number] + gap
    return found


def _connect(
    plan: _Plan,
    flows: list[tuple[str, str, str]],
    edges: Mapping[str, str],
    own: Mapping[str, _Box],
    below: Mapping[str, int],
) -> None:
    """Draws the flows of a scope; `below` is where the line of each element ends, and a way free of elements begins."""
    low = max((box.y + box.height for box in plan.boxes.values()), default=0)
    lanes = channels = 0
    for key, source, target in flows:
        if not key:
            continue
        here, there = plan.boxes[source], plan.boxes[target]
        if source in edges:
            first = [(here.x + 18, here.y + 36), (here.x + 18, max(there.middle, here.y + 56))]
        else:
            first = [(here.x + here.width, here.middle)]
        last = (there.x, there.middle)
        if there.x >= here.x + here.width:
            turn = there.x - _GAP_X // 2
            bend = [] if first[-1][1] == last[1] else [(turn, first[-1][1]), (turn, last[1])]
            line = [*first, *bend, last]
            if _is_free(line, [box for one, box in own.items() if one not in {source, target, edges.get(source)}]):
                plan.lines[key] = line
                continue
            # Between two lines nothing stands, nor between two columns.
            channels += 1
            way = below[source] + 12 + channels % 4 * 8
            out = first[0] if source in edges else (here.x + here.width + _GAP_X // 3, here.middle)
            begun = [out] if source in edges else [*first, out]
            plan.lines[key] = [*begun, (out[0], way), (turn, way), (turn, last[1]), last]
            continue
        lanes += 1
        under = low + 20 * lanes
        out = first[0][0] if source in edges else here.x + here.width + 20
        into = there.x - 20
        begun = first[:1] if source in edges else [*first, (out, here.middle)]
        plan.lines[key] = [*begun, (out, under), (into, under), (into, last[1]), last]


def _is_free(line: list[Point], boxes: list[_Box]) -> bool:
    """Whether no part of a line runs through a box."""
    for (x, y), (to_x, to_y) in pairwise(line):
        left, right, top, low = min(x, to_x), max(x, to_x), min(y, to_y), max(y, to_y)
        for box in boxes:
            if left < box.x + box.width and box.x < right and top < box.y + box.height and box.y < low + 1:
                return False
    return True


# --- pools and writing ------------------------------------------------------------------------------------------------


def _pools(collaboration: etree._Element, processes: Mapping[str, etree._Element]) -> _Plan:
    """The pools below each other; a pool without a process of this file is a black box."""
    whole = _Plan()
    top, width = 80, 600
    pools: list[tuple[str, int, int]] = []
    for node in collaboration:
        if split(node.tag) != (BPMN, "participant") or not node.get("id"):
            continue
        process = processes.get(node.get("processRef") or "")
        height = _BLACK_BOX
        if process is not None:
            plan = _scope(process)
            right, low = plan.size
            height, width = low + 2 * _POOL, max(width, right + 30 + 2 * _POOL)
            inner = plan.moved(160 + 30 + _POOL, top + _POOL)
            whole.boxes |= inner.boxes
            whole.lines |= inner.lines
            whole.open_boxes |= inner.open_boxes
        pools.append((node.get("id") or "", top, height))
        top += height + _GAP_Y
    for key, at, height in pools:
        whole.boxes[key] = _Box(160, at, width, height)
    for node in collaboration:
        source, target = whole.boxes.get(node.get("sourceRef") or ""), whole.boxes.get(node.get("targetRef") or "")
        if split(node.tag) == (BPMN, "messageFlow") and node.get("id") and source is not None and target is not None:
            above, below = (source, target) if source.y < target.y else (target, source)
            at = (target if target.width < source.width else source).x + min(source.width, target.width) // 2
            points = [(at, above.y + above.height), (at, below.y)]
            whole.lines[node.get("id") or ""] = points if above is source else points[::-1]
    return whole


def _write(root: etree._Element, plan: _Plan, of: str) -> None:
    names = {"bpmndi": DI, "dc": DC, "di": DD}
    diagram = etree.SubElement(root, f"{{{DI}}}BPMNDiagram", {"id": "made_diagram"}, nsmap=names)
    plane = etree.SubElement(diagram, f"{{{DI}}}BPMNPlane", {"id": "made_plane", "bpmnElement": of})
    for key, box in plan.boxes.items():
        shape = etree.SubElement(plane, f"{{{DI}}}BPMNShape", {"id": f"{key}_made", "bpmnElement": key})
        if key in plan.open_boxes:
            shape.set("isExpanded", "true")
        bounds = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
        etree.SubElement(shape, f"{{{DC}}}Bounds", {name: str(value) for name, value in bounds.items()})
    for key, points in plan.lines.items():
        edge = etree.SubElement(plane, f"{{{DI}}}BPMNEdge", {"id": f"{key}_made", "bpmnElement": key})
        for x, y in points:
            etree.SubElement(edge, f"{{{DD}}}waypoint", {"x": str(x), "y": str(y)})
