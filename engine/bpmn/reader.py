"""What Camunda Modeler wrote becomes one checked, normalised model, or findings that say what to draw instead."""

from engine.bpmn.model import Model


def read(source: bytes, *, resource: str) -> Model:
    """Read one BPMN file. Raises `Undeployable` with every finding when anything in it would be misread."""
    raise NotImplementedError
