"""Expressions as callers hold them: parsed once, cached, evaluated as often as wanted."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from engine.feel import library
from engine.feel.compiler import Code, Compiler
from engine.feel.evaluation import (
    DEFAULT_BUDGET,
    Budget,
    BudgetExceeded,
    Env,
    Evaluation,
    FeelWarning,
    Meter,
    Run,
)
from engine.feel.parser import DEEPEST_TREE, Parser
from engine.feel.syntax import Call, FeelSyntaxError, Literal, Name, Node, RangeNode, UnaryTests
from engine.feel.types import Type
from engine.feel.unary import Test, compile_tests
from engine.feel.values import FeelFunction, Range, Value, adopt
from engine.feel.walk import free_names, measure

# Longer texts are not kept once they are read.
_CACHED = 2_000
NOTHING: Mapping[str, Any] = {}
BUILTINS = library.BUILTINS
"""The functions of the language, by name."""

Functions = Mapping[str, FeelFunction]


class Expression:
    """A parsed expression. `text` is its source, `node` its syntax, `variables` the names it takes from outside."""

    __slots__ = ("_code", "computed", "node", "text", "types", "variables")

    def __init__(self, text: str, node: Node, types: Mapping[str, Type] | None = None) -> None:
        self.text = text
        self.node = node
        self.types = types
        self.variables = free_names(node)
        self.computed: frozenset[str] = frozenset()
        self._code: Code | None = None

    @property
    def code(self) -> Code:
        """The closure, compiled when first wanted."""
        if self._code is None:
            compiler = Compiler(self.types)
            self._code = self._compiled(compiler)
            self.computed = frozenset(compiler.computed)
        return self._code

    def code_for(self, variables: Mapping[str, Any]) -> Code:
        """The closure for a context; another one where a variable hides a built-in that was computed beforehand."""
        code = self.code
        if self.computed and not self.computed.isdisjoint(variables):
            return self._compiled(Compiler(self.types, hidden=self.computed))
        return code

    def _compiled(self, compiler: Compiler) -> Code:
        try:
            return compiler.compile(self.node)
        except RecursionError:
            raise too_deep(self.text) from None

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


class Tests:
    """The parsed cell of a decision table. `variables` are the names it takes from outside, `?` left out."""

    __slots__ = ("_test", "node", "text", "types", "variables")

    def __init__(self, text: str, node: UnaryTests, types: Mapping[str, Type] | None = None) -> None:
        self.text = text
        self.node = node
        self.types = types
        self.variables = free_names(node) - {"?"}
        self._test: Test | None = None

    @property
    def test(self) -> Test:
        """The closure, compiled when first wanted."""
        if self._test is None:
            try:
                self._test = compile_tests(Compiler(self.types), self.node)
            except RecursionError:
                raise too_deep(self.text) from None
        return self._test

    def __repr__(self) -> str:
        return f"Tests({self.text!r})"


def too_deep(text: str) -> FeelSyntaxError:
    """The finding that an expression nests too deeply."""
    return FeelSyntaxError("the expression is nested more than {allowed} levels deep", text, 0, allowed=DEEPEST_TREE)


def parse(text: str, *, names: Iterable[str] = ()) -> Expression:
    """Read an expression; FeelSyntaxError points at the character that does not fit.

    `names` are the names that may occur in it and that a reader could not know to be one: variables and functions with
    operators or keywords inside (`a-b`, `working days between`). Names made of several plain words need not be told.
    """
    known = special(names)
    return _parsed(text, known) if len(text) <= _CACHED else Expression(text, parse_node(text, known))


def parse_unary_tests(text: str, *, names: Iterable[str] = ()) -> Tests:
    """Read the cell of a decision table: `-`, `< 5`, `"a", "b"`, `not([1..3])`; FeelSyntaxError as for `parse`."""
    known = special(names)
    return _parsed_tests(text, known) if len(text) <= _CACHED else Tests(text, parse_tests_node(text, known))


def special(names: Iterable[str]) -> frozenset[str]:
    """The names of more than one token, which decide how a text is read."""
    return frozenset(name for name in names if not name.isalnum())


@lru_cache(maxsize=2048)
def _parsed(text: str, names: frozenset[str]) -> Expression:
    return Expression(text, parse_node(text, names))


@lru_cache(maxsize=2048)
def _parsed_tests(text: str, names: frozenset[str]) -> Tests:
    return Tests(text, parse_tests_node(text, names))


def parse_node(text: str, names: Iterable[str] = ()) -> Node:
    """The syntax of an expression."""
    try:
        node = Parser(text, names).whole_expression()
    except RecursionError:
        raise too_deep(text) from None
    return _shallow(text, node)


def parse_tests_node(text: str, names: Iterable[str] = ()) -> UnaryTests:
    """The syntax of a cell."""
    try:
        node = Parser(text, names).whole_unary_tests()
    except RecursionError:
        raise too_deep(text) from None
    _shallow(text, node)
    return node


def _shallow(text: str, node: Node) -> Node:
    if measure(node)[1] > DEEPEST_TREE:
        raise too_deep(text)
    return node


def evaluate(
    expression: Expression | str,
    context: Mapping[str, Any] | None = None,
    *,
    functions: Functions | None = None,
    now: datetime | None = None,
    budget: Budget = DEFAULT_BUDGET,
) -> Value:
    """The value of an expression in a context; null where the standard says so.

    `context` maps names to plain values or FEEL values; it is neither changed nor copied. `functions` are lent to the
    expression by name. `now` is an aware moment for `now()` and `today()`. BudgetExceeded when it needs too much.
    """
    if isinstance(expression, str):
        expression = _for_context(expression, context or NOTHING, functions)
    run = Run(context or NOTHING, functions=functions, now=now, meter=Meter(budget))
    return run_code(expression.code_for(run.variables), run)


def evaluate_with_warnings(
    expression: Expression | str,
    context: Mapping[str, Any] | None = None,
    *,
    functions: Functions | None = None,
    now: datetime | None = None,
    budget: Budget = DEFAULT_BUDGET,
) -> Evaluation:
    """The value, why parts of it became null, and the steps used."""
    if isinstance(expression, str):
        expression = _for_context(expression, context or NOTHING, functions)
    warnings: list[FeelWarning] = []
    run = Run(context or NOTHING, functions=functions, now=now, meter=Meter(budget), warnings=warnings)
    value = run_code(expression.code_for(run.variables), run)
    return Evaluation(value, warnings, run.meter.steps)


def unary_test(
    tests: Tests | str,
    value: Any,
    context: Mapping[str, Any] | None = None,
    *,
    functions: Functions | None = None,
    now: datetime | None = None,
    budget: Budget = DEFAULT_BUDGET,
) -> bool | None:
    """Whether a value passes the test; None when they cannot be compared."""
    if isinstance(tests, str):
        names: set[str] = set(context or ()) | set(functions or ())
        tests = parse_unary_tests(tests, names=names)
    run = Run(context or NOTHING, functions=functions, now=now, meter=Meter(budget))
    try:
        return tests.test(adopt(value), Env({}, None, run))
    except RecursionError:
        raise BudgetExceeded("depth", run.meter.budget.depth) from None


def run_code(code: Code, run: Run) -> Value:
    """Run a closure in the outermost scope; the backstop for recursion that the depth limit did not foresee."""
    try:
        return code(Env({}, None, run))
    except RecursionError:
        raise BudgetExceeded("depth", run.meter.budget.depth) from None


def _for_context(text: str, context: Mapping[str, Any], functions: Functions | None) -> Expression:
    names: set[str] = set()
    _special_keys(context, names, 0)
    if functions:
        names.update(functions)
    return parse(text, names=names)


def _special_keys(context: Mapping[str, Any], found: set[str], depth: int) -> None:
    for key, value in context.items():
        if not key.isidentifier():
            found.add(key)
        if depth < 3:
            if isinstance(value, dict):
                _special_keys(value, found, depth + 1)
            elif isinstance(value, list) and value and isinstance(value[0], dict):
                _special_keys(value[0], found, depth + 1)


def range_from_text(text: str) -> Range | None:
    """The range that a text writes with literal ends, or None."""
    try:
        node = parse_node(text)
    except FeelSyntaxError:
        return None
    if not isinstance(node, RangeNode) or node.operator:
        return None
    if not all(_is_literal(end) for end in (node.low, node.high)):
        return None
    value = evaluate(Expression(text, node))
    return value if isinstance(value, Range) else None


def _is_literal(node: Node | None) -> bool:
    """A value written down: a literal but null, or `date("…")` and its like."""
    if isinstance(node, Literal):
        return node.value is not None
    if not isinstance(node, Call) or not isinstance(node.function, Name) or len(node.arguments) != 1:
        return False
    return node.function.name in ("date", "time", "date and time", "duration") and isinstance(
        node.arguments[0], Literal
    )
