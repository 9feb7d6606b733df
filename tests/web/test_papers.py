"""Papers through the pages: who gets which, the certificate that anybody can check by its QR code, and the lists as workbooks."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
import zxingcpp
from docx import Document
from sqlalchemy.orm import Session

from casework.filing_tables import Filing, RdInstitution
from tests.web import filing_rows
from tests.web.visitors import Door
from tests.world import START

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:docxtpl", "ignore::DeprecationWarning:fontTools")
CODE = "7f3kQ2mXw9aLr5Td"
NUMBER = "GXYF-S-4508-2026-00001"


@pytest.fixture
def filed(door: Door) -> int:
    """The filing of the institution in the register: with its number, a certificate, an opinion and a site check. Gives its id."""
    with door.database.transaction() as db:
        day = START.date()
        columns: dict[str, Any] = {
            "state": "filed", "number": NUMBER, "voucher_code": CODE, "decided_on": day, "accepted_on": day,
            "valid_until": date(2029, 6, 29), "publicity_from": day, "publicity_until": day + timedelta(days=7),
        }  # fmt: skip
        filing = filing_rows.filing(db, door.ids.case, **columns)
        filing_rows.opinion(db, filing, "材料齐全")
        filing_rows.onsite(db, filing)
        filing_rows.objection(db, filing, "场地与另一家企业共用")
        institution = db.get_one(RdInstitution, door.ids.institution)
        institution.filing_id, filing.institution_id = filing.id, institution.id
        return filing.id


def change(door: Door, act: Callable[[Session], None]) -> None:
    with door.database.transaction() as db:
        act(db)


def word_of(door: Door, role: str, address: str) -> str:
    answer = door.knock(role, "GET", address)
    assert answer.status_code == 200, address
    document = Document(io.BytesIO(answer.data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_the_offices_have_all_papers_the_enterprise_those_that_are_for_it(door: Door, filed: int) -> None:
    for kind in ("F07", "F08", "F09", "F10", "F11", "F12"):
        assert door.knock("CG", "GET", f"/filings/{filed}/papers/{kind}.docx").status_code == 200, kind
    got = {
        kind: door.knock("ENT", "GET", f"/filings/{filed}/papers/{kind}.docx").status_code
        for kind in ("F07", "F10", "F11", "F12")
    }
    assert got == {"F07": 200, "F10": 404, "F11": 404, "F12": 200}
    assert door.knock("CG", "GET", f"/filings/{filed}/papers/F99.pdf").status_code == 404
    assert door.knock("CG", "GET", f"/filings/{filed}/papers/F12.exe").status_code == 404


def test_the_page_of_papers_offers_both_forms_and_says_what_filing_is(door: Door, filed: int) -> None:
    page = door.knock("ENT", "GET", f"/filings/{filed}/papers").text
    assert f"/filings/{filed}/papers/F12.pdf" in page
    assert f"/filings/{filed}/papers/F12.docx" in page
    assert "F10" not in page
    assert "不是许可" in page or "不是行政许可" in page
    assert f"/filings/{filed}/papers/F12.pdf" in door.knock("CG", "GET", f"/filings/{filed}").text
    assert f"/filings/{filed}/papers/F12.pdf" in door.knock("CG", "GET", f"/institutions/{door.ids.institution}").text


def test_an_application_on_paper_holds_what_was_declared(door: Door, filed: int) -> None:
    said = word_of(door, "CG", f"/filings/{filed}/papers/F07.docx")
    assert "桂示木业胶合工艺研发中心" in said
    assert "示例研3" in said
    assert "胶合工艺项目1" in said
    assert "项目管理制度、研发投入核算制度" in said
    assert "62,000" in said


def test_who_objected_is_hidden_on_paper(door: Door, filed: int) -> None:
    said = word_of(door, "CG", f"/filings/{filed}/papers/F11.docx")
    assert "场地与另一家企业共用" in said
    assert "热心市民" not in said
    assert "13900001234" not in said
    assert "139****1234" in said


def test_letters_say_what_was_decided_and_what_to_do_next(door: Door, filed: int) -> None:
    assert "现予以受理" in word_of(door, "ENT", f"/filings/{filed}/papers/F08.docx")

    def ask_for_more(db: Session) -> None:
        filing = db.get_one(Filing, filed)
        filing_rows.opinion(db, filing, "名单缺社保证明", decision="return").reasons = ["staff", "evidence"]

    change(door, ask_for_more)
    said = word_of(door, "ENT", f"/filings/{filed}/papers/F08.docx")
    assert "一次性告知" in said
    assert "1.有人员" in said
    assert "2.佐证材料" in said
    assert "名单缺社保证明" in said

    def refuse(db: Session) -> None:
        filing = db.get_one(Filing, filed)
        filing.state, filing.number, filing.refuse_code, filing.refuse_reason = "refused", None, "false", "人员名单虚假"
        filing.reapply_from = date(2027, 6, 30)

    change(door, refuse)
    said = word_of(door, "ENT", f"/filings/{filed}/papers/F08.docx")
    assert "不予备案告知书" in said
    assert "材料虚假" in said
    assert "自2027年6月30日起可以重新申请" in said


def test_a_review_that_was_sent_has_its_paper(door: Door) -> None:
    said = word_of(door, "ENT", f"/institutions/{door.ids.institution}/reviews/2026.docx")
    assert "研发机构年度复核表" in said
    assert "980" in said
    assert door.knock("ENT", "GET", f"/institutions/{door.ids.institution}/reviews/1999.docx").status_code == 404


def test_a_supervision_order_is_a_paper_with_a_reply_slip(door: Door) -> None:
    said = word_of(door, "XL", f"/orders/{door.ids.order}/paper.docx")
    assert "红色督办单" in said
    assert "立即落实" in said


def test_the_qr_code_of_a_certificate_leads_to_the_page_that_says_it_is_genuine(door: Door, filed: int) -> None:
    answer = door.knock("ENT", "GET", f"/filings/{filed}/papers/F12.pdf")
    assert answer.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(answer.data)
    try:
        [code] = zxingcpp.read_barcodes(document[0].render(scale=2).to_pil())
    finally:
        document.close()
    assert code.text == f"http://localhost/verify/{CODE}"
    page = door.knock("", "GET", code.text.removeprefix("http://localhost"))
    assert page.status_code == 200
    assert "真实有效" in page.text
    assert NUMBER in page.text
    shown = page.text.split("<main")[1]
    for person in ("示例韦工", "示例研", "13900001234"):
        assert person not in shown


@pytest.mark.parametrize(
    ("state", "columns", "said"),
    [
        ("filed", {"valid_until": date(2026, 6, 1)}, "已过有效期"),
        ("revoked", {}, "备案已撤销"),
        ("cancelled", {}, "备案已注销"),
    ],
)
def test_a_certificate_that_is_no_longer_in_force_is_told_so(
    state: str, columns: dict[str, Any], said: str, door: Door, filed: int
) -> None:
    def move(db: Session) -> None:
        filing = db.get_one(Filing, filed)
        filing.state = state
        for name, value in columns.items():
            setattr(filing, name, value)

    change(door, move)
    assert said in door.knock("", "GET", f"/verify/{CODE}").text


def test_after_an_upgrade_the_old_certificate_names_the_new_number(door: Door, filed: int) -> None:
    def upgrade(db: Session) -> None:
        db.get_one(RdInstitution, door.ids.institution).filing_no = "GXYF-Q-4508-2026-00002"

    change(door, upgrade)
    page = door.knock("", "GET", f"/verify/{CODE}").text
    assert "GXYF-Q-4508-2026-00002" in page
    assert "真实有效" not in page


def test_a_forged_number_and_an_unknown_code_are_told_apart_from_a_genuine_one(door: Door, filed: int) -> None:
    unknown = door.knock("", "GET", "/verify/AAAAAAAAAAAAAAAA")
    assert unknown.status_code == 404
    assert "查无此凭证" in unknown.text
    forged = door.knock("", "GET", f"/verify?code={CODE}&number=GXYF-Q-4501-2026-00009")
    assert "凭证不实" in forged.text
    assert NUMBER not in forged.text.split("<main")[1], "nothing is told about the certificate behind the code"
    typed = door.knock("", "GET", f"/verify?code={CODE}&number=gxyf-s–4508-2026 -00001")
    assert "真实有效" in typed.text
    assert door.knock("", "GET", "/verify").status_code == 200


def test_nobody_finds_a_code_by_trying(door: Door, filed: int) -> None:
    answers = [door.knock("", "GET", f"/verify/{number:016}").status_code for number in range(31)]
    assert answers[:30] == [404] * 30
    assert answers[30] == 429


def test_a_broken_template_of_the_office_is_told_on_the_page_and_the_paper_comes_all_the_same(
    door: Door, filed: int, tmp_path: Path
) -> None:
    (tmp_path / "F12.html").write_text("{{ kaputt", encoding="utf-8")
    settings = door.app.settings
    door.app.settings = type(settings)(**{**vars(settings), "papers": tmp_path})
    answer = door.knock("CG", "GET", f"/filings/{filed}/papers/F12.pdf")
    assert answer.status_code == 200
    assert answer.headers["X-Paper-Template"] == "built-in"
    page = door.knock("CG", "GET", f"/filings/{filed}/papers").text
    assert "F12.html" in page
    assert "不能使用" in page
    assert "F12.html" not in door.knock("ENT", "GET", f"/filings/{filed}/papers").text


def cells_of(answer: Any) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    return [[cell for cell in row if cell is not None] for row in book.worksheets[0].iter_rows(values_only=True)]


def test_the_publication_list_is_a_workbook_with_title_unit_and_days_and_no_person(door: Door, filed: int) -> None:
    answer = door.knock("CG", "GET", "/filings/publication.xlsx?since=2026-06-01&until=2026-06-30")
    rows = cells_of(answer)
    assert rows[0] == ["企业研发机构备案公布清单"]
    assert rows[1][0].endswith("贵港市")
    assert "2026-06-01" in rows[1][1]
    assert "不是许可" in rows[1][1]
    assert rows[3][:3] == [1, NUMBER, "桂示木业胶合工艺研发中心"]
    assert "示例韦工" not in str(rows)
    assert cells_of(door.knock("CG", "GET", "/filings/publication.xlsx?since=2026-05-01&until=2026-05-31"))[3:] == []
    assert (
        cells_of(door.knock("next city", "GET", "/filings/publication.xlsx?since=2026-06-01&until=2026-06-30"))[3:]
        == []
    )
    wrong = door.knock("CG", "GET", "/filings/publication.xlsx?since=gestern")
    assert wrong.status_code == 422


def test_the_register_is_a_workbook_of_what_one_may_read(door: Door) -> None:
    rows = cells_of(door.knock("CG", "GET", "/institutions/register.xlsx"))
    assert rows[0] == ["研发机构备案名册"]
    assert re.match(r"截至 ?2026-06-30", rows[1][1])
    assert "万元" in rows[1][1]
    assert NUMBER in rows[3]
    assert 980 in rows[3]
    assert cells_of(door.knock("next city", "GET", "/institutions/register.xlsx"))[3:] == []
    assert cells_of(door.knock("CG", "GET", "/institutions/register.xlsx?state=revoked"))[3:] == []
