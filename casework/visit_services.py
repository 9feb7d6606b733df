"""The services of visits and spot checks that a drawing may name (`registry.visits.*`, `registry.spotchecks.*`)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from casework import answers, cases, spot_checks, visit_plans, visits
from casework.case_tables import Visit
from casework.visit_plan_tables import SpotCheck
from engine.errors import Problem
from engine.services import Call, Service


def visit_services() -> Mapping[str, Service]:
    """All services of visits by job type."""
    return {
        "registry.visits.open": _open,
        "registry.visits.arrange": _arrange,
        "registry.visits.take_proposal": _take_proposal,
        "registry.visits.record": _record,
        "registry.visits.mark_unconfirmed": _mark_unconfirmed,
        "registry.visits.confirm": _confirm,
        "registry.visits.follow_up": _follow_up,
        "registry.visits.baseline": _keep_baseline,
        "registry.visits.conclude": _conclude,
        "registry.visits.cancel": _cancel,
        "send.visit": _send_letter,
        "registry.spotchecks.open": _open_check,
        "registry.spotchecks.record": _record_check,
        "registry.spotchecks.mark_unchecked": _mark_unchecked,
        "registry.spotchecks.settle": _settle_check,
    }


def _open(db: Session, call: Call) -> Mapping[str, object]:
    case = cases.get(db, _id(call, "caseId"))
    kind = str(call.inputs.get("visitType") or "first")
    plan = visit_plans.get(db, _id(call, "visitPlanId")) if call.inputs.get("visitPlanId") else None
    visit = visits.open_visit(db, case, kind, plan=plan, instance=call.instance, now=call.now)
    return {
        "visitId": visit.id,
        "due": visit.due_at.isoformat(),
        "countyGroups": cases.groups(case, "county"),
        "baseline": visits.prefilled_baseline(db, case, now=call.now) if plan is None else None,
        "schedule": visits.schedule(db, visit, now=call.now),
        "last": visits.last_record(db, visit),
    }


def _arrange(db: Session, call: Call) -> Mapping[str, object]:
    visits.arrange(db, _visit(db, call), _answer(call, "arrange"), now=call.now)
    return {}


def _send_letter(db: Session, call: Call) -> Mapping[str, object]:
    visits.announce(db, _visit(db, call), key=call.element_instance_id, now=call.now)
    return {}


def _take_proposal(db: Session, call: Call) -> Mapping[str, object]:
    return {"schedule": visits.schedule(db, _visit(db, call), now=call.now)}


def _record(db: Session, call: Call) -> Mapping[str, object]:
    visits.record(db, _visit(db, call), _answer(call, "visit"), by=call.by, now=call.now)
    return {}


def _mark_unconfirmed(db: Session, call: Call) -> Mapping[str, object]:
    visits.mark_unconfirmed(_visit(db, call))
    return {}


def _confirm(db: Session, call: Call) -> Mapping[str, object]:
    visits.confirm(db, _visit(db, call), _answer(call, "confirm"), by=call.by, now=call.now)
    return {}


def _follow_up(db: Session, call: Call) -> Mapping[str, object]:
    return {"issues": visits.follow_up(db, _visit(db, call), now=call.now)}


def _keep_baseline(db: Session, call: Call) -> Mapping[str, object]:
    kept = visits.keep_baseline(db, _visit(db, call), _answer(call, "baseline"), by=call.by, now=call.now)
    return {"baselineId": kept.id}


def _conclude(db: Session, call: Call) -> Mapping[str, object]:
    outcome, confirmed_by = str(call.inputs.get("outcome") or "visited"), str(call.inputs.get("confirmedBy") or "")
    return visits.conclude(db, _visit(db, call), outcome, confirmed_by, by=call.by, now=call.now)


def _cancel(db: Session, call: Call) -> Mapping[str, object]:
    visits.cancel(_visit(db, call), str(call.inputs.get("reason") or ""))
    return {}


def _open_check(db: Session, call: Call) -> Mapping[str, object]:
    return spot_checks.opened(db, _check(db, call), instance=call.instance)


def _record_check(db: Session, call: Call) -> Mapping[str, object]:
    spot_checks.record(db, _check(db, call), _answer(call, "check"), by=call.by, now=call.now)
    return {}


def _mark_unchecked(db: Session, call: Call) -> Mapping[str, object]:
    spot_checks.mark_unchecked(db, _check(db, call), now=call.now)
    return {}


def _settle_check(db: Session, call: Call) -> Mapping[str, object]:
    spot_checks.settle(db, _check(db, call), _answer(call, "settle"), by=call.by, now=call.now)
    return {}


def _visit(db: Session, call: Call) -> Visit:
    return visits.get(db, _id(call, "visitId"))


def _check(db: Session, call: Call) -> SpotCheck:
    return spot_checks.get(db, _id(call, "spotCheckId"))


def _id(call: Call, name: str) -> int:
    value = answers.whole(call.inputs.get(name))
    if value is None:
        raise Problem("expected {name} to be an id, but it is {value}", name=name, value=str(call.inputs.get(name)))
    return value


def _answer(call: Call, name: str) -> Mapping[str, Any]:
    return answers.context(call.inputs.get(name))
