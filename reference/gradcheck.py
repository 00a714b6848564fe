"""Gradients by differences: a second source for every derivative that is worked out.

In the letters of this module f is a function of an array x with a single number as its value,
and L is the loss.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .worked import WorkedSolution, WorkedSolutionError

if TYPE_CHECKING:
    from .network import MLP

STEP = float(np.finfo(np.float64).eps ** (1 / 3))
"""About 6e-6, the step for an x of about 1; `central_difference` says why."""


def central_difference(
    f: Callable[[NDArray[np.float64]], Any], x: ArrayLike, step: float = STEP
) -> NDArray[np.float64]:
    """Return the gradient of f at x, one element after the other, in float64.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of x and returns a number. It gets the same array each time,
        with one element changed, and must not write to it.
    x : array_like
        Where the gradient is wanted; of any shape, also a number.
    step : float, optional
        How far to go on either side, for elements up to 1 in size; in proportion to larger ones.

    Returns
    -------
    ndarray of the shape of x
        The derivative of f by each element of x.

    Raises
    ------
    ValueError
        If f does not return a single number.

    Notes
    -----
    ``f'(x) = (f(x + h) - f(x - h)) / (2 h)`` is wrong by about ``h^2 f'''(x) / 6``, and by
    ``eps f(x) / h`` for the rounding of f. The sum is least for an h near ``eps^(1/3)`` times the
    scale on which f changes, for which |x|, but at least 1, is the usual guess: Press et al.,
    Numerical Recipes, 3rd edition, section 5.7. The error is then near ``eps^(2/3)``, 4e-11.
    """
    point = np.array(x, dtype=np.float64)
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):
        middle = float(point[index])
        h = step * max(1.0, abs(middle))
        above, below = middle + h, middle - h
        point[index] = above
        rise = float(_single(f(point)))
        point[index] = below
        rise -= float(_single(f(point)))
        point[index] = middle
        # Divide by the distance that was gone: adding h to x has rounded it.
        gradient[index] = rise / (above - below)
    return gradient


def complex_step(
    f: Callable[[NDArray[np.complex128]], Any], x: ArrayLike, step: float = 1e-20
) -> NDArray[np.float64]:
    """Return the gradient of f at x, one element after the other, almost without error.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of x and returns a number. It must be made of functions that
        NumPy knows for complex numbers in the same formula: exp, log, tanh, products and quotients,
        but not abs, max or comparisons, which have no complex derivative.
    x : array_like
        Where the gradient is wanted; of any shape.
    step : float, optional
        How far to go along the imaginary axis.

    Returns
    -------
    ndarray of the shape of x
        The derivative of f by each element of x.

    Raises
    ------
    ValueError
        If f does not return a single number.

    Notes
    -----
    ``f(x + ih) = f(x) + ih f'(x) - h^2 f''(x) / 2 - ...``, so ``f'(x) = Im f(x + ih) / h`` with an
    error of ``h^2``. Nothing is subtracted, hence h may be so small that this error vanishes:
    Squire and Trapp, Using complex variables to estimate derivatives of real functions, 1998.
    """
    point = np.array(x, dtype=np.complex128)
    gradient = np.empty(point.shape, dtype=np.float64)
    for index in np.ndindex(point.shape):
        middle = point[index]
        point[index] = middle + 1j * step
        gradient[index] = complex(_single(f(point))).imag / step
        point[index] = middle
    return gradient


def _single(value: Any) -> Any:
    if np.ndim(value) != 0:
        raise ValueError(f"f must return one number, not an array of shape {np.shape(value)}.")
    return value


def relative_error(a: ArrayLike, b: ArrayLike) -> float:
    """Return the largest difference of two arrays as a share of their largest entry.

    Parameters
    ----------
    a, b : array_like
        Of the same shape.

    Returns
    -------
    float
        ``max |a - b| / max(max |a|, max |b|)``; 0 where both hold zeros only or nothing, NaN where
        a NaN is in one of them. Entries much smaller than the largest one hardly count.

    Raises
    ------
    ValueError
        If the shapes differ: broadcasting would compare what does not belong together.
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"The shapes differ: {a.shape} and {b.shape}.")
    scale = max(np.max(np.abs(a), initial=0.0), np.max(np.abs(b), initial=0.0))
    difference = np.max(np.abs(a - b), initial=0.0)
    # Not `scale > 0`, which is false for NaN and would make an array of NaN look perfect.
    return 0.0 if scale == 0 else float(difference / scale)


def check_gradients(
    solution: WorkedSolution,
    inputs: Mapping[str, Any],
    loss: str,
    gradients: Mapping[str, str],
) -> dict[str, float]:
    """Compare the gradients of a worked solution with central differences of its loss.

    Parameters
    ----------
    solution : WorkedSolution
        Has both, the loss and the gradients, among its quantities.
    inputs : mapping of str to value
        What to run it on. Arrays and numbers that are no integers are taken as float64.
    loss : str
        The quantity to differentiate, a single number.
    gradients : mapping of str to str
        For each quantity that is a gradient the name by which the loss is differentiated, an
        input or another quantity: ``{"dW1": "W1", "dZ1": "Z1"}``.

    Returns
    -------
    dict of str to float
        The `relative_error` of each gradient.

    Raises
    ------
    WorkedSolutionError
        If a gradient has another shape than what it is the derivative by, or a name is unknown.
    """
    wide = {name: _widened(value) for name, value in inputs.items()}
    values = solution.run(wide)
    for name in (loss, *gradients, *gradients.values()):
        if name not in values:
            raise WorkedSolutionError(f"check_gradients: there is no {name!r} in the solution.")
    errors = {}
    for gradient, variable in gradients.items():
        if np.shape(values[gradient]) != np.shape(values[variable]):
            raise WorkedSolutionError(
                f"{gradient} has the shape {np.shape(values[gradient])}, "
                f"but {variable} has {np.shape(values[variable])}."
            )
        numeric = central_difference(_loss_of(solution, wide, loss, variable), values[variable])
        errors[gradient] = relative_error(values[gradient], numeric)
    return errors


def check_network(network: MLP, x: NDArray[Any], t: ArrayLike) -> list[float]:
    """Compare the gradients of a network with central differences of its loss.

    Parameters
    ----------
    network : MLP
        With parameters in float64, and without dropout, which is another network at each call.
    x : ndarray, shape (N, n_in)
        A few samples: the loss is computed twice for each single weight.
    t : array_like, shape (N, n_out)
        Their targets.

    Returns
    -------
    list of float
        The `relative_error` for each of `network.parameters`.
    """
    network.learn_from(x, t)
    errors = []
    for parameter, gradient in zip(network.parameters, network.gradients, strict=True):
        before = parameter.copy()

        def loss(values: NDArray[np.float64], parameter: NDArray[Any] = parameter) -> Any:
            parameter[...] = values
            return network.loss.forward(network.forward(x), t)

        errors.append(relative_error(gradient, central_difference(loss, before)))
        parameter[...] = before
    return errors


def _loss_of(
    solution: WorkedSolution, inputs: Mapping[str, Any], loss: str, variable: str
) -> Callable[[NDArray[np.float64]], Any]:
    """Return the loss as a function of one input, or of one quantity that stands fixed."""
    if variable in inputs:
        return lambda x: solution.run({**inputs, variable: x}, wanted=(loss,))[loss]
    return lambda x: solution.run(inputs, given={variable: x}, wanted=(loss,))[loss]


def _widened(value: Any) -> Any:
    array = np.asarray(value)
    return array.astype(np.float64) if np.issubdtype(array.dtype, np.floating) else value
