"""The server under the pages: one worker of gunicorn with threads, watched over and brought back when it dies.

One worker, because SQLite has one writer and lets people first only within a process. Offices on PostgreSQL start as many houses
beside each other as they like.
"""

from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication

from web.counter import Counter


def serve(
    address: str, load: Callable[[], Counter], *, begin: Callable[[Counter], None], end: Callable[[], None]
) -> None:
    """Serves until it is stopped. `load`, `begin` and `end` are called in the worker: connections and threads never cross a fork."""

    class House(BaseApplication):
        made: Counter

        def load_config(self) -> None:
            settings: dict[str, Any] = {
                "bind": address,
                "workers": 1,
                "worker_class": "gthread",
                "threads": 8,
                "timeout": 120,
                "graceful_timeout": 10,
                "loglevel": "warning",
                "proc_name": "xiaohao",
                "control_socket_disable": True,
                "post_worker_init": lambda _worker: begin(self.made),
                "worker_exit": lambda _server, _worker: end(),
            }
            for key, value in settings.items():
                # Which settings there are differs between versions; what one does not know, it does not need.
                if key in self.cfg.settings:
                    self.cfg.set(key, value)

        def load(self) -> Any:
            self.made = load()
            return self.made

    House().run()
