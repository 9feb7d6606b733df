"""By when an item is to be struck off: the tranche or term of its list (4.a.1), by the decision `item-target`.

The tranches of L1 and L2 are drawn from the credit code: evenly, and the same however often they are drawn.
"""

import hashlib
from datetime import date, datetime

from sqlalchemy.orm import Session

from casework import answers
from casework.tables import Enterprise
from engine import decisions
from engine.calendars import calendar, local_day


def of_item(db: Session, enterprise: Enterprise, list_type: str, *, now: datetime) -> date | None:
    """The target date of an item of this list that is opened today: a working day (6.12 no. 8); None where the decision names none."""
    facts = {
        "list": list_type,
        "share": share(enterprise.uscc),
        "opened": local_day(now).isoformat(),
        "hitech_to": enterprise.hitech_to.isoformat() if enterprise.hitech_to else None,
    }
    day = answers.day(decisions.value(db, "item-target", {"facts": facts}, now=now))
    if day is None or calendar(db).is_working(day):
        return day
    return calendar(db).add(day, -1)


def share(uscc: str) -> int:
    """The number from 0 to 99 that decides about the tranche of an enterprise: evenly spread over credit codes."""
    return int.from_bytes(hashlib.sha256(f"target:{uscc}".encode()).digest()[:8], "big") * 100 >> 64
