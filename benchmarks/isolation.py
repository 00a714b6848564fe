"""What isolation adds to one grading, layer by layer.

In turn and in changing order, so that a busy machine is busy for all of them:

    off         grade --isolation off: processes of their own, limits, nothing else
    +LAYER      off and that layer alone
    full        all layers, and the proof that they hold

Each grading is one of assignments/backprop_mse/examples/mistakes.ipynb in a process of its own, as
``grade`` does it, its reports written. What a layer costs is the median of the differences to the
run without any that stood beside it; `least` compares the quickest runs of each, which a busy
machine disturbs less. Take the shares, not the milliseconds.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grader.sandbox.parent import LAYERS

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "assignments/backprop_mse/examples/mistakes.ipynb"
ENOUGH = 10.0  # per cent of the whole

GRADE = """
import sys
from grader.sandbox import parent
parent.LAYERS = tuple(name for name in sys.argv.pop(1).split(",") if name)
from grader.cli import main
sys.exit(main())
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--rounds", type=int, default=20, metavar="N", help="default: 20")
    rounds = arguments.parse_args().rounds
    variants = {"off": (), **{f"+{name}": (name,) for name in LAYERS}, "full": LAYERS}
    wall: dict[str, list[float]] = {name: [] for name in variants}
    cpu: dict[str, list[float]] = {name: [] for name in variants}
    with tempfile.TemporaryDirectory() as scratch:
        for layers in variants.values():  # not counted: fills caches, byte-compiles
            run(layers, scratch)
        for number in range(1, rounds + 1):
            for name in random.Random(number).sample(sorted(variants), len(variants)):
                seconds, used = run(variants[name], scratch)
                wall[name].append(1000 * seconds)
                cpu[name].append(1000 * used)
            shown = "  ".join(f"{name} {wall[name][-1]:.0f}" for name in variants)
            print(f"{number:3}  {shown}", file=sys.stderr)
    report(wall, cpu)


def run(layers: tuple[str, ...], scratch: str) -> tuple[float, float]:
    """Grade once; return the wall time and the processor time of all processes, in seconds."""
    command = [sys.executable, "-P", "-c", GRADE, ",".join(layers), str(NOTEBOOK), "--quiet"]
    command += ["--html", f"{scratch}/report.html", "--json", f"{scratch}/results.json"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(command, check=True, cwd=scratch, env={**os.environ, "PYTHONPATH": str(ROOT)})
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def report(wall: dict[str, list[float]], cpu: dict[str, list[float]]) -> None:
    whole = {"wall": statistics.median(wall["off"]), "cpu": statistics.median(cpu["off"])}
    print(f"{'':16}{'wall ms':>9}{'added':>8}{'share':>8}", end="")
    print(f"{'cpu ms':>10}{'added':>8}{'share':>8}{'least':>8}")
    shares = {}
    for name in wall:
        line = f"{name:16}"
        for kind, runs in (("wall", wall), ("cpu", cpu)):
            pairs = zip(runs[name], runs["off"], strict=True)
            added = statistics.median(with_it - without for with_it, without in pairs)
            shares[name, kind] = 100 * added / whole[kind]
            line += f"{statistics.median(runs[name]):{9 if kind == 'wall' else 10}.1f}"
            line += f"{added:8.1f}{shares[name, kind]:7.1f}%"
        least = 100 * (min(cpu[name]) / min(cpu["off"]) - 1)
        print(f"{line}{least:7.1f}%")
    print(f"aim: full below {ENOUGH:.0f} % of the processor time: {shares['full', 'cpu']:.1f} %")


if __name__ == "__main__":
    main()
