"""A file that was made to hang the reader, or to eat the memory, ends its own process and is refused with a finding."""

from pathlib import Path

import pytest

from engine import definitions, trial
from engine.errors import Undeployable
from engine.lint.rules import Known

DIAGRAM = Path(__file__).parent.parent / "diagrams" / "user-task.bpmn"


def test_what_can_be_read_passes_and_what_is_merely_wrong_is_left_to_the_deployment() -> None:
    trial.check({"good.bpmn": DIAGRAM.read_bytes(), "picture.bpmn": b"\x89PNG", "unknown.exe": b"MZ"})


@pytest.mark.parametrize("limit", ["SECONDS", "MEGABYTES"])
def test_what_needs_too_much_is_refused_with_its_name(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    # With next to nothing to spend even a good file is too costly.
    monkeypatch.setattr(trial, limit, {"SECONDS": 0, "MEGABYTES": 24}[limit])
    with pytest.raises(Undeployable) as refused:
        trial.check({"large.bpmn": DIAGRAM.read_bytes()})
    assert [(finding.rule, finding.resource) for finding in refused.value.findings] == [("too-costly", "large.bpmn")]


def test_all_that_is_found_is_told_by_the_process_of_its_own_as_it_would_be_here() -> None:
    files = {"x.bpmn": DIAGRAM.read_bytes().replace(b'formId="visit"', b'formId="visits"'), "p.bpmn": b"\x89PNG"}
    told = trial.inspect(files, Known(), beside={"visit.form": b'{"id": "visit", "components": []}'})
    assert told == definitions.inspect(files, Known(forms={"visit"}), {})
    assert {(one.rule, str(one.sentence.params.get("hint", ""))) for one in told} >= {("form-missing", " (visit?)")}
    assert {one.resource for one in told} == {"x.bpmn", "p.bpmn"}


def test_what_needs_too_much_is_a_finding_of_the_inspection_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "SECONDS", 0)
    [told] = trial.inspect({"large.bpmn": DIAGRAM.read_bytes()}, Known())
    assert (told.rule, told.resource, told.severity) == ("too-costly", "large.bpmn", "error")
