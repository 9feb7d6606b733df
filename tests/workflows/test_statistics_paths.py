"""The drawing of the statistics' word walks its ways: yes, no, never, and no longer asked."""

from datetime import date

from tests.workflows.player import Player

UNTIL = "2027-12-31T23:59:00+08:00"
SERVICES = {f"registry.statistics.{name}": {} for name in ("confirm", "deny", "expire")}


def statistics() -> Player:
    given = {"registry.statistics.open": {"until": UNTIL}, **SERVICES}
    return Player("statistics", {"closureId": 21, "itemId": 11, "caseId": 1}, given)


def test_the_official_figures_confirm_or_deny() -> None:
    for said, service in ((True, "confirm"), (False, "deny")):
        played = statistics()
        assert played.tasks == []
        played.hear("stat_confirmed", "21", {"year": 2026, "yes": said})
        assert played.outcome.completed
        assert played.called[-1][0] == f"registry.statistics.{service}"
        assert played.called[-1][1]["year"] == 2026


def test_without_a_word_until_the_end_of_the_next_year_the_item_is_marked() -> None:
    played = statistics()
    assert played.due("too_late") == date(2027, 12, 31)
    played.fire("too_late")
    assert played.called[-1][0] == "registry.statistics.expire"


def test_what_fell_back_waits_no_longer() -> None:
    played = statistics()
    played.hear("closure_reopened", "21")
    assert played.outcome.completed
    assert [name for name, _ in played.called] == ["registry.statistics.open"]
