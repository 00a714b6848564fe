from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from homework import write_notebook
from hypothesis import settings

from grader.course import find_course
from grader.grading import grade
from grader.reading import read_submission
from grader.results import Result
from grader.sandbox.limits import Limits
from grader.sandbox.parent import WarmParent

# The same examples in each run, so that only a change makes a test fail; to search for new ones:
# pytest --hypothesis-profile=search
settings.register_profile("repeat", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=2_000, deadline=None)
settings.load_profile("repeat")

ROOT = Path(__file__).resolve().parent.parent

Submit = Callable[..., Result]


@pytest.fixture
def submit(tmp_path: Path) -> Submit:
    """Return a function that grades cells (or the text of a module) as backprop_mse."""

    def submit(cells: Iterable[str] | str, **limits: Any) -> Result:
        if isinstance(cells, str):
            path = tmp_path / "submission.py"
            path.write_text(cells, encoding="utf-8")
        else:
            path = write_notebook(tmp_path / "submission.ipynb", cells)
        assignment = find_course().assignment("backprop_mse")
        with WarmParent() as parent:
            return grade(read_submission(path), assignment, parent, Limits(**limits))

    return submit


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs ``grade`` (or ``gradelab``) in an empty folder."""

    def command(*arguments: object, of: str = "grade") -> subprocess.CompletedProcess[str]:
        module = {"grade": "grader.cli", "gradelab": "grader.admin"}[of]
        return subprocess.run(
            [sys.executable, "-I", "-c", f"from {module} import run; run()"]
            + [str(argument) for argument in arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    return command
