"""Minibatches: the samples of an epoch, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[Any]


def minibatches(
    x: Array, t: Array, size: int, rng: Generator | None, *, keep_short: bool = True
) -> Iterator[tuple[Array, Array]]:
    """Yield every sample once, in batches.

    Parameters
    ----------
    x, t : ndarray, shape (N, ...)
        Samples and their targets.
    size : int
        Samples in a batch.
    rng : Generator or None
        Shuffles the samples, anew at each call; None leaves them in their order.
    keep_short : bool, optional
        Whether the last batch is used where the size does not divide N and it is short. Its samples
        weigh more than others: they share a mean with fewer.

    Yields
    ------
    x, t : ndarray, shape (size, ...)
        The last ones may be shorter.

    Raises
    ------
    ValueError
        If x and t differ in length, or there is not one batch.
    """
    if len(x) != len(t):
        raise ValueError(f"{len(x)} samples, but {len(t)} targets.")
    if size < 1:
        raise ValueError(f"A batch must have at least one sample, not {size}.")
    if len(x) < (1 if keep_short else size):
        raise ValueError(f"{len(x)} samples do not fill one batch of {size}.")
    order = None if rng is None else rng.permutation(len(x))
    end = len(x) if keep_short else len(x) - len(x) % size
    for start in range(0, end, size):
        batch = slice(start, start + size)
        # In order the batches are views; shuffled ones have to be copied together.
        chosen: slice | NDArray[np.intp] = batch if order is None else order[batch]
        yield x[chosen], t[chosen]
