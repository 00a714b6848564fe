"""Optimizers against their formulas written for one number, and laws that they obey."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.optimizers import SGD, Adam, Momentum
from reference.schedules import constant, halved_at

brief = settings(deadline=None, max_examples=20)
EVERY = {"SGD": SGD, "Momentum": Momentum, "Adam": Adam}
gradients = st.lists(
    st.floats(-10, 10, allow_subnormal=False).filter(lambda g: abs(g) > 1e-3),
    min_size=1,
    max_size=8,
)


def after(optimizer_of, gs, start=1.0):
    """Return the number that a parameter has become after these gradients."""
    w = np.array([start])
    optimizer = optimizer_of([w])
    for g in gs:
        optimizer.step([np.array([g])])
    return float(w[0])


@brief
@given(gs=gradients)
def test_gradient_descent_adds_up_its_gradients(gs):
    assert after(lambda p: SGD(p, 0.1), gs) == pytest.approx(1 - 0.1 * sum(gs), abs=1e-13)


@brief
@given(gs=gradients)
def test_momentum_is_a_sum_of_gradients_that_fade(gs):
    # v_t = -lr sum_s momentum^(t - s) g_s, and w is the sum of all v_t.
    moves = [-0.1 * sum(0.7 ** (t - s) * gs[s] for s in range(t + 1)) for t in range(len(gs))]

    assert after(lambda p: Momentum(p, 0.1, 0.7), gs) == pytest.approx(1 + sum(moves), abs=1e-13)


@brief
@given(gs=gradients)
def test_momentum_of_zero_is_gradient_descent(gs):
    assert after(lambda p: Momentum(p, 0.1, 0), gs) == after(lambda p: SGD(p, 0.1), gs)


@brief
@given(gs=gradients)
def test_adam_is_the_algorithm_of_its_paper(gs):
    w, m, v = 1.0, 0.0, 0.0
    for t, g in enumerate(gs, start=1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w -= 0.01 * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)

    assert after(lambda p: Adam(p, 0.01), gs) == pytest.approx(w, rel=1e-12)


@brief
@given(gs=gradients)
def test_the_first_step_of_adam_has_the_length_of_the_rate(gs):
    w = np.zeros(len(gs))

    Adam([w], 0.01).step([np.array(gs)])

    # Up to epsilon, 1e-8, beside a gradient of at least 1e-3.
    np.testing.assert_allclose(w, -0.01 * np.sign(gs), rtol=2e-5)


@brief
@given(gs=gradients, scale=st.sampled_from([0.125, 1024]))
def test_adam_does_not_mind_the_scale_of_the_loss(gs, scale):
    def adam(parameters):
        return Adam(parameters, 0.01, epsilon=0)

    assert after(adam, [scale * g for g in gs]) == pytest.approx(after(adam, gs), rel=1e-12)


@pytest.mark.parametrize("kind", EVERY.values(), ids=EVERY)
def test_parameters_change_in_place_and_gradients_do_not(kind):
    w, b = np.ones((2, 3), dtype=np.float32), np.ones(3, dtype=np.float32)
    gradients = [np.full_like(w, 2), np.full_like(b, 3)]
    optimizer = kind([w, b], np.float64(0.1))

    optimizer.step(gradients)
    optimizer.step(gradients)

    assert np.all(w < 1)
    assert np.all(b < 1)
    assert w.dtype == b.dtype == np.float32
    assert [np.unique(gradient).tolist() for gradient in gradients] == [[2], [3]]


@pytest.mark.parametrize("kind", EVERY.values(), ids=EVERY)
def test_the_bottom_of_a_bowl_is_found(kind):
    w = np.array([3.0, -2.0])
    optimizer = kind([w], 0.05)

    for _ in range(2000):
        optimizer.step([w * np.array([1, 4])])  # of w_0^2 / 2 + 2 w_1^2

    assert np.max(np.abs(w)) < 1e-2


@pytest.mark.parametrize("kind", EVERY.values(), ids=EVERY)
def test_a_gradient_for_each_parameter_is_needed(kind):
    with pytest.raises(ValueError, match="zip"):
        kind([np.ones(2), np.ones(2)], 0.1).step([np.ones(2)])


@pytest.mark.parametrize("kind", EVERY.values(), ids=EVERY)
def test_the_rate_may_be_set_between_steps(kind):
    w = np.ones(1)
    optimizer = kind([w], 0.1)

    optimizer.lr = 0.0
    optimizer.step([np.ones(1)])

    assert w == 1


def test_a_constant_rate_stays():
    assert [constant(0.1)(epoch) for epoch in (1, 2, 50)] == [0.1, 0.1, 0.1]


def test_a_rate_halved_twice_ends_at_a_quarter():
    schedule = halved_at(0.8, (21, 41))

    assert [schedule(epoch) for epoch in (1, 20, 21, 40, 41, 50)] == [0.8, 0.8, 0.4, 0.4, 0.2, 0.2]


def test_a_rate_that_is_never_halved_stays():
    assert halved_at(0.8, ())(100) == 0.8
