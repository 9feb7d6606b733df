"""The services of the registry that a drawing may name: lists (`registry.lists.*`) and officers (`registry.officers.*`)."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy.orm import Session

from casework import enterprises, inputs, list_reviews, lists, notices, officers
from casework.case_tables import Case
from engine.errors import NotFound
from engine.services import Call, Service


def registry_services() -> Mapping[str, Service]:
    """All services of lists and officers by job type."""
    return {
        "registry.lists.draft": _draft,
        "registry.lists.open_reviews": _open_reviews,
        "registry.lists.start_review": _start_review,
        "registry.lists.entries": _entries,
        "registry.lists.record_check": _record_check,
        "registry.lists.mark_unchecked": _mark_unchecked,
        "registry.lists.finish_review": _finish_review,
        "registry.lists.hold_disputed": _hold_disputed,
        "registry.lists.publish": _publish,
        "registry.lists.announce": _announce,
        "registry.officers.available": _available,
        "registry.officers.auto_assign": _auto_assign,
        "registry.officers.assign": _assign,
    }


def _draft(db: Session, call: Call) -> Mapping[str, object]:
    kind = str(call.inputs.get("kind") or "年度")
    version = lists.draft(db, kind, instance=call.instance, by=call.by, now=call.now)
    return {"listVersion": version.id, "listNumber": version.number}


def _open_reviews(db: Session, call: Call) -> Mapping[str, object]:
    reviews = lists.open_reviews(db, inputs.number(call, "listVersion"), sender=call.instance, by=call.by, now=call.now)
    return {"reviews": len(reviews)}


def _start_review(db: Session, call: Call) -> Mapping[str, object]:
    list_reviews.start(db, inputs.number(call, "listVersion"), inputs.text(call, "territory"), call.instance)
    return {}


def _entries(db: Session, call: Call) -> Mapping[str, object]:
    leads = [str(lead) for lead in cast(Sequence[object], call.inputs.get("leads") or ())]
    rows = lists.entries(db, inputs.number(call, "listVersion"), path=inputs.text(call, "territory"), leads=leads)
    return {
        "entries": [
            {
                "id": row.id,
                "value": row.id,
                "label": f"{row.enterprise.name} {row.list_type} {row.subtype}".strip(),
                "enterprise": row.enterprise.name,
                "uscc": row.enterprise.uscc,
                "list": row.list_type,
                "subtype": row.subtype,
                "reason": row.reason,
                "county": f"{row.county_answer} {row.county_remark}".strip(),
                "city": f"{row.city_answer} {row.city_remark}".strip(),
            }
            for row in rows
        ]
    }


def _record_check(db: Session, call: Call) -> Mapping[str, object]:
    given = _mapping(call, "check")
    level = inputs.text(call, "level")
    list_reviews.record(
        db, inputs.number(call, "listVersion"), inputs.text(call, "territory"), level, given, by=call.by, now=call.now
    )
    return {}


def _mark_unchecked(db: Session, call: Call) -> Mapping[str, object]:
    list_reviews.mark_unchecked(
        db, inputs.number(call, "listVersion"), inputs.text(call, "territory"), inputs.text(call, "level")
    )
    return {}


def _finish_review(db: Session, call: Call) -> Mapping[str, object]:
    version, path = inputs.number(call, "listVersion"), inputs.text(call, "territory")
    return {"last": list_reviews.finish(db, version, path, sender=call.instance, by=call.by, now=call.now)}


def _hold_disputed(db: Session, call: Call) -> Mapping[str, object]:
    given = _mapping(call, "signatures")
    held = list_reviews.sign(
        db, inputs.number(call, "listVersion"), given, instance=call.instance, by=call.by, now=call.now
    )
    return {"held": held}


def _publish(db: Session, call: Call) -> Mapping[str, object]:
    version = lists.publish(db, inputs.number(call, "listVersion"), by=call.by, now=call.now)
    return {"listNumber": version.number}


def _announce(db: Session, call: Call) -> Mapping[str, object]:
    return {"announced": lists.announce(db, inputs.number(call, "listVersion"), by=call.by, now=call.now)}


def _available(db: Session, call: Call) -> Mapping[str, object]:
    case = db.get(Case, inputs.number(call, "caseId"))
    if case is None:
        raise NotFound("there is no case {id}", id=inputs.number(call, "caseId"))
    return {"officers": officers.choices(db, enterprises.get(db, case.enterprise_id).path)}


def _auto_assign(db: Session, call: Call) -> Mapping[str, object]:
    row = officers.auto_assign(db, inputs.number(call, "caseId"), by=call.by, now=call.now)
    name = row.officer.person.name if row.officer else ""
    notices.letter(
        db,
        db.get_one(Case, row.case_id),
        ["XL"],
        "nobody was assigned to {case_no} in time; {name} looks after it now"
        if name
        else "nobody was assigned to {case_no} in time and nobody is free: the county officers act",
        {"name": name},
        key=f"auto_assigned:{row.id}",
        now=call.now,
    )
    return {"officerId": row.officer_id}


def _assign(db: Session, call: Call) -> Mapping[str, object]:
    given = call.inputs.get("officerId")
    case_id = inputs.number(call, "caseId")
    if given in (None, ""):
        row = officers.of_case(db, case_id) or officers.auto_assign(db, case_id, by=call.by, now=call.now)
    else:
        row = officers.assign(db, case_id, inputs.number(call, "officerId"), by=call.by, now=call.now)
    return {"officerId": row.officer_id, "officerName": row.officer.person.name if row.officer else ""}


def _mapping(call: Call, name: str) -> Mapping[str, Any]:
    value = call.inputs.get(name)
    return cast(Mapping[str, Any], value) if isinstance(value, Mapping) else {}
