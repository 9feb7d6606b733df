"""The services of cases that a drawing may name: each reads its inputs, calls one function of the domain, gives variables back."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import cases, extensions, items, notices, plans, visits
from casework.case_tables import Case
from engine.calendars import local_day
from engine.errors import Problem, Sentence
from engine.services import Call, Service
from engine.tables import UserTask

LETTERS: Final[Mapping[str, Sentence]] = {
    "case_opened": Sentence("the case {case_no} was opened; your liaison officer will call"),
    "visit_arranged": Sentence("a visit is arranged for {case_no} on {date}"),
    "officer_changed": Sentence("the case {case_no} goes on with a new liaison officer"),
}
"""What `send.notice` says, by the name of its template."""
OFFICERS_LETTERS: Final[Mapping[str, Sentence]] = {
    "case_opened": Sentence("the case {case_no} is yours; arrange the first visit within ten working days"),
    "officer_changed": Sentence("the case {case_no} is yours; read its file and what was handed over"),
}
"""What the officer is told where the enterprise is told something else."""


def case_services() -> Mapping[str, Service]:
    """All services of this room by job type."""
    return {
        "registry.cases.open": _open_case,
        "registry.cases.open_items": _open_items,
        "registry.cases.items_left": _items_left,
        "registry.cases.lookbacks_left": _lookbacks_left,
        "registry.cases.archive": _archive,
        "registry.cases.change_items": _change_items,
        "registry.plans.prepare": _prepare_plan,
        "registry.plans.submit": _submit_plan,
        "registry.plans.facts": _plan_facts,
        "registry.plans.approve": _approve_plan,
        "registry.plans.extend": _extend_plan,
        "registry.plans.check_extension": _check_extension,
        "registry.plans.refuse_extension": _refuse_extension,
        "registry.items.start": _start_item,
        "registry.items.facts": _item_facts,
        "registry.items.note_eligibility": _note_eligibility,
        "registry.items.overdue": _item_overdue,
        "registry.items.closure_refused": _closure_refused,
        "registry.items.end": _end_item,
        "registry.remind": _remind,
        "send.notice": _send_notice,
    }


def _open_case(db: Session, call: Call) -> Mapping[str, object]:
    case = cases.open_case(
        db,
        _id(call, "enterpriseId"),
        _id(call, "listVersion"),
        relapsed=_ids(call, "relapsed"),
        instance=call.instance,
        by=call.by,
        now=call.now,
    )
    return {
        "caseId": case.id,
        "caseNo": case.case_no,
        "leadLine": case.lead,
        "countyGroups": cases.groups(case, "county"),
        "cityGroups": cases.groups(case, "city"),
        "regionGroups": cases.groups(case, "region"),
        "items": [{"id": item.id, "list": item.list_type, "subtype": item.subtype} for item in case.items],
        "predecessorCase": case.predecessor_case_id,
    }


def _open_items(db: Session, call: Call) -> Mapping[str, object]:
    started = cases.open_items(db, _case(db, call), instance=call.instance, by=call.by, now=call.now)
    return {"opened": len(started)}


def _items_left(db: Session, call: Call) -> Mapping[str, object]:
    case = _case(db, call)
    cases.observe(case)
    cases.refresh_stage(db, case)
    return {"left": cases.items_left(case)}


def _lookbacks_left(db: Session, call: Call) -> Mapping[str, object]:
    return {"lookbacks": cases.lookbacks_left(db, _case(db, call))}


def _archive(db: Session, call: Call) -> Mapping[str, object]:
    return {"archiveNo": cases.archive(db, _case(db, call), now=call.now)}


def _change_items(db: Session, call: Call) -> Mapping[str, object]:
    added = cases.change_items(
        db,
        _case(db, call),
        _ids(call, "added"),
        _ids(call, "removed"),
        str(call.inputs.get("reason") or ""),
        instance=call.instance,
        by=call.by,
        now=call.now,
    )
    return {"additions": added}


def _prepare_plan(db: Session, call: Call) -> Mapping[str, object]:
    catalogue = [{"value": kind, "label": kind} for kind in plans.MEASURE_TYPES]
    case = _case(db, call)
    reasons = list(case.amend_reasons)
    return {"plan": plans.prepare(db, case, now=call.now), "catalogue": catalogue, "amendReasons": reasons}


def _submit_plan(db: Session, call: Call) -> Mapping[str, object]:
    plan = plans.submit(db, _case(db, call), _answer(call, "plan"), by=call.by, now=call.now)
    return {"planVersion": plan.version, "planEnd": plan.ends_on.isoformat()}


def _plan_facts(db: Session, call: Call) -> Mapping[str, object]:
    return {"facts": plans.approval_facts(db, _case(db, call), by=call.by, now=call.now)}


def _approve_plan(db: Session, call: Call) -> Mapping[str, object]:
    plan = plans.approve(db, _case(db, call), instance=call.instance, by=call.by, now=call.now)
    return {"planEnd": plan.ends_on.isoformat(), "planVersion": plan.version}


def _extend_plan(db: Session, call: Call) -> Mapping[str, object]:
    item = items.get(db, _id(call, "itemId"))
    asked = _done_by(db, call.instance.id, "ask_extension")
    extension = _answer(call, "extension")
    plan = extensions.grant(db, _case(db, call), item, extension, asked_by=asked, by=call.by, now=call.now)
    return {"planEnd": plan.ends_on.isoformat()}


def _check_extension(db: Session, call: Call) -> Mapping[str, object]:
    extensions.check(db, _case(db, call), _answer(call, "extension"))
    return {}


def _refuse_extension(db: Session, call: Call) -> Mapping[str, object]:
    reason = str(call.inputs.get("reason") or "")
    is_late = reason == "late"
    extensions.refuse(
        db,
        _case(db, call),
        items.get(db, _id(call, "itemId")),
        _answer(call, "extension"),
        "late" if is_late else "refused",
        "" if is_late else reason,
        asked_by=_done_by(db, call.instance.id, "ask_extension") if not is_late else "",
        by=call.by,
        now=call.now,
    )
    return {}


def _start_item(db: Session, call: Call) -> Mapping[str, object]:
    return items.start(db, items.get(db, _id(call, "itemId")), instance=call.instance)


def _item_facts(db: Session, call: Call) -> Mapping[str, object]:
    item = items.get(db, _id(call, "itemId"))
    known = items.eligibility_facts(db, item, by=call.by, now=call.now)
    return {"facts": known, **extensions.watch(db, item)}


def _note_eligibility(db: Session, call: Call) -> Mapping[str, object]:
    item = items.get(db, _id(call, "itemId"))
    missing = call.inputs.get("missing")
    lacking = [str(code) for code in cast(Sequence[object], missing)] if isinstance(missing, list) else []
    items.note_eligibility(db, item, str(call.inputs.get("result") or ""), lacking, now=call.now)
    return {}


def _item_overdue(db: Session, call: Call) -> Mapping[str, object]:
    item = items.get(db, _id(call, "itemId"))
    case = cases.get(db, item.case_id)
    notices.letter(
        db,
        case,
        ["officer", cases.groups(case, "county")[0], "XL"],
        "the plan of {case_no} has ended and {list} is not finished",
        {"list": item.list_type},
        key=f"plan_ended:{item.id}:{local_day(call.now).isoformat()}",
        now=call.now,
    )
    extensions.exhaust(db, case, item, "used", by=call.by, now=call.now)
    return {}


def _closure_refused(db: Session, call: Call) -> Mapping[str, object]:
    items.closure_refused(db, items.get(db, _id(call, "itemId")), by=call.by, now=call.now)
    return {}


def _end_item(db: Session, call: Call) -> Mapping[str, object]:
    items.end(db, items.get(db, _id(call, "itemId")), instance=call.instance, by=call.by, now=call.now)
    return {}


def _remind(db: Session, call: Call) -> Mapping[str, object]:
    task = db.get_one(UserTask, int(str(_answer(call, "task")["id"])))
    sent = notices.remind(db, task, _answer(call, "row"), now=call.now)
    return {"sent": len(sent)}


def _send_notice(db: Session, call: Call) -> Mapping[str, object]:
    case = _case(db, call)
    name = str(call.inputs.get("template") or "")
    if name not in LETTERS:
        raise Problem("expected the name of a letter, but there is none called {name}", name=name)
    to = call.inputs.get("to")
    receivers = [str(part) for part in cast(Sequence[object], to)] if isinstance(to, list) else [str(to or "officer")]
    params: dict[str, object] = {"date": ""}
    if call.inputs.get("visitId"):
        planned = visits.get(db, _id(call, "visitId")).planned_for
        params["date"] = local_day(planned).isoformat() if planned else ""
    for receiver in receivers:
        words = OFFICERS_LETTERS.get(name, LETTERS[name]) if receiver == "officer" else LETTERS[name]
        key = f"letter:{call.instance.id}:{call.element_instance_id}"
        notices.letter(db, case, [receiver], words.template, params, key=key, now=call.now)
    return {}


def _done_by(db: Session, instance_id: int | None, element_id: str) -> str:
    """Who completed this user task of a run last; empty when nobody did."""
    done = select(UserTask.completed_by).where(
        UserTask.instance_id == instance_id, UserTask.element_id == element_id, UserTask.status == "completed"
    )
    return db.scalars(done.order_by(UserTask.id.desc()).limit(1)).one_or_none() or ""


def _case(db: Session, call: Call) -> Case:
    return cases.get(db, _id(call, "caseId"))


def _id(call: Call, name: str) -> int:
    value = call.inputs.get(name)
    try:
        return int(str(value))
    except ValueError:
        raise Problem("expected {name} to be an id, but it is {value}", name=name, value=str(value)) from None


def _ids(call: Call, name: str) -> list[int]:
    value = call.inputs.get(name)
    return [int(str(part)) for part in cast(Sequence[object], value)] if isinstance(value, list) else []


def _answer(call: Call, *names: str) -> Mapping[str, Any]:
    """What a form gave: the first of these inputs that is a context."""
    for name in names:
        value = call.inputs.get(name)
        if isinstance(value, Mapping):
            return cast(Mapping[str, Any], value)
    return {}
