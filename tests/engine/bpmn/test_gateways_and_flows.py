"""Gateways, joins and flows, one story each; every push is played with and without store and reload."""

import pytest

from engine.bpmn import reader
from engine.errors import ExecutionFailed, Undeployable
from tests.diagrams import sketch
from tests.engine.bpmn.play import Play


@pytest.mark.parametrize(("amount", "way"), [(500, "large"), (50, "medium"), (5, "small")])
def test_an_exclusive_gateway_takes_the_first_true_flow_and_else_the_default(amount, way):
    play = Play("exclusive-gateway", {"amount": amount})
    assert play.at == [way]
    play.complete(way)
    assert play.outcome.completed
    assert play.path == ["start", "choice", way, "end", "exclusive_gateway"]
    assert play.flows == ["start_choice", f"choice_{way}", f"{way}_end"]


def test_an_exclusive_gateway_without_a_way_out_is_an_incident_that_names_it():
    with pytest.raises(ExecutionFailed, match="choice_large") as caught:
        Play("exclusive-gateway-without-default", {"amount": 50})
    assert caught.value.element_id == "choice"


def test_a_condition_that_is_neither_true_nor_false_is_an_incident():
    with pytest.raises(ExecutionFailed, match="to be true or false") as caught:
        Play("exclusive-gateway-without-default", {"amount": "much"})
    assert caught.value.element_id == "choice"


def test_a_parallel_join_in_a_loop_waits_for_both_branches_in_either_order_every_time():
    play = Play("parallel-join-in-a-loop", {"repeat": True})
    for first, second in [("a", "b"), ("b", "a"), ("b", "a"), ("a", "b"), ("b", "a")]:
        assert play.at == ["a", "b"]
        play.complete(first)
        assert play.at == [second]
        play.complete(second)
    play.complete("a")
    play.complete("b", repeat=False)
    assert play.outcome.completed
    assert play.path.count("join") == 6


def test_a_parallel_join_whose_token_can_never_come_is_an_incident_not_silence():
    play = Play("parallel-join-starving")
    with pytest.raises(ExecutionFailed, match="can no longer come") as caught:
        play.complete("a")
    assert caught.value.element_id == "join"


@pytest.mark.parametrize(("chosen", "order"), [("ab", "ab"), ("ab", "ba"), ("a", "a"), ("b", "b"), ("", "c")])
def test_an_inclusive_join_waits_for_exactly_the_branches_that_were_taken(chosen, order):
    play = Play("inclusive-join-in-a-loop", {"a": "a" in chosen, "b": "b" in chosen, "repeat": False})
    assert play.at == sorted(chosen or "c")
    for branch in order:
        assert "join" not in play.path
        play.complete(branch)
    assert play.path.count("join") == 1
    assert play.outcome.completed


def test_an_inclusive_join_in_a_loop_is_right_in_every_turn():
    play = Play("inclusive-join-in-a-loop", {"a": True, "b": True, "repeat": True})
    for turn, (chosen, order) in enumerate([("ab", "ba"), ("a", "a"), ("ab", "ab"), ("", "c"), ("ab", "ba")]):
        assert play.at == sorted(chosen or "c")
        assert play.path.count("join") == turn
        following = [("ab", "ba"), ("a", "a"), ("ab", "ab"), ("", "c"), ("ab", "ba"), ("a", "a")][turn + 1][0]
        for branch in order:
            play.complete(branch, a="a" in following, b="b" in following)
    assert play.at == ["a"]
    play.complete("a", repeat=False)
    assert play.outcome.completed


def test_an_inclusive_join_goes_on_when_the_token_it_waits_for_leaves_another_way():
    play = Play("inclusive-join-and-a-detour", {"leave": True})
    play.complete("a")
    assert play.at == ["b"]
    play.complete("b")
    assert play.at == ["after"]


def test_an_inclusive_join_waits_while_a_detour_may_still_lead_to_it():
    play = Play("inclusive-join-and-a-detour", {"leave": False})
    play.complete("b")
    assert play.at == ["a"]
    play.complete("a")
    assert play.at == ["after"]


def test_an_event_based_gateway_shows_every_event_and_takes_the_first_to_come():
    play = Play("event-based-gateway", {"case": "C-1"})
    assert play.at == ["answered", "long", "short"]
    assert play.wait("answered").correlation_key == "C-1"
    assert (play.wait("long").due_at - play.wait("short").due_at).total_seconds() == 43 * 3600
    play.deliver("answered", text="yes")
    assert play.at == ["read"]
    assert play.variables["text"] == "yes"
    assert play.path == ["start", "wait", "answered"]


def test_two_timers_at_one_event_based_gateway_fire_at_their_own_times():
    play = Play("event-based-gateway", {"case": "C-1"})
    play.fire("long")
    assert play.at == ["escalate"]


def test_conditions_on_the_flows_out_of_a_task_choose_among_them():
    assert _after_a(3) == ["b", "c"]
    assert _after_a(2) == ["b"]
    assert _after_a(0) == ["d"]


def _after_a(x: int) -> list[str]:
    play = Play("flows-out-of-a-task")
    assert play.at == ["a"]
    play.complete("a", x=x)
    return play.at


def test_several_flows_out_of_a_task_and_several_into_an_end_are_all_walked():
    play = Play("several-flows-out")
    play.complete("a")
    assert play.at == ["b", "c"]
    play.complete("b")
    assert not play.outcome.completed
    play.complete("c")
    assert play.outcome.completed
    assert play.path.count("end") == 2


def test_a_link_leads_to_the_event_of_the_same_name():
    play = Play("link")
    play.complete("a")
    assert play.at == ["b"]
    assert play.path == ["start", "a", "off", "on"]


def test_a_circle_without_a_wait_is_stopped_by_the_budget_and_named():
    play = Play("runaway", {"n": 0, "limit": 200})
    assert play.variables["n"] == 200
    with pytest.raises(ExecutionFailed, match="runs in a circle") as caught:
        Play("runaway", {"n": 0, "limit": 400})
    assert caught.value.element_id in {"again", "count", "more"}


def test_a_long_automatic_run_leaves_nothing_in_the_tree():
    play = Play("runaway", {"n": 0, "limit": 5_000}, budget=100_000)
    assert play.variables["n"] == 5_000
    assert len(play.kept._tree.tasks) == 1


def test_a_condition_that_says_itself_that_it_is_feel_needs_no_equals_sign():
    elements = [sketch.start(), sketch.xor("x", "x_b"), sketch.user("a"), sketch.user("b")]
    marked = sketch.draw("p", elements, "start -> x -[=n > 3]-> a\nx -> b").replace(b"=n &gt; 3", b"n &gt; 3")
    with pytest.raises(Undeployable):
        reader.read(marked, resource="x.bpmn")
    language = b'language="https://www.omg.org/spec/DMN/20191111/FEEL/"'
    assert Play(
        marked.replace(b"<bpmn:conditionExpression", b"<bpmn:conditionExpression " + language), {"n": 4}
    ).at == ["a"]
    assert Play(marked.replace(b' id="definitions"', b' id="definitions" expressionLanguage="feel"'), {"n": 3}).at == [
        "b"
    ]
