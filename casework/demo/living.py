"""The days of the demonstration: everybody does what is his turn when he feels like it, and time goes by.

One transaction per virtual day, a savepoint per step: what a person cannot do (a form that refuses, a colleague who was first) is left
lying and tried again another day.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import agenda, milestones, people, permissions
from casework.demo import answers, happenings, personas, registry
from casework.demo.made_rosters import Book
from casework.tables import Setting
from engine import jobs, user_tasks
from engine.calendars import SHANGHAI, Calendar, calendar, local_day
from engine.db import Database
from engine.errors import Problem
from engine.tables import UserTask

BY: Final = people.SYSTEM
ROUNDS: Final = (time(10), time(13), time(16))
"""A county's check leads to the city's on the same day, and so on: three rounds make a busy day."""
EVENING: Final = time(23)
_AGAIN: Final = 3
_GIVE_UP: Final = 5


@dataclass
class _Plan:
    """When a task is going to be done, and how often that failed."""

    day: date
    tries: int = 0


@dataclass
class Life:
    """A province that lives."""

    database: Database
    book: Book
    say: Callable[[str], None]
    _plans: dict[int, _Plan] = field(default_factory=dict[int, _Plan])
    _seen: int = 0

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
                if not start <= at <= until or not self._act(database, at, days):
                    break
                self._pass(database, at)
        self._pass(database, min(_at(day, EVENING), until))

    def _pass(self, database: Database, now: datetime) -> None:
        with database.transaction() as db:
            agenda.note(db, now)
        while jobs.run_due(database, now, 100_000):
            pass

    def _act(self, database: Database, now: datetime, days: Calendar) -> int:
        """Lets everybody complete what has lain long enough; gives how many tasks were done."""
        today, done = local_day(now), 0
        with database.reading() as db:
            self._plan(db, today, days)
            wanted = [task_id for task_id, plan in self._plans.items() if plan.day <= today]
            for start in range(0, len(wanted), 200):
                tasks = db.execute(select(UserTask).where(UserTask.id.in_(wanted[start : start + 200]))).scalars().all()
                able = permissions.candidates_of(db, tasks, today)
                touched: set[int] = set()
                for task in sorted(tasks, key=lambda task: task.id):
                    if task.status != "open":
                        self._plans.pop(task.id, None)
                        continue
                    if task.paused_at is not None:
                        continue
                    who = able[task.id] if task.root_id not in touched else permissions.candidates(db, task, today)
                    touched.add(task.root_id)
                    done += self._try(database, task, who, now, days)
        return done

    def _try(self, database: Database, task: UserTask, able: list[str], now: datetime, days: Calendar) -> int:
        plan, today = self._plans[task.id], local_day(now)
        username = personas.chosen(able, task)
        if not username or task.assignee not in {"", username}:
            plan.day = days.add(today, _AGAIN)
            return 0
        try:
            with database.transaction() as db:
                shown = {**user_tasks.variables(db, task, now=now), answers.TRIES: plan.tries}
                answer = answers.answer(db, task, shown, username, now)
                if answer is not None:
                    user_tasks.complete(db, task.id, answer, by=username, now=now)
                    db.flush()
                    milestones.write(db, by=username, now=now)
        except Problem as problem:
            answers.complain(task, problem)
            with database.reading() as db:
                milestones.forget(db)
            answer = None
        if answer is None:
            plan.tries += 1
            plan.day = days.add(today, _AGAIN) if plan.tries < _GIVE_UP else date.max
            return 0
        del self._plans[task.id]
        return 1

    def _plan(self, db: Session, today: date, days: Calendar) -> None:
        """Decides for every task that is new when it is going to be done."""
        query = select(UserTask).where(UserTask.id > self._seen, UserTask.status == "open").order_by(UserTask.id)
        fresh = db.execute(query).scalars().all()
        able = permissions.candidates_of(db, fresh, today)
        setting = db.get_one(Setting, "demo").value
        for task in fresh:
            self._seen = max(self._seen, task.id)
            username = personas.chosen(able[task.id], task)
            lies = personas.patience(username, task)
            waits = answers.is_left_to_the_visitor(task, str(setting.get("home", "")))
            self._plans[task.id] = _Plan(date.max if waits else days.add(local_day(task.created_at), lies))


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, SHANGHAI)
