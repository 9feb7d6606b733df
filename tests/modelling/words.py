"""A word of the modelling guide: what it means in both languages, a drawing with it, and the same drawing without it."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.diagrams.broken import SEVEN, asks, one
from tests.diagrams.sketch import HEAD, end, node, start, user

EIGHT_HEAD = HEAD
SEVEN_HEAD = HEAD.replace("<bpmn:definitions ", f"<bpmn:definitions {SEVEN}").replace(
    "Camunda Cloud", "Camunda Platform"
)


@dataclass(frozen=True)
class Word:
    """One row of the guide.

    `find` is an XPath that finds the word in a drawing of tests/diagrams; empty: its own `drawing` is the one that is shown.
    `without` is the drawing that does not say it: when both are read alike, the word says nothing to the engine. `shown` marks
    what says something to people only, by intention.
    """

    group: str
    name: str
    en: str
    zh: str
    drawing: bytes
    without: bytes | None = None
    find: str = ""
    shown: bool = False

    @property
    def slug(self) -> str:
        """The name of its own drawing."""
        kept = "".join(sign if sign.isalnum() else "-" for sign in self.name)
        return "-".join(part for part in kept.split("-") if part)


def seven(source: bytes) -> bytes:
    """A drawing whose head names Camunda 7."""
    return source.replace(HEAD.encode(), SEVEN_HEAD.encode(), 1)


def attribute(kind: str, written: str, extension: str = "", inner: str = "") -> bytes:
    """A process whose element `x` of this kind has an attribute written as in XML."""
    body = node(kind, "x", inner, extension)
    return one(body.replace('id="x"', f'id="x" {written}'.rstrip(), 1))


def person(written: str = "", extension: str = "", inner: str = "") -> bytes:
    """A process whose user task `x` has an attribute, an extension, or something inside."""
    return one(asks("x", extension, inner).replace('id="x"', f'id="x" {written}'.rstrip(), 1))


def bare(written: str = "", extension: str = "") -> bytes:
    """A process whose user task `x` has nothing but what is given."""
    return one(user("x", extension).replace('id="x"', f'id="x" {written}'.rstrip(), 1))


def plain() -> bytes:
    return one(asks("x"))


def every(*groups: Iterable[Word]) -> list[Word]:
    return [word for group in groups for word in group]


__all__ = ["Word", "asks", "attribute", "bare", "end", "every", "one", "person", "plain", "seven", "start"]
