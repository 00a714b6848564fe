"""The worked solution of mnist_from_hdf5, its checks, and submissions to it.

`by_loops` is a second source for the forward pass and the loss: plain Python, one number at a time.
Gradients are held against central differences of that loss.
"""

from __future__ import annotations

import importlib.util
import json
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from grader.closeness import Tolerance
from grader.course import find_course
from grader.fixtures import read_diagnosis, read_expected, read_inputs
from grader.grading import grade
from grader.judge import Scoring, judge
from grader.reading import read_submission
from grader.results import Failure
from grader.sandbox.parent import WarmParent
from grader.student import StudentFault

ASSIGNMENT = find_course().assignment("mnist_from_hdf5")
FOLDER = ASSIGNMENT.folder
SUBMISSIONS = Path(__file__).parent / "submissions" / "mnist_from_hdf5"


def load(name):
    spec = importlib.util.spec_from_file_location(f"mnist_from_hdf5_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


worked, checks = load("worked"), load("checks")
solution = worked.solution
CASES = {case.name: case for case in worked.cases()}
WEIGHTS = worked.WEIGHTS
KNOWN = {r.id: r for r in (*solution.mistakes, *solution.conventions)}
PARTS = {
    name: tuple(q for q in points if q in solution.quantities)
    for name, points in ASSIGNMENT.file.points.items()
}
GRADED = [q for quantities in PARTS.values() for q in quantities]


def made(*ids):
    return [KNOWN[i] for i in ids]


# Against a second implementation


def by_loops(inputs, g):
    """Return the hidden layers, the probabilities and the mean cross entropy."""
    rows, loss = [], 0.0
    for x, t in zip(inputs["x"].tolist(), inputs["y_true"].tolist(), strict=True):
        layers = [x]
        for k in (1, 2, 3, 4):
            w, b = inputs[f"w{k}"].tolist(), inputs[f"b{k}"][0].tolist()
            z = [b[j] + sum(v * w[i][j] for i, v in enumerate(layers[-1])) for j in range(len(b))]
            layers.append([g(u) for u in z] if k < 4 else z)
        highest = max(layers[-1])
        total = sum(math.exp(u - highest) for u in layers[-1])
        loss -= sum(y * (u - highest - math.log(total)) for y, u in zip(t, layers[-1], strict=True))
        rows.append([*layers[1:4], [math.exp(u - highest) / total for u in layers[-1]]])
    return rows, loss / len(rows)


ACTIVATIONS = [((), math.tanh), (("relu_network",), lambda u: max(u, 0.0))]


@pytest.mark.parametrize(("convention", "g"), ACTIVATIONS, ids=["tanh", "relu"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_forward_pass_agrees_with_loops_in_plain_python(case, convention, g):
    values = solution.run(case.inputs, replace=made(*convention))
    rows, _ = by_loops(case.inputs, g)

    for n, name in enumerate(("a1", "a2", "a3", "y_pred")):
        expected = [row[n] for row in rows]
        np.testing.assert_allclose(values[name], expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("convention", "g"), ACTIVATIONS, ids=["tanh", "relu"])
@pytest.mark.parametrize("name", ["seven-rows", "one-row", "no-highest-class"])
def test_gradients_are_central_differences_of_the_mean_cross_entropy(name, convention, g):
    inputs = dict(CASES[name].inputs)
    values = solution.run(inputs, replace=made(*convention))
    random = np.random.default_rng(5)

    for weight in WEIGHTS:
        at = tuple(int(random.integers(side)) for side in inputs[weight].shape)
        losses = []
        for step in (1e-5, -1e-5):
            moved = inputs[weight].copy()
            moved[at] += step
            losses.append(by_loops({**inputs, weight: moved}, g)[1])
        difference = (losses[0] - losses[1]) / 2e-5
        assert values[f"d{weight}"][at] == pytest.approx(difference, rel=1e-6, abs=1e-9)


def test_accuracy_and_derivatives_are_what_they_say():
    for case in CASES.values():
        values = solution.run(case.inputs)
        z, h = case.inputs["z"], 1e-6
        right = [
            guess.tolist().index(max(guess)) == label.tolist().index(1)
            for guess, label in zip(case.inputs["guesses"], case.inputs["labels"], strict=True)
        ]
        assert values["accuracy"] == sum(right) / len(right)
        slope = (np.tanh(z + h) - np.tanh(z - h)) / (2 * h)
        other = solution.run(case.inputs, replace=made("tanh_derivative_of_z"))
        np.testing.assert_allclose(other["tanh_derivative"], slope, rtol=1e-8)
        np.testing.assert_allclose(
            solution.run({**case.inputs, "z": np.tanh(z)})["tanh_derivative"], slope, rtol=1e-8
        )


def test_float32_stays_float32():
    for case in CASES.values():
        narrow = {key: np.float32(value) for key, value in case.inputs.items()}
        values = solution.run(narrow)
        assert {values[q].dtype for q in GRADED} == {np.dtype(np.float32)}


# Cases and mistakes


def test_sizes_are_all_different_and_the_cases_show_what_they_promise():
    widths = {worked.D, *worked.HIDDEN, worked.C}
    assert len(widths) == 5
    for case in CASES.values():
        assert len(case.inputs["x"]) not in widths
        assert all(np.min(np.abs(case.inputs[f"b{k}"])) >= 0.3 for k in (1, 2, 3, 4))
    assert not CASES["no-highest-class"].inputs["y_true"][:, -1].any()
    scores = solution.run(CASES["scores-far-apart"].inputs)["z4"].max(axis=1)
    assert 200 < np.ptp(scores) < 650  # from 708 on, wrong rules lose digits that no text explains


def test_every_mistake_changes_something_that_is_graded():
    right = {name: solution.run(case.inputs) for name, case in CASES.items()}
    for mistake in solution.mistakes:
        wrong = 0
        for name, case in CASES.items():
            with np.errstate(over="ignore"):
                values = solution.run(case.inputs, replace=[mistake])
            wrong += sum(
                np.shape(values[q]) != np.shape(right[name][q])
                or not np.allclose(values[q], right[name][q], rtol=1e-3, atol=1e-9)
                for q in GRADED
            )
        assert wrong, mistake.id
        assert mistake.text.endswith(".")
        assert mistake.hint, mistake.id


def test_wrong_softmax_rules_give_numbers_and_not_nan():
    # Otherwise no report could tell one from another.
    for rule in ("softmax_unshifted", "softmax_batch_maximum"):
        for case in CASES.values():
            with np.errstate(over="ignore"):
                assert np.isfinite(solution.run(case.inputs, replace=made(rule))["softmax"]).all()


def test_a_sum_in_the_place_of_the_mean_makes_every_gradient_n_times_as_large():
    case = CASES["seven-rows"]
    right = solution.run(case.inputs)
    summed = solution.run(case.inputs, replace=made("summed_over_the_batch"))

    for weight in WEIGHTS:
        np.testing.assert_allclose(summed[f"d{weight}"], 7 * right[f"d{weight}"], rtol=1e-12)


# Judging


def judged(*ids, with_worked=True, drop=()):
    inputs = read_inputs(ASSIGNMENT.fixtures, ASSIGNMENT.worked_path)
    expected = read_expected(ASSIGNMENT.fixtures, inputs)
    if not with_worked:
        expected = tuple(case for case in expected if not case.hidden)
    observed = {q: {} for q in GRADED}
    for case in expected:
        values = solution.run(case.inputs, replace=made(*ids))
        for q in GRADED:
            observed[q][case.name] = values[q]
    load_solution = (lambda: solution) if with_worked else None
    stored = lambda: read_diagnosis(ASSIGNMENT.fixtures)  # noqa: E731
    accepted = tuple(ASSIGNMENT.file.conventions.values())
    return judge(PARTS, observed, expected, Scoring(), load_solution, stored, accepted)


@pytest.mark.parametrize("with_worked", [True, False])
def test_a_network_with_relu_is_as_right_as_one_with_tanh(with_worked):
    found = judged("relu_network", with_worked=with_worked)

    assert found.causes == ()
    assert {q.share for q in found.quantities} == {1.0}
    assert {q.verdict for q in found.quantities if q.quantity in ("a1", "a3", "dw1")} == {
        "convention"
    }


@pytest.mark.parametrize("with_worked", [True, False])
def test_what_is_wrong_in_a_network_with_relu_is_still_named(with_worked):
    found = judged(
        "relu_network", "tanh_derivative_of_z", "summed_over_the_batch", with_worked=with_worked
    )

    (cause,) = found.causes
    assert [r.id for entry in cause.alternatives for r in entry] == ["summed_over_the_batch"]
    assert {q.quantity for q in found.quantities if q.verdict == "mistake"} == set(cause.explains)


def test_no_convention_is_chosen_where_it_explains_nothing():
    # Biases left out make gradients that are right, given these layers, with either activation.
    found = judged("no_biases")

    (cause,) = found.causes
    assert [r.id for entry in cause.alternatives for r in entry] == ["no_biases"]


# What a training has left behind


class Left:
    """Stands where checks expect the student: the global names that a script has left."""

    figures = ()

    def __init__(self, **names):
        self.__dict__.update(names)

    def __getattr__(self, name):
        raise StudentFault(Failure("missing", f"{name} is not defined"))


def network(seed=0, **changes):
    random = np.random.default_rng(seed)
    units = (784, 9, 8, 7, 10)
    names = {}
    for k, (n_in, n_out) in enumerate(pairwise(units), 1):
        names[f"w{k}"] = random.normal(0, 0.1, size=(n_in, n_out))
        names[f"b{k}"] = np.zeros((1, n_out))
    return {**names, **changes}


def left_by(names):
    return tuple(names[name] for name in WEIGHTS)


def test_an_accuracy_that_was_made_up_is_found_out():
    names = network()
    _, reached = checks.again.evaluated(left_by(names), "valid")

    claims = (0.99, 99.0, reached)
    above = [
        checks.training.function(Left(**names, valid_acc=[0.1, claim]), None)[
            "valid_acc_above_recomputed"
        ]
        for claim in claims
    ]

    assert above == pytest.approx([0.99 - reached, 0.99 - reached, 0.0])
    assert reached < 0.4


def test_a_loss_that_is_a_mean_over_all_entries_is_a_tenth():
    names = network()
    loss, reached = checks.again.evaluated(left_by(names), "valid")
    assert 2 < loss < 3  # near ln 10, as a network is that has learned nothing

    def ratio(valid_loss, valid_acc):
        left = Left(**names, valid_loss=valid_loss, valid_acc=valid_acc)
        return checks.training.function(left, None)["valid_loss_over_cross_entropy"]

    assert ratio([9.0, loss / 10], [reached]) == pytest.approx(0.1)
    assert ratio([9.0, loss], [reached]) == pytest.approx(1.0)
    # Lists of another training than the parameters are no evidence.
    assert ratio([9.0, loss / 10], [reached + 0.2]) == 1.0
    assert isinstance(ratio([], [reached]), Failure)


def test_test_evaluations_are_counted():
    def evaluations(**names):
        return checks.result.function(Left(**network(), **names), None)["test_evaluations"]

    assert evaluations(test_acc=0.9) == 1
    assert evaluations(test_accuracy=np.array([0.9])) == 1
    assert evaluations(test_acc=[0.5] * 50) == 50
    assert "test_acc" in evaluations().text


def test_rates_are_compared_wherever_they_stand():
    def rate(**names):
        return checks.training.function(Left(**names), None)["final_rate_over_initial"]

    assert rate(lr=0.025, lr_initial=0.1) == 0.25
    assert rate(learning_rate=[0.1, 0.05], initial_lr=0.1) == 0.5
    assert isinstance(rate(lr=0.1), Failure)
    assert isinstance(rate(lr="0.1", lr_initial=0), Failure)


def test_parameters_are_found_in_the_usual_places_and_held_against_nonsense():
    names = network()
    keep = [np.asarray(v) for v in left_by(names)]
    upper = {name.upper(): value for name, value in names.items()}
    for left in (Left(**names), Left(**upper), Left(params=keep), Left(parameters=upper)):
        assert [w.shape for w in checks.again.parameters(left)] == [w.shape for w in keep]
    for left, text in (
        (Left(), "there are no w1"),
        (Left(**network(w2=np.ones((3, 3)))), "do not fit"),
        (Left(**network(b4="zero")), "not all arrays"),
        (Left(**network(w1=np.full((784, 9), np.nan))), "2,400"),
    ):
        with pytest.raises(StudentFault, match=text):
            checks.again.parameters(left)


def test_lists_of_nan_are_explained_by_what_the_file_holds():
    failure = checks.history([math.nan] * 50)

    assert failure.kind == "missing"
    assert "2,400" in failure.text
    assert checks.history([0.5] * 50) == [0.5] * 50


@pytest.mark.parametrize(
    ("lines", "ylabel", "is_one"),
    [
        ([("train", 50), ("validation", 50)], "accuracy", True),
        ([("training acc", 50), ("val acc", 50), ("_child2", 2)], "", True),
        ([("_child0", 50), ("_child1", 50)], "Accuracy", True),
        ([("Validation Accuracy", 50), ("Test Accuracy", 50)], "", False),
        ([("training accuracy", 0), ("validation accuracy", 50)], "", False),
        ([("train", 50), ("validation", 50)], "loss", False),
    ],
)
def test_a_figure_of_two_curves_is_known_by_its_labels(lines, ylabel, is_one):
    axes = {"title": "", "xlabel": "epoch", "ylabel": ylabel, "lines": lines, "images": 0}
    left = Left()
    left.figures = [{"title": "", "axes": [axes]}]

    assert checks.accuracy_figures(left) == is_one


# Whole submissions


def graded(path):
    with WarmParent() as parent:
        return grade(read_submission(path), ASSIGNMENT, parent)


@pytest.mark.slow
def test_a_correct_script_gets_all_points():
    result = graded(FOLDER / "examples" / "correct.py")

    assert (result.score, result.max_score, result.causes) == (30, 30, ())
    assert not any("in place" in note for note in result.notes)


@pytest.mark.slow
def test_other_names_orders_and_float32_get_all_points_with_an_adapter():
    result = graded(SUBMISSIONS / "adapted")

    assert (result.score, result.max_score, result.causes) == (30, 30, ())


@pytest.mark.slow
def test_each_mistake_of_the_example_is_named_once_and_where_it_is():
    result = graded(FOLDER / "examples" / "mistakes.py")

    assert [cause.id for cause in result.causes] == [
        "softmax_batch_maximum",
        "accuracy_in_per_cent",
        "slopes_at_the_activation",
        "summed_over_the_batch",
        *["requirement"] * 7,
    ]
    assert [c.quantity for c in result.causes[4:]] == [
        "train_acc",
        "valid_loss_over_cross_entropy",
        "final_rate_over_initial",
        "halvings",
        "accuracy_figures",
        "test_evaluations",
        "loss_on_pictures_held_back",
    ]
    places = [cause.place.function for cause in result.causes[:4]]
    assert places == ["softmax", "accuracy", "backward", "backward"]
    tenth = result.causes[5]
    assert tenth.text.startswith("valid_loss_over_cross_entropy is 0.1, should be between")
    assert "a tenth of it" in tenth.text
    assert tenth.hint


def test_the_handout_asks_for_what_is_graded():
    cells = json.loads((FOLDER / "handout.ipynb").read_text(encoding="utf-8"))
    text = "".join("".join(cell["source"]) for cell in cells["cells"])

    assert cells["metadata"]["gradelab"]["assignment"] == "mnist_from_hdf5"
    for name in (*ASSIGNMENT.file.functions, "train_acc", "valid_acc", "lr_decay_epochs"):
        assert name in text
    points = {
        "6 points": ("functions",),
        "14 points": ("initial", "forward", "backward"),
        "6.5 points": ("training",),
        "3.5 points": ("result",),
    }
    for words, names in points.items():
        assert f"({words})" in text
        total = sum(sum(ASSIGNMENT.file.points[name].values()) for name in names)
        assert f"{total:g} points" == words


def test_tolerances_leave_room_for_float32_everywhere():
    inputs = read_inputs(ASSIGNMENT.fixtures, ASSIGNMENT.worked_path)
    for case in read_expected(ASSIGNMENT.fixtures, inputs):
        for quantity in GRADED:
            assert isinstance(case.tolerances[quantity], Tolerance)
            assert case.tolerances[quantity].relative < 1e-3
