"""The page about conformance, from the answers."""

from collections.abc import Iterable, Sequence

from tests.conformance import miwg
from tests.conformance.differences import reason
from tests.conformance.suites import Answer

HEAD = """# Conformance

Written by `make conformance`, which runs other people's suites as they are; do not edit. A *definite* case is one whose answer
is a value: an engine that fails at everything scores nothing there.

"""
TITLES = {
    "compliance-level-2": "DMN 1.5 TCK, level 2",
    "compliance-level-3": "DMN 1.5 TCK, level 3",
    "feelin": "feelin, the FEEL of bpmn.io",
    "betsy": "betsy, executable BPMN 2.0",
    "bpmn-driven-testing": "bpmn-driven-testing, drawn for Camunda 7",
}
READ_HEAD = (
    "\n## Foreign files: read without loss, or refused with a finding\n\n"
    "Every process is read as executable. Lost silently: a flow node, flow, condition, event or extension of Camunda that is"
    " neither in what the engine holds nor named in a finding.\n\n"
    "| suite | files | read | refused with findings | lost silently |\n| --- | ---: | ---: | ---: | ---: |\n"
)
READINGS = {
    "miwg": "BPMN Model Interchange Working Group",
    "camunda-modeler": "samples of Camunda Modeler",
    "camunda-bpm-examples": "Camunda's examples",
}
MINIMA = {
    "compliance-level-2": 100.0,
    "compliance-level-3": 98.0,
    "feelin": 95.0,
    "betsy": 92.5,
    "bpmn-driven-testing": 100.0,
} | dict.fromkeys((*READINGS, miwg.SUITE), 100.0)
RUN_HEAD = (
    "\n## Reference models that are meant to run, run\n\n"
    "Those of the BPMN Model Interchange Working Group. A clerk answers the user tasks; a way counts when the run has come to the ends"
    " it should and nothing waits any more.\n\n"
    "| model | ways through it | run | filled in, because the model leaves it to its engine |\n| --- | ---: | ---: | --- |\n"
)


def share(part: int, whole: int) -> float:
    """A percentage; 100 of nothing."""
    return 100.0 * part / whole if whole else 100.0


def page(answers: Iterable[Answer]) -> str:
    """The page in Markdown."""
    everything = list(answers)
    lines = [HEAD, "| suite | all | | definite | | folders complete |\n| --- | ---: | ---: | ---: | ---: | ---: |\n"]
    for suite, title in TITLES.items():
        mine = [answer for answer in everything if answer.suite == suite]
        definite = [answer for answer in mine if answer.definite]
        groups = {answer.group for answer in mine}
        broken = {answer.group for answer in mine if not answer.passed}
        lines.append(
            f"| {title} | {_fraction(mine)} | {_fraction(definite)} | {len(groups - broken)} of {len(groups)} |\n"
        )
    lines.append(_readings(everything))
    lines.append(_runs(everything))
    lines.append(
        "\n## Every difference, and why\n\n| case | asked | wanted | answered | reason |\n| --- | --- | --- | --- | --- |\n"
    )
    lines += [
        f"| {_cell(answer.id)} | {_code(answer.asked)} | {_cell(answer.wanted)} | {_cell(answer.got)} |"
        f" {reason(answer) or '**not understood**'} |\n"
        for answer in everything
        if not answer.passed
    ]
    return "".join(lines)


def _readings(answers: Sequence[Answer]) -> str:
    """How many foreign files were read, refused with findings, and lost something silently."""
    lines = [READ_HEAD]
    for suite, title in READINGS.items():
        mine = [answer for answer in answers if answer.suite == suite]
        read = sum(answer.got.startswith("read") for answer in mine)
        lost = sum(not answer.passed for answer in mine)
        lines.append(f"| {title} | {len(mine)} | {read} | {len(mine) - read} | {lost} |\n")
    return "".join(lines)


def _runs(answers: Sequence[Answer]) -> str:
    """How many ways lead through each executable reference model, and what was filled in."""
    lines = [RUN_HEAD]
    for model, filled_in in miwg.FILLED_IN.items():
        mine = [answer for answer in answers if answer.suite == miwg.SUITE and answer.group == model]
        ran = sum(answer.passed for answer in mine)
        lines.append(f"| {model} | {len(mine)} | {ran} | {_cell(filled_in)} |\n")
    return "".join(lines)


def _fraction(answers: Sequence[Answer]) -> str:
    passed = sum(answer.passed for answer in answers)
    return f"{passed} of {len(answers)} | {share(passed, len(answers)):.1f} %"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _code(text: str) -> str:
    cut = text[:80].replace("|", "\\|").replace("`", "'")
    return f"`{cut}`"
