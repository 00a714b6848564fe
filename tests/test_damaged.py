"""Submissions damaged as real ones are: each is graded as far as it goes, or refused with a reason.

What must come out stands beside each damage in damaged.py.
"""

from __future__ import annotations

import filecmp
import shutil

import pytest
from conftest import ROOT
from damaged import ACCEPTED, ALL, DAMAGES, FOLDER, SETTINGS, combinations, draft_of, write_all
from homework import quantities, verdicts

from grader.course import Course
from grader.errors import SubmissionError
from grader.grading import grade
from grader.outputs import as_html, as_notebook
from grader.reading import read_submission
from grader.report.terminal import render
from grader.results import to_json
from grader.sandbox.limits import Limits
from grader.sandbox.parent import WarmParent

COMBINED = combinations(150)
FIRST = 12


class Kept(WarmParent):
    """Serves many submissions, one after another."""

    def __exit__(self, *_):
        """Stay: grading leaves it after each submission."""


@pytest.fixture(scope="module")
def parent():
    kept = Kept()
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    """Return backprop_mse with data and other names, and the handout's case alone."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "assignments" / "backprop_mse", folder / "assignments" / "backprop_mse")
    (folder / "fixtures" / "backprop_mse").mkdir(parents=True)
    public = ROOT / "fixtures" / "backprop_mse" / "public.h5"
    shutil.copy(public, folder / "fixtures" / "backprop_mse")
    toml = folder / "assignments" / "backprop_mse" / "assignment.toml"
    text = toml.read_text()
    for name, line in ACCEPTED.items():
        text = text.replace(f"[interface.{name}]\n", f"[interface.{name}]\n{line}\n")
    toml.write_text(text + SETTINGS)
    return Course(folder).assignment("backprop_mse")


def graded(path, damages, assignment, parent):
    limits = Limits(
        **{"cell": 5.0, "call": 5.0, **{k: v for d in damages for k, v in d.limits.items()}}
    )
    submission = read_submission(path, assignment.wanted)
    result = grade(submission, assignment, parent, limits)
    for form in (to_json(result), render(result, color=False, width=80), as_html(result)):
        assert form
    assert as_notebook(result, submission, path.with_suffix(".ipynb"))
    return result


def said(result):
    """Return all that a student reads about a submission, and of it what stands in notes."""
    notes = [*result.notes, *(note for cell in result.cells for note in cell.notes)]
    messages = [cell.message or "" for cell in result.cells]
    messages += [quantity.message for quantity in quantities(result).values()]
    return "\n".join([*notes, *messages]), "\n".join(notes)


def comes_out(result, damages, in_one_cell):
    """Assert what is written beside each damage."""
    lost = {quantity for one in damages for quantity in one.lost}
    right = {name for name, verdict in verdicts(result).items() if verdict == "correct"}
    everything, notes = said(result)
    wanted = [words for one in damages for words in one.says]
    assert right == set(ALL) - lost, everything
    assert result.status == "graded"
    for words in (words for one in damages for words in one.notes):
        assert words in notes
    # A module is one cell, and says its first failure.
    found = [words for words in wanted if words in everything]
    assert found == wanted or (in_one_cell and found), everything
    assert "Traceback" not in everything
    assert "grader failed" not in everything


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damage_costs_what_it_spoils_and_nothing_else(tmp_path, assignment, parent, name):
    one = DAMAGES[name]
    folder = FOLDER / name if one.lies else tmp_path
    path = draft_of((name,)).write(tmp_path)
    path = folder / path.relative_to(tmp_path)
    if one.refused:
        with pytest.raises(SubmissionError) as caught:
            read_submission(path, assignment.wanted)
        assert all(words in str(caught.value) for words in one.refused)
        assert "\n" not in str(caught.value)
    else:
        comes_out(graded(path, [one], assignment, parent), [one], in_one_cell=False)


@pytest.mark.parametrize(
    "names",
    [*COMBINED[:FIRST], *(pytest.param(n, marks=pytest.mark.slow) for n in COMBINED[FIRST:])],
    ids=" + ".join,
)
def test_two_or_three_damages_cost_what_they_spoil_together(tmp_path, assignment, parent, names):
    damages = [DAMAGES[name] for name in names]
    draft = draft_of(names, seed=1)
    result = graded(draft.write(tmp_path), damages, assignment, parent)
    comes_out(result, damages, in_one_cell=draft.form == "module")


def test_the_submissions_that_lie_here_are_those_that_are_made(tmp_path):
    write_all(tmp_path)
    made = {p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file()}
    lying = {p.relative_to(FOLDER) for p in FOLDER.rglob("*") if p.is_file()}
    assert made == lying
    assert all(filecmp.cmp(tmp_path / name, FOLDER / name, shallow=False) for name in made)
