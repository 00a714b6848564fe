"""How to get the quantities out of a submission to mlp_minibatch.

Weights and a batch are put into the student's network, a method is called, and attributes are read.
Gradients show in what the first update does to the weights.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.checks import Inputs, applied, at_least, check, falls, number_after
from grader.results import Failure
from grader.student import Student, StudentFault

PARAMETERS = ("W1", "W2", "W3", "b1", "b2", "b3")


def network(
    student: Student, case: Inputs, rows: int | None = None, rate: float | None = None, epochs=1
) -> Any:
    """Return a network with the case's weights, made for its first rows; shuffling does nothing."""
    rows = len(case.X) if rows is None else rows
    rate = float(case.rate) if rate is None else rate
    return filled(student, case, case.X[:rows], case.T[:rows], rate, epochs)


def filled(student: Student, case: Inputs, X: Any, T: Any, rate: float, epochs: int = 1) -> Any:
    """Return a network for the data X, T with the case's weights."""
    net = student.NeuralNetwork(X, T, len(case.x), rate, epochs)
    inject(net, case)
    # Where rows would be put in a new order, they are only fed forward, which changes nothing.
    net.shuffle = net.feedforward
    return net


def inject(net: Any, case: Inputs) -> None:
    """Set the weights and biases."""
    for name in PARAMETERS:
        setattr(net, name, getattr(case, name))


def feed(net: Any, x: Any, t: Any) -> None:
    """Set the batch and go forward."""
    net.x, net.y = x, t
    net.feedforward()


def moves(net: Any, case: Inputs, names: tuple[str, ...] = PARAMETERS) -> dict[str, Any]:
    """Return what an update has taken from the case's weights, over the rate."""
    rate = float(case.rate)
    return {name: applied(getattr(case, name), getattr(net, name), rate, name) for name in names}


def train(student: Student, make: Any) -> Any:
    """Return a network after its training; `make` makes it.

    A progress bar that the submission has not imported is its cells' mistake, told there. It must
    not hide everything else, so that something stands in for it that hands back what it gets.
    """
    net = make()
    try:
        net.train()
    except StudentFault as fault:
        if fault.failure.type != "NameError" or "'tqdm'" not in fault.failure.text:
            raise
        student.tqdm = student.np.asarray
        net = make()
        net.train()
    return net


def numbers(value: Any) -> Any:
    """Return a list of numbers as an array, and anything else as it is."""
    plain = isinstance(value, list) and all(np.shape(v) == () for v in value)
    array = np.asarray(value) if plain else value
    return array if isinstance(array, np.ndarray) and array.dtype.kind in "iuf" else value


@check
def functions(student: Student, case: Inputs) -> dict[str, Any]:
    """ReLU(z), its derivative dReLU(z), and softmax(z) row by row."""
    net = network(student, case)
    return {"R": net.ReLU(case.u), "dR": net.dReLU(case.u), "S": net.softmax(case.v)}


@check
def feedforward(student: Student, case: Inputs) -> dict[str, Any]:
    """feedforward() sets z1, a1, z2, a2, z3 and a3 for the batch x."""
    net = network(student, case)
    feed(net, case.x, case.t)
    return {name: getattr(net, name) for name in ("z1", "a1", "z2", "a2", "z3", "a3")}


@check
def loss(student: Student, case: Inputs) -> dict[str, Any]:
    """cross_entropy_loss() returns the mean loss of the batch."""
    net = network(student, case)
    feed(net, case.x, case.t)
    return {"L": net.cross_entropy_loss()}


@check
def backprop(student: Student, case: Inputs) -> dict[str, Any]:
    """backprop() makes one update with the gradients."""
    net = network(student, case)
    feed(net, case.x, case.t)
    net.backprop()
    return {f"d{name}": moved for name, moved in moves(net, case).items()}


@check
def short(student: Student, case: Inputs) -> dict[str, Any]:
    """backprop() with fewer rows than `batch`, as at the end of an epoch."""
    net = network(student, case)
    rows = slice((len(case.x) + 1) // 2)
    feed(net, case.x[rows], case.t[rows])
    net.backprop()
    return {"dW1_short": moves(net, case, ("W1",))["W1"]}


@check
def momentum(student: Student, case: Inputs) -> dict[str, Any]:
    """Second update with the same gradients: the first one goes on in it."""
    net = network(student, case)
    for _ in range(2):
        inject(net, case)
        feed(net, case.x, case.t)
        net.backprop()
    return {"dW1_again": moves(net, case, ("W1",))["W1"]}


@check
def update(student: Student, case: Inputs) -> dict[str, Any]:
    """update_weight_with_momentum(DW3, DW2, DW1, db3, db2, db1), twice."""
    net = network(student, case)
    gradients = [getattr(case, name) for name in ("W3", "W2", "W1", "b3", "b2", "b1")]
    net.update_weight_with_momentum(*gradients)
    net.update_weight_with_momentum(*(g * g for g in gradients))
    return {f"{name}_updated": getattr(net, name) for name in PARAMETERS}


@check
def steps(student: Student, case: Inputs) -> dict[str, Any]:
    """train() for one epoch of two batches, in the order of the rows."""
    net = train(student, lambda: network(student, case, 2 * len(case.x)))
    return {"W1_after_2_steps": net.W1}


@check
def epochs(student: Student, case: Inputs) -> dict[str, Any]:
    """train() for two epochs of three batches, in the order of the rows."""
    net = train(student, lambda: network(student, case, 3 * len(case.x), epochs=2))
    return {f"{name}_after_2_epochs": getattr(net, name) for name in ("W1", "b3")}


@check
def histories(student: Student, case: Inputs) -> dict[str, Any]:
    """train() writes each epoch's mean loss to loss and its accuracy in per cent to acc."""
    # Without learning the histories tell of the loop alone, whatever the gradients.
    net = train(student, lambda: network(student, case, 3 * len(case.x), 0.0, epochs=2))
    return {"loss_history": numbers(net.loss), "acc_history": numbers(net.acc)}


@check
def last_batch(student: Student, case: Inputs) -> dict[str, Any]:
    """train() with a short last batch, where every answer is right: the accuracy is 100."""
    # One full batch, and as many rows more as the data has after its last full batch.
    X = np.repeat(case.X[:1], len(case.X) - 2 * len(case.x), axis=0)
    net = filled(student, case, X, np.repeat(case.T[:1], len(X), axis=0), 0.0)
    T = np.repeat(answers(net, X[:1], case.T[:1]), len(X), axis=0)
    net = train(student, lambda: filled(student, case, X, T, 0.0, epochs=2))
    history = numbers(net.acc)
    two = isinstance(history, np.ndarray) and history.shape == (2,)
    if two and not np.isfinite(history[1]) and not np.isfinite(numbers(net.loss)[-1:]).any():
        history[1] = 0.0  # an epoch without any batch: the mean over nothing
    return {"acc_short": float(history[1]) if two else history}


@check
def accuracy(student: Student, case: Inputs) -> dict[str, Any]:
    """test(xtest, ytest) prints the accuracy."""
    net = network(student, case)
    T = answers(net, case.X, case.T)
    T[1::2] = np.roll(T[1::2], 1, axis=1)  # every second row gets another label
    net.test(case.X, T)
    share = number_after(student.output, "Accuracy", "acc")
    # One student prints 50 %, another 50, another 0.5.
    return {"accuracy": whole_rows(share / 100 if share > 1 else share, len(case.X))}


def whole_rows(share: float, n: int) -> float:
    """Return the share of n rows that a rounded number stands for, as 9.09 % stands for 1/11."""
    near = round(share * n) / n if np.isfinite(share) else share
    return near if abs(near - share) <= 0.00051 else share  # a per cent with one decimal


def answers(net: Any, X: Any, T: Any) -> Any:
    """Return the classes that the student's network chooses for X, as one-hot rows."""
    feed(net, X, T)
    a3 = net.a3
    if not isinstance(a3, np.ndarray) or a3.shape != T.shape:
        raise StudentFault(
            Failure("missing", "feedforward leaves no a3 with a row for each sample")
        )
    return np.eye(a3.shape[1])[np.argmax(a3, axis=1)]


@check(requires={"pairs": at_least(1.0)}, once=True)
def shuffled(student: Student, case: Inputs) -> dict[str, Any]:
    """shuffle() keeps every row of input with its own row of target."""
    X = np.column_stack([np.arange(40.0), np.arange(40.0) % 5])
    net = student.NeuralNetwork(X, np.eye(5)[np.arange(40) % 5], 8, 0.1, 1)
    net.shuffle()
    rows, labels = net.input, net.target
    fits = isinstance(rows, np.ndarray) and rows.shape == X.shape
    if not fits or not isinstance(labels, np.ndarray) or labels.shape != (40, 5):
        raise StudentFault(Failure("missing", "shuffle leaves no input and target of all rows"))
    if len(np.unique(rows[:, 0])) < 40 or np.array_equal(rows, X):
        return {"pairs": 0.0}
    return {"pairs": float(np.mean(np.argmax(labels, axis=1) == rows[:, 1]))}


@check(requires={"loss_falls": falls(by=0.5), "learned": at_least(0.9, half=0.6)}, once=True)
def learning(student: Student, case: Inputs) -> dict[str, Any]:
    """Training from weights of its own teaches the network three kinds of rows."""
    random = np.random.default_rng(5)
    kinds = random.integers(0, 3, 480)
    X = np.eye(3)[kinds].repeat(8, axis=1) * 0.6 + random.uniform(0, 0.4, (480, 24))
    net = train(student, lambda: student.NeuralNetwork(X, np.eye(3)[kinds], 32, 0.01, 8))
    chosen = np.argmax(answers(net, X, np.eye(3)[kinds]), axis=1)
    return {"loss_falls": numbers(net.loss), "learned": float(np.mean(chosen == kinds))}
