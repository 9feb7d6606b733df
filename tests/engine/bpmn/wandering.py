"""`python -m tests.engine.bpmn.wandering 3000x5`: random drawings on random paths, each played twice at once, with and without store and reload.

Drawings are of two kinds: blocks (every fork has its join, so every path ends) and tangles (gateways, tasks and events wired at random,
which may starve or flood themselves, but have to say so). Every failure prints its seed. The figure goes into docs/conformance.md.
"""

import random
import re
import sys
import time
from dataclasses import dataclass
from datetime import timedelta

from engine.bpmn.outcome import MessageWait, SignalWait, TimerWait, UserTaskWait
from engine.errors import ExecutionFailed
from tests.conformance.suites import ROOT
from tests.engine.bpmn.play import Play
from tests.engine.bpmn.random_process import CONDITIONS, Artist, tangle

PAGE = ROOT / "docs" / "conformance.md"
MARKS = ("<!-- random -->\n", "<!-- end of random -->\n")
MOST_PUSHES = 400


@dataclass
class Count:
    """What has been walked."""

    walks: int = 0
    elements: int = 0
    stopped: int = 0
    different: int = 0


def walk(seed: int, path: int) -> Play:
    """A drawing of blocks, walked to its end; every fork has completed as often as its join."""
    drawn = Artist(seed).draw()
    luck = random.Random(seed * 1_000 + path)
    play = Play(drawn.source, {"n": 0, **dict.fromkeys(CONDITIONS, False)})
    for pushed in range(MOST_PUSHES):
        if play.outcome.completed:
            break
        # Late in a walk all conditions stay false, so that every loop is left.
        likely = 0.4 if pushed < MOST_PUSHES // 4 else 0.0
        values = {name: luck.random() < likely for name in CONDITIONS}
        waits = [w for w in play.outcome.waits if not isinstance(w, TimerWait) or luck.random() < 0.3]
        wait = luck.choice(waits or play.outcome.waits)
        if isinstance(wait, UserTaskWait):
            play.push(lambda e, i=wait.element_instance_id, v=values: e.complete_user_task(i, v))
        elif isinstance(wait, MessageWait):
            play.push(lambda e, i=wait.element_instance_id, v=values: e.deliver_message(i, v))
        else:
            assert isinstance(wait, TimerWait)
            play.pass_time(max(wait.due_at - play.now, timedelta()))
    assert play.outcome.completed, "it did not end"
    for fork, join in drawn.pairs:
        assert play.path.count(fork) == play.path.count(join), (fork, join)
    return play


def wander(seed: int, path: int) -> Play | None:
    """A tangle, at most forty pushes; None when it stopped and said at which element."""
    luck = random.Random(seed * 1_000 + path)
    values = {name: luck.random() < 0.5 for name in CONDITIONS}
    try:
        play = Play(tangle(seed), {"n": 0, **values}, budget=200)
        for _ in range(40):
            if play.outcome.completed:
                break
            assert play.outcome.waits
            wait = luck.choice(play.outcome.waits)
            values = {name: luck.random() < 0.5 for name in CONDITIONS}
            if isinstance(wait, UserTaskWait):
                play.push(lambda e, i=wait.element_instance_id, v=values: e.complete_user_task(i, v))
            elif isinstance(wait, MessageWait):
                play.push(lambda e, i=wait.element_instance_id, v=values: e.deliver_message(i, v))
            elif isinstance(wait, SignalWait):
                play.signal(wait.signal_name, **values)
            else:
                assert isinstance(wait, TimerWait)
                play.push(lambda e, i=wait.element_instance_id: e.fire_timer(i))
    except ExecutionFailed as failure:
        if not failure.element_id:
            raise
        return None
    return play


def main(asked: str) -> int:
    """Walk, say how far it has come, and write the figure where nothing differed."""
    processes, paths = (int(number) for number in asked.split("x"))
    count, begun = Count(), time.process_time()
    for seed in range(processes):
        for name, go in (("blocks", walk), ("tangle", wander)):
            for path in range(paths):
                _one(count, name, seed, path, go)
        if (seed + 1) % 100 == 0:
            print(f"{seed + 1} of {processes}: {count.walks} walks, {count.different} differences", flush=True)
    said = (
        f"{processes} drawings of blocks and {processes} tangles, {paths} random paths through each: {count.walks:,} walks,"
        f" {count.elements:,} elements left, {count.stopped:,} tangles that stopped and said where,"
        f" **{count.different} differences** between the run that stays in memory and the one that is stored and loaded again after"
        f" every push ({time.process_time() - begun:,.0f} s of processor time; `make random`, seeds 0 to {processes - 1})."
    )
    print(said)
    if count.different == 0:
        write(said)
    return 1 if count.different else 0


def _one(count: Count, name: str, seed: int, path: int, go) -> None:  # type: ignore[no-untyped-def]
    try:
        play = go(seed, path)
    except Exception as error:  # noqa: BLE001 - every failure is told with its seed, the others go on
        count.different += 1
        print(f"{name}, seed {seed}, path {path}: {type(error).__name__}: {error}", flush=True)
    else:
        count.stopped += play is None
        count.elements += len(play.path) if play else 0
    count.walks += 1


def section() -> str:
    """The section about random processes as it stands in docs/conformance.md; empty without one."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    found = re.search(f"{MARKS[0]}.*?{MARKS[1]}", text, flags=re.DOTALL)
    return found[0] if found else ""


def write(said: str) -> None:
    """Put the figure into docs/conformance.md, before the differences of the suites."""
    text = PAGE.read_text(encoding="utf-8").replace(section(), "")
    made = f"{MARKS[0]}\n## Random processes on random paths\n\n{said}\n\n{MARKS[1]}"
    PAGE.write_text(text.replace("## Every difference", f"{made}\n## Every difference", 1), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "3000x5"))
