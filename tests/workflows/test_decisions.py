"""The policy tables at their borders: DT-1, DT-3, DT-11 and the reminders."""

import re
from typing import Any

import pytest
from lxml import etree

from casework import facts
from engine import dmn, feel
from tests.workflows.player import NOW, WORKFLOWS, decide, decisions

FIRM: dict[str, Any] = {
    "is_scale": True,
    "is_industry": True,
    "is_soe": False,
    "supervisor_level": None,
    "revenue_yi": 6.2,
    "revenue_wan": 62000,
    "has_activity": False,
    "has_inst": False,
    "is_hitech_valid": False,
    "hitech_expire_months": None,
    "pool_ok": False,
    "gap_count_hitech": 5,
}
READY: dict[str, Any] = {
    "list": "L1",
    "subtype": "双缺",
    "gap_activity": True,
    "gap_inst": True,
    "rd_quarters": 2,
    "annual_rd": None,
    "projects_in_execution": 1,
    "aux_ledger": True,
    "aux_ledger_checked": True,
    "inst_filed": True,
    "stat_fill_done": True,
    "soe_figures_consistent": False,
    "soe_confirmed": False,
    "in_roster": False,
    "hitech_valid": False,
    "hitech_listed": False,
    "red_notices": 0,
    "objections": 0,
    "operating": True,
    "group_agreement": False,
}
PLAN: dict[str, Any] = {
    "lists": ["L3"],
    "light": "green",
    "revenue_yi": 3,
    "is_soe": False,
    "supervisor_level": "",
    "reopened": False,
    "extensions_used": False,
    "previous_levels": [],
}


def lists(**changes: Any) -> set[tuple[str, str, str]]:
    rows = decide("classify", "classify", {**FIRM, **changes}) or []
    return {(row["list"], row["subtype"], row["lead"]) for row in rows}


def test_an_industrial_firm_above_five_yi_with_a_gap_is_on_l1() -> None:
    assert lists() == {("L1", "双缺", "工信")}
    assert lists(has_activity=True) == {("L1", "缺机构", "工信")}
    assert lists(has_inst=True) == {("L1", "缺活动", "工信")}
    assert lists(has_activity=True, has_inst=True) == set()


def test_five_yi_counts_as_above_and_a_fen_less_does_not() -> None:
    assert lists(revenue_yi=5) == {("L1", "双缺", "工信")}
    assert lists(revenue_yi=4.9999) == {("L3-pool", "双缺", "县级"), ("WATCH-5亿", "临界", "工信")}
    assert lists(revenue_yi=3.9999) == {("L3-pool", "双缺", "县级")}


def test_unknown_evidence_counts_as_missing() -> None:
    assert lists(has_activity=None, has_inst=None) == {("L1", "双缺", "工信")}


@pytest.mark.parametrize(
    ("level", "lead"), [("区属", "国资"), ("市属", "国资"), ("县属", "国资"), ("央企", "科技"), (None, "科技")]
)
def test_a_state_firm_is_on_l2_led_by_whoever_supervises_it(level: str | None, lead: str) -> None:
    assert ("L2", "双缺", lead) in lists(is_soe=True, supervisor_level=level)
    assert lists(is_soe=True, supervisor_level=level, has_activity=True, has_inst=True) == {("L2", "巩固", lead)}


def test_potential_of_sixty_decides_between_l3_and_its_pool() -> None:
    sixty = {"rd_expense_acct": 1, "patents_valid": 1, "is_sme_tech": True}
    assert decide("classify", "potential", sixty) == 60
    assert lists(revenue_yi=3, **sixty) == {("L3", "双缺", "科技")}
    assert decide("classify", "potential", {"rd_expense_acct": 1, "patents_valid": 1, "revenue_growth": 10}) == 55
    assert decide("classify", "potential", {}) == 0
    everything = {
        **sixty,
        "patents_invention_valid": 3,
        "revenue_growth": 10,
        "tech_share": 5,
        "has_platform": True,
    }
    assert decide("classify", "potential", {**everything, "univ_cooperation": True, "willingness": 4}) == 100


@pytest.mark.parametrize(
    ("revenue", "subtype"),
    [(999.9, None), (1000, "C"), (1199.9, "C"), (1200, "B"), (1599.9, "B"), (1600, "A"), (1999.9, "A"), (2000, "D")],
)
def test_a_high_tech_firm_below_scale_is_on_l4_by_its_revenue(revenue: float, subtype: str | None) -> None:
    found = lists(is_scale=False, is_hitech_valid=True, hitech_expire_months=20, revenue_wan=revenue, revenue_yi=0.2)
    assert found == ({("L4", subtype, "工信")} if subtype else set())


def test_a_firm_on_scale_that_is_nearly_high_tech_is_on_l5_once() -> None:
    covered = {"has_activity": True, "has_inst": True}
    assert lists(**covered, gap_count_hitech=2) == {("L5", "接近", "科技")}
    assert lists(**covered, gap_count_hitech=3) == set()
    assert lists(**covered, pool_ok=True, gap_count_hitech=2) == {("L5", "入库培育", "科技")}
    assert lists(**covered, pool_ok=True, is_hitech_valid=True, hitech_expire_months=7) == set()


def test_watch_flags_tell_an_expiring_certificate_and_a_firm_outside_the_roster() -> None:
    covered = {"has_activity": True, "has_inst": True, "is_hitech_valid": True}
    assert lists(**covered, hitech_expire_months=6) == {("WATCH-高企到期", "到期", "科技")}
    assert lists(is_scale=False, revenue_wan=2000, revenue_yi=0.2) == {("WATCH-达规未入库", "达规", "工信")}


def eligibility(**changes: Any) -> tuple[str, list[str]]:
    found = decide("closure-eligibility", "closure-eligibility", {**READY, **changes})
    return found["result"], found["missing"]


def test_l1_is_eligible_with_two_quarters_or_a_yearly_table() -> None:
    assert eligibility() == ("ELIGIBLE", [])
    assert eligibility(rd_quarters=1) == ("NOT_YET", ["activity"])
    assert eligibility(rd_quarters=0, annual_rd=0.01) == ("ELIGIBLE", [])
    assert eligibility(rd_quarters=None, annual_rd=None) == ("NOT_YET", ["activity"])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"projects_in_execution": 0}, "project"),
        ({"aux_ledger_checked": False}, "aux_ledger"),
        ({"aux_ledger": False}, "aux_ledger"),
        ({"inst_filed": False}, "institution"),
        ({"stat_fill_done": False}, "stat_fill"),
        ({"red_notices": 1}, "red_notice"),
        ({"objections": 1}, "objection"),
        ({"operating": False}, "operating"),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, Any], code: str) -> None:
    assert eligibility(**changes) == ("NOT_YET", [code])


def test_l2_needs_its_figures_confirmed_as_well() -> None:
    assert eligibility(list="L2") == ("NOT_YET", ["soe_figures"])
    assert eligibility(list="L2", soe_figures_consistent=True, soe_confirmed=True) == ("ELIGIBLE", [])


def test_l3_asks_only_for_the_gap_it_was_listed_for() -> None:
    bare = {"list": "L3", "rd_quarters": 0, "projects_in_execution": 0, "aux_ledger": False, "stat_fill_done": False}
    assert eligibility(**bare, gap_activity=False) == ("ELIGIBLE", [])
    assert eligibility(**bare, gap_inst=False, inst_filed=False) == ("NOT_YET", ["activity", "project", "aux_ledger"])
    assert eligibility(list="L3", inst_filed=False) == ("NOT_YET", ["institution"])


def test_l4_l5_and_renew_need_their_paper() -> None:
    assert eligibility(list="L4") == ("NOT_YET", ["roster"])
    assert eligibility(list="L4", in_roster=True) == ("ELIGIBLE", [])
    for name in ("L5", "RENEW"):
        assert eligibility(list=name, hitech_valid=True) == ("NOT_YET", ["certificate"])
        assert eligibility(list=name, hitech_valid=True, hitech_listed=True) == ("ELIGIBLE", [])


def test_the_exception_excuses_activity_but_never_the_institution() -> None:
    elsewhere = {"group_agreement": True, "rd_quarters": 0, "projects_in_execution": 0}
    assert eligibility(**elsewhere) == ("EXCEPTION_ONLY", ["activity", "project"])
    assert eligibility(**elsewhere, inst_filed=False)[0] == "NOT_YET"
    assert eligibility(**elsewhere, objections=1)[0] == "NOT_YET"


def levels(**changes: Any) -> list[str]:
    return decide("plan-approval", "plan-approval", {**PLAN, **changes})["levels"]


def test_who_approves_a_plan_follows_list_size_owner_and_light() -> None:
    assert levels() == ["county"]
    assert levels(lists=["L5", "L1"]) == ["county", "city"]
    assert levels(lists=["L2"], is_soe=True, supervisor_level="市属") == ["county", "city"]
    assert levels(is_soe=True, supervisor_level="央企") == ["county", "city", "region"]
    assert levels(is_soe=True, supervisor_level="区属") == ["county", "city", "region"]
    assert levels(revenue_yi=20) == ["county", "city", "region"]
    assert levels(revenue_yi=19.99) == ["county"]
    assert levels(light="red") == ["county", "city", "region"]


def test_a_plan_after_a_relapse_goes_one_level_higher_up_to_the_region() -> None:
    assert levels(reopened=True, previous_levels=["county"]) == ["county", "city"]
    assert levels(extensions_used=True, previous_levels=["county", "city"]) == ["county", "city", "region"]
    assert levels(reopened=True, previous_levels=["county", "city", "region"]) == ["county", "city", "region"]


def test_reminders_come_before_and_after_the_due_date_to_the_right_people() -> None:
    found = dmn.evaluate(
        decisions("reminders"),
        "reminders",
        {"process": "case", "element": "write_plan", "stage": "COACH"},
        now=NOW,
        functions={},
    )
    rows = feel.to_json(found.value)
    assert isinstance(rows, list)
    assert [(row["offset"], row["to"], row["light"], row["raise"]) for row in rows] == [
        (-5, "owner", "blue", 0),
        (-2, "owner", "blue", 0),
        (1, "owner", "yellow", 0),
        (1, "superior", "yellow", 0),
        (6, "superior", "red", 1),
        (10, "level-up", "red", 2),
    ]


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.dmn")), ids=lambda path: path.stem)
def test_every_decision_file_reads_clean_and_every_rule_says_why(path: Any) -> None:
    read = decisions(path.stem)
    assert not read.findings
    rules = [one for one in etree.parse(str(path)).getroot().iter() if etree.QName(one).localname == "rule"]
    assert rules
    for rule in rules:
        assert any(etree.QName(one).localname == "description" and one.text for one in rule), rule.get("id")


def test_classification_asks_only_for_facts_that_the_registry_supplies() -> None:
    supplied = set(re.findall(r"\w+", facts.facts_of.__doc__ or ""))
    asked = set(re.findall(r"facts\.(\w+)", (WORKFLOWS / "classify.dmn").read_text(encoding="utf-8")))
    assert asked <= supplied, asked - supplied
