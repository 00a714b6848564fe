"""The first process: starts the one that works, waits for it, and removes what it has left.

It stands outside of all walls and has nothing but the standard library, so that it still can.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Collection

from . import limits, namespaces, orphans
from .removal import remove


def start(control: int, scratch: str, layers: Collection[str]) -> int:
    """Go on in a child, in namespaces of its own where there can be any; return their flags.

    The process that has called never returns. It ends when the child has, and the scratch folder
    with it; and the child ends when this process does.

    Parameters
    ----------
    control : int
        A descriptor that is the child's alone.
    """
    left = namespaces.leave() if "namespaces" in layers else 0
    pid = os.fork()
    if pid == 0:
        limits.die_with_parent()
        # Not shared with this process, which has to see the scratch folder as it is.
        return left and left | namespaces.leave_mounts()
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # who ends all of us leaves the rest to this one
        os.close(control)
        limits.adopt_orphans()
        os.waitpid(pid, 0)
        orphans.sweep((), orphans.listing(), first=False)
        remove(scratch)
    finally:
        os._exit(0)
