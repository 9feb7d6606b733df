"""Every drawing of workflows/ reads clean, says why each element is there, and calls only what exists."""

import json
import re
from collections import Counter

import pytest

from engine.bpmn import parser
from engine.bpmn.model import Element, ProcessModel
from tests.workflows.player import WORKFLOWS, decisions, drawing, drawings, form, processes

POSTS = frozenset(
    ["LO", "XK", "XG", "XS", "XL", "CK", "CG", "CS", "CL", "RK", "RG", "RS", "RL", "JM", "ENT", "SUP", "EX"]
)
GROUPS = frozenset(["countyGroups", "cityGroups", "regionGroups", "acceptGroups", "settleGroups", "groups"]) | {
    "jointScience",
    "jointIndustry",
    "jointState",
    "supervisorGroups",
    "addresseeGroups",
    "leadGroups",
    "upGroups",
    "leaderGroups",
    "supervisors",
    "department.groups",
    "refuseGroups",
    "investigateGroups",
}
STAGES = frozenset(["LISTS", "MONITOR", "WARN", "COACH", "IMPROVE", "CLOSE"])
STARTED_BY_A_MESSAGE = frozenset(
    [
        "case",
        "escalate",
        "filing",
        "filing_change",
        "filing_promise",
        "filing_revoke",
        "filing_upgrade",
        "handover",
        "issue",
        "item",
        "list_review",
        "lookback",
        "measure",
        "recognition",
        "spot_check",
        "statistics",
        "visit",
        "whitelist",
    ]
)
ALL = [process for name in drawings() for process in drawing(name).processes]


def each(kind: str) -> list[tuple[ProcessModel, Element]]:
    return [(process, one) for process in ALL for one in process.elements.values() if one.kind == kind]


@pytest.mark.parametrize("name", drawings())
def test_a_drawing_reads_without_a_finding_and_compiles(name: str) -> None:
    model = drawing(name)
    assert not model.findings
    for process in model.processes:
        assert process.is_executable
        assert parser.compile(model, process.id)


def test_the_processes_of_the_first_slice_are_there() -> None:
    assert {"case", "visit", "item", "close", "lookback", "lists", "list_review"} <= set(processes())
    assert {p.id for p in ALL if p.message_starts} == STARTED_BY_A_MESSAGE


@pytest.mark.parametrize("process", ALL, ids=lambda process: process.id)
def test_every_element_with_a_name_says_which_clause_it_follows(process: ProcessModel) -> None:
    assert re.search(r"WP-|4\.[a-l]|3\.3", process.documentation)
    silent = [e.id for e in process.elements.values() if e.name and not e.documentation and e.kind != "endEvent"]
    gateways = {e.id for e in process.elements.values() if e.kind == "exclusiveGateway"}
    assert not [one for one in silent if one not in gateways]


@pytest.mark.parametrize("process", ALL, ids=lambda process: process.id)
def test_every_element_lies_in_a_lane_with_a_chinese_name(process: ProcessModel) -> None:
    for element in process.elements.values():
        if element.scope == process.id:
            assert element.lane, element.id
            assert re.search(r"[一-鿿]", element.lane)


def test_flows_out_of_a_choice_have_a_name_a_condition_and_a_default() -> None:
    for kind in ("exclusiveGateway", "inclusiveGateway"):
        for process, gateway in each(kind):
            flows = [process.flows[one] for one in gateway.outgoing]
            if len(flows) == 1:
                continue
            assert gateway.default_flow in gateway.outgoing, gateway.id
            for flow in flows:
                assert flow.name, flow.id
                assert (flow.condition is None) == (flow.id == gateway.default_flow), flow.id


def test_branches_merge_in_gateways_only() -> None:
    for process in ALL:
        for element in process.elements.values():
            if not element.kind.endswith("Gateway") and element.kind != "endEvent":
                assert len(element.incoming) <= 1, element.id


def test_a_user_task_has_a_form_that_exists_a_group_a_due_date_and_a_stage() -> None:
    for _, task in each("userTask"):
        assert task.form
        assert task.form.binding == "deployment"
        assert form(task.form.form_id or "").id == task.form.form_id
        groups = task.candidate_groups or ""
        if groups.startswith("="):
            assert groups[1:] in GROUPS, task.id
        else:
            assert {one.strip() for one in groups.split(",")} <= POSTS, task.id
        assert task.due_date, task.id
        assert task.properties["stage"] in STAGES
        assert task.outputs, f"{task.id} keeps nothing of what was answered"


def test_a_user_task_hands_on_the_word_under_which_its_form_asks() -> None:
    for _, task in each("userTask"):
        source = json.loads((WORKFLOWS / f"{task.form_id}.form").read_text(encoding="utf-8"))
        words = {path.split(".")[0] for path in _paths(source["components"])}
        read = {word for one in task.outputs for word in re.findall(r"\b[a-zA-Z]+\b", one.source)}
        assert words & read, f"{task.id} reads none of {sorted(words)}"


def test_four_eyes_name_elements_that_exist() -> None:
    for _, task in each("userTask"):
        for one in filter(None, task.properties.get("differentFrom", "").split(",")):
            process_id, element_id = one.split(".")
            assert processes()[process_id].elements[element_id].kind == "userTask", one


def test_whoever_reviews_did_not_write() -> None:
    reviews = {"approve_county", "approve_city", "approve_region", "decide_extension", "decide_extension_city"}
    for _, task in each("userTask"):
        if task.id in reviews | {"county_check", "city_check", "accept_lead"} and task.form_id != "list-check":
            assert task.properties.get("differentFrom"), task.id


def test_decisions_and_called_processes_exist_with_the_right_binding() -> None:
    for process, task in each("businessRuleTask"):
        assert task.decision, process.id
        assert task.decision.binding == "latest"
        assert decisions(task.decision.decision_id).decision(task.decision.decision_id)
    for _, call in each("callActivity"):
        assert call.called
        assert call.called.binding == "deployment"
        assert call.called.process_id in processes()
        assert not call.called.propagate_all_child_variables


def test_a_service_names_a_job_type_of_the_registry_or_of_the_letters() -> None:
    for kind in ("serviceTask", "sendTask"):
        for _, task in each(kind):
            assert re.fullmatch(r"registry\.[a-z]+\.[a-z_]+|send\.[a-z]+", task.job_type or ""), task.id


def test_every_message_name_is_caught_with_one_key_only() -> None:
    keys: dict[str, set[str]] = {}
    for process in ALL:
        for element in process.elements.values():
            if element.message and element.message.correlation_key:
                keys.setdefault(element.message.name, set()).add(element.message.correlation_key)
    assert not {name: found for name, found in keys.items() if len(found) > 1}


def test_every_timer_follows_the_calendar_or_a_date_of_the_case() -> None:
    for process in ALL:
        for element in process.elements.values():
            if element.timer:
                assert element.timer.kind == "date"
                assert re.fullmatch(r"=(working days after\(now\(\), \d+\)|[a-zA-Z]+)", element.timer.expression)


def test_every_wait_for_the_enterprise_has_a_late_path() -> None:
    late = Counter(
        (p.id, e.attached_to)
        for p in ALL
        for e in p.elements.values()
        if e.kind == "boundaryEvent" and e.timer and e.interrupting
    )
    for process, task in each("userTask"):
        if task.candidate_groups == "ENT":
            assert late[process.id, task.id] == 1, task.id


def test_what_a_person_meets_has_an_english_name_too() -> None:
    for kind in ("userTask", "callActivity"):
        for _, one in each(kind):
            assert re.fullmatch(r"[A-Z][\w ,()]+", one.properties["nameEn"], re.ASCII), one.id


def _paths(components: list[dict[str, object]]) -> list[str]:
    found: list[str] = []
    for one in components:
        inner = one.get("components")
        if one["type"] == "dynamiclist":
            found.append(str(one["path"]))
        elif isinstance(inner, list):
            found += _paths(inner)
        elif "key" in one:
            found.append(str(one["key"]))
    return found
