"""The ways through a supervision order (4.c "Escalation subprocess"), played on the drawing, and every row of DT-10."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from tests.workflows.player import Player, decide

ISSUE = {
    "order": {
        "decision": "issue",
        "color": "yellow",
        "due": "2026-07-07",
        "matter": "进度滞后于时间",
        "basis": "DT-10 第 9 行",
        "requirement": "分析滞后原因并加快落实。",
    }
}
REPLY = {
    "reply": {
        "progress": "设备已到货安装。",
        "cause": "设备到货推迟。",
        "measures": "增派人员,两班安装。",
        "promised": "2026-07-31",
        "amendPlan": False,
    }
}
AGREE = {"review": {"decision": "agree", "opinion": "认可。"}}
AGAIN = {"review": {"decision": "return", "opinion": "措施不具体,请重报。"}}
FACTS: Mapping[str, Any] = {
    "subject": "case",
    "city_red_quarters": 0,
    "level": "county",
    "light": "yellow",
    "relapse_count": 0,
    "false_data_confirmed": False,
    "l1_or_l2": False,
    "overdue_wd": 0,
    "yellow_count": 1,
}


def opened(inputs: Mapping[str, Any]) -> dict[str, Any]:
    route = inputs["route"] or {"color": "yellow"}
    given = inputs.get("orderId")
    by_hand = inputs.get("byHand") is True
    act = "by_hand" if by_hand else "meeting" if int(route.get("level") or 0) >= 6 else route["act"]
    return {
        "orderId": given if by_hand else (given or 0) + 1,
        "act": act,
        "color": route["color"],
        "order": {**ISSUE["order"], "color": route["color"], "case": "AJ-1", "number": None, "opinion": None},
        "supervisorGroups": ["XG"],
        "addresseeGroups": ["LO"],
    }


def escalated(*, held: int = -1, by_hand: bool = False, met: bool = False, **facts: Any) -> Player:
    services: dict[str, Any] = {
        "registry.orders.facts": {
            "facts": {**FACTS, **facts},
            "held": held,
            "byHand": by_hand,
            "orderId": 7 if by_hand else None,
        },
        "registry.orders.open": opened,
        "registry.orders.issue": lambda inputs: {
            "order": {**inputs["order"], "number": "DB-〔2026〕1"},
            "due": "2026-07-07T17:30:00+08:00",
            "color": inputs["order"].get("color", "red"),
        },
        "registry.orders.accept": {"met": met},
        "registry.orders.send_back": lambda inputs: {
            "due": inputs["replyDue"].replace("@Asia/Shanghai", "+08:00"),
            "order": {"number": "DB-〔2026〕1"},
        },
        "registry.orders.raise": {
            "route": {"level": 2, "color": "yellow", "way": "order", "act": "sign", "copies": []}
        },
    }
    return Player("escalate", {"caseId": 1, "lightLogId": 5, "new": facts.get("light", "yellow")}, services)


def answered(**facts: Any) -> Player:
    run = escalated(**facts)
    run.complete("issue_order", ISSUE)
    run.complete("reply_order", REPLY)
    return run


def test_a_yellow_light_is_ordered_answered_accepted_and_met() -> None:
    run = escalated()
    assert run.tasks == ["issue_order"]
    assert run.due("issue_order") == date(2026, 7, 2)
    run.complete("issue_order", ISSUE)
    assert run.tasks == ["reply_order"]
    assert run.due("reply_order") == date(2026, 7, 7)
    run.complete("reply_order", REPLY)
    assert run.tasks == ["review_reply"]
    run.complete("review_reply", AGREE)
    assert run.waits == {"requirement_met", "late_withdrawn", "promise_passed"}
    run.hear("requirement_met", "1")
    assert not run.waits
    assert run.path[-3:-1] == ["finish", "met"]


def test_a_requirement_that_is_met_when_the_reply_is_accepted_ends_the_order_at_once() -> None:
    run = answered(met=True)
    run.complete("review_reply", AGREE)
    assert not run.waits
    assert "finish" in run.path


def test_a_blue_light_is_a_letter_to_the_officer() -> None:
    run = escalated(light="blue", yellow_count=0)
    assert not run.waits
    assert run.path[-3:-1] == ["letter", "officer_told"]


def test_a_green_light_asks_nobody() -> None:
    run = escalated(light="green", yellow_count=0)
    assert run.path[-2] == "no_order"


def test_a_level_above_that_supervises_already_is_enough() -> None:
    run = escalated(held=3)
    assert not run.waits
    assert run.path[-3:-1] == ["owned", "no_order"]


def test_an_order_by_hand_needs_no_second_signature() -> None:
    run = escalated(by_hand=True)
    assert run.tasks == ["reply_order"]
    assert "escalation" not in run.path


def test_a_red_light_is_answered_within_three_working_days() -> None:
    run = escalated(light="red")
    assert run.inputs_of("registry.orders.open")["replyDue"].startswith("2026-07-03T17:30")


def test_an_order_that_is_not_signed_is_withdrawn_with_its_reason() -> None:
    run = escalated()
    run.complete("issue_order", {"order": {"decision": "withdraw", "reason": "昨日已现场解决。"}})
    assert not run.waits
    assert run.path[-3:-1] == ["withdraw", "withdrawn"]
    assert run.inputs_of("registry.orders.withdraw")["order"]["reason"] == "昨日已现场解决。"


def test_an_order_that_nobody_signs_goes_one_level_up() -> None:
    run = escalated()
    assert run.due("not_signed") == date(2026, 7, 9)
    run.fire("not_signed")
    assert run.tasks == ["issue_order"]
    assert run.path.count("open_order") == 2


def test_without_an_answer_two_working_days_after_the_deadline_it_goes_one_level_up() -> None:
    run = escalated()
    run.complete("issue_order", ISSUE)
    assert run.due("no_reply") == date(2026, 7, 9)
    run.fire("no_reply")
    assert run.tasks == ["issue_order"]
    assert run.gave("registry.orders.raise", orderId=1)


def test_an_answer_is_sent_back_once_and_then_raised() -> None:
    run = answered()
    run.complete("review_reply", AGAIN)
    assert run.tasks == ["reply_order"]
    run.complete("reply_order", REPLY)
    run.complete("review_reply", AGAIN)
    assert run.tasks == ["issue_order"]
    assert run.path.count("send_back") == run.path.count("raise_order") == 1


def test_an_answer_that_nobody_judges_goes_one_level_up() -> None:
    run = answered()
    assert run.due("not_reviewed") == date(2026, 7, 10)
    run.fire("not_reviewed")
    assert run.tasks == ["issue_order"]


def test_a_promise_that_is_not_kept_is_asked_about_once_and_then_raised() -> None:
    run = answered()
    run.complete("review_reply", AGREE)
    assert run.due("promise_passed") == date(2026, 8, 3)
    run.fire("promise_passed")
    assert run.tasks == ["reply_order"]
    run.complete("reply_order", REPLY)
    run.complete("review_reply", AGREE)
    run.fire("promise_passed")
    assert run.tasks == ["issue_order"]


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_who_holds_an_order_withdraws_it_wherever_it_stands(steps: int) -> None:
    run = escalated()
    doing = (("issue_order", ISSUE), ("reply_order", REPLY), ("review_reply", AGREE))
    for element_id, answer in doing[:steps]:
        run.complete(element_id, answer)
    run.hear("order_withdrawn", "1", {"withdrawal": {"reason": "案件已中止", "by": "xg"}})
    assert not run.waits
    assert run.gave("registry.orders.withdraw", withdrawal={"reason": "案件已中止", "by": "xg"})


def test_red_under_the_region_becomes_a_point_of_the_next_meeting() -> None:
    run = escalated(light="red", level="region", held=5)
    assert not run.waits
    assert run.path[-3:-1] == ["table_meeting", "on_agenda"]


def test_a_city_red_twice_is_talked_with_and_answers_what_was_agreed() -> None:
    run = escalated(subject="city", light="red", level="city", city_red_quarters=2)
    assert run.tasks == ["talk"]
    run.complete(
        "talk",
        {
            "order": {
                "date": "2026-07-02",
                "place": "自治区科技厅",
                "attendees": "分管副市长、市科技局局长",
                "minutes": "就连续两个季度红灯说明原因,商定整改安排和完成时限。",
                "requirement": "一个月内完成整改。",
                "due": "2026-07-07",
            }
        },
    )
    assert run.tasks == ["reply_order"]


ROWS = [
    ({"subject": "city", "level": "city", "light": "red", "city_red_quarters": 2}, 5, "red", "talk"),
    ({"subject": "city", "level": "city", "light": "red", "city_red_quarters": 1}, 4, "red", "sign"),
    ({"subject": "request", "level": "county"}, 3, "yellow", "sign"),
    ({"subject": "request", "level": "city"}, 5, "yellow", "sign"),
    ({"subject": "request", "level": "region"}, 6, "yellow", "meeting"),
    ({"light": "red", "level": "region"}, 6, "red", "meeting"),
    ({"relapse_count": 1}, 1, "yellow", "sign"),
    ({"relapse_count": 2}, 5, "red", "sign"),
    ({"false_data_confirmed": True}, 5, "red", "sign"),
    ({"light": "red", "level": "city", "l1_or_l2": True, "overdue_wd": 10}, 4, "red", "sign"),
    ({"light": "red", "level": "city", "l1_or_l2": True, "overdue_wd": 11}, 5, "red", "sign"),
    ({"light": "red", "level": "city", "l1_or_l2": False, "overdue_wd": 11}, 4, "red", "sign"),
    ({"light": "red"}, 3, "red", "sign"),
    ({"yellow_count": 2}, 2, "yellow", "sign"),
    ({}, 1, "yellow", "sign"),
    ({"light": "blue", "yellow_count": 0}, 0, "blue", "sign"),
]


@pytest.mark.parametrize(("facts", "level", "color", "act"), ROWS)
def test_every_row_of_dt_10(facts: Mapping[str, Any], level: int, color: str, act: str) -> None:
    route = decide("escalation", "escalation", {**FACTS, **facts})
    assert (int(route["level"]), route["color"], route["act"]) == (level, color, act)
    assert route["way"] == ("letter" if color == "blue" else "order")


def test_copies_go_where_dt_10_says() -> None:
    assert decide("escalation", "escalation", {**FACTS, "light": "red"})["copies"] == ["XL"]
    late = {"light": "red", "level": "city", "l1_or_l2": True, "overdue_wd": 11}
    assert decide("escalation", "escalation", {**FACTS, **late})["copies"] == ["JM"]
    none = decide("escalation", "escalation", {**FACTS, "light": "green", "yellow_count": 0})
    assert none["way"] == "none"
    assert none["color"] is None
