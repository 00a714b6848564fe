"""Losses and their gradients against complex steps through the definitions, and known values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.gradcheck import central_difference, complex_step, relative_error
from reference.losses import (
    cross_entropy,
    cross_entropy_gradient,
    cross_entropy_with_gradient,
    half_mse,
    half_mse_gradient,
    log_softmax,
    mse,
    mse_gradient,
)

brief = settings(deadline=None, max_examples=15)

# Written sample by sample, as the definitions are.
DEFINITIONS = {
    half_mse: lambda y, t: sum(np.sum((y[n] - t[n]) ** 2) / 2 for n in range(len(y))) / len(y),
    mse: lambda y, t: sum(np.sum((y[n] - t[n]) ** 2) for n in range(len(y))) / len(y),
    cross_entropy: lambda z, t: (
        sum(-np.sum(t[n] * np.log(np.exp(z[n]) / np.sum(np.exp(z[n])))) for n in range(len(z)))
        / len(z)
    ),
}
GRADIENTS = {
    half_mse: half_mse_gradient,
    mse: mse_gradient,
    cross_entropy: cross_entropy_gradient,
}
every_loss = pytest.mark.parametrize("loss", DEFINITIONS, ids=lambda loss: loss.__name__)


@st.composite
def outputs_and_targets(draw):
    """Return y and t of a random shape; each row of t sums to 1."""
    shape = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    y = draw(st.sampled_from([0.1, 1, 5])) * rng.normal(size=shape)
    if draw(st.booleans()):
        return y, rng.dirichlet(np.ones(shape[1]), size=shape[0])
    return y, np.eye(shape[1])[rng.integers(shape[1], size=shape[0])]


@every_loss
@brief
@given(case=outputs_and_targets())
def test_a_loss_is_its_definition(loss, case):
    y, t = case

    assert float(loss(y, t)) == pytest.approx(float(DEFINITIONS[loss](y, t)), rel=1e-13, abs=1e-14)


@every_loss
@brief
@given(case=outputs_and_targets())
def test_a_gradient_equals_complex_steps_through_the_definition(loss, case):
    y, t = case

    expected = complex_step(lambda y: DEFINITIONS[loss](y, t), y)

    np.testing.assert_allclose(GRADIENTS[loss](y, t), expected, rtol=1e-10, atol=1e-14)


@every_loss
@brief
@given(case=outputs_and_targets())
def test_a_gradient_equals_central_differences(loss, case):
    y, t = case

    expected = central_difference(lambda y: loss(y, t), y)

    gradient = GRADIENTS[loss](y, t)
    # With a single class the cross entropy is 0 and so is its gradient.
    assert relative_error(gradient, expected) < 1e-7 or np.max(np.abs(gradient - expected)) < 1e-11


@brief
@given(case=outputs_and_targets(), dtype=st.sampled_from([np.float32, np.float64]))
def test_loss_and_gradient_are_the_same_together_as_apart(case, dtype):
    y, t = case
    y = (100 * y).astype(dtype)

    loss, gradient = cross_entropy_with_gradient(y, t)

    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(loss, cross_entropy(y, t), rtol=10 * eps)
    np.testing.assert_allclose(gradient, cross_entropy_gradient(y, t), rtol=0, atol=10 * eps)
    assert loss.dtype == gradient.dtype == dtype


def test_squared_errors_are_summed_over_columns_and_averaged_over_rows():
    y, t = np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [0.0, 1.0]])

    assert mse(y, t) == (1 + 4 + 0 + 1) / 2
    assert half_mse(y, t) == (1 + 4 + 0 + 1) / 4


def test_outputs_without_columns_are_one_number_for_each_sample():
    y, t = np.array([1.0, 4.0]), np.array([0, 0])

    assert half_mse(y, t) == 17 / 4
    assert half_mse_gradient(y, t).tolist() == [0.5, 2]


@pytest.mark.parametrize("classes", [2, 10])
def test_equal_scores_cost_the_logarithm_of_the_number_of_classes(classes):
    t = np.eye(classes)[[0, 1]]

    loss = cross_entropy(np.full((2, classes), 3.0), t)

    assert loss == pytest.approx(math.log(classes), rel=1e-15)


def test_a_right_class_without_any_probability_costs_its_distance_in_scores():
    # exp(-2000) is 0 in float64, and its logarithm is taken without taking it first.
    assert cross_entropy(np.array([[0.0, 2000.0]]), [[1, 0]]) == 2000
    assert log_softmax(np.array([0.0, 2000.0])).tolist() == [-2000, 0]


def test_the_gradient_of_the_cross_entropy_sums_to_zero_in_each_row():
    rng = np.random.default_rng(0)

    gradient = cross_entropy_gradient(100 * rng.normal(size=(5, 4)), np.eye(4)[[0, 1, 2, 3, 0]])

    np.testing.assert_allclose(np.sum(gradient, axis=1), 0, atol=1e-15)


@every_loss
def test_the_dtype_is_that_of_the_outputs(loss):
    y = np.array([[0.5, -1.0]], dtype=np.float32)

    for t in (np.array([[0, 1]]), np.array([[0.0, 1.0]]), [[0, 1]]):
        assert loss(y, t).dtype == np.float32
        assert GRADIENTS[loss](y, t).dtype == np.float32


@every_loss
def test_targets_that_would_be_broadcast_are_refused(loss):
    y = np.zeros((4, 1))

    for function in (loss, GRADIENTS[loss], cross_entropy_with_gradient):
        with pytest.raises(ValueError, match=r"\(4, 1\), but the targets \(4,\)"):
            function(y, np.zeros(4))
