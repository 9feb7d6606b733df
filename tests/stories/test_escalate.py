"""Supervision orders: signed, answered, judged, raised level by level, withdrawn, and put before the meeting."""

from datetime import date

import pytest
from sqlalchemy import select

from casework import cases, escalations, orders, permissions
from casework.case_tables import Item
from casework.order_tables import SupervisionOrder
from casework.orders import Wanted
from engine.calendars import calendar, end_of_business, local_day
from engine.errors import Conflict, Forbidden, Invalid
from tests.world import COUNTY, World

CITY = "45/4508"


def papers(world: World) -> list[SupervisionOrder]:
    """All orders, detached, in the order of their making."""
    with world.database.reading() as db:
        found = list(db.scalars(select(SupervisionOrder).order_by(SupervisionOrder.id)))
        db.expunge_all()
        return found


def stand(world: World) -> list[tuple[int, str, str]]:
    """Level, colour and state of every order."""
    return [(order.level, order.color, order.state) for order in papers(world)]


def late_plan(world: World, days: int) -> None:
    """An enterprise whose plan is `days` working days overdue."""
    world.visited_case(list="L1")
    world.working_days_pass(15 + days)


def by_hand(
    world: World, username: str, post: str, *, level: int, color: str = "red", days: int = 3
) -> SupervisionOrder:
    """Somebody orders something over the case last spoken of."""
    with world.database.transaction() as db:
        due = calendar(db).add(local_day(world.now), days)
        wanted = Wanted(color, level, "企业方案迟迟未落实", "联席办 2026 年第 3 次会议", "立即落实,书面报告。", due)
        order = orders.issue_by_hand(db, wanted, post=post, case=world.get(db), by=username, now=world.now)
        number = order.id
    world.run()
    return next(order for order in papers(world) if order.id == number)


def test_a_yellow_light_is_ordered_answered_accepted_and_done_when_the_light_is_green_again(world: World) -> None:
    late_plan(world, 1)
    assert world.light() == "yellow"
    assert stand(world) == [(1, "yellow", "drafted")]
    world.xg.completes("issue_order")
    (order,) = papers(world)
    assert order.number == "DB-〔2026〕1"
    assert order.issued_by == "xg"
    assert order.addressee_post == "LO"
    assert order.due_at == end_of_business(days_later(world, 5))
    assert any("DB-〔2026〕1" in said for said in world.told("officer"))
    world.lo.completes("reply_order")
    assert not world.lo.may_complete("review_reply")
    world.xg.completes("review_reply")
    assert stand(world) == [(1, "yellow", "accepted")]
    world.lo.completes("write_plan")
    world.run()
    assert world.light() in {"green", "blue"}
    assert stand(world) == [(1, "yellow", "met")]
    (order,) = papers(world)
    assert order.closed_at == order.met_at == world.now
    world.is_well()


def days_later(world: World, days: int) -> date:
    with world.database.reading() as db:
        return calendar(db).add(local_day(world.now), days)


def test_an_order_whose_matter_is_settled_before_anybody_signed_it_falls_away(world: World) -> None:
    late_plan(world, 1)
    world.lo.completes("write_plan")
    world.run()
    assert stand(world) == [(1, "yellow", "withdrawn")]
    assert "issue_order" not in world.waiting()
    world.is_well()


def test_red_goes_to_the_city_which_asks_the_county_leader_and_tells_the_county(world: World) -> None:
    late_plan(world, 1)
    world.xg.completes("issue_order")
    world.lo.completes("reply_order")
    world.xg.completes("review_reply")
    world.working_days_pass(5)
    assert world.light() == "red"
    assert stand(world) == [(1, "yellow", "accepted"), (3, "red", "drafted")]
    world.cg.completes("issue_order")
    order = papers(world)[-1]
    assert order.addressee_post == "XL"
    assert order.due_at == end_of_business(days_later(world, 3))
    assert any("DB-〔2026〕2" in said for said in world.told("county"))
    world.xl.completes("reply_order")
    world.cg.completes("review_reply")
    assert stand(world)[-1] == (3, "red", "accepted")
    world.is_well()


def test_nobody_answers_so_two_working_days_later_the_next_level_takes_over_up_to_the_meeting(world: World) -> None:
    late_plan(world, 1)
    by_hand(world, "rg", "RG", level=4)
    world.xg.completes("issue_order")
    world.working_days_pass(5)
    assert stand(world)[0] == (1, "yellow", "issued")
    world.working_days_pass(3)
    first, by_region, *others = papers(world)
    assert first.state == "raised"
    assert by_region.state == "raised"
    raised = next(order for order in others if order.predecessor_id == first.id)
    assert (raised.level, raised.addressee_post) == (2, "XG XK XS")
    assert [(order.level, order.state) for order in others if order.level == 6] == [(6, "meeting")]
    assert any("coordination meeting" in said for said in world.told("joint office"))
    world.is_well()


def test_an_answer_is_sent_back_once_and_then_the_next_level_takes_over(world: World) -> None:
    late_plan(world, 1)
    world.xg.completes("issue_order")
    world.lo.completes("reply_order")
    world.xg.completes("review_reply", decision="return", opinion="措施不具体,请重报。")
    assert stand(world) == [(1, "yellow", "returned")]
    world.lo.completes("reply_order")
    world.xg.completes("review_reply", decision="return", opinion="仍不具体。")
    assert stand(world) == [(1, "yellow", "raised"), (2, "yellow", "drafted")]
    world.xl.completes("issue_order")
    second = papers(world)[-1]
    assert second.predecessor_id == papers(world)[0].id
    assert second.matter == papers(world)[0].matter
    world.is_well()


def test_who_acted_for_the_absent_officer_and_answered_does_not_judge(world: World) -> None:
    late_plan(world, 1)
    world.xg.completes("issue_order")
    world.dismisses("lo")
    assert world.xk.may_complete("reply_order")
    world.xk.completes("reply_order")
    assert not world.xk.may_complete("review_reply")
    assert world.xg.may_complete("review_reply")


def test_an_order_that_nobody_signs_is_signed_one_level_up(world: World) -> None:
    late_plan(world, 1)
    with world.database.reading() as db:
        task = world.open_task(db, "issue_order")
        assert task.candidate_groups == ["XG", "XK", "XS"]
    world.working_days_pass(8)
    states = stand(world)
    assert states[0] == (1, "yellow", "raised")
    assert (2, "yellow", "drafted") in states
    world.is_well()


def test_a_promise_that_is_not_kept_is_asked_about_again(world: World) -> None:
    late_plan(world, 1)
    world.xg.completes("issue_order")
    world.lo.completes("reply_order", promised=days_later(world, 2).isoformat())
    world.xg.completes("review_reply")
    world.working_days_pass(4)
    assert "reply_order" in world.waiting()
    assert stand(world)[0] == (1, "yellow", "returned")
    world.is_well()


def test_an_order_is_not_signed_with_a_reason(world: World) -> None:
    late_plan(world, 1)
    world.xg.completes("issue_order", {"order": {"decision": "withdraw", "reason": "企业今日已提交方案初稿。"}})
    (order,) = papers(world)
    assert (order.state, order.closed_by, order.close_reason) == ("withdrawn", "xg", "企业今日已提交方案初稿。")
    world.is_well()


@pytest.mark.parametrize("day", ["2020-01-06", "2026-10-03"])
def test_a_deadline_is_a_working_day_to_come(world: World, day: str) -> None:
    late_plan(world, 1)
    with pytest.raises(Invalid) as refused:
        world.xg.completes("issue_order", due=day)
    assert list(refused.value.fields) == ["order.due"]
    assert stand(world) == [(1, "yellow", "drafted")]


def test_a_leader_orders_by_hand_withdraws_it_and_nobody_below_may(world: World) -> None:
    world.visited_case(list="L1")
    order = by_hand(world, "jm", "JM", level=3, color="yellow", days=5)
    assert (order.state, order.issued_by, order.number) == ("issued", "jm", "DB-〔2026〕1")
    assert world.cg.may_complete("reply_order")
    with world.database.transaction() as db, pytest.raises(Conflict):
        due = calendar(db).add(local_day(world.now), 3)
        again = Wanted("red", 3, "再次督办此事", "会议纪要", "立即落实。", due)
        orders.issue_by_hand(db, again, post="JM", case=world.get(db), by="jm", now=world.now)
    with world.database.reading() as db:
        scope = permissions.scope_of(db, "cg", now=world.now)
        with pytest.raises(Forbidden):
            permissions.check_holds_order(scope, orders.get(db, order.id))
    with world.database.transaction() as db:
        permissions.check_holds_order(permissions.scope_of(db, "jm", now=world.now), orders.get(db, order.id))
        orders.withdraw(db, orders.get(db, order.id), "企业已转由市里协调解决", by="jm", now=world.now)
    world.run()
    (order,) = papers(world)
    assert (order.state, order.closed_by) == ("withdrawn", "jm")
    assert "reply_order" not in world.waiting()
    world.is_well()


def test_an_order_by_hand_says_what_is_missing_at_the_field(world: World) -> None:
    world.visited_case(list="L1")
    with world.database.transaction() as db, pytest.raises(Invalid) as refused:
        wanted = Wanted("pink", 3, "", " ", "", date(2026, 7, 5))
        orders.issue_by_hand(db, wanted, post="XL", case=world.get(db), by="xl", now=world.now)
    assert set(refused.value.fields) == {"color", "addressee", "matter", "basis", "requirement", "due"}
    assert not papers(world)


def test_while_a_red_order_waits_for_an_accepted_reply_nothing_is_struck_off(world: World) -> None:
    world.planned_case(list="L1")
    by_hand(world, "cg", "CG", level=2)
    world.evidence_comes_in()
    assert "propose_closure" not in world.waiting()
    assert world.item().missing == ["red_notice"]
    world.xl.completes("reply_order")
    assert world.item().missing == ["red_notice"]
    world.cg.completes("review_reply")
    assert world.item().missing == []
    assert "propose_closure" in world.waiting()
    assert papers(world)[0].state == "met"
    world.is_well()


def test_an_accepted_answer_that_promises_it_has_the_plan_amended(world: World) -> None:
    world.planned_case(list="L1")
    by_hand(world, "cg", "CG", level=2)
    world.xl.completes("reply_order", amendPlan=True)
    world.cg.completes("review_reply")
    assert "amend_plan" in world.waiting()
    world.is_well()


def test_at_the_end_of_a_quarter_red_cases_that_nobody_supervises_are_ordered_once(world: World) -> None:
    late_plan(world, 6)
    with world.database.transaction() as db:
        for order in db.scalars(select(SupervisionOrder).where(SupervisionOrder.state == "drafted")):
            orders.withdraw(db, order, "试运行期间不督办", by="jm", now=world.now)
    world.run()
    assert world.light() == "red"
    assert {state for _, _, state in stand(world)} == {"withdrawn"}
    before = len(papers(world))
    for _ in range(2):
        with world.database.transaction() as db:
            assert escalations.escalate_reds(db, "2026Q2", now=world.now) == 0
        world.run()
    assert len(papers(world)) == before + 1
    assert stand(world)[-1] == (3, "red", "drafted")
    world.is_well()


def test_a_city_red_two_quarters_in_a_row_is_talked_with_by_the_region(world: World) -> None:
    world.visited_case(list="L1")
    with world.database.transaction() as db:
        for period in ("2026Q1", "2026Q2"):
            escalations.note_territory(db, CITY, period, "red", "得分低于 60 分", by="jm", now=world.now)
        escalations.escalate_reds(db, "2026Q2", now=world.now)
    world.run()
    world.speaks_of(0)
    assert world.waiting() == ["baseline", "talk"] or "talk" in world.waiting()
    world.rl.completes("talk")
    (order,) = papers(world)
    assert (order.level, order.subject_kind, order.addressee_post) == (5, "city", "CL")
    assert order.minutes["place"] == "自治区科技厅"
    world.cl.completes("reply_order")
    world.rl.completes("review_reply")
    assert stand(world) == [(5, "red", "accepted")]
    with world.database.transaction() as db:
        escalations.note_territory(db, CITY, "2026Q3", "yellow", "得分 65 分", by="jm", now=world.now)
    world.run()
    assert stand(world) == [(5, "red", "met")]
    world.is_well()


def test_one_red_quarter_of_a_city_is_no_talk(world: World) -> None:
    with world.database.transaction() as db:
        escalations.note_territory(db, CITY, "2026Q2", "red", "得分低于 60 分", by="jm", now=world.now)
        escalations.escalate_reds(db, "2026Q2", now=world.now)
    world.run()
    assert papers(world) == []


def test_on_the_25th_who_owes_progress_is_reminded_once(world: World) -> None:
    late_plan(world, 1)
    by_hand(world, "cg", "CG", level=2)
    world.xl.completes("reply_order")
    world.cg.completes("review_reply")
    for _ in range(2):
        with world.database.transaction() as db:
            escalations.remind_open(db, "2026-07", now=world.now)
    assert sum("report the progress on" in said for said in world.told("county leader")) == 1


def test_the_orders_of_a_case_end_with_it_and_move_with_it(world: World) -> None:
    world.planned_case(list="L1")
    by_hand(world, "cg", "CG", level=2)
    with world.database.transaction() as db:
        case = world.get(db)
        case.scope = "45/4502/450203"
        orders.move(db, case)
        order = orders.of_case(db, case.id)[0]
        assert (order.scope, order.addressee_path) == ("45/4502/450203", "45/4502/450203")
        case.scope = f"{CITY}/{COUNTY}"
        orders.move(db, case)
        orders.release(db, cases.get(db, case.id), "案件已终止", now=world.now)
    world.run()
    (order,) = papers(world)
    assert (order.state, order.close_reason) == ("withdrawn", "案件已终止")
    world.is_well()


def test_a_second_relapse_is_supervised_by_the_region(world: World) -> None:
    world.planned_case(list="L1")
    with world.database.transaction() as db:
        case = world.get(db)
        db.scalars(select(Item).where(Item.case_id == case.id)).one().relapse_count = 2
    world.assessed()
    world.run()
    assert world.light() == "red"
    assert stand(world) == [(5, "red", "drafted")]
    assert world.rg.may_complete("issue_order")
