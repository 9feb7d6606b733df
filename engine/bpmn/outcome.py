"""What a push on an instance leads to: where it rests now, what happened on the way, what it tells the outside.

Times are aware and in UTC. Variables are plain JSON values (`int`, `float`, `Decimal`, `str`, `bool`, `None`, `list`, `dict`).
Identifiers of element instances are strings of digits, counted per instance, never given twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from engine import feel
from engine.bpmn.model import Binding, Form, nothing

Variables = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision's result and why: matched rules, inputs, version, whatever history shall keep (plain JSON values)."""

    value: object
    explanation: Mapping[str, object]


class Host(Protocol):
    """What the machine asks of its caller while it walks. Every call happens inside the caller's transaction."""

    @property
    def functions(self) -> Mapping[str, feel.FeelFunction]:
        """FEEL functions beyond the standard, by name (the working-day calendar)."""
        ...

    def decide(
        self, decision_id: str, binding: Binding, version_tag: str | None, variables: Variables, *, element_id: str
    ) -> Decided:
        """Evaluate a decision for a business rule task."""
        ...

    def is_immediate(self, job_type: str) -> bool:
        """Whether this job type is served inside the step; any other becomes a `JobWait`."""
        ...

    def call_service(
        self, job_type: str, headers: Mapping[str, str], inputs: Variables, *, element_id: str, element_instance_id: str
    ) -> Variables:
        """Serve an immediate job. May raise `BpmnError`, which the drawing can catch."""
        ...


class BpmnError(Exception):
    """A business error that a service throws: caught by an error boundary event or event sub-process of the drawing."""

    code: str
    message: str
    variables: Variables

    def __init__(self, code: str, message: str = "", variables: Variables | None = None) -> None:
        self.code = code
        self.message = message
        self.variables = dict(variables or {})
        super().__init__(f"{code}: {message}" if message else code)


@dataclass(frozen=True, slots=True)
class UserTaskWait:
    """An element instance that waits for a person; the expressions were evaluated once, when it was entered.

    `variables` are its own local variables (what its input mappings gave); `priority` is 0–100, 50 without one.
    """

    element_instance_id: str
    element_id: str
    assignee: str | None = None
    candidate_groups: tuple[str, ...] = ()
    candidate_users: tuple[str, ...] = ()
    due_date: datetime | None = None
    follow_up_date: datetime | None = None
    priority: int = 50
    form: Form | None = None
    properties: Mapping[str, str] = field(default_factory=nothing)
    variables: Variables = field(default_factory=nothing)

    @property
    def form_id(self) -> str | None:
        """The id of the deployed form, `None` without one."""
        return self.form.form_id if self.form else None


@dataclass(frozen=True, slots=True)
class TimerWait:
    """An armed timer. `remaining` counts the firings still to come, this one included; `None` = without end."""

    element_instance_id: str
    element_id: str
    due_at: datetime
    remaining: int | None = 1
    interrupting: bool = True


@dataclass(frozen=True, slots=True)
class MessageWait:
    """A subscription to a message; one that does not interrupt stays open after a delivery."""

    element_instance_id: str
    element_id: str
    message_name: str
    correlation_key: str
    interrupting: bool = True


@dataclass(frozen=True, slots=True)
class SignalWait:
    """A subscription to a signal."""

    element_instance_id: str
    element_id: str
    signal_name: str
    interrupting: bool = True


@dataclass(frozen=True, slots=True)
class ConditionWait:
    """An armed conditional event: it happens by itself when variables of the instance change so that its condition holds."""

    element_instance_id: str
    element_id: str
    interrupting: bool = True


@dataclass(frozen=True, slots=True)
class JobWait:
    """A job that somebody outside the step serves; `variables` are all that the element sees.

    `listener` is the event of the listener whose job it is, empty for the work of the element itself.
    """

    element_instance_id: str
    element_id: str
    job_type: str
    retries: int = 3
    headers: Mapping[str, str] = field(default_factory=nothing)
    variables: Variables = field(default_factory=nothing)
    listener: str = ""


@dataclass(frozen=True, slots=True)
class CallWait:
    """A called process: the caller starts it as an instance of its own and answers with `complete_job` or `throw_error`."""

    element_instance_id: str
    element_id: str
    called_process_id: str
    binding: Binding = "latest"
    version_tag: str | None = None
    variables: Variables = field(default_factory=nothing)
    business_key: str | None = None


Wait = UserTaskWait | TimerWait | MessageWait | SignalWait | ConditionWait | JobWait | CallWait


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One thing that happened to an element instance during the push.

    `detail` is a plain JSON mapping: `flows` (ids taken), `decision` and `explanation`, `error` (code), `missed` (firings of a
    cycle that passed unheard), `trigger`. `kind` is the element's kind.
    """

    element_id: str
    element_instance_id: str
    kind: str
    what: Literal["entered", "completed", "cancelled"]
    detail: Mapping[str, object] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class ThrownMessage:
    """A message that the instance publishes; the caller delivers it in a transaction of its own."""

    element_id: str
    element_instance_id: str
    name: str
    correlation_key: str
    variables: Variables
    message_id: str | None = None
    time_to_live: timedelta | None = None


@dataclass(frozen=True, slots=True)
class ThrownSignal:
    """A signal that the instance broadcasts; the caller delivers it to every other instance. Its own events have heard it."""

    element_id: str
    element_instance_id: str
    name: str
    variables: Variables


@dataclass(frozen=True, slots=True)
class UnheardEscalation:
    """An escalation that nothing in the drawing caught; the instance goes on.

    Of a called instance the caller hands it to the parent with `throw_escalation`; of any other it is forgotten.
    """

    element_id: str
    element_instance_id: str
    code: str
    variables: Variables = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class UnhandledError:
    """A business error that nothing in the drawing caught. The instance is cancelled whole.

    Of a called instance the caller hands it to the parent with `throw_error`; of any other it is an incident.
    """

    element_id: str
    element_instance_id: str
    code: str
    message: str = ""
    variables: Variables = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the instance stands after a push. `waits` is the full list of what it waits for, in order of entering.

    An instance that is neither `completed` nor `cancelled` has at least one wait. `variables` are those of the root scope.
    """

    waits: tuple[Wait, ...]
    trail: tuple[TrailEntry, ...]
    variables: Variables
    completed: bool = False
    cancelled: bool = False
    messages: tuple[ThrownMessage, ...] = ()
    signals: tuple[ThrownSignal, ...] = ()
    escalations: tuple[UnheardEscalation, ...] = ()
    error: UnhandledError | None = None
    steps: int = 0
    called: frozenset[str] = frozenset()
    """The element instances of call activities that call their process in this push."""
