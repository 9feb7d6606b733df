"""What a listener of a user task may answer: nothing, corrections of the task, or that what was to happen is denied.

The answer has the shape of the result of Camunda 8's listener jobs: `{"denied": true, "deniedReason": "…"}` or
`{"corrections": {"assignee": "anna", "dueDate": "2026-03-05", …}}`; a correction to null leaves the attribute as it is, an empty
text or list clears it. A listener of a user task sets no variables.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from engine.bpmn import timers
from engine.bpmn.expressions import Locals, fail
from engine.errors import Invalid

HEADER: Final = "io.camunda.zeebe:"
"""Before the names of headers that say what the user task is like, as in Camunda 8."""
DENIABLE: Final = frozenset({"assigning", "updating", "completing"})
_ANSWERS: Final = frozenset({"denied", "deniedReason", "corrections"})


@dataclass(frozen=True, slots=True)
class Attributes:
    """What can be corrected of a user task. Moments are ISO 8601 in UTC, empty texts and lists say that there is none."""

    assignee: str = ""
    candidate_groups: Sequence[str] = ()
    candidate_users: Sequence[str] = ()
    due_date: str = ""
    follow_up_date: str = ""
    priority: int = 50

    def headers(self, event: str, action: str) -> dict[str, str]:
        """The reserved headers that tell a listener about the user task."""
        said = {
            "action": action,
            "assignee": self.assignee,
            "candidateGroups": ",".join(self.candidate_groups),
            "candidateUsers": ",".join(self.candidate_users),
            "dueDate": self.due_date,
            "followUpDate": self.follow_up_date,
            "priority": str(self.priority),
            "listenerEventType": event,
        }
        return {HEADER + name: value for name, value in said.items() if value}


def corrections(element_id: str, event: str, answer: Mapping[str, object]) -> Mapping[str, object]:
    """The corrections in an answer, by field of `Attributes`, checked.

    Raises `Invalid` when the answer denies, with the reason; `ExecutionFailed` for what no listener may answer.
    """
    beyond = sorted(set(answer) - _ANSWERS)
    if beyond:
        fail(element_id, "a listener of {element} sets no variables, but it gave {names}", names=", ".join(beyond))
    denied, reason = answer.get("denied"), answer.get("deniedReason")
    if denied is True:
        if event not in DENIABLE:
            fail(element_id, "a listener of {element} cannot deny the event {event}", event=event)
        if isinstance(reason, str) and reason:
            raise Invalid("this was not accepted: {reason}", reason=reason)
        raise Invalid("this was not accepted")
    given = answer.get("corrections") or {}
    if not isinstance(given, Mapping):
        fail(element_id, "the corrections of {element} must be a context, but they are {value}", value=str(given)[:100])
    found: Locals = {}
    for name, value in cast("Mapping[str, object]", given).items():
        if name not in _READ or event in {"completing", "canceling"}:
            fail(
                element_id, "a listener of {element} cannot correct {name} at the event {event}", name=name, event=event
            )
        if value is not None:
            field, read = _READ[name]
            found[field] = read(element_id, name, value)
    return found


def _text(element_id: str, name: str, value: object) -> object:
    return value if isinstance(value, str) else _wrong(element_id, name, value)


def _names(element_id: str, name: str, value: object) -> object:
    if isinstance(value, list) and all(isinstance(each, str) for each in cast("list[object]", value)):
        return value
    return _wrong(element_id, name, value)


def _moment(element_id: str, name: str, value: object) -> object:
    if value == "":
        return value
    try:
        return timers.moment(str(value), end_of_day=True).isoformat()
    except timers.NotATime:
        return _wrong(element_id, name, value)


def _priority(element_id: str, name: str, value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100:
        return value
    return _wrong(element_id, name, value)


def _wrong(element_id: str, name: str, value: object) -> object:
    fail(element_id, "the listener of {element} corrects {name} to {value}, which it cannot be", name=name,
         value=str(value)[:100])  # fmt: skip


_READ: Final[Mapping[str, tuple[str, Callable[[str, str, object], object]]]] = {
    "assignee": ("assignee", _text),
    "candidateGroups": ("candidate_groups", _names),
    "candidateUsers": ("candidate_users", _names),
    "dueDate": ("due_date", _moment),
    "followUpDate": ("follow_up_date", _moment),
    "priority": ("priority", _priority),
}
