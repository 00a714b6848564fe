"""Complex steps and the check of a network's gradients."""

from __future__ import annotations

import numpy as np
import pytest

from reference.gradcheck import check_network, complex_step
from reference.layers import Linear
from reference.network import MLP


def test_a_complex_step_is_exact_to_the_last_digits():
    x = np.linspace(-2, 2, 6).reshape(2, 3)

    gradient = complex_step(lambda x: np.sum(np.exp(x) * np.sin(x)), x)

    assert gradient.shape == (2, 3)
    assert gradient.dtype == np.float64
    np.testing.assert_allclose(gradient, np.exp(x) * (np.sin(x) + np.cos(x)), rtol=1e-14)


def test_the_other_elements_stay_where_they_are():
    gradient = complex_step(lambda x: x[0] * x[1] ** 2 * x[2] ** 3, [2.0, 3.0, 5.0])

    np.testing.assert_allclose(gradient, [9 * 125, 2 * 2 * 3 * 125, 2 * 9 * 75], rtol=1e-14)


def test_a_number_has_a_gradient_without_axes():
    assert complex_step(lambda x: x**3, 2.0).tolist() == 12


def test_a_function_that_returns_an_array_is_refused():
    with pytest.raises(ValueError, match=r"f must return one number, not an array of shape \(2,\)"):
        complex_step(lambda x: x, np.ones(2))


class Halved(Linear):
    """Forgets half of the gradient of its weights."""

    def backward_to_parameters(self, dy):
        super().backward_to_parameters(dy)
        self.dw /= 2


def test_a_wrong_gradient_is_found_and_the_right_ones_are_not_blamed():
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(4, 3)), np.eye(2)[[0, 1, 1, 0]]
    right, wrong = (
        MLP([Linear(w, b), kind(w2, b2)])
        for kind in (Linear, Halved)
        for w, b, w2, b2 in [
            (rng.normal(size=(3, 3)), np.ones(3), rng.normal(size=(3, 2)), np.ones(2))
        ]
    )

    assert max(check_network(right, x, t)) < 1e-7
    assert [error > 0.1 for error in check_network(wrong, x, t)] == [False, False, True, False]


def test_a_check_leaves_the_network_as_it_was():
    network = MLP.of_sizes((3, 4, 2), np.random.default_rng(0))
    before = [parameter.copy() for parameter in network.parameters]

    check_network(network, np.ones((2, 3)), np.eye(2))

    for after, first in zip(network.parameters, before, strict=True):
        np.testing.assert_array_equal(after, first)
