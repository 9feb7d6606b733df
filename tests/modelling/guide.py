"""The modelling guide: what becomes of every word of Camunda 8.8 and Camunda 7, found out by reading a drawing that says it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from lxml import etree

from engine.bpmn import reader
from engine.errors import Finding, Undeployable
from engine.lint.wording import Language
from tests.conformance.suites import ROOT
from tests.modelling import attributes, camunda7, elements
from tests.modelling.words import Word, every
from web import checking

DIAGRAMS = ROOT / "tests" / "diagrams"
OWN = DIAGRAMS / "words"
"""Where words have their own drawing when no other drawing of the tests says them."""
PAGES: Mapping[Language, str] = {"en": "modelling.md", "zh-CN": "modelling.zh-CN.md"}
Outcome = Literal["executed", "remarked", "refused", "shown", "lost"]

_NAMES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
    "camunda": "http://camunda.org/schema/1.0/bpmn",
}


@dataclass(frozen=True)
class Row:
    """A word and what becomes of it: `lost` would be a word that is neither executed nor remarked nor meant for people."""

    word: Word
    outcome: Outcome
    findings: tuple[Finding, ...]
    drawing: str = ""


@cache
def rows() -> tuple[Row, ...]:
    """Every row of the guide, in its order."""
    words = every(
        elements.activities(), elements.markers(), elements.gateways(), elements.events(), elements.decoration(),
        elements.refused(), attributes.bpmn(), attributes.zeebe(), camunda7.words(),
    )  # fmt: skip
    return tuple(_row(word) for word in words)


def own_drawings() -> dict[str, bytes]:
    """The drawings of those words that no other drawing of the tests says, by file name."""
    return {row.drawing.rpartition("/")[2]: row.word.drawing for row in rows() if row.drawing.startswith("words/")}


def _row(word: Word) -> Row:
    model, found = _read(word.drawing)
    if model is None:
        return Row(word, "refused", tuple(one for one in found if one.severity == "error"))
    if word.without is not None and _read(word.without)[0] == model:
        if found:
            return Row(word, "remarked", found)
        return Row(word, "shown" if word.shown else "lost", ())
    place = _find(word.find) if word.find else ""
    return Row(word, "executed", found, place or f"words/{word.slug}.bpmn")


def _read(source: bytes) -> tuple[str | None, tuple[Finding, ...]]:
    """Everything that is remembered of a drawing, without the places of its lines, or None; and what is found."""
    try:
        model = reader.read(source, resource="x.bpmn")
    except Undeployable as refused:
        return None, tuple(refused.findings)
    return re.sub(r"line=\d+", "", repr(replace(model, findings=()))), model.findings


@cache
def _trees() -> tuple[tuple[str, etree._Element], ...]:
    # What goes wrong on purpose is no example.
    paths = sorted(
        DIAGRAMS.glob("*.bpmn"),
        key=lambda path: (bool(re.search("runaway|starving|uncaught", path.name)), path.stat().st_size, path.name),
    )
    return tuple((path.name, etree.fromstring(path.read_bytes())) for path in paths)


def _find(xpath: str) -> str:
    """The smallest drawing of the tests that says it."""
    return next((name for name, tree in _trees() if tree.xpath(xpath, namespaces=_NAMES)), "")


_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "title": "# Modelling guide\n\n",
        "other": "中文版：[modelling.zh-CN.md](modelling.zh-CN.md)\n",
        "head": "Every element and attribute of Camunda 8.8 and of Camunda 7.24, and what becomes of it here. *Runs*: executed as its\n"
        "vocabulary says; the drawing is the smallest of the tests that does it. *Refused*: the deployment names the element and says\n"
        "what to draw instead. *Remarked*: read, told, and without effect. *For people*: shown, never executed, as in Camunda 8.\n"
        "What a finding means stands in the [rules](rules/README.md), expressions in [feel.md](feel.md).\n",
        "table": "| word | meaning | here |\n|---|---|---|\n",
        "executed": "runs: {drawing}", "refused": "refused: {told} {rule}", "remarked": "remarked: {told} {rule}", "shown": "for people",
    },
    "zh-CN": {
        "title": "# 建模指南\n\n",
        "other": "English: [modelling.md](modelling.md)\n",
        "head": "Camunda 8.8 与 Camunda 7.24 的每个元素、每个属性在本系统中如何处理。*执行*：按其含义执行，所列图是测试中最小的一张；\n"
        "*拒绝*：部署时指出元素并说明应改画什么；*提示*：能读，作出提示，不起作用；*供人阅读*：显示但不执行，与 Camunda 8 相同。\n"
        "检查意见的含义见[绘图规则](rules/README.md)，表达式见 [feel.md](feel.md)。\n",
        "table": "| 写法 | 含义 | 处理 |\n|---|---|---|\n",
        "executed": "执行：{drawing}", "refused": "拒绝：{told} {rule}", "remarked": "提示：{told} {rule}", "shown": "供人阅读",
    },
}  # fmt: skip


def page(language: Language) -> str:
    """The guide in one language, as Markdown in docs/."""
    words, say = _WORDS[language], checking.sayer(language)
    lines = [
        words["title"],
        "Written by `python -m tests.manual`; do not edit.\n\n",
        words["other"],
        "\n",
        words["head"],
    ]
    group = ""
    for row in rows():
        if row.word.group != group:
            group = row.word.group
            lines += [f"\n## {_heading(group, language)}\n\n", words["table"]]
        told, rule = "", ""
        if row.findings and row.outcome != "executed":
            told = say(row.findings[0].sentence)
            rule = f"([{row.findings[0].rule}](rules/{row.findings[0].rule}.md))"
        drawing = f"[{row.drawing.rpartition('/')[2]}](../tests/diagrams/{row.drawing})"
        meaning = row.word.en if language == "en" else row.word.zh
        here = words[row.outcome].format(drawing=drawing, told=told, rule=rule)
        lines.append(f"| `{row.word.name}` | {_cell(meaning)} | {_cell(here)} |\n")
    return "".join(lines)


def _heading(group: str, language: Language) -> str:
    """`Events 事件` in one language; a name that is alike in both stays."""
    english = re.sub(r"\s*[\u4e00-\u9fff]+", "", group).strip()
    chinese = re.sub(r"^[A-Za-z ]+(?=[\u4e00-\u9fff])", "", group).strip()
    return english if language == "en" else chinese


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def write() -> None:
    """Write both pages and the words' own drawings."""
    OWN.mkdir(exist_ok=True)
    wanted = own_drawings()
    for path in OWN.glob("*.bpmn"):
        if path.name not in wanted:
            path.unlink()
    for name, source in wanted.items():
        (OWN / name).write_bytes(source)
    for language, name in PAGES.items():
        (ROOT / "docs" / name).write_text(page(language), encoding="utf-8")
