"""What the people of the demonstration write into the forms; a field that a form demands and that is missing here leaves the task lying."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, cast

from sqlalchemy.orm import Session

from casework import enterprises
from casework.case_tables import Measure
from casework.demo import answers_filings, answers_letters, answers_lists, answers_quarter, fortunes, personas
from engine.calendars import calendar, local_day
from engine.errors import Invalid, Problem
from engine.tables import UserTask

Answer = Callable[[Session, UserTask, Mapping[str, Any], str, datetime], Mapping[str, Any] | None]
"""Takes the task, what its form shows, who answers and when; gives the submission, None where the demo's people leave it lying."""

WAITS_SINCE: Final = date(2026, 6, 8)
"""What comes up from this day on in the county that waits for the visitor is left for him to do."""
VISITS_WAIT_SINCE: Final = date(2026, 6, 1)
"""So are the visits of this month; that they were arranged lies behind him."""
TRIES: Final = "tries"
"""Beside what a form shows: how often this person has tried before."""
COMPLAINTS: Final[dict[str, int]] = {}
"""What forms refused, and how often: looked at by those who make the demo."""


def answer(
    db: Session, task: UserTask, shown: Mapping[str, Any], username: str, now: datetime
) -> Mapping[str, Any] | None:
    """The submission of this person for a task; None leaves it lying."""
    known = _BY_PROCESS.get(task.process_key, _of_cases)
    return known(db, task, shown, username, now)


def is_left_to_the_visitor(task: UserTask, home: str) -> bool:
    """What came up lately in the county that waits for the visitor; of the last edition also the region's signatures."""
    if task.process_key in {"lists", "list_review"}:
        return answers_lists.is_left_to_the_visitor(task, home)
    since = VISITS_WAIT_SINCE if task.element_id == "record_visit" else WAITS_SINCE
    return task.scope == home and local_day(task.created_at) >= since


def complain(task: UserTask, problem: Problem) -> None:
    """Notes what a form or a drawing refused."""
    said = str(problem)
    if isinstance(problem, Invalid):
        said += " " + "; ".join(f"{key}: {sentences[0]}" for key, sentences in sorted(problem.fields.items()))
    key = f"{task.process_key}.{task.element_id}: {said}"
    COMPLAINTS[key] = COMPLAINTS.get(key, 0) + 1


def _of_cases(
    db: Session, task: UserTask, shown: Mapping[str, Any], username: str, now: datetime
) -> Mapping[str, Any] | None:
    element, today, days = task.element_id, local_day(now), calendar(db)
    if element in _FIXED:
        return dict(_FIXED[element])
    if element == "city_check":
        return {"review": _opinion(task, username), "onsite": {**_ONSITE, "date": today.isoformat()}}
    if element.startswith("decide_extension") and shown.get(TRIES):
        return {"review": {"decision": "refuse", "opinion": "方案已另行延期,本次不再受理。"}}
    if element.startswith(_OPINIONS):
        return {"review": _opinion(task, username)}
    match element:
        case "assign_officer" | "assign_moved":
            offered = cast(Sequence[Mapping[str, Any]], shown.get("officers") or ())
            return {"assignment": {"officer": offered[0]["value"]}} if offered else None
        case "arrange":
            day = days.add(today, 1).isoformat()
            return {"arrange": {"date": day, "mode": "site", "agreed": True, "topics": ["activity", "institution"]}}
        case "record_visit" | "leader_visit":
            return {"visit": _visit(task, today)}
        case "baseline":
            return {"baseline": _baseline(shown)}
        case "write_plan" | "amend_plan":
            plan: object = shown.get("plan")
            if not isinstance(plan, Mapping):
                return None
            return {"plan": {**cast(Mapping[str, Any], plan), "causes": ["no_people"]}}
        case "ask_extension":
            end = date.fromisoformat(str(shown.get("planEnd") or today.isoformat()))
            asked = {"newEnd": days.add(end, 40).isoformat(), "reason": "关键设备到货推迟两个月。"}
            return {"extension": {**asked, "catchUp": "加快安装调试,两班推进。"}}
        case "status_check":
            return {"status": answers_letters.status(shown, now)}
        case "explain_delay":
            return _delay(db, shown, days.add(today, 25), today)
        case "check_6" | "check_12" | "check_trigger":
            return {"lookback": _lookback(db, task, today)}
        case _:
            return None


def _delay(db: Session, shown: Mapping[str, Any], wished: date, today: date) -> dict[str, Any] | None:
    """A new date for a late measure within its plan; None when the plan has ended, for then the plan has to be extended."""
    measure = db.get(Measure, int(shown.get("measureId") or 0))
    if measure is None or measure.plan.ends_on <= today:
        return None
    due = min(wished, measure.plan.ends_on)
    return {"delay": {"choice": "later", "newDue": due.isoformat(), "reason": "设备到货推迟,正在补做。"}}


def _opinion(task: UserTask, username: str) -> dict[str, Any]:
    """An approval, and now and then, from who looks closely, a return for correction."""
    dice = personas.dice_of(username, task)
    if dice.randrange(100) < 7 and task.element_id in {"approve_county", "approve_city", "county_check", "city_check"}:
        return {"decision": "return", "opinion": "部分措施缺少时间节点和责任人,请补充。", "defects": ["unclear"]}
    return {"decision": "agree", "opinion": dice.choice(("同意。", "情况属实,同意。", "经核对,同意上报。"))}


def _lookback(db: Session, task: UserTask, today: date) -> dict[str, Any]:
    """What is found when somebody looks again (F23): those who fell back are found out."""
    firm = enterprises.get(db, enterprises.id_of(task.subject) or 0)
    fell_back = fortunes.of(firm.uscc).ends < fortunes.number(f"{today.year}Q{(today.month - 1) // 3 + 1}")
    found: dict[str, Any] = {"date": today.isoformat(), "relapse": fell_back}
    found["conclusion"] = "连续两个季度无研发支出,建议恢复。" if fell_back else "研发活动持续,情况稳定。"
    if fell_back:
        found["cause"] = "研发活动中断"
    if task.element_id == "check_trigger":
        return {**found, "mode": "documents"}
    kept = dict.fromkeys(("activity", "institution", "ledger"), "kept")
    kept |= {"activity": "lost"} if fell_back else {}
    return {**found, "announced": False, **kept, "certificate": "not_applicable"}


def _visit(task: UserTask, today: date) -> dict[str, Any]:
    dice = personas.dice_of("visit", task)
    told = {"issues": [dict(dice.choice(_PROBLEMS))]} if dice.randrange(100) < 12 else {}
    return {
        **told,
        "noLocation": "indoor",
        "sameReason": "情况与上次相同。",
        "result": "visited",
        "date": today.isoformat(),
        "mode": "site",
        "minutes": dice.choice((40, 60, 90)),
        "people": [{"name": f"{dice.choice('韦黄覃莫')}总", "post": "总经理"}],
        "content": dice.choice(_SEEN) + dice.choice(_SAID),
        "progress": dice.choice(_PROGRESS),
    }


_OPINIONS: Final = (
    "approve_", "joint_", "leader_", "accept_", "decide_", "removal_c", "removal_r", "status_city", "status_region",
    "plan_meeting", "county_check", "settle", "coordinate",
)  # fmt: skip
"""Tasks that ask for an opinion, by how their elements begin."""
_PROBLEMS: Final[Sequence[Mapping[str, str]]] = (
    {"category": "talent", "title": "缺研发人员", "description": "技术骨干不足,希望对接高校。", "urgency": "normal"},
    {"category": "finance", "title": "研发贷款难", "description": "研发投入大,抵押物不足。", "urgency": "normal"},
    {
        "category": "tax",
        "title": "加计扣除口径",
        "description": "不清楚辅助账与加计扣除的口径差异。",
        "urgency": "normal",
    },
    {
        "category": "technology",
        "title": "工艺难题",
        "description": "胶合工艺不稳定,希望有专家诊断。",
        "urgency": "urgent",
    },
    {"category": "resources", "title": "实验室用地", "description": "研发中心用地指标未落实。", "urgency": "normal"},
)
_SEEN: Final = (
    "到企业车间和实验室实地查看,核对研发投入、项目和人员情况。",
    "与企业负责人和技术负责人座谈,逐项核对一企一策措施进展。",
    "查看研发辅助账和立项资料,现场核对设备清单。",
)
_SAID: Final = (
    "宣讲研发费用加计扣除和备案政策,商定下一步安排。",
    "提醒季度报表填报口径,约定月底前补齐资料。",
    "企业反映技术人员不足,拟对接高校科技特派员。",
)
_PROGRESS: Final = ("研发项目按计划推进。", "辅助账已建立,正在补录。", "机构场地和设备已落实,正在准备备案材料。")

_NOTHING: Final[Mapping[str, Any]] = {}
_ONSITE: Final[Mapping[str, Any]] = {
    "visited": True,
    "minutes": 90,
    "team": [{"name": "李工", "unit": "市工信局"}, {"name": "陈工", "unit": "市科技局"}],
    **dict.fromkeys(("place", "people", "equipment", "input", "projects", "rules"), "consistent"),
    "ledger": True,
    "conclusion": "现场与申报一致,条件具备。",
}
_FIXED: Final[Mapping[str, Mapping[str, Any]]] = {
    "removal_county": {"removal": {"decision": "refuse", "reason": "经核实,企业仍应列入清单。"}},
    "hand_over_case": {"handover": {"state": "方案执行过半,资料齐全。", "documents": ["baseline", "plan", "visits"]}},
    "investigate": {"investigation": {"upheld": False, "finding": "经核查,所反映的异议不成立。"}},
    "supplement": {
        "closure": {
            "decision": "propose",
            "statement": "已按意见补齐材料,各项措施落实到位,申请销号。",
            "evidence": ["project", "ledger", "filing"],
            "exception": False,
        }
    },
    "propose_closure": {
        "closure": {
            "decision": "propose",
            "statement": "各项措施已全部落实,长效机制已建立,申请销号。",
            "evidence": ["project", "ledger", "filing"],
            "exception": False,
        }
    },
    "promise": {"promise": {"agree": True, "name": "韦总", "post": "总经理", "sealed": True}},
    "confirm_visit": {"confirm": {"agree": True, "score": "5"}},
    "confirm_baseline": {"confirm": {"agree": True}},
    "county_confirms_baseline": {"confirm": {"agree": True}},
}


def _baseline(shown: Mapping[str, Any]) -> dict[str, Any]:
    known: object = shown.get("baseline")
    prefilled: Mapping[str, Any] = cast(Mapping[str, Any], known) if isinstance(known, Mapping) else _NOTHING
    return {
        "status": "存续",
        "revenue": prefilled.get("revenue") or 60000,
        "hasActivity": bool(prefilled.get("hasActivity")),
        "hasInstitution": bool(prefilled.get("hasInstitution")),
        "causes": ["no_people"],
        "willingness": "4",
        "conclusion": "true",
    }


_FILINGS: Final = (
    "filing", "filing_change", "filing_promise", "filing_renewal", "filing_review", "filing_revoke", "filing_upgrade",
)  # fmt: skip
_BY_PROCESS: Final[Mapping[str, Answer]] = {
    "escalate": answers_letters.answer,
    **dict.fromkeys(_FILINGS, answers_filings.answer),
    "handover": answers_letters.answer,
    "issue": answers_letters.answer,
    "lists": answers_lists.answer,
    "list_review": answers_lists.answer,
    "quarter": answers_quarter.answer,
    "spot_check": answers_letters.answer,
}
