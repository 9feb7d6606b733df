"""A supervisor's story: a late case and its light with the reason, and a step that failed and is run again."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from casework.services import all_services
from tests.browser.conftest import fits
from tests.browser.house import AT_SHORT_NOTICE, PEOPLE, House
from tests.browser.test_access import faults

pytestmark = pytest.mark.browser


def figure(page: Page, name: str) -> str:
    """The number of a figure on the board."""
    return page.locator(".x-figure", has_text=name).locator(".x-figure-value").inner_text()


def breaks(house: House, service: str) -> None:
    """From now on a service of the house fails, as it does when a program has a fault."""

    def broken(*_asked: Any) -> Mapping[str, object]:
        raise RuntimeError("the register of visits is closed")

    house.world.database.info["services"] = {**all_services(), service: broken}


def test_a_late_case_is_yellow_on_the_board_and_says_why(
    the_house: House, picture: Callable[[Page, str], None]
) -> None:
    world = the_house.world
    world.visited_case()
    world.working_days_pass(17)
    board = the_house.person("sup").opens("/board/")
    page = board.page
    assert figure(page, "黄灯") == "1"
    assert figure(page, "停滞个案") == "1"
    board.sees("“制定一企一策方案”已超期").sees("请催办")
    assert not faults(page), "\n".join(faults(page))
    picture(page, "board-stuck-desk")
    with page.expect_navigation():
        page.locator(".x-figure", has_text="黄灯").click()
    board.sees("桂示木业1有限公司").presses("桂示木业1有限公司").sees("黄灯").sees("亮灯原因：方案逾期")
    board.sees("方案逾期 1 个工作日")
    assert not faults(page), "\n".join(faults(page))
    picture(page, "case-late-desk")
    page.set_viewport_size({"width": 390, "height": 844})
    assert fits(page)
    # The enterprise sees its case, but neither lights nor what officials say among themselves.
    world.speaks_of(1)
    the_house.gives_log_in(world.enterprise_user())
    firm = the_house.person(world.enterprise_user()).opens("/cases/1").sees("方案与措施")
    firm.does_not_see("黄灯").does_not_see("亮灯原因").does_not_see("办理经过")


def test_a_step_that_failed_is_kept_shown_with_its_reason_and_run_again(the_house: House) -> None:
    world = the_house.world
    world.open_case()
    world.xg.completes("assign_officer")
    breaks(the_house, "registry.visits.arrange")
    arranging = the_house.person("lo").task("约定走访日程").picks("方式", "实地").ticks("走访议题", "研发活动")
    arranging.ticks(AT_SHORT_NOTICE).dates("走访日期", world.today()).submits()
    the_house.person("lo").opens("/").sees("今天的事都办完了")
    assert world.waiting() == []

    board = the_house.person("sup").opens("/board/")
    assert figure(board.page, "停滞个案") == "1"
    board.sees("步骤失败").sees("已提交的内容保留")
    board.presses("重新执行").sees("该步骤将立即重新执行").opens("/board/").sees("步骤失败")
    the_house.person("xg").opens("/board/?path=45/4508/450803").sees("步骤失败").does_not_offer("重新执行")

    world.database.info["services"] = all_services()
    leader = the_house.person("xl").opens("/board/?path=45/4508/450803")
    leader.presses("重新执行").sees("没有停滞的个案")
    assert world.waiting() == ["record_visit"]
    expect(leader.page.locator(".x-figure", has_text="停滞个案").locator(".x-figure-value")).to_have_text("0")
    world.is_well()


def test_a_leader_hands_a_task_to_a_colleague_who_may_do_it(the_house: House) -> None:
    the_house.world.open_case()
    with the_house.world.database.reading() as db:
        task = the_house.world.open_task(db, "assign_officer").id
    leader = the_house.person("xl").opens(f"/tasks/{task}").sees("移交")
    page = leader.page
    page.locator("summary", has_text="移交").click()
    assert set(page.get_by_label("移交给").locator("option").all_inner_texts()) <= set(PEOPLE.values())
    page.get_by_label("移交给").select_option(label=PEOPLE["xg"])
    page.get_by_label("理由").fill("韦科出差")
    leader.presses("移交").sees(f"“指派联络专员”现由 {PEOPLE['xg']} 办理")
    the_house.person("xk").opens("/").does_not_see("指派联络专员")
    the_house.person("xg").opens("/").sees("指派联络专员")
