"""Watching the demonstration come to its today: a bar in the terminal that says which day it is."""

import gc
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from casework.demo import province
from engine.calendars import local_day
from engine.db import Database


def live(database: Database, rosters: Path, number: int, console: Console) -> None:
    """Makes the demo province of `number` enterprises, and shows which day it has come to."""
    days = (local_day(province.TODAY) - local_day(province.BEGIN)).days + 1
    columns = (TextColumn("  the demo province"), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    # Little of what is made here is garbage: the collector looks less often while the province lives.
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    try:
        with Progress(*columns, console=console) as progress:
            lived = progress.add_task("", total=days)

            def say(said: str) -> None:
                progress.update(lived, description=said, advance=1 if said[:2] == "20" else 0)

            province.seed(database, rosters, say, number=number)
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
