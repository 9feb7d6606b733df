"""Supervision orders, problems of enterprises, handovers, spot checks and changes of state in the demonstration."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy.orm import Session

from casework.demo import personas
from engine.calendars import calendar, local_day
from engine.tables import UserTask

_ORDER: Final = ("decision", "color", "due", "matter", "basis", "requirement")
_STATE: Final[Mapping[str, str]] = {
    "halted": "suspend", "half_halted": "continue", "cancelled": "terminate", "merged": "terminate", "moved": "terminate",
    "moved_inside": "transfer", "below_scale": "below_scale", "normal": "continue",
}  # fmt: skip


def answer(
    db: Session, task: UserTask, shown: Mapping[str, Any], username: str, now: datetime
) -> Mapping[str, Any] | None:
    """The submission for a task of one of these processes."""
    rooms = {"escalate": _order, "issue": _issue, "handover": _handover, "spot_check": _spot_check}
    return rooms[task.process_key](db, task, shown, username, now)


def status(shown: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What the county found out about an enterprise that is said to have stopped or moved."""
    told = cast(Mapping[str, Any], shown.get("statusReport") or {})
    kind = str(told.get("kind") or "normal")
    outcome = _STATE.get(kind, "continue")
    found = {"kind": kind, "outcome": outcome, "proof": "现场照片和企业说明", "date": local_day(now).isoformat()}
    if outcome == "transfer":
        found["toCode"] = str(told.get("toCode") or "")
    return {**found, "reason": "经实地核实,情况属实。"}


def _order(
    db: Session, task: UserTask, shown: Mapping[str, Any], username: str, now: datetime
) -> Mapping[str, Any] | None:
    dice, today = personas.dice_of(username, task), local_day(now)
    offered = cast(Mapping[str, Any], shown.get("order") or {})
    match task.element_id:
        case "issue_order":
            due = max(str(offered.get("due") or ""), calendar(db).add(today, 5).isoformat())
            return {"order": {**{name: offered[name] for name in _ORDER if name in offered}, "due": due}}
        case "reply_order":
            promised = calendar(db).add(today, dice.randint(10, 25))
            cause = dice.choice(("关键设备到货推迟。", "研发人员离职,正在补充。", "企业订单集中,研发立项推迟。"))
            reply = {
                "progress": "已逐项对照方案推进。",
                "cause": cause,
                "measures": "专班每周调度,倒排工期,月底前落实。",
                "promised": promised.isoformat(),
                "amendPlan": False,
            }
            return {"reply": reply}
        case "review_reply":
            if dice.randrange(100) < 15:
                return {"review": {"decision": "return", "opinion": "措施不具体,未写明完成时限,请重新回复。"}}
            return {"review": {"decision": "agree", "opinion": "认可,按承诺时限落实。"}}
        case "talk":
            return {
                "order": {
                    "due": offered.get("due"),
                    "date": today.isoformat(),
                    "place": "自治区科技厅会议室",
                    "attendees": "分管副市长、市科技局、市工信局主要负责人",
                    "minutes": "就连续两个季度红灯说明原因,商定整改安排和完成时限。",
                    "requirement": "一个月内完成整改并书面报告。",
                }
            }
        case _:
            return None


def _issue(
    db: Session, task: UserTask, shown: Mapping[str, Any], username: str, now: datetime
) -> Mapping[str, Any] | None:
    del db
    dice, today = personas.dice_of(username, task), local_day(now)
    match task.element_id:
        case "register":
            offered = cast(Mapping[str, Any], shown.get("register") or {})
            asked = {name: offered[name] for name in ("title", "category", "urgency") if offered.get(name)}
            return {"register": {**asked, "co": []}}
        case "accept":
            return {"accept": {"decision": "accept", "answer": "已受理,将在规定期限内答复。"}}
        case "settle_lead":
            return {"settle": {"to": "K", "reason": "按职责由科技部门牵头。"}}
        case "assist":
            return {"opinion": {"state": "done", "text": "本部门事项已办结。"}}
        case "handle" if dice.randrange(100) < 10:
            return {"handling": {"decision": "raise", "reason": "涉及市级资金安排,本级无权决定。"}}
        case "handle" | "city_handle" | "region_handle":
            return {"handling": {"decision": "solved", "answer": "已协调解决,请按通知办理。"}}
        case "joint_handle":
            solved = {"decision": "solved", "answer": "会议已议定解决。", "meeting": today.isoformat()}
            return {"handling": solved}
        case "leader_agrees":
            return {"review": {"decision": "agree", "opinion": "同意。"}}
        case "feed_back":
            return {"feedback": {"mode": dice.choice(("phone", "site")), "person": "韦总", "text": "已说明办理结果。"}}
        case "rate":
            if dice.randrange(100) < 6:
                return {"rating": {"satisfaction": "dissatisfied", "remark": "答复原则化,问题仍未解决。"}}
            return {"rating": {"satisfaction": dice.choice(("satisfied", "satisfied", "mostly"))}}
        case "supervise":
            return {"supervision": {"decision": "close", "reason": "已依法依规办结,向企业说明。"}}
        case _:
            return None


def _handover(
    db: Session, task: UserTask, shown: Mapping[str, Any], username: str, now: datetime
) -> Mapping[str, Any] | None:
    del db, username, now
    offered = cast(Sequence[Mapping[str, Any]], shown.get("officers") or ())
    match task.element_id:
        case "name_successor":
            return {"successor": {"officer": offered[0]["value"]}} if offered else None
        case "leader_names":
            if offered:
                return {"successor": {"by": "officer", "officer": offered[0]["value"], "note": "就近安排。"}}
            return {"successor": {"by": "county", "note": "暂无合适人选,由县级代管。"}}
        case "predecessor_signs" | "county_signs":
            return {"sign": {"agree": True, "notes": "企业情况已当面介绍,资料齐全。"}}
        case "successor_signs":
            return {"sign": {"agree": True}}
        case _:
            return None


def _spot_check(
    db: Session, task: UserTask, shown: Mapping[str, Any], username: str, now: datetime
) -> Mapping[str, Any] | None:
    del db, shown, now
    dice = personas.dice_of(username, task)
    if task.element_id == "decide_false_visit":
        return {"settle": {"decision": "revisit", "opinion": "限期补访,通报批评。"}}
    if dice.randrange(100) < 5:
        return {
            "check": {"result": "false", "person": "韦总", "phone": "0771-0000000", "finding": "企业称仅电话联系。"}
        }
    return {"check": {"result": "real", "person": "韦总", "phone": "0771-0000000", "finding": "走访属实。"}}
