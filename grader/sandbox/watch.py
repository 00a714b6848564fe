"""Looks at what a worker has written and started, from outside and while it works."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from .limits import Limits
from .wire import BadFrame

MAX_DEPTH = 100  # folders within folders
EVERY = 0.1  # seconds between two looks that take long
FEW = 100  # files are looked at in no time

PARENT, N_THREADS = 1, 17  # their places in /proc/PID/stat, counted behind the name (man 5 proc)


class Watch:
    """What a worker may leave behind it, and may run.

    Parameters
    ----------
    pid : int
        The worker.
    folder : Path
        The one that it may write to.
    limits : Limits
        ``written``, ``files``, ``threads``, and ``memory`` of all processes together.
    alone : bool
        Whether the worker is kept from starting others, so that its own limits are enough.
    """

    def __init__(self, pid: int, folder: Path, limits: Limits, alone: bool) -> None:
        self._process, self._folder, self._limits = f"/proc/{pid}", str(folder), limits
        self._alone = alone
        self._next = 0.0

    def glance(self) -> None:
        """Look, unless there are many files and they were looked at just now."""
        if time.monotonic() >= self._next:
            self.look()
        else:
            self._count_threads()

    def look(self) -> None:
        """Compare what is there with the limits.

        Raises
        ------
        BadFrame
            If it is more.
        """
        size = count = 0
        for n_bytes in self._sizes():
            size, count = size + n_bytes, count + 1
            if size > self._limits.written or count > self._limits.files:
                raise BadFrame(
                    f"its folder holds more than {self._limits.files:,} files or "
                    f"{self._limits.written / 2**20:,.0f} MB"
                )
        self._count_threads()
        # Few are looked at whenever there is an answer, so that it never depends on the time
        # whether what a cell leaves behind is noticed.
        self._next = time.monotonic() + EVERY if count > FEW else 0.0

    def _count_threads(self) -> None:
        with contextlib.suppress(OSError, LookupError):  # not Linux, or it has just ended
            stat_ = _stat(self._process)
            threads = int(stat_[N_THREADS])
            if not self._alone:
                threads = self._count_together(stat_[PARENT].decode())
            if threads > self._limits.threads:
                raise BadFrame(f"it runs more than {self._limits.threads:,} threads")

    def _count_together(self, warm_parent: str) -> int:
        """Return the threads of all processes that the submission has started.

        They are children of it, or of the warm parent once that one has ended by which they were
        started.
        """
        threads = memory = 0
        left = [warm_parent]
        while left:
            pid = left.pop()
            with contextlib.suppress(OSError, LookupError):  # it has just ended
                for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
                    with open(f"/proc/{pid}/task/{task}/children") as file:  # noqa: PTH123
                        left += file.read().split()
                if pid != warm_parent:
                    threads += int(_stat(f"/proc/{pid}")[N_THREADS])
                    memory += _memory(pid)
        if memory > self._limits.memory:
            raise BadFrame(
                f"its processes use more than {self._limits.memory / 2**20:,.0f} MB together"
            )
        return threads

    def _sizes(self) -> Iterator[int]:
        """Yield the size of each file and folder, and of what is open and has no name any more."""
        left = [(self._folder, 0)]
        while left:
            folder, depth = left.pop()
            try:
                for entry in _entries(folder):
                    if entry.is_dir(follow_symlinks=False):
                        left.append((entry.path, depth + 1))
                    yield entry.stat(follow_symlinks=False).st_size
            except OSError as error:
                if error.errno != errno.ENAMETOOLONG:
                    continue  # gone since
                depth = MAX_DEPTH + 1
            if depth > MAX_DEPTH:  # looking there takes long, and further down is not possible
                raise BadFrame("its folders are nested too deeply")
        with contextlib.suppress(OSError):
            for fd in os.listdir(f"{self._process}/fd"):  # noqa: PTH208
                found = os.stat(f"{self._process}/fd/{fd}")  # noqa: PTH116
                if stat.S_ISREG(found.st_mode) and found.st_nlink == 0:
                    yield found.st_size


def _stat(process: str) -> list[bytes]:
    """Return what /proc/PID/stat holds behind the name."""
    with open(f"{process}/stat", "rb") as file:  # noqa: PTH123
        return file.read().rpartition(b")")[2].split()


def _memory(pid: str) -> int:
    """Return the bytes that are a process's own, and its share of what it has with others."""
    with open(f"/proc/{pid}/smaps_rollup") as file:  # noqa: PTH123
        share = next(line for line in file if line.startswith("Pss:"))
    return int(share.split()[1]) * 1024


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        found = os.scandir(folder)
    except PermissionError:  # shut against a look
        os.chmod(folder, 0o700)  # noqa: PTH101
        found = os.scandir(folder)
    with found:
        yield from found
