from __future__ import annotations

import re

import pytest
from conftest import ROOT
from test_fixtures import CHECKS, DOUBLED, TOML, WORKED, toy

from grader import build
from grader.audit import audit
from grader.course import find_course
from grader.errors import AssignmentError
from grader.report import audit as report

__all__ = ["toy"]

WRAPPED = """
def functions(run):
    return {"f": lambda x: run(x=x)["Q"]}
"""

# What all of them look at is made once.
pytestmark = pytest.mark.xdist_group("audit")


@pytest.fixture
def audited(toy):
    def audited(worked=WORKED + DOUBLED, checks=CHECKS, wrapped=WRAPPED, toml=TOML, files=None):
        assignment = toy(worked, toml, checks)
        if wrapped is not None:
            (assignment.folder / "wrapped.py").write_text(wrapped)
        (assignment.folder / "examples").mkdir()
        for name, text in (files or {}).items():
            (assignment.folder / "examples" / name).write_text(text)
        build.build(assignment)
        return audit(assignment)

    return audited


@pytest.fixture(scope="module")
def homework():
    return audit(find_course().assignment("backprop_mse"))


@pytest.mark.slow
def test_the_homework_has_no_problems_and_every_mistake_is_named_as_itself(homework):
    assert homework.problems == ()
    assert {trial.outcome for trial in homework.singles} == {"named"}
    assert len(homework.singles) >= 25


@pytest.mark.slow
def test_nearly_all_pairs_of_mistakes_are_named_and_none_is_called_something_else(homework):
    outcomes = [trial.outcome for trial in homework.pairs]

    assert outcomes.count("named") >= 0.95 * len(outcomes)
    assert outcomes.count("confused") <= 0.01 * len(outcomes)


@pytest.mark.slow
def test_the_audit_is_told_in_text_and_as_a_page(homework):
    text = report.text(homework)
    page = report.html(homework)

    assert "No problems" in text
    assert "<script" not in page
    for trial in homework.singles:
        assert trial.made[0] in page


def test_an_assignment_that_is_in_order_has_no_problems(audited):
    found = audited(files={"correct.py": "def f(x):\n    return 2 * x\n"})

    assert found.problems == ()
    assert found.notes == ("there is no handout.ipynb to grade",)
    assert [trial.outcome for trial in found.singles] == ["named"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"files": {"correct.py": "def f(x):\n    return 3 * x\n"}},
            "correct.py got 0 of 1 points and should get 1",
        ),
        ({"worked": WORKED}, "Q: no known mistake makes it wrong"),
        (
            {"checks": CHECKS.replace("student.f(case.x)", "student.f(case.x) * 0 + case.x * 2")},
            "doubled is noticed by no check",
        ),
        (
            {
                "worked": WORKED
                + DOUBLED
                + DOUBLED.replace("doubled", "again").replace("Twice", "Also twice")
            },
            None,
        ),
        ({"wrapped": WRAPPED.replace('["Q"]', '["Q"] + 1')}, "the worked solution itself: Q is"),
    ],
)
def test_what_is_wrong_with_the_checks_is_a_problem(audited, change, problem):
    found = audited(**change)

    if problem is None:  # two mistakes that are one: said to be so, and no error
        assert [trial.outcome for trial in found.singles] == ["ambiguous", "ambiguous"]
    else:
        assert any(text.startswith(problem) for text in found.problems), found.problems


def test_a_quantity_that_is_zero_everywhere_is_a_vacuous_check(audited):
    worked = (WORKED + DOUBLED).replace("return x * 2", "return x * 0")
    found = audited(worked=worked, files={})

    assert any("zeros pass on every case" in problem for problem in found.problems)


def test_the_exit_code_tells_whether_there_are_problems(command, tmp_path, audited):
    audited(files={"correct.py": "def f(x):\n    return 3 * x\n"})
    done = command("--course", ".", "audit", "toy", "--html", "audit.html", of="gradelab")

    assert done.returncode == 3
    assert "Problem: correct.py got 0 of 1 points" in done.stdout
    assert "correct.py got 0 of 1" in (tmp_path / "audit.html").read_text("utf-8")
    assert ROOT not in tmp_path.parents


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"wrapped": "raise SystemExit"}, "wrapped.py, line 1: SystemExit"),
        ({"wrapped": "def functions(run):\n    return run.x"}, "wrapped.py: functions(run): "),
        ({"wrapped": "x = 1"}, "wrapped.py: it needs a function `functions(run)`"),
        (
            {"checks": CHECKS.replace('{"Q"', '{"R"')},
            "checks.py: one does not return a dictionary with Q",
        ),
        ({"checks": "raise SystemExit\n"}, "checks.py, line 1: SystemExit"),
        ({"toml": TOML.replace("Q = 1", "R = 1")}, "[points] names R, which worked.py has no step"),
    ],
)
def test_what_is_wrong_with_the_files_of_an_assignment_is_one_sentence(audited, change, words):
    with pytest.raises(AssignmentError, match=re.escape(words)):
        audited(**change)
