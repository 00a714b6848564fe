"""The clock inside a worker: it stops student code that takes too long, at the line it is on."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_arm, _now = signal.setitimer, time.monotonic


class OutOfTime(BaseException):
    """Raised by the clock inside the student's code; no ``except Exception`` swallows it."""


class Clock:
    """One alarm at a time, raised as `OutOfTime` in the main thread."""

    def __init__(self) -> None:
        self._running = False
        self._until = 0.0
        signal.signal(signal.SIGALRM, self._ring)

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Give the block `seconds`."""
        try:
            self._start(seconds)
            yield
        finally:
            self._stop()

    @contextmanager
    def share(self, part: float) -> Iterator[None]:
        """Give the block a `part` of the time that is left, and what follows it the rest.

        An `OutOfTime` that leaves the block is of its own share.
        """
        until = self._until
        try:
            self._start(max(part * (until - _now()), 0.001))
            yield
        finally:
            self._stop()
            self._until = until
            self._running = True
            _arm(signal.ITIMER_REAL, max(until - _now(), 0.001))

    def _start(self, seconds: float) -> None:
        self._until = _now() + seconds
        self._running = True
        _arm(signal.ITIMER_REAL, seconds)

    def _stop(self) -> None:
        self._running = False
        _arm(signal.ITIMER_REAL, 0)

    def _ring(self, _signal: int, _frame: FrameType | None) -> None:
        if self._running:
            self._running = False
            raise OutOfTime
