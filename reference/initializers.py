"""Where weights start. An initializer is a function (n_in, n_out, rng, dtype) -> weights.

The weights have the shape (n_in, n_out). They are drawn in float64 and rounded to the dtype, so
that networks in float32 and float64 start at the same place for the same seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]
Initializer = Callable[[int, int, Generator, DTypeLike], Array]


def normal(s: float) -> Initializer:
    """Return an initializer that draws from N(0, s^2): s is the standard deviation."""

    def initializer(n_in: int, n_out: int, rng: Generator, dtype: DTypeLike = np.float64) -> Array:
        return (s * rng.standard_normal((n_in, n_out))).astype(dtype)

    return initializer


def max_fan(n_in: int, n_out: int, rng: Generator, dtype: DTypeLike = np.float64) -> Array:
    """Draw weights of variance 1 / max(n_in, n_out), shape (n_in, n_out)."""
    return normal(math.sqrt(1 / max(n_in, n_out)))(n_in, n_out, rng, dtype)


def xavier(n_in: int, n_out: int, rng: Generator, dtype: DTypeLike = np.float64) -> Array:
    """Draw weights of variance 2 / (n_in + n_out), shape (n_in, n_out).

    A compromise between 1 / n_in, which keeps the size of the activations from layer to layer, and
    1 / n_out, which keeps that of the gradients: Glorot and Bengio, Understanding the difficulty of
    training deep feedforward neural networks, 2010, equation 12.
    """
    return normal(math.sqrt(2 / (n_in + n_out)))(n_in, n_out, rng, dtype)


def he(n_in: int, n_out: int, rng: Generator, dtype: DTypeLike = np.float64) -> Array:
    """Draw weights of variance 2 / n_in, shape (n_in, n_out), for layers with ReLU behind them.

    ReLU sets half of the activations to zero, hence the 2: He et al., Delving deep into rectifiers,
    2015, equation 10.
    """
    return normal(math.sqrt(2 / n_in))(n_in, n_out, rng, dtype)


def spectral(n_in: int, n_out: int, rng: Generator, dtype: DTypeLike = np.float64) -> Array:
    """Draw weights from N(0, 1) and divide them by their largest singular value.

    The spectral norm is then 1: the layer makes no difference of two inputs longer. Shape
    (n_in, n_out).
    """
    w = normal(1)(n_in, n_out, rng, np.float64)
    w /= np.linalg.norm(w, ord=2)
    return w.astype(dtype)
