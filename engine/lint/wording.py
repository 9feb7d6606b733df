"""What a rule says to a designer, in both languages: what is wrong and why it matters, and what to draw instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["zh-CN", "en"]
Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Said:
    """The words of one rule in one language: `what` is wrong and why, and what to draw `instead`."""

    what: str
    instead: str


@dataclass(frozen=True, slots=True)
class RulePage:
    """One rule: its stable name, whether it refuses a deployment, the kind of file it looks at, and its words."""

    name: str
    severity: Severity
    about: Literal["bpmn", "dmn", "form", "files"]
    en: Said
    zh: Said

    def words(self, language: Language) -> Said:
        """What the rule says in this language."""
        return self.en if language == "en" else self.zh


def read(name: str, severity: Severity, docstring: str) -> RulePage:
    """The page of a rule that is a function: its docstring holds four paragraphs.

    What is wrong in English; `Draw instead: …`; what is wrong in Chinese; `改法：…`. Raises ValueError when one is missing.
    """
    paragraphs = [" ".join(one.split()) for one in docstring.strip().split("\n\n")]
    if len(paragraphs) != 4 or not paragraphs[1].startswith("Draw instead:") or not paragraphs[3].startswith("改法："):
        raise ValueError(f"the docstring of the rule {name} needs four paragraphs, in both languages")
    what, instead, what_zh, instead_zh = paragraphs
    return RulePage(
        name,
        severity,
        "bpmn",
        Said(what, _sentence(instead.removeprefix("Draw instead:"))),
        Said(_joined(what_zh), _joined(instead_zh.removeprefix("改法："))),
    )


def pages(
    about: Literal["bpmn", "dmn", "form", "files"], rows: Sequence[tuple[str, Severity, str, str, str, str]]
) -> tuple[RulePage, ...]:
    """Rows of (name, severity, what and instead in English, what and instead in Chinese) as pages."""
    return tuple(
        RulePage(name, severity, about, Said(what, instead), Said(what_zh, instead_zh))
        for name, severity, what, instead, what_zh, instead_zh in rows
    )


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:]


def _joined(text: str) -> str:
    """Chinese whose lines were broken: no space stands where the line ended between two Chinese signs."""
    parts = text.strip().split(" ")
    joined = parts[0]
    for part in parts[1:]:
        between = "" if ord(joined[-1:] or "a") > 0x2E80 and ord(part[:1] or "a") > 0x2E80 else " "
        joined += between + part
    return joined
