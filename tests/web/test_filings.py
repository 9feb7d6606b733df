"""The pages of filing: beginning an application, following it, the list of officials, its figures, the pipeline."""

import json
import re
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from casework.filing_tables import Filing
from casework.tables import Enterprise
from engine import jobs
from tests.web import filing_rows
from tests.web.visitors import Door
from tests.world import START
from web import filing_words

WORKFLOWS = Path(__file__).parents[2] / "workflows"
DESKS = {
    f"filing-{name}"
    for name in ("acceptance", "review", "region-review", "cosign", "opinion", "settle", "joint", "expert")
}
HERE = "45/4508/450803"


def main(page: str) -> str:
    """The page without its frame."""
    return page.split("<main")[1]


def rows(page: str) -> int:
    """How many filings a list shows."""
    return len(re.findall(r'class="x-cell-title"', page))


def test_every_decision_that_a_form_of_filing_offers_has_a_word_for_its_timeline() -> None:
    offered: set[str] = set()
    for path in WORKFLOWS.glob("filing-*.form"):
        known = json.loads(path.read_text(encoding="utf-8"))["components"]
        while known:
            part = known.pop()
            known += part.get("components", [])
            if part.get("key", "").rpartition(".")[2] == "decision" and path.stem in DESKS:
                offered |= {choice["value"] for choice in part["values"]}
    assert {"agree", "experts", "opinion", "unsettled"} <= offered <= set(filing_words.DECISIONS)


def test_an_enterprise_reads_what_filing_is_and_begins_an_application(door: Door) -> None:
    asked = main(door.knock("ENT", "GET", "/filings/").text)
    assert "备案是登记，不是行政许可" in asked
    assert "不收任何费用" in asked
    begun = door.knock("ENT", "POST", "/filings/", data={"level": "city"})
    assert begun.status_code == 303
    jobs.run_due(door.app.database, START + timedelta(minutes=1))
    shown = main(door.knock("ENT", "GET", begun.headers["Location"]).text)
    assert "申请进度" in shown
    assert "填报备案申请" in shown
    with door.database.reading() as db:
        filing = db.scalars(select(Filing).order_by(Filing.id.desc())).first()
        assert filing is not None
        assert (filing.source, filing.level, filing.state) == ("self", "city", "draft")
    again = door.knock("ENT", "POST", "/filings/", data={"level": "city"})
    assert again.status_code == 409
    assert "正在办理" in again.text or filing.ref_no in again.text


def test_an_application_without_a_level_is_refused_at_the_field(door: Door) -> None:
    answer = door.knock("ENT", "POST", "/filings/", data={"level": "county"})
    assert answer.status_code == 422
    assert 'href="#field-level"' in answer.text


def test_officials_invite_enterprises_of_their_territory_only(door: Door) -> None:
    with door.database.reading() as db:
        uscc = db.get_one(Enterprise, door.ids.enterprise).uscc
    wrong = door.knock("next county", "POST", "/filings/", data={"uscc": uscc, "level": "city"})
    assert wrong.status_code == 422
    assert "field-uscc" in wrong.text
    assert door.knock("XG", "POST", "/filings/", data={"uscc": uscc, "level": "city"}).status_code == 303
    with door.database.reading() as db:
        assert db.scalars(select(Filing.source).order_by(Filing.id.desc())).first() == "invitation"


def test_an_enterprise_follows_its_application_without_a_word_of_officials(door: Door) -> None:
    with door.database.transaction() as db:
        filing = db.get_one(Filing, door.ids.filing)
        filing_rows.opinion(db, filing, "该企业设备台账存疑")
        filing_rows.onsite(db, filing)
        filing_rows.objection(db, filing, "这家机构没有挂牌,也没有研发人员。")
    path = f"/filings/{door.ids.filing}"
    own = main(door.knock("ENT", "GET", path).text)
    for hidden in ("该企业设备台账存疑", "设备原值与台账不符", "没有挂牌", "热心市民", "x-light"):
        assert hidden not in own, hidden
    assert "公示至" in own
    inside = main(door.knock("CG", "GET", path).text)
    for shown in ("该企业设备台账存疑", "设备原值与台账不符", "没有挂牌", "310"):
        assert shown in inside, shown
    assert "热心市民" not in inside
    assert "13900001234" not in inside


def test_the_way_shows_where_an_application_is_and_where_it_ended(door: Door) -> None:
    with door.database.transaction() as db:
        filing = filing_rows.filing(db, door.ids.case, state="county", accepted_on=None)
        number = filing.id
    way = re.findall(r'<li class="(done|now|stop|)"', main(door.knock("ENT", "GET", f"/filings/{number}").text))
    assert way == ["done", "now", "", "", "", ""]
    with door.database.transaction() as db:
        row = db.get_one(Filing, number)
        row.state, row.level, row.accepted_on = "region", "region", START.date()
    way = re.findall(r'<li class="(done|now|stop|)"', main(door.knock("ENT", "GET", f"/filings/{number}").text))
    assert way == ["done", "done", "done", "done", "now", "", "", ""]
    with door.database.transaction() as db:
        row = db.get_one(Filing, number)
        row.state, row.refuse_reason, row.reapply_from = "refused", "研发人员不足", START.date()
    page = main(door.knock("ENT", "GET", f"/filings/{number}").text)
    assert "研发人员不足" in page
    assert "起可重新申请" in page
    assert "stop" in re.findall(r'<li class="(done|now|stop|)"', page)


def test_an_enterprise_gives_its_application_up_and_nobody_else_does(door: Door) -> None:
    path = f"/filings/{door.ids.filing}/withdraw"
    assert door.knock("CG", "POST", path).status_code == 403
    assert door.knock("other firm", "POST", path).status_code == 404
    assert door.knock("ENT", "POST", path, data={"reason": "方案调整"}).status_code == 303
    with door.database.transaction() as db:
        db.get_one(Filing, door.ids.filing).state = "withdrawn"
    assert door.knock("ENT", "POST", path).status_code == 409


def test_every_figure_of_the_list_leads_to_as_many_filings_as_it_says(door: Door) -> None:
    with door.database.transaction() as db:
        for state in ("county", "city", "onsite", "filed"):
            filing_rows.filing(db, door.ids.case, state=state, decided_on=START.date() if state == "filed" else None)
    page = door.knock("CG", "GET", "/filings/").text
    figures = re.findall(r'x-figure[^"]*" href="([^"]+)">.*?x-figure-value">([^<]+)<', page, re.DOTALL)
    assert len(figures) == 6
    for address, value in figures:
        assert rows(door.knock("CG", "GET", address.replace("&amp;", "&")).text) == int(value), address
    assert rows(door.knock("next city", "GET", "/filings/?state=all").text) == 0


def test_a_list_of_filings_is_narrowed(door: Door) -> None:
    with door.database.transaction() as db:
        filing_rows.filing(
            db, door.ids.case, state="filed", level="region", number="GXYF-Q-4508-2026-00001", decided_on=START.date(),
            accepted_on=START.date(), corrections=1, first_pass=False,
        )  # fmt: skip
        filing_rows.objection(db, db.get_one(Filing, door.ids.filing), "这家机构没有挂牌,也没有研发人员。")
    for given, found in (
        ("", 1), ("state=all", 2), ("state=filed", 1), ("level=region&state=all", 1), ("level=city&state=all", 1),
        ("line=science&state=all", 0), ("text=GXYF-Q", 0), ("text=GXYF-Q&state=all", 1), ("only=corrected&state=all", 1),
        ("only=objection", 1), ("only=late", 0), ("only=nonsense", 1), ("path=45/4508&state=all", 2), ("path=45/4502", 0),
        ("k10=region", 1), ("k10=city", 0), ("k10=returned", 1), ("k10=decided&since=2026-01-01&until=2026-12-31", 1),
        ("k10=decided&since=2027-01-01", 0), ("before=abc", 1), ("since=abc", 1), ("only=mine", 0),
    ):  # fmt: skip
        assert rows(door.knock("RG", "GET", f"/filings/?{given}").text) == found, given


def test_every_number_of_the_pipeline_leads_to_the_filings_behind_it(door: Door) -> None:
    with door.database.transaction() as db:
        for state in ("county", "city", "city", "refused", "filed", "filed"):
            decided = {"decided_on": START.date(), "accepted_on": START.date()} if state in {"refused", "filed"} else {}
            filing_rows.filing(db, door.ids.case, state=state, first_pass=state == "filed", **decided)
    for path in ("45/4508", HERE):
        page = door.knock("CG", "GET", f"/filings/pipeline/?path={path}").text
        figures = re.findall(r'x-figure[^"]*" href="([^"]+)">.*?x-figure-value">([^<]+)<', page, re.DOTALL)
        cells = re.findall(r'<a href="(/filings/\?[^"]+)">(\d+)</a>', page)
        assert len(figures) == 9
        assert len(cells) >= 5
        for address, value in [*figures, *cells]:
            if value.strip().isdigit():
                listed = rows(door.knock("CG", "GET", address.replace("&amp;", "&")).text)
                assert listed == int(value), (path, address)
    assert door.knock("next city", "GET", "/filings/pipeline/?path=45/4508").status_code == 403


def test_the_pages_of_filing_are_there_in_english_and_say_what_filing_is(door: Door) -> None:
    reader = door.client("CG")
    reader.post("/language", data={"language": "en", "back": "/filings/"})
    for path in ("/filings/", f"/filings/{door.ids.filing}", "/institutions/", f"/institutions/{door.ids.institution}"):
        assert "Filing is a registration, not a licence" in reader.get(path).text, path
    for path in ("/filings/", f"/filings/{door.ids.filing}", "/institutions/", "/public/filings"):
        text = main(door.knock("CG", "GET", path).text)
        assert "不是行政许可" in text, path
        for never in ("审批通过", "许可证", "予以批准", "批准发证"):
            assert never not in text, (path, never)
