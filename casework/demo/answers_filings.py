"""Applications for a filing in the demonstration, and what becomes of an institution after its number.

Every application has a fate by its reference: most go through, some have a gap at first, are nearly there and promise, go back for a
correction, are not as declared on site, or are never sent. Figures follow the standard of 2.7 with room to spare, by the tier of the
enterprise; what is said at a desk follows the fate, so that the same demo is lived every time.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final, cast

from sqlalchemy.orm import Session

from casework.demo import answers_institutions, personas
from casework.filing_tables import Filing
from engine.calendars import local_day
from engine.tables import UserTask

FATES: Final[Mapping[str, int]] = {
    "plain": 54, "gap": 7, "near": 7, "returned": 10, "returned_city": 5, "partly": 4, "false": 2, "refused": 3, "lapse": 2,
    "disagree": 2, "leader": 1, "idle": 3,
}  # fmt: skip
"""How many of a hundred applications have which fate."""
_WORDS: Final = "韦黄覃莫蒙陆梁甘"
_GIVEN: Final = "志强晓燕建军丽华海涛秋萍永明文杰"
_Tier = tuple[float, int, float, int]
_TIERS: Final[Sequence[tuple[float, _Tier]]] = (
    (5_000, (30, 3, 50, 1)),
    (20_000, (60, 6, 100, 2)),
    (float("inf"), (80, 10, 300, 3)),
)
"""Up to a revenue in 万元: site in ㎡, staff, equipment in 万元, projects."""
_REGION: Final[_Tier] = (200, 15, 500, 3)


def fate(reference: str) -> str:
    """What becomes of the application with this reference: the same in every demo."""
    dice = Random(f"course {reference}")  # noqa: S311 - fictional
    return dice.choices(list(FATES), list(FATES.values()))[0]


def answer(
    db: Session, task: UserTask, shown: Mapping[str, Any], username: str, now: datetime
) -> Mapping[str, Any] | None:
    """The submission for a task of a filing; None leaves it lying."""
    if task.process_key != "filing":
        return answers_institutions.answer(task, shown, username, now)
    filing = db.get_one(Filing, int(shown["filingId"]))
    fated, today = fate(filing.ref_no), local_day(now)
    match task.element_id:
        case "apply":
            return None if fated == "idle" else {"application": application(shown, filing, fated, today)}
        case "correct" | "rectify":
            return None if fated == "lapse" else {"application": application(shown, filing, "plain", today)}
        case "confirm_promise":
            keep = {"keep": True} if filing.verdict == "OK_WITH_PROMISE" else {}
            return {"promise": {"agree": True, "name": "韦总", "post": "总经理", **keep}}
        case "offer_city":
            return {"offer": {"accept": True}}
        case "form_team":
            return _team(shown, username, today)
        case "onsite_check":
            return {"onsite": onsite(shown, fated if not filing.rectifications else "plain", today)}
        case _:
            return _opinion(task, filing, fated, shown, username, today)


def application(shown: Mapping[str, Any], filing: Filing, fated: str, today: date) -> dict[str, Any]:
    """F07: what is prefilled stays; a gap is there at first, and mended when the self-check has said so."""
    known = cast(Mapping[str, Any], shown.get("application") or {})
    dice = Random(f"application {filing.enterprise_id}")  # noqa: S311 - fictional
    revenue = float(known.get("revenue") or 4_000)
    area, people, equipment, projects = next(tier for most, tier in _TIERS if revenue <= most)
    if filing.level == "region":
        area, people, equipment, projects = _REGION
    room = dice.uniform(1.25, 1.9)
    tried = cast(Mapping[str, Any], shown.get("selfCheck") or {}).get("verdict") == "NOT_OK"
    lacking = fated == "gap" and not tried
    near = fated == "near" and filing.level == "city"
    staff = _staff(filing.enterprise_id, max(people + 2, round(people * room)), dice)
    value = round(equipment * (0.5 if lacking else room), 1)
    region = filing.level == "region"
    return {
        "name": str(known.get("name") or f"{dice.choice(('工艺', '新材料', '智能装备', '产品'))}研发中心"),
        "kind": str(known.get("kind") or dice.choice(("技术中心", "研发部", "工程研究中心", "设计中心"))),
        "type": "own",
        "foundedOn": str(known.get("foundedOn") or (today - timedelta(days=dice.randint(200, 2_000))).isoformat()),
        "director": staff[0]["name"],
        "directorTitle": "高级工程师",
        "siteArea": round(area * (0.95 if near else room)),
        "sitePath": str(known.get("sitePath") or filing.scope),
        "siteAddress": str(known.get("siteAddress") or f"工业园区{dice.randint(1, 99)}号研发楼"),
        "staff": staff,
        "equipValue": value,
        "equipCount": dice.randint(6, 60),
        "fixedAssets": max(float(known.get("fixedAssets") or 0), equipment * 12),
        "revenue": revenue,
        "rdInput": round(max(float(known.get("rdInput") or 0), revenue * (0.032 if region else 0.016)), 2),
        "projects": _projects(projects + 1, today, dice),
        "rules": ["management", "accounting", "incentive", "results", "safety", "plan"],
        "ipCount": max(int(known.get("ipCount") or 0), 5 if region else 2),
        "inventionCount": max(int(known.get("inventionCount") or 0), 2 if region else 0),
        "certified": True,
        "signer": "韦总",
    }


def onsite(shown: Mapping[str, Any], fated: str, today: date) -> dict[str, Any]:
    """F09: as declared, with less equipment than declared, or with people who are not there."""
    declared = cast(Mapping[str, Any], shown.get("declaredNow") or {})
    figures = {
        "site": "siteArea", "staff": "staffFulltime", "equipment": "equipValue", "input": "rdInput", "projects": "projectsCount",
        "ip": "ipCount",
    }  # fmt: skip
    seen: dict[str, Any] = {"rulesConsistent": True}
    for item, figure in figures.items():
        seen |= {f"{item}Verified": declared.get(figure) or 0, f"{item}Consistent": True}
    conclusion, note = "consistent", "实地查看研发场地、设备和台账,与申报一致。"
    if fated == "partly":
        seen |= {"equipmentConsistent": False, "equipmentNote": "两台设备未到位。"}
        conclusion, note = "partly", "设备清单与现场部分不一致,限期整改。"
    elif fated == "false":
        seen |= {"staffVerified": 1, "staffConsistent": False, "staffNote": "名单中多人不在册。"}
        conclusion, note = "false", "研发人员名单与社保记录严重不符。"
    return {
        "date": today.isoformat(),
        **seen,
        "conclusion": conclusion,
        "note": note,
        "teamSigned": "李工、陈工",
        "enterpriseSigned": "韦总",
    }


def _opinion(
    task: UserTask, filing: Filing, fated: str, shown: Mapping[str, Any], username: str, today: date
) -> dict[str, Any] | None:
    """What an official or an expert says."""
    dice = personas.dice_of(username, task)
    agree = {"decision": "agree", "opinion": dice.choice(("同意。", "材料齐全,属实,同意。", "经核对,符合备案条件。"))}
    returned = {"decision": "return", "defects": ["evidence", "staff"], "opinion": "请补充社保记录和设备发票。"}
    fresh = not filing.corrections
    match task.element_id:
        case "county_check":
            return {"check": returned if fated in {"returned", "lapse"} and fresh else agree}
        case "city_review" if fated == "returned_city" and fresh:
            return {"review": returned}
        case "city_review" if fated == "refused":
            return {"review": {"decision": "refuse", "code": "haves", "opinion": "研发条件与申报不符。"}}
        case "city_review" if fated in {"partly", "false"}:
            return {"review": {**agree, "risk": True}}
        case "city_cosign" | "region_cosign" if fated == "disagree":
            return {"review": {"decision": "refuse", "opinion": "研发项目与主营业务无关,建议再议。"}}
        case "city_sign" | "region_sign" if fated == "leader":
            return {"review": {"decision": "refuse", "opinion": "项目依据不足,暂不予备案。"}}
        case "region_review" if not shown.get("expertResult") and len(_experts(shown)) >= 3 and dice.random() < 0.3:
            asked = {"decision": "experts", "experts": _experts(shown)[:3], "opinion": "请专家就研发方向提出意见。"}
            return {"review": asked}
        case "expert_opinion":
            return {"vote": {"decision": "pass", "score": dice.randint(70, 95), "opinion": "研发方向明确,条件具备。"}}
        case "advise":
            return {"advice": {"text": "本部门无不同意见。"}}
        case "settle_cosign":
            return {"settle": {"decision": "unsettled", "opinion": "两部门意见不一致,提请联席机制裁定。"}}
        case "joint_decide":
            ruled = {"decision": "agree", "meeting": today.isoformat(), "opinion": "经会议研究,同意备案。"}
            return {"joint": ruled}
        case "investigate":
            return {"investigation": {"upheld": False, "finding": "经核查场地租赁合同和社保记录,异议不成立。"}}
        case "explain_refusal":
            offered = cast(Mapping[str, Any], shown.get("refusal") or {})
            code = str(offered.get("code") or "other")
            reason = "经审核,申报内容与实际情况不符,不具备备案条件。"
            return {"refusal": {"code": code, "reason": reason, "remedy": "条件具备后可再次申请。"}}
        case _:
            return {"review": agree}


def _team(shown: Mapping[str, Any], username: str, today: date) -> dict[str, Any] | None:
    offered = [str(one["value"]) for one in shown.get("checkers") or () if one["value"] != username]
    if not offered:
        return None
    first = Random(username).randrange(len(offered))  # noqa: S311 - fictional
    members = [username, offered[(first + int(shown.get("tries") or 0)) % len(offered)]]
    return {"team": {"plannedOn": today.isoformat(), "members": members, "declared": True}}


def _experts(shown: Mapping[str, Any]) -> list[str]:
    return [str(one["value"]) for one in shown.get("experts") or ()]


def _staff(enterprise_id: int, count: int, dice: Random) -> list[dict[str, Any]]:
    """People who are on no other list: the last four of their numbers are those of this enterprise."""
    return [
        {
            "name": f"{dice.choice(_WORDS)}{dice.choice(_GIVEN)}{dice.choice(_GIVEN)}",
            "last4": f"{(enterprise_id * 41 + number * 7) % 10_000:04d}",
            "title": "senior" if number < 2 else "middle" if number < 5 else "none",
            "education": "master" if number < 3 else "bachelor",
            "fullTime": True,
            "isDirector": number == 0,
        }
        for number in range(count)
    ]


def _projects(count: int, today: date, dice: Random) -> list[dict[str, Any]]:
    subjects = ("节能工艺", "自动化生产线", "新产品", "质量检测方法", "废料回收")
    return [
        {
            "name": f"{subjects[number % len(subjects)]}研究",
            "source": "joint" if number == 0 else "self",
            "start": (today - timedelta(days=dice.randint(60, 300))).isoformat(),
            "end": (today + timedelta(days=dice.randint(120, 400))).isoformat(),
            "budget": dice.randint(30, 200),
        }
        for number in range(count)
    ]
