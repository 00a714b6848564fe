"""What GitHub Actions is given: commands, a summary and outputs, read as its runner reads them."""

from __future__ import annotations

import json
import re

import actions_runner as runner
import pytest
import report_samples as samples
from format_samples import ALL, check, made_of, unsafe

from grader.report import classroom, github
from grader.results import Case, Cause, Check, Place, Quantity

ALL_SAMPLES = pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.__name__)


@ALL_SAMPLES
@pytest.mark.parametrize("path", ["hw/homework.py", "hw/a.ipynb", "hw", None])
def test_commands_are_ours_and_no_others(sample, path):
    result = sample()
    log = github.commands(result, path, 90)
    found = runner.commands(log)

    assert len(found) == len(log.splitlines())
    assert {c.name for c in found} <= {"notice", "warning", "error"}
    assert runner.annotations(log) == found  # none is above the limit of its level
    titles = [c.properties["title"] for c in found if c.name == "notice"]
    assert titles == (["Autograding complete", "Autograding report"] if result.max_score else [])
    for command in found:
        assert len(command.data) <= 4096
        assert runner.commands(command.data) == []
        assert not unsafe(command.data)
        assert command.properties.get("file", "hw").startswith("hw")


def test_notices_hold_the_points_of_the_result():
    notices = [
        c for c in runner.commands(github.commands(samples.mixed(), None)) if c.name == "notice"
    ]

    assert notices[0].data == "Points 12.5/24"
    assert json.loads(notices[1].data) == {"totalPoints": 12.5, "maxPoints": 24}


def test_an_annotation_on_a_module_has_its_line_and_one_on_a_notebook_names_the_cell():
    module = made_of(check(verdict="error"))
    (cell, *_) = runner.commands(github.commands(samples.mixed(), "hw/a.ipynb"))
    (line, *_) = runner.commands(github.commands(module, "hw/homework.py"))
    (inner, *_) = runner.commands(github.commands(module, "hw"))

    assert cell.properties == {
        "file": "hw/a.ipynb",
        "title": "code cell 6 (In [8]), line 16, in back_propagation",
    }
    assert cell.data.startswith("back_propagation works for 1000 samples only")
    assert "\nHint: Which number in this line" in cell.data
    assert line.properties == {"file": "hw/homework.py", "line": "3", "title": "f"}
    assert inner.properties["file"] == "hw/homework.py"


def test_more_causes_than_annotations_are_counted_in_the_last_one():
    causes = tuple(Cause(f"c{i}", None, f"Cause {i}.", None, ()) for i in range(40))
    found = runner.annotations(github.commands(made_of(causes=causes), "a.py"))

    assert len(found) == 10
    assert found[-1].data == "31 more; all of them are in the summary of this step."


def test_a_submission_that_cannot_be_graded_is_an_error_and_says_why():
    (error,) = runner.commands(github.commands(samples.unreadable(), "hw/homework.ipynb"))

    assert error.name == "error"
    assert error.properties == {"file": "hw/homework.ipynb", "title": "Not graded"}
    assert "Was it saved as a web page?" in error.data


@ALL_SAMPLES
def test_the_summary_is_markdown_in_which_no_foreign_text_acts(sample):
    text = github.summary(sample())

    assert len(text.encode()) < 1_048_576
    assert not unsafe(text)
    foreign = re.sub(
        r"&#\d+;|^\d+\. |<br>|^#+ |^- |\*\*|^\|[-:|]+\|$|^\| ! \|", "", text, flags=re.MULTILINE
    )
    assert not re.search(r"[<>\[\]`*_@#$~!{}]", foreign)


def test_the_summary_tells_causes_before_checks():
    text = github.summary(samples.mixed())

    assert text.startswith("## Backpropagation by hand: 12.5 / 24 points (52.1 %)\n")
    assert text.index("### What went wrong") < text.index("### Checks")
    assert "works for 1000 samples only" in text
    assert "| ! | backward | 6 / 15 | L error&#44; dW1 wrong&#44; " in text


def test_the_summary_of_very_much_stays_below_the_limit():
    cause = Cause("c", None, "&" * 9000, "&" * 9000, ("&" * 9000,) * 99)
    many = made_of(
        *(check("&" * 999, message="&" * 999) for _ in range(2000)), causes=(cause,) * 500
    )

    assert len(github.summary(many).encode()) < 1_048_576


@ALL_SAMPLES
def test_outputs_are_read_back_as_they_were(sample):
    result = sample()
    values = github.values(result, classroom.render(result).decode())
    values["report"] = "a\nscore=999\nscore<<EOF\n999\nEOF"

    assert runner.outputs(github.outputs(values)) == values
    assert float(values["score"]) == round(result.score, 2)
    assert (float(values["percent"]) == 100) == (0 < result.max_score <= result.score)


def test_delimiters_of_outputs_are_never_the_same():
    lines = (github.outputs({"a": "1", "b": "2"}) * 2).splitlines()

    assert len({line.partition("<<")[2] for line in lines if "<<" in line}) == 2
    assert len(set(re.findall("EOF_[0-9a-f]{32}", github.outputs({"a": "1", "b": "2"})))) == 2


def test_a_hidden_case_gives_no_place_away():
    case = Case("secret", True, "error", "f raised ValueError.", place=Place("hw.py", 3, "f"))
    result = made_of(Check("a", "A.", 0, 1, (Quantity("Q", "error", 0, 1, "No.", None, (case,)),)))

    assert "line=" not in github.commands(result, "hw.py")
