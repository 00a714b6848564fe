"""How to get the quantities out of a submission to mnist_from_hdf5.

Functions are called on the cases. What the script has left behind after its training, its lists,
its learning rates, its parameters and its figures, is read; a claimed accuracy is computed again,
on the pictures that were served and on others that nobody has seen.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.checks import Inputs, applied, at_least, at_most, between, check, count, shape, unpack
from grader.course import load_module
from grader.results import Failure
from grader.student import Student

again: Any = load_module(Path(__file__).with_name("recomputed.py"), "gradelab_mnist_recomputed")
attempt, missing, WEIGHTS = again.attempt, again.missing, again.WEIGHTS

Array = NDArray[Any]

UNITS = (7, 6, 5, 4, 3)
EPOCHS = 50

# The names under which scripts keep the same things. The first is the handout's.
TRAIN_ACC = ("train_acc", "train_accuracy", "training_accuracy", "train_accs", "train_accuracies")
TRAIN_ACC += ("train_acc_history", "train_accuracy_history", "training_accuracies", "acc_train")
VALID_ACC = ("valid_acc", "val_acc", "validation_accuracy", "valid_accs", "val_accs")
VALID_ACC += ("val_accuracies", "valid_accuracies", "val_accuracy", "valid_accuracy", "acc_val")
VALID_ACC += ("val_acc_history", "validation_accuracies", "valid_acc_history")
VALID_LOSS = ("valid_loss", "val_loss", "validation_loss", "valid_losses", "val_losses")
VALID_LOSS += ("validation_losses", "val_loss_history", "valid_loss_history", "loss_val")
TEST_ACC = ("test_acc", "test_accuracy", "testing_accuracy", "test_accs", "test_accuracies")
TEST_ACC += ("final_test_accuracy", "final_test_acc", "acc_test")
RATE = ("lr", "learning_rate", "eta", "alpha", "current_lr", "rate")
FIRST_RATE = ("lr_initial", "initial_lr", "lr0", "lr_init", "init_lr", "initial_learning_rate")
FIRST_RATE += ("learning_rate_initial", "eta0", "base_lr", "lr_start", "start_lr")
HALVED = ("lr_decay_epochs", "decay_epochs", "lr_decay", "milestones", "halving_epochs")
HALVED += ("decay_at", "lr_milestones", "drop_epochs", "lr_drop_epochs", "epochs_decay")


@check
def functions(student: Student, case: Inputs) -> dict[str, Any]:
    """softmax, relu, tanh, their derivatives and accuracy, each by itself."""
    return {
        "relu": attempt(lambda: student.relu(case.z)),
        "tanh": attempt(lambda: student.tanh(case.z)),
        "relu_derivative": attempt(lambda: student.relu_derivative(case.z)),
        "tanh_derivative": attempt(lambda: student.tanh_derivative(case.z)),
        "accuracy": attempt(lambda: student.accuracy(case.guesses, case.labels)),
        "softmax": attempt(lambda: student.softmax(case.scores)),
    }


@check(
    requires={
        **{
            f"initial_w{layer}": shape(n_in, n_out)
            for layer, (n_in, n_out) in enumerate(pairwise(UNITS), 1)
        },
        "smallest_spread": at_least(1e-6).saying(
            "Some layer starts with weights that are all the same.",
            hint="If two units of a layer start alike, can training ever make them differ?",
        ),
    },
    once=True,
)
def initial(student: Student, case: Inputs) -> dict[str, Any]:
    """init_params(input_size, h1, h2, h3, output_size) returns w1, b1, ..., w4, b4."""
    weights = unpack(student.init_params(*UNITS), *WEIGHTS)[::2]
    spreads = [float(np.std(w)) if isinstance(w, np.ndarray) and w.size else 0.0 for w in weights]
    named = {f"initial_w{layer}": w for layer, w in enumerate(weights, 1)}
    return {**named, "smallest_spread": min(spreads)}


@check
def forward(student: Student, case: Inputs) -> dict[str, Any]:
    """forward(x, w1, b1, w2, b2, w3, b3, w4, b4) returns a1, a2, a3, y_pred."""
    return dict(zip(("a1", "a2", "a3", "y_pred"), _forward(student, case), strict=True))


@check(needs=("forward",))
def backward(student: Student, case: Inputs) -> dict[str, Any]:
    """backward(x, y_true, a1, ..., lr) returns the parameters after one update: w - lr dw."""
    values = _forward(student, case)
    weights = [getattr(case, name) for name in (*WEIGHTS[::2], *WEIGHTS[1::2])]
    after = unpack(student.backward(case.x, case.y_true, *values, *weights, case.lr), *WEIGHTS)
    return {
        f"d{name}": applied(getattr(case, name), new, float(case.lr), name)
        for name, new in zip(WEIGHTS, after, strict=True)
    }


def _forward(student: Student, case: Inputs) -> tuple[Any, ...]:
    parameters = [getattr(case, name) for name in WEIGHTS]
    return unpack(student.forward(case.x, *parameters), "a1", "a2", "a3", "y_pred")


# What the training has left behind ----------------------------------------------------------------


@check(
    requires={
        "train_acc": count(at_least=EPOCHS).saying(
            "The accuracy on the training pictures belongs into a list, one entry after each "
            "epoch; this list, and the curve drawn from it, stays empty or is too short.",
            hint="Look for the line that appends to it.",
        ),
        "valid_acc": count(at_least=EPOCHS).saying(
            "The accuracy on the validation pictures belongs into a list, one entry after each "
            "of the 50 epochs."
        ),
        # Parameters trained once more, on all pictures, reach a little more than the list says.
        "valid_acc_above_recomputed": between(-0.3, 0.02).saying(
            "The last validation accuracy in the list is not near what the parameters that the "
            "script has left reach on these pictures."
        ),
        "valid_loss_over_cross_entropy": between(0.9, 1.1).saying(
            "The last validation loss in the list is not the cross entropy of the network. The "
            "cross entropy is a sum over the 10 classes and a mean over the N pictures; a mean "
            "over all N x 10 entries is a tenth of it.",
            hint="Which loss has a network that gives each class 0.1? It should be ln 10.",
        ),
        "final_rate_over_initial": between(0.2499, 0.2501).saying(
            "Divided by two twice, the learning rate should end at a quarter of its first value.",
        ),
        "halvings": count(2),
        "accuracy_figures": count(at_least=1).saying(
            "No figure has both curves, the training and the validation accuracy, with a point "
            "for each epoch.",
            hint="A curve that is drawn from an empty list is an empty curve.",
        ),
    },
    once=True,
)
def training(student: Student, case: Inputs) -> dict[str, Any]:
    """50 epochs, and what they leave behind: lists, learning rates, a figure of two curves."""
    valid_acc = found(student, VALID_ACC)
    network = attempt(lambda: again.parameters(student))
    return {
        "train_acc": history(found(student, TRAIN_ACC)),
        "valid_acc": history(valid_acc),
        "valid_acc_above_recomputed": claim(valid_acc, network, "valid"),
        "valid_loss_over_cross_entropy": loss_ratio(student, valid_acc, network),
        "final_rate_over_initial": rates(student),
        "halvings": found(student, HALVED),
        "accuracy_figures": attempt(lambda: accuracy_figures(student)),
    }


@check(
    requires={
        "test_evaluations": count(1).saying(
            "The test pictures are to be used once, at the very end. Evaluated in each epoch, "
            "they have a say in what is chosen, and are no test any more.",
            hint="Which pictures are there for choosing the activation and the learning rate?",
        ),
        "test_acc_above_recomputed": between(-0.05, 0.02).saying(
            "The test accuracy is not what the parameters that the script has left reach on these "
            "pictures."
        ),
        "accuracy_on_new_digits": at_least(0.6, half=0.3).saying(
            "This is what the parameters that the script has left reach on digits that it has "
            "never been given."
        ),
        "loss_on_pictures_held_back": at_most(0.1).saying(
            "So much larger is the network's loss on the validation pictures than on the training "
            "pictures. It has learned the second and not the first: the last training, on all the "
            "pictures, is missing, or its parameters were not kept as w1, b1, ..., w4, b4.",
            hint="Which pictures may the network learn from once you have chosen the best one?",
        ),
    },
    once=True,
)
def result(student: Student, case: Inputs) -> dict[str, Any]:
    """Best network, trained on all training pictures and tested once."""
    test_acc = found(student, TEST_ACC)
    network = attempt(lambda: again.parameters(student))
    evaluations = len(numbers(test_acc)) if not isinstance(test_acc, Failure) else test_acc
    new = held_back = network
    if not isinstance(network, Failure):
        new = again.evaluated(network, "new")[1]
        held_back = again.evaluated(network, "valid")[0] - again.evaluated(network, "train")[0]
    return {
        "test_evaluations": evaluations,
        "test_acc_above_recomputed": claim(test_acc, network, "test"),
        "accuracy_on_new_digits": new,
        "loss_on_pictures_held_back": held_back,
    }


def found(student: Student, names: tuple[str, ...]) -> Any:
    """Return the first of some globals that is there, or what stands for its absence."""
    for name in names:
        value = attempt(lambda name=name: getattr(student, name))
        if not isinstance(value, Failure):
            return value
    return missing(f"there is no {names[0]} among the global names that the script leaves")


def history(value: Any) -> Any:
    """Return a list of accuracies, or what stands for one that holds nan."""
    if isinstance(value, Failure) or np.isfinite(numbers(value)).all():
        return value
    n = again.table()["train"]
    return missing(
        f"the accuracies are not all finite (nan or inf). If they are means over no pictures: the "
        f"file has {n:,} while this is graded, so take a split from its length, not from 60,000"
    )


def numbers(value: Any) -> Array:
    """Return a number, or a list or array of them, as an array; empty if it is neither."""
    try:
        array = np.atleast_1d(np.asarray(value, dtype=np.float64)).reshape(-1)
    except (TypeError, ValueError):
        return np.empty(0)
    return array


def last(value: Any) -> float | Failure:
    """Return the last number of a list, as a share where it is in per cent."""
    if isinstance(value, Failure):
        return value
    array = numbers(value)
    if not array.size:
        return missing("the list is empty")
    number = float(array[-1])
    return number / 100 if number > 1 else number


def claim(value: Any, network: Any, part: str) -> Any:
    """Return by how much the last of some accuracies is above what the parameters reach."""
    claimed = last(value)
    for one in (claimed, network):
        if isinstance(one, Failure):
            return one
    return claimed - again.evaluated(network, part)[1]


def loss_ratio(student: Student, valid_acc: Any, network: Any) -> Any:
    """Return the last validation loss over that of the parameters that the script has left."""
    losses = found(student, VALID_LOSS)
    claimed = last(valid_acc)
    for one in (losses, claimed, network):
        if isinstance(one, Failure):
            return one
    if not numbers(losses).size:
        return missing("the list of validation losses is empty")
    loss, reached = again.evaluated(network, "valid")
    if abs(reached - claimed) > 1e-6:
        # The lists are of another training than the parameters, which may well be so after the
        # last one on all pictures. Nothing can be said but that a loss near chance is ln 10.
        return 1.0
    return float(numbers(losses)[-1]) / loss


def rates(student: Student) -> Any:
    """Return the learning rate at the end over that at the beginning."""
    end, start = found(student, RATE), found(student, FIRST_RATE)
    for one in (end, start):
        if isinstance(one, Failure):
            return one
    pair = [numbers(end), numbers(start)]
    if not all(array.size for array in pair) or pair[1][0] == 0:
        return missing("the learning rates are no numbers")
    return float(pair[0][-1] / pair[1][0])


def accuracy_figures(student: Student) -> int:
    """Return the number of plots with a curve for training and one for validation accuracy."""
    return sum(_is_accuracy(axes) for figure in student.figures for axes in figure["axes"])


def _is_accuracy(axes: dict[str, Any]) -> bool:
    curves = [(str(label).lower(), n) for label, n in axes["lines"] if n >= EPOCHS]
    words = " ".join([axes["title"], axes["ylabel"], *(label for label, _ in curves)]).lower()
    named = [label for label, _ in curves if not label.startswith("_")]
    trained = any("train" in label for label in named)
    validated = any("val" in label for label in named)
    # Curves without names may be these two.
    return "acc" in words and len(curves) > 1 and ((trained and validated) or not named)
