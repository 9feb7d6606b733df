"""The drawing of the visit walks its ways: confirmed, silent, refused, routine."""

from datetime import date

from tests.workflows.player import Player, Service

VISIT: dict[str, Service] = {
    "registry.visits.open": {"visitId": 2, "due": "2026-07-14T17:30:00+08:00", "countyGroups": ["XG"], "baseline": {}},
    "registry.visits.conclude": {"conclusion": "true", "baseline": {"conclusion": "true"}},
}
ARRANGED = {"arrange": {"date": "2026-07-08", "mode": "site", "topics": ["activity"]}}
VISITED = {
    "visit": {
        "result": "visited",
        "date": "2026-07-08",
        "mode": "site",
        "people": [{"name": "韦示三", "post": "总工程师"}],
        "content": "了解研发立项、辅助账建立和统计填报情况,查看研发场地。",
    }
}
REFUSED = {"visit": {"result": "refused", "reason": "企业负责人外出"}}
BASELINE = {
    "baseline": {
        "status": "存续",
        "revenue": 62000,
        "hasActivity": False,
        "hasInstitution": False,
        "willingness": "4",
        "conclusion": "true",
    }
}


def visit(kind: str = "first") -> Player:
    played = Player("visit", {"caseId": 1, "visitType": kind}, VISIT)
    played.complete("arrange", ARRANGED)
    assert played.inputs_of("registry.visits.arrange")["arrange"]["date"].startswith("2026-07-08")
    return played


def test_a_first_visit_ends_with_a_baseline_that_the_enterprise_confirms() -> None:
    played = visit()
    assert played.due("record_visit") == date(2026, 7, 14)
    played.complete("record_visit", VISITED)
    played.complete("confirm_visit", {"confirm": {"agree": True, "score": "5"}})
    played.complete("baseline", BASELINE)
    played.complete("confirm_baseline", {"confirm": {"agree": True}})
    concluded = played.inputs_of("registry.visits.conclude")
    assert (concluded["outcome"], concluded["confirmedBy"]) == ("visited", "enterprise")
    assert played.outcome.completed
    assert played.variables["conclusion"] == "true"


def test_a_silent_enterprise_stops_nothing() -> None:
    played = visit()
    played.complete("record_visit", VISITED)
    assert played.due("confirm_late") == date(2026, 7, 3)
    played.fire("confirm_late")
    assert played.gave("registry.visits.mark_unconfirmed", visitId=2)
    played.complete("baseline", BASELINE)
    played.fire("baseline_late")
    assert played.tasks == ["county_confirms_baseline"]
    assert played.task("county_confirms_baseline").properties["differentFrom"] == "visit.record_visit,visit.baseline"
    played.complete("county_confirms_baseline", {"confirm": {"agree": True}})
    assert played.inputs_of("registry.visits.conclude")["confirmedBy"] == "county"


def test_two_refusals_bring_the_county_leader_and_a_third_ends_the_visit() -> None:
    played = visit()
    played.complete("record_visit", REFUSED)
    assert played.tasks == ["arrange"]
    played.complete("arrange", ARRANGED)
    played.complete("record_visit", REFUSED)
    assert played.tasks == ["leader_visit"]
    played.complete("leader_visit", REFUSED)
    assert played.outcome.completed
    assert played.inputs_of("registry.visits.conclude")["outcome"] == "unvisited"


def test_a_routine_visit_has_no_baseline() -> None:
    played = visit("routine")
    played.complete("record_visit", VISITED)
    played.complete("confirm_visit", {"confirm": {"agree": True, "score": "4"}})
    assert played.outcome.completed
    assert "baseline" not in played.path


def test_another_day_proposed_by_the_enterprise_is_arranged_again() -> None:
    played = visit()
    played.hear("date_proposed", "2", {"day": "2026-07-09", "reason": "负责人出差"})
    assert played.tasks == ["arrange"]
    assert played.gave("registry.visits.take_proposal", visitId=2, day="2026-07-09")
    played.complete("arrange", ARRANGED)
    assert played.tasks == ["record_visit"]


def test_a_planned_visit_runs_until_its_own_day_and_can_be_cancelled() -> None:
    played = Player("visit", {"caseId": 1, "visitType": "routine", "visitPlanId": 9}, VISIT)
    played.complete("arrange", ARRANGED)
    played.hear("visit_cancelled", "9", {"reason": "案件已办结"})
    assert played.outcome.completed
    assert played.gave("registry.visits.cancel", visitId=2, reason="案件已办结")


def test_what_a_visit_found_is_followed_up_before_it_ends() -> None:
    played = visit("routine")
    played.complete("record_visit", VISITED)
    played.fire("confirm_late")
    assert played.gave("registry.visits.follow_up", visitId=2)
    assert played.outcome.completed
