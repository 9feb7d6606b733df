"""Boxed expressions as closures, on the same compiler and scopes as FEEL itself."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from engine.dmn.model import (
    Box,
    Conditional,
    ContextBox,
    FilterBox,
    FunctionBox,
    Invocation,
    Iteration,
    ListBox,
    Relation,
    Table,
    Text,
)
from engine.dmn.tables import TableProgram
from engine.dmn.types import Types, fit
from engine.feel.calls import body_call, call_function
from engine.feel.compiler import Code, Compiler, Scope
from engine.feel.evaluation import Env, Null, Run
from engine.feel.loops import pick
from engine.feel.text import shortened
from engine.feel.types import ANY_TYPE, Type
from engine.feel.values import Function, Range, Value, kind_of

_NO_WHERE = (0, 0)
_FRAMES = 30


def _nothing(env: Env) -> Value:
    return None


class BoxCompiler:
    """Compiles the boxes of one file."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self.compiler = Compiler(types.all())

    def compile(self, box: Box | None, scope: Scope | None = None) -> Code:
        """The closure of a box; null for an empty one."""
        if box is None:
            return _nothing
        code = self._compile(box, scope)
        return self.typed(code, box.type_ref) if box.type_ref and not isinstance(box, FunctionBox) else code

    def typed(self, code: Code, type_ref: str) -> Code:
        """The same, its value made to fit a declared type; null with a remark where it does not."""
        wanted = self.types.of(type_ref)
        if wanted is ANY_TYPE:
            return code

        def typed(env: Env) -> Value:
            return fitted(env.run, code(env), wanted)

        return typed

    def _compile(self, box: Box, scope: Scope | None) -> Code:
        if isinstance(box, Text):
            return self.compiler.compile(box.node, scope) if box.node is not None else _nothing
        if isinstance(box, Table):
            return TableProgram(box, self.compiler, self.types, scope)
        if isinstance(box, ContextBox):
            return self.context(box, scope)
        if isinstance(box, Invocation):
            return self.invocation(box, scope)
        if isinstance(box, FunctionBox):
            return self.function(box, scope)
        if isinstance(box, ListBox):
            items = [self.compile(item, scope) for item in box.items]
            return lambda env: [item(env) for item in items]
        if isinstance(box, Relation):
            names = [column.name for column in box.columns]
            columns = box.columns
            rows = [
                [
                    self.typed(self.compile(cell, scope), column.type_ref)
                    for cell, column in zip(row, columns, strict=False)
                ]
                for row in box.rows
            ]
            return lambda env: [dict(zip(names, [cell(env) for cell in row], strict=False)) for row in rows]
        if isinstance(box, Conditional):
            return self.conditional(box, scope)
        if isinstance(box, FilterBox):
            return self.filter(box, scope)
        if isinstance(box, Iteration):
            return self.iteration(box, scope)
        raise TypeError(f"expected a boxed expression, but found {type(box).__name__}")

    def context(self, box: ContextBox, scope: Scope | None) -> Code:
        inner = Scope(set(), scope)
        entries: list[tuple[str, Code]] = []
        result: Code | None = None
        for entry in box.entries:
            code = self.compile(entry.box, inner)
            if entry.type_ref:
                code = self.typed(code, entry.type_ref)
            if entry.name:
                entries.append((entry.name, code))
                inner.names.add(entry.name)
            else:
                result = code

        def context(env: Env) -> Value:
            found: dict[str, Value] = {}
            inside = Env(found, env, env.run)
            for name, code in entries:
                found[name] = code(inside)
            return found if result is None else result(inside)

        return context

    def invocation(self, box: Invocation, scope: Scope | None) -> Code:
        function = self.compile(box.function, scope)
        names = [binding.name for binding in box.bindings]
        values = [self.compile(binding.box, scope) for binding in box.bindings]
        asked = box.function.text if isinstance(box.function, Text) else "?"

        def invocation(env: Env) -> Value:
            found = function(env)
            if not isinstance(found, Function):
                return env.run.null(_NO_WHERE, "there is no function {name}", name=asked)
            try:
                return call_function(env.run, found, [value(env) for value in values], names)
            except Null as reason:
                return env.run.remark(_NO_WHERE, reason.sentence)

        return invocation

    def function(self, box: FunctionBox, scope: Scope | None, result_type: str = "", name: str = "") -> Code:
        """A function definition; `result_type` is what a knowledge model declares its results to be."""
        if box.kind != "FEEL":
            return lambda env: env.run.null(
                _NO_WHERE, "external functions are not supported; use a service task instead"
            )
        names = [parameter.name for parameter in box.parameters]
        types = [self.types.of(parameter.type_ref) if parameter.type_ref else None for parameter in box.parameters]
        body = self.compile(box.body, Scope(set(names), scope))
        if box.type_ref:
            body = self.typed(body, box.type_ref)
        if result_type:
            body = self.typed(body, result_type)

        def definition(env: Env) -> Value:
            return Function(name, names, body_call(names, body, env, 4, _FRAMES), types=types)

        return definition

    def conditional(self, box: Conditional, scope: Scope | None) -> Code:
        condition, then, otherwise = (self.compile(part, scope) for part in (box.condition, box.then, box.otherwise))

        def conditional(env: Env) -> Value:
            decided = condition(env)
            if decided is not None and type(decided) is not bool:
                return env.run.null(
                    _NO_WHERE, "expected true or false after if, but found {kind}", kind=kind_of(decided)
                )
            return then(env) if decided is True else otherwise(env)

        return conditional

    def filter(self, box: FilterBox, scope: Scope | None) -> Code:
        source = self.compile(box.source, scope)
        match = self.compile(box.match, Scope(set(), scope, is_filter=True))

        def filter_(env: Env) -> Value:
            items = source(env)
            if items is None:
                return None
            if not isinstance(items, list):
                items = [items]
            env.run.spend(len(items))
            kept: list[Value] = []
            for item in items:
                found = match(Env(item if isinstance(item, dict) else {}, env, env.run, item))
                if found is True:
                    kept.append(item)
                elif found is not None and type(found) is not bool:
                    if kind_of(found) == "number":
                        return pick(env.run, _NO_WHERE, items, found)
                    return env.run.null(
                        _NO_WHERE,
                        "expected a number or a condition in the filter, but found {kind}",
                        kind=kind_of(found),
                    )
            return kept

        return filter_

    def iteration(self, box: Iteration, scope: Scope | None) -> Code:
        source = self.compile(box.source, scope)
        inner = Scope({box.variable, "partial"} if box.kind == "for" else {box.variable}, scope)
        result = self.compile(box.result, inner)
        name, kind = box.variable, box.kind
        decisive = kind == "some"

        def visit(env: Env) -> Value:
            items = _items(env.run, source(env))
            if items is None:
                return None
            env.run.check_list(len(items))
            found: list[Value] = []
            unknown = decided = False
            for item in items:
                own = {name: item, "partial": found} if kind == "for" else {name: item}
                value = result(Env(own, env, env.run))
                if kind == "for":
                    found.append(value)
                elif type(value) is bool:
                    decided = decided or value is decisive
                elif value is None:
                    unknown = True
                else:
                    return env.run.null(_NO_WHERE, "expected true or false, but found {kind}", kind=kind_of(value))
            if kind == "for":
                return found
            if decided:
                return decisive
            return None if unknown else not decisive

        return visit


def _items(run: Run, value: Value) -> list[Value] | None:
    if isinstance(value, list):
        return value
    if value is None or isinstance(value, Range):
        return run.null(_NO_WHERE, "expected a list after in, but found {kind}", kind=kind_of(value))
    return [value]


def fitted(run: Run, value: Value, wanted: Type) -> Value:
    """The value made to fit a type; null with a remark where it does not."""
    found, fits = fit(value, wanted)
    if not fits:
        run.null(_NO_WHERE, "expected {wanted}, but found {value}", wanted=wanted.name, value=shortened(value))
    return found
