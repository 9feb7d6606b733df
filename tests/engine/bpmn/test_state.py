"""The stored state: small, versioned, keyed by element ids, and loadable for ever."""

import json
import threading
from decimal import Decimal
from pathlib import Path

import pytest

from engine.bpmn import parser
from engine.bpmn.execution import Execution
from engine.bpmn.model import Element, Model, ProcessModel
from engine.bpmn.state import BadState
from engine.errors import ExecutionFailed
from tests.engine.bpmn.play import BEGIN, Host, Play, model
from tests.engine.bpmn.test_looping_case import FACTS

GOLDEN = Path(__file__).parents[2] / "golden" / "instance-states-1.json"


def load(drawing: str, state: str | bytes) -> Execution:
    read = model(drawing)
    return Execution.load(parser.compile(read, read.processes[0].id), state, host=Host(), now=BEGIN)


def test_a_state_names_elements_and_holds_only_what_is_alive():
    play = Play("boundary-timer", {"x": 1})
    assert json.loads(play.stored) == {
        "v": 1,
        "p": "boundary_timer",
        "n": 4,
        "t": [
            [1, 0, "boundary_timer", "s", {"x": 1}],
            [3, 1, "plan", "s"],
            [4, 3, "late", "w", {}, {"due": "2026-01-08T01:00:00+00:00"}],
        ],
    }


def test_exact_decimals_and_every_kind_of_text_survive():
    values = {
        "money": Decimal("1234567890123456789.10"),
        "nested": [{"rate": Decimal("0.1"), "none": None, "yes": True, "half": 0.5, "many": 2**80}],
        "text": 'a "quoted"\n\u0000 text with \\ue000 in it, 中文 and 🐉',
    }
    play = Play("boundary-timer", values)
    assert load("boundary-timer", play.stored).outcome.variables == values
    assert load("boundary-timer", play.stored.encode()).outcome.variables == values
    assert repr(load("boundary-timer", play.stored).outcome.variables) == repr(dict(values))


@pytest.mark.parametrize(
    "state",
    [
        "", "null", "[]", "{}", "x", '{"v": 2}', '{"v": 1, "p": "other"}', '{"v": 1, "p": "boundary_timer"}',
        '{"v": 1, "p": "boundary_timer", "n": 1, "t": []}',
        '{"v": 1, "p": "boundary_timer", "n": 1, "t": [[1, 0, "boundary_timer"]]}',
        '{"v": 1, "p": "boundary_timer", "n": 1, "t": [[1, 7, "boundary_timer", "s"]]}',
        '{"v": 1, "p": "boundary_timer", "n": 1, "t": [[1, 0, "boundary_timer", "r"]]}',
        '{"v": 1, "p": "boundary_timer", "n": "x", "t": []}',
        "[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_state_is_refused(state):
    with pytest.raises(BadState):
        load("boundary-timer", state)


def test_a_state_that_rests_at_an_element_that_is_gone_says_so():
    state = Play("boundary-timer").stored.replace('"plan"', '"old-plan"')
    with pytest.raises(ExecutionFailed, match="old-plan, which this version does not have") as caught:
        load("boundary-timer", state)
    assert caught.value.element_id == "old-plan"


def test_states_of_every_release_load_and_go_on():
    for name, saved in json.loads(GOLDEN.read_text()).items():
        execution = load(saved["drawing"], saved["state"])
        assert [wait.element_id for wait in execution.outcome.waits] == saved["waits"], name
        assert execution.dump() == saved["state"], name


def test_one_compiled_process_serves_many_threads():
    read = model("looping-case")
    process = parser.compile(read, "looping_case")
    results: list[str] = []

    def turn() -> None:
        execution = Execution.start(process, FACTS, host=Host(), now=BEGIN)
        for _ in range(20):
            for element_id, values in (
                ("monitor", {"light": "red"}), ("acknowledge", {}), ("coach", {"money": True}), ("talk-to-employee", {}),
                ("plan", {}), ("talk-to-manager", {}), ("help-money", {}),
            ):  # fmt: skip
                wait = next(each for each in execution.outcome.waits if each.element_id == element_id)
                execution.complete_user_task(wait.element_instance_id, values)
            execution.fire_timer(execution.outcome.waits[0].element_instance_id)
        results.append(execution.dump())

    threads = [threading.Thread(target=turn) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert len(set(results)) == 1


def test_the_spiffworkflow_specs_of_a_process_are_not_changed_by_running_it():
    play = Play("event-subprocess-nested")
    before = {
        name: (spec.flows, spec._outputs[:], spec._inputs[:]) for name, spec in play.process.spec.task_specs.items()
    }
    play.signal("halt")
    play.complete("tidy")
    play.complete("after")
    after = {
        name: (spec.flows, spec._outputs[:], spec._inputs[:]) for name, spec in play.process.spec.task_specs.items()
    }
    assert before == after


def test_a_tree_deeper_than_three_hundred_levels_is_an_incident_and_not_a_crash():
    deepest = 310
    elements = {
        f"s{level}": Element(f"s{level}", "subProcess", f"s{level - 1}" if level else "deep")
        for level in range(deepest)
    }
    elements["t"] = Element("t", "task", f"s{deepest - 1}")
    process = parser.compile(Model("x.bpmn", (ProcessModel("deep", "deep", True, elements, {}),)), "deep")
    with pytest.raises(ExecutionFailed, match="more than 300 levels deep"):
        Execution.start(process, {}, host=Host(), now=BEGIN)
