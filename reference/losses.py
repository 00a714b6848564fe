"""Losses and their gradients.

Every loss is a mean over the batch, of N samples in rows, and a sum over the columns of a row.
The gradient therefore holds a 1/N. Results have the dtype of y (or of the scores); targets are
brought to it, because labels in float64 would turn a network of float32 into one of float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .activations import softmax

Array = NDArray[Any]


def half_mse(y: Array, t: ArrayLike) -> Any:
    """Return half the mean squared error, L = 1/(2N) sum_n |y_n - t_n|^2.

    Parameters
    ----------
    y : ndarray, shape (N,) or (N, K)
        Outputs.
    t : array_like of the shape of y
        Targets.

    Returns
    -------
    float of the dtype of y
        The loss.
    """
    return mse(y, t) / 2


def half_mse_gradient(y: Array, t: ArrayLike) -> Array:
    """Return dL/dy = (y - t) / N for `half_mse`, in the shape of y."""
    return _error(y, t) / len(y)


def mse(y: Array, t: ArrayLike) -> Any:
    """Return the mean squared error, L = 1/N sum_n |y_n - t_n|^2.

    Parameters
    ----------
    y : ndarray, shape (N,) or (N, K)
        Outputs.
    t : array_like of the shape of y
        Targets.

    Returns
    -------
    float of the dtype of y
        The loss. Other libraries divide by N K where this divides by N.
    """
    return np.sum(_error(y, t) ** 2) / len(y)


def mse_gradient(y: Array, t: ArrayLike) -> Array:
    """Return dL/dy = 2 (y - t) / N for `mse`, in the shape of y."""
    return 2 * _error(y, t) / len(y)


def log_softmax(scores: Array) -> Array:
    """Return the logarithm of the softmax of each row, z_k - log sum_j exp(z_j).

    Parameters
    ----------
    scores : ndarray, shape (..., C)
        The z of C classes.

    Returns
    -------
    ndarray, shape (..., C)
        Logarithms of probabilities; finite even where a probability is rounded to 0.
    """
    shifted = scores - np.max(scores, axis=-1, keepdims=True)
    logs: Array = shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))
    return logs


def cross_entropy(scores: Array, t: ArrayLike) -> Any:
    """Return the cross entropy of softmax, L = -1/N sum_n sum_k t_nk log softmax(z_n)_k.

    Parameters
    ----------
    scores : ndarray, shape (N, C)
        The z before softmax, so that no logarithm is taken of a probability that became 0.
    t : array_like, shape (N, C)
        Targets: one-hot rows, or other probabilities.

    Returns
    -------
    float of the dtype of the scores
        The loss, in nats: log C for equal scores.
    """
    return -np.sum(_targets(scores, t) * log_softmax(scores)) / len(scores)


def cross_entropy_gradient(scores: Array, t: ArrayLike) -> Array:
    """Return dL/dz = (softmax(z) - t) / N for `cross_entropy`.

    Parameters
    ----------
    scores : ndarray, shape (N, C)
        The z before softmax.
    t : array_like, shape (N, C)
        Targets, each row with the sum 1; the formula is wrong for other rows.

    Returns
    -------
    ndarray, shape (N, C)
        The gradient: Bishop, Pattern Recognition and Machine Learning, 4.109.
    """
    return (softmax(scores) - _targets(scores, t)) / len(scores)


def cross_entropy_with_gradient(scores: Array, t: ArrayLike) -> tuple[Any, Array]:
    """Return `cross_entropy` and `cross_entropy_gradient` from the same exponentials.

    Parameters
    ----------
    scores : ndarray, shape (N, C)
        The z before softmax.
    t : array_like, shape (N, C)
        Targets, each row with the sum 1.

    Returns
    -------
    loss : float of the dtype of the scores
        L, a mean over the batch.
    gradient : ndarray, shape (N, C)
        dL/dz.
    """
    # One class in each row and the samples side by side: sums and maxima over ten long rows are
    # several times as fast as those over many rows of ten.
    t = _targets(scores, t).T
    logs = scores.T.astype(t.dtype, order="C")
    logs -= logs.max(axis=0)
    y = np.exp(logs)
    total = y.sum(axis=0)
    logs -= np.log(total)  # log softmax(z)
    loss = -(t * logs).sum() / len(scores)
    y /= total  # softmax(z)
    y -= t
    y /= len(scores)
    return loss, y.T


def _error(y: Array, t: ArrayLike) -> Array:
    error: Array = y - _targets(y, t)
    return error


def _targets(y: Array, t: ArrayLike) -> Array:
    t = np.asarray(t, dtype=np.result_type(y, np.float16))
    # (N, 1) - (N,) would be an array (N, N), and the loss of it a plausible number.
    if t.shape != y.shape:
        raise ValueError(f"The outputs have the shape {y.shape}, but the targets {t.shape}.")
    return t
