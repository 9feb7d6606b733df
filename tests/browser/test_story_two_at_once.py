"""Two colleagues with the same task before them: one is faster, the other is told kindly and loses nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import PEOPLE, House

pytestmark = pytest.mark.browser


def test_the_slower_of_two_is_told_and_what_was_typed_is_still_there(
    the_house: House, open_page: Callable[..., Page]
) -> None:
    the_house.world.open_case()
    other = House(the_house.world, the_house.address, open_page("phone", locale="en-GB"))
    slow = other.person("xk").task("桂示木业1有限公司")
    slow.field("Handover note").locator("textarea").fill("交接时请留意设备到货时间")
    the_house.person("xg").task("指派联络专员").picks("联络专员", PEOPLE["lo"]).submits()

    slow.picks("Liaison officer", PEOPLE["lo"]).island.get_by_role("button", name="Submit").click()
    alert = slow.page.get_by_role("alert").first
    expect(alert).to_contain_text("completed")
    expect(slow.field("Handover note").locator("textarea")).to_have_value("交接时请留意设备到货时间")
    slow.page.faults.forgive(r"status of 409")  # pyright: ignore[reportAttributeAccessIssue]
    slow.page.on("dialog", lambda dialog: dialog.accept())
    slow.page.reload()
    expect(slow.page.get_by_text("This task is done")).to_be_visible()
    the_house.world.is_well()
