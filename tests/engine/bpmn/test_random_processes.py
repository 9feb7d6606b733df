"""Random drawings walked on random paths, with store and reload after every push: no difference, no loss, no silence.

`XIAOHAO_RANDOM_PROCESSES=3000x5` walks more of them; every failure prints its seed.
"""

import os
import random
from datetime import timedelta

import pytest

from engine.bpmn.outcome import MessageWait, SignalWait, TimerWait, UserTaskWait
from engine.errors import ExecutionFailed
from tests.engine.bpmn.play import Play
from tests.engine.bpmn.random_process import CONDITIONS, Artist, tangle

PROCESSES, PATHS = (int(number) for number in os.environ.get("XIAOHAO_RANDOM_PROCESSES", "60x3").split("x"))
MOST_PUSHES = 400
BATCH = 20


def _walk(seed: int, path: int) -> Play:
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


@pytest.mark.parametrize("batch", range(-(-PROCESSES // BATCH)))
def test_a_random_process_on_a_random_path_is_the_same_with_store_and_reload_after_every_push(batch):
    for seed in range(batch * BATCH, min((batch + 1) * BATCH, PROCESSES)):
        for path in range(PATHS):
            try:
                _walk(seed, path)
            except Exception as error:
                print(f"seed {seed}, path {path}: {error}")
                raise


@pytest.mark.parametrize("batch", range(-(-PROCESSES // BATCH)))
def test_a_tangle_walks_the_same_with_store_and_reload_and_ends_waits_or_says_why_it_cannot(batch):
    for seed in range(batch * BATCH, min((batch + 1) * BATCH, PROCESSES)):
        source = tangle(seed)
        for path in range(PATHS):
            try:
                _wander(source, random.Random(seed * 1_000 + path))
            except Exception as error:
                print(f"tangle {seed}, path {path}: {error}")
                raise


def _wander(source: bytes, luck: random.Random) -> None:
    """At most forty pushes; a tangle may run in circles, starve a join or flood itself, but it must say so."""
    values = {name: luck.random() < 0.5 for name in CONDITIONS}
    try:
        play = Play(source, {"n": 0, **values}, budget=200)
        for _ in range(40):
            if play.outcome.completed:
                return
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
