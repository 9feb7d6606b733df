"""The frame, its pieces, drawings and decisions in a real browser, at phone and desk size."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import fits
from tests.browser.stand import Counter

pytestmark = pytest.mark.browser


def numbers(text: str | None) -> list[float]:
    return [float(one) for one in re.findall(r"-?[\d.]+", text or "")]


def test_the_pieces_fit_both_sizes_and_say_lights_in_words(
    browser_page: Page, site: str, picture: Callable[[Page, str], None]
) -> None:
    browser_page.goto(f"{site}/pieces")
    for word in ("绿灯", "蓝灯", "黄灯", "红灯", "未评估", "已超期 3 个工作日", "剩 12 个工作日", "暂定"):
        expect(browser_page.get_by_text(word, exact=True).first).to_be_visible()
    expect(browser_page.locator("[aria-current=step]")).to_contain_text("辅导")
    assert fits(browser_page)
    picture(browser_page, f"pieces-{browser_page.size_name}")  # pyright: ignore[reportAttributeAccessIssue]


def test_the_language_switch_turns_the_page_english_and_back(open_page: Callable[..., Page], site: str) -> None:
    page = open_page("desk")
    page.goto(f"{site}/pieces")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_text("Overdue by 3 working days").first).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_the_account_menu_opens_and_closes_by_keyboard(open_page: Callable[..., Page], site: str) -> None:
    page = open_page("phone")
    page.goto(f"{site}/pieces")
    page.locator("details[data-menu] summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()
    expect(page.get_by_role("link", name="流程设计").last).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="退出登录")).to_be_hidden()


def test_a_drawing_shows_where_the_case_stands(
    browser_page: Page, counter: Counter, site: str, picture: Callable[[Page, str], None]
) -> None:
    counter.marks = {
        "current": ["visit"],
        "done": ["start", "f1"],
        "counts": {"check": 12},
        "links": {"check": "/list?at=check"},
    }
    browser_page.goto(f"{site}/drawing")
    island = browser_page.locator("bpmn-diagram[ready]")
    expect(island).to_have_attribute("warnings", "[]")
    expect(island.locator(".x-here")).to_have_count(1)
    expect(island.locator("g.djs-shape.x-done")).to_have_count(1)
    expect(island.get_by_role("link", name="12 个个案停在这里")).to_have_attribute("href", "/list?at=check")
    expect(island.locator(".bjs-powered-by")).to_be_visible()
    assert fits(browser_page)
    picture(browser_page, f"diagram-{browser_page.size_name}")  # pyright: ignore[reportAttributeAccessIssue]


def test_findings_stand_at_their_elements(open_page: Callable[..., Page], counter: Counter, site: str) -> None:
    counter.marks = {
        "findings": [
            {"element": "visit", "text": "没有指定表单", "severity": "error"},
            {"element": "check", "text": "条件太长", "severity": "warning"},
        ]
    }
    page = open_page("desk")
    page.goto(f"{site}/drawing")
    page.locator("bpmn-diagram[ready]").wait_for()
    expect(page.locator(".x-badge-error")).to_have_attribute("title", "没有指定表单")
    expect(page.locator(".x-badge-warning")).to_have_attribute("title", "条件太长")
    expect(page.locator("g.x-wrong")).to_have_count(1)


def test_keys_and_buttons_move_a_drawing(open_page: Callable[..., Page], counter: Counter, site: str) -> None:
    page = open_page("desk")
    page.goto(f"{site}/drawing")
    island = page.locator("bpmn-diagram[ready]")
    layer = island.locator(".viewport")
    before = layer.get_attribute("transform")
    island.focus()
    page.keyboard.press("ArrowRight")
    moved = layer.get_attribute("transform")
    assert moved != before
    island.get_by_role("button", name="放大").click()
    assert layer.get_attribute("transform") != moved
    island.get_by_role("button", name="显示全图").click()
    assert numbers(layer.get_attribute("transform")) == pytest.approx(numbers(before), abs=1)


def test_a_broken_drawing_says_so(open_page: Callable[..., Page], counter: Counter, site: str) -> None:
    counter.body = (
        '<bpmn-diagram src="/samples/light.dmn"></bpmn-diagram><dmn-table src="/samples/visit.bpmn"></dmn-table>'
    )
    page = open_page("desk")
    page.goto(f"{site}/designer/any")
    expect(page.locator("bpmn-diagram[failed]")).to_be_visible()
    expect(page.locator("dmn-table[failed]")).to_be_visible()


def test_a_decision_table_is_readable(browser_page: Page, site: str, picture: Callable[[Page, str], None]) -> None:
    browser_page.goto(f"{site}/designer/table")
    island = browser_page.locator("dmn-table[ready]")
    expect(island).to_have_attribute("warnings", "[]")
    expect(island.get_by_text("亮灯", exact=True).first).to_be_visible()
    expect(island.locator(".bjs-powered-by").first).to_be_visible()
    picture(browser_page, f"decision-{browser_page.size_name}")  # pyright: ignore[reportAttributeAccessIssue]
