"""The services of an institution's life after its number: review, promise, change, renewal and upgrade."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from casework import (
    filing_changes,
    filing_promises,
    filing_reviews,
    inputs,
    institution_desks,
    institutions,
    renewals,
)
from casework.filing_tables import Filing, RdInstitution
from casework.institution_tables import InstitutionChange, InstitutionReview
from engine.calendars import local_day
from engine.services import Call, Service


def institution_services() -> Mapping[str, Service]:
    """All services of this room by job type."""
    return {
        "registry.reviews.open": _open_review,
        "registry.reviews.remind": _remind,
        "registry.reviews.submit": _submit_review,
        "registry.reviews.sample": _sample,
        "registry.reviews.order": _order,
        "registry.reviews.pass": _pass,
        "registry.reviews.fail": _fail,
        "registry.reviews.stop": _stop_review,
        "registry.promises.open": _open_promise,
        "registry.promises.prove": _prove,
        "registry.promises.give_time": _give_time,
        "registry.promises.keep": _keep_promise,
        "registry.promises.break": _break,
        "registry.promises.stop": _stop_promise,
        "registry.changes.open": _open_change,
        "registry.changes.submit": _submit_change,
        "registry.changes.hand_back": _hand_back,
        "registry.changes.refuse": _refuse_change,
        "registry.changes.withdraw": _withdraw_change,
        "registry.changes.apply": _apply_change,
        "registry.changes.stop": _stop_change,
        "registry.renewals.open": _open_renewal,
        "registry.renewals.apply_renewal": _apply_renewal,
        "registry.renewals.pending": _pending,
        "registry.renewals.prolong": _prolong,
        "registry.renewals.expire": _expire,
        "registry.renewals.upgrade_facts": _upgrade_facts,
        "registry.renewals.explain": _explain,
        "registry.renewals.decline": _decline,
        "registry.renewals.apply_upgrade": _apply_upgrade,
        "registry.renewals.stop": _nothing,
    }


# --- review ---------------------------------------------------------------------------------------------------------------


def _open_review(db: Session, call: Call) -> Mapping[str, object]:
    institution = _institution(db, call)
    due = local_day(inputs.moment(call, "due"))
    review = filing_reviews.begin(
        db, institution, inputs.number(call, "year"), due, instance=call.instance, now=call.now
    )
    desks = institution_desks.desks(db, institution, now=call.now)
    last = filing_reviews.last_review(db, institution)
    return {
        "reviewId": review.id,
        "cityGroups": desks.city,
        "regionGroups": desks.region,
        "review": filing_reviews.prefilled(db, institution, now=call.now),
        "last": last.data if last else None,
    }


def _remind(db: Session, call: Call) -> Mapping[str, object]:
    filing_reviews.remind(db, _review(db, call), inputs.number(call, "round"), now=call.now)
    return {}


def _submit_review(db: Session, call: Call) -> Mapping[str, object]:
    answer = inputs.group(call, "review")
    found = filing_reviews.submit(db, _review(db, call), answer, instance=call.instance, by=call.by, now=call.now)
    return {"check": filing_reviews.table(found)}


def _sample(db: Session, call: Call) -> Mapping[str, object]:
    opinion = inputs.group(call, "opinion")
    review = _review(db, call)
    return {"sampled": filing_reviews.sample(db, review, opinion, instance=call.instance, by=call.by, now=call.now)}


def _order(db: Session, call: Call) -> Mapping[str, object]:
    opinion, due = inputs.group(call, "opinion"), local_day(inputs.moment(call, "due"))
    filing_reviews.order_rectification(db, _review(db, call), opinion, due, by=call.by, now=call.now)
    return {}


def _pass(db: Session, call: Call) -> Mapping[str, object]:
    filing_reviews.passed(db, _review(db, call), inputs.group(call, "opinion"), by=call.by, now=call.now)
    return {}


def _fail(db: Session, call: Call) -> Mapping[str, object]:
    opinion = inputs.group(call, "opinion")
    filing_reviews.fail(db, _review(db, call), opinion, instance=call.instance, by=call.by, now=call.now)
    return {}


def _stop_review(db: Session, call: Call) -> Mapping[str, object]:
    filing_reviews.stop(db, inputs.number(call, "institutionId"), now=call.now)
    return {}


# --- promise --------------------------------------------------------------------------------------------------------------


def _open_promise(db: Session, call: Call) -> Mapping[str, object]:
    return filing_promises.begin(db, _filing(db, call), instance=call.instance, now=call.now)


def _prove(db: Session, call: Call) -> Mapping[str, object]:
    proof = inputs.group(call, "proof")
    filing = _filing(db, call)
    return {
        "result": filing_promises.prove(db, filing, proof, instance=call.instance, by=call.by, now=call.now),
    }


def _give_time(db: Session, call: Call) -> Mapping[str, object]:
    filing_promises.give_time(
        db, _filing(db, call), inputs.group(call, "check"), local_day(inputs.moment(call, "due")), now=call.now
    )
    return {}


def _keep_promise(db: Session, call: Call) -> Mapping[str, object]:
    check = inputs.group(call, "check")
    filing_promises.keep(db, _filing(db, call), check, instance=call.instance, by=call.by, now=call.now)
    return {}


def _break(db: Session, call: Call) -> Mapping[str, object]:
    check = inputs.group(call, "check")
    filing_promises.break_promise(db, _filing(db, call), check, instance=call.instance, by=call.by, now=call.now)
    return {}


def _stop_promise(db: Session, call: Call) -> Mapping[str, object]:
    for filing in filing_promises.running(db, inputs.number(call, "institutionId")):
        filing.promise_state, filing.updated_at = "broken", call.now
    return {}


# --- change ---------------------------------------------------------------------------------------------------------------


def _open_change(db: Session, call: Call) -> Mapping[str, object]:
    return filing_changes.begin(db, _change(db, call), instance=call.instance, now=call.now)


def _submit_change(db: Session, call: Call) -> Mapping[str, object]:
    answer = inputs.group(call, "change")
    return filing_changes.submit(db, _change(db, call), answer, instance=call.instance, by=call.by, now=call.now)


def _hand_back(db: Session, call: Call) -> Mapping[str, object]:
    change, opinion = _with_county(db, call)
    filing_changes.hand_back(db, change, opinion, by=call.by, now=call.now)
    return {"opinion": dict(opinion)}


def _refuse_change(db: Session, call: Call) -> Mapping[str, object]:
    change, opinion = _with_county(db, call)
    filing_changes.refuse(db, change, opinion, by=call.by, now=call.now)
    return {}


def _withdraw_change(db: Session, call: Call) -> Mapping[str, object]:
    filing_changes.withdraw(db, _change(db, call), now=call.now)
    return {}


def _apply_change(db: Session, call: Call) -> Mapping[str, object]:
    change, opinion = _with_county(db, call)
    filing_changes.note_opinion(change, "city", opinion, by=call.by, now=call.now)
    filing_changes.apply(db, change, instance=call.instance, by=call.by, now=call.now)
    return {}


def _stop_change(db: Session, call: Call) -> Mapping[str, object]:
    filing_changes.stop(db, inputs.number(call, "institutionId"), now=call.now)
    return {}


def _with_county(db: Session, call: Call) -> tuple[InstitutionChange, Mapping[str, Any]]:
    """The change, and the opinion that counts: the city's where it has spoken; then the county's is kept as well."""
    change = _change(db, call)
    county, city = inputs.group(call, "opinion"), inputs.group(call, "cityOpinion")
    if not city:
        return change, county
    if change.state == "county":
        filing_changes.note_opinion(change, "county", county, by="", now=call.now)
        change.state = "city"
    return change, city


# --- renewal and upgrade --------------------------------------------------------------------------------------------------


def _open_renewal(db: Session, call: Call) -> Mapping[str, object]:
    return renewals.begin(db, _institution(db, call), instance=call.instance, now=call.now)


def _apply_renewal(db: Session, call: Call) -> Mapping[str, object]:
    renewals.apply_renewal(db, _institution(db, call), by=call.by, now=call.now)
    return {}


def _pending(db: Session, call: Call) -> Mapping[str, object]:
    return {"pending": renewals.is_pending(db, _institution(db, call))}


def _prolong(db: Session, call: Call) -> Mapping[str, object]:
    until = renewals.prolong(
        db, _institution(db, call), local_day(inputs.moment(call, "until")), by=call.by, now=call.now
    )
    return {"validUntil": until.isoformat()}


def _expire(db: Session, call: Call) -> Mapping[str, object]:
    renewals.expire(db, _institution(db, call), instance=call.instance, by=call.by, now=call.now)
    return {}


def _upgrade_facts(db: Session, call: Call) -> Mapping[str, object]:
    return renewals.upgrade_facts(db, _institution(db, call), instance=call.instance, by=call.by, now=call.now)


def _explain(db: Session, call: Call) -> Mapping[str, object]:
    reason = str(inputs.group(call, "terms").get("reason") or "")
    key = f"upgrade:{call.instance.id}:explained"
    renewals.explain(db, _institution(db, call), reason, key=key, now=call.now)
    return {}


def _decline(db: Session, call: Call) -> Mapping[str, object]:
    renewals.decline(db, _institution(db, call), by=call.by, now=call.now)
    return {}


def _apply_upgrade(db: Session, call: Call) -> Mapping[str, object]:
    source = str(call.inputs.get("source") or "self")
    renewals.apply_upgrade(db, _institution(db, call), source, by=call.by, now=call.now)
    return {}


def _nothing(db: Session, call: Call) -> Mapping[str, object]:
    """The institution ended: its run ends, and the register says it already."""
    return {}


# --- inputs ---------------------------------------------------------------------------------------------------------------


def _institution(db: Session, call: Call) -> RdInstitution:
    return institutions.get(db, inputs.number(call, "institutionId"))


def _review(db: Session, call: Call) -> InstitutionReview:
    return filing_reviews.get(db, inputs.number(call, "reviewId"))


def _change(db: Session, call: Call) -> InstitutionChange:
    return filing_changes.get(db, inputs.number(call, "changeId"))


def _filing(db: Session, call: Call) -> Filing:
    return filing_promises.get(db, inputs.number(call, "filingId"))
