"""The white list of platforms (平台基地“白名单”): region-level filings are its candidates; put on and taken off with a reason (WP-2.3, 6.11).

A department of the region proposes, the office of the joint mechanism confirms (`whitelist`). One living entry per institution.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from casework import institution_desks, territories
from casework.filing_tables import RdInstitution
from casework.institution_tables import WhitelistEntry
from engine import messages
from engine.calendars import local_day
from engine.errors import Conflict, Invalid, Sentence
from engine.tables import Instance

ACTS: Final[Mapping[str, str]] = {"on": "列入白名单", "off": "移出白名单"}


def candidates(db: Session, *, limit: int = 200) -> list[RdInstitution]:
    """Institutions filed with the region, in force and not on the list; the newest filing first."""
    query = select(RdInstitution).where(
        RdInstitution.state == "filed", RdInstitution.level == "region", ~exists(_listed(RdInstitution.id))
    )
    return list(db.scalars(query.order_by(RdInstitution.filed_on.desc(), RdInstitution.id.desc()).limit(limit)))


def listed(db: Session, *, limit: int = 200) -> list[tuple[WhitelistEntry, RdInstitution]]:
    """Who is on the list, the newest entry first."""
    query = (
        select(WhitelistEntry, RdInstitution)
        .join(RdInstitution, RdInstitution.id == WhitelistEntry.institution_id)
        .where(WhitelistEntry.result == "listed")
        .order_by(WhitelistEntry.id.desc())
        .limit(limit)
    )
    return [(entry, institution) for entry, institution in db.execute(query)]


def entry_of(db: Session, institution: RdInstitution) -> WhitelistEntry | None:
    """The entry of an institution that is on the list."""
    query = select(WhitelistEntry).where(
        WhitelistEntry.institution_id == institution.id, WhitelistEntry.result == "listed"
    )
    return db.scalars(query.limit(1)).one_or_none()


def ask(db: Session, institution: RdInstitution, act: str, reason: str, *, by: str, now: datetime) -> None:
    """A department proposes to put an institution on the list, or to take it off (`whitelist_asked`).

    Raises:
        Invalid: no such act, or no reason.
        Conflict: it is on the list already, or not on it; or it is not filed with the region.
    """
    if act not in ACTS or len(reason.strip()) < 2:
        raise Invalid(fields={"reason": [Sentence("say why it is put on the list or taken off it")]})
    on_it = entry_of(db, institution) is not None
    if act == "on":
        institution_desks.check_in_force(institution)
        if institution.level != "region":
            raise Conflict(
                "{number} is not filed with the region; only those are candidates", number=institution.filing_no
            )
        if on_it:
            raise Conflict("{number} is on the list already", number=institution.filing_no)
    elif not on_it:
        raise Conflict("{number} is not on the list", number=institution.filing_no)
    institution_desks.note(db, institution, "whitelist_asked", {"act": act, "reason": reason.strip()}, by=by, now=now)
    messages.publish(
        db,
        "whitelist_asked",
        str(institution.id),
        {"institutionId": institution.id, "act": act, "reason": reason.strip()[:400], "askedBy": by},
        key=f"whitelist_asked:{institution.id}:{act}:{now.isoformat()}",
        by=by,
        now=now,
    )


def begin(db: Session, institution: RdInstitution, act: str, reason: str, *, instance: Instance) -> dict[str, object]:
    """Registers the run: the proposal as the form shows it."""
    institution_desks.stamp(db, instance, institution)
    instance.scope = territories.REGION
    shown = institution_desks.shown(institution)
    return {"name": shown["name"], "number": shown["number"], "act": ACTS[act], "reason": reason}


def check_confirmer(asked_by: str, by: str) -> None:
    """Nobody confirms his own proposal. Raises Invalid at the field."""
    if asked_by == by:
        said = Sentence("you proposed this; somebody else of the joint office confirms it")
        raise Invalid(fields={"confirmation.decision": [said]})


def record(
    db: Session, institution: RdInstitution, act: str, reason: str, answer: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    """The change is entered: on the list under the number of its batch, or off it with the day and the reason."""
    entry = entry_of(db, institution)
    if act == "on" and entry is None:
        entry = WhitelistEntry(
            institution_id=institution.id,
            level=institution.level,
            batch=_batch(db, institution, now=now),
            result="listed",
            day=local_day(now),
            reason=reason[:400],
            by=by,
            at=now,
        )
        db.add(entry)
    elif act == "off" and entry is not None:
        entry.result, entry.day, entry.reason, entry.by, entry.at = "removed", local_day(now), reason[:400], by, now
    db.flush()
    data = {"act": act, "reason": reason, "opinion": str(answer.get("opinion") or "")}
    institution_desks.note(db, institution, "whitelist_changed", data, by=by, now=now)
    template = "{name} ({number}): {act}, because {reason}"
    key = f"whitelist:{institution.id}:{act}:{now.isoformat()}"
    params = {"act": ACTS[act], "reason": reason}
    institution_desks.tell(db, institution, ["enterprise"], template, params, key=key, now=now)


def refuse(
    db: Session,
    institution: RdInstitution,
    act: str,
    answer: Mapping[str, Any],
    asked_by: str,
    *,
    by: str,
    now: datetime,
) -> None:
    """The joint office does not confirm it, or has not answered; whoever proposed it reads why in history."""
    reason = str(answer.get("opinion") or "超期未确认")
    data = {"act": act, "reason": reason, "asked_by": asked_by}
    institution_desks.note(db, institution, "whitelist_not_changed", data, by=by, now=now)


def drop_ended(db: Session, institution: RdInstitution, reason: str, *, by: str, now: datetime) -> None:
    """A filing that ended is on the list no more."""
    entry = entry_of(db, institution)
    if entry is not None:
        entry.result, entry.day, entry.reason, entry.by, entry.at = "removed", local_day(now), reason[:400], by, now


def _listed(institution_id: Any) -> Any:
    criterion: ColumnElement[bool] = WhitelistEntry.institution_id == institution_id
    return select(WhitelistEntry.id).where(criterion, WhitelistEntry.result == "listed")


def _batch(db: Session, institution: RdInstitution, *, now: datetime) -> str:
    year = local_day(now).year
    before = select(func.count()).where(
        WhitelistEntry.institution_id == institution.id, WhitelistEntry.batch.startswith(f"BMD-{year}-")
    )
    return f"BMD-{year}-{db.scalars(before).one() + 1:02d}"
