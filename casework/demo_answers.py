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
    if element.startswith("approve_") or element == "plan_meeting":
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


_FIXED: Mapping[str, Mapping[str, Any]] = {
    "confirm_visit": {"confirm": {"agree": True, "score": "5"}},
    "confirm_baseline": {"confirm": {"agree": True}},
    "county_confirms_baseline": {"confirm": {"agree": True}},
}


def _baseline(shown: Mapping[str, Any]) -> dict[str, Any]:
    known: object = shown.get("baseline")
    prefilled = cast(Mapping[str, Any], known) if isinstance(known, Mapping) else {}
    return {
        "status": "存续",
        "revenue": prefilled.get("revenue") or 60000,
        "hasActivity": bool(prefilled.get("hasActivity")),
        "hasInstitution": bool(prefilled.get("hasInstitution")),
        "causes": ["no_people"],
        "willingness": "4",
        "conclusion": "true",
    }
