"""Every drawing of the house opens as in Camunda Modeler, without a warning; built files and icons are what is used."""

import json
import re
import subprocess
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import fits, form_of
from tests.browser.stand import ROOT, WORKFLOWS, Counter
from web import assets

pytestmark = pytest.mark.browser


def drawings(kind: str) -> list[str]:
    return (
        sorted(path.relative_to(WORKFLOWS).as_posix() for path in WORKFLOWS.rglob(f"*.{kind}"))
        if WORKFLOWS.is_dir()
        else []
    )


@pytest.mark.parametrize("name", drawings("bpmn"))
def test_a_process_of_the_house_opens_without_a_warning(
    name: str, open_page: Callable[..., Page], counter: Counter, site: str, picture: Callable[[Page, str], None]
) -> None:
    counter.body = f'<bpmn-diagram src="/workflows/{name}" tall></bpmn-diagram>'
    page = open_page("desk")
    page.goto(f"{site}/any")
    expect(page.locator("bpmn-diagram[ready]")).to_have_attribute("warnings", "[]")
    picture(page, "drawing-" + re.sub(r"\W", "-", name))


@pytest.mark.parametrize("name", drawings("dmn"))
def test_a_decision_of_the_house_opens_without_a_warning(
    name: str, open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    counter.body = f'<dmn-table src="/workflows/{name}" tall></dmn-table>'
    page = open_page("desk")
    page.goto(f"{site}/designer/any")
    expect(page.locator("dmn-table[ready]")).to_have_attribute("warnings", "[]")


@pytest.mark.parametrize("name", drawings("form"))
def test_a_form_of_the_house_opens_without_a_warning(
    name: str, open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    counter.schema = json.loads((WORKFLOWS / name).read_text(encoding="utf-8"))
    page = form_of(open_page("phone"), site)
    expect(page.locator("camunda-form")).to_have_attribute("warnings", "[]")
    assert fits(page)


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    named = {
        name
        for path in (ROOT / "web").rglob("*.html")
        for name in re.findall(r"\bicon\(\s*[\"']([a-z0-9-]+)[\"']\s*[,)]", path.read_text(encoding="utf-8"))
    }
    assert named - assets.icon_names() == set()


def test_built_files_are_what_the_sources_give() -> None:
    islands = ROOT / "web" / "islands"
    if not (islands / "node_modules" / "esbuild").is_dir():
        pytest.skip("web/islands/node_modules is not installed: run npm ci there to compare")
    done = subprocess.run(["node", "build.mjs", "--check"], cwd=islands, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
