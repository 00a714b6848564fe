"""What a student's code finds around it, and what it cannot do to the next check."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from homework import LONE, write_notebook

from grader.course import find_course
from grader.errors import SandboxError
from grader.grading import grade
from grader.reading import read_submission
from grader.sandbox.limits import Limits
from grader.sandbox.parent import WarmParent
from grader.sandbox.worker import Worker, WorkerGone


@pytest.fixture(scope="module")
def parent():
    with WarmParent() as parent:
        yield parent


@pytest.fixture
def worker(parent):
    with Worker(parent, Limits(), LONE, {}) as worker:
        yield worker


def value_of(worker, source, name="x", seconds=10.0):
    answer = worker.run(0, 0, "code cell 1", source, seconds)
    assert answer.error is None, answer.error
    return worker.get(name, None, seconds).value


@pytest.mark.parametrize("package", ["grader", "reference"])
def test_none_of_our_packages_can_be_imported(worker, package):
    answer = worker.run(0, 0, "cell", f"import {package}", 10)

    assert answer.error.type == "ModuleNotFoundError"


def test_only_numpy_the_standard_library_and_the_worker_itself_are_loaded(worker):
    names = value_of(worker, "import sys\nx = sorted({n.split('.')[0] for n in sys.modules})")

    # __mp_main__ and the like are the standard library's; sitecustomize is the machine's
    strangers = set(names) - set(sys.stdlib_module_names) - {"numpy", "gradelab_worker"}
    strangers = {name for name in strangers if "cython" not in name}  # NumPy's own
    assert strangers <= {"__main__", "sitecustomize", "_distutils_hack"}


def test_arguments_environment_and_descriptors_hold_nothing_of_the_graders(worker):
    source = """
import os, stat, sys
null, fds = os.stat(os.devnull), []
for n in range(100):
    try: found = os.fstat(n)
    except OSError: continue
    same = (found.st_dev, found.st_ino) == (null.st_dev, null.st_ino)
    fds.append("null" if same else stat.S_ISSOCK(found.st_mode))
x = (sys.argv, dict(os.environ), fds)
"""
    argv, env, fds = value_of(worker, source)

    assert argv == ["__main__"]
    assert not {key for key in env if key.startswith(("GITHUB", "GRADELAB", "SSH"))}
    assert fds == ["null"] * 3 + [True]  # and the socket of this worker


def test_the_parents_environment_stays_outside(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "s3cret")
    with WarmParent() as parent, Worker(parent, Limits(), LONE, {}) as worker:
        assert "SECRET_TOKEN" not in value_of(worker, "import os\nx = dict(os.environ)")


def test_the_working_folder_is_empty_private_and_gone_afterwards():
    with WarmParent() as parent, Worker(parent, Limits(), LONE, {}) as worker:
        folder, names = value_of(
            worker, "import os\nx = (os.getcwd(), os.listdir())\nopen('y', 'w').write('z')"
        )
        assert names == []
        assert (Path(folder) / "y").exists()
        assert Path(folder).stat().st_mode & 0o077 == 0
    assert not Path(folder).exists()


def test_a_worker_starts_no_process(worker):
    answer = worker.run(0, 0, "cell", "import subprocess\nsubprocess.run(['id'])", 10)
    if "processes" in worker.active:
        assert answer.error.type == "PermissionError"


def test_no_process_outlives_the_grading_even_without_walls():
    with WarmParent(isolation="off") as parent, Worker(parent, Limits(), LONE, {}) as worker:
        pids = value_of(
            worker,
            "import os, subprocess, sys\n"
            "sleeper = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
            "x = (os.getpid(), os.getppid(), sleeper.pid)",
        )
    deadline = time.monotonic() + 10
    while any(_alive(pid) for pid in pids) and time.monotonic() < deadline:
        os.sched_yield()
    assert not [pid for pid in pids if _alive(pid)]


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:  # a zombie that its own init has yet to reap runs no longer
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
@pytest.mark.parametrize("isolation", ["auto", "off"])
def test_of_a_grader_that_is_killed_nothing_is_left(tmp_path, isolation):
    path = write_notebook(tmp_path / "a.ipynb", ["import time\ntime.sleep(600)"])
    command = [sys.executable, "-m", "grader", path, "--isolation", isolation, "--no-html"]
    command += ["--assignment", "backprop_mse", "--timeout", "600"]
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with subprocess.Popen(command, env={**os.environ, "TMPDIR": str(scratch)}) as grader:
        # The grader, the keeper, the warm parent, the worker.
        until(lambda: len(family(grader.pid)) == 4)
        processes = family(grader.pid)
        grader.kill()

    until(lambda: not any(_alive(pid) for pid in processes))
    until(lambda: not list(scratch.iterdir()))


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
def test_where_all_processes_are_told_to_end_the_keeper_still_tidies_up(tmp_path):
    path = write_notebook(tmp_path / "a.ipynb", ["import time\ntime.sleep(600)"])
    command = [sys.executable, "-m", "grader", path, "--assignment", "backprop_mse", "--no-html"]
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch)}
    with subprocess.Popen([*command, "--timeout", "600"], env=environment) as grader:
        until(lambda: len(family(grader.pid)) == 4)
        processes = family(grader.pid)
        for pid in processes:
            os.kill(pid, signal.SIGTERM)

    until(lambda: not any(_alive(pid) for pid in processes))
    until(lambda: not list(scratch.iterdir()))


def test_a_parent_that_is_started_anew_takes_no_name_and_no_worker_of_the_former_one():
    with WarmParent() as parent:
        first = Worker(parent, Limits(), LONE, {})
        former = Path(parent._scratch)
        parent._process.kill()
        second = Worker(parent, Limits(), LONE, {})
        first.close()  # its process number may be the second one's by now

        assert value_of(second, "x = 7") == 7
        assert Path(parent._scratch) != former
        assert not former.exists()
        second.close()


class EndsOnce(WarmParent):
    """A warm parent that ends between the fork of the first worker and that one's first word."""

    ended = False

    def fork(self, sock, *rest):
        if self.ended:
            return super().fork(sock, *rest)
        self.ended = True
        unheard, theirs = socket.socketpair()
        with unheard, theirs:
            forked = super().fork(theirs, *rest)
        self._process.kill()
        self._process.wait()
        return forked


def test_a_worker_whose_parent_ends_before_it_is_ready_is_forked_once_more():
    with EndsOnce() as parent, Worker(parent, Limits(), LONE, {}) as worker:
        assert value_of(worker, "x = 7") == 7


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux")
def test_what_a_submission_leaves_ends_also_where_it_has_killed_the_warm_parent(tmp_path):
    note = tmp_path / "pid"
    source = f"""
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        with open({str(note) + ".new"!r}, "w") as file:
            file.write(str(os.getpid()))
        os.rename({str(note) + ".new"!r}, {str(note)!r})
        time.sleep(600)
    os._exit(0)
while not os.path.exists({str(note)!r}):
    time.sleep(0.01)
os.kill(os.getppid(), signal.SIGKILL)
time.sleep(600)
"""
    with WarmParent(isolation="off") as parent, Worker(parent, Limits(), LONE, {}) as worker:
        with pytest.raises(WorkerGone):
            worker.run(0, 0, "cell", source, 30.0)
        until(lambda: not _alive(int(note.read_text())))


def family(pid):
    """Return a process and all that it and those have started."""
    found = [pid]
    for one in found:  # it grows meanwhile
        with contextlib.suppress(OSError):
            found += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
    return found


def until(is_so):
    """Wait until something is so; a minute is enough for the slowest machine."""
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        os.sched_yield()


def test_the_memory_limit_holds(parent):
    with Worker(parent, Limits(memory=2**29), LONE, {}) as worker:
        answer = worker.run(0, 0, "cell", "x = bytearray(2**30)", 10)

    assert answer.error.kind == "memory"


def test_limits_in_which_nothing_can_start_are_said(parent):
    with pytest.raises(SandboxError, match="no worker starts within the limits"):
        Worker(parent, Limits(memory=2**70), LONE, {})


def test_the_file_size_limit_holds_and_is_an_ordinary_error(parent):
    with Worker(parent, Limits(file=1000), LONE, {}) as worker:
        answer = worker.run(0, 0, "cell", "open('big', 'w').write('x' * 100_000)", 10)

    assert answer.error.type == "OSError"


def test_randomness_without_a_seed_is_the_same_in_every_run(parent):
    source = (
        "import random, numpy as np\n"
        "x = (random.random(), np.random.rand(3), list({'b1', 'W1', 'b2', 'W2', 'X', 'Y'}))"
    )
    seen = []
    for _ in range(2):
        with WarmParent() as fresh, Worker(fresh, Limits(), LONE, {}) as worker:
            seen.append(value_of(worker, source))

    assert seen[0][0] == seen[1][0]
    np.testing.assert_array_equal(seen[0][1], seen[1][1])
    assert seen[0][2] == seen[1][2]


def test_objects_stay_in_the_worker_and_are_used_from_outside(worker):
    source = """
import numpy as np
class Net:
    def __init__(self, n): self.W = np.zeros(n)
    def step(self, d): self.W = self.W - d; return self
net = Net(3)
"""
    worker.run(0, 0, "cell", source, 10)
    handle = object.__getattribute__(worker.get("net", None, 10).value, "_handle")

    worker.call("step", [np.ones(3)], {}, handle, 10)
    np.testing.assert_array_equal(worker.get("W", handle, 10).value, [-1, -1, -1])
    worker.set("W", np.full(2, 5.0), handle, 10)
    np.testing.assert_array_equal(worker.get("W", handle, 10).value, [5, 5])
    made = worker.call("Net", [4], {}, None, 10).value
    assert repr(made) == "<the student's Net>"


def test_what_a_call_returned_can_be_held_and_looked_at_after_the_next_call(tmp_path):
    (tmp_path / "assignments" / "cells").mkdir(parents=True)
    folder = tmp_path / "assignments" / "cells"
    (folder / "assignment.toml").write_text(
        'title = "Cells"\nfunctions = ["Cell"]\n[points.kept]\nbefore = 1\nafter = 1\nfresh = 1\n'
    )
    (folder / "checks.py").write_text(
        """
from grader.checks import at_most, check, hold, now

@check(requires={"before": at_most(0), "after": at_most(0), "fresh": at_most(0)})
def kept(student, case):
    "What add(2) returned, before and after the next call."
    cell = student.Cell()
    held = hold(cell.add, 2)
    before = now(held)[0]
    cell.add(3)
    return {"before": before, "after": now(held)[0], "fresh": now(cell.add(0))[0]}
"""
    )
    source = """
import numpy as np
class Cell:
    def __init__(self): self.total = np.zeros(1)
    def add(self, x):
        self.total += x
        return self.total, x
"""
    (tmp_path / "cells.py").write_text(source)
    with WarmParent() as parent:
        assignment = find_course(tmp_path).assignment("cells")
        result = grade(read_submission(tmp_path / "cells.py"), assignment, parent)

    messages = [q.message for check in result.checks for q in check.quantities]
    assert [number in text for number, text in zip("255", messages, strict=True)] == [True] * 3


def test_answers_that_lie_about_themselves_are_plain_values_or_described(worker):
    source = """
import numpy as np
class Liar(np.ndarray):
    shape = (7, 7)
    dtype = 'float64'
    def __array__(self, *a): return np.zeros(3)
    def __eq__(self, other): return True
class Fake:
    __class__ = np.ndarray
class F(float):
    def __float__(self): return 99.0
    def __eq__(self, other): return True
class S(str):
    def __str__(self): return 'lie'
class D(dict):
    def items(self): return [('lie', 1)]
    def __iter__(self): return iter(['lie'])
class Named:
    pass
Named.__name__ = 'x' * 10_000
x = (np.arange(3.0).view(Liar), Fake(), F(1.5), S('truth'), D(truth=1), Named())
"""
    array, fake, number, text, mapping, named = value_of(worker, source)

    np.testing.assert_array_equal(array, [0, 1, 2])
    assert type(array) is np.ndarray
    assert repr(fake) == "<the student's Fake>"
    assert number == 1.5
    assert text == "truth"
    assert mapping == {"truth": 1}
    assert len(repr(named)) < 200


def test_an_exception_whose_text_cannot_be_made_is_still_an_error(worker):
    source = "class E(Exception):\n    def __str__(self): raise self\nraise E"
    answer = worker.run(0, 0, "code cell 1", source, 10)

    assert (answer.error.type, answer.error.frames[-1].line) == ("E", 3)


def test_who_writes_to_the_socket_ends_the_conversation_and_nothing_else(parent):
    forge = (
        "import os\n"
        "for fd in range(3, 50):\n"
        "    try: os.write(fd, b'\\xff' * 100)\n"
        "    except OSError: pass\n"
    )
    worker = Worker(parent, Limits(), LONE, {})
    with pytest.raises(WorkerGone) as gone:
        worker.run(0, 0, "cell", forge, 10)
    assert gone.value.kind == "crash"

    with Worker(parent, Limits(), LONE, {}) as next_one:
        assert value_of(next_one, "x = 1") == 1


@pytest.mark.parametrize(
    ("limits", "source"),
    [
        (Limits(files=50), "for n in range(100_000): open(f'{n}', 'w').close()"),
        (
            Limits(written=2**20),
            "for n in range(10**6): open(f'{n % 40}', 'wb').write(bytes(2**17))",
        ),
        (Limits(files=50), "for n in range(60): open(f'{n}', 'w').close()"),
    ],
)
def test_a_submission_that_fills_its_folder_is_ended(parent, limits, source):
    with Worker(parent, limits, LONE, {}) as worker:
        with pytest.raises(WorkerGone, match="its folder holds more than"):
            worker.run(0, 0, "cell", source, 20)
        assert not worker.alive
