"""K10 counted again from history alone: the milestones of filings, and what was done at each desk when.

Source: REFERENCE 8 (figures that agree everywhere). Nothing but entries of history is read; what `filing_figures` says has to equal it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import filing_clock, filing_figures, milestones, territories
from casework.filing_clock import DESKS, OWN, Turn
from casework.filing_figures import Course, Figures
from casework.filing_tables import OPEN_FILING
from engine.calendars import Calendar, calendar, local_day
from engine.tables import HistoryEntry

_PORTION: Final = 5000
_ENDS: Final = frozenset({"filed", "refused", "withdrawn"})
_BEFORE_ACCEPTANCE: Final = frozenset({"draft", "county", "correction", "preregistered", "out_of_scope", *_ENDS})
_TASK_FACTS: Final = ("task_created", "task_extended", "task_resumed", "task_completed", "task_withdrawn")


@dataclass(slots=True)
class _Told:
    """What history says about one application."""

    id: int
    run: int | None = None
    scope: str = ""
    level: str = ""
    state: str = ""
    outcome: str = ""
    accepted: date | None = None
    decided: date | None = None
    returns: int = 0
    turns: list[Turn] = field(default_factory=list[Turn])

    def hears(self, change: Mapping[str, Any], at: datetime, run: int | None) -> None:
        """Takes in one milestone."""
        self.run = self.run or run
        self.scope = str(change["to"].get("scope", self.scope))
        self.level = str(change["to"].get("level", self.level))
        state = str(change["to"].get("state", self.state))
        if state == self.state:
            return
        if self.accepted is None and state not in _BEFORE_ACCEPTANCE:
            self.accepted = local_day(at)
        if state in {"correction", "rectify"}:
            self.returns += 1
        if state in _ENDS and not self.outcome:
            self.outcome, self.decided = state, local_day(at)
        self.state = state

    def course(self, days: Calendar) -> Course:
        """How it ended and how long it took."""
        return Course(
            id=self.id,
            scope=self.scope,
            level=self.level,
            outcome=self.outcome,
            office_days=filing_figures.office_days(self.accepted, self.decided, self.turns, days),
            own_days=filing_clock.own_days(self.turns, days, since=date.min),
            returned=self.returns > 0,
            first_pass=self.outcome == "filed" and not self.returns,
            overdue=any(turn.is_late for turn in self.turns),
        )


def of(db: Session, path: str, *, since: date, until: date) -> Figures:
    """K10 of a territory and a period, as `filing_figures.of`, from history."""
    told = _filings(db)
    _read_turns(db, told)
    days = calendar(db)
    here = [one for one in told.values() if territories.covers(path, one.scope)]
    ended = [one for one in here if one.decided is not None and since <= one.decided <= until]
    running: dict[str, int] = {}
    for one in here:
        if one.state in OPEN_FILING:
            running[one.scope] = running.get(one.scope, 0) + 1
    turns = [turn for one in ended if one.outcome != "withdrawn" for turn in one.turns]
    return filing_figures.summed(db, path, [one.course(days) for one in ended], turns, running)


def _filings(db: Session) -> dict[int, _Told]:
    """Every application, as its milestones tell it."""
    found: dict[int, _Told] = {}
    query = select(HistoryEntry.id, HistoryEntry.at, HistoryEntry.instance_id, HistoryEntry.data)
    query = query.where(HistoryEntry.fact == milestones.FACT).order_by(HistoryEntry.id).limit(_PORTION)
    after = 0
    while True:
        page = db.execute(query.where(HistoryEntry.id > after)).all()
        for _, at, run, data in page:
            for change in cast(list[Mapping[str, Any]], data["changes"]):
                if change["what"] == "filing":
                    number = int(change["id"])
                    found.setdefault(number, _Told(number)).hears(change, at, None if "new" in change else run)
        if len(page) < _PORTION:
            return found
        after = page[-1].id


def _read_turns(db: Session, told: Mapping[int, _Told]) -> None:
    """Gives every application its turns at the desks, from what was created, moved, completed and withdrawn in its run."""
    of_run = {one.run: one for one in told.values() if one.run is not None}
    begun: dict[str, tuple[_Told, str, datetime, datetime | None]] = {}
    query = select(
        HistoryEntry.id, HistoryEntry.at, HistoryEntry.instance_id, HistoryEntry.fact, HistoryEntry.element_id,
        HistoryEntry.element_instance_id, HistoryEntry.data,
    )  # fmt: skip
    wanted = (*DESKS, *OWN)
    query = query.where(HistoryEntry.fact.in_(_TASK_FACTS), HistoryEntry.element_id.in_(wanted))
    after = 0
    while True:
        page = db.execute(query.where(HistoryEntry.id > after).order_by(HistoryEntry.id).limit(_PORTION)).all()
        for row in page:
            one = of_run.get(row.instance_id)
            if one is None:
                continue
            place = f"{row.instance_id}:{row.element_instance_id}"
            if row.fact == "task_created":
                begun[place] = (one, row.element_id, row.at, _moment(row.data.get("due")))
            elif row.fact in {"task_extended", "task_resumed"}:
                owner, element, began, _due = begun[place]
                begun[place] = (owner, element, began, _moment(row.data.get("to") or row.data.get("due")))
            elif place in begun:
                owner, element, began, due = begun.pop(place)
                owner.turns.append(Turn(owner.id, element, began, row.at, due, row.fact == "task_completed"))
        if len(page) < _PORTION:
            return
        after = page[-1].id


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None
