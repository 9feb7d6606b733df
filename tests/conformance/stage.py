"""A small office for drawings of other people: several runs, their messages, signals, timers, jobs and calls, on a clock of its own.

Every push stores the run and loads it again, so that what is measured is what the house does.
"""

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine import feel
from engine.bpmn import parser, reader
from engine.bpmn.execution import BpmnError, Execution
from engine.bpmn.model import Binding
from engine.bpmn.outcome import (
    CallWait,
    Decided,
    JobWait,
    MessageWait,
    Outcome,
    ThrownMessage,
    TimerWait,
    UnhandledError,
    UserTaskWait,
    Variables,
    Wait,
)
from engine.bpmn.parser import Process
from engine.errors import ExecutionFailed

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
MOST_PUSHES = 500
Service = Callable[[Mapping[str, object]], Mapping[str, object]]


@dataclass
class Run:
    """One run; `caller` is who waits for its end: (run, element instance)."""

    execution: Execution
    caller: tuple[int, str] | None = None
    called: set[str] = field(default_factory=set[str])
    working: set[str] = field(default_factory=set[str])


class Stage:
    """Plays the processes of one file. `log` collects what services write, `visited` the ids of elements that were left."""

    def __init__(self, source: bytes, *, resource: str, slow: Mapping[str, timedelta] | None = None) -> None:
        self.processes: dict[str, Process] = {}
        self.learn(source, resource=resource)
        self.slow: Mapping[str, timedelta] = {} if slow is None else slow
        self.functions: Mapping[str, feel.FeelFunction] = {}
        self.runs: dict[int, Run] = {}
        self.log: list[str] = []
        self.visited: list[str] = []
        self.errors: list[UnhandledError] = []
        self.services: dict[str, Service] = {}
        self.decided: dict[str, object] = {}
        self.now = BEGIN
        self._count = 0
        self._agenda: list[Callable[[], None]] = []
        self._work: list[tuple[datetime, int, int, str, str]] = []
        self._said: list[ThrownMessage] = []

    def learn(self, source: bytes, *, resource: str) -> None:
        """Reads a file whose processes may be started and called."""
        model = reader.read(source, resource=resource)
        self.processes |= {p.id: parser.compile(model, p.id) for p in model.processes if p.is_executable}

    def publish(self, message: ThrownMessage) -> None:
        """A message from outside, and everything that follows at once."""
        self._agenda.append(lambda: self._deliver(message))
        self.settle()

    # --- what the machine asks ----------------------------------------------------------------------------------------

    def is_immediate(self, job_type: str) -> bool:
        return job_type not in self.slow

    def decide(
        self, decision_id: str, binding: Binding, version_tag: str | None, variables: Variables, *, element_id: str
    ) -> Decided:
        _ = binding, version_tag, variables
        if decision_id not in self.decided:
            raise ExecutionFailed("there is no decision {id}", element_id=element_id, id=decision_id)
        return Decided(self.decided[decision_id], {})

    def call_service(
        self,
        job_type: str,
        headers: Mapping[str, str],
        inputs: Mapping[str, object],
        *,
        element_id: str,
        element_instance_id: str,
    ) -> Mapping[str, object]:
        serve = self.services.get(job_type)
        return serve(inputs) if serve else {}

    # --- pushing ------------------------------------------------------------------------------------------------------

    def say(self, name: str, key: str = "k") -> None:
        """A message from a service; it goes out with the step."""
        self._said.append(ThrownMessage("", "", name, key, {}))

    def start(
        self,
        process_id: str,
        variables: Mapping[str, Any],
        *,
        element: str | None = None,
        caller: tuple[int, str] | None = None,
    ) -> None:
        """Starts a run and plays everything that follows at once."""
        self._begin(process_id, variables, element, caller)
        self.settle()

    def push(self, number: int, act: Callable[[Execution], Outcome]) -> None:
        """Pushes one run, loaded afresh."""
        run = self.runs[number]
        stored, process = run.execution.dump(), run.execution.process
        run.execution = Execution.load(process, stored, host=self, now=self.now)
        self._after(number, act(run.execution))

    def settle(self) -> None:
        """Plays what messages, signals, calls and ends have set going."""
        for _ in range(MOST_PUSHES):
            if not self._agenda:
                return
            self._agenda.pop(0)()
        raise ExecutionFailed("the runs set each other going without end")

    def pass_time(self, span: timedelta) -> None:
        """Lets time go by: timers fire and slow work is finished when it is due."""
        until = self.now + span
        for _ in range(MOST_PUSHES):
            following = self._next(until)
            if following is None:
                break
            following()
            self.settle()
        self.now = until

    def waits(self) -> Iterable[tuple[int, Wait]]:
        """Everything that all runs wait for."""
        return [(number, wait) for number, run in self.runs.items() for wait in run.execution.outcome.waits]

    def _next(self, until: datetime) -> Callable[[], None] | None:
        due: list[tuple[datetime, int, int, Callable[[], None]]] = []
        for number, wait in self.waits():
            if isinstance(wait, TimerWait) and wait.due_at <= until:
                place = wait.element_instance_id
                due.append((wait.due_at, number, int(place), self._pusher(number, lambda e, p=place: e.fire_timer(p))))
        if self._work and self._work[0][0] <= until:
            at, number, order, place, job_type = self._work[0]
            due.append((at, number, order, lambda: self._work_done(number, place, job_type)))
        if not due:
            return None
        at, _, _, act = min(due, key=lambda one: one[:3])
        self.now = max(self.now, at)
        return act

    def _pusher(self, number: int, act: Callable[[Execution], Outcome]) -> Callable[[], None]:
        return lambda: self.push(number, act)

    def _work_done(self, number: int, place: str, job_type: str) -> None:
        heapq.heappop(self._work)
        run = self.runs.get(number)
        if run is None or not any(wait.element_instance_id == place for wait in run.execution.outcome.waits):
            return
        serve = self.services.get(job_type)
        variables = serve({}) if serve else {}
        self.push(number, lambda execution: execution.complete_job(place, variables))

    def _begin(
        self,
        process_id: str,
        variables: Mapping[str, Any],
        element: str | None,
        caller: tuple[int, str] | None,
    ) -> None:
        process = self.processes[process_id]
        execution = Execution.start(process, variables, host=self, now=self.now, start_element=element)
        self._count += 1
        self.runs[self._count] = Run(execution, caller)
        self._after(self._count, execution.outcome)

    def _after(self, number: int, outcome: Outcome) -> None:
        run = self.runs[number]
        self.visited += [one.element_id for one in outcome.trail if one.what != "entered"]
        for one in outcome.trail:
            if one.what == "cancelled" and one.kind == "callActivity":
                self._cancel_called((number, one.element_instance_id))
        said, self._said = self._said, []
        for message in (*outcome.messages, *said):
            self._agenda.append(lambda message=message: self._deliver(message))
        for signal in outcome.signals:
            self._agenda.append(lambda name=signal.name: self._broadcast(name, number))
        for wait in outcome.waits:
            self._serve(number, run, wait)
        caller = run.caller
        if caller is not None:
            for unheard in outcome.escalations:
                self._tell(caller, lambda e, p, u=unheard: e.throw_escalation(p, u.code, u.variables))
        if outcome.error is not None:
            error = outcome.error
            del self.runs[number]
            if caller is None:
                self.errors.append(error)
            else:
                self._tell(caller, lambda e, p: e.throw_error(p, error.code, error.message, error.variables))
        elif outcome.completed:
            del self.runs[number]
            if caller is not None:
                self._tell(caller, lambda e, p: e.complete_job(p, dict(outcome.variables)))

    def _serve(self, number: int, run: Run, wait: Wait) -> None:
        place = wait.element_instance_id
        if isinstance(wait, CallWait) and place not in run.called and wait.called_process_id in self.processes:
            run.called.add(place)
            called, variables = wait.called_process_id, dict(wait.variables)
            self._agenda.append(lambda: self._begin(called, variables, None, (number, place)))
        elif isinstance(wait, JobWait) and place not in run.working:
            run.working.add(place)
            ready = self.now + self.slow[wait.job_type]
            heapq.heappush(self._work, (ready, number, int(place), place, wait.job_type))

    def _cancel_called(self, caller: tuple[int, str]) -> None:
        """What a run called goes with it."""

        def cancel() -> None:
            for number in [number for number, run in self.runs.items() if run.caller == caller]:
                self.push(number, lambda execution: execution.cancel())
                self.runs.pop(number, None)

        self._agenda.append(cancel)

    def _tell(self, caller: tuple[int, str], act: Callable[[Execution, str], Outcome]) -> None:
        number, place = caller

        def tell() -> None:
            if number in self.runs:
                self.push(number, lambda execution: act(execution, place))

        self._agenda.append(tell)

    def _deliver(self, message: ThrownMessage) -> None:
        hearing = [(n, w) for n, w in self.waits() if isinstance(w, MessageWait) and w.message_name == message.name]
        if hearing:
            number, wait = hearing[0]
            self.push(number, lambda e: e.deliver_message(wait.element_instance_id, dict(message.variables)))
            return
        for process in self.processes.values():
            for start in process.model.message_starts:
                if start.message_name == message.name:
                    self._begin(process.id, dict(message.variables), start.element_id, None)
                    return

    def _broadcast(self, name: str, sender: int) -> None:
        for number in [one for one in self.runs if one != sender]:
            if number in self.runs:
                self.push(number, lambda execution: execution.broadcast_signal(name, {}))
        for process in self.processes.values():
            for start in process.model.signal_starts:
                if start.signal_name == name:
                    self._begin(process.id, {}, start.element_id, None)


__all__ = ["BEGIN", "BpmnError", "Stage", "UserTaskWait"]
