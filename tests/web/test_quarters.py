"""The pages of the quarterly monitoring: every number leads to its reports, and an enterprise sees its own alone."""

import re

import pytest
from sqlalchemy import select

from casework import quarters
from casework.tables import Enterprise, QuarterReport
from engine import jobs
from tests.web.visitors import Door
from tests.world import START

MISSING = {"rd_expense_ytd": None, "state": "未报", "chase_reason": "staff", "chased_by": "xg"}
CLEAN = {"rd_expense_ytd": 620, "revenue_ytd": 31000, "state": "已报", "filled_by": "firm2"}


@pytest.fixture
def quarter(door: Door) -> Door:
    """The quarter is open for both enterprises; one has reported without anything unusual, of the other nothing came."""
    with door.database.transaction() as db:
        quarters.open_period(db, "2026Q2", now=START)
    jobs.run_due(door.database, START)
    with door.database.transaction() as db:
        rows = db.scalars(
            select(QuarterReport).where(QuarterReport.period == "2026Q2").order_by(QuarterReport.id)
        ).all()
        for row, values in zip(rows, (MISSING, CLEAN), strict=True):
            for name, value in values.items():
                setattr(row, name, value)
    return door


def test_every_number_of_a_quarter_leads_to_the_reports_behind_it(quarter: Door) -> None:
    page = quarter.knock("CG", "GET", "/quarters/?period=2026Q2&path=45/4508").text
    links = re.findall(r'href="(/quarters/reports[^"]+)"[^>]*>\s*(\d+)\s*</a>', page)
    assert len(links) > 5
    for link, number in links:
        shown = quarter.knock("CG", "GET", link.replace("&amp;", "&")).text
        assert shown.count("<article") == int(number), link


def test_a_county_confirms_clean_reports_with_one_button(quarter: Door) -> None:
    page = quarter.knock("XG", "GET", "/quarters/reports?period=2026Q2&what=clean").text
    (report,) = re.findall(r'name="report" value="(\d+)"', page)
    answer = quarter.knock("XG", "POST", "/quarters/confirm", data={"report": report, "period": "2026Q2"})
    assert answer.status_code == 303
    assert quarter.knock("next county", "POST", "/quarters/confirm", data={"report": report}).status_code == 403


def test_a_county_asks_for_a_clean_report_with_the_other_button(quarter: Door) -> None:
    page = quarter.knock("XG", "GET", "/quarters/reports?period=2026Q2&what=clean").text
    (report,) = re.findall(r'name="report" value="(\d+)"', page)
    sent = {"report": report, "period": "2026Q2", "what": "doubt"}
    assert quarter.knock("XG", "POST", "/quarters/confirm", data=sent).status_code == 303
    assert "<article" not in quarter.knock("XG", "GET", "/quarters/reports?period=2026Q2&what=clean").text


def test_an_enterprise_sees_its_own_reports_and_nothing_of_what_officials_think(quarter: Door) -> None:
    page = quarter.knock("ENT", "GET", f"/quarters/enterprises/{quarter.ids.enterprise}").text
    assert "2026" in page
    assert "填报人员变动" not in page
    with quarter.database.reading() as db:
        others = db.scalars(select(Enterprise.id).where(Enterprise.id != quarter.ids.enterprise)).all()
    assert quarter.knock("ENT", "GET", f"/quarters/enterprises/{others[0]}").status_code == 404
    listed = quarter.knock("ENT", "GET", "/quarters/reports?period=2026Q2&what=missing").text
    assert listed.count("<article") == 1
    assert quarter.knock("ENT", "GET", "/quarters/").headers["Location"].endswith(str(quarter.ids.enterprise))


def test_the_county_confirms_doubtful_figures_on_a_page(door: Door) -> None:
    page = door.knock("XG", "GET", "/quarters/doubts").text
    assert f"/quarters/doubts/{door.ids.report}" in page
    assert "more than 100 billion yuan" in page
    assert door.knock("XG", "POST", f"/quarters/doubts/{door.ids.report}").status_code == 303
    sent = door.knock("XG", "POST", f"/quarters/figures/{door.ids.enterprise}", data={"field": "revenue"})
    assert sent.status_code == 303
    assert "<article" not in door.knock("XG", "GET", "/quarters/doubts").text
    again = door.knock("XG", "POST", f"/quarters/doubts/{door.ids.report}")
    assert again.status_code == 409
