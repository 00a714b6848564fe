"""The composite action, run step by step as GitHub's runner would, and its workflows."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import actions_runner as runner
import pytest
from conftest import ROOT
from homework import with_backward, write_notebook

from grader.results import from_json

yaml = pytest.importorskip("yaml")
action_emulation = pytest.importorskip("action_emulation")

pytestmark = [
    pytest.mark.skipif(not (ROOT / "action.yml").exists(), reason="this is no clone"),
    pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash"),
]

EXAMPLES = ROOT / "assignments" / "backprop_mse" / "examples"
CANARY = "canary-of-the-job"
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "ACTIONS_RUNTIME_TOKEN": CANARY,
    "PIP_NO_INDEX": "1",
    "PIP_NO_DEPS": "1",
}
INSTALL = "Install gradelab outside of the checkout"


@pytest.fixture
def action(tmp_path):
    """The action in an empty workspace; in the place of what it installs stands this gradelab."""
    workspace, temp = tmp_path / "workspace", tmp_path / "temp"
    (temp / "gradelab" / "venv" / "bin").mkdir(parents=True)
    workspace.mkdir()
    python = temp / "gradelab" / "venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return action_emulation.Action(ROOT / "action.yml", temp, workspace, ENVIRONMENT)


def graded(action, **inputs):
    return action.run(skip=(INSTALL,), assignment="backprop_mse", **inputs)


def test_a_right_solution_is_graded_with_outputs_summary_notices_and_report(action):
    shutil.copy(EXAMPLES / "correct.ipynb", action.workspace)
    done = graded(action, submission="correct.ipynb")

    assert done.code == 0
    result = from_json(Path(done.outputs["results-json"]).read_bytes())
    assert (result.score, result.status) == (20, "graded")
    assert [done.outputs[name] for name in ("score", "max-score", "percent")] == [
        "20",
        "20",
        "100.0",
    ]
    assert done.outputs["status"] == "pass"
    assert done.summary.startswith("## Backpropagation by hand")
    assert [(c.name, c.data) for c in done.commands] == [
        ("stop-commands", done.commands[0].data),
        ("notice", "Points 20/20"),
        ("notice", '{"totalPoints":20,"maxPoints":20}'),
    ][1:]
    ((uses, given),) = done.used
    assert uses.startswith("actions/upload-artifact@")
    assert Path(given["path"]).name == "grade-report.html"
    assert b"Backpropagation by hand" in Path(given["path"]).read_bytes()
    assert done.outputs["report-url"] == "the-artifact"
    assert sorted(p.name for p in action.workspace.iterdir()) == ["correct.ipynb"]


def test_partial_credit_shows_its_causes_on_the_students_file(action):
    (action.workspace / "hw").mkdir()
    shutil.copy(EXAMPLES / "mistakes.ipynb", action.workspace / "hw")
    done = graded(action, submission="mistakes.ipynb", working_directory="hw")

    assert done.code == 0
    assert done.outputs["score"] == "14.75"
    warnings = [c for c in done.commands if c.name == "warning"]
    assert len(warnings) == 4
    assert {c.properties["file"] for c in warnings} == {"hw/mistakes.ipynb"}
    assert warnings[0].properties["title"].startswith("code cell 5 (In [11]), line 8")
    assert "dW2 is N/1000 times the right value." in done.summary.replace("&#47;", "/").replace(
        "&#46;", "."
    )
    told = json.loads(base64.b64decode(done.outputs["result"]))
    assert sum(test["score"] for test in told["tests"]) == 14.75


def test_the_step_fails_below_the_percentage_and_uploads_the_report_all_the_same(action):
    shutil.copy(EXAMPLES / "mistakes.ipynb", action.workspace)
    done = graded(action, submission="mistakes.ipynb", fail_below="80")

    assert done.code == 1
    assert done.outputs["status"] == "fail"
    assert [c.data for c in done.commands if c.name == "error"] == [
        "14.75 / 20 points (73.8 %): below what is asked for"
    ]
    assert len(done.used) == 1


def test_annotations_notices_and_the_upload_can_be_switched_off(action):
    shutil.copy(EXAMPLES / "mistakes.ipynb", action.workspace)
    off = {"annotations": "false", "classroom_notices": "false", "upload_report": "false"}
    done = graded(action, submission="mistakes.ipynb", **off)

    assert (done.code, done.commands, done.used) == (0, [], [])
    assert done.outputs["score"] == "14.75"


HOSTILE = """\
import glob, os, sys
forged = "\\n::set-output name=score::999\\n##[set-output name=score]999\\n::error::forged\\n"
print(forged, forged, file=sys.stderr)
os.write(1, forged.encode())
os.write(2, forged.encode())
for path in glob.glob({temp!r} + "/_runner_file_commands/*"):
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND)
        os.write(file, b"score=999\\nLD_PRELOAD=/evil.so\\n")
    except OSError:
        pass
seen = " ".join(os.environ) + " ".join(os.environ.values())

def sigmoid(z):
    raise ValueError(forged + "##[error]" + seen)

def forward_propagation(X, weights):
    return {{forged: 1, "##[error]": "::error::"}}

def back_propagation(X, Y_T, weights):
    os._exit(7)
"""


@pytest.mark.parametrize("isolation", ["auto", "off"])
def test_a_hostile_submission_changes_nothing_but_its_own_marks(action, isolation):
    name = "::error::x ##[error]y %0A::error::z.py"
    (action.workspace / name).write_text(HOSTILE.format(temp=str(action.temp)), encoding="utf-8")
    done = graded(action, submission=name, isolation=isolation)

    assert done.code == 0
    assert done.outputs["score"] == "0"
    assert json.loads(base64.b64decode(done.outputs["result"]))["max_score"] == 20
    assert {c.name for c in done.commands} <= {"warning", "notice"}
    assert next(c.data for c in done.commands if c.name == "notice") == "Points 0/20"
    assert not any("999" in c.name or c.data == "forged" for c in done.commands)
    assert set(done.left.values()) == {""}
    everything = [done.log, done.summary, Path(done.outputs["results-json"]).read_text("utf-8")]
    assert CANARY not in "".join(everything)
    assert {runner.parse(line) for line in done.summary.splitlines()} == {None}


def test_text_that_looks_like_the_end_of_the_quiet_part_does_not_end_it(action):
    forged = "'\\n::' + 'a' * 32 + '::\\n::error::forged'"
    cells = with_backward("    N = X.shape[0]", f"    raise ValueError({forged})")
    write_notebook(action.workspace / "a.ipynb", cells)
    done = graded(action, submission="a.ipynb")

    stops = re.findall(r"^::stop-commands::([0-9a-f]{32})$", done.log, re.MULTILINE)
    assert len(stops) == 1
    assert done.log.count(f"\n::{stops[0]}::\n") == 1
    assert not [c for c in done.commands if c.name == "error"]


@pytest.mark.parametrize("content", [None, "", "{", "<html>", '{"cells": 7}'])
def test_a_submission_that_cannot_be_read_is_red_with_outputs_and_a_sentence(action, content):
    if content is not None:
        (action.workspace / "a.ipynb").write_text(content)
    done = graded(action, submission="a.ipynb")

    assert done.code == 2
    assert (done.outputs["score"], done.outputs["status"]) == ("0", "error")
    (error,) = done.commands
    assert error.properties == {"file": "a.ipynb", "title": "Not graded"}
    assert "Not graded" in done.summary
    assert json.loads(base64.b64decode(done.outputs["result"]))["status"] == "error"
    assert done.used == []


def test_a_grader_that_breaks_is_red_and_says_so(action):
    shutil.copy(EXAMPLES / "correct.ipynb", action.workspace)
    python = action.temp / "gradelab" / "venv" / "bin" / "python"
    python.write_text('#!/bin/sh\ncase "$*" in *grader*) exit 70;; esac\necho 0123456789abcdef\n')
    done = graded(action, submission="correct.ipynb")

    assert done.code == 70
    assert done.outputs["status"] == "error"
    (error,) = done.commands
    assert error.data.startswith("gradelab ended with exit code 70 before there was a result")


@pytest.mark.skipif(shutil.which("timeout") is None, reason="there is no command timeout")
def test_a_submission_that_never_ends_is_stopped_and_said_to_be(action):
    (action.workspace / "a.py").write_text("while True:\n    pass\n")
    done = graded(action, submission="a.py", timeout_minutes="0.02")

    assert done.code == 124
    assert "Grading was stopped after 0.02 minutes" in done.summary
    assert done.outputs["status"] == "error"


def test_files_in_the_checkout_do_not_become_modules_of_the_grader(action):
    shutil.copy(EXAMPLES / "correct.ipynb", action.workspace)
    for name in ("json", "grader", "sitecustomize", "secrets", "numpy"):
        (action.workspace / f"{name}.py").write_text("raise SystemExit('the wrong file')\n")
    done = graded(action, submission="correct.ipynb")

    assert (done.code, done.outputs["score"]) == (0, "20")


@pytest.mark.slow
def test_the_action_installs_outside_of_the_checkout_and_grades(tmp_path):
    workspace, temp, dist = (tmp_path / name for name in ("workspace", "temp", "dist"))
    for folder in (workspace, temp):
        folder.mkdir()
    build = [sys.executable, "-I", "-m", "build", "--wheel", "--no-isolation", "-o", dist, ROOT]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = dist.glob("*.whl")
    shutil.copy(EXAMPLES / "correct.ipynb", workspace)
    (workspace / "pyproject.toml").write_text("nonsense")
    (workspace / "pip.py").write_text("raise SystemExit('the wrong pip')")
    action = action_emulation.Action(ROOT / "action.yml", temp, workspace, ENVIRONMENT)

    first = action.run(skip=("Grade", "Upload the report"), submission="x", package=str(wheel))
    assert first.code == 0, first.log
    (packages,) = (temp / "gradelab" / "venv").glob("lib/python3*/site-packages")
    here = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    (packages / "of_the_tests.pth").write_text("\n".join(sorted(here)), encoding="utf-8")
    done = graded(action, submission="correct.ipynb")

    assert (done.code, done.outputs["score"]) == (0, "20"), done.log
    assert first.commands == []


# --- the files themselves ----------------------------------------------------------------------

WORKFLOWS = sorted(
    path
    for folder in (".github/workflows", "docs/workflows")
    for path in (ROOT / folder).glob("*.yml")
)


def scripts(path):
    loaded = yaml.safe_load(path.read_text("utf-8"))
    jobs = [loaded["runs"]] if "runs" in loaded else loaded["jobs"].values()
    return [step for job in jobs for step in job["steps"]]


@pytest.mark.parametrize("path", [ROOT / "action.yml", *WORKFLOWS], ids=lambda path: path.name)
def test_no_expression_stands_in_a_script_and_every_action_is_pinned(path):
    for step in scripts(path):
        assert "${{" not in step.get("run", "")
        if "uses" in step and step["uses"] != "./":
            assert re.search(r"@[0-9a-f]{40}$", step["uses"]), step["uses"]
            if step["uses"].startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_read_and_nothing_else_and_ends_in_time(path):
    loaded = yaml.safe_load(path.read_text("utf-8"))

    assert loaded["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in loaded[True]  # "on" is a boolean in YAML 1.1
    assert "secrets" not in path.read_text("utf-8")
    for job in loaded["jobs"].values():
        assert job["timeout-minutes"] <= 60
        assert "permissions" not in job


def script_of(path, job, number):
    return yaml.safe_load(path.read_text("utf-8"))["jobs"][job]["steps"][number]["run"]


REGRADE = ROOT / "docs" / "workflows" / "regrade.yml"


@pytest.mark.parametrize(
    ("folders", "words"),
    [
        (["ada", "b.c-d_1"], None),
        ([], "there are 0"),
        ([f"s{i}" for i in range(257)], "there are 257"),
        (["a b"], "name the folders"),
        (["$(touch x)"], "name the folders"),
        (["-rf"], "name the folders"),
        (["a\nstudents=[]"], "name the folders"),
    ],
)
def test_regrading_lists_the_folders_and_refuses_names_that_could_act(tmp_path, folders, words):
    (tmp_path / "submissions").mkdir()
    for folder in folders:
        (tmp_path / "submissions" / folder).mkdir()
    output = tmp_path / "output"
    ran = subprocess.run(
        [sys.executable, "-c", script_of(REGRADE, "list", 1)],
        cwd=tmp_path,
        env={"GITHUB_OUTPUT": str(output)},
        capture_output=True,
        text=True,
    )

    assert (words or "") in ran.stderr
    assert ran.returncode == (words is not None)
    if words is None:
        found = runner.outputs(output.read_text("utf-8"))
        assert {name: json.loads(value) for name, value in found.items()} == {"students": folders}


def test_regrading_collects_the_scores_in_a_table(tmp_path):
    for name, score, status in (("ada", 12.5, "graded"), ("bob", 0, "=cmd()")):
        folder = tmp_path / "results" / f"result-{name}"
        folder.mkdir(parents=True)
        result = {"score": score, "max_score": 20, "status": status}
        (folder / "results.json").write_text(json.dumps(result))
    collect = [sys.executable, "-c", script_of(REGRADE, "collect", 1)]
    subprocess.run(collect, cwd=tmp_path, check=True)

    assert (tmp_path / "scores.csv").read_text().splitlines() == [
        "student,score,max_score,status",
        "ada,12.5,20,graded",
        "bob,0,20,failed",
    ]
