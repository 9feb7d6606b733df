"""The days of the demonstration: everybody does what is his turn when he feels like it, and time goes by.

One transaction per virtual day, a savepoint per step; what everybody does is said by `acting`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from casework import agenda, milestones, people
from casework.demo import happenings, registry
from casework.demo.acting import People
from casework.demo.made_rosters import Book
from engine import jobs
from engine.calendars import SHANGHAI, Calendar, calendar, local_day
from engine.db import Database

BY: Final = people.SYSTEM
ROUNDS: Final = (time(10), time(13), time(16))
"""A county's check leads to the city's on the same day, and so on: three rounds make a busy day."""
EVENING: Final = time(23)


@dataclass
class Life:
    """A province that lives."""

    database: Database
    book: Book
    say: Callable[[str], None]
    _people: People = field(default_factory=People)

    def live(self, start: datetime, until: datetime) -> None:
        """Every working day people do what they feel like; mornings, evenings and nights go by on the way."""
        with self.database.reading() as db:
            days = calendar(db)
        day = local_day(start)
        while day <= local_day(until):
            self.say(day.isoformat())
            with self.database.whole() as whole:
                self._day(whole, day, days, start, until)
            day += timedelta(days=1)

    def _day(self, database: Database, day: date, days: Calendar, start: datetime, until: datetime) -> None:
        morning = _at(day, time(9))
        if start <= morning <= until:
            self._pass(database, morning)
        if days.is_working(day):
            with database.transaction() as db:
                if start <= morning <= until:
                    happenings.happen(db, self.book, day, morning)
                    db.flush()
                    milestones.write(db, by=BY, now=morning)
                    registry.staff_enterprises(db, morning)
            for moment in ROUNDS:
                at = _at(day, moment)
                if not start <= at <= until or not self._people.act(database, at):
                    break
                self._pass(database, at)
        self._pass(database, min(_at(day, EVENING), until))

    def _pass(self, database: Database, now: datetime) -> None:
        with database.transaction() as db:
            agenda.note(db, now)
        while jobs.run_due(database, now, 100_000):
            pass


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, SHANGHAI)
