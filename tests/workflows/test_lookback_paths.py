"""The drawing of the look-back walks its ways: kept, relapsed, not drawn."""

from collections.abc import Mapping
from datetime import date

from tests.workflows.player import Player, Service

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


def test_a_sign_of_a_relapse_is_checked_at_once_by_the_city() -> None:
    for found, last in ((True, "registry.lookbacks.relapse"), (False, "registry.lookbacks.finish")):
        planned = {"lookbackId": 32, "drawn": True, "groups": ["CG"], "kind": "triggered", "signs": []}
        played = lookback({"registry.lookbacks.plan": planned})
        assert played.tasks == ["check_trigger"]
        assert played.task("check_trigger").candidate_groups == ("CG",)
        assert played.due("check_trigger") == date(2026, 7, 21)
        answer = {
            "date": "2026-07-01",
            "mode": "site",
            "relapse": found,
            "cause": "停止研发",
            "conclusion": "现场核查属实。",
        }
        played.complete("check_trigger", {"lookback": answer})
        assert played.outcome.completed
        assert played.called[-1][0] == last
        assert [given["month"] for name, given in played.called if name == "registry.lookbacks.record"] == [0]


def test_a_look_back_stops_when_another_has_found_the_relapse() -> None:
    played = lookback({"registry.lookbacks.withdraw": {}})
    played.hear("lookback_withdrawn", "21:regular")
    assert played.outcome.completed
    assert played.called[-1][0] == "registry.lookbacks.withdraw"
