from __future__ import annotations

import re
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


R = """
@solution.step
def R(x):
    'A seventh of x.'
    return x / 7
"""

DOUBLED = """
@solution.mistake("Q", "Twice too much.", hint="Why?")
def doubled(x):
    return x * 4
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


@pytest.mark.slow
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

    path = assignment.fixtures / "hidden.h5"
    with h5py.File(path, "r+") as file:
        file["cases/other/expected/Q"][...] = [0, 2, 4, 6, 9]
    fixtures.seal(path)
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
    elif kind == "seal":
        path.write_bytes(data.replace(b"gradelab fixture;", b"gradelab fixture:", 1))
    elif kind == "hidden":
        shutil.copy(path.with_name("hidden.h5"), path)
    elif kind == "missing":
        path.unlink()
    else:
        damage_inside(path, kind)


def damage_inside(path, kind):
    with h5py.File(path, "r+") as file:
        if kind == "a figure":
            file["cases/shown"].attrs["sizes"] = '{"N": 4}'
        elif kind == "schema":
            file.attrs["schema"] = "gradelab/fixture/v99"
        elif kind == "another assignment":
            file.attrs["assignment"] = "other"
    if kind != "a figure":
        fixtures.seal(path)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("truncated", "damaged"),
        ("text", "damaged"),
        ("empty", "damaged"),
        ("flipped", "damaged"),
        ("foreign", "no fixture of gradelab"),
        ("schema", "has the schema gradelab/fixture/v99"),
        ("a figure", "damaged"),
        ("seal", "damaged"),
        ("another assignment", "this fixture is for the assignment other"),
        ("hidden", "these are the hidden cases under the name of the public ones"),
        ("missing", "there is no public.h5 here"),
    ],
)
def test_a_fixture_that_cannot_be_used_says_why_in_one_sentence(toy, kind, words):
    assignment = toy(WORKED + DOUBLED)
    build.build(assignment)
    damage(assignment.fixtures / "public.h5", kind)

    def read():
        inputs = fixtures.read_inputs(assignment.fixtures)
        fixtures.read_expected(assignment.fixtures, inputs)
        fixtures.read_diagnosis(assignment.fixtures)

    with pytest.raises(FixtureError, match=words) as caught:
        read()
    assert "\n" not in str(caught.value)


def test_any_damaged_byte_is_a_fixture_error(toy):
    assignment = toy(WORKED + DOUBLED)
    build.build(assignment)
    path = assignment.fixtures / "public.h5"
    data = path.read_bytes()
    assert everything(assignment) is not None
    rng = np.random.default_rng(0)
    for at in (0, 600, *rng.integers(0, len(data), 400), len(data) - 1):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
        with pytest.raises(FixtureError, match="damaged"):
            everything(assignment)


def everything(assignment):
    """Read all that is read of an assignment's fixtures."""
    inputs = fixtures.read_inputs(assignment.fixtures)
    return [
        fixtures.read_expected(assignment.fixtures, inputs),
        fixtures.read_diagnosis(assignment.fixtures),
        fixtures.read_margins(assignment.fixtures, ["Q"]),
    ]


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
        (WORKED.replace("x * 2", "x / 0 * np.nan"), "Q is not finite"),
        (WORKED.replace("def Q(x)", "def R(x)"), "names Q, which worked.py has no step for"),
        (WORKED.replace("x * 2", "x @ np.eye(7)"), "case shown: ValueError"),
        (WORKED.replace("x * 2", "x @ np.eye(7)"), "While computing Q of the worked solution"),
        (WORKED.replace("x * 2", "x * 1j"), "case shown: Q is an array of dtype complex128"),
        (WORKED.replace("x * 2", "x > 1"), "case shown: Q is an array of dtype bool"),
        (WORKED.replace("x * 2", "x.astype(np.float16)"), "Q is an array of dtype float16"),
        (WORKED.replace("x * 2", "x.astype(object)"), "Q is an array of dtype object"),
        (WORKED.replace("x * 2", "'text'"), "Q is a str"),
        (WORKED.replace("x * 2", "None"), "Q is a NoneType"),
        (WORKED.replace("x * 2", "__import__('sys').exit(0)"), "case shown: SystemExit"),
        (WORKED.replace("x * 2", "x * np.random.random()"), "Q is another one each time"),
        (WORKED.replace("return x * 2", "x += 1; return x"), "Q is another one each time"),
        (WORKED.replace("np.arange(3.0)", "np.random.random(3)"), "the input x is another one"),
        (WORKED.replace("np.arange(3.0)", "'text'"), "case shown: the input x is a str"),
        (WORKED.replace("np.arange(3.0)", "None"), "case shown: the input x is a NoneType"),
        (WORKED.replace("np.arange(3.0)", "{'a': 1}"), "case shown: the input x is a dict"),
        (WORKED.replace("np.arange(3.0)", "[[1], [2, 3]]"), "case shown: the input x: ValueError"),
        (WORKED.replace("np.arange(3.0)", "np.array(['a'])"), "x is an array of dtype <U1"),
        (WORKED.replace("np.arange(3.0)", "np.array([{}])"), "x is an array of dtype object"),
        (
            WORKED.replace("np.arange(3.0)", "np.array(['2020-01-01'], dtype='datetime64[D]')"),
            "x is an array of dtype datetime64[D]",
        ),
        (WORKED.replace('{"x": np.arange(3.0)}', "5"), "is no Case(name, inputs)"),
        (WORKED.replace('{"x": np.arange(3.0)}', "{}"), "x"),
        (WORKED + "\ncases = [1, 2]", "cases: 1 is no Case(name, inputs)"),
        (WORKED + "\ncases = lambda: 1 / 0", "cases: ZeroDivisionError"),
        (WORKED + "\ncases = lambda: __import__('sys').exit(0)", "cases: SystemExit"),
        (WORKED + "\ncases = 5", "cases: TypeError"),
        (WORKED.replace("len(x)", "'many'"), "case shown: ValueError"),
        ("raise SystemExit", "line 1: SystemExit"),
        ("raise KeyboardInterrupt", "line 1: KeyboardInterrupt"),
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
        (TOML.replace("Q = 1", "Q = nan"), "points of 0 or more"),
        (TOML.replace("Q = 1", "Q = inf"), "points of 0 or more"),
        (TOML + "\n[limits]\ncell = inf", "limits.cell must be above 0"),
        (TOML + "\n[points.two]\nQ = 1", "[points] has Q in more than one check"),
        (
            TOML + "\n[loss]\nquantity = 'L'\ngradients = {}",
            "[loss] names L, which no check has in",
        ),
        (
            TOML + "\n[loss]\nquantity = 'Q'\ngradients = { dQ = 'x' }",
            "[loss] names dQ, which no check has in",
        ),
    ],
)
def test_what_is_wrong_with_an_assignment_file_is_said_with_its_place(toy, toml, words):
    with pytest.raises(AssignmentError, match=r"assignment\.toml") as caught:
        toy(toml=toml)

    assert words in str(caught.value)


def test_checks_and_points_that_differ_are_said(toy):
    with pytest.raises(AssignmentError, match="two stands in one of them only"):
        toy(toml=TOML + "\n[points.two]\nR = 1").load_checks()


@pytest.mark.parametrize(
    "worked",
    [
        WORKED.replace("x * 2", "(x + 1e14) - 1e14 + x / 3"),
        WORKED.replace("x * 2", "(x / 3 + 1e7) - 1e7"),  # in float32 the digits of x are lost
        WORKED.replace("def Q(x)", "def Q(x, R)").replace("x * 2", "R - x / 7 + x * 1e-16") + R,
        WORKED.replace("x * 2", "x * 1e30 * 1e30 / 1e59"),  # overflows in float32
    ],
)
def test_a_quantity_that_is_lost_in_rounding_fails_the_build(toy, worked):
    with pytest.raises(FixtureError, match=r"case \w+: Q is lost in rounding: .* 1% is the most"):
        build.build(toy(worked))


def test_a_quantity_that_is_lost_in_rounding_but_not_graded_does_no_harm(toy):
    assert len(build.build(toy(WORKED + R.replace("x / 7", "(x / 7 + 1e14) - 1e14")))) == 2


def test_a_build_that_fails_leaves_the_old_files_and_no_others(toy, monkeypatch):
    assignment = toy()
    before = {path: path.read_bytes() for path in build.build(assignment)}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build, "write_outcomes", full)
    with pytest.raises(OSError, match="No space"):
        build.build(assignment)

    assert {path: path.read_bytes() for path in assignment.fixtures.iterdir()} == before


def test_hidden_cases_that_are_no_more_leave_no_file(toy):
    build.build(toy())
    worked = WORKED.replace('{"x": np.arange(5.0)}', '{"x": np.arange(5.0)}, public=True')
    (path,) = build.build(toy(worked))

    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (
            "[conventions]\na = ['unknown']",
            "[conventions] names unknown, which is no",
        ),
        ("[loss]\nquantity = 'Q'\ngradients = { Q = 'z' }", "[loss] names z, which is no input of"),
    ],
)
def test_names_in_the_assignment_file_that_worked_py_lacks_are_said(toy, table, words):
    with pytest.raises(AssignmentError, match=re.escape(words)):
        build.build(toy(toml=f"{TOML}\n{table}"))
