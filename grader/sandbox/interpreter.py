"""The interpreter that runs submissions: this one, or another with its own NumPy.

Only the standard library is imported here, as in `parent`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from ..errors import UsageError

OLDEST = (3, 10)  # the worker uses match statements

# Runs on any Python, 2 included, and says what it is. Its current folder is empty.
PROBE = """
import json, os, sys
del sys.path[0]
copies = [p for p in sys.path if os.path.isfile(os.path.join(p, "grader/worker/__main__.py"))]
found = {"python": sys.version_info[:3], "executable": sys.executable, "copies": copies}
try:
    import numpy
    found["numpy"] = numpy.__version__
except Exception as error:
    found["missing"] = getattr(error, "name", None) == "numpy"
    found["why"] = str(error)
sys.stdout.write("\\n" + json.dumps(found) + "\\n")
"""

# Before Python 3.11 there is no -P: the script's folder would be searched for modules.
WITHOUT_P = """
import sys
del sys.path[0], sys.argv[0]
with open(sys.argv[0]) as file:
    exec(compile(file.read(), sys.argv[0], "exec"), {"__name__": "__main__", "__file__": file.name})
"""


class Interpreter(NamedTuple):
    """A Python with NumPy; without arguments the one that runs this.

    Attributes
    ----------
    path : str
        The executable.
    python : tuple of int
        Its version.
    numpy : str or None
        Its NumPy's version; None for what this process would import.
    copies : tuple of str
        Folders on its path that hold gradelab too, which student code shall not import.
    """

    path: str = sys.executable
    python: tuple[int, ...] = sys.version_info[:3]
    numpy: str | None = None
    copies: tuple[str, ...] = ()

    def command(self, script: Path) -> list[str]:
        """Return how to run a script, kept from the user's packages and from its own folder.

        With an environment of our own that is what -I does, except that -I would also ignore
        PYTHONHASHSEED, and sets of strings would be ordered anew in each run.
        """
        if self.python >= (3, 11):
            return [self.path, "-P", "-s", str(script)]
        return [self.path, "-s", "-c", WITHOUT_P, str(script)]

    @property
    def versions(self) -> dict[str, str]:
        """The versions of Python and of its NumPy."""
        numpy = self.numpy
        if numpy is None:
            import numpy as ours

            numpy = ours.__version__
        return {"worker_python": ".".join(map(str, self.python)), "worker_numpy": numpy}


def look_at(python: Path, seconds: float) -> Interpreter:
    """Ask another interpreter what it is.

    Parameters
    ----------
    python : Path
        Its executable, or a name to look for.
    seconds : float
        How long it may take.

    Raises
    ------
    UsageError
        If it is none that submissions can run on.
    """
    named = python.expanduser()
    found = shutil.which(str(named)) or shutil.which(str(named.absolute()))
    if found is None:
        why = "there is no such file" if not named.exists() else "this is no executable file"
        if named.is_dir():
            why = f"this is a folder; which Python is meant: {python / 'bin' / 'python'}?"
        raise UsageError(f"{python}: {why}")
    # A launcher may need the environment to find the interpreter; Python itself must not heed it.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    said = ""
    try:
        ran = subprocess.run(
            [str(Path(found).absolute()), "-s", "-B", "-c", PROBE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            cwd="/",
            env=environment,
        )
        said = "".join(f" ({line[:300]})" for line in _lines(ran.stderr)[:1])
        told = json.loads(_lines(ran.stdout)[-1])
        version = tuple(told["python"])
    except (OSError, subprocess.TimeoutExpired, ValueError, LookupError, TypeError) as error:
        raise UsageError(f"{python}: this is not a Python interpreter{said}") from error
    text = ".".join(map(str, version))
    if version < OLDEST:
        needed = ".".join(map(str, OLDEST))
        raise UsageError(f"{python}: this is Python {text}; submissions need {needed} or newer")
    if told.get("missing"):
        raise UsageError(
            f"{python}: this Python has no NumPy; install it there: {python} -m pip install numpy"
        )
    if "numpy" not in told:
        why = (told["why"].strip().splitlines() or ["it does not say why"])[0]
        raise UsageError(f"{python}: its NumPy cannot be imported: {why[:300]}")
    return Interpreter(told["executable"] or found, version, told["numpy"], tuple(told["copies"]))


def _lines(output: bytes) -> list[str]:
    """Return what a process has written, line by line, without control characters."""
    lines = output.decode(errors="replace").strip().splitlines()
    return ["".join(c for c in line if c.isprintable()) for line in lines]
