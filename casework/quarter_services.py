"""The services of the quarterly monitoring that its drawing may name."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from casework import answers, quarters
from casework.quarter_tables import QuarterReport
from engine.errors import Problem
from engine.services import Call, Service


def quarter_services() -> Mapping[str, Service]:
    """All services of this room by job type."""
    return {
        "registry.quarters.open": _open,
        "registry.quarters.submit": _submit,
        "registry.quarters.facts": _facts,
        "registry.quarters.note": _note,
        "registry.quarters.mark_missing": _mark_missing,
        "registry.quarters.chased": _chased,
        "registry.quarters.mark_unchecked": _mark_unchecked,
        "registry.quarters.return_report": _return,
        "registry.quarters.refuse": _refuse,
        "registry.quarters.confirm": _confirm,
    }


def _open(db: Session, call: Call) -> Mapping[str, object]:
    period = str(call.inputs.get("period") or "")
    due_on = answers.day(call.inputs.get("dueAt"))
    return quarters.start(db, _id(call, "enterpriseId"), period, due_on, instance=call.instance, now=call.now)


def _submit(db: Session, call: Call) -> Mapping[str, object]:
    quarters.submit(db, _report(db, call), _answer(call, "report"), instance=call.instance, by=call.by, now=call.now)
    return {}


def _facts(db: Session, call: Call) -> Mapping[str, object]:
    return quarters.anomaly_facts(db, _report(db, call), by=call.by, now=call.now)


def _note(db: Session, call: Call) -> Mapping[str, object]:
    quarters.note(_report(db, call), call.inputs.get("anomalies"), now=call.now)
    return {}


def _mark_missing(db: Session, call: Call) -> Mapping[str, object]:
    quarters.mark_missing(db, _report(db, call), now=call.now)
    return {}


def _chased(db: Session, call: Call) -> Mapping[str, object]:
    quarters.chased(_report(db, call), _answer(call, "chase"), by=call.by, now=call.now)
    return {}


def _mark_unchecked(db: Session, call: Call) -> Mapping[str, object]:
    quarters.mark_unchecked(db, _report(db, call), now=call.now)
    return {}


def _return(db: Session, call: Call) -> Mapping[str, object]:
    quarters.return_report(_report(db, call), _answer(call, "check"), by=call.by, now=call.now)
    return {}


def _refuse(db: Session, call: Call) -> Mapping[str, object]:
    quarters.refuse(db, _report(db, call), _answer(call, "check"), by=call.by, now=call.now)
    return {}


def _confirm(db: Session, call: Call) -> Mapping[str, object]:
    quarters.confirm(db, _report(db, call), _answer(call, "check"), by=call.by, now=call.now)
    return {}


def _answer(call: Call, name: str) -> Mapping[str, Any]:
    return answers.context(call.inputs.get(name))


def _report(db: Session, call: Call) -> QuarterReport:
    return quarters.get(db, _id(call, "reportId"))


def _id(call: Call, name: str) -> int:
    value = call.inputs.get(name)
    try:
        return int(str(value))
    except ValueError:
        raise Problem("expected {name} to be an id, but it is {value}", name=name, value=str(value)) from None
