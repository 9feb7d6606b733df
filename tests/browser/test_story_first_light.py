"""First light: a roster comes in, one enterprise is warned, visited, planned for and struck off — through the pages alone."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from casework import territories
from casework.enterprises import by_code
from tests.browser.conftest import Pictures
from tests.browser.house import AT_SHORT_NOTICE, PEOPLE, FormOnPage, House
from tests.world import COUNTY

pytestmark = pytest.mark.browser

FIRM, CODE = "桂示林木制造有限公司", "91450803MADM00019E"
ROSTER = f"""港南区规模以上工业企业研发情况表（2025年度）
单位：万元
市,县（区）,企业名称,统一社会信用代码,行业代码,规上入库时间,营业收入,研发费用,有无研发活动,有无研发机构,职工数量
贵港市,港南区,{FIRM},{CODE},C2021,2019-05,62000,0,无,无,260
贵港市,港南区,桂示错码建材有限公司,91450803MADM000270,C3011,2020-03,8100,0,无,无,80
贵港市,港难区,桂示食品有限公司,91450803MADM000354,C1391,2021-11,5200,0,无,无,60
"""
QUARTER = """2026年第{quarter}季度研发监测汇总表
单位：万元
企业名称,统一社会信用代码,研发费用,研发项目数,营业收入
{firm},{code},{expense},1,{revenue}
"""


def test_an_imported_enterprise_is_followed_to_its_striking_off(the_house: House, pictures: Pictures) -> None:
    the_house.page.goto(f"{the_house.address}/login")
    pictures("login")
    a_roster_comes_in(the_house, pictures)
    the_lists_are_confirmed(the_house, pictures)
    case = the_enterprise_is_visited(the_house, pictures)
    a_plan_is_made_and_approved(the_house)
    measures_are_proven(the_house, case, pictures)
    it_is_struck_off(the_house)
    on_the_pages_it_is_struck_off(the_house, case, pictures)
    the_house.world.is_well()


def a_roster_comes_in(house: House, pictures: Pictures) -> None:
    """The administrator checks a roster, tells what an unknown column means, and imports what is good."""
    adm = house.person("adm").opens("/import/")
    adm.uploads("名册", "港南区名册.csv", ROSTER).presses("检查文件")
    adm.sees("信用代码校验位不对；请与营业执照核对").sees("“港难区”不是广西的县、区或园区")
    adm.page.get_by_text("列与单位").click()
    adm.page.get_by_label("从业人员").select_option(label="职工数量")
    adm.presses("重新检查")
    pictures("import")
    adm.presses("导入 1 行").sees("导入 1 行，拒绝 2 行").does_not_see("重新检查")


def the_lists_are_confirmed(house: House, pictures: Pictures) -> None:
    """Drafted by the joint office, checked by county and city, reviewed by three departments and signed by all three."""
    house.person("jm").opens("/lists/").presses("启动年度清单")
    house.person("xk").task("县级核对").fills("总体意见", "情况属实，同意列入。").submits()
    house.person("ck").task("市级审核").submits()
    departments = {"rk": "科技厅", "rg": "工信厅", "rs": "国资委"}
    for username, name in departments.items():
        house.person(username).task(f"{name}审核").submits()
    house.person("xg").opens("/").does_not_see(FIRM)
    for username, name in departments.items():
        signing = house.person(username).task(f"{name}会签")
        signing.chooses("是否同意确立本版清单", "同意(有争议的企业除外)").submits()
    house.person("jm").opens("/lists/").sees("已生效").presses("LIST-2026-1").sees(FIRM)
    pictures("lists")


def the_enterprise_is_visited(house: House, pictures: Pictures) -> str:
    """The county names the officer; he visits and writes the baseline, the enterprise confirms. Gives the path of the case's page."""
    with house.world.database.reading() as db:
        firm = by_code(db, CODE).id
    house.world.hires("firm", "ENT", territories.path_of_code(COUNTY), enterprise_id=firm)
    house.gives_log_in("firm")
    house.person("xg").task("指派联络专员").picks("联络专员", PEOPLE["lo"]).submits()

    arranging = house.person("lo").task("约定走访日程")
    arranging.dates("走访日期", date(2026, 6, 30)).picks("方式", "实地").ticks(AT_SHORT_NOTICE)
    arranging.ticks("走访议题", "研发活动", "研发机构").submits()
    house.person("firm").opens("/notices").sees("已约定于 2026-06-30 走访")
    house.person("lo").opens("/").sees("走访并记录")
    pictures("worklist")
    visit = house.person("lo").task("走访并记录").chooses("走访结果", "已成访").dates("走访日期", date(2026, 6, 30))
    visit.picks("方式", "实地").fills("时长", 60).fills("姓名", "韦总").fills("职务", "总经理")
    visit.fills("走访内容", "了解企业研发情况，实地查看车间与实验室，说明政策与下一步安排。")
    visit.picks("未定位原因", "室内或地下无信号").ticks("宣讲的政策", "研发费用加计扣除")
    pictures("task")
    visit.submits()
    confirming = house.person("firm").task("确认走访记录并评价").chooses("走访记录是否属实", "是")
    confirming.chooses("满意度(1 最低,5 最高)", "5").submits()

    baseline = house.person("lo").task("填写摸底核实表").picks("经营状态", "存续").fills("上年营业收入", 62000)
    baseline.chooses("有研发活动", "否").chooses("有研发机构", "否").ticks("未开展研发的原因", "无人才")
    baseline.chooses("开展研发的意愿(1 最低,5 最高)", "4").chooses("核实结论", "属实,按清单办理").submits()
    house.person("firm").task("确认摸底结果").chooses("摸底结果是否属实", "是").submits()

    officer = house.person("lo").opens("/cases/").presses(FIRM)
    return officer.page.url.removeprefix(house.address)


def a_plan_is_made_and_approved(house: House) -> None:
    """Goals and measures are prefilled by the list; county and city approve, the region is not asked."""
    plan = house.person("lo").task("制定一企一策方案").ticks("原因分析", "无人才")
    assert plan.value("措施内容", 0) == "研发立项:确定研发项目、任务书与预算"
    plan.submits()
    for username, name in (("xl", "县级审批方案"), ("cg", "市级审批方案")):
        house.person(username).task(name).chooses("审核意见", "同意").fills("意见和理由", "措施对路，同意。").submits()
    house.person("rg").opens("/").sees("今天的事都办完了")


def measures_are_proven(house: House, case: str, pictures: Pictures) -> None:
    """The officer records what was done, the county verifies it, and two quarters with R&D come in."""

    def measure(name: str) -> FormOnPage:
        officer = house.person("lo").opens(case)
        officer.page.locator(".x-row", has_text=name).first.get_by_role("link").first.click()
        return officer.form().fills("进度", 100)

    project = measure("研发项目").chooses("登记佐证", "研发项目")
    project.fills("项目名称", "板材胶合工艺").dates("启动日期", date(2026, 6, 15)).submits()
    ledger = measure("研发辅助账").chooses("登记佐证", "研发辅助账")
    ledger.ticks("企业已建立研发辅助账").ticks("已当面查看").submits()
    filing = measure("研发机构").chooses("登记佐证", "研发机构备案").fills("机构名称", "桂示林木技术中心")
    filing.fills("备案号", "GG-2026-0001").picks("备案级别", "市级").fills("备案机关", "贵港市科学技术局")
    filing.dates("备案日期", date(2026, 6, 1)).submits().sees("GG-2026-0001")
    measure("研发统计填报").submits()
    house.person("lo").opens(case).does_not_offer("核实")
    county = house.person("xk").opens(case)
    county.presses("核实").presses("核实").sees("佐证材料已核实").does_not_offer("核实")
    pictures("case")

    for quarter, expense, revenue in (("一", 40, 15000), ("二", 95, 31000)):
        house.person("lo").opens("/").does_not_see("提出销号")
        sheet = QUARTER.format(quarter=quarter, firm=FIRM, code=CODE, expense=expense, revenue=revenue)
        city = house.person("cg").opens("/import/").uploads("名册", "监测.csv", sheet)
        city.presses("检查文件").presses("导入 1 行").sees("导入 1 行，拒绝 0 行")


def it_is_struck_off(house: House) -> None:
    """Asked for, promised, checked by county and city, accepted, confirmed by two more departments, and nobody objects."""
    asking = house.person("lo").task("提出销号").chooses("是否提出销号", "提出销号")
    asking.fills("整改措施和成效自述", "各项措施已全部落实，长效机制已建立，研发机构已备案，现申请销号。")
    asking.ticks("已备证据", "研发项目立项文件", "研发辅助账摘录", "研发机构备案凭证").submits()
    promise = house.person("firm").task("真实性承诺").chooses("是否承诺", "承诺")
    promise.fills("签字人", "韦总").fills("职务", "总经理").ticks("已加盖企业公章").submits()
    agree(house.person("xk").task("县级初核"))

    on_site = house.person("cg").task("市级核验").dates("核查日期", date(2026, 6, 30)).fills("时长", 90)
    for row, (name, unit) in enumerate((("李工", "市工信局"), ("陈工", "市科技局"))):
        on_site.fills("姓名", name, row).fills("单位", unit, row)
    for what in ("有场地", "有人员", "有设备", "有投入", "有项目", "有制度"):
        on_site.chooses(what, "一致")
    agree(on_site.ticks("已查看研发辅助账").fills("核查结论", "现场与申报一致，条件具备。"))
    for username, name in (("rg", "牵头部门验收"), ("rk", "科技部门确认"), ("rs", "国资部门确认")):
        agree(house.person(username).task(name))
    house.world.working_days_pass(6)


def agree(form: FormOnPage) -> None:
    """Agrees with what is asked."""
    form.chooses("意见", "同意").fills("意见和理由", "材料齐全，同意。").submits()


def on_the_pages_it_is_struck_off(house: House, case: str, pictures: Pictures) -> None:
    """The case says so with its number, the board counts it, and in English it says the same."""
    officer = house.person("lo").opens(case)
    officer.sees("已销号，待统计数据确认").sees("XH-4508-2026-00001").sees(re.compile("回头看观察中"))
    supervisor = house.person("sup").opens("/board/")
    figure = supervisor.page.locator(".x-figure", has_text="已销号事项")
    expect(figure).to_contain_text("1")
    pictures("board")
    supervisor.page.get_by_role("button", name="English").click()
    expect(supervisor.page.locator(".x-figure", has_text="Items struck off")).to_contain_text("1")
    supervisor.opens(case).sees("struck off, statistics to confirm")
