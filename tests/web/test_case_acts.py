"""What an officer does to a case beside its tasks: measures added and dropped, changes of state reported."""

from sqlalchemy import select

from casework.case_tables import Case, Measure
from casework.filing_tables import Filing
from casework.status_tables import StatusReport
from casework.tables import Enterprise
from engine.tables import Message
from tests.web.visitors import Door

NEW = {
    "type": "TALENT",
    "owner": "企业技术部",
    "content": "对接科技特派员,组建研发小组",
    "start": "2026-07-01",
    "due": "2026-08-31",
    "reason": "缺少研发人员",
}


def test_the_officer_adds_a_measure_to_the_plan_in_force(door: Door) -> None:
    page = door.knock("LO", "GET", f"/cases/{door.ids.case}/measures/new").text
    assert "增加措施" in page
    sent = {"submission": {"measure": NEW}}
    answer = door.knock("LO", "POST", f"/cases/{door.ids.case}/measures/new", json=sent)
    assert answer.get_json()["next"] == f"/cases/{door.ids.case}"
    with door.database.reading() as db:
        added = db.scalars(select(Measure).where(Measure.type == "TALENT")).one()
        assert (added.state, added.owner, added.case_id) == ("not_started", "企业技术部", door.ids.case)
    assert "对接科技特派员" in door.knock("XG", "GET", f"/cases/{door.ids.case}").text


def test_a_measure_outside_the_plan_comes_back_with_its_field(door: Door) -> None:
    for due in ("2031-01-06", "2026-10-03"):
        sent = {"submission": {"measure": {**NEW, "due": due}}}
        answer = door.knock("LO", "POST", f"/cases/{door.ids.case}/measures/new", json=sent)
        assert answer.status_code == 422
        assert "measure.due" in answer.get_json()["fields"]


def test_who_asks_to_drop_a_measure_sees_who_decides_and_a_mandatory_one_stays(door: Door) -> None:
    with door.database.transaction() as db:
        kept = {one.type: one.id for one in db.scalars(select(Measure).where(Measure.case_id == door.ids.case))}
        db.get_one(Measure, kept["POLICY"]).type = "FINANCE"
    page = door.knock("LO", "GET", f"/cases/measures/{kept['POLICY']}/drop").text
    assert "XL" in page, "the county leader by name"
    sent = {"submission": {"drop": {"reason": "企业资金充足,不再需要"}}}
    assert door.knock("LO", "POST", f"/cases/measures/{kept['POLICY']}/drop", json=sent).status_code == 200
    with door.database.reading() as db:
        asked = db.scalars(select(Message).where(Message.name == "drop_asked")).one()
        assert asked.variables["askedBy"] == "lo"

    assert "必选措施" in door.knock("LO", "GET", f"/cases/measures/{kept['INSTITUTION']}/drop").text
    refused = door.knock("LO", "POST", f"/cases/measures/{kept['INSTITUTION']}/drop", json=sent)
    assert refused.status_code == 409


def test_a_change_of_state_is_reported_and_the_case_says_that_it_is_looked_into(door: Door) -> None:
    path = f"/cases/{door.ids.case}/status"
    assert "报告企业状态变化" in door.knock("XG", "GET", path).text
    wrong = door.knock("XG", "POST", path, data={"kind": "moved_inside", "day": "2027-01-01", "to": "", "proof": ""})
    assert wrong.status_code == 422
    for words in ("请选择迁入的县", "不得晚于今天", "请填写依据来源"):
        assert words in wrong.text
    given = {"kind": "halted", "day": "2026-06-29", "to": "", "proof": "电力部门用电数据"}
    assert door.knock("LO", "POST", path, data=given).status_code == 303
    with door.database.reading() as db:
        row = db.scalars(select(StatusReport)).one()
        assert (row.kind, row.reported_by, row.state) == ("halted", "lo", "open")
    assert "县级正在核实" in door.knock("XG", "GET", f"/cases/{door.ids.case}").text
    assert "电力部门用电数据" in door.knock("XG", "GET", path).text
    assert "县级正在核实" not in door.knock("ENT", "GET", f"/cases/{door.ids.case}").text


def test_the_officer_begins_the_filing_that_a_measure_waits_for(door: Door) -> None:
    with door.database.reading() as db:
        kept = {one.type: one.id for one in db.scalars(select(Measure).where(Measure.case_id == door.ids.case))}
        uscc = db.scalars(
            select(Enterprise.uscc).join(Case, Case.enterprise_id == Enterprise.id).where(Case.id == door.ids.case)
        ).one()
    assert "市级备案" in door.knock("LO", "GET", f"/cases/measures/{kept['INSTITUTION']}").text
    assert "市级备案" not in door.knock("LO", "GET", f"/cases/measures/{kept['POLICY']}").text
    answer = door.knock("LO", "POST", "/filings/", data={"uscc": uscc, "level": "city"})
    assert answer.status_code == 303
    with door.database.reading() as db:
        begun = db.scalars(select(Filing).order_by(Filing.id.desc()).limit(1)).one()
        assert (begun.measure_id, begun.case_id, begun.level) == (kept["INSTITUTION"], door.ids.case, "city")
