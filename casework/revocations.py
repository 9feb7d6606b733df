"""Taking a filing back (撤销, 注销): proposed with facts, told beforehand, defended and heard, decided, published.

Source: REFERENCE 4.b *revoke/cancel*. Which way a trigger takes, and from when the enterprise may apply again, is said by the decision
`filing-revocation`; who may decide is drawn in `filing_revoke`. Nothing is revoked that was not told beforehand.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, facts, institution_desks, institution_ends, institutions, people
from casework.filing_tables import RdInstitution
from casework.institution_tables import Revocation
from engine import history, messages
from engine.calendars import local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence
from engine.tables import Instance

TRIGGERS: Final[Mapping[str, str]] = {
    "request": "企业申请注销",
    "enterprise_cancelled": "企业注销",
    "merged": "机构合并",
    "rectification": "限期整改不到位",
    "false_data": "数据虚假",
    "inactive": "连续两年无研发活动",
    "promise": "承诺未兑现",
    "review": "未提交年度复核或复核不合格",
    "expiry": "到期未延续",
}
"""Why a filing is taken back, in Chinese."""
OPEN: Final = ("proposed", "noticed")


def propose(
    db: Session,
    institution: RdInstitution,
    trigger: str,
    reasons: str,
    *,
    instance: Instance | None = None,
    by: str,
    now: datetime,
) -> Revocation:
    """Proposes that a filing in force is taken back (`revocation_opened`). While one is being looked into, the reasons join it.

    Raises:
        Invalid: no such trigger, or no reasons.
        Conflict: the filing is not in force any more.
    """
    said = reasons.strip()
    wrong: dict[str, list[Sentence]] = {}
    if trigger not in TRIGGERS or trigger == "expiry":
        wrong["trigger"] = [Sentence("say why the filing is to be taken back")]
    if len(said) < 2:
        wrong["facts"] = [Sentence("say what was found, with the day")]
    if wrong:
        raise Invalid(fields=wrong)
    institution_desks.check_in_force(institution)
    running = of_institution(db, institution.id)
    if running is not None:
        running.facts = f"{running.facts}\n{TRIGGERS[trigger]}:{said}"
        data = {"revocation": running.id, "trigger": trigger, "facts": said}
        institution_desks.note(db, institution, "revocation_grounds_added", data, by=by, now=now)
        return running
    revocation = Revocation(
        institution_id=institution.id,
        filing_id=institution.filing_id,
        scope=institution_desks.scope_of(db, institution),
        trigger=trigger,
        facts=said,
        state="proposed",
        opened_by=by or people.SYSTEM,
        opened_at=now,
    )
    db.add(revocation)
    db.flush()
    data = {"revocation": revocation.id, "trigger": trigger, "facts": said}
    institution_desks.note(db, institution, "revocation_proposed", data, by=by, now=now)
    messages.publish(
        db,
        "revocation_opened",
        str(revocation.id),
        {"revocationId": revocation.id, "institutionId": institution.id},
        key=f"revocation_opened:{revocation.id}",
        sender=instance,
        by=by or people.SYSTEM,
        now=now,
    )
    return revocation


def ask_cancellation(db: Session, institution: RdInstitution, reason: str, *, by: str, now: datetime) -> Revocation:
    """The enterprise itself gives its filing up (注销). Raises Invalid without a reason, Conflict when it is not in force."""
    if len(reason.strip()) < 2:
        raise Invalid(fields={"reason": [Sentence("say why the filing is given up")]})
    return propose(db, institution, "request", reason, by=by, now=now)


def get(db: Session, revocation_id: int) -> Revocation:
    """The revocation with this id. Raises NotFound."""
    revocation = db.get(Revocation, revocation_id)
    if revocation is None:
        raise NotFound("there is no revocation {id}", id=revocation_id)
    return revocation


def of_institution(db: Session, institution_id: int) -> Revocation | None:
    """The revocation that is being looked into, if any; there is at most one."""
    query = select(Revocation).where(Revocation.institution_id == institution_id, Revocation.state.in_(OPEN))
    return db.scalars(query.order_by(Revocation.id).limit(1)).one_or_none()


def begin(db: Session, revocation: Revocation, *, instance: Instance, by: str, now: datetime) -> dict[str, object]:
    """Registers the run: who works on it and decides, what the forms show, and the frozen facts of `filing-revocation`."""
    institution = institutions.get(db, revocation.institution_id)
    institution_desks.stamp(db, instance, institution)
    revocation.instance_id = instance.id
    desks = institution_desks.desks(db, institution, now=now)
    values = {"trigger": revocation.trigger, "level": institution.level}
    facts.freeze(db, f"revocation:{revocation.id}", "filing-revocation", values, by=by, now=now)
    return {
        "groups": desks.filing,
        "leaderGroups": desks.leader,
        "revocation": shown(db, revocation),
        "facts": values,
    }


def shown(db: Session, revocation: Revocation) -> dict[str, object]:
    """What the forms show of a revocation."""
    institution = institutions.get(db, revocation.institution_id)
    return {**institution_desks.shown(institution), "why": TRIGGERS[revocation.trigger], "facts": revocation.facts}


def notice(
    db: Session, revocation: Revocation, answer: Mapping[str, Any], route: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    """The advance notice (事先告知) is served on the enterprise, with the right to state, defend and be heard."""
    revocation.state, revocation.noticed_at, revocation.noticed_by = "noticed", now, by
    revocation.facts = str(answer.get("facts") or revocation.facts)
    revocation.statement, revocation.stated_at, revocation.hearing = "", None, {}
    institution = institutions.get(db, revocation.institution_id)
    template = (
        "it is intended to take back the filing {number} of {name}: {facts} Basis: {basis}. You may state, defend or ask for a "
        "hearing within 5 working days; it is your task in the list"
    )
    params = {"facts": revocation.facts, "basis": str(answer.get("basis") or route.get("basis") or "")}
    key = f"revocation:{revocation.id}:notice:{now.isoformat()}"
    institution_desks.tell(db, institution, ["enterprise", "officer"], template, params, key=key, now=now)
    data = {"revocation": revocation.id, **params}
    institution_desks.note(db, institution, "revocation_noticed", data, by=by, now=now)


def state(db: Session, revocation: Revocation, answer: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """What the enterprise said to the notice; silence counts as nothing said."""
    if not answer:
        revocation.statement, revocation.hearing = "", {"asked": False}
        return
    wants = answers.agrees(answer.get("hearing"))
    revocation.statement, revocation.stated_at = str(answer.get("text") or "无异议"), now
    revocation.hearing = {"asked": wants, "files": answers.several(answer.get("files"))}
    data = {"revocation": revocation.id, "hearing": wants, "text": revocation.statement}
    institution = institutions.get(db, revocation.institution_id)
    institution_desks.note(db, institution, "revocation_answered", data, by=by, now=now)


def hear(revocation: Revocation, answer: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """The hearing was held: its day, place, people, minutes and conclusion."""
    names = ("date", "place", "people", "minutes", "conclusion", "files")
    held = {name: history.plain(answer.get(name)) for name in names}
    revocation.hearing = {**revocation.hearing, "held": True, "by": by, "at": now.isoformat(), **held}


def decide(
    revocation: Revocation, answer: Mapping[str, Any], route: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    """The leader decides: take it back, keep it, or return it to the officers. A cancellation needs neither notice nor hearing.

    Raises:
        Invalid: revoked without a notice, or without the hearing that the enterprise asked for.
    """
    decision = str(answer.get("decision") or "")
    if decision == "revoke" and route.get("way") != "cancel":
        if revocation.noticed_at is None:
            said = Sentence("the enterprise was not told beforehand; return it so that the notice is served first")
            raise Invalid(fields={"decision.decision": [said]})
        if revocation.hearing.get("asked") and not revocation.hearing.get("held"):
            said = Sentence("the enterprise asked for a hearing that was not held; return it, or keep the filing")
            raise Invalid(fields={"decision.decision": [said]})
    revocation.decision, revocation.decision_text = decision, str(answer.get("opinion") or "")
    revocation.decided_by, revocation.decided_at = by, now


def revoke(
    db: Session, revocation: Revocation, route: Mapping[str, Any], *, instance: Instance | None, by: str, now: datetime
) -> None:
    """The filing is revoked and published; false data are proposed for the integrity record, and nothing is applied for before the day."""
    if route.get("way") == "cancel":
        cancel(db, revocation, {"opinion": revocation.decision_text}, instance=instance, by=by, now=now)
        return
    institution = institutions.get(db, revocation.institution_id)
    months = answers.whole(route.get("reapply_months")) or 0
    until = institutions.add_months(local_day(now), months) if months else None
    _end(db, revocation, institution, "revoked", reapply_from=until, instance=instance, by=by, now=now)
    params = {"reason": revocation.decision_text, "from": until.isoformat() if until else ""}
    template = "the filing {number} of {name} was taken back: {reason}"
    if until is not None:
        template = "the filing {number} of {name} was taken back: {reason} You may apply again from {from}"
    key = f"revocation:{revocation.id}:decided"
    institution_desks.tell(db, institution, ["enterprise", "officer"], template, params, key=key, now=now)
    if answers.agrees(route.get("integrity")):
        template = (
            "the filing {number} of {name} rested on false data: enter it in the integrity record of the enterprise "
            "on the page of its case"
        )
        posts = institution_desks.desks(db, institution, now=now).city
        key = f"revocation:{revocation.id}:integrity"
        institution_desks.tell(db, institution, posts, template, {"reason": revocation.facts}, key=key, now=now)


def cancel(
    db: Session,
    revocation: Revocation,
    answer: Mapping[str, Any],
    *,
    instance: Instance | None,
    by: str,
    now: datetime,
) -> None:
    """The filing is cancelled (注销): the enterprise asked for it or does not exist any more."""
    institution = institutions.get(db, revocation.institution_id)
    revocation.decision, revocation.decision_text = "cancel", str(answer.get("opinion") or "")
    revocation.decided_by, revocation.decided_at = by, now
    _end(db, revocation, institution, "cancelled", reapply_from=None, instance=instance, by=by, now=now)
    template = "the filing {number} of {name} was cancelled as asked; you may file again at any time"
    key = f"revocation:{revocation.id}:decided"
    institution_desks.tell(db, institution, ["enterprise", "officer"], template, {}, key=key, now=now)


def keep(db: Session, revocation: Revocation, answer: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """The filing stays in force, with the reasons; the enterprise is told when it had been noticed."""
    was_told = revocation.noticed_at is not None or revocation.trigger == "request"
    revocation.state, revocation.decision = "kept", "keep"
    revocation.decision_text = str(answer.get("opinion") or revocation.decision_text)
    revocation.decided_by, revocation.decided_at = by, now
    institution = institutions.get(db, revocation.institution_id)
    data = {"revocation": revocation.id, "reason": revocation.decision_text}
    institution_desks.note(db, institution, "revocation_dropped", data, by=by, now=now)
    if was_told:
        template = "the filing {number} of {name} stays in force: {reason}"
        params = {"reason": revocation.decision_text}
        key = f"revocation:{revocation.id}:kept"
        institution_desks.tell(db, institution, ["enterprise", "officer"], template, params, key=key, now=now)


def stop(db: Session, institution_id: int, *, now: datetime) -> None:
    """The institution ended another way while this was being looked into."""
    running = of_institution(db, institution_id)
    if running is not None:
        running.state, running.decided_at = "withdrawn", now


def published(db: Session, *, limit: int = 200) -> list[tuple[Revocation, RdInstitution]]:
    """What was taken back, cancelled or ended, as it is published; the newest first."""
    query = (
        select(Revocation, RdInstitution)
        .join(RdInstitution, RdInstitution.id == Revocation.institution_id)
        .where(Revocation.published_at.is_not(None))
        .order_by(Revocation.published_at.desc(), Revocation.id.desc())
        .limit(limit)
    )
    return [(revocation, institution) for revocation, institution in db.execute(query)]


def record_expiry(db: Session, institution: RdInstitution, *, now: datetime) -> Revocation:
    """The entry of a filing that ran out, so that it is published like the others."""
    revocation = Revocation(
        institution_id=institution.id,
        filing_id=institution.filing_id,
        scope=institution_desks.scope_of(db, institution),
        trigger="expiry",
        facts=f"有效期至 {institution.valid_until}",
        state="revoked",
        decision="expire",
        decided_at=now,
        published_at=now,
        opened_by=people.SYSTEM,
        opened_at=now,
    )
    db.add(revocation)
    db.flush()
    return revocation


def _end(db: Session, revocation: Revocation, institution: RdInstitution, ended: str, **how: Any) -> None:
    now: datetime = how["now"]
    if institution.state != "filed":
        raise Conflict("the filing {number} is not in force any more", number=institution.filing_no)
    revocation.state, revocation.published_at = "revoked", now
    reason = f"{TRIGGERS[revocation.trigger]}:{revocation.decision_text or revocation.facts}"
    institution_ends.end(db, institution, ended, reason, **how)
