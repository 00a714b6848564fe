"""What stands around a hostile submission, and whether all of it is as it was afterwards."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import resource
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attack import Attack
from homework import write_notebook

from grader.course import find_course
from grader.fixtures import read_expected, read_inputs
from grader.grading import grade
from grader.reading import read_submission
from grader.results import Result, to_json
from grader.sandbox.limits import Limits
from grader.sandbox.parent import WarmParent

ROOT = Path(__file__).resolve().parents[2]

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of linux/prctl.h
FIXTURES = ROOT / "fixtures" / "backprop_mse"
DIGITS = 10
MEMORY = 600 * 2**20
SHARED = Path("/dev/shm")

SHORT = {"cell": 2.0, "call": 1.5, "training": 4.0, "submission": 20.0, "memory": 2**30}
STARTING = 60.0
"""Seconds that a busy machine may take to start processes and to compare, beside the limits."""


class Struck:
    """What came of an attack: the result, what its cells printed, and what was reached."""

    def __init__(self, result: Result, faults: list[str]) -> None:
        self.result, self.faults = result, faults
        self.output = "".join(cell.output for cell in result.cells)
        self.got = [line for line in self.output.splitlines() if line.startswith("GOT")]


class World:
    """A folder, listening sockets, a process and a secret, none of which may be reached.

    The scratch folders of what is graded in it lie in a folder of their own, too.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        self.submission = folder
        monkeypatch.setattr(tempfile, "tempdir", str(self.scratch))
        self.folder = folder / "outside"
        (self.folder / "marks").mkdir(parents=True)
        self.secret = f"secret-{secrets.token_hex(12)}"
        self.file = self.folder / "secret.txt"
        self.file.write_text(self.secret)
        (self.folder / "others.py").write_text(f"password = '{self.secret}'\n")
        monkeypatch.setenv("GRADELAB_SECRET", self.secret)
        self.signals: list[int] = []
        self._open = contextlib.ExitStack()

    def __enter__(self) -> World:
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)  # who is left behind comes to us
        self.victim = subprocess.Popen(["sleep", "600"], start_new_session=True)
        self.tcp = self._listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        self.udp = self._listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        self.unix = self._listen(socket.AF_UNIX, socket.SOCK_STREAM, str(self.folder / "socket"))
        self.abstract = self._listen(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self.secret[:20]}")
        self.listening = [self.tcp, self.udp, self.unix, self.abstract]
        with contextlib.suppress(OSError):  # a machine without it
            self.tcp6 = self._listen(socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0))
            self.listening.append(self.tcp6)
        for number in (signal.SIGUSR1, signal.SIGIO, signal.SIGURG):
            former = signal.signal(number, lambda number, _: self.signals.append(number))
            self._open.callback(signal.signal, number, former)
        self.before = self._state()
        self.children = children()
        self.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return self

    def __exit__(self, *_: object) -> None:
        self.victim.kill()
        self.victim.wait()
        self._open.close()
        ctypes.CDLL(None).prctl(SUBREAPER, 0, 0, 0, 0)

    def _listen(self, family: int, kind: int, address: Any) -> socket.socket:
        sock = self._open.enter_context(socket.socket(family, kind))
        sock.bind(address)
        if kind == socket.SOCK_STREAM:
            sock.listen()
        sock.setblocking(False)
        return sock

    @property
    def names(self) -> dict[str, str]:
        """What stands for what in the text of an attack."""
        six = self.tcp6.getsockname()[1] if hasattr(self, "tcp6") else 9
        return {
            "@ROOT@": str(ROOT),
            "@OUTSIDE@": str(self.folder),
            "@VICTIM@": str(self.victim.pid),
            "@GRADER@": str(os.getpid()),
            "@TCP@": str(self.tcp.getsockname()[1]),
            "@UDP@": str(self.udp.getsockname()[1]),
            "@TCP6@": str(six),
            "@ABSTRACT@": self.secret[:20],
            # So that a search of memory for them does not find the search.
            "@NEEDLES@": repr([int(n) * FACTOR % 2**64 for n in expected_words()]),
            "@FACTOR@": str(FACTOR),
        }

    def strike(self, attack: Attack, name: str = "homework.ipynb") -> Struck:
        """Grade an attack, and look what it has reached."""
        path = write_notebook(self.submission / name, [self._named(c) for c in attack.cells()])
        limits = Limits(**{**SHORT, **attack.limits})
        started = time.monotonic()
        with WarmParent() as parent:
            assignment = find_course().assignment("backprop_mse")
            result = grade(read_submission(path), assignment, parent, limits)
        took = time.monotonic() - started
        faults = list(self.faults())
        # Cells that run again do not count, but once the whole time at the most.
        if took > 2 * limits.submission + STARTING or result.seconds["judging"] > STARTING:
            faults.append(f"grading took {took:.1f} s, judging {result.seconds['judging']} s")
        faults += (f"learnt {leak}" for leak in self.leaks(_own(to_json(result))))
        faults += (f"left in the scratch folder: {path}" for path in self.scratch.iterdir())
        return Struck(result, faults)

    def _named(self, text: str) -> str:
        for name, value in self.names.items():
            text = text.replace(name, value)
        return text

    def _state(self) -> dict[str, object]:
        """Return what may not change, in a form that can be compared."""
        state: dict[str, object] = {}
        for path in [self.folder, *sorted(self.folder.rglob("*"))]:
            found = path.lstat()
            state[str(path)] = (
                (found.st_mode, found.st_uid, found.st_gid, found.st_nlink, found.st_mtime_ns),
                path.read_bytes() if path.is_file() else None,
                sorted(os.listxattr(path)),
            )
        pid = self.victim.pid
        state["victim"] = (
            os.getpriority(os.PRIO_PROCESS, pid),
            os.sched_getscheduler(pid),
            os.sched_getaffinity(pid),
            resource.prlimit(pid, resource.RLIMIT_NOFILE),
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "SR",
        )
        state["grader"] = (
            os.getpriority(os.PRIO_PROCESS, 0),
            os.sched_getaffinity(0),
            resource.getrlimit(resource.RLIMIT_NOFILE),
        )
        if SHARED.is_dir():
            state["shared"] = sorted(p.name for p in SHARED.iterdir() if "hostile" in p.name)
        return state

    def faults(self) -> Iterator[str]:
        """Say, fault by fault, what has been reached."""
        now = self._state()
        for name in self.before.keys() | now.keys():
            if self.before.get(name) != now.get(name):
                yield f"{name}: {self.before.get(name)} became {now.get(name)}"
        for sock in self.listening:
            with contextlib.suppress(BlockingIOError):
                if sock.type == socket.SOCK_STREAM:
                    sock.accept()[0].close()
                else:
                    sock.recv(100)
                yield f"something came to {sock.getsockname()!r}"
        if self.signals:
            yield f"signals came: {self.signals}"
        left = children() - self.children
        if left:
            yield f"still running: {[_named(pid) for pid in left]}"
        for pid in left:  # so that the next test starts clean
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - self.memory
        if grown * 1024 > MEMORY:
            yield f"the grader has grown by {grown // 1024} MB"

    def leaks(self, text: str) -> Iterator[str]:
        """Say which secrets stand in what the submission could write."""
        if self.secret.removeprefix("secret-") in text:
            yield "the secret"
        digits = re.sub(r"[^0-9]", "", text)
        for name, number in _hidden_digits():
            if number in digits:
                yield name


def _own(written: bytes) -> str:
    """Return what of a result the submission can have made, as text.

    Without the pictures: in the base64 of a few megabytes any ten digits come up by chance.
    """
    result = json.loads(written)
    for figure in (figure for cell in result["cells"] for figure in cell["figures"]):
        del figure["png"]
    cells = [[c["output"], c["message"], c["notes"], c["figures"]] for c in result["cells"]]
    said = [q["message"] for check in result["checks"] for q in check["quantities"]]
    return json.dumps([cells, said, result["notes"]], ensure_ascii=False)


FACTOR = 0x9E3779B97F4A7C15  # odd, so that nothing is lost; applied twice it is another


def children() -> set[int]:
    """Return this process's children that are not zombies of what they were."""
    found = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return {int(pid) for pid in found}


def _named(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") or str(pid)
    return str(pid)


def _expected() -> dict[str, dict[str, Any]]:
    expected = read_expected(FIXTURES, read_inputs(FIXTURES))
    return {case.name: dict(case.values) for case in expected}


_cache: dict[str, Any] = {}


def expected_words() -> np.ndarray:
    """Return expected values of all cases as the 64-bit words that they are in memory."""
    if "words" not in _cache:
        arrays = [
            np.ravel(np.asarray(value, np.float64))[:5]
            for values in _expected().values()
            for value in values.values()
        ]
        words = np.unique(np.concatenate(arrays).view(np.uint64))
        _cache["words"] = words[words % 2**32 > 0]  # 0.5 and the like are everywhere
    return _cache["words"]


def _hidden_digits() -> list[tuple[str, str]]:
    """Return the digits of numbers that a submission must not show: those of hidden cases."""
    if "digits" not in _cache:
        hidden = {k: v for k, v in read_inputs(FIXTURES).items() if k != "handout"}
        found = []
        for kind, cases in (("expected", _expected()), ("inputs", hidden)):
            for case, values in cases.items():
                for name, value in values.items() if case != "handout" else ():
                    for number in np.ravel(np.asarray(value, np.float64))[:20]:
                        digits = re.sub(r"[^0-9]", "", f"{number:.17f}").lstrip("0")[:DIGITS]
                        if len(digits) == DIGITS and digits.strip("0123456789") == "":
                            found.append((f"{kind} {name} of {case}", digits))
        _cache["digits"] = [(n, d) for n, d in found if len(set(d)) > 3]
    return _cache["digits"]
