"""How to get the quantities out of a submission to layer_library.

The three layers are put together to one net, and each check sees what one of them does in it. Where
a layer fails, a right one stands in for it, so that the others can be seen all the same.

`dw` and `db` may be written over by each `backward`, or added up until `zero_grad`: nothing here
calls `backward` twice before it reads them. Layers that add up may have nothing to add to before
the first `zero_grad`; then it is called, and `backward` once more. The loss may be a number, or an
array with one entry.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from grader.checks import (
    Inputs,
    at_least,
    at_most,
    between,
    check,
    falls,
    finite,
    hold,
    now,
    shape,
    unpack,
)
from grader.results import Failure
from grader.student import Student, StudentFault
from reference.activations import relu as relu_of
from reference.activations import softmax

RATE = 0.01  # of the homework's training


def linear_of(student: Student, w: Any, b: Any) -> Any:
    """Return a linear layer of the student's with these weights."""
    layer = student.LinearLayer_t()
    layer.w, layer.b = w, b
    return layer


def back(layer: Any, *gradient: Any) -> Any:
    """Return what `backward` returns, after `zero_grad` where it needs that."""
    try:
        return layer.backward(*gradient)
    except StudentFault as fault:
        try:
            layer.zero_grad()
            return layer.backward(*gradient)
        except StudentFault:
            raise fault from None


def number(loss: Any) -> Any:
    """Return the loss as a number, where it is an array with one entry."""
    return loss.reshape(()) if isinstance(loss, np.ndarray) and loss.size == 1 else loss


def passed(layers: tuple[Any, Any, Any], X: Any, T: Any) -> Any:
    """Send a batch through the net and back; return the loss."""
    linear, relu, loss = layers
    _, avg_loss = unpack(loss.forward(relu.forward(linear.forward(X)), T), "y_pred", "avg_loss")
    back(linear, back(relu, back(loss)))
    return number(avg_loss)


def all_layers(student: Student, w: Any, b: Any) -> tuple[Any, Any, Any]:
    """Return the three layers of the net; the linear one, made last, is who gets the blame."""
    relu, loss = student.Relu_t(), student.SoftmaxCrossEntropy_t()
    return linear_of(student, w, b), relu, loss


def forget(layers: tuple[Any, Any, Any]) -> None:
    """Set the gradients to zero; whether the other layers can do that is asked elsewhere."""
    layers[0].zero_grad()
    for layer in layers[1:]:
        with suppress(StudentFault):
            layer.zero_grad()


def changed(before: Any, after: Any) -> Any:
    """Return how many entries of an array are another number now."""
    if not isinstance(before, np.ndarray) or not isinstance(after, np.ndarray):
        return before  # no array: the requirement says so
    if before.shape != after.shape:
        return before.size
    return int(np.sum(~np.isclose(before, after, rtol=1e-6, atol=0, equal_nan=True)))


@check(
    requires={
        "w_shape": shape(784, 10),
        "b_shape": shape(1, 10),
        "w_norm": between(0.999, 1.001),
        "w_different": at_least(7000),
    },
    once=True,
)
def initial(student: Student, case: Inputs) -> dict[str, Any]:
    """LinearLayer_t(): the shapes of w and b, the norm of w, random weights."""
    layer = student.LinearLayer_t()
    w = layer.w
    matrix = isinstance(w, np.ndarray) and w.ndim == 2 and w.dtype.kind == "f"
    finite_matrix = matrix and np.isfinite(w).all()
    return {
        "w_shape": w,
        "b_shape": layer.b,
        "w_norm": norm_of(w) if finite_matrix else w,
        "w_different": len(np.unique(w)) if finite_matrix else w,
    }


def norm_of(w: Any) -> float:
    """Return the largest singular value, or the root of the sum of squares if that one is 1."""
    spectral, frobenius = float(np.linalg.norm(w, 2)), float(np.linalg.norm(w))
    # "The L2 norm of w" is read in both ways.
    return frobenius if abs(frobenius - 1) < 1e-3 else spectral


def in_the_net(student: Student, case: Inputs, mine: str) -> dict[str, Any]:
    """Send the batch through the net and back; return what every layer gave, or its failure.

    The layer `mine` is made last, since what goes wrong is blamed on what was called last.
    """
    makers: dict[str, Callable[[], Any]] = {
        "linear": lambda: linear_of(student, case.w, case.b),
        "relu": lambda: student.Relu_t(),
        "loss": lambda: student.SoftmaxCrossEntropy_t(),
    }
    layers: dict[str, Any] = {}
    for name in [*(name for name in makers if name != mine), mine]:
        try:
            layers[name] = makers[name]()
        except StudentFault:
            if name == mine:
                raise
    seen: dict[str, Any] = {}

    def ask(name: str, layer: str, ask_it: Callable[[Any], Any], right: Any) -> Any:
        """Ask a layer and keep what it says; return what goes on to the next one."""
        try:
            seen[name] = ask_it(layers[layer]) if layer in layers else None
        except StudentFault as fault:
            seen[name] = fault.failure
        return seen[name] if goes_on(seen[name], right) else right

    z = ask("z", "linear", lambda layer: layer.forward(case.X), case.X @ case.w + case.b)
    h = ask("h", "relu", lambda layer: layer.forward(z), relu_of(z))
    probabilities = softmax(h)
    ask("both", "loss", lambda layer: layer.forward(h, case.T), probabilities)
    dz = ask("dz", "loss", back, (probabilities - case.T) / len(case.T))
    da = ask("da", "relu", lambda layer: back(layer, dz), dz * (z > 0))
    ask("da_prev", "linear", lambda layer: back(layer, da), da @ case.w.T)
    for name in ("dw", "db"):
        broken = isinstance(seen["da_prev"], Failure)
        seen[name] = seen["da_prev"] if broken else None
        if not broken:
            ask(name, "linear", lambda layer, name=name: getattr(layer, name), None)
    return seen


def goes_on(value: Any, right: Any) -> bool:
    """Whether a layer's output is something that the next layer can work with."""
    if not isinstance(value, np.ndarray) or right is None or value.shape != right.shape:
        return False
    return value.dtype.kind == "f" and bool(np.isfinite(value).all()) and bool(value.any())


@check
def linear(student: Student, case: Inputs) -> dict[str, Any]:
    """LinearLayer_t: forward(a_prev), then backward(da), which sets dw and db."""
    seen = in_the_net(student, case, "linear")
    return {name: seen[name] for name in ("z", "dw", "db", "da_prev")}


@check
def relu(student: Student, case: Inputs) -> dict[str, Any]:
    """Relu_t: forward(a), then backward(dz)."""
    seen = in_the_net(student, case, "relu")
    return {name: seen[name] for name in ("h", "da")}


@check
def loss(student: Student, case: Inputs) -> dict[str, Any]:
    """SoftmaxCrossEntropy_t: forward(z, yhat) returns y_pred and avg_loss, then backward()."""
    seen = in_the_net(student, case, "loss")
    y_pred = avg_loss = seen["both"]
    if not isinstance(y_pred, Failure):
        try:
            y_pred, avg_loss = unpack(seen["both"], "y_pred", "avg_loss")
        except StudentFault as fault:
            y_pred = avg_loss = fault.failure
    return {"y_pred": y_pred, "avg_loss": number(avg_loss), "dz": seen["dz"]}


@check(requires={"far_loss": finite()})
def far_apart(student: Student, case: Inputs) -> dict[str, Any]:
    """Scores that differ by hundreds: which rows of y_pred hold probabilities, and the loss."""
    layer = student.SoftmaxCrossEntropy_t()
    labels = np.eye(10)[np.argmin(case.far, axis=1)]  # the least likely class: log 0 if rounded
    y_pred, avg_loss = unpack(layer.forward(case.far, labels), "y_pred", "avg_loss")
    return {"far_rows": likely(y_pred), "far_loss": number(avg_loss)}


def likely(y_pred: Any) -> Any:
    """Return 1 for each row that holds probabilities, 0 for another one."""
    if not isinstance(y_pred, np.ndarray) or y_pred.ndim != 2 or y_pred.dtype.kind != "f":
        return y_pred
    rows = y_pred.astype(np.float64)
    with np.errstate(invalid="ignore"):
        right = np.isfinite(rows).all(axis=1) & (np.abs(rows.sum(axis=1) - 1) < 1e-3)
    return right.astype(np.float64)


@check(
    requires={
        "loss_differs_when_reused": at_most(0),
        "dw_differs_when_reused": at_most(0),
        "db_differs_when_reused": at_most(0),
    },
    once=True,
)
def reused(student: Student, case: Inputs) -> dict[str, Any]:
    """After zero_grad and with new weights, used layers do what fresh ones do on another batch.

    Each quantity is the number of entries in which the two differ.
    """
    layers = all_layers(student, case.w0, case.b0)
    passed(layers, case.X0, case.T0)
    forget(layers)
    layers[0].w, layers[0].b = case.w, case.b
    fresh = all_layers(student, case.w, case.b)
    found = {}
    for name, three in (("used", layers), ("fresh", fresh)):
        avg_loss = passed(three, case.X, case.T)
        found[name] = np.asarray(avg_loss), three[0].dw, three[0].db
    parts = zip(("loss", "dw", "db"), found["fresh"], found["used"], strict=True)
    return {f"{name}_differs_when_reused": changed(first, then) for name, first, then in parts}


@check(requires={"loss_after_updates": falls()}, once=True)
def descent(student: Student, case: Inputs) -> dict[str, Any]:
    """Two updates w = w - 0.01 dw, b = b - 0.01 db lower the loss of their batch."""
    layers = all_layers(student, case.w, case.b)
    w, b, losses = case.w, case.b, []
    for _ in range(2):
        losses.append(passed(layers, case.X, case.T))
        dw, db = layers[0].dw, layers[0].db
        if isinstance(db, np.ndarray) and db.size == b.size:  # (10,) is updated as well
            db = db.reshape(b.shape)
        if not goes_on(dw, w) or not goes_on(db, b):
            why = "There is no update to try: dw and db do not have the shapes of w and b"
            raise StudentFault(Failure("blocked", why, called="LinearLayer_t"))
        w, b = w - RATE * dw, b - RATE * db
        layers[0].w, layers[0].b = w, b
        forget(layers)
    losses.append(passed(layers, case.X, case.T))
    return {"loss_after_updates": losses}


@check(
    requires={"h_changed_by_backward": at_most(0), "da_differs_when_repeated": at_most(0)},
    once=True,
)
def relu_repeated(student: Student, case: Inputs) -> dict[str, Any]:
    """Relu_t.backward leaves what forward returned as it is, and can be called again.

    The number of entries that changed, or differ.
    """
    layer, a = student.Relu_t(), case.X @ case.w
    returned = hold(layer.forward, a)
    before, da = now(returned), back(layer, a)
    return {
        "h_changed_by_backward": changed(before, now(returned)),
        "da_differs_when_repeated": changed(da, layer.backward(a)),
    }


@check(
    requires={"y_pred_changed_by_backward": at_most(0), "dz_differs_when_repeated": at_most(0)},
    once=True,
)
def loss_repeated(student: Student, case: Inputs) -> dict[str, Any]:
    """SoftmaxCrossEntropy_t.backward leaves y_pred as it is, and can be called again.

    The number of entries that changed, or differ.
    """
    layer = student.SoftmaxCrossEntropy_t()
    returned = hold(layer.forward, case.X @ case.w, case.T)
    before, _ = unpack(now(returned), "y_pred", "avg_loss")
    dz = back(layer)
    after, _ = unpack(now(returned), "y_pred", "avg_loss")
    return {
        "y_pred_changed_by_backward": changed(before, after),
        "dz_differs_when_repeated": changed(dz, layer.backward()),
    }


@check(requires={"dw_zeroed": at_most(0), "db_zeroed": at_most(0)}, once=True)
def zeroed(student: Student, case: Inputs) -> dict[str, Any]:
    """After backward, zero_grad sets dw and db to zero: the largest size of an entry."""
    layer = linear_of(student, case.w, case.b)
    layer.forward(case.X)
    back(layer, case.X @ case.w)
    layer.zero_grad()
    return {"dw_zeroed": largest(layer.dw), "db_zeroed": largest(layer.db)}


def largest(gradient: Any) -> Any:
    """Return the largest size of an entry; what is no array as it is."""
    numbers = isinstance(gradient, np.ndarray) and gradient.dtype.kind in "iuf" and gradient.size
    return float(np.max(np.abs(gradient))) if numbers else gradient


@check(
    requires={"linear_first": at_most(0), "relu_first": at_most(0), "loss_first": at_most(0)},
    once=True,
)
def zeroed_first(student: Student, case: Inputs) -> dict[str, Any]:
    """zero_grad works before the first backward: a loop may begin with it."""

    def tried(name: str) -> Any:
        try:
            getattr(student, name)().zero_grad()
        except StudentFault as fault:
            return fault.failure
        return 0.0

    classes = ("LinearLayer_t", "Relu_t", "SoftmaxCrossEntropy_t")
    return dict(zip(("linear_first", "relu_first", "loss_first"), map(tried, classes), strict=True))


DROPPED = 0.25


@check(
    requires={
        "dropout_mean": between(0.97, 1.03),
        "dropout_zeros": between(0.23, 0.27),
        "dropout_backward": at_most(0),
        "dropout_evaluation": at_most(0),
    },
    once=True,
)
def dropout(student: Student, case: Inputs) -> dict[str, Any]:
    """Dropout_t(0.25), the second half (optional): 20,000 ones go through.

    The mean of what comes out and the share of zeros; the entries in which backward has another
    mask, and those that change in evaluation.
    """
    ones = np.ones((100, 200))
    layer = student.Dropout_t(DROPPED)
    out = layer.forward(ones, True)
    found = {
        "dropout_backward": changed(out, back(layer, ones)),
        "dropout_evaluation": changed(ones, layer.forward(ones, False)),
    }
    numbers = isinstance(out, np.ndarray) and out.dtype.kind in "iuf" and out.size > 0
    mean, zeros = (float(np.mean(x)) for x in (out, out == 0)) if numbers else (out, out)
    return {"dropout_mean": mean, "dropout_zeros": zeros, **found}
