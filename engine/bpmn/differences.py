"""What changed between two versions of a process: elements and flows that came, went or say something else."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from engine.bpmn.model import Element, Flow, ProcessModel

_ALIKE: Final = frozenset({"line", "incoming", "outgoing"})
"""Where something stands in the file says nothing; what leads where is said by the flows."""


@dataclass(frozen=True, slots=True)
class Detail:
    """One property that says something else: `what` is its name in the model, values as they would be read aloud."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One element or flow that came, went or changed."""

    kind: Literal["added", "removed", "changed"]
    element_id: str
    name: str
    type: str
    details: tuple[Detail, ...] = ()


def between(old: ProcessModel | None, new: ProcessModel) -> tuple[Change, ...]:
    """Every difference that a run could notice, in the order of the new file; what went comes last. Layout does not count."""
    if old is None:
        return ()
    found: list[Change] = []
    if details := tuple(_details(_head(old), _head(new))):
        found.append(Change("changed", new.id, new.name, "process", details))
    found += _compare(old.elements, new.elements)
    found += _compare(old.flows, new.flows)
    return tuple(found)


def _head(process: ProcessModel) -> Mapping[str, object]:
    return {
        "name": process.name,
        "documentation": process.documentation,
        "version_tag": process.version_tag,
        "properties": process.properties,
        "lanes": [(lane.name, lane.elements) for lane in process.lanes],
    }


def _compare(
    old: Mapping[str, Element] | Mapping[str, Flow], new: Mapping[str, Element] | Mapping[str, Flow]
) -> Iterator[Change]:
    for key, one in new.items():
        before = old.get(key)
        if before is None:
            yield Change("added", key, one.name, _type(one))
        elif details := tuple(_details(_fields(before), _fields(one))):
            yield Change("changed", key, one.name or before.name, _type(one), details)
    for key, one in old.items():
        if key not in new:
            yield Change("removed", key, one.name, _type(one))


def _type(one: Element | Flow) -> str:
    return one.kind if isinstance(one, Element) else "sequenceFlow"


def _fields(one: Element | Flow) -> Mapping[str, object]:
    return {field.name: getattr(one, field.name) for field in dataclasses.fields(one) if field.name not in _ALIKE}


def _details(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Detail]:
    for name, after in new.items():
        before = old[name]
        if before != after:
            yield Detail(name, _said(before), _said(after))


def _said(value: Any) -> str:
    """A value as a person would read it: nested records as `name: value`, mappings and lists entry by entry."""
    if value is None:
        return ""
    if dataclasses.is_dataclass(value):
        shown = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return ", ".join(f"{name}: {_said(part)}" for name, part in shown.items() if part not in (None, "", False))
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_said(part)}" for name, part in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_said(part) for part in value)
    return str(value)
