"""Other people's suites, run as they are: no difference without a reason, and not too many with one."""

from dataclasses import replace

import pytest

from engine.bpmn import reader
from tests.conformance import betsy, driven, feelin, miwg, reading, report, tck
from tests.conformance.differences import reason
from tests.conformance.suites import ROOT, Answer, folder


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


def test_reference_models_that_are_meant_to_run_come_to_their_ends_on_every_way() -> None:
    place = folder("miwg")
    if place is None:
        pytest.skip("the reference models are not there; name their folder in XIAOHAO_SUITES")
    answers = list(miwg.answers(place))
    assert {answer.group for answer in answers} == set(miwg.FILLED_IN)
    check(miwg.SUITE, answers)


@pytest.mark.parametrize("suite", reading.SUITES)
def test_foreign_files_are_read_without_loss_or_refused_with_a_finding(suite: str) -> None:
    place = folder(suite)
    if place is None:
        pytest.skip(f"the files of {suite} are not there; name their folder in XIAOHAO_SUITES")
    check(suite, list(reading.answers(place)))


def test_a_planted_loss_of_each_kind_is_found() -> None:
    drawing = (ROOT / "tests" / "diagrams" / "exclusive-gateway.bpmn").read_bytes()
    model = reader.read(drawing, resource="planted.bpmn")
    (process,) = model.processes
    conditional = next(flow for flow in process.flows.values() if flow.condition)
    gateway = next(element for element in process.elements.values() if element.kind == "exclusiveGateway")

    def told(**changed: object) -> set[str]:
        lost = replace(model, processes=(replace(process, **changed),))  # type: ignore[arg-type]
        return {line.split()[0] for line in reading.missing(drawing, lost)}

    assert told() == set()
    assert told(elements={k: v for k, v in process.elements.items() if k != gateway.id}) == {"exclusiveGateway"}
    assert told(flows={k: v for k, v in process.flows.items() if k != conditional.id}) == {"flow"}
    without = {**process.flows, conditional.id: replace(conditional, condition=None)}
    assert told(flows=without) == {"condition"}
    timer = (ROOT / "tests" / "diagrams" / "boundary-timer.bpmn").read_bytes()
    other = reader.read(timer, resource="planted.bpmn")
    bare = {k: replace(v, event="none") for k, v in other.processes[0].elements.items()}
    lost = replace(other, processes=(replace(other.processes[0], elements=bare),))
    assert {line.split()[0] for line in reading.missing(timer, lost)} == {"timer"}
