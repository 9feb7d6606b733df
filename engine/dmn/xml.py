"""Reading the XML of a decision file without believing it: no entities, no network, bounded size and depth."""

import re

from lxml import etree

from engine.errors import Finding, Sentence, Undeployable

MOST_BYTES = 5_000_000
DEEPEST = 200
MODEL_NAMESPACES = (
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd",
)
NCNAME = re.compile(r"[^\W\d][\w.\-]*")

Element = etree._Element  # pyright: ignore[reportPrivateUsage]


def refuse(rule: str, template: str, resource: str, **params: object) -> Undeployable:
    """The refusal of a whole file."""
    return Undeployable([Finding(rule, "", Sentence(template, params), resource=resource)])


def parse(source: bytes, resource: str) -> Element:
    """The `definitions` element of a DMN file. Raises Undeployable for anything else."""
    if len(source) > MOST_BYTES:
        raise refuse(
            "too-large",
            "the file has {bytes} bytes; at most {most} are read",
            resource,
            bytes=len(source),
            most=MOST_BYTES,
        )
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
    except (etree.XMLSyntaxError, ValueError) as reason:
        raise refuse(
            "not-xml", "the file is no well-formed XML: {reason}", resource, reason=str(reason)[:300]
        ) from None
    if root.getroottree().docinfo.doctype:  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        raise refuse("doctype", "the file has a document type declaration; save it again without one", resource)
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in MODEL_NAMESPACES:
        raise refuse(
            "not-dmn", "expected a DMN file, but the file begins with {element}", resource, element=name.localname
        )
    if _depth(root) > DEEPEST:
        raise refuse("too-deep", "the file nests more than {allowed} levels deep", resource, allowed=DEEPEST)
    return root


def _depth(root: Element) -> int:
    deepest = 0
    waiting = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting.extend((child, depth + 1) for child in element)
    return deepest


def _is_element(tag: object) -> bool:
    # Comments and entity references have a function as their tag.
    return isinstance(tag, str)


def local(element: Element) -> str:
    """The tag without its namespace; empty for entity references."""
    return etree.QName(element).localname if _is_element(element.tag) else ""


def is_model(element: Element) -> bool:
    """Whether the element belongs to DMN and not to an extension."""
    return _is_element(element.tag) and etree.QName(element).namespace in MODEL_NAMESPACES


def kids(element: Element, *names: str) -> list[Element]:
    """The children of DMN with one of these tags, or all."""
    return [child for child in element if is_model(child) and (not names or local(child) in names)]


def kid(element: Element, name: str) -> Element | None:
    """The first child with this tag."""
    return next(iter(kids(element, name)), None)


def text_of(element: Element | None) -> str:
    """The content of the `text` child, or of a child that holds text itself."""
    if element is None:
        return ""
    inner = kid(element, "text")
    if inner is None:
        return element.text or ""
    return "".join(str(part) for part in inner.itertext())


def line_of(element: Element) -> int:
    """The line in the file, 0 when unknown."""
    return element.sourceline or 0
