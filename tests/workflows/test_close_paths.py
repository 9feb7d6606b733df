"""The drawing of the closure walks its ways: checked, accepted, confirmed jointly, returned, refused, published."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.workflows.player import Player
from tests.workflows.submissions import AGREE, CLOSURE, INCOMPLETE, REFUSE


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
            "registry.closures.publish": lambda given: {"publishedUntil": given["until"]},
            "registry.closures.settle_objections": {},
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


def test_a_department_that_does_not_answer_is_replaced_by_its_leader_and_never_by_silence() -> None:
    played = checked(close(leaderGroups=[]))
    played.complete("accept_lead", AGREE)
    assert played.due("joint_science_late") == date(2026, 7, 14)
    played.fire("joint_science_late")
    assert played.tasks == ["joint_state", "leader_science"]
    assert played.task("leader_science").candidate_groups == ("RL",)
    played.complete("joint_state", AGREE)
    assert not played.outcome.completed, "nobody's silence counts as consent"
    played.complete("leader_science", AGREE)
    assert played.variables["decision"] == "pass"
    city = checked(close("L3", jointScience=[], jointState=[], jointIndustry=["CG"]))
    city.fire("joint_industry_late")
    assert city.task("leader_industry").candidate_groups == ("CL",)
    city.complete("leader_industry", REFUSE)
    assert city.tasks == ["settle"]
