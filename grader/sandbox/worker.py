"""One worker: a fork of the warm parent that runs a submission's cells and answers calls."""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SandboxError
from ..results import FailureKind, Opaque
from ..student import StudentObject
from . import wire
from .limits import Limits
from .parent import WALLS, WarmParent
from .watch import Watch

FIGURES = 64 * 2**20  # bytes of pictures beside the values of one answer
PICTURES = 20  # of one submission; the worker draws no more
OUTPUT = 2_000_000  # characters of all that a process prints
GRACE = 1.0  # seconds between the worker's own clock and ours, which kills


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back of a request: a value, or the error in its place.

    Attributes
    ----------
    value : object
        Plain Python and NumPy, and `StudentObject` for the rest.
    error : wire.Error or None
        The exception that left the student's code.
    changed : tuple of tuple
        Where the call has overwritten its arguments: position, then keys.
    output : str
        What was printed.
    imported : list of wire.Imported
        The modules of the submission that came in.
    said : list of (str, str)
        What stood in for what is not there: kind and name.
    figures : list of (wire.Drawn, ndarray or None)
        The figures that were drawn, with their pixels.
    """

    value: Any
    error: wire.Error | None
    changed: tuple[tuple[int | str, ...], ...]
    output: str
    imported: list[wire.Imported]
    said: list[tuple[str, str]]
    figures: list[tuple[wire.Drawn, Any]]


class WorkerGone(Exception):
    """The worker ended, or was ended, during a request.

    Attributes
    ----------
    kind : {"timeout", "memory", "crash"}
        Which verdict that is.
    detail : str
        How it ended: "signal SIGSEGV", "exit code 0".
    """

    def __init__(self, kind: FailureKind, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind: FailureKind = kind
        self.detail = detail


class Worker:
    """A process with a submission's namespace.

    Parameters
    ----------
    parent : WarmParent
        Forks it, ends it.
    limits : Limits
        What it may use.
    setup : dict
        What it runs, as `WarmParent.fork` takes it.
    files : mapping of str to bytes
        The working copy of the submission's folder.
    """

    def __init__(
        self,
        parent: WarmParent,
        limits: Limits,
        setup: dict[str, Any],
        files: Mapping[str, bytes],
    ) -> None:
        self._parent = parent
        self._asked = 0
        self._folder: Path | None
        pid, self._folder = self._start(limits, setup, files)
        self._limits, self._room = limits, OUTPUT
        self._pictures_left = PICTURES if setup["pictures"] else 0
        self._watch = Watch(pid, self._folder, limits, alone="processes" in self.active)
        self._max_body = limits.returned + FIGURES
        missing = [wall for wall in WALLS if wall not in self.active]
        if missing and parent.isolation == "require":
            self.close()
            raise SandboxError(
                f"this system cannot keep a submission from: {', '.join(missing)}. "
                "gradelab doctor says why; --isolation auto grades all the same"
            )

    def _start(
        self, limits: Limits, setup: dict[str, Any], files: Mapping[str, bytes]
    ) -> tuple[int, Path]:
        """Fork the worker and wait until it is ready; return its process id and its folder."""
        numbers = {
            "memory": limits.memory,
            "cpu": limits.submission,
            "file": limits.file,
            "walls": self._parent.layers,
        }
        while True:
            self._sock, theirs = socket.socketpair()
            _tell_senders(self._sock)
            with theirs:
                pid, folder = self._parent.fork(theirs, numbers, setup, files)
            try:
                self._sock.settimeout(60)
                pid = _sender(self._sock) or pid
                header, _ = wire.receive(self._sock, time.monotonic() + 60)
                self.active = tuple(wire.read_ready(header).ready)
            except (TimeoutError, EOFError, OSError, wire.BadFrame) as error:
                self._sock.close()
                if self._parent.end(folder) is None:  # its parent ended too, and is there again
                    continue
                raise SandboxError(  # no student code has run yet
                    f"no worker starts within the limits: memory {limits.memory:,} bytes, "
                    f"files of {limits.file:,} bytes; can the system set them?"
                ) from error
            return pid, folder

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether it still takes requests."""
        return self._folder is not None

    def close(self) -> None:
        """End the process."""
        self._sock.close()
        if self._folder is not None:
            folder, self._folder = self._folder, None
            self._parent.end(folder)

    def run(
        self, index: int, program: int, name: str, source: str, seconds: float, line: int = 1
    ) -> Answer:
        """Run one cell, or a part of it that begins at `line`.

        `index` and `name` come back with the lines of tracebacks.
        """
        request = {"do": "cell", "index": index, "name": name, "line": line, "source": source}
        return self._ask({**request, "program": program}, seconds)

    def file(self, name: str, seconds: float) -> Answer:
        """Return what a file that the submission has written holds."""
        return self._ask({"do": "file", "name": name}, seconds)

    def figures(self, seconds: float) -> Answer:
        """Return the descriptions of all figures that the cells have drawn."""
        return self._ask({"do": "figures"}, seconds)

    def get(self, name: str | None, handle: int | None, seconds: float) -> Answer:
        """Return a global name, an attribute of the object behind `handle`, or that object."""
        return self._ask({"do": "get", "name": name, "handle": handle}, seconds)

    def set(self, name: str, value: object, handle: int | None, seconds: float) -> Answer:
        """Set a global name or an attribute."""
        return self._ask({"do": "set", "name": name, "handle": handle}, seconds, [value])

    def call(
        self,
        name: str | None,
        arguments: Sequence[object],
        keywords: Mapping[str, object],
        handle: int | None,
        seconds: float,
        hold: bool = False,
    ) -> Answer:
        """Call a global name, a method, or the object behind `handle` itself.

        With `hold`, what it returns stays there, whatever it is.
        """
        request = {"do": "call", "name": name, "handle": handle, "keywords": list(keywords)}
        return self._ask({**request, "hold": hold}, seconds, [*arguments, *keywords.values()])

    def _ask(
        self, request: dict[str, Any], seconds: float, arguments: Sequence[object] = ()
    ) -> Answer:
        parts: list[bytes] = []
        request["arguments"] = [wire.encode(argument, parts) for argument in arguments]
        request["seconds"] = max(seconds, 0.001)  # 0 would switch the clock off
        request["id"] = self._asked = self._asked + 1
        deadline = time.monotonic() + seconds + GRACE
        try:
            self._sock.settimeout(seconds + GRACE)
            wire.send(self._sock, request, b"".join(parts))
            header, body = wire.receive(self._sock, deadline, self._max_body, self._watch.glance)
            self._watch.glance()
            reply = wire.read_reply(header)
            if reply.id != self._asked:
                raise wire.BadFrame("two processes answer: did it fork?")
            value = None
            if reply.value is not None:
                value = wire.decode(reply.value, body, self._stand_in)
            figures = [(f, self._pixels(f, body)) for f in reply.figures]
        except TimeoutError:
            self._gone("timeout")
        except wire.BadFrame as error:
            self._gone("crash", str(error))
        except (EOFError, OSError):
            self._gone(None)
        room = min(self._limits.output, self._room)
        output = reply.output[:room] + (
            f"\n… and {reply.dropped:,} characters more" * bool(reply.dropped)
        )
        self._room -= min(len(output), self._room)
        changed = tuple(tuple(path) for path in reply.changed)
        parts_of = (reply.imported, reply.said, figures)
        return Answer(value, reply.error, changed, output, *parts_of)

    def _pixels(self, figure: wire.Drawn, body: memoryview) -> Any:
        """Return the pixels of a figure, as long as a submission may have pictures at all."""
        if figure.pixels is None or self._pictures_left <= 0:
            return None
        self._pictures_left -= 1
        return wire.decode(figure.pixels, body, self._stand_in)

    def _stand_in(self, kind: Opaque, handle: int, is_callable: bool) -> object:
        return StudentObject(self.line, kind, handle, is_callable)

    line: Any = None  # set by the one who gives the requests their time limits
    hoisted = False  # set by the one who runs the cells: the definitions of later ones are there

    def _gone(self, kind: FailureKind | None, detail: str = "it did not answer in time") -> Any:
        """End the process, find out how it ended, and raise."""
        self._sock.close()
        assert self._folder is not None
        folder, self._folder = self._folder, None
        status = self._parent.end(folder, grace=0.0 if kind else 0.5)
        if kind is None:
            kind, detail = _how(status)
        raise WorkerGone(kind, detail)


CREDENTIALS = struct.Struct("iii")  # struct ucred of linux/socket.h: pid, uid, gid


def _tell_senders(sock: socket.socket) -> None:
    if sys.platform == "linux":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)


def _sender(sock: socket.socket) -> int | None:
    """Return who sends what comes next, by the number that the process has here (Linux).

    In a namespace of its own it has another one there.
    """
    if sys.platform != "linux":
        return None
    room = socket.CMSG_SPACE(CREDENTIALS.size)
    _, ancillary, _, _ = sock.recvmsg(1, room, socket.MSG_PEEK)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
            return int(CREDENTIALS.unpack(data)[0])
    return None


def _how(status: int | None) -> tuple[FailureKind, str]:
    if status is None:
        return "crash", "and the one that had started it"
    if os.WIFEXITED(status):
        return "crash", f"exit code {os.WEXITSTATUS(status)}"
    number = os.WTERMSIG(status)
    if number == signal.SIGXCPU:
        return "timeout", "processor time"
    try:
        return "crash", f"signal {signal.Signals(number).name}"
    except ValueError:
        return "crash", f"signal {number}"
