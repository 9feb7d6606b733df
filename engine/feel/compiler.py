"""FEEL syntax turned into closures: each takes the scope and returns the value. Nothing here reaches `eval` or `exec`."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.errors import Problem
from engine.feel import calls, comparing, lookups, loops, operators
from engine.feel.evaluation import Budget, Env, Meter, Null, Run
from engine.feel.lookups import MISSING, Code
from engine.feel.syntax import (
    And,
    Arithmetic,
    BadLiteral,
    Between,
    Call,
    Compare,
    ContextNode,
    Filter,
    For,
    FunctionDefinition,
    If,
    In,
    InstanceOf,
    ListNode,
    Literal,
    Name,
    Negate,
    Node,
    Or,
    Path,
    Quantified,
    RangeNode,
    Where,
)
from engine.feel.types import Type, resolve
from engine.feel.values import PLAIN, Range, Value, adopt, kind_of

# What is computed beforehand must be cheap: an expression has many parts.
_FOLDING = Budget(steps=500, string=1_000, list=100)


class Scope:
    """Names known while compiling: fixed ones, or (`is_filter`) those that an item of a filtered list will have."""

    __slots__ = ("is_filter", "names", "parent")

    def __init__(self, names: set[str], parent: "Scope | None", *, is_filter: bool = False) -> None:
        self.names = names
        self.parent = parent
        self.is_filter = is_filter

    def find(self, name: str) -> tuple[int | None, tuple[int, ...]]:
        """How many scopes out the name is fixed (None: outermost), and which filters lie on the way."""
        filters: list[int] = []
        scope: Scope | None = self
        hops = 0
        while scope is not None:
            if scope.is_filter:
                filters.append(hops)
            elif name in scope.names:
                return hops, tuple(filters)
            scope = scope.parent
            hops += 1
        return None, tuple(filters)


class Compiler:
    """Compiles the nodes of one expression.

    `types` are the caller's named types (item definitions). Calls of built-ins with constant arguments are computed now, their
    names kept in `computed`; not so for built-ins named in `hidden`, because variables of these names take their place.
    """

    def __init__(self, types: Mapping[str, Type] | None = None, hidden: frozenset[str] = frozenset()) -> None:
        self.types = types or {}
        self.hidden = hidden
        self.computed: set[str] = set()
        self.constants: dict[Code, Value] = {}

    def compile(self, node: Node, scope: Scope | None = None) -> Code:
        """The closure of a node inside a scope."""
        return _COMPILERS[type(node)](self, node, scope)

    # --- constants ---

    def constant(self, value: Value) -> Code:
        def constant(env: Env) -> Value:
            return value

        self.constants[constant] = value
        return constant

    def folded(self, code: Code, *parts: Code) -> Code:
        """The constant that `code` computes when all its parts are constants and it makes no remark."""
        if not all(part in self.constants for part in parts):
            return code
        run = Run({}, meter=Meter(_FOLDING), warnings=[])
        try:
            value = code(Env({}, None, run))
        except (Null, Problem, RecursionError):
            return code
        if run.warnings or type(value) not in PLAIN:
            return code
        return self.constant(value)

    def literal(self, node: Literal, scope: Scope | None) -> Code:
        return self.constant(node.value)

    def bad_literal(self, node: BadLiteral, scope: Scope | None) -> Code:
        where, text = node.where, node.text

        def bad_literal(env: Env) -> Value:
            return env.run.null(
                where, 'expected a date, time, date and time or duration, but found "{text}"', text=text
            )

        return bad_literal

    # --- names and paths ---

    def name(self, node: Name, scope: Scope | None) -> Code:
        name, where = node.name, node.where
        hops, filters = scope.find(name) if scope is not None else (None, ())
        outer = lookups.outermost(name, where) if hops is None else lookups.fixed(name, hops)
        if not filters:
            return outer
        if filters == (0,):
            return lookups.of_item(name, outer)

        def filtered(env: Env) -> Value:
            at = 0
            scoped: Env | None = env
            for wanted in filters:
                while at < wanted and scoped is not None:
                    scoped = scoped.parent
                    at += 1
                if scoped is None:
                    break
                found = scoped.vars.get(name, MISSING)
                if found is not MISSING:
                    return found
                if name == "item":
                    return scoped.item
            return outer(env)

        return filtered

    def path(self, node: Path, scope: Scope | None) -> Code:
        name, where = node.name, node.where
        # Only what comes straight from the caller may hold values that are not FEEL's yet.
        is_raw = self.is_raw(node.source, scope)
        source = self.raw(node.source, scope) if is_raw else self.compile(node.source, scope)

        def path(env: Env) -> Value:
            value = source(env)
            if type(value) is dict:
                found = value.get(name, MISSING)
                if found is MISSING:
                    return env.run.null(where, "the context has no entry {name}", name=name)
                return adopt(found) if is_raw and type(found) not in PLAIN else found
            return lookups.property(env.run, value, name, where)

        return self.folded(path, source)

    def is_raw(self, node: Node, scope: Scope | None) -> bool:
        """Whether a path begins in the outermost scope."""
        while isinstance(node, Path):
            node = node.source
        return isinstance(node, Name) and (scope is None or scope.find(node.name) == (None, ()))

    def raw(self, node: Node, scope: Scope | None) -> Code:
        """The closure of the source of a path, which may leave a caller's context unconverted."""
        if isinstance(node, Name) and (scope is None or scope.find(node.name) == (None, ())):
            name, adopted = node.name, self.name(node, scope)

            def raw(env: Env) -> Value:
                value = env.run.variables.get(name)
                return value if type(value) is dict else adopted(env)

            return raw
        if isinstance(node, Path):
            step, where = node.name, node.where
            source = self.raw(node.source, scope)

            def raw_path(env: Env) -> Value:
                value = source(env)
                if type(value) is dict:
                    found = value.get(step, MISSING)
                    if found is MISSING:
                        return env.run.null(where, "the context has no entry {name}", name=step)
                    kind = type(found)
                    return found if kind in PLAIN or kind is dict else adopt(found)
                return lookups.property(env.run, value, step, where)

            return raw_path
        return self.compile(node, scope)

    # --- arithmetic ---

    def arithmetic(self, node: Arithmetic, scope: Scope | None) -> Code:
        code = self.compile(node.first, scope)
        if len(node.rest) > 8:
            return self.long_arithmetic(node, code, scope)
        for sign, operand in node.rest:
            right = self.compile(operand, scope)
            code = self.folded(
                comparing.arithmetic(sign, code, right, node.where, self.constants.get(right)), code, right
            )
        return code

    def long_arithmetic(self, node: Arithmetic, first: Code, scope: Scope | None) -> Code:
        # A loop instead of nested closures, so that a sum of a thousand terms needs no deep stack.
        rest = [(operators.OPERATORS[sign], self.compile(operand, scope)) for sign, operand in node.rest]
        where = node.where

        def long_arithmetic(env: Env) -> Value:
            value = first(env)
            try:
                for apply, operand in rest:
                    value = apply(value, operand(env))
                    if type(value) is str:
                        env.run.check_string(len(value))
            except Null as reason:
                return env.run.remark(where, reason.sentence)
            return value

        return long_arithmetic

    def negate(self, node: Negate, scope: Scope | None) -> Code:
        operand, where = self.compile(node.operand, scope), node.where

        def negate(env: Env) -> Value:
            try:
                return operators.negate(operand(env))
            except Null as reason:
                return env.run.remark(where, reason.sentence)

        return self.folded(negate, operand)

    # --- comparisons and logic ---

    def compare(self, node: Compare, scope: Scope | None) -> Code:
        left, right = self.compile(node.left, scope), self.compile(node.right, scope)
        sign, where = node.operator, node.where
        if sign in ("=", "!="):
            return self.folded(comparing.equality(left, right, where, negated=sign == "!="), left, right)
        return self.folded(comparing.ordering(sign, left, right, where), left, right)

    def between(self, node: Between, scope: Scope | None) -> Code:
        value, low, high = (self.compile(part, scope) for part in (node.value, node.low, node.high))
        where = node.where

        def between(env: Env) -> Value:
            found, first, last = value(env), low(env), high(env)
            after, before = operators.order(found, first), operators.order(found, last)
            if after is None or before is None:
                return comparing.unordered(env.run, where, found, first if after is None else last)
            return after >= 0 and before <= 0

        return self.folded(between, value, low, high)

    def contains(self, node: In, scope: Scope | None) -> Code:
        value = self.compile(node.value, scope)
        tests = [self.compile(test, scope) for test in node.tests]
        where = node.where
        single = tests[0] if len(tests) == 1 else None

        def contains(env: Env) -> Value:
            found = value(env)
            if single is not None:
                test = single(env)
                inside = operators.includes(found, test, env.run.spend)
                if inside is None:
                    return env.run.null(
                        where, "cannot tell whether {value} is in {test}", value=kind_of(found), test=kind_of(test)
                    )
                return inside
            return any(operators.includes(found, code(env), env.run.spend) for code in tests)

        return contains

    def conjunction(self, node: And, scope: Scope | None) -> Code:
        return self.logic(node.operands, node.where, scope, decisive=False)

    def disjunction(self, node: Or, scope: Scope | None) -> Code:
        return self.logic(node.operands, node.where, scope, decisive=True)

    def logic(self, nodes: Sequence[Node], where: Where, scope: Scope | None, *, decisive: bool) -> Code:
        operands = [self.compile(operand, scope) for operand in nodes]

        def unknown(env: Env, value: Value) -> Value:
            word = "or" if decisive else "and"
            return env.run.null(
                where, "expected true or false beside {word}, but found {kind}", word=word, kind=kind_of(value)
            )

        if len(operands) == 2:
            first, second = operands

            def two(env: Env) -> Value:
                a = first(env)
                if a is decisive:
                    return decisive
                b = second(env)
                if b is decisive:
                    return decisive
                if type(a) is bool and type(b) is bool:
                    return not decisive
                return unknown(env, b if type(a) is bool else a)

            return two

        def several(env: Env) -> Value:
            odd: Value = MISSING
            for code in operands:
                value = code(env)
                if value is decisive:
                    return decisive
                if type(value) is not bool:
                    odd = value
            return (not decisive) if odd is MISSING else unknown(env, odd)

        return several

    def choice(self, node: If, scope: Scope | None) -> Code:
        condition = self.compile(node.condition, scope)
        then, otherwise = self.compile(node.then, scope), self.compile(node.otherwise, scope)
        where = node.condition.where

        def choice(env: Env) -> Value:
            decided = condition(env)
            if decided is True:
                return then(env)
            if decided is not False and decided is not None:
                env.run.null(where, "expected true or false after if, but found {kind}", kind=kind_of(decided))
            return otherwise(env)

        return choice

    def instance_of(self, node: InstanceOf, scope: Scope | None) -> Code:
        value, wanted, where = self.compile(node.value, scope), resolve(node.type, self.types), node.where
        if wanted is None:
            name = node.type.name

            def unknown(env: Env) -> Value:
                return env.run.null(where, "the type {name} is not known", name=name)

            return unknown
        if wanted.name == "null":
            return lambda env: value(env) is None
        accepts = (wanted.shape or wanted).accepts

        def instance_of(env: Env) -> Value:
            found = value(env)
            if type(found) is list or type(found) is dict:
                env.run.weigh(found)
            return found is not None and accepts(found)

        return instance_of

    # --- collections ---

    def list(self, node: ListNode, scope: Scope | None) -> Code:
        items = tuple(self.compile(item, scope) for item in node.items)
        if len(items) > 64:

            def long_list(env: Env) -> Value:
                env.run.check_list(len(items))
                return [item(env) for item in items]

            return long_list
        return lambda env: [item(env) for item in items]

    def context(self, node: ContextNode, scope: Scope | None) -> Code:
        inner = Scope(set(), scope)
        entries: list[tuple[str, Code]] = []
        where = node.where
        for key, entry in node.entries:
            if any(key == known for known, _ in entries):
                return lambda env: env.run.null(where, "the context has two entries {name}", name=key)
            entries.append((key, self.compile(entry, inner)))
            inner.names.add(key)

        def context(env: Env) -> Value:
            found: dict[str, Value] = {}
            inside = Env(found, env, env.run)
            for key, code in entries:
                found[key] = code(inside)
            return found

        return context

    def range(self, node: RangeNode, scope: Scope | None) -> Code:
        low = self.compile(node.low, scope) if node.low is not None else self.constant(None)
        high = self.compile(node.high, scope) if node.high is not None else self.constant(None)
        low_included, high_included, sign, where = node.low_included, node.high_included, node.operator, node.where

        def range_(env: Env) -> Value:
            first, last = low(env), high(env)
            if not sign and first is not None and last is not None:
                found = operators.order(first, last)
                if found is None:
                    return comparing.unordered(env.run, where, first, last)
                if found > 0:
                    return env.run.null(where, "the range ends before it begins")
            return Range(first, last, low_included, high_included, sign)

        return self.folded(range_, low, high)


_COMPILERS: dict[type[Node], Callable[[Compiler, Any, Scope | None], Code]] = {
    Literal: Compiler.literal,
    BadLiteral: Compiler.bad_literal,
    Name: Compiler.name,
    Path: Compiler.path,
    Arithmetic: Compiler.arithmetic,
    Negate: Compiler.negate,
    Compare: Compiler.compare,
    Between: Compiler.between,
    In: Compiler.contains,
    And: Compiler.conjunction,
    Or: Compiler.disjunction,
    If: Compiler.choice,
    InstanceOf: Compiler.instance_of,
    ListNode: Compiler.list,
    ContextNode: Compiler.context,
    RangeNode: Compiler.range,
    Filter: loops.filter_code,
    For: loops.for_code,
    Quantified: loops.quantified_code,
    Call: calls.call_code,
    FunctionDefinition: calls.definition_code,
}
