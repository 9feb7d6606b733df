"""The manual of FEEL's functions: every example is true, and the page is fresh."""

import pytest

from engine import feel
from engine.feel.library import BUILTINS
from engine.feel.operators import equal
from tests import manual

EXAMPLES = [(one.name, asked, answer) for one in BUILTINS.values() for asked, answer in one.examples]


@pytest.mark.parametrize(("asked", "answer"), [example[1:] for example in EXAMPLES], ids=[e[1] for e in EXAMPLES])
def test_every_example_of_the_manual_is_true(asked: str, answer: str) -> None:
    got, wanted = feel.evaluate(asked), feel.evaluate(answer)
    assert feel.value_text(got) == feel.value_text(wanted)
    assert equal(got, wanted) is True


def test_every_function_says_what_it_does_in_both_languages_and_where_it_comes_from() -> None:
    silent = [one.name for one in BUILTINS.values() if not (one.doc and one.doc_zh and one.source)]
    assert silent == []


def test_every_function_but_the_clock_and_assertions_has_an_example() -> None:
    assert [one.name for one in BUILTINS.values() if not one.examples] == ["now", "today"]


def test_the_page_is_fresh() -> None:
    assert manual.PAGE.read_text(encoding="utf-8") == manual.text(), "run python -m tests.manual"
