"""The manual of FEEL's functions as a page: signature, meaning in both languages, source, examples."""

from collections.abc import Iterable

from engine.feel.library import BUILTINS
from engine.feel.registry import Builtin, Overload, lend
from engine.feel.values import FeelFunction

_HEAD = """# FEEL

Written by `python -m tests.manual`, from the functions themselves; do not edit. Every example is run as a test.

Expressions are FEEL as DMN 1.5, chapter 10, defines it; what differs is listed in [conformance](conformance.md). In attributes
of drawings an expression begins with `=`. Values are exact decimals of 34 digits, texts, booleans, `null`, dates, times, dates
with times, the two durations, lists, contexts, ranges and functions. What cannot be answered is `null`, with a remark why.

一切表达式均为 FEEL（DMN 1.5 第 10 章）。图中的属性以 `=` 开头表示表达式。数值为 34 位精确小数；无法求值时得 `null`，并记录原因。

| limit of one evaluation | |
| --- | ---: |
"""
_CATEGORIES = {
    "conversion": "Conversion 类型转换",
    "context": "Contexts and any value 上下文与通用",
    "string": "Strings 文本",
    "number": "Numbers 数值",
    "list": "Lists 列表",
    "statistics": "Sums and counts of lists 统计",
    "temporal": "Dates, times and durations 日期时间",
    "range": "Ranges 区间",
}


def page(lent: Iterable[FeelFunction] = ()) -> str:
    """The manual in Markdown; `lent` are the functions that the application adds."""
    from engine.feel.evaluation import Budget

    budget = Budget()
    lines = [
        _HEAD,
        f"| steps: operators inside loops, calls, items touched | {budget.steps:,} |\n",
        f"| characters of a text | {budget.string:,} |\n",
        f"| items of a list | {budget.list:,} |\n",
        f"| depth of calls, in frames | {budget.depth:,} |\n",
    ]
    for category, title in _CATEGORIES.items():
        lines.append(f"\n## {title}\n")
        lines += [_entry(one) for one in BUILTINS.values() if one.category == category]
    ours = [lend(function) for function in lent]
    if ours:
        lines.append("\n## Functions of this application 本系统的函数\n")
        lines += [_entry(one) for one in sorted(ours, key=lambda one: one.name)]
    return "".join(lines)


def _entry(one: Builtin) -> str:
    signatures = [f"{one.name}({_slots(overload)})" for overload in one.overloads]
    lines = [f"\n### {one.name}\n\n"]
    lines += [f"`{signature}: {one.result}`  \n" for signature in signatures]
    lines.append(f"\n{one.doc}\n")
    if one.doc_zh:
        lines.append(f"\n{one.doc_zh}\n")
    if one.examples:
        lines.append("\n```feel\n")
        lines += [f"{asked}  // = {answer}\n" for asked, answer in one.examples]
        lines.append("```\n")
    if one.source:
        lines.append(f"\n*{one.source}*\n")
    return "".join(lines)


def _slots(overload: Overload) -> str:
    names = [
        f"{slot.name}: {slot.kind}{'?' if slot.nullable and slot.kind != 'Any' else ''}{' = null' if slot.optional else ''}"
        for slot in overload.slots
    ]
    if (overload.packs or overload.repeats) and names:
        names[-1] += " …"
    return ", ".join(names)
