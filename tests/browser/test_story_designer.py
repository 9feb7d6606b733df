"""A designer's story: a drawing is looked at, a changed one becomes version 2, and what must not run is shown where it stands."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, SIZES, fits
from tests.browser.house import House, Visitor
from tests.browser.test_access import faults

pytestmark = pytest.mark.browser

LOOKBACK = (ROOT / "workflows" / "lookback.bpmn").read_text(encoding="utf-8")
SCRIPT = (ROOT / "tests" / "diagrams" / "script.bpmn").read_text(encoding="utf-8")
TASK = re.compile(r'<bpmn:scriptTask id="compute".*?</bpmn:scriptTask>', re.DOTALL)
PYTHON = '<bpmn:scriptTask id="compute" name="compute" scriptFormat="python"><bpmn:script>import os</bpmn:script></bpmn:scriptTask>'
BOMB = '<!DOCTYPE bomb [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


def deploys(designer: Visitor, name: str, text: str) -> Visitor:
    """Chooses a drawing on the designers' page and publishes it."""
    return designer.opens("/designer/").uploads("绘制的流程", name, text).presses("部署")


def test_a_designer_looks_deploys_and_is_told_what_cannot_run(
    the_house: House, picture: Callable[[Page, str], None]
) -> None:
    designer = the_house.person("des").opens("/designer/").sees("回头看")
    page = designer.page

    def pictures(name: str) -> None:
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            assert fits(page)
            picture(page, f"{name}-{size}")
        assert not faults(page), "\n".join(faults(page))

    pictures("designer")
    designer.presses("企业案件(一企一员一案)").sees("第 1 版").sees("部署时间")
    expect(page.locator("bpmn-diagram[ready]")).to_have_attribute("warnings", "[]")
    pictures("drawing")

    changed = LOOKBACK.replace('name="12 个月回头看"', 'name="满一年回头看"')
    assert changed != LOOKBACK
    deploys(designer, "lookback.bpmn", changed).sees("第 1 版 → 第 2 版").sees("新个案用新版本")
    deploys(designer, "lookback.bpmn", changed).sees("没有变化")
    designer.opens("/designer/").presses("回头看").sees("第 2 版").sees("第 1 版")

    deploys(designer, "broken.bpmn", LOOKBACK[: len(LOOKBACK) // 2]).sees("未部署").sees("broken.bpmn")
    deploys(designer, "bomb.bpmn", SCRIPT.replace("?>", f"?>{BOMB}", 1)).sees("未部署").sees("bomb.bpmn")

    deploys(designer, "python.bpmn", TASK.sub(PYTHON, SCRIPT)).sees("未部署").sees("compute").sees("FEEL")
    expect(page.locator("bpmn-diagram[ready] .x-badge-error").first).to_be_visible()
    pictures("findings")
    deploys(designer, "complex.bpmn", TASK.sub('<bpmn:complexGateway id="compute" name="compute"/>', SCRIPT))
    designer.sees("未部署").sees("compute")
    expect(page.locator("bpmn-diagram[ready] .x-badge-error").first).to_be_visible()

    designer.opens("/designer/").does_not_see("python.bpmn").does_not_see("complex.bpmn")
    page.faults.forgive(r"status of 422")  # pyright: ignore[reportAttributeAccessIssue]


def test_dropping_nothing_or_a_foreign_file_is_told_in_both_languages(the_house: House) -> None:
    designer = the_house.person("des")
    deploys(designer, "notes.txt", "hello").sees("notes.txt")
    designer.page.faults.forgive(r"status of 422")  # pyright: ignore[reportAttributeAccessIssue]
    designer.page.get_by_role("button", name="English").click()
    designer.sees("Deploy").uploads("Drawings, decisions", "empty.form", "{}").presses("Deploy").sees("Not deployed")
    designer.page.faults.forgive(r"status of 422")  # pyright: ignore[reportAttributeAccessIssue]
