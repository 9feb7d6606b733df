"""Credit codes, territories and amounts: what offices write, and what it means."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from casework import amounts, credit_codes, territories
from engine.errors import Conflict, Invalid, NotFound


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y43",
        "91450100MADM00019Y",
        "91450205MADM000277",
        "91450802MADM00035M",
        "91450381MADM000434",
        "91451402MADM000513",
    ],
)
def test_the_vectors_of_the_reference_are_valid(code: str) -> None:
    assert credit_codes.read(code) == credit_codes.Code(code, tidied=False)
    assert credit_codes.read(f" {code[:8]} {code[8:].lower()}") == credit_codes.Code(code, tidied=True)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("91350100M000100Y4Z", "is it 2?"),
        ("9145O100MADM00019Y", "is it 0?"),
        ("91450100MADM00019", "this one has 17"),
        ("91450100MADM000190", "check digit of the credit code"),
        ("A1450100MADM00019Y", "first eight"),
        ("91450100MADM0001-Y", "this one has 17"),
        ("", "missing"),
    ],
)
def test_a_wrong_code_is_refused_with_the_place_of_the_mistake(code: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        credit_codes.read(code)
    assert says in str(refused.value.fields["uscc"][0])


def test_the_organisation_code_inside_is_checked_as_well() -> None:
    good = credit_codes.make("450100", "MADM0001")
    spoilt = good[:16] + ("0" if good[16] != "0" else "1")
    spoilt += credit_codes.uscc.calc_check_digit(spoilt)
    with pytest.raises(Invalid) as refused:
        credit_codes.read(spoilt)
    assert "character 17" in str(refused.value.fields["uscc"][0])


@given(st.integers(0, 9999))
def test_every_made_up_code_is_valid(number: int) -> None:
    code = credit_codes.make("450803", f"MADM{number:04d}")
    assert credit_codes.read(code).registered_at == "450803"


@pytest.fixture
def guangxi(db: Session) -> Session:
    territories.load_guangxi(db)
    return db


def test_guangxi_has_14_cities_and_111_counties_and_is_entered_once(guangxi: Session) -> None:
    tree = territories.tree(guangxi)
    assert len(tree.under("45", "city")) == 14
    assert len(tree.under("45", "county")) == 111
    assert tree.full_name("45/4508/450803") == "贵港市港南区"
    assert territories.load_guangxi(guangxi) == 0


@pytest.mark.parametrize(
    ("city", "county", "path"),
    [
        ("贵港市", "港南区", "45/4508/450803"),
        ("", "港南区", "45/4508/450803"),
        ("南宁市", " 横县 ", "45/4501/450181"),
        ("桂林市", "荔浦县", "45/4503/450381"),
        ("百色市", "靖西县", "45/4510/451081"),
        ("百色市", "平果县", "45/4510/451082"),
        ("南宁市", "武鸣县", "45/4501/450110"),
        ("柳州市", "柳东新区", "45/4502/Z45020002"),
        ("桂林市", "高新区", "45/4503/Z45030001"),
        ("南宁市", "广西-东盟经开区", "45/4501/Z45010003"),
    ],
)
def test_a_place_is_understood_as_offices_write_it(guangxi: Session, city: str, county: str, path: str) -> None:
    assert territories.tree(guangxi).resolve(city, county).path == path


@pytest.mark.parametrize(
    ("city", "county", "says"),
    [
        ("贵港市", "", "missing"),
        ("广州市", "天河区", "no city of Guangxi"),
        ("梧州市", "天河区", "no county, district or zone"),
        ("", "高新区", "there are several"),
        ("", "未来科技新区", "write the city"),
    ],
)
def test_an_unknown_place_is_refused_with_a_sentence(guangxi: Session, city: str, county: str, says: str) -> None:
    with pytest.raises(NotFound, match=says):
        territories.tree(guangxi).resolve(city, county)


def test_a_new_zone_gets_a_code_of_its_own_under_its_city(guangxi: Session) -> None:
    zone = territories.add_zone(guangxi, "45/4509", "经开区", host="45/4509/450902")
    assert (zone.path, zone.name, zone.kind) == ("45/4509/Z45090002", "玉林经开区", "zone")
    assert territories.tree(guangxi).resolve("玉林市", "经开区").path == zone.path
    with pytest.raises(Conflict):
        territories.add_zone(guangxi, "45/4509", "经开区")
    with pytest.raises(Invalid):
        territories.add_zone(guangxi, "45/4509", "新区甲", host="45/4501/450102")


@pytest.mark.parametrize(
    ("cell", "unit", "value"),
    [
        (5358.89, "万元", "5358.89"),
        (11789.558, "千元", "1178.9558"),
        ("２,８５６.３５ 万元", "千元", "2856.35"),
        ("1.5亿元", "万元", "15000"),
        ("12 000", "万元", "12000"),
        (0, "万元", "0"),
    ],
)
def test_an_amount_keeps_its_value_whatever_its_unit(cell: amounts.Cell, unit: str, value: str) -> None:
    read = amounts.amount(cell, unit)
    assert read is not None
    assert read.value == Decimal(value)


@pytest.mark.parametrize("cell", ["约5000", "五千", "5000左右", "1e9", "12.3.4", "=1+1"])
def test_what_is_no_exact_amount_is_refused(cell: str) -> None:
    with pytest.raises(Invalid):
        amounts.amount(cell, "万元")


@pytest.mark.parametrize("cell", ["", None, "-", "—"])
def test_an_empty_cell_is_no_amount(cell: str | None) -> None:
    assert amounts.amount(cell, "万元") is None


@pytest.mark.parametrize(
    ("cell", "month"),
    [("2018年10月", "2018-10"), ("2018-10", "2018-10"), (45379.0, "2024-03"), (datetime(2020, 5, 3), "2020-05")],  # noqa: DTZ001 - as a sheet gives it
)
def test_a_month_is_read_in_all_its_forms(cell: amounts.Cell, month: str) -> None:
    read = amounts.month(cell)
    assert read is not None
    assert read.value == month


def test_a_day_that_does_not_exist_is_refused() -> None:
    assert amounts.day("2024年2月29日") == date(2024, 2, 29)
    with pytest.raises(Invalid):
        amounts.day("2025年2月29日")
