"""How often an element runs: loops, multi-instance, tokens taken and given, ad-hoc sub-processes, complex joins."""

from dataclasses import replace

from lxml import etree

from engine.bpmn import vocabulary
from engine.bpmn.extensions import Extensions, loop_extension
from engine.bpmn.model import AdHoc, Loop, MultiInstance
from engine.bpmn.xml import Findings, attribute, child, children, content, line_of

_MOST_TOKENS = 100


class Repetitions:
    """Reads the characteristics of repetition of one file."""

    def __init__(self, findings: Findings, extensions: Extensions) -> None:
        self.findings = findings
        self.extensions = extensions

    def ad_hoc(self, node: etree._Element, drawn: AdHoc, owner: str) -> AdHoc:
        """What the element itself says about an ad-hoc sub-process, beside its extension."""
        condition = child(node, "completionCondition")
        if condition is not None:
            self.extensions.language(condition, owner)
        cancel = (node.get("cancelRemainingInstances") or "true") in {"true", "1"}
        return replace(
            drawn,
            completion_condition=content(condition) or None,
            cancel_remaining=cancel,
            sequential=node.get("ordering") == "Sequential",
        )

    def activation(self, node: etree._Element, owner: str) -> str | None:
        """When a complex gateway at which several flows meet goes on."""
        condition = child(node, "activationCondition")
        if condition is not None:
            self.extensions.language(condition, owner)
        return content(condition) or None

    def quantity(self, node: etree._Element, name: str, owner: str) -> int:
        """How many tokens an activity takes or gives (BPMN 2.0.2, 10.3.1); one without a word."""
        text = attribute(node, name)
        if text is None:
            return 1
        if not text.isdecimal() or not 1 <= int(text) <= _MOST_TOKENS:
            self.findings.error(
                "bad-value", owner, "{name} must be a whole number from 1 to {most}, not {value}", name=name,
                most=_MOST_TOKENS, value=text, line=line_of(node),
            )  # fmt: skip
            return 1
        return int(text)

    def loop(self, node: etree._Element, owner: str) -> Loop | None:
        """Standard loop characteristics."""
        loop = child(node, "standardLoopCharacteristics")
        if loop is None:
            return None
        self.extensions.attributes(loop, owner)
        self.extensions.read(loop, "standardLoopCharacteristics", owner)
        condition = child(loop, "loopCondition")
        if condition is not None:
            self.extensions.language(condition, owner)
        for local, each in children(loop):
            if local not in {"loopCondition", "extensionElements", "documentation"}:
                self._refuse(local, each, owner)
        maximum = attribute(loop, "loopMaximum")
        if maximum is not None and not (maximum.isdecimal() and int(maximum) > 0):
            self.findings.error(
                "bad-value", owner, "loopMaximum must be a whole number above 0, not {value}", value=maximum,
                line=line_of(loop),
            )  # fmt: skip
            maximum = None
        before = loop.get("testBefore") in {"true", "1"}
        return Loop(content(condition) or None, int(maximum) if maximum else None, before)

    def multi_instance(self, node: etree._Element, owner: str) -> MultiInstance | None:
        """Multi-instance characteristics."""
        loop = child(node, "multiInstanceLoopCharacteristics")
        if loop is None:
            return None
        self.extensions.attributes(loop, owner)
        self.extensions.read(loop, "multiInstanceLoopCharacteristics", owner)
        for local, each in children(loop):
            if local not in {"extensionElements", "completionCondition", "documentation", "loopCardinality"}:
                self._refuse(local, each, owner)
        extension = loop_extension(loop)
        collection = None if extension is None else attribute(extension, "inputCollection")
        drawn_number = child(loop, "loopCardinality")
        if drawn_number is not None:
            self.extensions.language(drawn_number, owner)
        number = content(drawn_number) or None
        if (collection is None) == (number is None):
            self.findings.error(
                "missing-attribute", owner, "a multi-instance activity needs an input collection, or a number of runs",
                line=line_of(loop),
            )  # fmt: skip
            return None
        condition = child(loop, "completionCondition")
        if condition is not None:
            self.extensions.language(condition, owner)
        said = {} if extension is None else extension.attrib
        return MultiInstance(
            loop.get("isSequential") in {"true", "1"},
            collection or "",
            said.get("inputElement") or None,
            said.get("outputCollection") or None,
            said.get("outputElement") or None,
            content(condition) or None,
            number,
        )

    def _refuse(self, local: str, node: etree._Element, owner: str) -> None:
        instead = vocabulary.INSTEAD_OF_CHILDREN.get(local, vocabulary.LEAVE_OUT)
        self.findings.error(
            "unsupported-element", owner, "{name} is not executed; {instead}", name=local, instead=instead,
            line=line_of(node),
        )  # fmt: skip
