"""A network 784 - h1 - h2 - h3 - 10 with tanh or ReLU, softmax and cross entropy, by hand.

Letters: N samples of D numbers, one in each row of ``x``; hidden layers of h1, h2 and h3 units; C
classes. Weights are (n_in, n_out), biases (1, n_out), labels ``y_true`` one-hot rows. ``dw1`` is
the gradient that an update applies to ``w1``: the mean over the N samples of the batch.

Where all layers follow one rule, the rule is a quantity of its own (`activation`, `slopes`,
`share`, ...), so that a mistake made in every layer is one mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from reference import activations as of
from reference.datasets import one_hot
from reference.worked import Case, WorkedSolution

WEIGHTS = ("w1", "b1", "w2", "b2", "w3", "b3", "w4", "b4")
TANH, RELU, SIGMOID, LINEAR = range(4)
ROWS, WHOLE_BATCH, COLUMNS, UNSHIFTED, BATCH_MAXIMUM = range(5)

solution = WorkedSolution(
    inputs=(*("x", "y_true", *WEIGHTS, "lr"), *("scores", "z", "guesses", "labels")),
    sizes={"N": lambda x: len(x), "C": lambda b4: b4.size},
)


def applied_to(z, activation):
    """Return the hidden layers' activation of z, shape of z."""
    kind = round(float(activation))
    functions = (of.tanh, of.relu, of.sigmoid, lambda z: z)
    return functions[kind](z)


def beside(a1, a2, a3):
    """Return the units of the three hidden layers side by side, shape (N, h1 + h2 + h3)."""
    return np.concatenate([a1, a2, a3], axis=1)


def softmax_by(z, rule):
    """Return the softmax of z, or what one of the known wrong rules makes of it."""
    kind = round(float(rule))
    if kind == ROWS:
        return of.softmax(z)
    shift = np.zeros_like(z[:1]) if kind == UNSHIFTED else np.max(z)
    e = np.exp(z - shift)
    if kind == WHOLE_BATCH:
        return e / np.sum(e)
    return e / np.sum(e, axis=0 if kind == COLUMNS else 1, keepdims=True)


# Functions by themselves


@solution.step
def softmax_rule():
    """Return how softmax is computed: 0 stands for each row by itself, with its own maximum."""
    return ROWS


@solution.step
def softmax(scores, softmax_rule):
    """Softmax of each row of scores, shape of scores."""
    return softmax_by(scores, softmax_rule)


@solution.step
def tanh(z):
    """Hyperbolic tangent, shape of z."""
    return of.tanh(z)


@solution.step
def relu(z):
    """Return the larger of z and 0, shape of z."""
    return of.relu(z)


@solution.step
def tanh_derivative(z):
    """Slope of tanh where the activation is z: 1 - z^2, shape of z."""
    return of.tanh_derivative(z)


@solution.step
def relu_derivative(z):
    """Slope of ReLU: 1 where z is positive and 0 where it is negative, shape of z."""
    return of.relu_derivative(z)


@solution.step
def accuracy(guesses, labels):
    """Share of the rows whose largest entry stands at the label's place, a number."""
    return np.mean(guesses.argmax(axis=1) == labels.argmax(axis=1), dtype=guesses.dtype)


# Forward


@solution.step
def activation():
    """Return the activation of the hidden layers: 0 stands for tanh, 1 for ReLU."""
    return TANH


@solution.step
def biases_left_out():
    """Return the share of the biases that is left out of all layers: 0."""
    return 0.0


def layer(x, w, b, biases_left_out):
    """Return x w + b in the dtype of w."""
    return x @ w + b * w.dtype.type(1 - biases_left_out)


@solution.step
def z1(x, w1, b1, biases_left_out):
    """Return x w1 + b1, shape (N, h1)."""
    return layer(x, w1, b1, biases_left_out)


@solution.step
def a1(z1, activation):
    """First hidden layer, shape (N, h1)."""
    return applied_to(z1, activation)


@solution.step
def z2(a1, w2, b2, biases_left_out):
    """Return a1 w2 + b2, shape (N, h2)."""
    return layer(a1, w2, b2, biases_left_out)


@solution.step
def a2(z2, activation):
    """Second hidden layer, shape (N, h2)."""
    return applied_to(z2, activation)


@solution.step
def z3(a2, w3, b3, biases_left_out):
    """Return a2 w3 + b3, shape (N, h3)."""
    return layer(a2, w3, b3, biases_left_out)


@solution.step
def a3(z3, activation):
    """Third hidden layer, shape (N, h3)."""
    return applied_to(z3, activation)


@solution.step
def z4(a3, w4, b4, biases_left_out):
    """Scores a3 w4 + b4, shape (N, C)."""
    return layer(a3, w4, b4, biases_left_out)


@solution.step
def y_pred(z4, softmax_rule):
    """Probabilities softmax(z4), shape (N, C)."""
    return softmax_by(z4, softmax_rule)


# Backward


@solution.step
def d4(y_pred, y_true):
    """Error of each sample at the scores: y_pred - y_true, shape (N, C)."""
    return y_pred - np.asarray(y_true, dtype=y_pred.dtype)


@solution.step
def slopes(a1, a2, a3, activation):
    """Slope of the activation at each hidden unit, layers side by side, (N, h1 + h2 + h3)."""
    a = beside(a1, a2, a3)
    relu_like = round(float(activation)) == RELU
    return of.relu_derivative(a) if relu_like else of.tanh_derivative(a)


@solution.step
def share(x):
    """Weight of one sample in the mean over the batch: 1/N."""
    return 1 / len(x)


@solution.step
def moved():
    """Return how much of their update weights have had when the error goes back through them."""
    return 0.0


def back(d, w, a, moved, lr, share):
    """Return the error d behind the layer with the weights w and the input a."""
    step = w.dtype.type(float(moved) * float(lr) * float(share))
    return d @ (w - step * (a.T @ d)).T


@solution.step
def d3(d4, w4, a3, slopes, moved, lr, share):
    """Error at z3: d4 w4^T times the slopes of the third layer, shape (N, h3)."""
    return back(d4, w4, a3, moved, lr, share) * slopes[:, -a3.shape[1] :]


@solution.step
def d2(d3, w3, a2, a1, slopes, moved, lr, share):
    """Error at z2: d3 w3^T times the slopes of the second layer, shape (N, h2)."""
    start = a1.shape[1]
    return back(d3, w3, a2, moved, lr, share) * slopes[:, start : start + a2.shape[1]]


@solution.step
def d1(d2, w2, a1, slopes, moved, lr, share):
    """Error at z1: d2 w2^T times the slopes of the first layer, shape (N, h1)."""
    return back(d2, w2, a1, moved, lr, share) * slopes[:, : a1.shape[1]]


@solution.step
def weight_share(share):
    """Weight of one sample in the gradients of w1 to w4: the share."""
    return share


@solution.step
def bias_share(share):
    """Weight of one sample in the gradients of b1 to b4: the share."""
    return share


@solution.step
def dw4(a3, d4, weight_share):
    """Return a3^T d4 / N, shape (h3, C)."""
    return a3.T @ d4 * d4.dtype.type(weight_share)


@solution.step
def dw3(a2, d3, weight_share):
    """Return a2^T d3 / N, shape (h2, h3)."""
    return a2.T @ d3 * d3.dtype.type(weight_share)


@solution.step
def dw2(a1, d2, weight_share):
    """Return a1^T d2 / N, shape (h1, h2)."""
    return a1.T @ d2 * d2.dtype.type(weight_share)


@solution.step
def dw1(x, d1, weight_share):
    """Return x^T d1 / N, shape (D, h1)."""
    return x.T @ d1 * d1.dtype.type(weight_share)


@solution.step
def one_number():
    """Return whether the bias gradients of a layer are one number: 0, for no."""
    return 0


def summed(d, share, one_number):
    """Return the sum of d over the samples times the share, shape (1, units)."""
    total = np.sum(d, axis=0, keepdims=True)
    if round(float(one_number)):
        total = np.full_like(total, np.sum(d))
    return total * d.dtype.type(share)


@solution.step
def db4(d4, bias_share, one_number):
    """Mean of d4 over the samples, shape (1, C)."""
    return summed(d4, bias_share, one_number)


@solution.step
def db3(d3, bias_share, one_number):
    """Mean of d3 over the samples, shape (1, h3)."""
    return summed(d3, bias_share, one_number)


@solution.step
def db2(d2, bias_share, one_number):
    """Mean of d2 over the samples, shape (1, h2)."""
    return summed(d2, bias_share, one_number)


@solution.step
def db1(d1, bias_share, one_number):
    """Mean of d1 over the samples, shape (1, h1)."""
    return summed(d1, bias_share, one_number)


# Conventions


@solution.convention(
    "activation",
    "The hidden layers have ReLU, the other one of the two activations that are asked for.",
)
def relu_network():
    """Take ReLU for the hidden layers."""
    return RELU


@solution.convention(
    "tanh_derivative",
    "This derivative of tanh takes the pre-activation, not the activation: both are in use.",
)
def tanh_derivative_of_z(z):
    """Take 1 - tanh(z)^2."""
    return 1 - np.tanh(z) ** 2


# Mistakes in the functions


@solution.mistake(
    "softmax_rule",
    "Softmax takes exp of the scores as they are, so that high ones overflow.",
    hint="Softmax does not change if a row's scores all grow by the same number. Which number "
    "keeps exp small?",
)
def softmax_unshifted():
    """Take exp(z) / sum exp(z): 0 or nan for scores above 709."""
    return UNSHIFTED


@solution.mistake(
    "softmax_rule",
    "Softmax takes off the maximum of the whole batch, not that of each row: a row far below "
    "the others has only zeros left to divide by, which gives nan.",
    hint="What is exp(-1000)? Let one row's scores be 1000 below another's, and divide.",
)
def softmax_batch_maximum():
    """Take the maximum of all rows off each: 0/0 for rows 745 below it."""
    return BATCH_MAXIMUM


@solution.mistake(
    "softmax_rule",
    "Softmax divides by the sum over the whole batch, not by that of each row.",
    hint="What should the probabilities of one sample add up to?",
)
def softmax_over_the_batch():
    """Divide by the sum of all rows."""
    return WHOLE_BATCH


@solution.mistake(
    "softmax_rule",
    "Softmax runs along the columns, over the samples and not over the classes.",
    hint="Samples are rows. Which axis do the classes lie on?",
)
def softmax_over_columns():
    """Divide by the sums of the columns."""
    return COLUMNS


@solution.mistake(
    "tanh", "A sigmoid is returned in the place of tanh.", hint="What is tanh of 0, and of -1?"
)
def tanh_as_sigmoid(z):
    """Take 1 / (1 + exp(-z))."""
    return of.sigmoid(z)


@solution.mistake(
    "relu", "ReLU lets negative numbers through.", hint="What should ReLU make of -1?"
)
def relu_leaky(z):
    """Take 0.01 z below zero."""
    return of.leaky_relu(z)


@solution.mistake(
    "relu",
    "ReLU returns where z is positive, and not z itself.",
    hint="What should ReLU make of 3? Which function is 1 there?",
)
def relu_as_mask(z):
    """Take 1 where z is positive."""
    return (z > 0).astype(z.dtype)


@solution.mistake(
    "tanh_derivative",
    "The square is missing in the derivative of tanh.",
    hint="Is tanh as steep at -1 as it is at 1? Look at your formula for both signs.",
)
def tanh_derivative_unsquared(z):
    """Take 1 - tanh(z)."""
    return 1 - np.tanh(z)


@solution.mistake(
    "tanh_derivative",
    "The square is missing in the derivative of tanh, taken from the activation.",
    hint="Is tanh as steep at -1 as it is at 1? Look at your formula for both signs.",
)
def tanh_derivative_unsquared_activation(z):
    """Take 1 - z."""
    return 1 - z


@solution.mistake(
    "tanh_derivative",
    "This is the derivative of the sigmoid, not that of tanh.",
    hint="How steep is tanh at 0, and what does your function say there?",
)
def tanh_derivative_of_sigmoid(z):
    """Take z (1 - z)."""
    return z * (1 - z)


@solution.mistake(
    "tanh_derivative",
    "The derivative of tanh is 1 / cosh^2; the square is missing.",
    hint="Compare with (tanh(z + h) - tanh(z - h)) / 2h for a small h.",
)
def tanh_derivative_by_cosh(z):
    """Take 1 / cosh(z)."""
    return 1 / np.cosh(z)


@solution.mistake(
    "relu_derivative",
    "ReLU itself is returned in the place of its derivative.",
    hint="How steep is ReLU at 0.2, and how steep at 0.9?",
)
def relu_derivative_as_relu(z):
    """Take max(z, 0)."""
    return of.relu(z)


@solution.mistake(
    "relu_derivative",
    "The derivative of ReLU is not zero below zero.",
    hint="Draw ReLU: how steep is it left of zero?",
)
def relu_derivative_leaky(z):
    """Take 0.01 below zero."""
    return of.leaky_relu_derivative(z)


@solution.mistake(
    "accuracy",
    "The accuracy is in per cent, and a share from 0 to 1 is asked for.",
    hint="Which number stands for all right?",
)
def accuracy_in_per_cent(guesses, labels):
    """Take 100 times the share."""
    return 100 * np.mean(guesses.argmax(axis=1) == labels.argmax(axis=1))


@solution.mistake(
    "accuracy",
    "The right answers are counted, and not divided by the number of samples.",
    hint="Which number stands for all right, and does it depend on how many samples there are?",
)
def accuracy_counted(guesses, labels):
    """Take the number of rows that are right."""
    return np.sum(guesses.argmax(axis=1) == labels.argmax(axis=1), dtype=guesses.dtype)


@solution.mistake(
    "accuracy",
    "The largest entry is sought in each column, and not in each row.",
    hint="How many answers are there for N samples, and how many does your argmax give?",
)
def accuracy_along_columns(guesses, labels):
    """Take argmax along the samples."""
    return np.mean(guesses.argmax(axis=0) == labels.argmax(axis=0), dtype=guesses.dtype)


@solution.mistake(
    "accuracy",
    "Every entry of the rounded probabilities counts, so that most zeros are right by themselves.",
    hint="How accurate is a network that says 0 for every class, by your function?",
)
def accuracy_of_entries(guesses, labels):
    """Take the share of entries that agree when rounded."""
    return np.mean(np.round(guesses) == labels, dtype=guesses.dtype)


@solution.mistake(
    "accuracy",
    "This is the share of wrong answers.",
    hint="Which number stands for all right?",
)
def accuracy_of_errors(guesses, labels):
    """Take 1 minus the accuracy."""
    return np.mean(guesses.argmax(axis=1) != labels.argmax(axis=1), dtype=guesses.dtype)


# Mistakes on the way forward


@solution.mistake(
    "activation",
    "The hidden layers have a sigmoid; tanh and ReLU are asked for.",
    hint="Can one of your hidden units be negative, or above 1?",
)
def hidden_sigmoid():
    """Take sigmoids in the hidden layers."""
    return SIGMOID


@solution.mistake(
    "activation",
    "The hidden layers have no activation.",
    hint="What is a product of four matrices, if nothing stands between them?",
)
def hidden_linear():
    """Take z1, z2, z3 as they are."""
    return LINEAR


@solution.mistake(
    "biases_left_out",
    "The biases are added in no layer.",
    hint="What should the first layer be for a picture that is all zero?",
)
def no_biases():
    """Take x w alone."""
    return 1.0


@solution.mistake(
    "z4",
    "The bias b4 is not added to the scores.",
    hint="What should the scores be if all of w4 were zero?",
)
def no_output_bias(a3, w4):
    """Take a3 w4."""
    return a3 @ w4


@solution.mistake(
    "z4",
    "The scores are made from z3, before the activation, and not from a3.",
    hint="What is a3 good for, if the scores do not depend on it?",
)
def scores_from_z3(z3, w4, b4):
    """Take z3 w4 + b4."""
    return z3 @ w4 + b4


@solution.mistake(
    "y_pred",
    "The scores are returned without a softmax.",
    hint="Probabilities lie between 0 and 1. Do yours?",
)
def scores_without_softmax(z4):
    """Take z4."""
    return z4


@solution.mistake(
    "y_pred",
    "The output has sigmoids, and not a softmax.",
    hint="What should the probabilities of one sample add up to?",
)
def sigmoid_output(z4):
    """Take 1 / (1 + exp(-z4))."""
    return of.sigmoid(z4)


# Mistakes on the way back


@solution.mistake(
    "d4",
    "The update goes up the slope: the gradients have the opposite sign.",
    hint="Is it y_pred - y_true or y_true - y_pred, and is the step subtracted or added?",
)
def opposite_sign(y_pred, y_true):
    """Take y_true - y_pred."""
    return np.asarray(y_true, dtype=y_pred.dtype) - y_pred


@solution.mistake(
    "d4",
    "The error at the scores has a factor y (1 - y) too many: y_pred - y_true holds the "
    "derivative of softmax already.",
    hint="Derive the cross entropy of softmax by one score. Which factors cancel?",
)
def softmax_slope_again(y_pred, y_true):
    """Take (y_pred - y_true) y_pred (1 - y_pred)."""
    return (y_pred - np.asarray(y_true, dtype=y_pred.dtype)) * y_pred * (1 - y_pred)


@solution.mistake(
    "d4",
    "The error is made from the scores, not from the probabilities.",
    hint="Between which numbers can y_pred - y_true lie? Look at yours.",
)
def error_of_the_scores(z4, y_true):
    """Take z4 - y_true."""
    return z4 - np.asarray(y_true, dtype=z4.dtype)


@solution.mistake(
    "share",
    "The gradients are summed over the minibatch; the average is asked for. The learning rate "
    "works as if it were N times as large.",
    hint="Take a batch that holds every sample twice: should the update change?",
)
def summed_over_the_batch():
    """Take 1: the sum over the samples."""
    return 1.0


@solution.mistake(
    "share",
    "The average over the minibatch is taken twice.",
    hint="In how many places do you divide by the number of samples?",
)
def averaged_twice(x):
    """Take 1 / N^2."""
    return 1 / len(x) ** 2


@solution.mistake(
    "share",
    "The gradients are averaged over the samples and over the classes too.",
    hint="The cross entropy of a sample is a sum over the classes. What is averaged, and what not?",
)
def averaged_over_entries(x, b4):
    """Take 1 / (N C)."""
    return 1 / (len(x) * b4.size)


@solution.mistake(
    "share",
    "The gradients are divided by the number of classes, not by the number of samples.",
    hint="y_true has two axes. Which of them counts the samples?",
)
def averaged_over_classes(b4):
    """Take 1 / C."""
    return 1 / b4.size


@solution.mistake(
    "weight_share",
    "The gradients of the weights are summed over the minibatch, only those of the biases are "
    "averaged.",
    hint="Compare the line for dw4 with the line for db4: where is the 1/N in each?",
)
def weights_summed():
    """Take 1 for the weights."""
    return 1.0


@solution.mistake(
    "weight_share",
    "The gradients of the weights are averaged twice.",
    hint="In how many places on the way to dw4 do you divide by the number of samples?",
)
def weights_averaged_twice(share, x):
    """Take 1 / N^2 for the weights."""
    return share / len(x)


@solution.mistake(
    "bias_share",
    "The gradients of the biases are summed over the minibatch, only those of the weights are "
    "averaged.",
    hint="Compare the line for db4 with the line for dw4: where is the 1/N in each?",
)
def biases_summed():
    """Take 1 for the biases."""
    return 1.0


@solution.mistake(
    "bias_share",
    "The gradients of the biases are averaged twice.",
    hint="A mean is a sum and a division. Are the errors divided by N already?",
)
def biases_averaged_twice(share, x):
    """Take 1 / N^2 for the biases."""
    return share / len(x)


@solution.mistake(
    "one_number",
    "The gradient of each bias is summed over the units too, which leaves one number for a whole "
    "layer.",
    hint="Every unit has a bias of its own. Over which axis of d4 do its shares add up?",
)
def one_number_for_a_layer():
    """Take the sum of all of d for each unit of a layer."""
    return 1


@solution.mistake(
    "slopes",
    "The derivative of the hidden activation is left out.",
    hint="a3 depends on z3 through the activation. Which factor does the chain rule ask for?",
)
def no_slopes(a1, a2, a3):
    """Take 1 for all slopes."""
    return np.ones_like(beside(a1, a2, a3))


@solution.mistake(
    "slopes",
    "The derivative of tanh is taken at the activation, which is a tanh already.",
    hint="Does your derivative expect z or tanh(z), and which of them is it given?",
)
def slopes_at_the_activation(a1, a2, a3):
    """Take 1 - tanh(a)^2."""
    return 1 - np.tanh(beside(a1, a2, a3)) ** 2


@solution.mistake(
    "slopes",
    "The derivative of tanh is written with z where tanh(z) is due.",
    hint="1 - u^2 is the slope of tanh for one meaning of u. Can your slopes be negative?",
)
def slopes_from_z(z1, z2, z3):
    """Take 1 - z^2."""
    return 1 - beside(z1, z2, z3) ** 2


@solution.mistake(
    "slopes",
    "The derivative of the sigmoid stands where that of the hidden activation is due.",
    hint="a (1 - a) belongs to another activation. Which one do your hidden layers have?",
)
def slopes_of_a_sigmoid(a1, a2, a3):
    """Take a (1 - a)."""
    a = beside(a1, a2, a3)
    return a * (1 - a)


@solution.mistake(
    "slopes",
    "The hidden layers have one of the two activations, and backward takes the derivative of the "
    "other.",
    hint="Which lines have to change when a network goes from tanh to ReLU?",
)
def slopes_of_the_other_activation(a1, a2, a3, activation):
    """Take the slope of ReLU in a network with tanh, and the other way round."""
    a = beside(a1, a2, a3)
    relu_like = round(float(activation)) == RELU
    return of.tanh_derivative(a) if relu_like else of.relu_derivative(a)


@solution.mistake(
    "moved",
    "The weights are updated before the error has gone back through them.",
    hint="Which w4 made this prediction, and which one does your d3 use?",
)
def updated_too_early():
    """Take the weights after the update on the way back."""
    return 1.0


@solution.mistake(
    "dw4",
    "The gradient of w4 is made from z3, before the activation, and not from a3.",
    hint="By what is w4 multiplied on the way forward?",
)
def last_weights_from_z3(z3, d4, weight_share):
    """Take z3^T d4 / N."""
    return z3.T @ d4 * d4.dtype.type(weight_share)


# Cases

D, HIDDEN, C = 8, (6, 5, 4), 3  # all different, so that no wrong axis has the right shape


def cases() -> Iterator[Case]:
    """Yield a case for students to see, then hidden ones of other sizes."""
    yield Case("seven-rows", drawn(seed=21, N=7, far=True), public=True)
    yield Case("one-row", drawn(seed=22, N=1))
    yield Case("no-highest-class", drawn(seed=24, N=9, classes=C - 1, far=True))
    yield Case("scores-far-apart", drawn(seed=25, N=10, spread=120.0))


def drawn(seed, N, classes=C, spread=1.0, far=False):
    """Return inputs; with `far`, softmax alone is given rows for which it needs care."""
    random = np.random.default_rng(seed)
    y = np.arange(N) % classes
    units = (D, *HIDDEN, C)
    inputs = {"x": random.uniform(-1, 1, size=(N, D)), "y_true": one_hot(random.permutation(y), C)}
    for layer, (n_in, n_out) in enumerate(pairwise(units), 1):
        inputs[f"w{layer}"] = random.normal(0, 0.7, size=(n_in, n_out))
        # Of either sign and never small: a bias left out must show.
        signs = random.choice([-1.0, 1.0], size=(1, n_out))
        inputs[f"b{layer}"] = signs * random.uniform(0.3, 0.8, size=(1, n_out))
    inputs["w4"] *= spread
    labels = np.arange(11) % C
    guessed = np.where(np.arange(11) < 4 + seed % 5, labels, (labels + 1) % C)
    order = random.permutation(11)
    noise = random.uniform(0, 0.8, size=(11, C))
    guesses = one_hot(guessed[order], C) + noise
    return {
        **inputs,
        "lr": 0.5,
        "scores": _far_scores(random) if far else random.normal(0, 3, size=(5, C)),
        # Between -1 and 1, where it can be an activation too, and away from 0.
        "z": random.choice([-1.0, 1.0], size=(4, 6)) * random.uniform(0.1, 0.9, size=(4, 6)),
        "guesses": guesses / guesses.sum(axis=1, keepdims=True),
        "labels": one_hot(labels[order], C),
    }


def _far_scores(random):
    # exp(709.4) is just no overflow, but a sum of two such numbers is. 743 below, exp has hardly a
    # digit left. So wrong rules give wrong numbers and not nan, and can be told from one another.
    scores = random.normal(0, 2, size=(5, C))
    scores[1] = [709.1, 709.4, 708.9]
    scores[3] = [-33.6, -34.2, -33.1]
    return scores
