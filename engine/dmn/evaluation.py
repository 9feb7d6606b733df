"""Evaluating decisions with everything they require, and saying how the answer came about."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.dmn.explanation import explain
from engine.dmn.model import Decision, Decisions, KnowledgeModel, Requirement, Service
from engine.dmn.program import BoxCompiler, fitted
from engine.dmn.types import Types
from engine.errors import NotFound
from engine.feel.calls import FRAMES_OF_A_CALL
from engine.feel.compiler import Code
from engine.feel.evaluation import Budget, BudgetExceeded, Env, FeelWarning, Meter, Run
from engine.feel.types import ANY_TYPE, Type
from engine.feel.values import FeelFunction, Function, Value, adopt

_NO_WHERE = (0, 0)


@dataclass(frozen=True, slots=True)
class Decided:
    """The value of a decision (a FEEL value) and why: plain JSON values, see `explanation.explain`."""

    value: Value
    explanation: Mapping[str, object]


class Program:
    """One file, compiled once: the closures of its decisions and knowledge models."""

    def __init__(self, decisions: Decisions) -> None:
        self.decisions = decisions
        self.types = Types(decisions)
        self.boxes = BoxCompiler(self.types)
        self.logic: dict[str, Code | None] = {}
        self.functions: dict[str, Code] = {}
        self.result_types: dict[str, Type] = {}

    def code(self, decision: Decision) -> Code | None:
        """The closure of a decision; None when it has no logic."""
        if decision.id not in self.logic:
            code = self.boxes.compile(decision.logic) if decision.logic is not None else None
            if code is not None and decision.type_ref:
                code = self.boxes.typed(code, decision.type_ref)
            self.logic[decision.id] = code
        return self.logic[decision.id]

    def function(self, model: KnowledgeModel) -> Code:
        """The closure that makes the function value of a knowledge model."""
        if model.id not in self.functions:
            result = self.types.results.get(model.type_ref, model.type_ref)
            self.functions[model.id] = (
                self.boxes.function(model.function, None, result, model.name)
                if model.function is not None
                else lambda env: None
            )
        return self.functions[model.id]


def program(decisions: Decisions) -> Program:
    """The compiled file, made when first wanted."""
    known = decisions.programs.get("program")
    if not isinstance(known, Program):
        known = Program(decisions)
        decisions.programs["program"] = known
    return known


class Evaluating:
    """One evaluation in one file: what has been decided so far."""

    def __init__(
        self,
        decisions: Decisions,
        inputs: Mapping[str, Any],
        *,
        now: datetime | None,
        functions: Mapping[str, FeelFunction] | None,
        meter: Meter,
        warnings: list[FeelWarning],
        traced: bool,
    ) -> None:
        self.decisions = decisions
        self.program = program(decisions)
        self.inputs = inputs
        self.now = now
        self.functions = functions
        self.meter = meter
        self.warnings = warnings
        self.traced = traced
        self.decided: dict[str, Value] = {}
        self.explained: dict[str, dict[str, Any]] = {}
        self.knowledge: dict[str, Value] = {}
        self.others: dict[str, Evaluating] = {}
        self.fitted_inputs: dict[str, Value] = {}

    def run(self, variables: Mapping[str, Any]) -> Run:
        run = Run(variables, functions=self.functions, now=self.now, meter=self.meter, warnings=self.warnings)
        if self.traced:
            run.trace = []
        return run

    def other(self, namespace: str) -> "Evaluating":
        """The same evaluation inside an imported file; its inputs stand under the import's name."""
        known = self.others.get(namespace)
        if known is None:
            imported = self.decisions.imported.get(namespace)
            if imported is None:
                raise NotFound("expected the imported file {namespace}, but it is not there", namespace=namespace)
            name = next((one.name for one in self.decisions.imports if one.namespace == namespace), "")
            given = self.inputs.get(name) if name else None
            inputs = {**self.inputs, **given} if isinstance(given, Mapping) else self.inputs
            known = Evaluating(
                imported,
                inputs,
                now=self.now,
                functions=self.functions,
                meter=self.meter,
                warnings=self.warnings,
                traced=self.traced,
            )
            self.others[namespace] = known
        return known

    # --- decisions ---

    def decide(self, decision: Decision) -> Value:
        """The value of a decision, found once."""
        if decision.id in self.decided:
            return self.decided[decision.id]
        # A decision that requires itself is refused when it is read; this is for files read leniently.
        self.decided[decision.id] = None
        if self.meter.depth + FRAMES_OF_A_CALL * 10 > self.meter.budget.depth:
            raise BudgetExceeded("depth", self.meter.budget.depth)
        self.meter.depth += FRAMES_OF_A_CALL * 10
        try:
            variables = self.variables(decision)
            code = self.program.code(decision)
            run = self.run(variables)
            value = self.given(decision) if code is None else code(Env({}, None, run))
        finally:
            self.meter.depth -= FRAMES_OF_A_CALL * 10
        self.decided[decision.id] = value
        if self.traced:
            self.explained[decision.id] = explain(decision, value, run, variables, self.requirements(decision))
        return value

    def requirements(self, decision: Decision) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for need in decision.requires:
            source = self.other(need.namespace) if need.namespace else self
            explained = source.explained.get(need.id)
            if explained is not None:
                found[need.id] = explained
        return found

    def given(self, decision: Decision) -> Value:
        """The value of a decision without logic: the variable of its name."""
        value = adopt(self.inputs.get(decision.variable))
        return fitted(self.run({}), value, self.program.types.of(decision.type_ref)) if decision.type_ref else value

    def variables(self, decision: Decision) -> dict[str, Any]:
        """What the logic of a decision sees: the inputs, and whatever it requires, by name."""
        variables: dict[str, Any] = dict(self.inputs)
        for need in decision.inputs:
            self.put_input(variables, need)
        for need in decision.requires:
            self.put_decision(variables, need)
        for need in decision.knowledge:
            self.put_knowledge(variables, need)
        return variables

    def put_input(self, variables: dict[str, Any], need: Requirement) -> None:
        source = self.other(need.namespace) if need.namespace else self
        data = source.decisions.inputs.get(need.id)
        if data is None:
            return
        value = source.input_value(data.name, data.type_ref)
        if source is self:
            variables[data.name] = value
        else:
            self.put_imported(variables, need.namespace, data.name, value)

    def input_value(self, name: str, type_ref: str) -> Value:
        if name not in self.fitted_inputs:
            value = adopt(self.inputs.get(name))
            wanted = self.program.types.of(type_ref)
            self.fitted_inputs[name] = value if wanted is ANY_TYPE else self.fit_input(name, value, wanted)
        return self.fitted_inputs[name]

    def fit_input(self, name: str, value: Value, wanted: Type) -> Value:
        from engine.dmn.types import fit
        from engine.feel.text import shortened

        found, fits = fit(value, wanted)
        if not fits:
            self.run({}).null(
                _NO_WHERE, "expected {wanted} in input {input}, but found {value}",
                wanted=wanted.name, input=name, value=shortened(value),
            )  # fmt: skip
        return found

    def put_decision(self, variables: dict[str, Any], need: Requirement) -> None:
        source = self.other(need.namespace) if need.namespace else self
        decision = source.decisions.decisions.get(need.id)
        if decision is None:
            return
        value = source.decide(decision)
        if source is self:
            variables.setdefault(decision.id, value)
            variables[decision.name] = value
            variables[decision.variable] = value
        else:
            self.put_imported(variables, need.namespace, decision.variable, value)

    def put_knowledge(self, variables: dict[str, Any], need: Requirement) -> None:
        source = self.other(need.namespace) if need.namespace else self
        name, value = source.knowledge_value(need.id)
        if source is self:
            variables[name] = value
        else:
            self.put_imported(variables, need.namespace, name, value)

    def put_imported(self, variables: dict[str, Any], namespace: str, name: str, value: Value) -> None:
        prefix = next((one.name for one in self.decisions.imports if one.namespace == namespace), "")
        if not prefix:
            variables[name] = value
            return
        known = variables.get(prefix)
        variables[prefix] = {**(known if isinstance(known, dict) else {}), name: value}

    # --- functions ---

    def knowledge_value(self, key: str) -> tuple[str, Value]:
        """Name and function value of a knowledge model or a decision service."""
        model = self.decisions.knowledge.get(key)
        if model is not None:
            if key not in self.knowledge:
                variables: dict[str, Any] = {}
                run = self.run(variables)
                made = self.knowledge[key] = self.program.function(model)(Env({}, None, run))
                # It may call itself and what it requires.
                variables[model.name] = made
                for need in model.knowledge:
                    self.put_knowledge(variables, need)
            return model.name, self.knowledge[key]
        service = self.decisions.services.get(key)
        if service is not None:
            if key not in self.knowledge:
                self.knowledge[key] = self.service_function(service)
            return service.name, self.knowledge[key]
        return key, None

    def service_function(self, service: Service) -> Function:
        """A decision service as a function of its input data and input decisions, in that order (DMN 1.5, 10.4)."""
        names: list[str] = []
        types: list[Type | None] = []
        for need in service.inputs:
            data = self.decisions.inputs.get(need.id)
            if data is not None:
                names.append(data.name)
                types.append(self.program.types.of(data.type_ref) if data.type_ref else None)
        for need in service.input_decisions:
            decision = self.decisions.decisions.get(need.id)
            if decision is not None:
                names.append(decision.variable)
                types.append(self.program.types.of(decision.type_ref) if decision.type_ref else None)

        def call(run: Run, arguments: Any) -> Value:
            return self.serve(service, dict(zip(names, arguments, strict=False)))

        return Function(service.name, names, call, types=types)

    def serve(self, service: Service, inputs: Mapping[str, Any]) -> Value:
        """The answer of a decision service to its inputs: one decision's value, or a context of several."""
        inside = Evaluating(
            self.decisions,
            inputs,
            now=self.now,
            functions=self.functions,
            meter=self.meter,
            warnings=self.warnings,
            traced=self.traced,
        )
        for need in service.input_decisions:
            decision = self.decisions.decisions.get(need.id)
            if decision is not None:
                inside.decided[decision.id] = inside.given(decision)
        found: dict[str, Value] = {}
        for need in service.outputs:
            source = inside.other(need.namespace) if need.namespace else inside
            decision = source.decisions.decisions.get(need.id)
            if decision is not None:
                found[decision.variable] = source.decide(decision)
        self.explained.update(inside.explained)
        value: Value = next(iter(found.values())) if len(found) == 1 else found
        result = self.program.types.results.get(service.type_ref, service.type_ref)
        return fitted(self.run({}), value, self.program.types.of(result)) if result else value


def evaluate(
    decisions: Decisions,
    decision_id: str,
    inputs: Mapping[str, Any],
    *,
    now: datetime | None = None,
    functions: Mapping[str, FeelFunction] | None = None,
    budget: Budget | None = None,
) -> Decided:
    """Decide, with everything that the decision requires, and explain.

    `inputs` are variables by name, plain or FEEL values; texts where a date, time or duration is declared are read as
    ISO 8601. Raises NotFound for an unknown decision, BudgetExceeded when it needs more than it may use.
    """
    decision = decisions.decision(decision_id)
    evaluating = _evaluating(decisions, inputs, now, functions, budget, traced=True)
    value = _guarded(lambda: evaluating.decide(decision), evaluating.meter)
    return Decided(value, _with_warnings(evaluating, evaluating.explained[decision.id]))


def evaluate_value(
    decisions: Decisions,
    decision_id: str,
    inputs: Mapping[str, Any],
    *,
    now: datetime | None = None,
    functions: Mapping[str, FeelFunction] | None = None,
    budget: Budget | None = None,
) -> Value:
    """The same without an explanation, which is several times faster."""
    decision = decisions.decision(decision_id)
    evaluating = _evaluating(decisions, inputs, now, functions, budget, traced=False)
    return _guarded(lambda: evaluating.decide(decision), evaluating.meter)


def evaluate_service(
    decisions: Decisions,
    service_id: str,
    inputs: Mapping[str, Any],
    *,
    now: datetime | None = None,
    functions: Mapping[str, FeelFunction] | None = None,
    budget: Budget | None = None,
) -> Decided:
    """Ask a decision service, found by id or name. Raises NotFound."""
    service = next((one for one in decisions.services.values() if service_id in (one.id, one.name)), None)
    if service is None:
        raise NotFound(
            "expected a decision service named {key} in {file}, but there is none",
            key=service_id,
            file=decisions.resource,
        )
    evaluating = _evaluating(decisions, inputs, now, functions, budget, traced=True)
    value = _guarded(lambda: evaluating.serve(service, inputs), evaluating.meter)
    explanation: dict[str, Any] = {"service": service.id, "name": service.name, "requires": evaluating.explained}
    return Decided(value, _with_warnings(evaluating, explanation))


def _evaluating(
    decisions: Decisions,
    inputs: Mapping[str, Any],
    now: datetime | None,
    functions: Mapping[str, FeelFunction] | None,
    budget: Budget | None,
    *,
    traced: bool,
) -> Evaluating:
    meter = Meter(budget) if budget is not None else Meter()
    return Evaluating(decisions, inputs, now=now, functions=functions, meter=meter, warnings=[], traced=traced)


def _guarded(work: Any, meter: Meter) -> Value:
    try:
        return work()
    except RecursionError:
        raise BudgetExceeded("depth", meter.budget.depth) from None


def _with_warnings(evaluating: Evaluating, explanation: dict[str, Any]) -> dict[str, Any]:
    if evaluating.warnings:
        explanation["warnings"] = [
            {
                "template": warning.sentence.template,
                "params": {key: str(value) for key, value in warning.sentence.params.items()},
            }
            for warning in evaluating.warnings[:20]
        ]
    return explanation
