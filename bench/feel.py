"""Twenty expressions and five decision tables, beside every other FEEL that Python and JavaScript have.

The peers are given the text every time, since that is all they take; we are shown both ways, with the text (looked up in our cache)
and parsed beforehand, as drawings, forms and decisions keep their expressions. SpiffWorkflow evaluates the same in Python.
A peer that answers nothing or wrongly has a dash. A table is asked whole, with the decisions that it requires. Beside it SpiffWorkflow's
own DMN engine has the same tables on the same facts, with cells in Python, its only language; its answers are compared with ours. It
knows UNIQUE, which stops at the first match, and COLLECT, one decision per file and no required ones; the last column tells how each
was written for it.
"""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine import dmn, feel

PEERS = Path(__file__).parent / "peers"
ROOT = Path(__file__).parent.parent
SECONDS = 0.12
SPIFF_DMN = "SpiffWorkflow (DMN)"


def rate(work: Callable[[], Any]) -> float:
    """Evaluations per second of CPU time, the best of three."""
    best = 0.0
    for _ in range(3):
        count, start = 0, time.process_time()
        while (used := time.process_time() - start) < SECONDS:
            for _ in range(50):
                work()
            count += 50
        best = max(best, count / used)
    return best


def peers() -> tuple[dict[str, list[float | None] | None], dict[str, dict[str, Any]]]:
    """The rates of the peers, None for those that are not installed; and what SpiffWorkflow's DMN engine did with each table."""
    python = ROOT / ".venv-bench" / "bin" / "python"
    if not python.exists():
        _run(["uv", "venv", "-q", str(python.parent.parent)])
        _run(
            ["uv", "pip", "install", "-q", "--python", str(python), "--require-hashes", "-r", "requirements/bench.txt"]
        )
    if not (PEERS / "node_modules").exists():
        _run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], place=PEERS)
    found: dict[str, Any] = {}
    found.update(json.loads(_run([str(python), str(PEERS / "python_peers.py")]) or "{}"))
    found.update(json.loads(_run(["node", str(PEERS / "feelin.mjs")]) or "{}"))
    names = ("pySFeel", "bkflow-feel", "feelin (Node)", "SpiffWorkflow (Python)")
    return {name: found.get(name) for name in names}, found.get(SPIFF_DMN) or {}


def _run(command: list[str], place: Path = ROOT) -> str:
    if command[0] == "uv":
        command = [str(ROOT / ".venv" / "bin" / "uv"), *command[1:]]
    try:
        return subprocess.run(command, cwd=place, capture_output=True, text=True, check=True, timeout=600).stdout
    except (OSError, subprocess.SubprocessError) as reason:
        print(f"  {' '.join(command[:3])} … did not work, its column stays empty: {reason}")
        return ""


def measure() -> str:
    """The section of docs/performance.md."""
    cases = json.loads((PEERS / "cases.json").read_text(encoding="utf-8"))
    context = cases["context"]
    others, asked = peers()
    names = list(others)
    lines = [
        "## FEEL and decisions\n",
        (__doc__ or "").split("\n", 2)[2].strip(),
        "\nEvaluations per second of CPU time:\n",
    ]
    lines.append(f"| expression | Xiaohao, parsed | Xiaohao, text | {' | '.join(names)} | against the best FEEL peer |")
    lines.append("|---|---:|---:|" + "---:|" * (len(names) + 1))
    least: list[float] = []
    for at, (text, _) in enumerate(cases["expressions"]):
        expression = feel.parse(text)
        parsed = rate(lambda expression=expression: feel.evaluate(expression, context))
        plain = rate(lambda text=text: feel.evaluate(text, context))
        rates = [found[at] if (found := others[name]) else None for name in names]
        best = max((one for one, name in zip(rates, names, strict=True) if one and "Spiff" not in name), default=None)
        if best:
            least.append(parsed / best)
        shown = " | ".join(f"{one:,.0f}" if one else "–" for one in rates)
        ratio = f"{parsed / best:.0f}×" if best else "–"
        lines.append(f"| `{text}` | {parsed:,.0f} | {plain:,.0f} | {shown} | {ratio} |")
    if least:
        lines.append(
            f"\nAgainst the fastest FEEL peer of each line: at least {min(least):.0f}×, in the middle {sorted(least)[len(least) // 2]:.0f}×."
        )
    lines.append(
        f"\n| decision table | rules | decisions per second | with explanation | {SPIFF_DMN} | against it | written for it |"
    )
    lines.append("|---|---:|---:|---:|---:|---:|---|")
    lines += _tables(cases, asked)
    return "\n".join(lines)


def _tables(cases: dict[str, Any], asked: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The rows of the tables; a peer that cannot or answers otherwise has words in place of a figure."""
    inputs = cases["inputs"]
    for name, key in cases["tables"]:
        decisions = dmn.read((ROOT / "workflows" / name).read_bytes(), resource=name)
        rules = len(getattr(decisions.decisions[key].logic, "rules", ()))
        fast = rate(lambda decisions=decisions, key=key: dmn.evaluate_value(decisions, key, inputs))
        told = rate(lambda decisions=decisions, key=key: dmn.evaluate(decisions, key, inputs))
        peer = asked.get(key, {"rate": None, "how": "not installed"})
        theirs, how = peer["rate"], peer["how"]
        if theirs and peer["answer"] != _plain(dmn.evaluate_value(decisions, key, inputs)):
            theirs, how = None, f"{how}: another answer"
        figures = f"{theirs:,.0f} | {fast / theirs:.1f}×" if theirs else "– | –"
        yield f"| {name} {key} | {rules} | {fast:,.0f} | {told:,.0f} | {figures} | {how} |"


def _plain(value: Any) -> Any:
    """A value as it comes back from JSON."""
    return json.loads(json.dumps(value, default=lambda one: float(one) if isinstance(one, Decimal) else str(one)))
