from __future__ import annotations

import shutil

import h5py
import numpy as np
import pytest
from conftest import ROOT

from grader import build, fixtures
from grader.course import Course
from grader.errors import AssignmentError, FixtureError

TOML = """
title = "Toy"
functions = ["f"]
[points.one]
Q = 1
"""

CHECKS = """
from grader.checks import check

@check
def one(student, case):
    '''f(x) returns Q'''
    return {"Q": student.f(case.x)}
"""

WORKED = """
import numpy as np
from reference.worked import Case, WorkedSolution

solution = WorkedSolution(inputs=("x",), sizes={"N": lambda x: len(x)})

@solution.step
def Q(x):
    '''Twice x, shape (N,).'''
    return x * 2

cases = [Case("shown", {"x": np.arange(3.0)}, public=True), Case("other", {"x": np.arange(5.0)})]
"""


@pytest.fixture
def toy(tmp_path):
    """Return a function that makes a course of one assignment with the given worked.py."""

    def make(worked=WORKED, toml=TOML, checks=CHECKS):
        folder = tmp_path / "assignments" / "toy"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "worked.py").write_text(worked)
        (folder / "assignment.toml").write_text(toml)
        (folder / "checks.py").write_text(checks)
        return Course(tmp_path).assignment("toy")

    return make


def expected_of_the_homework():
    folder = ROOT / "fixtures" / "backprop_mse"
    return fixtures.read_expected(folder, fixtures.read_inputs(folder))


def test_building_twice_gives_the_same_bytes(tmp_path):
    shutil.copytree(ROOT / "assignments", tmp_path / "assignments")
    assignment = Course(tmp_path).assignment("backprop_mse")
    first = [path.read_bytes() for path in build.build(assignment)]
    second = [path.read_bytes() for path in build.build(assignment)]

    assert first == second
    assert len(first) == 2


def test_what_was_built_verifies_and_a_changed_value_does_not(toy):
    assignment = toy()
    build.build(assignment)
    assert build.verify(assignment) == []

    with h5py.File(assignment.fixtures / "hidden.h5", "r+") as file:
        part = file["cases/other/expected"]
        part["Q"][...] = [0, 2, 4, 6, 9]
        part.attrs["sha256"] = fixtures._digest({"Q": part["Q"][()]})
    assert build.verify(assignment) == ["case other: the expected Q differs"]


def test_the_fixtures_of_the_repository_verify():
    assert build.verify(Course(ROOT).assignment("backprop_mse")) == []


def test_public_cases_come_first_and_scalars_come_back_as_python_numbers():
    inputs = fixtures.read_inputs(ROOT / "fixtures" / "backprop_mse")

    assert next(iter(inputs)) == "handout"
    assert type(inputs["handout"]["b2"]) is float
    assert inputs["handout"]["T"].dtype.kind == "i"


def test_the_handouts_case_is_the_handouts():
    # np.random.seed(0) and the order of the draws are the handout's own words.
    state = np.random.RandomState(0)
    W1, W2 = state.randn(3, 2), state.randn(3)
    X, T = state.rand(1000, 2), state.randint(low=0, high=2, size=(1000,))
    case = fixtures.read_inputs(ROOT / "fixtures" / "backprop_mse")["handout"]

    for name, value in {"W1": W1, "W2": W2, "X": X, "T": T, "b1": np.zeros(3), "b2": 0}.items():
        np.testing.assert_array_equal(case[name], value)


def test_the_expected_values_of_the_handout_are_the_published_ones():
    expected = expected_of_the_homework()[0].values

    # printed by the handout's solution, to the digits that it prints
    assert float(expected["L"]) == pytest.approx(0.1332476222330792, rel=1e-14)
    assert float(expected["db2"]) == pytest.approx(0.029249230265318685, rel=1e-13)
    np.testing.assert_allclose(expected["dW2"], [0.02216011, 0.02433097, 0.01797174], atol=5e-9)
    np.testing.assert_allclose(expected["db1"], [0.00492577, -0.00058023, -0.00065977], atol=5e-9)
    np.testing.assert_allclose(
        expected["dW1"],
        [[0.00244596, 0.00262019], [-0.00030765, -0.00024188], [-0.00034768, -0.000372]],
        atol=5e-9,
    )


def test_every_tolerance_stands_between_the_noise_and_the_nearest_mistake():
    for case in expected_of_the_homework():
        for tolerance in case.tolerances.values():
            assert tolerance.noise < tolerance.noise32 < tolerance.relative < 1e-3


def test_a_mistake_that_drowns_in_the_noise_fails_the_build(toy):
    tiny = WORKED + (
        "\n@solution.mistake('Q', 'Off by a hair.')\ndef hair(x):\n    return x * 2 * (1 + 1e-7)\n"
    )

    with pytest.raises(FixtureError, match=r"no tolerance for Q .* the mistake hair"):
        build.build(toy(tiny))


def damage(path, kind):
    data = path.read_bytes()
    if kind == "truncated":
        path.write_bytes(data[: len(data) // 2])
    elif kind == "text":
        path.write_bytes(b"this is no HDF5 file")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "flipped":
        at = data.index(np.float64(4.0).tobytes())  # one of the expected values
        path.write_bytes(data[:at] + b"\x01" + data[at + 1 :])
    elif kind == "foreign":
        with h5py.File(path, "w") as file:
            file["xdata"] = [1, 2]
    elif kind == "schema":
        with h5py.File(path, "r+") as file:
            file.attrs["schema"] = "gradelab/fixture/v99"
    elif kind == "no cases":
        with h5py.File(path, "r+") as file:
            del file["cases"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("truncated", "damaged"),
        ("text", "damaged"),
        ("empty", "damaged"),
        ("flipped", "damaged"),
        ("foreign", "no fixture of gradelab"),
        ("schema", "has the schema gradelab/fixture/v99"),
        ("no cases", "damaged"),
    ],
)
def test_a_fixture_that_cannot_be_used_says_why_in_one_sentence(toy, kind, words):
    assignment = toy()
    build.build(assignment)
    damage(assignment.fixtures / "public.h5", kind)

    def read():
        inputs = fixtures.read_inputs(assignment.fixtures)
        fixtures.read_expected(assignment.fixtures, inputs)

    with pytest.raises(FixtureError, match=words) as caught:
        read()
    assert "\n" not in str(caught.value)


def test_any_damaged_byte_is_a_fixture_error_or_harmless(toy):
    assignment = toy()
    build.build(assignment)
    path = assignment.fixtures / "public.h5"
    data = path.read_bytes()
    inputs = fixtures.read_inputs(assignment.fixtures)
    whole = fixtures.read_expected(assignment.fixtures, inputs)[0].values["Q"]
    rng = np.random.default_rng(0)
    for at in rng.integers(0, len(data), 150):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
        try:
            fixtures.read_inputs(assignment.fixtures)
            (case, *_) = fixtures.read_expected(assignment.fixtures, inputs)
        except FixtureError:
            continue
        np.testing.assert_array_equal(case.values["Q"], whole)


def test_a_fixture_of_an_older_worked_solution_is_refused(toy):
    assignment = toy()
    build.build(assignment)
    assignment.worked_path.write_text(WORKED.replace("x * 2", "x * 3"))

    with pytest.raises(FixtureError, match=r"built from another version of .*worked\.py"):
        fixtures.read_inputs(assignment.fixtures, assignment.worked_path)


def test_missing_fixtures_say_how_to_build_them(toy):
    with pytest.raises(FixtureError, match="gradelab fixtures build toy"):
        fixtures.read_inputs(toy().fixtures)


@pytest.mark.parametrize(
    ("worked", "words"),
    [
        ("x = 1", "needs a WorkedSolution"),
        ("import nothing_of_this_name", "line 1: ModuleNotFoundError"),
        ("def f(:", "line 1: SyntaxError"),
        (WORKED.replace("def Q(x)", "def Q(y)"), "there is no 'y'"),
        (WORKED.replace("'''Twice x, shape (N,).'''", ""), "docstring"),
        (WORKED.replace("public=True", "public=False"), "must be public"),
        (WORKED.replace('"other"', '"shown"'), "each its own"),
        (WORKED.replace("x * 2", "x / 0 * np.nan"), "Q not finite"),
        (WORKED.replace("def Q(x)", "def R(x)"), "names Q, which worked.py has no step for"),
        (WORKED.replace("x * 2", "x @ np.eye(7)"), "case shown: ValueError"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_what_is_wrong_with_a_worked_solution_is_said_when_building(toy, worked, words):
    with pytest.raises(AssignmentError, match="toy") as caught:
        build.build(toy(worked))

    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("title = 5", "Expected `str`"),
        (TOML + "pionts = 3\n[limits]\ncal = 3", "unknown field"),
        (TOML + "\n[limits]\ncall = 0", "limits.call must be above 0"),
        (TOML + "\n[scoring]\npublic = 3", "scoring.public is a share"),
        (TOML.replace("Q = 1", "Q = -1"), "points of 0 or more"),
        ("this is no TOML", "Expected"),
    ],
)
def test_what_is_wrong_with_an_assignment_file_is_said_with_its_place(toy, toml, words):
    with pytest.raises(AssignmentError, match=r"assignment\.toml") as caught:
        toy(toml=toml)

    assert words in str(caught.value)


def test_checks_and_points_that_differ_are_said(toy):
    with pytest.raises(AssignmentError, match="two stands in one of them only"):
        toy(toml=TOML + "\n[points.two]\nQ = 1").load_checks()
