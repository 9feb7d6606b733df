"""A real browser: the system's Chromium at phone and desk size; a violation of the content security policy or an error fails the test."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser import house
from tests.browser.serving import served
from tests.browser.stand import ROOT, Counter
from tests.databases import SqliteFiles

PICTURES = ROOT / "docs" / "pictures"
SIZES = {"phone": (390, 844), "desk": (1440, 900)}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; a test that needs it fails with a sentence where it is missing."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.fail("expected Chromium for the browser tests; install Debian's packages chromium and fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Faults(list[str]):
    """What the browser complained about; `forgive(pattern)` takes back what a test provokes on purpose."""

    def forgive(self, pattern: str) -> None:
        """Forget the complaints that the pattern finds."""
        self[:] = [one for one in self if not re.search(pattern, one)]


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """`open_page("phone", locale="zh-CN")` → a page in a browser of its own; its `faults` must be empty when the test ends."""
    opened: list[tuple[Page, Faults]] = []

    def make(size: str = "desk", *, locale: str = "zh-CN") -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            timezone_id="Asia/Shanghai",
            has_touch=size == "phone",
            is_mobile=size == "phone",
            device_scale_factor=2 if size == "phone" else 1,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        faults = Faults()

        def hear(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                faults.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

        page.on("console", hear)
        page.on("pageerror", lambda error: faults.append(f"exception: {error}"))
        page.faults = faults  # pyright: ignore[reportAttributeAccessIssue]
        opened.append((page, faults))
        return page

    yield make
    complaints = [fault for _, faults in opened for fault in faults]
    for page, _ in opened:
        page.context.close()
    assert not complaints, complaints


@pytest.fixture(params=list(SIZES))
def browser_page(request: pytest.FixtureRequest, open_page: Callable[..., Page]) -> Page:
    """A page at both sizes, one after the other."""
    page = open_page(request.param)
    page.size_name = request.param  # pyright: ignore[reportAttributeAccessIssue]
    return page


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """`picture(page, "case-desk")` keeps what a person sees in docs/pictures when XIAOHAO_PICTURES=1 (or in the folder it names)."""
    wanted = os.environ.get("XIAOHAO_PICTURES", "")
    folder = PICTURES if wanted == "1" else Path(wanted) if wanted else None

    def take(page: Page, name: str) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            page.locator("html").evaluate("node => node.ownerDocument.defaultView.scrollTo(0, 0)")
            page.screenshot(path=folder / f"{name}.png")

    return take


@pytest.fixture
def counter() -> Counter:
    """A small server of this test's own."""
    return Counter()


@pytest.fixture
def site(counter: Counter) -> Iterator[str]:
    """Its address while it answers."""
    with served(counter.app) as address:
        yield address


def fits(page: Page) -> bool:
    """Nothing is wider than the window."""
    sizes = page.locator("html").evaluate("node => [node.scrollWidth, node.clientWidth]")
    return sizes[0] <= sizes[1]


def form_of(page: Page, site: str) -> Page:
    page.goto(f"{site}/form")
    page.locator("camunda-form[ready]").wait_for()
    return page


@pytest.fixture(scope="session")
def house_template(sqlite_files: SqliteFiles, memory_directory: Path) -> Path:
    """A database file with people, territories, calendars and drawings, made once."""
    path = memory_directory / "house.sqlite3"
    with sqlite_files.with_tables() as url:
        house.build(Path(url.removeprefix("sqlite:///")))
        shutil.copyfile(url.removeprefix("sqlite:///"), path)
    return path


@pytest.fixture
def the_house(house_template: Path, memory_directory: Path, open_page: Callable[..., Page]) -> Iterator[house.House]:
    """The whole house for one story; its page is a desk's."""
    with house.opened(house_template, memory_directory / "story.sqlite3", open_page, size="desk") as standing:
        yield standing


Pictures = Callable[[str], None]


@pytest.fixture
def pictures(the_house: house.House, picture: Callable[[Page, str], None]) -> Pictures:
    """`pictures("case")` keeps the page of the house as it stands, at both sizes; at neither is it wider than the window."""

    def take(name: str) -> None:
        page = the_house.page
        before = page.viewport_size
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            assert fits(page), f"{page.url} is wider than a {size}"
            picture(page, f"{name}-{size}")
        assert before is not None
        page.set_viewport_size(before)

    return take
