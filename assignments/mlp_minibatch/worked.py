"""A network D - H1 - H2 - C with ReLU and softmax, trained on minibatches with momentum.

Letters: N samples in a batch, one in each row; D features, C classes. ``t`` holds the labels as
one-hot rows. ``dQ`` is the derivative of the loss L with respect to Q, and has the shape of Q.
Results have the dtype of the weights.

There are two solutions. `network` is one batch, forward and backward, as it stands on the
blackboard; its gradients are called ``gW1`` and so on. `solution` has the same quantities, those
of an update and those of the training loop, which goes through `network` again and again. So that
a mistake made in one formula is made in every batch of the loop too, `solution` has a step
``Q_formula`` for each Q of `network`: 0 is the right formula, 1 the first mistake, and so on.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from reference.activations import relu, relu_derivative, sigmoid, softmax
from reference.batches import minibatches
from reference.worked import Case, WorkedSolution

PARAMETERS = ("W1", "W2", "W3", "b1", "b2", "b3")
MOMENTUM = 0.7
CLIP = 1e-15
"""The least probability of which the loss takes a logarithm."""

# One batch ---------------------------------------------------------------------------------------

network = WorkedSolution(inputs=("x", "t", *PARAMETERS, "batch"))


def rectified(z, kind):
    """Return the hidden activation of z: ReLU, or what stands in its place."""
    kinds = (relu, sigmoid, lambda z: np.where(z > 0, z, 0.01 * z))
    return kinds[int(kind)](z)


def slope(z, kind):
    """Return the derivative of ReLU at z, or what stands in its place."""
    kinds = (
        lambda z: relu_derivative(z),  # z is positive where relu(z) is
        np.ones_like,
        lambda z: np.where(z > 0, np.ones_like(z), z.dtype.type(0.01)),
    )
    return kinds[int(kind)](z)


def normalised(z, kind):
    """Return the softmax of the rows of z, or what stands in its place."""
    if kind == 0:
        return softmax(z)
    if kind == 1:
        return softmax(z.T).T
    taken_off = {3: 0, 5: np.max(z, axis=0)}.get(int(kind), np.max(z))
    with np.errstate(all="ignore"):
        e = np.exp(z - taken_off)
        return e / (np.sum(e) if kind == 2 else np.sum(e, axis=1, keepdims=True))


@network.step
def hidden_activation():
    """Hidden activation: 0 for ReLU."""
    return 0


@network.step
def hidden_slope():
    """Slope of the hidden activation: 0 for that of ReLU."""
    return 0


@network.step
def output_activation():
    """Activation of the output: 0 for softmax, row by row."""
    return 0


@network.step
def z1(x, W1, b1):
    """Pre-activation of the first hidden layer, shape (N, H1)."""
    return x @ W1 + b1


@network.step
def a1(z1, hidden_activation):
    """Activation of the first hidden layer, shape (N, H1)."""
    return rectified(z1, hidden_activation)


@network.step
def z2(a1, W2, b2):
    """Pre-activation of the second hidden layer, shape (N, H2)."""
    return a1 @ W2 + b2


@network.step
def a2(z2, hidden_activation):
    """Activation of the second hidden layer, shape (N, H2)."""
    return rectified(z2, hidden_activation)


@network.step
def z3(a2, W3, b3):
    """Scores, shape (N, C)."""
    return a2 @ W3 + b3


@network.step
def a3(z3, output_activation):
    """Probabilities: the softmax of each row of z3, shape (N, C)."""
    return normalised(z3, output_activation)


@network.step
def L(a3, t):
    """Cross entropy -1/N sum t log a3, a scalar."""
    return -np.sum(as_labels(t, a3) * np.log(np.maximum(a3, CLIP))) / len(a3)


@network.step
def divisor(t):
    """Size that the errors of a batch are divided by: its rows, a number."""
    return len(t)


@network.step
def activations_in_backprop():
    """State in which backprop finds a1 and a2: 0 for as feedforward left them."""
    return 0


@network.step
def bias_sums():
    """Over what a bias gradient adds up: 0 for the samples."""
    return 0


@network.step
def dz3(a3, t, divisor):
    """Gradient with respect to the scores: (a3 - t) / N, shape (N, C)."""
    return (a3 - as_labels(t, a3)) / a3.dtype.type(divisor)


@network.step
def gW3(a2, dz3, activations_in_backprop):
    """Gradient with respect to W3, shape (H2, C)."""
    return kept(a2, activations_in_backprop).T @ dz3


@network.step
def gb3(dz3, bias_sums):
    """Gradient with respect to b3, shape (C,)."""
    return summed(dz3, bias_sums)


@network.step
def da2(dz3, W3):
    """Gradient with respect to a2, shape (N, H2)."""
    return dz3 @ W3.T


@network.step
def dz2(da2, z2, hidden_slope):
    """Gradient with respect to z2, shape (N, H2)."""
    return da2 * slope(z2, hidden_slope)


@network.step
def gW2(a1, dz2, activations_in_backprop):
    """Gradient with respect to W2, shape (H1, H2)."""
    return kept(a1, activations_in_backprop).T @ dz2


@network.step
def gb2(dz2, bias_sums):
    """Gradient with respect to b2, shape (H2,)."""
    return summed(dz2, bias_sums)


@network.step
def da1(dz2, W2):
    """Gradient with respect to a1, shape (N, H1)."""
    return dz2 @ W2.T


@network.step
def dz1(da1, z1, hidden_slope):
    """Gradient with respect to z1, shape (N, H1)."""
    return da1 * slope(z1, hidden_slope)


@network.step
def gW1(x, dz1):
    """Gradient with respect to W1, shape (D, H1)."""
    return x.T @ dz1


@network.step
def gb1(dz1, bias_sums):
    """Gradient with respect to b1, shape (H1,)."""
    return summed(dz1, bias_sums)


def as_labels(t, like):
    """Return t in the dtype of another array: float64 labels would turn float32 into float64."""
    return np.asarray(t, dtype=like.dtype)


def kept(a, activations_in_backprop):
    """Return the activation a, or the slopes that were written over it."""
    return relu_derivative(a) if activations_in_backprop else a


def summed(dz, kind):
    """Return the sum of dz over the samples, or in each entry the sum over everything."""
    if kind == 0:
        return np.sum(dz, axis=0)
    total = np.sum(dz)
    # The rows of dz3 add up to zero each: what rounding leaves of that says nothing.
    if abs(total) < 1e-6 * np.sum(np.abs(dz)):
        total = dz.dtype.type(0)
    return np.full_like(dz[0], total)


# Mistakes in one batch ---------------------------------------------------------------------------


@network.mistake(
    "hidden_activation",
    "The hidden layers use the sigmoid, not ReLU.",
    hint="Can a ReLU be negative, and can it be larger than 1?",
)
def hidden_sigmoid():
    """Take the sigmoid for ReLU."""
    return 1


@network.mistake(
    "hidden_activation",
    "The hidden layers use a leaky ReLU, which is not zero below zero.",
    hint="What is ReLU of -100, exactly?",
)
def hidden_leaky():
    """Take the leaky ReLU for ReLU."""
    return 2


@network.mistake(
    "hidden_slope",
    "The derivative of ReLU is 1 everywhere, or left out.",
    hint="If a hidden unit's z is -3 and moves a little, what happens to the loss?",
)
def slope_left_out():
    """Take 1 for the slope."""
    return 1


@network.mistake(
    "hidden_slope",
    "The derivative is that of a leaky ReLU, not that of ReLU.",
    hint="Is ReLU's graph flat below zero, or only almost?",
)
def slope_leaky():
    """Take the slope of the leaky ReLU."""
    return 2


@network.mistake(
    "output_activation",
    "Softmax is normalised over the samples, not over the classes.",
    hint="Take a batch of one row: which probabilities do you get?",
)
def softmax_over_samples():
    """Take the softmax of each column."""
    return 1


@network.mistake(
    "output_activation",
    "Softmax is normalised over the whole batch, not row by row.",
    hint="What should the probabilities of one sample add up to?",
)
def softmax_over_everything():
    """Divide by the sum of all entries."""
    return 2


@network.mistake(
    "output_activation",
    "Softmax takes exp of the scores as they are, so that high ones overflow.",
    hint="Softmax does not change if a row's scores all grow by the same number. Which number "
    "keeps exp small?",
)
def softmax_unshifted():
    """Take exp(z) / sum exp(z): nan for scores above 709."""
    return 3


@network.mistake(
    "output_activation",
    "Softmax takes off the maximum of the whole batch, not that of each row: a row far below "
    "the others has only zeros left to divide by, which gives nan.",
    hint="What is exp(-1000)? Let one row's scores be 1000 below another's, and divide.",
)
def softmax_batch_maximum():
    """Take the maximum of all rows off each: 0/0 for rows 745 below it."""
    return 4


@network.mistake(
    "output_activation",
    "Softmax takes each class's maximum over the samples off the scores, which changes the "
    "probabilities; what may be taken off is one number for each row.",
    hint="Which axis counts the classes? Take the softmax of two rows: does the second one "
    "change what you get for the first?",
)
def softmax_class_maximum():
    """Take the maximum of each column off it, and divide row by row."""
    return 5


@network.mistake(
    "z1",
    "The bias b1 is not added to the first hidden layer.",
    hint="What should z1 be for an image that is all black?",
)
def no_first_bias(x, W1):
    """Take x W1 for z1."""
    return x @ W1


@network.mistake(
    "z2",
    "The second hidden layer is fed with z1, before the activation, and not with a1.",
    hint="What is a1 good for, if z2 does not depend on it?",
)
def second_layer_from_z1(z1, W2, b2):
    """Take z1 W2 + b2 for z2."""
    return z1 @ W2 + b2


@network.mistake(
    "z2",
    "The bias b2 is not added to the second hidden layer.",
    hint="What should z2 be where all of a1 is zero?",
)
def no_second_bias(a1, W2):
    """Take a1 W2 for z2."""
    return a1 @ W2


@network.mistake(
    "z3",
    "The bias b3 is not added to the scores.",
    hint="What should z3 be where all of a2 is zero?",
)
def no_third_bias(a2, W3):
    """Take a2 W3 for z3."""
    return a2 @ W3


@network.mistake(
    "L",
    "The loss is summed over the samples, and the mean is missing.",
    hint="Give the same batch twice over: should the loss change?",
)
def loss_summed(a3, t):
    """Take -sum t log a3 for L."""
    return -np.sum(as_labels(t, a3) * np.log(np.maximum(a3, CLIP)))


@network.mistake(
    "L",
    "The loss is a mean over all N C entries, where each sample's entries are to be added up.",
    hint="What is the loss if all classes are equally likely? It should be log C.",
)
def loss_mean_over_entries(a3, t):
    """Take the mean of all entries of -t log a3 for L."""
    return -np.mean(as_labels(t, a3) * np.log(np.maximum(a3, CLIP)))


@network.mistake(
    "L",
    "The loss is the squared error, not the cross entropy.",
    hint="Is there a logarithm in your loss?",
)
def loss_squared(a3, t):
    """Take the mean over the samples of |a3 - t|^2 for L."""
    return np.sum((a3 - as_labels(t, a3)) ** 2) / len(a3)


@network.mistake(
    "L",
    "The loss takes the logarithm of probabilities that are 0, and 0 times -inf is nan.",
    hint="How small can a probability of softmax become, in 64 bits? What is log 0?",
)
def loss_log_of_zero(a3, t):
    """Take -1/N sum t log a3 as it stands: nan where a probability is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return -np.sum(as_labels(t, a3) * np.log(a3)) / len(a3)


@network.mistake(
    "L",
    "The sign of the loss is turned round.",
    hint="Can the logarithm of a probability be positive, and should a loss be negative?",
)
def loss_sign(a3, t):
    """Take +1/N sum t log a3 for L."""
    return np.sum(as_labels(t, a3) * np.log(np.maximum(a3, CLIP))) / len(a3)


@network.mistake(
    "divisor",
    "The gradients are sums over the batch, and the loss is a mean.",
    hint="Give the same batch twice over: should the step be twice as long?",
)
def gradients_summed():
    """Divide by 1."""
    return 1


@network.mistake(
    "divisor",
    "The gradients are divided by the nominal batch size, whatever the number of rows.",
    hint="The last batch of an epoch has 32 rows, not 64: what is its mean divided by?",
)
def nominal_batch(batch):
    """Divide by the batch size that the network was made with."""
    return batch


@network.mistake(
    "divisor",
    "The mean is taken over all N C entries of a3 - t, not over the N samples.",
    hint="np.mean without an axis divides by what? How many samples are there?",
)
def mean_over_entries(t):
    """Divide by N C."""
    return t.size


@network.mistake(
    "activations_in_backprop",
    "The derivative of ReLU is written into the activation itself, so that the weight gradients "
    "are made from zeros and ones.",
    hint="Print a2 before and after its derivative is taken. Does x[x > 0] = 1 make a new array?",
)
def activations_overwritten():
    """Overwrite a1 and a2 by the slopes."""
    return 1


@network.mistake(
    "bias_sums",
    "Each bias gradient is one number for the whole layer: the sum runs over the units too.",
    hint="How many biases has the layer? Which axis of dz counts the samples?",
)
def biases_share_a_number():
    """Add up over both axes."""
    return 1


@network.mistake(
    "dz3",
    "The error is t - a3, with the wrong sign.",
    hint="If the probability of a wrong class grows, does the loss grow or shrink?",
)
def error_sign(a3, t, divisor):
    """Take (t - a3) / N for dz3."""
    return (as_labels(t, a3) - a3) / a3.dtype.type(divisor)


@network.mistake(
    "dz3",
    "A derivative a3 (1 - a3) is multiplied to a3 - t, which has that of softmax in it already.",
    hint="Write down dL/dz3 for one sample: which terms cancel?",
)
def softmax_derivative_twice(a3, t, divisor):
    """Take (a3 - t) a3 (1 - a3) / N for dz3."""
    return (a3 - as_labels(t, a3)) * a3 * (1 - a3) / a3.dtype.type(divisor)


@network.mistake(
    "dz3",
    "The error is made from the scores z3, not from the probabilities a3.",
    hint="What should the error of a sample be whose class is certain and right?",
)
def error_of_scores(z3, t, divisor):
    """Take (z3 - t) / N for dz3."""
    return (z3 - as_labels(t, z3)) / z3.dtype.type(divisor)


@network.mistake(
    "da1",
    "The error goes from a2 to a1 without the slope of the second hidden layer.",
    hint="Name the functions between a1 and the loss. Which derivative does da1 lack?",
)
def around_the_second_slope(da2, W2):
    """Take da2 W2^T for da1."""
    return da2 @ W2.T


# The same quantities, as steps that know which formula is used -----------------------------------

solution = WorkedSolution(
    inputs=("X", "T", "x", "t", *PARAMETERS, "rate", "u", "v"),
    sizes={"N": lambda x: len(x), "C": lambda t: t.shape[1]},
)

RULES = (
    "hidden_activation",
    "hidden_slope",
    "output_activation",
    "activations_in_backprop",
    "bias_sums",
)
"""Quantities of `network` that are choices, 0 or the number of a mistake."""
MADE = {q: [m for m in network.mistakes if m.quantity == q] for q in network.quantities}
FORMULAS = {q: f"{q}_formula" for q, made in MADE.items() if made and q not in RULES}
FORWARD = ("hidden_activation", "output_activation", "z1_formula", "z2_formula", "z3_formula")
"""The steps before the loss in which mistakes are known."""
CHOICES = (*RULES, *(name for q, name in FORMULAS.items() if q != "L"))
"""The steps in which mistakes are known that change what is learned."""


def taking(names: Iterable[str], name: str, doc: str, function: Callable[..., Any]) -> Any:
    """Return `function` as a step: a function of that name with `names` for its parameters."""
    names = tuple(names)

    def step(*values):
        return function(**dict(zip(names, values, strict=True)))

    step.__name__, step.__doc__ = name, doc
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature([inspect.Parameter(n, kind) for n in names])
    step.__signature__ = signature  # type: ignore[attr-defined]
    return step


def add_quantity(name: str, right: Callable[..., Any]) -> None:
    """Give `solution` one quantity of `network` with its mistakes."""
    solution.step(right if name not in FORMULAS else with_formulas(name, right))
    for number, mistake in enumerate(MADE[name], 1):
        wrong = taking((), mistake.id, mistake.function.__doc__ or "", lambda n=number: n)
        where = FORMULAS.get(name, name)
        solution.mistake(where, mistake.text, hint=mistake.hint)(wrong)


def with_formulas(name: str, right: Callable[..., Any]) -> Any:
    """Return the step that computes a quantity by the formula that ``Q_formula`` says."""
    functions = [right, *(m.function for m in MADE[name])]
    needs = [tuple(inspect.signature(function).parameters) for function in functions]
    # This batch has as many rows as the network was made for.
    names = dict.fromkeys("x" if n == "batch" else n for n in itertools.chain(*needs))

    def compute(**values):
        which = int(values[FORMULAS[name]])
        batch = {"batch": len(values["x"])} if "x" in values else {}
        return functions[which](*({**values, **batch}[n] for n in needs[which]))

    solution.step(taking((), FORMULAS[name], f"Which formula {name} has: 0.", lambda: 0))
    return taking((*names, FORMULAS[name]), name, right.__doc__ or "", compute)


for quantity in network.quantities:
    add_quantity(quantity, globals()[quantity])


def one_batch(x, t, weights, batch, choices, wanted):
    """Return quantities of `network` for one batch.

    Parameters
    ----------
    choices : dict of str to int
        Those of `CHOICES` that matter.
    """
    replaced = {
        q: MADE[q][int(choices[name]) - 1].function
        for q, name in FORMULAS.items()
        if choices.get(name)
    }
    rules = {name: int(choices[name]) for name in RULES if name in choices}
    inputs = {"x": x, "t": t, **dict(zip(PARAMETERS, weights, strict=True)), "batch": batch}
    values = network.run(inputs, replace=replaced, given=rules, wanted=wanted)
    return [values[name] for name in wanted]


@solution.step
def R(u, hidden_activation):
    """ReLU of some numbers, shape of u."""
    return rectified(u, hidden_activation)


@solution.step
def dR(u, hidden_slope):
    """Slope of ReLU at some numbers, shape of u."""
    return slope(u, hidden_slope)


@solution.step
def S(v, output_activation):
    """Softmax of the rows of v, shape of v."""
    return normalised(v, output_activation)


# Updates -----------------------------------------------------------------------------------------


@solution.step
def update():
    """Rule of an update: 0 for c = rate g + 0.7 c, then W = W - c."""
    return 0


def moved(update, w, c, g, rate):
    """Return the weight w and its last change c after one update with the gradient g."""
    share, rate = w.dtype.type(MOMENTUM), w.dtype.type(rate)
    new = rate * g + share * c
    if update == 1:
        new = (1 - share) * rate * g + share * c
    elif update == 2:
        new = rate * g
    elif update == 3:
        return w + new, new
    elif update == 4:
        new = g + share * c
    elif update == 5:
        return w - new, rate * g
    elif update == 6:
        new = rate * g - share * c
    elif update == 7:
        new = rate * (g + share * c)
    return w - new, new


def first(g, update, rate):
    """Return what the first update takes from a weight, over the rate: g, if it is right."""
    rate = g.dtype.type(rate)
    return -moved(update, np.zeros_like(g), np.zeros_like(g), g, rate)[0] / rate


def add_gradient(name: str) -> None:
    """Give `solution` the gradient of one parameter, and the parameter after two updates."""
    g = f"g{name}"

    def as_applied(update, rate, **given):
        return first(given[g], update, rate)

    def after_two(update, rate, **given):
        w = given[name]
        once, change = moved(update, w, np.zeros_like(w), w, rate)
        return moved(update, once, change, w * w, rate)[0]

    doc = f"Gradient of the loss by {name}, as one update from rest shows it, shape of {name}."
    solution.step(taking((g, "update", "rate"), f"d{name}", doc, as_applied))
    doc = f"{name} after two updates, with itself and then its square for the gradient."
    solution.step(taking((name, "update", "rate"), f"{name}_updated", doc, after_two))


for parameter in PARAMETERS:
    add_gradient(parameter)


@solution.step
def dW1_again(dW1, update, rate):
    """Second change of W1 with the same gradient, over the rate: 1.7 dW1, shape of W1."""
    share = {2: 0.0, 6: -MOMENTUM, 7: MOMENTUM * float(rate)}.get(int(update), MOMENTUM)
    return dW1 * dW1.dtype.type(1 + share)


@solution.step
def dW1_short(
    x, t, W1, W2, W3, b1, b2, b3, rate, update, hidden_activation, hidden_slope,
    output_activation, z1_formula, z2_formula, z3_formula, divisor_formula, dz3_formula,
    da1_formula,
):  # fmt: skip
    """Gradient of W1 for the first half of the batch, shape (D, H1)."""
    choices = {name: value for name, value in locals().items() if name in CHOICES}
    rows = slice((len(x) + 1) // 2)
    weights = (W1, W2, W3, b1, b2, b3)
    (g,) = one_batch(x[rows], t[rows], weights, len(x), choices, ["gW1"])
    return first(g, update, rate)


# The training loop -------------------------------------------------------------------------------


@solution.step
def batches():
    """Batches of an epoch: 0 for all rows in order, a last short batch included."""
    return 0


@solution.step
def labels():
    """Labels of a batch: 0 for those of its own rows."""
    return 0


@solution.step
def between_epochs():
    """Fate of the last change between epochs: 0, it is kept."""
    return 0


@solution.step
def averages():
    """Batches that the histories are averages over: 0 for those that were trained on."""
    return 0


@solution.step
def loss_average():
    """How an epoch's loss is made: 0 for the mean of its batches' losses."""
    return 0


@solution.step
def acc_average():
    """How an epoch's accuracy is made: 0 for the mean of its batches' accuracies, in per cent."""
    return 0


@solution.step
def test_share():
    """Number that `test` divides by: 0 for the rows that it was given."""
    return 0


def epoch(X, T, batch, batches, labels):
    """Return the batches of one epoch."""
    pairs = list(minibatches(X, T, batch, None))
    if batches == 1:
        pairs = pairs[: len(X) // batch - 1]
    elif batches == 2:
        pairs = [pairs[0]] * len(pairs)
    elif batches == 3:
        pairs = pairs[-1:]
    return [(x, T[:batch] if labels == 1 else t) for x, t in pairs]


GRADIENTS = tuple(f"g{name}" for name in PARAMETERS)


@lru_cache(maxsize=1024)  # several quantities and mistakes have the same training in common
def trained(X, T, weights, batch, rate, epochs, choices):
    """Return the parameters after some epochs; arrays come and go as `Same`."""
    chosen = dict(choices)
    data = X.array, T.array
    now = [w.array for w in weights]
    changes = [np.zeros_like(w) for w in now]
    for _ in range(epochs):
        if chosen["between_epochs"] == 1:
            changes = [np.zeros_like(w) for w in now]
        for x, t in epoch(*data, batch, chosen["batches"], chosen["labels"]):
            gradients = one_batch(x, t, now, batch, chosen, GRADIENTS)
            for n, g in enumerate(gradients):
                now[n], changes[n] = moved(chosen["update"], now[n], changes[n], g, rate)
    return now


class Same:
    """An array that equals another one with the same bytes, so that it can be looked up."""

    def __init__(self, array):
        self.array = array
        self._key = (array.dtype.str, array.shape, array.tobytes())

    def __eq__(self, other):
        return self._key == other._key

    def __hash__(self):
        return hash(self._key)


LOOP = ("update", "batches", "labels")


def add_training(name: str, suffix: str, words: str, full: int, epochs: int, loop: Any) -> None:
    """Give `solution` one parameter after training on `full` batches of X."""

    def compute(X, T, x, rate, **given):
        some = slice(full * len(x))
        weights = tuple(Same(given[w]) for w in PARAMETERS)
        choices = {"between_epochs": 0} | {k: int(given[k]) for k in (*loop, *CHOICES)}
        data = Same(X[some]), Same(T[some])
        after = trained(*data, weights, len(x), float(rate), epochs, tuple(choices.items()))
        return after[PARAMETERS.index(name)]

    needs = ("X", "T", "x", *PARAMETERS, "rate", *loop, *CHOICES)
    doc = f"{name} after {words}, shape of {name}."
    solution.step(taking(needs, f"{name}_after_{suffix}", doc, compute))


add_training("W1", "2_steps", "training on two batches", 2, 1, LOOP)
for parameter in ("W1", "b3"):
    doc = "two epochs of three batches each"
    add_training(parameter, "2_epochs", doc, 3, 2, (*LOOP, "between_epochs"))


def of_epochs(X, T, batch, batches, labels, averages, value):
    """Return the means of `value(x, t)` over the batches of two epochs without learning."""
    some = slice(3 * batch)
    seen = [value(x, t) for x, t in epoch(X[some], T[some], batch, batches, labels)]
    mean = np.sum(seen, dtype=X.dtype) / X.dtype.type(3 if averages == 2 else len(seen))
    return np.array([mean, 2 * mean if averages == 1 else mean])


def loss_of(X, T, x, batches, labels, averages, loss_average, **given):
    """Return `loss_history`."""
    weights, batch = [given[w] for w in PARAMETERS], len(x)

    def loss(x, t):
        return one_batch(x, t, weights, batch, given, ["L"])[0]

    means = of_epochs(X, T, batch, batches, labels, averages, loss)
    return means / X.dtype.type(batch) if loss_average == 1 else means


def accuracy_of(X, T, x, batches, labels, averages, acc_average, **given):
    """Return `acc_history`."""
    weights, batch = [given[w] for w in PARAMETERS], len(x)

    def share(x, t):
        (a3,) = one_batch(x, t, weights, batch, given, ["a3"])
        return np.mean(np.argmax(a3, axis=1) == np.argmax(t, axis=1))

    means = of_epochs(X, T, batch, batches, labels, averages, share)
    return means if acc_average == 1 else 100 * means


LOOKING = ("X", "T", "x", *PARAMETERS, "batches", "labels", "averages")
solution.step(
    taking(
        (*LOOKING, "loss_average", *FORWARD, "L_formula"),
        "loss_history",
        "The loss in each of two epochs on three batches with a learning rate of 0, shape (2,).",
        loss_of,
    )
)
solution.step(
    taking(
        (*LOOKING, "acc_average", *FORWARD),
        "acc_history",
        "The accuracy in per cent in each of the same two epochs, shape (2,).",
        accuracy_of,
    )
)


@solution.step
def acc_short(X, x, batches, averages, acc_average):
    """Accuracy of the second epoch of one full batch and a short one, all answers right: 100."""
    batch, rest = len(x), len(X) - 3 * len(x)
    shares = [1.0] + [1.0] * (rest > 0)
    if acc_average == 3 and rest:
        shares[-1] = rest / batch
    if batches == 1:
        return 0.0
    again = 2 if averages == 1 else 1
    if acc_average == 2:
        return again * 100.0 * batch / (batch + rest)
    by = 1 if averages == 2 else len(shares)
    return again * (1.0 if acc_average == 1 else 100.0) * sum(shares) / by


@solution.step
def accuracy(X, x, test_share):
    """Accuracy that `test` prints for X where every second answer is right, as a share."""
    right = (len(X) + 1) // 2
    if test_share == 1:
        return right / len(x)
    return right / len(X) / (100 if test_share == 2 else 1)


# Mistakes in updates and in the loop -------------------------------------------------------------

LATER: tuple[tuple[str, int, str, str, str], ...] = (
    (
        "update",
        1,
        "gradient_weighs_less",
        "The gradient is multiplied by 1 - 0.7, which makes each step 0.3 times as long.",
        "How long is the very first step, with no change before it?",
    ),
    (
        "update",
        2,
        "no_momentum",
        "There is no momentum: the last change has no part in the next one.",
        "Make two steps with the same gradient: is the second one longer than the first?",
    ),
    (
        "update",
        3,
        "uphill",
        "The change is added to the weights, where it has to be taken from them.",
        "Does the gradient point to where the loss grows, or to where it falls?",
    ),
    (
        "update",
        4,
        "no_rate",
        "The learning rate has no part in the update.",
        "Make two networks with different learning rates: do their first steps differ?",
    ),
    (
        "update",
        5,
        "change_not_kept",
        "What is kept for the next step is the gradient's part alone, not the whole change.",
        "After three equal steps: does the first one still have a part in the last one?",
    ),
    (
        "update",
        6,
        "momentum_subtracted",
        "The last change is subtracted from the next one, where it has to be added.",
        "Should a ball that rolls downhill grow faster or slower with every step?",
    ),
    (
        "update",
        7,
        "rate_on_the_change",
        "The last change is multiplied by the learning rate a second time.",
        "The last change has the rate in it already. What is 0.7 of it?",
    ),
    (
        "batches",
        1,
        "last_batch_left_out",
        "The last full batch of every epoch is left out, and the rows after it too.",
        "How many batches of 64 are in 640 rows, and how many does range give you?",
    ),
    (
        "batches",
        2,
        "first_batch_only",
        "Every step of the training uses the first batch.",
        "Print the first row of each batch. Which line moves on to the next rows?",
    ),
    (
        "batches",
        3,
        "one_step_an_epoch",
        "There is one step in an epoch, with the last batch.",
        "How often are the weights changed in an epoch? Count the spaces before that line.",
    ),
    (
        "labels",
        1,
        "labels_of_the_first_batch",
        "Every batch is trained and scored against the labels of the first batch.",
        "Print the labels of the second batch in backprop. Is the attribute's name spelled as "
        "where it is used?",
    ),
    (
        "between_epochs",
        1,
        "momentum_starts_again",
        "The last change is set to zero at the start of each epoch.",
        "Does anything happen to the weights between two epochs? Why should the momentum stop?",
    ),
    (
        "averages",
        1,
        "sums_go_on",
        "The sums behind the histories are not set back to zero between epochs.",
        "What should the second epoch's loss be, if the network has not changed?",
    ),
    (
        "averages",
        2,
        "average_over_full_batches",
        "The histories are divided by the number of full batches in the data, and not by the "
        "number of batches that were added up.",
        "How often does the loop add something, and what do you divide by?",
    ),
    (
        "loss_average",
        1,
        "loss_over_samples",
        "The batches' mean losses are added up and divided by the number of samples, where they "
        "are means over the samples already.",
        "If each of 10 batches has a loss of 2.3: what is the loss of the epoch?",
    ),
    (
        "acc_average",
        1,
        "accuracy_as_a_share",
        "The accuracies in the history are shares, and the assignment asks for per cent.",
        "Which number stands for nine right answers out of ten?",
    ),
    (
        "acc_average",
        2,
        "rows_left_over_count",
        "The rows after the last full batch are never used, and yet they count as wrong answers.",
        "If every answer is right, which accuracy do you get?",
    ),
    (
        "acc_average",
        3,
        "short_batch_over_nominal",
        "The right answers of a short batch are divided by the nominal batch size.",
        "Three rows, three right answers: which share is that?",
    ),
    (
        "test_share",
        1,
        "test_over_batch",
        "test divides the right answers by the batch size, not by the rows that it was given.",
        "Can an accuracy be above 100 per cent?",
    ),
    (
        "test_share",
        2,
        "share_called_per_cent",
        "A share between 0 and 1 is printed with a per cent sign.",
        "How many per cent are nine right answers out of ten?",
    ),
)


for where, number, name, text, hint in LATER:
    made = taking((), name, text, lambda n=number: n)
    solution.mistake(where, text, hint=hint)(made)


# Cases -------------------------------------------------------------------------------------------


FAR = ((800, -800, 0, 0), (800, 800, 800, 800), (0, 800, -800, 0), (-800, -800, -800, -800))
"""How far the rows of `v` are away in each case: ways to shift scores overflow in other rows."""


def cases() -> Iterator[Case]:
    """Yield the cases; the first is the handout's."""
    yield Case("handout", drawn(0, N=8, D=6, H1=5, H2=4, C=3, rest=3), public=True)
    yield Case("eleven-rows", without_last_class(drawn(1, N=11, D=8, H1=7, H2=6, C=5, rest=2)))
    yield Case("one-row", drawn(2, N=1, D=3, H1=7, H2=6, C=4, rest=0))
    yield Case("far-apart", far_apart(drawn(3, N=6, D=9, H1=8, H2=7, C=5, rest=4)))


def drawn(seed, N, D, H1, H2, C, rest):
    """Return inputs; X holds three batches of N rows, and `rest` rows more."""
    random = np.random.default_rng(seed)
    M = 3 * N + rest
    inputs = {
        "X": random.uniform(-1, 1, (M, D)),
        "T": np.eye(C)[random.permutation(np.arange(M) % C)],
        "x": random.uniform(-1, 1, (N, D)),
        "t": np.eye(C)[random.permutation(np.arange(N) % C)],
    }
    for n, (n_in, n_out) in enumerate(itertools.pairwise((D, H1, H2, C)), 1):
        inputs[f"W{n}"] = random.normal(0, 1.5 / np.sqrt(n_in), (n_in, n_out))
        inputs[f"b{n}"] = random.uniform(0.2, 0.8, n_out) * random.choice([-1, 1], n_out)
    v = random.normal(0, 2, (4, C)) + np.array([FAR[seed]]).T
    return {**inputs, "rate": 0.5, "u": random.normal(0, 2, (5, 3)), "v": v}


def without_last_class(inputs):
    """Return inputs in whose batch nobody belongs to the last class."""
    t = inputs["t"].copy()
    last = t[:, -1] == 1
    t[last] = np.eye(t.shape[1])[0]
    return {**inputs, "t": t}


def far_apart(inputs):
    """Return inputs with two rows in the batch whose scores are hundreds, and right.

    They are in its second half. `dW1_short` is made without them: it would show a probability of
    1 - 1e-8, as an epsilon in the denominator gives it, 400 times as large.
    """
    x, t = inputs["x"].copy(), inputs["t"].copy()
    x[-2] *= 400
    x[-1] *= 900
    values = solution.run({**inputs, "x": x}, wanted=["a3"])
    for row in (-2, -1):
        t[row] = np.eye(t.shape[1])[np.argmax(values["a3"][row])]
    return {**inputs, "x": x, "t": t}
