"""How a decision came about, as plain JSON values that history can keep and a page can show."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Mapping
from typing import Any

from engine.dmn.model import Decision, Table
from engine.feel.evaluation import Env, Run
from engine.feel.plain import to_json
from engine.feel.values import Function, Value

_MOST_TEXT = 500
_MOST_ITEMS = 50
_MOST_PARTS = 2_000
_NEAREST = 5


def explain(
    decision: Decision, value: Value, run: Run, variables: Mapping[str, Any], requires: Mapping[str, Any]
) -> dict[str, Any]:
    """The explanation of one decision.

    Keys: `decision`, `name`, `value`; of a decision table `kind`, `hit_policy`, `inputs` (label, expression, value), `matched`
    (rule, id, description, annotations, outputs), and, when nothing matched, `default` and `nearest` (the rules that failed on
    the fewest inputs: rule, id, failed: label, test); `problem` when the hit policy was violated; of other logic `text`;
    `tables` for tables inside it; `requires`: the explanations of the decisions it requires.
    """
    found: dict[str, Any] = {"decision": decision.id, "name": decision.name, "value": plain(value)}
    if decision.version_tag:
        found["version_tag"] = decision.version_tag
    trace = run.trace or []
    if isinstance(decision.logic, Table) and trace:
        found.update(explain_table(trace[0]))
    else:
        found["kind"] = "expression"
        found["inputs"] = [{"label": name, "value": plain(variables.get(name))} for name in _used(decision, variables)]
        tables = [explain_table(entry) for entry in trace[:_MOST_ITEMS]]
        if tables:
            found["tables"] = tables
    if requires:
        found["requires"] = dict(requires)
    return found


def _used(decision: Decision, variables: Mapping[str, Any]) -> list[str]:
    from engine.dmn.model import Text
    from engine.feel.walk import free_names

    if isinstance(decision.logic, Text) and decision.logic.node is not None:
        return sorted(name for name in free_names(decision.logic.node) if name in variables)
    return []


def explain_table(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The explanation of one table from its trace."""
    table: Table = entry["table"]
    matched: list[int] = entry["matched"]
    found: dict[str, Any] = {
        "kind": "decisionTable",
        "hit_policy": table.hit_policy + (f" {table.aggregation}" if table.aggregation else ""),
        "inputs": [
            {"label": column.label, "expression": column.expression.text, "value": plain(value)}
            for column, value in zip(table.columns, entry["values"], strict=True)
        ],
        "matched": [_rule(entry, number) for number in matched],
    }
    if "chosen" in entry:
        found["chosen"] = entry["chosen"] + 1
    if "problem" in entry:
        sentence = entry["problem"]
        found["problem"] = {"template": sentence.template, "params": dict(sentence.params)}
    if not matched:
        found["default"] = bool(entry.get("default"))
        found["nearest"] = nearest(entry)
    return found


def _rule(entry: Mapping[str, Any], number: int) -> dict[str, Any]:
    table: Table = entry["table"]
    rule = table.rules[number]
    names = table.annotation_names
    return {
        "rule": rule.number,
        "id": rule.id,
        "description": rule.description[:_MOST_TEXT],
        "annotations": [
            {"name": names[at] if at < len(names) else "", "text": text[:_MOST_TEXT]}
            for at, text in enumerate(rule.annotations)
            if text
        ],
        "tests": [cell.text[:_MOST_TEXT] for cell in rule.cells],
        "outputs": [cell.text[:_MOST_TEXT] for cell in rule.outputs],
    }


def nearest(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rules that failed on the fewest inputs, and on which."""
    table: Table = entry["table"]
    program, env = entry["program"], entry["env"]
    silent = Env(env.vars, env.parent, env.run, env.item)
    admitted = [column.admitted(value, silent) for column, value in zip(program.columns, entry["values"], strict=True)]
    failures: list[tuple[int, int, list[dict[str, str]]]] = []
    for rule in table.rules:
        bit = 1 << (rule.number - 1)
        failed = [
            {"label": column.label, "test": cell.text[:_MOST_TEXT]}
            for column, cell, rules in zip(table.columns, rule.cells, admitted, strict=False)
            if not rules & bit
        ]
        failures.append((len(failed), rule.number, failed))
    failures.sort(key=lambda failure: failure[:2])
    return [
        {"rule": number, "id": table.rules[number - 1].id, "failed": failed}
        for _, number, failed in failures[:_NEAREST]
    ]


def plain(value: Any) -> Any:
    """The value as JSON, with long lists and texts cut, functions named."""
    return _plain(value, 0, [_MOST_PARTS])


def _plain(value: Any, depth: int, left: list[int]) -> Any:
    left[0] -= 1
    if isinstance(value, Function):
        return f"function {value.name}".strip()
    if isinstance(value, str):
        return value if len(value) <= _MOST_TEXT else value[:_MOST_TEXT] + "…"
    if isinstance(value, list | dict) and (depth > 6 or left[0] < 0):
        return "…"
    if isinstance(value, list):
        items = [_plain(item, depth + 1, left) for item in value[:_MOST_ITEMS]]
        return [*items, "…"] if len(value) > _MOST_ITEMS else items
    if isinstance(value, dict):
        return {str(key): _plain(item, depth + 1, left) for key, item in list(value.items())[:_MOST_ITEMS]}
    found = to_json(value)
    # JSON has no exact decimals: what a float does not hold is kept as text.
    return str(found) if type(found).__name__ == "Decimal" else found
