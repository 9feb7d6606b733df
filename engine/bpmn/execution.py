"""One live run of a process in memory: push it, and it walks to its next wait states."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from SpiffWorkflow.util.task import TaskState

from engine.bpmn import listeners, state
from engine.bpmn.elements import ElementSpec
from engine.bpmn.events import Event, hear
from engine.bpmn.expressions import fail, plain_variables
from engine.bpmn.gateways import begin_anew, release_inclusive_join
from engine.bpmn.outcome import (
    BpmnError,
    CallWait,
    Host,
    JobWait,
    MessageWait,
    Outcome,
    TimerWait,
    UserTaskWait,
    Variables,
    Wait,
)
from engine.bpmn.parser import Process
from engine.bpmn.throwing import throw_error, throw_escalation
from engine.bpmn.tree import ElementInstance, Tree
from engine.errors import Conflict, NotFound

__all__ = ["STEP_BUDGET", "BpmnError", "Execution"]

STEP_BUDGET = 1_000
"""How many elements one push may run before it is an incident."""


class Execution:
    """One instance in memory. Every push returns an `Outcome` or raises; after an exception throw the object away and keep
    the state you had before.

    `Conflict`: the element instance is not open for this push. `ExecutionFailed`: the drawing could not go on.
    `Invalid`: variables that are no JSON values. The moment `now` is fixed for the life of the object.
    """

    def __init__(self, process: Process, tree: Tree) -> None:
        self._process = process
        self._tree = tree
        self._outcome: Outcome | None = None

    @classmethod
    def start(
        cls,
        process: Process,
        variables: Variables,
        *,
        host: Host,
        now: datetime,
        start_element: str | None = None,
        step_budget: int = STEP_BUDGET,
    ) -> Self:
        """Start an instance at its none start event, or at `start_element` (a message, timer or signal start event).

        Raises `NotFound` when there is no such start event.
        """
        spec = process.spec
        root_spec = spec.root
        start: ElementSpec | None = None
        if start_element is not None:
            start = spec.task_specs.get(start_element)
            begins = start is not None and (start.kind == "startEvent" or start.element.instantiates)
            if start is None or not begins or start.element.scope != process.id:
                raise NotFound(
                    "the process {process} has no start event {element}", process=process.id, element=start_element
                )
        elif not root_spec.starts:
            raise NotFound("the process {process} has no plain start; it starts at an event", process=process.id)
        tree = Tree(spec, host=host, now=_aware(now), counter=0, budget=step_budget)
        tree.task_tree = ElementInstance(tree, root_spec, state=TaskState.STARTED)
        execution = cls(process, tree)
        root_spec.begin(tree, start, plain_variables(variables))
        execution._walk()
        return execution

    @classmethod
    def load(
        cls, process: Process, stored: str | bytes, *, host: Host, now: datetime, step_budget: int = STEP_BUDGET
    ) -> Self:
        """Bring back what `dump` wrote. Raises `state.BadState`, or `ExecutionFailed` for an element that is gone."""
        tree = Tree(process.spec, host=host, now=_aware(now), counter=0, budget=step_budget)
        state.load(tree, stored)
        return cls(process, tree)

    @property
    def outcome(self) -> Outcome:
        """What the last push led to; after a load, where the instance rests."""
        if self._outcome is None:
            self._outcome = self._look()
        return self._outcome

    @property
    def process(self) -> Process:
        """The compiled process."""
        return self._process

    # --- pushes -------------------------------------------------------------------------------------------------------

    def complete_user_task(self, element_instance_id: str, variables: Variables) -> Outcome:
        """Complete an open user task with these result variables."""
        instance = self._open(
            element_instance_id, UserTaskWait, "expected element instance {id} to be an open user task, but it is not"
        )
        return self._push(instance, variables)

    def complete_job(self, element_instance_id: str, variables: Variables) -> Outcome:
        """Complete an open job, or a call activity whose called instance has completed."""
        instance = self._open(
            element_instance_id, JobWait | CallWait, "expected element instance {id} to be an open job, but it is not"
        )
        return self._push(instance, variables)

    def throw_error(
        self, element_instance_id: str, code: str, message: str = "", variables: Variables | None = None
    ) -> Outcome:
        """Throw a business error at an open job, call activity or user task."""
        instance = self._open(
            element_instance_id,
            JobWait | CallWait | UserTaskWait,
            "expected element instance {id} to be an open job or user task, but it is not",
        )
        payload = plain_variables(variables or {})
        self._refuse_of_listener(instance, code)
        self._begin()
        throw_error(instance, code, message, payload)
        return self._walk()

    def throw_escalation(self, element_instance_id: str, code: str, variables: Variables | None = None) -> Outcome:
        """Throw an escalation at an open call activity (the called instance did not catch it), job or user task."""
        instance = self._open(
            element_instance_id,
            JobWait | CallWait | UserTaskWait,
            "expected element instance {id} to be an open job, call or user task, but it is not",
        )
        payload = plain_variables(variables or {})
        self._refuse_of_listener(instance, code)
        self._begin()
        throw_escalation(instance, code, payload)
        return self._walk()

    def fire_timer(self, element_instance_id: str) -> Outcome:
        """Fire an armed timer, whether or not it is due: the caller judges the time. A cycle is armed again."""
        return self._happen(
            self._open(
                element_instance_id, TimerWait, "expected element instance {id} to be an armed timer, but it is not"
            ),
            {},
            "timer",
        )

    def deliver_message(self, element_instance_id: str, variables: Variables) -> Outcome:
        """Deliver a correlated message to one open subscription."""
        instance = self._open(
            element_instance_id, MessageWait, "expected element instance {id} to wait for a message, but it does not"
        )
        return self._happen(instance, variables, "message")

    def broadcast_signal(self, name: str, variables: Variables) -> Outcome:
        """Deliver a signal to every open subscription of this name in this instance; with none, nothing happens."""
        payload = plain_variables(variables)
        self._begin()
        hear(self._tree, name, payload)
        return self._walk()

    def set_variables(self, variables: Variables) -> Outcome:
        """Set variables of the process itself from outside; nothing walks."""
        if self._tree.completed:
            raise Conflict("expected an active instance, but it has ended")
        self._begin()
        self._tree.root.data.update(plain_variables(variables))
        return self._walk()

    def cancel(self) -> Outcome:
        """Cancel the whole instance."""
        if self._tree.completed:
            raise Conflict("expected an active instance, but it has ended")
        self._begin()
        self._tree.cancel_all()
        return self._walk()

    def dump(self) -> str:
        """The live state as compact JSON: our own versioned format, keyed by element ids."""
        return state.dump(self._tree)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _open(self, element_instance_id: str, kind: type[Wait] | object, template: str) -> ElementInstance:
        instance = self._tree.tasks.get(element_instance_id)
        if instance is None or not isinstance(self._wait(instance), kind):  # type: ignore[arg-type]
            raise Conflict(template, id=element_instance_id)
        return instance

    def _refuse_of_listener(self, instance: ElementInstance, code: str) -> None:
        """What a listener throws nobody in the drawing catches, as in Camunda: its job has failed."""
        if listeners.waits(instance):
            at = instance.task_spec.element_id
            fail(at, "a listener of {element} threw the error {code}; a listener cannot throw what the drawing catches",
                 code=code)  # fmt: skip

    def _wait(self, instance: ElementInstance) -> Wait | None:
        if instance.is_waiting and instance.task_spec.element.start_quantity > 1:
            return None
        return listeners.wait(instance) if listeners.waits(instance) else instance.task_spec.wait(instance)

    def _push(self, instance: ElementInstance, variables: Variables) -> Outcome:
        results = plain_variables(variables)
        self._begin()
        if listeners.waits(instance):
            listeners.answered(instance, results)
        else:
            instance.task_spec.finish(instance, results)
        return self._walk()

    def _happen(self, instance: ElementInstance, variables: Variables, trigger: str) -> Outcome:
        payload = plain_variables(variables)
        self._begin()
        self._heard(instance, payload, trigger)
        return self._walk()

    def _heard(self, instance: ElementInstance, payload: dict[str, object], trigger: str) -> None:
        assert isinstance(instance.task_spec, Event)
        detail: Mapping[str, object] = {"trigger": trigger}
        instance.task_spec.happen(instance, payload, detail)

    def _begin(self) -> None:
        tree = self._tree
        self._outcome = None
        tree.steps = 0
        tree.trail, tree.messages, tree.signals, tree.escalations, tree.error = [], [], [], [], None
        tree.called = set()

    def _walk(self) -> Outcome:
        tree = self._tree
        tree.run_ready()
        while release_inclusive_join(tree):
            tree.run_ready()
        begin_anew(tree)
        self._outcome = self._look()
        if not tree.completed and not self._outcome.waits:
            self._stuck()
        return self._outcome

    def _stuck(self) -> None:
        """Nothing can move this instance any more: say where its tokens lie."""
        tokens = [each for each in self._tree.live() if each.is_waiting]
        at = tokens[0].task_spec.element_id if tokens else self._process.id
        fail(at, "the instance waits at {element} for something that can no longer come")

    def _look(self) -> Outcome:
        tree = self._tree
        waits = () if tree.completed else tuple(w for each in tree.live() if (w := self._wait(each)) is not None)
        return Outcome(
            waits=waits,
            trail=tuple(tree.trail),
            variables=plain_variables(tree.root.data),
            completed=tree.completed and not tree.cancelled,
            cancelled=tree.cancelled,
            messages=tuple(tree.messages),
            signals=tuple(tree.signals),
            escalations=tuple(tree.escalations),
            error=tree.error,
            steps=tree.steps,
            called=frozenset(tree.called),
        )


def _aware(now: datetime) -> datetime:
    if now.tzinfo is None:
        raise ValueError("a naive datetime is no moment")
    return now
