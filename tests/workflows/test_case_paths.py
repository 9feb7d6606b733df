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
    "registry.plans.prepare": {
        "plan": {"starts": "2026-07-20", "measures": []},
        "catalogue": [],
        "amendReasons": ["relapse"],
    },
    "registry.plans.facts": {"facts": FACTS},
    "registry.plans.approve": {"planEnd": "2027-06-30"},
    "registry.cases.items_left": {"left": 1},
    "registry.cases.lookbacks_left": {"lookbacks": 0},
    "registry.cases.change_items": {"additions": 1},
    "registry.cases.remove_items": {"remaining": 0},
    "registry.cases.check_status": {"items": [{"id": 11, "list": "L1", "subtype": "双缺"}]},
    "registry.cases.transfer": {"officers": [{"label": "黄示二", "value": "lo2"}]},
}
LISTENS = {"items_changed", "relapse", "status_changed", "case_over"}
"""What a case hears at any time."""


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
    assert played.waits == {"first_visit"} | LISTENS
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
    assert played.waits == {"item_ended", "amend_open"} | LISTENS


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
    assert played.waits == {"removal_refused"} | LISTENS, "the three departments decide in the next batch"
    played.hear("case_over", "U", {"ending": "removed"})
    assert played.outcome.completed
    assert "removed" in played.path

    kept = visited()
    kept.child_ends("first_visit", {"conclusion": "wrong", "visitId": 2, "baseline": {}})
    kept.complete("removal_county", removal)
    kept.complete("removal_city", AGREE)
    kept.complete("removal_region", AGREE)
    kept.hear("plan_to_amend", "1")
    assert kept.tasks == ["write_plan"]

    others = visited(registry__cases__remove_items={"remaining": 1})
    others.child_ends("first_visit", {"conclusion": "wrong", "visitId": 2, "baseline": {}})
    others.complete("removal_county", removal)
    others.complete("removal_city", AGREE)
    others.complete("removal_region", AGREE)
    assert others.tasks == ["write_plan"]

    stays = visited()
    stays.child_ends("first_visit", {"conclusion": "wrong", "visitId": 2, "baseline": {}})
    stays.complete("removal_county", removal)
    stays.complete("removal_city", REFUSE)
    assert stays.tasks == ["write_plan"]


FOUND: dict[str, Any] = {"kind": "halted", "proof": "现场照片", "reason": "订单不足,停产三个月"}


def reported(outcome: str, **more: Any) -> Player:
    """A case whose first visit found an enterprise that does not operate, and whose county proposed an outcome."""
    played = visited()
    played.child_ends("first_visit", {"conclusion": "stopped", "visitId": 2, "baseline": {"status": "停产"}})
    assert played.gave("registry.cases.report_status", caseId=1)
    played.hear("status_changed", "U", {"statusReport": {"kind": "halted", "day": "2026-07-01", "proof": ""}})
    assert played.tasks == ["status_check"]
    played.complete("status_check", {"status": {**FOUND, "outcome": outcome, **more}})
    return played


def test_a_county_that_finds_an_enterprise_at_work_goes_on_alone() -> None:
    played = reported("continue")
    assert played.gave("registry.cases.continue", caseId=1)
    assert "status_settled" in played.waits
    played.hear("status_settled", "1")
    assert played.tasks == ["write_plan"]


def test_what_a_county_proposes_is_looked_at_by_the_city_and_for_l1_and_l2_by_the_region() -> None:
    returned = reported("suspend")
    returned.complete("status_city", RETURN)
    assert returned.tasks == ["status_check"]
    refused = reported("suspend")
    refused.complete("status_city", REFUSE)
    assert refused.inputs_of("registry.cases.continue")["statusReview"]["decision"] == "refuse"
    region = reported("suspend")
    region.complete("status_city", AGREE)
    assert region.task("status_region").properties["notConsecutive"] == "true"
    region.complete("status_region", REFUSE)
    assert "suspend" not in region.path


def test_a_suspended_case_is_looked_at_every_six_months_or_when_there_is_news() -> None:
    played = reported("suspend")
    played.complete("status_city", AGREE)
    played.complete("status_region", AGREE)
    assert {"recheck", "status_news"} <= played.waits
    assert played.due("recheck") == date(2026, 12, 30)
    played.fire("recheck")
    played.complete("status_check", {"status": {**FOUND, "outcome": "suspend"}})
    played.complete("status_city", AGREE)
    played.complete("status_region", AGREE)
    played.hear("status_news", "1", {"statusReport": {"kind": "resumed", "day": "2027-03-01", "proof": ""}})
    played.complete("status_check", {"status": {**FOUND, "kind": "normal", "outcome": "continue"}})
    played.hear("status_settled", "1")
    assert played.tasks == ["write_plan"]


def test_a_case_that_moves_is_handed_over_and_gets_an_officer_there() -> None:
    handover = {"handover": {"state": "方案已执行过半"}}
    for late in (False, True):
        played = reported("transfer", kind="moved_inside", toCode="451302")
        played.complete("status_city", AGREE)
        played.complete("status_region", AGREE)
        if late:
            played.fire("handed_over_late")
        else:
            played.complete("hand_over_case", handover)
        assert played.inputs_of("registry.cases.transfer")["status"]["toCode"] == "451302"
        if late:
            played.fire("moved_late")
            assert played.inputs_of("registry.officers.assign")["officerId"] is None
        else:
            played.complete("assign_moved", {"assignment": {"officer": "lo2"}})
            assert played.gave("registry.officers.assign", caseId=1, officerId="lo2")
        assert "continue_case" in played.path


def test_a_firm_that_left_the_roster_goes_on_until_the_departments_agree_and_one_that_is_gone_ends() -> None:
    below = reported("below_scale", kind="below_scale")
    below.complete("status_city", AGREE)
    below.complete("status_region", AGREE)
    assert below.gave("registry.cases.leave_roster", caseId=1)
    below.hear("status_settled", "1")
    assert below.tasks == ["write_plan"]

    gone = reported("terminate", kind="cancelled")
    gone.complete("status_city", AGREE)
    gone.complete("status_region", AGREE)
    assert gone.gave("registry.cases.terminate", caseId=1)
    gone.hear("case_over", "U", {"ending": "terminated"})
    assert gone.outcome.completed
    assert "terminated" in gone.path


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
    assert played.waits == {"observed", "amend_observed"} | LISTENS
    assert played.due("observed") == date(2027, 6, 30)
    played.fire("observed")
    assert played.waits == {"lookback_done", "amend_late"} | LISTENS
    played.hear("lookback_done", "1")
    assert played.outcome.completed
    assert "archive" in played.path


def test_a_relapse_is_heard_at_any_time_and_leads_to_an_amended_plan() -> None:
    for left, until in (([1, 1], ()), ([0, 1], ("observing",)), ([0, 1], ("observing", "over"))):
        played = running([*left], [1])
        if "over" in until:
            played.fire("observed")
        played.hear("relapse", "U", {"itemId": 11, "cause": "连续两季研发费用为 0"})
        assert played.gave("registry.cases.reopen", caseId=1, itemId=11, cause="连续两季研发费用为 0")
        played.hear("plan_to_amend", "1", {"caseId": 1})
        assert played.tasks == ["amend_plan"]
        assert played.variables["planReturns"] == 0
    planning = planned()
    planning.hear("relapse", "U", {"itemId": 11, "cause": "备案被撤销"})
    assert planning.gave("registry.cases.reopen", itemId=11)
    assert planning.tasks == ["write_plan"]


def test_an_amended_plan_takes_the_way_of_every_plan() -> None:
    played = running([1, 1], [])
    played.hear("plan_to_amend", "1", {"caseId": 1})
    assert played.due("amend_plan") == date(2026, 7, 21)
    played.complete("amend_plan", PLAN)
    played.complete("approve_county", RETURN)
    assert played.tasks == ["write_plan"]
    played.complete("write_plan", PLAN)
    played.complete("approve_county", AGREE)
    played.complete("approve_city", AGREE)
    assert played.path.count("open_items") == 2
    assert "item_ended" in played.waits


def test_a_wish_that_the_last_amendment_has_met_is_not_asked_for_again() -> None:
    reasons: list[list[str]] = [[], []]
    played = planned(
        registry__plans__prepare=lambda _: {
            "plan": {"starts": "2026-07-20", "measures": []},
            "catalogue": [],
            "amendReasons": reasons.pop(),
        }
    )
    played.complete("write_plan", PLAN)
    played.complete("approve_county", AGREE)
    played.complete("approve_city", AGREE)
    played.hear("plan_to_amend", "1", {"caseId": 1})
    assert played.tasks == []
    assert "item_ended" in played.waits


def test_a_change_of_the_lists_is_heard_beside_everything_else() -> None:
    played = planned()
    played.hear("items_changed", "U", {"added": [12], "removed": [], "reason": "新增 L5"})
    assert played.gave("registry.cases.change_items", added=[12], reason="新增 L5")
    assert played.tasks == ["write_plan"]
    played.hear("items_changed", "U", {"added": [13], "removed": [], "reason": "再次新增"})
    assert played.path.count("change_items") == 2
