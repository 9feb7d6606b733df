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
