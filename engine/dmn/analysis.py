"""What a program can see in a decision table: gaps, overlaps, rules that never apply, values of the wrong type."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.dmn.model import Box, ContextBox, Decisions, FunctionBox, Invocation, ListBox, Table
from engine.dmn.regions import Axis, axis, literals
from engine.dmn.types import Types
from engine.errors import Finding, Sentence
from engine.feel.syntax import Literal
from engine.feel.text import shortened
from engine.feel.types import ANY_TYPE, Type
from engine.feel.values import kind_of

_MOST_STEPS = 20_000
_MOST_GAPS = 20
_MOST_RULES = 500
_MOST_LOOKS = 2_000_000
_ONE_RULE = ("UNIQUE", "ANY", "FIRST", "PRIORITY")


@dataclass(frozen=True, slots=True)
class Gap:
    """Values that no rule matches: per input, in the order of the table, a FEEL test (`-` for any)."""

    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rules that match the same values; `tests` are the values they share."""

    rules: tuple[int, int]
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A rule that never applies: `hidden_by` are the earlier rules that take all its values, empty if it matches nothing."""

    rule: int
    hidden_by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WrongType:
    """A value of the wrong type, in a rule (0: in the head of the table), at an input or output."""

    rule: int
    label: str
    wanted: str
    found: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """Rules are named by their number, from 1. `is_complete` is False when some cell depends on other variables or the table
    is too large; then what is listed is certain, but there may be more."""

    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    unreachable: tuple[Unreachable, ...]
    type_errors: tuple[WrongType, ...]
    is_complete: bool


class _TooLarge(Exception):
    """The table has more combinations than are looked at."""


def analyse(table: Table, decisions: Decisions | None = None) -> Analysis:
    """Look at a decision table; `decisions` is its file, for named types."""
    types = Types(decisions) if decisions is not None else Types(_NO_FILE)
    wrong = tuple(_type_errors(table, types))
    if len(table.rules) > _MOST_RULES:
        return Analysis((), (), (), wrong, False)
    axes = [axis(table, index, types) for index in range(len(table.columns))]
    boxes = [tuple(one.admitted[at] for one in axes) for at in range(len(table.rules))]
    complete = all(bits is not None for box in boxes for bits in box)
    # A cell that cannot be judged is taken to admit everything for gaps, and nothing for what is said of rules.
    wide = [
        tuple(one.everything if bits is None else bits for one, bits in zip(axes, box, strict=True)) for box in boxes
    ]
    try:
        gaps = _gaps(axes, wide, table)
    except _TooLarge:
        gaps, complete = [], False
    unreachable: list[Unreachable] = []
    try:
        unreachable = list(_unreachable(table, boxes))
    except _TooLarge:
        complete = False
    dead = {one.rule for one in unreachable}
    overlaps = [one for one in _overlaps(table, axes, boxes) if not dead & set(one.rules)]
    return Analysis(tuple(gaps), tuple(overlaps), tuple(unreachable), wrong, complete)


# --- gaps ---


def _gaps(axes: Sequence[Axis], boxes: Sequence[tuple[int, ...]], table: Table) -> list[Gap]:
    if any(output.default is not None and output.default.node is not None for output in table.outputs):
        return []
    if not axes:
        return [] if boxes else [Gap(())]
    found: list[tuple[int, ...]] = []
    steps, looks = [0], [0]

    def visit(at: int, alive: list[int], chosen: tuple[int, ...]) -> None:
        steps[0] += 1
        if steps[0] > _MOST_STEPS:
            raise _TooLarge
        if len(found) > _MOST_GAPS * 20:
            return
        if not alive:
            found.append(chosen + tuple(one.everything for one in axes[at:]))
            return
        if at == len(axes):
            return
        looks[0] += len(axes[at].regions) * len(alive)
        if looks[0] > _MOST_LOOKS:
            raise _TooLarge
        # Regions that the same rules admit are visited together.
        groups: dict[tuple[int, ...], int] = {}
        for region in range(len(axes[at].regions)):
            rules = tuple(rule for rule in alive if boxes[rule][at] >> region & 1)
            groups[rules] = groups.get(rules, 0) | 1 << region
        for rules, bits in groups.items():
            visit(at + 1, list(rules), (*chosen, bits))

    visit(0, list(range(len(boxes))), ())
    return [
        Gap(tuple(one.text(bits) for one, bits in zip(axes, box, strict=True))) for box in _joined(found)[:_MOST_GAPS]
    ]


def _joined(boxes: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The same values in fewer boxes: those that differ on one input only are one."""
    changed = True
    while changed:
        changed = False
        for index in range(len(boxes[0]) if boxes else 0):
            groups: dict[tuple[int, ...], int] = {}
            for box in boxes:
                rest = (*box[:index], -1, *box[index + 1 :])
                groups[rest] = groups.get(rest, 0) | box[index]
            joined = [(*rest[:index], bits, *rest[index + 1 :]) for rest, bits in groups.items()]
            changed = changed or len(joined) < len(boxes)
            boxes = joined
    return boxes


# --- rules against each other ---

Bits = tuple[int | None, ...]


def _overlaps(table: Table, axes: Sequence[Axis], boxes: Sequence[Bits]) -> Iterator[Overlap]:
    if table.hit_policy not in ("UNIQUE", "ANY"):
        return
    for first in range(len(boxes)):
        for second in range(first + 1, len(boxes)):
            if table.hit_policy == "ANY" and _outputs(table, first) == _outputs(table, second):
                continue
            shared = _shared(table, axes, boxes, first, second)
            if shared is not None:
                texts = tuple(one.text(bits) for one, bits in zip(axes, shared, strict=True))
                yield Overlap((first + 1, second + 1), texts)


def _shared(
    table: Table, axes: Sequence[Axis], boxes: Sequence[Bits], first: int, second: int
) -> tuple[int, ...] | None:
    """The values that two rules share for certain, or None."""
    shared: list[int] = []
    for index, (mine, other) in enumerate(zip(boxes[first], boxes[second], strict=True)):
        if mine is None or other is None:
            # Two cells that cannot be judged overlap for certain only when they are written alike, or one is `-`.
            texts = {table.rules[rule].cells[index].text for rule in (first, second)}
            if len(texts) > 1 and "-" not in texts:
                return None
            shared.append(axes[index].everything)
        elif not mine & other:
            return None
        else:
            shared.append(mine & other)
    return tuple(shared)


def _outputs(table: Table, rule: int) -> tuple[str, ...]:
    return tuple(cell.text for cell in table.rules[rule].outputs)


def _unreachable(table: Table, boxes: Sequence[Bits]) -> Iterator[Unreachable]:
    for at, box in enumerate(boxes):
        if any(bits == 0 for bits in box):
            yield Unreachable(at + 1, ())
            continue
        if table.hit_policy != "FIRST" or any(bits is None for bits in box):
            continue
        earlier = [
            rule for rule in range(at) if all(other is not None and mine is not None and other & mine
                                              for other, mine in zip(boxes[rule], box, strict=True))
        ]  # fmt: skip
        target = _certain(box)
        if not earlier or not _covered(target, [_certain(boxes[rule]) for rule in earlier]):
            continue
        for rule in reversed(earlier):
            fewer = [other for other in earlier if other != rule]
            if _covered(target, [_certain(boxes[other]) for other in fewer]):
                earlier = fewer
        yield Unreachable(at + 1, tuple(rule + 1 for rule in earlier))


def _certain(box: Bits) -> tuple[int, ...]:
    return tuple(bits or 0 for bits in box)


def _covered(box: tuple[int, ...], others: list[tuple[int, ...]]) -> bool:
    """Whether the other boxes together hold every value of a box."""
    waiting = [(box, 0)]
    steps = 0
    while waiting:
        part, at = waiting.pop()
        steps += 1
        if steps > _MOST_STEPS:
            raise _TooLarge
        while at < len(others) and not all(mine & other for mine, other in zip(part, others[at], strict=True)):
            at += 1
        if at == len(others):
            return False
        # What sticks out of this box on some input must lie in later ones.
        inside = list(part)
        for index, other in enumerate(others[at]):
            outside = inside[index] & ~other
            if outside:
                waiting.append(((*inside[:index], outside, *inside[index + 1 :]), at + 1))
            inside[index] &= other
    return True


# --- types ---


def _type_errors(table: Table, types: Types) -> Iterator[WrongType]:
    for index, column in enumerate(table.columns):
        wanted = types.of(column.type_ref)
        name = _simple(wanted)
        if name is None:
            continue
        for rule in table.rules:
            tests = rule.cells[index].tests if index < len(rule.cells) else None
            for test in tests.tests if tests is not None else ():
                # Inside a test with `?` other types may stand for good reasons.
                values = literals(test) if type(test).__name__ in ("Literal", "RangeNode", "ListNode") else []
                for value in values:
                    if value is not None and kind_of(value) != name:
                        yield WrongType(rule.number, column.label, name, shortened(value))
    for index, output in enumerate(table.outputs):
        wanted = types.of(output.type_ref)
        for rule in table.rules:
            node = rule.outputs[index].node if index < len(rule.outputs) else None
            if isinstance(node, Literal) and node.value is not None:
                if wanted is not ANY_TYPE and not wanted.accepts(node.value) and not wanted.is_list:
                    yield WrongType(rule.number, output.label or output.name, wanted.name, shortened(node.value))
                elif output.values is not None and not any(
                    isinstance(test, Literal) and test.value == node.value for test in output.values.tests
                ):
                    yield WrongType(rule.number, output.label or output.name, output.values_text, shortened(node.value))


def _simple(wanted: Type) -> str | None:
    return (
        wanted.name
        if wanted is not ANY_TYPE and not wanted.is_list and wanted.name not in ("context", "range")
        else None
    )


# --- findings ---


def tables(decisions: Decisions) -> Iterator[tuple[str, Table]]:
    """All decision tables of a file, with the id of the decision or knowledge model they belong to."""
    logic: list[tuple[str, Box | None]] = [(one.id, one.logic) for one in decisions.decisions.values()]
    logic += [(one.id, one.function) for one in decisions.knowledge.values()]
    for owner, box in logic:
        waiting = [box]
        while waiting:
            part = waiting.pop()
            if isinstance(part, Table):
                yield owner, part
            elif isinstance(part, ContextBox):
                waiting += [entry.box for entry in part.entries]
            elif isinstance(part, FunctionBox):
                waiting.append(part.body)
            elif isinstance(part, ListBox):
                waiting += list(part.items)
            elif isinstance(part, Invocation):
                waiting += [binding.box for binding in part.bindings]


def findings(decisions: Decisions) -> list[Finding]:
    """What the analysis of all tables has to say, as warnings about their elements."""
    found: list[Finding] = []
    for owner, table in tables(decisions):
        analysis = analyse(table, decisions)
        labels = [column.label for column in table.columns]

        def remark(name: str, element: str, template: str, /, **params: object) -> None:
            found.append(Finding(name, element, Sentence(template, params), "warning", decisions.resource))

        if table.hit_policy in _ONE_RULE:
            for gap in analysis.gaps:
                remark("table-gap", table.id or owner, "no rule matches {values}", values=_said(labels, gap.tests))
        for overlap in analysis.overlaps:
            remark(
                "table-overlap", table.rules[overlap.rules[1] - 1].id or table.id,
                "the rules {first} and {second} both match {values}",
                first=overlap.rules[0], second=overlap.rules[1], values=_said(labels, overlap.tests),
            )  # fmt: skip
        for one in analysis.unreachable:
            element = table.rules[one.rule - 1].id or table.id
            if one.hidden_by:
                rules = ", ".join(str(number) for number in one.hidden_by)
                remark("table-unreachable", element, "rule {rule} never applies; before it come the rules {rules}",
                       rule=one.rule, rules=rules)  # fmt: skip
            else:
                remark("table-unreachable", element, "rule {rule} matches nothing", rule=one.rule)
        for wrong in analysis.type_errors:
            remark(
                "table-type", table.rules[wrong.rule - 1].id or table.id,
                "rule {rule} has {found} at {label}, where {wanted} is expected",
                rule=wrong.rule, found=wrong.found, label=wrong.label, wanted=wrong.wanted,
            )  # fmt: skip
    return found


def _said(labels: Sequence[str], tests: Sequence[str]) -> str:
    parts = [f"{label}: {test}" for label, test in zip(labels, tests, strict=True) if test != "-"]
    return "; ".join(parts) or "-"


_NO_FILE = Decisions("", "", "", "", {}, {}, {}, {}, (), (), {}, ())
