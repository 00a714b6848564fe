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

PARENT, N_THREADS, RESIDENT = 1, 17, 21  # in /proc/PID/stat, counted behind the name (man 5 proc)
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


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
        self._process = f"/proc/{pid}" if _tells_of_us() else None
        self._folder, self._limits = str(folder), limits
        self._alone = alone
        self._next = self._next_together = 0.0

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
        if self._process is None:
            return
        with contextlib.suppress(OSError, LookupError):  # it has just ended
            stat_ = _stat(self._process)
            threads = int(stat_[N_THREADS])
            if not self._alone and time.monotonic() >= self._next_together:
                threads = self._count_together(stat_[PARENT].decode())
                self._next_together = time.monotonic() + EVERY
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
            if threads > self._limits.threads:
                break
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
                    yield _taken(entry.stat(follow_symlinks=False))
            except OSError as error:
                if error.errno != errno.ENAMETOOLONG:
                    continue  # gone since
                depth = MAX_DEPTH + 1
            if depth > MAX_DEPTH:  # looking there takes long, and further down is not possible
                raise BadFrame("its folders are nested too deeply")
        if self._process is not None:
            yield from self._nameless(self._process)

    def _nameless(self, process: str) -> Iterator[int]:
        """Yield the sizes of files that are open and have no name any more."""
        seen = set()
        for task in _listed(f"{process}/task"):  # the first of them may have ended
            for fd in _listed(f"{process}/task/{task}/fd"):
                with contextlib.suppress(OSError):  # closed since
                    found = os.stat(f"{process}/task/{task}/fd/{fd}")  # noqa: PTH116
                    file = found.st_dev, found.st_ino
                    if stat.S_ISREG(found.st_mode) and not found.st_nlink and file not in seen:
                        seen.add(file)
                        yield _taken(found)


def _listed(folder: str) -> list[str]:
    with contextlib.suppress(OSError):  # gone since
        return os.listdir(folder)  # noqa: PTH208
    return []


def _stat(process: str) -> list[bytes]:
    """Return what /proc/PID/stat holds behind the name."""
    with open(f"{process}/stat", "rb") as file:  # noqa: PTH123
        return file.read().rpartition(b")")[2].split()


def _memory(pid: str) -> int:
    """Return the bytes that are a process's own, and its share of what it has with others."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:  # noqa: PTH123
            share = next((line for line in file if line.startswith("Pss:")), "Pss: 0 kB")
    except PermissionError:  # it does not let itself be looked at
        return int(_stat(f"/proc/{pid}")[RESIDENT]) * PAGE
    return int(share.split()[1]) * 1024


def _tells_of_us() -> bool:
    """Whether /proc is there, and counts processes as this one does."""
    try:
        return os.readlink("/proc/self") == str(os.getpid())  # noqa: PTH115
    except OSError:
        return False


def _taken(found: os.stat_result) -> int:
    """Return the bytes that a file takes."""
    # What is allocated beyond its end counts too, but by half: some file systems do so by
    # themselves for a file that grows.
    return max(found.st_size, found.st_blocks * 512 // 2)


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        found = os.scandir(folder)
    except PermissionError:  # shut against a look
        os.chmod(folder, 0o700)  # noqa: PTH101
        found = os.scandir(folder)
    with found:
        yield from found
