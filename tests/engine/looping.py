"""The looping case of tests/diagrams/ in rows: full turns, one push per verb, each counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from engine import user_tasks
from tests.engine.office import Office

# Every user task gets somebody who may do it: the drawing is about the machine, a deployment asks for people as well.
DRAWING = (
    (Path(__file__).parent.parent / "diagrams" / "looping-case.bpmn")
    .read_bytes()
    .replace(
        b"<zeebe:userTask></zeebe:userTask></bpmn:extensionElements>",
        b'<zeebe:userTask/><zeebe:assignmentDefinition candidateGroups="LO"/></bpmn:extensionElements>',
    )
)
FACTS: dict[str, Any] = {
    "enterprise": "桂示一二三四五六七八",
    "officer": "li",
    "due": "2026-04-01T17:30:00+08:00",
    "warnings": 0,
    "light": "green",
    "money": False,
    "people": False,
    "reached": False,
    "good": True,
    "yes": False,
}
TURN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("monitor", {"light": "red"}),
    ("acknowledge", {}),
    ("coach", {"money": True, "people": True}),
    ("plan", {}),
    ("talk-to-employee", {}),
    ("talk-to-manager", {"good": True}),
    ("help-money", {}),
    ("help-people", {}),
)


@dataclass
class Looping:
    """One looping case. `statements` holds, per step, what went to the database, without BEGIN and COMMIT."""

    office: Office
    run: int = 0
    course: tuple[tuple[str, dict[str, Any]], ...] = TURN
    statements: dict[str, list[int]] = field(default_factory=dict[str, list[int]])

    def __post_init__(self) -> None:
        for name in ("remind", "warn", "tell"):
            self.office.services[f"registry.{name}"] = lambda db, call: {}
        self.office.deploy(looping_bpmn=DRAWING)
        self.run = self.office.start("looping_case", FACTS)

    def turn(self) -> None:
        """One quarter with everything: a warning, coaching, an improvement with two branches, two kinds of help."""
        for element, answers in self.course:
            self.step(element, answers)
        self.office.passes(days=93)

    def step(self, element: str, answers: dict[str, Any]) -> None:
        task_id = self.office.task(element).id
        with self.counted(element), self.office.database.transaction() as db:
            user_tasks.complete(db, task_id, answers, by="anna", now=self.office.now)
        self.office.now += timedelta(hours=1)

    @contextmanager
    def counted(self, name: str) -> Iterator[None]:
        count = 0

        def one_more(*told: Any) -> None:
            nonlocal count
            count += not str(told[2]).startswith("BEGIN")

        engine = self.office.database.engine
        event.listen(engine, "before_cursor_execute", one_more)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", one_more)
        self.statements.setdefault(name, []).append(count)
