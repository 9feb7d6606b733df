"""Whose time an application takes: the desks of the drawing `filing`, its officers' working days, and what stays of them at its end.

Source: REFERENCE 3.7, 4.b (limits per desk), 7 K10. A desk is a state of the application; the time in which the enterprise writes,
corrects or rectifies is its own and counts for no office.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from casework.filing_tables import Filing
from engine.calendars import Calendar, local_day
from engine.tables import UserTask

PROCESS: Final = "filing"
DESKS: Final[Mapping[str, str]] = {
    "county_check": "county", "city_review": "city", "advise": "city", "form_team": "onsite", "onsite_check": "onsite",
    "city_cosign": "city_cosign", "city_sign": "city_sign", "city_recommend": "city_sign", "region_review": "region",
    "expert_opinion": "experts", "region_cosign": "cosign", "settle_cosign": "cosign", "joint_decide": "cosign",
    "region_sign": "region_sign", "investigate": "objection", "explain_refusal": "refusal",
}  # fmt: skip
"""The desk of an office by the user task of the drawing."""
DESK_ORDER: Final = tuple(dict.fromkeys(DESKS.values()))
OWN: Final = frozenset({"correct", "rectify", "confirm_promise", "offer_city"})
"""User tasks in which an application that was sent waits for its enterprise; writing it at first (`apply`) is nobody's term."""
ENDED: Final = ("completed", "withdrawn")


@dataclass(frozen=True, slots=True)
class Turn:
    """One user task of a filing that is over: where, from when to when, when it was due, and whether it was completed."""

    filing_id: int
    element: str
    began_at: datetime
    ended_at: datetime
    due_at: datetime | None
    is_completed: bool

    @property
    def is_late(self) -> bool:
        """Whether an office took longer than its term: it answered after it, or the term ran out on it."""
        if self.due_at is None or self.element not in DESKS:
            return False
        return self.ended_at > self.due_at if self.is_completed else self.ended_at >= self.due_at

    def working_days(self, days: Calendar) -> int:
        """How many working days it lay there; 0 when it was done on the day it came."""
        return days.between(local_day(self.began_at), local_day(self.ended_at))


def turns(query: Select[int]) -> Select[int, str, datetime, datetime | None, datetime | None, str]:
    """The statement that reads the turns of the filings whose ids `query` selects, in their order; see `turn`."""
    return (
        select(Filing.id, UserTask.element_id, UserTask.created_at, UserTask.ended_at, UserTask.due_at, UserTask.status)
        .join(UserTask, UserTask.instance_id == Filing.instance_id)
        .where(Filing.id.in_(query), UserTask.status.in_(ENDED), UserTask.element_id.in_((*DESKS, *OWN)))
        .order_by(UserTask.id)
    )


def read_turns(db: Session, query: Select[int]) -> list[Turn]:
    """The turns of the filings whose ids `query` selects, in one statement."""
    return [
        Turn(filing_id, element, began, ended, due, status == "completed")
        for filing_id, element, began, ended, due, status in db.execute(turns(query))
        if ended is not None
    ]


def conclude(db: Session, filing: Filing, *, now: datetime) -> None:
    """Keeps at the end of an application what is asked about it for ever: when, whether at the first go, whether a desk was late (K10).

    Called by whatever files, refuses or ends it, after the state was set. Of what was withdrawn nobody asks whether it passed.
    """
    db.flush()
    filing.decided_on = filing.decided_on or local_day(now)
    found = read_turns(db, select(Filing.id).where(Filing.id == filing.id))
    filing.overdue = filing.overdue or any(turn.is_late for turn in found)
    if filing.state in {"filed", "refused"}:
        filing.first_pass = filing.state == "filed" and not filing.corrections and not filing.rectifications
    filing.updated_at = now


def own_days(turns_of_one: list[Turn], days: Calendar, *, since: date) -> int:
    """The working days from `since` on in which an application waited for its enterprise."""
    return sum(
        days.between(max(since, local_day(turn.began_at)), max(since, local_day(turn.ended_at)))
        for turn in turns_of_one
        if turn.element in OWN
    )
