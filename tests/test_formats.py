"""The formats for other programs, against the rules of those that read them."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import actions_runner as runner
import pytest
import report_samples as samples
from format_samples import (
    ALL,
    FORGED,
    added,
    check,
    failed_inside,
    hundred,
    hundreds,
    killed,
    made_of,
    strings,
    unsafe,
    worthless,
)
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from grader.cli import FORMATS, VISIBILITIES
from grader.exports import FILES
from grader.report import classroom, classroom50, github, gradescope, junit
from grader.report.exported import inert, outcome, passed, shares
from grader.results import Cause

ALL_SAMPLES = pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.__name__)


def test_the_command_line_knows_the_formats_that_there_are():
    assert set(FORMATS) == set(FILES)


# --- text and points ---------------------------------------------------------------------------


@pytest.mark.parametrize("text", FORGED)
def test_the_runners_parser_finds_commands_in_the_attacks_as_they_are(text):
    assert (
        any(runner.parse(line) for line in re.split("[\r\n\x0b\u2028]|%0A", text)) or "\x1b" in text
    )


@pytest.mark.parametrize("text", FORGED)
def test_inert_text_holds_no_command(text):
    assert runner.commands(inert(text)) == []
    assert not unsafe(inert(text))


@given(st.text(alphabet=" \t\u3000\xa0:#[]errownti\x1b%\r\n\u2028", max_size=40))
def test_no_text_holds_a_command_when_it_is_inert(text):
    assert runner.commands(inert(text)) == []
    assert runner.commands(inert(f"::error::{text}##[error]{text}")) == []


POINTS = st.floats(0, 100).map(lambda score: round(score, 6))


@given(st.lists(POINTS, max_size=60))
@example([4.179688, 64.375, 0.0])  # 4.18 and 64.37 are no 68.55, and nothing is not less
def test_scores_add_up_to_the_rounded_total_as_floats(scores):
    result = made_of(*(check(score=score, of=100) for score in scores))
    shared = shares(result)

    assert added(shared) == round(result.score, 2)
    assert all(abs(a - b) < 0.0151 for a, b in zip(scores, shared, strict=True))
    assert all(share >= 0 for share in shared)


@pytest.mark.parametrize(
    ("scores", "total"),
    [
        ([0.1, 0.2], 0.3),
        ([1 / 3] * 3, 1),
        ([16.875, 32.0], 48.88),
        ([1.0, 1.921875, 16.625], 19.55),
    ],
)
def test_thirds_and_tenths_do_not_show_the_rounding_of_floats(scores, total):
    assert added(shares(made_of(*(check(score=score) for score in scores)))) == total


@pytest.mark.parametrize(
    ("sample", "fail_under", "expected"),
    [
        (samples.mixed, 0, "pass"),
        (samples.mixed, 52, "pass"),
        (samples.mixed, 53, "fail"),
        (samples.perfect, 100, "pass"),
        (samples.unreadable, 0, "error"),
        (failed_inside, 0, "error"),
        (killed, 0, "pass"),
        (worthless, 0, "pass"),
    ],
)
def test_only_what_is_not_the_students_is_an_error(sample, fail_under, expected):
    assert outcome(sample(), fail_under) == expected


def test_a_check_worth_nothing_passes_only_if_it_is_right():
    assert [passed(c) for c in worthless().checks] == [True, False]


# --- GitHub Classroom --------------------------------------------------------------------------


@ALL_SAMPLES
def test_classroom_json_has_what_the_reporter_needs(sample):
    result = sample()
    encoded = classroom.render(result)
    data = json.loads(base64.b64decode(encoded, validate=True))

    assert len(encoded) <= 131_061  # GRADE_RESULTS= and NUL fit one variable of an environment
    assert b"\n" not in encoded
    assert data["version"] == 1
    assert data["status"] == outcome(result)
    assert data["tests"]
    assert data["max_score"] == round(result.max_score, 2)
    assert added(test["score"] for test in data["tests"]) == round(result.score, 2)
    for test in data["tests"]:
        assert type(test["score"]) in (int, float)
        assert test["status"] in ("pass", "fail", "error")
        assert test["line_no"] == 0
        assert all(isinstance(test[key], str) for key in ("name", "message", "test_code"))


@ALL_SAMPLES
def test_classroom_json_printed_raw_into_a_log_holds_no_command(sample):
    data = json.loads(base64.b64decode(classroom.render(sample())))

    for text in strings(data):
        assert runner.commands(text) == []
        assert not unsafe(text)


def test_classroom_keeps_the_messages_while_they_fit_and_the_names_longer():
    few = json.loads(base64.b64decode(classroom.render(samples.mixed())))
    many = json.loads(base64.b64decode(classroom.render(hundred())))
    most = json.loads(base64.b64decode(classroom.render(hundreds())))

    assert (
        "1000 (dim 0)" in few["tests"][2]["message"] or "transposed" in few["tests"][2]["message"]
    )
    assert len(many["tests"]) == 100
    assert [test["name"] for test in most["tests"]] == ["Homework: 40 / 40 points (100 %)"]


def test_classroom_is_red_below_the_share_that_is_asked_for():
    assert json.loads(base64.b64decode(classroom.render(samples.mixed(), 90)))["status"] == "fail"


@pytest.mark.skipif(
    not os.environ.get("CLASSROOM_REPORTER") or shutil.which("node") is None,
    reason="CLASSROOM_REPORTER does not name the reporter's main.js, or there is no node",
)
@ALL_SAMPLES
def test_the_official_reporter_announces_our_points(sample):
    result = sample()
    ran = subprocess.run(
        ["node", os.environ["CLASSROOM_REPORTER"]],
        env={
            "PATH": os.environ["PATH"],
            "INPUT_RUNNERS": "grade",
            "GRADE_RESULTS": classroom.render(result).decode(),
        },
        capture_output=True,
        text=True,
        timeout=60,
    )

    notices = [c for c in runner.commands(ran.stdout) if c.name == "notice"]
    reports = [json.loads(c.data) for c in notices if c.properties["title"].endswith("report")]
    expected = {"totalPoints": round(result.score, 2), "maxPoints": round(result.max_score, 2)}
    assert reports == ([expected] if result.max_score else [])
    assert ran.returncode == (outcome(result) != "pass")
    if result.max_score:
        own = runner.commands(github.commands(result, None))
        assert [c.data for c in notices] == [c.data for c in own if c.name == "notice"]


# --- Classroom 50 ------------------------------------------------------------------------------

RUNNER = {
    "CLASSROOM": "nn-2026",
    "ASSIGNMENT": "hw1",
    "SUBMISSION_TAG": "submit/20261101T120000Z-abc1234",
    "COMMIT_URL": "the commit",
    "RELEASE_URL": "the release",
}
FIELDS = {"schema", "classroom", "assignment", "submission", "commit", "release", "review"}
FIELDS |= {"datetime", "score", "max-score", "tests"}


@ALL_SAMPLES
def test_classroom50_gets_whole_points_and_no_field_that_it_does_not_know(sample):
    result = sample()
    data = json.loads(classroom50.render(result, RUNNER, "2026-11-01T12:00:00Z"))

    assert set(data) == FIELDS
    assert data["schema"] == "classroom50/result/v1"
    assert data["submission"].startswith("submit/")
    assert data["review"] == "the commit"
    assert datetime.strptime(data["datetime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    for scored in (data, *data["tests"]):
        assert type(scored["score"]) is type(scored["max-score"]) is int
        assert 0 <= scored["score"] <= scored["max-score"]
    assert data["score"] == round(100 * result.score)
    for test in data["tests"]:
        assert test["test-name"]
        assert type(test["passed"]) is bool
    assert not [text for text in strings(data) if runner.commands(text) or unsafe(text)]


def test_classroom50_cuts_off_a_bonus_and_a_negative_score():
    assert classroom50.scaled(12, 10) == 1000
    assert classroom50.scaled(-1, 10) == 0


def test_the_release_notes_state_the_scale_and_keep_foreign_text_in_a_block_of_code():
    text = classroom50.release_body(samples.mixed()).decode()
    hostile = classroom50.release_body(
        made_of(check(), causes=(Cause("c", None, "```\n# <h1>\n````", None, ()),))
    ).decode()

    assert "**12.5 / 24 points (52.1 %)**" in text
    assert "in 1/100 of a point" in text
    assert text.index("back_propagation works for 1000 samples only") > 0
    assert hostile.count("\n`````") == 2  # longer than every run of these within


# --- Gradescope --------------------------------------------------------------------------------

TOP = {
    "score": (int, float),
    "execution_time": (int, float),
    "output": str,
    "output_format": str,
    "test_output_format": str,
    "test_name_format": str,
    "visibility": str,
    "stdout_visibility": str,
    "extra_data": dict,
    "tests": list,
}
TEST = {
    "score": (int, float),
    "max_score": (int, float),
    "status": str,
    "name": str,
    "name_format": str,
    "number": str,
    "output": str,
    "output_format": str,
    "visibility": str,
}


@ALL_SAMPLES
@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_gradescope_gets_fields_that_it_knows_with_values_that_it_knows(sample, visibility):
    result = sample()
    data = json.loads(gradescope.render(result, visibility))

    assert {key: isinstance(value, TOP[key]) for key, value in data.items()} == dict.fromkeys(
        TOP, True
    )
    assert data["score"] == round(result.score, 2)
    assert sum(test["score"] for test in data["tests"]) == pytest.approx(data["score"])
    for test in data["tests"]:
        assert {key: isinstance(value, TEST[key]) for key, value in test.items()} == dict.fromkeys(
            TEST, True
        )
        assert test["status"] in ("passed", "failed")
        assert test["name_format"] == test["output_format"] == "text"
        assert test["visibility"] == visibility
    assert data["stdout_visibility"] == "hidden"
    assert not [text for text in strings(data) if unsafe(text)]


def test_gradescope_is_told_what_was_graded_where_grading_was_cut_short():
    partial = replace(samples.mixed(), status="partial", message="It ran out of its time.")
    data = json.loads(gradescope.render(partial))

    assert data["output"].startswith("12.5 / 24 points (52.1 %), partly graded\nIt ran out of its")
    assert data["extra_data"]["status"] == "partial"
    assert [test["score"] for test in data["tests"]] == [1, 4, 6, 1.5]


def test_gradescope_gets_a_score_where_nothing_could_be_graded():
    data = json.loads(gradescope.render(samples.unreadable()))

    assert (data["score"], data["tests"]) == (0, [])
    assert "is no notebook" in data["output"]


# --- JUnit -------------------------------------------------------------------------------------


@ALL_SAMPLES
def test_junit_is_well_formed_and_counts_what_it_holds(sample):
    result = sample()
    suites = ET.fromstring(junit.render(result))
    (suite,) = suites
    cases = suite.findall("testcase")

    assert int(suite.get("tests")) == len(cases) == max(len(result.checks), 1)
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
    assert int(suite.get("errors")) == len(suite.findall("testcase/error"))
    for case, graded in zip(cases, result.checks, strict=False):
        points = {p.get("name"): p.get("value") for p in case.findall("properties/property")}
        assert float(points["points"]) == round(graded.score, 2)
        assert float(points["max_points"]) == round(graded.max_score, 2)
        assert (len(case) > 1) == (not passed(graded))
    for element in suites.iter():
        assert not unsafe(" ".join([element.text or "", *element.attrib.values()]))


def test_junit_leaves_out_what_xml_cannot_hold():
    result = made_of(check("a\ufffe\uffff", "b", message="\ufffe\x00\ud800 ]]> \U0001fffe"))

    (suite,) = ET.fromstring(junit.render(result))
    assert suite.find("testcase").get("name") == "a\ufffd\ufffd: b"


def test_junit_calls_an_error_what_is_not_the_students():
    kinds = [case[-1].tag for case in ET.fromstring(junit.render(failed_inside())).iter("testcase")]

    assert kinds == ["properties", "error"]
    assert ET.fromstring(junit.render(samples.unreadable())).find(".//testcase/error") is not None


def test_every_format_is_written_without_the_libraries_for_pages():
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import report_samples as s;"
        "from grader.report import classroom, classroom50, github, gradescope, junit;"
        "classroom.render(s.mixed()); gradescope.render(s.mixed()); junit.render(s.mixed());"
        "github.summary(s.mixed()); assert not {'rich', 'jinja2', 'nbformat'} & set(sys.modules)"
    )
    folder = str(Path(samples.__file__).parent)
    subprocess.run([sys.executable, "-c", program, folder], check=True, timeout=60)
