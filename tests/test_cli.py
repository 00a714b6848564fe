"""The commands as a user runs them: real processes, real files."""

from __future__ import annotations

import json
import os
import shutil
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
    assert "dW2 is N/1000 times the right value" in done.stdout
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
        (["."], "there is no .ipynb or .py file in it"),
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


def write_assignment(course, name, functions):
    folder = course / "assignments" / name
    folder.mkdir(parents=True)
    text = f'title = "A"\nfunctions = {functions}\n[points.check]\nQ = 1\n'
    (folder / "assignment.toml").write_text(text)


@pytest.mark.parametrize(
    ("defined", "words"),
    [
        ("f", "several assignments fit; name one with --assignment NAME, of: one, two"),
        (
            "other",
            "no assignment fits its functions; name one with --assignment NAME, of: one, two",
        ),
    ],
)
def test_a_submission_that_fits_several_assignments_or_none_is_told_them(
    command, tmp_path, defined, words
):
    for name in ("one", "two"):
        write_assignment(tmp_path, name, ["f"])
    (tmp_path / "x.py").write_text(f"def {defined}(): pass")
    done = command("x.py", "--course", ".")

    assert done.returncode == 2
    assert words in done.stderr


def test_the_only_assignment_of_a_course_is_taken_whatever_the_text_defines(command, tmp_path):
    cells = [f"exec({chr(10).join(SOLUTION)!r})"]
    write_notebook(tmp_path / "x.ipynb", cells)
    for name in ("assignments", "fixtures"):
        shutil.copytree(ROOT / name / "backprop_mse", tmp_path / name / "backprop_mse")

    assert "20 / 20" in command("x.ipynb", "--course", ".").stdout


def test_an_assignment_that_cannot_be_read_stops_only_its_own_submissions(command, tmp_path):
    for name in ("assignments", "fixtures"):
        shutil.copytree(ROOT / name / "backprop_mse", tmp_path / name / "backprop_mse")
    write_assignment(tmp_path, "another", ["g"])
    (tmp_path / "assignments" / "another" / "assignment.toml").write_text("title = 5")
    write_notebook(tmp_path / "x.ipynb", SOLUTION)
    (tmp_path / "y.py").write_text("def g(): pass")
    (tmp_path / "another.py").write_text("def g(): pass")

    assert "20 / 20" in command("x.ipynb", "--course", ".").stdout
    unfit = command("y.py", "--course", ".")
    assert unfit.returncode == 2
    assert "of: backprop_mse; one could not be read: " in unfit.stderr
    own = command("another.py", "--course", ".")
    assert own.returncode == 3
    assert "Expected `str`" in own.stderr


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
    assert b"dW2 is N/1000 times the right value" in done.stdout


def test_the_assignments_are_listed_with_points_and_cases(command):
    done = command("list", of="gradelab")

    assert done.stdout.startswith("backprop_mse: Backpropagation by hand")
    assert "20 points; cases: handout" in done.stdout


def test_fixtures_are_built_and_verified_from_the_command_line(command, tmp_path):
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


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--json", "x.ipynb"], "a report is no .ipynb file"),
        (["--html", "report.PY"], "a report is no .PY file"),
        (["--html", "r", "--json", "r"], "r is the same file as r"),
        (["--html", "r", "--json", "./a/../r"], "r is the same file as a/../r"),
        (["--json", "x.report.html"], "is the same file as x.report.html"),
        (["--json", "link"], "link is the same file as x.ipynb"),
        (["--html", "hard"], "hard is the same file as x.ipynb"),
    ],
)
def test_no_report_is_written_over_the_submission_or_another_report(
    command, tmp_path, arguments, words
):
    path = write_notebook(tmp_path / "x.ipynb", SOLUTION)
    before = path.read_bytes()
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to(path)
    (tmp_path / "hard").hardlink_to(path)
    done = command("x.ipynb", *arguments)

    assert done.returncode == 2
    assert words in done.stderr
    assert path.read_bytes() == before
    assert {p.name for p in tmp_path.iterdir()} == {"x.ipynb", "a", "link", "hard"}


def test_a_default_report_that_is_a_link_to_the_submission_is_not_written(command, tmp_path):
    path = write_notebook(tmp_path / "x.ipynb", SOLUTION)
    (tmp_path / "x.report.html").symlink_to(path)
    done = command("x.ipynb")

    assert done.returncode == 2
    assert json.loads(path.read_bytes())["nbformat"] == 4


def test_both_reports_may_go_to_nowhere(command):
    nowhere = ("--html", "/dev/null", "--json", "/dev/null")

    assert command(EXAMPLES / "correct.ipynb", *nowhere).returncode == 0


def shell(tmp_path, line):
    """Run a shell line in which ``$grade`` is the command."""
    grade = f"{sys.executable} -I -c 'from grader.cli import run; run()'"
    return subprocess.run(
        ["/bin/sh", "-c", line.replace("$grade", grade)], capture_output=True, cwd=tmp_path
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")  # noqa: PTH110
@pytest.mark.parametrize(
    ("line", "code", "error"),
    [
        ("$grade x.ipynb --json r.json >&-", 2, b"grade: the standard output is closed"),
        ("$grade x.ipynb --json r.json >/dev/full", 2, b"grade: the result cannot be printed: No"),
        ("$grade x.ipynb --json r.json --quiet >&-", 0, b""),
        ("$grade x.ipynb --json r.json <&- >&- 2>&-", 2, b""),
        ("$grade x.ipynb --json r.json >/dev/full 2>/dev/full", 2, b""),
    ],
)
def test_an_output_that_cannot_be_written_to_costs_no_report(tmp_path, line, code, error):
    write_notebook(tmp_path / "x.ipynb", SOLUTION)
    done = shell(tmp_path, line)

    assert done.returncode == code
    assert done.stderr.startswith(error)
    assert done.stderr.count(b"\n") == bool(error)
    assert from_json((tmp_path / "r.json").read_bytes()).score == 20
    assert (tmp_path / "x.report.html").stat().st_size > 1000


def test_a_file_name_that_is_not_utf_8_is_graded_and_shown(tmp_path):
    name = os.fsdecode(b"hw\xff.ipynb")
    write_notebook(tmp_path / name, SOLUTION)
    done = shell(tmp_path, "$grade hw*.ipynb --json r.json")

    assert (done.returncode, done.stderr) == (0, b"")
    assert "hw\ufffd.ipynb" in done.stdout.decode()
    assert from_json((tmp_path / "r.json").read_bytes()).submission.file == "hw\ufffd.ipynb"
    page = (tmp_path / os.fsdecode(b"hw\xff.report.html")).read_text("utf-8")
    assert "hw\ufffd.ipynb" in page


def test_a_file_name_that_is_not_utf_8_of_a_file_that_cannot_be_read_is_shown(tmp_path):
    (tmp_path / os.fsdecode(b"hw\xff.ipynb")).write_text("{")
    done = shell(tmp_path, "$grade hw*.ipynb --json r.json")

    assert done.returncode == 2
    result = from_json((tmp_path / "r.json").read_bytes())
    assert result.submission.file == "hw\ufffd.ipynb"
    assert "hw\ufffd.ipynb: this is not a notebook" in result.message


def test_the_list_goes_on_after_a_broken_assignment_and_names_it(command, tmp_path):
    for name in ("assignments", "fixtures"):
        shutil.copytree(ROOT / name / "backprop_mse", tmp_path / name / "backprop_mse")
    write_assignment(tmp_path, "another", ["g"])
    toml = tmp_path / "assignments" / "backprop_mse" / "assignment.toml"
    done = command("--course", ".", "list", of="gradelab")
    assert done.returncode == 3
    assert "another" in done.stderr
    assert done.stdout.startswith("backprop_mse: ")

    toml.write_text(toml.read_text().replace("db2 = 3", "db3 = 3").replace(', db2 = "b2"', ""))
    named = command("--course", ".", "list", of="gradelab")
    assert "[points] names db3, which worked.py has no step for" in named.stderr
    (toml.parent / "worked.py").unlink()
    named = command("--course", ".", "list", of="gradelab")
    assert "[points] names db3, which the fixtures do not have" in named.stderr


@pytest.mark.parametrize("file", ["checks.py", "worked.py"])
@pytest.mark.parametrize("line", ["import sys; sys.exit(0)", "raise KeyboardInterrupt"])
def test_a_file_of_the_assignment_that_ends_the_process_is_said_to_be_wrong(
    command, tmp_path, file, line
):
    for name in ("assignments", "fixtures"):
        shutil.copytree(ROOT / name, tmp_path / name)
    path = tmp_path / "assignments" / "backprop_mse" / file
    path.write_text(f"{line}\n")
    action = ("audit", "backprop_mse")
    if file == "worked.py":
        action = ("fixtures", "build", "backprop_mse")
    else:
        command("--course", ".", "fixtures", "build", "backprop_mse", of="gradelab")
    done = command("--course", ".", *action, of="gradelab")

    assert done.returncode == 3
    assert f"{file}, line 1: " in done.stderr
    assert "Traceback" not in done.stderr


def test_what_fails_in_gradelab_is_not_told_an_instructor_as_a_student(monkeypatch, capsys):
    from grader import cli

    def failing():
        raise RuntimeError("something")

    with pytest.raises(SystemExit, match="3"):
        cli.leave(failing, "gradelab failed")
    assert capsys.readouterr().err.startswith("gradelab failed: RuntimeError: something\n")


def test_json_to_the_standard_output_stands_there_alone(command, tmp_path):
    path = write_notebook(tmp_path / "a.ipynb", SOLUTION)
    done = command(path, "--json", "-", "--no-html")
    failed = command("missing.ipynb", "--json", "-", "--no-html")

    assert json.loads(done.stdout)["score"] == 20
    assert done.stderr == ""
    assert json.loads(failed.stdout)["status"] == "failed"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.ipynb"]


def test_json_to_a_log_leaves_what_stands_in_it(tmp_path):
    path = write_notebook(tmp_path / "a.ipynb", SOLUTION)
    log = tmp_path / "log"
    log.write_text("before\n")
    with log.open("a") as file:
        run = [sys.executable, "-m", "grader", path, "--json", "-", "--no-html"]
        subprocess.run(run, stdout=file, check=True, cwd=tmp_path)
        file.write("after\n")

    text = log.read_text()
    assert text.startswith("before\n{")
    assert text.endswith("}\nafter\n")
