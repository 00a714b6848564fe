"""Who imports whom, and when expected values enter the process."""

from __future__ import annotations

import subprocess
import sys

from conftest import ROOT
from homework import SOLUTION, write_notebook

from grader import fixtures, grading
from grader.course import find_course
from grader.reading import read_submission
from grader.sandbox.parent import WarmParent


def test_the_import_walls_hold():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert "0 broken" in done.stdout, done.stdout + done.stderr


def test_expected_values_are_read_only_when_the_last_worker_is_gone(tmp_path, monkeypatch):
    path = write_notebook(tmp_path / "a.ipynb", SOLUTION)
    parent = WarmParent()
    ended_before = []

    def spy(folder, inputs):
        ended_before.append(parent._process.poll() is not None)
        return fixtures.read_expected(folder, inputs)

    monkeypatch.setattr(grading, "read_expected", spy)
    result = grading.grade(read_submission(path), find_course().assignment("backprop_mse"), parent)

    assert ended_before == [True]
    assert result.score == 20


def test_inputs_are_read_without_touching_an_expected_value(monkeypatch):
    read = []
    arrays = fixtures._arrays

    def spy(group, part):
        read.append(part)
        return arrays(group, part)

    monkeypatch.setattr(fixtures, "_arrays", spy)
    fixtures.read_inputs(ROOT / "fixtures" / "backprop_mse")

    assert set(read) == {"inputs"}
