"""DT-4 in the words of the reference: who files whom, whose signature is needed, who gets a copy; the look at the site; the terms."""

from typing import Any

import pytest

from tests.workflows.player import decide

INDUSTRY: dict[str, Any] = {
    "of_guangxi": True,
    "registered": True,
    "is_scale": True,
    "is_hitech_valid": False,
    "recognised": False,
    "is_industry": True,
    "level": "city",
}
CALM: dict[str, Any] = {
    "fast_track": False,
    "level": "city",
    "margin": 30,
    "risk": False,
    "first_with_promise": False,
    "draw": 50,
}


def authority(**changes: Any) -> Any:
    return decide("filing-authority", "filing-authority", {**INDUSTRY, **changes})


def test_a_small_high_tech_firm_is_preregistered_and_other_small_firms_are_out_of_scope() -> None:
    assert authority(is_scale=False, is_hitech_valid=True)["outcome"] == "preregister"
    refused = authority(is_scale=False)
    assert (refused["outcome"], refused["reason"]) == ("reject", "below_scale")
    assert authority(of_guangxi=False)["reason"] == "out_of_region"
    assert authority(registered=False)["reason"] == "cancelled"


@pytest.mark.parametrize(
    ("changes", "line", "desks", "cosign"),
    [
        ({}, "industry", ("XG", "CG", "RG"), ("yes", "CK")),
        ({"level": "region"}, "industry", ("XG", "CG", "RG"), ("yes", "RK")),
        ({"is_industry": False}, "science", ("XK", "CK", "RK"), ("no", "")),
        ({"is_industry": False, "level": "region"}, "science", ("XK", "CK", "RK"), ("no", "")),
    ],
)
@pytest.mark.parametrize("recognised", [False, True])
def test_industry_goes_the_way_of_industry_with_science_signing_at_both_levels(
    changes: dict[str, Any], line: str, desks: tuple[str, str, str], cosign: tuple[str, str], recognised: bool
) -> None:
    said = authority(**changes, recognised=recognised)
    assert (said["outcome"], said["line"]) == ("accept", line)
    assert (said["county"], said["city"], said["region"]) == desks
    assert (said["cosign"], said["cosign_post"]) == cosign
    assert (said["fast_track"], said["days"]) == ((True, 5) if recognised else (False, 0))


@pytest.mark.parametrize(
    ("is_soe", "level", "posts"),
    [
        (True, "区属", ["RS"]),
        (True, "市属", ["CS"]),
        (True, "县属", ["XS"]),
        (True, "央企", []),
        (False, "", []),
    ],
)
def test_the_state_assets_office_that_supervises_a_firm_gets_a_copy(is_soe: bool, level: str, posts: list[str]) -> None:
    rows = decide("filing-authority", "filing-copies", {"is_soe": is_soe, "supervisor_level": level}) or []
    assert [row["post"] for row in rows] == posts


@pytest.mark.parametrize(
    ("changes", "required", "reason"),
    [
        ({}, False, "none"),
        ({"level": "region"}, True, "region"),
        ({"level": "region", "fast_track": True}, False, "platform"),
        ({"margin": 10}, True, "close"),
        ({"margin": 10.01}, False, "none"),
        ({"margin": None}, False, "none"),
        ({"risk": True}, True, "risk"),
        ({"first_with_promise": True}, True, "promise"),
        ({"draw": 19.99}, True, "random"),
        ({"draw": 20}, False, "none"),
    ],
)
def test_when_the_site_is_looked_at(changes: dict[str, Any], required: bool, reason: str) -> None:
    assert decide("filing-onsite", "filing-onsite", {**CALM, **changes}) == {"required": required, "reason": reason}


def test_the_terms_are_those_of_the_reference() -> None:
    terms = decide("filing-terms", "filing-terms", {"level": "city"})
    assert terms == {
        "validity_years": 3,
        "renewal_months": 3,
        "promise_days": 60,
        "rectify_days": 30,
        "publicity_days": 5,
        "reapply_months": 0,
        "reapply_months_false": 12,
        "min_months_city_filed": 0,
        "review_sample": 10,
        "draft_days": 90,
        "evidence_months": 12,
        "rectify_rounds": 2,
    }
