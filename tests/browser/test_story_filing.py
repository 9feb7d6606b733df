"""A filing with the region through the pages: applicant, county, city, on-site checker on a phone, region; the public looks on."""

from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from casework.filing_tables import Filing
from engine import user_tasks
from engine.tables import UserTask
from tests import filing_answers
from tests.browser.conftest import SIZES, Pictures
from tests.browser.house import House, Visitor
from tests.browser.test_access import faults
from tests.files import picture

pytestmark = pytest.mark.browser
FIRM = "桂示木业1有限公司"
PHRASE = "申报数据与证明材料一致。"


def test_an_institution_is_filed_with_the_region_desk_by_desk(the_house: House, pictures: Pictures) -> None:
    house = the_house
    firm = house.world.enterprise_on("L1")
    applicant = f"ent{firm}"
    house.gives_log_in(applicant)
    the_applicant_sees_what_is_missing_while_typing(house, applicant, pictures)
    the_county_accepts_by_keys_and_a_phrase(house, pictures)
    the_city_reviews_and_sends_a_team(house, pictures)
    the_team_checks_on_the_phone(house, pictures)
    the_region_reviews_co_signs_and_signs(house, pictures)
    everybody_may_object_and_the_number_comes(house, applicant, pictures)
    house.world.is_well()


def the_applicant_sees_what_is_missing_while_typing(house: House, applicant: str, pictures: Pictures) -> None:
    own = house.person(applicant).opens("/filings/").sees("备案是登记，不是行政许可")
    pictures("filing-begin")
    own.page.get_by_label("自治区级：").check()
    own.presses("发起备案申请").sees("申请进度")
    # Most of it was typed before and lies in the draft, as after a night.
    keeps_a_draft(house, applicant, siteArea=180)
    form = own.task("填报备案申请")
    panel = own.page.locator("[data-beside]")
    expect(panel).to_contain_text("研发场地还差 20 ㎡")
    pictures("filing-self-check")
    form.fills("研发场地面积", 190)
    expect(panel).to_contain_text("研发场地还差 10 ㎡")
    form.fills("研发场地面积", 260)
    expect(panel).to_contain_text("7/7")
    expect(panel).to_contain_text("六有达标")
    pictures("filing-application")
    form.submits()
    own.opens("/filings/").sees("县工信部门办理中")
    pictures("filing-under-way")


def the_county_accepts_by_keys_and_a_phrase(house: House, pictures: Pictures) -> None:
    county = house.person("xg")
    county.task("县(区)形式审查")
    page = county.page
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    pictures("filing-keys")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(county.form().field("处理意见").get_by_label("受理", exact=True)).to_be_checked()
    page.keyboard.press("o")
    page.keyboard.type("材料齐全，a r x j k 在此只是字母")
    expect(page.locator("textarea:focus")).to_have_value("材料齐全，a r x j k 在此只是字母")
    page.get_by_role("button", name=PHRASE).click()
    pictures("filing-county")
    assert not faults(page), "\n".join(faults(page))
    sends_by_key(county)


def the_city_reviews_and_sends_a_team(house: House, pictures: Pictures) -> None:
    city = house.person("cg")
    city.opens("/filings/?only=mine").sees(FIRM)
    pictures("filing-list")
    city.task("市级审核")
    expect(city.page.locator("[data-beside]")).to_contain_text(PHRASE)
    pictures("filing-city")
    city.page.keyboard.press("a")
    city.page.get_by_role("button", name=PHRASE).click()
    sends_by_key(city)
    house.world.cg.completes("form_team")


def the_team_checks_on_the_phone(house: House, pictures: Pictures) -> None:
    house.holds(SIZES["phone"])
    checker = house.person("cg")
    form = checker.task("现场核查")
    page = checker.page
    expect(page.locator(".x-steps")).to_contain_text("1/8 有场地")
    assert not faults(page), "\n".join(faults(page))
    steps = ("有场地", "有人员", "有设备", "有投入", "有项目", "有制度", "知识产权")
    figures = iter((260, 16, 900, 1500, 4, 6))
    for number, name in enumerate(steps):
        expect(page.locator(".x-steps")).to_contain_text(f"{number + 1}/8 {name}")
        if name != "有制度":
            # The rules are looked at and not counted: one figure fewer.
            form.fills("核实数", next(figures), number - (number > 5))
        shown = form.field("与申报是否一致", number)
        shown.get_by_label("是", exact=True).check()
        if number == 2:
            pictures("filing-onsite")
        page.get_by_role("button", name="下一步").click()
    expect(page.locator(".x-steps")).to_contain_text("8/8 照片与结论")
    photo: Any = {"name": "挂牌.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    form.field("现场照片(含挂牌)").locator("input[type=file]").set_input_files(photo)
    form.chooses("核查结论", "一致").fills("核查情况", "场地、人员、设备与申报一致，已挂牌。")
    form.fills("企业签字人", "韦总")
    page.get_by_role("button", name="提交").click()
    # What is missing is shown on whatever step it stands.
    expect(page.locator(".x-steps")).to_contain_text("1/8 有场地")
    form.dates("核查日期", house.world.today())
    for _ in steps:
        page.get_by_role("button", name="下一步").click()
    form.fills("核查组签字", "莫科、李资")
    pictures("filing-onsite-last")
    form.submits()
    house.holds(SIZES["desk"])


def the_region_reviews_co_signs_and_signs(house: House, pictures: Pictures) -> None:
    house.world.cl.completes("city_recommend")
    region = house.person("rg")
    region.task("自治区审核")
    panel = region.page.locator("[data-beside]")
    expect(panel).to_contain_text("现场核实")
    expect(panel).to_contain_text(PHRASE)
    pictures("filing-region")
    house.world.rg.completes("region_review")
    house.world.rk.completes("region_cosign")
    leader = house.person("rl").opens("/filings/batch/").sees(FIRM)
    leader.page.get_by_role("checkbox").first.check()
    pictures("filing-batch")
    assert not faults(leader.page), "\n".join(faults(leader.page))
    leader.presses("签批勾选的备案").sees("已签批 1 件")
    house.person("rg").opens("/filings/pipeline/?path=45").sees("备案进度总览")
    pictures("filing-pipeline")


def everybody_may_object_and_the_number_comes(house: House, applicant: str, pictures: Pictures) -> None:
    page = house.page
    page.context.clear_cookies()
    stranger = Visitor(house, "").opens("/public/filings").sees(FIRM).does_not_see("韦总")
    pictures("filing-public")
    assert not faults(page), "\n".join(faults(page))
    page.locator("main table a").first.click()
    stranger.sees("提出异议")
    house.world.working_days_pass(6)
    own = house.person(applicant).opens("/filings/").sees("有效").sees("GXYF-Q-4508-2026-00001")
    own.opens("/institutions/1").sees("可以申请的事项").sees("GXYF-Q-4508-2026-00001")
    pictures("filing-institution")
    house.person("cg").opens("/institutions/").sees("研发机构备案名册").sees(FIRM)
    pictures("filing-register")


def keeps_a_draft(house: House, username: str, **changes: object) -> None:
    """The whole application lies in the draft of the applicant's task."""
    world = house.world
    with world.database.transaction() as db:
        task = db.scalars(select(UserTask).where(UserTask.element_id == "apply", UserTask.status == "open")).one()
        shown = user_tasks.variables(db, task, now=world.now)
        whole = {**filing_answers.application(shown, world.today()), **changes}
        user_tasks.save_draft(db, task.id, {"application": whole}, by=username, now=world.now)
        assert db.scalars(select(Filing.level)).one() == "region"


def sends_by_key(visitor: Visitor) -> None:
    """Ctrl and Enter submit; the next page is there, and the clock has rung."""
    before = visitor.page.url
    visitor.page.keyboard.press("Control+Enter")
    visitor.page.wait_for_url(lambda url: url != before)
    visitor.page.wait_for_load_state()
    visitor.house.rings()
