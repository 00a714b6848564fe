"""Activations against their definitions, complex steps and the laws that they obey."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from reference.activations import (
    leaky_relu,
    leaky_relu_derivative,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    softmax,
    softmax_backward,
    softmax_jacobian,
    tanh,
    tanh_derivative,
)
from reference.gradcheck import central_difference, complex_step

brief = settings(deadline=None, max_examples=15)
numbers = st.floats(-30, 30, allow_subnormal=False)
shapes = npst.array_shapes(min_dims=2, max_dims=2, max_side=5)
rows = npst.arrays(np.float64, shapes, elements=numbers)

# The definitions as one writes them down: good for complex numbers, and for moderate ones only.
DEFINITIONS = {
    sigmoid: (lambda z: 1 / (1 + np.exp(-z)), sigmoid_derivative),
    tanh: (lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)), tanh_derivative),
}
KINKED = {
    relu: (lambda z: z if z > 0 else 0.0, relu_derivative),
    leaky_relu: (lambda z: z if z > 0 else 0.01 * z, leaky_relu_derivative),
}


def naive_softmax(z):
    return np.exp(z) / np.sum(np.exp(z), axis=-1, keepdims=True)


@pytest.mark.parametrize("function", DEFINITIONS, ids=lambda function: function.__name__)
def test_smooth_activations_are_their_definition(function):
    definition, _ = DEFINITIONS[function]
    z = np.linspace(-20, 20, 41)

    np.testing.assert_allclose(function(z), definition(z), rtol=1e-14, atol=0)


@pytest.mark.parametrize("function", KINKED, ids=lambda function: function.__name__)
def test_piecewise_activations_are_their_definition(function):
    definition, _ = KINKED[function]
    z = np.linspace(-2, 2, 9)

    np.testing.assert_array_equal(function(z), [definition(each) for each in z])


@pytest.mark.parametrize("function", DEFINITIONS, ids=lambda function: function.__name__)
@brief
@given(z=rows)
def test_derivatives_equal_complex_steps_through_the_definition(function, z):
    definition, derivative = DEFINITIONS[function]

    expected = complex_step(lambda z: np.sum(definition(z)), z)

    # 1 - y cancels where y is near 1, so that what is left of it is rounding.
    np.testing.assert_allclose(derivative(function(z)), expected, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("function", [*DEFINITIONS, *KINKED], ids=lambda f: f.__name__)
@brief
@given(z=rows)
def test_derivatives_equal_central_differences(function, z):
    z = np.where(np.abs(z) < 1e-3, 0.5, z)  # a difference across a kink is no derivative
    _, derivative = {**DEFINITIONS, **KINKED}[function]

    expected = central_difference(lambda z: np.sum(function(z)), z)

    # The sum is rounded in proportion to its size, the difference by that over the step.
    assert np.max(np.abs(derivative(function(z)) - expected)) < 1e-7


def test_a_kink_belongs_to_its_left_side():
    assert relu_derivative(relu(np.zeros(1))) == 0
    assert leaky_relu_derivative(leaky_relu(np.zeros(1), 0.2), 0.2) == 0.2


def test_the_slope_of_the_leaky_relu_can_be_chosen():
    z = np.array([-2.0, 3.0])

    assert leaky_relu(z, 0.25).tolist() == [-0.5, 3]
    assert leaky_relu_derivative(leaky_relu(z, 0.25), 0.25).tolist() == [0.25, 1]


def test_nothing_overflows_for_scores_of_thousands():
    z = np.array([-1e4, -745.2, 0, 745.2, 1e4])  # warnings are errors here

    assert sigmoid(z).tolist() == [0, pytest.approx(0), 0.5, 1, 1]
    assert softmax(z).tolist() == [0, 0, 0, 0, 1]


@brief
@given(z=rows)
def test_sigmoid_of_minus_z_is_one_minus_sigmoid_of_z(z):
    np.testing.assert_allclose(sigmoid(-z), 1 - sigmoid(z), rtol=0, atol=1e-15)


@brief
@given(z=rows)
def test_sigmoid_is_a_tanh_of_half_the_argument(z):
    np.testing.assert_allclose(sigmoid(z), (1 + np.tanh(z / 2)) / 2, rtol=0, atol=1e-15)


@brief
@given(z=rows, shift=st.floats(-1000, 1000))
def test_softmax_gives_probabilities_that_a_shift_leaves_alone(z, shift):
    y = softmax(z)

    assert np.all(y > 0)
    np.testing.assert_allclose(np.sum(y, axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(softmax(z + shift), y, rtol=1e-11)


def test_softmax_of_two_scores_is_the_sigmoid_of_their_difference():
    z = np.array([[0.3, -1.2], [5.0, 7.0]])

    np.testing.assert_allclose(softmax(z)[:, 0], sigmoid(z[:, 0] - z[:, 1]), rtol=1e-15)


def test_softmax_of_a_known_row():
    # The odds of the classes are 1 : 2 : 5, so their logarithms are the scores.
    z = np.array([math.log(1), math.log(2), math.log(5)])

    np.testing.assert_allclose(softmax(z), [1 / 8, 2 / 8, 5 / 8], rtol=1e-15)


@brief
@given(z=rows)
def test_the_jacobian_of_softmax_equals_complex_steps(z):
    jacobian = softmax_jacobian(softmax(z))

    assert jacobian.shape == (*z.shape, z.shape[1])
    for n, row in enumerate(z):
        for k in range(len(row)):
            expected = complex_step(lambda row, k=k: naive_softmax(row)[k], row)
            np.testing.assert_allclose(jacobian[n, k], expected, rtol=1e-9, atol=1e-15)


@brief
@given(z=rows, seed=st.integers(0, 2**32))
def test_going_back_through_softmax_is_the_product_with_its_jacobian(z, seed):
    dy = np.random.default_rng(seed).normal(size=z.shape)

    dz = softmax_backward(dy, softmax(z))

    expected = complex_step(lambda z: np.sum(dy * naive_softmax(z)), z)
    np.testing.assert_allclose(dz, expected, rtol=1e-9, atol=1e-14)
    product = np.einsum("nk,nkj->nj", dy, softmax_jacobian(softmax(z)))
    np.testing.assert_allclose(dz, product, rtol=0, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_dtype_stays_what_it_was(dtype):
    z = np.array([[-1.0, 2.0]], dtype=dtype)

    for function, (_, derivative) in {**DEFINITIONS, **KINKED}.items():
        assert function(z).dtype == dtype
        assert derivative(function(z)).dtype == dtype
    assert softmax(z).dtype == dtype
    assert softmax_jacobian(softmax(z)).dtype == dtype
    assert softmax_backward(z, softmax(z)).dtype == dtype


def test_what_goes_in_is_not_changed():
    z = np.array([[-1.0, 2.0]])
    before = z.copy()

    for function in (*DEFINITIONS, *KINKED, softmax):
        function(z)

    np.testing.assert_array_equal(z, before)
