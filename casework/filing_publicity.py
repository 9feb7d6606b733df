"""Publicity of filings (公示, b19): what anybody may read now and until when, and the objections that anybody may raise.

What is published names enterprise, institution, level and place — no figures, no people (2.11 no. 1, 3). An objection is taken in while
the publicity runs; the drawing hears it as the message `filing_objection`, and somebody who has not worked on the filing investigates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import enterprises, territories
from casework.filing_tables import Filing, FilingObjection
from casework.tables import Enterprise
from engine import history, messages
from engine.calendars import local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence

STANDING: Final = ("publicity", "objection")
"""States in which a filing stands in the public list."""
OBJECTION: Final = "filing_objection"
LONGEST: Final = 2000
MOST_OPEN: Final = 50
"""More objections than this wait at one filing only when somebody floods the form; the rest is told by telephone."""


@dataclass(frozen=True, slots=True)
class Published:
    """A filing that anybody may read of: its row, the name of the enterprise, and whether an objection can still be raised."""

    filing: Filing
    enterprise: str
    is_open: bool


def published(db: Session, paths: Sequence[str], *, now: datetime, limit: int = 500) -> list[Published]:
    """What is published in these territories and below, what ends first on top. `paths` [REGION]: everything."""
    query = (
        select(Filing, Enterprise.name)
        .join(Enterprise, Enterprise.id == Filing.enterprise_id)
        .where(Filing.state.in_(STANDING), territories.under(Filing.scope, list(paths)))
        .order_by(Filing.publicity_until, Filing.id)
        .limit(limit)
    )
    return [Published(filing, name, is_open(filing, now=now)) for filing, name in db.execute(query)]


def find(db: Session, filing_id: int, *, now: datetime) -> Published:
    """One published filing; raises NotFound when it is not published (any more)."""
    query = (
        select(Filing, Enterprise.name)
        .join(Enterprise, Enterprise.id == Filing.enterprise_id)
        .where(Filing.id == filing_id, Filing.publicity_from.is_not(None))
    )
    found = db.execute(query).one_or_none()
    if found is None:
        raise NotFound("filing {id} is not published", id=filing_id)
    return Published(found[0], found[1], is_open(found[0], now=now))


def is_open(filing: Filing, *, now: datetime) -> bool:
    """Whether an objection can still be raised: from the first to the last day of the publicity, both included."""
    if filing.state not in STANDING or filing.publicity_from is None or filing.publicity_until is None:
        return False
    return filing.publicity_from <= local_day(now) <= filing.publicity_until


def object_to(db: Session, filing: Filing, *, name: str, contact: str, text: str, now: datetime) -> FilingObjection:
    """Takes in an objection of anybody (F11). The same words a second time are the same objection.

    Raises:
        Invalid: name, contact or text is missing or too long; `.fields` says which.
        Conflict: the filing is not published any more (or too many objections wait); the sentence says where to turn to.
    """
    who, where, what = name.strip(), contact.strip(), text.strip()
    wrong: dict[str, list[Sentence]] = {}
    if not 2 <= len(who) <= 60:
        wrong["name"] = [Sentence("say who you are, in 2 to 60 characters")]
    if not 5 <= len(where) <= 120:
        wrong["contact"] = [Sentence("say how you can be reached: telephone or mail, in 5 to 120 characters")]
    if not 10 <= len(what) <= LONGEST:
        wrong["text"] = [
            Sentence("say what is wrong and how you know it, in 10 to {most} characters", {"most": LONGEST})
        ]
    if wrong:
        raise Invalid("some answers need another look", fields=wrong)
    if not is_open(filing, now=now):
        raise Conflict("the publicity of this filing is over; write to the department that files, or report by letter")
    same = select(FilingObjection).where(
        FilingObjection.filing_id == filing.id, FilingObjection.name == who, FilingObjection.text == what
    )
    known = db.scalars(same).first()
    if known is not None:
        return known
    waiting = select(func.count()).select_from(FilingObjection)
    waiting = waiting.where(FilingObjection.filing_id == filing.id, FilingObjection.state == "open")
    if (db.scalar(waiting) or 0) >= MOST_OPEN:
        raise Conflict(
            "many objections to this filing are being looked at already; please call the department that files"
        )
    row = FilingObjection(filing_id=filing.id, received_at=now, name=who, contact=where, text=what)
    db.add(row)
    db.flush()
    said = {"objectionId": row.id, "objection": what}
    messages.publish(db, OBJECTION, str(filing.id), said, key=f"{OBJECTION}:{row.id}", by="", now=now)
    history.write(
        db,
        chain="registry",
        fact="filing_objection_received",
        by="public",
        now=now,
        data={"filing": filing.id, "objection": row.id, "text": what},
        subject=enterprises.subject(filing.enterprise_id),
    )
    return row


def objections(db: Session, filing_ids: Sequence[int]) -> dict[int, list[FilingObjection]]:
    """All objections to these filings, the oldest first, by filing; one statement."""
    found: dict[int, list[FilingObjection]] = {number: [] for number in filing_ids}
    if filing_ids:
        query = select(FilingObjection).where(FilingObjection.filing_id.in_(filing_ids)).order_by(FilingObjection.id)
        for row in db.scalars(query):
            found[row.filing_id].append(row)
    return found


def masked(text: str) -> str:
    """A name or a contact as others read it: the first and the last character, or the last four digits of a telephone."""
    plain = text.strip()
    if len(plain) <= 1:
        return "*" if plain else ""
    if len(plain) <= 4:
        return plain[0] + "*" * (len(plain) - 1)
    return f"{plain[:2]}{'*' * (len(plain) - 4)}{plain[-2:]}"
