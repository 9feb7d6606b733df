"""The live part of an instance as compact JSON: our own format, keyed by element ids, with a version number.

`{"v": 1, "p": process id, "n": last identifier given, "t": rows}`; one row per live instance, parents before children:
`[id, parent id, name, "s" started | "w" waiting, local variables, memory]`, empty ends cut off. The name is the element's
id, with `[each]` behind it for one run inside a multi-instance body. Exact decimals are texts behind a reserved mark.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import cast

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.expressions import DECIMAL_MARK, Locals
from engine.bpmn.tree import ElementInstance, Tree
from engine.errors import ExecutionFailed, Problem

VERSION = 1

_STATES = {"s": TaskState.STARTED, "w": TaskState.WAITING}
_LETTERS = {state: letter for letter, state in _STATES.items()}


class BadState(Problem):
    """the stored state of an instance cannot be read: {reason}"""

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


def _decimal(value: object) -> str:
    if isinstance(value, Decimal):
        return DECIMAL_MARK + str(value)
    raise TypeError(f"{type(value).__name__} in a state")


def dump(tree: Tree) -> str:
    """The state of an instance that rests."""
    rows: list[list[object]] = []
    if not tree.completed:
        _rows(tree.root, 0, rows)
    document = {"v": VERSION, "p": tree.spec.name, "n": tree.counter, "t": rows}
    if tree.completed:
        document |= {"end": "cancelled" if tree.cancelled else "completed", "r": tree.root.data}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=_decimal)


def _rows(instance: ElementInstance, parent: int, rows: list[list[object]]) -> None:
    number = int(instance.id)
    row: list[object] = [number, parent, instance.task_spec.name, _LETTERS[instance._state]]
    if instance.data or instance.internal_data:
        row.append(instance.data)
        if instance.internal_data:
            row.append(instance.internal_data)
    rows.append(row)
    for child in instance.below:
        _rows(child, number, rows)


def load(tree: Tree, text: str | bytes) -> None:
    """Fill an empty tree. Raises `BadState` for what `dump` did not write, `ExecutionFailed` for an element that is gone."""
    try:
        document = json.loads(text)
        version = document["v"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadState(str(error)) from error
    if version != VERSION:
        raise BadState(f"version {version!r} is not {VERSION}")
    if document.get("p") != tree.spec.name:
        raise BadState(f"it belongs to process {document.get('p')!r}, not to {tree.spec.name!r}")
    # The mark can only stand in the text if a decimal (or a text that was refused at the door) does.
    raw = text.decode() if isinstance(text, bytes) else text
    if DECIMAL_MARK in raw or "\\ue000" in raw:
        document = cast("dict[str, object]", _with_decimals(document))
    try:
        _fill(tree, document)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, InvalidOperation) as error:
        raise BadState(f"{type(error).__name__}: {error}") from error


def _fill(tree: Tree, document: dict[str, object]) -> None:
    rows = cast("list[list[object]]", document["t"])
    tree.counter = int(str(document["n"]))
    end = document.get("end")
    if end is not None:
        rows = [[1, 0, tree.spec.name, "s", document["r"]]]
    for row in rows:
        name = str(row[2])
        spec = tree.spec.task_specs.get(name)
        if spec is None:
            raise ExecutionFailed(
                "the instance rests at {element}, which this version does not have", element_id=name, element=name
            )
        parent = tree.tasks[str(row[1])] if row[1] else None
        instance = ElementInstance(tree, spec, parent, _STATES[str(row[3])], str(row[0]))
        if len(row) > 4:
            instance.data = cast(Locals, row[4])
        if len(row) > 5:
            instance.internal_data = cast(Locals, row[5])
        if parent is None:
            tree.task_tree = instance
    if not rows:
        raise BadState("it holds no element")
    tree.last_task = tree.task_tree
    if end is not None:
        tree.completed = True
        tree.cancelled = end == "cancelled"


def _with_decimals(value: object) -> object:
    if isinstance(value, str) and value.startswith(DECIMAL_MARK):
        return Decimal(value[1:])
    if isinstance(value, list):
        return [_with_decimals(item) for item in value]
    if isinstance(value, dict):
        return {key: _with_decimals(item) for key, item in value.items()}
    return value
