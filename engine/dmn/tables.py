"""Decision tables as closures: every hit policy, aggregation and default of DMN 1.5, chapter 8.

The tests of a column that are written alike are asked once; which rules they admit is a bit mask, and the matching rules are the
bits left after all columns.
"""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from engine.dmn.model import Table
from engine.dmn.types import Types, fit, limited
from engine.errors import Sentence
from engine.feel.compiler import Code, Compiler, Scope
from engine.feel.evaluation import Env, Null
from engine.feel.operators import add, equal, order
from engine.feel.text import shortened
from engine.feel.types import ANY_TYPE, Type
from engine.feel.unary import Test, compile_tests
from engine.feel.values import Value

_NO_WHERE = (0, 0)


class TableProgram:
    """One compiled table."""

    def __init__(self, table: Table, compiler: Compiler, types: Types, scope: Scope | None) -> None:
        self.table = table
        self.columns = [ColumnProgram(table, index, compiler, types, scope) for index in range(len(table.columns))]
        self.all_rules = (1 << len(table.rules)) - 1
        self.output_types = [types.of(output.type_ref) for output in table.outputs]
        self.results: list[list[Code | None]] = [
            [compiler.compile(cell.node, scope) if cell.node is not None else None for cell in rule.outputs]
            for rule in table.rules
        ]
        self.defaults: list[Code | None] = [
            compiler.compile(output.default.node, scope)
            if output.default is not None and output.default.node is not None
            else None
            for output in table.outputs
        ]
        # Priorities are compiled in the table's own scope, as they may name constants of the model.
        self.priorities: list[list[Code] | None] = [
            [compiler.compile(test, scope) for test in output.values.tests] if output.values is not None else None
            for output in table.outputs
        ]
        self.allowed_outputs = [
            limited(output.values) if output.values is not None else None for output in table.outputs
        ]
        self.is_single = len(table.outputs) == 1
        self.names = [output.name or f"output{number}" for number, output in enumerate(table.outputs, 1)]

    def __call__(self, env: Env) -> Value:
        run = env.run
        run.spend(len(self.table.rules) + 1)
        values = [column.value(env) for column in self.columns]
        hits = self.all_rules
        for column, value in zip(self.columns, values, strict=True):
            if not hits:
                break
            hits &= column.admitted(value, env)
        matched: list[int] = []
        if self.table.hit_policy == "FIRST":
            if hits:
                matched.append((hits & -hits).bit_length() - 1)
        else:
            while hits:
                lowest = hits & -hits
                matched.append(lowest.bit_length() - 1)
                hits ^= lowest
        if run.trace is None:
            return self.answer(matched, env)
        entry: dict[str, Any] = {"table": self.table, "program": self, "values": values, "matched": matched, "env": env}
        place = len(run.trace)
        run.trace.append(entry)
        entry["value"] = self.answer(matched, env, entry)
        entry["inner"] = run.trace[place + 1 :]
        return entry["value"]

    # --- outputs ---

    def result(self, number: int, env: Env) -> list[Value]:
        """The output values of a rule."""
        found: list[Value] = []
        for code, wanted, name in zip(self.results[number], self.output_types, self.names, strict=True):
            value = code(env) if code is not None else None
            if wanted is not ANY_TYPE:
                fitted, fits = fit(value, wanted)
                if not fits:
                    env.run.null(
                        _NO_WHERE, "expected {wanted} in output {output} of rule {rule}, but found {value}",
                        wanted=wanted.name, output=name, rule=number + 1, value=shortened(value),
                    )  # fmt: skip
                value = fitted
            found.append(value)
        return found

    def shaped(self, values: Sequence[Value]) -> Value:
        """The value of one hit: a single output's value, or a context of all outputs."""
        return values[0] if self.is_single else dict(zip(self.names, values, strict=True))

    def answer(self, matched: list[int], env: Env, entry: dict[str, Any] | None = None) -> Value:
        policy = self.table.hit_policy
        if not matched:
            if entry is not None:
                entry["default"] = any(code is not None for code in self.defaults)
            if any(code is not None for code in self.defaults):
                value = self.shaped([code(env) if code is not None else None for code in self.defaults])
                return (
                    value
                    if policy not in ("COLLECT", "RULE ORDER", "OUTPUT ORDER") or self.table.aggregation
                    else [value]
                )
            if self.table.aggregation == "COUNT":
                return Decimal(0)
            return None
        results = [self.result(number, env) for number in matched]
        if policy == "UNIQUE":
            if len(matched) > 1:
                return self.violated(
                    env, entry, "the hit policy UNIQUE allows one rule, but these match: {rules}", matched
                )
            return self.shaped(results[0])
        if policy == "FIRST":
            return self.shaped(results[0])
        if policy == "ANY":
            if any(equal(list(results[0]), list(other)) is not True for other in results[1:]):
                return self.violated(
                    env, entry, "the hit policy ANY wants equal outputs, but these rules differ: {rules}", matched
                )
            return self.shaped(results[0])
        if policy == "PRIORITY":
            best = min(range(len(results)), key=lambda at: self.rank(results[at], env))
            if entry is not None:
                entry["chosen"] = matched[best]
            return self.shaped(results[best])
        if policy == "OUTPUT ORDER":
            ranks = [self.rank(result, env) for result in results]
            return [self.shaped(results[at]) for at in sorted(range(len(results)), key=lambda at: ranks[at])]
        if policy == "COLLECT" and self.table.aggregation:
            return self.aggregate([result[0] for result in results], env)
        return [self.shaped(result) for result in results]

    def violated(self, env: Env, entry: dict[str, Any] | None, template: str, matched: list[int]) -> None:
        rules = ", ".join(str(number + 1) for number in matched)
        if entry is not None:
            entry["problem"] = Sentence(template, {"rules": rules})
        return env.run.null(_NO_WHERE, template, rules=rules)

    def rank(self, values: Sequence[Value], env: Env) -> tuple[int, ...]:
        """The place of outputs in the order of the allowed values; what is not among them comes last."""
        ranks: list[int] = []
        for value, priorities in zip(values, self.priorities, strict=True):
            if priorities is not None:
                place = len(priorities)
                for at, code in enumerate(priorities):
                    if equal(value, code(env)) is True:
                        place = at
                        break
                ranks.append(place)
        return tuple(ranks)

    def aggregate(self, values: list[Value], env: Env) -> Value:
        kind = self.table.aggregation
        if kind == "COUNT":
            return Decimal(len(values))
        try:
            if kind == "SUM":
                total = values[0]
                add(total, total)
                for value in values[1:]:
                    total = add(total, value)
                return total
            best = values[0]
            for value in values:
                found = order(value, best)
                if found is None:
                    raise Null("expected outputs that can be compared")
                if (found < 0) if kind == "MIN" else (found > 0):
                    best = value
            return best
        except Null as reason:
            return env.run.remark(_NO_WHERE, reason.sentence)


class ColumnProgram:
    """One compiled input."""

    def __init__(self, table: Table, index: int, compiler: Compiler, types: Types, scope: Scope | None) -> None:
        column = table.columns[index]
        self.label = column.label
        self.code: Code = (
            compiler.compile(column.expression.node, scope) if column.expression.node is not None else lambda env: None
        )
        self.type: Type = types.of(column.type_ref)
        self.allowed = limited(column.allowed) if column.allowed is not None else None
        self.free = 0
        self.lookup: dict[str, int] = {}
        self.tests: list[tuple[Test, int]] = []
        place: dict[str, int] = {}
        inner = Scope({column.variable}, scope) if column.variable else scope
        self.variable = column.variable
        for rule in table.rules:
            cell = rule.cells[index] if index < len(rule.cells) else None
            bit = 1 << (rule.number - 1)
            if cell is None or (cell.tests is not None and not cell.tests.tests):
                self.free |= bit
                continue
            if cell.tests is None:
                # A cell that is no FEEL never holds; the file has a finding about it.
                continue
            known = place.get(cell.text)
            if known is None:
                place[cell.text] = len(self.tests)
                self.tests.append((compile_tests(compiler, cell.tests, inner), bit))
            else:
                self.tests[known] = (self.tests[known][0], self.tests[known][1] | bit)
        self.index_texts()

    def index_texts(self) -> None:
        """Move tests for a single text into a dictionary."""
        rest: list[tuple[Test, int]] = []
        for test, rules in self.tests:
            literal = getattr(test, "literal", None)
            if type(literal) is str:
                self.lookup[literal] = self.lookup.get(literal, 0) | rules
            else:
                rest.append((test, rules))
        self.tests = rest

    def value(self, env: Env) -> Value:
        """The input's value, converted to its type; null with a remark where it is not allowed."""
        value = self.code(env)
        if value is None:
            return None
        if self.type is not ANY_TYPE:
            fitted, fits = fit(value, self.type)
            if not fits:
                return env.run.null(
                    _NO_WHERE, "expected {wanted} in input {input}, but found {value}",
                    wanted=self.type.name, input=self.label, value=shortened(value),
                )  # fmt: skip
            value = fitted
        if self.allowed is not None and not self.allowed(value):
            return env.run.null(
                _NO_WHERE, "the value {value} is not allowed in input {input}", input=self.label,
                value=shortened(value),
            )  # fmt: skip
        return value

    def admitted(self, value: Value, env: Env) -> int:
        """The rules whose test on this input the value passes, as a bit mask."""
        found = self.free
        if self.lookup:
            if type(value) is str:
                found |= self.lookup.get(value, 0)
            elif type(value) is list and len(value) == 1 and type(value[0]) is str:
                found |= self.lookup.get(value[0], 0)
        if self.tests:
            if self.variable:
                env = Env({self.variable: value}, env, env.run)
            for test, rules in self.tests:
                if test(value, env):
                    found |= rules
        return found
