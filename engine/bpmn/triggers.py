"""What an event waits for: a timer, a message, a signal; armed once, kept in the instance's state, shown as a wait."""

from dataclasses import dataclass
from datetime import UTC, datetime

from engine.bpmn import timers
from engine.bpmn.expressions import Locals, Text, fail
from engine.bpmn.model import TimerKind
from engine.bpmn.outcome import ConditionWait, MessageWait, SignalWait, TimerWait
from engine.bpmn.tree import ElementInstance


@dataclass(frozen=True, slots=True)
class TimerTrigger:
    """A timer; its expression is evaluated when it is armed, and never again."""

    kind: TimerKind
    text: Text

    def arm(self, instance: ElementInstance) -> Locals:
        """What the instance must remember."""
        tree = instance.workflow
        value = tree.string(
            self.text, instance, "the timer of {element} must be a text, but {expression} gives {value}"
        )
        try:
            return remembered(timers.arm(self.kind, value, now=tree.now))
        except timers.NotATime as error:
            fail(
                instance.task_spec.element_id,
                "the timer of {element} cannot be armed: {reason}",
                reason=error.sentence,
                expression=self.text.source,
            )


@dataclass(frozen=True, slots=True)
class MessageTrigger:
    """A message with its correlation key; both are evaluated when the subscription opens."""

    name: Text
    key: Text

    def arm(self, instance: ElementInstance) -> Locals:
        """What the instance must remember."""
        tree = instance.workflow
        name = tree.string(
            self.name, instance, "the message name of {element} must be a text, but {expression} gives {value}"
        )
        return {
            "message": name,
            "key": tree.string(
                self.key, instance, "the correlation key of {element} must be a text, but {expression} gives {value}"
            ),
        }


@dataclass(frozen=True, slots=True)
class SignalTrigger:
    """A signal; its name is evaluated when the subscription opens."""

    name: Text

    def arm(self, instance: ElementInstance) -> Locals:
        """What the instance must remember."""
        return {
            "signal": instance.workflow.string(
                self.name, instance, "the signal name of {element} must be a text, but {expression} gives {value}"
            )
        }


@dataclass(frozen=True, slots=True)
class ConditionTrigger:
    """A condition over the instance's variables. It happens when the condition becomes true, and again only after it was false."""

    text: Text

    def arm(self, instance: ElementInstance) -> Locals:
        """What the instance must remember: whether the condition held when it was last asked."""
        return {"condition": False}

    def comes(self, instance: ElementInstance) -> bool:
        """Whether the condition has become true since it was last asked. What is neither true nor false does not hold."""
        held = bool(instance.internal_data["condition"])
        holds = instance.workflow.value(self.text, instance) is True
        instance.internal_data["condition"] = holds
        return holds and not held


Trigger = TimerTrigger | MessageTrigger | SignalTrigger | ConditionTrigger


def remembered(armed: timers.Armed) -> Locals:
    """An armed timer as plain values."""
    kept: Locals = {"due": armed.due_at.isoformat()}
    if armed.anchor is not None:
        kept |= {"anchor": armed.anchor.isoformat(), "period": armed.period, "number": armed.number}
        kept["left"] = armed.remaining
    return kept


def armed(kept: Locals) -> timers.Armed:
    """The armed timer that `remembered` wrote."""
    due = _moment(kept["due"])
    if "anchor" not in kept:
        return timers.Armed(due)
    left, number = kept["left"], kept["number"]
    assert left is None or isinstance(left, int)
    assert isinstance(number, int)
    return timers.Armed(due, left, _moment(kept["anchor"]), str(kept["period"]), number)


def _moment(value: object) -> datetime:
    return datetime.fromisoformat(str(value)).astimezone(UTC)


def waits_for(
    instance: ElementInstance, *, interrupting: bool
) -> TimerWait | MessageWait | SignalWait | ConditionWait | None:
    """The wait of an armed instance."""
    kept, element_id = instance.internal_data, instance.task_spec.element_id
    if "due" in kept:
        timer = armed(kept)
        return TimerWait(instance.id, element_id, timer.due_at, timer.remaining, interrupting)
    if "message" in kept:
        return MessageWait(instance.id, element_id, str(kept["message"]), str(kept["key"]), interrupting)
    if "condition" in kept:
        return ConditionWait(instance.id, element_id, interrupting)
    if "signal" in kept:
        return SignalWait(instance.id, element_id, str(kept["signal"]), interrupting)
    return None
