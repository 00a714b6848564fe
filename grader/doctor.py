"""What this machine offers to keep submissions in: found out by trying, in a real worker."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path

from .sandbox.limits import Limits
from .sandbox.parent import WALLS, WarmParent
from .sandbox.worker import Worker
from .worker import landlock, seccomp

EMPTY = {
    "programs": [{"module": "__main__", "package": "", "path": "doctor.ipynb", "folder": ""}],
    "siblings": {},
    "salvage": True,
    "pictures": False,
    "real": (),
    "allowed": None,
    "refuse": False,
    "output": 1_000,
    "returned": 1_000,
}

LIMITS = ("view", "memory", "processor time", "file size", "open files", "core dumps")

OPEN = {
    "files": "a submission can read and change every file that your account can, the fixtures "
    "included",
    "network": "a submission can send what it likes, and fetch answers",
    "processes": "a submission can start programs, and signal yours",
    "view": "a submission can find out which files and processes there are, but not what they hold",
    "memory": "a submission can use all memory; the time limits hold",
    "processor time": "a submission that ignores signals runs until its wall-clock limit",
    "file size": "one file can fill the disk until the folder's limit is noticed",
    "open files": "a submission can open as many files as the system lets it",
    "core dumps": "a crash can leave a large file in the scratch folder",
}
"""What each wall or limit that is missing leaves open."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One wall or limit: whether it held, and what is open where it did not."""

    name: str
    holds: bool
    text: str


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found.

    Attributes
    ----------
    versions : dict of str to str
    mechanisms : tuple of (str, str)
        What the system has, by its usual name.
    findings : tuple of Finding
        Walls first.
    """

    versions: dict[str, str]
    mechanisms: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]

    @property
    def complete(self) -> bool:
        """Whether every wall stands: what ``--isolation require`` asks for."""
        return all(found.holds for found in self.findings if found.name in WALLS)


def examine(python: Path | None = None) -> Examination:
    """Start a worker as grading does and find out what holds in it.

    Raises
    ------
    SandboxError
        If no worker can be started.
    """
    with WarmParent(python) as parent, Worker(parent, Limits(), EMPTY, {}) as worker:
        active = worker.active
        versions = parent.versions
    findings = tuple(
        Finding(name, name in active, "" if name in active else OPEN[name])
        for name in (*WALLS, *LIMITS)
    )
    version = landlock.abi()
    known = platform.machine() in seccomp.MACHINES
    mechanisms = (
        ("Landlock", f"version {version}" if version else "not in this kernel"),
        ("seccomp", "available" if known else f"not for {platform.machine()}"),
        ("system", f"{platform.system()} {platform.release()} {platform.machine()}"),
    )
    return Examination(versions, mechanisms, findings)


def text(found: Examination) -> str:
    """Return an examination as lines for a terminal."""
    python, numpy = found.versions["worker_python"], found.versions["worker_numpy"]
    lines = [f"Python {python} with NumPy {numpy}"]
    lines += [f"{name}: {value}" for name, value in found.mechanisms]
    lines.append("")
    for one in found.findings:
        mark = "✓" if one.holds else "✗"
        lines.append(f"{mark} {one.name}" + (f": {one.text}" if one.text else ""))
    lines.append("")
    lines.append(
        "Every wall stands: --isolation require works here."
        if found.complete
        else "Not every wall stands. Grade work that you do not trust on a Linux 6.7 or later, as "
        "an account or in a container that has nothing to lose."
    )
    return "\n".join(lines) + "\n"
