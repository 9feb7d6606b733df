"""What people usually answer in the forms of the drawings, so that a story names only what matters to it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine.calendars import calendar, local_day
from tests import filing_answers, life_answers

FILING: Mapping[str, Any] = {
    "filingNo": "GG-2026-0001",
    "filingName": "桂示木业技术中心",
    "filingLevel": "city",
    "filingAuthority": "贵港市科学技术局",
    "filedOn": "2026-06-01",
}


def usual(element_id: str, shown: Mapping[str, Any], world: Any, **changes: Any) -> dict[str, Any]:
    """The usual submission of a task; `changes` replace single answers below the form's word."""
    today = local_day(world.now)
    word, answer = _answer(element_id, shown, today, world)
    both = {word: {**answer, **changes}}
    if element_id == "city_check" and world.case_id and "changeId" not in shown:
        both["onsite"] = {**ONSITE, "visited": True}
    if word == "review" and changes.get("decision") == "return" and element_id != "review_reply":
        both[word].setdefault("defects", ["evidence" if "filingId" in shown else "unclear"])
    return both


def later(world: Any, count: int) -> str:
    """The n-th working day from the world's today."""
    with world.database.reading() as db:
        return calendar(db).add(local_day(world.now), count).isoformat()


def _answer(element_id: str, shown: Mapping[str, Any], today: Any, world: Any) -> tuple[str, dict[str, Any]]:
    if "filingId" in shown and "desk" in shown:
        return filing_answers.answer(element_id, shown, today, world)
    if process := life_answers.process_of(shown):
        return life_answers.answer(process, element_id, shown, today)
    match element_id:
        case "assign_officer":
            return "assignment", {"officer": shown["officers"][0]["value"]}
        case "arrange":
            with world.database.reading() as db:
                day = calendar(db).add(today, 1).isoformat()
            return "arrange", {"date": day, "mode": "site", "agreed": True, "topics": ["activity", "institution"]}
        case "record_visit" | "leader_visit":
            return "visit", {
                "result": "visited",
                "date": today.isoformat(),
                "mode": "site",
                "minutes": 60,
                "people": [{"name": "韦总", "post": "总经理"}],
                "content": "了解企业研发情况,实地查看车间与实验室,说明政策与下一步安排。",
                "progress": "研发项目按计划推进。",
                "noLocation": "indoor",
                "sameReason": "情况与上次相同。",
            }
        case "issue_order":
            asked = ("decision", "color", "due", "matter", "basis", "requirement")
            return "order", {name: shown["order"][name] for name in asked}
        case "reply_order":
            return "reply", {
                "progress": "设备已到货,正在安装调试。",
                "cause": "关键设备到货推迟两个月。",
                "measures": "增派人员,两班安装,月底前投用。",
                "promised": (today + timedelta(days=30)).isoformat(),
                "amendPlan": False,
            }
        case "review_reply":
            return "review", {"decision": "agree", "opinion": "认可,按承诺时间办结。"}
        case "talk":
            return "order", {
                "due": shown["order"]["due"],
                "date": today.isoformat(),
                "place": "自治区科技厅",
                "attendees": "分管副市长、市科技局局长",
                "minutes": "就连续两个季度红灯说明原因,商定整改安排和完成时限。",
                "requirement": "一个月内完成整改并书面报告。",
            }
        case "confirm_visit":
            return "confirm", {"agree": True, "score": "5"}
        case "phone_check":
            return "check", {"result": "real", "person": "韦总", "phone": "0775-0000000", "finding": "走访属实。"}
        case "decide_false_visit":
            return "settle", {"decision": "revisit", "opinion": "限期补访。"}
        case "name_successor":
            return "successor", {"officer": shown["officers"][0]["value"]}
        case "leader_names":
            return "successor", {"by": "county", "note": "暂无合适人选。"}
        case "predecessor_signs" | "county_signs":
            return "sign", {"agree": True, "notes": "企业情况已当面介绍。"}
        case "successor_signs":
            return "sign", {"agree": True}
        case "confirm_baseline" | "county_confirms_baseline":
            return "confirm", {"agree": True}
        case "baseline":
            return "baseline", {
                "status": "存续",
                "revenue": 62000,
                "hasActivity": False,
                "hasInstitution": False,
                "causes": ["no_people"],
                "willingness": "4",
                "conclusion": "true",
            }
        case "write_plan" | "amend_plan":
            return "plan", {**shown["plan"], "causes": ["no_people"]}
        case "propose_closure" | "supplement":
            return "closure", {
                "decision": "propose",
                "statement": "各项措施已全部落实,长效机制已建立,申请销号。",
                "evidence": ["project", "ledger", "filing"],
                "exception": False,
            }
        case "promise":
            return "promise", {"agree": True, "name": "韦总", "post": "总经理", "sealed": True}
        case "check_6" | "check_12":
            kept = dict.fromkeys(("activity", "institution", "ledger"), "kept")
            return "lookback", {
                "date": today.isoformat(),
                "announced": False,
                **kept,
                "certificate": "not_applicable",
                "relapse": False,
                "conclusion": "研发活动持续,情况稳定。",
            }
        case "check_trigger":
            return "lookback", {
                "date": today.isoformat(),
                "mode": "documents",
                "relapse": False,
                "conclusion": "经核查,属填报口径差异,研发活动持续。",
            }
        case "ask_extension":
            return "extension", {"reason": "关键设备到货推迟两个月。", "catchUp": "加快安装调试。"}
        case "removal_county":
            return "removal", {"decision": "agree", "code": "wrong_data", "reason": "营收数据有误。", "proof": "核对表"}
        case "explain_delay":
            return "delay", {"choice": "later", "newDue": later(world, 20), "reason": "设备到货推迟,正在补做。"}
        case "hand_over_case":
            return "handover", {"state": "方案执行过半,资料齐全。", "documents": ["baseline", "plan"]}
        case "assign_moved":
            return "assignment", {"officer": shown["officers"][0]["value"]}
        case "status_check":
            return "status", {"kind": "normal", "proof": "现场照片", "outcome": "continue", "reason": "仍在正常生产。"}
        case "register":
            return "register", {**shown["register"], "co": []}
        case "accept":
            return "accept", {"decision": "accept", "answer": "已受理,将在规定期限内答复。"}
        case "settle_lead":
            return "settle", {"to": "K", "reason": "按职责由科技部门牵头。"}
        case "assist":
            return "opinion", {"state": "done", "text": "本部门事项已办结。"}
        case "handle" | "city_handle" | "region_handle":
            return "handling", {"decision": "solved", "answer": "已协调解决,请按通知办理。"}
        case "joint_handle":
            return "handling", {"decision": "solved", "answer": "会议已议定解决。", "meeting": today.isoformat()}
        case "feed_back":
            return "feedback", {"mode": "phone", "person": "韦总", "text": "已向企业说明办理结果。"}
        case "rate":
            return "rating", {"satisfaction": "satisfied"}
        case "supervise":
            return "supervision", {"decision": "close", "reason": "已依法依规办结,向企业说明。"}
        case "investigate":
            return "investigation", {"upheld": False, "finding": "经核查,所反映的异议不成立。"}
        case "report" | "late_report" | "correct":
            return "report", {**QUARTER, **(shown.get("report") or {})}
        case "chase":
            return "chase", {"reason": "not_booked", "person": "财务科陈会计", "note": "本周内补报。"}
        case "county_check" if "anomalies" in shown:
            ledger = {"ledger": True} if (shown.get("report") or {}).get("auxLedger") else {}
            return "check", {"decision": "agree", "opinion": "经核对,数据属实。", **ledger}
        case _ if element_id.startswith("sign_"):
            return "sign", {"agree": True, "disputed": []}
        case _ if element_id.startswith("lead_review") or (not world.case_id and element_id.endswith("_check")):
            return "check", {"dropped": [], "opinion": "同意"}
        case _:
            return "review", {"decision": "agree", "opinion": "同意。"}


QUARTER: Mapping[str, Any] = {
    "revenueYtd": 31000,
    "rdExpenseYtd": 620,
    "rdBasic": 0,
    "rdApplied": 120,
    "rdExperimental": 500,
    "auxLedger": True,
    "projectsOngoing": 2,
    "instState": "已建未备",
    "remark": "完成板材胶合工艺小试,进入中试。",
    "certifier": "陈会计",
}
"""A quarterly report (F06) in which nothing is wrong; amounts in 万元 of the year so far."""

ONSITE: Mapping[str, Any] = {
    "date": "2026-06-30",
    "minutes": 90,
    "team": [{"name": "李工", "unit": "市工信局"}, {"name": "陈工", "unit": "市科技局"}],
    **dict.fromkeys(("place", "people", "equipment", "input", "projects", "rules"), "consistent"),
    "ledger": True,
    "conclusion": "现场与申报一致,条件具备。",
}
"""What is found on site (F09) when everything is as declared."""
