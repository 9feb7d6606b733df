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
