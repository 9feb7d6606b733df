"""Listeners of Camunda 8: services that are asked before an element does its work and before it is left.

A listener whose service is immediate is asked inside the step; any other becomes a job, and the element waits for it. Until then
nothing else happens to the element: its boundary events are not armed yet, or no longer. What start listeners give becomes local to
the element, what end listeners give goes where output mappings write. A listener cannot throw an error that the drawing catches.

While an element waits for a listener its memory holds `listener`: `[event, number, job type, retries]`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from engine.bpmn import calls
from engine.bpmn.expressions import Text, fail, plain_variables
from engine.bpmn.outcome import BpmnError, JobWait
from engine.bpmn.verdicts import HEADER

if TYPE_CHECKING:
    from engine.bpmn.tree import ElementInstance

MEMORY: Final = "listener"


@dataclass(frozen=True, slots=True)
class Listening:
    """One compiled listener."""

    job_type: Text
    retries: Text
    headers: Mapping[str, str]


def asked(instance: "ElementInstance", event: str, first: int = 0) -> bool:
    """Ask the listeners of an event in their order, from `first` on. False when one has become a job: the element waits."""
    listening = instance.task_spec.listening.get(event, ())
    for number in range(first, len(listening)):
        one = listening[number]
        job_type = calls.job_type(instance, one.job_type)
        if not instance.workflow.host.is_immediate(job_type):
            instance.internal_data[MEMORY] = [event, number, job_type, calls.retries(instance, one.retries)]
            return False
        spec = instance.task_spec
        spec.heard(instance, event, call(instance, event, one, job_type, instance.sees()))
    return True


def asked_at_once(instance: "ElementInstance", event: str, inputs: Mapping[str, object]) -> None:
    """Ask the listeners of an event for which nothing can wait: somebody stands before it, or it happens already."""
    for one in instance.task_spec.listening.get(event, ()):
        job_type = calls.job_type(instance, one.job_type)
        if not instance.workflow.host.is_immediate(job_type):
            fail(
                instance.task_spec.element_id,
                "the listener {type} of the event {event} at {element} is not a service that answers at once",
                type=job_type,
                event=event,
            )
        instance.task_spec.heard(instance, event, call(instance, event, one, job_type, inputs))


def call(
    instance: "ElementInstance", event: str, one: Listening, job_type: str, inputs: Mapping[str, object]
) -> dict[str, object]:
    """Ask one listener whose service is immediate."""
    try:
        return calls.served(instance, job_type, _headers(instance, event, one), plain_variables(inputs))
    except BpmnError as error:
        fail(
            instance.task_spec.element_id,
            "the listener {type} of {element} threw the error {code}; a listener cannot throw what the drawing catches",
            type=job_type,
            code=error.code,
        )


def waits(instance: "ElementInstance") -> bool:
    """Whether the element waits for a listener."""
    return MEMORY in instance.internal_data


def wait(instance: "ElementInstance") -> JobWait:
    """The job of the listener that the element waits for."""
    event, number, job_type, retries = cast("list[object]", instance.internal_data[MEMORY])
    one = instance.task_spec.listening[str(event)][int(str(number))]
    return JobWait(
        instance.id,
        instance.task_spec.element_id,
        str(job_type),
        int(str(retries)),
        _headers(instance, str(event), one),
        plain_variables(instance.sees()),
        str(event),
    )


def answered(instance: "ElementInstance", given: dict[str, object]) -> None:
    """The job of a listener is done: ask the next one, and after the last one go on."""
    event, number, *_ = cast("list[object]", instance.internal_data.pop(MEMORY))
    spec = instance.task_spec
    spec.heard(instance, str(event), given)
    if asked(instance, str(event), int(str(number)) + 1):
        spec.listened(instance, str(event))


def _headers(instance: "ElementInstance", event: str, one: Listening) -> Mapping[str, str]:
    spec = instance.task_spec
    return {
        **spec.element.headers,
        **one.headers,
        **spec.told_to_listeners(instance, event),
        f"{HEADER}listenerEventType": event,
    }
