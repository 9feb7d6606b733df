"""Visits and officers on their pages: every number leads to its list, an enterprise moves its appointment, the county hands over."""

from datetime import date

from sqlalchemy import select

from casework import handovers, people, visit_plans, visits
from casework.case_tables import Case, Visit
from casework.tables import Handover, Officer, Person
from casework.visit_plan_tables import VisitPlan
from tests.web.visitors import Door
from tests.world import START


def plan_of(door: Door) -> VisitPlan:
    """A visit that is owed to the case of the house, planned by the county."""
    answer = door.knock(
        "XG",
        "POST",
        f"/visits/plan/{door.ids.case}",
        data={"due_on": "2026-07-10", "cause": "request", "type": "topic", "topics": ["policy"], "reason": "企业请求"},
    )
    assert answer.status_code == 303, answer.text
    with door.database.reading() as db:
        plan = visit_plans.owed(db, door.ids.case)
        assert plan is not None
        db.expunge_all()
        return plan


def arranged_visit(door: Door) -> int:
    """The first visit of the case, arranged again for a day that can still be moved."""
    with door.database.transaction() as db:
        visit = visits.get(db, door.ids.visit)
        visit.result, visit.planned_for = "arranged", START
        return visit.id


def test_a_visit_planned_by_hand_is_on_the_officers_page_and_in_the_list_behind_the_number(door: Door) -> None:
    plan = plan_of(door)
    assert (plan.cause, plan.topics, plan.due_on) == ("request", ["policy"], date(2026, 7, 10))
    mine = door.knock("LO", "GET", "/visits/").text
    assert "桂示木业1有限公司" in mine
    board = door.knock("CG", "GET", "/visits/?month=2026-07").text
    assert "/visits/list?path=45/4508&amp;month=2026-07&amp;kind=planned" in board
    listed = door.knock("CG", "GET", "/visits/list?month=2026-07&path=45/4508&kind=planned").text
    assert "桂示木业1有限公司" in listed
    assert "企业请求" in listed
    assert "桂示木业1有限公司" not in door.knock("next city", "GET", "/visits/list?month=2026-07&kind=planned").text


def test_a_second_department_goes_along_and_reads_so(door: Door) -> None:
    plan_of(door)
    page = door.knock("CG", "GET", f"/visits/plan/{door.ids.case}").text
    assert "已有待走访计划" in page
    answer = door.knock("CG", "POST", f"/visits/plan/{door.ids.case}", data={"due_on": "2026-07-09"})
    assert answer.status_code == 303
    with door.database.reading() as db:
        states = sorted(db.scalars(select(VisitPlan.state).where(VisitPlan.cause != "first")))
        assert states == ["merged", "planned"]


def test_a_day_off_comes_back_at_its_field_with_what_was_typed(door: Door) -> None:
    sent = {"due_on": "2026-07-11", "reason": "说明情况"}
    answer = door.knock("XG", "POST", f"/visits/plan/{door.ids.case}", data=sent)
    assert answer.status_code == 422
    assert 'id="error-due_on"' in answer.text
    assert "说明情况" in answer.text


def test_an_enterprise_moves_its_appointment_once_and_reads_no_word_of_officials(door: Door) -> None:
    number = arranged_visit(door)
    page = door.knock("ENT", "GET", f"/visits/{number}").text
    assert "提出改期" in page
    for secret in ("走访理由", "雷同", "x-light"):
        assert secret not in page.split("<main")[1]
    wrong = door.knock("ENT", "POST", f"/visits/{number}/day", data={"day": "2026-07-05", "reason": "出差在外"})
    assert wrong.status_code == 422
    assert 'id="error-day"' in wrong.text
    sent = {"day": "2026-07-08", "reason": "负责人出差"}
    assert door.knock("ENT", "POST", f"/visits/{number}/day", data=sent).status_code == 303
    assert door.knock("ENT", "POST", f"/visits/{number}/day", data=sent).status_code == 409
    assert "提出改期" not in door.knock("ENT", "GET", f"/visits/{number}").text
    assert door.knock("ENT", "GET", "/visits/").status_code == 200


def test_who_was_not_visited_for_a_quarter_is_counted_and_listed(door: Door) -> None:
    with door.database.transaction() as db:
        db.get_one(Case, door.ids.case).opened_at = START.replace(month=1)
        db.get_one(Visit, door.ids.visit).visited_on = date(2026, 1, 20)
    page = door.knock("XG", "GET", "/visits/unvisited").text
    assert "桂示木业1有限公司" in page
    assert "/visits/unvisited?path=45/4508/450803" in door.knock("XG", "GET", "/visits/").text


def test_the_officers_page_shows_load_cap_and_that_no_case_is_vacant(door: Door) -> None:
    page = door.knock("XG", "GET", "/officers/").text
    assert "联络专员甲" in page
    assert "空缺案件" in page
    assert 'id="vacant"' not in page, "no case is vacant"
    assert f"/officers/handovers/{door.ids.handover}" in page


def test_leave_return_and_handover_are_started_on_the_officers_page(door: Door) -> None:
    address = f"/officers/{door.ids.officer}"
    assert door.knock("XG", "POST", f"{address}/leave", data={"acting": ""}).status_code == 303
    assert "请假" in door.knock("XG", "GET", address).text
    assert door.knock("XG", "POST", f"{address}/back").status_code == 303
    nobody = door.knock("XG", "POST", f"{address}/handover", data={"kind": "load", "reason": "负荷过重"})
    assert nobody.status_code == 422
    sent = {"kind": "complaint", "reason": "企业投诉", "cases": [str(door.ids.case)]}
    answer = door.knock("XG", "POST", f"{address}/handover", data=sent)
    assert answer.status_code == 303
    page = door.knock("XG", "GET", answer.headers["Location"]).text
    assert "桂示木业1有限公司" in page
    assert "企业投诉" in page
    with door.database.reading() as db:
        handover = db.scalars(select(Handover).order_by(Handover.id.desc()).limit(1)).one()
        assert (handover.kind, handover.opened_by) == ("complaint", "xg")
        assert handovers.open_of(db, door.ids.officer) is not None


def test_a_single_case_is_given_to_another_officer(door: Door) -> None:
    with door.database.transaction() as db:
        person = people.add(db, "lo7", "联络专员七", by="adm", now=START)
        from casework import officers

        officer = officers.get(db, door.ids.officer)
        other = officers.create(db, person, officer.path, since=date(2026, 1, 1), by="adm", now=START).id
    sent = {"officer": str(other), "reason": "连续两次未走访"}
    assert door.knock("XG", "POST", f"/officers/cases/{door.ids.case}", data=sent).status_code == 303
    assert door.knock("XG", "POST", f"/officers/cases/{door.ids.case}", data={}).status_code == 422
    with door.database.reading() as db:
        row = officers.of_case(db, door.ids.case)
        assert row is not None
        assert row.officer_id == other
        assert db.scalars(select(Person.username).join(Officer).where(Officer.id == other)).one() == "lo7"


def test_the_page_of_a_case_leads_to_its_visits_and_to_another_officer(door: Door) -> None:
    page = door.knock("XG", "GET", f"/cases/{door.ids.case}").text
    assert f"/visits/{door.ids.visit}" in page
    assert f"/visits/plan/{door.ids.case}" in page
    own = door.knock("ENT", "GET", f"/cases/{door.ids.case}").text
    assert f"/visits/{door.ids.visit}" in own
    assert f"/visits/plan/{door.ids.case}" not in own
    assert "/officers/cases/" not in own
