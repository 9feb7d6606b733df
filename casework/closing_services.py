"""The services of striking off that a drawing may name: closures, look-backs, the word of the statistics."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import closures, items, lookbacks, statistics
from casework.case_tables import Closure, Lookback
from engine.calendars import SHANGHAI
from engine.errors import Problem
from engine.services import Call, Service
from engine.tables import UserTask


def closing_services() -> Mapping[str, Service]:
    """All services of this room by job type."""
    return {
        "registry.closures.open": _open_closure,
        "registry.closures.publish": _publish,
        "registry.closures.settle_objections": _settle_objections,
        "registry.closures.close": _close,
        "registry.closures.refuse": _refuse,
        "registry.lookbacks.plan": _plan_lookback,
        "registry.lookbacks.record": _record_lookback,
        "registry.lookbacks.relapse": _relapse,
        "registry.lookbacks.finish": _finish_lookback,
        "registry.lookbacks.withdraw": _withdraw_lookback,
        "registry.statistics.open": _open_statistics,
        "registry.statistics.confirm": _confirm_statistics,
        "registry.statistics.deny": _deny_statistics,
        "registry.statistics.expire": _expire_statistics,
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
    closure = _closure(db, call)
    number = closures.close(db, closure, instance=call.instance, by=call.by, now=call.now)
    return {"closureNo": number, "decision": "pass"}


def _refuse(db: Session, call: Call) -> Mapping[str, object]:
    closure = _closure(db, call)
    closures.refuse(db, closure, call.inputs.get("reasons"), instance=call.instance, by=call.by, now=call.now)
    return {"decision": "no"}


def _publish(db: Session, call: Call) -> Mapping[str, object]:
    said, _, _zone = str(call.inputs.get("until")).partition("@")
    until = datetime.fromisoformat(said)
    until = until if until.tzinfo else until.replace(tzinfo=SHANGHAI)
    closures.publish(db, _closure(db, call), until, now=call.now)
    return {"publishedUntil": until.isoformat()}


def _settle_objections(db: Session, call: Call) -> Mapping[str, object]:
    upheld = closures.settle_objections(
        db, _closure(db, call), _answer(call, "investigation"), by=call.by, now=call.now
    )
    return {"upheld": upheld}


def _plan_lookback(db: Session, call: Call) -> Mapping[str, object]:
    if call.inputs.get("kind") == "triggered":
        lookback = _lookback(db, call)
        lookbacks.adopt(db, lookback, call.instance)
    else:
        lookback = lookbacks.plan(db, _closure(db, call), instance=call.instance, now=call.now)
    return {
        "lookbackId": lookback.id,
        "drawn": lookback.sample != "none",
        "groups": lookbacks.groups(db, lookback),
        "kind": lookback.kind,
        "signs": [
            {
                "date": one["on"],
                "cause": one["cause"],
                "figures": "、".join(_said(figure) for figure in one["figures"].values() if figure),
            }
            for one in lookback.evidence.get("signs", [])
        ],
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


def _withdraw_lookback(db: Session, call: Call) -> Mapping[str, object]:
    lookback = _lookback(db, call)
    lookback.state, lookback.ended_at = "dropped", call.now
    return {}


def _open_statistics(db: Session, call: Call) -> Mapping[str, object]:
    return {"until": statistics.open_wait(db, _closure(db, call), instance=call.instance).isoformat()}


def _confirm_statistics(db: Session, call: Call) -> Mapping[str, object]:
    statistics.confirm(db, _closure(db, call))
    return {}


def _deny_statistics(db: Session, call: Call) -> Mapping[str, object]:
    statistics.deny(db, _closure(db, call), _id(call, "year"), by=call.by, now=call.now)
    return {}


def _expire_statistics(db: Session, call: Call) -> Mapping[str, object]:
    statistics.expire(db, _closure(db, call), now=call.now)
    return {}


def _proposer(db: Session, call: Call) -> str:
    """Who asked for the closure: the person who completed the item's task, not the clock that started this run."""
    done = select(UserTask.completed_by).where(
        UserTask.instance_id == call.instance.parent_id,
        UserTask.element_id == "propose_closure",
        UserTask.status == "completed",
    )
    return db.scalars(done.order_by(UserTask.id.desc()).limit(1)).one_or_none() or call.by


def _said(figure: object) -> str:
    return "、".join(map(str, cast(Sequence[object], figure))) if isinstance(figure, list) else str(figure)


def _closure(db: Session, call: Call) -> Closure:
    return closures.get(db, _id(call, "closureId"))


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
