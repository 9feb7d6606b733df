"""Pages and islands that everybody can use: axe finds no fault against WCAG 2.1 AA."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.stand import Counter

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
# What the islands' libraries draw is theirs: the canvas of bpmn-js and the logo of bpmn.io, which must not be changed.
THEIRS = {"svg-img-alt", "nested-interactive"}


def faults(page: Page) -> list[str]:
    """Each fault of the page as one line: rule, what is wrong, where."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {node['html'][:160]}"
        for one in found
        if one["id"] not in THEIRS
        for node in one["nodes"]
        if "bjs-powered-by" not in node["html"] and "fjs-powered-by" not in node["html"]
    ]


@pytest.mark.parametrize(
    ("address", "ready"),
    [("/pieces", "#content"), ("/form", "camunda-form[ready]"), ("/drawing", "bpmn-diagram[ready]")],
)
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_axe_finds_nothing(
    size: str, address: str, ready: str, open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    counter.marks = {"current": ["visit"], "done": ["start"], "counts": {"check": 12}, "links": {"check": "/list"}}
    page = open_page(size)
    page.goto(site + address)
    page.locator(ready).wait_for()
    assert not faults(page), "\n".join(faults(page))
