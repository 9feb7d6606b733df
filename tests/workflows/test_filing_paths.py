"""The drawing of filing walks its ways: accepted, mended, forwarded, looked at on site, signed, published, refused, and what is late."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from engine.bpmn.outcome import UserTaskWait
from engine.errors import Invalid
from tests import filing_answers
from tests.workflows.player import Player

FACTS: Mapping[str, Any] = {
    "of_guangxi": True,
    "registered": True,
    "is_scale": True,
    "is_industry": True,
    "is_hitech_valid": False,
    "recognised": False,
    "is_soe": False,
    "supervisor_level": "",
}
NOT_LOOKED_AT: Mapping[str, Any] = {
    "level": "city",
    "fast_track": False,
    "margin": 100,
    "risk": False,
    "first_with_promise": False,
    "draw": 99,
}


def filing(
    level: str = "city", *, verdict: str = "OK", on_behalf: bool = False, cosign: str = "", **facts: Any
) -> Player:
    """An application begun on Tuesday 30 June 2026. `facts` replace those of DT-4, `onsite` those of the check on site."""
    onsite = {**NOT_LOOKED_AT, "level": level, **facts.pop("onsite", {})}
    known = {**FACTS, "level": level, **facts}
    verdicts = [verdict]
    rounds = [0]
    objections: list[Mapping[str, Any]] = []

    def assigned(given: Mapping[str, Any]) -> Mapping[str, Any]:
        authority = given["authority"]
        decides = authority["region"] if level == "region" else authority["city"]
        return {
            "line": authority["line"],
            "fastTrack": authority["fast_track"],
            "cosign": cosign or authority["cosign"],
            "countyGroups": [authority["county"]],
            "cityGroups": [authority["city"]],
            "regionGroups": [authority["region"]],
            "settleGroups": ["RG", "RK"],
            "investigateGroups": ["CS"],
            "refuseGroups": [decides],
            "about": {"ref": "SB-1"},
        }

    def found(given: Mapping[str, Any]) -> Mapping[str, Any]:
        rounds[0] += 1
        return {"rounds": rounds[0], "conclusion": given["onsiteResult"]["conclusion"]}

    def checked(_: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"selfCheck": {"verdict": verdicts.pop(0) if len(verdicts) > 1 else verdicts[0], "rows": []}}

    return Player(
        "filing",
        {"filingId": 5},
        {
            "registry.filings.open": {
                "about": {"ref": "SB-1"},
                "facts": known,
                "application": {},
                "counties": [{"value": "45/4508/450803", "label": "港南区"}],
                "offices": [{"value": "45/4508/450802", "label": "港北区"}],
                "enterpriseId": 1,
                "level": level,
            },
            "registry.filings.assign": assigned,
            "registry.filings.submit": {"facts": known, "onBehalf": on_behalf},
            "registry.filings.self_check": checked,
            "registry.filings.lodge": {"declaredNow": {"siteArea": 320}},
            "registry.filings.onsite_facts": {"facts": onsite},
            "registry.filings.note_onsite": {"checkers": [{"value": one, "label": one} for one in ("ck", "cs")]},
            "registry.filings.plan_onsite": {"teamNames": "ck、cs"},
            "registry.filings.record_onsite": found,
            "registry.filings.stand": {"experts": [{"value": f"ex{n}", "label": f"ex{n}"} for n in range(5)]},
            "registry.filings.ask_correction": {"ask": {"text": "补材料", "defects": ["site"]}},
            "registry.filings.ask_rectify": {"ask": {"text": "整改", "defects": ["site"]}},
            "registry.filings.ask_advice": {
                "consulted": [{"code": "K", "groups": ["CK"]}, {"code": "S", "groups": ["CS"]}]
            },
            "registry.filings.forward": {"countyGroups": ["XG"], "cityGroups": ["CG"], "regionGroups": ["RG"]},
            "registry.filings.invite_experts": lambda given: {"invited": given["review"]["experts"]},
            "registry.filings.publish": lambda given: {"publicityUntil": given["until"]},
            "registry.filings.take_objection": lambda _: {"objections": list(objections)},
            "registry.filings.close_publicity": lambda _: {"objections": list(objections)},
            "registry.filings.settle_objections": lambda given: {"upheld": given["investigation"]["upheld"]},
            "registry.filings.prepare_refusal": {"refusal": {"code": "other", "reason": "不符合条件"}},
            "registry.filings.switch_to_city": {
                "level": "city", "investigateGroups": ["CS"], "settleGroups": ["CG", "CK"], "refuseGroups": ["CG"]
            },
            "registry.filings.issue": {"number": "GXYF-S-4508-2026-00001"},
        },
    )  # fmt: skip


def does(played: Player, element_id: str, **changes: Any) -> None:
    """Somebody answers as usual, with these changes."""
    word, answer = filing_answers.answer(element_id, {**played.variables}, date(2026, 6, 30), None)
    if element_id == "form_team":
        answer["members"] = ["ck", "cs"]
    played.complete(element_id, {word: {**answer, **changes}})


def lodged(**how: Any) -> Player:
    played = filing(**how)
    does(played, "apply")
    return played


def at_city(**how: Any) -> Player:
    played = lodged(**how)
    does(played, "county_check")
    return played


def signed(played: Player) -> Player:
    for element in ("city_review", "city_cosign", "city_sign"):
        does(played, element)
    return played


def test_the_way_of_the_city_has_five_ten_five_three_and_five_working_days() -> None:
    played = filing()
    assert played.tasks == ["apply"]
    assert played.due("apply") == date(2026, 9, 28), "a draft may lie for ninety days"
    does(played, "apply")
    assert played.task("county_check").candidate_groups == ("XG",)
    assert played.due("county_check") == date(2026, 7, 7)
    does(played, "county_check")
    assert played.due("city_review") == date(2026, 7, 14)
    does(played, "city_review")
    assert played.task("city_cosign").candidate_groups == ("CK",)
    assert played.due("city_cosign") == date(2026, 7, 7)
    does(played, "city_cosign")
    assert played.due("city_sign") == date(2026, 7, 3)
    does(played, "city_sign")
    assert played.due("published") == date(2026, 7, 7)
    played.fire("published")
    assert played.outcome.completed
    assert played.path[-3:-1] == ["notify", "filed"]


def test_the_way_of_the_region_is_recommended_reviewed_co_signed_and_signed() -> None:
    played = at_city(level="region")
    does(played, "city_review")
    assert played.tasks == ["form_team"], "the region has every site looked at"
    does(played, "form_team")
    does(played, "onsite_check")
    does(played, "city_recommend")
    assert played.task("region_review").candidate_groups == ("RG",)
    assert played.due("region_review") == date(2026, 7, 14)
    does(played, "region_review")
    assert played.task("region_cosign").candidate_groups == ("RK",)
    does(played, "region_cosign", decision="opinion", opinion="同意,建议加强人员配备。")
    does(played, "region_sign")
    assert played.waits == {"published", "objection_received", "filing_withdrawn"}


@pytest.mark.parametrize(
    ("facts", "ends"),
    [
        ({"is_scale": False, "is_hitech_valid": True}, "preregistered"),
        ({"is_scale": False}, "not_in_scope"),
        ({"of_guangxi": False}, "not_in_scope"),
    ],
)
def test_who_is_below_scale_is_pre_registered_or_out_of_scope(facts: Mapping[str, Any], ends: str) -> None:
    played = filing(**facts)
    assert played.outcome.completed
    assert ends in played.path


def test_a_draft_recalls_the_officer_after_ten_working_days_and_lapses_after_ninety_days() -> None:
    played = filing()
    played.fire("draft_idle")
    assert played.tasks == ["apply"]
    assert "remind_officer" in played.path
    played.fire("draft_lapsed")
    assert played.outcome.completed
    assert "withdraw" in played.path


def test_a_gap_goes_back_to_the_applicant_and_a_promise_is_signed_before_it_is_lodged() -> None:
    assert lodged(verdict="NOT_OK").tasks == ["apply"]
    promised = lodged(verdict="OK_WITH_PROMISE")
    assert promised.tasks == ["confirm_promise"]
    with pytest.raises(Invalid):
        promised.complete("confirm_promise", {"promise": {"agree": True, "name": "韦总"}})
    does(promised, "confirm_promise")
    assert promised.tasks == ["county_check"]
    refused = lodged(on_behalf=True)
    refused.complete("confirm_promise", {"promise": {"agree": False}})
    assert refused.tasks == ["apply"]
    late = lodged(on_behalf=True)
    late.fire("promise_late")
    assert "withdraw" in late.path


def test_the_county_sends_back_refuses_forwards_asks_or_lets_it_lie() -> None:
    back = lodged()
    does(back, "county_check", decision="return", defects=["site"])
    assert back.due("correct") == date(2026, 7, 14)
    does(back, "correct")
    assert back.tasks == ["county_check"]
    assert back.due("county_check") == date(2026, 7, 7), "no working day has been used up"

    not_mended = lodged()
    does(not_mended, "county_check", decision="return", defects=["site"])
    not_mended.fire("correct_late")
    assert not_mended.path[-3:-1] == ["withdraw", "lapsed"]

    refused = lodged()
    does(refused, "county_check", decision="refuse", code="scope")
    assert "not_accepted" in refused.path

    forwarded = lodged()
    does(forwarded, "county_check", decision="forward", forwardTo="45/4508/450802")
    assert forwarded.tasks == ["county_check"]

    asked = lodged()
    does(asked, "county_check", decision="consult", consult=["K", "S"])
    waits = [one for one in asked.outcome.waits if isinstance(one, UserTaskWait) and one.element_id == "advise"]
    assert sorted(one.candidate_groups for one in waits) == [("CK",), ("CS",)]
    does(asked, "advise")
    asked.fire("advise_late")
    assert asked.tasks == ["county_check"]

    lying = lodged()
    lying.fire("county_late")
    assert "mark_overdue" in lying.path
    assert lying.tasks == ["city_review"]


def test_the_city_sends_back_to_itself_and_refuses_with_a_letter() -> None:
    back = at_city()
    does(back, "city_review", decision="return", defects=["staff"])
    does(back, "correct")
    assert back.tasks == ["city_review"]
    refused = at_city()
    does(refused, "city_review", decision="refuse", code="evidence")
    assert refused.task("explain_refusal").candidate_groups == ("CG",)
    does(refused, "explain_refusal")
    assert refused.path[-3:-1] == ["refuse", "refused"]
    late = at_city()
    does(late, "city_review", decision="refuse", code="evidence")
    late.fire("refusal_late")
    assert "refused" in late.path


def test_on_site_twice_in_part_is_rectified_the_third_time_refused_false_at_once() -> None:
    played = at_city(onsite={"risk": True})
    does(played, "city_review")
    for _ in range(2):
        does(played, "form_team")
        does(played, "onsite_check", conclusion="partly")
        assert played.tasks == ["rectify"]
        does(played, "rectify")
    does(played, "form_team")
    does(played, "onsite_check", conclusion="partly")
    assert played.tasks == ["explain_refusal"]
    false = at_city(onsite={"risk": True})
    does(false, "city_review")
    does(false, "form_team")
    does(false, "onsite_check", conclusion="false")
    assert false.tasks == ["explain_refusal"]
    late = at_city(onsite={"risk": True})
    does(late, "city_review")
    does(late, "form_team")
    does(late, "onsite_check", conclusion="partly")
    late.fire("rectify_late")
    assert late.tasks == ["explain_refusal"]


def test_a_co_signature_may_be_for_information_only_and_is_never_given_by_silence() -> None:
    informed = at_city(cosign="inform")
    does(informed, "city_review")
    assert informed.tasks == ["city_sign"]
    assert informed.gave("registry.filings.ask_cosign", cosign="inform", at="city")
    silent = at_city()
    does(silent, "city_review")
    silent.fire("cosign_silent")
    assert silent.tasks == ["city_cosign"], "the leader is told, the run waits"
    assert "press_city" in silent.path
    no = at_city()
    does(no, "city_review")
    does(no, "city_cosign", decision="refuse")
    does(no, "settle_cosign")
    assert no.tasks == ["city_sign"]
    unsettled = at_city()
    does(unsettled, "city_review")
    does(unsettled, "city_cosign", decision="refuse")
    unsettled.fire("settle_late")
    does(unsettled, "joint_decide", decision="refuse")
    assert unsettled.tasks == ["explain_refusal"]


def test_a_signature_may_go_back_to_the_review() -> None:
    played = at_city()
    does(played, "city_review")
    does(played, "city_cosign")
    does(played, "city_sign", decision="return", defects=["other"])
    assert played.tasks == ["city_review"]
    assert played.due("city_review") == date(2026, 7, 14)


def test_who_is_not_recommended_may_go_to_the_city() -> None:
    for accept, then in ((True, ["city_cosign"]), (False, ["explain_refusal"])):
        played = at_city(level="region")
        for element in ("city_review", "form_team", "onsite_check"):
            does(played, element)
        does(played, "city_recommend", decision="refuse")
        does(played, "offer_city", accept=accept)
        assert played.tasks == then


@pytest.mark.parametrize(
    ("given", "agreed", "then"),
    [(3, 2, ["region_cosign"]), (3, 1, ["explain_refusal"]), (2, 2, ["region_cosign"]), (5, 3, ["explain_refusal"])],
)
def test_two_thirds_of_at_least_three_experts_decide(given: int, agreed: int, then: list[str]) -> None:
    played = at_city(level="region")
    played.services["registry.filings.count_votes"] = {"votesGiven": given, "votesPass": agreed}
    for element in ("city_review", "form_team", "onsite_check", "city_recommend"):
        does(played, element)
    does(played, "region_review", decision="experts", experts=["ex0", "ex1", "ex2"])
    assert played.tasks == ["expert_opinion"] * 3
    played.fire("experts_late")
    does(played, "region_review")
    assert played.tasks == then


def test_a_recognised_platform_goes_straight_to_the_decision_in_five_working_days() -> None:
    played = at_city(recognised=True)
    assert played.tasks == ["city_cosign"]
    assert played.due("city_cosign") == date(2026, 7, 7)
    does(played, "city_cosign")
    assert played.due("city_sign") == date(2026, 7, 7)


def test_an_objection_stops_the_publicity_until_somebody_else_has_looked_into_it() -> None:
    played = signed(at_city())
    played.hear("filing_objection", "5", {"objectionId": 1, "objection": "不属实"})
    assert played.tasks == ["investigate"]
    does(played, "investigate")
    assert "published" in played.waits
    played.fire("published")
    assert played.outcome.completed
    upheld = signed(at_city())
    upheld.hear("filing_objection", "5", {"objectionId": 1, "objection": "不属实"})
    does(upheld, "investigate", upheld=True)
    assert upheld.tasks == ["explain_refusal"]


def test_whatever_is_still_open_when_the_publicity_ends_is_looked_into_first() -> None:
    played = signed(at_city())
    played.services["registry.filings.close_publicity"] = {"objections": [{"id": 1, "text": "不属实"}]}
    played.fire("published")
    assert played.tasks == ["investigate"]


def test_an_enterprise_may_give_up_at_any_time() -> None:
    played = at_city()
    played.hear("filing_withdrawn", "5", {"withdrawal": {"reason": "项目调整", "by": "ent"}})
    assert played.outcome.completed
    assert "give_up" in played.path
