"""Listeners as they are drawn: read from the extensions of an element, and under the rules.

The lists of what is allowed where are Camunda 8's: https://docs.camunda.io/docs/components/concepts/execution-listeners and
user-task-listeners.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from lxml import etree

from engine.bpmn import vocabulary
from engine.bpmn.expressions import is_feel
from engine.bpmn.model import Element, Listener
from engine.bpmn.xml import ZEEBE, attribute, child, children, line_of

if TYPE_CHECKING:
    from engine.bpmn.checks import Checked
    from engine.bpmn.extensions import Extensions

EXECUTION: Final = ("start", "end")
TASK: Final = ("creating", "assigning", "updating", "completing", "canceling")
_OF: Final = {"executionListeners": ("executionListener", EXECUTION), "taskListeners": ("taskListener", TASK)}


def read(extensions: "Extensions", holder: etree._Element, local: str, owner: str) -> Iterator[Listener]:
    """The listeners of one holder (`executionListeners` or `taskListeners`)."""
    name, events = _OF[local]
    extensions.only_children(holder, {name}, owner)
    for each_name, each in children(holder, ZEEBE):
        if each_name != name:
            continue
        extensions.check_attributes(each, name, owner)
        extensions.only_children(each, {"taskHeaders"}, owner)
        event = extensions.required(each, "eventType", owner)
        job_type = extensions.required(each, "type", owner)
        if event is not None and event not in events:
            extensions.findings.error(
                "bad-value", owner, "a listener hears {events}, not {value}", events=", ".join(events), value=event,
                line=line_of(each),
            )  # fmt: skip
        elif event is not None and job_type is not None:
            drawn = child(each, "taskHeaders", ZEEBE)
            headers = {} if drawn is None else extensions.pairs(drawn, "header", "key", owner)
            yield Listener(event, job_type, attribute(each, "retries"), headers)


def rule(checked: "Checked", element: Element) -> None:
    """Listeners that could never be heard, or not as they are drawn."""
    for event, instead in _refused(element):
        if any(one.event == event for one in element.listeners):
            checked.error(
                "listener", element, "a {kind} has no listener of the event {event}; {instead}", kind=element.kind,
                event=event, instead=instead,
            )  # fmt: skip
    for (event, job_type), times in Counter((one.event, one.job_type) for one in element.listeners).items():
        if times > 1:
            checked.error("listener", element, "the listener {type} of the event {event} stands here twice; leave one",
                          type=job_type, event=event)  # fmt: skip
    for one in element.listeners:
        waits = one.event in TASK and one.event != "creating"
        if waits and not is_feel(one.job_type) and not one.job_type.startswith(vocabulary.IMMEDIATE):
            checked.error(
                "listener", element,
                "the listener {type} of the event {event} has to answer at once, because a person waits for it; name a service whose type begins with {prefix}",
                type=one.job_type, event=one.event, prefix=vocabulary.IMMEDIATE,
            )  # fmt: skip


def _refused(element: Element) -> Iterator[tuple[str, object]]:
    """Which events an element has no listeners of, and what to draw instead."""
    if element.kind == "startEvent":
        yield "start", vocabulary.LISTEN_AT_THE_SCOPE
    if element.kind == "boundaryEvent":
        yield "start", vocabulary.LISTEN_AT_THE_ACTIVITY
        if element.event == "compensation":
            yield "end", vocabulary.LISTEN_AT_THE_HANDLER
    if element.kind in vocabulary.GATEWAYS:
        yield "end", vocabulary.LISTEN_BEHIND
    if element.kind == "endEvent" and element.event in {"error", "cancel"}:
        yield "end", vocabulary.LISTEN_WHERE_IT_IS_CAUGHT
