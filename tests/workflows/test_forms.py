"""Every form of workflows/ reads clean, speaks Chinese and English, and asks under the word of its document."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from engine import submissions
from engine.errors import Invalid
from tests.workflows.player import NOW, WORKFLOWS, form

NAMES = sorted(path.stem for path in WORKFLOWS.glob("*.form"))
WORDS = {
    "assign-officer": {"assignment"},
    "visit-arrange": {"arrange"},
    "visit": {"visit"},
    "spot-check": {"check"},
    "spot-settle": {"settle"},
    "handover-successor": {"successor"},
    "handover-leader": {"successor"},
    "handover-sign": {"sign"},
    "handover-accept": {"sign"},
    "visit-confirm": {"confirm"},
    "baseline": {"baseline"},
    "baseline-confirm": {"confirm"},
    "plan": {"plan"},
    "review": {"review"},
    "removal": {"removal"},
    "status": {"status"},
    "list-check": {"check"},
    "list-review": {"check"},
    "list-sign": {"sign"},
    "closure-request": {"closure"},
    "closure-opinion": {"review"},
    "closure-onsite": {"review", "onsite"},
    "promise": {"promise"},
    "investigation": {"investigation"},
    "lookback": {"lookback"},
    "extension": {"extension"},
    "measure": {"measure"},
    "issue-register": {"register"},
    "issue-accept": {"accept"},
    "issue-opinion": {"opinion"},
    "issue-handle": {"handling"},
    "issue-joint": {"handling"},
    "issue-settle": {"settle"},
    "issue-feedback": {"feedback"},
    "issue-rating": {"rating"},
    "issue-supervise": {"supervision"},
    "filing-application": {"application"},
    "filing-promise": {"promise"},
    "filing-acceptance": {"check"},
    "filing-review": {"review"},
    "filing-region-review": {"review"},
    "filing-opinion": {"review"},
    "filing-cosign": {"review"},
    "filing-team": {"team"},
    "filing-onsite": {"onsite"},
    "filing-expert": {"vote"},
    "filing-settle": {"settle"},
    "filing-joint": {"joint"},
    "filing-advice": {"advice"},
    "filing-offer": {"offer"},
    "filing-investigate": {"investigation"},
    "filing-refusal": {"refusal"},
}


def source(name: str) -> dict[str, Any]:
    return json.loads((WORKFLOWS / f"{name}.form").read_text(encoding="utf-8"))


def components(inner: list[dict[str, Any]], *, in_row: bool = False) -> Iterator[tuple[dict[str, Any], bool]]:
    for one in inner:
        yield one, in_row
        yield from components(one.get("components", []), in_row=in_row or one["type"] == "dynamiclist")


@pytest.mark.parametrize("name", NAMES)
def test_a_form_reads_clean_and_is_named_like_its_file(name: str) -> None:
    assert form(name).id == name
    assert source(name)["executionPlatform"] == "Camunda Cloud"


@pytest.mark.parametrize("name", NAMES)
def test_everything_shown_has_chinese_and_english_words(name: str) -> None:
    for one, _ in components(source(name)["components"]):
        properties = one.get("properties", {})
        shown = one.get("label") or one.get("dateLabel")
        if one["type"] == "text":
            assert properties.get("textEn"), one["id"]
        else:
            assert shown, one["id"]
            assert properties.get("labelEn"), one["id"]
        if "description" in one:
            assert properties.get("descriptionEn"), one["id"]
        for column in one.get("columns", []):
            assert properties.get(f"columnEn.{column['key']}")
        for option in one.get("values", []):
            assert properties.get(
                f"optionEn.{str(option['value']).lower() if isinstance(option['value'], bool) else option['value']}"
            )


@pytest.mark.parametrize("name", sorted(WORDS))
def test_every_question_stands_under_the_word_of_its_document(name: str) -> None:
    for one, in_row in components(source(name)["components"]):
        word = one.get("path") or one.get("key")
        if word and not in_row:
            assert word.split(".")[0] in WORDS[name], word


@pytest.mark.parametrize("name", NAMES)
def test_money_carries_its_unit(name: str) -> None:
    for one, _ in components(source(name)["components"]):
        if one["type"] == "number" and re.search(r"营业收入|经费|费用|预算", one["label"]):
            assert one["appearance"]["suffixAdorner"] == "万元"


@pytest.mark.parametrize("name", NAMES)
def test_no_date_is_judged_by_the_clock_of_a_browser(name: str) -> None:
    assert not [one for one, _ in components(source(name)["components"]) if one.get("disallowPassedDates")]


def check(name: str, submission: dict[str, Any], context: dict[str, Any] | None = None) -> dict[str, Any]:
    return submissions.check(form(name), submission, context or {}, now=NOW, functions={})


def refused(name: str, submission: dict[str, Any], context: dict[str, Any] | None = None) -> set[str]:
    with pytest.raises(Invalid) as caught:
        check(name, submission, context)
    return set(caught.value.fields)


def test_a_refused_visit_asks_for_the_reason_and_for_nothing_else() -> None:
    assert refused("visit", {"visit": {"result": "refused"}}) == {"visit.reason"}
    assert check("visit", {"visit": {"result": "refused", "reason": "企业拒绝走访"}})
    assert {"visit.date", "visit.content"} <= refused("visit", {"visit": {"result": "visited"}})


def test_a_visit_record_needs_twenty_characters() -> None:
    visit = {"result": "visited", "date": "2026-07-08", "mode": "site", "content": "太短", "people": []}
    assert refused("visit", {"visit": visit}) == {"visit.content"}


def test_a_return_names_the_defects() -> None:
    assert refused("review", {"review": {"decision": "return", "opinion": "请补充"}}) == {"review.defects"}
    assert check("review", {"review": {"decision": "agree", "opinion": "同意"}})
    assert "review.decision" in refused("review", {"review": {"decision": "yes", "opinion": "同意"}})


def test_the_site_must_be_seen_where_it_was_drawn_unless_the_request_goes_back() -> None:
    answer = {"review": {"decision": "agree", "opinion": "同意"}}
    drawn = {"list": "L3", "mustVisit": True}
    assert {"onsite.date", "onsite.place", "onsite.conclusion"} <= refused("closure-onsite", answer, drawn)
    assert check("closure-onsite", answer, {"list": "L3", "mustVisit": False}) == answer
    back = {"review": {"decision": "return", "defects": ["incomplete"], "opinion": "材料不全"}}
    assert check("closure-onsite", back, drawn) == back


def test_whoever_finds_a_relapse_says_why() -> None:
    found = {"date": "2027-07-20", "mode": "site", "relapse": True, "conclusion": "现场已无研发人员。"}
    assert refused("relapse-check", {"lookback": found}, {"signs": []}) == {"lookback.cause"}


def test_whoever_promises_signs_and_seals() -> None:
    assert refused("promise", {"promise": {"agree": True}}) == {"promise.name", "promise.post", "promise.sealed"}
    assert check("promise", {"promise": {"agree": False}})


def test_an_exception_or_a_delay_of_the_closure_says_why() -> None:
    assert refused("closure-request", {"closure": {"decision": "later"}}) == {"closure.laterReason"}
    asked = {
        "decision": "propose",
        "statement": "已完成研发立项,建立辅助账,研发机构已备案并正常运行。",
        "evidence": ["project", "filing"],
        "exception": True,
    }
    assert refused("closure-request", {"closure": asked}) == {"closure.exceptionReason"}


def test_who_signs_the_lists_chooses_among_the_entries_shown() -> None:
    entries = [
        {"id": 7, "enterprise": "桂示木业", "uscc": "91450800MADM00001X", "list": "L1", "subtype": "双缺", "reason": ""}
    ]
    agreed = {"sign": {"agree": True, "disputed": [7], "reason": "数据待核"}}
    assert check("list-sign", agreed, {"entries": entries}) == agreed
    assert refused("list-sign", {"sign": {"agree": True, "disputed": [8], "reason": "数据待核"}}, {"entries": entries})
    assert refused("list-sign", {"sign": {"agree": True, "disputed": [7]}}, {"entries": entries}) == {"sign.reason"}
    assert refused("list-sign", {"sign": {"agree": False}}, {"entries": entries}) == {"sign.reason"}
    assert refused("list-sign", {}, {"entries": entries}) >= {"sign.agree"}


def test_evidence_of_a_filing_is_complete_or_not_given() -> None:
    assert check("measure", {"measure": {"progress": 40, "evidence": "none"}})
    assert refused("measure", {"measure": {"progress": 100, "evidence": "filing"}}) == {
        "measure.filingNo",
        "measure.filingLevel",
        "measure.filingAuthority",
        "measure.filedOn",
    }
