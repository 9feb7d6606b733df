"""What the people of the demonstration write into the forms. A field that a form demands and that is missing here leaves the task open."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, cast

from engine.tables import UserTask


def answer(task: UserTask, shown: Mapping[str, Any], today: date) -> dict[str, Any] | None:
    """The submission for a task, from what its form shows; None where the demo's people leave it to the visitor."""
    element = task.element_id
    if element in _FIXED:
        return dict(_FIXED[element])
    if element.startswith("sign_"):
        return {"sign": {"agree": True, "disputed": []}}
    if element.startswith("lead_review") or task.process_key == "list_review":
        return {"check": {"dropped": [], "opinion": "经核对,情况属实。"}}
    if element == "city_check":
        return {
            "review": {"decision": "agree", "opinion": "现场核验属实,同意。"},
            "onsite": {**_ONSITE, "date": today.isoformat()},
        }
    if element.startswith(("approve_", "joint_", "accept_")) or element in {"plan_meeting", "county_check", "settle"}:
        return {"review": {"decision": "agree", "opinion": "同意。"}}
    match element:
        case "assign_officer":
            offered = cast(Sequence[Mapping[str, Any]], shown.get("officers") or ())
            return {"assignment": {"officer": offered[0]["value"]}} if offered else None
        case "arrange":
            day = (today + timedelta(days=1)).isoformat()
            return {"arrange": {"date": day, "mode": "site", "topics": ["activity", "institution"]}}
        case "record_visit" | "leader_visit":
            return {
                "visit": {
                    "result": "visited",
                    "date": today.isoformat(),
                    "mode": "site",
                    "minutes": 60,
                    "people": [{"name": "韦总", "post": "总经理"}],
                    "content": "到企业车间和实验室实地查看,了解研发投入、项目和人员情况,宣讲政策并商定下一步安排。",
                }
            }
        case "baseline":
            return {"baseline": _baseline(shown)}
        case "write_plan" | "amend_plan":
            plan: object = shown.get("plan")
            if not isinstance(plan, Mapping):
                return None
            return {"plan": {**cast(Mapping[str, Any], plan), "causes": ["no_people"]}}
        case _:
            return None


def proof(measure_type: str, number: str, today: date) -> dict[str, Any]:
    """What an officer enters when a measure is carried through."""
    known: dict[str, dict[str, Any]] = {
        "PROJECT": {"projectName": "智能化生产工艺研究", "projectStart": today.isoformat()},
        "AUX_LEDGER": {"ledger": True, "ledgerChecked": True},
        "INSTITUTION": {
            "filingNo": f"BA-{number}",
            "filingName": "企业技术中心",
            "filingLevel": "city",
            "filingAuthority": "市工业和信息化局",
            "filedOn": today.isoformat(),
        },
        "STAT_FILL": {"annualYear": 2025, "annualExpenditure": 120},
    }
    return {"progress": 100, "note": "已落实到位。", **known.get(measure_type, {})}


_NOTHING: Mapping[str, Any] = {}
_ONSITE: Mapping[str, Any] = {
    "visited": True,
    "minutes": 90,
    "team": [{"name": "李工", "unit": "市工信局"}, {"name": "陈工", "unit": "市科技局"}],
    **dict.fromkeys(("place", "people", "equipment", "input", "projects", "rules"), "consistent"),
    "ledger": True,
    "conclusion": "现场与申报一致,条件具备。",
}
_FIXED: Mapping[str, Mapping[str, Any]] = {
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
