"""Plays the drawings of workflows/ without a database: services answer what the test says, decisions and forms are the real ones."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from engine import dmn, feel, forms, submissions
from engine.bpmn import parser, reader
from engine.bpmn.execution import Execution
from engine.bpmn.model import Model, ProcessModel
from engine.bpmn.outcome import CallWait, Decided, JobWait, MessageWait, Outcome, TimerWait, UserTaskWait, Wait
from engine.calendars import Calendar
from engine.working_days import functions

WORKFLOWS = Path(__file__).parents[2] / "workflows"
NOW = datetime(2026, 6, 30, 1, 0, tzinfo=UTC)
"""Tuesday, nine o'clock in Shanghai."""
YEARS = Calendar(frozenset(range(2025, 2031)), {})
"""Years without holidays: weekends only."""

Service = Callable[[Mapping[str, Any]], Mapping[str, Any]] | Mapping[str, Any]


def drawings() -> list[str]:
    """The names of all drawings."""
    return sorted(path.stem for path in WORKFLOWS.glob("*.bpmn"))


@cache
def drawing(name: str) -> Model:
    """A drawing of workflows/."""
    return reader.read((WORKFLOWS / f"{name}.bpmn").read_bytes(), resource=f"{name}.bpmn")


@cache
def processes() -> Mapping[str, ProcessModel]:
    """All processes of all drawings by their id."""
    return {process.id: process for name in drawings() for process in drawing(name).processes}


@cache
def _compiled(process_id: str) -> parser.Process:
    model = next(m for m in map(drawing, drawings()) if any(p.id == process_id for p in m.processes))
    return parser.compile(model, process_id)


@cache
def form(name: str) -> forms.Form:
    """A form of workflows/."""
    return forms.read((WORKFLOWS / f"{name}.form").read_bytes(), resource=f"{name}.form")


@cache
def decisions(name: str) -> dmn.Decisions:
    """The decisions of one file of workflows/."""
    return dmn.read((WORKFLOWS / f"{name}.dmn").read_bytes(), resource=f"{name}.dmn")


def decide(name: str, decision_id: str, facts: Mapping[str, Any]) -> Any:
    """The plain value of a decision over `facts`."""
    return feel.to_json(dmn.evaluate(decisions(name), decision_id, {"facts": dict(facts)}, now=NOW, functions={}).value)


class Player:
    """One run of a process, spoken to by element ids. After every push it is stored and loaded again."""

    def __init__(
        self, process_id: str, variables: Mapping[str, Any], services: Mapping[str, Service] | None = None
    ) -> None:
        self.process = _compiled(process_id)
        self.model = processes()[process_id]
        self.services = dict(services or {})
        self.called: list[tuple[str, dict[str, Any]]] = []
        self.path: list[str] = []
        self.now = NOW
        self.functions: Mapping[str, feel.FeelFunction] = functions(lambda: YEARS)
        starts = self.model.message_starts
        run = Execution.start(
            self.process, dict(variables), host=self, now=NOW, start_element=starts[0].element_id if starts else None
        )
        self._rest(run)

    # --- the host ---------------------------------------------------------------------------------------------------------

    def decide(
        self, decision_id: str, binding: str, version_tag: str | None, variables: Mapping[str, Any], *, element_id: str
    ) -> Decided:
        decided = dmn.evaluate(decisions(decision_id), decision_id, variables, now=self.now, functions=self.functions)
        return Decided(feel.to_json(decided.value), decided.explanation)

    def is_immediate(self, job_type: str) -> bool:
        return job_type.startswith("registry.")

    def call_service(
        self,
        job_type: str,
        headers: Mapping[str, str],
        inputs: Mapping[str, Any],
        *,
        element_id: str,
        element_instance_id: str,
    ) -> Mapping[str, Any]:
        self.called.append((job_type, dict(inputs)))
        answer = self.services.get(job_type, {})
        return answer(inputs) if callable(answer) else answer

    # --- looking ----------------------------------------------------------------------------------------------------------

    @property
    def tasks(self) -> list[str]:
        """The user tasks that wait, in order."""
        return sorted(wait.element_id for wait in self.outcome.waits if isinstance(wait, UserTaskWait))

    @property
    def waits(self) -> set[str]:
        """Every element that waits."""
        return {wait.element_id for wait in self.outcome.waits}

    def task(self, element_id: str) -> UserTaskWait:
        """An open user task."""
        return next(w for w in self.outcome.waits if isinstance(w, UserTaskWait) and w.element_id == element_id)

    def due(self, element_id: str) -> date:
        """The day on which a user task or timer falls due."""
        wait = self._wait(element_id)
        moment = wait.due_at if isinstance(wait, TimerWait) else getattr(wait, "due_date", None)
        assert isinstance(moment, datetime), f"{element_id} has no due date"
        return moment.astimezone(UTC).date()

    def inputs_of(self, job_type: str) -> dict[str, Any]:
        """What a service was given the last time."""
        return next(inputs for name, inputs in reversed(self.called) if name == job_type)

    def gave(self, job_type: str, **expected: Any) -> bool:
        """Whether a service was given these values the last time (it sees everything else of the run as well)."""
        given = self.inputs_of(job_type)
        return {name: given.get(name) for name in expected} == expected

    @property
    def variables(self) -> Mapping[str, Any]:
        return self.outcome.variables

    # --- pushing ----------------------------------------------------------------------------------------------------------

    def complete(self, element_id: str, submission: Mapping[str, Any]) -> None:
        """Complete a user task with what its own form lets through."""
        wait = self.task(element_id)
        assert wait.form_id, f"{element_id} has no form"
        shown = {**self.variables, **wait.variables}
        answers = submissions.check(form(wait.form_id), submission, shown, now=self.now, functions=self.functions)
        self._push(lambda run: run.complete_user_task(wait.element_instance_id, answers))

    def fire(self, element_id: str) -> None:
        """Fire a timer."""
        wait = self._wait(element_id)
        assert isinstance(wait, TimerWait)
        self.now = max(self.now, wait.due_at)
        self._push(lambda run: run.fire_timer(wait.element_instance_id))

    def hear(self, name: str, key: str, variables: Mapping[str, Any] | None = None) -> None:
        """Deliver a message by its name and correlation key."""
        wait = next(
            w
            for w in self.outcome.waits
            if isinstance(w, MessageWait) and w.message_name == name and w.correlation_key == key
        )
        self._push(lambda run: run.deliver_message(wait.element_instance_id, dict(variables or {})))

    def child_ends(self, element_id: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """End a called process with these results; gives what it was called with."""
        wait = self._wait(element_id)
        assert isinstance(wait, CallWait)
        assert wait.called_process_id in processes()
        given = wait.variables
        self._push(lambda run: run.complete_job(wait.element_instance_id, dict(variables)))
        return given

    def _wait(self, element_id: str) -> Wait:
        return next(wait for wait in self.outcome.waits if wait.element_id == element_id)

    def _push(self, action: Callable[[Execution], Outcome]) -> None:
        run = Execution.load(self.process, self.state, host=self, now=self.now)
        action(run)
        self._rest(run)

    def _rest(self, run: Execution) -> None:
        self._note(run.outcome)
        while sent := self._letters(run.outcome.waits):
            self.called.append((sent[0].job_type, dict(sent[0].variables)))
            self._note(run.complete_job(sent[0].element_instance_id, {}))
        self.state = run.dump()
        self.outcome = run.outcome

    def _note(self, outcome: Outcome) -> None:
        self.path += [entry.element_id for entry in outcome.trail if entry.what == "completed"]
        assert outcome.error is None, outcome.error

    @staticmethod
    def _letters(waits: Sequence[Wait]) -> list[JobWait]:
        return [wait for wait in waits if isinstance(wait, JobWait) and wait.job_type.startswith("send.")]
