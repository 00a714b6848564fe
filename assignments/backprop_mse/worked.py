"""Backpropagation by hand: a network 2 - 3 - 1 with sigmoids and half the mean squared error.

Letters: N samples, one in each row. ``X`` holds their two features, ``T`` their labels, 0 or 1.
``dQ`` is the derivative of the loss L with respect to the quantity Q, and has the shape of Q.
The results have the dtype of the weights: float32 in, float32 out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reference.worked import Case, WorkedSolution

solution = WorkedSolution(
    inputs=("X", "T", "W1", "b1", "W2", "b2", "z"), sizes={"N": lambda X: len(X)}
)


def sigmoid(z):
    """Return 1 / (1 + exp(-z)) in the dtype of z, element by element."""
    # exp of a large number overflows, so take it of -|z| and use sigmoid(z) = 1 - sigmoid(-z).
    e = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, np.ones_like(e), e) / (1 + e)


def error(Y, T):
    """Return Y - T in the dtype of Y, shape (N,)."""
    # Labels are int64: subtracted as they are, they would turn float32 into float64.
    return Y - np.asarray(T, dtype=Y.dtype)


@solution.step
def S(z):
    """Sigmoid of z, shape of z."""
    return sigmoid(z)


@solution.step
def Z1(X, W1, b1):
    """Hidden pre-activation, shape (N, 3)."""
    return X @ W1.T + b1


@solution.step
def H(Z1):
    """Hidden activation, shape (N, 3)."""
    return sigmoid(Z1)


@solution.step
def Z2(H, W2, b2):
    """Output pre-activation, shape (N,)."""
    return H @ W2 + b2


@solution.step
def Y(Z2):
    """Output of the network, shape (N,)."""
    return sigmoid(Z2)


@solution.step
def L(Y, T):
    """Loss 1/(2N) sum (Y - T)^2, a scalar."""
    return np.mean(error(Y, T) ** 2 / 2)


@solution.step
def dY(Y, T):
    """Gradient of the loss with respect to Y: (Y - T) / N, shape (N,)."""
    return error(Y, T) / len(Y)


@solution.step
def dZ2(dY, Y):
    """Gradient with respect to Z2, where sigmoid'(Z2) = Y (1 - Y), shape (N,)."""
    return dY * Y * (1 - Y)


@solution.step
def dW2(dZ2, H):
    """Gradient with respect to the output weights, shape (3,)."""
    return H.T @ dZ2


@solution.step
def db2(dZ2):
    """Gradient with respect to the output bias, a scalar."""
    return np.sum(dZ2)


@solution.step
def dH(dZ2, W2):
    """Gradient with respect to H, shape (N, 3)."""
    return np.outer(dZ2, W2)


@solution.step
def dZ1(dH, H):
    """Gradient with respect to Z1, where sigmoid'(Z1) = H (1 - H), shape (N, 3)."""
    return dH * H * (1 - H)


@solution.step
def dW1(dZ1, X):
    """Gradient with respect to the hidden weights, shape (3, 2)."""
    return dZ1.T @ X


@solution.step
def db1(dZ1):
    """Gradient with respect to the hidden biases, shape (3,)."""
    return np.sum(dZ1, axis=0)


@solution.mistake(
    "Z1",
    "The bias b1 is not added to the hidden layer.",
    hint="What should Z1 be for a sample whose features are all zero?",
)
def no_hidden_bias(X, W1):
    """Take X W1^T for Z1: not seen where b1 is zero, as in the handout."""
    return X @ W1.T


@solution.mistake(
    "H",
    "The hidden layer has no activation: H is Z1 itself.",
    hint="Which values can a sigmoid take? Look at the smallest and the largest entry of H.",
)
def linear_hidden_layer(Z1):
    """Take Z1 for H."""
    return Z1


@solution.mistake(
    "Z2",
    "The bias b2 is not added to the output layer.",
    hint="What should Z2 be if all of W2 were zero?",
)
def no_output_bias(H, W2):
    """Take H W2 for Z2: not seen where b2 is zero, as in the handout."""
    return H @ W2


@solution.mistake(
    "Y",
    "The output has no activation: Y is Z2 itself.",
    hint="The labels are 0 or 1. Can Y leave the interval between them?",
)
def linear_output_layer(Z2):
    """Take Z2 for Y."""
    return Z2


@solution.mistake(
    "dY",
    "The average over the N samples is missing.",
    hint="L has a factor 1/N. Where does it go in the derivative of L by one Y?",
)
def no_mean(Y, T):
    """Take Y - T for dY."""
    return error(Y, T)


@solution.mistake(
    "dY",
    "The average over the N samples is taken twice.",
    hint="How often does 1/N stand in L? Duplicate every sample: should the gradients change?",
)
def mean_twice(Y, T):
    """Take (Y - T) / N^2 for dY."""
    return error(Y, T) / len(Y) ** 2


@solution.mistake(
    "dY",
    "The derivative belongs to a loss without the factor 1/2.",
    hint="Differentiate (Y - T)^2 / 2: what becomes of the 2?",
)
def half_forgotten(Y, T):
    """Take 2 (Y - T) / N for dY."""
    return 2 * error(Y, T) / len(Y)


@solution.mistake(
    "dY",
    "The sign of the derivative of the loss is turned round.",
    hint="If Y is larger than T and grows, does L grow or shrink?",
)
def sign_of_loss(Y, T):
    """Take (T - Y) / N for dY."""
    return -error(Y, T) / len(Y)


@solution.mistake(
    "dZ2",
    "The derivative of the output's sigmoid is left out.",
    hint="Y depends on Z2 through the sigmoid. Which factor does the chain rule ask for there?",
)
def no_output_derivative(dY):
    """Take dY for dZ2."""
    return dY


@solution.mistake(
    "dZ2",
    "The derivative of the output's sigmoid is taken at Y, which is a sigmoid already.",
    hint="sigmoid'(u) = sigmoid(u) (1 - sigmoid(u)). What is u here, and what is sigmoid(u)?",
)
def output_derivative_at_activation(dY, Y):
    """Take dY sigmoid'(Y) for dZ2."""
    return dY * sigmoid(Y) * (1 - sigmoid(Y))


@solution.mistake(
    "dH",
    "The weights W2 are left out on the way back to the hidden layer.",
    hint="If one entry of W2 were zero, could its hidden unit change the loss at all?",
)
def no_weights_on_the_way_back(dZ2, W2):
    """Take dZ2 for each hidden unit's column of dH."""
    return np.outer(dZ2, np.ones_like(W2))


@solution.mistake(
    "dZ1",
    "The derivative of the hidden sigmoid is left out.",
    hint="H depends on Z1 through the sigmoid. Which factor does the chain rule ask for there?",
)
def no_hidden_derivative(dH):
    """Take dH for dZ1."""
    return dH


@solution.mistake(
    "dZ1",
    "The derivative of the hidden sigmoid is taken at H, which is a sigmoid already.",
    hint="sigmoid'(u) = sigmoid(u) (1 - sigmoid(u)). What is u here, and what is sigmoid(u)?",
)
def hidden_derivative_at_activation(dH, H):
    """Take dH sigmoid'(H) for dZ1."""
    return dH * sigmoid(H) * (1 - sigmoid(H))


@solution.mistake(
    "dZ1",
    "The derivative of tanh stands where the derivative of the sigmoid is due.",
    hint="1 - H^2 belongs to another activation. What is the derivative of 1 / (1 + exp(-u))?",
)
def hidden_derivative_of_tanh(dH, H):
    """Take dH (1 - H^2) for dZ1."""
    return dH * (1 - H**2)


@solution.mistake(
    "db1",
    "The bias gradient is summed over the hidden units too, which leaves a single number.",
    hint="Each hidden unit has a bias of its own. Over which axis do its gradients add up?",
)
def one_number_for_three_biases(dZ1):
    """Take the sum of all of dZ1 for db1."""
    return np.sum(dZ1)


@solution.mistake(
    "db1",
    "The bias gradient averages over the samples once more, although dY has the 1/N already.",
    hint="Compare with dW1, which is a sum over the samples. Why should db1 be a mean?",
)
def hidden_bias_mean(dZ1):
    """Take the mean of dZ1 over the samples for db1."""
    return np.mean(dZ1, axis=0)


@solution.mistake(
    "db2",
    "The bias gradient averages over the samples once more, although dY has the 1/N already.",
    hint="Compare with dW2, which is a sum over the samples. Why should db2 be a mean?",
)
def output_bias_mean(dZ2):
    """Take the mean of dZ2 for db2."""
    return np.mean(dZ2)


@solution.convention("L", "Mean squared error without the half.")
def full_mse(Y, T):
    """Take 1/N sum (Y - T)^2 for L."""
    return np.mean(error(Y, T) ** 2)


@solution.convention("dY", "The derivative of the mean squared error without the half.")
def full_mse_derivative(Y, T):
    """Take 2 (Y - T) / N for dY, which goes with `full_mse`."""
    return 2 * error(Y, T) / len(Y)


def cases() -> Iterator[Case]:
    """Yield the handout's case, then hidden ones whose biases and features show more."""
    yield Case("handout", _handout(), public=True)
    yield Case("one-row", _drawn(seed=11, N=1))
    yield Case("seven-rows", _drawn(seed=12, N=7))
    yield Case("seven-other-rows", _drawn(seed=13, N=7))
    yield Case("sixty-four-rows", _drawn(seed=14, N=64))


def _handout():
    # The legacy generator, in the handout's order: the figures printed there depend on both.
    random = np.random.RandomState(0)
    weights = {"W1": random.randn(3, 2), "b1": np.zeros(3), "W2": random.randn(3), "b2": 0.0}
    X = random.rand(1000, 2)
    T = random.randint(low=0, high=2, size=(1000,))
    return {"X": X, "T": T, **weights, "z": np.linspace(-5.0, 7.0, 13)}


def _drawn(seed, N):
    random = np.random.default_rng(seed)
    # The first sample is of class 1 and the last of class 0, so that both are there for N > 1.
    T = random.integers(0, 2, size=N)
    T[-1], T[0] = 0, 1
    return {
        "X": random.normal(size=(N, 2)),
        "T": T,
        "W1": random.normal(size=(3, 2)),
        # Between 0.5 and 1.5 in size: a bias left out must show.
        "b1": random.choice([-1.0, 1.0], size=3) * random.uniform(0.5, 1.5, size=3),
        "W2": random.normal(size=3),
        "b2": float(random.uniform(0.5, 1.5)),
        "z": random.uniform(-8.0, 8.0, size=11),
    }
