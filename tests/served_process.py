"""Runs snippets as student code meets the stand-ins: in forks of a process that has loaded them.

The patches change a whole process, so that nothing of them may be installed in the one of pytest.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

WORKER = Path(__file__).resolve().parent.parent / "grader" / "worker"

# Loads the package under the name that it has in a worker, then answers one line per snippet.
SERVER = r"""
import contextlib, importlib, importlib.util, io, json, os, sys
import numpy as np
here = sys.argv[1]
spec = importlib.util.spec_from_file_location(
    "gradelab_worker", here + "/__init__.py", submodule_search_locations=[here]
)
package = importlib.util.module_from_spec(spec)
sys.modules["gradelab_worker"] = package
spec.loader.exec_module(package)
datafiles = importlib.import_module("gradelab_worker.datafiles")
standins = importlib.import_module("gradelab_worker.standins")
arrays = dict(np.load(sys.argv[2]))
parts = ("x_train", "y_train", "x_test", "y_test")
sets = {
    name: datafiles.DataSet(name, *(arrays[f"{name}.{part}"] for part in parts))
    for name in ("mnist", "fashion_mnist", "cifar10")
}


def plain(value):
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value if isinstance(value, (str, int, float, bool, type(None))) else repr(value)


def run(request):
    os.chdir(request["folder"])
    os.environ["HOME"] = request["home"]
    sys.path[:] = [entry for entry in sys.path if entry not in request["hidden"]]
    said, printed, error = [], io.StringIO(), None
    standins.install(
        {name: sets[name] for name in request["sets"]},
        request["real"],
        lambda kind, name: said.append([kind, name]),
        request["folder"],
    )
    names = {"__name__": "__main__", "np": np}
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(request["source"], "cell", "exec"), names)
        except BaseException as raised:
            error = f"{type(raised).__name__}: {raised}"
    value = plain(names.get("x"))
    return {"x": value, "said": said, "printed": printed.getvalue(), "error": error}


for line in sys.stdin:
    reader, writer = os.pipe()
    if os.fork() == 0:
        answer = os.fdopen(writer, "w")
        answer.write(json.dumps(run(json.loads(line))))
        answer.flush()
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        print(answer.read(), flush=True)
    os.wait()
"""


def data_sets(n_train: int = 60, n_test: int = 20) -> dict[str, np.ndarray]:
    """Return the arrays of three small random data sets by ``name.part``."""
    draw = np.random.default_rng(7)
    arrays = {}
    for name, shape in (("mnist", (28, 28)), ("fashion_mnist", (28, 28)), ("cifar10", (32, 32, 3))):
        for part, n in (("train", n_train), ("test", n_test)):
            arrays[f"{name}.x_{part}"] = draw.integers(0, 256, (n, *shape), dtype=np.uint8)
            arrays[f"{name}.y_{part}"] = draw.permutation(np.arange(n) % 10)
    return arrays


class Answer:
    """What a snippet left: its variable `x`, what was said and printed, and its error."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.x = fields["x"]
        self.said = [tuple(pair) for pair in fields["said"]]
        self.printed = fields["printed"]
        self.error = fields["error"]


class Server:
    """A process that has loaded the stand-ins and forks for each snippet."""

    def __init__(self, folder: Path) -> None:
        self.data = data_sets()
        self._folder = folder
        self._runs = 0
        np.savez(folder / "arrays.npz", **self.data)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", SERVER, str(WORKER), str(folder / "arrays.npz")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        source: str,
        *,
        sets: tuple[str, ...] = ("mnist", "fashion_mnist", "cifar10"),
        real: tuple[str, ...] = (),
        files: dict[str, str] | None = None,
        installed: dict[str, str] | None = None,
        without: bool = False,
    ) -> Answer:
        """Run a snippet in a working copy that holds `files`; keep its variable `x`.

        `installed` are modules that stand beside the ones of this environment, `without` hides
        the latter.
        """
        self._runs += 1
        base = self._folder / str(self._runs)
        for inner, contents in (("work", files or {}), ("site", installed or {}), ("home", {})):
            (base / inner).mkdir(parents=True)
            for name, text in contents.items():
                path = base / inner / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        if installed:
            source = f"import sys; sys.path.append({str(base / 'site')!r})\n{source}"
        request = {
            "folder": str(base / "work"),
            "home": str(base / "home"),
            "hidden": [entry for entry in sys.path if "site-packages" in entry] if without else [],
            "source": source,
            "sets": sets,
            "real": real,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return Answer(json.loads(self._process.stdout.readline()))

    def folder(self) -> Path:
        """Return the working copy of the last snippet."""
        return self._folder / str(self._runs) / "work"

    def close(self) -> None:
        """End the process."""
        self._process.communicate()
