"""The end of a filing in force (撤销, 注销, 到期): the register, the case's side, and closed items that rested on it.

Source: REFERENCE 4.b b22 and *revoke*, 4.g relapse triggers, a15b. Whatever ends a filing comes through `end`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from casework import enterprises, institution_desks, institutions, items, relapses, reopenings, whitelist
from casework.filing_tables import RdInstitution
from engine import history, messages
from engine.calendars import local_day
from engine.errors import Problem
from engine.tables import Instance

ENDS: Final[Mapping[str, str]] = {"revoked": "备案被撤销", "cancelled": "备案已注销", "expired": "备案到期未延续"}
"""The states an institution ends in, as the cause that a case is told."""


def end(
    db: Session,
    institution: RdInstitution,
    state: str,
    reason: str,
    *,
    instance: Instance | None = None,
    reapply_from: date | None = None,
    by: str,
    now: datetime,
) -> None:
    """Ends the filing of an institution: `state` one of `ENDS`. One that is not in force stays as it is.

    Said once: `filing_revoked` (key: the credit code) to the case's side, `institution_ended` (key: the id) to everything that runs about
    the institution. A closed item that rested on it alone falls back at once: a person decided, or a date that was announced passed.
    """
    if state not in ENDS:
        raise Problem("expected an end of a filing, but got {state}", state=state)
    if institution.state != "filed":
        return
    filing = institution_desks.filing_of(db, institution)
    if filing is not None:
        filing.reapply_from = reapply_from
        if filing.promise_state == "open":
            filing.promise_state = "broken"
    institutions.end(db, institution, state, by=by, now=now)
    whitelist.drop_ended(db, institution, reason, by=by, now=now)
    enterprise = enterprises.get(db, institution.enterprise_id)
    said = {"institutionId": institution.id, "filingId": institution.filing_id, "number": institution.filing_no}
    said |= {"state": state, "reason": reason}
    data = {**said, "level": institution.level}
    institution_desks.note(db, institution, "filing_ended", data, by=by, now=now)
    messages.publish(
        db,
        "filing_revoked",
        enterprise.uscc,
        said,
        key=f"filing_revoked:{institution.id}:{institution.filing_no}",
        sender=instance,
        by=by,
        now=now,
    )
    # An item that was about to be struck off looks again at what is on record.
    what, key = f"filing {institution.filing_no} {state}", f"filing:{institution.id}:{institution.filing_no}:{state}"
    items.data_arrived(db, institution.enterprise_id, what, key=key, by=by, now=now)
    stop_runs(db, institution, reason, by=by, now=now)
    _fall_back(db, institution, f"{institution.filing_no} {ENDS[state]}", instance=instance, by=by, now=now)


def stop_runs(db: Session, institution: RdInstitution, reason: str, *, by: str, now: datetime) -> None:
    """Says `institution_ended` to every run about the institution: one message per process that hears it."""
    messages.publish(
        db,
        "institution_ended",
        str(institution.id),
        {"institutionId": institution.id, "reason": reason},
        key=f"institution_ended:{institution.id}:{institution.filing_no}",
        by=by,
        now=now,
    )


def _fall_back(
    db: Session, institution: RdInstitution, cause: str, *, instance: Instance | None, by: str, now: datetime
) -> None:
    day = local_day(now)
    for sign in relapses.signs(db, [institution.enterprise_id], day=day):
        if sign.cause == "filing":
            key = f"filing:{institution.id}:{institution.filing_no}:{sign.item.id}"
            reopenings.fall_back(db, sign.item, cause, gap="institution", key=key, instance=instance, by=by, now=now)
            data = {"item": sign.item.id, "cause": cause, "figures": history.plain(dict(sign.figures))}
            institution_desks.note(db, institution, "relapse_by_filing", data, by=by, now=now)
