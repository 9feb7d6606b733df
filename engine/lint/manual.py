"""The rules as pages of docs/rules: one page each in both languages, with a bad and a good drawing, and their table of contents."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from engine.lint.catalogue import RULES
from engine.lint.wording import RulePage

_WRITTEN: Final = "Written by `python -m tests.manual`; do not edit.\n"
_TITLES: Final = {
    "files": "Files 文件",
    "bpmn": "Processes 流程图",
    "form": "Forms 表单",
    "dmn": "Decisions 判定",
}
_SEVERITIES: Final = {
    "error": ("refuses the deployment", "拒绝部署"),
    "warning": ("remarks", "仅提示"),
}


@dataclass(frozen=True, slots=True)
class Example:
    """The files that a page links, by name beside it; what the bad one is told, in English and Chinese. No names: too large to keep."""

    bad: str
    good: str
    told_en: str
    told_zh: str


def contents() -> str:
    """docs/rules/README.md: every rule in one line."""
    lines = [
        "# Rules of drawings 绘图规则\n\n",
        _WRITTEN,
        (
            "\nEvery finding names its rule, and every rule has a page: what is wrong, what to draw instead, one bad and one good file.\n"
            "`xiaohao check FILE…` says what a deployment would say; `--format json` and `--format sarif` are for other programs.\n"
            "Inside a process that is not executable an error only remarks.\n\n"
            "每条检查意见都写明规则，每条规则都有一页：错在哪里、应当怎样画、一个反例和一个正例。`xiaohao check 文件…`\n"
            "给出与部署时相同的意见；`--format json`、`--format sarif` 供其他程序读取。不可执行的流程里，错误只作提示。\n"
        ),
    ]
    for about, title in _TITLES.items():
        lines.append(f"\n## {title}\n\n| rule | | what is wrong | 错在哪里 |\n|---|---|---|---|\n")
        for page in RULES.values():
            if page.about == about:
                said = " · ".join(_SEVERITIES[page.severity])
                lines.append(
                    f"| [{page.name}]({page.name}.md) | {said} | {_cell(page.en.what)} | {_cell(page.zh.what)} |\n"
                )
    return "".join(lines)


def page(rule: RulePage, example: Example) -> str:
    """docs/rules/<rule>.md."""
    refuses = _SEVERITIES[rule.severity]
    lines = [
        f"# {rule.name}\n\n",
        _WRITTEN,
        f"\n*{_TITLES[rule.about]}; {refuses[0]} {refuses[1]}*\n\n",
        f"{rule.zh.what}\n\n**改法** {rule.zh.instead}\n\n",
        f"{rule.en.what}\n\n**Draw instead** {rule.en.instead}\n\n",
        "## Example 例\n\n",
    ]
    if example.bad:
        lines.append(
            f"* bad 反例: [{example.bad}](drawings/{example.bad})  \n  {example.told_zh}  \n  {example.told_en}\n"
        )
        lines.append(f"* good 正例: [{example.good}](drawings/{example.good})\n")
    else:
        lines.append(
            "No file stands here: the tests make what breaks this rule.\n\n这里没有示例文件：违反本规则的文件由测试生成。\n"
        )
    return "".join(lines)


def names() -> Iterable[str]:
    """The names of all pages in docs/rules."""
    return ("README.md", *(f"{name}.md" for name in RULES))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
