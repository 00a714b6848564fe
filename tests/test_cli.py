"""The commands as a user runs them: real processes, real files."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from conftest import ROOT
from homework import SOLUTION, with_backward, write_notebook

from grader.results import from_json

EXAMPLES = ROOT / "assignments" / "backprop_mse" / "examples"
HEAVY = {"numpy", "h5py", "jinja2", "msgspec", "nbformat", "nbconvert", "rich", "IPython"}


def modules_after(code):
    code += "\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    return {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize("module", ["grader.cli", "grader.admin"])
def test_help_imports_nothing_heavy(module):
    loaded = modules_after(f"import {module}; {module}.parser().format_help()")

    assert "argparse" in loaded
    assert not loaded & HEAVY


def test_a_grading_imports_only_what_it_uses(tmp_path):
    path = write_notebook(tmp_path / "backprop_mse.ipynb", SOLUTION)
    code = f"from grader.cli import main\nassert main([{str(path)!r}, '--no-html', '--quiet']) == 0"

    assert not modules_after(code) & (HEAVY - {"numpy", "h5py", "msgspec"})


def test_an_example_is_graded_with_all_its_reports(command, tmp_path):
    done = command(EXAMPLES / "mistakes.ipynb", "--json", "r.json")

    assert done.returncode == 0
    assert done.stderr == ""
    assert "The gradient of W1 is transposed" in done.stdout
    assert "The number of samples is fixed at 1000" in done.stdout
    assert "Report: mistakes.report.html" in done.stdout
    result = from_json((tmp_path / "r.json").read_bytes())
    assert (result.schema, result.assignment) == ("gradelab/results/v1", "backprop_mse")
    page = (tmp_path / "mistakes.report.html").read_text("utf-8")
    assert "The gradient of W1 is transposed" in page


@pytest.mark.parametrize(("name", "score"), [("correct.ipynb", 20), ("correct.py", 20)])
def test_examples_marked_correct_get_full_marks(command, tmp_path, name, score):
    command(EXAMPLES / name, "--json", "r.json", "--no-html", "--quiet")

    assert from_json((tmp_path / "r.json").read_bytes()).score == score


def test_the_handout_as_it_stands_gets_nothing(command, tmp_path):
    command(EXAMPLES.parent / "handout.ipynb", "--json", "r.json", "--no-html", "--quiet")

    result = from_json((tmp_path / "r.json").read_bytes())
    assert (result.score, result.status) == (0, "graded")


def test_the_same_submission_gives_the_same_result(command, tmp_path):
    def once():
        command(EXAMPLES / "mistakes.ipynb", "--json", "r.json", "--html", "r.html", "--quiet")
        result = json.loads((tmp_path / "r.json").read_bytes())
        return {key: value for key, value in result.items() if key != "seconds"}

    assert once() == once()


def test_quiet_prints_nothing_and_no_html_writes_nothing(command, tmp_path):
    done = command(EXAMPLES / "correct.ipynb", "--quiet", "--no-html")

    assert (done.stdout, done.stderr, list(tmp_path.iterdir())) == ("", "", [])


def test_exit_code_1_below_the_percentage_asked_for(command):
    arguments = (EXAMPLES / "mistakes.ipynb", "--no-html", "--quiet", "--fail-under")

    assert command(*arguments, 90).returncode == 1
    assert command(*arguments, 10).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.ipynb"], "there is no such file"),
        (["."], "this is a"),
        ([EXAMPLES / "correct.ipynb", "--assignment", "nothing"], "there are: backprop_mse"),
        ([EXAMPLES / "correct.ipynb", "--course", "."], "this is no course"),
        ([EXAMPLES / "correct.ipynb", "--timeout", "0"], "not a number of seconds above 0"),
        ([EXAMPLES / "correct.ipynb", "--timeout", "soon"], "invalid"),
        ([EXAMPLES / "correct.ipynb", "--fail-under", "101"], "not between 0 and 100"),
        ([EXAMPLES / "correct.ipynb", "--html", "no/such/folder/r.html"], "cannot be written"),
        ([EXAMPLES / "correct.ipynb", "--quiet", "--json", "."], "cannot be written"),
        ([], "the following arguments are required: FILE"),
    ],
)
def test_exit_code_2_and_a_sentence_for_wrong_usage(command, arguments, words):
    done = command(*arguments)

    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unreadable_submission_leaves_a_result_that_says_so(command, tmp_path):
    (tmp_path / "a.ipynb").write_text("{")
    done = command("a.ipynb", "--json", "r.json")

    assert done.returncode == 2
    result = from_json((tmp_path / "r.json").read_bytes())
    assert result.status == "failed"
    assert "not valid JSON" in result.message


def test_exit_code_3_where_the_fixtures_are_broken(command, tmp_path):
    for name in ("assignments/a", "fixtures/a"):
        (tmp_path / name).mkdir(parents=True)
    folder = tmp_path / "assignments" / "a"
    (folder / "assignment.toml").write_text('title = "A"\nfunctions = ["f"]\n[points.one]\nQ = 1\n')
    (folder / "checks.py").write_text(
        "from grader.checks import check\n@check\ndef one(student, case):\n    'title'\n"
    )
    (tmp_path / "fixtures/a/public.h5").write_text("no HDF5")
    (tmp_path / "a.py").write_text("def f(): pass")
    done = command("a.py", "--course", ".")

    assert done.returncode == 3
    assert "this fixture is damaged; build it with: gradelab fixtures build a" in done.stderr


def test_file_names_with_blanks_quotes_and_other_letters_are_graded(command, tmp_path):
    name = "my 'best' \"hw\" — ბეკ <b>.ipynb"
    write_notebook(tmp_path / name, SOLUTION)
    done = command(name, "--assignment", "backprop_mse")

    assert done.returncode == 0
    page = (tmp_path / f"{name.removesuffix('.ipynb')}.report.html").read_text("utf-8")
    assert "&lt;b&gt;" in page
    assert "<b>.ipynb" not in page


@pytest.mark.parametrize("name", ["hw4 Backprop-MSE (1).ipynb", "x.ipynb"])
def test_the_assignment_is_found_by_the_file_name_or_the_functions(command, tmp_path, name):
    write_notebook(tmp_path / name, SOLUTION)

    assert "20 / 20" in command(name).stdout


def test_the_assignment_is_found_by_the_notebooks_metadata(command, tmp_path):
    cells = ["x = 1"]
    write_notebook(tmp_path / "x.ipynb", cells, gradelab={"assignment": "backprop_mse"})

    assert "0 / 20" in command("x.ipynb").stdout


def test_a_submission_that_fits_no_assignment_is_told_the_candidates(command, tmp_path):
    write_notebook(tmp_path / "x.ipynb", ["def other(): pass"])
    done = command("x.ipynb")

    assert done.returncode == 2
    assert "name one with --assignment NAME, of: backprop_mse" in done.stderr


def test_two_assignments_that_fit_alike_are_both_named(command, tmp_path):
    for name in ("one", "two"):
        folder = tmp_path / "assignments" / name
        folder.mkdir(parents=True)
        text = 'title = "A"\nfunctions = ["f"]\n[points.check]\nQ = 1\n'
        (folder / "assignment.toml").write_text(text)
    (tmp_path / "x.py").write_text("def f(): pass")
    done = command("x.py", "--course", ".")

    assert done.returncode == 2
    assert "several assignments fit; name one with --assignment NAME, of: one, two" in done.stderr


def test_a_timeout_for_cells_and_calls_is_taken_from_the_command_line(command, tmp_path):
    slow = with_backward("N = X.shape[0]", "N = X.shape[0]\n    while True: pass")
    write_notebook(tmp_path / "x.ipynb", slow)

    assert "was still running after 0.4 seconds" in command("x.ipynb", "--timeout", "0.4").stdout


def test_a_student_folder_with_modules_of_our_names_changes_nothing(command, tmp_path):
    for name in ("grader.py", "random.py", "numpy.py", "json.py"):
        (tmp_path / name).write_text("raise SystemExit('the wrong module')")
    write_notebook(tmp_path / "x.ipynb", SOLUTION)

    assert "20 / 20" in command("x.ipynb").stdout


def test_output_that_nobody_reads_is_no_error():
    code = "from grader.cli import run; run()"
    with subprocess.Popen(
        [sys.executable, "-I", "-c", code, str(EXAMPLES / "mistakes.ipynb"), "--no-html"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_the_terminal_report_survives_an_encoding_that_cannot_say_it(tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "grader", str(EXAMPLES / "mistakes.ipynb"), "--no-html"],
        capture_output=True,
        cwd=tmp_path,
        env=environment,
    )

    assert done.returncode == 0
    assert b"The number of samples is fixed at 1000" in done.stdout


def test_the_assignments_are_listed_with_points_and_cases(command):
    done = command("list", of="gradelab")

    assert done.stdout.startswith("backprop_mse: Backpropagation by hand")
    assert "20 points; cases: handout" in done.stdout


def test_fixtures_are_built_and_verified_from_the_command_line(command, tmp_path):
    import shutil

    shutil.copytree(ROOT / "assignments", tmp_path / "assignments")
    arguments = ("--course", ".", "fixtures")
    assert command(*arguments, "build", "backprop_mse", of="gradelab").returncode == 0
    built = command(*arguments, "verify", "backprop_mse", of="gradelab")
    assert (built.returncode, built.stderr) == (0, "")

    worked = tmp_path / "assignments" / "backprop_mse" / "worked.py"
    worked.write_text(worked.read_text() + "\n# changed\n")
    changed = command(*arguments, "verify", "backprop_mse", of="gradelab")
    assert changed.returncode == 3
    assert "built from another version" in changed.stderr
