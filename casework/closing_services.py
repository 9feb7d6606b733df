"""The services of striking off that a drawing may name: closures, look-backs, the word of the statistics."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import closures, items, lookbacks
from casework.case_tables import Lookback
from engine.errors import Problem
from engine.services import Call, Service
from engine.tables import UserTask


def closing_services() -> Mapping[str, Service]:
    """All services of this room by job type."""
    return {
        "registry.closures.open": _open_closure,
        "registry.closures.close": _close,
        "registry.closures.refuse": _refuse,
        "registry.lookbacks.plan": _plan_lookback,
        "registry.lookbacks.record": _record_lookback,
        "registry.lookbacks.relapse": _relapse,
        "registry.lookbacks.finish": _finish_lookback,
    }


def _open_closure(db: Session, call: Call) -> Mapping[str, object]:
    item = items.get(db, _id(call, "itemId"))
    known = call.inputs.get("closureId")
    request = _answer(call, "closure")
    if known:
        closure = closures.get(db, int(str(known)))
        closures.supplement(closure, request, by=call.by)
    else:
        closure = closures.open_closure(db, item, request, instance=call.instance, by=_proposer(db, call), now=call.now)
    lacking = closures.missing(db, closure, by=call.by, now=call.now)
    return {
        "closureId": closure.id,
        "list": item.list_type,
        "missing": lacking,
        **closures.route(db, closure, now=call.now),
    }


def _close(db: Session, call: Call) -> Mapping[str, object]:
    closure = closures.get(db, _id(call, "closureId"))
    number = closures.close(db, closure, instance=call.instance, by=call.by, now=call.now)
    return {"closureNo": number, "decision": "pass"}


def _refuse(db: Session, call: Call) -> Mapping[str, object]:
    closure = closures.get(db, _id(call, "closureId"))
    closures.refuse(db, closure, call.inputs.get("reasons"), instance=call.instance, by=call.by, now=call.now)
    return {"decision": "no"}


def _plan_lookback(db: Session, call: Call) -> Mapping[str, object]:
    closure = closures.get(db, _id(call, "closureId"))
    lookback = lookbacks.plan(db, closure, instance=call.instance, now=call.now)
    return {
        "lookbackId": lookback.id,
        "drawn": lookback.sample != "none",
        "groups": lookbacks.groups(db, lookback),
    }


def _record_lookback(db: Session, call: Call) -> Mapping[str, object]:
    month = int(str(call.inputs.get("month") or 6))
    answer = _answer(call, "lookback")
    return {"relapse": lookbacks.record(db, _lookback(db, call), month, answer, by=call.by, now=call.now)}


def _relapse(db: Session, call: Call) -> Mapping[str, object]:
    cause = str(_answer(call, "lookback").get("conclusion") or "")
    item = lookbacks.relapse(db, _lookback(db, call), cause, instance=call.instance, by=call.by, now=call.now)
    return {"relapses": item.relapse_count}


def _finish_lookback(db: Session, call: Call) -> Mapping[str, object]:
    lookbacks.finish(db, _lookback(db, call), instance=call.instance, by=call.by, now=call.now)
    return {}


def _proposer(db: Session, call: Call) -> str:
    """Who asked for the closure: the person who completed the item's task, not the clock that started this run."""
    done = select(UserTask.completed_by).where(
        UserTask.instance_id == call.instance.parent_id,
        UserTask.element_id == "propose_closure",
        UserTask.status == "completed",
    )
    return db.scalars(done.order_by(UserTask.id.desc()).limit(1)).one_or_none() or call.by


def _lookback(db: Session, call: Call) -> Lookback:
    return lookbacks.get(db, _id(call, "lookbackId"))


def _id(call: Call, name: str) -> int:
    value = call.inputs.get(name)
    try:
        return int(str(value))
    except ValueError:
        raise Problem("expected {name} to be an id, but it is {value}", name=name, value=str(value)) from None


def _answer(call: Call, name: str) -> Mapping[str, Any]:
    value = call.inputs.get(name)
    return cast(Mapping[str, Any], value) if isinstance(value, Mapping) else {}
