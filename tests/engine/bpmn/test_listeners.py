"""Listeners of elements and of user tasks: heard in their order, waited for, with what they give, correct or deny."""

from datetime import timedelta

import pytest

from engine.bpmn import reader
from engine.bpmn.outcome import JobWait, TimerWait, UserTaskWait
from engine.errors import Conflict, ExecutionFailed, Invalid, Undeployable
from tests.diagrams import sketch
from tests.engine.bpmn.play import Host, Play, fails_with

DAY = timedelta(days=1)


class Ears(Host):
    """Services that write down when they are asked, with which headers, and answer what the test says."""

    def __init__(self, **answers: dict[str, object]) -> None:
        super().__init__()
        self.answers = {name.replace("_", "-"): answer for name, answer in answers.items()}
        self.heard: list[str] = []
        self.saw: dict[str, dict[str, object]] = {}
        self.told: dict[str, dict[str, str]] = {}

    def call_service(self, job_type, headers, inputs, *, element_id, element_instance_id):
        name = job_type.removeprefix("registry.")
        self.heard.append(name)
        self.saw[name], self.told[name] = dict(inputs), dict(headers)
        if name in self.services:
            return self.services[name](inputs)
        return self.answers.get(name, {})


def listening(**answers: dict[str, object]) -> tuple[Play, Ears]:
    ears = Ears(**answers)
    # Play plays every push twice.
    return Play("listeners", {"wait": "P9D", "size": 1}, host=ears), ears


def test_listeners_are_heard_in_their_order_around_what_an_element_does():
    play, ears = listening()
    assert ears.heard == ["opened", "started", "prepare", "look"]
    play.complete("check", answer="yes")
    assert ears.heard[4:7] == ["after", "last", "measure"]
    play.complete("small")
    assert ears.heard[-4:] == ["part", "closing", "parted", "closed"]
    assert play.outcome.completed


def test_a_start_listener_comes_after_the_inputs_and_gives_local_variables_that_expressions_may_use():
    play, ears = listening(prepare={"wait": "P2D", "seen": 1})
    assert ears.saw["prepare"]["mine"] == "in"
    assert ears.saw["look"]["seen"] == 1
    late = play.wait("late")
    assert isinstance(late, TimerWait)
    assert late.due_at == play.now + 2 * DAY
    assert play.variables == {"wait": "P9D", "size": 1}


def test_an_end_listener_sees_the_outputs_and_gives_variables_to_the_scope_around():
    play, ears = listening(after={"size": 9, "noted": True})
    play.complete("check", answer="yes")
    assert ears.saw["after"]["result"] == "yes"
    assert ears.saw["last"]["noted"] is True
    assert play.variables["size"] == 9
    assert play.at == ["big"]


def test_a_start_listener_of_a_gateway_decides_which_way_it_goes():
    play, _ = listening(measure={"size": 5})
    play.complete("check", answer="yes")
    assert play.at == ["big"]
    assert play.variables["size"] == 1


def test_a_boundary_event_and_a_process_are_listened_to_as_well():
    play, ears = listening(opened={"wait": "P1D"})
    play.pass_time(DAY)
    assert "was-late" in ears.heard
    assert "after" not in ears.heard
    assert ears.heard[-1] == "closed"
    assert play.outcome.completed


def test_a_listener_cannot_throw_what_the_drawing_catches():
    ears = Ears()
    ears.services["prepare"] = fails_with("broken")
    with pytest.raises(ExecutionFailed, match=r"registry\.prepare of check threw the error broken"):
        Play("listeners", {"wait": "P9D", "size": 1}, host=ears)


# --- listeners that are jobs --------------------------------------------------------------------------------------------


def job(play: Play) -> tuple[str, str, str]:
    (wait,) = play.outcome.waits
    assert isinstance(wait, JobWait)
    return wait.element_id, wait.job_type, wait.listener


def test_an_element_waits_for_the_jobs_of_its_listeners_one_after_another():
    play = Play("listeners-as-jobs", {"key": "k", "due": None})
    assert job(play) == ("listeners-as-jobs", "call.opened", "start")
    play.finish("listeners-as-jobs", due="2026-03-01")
    assert job(play) == ("check", "call.prepare", "start")
    assert play.wait("check").retries == 5
    with pytest.raises(Conflict):
        play.complete("check")
    play.finish("check", due="2026-04-01")
    assert job(play) == ("check", "call.look", "start")
    play.finish("check")
    assert play.at == ["check", "late"]
    task = play.wait("check")
    assert isinstance(task, UserTaskWait)
    assert task.due_date is not None
    assert task.due_date.date().isoformat() == "2026-04-01"
    play.complete("check", answer=1)
    assert job(play) == ("check", "call.after", "end"), "the boundary event is no longer armed"
    play.finish("check", after=2)
    assert play.variables == {"key": "k", "due": "2026-03-01", "answer": 1, "after": 2}


def test_events_behind_a_gateway_calls_and_the_process_itself_wait_for_their_listeners():
    play = Play("listeners-as-jobs", {"key": "k", "due": None})
    for element in ("listeners-as-jobs", "check", "check"):
        play.finish(element)
    play.complete("check")
    play.finish("check")
    assert job(play) == ("either", "call.meet", "start")
    play.finish("either")
    assert play.at == ["answer", "day"]
    play.deliver("answer", said="yes")
    assert job(play) == ("answer", "call.before-answer", "start")
    play.finish("answer")
    assert job(play) == ("answer", "call.answered", "end")
    assert play.variables["said"] == "yes"
    play.finish("answer")
    assert job(play) == ("other", "call.before-other", "start")
    play.finish("other")
    assert play.outcome.called == {play.wait("other").element_instance_id}
    play.finish("other")
    assert job(play) == ("listeners-as-jobs", "call.closed", "end")
    play.finish("listeners-as-jobs")
    assert play.outcome.completed


def test_the_job_of_a_listener_that_throws_an_error_has_failed():
    play = Play("listeners-as-jobs", {"key": "k", "due": None})
    with pytest.raises(ExecutionFailed, match="threw the error broken"):
        play.kept.throw_error(play.wait("listeners-as-jobs").element_instance_id, "broken")


def test_what_waits_for_a_listener_is_cancelled_like_anything_else():
    play = Play("listeners-as-jobs", {"key": "k", "due": None})
    play.finish("listeners-as-jobs")
    play.push(lambda execution: execution.cancel())
    assert play.cancelled == ["check", "listeners-as-jobs"]


# --- listeners of user tasks --------------------------------------------------------------------------------------------


def planning(who: str | None = "anna", **answers: dict[str, object]) -> tuple[Play, Ears]:
    ears = Ears(**answers)
    return Play("task-listeners", {"who": who, "key": "k"}, host=ears), ears


def test_a_new_user_task_is_created_and_assigned_before_the_ears_of_its_listeners():
    play, ears = planning()
    assert ears.heard == ["creating", "creating-too", "assigning"]
    assert ears.told["creating"] == {
        "page": "7",
        "io.camunda.zeebe:action": "create",
        "io.camunda.zeebe:assignee": "anna",
        "io.camunda.zeebe:candidateGroups": "office",
        "io.camunda.zeebe:dueDate": "2026-02-01T15:59:59+00:00",
        "io.camunda.zeebe:listenerEventType": "creating",
        "io.camunda.zeebe:priority": "40",
    }
    assert play.at == ["plan", "withdrawn"]
    nobody, ears = planning(who=None)
    assert ears.heard == ["creating", "creating-too"]
    assert nobody.wait("plan").assignee is None


def test_creating_listeners_correct_the_task_and_the_next_one_sees_it():
    corrections = {
        "priority": 80,
        "dueDate": "2026-03-01",
        "candidateGroups": [],
        "candidateUsers": ["li"],
        "followUpDate": None,
    }
    play, ears = planning(creating={"corrections": corrections})
    assert ears.told["creating-too"]["io.camunda.zeebe:priority"] == "80"
    task = play.wait("plan")
    assert (task.priority, task.candidate_groups, task.candidate_users) == (80, (), ("li",))
    assert task.due_date.date().isoformat() == "2026-03-01"


def test_an_assigning_listener_corrects_the_assignee_or_denies_him():
    play, _ = planning(assigning={"corrections": {"assignee": "bo"}})
    assert play.wait("plan").assignee == "bo"
    play, _ = planning(assigning={"denied": True, "deniedReason": "she is away"})
    assert play.wait("plan").assignee is None


def test_a_completing_listener_sees_what_was_submitted_and_may_deny_it_with_a_reason():
    play, ears = planning(completing={"denied": True, "deniedReason": "the plan has no date"})
    with pytest.raises(Invalid, match="this was not accepted: the plan has no date"):
        play.kept.complete_user_task(play.wait("plan").element_instance_id, {"plan": 1})
    assert ears.saw["completing"]["plan"] == 1
    play, _ = planning()
    play.complete("plan", plan=2)
    assert play.variables["plan"] == 2


def test_a_canceling_listener_is_heard_when_an_event_withdraws_the_task():
    play, ears = planning()
    play.deliver("withdrawn")
    assert ears.heard[-1] == "canceling"
    assert play.cancelled == ["plan"]
    assert play.outcome.completed


def test_a_creating_listener_that_is_a_job_lets_the_task_wait_until_it_has_answered():
    play, _ = planning()
    play.complete("plan")
    assert job(play) == ("next", "call.creating", "creating")
    play.finish("next", corrections={"assignee": "li"})
    assert play.wait("next").assignee == "li"
    play.complete("next")
    assert play.outcome.completed


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"creating": {"a": 1}}, "sets no variables, but it gave a"),
        ({"creating": {"denied": True}}, "cannot deny the event creating"),
        ({"creating": {"corrections": {"assignee": "li"}}}, "cannot replace the assignee that the drawing names"),
        ({"creating": {"corrections": {"name": "li"}}}, "cannot correct name"),
        ({"creating": {"corrections": {"priority": 101}}}, "corrects priority to 101"),
        ({"creating": {"corrections": {"dueDate": "soon"}}}, "corrects dueDate to soon"),
        ({"creating": {"corrections": {"candidateUsers": "li"}}}, "corrects candidateUsers to li"),
        ({"creating": {"corrections": 7}}, "must be a context"),
    ],
)
def test_an_answer_that_no_listener_of_a_user_task_may_give_is_an_incident(answers, why):
    with pytest.raises(ExecutionFailed, match=why):
        planning(**answers)


# --- what is refused ----------------------------------------------------------------------------------------------------


def refused(element: str, more: tuple[str, ...] = (), flows: str = "start -> x\nx -> end") -> set[tuple[str, str]]:
    source = sketch.draw("p", [sketch.start(), element, *more, sketch.end()], flows, [sketch.an_error("e")])
    with pytest.raises(Undeployable) as caught:
        reader.read(source, resource="x.bpmn")
    return {(finding.rule, finding.element_id) for finding in caught.value.findings}


@pytest.mark.parametrize(
    ("element", "rule"),
    [
        (sketch.node("exclusiveGateway", "x", "", sketch.listeners("end registry.a")), "listener"),
        (sketch.user("x", sketch.listeners("start registry.a", "start registry.a")), "listener"),
        (sketch.user("x", sketch.listeners("take registry.a")), "bad-value"),
        (sketch.user("x", sketch.z("executionListeners", sketch.z("executionListener", eventType="start"))), "missing-attribute"),
        (sketch.user("x", sketch.z("executionListeners", sketch.z("executionListener", type="a"))), "missing-attribute"),
        (sketch.user("x", sketch.z("executionListeners", sketch.z("taskListener"))), "unknown-extension"),
        (sketch.user("x", sketch.listeners("start registry.a many")), "retries"),
        (sketch.user("x", sketch.listeners("start =1+")), "feel-syntax"),
        (sketch.user("x", sketch.task_listeners("completing call.a")), "listener"),
        (sketch.user("x", sketch.task_listeners("complete registry.a")), "bad-value"),
        (sketch.service("x", "registry.s", sketch.task_listeners("completing registry.a")), "misplaced-extension"),
    ],
)  # fmt: skip
def test_a_listener_that_could_not_be_heard_as_drawn_is_refused(element, rule):
    assert (rule, "x") in refused(element)


def test_start_error_and_compensation_events_are_not_listened_to_where_camunda_does_not():
    heard = sketch.listeners("start registry.a")
    task = sketch.user("t")
    assert ("listener", "x") in refused(
        sketch.boundary("x", "t", sketch.timer("duration", "P1D"), extensions=heard),
        (task,),
        "start -> t -> end\nx -> end",
    )
    ends = sketch.listeners("end registry.a")
    assert ("listener", "x") in refused(sketch.end("x", sketch.error("e"), ends), (), "start -> x")
    begun = sketch.sub("s", sketch.node("startEvent", "x", "", heard) + sketch.end("se"), "x -> se")
    assert ("listener", "x") in refused(begun, (), "start -> s -> end")


def test_a_task_listener_whose_computed_type_does_not_answer_at_once_is_an_incident():
    task = sketch.user("x", sketch.task_listeners("completing =job"))
    source = sketch.draw("p", [sketch.start(), task, sketch.end()], "start -> x -> end")
    play = Play(source, {"job": "call.a"})
    with pytest.raises(
        ExecutionFailed, match=r"call\.a of the event completing at x is not a service that answers at once"
    ):
        play.kept.complete_user_task(play.wait("x").element_instance_id, {})


# --- where an activity runs several times -------------------------------------------------------------------------------


def jobs(play: Play) -> list[JobWait]:
    return [wait for wait in play.outcome.waits if isinstance(wait, JobWait)]


def test_each_run_of_a_multi_instance_activity_has_its_own_listeners():
    loop = sketch.each("=[1, 2]", "item", outputCollection="all", outputElement="=item + added")
    task = sketch.user("x", sketch.listeners("start call.before", "end call.after"), loop)
    source = sketch.draw("p", [sketch.start(), task, sketch.end()], "start -> x -> end")
    play = Play(source)
    assert [(wait.job_type, wait.variables["item"]) for wait in jobs(play)] == [("call.before", 1), ("call.before", 2)]
    play.finish("x", added=10)
    assert [type(wait) for wait in play.outcome.waits] == [UserTaskWait, JobWait]
    play.complete("x")
    second = play.wait("x", 1)
    play.push(lambda execution: execution.complete_job(second.element_instance_id, {"added": 20}))
    play.complete("x", 1)
    assert [wait.job_type for wait in jobs(play)] == ["call.after", "call.after"]
    play.finish("x")
    play.finish("x")
    assert play.variables["all"] == [11, 22]
    assert play.outcome.completed


def test_a_sub_process_waits_for_its_listeners_before_it_begins_and_before_it_is_left():
    inner = sketch.start("s") + sketch.user("u") + sketch.end("e")
    beside = sketch.sub(
        "late",
        sketch.start("due", sketch.timer("duration", "P1D"), isInterrupting="false") + sketch.end("told"),
        "due -> told",
        by_event=True,
    )
    part = sketch.sub("part", inner + beside, "s -> u -> e", sketch.listeners("start call.before", "end call.after"))
    source = sketch.draw("p", [sketch.start(), part, sketch.end()], "start -> part -> end")
    play = Play(source)
    assert play.at == ["part"]
    play.finish("part", local=1)
    assert play.at == ["due", "u"]
    play.pass_time(DAY)
    play.complete("u")
    assert play.at == ["part"], "the event sub-process is no longer armed"
    play.finish("part", kept=2)
    assert play.variables == {"kept": 2}
    assert play.outcome.completed


def test_what_is_cancelled_while_it_waits_for_an_end_listener_does_not_go_on():
    task = sketch.user("x", sketch.listeners("end call.after"))
    stop = sketch.sub(
        "stop",
        sketch.start("halt", sketch.signal("s")) + sketch.user("why") + sketch.end("e"),
        "halt -> why -> e",
        by_event=True,
    )
    source = sketch.draw("p", [sketch.start(), task, stop, sketch.end()], "start -> x -> end", [sketch.a_signal("s")])
    play = Play(source)
    play.complete("x")
    play.signal("s")
    assert play.at == ["why"]
    assert play.cancelled == ["x"]
