"""Submissions on another interpreter with its own NumPy, and why one may not do."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import numpy as np
import pytest
from homework import LONE

from grader.errors import UsageError
from grader.sandbox.interpreter import Interpreter
from grader.sandbox.limits import Limits
from grader.sandbox.parent import WarmParent
from grader.sandbox.worker import Worker


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """An environment of the same Python in which nothing is installed."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, symlinks=True, with_pip=False)
    return folder


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """An environment that has NumPy, something of its own, and another copy of gradelab."""
    folder = tmp_path_factory.mktemp("other")
    venv.create(folder, symlinks=True, with_pip=False)
    packages = next(folder.glob("lib/python*/site-packages"))
    (packages / "numpy.pth").write_text(str(Path(np.__file__).parent.parent))
    (packages / "only_here.py").write_text("value = 7\n")
    for name in ("grader", "grader/worker", "reference"):
        (packages / name).mkdir()
        (packages / name / "__init__.py").touch()
    (packages / "grader" / "worker" / "__main__.py").touch()
    return folder


def value_of(parent, source):
    with Worker(parent, Limits(), LONE, {}) as worker:
        answer = worker.run(0, 0, "cell", source, 10.0)
        assert answer.error is None, answer.error
        return worker.get("x", None, 10.0).value


SEEN = """
import sys
import only_here
x = [sys.prefix, only_here.value, hash('text')]
for name in ('grader', 'reference', 'wire'):
    try:
        __import__(name)
        x.append(name)
    except ImportError:
        pass
"""


def test_a_submission_runs_on_the_other_python_with_its_packages_and_none_of_ours(other):
    with WarmParent(other / "bin" / "python") as parent:
        prefix, value, number, *ours = value_of(parent, SEEN)
        again = value_of(parent, "x = hash('text')")

    assert Path(prefix).samefile(other)
    assert value == 7
    assert number == again  # strings are hashed alike in every run
    assert ours == []


def test_its_versions_are_known(other):
    here = {"worker_python": "{}.{}.{}".format(*sys.version_info), "worker_numpy": np.__version__}

    with WarmParent(other / "bin" / "python") as parent:
        assert parent.versions == here
    with WarmParent() as parent:
        assert parent.versions == here


def test_a_relative_path_and_a_name_on_the_path_are_found(other, monkeypatch):
    monkeypatch.chdir(other)
    with WarmParent(Path("bin/python")) as parent:
        assert Path(value_of(parent, "import sys\nx = sys.prefix")).samefile(other)
    monkeypatch.setenv("PATH", str(other / "bin"))
    with WarmParent(Path("python")) as parent:
        assert Path(value_of(parent, "import sys\nx = sys.prefix")).samefile(other)


@pytest.mark.parametrize("version", [(3, 10, 0), (3, 11, 0)])
def test_the_scripts_own_folder_is_not_searched_for_modules_on_any_version(tmp_path, version):
    (tmp_path / "json.py").write_text("raise SystemExit('a file beside the script')")
    script = tmp_path / "script.py"
    script.write_text("import json, sys\nprint(__name__, __file__, *sys.argv[1:])")

    command = [*Interpreter(python=version).command(script), "a", "b"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    assert done.stdout.split() == ["__main__", str(script), "a", "b"], done.stderr


def said_of(path):
    with pytest.raises(UsageError) as caught, WarmParent(path):
        pass
    return str(caught.value)


def script(path, text):
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_a_file_that_is_not_there_is_said(tmp_path):
    assert said_of(tmp_path / "python") == f"{tmp_path / 'python'}: there is no such file"


def test_symbolic_links_on_the_way_to_its_packages_lead_there_inside_too(other, tmp_path):
    packages = next(other.glob("lib/python*/site-packages"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "linked_here.py").write_text("value = 8\n")
    (tmp_path / "first").symlink_to("second")
    (tmp_path / "second").symlink_to(elsewhere)
    (packages / "links.pth").write_text(f"{tmp_path}/first/../first\n")
    try:
        with WarmParent(other / "bin" / "python") as parent:
            seen = "import os, linked_here as m\nx = (m.value, os.path.realpath(m.__file__))"
            value, file = value_of(parent, seen)
    finally:
        (packages / "links.pth").unlink()

    assert value == 8
    assert file == str(elsewhere / "linked_here.py")


def test_a_folder_is_no_interpreter(other):
    assert "this is a folder; which Python is meant" in said_of(other)


def test_a_file_that_cannot_be_run_is_said(tmp_path):
    (tmp_path / "python").write_text("")

    assert "this is no executable file" in said_of(tmp_path / "python")


@pytest.mark.parametrize(
    "text",
    [
        "#!/bin/sh\nexit 0\n",
        "#!/bin/sh\necho hello\necho 'no such version' >&2\nexit 1\n",
        "#!/bin/sh\necho '[1, 2]'\n",
        "#!/nowhere/python\n",
        "\0\0\0",
    ],
)
def test_a_program_that_is_not_python_is_said(tmp_path, text):
    assert "this is not a Python interpreter" in said_of(script(tmp_path / "python", text))


def test_what_a_launcher_complains_of_is_passed_on(tmp_path):
    path = script(tmp_path / "python", "#!/bin/sh\necho 'python3.14: not installed' >&2\n")

    assert said_of(path).endswith("(python3.14: not installed)")


def test_a_python_that_is_too_old_is_said(tmp_path):
    path = script(tmp_path / "python", "#!/bin/sh\necho '{\"python\": [2, 7, 18]}'\n")

    assert "this is Python 2.7.18; submissions need 3.10 or newer" in said_of(path)


def test_a_python_without_numpy_is_said_and_how_to_install_it(bare):
    path = bare / "bin" / "python"

    assert said_of(path) == (
        f"{path}: this Python has no NumPy; install it there: {path} -m pip install numpy"
    )


def test_a_numpy_that_does_not_load_is_said(bare, tmp_path):
    venv.create(tmp_path, symlinks=True, with_pip=False)
    package = next(tmp_path.glob("lib/python*/site-packages")) / "numpy"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('libopenblas.so is missing')")

    assert said_of(tmp_path / "bin" / "python").endswith(
        "its NumPy cannot be imported: libopenblas.so is missing"
    )


def test_the_environment_of_the_user_does_not_reach_it(bare, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(np.__file__).parent.parent))

    assert "has no NumPy" in said_of(bare / "bin" / "python")


def test_nothing_is_left_behind_where_it_does_not_start(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    said_of(Path("/nowhere/python"))

    assert list(tmp_path.iterdir()) == []
