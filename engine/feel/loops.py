"""The closures of filters, `for`, `some` and `every`: whatever visits the items of a list."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Callable
from collections.abc import Iterator as Iterating
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.feel.evaluation import Env, Run
from engine.feel.operators import includes
from engine.feel.syntax import (
    And,
    Arithmetic,
    Between,
    Call,
    Compare,
    Filter,
    For,
    FunctionDefinition,
    In,
    InstanceOf,
    Iterator,
    Name,
    Negate,
    Node,
    Or,
    Quantified,
    RangeNode,
    Where,
    is_number,
)
from engine.feel.temporal import FarDate, day_number, from_day_number
from engine.feel.values import NUMBERS, Range, Value, kind_of
from engine.feel.walk import children, holds, measure

if TYPE_CHECKING:
    from engine.feel.compiler import Code, Compiler, Scope

_BOOLEAN = (Compare, And, Or, Between, In, InstanceOf, Quantified)
_NOTHING: dict[str, Value] = {}


def _scope(names: set[str], parent: "Scope | None", *, is_filter: bool = False) -> "Scope":
    from engine.feel.compiler import Scope

    return Scope(names, parent, is_filter=is_filter)


def filter_code(compiler: "Compiler", node: Filter, scope: "Scope | None") -> "Code":
    """`source[condition]`: one item by its number, or the items for which the condition holds (10.3.2.5)."""
    source, where = compiler.compile(node.source, scope), node.where
    if is_number(node.condition) or isinstance(node.condition, Arithmetic | Negate):
        index = compiler.compile(node.condition, scope)

        def indexed(env: Env) -> Value:
            items = source(env)
            return pick(env.run, where, items if type(items) is list else _as_list(items), index(env))

        return indexed
    condition = compiler.compile(node.condition, _scope(set(), scope, is_filter=True))
    outside = compiler.compile(node.condition, scope)
    weight = measure(node.condition)[0]
    is_boolean = isinstance(node.condition, _BOOLEAN)
    is_range = isinstance(node.condition, RangeNode)
    keeps_scope = holds(node.condition, FunctionDefinition)

    def filtered(env: Env) -> Value:
        items = source(env)
        if type(items) is not list:
            if items is None:
                return None
            items = [items]
        run = env.run
        run.spend(weight * len(items) + 1)
        if is_boolean and not keeps_scope:
            inside = Env(_NOTHING, env, run)
            chosen: list[Value] = []
            for item in items:
                inside.vars = item if type(item) is dict else _NOTHING
                inside.item = item
                if condition(inside) is True:
                    chosen.append(item)
            return chosen
        if not items:
            return _of_nothing(run, where, outside(env))
        kept: list[Value] = []
        for item in items:
            found = condition(Env(item if type(item) is dict else _NOTHING, env, run, item))
            if found is True:
                kept.append(item)
            elif type(found) is Range and (is_range or includes(item, found) is not None):
                if includes(item, found):
                    kept.append(item)
            elif type(found) is not bool and found is not None:
                if type(found) is Decimal:
                    return pick(run, where, items, found)
                return run.null(
                    where, "expected a number or a condition in the filter, but found {kind}", kind=kind_of(found)
                )
        return kept

    return filtered


def _of_nothing(run: Run, where: Where, condition: Value) -> Value:
    return pick(run, where, [], condition) if type(condition) is Decimal else []


def _as_list(value: Value) -> list[Value]:
    return [] if value is None else [value]


def pick(run: Run, where: Where, items: list[Value], index: Value) -> Value:
    """The item of that number, from 1, or from -1 backwards; null with a remark beyond the ends."""
    if type(index) is not Decimal:
        return run.null(where, "expected a number or a condition in the filter, but found {kind}", kind=kind_of(index))
    if index != index.to_integral_value() or index == 0 or abs(index) > len(items):
        return run.null(
            where, "the list has {count} items, none has the number {number}", count=len(items), number=index
        )
    at = int(index)
    return items[at - 1] if at > 0 else items[at]


# --- iteration ---


def for_code(compiler: "Compiler", node: For, scope: "Scope | None") -> "Code":
    """`for … return …`; `partial` is the list so far (10.3.2.14)."""
    inner, sources = _iterators(compiler, node.iterators, _scope({"partial"}, scope))
    result, weight = compiler.compile(node.result, inner), measure(node.result)[0]
    keeps_scope = holds(node.result, FunctionDefinition) or any(
        holds(part, FunctionDefinition) for iterator in node.iterators for part in (iterator.source,)
    )
    copies = _keeps(node.result, "partial")
    name = node.iterators[0].name
    single = sources[0] if len(sources) == 1 else None

    def for_(env: Env) -> Value:
        run = env.run
        found: list[Value] = []
        outer = Env({"partial": found}, env, run)
        append = found.append
        if single is not None and not keeps_scope:
            items = single(outer)
            if items is None:
                return None
            run.spend(weight * len(items))
            inside = Env({}, outer, run)
            own = inside.vars
            shared = outer.vars
            for item in items:
                own[name] = item
                if copies:
                    run.check_list(len(found))
                    shared["partial"] = found[:]
                append(result(inside))
        else:
            for inside in _visits(sources, names, outer, run, fresh=keeps_scope):
                if inside is None:
                    return None
                run.spend(weight)
                if copies:
                    run.check_list(len(found))
                    outer.vars["partial"] = found[:]
                append(result(inside))
                if len(found) > run.meter.budget.list:
                    run.check_list(len(found))
        run.check_list(len(found))
        return found

    names = [iterator.name for iterator in node.iterators]
    return for_


_READERS = frozenset(
    {"count", "sum", "min", "max", "mean", "list contains", "product", "median", "is empty", "all", "any"}
)


def _keeps(node: Node, name: str) -> bool:
    """Whether the value of that name may become part of the result, so that it has to be copied before it grows."""
    waiting: list[Node] = [node]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Name):
            if found.name == name:
                return True
        elif isinstance(found, Filter) and isinstance(found.source, Name):
            waiting.append(found.condition)
        elif isinstance(found, Call) and isinstance(found.function, Name) and found.function.name in _READERS:
            waiting += [part for part in found.arguments if not isinstance(part, Name)]
        else:
            waiting += children(found)
    return False


def quantified_code(compiler: "Compiler", node: Quantified, scope: "Scope | None") -> "Code":
    """`some`/`every … satisfies`; null beside no decisive item leaves the answer null (10.3.2.16)."""
    inner, sources = _iterators(compiler, node.iterators, scope)
    condition, weight = compiler.compile(node.condition, inner), measure(node.condition)[0]
    decisive = node.quantifier == "some"
    names = [iterator.name for iterator in node.iterators]

    def quantified(env: Env) -> Value:
        run = env.run
        unknown = False
        for inside in _visits(sources, names, env, run, fresh=False):
            if inside is None:
                return None
            run.spend(weight)
            found = condition(inside)
            if found is decisive:
                return decisive
            unknown = unknown or type(found) is not bool
        return None if unknown else not decisive

    return quantified


Source = Callable[[Env], "list[Value] | range | None"]


def _iterators(
    compiler: "Compiler", iterators: tuple[Iterator, ...], scope: "Scope | None"
) -> tuple["Scope", list[Source]]:
    sources: list[Source] = []
    inner = scope
    for iterator in iterators:
        sources.append(_source(compiler, iterator, inner))
        inner = _scope({iterator.name}, inner)
    assert inner is not None, "the grammar asks for at least one iterator"
    return inner, sources


def _visits(
    sources: list[Source], names: list[str], env: Env, run: Run, *, fresh: bool, at: int = 0
) -> Iterating[Env | None]:
    """The scopes of all combinations; None once when a source is no list."""
    items = sources[at](env)
    if items is None:
        yield None
        return
    name, is_last = names[at], at == len(names) - 1
    inside = Env({}, env, run)
    for item in items:
        run.spend(1)
        if fresh:
            inside = Env({name: item}, env, run)
        else:
            inside.vars[name] = item
        if is_last:
            yield inside
        else:
            yield from _visits(sources, names, inside, run, fresh=fresh, at=at + 1)


def _source(compiler: "Compiler", iterator: Iterator, scope: "Scope | None") -> Source:
    source, where = compiler.compile(iterator.source, scope), iterator.where
    if iterator.last is not None:
        last = compiler.compile(iterator.last, scope)

        def stretch(env: Env) -> list[Value] | None:
            return _stretch(env.run, where, source(env), last(env))

        return stretch

    def items(env: Env) -> list[Value] | None:
        found = source(env)
        if type(found) is list:
            return found
        if type(found) is Range and not found.operator:
            return _range_items(env.run, where, found)
        return env.run.null(where, "expected a list after in, but found {kind}", kind=kind_of(found))

    return items


def _range_items(run: Run, where: Where, found: Range) -> list[Value] | None:
    items = _stretch(run, where, found.low, found.high)
    if items is None:
        return None
    if not found.low_included:
        items = items[1:]
    return items if found.high_included else items[:-1]


def _stretch(run: Run, where: Where, first: Value, last: Value) -> list[Value] | None:
    """Whole numbers or days from one to the other, also downwards."""
    if type(first) is Decimal and type(last) is Decimal:
        span = NUMBERS.abs(NUMBERS.subtract(last, first))
        if first == first.to_integral_value() and last == last.to_integral_value():
            run.check_list(_counted(run, span))
            step = 1 if last >= first else -1
            return [Decimal(number) for number in range(int(first), int(last) + step, step)]
    elif isinstance(first, date | FarDate) and kind_of(first) == "date" == kind_of(last):
        start, end = day_number(first), day_number(last)
        run.check_list(abs(end - start) + 1)
        step = 1 if end >= start else -1
        return [from_day_number(number) for number in range(start, end + step, step)]
    return run.null(
        where,
        "expected two whole numbers or two dates around .., but found {first} and {last}",
        first=kind_of(first),
        last=kind_of(last),
    )


def _counted(run: Run, span: Decimal) -> int:
    return run.meter.budget.list + 1 if span > run.meter.budget.list else int(span) + 1
