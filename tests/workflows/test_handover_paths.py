"""The drawings of handover and spot check walk their ways."""

from datetime import date
from typing import Any

from tests.workflows.player import Player, Service

OPENED: dict[str, Any] = {
    "handoverId": 5,
    "countyGroups": ["XK"],
    "handover": {"predecessor": "甲", "successor": "", "reason": "调离", "count": 1, "refusal": "", "matters": []},
    "officers": [{"value": 7, "label": "乙"}],
    "predecessor": "lo",
    "successor": None,
}
MATTERS = {"handover": OPENED["handover"], "successor": "lo2", "signer": "predecessor"}
NAMED = {"successor": {"officer": 7}}
SIGNED = {"sign": {"agree": True}}


def handover(**services: Service) -> Player:
    known: dict[str, Service] = {
        "registry.handovers.open": OPENED,
        "registry.handovers.matters": MATTERS,
        "registry.handovers.note_silence": {"successorSign": {"agree": False, "reason": "逾期未签"}},
        "registry.handovers.refuse": {
            "successor": None,
            "handover": OPENED["handover"],
            "officers": OPENED["officers"],
        },
    }
    known |= {f"registry.handovers.{name}": service for name, service in services.items()}
    return Player("handover", {"handoverId": 5}, known)


def test_named_signed_by_both_transferred_and_told() -> None:
    played = handover()
    assert played.due("name_successor") == date(2026, 7, 3)
    played.complete("name_successor", NAMED)
    assert played.inputs_of("registry.handovers.matters")["chosen"]["officer"] == 7
    assert played.tasks == ["predecessor_signs", "successor_signs"]
    played.complete("successor_signs", SIGNED)
    played.complete("predecessor_signs", SIGNED)
    assert played.outcome.completed
    assert "handed_over" in played.path
    assert [name for name, _ in played.called][-2:] == ["registry.handovers.transfer", "send.handover"]


def test_who_was_named_at_the_start_is_not_asked_for_again() -> None:
    played = handover(open={**OPENED, "successor": "lo2"})
    assert played.tasks == ["predecessor_signs", "successor_signs"]


def test_a_silent_predecessor_and_one_who_is_gone_are_signed_for() -> None:
    played = handover()
    played.complete("name_successor", NAMED)
    played.fire("predecessor_silent")
    assert played.tasks == ["county_signs", "successor_signs"]
    gone = handover(matters={**MATTERS, "signer": "county"})
    gone.complete("name_successor", NAMED)
    assert gone.tasks == ["county_signs", "successor_signs"]


def test_silence_of_the_successor_asks_for_another_one() -> None:
    played = handover()
    played.complete("name_successor", NAMED)
    played.complete("predecessor_signs", SIGNED)
    played.fire("successor_silent")
    assert played.tasks == ["name_successor"]
    assert played.gave("registry.handovers.refuse", handoverId=5)


def test_a_late_county_is_helped_by_the_lowest_load_and_then_by_its_leader() -> None:
    played = handover(suggest={"suggested": True, "chosen": {"officer": 7}, "officers": OPENED["officers"]})
    assert played.due("naming_late") == date(2026, 7, 7)
    played.fire("naming_late")
    assert played.tasks == ["predecessor_signs", "successor_signs"]
    nobody = handover(suggest={"suggested": False, "chosen": None, "officers": OPENED["officers"]})
    nobody.fire("naming_late")
    nobody.complete("leader_names", {"successor": {"by": "officer", "officer": 7}})
    assert nobody.tasks == ["predecessor_signs", "successor_signs"]
    nobody = handover(suggest={"suggested": False, "chosen": None, "officers": []})
    nobody.fire("naming_late")
    nobody.complete("leader_names", {"successor": {"by": "county"}})
    assert "kept_by_county" in nobody.path


CHECK: dict[str, Service] = {
    "registry.spotchecks.open": {
        "spotCheckId": 3,
        "groups": ["XK", "SUP"],
        "checked": {"date": "2026-06-20", "by": "甲", "people": "韦总", "content": "走访"},
    }
}


def spot_check() -> Player:
    return Player("spot_check", {"spotCheckId": 3}, CHECK)


def test_a_real_visit_ends_the_check_and_a_false_one_is_decided() -> None:
    played = spot_check()
    assert played.due("phone_check") == date(2026, 7, 21)
    played.complete("phone_check", {"check": {"result": "unreached", "finding": "三次无人接听"}})
    assert played.outcome.completed
    played = spot_check()
    finding = {"result": "false", "person": "韦总", "phone": "0775-1", "finding": "企业称未到访过"}
    played.complete("phone_check", {"check": finding})
    assert played.tasks == ["decide_false_visit"]
    played.complete("decide_false_visit", {"settle": {"decision": "revisit", "opinion": "限期补访一次"}})
    assert played.gave("registry.spotchecks.settle", spotCheckId=3)
    assert played.outcome.completed


def test_a_check_that_nobody_makes_ends() -> None:
    played = spot_check()
    played.fire("check_late")
    assert played.gave("registry.spotchecks.mark_unchecked", spotCheckId=3)
    assert played.outcome.completed
