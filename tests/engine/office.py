"""An office for tests of the engine's rows: a database, a clock that only the test moves, services that only the test knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from engine import calendars, definitions, history, instances, jobs, user_tasks
from engine.db import Database
from engine.errors import Undeployable
from engine.services import Service
from engine.tables import HistoryEntry, Instance, Job, UserTask

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""A Monday, 09:00 in Shanghai."""


@dataclass
class Office:
    """Verbs of the engine in one line each; every verb is one transaction."""

    database: Database
    now: datetime = START
    services: dict[str, Service] = field(default_factory=dict[str, Service])

    def __post_init__(self) -> None:
        self.database.info["services"] = self.services

    def publish_calendar(self, year: int = 2026, holidays: tuple[date, ...] = ()) -> None:
        with self.database.transaction() as db:
            calendars.enter_notice(
                db, year, source="made for a test", holidays=holidays, synthetic=True, by="admin", now=self.now
            )

    def deploy(self, **files: bytes) -> definitions.Deployed:
        """`visit_bpmn=…` becomes visit.bpmn."""
        named = {".".join(name.rsplit("_", 1)): content for name, content in files.items()}
        try:
            with self.database.transaction() as db:
                return definitions.deploy(db, named, name="test", source="folder", by="designer", now=self.now)
        except Undeployable as refused:
            refused.add_note("; ".join(str(finding) for finding in refused.findings))
            raise

    def start(self, process: str, variables: Mapping[str, object] | None = None, **more: Any) -> int:
        with self.database.transaction() as db:
            return instances.start(db, process, variables or {}, by="anna", now=self.now, **more).id

    def tasks(self, element: str = "", status: str = "open") -> list[UserTask]:
        with self.database.reading() as db:
            query = select(UserTask).where(UserTask.status == status).order_by(UserTask.id)
            found = list(db.execute(query).scalars())
            db.expunge_all()
        return [task for task in found if not element or task.element_id == element]

    def task(self, element: str = "", status: str = "open") -> UserTask:
        found = self.tasks(element, status)
        assert len(found) == 1, f"expected one task, found {[task.element_id for task in found]}"
        return found[0]

    def complete(
        self, element: str, answers: Mapping[str, object] | None = None, *, by: str = "anna", **more: Any
    ) -> user_tasks.Completion:
        task = self.task(element)
        with self.database.transaction() as db:
            return user_tasks.complete(db, task.id, answers or {}, by=by, now=self.now, **more)

    def complete_task(self, task_id: int, *, by: str = "anna") -> None:
        with self.database.transaction() as db:
            user_tasks.complete(db, task_id, {}, by=by, now=self.now)

    def complete_all(self, element: str) -> None:
        for task in self.tasks(element):
            self.complete_task(task.id)

    def run(self) -> int:
        return jobs.run_due(self.database, self.now)

    def passes(self, **duration: float) -> int:
        """Lets the clock go on, and runs what has fallen due at every moment that something does."""
        return self.until(self.now + timedelta(**duration))

    def until(self, moment: datetime) -> int:
        ran = self.run()
        while True:
            with self.database.reading() as db:
                query = select(Job.due_at).where(Job.status == "waiting", Job.due_at <= moment).order_by(Job.due_at)
                due = db.execute(query.limit(1)).scalar_one_or_none()
            if due is None:
                break
            self.now = max(self.now, due)
            ran += self.run()
        self.now = moment
        return ran

    def instance(self, instance_id: int) -> Instance:
        with self.database.reading() as db:
            found = db.get_one(Instance, instance_id)
            db.expunge_all()
            return found

    def instances(self) -> list[Instance]:
        with self.database.reading() as db:
            found = list(db.execute(select(Instance).order_by(Instance.id)).scalars())
            db.expunge_all()
            return found

    def jobs(self, kind: str = "", status: str = "") -> list[Job]:
        with self.database.reading() as db:
            found = list(db.execute(select(Job).order_by(Job.due_at, Job.id)).scalars())
            db.expunge_all()
        return [job for job in found if kind in {"", job.kind} and status in {"", job.status}]

    def history(self, instance_id: int) -> list[HistoryEntry]:
        with self.database.reading() as db:
            found = history.entries(db, instance_id=instance_id)
            db.expunge_all()
            return found

    def facts(self, instance_id: int) -> list[str]:
        return [entry.fact for entry in self.history(instance_id) if entry.fact != "walked"]
