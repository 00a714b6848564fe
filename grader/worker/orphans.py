"""Finds and ends the processes that a submission has started and left (Linux)."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Collection


def listing() -> int | None:
    """Open the list of this process's children while /proc can still be reached."""
    try:
        return os.open("/proc/thread-self/children", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # not Linux, or no /proc
        return None


def sweep(kept: Collection[int], children: int | None, first: bool) -> None:
    """Kill what has been left to this process, in whatever session it is.

    Parameters
    ----------
    kept : collection of int
        Children that go on.
    children : int or None
        What `listing` has opened.
    first : bool
        Whether this is the first process of a namespace: all others in it are its own.
    """
    if first and os.getpid() == 1 and not kept:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
    for _ in range(100):  # each round orphans the next generation
        if children is None:
            return
        left = {int(pid) for pid in os.pread(children, 2**16, 0).split()} - {*kept}
        if not left:
            return
        for pid in left:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
