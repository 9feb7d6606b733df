"""How names and paths find their values: fixed scopes, the outermost scope, entries and properties."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel import calls, operators
from engine.feel.evaluation import Env, Null, Run
from engine.feel.syntax import Where
from engine.feel.values import PLAIN, Value, adopt

Code = Callable[[Env], Value]
MISSING: Any = object()


def fixed(name: str, hops: int) -> Code:
    if hops == 0:
        return lambda env: env.vars[name]
    if hops == 1:
        return lambda env: env.parent.vars[name]  # pyright: ignore[reportOptionalMemberAccess]
    if hops == 2:
        return lambda env: env.parent.parent.vars[name]  # pyright: ignore[reportOptionalMemberAccess]

    def fixed(env: Env) -> Value:
        scoped: Any = env
        for _ in range(hops):
            scoped = scoped.parent
        return scoped.vars[name]

    return fixed


def outermost(name: str, where: Where) -> Code:
    def outermost(env: Env) -> Value:
        run = env.run
        value = run.variables.get(name, MISSING)
        if type(value) in PLAIN:
            if type(value) is Decimal and not value.is_finite():
                return None
            return value
        if value is MISSING:
            return calls.function_value(run, name, where)
        kind = type(value)
        if kind is int:
            return adopt(value)
        known = run.adopted.get(name, MISSING)
        if known is MISSING:
            known = run.adopted[name] = adopt(value)
        return known

    return outermost


def of_item(name: str, outer: Code) -> Code:
    """A name directly inside a filter: an entry of the item, `item` itself, or whatever it is outside."""
    if name == "item":

        def item(env: Env) -> Value:
            return env.vars.get("item", env.item)

        return item

    def entry_of_item(env: Env) -> Value:
        own = env.vars
        return own[name] if name in own else outer(env)

    return entry_of_item


def property(run: Run, value: Value, name: str, where: Where) -> Value:
    kind = type(value)
    if kind is list:
        run.spend(len(value))
        return [entry(run, item, name, where) for item in value]
    return entry(run, value, name, where)


def entry(run: Run, value: Value, name: str, where: Where) -> Value:
    if type(value) is dict:
        found = value.get(name, MISSING)
        if found is MISSING:
            return run.null(where, "the context has no entry {name}", name=name)
        return found
    if type(value) is list:
        return property(run, value, name, where)
    try:
        return operators.get_property(value, name)
    except Null as reason:
        return run.remark(where, reason.sentence)
