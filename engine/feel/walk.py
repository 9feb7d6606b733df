"""Walking over syntax: the children of a node, its size and depth, its free names."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Iterator as Iterating
from dataclasses import fields

from engine.feel.syntax import (
    ContextNode,
    Filter,
    For,
    FunctionDefinition,
    Name,
    Node,
    Quantified,
    TypeRef,
)


def children(node: Node) -> Iterating[Node]:
    """The nodes directly inside a node, types left out."""
    for place in fields(node):
        value = getattr(node, place.name)
        if isinstance(value, Node):
            if not isinstance(value, TypeRef):
                yield value
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, Node):
                    yield item
                elif isinstance(item, tuple) and item and isinstance(item[-1], Node):
                    yield item[-1]


def measure(node: Node) -> tuple[int, int]:
    """How many nodes there are, and how deep they nest."""
    count = deepest = 0
    waiting = [(node, 1)]
    while waiting:
        found, depth = waiting.pop()
        count += 1
        deepest = max(deepest, depth)
        waiting.extend((child, depth + 1) for child in children(found))
    return count, deepest


def holds(node: Node, kind: type[Node]) -> bool:
    """Whether a node of that kind is in it."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        if isinstance(found, kind):
            return True
        waiting.extend(children(found))
    return False


def free_names(node: Node) -> frozenset[str]:
    """The names that an expression takes from outside; inside a filter also those that its items may have."""
    found: set[str] = set()
    _collect(node, frozenset(), found)
    return frozenset(found)


def _collect(node: Node, bound: frozenset[str], found: set[str]) -> None:
    if isinstance(node, Name):
        if node.name not in bound:
            found.add(node.name)
    elif isinstance(node, ContextNode):
        for key, entry in node.entries:
            _collect(entry, bound, found)
            bound |= {key}
    elif isinstance(node, For | Quantified):
        for iterator in node.iterators:
            for part in children(iterator):
                _collect(part, bound, found)
            bound |= {iterator.name}
        if isinstance(node, For):
            _collect(node.result, bound | {"partial"}, found)
        else:
            _collect(node.condition, bound, found)
    elif isinstance(node, Filter):
        _collect(node.source, bound, found)
        _collect(node.condition, bound | {"item"}, found)
    elif isinstance(node, FunctionDefinition):
        _collect(node.body, bound | {parameter.name for parameter in node.parameters}, found)
    else:
        for child in children(node):
            _collect(child, bound, found)
