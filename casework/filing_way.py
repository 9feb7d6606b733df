"""The way of one application, step by step, as one follows a parcel: what is behind it, where it is, whose turn until when (8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework.filing_tables import Filing, OnsiteCheck
from engine.calendars import local_day
from engine.tables import UserTask

CITY: Final = ("apply", "county", "city", "onsite", "city_sign", "publicity", "filed")
REGION: Final = ("apply", "county", "city", "onsite", "recommend", "region", "region_sign", "publicity", "filed")
ENDED_BADLY: Final = ("refused", "withdrawn", "out_of_scope")
AFTER: Final = ("filed", "revoked", "cancelled", "expired")
"""States that an application reaches only with a number."""
_AT: Final[Mapping[str, str]] = {
    "draft": "apply", "preregistered": "apply", "county": "county", "city": "city", "onsite": "onsite", "rectify": "onsite",
    "region": "region", "cosign": "region", "region_sign": "region_sign", "publicity": "publicity",
    "objection": "publicity",
}  # fmt: skip
_ELEMENTS: Final[Mapping[str, str]] = {
    "apply": "apply", "county_check": "county", "city_review": "city", "onsite_check": "onsite", "city_sign": "city_sign",
    "city_recommend": "recommend", "region_review": "region", "region_sign": "region_sign",
}  # fmt: skip
"""Which step is done when this user task of `filing` was completed for the last time."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its key, `done`, `now`, `stop` (it ended here) or empty (still to come), and the day it was done."""

    key: str
    is_at: str
    day: date | None


def way(db: Session, filing: Filing) -> list[Step]:
    """The steps of an application in their order; the look on site only where one is asked for."""
    keys = [key for key in (REGION if filing.level == "region" else CITY) if key != "onsite" or _has_onsite(db, filing)]
    days = _days(db, filing)
    if filing.state in AFTER:
        return [Step(key, "done", days.get(key)) for key in keys]
    at = _position(filing, keys, days)
    mark = "stop" if filing.state in ENDED_BADLY else "now"
    return [
        Step(key, "done" if number < at else mark if number == at else "", days.get(key) if number < at else None)
        for number, key in enumerate(keys)
    ]


def _position(filing: Filing, keys: Sequence[str], days: Mapping[str, date]) -> int:
    if filing.state == "city_sign" or (filing.state == "cosign" and filing.level == "city"):
        return keys.index("recommend" if "recommend" in keys else "city_sign")
    if filing.state == "correction":
        return keys.index("county" if filing.accepted_on is None else "city")
    if filing.state in _AT:
        wanted = _AT[filing.state]
        return keys.index(wanted) if wanted in keys else 0
    reached = [number for number, key in enumerate(keys) if key in days]
    return min(max(reached, default=-1) + (filing.state == "withdrawn"), len(keys) - 1) if reached else 0


def _days(db: Session, filing: Filing) -> dict[str, date]:
    found: dict[str, date] = {}
    if filing.instance_id is not None:
        query = (
            select(UserTask.element_id, func.max(UserTask.ended_at))
            .where(
                UserTask.instance_id == filing.instance_id,
                UserTask.element_id.in_(_ELEMENTS),
                UserTask.status == "completed",
            )
            .group_by(UserTask.element_id)
        )
        found = {_ELEMENTS[element]: local_day(ended) for element, ended in db.execute(query) if ended is not None}
    if filing.applied_at is not None:
        found["apply"] = local_day(filing.applied_at)
    known = {"county": filing.accepted_on, "publicity": filing.publicity_until}
    known["filed"] = filing.decided_on if filing.state in AFTER else None
    found |= {key: day for key, day in known.items() if day is not None}
    return found


def _has_onsite(db: Session, filing: Filing) -> bool:
    if filing.onsite_required or filing.state in {"onsite", "rectify"}:
        return True
    return db.scalar(select(OnsiteCheck.id).where(OnsiteCheck.filing_id == filing.id).limit(1)) is not None
