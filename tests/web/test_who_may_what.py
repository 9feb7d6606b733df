"""Every address of the house and everybody who may use it. An address that is not declared here is a fault."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from tests.web.visitors import PEOPLE, Door

ALL = frozenset(PEOPLE)
OPEN: Final = frozenset(
    {
        "assets.file",
        "static",
        "language.messages",
        "language.change",
        "auth.login",
        "auth.log_in",
        "auth.log_out",
        "verifying.index",
        "verifying.verify",
        "public.filings",
        "public.filing",
        "public.object_to",
        "public.thanks",
    }
)
"""What a stranger may ask for."""
BY_TOKEN: Final = frozenset(
    {"camunda7.deployments", "camunda7.version", "camunda7.create_deployment", "camunda7.start_7", "camunda8.topology",
     "camunda8.deploy_8", "camunda8.start_8", "from_modeler.webapps"}
)  # fmt: skip
"""Where a tool shows a token instead of a cookie: test_modeler_door.py."""
HERE: Final = frozenset({"XG", "XL", "CG", "RG", "JM", "SUP"})
"""Officials whose territory covers the case."""
OFFICIALS: Final = HERE | {"next county", "next city"}
OF_CASE: Final = HERE | {"LO", "ENT"}
REFUSED: Final = frozenset({403, 404})


@dataclass(frozen=True)
class Rule:
    """Who gets through at an address (all others are refused), and what is sent. `{case}` stands for an id of `Ids`."""

    path: str
    who: frozenset[str]
    method: str = "GET"
    send: Mapping[str, Any] = field(default_factory=dict[str, Any])


def post(path: str, *who: str, **send: Any) -> Rule:
    return Rule(path, frozenset(who), "POST", send)


RULES: Final[Mapping[str, Rule]] = {
    "worklist.index": Rule("/", ALL),
    "worklist.inbox": Rule("/notices", ALL),
    "worklist.read": post("/notices/{notice}/read", "LO"),
    "worklist.show": Rule("/tasks/{task}", HERE),
    "worklist.complete": post("/tasks/{task}", "XG", json={"submission": {}}),
    "worklist.keep": Rule("/tasks/{task}/draft", frozenset({"XG"}), "PUT", {"json": {"submission": {}}}),
    "worklist.take": post("/tasks/{task}/take", "XG"),
    "worklist.give_back": post("/tasks/{task}/give-back", "XG"),
    "files.bring": post("/tasks/{task}/files", "XG"),
    "files.show": Rule("/files/{file}", HERE | {"LO"}),
    "cases.index": Rule("/cases/", ALL),
    "cases.show": Rule("/cases/{case}", OF_CASE),
    "cases.measure": Rule("/cases/measures/{measure}", OF_CASE),
    "cases.record": post("/cases/measures/{measure}", "LO", json={"submission": {}}),
    "acts.new_measure": Rule("/cases/{case}/measures/new", frozenset({"LO"})),
    "acts.add_measure": post("/cases/{case}/measures/new", "LO", json={"submission": {}}),
    "acts.drop": Rule("/cases/measures/{measure}/drop", frozenset({"LO"})),
    "acts.ask_drop": post("/cases/measures/{measure}/drop", "LO", json={"submission": {}}),
    "acts.status": Rule("/cases/{case}/status", frozenset({"XG", "XL", "CG", "RG", "LO"})),
    "acts.report_status": post("/cases/{case}/status", "XG", "XL", "CG", "RG", "LO", data={"kind": "halted"}),
    "cases.check_proof": post("/cases/proofs/{proof}/check", "XG"),
    "closures.index": Rule("/closures/", OFFICIALS),
    "closures.sign": post("/closures/sign", *OFFICIALS, data={"task": "{task}", "opinion": "同意"}),
    "closures.published": Rule("/closures/published", OFFICIALS),
    "closures.object_to": post("/closures/{closure}/objections", *HERE, data={"reason": "数据与事实不符"}),
    "closures.watched": Rule("/closures/watched", OFFICIALS),
    "closures.integrity": post("/closures/cases/{case}/integrity", "CG", "RG", data={"reason": "项目清单不实"}),
    "ledger.index": Rule("/ledger", OFFICIALS | {"LO", "next officer"}),
    "ledger.workbook": Rule("/ledger.xlsx", OFFICIALS | {"LO", "next officer"}),
    "lists.reconciliation": Rule("/lists/reconciliation", OFFICIALS),
    "issues.index": Rule("/issues/", ALL),
    "issues.new": Rule("/issues/new", ALL - {"DES", "ADM"}),
    "issues.create": Rule("/issues/", ALL - {"DES", "ADM"}, "POST"),
    "issues.show": Rule("/issues/{issue}", OF_CASE),
    "issues.note": post("/issues/{issue}/progress", "LO", "XG", data={"said": "正在核对凭证"}),
    "issues.merge": Rule("/issues/merge", frozenset({"CG", "RG", "JM", "next city"})),
    "issues.merged": post("/issues/merge", "CG", "RG", "JM", "next city"),
    "filings.index": Rule("/filings/", ALL),
    "filings.create": post(
        "/filings/",
        "ENT",
        "other firm",
        "LO",
        "next officer",
        "XG",
        "next county",
        "CG",
        "next city",
        "RG",
        data={"level": "city"},
    ),
    "filings.show": Rule("/filings/{filing}", OF_CASE),
    "filings.withdraw": post("/filings/{filing}/withdraw", "ENT"),
    "filings.published": Rule("/filings/published", OFFICIALS),
    "papers.index": Rule("/filings/{filing}/papers", OF_CASE),
    "papers.filing": Rule("/filings/{filing}/papers/F07.docx", OF_CASE),
    "papers.review": Rule("/institutions/{institution}/reviews/2026.docx", OF_CASE),
    "papers.order": Rule("/orders/{order}/paper.docx", HERE | {"LO"}),
    "filing_sheets.publication": Rule("/filings/publication.xlsx", OFFICIALS),
    "filing_sheets.register": Rule("/institutions/register.xlsx", OFFICIALS),
    "filing_batch.index": Rule("/filings/batch/", frozenset({"CG", "RG", "next city"})),
    "filing_batch.sign": post("/filings/batch/", "CG", "RG", "next city", data={"task": "{task}", "opinion": "同意"}),
    "filing_pipeline.index": Rule("/filings/pipeline/?path={path}", frozenset({"CG", "RG", "JM", "SUP"})),
    "institutions.index": Rule("/institutions/", ALL),
    "institutions.show": Rule("/institutions/{institution}", OF_CASE),
    "institution_acts.ask": post("/institutions/{institution}/ask/change", "ENT", "LO"),
    "institution_acts.calls": Rule("/institutions/recognitions", OFFICIALS),
    "institution_acts.call": post("/institutions/recognitions", "CG", "RG", "next city"),
    "beside.draw": post("/tasks/{task}/beside", "XG", json={"submission": {}}),
    "beside.neighbour": Rule("/tasks/{task}/neighbour", ALL),
    "phrases.index": Rule("/phrases/", ALL - {"ENT", "other firm"}),
    "phrases.add": post("/phrases/", *(ALL - {"ENT", "other firm"}), data={"text": "同意。"}),
    "phrases.remove": post("/phrases/{notice}/remove"),
    "lists.index": Rule("/lists/", OFFICIALS),
    "lists.show": Rule("/lists/{version}", OFFICIALS),
    "lists.start": post("/lists/", "JM"),
    "visits.index": Rule("/visits/", ALL),
    "visits.behind": Rule("/visits/list", ALL - {"ENT", "other firm"}),
    "visits.unvisited": Rule("/visits/unvisited", OFFICIALS),
    "visits.show": Rule("/visits/{visit}", OF_CASE),
    "visits.propose": post("/visits/{visit}/day", "ENT", data={"day": "2026-07-10", "reason": "负责人出差"}),
    "visits.plan": Rule("/visits/plan/{case}", HERE | {"LO"}),
    "visits.planned": post("/visits/plan/{case}", *HERE, "LO", data={"due_on": "2026-07-10"}),
    "officers.index": Rule("/officers/", OFFICIALS | {"ADM"}),
    "officers.show": Rule("/officers/{officer}", HERE | {"ADM"}),
    "officers.leave": post("/officers/{officer}/leave", "XG", "CG", "ADM"),
    "officers.back": post("/officers/{officer}/back", "XG", "CG", "ADM"),
    "officers.hand_over": post("/officers/{officer}/handover", "XG", "CG", "ADM", data={"reason": "轮岗"}),
    "officers.handover": Rule("/officers/handovers/{handover}", HERE | {"ADM"}),
    "officers.reassign": post("/officers/cases/{case}", "XG", "CG", "ADM", data={"officer": "1"}),
    "quarters.index": Rule("/quarters/", ALL),
    "quarters.reports": Rule("/quarters/reports", ALL),
    "quarters.of_enterprise": Rule("/quarters/enterprises/{enterprise}", OF_CASE),
    "quarters.doubts": Rule("/quarters/doubts", frozenset({"XG", "next county"})),
    "quarters.confirm": post("/quarters/confirm", "XG", "next county"),
    "quarters.confirm_report": post("/quarters/doubts/{report}", "XG"),
    "quarters.confirm_figure": post("/quarters/figures/{enterprise}", "XG", data={"field": "revenue"}),
    "orders.index": Rule("/orders/", OFFICIALS | {"LO", "next officer"}),
    "orders.show": Rule("/orders/{order}", HERE | {"LO"}),
    "orders.paper": Rule("/orders/{order}/paper", HERE | {"LO"}),
    "orders.new": Rule("/orders/new?case={case}", HERE),
    "orders.create": post("/orders/?case={case}", *HERE),
    "orders.withdraw": post("/orders/{order}/withdraw", "CG", data={"reason": "企业已转由市里协调解决"}),
    "orders.places": Rule("/orders/territories", OFFICIALS),
    "orders.note_place": post("/orders/territories", "JM", data={"path": "45/4508"}),
    "incidents.index": Rule("/incidents/", frozenset({"XL", "JM", "SUP", "ADM"})),
    "incidents.retry": post("/incidents/{job}/retry", "XL", "JM", "SUP", "ADM"),
    "incidents.retry_all": post("/incidents/retry", "XL", "JM", "SUP", "ADM"),
    "supervisor.board": Rule("/board/?path={path}", frozenset({"CG", "RG", "JM", "SUP"})),
    "supervisor.retry": post("/board/jobs/{job}/retry", "XL", "JM", "SUP", "ADM"),
    "supervisor.assign": post("/board/tasks/{task}/assign", "XG", "XL", "CG", "RG", "JM", data={"to": "xk"}),
    "importing.index": Rule("/import/", frozenset({"ADM", "JM", "RG", "CG", "next city"})),
    "importing.upload": post("/import/", "ADM", "JM", "RG", "CG", "next city"),
    "importing.show": Rule("/import/{imported}", frozenset({"ADM", "JM", "RG"})),
    "importing.change": post("/import/{imported}/mapping", "ADM", "JM", "RG"),
    "importing.apply": post("/import/{imported}/apply", "ADM", "JM", "RG"),
    "importing.annotated": Rule("/import/{imported}/annotated.xlsx", frozenset({"ADM", "JM", "RG"})),
    "designer.index": Rule("/designer/", frozenset({"DES"})),
    "designer.show": Rule("/designer/{definition}", frozenset({"DES"})),
    "designer.source": Rule("/designer/{definition}/source", frozenset({"DES"})),
    "designer.deploy": post("/designer/deploy", "DES"),
    "designer.deployment": Rule("/designer/deployments/{deployment}", frozenset({"DES"})),
    "designer.run": Rule("/designer/runs/{run}", frozenset({"DES"})),
    "modelling.rules": Rule("/designer/rules/", frozenset({"DES"})),
    "modelling.rule": Rule("/designer/rules/event", frozenset({"DES"})),
    "modelling.kit": Rule("/designer/kit.zip", frozenset({"DES"})),
    "access_tokens.index": Rule("/designer/tokens/", frozenset({"DES"})),
    "access_tokens.make": post("/designer/tokens/", "DES", data={"name": "Modeler"}),
    "access_tokens.revoke": post("/designer/tokens/{token}/revoke", "DES"),
    "from_modeler.home": Rule("/from-modeler/", ALL),
    "from_modeler.repository": Rule("/from-modeler/repository", ALL),
    "from_modeler.process_instance": Rule("/from-modeler/process-instance/1", ALL),
    "drawing": Rule("/drawings/{definition}", ALL - {"ENT", "other firm"}),
    "admin.calendar": Rule("/admin/calendar", frozenset({"ADM"})),
    "admin.enter": post("/admin/calendar", "ADM"),
    "admin.demo": Rule("/admin/demo", frozenset({"ADM"})),
    "admin.advance": post("/admin/demo", "ADM"),
}


def test_every_address_is_declared(door: Door) -> None:
    endpoints = {rule.endpoint for rule in door.app.url_map.iter_rules()}
    assert endpoints - OPEN - BY_TOKEN == set(RULES), "declare who may use a new address"


@pytest.mark.parametrize("endpoint", list(RULES))
def test_only_those_get_through_who_may(endpoint: str, door: Door) -> None:
    rule = RULES[endpoint]
    path = rule.path.format_map(vars(door.ids))
    # The refused come first: what the others do may change what there is to refuse.
    got = {
        role: door.knock(role, rule.method, path, **rule.send).status_code
        for role in sorted(PEOPLE, key=lambda role: role in rule.who)
    }
    through = {role for role, status in got.items() if status not in REFUSED}
    assert through == rule.who, got
    assert not {status for status in got.values() if status >= 500}, got
    stranger = door.knock("", rule.method, path, **rule.send)
    assert stranger.status_code == 401 or stranger.headers["Location"].startswith("/login")


def test_a_stranger_comes_back_to_where_he_wanted_to_go(door: Door) -> None:
    answer = door.knock("", "GET", "/cases/?light=red")
    assert answer.headers["Location"] == "/login?next=/cases/?light%3Dred"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_logging_in_leads_to_no_other_site(target: str, door: Door) -> None:
    given = {"username": "xg", "password": "sun-and-rain-2026", "next": target}
    assert door.knock("", "POST", "/login", data=given).headers["Location"] == "/"


def test_a_wrong_password_says_so_and_nothing_more(door: Door) -> None:
    answer = door.knock("", "POST", "/login", data={"username": "xg", "password": "wrong"})
    unknown = door.knock("", "POST", "/login", data={"username": "nobody", "password": "wrong"})
    assert answer.status_code == unknown.status_code == 401
    assert "用户名或密码不对" in answer.text
    assert "用户名或密码不对" in unknown.text


def test_without_the_pages_token_nothing_is_taken(door: Door) -> None:
    door.app.config["WTF_CSRF_ENABLED"] = True
    answer = door.knock("XG", "POST", f"/tasks/{door.ids.task}", json={"submission": {}})
    assert answer.status_code == 400
    assert "填写的内容" in answer.get_json()["message"]


def test_an_enterprise_sees_no_light_and_no_word_of_officials(door: Door) -> None:
    pages = ("/", "/cases/", f"/cases/{door.ids.case}", "/cases/?light=green", f"/cases/measures/{door.ids.measure}")
    for path in pages:
        shown = door.knock("ENT", "GET", path).text.split("<main")[1]
        assert "x-light" not in shown, path
        assert "亮灯" not in shown, path
        assert "办理经过" not in shown, path
        assert door.knock("XL", "GET", path).status_code == 200
