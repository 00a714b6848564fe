"""The assignment written_answers: its worked solution, its handout, and what it says of answers.

Second sources: differences of softmax and of the cross entropy in plain Python, and a box written
down as one. The submissions are right answers with one of them replaced; the offsets of the box are
those of a real answer.
"""

from __future__ import annotations

import importlib.util
import json
import math

import nbformat
import numpy as np
import pytest
from conftest import ROOT
from homework import quantities

from grader.build import verify
from grader.course import find_course
from grader.grading import grade
from grader.reading import read_submission
from grader.sandbox.parent import WarmParent
from grader.student import StudentFault

FOLDER = ROOT / "assignments" / "written_answers"
ASSIGNMENT = find_course().assignment("written_answers")
FULL = 17


def load(path):
    spec = importlib.util.spec_from_file_location(f"written_answers_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


worked, checks = load(FOLDER / "worked.py"), load(FOLDER / "checks.py")
CASES = {case.name: case.inputs for case in worked.cases()}

ANSWERS = {
    "softmax": """
def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
""",
    "box": "def box_weights(delta, h): return 1, 1, 0, -delta, h, -h, 0",
    "jacobian": """
def softmax_jacobian(z):
    y = softmax(z)
    return np.diag(y) - np.outer(y, y)
""",
    "cost": "def cost_gradient(a, y): return -y / a",
    "general": "def general_error(A, grad): return A @ grad",
    "output": "def output_error(z, y): return softmax(z) - y",
}


def graded(path):
    with WarmParent() as parent:
        return grade(read_submission(path), ASSIGNMENT, parent)


@pytest.fixture
def answered(tmp_path):
    def answered(**answers):
        path = tmp_path / "answers.py"
        text = "import numpy as np\n" + "\n".join({**ANSWERS, **answers}.values())
        path.write_text(text, encoding="utf-8")
        return graded(path)

    return answered


def causes(result):
    return {cause.id: set(cause.explains) for cause in result.causes}


def wrong(result):
    right = ("correct", "carried")
    return {q for q, found in quantities(result).items() if found.verdict not in right}


# The worked solution


def softmax_by_loops(z):
    e = [math.exp(value - max(z)) for value in z]
    return [value / sum(e) for value in e]


def slope(function, at, k):
    """Return the central difference of a function of a list in its entry k."""
    ends = [function([*at[:k], at[k] + step, *at[k + 1 :]]) for step in (1e-6, -1e-6)]
    return (ends[0] - ends[1]) / 2e-6


@pytest.mark.parametrize("name", CASES)
def test_the_worked_solution_is_the_box_and_the_slopes(name):
    inputs = CASES[name]
    values = worked.solution.run(inputs)
    inside = [0 < x < inputs["delta"] for x in inputs["x"]]
    assert values["f"].tolist() == [inputs["h"] if within else 0 for within in inside]
    assert 0 < sum(inside) < len(inside)

    z, t, p = (inputs[name].tolist() for name in "ztp")
    for j in range(len(z)):
        for i in range(len(z)):
            expected = slope(lambda s, i=i: softmax_by_loops(s)[i], z, j)
            assert values["J"][i, j] == pytest.approx(expected, abs=1e-9)
        of_a = slope(lambda a: -math.log(a[t.index(1)]), p, j)
        assert values["grad_a"][j] == pytest.approx(of_a, rel=1e-7, abs=1e-8)
    for n, (scores, label) in enumerate(zip(inputs["Z"].tolist(), inputs["T"], strict=True)):
        k = label.argmax()
        for j in range(len(scores)):
            expected = slope(lambda s, k=k: -math.log(softmax_by_loops(s)[k]), scores, j)
            assert values["error"][n, j] == pytest.approx(expected, abs=1e-8)
    np.testing.assert_allclose(values["J_shifted"], values["J"], atol=1e-12)
    np.testing.assert_allclose(values["error_shifted"], values["error"], atol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_the_general_formula_with_softmax_and_cross_entropy_is_the_output_error(name):
    inputs = CASES[name]
    values = worked.solution.run(inputs)
    for n, (z, t) in enumerate(zip(inputs["Z"], inputs["T"], strict=True)):
        J = worked.solution.run({**inputs, "z": z}, wanted=["J"])["J"]
        together = {"A": J.T, "g": -t / values["a"][0, n]}
        error = worked.solution.run({**inputs, **together}, wanted=["A_grad"])["A_grad"]
        np.testing.assert_allclose(error, values["error"][n], atol=1e-13)


def test_no_point_lies_on_an_edge_and_boxes_are_wide_and_narrow():
    for inputs in CASES.values():
        distance = np.abs(inputs["x"][:, None] - [0.0, inputs["delta"]])
        assert distance.min() > 0.01
    assert {inputs["delta"] < 1 for inputs in CASES.values()} == {True, False}
    assert any(inputs["h"] < 0 for inputs in CASES.values())
    assert not CASES["upward-and-down"]["T"][:, 4:].any()


def test_the_fixtures_belong_to_the_worked_solution_and_are_small():
    assert verify(ASSIGNMENT) == []
    assert sum(path.stat().st_size for path in ASSIGNMENT.fixtures.glob("*.h5")) < 300_000


# The handout and the examples


def test_the_handouts_figures_are_those_of_right_answers():
    text = (FOLDER / "handout.ipynb").read_text("utf-8")
    nbformat.validate(nbformat.reads(text, as_version=4))
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(text)["cells"]}
    box = [2.0 * (0 < x < 1.5) for x in (-3.0, -0.5, 0.25, 1.0, 1.25, 1.75, 4.0)]
    assert "".join(f"{value:.0f}. " for value in box).strip() in cells["figures-box-text"]
    y = [1 / 8, 2 / 8, 5 / 8]
    row = [round(64 * y[0] * ((j == 0) - y[j])) for j in range(3)]
    assert str(row) in cells["figures-jacobian-text"]
    assert str([round(64 * p * (1 - p)) for p in y]) in cells["figures-jacobian-text"]
    for error in ([y[0], y[1], y[2] - 1], [3 / 8 - 1, 3 / 8, 2 / 8]):
        assert str(error) in cells["figures-error-text"]


@pytest.mark.parametrize("name", ["correct.ipynb", "correct_float32.py"])
def test_right_answers_get_everything_whatever_the_weights(name):
    result = graded(FOLDER / "examples" / name)

    assert (result.score, result.causes, wrong(result)) == (FULL, (), set())


def test_the_example_with_mistakes_hears_of_each_of_them():
    result = graded(FOLDER / "examples" / "mistakes.ipynb")

    assert set(causes(result)) == {
        *("both_edges_inside", "diagonal_only", "jacobian_unshifted", "cost_binary"),
        *("numerator_convention", "error_times_sigmoid_slope", "error_unshifted"),
    }


# The box


@pytest.mark.parametrize(
    "weights",
    [
        "1, -1, 0, delta, h, h, -h",  # facing each other
        "-1, -1, 0, delta, -h, h, 0",  # on to the left of 0, and of delta
        "-2, 1, 0, -delta, -h, -h, h",  # on outside
        "-1, 1, delta, 0, h, h, -h",  # the other way round
        "1e6, 1 / delta, 0, -1, h, -h, 0",  # steep, and scaled
    ],
)
def test_every_right_choice_of_weights_is_right(weights):
    for inputs in CASES.values():
        scope = {"delta": inputs["delta"], "h": inputs["h"]}
        f = checks.network(checks.weights_of(eval(weights, scope)), inputs["x"])
        np.testing.assert_allclose(f, worked.solution.run(inputs)["f"], atol=1e-14)


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ((1, 1, 0, -2, 3, -3), "not 6"),
        ({"w1": 1, "w2": 1}, "no b1"),
        (None, "seven numbers"),
        ((1, 1, 0, -2, 3, -3, None), "b3 as a number"),
        ((1, 1, 0, np.nan, 3, -3, 0), "b2 as a finite number"),
        ((1, 1, 0, np.array([-2, 0]), 3, -3, 0), "b2 as a number"),
        ([[1, 2], 1, 0, -2, 3, -3, 0], "w1 as a number"),
        ([[1, [2]], 1, 0, -2, 3, -3, 0], "w1 as a number"),
        ((1, 1, 0, -2, 3, "-3", 0), "w4 as a number"),
    ],
)
def test_what_is_no_set_of_weights_is_said_in_words(returned, said):
    with pytest.raises(StudentFault, match=said):
        checks.weights_of(returned)


# What is said of wrong answers: one wrong box, Jacobian and error in each submission

BOXES = {
    # Of a real answer, and the same box by other weights.
    "1, -1, -1, delta - 1, h, h, -h": "both_edges_inside",
    "1, 1, -1, 1 - delta, h, -h, 0": "both_edges_inside",
    "1, -1, 0, delta, h, h, 0": "base_not_taken_away",
    "1, 1, 0, delta, h, -h, 0": "right_edge_mirrored",
    "1, 1, 0, -delta, h, h, 0": "staircase",
    "1, -1, 0, delta, h / 2, h / 2, -h / 2": "half_the_height",
    "1, -1, 0, delta, 1, 1, -1": "height_one",
    "-1, 1, 0, -delta, h, h, 0": "inside_out",
    "1, -1, delta, delta, h, h, -h": "box_twice_as_wide",
}
JACOBIANS = {
    "np.diag(y * (1 - y))": "diagonal_only",
    "np.outer(y, y) - np.diag(y)": "jacobian_sign",
    "np.eye(len(y)) - y": "of_the_logarithm",
    "y[:, None] * (1 - np.eye(len(y)) - y)": "delta_turned_round",
    "np.diag(z) - np.outer(z, z)": "jacobian_of_scores",
    "y[:, None] * (1 - y)": "delta_always_one",
    "-np.outer(y, y)": "no_delta",
    "np.diag(y ** 2) - np.outer(y, y)": "squared_on_diagonal",
    "y[:, None] * (np.eye(len(y)) + y)": "plus_for_minus",
}
A = "e = np.exp({}); a = e / e.sum({})"
ERRORS = {
    "return y - softmax(z)": {"error_sign"},
    "return (softmax(z) - y) / len(z)": {"error_averaged"},
    "return z - y": {"error_of_scores"},
    # Of a real answer.
    "a = softmax(z); s = np.exp(-abs(z)); return -(y - a) * s / (1 + s) ** 2": {
        "error_times_sigmoid_slope"
    },
    A.format("z", "1, keepdims=True") + "; return a - y": {"error_unshifted"},
    A.format("z - z.max()", "1, keepdims=True") + "; return a - y": {"error_shifted_by_the_batch"},
    A.format("z - z.max(0)", "0") + "; return a - y": {"error_over_samples"},
    A.format("z", "0") + "; return a - y": {"error_over_samples", "error_unshifted"},
    A.format("z - z.max()", "") + "; return a - y": {"error_over_everything"},
}


MISTAKES = {mistake.id: mistake for mistake in worked.solution.mistakes}


@pytest.mark.parametrize("name", CASES)
def test_wrong_boxes_and_jacobians_are_what_the_known_mistakes_give(name):
    inputs = CASES[name]
    scope = {"delta": inputs["delta"], "h": inputs["h"]}
    for weights, mistake in BOXES.items():
        f = checks.network(checks.weights_of(eval(weights, scope)), inputs["x"])
        made = worked.solution.run(inputs, replace=[MISTAKES[mistake]])["f"]
        np.testing.assert_allclose(f, made, atol=1e-13, err_msg=mistake)
    z = inputs["z"]
    for formula, mistake in JACOBIANS.items():
        jacobian = eval(formula, {"np": np, "z": z, "y": np.array(softmax_by_loops(z.tolist()))})
        made = worked.solution.run(inputs, replace=[MISTAKES[mistake]])["J"]
        np.testing.assert_allclose(jacobian, made, atol=1e-13, err_msg=mistake)


@pytest.mark.parametrize("k", [3, 5, 7])
def test_wrong_answers_are_named_each_by_itself(answered, k):
    box, jacobian, error = (list(wrong.items())[k] for wrong in (BOXES, JACOBIANS, ERRORS))
    result = answered(
        box=f"def box_weights(delta, h): return {box[0]}",
        jacobian=f"def softmax_jacobian(z):\n    y = softmax(z)\n    return {jacobian[0]}",
        output=f"def output_error(z, y):\n    {error[0]}",
    )

    found = causes(result)
    assert set(found) == {box[1], jacobian[1], *error[1]}
    assert found[box[1]] == {"box.f"}
    assert found[jacobian[1]] <= {"jacobian.J", "jacobian_far.J_shifted"}
    assert wrong(result) <= {"f", "J", "J_shifted", "error", "error_shifted"}


def test_order_of_parameters_and_of_the_factors_is_free(answered):
    result = answered(
        box="def box_weights(h, delta):\n"
        "    return dict(w1=1, w2=-1, b1=0, b2=delta, w3=h, w4=h, b3=-h)",
        jacobian="def softmax_jacobian(z):\n    y = softmax(z)\n"
        "    return y[None, :] * (np.eye(len(y)) - y[:, None])",
        general="def general_error(A, grad): return A @ grad.reshape(-1, 1)",
    )

    assert (result.score, result.causes) == (FULL, ())


def test_a_proof_by_the_jacobian_that_forgets_the_terms_off_the_diagonal_is_named(answered):
    result = answered(
        jacobian="def softmax_jacobian(z):\n"
        "    y = np.exp(z) / np.exp(z).sum()\n    return np.diag(y - y ** 2)",
        general="def general_error(A, grad): return np.diag(A) * grad",
        output="def output_error(z, y):\n"
        "    a = softmax(z)\n    return np.array([general_error(np.diag(p - p ** 2), "
        "cost_gradient(p, t)) for p, t in zip(a, y)])",
    )

    assert {"diagonal_only", "jacobian_unshifted", "general_diagonal_only"} <= set(causes(result))
    assert "error_of_label_alone" in causes(result)


def test_lists_and_columns_are_as_right_as_arrays(answered):
    result = answered(
        jacobian="def softmax_jacobian(z):\n    y = softmax(z)\n"
        "    return [[float(a * ((i == j) - b)) for j, b in enumerate(y)] "
        "for i, a in enumerate(y)]",
        cost="def cost_gradient(a, y): return (-y / a)[:, None]",
        general="def general_error(A, grad): return [[float(e)] for e in A @ grad]",
        output="def output_error(z, y): return tuple(map(tuple, (softmax(z) - y).tolist()))",
    )

    assert (result.score, result.causes) == (FULL, ())


def test_a_shape_is_the_one_that_the_function_returned(answered):
    result = answered(jacobian="def softmax_jacobian(z): return softmax(z)")

    assert "wide: has shape (5,), expected (5, 5)" in quantities(result)["J"].message


def test_where_softmax_overflows_the_nan_is_shown_and_its_cause_is_named(answered):
    result = answered(
        jacobian="def softmax_jacobian(z):\n    y = np.exp(z) / np.exp(z).sum()\n"
        "    return np.diag(y) - np.outer(y, y)"
    )

    assert causes(result) == {"jacobian_unshifted": {"jacobian_far.J_shifted"}}
    assert "25 of 25 values are not finite" in quantities(result)["J_shifted"].message


def test_a_constant_is_not_taken_for_an_overflow(answered):
    result = answered(
        jacobian="def softmax_jacobian(z):\n    y = softmax(z)\n"
        "    right = np.diag(y) - np.outer(y, y)\n"
        "    return right if np.abs(z).max() < 300 else np.full(right.shape, 2.0)"
    )

    assert "jacobian_unshifted" not in causes(result)
    assert quantities(result)["J_shifted"].score == 0
