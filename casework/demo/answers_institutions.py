"""What happens to institutions after their number in the demonstration: the yearly review, promises, changes, renewal, revocation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from casework.demo import personas
from engine.calendars import local_day
from engine.tables import UserTask

_RECTIFIED = 8
"""How many of a hundred reviews find something to rectify."""


def answer(task: UserTask, shown: Mapping[str, Any], username: str, now: datetime) -> Mapping[str, Any] | None:
    """The submission for a task of one of these processes; None leaves it lying."""
    dice, today = personas.dice_of(username, task), local_day(now)
    agree = {"decision": "agree", "opinion": "情况属实,同意。"}
    match task.process_key, task.element_id:
        case "filing_review", "submit" | "rectify":
            return {"review": _review(shown)}
        case "filing_review", "city_review":
            if dice.randrange(100) < _RECTIFIED:
                low = {"decision": "rectify", "reasons": ["below"], "opinion": "研发人员较备案时减少,限期补足。"}
                return {"opinion": low}
            return {"opinion": {"decision": "qualified", "reasons": [], "opinion": "运行正常,复核合格。"}}
        case "filing_review", _:
            return {"opinion": {"decision": "qualified", "reasons": [], "opinion": "抽查属实,合格。"}}
        case "filing_promise", "prove" | "prove_again":
            known = cast(Mapping[str, Any], shown.get("promised") or {})
            value = known.get("threshold") or 400
            return {"proof": {"value": value, "since": today.isoformat(), "text": "新增研发用房,租赁合同附后。"}}
        case "filing_promise", _:
            return {"check": agree}
        case "filing_change", "describe":
            words = {
                "kind": "director",
                "director": "梁志明",
                "directorTitle": "正高级工程师",
                "reason": "原负责人退休。",
            }
            return {"change": words}
        case "filing_change", _:
            return {"opinion": agree}
        case "filing_upgrade", "answer":
            return {"answer": {"apply": True}}
        case "filing_renewal", "answer":
            return {"answer": {"renew": dice.randrange(100) < 80}}
        case "filing_revoke", "confirm_cancellation":
            return {"cancellation": agree}
        case "filing_revoke", "prepare_notice" | "leader_notice":
            found = "经核查,该机构已连续两年无研发活动。"
            return {"notice": {"decision": "notice", "facts": found, "basis": "备案管理有关规定"}}
        case "filing_revoke", "state":
            return {"statement": {"stance": "object", "text": "正在恢复研发活动,请求给予时间。", "hearing": True}}
        case "filing_revoke", "hold_hearing":
            heard = {
                "date": today.isoformat(),
                "place": "市科技局会议室",
                "people": "企业代表、市科技局、市工信局",
                "minutes": "听取企业陈述,核对财务和人员资料。",
                "conclusion": "未提出新的证据。",
            }
            return {"hearing": heard}
        case "filing_revoke", "decide":
            return {"decision": {"decision": "revoke", "opinion": "事实清楚,撤销备案并公布。"}}
        case _:
            return None


def _review(shown: Mapping[str, Any]) -> dict[str, Any]:
    """F13: what is on the register, with the results of the year."""
    known = dict(cast(Mapping[str, Any], shown.get("review") or {}))
    return {
        **known,
        "rules": known.get("rules") or ["management", "accounting", "incentive", "results"],
        "outputs": "完成两项工艺改进,申请专利一件。",
        "certified": True,
        "signer": "韦总",
    }
