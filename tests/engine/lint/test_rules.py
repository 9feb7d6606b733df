"""Every rule: its page, its bad drawing that breaks it, its good drawing that nobody remarks on."""

import ast
import re
from collections.abc import Iterator

import pytest

from engine import definitions
from engine.errors import Undeployable
from engine.lint.catalogue import RULES
from tests import house, rule_pages
from tests.diagrams.broken import pairs

PAIRS = pairs()
# Two faults that cannot be had one without the other.
TOGETHER = {
    "missing-id": {"loose-flow"},
    "unknown-reference": {"message"},
    "missing-attribute": {"missing-definition"},
    "language": {"unsupported-element", "missing-definition"},
    "imported-values": {"empty-expression"},
    "table-type": {"table-gap", "table-unreachable"},
}
_TELL = {"error", "warning", "refuse", "_refuse", "find", "remark", "Finding", "_add"}


def _named_in_code() -> Iterator[str]:
    """The names of rules that stand in the code: the first or second argument of whatever tells a finding."""
    for path in sorted((house.ROOT / "engine").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for each in node.args[:2] if name in _TELL else ():
                if isinstance(each, ast.Constant) and re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", str(each.value)):
                    yield str(each.value)
                    break


def test_every_rule_that_the_code_names_has_a_page_and_every_page_a_rule() -> None:
    # A severity is no rule.
    named = set(_named_in_code()) - {"error", "warning"}
    functions = set(RULES) - named
    assert named <= set(RULES), f"write a page for {sorted(named - set(RULES))} in engine/lint"
    assert functions == _rule_functions(), "a page without a rule"


def _rule_functions() -> set[str]:
    from engine.lint import checking, rules

    return {checking.name_of(one) for one in (*rules.ERRORS, *rules.WARNINGS)}


def test_every_rule_has_a_bad_and_a_good_drawing() -> None:
    assert set(PAIRS) == set(RULES)


def test_the_folder_of_pages_is_the_catalogue_and_fresh() -> None:
    wanted = rule_pages.tree()
    there = {
        path.relative_to(rule_pages.FOLDER).as_posix(): path.read_bytes()
        for path in rule_pages.FOLDER.rglob("*")
        if path.is_file()
    }
    assert sorted(there) == sorted(wanted), "run python -m tests.manual"
    assert [name for name in wanted if there[name] != wanted[name]] == [], "run python -m tests.manual"


@pytest.mark.parametrize("name", [name for name in PAIRS if name not in rule_pages.ELSEWHERE])
def test_the_bad_drawing_breaks_its_rule_and_the_good_one_breaks_none(name: str) -> None:
    found = rule_pages.told(name)
    assert {one.rule for one in found} == {name} | TOGETHER.get(name, set())
    assert {one.severity for one in found if one.rule == name} == {RULES[name].severity}
    _, good = rule_pages.files(name, PAIRS[name])
    assert [str(one) for one in definitions.inspect(good, rule_pages.KNOWN, {})] == []


@pytest.mark.parametrize("name", [name for name, page in RULES.items() if page.severity == "error"])
def test_an_error_names_the_element_or_the_whole_file(name: str) -> None:
    if name in rule_pages.ELSEWHERE:
        return
    bad, _ = rule_pages.files(name, PAIRS[name])
    for one in rule_pages.told(name):
        assert one.resource in bad
        # What has no id of its own is named by what is around it.
        assert not one.element_id or one.element_id.encode() in b"".join(bad.values())


@pytest.mark.parametrize("name", RULES)
def test_a_rule_speaks_both_languages(name: str) -> None:
    page = RULES[name]
    for text in (page.en.what, page.en.instead):
        assert text.endswith(".")
        assert text[0].isupper()
        assert not re.search(r"[\u4e00-\u9fff]", text)
    for text in (page.zh.what, page.zh.instead):
        assert text.endswith("。")
        assert re.search(r"[\u4e00-\u9fff]", text)


def test_a_rule_whose_docstring_lacks_a_language_is_refused() -> None:
    from engine.lint import wording

    with pytest.raises(ValueError, match="both languages"):
        wording.read("x", "error", "Something is wrong.\n\nDraw instead: something else.")


def test_what_is_unreadable_is_refused_before_any_rule_runs() -> None:
    with pytest.raises(Undeployable):
        definitions.look("x.bpmn", PAIRS["not-xml"].bad)
