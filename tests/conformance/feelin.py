"""The expressions and unary tests of feelin, the FEEL of bpmn.io (MIT licence)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine import feel
from engine.errors import Problem
from tests.conformance.suites import NOW, Answer, shown
from tests.conformance.values import ERROR, from_suite, same


def answers(folder: Path) -> Iterator[Answer]:
    """Every case, answered."""
    with (folder / "cases.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            wanted = ERROR if case["error"] else from_suite(case["expected"])
            try:
                got = _answer(case)
            except Problem as problem:
                got = None
                passed = wanted is ERROR
                note = str(problem)
            else:
                passed = same(got, wanted)
                note = ""
            yield Answer(
                "feelin",
                case["group"],
                case["id"],
                " ".join(case["expr"].split()),
                passed,
                not case["error"] and case["expected"] is not None,
                shown(note or feel.value_text(got)),
                shown("error" if wanted is ERROR else feel.value_text(wanted)),
            )


def _answer(case: dict[str, Any]) -> Any:
    given = from_suite(case["context"])
    if case["kind"] != "unary":
        return feel.evaluate(case["expr"], given, now=NOW)
    if not isinstance(given, dict):
        return feel.unary_test(case["expr"], given, {}, now=NOW)
    value = given.pop("?", None)
    return feel.unary_test(case["expr"], value, given, now=NOW)
