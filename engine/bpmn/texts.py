"""The texts of a drawing under the rules: FEEL that parses, static text that can be read, nothing in other languages."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine import feel
from engine.bpmn import timers
from engine.bpmn.expressions import is_feel, is_juel, text
from engine.bpmn.model import Element
from engine.errors import Sentence

if TYPE_CHECKING:
    from engine.bpmn.checks import Checked


def _texts(checked: "Checked", element: Element) -> Iterator[tuple[Sentence, str | None, bool]]:
    """Every text that may be FEEL: what it is, the text, and whether it must be FEEL."""
    for mapping in (*element.inputs, *element.outputs):
        yield Sentence("Mapping"), mapping.source, False
    yield Sentence("Assignee"), element.assignee, False
    yield Sentence("Candidate groups"), element.candidate_groups, False
    yield Sentence("Candidate users"), element.candidate_users, False
    yield Sentence("Due date"), element.due_date, False
    yield Sentence("Follow-up date"), element.follow_up_date, False
    yield Sentence("Priority"), element.priority, False
    yield Sentence("Job type"), element.job_type, False
    yield Sentence("Retries"), element.retries, False
    for listener in element.listeners:
        yield Sentence("Listener"), listener.job_type, False
        yield Sentence("Retries"), listener.retries, False
    yield Sentence("Signal"), element.signal, False
    for flow_id in element.outgoing:
        yield Sentence("Condition"), checked.process.flows[flow_id].condition, True
    if element.message:
        yield Sentence("Message name"), element.message.name, False
        yield Sentence("Correlation key"), element.message.correlation_key, False
    if element.publish:
        yield Sentence("Correlation key"), element.publish.correlation_key, False
        yield Sentence("Message id"), element.publish.message_id, False
        yield Sentence("Time to live"), element.publish.time_to_live, False
    if element.timer:
        yield Sentence("Timer"), element.timer.expression, False
    if element.decision:
        yield Sentence("Decision"), element.decision.decision_id, False
    if element.called:
        yield Sentence("Called process"), element.called.process_id, False
        yield Sentence("Business key"), element.called.business_key, False
    if element.ad_hoc:
        yield Sentence("Active elements"), element.ad_hoc.active_elements, True
        yield Sentence("Completion condition"), element.ad_hoc.completion_condition, True
    if element.script:
        yield Sentence("Script"), element.script.expression, True
    yield Sentence("Condition"), element.condition, True
    yield Sentence("Activation condition"), element.activation_condition, True
    if element.loop:
        yield Sentence("Loop condition"), element.loop.condition, True
    if element.multi_instance:
        yield Sentence("Input collection"), element.multi_instance.input_collection or None, True
        yield Sentence("Number of runs"), element.multi_instance.cardinality, False
        yield Sentence("Output element"), element.multi_instance.output_element, True
        yield Sentence("Completion condition"), element.multi_instance.completion_condition, True


def expressions(checked: "Checked", element: Element) -> None:
    """Everything that may be FEEL is FEEL, or static text where that is allowed; nothing is another language."""
    for what, source, must_be_feel in _texts(checked, element):
        if source is None:
            continue
        if is_juel(source) and not is_feel(source):
            checked.error(
                "juel", element, "{what}: {source} is not FEEL and not executed; write it with a leading = in FEEL",
                what=what, source=source[:100],
            )  # fmt: skip
        elif is_feel(source):
            try:
                text(source, names=checked.names)
            except feel.FeelSyntaxError as error:
                checked.error(
                    "feel-syntax", element, "{what}: {source} is not FEEL: {reason}", what=what, source=source[:100],
                    reason=error.sentence,
                )  # fmt: skip
        elif must_be_feel:
            checked.error(
                "not-feel", element, "{what}: {source} must be FEEL with a leading =, like =x > 5", what=what,
                source=source[:100],
            )  # fmt: skip


def fixed_values(checked: "Checked", element: Element) -> None:
    """Static texts that can be judged before anything runs."""
    for what, source in (
        (Sentence("Due date"), element.due_date),
        (Sentence("Follow-up date"), element.follow_up_date),
    ):
        if source is not None and not is_feel(source) and not is_juel(source):
            try:
                timers.moment(source)
            except timers.NotATime as error:
                checked.error("due-date", element, "{what} cannot be read: {reason}", what=what, reason=error.sentence)
    priority = element.priority
    if priority is not None and not is_feel(priority) and not (priority.isdecimal() and int(priority) <= 100):
        checked.error("priority", element, "the priority {value} is not a whole number from 0 to 100", value=priority)
    for retries in (element.retries, *(listener.retries for listener in element.listeners)):
        if retries is not None and not is_feel(retries) and not retries.isdecimal():
            checked.error("retries", element, "the retries {value} are not a whole number", value=retries)
