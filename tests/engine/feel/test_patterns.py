"""Regular expressions: both ways of matching agree, and neither hangs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import feel
from engine.feel import patterns
from engine.feel.evaluation import Null


def spend(steps: int) -> None:
    assert steps >= 0


atoms = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "(a)", "(a|b)", "(?:ab)", "^", "$", "\\d", "\\s"])
quantified = st.builds(
    lambda atom, mark: atom + mark, atoms, st.sampled_from(["", "", "*", "+", "?", "*?", "+?", "{1,2}"])
)
expressions = st.lists(quantified, min_size=1, max_size=5).map("".join)


@given(expressions, st.text(alphabet="ab1\n ", max_size=12), st.sampled_from(["", "m", "s", "i"]))
def test_the_simulation_finds_what_backtracking_finds(pattern: str, text: str, flags: str) -> None:
    found = patterns.compiled(pattern, flags)
    fast = found.finds(text, spend, once=True)
    slow = found.simulated(text, spend, once=True)
    assert [spans[0] for spans in fast] == [spans[0] for spans in slow]


@pytest.mark.parametrize(
    ("pattern", "text", "wanted"),
    [
        ("\\p{Lu}\\p{Ll}+", "Guangxi", True),
        ("^\\p{IsCJKUnifiedIdeographs}+$", "销号服务", True),
        ("^[\\i-[:]][\\c-[:]]*$", "facts.money", True),
        ("^[A-Z-[AEIOU]]+$", "XYZ", True),
        ("^[A-Z-[AEIOU]]+$", "XAZ", False),
        ("(.)\\1", "hello", True),
        ("^\\w+$", "销号_1", False),
        ("\\w+", "销号", True),
        ("^[^\\d]+$", "abc", True),
        ("a{2,3}$", "caaa", True),
    ],
)
def test_the_dialect_of_xpath(pattern: str, text: str, wanted: bool) -> None:
    assert patterns.compiled(pattern, "").search(text, spend) is wanted


@pytest.mark.parametrize(
    "pattern", ["(", "[", "a**", "\\", "\\q", "{2}", "a{3,2}", "(?=a)", "\\1", "[z-a]", "a{99999}", "(a"]
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(Null):
        patterns.compiled(pattern, "")


def test_replacements_name_groups() -> None:
    assert feel.evaluate('replace("450803", "(\\d{2})(\\d{2})(\\d{2})", "$3/$1$2")') == "03/4508"
    assert feel.evaluate('replace("abc", "b", "\\$")') == "a$c"
    assert feel.evaluate('replace("abc", "b", "$")') is None
    assert feel.evaluate('replace("a.c", ".", "$0", "q")') == "a$0c"
