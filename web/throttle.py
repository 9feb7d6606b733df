"""How often one address may do something that needs no log-in: so many times within so many seconds, per process of the house."""

import threading
import time
from collections import deque
from collections.abc import Callable

from flask import request
from werkzeug.exceptions import TooManyRequests

MOST_ADDRESSES = 10_000


class Throttle:
    """Remembers when addresses came, in memory only; the oldest address is forgotten when there are too many."""

    def __init__(self, most: int, within: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self.within, self.clock = most, within, clock
        self._came: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def check(self, who: str = "") -> None:
        """Counts one visit of `who` (the address of this request unless given).

        Raises:
            TooManyRequests: it came too often; the page says to try again later.
        """
        key, now = who or request.remote_addr or "", self.clock()
        with self._lock:
            came = self._came.pop(key, deque[float]())
            while came and came[0] <= now - self.within:
                came.popleft()
            is_over = len(came) >= self.most
            if not is_over:
                came.append(now)
            self._came[key] = came
            while len(self._came) > MOST_ADDRESSES:
                del self._came[next(iter(self._came))]
        if is_over:
            raise TooManyRequests(retry_after=int(self.within))
