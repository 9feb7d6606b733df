"""What people usually answer in the forms of an institution's life after its number: everything in order, every desk content."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tests import filing_answers

_ASKED = (
    *("siteArea", "siteAddress", "staff", "equipValue", "equipCount", "fixedAssets", "revenue", "rdInput"),
    *("projects", "rules", "ipCount", "inventionCount"),
)


def process_of(shown: Mapping[str, Any]) -> str:
    """Which of these processes a user task with these variables belongs to; empty for another one."""
    marks = {
        "reviewId": "filing_review",
        "revocationId": "filing_revoke",
        "changeId": "filing_change",
        "callId": "recognition",
        "proposal": "whitelist",
        "expiresAt": "filing_renewal",
        "terms": "filing_upgrade",
    }
    if shown.get("dueAt") and shown.get("promise") and "institutionId" in shown:
        return "filing_promise"
    return next((process for mark, process in marks.items() if mark in shown and "institutionId" in shown), "") or (
        "recognition" if "callId" in shown else ""
    )


def answer(process: str, element_id: str, shown: Mapping[str, Any], today: date) -> tuple[str, dict[str, Any]]:
    """The usual answer of a user task: the word of its form, and what stands below it."""
    match process, element_id:
        case "filing_review", "submit" | "rectify":
            return "review", review(shown, today)
        case "filing_review", _:
            return "opinion", {"decision": "qualified", "opinion": "六有条件保持,复核合格。"}
        case "filing_promise", "prove" | "prove_again":
            value = float(str(shown["promise"]["threshold"]) or 0)
            return "proof", {"value": value, "since": today.isoformat(), "text": "已补足,见佐证材料。"}
        case "filing_promise", _:
            return "check", {"decision": "agree", "opinion": "经核查已达标。"}
        case "filing_change", "describe":
            return "change", {
                "kind": "director",
                "director": "韦新工",
                "directorTitle": "总工程师",
                "reason": "人员调整。",
            }
        case "filing_change", _:
            return "opinion", {"decision": "agree", "opinion": "材料齐全,同意变更。"}
        case "filing_upgrade", _:
            return "answer", {"apply": True}
        case "filing_renewal", _:
            return "answer", {"renew": True}
        case "filing_revoke", "confirm_cancellation":
            return "cancellation", {"decision": "agree", "opinion": "经核对属实。"}
        case "filing_revoke", "prepare_notice" | "leader_notice":
            facts = "经查,申报的研发人员名单与社保记录不符。"
            return "notice", {"decision": "notice", "facts": facts, "basis": "研发机构备案管理办法"}
        case "filing_revoke", "state":
            return "statement", {"stance": "accept"}
        case "filing_revoke", "hold_hearing":
            return "hearing", {
                "date": today.isoformat(),
                "place": "市工信局三楼会议室",
                "people": "企业代表、承办人、主持人",
                "minutes": "各方陈述意见并质证,主持人归纳争议事实。",
                "conclusion": "告知的事实基本属实。",
            }
        case "filing_revoke", _:
            return "decision", {"decision": "revoke", "opinion": "事实清楚,决定撤销备案。"}
        case "recognition", "examine":
            return "examination", {"admitted": [str(one["id"]) for one in shown["candidates"]]}
        case "recognition", "assess":
            scores = [{"candidate": str(one["id"]), "score": 80} for one in shown["candidates"]]
            return "assessment", {"scores": scores, "opinion": "评审意见一致。", "members": "陈教授、李研究员、韦高工"}
        case "recognition", _:
            return "decision", {"decision": "agree", "opinion": "同意按排序认定。"}
        case _:
            return "confirmation", {"decision": "agree", "opinion": "同意。"}


def review(shown: Mapping[str, Any], today: date) -> dict[str, Any]:
    """F13 with what is known and nothing wrong: what is prefilled stays."""
    known = dict(shown.get("review") or {})
    fresh = filing_answers.application({"enterpriseId": shown.get("institutionId") or 1, "level": "region"}, today)
    given = {name: known.get(name) or fresh[name] for name in _ASKED}
    begun = (today - timedelta(days=200)).isoformat()
    given["projects"] = [
        {**row, "start": begun, "end": (today + timedelta(days=300)).isoformat()} for row in given["projects"]
    ]
    return {
        **given,
        "partners": [],
        "changes": "无重大变化。",
        "outputs": "新获授权专利 2 件,新产品 1 项。",
        "certified": True,
        "signer": "韦总",
    }
