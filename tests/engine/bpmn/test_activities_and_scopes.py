"""Tasks, jobs, decisions, called processes, sub-processes, multi-instance and variables: one story each."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.bpmn.execution import Execution
from engine.bpmn.model import Form
from engine.errors import Conflict, ExecutionFailed, Invalid
from tests.engine.bpmn.play import BEGIN, Host, Play


def test_a_user_task_says_who_until_when_how_urgent_and_with_which_form():
    play = Play("user-task", {"officer": "li", "list": "L1", "deadline": "2026-02-10", "name": "桂示一"})
    task = play.wait("check")
    assert task.assignee == "li"
    assert task.candidate_groups == ("county", "L1")
    assert task.candidate_users == ("anna", "ben")
    assert task.due_date == datetime(2026, 2, 10, 15, 59, 59, tzinfo=UTC)
    assert task.follow_up_date == datetime(2026, 3, 1, 1, tzinfo=UTC)
    assert task.priority == 70
    assert task.form == Form("visit", "deployment")
    assert task.form_id == "visit"
    assert task.properties == {"four-eyes": "plan"}
    assert task.variables == {"enterprise": "桂示一"}


def test_a_user_task_can_be_completed_once():
    play = Play("user-task", {"officer": None, "list": "L1", "deadline": None, "name": "x"})
    task = play.wait("check")
    assert (task.assignee, task.due_date) == (None, None)
    play.complete("check")
    with pytest.raises(Conflict, match="open user task"):
        play.kept.complete_user_task(task.element_instance_id, {})


def test_a_user_task_whose_due_date_is_nonsense_is_an_incident():
    with pytest.raises(ExecutionFailed, match="due date of check"):
        Play("user-task", {"officer": "li", "list": "L1", "deadline": "tomorrow", "name": "x"})


def test_a_push_of_the_wrong_kind_is_refused():
    play = Play("boundary-timer")
    task, timer = play.wait("plan").element_instance_id, play.wait("late").element_instance_id
    for push in (
        lambda: play.kept.complete_user_task(timer, {}),
        lambda: play.kept.fire_timer(task),
        lambda: play.kept.deliver_message(task, {}),
        lambda: play.kept.complete_job(task, {}),
        lambda: play.kept.complete_user_task("999", {}),
        lambda: play.kept.throw_error(timer, "x"),
    ):
        with pytest.raises(Conflict):
            push()
    assert play.at == ["late", "plan"]


def test_a_job_waits_with_what_it_needs_and_its_result_goes_out_through_the_mapping():
    play = Play("job", {"bank": "north", "amount": Decimal("12.30")})
    job = play.wait("transfer")
    assert (job.job_type, job.retries, job.headers) == ("call.north", 3, {"kind": "fast"})
    assert job.variables == {"bank": "north", "amount": Decimal("12.30"), "sum": 24.6}
    play.finish("transfer", number="R-1")
    assert play.variables == {"bank": "north", "amount": Decimal("12.30"), "receipt": "R-1"}


def test_a_business_rule_task_asks_a_decision_and_keeps_its_reasons_for_history():
    host = Host()
    host.decisions["light"] = {"color": "yellow", "rule": 7}
    play = Play("business-rule", {"lag": -20}, host=host)
    assert host.asked == [("light", "deployment", {"lag": -20})]
    assert play.variables["light"] == {"color": "yellow", "rule": 7}
    detail = next(entry.detail for entry in play.trail if entry.element_id == "classify" and entry.what == "completed")
    assert detail["decision"] == "light"
    assert detail["explanation"] == {"rules": [1]}


def test_a_script_is_feel_and_exact():
    play = Play("script", {"amounts": [Decimal("0.1"), Decimal("0.2"), 0]})
    assert play.variables["third"] == 0.1


def test_a_called_process_is_another_instance_and_its_variables_come_back():
    play = Play("call-activity", {"kind": "first", "x": 1})
    call = play.wait("visit")
    assert (call.called_process_id, call.binding) == ("visit-first", "deployment")
    assert call.variables == {"kind": "first", "x": 1}
    play.finish("visit", result="good", x=2)
    assert play.variables == {"kind": "first", "x": 2, "result": "good"}


def test_a_called_process_gets_and_gives_only_what_is_mapped():
    play = Play("call-activity-mapped", {"name": "桂示一", "secret": 7})
    assert play.wait("visit").variables == {"enterprise": "桂示一"}
    play.finish("visit", result="good", other=1)
    assert play.variables == {"name": "桂示一", "secret": 7, "visited": "good"}


def test_a_sub_process_has_variables_of_its_own_and_lets_out_what_is_mapped():
    play = Play("subprocess-scope", {"code": 20})
    play.complete("inside", secret=50, seen=True)
    assert play.at == ["after"]
    assert play.variables == {"code": 20, "seen": True, "answer": 100}


def test_judges_vote_side_by_side_and_the_votes_stay_in_order():
    play = Play("multi-instance-parallel", {"judges": ["a", "b", "c"]})
    assert [play.wait("judge", number).variables["judge"] for number in range(3)] == ["a", "b", "c"]
    play.complete("judge", 2, vote="yes")
    play.complete("judge", 0, vote="no")
    assert play.at == ["judge"]
    play.complete("judge", 0, vote="yes")
    assert play.at == ["after"]
    assert play.variables["votes"] == ["no", "yes", "yes"]
    assert "vote" not in play.variables


def test_no_judges_no_votes():
    play = Play("multi-instance-parallel", {"judges": []})
    assert play.at == ["after"]
    assert play.variables["votes"] == []


def test_a_collection_that_is_no_list_is_an_incident():
    with pytest.raises(ExecutionFailed, match="to be a list"):
        Play("multi-instance-parallel", {"judges": "anna"})


def test_signatures_are_given_one_after_another_until_one_refuses():
    play = Play("multi-instance-sequential", {"signers": ["a", "b", "c"], "refused": False})
    assert play.wait("sign").variables == {"loopCounter": 1, "signer": "a"}
    play.complete("sign")
    assert play.wait("sign").variables == {"loopCounter": 2, "signer": "b"}
    play.complete("sign", refused=True)
    assert play.at == ["after"]
    assert play.path.count("sign") == 3


def test_a_boundary_event_of_a_multi_instance_task_ends_all_of_it():
    play = Play("multi-instance-sequential", {"signers": ["a", "b"], "refused": False})
    play.complete("sign")
    play.pass_time(timedelta(days=4))
    assert play.at == ["chase"]
    assert play.cancelled == ["sign", "sign"]


def test_multi_instance_sub_processes_run_again_in_every_turn_of_a_loop():
    play = Play("multi-instance-subprocess-in-a-loop", {"measures": ["x", "y"], "repeat": True, "result": None})
    for turn in range(3):
        assert play.at == ["do", "do"]
        play.complete("do", 1, result=turn)
        play.complete("do", 0, result=turn, repeat=turn < 2)
    assert play.outcome.completed
    assert play.variables["results"] == [{"id": "x", "result": 2}, {"id": "y", "result": 2}]


def test_branches_share_no_nested_value_and_a_join_loses_nothing():
    given = {"plan": {"goals": ["a"], "owner": None}, "owner": "li", "v": 0}
    play = Play("variables", given)
    given["plan"]["goals"].append("changed outside")
    play.complete("a", v=1)
    play.variables["plan"]["goals"].append("changed by a reader")
    play.complete("b", owner="wang")
    assert play.at == ["after"]
    assert play.variables == {"plan": {"goals": ["a"], "owner": "wang"}, "owner": "li", "v": 1}


@pytest.mark.parametrize("bad", [object(), {1: 2}, float("nan"), Decimal("Infinity"), {"x": {1, 2}}, "\ue0001", b"x"])
def test_variables_that_are_no_json_are_refused_before_anything_moves(bad):
    play = Play("boundary-timer")
    before = play.kept.dump()
    with pytest.raises(Invalid):
        play.kept.complete_user_task(play.wait("plan").element_instance_id, {"x": bad})
    assert play.kept.dump() == before


def test_variables_can_be_set_from_outside_and_an_instance_can_be_cancelled():
    play = Play("boundary-timer")
    play.push(lambda execution: execution.set_variables({"facts": {"a": Decimal("1.50")}}))
    assert play.variables == {"facts": {"a": Decimal("1.50")}}
    outcome = play.push(lambda execution: execution.cancel())
    assert outcome.cancelled
    assert play.cancelled == ["plan", "boundary_timer"]
    again = Execution.load(play.process, play.stored, host=play.host, now=BEGIN)
    assert again.outcome.cancelled
    with pytest.raises(Conflict):
        again.cancel()


def test_an_ad_hoc_sub_process_runs_what_is_wanted_until_it_is_settled():
    play = Play("ad-hoc", {"wanted": ["money", "experts"], "settled": False})
    assert play.at == ["experts", "money"]
    play.complete("experts")
    assert play.at == ["money", "report"]
    play.complete("report", settled=True)
    assert play.at == ["after"]
    assert play.cancelled == ["money"]


def test_an_ad_hoc_sub_process_that_wants_nothing_is_passed():
    assert Play("ad-hoc", {"wanted": [], "settled": False}).at == ["after"]


@pytest.mark.parametrize("wanted", [["tea"], "money", [1], ["report"], None])
def test_an_ad_hoc_sub_process_can_only_start_what_stands_in_it_without_a_flow_before(wanted):
    with pytest.raises(ExecutionFailed, match="among money, experts, visit"):
        Play("ad-hoc", {"wanted": wanted, "settled": False})


def test_an_ad_hoc_sub_process_that_is_never_settled_is_an_incident():
    play = Play("ad-hoc", {"wanted": ["money"], "settled": False})
    with pytest.raises(ExecutionFailed, match="still false"):
        play.complete("money")
