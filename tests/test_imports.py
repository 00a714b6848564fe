"""Libraries that an assignment does not allow: found in the text and at run time, and handled."""

from __future__ import annotations

import shutil

import pytest
from conftest import ROOT
from homework import SOLUTION, verdicts, write_notebook

from grader.course import Course
from grader.grading import grade
from grader.reading import read_submission
from grader.sandbox.parent import WarmParent


@pytest.fixture
def graded(tmp_path):
    def graded(cells, handling="note"):
        for name in ("assignments", "fixtures"):
            target = tmp_path / name / "backprop_mse"
            shutil.copytree(ROOT / name / "backprop_mse", target, dirs_exist_ok=True)
        path = tmp_path / "assignments" / "backprop_mse" / "assignment.toml"
        run = f'\n[run]\nallowed_imports = ["numpy"]\nforbidden_import = "{handling}"\n'
        original = ROOT / "assignments" / "backprop_mse" / "assignment.toml"
        path.write_text(original.read_text("utf-8") + run, "utf-8")
        submission = read_submission(write_notebook(tmp_path / "hw.ipynb", cells))
        with WarmParent() as parent:
            return grade(submission, Course(tmp_path).assignment("backprop_mse"), parent)

    return graded


def test_what_is_allowed_and_the_standard_library_are_not_mentioned(graded):
    result = graded(["import json, numpy.linalg", *SOLUTION])
    assert result.score == 20
    assert not any("does not allow" in note for note in result.notes)


def test_a_forbidden_import_is_noted_at_its_line(graded):
    result = graded(["x = 1\nimport h5py", *SOLUTION])
    assert result.score == 20
    assert (
        "h5py is imported (code cell 1, line 2), and the assignment does not allow it"
    ) in result.notes


@pytest.mark.parametrize(
    "source",
    [
        "__import__('h5py')",
        "import importlib\nimportlib.import_module('h5' + 'py')",
        "exec('import h5py')",
    ],
)
def test_an_import_that_hides_from_the_text_is_found_at_run_time(graded, source):
    result = graded([*SOLUTION, source])
    assert any(note.startswith("h5py is imported, and") for note in result.notes)


def test_a_library_that_something_stands_in_for_is_found_too(graded):
    source = "import importlib\nimportlib.import_module('matplotlib' + '.pyplot')"
    result = graded([*SOLUTION, source])
    assert any(note.startswith("matplotlib is imported") for note in result.notes)


def test_no_points_means_no_points_for_anything(graded):
    result = graded(["import h5py", *SOLUTION], "no points")
    assert (result.score, result.max_score) == (0, 20)
    assert set(verdicts(result).values()) == {"error"}
    assert result.causes[0].text == (
        "Nothing was checked: the assignment does not allow h5py (code cell 1, line 1)."
    )


def test_a_refused_import_fails_where_it_stands_and_the_rest_counts(graded):
    result = graded(["import h5py", *SOLUTION], "refuse")
    assert result.score == 20
    assert "h5py is not allowed in this assignment" in result.cells[0].message


def test_what_libraries_import_themselves_is_their_own_affair(graded):
    result = graded([*SOLUTION, "import numpy.testing\nfrom numpy import f2py"])
    assert not any("does not allow" in note for note in result.notes)
