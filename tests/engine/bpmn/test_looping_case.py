"""One case that goes round for a hundred years: small, shallow, right in every turn, and closed in the end."""

import random
from datetime import timedelta
from typing import Any

from tests.engine.bpmn.play import Host, Play

FACTS: dict[str, Any] = {
    "enterprise": "桂示一二三四五六七八",
    "officer": "li",
    "due": "2026-04-01T17:30:00+08:00",
    "warnings": 0,
    "light": "green",
    "money": False,
    "people": False,
    "reached": False,
    "good": True,
    "yes": False,
}
TURNS = 400


def test_the_case_has_thirty_six_elements_or_more():
    assert len(Play("looping-case", FACTS).process.model.elements) >= 36


def test_four_hundred_quarters_stay_small_shallow_and_right_and_then_the_case_closes():
    chance = random.Random(400)
    host = Host()
    reminded: list[int] = []
    host.services["registry.remind"] = lambda _: reminded.append(1) or {}
    play = Play("looping-case", FACTS, host=host)
    sizes: list[int] = []
    warned = 0
    for _ in range(TURNS):
        play.trail.clear()
        colour = chance.choice(["green", "yellow", "red"])
        late = chance.random() < 0.3
        if late:
            before = len(reminded)
            play.pass_time(timedelta(days=45))
            # Both twins remind.
            assert len(reminded) == before + 2
        play.complete("monitor", light=colour)
        if colour != "green":
            warned += 1
            _go_through_the_measures(play, chance)
        assert play.at == ["next-quarter"]
        assert play.variables["warnings"] == warned
        sizes.append(len(play.stored.encode()))
        play.pass_time(timedelta(days=93))
        assert play.at == ["monitor", "monitor-late"]
        tree = play.kept._tree
        assert len(tree.tasks) == 3
        assert max(instance.level for instance in tree.tasks.values()) == 2
    assert max(sizes) < 1_000
    play.trail.clear()
    play.complete("monitor", light="red")
    play.complete("acknowledge")
    play.complete("coach", money=True, people=False, reached=True)
    _plan(play, ["plan", "talk-to-employee"])
    play.complete("help-money")
    play.complete("approve", yes=True)
    assert play.outcome.completed
    assert play.path[-2:] == ["closed", "looping_case"]


def _go_through_the_measures(play: Play, chance: random.Random) -> None:
    """One full turn: every join sees its branches in any order, some deadlines pass."""
    if chance.random() < 0.3:
        play.pass_time(timedelta(days=11))
        assert play.at == ["call-by-phone"]
        play.complete("call-by-phone")
    else:
        play.complete("acknowledge")
    if chance.random() < 0.3:
        play.pass_time(timedelta(days=31))
        assert play.at == ["coach"]
        assert "county-told" in play.path
    help_by = [name for name in ("money", "people") if chance.random() < 0.5]
    play.complete("coach", money="money" in help_by, people="people" in help_by, reached=False)
    for good in [False] * chance.randrange(2) + [True]:
        order = ["plan", "talk-to-employee"]
        chance.shuffle(order)
        _plan(play, order, good=good)
    order = [f"help-{name}" for name in help_by or ["none"]]
    assert play.at == sorted(order)
    chance.shuffle(order)
    for name in order:
        assert "help-join" not in play.path
        play.complete(name)
    assert play.path.count("help-join") == 1


def _plan(play: Play, order: list[str], *, good: bool = True) -> None:
    joins = play.path.count("plan-join")
    play.complete(order[0])
    assert play.at == [order[1]]
    play.complete(order[1])
    assert play.at == ["talk-to-manager"]
    assert play.path.count("plan-join") == joins + 1
    play.complete("talk-to-manager", good=good)


def test_a_full_case_holds_less_than_four_kilobytes_at_its_widest():
    play = Play("looping-case", FACTS)
    play.complete("monitor", light="red")
    play.complete("acknowledge")
    widest = len(play.stored.encode())
    play.complete("coach")
    assert max(widest, len(play.stored.encode())) < 4_000
