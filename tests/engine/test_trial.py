"""A file that was made to hang the reader, or to eat the memory, ends its own process and is refused with a finding."""

from pathlib import Path

import pytest

from engine import trial
from engine.errors import Undeployable

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
