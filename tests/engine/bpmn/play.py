"""Plays an instance twice at once: one stays in memory, one is stored and loaded again after every push; both must agree."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine import feel
from engine.bpmn import parser, reader
from engine.bpmn.execution import STEP_BUDGET, BpmnError, Execution
from engine.bpmn.model import Model
from engine.bpmn.outcome import Decided, Outcome, TimerWait, TrailEntry, Wait
from engine.errors import ExecutionFailed

DIAGRAMS = Path(__file__).parents[2] / "diagrams"
BEGIN = datetime(2026, 1, 5, 1, tzinfo=UTC)
"""Monday, nine o'clock in Shanghai."""

Served = Callable[[Mapping[str, object]], Mapping[str, object]]


class Host:
    """A caller without a database: services are functions, decisions answer what the test says."""

    def __init__(self) -> None:
        self.functions: dict[str, feel.FeelFunction] = {}
        self.services: dict[str, Served] = {}
        self.decisions: dict[str, object] = {}
        self.asked: list[tuple[str, str, dict[str, object]]] = []

    def decide(
        self,
        decision_id: str,
        binding: str,
        version_tag: str | None,
        variables: Mapping[str, object],
        *,
        element_id: str,
    ) -> Decided:
        self.asked.append((decision_id, binding, dict(variables)))
        if decision_id not in self.decisions:
            raise ExecutionFailed("there is no decision {id}", id=decision_id)
        return Decided(self.decisions[decision_id], {"rules": [1]})

    def is_immediate(self, job_type: str) -> bool:
        return job_type.startswith("registry.")

    def call_service(
        self,
        job_type: str,
        headers: Mapping[str, str],
        inputs: Mapping[str, object],
        *,
        element_id: str,
        element_instance_id: str,
    ) -> Mapping[str, object]:
        return self.services.get(job_type, lambda _: {})(inputs)


def fails_with(code: str, **variables: object) -> Served:
    """A service that throws a business error."""

    def serve(_: Mapping[str, object]) -> Mapping[str, object]:
        raise BpmnError(code, "as the test wants", variables)

    return serve


def model(name: str) -> Model:
    """A drawing of tests/diagrams."""
    return reader.read((DIAGRAMS / f"{name}.bpmn").read_bytes(), resource=f"{name}.bpmn")


class Play:
    """One instance and its clock, spoken to by element ids."""

    def __init__(
        self,
        drawing: str | bytes,
        variables: Mapping[str, Any] | None = None,
        *,
        host: Host | None = None,
        start: str | None = None,
        budget: int = STEP_BUDGET,
    ) -> None:
        read = model(drawing) if isinstance(drawing, str) else reader.read(drawing, resource="sketch.bpmn")
        self.process = parser.compile(read, read.processes[0].id)
        self.host = host or Host()
        self.now = BEGIN
        self.budget = budget
        self.trail: list[TrailEntry] = []
        given = dict(variables or {})
        self.kept = Execution.start(
            self.process, given, host=self.host, now=self.now, start_element=start, step_budget=budget
        )
        self.stored = self.kept.dump()
        self._noted(self.kept.outcome)

    # --- looking ------------------------------------------------------------------------------------------------------

    @property
    def outcome(self) -> Outcome:
        return self.kept.outcome

    @property
    def variables(self) -> Mapping[str, Any]:
        return self.outcome.variables

    @property
    def at(self) -> list[str]:
        """The element ids that wait, timers, messages and all, in order."""
        return sorted(wait.element_id for wait in self.outcome.waits)

    @property
    def path(self) -> list[str]:
        """The element ids that have completed, in order."""
        return [entry.element_id for entry in self.trail if entry.what == "completed"]

    @property
    def flows(self) -> list[str]:
        """The flows that were taken, in order."""
        found: list[str] = []
        for entry in self.trail:
            flows = entry.detail.get("flows", [])
            assert isinstance(flows, list)
            found += flows
        return found

    @property
    def cancelled(self) -> list[str]:
        """The element ids that were cancelled, in order."""
        return [entry.element_id for entry in self.trail if entry.what == "cancelled"]

    def wait(self, element_id: str, number: int = 0) -> Any:
        """What an element waits for; `number` chooses among several instances."""
        return self._waits(element_id)[number]

    def _waits(self, element_id: str) -> list[Wait]:
        return [wait for wait in self.outcome.waits if wait.element_id == element_id]

    # --- pushing ------------------------------------------------------------------------------------------------------

    def push(self, action: Callable[[Execution], Outcome]) -> Outcome:
        """Push both twins; they must say the same and store the same."""
        again = Execution.load(self.process, self.stored, host=self.host, now=self.now, step_budget=self.budget)
        assert again.outcome.waits == self.outcome.waits
        self.kept._tree.now = self.now
        first, second = action(self.kept), action(again)
        assert first == second
        self.stored = again.dump()
        assert self.kept.dump() == self.stored
        self._noted(first)
        return first

    def _noted(self, outcome: Outcome) -> None:
        self.trail += outcome.trail
        assert len(self.kept._tree.tasks) <= 1 or not outcome.completed

    def complete(self, element_id: str, number: int = 0, **variables: Any) -> Outcome:
        wait = self.wait(element_id, number)
        return self.push(lambda execution: execution.complete_user_task(wait.element_instance_id, variables))

    def finish(self, element_id: str, **variables: Any) -> Outcome:
        """Complete a job or a called process."""
        wait = self.wait(element_id)
        return self.push(lambda execution: execution.complete_job(wait.element_instance_id, variables))

    def throw(self, element_id: str, code: str, **variables: Any) -> Outcome:
        wait = self.wait(element_id)
        return self.push(lambda execution: execution.throw_error(wait.element_instance_id, code, "", variables))

    def deliver(self, element_id: str, **variables: Any) -> Outcome:
        wait = self.wait(element_id)
        return self.push(lambda execution: execution.deliver_message(wait.element_instance_id, variables))

    def signal(self, name: str, **variables: Any) -> Outcome:
        return self.push(lambda execution: execution.broadcast_signal(name, variables))

    def fire(self, element_id: str) -> Outcome:
        """Fire one timer now."""
        wait = self.wait(element_id)
        return self.push(lambda execution: execution.fire_timer(wait.element_instance_id))

    def pass_time(self, span: timedelta) -> None:
        """Let time go by; what falls due fires at its time."""
        until = self.now + span
        while True:
            timers = [wait for wait in self.outcome.waits if isinstance(wait, TimerWait) and wait.due_at <= until]
            if not timers:
                break
            first = min(timers, key=lambda wait: (wait.due_at, int(wait.element_instance_id)))
            self.now = max(self.now, first.due_at)
            self.push(lambda execution, due=first: execution.fire_timer(due.element_instance_id))
        self.now = until

    def sleep(self, span: timedelta) -> None:
        """Let time go by without anybody looking at the clock."""
        self.now += span
