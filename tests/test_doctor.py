"""What is said of a machine's walls is what was tried, and require means all of them."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from homework import LONE, SOLUTION, write_notebook

from grader.course import find_course
from grader.doctor import Examination, examine, text
from grader.errors import SandboxError
from grader.grading import grade
from grader.reading import read_submission
from grader.sandbox.limits import Limits
from grader.sandbox.parent import WALLS, WarmParent
from grader.sandbox.worker import Worker


@pytest.fixture(scope="module")
def found() -> Examination:
    return examine()


def test_the_doctor_names_every_wall_and_limit_and_what_a_missing_one_leaves_open(found):
    names = [one.name for one in found.findings]
    assert names[: len(WALLS)] == list(WALLS)
    assert {"memory", "processor time", "file size"} <= set(names)
    for one in found.findings:
        assert one.holds == (not one.text)
        assert f"{'✓' if one.holds else '✗'} {one.name}" in text(found)


def test_the_doctors_exit_code_says_whether_require_would_work(found, command):
    done = command("doctor", of="gradelab")
    assert done.returncode == (0 if found.complete else 1)
    assert "Landlock: " in done.stdout


@pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run(["unshare", "-U", "-r", "true"]).returncode,
    reason="no user namespace can be made here",
)
@pytest.mark.parametrize(("kind", "view"), [("net", "✓"), ("mnt", "✗"), ("pid", "✓")])
def test_the_walls_stand_without_namespaces_too(found, kind, view):
    if not found.complete:
        pytest.skip("not all walls stand here")
    none = f"echo 0 > /proc/sys/user/max_{kind}_namespaces"
    doctor = f"{sys.executable} -c 'from grader.admin import run; run()' doctor"
    command = ["unshare", "-U", "-r", "sh", "-c", f"{none} && {doctor}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{view} view" in done.stdout


def test_without_walls_every_result_says_what_is_missing(tmp_path):
    submission = read_submission(write_notebook(tmp_path / "a.ipynb", SOLUTION))
    with WarmParent(isolation="off") as parent:
        result = grade(submission, find_course().assignment("backprop_mse"), parent)
    assert result.score == 20
    assert (result.isolation.level, result.isolation.missing) == ("process", WALLS)


def test_require_refuses_where_a_wall_is_missing(monkeypatch):
    monkeypatch.setattr("grader.sandbox.worker.WALLS", (*WALLS, "gravity"))
    with (
        WarmParent(isolation="require") as parent,
        pytest.raises(SandboxError, match="cannot keep a submission from: gravity"),
    ):
        Worker(parent, Limits(), LONE, {})


def test_require_grades_where_all_walls_stand(found, tmp_path, command):
    path = write_notebook(tmp_path / "a.ipynb", SOLUTION)
    done = command(path, "--assignment", "backprop_mse", "--isolation", "require")
    assert done.returncode == (0 if found.complete else 3)
