"""Check the scripts that stand in action.yml and in workflows: ``workflow_scripts.py FILE...``.

Those for bash go through shellcheck, those for Python through the compiler.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml


def scripts(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the shell and the text of every script in a file."""
    loaded = yaml.safe_load(path.read_text("utf-8"))
    jobs = [loaded["runs"]] if "runs" in loaded else loaded["jobs"].values()
    for job in jobs:
        for number, step in enumerate(job["steps"], 1):
            if "run" in step:
                name = f"{path}: {step.get('name', f'step {number}')}"
                yield name, step.get("shell", "bash"), step["run"]


def problems(shell: str, text: str) -> str:
    """Return what is wrong with a script, nothing if it is right."""
    if shell == "python":
        try:
            compile(text, "the script", "exec")
        except SyntaxError as error:
            return str(error)
        return ""
    done = subprocess.run(
        ["shellcheck", "--shell", shell, "-"], input=text, text=True, capture_output=True
    )
    return done.stdout + done.stderr


def main() -> int:
    """Check all files named on the command line."""
    found = 0
    for file in sys.argv[1:]:
        for name, shell, text in scripts(Path(file)):
            said = problems(shell, text)
            found += bool(said)
            print(f"{name}: {said or 'fine'}")
    return found


sys.exit(main())
