"""What people usually answer in the forms of a filing: an application of tier L with nothing wrong, and desks that agree."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

NAMES = "陈李张刘黄梁韦覃蒙莫潘周吴郑冯"


def application(shown: Mapping[str, Any], today: date) -> dict[str, Any]:
    """F07 of an own institution that meets tier L of the city, or the standard of the region; what is prefilled stays."""
    region = shown.get("level") == "region"
    firm = int(str(shown.get("enterpriseId") or 1))
    count = 16 if region else 12
    staff = [
        {
            "name": f"{NAMES[number % len(NAMES)]}工{firm}{number}",
            "last4": f"{(firm * 37 + number) % 10_000:04d}",
            "title": "senior" if number < 3 else "none",
            "education": "master" if number < 4 else "bachelor",
            "fullTime": True,
            "isDirector": number == 0,
        }
        for number in range(count)
    ]
    kinds = ("self", "joint", "government", "self")
    projects = [
        {
            "name": f"板材胶合工艺研究{number + 1}",
            "source": kinds[number],
            "start": (today - timedelta(days=200 - number * 10)).isoformat(),
            "end": (today + timedelta(days=300)).isoformat(),
            "budget": 200,
        }
        for number in range(4)
    ]
    given = {
        "name": f"桂示木业研发中心{firm}",
        "kind": "技术中心",
        "type": "own",
        "foundedOn": (today - timedelta(days=700)).isoformat(),
        "director": staff[0]["name"],
        "directorTitle": "总工程师",
        "siteArea": 320,
        "sitePath": str(shown["counties"][0]["value"]) if shown.get("counties") else "",
        "siteAddress": f"园区大道{firm}号研发楼三层",
        "staff": staff,
        "equipValue": 900,
        "equipCount": 42,
        "fixedAssets": 20_000,
        "revenue": 62_000,
        "rdInput": 1_500,
        "projects": projects,
        "rules": ["management", "accounting", "incentive", "results", "safety", "plan"],
        "ipCount": 6,
        "inventionCount": 2,
    }
    known = shown.get("application") or {}
    kept = {name: known[name] for name in ("sitePath", "siteAddress", "name", "kind", "director") if known.get(name)}
    if known.get("staff"):
        return {**known, "certified": True, "signer": "韦总"}
    if kept.get("director"):
        staff[0]["name"] = kept["director"]
    return {**given, **kept, "certified": True, "signer": "韦总"}


def answer(element_id: str, shown: Mapping[str, Any], today: date, world: Any) -> tuple[str, dict[str, Any]]:
    """The usual answer of a user task of `filing`: the word of its form, and what stands below it."""
    match element_id:
        case "apply" | "correct" | "rectify":
            return "application", application(shown, today)
        case "confirm_promise":
            keep = {"keep": True} if (shown.get("selfCheck") or {}).get("verdict") == "OK_WITH_PROMISE" else {}
            return "promise", {"agree": True, "name": "韦总", "post": "总经理", **keep}
        case "county_check":
            return "check", {"decision": "agree", "opinion": "材料齐全,属本县,符合受理条件。"}
        case "form_team":
            members = [str(one["value"]) for one in shown["checkers"] if one["value"] != "lo"][:2]
            return "team", {"plannedOn": today.isoformat(), "members": members, "declared": True}
        case "onsite_check":
            return "onsite", onsite(shown, today)
        case "expert_opinion":
            return "vote", {"decision": "pass", "score": 88, "opinion": "研发条件具备,方向明确。"}
        case "advise":
            return "advice", {"text": "本部门无不同意见。"}
        case "settle_cosign":
            return "settle", {"decision": "agree", "opinion": "两部门协商一致,同意备案。"}
        case "joint_decide":
            return "joint", {"decision": "agree", "meeting": today.isoformat(), "opinion": "经会议研究,同意备案。"}
        case "offer_city":
            return "offer", {"accept": True}
        case "investigate":
            return "investigation", {"upheld": False, "finding": "经核查,所反映的问题不属实,异议不成立。"}
        case "explain_refusal":
            reason = (shown.get("refusal") or {}).get("reason") or ""
            code = (shown.get("refusal") or {}).get("code") or "other"
            return "refusal", {
                "code": code,
                "reason": f"{reason}(不符合备案条件,详见审核意见)",
                "remedy": "补齐后可再次申请。",
            }
        case _:
            return "review", {"decision": "agree", "opinion": "同意。"}


def onsite(shown: Mapping[str, Any], today: date) -> dict[str, Any]:
    """F09 of a site that is as declared."""
    declared = shown.get("declaredNow") or {}
    figures = {
        "site": "siteArea",
        "staff": "staffFulltime",
        "equipment": "equipValue",
        "input": "rdInput",
        "projects": "projectsCount",
        "ip": "ipCount",
    }
    seen: dict[str, Any] = {"rulesConsistent": True}
    for item, figure in figures.items():
        seen |= {f"{item}Verified": declared.get(figure) or 0, f"{item}Consistent": True}
    return {
        "date": today.isoformat(),
        **seen,
        "conclusion": "consistent",
        "note": "现场查看研发场地、设备和台账,与申报一致。",
        "teamSigned": "李工、陈工",
        "enterpriseSigned": "韦总",
    }
