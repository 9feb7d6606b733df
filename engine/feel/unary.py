"""Unary tests: the cells of decision tables, compiled to closures that take the tested value (DMN 1.5, 8.3.3 and 10.3.2.13)."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Callable
from decimal import Decimal

from engine.feel.compiler import Code, Compiler, Scope
from engine.feel.evaluation import Env
from engine.feel.operators import equal, in_range, includes, order
from engine.feel.syntax import (
    And,
    Between,
    Compare,
    In,
    InstanceOf,
    ListNode,
    Node,
    Or,
    Quantified,
    RangeNode,
    UnaryTests,
)
from engine.feel.values import Range, Value
from engine.feel.walk import free_names

Test = Callable[[Value, Env], "bool | None"]
_LOGICAL = (Compare, And, Or, Between, In, InstanceOf, Quantified)
_SCALARS = frozenset({Decimal, str, bool})


def compile_tests(compiler: Compiler, tests: UnaryTests, scope: Scope | None = None) -> Test:
    """The closure of a whole cell."""
    if not tests.tests:
        return lambda value, env: True
    codes = [compile_test(compiler, test, scope) for test in tests.tests]
    if tests.negated:
        return _negated(_any(codes))
    return _any(codes)


def _negated(test: Test) -> Test:
    def negated(value: Value, env: Env) -> bool | None:
        # Inside not(…) a test that cannot be answered does not hold.
        return test(value, env) is not True

    return negated


def _any(codes: list[Test]) -> Test:
    if len(codes) == 1:
        return codes[0]
    members = [getattr(code, "literal", None) for code in codes]
    if all(type(member) is str for member in members):
        wanted = frozenset(members)

        def one_of(value: Value, env: Env) -> bool | None:
            return value in wanted if type(value) is str else _unknown(value)

        return one_of

    def any_of(value: Value, env: Env) -> bool | None:
        unknown = False
        for code in codes:
            found = code(value, env)
            if found:
                return True
            unknown = unknown or found is None
        return None if unknown else False

    return any_of


def _unknown(value: Value) -> bool | None:
    return False if value is None else None


def compile_test(compiler: Compiler, node: Node, scope: Scope | None) -> Test:
    """The closure of one test."""
    if isinstance(node, RangeNode) and "?" not in free_names(node):
        return _range_test(compiler, node, scope)
    if isinstance(node, ListNode) and "?" not in free_names(node):
        items = _any([compile_test(compiler, item, scope) for item in node.items]) if node.items else None
        whole = compiler.compile(node, scope)

        def member(value: Value, env: Env) -> bool | None:
            if type(value) is list:
                same = equal(value, whole(env))
                if same:
                    return True
            return items(value, env) if items is not None else False

        return member
    if "?" in free_names(node):
        return _question(compiler.compile(node, Scope({"?"}, scope)))
    code = compiler.compile(node, scope)
    if code in compiler.constants:
        return _literal(compiler.constants[code])
    return _logical(code) if isinstance(node, _LOGICAL) else _value(code)


def _literal(wanted: Value) -> Test:
    kind = type(wanted)
    if kind in _SCALARS:

        def literal(value: Value, env: Env) -> bool | None:
            return value == wanted if type(value) is kind else equal(value, wanted)

        literal.literal = wanted  # type: ignore[attr-defined]
        return literal
    if wanted is None:
        return lambda value, env: value is None
    return lambda value, env: includes(value, wanted)


def _question(code: Code) -> Test:
    def question(value: Value, env: Env) -> bool | None:
        found = code(Env({"?": value}, env, env.run))
        if type(found) is bool:
            return found
        return None if found is None else includes(value, found)

    return question


def _logical(code: Code) -> Test:
    def logical(value: Value, env: Env) -> bool | None:
        found = code(env)
        if found is None:
            return True if value is None else None
        return found

    return logical


def _value(code: Code) -> Test:
    def by_value(value: Value, env: Env) -> bool | None:
        found = code(env)
        if found is True and type(value) is not bool:
            return True
        return includes(value, found)

    return by_value


_DECIDE: dict[str, Callable[[int], bool]] = {
    "<": lambda found: found < 0,
    "<=": lambda found: found <= 0,
    ">": lambda found: found > 0,
    ">=": lambda found: found >= 0,
}


def _inside(value: Value, interval: Range) -> bool | None:
    found = in_range(value, interval)
    return _unknown(value) if found is None else found


def _range_test(compiler: Compiler, node: RangeNode, scope: Scope | None) -> Test:
    code = compiler.compile(node, scope)
    sign = node.operator
    constant = compiler.constants.get(code)
    if isinstance(constant, Range):
        low, high = constant.low, constant.high
        if type(low) is Decimal and type(high) is Decimal and not sign:
            low_included, high_included = constant.low_included, constant.high_included

            def numbers(value: Value, env: Env) -> bool | None:
                if type(value) is not Decimal:
                    return _unknown(value)
                return (low < value or (low_included and low == value)) and (
                    value < high or (high_included and value == high)
                )

            return numbers
        if sign in _DECIDE:
            bound = high if sign.startswith("<") else low
            decide = _DECIDE[sign]

            def one_sided(value: Value, env: Env) -> bool | None:
                found = order(value, bound)
                return _unknown(value) if found is None else decide(found)

            return one_sided
        return lambda value, env: _inside(value, constant)

    def computed(value: Value, env: Env) -> bool | None:
        interval = code(env)
        # In a range that is none (`[6..4]`, or ends of two kinds) there is nothing.
        return _inside(value, interval) if type(interval) is Range else False

    return computed
