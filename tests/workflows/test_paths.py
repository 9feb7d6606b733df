"""Every drawing walks its main ways with real decisions and real forms; services answer what each test says."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.workflows.player import Player, Service

AGREE = {"review": {"decision": "agree", "opinion": "同意"}}
REFUSE = {"review": {"decision": "refuse", "opinion": "不同意"}}
RETURN = {"review": {"decision": "return", "defects": ["weak"], "opinion": "请补充措施"}}
INCOMPLETE = {"review": {"decision": "return", "defects": ["incomplete"], "opinion": "请补充材料"}}
PLAN = {
    "plan": {
        "starts": "2026-07-20",
        "ends": "2027-06-30",
        "causes": ["not_booked"],
        "goals": [{"type": "activity", "date": "2026-12-31"}],
        "measures": [
            {
                "type": "PROJECT",
                "content": "研发立项两项",
                "owner": "桂示木业",
                "start": "2026-07-20",
                "due": "2026-12-31",
                "budget": 50,
            }
        ],
    }
}
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


VISIT: dict[str, Service] = {
    "registry.visits.open": {"visitId": 2, "due": "2026-07-14T17:30:00+08:00", "countyGroups": ["XG"], "baseline": {}},
    "registry.visits.conclude": {"conclusion": "true", "baseline": {"conclusion": "true"}},
}
ARRANGED = {"arrange": {"date": "2026-07-08", "mode": "site", "topics": ["activity"]}}
VISITED = {
    "visit": {
        "result": "visited",
        "date": "2026-07-08",
        "mode": "site",
        "people": [{"name": "韦示三", "post": "总工程师"}],
        "content": "了解研发立项、辅助账建立和统计填报情况,查看研发场地。",
    }
}
REFUSED = {"visit": {"result": "refused", "reason": "企业负责人外出"}}
BASELINE = {
    "baseline": {
        "status": "存续",
        "revenue": 62000,
        "hasActivity": False,
        "hasInstitution": False,
        "willingness": "4",
        "conclusion": "true",
    }
}


def visit(kind: str = "first") -> Player:
    played = Player("visit", {"caseId": 1, "visitType": kind}, VISIT)
    played.complete("arrange", ARRANGED)
    assert played.inputs_of("registry.visits.arrange")["arrange"]["date"].startswith("2026-07-08")
    return played


def test_a_first_visit_ends_with_a_baseline_that_the_enterprise_confirms() -> None:
    played = visit()
    assert played.due("record_visit") == date(2026, 7, 14)
    played.complete("record_visit", VISITED)
    played.complete("confirm_visit", {"confirm": {"agree": True, "score": "5"}})
    played.complete("baseline", BASELINE)
    played.complete("confirm_baseline", {"confirm": {"agree": True}})
    concluded = played.inputs_of("registry.visits.conclude")
    assert (concluded["outcome"], concluded["confirmedBy"]) == ("visited", "enterprise")
    assert played.outcome.completed
    assert played.variables["conclusion"] == "true"


def test_a_silent_enterprise_stops_nothing() -> None:
    played = visit()
    played.complete("record_visit", VISITED)
    assert played.due("confirm_late") == date(2026, 7, 3)
    played.fire("confirm_late")
    assert played.gave("registry.visits.mark_unconfirmed", visitId=2)
    played.complete("baseline", BASELINE)
    played.fire("baseline_late")
    assert played.tasks == ["county_confirms_baseline"]
    assert played.task("county_confirms_baseline").properties["differentFrom"] == "visit.record_visit,visit.baseline"
    played.complete("county_confirms_baseline", {"confirm": {"agree": True}})
    assert played.inputs_of("registry.visits.conclude")["confirmedBy"] == "county"


def test_two_refusals_bring_the_county_leader_and_a_third_ends_the_visit() -> None:
    played = visit()
    played.complete("record_visit", REFUSED)
    assert played.tasks == ["arrange"]
    played.complete("arrange", ARRANGED)
    played.complete("record_visit", REFUSED)
    assert played.tasks == ["leader_visit"]
    played.complete("leader_visit", REFUSED)
    assert played.outcome.completed
    assert played.inputs_of("registry.visits.conclude")["outcome"] == "unvisited"


def test_a_routine_visit_has_no_baseline() -> None:
    played = visit("routine")
    played.complete("record_visit", VISITED)
    played.complete("confirm_visit", {"confirm": {"agree": True, "score": "4"}})
    assert played.outcome.completed
    assert "baseline" not in played.path


READY: dict[str, Any] = {
    "list": "L1",
    "rd_quarters": 2,
    "projects_in_execution": 1,
    "aux_ledger": True,
    "aux_ledger_checked": True,
    "inst_filed": True,
    "stat_fill_done": True,
    "red_notices": 0,
    "objections": 0,
    "operating": True,
}
CLOSURE = {
    "closure": {
        "decision": "propose",
        "statement": "已完成研发立项,建立辅助账,研发机构已备案并正常运行。",
        "evidence": ["project", "filing"],
    }
}


def item(facts: list[dict[str, Any]], end: str = "2027-06-30") -> Player:
    return Player(
        "item",
        {"caseId": 1, "itemId": 11, "uscc": "U", "planEnd": end},
        {
            "registry.items.start": {"list": "L1", "subtype": "双缺", "planEnd": end, "uscc": "U"},
            "registry.items.facts": lambda _: {"facts": facts.pop(0) if len(facts) > 1 else facts[0]},
            "registry.plans.extend": {"planEnd": "2027-09-28"},
        },
    )


NOT_READY = {**READY, "inst_filed": False}


def test_an_item_waits_until_it_meets_its_conditions_and_is_closed() -> None:
    played = item([NOT_READY, NOT_READY, NOT_READY, READY])
    assert played.waits == {
        "measure_done",
        "evidence_recorded",
        "quarterly_confirmed",
        "plan_ends",
        "item_removed",
    }
    assert played.gave("registry.items.note_eligibility", itemId=11, result="NOT_YET", missing=["institution"])
    assert played.due("plan_ends") == date(2027, 6, 16)
    played.hear("measure_done", "1")
    played.hear("quarterly_confirmed", "U")
    played.hear("evidence_recorded", "11")
    assert played.tasks == ["propose_closure"]
    assert played.due("propose_closure") == date(2026, 7, 28)
    played.complete("propose_closure", CLOSURE)
    given = played.child_ends("close", {"decision": "pass", "reasons": []})
    assert (given["itemId"], given["caseId"]) == (11, 1)
    assert played.outcome.completed
    assert "end_item" in played.path


def test_an_officer_may_wait_with_the_closure_and_a_refused_one_goes_on() -> None:
    played = item([READY])
    played.complete("propose_closure", {"closure": {"decision": "later", "laterReason": "等待季报核定"}})
    played.hear("quarterly_confirmed", "U")
    played.complete("propose_closure", CLOSURE)
    played.child_ends("close", {"decision": "no", "reasons": ["材料不实"]})
    assert "measure_done" in played.waits


def test_a_plan_near_its_end_may_be_extended_twice_and_then_turns_red_every_twenty_days() -> None:
    asked = {
        "extension": {
            "newEnd": "2027-09-28",
            "reason": "机构备案评审推迟到下一季度",
            "catchUp": "每月推进一次",
        }
    }
    played = item([NOT_READY])
    for number in (1, 2):
        played.fire("plan_ends")
        assert played.tasks == ["ask_extension"]
        played.complete("ask_extension", asked)
        played.complete("decide_extension", AGREE)
        assert played.variables["extensions"] == number
        assert played.due("plan_ends") == date(2027, 9, 14)
    played.fire("plan_ends")
    assert played.gave("registry.items.overdue", itemId=11, caseId=1)
    assert played.due("plan_ends") == date(2027, 10, 12)
    played.fire("plan_ends")
    assert played.path.count("overdue") == 2


def test_no_extension_is_asked_for_in_time_or_it_is_refused() -> None:
    late = item([NOT_READY])
    late.fire("plan_ends")
    late.fire("asked_late")
    assert late.inputs_of("registry.plans.refuse_extension")["reason"] == "late"
    assert "plan_ends" in late.waits
    refused = item([NOT_READY])
    refused.fire("plan_ends")
    refused.complete(
        "ask_extension",
        {"extension": {"newEnd": "2027-09-28", "reason": "机构备案评审推迟", "catchUp": "每月推进一次"}},
    )
    refused.complete("decide_extension", REFUSE)
    assert refused.inputs_of("registry.plans.refuse_extension")["reason"] == "不同意"
    refused.fire("plan_ends")
    assert "overdue" in refused.path


def test_an_item_taken_off_its_list_ends_wherever_it_stands() -> None:
    waiting = item([NOT_READY])
    waiting.hear("item_removed", "11")
    assert waiting.outcome.completed
    asked = item([READY])
    asked.hear("item_removed", "11")
    assert asked.outcome.completed
    closing = item([READY])
    closing.complete("propose_closure", CLOSURE)
    closing.hear("item_removed", "11")
    assert closing.outcome.completed
    assert "end_item" not in closing.path


def close(kind: str = "L1", *, missing: list[list[str]] | None = None, publicity: bool = False, **more: Any) -> Player:
    lacking = missing or [[]]
    joint = {"jointScience": ["RK"], "jointIndustry": [], "jointState": ["RS"]}

    def opened(_: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "closureId": 21,
            "list": kind,
            "countyGroups": ["XG"],
            "cityGroups": ["CG"],
            "acceptGroups": ["RG"] if kind in {"L1", "L2"} else [],
            **joint,
            "publicity": publicity,
            "missing": lacking.pop(0) if len(lacking) > 1 else lacking[0],
            **more,
        }

    return Player(
        "close",
        {"itemId": 11, "caseId": 1, "closure": CLOSURE["closure"]},
        {
            "registry.closures.open": opened,
            "registry.closures.close": {"closureNo": "XH-2026-1", "decision": "pass"},
            "registry.closures.refuse": lambda given: {"decision": "no", "reasons": given["reasons"]},
        },
    )


PROMISE = {"promise": {"agree": True, "name": "韦示三", "post": "法定代表人", "sealed": True}}
ONSITE = {
    **AGREE,
    "onsite": {
        "date": "2026-07-20",
        "team": [{"name": "甲", "unit": "市工信局"}, {"name": "乙", "unit": "市科技局"}],
        **dict.fromkeys(("place", "people", "equipment", "input", "projects", "rules"), "consistent"),
        "ledger": True,
        "conclusion": "六项条件与申报一致,辅助账完整。",
    },
}


def checked(played: Player) -> Player:
    played.complete("promise", PROMISE)
    played.complete("county_check", AGREE)
    played.complete("city_check", ONSITE if played.variables["list"] in {"L1", "L2"} else AGREE)
    return played


def test_an_l1_item_is_checked_accepted_confirmed_jointly_and_closed() -> None:
    played = close()
    assert played.tasks == ["promise"]
    checked(played)
    assert played.tasks == ["accept_lead"]
    assert played.task("accept_lead").candidate_groups == ("RG",)
    played.complete("accept_lead", AGREE)
    assert played.tasks == ["joint_science", "joint_state"]
    played.complete("joint_state", AGREE)
    assert played.tasks == ["joint_science"]
    played.complete("joint_science", AGREE)
    assert played.outcome.completed
    assert played.variables["decision"] == "pass"


def test_an_l3_item_needs_no_higher_acceptance_and_may_need_no_further_signature() -> None:
    played = checked(close("L3"))
    assert played.tasks == ["joint_science", "joint_state"]
    signed = checked(close("L3", jointScience=[], jointState=[]))
    assert signed.outcome.completed
    assert signed.variables["decision"] == "pass"


def test_an_objection_in_the_joint_confirmation_is_settled() -> None:
    for decision, result in ((AGREE, "pass"), (REFUSE, "no")):
        played = checked(close())
        played.complete("accept_lead", AGREE)
        played.complete("joint_science", REFUSE)
        played.complete("joint_state", AGREE)
        assert played.tasks == ["settle"]
        assert played.task("settle").candidate_groups == ("JM",)
        played.complete("settle", decision)
        assert played.outcome.completed
        assert played.variables["decision"] == result
    other = checked(close("L4"))
    other.complete("joint_science", REFUSE)
    other.complete("joint_state", REFUSE)
    assert other.task("settle").candidate_groups == ("CL",)


def test_missing_evidence_is_supplied_before_anybody_checks() -> None:
    played = close(missing=[["institution"], []])
    assert played.tasks == ["supplement"]
    played.complete("supplement", CLOSURE)
    assert played.inputs_of("registry.closures.open")["closureId"] == 21
    assert played.tasks == ["promise"]


def test_the_third_return_goes_to_the_settlement() -> None:
    played = close()
    for number in range(3):
        played.complete("promise", PROMISE)
        played.complete("county_check", AGREE if number else INCOMPLETE)
        if number:
            played.complete("city_check", {**ONSITE, **INCOMPLETE})
        assert played.tasks == (["supplement"] if number < 2 else ["settle"])
        if number < 2:
            played.complete("supplement", CLOSURE)
    played.complete("settle", INCOMPLETE)
    assert played.tasks == ["supplement"]


def test_a_refusal_at_any_level_and_a_missing_promise_end_the_closure() -> None:
    county = close()
    county.complete("promise", PROMISE)
    county.complete("county_check", REFUSE)
    assert county.variables["decision"] == "no"
    assert county.inputs_of("registry.closures.refuse")["reasons"] == ["不同意"]
    accepted = checked(close())
    accepted.complete("accept_lead", REFUSE)
    assert accepted.outcome.completed
    silent = close()
    assert silent.due("promise") == date(2026, 7, 3)
    assert silent.due("promise_late") == date(2026, 7, 17)
    silent.fire("promise_late")
    assert silent.variables["decision"] == "no"
    unwilling = close()
    unwilling.complete("promise", {"promise": {"agree": False}})
    assert unwilling.variables["decision"] == "no"


def test_publicity_lasts_five_working_days_and_an_objection_is_investigated_by_another() -> None:
    quiet = checked(close("L3", publicity=True, jointScience=[], jointState=[]))
    assert quiet.due("published") == date(2026, 7, 7)
    quiet.fire("published")
    assert quiet.variables["decision"] == "pass"
    for upheld, result in ((True, "no"), (False, "pass")):
        played = checked(close("L3", publicity=True, jointScience=[], jointState=[]))
        played.hear("objection_raised", "11")
        assert "close.city_check" in played.task("investigate").properties["differentFrom"]
        finding = {"investigation": {"upheld": upheld, "finding": "已查阅研发辅助账和项目文件。"}}
        played.complete("investigate", finding)
        assert played.variables["decision"] == result


LOOKBACK: dict[str, Service] = {"registry.lookbacks.plan": {"lookbackId": 31, "drawn": True, "groups": ["RG"]}}
SEEN = {
    "date": "2026-12-30",
    "announced": False,
    **dict.fromkeys(("activity", "institution", "ledger", "certificate"), "kept"),
    "conclusion": "条件保持良好",
}


def lookback(services: Mapping[str, Service] | None = None) -> Player:
    return Player("lookback", {"itemId": 11, "caseId": 1, "closureId": 21}, {**LOOKBACK, **(services or {})})


def test_a_look_back_checks_after_six_and_twelve_months() -> None:
    played = lookback()
    assert played.due("six_months") == date(2026, 12, 30)
    played.fire("six_months")
    played.complete("check_6", {"lookback": {**SEEN, "relapse": False}})
    assert played.due("twelve_months") == date(2027, 6, 30)
    played.fire("twelve_months")
    played.complete("check_12", {"lookback": {**SEEN, "relapse": False}})
    assert played.outcome.completed
    assert [given["month"] for name, given in played.called if name == "registry.lookbacks.record"] == [6, 12]
    assert played.called[-1][0] == "registry.lookbacks.finish"


def test_a_relapse_is_told_and_what_is_not_drawn_ends_at_once() -> None:
    played = lookback()
    played.fire("six_months")
    played.complete("check_6", {"lookback": {**SEEN, "relapse": True, "cause": "备案到期"}})
    assert played.outcome.completed
    assert played.called[-1][0] == "registry.lookbacks.relapse"
    spared = lookback({"registry.lookbacks.plan": {"lookbackId": 31, "drawn": False, "groups": []}})
    assert spared.outcome.completed
    assert spared.called[-1][0] == "registry.lookbacks.finish"


ENTRIES = [
    {
        "id": 7,
        "enterprise": "桂示木业",
        "uscc": "91450800MADM00001X",
        "list": "L1",
        "subtype": "双缺",
        "reason": "有缺口",
    }
]
LISTS: dict[str, Service] = {
    "registry.lists.draft": {"listVersion": 3},
    "registry.lists.entries": {"entries": ENTRIES},
}
SIGNED = {"sign": {"agree": True}}


def lists() -> Player:
    return Player("lists", {"kind": "annual"}, LISTS)


def reviewed(played: Player) -> Player:
    assert played.tasks == ["lead_review_rg", "lead_review_rk", "lead_review_rs"]
    for one in ("rk", "rg", "rs"):
        assert played.task(f"lead_review_{one}").variables["entries"] == ENTRIES
        played.complete(f"lead_review_{one}", {"check": {"opinion": "同意"}})
    assert played.tasks == ["sign_rg", "sign_rk", "sign_rs"]
    return played


def test_the_lists_are_reviewed_by_leads_signed_by_three_and_announced() -> None:
    played = lists()
    assert played.due("reviews_late") == date(2026, 8, 11)
    played.hear("list_reviews_done", "3")
    reviewed(played)
    levels = [given["level"] for name, given in played.called if name == "registry.lists.record_check"]
    assert sorted(levels) == ["RG", "RK", "RS"]
    played.complete("sign_rk", SIGNED)
    played.complete("sign_rg", {"sign": {"agree": True, "disputed": [7], "reason": "数据待核"}})
    assert played.tasks == ["sign_rs"]
    played.complete("sign_rs", SIGNED)
    held = played.inputs_of("registry.lists.hold_disputed")["signatures"]
    assert held["RG"]["disputed"] == [7]
    assert played.outcome.completed
    assert [name for name, _ in played.called[-2:]] == ["registry.lists.publish", "registry.lists.announce"]


def test_late_counties_stop_no_list_and_a_refusal_is_settled_by_the_joint_office() -> None:
    played = lists()
    played.fire("reviews_late")
    reviewed(played)
    played.complete("sign_rk", SIGNED)
    played.complete("sign_rg", {"sign": {"agree": False, "reason": "口径不一致"}})
    played.complete("sign_rs", SIGNED)
    assert played.tasks == ["coordinate"]
    played.complete("coordinate", AGREE)
    assert played.tasks == ["sign_rg", "sign_rk", "sign_rs"]
    for one in ("rk", "rg", "rs"):
        played.complete(f"sign_{one}", SIGNED)
    assert played.outcome.completed


def review() -> Player:
    return Player(
        "list_review",
        {"listVersion": 3, "territory": "450803", "territoryPath": "45/4508/450803", "cityPath": "45/4508"},
        LISTS,
    )


def test_a_county_and_its_city_check_the_list() -> None:
    played = review()
    assert played.task("county_check").candidate_groups == ("XK", "XG", "XS")
    played.complete("county_check", {"check": {"dropped": [7], "reason": "已停产"}})
    assert played.inputs_of("registry.lists.record_check")["check"]["dropped"] == [7]
    played.complete("city_check", {"check": {"opinion": "同意县级意见"}})
    assert played.inputs_of("registry.lists.record_check")["level"] == "city"
    assert played.gave("registry.lists.finish_review", listVersion=3, territory="450803")
    assert played.outcome.completed


def test_a_county_and_a_city_that_are_late_are_marked_unchecked() -> None:
    played = review()
    assert played.due("county_check") == date(2026, 7, 14)
    assert played.due("county_late") == date(2026, 7, 21)
    played.fire("county_late")
    assert played.inputs_of("registry.lists.mark_unchecked")["level"] == "county"
    played.fire("city_late")
    assert played.inputs_of("registry.lists.mark_unchecked")["level"] == "city"
    assert played.outcome.completed
