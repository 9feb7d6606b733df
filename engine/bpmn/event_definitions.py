"""What an event waits for or throws, and the messages, signals, errors and escalations that events refer to."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from lxml import etree

from engine.bpmn import vocabulary
from engine.bpmn.extensions import Extensions
from engine.bpmn.model import Element, EventKind, Message, Timer, TimerKind
from engine.bpmn.xml import Findings, attribute, child, children, content, line_of

_TIMERS: dict[str, TimerKind] = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}


class EventDefinitions:
    """Reads the event definitions of one file; the references are filled while its root elements are read."""

    def __init__(self, findings: Findings, extensions: Extensions) -> None:
        self.findings = findings
        self.extensions = extensions
        self.messages: dict[str, Message] = {}
        self.signals: dict[str, str] = {}
        self.errors: dict[str, str] = {}
        self.escalations: dict[str, str] = {}
        self.shared: dict[str, tuple[str, etree._Element]] = {}

    def read(self, node: etree._Element, element: Element) -> Element:
        """The element with its event definitions; an event without one is a plain event."""
        definitions = [(name, each) for name, each in children(node) if name in vocabulary.EVENT_DEFINITIONS]
        for name, each in children(node):
            if name == "eventDefinitionRef":
                self.extensions.attributes(each, element.id)
                definitions += self._shared(content(each), element)
        if not definitions:
            return element
        first, *others = [self._one(element, local, definition) for local, definition in definitions]
        if not others:
            return first
        return replace(first, more=tuple(others), needs_all=node.get("parallelMultiple") in {"true", "1"})

    def _shared(self, reference: str, element: Element) -> list[tuple[str, etree._Element]]:
        """The event definition that stands beside the processes and is used by its id."""
        found = self.shared.get(_local(reference))
        if found is None:
            self.findings.error(
                "unknown-reference", element.id, "there is no event definition with the id {id}", id=reference,
                line=element.line,
            )  # fmt: skip
        return [found] if found is not None else []

    def _one(self, element: Element, local: str, definition: etree._Element) -> Element:
        self.extensions.attributes(definition, element.id)
        self.extensions.read(definition, local, element.id)
        kind = cast(EventKind, vocabulary.EVENT_DEFINITIONS[local])
        element = replace(element, event=kind)
        match kind:
            case "message":
                return replace(element, message=self.message(definition, element.id))
            case "timer":
                return replace(element, timer=self._timer(definition, element.id))
            case "signal":
                return replace(
                    element,
                    signal=self._referred(
                        definition, "signalRef", self.signals, element.id, "there is no signal with the id {id}"
                    ),
                )
            case "error":
                code = self._referred(
                    definition, "errorRef", self.errors, element.id, "there is no error with the id {id}"
                )
                return replace(
                    element,
                    error_code=code or None,
                    error_code_variable=attribute(definition, "errorCodeVariable"),
                    error_message_variable=attribute(definition, "errorMessageVariable"),
                )
            case "escalation":
                code = self._referred(
                    definition, "escalationRef", self.escalations, element.id, "there is no escalation with the id {id}"
                )
                return replace(element, escalation_code=code or None)
            case "compensation":
                return replace(element, compensates=attribute(definition, "activityRef"))
            case "link":
                return replace(element, link=attribute(definition, "name"))
            case "conditional":
                return replace(element, condition=self._condition(definition, element))
            case _:
                return element

    def _condition(self, definition: etree._Element, element: Element) -> str | None:
        condition = child(definition, "condition")
        if condition is not None:
            self.extensions.language(condition, element.id)
        return content(condition) or None

    def message(self, node: etree._Element, owner: str) -> Message | None:
        """The message that an event definition or task refers to."""
        reference = attribute(node, "messageRef")
        if reference is None:
            return None
        message = self.messages.get(_local(reference))
        if message is None:
            self.findings.error(
                "unknown-reference", owner, "there is no message with the id {id}", id=reference, line=line_of(node)
            )  # fmt: skip
        return message

    def _referred(
        self, node: etree._Element, name: str, known: Mapping[str, str], owner: str, template: str
    ) -> str | None:
        reference = attribute(node, name)
        if reference is None:
            return None
        found = known.get(_local(reference))
        if found is None:
            self.findings.error(
                "unknown-reference", owner, template, id=reference, line=line_of(node)
            )  # fmt: skip
        return found

    def _timer(self, definition: etree._Element, owner: str) -> Timer | None:
        found: list[tuple[TimerKind, etree._Element]] = [
            (_TIMERS[name], each) for name, each in children(definition) if name in _TIMERS
        ]
        if len(found) != 1:
            self.findings.error("timer", owner, "a timer needs one date, duration or cycle", line=line_of(definition))
            return None
        kind, node = found[0]
        self.extensions.language(node, owner)
        return Timer(kind, content(node))


def _local(reference: str) -> str:
    """A reference without the prefix that some tools write."""
    return reference.rpartition(":")[2]
