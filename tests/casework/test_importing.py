"""The three rosters of the demo, exactly as their description says they have to be taken."""

import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import annotating, enterprises, importing, territories
from casework.importing import Options, Reading
from casework.tables import Enterprise, EnterpriseYear, Officer, Post, QuarterReport
from engine.errors import Conflict, Invalid, NotFound

NOW = datetime(2026, 6, 30, 1, 0, tzinfo=UTC)
ROSTERS = Path(__file__).parents[1] / "data" / "rosters"
ENTERPRISES, QUARTER, OFFICERS = "规上工业企业名册.xlsx", "2026一季度研发监测汇总.xlsx", "联络专员名单.csv"


@pytest.fixture
def guangxi(db: Session) -> Session:
    territories.load_guangxi(db)
    return db


def read(db: Session, name: str) -> Reading:
    return importing.read(db, name, (ROSTERS / name).read_bytes(), now=NOW)


def bring_in(db: Session, name: str) -> Reading:
    return importing.apply(db, importing.keep(db, read(db, name), by="adm", now=NOW).id, by="adm", now=NOW)


def refused(reading: Reading, field: str, template: str) -> int:
    return sum(
        any(r.field == field and r.severity == "refused" and template in r.sentence.template for r in record.remarks)
        for record in reading.records
    )


def remarked(reading: Reading, field: str, template: str) -> int:
    return sum(
        any(r.field == field and template in r.sentence.template for r in record.remarks) for record in reading.remarked
    )


def test_the_first_roster_refuses_27_rows_and_takes_50_with_a_remark(guangxi: Session) -> None:
    reading = read(guangxi, ENTERPRISES)

    assert (reading.kind, len(reading.records), reading.sheet.skipped) == ("enterprises", 425, 2)
    assert (len(reading.refused), len(reading.remarked), reading.clean) == (27, 50, 348)
    assert reading.options.year == 2025
    assert reading.units == {"revenue": "万元", "rd_expense": "万元"}


@pytest.mark.parametrize(
    ("what", "field", "template", "rows"),
    [
        ("wrong check digit", "uscc", "check digit", 6),
        ("letter O for zero", "uscc", "is it {meant}", 4),
        ("a second row with the same code", "uscc", "has the same one already", 5),
        ("revenue 约5000", "revenue", "not an exact amount", 3),
        ("no county", "county", "county is missing", 4),
        ("a county outside Guangxi", "county", "no county, district or zone of Guangxi", 2),
        ("an industry code that is none (one row also repeats a code)", "industry_code", "no industry code", 4),
    ],
)
def test_a_row_is_refused_with_row_field_and_reason(
    guangxi: Session, what: str, field: str, template: str, rows: int
) -> None:
    assert refused(read(guangxi, ENTERPRISES), field, template) == rows, what


@pytest.mark.parametrize(
    ("what", "field", "template", "rows"),
    [
        ("code with blanks or small letters", "uscc", "blanks or small letters", 8),
        ("full-width text with 万元 and commas", "revenue", "is read as", 8),
        ("a date as Excel serial", "scale_since", "Excel", 6),
        ("old county names, here", "county", "is called {name} today", 1),
        ("old county names, of another city", "county", "does not lie in {city}", 4),
        ("zones that are known", "county", "is understood as the zone", 2),
        ("zones that are new", "county", "added as a zone", 4),
        ("revenue ten thousand times too large", "revenue", "probably written in yuan", 3),
        ("R&D above revenue", "rd_expense", "more than the revenue", 3),
        ("R&D money but no activity", "has_activity", "no R&D activity", 4),
        ("an industry outside B, C, D", "industry_code", "outside B, C and D", 3),
        ("a certificate of 2021", "hitech_no", "has expired", 4),
    ],
)
def test_a_row_is_repaired_or_accepted_with_a_warning(
    guangxi: Session, what: str, field: str, template: str, rows: int
) -> None:
    assert remarked(read(guangxi, ENTERPRISES), field, template) == rows, what


def test_a_dry_run_finds_what_the_import_finds_and_writes_nothing(guangxi: Session) -> None:
    dry = read(guangxi, ENTERPRISES)
    assert guangxi.execute(select(func.count(Enterprise.id))).scalar_one() == 0
    zones = len(territories.tree(guangxi).nodes)

    applied = bring_in(guangxi, ENTERPRISES)

    assert [(r.row, r.field, str(r.sentence)) for r in dry.remarks] == [
        (r.row, r.field, str(r.sentence)) for r in applied.remarks
    ]
    assert guangxi.execute(select(func.count(Enterprise.id))).scalar_one() == 398
    assert guangxi.execute(select(func.count(EnterpriseYear.id))).scalar_one() == 398
    assert len(territories.tree(guangxi).nodes) == zones + 4


def test_the_rows_of_the_registry_are_those_of_the_sheet(guangxi: Session) -> None:
    bring_in(guangxi, ENTERPRISES)
    tree = territories.tree(guangxi)

    full_width = enterprises.by_code(guangxi, "91450200MADM10495E")
    year = enterprises.year(guangxi, full_width.id, 2025)
    assert year is not None
    assert year.revenue == Decimal("2856.35")
    assert year.as_reported["revenue"] == {"unit": "万元", "written": "2,856.35 万元"}
    assert (full_width.is_scale, full_width.scale_since) == (True, "2006-05")

    assert enterprises.by_code(guangxi, "91450600MADM10452M").scale_since == "2024-03"
    old_name = enterprises.by_code(guangxi, "91450000MADM12052E")
    assert tree.full_name(old_name.path) == "南宁市武鸣区"
    zone = enterprises.by_code(guangxi, "91450326MADM10540A")
    assert (tree.name(zone.path), tree.kind(zone.path)) == ("桂林高新区", "zone")
    new_zone = enterprises.by_code(guangxi, "91450000MADM10065A")
    assert tree.full_name(new_zone.path) == "玉林市广西—东盟经开区"
    outside = enterprises.by_code(guangxi, "91450100MADM125621")
    assert not enterprises.is_industry(outside)
    doubtful = enterprises.by_code(guangxi, "91450000MADM108580")
    assert [flag["code"] for flag in doubtful.flags] == ["confirm:revenue"]
    expired = enterprises.by_code(guangxi, "91450000MADM11092B")
    assert expired.hitech_to is not None
    assert expired.hitech_to < NOW.date()


def test_the_county_confirms_a_doubtful_figure(guangxi: Session) -> None:
    bring_in(guangxi, ENTERPRISES)
    doubtful = enterprises.by_code(guangxi, "91450000MADM108580")
    enterprises.confirm(guangxi, doubtful.id, "revenue", by="xg", now=NOW)
    assert (doubtful.flags, doubtful.confirm_status) == ([], "县核")
    with pytest.raises(NotFound):
        enterprises.confirm(guangxi, doubtful.id, "revenue", by="xg", now=NOW)


def test_a_file_is_applied_once_and_a_new_upload_brings_known_rows_up_to_date(guangxi: Session) -> None:
    kept = importing.keep(guangxi, read(guangxi, ENTERPRISES), by="adm", now=NOW)
    importing.apply(guangxi, kept.id, by="adm", now=NOW)
    with pytest.raises(Conflict, match="imported already"):
        importing.apply(guangxi, kept.id, by="adm", now=NOW)

    bring_in(guangxi, ENTERPRISES)
    assert guangxi.execute(select(func.count(Enterprise.id))).scalar_one() == 398
    assert guangxi.execute(select(func.count(EnterpriseYear.id))).scalar_one() == 398


def test_the_quarter_comes_in_thousands_under_a_header_of_two_levels(guangxi: Session) -> None:
    bring_in(guangxi, ENTERPRISES)
    reading = bring_in(guangxi, QUARTER)

    assert (reading.kind, reading.options.period, set(reading.units.values())) == ("quarter", "2026Q1", {"千元"})
    assert reading.sheet.headers[2:6] == (
        "研发费用/合计",
        "研发费用/基础研究",
        "研发费用/应用研究",
        "研发费用/试验发展",
    )
    assert refused(reading, "rd_expense_ytd", "negative") == 5
    # One negative row is also of an enterprise that never came in.
    assert {r.field for record in reading.refused for r in record.remarks} == {"rd_expense_ytd", "uscc"}
    assert sum("three types" in r.sentence.template for r in reading.remarks) == 7
    assert sum("the remark says" in r.sentence.template for r in reading.remarks) == 3

    enterprise = enterprises.by_code(guangxi, "91450200MADM10006H")
    report = guangxi.execute(select(QuarterReport).where(QuarterReport.enterprise_id == enterprise.id)).scalar_one()
    assert (report.rd_expense_ytd, report.rd_basic, report.state) == (Decimal("13.67"), Decimal("1.09"), "县核")
    assert report.as_reported["rd_expense_ytd"] == {"unit": "千元", "written": "136.7"}
    stopped = enterprises.by_code(guangxi, "91450000MADM10057F")
    assert stopped.status == "存续"
    assert "confirm:status" in {flag["code"] for flag in stopped.flags}


def test_a_quarter_of_enterprises_nobody_knows_is_refused_row_by_row(guangxi: Session) -> None:
    reading = read(guangxi, QUARTER)
    assert len(reading.refused) == 260


def test_officers_come_in_from_a_csv_in_gb18030_with_post_and_territory(guangxi: Session) -> None:
    reading = bring_in(guangxi, OFFICERS)
    assert (reading.kind, len(reading.records), reading.clean) == ("officers", 60, 60)

    officer = guangxi.execute(select(Officer).where(Officer.path == "45/4522/451324")).scalars().first()
    assert officer is None
    officers = guangxi.execute(select(Officer).where(Officer.path == "45/4513/451321")).scalars().all()
    assert [(o.person.name, o.lines) for o in officers] == [("示例员006", ["科技", "工信"]), ("示例员051", ["工信"])]
    posts = guangxi.execute(select(Post).where(Post.person_id == officers[0].person_id)).scalars().all()
    assert [(post.post, post.path) for post in posts] == [("LO", "45/4513/451321")]

    bring_in(guangxi, OFFICERS)
    assert guangxi.execute(select(func.count(Officer.id))).scalar_one() == 60


def test_an_officer_of_a_zone_is_found_under_its_city(guangxi: Session) -> None:
    table = "姓名,单位,负责区域,手机,条线\n示例员甲,柳东新区管委会,柳州市/柳东新区,13900000000,科技、工信\n"
    reading = importing.read(guangxi, "专员.csv", table.encode("utf-8-sig"), now=NOW)
    assert not reading.refused
    assert territories.tree(guangxi).kind(reading.records[0].values["path"]) == "zone"


def test_the_copy_of_the_sheet_shows_each_reason_beside_its_cell(guangxi: Session) -> None:
    reading = read(guangxi, ENTERPRISES)
    book = load_workbook(io.BytesIO(annotating.annotate(reading)))
    sheet = book["规上工业"]

    assert sheet["E34"].value == "91450125MADM102929"
    comment = sheet["E34"].comment
    assert comment is not None
    assert "check digit" in comment.text
    assert sheet["E34"].fill.fgColor.rgb == "00F8CBAD"
    assert "check digit" in str(sheet["Q34"].value)
    assert sheet["Q5"].value is None
    assert [str(c) for c in sheet.merged_cells.ranges] == ["A2:P2"]


def test_a_csv_with_mistakes_comes_back_as_a_sheet_that_runs_no_formula(guangxi: Session) -> None:
    table = "姓名,单位,负责区域\n=1+1,某局,柳州市/天河区\n"
    reading = importing.read(guangxi, "专员.csv", table.encode(), now=NOW)
    sheet = load_workbook(io.BytesIO(annotating.annotate(reading))).active
    assert sheet is not None
    assert sheet["A2"].data_type == "s"  # pyright: ignore[reportIndexIssue, reportAttributeAccessIssue]
    assert "天河区" in str(sheet["D2"].value)  # pyright: ignore[reportIndexIssue, reportAttributeAccessIssue]


def test_the_columns_may_be_chosen_by_hand(guangxi: Session) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["企业名称", "统一社会信用代码", "在哪里", "行业代码", "营业收入(亿元)"])
    sheet.append(["桂示甲公司", "91450100MADM00019Y", "平南县", "C2021", 5])
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Invalid, match="columns") as missing:
        importing.read(guangxi, "2025年度.xlsx", out.getvalue(), kind="enterprises", now=NOW)
    assert "county" in missing.value.fields

    chosen = {"name": 1, "uscc": 2, "county": 3, "industry_code": 4, "revenue": 5}
    reading = importing.read(guangxi, "2025年度.xlsx", out.getvalue(), kind="enterprises", mapping=chosen, now=NOW)
    assert reading.records[0].values["revenue"] == Decimal(50000)
    assert reading.records[0].values["path"] == "45/4508/450821"

    with pytest.raises(Invalid) as wrong:
        importing.read(guangxi, "x", out.getvalue(), kind="enterprises", mapping=chosen | {"phone": 5}, now=NOW)
    assert "two fields" in str(wrong.value.fields["phone"][0])


def test_figures_without_a_unit_or_a_year_are_asked_for(guangxi: Session) -> None:
    table = "企业名称,统一社会信用代码,县区,行业代码,营业收入\n桂示甲,91450100MADM00019Y,平南县,C2021,50000\n"
    with pytest.raises(Invalid) as year:
        importing.read(guangxi, "名册.csv", table.encode(), now=NOW)
    assert "year" in year.value.fields
    with pytest.raises(Invalid) as unit:
        importing.read(guangxi, "名册.csv", table.encode(), options=Options(year=2025), now=NOW)
    assert "unit" in unit.value.fields
    reading = importing.read(guangxi, "名册.csv", table.encode(), options=Options(unit="千元", year=2025), now=NOW)
    assert reading.records[0].values["revenue"] == Decimal(5000)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 not a workbook", b"\x00\x01\x02\xff\xfe", "只有一句话\n".encode(), b"a,b\n1,2\n"],
)
def test_what_is_no_roster_is_refused_with_a_sentence(guangxi: Session, content: bytes) -> None:
    with pytest.raises(Invalid):
        importing.read(guangxi, "file.xlsx", content, now=NOW)
