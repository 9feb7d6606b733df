"""What one drawing says, checked and normalised: the nouns between the XML and the machine.

Everything here is frozen and plain. Texts of expressions stand as written: with a leading `=` they are FEEL, without they are
static text. `None` means "not drawn"; an empty mapping or tuple means "drawn without entries" or "not drawn" alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from engine.errors import Finding

Binding = Literal["latest", "deployment", "versionTag", "version"]
EventKind = Literal[
    "none",
    "message",
    "timer",
    "signal",
    "error",
    "escalation",
    "terminate",
    "link",
    "conditional",
    "compensation",
    "cancel",
]
TimerKind = Literal["date", "duration", "cycle"]

NOTHING: Mapping[str, str] = MappingProxyType({})


def nothing() -> Mapping[str, str]:
    """The empty mapping, shared: the default of every mapping field."""
    return NOTHING


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a user task or start event: `form_id` of a deployed form, or a reference that the caller resolves.

    `resource` names the file of a form of the same deployment; `schema` is the form itself (form-js JSON), drawn as form fields, to be
    deployed under `form_id` together with the drawing.
    """

    form_id: str | None = None
    binding: Binding = "latest"
    version_tag: str | None = None
    external_reference: str | None = None
    resource: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision that a business rule task calls; `decision_id` may be FEEL."""

    decision_id: str
    result_variable: str
    binding: Binding = "latest"
    version_tag: str | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """The process that a call activity calls; `process_id` may be FEEL, and so may `business_key`; without one the caller's is handed on."""

    process_id: str
    binding: Binding = "latest"
    version_tag: str | None = None
    propagate_all_child_variables: bool = True
    propagate_all_parent_variables: bool = True
    business_key: str | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer as drawn: its kind and the text (ISO 8601, or FEEL with a leading `=`)."""

    kind: TimerKind
    expression: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message as drawn; both texts may be FEEL. Start events of a process need no correlation key."""

    id: str
    name: str
    correlation_key: str | None = None


@dataclass(frozen=True, slots=True)
class Publish:
    """What a throwing message event publishes (`zeebe:publishMessage`); every text may be FEEL."""

    correlation_key: str | None = None
    message_id: str | None = None
    time_to_live: str | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """A FEEL script task."""

    expression: str
    result_variable: str


@dataclass(frozen=True, slots=True)
class Listener:
    """A service that is asked when an element begins or ends (`start`, `end`), or on the way of a user task (`creating`, …).

    `job_type` and `retries` may be FEEL.
    """

    event: str
    job_type: str
    retries: str | None = None
    headers: Mapping[str, str] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class IoMapping:
    """One input or output mapping: `target` is a variable path (`a.b`), `source` is FEEL or static text."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """Multi-instance characteristics as Camunda 8 draws them; collections and conditions are FEEL.

    With `cardinality` (FEEL or a number) instead of a collection the activity runs that many times, as BPMN draws it.
    """

    sequential: bool
    input_collection: str
    input_element: str | None = None
    output_collection: str | None = None
    output_element: str | None = None
    completion_condition: str | None = None
    cardinality: str | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """Standard loop characteristics: the activity runs again while `condition` (FEEL) holds, at most `maximum` times."""

    condition: str | None = None
    maximum: int | None = None
    test_before: bool = False


@dataclass(frozen=True, slots=True)
class AdHoc:
    """How an ad-hoc sub-process runs: which elements it starts (FEEL, a list of element ids), whether one after another, and when
    it has done enough."""

    active_elements: str
    completion_condition: str | None = None
    cancel_remaining: bool = True
    sequential: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow. `condition` is FEEL as written, `None` without one."""

    id: str
    name: str
    source: str
    target: str
    condition: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane with the names from the outermost lane to itself."""

    id: str
    name: str
    path: tuple[str, ...]
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Element:
    """One flow element of a process. `kind` is its local name in BPMN (`userTask`, `boundaryEvent`, …).

    `scope` is the id of the sub-process around it, or of the process. `lane` is the innermost lane's name, `lane_path` the
    names from the outermost lane to it. `more` are further event definitions of the same event, each as an element of its own;
    `needs_all` says that all of them have to come. `handler` is the activity that a compensation boundary event leads to, `compensates`
    the activity that a thrown compensation is limited to. `error_code_variable` and `error_message_variable` receive what a caught error says. `event` is the event definition of an event (`none` without one), `None` for others.
    """

    id: str
    kind: str
    scope: str
    name: str = ""
    documentation: str = ""
    lane: str | None = None
    lane_path: tuple[str, ...] = ()
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    default_flow: str | None = None
    properties: Mapping[str, str] = field(default_factory=nothing)
    headers: Mapping[str, str] = field(default_factory=nothing)
    inputs: tuple[IoMapping, ...] = ()
    outputs: tuple[IoMapping, ...] = ()
    form: Form | None = None
    assignee: str | None = None
    candidate_groups: str | None = None
    candidate_users: str | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: str | None = None
    job_type: str | None = None
    retries: str | None = None
    listeners: tuple[Listener, ...] = ()
    event: EventKind | None = None
    interrupting: bool = True
    attached_to: str | None = None
    triggered_by_event: bool = False
    message: Message | None = None
    publish: Publish | None = None
    timer: Timer | None = None
    signal: str | None = None
    error_code: str | None = None
    error_code_variable: str | None = None
    error_message_variable: str | None = None
    escalation_code: str | None = None
    link: str | None = None
    decision: Decision | None = None
    script: Script | None = None
    called: Called | None = None
    multi_instance: MultiInstance | None = None
    loop: Loop | None = None
    ad_hoc: AdHoc | None = None
    condition: str | None = None
    more: "tuple[Element, ...]" = ()
    needs_all: bool = False
    start_quantity: int = 1
    completion_quantity: int = 1
    instantiates: bool = False
    activation_condition: str | None = None
    for_compensation: bool = False
    handler: str | None = None
    compensates: str | None = None
    line: int = 0

    @property
    def form_id(self) -> str | None:
        """The id of the deployed form, `None` without one."""
        return self.form.form_id if self.form else None


@dataclass(frozen=True, slots=True)
class MessageStart:
    """A start event of the process itself that a message opens (correlation keys play no part)."""

    element_id: str
    message_name: str


@dataclass(frozen=True, slots=True)
class SignalStart:
    """A start event of the process itself that a signal opens."""

    element_id: str
    signal_name: str


@dataclass(frozen=True, slots=True)
class TimerStart:
    """A start event of the process itself that a timer opens; the expression sees no variables."""

    element_id: str
    timer: Timer


@dataclass(frozen=True, slots=True)
class ProcessModel:
    """One process of a file. `elements` and `flows` hold everything inside it by id, sub-processes included, in file order."""

    id: str
    name: str
    is_executable: bool
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    lanes: tuple[Lane, ...] = ()
    version_tag: str | None = None
    documentation: str = ""
    properties: Mapping[str, str] = field(default_factory=nothing)
    listeners: tuple[Listener, ...] = ()
    line: int = 0

    def _starts(self, event: EventKind) -> list[Element]:
        """The start events of the process itself (not of a sub-process) of this kind, in file order."""
        found = self.elements.values()
        return [e for e in found if e.kind == "startEvent" and e.scope == self.id and e.event == event]

    @property
    def none_starts(self) -> tuple[str, ...]:
        """Element ids of the plain start events of the process itself."""
        return tuple(e.id for e in self._starts("none"))

    @property
    def message_starts(self) -> tuple[MessageStart, ...]:
        """Start events opened by a message, and receive tasks that begin a run; the name is static text or FEEL without variables."""
        receiving = (e for e in self.elements.values() if e.instantiates and e.scope == self.id)
        return tuple(MessageStart(e.id, e.message.name) for e in (*self._starts("message"), *receiving) if e.message)

    @property
    def signal_starts(self) -> tuple[SignalStart, ...]:
        """Start events opened by a signal."""
        return tuple(SignalStart(e.id, e.signal) for e in self._starts("signal") if e.signal)

    @property
    def timer_starts(self) -> tuple[TimerStart, ...]:
        """Start events opened by a timer."""
        return tuple(TimerStart(e.id, e.timer) for e in self._starts("timer") if e.timer)

    @property
    def called_elements(self) -> Mapping[str, Called]:
        """What call activities call, by element id."""
        return {e.id: e.called for e in self.elements.values() if e.called}

    @property
    def decisions(self) -> Mapping[str, Decision]:
        """What business rule tasks call, by element id."""
        return {e.id: e.decision for e in self.elements.values() if e.decision}

    @property
    def forms(self) -> Mapping[str, Form]:
        """The forms of user tasks and start events, by element id."""
        return {e.id: e.form for e in self.elements.values() if e.form}

    @property
    def job_types(self) -> Mapping[str, str]:
        """The job types of service-like elements, by element id; a type may be FEEL."""
        return {e.id: e.job_type for e in self.elements.values() if e.job_type}


@dataclass(frozen=True, slots=True)
class Model:
    """One file. `findings` holds everything the reader noticed; with an error among them `reader.read` raises instead."""

    resource: str
    processes: tuple[ProcessModel, ...]
    messages: tuple[Message, ...] = ()
    signals: Mapping[str, str] = field(default_factory=nothing)
    errors: Mapping[str, str] = field(default_factory=nothing)
    escalations: Mapping[str, str] = field(default_factory=nothing)
    target_platform: str | None = None
    findings: tuple[Finding, ...] = field(default=())

    def process(self, process_id: str) -> ProcessModel:
        """The process with this id; `KeyError` without one."""
        for process in self.processes:
            if process.id == process_id:
                return process
        raise KeyError(process_id)
