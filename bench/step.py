"""One step of a case: a person's answer becomes the next wait states, durably. At turn 1, 50 and 400 of one looping case.

The case is tests/diagrams/looping-case.bpmn (39 elements; boundary timers, a service, a sub-process with an AND block, an inclusive
block, a loop). One turn is seven user tasks and a timer. Beside it plain SpiffWorkflow with its own serializer runs the same drawing
with Python in place of FEEL: read the text of the instance, complete, walk on, write the text; no database at all. (With two
branches of the inclusive block, an eighth user task, it stops in the second turn; so everybody gets one.) Times are lower quartiles.
"""

import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import etree
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

from engine import user_tasks
from engine.bpmn.execution import Execution
from engine.db import Base, Database
from tests import databases
from tests.engine.looping import DRAWING, FACTS, TURN, Looping
from tests.engine.office import Office

COURSE = tuple(
    (element, {"money": True, "people": False} if element == "coach" else answers)
    for element, answers in TURN
    if element != "help-people"
)
AGES = (1, 50, 400)
"""The turns after which a case is measured, over the steps of the turns that follow."""
WIDTH = 6
"""How many turns are measured."""


@dataclass
class Steps:
    """What the steps of some turns cost: milliseconds of CPU, of it in the engine, statements, bytes of the state."""

    cpu: list[float] = field(default_factory=list[float])
    engine: list[float] = field(default_factory=list[float])
    statements: list[int] = field(default_factory=list[int])
    size: list[int] = field(default_factory=list[int])
    died: str = ""

    def row(self, name: str) -> str:
        if self.died:
            return f"| {name} | {self.died} | | | |"
        engine = f"{quartile(self.engine):.2f}" if self.engine else "all"
        statements = f"{min(self.statements)}–{max(self.statements)}" if self.statements else "none"
        return f"| {name} | {quartile(self.cpu):.2f} | {engine} | {statements} | {max(self.size):,} |"


def quartile(times: list[float]) -> float:
    """The lower quartile: other work on the machine only ever adds."""
    return statistics.quantiles(times, n=4)[0]


def measure() -> str:
    """The section of docs/performance.md, as Markdown."""
    columns: dict[str, dict[int, Steps]] = {}
    with tempfile.TemporaryDirectory() as folder:
        columns["SQLite"] = ours(lambda age: Database(f"sqlite:///{Path(folder) / f'{age}.sqlite3'}"))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        Path(folder).chmod(0o711)
        cluster = stack.enter_context(databases.postgresql_cluster(Path(folder) / "postgresql"))
        columns["PostgreSQL"] = ours(lambda age: Database(stack.enter_context(cluster.without_tables())))
    columns["SpiffWorkflow alone"] = stock()
    lines = ["## One step of a case", "", (__doc__ or "").strip(), ""]
    for age in AGES:
        lines += [f"### After {age} turn{'s' if age > 1 else ''}", ""]
        lines += ["| | CPU ms | of it engine ms | SQL statements | state bytes |", "|---|---|---|---|---|"]
        lines += [steps[age].row(name) for name, steps in columns.items()]
        lines.append("")
    lines += [_judgement(columns), ""]
    return "\n".join(lines)


def _judgement(columns: dict[str, dict[int, Steps]]) -> str:
    said: list[str] = []
    for name in ("SQLite", "PostgreSQL"):
        first, last = (quartile(columns[name][age].cpu) for age in (AGES[0], AGES[-1]))
        engine = max(quartile(steps.engine) for steps in columns[name].values())
        most = max(max(steps.statements) for steps in columns[name].values())
        size = max(max(steps.size) for steps in columns[name].values())
        said.append(
            f"{name}: {100 * (last / first - 1):+.0f} % from turn {AGES[0]} to {AGES[-1]} (aim: within 10), engine "
            f"{engine:.2f} ms (aim: 1), at most {most} statements (aim: 12), {size:,} bytes (aim: 4,000)."
        )
    return "\n".join(f"* {one}" for one in said)


def ours(open_database: Callable[[int], Database]) -> dict[int, Steps]:
    """The house itself: lock, load, complete, walk, save, reconcile, history; committed.

    Cases of all ages are prepared first, each in a database of its own, and then take turns, so that a busy minute of the machine
    falls on all of them.
    """
    cases: dict[int, Looping] = {}
    for age in AGES:
        database = open_database(age)
        Base.metadata.create_all(database.engine)
        cases[age] = Looping(Office(database), course=COURSE)
        for turn in range(age):
            cases[age].turn()
            _progress(f"{database.engine.name} turn {turn + 1} of {age}")
    found = {age: Steps() for age in AGES}
    for _ in range(WIDTH):
        for element, answers in COURSE:
            for age, looping in cases.items():
                _one(looping, element, answers, found[age])
        for looping in cases.values():
            looping.office.passes(days=93)
    for looping in cases.values():
        looping.office.database.close()
    return found


def _one(looping: Looping, element: str, answers: dict[str, Any], steps: Steps) -> None:
    office = looping.office
    task_id = office.task(element).id
    with _engine_share() as share, looping.counted(element):
        begun = time.thread_time()
        with office.database.transaction() as db:
            user_tasks.complete(db, task_id, answers, by="anna", now=office.now)
        steps.cpu.append((time.thread_time() - begun) * 1e3)
    steps.engine.append(sum(share) * 1e3)
    steps.statements.append(looping.statements[element][-1])
    steps.size.append(len(office.instance(looping.run).state.encode()))


@contextmanager
def _engine_share() -> Iterator[list[float]]:
    """Times what happens inside the room of BPMN: load, push and dump."""
    spent: list[float] = []

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            begun = time.thread_time()
            try:
                return function(*arguments, **named)
            finally:
                spent.append(time.thread_time() - begun)

        return wrapper

    kept = {name: Execution.__dict__[name] for name in ("load", "complete_user_task", "dump")}
    Execution.load = classmethod(timed(kept["load"].__func__))  # type: ignore[assignment]
    Execution.complete_user_task = timed(kept["complete_user_task"])  # type: ignore[method-assign]
    Execution.dump = timed(kept["dump"])  # type: ignore[method-assign]
    try:
        yield spent
    finally:
        for name, function in kept.items():
            setattr(Execution, name, function)


def stock() -> dict[int, Steps]:
    """Plain SpiffWorkflow: its own parser, script engine and serializer, the instance kept as the text it writes."""
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(BytesIO(_in_python(DRAWING))))
    serializer = BpmnWorkflowSerializer()
    workflow = BpmnWorkflow(parser.get_spec("looping_case"), parser.get_subprocess_specs("looping_case"))
    workflow.data.update(FACTS)
    _first(workflow).data.update(FACTS)
    workflow.do_engine_steps()
    text = serializer.serialize_json(workflow)
    found: dict[int, Steps] = {}
    turn = 0
    died = ""
    for age in AGES:
        steps = Steps()
        try:
            while turn < age and not died:
                text = _stock_turn(serializer, text, None)
                turn += 1
                _progress(f"SpiffWorkflow turn {turn}")
            for _ in range(WIDTH if not died else 0):
                text = _stock_turn(serializer, text, steps)
                turn += 1
        except (RecursionError, LookupError, AttributeError) as error:
            died = f"stopped in turn {turn + 1}: {type(error).__name__}"
        steps.died = died
        found[age] = steps
    return found


def _stock_turn(serializer: BpmnWorkflowSerializer, text: str, steps: Steps | None) -> str:
    for element, answers in COURSE:
        begun = time.thread_time()
        workflow = serializer.deserialize_json(text)
        task = next(
            (one for one in workflow.get_tasks(state=TaskState.READY) if one.task_spec.bpmn_id == element), None
        )
        if task is None:
            raise LookupError(f"{element} is not ready")
        task.data.update(answers)
        task.run()
        workflow.do_engine_steps()
        text = serializer.serialize_json(workflow)
        if steps is not None:
            steps.cpu.append((time.thread_time() - begun) * 1e3)
            steps.size.append(len(text.encode()))
    workflow = serializer.deserialize_json(text)
    for task in workflow.get_tasks(state=TaskState.WAITING):
        if task.task_spec.bpmn_id == "next-quarter":
            task.internal_data["event_value"] = "2000-01-01T00:00:00+00:00"
    workflow.refresh_timers()
    workflow.do_engine_steps()
    return serializer.serialize_json(workflow)


def _first(workflow: BpmnWorkflow) -> Any:
    return workflow.get_tasks(state=TaskState.READY)[0]


def _in_python(drawing: bytes) -> bytes:
    """The same drawing with Python in place of FEEL, services that do nothing, and durations SpiffWorkflow can read."""
    text = drawing.decode()
    text = re.sub(r"<bpmn:extensionElements>.*?</bpmn:extensionElements>", "", text, flags=re.DOTALL)
    text = re.sub(r"(tFormalExpression\">)=", r"\1", text)
    text = text.replace(">R/P1M<", ">P30D<").replace("timeCycle", "timeDuration").replace(">P3M<", ">P90D<")
    text = re.sub(r">(P\d+D)<", r'>"\1"<', text)
    text = re.sub(
        r"<bpmn:serviceTask (.*?)></bpmn:serviceTask>",
        r"<bpmn:scriptTask \1><bpmn:script>pass</bpmn:script></bpmn:scriptTask>",
        text,
    )
    return text.replace(
        'name="count-warnings"></bpmn:scriptTask>',
        'name="count-warnings"><bpmn:script>warnings = warnings + 1</bpmn:script></bpmn:scriptTask>',
    ).encode()


def _progress(what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r  {what}   ", end="", file=sys.stderr)
