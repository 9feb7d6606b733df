"""The modelling guide has a row for every word, and every row a drawing that runs or a finding."""

import inspect
import re
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn import camunda7, drawn_listeners, extensions, vocabulary
from engine.lint.catalogue import RULES
from tests.engine.bpmn.play import Host, Play
from tests.modelling import guide
from tests.modelling.guide import Row

ROWS = guide.rows()
NAMES = {row.word.name for row in ROWS}


def _said() -> set[str]:
    """Every element, attribute and extension that the rows name, each word by itself."""
    return {part for name in NAMES for part in re.split(r"[ ():]+", name)}


def test_every_row_is_executed_refused_remarked_or_meant_for_people() -> None:
    assert [row.word.name for row in ROWS if row.outcome == "lost"] == []
    meant = {row.word.name for row in ROWS if row.word.shown}
    assert {row.word.name for row in ROWS if row.outcome == "shown"} == meant
    assert len(ROWS) > 380


def test_every_word_of_the_vocabulary_has_a_row() -> None:
    said = _said()
    bpmn = vocabulary.FLOW_NODES | vocabulary.REFUSED_NODES.keys() | vocabulary.INSTEAD_OF_CHILDREN.keys()
    assert bpmn - said == vocabulary.EVENTS, "events have their own rows"
    attributes = vocabulary.HARMLESS | vocabulary.ONLY.keys() | vocabulary.REFUSED_ATTRIBUTES.keys()
    assert attributes - said == set()
    zeebe = {one for kind in vocabulary.FLOW_NODES | {"process", "message"} for one in vocabulary.zeebe_here(kind)}
    zeebe |= vocabulary.ZEEBE_INSTEAD.keys() | vocabulary.ZEEBE_ATTRIBUTES
    assert {f"zeebe:{one}" for one in zeebe} - NAMES == set()
    read = {f"zeebe:{local} {name}" for local, names in extensions._ATTRIBUTES.items() for name in names}
    assert read - NAMES == set()
    reads = set(re.findall(r'(?:_peek|_take|_extensions)\("(\w+)"', inspect.getsource(camunda7)))
    seven = vocabulary.CAMUNDA_INSTEAD.keys() | vocabulary.CAMUNDA_HARMLESS | reads | camunda7._ASSIGNMENT.keys()
    assert {f"camunda:{name}" for name in seven} - {name.partition(" ")[0] for name in NAMES} == {
        "camunda:modelerTemplateIcon"
    }
    assert set(drawn_listeners.EXECUTION + drawn_listeners.TASK) <= {
        word for row in ROWS if row.word.name.endswith("eventType") for word in re.findall(r"\w+", row.word.en)
    }


def test_every_event_that_is_executed_somewhere_has_a_row_that_says_so() -> None:
    places = {
        "startEvent": ["start event"],
        "eventSubProcessStart": ["event sub-process, interrupting"],
        "endEvent": ["end event"],
        "boundaryEvent": ["boundary event, interrupting"],
        "intermediateCatchEvent": ["intermediate catch event"],
        "intermediateThrowEvent": ["intermediate throw event"],
    }
    executed = {row.word.name for row in ROWS if row.outcome == "executed"}
    for place, events in vocabulary.EXECUTED_EVENTS.items():
        for event in events:
            for here in places[place]:
                assert f"{event} {here}" in executed


@pytest.mark.parametrize("row", [row for row in ROWS if row.outcome == "executed"], ids=lambda row: row.word.name)
def test_the_drawing_of_a_row_says_its_word(row: Row) -> None:
    if row.word.find:
        tree = etree.fromstring((guide.DIAGRAMS / row.drawing).read_bytes())
        assert tree.xpath(row.word.find, namespaces=guide._NAMES), row.word.find
    else:
        assert row.word.name.partition(" ")[0].encode() in row.word.drawing


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.outcome in {"refused", "remarked"}], ids=lambda row: row.word.name
)
def test_what_does_not_run_is_told_with_a_rule_that_has_a_page(row: Row) -> None:
    assert row.findings
    assert {one.rule for one in row.findings} <= set(RULES)


@pytest.mark.parametrize("name", sorted(guide.own_drawings()))
def test_the_own_drawing_of_a_word_runs(name: str) -> None:
    given = {
        "items": [1, 2],
        "big": False,
        "caseId": "c",
        "k": "k",
        "n": 1,
        "due": None,
        "later": None,
        "officer": None,
    }
    host = Host()
    host.decisions["light"] = "green"
    play = Play((guide.OWN / name).read_bytes(), {**given, "a": 1, "b": 1, "a_done": False}, host=host)
    assert play.outcome.completed or play.outcome.waits


def test_every_drawing_of_the_tests_is_played_by_a_story() -> None:
    texts = "".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parents[1].joinpath("engine").rglob("test_*.py")
    )
    named = [row.drawing for row in ROWS if row.drawing and not row.drawing.startswith("words/")]
    assert [name for name in named if not re.search(rf"\b{re.escape(name.removesuffix('.bpmn'))}\b", texts)] == []


def test_the_guide_and_the_drawings_are_fresh() -> None:
    for language, name in guide.PAGES.items():
        written = (guide.ROOT / "docs" / name).read_text(encoding="utf-8")
        assert written == guide.page(language), "run python -m tests.manual"
    assert {path.name: path.read_bytes() for path in guide.OWN.glob("*.bpmn")} == guide.own_drawings(), (
        "run python -m tests.manual"
    )
