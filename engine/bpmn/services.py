"""Elements whose work is done elsewhere: inside the step by the host, or after it by whoever serves the job."""

from collections.abc import Mapping

from engine.bpmn import calls
from engine.bpmn.elements import ElementSpec
from engine.bpmn.expressions import Text, plain_variables
from engine.bpmn.outcome import BpmnError, JobWait, Wait
from engine.bpmn.throwing import throw_error
from engine.bpmn.tree import ElementInstance


class JobElement(ElementSpec):
    """A service task, send task, or any other element with a job type."""

    job_type: Text
    retries: Text

    def serve(self, instance: ElementInstance) -> bool | None:
        """Have the job done now, or leave it waiting."""
        tree = instance.workflow
        job_type = calls.job_type(instance, self.job_type)
        headers = self.element.headers
        if not tree.host.is_immediate(job_type):
            instance.internal_data["job"] = [job_type, calls.retries(instance, self.retries)]
            return None
        try:
            result = calls.served(instance, job_type, headers, plain_variables(instance.sees()))
        except BpmnError as error:
            throw_error(instance, error.code, error.message, calls.results(self.element_id, error.variables))
            return None
        return self.done(instance, result)

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
