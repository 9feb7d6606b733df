"""Pages of supervision orders: lists with figures that lead somewhere, the paper, ordering by hand, withdrawing."""

from sqlalchemy import select

from casework.order_tables import SupervisionOrder, TerritoryLight
from tests.web.visitors import Door

PAPER = {
    "addressee": "2",
    "color": "yellow",
    "due": "2026-07-07",
    "matter": "企业方案进度滞后",
    "basis": "会议纪要",
    "requirement": "本月底前报送整改情况。",
}


def test_the_list_counts_what_it_shows_and_leads_to_it(door: Door) -> None:
    page = door.knock("CG", "GET", "/orders/").text
    assert "DB-〔2026〕1" in page
    assert "待我回复" in page
    assert "view=late" in page
    assert "没有督办单" in door.knock("CG", "GET", "/orders/?view=closed").text
    assert "DB-〔2026〕1" in door.knock("CG", "GET", "/orders/?text=方案迟迟&color=red&level=3").text
    assert "没有督办单" in door.knock("CG", "GET", "/orders/?color=blue").text
    assert "DB-〔2026〕1" not in door.knock("next county", "GET", "/orders/?view=all").text


def test_one_order_tells_its_story_and_the_case_shows_it(door: Door) -> None:
    page = door.knock("XL", "GET", f"/orders/{door.ids.order}").text
    assert "方案迟迟未落实" in page
    assert "待回复" in page
    assert "撤销这份督办单" not in page
    assert "撤销这份督办单" in door.knock("CG", "GET", f"/orders/{door.ids.order}").text
    assert "DB-〔2026〕1" in door.knock("XG", "GET", f"/cases/{door.ids.case}").text
    assert "督办" not in door.knock("ENT", "GET", f"/cases/{door.ids.case}").text.split("<main")[1]


def test_the_paper_has_number_colour_addressee_and_a_reply_slip(door: Door) -> None:
    page = door.knock("CG", "GET", f"/orders/{door.ids.order}/paper").text
    for words in (
        "督 办 单",
        "DB-〔2026〕1",
        "红色督办",
        "县(市、区)分管领导",
        "立即落实,书面报告。",
        "督 办 回 复 单",
    ):
        assert words in page


def test_an_order_by_hand_is_numbered_and_shown(door: Door) -> None:
    answer = door.knock("JM", "POST", "/orders/", data={"case": str(door.ids.case), **PAPER})
    assert answer.status_code == 303
    page = door.knock("JM", "GET", answer.headers["Location"]).text
    assert "DB-〔2026〕2" in page
    with door.database.reading() as db:
        order = db.scalars(select(SupervisionOrder).order_by(SupervisionOrder.id.desc())).first()
        assert order is not None
        assert (order.level, order.addressee_post, order.issued_by) == (6, "XL", "jm")


def test_what_is_missing_is_said_at_the_field_and_nothing_is_lost(door: Door) -> None:
    wrong = {**PAPER, "case": str(door.ids.case), "requirement": "", "due": "2026-07-05"}
    answer = door.knock("JM", "POST", "/orders/", data=wrong)
    assert answer.status_code == 422
    assert "督办单必须写明" in answer.text
    assert "期限须为工作日" in answer.text
    assert "企业方案进度滞后" in answer.text


def test_the_same_level_does_not_order_twice(door: Door) -> None:
    answer = door.knock("CG", "POST", "/orders/", data={"case": str(door.ids.case), **PAPER})
    assert answer.status_code == 409
    assert "本层级已就此事督办" in answer.text


def test_withdrawing_asks_for_a_reason(door: Door) -> None:
    answer = door.knock("CG", "POST", f"/orders/{door.ids.order}/withdraw", data={"reason": ""})
    assert answer.status_code == 422
    assert "请简要说明理由" in answer.text


def test_the_joint_office_records_how_a_city_stood(door: Door) -> None:
    given = {"path": "45/4508", "period": "2026Q2", "light": "red", "reason": "得分 55 分"}
    assert door.knock("JM", "POST", "/orders/territories", data={**given, "period": "Q2"}).status_code == 422
    assert door.knock("JM", "POST", "/orders/territories", data=given).status_code == 303
    assert "得分 55 分" in door.knock("JM", "GET", "/orders/territories").text
    with door.database.reading() as db:
        assert db.scalars(select(TerritoryLight.light)).all() == ["red"]


def test_the_pages_are_there_in_english(door: Door) -> None:
    door.client("CG")
    page = door.client("CG")
    page.post("/language", data={"language": "en", "back": "/orders/"})
    assert "Supervision orders" in page.get("/orders/").text
