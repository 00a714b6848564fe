"""The network: backpropagation against central differences, sample by sample, and as scalars."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.gradcheck import central_difference, check_network, relative_error
from reference.initializers import normal, xavier
from reference.layers import MSE, Dropout, HalfMSE, LeakyReLU, Linear, Sigmoid, Tanh
from reference.network import MLP

brief = settings(deadline=None, max_examples=10, derandomize=True)


def case(seed, sizes, n, **options):
    """Return a network with biases that are not zero, inputs, and one-hot targets."""
    rng = np.random.default_rng(seed)
    network = MLP.of_sizes(sizes, rng, **options)
    for layer in network.layers:
        if isinstance(layer, Linear):
            layer.b[:] = rng.normal(size=layer.b.shape)
    x = rng.normal(size=(n, sizes[0]))
    return network, x, np.eye(sizes[-1])[rng.integers(sizes[-1], size=n)]


# ReLU is left out: somewhere a random network stands on a kink.
@brief
@given(
    seed=st.integers(0, 2**32),
    sizes=st.lists(st.integers(2, 5), min_size=2, max_size=4),
    n=st.integers(1, 5),
    activation=st.sampled_from([Sigmoid, Tanh]),
    loss=st.sampled_from([None, HalfMSE(), MSE()]),
)
def test_all_gradients_equal_central_differences(seed, sizes, n, activation, loss):
    network, x, t = case(seed, sizes, n, activation=activation, initializer=xavier, loss=loss)

    assert max(check_network(network, x, t)) < 1e-7


def test_the_gradients_through_a_leaky_relu_equal_central_differences():
    network, x, t = case(3, (4, 5, 6, 3), 5, activation=LeakyReLU)
    scores = x @ network.parameters[0] + network.parameters[1]
    assert np.min(np.abs(scores)) > 1e-3  # no sample stands on a kink

    assert max(check_network(network, x, t)) < 1e-7


def test_the_gradients_equal_those_of_loops_over_single_numbers():
    network, x, t = case(1, (3, 4, 2), 5, activation=Tanh)
    w1, b1, w2, b2 = network.parameters

    def loss_of(w1, b1, w2, b2):
        total = 0.0
        for n in range(5):
            h = [math.tanh(b1[j] + sum(x[n, i] * w1[i, j] for i in range(3))) for j in range(4)]
            z = [b2[k] + sum(h[j] * w2[j, k] for j in range(4)) for k in range(2)]
            total -= sum(t[n, k] * (z[k] - math.log(sum(map(math.exp, z)))) for k in range(2))
        return total / 5

    _, loss = network.learn_from(x, t)

    assert loss == pytest.approx(loss_of(w1, b1, w2, b2), rel=1e-14)
    values = [w1, b1, w2, b2]
    for i, gradient in enumerate(network.gradients):
        numeric = central_difference(
            lambda value, i=i: loss_of(*values[:i], value, *values[i + 1 :]), values[i]
        )
        assert relative_error(gradient, numeric) < 1e-7


def test_the_gradient_of_a_batch_is_the_mean_over_its_samples():
    network, x, t = case(2, (4, 6, 3), 7, activation=Sigmoid)
    network.learn_from(x, t)
    whole = [gradient.copy() for gradient in network.gradients]

    sums = [np.zeros_like(gradient) for gradient in whole]
    for n in range(7):
        network.learn_from(x[n : n + 1], t[n : n + 1])
        for total, gradient in zip(sums, network.gradients, strict=True):
            total += gradient

    for total, gradient in zip(sums, whole, strict=True):
        np.testing.assert_allclose(total / 7, gradient, rtol=1e-11, atol=1e-15)


def test_a_small_step_against_the_gradient_lowers_the_loss_by_its_square():
    # L(w - e g) = L - e |g|^2 + O(e^2)
    network, x, t = case(4, (4, 6, 3), 7, activation=Tanh)
    _, before = network.learn_from(x, t)
    square = sum(np.sum(gradient**2) for gradient in network.gradients)

    for parameter, gradient in zip(network.parameters, network.gradients, strict=True):
        parameter -= 1e-6 * gradient

    after = network.loss.forward(network.forward(x), t)
    assert before - after == pytest.approx(1e-6 * square, rel=1e-4)


def test_with_tiny_weights_every_class_is_about_equally_likely():
    network = MLP.of_sizes((20, 30, 10), np.random.default_rng(0), initializer=normal(1e-3))
    x = np.random.default_rng(1).normal(size=(50, 20))

    loss = network.loss.forward(network.forward(x), np.eye(10)[np.arange(50) % 10])

    assert loss == pytest.approx(math.log(10), rel=1e-4)


def test_no_activation_stands_behind_the_last_layer():
    network = MLP.of_sizes((3, 4, 2), np.random.default_rng(0))

    assert [type(layer).__name__ for layer in network.layers] == ["Linear", "ReLU", "Linear"]
    assert [parameter.shape for parameter in network.parameters] == [(3, 4), (4,), (4, 2), (2,)]


def test_parameters_and_gradients_are_in_the_same_order():
    network, x, t = case(0, (3, 4, 5, 2), 3)
    network.learn_from(x, t)

    for parameter, gradient in zip(network.parameters, network.gradients, strict=True):
        assert parameter.shape == gradient.shape


def test_weights_can_be_given():
    w, b = np.array([[1.0, -1.0]]), np.array([0.0, 0.5])

    network = MLP([Linear(w, b)])

    assert network.forward(np.array([[2.0]])).tolist() == [[2, -1.5]]
    assert network.predict(np.array([[2.0], [-2.0]])).tolist() == [0, 1]


def test_float32_in_is_float32_out():
    network, x, t = case(0, (3, 4, 2), 3, dtype=np.float32)

    outputs, loss = network.learn_from(x.astype(np.float32), t)

    assert outputs.dtype == loss.dtype == np.float32
    assert {array.dtype for array in network.parameters + network.gradients} == {np.dtype("f4")}


def test_dropout_acts_while_learning_only():
    rng = np.random.default_rng(0)
    network = MLP([Linear(np.eye(50), np.zeros(50)), Dropout(0.5, rng)])
    x = np.ones((1, 50))

    np.testing.assert_array_equal(network.forward(x), x)
    outputs, _ = network.learn_from(x, np.eye(50)[:1])
    assert set(outputs.ravel()) == {0, 2}
