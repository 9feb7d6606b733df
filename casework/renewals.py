"""Validity of a filing: the invitation to renew, the renewal and the upgrade as applications of their own, and the end of the validity.

Source: REFERENCE 4.b *upgrade*, validity and renewal, b02, b15. How long before the end the invitation comes is a cell of `filing-terms`;
what follows is drawn in `filing_renewal` and `filing_upgrade`.
"""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import (
    answers,
    enterprises,
    facts,
    filing_facts,
    filings,
    institution_desks,
    institution_ends,
    institutions,
    people,
    revocations,
)
from casework.filing_tables import OPEN_FILING, Filing, RdInstitution
from engine import history, instances, messages
from engine.calendars import local_day
from engine.errors import Conflict
from engine.tables import Instance

PROCESS: Final = "filing_renewal"
_ACCEPTED: Final = tuple(state for state in OPEN_FILING if state != "draft")


def invite(db: Session, key: str, *, after: int, limit: int = 50, now: datetime) -> int:
    """Starts the renewal of the next `limit` institutions whose validity ends soon (`renewal_months` of `filing-terms`), with an id above
    `after`; gives where it ended, 0 at the end. Who has a run already is left out, and a filing that was made elsewhere is renewed there.
    """
    del key
    found = institutions.expiring(db, now=now, after=after, limit=limit)
    running = select(Instance.business_key).where(
        Instance.process_key == PROCESS,
        Instance.status == "active",
        Instance.business_key.in_([one.filing_no for one in found]),
    )
    known = set(db.scalars(running))
    for institution in found:
        if institution.filing_id is not None and institution.filing_no not in known:
            _start(db, institution, asked=False, by=people.SYSTEM, now=now)
    return found[-1].id if len(found) == limit else 0


def ask_renewal(db: Session, institution: RdInstitution, *, by: str, now: datetime) -> None:
    """The enterprise asks to renew by itself: the application begins, and the end of the validity is watched.

    Raises:
        Conflict: the filing is not in force, has no end, or its renewal is applied for already.
    """
    institution_desks.check_in_force(institution)
    if institution.valid_until is None:
        raise Conflict(
            "the filing {number} has no end of validity; there is nothing to renew", number=institution.filing_no
        )
    if open_application(db, institution) is not None:
        raise Conflict("an application for {number} is under way already; go on with it", number=institution.filing_no)
    if run_of(db, institution) is None:
        _start(db, institution, asked=True, by=by, now=now)
    else:
        apply_renewal(db, institution, by=by, now=now)


def ask_upgrade(db: Session, institution: RdInstitution, *, by: str, now: datetime) -> None:
    """The enterprise asks to be filed with the region (`upgrade_asked`). Raises Conflict when the filing is not in force."""
    _ask_upgrade(db, institution, "self", by=by, now=now)


def invite_upgrade(db: Session, institution: RdInstitution, *, by: str, now: datetime) -> None:
    """An official invites the enterprise to be filed with the region; it answers freely. Raises Conflict as above."""
    _ask_upgrade(db, institution, "invitation", by=by, now=now)


def renewed(db: Session, institution: RdInstitution, *, key: str, by: str, now: datetime) -> None:
    """A new number or a new validity was given: what waits for it hears it (`institution_renewed`). `key` makes it once."""
    messages.publish(
        db,
        "institution_renewed",
        str(institution.id),
        {"institutionId": institution.id},
        key=f"institution_renewed:{institution.id}:{key}",
        by=by or people.SYSTEM,
        now=now,
    )


def begin(db: Session, institution: RdInstitution, *, instance: Instance, now: datetime) -> dict[str, object]:
    """Registers the run of a renewal: the institution as the form shows it, and the last day of its validity."""
    institution_desks.stamp(db, instance, institution)
    return {"institution": institution_desks.shown(institution), "validUntil": _until(institution).isoformat()}


def upgrade_facts(
    db: Session, institution: RdInstitution, *, instance: Instance, by: str, now: datetime
) -> dict[str, object]:
    """The frozen facts of `filing-upgrade`: level, state, open_applications, months_filed, min_months_city_filed."""
    institution_desks.stamp(db, instance, institution)
    day = local_day(now)
    open_count = select(func.count()).where(
        Filing.institution_id == institution.id, Filing.state.in_((*OPEN_FILING, "preregistered"))
    )
    terms = filing_facts.terms(db, "region", now=now)
    values: dict[str, Any] = {
        "level": institution.level,
        "state": institution.state,
        "open_applications": db.scalars(open_count).one(),
        "months_filed": facts.full_months(institution.filed_on, day),
        "min_months_city_filed": answers.whole(terms.get("min_months_city_filed")) or 0,
    }
    facts.freeze(db, f"institution:{institution.id}", "filing-upgrade", values, by=by or people.SYSTEM, now=now)
    return {"facts": values, "institution": institution_desks.shown(institution)}


def explain(db: Session, institution: RdInstitution, reason: str, *, key: str, now: datetime) -> None:
    """The enterprise is told why it cannot be filed with the region now."""
    template = "{name} ({number}) cannot apply to be filed with the region now: {reason}"
    institution_desks.tell(db, institution, ["enterprise", "officer"], template, {"reason": reason}, key=key, now=now)


def decline(db: Session, institution: RdInstitution, *, by: str, now: datetime) -> None:
    """The enterprise does not want the upgrade now, or has not answered; it may ask at any time."""
    institution_desks.note(db, institution, "upgrade_declined", {}, by=by, now=now)


def apply_upgrade(db: Session, institution: RdInstitution, source: str, *, by: str, now: datetime) -> Filing:
    """Begins the application with the region (b02), prefilled with what is known of the last twelve months."""
    return _apply(db, institution, "upgrade", "region", source, by=by, now=now)


def apply_renewal(db: Session, institution: RdInstitution, *, by: str, now: datetime) -> Filing:
    """Begins the application that renews a filing at its level, prefilled with what is registered; one under way is gone on with."""
    running = open_application(db, institution)
    if running is not None:
        return running
    return _apply(db, institution, "renewal", institution.level, "self", by=by, now=now)


def open_application(db: Session, institution: RdInstitution) -> Filing | None:
    """The application for this institution that is under way, if any."""
    query = select(Filing).where(Filing.institution_id == institution.id, Filing.state.in_(OPEN_FILING))
    return db.scalars(query.order_by(Filing.id.desc()).limit(1)).one_or_none()


def is_pending(db: Session, institution: RdInstitution) -> bool:
    """Whether an application sent in before the end is still being looked at by an office."""
    running = open_application(db, institution)
    if running is None or running.kind not in {"renewal", "upgrade"} or running.applied_at is None:
        return False
    in_time = institution.valid_until is None or local_day(running.applied_at) <= institution.valid_until
    return running.state in _ACCEPTED and in_time


def prolong(db: Session, institution: RdInstitution, until: date, *, by: str, now: datetime) -> date:
    """The renewal is still being looked at: the filing stays in force until this day. Gives the day."""
    before = institution.valid_until
    institution.valid_until, institution.updated_by, institution.updated_at = until, by or people.SYSTEM, now
    data = {"before": before, "until": until}
    institution_desks.note(db, institution, "validity_prolonged", data, by=by, now=now)
    template = "the renewal of {name} ({number}) is still being looked at; the filing stays in force until {day}"
    key = f"institution:{institution.id}:prolonged:{until.isoformat()}"
    institution_desks.tell(db, institution, ["enterprise"], template, {"day": until}, key=key, now=now)
    return until


def expire(db: Session, institution: RdInstitution, *, instance: Instance | None, by: str, now: datetime) -> None:
    """The validity passed without renewal: the filing ends, is published, and closed items that rested on it fall back."""
    if institution.state != "filed":
        return
    revocations.record_expiry(db, institution, now=now)
    reason = f"有效期至 {institution.valid_until},到期未延续"
    institution_ends.end(db, institution, "expired", reason, instance=instance, by=by or people.SYSTEM, now=now)
    template = "the filing {number} of {name} ended on {day}; file again to be registered"
    key = f"institution:{institution.id}:expired:{institution.valid_until}"
    params = {"day": institution.valid_until}
    institution_desks.tell(db, institution, ["enterprise", "officer"], template, params, key=key, now=now)


def run_of(db: Session, institution: RdInstitution) -> Instance | None:
    """The living run that watches the end of a validity, if any."""
    query = select(Instance).where(
        Instance.process_key == PROCESS,
        Instance.status == "active",
        Instance.business_key == institution.filing_no,
    )
    return db.scalars(query.limit(1)).one_or_none()


def _start(db: Session, institution: RdInstitution, *, asked: bool, by: str, now: datetime) -> None:
    instances.start(
        db,
        PROCESS,
        {"institutionId": institution.id, "asked": asked},
        business_key=institution.filing_no,
        scope=institution_desks.scope_of(db, institution),
        subject=enterprises.subject(institution.enterprise_id),
        by=by,
        now=now,
    )
    end = _until(institution)
    template = "the filing {number} of {name} is valid until {day}: renew it in time; the application starts from what is registered"
    key = f"institution:{institution.id}:renewal:{end.isoformat()}"
    institution_desks.tell(db, institution, ["enterprise", "officer"], template, {"day": end}, key=key, now=now)


def _apply(
    db: Session, institution: RdInstitution, kind: str, level: str, source: str, *, by: str, now: datetime
) -> Filing:
    return filings.open_filing(
        db,
        institution.enterprise_id,
        source=source,
        level=level,
        kind=kind,
        predecessor=institution_desks.filing_of(db, institution),
        institution=institution,
        by=by or people.SYSTEM,
        now=now,
    )


def _ask_upgrade(db: Session, institution: RdInstitution, source: str, *, by: str, now: datetime) -> None:
    institution_desks.check_in_force(institution)
    data = history.plain({"source": source})
    institution_desks.note(db, institution, "upgrade_asked", data, by=by, now=now)
    messages.publish(
        db,
        "upgrade_asked",
        str(institution.id),
        {"institutionId": institution.id, "source": source},
        key=f"upgrade_asked:{institution.id}:{now.isoformat()}",
        by=by,
        now=now,
    )


def _until(institution: RdInstitution) -> date:
    if institution.valid_until is None:
        raise Conflict(
            "the filing {number} has no end of validity; there is nothing to renew", number=institution.filing_no
        )
    return institution.valid_until
