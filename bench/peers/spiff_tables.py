"""Our measured decision tables, asked of SpiffWorkflow's own DMN engine; runs in the venv of the peers.

Each of our decisions becomes a small .dmn text for it. Its cells are Python, the only language it knows; it evaluates them itself.
It knows one decision per file, UNIQUE (which stops at the first match, so it also serves FIRST) and COLLECT.
It knows no required decisions and no literal expressions. So each decision is a file, an expression is a table of one rule, and they
are asked in turn. Each answer goes into the data of the task, as business rule tasks put it there.
"""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import escape

WORKFLOWS = Path(__file__).parents[2] / "workflows"
SPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
NAMES = {"d": SPACE}
POLICIES = {"UNIQUE": "UNIQUE", "FIRST": "UNIQUE", "COLLECT": "COLLECT", "RULE ORDER": "COLLECT"}
WORDS = {"true": "True", "false": "False", "null": "None"}
RAISED = '基本层级.basis + (if 审批级数 > 基本层级.steps then ",重启或延期用尽提高一级" else "")'
STEPS = (
    "if facts.reopened = true or facts.extensions_used = true "
    "then min([3, max([基本层级.steps, count(facts.previous_levels) + 1])]) else 基本层级.steps"
)
PYTHON = {
    "if 缺项 = null then 0 else count(缺项)": "0 if 缺项 is None else len(缺项)",
    'count(缺项[not(list contains(["activity", "project", "aux_ledger", "stat_fill"], item))]) = 0': (
        'not [one for one in 缺项 if one not in ("activity", "project", "aux_ledger", "stat_fill")]'
    ),
    'list contains(facts.lists, "L1") or list contains(facts.lists, "L2")': (
        '"L1" in (facts.get("lists") or ()) or "L2" in (facts.get("lists") or ())'
    ),
    RAISED: '基本层级["basis"] + (",重启或延期用尽提高一级" if 审批级数 > 基本层级["steps"] else "")',
    STEPS: (
        'min(3, max(基本层级["steps"], len(facts.get("previous_levels") or ()) + 1)) '
        'if facts.get("reopened") is True or facts.get("extensions_used") is True else 基本层级["steps"]'
    ),
}


class NoPython(Exception):
    """An expression or a hit policy that has no counterpart."""


def expression(text: str) -> str:
    """Our FEEL in Python: literals, names, facts and those that are listed."""
    text = text.strip()
    if text in PYTHON:
        return PYTHON[text]
    if text in WORDS:
        return WORDS[text]
    if re.fullmatch(r'"[^"]*"|-?\d+(\.\d+)?|\[("[^"]*"(, *"[^"]*")*)?\]|[^\W\d]\w*', text):
        return text
    if re.fullmatch(r"facts\.\w+( = true)?( and facts\.\w+ = true)*", text):
        return re.sub(r"facts\.(\w+)", r'facts.get("\1")', text).replace(" = true", " is True")
    raise NoPython(text)


def cell(text: str) -> str:
    """A unary test of ours as its input entry; `?` is the value of the column, its fastest way to write a test."""
    text = text.strip()
    if text == "-":
        return text
    if found := re.fullmatch(r"(<=|>=|<|>) *(-?\d+)", text):
        return f"? is not None and ? {found[1]} {found[2]}"
    if found := re.fullmatch(r"\[(-?\d+)\.\.(-?\d+)\]", text):
        return f"? is not None and {found[1]} <= ? <= {found[2]}"
    if re.fullmatch(r'"[^"]*"( *, *"[^"]*")+', text):
        return f"? in ({text})"
    return f"? == {expression(text)}"


def _text(node: Any, path: str) -> list[str]:
    return [one.text or "" for one in node.findall(path, NAMES)]


def written(node: Any) -> tuple[str, str]:
    """The .dmn text for the peer and our hit policy (empty for a literal expression)."""
    key = node.get("id")
    table = node.find("d:decisionTable", NAMES)
    if table is None:
        policy, outputs = "", ["value"]
        inputs: list[str] = []
        rules = [([], [expression(one)]) for one in _text(node, "d:literalExpression/d:text")]
    else:
        policy = table.get("hitPolicy", "UNIQUE")
        if policy not in POLICIES or table.get("aggregation"):
            raise NoPython(f"hit policy {policy} {table.get('aggregation') or ''}".strip())
        inputs = [expression(one) for one in _text(table, "d:input/d:inputExpression/d:text")]
        outputs = [one.get("name") for one in table.findall("d:output", NAMES)]
        rules = [
            (
                [cell(one) for one in _text(rule, "d:inputEntry/d:text")],
                [expression(one) for one in _text(rule, "d:outputEntry/d:text")],
            )
            for rule in table.findall("d:rule", NAMES)
        ]
    parts = [
        *(
            f'<input id="i{at}"><inputExpression id="ie{at}"><text>{escape(one)}</text></inputExpression></input>'
            for at, one in enumerate(inputs)
        ),
        *(f'<output id="o{at}" name="{one}"/>' for at, one in enumerate(outputs)),
    ]
    for row, (tests, values) in enumerate(rules):
        entries = [
            *(f'<inputEntry id="r{row}i{at}"><text>{escape(one)}</text></inputEntry>' for at, one in enumerate(tests)),
            *(
                f'<outputEntry id="r{row}o{at}"><text>{escape(one)}</text></outputEntry>'
                for at, one in enumerate(values)
            ),
        ]
        parts.append(f'<rule id="r{row}">{"".join(entries)}</rule>')
    text = (
        f'<definitions xmlns="{SPACE}" id="definitions" name="{key}" namespace="bench"><decision id="{key}" name="{key}">'
        f'<decisionTable id="table" hitPolicy="{POLICIES.get(policy, "UNIQUE")}">{"".join(parts)}</decisionTable>'
        "</decision></definitions>"
    )
    return text, policy


def answer(result: dict[str, Any], policy: str) -> Any:
    """Its result as ours: collected columns as rows, one output without its name, no match as null."""
    if POLICIES.get(policy) == "COLLECT":
        rows = [dict(zip(result, row, strict=True)) for row in zip(*result.values(), strict=True)]
        return [next(iter(row.values())) if len(row) == 1 else row for row in rows]
    if not result:
        return None
    return next(iter(result.values())) if len(result) == 1 else dict(result)


def asked(file: str, key: str, inputs: dict[str, Any]) -> tuple[Callable[[], Any], str]:
    """A function that asks it for the decision and those that it requires, and how it was written for it."""
    from lxml import etree
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
    from SpiffWorkflow.dmn.parser.BpmnDmnParser import BpmnDmnParser

    root: Any = etree.parse(WORKFLOWS / file).getroot()
    nodes = {one.get("id"): one for one in root.findall("d:decision", NAMES)}
    order: list[str] = []

    def need(one: str) -> None:
        for required in nodes[one].findall("d:informationRequirement/d:requiredDecision", NAMES):
            need(required.get("href").removeprefix("#"))
        if one not in order:
            order.append(one)

    need(key)
    parser = BpmnDmnParser()
    steps: list[tuple[Any, str, str]] = []
    for one in order:
        text, policy = written(nodes[one])
        parser.add_dmn_str(text)
        steps.append((parser.get_engine(one, None), nodes[one].get("name"), policy))
    task: Any = SimpleNamespace(
        data=copy.deepcopy(inputs), workflow=SimpleNamespace(script_engine=PythonScriptEngine())
    )

    def work() -> Any:
        for engine, name, policy in steps[:-1]:
            task.data[name] = answer(engine.result(task), policy)
        engine, _, policy = steps[-1]
        return answer(engine.result(task), policy)

    own = steps[-1][2]
    how = [own if POLICIES[own] == own else f"{own} as {POLICIES[own]}"]
    if POLICIES[own] == "COLLECT":
        how.append("answered by column")
    if len(steps) > 1:
        how.append(f"{len(steps)} files asked in turn")
    return work, ", ".join(how)


def tables(cases: dict[str, Any], rate: Callable[[Callable[[], Any]], float | None]) -> dict[str, dict[str, Any]]:
    """For each table its rate, its answer and how it was written, or why it cannot be."""
    found: dict[str, dict[str, Any]] = {}
    for file, key in cases["tables"]:
        try:
            work, how = asked(file, key, cases["inputs"])
            found[key] = {"answer": work(), "how": how, "rate": rate(work)}
        except NoPython as reason:
            found[key] = {"answer": None, "how": f"cannot: {reason}", "rate": None}
        except ImportError:
            raise
        except Exception as reason:  # noqa: BLE001  (peers raise whatever they like)
            found[key] = {"answer": None, "how": f"fails: {type(reason).__name__}", "rate": None}
    return found
