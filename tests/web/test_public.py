"""What anybody reads and does without logging in: the publicity of filings, and objecting to one."""

import re

from sqlalchemy import select

from casework.filing_tables import Filing, FilingObjection
from engine.tables import Message
from tests.web import filing_rows
from tests.web.visitors import Door
from tests.world import START
from web.public import OBJECTING
from web.throttle import Throttle

WORD = {"name": "覃先生", "contact": "13900001234", "text": "该机构场地系借用,设备并未到位。"}


def test_everybody_reads_what_is_published_and_nothing_that_is_not_for_everybody(door: Door) -> None:
    with door.database.transaction() as db:
        filing_rows.filing(db, door.ids.case, state="city", name="尚未公示的研发中心")
    page = door.knock("", "GET", "/public/filings")
    assert page.status_code == 200
    assert filing_rows.DECLARED["name"] in page.text
    assert "尚未公示的研发中心" not in page.text
    one = door.knock("", "GET", f"/public/filings/{door.ids.filing}").text
    for hidden in ("示例韦工", "示例研", "360", "980", "62,000", "SB-450803"):
        assert hidden not in page.text.split("<main")[1] + one.split("<main")[1], hidden
    assert door.knock("", "GET", f"/public/filings/{door.ids.filing + 1}").status_code == 404


def test_an_objection_is_taken_in_once_and_told_to_the_drawing(door: Door) -> None:
    path = f"/public/filings/{door.ids.filing}"
    for _ in range(2):
        assert door.knock("", "POST", path, data=WORD).headers["Location"] == "/public/thanks"
    assert "异议已收到" in door.knock("", "GET", "/public/thanks").text
    with door.database.reading() as db:
        row = db.scalars(select(FilingObjection)).one()
        assert (row.name, row.state) == ("覃先生", "open")
        message = db.scalars(select(Message).where(Message.name == "filing_objection")).one()
        assert message.correlation_key == str(door.ids.filing)
        assert message.variables["objectionId"] == row.id
    assert "覃先生" not in door.knock("", "GET", path).text
    seen = door.knock("CG", "GET", "/filings/published").text
    assert "设备并未到位" in seen
    assert "13900001234" not in seen


def test_what_is_missing_is_said_at_the_field_and_nothing_is_lost(door: Door) -> None:
    answer = door.knock("", "POST", f"/public/filings/{door.ids.filing}", data={**WORD, "text": "不对", "contact": ""})
    assert answer.status_code == 422
    assert 'id="error-text"' in answer.text
    assert 'id="error-contact"' in answer.text
    assert "覃先生" in answer.text
    long = door.knock("", "POST", f"/public/filings/{door.ids.filing}", data={**WORD, "text": "长" * 3000})
    assert long.status_code == 422


def test_after_the_term_the_page_says_kindly_what_to_do_instead(door: Door) -> None:
    with door.database.transaction() as db:
        filing = db.get_one(Filing, door.ids.filing)
        filing.publicity_from = filing.publicity_until = START.date().replace(day=1)
    path = f"/public/filings/{door.ids.filing}"
    page = door.knock("", "GET", path).text
    assert "公示已经结束" in page
    assert 'name="text"' not in page
    late = door.knock("", "POST", path, data=WORD)
    assert late.status_code == 409
    assert "公示期已过" in late.text
    with door.database.reading() as db:
        assert not db.scalars(select(FilingObjection.id)).all()


def test_a_machine_that_fills_the_hidden_field_is_not_heard(door: Door) -> None:
    answer = door.knock("", "POST", f"/public/filings/{door.ids.filing}", data={**WORD, "website": "http://x.example"})
    assert answer.status_code == 303
    with door.database.reading() as db:
        assert not db.scalars(select(FilingObjection.id)).all()


def test_one_address_objects_a_few_times_only(door: Door) -> None:
    path = f"/public/filings/{door.ids.filing}"
    got = [
        door.knock("", "POST", path, data={**WORD, "text": f"第{number}次说明设备并未到位的情况。"}).status_code
        for number in range(OBJECTING[0] + 1)
    ]
    assert got == [303] * OBJECTING[0] + [429]
    refused = door.knock("", "POST", path, data=WORD)
    assert "过几分钟再试" in refused.text
    assert door.knock("", "GET", path).status_code == 200


def test_a_throttle_forgets_after_its_time_and_never_grows_without_end() -> None:
    now = [0.0]
    throttle = Throttle(2, 10.0, clock=lambda: now[0])
    throttle.check("a")
    throttle.check("a")
    refused = 0
    try:
        throttle.check("a")
    except Exception as error:  # noqa: BLE001 - its class is looked at below
        refused = getattr(error, "code", 0) or 0
    assert refused == 429
    throttle.check("b")
    now[0] = 10.5
    throttle.check("a")


def test_the_form_asks_for_the_token_of_the_page(door: Door) -> None:
    door.app.config["WTF_CSRF_ENABLED"] = True
    path = f"/public/filings/{door.ids.filing}"
    assert door.knock("", "POST", path, data=WORD).status_code == 400
    page = door.client("")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.get(path).text)
    assert token is not None
    assert page.post(path, data={**WORD, "csrf_token": token.group(1)}).status_code == 303
