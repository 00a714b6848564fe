"""A network 784 - 32 - 32 - 10 for digits, trained on one sample after the other.

One sample is one column, as the homework writes it; here n samples stand beside each other. Layer l
has weights W_l of shape (n_out, n_in) and biases b_l of shape (n_out, 1). Hidden layers end in
sigmoids, the last one in softmax; the loss of a sample is its cross entropy.

The network is trained on the first sample. ``dQ`` is the derivative of that sample's loss L with
respect to Q, in the shape of Q. No function of the homework returns a gradient. What can be seen is
the update, so the gradients of weights and biases are those that it has applied,
``before - after = rate * gradient``. For one sample the gradient of a layer's biases is that of its
pre-activation, the error that goes further back: the way back is followed through db3, db2, db1.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reference.activations import (
    relu,
    sigmoid,
    sigmoid_derivative,
    softmax,
    tanh,
    tanh_derivative,
)
from reference.worked import Case, WorkedSolution

solution = WorkedSolution(
    inputs=("images", "labels", "W1", "b1", "W2", "b2", "W3", "b3", "rate"),
    sizes={"n": lambda images: len(images)},
)

DEFAULT = 0.003
"""The learning rate where none is passed."""


@solution.step
def X(images, W1):
    """Pixels, 0 to 255, one image in each column, shape (784, n)."""
    # Pixels are uint8; they take the dtype of the weights, so that float32 stays float32.
    return images.reshape(len(images), -1).T.astype(W1.dtype)


@solution.step
def T(labels, W1):
    """Labels as one-hot columns, shape (10, n)."""
    return np.eye(10, dtype=W1.dtype)[:, labels]


@solution.step
def Z1(W1, X, b1):
    """Pre-activation of the first hidden layer, shape (32, n)."""
    return W1 @ X + b1


@solution.step
def H1(Z1):
    """Activation of the first hidden layer, shape (32, n)."""
    return sigmoid(Z1)


@solution.step
def Z2(W2, H1, b2):
    """Pre-activation of the second hidden layer, shape (32, n)."""
    return W2 @ H1 + b2


@solution.step
def H2(Z2):
    """Activation of the second hidden layer, shape (32, n)."""
    return sigmoid(Z2)


@solution.step
def Z3(W3, H2, b3):
    """Scores of the ten classes, shape (10, n)."""
    return W3 @ H2 + b3


@solution.step
def Y(Z3):
    """Probabilities of the classes, shape (10, n): each column sums to 1."""
    return softmax(Z3.T).T


@solution.step
def losses(Y, labels):
    """Loss of each sample, -log of the probability of its label, shape (n,)."""
    return -np.log(of_label(Y, labels))


@solution.step
def guesses(Y):
    """Guess for each sample, its most likely class as a one-hot column, shape (10, n)."""
    return np.eye(10, dtype=Y.dtype)[:, np.argmax(Y, axis=0)]


@solution.step
def average(losses):
    """Average loss of a data set, a number."""
    return np.mean(losses)


@solution.step
def share(guesses, labels):
    """Share of right guesses in a data set, a number."""
    return np.mean(of_label(guesses, labels))


@solution.step
def L(losses):
    """Loss of the first sample, a number: the one that is trained on."""
    return losses[0]


@solution.step
def eta(rate):
    """Learning rate of an update, a number: the one that is passed."""
    return rate


@solution.step
def dZ3(Y, T):
    """Gradient with respect to the scores: softmax and cross entropy together, shape (10, 1)."""
    return first(Y) - first(T)


@solution.step
def db3(dZ3, eta, rate):
    """Gradient with respect to b3 that the update applies: dZ3 itself, shape (10, 1)."""
    return eta / rate * dZ3


@solution.step
def dW3(db3, H2):
    """Gradient with respect to W3 that the update applies, shape (10, 32)."""
    return db3 @ first(H2).T


@solution.step
def dH2(W3, db3):
    """Gradient with respect to the second hidden activation, shape (32, 1)."""
    return W3.T @ db3


@solution.step
def dZ2(dH2, H2):
    """Gradient with respect to Z2, where sigmoid'(Z2) = H2 (1 - H2), shape (32, 1)."""
    return dH2 * sigmoid_derivative(first(H2))


@solution.step
def db2(dZ2):
    """Gradient with respect to b2 that the update applies: dZ2 itself, shape (32, 1)."""
    return dZ2


@solution.step
def dW2(db2, H1):
    """Gradient with respect to W2 that the update applies, shape (32, 32)."""
    return db2 @ first(H1).T


@solution.step
def dH1(W2, db2):
    """Gradient with respect to the first hidden activation, shape (32, 1)."""
    return W2.T @ db2


@solution.step
def dZ1(dH1, H1):
    """Gradient with respect to Z1, where sigmoid'(Z1) = H1 (1 - H1), shape (32, 1)."""
    return dH1 * sigmoid_derivative(first(H1))


@solution.step
def db1(dZ1):
    """Gradient with respect to b1 that the update applies: dZ1 itself, shape (32, 1)."""
    return dZ1


@solution.step
def dW1(db1, X):
    """Gradient with respect to W1 that the update applies, shape (32, 784)."""
    return db1 @ first(X).T


@solution.step
def eta_epoch(rate):
    """Learning rate within an epoch, a number: the one that is passed."""
    return rate


@solution.step
def dW3_epoch(dW3, eta_epoch, rate):
    """Gradient that an epoch over the first sample alone applies to W3, shape (10, 32)."""
    return eta_epoch / rate * dW3


def first(columns):
    """Return the first sample's column, shape (k, 1)."""
    return columns[:, :1]


def of_label(columns, labels):
    """Return the entry of each sample's label, shape (n,)."""
    return columns[labels, np.arange(len(labels))]


# Mistakes on the way to the scores


@solution.mistake(
    "X",
    "The pixels are divided by 255 inside the function; it should use them as they are.",
    hint="The same image goes through two functions: do both see the same numbers?",
)
def pixels_scaled(images, W1):
    """Take pixels between 0 and 1."""
    return X(images, W1) / 255


@solution.mistake(
    "X",
    "The image is flattened column by column; everybody else takes it row by row.",
    hint="Which pixel comes second in image.flatten(): the one to the right, or the one below?",
)
def columns_first(images, W1):
    """Turn each image over its diagonal before flattening it."""
    return X(images.transpose(0, 2, 1), W1)


@solution.mistake(
    "Z1",
    "The biases of the first hidden layer are not added.",
    hint="What should Z1 be for a black image?",
)
def no_first_bias(W1, X):
    """Take W1 X for Z1: not seen while b1 is zero, as at the start."""
    return W1 @ X


@solution.mistake(
    "Z2",
    "The biases of the second hidden layer are not added.",
    hint="Biases start at zero. What becomes of them after the first update?",
)
def no_second_bias(W2, H1):
    """Take W2 H1 for Z2."""
    return W2 @ H1


@solution.mistake(
    "Z3",
    "The biases of the output layer are not added.",
    hint="If all of W3 were zero, which class should win: always the same, or none?",
)
def no_third_bias(W3, H2):
    """Take W3 H2 for Z3."""
    return W3 @ H2


@solution.mistake(
    "Z2",
    "W2 is transposed in the forward pass. It is square, so NumPy does not complain.",
    hint="Row k of W2 belongs to unit k of which layer?",
)
def second_weights_transposed(W2, H1, b2):
    """Take W2^T H1 + b2 for Z2."""
    return W2.T @ H1 + b2


@solution.mistake(
    "H1",
    "The first hidden layer uses the hyperbolic tangent, not the sigmoid.",
    hint="Can the activation that the handout asks for be negative?",
)
def first_tanh(Z1):
    """Take tanh(Z1) for H1."""
    return tanh(Z1)


@solution.mistake(
    "H1",
    "The first hidden layer uses ReLU, not the sigmoid.",
    hint="Can the activation that the handout asks for be larger than 1?",
)
def first_relu(Z1):
    """Take the larger of Z1 and 0 for H1."""
    return relu(Z1)


@solution.mistake(
    "H2",
    "The second hidden layer uses the hyperbolic tangent, not the sigmoid.",
    hint="Can the activation that the handout asks for be negative?",
)
def second_tanh(Z2):
    """Take tanh(Z2) for H2."""
    return tanh(Z2)


@solution.mistake(
    "H2",
    "The second hidden layer uses ReLU, not the sigmoid.",
    hint="Can the activation that the handout asks for be larger than 1?",
)
def second_relu(Z2):
    """Take the larger of Z2 and 0 for H2."""
    return relu(Z2)


@solution.mistake(
    "H2",
    "The second hidden layer has no activation: its output is Z2 itself.",
    hint="Two layers without anything between them: could one layer do what they do?",
)
def second_linear(Z2):
    """Take Z2 for H2."""
    return Z2


# Mistakes in the output and the loss


@solution.mistake(
    "Y",
    "The output layer ends in sigmoids, not in softmax.",
    hint="What is the sum of the ten outputs for one image, and what should it be?",
)
def sigmoid_output(Z3):
    """Take sigmoid(Z3) for Y."""
    return sigmoid(Z3)


@solution.mistake(
    "Y",
    "The scores go through a sigmoid before softmax, so that none can win clearly.",
    hint="If all scores lie between 0 and 1, how large can a probability of softmax become?",
)
def sigmoid_before_softmax(Z3):
    """Take softmax(sigmoid(Z3)) for Y."""
    return softmax(sigmoid(Z3).T).T


@solution.mistake(
    "Y",
    "Softmax takes exp of the scores as they are: large ones overflow, and inf / inf is nan.",
    hint="If the same number is subtracted from all scores, how do the probabilities change?",
)
def overflowing_softmax(Z3):
    """Take exp(Z3) / sum exp(Z3): right until a score exceeds 709."""
    e = np.exp(Z3)
    return e / np.sum(e, axis=0)


@solution.mistake(
    "losses",
    "The sign of the loss is wrong: the logarithm of a probability is negative.",
    hint="Which loss should be the larger one: that of a right guess or that of a wrong one?",
)
def no_minus(Y, labels):
    """Take log Y for the loss."""
    return np.log(of_label(Y, labels))


@solution.mistake(
    "losses",
    "The logarithm has the base 10; cross entropy takes the natural one.",
    hint="Which loss has a network that finds all ten classes equally likely?",
)
def common_logarithm(Y, labels):
    """Take -log10 Y for the loss."""
    return -np.log10(of_label(Y, labels))


@solution.mistake(
    "losses",
    "The loss is averaged over the ten classes, where a sum belongs.",
    hint="Which loss has a network that finds all ten classes equally likely?",
)
def mean_over_classes(Y, labels):
    """Take a tenth of the cross entropy for the loss."""
    return -np.log(of_label(Y, labels)) / len(Y)


@solution.mistake(
    "losses",
    "The loss is the squared error, not the cross entropy.",
    hint="Can your loss become larger than 2, however wrong the network is?",
)
def squared_error(Y, T):
    """Take the sum of (Y - T)^2 for the loss."""
    return np.sum((Y - T) ** 2, axis=0)


@solution.mistake(
    "losses",
    "The loss has a second part, log(1 - y) of the wrong classes, as for ten yes-or-no outputs.",
    hint="Which of the ten probabilities does the cross entropy of a softmax look at?",
)
def binary_cross_entropy(Y, T):
    """Take -sum (T log Y + (1 - T) log(1 - Y)) for the loss."""
    return -np.sum(np.where(T == 1, np.log(Y), np.log1p(-Y * (T != 1))), axis=0)


@solution.mistake(
    "guesses",
    "The probabilities are returned in the place of the guess.",
    hint="How many entries of a one-hot vector differ from zero?",
)
def soft_guess(Y):
    """Return Y for the guess."""
    return Y


@solution.mistake(
    "guesses",
    "The true label is returned in the place of the network's guess.",
    hint="Which accuracy would your functions print for a network that knows nothing?",
)
def label_for_guess(T):
    """Return T for the guess."""
    return T


@solution.mistake(
    "guesses",
    "The least likely class is returned as the guess.",
    hint="Should the guess be where the probability is largest, or where it is smallest?",
)
def least_likely(Y):
    """Take argmin for argmax."""
    return np.eye(10, dtype=Y.dtype)[:, np.argmin(Y, axis=0)]


@solution.mistake(
    "average",
    "The losses are added up and not divided by the number of samples.",
    hint="Should the average loss of a data set grow if every sample is in it twice?",
)
def total_loss(losses):
    """Take the sum of the losses for their average."""
    return np.sum(losses)


@solution.mistake(
    "average",
    "The loss of the last sample alone is printed as the average.",
    hint="What happens to a variable that every turn of a loop writes to?",
)
def last_loss(losses):
    """Take the last of the losses for their average."""
    return losses[-1]


@solution.mistake(
    "share",
    "The wrong guesses are counted in the place of the right ones.",
    hint="Near which number should an untrained network's accuracy be?",
)
def share_of_errors(guesses, labels):
    """Take the share of wrong guesses."""
    return 1 - np.mean(of_label(guesses, labels))


# Mistakes in the output's gradient


@solution.mistake(
    "dZ3",
    "The output's error y - t is multiplied by a sigmoid's derivative, and there is no sigmoid.",
    hint="Differentiate the cross entropy of softmax by one score: does a factor y (1 - y) stay?",
)
def output_slope(Y, T, Z3):
    """Take (Y - T) sigmoid'(Z3), as for sigmoids with the squared error."""
    return (first(Y) - first(T)) * sigmoid_derivative(sigmoid(first(Z3)))


@solution.mistake(
    "dZ3",
    "The output's error y - t is multiplied by y (1 - y), which it contains already.",
    hint="Multiply -t / y by the derivatives of softmax and add up over the classes: what is left?",
)
def softmax_slope_again(Y, T):
    """Take (Y - T) Y (1 - Y)."""
    return (first(Y) - first(T)) * sigmoid_derivative(first(Y))


@solution.mistake(
    "dZ3",
    "Of softmax only the diagonal is differentiated, so that the wrong classes get no gradient.",
    hint="If the score of class 3 grows, what happens to the probability of class 5?",
)
def softmax_diagonal(Y, T):
    """Take -T / Y times Y (1 - Y)."""
    return -first(T) * (1 - first(Y))


@solution.mistake(
    "dZ3",
    "The gradient stops at the probabilities: -t / y still has to go through softmax.",
    hint="What lies between the scores and the probabilities?",
)
def softmax_left_out(Y, T):
    """Take -T / Y."""
    return -first(T) / np.where(first(T) == 1, first(Y), 1)


@solution.mistake(
    "dZ3",
    "The error is taken from the scores, not from the probabilities.",
    hint="If the network is sure and right, what should the error be?",
)
def scores_for_probabilities(Z3, T):
    """Take Z3 - T."""
    return first(Z3) - first(T)


@solution.mistake(
    "dZ3",
    "The error is taken from the one-hot guess, not from the probabilities.",
    hint="Is a guess with 51 per cent as good as one with 99, and does your gradient know?",
)
def guess_for_probabilities(guesses, T):
    """Take guess - T: zero wherever the guess is right."""
    return first(guesses) - first(T)


@solution.mistake(
    "dZ3",
    "The output's error has a factor 2, as the derivative of a square.",
    hint="Which loss is differentiated here: is there a square in it?",
)
def doubled_error(Y, T):
    """Take 2 (Y - T)."""
    return 2 * (first(Y) - first(T))


# Mistakes on the way back


@solution.mistake(
    "dW3",
    "The gradient of W3 is made from Z2, before the activation, and not from H2.",
    hint="By which number is an entry of W3 multiplied in the forward pass?",
)
def third_from_pre_activation(db3, Z2):
    """Take Z2 for H2 in dW3."""
    return db3 @ first(Z2).T


@solution.mistake(
    "dH2",
    "W3 is updated before the error goes back through it.",
    hint="With which weights was this sample's loss computed?",
)
def third_weights_updated(W3, db3, dW3, rate):
    """Take W3 after its update for dH2."""
    return (W3 - rate * dW3).T @ db3


@solution.mistake(
    "dZ2",
    "The derivative of the sigmoid is missing in the second hidden layer.",
    hint="If a unit is so saturated that it hardly reacts, how much should its weights change?",
)
def no_second_slope(dH2):
    """Take dH2 for dZ2."""
    return dH2


@solution.mistake(
    "dZ2",
    "The sigmoid's derivative is taken at H2, the sigmoid's output, in the second hidden layer.",
    hint="Does your function for the slope expect what goes into the sigmoid, or what comes out?",
)
def second_slope_of_activation(dH2, H2):
    """Take sigmoid'(H2), that is sigmoid(H2) (1 - sigmoid(H2))."""
    return dH2 * sigmoid_derivative(sigmoid(first(H2)))


@solution.mistake(
    "dZ2",
    "The slope in the second hidden layer is 1 - h^2, that of the hyperbolic tangent.",
    hint="How steep is a sigmoid at 0, and how steep is yours?",
)
def second_slope_of_tanh(dH2, H2):
    """Take 1 - H2^2 for the slope."""
    return dH2 * tanh_derivative(first(H2))


@solution.mistake(
    "dW2",
    "The gradient of W2 is transposed. W2 is square, so NumPy does not complain.",
    hint="Row k of W2 belongs to unit k of the second layer: whose error stands in row k of dW2?",
)
def second_transposed(db2, H1):
    """Take H1 dZ2^T for dW2, where dZ2 is db2."""
    return first(H1) @ db2.T


@solution.mistake(
    "dW2",
    "The gradient of W2 is made from Z1, before the activation, and not from H1.",
    hint="By which number is an entry of W2 multiplied in the forward pass?",
)
def second_from_pre_activation(db2, Z1):
    """Take Z1 for H1 in dW2."""
    return db2 @ first(Z1).T


@solution.mistake(
    "db2",
    "The gradient of b2 is summed to one number, so that all biases change alike.",
    hint="How many biases does a layer of 32 units have, and how many numbers is their gradient?",
)
def second_bias_summed(dZ2):
    """Take the sum of dZ2 for each entry of db2."""
    return np.full_like(dZ2, np.sum(dZ2))


@solution.mistake(
    "dH1",
    "The error goes back through W2 itself, not through its transpose.",
    hint="In the forward pass W2 sums over the first layer's units. Over which on the way back?",
)
def second_weights_not_transposed(W2, db2):
    """Take W2 dZ2 for dH1, where dZ2 is db2."""
    return W2 @ db2


@solution.mistake(
    "dH1",
    "W2 is updated before the error goes back through it.",
    hint="With which weights was this sample's loss computed?",
)
def second_weights_updated(W2, db2, dW2, rate):
    """Take W2 after its update for dH1."""
    return (W2 - rate * dW2).T @ db2


@solution.mistake(
    "dZ1",
    "The derivative of the sigmoid is missing in the first hidden layer.",
    hint="If a unit is so saturated that it hardly reacts, how much should its weights change?",
)
def no_first_slope(dH1):
    """Take dH1 for dZ1."""
    return dH1


@solution.mistake(
    "dZ1",
    "The sigmoid's derivative is taken at H1, the sigmoid's output, in the first hidden layer.",
    hint="Does your function for the slope expect what goes into the sigmoid, or what comes out?",
)
def first_slope_of_activation(dH1, H1):
    """Take sigmoid'(H1), that is sigmoid(H1) (1 - sigmoid(H1))."""
    return dH1 * sigmoid_derivative(sigmoid(first(H1)))


@solution.mistake(
    "dZ1",
    "The slope in the first hidden layer is 1 - h^2, that of the hyperbolic tangent.",
    hint="How steep is a sigmoid at 0, and how steep is yours?",
)
def first_slope_of_tanh(dH1, H1):
    """Take 1 - H1^2 for the slope."""
    return dH1 * tanh_derivative(first(H1))


@solution.mistake(
    "dZ1",
    "The slope in the first hidden layer is that of the second one.",
    hint="Look at the index: whose activation belongs to the error of the first layer?",
)
def slope_of_the_other_layer(dH1, H2):
    """Take H2 (1 - H2) for the slope of the first layer."""
    return dH1 * sigmoid_derivative(first(H2))


@solution.mistake(
    "db1",
    "The gradient of b1 is summed to one number, so that all biases change alike.",
    hint="How many biases does a layer of 32 units have, and how many numbers is their gradient?",
)
def first_bias_summed(dZ1):
    """Take the sum of dZ1 for each entry of db1."""
    return np.full_like(dZ1, np.sum(dZ1))


# Mistakes in the update


@solution.mistake(
    "eta",
    "The update goes uphill: the error is t - y, or the gradient is added and not subtracted.",
    hint="Train on one image again and again: which way does its loss go?",
)
def uphill(rate):
    """Take the learning rate with a minus sign."""
    return -rate


@solution.mistake(
    "eta",
    "train_one_sample ignores the learning rate that it is given and takes 0.003.",
    hint="Call it with a rate of 0: do the weights change?",
)
def fixed_rate(rate):
    """Take the default for the learning rate."""
    return 0 * rate + DEFAULT


@solution.mistake(
    "eta",
    "The gradient is subtracted without the learning rate.",
    hint="Call train_one_sample with a rate of 0: do the weights change?",
)
def no_rate(rate):
    """Take 1 for the learning rate."""
    return 0 * rate + 1


@solution.mistake(
    "eta_epoch",
    "train_one_epoch does not pass its learning rate on: train_one_sample takes its own, 0.003.",
    hint="Call train_one_epoch with a rate of 0: do the weights change?",
)
def rate_not_passed_on(rate):
    """Take the default for the learning rate of an epoch."""
    return 0 * rate + DEFAULT


# Cases


def cases() -> Iterator[Case]:
    """Yield the handout's case and hidden ones."""
    yield Case("handout", in_the_handout(), public=True)
    yield Case("large-scores", with_large_scores(drawn(seed=2, labels=[1, 2, 0, 1], rate=0.25)))
    yield Case("one-image", drawn(seed=3, labels=[9], rate=2.0))


def in_the_handout():
    """Return the case that the handout writes down as formulas."""
    pixel = np.arange(784)
    images = [(37 * pixel + 50 * k) % 256 * (pixel % 9 == k) for k in range(6)]

    def wave(rows, columns, size):
        return np.round(size * np.sin(np.arange(rows * columns, dtype=np.int64) ** 2), 3).reshape(
            rows, columns
        )

    return {
        "images": np.array(images, dtype=np.uint8).reshape(-1, 28, 28),
        "labels": np.array([5, 0, 2, 2, 3, 4]),
        "W1": wave(32, 784, 0.003),
        "b1": wave(32, 1, 0.5),
        "W2": wave(32, 32, 0.9),
        "b2": wave(32, 1, 0.4),
        "W3": wave(10, 32, 0.9),
        "b3": wave(10, 1, 0.2),
        "rate": 0.1,
    }


def drawn(seed, labels, rate):
    """Return a case drawn at random; pixels are few, so that no hidden unit is saturated."""
    random = np.random.default_rng(seed)
    n = len(labels)
    lit = random.random((n, 784)) < 0.05
    pixels = random.integers(1, 256, (n, 784)) * lit

    def normal(rows, columns, size):
        # Steps of a quarter of the size keep the fixture small.
        return size * np.round(4 * random.normal(size=(rows, columns))) / 4

    return {
        "images": pixels.astype(np.uint8).reshape(n, 28, 28),
        "labels": np.array(labels),
        "W1": normal(32, 784, 2**-9),
        "b1": normal(32, 1, 0.5),
        "W2": normal(32, 32, 0.5),
        "b2": normal(32, 1, 0.5),
        "W3": normal(10, 32, 0.5),
        "b3": normal(10, 1, 0.5),
        "rate": rate,
    }


def with_large_scores(case):
    """Return a case in which all samples but the first have scores around 800.

    exp(800) is no number any more, so softmax has to take the largest score off first. The first
    unit of each hidden layer sees a corner pixel that only the first image leaves dark, and it
    lifts all ten scores. Those of the first sample, which is trained on, stay small.
    """
    case["images"][:, 0, 0] = np.where(np.arange(len(case["images"])) == 0, 0, 250)
    case["W1"][0], case["b1"][0] = np.where(np.arange(784) == 0, 0.125, 0), -12
    case["W2"][0], case["b2"][0] = np.where(np.arange(32) == 0, 24, 0), -12
    case["W3"][:, 0] = 800 - np.repeat([0, 10, 60], [4, 3, 3])
    return case
