"""A submission is checked on the server the way form-js checks it in the page."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from engine import forms, submissions
from engine.errors import Invalid, Undeployable

NOW = datetime(2026, 6, 30, 1, tzinfo=UTC)


def form(*components: dict[str, Any]) -> forms.Form:
    return forms.read(json.dumps({"id": "plan", "type": "default", "components": list(components)}).encode())


def text(key: str, **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "id": key.replace(".", "_"), "key": key, "label": key, **more}


def check(read: forms.Form, submission: dict[str, Any], **context: Any) -> dict[str, Any]:
    return submissions.check(read, submission, context, now=NOW)


def wrong(read: forms.Form, submission: dict[str, Any], **context: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        check(read, submission, **context)
    return {key: [str(each) for each in sentences] for key, sentences in refused.value.fields.items()}


def test_dotted_keys_become_one_nested_answer() -> None:
    read = form(text("plan.goal", validate={"required": True}), text("plan.note"))
    assert check(read, {"plan": {"goal": "R&D", "note": ""}}) == {"plan": {"goal": "R&D", "note": ""}}
    assert wrong(read, {"plan": {"goal": ""}}) == {"plan.goal": ["this is required"]}


def test_a_field_the_form_does_not_have_is_refused_by_name() -> None:
    assert wrong(form(text("plan.goal")), {"plan": {"goal": "x", "approved": True}}) == {
        "": ["the form has no field plan.approved"]
    }


def test_an_empty_answer_is_told_what_is_missing_and_nothing_else() -> None:
    assert wrong(form(text("plan.goal", validate={"required": True})), {"plan": {}}) == {
        "plan.goal": ["this is required"]
    }


def test_a_hidden_field_is_not_asked_and_its_answer_is_dropped() -> None:
    read = form(text("kind"), text("reason", validate={"required": True}, conditional={"hide": '=kind = "new"'}))
    assert check(read, {"kind": "new", "reason": "typed before"}) == {"kind": "new"}
    assert wrong(read, {"kind": "old"}) == {"reason": ["this is required"]}


def test_a_hidden_group_hides_all_in_it() -> None:
    group = {
        "type": "group",
        "id": "site",
        "path": "site",
        "conditional": {"hide": "=not(onsite)"},
        "components": [text("place", validate={"required": True})],
    }
    read = form({"type": "checkbox", "id": "onsite", "key": "onsite", "label": "on site"}, group)
    assert check(read, {"onsite": False, "site": {"place": "x"}}) == {"onsite": False}
    assert wrong(read, {"onsite": True}) == {"site.place": ["this is required"]}
    assert check(read, {"onsite": True, "site": {"place": "yard"}}) == {"onsite": True, "site": {"place": "yard"}}


def test_a_disabled_field_is_absent_and_a_read_only_one_keeps_what_was_shown() -> None:
    read = form(text("name", disabled=True), text("code", readonly=True))
    assert check(read, {"name": "forged", "code": "forged"}, code="91450100MADM00019Y") == {
        "code": "91450100MADM00019Y"
    }


def test_an_expression_is_computed_here_whatever_was_sent() -> None:
    read = form(
        {"type": "number", "id": "a", "key": "a", "label": "a"},
        {"type": "expression", "id": "sum", "key": "sum", "expression": "=a * 2"},
    )
    assert check(read, {"a": 21, "sum": 1})["sum"] == 42


@pytest.mark.parametrize(
    ("component", "value", "sentence"),
    [
        ({"validate": {"minLength": 5}}, "abc", "write at least 5 characters"),
        ({"validate": {"maxLength": 2}}, "abc", "write at most 2 characters"),
        ({"validate": {"pattern": "^GR\\d{12}$"}}, "GR1", "this does not have the expected form"),
        ({"validate": {"pattern": "^G", "patternErrorMessage": "从 G 开始"}}, "R", "从 G 开始"),
        ({"validate": {"validationType": "email"}}, "nobody", "this is not an e-mail address"),
        ({"validate": {"minLength": "=least"}}, "ab", "write at least 3 characters"),
        ({}, 12, "expected a text"),
    ],
)
def test_texts_keep_their_rules(component: dict[str, Any], value: Any, sentence: str) -> None:
    assert wrong(form(text("f", **component)), {"f": value}, least=3) == {"f": [sentence]}


@pytest.mark.parametrize(
    ("component", "value", "sentence"),
    [
        ({"validate": {"min": 1}}, 0, "the least that fits here is 1"),
        ({"validate": {"max": "=limit"}}, 11, "the most that fits here is 10"),
        ({"decimalDigits": 2}, 1.234, "at most 2 digits after the point"),
        ({"increment": "0.5"}, 0.7, "expected a multiple of 0.5"),
        ({}, "many", "expected a number"),
        ({}, True, "expected a number"),
    ],
)
def test_numbers_keep_their_rules_exactly(component: dict[str, Any], value: Any, sentence: str) -> None:
    read = form({"type": "number", "id": "n", "key": "n", "label": "n", **component})
    assert wrong(read, {"n": value}, limit=10) == {"n": [sentence]}


def test_an_answer_must_be_among_those_offered() -> None:
    one = {"type": "select", "id": "officer", "key": "officer", "label": "officer", "valuesKey": "officers"}
    several = {
        "type": "checklist",
        "id": "causes",
        "key": "causes",
        "label": "causes",
        "values": [{"value": "money", "label": "无资金"}, {"value": "people", "label": "无人才"}],
    }
    read = form(one, several)
    offered = {"officers": [{"value": 7, "label": "示例员007（3/15）"}]}
    assert check(read, {"officer": 7, "causes": ["money"]}, **offered) == {"officer": 7, "causes": ["money"]}
    assert wrong(read, {"officer": 8, "causes": ["luck"]}, **offered) == {
        "officer": ["8 is not among the answers offered"],
        "causes": ["luck is not among the answers offered"],
    }


@pytest.mark.parametrize(
    ("subtype", "good", "bad"),
    [
        ("date", "2026-06-30", "30.6.2026"),
        ("time", "09:30", "half past"),
        ("datetime", "2026-06-30T09:30+08:00", "soon"),
    ],
)
def test_dates_and_times_are_iso(subtype: str, good: str, bad: str) -> None:
    read = form({"type": "datetime", "id": "d", "key": "d", "label": "d", "subtype": subtype})
    assert check(read, {"d": good}) == {"d": good}
    assert list(wrong(read, {"d": bad})) == ["d"]


def test_the_rows_of_a_dynamic_list_are_checked_one_by_one() -> None:
    rows = {
        "type": "dynamiclist",
        "id": "measures",
        "path": "plan.measures",
        "components": [
            text("type", validate={"required": True}),
            text("filing", validate={"required": True}, conditional={"hide": '=this.type != "INSTITUTION"'}),
        ],
    }
    read = form(text("plan.goal"), rows)
    good = {"plan": {"goal": "g", "measures": [{"type": "PROJECT"}, {"type": "INSTITUTION", "filing": "市备1"}]}}
    assert check(read, good) == good
    bad = {"plan": {"measures": [{"type": "PROJECT"}, {"type": "INSTITUTION"}, {"kind": "x"}]}}
    assert wrong(read, bad) == {
        "plan.measures.1.filing": ["this is required"],
        "plan.measures.2.type": ["this is required"],
        "": ["the form has no field plan.measures.2.kind"],
    }


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        (b"\x89PNG", "form-unreadable"),
        (b"[" * 100_000, "form-unreadable"),
        (b'{"components": []}', "form-without-id"),
        (b'{"id": "f", "components": [{"type": "hologram"}]}', "form-component-unknown"),
        (b'{"id": "f", "components": [{"type": "textfield"}]}', "form-field-without-key"),
        (b'{"id": "f", "components": [{"type": "select", "key": "s"}]}', "form-choice-empty"),
        (
            b'{"id": "f", "components": [{"type": "textfield", "key": "s", "conditional": {"hide": "=1 +"}}]}',
            "form-expression",
        ),
        (
            b'{"id": "f", "components": [{"type": "textfield", "key": "s", "validate": {"pattern": "("}}]}',
            "form-pattern",
        ),
        (
            b'{"id": "f", "components": [{"type": "textfield", "key": "s"}, {"type": "number", "key": "s"}]}',
            "form-key-twice",
        ),
    ],
)
def test_what_is_not_a_form_is_refused_with_a_finding(source: bytes, rule: str) -> None:
    with pytest.raises(Undeployable) as refused:
        forms.read(source, resource="broken.form")
    assert [finding.rule for finding in refused.value.findings] == [rule]


KEPT: dict[str, Any] = {"id": "k1", "name": "plan.pdf", "type": "application/pdf", "size": 9, "sha256": "0" * 64}


def brought(*kept: dict[str, Any]) -> submissions.Files:
    return lambda ids: {one["id"]: one for one in kept if one["id"] in ids}


def files_field(**more: Any) -> forms.Form:
    return form({"type": "filepicker", "id": "papers", "key": "papers", "label": "papers", **more})


def test_a_file_is_a_reference_of_which_only_the_id_is_believed() -> None:
    sent = {"papers": [{**KEPT, "name": "else.exe", "size": 1}]}
    assert submissions.check(files_field(), sent, {}, now=NOW, brought=brought(KEPT)) == {"papers": [KEPT]}
    missing = "the file plan.pdf did not arrive; take it out and choose it again"
    assert wrong(files_field(), {"papers": [KEPT]}) == {"papers": [missing]}


def test_a_file_that_the_task_showed_already_may_stay() -> None:
    assert check(files_field(), {"papers": [{"id": "k1"}]}, papers=[KEPT]) == {"papers": [KEPT]}
    assert check(files_field(), {"papers": [{"id": "k1"}]}, earlier={"rows": [{"scan": KEPT}]}) == {"papers": [KEPT]}


@pytest.mark.parametrize("sent", ["files::1", {"id": "k1"}, [KEPT, "k1"], [{"name": "no id"}], 7])
def test_what_is_no_list_of_references_is_refused(sent: object) -> None:
    assert wrong(files_field(), {"papers": sent}, papers=[KEPT]) == {"papers": ["expected files"]}


def test_a_file_field_takes_as_many_and_what_it_says() -> None:
    other = {**KEPT, "id": "k2", "name": "door.png", "type": "image/png"}
    both = {"papers": [KEPT, other]}
    assert wrong(files_field(), both, papers=[KEPT, other]) == {"papers": ["at most 1 files fit here"]}
    assert check(files_field(multiple=True), both, papers=[KEPT, other]) == both
    many = files_field(multiple=True, properties={"maxFiles": "1"})
    assert wrong(many, both, papers=[KEPT, other]) == {"papers": ["at most 1 files fit here"]}
    pictures = files_field(multiple=True, accept="image/*,.jpg")
    assert wrong(pictures, both, papers=[KEPT, other]) == {
        "papers": ["plan.pdf is of another kind; image/*,.jpg fits here"]
    }
    assert wrong(files_field(validate={"required": True}), {"papers": []}) == {"papers": ["this is required"]}


def test_a_file_in_a_row_of_a_list_is_found_by_its_place() -> None:
    rows = form(
        {
            "type": "dynamiclist",
            "id": "rows",
            "path": "rows",
            "components": [{"type": "filepicker", "id": "scan", "key": "scan", "label": "scan"}],
        }
    )
    assert check(rows, {"rows": [{"scan": [KEPT]}]}, rows=[{"scan": [KEPT]}]) == {"rows": [{"scan": [KEPT]}]}
    assert list(wrong(rows, {"rows": [{}, {"scan": [KEPT]}]})) == ["rows.1.scan"]
