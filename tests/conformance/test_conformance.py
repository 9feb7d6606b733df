"""Other people's suites, run as they are: no difference without a reason, and not too many with one."""

import pytest

from tests.conformance import betsy, driven, feelin, report, tck
from tests.conformance.differences import reason
from tests.conformance.suites import Answer, folder


def check(suite: str, answers: list[Answer]) -> None:
    unexplained = [f"{answer.id}: {answer.asked} gave {answer.got}, wanted {answer.wanted}" for answer in answers]
    unexplained = [
        line for line, answer in zip(unexplained, answers, strict=True) if not answer.passed and not reason(answer)
    ]
    assert unexplained == []
    definite = [answer for answer in answers if answer.definite]
    for some in (answers, definite):
        assert report.share(sum(answer.passed for answer in some), len(some)) >= report.MINIMA[suite]


def test_the_tck_of_dmn_passes_but_for_functions_in_java() -> None:
    place = folder("dmn-tck")
    if place is None:
        pytest.skip("the DMN TCK is not there; name its folder in XIAOHAO_SUITES")
    answers = list(tck.answers(place))
    for level in ("compliance-level-2", "compliance-level-3"):
        check(level, [answer for answer in answers if answer.suite == level])


def test_feelin_answers_alike_but_for_what_it_adds_to_the_standard() -> None:
    place = folder("feelin")
    if place is None:
        pytest.skip("feelin's cases are not there; name their folder in XIAOHAO_SUITES")
    check("feelin", list(feelin.answers(place)))


def test_betsy_is_executed_but_for_what_is_refused_with_a_reason() -> None:
    place = folder("betsy")
    if place is None:
        pytest.skip("betsy's models are not there; name their folder in XIAOHAO_SUITES")
    check("betsy", list(betsy.answers(place)))


def test_models_drawn_for_camunda_7_follow_every_recorded_path() -> None:
    place = folder("bpmn-driven-testing")
    if place is None:
        pytest.skip("the models of bpmn-driven-testing are not there; name their folder in XIAOHAO_SUITES")
    check("bpmn-driven-testing", list(driven.answers(place)))
