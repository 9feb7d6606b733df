"""The services of a handover that a drawing may name (`registry.handovers.*`, `send.handover`)."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, handovers
from casework.tables import Handover
from engine.errors import Problem
from engine.services import Call, Service
from engine.tables import UserTask


def handover_services() -> Mapping[str, Service]:
    """All services of handovers by job type."""
    return {
        "registry.handovers.open": _open,
        "registry.handovers.suggest": _suggest,
        "registry.handovers.keep": _keep,
        "registry.handovers.matters": _matters,
        "registry.handovers.note_silence": _note_silence,
        "registry.handovers.refuse": _refuse,
        "registry.handovers.transfer": _transfer,
        "send.handover": _tell,
    }


def _open(db: Session, call: Call) -> Mapping[str, object]:
    return handovers.begin(db, _handover(db, call), instance=call.instance)


def _suggest(db: Session, call: Call) -> Mapping[str, object]:
    handover = _handover(db, call)
    found = handovers.suggest(db, handover)
    chosen = {"officer": found} if found is not None else None
    return {"suggested": found is not None, "chosen": chosen, "officers": handovers.choices(db, handover)}


def _keep(db: Session, call: Call) -> Mapping[str, object]:
    note = str(answers.context(call.inputs.get("chosen")).get("note") or "")
    handovers.keep(db, _handover(db, call).id, note, by=call.by, now=call.now)
    return {}


def _matters(db: Session, call: Call) -> Mapping[str, object]:
    handover = _handover(db, call)
    chosen = answers.whole(answers.context(call.inputs.get("chosen")).get("officer"))
    if chosen is not None and handover.successor_id is None:
        handovers.name_successor(db, handover.id, chosen, by=call.by, now=call.now)
    return handovers.list_matters(db, handover)


def _note_silence(db: Session, call: Call) -> Mapping[str, object]:
    return {"successorSign": {"agree": False, "reason": "逾期未签"}}


def _refuse(db: Session, call: Call) -> Mapping[str, object]:
    handover = _handover(db, call)
    _sign_predecessor(db, call, handover)
    said = answers.context(call.inputs.get("successorSign"))
    handovers.refuse(db, handover.id, str(said.get("reason") or ""), by=call.by, now=call.now)
    return {
        "successor": None,
        "handover": {**handovers.shown(db, handover), "refusal": str(said.get("reason") or "")},
        "officers": handovers.choices(db, handover),
    }


def _transfer(db: Session, call: Call) -> Mapping[str, object]:
    handover = _handover(db, call)
    _sign_predecessor(db, call, handover)
    handovers.sign(db, handover.id, "successor", by=_done_by(db, call, "successor_signs"), now=call.now)
    return {"moved": handovers.transfer(db, handover.id, by=call.by, now=call.now)}


def _tell(db: Session, call: Call) -> Mapping[str, object]:
    return {"told": handovers.tell_enterprises(db, _handover(db, call), now=call.now)}


def _sign_predecessor(db: Session, call: Call, handover: Handover) -> None:
    if handover.predecessor_signed_by:
        return
    by = _done_by(db, call, "predecessor_signs", "county_signs")
    if by:
        notes = str(answers.context(call.inputs.get("predecessorSign")).get("notes") or "")
        handovers.sign(db, handover.id, "predecessor", notes=notes, by=by, now=call.now)


def _done_by(db: Session, call: Call, *element_ids: str) -> str:
    """Who completed one of these user tasks of the run last; empty when nobody did."""
    done = select(UserTask.completed_by).where(
        UserTask.instance_id == call.instance.id,
        UserTask.element_id.in_(element_ids),
        UserTask.status == "completed",
    )
    return db.scalars(done.order_by(UserTask.id.desc()).limit(1)).one_or_none() or ""


def _handover(db: Session, call: Call) -> Handover:
    number = answers.whole(call.inputs.get("handoverId"))
    if number is None:
        raise Problem("expected {name} to be an id, but it is {value}", name="handoverId", value=str(number))
    return handovers.get(db, number)
