"""A checked model becomes a compiled process: compiled once, shared by all instances, never changed."""

from engine.bpmn.model import Model, ProcessModel


class Process:
    """A compiled process."""

    model: ProcessModel


def compile(model: Model, process_id: str) -> Process:
    """Compile one process of a model that `reader.read` gave."""
    raise NotImplementedError
