"""Activation functions and their derivatives.

Each function is applied element by element, but for softmax, which is applied to each row. A
derivative is computed from the output of its function, because that is what a network keeps: with
y = sigmoid(z), sigmoid'(z) is y (1 - y). Results have the dtype of what goes in; integers become
float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

SLOPE = 0.01
"""Of the leaky ReLU below zero: Maas, Hannun and Ng, Rectifier nonlinearities, 2013."""


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(-z)), between 0 and 1.

    Parameters
    ----------
    z : ndarray, any shape
        Pre-activations.

    Returns
    -------
    ndarray of the shape of z
        The logistic sigmoid; without overflow, however large the entries of z.
    """
    # exp of a large number overflows, so take it of -|z|; sigmoid(z) = exp(z) / (1 + exp(z)) too.
    e = np.exp(-np.abs(z))
    y: Array = np.where(np.asarray(z) >= 0, np.ones_like(e), e) / (1 + e)
    return y


def sigmoid_derivative(y: Array) -> Array:
    """Return sigmoid'(z) = y (1 - y) from y = sigmoid(z), in the shape of y."""
    dy_dz: Array = y * (1 - y)
    return dy_dz


def tanh(z: Array) -> Array:
    """Return the hyperbolic tangent of z, between -1 and 1, in the shape of z."""
    y: Array = np.tanh(z)
    return y


def tanh_derivative(y: Array) -> Array:
    """Return tanh'(z) = 1 - y^2 from y = tanh(z), in the shape of y."""
    dy_dz: Array = 1 - y * y
    return dy_dz


def relu(z: Array) -> Array:
    """Return max(z, 0), in the shape of z."""
    y: Array = np.maximum(z, 0)
    return y


def relu_derivative(y: Array) -> Array:
    """Return 1 where y = relu(z) is positive and 0 elsewhere, in the shape of y.

    At z = 0 there is no derivative; 0 is the usual choice: Goodfellow et al., Deep Learning, 6.3.
    """
    return (y > 0).astype(y.dtype)


def leaky_relu(z: Array, slope: float = SLOPE) -> Array:
    """Return z where it is positive and slope z elsewhere.

    Parameters
    ----------
    z : ndarray, any shape
        Pre-activations.
    slope : float, optional
        Between 0 and 1.

    Returns
    -------
    ndarray of the shape of z
        ``max(z, slope z)``, which is the same for such a slope.
    """
    y: Array = np.maximum(z, slope * z)
    return y


def leaky_relu_derivative(y: Array, slope: float = SLOPE) -> Array:
    """Return 1 where y = leaky_relu(z, slope) is positive and the slope elsewhere."""
    return np.where(y > 0, 1, slope).astype(y.dtype)


def softmax(z: Array) -> Array:
    """Return exp(z_k) / sum_j exp(z_j) for each row of z.

    Parameters
    ----------
    z : ndarray, shape (..., C)
        Scores of C classes.

    Returns
    -------
    ndarray, shape (..., C)
        Probabilities: each row is positive and sums to 1.
    """
    # A constant taken from all scores cancels; with the largest one taken, exp cannot overflow.
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    y: Array = e / np.sum(e, axis=-1, keepdims=True)
    return y


def softmax_jacobian(y: Array) -> Array:
    """Return dy_k / dz_j = y_k (delta_kj - y_j) from y = softmax(z).

    Parameters
    ----------
    y : ndarray, shape (..., C)
        Probabilities.

    Returns
    -------
    ndarray, shape (..., C, C)
        One symmetric matrix for each row: Bishop, Pattern Recognition and Machine Learning, 4.106.
    """
    jacobian: Array = y[..., :, None] * (np.eye(y.shape[-1], dtype=y.dtype) - y[..., None, :])
    return jacobian


def softmax_backward(dy: Array, y: Array) -> Array:
    """Return dL/dz from dy = dL/dy and y = softmax(z).

    Parameters
    ----------
    dy, y : ndarray, shape (..., C)
        The gradient with respect to the probabilities, and the probabilities.

    Returns
    -------
    ndarray, shape (..., C)
        ``dz_j = sum_k dy_k y_k (delta_kj - y_j) = y_j (dy_j - sum_k dy_k y_k)``: the product with
        the Jacobian, without writing the Jacobian down.
    """
    dz: Array = y * (dy - np.sum(dy * y, axis=-1, keepdims=True))
    return dz
