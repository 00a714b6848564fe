"""Wrong submissions written by someone who had not seen the known mistakes.

truth.toml says what is wrong with each, and under `named` what the diagnosis may say of it, read
beside the file and found true. Anything else that it names is a false diagnosis.
"""

from __future__ import annotations

import tomllib

import pytest
from conftest import ROOT
from homework import quantities

from grader.course import find_course
from grader.grading import grade
from grader.reading import read_submission
from grader.sandbox.parent import WarmParent

FOLDER = ROOT / "tests" / "submissions" / "backprop_mse"
TRUTH = tomllib.loads((FOLDER / "truth.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_what_is_wrong_is_noticed_and_nothing_untrue_is_said(name):
    truth = TRUTH[name]
    path = FOLDER / f"{name}.py"
    with WarmParent() as parent:
        result = grade(read_submission(path), find_course().assignment("backprop_mse"), parent)
    wrong = {q for q, found in quantities(result).items() if found.verdict != "correct"}

    assert set(truth.get("wrong", ())) <= wrong
    assert (result.score == 20) == truth["right"]
    assert sorted({cause.id for cause in result.causes}) == sorted(truth.get("named", ()))


def test_every_submission_has_its_truth():
    assert {path.stem for path in FOLDER.glob("*.py")} == set(TRUTH)
