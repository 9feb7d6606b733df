"""How the five lists are checked and signed in the demonstration: at once by nearly everybody, and with doubts about one county."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import territories
from casework.demo.happenings import NEXT_EDITION
from casework.tables import ListEntry, Setting
from engine.calendars import local_day
from engine.tables import UserTask

_DOUBTS_FROM: Final = 2026
_HELD: Final = 3


def answer(
    db: Session, task: UserTask, shown: Mapping[str, Any], username: str, now: datetime
) -> Mapping[str, Any] | None:
    """The submission for a task of the lists."""
    del username
    if task.element_id == "sign_rk" and local_day(now).year >= _DOUBTS_FROM:
        return _sign_with_doubts(db, shown)
    if task.element_id.startswith("sign_"):
        return {"sign": {"agree": True, "disputed": []}}
    return {"check": {"dropped": [], "opinion": "经核对,情况属实。"}}


def is_left_to_the_visitor(task: UserTask, home: str) -> bool:
    """Of the last edition, what the county that waits for the visitor has to check; and what the region signs after it."""
    return local_day(task.created_at) >= NEXT_EDITION and task.scope in {home, territories.REGION}


def _sign_with_doubts(db: Session, shown: Mapping[str, Any]) -> dict[str, Any]:
    """The science department holds some newcomers of the visitor's county back for the next edition."""
    path = str(db.get_one(Setting, "demo").value.get("home", ""))
    offered = {int(entry["id"]) for entry in shown.get("entries") or ()}
    query = select(ListEntry.id).where(
        ListEntry.path == path, ListEntry.id.in_(offered), ListEntry.list_type != "L4", ListEntry.change == "新增"
    )
    held = list(db.execute(query.order_by(ListEntry.list_type, ListEntry.id).limit(_HELD)).scalars())
    if not held:
        return {"sign": {"agree": True, "disputed": []}}
    return {"sign": {"agree": True, "disputed": held, "reason": "研发数据需县级进一步核实,暂缓至下一批。"}}
