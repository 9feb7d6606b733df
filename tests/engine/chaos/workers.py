"""Processes that do an office's work until they are killed: they share a database and nothing else."""

import contextlib
import os
import random
import signal
from collections.abc import Mapping
from datetime import datetime, timedelta
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine import instances, jobs, messages, user_tasks
from engine.db import Database
from engine.errors import Conflict
from engine.services import Call, Service
from engine.tables import Chain, UserTask
from tests.diagrams import sketch
from tests.engine.office import START

GROUPS = sketch.z("assignmentDefinition", candidateGroups="XK")

ONE = sketch.draw("one", [sketch.start(), sketch.user("only", GROUPS), sketch.end()], "start -> only -> end")

BUSY = sketch.draw(
    "busy",
    [
        sketch.start(),
        sketch.script("begin", "=0", "turn"),
        sketch.user("work", GROUPS),
        sketch.boundary("nudge", "work", sketch.timer("cycle", "R/PT1H"), interrupting=False),
        sketch.user("look", GROUPS),
        sketch.boundary("later", "look", sketch.timer("duration", "PT5H")),
        sketch.service("note", "registry.note"),
        sketch.both("fork"),
        sketch.service("send", "send.letter"),
        sketch.node("callActivity", "visit", "", sketch.z("calledElement", processId="one")),
        sketch.catch("hear", sketch.message("m")),
        sketch.both("join"),
        sketch.script("count", "=turn + 1", "turn"),
        sketch.xor("again", default="again_end"),
        sketch.end("looked"),
        sketch.end(),
    ],
    "start -> begin -> work -> note -> fork -> send -> join\nfork -> visit -> join\nfork -> hear -> join -> count -> again\n"
    "again -[=turn < 3]-> work\nagain -> end\nnudge -> look -> looked\nlater -> looked",
    [sketch.a_message("m", "noted", "=string(key)")],
)


def note(db: Session, call: Call) -> Mapping[str, object]:
    """Writes a row of its own, and says a message that the same run will hear."""
    key = f"{call.instance.id}:{call.element_instance_id}"
    db.add(Chain(name=f"note:{key}"))
    messages.publish(db, "noted", key, {}, key=f"noted:{key}", sender=call.instance, by=call.by, now=call.now)
    return {"key": key}


SERVICES: dict[str, Service] = {"registry.note": note, "send.letter": lambda db, call: {}}


def racer(url: str, name: str, task_ids: list[int], barrier: Barrier, results: Any) -> None:
    """Completes every task at the same moment as the other racer, and answers which ones it won."""
    database = Database(url, info={"services": SERVICES})
    won: list[int] = []
    for task_id in task_ids:
        barrier.wait(60)
        with contextlib.suppress(Conflict), database.transaction() as db:
            user_tasks.complete(db, task_id, {}, by=name, now=START)
            won.append(task_id)
    results.put((name, won))
    results.close()
    results.join_thread()


def officer(url: str, clock: "Synchronized[int]", acknowledged: Path, seed: int) -> None:
    """Starts runs and completes tasks, each with a key, and writes down what was acknowledged after its commit."""
    choose = random.Random(seed)
    database = Database(url, info={"services": SERVICES})
    _dies(database, choose)
    log = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    while True:
        now = _tick(clock)
        with contextlib.suppress(Conflict, OperationalError):
            if choose.random() < 0.2:
                with database.transaction() as db:
                    instances.start(db, "busy", {}, by="officer", now=now)
                continue
            with database.reading() as db:
                query = select(UserTask.id).where(UserTask.status == "open").order_by(UserTask.id).limit(50)
                open_tasks = list(db.execute(query).scalars())
            if open_tasks:
                task_id = choose.choice(open_tasks)
                with database.transaction() as db:
                    user_tasks.complete(db, task_id, {"n": seed}, by="officer", now=now, idempotency_key=f"k{task_id}")
                os.write(log, f"{task_id}\n".encode())


def clock_worker(url: str, clock: "Synchronized[int]", seed: int) -> None:
    """Runs what falls due, for ever."""
    database = Database(url, info={"services": SERVICES})
    _dies(database, random.Random(seed))
    while True:
        jobs.run_due(database, _tick(clock), limit=20)


def _tick(clock: "Synchronized[int]") -> datetime:
    with clock.get_lock():
        clock.value += 60
        return START + timedelta(seconds=clock.value)


def _dies(database: Database, choose: random.Random) -> None:
    """Kills this very process at a random statement or commit, as a power cut would: before, in the middle, or after."""
    left = choose.randint(5, 1_000)

    def one_less(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "before_cursor_execute", one_less)
    event.listen(database.engine, "after_cursor_execute", one_less)
    event.listen(database.engine, "commit", one_less)
