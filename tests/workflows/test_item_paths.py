"""The drawing of the item walks its ways: waiting, eligible, extended, overdue, taken off its list."""

from datetime import date
from typing import Any

from tests.workflows.player import Player
from tests.workflows.submissions import AGREE, CLOSURE, REFUSE

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
NOT_READY = {**READY, "inst_filed": False}
ASKED = {"extension": {"newEnd": "2027-09-28", "reason": "机构备案评审推迟", "catchUp": "每月推进一次"}}


class Plan:
    """The plan as the registry knows it: extended by `extend`, exhausted by a refusal."""

    def __init__(self, facts: list[dict[str, Any]], end: str) -> None:
        self.facts, self.end, self.extensions, self.exhausted = facts, end, 0, False

    def look(self, _inputs: Any) -> dict[str, Any]:
        found = self.facts.pop(0) if len(self.facts) > 1 else self.facts[0]
        may = not self.exhausted and self.extensions < 2
        return {
            "facts": found,
            "planEnd": self.end,
            "mayExtend": may,
            "exhausted": self.exhausted,
            "extensions": self.extensions,
        }

    def extend(self, inputs: Any) -> dict[str, Any]:
        self.end, self.extensions = str(inputs["extension"]["newEnd"])[:10], self.extensions + 1
        return {"planEnd": self.end}

    def exhaust(self, _inputs: Any) -> dict[str, Any]:
        self.exhausted = True
        return {}


def item(facts: list[dict[str, Any]], end: str = "2027-06-30") -> Player:
    plan = Plan(facts, end)
    return Player(
        "item",
        {"caseId": 1, "itemId": 11, "uscc": "U", "planEnd": end},
        {
            "registry.items.start": {
                "list": "L1",
                "subtype": "双缺",
                "uscc": "U",
                "cityGroups": ["CG"],
                "regionGroups": ["RG"],
            },
            "registry.items.facts": plan.look,
            "registry.plans.extend": plan.extend,
            "registry.plans.refuse_extension": plan.exhaust,
            "registry.items.overdue": plan.exhaust,
        },
    )


def near_the_end(facts: dict[str, Any] = NOT_READY) -> Player:
    played = item([facts])
    played.fire("plan_ends")
    assert played.tasks == ["ask_extension"]
    return played


def test_an_item_waits_until_it_meets_its_conditions_and_is_closed() -> None:
    played = item([NOT_READY, NOT_READY, NOT_READY, READY])
    assert played.waits == {"evidence_recorded", "quarterly_confirmed", "plan_ends", "item_removed"}
    assert played.gave("registry.items.note_eligibility", itemId=11, result="NOT_YET", missing=["institution"])
    assert played.due("plan_ends") == date(2027, 6, 16)
    played.hear("evidence_recorded", "11")
    played.hear("quarterly_confirmed", "U")
    played.hear("evidence_recorded", "11")
    assert played.tasks == ["propose_closure"]
    assert played.due("propose_closure") == date(2026, 7, 28)
    played.complete("propose_closure", CLOSURE)
    given = played.child_ends("close", {"decision": "pass", "reasons": []})
    assert (given["itemId"], given["caseId"]) == (11, 1)
    assert played.outcome.completed
    assert "end_item" in played.path


def test_an_officer_may_wait_with_the_closure_and_a_refused_one_goes_on_with_an_amended_plan() -> None:
    played = item([READY])
    played.complete("propose_closure", {"closure": {"decision": "later", "laterReason": "等待季报核定"}})
    played.hear("quarterly_confirmed", "U")
    played.complete("propose_closure", CLOSURE)
    played.child_ends("close", {"decision": "no", "reasons": ["材料不实"]})
    assert played.gave("registry.items.closure_refused", itemId=11, caseId=1, reasons=["材料不实"])
    assert "evidence_recorded" in played.waits


def test_the_first_extension_is_decided_by_county_and_city_the_second_by_the_region_too_and_then_no_more() -> None:
    played = near_the_end()
    assert played.due("ask_extension") == date(2027, 6, 25)
    played.complete("ask_extension", ASKED)
    played.complete("decide_extension", AGREE)
    assert played.task("decide_extension_city").candidate_groups == ("CG",)
    played.complete("decide_extension_city", AGREE)
    assert played.variables["extensions"] == 1
    assert played.due("plan_ends") == date(2027, 9, 14)
    played.fire("plan_ends")
    later = {"extension": {**ASKED["extension"], "newEnd": "2027-12-20"}}
    played.complete("ask_extension", later)
    played.complete("decide_extension", AGREE)
    played.complete("decide_extension_city", AGREE)
    played.complete("decide_extension_region", AGREE)
    assert played.due("plan_ends") == date(2027, 12, 21)
    played.fire("plan_ends")
    assert played.gave("registry.items.overdue", itemId=11, caseId=1)
    assert "ask_extension" not in played.tasks
    played.hear("evidence_recorded", "11")
    assert played.path.count("overdue") == 1, "asked for once; then somebody looks every twenty working days"


def test_no_extension_is_asked_for_in_time() -> None:
    late = near_the_end()
    late.fire("asked_late")
    assert late.inputs_of("registry.plans.refuse_extension")["reason"] == "late"
    assert late.tasks == []
    assert "plan_ends" in late.waits


def test_every_level_may_refuse_an_extension() -> None:
    for agreed, refused in (
        ((), "decide_extension"),
        (("decide_extension",), "decide_extension_city"),
    ):
        played = near_the_end()
        played.complete("ask_extension", ASKED)
        for level in agreed:
            played.complete(level, AGREE)
        played.complete(refused, REFUSE)
        assert played.inputs_of("registry.plans.refuse_extension")["reason"] == "不同意"
        assert "extend" not in played.path
        assert played.tasks == []


def test_a_proof_that_comes_while_more_time_is_asked_for_is_looked_at_at_once() -> None:
    played = item([NOT_READY, NOT_READY, READY])
    played.fire("plan_ends")
    assert played.tasks == ["ask_extension"]
    played.hear("evidence_recorded", "11")
    assert played.tasks == ["propose_closure"]


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
