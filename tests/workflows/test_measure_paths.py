"""The drawing of a measure walks its ways: done in time, late and explained, put off, dropped or kept."""

from datetime import date
from typing import Any

from tests.workflows.player import Player
from tests.workflows.submissions import AGREE, REFUSE

LATER = {"delay": {"choice": "later", "newDue": "2027-03-31", "reason": "设备到货推迟"}}
DROP = {"delay": {"choice": "drop", "reason": "与另一措施重复"}}


def measure(late: bool = True, **services: Any) -> Player:
    return Player(
        "measure",
        {"measureId": 7},
        {
            "registry.measures.start": {"caseId": 1, "lateOn": "2027-01-05"},
            "registry.measures.late": {"late": late, "lateOn": "2027-04-01"},
            "registry.measures.postpone": {"lateOn": "2027-04-01"},
            "registry.measures.keep": {"lateOn": "2027-01-20"},
            **services,
        },
    )


def test_a_measure_waits_for_its_date_and_is_done_before_it() -> None:
    played = measure()
    assert played.waits == {"measure_late", "drop_asked", "measure_done", "filing_approved", "filing_rejected"}
    assert played.due("measure_late") == date(2027, 1, 4)
    played.hear("measure_done", "7", {"measureEnd": "done"})
    assert played.outcome.completed


def test_a_late_measure_is_explained_and_put_off() -> None:
    played = measure()
    played.fire("measure_late")
    assert played.tasks == ["explain_delay"]
    played.complete("explain_delay", LATER)
    assert played.inputs_of("registry.measures.postpone")["delay"]["choice"] == "later"
    assert played.due("measure_late") == date(2027, 3, 31)
    played.fire("measure_late")
    assert played.tasks == ["explain_delay"]
    played.hear("measure_done", "7")
    assert played.outcome.completed


def test_a_measure_whose_plan_was_extended_is_not_late() -> None:
    played = measure(late=False)
    played.fire("measure_late")
    assert played.tasks == []
    assert played.due("measure_late") == date(2027, 3, 31)


def test_a_measure_is_dropped_only_when_the_county_leader_agrees() -> None:
    asked = measure()
    asked.hear("drop_asked", "7", {"askedBy": "lo", "dropReason": "企业已转产"})
    asked.complete("decide_drop", AGREE)
    assert asked.gave("registry.measures.drop", measureId=7, askedBy="lo", reason="企业已转产")
    assert asked.outcome.completed

    late = measure()
    late.fire("measure_late")
    late.complete("explain_delay", DROP)
    assert late.task("decide_drop").properties["differentFrom"] == "measure.explain_delay"
    late.complete("decide_drop", REFUSE)
    assert late.inputs_of("registry.measures.keep")["dropReview"]["opinion"] == "不同意"
    assert late.due("measure_late") == date(2027, 1, 19)
