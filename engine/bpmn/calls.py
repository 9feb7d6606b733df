"""Asking the host for a service: what goes out, how often it is tried, and what comes back as plain values."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.bpmn.expressions import Locals, Text, fail, plain_variables
from engine.bpmn.outcome import Variables
from engine.errors import ExecutionFailed, Invalid

if TYPE_CHECKING:
    from engine.bpmn.tree import ElementInstance


def at(element_id: str, failure: ExecutionFailed) -> ExecutionFailed:
    """What failed inside the host, with the element at which it did."""
    failure.element_id = failure.element_id or element_id
    return failure


def results(element_id: str, given: Mapping[str, object] | None) -> Locals:
    """What a service gave, copied. Results that are no JSON values are the service's fault, not the user's."""
    try:
        return plain_variables(given or {})
    except Invalid as invalid:
        raise ExecutionFailed(invalid.template, element_id=element_id, **invalid.params) from invalid


def job_type(instance: "ElementInstance", text: Text) -> str:
    """The name of the service that a text means here."""
    return instance.workflow.string(
        text, instance, "the job type of {element} must be a text, but {expression} gives {value}"
    )


def retries(instance: "ElementInstance", text: Text) -> int:
    """How often a job of this element is tried."""
    value = instance.workflow.json(text, instance)
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        element_id = instance.task_spec.element_id
        fail(element_id, "expected the retries of {element} to be a whole number, but they are {value}",
             value=str(value))  # fmt: skip
    return value


def served(instance: "ElementInstance", name: str, headers: Mapping[str, str], inputs: Variables) -> Locals:
    """What an immediate service answers. May raise `BpmnError`, and `ExecutionFailed` with the element."""
    element_id = instance.task_spec.element_id
    try:
        answer = instance.workflow.host.call_service(
            name, headers, inputs, element_id=element_id, element_instance_id=instance.id
        )
    except ExecutionFailed as failure:
        raise at(element_id, failure) from failure.__cause__
    return results(element_id, answer)
