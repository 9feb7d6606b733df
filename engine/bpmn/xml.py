"""A file from outside becomes an XML tree, or a finding: no entities, no network, limits on size, depth and number."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

from engine.errors import Finding, Sentence, Undeployable

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
MODELER = "http://camunda.org/schema/modeler/1.0"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

MOST_BYTES = 4_000_000
MOST_NODES = 50_000
DEEPEST = 100
MOST_FINDINGS = 1_000


@dataclass(slots=True)
class Findings:
    """What is remarked about one file, in the order of remarking; the same remark is kept once."""

    resource: str
    found: list[Finding] = field(default_factory=list)
    softened: bool = False
    _seen: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])

    def error(self, rule: str, element_id: str, template: str, *, line: int = 0, **params: object) -> None:
        """Something would be misread. Inside a process that is never executed it only warns."""
        self._add("warning" if self.softened else "error", rule, element_id, template, line, params)

    def warning(self, rule: str, element_id: str, template: str, *, line: int = 0, **params: object) -> None:
        """Something is worth a look but does no harm."""
        self._add("warning", rule, element_id, template, line, params)

    def _add(
        self,
        severity: Literal["error", "warning"],
        rule: str,
        element_id: str,
        template: str,
        line: int,
        params: dict[str, object],
    ) -> None:
        sentence = Sentence(template, params)
        key = (severity, rule, element_id, str(sentence))
        if key in self._seen or len(self._seen) > MOST_FINDINGS:
            return
        self._seen.add(key)
        if len(self._seen) > MOST_FINDINGS:
            # Whether more of them would refuse the file is not known: so this one does.
            sentence = Sentence("there are more findings than these {most}", {"most": MOST_FINDINGS})
            self.found.append(Finding("too-many", "", sentence, "error", self.resource))
            return
        self.found.append(Finding(rule, element_id, sentence, severity, self.resource, line))

    @property
    def has_errors(self) -> bool:
        """Whether any remark refuses the file."""
        return any(finding.severity == "error" for finding in self.found)

    def refuse(self) -> None:
        """Raise `Undeployable` when there is an error."""
        if self.has_errors:
            raise Undeployable(self.found)


def parse(source: bytes, findings: Findings) -> etree._Element:
    """The root of a file from outside. Raises `Undeployable` for anything that is not a small, plain XML document."""
    if len(source) > MOST_BYTES:
        findings.error("too-large", "", "the file has {bytes} bytes; at most {most} are read", bytes=len(source),
                       most=MOST_BYTES)  # fmt: skip
        findings.refuse()
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None) or 0
        findings.error("not-xml", "", "the file is not well-formed XML: {reason}", line=line, reason=str(error)[:200])
        raise Undeployable(findings.found) from error
    if root.getroottree().docinfo.internalDTD is not None:
        findings.error("doctype", "", "the file declares a document type; take the DOCTYPE out")
    if _is_garbled(source, root.getroottree().docinfo.encoding or ""):
        findings.error("not-xml", "", "the file says that its encoding is {encoding}, but it is UTF-8; save it as UTF-8",
                       encoding=str(root.getroottree().docinfo.encoding))  # fmt: skip
    _measure(root, findings)
    findings.refuse()
    return root


def _is_garbled(source: bytes, encoding: str) -> bool:
    """Whether a file that calls itself western holds characters of UTF-8: every name would be read as gibberish."""
    if source.isascii() or not encoding.lower().startswith(("iso-8859", "windows-125", "cp125", "latin")):
        return False
    try:
        source.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _measure(root: etree._Element, findings: Findings) -> None:
    """Count nodes and depth without recursion."""
    depth, nodes = 0, 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        nodes += 1
        if depth > DEEPEST:
            findings.error("too-deep", "", "the file is nested more than {most} levels deep", most=DEEPEST)
            return
        if nodes > MOST_NODES:
            findings.error("too-many", "", "the file has more than {most} XML elements", most=MOST_NODES)
            return


def split(tag: object) -> tuple[str, str]:
    """Namespace and local name of a tag or attribute; anything that is no name has none."""
    if not isinstance(tag, str):
        return "", ""
    if tag.startswith("{"):
        namespace, _, local = tag[1:].partition("}")
        return namespace, local
    return "", tag


def children(element: etree._Element, namespace: str = BPMN) -> Iterator[tuple[str, etree._Element]]:
    """The child elements of one namespace with their local names."""
    for child in element:
        space, local = split(child.tag)
        if space == namespace:
            yield local, child


def child(element: etree._Element, local: str, namespace: str = BPMN) -> etree._Element | None:
    """The first child of this name."""
    return next((each for name, each in children(element, namespace) if name == local), None)


def content(element: etree._Element | None) -> str:
    """The text of an element without the white space around it."""
    return "" if element is None else "".join(str(part) for part in element.itertext()).strip()


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute, `None` when it is missing or empty."""
    value = element.get(name)
    return str(value).strip() or None if value is not None else None


def line_of(element: etree._Element) -> int:
    """Where the element stands, counted from 1; 0 = unknown."""
    return element.sourceline or 0
