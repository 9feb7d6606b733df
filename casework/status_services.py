"""The services of measures, removals and changes of state that a drawing may name."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import cases, enterprises, measure_runs, measures, officers, removals, reopenings, statuses
from casework.case_tables import LIVING_ITEM, Case, Measure
from engine.errors import Problem
from engine.services import Call, Service
from engine.tables import UserTask


def status_services() -> Mapping[str, Service]:
    """All services of this room by job type."""
    return {
        "registry.cases.remove_items": _remove_items,
        "registry.cases.report_status": _report_status,
        "registry.cases.check_status": _check_status,
        "registry.cases.suspend": _suspend,
        "registry.cases.continue": _continue,
        "registry.cases.transfer": _transfer,
        "registry.cases.leave_roster": _leave_roster,
        "registry.cases.terminate": _terminate,
        "registry.cases.reopen": _reopen,
        "registry.measures.start": _start_measure,
        "registry.measures.late": _late_measure,
        "registry.measures.check_delay": _check_delay,
        "registry.measures.postpone": _postpone,
        "registry.measures.drop": _drop,
        "registry.measures.keep": _keep,
        "registry.measures.filed": _filed,
        "registry.measures.not_filed": _not_filed,
    }


def _remove_items(db: Session, call: Call) -> Mapping[str, object]:
    return {"remaining": removals.propose(db, _case(db, call), _answer(call, "removal"), by=call.by, now=call.now)}


def _report_status(db: Session, call: Call) -> Mapping[str, object]:
    statuses.found_at_visit(db, _case(db, call), _answer(call, "baseline"), by=call.by, now=call.now)
    return {}


def _check_status(db: Session, call: Call) -> Mapping[str, object]:
    case = _case(db, call)
    statuses.check(db, case, _answer(call, "status"))
    living = [item for item in case.items if item.state in LIVING_ITEM]
    return {"items": [{"id": item.id, "list": item.list_type, "subtype": item.subtype} for item in living]}


def _suspend(db: Session, call: Call) -> Mapping[str, object]:
    statuses.suspend(db, _case(db, call), _answer(call, "status"), by=call.by, now=call.now)
    return {}


def _continue(db: Session, call: Call) -> Mapping[str, object]:
    status, review = _answer(call, "status"), _answer(call, "statusReview")
    statuses.go_on(db, _case(db, call), status, review, instance=call.instance, by=call.by, now=call.now)
    return {}


def _transfer(db: Session, call: Call) -> Mapping[str, object]:
    case = _case(db, call)
    given = _answer(call, "handover")
    path = statuses.transfer(db, case, _answer(call, "status"), given, by=call.by, now=call.now)
    # The run of the case is the one of this step: what it opens from here on belongs to the new territory.
    call.instance.scope = path
    return {"territory": path, "officers": officers.choices(db, enterprises.get(db, case.enterprise_id).path)}


def _leave_roster(db: Session, call: Call) -> Mapping[str, object]:
    statuses.leave_roster(db, _case(db, call), _answer(call, "status"), by=call.by, now=call.now)
    return {}


def _terminate(db: Session, call: Call) -> Mapping[str, object]:
    statuses.terminate(db, _case(db, call), _answer(call, "status"), instance=call.instance, by=call.by, now=call.now)
    return {}


def _reopen(db: Session, call: Call) -> Mapping[str, object]:
    reopenings.reopened(db, _case(db, call), by=call.by, now=call.now)
    return {}


def _start_measure(db: Session, call: Call) -> Mapping[str, object]:
    return measure_runs.start(db, _measure(db, call), instance=call.instance, now=call.now)


def _late_measure(db: Session, call: Call) -> Mapping[str, object]:
    return measure_runs.late(_measure(db, call), now=call.now)


def _check_delay(db: Session, call: Call) -> Mapping[str, object]:
    measure_runs.check_delay(db, _measure(db, call), _answer(call, "delay"), now=call.now)
    return {}


def _postpone(db: Session, call: Call) -> Mapping[str, object]:
    late_on = measure_runs.postpone(db, _measure(db, call), _answer(call, "delay"), by=call.by, now=call.now)
    return {"lateOn": late_on}


def _drop(db: Session, call: Call) -> Mapping[str, object]:
    delay = _answer(call, "delay")
    asked_by = str(call.inputs.get("askedBy") or "") if not delay else _explained_by(db, call)
    reason = str(delay.get("reason") or call.inputs.get("reason") or "")
    measure_runs.drop(db, _measure(db, call), reason, asked_by=asked_by, by=call.by, now=call.now)
    return {}


def _keep(db: Session, call: Call) -> Mapping[str, object]:
    opinion = str(_answer(call, "dropReview").get("opinion") or "")
    key = f"{call.instance.id}:{call.element_instance_id}"
    return {"lateOn": measure_runs.keep(db, _measure(db, call), opinion, key=key, now=call.now)}


def _filed(db: Session, call: Call) -> Mapping[str, object]:
    filing_id, number = int(str(call.inputs.get("filingId"))), str(call.inputs.get("number") or "")
    measure = _measure(db, call)
    measure_runs.filed(db, measure, number, filing_id=filing_id, instance=call.instance, by=call.by, now=call.now)
    return {}


def _not_filed(db: Session, call: Call) -> Mapping[str, object]:
    filing_id, reason = int(str(call.inputs.get("filingId"))), str(call.inputs.get("reason") or "")
    measure_runs.not_filed(db, _measure(db, call), reason, filing_id=filing_id, now=call.now)
    return {}


def _explained_by(db: Session, call: Call) -> str:
    query = select(UserTask.completed_by).where(
        UserTask.instance_id == call.instance.id,
        UserTask.element_id == "explain_delay",
        UserTask.status == "completed",
    )
    return db.scalars(query.order_by(UserTask.id.desc()).limit(1)).one_or_none() or ""


def _case(db: Session, call: Call) -> Case:
    return cases.get(db, _id(call, "caseId"))


def _measure(db: Session, call: Call) -> Measure:
    return measures.get(db, _id(call, "measureId"))


def _id(call: Call, name: str) -> int:
    value = call.inputs.get(name)
    try:
        return int(str(value))
    except ValueError:
        raise Problem("expected {name} to be an id, but it is {value}", name=name, value=str(value)) from None


def _answer(call: Call, name: str) -> Mapping[str, Any]:
    value = call.inputs.get(name)
    return cast(Mapping[str, Any], value) if isinstance(value, Mapping) else {}
