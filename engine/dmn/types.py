"""Item definitions as FEEL types, with their allowed values (DMN 1.5, 7.3.2)."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Callable, Mapping
from datetime import date

from engine.dmn.model import Decisions, ItemDefinition
from engine.feel.compiler import Compiler
from engine.feel.evaluation import Env, Run
from engine.feel.parser import at_value
from engine.feel.syntax import UnaryTests
from engine.feel.types import ANY_TYPE, Type, coerce, conforms, list_of, simple_type
from engine.feel.unary import compile_tests
from engine.feel.values import Function, Value, kind_of

_TEMPORAL = frozenset({"date", "time", "date and time", "days and time duration", "years and months duration"})


class Types:
    """The types of one file and, under `name.type`, of those it imports."""

    def __init__(self, decisions: Decisions) -> None:
        self.items = {item.name: item for item in decisions.items}
        self.named: dict[str, Type] = {}
        self.results: dict[str, str] = {
            item.name: item.function_result for item in decisions.items if item.function_result
        }
        self.waiting: set[str] = set()
        for one in decisions.imports:
            other = decisions.imported.get(one.namespace)
            if other is not None:
                for name, kind in Types(other).all().items():
                    self.named[f"{one.name}.{name}" if one.name else name] = kind
        for item in decisions.items:
            self.of(item.name)

    def all(self) -> Mapping[str, Type]:
        """All named types."""
        return self.named

    def of(self, name: str) -> Type:
        """The type of that name; Any for what is not known, and inside a type that contains itself."""
        if not name:
            return ANY_TYPE
        known = self.named.get(name)
        if known is not None:
            return known
        item = self.items.get(name)
        if item is None:
            return simple_type(name) or ANY_TYPE
        if name in self.waiting:
            return ANY_TYPE
        self.waiting.add(name)
        made = self.make(item)
        self.waiting.discard(name)
        self.named[name] = made
        return made

    def make(self, item: ItemDefinition) -> Type:
        if item.function_result is not None:
            inner = Type("function", lambda value: isinstance(value, Function))
        elif item.components:
            inner = _context_of([(part.name, self.make(part)) for part in item.components])
        else:
            inner = self.of(item.type_ref)
        allowed = item.allowed or (item.constraint if not item.is_collection else None)
        if allowed is not None:
            accepts = limited(allowed)
            inner = _limited(inner, accepts, each=inner.is_list)
        if item.is_collection:
            inner = list_of(inner)
            if item.constraint is not None:
                inner = _limited(inner, limited(item.constraint), each=False)
        return inner


def _context_of(parts: list[tuple[str, Type]]) -> Type:
    def accepts(value: Value) -> bool:
        return isinstance(value, dict) and all(name in value and conforms(value[name], kind) for name, kind in parts)

    bare = [(name, kind.shape or kind) for name, kind in parts]
    shape = _context_of(bare) if any(kind.shape is not None for _, kind in parts) else None
    return Type("context", accepts, shape=shape)


def _limited(kind: Type, allowed: Callable[[Value], bool], *, each: bool) -> Type:
    def accepts(value: Value) -> bool:
        if not kind.accepts(value):
            return False
        return all(allowed(item) for item in value) if each and isinstance(value, list) else allowed(value)

    return Type(kind.name, accepts, kind.is_list, kind.item, kind.shape or kind)


def limited(tests: UnaryTests) -> Callable[[Value], bool]:
    """Whether a value is among allowed values."""
    test = compile_tests(Compiler(), tests)

    def allowed(value: Value) -> bool:
        return test(value, Env({}, None, Run({}))) is True

    return allowed


def fit(value: Value, wanted: Type) -> tuple[Value, bool]:
    """The value as a typed place takes it. A text where a date, time or duration is wanted is read as ISO 8601, since
    variables travel as JSON, which has no dates."""
    if isinstance(value, str) and wanted.name in _TEMPORAL:
        found = at_value(value)
        if kind_of(found) == wanted.name:
            value = found
        elif wanted.name == "date and time" and isinstance(found, date):
            value = at_value(value + "T00:00:00")
    return coerce(value, wanted)
