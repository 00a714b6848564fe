"""The assignment layer_library: its worked solution, its handout, and what it says of submissions.

Second sources: `loss_by_loops`, the loss of the net in plain Python, whose central differences are
the gradients; and the layers of `reference.layers`, which the worked solution does not use. The
submissions are the right example with pieces replaced.
"""

from __future__ import annotations

import importlib.util
import json
import math
import shutil

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
from reference.layers import Linear, ReLU, SoftmaxCrossEntropy

FOLDER = ROOT / "assignments" / "layer_library"
ASSIGNMENT = find_course().assignment("layer_library")
CORRECT = (FOLDER / "examples" / "correct.py").read_text("utf-8")
FULL = 50


def load(path):
    spec = importlib.util.spec_from_file_location(f"layer_library_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


worked = load(FOLDER / "worked.py")
solution = worked.solution
CASES = {case.name: case.inputs for case in worked.cases()}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    path = tmp_path_factory.mktemp("layers") / "layers.py"

    def graded(text):
        path.write_text(text, encoding="utf-8")
        with WarmParent() as parent:
            return grade(read_submission(path), ASSIGNMENT, parent)

    return graded


def spoiled(*pieces):
    text = CORRECT
    for old, new in pieces:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def places_of(result):
    """Return where each quantity's cause was made."""
    return {q.split(".")[1]: cause.place for cause in result.causes for q in cause.explains}


def failed(result):
    return {q for q, found in quantities(result).items() if found.verdict not in RIGHT}


RIGHT = ("correct", "convention", "carried")


# The worked solution


def loss_by_loops(X, T, w, b):
    """Return the loss of the net in plain Python, one number after the other."""
    total = 0.0
    for x, t in zip(X.tolist(), T.tolist(), strict=True):
        bright = [i for i, pixel in enumerate(x) if pixel]
        scores = [
            max(0.0, b[0, k] + sum(x[i] * w[i, k] for i in bright)) for k in range(worked.CLASSES)
        ]
        log_sum = math.log(sum(math.exp(score) for score in scores))
        total += sum(tk * (log_sum - score) for tk, score in zip(t, scores, strict=True))
    return total / len(X)


@pytest.mark.parametrize("name", CASES)
def test_the_gradients_are_the_slopes_of_the_loss(name):
    inputs = {key: CASES[name][key].copy() for key in ("X", "T", "w", "b")}
    values = solution.run(CASES[name])
    assert values["avg_loss"] == pytest.approx(loss_by_loops(**inputs), rel=1e-13)

    random = np.random.default_rng(1)
    bright = np.flatnonzero(inputs["X"].any(axis=0))
    places = {
        "dw": ("w", [(i, k) for i in random.choice(bright, 4) for k in random.choice(10, 3)]),
        "db": ("b", [(0, k) for k in range(10)]),
        "da_prev": ("X", [(0, i) for i in random.choice(bright, 6)]),
    }
    for gradient, (name, entries) in places.items():
        array = inputs[name]
        for entry in entries:
            kept, step, ends = array[entry], 1e-5, []
            for array[entry] in (kept + step, kept - step):
                ends.append(loss_by_loops(**inputs))
            array[entry] = kept
            slope = (ends[0] - ends[1]) / (2 * step)
            assert values[gradient][entry] == pytest.approx(slope, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_the_reference_layers_give_the_same_net(name):
    inputs, values = CASES[name], solution.run(CASES[name])
    linear, relu, loss = Linear(inputs["w"], inputs["b"][0]), ReLU(), SoftmaxCrossEntropy()

    avg_loss = loss.forward(relu.forward(linear.forward(inputs["X"])), inputs["T"])
    da_prev = linear.backward(relu.backward(loss.backward()))

    assert values["avg_loss"] == pytest.approx(avg_loss, rel=1e-13)
    for key, other in (("dw", linear.dw), ("db", linear.db[None]), ("da_prev", da_prev)):
        np.testing.assert_allclose(values[key], other, rtol=0, atol=1e-15)


def test_the_cases_show_what_a_batch_of_32_would_hide():
    sizes = {len(inputs[key]) for inputs in CASES.values() for key in ("X", "X0")}
    assert not sizes & {32, worked.CLASSES}
    assert 1 in sizes

    for name, inputs in CASES.items():
        z = solution.run(inputs)["z"]
        assert (np.abs(z) > 1e-6).all(), name  # at zero, ReLU has no derivative
        assert (z > 0).any()
        assert (z < 0).any()
        assert np.abs(inputs["b"]).min() > 0.2
        assert np.ptp(inputs["far"]) > 2000
    assert not CASES["no-nine"]["T"][:, 9].any()


def test_the_fixtures_belong_to_the_worked_solution_and_are_small():
    assert verify(ASSIGNMENT) == []
    assert sum(path.stat().st_size for path in ASSIGNMENT.fixtures.glob("*.h5")) < 700_000


# The handout and the examples


def test_the_handouts_figures_are_those_of_a_right_net():
    text = (FOLDER / "handout.ipynb").read_text("utf-8")
    nbformat.validate(nbformat.reads(text, as_version=4))
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(text)["cells"]}
    draw = np.random.RandomState(0)
    w, b = 0.1 * draw.randn(784, 10), draw.randn(1, 10)
    x, labels = draw.rand(6, 784), np.eye(10)[[3, 1, 4, 1, 5, 9]]
    linear, relu, loss = Linear(w, b[0]), ReLU(), SoftmaxCrossEntropy()

    avg_loss = loss.forward(relu.forward(linear.forward(x)), labels)
    linear.backward(relu.backward(loss.backward()))

    assert f"{avg_loss:.4f}" in cells["figures-text"]
    assert ", ".join(f"{value:.5f}" for value in linear.db[-3:]) in cells["figures-text"]
    for line in ("0.1 * draw.randn(784, 10), draw.randn(1, 10)", "[[3, 1, 4, 1, 5, 9]]"):
        assert line in cells["figures"]


@pytest.mark.parametrize("name", ["correct", "correct_adding"])
def test_right_solutions_get_everything_whether_they_overwrite_or_add_up(graded, name):
    result = graded((FOLDER / "examples" / f"{name}.py").read_text("utf-8"))

    assert (result.score, result.causes, failed(result)) == (FULL, (), set())


def test_a_right_solution_in_float32_gets_everything(graded):
    result = graded(
        spoiled(
            ("self.a_prev = a_prev\n", "self.a_prev = a_prev.astype(np.float32)\n"),
            (
                "return a_prev @ self.w + self.b",
                "return self.a_prev @ np.float32(self.w) + np.float32(self.b)",
            ),
            ("return da @ self.w.T", "return da @ np.float32(self.w).T"),
            ("shifted = z - ", "z, yhat = np.float32(z), np.float32(yhat)\n        shifted = z - "),
            ("return dz * self.mask", "return np.float32(dz) * self.mask"),
        ),
    )

    assert (result.score, result.causes) == (FULL, ())


def test_an_unfinished_library_keeps_the_points_of_the_layer_that_works(graded):
    result = graded((FOLDER / "examples" / "unfinished.py").read_text("utf-8"))

    assert {check.name: check.score for check in result.checks if check.score} == {
        "initial": 4,
        "linear": 15,
        "relu": 2,
        "zeroed": 2,
        "zeroed_first": 2,
    }


# What is said of wrong submissions

FORWARD = """        shifted = z - z.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.y_pred, self.yhat = np.exp(log_p), yhat
        return self.y_pred, -(yhat * log_p).sum(keepdims=True) / len(z)
"""
UNSHIFTED = """        e = np.exp(z)
        self.y_pred, self.yhat = e / e.sum(axis=1, keepdims=True), yhat
        return self.y_pred, -(yhat * np.log(self.y_pred)).sum(keepdims=True) / len(z)
"""
DB = "self.db = da.sum(axis=0, keepdims=True)"
DW = "self.dw = self.a_prev.T @ da"
DZ = "return (self.y_pred - self.yhat) / len(self.yhat)"
MASK = "        self.mask = a > 0\n        return np.where(self.mask, a, 0)\n"

SUMMED = (DZ, "return self.y_pred - self.yhat")

# Several mistakes in each, in different classes; then the known ones, and what they make wrong.
WRONG = {
    # As in a real submission: the sum's gradient, and db alone divided, by 32.
    "half_here_half_there": (
        [
            SUMMED,
            (DB, DB + " / 32"),
            (FORWARD, UNSHIFTED),
            (MASK, "        self.mask = np.maximum(a, 0)\n        return self.mask\n"),
            (
                "        return dz * self.mask",
                "        self.mask[self.mask > 0] = 1\n        return dz * self.mask",
            ),
            ("2)\n        self.zero_grad()", "2)"),
            ("self.dw = np.zeros_like(self.w)", "self.dw = np.zeros(self.dw.shape)"),
        ],
        {"sum_in_loss", "db_over_32", "exp_unshifted"},
        {"dz", "db", "far_rows", "far_loss", "h_changed_by_backward", "linear_first"},
    ),
    "mean_in_the_loss_and_in_db": (
        [
            (DB, DB + " / len(da)"),
            (DZ, "self.y_pred -= self.yhat\n        return self.y_pred / len(self.yhat)"),
            ("np.linalg.norm(self.w, 2)", "np.linalg.norm(self.w, axis=0)"),
            (" / (1 - self.rate) if training", " * 1.0 if training"),
        ],
        {"mean_in_db"},
        {
            *("db", "y_pred_changed_by_backward", "dz_differs_when_repeated"),
            *("w_norm", "dropout_mean"),
        },
    ),
    "mean_nowhere_and_gradients_left_standing": (
        [
            SUMMED,
            (DW, "self.dw += self.a_prev.T @ da"),
            ("self.dw = np.zeros_like(self.w)", 'self.dw = getattr(self, "dw", 0)'),
            ("        return dz * self.scale", "        return self.forward(dz)"),
        ],
        {"sum_in_loss"},
        {"dz", "dw_zeroed", "dw_differs_when_reused", "dropout_backward"},
    ),
    "weights_of_the_beginning": (
        [
            (
                "self.a_prev = a_prev\n",
                'self.a_prev = a_prev\n        self.first = getattr(self, "first", self.w)\n',
            ),
            ("return a_prev @ self.w", "return a_prev @ self.first"),
            (DW, "self.dw = da.T @ self.a_prev"),
            ("return dz * self.mask", "return self.mask * 1.0"),
        ],
        {"dw_transposed", "relu_mask_alone"},
        {
            *("dw", "da", "loss_after_updates", "loss_differs_when_reused"),
            *("dw_differs_when_reused", "db_differs_when_reused"),
        },
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_found_and_named_and_nothing_else(graded, name):
    pieces, named, wrong = WRONG[name]
    result = graded(spoiled(*pieces))

    known = {replacement.id for replacement in (*solution.mistakes, *solution.conventions)}
    assert {cause.id for cause in result.causes} & known == named
    assert failed(result) == wrong


def test_the_example_with_mistakes_hears_of_each_of_them(graded):
    result = graded((FOLDER / "examples" / "mistakes.py").read_text("utf-8"))

    ids = {cause.id for cause in result.causes}
    assert {"shifted_by_the_batch", "loss_over_entries", "relu_without_mask"} <= ids
    assert "db_one_number" in ids
    assert quantities(result)["dw"].verdict == "carried"
    assert quantities(result)["y_pred_changed_by_backward"].verdict == "wrong"


def test_without_the_worked_solution_mistakes_are_named_and_right_work_is_right(tmp_path):
    for part, names in (
        ("assignments", ("assignment.toml", "checks.py")),
        ("fixtures", ("public.h5",)),
    ):
        (tmp_path / part / "layer_library").mkdir(parents=True)
        for name in names:
            source = ROOT / part / "layer_library" / name
            shutil.copy(source, tmp_path / part / "layer_library" / name)
    found = {}
    for name in ("correct_adding", "mistakes"):
        submission = read_submission(FOLDER / "examples" / f"{name}.py")
        with WarmParent() as parent:
            found[name] = grade(
                submission, find_course(tmp_path).assignment("layer_library"), parent
            )

    assert found["correct_adding"].score == FULL
    causes = {cause.id: cause.explains for cause in found["mistakes"].causes}
    assert {"shifted_by_the_batch", "loss_over_entries", "relu_without_mask"} <= set(causes)
    assert all(len(set(explains)) == len(explains) for explains in causes.values())


def test_a_mistake_is_placed_in_the_method_and_at_the_line_where_it_was_made(graded):
    base = "class Layer:\n    def backward(self, dz):\n        return dz * (self.mask + 1)\n\n\n"
    text = spoiled(
        ("class Relu_t:", base + "class Relu_t(Layer):"),
        (f"{MASK}\n    def backward(self, dz):", f"{MASK}\n    def unused(self, dz):"),
        (DB, DB + " / 32"),
        ("np.exp(log_p), yhat", "np.exp(log_p) / 2, yhat"),
    )
    result = graded(text)

    lines = text.splitlines()
    places = places_of(result)
    assert places["db"].function == "LinearLayer_t.backward"
    assert lines[places["db"].line - 1].strip() == DB + " / 32"
    assert places["y_pred"].function == "SoftmaxCrossEntropy_t.forward"
    assert "np.exp(log_p) / 2" in lines[places["y_pred"].line - 1]
    assert places["da"].function == "Layer.backward"
    assert lines[places["da"].line - 1] == "    def backward(self, dz):"
    assert lines[places["da"].line - 2] == "class Layer:"


def test_places_are_true_of_numbers_that_the_checks_have_reshaped(graded):
    text = (FOLDER / "examples" / "mistakes.py").read_text("utf-8")
    assert places_of(graded(text))["avg_loss"].function == "SoftmaxCrossEntropy_t.forward"


def test_a_method_that_the_text_replaces_is_not_said_to_be_the_place(graded):
    another = "\n\ndef another(self, dz):\n    return dz\n\n\nRelu_t.backward = another\n"

    assert places_of(graded(CORRECT + another))["da"].function == "Relu_t"


def test_what_a_later_class_of_the_same_name_inherits_is_found(graded):
    text = spoiled(("return dz * self.mask", "return dz")) + (
        "\n\nclass Relu_t(Relu_t):\n    def more(self):\n        pass\n"
    )
    places = places_of(graded(text))

    assert places["da"].function == "Relu_t.backward"
    assert text.splitlines()[places["da"].line - 1].strip() == "def backward(self, dz):"
