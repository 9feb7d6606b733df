"""The closures of comparisons and of arithmetic on two operands."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

import operator
from collections.abc import Callable
from decimal import Decimal, DecimalException, DivisionByZero, InvalidOperation
from typing import Any

from engine.feel import operators
from engine.feel.evaluation import Env, Null, Run
from engine.feel.lookups import Code
from engine.feel.syntax import Where
from engine.feel.values import NUMBERS, Value, kind_of


def equality(left: Code, right: Code, where: Where, *, negated: bool) -> Code:
    scalars = frozenset({Decimal, str, bool})

    def equality(env: Env) -> Value:
        a = left(env)
        b = right(env)
        kind = type(a)
        if kind is type(b) and kind in scalars:
            return (a == b) is not negated
        same = operators.equal(a, b, env.run.spend)
        if same is None:
            return unordered(env.run, where, a, b)
        return same is not negated

    return equality


_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def ordering(sign: str, left: Code, right: Code, where: Where) -> Code:
    """The closure of one of `< <= > >=`."""
    compare = _SIGNS[sign]

    def ordered(env: Env) -> Value:
        a = left(env)
        b = right(env)
        kind = type(a)
        if kind is type(b) and (kind is Decimal or kind is str):
            return compare(a, b)
        found = operators.order(a, b)
        if found is None:
            return unordered(env.run, where, a, b)
        return compare(found, 0)

    return ordered


def unordered(run: Run, where: Where, left: Value, right: Value) -> None:
    return run.null(where, "{left} cannot be compared with {right}", left=kind_of(left), right=kind_of(right))


def _remark(run: Run, where: Where, reason: Exception) -> None:
    if isinstance(reason, Null):
        return run.remark(where, reason.sentence)
    if isinstance(reason, DivisionByZero | InvalidOperation) and "Division" in str(reason):
        return run.null(where, "division by zero")
    return run.null(where, "the calculation has no result as a number")


_FAST: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
    "/": NUMBERS.divide,
}


def arithmetic(sign: str, left: Code, right: Code, where: Where, constant: Value) -> Code:
    """The closure of one of `+ - * / **`; `constant` is the right side where it is a number known beforehand."""
    slow = operators.OPERATORS[sign]
    fast = _FAST.get(sign)
    if fast is None:

        def power(env: Env) -> Value:
            # Raising to a power is as dear as many additions.
            env.run.spend(20)
            try:
                return slow(left(env), right(env))
            except Null as reason:
                return env.run.remark(where, reason.sentence)

        return power
    if type(constant) is Decimal:

        def with_constant(env: Env) -> Value:
            a = left(env)
            try:
                return fast(a, constant) if type(a) is Decimal else slow(a, constant)
            except (Null, DecimalException) as reason:
                return _remark(env.run, where, reason)

        return with_constant

    def both(env: Env) -> Value:
        a = left(env)
        b = right(env)
        try:
            if type(a) is Decimal and type(b) is Decimal:
                return fast(a, b)
            value = slow(a, b)
        except (Null, DecimalException) as reason:
            return _remark(env.run, where, reason)
        if type(value) is str:
            env.run.check_string(len(value))
        return value

    return both
