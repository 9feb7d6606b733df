"""What the analysis of a table sees, against brute force."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import dmn, feel
from engine.dmn.analysis import Gap, Overlap, Unreachable
from engine.dmn.model import Table
from tests.engine.dmn import drawn


def look(xml: str) -> dmn.Analysis:
    decisions = drawn.read(xml)
    logic = decisions.decision("d").logic
    assert isinstance(logic, Table)
    return dmn.analyse(logic, decisions)


def test_a_gap_between_ranges_is_found() -> None:
    found = look(drawn.table(["days"], ["x"], [["< 3", "1"], ["[4..10)", "2"], ["> 10", "3"]], types=["number"]))
    assert found.gaps == (Gap(("[3..4), 10",)),)
    assert found.overlaps == ()
    assert found.is_complete


def test_two_days_in_a_row_leave_no_gap() -> None:
    rules = [['< date("2026-06-30")', "1"], ['date("2026-06-30")', "2"], ['>= date("2026-07-01")', "3"]]
    assert look(drawn.table(["day"], ["x"], rules, types=["date"])).gaps == ()


def test_whole_numbers_in_a_row_leave_no_gap() -> None:
    rules = [["<= 4", "1"], [">= 5", "2"]]
    assert look(drawn.table(["guests"], ["x"], rules, types=["integer"])).gaps == ()
    assert look(drawn.table(["guests"], ["x"], rules, types=["number"])).gaps == (Gap(("(4..5)",)),)


def test_allowed_values_bound_what_must_be_covered() -> None:
    rules = [['"L1"', "1"], ['"L2", "L3"', "2"]]
    assert look(drawn.table(["list"], ["x"], rules, types=["string"])).gaps == (Gap(("any other text",)),)
    assert look(drawn.table(["list"], ["x"], rules, types=["string"], allowed=['"L1", "L2", "L3"'])).gaps == ()
    assert look(drawn.table(["list"], ["x"], rules, allowed=['"L1", "L2", "L3", "L4"'])).gaps == (Gap(('"L4"',)),)


def test_an_overlap_is_named_by_its_rules_and_values() -> None:
    rules = [["< 5", "true", "1"], ["[3..8]", "-", "2"], ["> 8", "-", "3"], ["< 3", "false", "4"]]
    found = look(drawn.table(["n", "b"], ["x"], rules, types=["number", "boolean"]))
    assert found.overlaps == (Overlap((1, 2), ("[3..5)", "true")),)
    assert found.gaps == ()


def test_a_rule_behind_others_never_applies() -> None:
    rules = [["< 5", "-", "1"], [">= 5", '"a"', "2"], ["[6..9]", '"a"', "3"], ["[4..6]", '"a"', "4"], ["-", "-", "5"]]
    found = look(drawn.table(["n", "s"], ["x"], rules, policy="FIRST"))
    assert found.unreachable == (Unreachable(3, (2,)), Unreachable(4, (1, 2)))
    assert found.gaps == ()


def test_a_rule_that_matches_nothing_is_found() -> None:
    found = look(drawn.table(["n"], ["x"], [["[9..3]", "1"], ["-", "2"]], types=["number"]))
    assert found.unreachable == (Unreachable(1, ()),)


def test_wrong_types_are_named() -> None:
    table = drawn.table(["n"], ["x"], [['"5"', '"maybe"'], ["5", '"yes"']], types=["number"], values=['"yes", "no"'])
    found = [(wrong.rule, wrong.wanted, wrong.found) for wrong in look(table).type_errors]
    assert found == [(1, "number", "5"), (1, '"yes", "no"', "maybe")]


def test_what_depends_on_other_variables_is_not_judged() -> None:
    found = look(drawn.table(["n"], ["x"], [["< limit", "1"], [">= limit", "2"], ["< limit", "3"]], types=["number"]))
    assert not found.is_complete
    assert found.gaps == ()
    assert found.overlaps == (Overlap((1, 3), ("-",)),)


def test_findings_name_the_element() -> None:
    decisions = drawn.read(drawn.table(["n"], ["x"], [["< 3", "1"], ["< 2", "2"]], types=["number"]))
    assert [(one.rule, one.element_id, str(one.sentence)) for one in dmn.findings(decisions)] == [
        ("table-gap", "table", "no rule matches n: >= 3"),
        ("table-overlap", "rule2", "the rules 1 and 2 both match n: < 2"),
    ]


cells = st.sampled_from(["-", "< 3", "<= 3", "> 3", ">= 5", "[2..4]", "(2..4)", "3", "1, 5", "not(3)", "not([2..4])"])
words = st.sampled_from(["-", '"a"', '"b"', '"a", "b"', 'not("a")'])
rules = st.lists(st.tuples(cells, cells, words), min_size=1, max_size=6)
NUMBERS = [half / 2 for half in range(-1, 13)]
TEXTS = ["a", "b", "c"]


@settings(max_examples=150)
@given(rules, st.sampled_from(["UNIQUE", "FIRST"]))
def test_the_analysis_says_what_trying_all_values_says(drawn_rules: list[tuple[str, ...]], policy: str) -> None:
    rows = [[*rule, str(number)] for number, rule in enumerate(drawn_rules)]
    table = drawn.table(["x", "y", "s"], ["n"], rows, policy=policy, types=["number", "number", "string"])
    found = look(table)
    uncovered: set[tuple[Any, ...]] = set()
    pairs: set[tuple[int, int]] = set()
    reached: set[int] = set()
    memo = {
        (cell, value): feel.unary_test(cell, value)
        for cell in {c for rule in drawn_rules for c in rule}
        for value in (*NUMBERS, *TEXTS)
    }
    for x in NUMBERS:
        for y in NUMBERS:
            for s in TEXTS:
                hits = [at for at, rule in enumerate(drawn_rules)
                        if memo[rule[0], x] and memo[rule[1], y] and memo[rule[2], s]]  # fmt: skip
                if not hits:
                    uncovered.add((x, y, s))
                else:
                    reached.add(hits[0] + 1 if policy == "FIRST" else 0)
                pairs.update((a + 1, b + 1) for at, a in enumerate(hits) for b in hits[at + 1 :])
    in_gaps = {
        values
        for values in uncovered
        if any(
            all(test == "-" or _in(test, value, drawn_rules) for test, value in zip(gap.tests, values, strict=True))
            for gap in found.gaps
        )
    }
    assert in_gaps == uncovered or len(found.gaps) == 20
    assert bool(found.gaps) == bool(uncovered)
    if policy == "UNIQUE":
        assert {overlap.rules for overlap in found.overlaps} == pairs
    else:
        assert {one.rule for one in found.unreachable} == set(range(1, len(rows) + 1)) - reached


def _in(test: str, value: Any, drawn_rules: list[tuple[str, ...]]) -> bool:
    parts = [part for part in test.split(", ") if part != "any other text"]
    if "any other text" in test and not any(f'"{value}"' in rule[2] for rule in drawn_rules):
        return True
    return bool(parts) and feel.unary_test(", ".join(parts), value) is True


def test_a_date_that_is_called_is_a_date_and_a_text_is_not() -> None:
    rules = [['< date("2026-06-30")', "1"], ['>= date("2026-06-30")', "2"]]
    assert look(drawn.table(["day"], ["x"], rules, types=["date"])).type_errors == ()
    [wrong] = look(drawn.table(["day"], ["x"], [['< "2026-06-30"', "1"]], types=["date"])).type_errors
    assert (wrong.rule, wrong.wanted) == (1, "date")
