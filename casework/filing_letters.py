"""Letters about an application for filing: to the enterprise, to who looks after it, and to posts of its territory.

Source: REFERENCE 4.b, 2.11 no. 4, F08. A letter of refusal says why, what would help and where to complain.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import enterprises, notices, officers
from casework.case_tables import Case
from casework.filing_tables import Filing
from casework.tables import Assignment
from engine.errors import Sentence

_LEVELS = {"X": "county", "C": "city", "R": "region", "J": "joint office"}


def tell(db: Session, filing: Filing, to: Sequence[str], said: Sentence, *, key: str, now: datetime) -> None:
    """Sends a letter to `enterprise`, `officer` or posts (`CL`); it knows `{ref}`, `{name}` and `{enterprise}`. `key` makes it once."""
    case = db.get(Case, filing.case_id) if filing.case_id else None
    values = {
        "ref": filing.ref_no,
        "name": filing.name,
        "enterprise": enterprises.get(db, filing.enterprise_id).name,
        **said.params,
    }
    for receiver in to:
        addressee, level = _address(db, filing, receiver)
        notices.send(
            db,
            key=f"filing:{filing.id}:{key}:{receiver}",
            addressee=addressee,
            level=level,
            kind="letter",
            template=said.template,
            params=values,
            case=case,
            scope=filing.scope,
            now=now,
        )


def officer_of(db: Session, filing: Filing) -> str:
    """Who looks after the enterprise today, or acts for him; empty where nobody does."""
    query = select(Assignment).where(Assignment.enterprise_id == filing.enterprise_id, Assignment.until.is_(None))
    assignment = db.scalars(query.order_by(Assignment.id.desc()).limit(1)).one_or_none()
    officer = officers.acting_for(db, assignment) if assignment else None
    return officer.person.username if officer else ""


def _address(db: Session, filing: Filing, receiver: str) -> tuple[str, str]:
    if receiver == "enterprise":
        return f"enterprise:{filing.enterprise_id}", "enterprise"
    if receiver == "officer":
        username = officer_of(db, filing)
        if username:
            return f"person:{username}", "officer"
        receiver = "XK" if filing.line == "science" else "XG"
    level = "county leader" if receiver == "XL" else "city leader" if receiver == "CL" else _LEVELS[receiver[0]]
    return f"post:{receiver}@{notices.seat(receiver, filing.scope)}", level
