"""What grading one submission costs, beside running it with nbconvert and beside the floor.

In turn, so that a busy machine is busy for all of them:

    grade      python -I -m grader mistakes.ipynb, the HTML report written
    nbconvert  python -m jupyter nbconvert --execute --to html --allow-errors mistakes.ipynb
    floor      python -c "import numpy, h5py"

Each is measured as a whole tree of processes: wall time, processor time and peak memory. Needs
Linux and ``pip install -e '.[bench]'``. Take ratios, not seconds.
"""

from __future__ import annotations

import argparse
import collections
import ctypes
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "assignments/backprop_mse/examples/mistakes.ipynb"
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
MIB = 2**20
SAMPLE_SECONDS = 0.01


class Run(NamedTuple):
    """One run of one command, the whole tree of its processes; `largest` is one process's peak."""

    wall: float
    cpu: float
    largest: float


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--pairs", type=int, default=10, metavar="N", help="default: 10")
    pairs = arguments.parse_args().pairs
    # Processes that outlive their parents come to us, so that their time is counted.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as scratch:
        commands = commands_in(scratch)
        environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "IPYTHONDIR": scratch,
            "JUPYTER_CONFIG_DIR": scratch,
        }
        for command in commands.values():  # not counted: fills caches, byte-compiles
            run(command, environment)
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for pair in range(1, pairs + 1):
            for name, command in commands.items():
                runs[name].append(run(command, environment))
            shown = "  ".join(f"{name} {runs[name][-1].wall:.2f} s" for name in runs)
            print(f"{pair:3}  {shown}", file=sys.stderr)
        peaks = {name: peak(command, environment) for name, command in commands.items()}
        report(runs, peaks)
        spent(commands["grade"], environment, Path(scratch), runs)


def commands_in(scratch: str) -> dict[str, list[str]]:
    python = sys.executable
    grade = [python, "-I", "-m", "grader", str(NOTEBOOK)]
    convert = [python, "-m", "jupyter", "nbconvert", "--execute", "--to", "html", "--allow-errors"]
    return {
        "grade": [*grade, "--html", f"{scratch}/report.html", "--json", f"{scratch}/results.json"],
        "nbconvert": [*convert, "--output-dir", scratch, str(NOTEBOOK)],
        "floor": [python, "-c", "import numpy, h5py"],
    }


def run(command: list[str], environment: dict[str, str]) -> Run:
    """Run a command to its end and that of all that it started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    pid = start(command, environment)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(command)}: exit code {os.waitstatus_to_exitcode(status)}")
    largest = max([usage.ru_maxrss, *orphans()])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, cpu, largest * 1024 / MIB)


def start(command: list[str], environment: dict[str, str]) -> int:
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
    pid = os.posix_spawn(command[0], command, environment, file_actions=actions)
    os.close(null)
    return pid


def orphans() -> list[int]:
    """Wait for what the command left behind; return the largest memory of each, in KiB."""
    found = []
    while True:
        try:
            found.append(os.wait3(0)[2].ru_maxrss)
        except ChildProcessError:
            return found


def peak(command: list[str], environment: dict[str, str], times: int = 3) -> float | None:
    """Return the most memory that the whole tree was seen to hold at once, in MiB.

    Of pages that several processes share, each counts its part (PSS). Measured in runs of its own,
    because looking every 10 ms slows down what is looked at; a peak between two looks is missed.
    """
    highest = 0.0
    for _ in range(times):
        pid = start(command, environment)
        ended = threading.Event()

        def wait(pid: int = pid, ended: threading.Event = ended) -> None:
            os.waitpid(pid, 0)
            ended.set()

        threading.Thread(target=wait).start()
        while not ended.wait(SAMPLE_SECONDS):
            highest = max(highest, sum(map(proportional, descendants(os.getpid()))))
        orphans()
    return highest or None


def descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:  # it has just ended
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


def proportional(pid: int) -> float:
    """Return the memory of a process in MiB, pages shared by n processes counted as 1/n."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def report(runs: dict[str, list[Run]], peaks: dict[str, float | None]) -> None:
    print(f"{len(runs['grade'])} runs of each, in turn; one more before that is not counted\n")
    print("            wall s           CPU s            peak MiB")
    print("            median    min    median    min    all processes    largest one")
    for name, many in runs.items():
        walls, cpus = [r.wall for r in many], [r.cpu for r in many]
        whole = peaks[name]
        print(
            f"{name:10} {statistics.median(walls):7.3f} {min(walls):6.3f}"
            f"   {statistics.median(cpus):7.3f} {min(cpus):6.3f}"
            f"   {'-' if whole is None else f'{whole:.0f}':>13}"
            f"   {statistics.median(r.largest for r in many):12.0f}"
        )
    print("\nmedian of the ratios within a pair")
    for other in ("nbconvert", "floor"):
        wall, cpu = (
            statistics.median(
                getattr(a, what) / getattr(b, what)
                for a, b in zip(runs["grade"], runs[other], strict=True)
            )
            for what in ("wall", "cpu")
        )
        print(f"grade / {other:9}  wall {wall:.3f}   CPU {cpu:.3f}")


PACKAGES = {
    "numpy": "importing NumPy",
    "h5py": "importing h5py",
    "msgspec": "importing msgspec",
    "jinja2": "importing jinja2",
    "markupsafe": "importing jinja2",
    "grader": "importing gradelab itself",
}
STEPS = {
    "running": "running the submission, observing",
    "judging": "judging, reading expected values",
}


def spent(
    command: list[str], environment: dict[str, str], scratch: Path, runs: dict[str, list[Run]]
) -> None:
    """Print where the time of `grade` goes: its imports by package, and its own steps."""
    tables = [
        imports([command[0], "-X", "importtime", *command[1:]], environment) for _ in range(5)
    ]
    seconds = []
    for _ in range(5):
        run(command, environment)
        seconds.append(json.loads((scratch / "results.json").read_bytes())["seconds"])
    bare = [run([command[0], "-I", "-c", "pass"], environment).wall for _ in range(5)]
    lines = {"Python itself": 1000 * statistics.median(bare)}
    for name in dict.fromkeys([*PACKAGES.values(), OTHER]):
        lines[name] = statistics.median(table.get(name, 0.0) for table in tables)
    for key, name in STEPS.items():
        lines[name] = 1000 * statistics.median(each[key] for each in seconds)
    whole = 1000 * statistics.median(r.wall for r in runs["grade"])
    lines["the rest: reading, writing reports, leaving"] = whole - sum(lines.values())
    lines["all of it"] = whole
    print("\nwhat grade's wall time goes to, ms (NumPy is loaded for the worker at the same time)")
    for name, value in lines.items():
        print(f"  {name:45} {value:6.0f}")
    print("Each line is a median of its own; timing imports slows them down a little.")


OTHER = "importing the standard library and others"


def imports(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    """Return the milliseconds that the imports of each package took by themselves."""
    text = subprocess.run(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    ).stderr
    found: dict[str, float] = collections.defaultdict(float)
    for own, name in re.findall(
        r"^import time:\s+(\d+) \|\s+\d+ \|\s+([\w.]+)", text, re.MULTILINE
    ):
        found[PACKAGES.get(name.split(".")[0], OTHER)] += int(own) / 1000
    return found


if __name__ == "__main__":
    main()
