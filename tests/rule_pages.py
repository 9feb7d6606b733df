"""docs/rules as it should be: a page for every rule, its bad and its good file beside it, and the table of contents."""

from functools import cache

from engine import definitions
from engine.errors import Finding
from engine.lint import manual
from engine.lint.catalogue import RULES
from engine.lint.rules import Known
from tests.conformance.suites import ROOT
from tests.diagrams.broken import Pair, pairs
from web import checking

FOLDER = ROOT / "docs" / "rules"
KNOWN = Known({"visit"}, {"light"}, {"close"}, {"registry.cases.open", "send.letter"})
"""What exists beside the bad and the good files."""
ELSEWHERE = {"too-costly", "lost"}
"""What no file alone can break: see tests/engine/test_trial.py and tests/engine/bpmn/test_completeness.py."""


def files(rule: str, pair: Pair) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The bad and the good files of a rule by name; two files that hold the same are two."""
    good = "bpmn" if pair.ending == "txt" else pair.ending
    bad = {f"{rule}.bad.{pair.ending}": pair.bad}
    if rule == "defined-twice":
        bad[f"{rule}.bad-too.{pair.ending}"] = pair.good
    return bad, {f"{rule}.good.{good}": pair.good}


@cache
def told(rule: str) -> tuple[Finding, ...]:
    """What the bad file of a rule is told, by this rule first."""
    bad, _ = files(rule, pairs()[rule])
    return tuple(sorted(definitions.inspect(bad, KNOWN, {}), key=lambda one: one.rule != rule))


def tree() -> dict[str, bytes]:
    """Every file of docs/rules by its path below that folder."""
    found = {"README.md": manual.contents().encode()}
    english, chinese = checking.sayer("en"), checking.sayer("zh-CN")
    for name, pair in pairs().items():
        bad, good = files(name, pair)
        if name in ELSEWHERE or not pair.kept:
            example = manual.Example("", "", "", "")
        else:
            sentence = told(name)[0].sentence
            example = manual.Example(next(iter(bad)), next(iter(good)), english(sentence), chinese(sentence))
            found |= {f"drawings/{each}": content for each, content in (bad | good).items()}
        found[f"{name}.md"] = manual.page(RULES[name], example).encode()
    return found


def write() -> None:
    """Write the folder; what no longer belongs there goes."""
    wanted = tree()
    for path in FOLDER.rglob("*"):
        if path.is_file() and path.relative_to(FOLDER).as_posix() not in wanted:
            path.unlink()
    for name, content in wanted.items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_bytes(content)
