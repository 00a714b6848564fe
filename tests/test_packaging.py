from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

import grader

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["README.md", "CHANGELOG.md", *sorted(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))]
COMMANDS = [
    "python3 -m venv .venv && .venv/bin/pip install -q . && "
    ".venv/bin/grade assignments/backprop_mse/examples/mistakes.ipynb",
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest",
]

# A course lies inside the package once it is installed.
MOVED = {"assignments": "grader/assignments", "fixtures": "grader/fixtures"}

# What all of them look at is made once.
pytestmark = pytest.mark.xdist_group("packaging")


def run(*command: object, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist, from it the wheel, and return the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    # Without isolation, so that nothing is downloaded: hatchling is among the test extra.
    run(sys.executable, "-I", "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    assert len(list(folder.glob("*.tar.gz"))) == 1
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel alone in a new environment that sees the packages of this one."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    run(sys.executable, "-I", "-m", "venv", "--without-pip", environment, cwd=wheel.parent)
    python = environment / "bin" / "python"
    pip = ("-I", "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(sys.executable, *pip, "install", "-q", "--no-deps", "--no-index", wheel, cwd=wheel.parent)
    (packages,) = environment.glob("lib/python3*/site-packages")
    here = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    (packages / "of_the_tests.pth").write_text("\n".join(sorted(here)), encoding="utf-8")
    return python


@pytest.mark.slow
def test_the_wheel_built_from_the_sdist_holds_the_files_that_git_knows_and_no_others(
    wheel: Path,
) -> None:
    folders = ("grader", "reference", "assignments", "fixtures")
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is no clone")
    # --others: files that are new and not yet added, but are not ignored either
    listed = run(
        *(git, "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others"),
        *("--exclude-standard", "--", *folders),
        cwd=ROOT,
    )
    expected = {
        "/".join((MOVED.get(top, top), rest))
        for name in listed.split("\0")
        if name and (ROOT / name).exists()
        for top, _, rest in [name.partition("/")]
    }
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == expected
    assert {name.split("/")[0] for name in names} == {"grader", "reference"}
    assert not [name for name in names if "__pycache__" in name or name.startswith("grader/tests")]


@pytest.mark.slow
def test_the_wheel_grades_the_right_solution_with_full_points_from_an_empty_folder(
    installed: Path, tmp_path: Path
) -> None:
    where = "import grader; print(grader.__file__)"
    package = Path(run(installed, "-I", "-c", where, cwd=tmp_path).strip()).parent
    assert installed.parent.parent in package.parents
    examples = package / "assignments" / "backprop_mse" / "examples"
    shutil.copy(examples / "correct.ipynb", tmp_path)

    grade = (installed, "-I", "-m", "grader")
    run(*grade, "correct.ipynb", "--json", "results.json", cwd=tmp_path)

    result = json.loads((tmp_path / "results.json").read_bytes())
    assert (result["score"], result["max_score"], result["status"]) == (20, 20, "graded")
    assert (tmp_path / "correct.report.html").stat().st_size > 1000


@pytest.mark.slow
def test_the_wheel_has_both_commands_and_they_find_the_course_without_a_clone(
    installed: Path, tmp_path: Path
) -> None:
    assert "backprop_mse" in run(installed.with_name("gradelab"), "list", cwd=tmp_path)
    assert "usage: grade" in run(installed.with_name("grade"), "--help", cwd=tmp_path)


@pytest.mark.slow
def test_a_students_file_called_grader_is_not_mistaken_for_ours(
    installed: Path, tmp_path: Path
) -> None:
    for name in ("grader.py", "reference.py", "random.py"):
        (tmp_path / name).write_text("raise SystemExit('the wrong file')\n", encoding="utf-8")
    assert "usage: grade" in run(installed, "-I", "-m", "grader", "--help", cwd=tmp_path)
    assert "backprop_mse" in run(installed.with_name("gradelab"), "list", cwd=tmp_path)


def test_the_version_that_is_installed_is_the_one_of_the_package() -> None:
    try:
        assert version("gradelab") == grader.__version__
    except PackageNotFoundError:
        pytest.skip("gradelab is not installed here")


@pytest.mark.parametrize("command", COMMANDS, ids=["grade", "test"])
def test_the_readme_names_the_command_that_ci_runs(command: str) -> None:
    assert command in (ROOT / "README.md").read_text("utf-8").splitlines()
    ci = ROOT / ".ci" / "run"
    if ci.exists():  # not in the sdist
        assert command in ci.read_text("utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_what_the_documentation_links_to_exists(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    for target in targets:
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (ROOT / page).parent / path if path else ROOT / page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked.read_text("utf-8")), target


def anchors(text: str) -> set[str]:
    """Return the names by which the headings of a Markdown page can be linked to."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }


@pytest.mark.slow
def test_the_example_in_the_documentation_builds_grades_and_passes_its_audit_as_it_stands(
    command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    text = (ROOT / "docs" / "assignments.md").read_text("utf-8")
    folder = tmp_path / "course" / "assignments" / "neuron"
    folder.mkdir(parents=True)
    for name in ("worked.py", "checks.py", "assignment.toml"):
        content = re.search(rf"^## {name}\n.*?```\w+\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        assert content is not None
        (folder / name).write_text(content[1], encoding="utf-8")
    wrapped = re.search(
        r"^With a `wrapped\.py`.*?```\w+\n(.*?)^```", text, re.MULTILINE | re.DOTALL
    )
    assert wrapped is not None
    (folder / "wrapped.py").write_text(wrapped[1], encoding="utf-8")
    (tmp_path / "neuron.py").write_text(
        "def predict(X, w):\n    return X @ w\n"
        "def gradient(X, T, w):\n"
        "    error = predict(X, w) - T\n"
        "    return (error**2).mean() / 2, X.T @ error\n",
        encoding="utf-8",
    )
    for action in ("build", "verify"):
        done = command("--course", "course", "fixtures", action, "neuron", of="gradelab")
        assert done.returncode == 0, done.stderr
    done = command("neuron.py", "--course", "course", "--no-html")
    assert done.returncode == 0, done.stderr
    assert "5 / 7" in done.stdout
    assert "The average over the N samples is missing (at dw)" in done.stdout
    done = command("--course", "course", "audit", "neuron", of="gradelab")
    assert (done.returncode, done.stderr) == (0, "")
    assert "No problems" in done.stdout
