"""The drawing of the case walks its main ways with real decisions and forms; services answer what each test says."""

from datetime import date
from typing import Any

from tests.workflows.player import Player, Service
from tests.workflows.submissions import AGREE, PLAN, REFUSE, RETURN

FACTS: dict[str, Any] = {
    "lists": ["L1"],
    "light": "green",
    "revenue_yi": 6.2,
    "is_soe": False,
    "supervisor_level": "",
    "reopened": False,
    "extensions_used": False,
    "previous_levels": [],
}
CASE: dict[str, Service] = {
    "registry.cases.open": {
        "caseId": 1,
        "caseNo": "AJ-4508-2026-00001",
        "leadLine": "工信",
        "countyGroups": ["XG"],
        "cityGroups": ["CG"],
        "regionGroups": ["RG"],
        "items": [{"id": 11, "list": "L1", "subtype": "双缺"}],
        "predecessorCase": None,
    },
    "registry.officers.available": {"officers": [{"label": "覃示一", "value": "lo1"}]},
    "registry.officers.auto_assign": {"officerId": "lo1"},
    "registry.plans.prepare": {"plan": {"starts": "2026-07-20", "measures": []}, "catalogue": []},
    "registry.plans.facts": {"facts": FACTS},
    "registry.plans.approve": {"planEnd": "2027-06-30"},
    "registry.plans.amend": {"planEnd": "2027-06-30"},
    "registry.cases.items_left": {"left": 1},
    "registry.cases.lookbacks_left": {"lookbacks": 0},
    "registry.cases.change_items": {"additions": 1},
}


def case(**services: Service) -> Player:
    played = Player(
        "case",
        {"enterpriseId": 5, "uscc": "U", "listVersion": 3},
        {**CASE, **{name.replace("__", "."): one for name, one in services.items()}},
    )
    assert played.tasks == ["assign_officer"]
    return played


def visited(**services: Service) -> Player:
    played = case(**services)
    played.complete("assign_officer", {"assignment": {"officer": "lo1"}})
    return played


def planned(**services: Service) -> Player:
    played = visited(**services)
    given = played.child_ends("first_visit", {"conclusion": "true", "visitId": 2, "baseline": {}})
    assert given == {"caseId": 1, "visitType": "first"}
    return played


def test_a_case_goes_from_its_officer_through_the_visit_and_the_plan_to_its_items() -> None:
    played = case()
    assert played.due("assign_officer") == date(2026, 7, 3)
    assert played.task("assign_officer").candidate_groups == ("XG",)
    played.complete("assign_officer", {"assignment": {"officer": "lo1"}})
    assert played.gave("registry.officers.assign", caseId=1, officerId="lo1")
    assert played.inputs_of("send.notice")["template"] == "case_opened"
    assert played.waits == {"first_visit", "items_changed"}
    played.child_ends("first_visit", {"conclusion": "true", "visitId": 2, "baseline": {}})
    assert played.tasks == ["write_plan"]
    assert played.variables["plan"]["starts"] == "2026-07-20"
    played.complete("write_plan", PLAN)
    assert played.inputs_of("registry.plans.submit")["plan"]["measures"][0]["type"] == "PROJECT"
    assert played.tasks == ["approve_county"]
    played.complete("approve_county", AGREE)
    assert played.tasks == ["approve_city"]
    assert played.task("approve_city").properties["notConsecutive"] == "true"
    played.complete("approve_city", AGREE)
    assert played.gave("registry.cases.open_items", caseId=1, planEnd="2027-06-30")
    assert played.waits == {"item_ended", "relapse_open", "items_changed"}


def test_nobody_assigned_in_time_is_assigned_by_the_system() -> None:
    played = case()
    assert played.due("assign_late") == date(2026, 7, 7)
    played.fire("assign_late")
    assert played.gave("registry.officers.assign", caseId=1, officerId="lo1")
    assert "first_visit" in played.waits


def test_a_plan_needs_three_levels_when_the_case_is_red_and_one_for_l3() -> None:
    red = planned(registry__plans__facts={"facts": {**FACTS, "light": "red"}})
    red.complete("write_plan", PLAN)
    for level in ("approve_county", "approve_city", "approve_region"):
        assert red.tasks == [level]
        red.complete(level, AGREE)
    assert "item_ended" in red.waits
    small = planned(registry__plans__facts={"facts": {**FACTS, "lists": ["L3"]}})
    small.complete("write_plan", PLAN)
    small.complete("approve_county", AGREE)
    assert "item_ended" in small.waits


def test_the_third_return_of_a_plan_goes_to_a_meeting_that_binds_both_levels() -> None:
    played = planned()
    for _ in range(2):
        played.complete("write_plan", PLAN)
        played.complete("approve_county", RETURN)
        assert played.tasks == ["write_plan"]
    played.complete("write_plan", PLAN)
    played.complete("approve_county", AGREE)
    played.complete("approve_city", RETURN)
    assert played.tasks == ["plan_meeting"]
    played.complete("plan_meeting", RETURN)
    assert played.tasks == ["write_plan"]
    played.complete("write_plan", PLAN)
    played.complete("approve_county", REFUSE)
    played.complete("plan_meeting", AGREE)
    assert "item_ended" in played.waits


def test_a_firm_that_should_not_be_listed_is_removed_by_three_levels_or_stays() -> None:
    removal = {
        "removal": {"decision": "agree", "code": "wrong_data", "reason": "营收数据有误", "proof": "桂示〔2026〕1号"}
    }
    played = visited()
    played.child_ends("first_visit", {"conclusion": "wrong", "visitId": 2, "baseline": {}})
    assert played.tasks == ["removal_county"]
    played.complete("removal_county", removal)
    played.complete("removal_city", RETURN)
    played.complete("removal_county", removal)
    played.complete("removal_city", AGREE)
    assert played.tasks == ["removal_region"]
    played.complete("removal_region", AGREE)
    assert played.inputs_of("registry.cases.remove_items")["removal"]["code"] == "wrong_data"
    assert played.outcome.completed
    assert played.path[-1] in {"removed", "case"}

    stays = visited()
    stays.child_ends("first_visit", {"conclusion": "wrong", "visitId": 2, "baseline": {}})
    stays.complete("removal_county", removal)
    stays.complete("removal_city", REFUSE)
    assert stays.tasks == ["write_plan"]


def test_a_stopped_firm_ends_or_goes_on() -> None:
    found = {"kind": "cancelled", "proof": "登记通知书", "reason": "企业已注销"}
    ended = visited()
    ended.child_ends("first_visit", {"conclusion": "stopped", "visitId": 2, "baseline": {}})
    ended.complete("status_check", {"status": {**found, "outcome": "terminate"}})
    assert ended.outcome.completed
    goes_on = visited()
    goes_on.child_ends("first_visit", {"conclusion": "stopped", "visitId": 2, "baseline": {}})
    goes_on.complete("status_check", {"status": {**found, "outcome": "continue"}})
    assert goes_on.tasks == ["write_plan"]


def running(left: list[int], lookbacks: list[int]) -> Player:
    played = planned(
        registry__cases__items_left=lambda _: {"left": left.pop(0)},
        registry__cases__lookbacks_left=lambda _: {"lookbacks": lookbacks.pop(0)},
    )
    played.complete("write_plan", PLAN)
    played.complete("approve_county", AGREE)
    played.complete("approve_city", AGREE)
    return played


def test_a_case_waits_for_its_items_a_year_and_its_look_backs_and_is_archived() -> None:
    played = running([2, 1, 0], [1, 0])
    played.hear("item_ended", "1")
    assert "item_ended" in played.waits
    played.hear("item_ended", "1")
    assert played.waits == {"observed", "relapse_observed", "items_changed"}
    assert played.due("observed") == date(2027, 6, 30)
    played.fire("observed")
    assert played.waits == {"lookback_done", "relapse_late", "items_changed"}
    played.hear("lookback_done", "1")
    assert played.outcome.completed
    assert "archive" in played.path


def test_a_relapse_reopens_the_plan_at_any_time() -> None:
    for left, until in (([1, 1], ()), ([0, 1], ("observing",)), ([0, 1], ("observing", "over"))):
        played = running([*left], [1])
        if "over" in until:
            played.fire("observed")
        played.hear("relapse", "1", {"itemId": 11, "cause": "连续两季研发费用为 0"})
        assert played.gave("registry.cases.reopen", caseId=1, itemId=11, cause="连续两季研发费用为 0")
        assert played.tasks == ["write_plan"]
        assert played.variables["planReturns"] == 0


def test_a_change_of_the_lists_amends_the_plan_beside_everything_else() -> None:
    played = planned()
    played.hear("items_changed", "U", {"added": [12], "removed": [], "reason": "新增 L5"})
    assert played.tasks == ["amend_plan", "write_plan"]
    played.complete("amend_plan", PLAN)
    played.complete("approve_amendment", RETURN)
    played.complete("amend_plan", PLAN)
    played.complete("approve_amendment", AGREE)
    assert played.tasks == ["write_plan"]
    assert "open_added_items" in played.path
    played.hear("items_changed", "U", {"added": [13], "removed": [], "reason": "再次新增"})
    assert played.tasks == ["amend_plan", "write_plan"]
