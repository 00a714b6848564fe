"""Hands in nonsense for as long as it is asked to: no crash of ours, and no hang.

Submissions of the tests are changed at random, as notebook JSON, as Python text, as zips and as
adapter.toml. Every one is read in this process, where only a `GradelabError` may come of it; every
tenth is graded in real workers as well, which may not fail in our part of the work. A failure is
written to the folder of --keep with what led to it.

    python benchmarks/fuzz.py --minutes 10
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import copy
import faulthandler
import io
import json
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from grader.course import Course, find_course
from grader.errors import GradelabError
from grader.grading import grade
from grader.interface import Wanted, fit, read_adapter
from grader.outputs import as_html, as_notebook
from grader.reading import focused, read_submission
from grader.report.terminal import render
from grader.results import to_json
from grader.sandbox.limits import Limits
from grader.sandbox.parent import WarmParent
from grader.worker.statements import rest, statements

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "tests" / "submissions"
KINDS = ("notebook", "module", "zip", "adapter")
READING = 10.0
"""Seconds of processor time for reading one input; the slowest takes a hundredth."""
GRADING = 60.0
"""Seconds for grading one: a few times what its limits allow."""
LIMITS = Limits(cell=0.3, call=0.3, training=1.0, submission=5.0, memory=2**30)
UNSAFE = re.compile(rb"fork|subprocess|multiprocessing|_exit|kill")
"""What is not run when it has been changed: a loop around it could start processes without end."""

ADAPTER = """
[names]
back_propagation = "learn"
[attributes]
W1 = "weights1"
[arguments]
back_propagation = ["weights", "X", "Y_T", 64, true, 0.5]
[returns]
back_propagation = ["gradients", "L"]
"""
TOML = ("sigmoid", "X", "weights", "names", "returns", "", "0", "true", "1e400", "inf", "a.b", "é")
"""Words that stand in the place of others in an adapter."""
WANTED = {"back_propagation": Wanted(("X", "Y_T", "weights"), ("gradients", "L"))}

# fmt: off
WORDS = (
    "def f(x):", "class C:", "import numpy as np", "from . import x", "from __future__ import a",
    "while True:", "    pass", "return", "yield", "await x", "lambda", "if x:", "else:", "try:",
    "except Exception, e:", "print 'x'", "@f", "x = (", ")", "[", "]", "{", "}", "'''", '"""',
    "'", '"', "\\", "\\\n", "#", "%matplotlib inline", "%%time", "%%bash", "!ls", "?x", "x?",
    "%%writefile a.py", "%pylab", "%time x", "x = !ls", "\t", "    ", "\r", "\f", "\0", "\u2028",
    "\ud800", "\u00a0", "é", "മ", "f'{x!r:{y}}'", "match x:", "case _:", "x: int = 3", "global x",
    "# -*- coding: latin-1 -*-", "# coding: utf-7", "<<<<<<< HEAD", "1_0", "0777", "1e999",
    "sigmoid = 3", "del sigmoid", "raise SystemExit", "assert 0", "x" * 500, "(" * 150, "-" * 999,
)
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 4, 3, 10**30, 1.5, float("nan"), "", "code", "markdown", "text", [], {},
    [[]], {"": None}, ["x = 1\n", None], "\ud800", "x" * 10_000, "a/b", "image/png", [1, 2],
)
NAMES = (
    "hw.py", "hw.ipynb", "a/b/hw.py", "utils.py", "../out.py", "/etc/x.py", "C:\\x.py", "..\\x.py",
    "a//b.py", "", ".", "/", "hw.py/", "__init__.py", "a/__init__.py", "__MACOSX/x", "x.zip",
    "adapter.toml", "adapter.py", "é.py", "a\nb.py", "con.py", "x" * 300 + ".py", "data.csv",
    "a" * 50 + "/" + "b" * 250, "\u202egpj.py", "x.PY", "test_x.py", "a\0b.py", "*.py", "-rf",
    "numpy.py",
)
# fmt: on


class Hang(Exception):
    """An input took too long."""


def mutated_bytes(data: bytes, rng: random.Random) -> bytes:
    """Change a few bytes, repeat or drop a piece, or cut it off."""
    out = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        at = rng.randrange(len(out) + 1)
        end = min(at + rng.choice([1, 1, 3, 20, 200]), len(out))
        match rng.randrange(5):
            case 0:
                out[at:end] = rng.randbytes(end - at)
            case 1:
                del out[at:end]
            case 2:
                out[at:at] = out[at:end] * rng.choice([1, 3])
            case 3:
                out[at:at] = rng.choice([b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b"{", b'"'])
            case 4 if rng.random() < 0.2:
                del out[at:]
    return bytes(out)


def mutated_text(text: str, rng: random.Random) -> str:
    """Move, repeat, drop, indent and join lines, and put words among them."""
    lines = text.split("\n")
    for _ in range(rng.choice([1, 1, 2, 4, 12])):
        at = rng.randrange(len(lines) + 1)
        end = min(at + rng.choice([1, 1, 2, 6]), len(lines))
        word = rng.choice(WORDS)
        match rng.randrange(8):
            case 0:
                del lines[at:end]
            case 1:
                lines[at:at] = lines[at:end]
            case 2:
                lines[at:at] = [word]
            case 3:
                lines[at:end] = [rng.choice([" ", "\t", "    "]) + line for line in lines[at:end]]
            case 4:
                lines[at:end] = [line.lstrip() for line in lines[at:end]]
            case 5 if at < len(lines):
                place = rng.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:place] + word + lines[at][place:]
            case 6:
                lines[at:end] = ["".join(lines[at:end])]
            case 7:
                piece = lines[at:end]
                del lines[at:end]
                to = rng.randrange(len(lines) + 1)
                lines[to:to] = piece
    return "\n".join(lines)


def mutated_json(value: Any, rng: random.Random) -> Any:
    """Replace, drop, repeat or move a value somewhere within; texts may become other Python."""
    places = list(_places(value))
    for _ in range(rng.choice([1, 1, 2, 5])):
        holder, key = rng.choice(places)
        try:
            old = holder[key]
        except (KeyError, IndexError):  # it has gone with an earlier change
            continue
        match rng.randrange(6):
            case 0:
                holder[key] = copy.deepcopy(rng.choice(VALUES))
            case 1:
                del holder[key]
            case 2 if isinstance(holder, list):
                holder.insert(key, old)
            case 3:
                other, where = rng.choice(places)
                holder[key] = copy.deepcopy(other.get(where)) if isinstance(other, dict) else other
            case 4:
                for _ in range(rng.choice([1, 50, 2000])):
                    old = [old]
                holder[key] = old
            case 5 if isinstance(old, str):
                holder[key] = mutated_text(old, rng)
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        yield value, key
        if isinstance(inner, (dict, list)):
            yield from _places(inner)


def made(kind: str, seeds: dict[str, list[bytes]], rng: random.Random) -> tuple[str, bytes]:
    """Return the ending and the bytes of a new input."""
    match kind:
        case "notebook":
            data = rng.choice(seeds["notebook"])
            try:
                notebook = json.loads(data)
                if rng.random() < 0.5:
                    for cell in notebook["cells"]:
                        if rng.random() < 0.4:
                            cell["source"] = mutated_text("".join(cell["source"]), rng)
                if rng.random() < 0.9:
                    return ".ipynb", json.dumps(mutated_json(notebook, rng)).encode()
            except (RecursionError, ValueError, KeyError, TypeError):  # a seed is no notebook
                data = data.replace(b"[", b"[" * rng.choice([1, 2, 5000]), 2)
            return ".ipynb", mutated_bytes(data, rng)
        case "module":
            data = rng.choice(seeds["module"])
            if rng.random() < 0.3:
                return ".py", mutated_bytes(data, rng)
            text = mutated_text(data.decode("utf-8", "replace"), rng)
            encoding = rng.choice(["utf-8"] * 8 + ["latin-1", "utf-16"])
            return ".py", text.encode(encoding, "replace")
        case "zip":
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", rng.choice([0, 8, 8, 12, 14])) as archive:
                for _ in range(rng.choice([0, 1, 3, 6])):
                    info = zipfile.ZipInfo(rng.choice(rng.choice([NAMES, NAMES[:4]])))
                    info.external_attr = rng.choice([0, 0o120777 << 16, 0o40755 << 16, 2**32 - 1])
                    inner = rng.choice(["notebook", "module", "module", "adapter", "zip"])
                    archive.writestr(info, made(inner, seeds, rng)[1])
            data = out.getvalue()
            return ".zip", mutated_bytes(data, rng) if rng.random() < 0.25 else data
    text = re.sub(r"\w+", lambda word: rng.choice(TOML) if rng.random() < 0.1 else word[0], ADAPTER)
    if rng.random() < 0.2:
        text = mutated_text(text, rng)
    data = text.encode("utf-8", "replace")
    return ".toml", mutated_bytes(data, rng) if rng.random() < 0.2 else data


@contextlib.contextmanager
def bound(seconds: float, timer: int, number: int) -> Iterator[None]:
    """Raise `Hang` in a block that takes longer."""

    def ring(*_: object) -> None:
        raise Hang(f"more than {seconds:g} seconds")

    former = signal.signal(number, ring)
    signal.setitimer(timer, seconds)
    faulthandler.dump_traceback_later(3 * seconds + 60, exit=True)  # where no signal is heard
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(timer, 0)
        signal.signal(number, former)


class Fuzz:
    """Makes inputs, hands them in, and counts what came of them.

    Parameters
    ----------
    seed : int
        The same seed gives the same inputs.
    keep : Path
        Where inputs that fail are written to.
    graded : int
        Every how manieth input is graded in workers too.
    """

    def __init__(self, seed: int, keep: Path, graded: int = 10) -> None:
        self._rng = random.Random(seed)
        self._keep, self._graded = keep, graded
        self._seeds = {
            "notebook": [p.read_bytes() for p in sorted(SEEDS.rglob("*.ipynb"))],
            "module": [p.read_bytes() for p in sorted(SEEDS.rglob("*.py"))],
        }
        self._course: Course = find_course()
        self._assignment = self._course.assignment("backprop_mse")
        self.counts: collections.Counter[tuple[str, str]] = collections.Counter()
        self.slowest: dict[str, float] = collections.defaultdict(float)
        self.failures: list[str] = []

    def run(self, until: Callable[[int], bool]) -> None:
        """Go on until `until`, asked with the number of inputs so far, says so."""
        done = 0
        self._parent = Kept()
        with tempfile.TemporaryDirectory() as folder, contextlib.closing(self._parent):
            while not until(done):
                kind = self._rng.choice(KINDS)
                with warnings.catch_warnings(action="ignore"):  # zips with a name twice
                    ending, data = made(kind, self._seeds, self._rng)
                path = Path(folder, f"hw{ending}")
                path.write_bytes(data)
                self._one(kind, path, data, in_worker=done % self._graded == 0)
                for left in Path(folder).iterdir():
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
                done += 1

    def _one(self, kind: str, path: Path, data: bytes, in_worker: bool) -> None:
        try:
            with bound(READING, signal.ITIMER_PROF, signal.SIGPROF), warnings.catch_warnings():
                warnings.simplefilter("error")  # a warning would be seen by who grades
                started = time.process_time()
                came = self._read(kind, path)
                took = time.process_time() - started
            self.slowest[f"reading, {kind}"] = max(took, self.slowest[f"reading, {kind}"])
            if in_worker and not UNSAFE.search(data) and kind != "zip":
                with bound(GRADING, signal.ITIMER_REAL, signal.SIGALRM):
                    started = time.monotonic()
                    self._grade(kind, path, data)
                    took = time.monotonic() - started
                self.slowest["grading"] = max(took, self.slowest["grading"])
        except Exception as error:
            came = "failed"
            text = "".join(traceback.format_exception(error))
            self.failures.append(f"{kind}: {type(error).__name__}: {str(error)[:200]}")
            number = len(self.failures)
            self._keep.mkdir(parents=True, exist_ok=True)
            (self._keep / f"{number}{path.suffix}").write_bytes(data)
            (self._keep / f"{number}.txt").write_text(text, "utf-8", "replace")
        self.counts[kind, came] += 1

    def _read(self, kind: str, path: Path) -> str:
        try:
            if kind == "adapter":
                adapter = read_adapter(path.read_bytes())
                fit(self._assignment.file.functions, WANTED, {}, adapter)
                return "read"
            submission = read_submission(path, self._assignment.wanted)
            for cell in submission.texts:
                rest(cell.python, self._rng.choice([None, 1, 5]))
                for part in statements(cell.python):
                    assert part.last <= cell.source.count("\n") + 1
            for as_main in (False, True):
                focused(submission, self._assignment.wanted, as_main)
            with contextlib.suppress(GradelabError):
                self._course.assignment_for(submission)
        except GradelabError as error:
            if "\n" in str(error).strip() or not str(error).strip():
                raise ValueError(f"no sentence: {error}") from error
            return "refused"
        return "read"

    def _grade(self, kind: str, path: Path, data: bytes) -> None:
        adapter = None
        if kind == "adapter":
            adapter = data
            path = SEEDS / "backprop_mse" / "right_01_small_tape.py"
        try:
            submission = read_submission(path, self._assignment.wanted)
            result = grade(submission, self._assignment, self._parent, LIMITS, adapter)
        except GradelabError as error:
            self.counts["graded", f"refused ({type(error).__name__})"] += 1
            return
        verdicts = [q.verdict for check in result.checks for q in check.quantities]
        assert "internal" not in verdicts, verdicts
        assert to_json(result)
        assert render(result, color=False, width=80)
        assert as_html(result)
        assert as_notebook(result, submission, path.with_suffix(".ipynb"))
        full = result.score == result.max_score
        self.counts["graded", "full marks" if full else "some" if result.score else "none"] += 1


class Kept(WarmParent):
    """Serves many submissions, one after another."""

    def __exit__(self, *_: object) -> None:
        """Stay: grading leaves it after each submission."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0, metavar="M", help="default: 10")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"), metavar="DIR")
    arguments = parser.parse_args()
    fuzz = Fuzz(arguments.seed, arguments.keep)
    ends = time.monotonic() + 60 * arguments.minutes
    fuzz.run(lambda _: time.monotonic() >= ends)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    inputs = sum(count for (kind, _), count in fuzz.counts.items() if kind in KINDS)
    print(f"{inputs:,} inputs, at most {peak:.0f} MiB")
    for (kind, came), count in sorted(fuzz.counts.items()):
        print(f"  {kind:9} {came:25} {count:8,}")
    for what, seconds in sorted(fuzz.slowest.items()):
        print(f"  slowest {what:25} {seconds:6.2f} s")
    for text, count in collections.Counter(fuzz.failures).most_common(30):
        print(f"  FAILED {count} times: {text}")
    return int(bool(fuzz.failures))


if __name__ == "__main__":
    sys.exit(main())
