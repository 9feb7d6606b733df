"""The kit for Camunda Modeler: every template keeps the rules of the published schema, and what is drawn with it can be deployed."""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from casework.services import all_services
from engine import definitions
from engine.bpmn import reader
from engine.bpmn.model import ProcessModel
from engine.lint.rules import Known
from tests.diagrams.sketch import attributes, draw, end, start, user, z
from tests.house import ROOT
from web import modeler_kit, words

PROCESSES: list[ProcessModel] = [
    process
    for path in sorted((ROOT / "workflows").glob("*.bpmn"))
    for process in reader.read(path.read_bytes(), resource=path.name).processes
]
KIT = modeler_kit.build(PROCESSES, all_services(), product="1.2.3", site="https://house.example")
PACKED = zipfile.ZipFile(io.BytesIO(KIT.content))
TEMPLATES: list[dict[str, Any]] = [
    template
    for name in PACKED.namelist()
    if name.startswith(modeler_kit.FOLDER)
    for template in json.loads(PACKED.read(name))
]
FORMS = {path.stem for path in (ROOT / "workflows").glob("*.form")}

# --- the published schema (zeebe-element-templates-json-schema 0.46) in our words --------------------------------------

_HEAD = {
    "$schema", "id", "name", "version", "description", "engines", "category", "keywords", "appliesTo", "elementType",
    "groups", "properties",
}  # fmt: skip
_PROPERTY = {"label", "type", "value", "binding", "group", "feel", "choices", "constraints", "description", "optional"}
_TYPES = {"String", "Text", "Hidden", "Dropdown", "Boolean", "Number"}
# Which binding needs which name, and which types of property it allows.
_BINDINGS: Mapping[str, tuple[str, set[str]]] = {
    "zeebe:taskDefinition": ("property", _TYPES),
    "zeebe:input": ("name", _TYPES),
    "zeebe:output": ("source", _TYPES),
    "zeebe:property": ("name", _TYPES),
    "zeebe:userTask": ("", {"Hidden"}),
    "zeebe:formDefinition": ("property", {"Hidden", "String", "Text", "Dropdown"}),
    "zeebe:assignmentDefinition": ("property", {"Hidden", "String", "Text", "Dropdown"}),
    "zeebe:taskSchedule": ("property", {"Hidden", "String", "Text", "Dropdown"}),
    "zeebe:priorityDefinition": ("property", {"Hidden", "Number", "Dropdown"}),
    "bpmn:TimerEventDefinition#property": ("name", {"Hidden", "String", "Text"}),
}
_OPTIONAL = {"zeebe:input", "zeebe:output", "zeebe:property", "zeebe:taskHeader"}


def faults(template: Mapping[str, Any]) -> Iterator[str]:
    """What the schema would say against a template."""
    for name in ("id", "name", "appliesTo", "properties"):
        if name not in template:
            yield f"{name} is missing"
    yield from (f"{name} is unknown" for name in template.keys() - _HEAD)
    kinds = [*template["appliesTo"], template["elementType"]["value"]]
    yield from (f"{kind} is no type" for kind in kinds if not re.fullmatch(r"bpmn:\w+", kind))
    groups = {group["id"] for group in template.get("groups", [])}
    bound = [one["binding"]["type"] for one in template["properties"]]
    timer = template["elementType"].get("eventDefinition") == "bpmn:TimerEventDefinition"
    if timer != ("bpmn:TimerEventDefinition#property" in bound):
        yield "a timer needs its event definition and one property of it"
    if any(kind in bound for kind in ("zeebe:formDefinition", "zeebe:assignmentDefinition", "zeebe:taskSchedule")) and (
        template["elementType"]["value"] != "bpmn:UserTask" or "zeebe:userTask" not in bound
    ):
        yield "forms, posts and due dates belong to a Camunda user task"
    seen: set[str] = set()
    for one in template["properties"]:
        yield from _faults_of(one, groups)
        key = json.dumps(one["binding"], sort_keys=True)
        if key in seen:
            yield f"{key} is bound twice"
        seen.add(key)


def _faults_of(one: Mapping[str, Any], groups: set[str]) -> Iterator[str]:
    binding, kind, value = one["binding"], one["type"], one.get("value")
    needed, types = _BINDINGS[binding["type"]]
    yield from (f"{name} is unknown" for name in one.keys() - _PROPERTY)
    if needed and not binding.get(needed):
        yield f"{binding['type']} needs {needed}"
    if kind not in types:
        yield f"{binding['type']} cannot be {kind}"
    if one.get("group", next(iter(groups), "")) not in groups | {""}:
        yield f"there is no group {one['group']}"
    if kind == "Dropdown" and not (one["choices"] and value in {choice["value"] for choice in one["choices"]}):
        yield "a dropdown needs choices, and one of them"
    if value is not None and not isinstance(value, int if kind == "Number" else str):
        yield f"the value {value} is no {kind}"
    if "feel" in one and (
        kind not in {"String", "Text", "Number", "Boolean"} or one["feel"] not in {"optional", "required"}
    ):
        yield "FEEL belongs to texts and numbers"
    if one.get("optional") and binding["type"] not in _OPTIONAL:
        yield f"{binding['type']} cannot be optional"
    if binding["type"] == "zeebe:formDefinition" and "feel" in one:
        yield "a form id is no FEEL"
    if kind == "Hidden" and value is None and binding["type"] != "zeebe:userTask":
        yield "a hidden property has a value"


def test_every_template_keeps_the_rules_of_the_published_schema() -> None:
    assert {one["id"]: found for one in TEMPLATES if (found := list(faults(one)))} == {}


def test_a_fault_in_a_template_is_found() -> None:
    good = next(one for one in TEMPLATES if one["id"] == "xiaohao.post.XK")
    for spoil, word in (
        (lambda one: one.pop("name"), "name is missing"),
        (lambda one: one.update(colour="red"), "colour is unknown"),
        (lambda one: one["properties"][0].update(type="String"), "cannot be String"),
        (lambda one: one["properties"][1].update(value=5), "is no String"),
        (lambda one: one["properties"][2].update(choices=[]), "needs choices"),
        (lambda one: one["properties"].append(one["properties"][1]), "bound twice"),
        (lambda one: one["elementType"].update(value="bpmn:Task"), "belong to a Camunda user task"),
    ):
        bad = json.loads(json.dumps(good))
        spoil(bad)
        assert any(word in fault for fault in faults(bad)), word


def test_every_service_every_post_and_every_kind_of_deadline_has_a_template() -> None:
    ids = [one["id"] for one in TEMPLATES]
    assert len(ids) == len(set(ids))
    assert {f"xiaohao.service.{name}" for name in all_services()} <= set(ids)
    assert {f"xiaohao.post.{post}" for post in words.POSTS} <= set(ids)
    assert sum(one.startswith("xiaohao.deadline.") for one in ids) == 6
    assert all(
        re.search(r"[\u4e00-\u9fff]", one["name"]) or one["id"].startswith("xiaohao.service.") for one in TEMPLATES
    )


# --- a drawing made with a template -------------------------------------------------------------------------------------


def applied(template: Mapping[str, Any], element_id: str) -> str:
    """The element as Camunda Modeler writes it when the template is applied."""
    said: dict[str, dict[str, object]] = {}
    mapped: list[str] = []
    kept: list[str] = []
    timers = ""
    for one in template["properties"]:
        binding, value = one["binding"], one.get("value")
        kind = binding["type"].removeprefix("zeebe:")
        match kind:
            case "input":
                mapped.append(z("input", source=value or "", target=binding["name"]))
            case "output":
                mapped.append(z("output", source=binding["source"], target=value))
            case "property" if value:
                kept.append(z("property", name=binding["name"], value=value))
            case "bpmn:TimerEventDefinition#property":
                timers = f"<bpmn:{binding['name']}>{value}</bpmn:{binding['name']}>"
                timers = f"<bpmn:timerEventDefinition>{timers}</bpmn:timerEventDefinition>"
            case "userTask":
                said["userTask"] = {}
            case "property":
                continue
            case _:
                said.setdefault(kind, {})[binding["property"]] = value
    inner = "".join(z(kind, **values) for kind, values in said.items())
    inner += z("ioMapping", "".join(mapped)) if mapped else ""
    inner += z("properties", "".join(kept)) if kept else ""
    tag = template["elementType"]["value"].removeprefix("bpmn:")
    tag = tag[0].lower() + tag[1:]
    edge = {"attachedToRef": "host"} if tag == "boundaryEvent" else {}
    told = attributes(id=element_id, name=template["name"], **edge) + f' zeebe:modelerTemplate="{template["id"]}"'
    extensions = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>" if inner else ""
    return f"<bpmn:{tag}{told}>{extensions}{timers}</bpmn:{tag}>"


@pytest.mark.parametrize("category", ["services", "people", "deadlines"])
def test_what_is_drawn_with_the_templates_is_deployed_without_a_finding(category: str) -> None:
    chosen = [one for one in TEMPLATES if one["category"]["id"] == f"xiaohao.{category}"]
    elements = {f"x{number}": applied(one, f"x{number}") for number, one in enumerate(chosen)}
    edges = [one for one, drawn in elements.items() if "boundaryEvent" in drawn]
    host = user("host", z("formDefinition", formId="visit") + z("assignmentDefinition", candidateGroups="LO"))
    row = " -> ".join(["start", "host", *(one for one in elements if one not in edges), "end"])
    flows = "\n".join([row, *(f"{one} -> end" for one in edges)])
    drawn = draw("tried", [start(), host, *elements.values(), end()], flows)
    assert all(one["id"].encode() in drawn for one in chosen)
    known = Known(forms=FORMS, job_types=all_services().keys())
    assert [str(one) for one in definitions.inspect({"tried.bpmn": drawn}, known, {})] == []


# --- the zip ------------------------------------------------------------------------------------------------------------


def test_the_same_content_makes_the_same_zip_and_another_content_another_version() -> None:
    again = modeler_kit.build(PROCESSES, all_services(), product="1.2.3", site="https://house.example")
    assert again == KIT
    less = modeler_kit.build(PROCESSES[:1], ["registry.cases.open"], product="1.2.3", site="https://house.example")
    assert less.version != KIT.version
    assert re.fullmatch(r"xiaohao-modeler-kit-1\.2\.3-[0-9a-f]{8}\.zip", KIT.name)


def test_the_zip_holds_templates_settings_and_a_readme_in_chinese() -> None:
    assert PACKED.testzip() is None
    assert json.loads(PACKED.read("resources/flags.json"))["c8-engine-version"] == "8.8.0"
    readme = PACKED.read("README.md").decode()
    assert "怎样安装" in readme
    assert "https://house.example/designer/rules/" in readme
    assert KIT.version in readme


def test_a_service_shows_what_the_drawings_give_it_and_take_from_it() -> None:
    [opened] = [one for one in TEMPLATES if one["id"] == "xiaohao.service.registry.visits.open"]
    bound = [
        (one["binding"].get("name") or one["binding"].get("source"), one.get("value")) for one in opened["properties"]
    ]
    assert ("caseId", "=caseId") in bound
    assert ("=visitId", "visitId") in bound
    assert "走访" in opened["description"]
