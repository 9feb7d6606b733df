"""Running the rules over the processes of a deployment."""

from collections.abc import Iterable
from typing import Literal

from engine.bpmn.model import Model
from engine.errors import Finding
from engine.lint import rules
from engine.lint.rules import Known, Rule


def check(models: Iterable[Model], known: Known) -> list[Finding]:
    """All remarks of all rules about the executable processes of `models`, errors first, then in the order of the drawing.

    `known` is what exists beside these files; what the files themselves bring is added here.
    """
    files = list(models)
    own = {process.id for model in files for process in model.processes}
    known = Known(known.forms, known.decisions, own | set(known.processes), known.job_types)
    found: list[Finding] = []
    for model in files:
        for process in model.processes:
            if process.is_executable:
                found += [one for rule in rules.ERRORS for one in _run(rule, "error", model, process.id, known)]
                found += [one for rule in rules.WARNINGS for one in _run(rule, "warning", model, process.id, known)]
    return sorted(found, key=lambda one: (one.severity != "error", one.resource, one.line))


def name_of(rule: Rule) -> str:
    """The stable name of a rule: `gateway-without-default`."""
    return rule.__name__.replace("_", "-")


def _run(
    rule: Rule, severity: Literal["error", "warning"], model: Model, process_id: str, known: Known
) -> Iterable[Finding]:
    for remark in rule(model.process(process_id), known):
        yield Finding(name_of(rule), remark.element_id, remark.sentence, severity, model.resource, remark.line)
