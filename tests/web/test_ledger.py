"""The ledger as a file: the title, the unit, the date, the columns of every office, and nothing that runs when it is opened."""

from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from casework import ledger
from casework.case_tables import Case
from casework.tables import Enterprise
from tests.web.visitors import Door

COLUMNS = ["序号", "市", "县(区)", "企业名称", "统一社会信用代码", "行业", "上年营收(万元)", "清单类别", "存在问题",
    "整改(提升)措施", "牵头单位", "责任单位", "责任人及电话", "联络专员", "完成时限", "序时进度", "目前进展", "亮灯", "佐证材料",
    "是否销号", "销号时间", "备注"]  # fmt: skip


def sheet_of(door: Door, role: str, address: str = "/ledger.xlsx") -> Any:
    answer = door.knock(role, "GET", address)
    assert answer.status_code == 200
    return load_workbook(BytesIO(answer.data)).active


def test_the_workbook_has_the_columns_of_every_office_under_a_title(door: Door) -> None:
    sheet = sheet_of(door, "RG")
    assert [cell.value for cell in sheet[3]] == COLUMNS
    assert "工作台账" in sheet["A1"].value
    assert sheet["A2"].value == "填报单位:广西壮族自治区"
    assert "2026-06-30" in sheet["L2"].value
    assert "万元" in sheet["L2"].value
    assert {str(one) for one in sheet.merged_cells.ranges} == {"A1:V1", "A2:K2", "L2:V2"}
    assert [row[0].value for row in sheet.iter_rows(min_row=4)] == [1, 2]
    assert sheet["T4"].value == "否"
    assert sheet.auto_filter.ref == "A3:V5"


def test_everybody_sees_his_own_territory_and_what_he_asked_for(door: Door) -> None:
    assert sheet_of(door, "next city").max_row == 3, "the headings alone"
    assert sheet_of(door, "RG", "/ledger.xlsx?list=L3").max_row == 4
    assert sheet_of(door, "RG", "/ledger.xlsx?group=closed").max_row == 3
    page = door.knock("CG", "GET", "/ledger").text
    assert "桂示木业" in page


def test_what_looks_like_a_formula_is_text(door: Door) -> None:
    with door.database.transaction() as db:
        firm = db.get_one(Enterprise, db.get_one(Case, door.ids.case).enterprise_id)
        firm.name = '=HYPERLINK("http://elsewhere.example","桂示")'
    cell = sheet_of(door, "RG")["D4"]
    assert (cell.data_type, cell.value[:10]) == ("s", "=HYPERLINK")


def test_the_reconciliation_leads_from_every_number_to_the_rows_behind_it(door: Door) -> None:
    page = door.knock("RG", "GET", "/lists/reconciliation").text
    assert "/ledger?path=45&amp;list=L1&amp;base=" in page
    assert "不平" not in page
    with door.database.reading() as db:
        assert ledger.COLUMNS[0] == "number"
        assert db.get_one(Case, door.ids.case).scope.startswith("45/")


def test_an_objection_without_a_reason_says_what_to_do(door: Door) -> None:
    answer = door.knock("XG", "POST", f"/closures/{door.ids.closure}/objections", data={"reason": " "})
    assert answer.status_code == 422
    answer = door.knock(
        "XG", "POST", f"/closures/{door.ids.closure}/objections", data={"reason": "项目人员与实际不符。"}
    )
    assert answer.status_code == 303
    assert "项目人员与实际不符" in door.knock("CG", "GET", "/closures/published").text


def test_ticking_nothing_is_told_kindly(door: Door) -> None:
    answer = door.knock("RG", "POST", "/closures/sign", data={"opinion": "同意。"})
    assert answer.status_code == 422
    assert "请至少勾选一项" in answer.text
    answer = door.knock("RG", "POST", "/closures/sign", data={"opinion": "同意。", "task": str(door.ids.task)})
    assert answer.status_code == 303
