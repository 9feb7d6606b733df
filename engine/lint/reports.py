"""Findings as other programs read them: JSON, and SARIF 2.1.0 (OASIS, 27 March 2020)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from engine.errors import Finding, Sentence
from engine.lint.catalogue import RULES
from engine.lint.wording import Language, RulePage

LANGUAGES: Final[tuple[Language, ...]] = ("zh-CN", "en")
SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
Say = Callable[[Sentence], str]
Link = Callable[[str], str]
"""From the name of a rule to the address of its page."""


def as_json(findings: Sequence[Finding], *, say: Mapping[Language, Say], link: Link) -> dict[str, Any]:
    """`deployable`, the numbers of `errors` and `warnings`, and every finding with its sentence in both languages and its rule's page."""
    return {
        "deployable": not any(one.severity == "error" for one in findings),
        "errors": sum(one.severity == "error" for one in findings),
        "warnings": sum(one.severity == "warning" for one in findings),
        "findings": [
            {
                "rule": one.rule,
                "severity": one.severity,
                "file": one.resource,
                "element": one.element_id,
                "line": one.line,
                "message": {language: say[language](one.sentence) for language in LANGUAGES},
                "page": link(one.rule),
            }
            for one in findings
        ],
    }


def as_sarif(
    findings: Sequence[Finding],
    places: Mapping[str, str],
    *,
    language: Language,
    version: str,
    say: Mapping[Language, Say],
    link: Link,
) -> dict[str, Any]:
    """One run of the tool over the files; `places` maps the name of each file to its path.

    The element id of a finding is its logical location; its line, where known, the physical one. The words are in `language`; those
    of the other languages stand in the result's property bag.
    """
    names = list(places)
    rules = list(dict.fromkeys(one.rule for one in findings))
    results = [_result(one, rules, names, places, language, say) for one in findings]
    artifacts = [{"location": {"uri": _uri(places[name])}, "roles": ["analysisTarget"]} for name in names]
    driver = {
        "name": "xiaohao",
        "version": version,
        "language": language,
        "rules": [_rule(RULES[rule], language, link(rule)) for rule in rules],
    }
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "language": language,
                "invocations": [{"executionSuccessful": True}],
                "artifacts": artifacts,
                "results": results,
                "columnKind": "unicodeCodePoints",
            }
        ],
    }


def _rule(page: RulePage, language: Language, address: str) -> dict[str, Any]:
    words = page.words(language)
    return {
        "id": page.name,
        "shortDescription": {"text": words.what},
        "help": {"text": f"{words.what} {words.instead}"},
        "helpUri": address,
        "defaultConfiguration": {"level": page.severity},
        "properties": {"tags": [page.about]},
    }


def _result(
    one: Finding,
    rules: Sequence[str],
    names: Sequence[str],
    places: Mapping[str, str],
    language: Language,
    say: Mapping[Language, Say],
) -> dict[str, Any]:
    located: dict[str, Any] = {}
    if one.resource in places:
        physical: dict[str, Any] = {
            "artifactLocation": {"uri": _uri(places[one.resource]), "index": names.index(one.resource)}
        }
        if one.line:
            physical["region"] = {"startLine": one.line}
        located["physicalLocation"] = physical
    if one.element_id:
        full = f"{one.resource}#{one.element_id}"
        located["logicalLocations"] = [{"name": one.element_id, "fullyQualifiedName": full, "kind": "element"}]
    print_of = hashlib.sha256(f"{one.rule}\n{one.resource}\n{one.element_id}\n{one.sentence}".encode()).hexdigest()
    return {
        "ruleId": one.rule,
        "ruleIndex": rules.index(one.rule),
        "level": one.severity,
        "message": {"text": say[language](one.sentence)},
        "locations": [located] if located else [],
        "partialFingerprints": {"finding/v1": print_of},
        "properties": {f"message.{other}": say[other](one.sentence) for other in LANGUAGES if other != language},
    }


def _uri(path: str) -> str:
    return quote(path)
