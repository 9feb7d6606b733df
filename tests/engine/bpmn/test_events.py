"""Boundary events, event sub-processes, messages, signals, timers, errors: one story each."""

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.bpmn.outcome import ThrownMessage, ThrownSignal
from engine.errors import Conflict, ExecutionFailed, Forbidden, NotFound
from tests.engine.bpmn.play import BEGIN, Host, Play, fails_with


def test_a_boundary_timer_interrupts_a_task_that_takes_too_long():
    play = Play("boundary-timer")
    assert play.wait("late").due_at == BEGIN + timedelta(days=3)
    play.pass_time(timedelta(days=2))
    assert play.at == ["late", "plan"]
    play.pass_time(timedelta(days=2))
    assert play.at == ["chase"]
    assert play.cancelled == ["plan"]


def test_a_boundary_timer_is_gone_when_the_task_is_done_in_time():
    play = Play("boundary-timer")
    timer = play.wait("late").element_instance_id
    play.complete("plan")
    assert play.outcome.completed
    with pytest.raises(Conflict, match="an armed timer"):
        play.kept.fire_timer(timer)


def test_a_boundary_cycle_reminds_as_often_as_drawn_and_leaves_the_task_alone():
    play = Play("boundary-timer-cycle")
    assert play.wait("remind").remaining == 3
    play.pass_time(timedelta(days=10))
    assert play.at == ["plan", "tell", "tell", "tell"]
    assert [play.wait("tell", number).job_type for number in range(3)] == ["send.reminder"] * 3
    for _ in range(3):
        play.finish("tell")
    play.complete("plan")
    assert play.outcome.completed


def test_a_cycle_that_was_not_heard_for_days_fires_once_for_all_and_says_so():
    play = Play("boundary-timer-cycle")
    play.sleep(timedelta(days=2, hours=1))
    play.fire("remind")
    assert play.at == ["plan", "remind", "tell"]
    assert play.wait("remind").remaining == 1
    assert play.wait("remind").due_at == BEGIN + timedelta(days=3)
    assert next(e.detail for e in play.trail if e.element_id == "remind" and e.what == "completed")["missed"] == 1


def test_a_message_on_a_boundary_that_does_not_interrupt_is_heard_more_than_once():
    play = Play("boundary-message", {"case": "C-1"})
    subscription = play.wait("note").element_instance_id
    play.deliver("note", text="first")
    play.deliver("note", text="second")
    assert play.wait("note").element_instance_id == subscription
    assert play.at == ["note", "plan", "read", "read", "withdrawn"]
    assert play.variables["remark"] == "second"
    assert "text" not in play.variables
    play.deliver("withdrawn")
    assert play.at == ["read", "read"]
    assert play.cancelled == ["plan"]


def test_an_error_of_a_service_goes_to_the_boundary_event_of_its_code_or_to_the_one_for_all():
    host = Host()
    host.services["registry.file"] = fails_with("refused", reason="no seal")
    play = Play("boundary-error", host=host)
    assert play.at == ["correct"]
    assert play.variables["reason"] == "no seal"
    assert play.cancelled == ["file"]
    host.services["registry.file"] = fails_with("unknown")
    assert Play("boundary-error", host=host).at == ["repair"]


def test_an_error_of_a_job_that_runs_elsewhere_is_caught_in_the_same_way():
    play = Play("call-activity", {"kind": "first"})
    play.throw("visit", "no-entry", reason="closed")
    assert play.at == ["again"]
    assert play.variables["reason"] == "closed"


def test_an_error_end_event_leaves_the_sub_process_by_its_boundary():
    play = Play("error-end-event", {"ok": False})
    play.complete("look")
    assert play.at == ["mend"]
    assert play.cancelled == ["bad", "inspect"]
    play.complete("mend")
    assert play.outcome.completed


def test_an_error_that_nothing_catches_ends_the_instance_and_says_where_it_came_from():
    play = Play("error-uncaught")
    outcome = play.complete("look")
    assert outcome.cancelled
    assert not outcome.completed
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.element_id) == ("fault", "bad")


def test_an_escalation_calls_for_help_while_the_work_goes_on():
    play = Play("escalation")
    assert play.at == ["help", "look"]
    play.complete("help")
    play.complete("look")
    assert play.outcome.completed


def test_a_signal_is_heard_by_whoever_listens_and_by_nobody_else():
    play = Play("boundary-signal")
    play.signal("something-else")
    assert play.at == ["plan", "rules-changed"]
    play.signal("rules", version=2)
    assert play.at == ["adapt"]
    assert play.variables["version"] == 2


def test_a_signal_that_is_thrown_goes_out_with_its_local_variables():
    play = Play("signal")
    assert play.outcome.signals == (ThrownSignal("shout", "3", "alarm", {"level": 3}),)
    assert play.at == ["hear"]
    play.signal("alarm")
    assert play.outcome.completed


def test_an_event_sub_process_answers_questions_beside_the_work():
    play = Play("event-subprocess-message", {"case": "C-1"})
    assert play.at == ["asked", "work"]
    play.deliver("asked", question="when?")
    play.deliver("asked", question="where?")
    assert play.at == ["answer", "answer", "asked", "work"]
    play.complete("work")
    assert play.at == ["answer", "answer", "asked"]
    play.complete("answer")
    play.complete("answer")
    assert play.outcome.completed


def test_an_event_sub_process_that_interrupts_takes_over_the_whole_process():
    play = Play("event-subprocess-timer")
    play.pass_time(timedelta(days=31))
    assert play.at == ["take-over"]
    assert play.cancelled == ["work"]
    play.complete("take-over")
    assert play.outcome.completed


def test_an_event_sub_process_that_never_happened_does_not_keep_the_process_open():
    play = Play("event-subprocess-timer")
    play.complete("work")
    assert play.outcome.completed


def test_an_error_event_sub_process_waits_for_the_error_and_not_for_the_start():
    host = Host()
    play = Play("event-subprocess-error", host=host)
    assert play.outcome.completed
    host.services["registry.compute"] = fails_with("broken")
    play = Play("event-subprocess-error", host=host)
    assert play.at == ["repair"]
    play.complete("repair")
    assert play.outcome.completed


def test_event_sub_processes_inside_a_sub_process_live_and_die_with_it():
    play = Play("event-subprocess-nested")
    assert play.at == ["cycle", "stopped", "work"]
    play.pass_time(timedelta(days=2, minutes=1))
    assert play.at == ["cycle", "report", "report", "stopped", "work"]
    play.signal("halt")
    assert play.at == ["tidy"]
    assert play.cancelled == ["work", "report", "inner", "report", "inner"]
    play.complete("tidy")
    assert play.at == ["after"]


def test_the_same_event_sub_process_runs_in_another_instance_of_the_shared_definition():
    first = Play("event-subprocess-nested")
    first.signal("halt")
    second = Play("event-subprocess-nested")
    second.kept._process = first.process
    assert second.at == ["cycle", "stopped", "work"]


def test_messages_are_waited_for_by_name_and_key_both_evaluated():
    play = Play("message-catch", {"case": 17, "kind": "final"})
    assert (play.wait("wait").message_name, play.wait("wait").correlation_key) == ("answer", "17")
    play.deliver("wait", answer=42)
    assert play.wait("receive").message_name == "letter-final"
    play.deliver("receive")
    assert play.outcome.completed
    assert play.variables == {"case": 17, "kind": "final", "answer": 42}


def test_a_message_without_a_key_to_correlate_by_is_an_incident():
    with pytest.raises(ExecutionFailed, match="correlation key"):
        Play("message-catch", {})


def test_messages_go_out_by_publishing_or_as_a_job():
    play = Play("message-throw", {"case": "C-1", "words": "hello"})
    assert play.outcome.messages == (
        ThrownMessage("tell", "3", "news", "C-1", {"text": "hello"}, "mC-1", timedelta(hours=1)),
    )
    job = play.wait("send")
    assert (job.job_type, job.retries, job.headers) == ("send.letter", 5, {"template": "warning"})
    outcome = play.finish("send")
    assert [message.element_id for message in outcome.messages] == ["end"]
    assert outcome.completed


def test_a_timer_waits_for_a_moment_and_then_for_a_calendar_month():
    play = Play("timer-catch", {"opening": "2026-01-31T08:00:00+08:00"})
    assert play.wait("until").due_at == datetime(2026, 1, 31, tzinfo=UTC)
    play.pass_time(timedelta(days=26))
    assert play.wait("pause").due_at == datetime(2026, 2, 28, tzinfo=UTC)
    play.pass_time(timedelta(days=40))
    assert play.outcome.completed


def test_a_timer_that_is_no_time_is_an_incident_that_names_the_event():
    with pytest.raises(ExecutionFailed, match="cannot be armed") as caught:
        Play("timer-catch", {"opening": "soon"})
    assert caught.value.element_id == "until"


def test_a_terminate_end_event_ends_its_own_scope_only():
    play = Play("terminate")
    assert play.at == ["other", "x", "y"]
    play.complete("x")
    assert play.at == ["after", "other"]
    assert play.cancelled == ["y"]
    play.complete("after")
    assert play.outcome.completed
    assert play.cancelled == ["y", "other"]


@pytest.mark.parametrize("start", [None, "by-message", "by-timer", "by-signal"])
def test_a_process_starts_at_the_start_event_that_was_triggered(start):
    play = Play("starts", {"x": 1}, start=start)
    assert play.at == ["a"]
    assert play.variables == {"x": 1}
    assert play.path == [start or "start"]


def test_a_start_event_that_is_not_there_is_not_found():
    with pytest.raises(NotFound, match="no start event nowhere"):
        Play("starts", start="nowhere")


def test_what_starts_a_process_can_be_read_from_the_model():
    drawn = Play("starts").process.model
    assert [(start.element_id, start.message_name) for start in drawn.message_starts] == [("by-message", "application")]
    assert [(start.element_id, start.signal_name) for start in drawn.signal_starts] == [("by-signal", "alarm")]
    assert [start.timer.expression for start in drawn.timer_starts] == ["R/2026-01-01T08:00:00+08:00/P3M"]
    assert drawn.none_starts == ("start",)


def test_the_deadline_of_a_sub_process_outlives_an_interruption_inside_it():
    play = Play("boundary-of-an-interrupted-subprocess")
    play.signal("halt")
    assert play.at == ["late", "tidy"]
    play.pass_time(timedelta(days=4))
    assert play.at == ["chase"]


def test_what_fails_in_a_service_or_decision_is_an_incident_at_its_element():
    with pytest.raises(ExecutionFailed, match="there is no decision light") as caught:
        Play("business-rule", {"lag": 1})
    assert caught.value.element_id == "classify"
    host = Host()
    host.services["registry.file"] = lambda _: {"day": date(2026, 1, 5)}
    with pytest.raises(ExecutionFailed, match="of type date cannot be a variable") as caught:
        Play("boundary-error", host=host)
    assert caught.value.element_id == "file"


def test_what_a_service_refuses_goes_to_the_caller_as_it_is():
    host = Host()

    def refuse(_: object) -> dict[str, object]:
        raise Forbidden("not the same person twice")

    host.services["registry.file"] = refuse
    with pytest.raises(Forbidden, match="not the same person twice"):
        Play("boundary-error", host=host)


def test_an_escalation_that_a_called_process_does_not_catch_is_handed_to_its_caller():
    called = Play("escalation-uncaught")
    assert called.at == ["look"]
    (unheard,) = called.outcome.escalations
    assert (unheard.code, unheard.variables) == ("help", {"why": "no car"})
    caller = Play("escalation-from-a-called-process")
    call = caller.wait("visit").element_instance_id
    caller.push(lambda execution: execution.throw_escalation(call, unheard.code, unheard.variables))
    assert caller.at == ["help", "visit"]
    assert caller.variables["why"] == "no car"


def test_what_was_done_is_undone_last_first_inside_sub_processes_too():
    play = Play("compensation")
    for element_id in ("book", "pay", "pack"):
        play.complete(element_id)
    assert play.at == ["decide"]
    play.complete("decide", sorry=True)
    assert play.at == ["unpack"]
    assert play.kept._tree.tasks[play.wait("unpack").element_instance_id].sees()["bag"] == "red"
    play.complete("unpack")
    assert play.at == ["refund"]
    play.complete("refund", money="back")
    assert play.at == ["cancel-booking"]
    play.complete("cancel-booking")
    assert play.at == ["after"]
    play.complete("after")
    assert play.outcome.completed
    assert play.variables == {"sorry": True, "money": "back"}


def test_what_was_never_done_or_needs_no_undoing_is_left_alone():
    play = Play("compensation")
    for element_id in ("book", "pay", "pack"):
        play.complete(element_id)
    play.complete("decide", sorry=False)
    assert play.outcome.completed


def test_a_compensation_of_one_activity_undoes_that_one_before_the_end():
    play = Play("compensation-of-one")
    play.complete("book")
    play.complete("pay")
    assert play.at == ["cancel-booking"]
    play.complete("cancel-booking")
    assert play.outcome.completed
    assert play.path[-3:] == ["cancel-booking", "end", "compensation_of_one"]
