"""Random drawings walked on random paths, with store and reload after every push: no difference, no loss, no silence.

`make random` walks more of them; every failure prints its seed.
"""

import pytest

from tests.engine.bpmn import wandering

PROCESSES, PATHS, BATCH = 200, 3, 20


@pytest.mark.parametrize("batch", range(PROCESSES // BATCH))
def test_a_random_process_on_a_random_path_is_the_same_with_store_and_reload_after_every_push(batch):
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        for path in range(PATHS):
            try:
                wandering.walk(seed, path)
            except Exception as error:
                print(f"seed {seed}, path {path}: {error}")
                raise


@pytest.mark.parametrize("batch", range(PROCESSES // BATCH))
def test_a_tangle_walks_the_same_with_store_and_reload_and_ends_waits_or_says_why_it_cannot(batch):
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        for path in range(PATHS):
            try:
                wandering.wander(seed, path)
            except Exception as error:
                print(f"tangle {seed}, path {path}: {error}")
                raise


def test_the_command_counts_what_it_walked_and_finds_a_planted_difference(monkeypatch, capsys):
    written: list[str] = []
    monkeypatch.setattr(wandering, "write", written.append)
    assert wandering.main("2x1") == 0
    assert "4 walks" in written[0]
    monkeypatch.setattr(wandering, "walk", lambda seed, path: 1 / seed)
    assert wandering.main("1x1") == 1
    assert "blocks, seed 0, path 0: ZeroDivisionError" in capsys.readouterr().out
    assert len(written) == 1
