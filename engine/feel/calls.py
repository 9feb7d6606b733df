"""The closures of calls and of function definitions."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from engine.feel.evaluation import BudgetExceeded, Env, Null, Run
from engine.feel.registry import BUILTINS, Builtin, convert, invoke, lend, wrong_count
from engine.feel.syntax import Call, FunctionDefinition, Name, Where
from engine.feel.types import coerce, resolve
from engine.feel.values import FeelFunction, Function, Value, kind_of
from engine.feel.walk import measure

if TYPE_CHECKING:
    from engine.feel.compiler import Code, Compiler, Scope


def lent(function: FeelFunction) -> Builtin:
    """The built-in shape of a caller's function, made once."""
    if not function.made:
        function.made.append(lend(function))
    return function.made[0]


def function_value(run: Run, name: str, where: Where) -> Value:
    """A function named without being called, else null with a remark."""
    given = run.functions.get(name)
    known = lent(given) if given is not None else BUILTINS.get(name)
    if known is None:
        return run.null(where, "there is nothing named {name} here", name=name)
    return known.as_function()


def call_code(compiler: "Compiler", node: Call, scope: "Scope | None") -> "Code":
    """A call: of a built-in (found now), of a function lent by the caller, or of a value."""
    arguments = [compiler.compile(argument, scope) for argument in node.arguments]
    by_value = _value_call(compiler, node, arguments, scope)
    if not isinstance(node.function, Name) or (scope is not None and scope.find(node.function.name) != (None, ())):
        return by_value
    name, where = node.function.name, node.where
    builtin = BUILTINS.get(name)
    if builtin is None:
        return _lent_call(name, node, arguments, by_value)
    direct = _builtin_call(builtin, node.names, arguments, where)

    def guarded(env: Env) -> Value:
        # A variable of the same name hides the built-in.
        return by_value(env) if name in env.run.variables else direct(env)

    if not builtin.pure or name in compiler.hidden:
        return guarded
    code = compiler.folded(guarded, *arguments)
    if code is not guarded:
        compiler.computed.add(name)
    return code


def _builtin_call(builtin: Builtin, names: Sequence[str], arguments: Sequence["Code"], where: Where) -> "Code":
    name = builtin.name
    if names:
        overload = builtin.named(names)
        if overload is None:
            return lambda env: env.run.null(
                where, "the function {function} has no such parameters: {names}", function=name, names=", ".join(names)
            )
        place = dict(zip(names, arguments, strict=True))
        ordered: list[Any] = [place.get(slot.name) for slot in overload.slots]
        while ordered and ordered[-1] is None:
            ordered.pop()
        codes: list[Code] = [code if code is not None else _null for code in ordered]
    else:
        overload = builtin.positional(len(arguments))
        if overload is None:
            count = len(arguments)
            return lambda env: env.run.remark(where, wrong_count(name, count).sentence)
        codes = list(arguments)
    implementation, slots = overload.implementation, overload.slots_for(len(codes))
    if len(codes) == 1 and not (overload.packs and not codes):
        only, slot = codes[0], slots[0]
        accepted = slot.accepted

        def one(env: Env) -> Value:
            value = only(env)
            try:
                if accepted and type(value) not in accepted:
                    value = convert(value, slot, name)
                return implementation(env.run, value)
            except Null as reason:
                return env.run.remark(where, reason.sentence)

        return one
    if len(codes) == 2 and len(slots) >= 2:
        first, second = codes
        first_slot, second_slot = slots[0], slots[1]
        first_accepted, second_accepted = first_slot.accepted, second_slot.accepted

        def two(env: Env) -> Value:
            a = first(env)
            b = second(env)
            try:
                if first_accepted and type(a) not in first_accepted:
                    a = convert(a, first_slot, name)
                if second_accepted and type(b) not in second_accepted:
                    b = convert(b, second_slot, name)
                return implementation(env.run, a, b)
            except Null as reason:
                return env.run.remark(where, reason.sentence)

        return two

    def several(env: Env) -> Value:
        try:
            return invoke(env.run, name, overload, [code(env) for code in codes])
        except Null as reason:
            return env.run.remark(where, reason.sentence)

    return several


def _null(env: Env) -> Value:
    return None


def _lent_call(name: str, node: Call, arguments: Sequence["Code"], by_value: "Code") -> "Code":
    names, where = node.names, node.where

    def lent_call(env: Env) -> Value:
        given = env.run.functions.get(name)
        if given is None or name in env.run.variables:
            return by_value(env)
        return _builtin_call(lent(given), names, arguments, where)(env)

    return lent_call


def _value_call(compiler: "Compiler", node: Call, arguments: Sequence["Code"], scope: "Scope | None") -> "Code":
    function, names, where = compiler.compile(node.function, scope), node.names, node.where

    def value_call(env: Env) -> Value:
        found = function(env)
        if type(found) is not Function:
            if found is None and isinstance(node.function, Name):
                return env.run.null(where, "there is no function {name}", name=node.function.name)
            return env.run.null(
                where, "expected a function before the parenthesis, but found {kind}", kind=kind_of(found)
            )
        values = [argument(env) for argument in arguments]
        try:
            return call_function(env.run, found, values, names)
        except Null as reason:
            return env.run.remark(where, reason.sentence)

    return value_call


def call_function(run: Run, function: Function, values: Sequence[Value], names: Sequence[str] = ()) -> Value:
    """Call a function value; Null when the arguments do not fit it."""
    if names:
        given = dict(zip(names, values, strict=True))
        if len(given) != len(names) or not set(given) <= set(function.parameters):
            raise Null(
                "the function {function} has no such parameters: {names}",
                function=function.name or "function",
                names=", ".join(names),
            )
        if any(name not in given for name in function.parameters[: function.required]):
            raise wrong_count(function.name or "function", len(values))
        values = [given.get(name) for name in function.parameters]
    elif not function.is_variadic and not function.required <= len(values) <= len(function.parameters):
        raise wrong_count(function.name or "function", len(values))
    if any(kind is not None for kind in function.types):
        values = [_fit(value, kind, function) for value, kind in zip(values, function.types, strict=False)]
    return function.call(run, values)


def _fit(value: Value, wanted: Any, function: Function) -> Value:
    if wanted is None:
        return value
    fitted, fits = coerce(value, wanted)
    if not fits:
        raise Null(
            "expected {wanted} as argument of {function}, but found {found}",
            wanted=wanted.name,
            function=function.name or "function",
            found=kind_of(value),
        )
    return fitted


FRAMES_OF_A_CALL = 3


def definition_code(compiler: "Compiler", node: FunctionDefinition, scope: "Scope | None") -> "Code":
    """`function(a: number) …`: a function value that keeps the scope it was made in."""
    from engine.feel.compiler import Scope

    where = node.where
    if node.is_external:
        return lambda env: env.run.null(where, "external functions are not supported; use a service task instead")
    names = [parameter.name for parameter in node.parameters]
    types = [
        resolve(parameter.type, compiler.types) if parameter.type is not None else None for parameter in node.parameters
    ]
    body = compiler.compile(node.body, Scope(set(names), scope))
    weight, frames = measure(node.body)

    def definition(env: Env) -> Value:
        return Function("", names, body_call(names, body, env, weight, frames), types=types)

    return definition


def body_call(
    names: Sequence[str], body: "Code", env: Env, weight: int, frames: int
) -> Callable[[Run, Sequence[Value]], Value]:
    """The call of a FEEL body in the scope of its definition; pays for its size and its depth."""
    cost = frames + FRAMES_OF_A_CALL

    def call(run: Run, arguments: Sequence[Value]) -> Value:
        meter = env.run.meter
        if meter.depth + cost > meter.budget.depth:
            raise BudgetExceeded("depth", meter.budget.depth)
        meter.depth += cost
        try:
            env.run.spend(weight)
            return body(Env(dict(zip(names, arguments, strict=False)), env, env.run))
        finally:
            meter.depth -= cost

    return call
