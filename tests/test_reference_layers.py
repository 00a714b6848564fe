"""Layers: what they pass forward, and their gradients against central differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.gradcheck import central_difference, relative_error
from reference.layers import (
    MSE,
    Dropout,
    HalfMSE,
    Layer,
    LeakyReLU,
    Linear,
    ReLU,
    Sigmoid,
    SoftmaxCrossEntropy,
    Tanh,
)

brief = settings(deadline=None, max_examples=10, derandomize=True)
sizes = st.integers(1, 6)
seeds = st.integers(0, 2**32)
ACTIVATIONS = [Sigmoid, Tanh, ReLU, LeakyReLU]


def away_from_kinks(x):
    return x + np.copysign(0.01, x)


def test_a_linear_layer_adds_up_weighted_inputs():
    layer = Linear(np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([10.0, 20, 30]))

    y = layer.forward(np.array([[1.0, 1], [0, 2]]))

    assert y.tolist() == [[15, 27, 39], [18, 30, 42]]


@brief
@given(n=sizes, n_in=sizes, n_out=sizes, seed=seeds)
def test_the_gradients_of_a_linear_layer_equal_central_differences(n, n_in, n_out, seed):
    rng = np.random.default_rng(seed)
    x, w, b, dy = (rng.normal(size=s) for s in ((n, n_in), (n_in, n_out), n_out, (n, n_out)))

    def loss(x, w, b):
        return np.sum(dy * Linear(w, b).forward(x))

    layer = Linear(w, b)
    layer.forward(x)
    dx = layer.backward(dy)

    for gradient, numeric in (
        (dx, central_difference(lambda x: loss(x, w, b), x)),
        (layer.dw, central_difference(lambda w: loss(x, w, b), w)),
        (layer.db, central_difference(lambda b: loss(x, w, b), b)),
    ):
        assert relative_error(gradient, numeric) < 1e-7


@pytest.mark.parametrize("kind", ACTIVATIONS)
@brief
@given(n=sizes, k=sizes, seed=seeds)
def test_the_gradients_of_activations_equal_central_differences(kind, n, k, seed):
    rng = np.random.default_rng(seed)
    x, dy = away_from_kinks(rng.normal(size=(n, k))), rng.normal(size=(n, k))
    layer = kind()
    layer.forward(x)

    dx = layer.backward(dy)

    expected = central_difference(lambda x: np.sum(dy * kind().forward(x)), x)
    assert np.max(np.abs(dx - expected)) < 1e-8


@pytest.mark.parametrize("kind", [SoftmaxCrossEntropy, HalfMSE, MSE])
@brief
@given(n=sizes, k=st.integers(2, 6), seed=seeds)
def test_the_gradients_of_losses_equal_central_differences(kind, n, k, seed):
    rng = np.random.default_rng(seed)
    y, t = rng.normal(size=(n, k)), np.eye(k)[rng.integers(k, size=n)]
    loss = kind()
    loss.forward(y, t)

    expected = central_difference(lambda y: kind().forward(y, t), y)
    assert relative_error(loss.backward(), expected) < 1e-7


def test_a_second_backward_pass_replaces_the_gradients_of_the_first():
    layer = Linear(np.ones((2, 1)), np.zeros(1))
    held = layer.dw
    for x in ([[1.0, 2.0]], [[5.0, 7.0]]):
        layer.forward(np.array(x))
        layer.backward(np.ones((1, 1)))

    assert layer.dw.tolist() == [[5], [7]]
    assert layer.gradients[0] is held


def test_outputs_of_an_earlier_call_stay_as_they_were():
    layer = Linear(np.ones((2, 2)), np.zeros(2))

    first = layer.forward(np.ones((1, 2)))
    layer.forward(np.zeros((1, 2)))

    assert first.tolist() == [[2, 2]]


def test_neither_pass_changes_what_it_is_given():
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    kept = x.copy(), dy.copy()
    layers = [kind() for kind in ACTIVATIONS] + [Linear(np.eye(4), np.ones(4)), Dropout(0.5, rng)]

    for layer in layers:
        layer.forward(x, training=True)
        layer.backward(dy)

    np.testing.assert_array_equal((x, dy), kept)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 4])
def test_the_weights_decide_in_which_dtype_is_computed(dtype, n):
    rng = np.random.default_rng(0)
    w = rng.normal(size=(2, 3)).astype(np.float32).T  # stored column by column
    layer = Linear(w, np.zeros(2, dtype=np.float32))
    x, dy = rng.integers(0, 9, size=(n, 3)).astype(dtype), rng.normal(size=(n, 2))

    y = layer.forward(x)
    dx = layer.backward(dy)

    assert {array.dtype for array in (y, dx, layer.dw, layer.db)} == {np.dtype(np.float32)}
    np.testing.assert_allclose(layer.dw, np.einsum("ni,nj->ij", x.astype(float), dy), rtol=1e-5)


def test_weights_and_biases_must_belong_together():
    with pytest.raises(ValueError, match=r"weights of shape \(3, 2\) and biases of \(3,\)"):
        Linear(np.ones((3, 2)), np.ones(3))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_stays_what_it_was(dtype):
    x = np.ones((2, 3), dtype=dtype)
    linear = Linear(np.ones((3, 3), dtype=dtype), np.ones(3, dtype=dtype))
    dropout = Dropout(0.3, np.random.default_rng(0))
    for layer in [linear, dropout, *(kind() for kind in ACTIVATIONS)]:
        y = layer.forward(x, training=True)
        assert y.dtype == layer.backward(y).dtype == dtype
    assert linear.dw.dtype == linear.db.dtype == dtype

    loss = SoftmaxCrossEntropy()
    assert loss.forward(x, np.eye(3)[:2]).dtype == loss.backward().dtype == dtype


def test_dropout_leaves_everything_alone_in_evaluation():
    layer = Dropout(0.9, np.random.default_rng(0))
    x = np.ones((2, 3))

    assert layer.forward(x) is x
    assert layer.backward(x) is x


def test_dropout_drops_the_share_it_should_and_keeps_the_mean():
    layer = Dropout(0.25, np.random.default_rng(0))

    y = layer.forward(np.full((200, 200), 3.0), training=True)

    assert np.unique(y).tolist() == [0, 4]  # 3 / (1 - 0.25)
    # The share of 40,000 draws has a standard error of 0.2 per cent.
    assert np.mean(y == 0) == pytest.approx(0.25, abs=0.01)
    assert np.mean(y) == pytest.approx(3, rel=0.02)


def test_dropout_passes_gradients_where_it_passed_values():
    layer = Dropout(0.5, np.random.default_rng(0))
    x = np.ones((20, 20))

    y = layer.forward(x, training=True)

    np.testing.assert_array_equal(layer.backward(x), y)
    assert not np.array_equal(layer.forward(x, training=True), y)  # a new mask each time


def test_evaluation_after_training_forgets_the_mask():
    layer = Dropout(0.5, np.random.default_rng(0))
    x = np.ones((4, 4))
    layer.forward(x, training=True)

    layer.forward(x)

    np.testing.assert_array_equal(layer.backward(x), x)


@pytest.mark.parametrize("rate", [-0.1, 1, float("nan")])
def test_dropout_of_everything_is_refused(rate):
    with pytest.raises(ValueError, match="The rate must be at least 0 and less than 1"):
        Dropout(rate, np.random.default_rng(0))


def test_a_plain_layer_passes_everything_on():
    x = np.ones((2, 2))

    assert Layer().forward(x) is x
    assert Layer().backward(x) is x
    assert Layer().parameters == []
