"""The limits that a worker puts on itself before it sees a line of student code."""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h


def confine(limits: dict[str, Any]) -> list[str]:
    """Apply `limits` to this process and return the names of those that hold.

    Parameters
    ----------
    limits : dict
        ``memory`` (bytes of address space), ``cpu`` (seconds of processor time of the whole
        worker), ``file`` (bytes of one written file).
    """
    active = []
    cpu = max(1, math.ceil(limits["cpu"]))
    for name, number, soft, hard in (
        ("memory", resource.RLIMIT_AS, limits["memory"], limits["memory"]),
        ("processor time", resource.RLIMIT_CPU, cpu, cpu + 5),
        ("file size", resource.RLIMIT_FSIZE, limits["file"], limits["file"]),
        ("open files", resource.RLIMIT_NOFILE, *_at_most(resource.RLIMIT_NOFILE, 256)),
        ("core dumps", resource.RLIMIT_CORE, 0, 0),
    ):
        try:
            resource.setrlimit(number, (soft, hard))
        except (ValueError, OSError):  # macOS refuses RLIMIT_AS
            continue
        active.append(name)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write past the limit is an OSError then
    return active


def _at_most(number: int, most: int) -> tuple[int, int]:
    hard = resource.getrlimit(number)[1]
    limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
    return limit, limit


def first_to_go() -> None:
    """Have the kernel end this process and its forks first when memory runs out (Linux)."""
    with contextlib.suppress(OSError):  # not Linux, or no /proc
        Path("/proc/self/oom_score_adj").write_text("1000")


def adopt_orphans() -> None:
    """Have this process become the parent of whatever its children leave behind (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Have the kernel end this process when the process that forked it ends (Linux)."""
    if sys.platform != "linux":
        return
    before = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != before:  # it ended before the call
        os._exit(1)
