"""How to get the quantities out of a submission to mlp_per_sample.

Weights and biases are globals. They are set in the layout in which the submission has its own, and
read back from it: weights may be (in, out) as well as (out, in), biases (n,), (n, 1) or (1, n).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from grader.checks import (
    Inputs,
    applied,
    at_least,
    at_most,
    between,
    check,
    count,
    number_after,
    unpack,
)
from grader.estimated import Estimated
from grader.results import Failure
from grader.student import Student, StudentFault

SIZES = (784, 32, 32, 10)
LAYERS = ((784, 32), (32, 32), (32, 10))


# Weights and biases -------------------------------------------------------------------------------


def fault(text: str) -> StudentFault:
    """Return what ends a check because something was not there."""
    return StudentFault(Failure("missing", text))


def lists(student: Student) -> tuple[list[Any], list[Any]]:
    """Return the submission's weights and biases as they are: three arrays each."""
    found = []
    for name in ("weights", "biases"):
        value = getattr(student, name)
        good = isinstance(value, (list, tuple)) and len(value) == len(LAYERS)
        if not good or not all(isinstance(array, np.ndarray) for array in value):
            raise fault(f"{name} should be a list of three arrays, one for each layer")
        found.append([array.copy() for array in value])  # they may be changed in place later
    return found[0], found[1]


def is_in_out(weights: Sequence[Any]) -> bool:
    """Whether the weights of the layers have the shapes (in, out)."""
    return weights[0].shape == LAYERS[0]


def put(student: Student, weights: Sequence[Any], biases: Sequence[Any]) -> None:
    """Set weights (out, in) and biases (out, 1) in the submission's own layout and precision."""
    own_weights, own_biases = lists(student)
    kind = np.float32 if own_weights[0].dtype == np.float32 else np.float64
    turned = is_in_out(own_weights)
    # Copies: what is set may be changed in place.
    student.weights = [np.array(w.T if turned else w, kind) for w in weights]
    student.biases = [
        np.array(np.reshape(b, own.shape if own.size == np.size(b) else np.shape(b)), kind)
        for b, own in zip(biases, own_biases, strict=True)
    ]


def start(student: Student, case: Inputs) -> None:
    """Set the weights and biases of a case."""
    put(student, [case.W1, case.W2, case.W3], [case.b1, case.b2, case.b3])


def gradient(old: Any, new: Any, rate: float, name: str, flipped: bool = False) -> Any:
    """Return the gradient that an update of weights or biases has applied, laid out (out, in)."""
    if old.shape == new.shape and name.startswith("biases"):
        old, new = old.reshape(-1, 1), new.reshape(-1, 1)
    if old.shape == new.shape and flipped:
        old, new = old.T, new.T
    return applied(old, new, rate, name)


@contextmanager
def training_on(student: Student, images: Any, labels: Any) -> Iterator[None]:
    """Exchange the training data for a while: checks may follow one another in one process."""
    kept = student.x_train, student.y_train
    student.x_train, student.y_train = images, labels
    try:
        yield
    finally:
        with suppress(StudentFault):
            student.x_train, student.y_train = kept


# Samples ------------------------------------------------------------------------------------------


def number(value: Any) -> Any:
    """Return a loss as a number where it is an array with a single entry."""
    single = isinstance(value, (np.ndarray, np.generic)) and value.size == 1
    return np.asarray(value).reshape(()) if single else value


def column(guess: Any) -> np.ndarray[Any, Any]:
    """Return a guess as a one-hot column; the class's number is accepted too."""
    if isinstance(guess, np.ndarray) and guess.size == 10 and guess.dtype.kind in "biuf":
        return guess.reshape(10).astype(np.float64)
    guess = number(guess)
    whole = isinstance(guess, (int, np.ndarray)) and not isinstance(guess, bool)
    if whole and np.asarray(guess).dtype.kind in "iu" and 0 <= int(guess) < 10:
        return np.eye(10)[int(guess)]
    raise fault("should return the guess as a one-hot array of ten entries, or a class's number")


def fed(student: Student, case: Inputs, k: int) -> tuple[Any, Any]:
    """Return loss and guess of sample k."""
    return unpack(student.feed_forward_sample(case.images[k], int(case.labels[k])), "loss", "guess")


def printed_share(text: str, n: int) -> float:
    """Return the accuracy printed last: ``3 / 8 (37.5 %)``, ``37.5 %``, ``0.375`` or ``3``."""
    lines = [line for line in text.splitlines() if re.search(r"\baccuracy\b", line, re.IGNORECASE)]
    for line in reversed(lines):
        percent = re.search(r"(\d+(?:\.\d*)?)\s?%", line)
        if percent:
            return float(percent[1]) / 100
        found = number_after(line, "accuracy")
        of_all = re.search(rf"/\s?{n}\b", line)
        return found / n if of_all or found > 1 else found
    return number_after(text, "accuracy")  # which says that there is none


# Checks with expected values ----------------------------------------------------------------------


@check
def samples(student: Student, case: Inputs) -> dict[str, Any]:
    """feed_forward_sample(sample, y) returns the loss and the guess."""
    start(student, case)
    returned = [fed(student, case, k) for k in range(len(case.labels))]
    values = [number(loss) for loss, _ in returned]
    if not all(isinstance(v, float) or np.shape(v) == () for v in values):
        raise fault("should return the loss of a sample as a number")
    return {
        "losses": np.array(values),
        "guesses": np.stack([column(guess) for _, guess in returned], axis=1),
    }


@check(needs=("samples",))
def first_loss(student: Student, case: Inputs) -> dict[str, Any]:
    """feed_forward_sample uses the weights as they are now."""
    start(student, case)
    return {"L": number(fed(student, case, 0)[0])}


@check
def data_set(student: Student, case: Inputs) -> dict[str, Any]:
    """feed_forward_dataset(x, y) prints the average loss and the accuracy."""
    start(student, case)
    before = len(student.output)
    student.feed_forward_dataset(case.images, case.labels)
    text = student.output[before:]
    # Rounded to two decimals when it was printed.
    average = number_after(text, "average loss", "avg loss", "mean loss", "loss")
    share = printed_share(text, len(case.labels))
    return {
        "average": Estimated(np.asarray(average), 0.0051),
        "share": Estimated(np.asarray(share), 0.0051),
    }


@check
def update(student: Student, case: Inputs) -> dict[str, Any]:
    """train_one_sample(sample, y, learning_rate) changes weights and biases by the gradient."""
    start(student, case)
    old = lists(student)
    student.train_one_sample(case.images[0], int(case.labels[0]), float(case.rate))
    new = lists(student)
    found = {}
    for layer in range(len(LAYERS)):
        for part, letter, what in ((0, "W", "weights"), (1, "b", "biases")):
            found[f"d{letter}{layer + 1}"] = gradient(
                old[part][layer],
                new[part][layer],
                float(case.rate),
                f"{what}[{layer}]",
                flipped=part == 0 and is_in_out(old[0]),
            )
    return found


@check(needs=("update",))
def epoch(student: Student, case: Inputs) -> dict[str, Any]:
    """train_one_epoch(learning_rate) trains with that learning rate."""
    start(student, case)
    old = lists(student)[0]
    with training_on(student, case.images[:1], case.labels[:1]):
        student.train_one_epoch(float(case.rate))
    new = lists(student)[0]
    flipped = is_in_out(old)
    return {"dW3_epoch": gradient(old[2], new[2], float(case.rate), "weights[2]", flipped)}


# Checks with requirements -------------------------------------------------------------------------


@check(requires={"first_variance": between(0.9 / 784, 1.1 / 784)}, once=True)
def initialization(student: Student, case: Inputs) -> dict[str, Any]:
    """Draw the first weights with variance 1/784."""
    weights, _ = lists(student)
    first = weights[0].T if is_in_out(weights) else weights[0]
    images = np.asarray(student.x_train, dtype=np.float64)
    images = images.reshape(len(images), -1)
    if first.shape != (32, 784) or images.shape[1] != 784 or len(images) > 700:
        raise fault("x_train should hold the images that load_data gave, weights[0] be (32, 784)")
    # Every update adds multiples of training images to the rows. Orthogonal to all images the
    # weights are still those of the start.
    untouched = np.linalg.qr(images.T, mode="complete")[0][:, len(images) :]
    return {"first_variance": float(np.var(first @ untouched))}


@check(requires={"loss_before": between(2.0, 3.2), "accuracy_before": between(0.0, 0.3)}, once=True)
def before_training(student: Student, case: Inputs) -> dict[str, Any]:
    """Before training the test loss is near ln 10 and the accuracy near 1/10."""
    text = student.output
    loss = number_after(text, "average loss", "avg loss", "mean loss", "loss", which="first")
    first = next((line for line in text.splitlines() if "accuracy" in line.lower()), text)
    n = len(np.asarray(student.y_test))
    return {"loss_before": loss, "accuracy_before": printed_share(first, n)}


@check(requires={"reports": count(at_least=4)}, once=True)
def epochs(student: Student, case: Inputs) -> dict[str, Any]:
    """Train for three epochs, with the accuracy printed before them and after each."""
    return {"reports": len(re.findall(r"\baccuracy\b[^\n]*\d", student.output, re.IGNORECASE))}


@check(needs=("update",), requires={"epoch_off": at_most(1e-3)}, once=True)
def order(student: Student, case: Inputs) -> dict[str, Any]:
    """train_one_epoch trains on every sample once, in the order of the data."""
    images, labels = case.images[:3], case.labels[:3]
    start(student, case)
    old = lists(student)[0]
    for image, label in zip(images, labels, strict=True):
        student.train_one_sample(image, int(label), 0.003)
    one_by_one = lists(student)[0]
    start(student, case)
    with training_on(student, images, labels):
        student.train_one_epoch(0.003)
    return {"epoch_off": difference(old, one_by_one, lists(student)[0])}


@check(needs=("update",), requires={"update_off": at_most(1e-3)}, once=True)
def memory(student: Student, case: Inputs) -> dict[str, Any]:
    """Update by weights and sample alone, whatever came before."""
    rate = float(case.rate)
    start(student, case)
    student.train_one_sample(case.images[0], int(case.labels[0]), rate)
    old = lists(student)
    student.train_one_sample(case.images[1], int(case.labels[1]), rate)
    second = lists(student)[0]
    student.weights, student.biases = ([a.copy() for a in part] for part in old)
    student.train_one_sample(case.images[1], int(case.labels[1]), rate)
    return {"update_off": difference(old[0], second, lists(student)[0])}


@check(needs=("update",), requires={"accuracy": at_least(0.65, half=0.4)}, once=True)
def training(student: Student, case: Inputs) -> dict[str, Any]:
    """From given weights, six epochs with learning rate 0.1 on dimmed images lead to an accuracy.

    Pixels between 0 and 1 do not saturate the sigmoids, so that 600 images are enough.
    """
    random = np.random.default_rng(0)
    drawn = [random.normal(0, max(pair) ** -0.5, pair[::-1]) for pair in LAYERS]
    put(student, drawn, [np.zeros((n, 1)) for n in SIZES[1:]])
    with training_on(student, np.asarray(student.x_train) / 255, student.y_train):
        for _ in range(6):
            student.train_one_epoch(0.1)
    images, labels = np.asarray(student.x_test) / 255, np.asarray(student.y_test)
    return {"accuracy": float(np.mean(classes(student, images) == labels))}


def classes(student: Student, images: Any) -> Any:
    """Return the most likely class of each image by the weights as they are, shape (n,)."""
    weights, biases = lists(student)
    turned = is_in_out(weights)
    rows = np.asarray(images, np.float64).reshape(len(images), -1)
    for layer, (w, b) in enumerate(zip(weights, biases, strict=True)):
        scores = rows @ (w if turned else w.T) + np.ravel(b)
        rows = 0.5 + 0.5 * np.tanh(scores / 2) if layer < 2 else scores  # the sigmoid
    return np.argmax(rows, axis=1)


def difference(old: Sequence[Any], one: Sequence[Any], other: Sequence[Any]) -> float:
    """Return how far two updates of the weights differ, as a share of the first one's size."""
    size = max(float(np.max(np.abs(b - a))) for a, b in zip(old, one, strict=True))
    apart = max(float(np.max(np.abs(b - c))) for b, c in zip(one, other, strict=True))
    if size == 0:
        raise fault("leaves the weights as they were")
    return apart / size
