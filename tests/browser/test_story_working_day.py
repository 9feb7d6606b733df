"""A working day of a liaison officer, on his phone from the first task to the last, and a working day of those who supervise him."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect
from sqlalchemy import select

from casework.attachment_tables import Attachment
from tests.browser.conftest import SIZES, Pictures
from tests.browser.house import AT_SHORT_NOTICE, PEOPLE, House
from tests.browser.test_access import faults
from tests.files import picture
from tests.world import COUNTY

pytestmark = pytest.mark.browser

RUNNING, LATE = "桂示木业1有限公司", "桂示木业2有限公司"
"""An enterprise whose plan runs, and one whose plan is overdue."""


def a_summer_passes(house: House) -> None:
    """By 23 July one plan runs since June, another was never written: its county has an order to sign."""
    world = house.world
    world.planned_case(list="L1")
    world.visited_case(list="L3", subtype="缺机构")
    world.keeps("visits", "visit-reminders")
    world.working_days_pass(16)
    assert world.today() == date(2026, 7, 22)


def test_an_officers_day_on_the_phone(the_house: House, pictures: Pictures) -> None:
    a_summer_passes(the_house)
    the_house.world.xg.completes("issue_order")
    the_house.holds(SIZES["phone"])
    what_is_late_comes_first(the_house, pictures)
    the_plan_is_written_and_the_order_answered(the_house, pictures)
    the_visit_is_arranged_and_recorded_in_the_yard(the_house, pictures)
    a_measure_goes_on(the_house, pictures)
    the_house.world.is_well()


def what_is_late_comes_first(house: House, pictures: Pictures) -> None:
    officer = house.person("lo").opens("/")
    pictures("day-officer-morning")
    assert not faults(officer.page), "\n".join(faults(officer.page))
    first = officer.page.locator(".x-row").first
    expect(first).to_contain_text("制定一企一策方案")
    expect(first).to_contain_text("已超期")
    officer.sees("回复督办单")


def the_plan_is_written_and_the_order_answered(house: House, pictures: Pictures) -> None:
    plan = house.person("lo").task("制定一企一策方案").ticks("原因分析", "无人才")
    plan.submits()
    reply = house.person("lo").task("回复督办单")
    reply.fills("目前进展", "方案已提交县级审批。").fills("滞后原因", "企业负责人出差，措施未能商定。")
    reply.fills("整改措施", "已当面商定措施，本周内报批。").dates("承诺完成时间", date(2026, 7, 31))
    pictures("day-officer-reply")
    reply.chooses("是否调整一企一策方案", "否").submits()
    house.person("lo").opens("/").sees("今天的事都办完了")


def the_visit_is_arranged_and_recorded_in_the_yard(house: House, pictures: Pictures) -> None:
    """The county wants a visit; the enterprise has time today; a problem is put down where it was heard."""
    today = house.world.today()
    wish = house.person("xg").opens("/visits/plan/1")
    wish.page.get_by_label("原因").fill("了解中试进展")
    wish.presses("列入计划")
    house.person("lo").opens("/visits/").sees(RUNNING)
    pictures("day-officer-visits")
    arranging = house.person("lo").task("约定走访日程").dates("走访日期", today)
    arranging.ticks(AT_SHORT_NOTICE).ticks("走访议题", "措施进展", "问题与需求").submits()
    visit = house.person("lo").task("走访并记录").chooses("走访结果", "已成访").dates("走访日期", today)
    visit.fills("时长", 45).fills("姓名", "韦总").fills("职务", "总经理")
    visit.fills("走访内容", "查看胶合线改造现场，核对研发项目进度，听取企业融资困难。")
    visit.brings("现场照片", "车间.jpg", picture(place=True))
    visit.fills("研发进展", "中试线安装完毕。").picks("未定位原因", "室内或地下无信号")
    visit.adds_row("需要交办的问题(每个问题各开一件)").picks("类别", "融资").fills("问题", "设备贷款抵押不足")
    visit.fills("说明", "厂房已抵押，银行要求追加担保。")
    pictures("day-officer-visit")
    visit.submits()
    with house.world.database.reading() as db:
        [photo] = db.scalars(select(Attachment))
        assert (photo.name, photo.used_at is not None, photo.place["lat"]) == ("车间.jpg", True, "23.07000")
    house.world.speaks_of(1)
    house.world.enterprise.completes("confirm_visit")
    house.person("lo").opens("/issues/").sees("设备贷款抵押不足")
    pictures("day-officer-problem")


def a_measure_goes_on(house: House, pictures: Pictures) -> None:
    officer = house.person("lo").opens("/cases/1")
    officer.page.locator(".x-row", has_text="研发辅助账").first.get_by_role("link").first.click()
    ledger = officer.form().fills("进度", 100).chooses("登记佐证", "研发辅助账")
    ledger.ticks("企业已建立研发辅助账").ticks("已当面查看").submits()
    officer.sees(RUNNING)
    pictures("day-officer-case")
    house.person("lo").opens("/")
    pictures("day-officer-evening")


def test_a_supervisors_day(the_house: House, pictures: Pictures) -> None:
    a_summer_passes(the_house)
    the_board_leads_to_the_late_case(the_house, pictures)
    the_county_signs_and_judges_the_answer(the_house, pictures)
    the_load_moves_to_a_colleague(the_house, pictures)
    figures_agree_on_pages_and_in_excel(the_house, pictures)
    the_house.world.is_well()


def the_board_leads_to_the_late_case(house: House, pictures: Pictures) -> None:
    board = house.person("sup").opens("/board/").sees("“制定一企一策方案”已超期")
    pictures("day-supervisor-board")
    assert not faults(board.page), "\n".join(faults(board.page))
    with board.page.expect_navigation():
        board.page.locator(".x-figure", has_text="黄灯").click()
    board.sees(LATE).does_not_see(RUNNING).presses(LATE).sees("亮灯原因：方案逾期")
    pictures("day-supervisor-case")


def the_county_signs_and_judges_the_answer(house: House, pictures: Pictures) -> None:
    signing = house.person("xg").task("签发督办单")
    pictures("day-supervisor-order")
    signing.submits()
    house.person("sup").opens("/orders/").sees("DB-〔2026〕1")
    pictures("day-supervisor-orders")
    house.world.speaks_of(2)
    house.world.lo.completes("reply_order")
    judging = house.person("xg").task("认可回复").chooses("是否认可", "认可")
    judging.fills("意见", "措施可行，请按承诺落实。").submits()
    house.person("xg").opens("/orders/?view=all").presses(LATE).sees("措施可行，请按承诺落实。")


def the_load_moves_to_a_colleague(house: House, pictures: Pictures) -> None:
    house.world.hires_officer("lo9", county=COUNTY)
    county = house.person("xg").opens("/officers/").sees(PEOPLE["lo"])
    pictures("day-supervisor-officers")
    county.presses(PEOPLE["lo"])
    pictures("day-supervisor-officer")


def figures_agree_on_pages_and_in_excel(house: House, pictures: Pictures) -> None:
    supervisor = house.person("sup").opens("/board/")
    page = supervisor.page
    running = page.locator(".x-figure", has_text="在办个案").locator(".x-figure-value").inner_text()
    supervisor.opens("/quarters/")
    pictures("day-supervisor-quarters")
    supervisor.opens("/ledger")
    pictures("day-supervisor-ledger")
    book = load_workbook(io.BytesIO(page.request.get(f"{house.address}/ledger.xlsx").body()))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert sum(1 for row in rows if RUNNING in row or LATE in row) == int(running) == 2
