"""The drawing of a problem walks its ways: accepted, transferred, raised, not satisfied, unsolvable, merged, and what is late."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from engine.bpmn.outcome import UserTaskWait
from tests.workflows.player import Player, decide
from tests.workflows.submissions import AGREE, REFUSE

LEVELS = ["county", "city", "region", "joint"]


def issue(category: str = "tax", *, common: str = "") -> Player:
    """A problem received on Tuesday 30 June 2026; `common`: a common problem that starts at this level."""
    level = [common or "county"]

    def levels() -> dict[str, Any]:
        return {
            "level": level[0],
            "upGroups": {"county": [], "city": ["CK"], "region": ["RK"], "joint": ["JM"]}[level[0]],
            "leaderGroups": {"county": ["XL"], "city": ["CL"]}.get(level[0], ["RL"]),
            "supervisors": ["XL", "SUP"],
        }

    def opened(_: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            **levels(),
            "title": "无票支出",
            "description": "外协试制没有发票,能否加计扣除?",
            "category": category,
            "coDepartments": [],
            "isCommon": bool(common),
            "receivedOn": "2026-06-30",
            "register": {"title": "无票支出", "category": category, "urgency": "normal"},
        }

    def routed(given: Mapping[str, Any]) -> Mapping[str, Any]:
        level[0] = given["routing"]["level"]
        lead = given["routing"]["lead"]
        return {**levels(), "lead": lead, "leadGroups": [lead, "XK"], "coDepartments": given["coDepartments"]}

    def raised(_: Mapping[str, Any]) -> Mapping[str, Any]:
        level[0] = LEVELS[min(LEVELS.index(level[0]) + 1, 3)]
        return levels()

    return Player(
        "issue",
        {"issueId": 5},
        {
            "registry.issues.open": opened,
            "registry.issues.route": routed,
            "registry.issues.raise": raised,
            "registry.issues.transfer": lambda given: {"lead": given["to"], "leadGroups": [given["to"]]},
            "registry.issues.accept": lambda given: {
                "coGroups": [{"code": one, "groups": [one]} for one in given["coDepartments"]]
            },
        },
    )


REGISTER = {"register": {"title": "无票支出", "category": "tax", "urgency": "normal"}}
ACCEPT = {"accept": {"decision": "accept", "answer": "已受理,七日内答复。"}}
TRANSFER = {"accept": {"decision": "transfer", "to": "CZ", "reason": "属财政补助"}}
SOLVED = {"handling": {"decision": "solved", "answer": "可凭合同和付款凭证归集。"}}
RAISE = {"handling": {"decision": "raise", "reason": "本级没有权限"}}
UNSOLVABLE = {
    "handling": {"decision": "unsolvable", "answer": "现行政策不允许。", "code": "policy", "reason": "政策有明确规定"}
}
FEEDBACK = {"feedback": {"mode": "phone", "person": "韦总", "text": "已说明"}}
GOOD = {"rating": {"satisfaction": "satisfied"}}
BAD = {"rating": {"satisfaction": "dissatisfied", "remark": "没有解决"}}


def handled(played: Player) -> Player:
    played.complete("register", REGISTER)
    played.complete("accept", ACCEPT)
    return played


def told(played: Player) -> Player:
    played.complete("feed_back", FEEDBACK)
    return played


def test_an_ordinary_problem_is_accepted_in_three_days_solved_in_seven_and_struck_off() -> None:
    played = issue()
    assert played.tasks == ["register"]
    assert played.due("register") == date(2026, 7, 1)
    played.complete("register", REGISTER)
    assert played.tasks == ["accept"]
    assert played.task("accept").candidate_groups == ("SW", "XK")
    assert played.due("accept") == date(2026, 7, 3)
    played.complete("accept", ACCEPT)
    assert played.tasks == ["handle"]
    assert played.due("handle") == date(2026, 7, 7)
    played.complete("handle", SOLVED)
    told(played).complete("rate", GOOD)
    assert played.outcome.completed
    assert played.path[-3:-1] == ["close", "closed"]


def test_who_does_not_classify_in_time_does_not_hold_up_the_first_answer() -> None:
    played = issue()
    played.fire("register_late")
    assert played.tasks == ["accept"]
    assert played.gave("registry.issues.route", category="tax")
    assert played.due("accept") == date(2026, 7, 3), "the clock runs from receipt"


def test_several_departments_have_thirty_days_and_work_at_the_same_time() -> None:
    played = issue()
    played.complete("register", {"register": {**REGISTER["register"], "co": ["CZ"]}})
    played.complete("accept", {"accept": {**ACCEPT["accept"], "co": ["RH", "SW"]}})
    assert played.tasks == ["assist", "assist", "handle"]
    assert played.due("handle") == date(2026, 7, 30)
    asked = [wait for wait in played.outcome.waits if isinstance(wait, UserTaskWait) and wait.element_id == "assist"]
    groups = sorted(wait.candidate_groups for wait in asked)
    assert groups == [("CZ",), ("RH",)], "the lead is not asked twice"
    played.complete("handle", SOLVED)
    played.complete("assist", {"opinion": {"state": "done", "text": "补助已拨付"}})
    assert played.tasks == ["assist"]
    played.fire("assist_late")
    assert played.tasks == ["feed_back"]


def test_a_transfer_does_not_stop_the_clock_and_the_third_asks_the_leader() -> None:
    played = issue()
    played.complete("register", REGISTER)
    for _ in range(2):
        played.complete("accept", TRANSFER)
        assert played.tasks == ["accept"]
        assert played.task("accept").candidate_groups == ("CZ",)
        assert played.due("accept") == date(2026, 7, 3)
    played.complete("accept", TRANSFER)
    assert played.tasks == ["settle_lead"]
    played.complete("settle_lead", {"settle": {"to": "SW", "reason": "属税务部门事项"}})
    assert played.task("accept").candidate_groups == ("SW",)


def test_what_the_county_cannot_solve_goes_to_the_city_the_region_and_the_meeting() -> None:
    played = handled(issue())
    played.complete("handle", RAISE)
    assert played.tasks == ["city_handle"]
    assert played.due("city_handle") == date(2026, 7, 3), "three working days"
    played.complete("city_handle", RAISE)
    assert played.due("region_handle") == date(2026, 7, 7), "five working days"
    played.complete("region_handle", RAISE)
    assert played.tasks == ["joint_handle"]
    assert played.due("joint_handle") == date(2026, 7, 30)
    played.complete("joint_handle", {"handling": {**SOLVED["handling"], "meeting": "2026-07-20"}})
    told(played).complete("rate", GOOD)
    assert played.outcome.completed


def test_the_clock_of_the_first_answer_goes_on_when_a_problem_is_raised_unanswered() -> None:
    played = issue()
    played.complete("register", REGISTER)
    played.complete("accept", {"accept": {"decision": "raise", "reason": "本级没有权限"}})
    played.complete("city_handle", RAISE)
    assert played.due("region_handle") == date(2026, 7, 3), "three days after receipt, not five working days from now"


def test_an_obstacle_in_a_policy_goes_straight_to_the_joint_office() -> None:
    played = issue("obstacle")
    played.complete("register", {"register": {**REGISTER["register"], "category": "obstacle"}})
    assert played.tasks == ["joint_handle"]
    assert played.due("joint_handle") == date(2026, 7, 30)


@pytest.mark.parametrize(
    ("element", "timer", "following"),
    [
        ("accept", "accept_late", "city_handle"),
        ("handle", "handle_late", "city_handle"),
        ("city_handle", "city_late", "region_handle"),
        ("region_handle", "region_late", "joint_handle"),
        ("joint_handle", "joint_late", "supervise"),
    ],
)
def test_ten_working_days_late_goes_one_level_up(element: str, timer: str, following: str) -> None:
    played = issue()
    played.complete("register", REGISTER)
    if element != "accept":
        played.complete("accept", ACCEPT)
    for one in ("handle", "city_handle", "region_handle"):
        if played.tasks == [element]:
            break
        played.complete(one, RAISE)
    assert played.tasks == [element]
    played.fire(timer)
    assert played.tasks == [following]


def test_what_cannot_be_solved_needs_a_reason_and_the_leader() -> None:
    played = handled(issue())
    played.complete("handle", UNSOLVABLE)
    assert played.task("leader_agrees").candidate_groups == ("XL",)
    played.complete("leader_agrees", REFUSE)
    assert played.tasks == ["handle"], "the leader does not agree: it is dealt with again"
    played.complete("handle", UNSOLVABLE)
    played.complete("leader_agrees", AGREE)
    assert played.outcome.completed
    assert played.path[-2] == "unsolvable"


def test_a_leader_who_says_nothing_is_passed_over() -> None:
    played = handled(issue())
    played.complete("handle", UNSOLVABLE)
    played.fire("leader_late")
    assert played.tasks == ["city_handle"]


def test_an_enterprise_that_is_not_content_gets_it_done_once_more_then_the_supervisor_decides() -> None:
    played = handled(issue())
    played.complete("handle", SOLVED)
    told(played).complete("rate", BAD)
    assert played.tasks == ["handle"]
    played.complete("handle", SOLVED)
    told(played).complete("rate", BAD)
    assert played.tasks == ["supervise"]
    assert played.task("supervise").candidate_groups == ("XL", "SUP")
    played.complete("supervise", {"supervision": {"decision": "redo", "reason": "请重新办理"}})
    played.complete("handle", SOLVED)
    told(played).complete("rate", BAD)
    played.complete("supervise", {"supervision": {"decision": "close", "reason": "已依法办结"}})
    assert played.outcome.completed


def test_the_level_that_answered_does_it_again() -> None:
    played = handled(issue())
    played.complete("handle", RAISE)
    played.complete("city_handle", SOLVED)
    told(played).complete("rate", BAD)
    assert played.tasks == ["city_handle"]


def test_silence_of_officer_and_enterprise_does_not_keep_a_problem_open() -> None:
    played = handled(issue())
    played.complete("handle", SOLVED)
    played.fire("feedback_late")
    assert played.tasks == ["rate"]
    played.fire("rate_late")
    assert played.outcome.completed
    assert "record_rating" not in played.path


def test_a_merged_problem_waits_for_the_common_one_and_ends_with_it() -> None:
    played = handled(issue())
    played.hear("issue_merged", "5")
    assert not played.tasks
    played.hear("common_issue_done", "5")
    assert played.outcome.completed
    assert played.path[-3:-1] == ["merged", "merging"]


def test_a_common_problem_starts_one_level_up_and_asks_no_enterprise() -> None:
    played = issue(common="region")
    assert played.tasks == ["region_handle"]
    played.complete("region_handle", SOLVED)
    assert played.outcome.completed
    assert "rate" not in played.path


@pytest.mark.parametrize(
    ("category", "lead", "days"),
    [
        ("statistics", "K", 7), ("tax", "SW", 7), ("institution", "G", 7), ("hitech", "K", 7), ("technology", "K", 30),
        ("finance", "JR", 15), ("talent", "RH", 15), ("property", "SJ", 7), ("resources", "G", 15), ("roster", "G", 7),
        ("soe", "S", 15), ("payment", "CZ", 15), ("obstacle", "JM", 30), ("other", "K", 7),
    ],
)  # fmt: skip
def test_every_category_has_its_lead_and_its_limit(category: str, lead: str, days: int) -> None:
    alone = decide("issue-routing", "issue-routing", {"category": category, "departments": 1})
    assert (alone["lead"], alone["days"]) == (lead, days)
    assert alone["class"] == {30: "complex"}.get(days, "general") if category != "obstacle" else "policy"
    assert alone["level"] == ("joint" if category == "obstacle" else "county")
    several = decide("issue-routing", "issue-routing", {"category": category, "departments": 2})
    assert several["days"] == 30


@pytest.mark.parametrize(
    ("enterprises", "cities", "level"), [(2, 2, ""), (3, 1, "city"), (3, 2, "region"), (40, 14, "region")]
)
def test_three_enterprises_in_two_cities_are_a_common_problem(enterprises: int, cities: int, level: str) -> None:
    facts = {"enterprises": enterprises, "cities": cities}
    assert decide("issue-routing", "common-issue", facts)["level"] == level
