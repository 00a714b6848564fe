"""The warm parent: has NumPy loaded, forks a worker when asked, and reaps it.

It speaks frames over its control socket: ``{"do": "fork", ...}`` with the worker's end of a new
socket attached, answered by ``{"pid": n}``; ``{"do": "end", "pid": n}``, answered by the wait
status; ``{"do": "load", ...}``, which makes libraries and data sets ready for all forks. When the
grader goes away, it kills what it has forked and goes too.
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib
import importlib.abc
import importlib.machinery
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from . import datafiles, limits, orphans, walls, wire, world
from .namespaces import NEWPID

PARTS = ("x_train", "y_train", "x_test", "y_test")


class Guard(importlib.abc.MetaPathFinder):
    """Refuses to import our own packages, which are installed beside NumPy.

    A guard against accidents: who works at it reads files anyway, and that is not this wall's task.
    """

    def __init__(self, guarded: Sequence[str]) -> None:
        self._guarded = [Path(folder) for folder in guarded]

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Raise for a package in a guarded folder; leave all others to the next finder."""
        if "." not in name:
            spec = importlib.machinery.PathFinder.find_spec(name, path, target)
            where = spec and (spec.origin or next(iter(spec.submodule_search_locations or ()), ""))
            inside = (Path(where), *Path(where).parents) if where else ()
            if any(folder in inside for folder in self._guarded):
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def serve(
    control_fd: int, scratch: str, layers: Sequence[str], guarded: Sequence[str], own: int
) -> None:
    """Answer the control socket until the grader closes it, then leave no process behind.

    `own` are the flags of the namespaces that this process has of its own.
    """
    own_entries = (entry for entry in sys.path if isinstance(entry, str))
    sys.path[:] = [entry for entry in own_entries if not _is_checkout(entry)]
    first = bool(own & NEWPID)
    listing = None if first else orphans.listing()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keeper's and the grader's business
    limits.first_to_go()
    walls.close_outside(scratch, guarded, layers, own)
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, Guard(guarded))
    gc.collect()
    gc.freeze()  # what is shared with the children stays shared
    control = socket.socket(fileno=control_fd)
    limits.adopt_orphans()
    children: set[int] = set()
    sets: dict[str, datafiles.DataSet] = {}
    try:
        while (request := _receive(control)) is not None:
            header, fds = request
            if header["do"] == "fork":
                pid = os.fork()
                if pid == 0:
                    control.close()
                    if listing is not None:
                        os.close(listing)
                    _become_worker(socket.socket(fileno=fds[0]), header, sets)
                for fd in fds:
                    os.close(fd)
                children.add(pid)
                wire.send(control, {"pid": pid})
            elif header["do"] == "load":
                sets = _load(header["modules"], header["data"])
                wire.send(control, {"loaded": True})
            else:
                status = _end(header["pid"], header["grace"])
                children.discard(header["pid"])
                orphans.sweep(children, listing, first)
                wire.send(control, {"status": status})
    finally:
        for pid in children:
            _end(pid, 0.0)
        orphans.sweep((), listing, first)
        os._exit(0)


def _load(modules: Sequence[str], data: str | None) -> dict[str, datafiles.DataSet]:
    """Import libraries that the submission uses, where they are installed, and read its data.

    What is loaded here is loaded once: the forks share it.
    """
    for name in modules:
        with contextlib.suppress(Exception):  # then the student's own import says why
            importlib.import_module(name)
    sets: dict[str, datafiles.DataSet] = {}
    if data is not None:
        with np.load(data) as archive:
            for name in dict.fromkeys(key.split("/")[0] for key in archive.files):
                parts = (archive[f"{name}/{part}"] for part in PARTS)
                sets[name] = datafiles.DataSet(name, *parts)
        Path(data).unlink()
    gc.freeze()
    return sets


def _is_checkout(entry: str) -> bool:
    """Whether a path entry is a clone of ours, as an editable installation puts it there."""
    folder = entry or "."
    # Not those of pathlib, which raise where a folder above may not be looked into.
    return os.path.isdir(f"{folder}/grader/worker") and os.path.exists(f"{folder}/pyproject.toml")  # noqa: PTH110, PTH112


def _receive(control: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    # The descriptor comes with the first byte, so read that with room for one, then the frame.
    first, ancillary, _flags, _address = control.recvmsg(1, socket.CMSG_SPACE(4))
    if not first:
        return None
    fds: list[int] = []
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds += array.array("i", data[: len(data) - len(data) % 4])
    frame = wire.receive(control)
    return None if frame is None else (frame[0], fds)


def _become_worker(
    sock: socket.socket, request: dict[str, Any], sets: dict[str, datafiles.DataSet]
) -> None:
    """Turn the fresh fork into a worker; never returns."""
    try:
        os.setsid()
        limits.die_with_parent()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        os.close(null)
        os.chdir(request["cwd"])
        os.environ["HOME"] = os.environ["TMPDIR"] = request["scratch"]
        os.environ["MPLCONFIGDIR"] = request["scratch"]
        random.seed(0)
        np.random.seed(0)
        active = walls.close_inside(request["scratch"], request["limits"])
        world.World(sock, request["setup"], sets).serve(active)
    finally:
        os._exit(0)


def _end(pid: int, grace: float) -> int:
    """Kill a worker with everything in its process group; return its wait status.

    A worker whose socket has closed is about to end by itself: `grace` seconds let it, so that the
    status tells how.
    """
    deadline = time.monotonic() + grace
    done, status = os.waitpid(pid, os.WNOHANG)
    while not done and time.monotonic() < deadline:
        time.sleep(0.002)
        done, status = os.waitpid(pid, os.WNOHANG)
    gone = (ProcessLookupError, PermissionError)  # the second one is macOS's word for a zombie
    with contextlib.suppress(*gone):  # the group may not exist yet, or no longer
        os.killpg(pid, signal.SIGKILL)
    if done:
        return status
    with contextlib.suppress(*gone):
        os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]
