"""The two commands for designers, as functions that return what is to be shown: `feel` and `decide`."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from engine import feel
from engine.dmn.analysis import findings
from engine.dmn.evaluation import evaluate
from engine.dmn.reader import inspect
from engine.errors import Invalid, NotFound
from engine.feel.text import quoted

FEEL_USAGE = """xiaohao feel EXPRESSION [NAME=VALUE …] [--json FILE] [--test VALUE]
  prints the value of the expression, and why parts of it are null
  NAME=VALUE   a variable; the value is FEEL (2500, "L1", [1, 2], date("2026-06-30")), or else taken as text
  --json FILE  variables from a JSON file
  --test VALUE the expression is the cell of a decision table, tried on this value"""
DECIDE_USAGE = """xiaohao decide FILE [DECISION] [NAME=VALUE …] [--input NAME=VALUE …] [--json FILE] [--why] [--look]
  decides, and prints the value; the decision may be left out where the file has one
  --why        prints the explanation as JSON: inputs, rules that match, why none did
  --look       prints gaps, overlaps, rules that never apply and wrong types of all tables of the file"""

Functions = Mapping[str, feel.FeelFunction]


def feel_command(argv: Sequence[str], *, now: datetime | None = None, functions: Functions | None = None) -> str:
    """What `xiaohao feel …` shows. Raises Invalid (with a caret below the mistake) and NotFound."""
    words, options = _arguments(argv, {"--json", "--test"}, set(), FEEL_USAGE)
    if not words:
        return FEEL_USAGE
    text, given = words[0], _variables(words[1:], options, now, functions)
    try:
        if "--test" in options:
            value = _value(options["--test"][-1], now, functions)
            passed = feel.unary_test(text, value, given, functions=functions, now=now)
            return _shown(passed)
        found = feel.evaluate_with_warnings(text, given, functions=functions, now=now)
    except feel.FeelSyntaxError as problem:
        raise Invalid("{problem}\n{pointed}", problem=problem.sentence, pointed=problem.pointed) from None
    lines = [_shown(found.value)]
    lines += [f"  {text[warning.start : warning.end] or text}: {warning}" for warning in found.warnings]
    return "\n".join(lines)


def read_file(name: str) -> tuple[str, bytes]:
    """The name and the content of a file. Raises NotFound."""
    return Path(name).name, _content(Path(name))


def decide_command(
    argv: Sequence[str],
    *,
    now: datetime | None = None,
    functions: Functions | None = None,
    source: Callable[[str], tuple[str, bytes]] = read_file,
) -> str:
    """What `xiaohao decide …` shows. `source` gives the file that the first word means; if that word is a decision in it, it is meant.

    Raises:
        Invalid, NotFound, Undeployable.
    """
    words, options = _arguments(argv, {"--input", "--json"}, {"--why", "--look"}, DECIDE_USAGE)
    if not words:
        return DECIDE_USAGE
    resource, content = source(words[0])
    decisions = inspect(content, resource=resource)
    lines = [str(finding) for finding in decisions.findings]
    if "--look" in options:
        lines += [str(finding) for finding in findings(decisions)]
        return "\n".join(lines) or "nothing to remark"
    keys = [word for word in words[1:] if "=" not in word]
    if not keys and words[0] in decisions.decisions:
        keys = words[:1]
    if len(keys) > 1 or (not keys and len(decisions.decisions) != 1):
        names = ", ".join(decisions.decisions)
        raise Invalid("say which decision: {names}", names=names)
    key = keys[0] if keys else next(iter(decisions.decisions))
    pairs = [word for word in words[1:] if "=" in word] + options.get("--input", [])
    decided = evaluate(decisions, key, _variables(pairs, options, now, functions), now=now, functions=functions)
    lines.append(_shown(decided.value))
    if "--why" in options:
        lines.append(json.dumps(decided.explanation, ensure_ascii=False, indent=2))
    return "\n".join(lines)


def _arguments(
    argv: Sequence[str], valued: set[str], flags: set[str], usage: str
) -> tuple[list[str], dict[str, list[str]]]:
    """The words, and the options with their values."""
    words: list[str] = []
    options: dict[str, list[str]] = {}
    waiting = list(argv)
    while waiting:
        word = waiting.pop(0)
        if word in ("-h", "--help"):
            return [], {}
        if word in valued:
            if not waiting:
                raise Invalid("{option} needs a value\n{usage}", option=word, usage=usage)
            options.setdefault(word, []).append(waiting.pop(0))
        elif word in flags:
            options.setdefault(word, [])
        elif word.startswith("--"):
            raise Invalid("the option {option} is not known\n{usage}", option=word, usage=usage)
        else:
            words.append(word)
    return words, options


def _variables(
    pairs: Sequence[str], options: Mapping[str, list[str]], now: datetime | None, functions: Functions | None
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in options.get("--json", []):
        try:
            read = json.loads(_content(Path(name)))
        except ValueError as reason:
            raise Invalid("{file} is no JSON: {reason}", file=name, reason=str(reason)) from None
        if not isinstance(read, dict):
            raise Invalid("expected an object with variables in {file}", file=name)
        found.update({str(key): value for key, value in read.items()})  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise Invalid("expected NAME=VALUE, but found {word}", word=pair)
        found[name.strip()] = _value(value, now, functions)
    return found


def _value(text: str, now: datetime | None, functions: Functions | None) -> Any:
    """The FEEL value that a word writes; a word that is no FEEL, or names nothing, is a text."""
    try:
        expression = feel.parse(text)
    except feel.FeelSyntaxError:
        return text
    found = feel.evaluate_with_warnings(expression, {}, functions=functions, now=now)
    return text if found.value is None and found.warnings else found.value


def _shown(value: Any) -> str:
    return quoted(value) if isinstance(value, str) else feel.value_text(value)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as reason:
        raise NotFound("{file} cannot be read: {reason}", file=str(path), reason=reason.strerror or "") from None
