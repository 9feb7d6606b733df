"""Conditions, transactions, loops, complex gateways, several tokens and triggers: one story each."""

from datetime import timedelta

import pytest

from engine.bpmn import parser, reader
from engine.bpmn.outcome import MessageWait
from engine.errors import ExecutionFailed
from tests.diagrams import sketch
from tests.engine.bpmn.play import Play, model

DAY = timedelta(days=1)


def answers(play: Play, **variables: object) -> None:
    """Delivers the message that the instance waits for, whichever of its events does."""
    wait = next(wait for wait in play.outcome.waits if isinstance(wait, MessageWait))
    play.push(lambda execution: execution.deliver_message(wait.element_instance_id, variables))


# --- conditional events -----------------------------------------------------------------------------------------------


def test_a_condition_is_waited_for_and_comes_with_the_variable_that_makes_it_true():
    play = Play("conditional-catch", {"score": 10})
    assert play.at == ["check", "enough"]
    play.complete("check", score=80)
    assert play.outcome.completed


def test_a_condition_that_holds_already_is_passed_at_once():
    assert Play("conditional-catch", {"score": 70}).at == ["check"]


def test_a_condition_over_unknown_variables_does_not_hold_and_does_no_harm():
    play = Play("conditional-catch")
    assert play.at == ["check", "enough"]
    play.push(lambda execution: execution.set_variables({"score": 60}))
    assert play.at == ["check"]


def test_a_condition_at_a_task_interrupts_it_or_stands_beside_it():
    play = Play("conditional-boundary", {"papers": [], "days": 0})
    play.push(lambda execution: execution.set_variables({"papers": ["a", "b", "c"]}))
    assert play.at == ["late", "more", "review"]
    assert play.cancelled == ["collect"]
    play.push(lambda execution: execution.set_variables({"days": 6}))
    assert play.at == ["late", "more", "remind", "review"]


def test_a_condition_that_stays_true_happens_once_and_again_only_after_it_was_false():
    play = Play("conditional-boundary", {"papers": [], "days": 6})
    assert play.at.count("remind") == 1
    play.push(lambda execution: execution.set_variables({"days": 7}))
    assert play.at.count("remind") == 1
    play.push(lambda execution: execution.set_variables({"days": 1}))
    play.push(lambda execution: execution.set_variables({"days": 9}))
    assert play.at.count("remind") == 2


def test_a_condition_interrupts_the_scope_around_as_soon_as_a_step_makes_it_true():
    play = Play("conditional-event-subprocess", {"n": 0})
    play.complete("work")
    assert play.at == ["red", "work"]
    play.complete("work")
    assert play.at == ["inspect"]
    play.complete("inspect")
    assert play.outcome.completed


def test_an_event_based_gateway_takes_the_condition_that_comes_first():
    play = Play("conditional-after-event-gateway", {"closed": False})
    play.complete("close", closed=True)
    assert play.at == ["a"]
    late = Play("conditional-after-event-gateway", {"closed": False})
    late.pass_time(3 * DAY)
    assert late.at == ["b", "close"]


# --- transactions -----------------------------------------------------------------------------------------------------


def test_a_cancelled_transaction_undoes_its_work_ends_what_still_runs_and_goes_on_at_its_cancel_event():
    play = Play("transaction")
    play.complete("book")
    assert play.at == ["pay", "wait-for-paper"]
    play.complete("pay", refused=True)
    assert play.at == ["cancel-booking"]
    assert "wait-for-paper" in play.cancelled
    play.complete("cancel-booking")
    assert play.at == ["apologise"]
    play.complete("apologise")
    assert play.outcome.completed


def test_a_transaction_that_is_not_cancelled_is_a_sub_process():
    play = Play("transaction")
    play.complete("book")
    play.complete("pay", refused=False)
    play.complete("wait-for-paper")
    assert play.at == ["celebrate"]


def test_nothing_follows_a_cancelled_transaction_without_a_cancel_event():
    play = Play("transaction-without-a-cancel-event")
    play.complete("pay")
    assert play.at == ["beside"]
    play.complete("beside")
    assert play.outcome.completed


def test_a_sub_process_may_say_itself_how_it_is_undone():
    play = Play("compensation-event-subprocess")
    play.complete("book")
    play.complete("judge")
    assert play.at == ["tell"]
    play.complete("tell")
    assert play.at == ["cancel-booking"]
    play.complete("cancel-booking")
    assert play.at == ["refund"]
    play.complete("refund")
    assert play.outcome.completed


# --- loops and numbers ------------------------------------------------------------------------------------------------


def test_a_loop_runs_again_while_its_condition_holds():
    play = Play("loop", {"result": ""})
    play.complete("try", result="no")
    assert play.at == ["try"]
    play.complete("try", result="ok")
    assert play.at == ["after"]


def test_a_loop_ends_at_its_maximum():
    play = Play("loop", {"result": ""})
    for _ in range(3):
        play.complete("try", result="no")
    assert play.at == ["after"]


@pytest.mark.parametrize(("n", "runs"), [(0, 3), (2, 1), (3, 0)])
def test_a_loop_that_asks_first_may_not_run_at_all(n, runs):
    play = Play("loop-tested-before", {"n": n})
    assert play.at == ["after"]
    assert play.path.count("count") == runs


def test_an_activity_runs_as_often_as_its_number_says():
    play = Play("multi-instance-by-number", {"signatures": 2})
    assert play.at == ["sign", "sign"]
    play.complete("sign")
    play.complete("sign")
    assert play.at == ["after"]
    assert Play("multi-instance-by-number", {"signatures": 0}).at == ["after"]


@pytest.mark.parametrize("number", [-1, "many", None, 1_001])
def test_a_number_of_runs_that_is_none_is_an_incident(number):
    with pytest.raises(ExecutionFailed, match="number of runs of sign"):
        Play("multi-instance-by-number", {"signatures": number})


# --- complex gateways -------------------------------------------------------------------------------------------------


def test_two_of_three_answers_are_enough_and_the_third_is_swallowed():
    play = Play("complex-gateway-in-a-loop")
    play.complete("first")
    assert play.at == ["second", "third"]
    play.complete("third")
    assert play.at == ["decide", "second"]
    play.complete("second")
    assert play.at == ["decide"]
    play.complete("decide", again=False)
    assert play.outcome.completed


def test_what_is_late_belongs_to_its_own_turn():
    play = Play("complex-gateway-in-a-loop")
    play.complete("first")
    play.complete("second")
    play.complete("decide", again=True)
    # The third answer of the first turn is still awaited beside the three of the second.
    assert play.at == ["first", "second", "third", "third"]
    play.complete("third")
    assert "decide" not in play.at
    play.complete("third")
    play.complete("first")
    assert play.at == ["decide", "second"]
    play.complete("second")
    play.complete("decide", again=False)
    assert play.outcome.completed


def test_a_complex_gateway_takes_every_flow_whose_condition_holds_else_the_default():
    assert Play("complex-gateway", {"all": True}).at == ["first", "second"]
    with_default = Play("complex-gateway", {"all": False})
    assert with_default.at == ["third"]
    with pytest.raises(ExecutionFailed, match="no longer come"):
        with_default.complete("third")


# --- several tokens, several triggers -----------------------------------------------------------------------------------


def test_an_activity_gives_and_takes_as_many_tokens_as_it_says():
    play = Play("several-tokens")
    play.complete("give")
    assert play.at == ["each", "each", "each"]
    play.complete("each")
    assert play.at == ["each", "each"]
    play.complete("each")
    assert play.at == ["each", "take"]
    play.complete("take")
    with pytest.raises(ExecutionFailed, match="take"):
        play.complete("each")


def test_any_of_several_triggers_is_enough_and_all_of_them_may_be_asked_for():
    play = Play("several-triggers", {"case": "C-1"})
    assert play.at == ["any", "any", "any"]
    answers(play, said="yes")
    assert play.at == ["all", "all"]
    assert play.variables["said"] == "yes"
    play.signal("s", loud=True)
    assert play.at == ["all"]
    answers(play, heard=1)
    assert play.at == ["stopped", "stopped", "work"]
    assert (play.variables["loud"], play.variables["heard"]) == (True, 1)
    play.pass_time(2 * DAY)
    assert play.at == ["stop"]
    assert play.cancelled == ["work"]


def test_an_event_throws_everything_it_says():
    play = Play("several-thrown")
    assert [signal.name for signal in play.outcome.signals] == ["s", "s"]
    assert [one.code for one in play.outcome.escalations] == ["late"]
    assert play.at == ["go", "heard", "one", "two"]


def test_an_event_definition_beside_the_processes_is_used_by_name():
    play = Play("shared-definition")
    play.pass_time(DAY)
    assert play.at == ["work"]


def test_a_receive_task_may_begin_a_run():
    process = parser.compile(model("begun-by-a-task"), "begun-by-a-task").model
    assert [(start.element_id, start.message_name) for start in process.message_starts] == [("receive", "request")]
    assert process.none_starts == ()
    play = Play("begun-by-a-task", {"from": "企业"}, start="receive")
    assert (play.at, play.variables) == (["work"], {"from": "企业"})


def test_a_signal_is_heard_in_its_own_instance_before_it_goes_on():
    play = Play("signal-inside")
    assert play.at == ["after"]
    assert [signal.name for signal in play.outcome.signals] == ["s"]


def test_an_ad_hoc_sub_process_may_run_its_elements_one_after_another():
    play = Play("ad-hoc-in-order")
    assert play.at == ["c"]
    play.complete("c")
    assert play.at == ["a"]
    play.complete("a")
    assert play.at == ["after"]


def test_conditions_behind_a_parallel_gateway_say_nothing_and_that_is_said():
    drawing = sketch.draw(
        "p",
        [sketch.start(), sketch.both("fork"), sketch.user("a"), sketch.user("b"), sketch.end()],
        "start -> fork -[=false]-> a -> end\nfork -> b -> end",
    )
    found = reader.read(drawing, resource="x").findings
    assert [(one.rule, one.severity, one.element_id) for one in found] == [("condition", "warning", "fork_a")]
    assert Play(drawing).at == ["a", "b"]


def test_a_task_beside_the_processes_is_a_process_that_call_activities_call():
    read = model("global-task")
    assert [process.id for process in read.processes] == ["global-task", "shared"]
    compiled = parser.compile(read, "shared")
    assert [element.kind for element in compiled.model.elements.values()] == ["userTask"]
