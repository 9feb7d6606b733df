"""Other interpreters' evaluations per second, as JSON; runs in the venv of the peers."""

import json
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

SECONDS = 0.12
CASES = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))


def rate(work: Callable[[], Any]) -> float | None:
    """Evaluations per second of CPU time; None when it cannot."""
    try:
        if work() is None:
            return None
    except Exception:  # noqa: BLE001  (peers raise whatever they like)
        return None
    best = 0.0
    for _ in range(3):
        count, start = 0, time.process_time()
        while (used := time.process_time() - start) < SECONDS:
            for _ in range(10):
                work()
            count += 10
        best = max(best, count / used)
    return best


def pysfeel() -> list[float | None]:
    import pySFeel

    parser = pySFeel.SFeelParser()
    for name, value in CASES["context"].items():
        parser.sFeelParse(f"{name} <- {json.dumps(value)}")

    def work(text: str) -> Any:
        status, value = parser.sFeelParse(text)
        if "errors" in status:
            raise ValueError(text)
        return value

    return [rate(lambda text=text: work(text)) for text, _ in CASES["expressions"]]


def bkflow() -> list[float | None]:
    from bkflow_feel.api import parse_expression

    return [
        rate(lambda text=text: parse_expression(expression=text, context=CASES["context"]))
        for text, _ in CASES["expressions"]
    ]


def spiff_dmn() -> dict[str, dict[str, Any]]:
    from spiff_tables import tables

    return tables(CASES, rate)


def spiff() -> list[float | None]:
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine

    environment = PythonScriptEngine().environment
    return [
        rate(lambda text=text: environment.evaluate(text, CASES["context"])) if text else None
        for _, text in CASES["expressions"]
    ]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    found: dict[str, Any] = {}
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        for name, measure in (
            ("pySFeel", pysfeel),
            ("bkflow-feel", bkflow),
            ("SpiffWorkflow (Python)", spiff),
            ("SpiffWorkflow (DMN)", spiff_dmn),
        ):
            try:
                found[name] = measure()
            except ImportError:
                found[name] = None
    json.dump(found, sys.stdout)
