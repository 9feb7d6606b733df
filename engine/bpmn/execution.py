"""One live run of a process in memory: push it, and it walks to its next wait states."""

from datetime import datetime

from engine.bpmn.outcome import BpmnError as BpmnError
from engine.bpmn.outcome import Host, Outcome, Variables
from engine.bpmn.parser import Process

STEP_BUDGET = 1_000


class Execution:
    """One instance in memory. Every push either returns an `Outcome` or raises; after an exception throw the object away
    and keep the state you had before (`Conflict`: the element instance is not open for this; `ExecutionFailed`: the
    drawing could not go on)."""

    @property
    def outcome(self) -> Outcome:
        """What the last push (or the load) led to."""
        raise NotImplementedError

    @classmethod
    def start(
        cls, process: Process, variables: Variables, *, host: Host, now: datetime,
        start_element: str | None = None, step_budget: int = STEP_BUDGET,
    ) -> "Execution":
        """Start an instance at its none start event, or at `start_element` (message, timer, signal start)."""
        raise NotImplementedError

    @classmethod
    def load(
        cls, process: Process, state: str | bytes, *, host: Host, now: datetime, step_budget: int = STEP_BUDGET
    ) -> "Execution":
        """Bring back what `dump` wrote."""
        raise NotImplementedError

    def complete_user_task(self, element_instance_id: str, variables: Variables) -> Outcome:
        """Complete an open user task with these result variables."""
        raise NotImplementedError

    def complete_job(self, element_instance_id: str, variables: Variables) -> Outcome:
        """Complete an open job, or a call activity whose called instance has completed."""
        raise NotImplementedError

    def throw_error(
        self, element_instance_id: str, code: str, message: str = "", variables: Variables | None = None
    ) -> Outcome:
        """Throw a business error at an open job, call activity or user task."""
        raise NotImplementedError

    def fire_timer(self, element_instance_id: str) -> Outcome:
        """Fire an armed timer, whether or not it is due: the caller judges the time. A cycle is armed again."""
        raise NotImplementedError

    def deliver_message(self, element_instance_id: str, variables: Variables) -> Outcome:
        """Deliver a correlated message to one open subscription."""
        raise NotImplementedError

    def broadcast_signal(self, name: str, variables: Variables) -> Outcome:
        """Deliver a signal to every open subscription of this name in this instance (none: nothing happens)."""
        raise NotImplementedError

    def set_variables(self, variables: Variables) -> Outcome:
        """Set variables of the root scope from outside; nothing walks."""
        raise NotImplementedError

    def cancel(self) -> Outcome:
        """Cancel the whole instance."""
        raise NotImplementedError

    def dump(self) -> str:
        """The live state as compact JSON: our own versioned format, keyed by element ids."""
        raise NotImplementedError
