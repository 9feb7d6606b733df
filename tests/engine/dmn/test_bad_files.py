"""Files that are broken, hostile or unsupported: findings by element, and never another exception."""

import random

import pytest

from engine import dmn
from engine.errors import Problem, Undeployable
from tests.engine.dmn import drawn

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY l{n} "&l{n - 1};&l{n - 1};">' if n else '<!ENTITY l0 "&lol;">' for n in range(12))
    + "]><definitions>&l11;</definitions>"
)
FILES = [
    (b"", "not-xml"),
    (b"no xml", "not-xml"),
    (b"\x89PNG\r\n\x1a\n", "not-xml"),
    (b"<a/>", "not-dmn"),
    (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "not-dmn"),
    (drawn.file(), "no-decision"),
    ((drawn.HEAD + "<decision>" * 250 + "</decision>" * 250 + "</definitions>").encode(), "too-deep"),
    (b" " * 5_000_001, "too-large"),
    (b'<!DOCTYPE d><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "doctype"),
]


@pytest.mark.parametrize(("source", "rule"), FILES)
def test_a_file_that_is_none_is_refused_with_a_finding(source: bytes, rule: str) -> None:
    with pytest.raises(Undeployable) as found:
        dmn.read(source, resource="bad.dmn")
    assert [finding.rule for finding in found.value.findings] == [rule]
    assert found.value.findings[0].resource == "bad.dmn"


def test_an_entity_bomb_and_an_external_entity_do_nothing() -> None:
    evil = (
        '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + drawn.HEAD + "&e;</definitions>"
    )
    for source in (BOMB, evil):
        with pytest.raises(Undeployable):
            dmn.read(source.encode(), resource="bomb.dmn")


ELEMENTS = [
    (drawn.expression("1 +"), "feel-syntax", "d"),
    (drawn.table(["a"], ["x"], [["> ", "1"]]), "feel-syntax", "rule1"),
    (drawn.table(["a"], ["x"], [["1", "] "]]), "feel-syntax", "rule1"),
    (drawn.table([""], ["x"], [["1", "1"]]), "empty-input", "in1"),
    (drawn.table(["a"], [], [["1"]]), "no-output", "table"),
    (drawn.table(["a"], ["x"], [["1", "1"]], policy="BEST"), "hit-policy", "table"),
    (drawn.table(["a"], ["x", "y"], [["1", "1", "2"]], policy="COLLECT", aggregation="SUM"), "aggregation", "table"),
    (drawn.table(["a"], ["x", "x"], [["1", "1", "2"]]), "output-names", "table"),
    (drawn.table(["a", "b"], ["x"], [["1"]]), "ragged-rule", "rule1"),
    (drawn.text("literalExpression", "1", id="le", expressionLanguage="javascript"), "expression-language", "le"),
    ('<functionDefinition id="f" kind="Java"><context/></functionDefinition>', "external-function", "f"),
]


@pytest.mark.parametrize(("logic", "rule", "element"), ELEMENTS)
def test_what_would_be_misread_is_named_with_its_element(logic: str, rule: str, element: str) -> None:
    with pytest.raises(Undeployable) as found:
        dmn.read(drawn.file(drawn.decision("d", logic)), resource="bad.dmn")
    assert (rule, element) in [(finding.rule, finding.element_id) for finding in found.value.findings]
    assert all(finding.line > 0 for finding in found.value.findings)


def test_a_syntax_finding_says_where_in_the_cell() -> None:
    with pytest.raises(Undeployable) as found:
        dmn.read(drawn.file(drawn.decision("d", drawn.expression("金额 + * 2"))), resource="bad.dmn")
    assert "line 1, column 6" in str(found.value.findings[0])


def test_decisions_that_require_themselves_or_nothing_there_are_refused() -> None:
    circle = [drawn.decision(a, drawn.expression("1"), requires=[b]) for a, b in (("a", "b"), ("b", "c"), ("c", "a"))]
    with pytest.raises(Undeployable) as found:
        dmn.read(drawn.file(*circle, drawn.decision("d", drawn.expression("1"), requires=["a"])), resource="x.dmn")
    assert {(finding.rule, finding.element_id) for finding in found.value.findings} == {
        ("cyclic-requirement", "a"), ("cyclic-requirement", "b"), ("cyclic-requirement", "c"),
    }  # fmt: skip
    with pytest.raises(Undeployable, match="cannot be deployed"):
        dmn.read(drawn.file(drawn.decision("d", drawn.expression("1"), requires=["gone"])), resource="x.dmn")


def test_a_circle_read_leniently_is_null_and_not_endless() -> None:
    circle = [drawn.decision(a, drawn.expression(f"{b} + 1"), requires=[b]) for a, b in (("a", "b"), ("b", "a"))]
    decisions = dmn.inspect(drawn.file(*circle), resource="x.dmn")
    assert dmn.evaluate(decisions, "a", {}).value is None


def test_elements_without_ids_are_read_with_a_warning() -> None:
    decisions = dmn.read(
        drawn.file(f'<decision name="d"><variable name="d"/>{drawn.expression("1")}</decision>'), resource="x.dmn"
    )
    assert [finding.rule for finding in decisions.findings] == ["missing-id"]
    assert dmn.evaluate(decisions, "d", {}).value == 1


def test_mutilated_files_raise_nothing_but_problems() -> None:
    rng = random.Random(20260630)
    rules = [["> 1", '"L1", "L2"', "1", "条款"], ["[1..3]", "not(?)", "x + 1"], ["-", "-", "date(y)"]]
    whole = drawn.file(
        drawn.decision("a", drawn.table(["x", "y"], ["n"], rules, policy="COLLECT", aggregation="SUM")),
        drawn.decision("b", drawn.expression("a + 1"), requires=["a"]),
    )
    for _ in range(1_500):
        source = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(source))
            if rng.random() < 0.5:
                source[at] = rng.randrange(256)
            else:
                del source[at : at + rng.randint(1, 40)]
        try:
            decisions = dmn.inspect(bytes(source), resource="x.dmn")
            dmn.findings(decisions)
            for key in decisions.decisions:
                dmn.evaluate(decisions, key, {"x": 2, "y": "L1"})
        except Problem:
            continue
