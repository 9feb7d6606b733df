"""The services of filings that a drawing may name (`registry.filings.*`): each reads its inputs and calls one function of the domain."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from casework import (
    answers,
    filing_ends,
    filing_opinions,
    filing_signatures,
    filing_sites,
    filing_steps,
    filings,
    inputs,
)
from casework.filing_tables import Filing
from engine.services import Call, Service


def filing_services() -> Mapping[str, Service]:
    """All services of this room by job type."""
    return {
        "registry.filings.open": _open,
        "registry.filings.preregister": _preregister,
        "registry.filings.out_of_scope": _out_of_scope,
        "registry.filings.assign": _assign,
        "registry.filings.remind_officer": _remind_officer,
        "registry.filings.submit": _submit,
        "registry.filings.self_check": _self_check,
        "registry.filings.lodge": _lodge,
        "registry.filings.stand": _stand,
        "registry.filings.accept": _accept,
        "registry.filings.mark_overdue": _mark_overdue,
        "registry.filings.not_accept": _not_accept,
        "registry.filings.ask_correction": _ask_correction,
        "registry.filings.forward": _forward,
        "registry.filings.ask_advice": _ask_advice,
        "registry.filings.record_advice": _opinions,
        "registry.filings.onsite_facts": _onsite_facts,
        "registry.filings.note_onsite": _note_onsite,
        "registry.filings.plan_onsite": _plan_onsite,
        "registry.filings.record_onsite": _record_onsite,
        "registry.filings.ask_rectify": _ask_rectify,
        "registry.filings.ask_cosign": _ask_cosign,
        "registry.filings.press_cosign": _press_cosign,
        "registry.filings.invite_experts": _invite_experts,
        "registry.filings.count_votes": _count_votes,
        "registry.filings.switch_to_city": _switch_to_city,
        "registry.filings.publish": _publish,
        "registry.filings.take_objection": _objections,
        "registry.filings.close_publicity": _objections,
        "registry.filings.settle_objections": _settle_objections,
        "registry.filings.issue": _issue,
        "registry.filings.notify": _notify,
        "registry.filings.prepare_refusal": _prepare_refusal,
        "registry.filings.refuse": _refuse,
        "registry.filings.withdraw": _withdraw,
        "registry.filings.give_up": _give_up,
    }


def _open(db: Session, call: Call) -> Mapping[str, object]:
    return filing_steps.begin(db, _filing(db, call), instance=call.instance, now=call.now)


def _preregister(db: Session, call: Call) -> Mapping[str, object]:
    filing_steps.end_early(db, _filing(db, call), "preregistered", by=call.by, now=call.now)
    return {}


def _out_of_scope(db: Session, call: Call) -> Mapping[str, object]:
    filing = _filing(db, call)
    filing_steps.end_early(db, filing, "out_of_scope", by=call.by, now=call.now)
    filing_ends.rejected(db, filing, "out of scope", instance=call.instance, by=call.by, now=call.now)
    return {}


def _assign(db: Session, call: Call) -> Mapping[str, object]:
    return filing_steps.assign(db, _filing(db, call), inputs.group(call, "authority"), now=call.now)


def _remind_officer(db: Session, call: Call) -> Mapping[str, object]:
    filing_steps.remind_officer(db, _filing(db, call), now=call.now)
    return {}


def _submit(db: Session, call: Call) -> Mapping[str, object]:
    declared, desk = inputs.group(call, "application"), inputs.text(call, "desk")
    return filing_steps.submit(db, _filing(db, call), declared, desk, instance=call.instance, now=call.now)


def _self_check(db: Session, call: Call) -> Mapping[str, object]:
    return filing_steps.self_check(db, _filing(db, call), instance=call.instance, by=call.by, now=call.now)


def _lodge(db: Session, call: Call) -> Mapping[str, object]:
    return filing_steps.lodge(db, _filing(db, call), by=call.by, now=call.now)


def _stand(db: Session, call: Call) -> Mapping[str, object]:
    filing = _filing(db, call)
    opinions = filing_steps.stand(db, filing, inputs.text(call, "state"), now=call.now)
    experts = filing_signatures.experts(db, now=call.now) if filing.state == "region" else []
    return {"opinions": opinions, "experts": experts}


def _accept(db: Session, call: Call) -> Mapping[str, object]:
    return {"opinions": filing_steps.accept(db, _filing(db, call), now=call.now)}


def _mark_overdue(db: Session, call: Call) -> Mapping[str, object]:
    return {"about": filing_steps.mark_overdue(db, _filing(db, call), now=call.now)}


def _not_accept(db: Session, call: Call) -> Mapping[str, object]:
    filing = _filing(db, call)
    check = inputs.group(call, "check")
    filing_ends.not_accept(db, filing, check, instance=call.instance, by=call.by, now=call.now)
    return {}


def _ask_correction(db: Session, call: Call) -> Mapping[str, object]:
    return filing_steps.ask_correction(db, _filing(db, call), _answer(call), inputs.text(call, "asking"), now=call.now)


def _forward(db: Session, call: Call) -> Mapping[str, object]:
    asking = inputs.text(call, "asking")
    return filing_steps.forward(db, _filing(db, call), _answer(call), asking, instance=call.instance, now=call.now)


def _ask_advice(db: Session, call: Call) -> Mapping[str, object]:
    codes = answers.several(_answer(call).get("consult"))
    return filing_steps.ask_advice(db, _filing(db, call), codes, inputs.text(call, "asking"), now=call.now)


def _opinions(db: Session, call: Call) -> Mapping[str, object]:
    return {"opinions": filing_opinions.shown(db, _filing(db, call), now=call.now)}


def _onsite_facts(db: Session, call: Call) -> Mapping[str, object]:
    return filing_sites.onsite_facts(db, _filing(db, call), inputs.group(call, "review"), by=call.by, now=call.now)


def _note_onsite(db: Session, call: Call) -> Mapping[str, object]:
    onsite = inputs.group(call, "onsite")
    return filing_sites.note(db, _filing(db, call), onsite, instance=call.instance, by=call.by, now=call.now)


def _plan_onsite(db: Session, call: Call) -> Mapping[str, object]:
    return {"teamNames": filing_sites.plan(db, _filing(db, call), inputs.group(call, "team"), by=call.by, now=call.now)}


def _record_onsite(db: Session, call: Call) -> Mapping[str, object]:
    found = inputs.group(call, "onsiteResult")
    return filing_sites.record(db, _filing(db, call), found, instance=call.instance, by=call.by, now=call.now)


def _ask_rectify(db: Session, call: Call) -> Mapping[str, object]:
    return filing_sites.ask_rectify(db, _filing(db, call), inputs.group(call, "onsiteResult"), now=call.now)


def _ask_cosign(db: Session, call: Call) -> Mapping[str, object]:
    mode, level = inputs.text(call, "cosign"), inputs.text(call, "at")
    return {"opinions": filing_signatures.ask_cosign(db, _filing(db, call), mode, level, now=call.now)}


def _press_cosign(db: Session, call: Call) -> Mapping[str, object]:
    filing_signatures.press_cosign(db, _filing(db, call), inputs.text(call, "at"), now=call.now)
    return {}


def _invite_experts(db: Session, call: Call) -> Mapping[str, object]:
    chosen = answers.several(inputs.group(call, "review").get("experts"))
    return filing_signatures.invite_experts(db, _filing(db, call), chosen, now=call.now)


def _count_votes(db: Session, call: Call) -> Mapping[str, object]:
    return filing_signatures.count_votes(db, _filing(db, call), instance=call.instance, now=call.now)


def _switch_to_city(db: Session, call: Call) -> Mapping[str, object]:
    return filing_signatures.switch_to_city(db, _filing(db, call), now=call.now)


def _publish(db: Session, call: Call) -> Mapping[str, object]:
    until = inputs.moment(call, "until")
    return {"publicityUntil": filing_ends.publish(db, _filing(db, call), until, now=call.now)}


def _objections(db: Session, call: Call) -> Mapping[str, object]:
    return {"objections": filing_ends.open_objections(db, _filing(db, call), now=call.now)}


def _settle_objections(db: Session, call: Call) -> Mapping[str, object]:
    investigation = inputs.group(call, "investigation")
    shown = [one.get("id") for one in answers.rows(call.inputs.get("objections"))]
    upheld = filing_ends.settle_objections(db, _filing(db, call), shown, investigation, by=call.by, now=call.now)
    return {"upheld": upheld}


def _issue(db: Session, call: Call) -> Mapping[str, object]:
    promised = answers.agrees(call.inputs.get("promised"))
    terms, flags = inputs.group(call, "terms"), answers.several(call.inputs.get("flags"))
    number = filing_ends.issue(db, _filing(db, call), terms, flags, promised=promised, by=call.by, now=call.now)
    return {"number": number}


def _notify(db: Session, call: Call) -> Mapping[str, object]:
    filing_ends.notify(db, _filing(db, call), instance=call.instance, by=call.by, now=call.now)
    return {}


def _prepare_refusal(db: Session, call: Call) -> Mapping[str, object]:
    return filing_ends.prepare_refusal(db, _filing(db, call), call.inputs, now=call.now)


def _refuse(db: Session, call: Call) -> Mapping[str, object]:
    refusal, terms = inputs.group(call, "refusal"), inputs.group(call, "terms")
    filing_ends.refuse(db, _filing(db, call), refusal, terms, instance=call.instance, by=call.by, now=call.now)
    return {}


def _withdraw(db: Session, call: Call) -> Mapping[str, object]:
    filing_ends.withdraw(db, _filing(db, call), "", instance=call.instance, by=call.by, now=call.now)
    return {}


def _give_up(db: Session, call: Call) -> Mapping[str, object]:
    reason = str(inputs.group(call, "withdrawal").get("reason") or "")
    filing_ends.withdraw(db, _filing(db, call), reason, instance=call.instance, by=call.by, now=call.now)
    return {}


def _filing(db: Session, call: Call) -> Filing:
    return filings.get(db, inputs.number(call, "filingId"))


def _answer(call: Call) -> Mapping[str, Any]:
    """What the desk answered that asks for a correction, forwards or consults."""
    return inputs.group(call, "check" if call.inputs.get("asking") == "county" else "review")
