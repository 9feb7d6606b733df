"""The drawings of the joint lists and of a county's review walk their ways."""

from datetime import date

from tests.workflows.player import Player, Service
from tests.workflows.submissions import AGREE

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
