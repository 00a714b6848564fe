"""The warm parent, seen from the grader: one process per submission, from which workers are forked.

Only the standard library is imported here, so that it can be started first of all and load NumPy
while this process loads its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from ..errors import SandboxError
from ..worker.removal import remove
from .interpreter import Interpreter, look_at

PREFIX = struct.Struct("<II")
START_SECONDS = 60.0  # NumPy from a cold network disk can take long
ANSWER_SECONDS = 10.0  # later answers take milliseconds
MAX_RESTARTS = 50  # each takes a cell or a call of the submission's that did it
Isolation = Literal["auto", "require", "off"]
WALLS = ("files", "network", "processes")
"""What a worker has to be kept from, by the names under which it proves that it is."""

LAYERS = ("namespaces", "view", "machine", "folder", "capabilities", "calls")
"""What the walls are built of, as `grader.worker.walls` does it."""

INSIDE = Path(__file__).resolve().parent.parent / "worker"


class _NoAnswer(Exception):
    """The warm parent has ended or was stopped."""


class WarmParent:
    """A process that has NumPy loaded, runs no student code, and forks workers.

    Use it as a context manager: leaving it ends every process it has forked and removes their
    scratch folders.

    Parameters
    ----------
    python : Path, optional
        Another interpreter, which has its own NumPy; this one by default.
    isolation : {"auto", "require", "off"}
        Whether the walls that this system has are used, whether all of `WALLS` have to stand, or
        whether none is built, for one's own code.
    """

    def __init__(self, python: Path | None = None, isolation: Isolation = "auto") -> None:
        self.isolation = isolation
        self.layers: tuple[str, ...] = () if isolation == "off" else LAYERS
        if not hasattr(os, "fork"):
            raise SandboxError(
                "submissions can be run on Linux and macOS only; on Windows, use gradelab in WSL"
            )
        self._count = 0
        self._restarts = 0
        self._answered = False
        self._closed = False
        self._workers: dict[Path, int] = {}  # process ids by their scratch folders
        self._prepared: tuple[tuple[str, ...], bytes | None] | None = None
        self._interpreter = Interpreter() if python is None else look_at(python, START_SECONDS)
        self._scratch = tempfile.mkdtemp(prefix="gradelab-")
        try:
            self._start()
        except OSError as error:
            remove(self._scratch)
            raise SandboxError(f"no process can be started: {error.strerror}") from error
        except BaseException:
            remove(self._scratch)
            raise

    def _start(self) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 closed in _stop()
        self._control, theirs = socket.socketpair()
        root = INSIDE.parent.parent
        with theirs:
            roots = [str(root), *self._interpreter.copies]
            self._process = subprocess.Popen(
                [
                    *self._interpreter.command(INSIDE / "__main__.py"),
                    *(str(theirs.fileno()), self._scratch),
                    ",".join(self.layers),
                    *(str(Path(r, part)) for r in roots for part in ("grader", "reference")),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                cwd=self._scratch,
                env=self._environment(),
                start_new_session=True,
            )

    def _stop(self) -> None:
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)  # it ends its workers, then itself
        self._process.kill()
        self._process.wait()
        self._log.close()
        self._workers.clear()

    def _restart(self) -> None:
        """Start anew after student code has ended or stopped the process."""
        why = self._why()
        self._stop()
        self._restarts += 1
        remove(self._scratch)
        if not self._answered or self._restarts > MAX_RESTARTS:
            self._closed = True
            raise SandboxError(why)
        # Not the former name: by now it may be somebody else's.
        self._scratch = tempfile.mkdtemp(prefix="gradelab-")
        self._start()
        try:
            self._load()
        except _NoAnswer:
            self._restart()

    def _environment(self) -> dict[str, str]:
        return {
            "HOME": self._scratch,
            "TMPDIR": self._scratch,
            "LANG": "C.UTF-8",
            "PATH": os.defpath,
            "USER": "student",
            "LOGNAME": "student",
            "PYTHONHASHSEED": "0",
            "PYTHONUTF8": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "MKL_NUM_THREADS": "1",
            "VECLIB_MAXIMUM_THREADS": "1",
            "MPLBACKEND": "Agg",
            "MPLCONFIGDIR": self._scratch,
            "MPL_IGNORE_SYSTEM_FONTS": "1",  # the same picture everywhere, in a fifth of the time
        }

    @property
    def versions(self) -> dict[str, str]:
        """The versions that student code runs on: ``worker_python`` and ``worker_numpy``."""
        return self._interpreter.versions

    def __enter__(self) -> WarmParent:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the warm parent and with it every worker; remove the scratch folders."""
        if not self._closed:
            self._closed = True
            self._stop()
            remove(self._scratch)

    def prepare(self, modules: Sequence[str], data: bytes | None) -> None:
        """Have libraries and data sets ready in all workers that are forked from now on.

        Parameters
        ----------
        modules : sequence of str
            Libraries to import where they are installed; never the submission's own.
        data : bytes or None
            The data sets to serve, as `grader.served.pack` makes them.
        """
        self._prepared = (tuple(modules), data)
        try:
            self._load()
        except _NoAnswer:
            self._restart()

    def _load(self) -> None:
        if self._prepared is None:
            return
        modules, data = self._prepared
        path = None
        if data is not None:
            path = str(Path(self._scratch, "data.npz"))
            Path(path).write_bytes(data)
        self._ask({"do": "load", "modules": modules, "data": path})

    def fork(
        self,
        sock: socket.socket,
        limits: Mapping[str, object],
        setup: dict[str, Any],
        files: Mapping[str, bytes],
    ) -> tuple[int, Path]:
        """Fork a worker that answers on `sock`; return its process id and its scratch folder.

        The number is the one that it has for the warm parent. Its folder is what names it: a parent
        that was started anew counts from the beginning.

        Parameters
        ----------
        sock : socket.socket
            The worker's end of a socket pair; close it here afterwards.
        limits : dict
            ``memory``, ``cpu`` and ``file``, as `grader.worker.limits.confine` takes them.
        setup : dict
            The programs to run, as `grader.worker.world.World` takes them, without ``root``.
        files : mapping of str to bytes
            The working copy of the submission's folder, by path.
        """
        while True:
            self._count += 1
            scratch = Path(self._scratch) / str(self._count)
            scratch.mkdir(mode=0o700, parents=True)  # a submission may have removed them all
            root = scratch / "submission"
            cwd = root / setup["programs"][0]["folder"]
            root.mkdir(mode=0o700)
            cwd.mkdir(parents=True, exist_ok=True)
            lay_out(root, files)
            request = {
                "do": "fork",
                "scratch": str(scratch),
                "cwd": str(cwd),
                "limits": limits,
                "setup": {**setup, "root": str(root)},
            }
            try:
                pid = int(self._ask(request, sock)["pid"])
            except _NoAnswer:
                self._restart()
                continue
            self._answered = True
            self._workers[scratch] = pid
            return pid, scratch

    def end(self, scratch: Path, grace: float = 0.0) -> int | None:
        """Kill a worker and all it has started; return its wait status.

        None if the warm parent had ended too, and was started anew.

        Parameters
        ----------
        scratch : Path
            The worker's folder, as `fork` returned it.
        grace : float
            Seconds in which the worker may end by itself, so that the status tells how it did.
        """
        pid = self._workers.get(scratch)
        if pid is None:  # it has ended with its parent
            return None
        try:
            status = int(self._ask({"do": "end", "pid": pid, "grace": grace})["status"])
        except _NoAnswer:
            self._restart()
            return None
        del self._workers[scratch]
        remove(scratch)  # before the next worker can read it
        return status

    def _ask(self, request: dict[str, Any], sock: socket.socket | None = None) -> dict[str, Any]:
        try:
            self._control.settimeout(ANSWER_SECONDS if self._answered else START_SECONDS)
            if sock is None:
                self._control.sendall(b"\0")
            else:
                socket.send_fds(self._control, [b"\0"], [sock.fileno()])
            text = json.dumps(request).encode()
            self._control.sendall(PREFIX.pack(len(text), 0) + text)
            size, _ = PREFIX.unpack(self._exactly(PREFIX.size))
            answer: dict[str, Any] = json.loads(self._exactly(size))
        except (OSError, EOFError, ValueError) as error:
            raise _NoAnswer from error
        return answer

    def _exactly(self, n: int) -> bytes:
        data = b""
        while len(data) < n:
            part = self._control.recv(n - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def _why(self) -> str:
        self._log.seek(0)
        last = self._log.read()[-2000:].decode(errors="replace").strip().splitlines()[-1:]
        return (
            f"the process that runs submissions does not answer ({self._interpreter.path}): "
            f"{last[0] if last else 'it said nothing'}"
        )


def lay_out(root: Path, files: Mapping[str, bytes]) -> None:
    """Write a working copy; a name that this system cannot have is left out."""
    for name, data in files.items():
        path = root / name
        with contextlib.suppress(OSError, ValueError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
