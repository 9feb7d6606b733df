"""FEEL types: `instance of`, conformance and the conversions a typed place makes (DMN 1.5, 10.3.2.9)."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.feel.syntax import TypeRef
from engine.feel.values import Function, Range, Value, kind_of

ANY = "Any"
_SIMPLE = {
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "dateTime": "date and time",
    "days and time duration": "days and time duration",
    "day and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "years and months duration": "years and months duration",
    "year and month duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
    "context": "context",
    "list": "list",
    "range": "range",
    "function": "function",
    # Camunda 7 writes Java's names for numbers.
    "integer": "number",
    "long": "number",
    "double": "number",
    "Any": "Any",
    "Null": "null",
}


@dataclass(frozen=True, slots=True)
class Type:
    """A type ready to be asked: `accepts(value)`; `is_list` decides which conversion a typed place tries.

    `shape` is the type without its allowed values, by which `instance of` goes, where the two differ.
    `accepts` never answers for null: a typed place takes null without asking, `instance of` gives false for it.
    """

    name: str
    accepts: Callable[[Value], bool]
    is_list: bool = False
    item: "Type | None" = None
    shape: "Type | None" = None


ANY_TYPE = Type(ANY, lambda value: True)


def simple_type(name: str) -> Type | None:
    """The built-in type of that name (also in the spellings of older tools), or None."""
    kind = _SIMPLE.get(name)
    if kind is None:
        return None
    if kind == "Any":
        return ANY_TYPE
    return Type(kind, lambda value: kind_of(value) == kind, kind == "list", ANY_TYPE if kind == "list" else None)


def resolve(reference: TypeRef, named: Mapping[str, Type]) -> Type | None:
    """The type that a reference names, `named` being those of the caller (item definitions); None when there is none."""
    name = reference.name
    parts = [resolve(part, named) for _, part in reference.parts]
    if any(part is None for part in parts):
        return None
    inner = [part for part in parts if part is not None]
    if reference.parts or reference.result is not None:
        if name == "list" and len(inner) == 1:
            item = inner[0]
            return list_of(item)
        if name == "range" and len(inner) == 1:
            bound = inner[0]
            return Type("range", lambda value: isinstance(value, Range) and _bounds(value, bound))
        if name == "context":
            entries = list(zip((key for key, _ in reference.parts), inner, strict=True))
            return Type(
                "context",
                lambda value: (
                    isinstance(value, dict)
                    and all(key in value and conforms(value[key], part) for key, part in entries)
                ),
            )
        if name == "function":
            result = resolve(reference.result, named) if reference.result is not None else ANY_TYPE
            if result is None:
                return None
            return Type("function", lambda value: isinstance(value, Function) and _signature(value, inner))
    return named.get(name) or simple_type(name)


def list_of(item: Type) -> Type:
    """The type of lists of an item type."""
    return Type(
        f"list<{item.name}>",
        lambda value: isinstance(value, list) and all(conforms(part, item) for part in value),
        True,
        item,
        list_of(item.shape) if item.shape is not None else None,
    )


def _bounds(value: Range, bound: Type) -> bool:
    return all(side is None or bound.accepts(side) for side in (value.low, value.high))


def _signature(value: Function, wanted: list[Type]) -> bool:
    if value.is_variadic:
        return True
    return value.required <= len(wanted) <= len(value.parameters)


def conforms(value: Value, wanted: Type) -> bool:
    """Whether the value may stand where the type is wanted; null may stand everywhere."""
    return value is None or wanted.accepts(value)


def coerce(value: Value, wanted: Type) -> tuple[Value, bool]:
    """The value as a typed place takes it, and whether it fits: singleton list to item, item to list, date to date and time."""
    if value is None or wanted.accepts(value):
        return value, True
    if isinstance(value, list):
        if not wanted.is_list and len(value) == 1 and wanted.accepts(value[0]):
            return value[0], True
    elif wanted.is_list and wanted.item is not None and wanted.item.accepts(value):
        return [value], True
    return None, False
