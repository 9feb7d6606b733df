"""The promise of a filing (承诺核查): one have that was nearly met is proven within the time, checked, kept or broken.

Source: REFERENCE 4.b *promise check*, DT-5. The days are cells of `filing-terms` and timers of `filing_promise`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, filings, institution_desks, institutions, people, revocations, six_haves
from casework.filing_tables import Filing, RdInstitution
from engine import history, messages
from engine.calendars import calendar, end_of_business, local_day
from engine.errors import Conflict, Invalid, Sentence
from engine.tables import Instance


def open_promise(db: Session, filing: Filing, *, instance: Instance | None = None, by: str, now: datetime) -> None:
    """The number was given with a promise: its check begins (`promise_opened`).

    Raises:
        Conflict: the filing carries no open promise, or has no institution yet.
    """
    if filing.promise_state != "open" or filing.institution_id is None:
        raise Conflict("the filing {ref} carries no open promise", ref=filing.ref_no)
    messages.publish(
        db,
        "promise_opened",
        str(filing.id),
        {"filingId": filing.id, "institutionId": filing.institution_id},
        key=f"promise_opened:{filing.id}",
        sender=instance,
        by=by or people.SYSTEM,
        now=now,
    )


def begin(db: Session, filing: Filing, *, instance: Instance, now: datetime) -> dict[str, object]:
    """Registers the run: until when it is to be proven, who checks, and what was promised."""
    institution = _institution(db, filing)
    institution_desks.stamp(db, instance, institution)
    # The day that the certificate names, or the next working day after it.
    due = calendar(db).add(filing.promise_due or local_day(now), 0)
    return {
        "institutionId": institution.id,
        "cityGroups": institution_desks.desks(db, institution, now=now).city,
        "promise": shown(filing),
        "dueAt": end_of_business(due).isoformat(),
    }


def shown(filing: Filing) -> dict[str, object]:
    """What was promised, for the forms: the have, what was declared and what is asked."""
    row = _row(filing)
    return {
        "item": row.name if row else filing.promise_item,
        "figure": row.figure if row else "",
        "declared": six_haves.shown(row.declared) if row else "",
        "threshold": six_haves.shown(row.threshold) if row else "",
        "due": filing.promise_due.isoformat() if filing.promise_due else "",
    }


def prove(
    db: Session, filing: Filing, answer: Mapping[str, Any], *, instance: Instance, by: str, now: datetime
) -> dict[str, object]:
    """What the enterprise proves; gives how the figure stands to the threshold.

    Raises:
        Invalid: the day lies in the future, or the value is still below the threshold.
    """
    wrong: dict[str, list[Sentence]] = {}
    since, value = answers.day(answer.get("since")), answers.amount(answer.get("value"))
    if since is None or since > local_day(now):
        wrong["proof.since"] = [Sentence("give the day on which it was reached, not later than today")]
    row = _row(filing)
    if row is not None and (value is None or value < row.threshold):
        params = {"value": six_haves.shown(value), "threshold": six_haves.shown(row.threshold)}
        wrong["proof.value"] = [Sentence("{value} is still below {threshold}; prove it when it is reached", params)]
    if wrong:
        raise Invalid(fields=wrong)
    data = {"filing": filing.id, "item": filing.promise_item, "value": value, "since": since}
    plain: dict[str, object] = history.plain(data)
    history.write(db, instance=instance, fact="promise_proven", by=by, now=now, data=plain)
    return {"value": six_haves.shown(value), "threshold": six_haves.shown(row.threshold) if row else ""}


def give_time(db: Session, filing: Filing, answer: Mapping[str, Any], due: date, *, now: datetime) -> None:
    """Not proven, or not believed: what is missing is told with the last day."""
    filing.promise_due = due
    institution = _institution(db, filing)
    template = (
        "the promise of {name} ({number}) is not kept yet: {what}. Meet it by {day}; otherwise the filing is taken back"
    )
    what = str(answer.get("opinion") or "未按期证明")
    key = f"promise:{filing.id}:time:{due.isoformat()}"
    institution_desks.tell(
        db, institution, ["enterprise", "officer"], template, {"what": what, "day": due}, key=key, now=now
    )


def keep(db: Session, filing: Filing, answer: Mapping[str, Any], *, instance: Instance, by: str, now: datetime) -> None:
    """The promise is kept."""
    filing.promise_state, filing.updated_at = "kept", now
    data = {"filing": filing.id, "item": filing.promise_item, "opinion": str(answer.get("opinion") or "")}
    history.write(db, instance=instance, fact="promise_kept", by=by, now=now, data=data)
    institution = _institution(db, filing)
    template = "the promise of {name} ({number}) is kept; nothing else is open"
    key = f"promise:{filing.id}:kept"
    institution_desks.tell(db, institution, ["enterprise"], template, {}, key=key, now=now)


def break_promise(
    db: Session, filing: Filing, answer: Mapping[str, Any], *, instance: Instance, by: str, now: datetime
) -> None:
    """The promise is broken: the filing is proposed for revocation."""
    filing.promise_state, filing.updated_at = "broken", now
    facts = f"承诺的“{shown(filing)['item']}”未兑现:{answer.get('opinion') or '限期届满未证明'}"
    institution = _institution(db, filing)
    revocations.propose(db, institution, "promise", facts, instance=instance, by=by or people.SYSTEM, now=now)


def running(db: Session, institution_id: int) -> list[Filing]:
    """The filings of an institution whose promise is open."""
    query = select(Filing).where(Filing.institution_id == institution_id, Filing.promise_state == "open")
    return list(db.scalars(query.order_by(Filing.id)))


def get(db: Session, filing_id: int) -> Filing:
    """The filing with this id. Raises NotFound."""
    return filings.get(db, filing_id)


def _row(filing: Filing) -> six_haves.Have | None:
    near = [row for row in six_haves.read(filing.six_haves).rows if row.item == filing.promise_item]
    return next((row for row in near if row.result == "near"), near[0] if near else None)


def _institution(db: Session, filing: Filing) -> RdInstitution:
    if filing.institution_id is None:
        raise Conflict("the filing {ref} has no institution", ref=filing.ref_no)
    return institutions.get(db, filing.institution_id)
