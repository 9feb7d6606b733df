"""Problems of enterprises by the 13710 rule: answered in three days, solved in seven, fifteen or thirty, followed until struck off."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from casework import casefile, issue_progress, issues, merging, permissions
from casework.case_tables import Notice
from casework.issue_tables import Issue
from casework.order_tables import SupervisionOrder
from engine.calendars import SHANGHAI, local_day
from engine.db import Database
from tests.world import World

UNSOLVABLE: dict[str, Any] = {
    "decision": "unsolvable",
    "code": "policy",
    "answer": "现行政策不允许。",
    "reason": "政策有明确规定。",
}


def reports(world: World, category: str = "tax", *, source: str = "portal", **more: Any) -> int:
    """The enterprise of the case last spoken of has a problem; gives its id."""
    with world.database.transaction() as db:
        case = world.get(db)
        issue = issues.open_issue(
            db,
            case.enterprise_id,
            source=source,
            category=category,
            description="外协试制没有发票,能否归集研发费用?",
            by=f"ent{case.enterprise_id}",
            now=world.now,
            **more,
        )
        number = issue.id
    world.run()
    return number


def look(world: World, issue_id: int) -> Issue:
    """The row of a problem, detached."""
    with world.database.reading() as db:
        found = issues.get(db, issue_id)
        db.expunge_all()
        return found


def kinds(issue: Issue) -> list[str]:
    return [str(line["kind"]) for line in issue_progress.lines(issue)]


def accepted(world: World, category: str = "statistics") -> int:
    issue_id = reports(world, category)
    world.lo.completes("register", category=category)
    world.xk.completes("accept")
    return issue_id


def test_an_ordinary_problem_is_answered_in_three_days_solved_in_seven_and_struck_off(world: World) -> None:
    world.visited_case()
    tuesday = local_day(world.now)
    issue_id = reports(world, "statistics")
    assert look(world, issue_id).number == "WT-202606-00001"
    world.lo.completes("register")
    assert world.due("accept").date() == date(2026, 7, 3)
    world.xk.completes("accept")
    assert world.due("handle").date() == date(2026, 7, 7)
    world.xk.completes("handle")
    world.lo.completes("feed_back")
    world.enterprise.completes("rate")
    found = look(world, issue_id)
    assert (found.state, found.satisfaction, found.lead_post, found.class_) == ("closed", "satisfied", "K", "general")
    assert (found.first_answer_due, found.due_on) != (None, None)
    assert local_day(found.answered_at or world.now) == tuesday
    assert kinds(found) == ["registered", "routed", "accepted", "answered", "told", "rated", "closed"]
    letters = [one for one in world.told("enterprise") if "WT-202606-00001" in one]
    assert len(letters) == 2, letters
    with world.database.reading() as db:
        happened = [entry.what.template for entry in casefile.timeline(db, world.get(db))]
    assert {"problem {number} was registered: {title}", "problem {number} was struck off: {title}"} <= set(happened)
    assert world.told("county") == ["WT-202606-00001 may need your guidance: 外协试制没有发票,能否归集研发费用?"]
    world.is_well()


def test_the_enterprise_never_reads_a_remark_of_officials(world: World) -> None:
    world.visited_case()
    issue_id = accepted(world)
    with world.database.transaction() as db:
        issues.note(db, issues.get(db, issue_id), "企业账目混乱", "正在核对凭证", by="xk", now=world.now)
    seen = issue_progress.lines_for_enterprise(look(world, issue_id))
    assert "企业账目混乱" not in str(seen)
    assert "xk" not in str(seen)
    assert seen[-1]["said"] == "正在核对凭证"
    world.is_well()


def test_a_problem_of_several_departments_has_thirty_days_and_each_is_asked(world: World) -> None:
    world.visited_case()
    world.hires("sw", "SW", "45/4508/450803")
    issue_id = reports(world, "payment")
    world.lo.completes("register", co=["SW", "G"])
    world.xk.completes("accept")
    assert sorted(world.waiting()).count("assist") == 2
    assert world.due("handle").date() == date(2026, 7, 30)
    with world.database.reading() as db:
        scope = permissions.scope_of(db, "sw", now=world.now)
        mine = [task.id for task in permissions.my_tasks(db, scope) if task.element_id == "assist"]
    assert len(mine) == 1
    world.xk.completes("handle")
    assert "feed_back" not in world.waiting(), "the others have not spoken yet"
    world.working_days_pass(16)
    found = look(world, issue_id)
    assert kinds(found).count("silent") == 2
    assert (found.state, found.class_) == ("answered", "complex")
    world.is_well()


def test_what_the_county_cannot_solve_is_solved_by_the_city(world: World) -> None:
    world.visited_case()
    issue_id = accepted(world)
    world.xk.completes("handle", decision="raise", reason="县级没有权限。")
    assert look(world, issue_id).level == "city"
    assert not world.xk.may_complete("city_handle")
    world.ck.completes("city_handle")
    world.lo.completes("feed_back")
    world.enterprise.completes("rate", satisfaction="mostly")
    assert look(world, issue_id).state == "closed"
    world.is_well()


def test_what_the_region_cannot_solve_goes_on_the_agenda_and_asks_for_supervision(world: World) -> None:
    world.visited_case()
    issue_id = accepted(world)
    for who, element in ((world.xk, "handle"), (world.ck, "city_handle"), (world.rk, "region_handle")):
        who.completes(element, decision="raise", reason="本级没有权限解决。")
    found = look(world, issue_id)
    assert (found.level, found.state) == ("joint", "raised")
    with world.database.reading() as db:
        order = db.scalars(select(SupervisionOrder).where(SupervisionOrder.issue_id == issue_id)).one()
        assert order.subject_kind == "request"
    world.jm.completes("joint_handle")
    assert look(world, issue_id).state == "answered"
    world.is_well()


def test_an_obstacle_in_a_policy_goes_straight_to_the_joint_office(world: World) -> None:
    world.visited_case()
    issue_id = reports(world, "obstacle")
    world.lo.completes("register")
    found = look(world, issue_id)
    assert (found.level, found.class_, found.lead_post) == ("joint", "policy", "JM")
    world.jm.completes("joint_handle")
    world.lo.completes("feed_back")
    world.enterprise.completes("rate")
    assert look(world, issue_id).state == "closed"
    world.is_well()


def test_an_enterprise_that_is_not_content_gets_it_done_once_more_and_then_the_supervisor_decides(world: World) -> None:
    world.visited_case()
    issue_id = accepted(world)
    for _ in range(2):
        world.xk.completes("handle")
        world.lo.completes("feed_back")
        world.enterprise.completes("rate", satisfaction="dissatisfied", remark="没有解决问题")
    found = look(world, issue_id)
    assert (found.state, found.returns) == ("rated", 2)
    assert world.waiting().count("supervise") == 1
    assert not world.xk.may_complete("supervise")
    world.xl.completes("supervise")
    found = look(world, issue_id)
    assert (found.state, found.satisfaction) == ("closed", "dissatisfied")
    world.is_well()


def test_what_cannot_be_solved_needs_a_reason_and_the_leader_and_is_told(world: World) -> None:
    world.visited_case()
    issue_id = accepted(world)
    world.xk.completes("handle", **UNSOLVABLE)
    assert look(world, issue_id).state == "handling", "the leader has not agreed"
    world.xl.completes("leader_agrees")
    found = look(world, issue_id)
    assert (found.state, found.reason_code) == ("unsolvable", "policy")
    assert any("cannot be solved" in said for said in world.told("enterprise"))
    world.is_well()


def test_a_leader_who_does_not_agree_has_it_done_again(world: World) -> None:
    world.visited_case()
    issue_id = accepted(world)
    world.xk.completes("handle", **UNSOLVABLE)
    world.xl.completes("leader_agrees", decision="refuse", opinion="可由财政解决")
    assert "handle" in world.waiting()
    world.xk.completes("handle")
    assert look(world, issue_id).state == "answered"
    world.is_well()


def test_a_department_that_does_not_answer_is_reminded_turns_red_and_loses_it_to_the_city(world: World) -> None:
    world.visited_case()
    issue_id = reports(world, "statistics")
    world.lo.completes("register")
    world.working_days_pass(4)
    assert world.assessed() != "green"
    assert "accept overdue" in world.told("county")
    world.working_days_pass(6)
    assert "accept overdue" in world.told("county leader")
    world.working_days_pass(6)
    found = look(world, issue_id)
    assert (found.level, found.state, found.first_answered_at) == ("city", "raised", None)
    assert "city_handle" in world.waiting()
    assert issues_overdue(world, found) == 1
    world.is_well()


def issues_overdue(world: World, issue: Issue) -> int:
    with world.database.reading() as db:
        return issues.overdue(db, [issue.enterprise_id or 0], local_day(world.now)).get(issue.enterprise_id or 0, 0)


def test_a_limit_that_ends_in_the_national_holiday_moves_to_the_first_working_day(world: World) -> None:
    world.visited_case()
    world.sleeps_until(date(2026, 9, 29))
    reports(world, "statistics")
    world.lo.completes("register")
    assert world.due("accept").date() == date(2026, 10, 8), "2 October lies in the holiday of 1 to 7 October"
    world.xk.completes("accept")
    assert world.due("handle").date() == date(2026, 10, 8), "6 October does as well"
    world.is_well()


def test_an_enterprise_without_a_case_has_its_problem_dealt_with_all_the_same(world: World) -> None:
    firm = world.enterprise_on("L3")
    with world.database.transaction() as db:
        issue = issues.open_issue(
            db, firm, source="hotline", category="other", description="厂区道路泥泞难行", by="xk", now=world.now
        )
        issue_id = issue.id
    world.run()
    world.case_id = 0
    world.xk.completes("register")
    world.xk.completes("accept")
    world.xk.completes("handle")
    world.xk.completes("feed_back")
    world.actor(f"ent{firm}").completes("rate")
    assert look(world, issue_id).state == "closed"
    world.is_well()


def test_three_enterprises_in_two_cities_become_one_problem_of_the_region_and_end_with_it(world: World) -> None:
    ids: list[int] = []
    for county in ("450803", "450803", "450702"):
        firm = world.enterprise_on("L3", county=county)
        with world.database.transaction() as db:
            issue = issues.open_issue(
                db, firm, source="portal", category="tax", description="外协试制没有发票", by="xk", now=world.now
            )
            ids.append(issue.id)
        world.run()
    with world.database.reading() as db:
        (group,) = merging.suggestions(db, Issue.id > 0, now=world.now)
        assert (group.enterprises, group.cities, group.level) == (3, 2, "region")
    with world.database.transaction() as db:
        chosen = [issues.get(db, one) for one in ids]
        common = merging.merge(db, chosen, title="外协试制归集口径", description="", by="jm", now=world.now).id
    world.run()
    world.case_id = 0
    assert world.waiting() == ["region_handle"], "the three wait for the common one"
    assert {look(world, one).state for one in ids} == {"merged"}
    world.rk.completes("region_handle", answer="可凭合同和付款凭证归集。")
    assert look(world, common).state == "closed"
    for one in ids:
        found = look(world, one)
        assert found.closed_at is not None
        assert found.result == "可凭合同和付款凭证归集。"
    with world.database.reading() as db:
        said = [row.template for row in db.scalars(select(Notice).where(Notice.level == "enterprise"))]
    assert sum("dealt with as" in one for one in said) == 3
    world.is_well()


def test_owners_of_open_problems_are_reminded_once_a_month(world: World) -> None:
    world.visited_case()
    accepted(world)
    for _ in range(2):
        with world.database.transaction() as db:
            after = 0
            while after := issues.remind_open(db, "2026-07", after=after, now=world.now):
                pass
    assert sum("still open" in said for said in world.told("county")) == 1
    world.is_well()


def test_a_transfer_goes_to_the_other_department_and_the_clock_runs_on(world: World) -> None:
    world.visited_case()
    issue_id = reports(world, "other")
    world.lo.completes("register")
    before = world.due("accept")
    world.working_days_pass(1)
    world.xk.completes("accept", decision="transfer", to="G", reason="属工信部门职责")
    assert not world.xk.may_complete("accept")
    assert world.due("accept") == before
    world.xg.completes("accept")
    found = look(world, issue_id)
    assert found.lead_post == "G"
    assert "transferred" in kinds(found)
    world.is_well()


def test_three_transfers_end_at_the_leader_who_names_the_department(world: World) -> None:
    world.visited_case()
    issue_id = reports(world, "other")
    world.lo.completes("register")
    for who, to in ((world.xk, "G"), (world.xg, "K"), (world.xk, "G")):
        who.completes("accept", decision="transfer", to=to, reason="不属本部门职责")
    assert world.waiting().count("settle_lead") == 1
    world.xl.completes("settle_lead", to="K")
    world.xk.completes("accept")
    assert look(world, issue_id).lead_post == "K"
    world.is_well()


def test_what_nobody_classifies_is_handed_on_by_its_own_category(world: World) -> None:
    world.visited_case()
    issue_id = reports(world, "statistics")
    world.working_days_pass(3)
    world.run()
    world.working_days_pass(1)
    found = look(world, issue_id)
    assert (found.lead_post, found.state) == ("K", "accepted")
    assert world.due("accept").date() == date(2026, 7, 3), "the first answer is late already and says so"
    world.is_well()


def test_an_officer_and_an_enterprise_that_say_nothing_do_not_keep_a_solved_problem_open(world: World) -> None:
    world.visited_case()
    issue_id = accepted(world)
    world.xk.completes("handle")
    world.working_days_pass(13)
    assert "feed_back" not in world.waiting()
    assert any("is dealt with" in said for said in world.told("enterprise")), "the system tells it"
    world.working_days_pass(6)
    found = look(world, issue_id)
    assert (found.state, found.satisfaction) == ("closed", "")
    world.is_well()


def test_a_request_on_the_agenda_needs_no_supervision_once_it_is_answered(world: World) -> None:
    world.visited_case()
    issue_id = reports(world, "statistics")
    world.lo.completes("register")
    world.xk.completes("accept", decision="raise", reason="县级无权受理此事。")
    found = look(world, issue_id)
    assert (found.level, found.first_answered_at) == ("city", None)
    world.ck.completes("city_handle", decision="raise", reason="市级没有权限。")
    world.rk.completes("region_handle", decision="raise", reason="须三部门商定。")
    world.jm.completes("joint_handle")
    with world.database.reading() as db:
        order = db.scalars(select(SupervisionOrder).where(SupervisionOrder.issue_id == issue_id)).one()
        assert order.met_at is not None
    assert look(world, issue_id).first_answered_at is not None
    world.is_well()


def test_a_meeting_that_settles_nothing_is_decided_by_leader_and_supervisor(world: World) -> None:
    world.visited_case()
    issue_id = reports(world, "obstacle")
    world.lo.completes("register")
    world.sleeps_until(date(2026, 8, 17))
    assert world.waiting().count("supervise") == 1
    world.sup.completes("supervise", reason="已由国家政策明确,向企业说明。")
    found = look(world, issue_id)
    assert (found.state, found.result) == ("closed", "已由国家政策明确,向企业说明。")
    world.is_well()


def test_a_common_problem_that_cannot_be_solved_tells_every_enterprise_why(world: World) -> None:
    firms = [world.enterprise_on("L3") for _ in range(3)]
    with world.database.transaction() as db:
        mine = [
            issues.open_issue(
                db, firm, source="portal", category="resources", description="园区变电容量不足", by="xg", now=world.now
            )
            for firm in firms
        ]
        ids = [one.id for one in mine]
        common = merging.merge(db, mine, title="园区供电", description="", by="cg", now=world.now).id
    world.run()
    world.case_id = 0
    assert look(world, common).level == "city"
    world.cg.completes("city_handle", **UNSOLVABLE)
    world.cl.completes("leader_agrees")
    assert look(world, common).state == "unsolvable"
    for one in ids:
        found = look(world, one)
        assert (found.state, found.reason_code, found.closed_at is not None) == ("merged", "policy", True)
    with world.database.reading() as db:
        said = [row.template for row in db.scalars(select(Notice).where(Notice.level == "enterprise"))]
    assert sum("cannot be solved" in one for one in said) == 3
    world.is_well()


def test_a_limit_over_the_third_of_march_moves_behind_it(database: Database) -> None:
    world = World(database, start=datetime(2026, 4, 17, 9, 0, tzinfo=SHANGHAI))
    firm = world.enterprise_on("L3")
    with world.database.transaction() as db:
        issues.open_issue(
            db, firm, source="hotline", category="other", description="园区用电紧张", by="xk", now=world.now
        )
    world.run()
    world.xk.completes("register")
    assert world.due("accept").date() == date(2026, 4, 22), "20 and 21 April are 三月三 in Guangxi"
    world.xk.completes("accept")
    assert world.due("handle").date() == date(2026, 4, 24)
    world.is_well()
