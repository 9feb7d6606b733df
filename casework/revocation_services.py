"""The services of revocation, recognition and the white list that a drawing may name."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from casework import answers, inputs, institutions, recognitions, revocations, whitelist
from casework.filing_tables import RdInstitution
from casework.institution_tables import Revocation
from casework.recognition_tables import RecognitionCall
from engine.services import Call, Service


def revocation_services() -> Mapping[str, Service]:
    """All services of this room by job type."""
    return {
        "registry.revocations.open": _open,
        "registry.revocations.notice": _notice,
        "registry.revocations.state": _state,
        "registry.revocations.hear": _hear,
        "registry.revocations.decide": _decide,
        "registry.revocations.revoke": _revoke,
        "registry.revocations.cancel": _cancel,
        "registry.revocations.keep": _keep,
        "registry.revocations.stop": _stop,
        "registry.recognitions.open": _open_call,
        "registry.recognitions.collect": _collect,
        "registry.recognitions.admit": _admit,
        "registry.recognitions.score": _score,
        "registry.recognitions.rank": _rank,
        "registry.recognitions.record": _record,
        "registry.recognitions.close": _close,
        "registry.whitelist.open": _open_entry,
        "registry.whitelist.check": _check_confirmer,
        "registry.whitelist.record": _record_entry,
        "registry.whitelist.refuse": _refuse_entry,
    }


def _open(db: Session, call: Call) -> Mapping[str, object]:
    return revocations.begin(db, _revocation(db, call), instance=call.instance, by=call.by, now=call.now)


def _notice(db: Session, call: Call) -> Mapping[str, object]:
    revocation = _revocation(db, call)
    revocations.notice(
        db, revocation, inputs.group(call, "notice"), inputs.group(call, "route"), by=call.by, now=call.now
    )
    return {"revocation": revocations.shown(db, revocation)}


def _state(db: Session, call: Call) -> Mapping[str, object]:
    revocations.state(db, _revocation(db, call), inputs.group(call, "statement"), by=call.by, now=call.now)
    return {}


def _hear(db: Session, call: Call) -> Mapping[str, object]:
    revocations.hear(_revocation(db, call), inputs.group(call, "hearing"), by=call.by, now=call.now)
    return {}


def _decide(db: Session, call: Call) -> Mapping[str, object]:
    decision, route = inputs.group(call, "decision"), inputs.group(call, "route")
    revocations.decide(_revocation(db, call), decision, route, by=call.by, now=call.now)
    return {}


def _revoke(db: Session, call: Call) -> Mapping[str, object]:
    route = inputs.group(call, "route")
    revocations.revoke(db, _revocation(db, call), route, instance=call.instance, by=call.by, now=call.now)
    return {}


def _cancel(db: Session, call: Call) -> Mapping[str, object]:
    answer = inputs.group(call, "cancellation")
    revocations.cancel(db, _revocation(db, call), answer, instance=call.instance, by=call.by, now=call.now)
    return {}


def _keep(db: Session, call: Call) -> Mapping[str, object]:
    answer = inputs.group(call, "decision") or inputs.group(call, "cancellation")
    revocations.keep(db, _revocation(db, call), answer, by=call.by, now=call.now)
    return {}


def _stop(db: Session, call: Call) -> Mapping[str, object]:
    revocations.stop(db, inputs.number(call, "institutionId"), now=call.now)
    return {}


def _open_call(db: Session, call: Call) -> Mapping[str, object]:
    return recognitions.begin(db, _call(db, call), instance=call.instance, now=call.now)


def _collect(db: Session, call: Call) -> Mapping[str, object]:
    return {"candidates": recognitions.collect(db, _call(db, call))}


def _admit(db: Session, call: Call) -> Mapping[str, object]:
    made = _call(db, call)
    recognitions.admit(db, made, inputs.group(call, "examination"), by=call.by, now=call.now)
    return {"candidates": recognitions.candidates(db, made)}


def _score(db: Session, call: Call) -> Mapping[str, object]:
    made = _call(db, call)
    recognitions.score(db, made, inputs.group(call, "assessment"), by=call.by, now=call.now)
    return {"candidates": recognitions.candidates(db, made)}


def _rank(db: Session, call: Call) -> Mapping[str, object]:
    made, ranked = _call(db, call), answers.several(call.inputs.get("ranked"))
    recognitions.rank(db, made, ranked, instance=call.instance, by=call.by, now=call.now)
    return {"candidates": recognitions.candidates(db, made)}


def _record(db: Session, call: Call) -> Mapping[str, object]:
    recognitions.record(db, _call(db, call), by=call.by, now=call.now)
    return {}


def _close(db: Session, call: Call) -> Mapping[str, object]:
    recognitions.close(db, _call(db, call), now=call.now)
    return {}


def _open_entry(db: Session, call: Call) -> Mapping[str, object]:
    institution, act, reason = _institution(db, call), inputs.text(call, "act"), inputs.text(call, "reason")
    return {"proposal": whitelist.begin(db, institution, act, reason, instance=call.instance)}


def _check_confirmer(db: Session, call: Call) -> Mapping[str, object]:
    whitelist.check_confirmer(inputs.text(call, "askedBy"), call.by)
    return {}


def _record_entry(db: Session, call: Call) -> Mapping[str, object]:
    institution, act, reason = _institution(db, call), inputs.text(call, "act"), inputs.text(call, "reason")
    whitelist.record(db, institution, act, reason, inputs.group(call, "confirmation"), by=call.by, now=call.now)
    return {}


def _refuse_entry(db: Session, call: Call) -> Mapping[str, object]:
    institution, act, asked_by = _institution(db, call), inputs.text(call, "act"), inputs.text(call, "askedBy")
    answer = inputs.group(call, "confirmation")
    whitelist.refuse(db, institution, act, answer, asked_by, by=call.by, now=call.now)
    return {}


def _institution(db: Session, call: Call) -> RdInstitution:
    return institutions.get(db, inputs.number(call, "institutionId"))


def _revocation(db: Session, call: Call) -> Revocation:
    return revocations.get(db, inputs.number(call, "revocationId"))


def _call(db: Session, call: Call) -> RecognitionCall:
    return recognitions.get(db, inputs.number(call, "callId"))
