"""``grade --format``: real processes, real files."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

import actions_runner as runner
import pytest
from conftest import ROOT

EXAMPLES = ROOT / "assignments" / "backprop_mse" / "examples"
GRADE = [sys.executable, "-I", "-m", "grader", "--no-html"]


def test_several_formats_are_written_at_once_and_agree(command, tmp_path):
    formats = ["classroom", "gradescope=out/results.json", "junit", "github=gh"]
    options = [part for name in formats for part in ("--format", name)]
    done = command(EXAMPLES / "mistakes.ipynb", "--no-html", *options, "--visibility", "hidden")

    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads((tmp_path / "out" / "results.json").read_bytes())
    suites = ET.parse(tmp_path / "junit.xml").getroot()
    outputs = runner.outputs((tmp_path / "gh" / "outputs.txt").read_text("utf-8"))
    assert told["score"] == 14.75
    assert {test["visibility"] for test in told["tests"]} == {"hidden"}
    assert suites.find("testsuite/properties/property").attrib == {
        "name": "points",
        "value": "14.75",
    }
    assert outputs["score"] == "14.75"
    assert outputs["result"] == (tmp_path / "classroom.txt").read_text().strip()
    assert "::notice title=Autograding complete::Points 14.75/20" in (
        tmp_path / "gh" / "commands.txt"
    ).read_text("utf-8")


def test_a_submission_that_cannot_be_read_leaves_every_format(command, tmp_path):
    (tmp_path / "a.ipynb").write_text("{")
    formats = ["classroom", "gradescope", "junit", "github=gh"]
    done = command("a.ipynb", *[part for name in formats for part in ("--format", name)])

    assert done.returncode == 2
    assert "not valid JSON" in json.loads((tmp_path / "results.json").read_bytes())["output"]
    assert ET.parse(tmp_path / "junit.xml").find(".//error") is not None
    assert (tmp_path / "classroom.txt").stat().st_size > 100
    assert "status<<" in (tmp_path / "gh" / "outputs.txt").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "sarif"], "none of classroom, classroom50, github, gradescope, junit"),
        (["--format", "junit="], "none of"),
        (["--format", "junit=a.py"], "a report is no .py file"),
        (["--format", "junit=x", "--json", "x"], "same file"),
        (["--format", "junit", "--format", "junit"], "same file"),
        (["--format", "github"], "GITHUB_STEP_SUMMARY, GITHUB_OUTPUT is not set"),
        (["--format", "classroom50"], "CLASSROOM, ASSIGNMENT, SUBMISSION_TAG"),
        (["--format", "gradescope=/dev/null/x", "--no-html"], "cannot be written"),
    ],
)
def test_exit_code_2_and_a_sentence_for_what_cannot_be_done(command, monkeypatch, arguments, words):
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "CLASSROOM"):
        monkeypatch.delenv(name, raising=False)
    done = command(EXAMPLES / "correct.py", "--quiet", *arguments)

    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_in_a_workflow_of_ones_own_it_adds_to_githubs_files_and_prints_to_its_log(tmp_path):
    name = "a ##[error]forged ::error::x.py"
    shutil.copy(EXAMPLES / "correct.py", tmp_path / name)
    files = {v: str(tmp_path / v) for v in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    (tmp_path / "GITHUB_OUTPUT").write_text("before=1\n")
    ran = subprocess.run(
        [*GRADE, name, "--assignment", "backprop_mse", "--format", "github", "--fail-under", "50"],
        cwd=tmp_path,
        env={**files, "GITHUB_WORKSPACE": str(tmp_path), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert [c.name for c in runner.commands(ran.stdout + ran.stderr)] == ["notice", "notice"]
    assert "20 / 20" in ran.stdout
    outputs = runner.outputs((tmp_path / "GITHUB_OUTPUT").read_text("utf-8"))
    assert (outputs["before"], outputs["score"], outputs["status"]) == ("1", "20", "pass")
    assert "Backpropagation" in (tmp_path / "GITHUB_STEP_SUMMARY").read_text("utf-8")


def test_classroom_50_gets_its_two_files_from_the_variables_of_its_runner(tmp_path):
    variables = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")
    environment = {name: f"submit/{name}" for name in variables}
    shutil.copy(EXAMPLES / "mistakes.ipynb", tmp_path)
    grade = [*GRADE, "mistakes.ipynb", "--quiet", "--format", "classroom50"]
    subprocess.run(grade, cwd=tmp_path, env=environment, check=True)

    told = json.loads((tmp_path / "result.json").read_bytes())
    assert (told["score"], told["max-score"]) == (1475, 2000)
    assert told["submission"] == "submit/SUBMISSION_TAG"
    assert "14.75 / 20 points" in (tmp_path / "release-body.md").read_text("utf-8")
