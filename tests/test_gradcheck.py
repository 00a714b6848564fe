"""Central differences against derivatives that are known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from reference.gradcheck import STEP, central_difference, check_gradients, relative_error
from reference.worked import WorkedSolution, WorkedSolutionError

unhurried = settings(deadline=None)  # a busy machine is no broken law
moderate = st.floats(-10, 10, allow_subnormal=False)


def test_the_gradient_of_a_sum_of_sines_is_the_cosines():
    x = np.linspace(-3, 3, 12).reshape(3, 4)

    gradient = central_difference(lambda x: np.sum(np.sin(x)), x)

    assert gradient.shape == (3, 4)
    assert gradient.dtype == np.float64
    np.testing.assert_allclose(gradient, np.cos(x), rtol=0, atol=1e-9)


def test_the_error_for_a_cube_is_the_square_of_the_step():
    # (x + h)^3 - (x - h)^3 = 6 x^2 h + 2 h^3, so the difference is 3 x^2 + h^2.
    gradient = central_difference(lambda x: x**3, 0.5, step=2**-6)

    assert gradient == 0.75 + 2**-12


def test_the_default_step_is_near_the_best_one():
    def worst(step):
        return relative_error(
            central_difference(lambda x: np.sum(np.exp(x)), np.linspace(0, 1, 50), step),
            np.exp(np.linspace(0, 1, 50)),
        )

    assert worst(STEP) < 1e-9
    assert worst(STEP) < worst(STEP * 30)
    assert worst(STEP) < worst(STEP / 30)


def test_the_step_grows_with_elements_larger_than_one():
    # In float64 1e12 + 6e-6 is 1e12: without scaling the difference would be zero.
    gradient = central_difference(lambda x: x**2 / 2, 1e12)

    assert relative_error(gradient, 1e12) < 1e-9


def test_a_number_has_a_gradient_without_axes():
    gradient = central_difference(lambda x: 3 * x, 2)

    assert gradient.shape == ()
    assert float(gradient) == pytest.approx(3, rel=1e-10)


def test_an_empty_array_has_an_empty_gradient():
    assert central_difference(np.sum, np.zeros((0, 2))).shape == (0, 2)


def test_integers_and_float32_are_widened_before_they_are_moved():
    for dtype in (np.int64, np.float32, np.float16):
        x = np.array([1, 2, 3], dtype=dtype)

        gradient = central_difference(lambda x: np.sum(x**2), x)

        np.testing.assert_allclose(gradient, [2, 4, 6], rtol=1e-9)


def test_the_point_is_left_as_it_was():
    x = np.array([0.1, 0.7])

    central_difference(lambda x: np.prod(x), x)

    assert x.tolist() == [0.1, 0.7]


def test_every_element_is_back_in_its_place_when_the_next_one_moves():
    seen = []
    central_difference(lambda x: seen.append(x.copy()) or 0.0, [1.0, 2.0])

    assert [int(np.sum(point != [1.0, 2.0])) for point in seen] == [1, 1, 1, 1]


def test_a_function_that_returns_an_array_is_refused():
    with pytest.raises(ValueError, match=r"f must return one number, not an array of shape \(2,\)"):
        central_difference(lambda x: x, np.ones(2))


@unhurried
@given(
    npst.arrays(np.float64, (4, 4), elements=moderate),
    npst.arrays(np.float64, 4, elements=moderate),
)
def test_for_a_quadratic_form_only_rounding_is_left(A, x):
    # f(x) = x A x has the gradient (A + A^T) x and no third derivative.
    gradient = central_difference(lambda x: x @ A @ x, x)

    rounding = 1e-15 * (1 + np.abs(x) @ np.abs(A) @ np.abs(x)) / STEP
    np.testing.assert_allclose(gradient, (A + A.T) @ x, rtol=1e-9, atol=100 * rounding)


def test_the_relative_error_is_a_share_of_the_largest_entry():
    assert relative_error([1.0, 200.0], [3.0, 200.0]) == 0.01
    assert relative_error([4.0], [5.0]) == 0.2
    assert relative_error(0.5, 0.5) == 0


def test_zeros_agree_with_zeros_and_with_nothing_else():
    assert relative_error(np.zeros(3), np.zeros(3)) == 0
    assert relative_error(np.zeros(3), [0, 0, 1e-300]) == 1
    assert relative_error([], []) == 0


def test_nan_is_never_a_small_error():
    assert math.isnan(relative_error([np.nan, 1.0], [1.0, 1.0]))
    assert math.isnan(relative_error([np.nan], [0.0]))


def test_different_shapes_are_refused_and_not_broadcast():
    with pytest.raises(ValueError, match=r"shapes differ: \(3,\) and \(3, 1\)"):
        relative_error(np.ones(3), np.ones((3, 1)))


@unhurried
@given(npst.arrays(np.float64, 5, elements=moderate), npst.arrays(np.float64, 5, elements=moderate))
def test_the_relative_error_is_symmetric_and_blind_to_a_common_factor(a, b):
    assert relative_error(a, b) == relative_error(b, a)
    assert relative_error(4 * a, 4 * b) == relative_error(a, b)


def square(factor: float = 1.0) -> WorkedSolution:
    """Return L = sum (w x - 1)^2 with its gradients, `factor` times too large at dw."""
    solution = WorkedSolution(inputs=("x", "w"))

    @solution.step
    def y(x, w):
        """Product, shape (N,)."""
        return w * x

    @solution.step
    def L(y):
        """Loss, a scalar."""
        return np.sum((y - 1) ** 2)

    @solution.step
    def dy(y):
        """Gradient with respect to y, shape (N,)."""
        return 2 * (y - 1)

    @solution.step
    def dw(dy, x):
        """Gradient with respect to w, shape (N,)."""
        return factor * dy * x

    @solution.step
    def total(dw):
        """Sum of the gradient, a scalar."""
        return np.sum(dw)

    return solution


POINT = {"x": np.array([1.0, -2.0, 0.5]), "w": np.array([0.3, 0.4, -2.0])}


def test_right_gradients_by_inputs_and_by_quantities_have_a_small_error():
    errors = check_gradients(square(), POINT, "L", {"dw": "w", "dy": "y"})

    assert list(errors) == ["dw", "dy"]
    assert max(errors.values()) < 1e-9


def test_a_wrong_gradient_shows_with_the_size_of_its_error():
    errors = check_gradients(square(factor=2.0), POINT, "L", {"dw": "w", "dy": "y"})

    assert errors["dw"] == pytest.approx(0.5)
    assert errors["dy"] < 1e-9


def test_float32_inputs_are_checked_in_float64():
    inputs = {name: value.astype(np.float32) for name, value in POINT.items()}

    assert check_gradients(square(), inputs, "L", {"dw": "w"})["dw"] < 1e-9


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(WorkedSolutionError, match=r"total has the shape \(\), but w has \(3,\)"):
        check_gradients(square(), POINT, "L", {"total": "w"})


@pytest.mark.parametrize(
    ("loss", "gradients"), [("loss", {"dw": "w"}), ("L", {"dW": "w"}), ("L", {"dw": "W"})]
)
def test_unknown_names_are_refused(loss, gradients):
    with pytest.raises(WorkedSolutionError, match=r"there is no '(loss|dW|W)' in the solution"):
        check_gradients(square(), POINT, loss, gradients)
