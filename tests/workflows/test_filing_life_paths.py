"""The drawings of an institution's life after its number walk their ways: review, promise, change, renewal, upgrade, revocation …"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tests import life_answers
from tests.workflows.player import Player, Service, decide

TODAY = date(2026, 6, 30)
SHOWN: dict[str, Any] = {
    "id": 9,
    "name": "研发中心",
    "number": "GXYF-S-4508-2026-00001",
    "level": "市级",
    "validUntil": "2026-09-30",
}


class Life(Player):
    """A run of one of these drawings that people answer as usual, unless told otherwise."""

    def does(self, element_id: str, **changes: Any) -> None:
        shown = {**self.variables, **self.task(element_id).variables}
        word, answer = life_answers.answer(self.model.id, element_id, shown, TODAY)
        self.complete(element_id, {word: {**answer, **changes}})


def review(**services: Service) -> Life:
    known: dict[str, Service] = {
        "registry.reviews.open": {
            "reviewId": 4,
            "cityGroups": ["CG"],
            "regionGroups": ["RG"],
            "review": {},
            "last": None,
        },
        "registry.reviews.submit": {"check": []},
        "registry.reviews.sample": {"sampled": False},
    }
    known |= {f"registry.reviews.{name}": service for name, service in services.items()}
    return Life("filing_review", {"institutionId": 9, "year": 2027}, known)


def test_a_review_that_nothing_is_wrong_with_passes() -> None:
    played = review()
    assert played.due("submit") == date(2027, 4, 30)
    played.does("submit")
    assert played.due("city_review") == date(2027, 5, 31)
    played.does("city_review")
    assert played.outcome.completed
    assert "passed" in played.path


def test_a_review_that_was_drawn_is_looked_at_by_the_region() -> None:
    played = review(sample={"sampled": True})
    played.does("submit")
    played.does("city_review")
    assert played.due("region_check") == date(2027, 6, 30)
    played.does("region_check")
    assert "passed" in played.path


def test_two_reminders_and_thirty_working_days_later_the_review_ends_in_a_revocation() -> None:
    played = review()
    assert [played.due(one) for one in ("remind_once", "remind_twice", "silent")] == [
        date(2027, 5, 3),
        date(2027, 5, 14),
        date(2027, 6, 25),
    ]
    played.fire("remind_once")
    played.fire("remind_twice")
    assert played.tasks == ["submit"], "a reminder takes nothing away"
    assert played.gave("registry.reviews.remind", round=2)
    played.fire("silent")
    assert "revoking" in played.path
    assert played.inputs_of("registry.reviews.fail")["opinion"]["trigger"] == "review"


def test_a_review_is_rectified_within_sixty_days_or_ends() -> None:
    played = review()
    played.does("submit")
    played.does("city_review", decision="rectify", opinion="设备台账缺失,补齐。")
    assert played.gave("registry.reviews.order", reviewId=4)
    assert played.variables["demand"] == "设备台账缺失,补齐。"
    played.does("rectify")
    played.does("recheck")
    assert "passed" in played.path
    late = review()
    late.does("submit")
    late.does("city_review", decision="rectify")
    late.fire("rectify_late")
    assert late.inputs_of("registry.reviews.fail")["opinion"]["trigger"] == "rectification"
    bad = review()
    bad.does("submit")
    bad.does("city_review", decision="rectify")
    bad.does("rectify")
    bad.does("recheck", decision="rectify")
    assert bad.inputs_of("registry.reviews.fail")["opinion"]["decision"] == "revoke"


def test_late_reviewers_are_replaced_by_their_leaders() -> None:
    played = review(sample={"sampled": True})
    played.does("submit")
    played.fire("city_late")
    assert played.tasks == ["city_leader"]
    played.does("city_leader")
    played.fire("region_late")
    played.does("region_leader", decision="revoke", opinion="场地已不存在。")
    assert "revoking" in played.path


def test_whatever_runs_about_an_institution_that_ended_stops() -> None:
    played = review()
    played.hear("institution_ended", "9", {"reason": "备案已注销"})
    assert played.outcome.completed
    assert "stopped" in played.path
    assert played.gave("registry.reviews.stop", institutionId=9, reason="备案已注销")


def promise(**services: Service) -> Life:
    known: dict[str, Service] = {
        "registry.promises.open": {
            "institutionId": 9,
            "cityGroups": ["CG"],
            "promise": {"item": "有场地", "declared": "75", "threshold": "80", "due": "2026-08-31"},
            "dueAt": "2026-08-31T17:30:00+08:00",
        },
        "registry.promises.prove": {"result": {}},
    }
    return Life("filing_promise", {"filingId": 3, "institutionId": 9}, known | dict(services))


def test_a_promise_is_proven_and_kept() -> None:
    played = promise()
    played.does("prove")
    assert played.due("check") == date(2026, 7, 7)
    played.does("check")
    assert "kept" in played.path


def test_a_promise_not_kept_has_thirty_days_more_and_then_is_broken() -> None:
    played = promise()
    played.fire("prove_late")
    assert played.tasks == ["prove_again"]
    assert played.due("prove_again") == date(2026, 9, 30)
    played.does("prove_again")
    played.does("recheck", decision="refuse", opinion="场地仍不足。")
    assert "broken" in played.path
    silent = promise()
    silent.does("prove")
    silent.does("check", decision="refuse", opinion="租约未签。")
    silent.fire("again_late")
    assert "broken" in silent.path


def change(**services: Service) -> Life:
    known: dict[str, Service] = {
        "registry.changes.open": {
            "countyGroups": ["XG"],
            "cityGroups": ["CG"],
            "institution": SHOWN,
            "counties": [{"label": "港南区", "value": "45/4508/450803"}],
            "change": {},
        },
        "registry.changes.submit": {"changes": [], "check": None},
    }
    return Life("filing_change", {"changeId": 2, "institutionId": 9}, known | dict(services))


def test_a_change_takes_the_county_three_and_the_city_five_working_days() -> None:
    played = change()
    played.does("describe")
    assert played.due("county_check") == date(2026, 7, 3)
    played.does("county_check")
    assert played.due("city_check") == date(2026, 7, 7)
    played.does("city_check")
    assert "changed" in played.path
    assert played.inputs_of("registry.changes.apply")["opinion"]["decision"] == "agree"


def test_a_change_is_returned_by_either_desk_refused_or_never_described() -> None:
    played = change()
    played.does("describe")
    played.does("county_check", decision="return", opinion="缺任命文件。")
    assert played.tasks == ["describe"]
    played.does("describe")
    played.does("county_check")
    played.does("city_check", decision="return", opinion="文件未盖章。")
    assert played.tasks == ["describe"]
    played.does("describe")
    played.does("county_check", decision="refuse", opinion="不属变更事项。")
    assert "refused" in played.path
    silent = change()
    silent.fire("never_described")
    assert "withdrawn" in silent.path


def test_a_late_county_is_passed_over_and_a_late_city_replaced_by_its_leader() -> None:
    played = change()
    played.does("describe")
    assert played.due("county_late") == date(2026, 7, 10)
    played.fire("county_late")
    assert played.tasks == ["city_check"]
    played.fire("city_late")
    played.does("city_leader", decision="refuse", opinion="负责人不在名单。")
    assert "refused" in played.path


def renewal(asked: bool = False, services: Mapping[str, Service] | None = None) -> Life:
    known: dict[str, Service] = {
        "registry.renewals.open": {"institution": SHOWN, "validUntil": "2026-09-30"},
        "registry.renewals.pending": {"pending": False},
        "registry.renewals.prolong": {"validUntil": "2026-10-28"},
    }
    return Life("filing_renewal", {"institutionId": 9, "asked": asked}, known | dict(services or {}))


def test_a_filing_is_renewed_in_time() -> None:
    played = renewal()
    assert played.due("no_answer") == date(2026, 9, 30), "midnight of Shanghai after the last day"
    played.does("answer")
    assert played.gave("registry.renewals.apply_renewal", institutionId=9)
    played.hear("institution_renewed", "9")
    assert "done" in played.path
    at_once = renewal(asked=True)
    assert at_once.tasks == []
    at_once.hear("institution_renewed", "9")
    assert "done" in at_once.path


def test_a_filing_nobody_renews_ends_on_its_day() -> None:
    silent = renewal()
    silent.fire("no_answer")
    silent.fire("expires")
    assert "expired" in silent.path
    unwilling = renewal()
    unwilling.does("answer", renew=False)
    unwilling.fire("expires")
    assert unwilling.gave("registry.renewals.expire", institutionId=9)


def test_a_renewal_that_an_office_still_looks_at_keeps_the_filing_in_force() -> None:
    answers = iter([True, False])
    played = renewal(services={"registry.renewals.pending": lambda _inputs: {"pending": next(answers)}})
    played.does("answer")
    played.fire("expires")
    assert played.gave("registry.renewals.prolong", institutionId=9)
    assert played.due("expires") == date(2026, 10, 28)
    played.fire("expires")
    assert "expired" in played.path


def upgrade(source: str = "self", **facts: Any) -> Life:
    values = {"level": "city", "state": "filed", "open_applications": 0, "months_filed": 3, "min_months_city_filed": 0}
    known: dict[str, Service] = {
        "registry.renewals.upgrade_facts": {"facts": {**values, **facts}, "institution": SHOWN},
    }
    return Life("filing_upgrade", {"institutionId": 9, "source": source}, known)


def test_an_upgrade_begins_an_application_when_nothing_stands_against_it() -> None:
    assert "asked" in upgrade().path
    refused: tuple[dict[str, Any], ...] = (
        {"level": "region"},
        {"state": "expired"},
        {"open_applications": 1},
        {"months_filed": 2, "min_months_city_filed": 3},
    )
    for against in refused:
        played = upgrade(**against)
        assert "not_eligible" in played.path
        assert played.inputs_of("registry.renewals.explain")["terms"]["reason"]


def test_an_invitation_to_upgrade_is_answered_freely() -> None:
    played = upgrade("invitation")
    played.does("answer")
    assert "asked" in played.path
    unwilling = upgrade("invitation")
    unwilling.does("answer", apply=False)
    assert "declined" in unwilling.path
    silent = upgrade("invitation")
    silent.fire("no_answer")
    assert "declined" in silent.path


def revocation(trigger: str = "false_data", **services: Service) -> Life:
    known: dict[str, Service] = {
        "registry.revocations.open": {
            "groups": ["CG"],
            "leaderGroups": ["CL"],
            "revocation": {**SHOWN, "why": "数据虚假", "facts": "名单不实"},
            "facts": {"trigger": trigger, "level": "city"},
        },
        "registry.revocations.notice": {"revocation": {**SHOWN, "why": "数据虚假", "facts": "名单不实"}},
    }
    return Life("filing_revoke", {"revocationId": 1, "institutionId": 9}, known | dict(services))


def test_a_filing_is_revoked_after_notice_statement_hearing_and_decision() -> None:
    played = revocation()
    played.does("prepare_notice")
    assert played.due("state") == date(2026, 7, 7)
    played.does("state", stance="object", text="名单无误,请求复核。", hearing=True)
    played.does("hold_hearing")
    played.does("decide")
    assert "revoked" in played.path
    assert played.inputs_of("registry.revocations.revoke")["route"]["reapply_months"] == 12


def test_silence_to_the_notice_gives_the_right_up_and_the_leader_may_keep_or_return() -> None:
    played = revocation()
    played.does("prepare_notice")
    played.fire("no_statement")
    played.does("decide", decision="return", opinion="事实不清,重新告知。")
    assert played.tasks == ["prepare_notice"]
    played.does("prepare_notice")
    played.does("state")
    played.does("decide", decision="keep", opinion="情节轻微,维持备案。")
    assert "kept" in played.path


def test_no_ground_late_officers_and_hearings_that_were_not_held_come_to_the_leader() -> None:
    drop = {"decision": "drop", "reason": "经核对名单属实。"}
    played = revocation()
    played.does("prepare_notice", **drop)
    assert played.tasks == ["decide"]
    late = revocation()
    late.fire("notice_late")
    late.does("leader_notice")
    late.does("state", stance="object", text="不认可。", hearing=True)
    late.fire("hearing_late")
    assert late.tasks == ["decide"]


def test_a_cancellation_takes_the_short_way() -> None:
    for trigger in ("request", "enterprise_cancelled", "merged"):
        played = revocation(trigger)
        played.does("confirm_cancellation")
        assert "cancelled" in played.path
    untrue = revocation("request")
    untrue.does("confirm_cancellation", decision="refuse", opinion="申请人无权代表企业。")
    assert "kept" in untrue.path
    late = revocation("request")
    late.fire("confirmation_late")
    assert late.tasks == ["decide"]


CANDIDATES = [
    {
        "id": 1,
        "enterprise": "甲",
        "name": "一",
        "score": 80,
        "priority": False,
        "filed_on": "2026-01-05",
        "level": "市级",
    },
    {
        "id": 2,
        "enterprise": "乙",
        "name": "二",
        "score": 80,
        "priority": True,
        "filed_on": "2026-03-05",
        "level": "市级",
    },
    {
        "id": 3,
        "enterprise": "丙",
        "name": "三",
        "score": 91,
        "priority": False,
        "filed_on": "2026-02-05",
        "level": "市级",
    },
]


def recognition(candidates: list[dict[str, Any]] | None = None, services: Mapping[str, Service] | None = None) -> Life:
    found = {"candidates": CANDIDATES if candidates is None else candidates}
    known: dict[str, Service] = {
        "registry.recognitions.open": {
            "groups": ["CG"],
            "leaderGroups": ["CL"],
            "call": {"title": "市级平台认定", "number": "RD-C-4508-2026-01", "places": 1, "level": "city"},
            "closesAt": "2026-07-31T17:30:00+08:00",
        },
        **{f"registry.recognitions.{name}": found for name in ("collect", "admit", "score", "rank")},
    }
    return Life("recognition", {"callId": 6}, known | dict(services or {}))


def test_a_recognition_is_ranked_by_score_and_only_a_tie_by_the_filing() -> None:
    played = recognition()
    played.fire("applications_close")
    played.does("examine")
    played.does("assess")
    ranked = played.inputs_of("registry.recognitions.rank")["ranked"]
    assert [one["id"] for one in ranked] == [3, 2, 1], (
        "the score first, then the filing that comes first, in no case points"
    )
    played.does("decide")
    assert played.due("publicity") == date(2026, 8, 7)
    played.fire("publicity")
    assert "recognised" in played.path


def test_a_recognition_without_candidates_ends_and_a_returned_one_is_scored_again() -> None:
    nobody = recognition([])
    nobody.fire("applications_close")
    assert "empty" in nobody.path
    excluded = recognition(services={"registry.recognitions.admit": {"candidates": []}})
    excluded.fire("applications_close")
    excluded.does("examine")
    assert "empty" in excluded.path
    again = recognition()
    again.fire("applications_close")
    again.does("examine")
    again.does("assess")
    again.does("decide", decision="return", opinion="评分依据不足。")
    assert again.tasks == ["assess"]


def test_the_priority_of_a_filing_follows_its_level() -> None:
    asked = [("city", "city"), ("city", "region"), ("region", "region"), ("region", "city")]
    found = [
        decide("recognition-order", "recognition-priority", {"call_level": one, "filing_level": other})
        for one, other in asked
    ]
    assert found == [True, True, True, False]


def test_the_white_list_is_confirmed_refused_or_left() -> None:
    def asked() -> Life:
        known: dict[str, Service] = {
            "registry.whitelist.open": {
                "proposal": {"name": "研发中心", "number": "GXYF-Q", "act": "列入", "reason": "优"}
            }
        }
        return Life("whitelist", {"institutionId": 9, "act": "on", "reason": "优", "askedBy": "rk"}, known)

    played = asked()
    played.does("confirm")
    assert "recorded" in played.path
    refused = asked()
    refused.does("confirm", decision="refuse", opinion="本批名额已满。")
    assert "refused" in refused.path
    late = asked()
    late.fire("confirm_late")
    assert "refused" in late.path


def test_two_years_without_activity_are_eight_confirmed_quarters_of_zero() -> None:
    def inactive(known: int, spent: int, months: int) -> bool:
        facts = {"quarters_known": known, "quarters_with_rd": spent, "months_filed": months}
        return bool(decide("filing-activity", "filing-activity", facts)["inactive"])

    assert inactive(8, 0, 24)
    assert not inactive(7, 0, 24)
    assert not inactive(8, 1, 24)
    assert not inactive(8, 0, 23)
