"""Elements whose work is done elsewhere: inside the step by the host, or after it by whoever serves the job."""

from collections.abc import Mapping
from typing import NoReturn

from engine.bpmn.elements import ElementSpec
from engine.bpmn.expressions import Text, fail, plain_variables
from engine.bpmn.outcome import BpmnError, JobWait, Wait
from engine.bpmn.throwing import throw_error
from engine.bpmn.tree import ElementInstance
from engine.errors import ExecutionFailed, Problem


def not_served(element_id: str, problem: Problem) -> NoReturn:
    """The host could not do what an element asked for: an incident at this element that keeps the host's words."""
    if isinstance(problem, ExecutionFailed) and problem.element_id:
        raise problem
    raise ExecutionFailed(
        "{element} could not be carried out: {reason}", element_id=element_id, element=element_id, reason=str(problem)
    ) from problem


class JobElement(ElementSpec):
    """A service task, send task, or any other element with a job type."""

    job_type: Text
    retries: Text

    def serve(self, instance: ElementInstance) -> bool | None:
        """Have the job done now, or leave it waiting."""
        tree = instance.workflow
        job_type = tree.string(self.job_type, instance, "the job type")
        headers = self.element.headers
        if not tree.host.is_immediate(job_type):
            retries = tree.json(self.retries, instance)
            if isinstance(retries, str) and retries.isdecimal():
                retries = int(retries)
            if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
                fail(self.element_id, "expected the retries of {element} to be a whole number, but they are {value}",
                     value=str(retries))  # fmt: skip
            instance.internal_data["job"] = [job_type, retries]
            return None
        try:
            result = tree.host.call_service(
                job_type, headers, plain_variables(instance.sees()), element_id=self.element_id,
                element_instance_id=instance.id,
            )  # fmt: skip
            variables = plain_variables(result or {})
        except BpmnError as error:
            throw_error(instance, error.code, error.message, plain_variables(error.variables))
            return None
        except Problem as problem:
            not_served(self.element_id, problem)
        return self.done(instance, variables)

    def behave(self, instance: ElementInstance) -> bool | None:
        return self.serve(instance)

    def wait(self, instance: ElementInstance) -> Wait | None:
        job = instance.internal_data.get("job")
        if not isinstance(job, list):
            return None
        headers: Mapping[str, str] = self.element.headers
        job_type, retries = job
        return JobWait(
            instance.id, self.element_id, str(job_type), int(str(retries)), headers, plain_variables(instance.sees())
        )
