"""The functions that a drawing may name: a service task calls one by its job type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from sqlalchemy.orm import Session

from engine.bpmn import vocabulary
from engine.bpmn.outcome import BpmnError
from engine.errors import ExecutionFailed
from engine.tables import Instance

__all__ = ["IMMEDIATE", "BpmnError", "Call", "Service", "is_immediate", "of", "serve"]

IMMEDIATE: Final = vocabulary.IMMEDIATE
"""Job types that begin like this are served inside the step; all others become jobs after its commit."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a service by an instance.

    `inputs` are plain JSON values: all variables that the element sees, its input mappings over them. The service may set
    `instance.scope`, `instance.subject` and `instance.business_key`; user tasks created later in the run carry them.
    """

    instance: Instance
    element_id: str
    element_instance_id: str
    job_type: str
    headers: Mapping[str, str]
    inputs: Mapping[str, object]
    by: str
    now: datetime


Service = Callable[[Session, Call], Mapping[str, object]]
"""Takes the session of the step and the call, gives back result variables. May raise `BpmnError`, `Conflict` or `Invalid`."""


def of(db: Session) -> Mapping[str, Service]:
    """The services that the composition root put into `Database(info={"services": …})`."""
    return cast(Mapping[str, Service], db.info.get("services", {}))


def is_immediate(job_type: str) -> bool:
    """Whether this job type is served inside the step, in its transaction (the database only)."""
    return job_type.startswith(IMMEDIATE)


def serve(db: Session, call: Call) -> Mapping[str, object]:
    """Calls the service that `call.job_type` names.

    Raises:
        ExecutionFailed: there is no such service.
        BpmnError: what the service wants the drawing to catch.
    """
    service = of(db).get(call.job_type)
    if service is None:
        raise ExecutionFailed(
            "expected a service named {job_type}, but there is none", element_id=call.element_id, job_type=call.job_type
        )
    return service(db, call)
