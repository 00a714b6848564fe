"""The walls around student code: who builds which, in which order, and the proof that they stand.

The warm parent starts in namespaces of its own (`keeper`) and closes off the machine, once: what is
there to be seen, and Landlock around Python, its libraries and the scratch folder. Each worker
closes off the rest before it sees a line of student code: limits, its own folder, capabilities, and
a filter of system calls. Then it tries what must not work (`prove`), and only a wall that held is
reported.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from . import landlock, limits, namespaces, seccomp

SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo"),
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/dev/urandom", "/dev/zero"),
)
"""What programs of a Linux system may read beside Python: shared libraries and time zones."""

CANARY = "canary"
_OURS = Path(__file__).parent.parent / "__init__.py"
"""In the folder above our own package: the grader's code."""

_view: list[bool] = []
"""Whether what is elsewhere was covered, as it was tried in the warm parent."""


def close_outside(scratch: str, guarded: Sequence[str], layers: Collection[str], own: int) -> None:
    """Close the machine off, for the warm parent and all workers; what is not there is left out.

    Parameters
    ----------
    scratch : str
        The folder in which every worker has its own.
    guarded : sequence of str
        Our own packages, which hold answers or lie beside them.
    layers : collection of str
        What is built: ``view`` (files elsewhere are not there), ``machine`` (Landlock around all
        workers).
    own : int
        The namespaces that this process has of its own, as `keeper.start` returns them.
    """
    if sys.platform != "linux":
        return
    inside = str(Path(__file__).parent)
    places = list(dict.fromkeys([*SYSTEM, *_python()]))
    apart_from = {Path(folder).resolve() for folder in guarded}
    apart_from |= {folder.resolve() for folder in _copies(places)}
    if "view" in layers and own & namespaces.NEWNS:
        kept = [*places, "/dev/null", scratch, inside]
        _view.append(namespaces.hide(kept, sorted(map(str, apart_from))))
        os.chdir(scratch)  # where it is now
    if "machine" not in layers:
        return
    try:
        rules = landlock.Ruleset()
    except OSError:
        return
    rules.allow_all(scratch)
    rules.allow("/dev/null", landlock.READ_FILE | landlock.WRITE_FILE)
    for path in places:
        rules.allow_reading(path, apart_from)
    rules.allow_reading(inside)
    rules.restrict()


def _python() -> Iterator[str]:
    """Yield where this Python, its standard library and its packages lie."""
    # Zips too. What is relative leads into the scratch folder.
    entries = (path for path in sys.path if os.path.isabs(path))  # noqa: PTH117
    yield from (path for path in entries if os.path.exists(path))  # noqa: PTH110
    yield str(Path(os.__file__).parent)
    yield from (str(Path(prefix, "lib")) for prefix in {sys.prefix, sys.base_prefix})


def _copies(places: Iterable[str]) -> Iterable[Path]:
    """Yield installations of ours that lie there too, as in the Python that a venv was made of."""
    for place in places:
        for pattern in ("grader", "*-packages/grader", "python3*/*-packages/grader"):
            for folder in Path(place).glob(pattern):
                if (folder / "worker" / "walls.py").is_file():
                    yield from (folder, folder.with_name("reference"))


def close_inside(scratch: str, numbers: dict[str, Any]) -> list[str]:
    """Close a worker in; return the names of the limits and walls that hold.

    Parameters
    ----------
    scratch : str
        Its own folder, the only one it may write to.
    numbers : dict
        As `limits.confine` takes them, and ``walls``: the layers that are built, of ``folder``
        (Landlock around its own), ``capabilities`` and ``calls`` (the filter).
    """
    active = limits.confine(numbers)
    layers: dict[str, Callable[[], None]] = {
        "folder": partial(_own_folder, scratch),
        "capabilities": _drop_capabilities,
        "calls": seccomp.restrict,
    }
    if numbers["walls"] and sys.platform == "linux":
        for name, build in layers.items():
            try:
                if name in numbers["walls"]:
                    build()
            except OSError:  # the proof says what is missing
                continue
        active += prove(scratch)
    return active


def _own_folder(scratch: str) -> None:
    rules = landlock.Ruleset()
    rules.allow("/", landlock.READ)  # of what the warm parent has left
    rules.allow("/dev/null", landlock.READ_FILE | landlock.WRITE_FILE)
    rules.allow_all(scratch)
    rules.restrict()


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def _drop_capabilities() -> None:
    """Give up what root may do beyond others: its files stay its own, the rest of it ends."""
    header = _Header(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3
    nothing = (ctypes.c_uint32 * 6)()
    ctypes.CDLL(None).capset(ctypes.byref(header), ctypes.byref(nothing))


def prove(scratch: str) -> list[str]:
    """Try what must not work, and return the names of the walls that held.

    ``view`` stands for no wall of its own: what is refused elsewhere is not even there.
    """
    tried = {
        "files": (_read_ours, lambda: _write_beside(scratch)),
        "network": (_open_socket,),
        "processes": (_signal_parent, _fork),
    }
    held = [name for name, canaries in tried.items() if all(map(_is_refused, canaries))]
    there = any(os.path.lexists(path) for path in ("/proc/self", _OURS))
    return [*held, "view"] if any(_view) and not there else held


def _is_refused(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except (PermissionError, FileNotFoundError):  # or it is not even to be seen
        return True
    except OSError:
        return False
    return False


def _read_ours() -> None:
    os.close(os.open(_OURS, os.O_RDONLY))


def _write_beside(scratch: str) -> None:
    path = Path(scratch).parent / CANARY
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT))
    path.unlink()


def _open_socket() -> None:
    for kind in (socket.AF_INET, socket.AF_UNIX):
        socket.socket(kind, socket.SOCK_DGRAM).close()


def _signal_parent() -> None:
    os.kill(os.getppid(), 0)


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
