"""The quarterly report on the page and on the server: both evaluators show the same hints and refuse the same answers."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from engine import feel, forms, submissions
from engine.errors import Invalid
from tests.answers import QUARTER
from tests.browser.conftest import form_of
from tests.browser.stand import WORKFLOWS, Counter

pytestmark = pytest.mark.browser
NOW = datetime(2026, 7, 1, 1, tzinfo=UTC)
SOURCE = (WORKFLOWS / "quarter-report.form").read_bytes()
FIGURES = ("revenueYtd", "rdExpenseYtd", "rdBasic", "rdApplied", "rdExperimental")
SHOWN: dict[str, Any] = {
    "last": {
        "period": "2026Q1",
        **dict(zip(FIGURES, (15000, 300, 0, 60, 240), strict=True)),
        "year": dict.fromkeys(FIGURES),
    },
    "limits": {"typesDiffer": 1, "shareOfRevenue": 50, "yearDiffer": 20},
    "check": None,
}
CASES: dict[str, dict[str, Any]] = {
    "nothing wrong": {},
    "the year so far falls": {"rdExpenseYtd": 200, "rdApplied": 0, "rdExperimental": 200},
    "the types are two apart": {"rdApplied": 122},
    "the types are one apart": {"rdApplied": 121},
    "more than half of the revenue": {"revenueYtd": 1000},
    "zero without a reason": {"rdExpenseYtd": 0, "rdApplied": 0, "rdExperimental": 0},
    "zero with a reason": {"rdExpenseYtd": 0, "rdApplied": 0, "rdExperimental": 0, "zeroReason": "no_money"},
    "a negative amount": {"rdBasic": -1},
    "nobody certifies it": {"certifier": ""},
    "no figures yet": dict.fromkeys(FIGURES),
}


def hints() -> dict[str, str]:
    """The first words of each hint and the expression that hides it."""
    found: dict[str, str] = {}

    def look(components: list[dict[str, Any]]) -> None:
        for one in components:
            look(one.get("components", []))
            words = re.match(r"\*\*(.+?)\*\*", str(one.get("text", "")))
            if one["type"] == "text" and words and one.get("conditional"):
                found[words[1].partition("{{")[0]] = one["conditional"]["hide"]

    look(json.loads(SOURCE)["components"])
    return found


def accepted(report: dict[str, Any]) -> bool:
    sent = {name: value for name, value in report.items() if value is not None}
    try:
        submissions.check(forms.read(SOURCE), {"report": sent}, SHOWN, now=NOW)
    except Invalid:
        return False
    return True


@pytest.mark.parametrize("name", CASES)
def test_page_and_server_agree_about_a_report(
    name: str, open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    report = {**QUARTER, **CASES[name]}
    counter.schema = json.loads(SOURCE)
    counter.draft = {"submission": {**SHOWN, "report": report}}
    page = form_of(open_page("desk"), site)
    assert len(hints()) == 3
    for words, expression in hints().items():
        hidden = feel.evaluate(expression.removeprefix("="), {**SHOWN, "report": report}, now=NOW)
        shown = page.get_by_text(words)
        expect(shown).to_have_count(0) if hidden is True else expect(shown).to_be_visible()
    page.get_by_role("button", name="提交").click()
    if accepted(report):
        expect(page.locator(".fjs-form-field-error")).to_have_count(0)
        page.wait_for_function("() => true")
        for _ in range(100):
            if counter.received:
                break
            page.wait_for_timeout(50)
        assert counter.received
    else:
        expect(page.locator(".fjs-form-field-error").first).to_be_visible()
        assert not counter.received
