"""People who do what is their turn: each with a persona, in his own time, through the public functions of the house.

What a person cannot do (a form that refuses, a colleague who was first) is left lying and tried again another day.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import milestones, permissions
from casework.demo import answers, personas
from casework.tables import Setting
from engine import user_tasks
from engine.calendars import Calendar, calendar, local_day
from engine.db import Database
from engine.errors import Problem
from engine.tables import UserTask

_AGAIN: Final = 3
_GIVE_UP: Final = 5
_PORTION: Final = 200


@dataclass
class _Plan:
    """When a task is going to be done, and how often that failed."""

    day: date
    tries: int = 0


@dataclass
class People:
    """Everybody in the province, and what each has planned."""

    _plans: dict[int, _Plan] = field(default_factory=dict[int, _Plan])
    _seen: int = 0

    def act(self, database: Database, now: datetime) -> int:
        """Lets everybody complete what has lain long enough; gives how many tasks were done."""
        today, done = local_day(now), 0
        with database.reading() as db:
            days = calendar(db)
            self._plan(db, today, days)
            wanted = [task_id for task_id, plan in self._plans.items() if plan.day <= today]
            for start in range(0, len(wanted), _PORTION):
                tasks = (
                    db.execute(select(UserTask).where(UserTask.id.in_(wanted[start : start + _PORTION])))
                    .scalars()
                    .all()
                )
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
        username = _who(able, task)
        if not username:
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
        demo = db.get(Setting, "demo")
        home = str(demo.value.get("home", "")) if demo is not None else ""
        for task in fresh:
            self._seen = max(self._seen, task.id)
            username = _who(able[task.id], task)
            lies = personas.patience(username, task)
            waits = bool(home) and answers.is_left_to_the_visitor(task, home)
            self._plans[task.id] = _Plan(date.max if waits else days.add(local_day(task.created_at), lies))


def _who(able: list[str], task: UserTask) -> str:
    """Who does a task: the one it was given to, else one of those who can; empty when there is nobody, or he cannot."""
    if task.assignee:
        return task.assignee if task.assignee in able else ""
    return personas.chosen(able, task)
