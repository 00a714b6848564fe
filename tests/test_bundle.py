"""The autograder.zip for Gradescope: what is in it, and that the submission cannot read the course.

The last test needs root, a Python that every user may run, and an index to install from; it is run
where ``GRADELAB_TEST_BUNDLE`` is set.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

ASSIGNMENT = ROOT / "assignments" / "backprop_mse"
SCRIPTS = ("setup.sh", "run_autograder", "student-python")


@pytest.fixture
def bundle(command, tmp_path):
    """Return a function that bundles an assignment and opens the zip."""

    def bundle(*arguments):
        done = command("bundle", "gradescope", "backprop_mse", *arguments, of="gradelab")
        assert (done.returncode, done.stderr) == (0, "")
        assert "autograder.zip: " in done.stdout
        return zipfile.ZipFile(tmp_path / "autograder.zip")

    return bundle


def test_the_zip_has_both_programs_at_its_top_and_they_may_be_executed(bundle):
    with bundle() as archive:
        for name in SCRIPTS:
            assert archive.getinfo(name).external_attr >> 16 & 0o111
            data = archive.read(name)
            assert data.startswith(b"#!")
            assert b"\r" not in data


def test_the_zip_holds_what_grading_needs_and_no_solution_and_no_other_assignment(bundle):
    with bundle() as archive:
        names = set(archive.namelist())
        course = {name for name in names if name.startswith("course/")}
        hidden = archive.read("course/fixtures/backprop_mse/hidden.h5")

    assert {"course/assignments/backprop_mse/worked.py", "gradelab/grader/__main__.py"} <= names
    assert {name.split("/")[2] for name in course} == {"backprop_mse"}
    assert hidden == (ROOT / "fixtures" / "backprop_mse" / "hidden.h5").read_bytes()
    assert not [n for n in names if "example" in n or "__pycache__" in n or n.endswith(".ipynb")]
    assert not [n for n in names if n.startswith("gradelab") and n.endswith((".h5", ".toml"))]


def test_two_bundles_are_the_same_bytes(bundle, tmp_path):
    bundle().close()
    first = (tmp_path / "autograder.zip").read_bytes()
    bundle().close()

    assert (tmp_path / "autograder.zip").read_bytes() == first


def test_settings_cannot_be_commands(bundle):
    with bundle("--visibility", "after_published") as archive:
        settings = archive.read("settings.sh").decode()

    lines = ["ASSIGNMENT=backprop_mse", "VISIBILITY=after_published", r"MINUTES=\d+"]
    assert re.fullmatch("\n".join(lines) + "\n", settings)


def test_a_zip_is_not_written_over_a_module(command):
    done = command("bundle", "gradescope", "backprop_mse", "--output", "mine.py", of="gradelab")

    assert done.returncode == 2
    assert "a report is no .py file" in done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_without_what_it_needs_it_grades_nothing_and_says_why(bundle, tmp_path):
    with bundle() as archive:
        archive.extract("run_autograder", tmp_path)
    environment = {"PATH": str(tmp_path / "empty"), "AUTOGRADER": str(tmp_path)}
    (tmp_path / "empty").mkdir()
    for name in ("id", "mkdir"):  # all but setpriv
        (tmp_path / "empty" / name).symlink_to(shutil.which(name))
    bash = shutil.which("bash")
    done = subprocess.run([bash, tmp_path / "run_autograder"], env=environment, timeout=60)

    told = json.loads((tmp_path / "results" / "results.json").read_bytes())
    assert done.returncode == 1
    assert told["score"] == 0
    assert "has to start as root" in told["output"]


HOSTILE = """\
import glob, os

found = []
for pattern in PATTERNS:
    for path in [pattern, *glob.glob(pattern, recursive=True)]:
        for mode in (os.O_RDONLY, os.O_WRONLY):
            try:
                os.close(os.open(path, mode))
                found.append(f"{path} {mode}")
            except OSError:
                pass
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            if b"--course" not in file.read():
                continue
        for name in ("mem", "environ", "fd/3"):
            try:
                os.close(os.open(f"/proc/{pid}/{name}", os.O_RDONLY))
                found.append(f"/proc/{pid}/{name}")
            except OSError:
                pass
    except OSError:
        pass
for group in (0, 61002):
    try:
        os.setgid(group)
        found.append(f"group {group}")
    except OSError:
        pass


def sigmoid(z):
    raise ValueError(f"user {os.getuid()} groups {os.getgroups()} found {found}")
"""


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("GRADELAB_TEST_BUNDLE") or os.geteuid() != 0,
    reason="GRADELAB_TEST_BUNDLE is not set, or this is not root",
)
def test_the_submission_reads_neither_course_nor_results_even_without_other_walls(bundle):
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        here.chmod(0o755)
        with bundle() as archive:
            archive.extractall(here / "source")
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "AUTOGRADER": folder}
        subprocess.run(["bash", here / "source/setup.sh"], env=environment, check=True)

        good = graded(here, environment, (ASSIGNMENT / "examples" / "correct.py").read_text())
        assert (good["score"], good["extra_data"]["isolation"]) == (20, "full")

        patterns = [f"{folder}/{name}/**" for name in ("source", "results", "submission")]
        patterns += [
            f"{folder}/venv/lib/python3*/site-packages/{name}/*.py" for name in ("grader",)
        ]
        patterns += [str(here / "source/course/fixtures/backprop_mse/hidden.h5")]
        hostile = f"PATTERNS = {patterns}\n{HOSTILE}"
        script = here / "source" / "run_autograder"
        script.write_text(script.read_text().replace("--no-html", "--isolation off --no-html"))
        told = graded(here, environment, hostile)
        assert told["score"] == 0
        assert "user 61001 groups [] found []" in json.dumps(told).replace("\\n    ", " ")


def graded(here, environment, source):
    (here / "submission").mkdir(exist_ok=True)
    (here / "submission" / "homework.py").write_text(source)
    subprocess.run(["bash", here / "source/run_autograder"], env=environment, check=True)
    return json.loads((here / "results" / "results.json").read_bytes())
