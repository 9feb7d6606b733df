"""Elements whose work is done elsewhere: inside the step by the host, or after it by whoever serves the job."""

from collections.abc import Mapping

from engine.bpmn.elements import ElementSpec
from engine.bpmn.expressions import Locals, Text, fail, plain_variables
from engine.bpmn.outcome import BpmnError, JobWait, Wait
from engine.bpmn.throwing import throw_error
from engine.bpmn.tree import ElementInstance
from engine.errors import ExecutionFailed, Invalid


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


class JobElement(ElementSpec):
    """A service task, send task, or any other element with a job type."""

    job_type: Text
    retries: Text

    def serve(self, instance: ElementInstance) -> bool | None:
        """Have the job done now, or leave it waiting."""
        tree = instance.workflow
        job_type = tree.string(
            self.job_type, instance, "the job type of {element} must be a text, but {expression} gives {value}"
        )
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
        except BpmnError as error:
            throw_error(instance, error.code, error.message, results(self.element_id, error.variables))
            return None
        except ExecutionFailed as failure:
            raise at(self.element_id, failure) from failure.__cause__
        return self.done(instance, results(self.element_id, result))

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
