"""The assignment mlp_per_sample: its worked solution, its handout, and what it says of submissions.

Second source: `plain_loss`, the network once more with row vectors and a logarithm of sums; its
central differences are the gradients. Most submissions run in this process, through the checks and
the judge as the audit does it; two are graded for real.
"""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import msgspec
import nbformat
import numpy as np
import pytest
from conftest import ROOT
from homework import quantities, write_notebook

from grader import wording
from grader.audit import _bench, _Wrapped
from grader.build import verify
from grader.checks import Inputs
from grader.course import find_course
from grader.grading import grade
from grader.reading import read_submission
from grader.relations import Relation
from grader.sandbox.parent import WarmParent
from grader.student import StudentFault

FOLDER = ROOT / "assignments" / "mlp_per_sample"
ASSIGNMENT = find_course().assignment("mlp_per_sample")
WEIGHTS = ("W1", "b1", "W2", "b2", "W3", "b3")


def load(path):
    spec = importlib.util.spec_from_file_location(f"mlp_per_sample_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


worked = load(FOLDER / "worked.py")
checks = load(FOLDER / "checks.py")
solution = worked.solution
CASES = {case.name: case.inputs for case in worked.cases()}


def cells(name):
    notebook = nbformat.read(FOLDER / "examples" / f"{name}.ipynb", as_version=4)
    return {cell.id: cell.source for cell in notebook.cells}


CORRECT = cells("correct")
TASKS = ("helpers", "start", "forward", "data-set", "backward", "epochs")


def world_of(parts, *pieces):
    """Run cells without data and training, with pieces replaced, and return their globals."""
    text = "\n\n".join(parts[task].split("\n\n\nfeed_forward_dataset(")[0] for task in TASKS)
    text = text.split("\n\n\nfor epoch in")[0]
    for old, new in pieces:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    world = {"np": np, "output": "", "x_train": None, "y_train": None}

    def printed(*values):
        world["output"] += " ".join(map(str, values)) + "\n"

    world["print"] = printed
    exec(text, world)
    return world


@pytest.fixture(scope="module")
def bench():
    return _bench(ASSIGNMENT)


@pytest.fixture
def judged(bench):
    """Return a function that judges the correct cells with pieces replaced."""

    def judged(*pieces, parts=CORRECT):
        on = replace(bench, functions=lambda run: world_of(parts, *pieces))
        return on.judgement(())[0]

    return judged


def verdicts(found):
    return {q.quantity: q.verdict for q in found.quantities}


def named(found):
    return {known.id for cause in found.causes for known in cause.alternatives[0]}


def plain_loss(p, sample=0):
    """Return the loss of one sample, with the network written in rows."""
    row = p["images"][sample].astype(np.float64).ravel()
    for layer in "12":
        row = (1 + np.tanh((row @ p[f"W{layer}"].T + p[f"b{layer}"].ravel()) / 2)) / 2
    scores = row @ p["W3"].T + p["b3"].ravel()
    return np.logaddexp.reduce(scores) - scores[p["labels"][sample]]


# The worked solution


@pytest.mark.parametrize("case", CASES)
def test_losses_are_those_of_a_second_implementation(case):
    inputs = CASES[case]

    values = solution.run(inputs)

    plain = [plain_loss(inputs, k) for k in range(len(inputs["labels"]))]
    np.testing.assert_allclose(values["losses"], plain, rtol=1e-11)
    assert values["L"] == values["losses"][0]
    assert values["average"] == pytest.approx(np.mean(plain))


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("case", CASES)
def test_gradients_are_central_differences_of_the_second_implementation(case, name):
    inputs, step = CASES[case], 1e-5
    gradient = solution.run(inputs)[f"d{name}"]
    flat = np.abs(gradient).ravel().argsort()
    for entry in [*flat[-5:], *flat[:: max(1, len(flat) // 5)]]:
        sides = []
        for move in (step, -step):
            moved = inputs[name].copy()
            moved.reshape(-1)[entry] += move
            sides.append(plain_loss({**inputs, name: moved}))
        difference = (sides[0] - sides[1]) / (2 * step)
        # One entry of W1 moves its unit by up to 255 steps.
        assert gradient.reshape(-1)[entry] == pytest.approx(difference, rel=1e-4, abs=1e-6)


def test_cases_show_what_they_are_for():
    sizes = [len(inputs["labels"]) for inputs in CASES.values()]
    assert len(set(sizes)) == len(sizes)
    assert 1 in sizes
    for inputs in CASES.values():
        values = solution.run(inputs)
        assert all(np.any(inputs[f"b{layer}"]) for layer in "123")
        assert values["guesses"][inputs["labels"][0], 0] == 0  # y - t is not nearly zero
    large = solution.run(CASES["large-scores"])["Z3"]
    assert np.all(large[:, 1:].max(axis=0) > np.log(np.finfo(np.float64).max))
    assert np.abs(large[:, 0]).max() < 10


def test_float32_goes_through_all_steps():
    inputs = {k: v.astype(np.float32) if k in WEIGHTS else v for k, v in CASES["handout"].items()}
    inputs["rate"] = np.float32(inputs["rate"])

    values = solution.run(inputs)

    assert {values[q].dtype for q in solution.quantities} == {np.dtype(np.float32)}


def test_there_are_enough_mistakes_and_each_makes_the_student_think():
    assert len(solution.mistakes) >= 12
    for mistake in solution.mistakes:
        assert mistake.text.endswith(".")
        assert mistake.hint.endswith("?")


def test_the_fixtures_are_those_of_the_worked_solution_and_small():
    assert verify(ASSIGNMENT) == []
    assert sum(path.stat().st_size for path in ASSIGNMENT.fixtures.glob("*.h5")) < 1_000_000


# The handout


def test_the_handout_prints_the_figures_of_its_case():
    handout = nbformat.read(FOLDER / "handout.ipynb", as_version=4)
    parts = {cell.id: cell.source for cell in handout.cells}
    inputs = CASES["handout"]
    gradients = solution.run(inputs)
    after = {n: inputs[n] - inputs["rate"] * gradients[f"d{n}"] for n in WEIGHTS}

    assert handout.metadata["gradelab"]["assignment"] == "mlp_per_sample"
    assert f"{plain_loss(inputs):.3f} for the first" in " ".join(parts["figures-text"].split())
    assert f"{plain_loss({**inputs, **after}):.3f} for the same" in parts["figures-text"]


def test_the_handouts_cell_has_the_weights_and_the_image_of_its_case():
    handout = nbformat.read(FOLDER / "handout.ipynb", as_version=4)
    source = next(cell.source for cell in handout.cells if cell.id == "figures")
    world = {"np": np, "weights": [0], "biases": [0], "seen": []}
    world["feed_forward_sample"] = lambda x, y: world["seen"].append((x, world["weights"][:]))
    world["train_one_sample"] = lambda x, y, rate: world["seen"].append((x, world["biases"][:]))
    world["print"] = lambda *values: None
    exec(source, world)

    inputs = CASES["handout"]
    (image, weights), (_, biases), _ = world["seen"]
    np.testing.assert_array_equal(image, inputs["images"][0])
    for layer in range(3):
        np.testing.assert_array_equal(weights[layer], inputs[f"W{layer + 1}"])
        np.testing.assert_array_equal(biases[layer], inputs[f"b{layer + 1}"])


# What is right


@pytest.mark.parametrize("example", ["correct", "correct_float32", "correct_in_out"])
def test_right_examples_are_right_in_every_layout_and_precision(judged, example):
    assert set(verdicts(judged(parts=cells(example))).values()) == {"correct"}


@pytest.mark.parametrize(
    "pieces",
    [
        [("np.zeros((n_out, 1))", "np.zeros((1, n_out))"), ("@ a[-1] + b)", "@ a[-1] + b.T)"),
         ("@ a[-1] + biases[-1])", "@ a[-1] + biases[-1].T)"), ("* db", "* db.T")],
        [("return -np.log(p[y]), guess", "return -np.log(p[y:y+1]), guess.reshape(10, 1)"),
         ("loss += one", "loss += one[0]"), ("int(guess[label])", "int(guess[label, 0])")],
        [("return -np.log(p[y]), guess", "return -np.log(p[y] + 1e-12), guess.astype(int)")],
        [("Accuracy: {correct} / {len(x)} ({100 * correct / len(x):.2f} %)",
          "Accuracy (right): {float(correct)} / {len(x)}")],
        [("Accuracy: {correct} / {len(x)} (", "Test accuracy = (")],
    ],
    ids=["bias-rows", "arrays", "epsilon-and-int", "count", "percent"],
)  # fmt: skip
def test_other_ways_to_write_the_same_are_right(judged, pieces):
    assert set(verdicts(judged(*pieces)).values()) == {"correct"}


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("Accuracy (# of correct guesses): 3.0 / 8 ( 37.50 %)", 0.375),
        ("accuracy 0.375", 0.375),
        ("Accuracy: 37.5%", 0.375),
        ("Accuracy: 3 / 8", 0.375),
        ("Accuracy: 1/8", 0.125),
        ("Accuracy: 0.1\nAccuracy: 0.375\ndone", 0.375),
    ],
)
def test_accuracies_are_read_as_students_print_them(text, share):
    assert checks.printed_share(text, 8) == pytest.approx(share)


def test_no_accuracy_is_missing():
    with pytest.raises(StudentFault, match="accuracy"):
        checks.printed_share("Loss: 0.3", 8)


# What is wrong


@pytest.mark.parametrize(
    ("mistake", "pieces"),
    [
        ("output_slope", [("delta[y] -= 1", "delta[y] -= 1\n    s = sigmoid(weights[2] @ a[2] "
                           "+ biases[2])\n    delta *= s * (1 - s)")]),
        ("softmax_slope_again", [("delta[y] -= 1",
                                  "delta[y] -= 1\n    delta *= a[3] * (1 - a[3])")]),
        ("uphill", [("weights[layer] -=", "weights[layer] +="), ("biases[layer] -=",
                                                                "biases[layer] +=")]),
        ("fixed_rate", [("    a = activations(sample)\n", "    a = activations(sample)\n"
                         "    learning_rate = 0.003\n")]),
        ("rate_not_passed_on", [("(sample, label, learning_rate)", "(sample, label)")]),
        ("pixels_scaled", [("reshape(-1, 1)]", "reshape(-1, 1) / 255]")]),
        ("sigmoid_before_softmax", [("softmax(weights[-1] @ a[-1] + biases[-1])",
                                     "softmax(sigmoid(weights[-1] @ a[-1] + biases[-1]))")]),
        ("label_for_guess", [("guess[np.argmax(p)]", "guess[y]")]),
        ("mean_over_classes", [("-np.log(p[y]), guess",
                                "-np.mean(np.eye(10)[y] * np.log(p)), guess")]),
        ("total_loss", [("{loss / len(x):.2f}", "{loss:.3f}")]),
    ],
)  # fmt: skip
def test_a_mistake_is_named(judged, mistake, pieces):
    assert named(judged(*pieces)) == {mistake}


def test_weights_that_change_too_early_are_named_layer_by_layer(judged):
    found = judged(
        ("        delta = weights[layer].T @ delta * a[layer] * (1 - a[layer])\n", ""),
        (
            "biases[layer] -= learning_rate * db",
            "biases[layer] -= learning_rate * db\n"
            "        delta = weights[layer].T @ delta * a[layer] * (1 - a[layer])",
        ),
    )

    assert named(found) == {"third_weights_updated", "second_weights_updated"}
    assert verdicts(found)["db3"] == "correct"


def test_a_layer_that_is_never_updated_is_said_to_be_that(judged):
    found = judged(("for layer in (2, 1, 0)", "for layer in (2, 1)"))

    relations = {q.quantity: q.relation for q in found.quantities if q.relation}
    assert relations == {"dW1": Relation("unchanged"), "db1": Relation("unchanged")}
    text, _ = wording.relation(("dW1", "db1"), Relation("unchanged"))
    assert text == "dW1 and db1 are zero everywhere: the update changes nothing there."


def test_softmax_without_the_largest_score_taken_off_fails_on_large_scores(judged):
    with np.errstate(all="ignore"):
        found = judged(("np.exp(z - np.max(z))", "np.exp(z)"))

    wrong = {q.quantity: [f.case for f in q.findings if f.verdict != "correct"]
             for q in found.quantities}  # fmt: skip
    assert wrong["losses"] == wrong["average"] == ["large-scores"]
    assert wrong["dW1"] == []


# Requirements, in this process


def on_the_handout(check, *pieces):
    student = _Wrapped(world_of(CORRECT, *pieces))
    return check.function(student, Inputs("handout", CASES["handout"]))


def test_an_epoch_is_one_update_after_the_other():
    assert on_the_handout(checks.order)["epoch_off"] < 1e-12
    short = on_the_handout(checks.order, ("zip(x_train, y_train)", "zip(x_train[:-1], y_train)"))
    turned = on_the_handout(
        checks.order, ("zip(x_train, y_train)", "zip(x_train[::-1], y_train[::-1])")
    )
    assert short["epoch_off"] > 0.01
    assert turned["epoch_off"] > 0.001


def test_an_update_remembers_nothing():
    momentum = (
        "        weights[layer] -= learning_rate * dw",
        "        kept[layer] = 0.7 * kept.get(layer, 0) + dw\n"
        "        weights[layer] -= learning_rate * kept[layer]",
    )
    start = ("biases = [], []", "biases = [], []\nkept = {}")

    assert on_the_handout(checks.memory)["update_off"] == 0
    assert on_the_handout(checks.memory, momentum, start)["update_off"] > 0.01


@pytest.mark.parametrize(
    ("deviation", "good"),
    [("1 / 28", True), ("1 / 784", False), ("1", False), ("np.sqrt(2 / 784)", False),
     ("np.sqrt(1 / 32)", False)],
)  # fmt: skip
def test_the_variance_at_the_start_is_found_in_trained_weights(deviation, good):
    random = np.random.default_rng(5)
    world = world_of(CORRECT, ("np.sqrt(1 / max(n_in, n_out))", deviation))
    world["x_train"] = random.integers(0, 256, (120, 28, 28)).astype(np.uint8)
    world["weights"][0] += random.normal(size=(32, 120)) @ world["x_train"].reshape(120, -1)

    found = checks.initialization.function(_Wrapped(world), None)["first_variance"]

    requirement = checks.initialization.requires["first_variance"]
    assert (requirement.low <= found <= requirement.high) == good


def test_training_data_are_put_back_after_a_check():
    world = world_of(CORRECT, ("train_one_sample(sample, label, learning_rate)", "1 / 0"))
    world["x_train"] = "images"
    with pytest.raises(ZeroDivisionError):
        checks.epoch.function(_Wrapped(world), Inputs("handout", CASES["handout"]))
    assert world["x_train"] == "images"


# Graded for real


def graded(path, train=600):
    file = msgspec.structs.replace(
        ASSIGNMENT.file, data=msgspec.structs.replace(ASSIGNMENT.file.data, train=train)
    )
    with WarmParent() as parent:
        return grade(read_submission(path), replace(ASSIGNMENT, file=file), parent)


@pytest.mark.slow
def test_the_right_example_gets_all_points():
    result = graded(FOLDER / "examples" / "correct.ipynb")

    assert result.score == result.max_score
    assert result.causes == ()


@pytest.mark.slow
def test_the_example_with_mistakes_has_each_of_them_named(tmp_path):
    parts = {**cells("mistakes"), "epochs": cells("mistakes")["epochs"].replace("(3)", "(1)")}
    path = write_notebook(tmp_path / "submission.ipynb", parts.values())

    result = graded(path, train=60)

    assert {cause.id for cause in result.causes} >= {
        "mean_over_classes",
        "total_loss",
        "softmax_slope_again",
        "third_weights_updated",
        "second_weights_updated",
        "no_first_slope",
        "rate_not_passed_on",
    }
    seen = quantities(result)
    assert seen["first_variance"].verdict == "wrong"
    assert seen["reports"].verdict == "wrong"
    assert seen["epoch_off"].verdict == "correct"


@pytest.mark.slow
def test_a_softmax_that_overflows_is_named_where_its_loss_is_nan(tmp_path):
    right = cells("correct")
    parts = {
        name: text.replace("np.exp(z - np.max(z))", "np.exp(z)") for name, text in right.items()
    }
    assert parts != right
    parts["epochs"] = right["epochs"].replace("(3)", "(1)")
    path = write_notebook(tmp_path / "submission.ipynb", parts.values())

    result = graded(path, train=60)

    assert result.causes[0].id == "overflowing_softmax"
    assert "samples.losses" in result.causes[0].explains
