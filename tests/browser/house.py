"""The whole house for a story: the real app on a real database, a clock that only the story moves, and people who use pages.

A story speaks of what a person does: `house.person("xk").does("县级核对", lambda form: form.submits())`. Every step goes through a
page; the clock is rung after each submission, as the house's clock would a moment later.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import FilePayload, Locator, Page, expect

from casework import access, people
from engine.calendars import local_day
from engine.db import Database
from tests.browser.serving import served
from tests.world import START, World
from web.app import create_app
from web.counter import Settings

PASSWORD = "sun-and-rain-2026"
AT_SHORT_NOTICE: Final = "不足 3 天或为“无事不扰”日,企业已同意"
PEOPLE: Final[Mapping[str, str]] = {
    "xk": "示例韦科", "xg": "示例黄工", "xs": "示例陆资", "xl": "示例覃县", "ck": "示例莫科", "cg": "示例蒙工",
    "cs": "示例李资", "cl": "示例梁市", "rk": "示例农科", "rg": "示例谭工", "rs": "示例石资", "rl": "示例罗厅",
    "jm": "示例潘联", "sup": "示例严督", "adm": "示例管理", "des": "示例流程", "lo": "示例员甲",
}  # fmt: skip
"""User names and names of the people with a password: county, city, region; joint office, supervisor, administrator, designer, officer."""


class Standing(World):
    """A world whose database was filled before."""

    def __init__(self, database: Database) -> None:
        self.enters(database, START)

    def today(self) -> date:
        """The day of the story's clock in Shanghai."""
        return local_day(self.now)


def build(path: Path) -> None:
    """Makes the database file that every story copies: the people of `tests.world` with a password, all drawings deployed."""
    database = Database(f"sqlite:///{path}")
    try:
        world = World(database)
        with database.transaction() as db:
            for username, name in PEOPLE.items():
                people.get(db, username).name = name
                access.set_password(db, username, PASSWORD, by="adm", now=world.now)
    finally:
        database.close()


class House:
    """One database, its app at `address`, and a page on which one person after the other works."""

    def __init__(self, world: Standing, address: str, page: Page) -> None:
        self.world, self.address, self.page = world, address, page
        self._cookies: dict[str, list[Any]] = {}

    def person(self, username: str) -> "Visitor":
        """Somebody sits down at the page: logs in by name and password the first time, is still logged in later."""
        context = self.page.context
        context.clear_cookies()
        if username in self._cookies:
            context.add_cookies(self._cookies[username])
        else:
            self.page.goto(f"{self.address}/login")
            self.page.get_by_label(re.compile("用户名|User name")).fill(username)
            self.page.get_by_label(re.compile("密码|Password")).fill(PASSWORD)
            self.page.get_by_role("button", name=re.compile("^(登录|Log in)$")).click()
            self.page.wait_for_url(f"{self.address}/")
            self._cookies[username] = list(context.cookies())
        return Visitor(self, username)

    def gives_log_in(self, username: str) -> None:
        """The administrator gives somebody a password (by the command)."""
        with self.world.database.transaction() as db:
            access.set_password(db, username, PASSWORD, by="adm", now=self.world.now)

    def holds(self, size: tuple[int, int]) -> None:
        """The page is now this wide and high: a phone's or a desk's."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def rings(self) -> None:
        """The clock rings: whatever is due is done."""
        self.world.run()


class Visitor:
    """A person in front of a page."""

    def __init__(self, house: House, username: str) -> None:
        self.house, self.page, self.username = house, house.page, username

    def opens(self, path: str) -> "Visitor":
        """Goes to a page of the house."""
        answer = self.page.goto(self.house.address + path)
        assert answer is not None
        return self

    def sees(self, text: str | re.Pattern[str]) -> "Visitor":
        """The text stands on the page."""
        expect(self.page.locator("#content").get_by_text(text).first).to_be_visible()
        return self

    def does_not_see(self, text: str) -> "Visitor":
        """The text does not stand on the page."""
        expect(self.page.locator("#content").get_by_text(text)).to_have_count(0)
        return self

    def does_not_offer(self, button: str) -> "Visitor":
        """No button of this name is there."""
        expect(self.page.locator("#content").get_by_role("button", name=button, exact=True)).to_have_count(0)
        return self

    def uploads(self, label: str, name: str, text: str) -> "Visitor":
        """Chooses a file with this text."""
        sheet: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
        self.page.get_by_label(re.compile(label)).set_input_files(sheet)
        return self

    def presses(self, name: str) -> "Visitor":
        """Presses a button or link of the page that leads on, and the clock rings."""
        content = self.page.locator("#content")
        with self.page.expect_navigation():
            content.get_by_role("button", name=name).or_(content.get_by_role("link", name=name)).first.click()
        self.house.rings()
        return self

    def task(self, name: str) -> "FormOnPage":
        """Opens the task of this name in *my tasks*."""
        self.opens("/")
        row = self.page.locator(".x-row", has_text=name)
        row.first.get_by_role("link").first.click()
        return self.form()

    def form(self) -> "FormOnPage":
        """The form of the page, when it can be filled."""
        island = self.page.locator("camunda-form")
        expect(self.page.locator("camunda-form[ready], camunda-form[failed]")).to_be_visible(timeout=30_000)
        assert island.get_attribute("failed") is None, island.get_attribute("failed")
        expect(island).to_have_attribute("warnings", "[]")
        return FormOnPage(self, island)


class FormOnPage:
    """A form, filled as a person does: by the words that stand beside its fields."""

    def __init__(self, visitor: Visitor, island: Locator) -> None:
        self.visitor, self.page, self.island = visitor, visitor.page, island

    def field(self, label: str, row: int = -1) -> Locator:
        """The field with this label; of a list of rows the last one unless told otherwise."""
        named = self.page.locator("label, legend, .fjs-form-field-label").filter(has_text=_words(label))
        return self.island.locator(".fjs-form-field:not(.fjs-form-field-grouplike)").filter(has=named).nth(row)

    def fills(self, label: str, value: object, row: int = -1) -> "FormOnPage":
        """Types into a text or number."""
        self.field(label, row).locator("input, textarea").first.fill(str(value))
        return self

    def value(self, label: str, row: int = -1) -> str:
        """What stands in a field."""
        return self.field(label, row).locator("input, textarea").first.input_value()

    def dates(self, label: str, day: date) -> "FormOnPage":
        """Types a day as the calendar of the form writes it."""
        box = self.field(label).locator("input").first
        box.fill(f"{day.year}/{day.month}/{day.day}")
        box.press("Enter")
        return self

    def chooses(self, label: str, option: str) -> "FormOnPage":
        """One of several answers."""
        self.field(label).get_by_label(_words(option)).check()
        return self

    def ticks(self, label: str, *options: str) -> "FormOnPage":
        """Several answers of a list, or the one box."""
        for option in options or (label,):
            self.field(label).get_by_label(_words(option)).check()
        return self

    def picks(self, label: str, option: str) -> "FormOnPage":
        """An entry of a list that opens."""
        field = self.field(label)
        field.locator(".fjs-input-group").click()
        field.locator(".fjs-dropdownlist-item", has_text=option).first.click()
        return self

    def brings(self, label: str, name: str, content: bytes, kind: str = "image/jpeg") -> "FormOnPage":
        """Chooses a file, and waits until it is with the server."""
        field = self.field(label)
        field.locator("input[type=file]").first.set_input_files({"name": name, "mimeType": kind, "buffer": content})
        expect(field.get_by_role("link", name=name)).to_be_visible()
        return self

    def adds_row(self, group: str) -> "FormOnPage":
        """Adds a row to a list of rows."""
        block = self.island.locator(".fjs-form-field-dynamiclist").filter(has=self.page.get_by_text(group, exact=True))
        block.last.get_by_role("button", name="新增").click()
        return self

    def submits(self) -> Visitor:
        """Sends it; the next page is there, and the clock has rung."""
        before = self.page.url
        self.island.get_by_role("button", name="提交").click()
        self.page.wait_for_url(lambda url: url != before)
        self.page.wait_for_load_state()
        self.visitor.house.rings()
        return self.visitor


def _words(label: str) -> re.Pattern[str]:
    """A label as it stands on the page: with a star where an answer is required."""
    return re.compile(rf"^\s*{re.escape(label)}\s*[*]?\s*$")


@contextmanager
def opened(template: Path, copy: Path, make_page: Callable[..., Page], **page: Any) -> Iterator[House]:
    """A house on a copy of the template."""
    shutil.copyfile(template, copy)
    database = Database(f"sqlite:///{copy}")
    world = Standing(database)
    # Sessions live by the wall's clock, which stands still here however far the story's days go.
    settings = Settings(secret_key="test", clock=lambda: world.now, wall=lambda: START, testing=True)
    try:
        with served(create_app(database, settings)) as address:
            yield House(world, address, make_page(**page))
    finally:
        database.close()
