"""The assignment mlp_minibatch: its worked solution, its checks, its examples, its adapter.

A second source for the numbers is a loss written with loops, `plain_loss`, and its central
differences. The figures of the handout are recomputed from these too; whole trainings come from
the class of the correct example, which is written in the usual way.
"""

from __future__ import annotations

import importlib.util
import json
import math
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from homework import notebook, verdicts

from grader.course import find_course
from grader.grading import grade
from grader.reading import read_submission
from grader.results import from_json
from grader.sandbox.parent import WarmParent

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "assignments" / "mlp_minibatch"
PARAMETERS = ("W1", "W2", "W3", "b1", "b2", "b3")


def load(path):
    spec = importlib.util.spec_from_file_location(f"mlp_minibatch_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


worked = load(FOLDER / "worked.py")
solution = worked.solution
CASES = {case.name: case for case in worked.cases()}


def cell_of(name, id):
    """Return the source of one cell of an example."""
    book = json.loads((FOLDER / name).read_text("utf-8"))
    (source,) = ["".join(c["source"]) for c in book["cells"] if c["id"] == id]
    return source


RIGHT = "import numpy as np\n\n\n" + cell_of("examples/correct.ipynb", "network-class")


def graded(tmp_path, text):
    """Grade a notebook with one cell."""
    path = tmp_path / "submission.ipynb"
    path.write_text(json.dumps(notebook([text])), "utf-8")
    with WarmParent() as parent:
        return grade(read_submission(path), find_course().assignment("mlp_minibatch"), parent)


def spoilt(*pairs, text=RIGHT):
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def causes(result):
    """Return the ids of the causes, each with the quantities that it explains."""
    found = {}
    for cause in result.causes:
        found.setdefault(cause.id, set()).update(name.split(".")[1] for name in cause.explains)
    return found


# The worked solution against a second implementation ---------------------------------------------


def plain_loss(x, t, weights):
    """Return the loss of a batch by loops over samples and units."""
    W1, W2, W3, b1, b2, b3 = weights
    total = 0.0
    for row, label in zip(x, t, strict=True):
        values = list(row)
        for W, b in ((W1, b1), (W2, b2), (W3, b3)):
            before = [
                math.fsum([*(values[i] * W[i, j] for i in range(len(W))), b[j]])
                for j in range(len(b))
            ]
            values = [max(z, 0.0) for z in before]
        top = max(before)
        log_sum = top + math.log(math.fsum(math.exp(z - top) for z in before))
        total -= before[int(np.argmax(label))] - log_sum
    return total / len(x)


def plain_gradients(x, t, weights):
    """Return the gradients of `plain_loss` by central differences."""
    found = []
    for n, w in enumerate(weights):
        gradient = np.zeros_like(w)
        for at in np.ndindex(w.shape):
            sides = []
            for move in (1e-6, -1e-6):
                moved = [v.copy() for v in weights]
                moved[n][at] += move
                sides.append(plain_loss(x, t, moved))
            gradient[at] = (sides[0] - sides[1]) / 2e-6
        found.append(gradient)
    return found


def weights_of(inputs):
    return [inputs[name] for name in PARAMETERS]


@pytest.mark.parametrize("name", ["handout", "one-row"])
def test_loss_and_gradients_agree_with_loops_and_central_differences(name):
    inputs = CASES[name].inputs
    values = solution.run(inputs)
    x, t, weights = inputs["x"], inputs["t"], weights_of(inputs)

    assert values["L"] == pytest.approx(plain_loss(x, t, weights), rel=1e-12)
    for parameter, gradient in zip(PARAMETERS, plain_gradients(x, t, weights), strict=True):
        np.testing.assert_allclose(values[f"d{parameter}"], gradient, atol=2e-9)


def test_two_steps_are_those_of_the_formula_with_gradients_by_central_differences():
    inputs = CASES["one-row"].inputs
    weights, changes, rate = weights_of(inputs), [0.0] * 6, inputs["rate"]
    for n in range(2):
        x, t = inputs["X"][n : n + 1], inputs["T"][n : n + 1]
        gradients = plain_gradients(x, t, weights)
        changes = [rate * g + 0.7 * c for g, c in zip(gradients, changes, strict=True)]
        weights = [w - c for w, c in zip(weights, changes, strict=True)]

    found = solution.run(inputs)["W1_after_2_steps"]

    np.testing.assert_allclose(found, weights[0], atol=1e-8)


class Told:
    """Runs the class of the correct example as a program of its own."""

    def __init__(self, inputs, rows, rate, epochs):
        namespace = {}
        exec(RIGHT, namespace)
        X, T = inputs["X"][:rows], inputs["T"][:rows]
        self.net = namespace["NeuralNetwork"](X, T, len(inputs["x"]), rate, epochs)
        self.net.shuffle = lambda: None
        for name in PARAMETERS:
            setattr(self.net, name, inputs[name])
        self.net.train()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_epochs_and_histories_are_those_of_a_class_written_in_the_usual_way(case):
    values, rows = solution.run(case.inputs), 3 * len(case.inputs["x"])
    learning = Told(case.inputs, rows, case.inputs["rate"], 2).net
    looking = Told(case.inputs, rows, 0.0, 2).net

    for name in ("W1", "b3"):
        np.testing.assert_allclose(
            values[f"{name}_after_2_epochs"], getattr(learning, name), rtol=1e-9, atol=1e-12
        )
    np.testing.assert_allclose(values["loss_history"], looking.loss, rtol=1e-12)
    np.testing.assert_allclose(values["acc_history"], looking.acc, rtol=1e-12)


def test_momentum_makes_the_second_of_two_equal_steps_seventeen_tenths_as_long():
    values = solution.run(CASES["handout"].inputs)

    np.testing.assert_allclose(values["dW1_again"], 1.7 * values["dW1"], rtol=1e-14)


# Mistakes and cases ------------------------------------------------------------------------------


def test_there_are_forty_mistakes_each_a_sentence_with_a_hint_that_asks():
    texts = [mistake.text for mistake in solution.mistakes]

    assert len(texts) >= 40
    assert len(set(texts)) == len(texts)
    for mistake in solution.mistakes:
        assert re.fullmatch(r"(test|[A-Z]).*\.", mistake.text)
        assert "?" in mistake.hint
        assert not re.search(r"\b(you|your|forg[eo]t\w*)\b", mistake.text, re.I)


def test_every_mistake_changes_something_that_is_graded_on_some_case():
    right = {name: solution.run(case.inputs) for name, case in CASES.items()}
    points = find_course().assignment("mlp_minibatch").file.points
    graded = [q for names in points.values() for q in names if q in solution.quantities]

    for mistake in solution.mistakes:
        changed = False
        for name, case in CASES.items():
            with np.errstate(all="ignore"):
                wrong = solution.run(case.inputs, replace=[mistake], wanted=graded)
            changed = changed or any(
                not np.allclose(wrong[q], right[name][q], rtol=1e-6) for q in graded
            )
        assert changed, mistake.id


def test_the_cases_have_different_sizes_a_batch_of_one_and_data_that_batches_do_not_divide():
    for case in CASES.values():
        inputs = case.inputs
        sizes = [*inputs["x"].shape, len(inputs["b1"]), len(inputs["b2"]), len(inputs["b3"])]
        assert len(set(sizes)) == len(sizes)
        assert min(np.min(np.abs(inputs[b])) for b in ("b1", "b2", "b3")) > 0.1
        assert len(inputs["X"]) % len(inputs["x"]) or len(inputs["x"]) == 1
    assert {len(case.inputs["x"]) for case in CASES.values()} >= {1, 8, 11}
    assert not CASES["eleven-rows"].inputs["t"][:, -1].any()


def test_one_case_has_rows_whose_scores_differ_by_hundreds():
    scores = solution.run(CASES["far-apart"].inputs)["z3"]

    assert np.ptp(np.max(scores, axis=1)) > 200


# The examples ------------------------------------------------------------------------------------


def test_the_correct_example_gets_full_marks(tmp_path):
    result = graded(tmp_path, RIGHT)

    assert result.percent == 100
    assert not result.causes


def test_a_correct_class_in_float32_gets_full_marks(tmp_path):
    single = "setattr(self, name, getattr(self, name) - change)"
    text = spoilt(
        (single, "setattr(self, name, np.float32(getattr(self, name) - change))"),
        ("self.z1 = self.x @ self.W1 + self.b1", FLOAT32 + "self.z1 = self.x @ self.W1 + self.b1"),
        (
            "dz3 = (self.a3 - self.y) / len(self.y)",
            "dz3 = np.float32(self.a3 - self.y) / len(self.y)",
        ),
        ("return np.maximum(z, 0)", "return np.maximum(z, 0).astype(np.float32)"),
    )

    result = graded(tmp_path, text)

    assert {name: v for name, v in verdicts(result).items() if v != "correct"} == {}
    assert result.percent == 100


FLOAT32 = """for name in ("x", "W1", "W2", "W3", "b1", "b2", "b3"):
            setattr(self, name, np.asarray(getattr(self, name), np.float32))
        """


def test_six_mistakes_in_one_class_are_each_named(tmp_path):
    result = graded(
        tmp_path, "import numpy as np\n" + cell_of("examples/mistakes.ipynb", "network-class")
    )

    found = causes(result)

    assert set(found) == {
        "slope_leaky",
        "loss_mean_over_entries",
        "gradients_summed",
        "no_momentum",
        "last_batch_left_out",
        "share_called_per_cent",
    }
    assert found["gradients_summed"] >= {"dW3", "db3", "dW1", "W1_after_2_epochs"}
    assert found["share_called_per_cent"] == {"accuracy"}


@pytest.mark.parametrize(
    "path", ["handout.ipynb", "examples/correct.ipynb", "examples/mistakes.ipynb"]
)
def test_notebooks_are_valid_name_their_assignment_and_hold_no_outputs(path):
    book = nbformat.read(FOLDER / path, as_version=nbformat.NO_CONVERT)

    nbformat.validate(book)
    assert book.metadata.gradelab == {"assignment": "mlp_minibatch"}
    assert not any(cell.outputs for cell in book.cells if cell.cell_type == "code")


def test_the_handouts_figures_are_those_of_loops_and_central_differences():
    text = cell_of("handout.ipynb", "small-text")
    numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", text)]
    namespace = {}
    exec(f"{RIGHT}\n{cell_of('handout.ipynb', 'small')}", namespace)
    small = namespace["small"]
    weights = [getattr(small, name) for name in PARAMETERS]

    loss = plain_loss(small.x, small.y, weights)
    b3 = weights[5] - 0.5 * plain_gradients(small.x, small.y, weights)[5]

    assert len(numbers) == 7
    assert sum(numbers[:3]) == pytest.approx(1, abs=2e-4)
    assert numbers[3] == pytest.approx(loss, abs=6e-5)
    np.testing.assert_allclose(numbers[4:], b3, atol=6e-5)


# Mistakes of whole classes -----------------------------------------------------------------------


STUCK = ("                self.y = self.target[start : start + self.batch]\n", "")
MEANS = ("np.mean(losses)", "np.sum(losses) / (len(self.input) // self.batch)")
SHARES = ("100 * np.mean(right)", "100 * np.sum(right) / (len(self.input) // self.batch)")
EARLY = (
    "range(0, len(self.input), self.batch)",
    "range(0, (len(self.input) // self.batch - 1) * self.batch, self.batch)",
)


BAR = ("for epoch in range(self.epochs):", "for epoch in tqdm(range(self.epochs)):")
TORN = ("self.input[order], self.target[order]", "self.input[order], self.target")
FIXED = ("(self.a3 - self.y) / len(self.y)", "(self.a3 - self.y) / self.batch")


def test_mistakes_of_the_loop_are_told_apart_though_its_progress_bar_is_missing(tmp_path):
    result = graded(tmp_path, spoilt(EARLY, MEANS, SHARES, FIXED, BAR, TORN))

    found = causes(result)

    assert set(found) == {
        "last_batch_left_out",
        "average_over_full_batches",
        "nominal_batch",
        "requirement",
    }
    assert found["nominal_batch"] == {"dW1_short"}
    assert found["average_over_full_batches"] == {"loss_history", "acc_history"}
    # Labels that no longer belong to their rows: nothing else shows that the shuffle is wrong.
    assert verdicts(result)["pairs"] == "wrong"


SHIFTED = "np.exp(z - z.max(axis=1, keepdims=True))"
CLIPPED = "np.log(np.clip(self.a3, 1e-15, 1))"


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        (SHIFTED, "np.exp(z)", "softmax_unshifted"),
        (SHIFTED, "np.exp(z - np.max(z))", "softmax_batch_maximum"),
        (SHIFTED, "np.exp(z - z.max(axis=0))", "softmax_class_maximum"),
        (CLIPPED, "np.log(self.a3)", "loss_log_of_zero"),
    ],
)
def test_what_overflows_or_vanishes_on_some_rows_is_named(tmp_path, old, new, cause):
    result = graded(tmp_path, spoilt((old, new)))

    assert set(causes(result)) == {cause}


@pytest.mark.parametrize("loss", ["np.log(self.a3 + 1e-9)", "np.log(np.maximum(self.a3, 1e-12))"])
def test_other_ways_to_keep_the_logarithm_finite_are_right(tmp_path, loss):
    result = graded(tmp_path, spoilt((CLIPPED, loss)))

    assert result.percent == 100


def test_inf_in_softmax_is_told_once_and_not_for_everything_that_follows(tmp_path):
    result = graded(tmp_path, spoilt(("return e / e.sum(axis=1, keepdims=True)", "return e / 0")))

    first, *others = result.causes
    assert first.quantity == "S"
    assert {"feedforward.a3", "backprop.dW1", "epochs.b3_after_2_epochs"} <= {*first.explains}
    # The accuracies are numbers still. Two known mistakes would give these few, by chance.
    assert [cause.id for cause in others] == ["unknown", "requirement", "requirement"]
    assert others[0].explains == ("histories.acc_history",)


@pytest.mark.parametrize("epsilon", ["1e-12", "1e-8", "1e-7"])
def test_an_epsilon_against_division_by_zero_is_right(tmp_path, epsilon):
    sums = "e.sum(axis=1, keepdims=True)"
    result = graded(tmp_path, spoilt((f"e / {sums}", f"e / ({sums} + {epsilon})")))

    assert result.percent == 100


def test_weights_that_are_made_float32_for_the_forward_pass_are_right(tmp_path):
    result = graded(
        tmp_path,
        spoilt(*((f"@ self.W{n} +", f"@ np.float32(self.W{n}) +") for n in (1, 2, 3))),
    )

    assert result.percent == 100


@pytest.mark.parametrize("taken", ["z.mean()", "z[0].max()"])
def test_another_way_to_overflow_is_not_called_by_the_name_of_a_known_one(tmp_path, taken):
    result = graded(tmp_path, spoilt((SHIFTED, f"np.exp(z - {taken})")))

    assert [cause.id for cause in result.causes] == ["unknown"]
    assert result.causes[0].quantity == "S"


def test_a_loss_of_probabilities_that_are_nan_is_no_mistake_in_the_loss(tmp_path):
    result = graded(tmp_path, spoilt((SHIFTED, "np.exp(z - z.min(axis=1, keepdims=True))")))

    assert "loss_log_of_zero" not in causes(result)
    assert "L" in causes(result)["unknown"]


BAD = """
def softmax_of_all(self, z):
    e = np.exp(z - z.max())
    return e / e.sum()

"""
IMPROVED = """
def improved(cls):
    setattr(cls, "soft" + "max", softmax_of_all)
    return cls

@improved
class NeuralNetwork:"""
PATCH = """
def patch(function):
    setattr(NeuralNetwork, function.__name__, function)

@patch
def softmax(self, z):
    return softmax_of_all(self, z)
"""


@pytest.mark.parametrize(
    ("pairs", "after"),
    [
        ((), "setattr(NeuralNetwork, 'softmax', softmax_of_all)"),
        ((), "NeuralNetwork.softmax, other = softmax_of_all, 1"),
        ((), "NeuralNetwork.softmax: object = softmax_of_all"),
        ((), PATCH),
        ((("    def shuffle", "    softmax = softmax_of_all\n\n    def shuffle"),), ""),
        ((("class NeuralNetwork:", IMPROVED),), ""),
    ],
    ids=["setattr", "beside others", "annotated", "patch", "class body", "class decorator"],
)
def test_a_method_that_was_replaced_is_not_where_a_mistake_is_placed(tmp_path, pairs, after):
    text = spoilt(*pairs) if pairs else RIGHT
    text = text.replace("\n\n\n", f"\n{BAD}\n", 1) + f"\n{after}"

    result = graded(tmp_path, text)

    (cause,) = [c for c in result.causes if c.id == "softmax_over_everything"]
    assert cause.place.function == "NeuralNetwork"


def test_a_mistake_in_a_base_is_placed_there_unless_the_base_was_defined_anew(tmp_path):
    method = RIGHT[RIGHT.index("    def softmax") : RIGHT.index("    def shuffle")]
    spoilt_method = method.replace("e.sum(axis=1, keepdims=True)", "e.sum()")
    spoilt_method = spoilt_method.replace("z.max(axis=1, keepdims=True)", "z.max()")
    head, tail = RIGHT.replace(method, "").split("class NeuralNetwork:")
    text = f"{head}class Base:\n{spoilt_method}\nclass NeuralNetwork(Base):{tail}"

    for more, function in (("", "Base.softmax"), (f"\nclass Base:\n{method}", "NeuralNetwork")):
        result = graded(tmp_path, text + more)
        (cause,) = [c for c in result.causes if c.id == "softmax_over_everything"]
        assert cause.place.function == function


def test_a_property_is_where_the_mistake_in_it_is_placed(tmp_path):
    text = spoilt(
        ("        self.a3 = self.softmax(self.z3)\n", ""),
        (
            "    def shuffle",
            "    @property\n    def a3(self):\n"
            "        return self.softmax(self.z3.T).T\n\n    def shuffle",
        ),
    )

    (cause,) = [c for c in graded(tmp_path, text).causes if "feedforward.a3" in c.explains]

    assert cause.place.function == "NeuralNetwork.a3"


def test_a_class_that_derives_from_its_former_self_is_not_said_to_be_defined_twice(tmp_path):
    result = graded(tmp_path, RIGHT + "\nclass NeuralNetwork(NeuralNetwork):\n    pass\n")

    assert result.percent == 100
    assert not any("defined 2 times" in note for note in result.notes)


# A class with other names ------------------------------------------------------------------------


OTHER = """
import numpy as np


def relu(x):
    return np.maximum(0, x)


def relu_derivative(a):
    a[a <= 0] = 0
    a[a > 0] = 1
    return a


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class NeuralNetwork:
    def __init__(
        self, n_in, n1, n2, n_out, rate, batch, act, act_deriv, last, x, y, xt, yt, epochs
    ):
        sizes = [n_in, n1, n2, n_out]
        for n in (1, 2, 3):
            setattr(self, f"weights{n}", np.random.randn(sizes[n - 1], sizes[n]) / sizes[n - 1])
            setattr(self, f"bias{n}", np.zeros(sizes[n]))
        self.learning_rate, self.batch, self.num_epochs = rate, batch, epochs
        self.activated_func, self.activated_func_deriv, self.last_layer_act = act, act_deriv, last
        self.x, self.y, self.x_test, self.y_test = x, y, xt, yt
        self.inputs, self.outputs = x[:batch], y[:batch]
        self.loss, self.acc = [], []

    def shuffle(self):
        order = np.random.permutation(len(self.x))
        self.x, self.y = self.x[order], self.y[order]

    def feedforward(self):
        self.z1 = self.inputs @ self.weights1 + self.bias1
        self.layer1 = self.activated_func(self.z1)
        self.z2 = self.layer1 @ self.weights2 + self.bias2
        self.layer2 = self.activated_func(self.z2)
        self.z3 = self.layer2 @ self.weights3 + self.bias3
        self.output_bar = self.last_layer_act(self.z3)

    def cross_entropy_loss(self):
        return -np.sum(self.outputs * np.log(self.output_bar + 1e-10)) / len(self.outputs)

    def backprop(self):
        d3 = self.output_bar - self.outputs
        d2 = d3 @ self.weights3.T * self.activated_func_deriv(self.layer2)
        d1 = d2 @ self.weights2.T * self.activated_func_deriv(self.layer1)
        self.weights3 = self.weights3 - self.learning_rate * self.layer2.T @ d3
        self.weights2 = self.weights2 - self.learning_rate * self.layer1.T @ d2
        self.weights1 = self.weights1 - self.learning_rate * self.inputs.T @ d1
        self.bias3 = self.bias3 - self.learning_rate * np.sum(d3)
        self.bias2 = self.bias2 - self.learning_rate * np.sum(d2)
        self.bias1 = self.bias1 - self.learning_rate * np.sum(d1)

    def train(self):
        for _ in range(self.num_epochs):
            losses, hits = 0, 0
            for k in range(len(self.x) // self.batch):
                self.inputs = self.x[k * self.batch : (k + 1) * self.batch]
                self.output = self.y[k * self.batch : (k + 1) * self.batch]
                self.feedforward()
                self.backprop()
                losses += self.cross_entropy_loss()
                hits += np.sum(self.output_bar.argmax(1) == self.outputs.argmax(1))
            self.loss.append(losses / len(self.x))
            self.acc.append(100 * hits / len(self.x))

    def test(self):
        self.inputs, self.outputs = self.x_test, self.y_test
        self.feedforward()
        print("Accuracy:", 100 * np.mean(self.output_bar.argmax(1) == self.outputs.argmax(1)), "%")
"""


def test_with_an_adapter_in_python_seven_mistakes_under_other_names_are_named(tmp_path, command):
    path, results = tmp_path / "other.ipynb", tmp_path / "results.json"
    path.write_text(json.dumps(notebook([OTHER])), "utf-8")
    adapter = FOLDER / "adapters" / "attempt_with_activations.py"

    ran = command(
        *(path, "--assignment", "mlp_minibatch", "--adapter", adapter),
        *("--no-html", "--json", results),
    )
    result = from_json(results.read_bytes())
    found = causes(result)

    assert ran.returncode == 0
    assert set(found) - {"error", "requirement"} == {
        "gradients_summed",
        "activations_overwritten",
        "biases_share_a_number",
        "no_momentum",
        "labels_of_the_first_batch",
        "loss_over_samples",
        "rows_left_over_count",
    }
    assert found["biases_share_a_number"] >= {"db1", "db2", "db3"}
    assert found["labels_of_the_first_batch"] >= {"acc_history", "W1_after_2_steps"}
    # It is the submission's own class that is told of, not the adapter's.
    assert {c.place.cell for c in result.causes if c.id != "error"} == {"code cell 1"}
    assert not any("defined 2 times" in note for note in result.notes)
    assert "dReLU changes its argument 1 in place" in " ".join(result.notes)
