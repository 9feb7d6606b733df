"""How a filing ends: published, objected to, numbered and told, or refused, withdrawn; what waits for it hears of it (b19–b22).

Source: REFERENCE 4.b, 2.11 no. 4 and 6, F11, F12. The measure of a case hears `filing_approved` or `filing_rejected` and ends or goes on
in its own transaction; the items of the case look again at what is on record.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import (
    answers,
    filing_clock,
    filing_letters,
    filing_numbers,
    filing_opinions,
    filing_promises,
    institutions,
    items,
    renewals,
    territories,
)
from casework.case_tables import Evidence
from casework.filing_tables import Filing, FilingObjection
from engine import history, messages
from engine.calendars import local_day
from engine.errors import Conflict, Sentence
from engine.tables import Instance


def publish(db: Session, filing: Filing, until: datetime, *, now: datetime) -> str:
    """Puts the filing on the public list until `until` (b19, F11). Gives that moment (ISO)."""
    filing_opinions.sync(db, filing, now=now)
    filing.state, filing.updated_at = "publicity", now
    filing.publicity_from, filing.publicity_until = local_day(now), local_day(until)
    said = Sentence(
        "{ref} is published until {until}; the number follows when nobody objects",
        {"until": str(filing.publicity_until)},
    )
    filing_letters.tell(db, filing, ["enterprise", "officer"], said, key=f"published:{local_day(now)}", now=now)
    return until.isoformat()


def open_objections(db: Session, filing: Filing, *, now: datetime) -> list[dict[str, Any]]:
    """The objections that nobody has settled yet; while there are any, the filing stands still (b19)."""
    query = select(FilingObjection).where(FilingObjection.filing_id == filing.id, FilingObjection.state == "open")
    found = [{"id": one.id, "text": one.text} for one in db.scalars(query.order_by(FilingObjection.id))]
    if found:
        filing.state, filing.updated_at = "objection", now
    return found


def settle_objections(
    db: Session, filing: Filing, shown: Sequence[object], investigation: Mapping[str, Any], *, by: str, now: datetime
) -> bool:
    """The investigation is over: the objections that were looked into are upheld or dismissed with it. Gives which.

    `shown` are their ids. What came in meanwhile stays open and is looked into when the publicity ends. Dismissed, the publicity goes on.
    """
    upheld = answers.agrees(investigation.get("upheld"))
    ids = [number for one in shown if (number := answers.whole(one)) is not None]
    query = select(FilingObjection).where(FilingObjection.filing_id == filing.id, FilingObjection.state == "open")
    for one in db.scalars(query.where(FilingObjection.id.in_(ids))):
        one.state = "upheld" if upheld else "dismissed"
        one.investigator, one.finding, one.decided_at = by, str(investigation.get("finding") or ""), now
    if not upheld:
        filing.state, filing.updated_at = "publicity", now
    return upheld


def issue(
    db: Session,
    filing: Filing,
    terms: Mapping[str, Any],
    flags: Sequence[object],
    *,
    promised: bool,
    by: str,
    now: datetime,
) -> str:
    """Gives the number (b21): the register has the institution from now on, the certificate its code. Gives the number.

    `flags` are what the number brings with it (b22, WP-2.3), as the drawing says.

    Raises:
        Conflict: it has a number already.
    """
    if filing.number is not None:
        raise Conflict("this filing has the number {number} already", number=filing.number)
    day = local_day(now)
    filing.number = filing_numbers.number(db, filing, now=now)
    filing.voucher_code = filing_numbers.voucher_code()
    filing.state, filing.decided_on, filing.updated_at = "filed", day, now
    filing.flags = [str(one) for one in flags]
    if promised and filing.verdict == "OK_WITH_PROMISE":
        filing.promise_state = "open"
        filing.promise_due = day + timedelta(days=int(str(terms.get("promise_days") or 60)))
    db.flush()
    institution = institutions.register(db, filing, authority=authority_name(db, filing), by=by, now=now)
    if filing.kind != "new":
        renewals.renewed(db, institution, key=filing.number, by=by, now=now)
    if filing.promise_state == "open":
        filing_promises.open_promise(db, filing, by=by, now=now)
    filing_clock.conclude(db, filing, now=now)
    return filing.number


def authority_name(db: Session, filing: Filing) -> str:
    """The department that files, as the certificate names it."""
    if filing.level == "region":
        return "广西壮族自治区工业和信息化厅" if filing.line == "industry" else "广西壮族自治区科学技术厅"
    city = territories.get(db, territories.city_of(filing.scope)).name
    return f"{city}工业和信息化局" if filing.line == "industry" else f"{city}科学技术局"


def notify(db: Session, filing: Filing, *, instance: Instance, by: str, now: datetime) -> None:
    """Tells everybody (b22): enterprise and officer, the posts that get a copy, the measure of the case and its items."""
    said = Sentence(
        "{ref} is filed under number {number}, valid until {until}; the certificate is on the page of the filing",
        {"number": filing.number, "until": str(filing.valid_until)},
    )
    filing_letters.tell(db, filing, ["enterprise", "officer", *filing.copies], said, key="filed", now=now)
    proof = Evidence(
        enterprise_id=filing.enterprise_id,
        case_id=filing.case_id,
        measure_id=filing.measure_id,
        kind="filing",
        grade="G2",
        data=history.plain({"number": filing.number, "level": filing.level, "filing": filing.id}),
        recorded_by=by,
        recorded_at=now,
    )
    db.add(proof)
    db.flush()
    said_to_measure = {
        "filingId": filing.id,
        "number": filing.number,
        "level": filing.level,
        "flags": list(filing.flags),
    }
    _tell_measure(db, filing, "filing_approved", said_to_measure, instance=instance, by=by, now=now)
    items.data_arrived(db, filing.enterprise_id, f"filing {filing.number}", key=f"filing:{filing.id}", by=by, now=now)


def prepare_refusal(db: Session, filing: Filing, given: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """What the desk that said no wrote, as the beginning of the letter (b20). Gives `refusal` {code, reason}."""
    said = filing_opinions.sync(db, filing, now=now)
    onsite = answers.context(given.get("onsiteResult"))
    investigation = answers.context(given.get("investigation"))
    last = said[-1] if said else None
    if answers.agrees(investigation.get("upheld")):
        code = "false" if answers.agrees(investigation.get("false")) else "objection"
        reason = str(investigation.get("finding") or "")
    elif onsite.get("conclusion") == "false":
        code, reason = "false", str(onsite.get("note") or "")
    elif onsite.get("conclusion") == "partly":
        code, reason = "rectify", str(onsite.get("note") or "")
    else:
        reasons = last.reasons if last and last.decision == "refuse" else []
        code, reason = (str(reasons[0]) if reasons else "other"), last.text if last else ""
    return {"refusal": {"code": code, "reason": reason}, "opinions": filing_opinions.shown(db, filing, now=now)}


def not_accept(
    db: Session, filing: Filing, check: Mapping[str, Any], *, instance: Instance, by: str, now: datetime
) -> None:
    """Not accepted (不予受理, b06): the enterprise reads why and that it may apply again."""
    filing_opinions.sync(db, filing, now=now)
    filing.state, filing.decided_on, filing.updated_at = "refused", local_day(now), now
    filing.refuse_code, filing.refuse_reason = str(check.get("code") or "other")[:20], str(check.get("opinion") or "")
    said = Sentence(
        "{ref} is not accepted: {reason} It may be applied for again when that is mended; complaints go to the city.",
        {"reason": filing.refuse_reason},
    )
    filing_letters.tell(db, filing, ["enterprise", "officer"], said, key="not_accepted", now=now)
    filing_clock.conclude(db, filing, now=now)
    rejected(db, filing, filing.refuse_reason, instance=instance, by=by, now=now)


def refuse(
    db: Session,
    filing: Filing,
    refusal: Mapping[str, Any],
    terms: Mapping[str, Any],
    *,
    instance: Instance,
    by: str,
    now: datetime,
) -> None:
    """Not filed (b20): written reasons, when it may be applied for again, where to complain; false data are proposed for the record."""
    day = local_day(now)
    code = str(refusal.get("code") or "other")[:20]
    filing.state, filing.decided_on, filing.updated_at = "refused", day, now
    filing.refuse_code, filing.refuse_reason = code, str(refusal.get("reason") or "")
    months = int(str(terms.get("reapply_months_false" if code == "false" else "reapply_months") or 0))
    filing.reapply_from = _months_after(day, months) if months else day
    if code == "false" or answers.agrees(refusal.get("integrity")):
        said = Sentence(
            "{ref} of {enterprise} was refused for false data: {reason} Please decide on an integrity record.",
            {"reason": filing.refuse_reason},
        )
        lead = "K" if filing.line == "science" else "G"
        filing_letters.tell(db, filing, [f"C{lead}", "CL"], said, key="integrity", now=now)
        data = {"filing": filing.id, "reason": filing.refuse_reason}
        history.write(db, instance=instance, fact="integrity_record_proposed", by=by, now=now, data=data)
    said = Sentence(
        "{ref} is not filed: {reason} {remedy} It may be applied for again from {day}; complaints go to the office above.",
        {"reason": filing.refuse_reason, "remedy": str(refusal.get("remedy") or ""), "day": str(filing.reapply_from)},
    )
    filing_letters.tell(db, filing, ["enterprise", "officer"], said, key="refused", now=now)
    filing_clock.conclude(db, filing, now=now)
    rejected(db, filing, filing.refuse_reason, instance=instance, by=by, now=now)


def withdraw(db: Session, filing: Filing, reason: str, *, instance: Instance, by: str, now: datetime) -> None:
    """Withdrawn by the enterprise, or counted as withdrawn because it let the time pass (b03, b07); it may be applied for again."""
    filing_opinions.sync(db, filing, now=now)
    filing.state, filing.decided_on, filing.updated_at = "withdrawn", local_day(now), now
    filing.refuse_reason = reason[:400]
    said = (
        Sentence("{ref} was withdrawn: {reason} It may be applied for again at any time.", {"reason": reason})
        if reason
        else Sentence("{ref} counts as withdrawn because the time has passed; it may be applied for again at any time")
    )
    filing_letters.tell(db, filing, ["enterprise", "officer"], said, key="withdrawn", now=now)
    filing_clock.conclude(db, filing, now=now)
    rejected(db, filing, reason or "withdrawn", instance=instance, by=by, now=now)


def rejected(db: Session, filing: Filing, reason: str, *, instance: Instance, by: str, now: datetime) -> None:
    """Tells the measure that waits for the filing that there is none (`filing_rejected`)."""
    said = {"filingId": filing.id, "state": filing.state, "reason": reason[:400]}
    _tell_measure(db, filing, "filing_rejected", said, instance=instance, by=by, now=now)


def _tell_measure(
    db: Session, filing: Filing, name: str, said: Mapping[str, Any], *, instance: Instance, by: str, now: datetime
) -> None:
    if filing.measure_id is None:
        return
    messages.publish(
        db,
        name,
        str(filing.measure_id),
        dict(said),
        key=f"{name}:{filing.id}",
        sender=instance,
        by=by,
        now=now,
    )


def _months_after(day: date, months: int) -> date:
    """The same day so many months later; of a day that month does not have, its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, 28)


__all__: Sequence[str] = (
    "issue",
    "not_accept",
    "notify",
    "open_objections",
    "prepare_refusal",
    "publish",
    "refuse",
    "rejected",
    "settle_objections",
    "withdraw",
)
